/*
 * app.js - the frame around the pages of an office: header, languages, navigation, who is signed in, what the line does.
 *
 * An office is { name, base, pages, messages }; a page is { route, title, shortcut, show, isFor }: `route` is its first word in
 * the address after #/, the others are its arguments; `title` a message; `shortcut` the letter that opens it with Alt+Shift; `isFor`
 * tells from the officer whether the navigation shows it (absent: it is not in the navigation, `within` may name the one that is
 * marked then); `prints`: it may be printed, which no page may that shows an act or a draft.
 */
import { useEffect, useRef, useState } from '/desk/lib/hooks.js';
import { call, get, lineUp, Problem, useService, watchLine } from './api.js';
import { currentLanguage, languages, loadLanguage, t } from './i18n.js';
import { Keys, useShortcuts } from './keys.js';
import { SignInDialog, SignInPage } from './signin.js';
import { html } from './ui.js';

/** Goes to another page; what one is about to leave is already saved as a draft. */
export function go(...words) {
	location.hash = `#/${words.map(encodeURIComponent).join('/')}`;
}
export const linkTo = (...words) => `#/${words.map(encodeURIComponent).join('/')}`;

function useRoute() {
	const read = () => location.hash.replace(/^#\//, '').split('/').filter(Boolean).map(decodeURIComponent);
	const [words, setWords] = useState(read);
	useEffect(() => {
		const change = () => setWords(read());
		addEventListener('hashchange', change);
		return () => removeEventListener('hashchange', change);
	}, []);
	return words;
}

export function useLine() {
	const [isUp, setUp] = useState(lineUp);
	useEffect(() => watchLine(setUp), []);
	return isUp;
}

function Languages({ onChoose }) {
	return html`<nav aria-label=${t('shell.languages')}><ul class="desk-header__list">
		${Object.entries(languages).map(([code, { name }]) => html`<li><button type="button" class="desk-header__button" lang=${code}
			aria-current=${code === currentLanguage() ? 'true' : undefined} onClick=${() => onChoose(code)}>${name}</button></li>`)}
	</ul></nav>`;
}

function Header({ office, officer, onLanguage, onSignOut, onKeys }) {
	return html`<header class="desk-header"><div class="govuk-width-container desk-header__row">
		<img class="desk-header__crest" src="/desk/crest.svg" alt="" />
		<span class="desk-header__name">${t(office.name)}</span>
		<${Languages} onChoose=${onLanguage} />
		${officer && html`<ul class="desk-header__list">
			<li><span class="desk-header__officer"><bdi>${officer.name}</bdi></span></li>
			<li><button type="button" class="desk-header__button" onClick=${onKeys}>${t('keys.title')}</button></li>
			<li><button type="button" class="desk-header__button" onClick=${onSignOut}>${t('shell.signout')}</button></li>
		</ul>`}
	</div></header>`;
}

const isCurrent = (page, current) => page === current || page.route === current.within;

function Navigation({ pages, officer, current }) {
	return html`<div class="govuk-service-navigation"><div class="govuk-width-container"><div class="govuk-service-navigation__container">
		<nav aria-label=${t('shell.navigation')} class="govuk-service-navigation__wrapper">
			<ul class="govuk-service-navigation__list">
				${pages.filter((page) => page.isFor?.(officer)).map((page) => html`<li class=${`govuk-service-navigation__item${
					isCurrent(page, current) ? ' govuk-service-navigation__item--active' : ''}`}>
					<a class="govuk-service-navigation__link" href=${linkTo(page.route)}
						aria-current=${isCurrent(page, current) ? 'page' : undefined}>${t(page.title)}${page.Badge && html`<${page.Badge} officer=${officer} />`}</a>
				</li>`)}
			</ul>
		</nav></div></div></div>`;
}

function LineBanner() {
	const isUp = useLine();
	return html`<div role="status" class=${isUp ? '' : 'desk-line'}>${!isUp && html`<div class="govuk-width-container">
		<p class="govuk-body desk-line__text"><strong class="govuk-tag govuk-tag--yellow">${t('line.tag')}</strong> ${t('line.down')}</p>
	</div>`}</div>`;
}

/** Who is signed in; undefined until that is known, null when nobody is. */
function useOfficer(office) {
	const [officer, setOfficer] = useState(undefined);
	const [again, setAgain] = useState(null);
	const waiting = useRef(null);

	useEffect(() => {
		let isFirst = true;
		useService(office.base, () => {
			if (isFirst) /* nobody was signed in yet: that is no end of a session */
				return Promise.reject(new Problem({ status: 401, kind: 'unauthenticated', detail: '' }));
			waiting.current ??= new Promise((resolve) => setAgain(() => resolve));
			return waiting.current;
		});
		get('/session').then(setOfficer, () => setOfficer(null)).finally(() => { isFirst = false; });
	}, []);
	const signedInAgain = (now) => {
		const resolve = again;
		waiting.current = null;
		setAgain(null);
		if (now.id === officer.id)
			resolve();
		else
			location.reload();
	};
	return { officer, setOfficer, isAsked: again !== null, signedInAgain };
}

export function App({ office }) {
	const [, setLanguage] = useState(currentLanguage());
	const [showsKeys, setShowsKeys] = useState(false);
	const { officer, setOfficer, isAsked, signedInAgain } = useOfficer(office);
	const words = useRoute();
	const page = office.pages.find(({ route }) => route === words[0]) ?? office.pages.find((p) => officer && p.isFor?.(officer)) ?? office.pages[0];

	useShortcuts(office.pages.filter((p) => p.shortcut && officer && p.isFor?.(officer)), go, () => setShowsKeys(true));
	useEffect(() => {
		document.body.classList.toggle('desk--unprinted', !page.prints);
		document.title = `${officer ? t(page.title) : t('signin.title')} – ${t(office.name)}`;
	});
	const chooseLanguage = async (code) => {
		await loadLanguage(code, ['/desk/messages', office.messages]);
		setLanguage(code);
	};
	const signOut = async () => {
		await call('DELETE', '/session', { key: crypto.randomUUID() }).catch(() => {});
		setOfficer(null);
		go();
	};
	if (officer === undefined)
		return null;
	const Page = page.show;
	return html`
		<a href="#main" class="govuk-skip-link" onClick=${(event) => { event.preventDefault(); document.getElementById('main').focus(); }}>
			${t('shell.skip')}</a>
		<${Header} office=${office} officer=${officer} onLanguage=${chooseLanguage} onSignOut=${signOut} onKeys=${() => setShowsKeys(true)} />
		${officer && html`<${Navigation} pages=${office.pages} officer=${officer} current=${page} />`}
		<${LineBanner} />
		<div class="govuk-width-container"><main class="govuk-main-wrapper" id="main" tabindex="-1">
			${officer
				? html`<${Page} key=${words.join('/')} officer=${officer} words=${words.slice(1)} />`
				: html`<${SignInPage} onSignedIn=${setOfficer} />`}
		</main></div>
		<p class="desk-unprinted">${t('shell.noprint')}</p>
		<footer class="desk-footer"><div class="govuk-width-container">
			<p class="govuk-body-s"><bdi>Catena</bdi> · <a class="govuk-link" href="/desk/lib/licences.txt">${t('shell.licences')}</a></p>
		</div></footer>
		${isAsked && html`<${SignInDialog} login=${officer.login} onSignedIn=${signedInAgain} onLeave=${signOut} />`}
		${showsKeys && html`<${Keys} pages=${office.pages.filter((p) => p.shortcut && officer && p.isFor?.(officer))}
			onClose=${() => setShowsKeys(false)} />`}`;
}
