/* booklets.js - the stock of booklets of an office: where they are, counts by two officers, the balance of the day, stations, spoiled ones. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { Form, useAnswer } from '/desk/shell/ask.js';
import { range, SecondCount, SERIAL_MAX, serialOf, Tiles } from '/desk/shell/count.js';
import { Decisions } from '/desk/shell/decide.js';
import { plainDigits } from '/desk/shell/fields.js';
import { showDate, showMoment, showNumber, t } from '/desk/shell/i18n.js';
import { hasRoleAt, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { Done, ErrorSummary, Heading, html, Table, Tag, useDone } from '/desk/shell/ui.js';
import { allRoles, Code, roles } from './common.js';

const event = { name: 'event', label: 'booklets.event', type: 'choice', choices: 'booklets.event', options: ['receive', 'destroy', 'balance'], radios: true, required: true };
const note = { name: 'delivery_note', label: 'booklets.note', type: 'name', max: 100, required: true };
const counted = { name: 'counted', label: 'count.counted', hint: 'booklets.counted.hint', type: 'integer', min: 0, max: SERIAL_MAX, required: true };
const asked = { receive: [note, ...range], destroy: range, balance: [] };
const count = (values) => [{ key: '', title: 'booklets.count', fields: [event, ...asked[values['/event']] ?? [], counted] }];
const assign = { key: 'assign', title: 'booklets.assign', fields: [...range, { name: 'station', label: 'booklets.station', hint: 'booklets.station.hint', type: 'text', max: 40, required: true }] };
const serial = { name: 'serial', label: 'booklets.serial', hint: 'booklets.serial.hint', type: 'code', max: 16, required: true };
const spoil = { key: 'spoil', title: 'booklets.spoil', fields: [serial, { name: 'reason', label: 'booklets.reason', type: 'long', max: 1000, required: true }] };
const back = { key: 'back', title: 'booklets.return', fields: [serial] };

const loss = { key: 'loss', title: 'booklets.loss', fields: [
	{ name: 'kind', label: 'booklets.loss.kind', type: 'choice', choices: 'booklets.lost_as', options: ['lost', 'stolen'], radios: true, required: true },
	...range,
	{ name: 'reference', label: 'booklets.loss.reference', hint: 'booklets.loss.reference.hint', type: 'name', max: 200, required: true },
	{ name: 'notes', label: 'booklets.loss.notes', hint: 'booklets.notes.hint', type: 'long', max: 1000, required: true },
] };
const recovery = (id) => [{ key: `found-${id}`, title: 'booklets.found_again', fields: [...range.filter(({ name }) => name !== 'prefix'),
	{ name: 'notes', label: 'booklets.found.notes', hint: 'booklets.notes.hint', type: 'long', max: 1000, required: true }] }];

/** Ranges that are missing: another officer misses them, too, or found some; who reported them does neither. */
function Loss({ one, officer, mayCount, onDone }) {
	const possible = mayCount && one.officer_id !== officer.id ? [
		!one.is_confirmed && { name: 'confirm_loss', path: 'confirmation', kind: 'warning' },
		one.missing > 0 && { name: 'recover_booklets', path: 'recovery', kind: 'secondary', sections: recovery(one.id), initial: {}, bodyOf: (typed) => typed[`found-${one.id}`] },
	].filter(Boolean) : [];
	return html`<div class="desk-decision desk-decision--plain"><p class="govuk-body"><${Tag} colour="red" text=${t(`booklets.lost_as.${one.kind}`)} />${' '}
		<${Code} text=${serialOf(one.prefix, one.first)} /> – <${Code} text=${serialOf(one.prefix, one.last)} /></p>
		<p class="govuk-body-s"><bdi>${one.reference}</bdi> · ${t('booklets.missing', { n: showNumber(one.missing) })} · ${t(one.is_confirmed ? 'booklets.loss.confirmed' : 'booklets.loss.open')}</p>
		<${Decisions} key=${`${one.is_confirmed} ${one.missing}`} possible=${possible} path=${`/booklets/losses/${one.id}`} onDone=${onDone} /></div>`;
}

function Balances({ stock }) {
	const last = stock.balances[0];
	return html`<h2 class="govuk-heading-m">${t('booklets.balance')}</h2>
	${last ? html`<${Table} caption=${t('booklets.balance')} columns=${['booklets.day', 'booklets.expected', 'booklets.found', 'booklets.difference', ''].map((column) => column && t(column))}
		numeric=${[1, 2, 3]} rows=${stock.balances.map((one, i) => ({ key: i, cells: [showDate(one.on_day), showNumber(one.expected), showNumber(one.counted), showNumber(one.difference),
			html`<${Tag} colour=${one.difference === 0 ? 'green' : 'red'} text=${t(one.difference === 0 ? 'booklets.closed' : 'booklets.open')} />`] }))} />`
		: html`<p class="govuk-body">${t('booklets.nobalance')}</p>`}`;
}

