/*
 * desk.js STAGE.json - the clerk's and the registrar's day at the civil registry's desk, by keyboard, in each language; run by test_desk,
 * which has made the stage.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { testCertificate, testPrints, testStock } from './certificates.js';
import { button, fill, fillDate, heading, language, look, opened, play, shows, signIn, speak, stage, t } from './play.js';
import { Line } from './proxy.js';
import { diag, is, ok } from './tap.js';

/* ---- a declaration by keyboard ---- */

/** All of an ordinary birth, in the order of the form. */
async function fillBirth(page, birth) {
	await fill(page, 'field-child-secondary_name', birth.given);
	await fill(page, 'field-child-primary_name', birth.surname);
	await page.tabTo('field-child-sex');
	await page.press('Space');
	await fillDate(page, 'field-child-date_of_birth', birth.date);
	await fill(page, 'field-child-place_of_birth', 'Amaurot G');
	await page.until('document.querySelectorAll("#field-child-place_of_birth-list li").length === 1');
	await page.press('Enter');
	if (birth.mrz) {
		await fill(page, 'field-child-mrz_primary', birth.mrz[0]);
		await fill(page, 'field-child-mrz_secondary', birth.mrz[1]);
	}
	await fill(page, 'field-mother-secondary_name', birth.mother[0]);
	await fill(page, 'field-mother-primary_name', birth.mother[1]);
	await fillDate(page, 'field-mother-date_of_birth', ['14', '9', '1996']);
	await fill(page, 'field-mother-nationality', 'UTO');
	await fill(page, 'field-informant-name', `${birth.mother[0]} ${birth.mother[1]}`);
	await page.tabTo('field-informant-relation');
	await page.press('ArrowDown');
}

async function newBirth(page) {
	await page.press('Alt+Shift+N');
	await opened(page, t('declare.title'));
	await page.tabToText(t('kind.birth'));
	await page.press('Enter');
	await page.until('document.getElementById("field-child-secondary_name") !== null && location.hash.startsWith("#/new/birth/")');
}

const births = {
	en: { given: 'Alice Maud', surname: 'Whitfield', date: ['3', '2', '2026'], mother: ['Clara', 'Whitfield'] },
	fr: { given: 'Élodie Zoé', surname: 'Lefèvre', date: ['14', '3', '2026'], mother: ['Anaïs', 'Çelik'] },
	ar: { given: 'محمد أمين', surname: 'بن يوسف', date: ['٢١', '٤', '٢٠٢٦'], mother: ['فاطمة الزهراء', 'العلوي'] },
};
const nameOf = ({ given, surname }) => `${given} ${surname}`;

/** The acts of the office that bear this name, whatever their state, as the service has them. */
const actsNamed = (page, name) => page.eval(`(async () => {
	const { items: offices } = await (await fetch('/civil/v1/offices')).json();
	const me = await (await fetch('/civil/v1/session')).json();
	const office = offices.find(({ id }) => me.roles.some((role) => role.office_id === id)).id;
	const { items } = await (await fetch('/civil/v1/births?limit=200&office=' + office)).json();
	return items.filter((one) => [one.secondary_name, one.primary_name].join(' ') === ${JSON.stringify(name)}).length;
})()`);

/* ---- the day ---- */

let line, browser, clerk, registrar, second;
const [clerkOfficer, registrarOfficer, secondOfficer] = stage.officers;

async function testSignIn() {
	clerk = await browser.open(`https://127.0.0.1:${line.port}/`);
	await clerk.until('document.getElementById("signin-login") !== null');
	for (const code of ['fr', 'ar', 'en']) {
		await speak(clerk, code);
		await look(clerk, 'signin');
	}
	await clerk.tabTo('signin-totp');
	await clerk.press('Enter');
	await shows(clerk, t('problem.title'));
	await clerk.until('document.activeElement.className === "govuk-error-summary"');
	ok(true, 'an empty form: the summary has the focus');
	await look(clerk, 'signin-empty');
	await clerk.press('Tab');
	await clerk.press('Enter');
	is(await clerk.focused(), 'signin-login', 'its first line leads to the field');
	ok(await clerk.focusIsVisible(), 'the focus can be seen');
	await clerk.type(clerkOfficer.login);
	await fill(clerk, 'signin-password', 'wrong');
	await fill(clerk, 'signin-totp', '000000');
	await clerk.press('Enter');
	await shows(clerk, t('signin.wrong'));
	await look(clerk, 'signin-wrong');
	await clerk.reload();
	await signIn(clerk, clerkOfficer);
	await heading(clerk, t('work.title'));
	ok(true, 'a clerk signs in with password and code');
	[registrar, second] = [await browser.open(`https://127.0.0.1:${line.port}/`), await browser.open(`https://127.0.0.1:${line.port}/`)];
	await signIn(registrar, registrarOfficer);
	await signIn(second, secondOfficer);
}

