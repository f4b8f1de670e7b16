/*
 * store.js - what this browser keeps for its officers (IndexedDB): drafts, and declarations that the service has not answered yet.
 *
 * An unsent declaration is { id, officer, kind, path, body, values, draft, label, madeAt, state, problem }.  Its id is the UUID under
 * which it is sent, always the same one: the service answers a repetition with what it answered before, so that however the line
 * breaks there is one act.  `state` is "waiting", or "refused" with the problem document: only a refused one may be changed, since
 * then it is known that it took no effect, and it gets a new UUID.
 */
import { NoLine, post, Problem, watchLine } from './api.js';

/** @returns {Promise<IDBDatabase>} */
const database = () => (database.opened ??= new Promise((resolve, reject) => {
	const request = indexedDB.open('catena-desk', 1);
	request.onupgradeneeded = () => {
		request.result.createObjectStore('drafts', { keyPath: 'id' });
		request.result.createObjectStore('unsent', { keyPath: 'id' });
	};
	request.onsuccess = () => resolve(request.result);
	request.onerror = () => reject(request.error);
}));

/** Runs one request on a store; resolves when it is on the disk. */
async function run(store, mode, make) {
	const transaction = (await database()).transaction(store, mode, { durability: 'strict' });
	const request = make(transaction.objectStore(store));
	return new Promise((resolve, reject) => {
		transaction.oncomplete = () => resolve(request.result);
		transaction.onabort = () => reject(transaction.error);
	});
}
const put = (store, value) => run(store, 'readwrite', (s) => s.put(value));
const remove = (store, id) => run(store, 'readwrite', (s) => s.delete(id));
const all = async (store, officer) => (await run(store, 'readonly', (s) => s.getAll())).filter((one) => one.officer === officer);

/* ---- drafts ---- */

export const saveDraft = (draft) => put('drafts', draft);
export const readDraft = (id) => run('drafts', 'readonly', (s) => s.get(id));
export const removeDraft = (id) => remove('drafts', id);
export const listDrafts = (officer) => all('drafts', officer);

/* ---- unsent declarations ---- */

export const readUnsent = (id) => run('unsent', 'readonly', (s) => s.get(id));
export const removeUnsent = (id) => remove('unsent', id).then(changed);
export const listUnsent = (officer) => all('unsent', officer);

const listeners = new Set();
/** Calls back with the answer and the declaration when one was sent, with nothing when the list changed otherwise. */
export function watchUnsent(listener) {
	listeners.add(listener);
	return () => listeners.delete(listener);
}
const changed = (outcome) => listeners.forEach((listener) => listener(outcome));

/**
 * Sends what waits, in order; ends at the first that finds no line.  A lock keeps two windows from sending the same one at the same
 * time; the service would not mind, but the second would show an answer for nothing.
 * @returns {Promise<Map<string, {answer?: object, problem?: Problem}>>} what became of each that was answered
 */
async function sendWaiting(officer) {
	const outcomes = new Map();
	await navigator.locks.request('desk-unsent', async () => {
		const waiting = (await listUnsent(officer)).filter((one) => one.state === 'waiting').sort((a, b) => a.madeAt - b.madeAt);
		for (const one of waiting) {
			try {
				const answer = await post(one.path, one.body, one.id);
				await remove('unsent', one.id);
				await remove('drafts', one.draft);
				outcomes.set(one.id, { answer });
				changed({ answer, sent: one });
			} catch (error) {
				if (error instanceof NoLine)
					return;
				if (!(error instanceof Problem))
					throw error;
				await put('unsent', { ...one, state: 'refused', problem: { ...error, detail: error.message } });
				outcomes.set(one.id, { problem: error });
				changed();
			}
		}
	});
	return outcomes;
}

/**
 * Keeps a declaration and tries to send it.
 * @returns {Promise<{answer?: object, problem?: Problem}>} empty when it waits for the line
 */
export async function send(declaration) {
	await put('unsent', { ...declaration, state: 'waiting', madeAt: Date.now() });
	changed();
	return (await sendWaiting(declaration.officer)).get(declaration.id) ?? {};
}

const RETRY_FIRST = 2000, RETRY_LAST = 60000;

/** From now on what waits is sent as soon as there is a line; returns what ends that. */
export function keepSending(officer) {
	let delay = RETRY_FIRST, timer = 0, isEnded = false;
	const again = async () => {
		clearTimeout(timer);
		if (isEnded)
			return;
		const waiting = (await listUnsent(officer)).filter((one) => one.state === 'waiting').length;
		if (waiting > 0) {
			const answered = (await sendWaiting(officer)).size;
			delay = answered > 0 ? RETRY_FIRST : Math.min(delay * 2, RETRY_LAST);
		} else {
			delay = RETRY_FIRST;
		}
		timer = setTimeout(again, delay);
	};
	const soon = () => { delay = RETRY_FIRST; again(); };
	const unwatch = watchLine((isUp) => isUp && soon());
	addEventListener('online', soon);
	again();
	return () => {
		isEnded = true;
		clearTimeout(timer);
		unwatch();
		removeEventListener('online', soon);
	};
}
