/* common.js - what several pages of the civil registry share. */
import { useEffect, useRef, useState } from '/desk/lib/hooks.js';
import { get, NoLine } from '/desk/shell/api.js';
import { bodyOf, pointerOf } from '/desk/shell/fields.js';
import { linkTo } from '/desk/shell/app.js';
import { PlaceName } from '/desk/shell/form.js';
import { showDate, showMoment, t } from '/desk/shell/i18n.js';
import { explainOwn, lineAt, linesOf } from '/desk/shell/problems.js';
import { html, Table } from '/desk/shell/ui.js';
import { kindOf, nameOf } from './kinds.js';

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

/** What is to be said of an error of the service, at the fields of `sections`; whatever is none of its errors goes on. */
export function problemsOf(error, sections) {
	if (error instanceof NoLine)
		return [{ text: t('line.none') }];
	if (error.problems === undefined)
		throw error;
	return linesOf(error, sections);
}

/** A form whose request has a key of its own until it is known to have taken no effect. */
export function useForm(sections, initial, send) {
	const [values, setValues] = useState(initial);
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const change = (pointer, value) => setValues((before) => ({ ...before, [pointer]: value }));
	const submit = async (event) => {
		event.preventDefault();
		const { body, problems: own } = bodyOf(sections, values);
		setProblems(own.map((p) => lineAt(p, explainOwn(p))));
		if (own.length > 0)
			return;
		try {
			await send(body, key);
			setKey(crypto.randomUUID());
		} catch (error) {
			setProblems(problemsOf(error, sections));
			if (error.status !== undefined)
				setKey(crypto.randomUUID());
		}
	};
	const errors = Object.fromEntries(problems.filter((p) => p.pointer).map((p) => [p.pointer, p.short]));
	return { values, change, problems, submit, errors, reset: () => setValues(initial) };
}

/** The civil offices where the officer holds one of the roles; auditors see all. */
export function useOffices(officer, ...roles) {
	const { answer } = useAnswer('/offices');
	const items = answer?.items ?? [];
	return hasRole(officer, 'auditor') ? items : items.filter(({ id }) => roles.some((role) => hasRoleAt(officer, role, id)));
}

/** An officer by the name that the service gives, by the end of the id where it gives none: the beginning is its time. */
export const whoIs = (officer, id, name) => (id === officer.id ? t('history.you') : name ?? t('history.officer', { id: id.slice(-8) }));

/** That something was done: it is brought into view, and a screen reader says it. */
export function Done({ name }) {
	const ref = useRef(null);
	useEffect(() => ref.current?.focus(), [name]);
	return html`<div role="status">${name && html`<div class="govuk-notification-banner govuk-notification-banner--success" tabindex="-1" ref=${ref}>
		<div class="govuk-notification-banner__content"><p class="govuk-notification-banner__heading">${t(`done.${name}`)}</p></div></div>`}</div>`;
}

/** When and by whom: the line below an event of a history. */
export function When({ at, by }) {
	return html`<p class="govuk-body-s desk-timeline__by"><time datetime=${at}>${showMoment(at)}</time> · <bdi>${by}</bdi></p>`;
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