async function testKeys() {
	await clerk.press('Alt+Shift+H');
	await clerk.until('document.querySelector("dialog[open]") !== null');
	await look(clerk, 'keys');
	await clerk.press('Escape');
	await clerk.until('document.querySelector("dialog[open]") === null');
	ok(true, 'the help dialog closes by Escape');
}

async function testBadInput() {
	await newBirth(clerk);
	await look(clerk, 'declare-empty');
	await clerk.press('Control+Enter');
	await shows(clerk, t('problem.missing'));
	await look(clerk, 'declare-missing');
	is(await clerk.eval('document.querySelectorAll(".govuk-error-summary a").length'), 7, 'all that is missing is named');

	/* what the form knows is wrong, then what only the service knows */
	saidBefore.clear();
	await clerk.press('Alt+Shift+Q');
	await heading(clerk, t('work.title'));
	await newBirth(clerk);
	const again = async (id, text) => {
		await clerk.tabTo(id);
		await clerk.eval('document.activeElement.select()');
		await clerk.type(text);
	};
	await fillBirth(clerk, { ...births[language], date: ['31', '2', '2026'], given: 'A'.repeat(300) });
	await clerk.press('Control+Enter');
	await saysAt(clerk, 'child-date_of_birth', 'the 31st of February', t('problem.date'));
	await saysAt(clerk, 'child-secondary_name', 'a name of 300 characters', t('problem.long').replace('{max}', '200'));
	await look(clerk, 'declare-impossible');
	await again('field-child-secondary_name', 'A\u202eB');
	await again('field-child-date_of_birth', '1');
	await again('field-mother-date_of_birth-year', '2021');
	await again('field-child-place_of_birth', 'UTO.P9.T9');
	await clerk.press('Control+Enter');
	await saysAt(clerk, 'child-secondary_name', 'a bidirectional control');
	await look(clerk, 'declare-refused');
	await again('field-child-secondary_name', 'Ada');
	await clerk.press('Control+Enter');
	await saysAt(clerk, 'mother-date_of_birth', 'a mother of five years');
	await again('field-mother-date_of_birth-year', '1996');
	await clerk.press('Control+Enter');
	await saysAt(clerk, 'child-place_of_birth', 'an unknown place');
	const draft = await clerk.eval('location.hash');
	await clerk.reload();
	await clerk.until(`location.hash === ${JSON.stringify(draft)} && document.getElementById('field-mother-primary_name')?.value !== undefined`);
	is(await clerk.eval('["mother-primary_name", "child-place_of_birth", "child-date_of_birth-month"].map((id) => document.getElementById("field-" + id).value).join()'),
		`${births[language].mother[1]},UTO.P9.T9,2`, `${language}: the draft survives, and a reload of the page`);
	await button(clerk, t('declare.discard'));
	await heading(clerk, t('work.title'));
}

/** The message at a field, in the officer's language: the one of the form, or the service's, translated. */
const saidBefore = new Map();
async function saysAt(page, field, what, wanted = undefined) {
	await page.until(`![null, undefined, ${JSON.stringify(saidBefore.get(field))}].includes(document.getElementById('field-${field}-error')?.textContent)`);
	saidBefore.set(field, await page.eval(`document.getElementById('field-${field}-error').textContent`));
	const said = (await page.eval(`document.getElementById('field-${field}-error').textContent`)).replace(t('problem.prefix'), '').trim();
	const isOurs = !said.includes(t('problem.service')) && (language !== 'ar' || /\p{Script=Arabic}/u.test(said)) && (language !== 'fr' || !/\b(the|is|of|and)\b/.test(said));
	ok(isOurs && (wanted === undefined || said.toLowerCase() === wanted.toLowerCase()), `${language}: ${what}: its message is at its field`, said);
	diag(`${language}: ${what}: ${said}`);
}

