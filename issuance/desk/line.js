/* line.js - what the pages of the personalisation line share: how far a batch is, asking again while something runs, the pages of a document. */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { showNumber, t } from '/desk/shell/i18n.js';
import { Button, html, Tag } from '/desk/shell/ui.js';
import { Picture } from './common.js';

/* ---- asking again ---- */

const PATIENCE = 15 * 60 * 1000; /* then somebody has to press a button: a page that asks for ever would keep a session open for ever */

/**
 * Calls `ask` every `seconds` while `isRunning` and the page is looked at.
 * @returns whether it has stopped doing so, and what begins again
 */
export function useEvery(seconds, isRunning, ask) {
	const [since, setSince] = useState(() => Date.now());
	const [isTired, setTired] = useState(false);
	useEffect(() => {
		if (!isRunning || isTired)
			return undefined;
		const timer = setInterval(() => {
			if (Date.now() - since > PATIENCE)
				setTired(true);
			else if (!document.hidden)
				ask();
		}, seconds * 1000);
		return () => clearInterval(timer);
	});
	const again = () => {
		setSince(Date.now());
		setTired(false);
		ask();
	};
	return { isTired: isTired && isRunning, again };
}

export function AskAgain({ isTired, again }) {
	return isTired && html`<${Button} kind="secondary" onClick=${again}>${t('line.again')}</${Button}>`;
}

/* ---- how far a batch is ---- */

const batchColours = { running: 'light-blue', stopped: 'red', completed: 'green' };
export const BatchTag = ({ state }) => html`<${Tag} colour=${batchColours[state]} text=${t(`batch.state.${state}`)} />`;

export const orders = ['done', 'failed', 'held', 'waiting'];
const WIDTH = 400, HEIGHT = 16;

/** A bar of what is done, has failed, is held and waits, told apart by ground and hatches; the figures stand beside it in words. */
export function Progress({ batch }) {
	let at = 0;
	const parts = orders.map((name) => {
		const part = { name, x: at, width: (batch[name] / batch.total) * WIDTH };
		at += part.width;
		return part;
	});
	return html`<div class="desk-progress">
		<svg class="desk-progress__bar" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">${parts.map(({ name, x, width }) => width > 0 && html`
			<rect key=${name} class=${`desk-progress__part desk-progress__part--${name}`} x=${x} y="0" width=${width} height=${HEIGHT} />`)}</svg>
		<p class="desk-progress__words">${orders.filter((name) => batch[name] > 0 || name === 'done').map((name) => t(`line.${name}`, { n: showNumber(batch[name]) })).join(' · ')}</p></div>`;
}

/** So much is through, of so much: for whoever listens. */
export const through = (batch) => batch.done + batch.failed;

/* ---- documents ---- */

/** The pages there are about a document; `but`: the one that shows these links. */
export function DocumentLinks({ number, but }) {
	return html`<ul class="desk-links desk-noprint">${['document', 'chip', 'descent'].filter((page) => page !== but).map((page) => html`<li key=${page}>
		<a class="govuk-link" href=${linkTo(page, number)}>${t(`line.to.${page}`)}</a></li>`)}</ul>`;
}

/** The document as it is printed: its data page, or both sides of a card. */
export function DataPage({ number, type }) {
	const path = `/documents/${encodeURIComponent(number)}/data-page`, source = `/issuance/v1${path}`;
	const away = { class: 'govuk-link', target: '_blank', rel: 'noopener' };
	return html`<figure class="desk-page">${(type === 'ID' ? ['front', 'back'] : ['front']).map((side) => html`
		<${Picture} key=${side} class="desk-page__picture" path=${`${path}?side=${side}`} alt=${t(`line.page.${side}`)} width="1476" height="1039" />`)}
		<figcaption><ul class="desk-links"><li><a href=${`${source}?dpi=600`} ...${away}>${t('line.page.fine')}</a></li>
			<li><a href=${`${source}?form=pdf`} ...${away}>${t('line.page.pdf')}</a></li></ul></figcaption></figure>`;
}
