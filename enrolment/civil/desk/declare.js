/*
 * declare.js - a declaration: what is typed is a draft from the first letter on, kept in this browser; sent, it is kept until the service
 * has answered (store.js of the shell).
 */
import { useEffect, useRef, useState } from '/desk/lib/hooks.js';
import { Problem } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { bodyOf, idOf } from '/desk/shell/fields.js';
import { Section } from '/desk/shell/form.js';
import { t } from '/desk/shell/i18n.js';
import { OfficeChoice, useOffices } from '/desk/shell/office.js';
import { explainOwn, lineAt, linesOf } from '/desk/shell/problems.js';
import { readDraft, readUnsent, removeDraft, removeUnsent, saveDraft, send } from '/desk/shell/store.js';
import { Button, ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { titleOf } from './common.js';
import { kindOf, kinds } from './kinds.js';

/** Which kind, when there is a choice. */
export function KindsPage() {
	useEffect(() => {
		if (kinds.length === 1)
			go('new', kinds[0].kind, crypto.randomUUID());
	}, []);
	return html`<${Heading}>${t('declare.title')}</${Heading}>
	<ul class="govuk-list">${kinds.map((one) => html`<li><a class="govuk-link" href=${linkTo('new', one.kind, crypto.randomUUID())}>${t(one.title)}</a></li>`)}</ul>`;
}

const SAVE_AFTER = 300;

/** The draft of that id; undefined until it is read. */
function useDraft(id, kind, officer) {
	const [draft, setDraft] = useState(undefined);
	const timer = useRef(0), latest = useRef(null);

	useEffect(() => {
		readDraft(id).then((found) => setDraft(found ?? { id, kind: kind.kind, officer: officer.id, values: {} }));
		const now = () => latest.current && saveDraft(latest.current);
		addEventListener('pagehide', now);
		return () => {
			removeEventListener('pagehide', now);
			clearTimeout(timer.current);
			now();
		};
	}, []);
	const change = (pointer, value) => setDraft((before) => {
		const next = { ...before, values: { ...before.values, [pointer]: value }, savedAt: Date.now() };
		latest.current = next;
		clearTimeout(timer.current);
		timer.current = setTimeout(() => saveDraft(next), SAVE_AFTER);
		return next;
	});
	const discard = async () => {
		latest.current = null;
		clearTimeout(timer.current);
		await removeDraft(id);
	};
	return { draft, change, discard };
}

function Sent({ outcome, kind }) {
	const { answer } = outcome;
	if (answer === undefined)
		return html`<div class="govuk-panel desk-panel--waiting"><h1 class="govuk-panel__title" tabindex="-1" ref=${(h1) => h1?.focus()}>${t('declare.waits')}</h1>
			<div class="govuk-panel__body">${t('declare.waits.why')}</div></div>
			<p class="govuk-body"><a class="govuk-link" href=${linkTo('unsent')}>${t('unsent.title')}</a></p>`;
	return html`<div class="govuk-panel govuk-panel--confirmation"><h1 class="govuk-panel__title" tabindex="-1" ref=${(h1) => h1?.focus()}>${t('declare.done')}</h1>
		<div class="govuk-panel__body">${t('declare.done.next')}</div></div>
		${answer.duplicates?.length > 0 && html`<div class="govuk-warning-text"><span class="govuk-warning-text__icon" aria-hidden="true">!</span>
			<strong class="govuk-warning-text__text">${t('declare.duplicates', { n: answer.duplicates.length })}${' '}
			<a class="govuk-link" href=${linkTo('duplicates', kind.kind, answer.id)}>${t('duplicates.compare')}</a></strong></div>`}
		<div class="govuk-button-group">
			<${Button} onClick=${() => go('new', kind.kind, crypto.randomUUID())}>${t('declare.another')}</${Button}>
			<a class="govuk-link" href=${linkTo('act', kind.kind, answer.id)}>${t('declare.see')}</a></div>`;
}

export function DeclarePage({ officer, words }) {
	const [id, kind] = [words[1], kindOf(words[0])];
	const offices = useOffices(officer, 'civil_clerk');
	const { draft, change, discard } = useDraft(id, kind, officer);
	const [problems, setProblems] = useState([]);
	const [outcome, setOutcome] = useState(null);
	const [isBusy, setBusy] = useState(false);
	const isShown = useRef(true);
	useEffect(() => () => { isShown.current = false; }, []);
	const values = draft?.values ?? {};
	const office = values['/office_id'] || offices[0]?.id;

	/* what the service refused while nobody looked */
	useEffect(() => {
		readUnsent(draft?.unsent ?? '').then((one) => one?.problem && setProblems(linesOf(new Problem(one.problem), kind.sections)));
	}, [draft?.unsent]);

	const submit = async (event) => {
		event.preventDefault();
		if (isBusy)
			return;
		const { body, problems: own } = bodyOf(kind.sections, values);
		if (office === undefined)
			own.push({ pointer: '/office_id', kind: 'office', section: { title: kind.title }, field: { label: 'office.one' } });
		if (own.length > 0) {
			setProblems(own.map((p) => lineAt(p, explainOwn(p))));
			return;
		}
		setBusy(true);
		if (draft.unsent)
			await removeUnsent(draft.unsent);
		await saveDraft({ ...draft, unsent: undefined });
		const sent = crypto.randomUUID();
		const result = await send({ id: sent, officer: officer.id, kind: kind.kind, path: kind.path, draft: id,
			body: { office_id: office, notification_id: draft.notification, ...body }, label: titleOf(kind, body) });
		setBusy(false);
		if (result.problem) {
			if (isShown.current)
				await removeUnsent(sent); /* it is mended here; who left the page finds it among the unsent */
			setProblems(linesOf(result.problem, kind.sections));
			return;
		}
		await discard();
		setOutcome(result);
	};
	const leave = async () => {
		await discard();
		if (draft.unsent)
			await removeUnsent(draft.unsent);
		go('work');
	};

	if (draft === undefined)
		return null;
	if (outcome !== null)
		return html`<${Sent} outcome=${outcome} kind=${kind} />`;
	const errors = Object.fromEntries(problems.filter((p) => p.pointer).map((p) => [p.pointer, p.short]));
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading} caption=${t('declare.title')}>${t(kind.title)}</${Heading}>
	<form class="desk-form" onSubmit=${submit} novalidate>
		<${OfficeChoice} id=${idOf('/office_id')} value=${office} onValue=${(value) => change('/office_id', value)} offices=${offices} />
		${kind.sections.map((section) => html`<${Section} key=${section.title} ...${{ section, values, change, errors }} />`)}
		<p class="govuk-hint">${t('declare.kept')}</p>
		<div class="govuk-button-group">
			<button class="govuk-button" aria-disabled=${isBusy ? 'true' : undefined}>${t('declare.do')}</button>
			<${Button} kind="secondary" onClick=${leave}>${t('declare.discard')}</${Button}></div>
	</form>`;
}
