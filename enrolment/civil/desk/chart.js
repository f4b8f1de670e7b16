/*
 * chart.js - charts of counts, as SVG that the page makes itself.
 *
 * One ink, and hatches, dashes and marks where there is more than one series: they are told apart without colour and on paper.  A number is
 * null where it is suppressed: then there is no bar, and the mark for suppressed numbers.  What a chart shows stands in the table beside it,
 * to which its description sends whoever does not see it.  Writing from right to left, charts run from right to left.
 */
import { currentDirection, showNumber, t } from '/desk/shell/i18n.js';
import { html } from '/desk/shell/ui.js';

const WIDTH = 760, LABEL = 235, VALUE = 90, ROW = 26, TOP = 6;

/** A round number that is not below n. */
export function roundUp(n) {
	const power = 10 ** Math.floor(Math.log10(Math.max(n, 1)));
	return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map((k) => k * power).find((round) => round >= n);
}

/** Where things stand, from the side where reading begins. */
const across = (x) => (currentDirection() === 'rtl' ? WIDTH - x : x);
const shorten = (text, n) => ([...text].length > n ? `${[...text].slice(0, n - 1).join('')}…` : text);

function Frame({ id, title, height, children }) {
	return html`<figure class="desk-chart"><svg viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-labelledby=${`${id}-title ${id}-more`}
		class="desk-chart__picture"><title id=${`${id}-title`}>${title}</title><desc id=${`${id}-more`}>${t('chart.more')}</desc>${children}</svg></figure>`;
}

/**
 * @param {{id: string, title: string, bars: {label: string, value: number | null, text?: string}[], most?: number}} of `most`: the length of
 * a whole bar; `text`: what stands at a bar instead of its number
 */
export function Bars({ id, title, bars, most }) {
	const whole = most ?? Math.max(1, ...bars.map(({ value }) => value ?? 0));
	const room = WIDTH - LABEL - VALUE;
	return html`<${Frame} id=${id} title=${title} height=${2 * TOP + bars.length * ROW}>
		<line class="desk-chart__axis" x1=${across(LABEL)} x2=${across(LABEL)} y1="0" y2=${2 * TOP + bars.length * ROW} />
		${bars.map(({ label, value, text }, i) => {
			const y = TOP + i * ROW, long = Math.round((Math.min(value ?? 0, whole) / whole) * room);
			return html`<g key=${label}>
				<text class="desk-chart__text" x=${across(LABEL - 8)} y=${y + 17} text-anchor="end">${shorten(label, 30)}</text>
				<rect class="desk-chart__bar" x=${Math.min(across(LABEL), across(LABEL + long))} y=${y + 3} width=${long} height=${ROW - 6} />
				<text class="desk-chart__text" x=${across(LABEL + long + 6)} y=${y + 17}>${text ?? (value === null ? t('statistics.hidden.mark') : showNumber(value))}</text></g>`;
		})}</${Frame}>`;
}

const HEIGHT = 300, LEFT = 70, BOTTOM = 40, RIGHT = 20;
const dashes = ['', '8 4', '2 4', '10 3 2 3', '14 6'];
/** A mark around a point: disc, square, triangle, diamond, cross. */
const marks = [
	(x, y) => html`<circle class="desk-chart__mark" cx=${x} cy=${y} r="4.5" />`,
	(x, y) => html`<rect class="desk-chart__mark" x=${x - 4} y=${y - 4} width="8" height="8" />`,
	(x, y) => html`<path class="desk-chart__mark" d=${`M${x} ${y - 5}l5 9h-10z`} />`,
	(x, y) => html`<path class="desk-chart__mark desk-chart__mark--open" d=${`M${x} ${y - 6}l6 6l-6 6l-6-6z`} />`,
	(x, y) => html`<path class="desk-chart__mark desk-chart__mark--open" d=${`M${x - 4} ${y - 4}l8 8m0-8l-8 8`} />`,
];
export const SERIES_MAX = marks.length;

/** The stretches of a series that are known one after the other, as paths. */
function stretches(points) {
	const paths = [];
	let open = false;
	for (const [x, y] of points) {
		if (y === null) {
			open = false;
			continue;
		}
		if (open)
			paths[paths.length - 1] += `L${x} ${y}`;
		else
			paths.push(`M${x} ${y}`);
		open = true;
	}
	return paths;
}

/**
 * Lines over the same labels: at most SERIES_MAX.
 * @param {{id: string, title: string, labels: string[], series: {name: string, values: (number | null)[]}[]}} of
 */
export function Lines({ id, title, labels, series }) {
	const most = roundUp(Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))));
	const x = (i) => across(Math.round(LEFT + ((i + 0.5) * (WIDTH - LEFT - RIGHT)) / labels.length));
	const y = (value) => Math.round(HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - 16));
	return html`<${Frame} id=${id} title=${title} height=${HEIGHT}>
		${[0, 0.25, 0.5, 0.75, 1].map((part) => part * most).filter((at) => Number.isInteger(at)).map((at) => html`<g key=${at}>
			<line class="desk-chart__grid" x1=${across(LEFT)} x2=${across(WIDTH - RIGHT)} y1=${y(at)} y2=${y(at)} />
			<text class="desk-chart__text" x=${across(LEFT - 8)} y=${y(at) + 5} text-anchor="end">${showNumber(at)}</text></g>`)}
		${labels.map((label, i) => html`<text class="desk-chart__text" x=${x(i)} y=${HEIGHT - 14} text-anchor="middle">${shorten(label, 10)}</text>`)}
		${series.map(({ values }, s) => {
			const points = values.map((value, i) => [x(i), value === null ? null : y(value)]);
			return html`<g key=${s}>${stretches(points).map((d) => html`<path class="desk-chart__line" d=${d} stroke-dasharray=${dashes[s] || undefined} />`)}
				${points.map(([px, py]) => py !== null && marks[s](px, py))}</g>`;
		})}</${Frame}>
	${series.length > 1 && html`<ul class="desk-chart__key">${series.map(({ name }, s) => html`<li><svg class="desk-chart__sample" viewBox="0 0 44 14" aria-hidden="true">
		<path class="desk-chart__line" d="M0 7L44 7" stroke-dasharray=${dashes[s] || undefined} />${marks[s](22, 7)}</svg> ${name}</li>`)}</ul>`}`;
}
