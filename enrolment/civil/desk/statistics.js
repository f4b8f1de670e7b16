/* statistics.js - the tables of vital events: which one, the table and its chart, completeness, and what can be taken away of them. */
import { useState } from '/desk/lib/hooks.js';
import { go, linkTo } from '/desk/shell/app.js';
import { useAnswer } from '/desk/shell/ask.js';
import { bodyOf } from '/desk/shell/fields.js';
import { Section } from '/desk/shell/form.js';
import { showNumber, t } from '/desk/shell/i18n.js';
import { hasRole } from '/desk/shell/office.js';
import { explainOwn, lineAt } from '/desk/shell/problems.js';
import { ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { Bars, Lines, SERIES_MAX } from './chart.js';

/** What each event is counted by; the UN items are for statisticians. */
const events = {
	birth: ['month', 'sex', 'age', 'timeliness', 'attendant', 'site'],
	death: ['month', 'sex', 'age', 'timeliness', 'site'],
	foetal_death: ['month', 'age', 'timeliness', 'attendant', 'site'],
	marriage: ['month', 'timeliness'],
	divorce: ['month', 'timeliness'],
	annulment: ['month', 'timeliness'],
};
const reserved = ['attendant', 'site'];
const needed = { required: true };

function formOf(officer, values) {
	const isMonths = values['/rows'] === 'months';
	const by = events[values['/event']].filter((one) => (hasRole(officer, 'statistician') || !reserved.includes(one)) && !(isMonths && one === 'month'));
	const choice = (name, label, choices, options, more = needed) => ({ name, label, type: 'choice', choices, options, ...more });
	return [{ key: '', title: 'statistics.choice', fields: [
		choice('event', 'statistics.event', 'event_counted', Object.keys(events)),
		{ name: 'year', label: 'statistics.year', type: 'integer', min: 1800, max: 2200, ...needed },
		choice('basis', 'statistics.basis', 'basis', ['occurrence', 'registration']),
		choice('rows', 'statistics.rows', 'rows', ['places', 'months']),
		choice('by', 'statistics.by', 'by', by, {}),
		...(isMonths ? [] : [{ name: 'place', label: 'statistics.place', type: 'place', hint: 'statistics.place.hint' }]),
	] }];
}

/* ---- words ---- */

/** An age group as its code says it: Y0, Y_LT15, Y15T19, Y_GE50. */
function ageOf(code) {
	const [, from, to] = /^Y(\d+)(?:T(\d+))?$/.exec(code) ?? [];
	if (to !== undefined)
		return t('age.from_to', { from, to });
	return code === 'Y0' ? t('age.infant') : t(code.startsWith('Y_LT') ? 'age.under' : 'age.over', { years: code.slice(4) });
}


/** What a column or a month means. */
export function meaningOf(dimension, code, language) {
	if (code === '_T')
		return t('statistics.total');
	if (code === '_U')
		return t('statistics.unknown');
	if (dimension === 'month')
		return new Intl.DateTimeFormat(language, { month: 'short', timeZone: 'UTC' }).format(new Date(Date.UTC(2000, Number(code) - 1, 1)));
	if (dimension === 'age')
		return ageOf(code);
	if (dimension === 'timeliness')
		return t(`timeliness.${code}`);
	return t(`${dimension === 'site' ? 'place_kind' : dimension}.${code}`);
}
const meaning = (dimension, code) => meaningOf(dimension, code, `${document.documentElement.lang}-u-ca-gregory-nu-latn`);

/** Whose row it is. */
function rowName(answer, row) {
	if (row.month !== undefined)
		return meaning('month', row.month);
	if (row.place === '_T')
		return t('statistics.country');
	if (row.place === '_U')
		return t('statistics.nowhere');
	return row.own_part ? t('statistics.own') : row.name ?? row.place;
}

/* ---- the table ---- */

function Cell({ cell }) {
	return html`<td class="govuk-table__cell govuk-table__cell--numeric">${cell.events === null
		? html`<span aria-hidden="true">${t('statistics.hidden.mark')}</span><span class="govuk-visually-hidden">${t('statistics.hidden')}</span>`
		: showNumber(cell.events)}</td>`;
}

function Table({ answer, title, linkOf }) {
	const nameOf = (row) => html`<bdi>${rowName(answer, row)}</bdi>`;
	return html`<div class="desk-scroll" tabindex="0" role="group" aria-label=${title}>
	<table class="govuk-table desk-table desk-counts"><caption class="govuk-table__caption govuk-visually-hidden">${title}</caption>
		<thead class="govuk-table__head"><tr class="govuk-table__row">
			<th scope="col" class="govuk-table__header">${t(`rows.${answer.counted}`)}</th>
			${answer.columns.map(({ code }) => html`<th scope="col" class="govuk-table__header govuk-table__header--numeric">${meaning(answer.by, code)}</th>`)}
		</tr></thead>
		<tbody class="govuk-table__body">${answer.rows.map((row, i) => html`<tr class=${`govuk-table__row${i === 0 ? ' desk-counts__whole' : ''}`} key=${i}>
			<th scope="row" class="govuk-table__header">${i > 0 && linkOf(row) ? html`<a class="govuk-link" href=${linkOf(row)}>${nameOf(row)}</a>` : nameOf(row)}</th>
			${row.cells.map((cell) => html`<${Cell} cell=${cell} />`)}</tr>`)}</tbody>
	</table></div>
	${answer.rows.some((row) => row.cells.some((cell) => cell.events === null)) && html`<p class="govuk-body-s">${t('statistics.hidden.note')}</p>`}`;
}

/* ---- charts ---- */

/** Months: lines of the categories, or of the total where these are too many; places: bars of the categories, or of the places. */
function Chart({ answer, title }) {
	const [whole, ...parts] = answer.rows;
	if (answer.counted === 'months') {
		const months = parts.filter((row) => row.month !== '_U');
		const columns = answer.columns.map(({ code }, i) => ({ code, i })).filter(({ i }) => i > 0 && months.some((row) => row.cells[i].events !== 0));
		const drawn = columns.length > 0 && columns.length <= SERIES_MAX ? columns : [{ code: '_T', i: 0 }];
		return html`<${Lines} id="statistics-chart" title=${title} labels=${months.map((row) => rowName(answer, row))}
			series=${drawn.map(({ code, i }) => ({ name: meaning(answer.by, code), values: months.map((row) => row.cells[i].events) }))} />`;
	}
	const bars = answer.columns.length > 1
		? answer.columns.slice(1).map(({ code }, i) => ({ label: meaning(answer.by, code), value: whole.cells[i + 1].events }))
		: parts.map((row) => ({ label: rowName(answer, row), value: row.cells[0].events }));
	return bars.length > 0 && html`<${Bars} id="statistics-chart" title=${title} bars=${bars} />`;
}

/* ---- completeness ---- */

function Completeness({ answer }) {
	const rows = answer.rows.flatMap((row) => row.cells.map((cell, i) => ({ row, cell, code: answer.columns[i].code })))
		.filter(({ cell }) => cell.estimate !== undefined);
	if (rows.length === 0)
		return null;
	const named = rows.map(({ row, cell, code }) => ({ cell, name: code === '_T' ? rowName(answer, row) : `${rowName(answer, row)}, ${meaning(answer.by, code)}` }));
	const percent = ({ completeness }) => (completeness === undefined ? t('statistics.hidden.mark') : t('statistics.percent', { n: showNumber(completeness) }));
	const title = t('statistics.completeness');
	return html`<h2 class="govuk-heading-m">${title}</h2>
	<${Bars} id="completeness-chart" title=${title} most=${100}
		bars=${named.map(({ cell, name }) => ({ label: name, value: cell.completeness ?? null, text: percent(cell) }))} />
	<div class="desk-scroll" tabindex="0" role="group" aria-label=${title}><table class="govuk-table desk-table"><caption class="govuk-table__caption govuk-visually-hidden">${title}</caption>
		<thead class="govuk-table__head"><tr class="govuk-table__row">${['place', 'registered', 'estimated', 'completeness'].map((column, i) => html`
			<th scope="col" class=${`govuk-table__header${i > 0 ? ' govuk-table__header--numeric' : ''}`}>${t(`statistics.${column}`)}</th>`)}</tr></thead>
		<tbody class="govuk-table__body">${named.map(({ cell, name }) => html`<tr class="govuk-table__row" key=${name}>
			<th scope="row" class="govuk-table__header"><bdi>${name}</bdi></th><${Cell} cell=${cell} />
			<td class="govuk-table__cell govuk-table__cell--numeric">${showNumber(cell.estimate)}</td>
			<td class="govuk-table__cell govuk-table__cell--numeric">${percent(cell)}</td></tr>`)}</tbody></table></div>
	<p class="govuk-body-s">${t('statistics.completeness.note')}</p>`;
}

/* ---- the page ---- */

const queryOf = ({ event, ...rest }) => Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));

