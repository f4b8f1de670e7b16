/* work.js - what waits in an office: acts by state, the oldest first. */
import { useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { Select } from '/desk/shell/form.js';
import { showDate, showMoment, t } from '/desk/shell/i18n.js';
import { Button, ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { StateTag, useAnswer, useOffices } from './common.js';
import { kinds, nameOf } from './kinds.js';

const states = ['declared', 'validated', 'approved', 'registered', 'rejected', 'annulled', 'sealed'];

function Rows({ items, kind }) {
	return html`<table class="govuk-table desk-table">
		<caption class="govuk-table__caption govuk-visually-hidden">${t('work.title')}</caption>
		<thead class="govuk-table__head"><tr class="govuk-table__row">
			${['column.name', 'field.date_of_birth', 'column.made', 'column.number', 'column.state'].map((column) => html`<th scope="col" class="govuk-table__header">${t(column)}</th>`)}
		</tr></thead>
		<tbody class="govuk-table__body">${items.map((item) => html`<tr class="govuk-table__row" key=${item.id}>
			<th scope="row" class="govuk-table__header"><a class="govuk-link" href=${linkTo('act', kind.kind, item.id)}><bdi>${nameOf(item)}</bdi></a></th>
			<td class="govuk-table__cell">${showDate(item.date_of_birth)}</td>
			<td class="govuk-table__cell">${showMoment(item.created_at)}</td>
			<td class="govuk-table__cell"><bdi>${item.number}</bdi></td>
			<td class="govuk-table__cell"><${StateTag} state=${item.state} /></td></tr>`)}</tbody>
	</table>`;
}

export function WorkPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor');
	const [office, setOffice] = useState('');
	const [kindName, setKindName] = useState('birth');
	const [state, setState] = useState('declared');
	const [cursors, setCursors] = useState([]);
	const kind = kinds.find((one) => one.kind === kindName);
	const at = office || offices[0]?.id;
	const { answer, problems } = useAnswer(at && kind.path, { office: at, state, cursor: cursors.at(-1), limit: '25' });
	const choose = (set) => (value) => {
		set(value);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('work.title')}</${Heading}>
	<div class="desk-filters">
		${offices.length > 1 && html`<${Select} id="work-office" label=${t('work.office')} value=${at} onValue=${choose(setOffice)}
			options=${offices.map(({ id, name }) => [id, name])} />`}
		${kinds.length > 1 && html`<${Select} id="work-kind" label=${t('work.kind')} value=${kindName} onValue=${choose(setKindName)}
			options=${kinds.map((one) => [one.kind, t(one.title)])} />`}
		<${Select} id="work-state" label=${t('work.state')} value=${state} onValue=${choose(setState)}
			options=${states.map((one) => [one, t(`state.${one}`)])} />
	</div>
	${answer && (answer.items.length > 0 ? html`<${Rows} items=${answer.items} kind=${kind} />`
		: html`<p class="govuk-body">${t('work.none')}</p>`)}
	<div class="govuk-button-group">
		${cursors.length > 0 && html`<${Button} kind="secondary" onClick=${() => setCursors(cursors.slice(0, -1))}>${t('work.before')}</${Button}>`}
		${answer?.next && html`<${Button} kind="secondary" onClick=${() => setCursors([...cursors, answer.next])}>${t('work.next')}</${Button}>`}
	</div>`;
}
