/* control.js - quality control: the personalised documents that wait for it, and one of them: its page, what reading it back finds, passed or spoiled. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { linkTo } from '/desk/shell/app.js';
import { Form, Pages, useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { hasMessage, showMoment, t } from '/desk/shell/i18n.js';
import { hasRole, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { explain, sentence } from '/desk/shell/problems.js';
import { Done, ErrorSummary, Heading, html, Table, Tag, useDone } from '/desk/shell/ui.js';
import { allRoles, Code, roles, StateTag, Warning } from './common.js';
import { DataPage, DocumentLinks } from './line.js';

export function ControlPage({ officer }) {
	const offices = useOffices(officer, ...allRoles);
	const [office, setOffice] = useState('');
	const [cursors, setCursors] = useState([]);
	const at = office || offices[0]?.id;
	const { answer, problems } = useAnswer(at && '/documents', { office: at, state: 'personalised', cursor: cursors.at(-1), limit: '25' });
	const choose = (id) => {
		setOffice(id);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('control.title')}</${Heading}>
	<${OfficeChoice} id="control-office" value=${at} onValue=${choose} offices=${offices} />
	${answer && (answer.items.length === 0 ? html`<p class="govuk-body">${t('control.none')}</p>` : html`<${Table} caption=${t('control.queue')}
		columns=${['line.number', 'line.booklet', 'column.kind', 'control.since'].map((column) => t(column))}
		rows=${answer.items.map((item) => ({ key: item.id, cells: [html`<a class="govuk-link" href=${linkTo('examine', item.number)}><${Code} text=${item.number} /></a>`,
			item.booklet && html`<${Code} text=${item.booklet} />`, t(`kind.${item.document_type}`), showMoment(item.changed_at)] }))} />`)}
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}

/* ---- one ---- */

const Verdict = ({ isGood }) => html`<${Tag} colour=${isGood ? 'green' : 'red'} text=${t(isGood ? 'control.good' : 'control.bad')} />`;

/** A verdict of passive authentication stands behind its name, which has words of its own. */
function said({ check, detail }) {
	const [, name, rest] = (check === 'passive_authentication' && /^([a-z_]+): (.*)$/su.exec(detail)) || [];
	if (name === undefined || !hasMessage(`chip.check.${name}`))
		return sentence(explain(detail));
	return name === 'data_group' ? sentence(explain(rest)) : `${t(`chip.check.${name}`)}: ${explain(rest)}`;
}

/** What the control found, item by item; what is bad comes first. */
function Report({ report }) {
	const checks = [...report.checks.filter(({ good }) => !good), ...report.checks.filter(({ good }) => good)];
	return html`<${Table} caption=${t('control.report')} isNamed columns=${['control.check', 'control.result', 'control.found'].map((column) => t(column))}
		rows=${checks.map((one, i) => ({ key: i, cells: [t(`control.check.${one.check}`), html`<${Verdict} isGood=${one.good} />`, said(one)] }))} />`;
}

/** What the officer sees or a reader reads.  Of a document whose chip a station wrote both are wanted: the report says so when they are not there. */
const look = { key: '', title: 'control.look', fields: [
	{ name: 'booklet', label: 'booklets.serial', hint: 'control.booklet.hint', type: 'code', max: 16 },
	{ name: 'page_mrz', label: 'control.mrz', hint: 'control.mrz.hint', type: 'text', max: 100 },
] };

export function ExaminePage({ officer, words: [number] }) {
	const path = `/documents/${encodeURIComponent(number)}`;
	const { answer: found, problems, reload } = useAnswer(path);
	const [report, setReport] = useState(null);
	const [done, setDone] = useDone();
	const isController = hasRole(officer, roles.qc);
	const isWaiting = found?.state === 'personalised';

	const examine = async (typed, key) => {
		setDone('');
		const answer = await post(`${path}/quality-control`, { ...typed, ...(typed.page_mrz ? { page_mrz: typed.page_mrz.replace(/\s/g, '').toUpperCase() } : {}) }, key);
		setReport(answer);
		setDone(answer.passed ? 'pass_control' : '');
		reload();
	};
	const spoiled = (name) => {
		setReport(null);
		setDone(name);
		reload();
	};
	return html`<${Done} done=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading} caption=${t('control.one')}><${Code} text=${number} /></${Heading}>
	${found && html`<p class="govuk-body"><${StateTag} state=${found.state} /> ${t(`kind.${found.document_type}`)}</p>
		<div role="status">${report && !report.passed && html`<${Warning}>${t('control.failed')}</${Warning}>`}</div>
		${report && html`<${Report} report=${report} />`}
		${isController && isWaiting && html`<${Form} sections=${[look]} initial=${{}} send=${examine}><button class="govuk-button">${t('control.do')}</button></${Form}>
			<${Decisions} possible=${[{ name: 'spoil', path: 'spoiling', kind: 'warning', reason: 3 }]} path=${path} onDone=${spoiled} />`}
		${!isWaiting && html`<p class="govuk-body"><a class="govuk-link" href=${linkTo('control')}>${t('control.next')}</a></p>`}
		<${DocumentLinks} number=${number} />
		${found.state !== 'spoiled' && html`<${DataPage} number=${number} type=${found.document_type} />`}`}`;
}
