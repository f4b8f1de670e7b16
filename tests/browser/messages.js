/* messages.js - the message tables of the desks: complete in each language, used, and of one mind about their {names}. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { is, ok, done } from './tap.js';

const top = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path) => readFileSync(join(top, path), 'utf8');
const filesOf = (folder, suffix) => readdirSync(join(top, folder), { recursive: true }).filter((name) => name.endsWith(suffix))
	.map((name) => join(folder, name));
const codes = ['en', 'fr', 'ar'];
const locale = { en: 'en', fr: 'fr', ar: 'ar' };

const shell = 'registry/desk', offices = ['enrolment/civil/desk', 'issuance/desk'];
const tableOf = (folder, code) => JSON.parse(read(`${folder}/messages/${code}.json`));
const textsOf = (message) => (typeof message === 'string' ? [message] : Object.values(message));
const namesIn = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().filter((name, i, all) => name !== all[i - 1]).join();
const isSaid = (key) => key.startsWith('said:');

/* ---- each table against the English one ---- */

for (const folder of [shell, ...offices])
	for (const code of codes) {
		const table = tableOf(folder, code), english = tableOf(folder, 'en');
		const own = Object.keys(table).filter((key) => !isSaid(key));
		is(Object.keys(english).filter((key) => !(key in table)).join(), '', `${folder} ${code}: no message is missing`);
		is(own.filter((key) => !(key in english)).join(), '', `${folder} ${code}: no message is left over`);
		is(own.filter((key) => textsOf(table[key]).some((text) => text.trim() !== text || text === '')).join(), '', `${folder} ${code}: none is empty`);
		/* a plural form may leave its number out: "two", "one" */
		is(own.filter((key) => typeof table[key] === 'string' && key in english && namesIn(table[key]) !== namesIn(english[key])).join(), '',
			`${folder} ${code}: the same {names}`);
		const wanted = new Intl.PluralRules(locale[code]).resolvedOptions().pluralCategories.sort().join();
		is(own.filter((key) => typeof table[key] === 'object' && Object.keys(table[key]).sort().join() !== wanted).join(), '',
			`${folder} ${code}: every plural form`);
		if (code === 'ar')
			is(own.filter((key) => !textsOf(table[key]).every((text) => /\p{Script=Arabic}/u.test(text) || !/\p{L}/u.test(text.replace(/\{\w+\}/g, '')))).join(), '', `${folder} ar: is Arabic`);
	}

/* ---- messages and modules ---- */

const { kinds } = await import(join(top, 'enrolment/civil/desk/kinds.js'));
for (const office of offices) {
	const known = { ...tableOf(shell, 'en'), ...tableOf(office, 'en') };
	const modules = [...filesOf(`${shell}/shell`, '.js'), ...filesOf(office, '.js')].map(read).join('\n');
	const asked = [...modules.matchAll(/\bt\('([^']+)'/g)].map((found) => found[1]);
	is(asked.filter((key) => !(key in known)).join(), '', `${office}: every message that a module names is there`);
	const families = [...modules.matchAll(/\bt\(`([^`$]+)\$\{/g)].map((found) => found[1]);
	const prefixes = [...families, ...[...modules.matchAll(/\bchoices: '([^']+)'/g)].map((found) => `${found[1]}.`)];
	is(prefixes.filter((prefix) => !Object.keys(known).some((key) => key.startsWith(prefix))).join(), '', `${office}: and every family of messages`);
	const ofKinds = (office === offices[0] ? kinds : []).flatMap((kind) => [kind.title, ...kind.sections.flatMap((section) => [section.title, section.optional,
		...section.fields.flatMap((field) => [field.label, field.hint, ...(field.options ?? []).map((option) => `${field.choices}.${option}`)])])]);
	const named = new Set([...ofKinds, ...[...modules.matchAll(/'([a-z_]+(\.[A-Za-z_]+)+)'/g)].map((found) => found[1])]);
	is(Object.keys(known).filter((key) => !named.has(key) && !prefixes.some((prefix) => key.startsWith(prefix))).join(), '',
		`${office}: no message is without use`);
	is(ofKinds.filter((key) => key !== undefined && !(key in known)).join(), '', `${office}: all that the kinds of acts ask has its message`);
}

/* ---- what the services say ---- */

const sources = ['registry', 'pki', 'enrolment', 'issuance'].flatMap((folder) => [...filesOf(folder, '.c'), ...filesOf(folder, '.sql')]).filter((name) => !name.includes('node_modules')).map(read).join('\n').replace(/\\"/g, '"').replace(/''/g, "'");
const isInSources = (sentence) => sentence.slice(5).split(/\{\w+\}/).every((part) => part.trim().length < 3 || sources.includes(part));
for (const folder of [shell, ...offices]) {
	const sentences = codes.map((code) => Object.keys(tableOf(folder, code)).filter(isSaid).sort());
	is(sentences[0].length, 0, `${folder} en: what the services say is English already`);
	is(sentences[1].join('\n'), sentences[2].join('\n'), `${folder}: fr and ar translate the same sentences`);
	is(sentences[1].filter((sentence) => !isInSources(sentence)).join('\n'), '', `${folder}: every one is said somewhere`);
	for (const code of ['fr', 'ar']) {
		const table = tableOf(folder, code);
		ok(sentences[1].every((key) => namesIn(table[key]).split(',').every((name) => namesIn(key).includes(name))), `${folder} ${code}: with what varies in them`);
	}
}
done();
