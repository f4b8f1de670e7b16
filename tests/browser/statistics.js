/*
 * statistics.js STAGE.json - a statistician's tables, and entries of paper registers from their import to their promotion, at the civil
 * registry's desk, by keyboard, in each language; run by test_statistics, which has made the stage.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { button, fill, fillDate, heading, language, look, opened, play, shows, signIn, speak, stage, t } from './play.js';
import { is, ok } from './tap.js';

let statistician, clerk, registrar;
const [statisticianOfficer, clerkOfficer, registrarOfficer] = stage.officers;

/* ---- statistics ---- */

/** By keyboard: a letter more than what is chosen already would not be one; so the arrow keys. */
async function choose(page, id, value) {
	await page.tabTo(id);
	for (let i = 0; i < 12; i++) {
		if (await page.eval(`document.getElementById(${JSON.stringify(id)}).value`) === value)
			return;
		await page.press('ArrowDown');
	}
	throw new Error(`${id} never says ${value}`);
}

/** The page as it opens, whatever it showed before: what is marked is the old one. */
async function afresh(press) {
	await statistician.eval('document.querySelector("h1").dataset.old = "yes"');
	await press();
	await statistician.until('document.querySelector("h1").dataset.old === undefined');
	await opened(statistician, t('statistics.title'));
}

async function ask(table) {
	if (await statistician.eval('location.hash') === '#/statistics')
		await afresh(() => statistician.eval('location.hash = "#/"'));
	await afresh(() => statistician.press('Alt+Shift+S'));
	if (table.event)
		await choose(statistician, 'field-event', table.event);
	await statistician.tabTo('field-year');
	await statistician.eval('document.activeElement.select()');
	await statistician.type(table.year ?? '2025');
	if (table.rows)
		await choose(statistician, 'field-rows', table.rows);
	if (table.by)
		await choose(statistician, 'field-by', table.by);
	if (table.place) {
		await fill(statistician, 'field-place', table.place);
		await statistician.until('document.querySelectorAll("#field-place-list li").length > 0');
		await statistician.press('Enter');
	}
	await statistician.press('Control+Enter');
}

/** What the table says: the numbers of a row, by the beginning of its heading. */
const row = (name) => statistician.eval(`[...document.querySelectorAll('.desk-counts tbody tr')].find((tr) => tr.cells[0].textContent.startsWith(${JSON.stringify(name)}))
	?.innerText.split('\\t').slice(1).map((one) => one.trim().split('\\n')[0]).join(' ') ?? 'no such row'`);
const counted = () => statistician.until('document.querySelector(".desk-counts") !== null && document.querySelector(".desk-chart svg") !== null');

async function testTables() {
	await ask({});
	await counted();
	const [total, ...others] = await statistician.eval(`[...document.querySelectorAll('.desk-counts tbody td')].map((td) => td.innerText)`);
	is(total, '600', `${language}: all births`);
	ok(others.length > 0, `${language}: and those of the places`);
	await shows(statistician, t('statistics.completeness'));
	is(await row(t('statistics.country')), '600', `${language}: of the whole country`);
	ok(await statistician.eval(`document.body.innerText.includes(${JSON.stringify(t('statistics.percent').replace('{n}', new Intl.NumberFormat(language).format(83.3)))})`),
		`${language}: 600 of 720 are registered: the completeness`);
	await look(statistician, 'statistics-country');

	/* into a place by its link, where three births of a district are held back, and with them another number */
	await statistician.tabToText('Utopia');
	await statistician.press('Enter');
	await statistician.until('location.hash.endsWith("/UTO")');
	await counted();
	await statistician.tabToText('Achora Province');
	await statistician.press('Enter');
	await statistician.until('location.hash.endsWith("/UTO.P2")');
	await counted();
	await shows(statistician, t('statistics.hidden.note'));
	is(await row('Nolandia'), t('statistics.hidden.mark'), `${language}: three births are not shown`);
	is(await row('Achora Province'), '152', `${language}: the province is`);
	await look(statistician, 'statistics-suppressed');

	for (const [by, rows] of [['sex', 'months'], ['age', 'places'], ['timeliness', 'months'], ['month', 'places'], ['site', 'places']]) {
		await ask({ by, rows });
		await counted();
		await look(statistician, `statistics-${by}-${rows}`);
	}
	await ask({ event: 'marriage', year: '2024' });
	await counted();
	await look(statistician, 'statistics-none');
	await ask({ year: '٢٠٢٥' });
	await counted();
	is(await row(t('statistics.country')), '600', `${language}: digits of another script are digits`);
	await ask({ year: '1492' });
	await statistician.until('document.querySelector("#field-year-error") !== null');
	await look(statistician, 'statistics-year');
	await ask({ place: 'Amaurot General' });
	await statistician.until('document.querySelector(".govuk-error-summary") !== null');
	ok(language === 'en' || !(await statistician.eval(`document.body.innerText.includes(${JSON.stringify(t('problem.service'))})`)), `${language}: in the officer’s language`);
	await look(statistician, 'statistics-no-place');
}

