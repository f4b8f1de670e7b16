/* person.js - what stands against a person or for them: orders of courts, the alert list, designations for a service passport. */
import { useState } from '/desk/lib/hooks.js';
import { go, linkTo } from '/desk/shell/app.js';
import { useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { showMoment, t } from '/desk/shell/i18n.js';
import { hasRole, whoIs } from '/desk/shell/office.js';
import { Done, ErrorSummary, Heading, html, Tag, TextField, useDone } from '/desk/shell/ui.js';
import { Code, plainNumber, roles } from './common.js';

const stop = [{ key: '', title: 'do.stop', fields: [
	{ name: 'kind', label: 'field.stop_kind', type: 'choice', choices: 'person_stop', options: ['court', 'alert'], radios: true, required: true },
	{ name: 'reference', label: 'field.reference', hint: 'field.stop_reference.hint', type: 'name', max: 200, required: true },
] }];
/* several may be open on the page: each has a field of its own */
const lifting = (id) => [{ key: id, title: 'do.lift', fields: [
	{ name: 'reference', label: 'field.reference', hint: 'field.lift_reference.hint', type: 'name', max: 200, required: true },
] }];
const designation = [{ key: '', title: 'do.designate', fields: [
	{ name: 'document_type', label: 'column.kind', type: 'choice', choices: 'kind', options: ['PD', 'PO'], radios: true, required: true },
	{ name: 'reference', label: 'field.letter', type: 'name', max: 200, required: true },
	{ name: 'ends_on', label: 'field.ends_on', type: 'date', whole: true },
] }];

export function PersonsPage() {
	const [text, setText] = useState('');
	const [wrong, setWrong] = useState([]);
	const submit = (event) => {
		event.preventDefault();
		if (plainNumber(text) === '')
			setWrong([{ field: 'person-uin', text: t('find.missing') }]);
		else
			go('person', plainNumber(text));
	};
	return html`<${ErrorSummary} problems=${wrong} />
	<${Heading}>${t('persons.title')}</${Heading}>
	<form role="search" onSubmit=${submit} novalidate>
		<${TextField} id="person-uin" label=${t('field.uin')} hint=${t('field.uin.hint')} value=${text} onValue=${setText} error=${wrong[0]?.text} dir="ltr" width="20" inputmode="numeric"
			autocomplete="off" spellcheck="false" />
		<button class="govuk-button">${t('find.do')}</button>
	</form>`;
}

function Stop({ one, officer, isSetter, onDone }) {
	return html`<div class="desk-decision desk-decision--plain"><p class="govuk-body"><${Tag} colour=${one.lifted ? 'grey' : 'red'} text=${t(one.lifted ? 'person.lifted' : `person_stop.${one.kind}`)} />
		${' '}<bdi>${one.reference}</bdi></p>
		<p class="govuk-body-s">${showMoment(one.created_at)} · <bdi>${whoIs(officer, one.officer_id, one.officer)}</bdi>
			${one.lifted && html`<br />${t('person.lifted')}: <bdi>${one.lifted.reference}</bdi> · ${showMoment(one.lifted.created_at)}`}</p>
		${!one.lifted && one.kind !== 'registry' && isSetter && (one.officer_id === officer.id ? html`<p class="govuk-body">${t('person.own')}</p>`
			: html`<${Decisions} possible=${[{ name: 'lift', path: 'lifting', sections: lifting(one.id), bodyOf: (typed) => typed[one.id] }]} path=${`/stops/${one.id}`} onDone=${onDone} />`)}</div>`;
}

export function PersonPage({ officer, words }) {
	const path = `/persons/${encodeURIComponent(words[0])}`;
	const { answer, problems, reload } = useAnswer(`${path}/stops`);
	const [done, setDone] = useDone();
	const isSetter = hasRole(officer, roles.supervisor);
	const after = (name) => {
		setDone(name);
		reload();
	};
	return html`<${Done} done=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading} caption=${t('persons.title')}><${Code} text=${words[0]} /></${Heading}>
	${answer && isSetter && html`<${Decisions} possible=${[{ name: 'stop', path: 'stops', kind: 'warning', sections: stop }, { name: 'designate', path: 'designations', kind: 'secondary', sections: designation }]}
		path=${path} onDone=${after} />`}
	${answer && (answer.stops.length === 0 ? html`<p class="govuk-body">${t('person.none')}</p>`
		: answer.stops.map((one) => html`<${Stop} key=${one.id} ...${{ one, officer, isSetter }} onDone=${after} />`))}
	<p class="govuk-body"><a class="govuk-link" href=${linkTo('persons')}>${t('persons.other')}</a></p>`;
}
