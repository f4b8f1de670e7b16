/* find.js - a document by its number, as it stands on its data page. */
import { useState } from '/desk/lib/hooks.js';
import { get } from '/desk/shell/api.js';
import { go } from '/desk/shell/app.js';
import { problemsOf } from '/desk/shell/ask.js';
import { t } from '/desk/shell/i18n.js';
import { ErrorSummary, Heading, html, TextField } from '/desk/shell/ui.js';
import { plainNumber } from './common.js';

export function FindPage() {
	const [text, setText] = useState('');
	const [wrong, setWrong] = useState([]);
	const submit = async (event) => {
		event.preventDefault();
		const number = plainNumber(text);
		if (number === '') {
			setWrong([{ field: 'find-number', text: t('find.missing') }]);
			return;
		}
		try {
			go('document', (await get(`/documents/${encodeURIComponent(number)}`)).number);
		} catch (error) {
			setWrong(problemsOf(error).map((p) => ({ ...p, field: 'find-number' })));
		}
	};
	return html`<${ErrorSummary} problems=${wrong} />
	<${Heading}>${t('find.title')}</${Heading}>
	<form role="search" onSubmit=${submit} novalidate>
		<${TextField} id="find-number" label=${t('find.number')} hint=${t('find.hint')} value=${text} onValue=${(value) => { setText(value); setWrong([]); }} error=${wrong[0]?.text} dir="ltr"
			width="10" autocomplete="off" spellcheck="false" />
		<button class="govuk-button">${t('find.do')}</button>
	</form>`;
}