/** Declared by the clerk; returns the address of the act. */
async function declare(birth, expectsDuplicates = false) {
	await newBirth(clerk);
	await fillBirth(clerk, birth);
	await look(clerk, expectsDuplicates ? 'declare-again' : 'declare-filled');
	if (!expectsDuplicates)
		await testPrints(clerk, 'a draft');
	await clerk.press('Control+Enter');
	await heading(clerk, t('declare.done'));
	await look(clerk, expectsDuplicates ? 'declared-duplicate' : 'declared');
	return clerk.eval(`[...document.querySelectorAll('main a')].map((a) => a.getAttribute('href')).find((href) => href.startsWith('#/act/'))`);
}

async function visit(page, hash) {
	await page.press('Alt+Shift+Q');
	await opened(page, t('work.title'));
	await page.eval(`location.hash = ${JSON.stringify(hash)}`);
	await page.until(`document.querySelector('main .desk-timeline, main .desk-comparison') !== null`);
}

async function testBirth(birth) {
	const keys = clerk.keys;
	const act = await declare(birth);
	diag(`${language}: an ordinary birth takes ${clerk.keys - keys} keys to declare`);
	is(await actsNamed(clerk, nameOf(birth)), 1, `${language}: the act is there, as it was typed`);
	await visit(clerk, act);
	ok(!(await clerk.eval(`document.body.innerText.includes(${JSON.stringify(t('do.reject'))})`)), 'a clerk decides nothing');

	await registrar.press('Alt+Shift+Q');
	await heading(registrar, t('work.title'));
	await shows(registrar, nameOf(birth));
	await look(registrar, 'work');
	const registrarKeys = registrar.keys;
	await registrar.tabToText(nameOf(birth));
	await registrar.press('Enter');
	await heading(registrar, nameOf(birth));
	await look(registrar, 'act-declared');
	await button(registrar, t('do.validate'));
	await shows(registrar, t('done.validate'));
	await look(registrar, 'act-validated');
	await button(registrar, t('do.register'));
	await shows(registrar, t('done.register'));
	await registrar.until('document.querySelector(".desk-number") !== null');
	diag(`${language}: and ${registrar.keys - registrarKeys} to validate and register, by another officer`);
	await look(registrar, 'act-registered');
	return { act, number: await registrar.eval('document.querySelector(".desk-number").textContent') };
}

async function testFind(number, birth) {
	await registrar.press('Alt+Shift+F');
	await opened(registrar, t('find.title'));
	await look(registrar, 'find');
	await fill(registrar, 'find-text', number.replace(/.$/, (c) => (c === '0' ? '1' : '0')));
	await registrar.press('Enter');
	await registrar.until('document.querySelector(".govuk-error-summary") !== null');
	await look(registrar, 'find-wrong');
	await registrar.press('Alt+Shift+Q');
	await opened(registrar, t('work.title'));
	await registrar.press('Alt+Shift+F');
	await opened(registrar, t('find.title'));
	await fill(registrar, 'find-text', number.toLowerCase());
	await registrar.press('Enter');
	await shows(registrar, number);
	ok(true, `${language}: the act is found by its number`);

	/* by the beginnings of its names, as they are typed, without accents */
	await registrar.press('Alt+Shift+F');
	await opened(registrar, t('find.title'));
	const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
	await fill(registrar, 'find-text', `${plain(birth.surname).slice(0, 4)} ${plain(birth.given).slice(0, 3)}`);
	await registrar.until(`document.querySelector('table.desk-table')?.innerText.includes(${JSON.stringify(nameOf(birth))})`);
	await look(registrar, 'find-name');
	await registrar.type('xyz');
	await shows(registrar, t('find.none'));
	await look(registrar, 'find-none');
	await registrar.eval('document.getElementById("find-text").select()');
	await registrar.type(birth.given.split(' ')[1]);
	await registrar.until(`document.querySelector('table.desk-table') !== null`);
	await registrar.tabToText(nameOf(birth));
	await registrar.press('Enter');
	await heading(registrar, nameOf(birth));
	ok(true, `${language}: and by a name, as it is typed`);
}

