/*
 * passport_line.js STAGE.json - the personalisation line at the passport office's desk, by keyboard, in each language; run by test_passport_line, which has
 * made the stage: booklets counted in by two officers, a batch ordered, stopped, resumed and worked off before the officer's eyes, documents passed and
 * spoiled, the day closed with a balance of zero; what is in a chip, and where a document comes from.
 */
import { button, fill, heading, language, look, opened, play, shows, signIn, speak, stage, t } from './play.js';
import { is, ok } from './tap.js';

const [makerOfficer, checkerOfficer] = stage.officers;
let maker, checker;

const texts = (page, selector) => page.eval(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.textContent.trim())`);
const figures = async (page) => (await texts(page, '.desk-tile__figure')).map(Number);
const filled = (page, selector) => page.until(`document.querySelector(${JSON.stringify(selector)}) !== null`);

/** The page behind a shortcut, as it is now: from whatever was shown. */
async function open(page, key, title, selector) {
	await page.press('Alt+Shift+Q');
	await opened(page, t('work.title'));
	await page.press(`Alt+Shift+${key}`);
	await opened(page, title);
	await filled(page, selector);
}
const openBooklets = (page) => open(page, 'K', t('booklets.title'), '.desk-tiles');

async function refill(page, id, text) {
	await page.tabTo(id);
	await page.eval('document.activeElement.select?.()');
	await page.type(text);
}

/* ---- booklets ---- */

/** The fields of a count after the event's: they depend on it. */
async function count(event, values) {
	await maker.tabTo('field-event');
	await maker.until('document.activeElement.id === "field-event"');
	for (let i = 0; i < { receive: 0, destroy: 1, balance: 2 }[event]; i++)
		await maker.press('ArrowDown');
	for (const [name, text] of Object.entries(values))
		await fill(maker, `field-${name}`, text);
	await maker.press('Control+Enter');
}

async function countAgain(n) {
	const id = await checker.eval('document.querySelector("[id^=field-][id$=-counted]:not(#field-counted)").id');
	await refill(checker, id, n);
	await checker.press('Control+Enter');
}
const openSecond = async () => {
	await openBooklets(checker);
	await filled(checker, '[id^=field-][id$=-counted]:not(#field-counted)');
};

async function testReceive(prefix) {
	await openBooklets(maker);
	await look(maker, 'booklets');
	await count('receive', { delivery_note: `LS ${prefix}/7`, prefix: prefix.toLowerCase(), first: '1', last: '4', counted: '3' });
	await filled(maker, '#field-counted-error');
	await look(maker, 'booklets-differ');
	await refill(maker, 'field-counted', '4');
	await maker.press('Control+Enter');
	await shows(maker, t('done.count'));
	await shows(maker, t('count.own'));
	await look(maker, 'booklets-counted');
	ok(await maker.eval('document.querySelector("[id^=field-][id$=-counted]:not(#field-counted)") === null'), `${language}: who counted does not count again`);
	await openSecond();
	ok(!(await checker.eval(`document.body.innerText.includes('${prefix}-0000004')`)), `${language}: the second officer is not told where it ended`);
	await countAgain('5');
	await filled(checker, '.govuk-error-summary');
	await look(checker, 'booklets-second-differs');
	await countAgain('4');
	await shows(checker, t('done.confirm'));
	await look(checker, 'booklets-received');
}

async function bring(prefix, first, last) {
	await openBooklets(maker);
	await fill(maker, 'field-assign-prefix', prefix);
	await fill(maker, 'field-assign-first', String(first));
	await fill(maker, 'field-assign-last', String(last));
	await fill(maker, 'field-assign-station', 'line-1');
	await maker.press('Control+Enter');
	await shows(maker, t('done.assign_booklets'));
}

/* ---- a batch ---- */

/** Ordered with nothing to print on, stopped and resumed; then the checker looks on while booklets come, and touches nothing. */
async function testBatch(prefix) {
	await open(maker, 'B', t('batch.title'), '#field-limit');
	await look(maker, 'batches');
	await refill(maker, 'field-limit', '0');
	await maker.press('Control+Enter');
	await filled(maker, '#field-limit-error');
	await look(maker, 'batches-refused');
	await refill(maker, 'field-limit', '2');
	await maker.press('Control+Enter');
	await filled(maker, '.desk-timeline');
	await shows(maker, t('batch.notices'));
	/* a station that has nothing to print on takes orders up and puts them back again and again */
	const wait = async (page, done) => {
		const [through, failed, held, waiting] = await figures(page);
		return through === done && failed === 0 && held + waiting === 2 - done;
	};
	ok(await wait(maker, 0), `${language}: two orders wait for booklets`);
	await look(maker, 'batch-waiting');
	await button(maker, t('do.stop_batch'));
	await maker.tabTo('decision-reason');
	await look(maker, 'batch-stop');
	await maker.type('The laminator is cleaned');
	await maker.press('Control+Enter');
	await shows(maker, t('done.stop_batch'));
	await shows(maker, 'The laminator is cleaned');
	await look(maker, 'batch-stopped');
	await button(maker, t('do.resume_batch'));
	await shows(maker, t('done.resume_batch'));

	await open(checker, 'B', t('batch.title'), '.desk-table tbody a');
	await look(checker, 'batches-list');
	await checker.eval('document.querySelector(".desk-table tbody a").focus()');
	await checker.press('Enter');
	await filled(checker, '.desk-timeline');
	ok(!(await checker.eval(`document.body.innerText.includes(${JSON.stringify(t('do.stop_batch'))})`)), `${language}: quality control stops no batch`);
	await bring(prefix, 1, 1);
	await checker.until('document.querySelector(".desk-tile__figure").textContent === "1"');
	ok(await wait(checker, 1), `${language}: one is done, one waits, and the page says so by itself`);
	await look(checker, 'batch-half');
	await bring(prefix, 2, 4);
	await checker.until('document.querySelector(".desk-tile__figure").textContent === "2"');
	await checker.until('document.querySelectorAll(".desk-timeline__item--accepted").length === 1');
	is((await figures(checker)).join(), '2,0,0,0', `${language}: both are done`);
	ok(await checker.eval('document.querySelector("[role=status].govuk-visually-hidden").textContent.includes("2")'), `${language}: which is said, too`);
	await look(checker, 'batch-completed');
}

/* ---- quality control ---- */

const queue = () => texts(checker, '.desk-table tbody th');
const openControl = () => open(checker, 'C', t('control.title'), '.desk-table tbody a');

async function examine(number) {
	await openControl();
	await checker.tabToText(number);
	await checker.press('Enter');
	await heading(checker, number);
	await checker.until('document.querySelector(".desk-page__picture")?.naturalWidth > 1000');
}

async function testControl(prefix) {
	await openControl();
	await look(checker, 'control');
	const waiting = (await queue()).filter((number) => number !== stage.altered);
	const serial = await checker.eval(`[...document.querySelectorAll('.desk-table tbody tr')].find((one) => one.textContent.includes('${waiting[0]}')).cells[1].textContent`);
	is(waiting.length, 2, `${language}: the batch's two documents wait`);
	await examine(stage.altered);
	await button(checker, t('control.do'));
	await shows(checker, t('control.failed'));
	ok((await texts(checker, '.desk-table .govuk-tag--red')).length > 0 && (await texts(checker, '.desk-table .govuk-tag--green')).length > 0, `${language}: what is bad is told from what is good`);
	await look(checker, 'control-failed');

	await examine(waiting[0]);
	await look(checker, 'control-document');
	await fill(checker, 'field-booklet', `${prefix}-0000009`);
	await button(checker, t('control.do'));
	await shows(checker, t('control.failed'));
	is((await texts(checker, '.desk-table .govuk-tag--red')).length, 1, `${language}: it is in another booklet than the registry says`);
	await look(checker, 'control-booklet');
	await fill(checker, 'field-booklet', serial);
	await button(checker, t('control.do'));
	await shows(checker, t('done.pass_control'));
	is((await texts(checker, '.desk-table .govuk-tag--red')).length, 0, `${language}: all is good`);
	ok(language === 'en' || !(await checker.eval(`document.body.innerText.includes(${JSON.stringify(t('problem.service'))})`)), `${language}: in the officer’s language`);
	await look(checker, 'control-passed');

	await examine(waiting[1]);
	await button(checker, t('do.spoil'));
	await checker.tabTo('decision-reason');
	await look(checker, 'control-spoil');
	await checker.type('A bubble under the foil');
	await checker.press('Control+Enter');
	await shows(checker, t('done.spoil'));
	await look(checker, 'control-spoiled');

	await open(checker, 'B', t('batch.title'), '.desk-table tbody a');
	await checker.eval('document.querySelector(".desk-table tbody a").focus()');
	await checker.press('Enter');
	await shows(checker, 'A bubble under the foil');
	await look(checker, 'batch-spoiled');
	return waiting[0];
}

