/*
 * api.js - requests to the service that served this page.
 *
 * A call ends in one of three ways: the answer; a Problem (RFC 9457), which is an answer too; or NoLine, when nothing is known: the
 * request may have taken effect, so whoever changes something repeats it with the same key.  A session that has ended is no
 * fourth: the call waits until the same officer has signed in again, so that no form is lost.
 */

export class Problem extends Error {
	/** @param {{status: number, kind: string, detail: string, hint?: string, problems?: {pointer: string, detail: string}[]}} document */
	constructor(document) {
		super(document.detail);
		Object.assign(this, { problems: [] }, document);
	}
}

export class NoLine extends Error {}

let base = '';
/** @type {(() => Promise<void>) | null} */
let signInAgain = null;

/** @param {string} path of the service: "/civil/v1"; `again` asks the officer to sign in and resolves when that is done */
export function useService(path, again) {
	base = path;
	signInAgain = again;
}

const lineListeners = new Set();
let lineIsUp = true;

/** Calls back with true or false when the line comes or goes; returns what takes the callback away. */
export function watchLine(listener) {
	lineListeners.add(listener);
	return () => lineListeners.delete(listener);
}

export const lineUp = () => lineIsUp;

function line(isUp) {
	if (isUp === lineIsUp)
		return;
	lineIsUp = isUp;
	lineListeners.forEach((listener) => listener(isUp));
}

async function once(method, path, { body, file, key, isFile }) {
	const headers = { Accept: isFile ? '*/*' : 'application/json' };
	if (body !== undefined || file !== undefined)
		headers['Content-Type'] = file?.type ?? 'application/json';
	if (key !== undefined)
		headers['Idempotency-Key'] = key;
	let answer, text, made;
	try {
		answer = await fetch(base + path, { method, headers, body: file ?? (body === undefined ? undefined : JSON.stringify(body)),
			signal: AbortSignal.timeout(file === undefined ? 20000 : 120000) });
		if (isFile && answer.ok)
			made = await answer.blob();
		else
			text = await answer.text();
	} catch (error) {
		line(false);
		throw new NoLine(error.message);
	}
	line(true);
	if (made !== undefined)
		return made;
	let document = null;
	try {
		document = text === '' ? null : JSON.parse(text);
	} catch {
		throw new NoLine('the answer is not from the service'); /* a portal in between */
	}
	if (answer.ok)
		return document;
	/* 503: it could not be done now; that is no refusal */
	if (answer.status === 503 || answer.status === 502 || answer.status === 504)
		throw new NoLine(document?.detail ?? answer.statusText);
	throw new Problem({ status: answer.status, kind: 'internal', detail: answer.statusText, ...document });
}

/**
 * @param {string} method
 * @param {string} path below the service's base: "/births"
 * @param {{body?: object, file?: File, key?: string, anonymous?: boolean, isFile?: boolean}} [request] file: sent as it is, instead of a body; key: a UUID, needed by
 * all that change something
 */
export async function call(method, path, request = {}) {
	for (;;) {
		try {
			return await once(method, path, request);
		} catch (error) {
			if (!(error instanceof Problem) || error.status !== 401 || request.anonymous || signInAgain === null)
				throw error;
			await signInAgain();
		}
	}
}

export const get = (path, query = {}) => {
	const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
	return call('GET', pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`);
};
/** Creates or changes something, once, however often it is repeated with this key. */
export const post = (path, body, key = crypto.randomUUID()) => call('POST', path, { body, key });
export const postFile = (path, file, key) => call('POST', path, { file, key });
/** @returns {Promise<Blob>} what is no JSON: a document */
export const getFile = (path) => call('GET', path, { isFile: true });
