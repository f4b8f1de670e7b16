/* batch.js - orders in batches: one is ordered, the stations work it off, it is stopped and resumed; what failed, what was spoiled. */
import { useRef, useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { Form, Pages, useAnswer } from '/desk/shell/ask.js';
import { Tiles } from '/desk/shell/count.js';
import { Decisions } from '/desk/shell/decide.js';
import { apart, showMoment, showNumber, t } from '/desk/shell/i18n.js';
import { hasRole, hasRoleAt, History, OfficeChoice, useOffices, whoIs } from '/desk/shell/office.js';
import { explain, sentence } from '/desk/shell/problems.js';
import { Done, ErrorSummary, Heading, html, Table, useDone } from '/desk/shell/ui.js';
import { allRoles, Code, roles } from './common.js';
import { AskAgain, BatchTag, orders, Progress, through, useEvery } from './line.js';

const ORDERS_MAX = 10000;
const order = { key: '', title: 'batch.order', fields: [
	{ name: 'limit', label: 'batch.limit', hint: 'batch.limit.hint', type: 'integer', min: 1, max: ORDERS_MAX, required: true },
] };

/** Which station holds how many until when, in a line. */
function Held({ stations }) {
	return stations.filter(({ held }) => held > 0).map(({ station, held, until }) => html`<span class="govuk-body-s" key=${station}>${t('batch.holds', { n: showNumber(held) })}${' '}
		<bdi class="desk-number">${station}</bdi> · ${t('batch.until')} ${showMoment(until)} </span>`);
}

export function BatchesPage({ officer }) {
	const offices = useOffices(officer, ...allRoles);
	const [office, setOffice] = useState('');
	const [cursors, setCursors] = useState([]);
	const at = office || offices[0]?.id;
	const { answer, problems, reload } = useAnswer(at && '/batches', { office: at, cursor: cursors.at(-1), limit: '20' });
	const waiting = useEvery(5, answer?.items.some(({ state }) => state === 'running') ?? false, reload);
	const choose = (id) => {
		setOffice(id);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('batch.title')}</${Heading}>
	<${OfficeChoice} id="batch-office" value=${at} onValue=${choose} offices=${offices} />
	${at && hasRoleAt(officer, roles.personaliser, at) && html`<${Form} key=${at} sections=${[order]} initial=${{ '/limit': '100' }} send=${async (body, key) => {
		const batch = await post('/batches', { office_id: at, ...body }, key);
		go('batch', batch.id);
	}}><button class="govuk-button">${t('batch.order.do')}</button></${Form}>`}
	${answer && html`<h2 class="govuk-heading-m">${t('batch.list')}</h2>${answer.items.length === 0 ? html`<p class="govuk-body">${t('list.none')}</p>` : html`<${Table} caption=${t('batch.list')}
		columns=${['batch.ordered', 'batch.by', 'batch.progress', 'column.state'].map((column) => t(column))}
		rows=${answer.items.map((batch) => ({ key: batch.id, cells: [
			html`<a class="govuk-link" href=${linkTo('batch', batch.id)}>${showMoment(batch.created_at)}</a>`, html`<bdi>${whoIs(officer, batch.officer_id, batch.officer)}</bdi>`,
			html`<${Progress} batch=${batch} /><${Held} stations=${batch.stations} />`, html`<${BatchTag} state=${batch.state} />`] }))} />`}`}
	<${AskAgain} ...${waiting} />
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}

/* ---- one ---- */

/** It is said when it begins, at each quarter, and when it stops: whoever listens is not to be told every second. */
function Said({ batch }) {
	const said = useRef({});
	const step = `${batch.state} ${Math.floor((through(batch) / batch.total) * 4)}`;
	if (said.current.step !== step)
		said.current = { step, text: t('batch.through', { n: showNumber(through(batch)), total: showNumber(batch.total), state: t(`batch.state.${batch.state}`) }) };
	return html`<p class="govuk-visually-hidden" role="status">${said.current.text}</p>`;
}

function Stations({ batch }) {
	return batch.stations.length > 0 && html`<${Table} caption=${t('batch.stations')} isNamed columns=${['batch.station', 'batch.done', 'batch.failed', 'batch.held', 'batch.until'].map((column) => sentence(t(column)))}
		numeric=${[1, 2, 3]} rows=${batch.stations.map(({ station, held, done, failed, until }) => ({ key: station, cells: [
			html`<bdi class="desk-number">${station}</bdi>`, showNumber(done), showNumber(failed), showNumber(held), until && showMoment(until)] }))} />`;
}

function Failed({ batch }) {
	return batch.problems.length > 0 && html`<${Table} caption=${t('batch.problems')} isNamed columns=${[t('batch.application'), t('batch.why')]}
		rows=${batch.problems.map(({ application_id: id, detail }) => ({ key: id, cells: [
			html`<a class="govuk-link desk-number" href=${linkTo('application', id)}><bdi>${id.slice(-8)}</bdi></a>`, sentence(explain(detail))] }))} />`;
}

function Spoiled({ batch }) {
	return batch.spoiled.length > 0 && html`<${Table} caption=${t('batch.spoiled')} isNamed columns=${['line.number', 'line.booklet', 'batch.why', 'batch.at'].map((column) => t(column))}
		rows=${batch.spoiled.map(({ number, booklet, reason, at }) => ({ key: number, cells: [
			html`<a class="govuk-link" href=${linkTo('descent', number)}><${Code} text=${number} /></a>`, html`<${Code} text=${booklet} />`, html`<bdi>${reason}</bdi>`, showMoment(at)] }))} />`;
}

/** Orders wait although nobody stopped them: there is nothing to print on, no chip in the reader. */
function Notices({ batch }) {
	return batch.notices.length > 0 && html`<div class="govuk-inset-text"><h2 class="govuk-heading-s">${t('batch.notices')}</h2>
		<ul class="govuk-list">${batch.notices.map(({ station, detail, since }) => html`<li key=${station}><bdi class="desk-number">${station}</bdi>: ${sentence(explain(detail))}${' '}
			<span class="govuk-body-s">${t('batch.since')} ${showMoment(since)}</span></li>`)}</ul>
		<a class="govuk-link" href=${linkTo('booklets')}>${t('batch.tobooklets')}</a></div>`;
}

export function BatchPage({ officer, words: [id] }) {
	const { answer: batch, problems, reload } = useAnswer(`/batches/${encodeURIComponent(id)}`);
	const [done, setDone] = useDone();
	const waiting = useEvery(2, batch?.state === 'running', reload);
	const decided = (name) => {
		setDone(name);
		reload();
	};
	const may = batch && hasRoleAt(officer, roles.personaliser, batch.office_id);
	const possible = may ? { running: [{ name: 'stop_batch', path: 'stop', kind: 'warning', reason: 3 }], stopped: [{ name: 'resume_batch', path: 'resumption' }] }[batch.state] ?? [] : [];
	return html`<${Done} done=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading} caption=${batch && t('batch.of', { who: apart(whoIs(officer, batch.officer_id, batch.officer)) })}>${batch ? showMoment(batch.created_at) : t('batch.one')}</${Heading}>
	${batch && html`<p class="govuk-body"><${BatchTag} state=${batch.state} /></p>
		<${Said} batch=${batch} /><${Progress} batch=${batch} />
		<${Tiles} figures=${orders.map((name) => [t(`batch.${name}`), batch[name]])} />
		${batch.state === 'running' && batch.waiting + batch.held > 0 && html`<${Notices} batch=${batch} />`}
		<${AskAgain} ...${waiting} />
		<${Decisions} key=${batch.state} possible=${possible} path=${`/batches/${batch.id}`} onDone=${decided} />
		${batch.done > 0 && hasRole(officer, roles.personaliser, roles.qc) && html`<p class="govuk-body"><a class="govuk-link" target="_blank" rel="noopener"
			href=${`/issuance/v1/batches/${encodeURIComponent(batch.id)}/print`}>${t('batch.print')}</a></p>`}
		<${Stations} batch=${batch} /><${Failed} batch=${batch} /><${Spoiled} batch=${batch} />
		<${History} officer=${officer} names=${Object.fromEntries(batch.decisions.map((one) => [one.officer_id, one.officer]))}
			events=${batch.decisions.map((one) => ({ what: t(`batch.event.${one.event}`), at: one.at, by: one.officer_id, reason: one.reason, state: one.event === 'complete' ? 'accepted' : undefined }))} />`}`;
}