/* ---- the end of the day ---- */

/** One is missing: reported by one officer, missed by the other, too, and found again by them. */
async function testLoss(prefix) {
	await openBooklets(maker);
	await maker.tabTo('field-loss-kind');
	await maker.press('Space');
	await fill(maker, 'field-loss-prefix', prefix);
	await fill(maker, 'field-loss-first', '3');
	await fill(maker, 'field-loss-last', '3');
	await fill(maker, 'field-loss-reference', `Police 17/${prefix}`);
	await fill(maker, 'field-loss-notes', 'Missed when the safe was opened');
	await maker.press('Control+Enter');
	await shows(maker, t('done.report_booklets'));
	await shows(maker, t('booklets.loss.open'));
	ok(!(await maker.eval(`document.body.innerText.includes(${JSON.stringify(t('do.confirm_loss'))})`)), `${language}: who reported does not confirm`);
	await look(maker, 'booklets-lost');
	await openBooklets(checker);
	await button(checker, t('do.confirm_loss'));
	await shows(checker, t('done.confirm_loss'));
	await shows(checker, t('booklets.loss.confirmed'));
	await button(checker, t('do.recover_booklets'));
	const id = await checker.eval('document.querySelector("[id^=field-found-][id$=-first]").id.slice(0, -"first".length)');
	await look(checker, 'booklets-recovery');
	await fill(checker, `${id}first`, '3');
	await fill(checker, `${id}last`, '3');
	await fill(checker, `${id}notes`, 'Behind the drawer of the safe');
	await checker.press('Control+Enter');
	await shows(checker, t('done.recover_booklets'));
	await look(checker, 'booklets-recovered');
}

