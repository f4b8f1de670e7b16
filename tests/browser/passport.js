/*
 * passport.js - the officers' day at the passport office's desk, played on the stage of test_passport.c in each language: a clerk takes an application and
 * the fee, another officer approves it, the booklet is made and checked, the holder gets it, and reports it stolen.
 */
import { button, fill, heading, language, look, messages, opened, play, shows, signIn, speak, stage, t } from './play.js';
import { is, ok } from './tap.js';

const officerOf = (login) => stage.officers.find((one) => one.login === login);
let clerk, both, approver, supervisor, senior, delivery, elsewhere, head, maker, checker;

/* ---- small things ---- */

/** The message of how many came in vain. */
const inVain = (n) => messages[language]['deliver.in_vain'][new Intl.PluralRules(language).select(n)].replace('{n}', n);
const goTo = async (page, key, title) => {
	await page.press(`Alt+Shift+${key}`);
	await opened(page, t(title));
};
const says = (page, text) => page.eval(`document.body.innerText.includes(${JSON.stringify(text)})`);
/** What the service says, in the language of the page. */
const said = (sentence) => {
	const text = language === 'en' ? sentence : messages[language][`said:${sentence}`];
	return text.charAt(0).toUpperCase() + text.slice(1);
};
const offers = (page, text) => page.eval(`[...document.querySelectorAll('button')].some((one) => one.textContent === ${JSON.stringify(text)})`);
const choose = async (page, id, text) => {
	await page.tabTo(id);
	await page.eval(`(() => { const list = document.getElementById(${JSON.stringify(id)}); list.value = ${JSON.stringify(text)}; list.dispatchEvent(new Event('change', { bubbles: true })); })()`);
};
const clear = async (page, id) => {
	await page.tabTo(id);
	await page.eval('document.activeElement.select()');
};
/** The field of one of several forms of a page: its id has that of what the form is about. */
const fillOwn = async (page, name, text) => {
	const found = `document.querySelector('main [id$="-${name}"]:is(input, textarea):not([id="field-${name}"])')`;
	await page.until(`${found} !== null`);
	await fill(page, await page.eval(`${found}.id`), text);
};
const isWrong = (page) => page.until('document.activeElement.className === "govuk-error-summary"');
/** A change that another office's page makes: over the service's interface. */
const send = (page, path, body) => page.eval(`fetch('/issuance/v1${path}', { method: 'POST', body: ${JSON.stringify(body === undefined ? '' : JSON.stringify(body))},
	headers: { ${body === undefined ? '' : "'Content-Type': 'application/json', "}'Idempotency-Key': crypto.randomUUID() } }).then((answer) => answer.json())`);

/* ---- the counter ---- */

async function ask(page, uin, kind = 'PP', reason = 'first') {
	await goTo(page, 'Q', 'work.title');
	await goTo(page, 'N', 'apply.title');
	await page.until('document.getElementById("field-document_type")?.options.length > 1');
	await fill(page, 'field-uin', uin);
	if (kind !== 'PP')
		await choose(page, 'field-document_type', kind);
	if (reason !== 'first')
		await choose(page, 'field-reason', reason);
	await page.press('Control+Enter');
}
const verdict = (page, key) => page.until(`document.activeElement.id === 'verdict' && document.activeElement.textContent === ${JSON.stringify(t(key))}`);

