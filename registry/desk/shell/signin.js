/* signin.js - login, password and the code of the second factor: as a page, and again over a page whose session has ended. */
import { useLayoutEffect, useRef, useState } from '/desk/lib/hooks.js';
import { call, Problem } from './api.js';
import { t } from './i18n.js';
import { ErrorSummary, Heading, html, TextField } from './ui.js';

/** @param {{login?: string, onSignedIn: (officer: object) => void}} of login: of whom is asked again */
export function SignInForm({ login: known, onSignedIn }) {
	const [login, setLogin] = useState(known ?? '');
	const [password, setPassword] = useState('');
	const [totp, setTotp] = useState('');
	const [problems, setProblems] = useState([]);
	const [isBusy, setBusy] = useState(false);

	const submit = async (event) => {
		event.preventDefault();
		const missing = [['login', login], ['password', password], ['totp', totp]].filter(([, value]) => value.trim() === '')
			.map(([name]) => ({ field: `signin-${name}`, text: t(`signin.${name}.missing`) }));
		setProblems(missing);
		if (missing.length > 0 || isBusy)
			return;
		setBusy(true);
		try {
			const body = { login: login.trim(), password, totp: totp.replace(/\s/g, '') };
			onSignedIn(await call('POST', '/session', { body, anonymous: true }));
		} catch (error) {
			setTotp('');
			setProblems([{ field: 'signin-login', text: t(error instanceof Problem ? 'signin.wrong' : 'line.none') }]);
		} finally {
			setBusy(false);
		}
	};
	const wrong = (name) => problems.find((p) => p.field === `signin-${name}` && problems.length < 4 && p.text !== t('signin.wrong'))?.text;
	return html`<${ErrorSummary} problems=${problems} />
	<form class="desk-signin" onSubmit=${submit} novalidate>
		<${TextField} id="signin-login" label=${t('signin.login')} value=${login} onValue=${setLogin} error=${wrong('login')}
			autocomplete="username" spellcheck="false" autocapitalize="none" dir="ltr" width="20" readonly=${known !== undefined} />
		<${TextField} id="signin-password" label=${t('signin.password')} value=${password} onValue=${setPassword} type="password"
			error=${wrong('password')} autofocus=${known !== undefined} autocomplete="current-password" dir="ltr" width="20" />
		<${TextField} id="signin-totp" label=${t('signin.totp')} hint=${t('signin.totp.hint')} value=${totp} onValue=${setTotp}
			error=${wrong('totp')} autocomplete="one-time-code" inputmode="numeric" dir="ltr" width="5" />
		<button class="govuk-button" aria-disabled=${isBusy ? 'true' : undefined}>${t('signin.do')}</button>
	</form>`;
}

export function SignInPage({ onSignedIn }) {
	return html`<${Heading}>${t('signin.title')}</${Heading}><${SignInForm} onSignedIn=${onSignedIn} />`;
}

/** Over the page: what is typed there stays. */
export function SignInDialog({ login, onSignedIn, onLeave }) {
	const ref = useRef(null);
	useLayoutEffect(() => ref.current.showModal(), []);
	return html`<dialog class="desk-dialog" ref=${ref} aria-labelledby="signin-again" onCancel=${(event) => event.preventDefault()}>
		<h2 class="govuk-heading-m" id="signin-again">${t('signin.again')}</h2>
		<p class="govuk-body">${t('signin.again.why')}</p>
		<${SignInForm} login=${login} onSignedIn=${onSignedIn} />
		<button type="button" class="govuk-button govuk-button--secondary" onClick=${onLeave}>${t('signin.other')}</button>
	</dialog>`;
}
