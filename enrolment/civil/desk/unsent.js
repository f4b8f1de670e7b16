/* unsent.js - what this browser keeps for the officer: declarations that wait for the line or were refused, and drafts. */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { showMoment, t } from '/desk/shell/i18n.js';
import { bodyOf } from '/desk/shell/fields.js';
import { linesOf } from '/desk/shell/problems.js';
import { Problem } from '/desk/shell/api.js';
import { keepSending, listDrafts, listUnsent, readDraft, removeDraft, saveDraft, watchUnsent } from '/desk/shell/store.js';
import { Button, Heading, html, Table } from '/desk/shell/ui.js';
import { titleOf } from './common.js';
import { kindOf } from './kinds.js';

const when = (milliseconds) => (milliseconds ? showMoment(new Date(milliseconds).toISOString()) : '');

/** Beside the page's name in the navigation: how many wait.  It is there while the officer is, so it also sends. */
export function UnsentBadge({ officer }) {
	const [n, setN] = useState(0);
	const count = () => listUnsent(officer.id).then((list) => setN(list.length));
	useEffect(() => watchUnsent(count), []);
	useEffect(() => {
		count();
		return keepSending(officer.id);
	}, []);
	return n > 0 && html` <strong class="govuk-tag govuk-tag--yellow desk-badge" aria-label=${t('unsent.count', { n })}>${n}</strong>`;
}

function unsentRow(one) {
	/* the draft went with the declaration; to change it, it comes back */
	const mend = async () => {
		const draft = await readDraft(one.draft);
		await saveDraft({ ...draft, id: one.draft, unsent: one.id });
	};
	return { key: one.id, cells: [html`<bdi>${one.label}</bdi>`, t(kindOf(one.kind).title), when(one.madeAt), one.state === 'waiting'
		? html`<strong class="govuk-tag govuk-tag--yellow">${t('unsent.waiting')}</strong>`
		: html`<div><strong class="govuk-tag govuk-tag--red">${t('unsent.refused')}</strong>
			<ul class="govuk-list govuk-!-margin-bottom-1">${linesOf(new Problem(one.problem), kindOf(one.kind).sections).map(({ text }) => html`<li>${text}</li>`)}</ul>
			<a class="govuk-link" href=${linkTo('new', one.kind, one.draft)} onClick=${mend}>${t('unsent.mend')}</a></div>`] };
}

export function UnsentPage({ officer }) {
	const [unsent, setUnsent] = useState(null);
	const [drafts, setDrafts] = useState([]);
	const [sent, setSent] = useState([]);
	const load = async () => {
		const [list, kept] = await Promise.all([listUnsent(officer.id), listDrafts(officer.id)]);
		setUnsent(list);
		setDrafts(kept.filter((draft) => !list.some((one) => one.draft === draft.id)));
	};
	useEffect(() => {
		load();
		return watchUnsent((outcome) => {
			if (outcome?.sent)
				setSent((before) => [...before, outcome]);
			load();
		});
	}, []);
	const draftName = ({ kind, values }) => titleOf(kindOf(kind), bodyOf(kindOf(kind).sections, values).body) || t('unsent.noname');
	if (unsent === null)
		return null;
	return html`<${Heading}>${t('unsent.title')}</${Heading}>
	<div role="status">${sent.map(({ answer, sent: one }) => html`<div class="govuk-notification-banner govuk-notification-banner--success">
		<div class="govuk-notification-banner__content"><p class="govuk-notification-banner__heading"><bdi>${one.label}</bdi>: ${t('unsent.sent')}.${' '}
		<a class="govuk-notification-banner__link" href=${linkTo('act', one.kind, answer.id)}>${t('declare.see')}</a></p></div></div>`)}</div>
	${unsent.length === 0 && drafts.length === 0 && html`<p class="govuk-body">${t('unsent.none')}</p>`}
	${unsent.length > 0 && html`<${Table} caption=${t('unsent.declarations')} isNamed columns=${['column.name', 'work.kind', 'column.made', 'column.state'].map((column) => t(column))}
		rows=${unsent.map(unsentRow)} />`}
	${drafts.length > 0 && html`<${Table} caption=${t('unsent.drafts')} isNamed columns=${['column.name', 'work.kind', 'unsent.saved', 'column.action'].map((column) => t(column))}
		rows=${drafts.map((draft) => ({ key: draft.id, cells: [html`<a class="govuk-link" href=${linkTo('new', draft.kind, draft.id)}><bdi>${draftName(draft)}</bdi></a>`,
			t(kindOf(draft.kind).title), when(draft.savedAt), html`<${Button} kind="secondary" class="govuk-button govuk-button--secondary desk-button--small"
				onClick=${() => removeDraft(draft.id).then(load)}>${t('declare.discard')}<span class="govuk-visually-hidden"> <bdi>${draftName(draft)}</bdi></span></${Button}>`] }))} />`}`;
}
