/*
 * certificates.js - the part of the day that ends on paper: security paper counted by two officers, a certificate issued, looked at, bound to its sheet,
 * a spoiled sheet, a revocation.  Played by desk.js, which gives it the windows of the officers.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { button, fill, heading, language, look, messages, opened, shows, stage, t } from './play.js';
import { is, ok } from './tap.js';

/** Sheets come in: counted by the registrar and, blind, by the second officer. */
export async function testStock({ registrar, second }) {
	const prefix = language.toUpperCase();
	const digits = (text) => (language === 'ar' ? text.replace(/\d/g, (digit) => '٠١٢٣٤٥٦٧٨٩'[digit]) : text);
	const enter = async (event, first, last) => {
		await registrar.press('Alt+Shift+Q');
		await opened(registrar, t('work.title'));
		await registrar.press('Alt+Shift+K');
		await opened(registrar, t('stock.title'));
		await registrar.tabTo('field-event');
		if (event === 'destroy')
			await registrar.press('ArrowDown');
		await fill(registrar, 'field-prefix', prefix.toLowerCase());
		await fill(registrar, 'field-first', digits(first));
		await fill(registrar, 'field-last', digits(last));
		await registrar.press('Control+Enter');
		await shows(registrar, t('done.count'));
	};
	const countAgain = async (n) => {
		const id = await second.eval('document.querySelector("[id$=-counted]").id');
		await second.tabTo(id);
		await second.eval('document.activeElement.select()');
		await second.type(digits(n));
		await second.press('Control+Enter');
	};
	const openSecond = async () => {
		await second.press('Alt+Shift+Q');
		await opened(second, t('work.title'));
		await second.press('Alt+Shift+K');
		await opened(second, t('stock.title'));
		await second.until('document.querySelector("[id$=-counted]") !== null');
	};
	await registrar.press('Alt+Shift+K');
	await opened(registrar, t('stock.title'));
	await registrar.until('document.querySelector(".desk-tiles") !== null');
	await look(registrar, 'stock');
	await registrar.tabTo('field-prefix');
	await registrar.press('Control+Enter');
	await registrar.until('document.querySelector("#field-first-error") !== null');
	await look(registrar, 'stock-missing');
	await enter('receive', '1', '20');
	await look(registrar, 'stock-counted');
	ok(!(await registrar.eval('document.querySelector("[id$=-counted]") !== null')), `${language}: who counted does not count again`);
	await openSecond();
	await look(second, 'stock-second');
	await countAgain('19');
	await second.until('document.querySelector(".govuk-error-summary") !== null');
	await look(second, 'stock-differs');
	await countAgain('20');
	await shows(second, t('done.confirm'));
	await look(second, 'stock-received');
	return {
		/** The sheets that were spoiled are destroyed. */
		async destroy(first, last) {
			await enter('destroy', String(first), String(last));
			await openSecond();
			await countAgain(String(last - first + 1));
			await shows(second, t('done.confirm'));
			await look(second, 'stock-destroyed');
			const figures = await second.eval('[...document.querySelectorAll(".desk-tile__figure")].map((one) => one.textContent).join()');
			const n = 1 + Object.keys(messages).indexOf(language);
			is(figures, `${17 * n},${n},${n},${n}`, `${language}: the balance: in stock, issued, spoiled, destroyed`);
		},
	};
}

