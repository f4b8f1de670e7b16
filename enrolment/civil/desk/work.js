/* work.js - what waits for the officer in an office. */
import { t } from '/desk/shell/i18n.js';
import { Heading, html } from '/desk/shell/ui.js';

export function WorkPage() {
	return html`<${Heading}>${t('work.title')}</${Heading}>`;
}
