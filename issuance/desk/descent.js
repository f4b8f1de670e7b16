/*
 * descent.js - where a document comes from, as a picture one can click through: from the registered birth over the identity and the application to the
 * document, its delivery and the signed tree head.  The steps of the picture are links to the same steps in the list below it, which says it all in words.
 */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { useAnswer } from '/desk/shell/ask.js';
import { currentDirection, hasMessage, showMoment, showNumber, t } from '/desk/shell/i18n.js';
import { whoIs } from '/desk/shell/office.js';
import { ErrorSummary, Heading, html, Table, Tag } from '/desk/shell/ui.js';
import { Code, StateTag } from './common.js';
import { DocumentLinks } from './line.js';

/* ---- the steps ---- */

/** Each with the record that says who did it and when: the first of these kinds, with the event where there are several. */
const steps = [
	{ name: 'birth', by: [['act_registration']] },
	{ name: 'enrolment', by: [['enrolment']] },
	{ name: 'identity', by: [['identity_version']], officeOf: 'enrolment' },
	{ name: 'application', by: [['application']] },
	{ name: 'approval', by: [['application_decision', 'approve']], officeOf: 'application' },
	{ name: 'personalisation', by: [['document_decision', 'personalise'], ['document']] },
	{ name: 'quality_control', by: [['document_decision', 'pass']] },
	{ name: 'delivery', by: [['document_decision', 'deliver']] },
];

const isProved = (chain, { position }) => chain.tree_head !== undefined && position !== undefined && position < chain.tree_head.size;

/** The steps with what the registry has of each; `last` is the record that made it, absent when it is not taken yet. */
function stepsOf(chain) {
	const of = (name) => chain.records.filter(({ step }) => step === name);
	const known = steps.map(({ name, by, officeOf }) => {
		const records = of(name);
		const last = by.map(([kind, event]) => records.find((one) => one.kind === kind && (event === undefined || one.event === event))).find(Boolean);
		const office = [...records, ...(officeOf ? of(officeOf) : [])].find((one) => one.office)?.office;
		/* an exemption by two officers stands where the birth would */
		return { name, records, last, office, isExempt: name === 'birth' && !last && of('enrolment').some(({ evidence }) => evidence === 'exemption') };
	});
	const after = of('afterwards');
	if (after.length > 0)
		known.push({ name: 'afterwards', records: after, last: after.at(-1), office: after.find((one) => one.office)?.office });
	return known;
}

const titleOf = ({ name, isExempt }) => (isExempt ? t('descent.step.exempt') : t(`descent.step.${name}`));
const idOf = (name) => `descent-${name}`;

/* ---- the picture ---- */

const BOX = { width: 230, height: 92 }, GAP = { x: 30, y: 40 }, EDGE = 6;
const shorten = (text, n) => ([...text].length > n ? `${[...text].slice(0, n - 1).join('')}…` : text);

/** Three boxes in a row where there is room for them, one below the other where there is not. */
function useColumns() {
	const [isWide, setWide] = useState(() => matchMedia('(min-width: 48em)').matches);
	useEffect(() => {
		const query = matchMedia('(min-width: 48em)');
		const change = () => setWide(query.matches);
		query.addEventListener('change', change);
		return () => query.removeEventListener('change', change);
	}, []);
	return isWide ? 3 : 1;
}

/** Where box i stands: rows go to and fro, so that each box is beside or below the one before it; from the side where reading begins. */
function placeOf(i, columns) {
	const row = Math.floor(i / columns), along = i % columns;
	const column = row % 2 === 0 ? along : columns - 1 - along;
	const across = currentDirection() === 'rtl' ? columns - 1 - column : column;
	return { x: EDGE + across * (BOX.width + GAP.x), y: EDGE + row * (BOX.height + GAP.y), row };
}

function Arrow({ from, to }) {
	const middle = { x: BOX.width / 2, y: BOX.height / 2 };
	const d = from.row !== to.row ? `M${from.x + middle.x} ${from.y + BOX.height}V${to.y - 3}`
		: to.x > from.x ? `M${from.x + BOX.width} ${from.y + middle.y}H${to.x - 3}` : `M${from.x} ${from.y + middle.y}H${to.x + BOX.width + 3}`;
	return html`<path class="desk-chain__arrow" d=${d} marker-end="url(#descent-arrow)" />`;
}

