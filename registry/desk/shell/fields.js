/*
 * fields.js - a form as data: from what is typed to the body of a request and back, and from problems to fields.  Pure.
 *
 * A form is a list of sections { key, title, fields, optional?, folded? }: `key` is the member of the body that it fills ("": the body
 * itself); `optional` is the message of a box that must be ticked for the section to be there; `folded` ones open on demand.
 * A field is { name, label, type, required?, ... }:
 *	name		one line in any script; max
 *	code		A to Z, 0 to 9, in capitals; max
 *	date		as much as is known, or the whole day with `whole`
 *	choice		one of `options`, whose messages are `${choices}.${option}`, or whose names are in `names`; `radios` for few
 *	integer		min, max
 *	money		an amount, whole or with `digits` behind the point; sent in the smallest unit
 *	check		a box: true when it is ticked, absent when not
 *	place		a place code, found by the beginning of its name
 *	text		one line, as it is typed; max
 *	long		several lines; max
 *
 * What is typed is a plain object of texts by JSON pointer, "/child/primary_name"; a date has its parts under ":day", ":month",
 * ":year" behind it, a place its name under ":name", a section that is there "on" under "/father:on".
 */

export const pointerOf = (section, field) => `${section.key && `/${section.key}`}/${field.name}`;
/** The id of the (first) input of the field at a pointer. */
export const idOf = (pointer) => `field${pointer.replaceAll('/', '-')}`;
export const isThere = (section, values) => !section.optional || values[`/${section.key}:on`] === 'on';

/** Digits of any script become 0 to 9: a clerk types those of the keyboard. */
export const plainDigits = (text) => text.replace(/\p{Nd}/gu, (digit) => {
	const code = digit.codePointAt(0);
	let zero = code;
	while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9)
		zero--;
	return String(code - zero);
});

const pad = (text, n) => text.padStart(n, '0');

/** @returns {string} ISO 8601, "" when nothing was typed, null when the parts make no date */
export function dateOf(values, pointer) {
	const [day, month, year] = ['day', 'month', 'year'].map((part) => plainDigits((values[`${pointer}:${part}`] ?? '').trim()));
	if (day === '' && month === '' && year === '')
		return '';
	if (!/^\d{4}$/.test(year) || !/^\d{0,2}$/.test(month) || !/^\d{0,2}$/.test(day) || (day !== '' && month === ''))
		return null;
	const text = [year, month && pad(month, 2), day && pad(day, 2)].filter(Boolean).join('-');
	const m = Number(month || 1), d = Number(day || 1);
	return m >= 1 && m <= 12 && d >= 1 && d <= new Date(Date.UTC(2000 + (Number(year) % 400), m, 0)).getUTCDate() ? text : null;
}

/** "12", "12.5" or "12,50" in the smallest unit of a currency; null: no amount, or none at all. */
function smallestOf(text, digits) {
	const found = /^(\d{1,7})(?:[.,\u066b](\d{1,4}))?$/.exec(plainDigits(text));
	const n = found !== null && (found[2] ?? '').length <= digits ? Number(found[1] + (found[2] ?? '').padEnd(digits, '0')) : 0;
	return n > 0 ? n : null;
}

/** What the field says, as the request has it; undefined when nothing, null when it cannot be said. */
function valueOf(field, pointer, values) {
	if (field.type === 'date')
		return dateOf(values, pointer) || (dateOf(values, pointer) === null ? null : undefined);
	const text = (values[pointer] ?? '').trim();
	if (text === '')
		return undefined;
	if (field.type === 'check')
		return text === 'on';
	if (field.type === 'money')
		return smallestOf(text, field.digits);
	if (field.type === 'integer')
		return /^\d{1,9}$/.test(plainDigits(text)) ? Number(plainDigits(text)) : null;
	if (field.type === 'code')
		return text.toUpperCase();
	return text;
}

function problemOf(field, value) {
	if (value === undefined)
		return field.required ? 'missing' : null;
	if (value === null)
		return { date: 'date', money: 'money' }[field.type] ?? 'integer';
	if (field.type === 'date' && field.whole && value.length < 10)
		return 'day';
	if (field.type === 'integer' && (value < field.min || value > field.max))
		return 'range';
	if (field.max && !['integer', 'money'].includes(field.type) && [...value].length > field.max)
		return 'long';
	return null;
}

/**
 * @returns {{body: object, problems: {pointer: string, kind: string, section: object, field: object}[]}} the body is whole when there are no problems
 */
export function bodyOf(sections, values) {
	const body = {}, problems = [];
	for (const section of sections.filter((s) => isThere(s, values))) {
		const into = section.key === '' ? body : {};
		for (const field of section.fields) {
			const pointer = pointerOf(section, field);
			const value = valueOf(field, pointer, values);
			const kind = problemOf(field, value);
			if (kind !== null)
				problems.push({ pointer, kind, section, field });
			else if (value !== undefined)
				into[field.name] = value;
		}
		if (section.key !== '' && Object.keys(into).length > 0)
			body[section.key] = into;
	}
	return { body, problems };
}

/** What would have to be typed for a body to be this: the way back of bodyOf. */
export function valuesOf(sections, body) {
	const values = {};
	for (const section of sections) {
		const from = section.key === '' ? body : body[section.key];
		if (section.optional && from !== undefined)
			values[`/${section.key}:on`] = 'on';
		for (const field of section.fields) {
			const pointer = pointerOf(section, field), value = from?.[field.name];
			if (value === undefined)
				continue;
			if (field.type === 'date')
				['year', 'month', 'day'].forEach((part, i) => { values[`${pointer}:${part}`] = value.split('-')[i] ?? ''; });
			else if (field.type === 'check')
				values[pointer] = value ? 'on' : '';
			else if (field.type === 'money')
				values[pointer] = (value / 10 ** field.digits).toFixed(field.digits);
			else
				values[pointer] = String(value);
		}
	}
	return values;
}

/** The difference between two bodies, as far as the form asks: a section that comes or goes is one change, else each member is. */
export function changesOf(sections, before, after) {
	const changes = [];
	for (const section of sections) {
		const [from, to] = section.key === '' ? [before, after] : [before[section.key], after[section.key]];
		if ((from === undefined) !== (to === undefined)) {
			changes.push({ path: `/${section.key}`, from: from ?? null, to: to ?? null });
			continue;
		}
		for (const field of section.fields)
			if (from?.[field.name] !== to?.[field.name])
				changes.push({ path: pointerOf(section, field), from: from[field.name] ?? null, to: to[field.name] ?? null });
	}
	return changes;
}

/** The field at a pointer of a problem document, or the one that holds it; undefined when the form has none. */
export function fieldAt(sections, pointer) {
	for (const section of sections)
		for (const field of section.fields) {
			const own = pointerOf(section, field);
			if (pointer === own || pointer.startsWith(`${own}/`))
				return { section, field, pointer: own };
		}
	const section = sections.find(({ key }) => key !== '' && pointer === `/${key}`);
	return section && { section, field: section.fields[0], pointer: pointerOf(section, section.fields[0]) };
}
