/* common.js - what several pages of the civil registry share. */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { get, NoLine } from '/desk/shell/api.js';
import { pointerOf } from '/desk/shell/fields.js';
import { PlaceName } from '/desk/shell/form.js';
import { showDate, t } from '/desk/shell/i18n.js';
import { linesOf } from '/desk/shell/problems.js';
import { html } from '/desk/shell/ui.js';

export const hasRole = (officer, ...roles) => officer.roles.some(({ role }) => roles.includes(role));
export const hasRoleAt = (officer, role, office) => officer.roles.some((one) => one.role === role && one.office_id === office);

const tagColours = { notified: 'grey', declared: 'yellow', validated: 'light-blue', approved: 'light-blue', registered: 'green', rejected: 'red', annulled: 'red', sealed: 'grey', proposed: 'yellow', accepted: 'green', refused: 'red', withdrawn: 'grey', closed: 'grey', imported: 'light-blue', promoted: 'green', unreadable: 'grey' };
export function StateTag({ state }) {
	return html`<strong class=${`govuk-tag govuk-tag--${tagColours[state] ?? 'grey'}`}>${t(`state.${state}`)}</strong>`;
}

/**
 * Asks the service when the page opens and when `stamp` changes.
 * @returns {{answer?: object, problems: {text: string}[], reload: () => void}}
 */
export function useAnswer(path, query = {}) {
	const [state, setState] = useState({ problems: [] });
	const [stamp, setStamp] = useState(0);
	const asked = path && `${path} ${JSON.stringify(query)}`;
	useEffect(() => {
		let isCurrent = true;
		if (path)
			get(path, query).then((answer) => ({ answer, problems: [] }), (error) => ({ problems: problemsOf(error) }))
				.then((next) => isCurrent && setState(next));
		return () => { isCurrent = false; };
	}, [asked, stamp]);
	return { ...state, reload: () => setStamp(stamp + 1) };
}

export function problemsOf(error) {
	if (error instanceof NoLine)
		return [{ text: t('line.none') }];
	if (error.problems === undefined)
		throw error;
	return linesOf(error);
}

/** The civil offices where the officer holds one of the roles; auditors see all. */
export function useOffices(officer, ...roles) {
	const { answer } = useAnswer('/offices');
	const items = answer?.items ?? [];
	return hasRole(officer, 'auditor') ? items : items.filter(({ id }) => roles.some((role) => hasRoleAt(officer, role, id)));
}

/** Names of officers are not the desk's to know, but for one's own.  The beginning of an id is its time. */
export const whoIs = (officer, id) => (id === officer.id ? t('history.you') : t('history.officer', { id: id.slice(-8) }));

/** A value of an act's content as a person reads it. */
export function showValue(field, value) {
	if (field.type === 'date')
		return showDate(value);
	if (field.type === 'choice')
		return t(`${field.choices}.${value}`);
	if (field.type === 'place')
		return html`<${PlaceName} code=${value} />`;
	return html`<bdi>${value}</bdi>`;
}

/** What an act says, section by section, as far as it says something. */
export function Content({ sections, content }) {
	return sections.map((section) => {
		const from = section.key === '' ? content : content[section.key];
		const rows = section.fields.filter((field) => from?.[field.name] !== undefined);
		return rows.length > 0 && html`<div class="govuk-summary-card">
			<div class="govuk-summary-card__title-wrapper"><h2 class="govuk-summary-card__title">${t(section.title)}</h2></div>
			<div class="govuk-summary-card__content"><dl class="govuk-summary-list">${rows.map((field) => html`
				<div class="govuk-summary-list__row" key=${pointerOf(section, field)}>
					<dt class="govuk-summary-list__key">${t(field.label)}</dt>
					<dd class="govuk-summary-list__value">${showValue(field, from[field.name])}</dd></div>`)}
			</dl></div></div>`;
	});
}
