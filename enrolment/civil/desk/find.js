/* find.js - acts of an office by name, as one types, or any act by its number. */
import { useEffect, useRef, useState } from '/desk/lib/hooks.js';
import { get } from '/desk/shell/api.js';
import { go } from '/desk/shell/app.js';
import { problemsOf } from '/desk/shell/ask.js';
import { plainDigits } from '/desk/shell/fields.js';
import { t } from '/desk/shell/i18n.js';
import { OfficeChoice, useOffices } from '/desk/shell/office.js';
import { ErrorSummary, Heading, html, TextField } from '/desk/shell/ui.js';
import { Acts } from './common.js';

const ASK_AFTER = 200, FOUND_MAX = 20;

/** "CIV1-B-2026-000017-K", in the digits and letters of any keyboard; null: it is a name. */
const numberOf = (text) => {
	const plain = plainDigits(text).trim().toUpperCase();
	return /^[A-Z0-9]+-[A-Z0-9]-\d{4}-\d+-[A-Z0-9]$/.test(plain) ? plain : null;
};

/** What is found for what is typed now; an answer that comes late is dropped. */
function useFound(office, text) {
	const [found, setFound] = useState(null);
	const [problems, setProblems] = useState([]);
	const latest = useRef('');
	useEffect(() => {
		const name = text.trim();
		latest.current = `${office} ${name}`;
		if (!office || name.length < 2 || /\d/.test(plainDigits(name))) {
			setFound(null);
			return undefined;
		}
		const asked = latest.current;
		const timer = setTimeout(() => get('/acts', { office, name, limit: FOUND_MAX }).then((answer) => [answer, []], (error) => [null, problemsOf(error)])
			.then(([answer, wrong]) => {
				if (latest.current !== asked)
					return;
				setFound(answer);
				setProblems(wrong);
			}), ASK_AFTER);
		return () => clearTimeout(timer);
	}, [office, text]);
	return { found, problems };
}

export function FindPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor');
	const [office, setOffice] = useState('');
	const [text, setText] = useState('');
	const [wrong, setWrong] = useState([]);
	const at = office || offices[0]?.id;
	const { found, problems } = useFound(at, text);
	const type = (value) => {
		setText(value);
		setWrong([]);
	};
	const submit = async (event) => {
		event.preventDefault();
		const number = numberOf(text);
		if (number === null) {
			if (found?.items.length === 1)
				go('act', found.items[0].kind, found.items[0].id);
			else if (!(found?.items.length > 1))
				setWrong([{ field: 'find-text', text: t(text.trim() === '' ? 'find.missing' : /\d/.test(plainDigits(text)) ? 'find.no_number' : 'find.none') }]);
			return;
		}
		try {
			const act = await get(`/acts/${encodeURIComponent(number)}`);
			go('act', act.kind, act.id);
		} catch (error) {
			setWrong(problemsOf(error).map((p) => ({ ...p, field: 'find-text' })));
		}
	};
	return html`<${ErrorSummary} problems=${[...wrong, ...problems]} />
	<${Heading}>${t('find.title')}</${Heading}>
	<form role="search" onSubmit=${submit} novalidate>
		<${OfficeChoice} id="find-office" value=${at} onValue=${setOffice} offices=${offices} />
		<${TextField} id="find-text" label=${t('find.text')} hint=${t('find.hint')} value=${text} onValue=${type} error=${wrong[0]?.text} dir="auto" width="30"
			autocomplete="off" spellcheck="false" />
		<button class="govuk-button">${t('find.do')}</button>
	</form>
	<div role="status">${found && html`<p class="govuk-body">${found.items.length === 0 ? t('find.none') : t('find.found', { n: found.items.length })}
		${found.more && html` ${t('find.more')}`}</p>`}</div>
	${found?.items.length > 0 && html`<${Acts} items=${found.items} caption=${t('find.title')} />`}`;
}
