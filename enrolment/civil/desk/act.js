/* act.js - one act: what it says, what may be done with it and by whom, and how it came about. */
import { linkTo } from '/desk/shell/app.js';
import { useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { t } from '/desk/shell/i18n.js';
import { hasRoleAt, History } from '/desk/shell/office.js';
import { Done, ErrorSummary, Heading, html, useDone } from '/desk/shell/ui.js';
import { isCertifiable } from './certificates.js';
import { Content, StateTag, titleOf } from './common.js';
import { AttachEvidence, Evidence } from './evidence.js';
import { kindOf } from './kinds.js';

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

/** All that happened, in order: decisions, duplicates that somebody found to be other events, corrections that were proposed. */
function eventsOf(act, kind) {
	/* the version that a correction made is told with it */
	const versionAt = (moment) => act.versions.find(({ created_at: at }) => at === moment)?.version;
	return [
		...act.decisions.map((d) => ({ state: d.to_state, what: d.event === 'correct' && versionAt(d.decided_at)
			? t('event.corrected', { n: versionAt(d.decided_at) }) : t(`event.${d.event}`), by: d.officer_id, at: d.decided_at, reason: d.reason })),
		...act.overrides.map((o) => ({ state: 'note', what: t('event.override'), by: o.officer_id, at: o.created_at, reason: o.reason })),
		...act.corrections.map((c) => ({ state: 'note', what: t('event.correction'), by: c.officer_id, at: c.created_at, reason: c.legal_basis,
			more: html`<a class="govuk-link" href=${linkTo('correction', kind.kind, act.id, c.id)}>${t('correct.changes')}</a> <${StateTag} state=${c.state} />` })),
	].sort((a, b) => a.at.localeCompare(b.at));
}

export function ActPage({ officer, words }) {
	const kind = kindOf(words[0]);
	const path = `${kind.path}/${words[1]}`;
	const { answer: act, problems, reload } = useAnswer(path);
	const isOpen = act && open.includes(act.state);
	const { answer: found, reload: reloadFound } = useAnswer(isOpen && `${path}/duplicates`);
	const [done, setDone] = useDone();
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
	/* what an open act waits for comes first; to annul one is not what one comes for */
	const decide = possible.length > 0 && act.declared_by === officer.id ? html`<div class="govuk-inset-text">${t('act.own')}</div>`
		: html`<${Decisions} key=${act.state} possible=${possible} path=${path} onDone=${after} />`;
	return html`
	<${Done} done=${done} />
	<${Heading} caption=${t(kind.title)}><bdi>${titleOf(kind, act.content)}</bdi></${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${act.state} />
		${act.number && html`<span>${t('column.number')} <strong class="desk-number"><bdi>${act.number}</bdi></strong></span>`}</p>
	${unresolved > 0 && html`<div class="govuk-warning-text"><span class="govuk-warning-text__icon" aria-hidden="true">!</span>
		<strong class="govuk-warning-text__text">${t('declare.duplicates', { n: unresolved })}${' '}
		<a class="govuk-link" href=${linkTo('duplicates', kind.kind, act.id)}>${t('duplicates.compare')}</a></strong></div>`}
	${act.late_days && html`<div class="govuk-inset-text">${t('act.late', { n: act.late_days })}</div>`}
	${isOpen && decide}
	${act.number && html`<ul class="desk-links">
		${isCertifiable(act.kind) && html`<li><a class="govuk-link" href=${linkTo('certificates', act.number)}>${t('certificate.all')}</a></li>`}
		${act.state === 'registered' && isRegistrar && html`<li><a class="govuk-link" href=${linkTo('correct', kind.kind, act.id)}>${t('correct.title')}</a></li>`}</ul>`}
	<${Content} sections=${kind.sections} content=${act.content} />
	${act.about_this.length > 0 && html`<h2 class="govuk-heading-m">${t('act.about')}</h2><ul class="govuk-list">${act.about_this.map((one) => html`<li>
		<a class="govuk-link" href=${linkTo('act', one.kind, one.id)}>${t(kindOf(one.kind).title)} <bdi>${one.number}</bdi></a> <${StateTag} state=${one.state} /></li>`)}</ul>`}
	<${Evidence} path=${path} list=${act.evidence} />
	${isOpen && mayAttach && html`<${AttachEvidence} path=${path} onDone=${after} />`}
	${!isOpen && decide}
	<${History} events=${eventsOf(act, kind)} officer=${officer} names=${act.officers} />`;
}