async function testFiles() {
	await ask({ by: 'sex' });
	await counted();
	const files = await statistician.eval(`Promise.all([...document.querySelectorAll('main a[download]')].map(async (a) => {
		const answer = await fetch(a.href);
		return [answer.status, answer.headers.get('Content-Type').split(';')[0], (await answer.text()).split('\\r\\n').length].join(' ');
	}))`);
	is(files.slice(0, 2).join(', '), '200 text/csv 17, 200 application/vnd.sdmx.data+csv 17', `${language}: the table as CSV and SDMX-CSV`);
	ok(files[2].startsWith('200 text/csv'), `${language}: and the dictionary`);
}

/** As it is printed: without what is to be pressed. */
async function testPrint() {
	await ask({ by: 'sex', rows: 'months' });
	await counted();
	await statistician.call('Emulation.setEmulatedMedia', { media: 'print' });
	is(await statistician.eval(`['.desk-header', 'form', 'footer', 'nav'].filter((one) => document.querySelector(one).offsetParent !== null).join()`), '', `${language}: nothing to press is printed`);
	await statistician.picture(join(stage.pictures, `statistics-print-${language}.png`));
	await statistician.call('Emulation.setEmulatedMedia', { media: '' });
}

/* ---- paper registers ---- */

const papers = {
	en: { register: 'Births of Amaurot', given: 'Anna', surname: 'Erikson', mother: 'Vera Erikson' },
	fr: { register: 'Naissances d’Amaurote', given: 'Élise', surname: 'Lefèvre', mother: 'Zoé Lefèvre' },
	ar: { register: 'مواليد أموروت', given: 'ليلى', surname: 'الحسن', mother: 'مريم الحسن' },
};

/** Imports an entry with a picture of it, as `catena import legacy` does: over the service's interface. */
const importEntry = (number, grade, more = {}) => clerk.eval(`(async () => {
	const paper = ${JSON.stringify(papers[language])};
	const send = async (path, body, type) => {
		const answer = await fetch('/civil/v1' + path, { method: 'POST', body, headers: { 'Content-Type': type, 'Idempotency-Key': crypto.randomUUID() } });
		return answer.ok ? answer.json() : Promise.reject(new Error(await answer.text()));
	};
	const { items: offices } = await (await fetch('/civil/v1/offices')).json();
	const me = await (await fetch('/civil/v1/session')).json();
	const office = offices.find(({ id }) => me.roles.some((role) => role.office_id === id)).id;
	const { id } = await send('/legacy-acts', JSON.stringify({ office_id: office, kind: 'birth', register: paper.register, volume: '7', page: '12', entry: ${JSON.stringify(number)},
		grade: ${JSON.stringify(grade)}, event_on: '1951-03-02', original: { child: paper.surname + ', ' + paper.given, born: '2. III. 1951', mother: paper.mother }, ...${JSON.stringify(more)} }), 'application/json');
	const canvas = Object.assign(document.createElement('canvas'), { width: 700, height: 420 }), pen = canvas.getContext('2d');
	pen.fillStyle = '#f3e9d2';
	pen.fillRect(0, 0, 700, 420);
	pen.fillStyle = '#2b2b55';
	pen.font = 'italic 28px serif';
	['No. ' + ${JSON.stringify(number)}, paper.surname + ', ' + paper.given, '2. III. 1951, Amaurot', paper.mother].forEach((line, i) => pen.fillText(line, 40, 70 + 80 * i));
	await send('/legacy-acts/' + id + '/images', await new Promise((resolve) => canvas.toBlob(resolve, 'image/png')), 'image/png');
	return id;
})()`);

