/* document.js - one document: its state and whether it is stopped, its data page, what may be done with it, what became of it. */
import { useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { apart, showDate, showMoment, t } from '/desk/shell/i18n.js';
import { hasRole, hasRoleAt, History } from '/desk/shell/office.js';
import { Button, Done, ErrorSummary, Facts, Heading, html } from '/desk/shell/ui.js';
import { Code, Picture, roles, StateTag, Warning } from './common.js';

const report = [{ key: '', title: 'do.report', fields: [
	{ name: 'kind', label: 'field.report_kind', type: 'choice', choices: 'report', options: ['lost', 'stolen'], radios: true, required: true },
	{ name: 'reported_by', label: 'field.reported_by', type: 'choice', choices: 'reporter', options: ['holder', 'guardian', 'police', 'authority'], required: true },
	{ name: 'reference', label: 'field.reference', hint: 'field.reference.hint', type: 'name', max: 200 },
	{ name: 'happened_on', label: 'field.happened_on', hint: 'field.happened_on.hint', type: 'date' },
	{ name: 'place', label: 'field.place', type: 'name', max: 200 },
] }];
const finding = (isStolen) => [{ key: '', title: 'do.find', fields: [
	{ name: 'found_by', label: 'field.found_by', type: 'choice', choices: 'reporter', options: ['holder', 'police', 'authority'], required: true },
	{ name: 'outcome', label: 'field.found', type: 'choice', choices: 'found', options: isStolen ? ['kept'] : ['restored', 'kept'], radios: true, required: true },
	{ name: 'notes', label: 'field.notes', hint: 'field.notes.hint', type: 'long', max: 1000, required: true },
] }];
const found = ({ outcome, ...rest }) => ({ ...rest, is_restored: outcome === 'restored' });

/** What this officer may do with it now.  A loss is reported, and what is found brought, at any office. */
function possibleOf(one, officer) {
	const has = (...wanted) => wanted.some((role) => hasRoleAt(officer, role, one.office_id));
	const isReporter = one.reports.at(-1)?.officer_id === officer.id;
	return [
		one.state === 'delivered' && hasRole(officer, roles.clerk, roles.delivery) && { name: 'report', path: 'reports', kind: 'warning', sections: report },
		['lost', 'stolen'].includes(one.state) && !isReporter && hasRole(officer, roles.clerk, roles.supervisor) && { name: 'find', path: 'findings', sections: finding(one.state === 'stolen'),
			initial: one.state === 'stolen' ? { '/outcome': 'kept' } : {}, bodyOf: found },
		['allocated', 'personalised'].includes(one.state) && has(roles.personaliser, roles.qc) && { name: 'spoil', path: 'spoiling', kind: 'warning', reason: 3 },
		['ready', 'delivered'].includes(one.state) && has(roles.clerk) && { name: 'cancel_document', path: 'cancellation', kind: 'warning', reason: 3 },
	].filter(Boolean);
}

function DataPage({ number }) {
	const [isAsked, setAsked] = useState(false);
	return html`<h2 class="govuk-heading-m">${t('document.data_page')}</h2>
	${isAsked ? html`<${Picture} class="desk-data-page" path=${`/documents/${number}/data-page`} alt=${t('document.data_page.alt')} />`
		: html`<${Button} kind="secondary" onClick=${() => setAsked(true)}>${t('document.data_page.do')}</${Button}>`}`;
}

const eventsOf = (one) => [
	...one.decisions.map((d) => ({ what: t(`event.${d.event}`), state: d.to_state, by: d.officer_id, at: d.created_at, reason: /^reported by /.test(d.reason ?? '') ? undefined : d.reason })),
	...one.reports.map((r) => ({ what: t('event.with', { what: t('event.report'), which: t(`report.${r.kind}`) }), state: 'note', by: r.officer_id, at: r.created_at,
		reason: [t(`reporter.${r.reported_by}`), r.reference, r.happened_on && showDate(r.happened_on), r.place].filter(Boolean).map(apart).join(' · ') })),
	...one.deliveries.filter((d) => !d.is_likeness).map((d) => ({ what: t('event.not_they'), state: 'note', by: d.officer_id, at: d.created_at, reason: d.proof })),
].sort((a, b) => a.at.localeCompare(b.at));

export function DocumentPage({ officer, words }) {
	const path = `/documents/${encodeURIComponent(words[0])}`;
	const { answer: one, problems, reload } = useAnswer(path);
	const [done, setDone] = useState(words[1] === 'delivered' ? 'deliver' : '');
	const after = (name) => {
		setDone(name);
		reload();
	};
	if (one === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	return html`<${Done} name=${done} />
	<${Heading} caption=${t(`kind.${one.document_type}`)}><${Code} text=${one.number} /></${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${one.state} /></p>
	${one.stops.map(({ reason, since }) => html`<${Warning}>${t('document.stopped', { why: t(`stop.${reason}`), when: showMoment(since) })}</${Warning}>`)}
	<${Decisions} key=${one.state} possible=${possibleOf(one, officer)} path=${path} onDone=${after} />
	<ul class="desk-links">
		<li><a class="govuk-link" href=${linkTo('application', one.application_id)}>${t('document.application')}</a></li>
		${one.state === 'ready' && hasRoleAt(officer, roles.delivery, one.office_id) && html`<li><a class="govuk-link" href=${linkTo('delivery', one.number)}>${t('deliver.one')}</a></li>`}
	</ul>
	<${Facts} rows=${[[t('document.issuing_state'), html`<bdi>${one.issuing_state}</bdi>`], [t('document.authority'), html`<bdi>${one.authority}</bdi>`],
		[t('document.issued_on'), showDate(one.issued_on)], [t('document.expires_on'), showDate(one.expires_on)], [t('document.signed'), t(one.is_signed ? 'answer.yes' : 'answer.no')]]} />
	<${DataPage} number=${encodeURIComponent(one.number)} />
	<${History} events=${eventsOf(one)} officer=${officer} names=${one.officers} />`;
}
