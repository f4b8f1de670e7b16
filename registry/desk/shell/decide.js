/* decide.js - buttons that do something about the subject of a page, some with a reason or a form that is asked first. */
import { useState } from '/desk/lib/hooks.js';
import { post } from './api.js';
import { Form, problemsOf } from './ask.js';
import { LongField } from './form.js';
import { t } from './i18n.js';
import { Button, ErrorSummary, html } from './ui.js';

function Cancel({ onClick }) {
	return html`<${Button} kind="secondary" onClick=${onClick}>${t('decide.cancel')}</${Button}>`;
}

/**
 * @param {{possible: {name: string, path: string, kind?: string, body?: object, reason?: number, sections?: object[], initial?: object, bodyOf?: (typed: object) => object}[],
 * path: string, id?: string, onDone: (name: string) => void}} of what may be done: `reason` is the least number of characters of one; `sections` a form
 * (fields.js), `initial` what it begins with and `bodyOf` makes the request of what it says.  id: of the field of a reason, on a page with several of these
 */
export function Decisions({ possible, path, id = 'decision', onDone }) {
	const [asked, setAsked] = useState(null);
	const [reason, setReason] = useState('');
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());

	if (possible.length === 0)
		return null;
	const decide = async (decision) => {
		if (decision.reason && [...reason.trim()].length < decision.reason) {
			setProblems([{ field: `${id}-reason`, text: t('decide.reason.missing') }]);
			return;
		}
		try {
			await post(`${path}/${decision.path}`, decision.reason ? { reason: reason.trim() } : decision.body, key);
			setProblems([]);
			setAsked(null);
			setReason('');
			setKey(crypto.randomUUID());
			onDone(decision.name);
		} catch (error) {
			setProblems(problemsOf(error));
			if (error.status !== undefined) /* it took no effect: what is sent next is another request */
				setKey(crypto.randomUUID());
		}
	};
	const press = (decision) => {
		setProblems([]);
		if (decision.reason || decision.sections)
			setAsked(decision.name);
		else
			decide(decision);
	};
	const open = possible.find(({ name }) => name === asked);
	const send = async (typed, own) => {
		await post(`${path}/${open.path}`, open.bodyOf ? open.bodyOf(typed) : typed, own);
		setAsked(null);
		onDone(open.name);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<div class="govuk-button-group">${possible.map((decision) => html`<${Button} kind=${decision.kind} onClick=${() => press(decision)}
		aria-expanded=${decision.reason || decision.sections ? String(asked === decision.name) : undefined}>${t(`do.${decision.name}`)}</${Button}>`)}</div>
	${open?.reason && html`<form class="desk-decision" novalidate onSubmit=${(event) => { event.preventDefault(); decide(open); }}>
		<${LongField} id=${`${id}-reason`} label=${t(`reason.${open.name}`)} hint=${t('decide.reason.hint', { n: open.reason })} value=${reason} onValue=${setReason}
			error=${problems.find((p) => p.field)?.text} />
		<div class="govuk-button-group"><button class="govuk-button govuk-button--warning">${t(`do.${open.name}`)}</button>
		<${Cancel} onClick=${() => setAsked(null)} /></div></form>`}
	${open?.sections && html`<${Form} key=${open.name} kind="desk-decision desk-decision--plain" sections=${open.sections} initial=${open.initial ?? {}} send=${send}>
		<div class="govuk-button-group"><button class=${`govuk-button${open.kind === 'warning' ? ' govuk-button--warning' : ''}`}>${t('decide.send')}</button><${Cancel} onClick=${() => setAsked(null)} /></div></${Form}>`}`;
}