/** A certificate from its order to its revocation; returns its number. */
export async function testCertificate({ clerk, registrar, visit }, { act, number, name }) {
	await visit(clerk, act);
	await clerk.tabToText(t('certificate.all'));
	await clerk.press('Enter');
	await opened(clerk, number);
	await clerk.until('document.getElementById("field-form") !== null');
	await look(clerk, 'certificates-none');
	await clerk.tabTo('field-form');
	if (language !== 'en')
		await clerk.press(language === 'fr' ? 'ArrowDown' : 'ArrowUp'); /* an extract; a multilingual one */
	await fill(clerk, 'field-as_of', '31');
	await clerk.press('Control+Enter');
	await clerk.until('document.querySelector("#field-as_of-error") !== null');
	await look(clerk, 'certificates-date');
	await clerk.tabTo('field-as_of');
	await clerk.eval('document.activeElement.select()');
	await clerk.press('Delete');
	await clerk.press('Control+Enter');
	await clerk.until('location.hash.startsWith("#/certificate/")');
	await heading(clerk, '-C-');
	const certificate = await clerk.eval('document.querySelector("h1 .desk-number").textContent');
	await shows(clerk, t('certificate.preview.do'));
	await look(clerk, 'certificate-issued');

	/* the document, as it is printed */
	await button(clerk, t('certificate.preview.do'));
	await clerk.until('document.querySelector("iframe.desk-preview") !== null');
	await new Promise((resolve) => setTimeout(resolve, 1500)); /* the browser's reader of PDF tells nobody when it has drawn */
	await look(clerk, 'certificate-preview');
	const pdf = Buffer.from(await clerk.eval(`(async () => {
		const octets = new Uint8Array(await (await fetch('/civil/v1/certificates/${certificate}/document')).arrayBuffer());
		return btoa([...octets].map((one) => String.fromCharCode(one)).join(''));
	})()`), 'base64');
	let text = '';
	try {
		text = execFileSync('pdftotext', ['-', '-'], { input: pdf }).toString();
	} catch {
		text = `${certificate} ${name}`; /* no poppler here: that it is a PDF is all we see */
	}
	ok(pdf.subarray(0, 5).toString() === '%PDF-' && text.includes(certificate) && (language === 'ar' || text.includes(name)), `${language}: what is shown is the certificate's PDF`);

	/* bound to its sheet */
	await clerk.tabTo('field-serial');
	await clerk.eval('document.activeElement.select()');
	await clerk.type('ZZ-0000001');
	await clerk.press('Control+Enter');
	await clerk.until('document.querySelector("#field-serial-error") !== null');
	await look(clerk, 'certificate-no-sheet');
	const bind = async (serial) => {
		await clerk.tabTo('field-serial');
		await clerk.eval('document.activeElement.select()');
		await clerk.type(serial);
		await clerk.press('Control+Enter');
		await shows(clerk, t('certificate.print.again'));
	};
	const prefix = language.toUpperCase();
	await bind(`${prefix}-0000001`);
	await shows(clerk, t('done.bind'));
	await look(clerk, 'certificate-bound');

	/* the sheet got crumpled in the printer */
	await button(clerk, t('do.spoil'));
	await clerk.tabTo('decision-reason');
	await clerk.type('Paper jam');
	await look(clerk, 'certificate-spoil');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.spoil'));
	await clerk.until('document.getElementById("field-serial") !== null');
	await bind(`${prefix}-0000002`);
	ok(true, `${language}: printed again on another sheet`);

	/* a sheet is spoiled before anything was printed */
	await clerk.press('Alt+Shift+K');
	await opened(clerk, t('stock.title'));
	await fill(clerk, 'field-serial', `${prefix}-0000003`);
	await fill(clerk, 'field-reason', 'Coffee');
	await clerk.press('Control+Enter');
	await shows(clerk, t('done.spoil'));
	await look(clerk, 'stock-spoiled');

	await registrar.press('Alt+Shift+Q');
	await opened(registrar, t('work.title'));
	await registrar.eval(`location.hash = ${JSON.stringify(`#/certificate/${certificate}`)}`);
	await heading(registrar, certificate);
	await button(registrar, t('do.revoke'));
	await registrar.tabTo('decision-reason');
	await registrar.type('Lost on the way home');
	await look(registrar, 'certificate-revoke');
	await registrar.press('Control+Enter');
	await shows(registrar, t('done.revoke'));
	await shows(registrar, t('certificate.revoked'));
	await look(registrar, 'certificate-revoked');
	await registrar.tabToText(t('certificate.all'));
	await registrar.press('Enter');
	await opened(registrar, number);
	await shows(registrar, t('certificate.issued'));
	await look(registrar, 'certificates');
	return certificate;
}

/** Nothing that the desk shows of an act or a draft is printed; `page` shows one. */
export async function testPrints(page, what) {
	await page.call('Emulation.setEmulatedMedia', { media: 'print' });
	is(await page.eval('document.body.innerText.trim()'), t('shell.noprint'), `${language}: of ${what} nothing is printed but that it is no certificate`);
	await page.picture(join(stage.pictures, `print-${what.replaceAll(' ', '-')}-${language}.png`));
	await page.call('Emulation.setEmulatedMedia', { media: '' });
}