async function testDuplicate(birth) {
	const act = await declare(birth, true);
	await visit(registrar, act);
	await shows(registrar, t('duplicates.compare'));
	await button(registrar, t('do.register'));
	await registrar.until('document.querySelector(".govuk-error-summary") !== null');
	await look(registrar, 'duplicate-stopped');
	await registrar.tabToText(t('duplicates.compare'));
	await registrar.press('Enter');
	await registrar.until('document.querySelector(".desk-comparison") !== null');
	await look(registrar, 'duplicates');
	await button(registrar, t('duplicates.override'));
	await shows(registrar, t('duplicates.reason.missing'));
	await look(registrar, 'duplicates-reason');
	await registrar.eval('document.querySelector("textarea").focus()');
	await registrar.type('Seen both mothers and both children at the counter');
	await button(registrar, t('duplicates.override'));
	await shows(registrar, t('duplicates.overridden'));
	await look(registrar, 'duplicates-overridden');
	await visit(second, act);
	await button(second, t('do.register'));
	await shows(second, t('done.register'));
	await look(second, 'duplicate-registered');
	ok(true, `${language}: overridden by one officer, registered by another`);
}

async function testReject(birth) {
	const act = await declare(birth);
	await visit(registrar, act);
	await button(registrar, t('do.reject'));
	await registrar.tabTo('decision-reason');
	await look(registrar, 'reject');
	await registrar.press('Tab');
	await registrar.press('Enter');
	await shows(registrar, t('decide.reason.missing'));
	await registrar.tabTo('decision-reason', true);
	await registrar.type('The child was born abroad');
	await registrar.press('Control+Enter');
	await shows(registrar, t('done.reject'));
	await look(registrar, 'act-rejected');
}

/** Proposed by one registrar, accepted by another: of a key field, so that evidence is needed. */
async function testCorrect(act) {
	await visit(registrar, act);
	await registrar.tabToText(t('correct.title'));
	await registrar.press('Enter');
	await registrar.until('document.getElementById("field-child-secondary_name") !== null');
	await look(registrar, 'correct');
	await registrar.press('Control+Enter');
	await registrar.until('document.activeElement.className === "govuk-error-summary"');
	await look(registrar, 'correct-missing');
	await registrar.tabTo('field-child-secondary_name');
	await registrar.eval('document.activeElement.select()');
	await fill(registrar, 'field-child-secondary_name', 'A\u202eB');
	await fill(registrar, 'field-legal_basis', 'Civil Status Act, article 40');
	await registrar.tabTo('field-evidence-kind');
	await registrar.press('ArrowDown');
	await fill(registrar, 'field-evidence-reference', 'Hospital file 88');
	await registrar.press('Control+Enter');
	await registrar.until('document.querySelector("#field-child-secondary_name-error") !== null');
	await look(registrar, 'correct-refused');
	await registrar.tabTo('field-child-secondary_name');
	await registrar.eval('document.activeElement.select()');
	await registrar.type('Ann');
	await registrar.press('Control+Enter');
	await registrar.until('document.querySelector("main ins") !== null');
	await look(registrar, 'correction-own');
	const correction = await registrar.eval('location.hash');
	await second.eval(`location.hash = ${JSON.stringify(correction)}`);
	await heading(second, t('correction.title'));
	await shows(second, t('do.accept'));
	await look(second, 'correction');
	await button(second, t('do.accept'));
	await shows(second, t('done.accept'));
	await look(second, 'correction-accepted');
	await visit(registrar, act);
	await heading(registrar, 'Ann');
	await look(registrar, 'act-corrected');
	ok(true, `${language}: proposed by one registrar, accepted by another`);
}