async function readPaper() {
	const paper = papers[language];
	await fill(clerk, 'field-child-secondary_name', paper.given);
	await fill(clerk, 'field-child-primary_name', paper.surname);
	await clerk.tabTo('field-child-sex');
	await clerk.press('Space');
	is(await clerk.eval('document.getElementById("field-child-date_of_birth-year").value'), '1951', `${language}: the date of the entry is there`);
	await fill(clerk, 'field-child-place_of_birth', 'Amaurot G');
	await clerk.until('document.querySelectorAll("#field-child-place_of_birth-list li").length === 1');
	await clerk.press('Enter');
	await fill(clerk, 'field-mother-primary_name', paper.mother);
	await fill(clerk, 'field-informant-name', paper.mother);
	await clerk.tabTo('field-informant-relation');
	await clerk.press('ArrowDown');
	await fillDate(clerk, 'field-declared_on', ['9', '3', '1951']);
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.propose'));
}

/** From the list to the entry, by its link. */
async function openEntry(page, number) {
	await page.press('Alt+Shift+Q');
	await opened(page, t('work.title'));
	await page.press('Alt+Shift+P');
	await opened(page, t('papers.title'));
	const apart = (text) => `\u2068${text}\u2069`;
	const said = (key, member, value) => apart(t(`papers.${key}`).replace(`{${member}}`, apart(value)));
	const name = [apart(papers[language].register), said('volume', 'volume', '7'), said('page', 'page', '12'), said('entry', 'entry', number)].join(' · ');
	await shows(page, name);
	await page.tabToText(name);
	await page.press('Enter');
	await heading(page, name);
	await page.until('document.querySelector(".desk-timeline") !== null');
}

const imageIsShown = (page) => page.until('document.querySelector(".desk-paper__image")?.naturalWidth === 700');

/** An entry imported at the desk, by keyboard; its scan is added to it. */
async function testNewEntry(n) {
	await clerk.press('Alt+Shift+P');
	await opened(clerk, t('papers.title'));
	await clerk.tabToText(t('papers.new'));
	await clerk.press('Enter');
	await opened(clerk, t('papers.new'));
	await clerk.until('document.querySelectorAll("#newpaper-grade option").length > 1');
	await look(clerk, 'paper-new');
	await clerk.press('Control+Enter');
	await clerk.until('document.activeElement.className === "govuk-error-summary"');
	await look(clerk, 'paper-new-missing');
	await clerk.tabTo('newpaper-grade');
	await clerk.press('ArrowDown');
	await clerk.tabTo('field-kind');
	await clerk.press('ArrowDown');
	await fill(clerk, 'field-register', papers[language].register);
	await fill(clerk, 'field-entry', String(200 + n));
	await fillDate(clerk, 'field-event_on', ['31', '2', '1949']);
	await fill(clerk, 'field-original-text', `${papers[language].surname}, ${papers[language].given}`);
	await clerk.press('Control+Enter');
	await clerk.until('document.querySelector("#field-event_on-error") !== null');
	ok(true, `${language}: no 31 February`);
	await clerk.tabTo('field-event_on');
	await clerk.eval('document.activeElement.select()');
	await clerk.type('28');
	await clerk.press('Control+Enter');
	await clerk.until('location.hash.startsWith("#/paper/") && document.getElementById("scan-file") !== null');
	await shows(clerk, t('papers.no_image'));
	await clerk.tabToText(t('papers.scan.do'));
	await clerk.press('Enter');
	await clerk.until('document.activeElement.className === "govuk-error-summary"');
	await look(clerk, 'paper-scan');
	await clerk.chooseFile('scan-file', 'notes.txt', 'text/plain', Buffer.from('no scan'));
	await button(clerk, t('papers.scan.do'));
	await shows(clerk, t('evidence.file.type'));
	await clerk.chooseFile('scan-file', 'scan.png', 'image/png', Buffer.from('no picture'));
	await button(clerk, t('papers.scan.do'));
	await clerk.until(`document.querySelector('#scan-file-error') !== null && !document.body.innerText.includes(${JSON.stringify(t('evidence.file.type'))})`);
	ok(language === 'en' || !(await clerk.eval(`document.body.innerText.includes(${JSON.stringify(t('problem.service'))})`)), `${language}: refused in the officer’s language`);
	await look(clerk, 'paper-scan-refused');
	await clerk.chooseFile('scan-file', 'scan.png', 'image/png', readFileSync(join(stage.pictures, `paper-new-${language}.png`)));
	await button(clerk, t('papers.scan.do'));
	await shows(clerk, t('done.scan'));
	await clerk.until('document.querySelector(".desk-paper__image")?.naturalWidth > 100');
	await look(clerk, 'paper-scanned');
	ok(true, `${language}: an entry and its scan are imported at the desk`);
}

