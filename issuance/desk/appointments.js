/* appointments.js - who comes when: an office's appointments of a day, the times it opens, and taking over what was prepared at home. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { Form, useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { Select } from '/desk/shell/form.js';
import { showDate, showTime, t } from '/desk/shell/i18n.js';
import { hasRoleAt, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { Button, Done, ErrorSummary, Heading, html, Table, Tag, useDone } from '/desk/shell/ui.js';
import { allRoles, plainNumber, roles } from './common.js';

/* ---- what was prepared at home ---- */

const prepared = [{ key: '', title: 'takeover.what', fields: [
	{ name: 'code', label: 'field.code', hint: 'field.code.hint', type: 'code', max: 30, required: true },
	{ name: 'uin', label: 'field.uin', hint: 'field.uin.hint', type: 'code', inputmode: 'numeric', max: 20, required: true },
] }];
/** Four by four, whatever stands between them. */
const codeOf = (text) => plainNumber(text).replace(/[^0-9A-Z]/g, '').replace(/.{4}(?=.)/g, '$&-');

export function TakeOverPage() {
	return html`<${Heading}>${t('takeover.title')}</${Heading}>
	<${Form} sections=${prepared} initial=${{}} send=${async ({ code, uin }, key) => {
		const { id } = await post('/prepared-applications/taking-over', { code: codeOf(code), uin: plainNumber(uin) }, key);
		go('application', id, 'taken');
	}}><button class="govuk-button">${t('apply.take')}</button></${Form}>`;
}

/* ---- a day ---- */

const dayAfter = (day, n) => new Date(Date.parse(day) + n * 86400000).toISOString().slice(0, 10);
/** The day by the clock of who looks, and by how much that is before UTC's then. */
const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
const offsetOn = (day) => -new Date(`${day}T12:00:00`).getTimezoneOffset();
const tagColours = { booked: 'yellow', kept: 'green', missed: 'red' };

function Appointments({ items, officer, office, onDone }) {
	const mayRecord = [roles.clerk, roles.supervisor].some((role) => hasRoleAt(officer, role, office));
	const isOver = ({ starts_at, state }) => state === 'booked' && new Date(starts_at) < new Date();
	return html`<${Table} caption=${t('appointments.title')} columns=${['column.time', 'column.desk', 'column.kind', 'column.reason', 'column.state'].map((column) => t(column))}
		rows=${items.map((one) => ({ key: one.id, cells: [showTime(one.starts_at), one.desk,
			html`${t(`kind.${one.document_type}`)} ${one.is_urgent && html`<${Tag} colour="orange" text=${t('field.urgent')} />`}`, t(`why.${one.reason}`),
			html`<${Tag} colour=${tagColours[one.state] ?? 'grey'} text=${t(`appointment.${one.state}`)} />
				${one.application_id && html` <a class="govuk-link" href=${linkTo('application', one.application_id)}>${t('application.title')}</a>`}
				${mayRecord && isOver(one) && html`<${Decisions} possible=${[{ name: 'absent', path: 'absence', kind: 'secondary' }]} path=${`/appointments/${one.id}`} onDone=${onDone} />`}`] }))} />`;
}

const quarter = (i) => `${String(Math.floor(i / 4)).padStart(2, '0')}:${String((i % 4) * 15).padStart(2, '0')}`;
const quarters = Array.from({ length: 96 }, (_, i) => [quarter(i), quarter(i)]);
const opening = [{ key: '', title: 'opening.places', fields: [
	{ name: 'minutes', label: 'field.minutes', type: 'integer', min: 5, max: 240, required: true },
	{ name: 'desks', label: 'field.desks', type: 'integer', min: 1, max: 100, required: true },
] }];

/** The times that a supervisor opens, as the clock of the office has them. */
function Openings({ day, office, officer, onDone }) {
	const { answer, problems, reload } = useAnswer('/appointment-openings', { office, day, utc_offset: offsetOn(day) });
	const [from, setFrom] = useState('09:00');
	const [to, setTo] = useState('12:00');
	const after = (name) => {
		reload();
		onDone(name);
	};
	const at = (time) => new Date(`${day}T${time}:00`).toISOString();
	const send = async (body, key) => {
		await post('/appointment-openings', { office_id: office, starts_at: at(from), ends_at: at(to), ...body }, key);
		after('open');
	};
	const close = [{ name: 'close', path: 'closing', kind: 'warning', reason: 3 }];
	return html`<h2 class="govuk-heading-m">${t('opening.title')}</h2><${ErrorSummary} problems=${problems} />
	${answer?.openings.length === 0 && html`<p class="govuk-body">${t('list.none')}</p>`}
	${answer?.openings.map((one) => html`<div class="desk-decision desk-decision--plain" key=${one.id}>
		<p class="govuk-body"><strong>${showTime(one.starts_at)} – ${showTime(one.ends_at)}</strong> · ${t('opening.each', { n: one.minutes })} · ${t('opening.desks', { n: one.desks })} · ${t('opening.given', { n: one.given })}</p>
		${one.closed ? html`<p class="govuk-body"><${Tag} colour="grey" text=${t('appointment.closed')} /> <bdi>${one.closed}</bdi></p>`
			: hasRoleAt(officer, roles.supervisor, office) && html`<${Decisions} possible=${close} path=${`/appointment-openings/${one.id}`} id=${`close-${one.id}`} onDone=${after} />`}</div>`)}
	${hasRoleAt(officer, roles.supervisor, office) && html`<h3 class="govuk-heading-s">${t('opening.how')}</h3><div class="desk-filters">
		<${Select} id="opening-from" label=${t('opening.from')} value=${from} onValue=${setFrom} options=${quarters} />
		<${Select} id="opening-to" label=${t('opening.to')} value=${to} onValue=${setTo} options=${quarters} /></div>
		<${Form} sections=${opening} initial=${{ '/minutes': '20', '/desks': '1' }} send=${send}><button class="govuk-button">${t('do.open')}</button></${Form}>`}`;
}

export function AppointmentsPage({ officer }) {
	const offices = useOffices(officer, ...allRoles);
	const [office, setOffice] = useState('');
	const [day, setDay] = useState(today);
	const [done, setDone] = useDone();
	const at = office || offices[0]?.id;
	const { answer, problems, reload } = useAnswer(at && '/appointments', { office: at, day, utc_offset: offsetOn(day) });
	const after = (name) => {
		setDone(name);
		reload();
	};
	const move = (n) => () => {
		setDone('');
		setDay(dayAfter(day, n));
	};
	return html`<${Done} done=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading} caption=${t('appointments.title')}>${showDate(day)}</${Heading}>
	<div class="desk-filters"><${OfficeChoice} id="appointments-office" value=${at} onValue=${setOffice} offices=${offices} /></div>
	<div class="govuk-button-group"><${Button} kind="secondary" onClick=${move(-1)}>${t('appointments.before')}</${Button}>
		<${Button} kind="secondary" onClick=${move(1)}>${t('appointments.after')}</${Button}></div>
	${answer && (answer.appointments.length === 0 ? html`<p class="govuk-body">${t('list.none')}</p>`
		: html`<${Appointments} items=${answer.appointments} officer=${officer} office=${at} onDone=${after} />`)}
	${at && html`<${Openings} key=${`${at} ${day}`} day=${day} office=${at} officer=${officer} onDone=${after} />`}`;
}
