/* stock.js - the security paper of an office: how much there is, counted by two officers when it comes and when it is destroyed, spoiled sheets. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { Form, useAnswer } from '/desk/shell/ask.js';
import { plainDigits } from '/desk/shell/fields.js';
import { showNumber, t } from '/desk/shell/i18n.js';
import { hasRoleAt, OfficeChoice, useOffices, whoIs } from '/desk/shell/office.js';
import { Done, ErrorSummary, Heading, html } from '/desk/shell/ui.js';

const SERIAL_MAX = 9999999, COUNT_MAX = 10000;
const count = [{ key: '', title: 'stock.count', fields: [
	{ name: 'event', label: 'stock.event', type: 'choice', choices: 'stock.event', options: ['receive', 'destroy'], radios: true, required: true },
	{ name: 'prefix', label: 'stock.prefix', hint: 'stock.prefix.hint', type: 'code', max: 8, required: true },
	{ name: 'first', label: 'stock.first', type: 'integer', min: 1, max: SERIAL_MAX, required: true },
	{ name: 'last', label: 'stock.last', type: 'integer', min: 1, max: SERIAL_MAX, required: true },
] }];
const spoil = [{ key: '', title: 'stock.spoil', fields: [
	{ name: 'serial', label: 'certificate.serial', hint: 'certificate.serial.hint', type: 'code', max: 16, required: true },
	{ name: 'reason', label: 'stock.reason', type: 'long', max: 1000, required: true },
] }];

const serialOf = (prefix, n) => `${prefix}-${String(n).padStart(7, '0')}`;

function Balance({ stock }) {
	return html`<dl class="desk-tiles">${['received', 'issued', 'spoiled', 'destroyed'].map((state) => html`<div class="desk-tile">
		<dt class="desk-tile__name">${t(`stock.${state}`)}</dt><dd class="desk-tile__figure">${showNumber(stock[state])}</dd></div>`)}</dl>
	${stock.next && html`<p class="govuk-body">${t('stock.next')} <strong class="desk-number"><bdi>${stock.next}</bdi></strong></p>`}`;
}

/** What another officer counted is counted again, without being told where it ended. */
function Waiting({ one, officer, isStocker, onDone }) {
	const counted = [{ key: one.id, title: 'stock.again', fields: [{ name: 'counted', label: 'stock.counted', hint: 'stock.counted.hint', type: 'integer', min: 1, max: COUNT_MAX, required: true }] }];
	const confirm = async (body, key) => {
		await post(`/paper/counts/${one.id}/confirmation`, body[one.id], key);
		onDone('confirm');
	};
	return html`<div class="desk-decision desk-decision--plain"><p class="govuk-body"><strong>${t(`stock.event.${one.event}`)}</strong>${' '}
		${t('stock.from')} <bdi class="desk-number">${serialOf(one.prefix, one.first)}</bdi></p>
		<p class="govuk-body-s">${t('stock.by')} ${whoIs(officer, one.officer_id, one.officer)}</p>
		${one.officer_id === officer.id ? html`<p class="govuk-body">${t('stock.own')}</p>`
			: isStocker && html`<${Form} sections=${counted} initial=${{}} send=${confirm}><button class="govuk-button">${t('stock.confirm')}</button></${Form}>`}</div>`;
}

export function StockPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor');
	const [office, setOffice] = useState('');
	const [done, setDone] = useState('');
	const at = office || offices[0]?.id;
	const { answer: stock, problems, reload } = useAnswer(at && '/paper', { office_id: at });
	const isStocker = at && ['civil_registrar', 'civil_supervisor'].some((role) => hasRoleAt(officer, role, at));
	const isIssuer = at && ['civil_clerk', 'civil_registrar'].some((role) => hasRoleAt(officer, role, at));
	const after = (name) => {
		setDone(name);
		reload();
	};
	return html`<${Done} name=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading}>${t('stock.title')}</${Heading}>
	<${OfficeChoice} id="stock-office" value=${at} onValue=${setOffice} offices=${offices} />
	${stock && html`<${Balance} stock=${stock} />
		${stock.waiting.length > 0 && html`<h2 class="govuk-heading-m">${t('stock.waiting')}</h2>
			${stock.waiting.map((one) => html`<${Waiting} key=${one.id} ...${{ one, officer, isStocker }} onDone=${after} />`)}`}
		${isStocker && html`<${Form} key=${`count-${at}`} sections=${count} initial=${{ '/event': 'receive' }} send=${async (body, key) => {
			await post('/paper/counts', { office_id: at, ...body }, key);
			after('count');
		}}><button class="govuk-button">${t('stock.count.do')}</button></${Form}>`}
		${isIssuer && html`<${Form} key=${`spoil-${at}`} sections=${spoil} initial=${{}} send=${async ({ serial, reason }, key) => {
			await post(`/paper/sheets/${encodeURIComponent(plainDigits(serial))}/spoiling`, { reason }, key);
			after('spoil');
		}}><button class="govuk-button govuk-button--warning">${t('do.spoil')}</button></${Form}>`}`}`;
}
