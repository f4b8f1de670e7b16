/* act.js - one act: what it says, what may be done with it and by whom, and how it came about. */
import { useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { showMoment, t } from '/desk/shell/i18n.js';
import { ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { Content, hasRoleAt, StateTag, useAnswer, whoIs } from './common.js';
import { Decisions } from './decide.js';
import { AttachEvidence, Evidence } from './evidence.js';
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
		<p class="govuk-body-s desk-timeline__by"><time datetime=${event.at}>${showMoment(event.at)}</time>, ${whoIs(officer, event.by)}</p>
		${event.reason && html`<p class="govuk-body"><bdi>${event.reason}</bdi></p>`}
	</li>`)}</ol>`;
}

function Corrections({ act, kind }) {
	return html`<h2 class="govuk-heading-m">${t('corrections.title')}</h2>
	<ul class="govuk-list">${act.corrections.map((one) => html`<li><a class="govuk-link" href=${linkTo('correction', kind.kind, act.id, one.id)}>
		<bdi>${one.legal_basis}</bdi></a> <${StateTag} state=${one.state} /></li>`)}</ul>`;
}

export function ActPage({ officer, words }) {
	const kind = kindOf(words[0]);
	const path = `${kind.path}/${words[1]}`;
	const { answer: act, problems, reload } = useAnswer(path);
	const isOpen = act && open.includes(act.state);
	const { answer: found, reload: reloadFound } = useAnswer(isOpen && `${path}/duplicates`);
	const [done, setDone] = useState('');
	const unresolved = isOpen ? (found?.duplicates ?? []).filter((one) => !one.overridden).length : 0;
	const possible = act ? decisions.filter(({ from, role }) => from.includes(act.state) && hasRoleAt(officer, role ?? 'civil_registrar', act.office_id)) : [];
	const isRegistrar = act && hasRoleAt(officer, 'civil_registrar', act.office_id);
	const mayAttach = act && ['civil_clerk', 'civil_registrar', 'civil_supervisor'].some((role) => hasRoleAt(officer, role, act.office_id));
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
	${act.late_days && html`<div class="govuk-inset-text">${t('act.late', { n: act.late_days })}</div>`}
	${possible.length > 0 && act.declared_by === officer.id ? html`<div class="govuk-inset-text">${t('act.own')}</div>`
		: html`<${Decisions} key=${act.state} possible=${possible} path=${path} onDone=${after} />`}
	${act.state === 'registered' && isRegistrar && html`<p class="govuk-body"><a class="govuk-link" href=${linkTo('correct', kind.kind, act.id)}>${t('correct.title')}</a></p>`}
	<${Content} sections=${kind.sections} content=${act.content} />
	${act.about_this.length > 0 && html`<h2 class="govuk-heading-m">${t('act.about')}</h2><ul class="govuk-list">${act.about_this.map((one) => html`<li>
		<a class="govuk-link" href=${linkTo('act', one.kind, one.id)}>${t(kindOf(one.kind).title)} <bdi>${one.number}</bdi></a> <${StateTag} state=${one.state} /></li>`)}</ul>`}
	${act.corrections.length > 0 && html`<${Corrections} act=${act} kind=${kind} />`}
	<${Evidence} path=${path} list=${act.evidence} />
	${isOpen && mayAttach && html`<${AttachEvidence} path=${path} onDone=${after} />`}
	<${History} act=${act} officer=${officer} />`;
}