/** No UIN, a wrong one, nobody's, and somebody who may not. */
async function testRefusals(family) {
	await goTo(clerk, 'N', 'apply.title');
	await clerk.until('document.getElementById("field-document_type")?.options.length > 1');
	await look(clerk, 'passport-apply');
	await clerk.tabTo('field-uin');
	await clerk.press('Control+Enter');
	await isWrong(clerk);
	ok(await clerk.eval('document.getElementById("field-uin-error") !== null'), `${language}: an application needs a person`);
	await look(clerk, 'passport-apply-missing');
	await ask(clerk, `${family.adult_uin.slice(0, 11)}${(Number(family.adult_uin[11]) + 1) % 10}`);
	await shows(clerk, said('UIN: the check digit does not fit, a digit is wrong or two are swapped'));
	ok(true, `${language}: a digit is wrong: the check digit tells`);
	await ask(clerk, stage.people.nobody);
	await shows(clerk, said('no person has this number'));
	await look(clerk, 'passport-apply-nobody');
	await ask(clerk, family.adult_uin, 'PR');
	await verdict(clerk, 'apply.not_eligible');
	ok(await says(clerk, said('this person is not registered as a refugee')), `${language}: not entitled, with the reason`);
	ok(!(await offers(clerk, t('apply.take'))), `${language}: nothing can be taken then`);
	await look(clerk, 'passport-not-entitled');
	await ask(clerk, family.adult_uin, 'PD');
	await verdict(clerk, 'apply.not_eligible');
	ok(await says(clerk, said('this person is not designated for a document of this kind')), `${language}: nor for a diplomatic one`);
	await ask(clerk, family.adult_uin, 'VA');
	await isWrong(clerk);
	await look(clerk, 'passport-visa');
	await fill(clerk, 'field-visa-passport_number', 'X1234567');
	await fill(clerk, 'field-visa-entries', '0');
	await fill(clerk, 'field-visa-stay_days', '90');
	await clerk.press('Control+Enter');
	await verdict(clerk, 'apply.not_eligible');
	ok(await says(clerk, said('this person is a national')), `${language}: a national needs no visa`);
	await ask(clerk, family.adult_uin, 'PP', 'stolen');
	await verdict(clerk, 'apply.not_eligible');
	await shows(clerk, said(language === 'en' ? 'the newest document of this person was not reported as stolen' : 'the newest document of this person was not reported as {kind}'));
	ok(true, `${language}: nothing is replaced that was not`);
}

async function take(page, uin, kind, reason) {
	await ask(page, uin, kind, reason);
	await verdict(page, 'apply.eligible');
	await button(page, t('apply.take'));
	await shows(page, t('done.taken'));
	await page.until('document.querySelector(".desk-timeline") !== null');
	return page.eval('location.hash.split("/")[2]');
}

/** From the list to the application, by its link. */
async function openApplication(page, key, title, name) {
	await goTo(page, 'F', 'find.title');
	await goTo(page, key, title);
	await page.tabToText(name);
	await page.press('Enter');
	await heading(page, name);
	await page.until('document.querySelector(".desk-timeline") !== null');
}

async function testFee(id) {
	await look(clerk, 'passport-taken');
	await button(clerk, t('do.receipt'));
	await clerk.tabTo('field-amount');
	is(await clerk.eval('document.activeElement.value'), '50.00', `${language}: what is due is proposed`);
	await clear(clerk, 'field-amount');
	await clerk.type('fifty');
	await clerk.press('Control+Enter');
	await isWrong(clerk);
	await look(clerk, 'passport-fee-wrong');
	await clear(clerk, 'field-amount');
	await clerk.type('50,01');
	await clerk.tabTo('field-method');
	await clerk.press('Space');
	await clerk.press('Control+Enter');
	await shows(clerk, said('no more is taken than is due'));
	ok(true, `${language}: never more than is due`);
	await clear(clerk, 'field-amount');
	await clerk.type(language === 'ar' ? '٥٠' : '50');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.receipt'));
	await shows(clerk, t('fee.paid'));
	await look(clerk, 'passport-paid');
	ok(/PAS1-R-\d{4}-\d{6}/.test(await clerk.eval('document.body.innerText')), `${language}: the receipt has its number`);
	return id;
}

