/*
 * play.js - what the tests of all desks share: the stage (browser.h), codes of the second factor, looking at a page, moving about by keyboard.
 * A test is `node TEST.js STAGE.json`; the stage is { url, desk, password, officers: [{login, totp}], pictures, modules }.
 */
import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Browser } from './chromium.js';
import { bailOut, diag, done, is, ok } from './tap.js';

export const stage = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const top = new URL('../..', import.meta.url).pathname;
const axe = readFileSync(join(stage.modules, 'axe-core/axe.min.js'), 'utf8');
export const messages = {};
for (const code of ['en', 'fr', 'ar'])
	messages[code] = Object.assign({}, ...['registry/desk', stage.desk].map((folder) => JSON.parse(readFileSync(join(top, folder, `messages/${code}.json`), 'utf8'))));

mkdirSync(stage.pictures, { recursive: true });
export let language = 'en';
export const t = (key) => messages[language][key];

/* ---- the second factor, RFC 6238 ---- */

function totp(base32, step) {
	const bits = [...base32.replace(/=+$/, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
	const secret = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac('sha1', secret).update(counter).digest();
	const at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}
const lastStep = new Map();
/** A code that was not used yet: of the next step when this one's was, which the service takes for a clock that is fast. */
function codeOf(officer) {
	const step = Math.max(Math.floor(Date.now() / 30000), (lastStep.get(officer.login) ?? 0) + 1);
	lastStep.set(officer.login, step);
	return totp(officer.totp, step);
}

/* ---- looking at a page ---- */

const looked = new Set();

async function axeFindsNothing(page, what) {
	if (!(await page.eval('typeof axe === "object"')))
		await page.eval(axe);
	const found = await page.eval(`axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
		.then(({ violations }) => violations.map(({ id, help, nodes }) => id + ': ' + help + '\\n  ' + nodes.map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join('\\n  ')))`);
	ok(found.length === 0, `${what}: axe finds no violation`, ...found);
}

/** Every page: no violation that axe knows, nothing from outside, a picture to look at. */
export async function look(page, name) {
	const file = `${name}-${language}`;
	await page.eval('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
	await axeFindsNothing(page, file);
	is(await page.eval('document.documentElement.lang + document.documentElement.dir'), `${language}${language === 'ar' ? 'rtl' : 'ltr'}`, `${file}: language and direction`);
	/* writing from right to left, what sticks out does so to the left */
	is(await page.eval(`(() => {
		const [x, y] = [scrollX, scrollY];
		const reached = [-9999, 9999].map((to) => { scrollTo(to, y); return scrollX; });
		scrollTo(x, y);
		return reached.join();
	})()`), '0,0', `${file}: nothing sticks out`);
	const keys = await page.eval(`document.body.innerText.match(/\\b(?:${Object.keys(messages.en).map((key) => key.split('.')[0]).filter((word, i, all) => all.indexOf(word) === i).join('|')})\\.[a-z_.]+\\b/)?.[0] ?? ''`);
	is(keys, '', `${file}: no message is missing`);
	await page.picture(join(stage.pictures, `${file}.png`));
	/* on a narrow screen, as a text twice as large makes every screen */
	const { width, height } = page.size;
	await page.resize(400, height);
	is(await page.eval('document.documentElement.scrollWidth'), 400, `${file}: nor on a screen of 400 pixels`);
	await axeFindsNothing(page, `${file} on 400 pixels`);
	await page.picture(join(stage.pictures, `${file}-narrow.png`));
	await page.resize(width, height);
	looked.add(file);
}

export async function signIn(page, officer) {
	await page.until('document.getElementById("signin-login") !== null');
	if (!(await page.eval('document.getElementById("signin-login").readOnly'))) {
		await page.tabTo('signin-login');
		await page.type(officer.login);
	}
	await page.tabTo('signin-password');
	await page.type(stage.password);
	await page.tabTo('signin-totp');
	await page.type(codeOf(officer));
	await page.press('Enter');
	await page.until('document.getElementById("signin-login") === null');
}

export async function speak(page, code) {
	language = code;
	await page.until(`document.querySelector('.desk-header__button[lang=${code}]')?.click() === undefined && document.querySelector('.desk-header__button') !== null`);
	await page.until(`document.documentElement.lang === '${code}'`);
}

export const heading = (page, text) => page.until(`document.querySelector('h1')?.textContent.includes(${JSON.stringify(text)})`);
/** A page that has just opened has its heading in focus; before that, Tab would begin elsewhere. */
export const opened = (page, text) => page.until(`document.activeElement.tagName === 'H1' && document.activeElement.textContent.includes(${JSON.stringify(text)})`);
export const shows = (page, text) => page.until(`document.body.innerText.includes(${JSON.stringify(text)})`);
export async function button(page, text) {
	await page.tabToText(text);
	await page.press('Enter');
}
export async function fill(page, id, text) {
	await page.tabTo(id);
	await page.type(text);
}

export async function fillDate(page, id, [day, month, year]) {
	await fill(page, id, day);
	await fill(page, `${id}-month`, month);
	await fill(page, `${id}-year`, year);
}

/**
 * A whole test: `act` plays it in a browser of its own; then none of the pages, which pages() gives by name, has said an error or asked anybody else.
 * When it breaks off there is a picture of each.
 */
export async function play(pages, act) {
	let browser;
	try {
		browser = await Browser.start();
		await act(browser);
		for (const page of Object.values(pages())) {
			is(page.errors.join('\n'), '', 'no error in the console');
			is(page.outside.join('\n'), '', 'nothing was asked of anybody else');
		}
		diag(`${looked.size} pictures in ${stage.pictures}`);
		done();
	} catch (error) {
		for (const [name, page] of Object.entries(pages()))
			if (page) {
				await page.picture(join(stage.pictures, `failed-${name}.png`)).catch(() => {});
				diag(`${name}: ${page.errors.join(' | ')}`);
			}
		await browser?.stop().catch(() => {});
		bailOut(error.stack);
	} finally {
		await browser?.stop();
	}
}
