/* correct.js - corrections: a difference against what an act says, proposed by one registrar, decided field by field by another. */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { problemsOf, useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { bodyOf, changesOf, fieldAt, valuesOf } from '/desk/shell/fields.js';
import { FileField, Section } from '/desk/shell/form.js';
import { t } from '/desk/shell/i18n.js';
import { hasRoleAt, History } from '/desk/shell/office.js';
import { explain, explainOwn, lineAt, sentence, whereOf } from '/desk/shell/problems.js';
import { Button, Done, ErrorSummary, Heading, html, Table, useDone } from '/desk/shell/ui.js';
import { showValue, StateTag, titleOf } from './common.js';
import { Evidence, fileOf, lineOfEvidence } from './evidence.js';
import { evidenceFields, kindOf } from './kinds.js';

/* By these members a party or an act is found: who is meant is not corrected. */
const links = ['uin', 'birth_number', 'marriage_number', 'declared_on'];
const toCorrect = (kind) => kind.sections.filter(({ key }) => key !== 'statistics')
	.map((section) => ({ ...section, fields: section.fields.filter(({ name }) => !links.includes(name)) }));
const grounds = [
	{ key: '', title: 'section.correction', fields: [{ name: 'legal_basis', label: 'field.legal_basis', type: 'name', max: 400, required: true }] },
	{ key: 'evidence', title: 'section.evidence', optional: 'section.evidence.known', fields: evidenceFields },
];

/** Where the service says something of a change, the field that made it. */
function linesOfChanges(error, sections, changes) {
	if (!(error.problems?.length > 0))
		return problemsOf(error);
	return error.problems.map(({ pointer, detail }) => {
		if (pointer.startsWith('/evidence/'))
			return lineOfEvidence({ pointer, detail }, grounds);
		const i = /^\/changes\/(\d+)\//.exec(pointer)?.[1];
		const at = fieldAt([...sections, ...grounds], i === undefined ? pointer : changes[i].path);
		return at ? lineAt(at, explain(detail)) : { text: sentence(explain(detail)) };
	});
}

export function CorrectPage({ words }) {
	const kind = kindOf(words[0]);
	const path = `${kind.path}/${words[1]}`;
	const { answer: act, problems: unread } = useAnswer(path);
	const [values, setValues] = useState(null);
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const sections = toCorrect(kind);
	const change = (pointer, value) => setValues((before) => ({ ...before, [pointer]: value }));

	/* to correct key fields takes evidence; who corrects others says that there is none */
	useEffect(() => act && setValues({ ...valuesOf(sections, act.content), '/evidence:on': 'on' }), [act]);
	if (act === undefined || values === null)
		return html`<${ErrorSummary} problems=${unread} />`;

	const submit = async (event) => {
		event.preventDefault();
		const { body, problems: wrong } = bodyOf(sections, values);
		const { body: ground, problems: missing } = bodyOf(grounds, values);
		const changes = changesOf(sections, act.content, body);
		const file = await fileOf(document.getElementById('evidence-file'));
		const own = [...wrong, ...missing].map((p) => lineAt(p, explainOwn(p)));
		if (typeof file === 'string')
			own.push({ field: 'evidence-file', text: t(file) });
		if (own.length === 0 && changes.length === 0)
			own.push({ text: t('correct.nothing') });
		setProblems(own);
		if (own.length > 0)
			return;
		try {
			const evidence = ground.evidence && [{ ...ground.evidence, ...file }];
			const { id } = await post(`${path}/corrections`, { version: act.version, changes, legal_basis: ground.legal_basis, evidence }, key);
			go('correction', kind.kind, act.id, id);
		} catch (error) {
			setProblems(linesOfChanges(error, sections, changes));
			if (error.status !== undefined)
				setKey(crypto.randomUUID());
		}
	};
	const errors = Object.fromEntries(problems.filter((p) => p.pointer).map((p) => [p.pointer, p.short]));
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading} caption=${t('correct.title')}><bdi>${titleOf(kind, act.content)}</bdi></${Heading}>
	<form class="desk-form" onSubmit=${submit} novalidate>
		${[...sections, ...grounds].map((section) => html`<${Section} key=${section.title} ...${{ section, values, change, errors }} />`)}
		${values['/evidence:on'] === 'on' && html`<${FileField} id="evidence-file" label=${t('evidence.file')} hint=${t('evidence.file.hint')}
			error=${problems.find((p) => p.field === 'evidence-file')?.text} />`}
		<div class="govuk-button-group"><button class="govuk-button">${t('correct.do')}</button>
			<${Button} kind="secondary" onClick=${() => go('act', kind.kind, act.id)}>${t('decide.cancel')}</${Button}></div>
	</form>`;
}

/** A change as rows of a table: one that adds or takes a whole section has a row for each member. */
function rowsOf(sections, { path, from, to }) {
	const section = sections.find(({ key }) => key !== '' && path === `/${key}`);
	if (section === undefined)
		return [{ ...fieldAt(sections, path), from, to }];
	return section.fields.map((field) => ({ section, field, from: from?.[field.name], to: to?.[field.name] }))
		.filter((row) => row.from !== undefined || row.to !== undefined);
}

function Changes({ kind, correction }) {
	const said = (field, value) => (value === undefined || value === null ? '–' : showValue(field, value));
	return html`<${Table} caption=${t('correct.changes')} isNamed columns=${['correct.field', 'correct.from', 'correct.to'].map((column) => t(column))}
		rows=${correction.changes.flatMap((one) => rowsOf(kind.sections, one)).map(({ section, field, from, to }) => ({
			cells: [whereOf({ section, field }), html`<del>${said(field, from)}</del>`, html`<ins>${said(field, to)}</ins>`] }))} />`;
}

const decisions = [
	{ name: 'accept', path: 'acceptance' },
	{ name: 'refuse', path: 'refusal', kind: 'warning', reason: 3 },
];
const withdrawal = [{ name: 'withdraw', path: 'withdrawal', kind: 'secondary' }];

export function CorrectionPage({ officer, words }) {
	const kind = kindOf(words[0]);
	const base = `${kind.path}/${words[1]}`, path = `${base}/corrections/${words[2]}`;
	const { answer: act, problems } = useAnswer(base);
	const { answer: correction, problems: more, reload } = useAnswer(path);
	const [done, setDone] = useDone();
	if (act === undefined || correction === undefined)
		return html`<${ErrorSummary} problems=${[...problems, ...more]} />`;
	const isRegistrar = hasRoleAt(officer, 'civil_registrar', act.office_id);
	const possible = correction.state !== 'proposed' || !isRegistrar ? [] : correction.proposed_by === officer.id ? withdrawal
		: decisions.filter(({ name }) => correction.is_current || name !== 'accept');
	const after = (name) => {
		setDone(name);
		reload();
	};
	return html`
	<${Done} done=${done} />
	<${Heading} caption=${t('correction.title')}><bdi>${titleOf(kind, act.content)}</bdi></${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${correction.state} />
		${correction.is_key && html`<span>${t('correction.key')}</span>`}
		<a class="govuk-link" href=${linkTo('act', kind.kind, act.id)}>${t('duplicates.back')}</a></p>
	${correction.state === 'proposed' && !correction.is_current && html`<div class="govuk-inset-text">${t('correction.old')}</div>`}
	${correction.state === 'proposed' && correction.proposed_by === officer.id && html`<div class="govuk-inset-text">${t('correction.own')}</div>`}
	<${Changes} kind=${kind} correction=${correction} />
	<p class="govuk-body"><strong>${t('field.legal_basis')}</strong> <bdi>${correction.legal_basis}</bdi></p>
	<${Evidence} path=${base} list=${correction.evidence} />
	<${Decisions} key=${correction.state} possible=${possible} path=${path} onDone=${after} />
	<${History} officer=${officer} names=${act.officers}
		events=${correction.decisions.map((one) => ({ what: t(`event.${one.event}`), at: one.decided_at, by: one.officer_id, reason: one.reason }))} />`;
}
