/* find.js - an act by its number. */
import { useState } from '/desk/lib/hooks.js';
import { get } from '/desk/shell/api.js';
import { go } from '/desk/shell/app.js';
import { plainDigits } from '/desk/shell/fields.js';
import { t } from '/desk/shell/i18n.js';
import { ErrorSummary, Heading, html, TextField } from '/desk/shell/ui.js';
import { problemsOf } from './common.js';

export function FindPage() {
	const [number, setNumber] = useState('');
	const [problems, setProblems] = useState([]);
	const submit = async (event) => {
		event.preventDefault();
		const wanted = plainDigits(number).trim().toUpperCase();
		if (wanted === '') {
			setProblems([{ field: 'find-number', text: t('find.missing') }]);
			return;
		}
		try {
			const act = await get(`/acts/${encodeURIComponent(wanted)}`);
			go('act', act.kind, act.id);
		} catch (error) {
			setProblems(problemsOf(error).map((p) => ({ ...p, field: 'find-number' })));
		}
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('find.title')}</${Heading}>
	<form role="search" onSubmit=${submit} novalidate>
		<${TextField} id="find-number" label=${t('find.number')} hint=${t('find.hint')} value=${number} onValue=${setNumber}
			error=${problems[0]?.text} dir="ltr" width="20" autocomplete="off" spellcheck="false" />
		<button class="govuk-button">${t('find.do')}</button>
	</form>`;
}