/** A minor: consent, interview, waiver, and then the application is cancelled. */
async function testMinor(family) {
	await take(clerk, family.minor_uin);
	ok(await says(clerk, said('this person is a minor and no guardian has consented')), `${language}: a minor needs a guardian’s consent`);
	await button(clerk, t('do.consent'));
	await look(clerk, 'passport-consent');
	await fill(clerk, 'field-guardian_uin', family.minor_uin);
	await clerk.tabTo('field-relation');
	await clerk.press('Space');
	await clerk.press('Control+Enter');
	await shows(clerk, said('nobody is their own guardian'));
	await clear(clerk, 'field-guardian_uin');
	await clerk.type(family.adult_uin);
	await fill(clerk, 'field-reference', 'District Court 12/2026');
	await clerk.tabTo('field-relation');
	await clerk.press('ArrowDown');
	await clerk.press('ArrowDown');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.consent'));
	await clerk.until(`!document.body.innerText.includes(${JSON.stringify(said('this person is a minor and no guardian has consented'))})`);
	ok(true, `${language}: the consent is recorded`);

	const name = `${family.minor} ${family.primary}`;
	await openApplication(approver, 'A', 'approve.title', name);
	await button(approver, t('do.interview'));
	await approver.tabTo('field-outcome');
	await approver.press('Space');
	await fill(approver, 'field-notes', 'Knows the school and the village');
	await look(approver, 'passport-interview');
	await approver.press('Control+Enter');
	await shows(approver, t('done.interview'));
	await button(approver, t('do.approve'));
	await shows(approver, said('the fee is not paid'));
	await look(approver, 'passport-not-paid');
	ok(true, `${language}: nothing is approved before the fee`);
	await openApplication(supervisor, 'A', 'approve.title', name);
	await button(supervisor, t('do.waive'));
	await supervisor.tabTo('decision-reason');
	await supervisor.type('too short');
	await supervisor.press('Control+Enter');
	await isWrong(supervisor);
	await supervisor.tabTo('decision-reason');
	await supervisor.type(': the ward of an orphanage');
	await supervisor.press('Control+Enter');
	await shows(supervisor, t('done.waive'));
	await shows(supervisor, t('fee.waived'));
	await look(supervisor, 'passport-waived');
	await openApplication(approver, 'A', 'approve.title', name);
	await button(approver, t('do.approve'));
	await shows(approver, said('the officer who interviewed the applicant may not approve'));
	ok(true, `${language}: who interviewed does not approve`);
	await button(approver, t('do.refuse'));
	await approver.tabTo('decision-reason');
	await approver.type('The school does not know the child');
	await look(approver, 'passport-refuse');
	await approver.press('Control+Enter');
	await shows(approver, t('done.refuse'));
	await look(approver, 'passport-refused');
	ok(await says(approver, 'The school does not know the child'), `${language}: refused, with the reason`);
}

/** An officer who may both take and approve: not the same application. */
async function testOwn(family) {
	const id = await take(both, family.minor_uin);
	await shows(both, t('application.own'));
	ok(!(await offers(both, t('do.approve'))), `${language}: who took it finds no approval`);
	const answer = await send(both, `/applications/${id}/approval`);
	ok(answer.status === 409 || answer.kind === 'conflict', `${language}: nor does the service let them`);
	await look(both, 'passport-own');
	await button(both, t('do.cancel'));
	await both.tabTo('decision-reason');
	await both.type('Asked for by mistake');
	await both.press('Control+Enter');
	await shows(both, t('done.cancel'));
	ok(true, `${language}: an application is cancelled`);
}

/** A supervisor opens times; who prepared an application at home comes with its code. */
async function testPrepared(family) {
	await goTo(supervisor, 'F', 'find.title');
	await supervisor.press('Alt+Shift+T');
	await supervisor.until('document.getElementById("opening-from") !== null');
	await button(supervisor, t('appointments.after'));
	await supervisor.until('document.getElementById("field-desks") !== null');
	await clear(supervisor, 'field-desks');
	await supervisor.type('0');
	await supervisor.press('Control+Enter');
	await isWrong(supervisor);
	await clear(supervisor, 'field-desks');
	await supervisor.type('2');
	await supervisor.press('Control+Enter');
	await shows(supervisor, t('done.open'));
	await supervisor.until('document.querySelector("main .desk-decision strong") !== null');
	const day = new Date(Date.now() + 86400000).toISOString().slice(0, 10);
	const { offices } = await supervisor.eval("fetch('/issuance/v1/public/passport-offices').then((answer) => answer.json())");
	const { code } = await send(clerk, '/public/prepared-applications', { uin: family.minor_uin, document_type: 'PP', reason: 'first', office_id: offices.find(({ code: one }) => one === 'PAS1')?.id ?? offices[0].id });
	const given = await send(clerk, '/public/appointments', { code, starts_at: `${day}T09:20:00Z` });
	ok(given.status === undefined || given.status < 400, `${language}: an appointment is made at home`, JSON.stringify(given));
	await button(supervisor, t('appointments.before'));
	await button(supervisor, t('appointments.after'));
	await supervisor.until('document.querySelectorAll("main tbody tr").length > 0');
	await shows(supervisor, t('appointment.booked'));
	await look(supervisor, 'passport-appointments');

	await goTo(clerk, 'Q', 'work.title');
	await goTo(clerk, 'P', 'takeover.title');
	await fill(clerk, 'field-code', code.toLowerCase().replaceAll('-', ' '));
	await fill(clerk, 'field-uin', family.adult_uin);
	await clerk.press('Control+Enter');
	await shows(clerk, said('no application of this person waits under this code'));
	await look(clerk, 'passport-takeover');
	ok(true, `${language}: another person’s code is worth nothing`);
	await clear(clerk, 'field-uin');
	await clerk.type(family.minor_uin);
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.taken'));
	ok(true, `${language}: what was prepared at home is taken over`);
	const id = await clerk.eval('location.hash.split("/")[2]');
	await button(clerk, t('do.receipt'));
	await clerk.tabTo('field-method');
	await clerk.press('Space');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.receipt'));
	await button(clerk, t('do.cancel'));
	await clerk.tabTo('decision-reason');
	await clerk.type('The mother will come herself');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.cancel'));
	ok(!(await offers(clerk, t('do.refund'))), `${language}: the till gives nothing back`);
	await button(supervisor, t('do.close'));
	await fillOwn(supervisor, 'reason', '');
	await supervisor.type('A holiday');
	await supervisor.press('Control+Enter');
	await shows(supervisor, t('done.close'));
	await testRefund(id);
}

