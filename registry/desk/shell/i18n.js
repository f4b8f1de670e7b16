/*
 * i18n.js - the language of the pages: message tables, dates, numbers.
 *
 * A table is a JSON object, messages/LANGUAGE.json of the shell and of the office.  A message is a text with {names}, or, when it
 * counts something, an object of texts by plural category (Intl.PluralRules) chosen by the value `n`.
 */

/** @type {Record<string, {name: string, dir: 'ltr'|'rtl', locale: string}>} */
export const languages = {
	en: { name: 'English', dir: 'ltr', locale: 'en-GB' },
	fr: { name: 'Français', dir: 'ltr', locale: 'fr' },
	ar: { name: 'العربية', dir: 'rtl', locale: 'ar-u-ca-gregory-nu-latn' },
};

let language = 'en';
let table = {};

export const currentLanguage = () => language;
export const currentDirection = () => languages[language].dir;

/** The language chosen here before, else the browser's first one that we have, else English. */
export function preferredLanguage() {
	const wanted = [localStorage.getItem('desk-language'), ...navigator.languages.map((tag) => tag.slice(0, 2))];
	return wanted.find((code) => code in languages) ?? 'en';
}

/**
 * @param {string} code
 * @param {string[]} folders where the tables are: later ones win
 */
export async function loadLanguage(code, folders) {
	const tables = await Promise.all(folders.map((folder) => fetch(`${folder}/${code}.json`).then((answer) => answer.json())));
	setLanguage(code, Object.assign({}, ...tables));
	localStorage.setItem('desk-language', code);
	document.documentElement.lang = code;
	document.documentElement.dir = languages[code].dir;
}

/** For tests, and for loadLanguage. */
export function setLanguage(code, messages) {
	language = code;
	table = messages;
}

/**
 * The message of that key.  One that is not there shows as its key: the test of the tables keeps that from happening.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
	let text = table[key];
	if (typeof text === 'object')
		text = text[new Intl.PluralRules(languages[language].locale).select(Number(values.n))] ?? text.other;
	if (text === undefined)
		return key;
	return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const hasMessage = (key) => key in table;
export const tableEntries = () => Object.entries(table);

/** A moment, RFC 3339, as the officer reads it. */
export function showMoment(moment) {
	return new Intl.DateTimeFormat(languages[language].locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(moment));
}

/** The time of day of a moment. */
export const showTime = (moment) => new Intl.DateTimeFormat(languages[language].locale, { timeStyle: 'short' }).format(new Date(moment));

/** A day, month or year, ISO 8601, as much as is known. */
export function showDate(date) {
	if (!date)
		return '';
	const [year, month, day] = date.split('-').map(Number);
	const options = { year: 'numeric', month: month ? 'long' : undefined, day: day ? 'numeric' : undefined, timeZone: 'UTC' };
	const when = new Date(0);
	when.setUTCFullYear(year, (month || 1) - 1, day || 1);
	return new Intl.DateTimeFormat(languages[language].locale, options).format(when);
}

export const showNumber = (n) => new Intl.NumberFormat(languages[language].locale).format(n);

/** So many seconds in the largest unit that fits. */
export function showDuration(seconds) {
	const [unit, length] = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]].find(([, least]) => seconds >= least) ?? ['second', 1];
	return new Intl.NumberFormat(languages[language].locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(Math.round(seconds / length));
}

/** A text of either direction, kept apart from what stands around it. */
export const apart = (text) => `\u2068${text}\u2069`;

/** The name of a person as it is read in a list. */
export const nameOf = (who) => [who?.secondary_name, who?.primary_name].filter(Boolean).join(' ');

/** How many digits of a currency stand behind the point. */
export const digitsOf = (currency) => new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
/** An amount in the smallest unit of its currency. */
export const showMoney = (amount, currency) => new Intl.NumberFormat(languages[language].locale, { style: 'currency', currency, currencyDisplay: 'code' })
	.format(amount / 10 ** digitsOf(currency));