/* the name says what it is, its octets say something else; and a scan of one grey point */
const notAScan = resolve(stage.pictures, 'not-a-scan.png'), scan = resolve(stage.pictures, 'scan.png');
writeFileSync(notAScan, 'certainly no picture');
writeFileSync(scan, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64'));

/** A death, with evidence attached at the desk. */
async function testDeath(who) {
	await clerk.press('Alt+Shift+N');
	await opened(clerk, t('declare.title'));
	await look(clerk, 'kinds');
	await clerk.tabToText(t('kind.death'));
	await clerk.press('Enter');
	await clerk.until('document.getElementById("field-deceased-secondary_name") !== null');
	await fill(clerk, 'field-deceased-secondary_name', who.mother[0]);
	await fill(clerk, 'field-deceased-primary_name', who.surname);
	await clerk.tabTo('field-deceased-sex');
	await clerk.press('Space');
	await fillDate(clerk, 'field-deceased-date_of_birth', ['14', '9', '1941']);
	await fillDate(clerk, 'field-date_of_death', ['2', '11', '2026']);
	await fill(clerk, 'field-place_of_death', 'Amaurot G');
	await clerk.until('document.querySelectorAll("#field-place_of_death-list li").length === 1');
	await clerk.press('Enter');
	await clerk.tabTo('field-certifier');
	await clerk.press('ArrowDown');
	await fill(clerk, 'field-informant-name', 'Son');
	await clerk.tabTo('field-informant-relation');
	for (let i = 0; i < 10; i++)
		await clerk.press('ArrowDown');
	await look(clerk, 'death-filled');
	await clerk.press('Control+Enter');
	await heading(clerk, t('declare.done'));
	await clerk.tabToText(t('declare.see'));
	await clerk.press('Enter');
	await heading(clerk, who.surname);
	await clerk.tabToText(t('evidence.attach'));
	await clerk.press('Enter');
	await clerk.tabTo('field-evidence-kind');
	await clerk.press('ArrowDown');
	await fill(clerk, 'field-evidence-reference', 'Certificate 12');
	await clerk.choose('evidence-file', notAScan);
	await clerk.press('Control+Enter');
	await clerk.until('document.querySelector("#evidence-file-error") !== null');
	ok((await clerk.eval('document.getElementById("evidence-file-error").textContent')).includes(t('evidence.file.other')), `${language}: a scan that is none: its message is at its field`);
	await look(clerk, 'evidence-no-scan');
	await clerk.choose('evidence-file', scan);
	await look(clerk, 'evidence');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.attach'));
	await shows(clerk, 'Certificate 12');
	await look(clerk, 'death-declared');
	await visit(registrar, await clerk.eval('location.hash'));
	await button(registrar, t('do.register'));
	await shows(registrar, t('done.register'));
	await look(registrar, 'death-registered');
	ok(true, `${language}: a death with its evidence`);
}

/** What a hospital notified is taken up: the declaration begins with what it knew. */
async function testNotified() {
	await clerk.press('Alt+Shift+I');
	await opened(clerk, t('notified.title'));
	await shows(clerk, `NB-${language}`);
	await look(clerk, 'notified');
	await clerk.tabToText(`NB-${language}`);
	await clerk.press('Enter');
	await shows(clerk, t('notified.take'));
	await shows(clerk, 'Amaurot General Hospital');
	await look(clerk, 'notification');
	await button(clerk, t('notified.take'));
	await clerk.until('document.getElementById("field-mother-primary_name")?.value.length > 3');
	await fill(clerk, 'field-child-secondary_name', 'Noah');
	await fill(clerk, 'field-child-primary_name', 'Notified');
	await fill(clerk, 'field-informant-name', 'Ward 7');
	await clerk.tabTo('field-informant-relation');
	for (let i = 0; i < 5; i++)
		await clerk.press('ArrowDown');
	await look(clerk, 'notified-declare');
	await clerk.press('Control+Enter');
	await heading(clerk, t('declare.done'));
	await clerk.press('Alt+Shift+I');
	await opened(clerk, t('notified.title'));
	await clerk.tabTo('notified-queue');
	await clerk.press('ArrowDown');
	await clerk.press('ArrowDown');
	await clerk.tabToText(`NB-${language}`);
	await clerk.press('Enter');
	await shows(clerk, t('declare.see'));
	await look(clerk, 'notification-declared');
	ok(true, `${language}: a notification is taken up`);
}

async function testAnnul(act) {
	await visit(second, act);
	await button(second, t('do.annul'));
	await second.tabTo('decision-reason');
	await second.type('Judgment 12/2026');
	await second.press('Control+Enter');
	await shows(second, t('done.annul'));
	await look(second, 'act-annulled');
}

/** An entry of a paper register, as `catena import registers` brings it; statistics.js reads and promotes such. */
async function testImport(n) {
	const register = { en: 'Births of Amaurot', fr: 'Naissances d’Amaurote', ar: 'مواليد أموروت' }[language];
	await clerk.eval(`(async () => {
		const me = await (await fetch('/civil/v1/session')).json();
		const answer = await fetch('/civil/v1/legacy-acts', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
			body: JSON.stringify({ office_id: me.roles[0].office_id, kind: 'birth', register: ${JSON.stringify(register)}, volume: '7', page: '12', entry: '${n + 1}',
				grade: 'original_register', event_on: '1951-03-02', original: { child: 'Erikson, Anna' } }) });
		if (!answer.ok)
			throw new Error(await answer.text());
	})()`);
	await clerk.press('Alt+Shift+P');
	await opened(clerk, t('papers.title'));
	await clerk.until(`[...document.querySelectorAll('main a')].some((a) => a.textContent.includes(${JSON.stringify(register)}))`);
	await look(clerk, 'day-papers');
	ok(true, `${language}: an entry of a paper register is there`);
}

async function testNumbers() {
	await registrar.press('Alt+Shift+S');
	await opened(registrar, t('statistics.title'));
	await registrar.tabTo('field-year');
	await registrar.eval('document.activeElement.select()');
	await registrar.type('2026');
	await registrar.press('Control+Enter');
	await registrar.until('document.querySelector(".desk-counts") !== null');
	await look(registrar, 'day-statistics');
	ok(true, `${language}: the day is in the statistics`);
}

/* ---- the line ---- */

async function testLine(birth) {
	/* down before the declaration is sent */
	const first = { ...birth, given: 'Line', surname: 'Downs' };
	await newBirth(clerk);
	await fillBirth(clerk, first);
	line.cut();
	await clerk.press('Control+Enter');
	await heading(clerk, t('declare.waits'));
	await look(clerk, 'line-waits');
	await clerk.press('Alt+Shift+U');
	await heading(clerk, t('unsent.title'));
	await shows(clerk, t('unsent.waiting'));
	await look(clerk, 'unsent');
	line.restore();
	await clerk.until('document.querySelector(".govuk-notification-banner--success") !== null');
	await look(clerk, 'unsent-sent');
	is(await actsNamed(clerk, nameOf(first)), 1, `${language}: cut before sending, restored: exactly one act`);

	/* cut between the service's commit and its answer */
	const other = { ...birth, given: 'Answer', surname: 'Lost', mother: ['Nona', 'Lost'], date: ['7', '6', '2025'] };
	await newBirth(clerk);
	await fillBirth(clerk, other);
	line.swallow();
	await clerk.press('Control+Enter');
	for (let i = 0; i < 300 && (line.answered === 0 || await actsNamed(registrarDirect, nameOf(other)) === 0); i++)
		await new Promise((resolve) => setTimeout(resolve, 100));
	is(await actsNamed(registrarDirect, nameOf(other)), 1, `${language}: the service has the act, the desk no answer`);
	line.cut();
	await heading(clerk, t('declare.waits'));
	line.restore();
	await clerk.until('!document.querySelector(".desk-badge")');
	is(await actsNamed(clerk, nameOf(other)), 1, `${language}: cut before the answer, restored: exactly one act`);
}

let registrarDirect; /* a window that does not go through the line */

async function testSessionEnd(birth) {
	await newBirth(clerk);
	await fillBirth(clerk, { ...birth, given: 'Session', surname: 'Ended' });
	await clerk.call('Network.clearBrowserCookies');
	await clerk.press('Control+Enter');
	await clerk.until('document.querySelector("dialog[open]") !== null');
	await look(clerk, 'session-ended');
	await signIn(clerk, clerkOfficer);
	await heading(clerk, t('declare.done'));
	is(await actsNamed(clerk, 'Session Ended'), 1, `${language}: signed in again, the form was not lost`);
}

async function day(code, n) {
	for (const page of [clerk, registrar, second])
		await speak(page, code);
	const birth = births[code];
	if (n > 0) {
		await clerk.press('Alt+Shift+Q');
		await heading(clerk, t('work.title'));
	}
	await testKeys();
	await testBadInput();
	await testNotified();
	const { act, number } = await testBirth(birth);
	await testFind(number, birth);
	const stock = await testStock({ registrar, second });
	await testCertificate({ clerk, registrar, visit }, { act, number, name: birth.surname });
	await stock.destroy(1, 1);
	await testDuplicate(birth);
	await testReject({ ...birth, given: 'Elsewhere', surname: `Born ${'ABC'[n]}`, mother: ['Far', 'Away'], date: [String(n + 1), '5', '2025'] });
	await testCorrect(act);
	await testDeath(birth);
	await testAnnul(act);
	await testImport(n);
	await testNumbers();
}

await play(() => ({ clerk, registrar, second }), async (started) => {
	browser = started;
	line = await Line.start(Number(new URL(stage.url).port));
	await testSignIn();
	for (const [n, code] of ['en', 'fr', 'ar'].entries())
		await day(code, n);
	await speak(clerk, 'en');
	registrarDirect = await browser.open(stage.url);
	await speak(registrarDirect, 'en');
	await signIn(registrarDirect, stage.officers[3]);
	await testLine(births.en);
	await testSessionEnd(births.en);
});
line.stop();
