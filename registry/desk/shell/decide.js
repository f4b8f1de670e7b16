/* decide.js - buttons that decide something, some with a reason that is asked first. */
import { useState } from '/desk/lib/hooks.js';
import { post } from './api.js';
import { LongField } from './form.js';
import { t } from './i18n.js';
import { Button, ErrorSummary, html } from './ui.js';
import { problemsOf } from './ask.js';

/**
 * @param {{possible: {name: string, path: string, kind?: string, reason?: number}[], path: string, onDone: (name: string) => void}} of what
 * may be decided: `reason` is the least number of characters of one
 */
export function Decisions({ possible, path, onDone }) {
	const [asked, setAsked] = useState(null);
	const [reason, setReason] = useState('');
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());

	if (possible.length === 0)
		return null;
	const decide = async (decision) => {
		if (decision.reason && [...reason.trim()].length < decision.reason) {
			setProblems([{ field: 'decision-reason', text: t('decide.reason.missing') }]);
			return;
		}
		try {
			await post(`${path}/${decision.path}`, decision.reason ? { reason: reason.trim() } : undefined, key);
			onDone(decision.name);
		} catch (error) {
			setProblems(problemsOf(error));
			if (error.status !== undefined) /* it took no effect: what is sent next is another request */
				setKey(crypto.randomUUID());
		}
	};
	const press = (decision) => {
		setProblems([]);
		if (decision.reason)
			setAsked(decision);
		else
			decide(decision);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<div class="govuk-button-group">${possible.map((decision) => html`<${Button} kind=${decision.kind} onClick=${() => press(decision)}
		aria-expanded=${decision.reason ? String(asked === decision) : undefined}>${t(`do.${decision.name}`)}</${Button}>`)}</div>
	${asked && html`<form class="desk-decision" novalidate onSubmit=${(event) => { event.preventDefault(); decide(asked); }}>
		<${LongField} id="decision-reason" label=${t(`reason.${asked.name}`)} hint=${t('decide.reason.hint', { n: asked.reason })} value=${reason} onValue=${setReason}
			error=${problems.find((p) => p.field)?.text} />
		<div class="govuk-button-group"><button class="govuk-button govuk-button--warning">${t(`do.${asked.name}`)}</button>
		<${Button} kind="secondary" onClick=${() => setAsked(null)}>${t('decide.cancel')}</${Button}></div></form>`}`;
}
