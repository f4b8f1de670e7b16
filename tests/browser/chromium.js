/*
 * chromium.js - a headless Chromium driven over its debugging protocol, through a pair of pipes (--remote-debugging-pipe): no port is
 * opened and nothing but node is needed.
 *
 *	const browser = await Browser.start();
 *	const page = await browser.open(url);          a window with cookies and storage of its own
 *	await page.press('Tab'); await page.type('x'); await page.until('document.title === "y"');
 *	await browser.stop();
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIENCE = 30000; /* a loaded machine */
const ANSWER = 120000;

export class Browser {
	/** @returns {Promise<Browser>} */
	static async start() {
		const browser = new Browser();
		browser.folder = mkdtempSync(join(tmpdir(), 'catena-chromium-'));
		const options = ['--headless=new', '--remote-debugging-pipe', `--user-data-dir=${browser.folder}`, '--no-first-run', '--disable-gpu',
			'--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
			'--disable-default-apps', '--no-default-browser-check', '--metrics-recording-only', '--password-store=basic', '--mute-audio',
			'--force-color-profile=srgb', '--hide-scrollbars',
			/* the certificate is the rig's; no name is looked up, nothing but this machine is reached */
			'--ignore-certificate-errors', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];
		if (process.getuid() === 0)
			options.push('--no-sandbox'); /* it refuses to run as root with one */
		browser.process = spawn(process.env.CHROMIUM ?? 'chromium', [...options, 'about:blank'],
			{ stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], env: { ...process.env, LANG: 'en_GB.UTF-8', HOME: browser.folder } });
		browser.said = '';
		browser.process.stderr.on('data', (data) => { browser.said = (browser.said + data).slice(-4000); });
		browser.process.on('error', (error) => browser.#broke(error));
		browser.process.on('exit', (code) => browser.#broke(new Error(`chromium ended with ${code}: ${browser.said}`)));
		browser.process.stdio[4].on('data', (data) => browser.#read(data));
		browser.process.stdio[3].on('error', () => {});
		await browser.call('Target.setDiscoverTargets', { discover: false });
		return browser;
	}

	#next = 1;
	#waiting = new Map();
	#rest = [];
	/** @type {Map<string, Page>} */
	pages = new Map();

	#broke(error) {
		this.broken = error;
		for (const { reject } of this.#waiting.values())
			reject(error);
		this.#waiting.clear();
	}

	/** A page's process is gone: what it was asked it answers no more. */
	crashed(sessionId) {
		for (const [id, waiting] of this.#waiting)
			if (waiting.sessionId === sessionId) {
				this.#waiting.delete(id);
				waiting.reject(new Error('the page crashed'));
			}
	}

	/* messages end with a zero octet */
	#read(data) {
		let begin = 0;
		for (let end = data.indexOf(0); end !== -1; end = data.indexOf(0, begin)) {
			this.#rest.push(data.subarray(begin, end));
			this.#take(JSON.parse(Buffer.concat(this.#rest).toString()));
			this.#rest = [];
			begin = end + 1;
		}
		this.#rest.push(data.subarray(begin));
	}

	#take(message) {
		if (message.id === undefined) {
			this.pages.get(message.sessionId)?.event(message.method, message.params);
			return;
		}
		const { resolve, reject, method } = this.#waiting.get(message.id) ?? {};
		this.#waiting.delete(message.id);
		if (message.error)
			reject?.(new Error(`${method}: ${message.error.message}`));
		else
			resolve?.(message.result);
	}

	call(method, params = {}, sessionId = undefined) {
		if (this.broken)
			return Promise.reject(this.broken);
		return new Promise((resolve, reject) => {
			const id = this.#next++;
			/* it answers in milliseconds; an answer that never comes would hold up all tests after this one */
			const timer = setTimeout(() => { this.#waiting.delete(id); reject(new Error(`${method}: chromium does not answer`)); }, ANSWER);
			this.#waiting.set(id, { resolve: (result) => { clearTimeout(timer); resolve(result); }, reject: (error) => { clearTimeout(timer); reject(error); }, method, sessionId });
			this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
		});
	}

	async open(url, { width = 1200, height = 900 } = {}) {
		const { browserContextId } = await this.call('Target.createBrowserContext');
		const { targetId } = await this.call('Target.createTarget', { url: 'about:blank', browserContextId, width, height });
		const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
		const page = new Page(this, sessionId, targetId);
		this.pages.set(sessionId, page);
		for (const domain of ['Page', 'Runtime', 'Network', 'Log', 'Accessibility'])
			await page.call(`${domain}.enable`);
		await page.resize(width, height);
		await page.go(url);
		return page;
	}

	async stop() {
		const ended = new Promise((resolve) => this.process.once('exit', resolve));
		this.call('Browser.close').catch(() => {});
		const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
		if (!this.broken)
			await ended;
		clearTimeout(timer);
		rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

/* name: [key, code, keyCode, text] */
const keys = {
	Tab: ['Tab', 'Tab', 9], Enter: ['Enter', 'Enter', 13, '\r'], Escape: ['Escape', 'Escape', 27], Space: [' ', 'Space', 32, ' '],
	ArrowDown: ['ArrowDown', 'ArrowDown', 40], ArrowUp: ['ArrowUp', 'ArrowUp', 38], ArrowRight: ['ArrowRight', 'ArrowRight', 39],
	ArrowLeft: ['ArrowLeft', 'ArrowLeft', 37], Delete: ['Delete', 'Delete', 46],
};
const modifierBits = { Alt: 1, Control: 2, Meta: 4, Shift: 8 };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Page {
	constructor(browser, sessionId, targetId) {
		Object.assign(this, { browser, sessionId, targetId });
		this.errors = [];   /* what a developer would see in red */
		this.outside = [];  /* requests to anywhere but the service */
		this.keys = 0;      /* pressed and typed until now */
	}

	call(method, params) {
		return this.browser.call(method, params, this.sessionId);
	}

	event(method, params) {
		if (method === 'Runtime.exceptionThrown')
			this.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
		else if (method === 'Log.entryAdded' && params.entry.level === 'error' && params.entry.source !== 'network')
			this.errors.push(params.entry.text);
		else if (method === 'Runtime.consoleAPICalled' && ['error', 'assert'].includes(params.type))
			this.errors.push(params.args.map((arg) => arg.value ?? arg.description).join(' '));
		else if (method === 'Network.requestWillBeSent' && !/^(https:\/\/127\.0\.0\.1:|about:|data:|blob:|chrome-extension:)/.test(params.request.url))
			this.outside.push(params.request.url);
		else if (method === 'Inspector.targetCrashed')
			this.browser.crashed(this.sessionId);
		else if (method === 'Page.loadEventFired')
			this.loaded?.();
	}

	async go(url) {
		const loaded = new Promise((resolve) => { this.loaded = resolve; });
		await this.call('Page.navigate', { url });
		await Promise.race([loaded, pause(PATIENCE)]);
	}

	async reload() {
		const loaded = new Promise((resolve) => { this.loaded = resolve; });
		await this.call('Page.reload');
		await Promise.race([loaded, pause(PATIENCE)]);
	}

	/** The value of an expression, or of what it promises. */
	async eval(expression) {
		const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
		if (exceptionDetails)
			throw new Error(`${expression.slice(0, 80)}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
		return result.value;
	}

	/** Waits until the expression holds; an error that names it when it never does. */
	async until(expression) {
		const begun = Date.now();
		for (;;) {
			const value = await this.eval(expression).catch(() => false); /* between two documents */
			if (value)
				return value;
			if (Date.now() - begun > PATIENCE)
				throw new Error(`in vain: ${expression}; page says: ${await this.eval('document.body.innerText').catch(() => '?')}`);
			await pause(30);
		}
	}

	/** "Tab", "Enter", "Alt+Shift+N", "a". */
	async press(name) {
		this.keys++;
		const words = name.split('+');
		const last = words.pop();
		const modifiers = words.reduce((bits, word) => bits | modifierBits[word], 0);
		const [key, code, windowsVirtualKeyCode, text] = keys[last] ??
			[last, /\d/.test(last) ? `Digit${last}` : `Key${last.toUpperCase()}`, last.toUpperCase().charCodeAt(0), last];
		const event = { key, code, windowsVirtualKeyCode, modifiers };
		await this.call('Input.dispatchKeyEvent', { type: 'keyDown', ...event, text: (modifiers & ~8) === 0 ? text : undefined });
		await this.call('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
	}

	/** Text as a keyboard or an input method gives it. */
	type(text) {
		this.keys += [...text].length;
		return this.call('Input.insertText', { text });
	}

	focused() {
		return this.eval('document.activeElement?.id ?? ""');
	}

	/** Chooses a file in the input of that id, as its dialog would. */
	async choose(id, file) {
		const { root } = await this.call('DOM.getDocument');
		const { nodeId } = await this.call('DOM.querySelector', { nodeId: root.nodeId, selector: `#${id}` });
		await this.call('DOM.setFileInputFiles', { nodeId, files: [file] });
	}

	/** Presses Tab until the element of that id has the focus: it must be reachable. */
	async tabTo(id, backwards = false) {
		await this.until(`document.getElementById(${JSON.stringify(id)}) !== null`); /* what the service must answer first */
		for (let i = 0; i < 120; i++) {
			if (await this.focused() === id)
				return;
			await this.press(backwards ? 'Shift+Tab' : 'Tab');
		}
		throw new Error(`Tab never reaches ${id}`);
	}

	/** Presses Tab until a button or link of that text has the focus. */
	async tabToText(text) {
		await this.until(`[...document.querySelectorAll('button, a, summary')].some((one) => one.textContent.trim().startsWith(${JSON.stringify(text)}))`);
		for (let i = 0; i < 120; i++) {
			if (await this.eval(`document.activeElement !== document.body && document.activeElement.textContent.trim().startsWith(${JSON.stringify(text)})
				&& ['BUTTON', 'A', 'SUMMARY'].includes(document.activeElement.tagName)`))
				return;
			await this.press('Tab');
		}
		throw new Error(`Tab never reaches “${text}”`);
	}

	/** Is the focused element marked so that it can be seen?  Its outline, background or shadow differs from what it is without. */
	focusIsVisible() {
		return this.eval(`(() => {
			const style = getComputedStyle(document.activeElement);
			return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
		})()`);
	}

	/** What a file dialog would give the input of that id. */
	chooseFile(id, name, type, octets) {
		return this.eval(`(() => {
			const list = new DataTransfer(), text = atob('${octets.toString('base64')}');
			list.items.add(new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }));
			document.getElementById(${JSON.stringify(id)}).files = list.files;
		})()`);
	}

	/** The whole page as a picture.  The window grows for it: what is captured beyond one is shifted in pages from right to left. */
	async picture(file) {
		const { width, height } = this.size;
		const wanted = await this.eval('document.documentElement.scrollHeight');
		await this.resize(width, Math.max(height, wanted));
		const { data } = await this.call('Page.captureScreenshot', {});
		writeFileSync(file, Buffer.from(data, 'base64'));
		await this.resize(width, height);
	}

	/** Of the window, in pixels. */
	async resize(width, height) {
		this.size = { width, height };
		await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
		await this.eval('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
	}
}
