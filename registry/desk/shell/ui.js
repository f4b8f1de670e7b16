/* ui.js - the small components of all pages, in GOV.UK Frontend's classes. */
import { h } from '/desk/lib/preact.js';
import { useEffect, useLayoutEffect, useRef, useState } from '/desk/lib/hooks.js';
import htm from '/desk/lib/htm.js';
import { showMoment, t } from './i18n.js';

export const html = htm.bind(h);

/** The heading of a page: takes the focus when the page opens, so that a screen reader says where one is; at once, so that no key is lost. */
export function Heading({ children, caption }) {
	const ref = useRef(null);
	useLayoutEffect(() => ref.current.focus({ preventScroll: true }), []);
	return html`<h1 class="govuk-heading-l" tabindex="-1" ref=${ref}>
		${caption && html`<span class="govuk-caption-l">${caption}</span>`}${children}</h1>`;
}

export function Button({ kind, children, ...rest }) {
	return html`<button type="button" class=${`govuk-button${kind ? ` govuk-button--${kind}` : ''}`} ...${rest}>${children}</button>`;
}

/**
 * What is wrong, in one place, each line leading to its field.
 * @param {{problems: {text: string, field?: string}[], title?: string}} of
 */
export function ErrorSummary({ problems, title, stamp }) {
	const ref = useRef(null);
	useLayoutEffect(() => {
		if (problems.length > 0)
			ref.current.focus();
	}, [problems, stamp]);
	if (problems.length === 0)
		return null;
	const go = (event, field) => {
		event.preventDefault();
		document.getElementById(field)?.focus();
	};
	return html`<div class="govuk-error-summary" tabindex="-1" ref=${ref}><div role="alert">
		<h2 class="govuk-error-summary__title">${title ?? t('problem.title')}</h2>
		<div class="govuk-error-summary__body"><ul class="govuk-list govuk-error-summary__list">
			${problems.map((p) => html`<li>${p.field
				? html`<a href=${`#${p.field}`} onClick=${(event) => go(event, p.field)}>${p.text}</a>` : p.text}</li>`)}
		</ul></div></div></div>`;
}

/** A field that holds a line of text: label, hint, error message. */
export function TextField({ id, label, hint, error, width, onValue, value, ...rest }) {
	const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
	return html`<div class=${`govuk-form-group${error ? ' govuk-form-group--error' : ''}`}>
		<label class="govuk-label" for=${id}>${label}</label>
		${hint && html`<div id=${`${id}-hint`} class="govuk-hint">${hint}</div>`}
		${error && html`<p id=${`${id}-error`} class="govuk-error-message">
			<span class="govuk-visually-hidden">${t('problem.prefix')}</span> ${error}</p>`}
		<input class=${`govuk-input${width ? ` govuk-input--width-${width}` : ''}${error ? ' govuk-input--error' : ''}`} id=${id} name=${id}
			value=${value} onInput=${(event) => onValue(event.target.value)} aria-describedby=${described}
			aria-invalid=${error ? 'true' : undefined} ...${rest} />
	</div>`;
}

/**
 * A table whose first column names the row.  On a narrow screen each row is a block of lines, each with the name of its column; the roles say that it is
 * a table still.
 * @param {{caption: string, isNamed?: boolean, columns: string[], rows: {key?: string, cells: any[]}[], numeric?: number[], foot?: any}} of isNamed: the
 * caption is to be seen; numeric: columns of figures; foot: a row to end with
 */
export function Table({ caption, isNamed, columns, rows, numeric = [], foot, kind = '' }) {
	const classOf = (name, i) => `govuk-table__${name}${numeric.includes(i) ? ` govuk-table__${name}--numeric` : ''}`;
	return html`<table class=${`govuk-table desk-table desk-table--lines ${kind}`} role="table">
		<caption class=${`govuk-table__caption ${isNamed ? 'govuk-table__caption--m' : 'govuk-visually-hidden'}`}>${caption}</caption>
		<thead class="govuk-table__head" role="rowgroup"><tr class="govuk-table__row" role="row">${columns.map((column, i) => (column === ''
			? html`<td class=${classOf('header', i)} role="cell"></td>` : html`<th scope="col" class=${classOf('header', i)} role="columnheader">${column}</th>`))}</tr></thead>
		<tbody class="govuk-table__body" role="rowgroup">${rows.map(({ key, cells }) => html`<tr class="govuk-table__row" key=${key} role="row">${cells.map((cell, i) => (i === 0
			? html`<th scope="row" class="govuk-table__header" role="rowheader">${cell}</th>`
			: html`<td class=${classOf('cell', i)} role="cell" data-column=${columns[i]} data-empty=${cell === undefined || cell === '' ? 'true' : undefined}><span class="desk-table__value">${cell}</span></td>`))}</tr>`)}</tbody>
		${foot && html`<tfoot role="rowgroup">${foot}</tfoot>`}</table>`;
}

/** A state, as a word on a ground of its colour. */
export function Tag({ colour, text }) {
	return html`<strong class=${`govuk-tag govuk-tag--${colour}`}>${text}</strong>`;
}

/** What was done last, for Done: the same thing done twice is news twice. */
export function useDone(first = '') {
	const [done, setDone] = useState({ name: first, n: 0 });
	return [done, (name) => setDone(({ n }) => ({ name, n: n + 1 }))];
}

/** That something was done: it is brought into view, and a screen reader says it. */
export function Done({ done: { name, n } }) {
	const ref = useRef(null);
	useEffect(() => ref.current?.focus(), [name, n]);
	return html`<div role="status">${name && html`<div key=${n} class="govuk-notification-banner govuk-notification-banner--success" tabindex="-1" ref=${ref}>
		<div class="govuk-notification-banner__content"><p class="govuk-notification-banner__heading">${t(`done.${name}`)}</p></div></div>`}</div>`;
}

/** When and by whom: the line below an event of a history. */
export function When({ at, by }) {
	return html`<p class="govuk-body-s desk-timeline__by"><time datetime=${at}>${showMoment(at)}</time> · <bdi>${by}</bdi></p>`;
}

/** What is known of something, line by line; a row that is false is left out. */
export function Facts({ rows }) {
	return html`<dl class="govuk-summary-list">${rows.filter(Boolean).map(([name, value]) => html`<div class="govuk-summary-list__row">
		<dt class="govuk-summary-list__key">${name}</dt><dd class="govuk-summary-list__value">${value}</dd></div>`)}</dl>`;
}