function Result({ asked }) {
	const path = `/statistics/${asked.event}`, query = queryOf(asked);
	const { answer, problems } = useAnswer(path, query);
	if (answer === undefined)
		return html`<${ErrorSummary} problems=${problems} />${problems.length === 0 && html`<p class="govuk-body" role="status">${t('statistics.counting')}</p>`}`;
	const title = [t(`event_counted.${asked.event}`), asked.year, t(`basis.${asked.basis}`), rowName(answer, answer.rows[0])].join(' · ');
	const file = (format) => `/civil/v1${path}?${new URLSearchParams({ ...query, format })}`;
	const linkOf = (row) => (row.month === undefined && !row.own_part && !row.place.startsWith('_')
		? linkTo('statistics', asked.event, String(asked.year), asked.basis, asked.rows, asked.by ?? '-', row.place) : null);
	return html`
	<div role="status"><h2 class="govuk-heading-m"><bdi>${title}</bdi></h2></div>
	<${Chart} answer=${answer} title=${answer.by ? `${title} · ${t(`by.${answer.by}`)}` : title} />
	<${Table} answer=${answer} title=${title} linkOf=${linkOf} />
	<${Completeness} answer=${answer} />
	<div class="desk-noprint"><h2 class="govuk-heading-m">${t('statistics.take')}</h2><ul class="govuk-list">
		<li><a class="govuk-link" href=${file('csv')} download>${t('statistics.csv')}</a></li>
		<li><a class="govuk-link" href=${file('sdmx')} download>${t('statistics.sdmx')}</a></li>
		<li><a class="govuk-link" href="/civil/v1/statistics/dictionary" download>${t('statistics.dictionary')}</a></li></ul></div>`;
}

