/*
 * kinds.js - the kinds of acts as forms (fields.js of the shell): what is asked, in the order in which it is asked at the counter.  A
 * kind is { kind, path, title, who, over, sections }: `path` is its register in the interface, `who` the members with the names of whom
 * it is about, `over` who stands for child, mother and father in the search for duplicates, which knows births.  Pure.
 */

const NAME_MAX = 200;
const needed = { required: true };
const name = (member, label, more) => ({ name: member, label, type: 'name', max: NAME_MAX, ...more });
const date = (member, label, more) => ({ name: member, label, type: 'date', ...more });
const day = (member, label, more) => date(member, label, { whole: true, ...needed, ...more });
const place = (member, label, more) => ({ name: member, label, type: 'place', hint: 'field.place.hint', ...more });
const code = (member, label, max, more) => ({ name: member, label, type: 'code', max, ...more });
const integer = (member, label, min, max, more) => ({ name: member, label, type: 'integer', min, max, ...more });
const choice = (member, label, choices, options, more) => ({ name: member, label, type: 'choice', choices, options, ...more });

const names = [name('secondary_name', 'field.secondary_name'), name('primary_name', 'field.primary_name', needed)];
/* what is rarely needed comes last */
const spellings = [
	name('name_local', 'field.name_local', { hint: 'field.name_local.hint' }),
	code('mrz_primary', 'field.mrz_primary', NAME_MAX, { hint: 'field.mrz.hint' }),
	code('mrz_secondary', 'field.mrz_secondary', NAME_MAX),
];
const sexes = ['F', 'M', 'X'];
const whoProved = [
	date('date_of_birth', 'field.date_of_birth'),
	code('nationality', 'field.nationality', 3, { hint: 'field.nationality.hint' }),
	code('uin', 'field.uin', 12, { hint: 'field.uin.hint' }),
	code('birth_number', 'field.own_birth_number', 32),
];
const parent = [...names, ...whoProved];
const person = [...names, choice('sex', 'field.sex', 'sex', sexes, { radios: true }), ...whoProved];
/** Fields of which these members must be given too. */
const with_ = (fields, ...members) => fields.map((field) => (members.includes(field.name) ? { ...field, ...needed } : field));

const born = [
	...names,
	choice('sex', 'field.sex', 'sex', sexes, { radios: true, ...needed }),
	date('date_of_birth', 'field.date_of_birth', needed),
	place('place_of_birth', 'field.place_of_birth', needed),
	name('place_text', 'field.place_text'),
	integer('multiplicity', 'field.multiplicity', 1, 10, { hint: 'field.multiplicity.hint' }),
	integer('birth_order', 'field.birth_order', 1, 10),
	...spellings,
];
const child = { key: 'child', title: 'section.child', fields: born };
const childKnown = { key: 'child', title: 'section.child', fields: person };
const party = (key, fields = person, more = {}) => ({ key, title: `section.${key}`, fields, ...more });
const ifKnown = (key, fields = person) => party(key, fields, { optional: `section.${key}.known` });
const witness = (i, more = {}) => ({ key: `witness_${i}`, title: `section.witness_${i}`, fields: [name('name', 'field.witness_name', needed)], ...more });
const informant = (relation) => ({ key: 'informant', title: 'section.informant', fields: [
	name('name', 'field.informant_name', needed),
	choice('relation', relation, 'relation',
		['mother', 'father', 'grandparent', 'relative', 'hospital', 'midwife', 'police', 'other', 'spouse', 'child'], needed),
] });
const judgment = (more = {}) => ({ key: 'judgment', title: 'section.judgment', ...more, fields: [
	name('court', 'field.court', needed),
	name('reference', 'field.reference', { max: 64, ...needed }),
	day('decided_on', 'field.decided_on'),
	day('final_on', 'field.final_on'),
] });
const declaredOn = date('declared_on', 'field.declared_on', { whole: true, hint: 'field.declared_on.hint' });
const event = (title, ...fields) => ({ key: '', title, fields });
const today = event('section.declaration', declaredOn);
const certifier = choice('certifier', 'field.certifier', 'certifier', ['physician', 'coroner', 'other', 'none'], needed);
const actNumber = (member, more) => code(member, `field.${member}`, 32, { hint: 'find.number_hint', ...more });

const education = ['none', 'primary', 'lower_secondary', 'upper_secondary', 'tertiary'];
const marital = ['single', 'married', 'widowed', 'divorced', 'separated', 'union'];
const statistics = (...fields) => ({ key: 'statistics', title: 'section.statistics', folded: true, fields });
const placeKind = choice('place_kind', 'field.place_kind', 'place_kind', ['hospital', 'clinic', 'home', 'other']);
const gestation = integer('gestation_weeks', 'field.gestation_weeks', 15, 48);
const ofMother = [
	choice('mother_marital_status', 'field.mother_marital_status', 'marital', marital),
	choice('mother_education', 'field.mother_education', 'education', education),
	name('mother_occupation', 'field.mother_occupation', { max: 100 }),
];

/** What a piece of evidence is; its file is not a field. */
export const evidenceFields = [
	choice('kind', 'field.evidence_kind', 'evidence', ['medical_certificate', 'court_decision', 'police_report', 'identity_document',
		'witness_statement', 'religious_record', 'school_record', 'affidavit', 'paper_register', 'consent', 'decree', 'foreign_act', 'other'], needed),
	name('reference', 'field.evidence_reference', { max: 200, ...needed }),
	date('issued_on', 'field.issued_on'),
];