export function BookletsPage({ officer }) {
	const offices = useOffices(officer, ...allRoles);
	const [office, setOffice] = useState('');
	const [done, setDone] = useDone();
	const at = office || offices[0]?.id;
	const { answer: stock, problems, reload } = useAnswer(at && '/booklets', { office: at });
	const isPersonaliser = at && hasRoleAt(officer, roles.personaliser, at);
	const isSupervisor = at && hasRoleAt(officer, roles.supervisor, at);
	const isKeeper = isPersonaliser || (at && hasRoleAt(officer, roles.qc, at));
	const losses = stock?.losses.filter(({ is_confirmed: isConfirmed, missing }) => missing > 0 || !isConfirmed) ?? [];
	const after = (name) => {
		setDone(name);
		reload();
	};
	return html`<${Done} done=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading}>${t('booklets.title')}</${Heading}>
	<${OfficeChoice} id="booklets-office" value=${at} onValue=${setOffice} offices=${offices} />
	${stock && html`<${Tiles} figures=${['received', 'assigned', 'personalised', 'spoiled', 'destroyed', 'lost', 'stolen'].filter((state) => stock[state] > 0 || !['lost', 'stolen'].includes(state)).map((state) => [t(`booklets.${state}`), stock[state]])} />
		${stock.next && html`<p class="govuk-body">${t('booklets.next')} <strong><${Code} text=${stock.next} /></strong></p>`}
		${stock.waiting.length > 0 && html`<h2 class="govuk-heading-m">${t('count.waiting')}</h2>
			${stock.waiting.map((one) => html`<${SecondCount} key=${one.id} what=${t(`booklets.event.${one.event}`)} path="/booklets/counts" mayCount=${isKeeper} ...${{ one, officer }} onDone=${after} />`)}`}
		<${Balances} stock=${stock} />
		${stock.stations.length > 0 && html`<${Table} caption=${t('booklets.stations')} isNamed columns=${[t('batch.station'), t('booklets.blanks')]} numeric=${[1]}
			rows=${stock.stations.map(({ station, blanks }) => ({ key: station, cells: [html`<bdi class="desk-number">${station}</bdi>`, showNumber(blanks)] }))} />`}
		${stock.spoils.length > 0 && html`<${Table} caption=${t('booklets.spoils')} isNamed columns=${['line.booklet', 'batch.why', 'batch.at'].map((column) => t(column))}
			rows=${stock.spoils.map((one) => ({ key: one.serial, cells: [html`<${Code} text=${one.serial} />`, html`<bdi>${one.reason}</bdi>`, showMoment(one.at)] }))} />`}
		${losses.length > 0 && html`<h2 class="govuk-heading-m">${t('booklets.losses')}</h2>
			${losses.map((one) => html`<${Loss} key=${one.id} ...${{ one, officer }} mayCount=${isKeeper || isSupervisor} onDone=${after} />`)}`}
		${isKeeper && html`<${Form} key=${`count-${at}`} sections=${count} initial=${{ '/event': 'receive' }} send=${async (body, key) => {
			await post('/booklets/counts', { office_id: at, ...body }, key);
			after('count');
		}}><button class="govuk-button">${t('count.do')}</button></${Form}>`}
		${isPersonaliser && html`<${Form} key=${`assign-${at}`} sections=${[assign]} initial=${{}} send=${async (body, key) => {
			await post('/booklets/assignments', { office_id: at, ...body.assign }, key);
			after('assign_booklets');
		}}><button class="govuk-button">${t('booklets.assign.do')}</button></${Form}>`}
		${isKeeper && html`<${Form} key=${`back-${at}`} sections=${[back]} initial=${{}} send=${async (body, key) => {
			await post(`/booklets/${encodeURIComponent(plainDigits(body.back.serial))}/return`, undefined, key);
			after('return_booklet');
		}}><button class="govuk-button govuk-button--secondary">${t('booklets.return.do')}</button></${Form}>
		<${Form} key=${`spoil-${at}`} sections=${[spoil]} initial=${{}} send=${async (body, key) => {
			await post(`/booklets/${encodeURIComponent(plainDigits(body.spoil.serial))}/spoiling`, { reason: body.spoil.reason }, key);
			after('spoil_booklet');
		}}><button class="govuk-button govuk-button--warning">${t('booklets.spoil.do')}</button></${Form}>`}
		${(isKeeper || isSupervisor) && html`<${Form} key=${`loss-${at}`} sections=${[loss]} initial=${{}} send=${async (body, key) => {
			await post('/booklets/losses', { office_id: at, ...body.loss }, key);
			after('report_booklets');
		}}><button class="govuk-button govuk-button--warning">${t('booklets.loss.do')}</button></${Form}>`}`}`;
}
