/* unsent.js - what this browser keeps for the officer: declarations that wait for the line or were refused, and drafts. */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { showMoment, t } from '/desk/shell/i18n.js';
import { bodyOf } from '/desk/shell/fields.js';
import { linesOf } from '/desk/shell/problems.js';
import { Problem } from '/desk/shell/api.js';
import { keepSending, listDrafts, listUnsent, readDraft, removeDraft, saveDraft, watchUnsent } from '/desk/shell/store.js';
import { Button, Heading, html } from '/desk/shell/ui.js';
import { kindOf, titleOf } from './kinds.js';

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

function Unsent({ one }) {
	/* the draft went with the declaration; to change it, it comes back */
	const mend = async () => {
		const draft = await readDraft(one.draft);
		await saveDraft({ ...draft, id: one.draft, unsent: one.id });
	};
	return html`<tr class="govuk-table__row">
		<th scope="row" class="govuk-table__header"><bdi>${one.label}</bdi></th>
		<td class="govuk-table__cell">${t(kindOf(one.kind).title)}</td>
		<td class="govuk-table__cell">${when(one.madeAt)}</td>
		<td class="govuk-table__cell">${one.state === 'waiting' ? html`<strong class="govuk-tag govuk-tag--yellow">${t('unsent.waiting')}</strong>`
			: html`<strong class="govuk-tag govuk-tag--red">${t('unsent.refused')}</strong>
				<ul class="govuk-list govuk-!-margin-bottom-1">${linesOf(new Problem(one.problem), kindOf(one.kind).sections).map(({ text }) => html`<li>${text}</li>`)}</ul>
				<a class="govuk-link" href=${linkTo('new', one.kind, one.draft)} onClick=${mend}>${t('unsent.mend')}</a>`}</td></tr>`;
}

function Table({ title, columns, children }) {
	return html`<table class="govuk-table desk-table"><caption class="govuk-table__caption govuk-table__caption--m">${title}</caption>
		<thead class="govuk-table__head"><tr class="govuk-table__row">${columns.map((column) => html`<th scope="col" class="govuk-table__header">${t(column)}</th>`)}</tr></thead>
		<tbody class="govuk-table__body">${children}</tbody></table>`;
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
	${unsent.length > 0 && html`<${Table} title=${t('unsent.declarations')} columns=${['column.name', 'work.kind', 'column.made', 'column.state']}>
		${unsent.map((one) => html`<${Unsent} key=${one.id} one=${one} />`)}</${Table}>`}
	${drafts.length > 0 && html`<${Table} title=${t('unsent.drafts')} columns=${['column.name', 'work.kind', 'unsent.saved', 'column.action']}>
		${drafts.map((draft) => html`<tr class="govuk-table__row" key=${draft.id}>
			<th scope="row" class="govuk-table__header"><a class="govuk-link" href=${linkTo('new', draft.kind, draft.id)}><bdi>${draftName(draft)}</bdi></a></th>
			<td class="govuk-table__cell">${t(kindOf(draft.kind).title)}</td>
			<td class="govuk-table__cell">${when(draft.savedAt)}</td>
			<td class="govuk-table__cell"><${Button} kind="secondary" class="govuk-button govuk-button--secondary desk-button--small"
				onClick=${() => removeDraft(draft.id).then(load)}>${t('declare.discard')}<span class="govuk-visually-hidden"> <bdi>${draftName(draft)}</bdi></span></${Button}></td></tr>`)}
		</${Table}>`}`;
}