const theChild = { child: 'child', mother: 'mother', father: 'father' };
const theSpouses = { child: 'spouse_1', mother: 'spouse_2', couple: true };
const kind = (word, path, who, over, ...sections) => ({ kind: word, path: `/${path}`, title: `kind.${word}`, who, over, sections });

export const kinds = [
	kind('birth', 'births', ['child'], theChild, child, party('mother', parent), ifKnown('father', parent), informant('field.relation'),
		event('section.circumstances', choice('attendant', 'field.attendant', 'attendant', ['physician', 'midwife', 'nurse', 'other', 'none']), declaredOn),
		statistics(integer('birth_weight_g', 'field.birth_weight_g', 100, 9000), gestation,
			integer('mother_children_born', 'field.mother_children_born', 1, 40), placeKind, ...ofMother,
			choice('father_education', 'field.father_education', 'education', education),
			name('father_occupation', 'field.father_occupation', { max: 100 }))),
	kind('death', 'deaths', ['deceased'], { child: 'deceased' }, party('deceased', with_(person, 'sex')),
		event('section.death', date('date_of_death', 'field.date_of_death', needed), place('place_of_death', 'field.place_of_death', needed),
			name('place_text', 'field.place_text'), certifier, declaredOn),
		informant('field.relation_deceased'),
		statistics(code('cause_code', 'field.cause_code', 8, { hint: 'field.cause_code.hint' }),
			choice('manner', 'field.manner', 'manner', ['natural', 'accident', 'suicide', 'homicide', 'undetermined']), placeKind,
			choice('marital_status', 'field.marital_status', 'marital', marital),
			choice('education', 'field.education', 'education', education), name('occupation', 'field.occupation', { max: 100 }))),
	kind('marriage', 'marriages', ['spouse_1', 'spouse_2'], theSpouses,
		party('spouse_1', with_(person, 'date_of_birth')), party('spouse_2', with_(person, 'date_of_birth')),
		event('section.marriage', day('date_of_marriage', 'field.date_of_marriage'), place('place_of_marriage', 'field.place_of_marriage', needed),
			name('place_text', 'field.place_text'),
			choice('form', 'field.marriage_form', 'marriage_form', ['civil', 'religious', 'customary'], needed), declaredOn),
		witness(1), witness(2), witness(3, { optional: 'section.witness_3.known' }), witness(4, { optional: 'section.witness_4.known' })),
	kind('divorce', 'divorces', ['spouse_1', 'spouse_2'], theSpouses, party('spouse_1'), party('spouse_2'),
		event('section.marriage', actNumber('marriage_number'), declaredOn), judgment()),
	kind('annulment_of_marriage', 'marriage-annulments', ['spouse_1', 'spouse_2'], theSpouses, party('spouse_1'), party('spouse_2'),
		event('section.marriage', actNumber('marriage_number'), declaredOn), judgment()),
	kind('adoption', 'adoptions', ['child'], { child: 'child', mother: 'adopter_1', father: 'adopter_2' },
		event('section.adoption', choice('form', 'field.adoption_form', 'adoption_form', ['full', 'simple'], needed),
			actNumber('birth_number', needed), declaredOn),
		child, party('adopter_1'), ifKnown('adopter_2'), judgment()),
	kind('recognition', 'recognitions', ['child'], { child: 'child', mother: 'parent' },
		event('section.recognition', day('date_of_recognition', 'field.date_of_recognition'), actNumber('birth_number', needed),
			choice('parent_role', 'field.parent_role', 'relation', ['mother', 'father'], { radios: true, ...needed }), declaredOn),
		childKnown, party('parent')),
	kind('legitimation', 'legitimations', ['child'], theChild,
		event('section.legitimation', day('date_of_legitimation', 'field.date_of_legitimation'), actNumber('birth_number', needed), declaredOn),
		childKnown, party('mother'), party('father')),
	kind('name_change', 'name-changes', ['person'], { child: 'person' }, party('person'), party('new_names', [...names, ...spellings]),
		event('section.name_change', day('date_of_change', 'field.date_of_change'), actNumber('birth_number', needed),
			choice('ground', 'field.ground', 'ground', ['marriage', 'divorce', 'court', 'administrative', 'other'], needed), declaredOn),
		judgment({ optional: 'section.judgment.known' })),
	kind('judicial_birth', 'judicial-births', ['child'], theChild, child, ifKnown('mother'), ifKnown('father'), judgment(), today),
	kind('judicial_death', 'judicial-deaths', ['deceased'], { child: 'deceased' }, party('deceased', with_(person, 'sex')),
		event('section.death', date('date_of_death', 'field.date_of_death', needed), place('place_of_death', 'field.place_of_death'),
			name('place_text', 'field.place_text'), declaredOn), judgment()),
	kind('foundling', 'foundlings', ['child'], theChild, child,
		event('section.found', day('found_on', 'field.found_on'), place('place_found', 'field.place_found', needed),
			name('place_text', 'field.place_text'), declaredOn),
		party('finder', [name('name', 'field.finder_name', needed)])),
	kind('foetal_death', 'foetal-deaths', ['mother'], { child: 'mother' }, party('mother'), ifKnown('father'),
		event('section.delivery', day('date_of_delivery', 'field.date_of_delivery'), place('place_of_delivery', 'field.place_of_delivery', needed),
			certifier, declaredOn),
		informant('field.relation'), statistics(integer('weight_g', 'field.weight_g', 100, 9000), gestation, placeKind, ...ofMother)),
];
export const kindOf = (word) => kinds.find((one) => one.kind === word) ?? kinds[0];
