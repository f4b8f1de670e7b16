/* common.js - what several pages of the civil registry share. */
import { pointerOf } from '/desk/shell/fields.js';
import { linkTo } from '/desk/shell/app.js';
import { PlaceName } from '/desk/shell/form.js';
import { nameOf, showDate, showMoment, t } from '/desk/shell/i18n.js';
import { html, Table, Tag } from '/desk/shell/ui.js';
import { kindOf } from './kinds.js';

/** Of whom an act is about. */
export const titleOf = (one, content) => one.who.map((member) => nameOf(content[member])).filter(Boolean).join(' – ');

const tagColours = { notified: 'grey', declared: 'yellow', validated: 'light-blue', approved: 'light-blue', registered: 'green', rejected: 'red', annulled: 'red', sealed: 'grey', proposed: 'yellow', accepted: 'green', refused: 'red', withdrawn: 'grey', closed: 'grey', imported: 'light-blue', promoted: 'green', unreadable: 'grey' };
export function StateTag({ state }) {
	return html`<${Tag} colour=${tagColours[state] ?? 'grey'} text=${t(`state.${state}`)} />`;
}

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

/** Acts as the service lists them. */
export function Acts({ items, caption }) {
	return html`<${Table} caption=${caption} columns=${['column.name', 'work.kind', 'field.date_of_birth', 'column.made', 'column.number', 'column.state'].map((column) => t(column))}
		rows=${items.map((item) => ({ key: item.id, cells: [
			html`<a class="govuk-link" href=${linkTo('act', item.kind, item.id)}><bdi>${nameOf(item) || t('unsent.noname')}</bdi></a>`,
			t(kindOf(item.kind).title), showDate(item.date_of_birth), showMoment(item.created_at), item.number && html`<bdi class="desk-number">${item.number}</bdi>`,
			html`<${StateTag} state=${item.state} />`] }))} />`;
}
