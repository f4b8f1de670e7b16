/* fields.js - the desk's forms without a browser: what is typed, the request that comes of it, and where a problem belongs. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { done, is } from './tap.js';

const top = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { bodyOf, dateOf, fieldAt, plainDigits } = await import(join(top, 'registry/desk/shell/fields.js'));
const { patternOf } = await import(join(top, 'registry/desk/shell/problems.js'));
const { kindOf, kinds } = await import(join(top, 'enrolment/civil/desk/kinds.js'));
const { sections } = kindOf('birth');

const typed = (day, month, year) => dateOf({ '/d:day': day, '/d:month': month, '/d:year': year }, '/d');
for (const [parts, want] of [
	[['5', '3', '2024'], '2024-03-05'],
	[['', '3', '2024'], '2024-03'],
	[['', '', '2024'], '2024'],
	[['', '', ''], ''],
	[['29', '2', '2024'], '2024-02-29'],
	[['29', '2', '2000'], '2000-02-29'],
	[['٠٥', '٠٣', '٢٠٢٤'], '2024-03-05'],
	[['۵', '۳', '۲۰۲۴'], '2024-03-05'],
	/* refused */
	[['31', '2', '2024'], null],
	[['29', '2', '2023'], null],
	[['29', '2', '1900'], null],
	[['0', '2', '2024'], null],
	[['1', '13', '2024'], null],
	[['1', '0', '2024'], null],
	[['5', '', '2024'], null],
	[['5', '3', ''], null],
	[['5', '3', '24'], null],
	[['five', '3', '2024'], null],
	[['5', '3', '20245'], null],
	[['-5', '3', '2024'], null],
])
	is(typed(...parts), want, `a date of ${parts.join('/')}`);
is(plainDigits('٣ kg ১২ x'), '3 kg 12 x', 'digits of other scripts');
is(plainDigits('٩0९'), '909', 'the last of ten');

const least = {
	'/child/primary_name': ' Doe ', '/child/sex': 'F', '/child/date_of_birth:day': '1', '/child/date_of_birth:month': '2',
	'/child/date_of_birth:year': '2026', '/child/place_of_birth': 'UTO.P1', '/mother/primary_name': 'Roe', '/informant/name': 'Roe',
	'/informant/relation': 'mother',
};
const bodyText = (values) => JSON.stringify(bodyOf(sections, values).body);
const problems = (values) => bodyOf(sections, values).problems.map(({ pointer, kind }) => `${pointer} ${kind}`).join();
is(bodyText(least), '{"child":{"primary_name":"Doe","sex":"F","date_of_birth":"2026-02-01","place_of_birth":"UTO.P1"},"mother":{"primary_name":"Roe"},'
	+ '"informant":{"name":"Roe","relation":"mother"}}', 'the least that makes a birth');
is(problems(least), '', 'has no problem');
is(problems({}), '/child/primary_name missing,/child/sex missing,/child/date_of_birth missing,/child/place_of_birth missing,'
	+ '/mother/primary_name missing,/informant/name missing,/informant/relation missing', 'nothing typed: all that is needed is named');
is(bodyText({ ...least, '/father/primary_name': 'X' }), bodyText(least), 'a father who is not ticked is not sent');
is(problems({ ...least, '/father:on': 'on' }), '/father/primary_name missing', 'ticked, he needs a name');
is(bodyOf(sections, { ...least, '/statistics/birth_weight_g': '٣٤٠٠' }).body.statistics.birth_weight_g, 3400, 'a weight in Arabic digits');
is(bodyOf(sections, { ...least, '/mother/nationality': 'uto' }).body.mother.nationality, 'UTO', 'codes are in capitals');
for (const [pointer, value, want] of [
	['/statistics/birth_weight_g', '99', 'range'],
	['/statistics/birth_weight_g', '9001', 'range'],
	['/statistics/birth_weight_g', '3.4', 'integer'],
	['/child/multiplicity', 'two', 'integer'],
	['/child/primary_name', 'x'.repeat(201), 'long'],
	['/child/primary_name', '   ', 'missing'],
	['/child/date_of_birth:day', '31', 'date'],
	['/declared_on:year', '2026', 'day'],
])
	is(problems({ ...least, [pointer]: value }), `${pointer.replace(/:.*/, '')} ${want}`, `${pointer}: ${value.slice(0, 9)} is refused`);