/** Of what was cancelled a supervisor gives back what the country's rule says, and no more. */
async function testRefund(id) {
	await supervisor.eval(`location.hash = '#/application/${id}'`);
	await button(supervisor, t('do.refund'));
	await clear(supervisor, 'field-amount');
	await supervisor.type('50.01');
	await supervisor.tabTo('field-method');
	await supervisor.press('Space');
	await fill(supervisor, 'field-reason', 'Nothing was made of it');
	await supervisor.press('Control+Enter');
	await isWrong(supervisor);
	await look(supervisor, 'passport-refund');
	await clear(supervisor, 'field-amount');
	await supervisor.type('50');
	await supervisor.press('Control+Enter');
	await shows(supervisor, t('done.refund'));
	await shows(supervisor, t('fee.refunded'));
	const paper = await supervisor.eval(`fetch([...document.querySelectorAll('a[target=_blank]')].at(-1).href).then(async (answer) => [answer.status, (await answer.text()).slice(0, 5)].join())`);
	is(paper, '200,%PDF-', `${language}: its receipt can be printed`);
	await look(supervisor, 'passport-refunded');
}

/** A court stops it: the counter is told; another supervisor lifts it. */
async function testStops(family) {
	await goTo(supervisor, 'F', 'find.title');
	await goTo(supervisor, 'S', 'persons.title');
	await supervisor.press('Control+Enter');
	await isWrong(supervisor);
	await look(supervisor, 'passport-persons');
	await fill(supervisor, 'person-uin', family.minor_uin);
	await supervisor.press('Enter');
	await shows(supervisor, t('person.none'));
	await button(supervisor, t('do.stop'));
	await supervisor.tabTo('field-kind');
	await supervisor.press('Space');
	await fill(supervisor, 'field-reference', 'Family Court 3/2026');
	await look(supervisor, 'passport-stop');
	await supervisor.press('Control+Enter');
	await shows(supervisor, t('done.stop'));
	await shows(supervisor, t('person.own'));
	ok(!(await offers(supervisor, t('do.lift'))), `${language}: who set a stop does not lift it`);
	await ask(clerk, family.minor_uin);
	await verdict(clerk, 'apply.not_eligible');
	ok(await says(clerk, said('issuing to this person is stopped by a court')), `${language}: the counter is told of the court`);
	await goTo(senior, 'F', 'find.title');
	await goTo(senior, 'S', 'persons.title');
	await fill(senior, 'person-uin', family.minor_uin);
	await senior.press('Enter');
	await button(senior, t('do.lift'));
	await fillOwn(senior, 'reference', 'Family Court 9/2026');
	await senior.press('Control+Enter');
	await shows(senior, t('done.lift'));
	await shows(senior, 'Family Court 9/2026');
	await button(senior, t('do.designate'));
	await look(senior, 'passport-lifted');
	ok(true, `${language}: another supervisor lifts it`);
}

