/* document.js - one document: its state and whether it is stopped, its data page, what may be done with it, what became of it. */
import { useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { apart, showDate, showMoment, t } from '/desk/shell/i18n.js';
import { hasRole, hasRoleAt, History } from '/desk/shell/office.js';
import { Button, Done, ErrorSummary, Facts, Heading, html, useDone } from '/desk/shell/ui.js';
import { Code, deliveringOffice, Picture, roles, StateTag, Warning } from './common.js';
import { DocumentLinks } from './line.js';

const report = [{ key: '', title: 'do.report', fields: [
	{ name: 'kind', label: 'field.report_kind', type: 'choice', choices: 'report', options: ['lost', 'stolen'], radios: true, required: true },
	{ name: 'reported_by', label: 'field.reported_by', type: 'choice', choices: 'reporter', options: ['holder', 'guardian', 'police', 'authority'], required: true },
	{ name: 'reference', label: 'field.reference', hint: 'field.reference.hint', type: 'name', max: 200 },
	{ name: 'happened_on', label: 'field.happened_on', hint: 'field.happened_on.hint', type: 'date' },
	{ name: 'place', label: 'field.place', type: 'name', max: 200 },
] }];
const finding = (isKept) => [{ key: '', title: 'do.find', fields: [
	{ name: 'found_by', label: 'field.found_by', type: 'choice', choices: 'reporter', options: ['holder', 'police', 'authority'], required: true },
	{ name: 'outcome', label: 'field.found', type: 'choice', choices: 'found', options: isKept ? ['kept'] : ['restored', 'kept'], radios: true, required: true },
	{ name: 'notes', label: 'field.notes', hint: 'field.notes.hint', type: 'long', max: 1000, required: true },
] }];
const found = ({ outcome, ...rest }) => ({ ...rest, is_restored: outcome === 'restored' });

const revocation = [{ key: '', title: 'do.revoke', fields: [
	{ name: 'grounds', label: 'field.grounds', type: 'choice', choices: 'grounds', options: ['fraud', 'error', 'court', 'misuse', 'nationality_lost'], required: true },
	{ name: 'reason', label: 'reason.revoke', hint: 'field.notes.hint', type: 'long', max: 1000, required: true },
] }];
const destruction = [{ key: '', title: 'do.destroy', fields: [
	{ name: 'notes', label: 'field.destroyed', hint: 'field.notes.hint', type: 'long', max: 1000, required: true },
] }];

/**
 * What this officer may do with it now.  A loss is reported, a suspension made and what is found or destroyed brought at any office; what is taken back or
 * ended for good is the issuing office's.
 */
function possibleOf(one, officer) {
	const may = (...wanted) => hasRole(officer, ...wanted), here = (...wanted) => wanted.some((role) => hasRoleAt(officer, role, one.office_id));
	const isIn = (...states) => states.includes(one.state), by = (event) => one.decisions.findLast((d) => d.event === event)?.officer_id;
	const isReporter = one.reports.at(-1)?.officer_id === officer.id, isSuspender = by('suspend') === officer.id;
	const begun = one.standing.destruction_begun_by, inVain = one.deliveries.filter((d) => !d.is_likeness);
	const isAtEnd = isIn('cancelled', 'revoked', 'recovered') || (isIn('delivered') && (one.standing.status === 'expired' || one.stops.length > 0));
	const destroyers = [roles.clerk, roles.delivery, roles.supervisor];
	return [
		isIn('delivered', 'suspended', 'personalised', 'ready') && may(roles.clerk, roles.delivery, roles.supervisor) && { name: 'report', path: 'reports', kind: 'warning', sections: report },
		isIn('delivered') && may(roles.approver, roles.supervisor) && { name: 'suspend', path: 'suspension', kind: 'warning', reason: 10 },
		isIn('suspended') && !isSuspender && here(roles.approver, roles.supervisor) && { name: 'reinstate', path: 'reinstatement', reason: 10 },
		isIn('suspended') && !isSuspender && here(roles.approver, roles.supervisor) && { name: 'revoke', path: 'revocation', kind: 'warning', sections: revocation },
		isIn('lost', 'stolen', 'missing') && !isReporter && may(roles.clerk, roles.supervisor) && { name: 'find', path: 'findings', sections: finding(!isIn('lost')),
			initial: isIn('lost') ? {} : { '/outcome': 'kept' }, bodyOf: found },
		isAtEnd && !begun && may(...destroyers) && { name: 'destroy', path: 'destruction', kind: 'warning', sections: destruction },
		isAtEnd && begun && begun !== officer.id && may(...destroyers) && { name: 'witness', path: 'destruction/witness', kind: 'warning' },
		isIn('ready') && inVain.length > 2 && inVain.every((d) => d.officer_id !== officer.id) && hasRoleAt(officer, roles.supervisor, deliveringOffice(one)) && { name: 'release', path: 'delivery-release', reason: 10 },
		((isIn('allocated') && here(roles.personaliser)) || (isIn('personalised') && here(roles.qc))) && { name: 'spoil', path: 'spoiling', kind: 'warning', reason: 3 },
		isIn('ready', 'delivered', 'suspended') && here(roles.clerk) && { name: 'cancel_document', path: 'cancellation', kind: 'warning', reason: 3 },
	].filter(Boolean);
}

function DataPage({ number }) {
	const [isAsked, setAsked] = useState(false);
	return html`<h2 class="govuk-heading-m">${t('document.data_page')}</h2>
	${isAsked ? html`<${Picture} class="desk-data-page" path=${`/documents/${number}/data-page`} alt=${t('document.data_page.alt')} />`
		: html`<${Button} kind="secondary" onClick=${() => setAsked(true)}>${t('document.data_page.do')}</${Button}>`}`;
}

/** A reason that the registry wrote itself is said in the officer's language, or by the report that stands beside it. */
function reasonOf({ event, reason = '' }) {
	if (['lose', 'steal', 'miss'].includes(event))
		return undefined;
	const [, grounds, rest] = (event === 'revoke' && /^(\w+): (.*)$/s.exec(reason)) || [];
	return grounds ? `${t(`grounds.${grounds}`)} – ${apart(rest)}` : reason;
}

const eventsOf = (one) => [
	...one.decisions.map((d) => ({ what: t(`event.${d.event}`), state: d.to_state, by: d.officer_id, at: d.created_at, reason: reasonOf(d) })),
	...one.reports.map((r) => ({ what: t('event.with', { what: t('event.report'), which: t(`report.${r.kind}`) }), state: 'note', by: r.officer_id, at: r.created_at,
		reason: [t(`reporter.${r.reported_by}`), r.reference, r.happened_on && showDate(r.happened_on), r.place].filter(Boolean).map(apart).join(' · ') })),
	...one.deliveries.filter((d) => !d.is_likeness).map((d) => ({ what: t('event.not_they'), state: 'note', by: d.officer_id, at: d.created_at, reason: d.proof })),
	...one.transfers.map((d) => ({ what: t('event.with', { what: t('event.transfer'), which: d.office }), state: 'note', by: d.officer_id, at: d.created_at, reason: d.reason })),
	...one.releases.map((d) => ({ what: t('event.release'), state: 'note', by: d.officer_id, at: d.created_at, reason: d.reason })),
].sort((a, b) => a.at.localeCompare(b.at));

export function DocumentPage({ officer, words }) {
	const path = `/documents/${encodeURIComponent(words[0])}`;
	const { answer: one, problems, reload } = useAnswer(path);
	const [done, setDone] = useDone(words[1] === 'delivered' ? 'deliver' : '');
	const after = (name) => {
		setDone(name);
		reload();
	};
	if (one === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	return html`<${Done} done=${done} />
	<${Heading} caption=${t(`kind.${one.document_type}`)}><${Code} text=${one.number} /></${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${one.state} /></p>
	${one.stops.map(({ reason, since }) => html`<${Warning}>${t('document.stopped', { why: t(`stop.${reason}`), when: showMoment(since) })}</${Warning}>`)}
	${one.standing.destruction_begun_by === officer.id && html`<div class="govuk-inset-text">${t('document.witness')}</div>`}
	${one.state === 'suspended' && one.decisions.findLast((d) => d.event === 'suspend')?.officer_id === officer.id && html`<div class="govuk-inset-text">${t('document.suspended')}</div>`}
	<${Decisions} key=${one.state} possible=${possibleOf(one, officer)} path=${path} onDone=${after} />
	<ul class="desk-links">
		<li><a class="govuk-link" href=${linkTo('application', one.application_id)}>${t('document.application')}</a></li>
		${one.state === 'ready' && hasRoleAt(officer, roles.delivery, deliveringOffice(one)) && html`<li><a class="govuk-link" href=${linkTo('delivery', one.number)}>${t('deliver.one')}</a></li>`}
	</ul>
	<${DocumentLinks} number=${one.number} but="document" />
	<${Facts} rows=${[[t('document.standing'), t('document.since', { what: t(`standing.${one.standing.status}`), when: showDate(one.standing.since) })], [t('document.issuing_state'), html`<bdi>${one.issuing_state}</bdi>`], [t('document.authority'), html`<bdi>${one.authority}</bdi>`],
		[t('document.issued_on'), showDate(one.issued_on)], [t('document.expires_on'), showDate(one.expires_on)], [t('document.signed'), t(one.is_signed ? 'answer.yes' : 'answer.no')]]} />
	<${DataPage} number=${encodeURIComponent(one.number)} />
	<${History} events=${eventsOf(one)} officer=${officer} names=${one.officers} />`;
}
