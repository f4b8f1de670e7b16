/* start.js - what an office's main.js calls. */
import { render } from '/desk/lib/preact.js';
import { App } from './app.js';
import { loadLanguage, preferredLanguage } from './i18n.js';
import { html } from './ui.js';

/** @param {{name: string, base: string, messages: string, pages: object[]}} office see app.js */
export async function start(office) {
	await loadLanguage(preferredLanguage(), ['/desk/messages', office.messages]);
	render(html`<${App} office=${office} />`, document.getElementById('desk'));
}