/** The address says which table it is: one can keep it, or send it to a colleague. */
export function StatisticsPage({ officer, words }) {
	const [event, year, basis, rows, by, place] = words;
	const isAsked = event in events;
	const [values, setValues] = useState({ '/event': isAsked ? event : 'birth', '/year': year ?? String(new Date().getFullYear() - 1), '/basis': basis ?? 'occurrence',
		'/rows': rows ?? 'places', '/by': by === undefined || by === '-' ? '' : by, '/place': place ?? '' });
	const [problems, setProblems] = useState([]);
	const sections = formOf(officer, values);
	const change = (pointer, value) => setValues((before) => {
		const next = { ...before, [pointer]: value };
		/* what the other event is not counted by */
		const field = formOf(officer, next)[0].fields.find(({ name }) => name === 'by');
		return field.options.includes(next['/by']) ? next : { ...next, '/by': '' };
	});
	const submit = (pressed) => {
		pressed.preventDefault();
		const { body, problems: own } = bodyOf(sections, values);
		setProblems(own.map((p) => lineAt(p, explainOwn(p))));
		if (own.length === 0)
			go('statistics', body.event, String(body.year), body.basis, body.rows, body.by ?? '-', ...(body.place ? [body.place] : []));
	};
	const errors = Object.fromEntries(problems.map((p) => [p.pointer, p.short]));
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('statistics.title')}</${Heading}>
	<form class="desk-noprint" onSubmit=${submit} novalidate>
		<${Section} section=${sections[0]} ...${{ values, change, errors }} />
		<button class="govuk-button">${t('statistics.do')}</button></form>
	${isAsked && html`<${Result} asked=${{ event, year, basis, rows, by: by === '-' ? undefined : by, place }} />`}`;
}
