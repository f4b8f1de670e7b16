/*
 * status.js STAGE.json - somebody without an account asks whether certificates are valid, by keyboard, in each language and on a narrow window; run by
 * test_status, which has made the stage, and beside it certificates.json: { valid: {number, code}, replaced, revoked }.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Browser } from './chromium.js';
import { language, look, speak, stage } from './play.js';
import { bailOut, done, is, ok } from './tap.js';

const certificates = JSON.parse(readFileSync(join(dirname(process.argv[2]), 'certificates.json'), 'utf8'));
const words = {
	en: { valid: 'Valid', replaced: 'Replaced', revoked: 'Revoked', unknown: 'Not known' },
	fr: { valid: 'Valable', replaced: 'Remplacé', revoked: 'Révoqué', unknown: 'Inconnu' },
	ar: { valid: 'سارية', replaced: 'مستبدلة', revoked: 'ملغاة', unknown: 'غير معروفة' },
};

const heading = (page, text) => page.until(`document.querySelector('h1')?.textContent === ${JSON.stringify(text)}`);

async function ask(page, { number, code }) {
	await page.go(`${stage.url}/civil/v1/status?lang=${language}`);
	await page.tabTo('number');
	ok(await page.focusIsVisible(), `${language}: it is seen where one types`);
	await page.type(number);
	await page.tabTo('code');
	await page.type(code);
	await page.press('Enter');
}

async function inLanguage(page, code) {
	await page.go(`${stage.url}/civil/v1/status`);
	await speak(page, code);
	await look(page, 'status-fields');
	for (const [status, certificate] of Object.entries(certificates)) {
		/* as people type it */
		await ask(page, { number: ` ${certificate.number.toLowerCase()}`, code: certificate.code.toUpperCase() });
		await heading(page, words[language][status]);
		const said = await page.eval('document.querySelector("main").innerText');
		ok(said.includes(certificate.number) && !/Eriksson|Anna|Civil office/i.test(said), `${language}: ${status}, and nothing else`);
		is(await page.eval('document.scripts.length'), 0, `${language}: no script`);
		await look(page, `status-${status}`);
	}
	await ask(page, { number: certificates.valid.number, code: '0123456789abcdef' });
	await heading(page, words[language].unknown);
	is(await page.eval('document.getElementById("number").value'), certificates.valid.number, `${language}: what was typed is still there`);
	await look(page, 'status-unknown');
	is(page.errors.join('\n') + page.outside.join('\n'), '', `${language}: no error, nothing from outside`);
}

/** The address on the paper, on a telephone. */
async function narrow(browser) {
	const { number, code } = certificates.valid;
	const page = await browser.open(`${stage.url}/civil/v1/status/${number}?code=${code}&lang=ar`, { width: 320, height: 640 });
	await heading(page, words.ar.valid);
	await look(page, 'status-narrow');
	await page.tabToText('English');
	ok(await page.focusIsVisible(), 'the other languages are reached by keyboard');
	await page.press('Enter');
	await heading(page, words.en.valid);
	await speak(page, 'en');
	await look(page, 'status-narrow');
}

try {
	const browser = await Browser.start();
	const page = await browser.open(`${stage.url}/civil/v1/status`);
	for (const code of ['en', 'fr', 'ar'])
		await inLanguage(page, code);
	await narrow(browser);
	await browser.stop();
} catch (error) {
	bailOut(error.stack);
}
done();
