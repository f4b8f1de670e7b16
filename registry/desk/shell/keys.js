/* keys.js - shortcuts, all with a modifier (WCAG 2.1.4), read from the place of the key so that they hold on every keyboard. */
import { useEffect, useLayoutEffect, useRef } from '/desk/lib/hooks.js';
import { t } from './i18n.js';
import { Button, html } from './ui.js';

export function useShortcuts(pages, go, showHelp) {
	useEffect(() => {
		const press = (event) => {
			if (document.querySelector('dialog[open]') !== null)
				return;
			if (event.ctrlKey && event.code === 'Enter') {
				const form = event.target.closest?.('form') ?? document.querySelector('main form');
				form?.requestSubmit();
			} else if (event.altKey && event.shiftKey && event.code === 'KeyH') {
				showHelp();
			} else if (event.altKey && event.shiftKey) {
				const page = pages.find(({ shortcut }) => event.code === `Key${shortcut}`);
				if (page === undefined)
					return;
				go(page.route);
			} else {
				return;
			}
			event.preventDefault();
		};
		addEventListener('keydown', press);
		return () => removeEventListener('keydown', press);
	});
}

export function Keys({ pages, onClose }) {
	const ref = useRef(null);
	useLayoutEffect(() => ref.current.showModal(), []);
	const row = (keys, what) => html`<div class="govuk-summary-list__row">
		<dt class="govuk-summary-list__key"><kbd dir="ltr">${keys}</kbd></dt><dd class="govuk-summary-list__value">${what}</dd></div>`;
	return html`<dialog class="desk-dialog" ref=${ref} aria-labelledby="keys-title" onClose=${onClose}>
		<h2 class="govuk-heading-m" id="keys-title">${t('keys.title')}</h2>
		<dl class="govuk-summary-list">
			${pages.map((page) => row(`Alt+Shift+${page.shortcut}`, t(page.title)))}
			${row('Ctrl+Enter', t('keys.send'))}
			${row('Alt+Shift+H', t('keys.help'))}
			${row('Esc', t('keys.close'))}
		</dl>
		<${Button} onClick=${() => ref.current.close()}>${t('keys.closed')}</${Button}>
	</dialog>`;
}