async function testClose(prefix) {
	await openBooklets(maker);
	await shows(maker, 'A bubble under the foil');
	/* blanks that go back to the store, and one that fell into the ink */
	for (const [n, left] of [[3, '1'], [4, '0']]) {
		await fill(maker, 'field-back-serial', `${prefix}-000000${n}`);
		await maker.press('Control+Enter');
		await maker.until(`document.querySelectorAll('.desk-tile__figure')[1].textContent === '${left}'`);
		await shows(maker, t('done.return_booklet'));
	}
	await fill(maker, 'field-spoil-serial', `${prefix}-0000004`);
	await fill(maker, 'field-spoil-reason', 'It fell into the ink');
	await maker.press('Control+Enter');
	await shows(maker, t('done.spoil_booklet'));
	await shows(maker, 'It fell into the ink');
	await look(maker, 'booklets-spoiled');

	await count('destroy', { prefix, first: '4', last: '4', counted: '1' });
	await shows(maker, t('count.own'));
	await openSecond();
	await countAgain('1');
	await shows(checker, t('done.confirm'));
	await checker.until('!document.body.innerText.includes("It fell into the ink")');
	ok(true, `${language}: what is destroyed is on no list any more`);

	await testLoss(prefix);
	await openBooklets(maker);
	const [store, stations] = await figures(maker);
	await count('balance', { counted: String(store + stations) });
	await shows(maker, t('count.own'));
	await openSecond();
	await look(checker, 'booklets-balance-second');
	await countAgain(String(store + stations));
	await shows(checker, t('booklets.closed'));
	await look(checker, 'booklets-balance');
	const last = await checker.eval('[...document.querySelectorAll(".desk-table")].find((one) => one.innerText.includes(' + JSON.stringify(t('booklets.closed')) + ')).querySelector("tbody tr").innerText');
	ok(last.split(/\s+/).includes('0'), `${language}: the difference is zero: ${last.replaceAll(/\s+/g, ' ')}`);
}

/* ---- a document ---- */

