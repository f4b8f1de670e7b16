/* application.js - one application: whose, what is missing, what may be done with it and by whom, how it came about. */
import { linkTo } from '/desk/shell/app.js';
import { useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { digitsOf, nameOf, showDate, showMoment, showMoney, t } from '/desk/shell/i18n.js';
import { hasRoleAt, History } from '/desk/shell/office.js';
import { Done, ErrorSummary, Facts, Heading, html, Table, Tag, useDone } from '/desk/shell/ui.js';
import { Rules } from './apply.js';
import { Code, plainNumber, roles, StateTag, Warning } from './common.js';

const payment = ({ currency }) => [{ key: '', title: 'do.receipt', fields: [
	{ name: 'amount', label: 'field.amount', type: 'money', digits: digitsOf(currency), required: true },
	{ name: 'method', label: 'field.method', type: 'choice', choices: 'method', options: ['cash', 'card', 'transfer'], radios: true, required: true },
] }];
const refund = (fee) => [{ key: '', title: 'do.refund', fields: [...payment(fee)[0].fields,
	{ name: 'reason', label: 'reason.refund', hint: 'field.notes.hint', type: 'long', max: 1000, required: true },
] }];
const consent = [{ key: '', title: 'do.consent', fields: [
	{ name: 'guardian_uin', label: 'field.guardian_uin', hint: 'field.uin.hint', type: 'code', inputmode: 'numeric', max: 20, required: true },
	{ name: 'relation', label: 'field.relation', type: 'choice', choices: 'relation', options: ['mother', 'father', 'guardian'], radios: true, required: true },
	{ name: 'reference', label: 'field.proof', hint: 'field.proof.hint', type: 'name', max: 200 },
] }];
const interview = [{ key: '', title: 'do.interview', fields: [
	{ name: 'outcome', label: 'field.outcome', type: 'choice', choices: 'outcome', options: ['confirmed', 'doubtful'], radios: true, required: true },
	{ name: 'notes', label: 'field.notes', hint: 'field.notes.hint', type: 'long', max: 4000, required: true },
] }];

/** What this officer may do with it now. */
function possibleOf(one, officer) {
	const has = (...wanted) => wanted.some((role) => hasRoleAt(officer, role, one.office_id));
	const isOwn = one.officer_id === officer.id, isOpen = one.state === 'submitted';
	const due = one.fee?.due ?? 0, refundable = one.fee?.refundable ?? 0;
	const typed = (amount) => (amount / 10 ** digitsOf(one.fee.currency)).toFixed(digitsOf(one.fee.currency));
	return [
		isOpen && !isOwn && has(roles.approver, roles.supervisor) && { name: 'approve', path: 'approval' },
		isOpen && due > 0 && has(roles.clerk) && { name: 'receipt', path: 'receipts', sections: payment(one.fee), initial: { '/amount': typed(due) } },
		isOpen && has(roles.clerk) && one.requirements?.some(({ code }) => code === 'consent') && { name: 'consent', path: 'consents', sections: consent,
			bodyOf: (typed) => ({ ...typed, guardian_uin: plainNumber(typed.guardian_uin) }) },
		isOpen && !isOwn && has(roles.clerk, roles.approver, roles.supervisor) && { name: 'interview', path: 'interviews', kind: 'secondary', sections: interview },
		isOpen && !isOwn && due > 0 && has(roles.supervisor) && { name: 'waive', path: 'fee-waiver', kind: 'secondary', reason: 10 },
		isOpen && !isOwn && has(roles.approver, roles.supervisor) && { name: 'refuse', path: 'refusal', kind: 'warning', reason: 3 },
		refundable > 0 && !isOwn && has(roles.supervisor) && { name: 'refund', path: 'refunds', sections: refund(one.fee), initial: { '/amount': typed(refundable) } },
		['submitted', 'approved'].includes(one.state) && has(roles.clerk) && { name: 'cancel', path: 'cancellation', kind: 'warning', reason: 3 },
	].filter(Boolean);
}

function Fee({ fee, mayPrint }) {
	const papers = [...fee.receipts, ...fee.refunds.map((one) => ({ ...one, isRefund: true }))].sort((a, b) => a.created_at.localeCompare(b.created_at));
	return html`<h2 class="govuk-heading-m">${t('fee.title')}</h2>
	<${Facts} rows=${[[t('fee.amount'), showMoney(fee.amount, fee.currency)],
		[t('fee.due'), html`${showMoney(fee.due, fee.currency)} ${fee.waived ? html`<${Tag} colour="light-blue" text=${t('fee.waived')} />` : fee.due === 0 && html`<${Tag} colour="green" text=${t('fee.paid')} />`}`]]} />
	${papers.length > 0 && html`<${Table} caption=${t('fee.receipts')} isNamed columns=${['fee.number', 'field.amount', 'field.method', 'fee.taken'].map((column) => t(column))}
		rows=${papers.map((one) => ({ key: one.number, cells: [mayPrint
			? html`<a class="govuk-link" href=${`/issuance/v1/receipts/${encodeURIComponent(one.number)}/document`} target="_blank"><${Code} text=${one.number} /></a>` : html`<${Code} text=${one.number} />`,
			html`${showMoney(one.amount, fee.currency)} ${one.isRefund && html`<${Tag} colour="orange" text=${t('fee.refunded')} />`}`, t(`method.${one.method}`), showMoment(one.created_at)] }))} />`}`;
}

/** Decisions, consents, interviews and payments in their order. */
const eventsOf = (one) => [
	...one.decisions.map((d) => ({ what: t(`event.${d.event}`), state: d.to_state, by: d.officer_id, at: d.created_at, reason: d.reason })),
	...one.consents.map((c) => ({ what: t('event.with', { what: t('event.consent'), which: t(`relation.${c.relation}`) }), state: 'note', by: c.officer_id, at: c.created_at, reason: c.reference })),
	...one.interviews.map((i) => ({ what: t('event.with', { what: t('event.interview'), which: t(`outcome.${i.outcome}`) }), state: 'note', by: i.officer_id, at: i.created_at, reason: i.notes })),
	...(one.fee?.receipts ?? []).map((r) => ({ what: t('event.with', { what: t('event.receipt'), which: showMoney(r.amount, one.fee.currency) }), state: 'note', by: r.officer_id, at: r.created_at, more: html`<${Code} text=${r.number} />` })),
	...(one.fee?.refunds ?? []).map((r) => ({ what: t('event.with', { what: t('event.refund'), which: showMoney(r.amount, one.fee.currency) }), state: 'note', by: r.officer_id, at: r.created_at, reason: r.reason })),
	...(one.fee?.waiver ? [{ what: t('event.waive'), state: 'note', by: one.fee.waiver.officer_id, at: one.fee.waiver.created_at, reason: one.fee.waiver.reason }] : []),
].sort((a, b) => a.at.localeCompare(b.at));

export function ApplicationPage({ officer, words }) {
	const path = `/applications/${words[0]}`;
	const { answer: one, problems, reload } = useAnswer(path);
	const [done, setDone] = useDone(words[1] === 'taken' ? 'taken' : '');
	const after = (name) => {
		setDone(name);
		reload();
	};
	if (one === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	const isDecider = [roles.approver, roles.supervisor].some((role) => hasRoleAt(officer, role, one.office_id));
	return html`<${Done} done=${done} />
	<${Heading} caption=${t(`kind.${one.document_type}`)}><bdi>${nameOf(one.holder)}</bdi></${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${one.state} /> ${one.is_urgent && html`<${Tag} colour="orange" text=${t('field.urgent')} />`}</p>
	${one.requirements?.length > 0 && html`<${Warning}>${t('application.missing')}</${Warning}><${Rules} list=${one.requirements} />`}
	${one.state === 'submitted' && isDecider && one.officer_id === officer.id && html`<div class="govuk-inset-text">${t('application.own')}</div>`}
	<${Decisions} key=${one.state} possible=${possibleOf(one, officer)} path=${path} onDone=${after} />
	${one.documents.length > 0 && html`<h2 class="govuk-heading-m">${t('application.documents')}</h2><ul class="govuk-list">${one.documents.map(({ number, state }) => html`<li>
		<a class="govuk-link" href=${linkTo('document', number)}><${Code} text=${number} /></a> <${StateTag} state=${state} /></li>`)}</ul>`}
	<${Facts} rows=${[[t('column.reason'), t(`why.${one.reason}`)], [t('field.uin'), html`<${Code} text=${one.holder.uin} />`],
		one.holder.date_of_birth && [t('field.date_of_birth'), showDate(one.holder.date_of_birth)],
		one.holder.place_of_birth && [t('field.place_of_birth'), html`<bdi>${one.holder.place_of_birth}</bdi>`],
		[t('field.sex'), t(`sex.${one.holder.sex}`)], [t('field.nationality'), html`<bdi>${one.holder.nationality}</bdi>`],
		one.visa && [t('field.passport_number'), html`<${Code} text=${one.visa.passport_number} />`], one.visa && [t('field.entries'), one.visa.entries || t('visa.any')],
		one.visa && [t('field.stay_days'), one.visa.stay_days || t('visa.whole')]]} />
	${one.fee && html`<${Fee} fee=${one.fee} mayPrint=${[roles.clerk, roles.supervisor].some((role) => hasRoleAt(officer, role, one.office_id))} />`}
	<${History} events=${eventsOf(one)} officer=${officer} names=${one.officers} />`;
}
