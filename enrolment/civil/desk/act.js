/* act.js - one act: what it says, what may be done with it and by whom, and how it came about. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { linkTo } from '/desk/shell/app.js';
import { LongField } from '/desk/shell/form.js';
import { showMoment, t } from '/desk/shell/i18n.js';
import { Button, ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { Content, hasRoleAt, problemsOf, StateTag, useAnswer } from './common.js';
import { kindOf, titleOf } from './kinds.js';

/* What officers decide: from which states, under which name in the interface, in which role, and whether it needs a reason. */
const open = ['declared', 'validated', 'approved'];
export const decisions = [
	{ name: 'register', path: 'registration', from: open },
	{ name: 'approve', path: 'approval', from: ['validated'], role: 'civil_supervisor' },
	{ name: 'validate', path: 'validation', from: ['declared'], kind: 'secondary' },
	{ name: 'reject', path: 'rejection', from: open, kind: 'warning', reason: 3 },
	{ name: 'annul', path: 'annulment', from: ['registered'], kind: 'warning', reason: 3 },
	{ name: 'reinstate', path: 'reinstatement', from: ['annulled'], kind: 'secondary', reason: 3 },
];

const who = (officer, id) => (id === officer.id ? t('history.you') : t('history.officer', { id: id.slice(0, 8) }));

/** All that happened, in order: decisions, and duplicates that somebody found to be other births. */
function History({ act, officer }) {
	const events = [
		...act.decisions.map((d) => ({ what: t(`event.${d.event}`), by: d.officer_id, at: d.decided_at, reason: d.reason })),
		...act.overrides.map((o) => ({ what: t('event.override'), by: o.officer_id, at: o.created_at, reason: o.reason })),
		...act.versions.filter(({ version }) => version > 1).map((v) => ({ what: t('event.version', { n: v.version }), by: v.officer_id, at: v.created_at })),
	].sort((a, b) => a.at.localeCompare(b.at));
	return html`<h2 class="govuk-heading-m">${t('history.title')}</h2>
	<ol class="desk-timeline">${events.map((event) => html`<li class="desk-timeline__item">
		<h3 class="desk-timeline__title">${event.what}</h3>
		<p class="govuk-body-s desk-timeline__by"><time datetime=${event.at}>${showMoment(event.at)}</time>, ${who(officer, event.by)}</p>
		${event.reason && html`<p class="govuk-body"><bdi>${event.reason}</bdi></p>`}
	</li>`)}</ol>`;
}

function Decisions({ act, kind, officer, onDone }) {
	const [asked, setAsked] = useState(null);
	const [reason, setReason] = useState('');
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const possible = decisions.filter(({ from, role }) => from.includes(act.state) && hasRoleAt(officer, role ?? 'civil_registrar', act.office_id));

	if (possible.length === 0)
		return null;
	if (act.declared_by === officer.id)
		return html`<div class="govuk-inset-text">${t('act.own')}</div>`;

	const decide = async (decision) => {
		if (decision.reason && [...reason.trim()].length < decision.reason) {
			setProblems([{ field: 'decision-reason', text: t('act.reason.missing') }]);
			return;
		}
		try {
			await post(`${kind.path}/${act.id}/${decision.path}`, decision.reason ? { reason: reason.trim() } : undefined, key);
			onDone(decision.name);
		} catch (error) {
			setProblems(problemsOf(error));
			if (error.status !== undefined) /* it took no effect: what is sent next is another request */
				setKey(crypto.randomUUID());
		}
	};
	const press = (decision) => {
		setProblems([]);
		if (decision.reason)
			setAsked(decision);
		else
			decide(decision);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<div class="govuk-button-group">${possible.map((decision) => html`<${Button} kind=${decision.kind} onClick=${() => press(decision)}
		aria-expanded=${decision.reason ? String(asked === decision) : undefined}>${t(`do.${decision.name}`)}</${Button}>`)}</div>
	${asked && html`<form class="desk-decision" novalidate onSubmit=${(event) => { event.preventDefault(); decide(asked); }}>
		<${LongField} id="decision-reason" label=${t(`reason.${asked.name}`)} hint=${t('act.reason.hint')} value=${reason} onValue=${setReason}
			error=${problems.find((p) => p.field)?.text} />
		<div class="govuk-button-group"><button class="govuk-button govuk-button--warning">${t(`do.${asked.name}`)}</button>
		<${Button} kind="secondary" onClick=${() => setAsked(null)}>${t('act.cancel')}</${Button}></div></form>`}`;
}

export function ActPage({ officer, words }) {
	const kind = kindOf(words[0]);
	const path = `${kind.path}/${words[1]}`;
	const { answer: act, problems, reload } = useAnswer(path);
	const isOpen = act && open.includes(act.state);
	const { answer: found, reload: reloadFound } = useAnswer(isOpen && `${path}/duplicates`);
	const [done, setDone] = useState('');
	const unresolved = isOpen ? (found?.duplicates ?? []).filter((one) => !one.overridden).length : 0;
	const after = (name) => {
		setDone(name);
		reload();
		reloadFound();
	};
	if (act === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	return html`
	<div role="status">${done && html`<div class="govuk-notification-banner govuk-notification-banner--success">
		<div class="govuk-notification-banner__content"><p class="govuk-notification-banner__heading">${t(`done.${done}`)}</p></div></div>`}</div>
	<${Heading} caption=${t(kind.title)}><bdi>${titleOf(kind, act.content)}</bdi></${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${act.state} />
		${act.number && html`<span>${t('column.number')} <strong class="desk-number"><bdi>${act.number}</bdi></strong></span>`}</p>
	${unresolved > 0 && html`<div class="govuk-warning-text"><span class="govuk-warning-text__icon" aria-hidden="true">!</span>
		<strong class="govuk-warning-text__text">${t('declare.duplicates', { n: unresolved })}${' '}
		<a class="govuk-link" href=${linkTo('duplicates', kind.kind, act.id)}>${t('duplicates.compare')}</a></strong></div>`}
	<${Decisions} key=${act.state} act=${act} kind=${kind} officer=${officer} onDone=${after} />
	<${Content} sections=${kind.sections} content=${act.content} />
	<${History} act=${act} officer=${officer} />`;
}
