/* ask.js - what pages ask of the service and send to it, with what comes back when it fails. */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { get, NoLine } from './api.js';
import { bodyOf } from './fields.js';
import { Section } from './form.js';
import { t } from './i18n.js';
import { explainOwn, lineAt, linesOf } from './problems.js';
import { Button, ErrorSummary, html } from './ui.js';

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

/** The sections of a form: a list, or what gives them for what is typed. */
const sectionsFor = (sections, values) => (typeof sections === 'function' ? sections(values) : sections);

/** A form whose request has a key of its own until it is known to have taken no effect. */
export function useForm(form, initial, send) {
	const [values, setValues] = useState(initial);
	const sections = sectionsFor(form, values);
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

/** A whole form of sections, empty again when it was sent; `children` are its buttons. */
export function Form({ sections, initial, send, children, kind = '' }) {
	const { values, change, problems, submit, errors, reset } = useForm(sections, initial, async (body, key) => {
		await send(body, key);
		reset();
	});
	return html`<${ErrorSummary} problems=${problems} /><form class=${`desk-form ${kind}`} onSubmit=${submit} novalidate>
		${sectionsFor(sections, values).map((section) => html`<${Section} key=${section.key} ...${{ section, values, change, errors }} />`)}${children}</form>`;
}

/** The buttons below a list that comes in pages: `cursors` are those of the pages that lead to this one. */
export function Pages({ cursors, setCursors, next }) {
	return html`<div class="govuk-button-group">
		${cursors.length > 0 && html`<${Button} kind="secondary" onClick=${() => setCursors(cursors.slice(0, -1))}>${t('list.before')}</${Button}>`}
		${next && html`<${Button} kind="secondary" onClick=${() => setCursors([...cursors, next])}>${t('list.next')}</${Button}>`}
	</div>`;
}
