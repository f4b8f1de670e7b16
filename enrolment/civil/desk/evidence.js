/* evidence.js - what an act or a correction rests on: shown, and attached with its file. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { problemsOf } from '/desk/shell/ask.js';
import { bodyOf, fieldAt } from '/desk/shell/fields.js';
import { FileField, Section } from '/desk/shell/form.js';
import { showDate, t } from '/desk/shell/i18n.js';
import { explain, explainOwn, lineAt, sentence } from '/desk/shell/problems.js';
import { ErrorSummary, html } from '/desk/shell/ui.js';
import { evidenceFields } from './kinds.js';

const FILE_MAX = 3000000;
const sections = [{ key: 'evidence', title: 'section.evidence', fields: evidenceFields }];

export function Evidence({ path, list }) {
	return list.length > 0 && html`<h2 class="govuk-heading-m">${t('evidence.title')}</h2>
	<ul class="govuk-list">${list.map((one) => html`<li>${t(`evidence.${one.kind}`)} – <bdi>${one.reference}</bdi> ${showDate(one.issued_on)}
		${' '}${one.media_type && html`<a class="govuk-link" href=${`/civil/v1${path}/evidence/${one.id}`} target="_blank">${t('evidence.file')}</a>`}</li>`)}</ul>`;
}

/* How files begin that are what they say; the service looks at the rest. */
const signatures = { 'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d], 'image/jpeg': [0xff, 0xd8, 0xff], 'image/png': [0x89, 0x50, 0x4e, 0x47] };

/** Reads a chosen file; null when there is none, an error message's key when it is not to be sent. */
export async function fileOf(input) {
	const file = input?.files[0];
	if (file === undefined)
		return null;
	if (file.size > FILE_MAX)
		return 'evidence.file.long';
	if (!['application/pdf', 'image/jpeg', 'image/png'].includes(file.type))
		return 'evidence.file.type';
	const octets = new Uint8Array(await file.arrayBuffer().catch(() => [])); /* it may be gone by now */
	if (!signatures[file.type].every((octet, i) => octets[i] === octet))
		return 'evidence.file.other';
	let text = '';
	for (let i = 0; i < octets.length; i += 8192)
		text += String.fromCharCode(...octets.subarray(i, i + 8192));
	return { media_type: file.type, file: btoa(text) };
}

/** What the service says of a piece of evidence, at its field; the file's is no field of the form. */
export function lineOfEvidence({ pointer, detail }, among) {
	const text = sentence(explain(detail));
	if (/\/(file|media_type)$/.test(pointer))
		return { field: 'evidence-file', text };
	const at = fieldAt(among, pointer.replace(/^(\/evidence\/\d+)?\//, '/evidence/'));
	return at ? lineAt(at, explain(detail)) : { text };
}

export function AttachEvidence({ path, onDone }) {
	const [values, setValues] = useState({});
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const change = (pointer, value) => setValues((before) => ({ ...before, [pointer]: value }));
	const submit = async (event) => {
		event.preventDefault();
		const { body, problems: own } = bodyOf(sections, values);
		const file = await fileOf(document.getElementById('evidence-file'));
		if (own.length > 0 || typeof file === 'string') {
			setProblems([...own.map((p) => lineAt(p, explainOwn(p))), ...(typeof file === 'string' ? [{ field: 'evidence-file', text: t(file) }] : [])]);
			return;
		}
		try {
			await post(`${path}/evidence`, { ...body.evidence, ...file }, key);
			setValues({});
			setProblems([]);
			onDone('attach');
		} catch (error) {
			setProblems(error.problems?.length > 0 && error.status !== 409 ? error.problems.map((one) => lineOfEvidence(one, sections)) : problemsOf(error));
		}
		setKey(crypto.randomUUID());
	};
	const errors = Object.fromEntries(problems.filter((p) => p.pointer).map((p) => [p.pointer, p.short]));
	return html`<details class="govuk-details desk-section"><summary class="govuk-details__summary">
		<span class="govuk-details__summary-text">${t('evidence.attach')}</span></summary>
		<div class="govuk-details__text"><${ErrorSummary} problems=${problems} />
		<form onSubmit=${submit} novalidate>
			<${Section} section=${sections[0]} ...${{ values, change, errors }} />
			<${FileField} id="evidence-file" label=${t('evidence.file')} hint=${t('evidence.file.hint')} error=${problems.find((p) => p.field === 'evidence-file')?.text} />
			<button class="govuk-button">${t('evidence.attach')}</button></form></div></details>`;
}
