/* stock.js - the security paper of an office: how much there is, counted by two officers when it comes and when it is destroyed, spoiled sheets. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { Form, useAnswer } from '/desk/shell/ask.js';
import { range, SecondCount, Tiles } from '/desk/shell/count.js';
import { plainDigits } from '/desk/shell/fields.js';
import { t } from '/desk/shell/i18n.js';
import { hasRoleAt, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { Done, ErrorSummary, Heading, html, useDone } from '/desk/shell/ui.js';

const count = { key: '', title: 'stock.count', fields: [
	{ name: 'event', label: 'stock.event', type: 'choice', choices: 'stock.event', options: ['receive', 'destroy'], radios: true, required: true },
	...range,
] };
const spoil = { key: '', title: 'stock.spoil', fields: [
	{ name: 'serial', label: 'certificate.serial', hint: 'certificate.serial.hint', type: 'code', max: 16, required: true },
	{ name: 'reason', label: 'stock.reason', type: 'long', max: 1000, required: true },
] };

function Balance({ stock }) {
	return html`<${Tiles} figures=${['received', 'issued', 'spoiled', 'destroyed'].map((state) => [t(`stock.${state}`), stock[state]])} />
	${stock.next && html`<p class="govuk-body">${t('stock.next')} <strong class="desk-number"><bdi>${stock.next}</bdi></strong></p>`}`;
}

export function StockPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor');
	const [office, setOffice] = useState('');
	const [done, setDone] = useDone();
	const at = office || offices[0]?.id;
	const { answer: stock, problems, reload } = useAnswer(at && '/paper', { office_id: at });
	const isStocker = at && ['civil_registrar', 'civil_supervisor'].some((role) => hasRoleAt(officer, role, at));
	const isIssuer = at && ['civil_clerk', 'civil_registrar'].some((role) => hasRoleAt(officer, role, at));
	const after = (name) => {
		setDone(name);
		reload();
	};
	return html`<${Done} done=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading}>${t('stock.title')}</${Heading}>
	<${OfficeChoice} id="stock-office" value=${at} onValue=${setOffice} offices=${offices} />
	${stock && html`<${Balance} stock=${stock} />
		${stock.waiting.length > 0 && html`<h2 class="govuk-heading-m">${t('count.waiting')}</h2>
			${stock.waiting.map((one) => html`<${SecondCount} key=${one.id} what=${t(`stock.event.${one.event}`)} path="/paper/counts" mayCount=${isStocker} ...${{ one, officer }} onDone=${after} />`)}`}
		${isStocker && html`<${Form} key=${`count-${at}`} sections=${[count]} initial=${{ '/event': 'receive' }} send=${async (body, key) => {
			await post('/paper/counts', { office_id: at, ...body }, key);
			after('count');
		}}><button class="govuk-button">${t('count.do')}</button></${Form}>`}
		${isIssuer && html`<${Form} key=${`spoil-${at}`} sections=${[spoil]} initial=${{}} send=${async ({ serial, reason }, key) => {
			await post(`/paper/sheets/${encodeURIComponent(plainDigits(serial))}/spoiling`, { reason }, key);
			after('spoil');
		}}><button class="govuk-button govuk-button--warning">${t('do.spoil')}</button></${Form}>`}`}`;
}
