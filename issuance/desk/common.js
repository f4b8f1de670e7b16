/* common.js - what several pages of the passport office share. */
import { useState } from '/desk/lib/hooks.js';
import { getFile } from '/desk/shell/api.js';
import { problemsOf } from '/desk/shell/ask.js';
import { plainDigits } from '/desk/shell/fields.js';
import { t } from '/desk/shell/i18n.js';
import { ErrorSummary, html, Tag } from '/desk/shell/ui.js';

export const roles = { clerk: 'passport_clerk', approver: 'passport_approver', supervisor: 'passport_supervisor', personaliser: 'passport_personaliser', qc: 'passport_qc',
	delivery: 'passport_delivery' };
export const allRoles = Object.values(roles);

const tagColours = { submitted: 'yellow', approved: 'light-blue', in_production: 'light-blue', completed: 'green', refused: 'red', stopped: 'red', cancelled: 'red',
	ready: 'light-blue', delivered: 'green', revoked: 'red', lost: 'red', stolen: 'red', suspended: 'orange', missing: 'red' };
export function StateTag({ state }) {
	return html`<${Tag} colour=${tagColours[state] ?? 'grey'} text=${t(`state.${state}`)} />`;
}

/** Where a document is fetched: where it was applied for, or where it was last sent. */
export const deliveringOffice = (one) => one.transfers.at(-1)?.office_id ?? one.office_id;

/** A number as it is typed, in digits of any script, with gaps or without: the way the service has it. */
export const plainNumber = (text) => plainDigits(text ?? '').replace(/\s/g, '').toUpperCase();

export function Code({ text }) {
	return html`<bdi class="desk-number" dir="ltr">${text}</bdi>`;
}

/** A picture that the service makes; when it makes none, why. */
export function Picture({ path, onLoad, ...rest }) {
	const [problems, setProblems] = useState([]);
	const ask = () => getFile(path).catch((error) => setProblems(problemsOf(error)));
	return problems.length > 0 ? html`<${ErrorSummary} problems=${problems} />` : html`<img ...${rest} src=${`/issuance/v1${path}`} onLoad=${onLoad} onError=${ask} />`;
}

/** Something that stands out above a page. */
export function Warning({ children }) {
	return html`<div class="govuk-warning-text"><span class="govuk-warning-text__icon" aria-hidden="true">!</span>
		<strong class="govuk-warning-text__text"><span class="govuk-visually-hidden">${t('warning.prefix')}</span> ${children}</strong></div>`;
}