async function testChip(number) {
	await checker.eval(`location.hash = '#/chip/${number}'`);
	await heading(checker, number);
	await filled(checker, '.govuk-summary-card');
	await checker.until('document.querySelector(".desk-page__picture")?.naturalWidth > 1000 && document.querySelector(".desk-page__portrait")?.naturalWidth > 100');
	is((await texts(checker, '.govuk-summary-card__title bdi')).join(), 'EF.COM,EF.DG1,EF.DG2,EF.DG11,EF.DG12,EF.SOD', `${language}: the files of the chip`);
	is((await texts(checker, '.govuk-summary-card .govuk-tag')).join(), Array(4).fill(t('chip.digest.good')).join(), `${language}: whose digests are the signed ones`);
	is((await texts(checker, '.desk-table .govuk-tag--red')).length, 0, `${language}: passive authentication finds nothing bad`);
	const [first, second] = (await checker.eval('document.querySelector(".desk-mrz").textContent')).split('\n');
	ok(first.length === 44 && first.startsWith('PP') && second.startsWith(number), `${language}: the MRZ is two lines of 44 with the number`);
	await look(checker, 'chip');
}

async function testAlteredChip() {
	await checker.eval(`location.hash = '#/chip/${stage.altered}'`);
	await heading(checker, stage.altered);
	await filled(checker, '.govuk-summary-card');
	ok((await texts(checker, '.govuk-summary-card .govuk-tag')).includes(t('chip.digest.bad')), `${language}: a file that is not the signed one is seen`);
	await look(checker, 'chip-altered');
}

/** By keyboard through the picture: each step leads to its records, and from there to its page. */
async function testDescent(passed) {
	await checker.eval(`location.hash = '#/descent/${stage.delivered}'`);
	await heading(checker, stage.delivered);
	await filled(checker, '.desk-chain');
	const boxes = () => checker.eval('[...document.querySelectorAll(".desk-chain__step")].map((one) => one.querySelector("text").textContent)');
	const names = ['birth', 'enrolment', 'identity', 'application', 'approval', 'personalisation', 'quality_control', 'delivery', 'tree_head'];
	is((await boxes()).join(), names.map((name) => t(`descent.step.${name}`)).join(), `${language}: from the birth to the signed tree head`);
	is((await checker.eval('document.querySelectorAll(".desk-chain__box--open").length')), 0, `${language}: every step is taken`);
	await shows(checker, t('descent.allproved'));
	await look(checker, 'descent');
	for (const name of ['birth', 'approval', 'tree_head']) {
		for (let i = 0; i < 60 && !(await checker.eval(`document.activeElement.getAttribute('href') === '#descent-${name}'`)); i++)
			await checker.press(name === 'birth' ? 'Tab' : 'Shift+Tab');
		for (let i = 0; i < 60 && !(await checker.eval(`document.activeElement.getAttribute('href') === '#descent-${name}'`)); i++)
			await checker.press('Tab');
		await checker.press('Enter');
		await checker.until(`document.activeElement.id === 'descent-${name}'`);
		is(await checker.eval('document.querySelector(".desk-chain__step[aria-current]").getAttribute("href")'), `#descent-${name}`, `${language}: ${name}: the step is marked in the picture`);
	}
	await checker.eval('document.querySelector(".desk-chain__step[href=\\"#descent-approval\\"]").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }))');
	await checker.until('document.activeElement.id === "descent-approval"');
	await filled(checker, 'details[open] .desk-table');
	await look(checker, 'descent-approval');
	ok((await texts(checker, 'details[open] tbody th'))[0].startsWith(t('descent.record.application_decision')), `${language}: the record of the approval`);

	await checker.eval(`location.hash = '#/descent/${passed}'`);
	await heading(checker, passed);
	await filled(checker, '.desk-chain');
	is((await checker.eval('document.querySelectorAll(".desk-chain__box--open").length')), 1, `${language}: a document that is not delivered yet lacks that step`);
	await look(checker, 'descent-not-delivered');
	await checker.tabToText(t('line.to.chip'));
	await checker.press('Enter');
	await filled(checker, '.govuk-summary-card');
}

await play(() => ({ maker, checker }), async (browser) => {
	[maker, checker] = [await browser.open(stage.url), await browser.open(stage.url)];
	await signIn(maker, makerOfficer);
	await signIn(checker, checkerOfficer);
	for (const code of ['en', 'fr', 'ar']) {
		for (const page of [maker, checker])
			await speak(page, code);
		const prefix = code.toUpperCase();
		await testReceive(prefix);
		await testBatch(prefix);
		const passed = await testControl(prefix);
		await testClose(prefix);
		await testChip(passed);
		await testAlteredChip();
		await testDescent(passed);
	}
});