is(problems({ ...least, '/child/primary_name': '𠮷'.repeat(200) }), '', '200 characters are counted, not code units');

/* ---- the forms ask what the interface takes ---- */

const api = readFileSync(join(top, 'docs/api/civil.yaml'), 'utf8');
/** A schema of an object, of those that the file has in our way of writing: what it requires, and its members' schemas. */
function schemaOf(name) {
	const text = new RegExp(`^    ${name}:\\n((?:      .*\\n)+)`, 'm').exec(api)[1];
	const required = /required: \[([^\]]*)\]/.exec(text)?.[1].split(/,\s*/) ?? [];
	const members = new Map();
	for (const [, member, rest] of text.matchAll(/^ {8}(\w+):(.*(?:\n {10}.*)*)/gm))
		members.set(member, rest);
	return { required, members };
}
const referred = (text) => /schemas\/(\w+)/.exec(text ?? '')?.[1];
const wordsOf = (text) => (/enum: \[([^\]]*)\]/.exec(referred(text) ? new RegExp(`^    ${referred(text)}: (.*)`, 'm').exec(api)?.[1] ?? '' : text ?? '')?.[1] ?? '').split(/,\s*/);

for (const kind of kinds) {
	const declared = referred(new RegExp(`^  ${kind.path}:\\n(?:    .*\\n)*?.*requestBody:\\n.*\\n(.*)`, 'm').exec(api)?.[1]);
	const schema = schemaOf(declared), wrong = [];
	const asked = new Set(kind.sections.filter(({ key }) => key !== '').map(({ key }) => key));
	const check = (fields, { required, members }, at) => {
		for (const field of fields) {
			if (!members.has(field.name))
				wrong.push(`${at}/${field.name} is not taken`);
			else if (field.options && field.options.some((word) => !wordsOf(members.get(field.name)).includes(word)))
				wrong.push(`${at}/${field.name}: ${field.options}`);
			if (required.includes(field.name) && !field.required)
				wrong.push(`${at}/${field.name} must be asked`);
		}
	};
	for (const section of kind.sections) {
		if (section.key === '') {
			section.fields.forEach((field) => asked.add(field.name));
			check(section.fields, schema, '');
			continue;
		}
		const own = schemaOf(referred(schema.members.get(section.key)) ?? 'none');
		check(section.fields, own, `/${section.key}`);
		wrong.push(...own.required.filter((member) => !section.fields.some((field) => field.name === member)).map((member) => `/${section.key}/${member} is not asked`));
		if ((section.optional || section.folded) && schema.required.includes(section.key))
			wrong.push(`/${section.key} is required`);
	}
	wrong.push(...schema.required.filter((member) => member !== 'office_id' && !asked.has(member)).map((member) => `/${member} is not asked`));
	wrong.push(...[...schema.members.keys()].filter((member) => !['office_id', 'notification_id'].includes(member) && !asked.has(member)).map((member) => `/${member} is never asked`));
	is(wrong.join('\n'), '', `${kind.kind}: the form is what ${declared} takes`);
}

const at = (pointer) => fieldAt(sections, pointer)?.pointer;
is(at('/mother/date_of_birth'), '/mother/date_of_birth', 'a problem finds its field');
is(at('/father'), '/father/secondary_name', 'one of a whole section its first field');
is(at('/declared_on'), '/declared_on', 'one of the body itself');
is(at('/duplicates/0190e6a8-1111-7000-8000-000000000001'), undefined, 'one that no field has, none');
is(at('/child/date_of_birthday'), undefined, 'the beginning of a name is not the name');

is(patternOf('less than {n} years (a)').exec('less than 10 years (a)')?.groups.n, '10', 'a sentence with a figure');
is(patternOf('less than {n} years').exec('less than 10 years!'), null, 'not a longer one');
is(patternOf('U+{code} is {what}').exec('U+202E is a bidirectional control')?.groups.code, '202E', 'signs that mean something in patterns');
done();
