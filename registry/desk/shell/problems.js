/*
 * problems.js - what the service says is wrong, in the officer's language.
 *
 * The service says it in English sentences with figures in them.  A table of another language has a message "said:SENTENCE" for each,
 * in which {names} stand for what varies; a sentence without one is shown as it came, marked as English.
 */
import { currentLanguage, t, tableEntries } from './i18n.js';
import { fieldAt, idOf } from './fields.js';

const escaped = (text) => text.replace(/[.*+?^$|()[\]\\]/g, '\\$&');

/** A pattern with {names} as a regular expression with groups of these names. */
export function patternOf(sentence) {
	return new RegExp(`^${escaped(sentence).replace(/\{(\w+)\}/g, '(?<$1>.+?)')}$`, 'u');
}

/** A sentence of the service, or a part of one, in the officer's language; undefined when the table has none. */
function translated(sentence) {
	for (const [key, text] of tableEntries()) {
		const found = key.startsWith('said:') && patternOf(key.slice(5)).exec(sentence);
		if (found)
			return text.replace(/\{(\w+)\}/g, (whole, name) => translated(found.groups[name]) ?? found.groups[name]);
	}
	return undefined;
}

/** @param {string} detail @returns {string} */
export function explain(detail) {
	if (currentLanguage() === 'en')
		return detail;
	return translated(detail) ?? `${t('problem.service')} \u2066${detail}\u2069`;
}

/** What stands alone begins with a capital letter, in scripts that have them. */
export const sentence = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** What the form itself found, as a sentence. */
export function explainOwn({ kind, field }) {
	return t(`problem.${kind}`, { min: field.min ?? 0, max: field.max ?? 0 });
}

/** Which field, among those of all sections. */
export const whereOf = ({ section, field }) => t('problem.where', { section: t(section.title), field: t(field.label) });

/** A line of an error summary that leads to its field; two sections may have a field of the same name. */
export const lineAt = ({ pointer, section, field }, text) => ({ pointer, field: idOf(pointer), short: sentence(text),
	text: t('problem.at', { where: whereOf({ section, field }), what: text }) });

/**
 * A problem document as lines of an error summary, each with its field where the form has it.
 * @param {import('./api.js').Problem} problem
 */
export function linesOf(problem, sections = []) {
	/* a conflict is with other acts, which have a page of their own: it has no fields here */
	if (problem.problems.length === 0 || problem.status === 409)
		return [{ text: sentence(explain(problem.detail ?? problem.message)) }];
	return problem.problems.map(({ pointer, detail }) => {
		const at = fieldAt(sections, pointer);
		const text = explain(detail);
		return at ? lineAt(at, text) : { text: sentence(text) };
	});
}