async function testPapers(n) {
	const number = String(100 + n);
	await importEntry(number, 'original_register');
	await importEntry(`${number}a`, 'index_only', { original: { child: papers[language].surname } });
	await importEntry(`${number}b`, 'original_register', { original: {}, unreadable: true });
	await openEntry(clerk, number);
	await clerk.press('Alt+Shift+P');
	await opened(clerk, t('papers.title'));
	await look(clerk, 'papers');
	await openEntry(clerk, `${number}a`);
	await shows(clerk, t('papers.never'));
	await look(clerk, 'paper-index');
	await openEntry(clerk, number);
	await imageIsShown(clerk);
	await clerk.until('document.getElementById("field-child-secondary_name") !== null');
	await look(clerk, 'paper-imported');
	await clerk.tabTo('field-child-secondary_name');
	await clerk.press('Control+Enter');
	await clerk.until('document.activeElement.className === "govuk-error-summary"');
	await look(clerk, 'paper-missing');
	await readPaper();
	await shows(clerk, t('papers.own'));
	ok(!(await clerk.eval(`document.body.innerText.includes(${JSON.stringify(t('do.promote'))})`)), `${language}: who imported and read it does not promote`);
	await look(clerk, 'paper-own');

	/* another officer: not without comparing; returned once; promoted */
	await openEntry(registrar, number);
	await imageIsShown(registrar);
	await look(registrar, 'paper-compare');
	await button(registrar, t('do.promote'));
	await registrar.until('document.activeElement.className === "govuk-error-summary"');
	await look(registrar, 'paper-not-compared');
	await button(registrar, t('do.return'));
	await registrar.tabTo('decision-reason');
	await registrar.type('The mother has another name');
	await look(registrar, 'paper-return');
	await registrar.press('Control+Enter');
	await shows(registrar, t('done.return'));
	await shows(registrar, 'The mother has another name');
	await openEntry(clerk, number);
	await shows(clerk, 'The mother has another name');
	await clerk.until('document.getElementById("field-informant-name") !== null');
	is(await clerk.eval('document.getElementById("field-informant-name").value'), papers[language].mother, `${language}: what was returned need not be read again`);
	await clerk.tabTo('field-mother-primary_name');
	await clerk.eval('document.activeElement.select()');
	await clerk.type(`${papers[language].mother}-${papers[language].given}`);
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.propose'));
	await openEntry(registrar, number);
	await imageIsShown(registrar);
	await registrar.until('document.querySelector("main input[type=checkbox]") !== null');
	for (const id of await registrar.eval('[...document.querySelectorAll("main input[type=checkbox]")].map(({ id }) => id)')) {
		await registrar.tabTo(id);
		await registrar.press('Space');
	}
	await button(registrar, t('do.promote'));
	await shows(registrar, t('done.promote'));
	await look(registrar, 'paper-promoted');
	await registrar.tabToText(t('papers.act'));
	await registrar.press('Enter');
	await heading(registrar, papers[language].surname);
	await look(registrar, 'paper-act');
	ok(true, `${language}: an entry is read, returned, read again, compared and promoted: an act is declared`);

	/* one that is nothing */
	await openEntry(registrar, `${number}a`);
	await button(registrar, t('do.refuse_entry'));
	await registrar.tabTo('decision-reason');
	await registrar.type('The index names nobody else');
	await registrar.press('Control+Enter');
	await shows(registrar, t('done.refuse_entry'));
	await look(registrar, 'paper-rejected');
}

await play(() => ({ statistician, clerk, registrar }), async (browser) => {
	[statistician, clerk, registrar] = [await browser.open(stage.url), await browser.open(stage.url), await browser.open(stage.url)];
	await signIn(statistician, statisticianOfficer);
	await heading(statistician, t('statistics.title'));
	ok(!(await statistician.eval(`document.body.innerText.includes(${JSON.stringify(t('work.title'))})`)), 'a statistician begins at the statistics, and sees no acts');
	await signIn(clerk, clerkOfficer);
	await signIn(registrar, registrarOfficer);
	for (const [n, code] of ['en', 'fr', 'ar'].entries()) {
		for (const page of [statistician, clerk, registrar])
			await speak(page, code);
		await look(statistician, 'statistics');
		await testTables();
		await testFiles();
		await testPrint();
		await testPapers(n);
		await testNewEntry(n);
	}
});