async function approve(name) {
	await openApplication(approver, 'A', 'approve.title', name);
	await look(approver, 'passport-decide');
	await button(approver, t('do.approve'));
	await shows(approver, t('done.approve'));
	await look(approver, 'passport-approved');
}

/* ---- from the booklet to the holder, and after ---- */

/** The line has its own pages and its own test: here its work is done over the interface. */
async function produce(id) {
	const { results } = await send(maker, '/documents', { applications: [id] });
	const number = results[0].number;
	ok(number !== undefined, `${language}: a booklet is personalised`, JSON.stringify(results));
	const report = await send(checker, `/documents/${number}/quality-control`);
	ok(report.passed, `${language}: and passes quality control`, JSON.stringify(report));
	return number;
}

async function openDelivery(number, page = delivery) {
	await goTo(page, 'F', 'find.title');
	await goTo(page, 'D', 'deliver.title');
	await shows(page, number);
	await look(page, 'passport-ready');
	await page.tabToText(number);
	await page.press('Enter');
	await page.until('document.querySelector(".desk-bearer__portrait")?.naturalWidth > 100');
	await page.until('document.getElementById("field-bearer") !== null && document.querySelectorAll(".govuk-summary-list__row").length > 3');
}

async function deliver(number, name) {
	await openDelivery(number);
	await heading(delivery, name);
	await look(delivery, 'passport-bearer');
	await button(delivery, t('do.not_they'));
	await shows(delivery, t('done.not_they'));
	await delivery.until('document.querySelector(".govuk-inset-text") !== null');
	await look(delivery, 'passport-not-they');
	ok(true, `${language}: one whom the portrait does not show leaves without the document`);
	await delivery.tabTo('field-bearer');
	await delivery.press('ArrowDown');
	await fill(delivery, 'field-proof', 'Court 7/2025');
	await delivery.press('Control+Enter');
	await shows(delivery, said('the holder is no minor and comes in person'));
	await look(delivery, 'passport-guardian-refused');
	ok(true, `${language}: nobody fetches it for an adult`);
	await openDelivery(number);
	await button(delivery, t('do.deliver'));
	await shows(delivery, t('done.deliver'));
	await shows(delivery, t('state.delivered'));
	await look(delivery, 'passport-delivered');
	ok(true, `${language}: handed over`);
}

/** A minor's passport is sent to another office; there three come in vain, and then the guardian who consented. */
async function testGuardian(family) {
	const name = `${family.minor} ${family.primary}`;
	const id = await take(clerk, family.minor_uin);
	await button(clerk, t('do.consent'));
	await fill(clerk, 'field-guardian_uin', family.adult_uin);
	await fill(clerk, 'field-reference', 'District Court 12/2026');
	await clerk.tabTo('field-relation');
	await clerk.press('ArrowDown');
	await clerk.press('ArrowDown');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.consent'));
	await button(clerk, t('do.receipt'));
	await clerk.tabTo('field-method');
	await clerk.press('Space');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.receipt'));
	await openApplication(approver, 'A', 'approve.title', name);
	await button(approver, t('do.approve'));
	await shows(approver, t('done.approve'));
	const number = await produce(id);
	await openDelivery(number);
	await button(delivery, t('do.transfer'));
	await delivery.tabTo('field-transfer-office_id');
	await delivery.press('ArrowDown');
	await fill(delivery, 'field-transfer-reason', 'The family moved');
	await look(delivery, 'passport-transfer');
	await delivery.press('Control+Enter');
	await shows(delivery, t('done.transfer'));
	ok(true, `${language}: sent to another office`);
	await openDelivery(number, elsewhere);
	for (let i = 1; i <= 3; i++) {
		await button(elsewhere, t('do.not_they'));
		await elsewhere.until(`document.querySelector('.govuk-inset-text')?.textContent === ${JSON.stringify(inVain(i))}`);
	}
	await button(elsewhere, t('do.deliver'));
	await shows(elsewhere, said('three came for the document whom the portrait did not show: a supervisor looks into it first'));
	await look(elsewhere, 'passport-in-vain');
	await openDocument(head, number);
	await button(head, t('do.release'));
	await head.tabTo('decision-reason');
	await head.type('Cousins, with a letter of the mother');
	await head.press('Control+Enter');
	await shows(head, t('done.release'));
	await head.until(`document.querySelector('.desk-timeline').textContent.includes(${JSON.stringify(t('event.release'))})`);
	await look(head, 'passport-released');
	await openDelivery(number, elsewhere);
	await elsewhere.tabTo('field-bearer');
	await elsewhere.press('ArrowDown');
	await elsewhere.until('[...document.querySelectorAll(".desk-bearer__portrait")].filter(({ naturalWidth }) => naturalWidth > 100).length === 2');
	await look(elsewhere, 'passport-guardian');
	await elsewhere.press('Control+Enter');
	await shows(elsewhere, t('done.deliver'));
	ok(true, `${language}: handed over to the guardian who consented, both portraits compared`);
}