function Box({ place, title, lines, isTaken, isCurrent, target, onChoose }) {
	const choose = (event) => {
		event.preventDefault();
		onChoose(target);
	};
	return html`<a class="desk-chain__step" href=${`#${idOf(target)}`} aria-current=${isCurrent ? 'step' : undefined} onClick=${choose}>
		<rect class=${`desk-chain__box${isTaken ? '' : ' desk-chain__box--open'}`} x=${place.x} y=${place.y} width=${BOX.width} height=${BOX.height} rx="4" />
		<text class="desk-chain__title" x=${place.x + BOX.width / 2} y=${place.y + 24} text-anchor="middle">${title}</text>
		${lines.map((line, i) => html` <text class="desk-chain__line" key=${i} x=${place.x + BOX.width / 2} y=${place.y + 46 + i * 18} text-anchor="middle">${shorten(line, 30)}</text>`)}</a>`;
}

function Picture({ boxes, current, onChoose }) {
	const columns = useColumns();
	const rows = Math.ceil(boxes.length / columns);
	const places = boxes.map((box, i) => placeOf(i, columns));
	return html`<svg class=${`desk-chain desk-chain--${columns}`} role="group" aria-label=${t('descent.picture')}
		viewBox=${`0 0 ${2 * EDGE + columns * BOX.width + (columns - 1) * GAP.x} ${2 * EDGE + rows * BOX.height + (rows - 1) * GAP.y}`}>
		<defs><marker id="descent-arrow" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="9" markerHeight="9" orient="auto" markerUnits="userSpaceOnUse">
			<path class="desk-chain__tip" d="M0 0L10 5L0 10z" /></marker></defs>
		${places.slice(1).map((place, i) => html`<${Arrow} key=${i} from=${places[i]} to=${place} />`)}
		${boxes.map((box, i) => html`<${Box} key=${box.target} ...${box} place=${places[i]} isCurrent=${current === box.target} onChoose=${onChoose} />`)}</svg>`;
}

/* ---- the list ---- */

const pages = {
	application: (chain, step) => ['application', step.last?.id],
	approval: (chain) => ['application', chain.records.find(({ kind }) => kind === 'application')?.id],
	personalisation: (chain) => ['chip', chain.number],
	quality_control: (chain) => ['examine', chain.number],
	delivery: (chain) => ['document', chain.number],
	afterwards: (chain) => ['document', chain.number],
};

/** An event that these pages have no word for is shown as the registry calls it. */
const eventOf = (event) => (hasMessage(`descent.event.${event}`) ? t(`descent.event.${event}`) : event.replaceAll('_', ' '));
const whatOf = (one) => [t(`descent.record.${one.kind}`), one.event && eventOf(one.event), one.evidence && t(`descent.evidence.${one.evidence}`),
	one.version && t('descent.version', { n: showNumber(one.version) })].filter(Boolean).join(' · ');

function Records({ chain, step, officer }) {
	return html`<${Table} caption=${`${titleOf(step)}: ${t('descent.records')}`} columns=${['descent.what', 'descent.when', 'descent.who', 'descent.position'].map((column) => t(column))}
		rows=${step.records.map((one) => ({ key: one.id, cells: [whatOf(one), one.at && showMoment(one.at), one.officer_id && html`<bdi>${whoIs(officer, one.officer_id, one.officer)}</bdi>`,
			isProved(chain, one) ? html`<bdi class="desk-number">${one.position}</bdi>` : t('descent.unproved')] }))} />`;
}

function Step({ chain, step, officer, isCurrent }) {
	const page = step.last && pages[step.name]?.(chain, step);
	const number = step.records.find((one) => one.kind === 'act_registration')?.number;
	return html`<li class=${`desk-timeline__item${step.last ? ' desk-timeline__item--accepted' : ' desk-timeline__item--note'}`}>
		<h2 class=${`desk-timeline__title desk-chain__heading${isCurrent ? ' desk-chain__heading--current' : ''}`} id=${idOf(step.name)} tabindex="-1">${titleOf(step)}</h2>
		${step.last ? html`<p class="govuk-body-s desk-timeline__by"><time datetime=${step.last.at}>${showMoment(step.last.at)}</time> · <bdi>${whoIs(officer, step.last.officer_id, step.last.officer)}</bdi>
			${step.office && html` · <bdi>${step.office}</bdi>`}</p>`
			: html`<p class="govuk-body-s desk-timeline__by">${t(step.isExempt ? 'descent.exempt' : 'descent.notyet')}</p>`}
		${number && html`<p class="govuk-body desk-timeline__reason">${t('descent.act')} <${Code} text=${number} /></p>`}
		${page && html`<p class="govuk-body desk-timeline__reason"><a class="govuk-link" href=${linkTo(...page)}>${t(`descent.to.${page[0]}`)}</a></p>`}
		${step.records.length > 0 && html`<details class="govuk-details" open=${isCurrent || undefined}><summary class="govuk-details__summary">
			<span class="govuk-details__summary-text">${t('descent.count', { n: showNumber(step.records.length) })}</span></summary>
			<${Records} chain=${chain} step=${step} officer=${officer} /></details>`}</li>`;
}

function Head({ chain, isCurrent }) {
	const head = chain.tree_head, proved = chain.records.filter((one) => isProved(chain, one)).length;
	return html`<li class=${`desk-timeline__item${head ? ' desk-timeline__item--accepted' : ' desk-timeline__item--note'}`}>
		<h2 class=${`desk-timeline__title desk-chain__heading${isCurrent ? ' desk-chain__heading--current' : ''}`} id=${idOf('tree_head')} tabindex="-1">${t('descent.step.tree_head')}</h2>
		${head ? html`<p class="govuk-body-s desk-timeline__by"><time datetime=${head.signed_at}>${showMoment(head.signed_at)}</time> · ${t('descent.size', { n: showNumber(head.size) })}</p>
			<p class="govuk-body desk-timeline__reason">${t('descent.root')} <bdi class="desk-number desk-chain__root">${head.root}</bdi></p>
			<p class="govuk-body desk-timeline__reason"><${Tag} colour=${proved === chain.records.length ? 'green' : 'yellow'}
				text=${t(proved === chain.records.length ? 'descent.allproved' : 'descent.someproved')} />${' '}
				${t('descent.proved', { n: showNumber(proved), total: showNumber(chain.records.length) })}</p>`
			: html`<p class="govuk-body-s desk-timeline__by">${t('descent.nohead')}</p>`}
		<p class="govuk-body desk-timeline__reason">${t('descent.bundle')} <code class="desk-number desk-chain__root" dir="ltr">catena trace ${chain.number} --bundle FILE</code></p></li>`;
}

/* ---- the page ---- */

function boxOf(step, officer) {
	const lines = step.last ? [showMoment(step.last.at), whoIs(officer, step.last.officer_id, step.last.officer), step.office].filter(Boolean) : [t(step.isExempt ? 'descent.exempt.short' : 'descent.notyet')];
	return { target: step.name, title: titleOf(step), isTaken: step.last !== undefined || step.isExempt, lines };
}

function headBox(head) {
	const lines = head ? [showMoment(head.signed_at), t('descent.size', { n: showNumber(head.size) }), head.root.slice(0, 16)] : [t('descent.nohead')];
	return { target: 'tree_head', title: t('descent.step.tree_head'), isTaken: head !== undefined, lines };
}

export function DescentPage({ officer, words: [number] }) {
	const { answer: chain, problems } = useAnswer(`/documents/${encodeURIComponent(number)}/descent`);
	const [current, setCurrent] = useState('');
	useEffect(() => {
		if (current !== '') {
			const heading = document.getElementById(idOf(current));
			heading?.focus();
			heading?.scrollIntoView({ block: 'center' });
		}
	}, [current]);
	/* the same box again leads there again */
	const choose = (name) => (name === current ? document.getElementById(idOf(name)).focus() : setCurrent(name));
	const known = chain && stepsOf(chain);
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading} caption=${t('descent.title')}><${Code} text=${number} /></${Heading}>
	${chain && html`<p class="govuk-body"><${StateTag} state=${chain.state} /></p>
		<${DocumentLinks} number=${number} but="descent" />
		<${Picture} boxes=${[...known.map((step) => boxOf(step, officer)), headBox(chain.tree_head)]} current=${current} onChoose=${choose} />
		<ol class="desk-timeline">${known.map((step) => html`<${Step} key=${step.name} ...${{ chain, step, officer }} isCurrent=${current === step.name} />`)}
			<${Head} chain=${chain} isCurrent=${current === 'tree_head'} /></ol>`}`;
}
