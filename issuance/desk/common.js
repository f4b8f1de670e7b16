/* common.js - what several pages of the passport office share. */
import { t } from '/desk/shell/i18n.js';
import { html, Tag } from '/desk/shell/ui.js';

/** Who works at the desk: what a page is for whom. */
export const roles = { clerk: 'passport_clerk', approver: 'passport_approver', supervisor: 'passport_supervisor', personaliser: 'passport_personaliser', qc: 'passport_qc', delivery: 'passport_delivery' };
export const allRoles = Object.values(roles);

const tagColours = { submitted: 'yellow', approved: 'light-blue', in_production: 'light-blue', completed: 'green', refused: 'red', cancelled: 'red', stopped: 'red',
	ready: 'light-blue', delivered: 'green', lost: 'red', stolen: 'red' };
export function StateTag({ state }) {
	return html`<${Tag} colour=${tagColours[state] ?? 'grey'} text=${t(`state.${state}`)} />`;
}