async function openDocument(page, number) {
	await goTo(page, 'Q', 'work.title');
	await goTo(page, 'F', 'find.title');
	await fill(page, 'find-number', number.toLowerCase());
	await page.press('Enter');
	await heading(page, number);
	await page.until('document.querySelector(".desk-timeline") !== null');
}

async function testFind() {
	await goTo(clerk, 'Q', 'work.title');
	await goTo(clerk, 'F', 'find.title');
	await clerk.tabTo('find-number');
	await clerk.press('Enter');
	await isWrong(clerk);
	await look(clerk, 'passport-find-missing');
	await fill(clerk, 'find-number', 'U23456789');
	await clerk.press('Enter');
	await shows(clerk, said('no document has this number'));
	ok(true, `${language}: a number that no document has`);
}

async function testTheft(number) {
	await openDocument(clerk, number);
	await button(clerk, t('document.data_page.do'));
	await clerk.until('document.querySelector(".desk-data-page")?.naturalWidth > 1000');
	await look(clerk, 'passport-document');
	await button(clerk, t('do.report'));
	await clerk.tabTo('field-kind');
	await clerk.press('Space');
	await clerk.press('ArrowDown');
	await choose(clerk, 'field-reported_by', 'police');
	await clerk.press('Control+Enter');
	await shows(clerk, said('a theft, and a report of the police or an authority, needs its reference'));
	await look(clerk, 'passport-theft-reference');
	ok(true, `${language}: a theft needs the reference of the police`);
	await fill(clerk, 'field-reference', 'P 2026/17');
	await fill(clerk, 'field-happened_on-year', '2999');
	await clerk.press('Control+Enter');
	await shows(clerk, said('it has not happened yet'));
	await clear(clerk, 'field-happened_on-year');
	await clerk.type('2026');
	await fill(clerk, 'field-place', 'Amaurot, Ferry Stairs');
	await look(clerk, 'passport-theft');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.report'));
	await clerk.until(`document.querySelector('.govuk-warning-text')?.textContent.includes(${JSON.stringify(t('stop.stolen'))})`);
	ok(true, `${language}: stolen: on the stop list at once, and the page says so`);
	await look(clerk, 'passport-stolen');
	ok(!(await offers(clerk, t('do.find'))), `${language}: who recorded the report does not record the finding`);

	/* found by the police: kept, by another officer */
	await openDocument(supervisor, number);
	await button(supervisor, t('do.find'));
	await choose(supervisor, 'field-found_by', 'police');
	await fill(supervisor, 'field-notes', 'In the bag of a thief');
	await look(supervisor, 'passport-find');
	await supervisor.press('Control+Enter');
	await shows(supervisor, t('done.find'));
	await shows(supervisor, t('state.recovered'));
	ok(await supervisor.eval('document.querySelector(".govuk-warning-text") !== null'), `${language}: what was stolen stays on the stop list`);
	await look(supervisor, 'passport-recovered');
}

/** One suspends, another takes that back; nobody both. */
async function testSuspension(number) {
	await openDocument(approver, number);
	await button(approver, t('do.suspend'));
	await approver.tabTo('decision-reason');
	await approver.type('hint');
	await approver.press('Control+Enter');
	await isWrong(approver);
	await approver.tabTo('decision-reason');
	await approver.type(' of the police, to be looked at');
	await approver.press('Control+Enter');
	await shows(approver, t('done.suspend'));
	await shows(approver, t('document.suspended'));
	ok(await approver.eval(`document.querySelector('.govuk-warning-text').textContent.includes(${JSON.stringify(t('stop.suspended'))})`), `${language}: suspended: on the stop list`);
	ok(!(await offers(approver, t('do.reinstate'))), `${language}: who suspended does not take it back`);
	await look(approver, 'passport-suspended');
	await openDocument(supervisor, number);
	await button(supervisor, t('do.revoke'));
	await look(supervisor, 'passport-revoke');
	await button(supervisor, t('do.reinstate'));
	await supervisor.tabTo('decision-reason');
	await supervisor.type('It was another person');
	await supervisor.press('Control+Enter');
	await shows(supervisor, t('done.reinstate'));
	await supervisor.until('document.querySelector(".govuk-warning-text") === null');
	ok(true, `${language}: reinstated by another officer: off the stop list`);
}

