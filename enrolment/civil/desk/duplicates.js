/* duplicates.js - an act beside each act that may be the same: field by field, with what each adds to the score. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { linkTo } from '/desk/shell/app.js';
import { problemsOf, useAnswer } from '/desk/shell/ask.js';
import { LongField, PlaceName } from '/desk/shell/form.js';
import { nameOf, showDate, showNumber, t } from '/desk/shell/i18n.js';
import { hasRoleAt } from '/desk/shell/office.js';
import { ErrorSummary, Heading, html, Table } from '/desk/shell/ui.js';
import { StateTag, titleOf } from './common.js';
import { kindOf } from './kinds.js';

/* The service's nine fields of comparison, of a birth or of what is laid over one: whose each is, and what it shows of them. */
export const compared = [
	['given_names', 'child', (who) => who.secondary_name],
	['primary_name', 'child', (who) => who.primary_name],
	['sex', 'child', (who) => who.sex && t(`sex.${who.sex}`)],
	['date_of_birth', 'child', (who) => showDate(who.date_of_birth)],
	['place_of_birth', 'child', (who) => who.place_of_birth && html`<${PlaceName} code=${who.place_of_birth} />`],
	['mother_name', 'mother', nameOf],
	['mother_date_of_birth', 'mother', (who) => showDate(who.date_of_birth)],
	['father_name', 'father', nameOf],
	['father_date_of_birth', 'father', (who) => showDate(who.date_of_birth)],
];

/** Who of an act stands for child, mother and father.  Of a couple the elder comes first, whoever was named first. */
export function laidOver({ over }, content) {
	const by = (role) => content[over[role]] ?? {};
	const all = { child: by('child'), mother: by('mother'), father: by('father') };
	const order = ({ date_of_birth: born = '', primary_name: name = '' }) => `${born} ${name}`;
	if (over.couple && order(all.child) > order(all.mother))
		[all.child, all.mother] = [all.mother, all.child];
	return all;
}

/** A row's name: the field's, and whose it is when that is no child. */
function rowName(kind, name, role) {
	const section = kind.sections.find(({ key }) => key === kind.over[role]);
	if (name.endsWith('_name') && role !== 'child')
		return t(section.title);
	return role === 'child' ? t(`field.${name === 'given_names' ? 'secondary_name' : name}`) : `${t('field.date_of_birth')} (${t(section.title)})`;
}

const colours = { equal: 'red', close: 'orange', differs: 'green', unknown: 'grey' };

function Comparison({ kind, mine, other, n }) {
	const [one, two] = [laidOver(kind, mine), laidOver(kind, other)];
	const fields = Object.fromEntries(other.fields.map((field) => [field.field, field]));
	const tag = (colour, text) => html`<strong class=${`govuk-tag govuk-tag--${colour}`}>${text}</strong>`;
	const foot = html`<tr class="govuk-table__row" role="row"><th scope="row" class="govuk-table__header" colspan="3" role="rowheader">${t('duplicates.score')}</th>
		<td class="govuk-table__cell" role="cell" data-column=${t('duplicates.agreement')}>${tag(other.level === 'stop' ? 'red' : 'orange', t(`level.${other.level}`))}</td>
		<td class="govuk-table__cell govuk-table__cell--numeric" role="cell" data-column=${t('duplicates.weight')}><strong><bdi dir="ltr">${showNumber(other.score)}</bdi></strong></td></tr>`;
	return html`<${Table} kind="desk-comparison" isNamed numeric=${[4]} foot=${foot}
		caption=${html`${t('duplicates.candidate', { n })} <${StateTag} state=${other.state} /> ${other.number && html`<bdi class="desk-number">${other.number}</bdi>`}`}
		columns=${['', ...['duplicates.this', 'duplicates.other', 'duplicates.agreement', 'duplicates.weight'].map((column) => t(column))]}
		rows=${compared.filter(([, role]) => kind.over[role]).map(([name, role, show]) => ({ key: name, cells: [rowName(kind, name, role),
			html`<bdi>${show(one[role]) || '–'}</bdi>`, html`<bdi>${show(two[role]) || '–'}</bdi>`, tag(colours[fields[name].agreement], t(`agreement.${fields[name].agreement}`)),
			html`<bdi dir="ltr">${showNumber(fields[name].weight)}</bdi>`] }))} />
	${other.reason && html`<p class="govuk-body">${t(`reason.${other.reason}`)}</p>`}`;
}

function Override({ path, other, onDone }) {
	const [reason, setReason] = useState('');
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const id = `override-${other.act_id}`;
	const submit = async (event) => {
		event.preventDefault();
		if ([...reason.trim()].length < 10) {
			setProblems([{ field: id, text: t('duplicates.reason.missing') }]);
			return;
		}
		try {
			await post(`${path}/duplicate-overrides`, { candidate_id: other.act_id, reason: reason.trim() }, key);
			onDone();
		} catch (error) {
			setProblems(problemsOf(error));
			if (error.status !== undefined)
				setKey(crypto.randomUUID());
		}
	};
	return html`<${ErrorSummary} problems=${problems} /><form class="desk-decision" onSubmit=${submit} novalidate>
		<${LongField} id=${id} label=${t('duplicates.override.why')} hint=${t('duplicates.override.hint')} value=${reason} onValue=${setReason}
			error=${problems.find((p) => p.field)?.text} />
		<button class="govuk-button govuk-button--warning">${t('duplicates.override')}</button></form>`;
}

export function DuplicatesPage({ officer, words }) {
	const kind = kindOf(words[0]);
	const path = `${kind.path}/${words[1]}`;
	const { answer: act, problems } = useAnswer(path);
	const { answer: found, problems: more, reload } = useAnswer(`${path}/duplicates`);
	if (act === undefined || found === undefined)
		return html`<${ErrorSummary} problems=${[...problems, ...more]} />`;
	const mayDecide = ['declared', 'validated', 'approved'].includes(act.state) && act.declared_by !== officer.id &&
		hasRoleAt(officer, 'civil_registrar', act.office_id);
	return html`<${Heading} caption=${t('duplicates.title')}><bdi>${titleOf(kind, act.content)}</bdi></${Heading}>
	<p class="govuk-body"><a class="govuk-link" href=${linkTo('act', kind.kind, act.id)}>${t('duplicates.back')}</a></p>
	<p class="govuk-body">${found.duplicates.length === 0 ? t('duplicates.none') : t('duplicates.explain')}</p>
	${act.declared_by === officer.id && found.duplicates.length > 0 && html`<div class="govuk-inset-text">${t('act.own')}</div>`}
	${found.duplicates.map((other, i) => html`<section key=${other.act_id}>
		<${Comparison} kind=${kind} mine=${act.content} other=${other} n=${i + 1} />
		${other.overridden ? html`<div class="govuk-inset-text">${t('duplicates.overridden')}</div>`
			: mayDecide && html`<${Override} path=${path} other=${other} onDone=${reload} />`}</section>`)}`;
}
