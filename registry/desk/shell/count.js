/* count.js - what is counted by two officers, security paper and booklets: figures, ranges, and the count of the second one. */
import { post } from './api.js';
import { Form } from './ask.js';
import { showNumber, t } from './i18n.js';
import { whoIs } from './office.js';
import { html } from './ui.js';

export const SERIAL_MAX = 9999999, COUNT_MAX = 10000;
export const serialOf = (prefix, n) => `${prefix}-${String(n).padStart(7, '0')}`;
/** The fields of a range of serials. */
export const range = [
	{ name: 'prefix', label: 'count.prefix', hint: 'count.prefix.hint', type: 'code', max: 8, required: true },
	{ name: 'first', label: 'count.first', type: 'integer', min: 1, max: SERIAL_MAX, required: true },
	{ name: 'last', label: 'count.last', type: 'integer', min: 1, max: SERIAL_MAX, required: true },
];

/** @param {{figures: [string, number][]}} of each with its name */
export function Tiles({ figures }) {
	return html`<dl class="desk-tiles">${figures.map(([name, n]) => html`<div class="desk-tile" key=${name}>
		<dt class="desk-tile__name">${name}</dt><dd class="desk-tile__figure">${showNumber(n)}</dd></div>`)}</dl>`;
}

/**
 * What another officer counted is counted again, without being told where it ended.
 * @param {{one: object, what: string, path: string, officer: object, mayCount: boolean, onDone: (name: string) => void}} of path: of the counts
 */
export function SecondCount({ one, what, path, officer, mayCount, onDone }) {
	const counted = { key: one.id, title: 'count.again', fields: [{ name: 'counted', label: 'count.counted', hint: 'count.counted.hint', type: 'integer', min: one.prefix ? 1 : 0,
		max: one.prefix ? COUNT_MAX : SERIAL_MAX, required: true }] };
	const confirm = async (body, key) => {
		await post(`${path}/${one.id}/confirmation`, body[one.id], key);
		onDone('confirm');
	};
	return html`<div class="desk-decision desk-decision--plain"><p class="govuk-body"><strong>${what}</strong>${one.prefix && html`${' '}
		${t('count.from')} <bdi class="desk-number">${serialOf(one.prefix, one.first)}</bdi>`}</p>
		${one.delivery_note && html`<p class="govuk-body-s"><bdi>${one.delivery_note}</bdi></p>`}
		<p class="govuk-body-s">${t('count.by')} ${whoIs(officer, one.officer_id, one.officer)}</p>
		${one.officer_id === officer.id ? html`<p class="govuk-body">${t('count.own')}</p>`
			: mayCount && html`<${Form} sections=${[counted]} initial=${{}} send=${confirm}><button class="govuk-button">${t('count.confirm')}</button></${Form}>`}</div>`;
}