/** What was found and kept is destroyed before two officers. */
async function testDestruction(number) {
	await openDocument(delivery, number);
	await button(delivery, t('do.destroy'));
	await fill(delivery, 'field-notes', 'Shredded at the counter');
	await delivery.press('Control+Enter');
	await shows(delivery, t('document.witness'));
	ok(!(await offers(delivery, t('do.witness'))), `${language}: who destroys is no witness of it`);
	await look(delivery, 'passport-destroying');
	await openDocument(clerk, number);
	await button(clerk, t('do.witness'));
	await shows(clerk, t('done.witness'));
	await shows(clerk, t('standing.destroyed'));
	await look(clerk, 'passport-destroyed');
}

/** What the theft put there is told to others, and then what changed. */
async function testStopList() {
	await goTo(supervisor, 'F', 'find.title');
	await goTo(supervisor, 'X', 'stoplist.title');
	await button(supervisor, t('do.export_full'));
	await shows(supervisor, t('done.export_full'));
	await button(supervisor, t('do.export_delta'));
	await supervisor.until(`document.querySelector('main tbody tr td')?.textContent.includes(${JSON.stringify(t('stoplist.delta'))})`);
	await look(supervisor, 'passport-stoplist');
	const text = await supervisor.eval(`fetch([...document.querySelectorAll('a[download$=csv]')][1].href).then((answer) => answer.text())`);
	ok(text.includes('\n'), `${language}: the stop list is exported, and what changed since`);
}

async function testDay() {
	const family = stage.people[language], name = `${family.adult} ${family.primary}`;
	await goTo(clerk, 'Q', 'work.title');
	await look(clerk, 'passport-work-empty');
	await testRefusals(family);
	const id = await take(clerk, family.adult_uin);
	await ask(clerk, family.adult_uin);
	await verdict(clerk, 'apply.not_eligible');
	ok(await says(clerk, said('this person has an application that is still open')), `${language}: one application at a time`);
	await openApplication(clerk, 'Q', 'work.title', name);
	await testFee(id);
	await testMinor(family);
	await testOwn(family);
	await testPrepared(family);
	await testStops(family);
	await goTo(clerk, 'F', 'find.title');
	await goTo(clerk, 'Q', 'work.title');
	await shows(clerk, name);
	await look(clerk, 'passport-work');
	await goTo(approver, 'F', 'find.title');
	await goTo(approver, 'A', 'approve.title');
	await shows(approver, name);
	await look(approver, 'passport-approve');
	await approve(name);
	const number = await produce(id);
	await deliver(number, name);
	await testGuardian(family);
	await testFind();
	await testSuspension(number);
	await testTheft(number);
	await testStopList();
	await testDestruction(number);
}

await play(() => ({ clerk, both, approver, supervisor, senior, delivery, elsewhere, head, maker, checker }), async (browser) => {
	const logins = ['passport_clerk.1', 'passport_clerk.2', 'passport_approver.1', 'passport_supervisor.1', 'passport_supervisor.2', 'passport_delivery.1', 'passport_delivery.3', 'passport_supervisor.3', 'passport_personaliser.1', 'passport_qc.1'];
	const pages = [];
	for (const login of logins) {
		const page = await browser.open(stage.url);
		pages.push(page);
		[clerk, both, approver, supervisor, senior, delivery, elsewhere, head, maker, checker] = pages;
		await signIn(page, officerOf(login));
		await heading(page, t('work.title'));
	}
	ok(!(await says(delivery, t('apply.title'))) && !(await says(clerk, t('approve.title'))), 'each officer sees the pages of their work');
	for (const code of ['en', 'fr', 'ar']) {
		for (const page of pages)
			await speak(page, code);
		await testDay();
	}
});
