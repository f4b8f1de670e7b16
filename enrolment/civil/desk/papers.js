/*
 * papers.js - entries of paper registers: the list of an office's, and one beside its image: a clerk reads it as an ordinary act, an officer
 * who neither imported nor read it compares each field with the image and promotes, returns or rejects it.
 */
import { useEffect, useState } from '/desk/lib/hooks.js';
import { post, postFile } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { Pages, problemsOf, useAnswer, useForm } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { bodyOf, fieldAt, idOf, valuesOf } from '/desk/shell/fields.js';
import { FileField, Section, Select } from '/desk/shell/form.js';
import { apart, hasMessage, showDate, t } from '/desk/shell/i18n.js';
import { hasRole, hasRoleAt, History, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { explainOwn, lineAt } from '/desk/shell/problems.js';
import { Done, ErrorSummary, Heading, html, Table, useDone } from '/desk/shell/ui.js';
import { showValue, StateTag } from './common.js';
import { kindOf, kinds } from './kinds.js';

const states = ['imported', 'proposed', 'promoted', 'rejected', 'unreadable'];

/** The grades are the country's; those that come with the register have names in each language. */
const gradeName = (grade) => (hasMessage(`grade.${grade}`) ? t(`grade.${grade}`) : grade);
/* each part for itself, whatever it is written in: names of registers stand in every direction */
const whereIs = ({ register, volume, page, entry }) => [register, volume && t('papers.volume', { volume: apart(volume) }), page && t('papers.page', { page: apart(page) }),
	t('papers.entry', { entry: apart(entry) })].filter(Boolean).map(apart).join(' · ');

/* ---- the list ---- */

function Rows({ items }) {
	return html`<${Table} caption=${t('papers.title')} columns=${['papers.where', 'work.kind', 'papers.event', 'papers.grade', 'papers.images', 'column.state'].map((column) => t(column))}
		rows=${items.map((item) => ({ key: item.id, cells: [html`<a class="govuk-link" href=${linkTo('paper', item.id)}>${whereIs(item)}</a>`, t(kindOf(item.kind).title),
			showDate(item.event_on), gradeName(item.grade), item.images, html`<${StateTag} state=${item.state} />`] }))} />`;
}

export function PapersPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor');
	const { answer: grades } = useAnswer('/provenance-grades');
	const [office, setOffice] = useState('');
	const [state, setState] = useState('');
	const [grade, setGrade] = useState('');
	const [cursors, setCursors] = useState([]);
	const at = office || offices[0]?.id;
	const { answer, problems } = useAnswer(at && '/legacy-acts', { office: at, state, grade, cursor: cursors.at(-1), limit: '25' });
	const choose = (set) => (value) => {
		set(value);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('papers.title')}</${Heading}>
	<p class="govuk-body">${t('papers.what')}</p>
	<div class="desk-filters">
		<${OfficeChoice} id="papers-office" value=${at} onValue=${choose(setOffice)} offices=${offices} />
		<${Select} id="papers-state" label=${t('work.state')} value=${state} onValue=${choose(setState)}
			options=${[['', t('papers.all')], ...states.map((one) => [one, t(`state.${one}`)])]} />
		<${Select} id="papers-grade" label=${t('papers.grade')} value=${grade} onValue=${choose(setGrade)}
			options=${[['', t('papers.all')], ...(grades?.items ?? []).map(({ name }) => [name, gradeName(name)])]} />
	</div>
	${hasRole(officer, 'civil_clerk') && html`<p class="govuk-body"><a class="govuk-link" href=${linkTo('newpaper')}>${t('papers.new')}</a></p>`}
	${answer && (answer.items.length > 0 ? html`<${Rows} items=${answer.items} />` : html`<p class="govuk-body">${t('list.none')}</p>`)}
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}

/* ---- a new entry ---- */

const name = (member, label, max, more) => ({ name: member, label, type: 'name', max, ...more });
const newSections = [
	{ key: '', title: 'papers.where', fields: [
		{ name: 'kind', label: 'work.kind', type: 'choice', choices: 'kind', options: kinds.map(({ kind }) => kind), required: true },
		name('register', 'papers.register', 80, { required: true }),
		name('volume', 'papers.of_volume', 40),
		name('page', 'papers.of_page', 40),
		name('entry', 'papers.of_entry', 40, { required: true }),
		{ name: 'event_on', label: 'papers.event', type: 'date' },
		{ name: 'place', label: 'statistics.place', type: 'place', hint: 'field.place.hint' }] },
	{ key: 'original', title: 'papers.original', optional: 'papers.readable', fields: [{ name: 'text', label: 'papers.text', type: 'long', max: 1000, required: true }] },
];

export function NewPaperPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk');
	const { answer: grades } = useAnswer('/provenance-grades');
	const [values, setValues] = useState({ '/original:on': 'on' });
	const [office, setOffice] = useState('');
	const [grade, setGrade] = useState('');
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const change = (pointer, value) => setValues((before) => ({ ...before, [pointer]: value }));
	const submit = async (event) => {
		event.preventDefault();
		const { body, problems: found } = bodyOf(newSections, values);
		const own = found.map((p) => lineAt(p, explainOwn(p)));
		if (grade === '')
			own.unshift({ field: 'newpaper-grade', text: `${t('papers.grade')}: ${t('problem.missing')}` });
		setProblems(own);
		if (own.length > 0)
			return;
		try {
			const { id } = await post('/legacy-acts', { office_id: office || offices[0]?.id, grade, original: {}, unreadable: body.original === undefined, ...body }, key);
			go('paper', id);
		} catch (error) {
			setProblems(problemsOf(error, newSections));
			if (error.status !== undefined)
				setKey(crypto.randomUUID());
		}
	};
	const errors = Object.fromEntries(problems.filter((p) => p.pointer).map((p) => [p.pointer, p.short]));
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('papers.new')}</${Heading}>
	<form class="desk-form" onSubmit=${submit} novalidate>
		<${OfficeChoice} id="newpaper-office" value=${office || offices[0]?.id} onValue=${setOffice} offices=${offices} />
		<${Select} id="newpaper-grade" label=${t('papers.grade')} value=${grade} onValue=${setGrade} error=${problems.some(({ field }) => field === 'newpaper-grade') ? t('problem.missing') : undefined}
			options=${[['', t('choice.none')], ...(grades?.items ?? []).map((one) => [one.name, gradeName(one.name)])]} />
		${newSections.map((section) => html`<${Section} key=${section.title} ...${{ section, values, change, errors }} />`)}
		<button class="govuk-button">${t('papers.import')}</button></form>`;
}

const SCAN_MAX = 8 * 1024 * 1024;

/** Who imported an entry adds its scans, as long as nothing is proposed. */
function AddScan({ entry, onDone }) {
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const submit = async (event) => {
		event.preventDefault();
		const file = document.getElementById('scan-file').files[0];
		const wrong = file === undefined ? 'problem.missing' : file.size > SCAN_MAX ? 'papers.scan.long'
			: !['application/pdf', 'image/jpeg', 'image/png'].includes(file.type) ? 'evidence.file.type' : null;
		setProblems(wrong ? [{ field: 'scan-file', text: t(wrong) }] : []);
		if (wrong)
			return;
		try {
			await postFile(`/legacy-acts/${entry.id}/images`, file, key);
			onDone('scan');
		} catch (error) {
			setProblems(problemsOf(error).map((p) => ({ ...p, field: 'scan-file' })));
		}
		setKey(crypto.randomUUID());
	};
	return html`<details class="govuk-details" open=${entry.images.length === 0}><summary class="govuk-details__summary">
		<span class="govuk-details__summary-text">${t('papers.scan')}</span></summary>
		<div class="govuk-details__text"><${ErrorSummary} problems=${problems} /><form onSubmit=${submit} novalidate>
			<${FileField} id="scan-file" label=${t('evidence.file')} hint=${t('papers.scan.hint')} error=${problems[0]?.text} />
			<button class="govuk-button govuk-button--secondary">${t('papers.scan.do')}</button></form></div></details>`;
}

/* ---- the paper: its images, and what was written down of it ---- */

function Images({ entry, chosen, onChoose }) {
	const image = entry.images.find(({ id }) => id === chosen);
	if (image === undefined)
		return html`<p class="govuk-body">${t('papers.no_image')}</p>`;
	const file = `/civil/v1/legacy-acts/${entry.id}/images/${image.id}`;
	const nameOf = (i) => t('papers.image', { n: i + 1, of: entry.images.length });
	const at = entry.images.indexOf(image);
	return html`${entry.images.length > 1 && html`<${Select} id="paper-image" label=${t('papers.images')} value=${chosen} onValue=${onChoose}
			options=${entry.images.map(({ id }, i) => [id, nameOf(i)])} />`}
		${['image/jpeg', 'image/png'].includes(image.media_type) && html`<img class="desk-paper__image" src=${file} alt=${`${nameOf(at)}: ${whereIs(entry)}`} />`}
		<p class="govuk-body"><a class="govuk-link" href=${file} target="_blank">${t('papers.open')}</a></p>`;
}

function Original({ entry }) {
	const texts = Object.entries(entry.original);
	return html`<h2 class="govuk-heading-m">${t('papers.original')}</h2>
	${texts.length > 0 ? html`<dl class="govuk-summary-list">${texts.map(([name, text]) => html`<div class="govuk-summary-list__row" key=${name}>
		<dt class="govuk-summary-list__key"><bdi>${name}</bdi></dt><dd class="govuk-summary-list__value"><bdi>${text}</bdi></dd></div>`)}</dl>`
		: html`<p class="govuk-body">${t('papers.unreadable')}</p>`}`;
}

/* ---- reading it as an act ---- */

/* when it was declared is the register's to say: left empty it would be today */
const toRead = (kind) => kind.sections.filter(({ key }) => key !== 'statistics').map((section) => ({ ...section, fields: section.fields.map((field) =>
	(field.name === 'declared_on' ? { ...field, required: true, hint: 'papers.declared_on.hint' } : field)) }));

/** What is known before anybody reads: what was returned, else the first place of the form and the date beside it, as they were imported. */
function knownOf(sections, entry) {
	if (entry.returned)
		return entry.returned;
	const section = sections.find(({ fields }) => fields.some(({ type }) => type === 'place'));
	if (section === undefined || entry.kind === 'foundling')
		return {};
	const at = section.fields.findIndex(({ type }) => type === 'place'), date = section.fields[at - 1];
	const known = { [section.fields[at].name]: entry.place, ...(date?.type === 'date' ? { [date.name]: entry.event_on } : {}) };
	return section.key === '' ? known : { [section.key]: known };
}

function Reading({ entry, kind, onDone }) {
	const sections = toRead(kind);
	const { values, change, problems, submit, errors } = useForm(sections, () => valuesOf(sections, knownOf(sections, entry)), async (body, key) => {
		await post(`/legacy-acts/${entry.id}/proposal`, body, key);
		onDone('propose');
	});
	return html`<h2 class="govuk-heading-m">${t('papers.read')}</h2><p class="govuk-body">${t('papers.read.hint')}</p>
	<${ErrorSummary} problems=${problems} />
	<form class="desk-form" onSubmit=${submit} novalidate>
		${sections.map((section) => html`<${Section} key=${section.title} ...${{ section, values, change, errors }} />`)}
		<button class="govuk-button">${t('papers.propose')}</button></form>`;
}

/* ---- comparing ---- */

const valueAt = (content, pointer) => pointer.split('/').slice(1).reduce((from, member) => from?.[member], content);

/** Each field is ticked after it was held against the image: without all of them there is no promotion. */
function Comparison({ entry, kind, image, onDone }) {
	const [ticked, setTicked] = useState([]);
	const [problems, setProblems] = useState([]);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const boxOf = (pointer) => `compare${idOf(pointer)}`;
	const submit = async (event) => {
		event.preventDefault();
		const missing = entry.to_compare.filter((pointer) => !ticked.includes(pointer));
		setProblems(missing.length > 0 ? [{ text: t('papers.compare.missing', { n: missing.length }), field: boxOf(missing[0]) }] : []);
		if (missing.length > 0)
			return;
		try {
			await post(`/legacy-acts/${entry.id}/promotion`, { image_id: image, compared: ticked }, key);
			onDone('promote');
		} catch (error) {
			setProblems(problemsOf(error));
			if (error.status !== undefined)
				setKey(crypto.randomUUID());
		}
	};
	return html`<h2 class="govuk-heading-m" id="compare-title">${t('papers.compare')}</h2>
	<p class="govuk-body" id="compare-hint">${t('papers.compare.hint')}</p><${ErrorSummary} problems=${problems} />
	<form onSubmit=${submit} novalidate><fieldset class="govuk-fieldset" aria-labelledby="compare-title" aria-describedby="compare-hint">
		<div class="govuk-checkboxes govuk-checkboxes--small govuk-form-group">${entry.to_compare.map((pointer) => {
			const at = fieldAt(kind.sections, pointer), value = valueAt(entry.proposal, pointer);
			return html`<div class="govuk-checkboxes__item" key=${pointer}>
				<input class="govuk-checkboxes__input" type="checkbox" id=${boxOf(pointer)} checked=${ticked.includes(pointer)}
					onChange=${(change) => setTicked((before) => (change.target.checked ? [...before, pointer] : before.filter((one) => one !== pointer)))} />
				<label class="govuk-label govuk-checkboxes__label" for=${boxOf(pointer)}>${at ? `${t(at.section.title)} – ${t(at.field.label)}` : pointer}:
					${' '}<strong>${at ? showValue(at.field, value) : html`<bdi>${value}</bdi>`}</strong></label></div>`;
		})}</div></fieldset>
		<button class="govuk-button">${t('do.promote')}</button></form>`;
}

/* ---- the page ---- */

const decisionsIn = {
	imported: [{ name: 'refuse_entry', path: 'refusal', kind: 'warning', reason: 3 }],
	proposed: [{ name: 'return', path: 'return', kind: 'secondary', reason: 3 }, { name: 'refuse_entry', path: 'refusal', kind: 'warning', reason: 3 }],
};

export function PaperPage({ officer, words }) {
	const path = `/legacy-acts/${words[0]}`;
	const { answer: entry, problems, reload } = useAnswer(path);
	const { answer: grades } = useAnswer('/provenance-grades');
	const [chosen, setChosen] = useState('');
	const [done, setDone] = useDone();
	useEffect(() => entry && setChosen((before) => before || (entry.images[0]?.id ?? '')), [entry]);
	if (entry === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	const kind = kindOf(entry.kind);
	const mayPromote = grades?.items.find(({ name }) => name === entry.grade)?.may_promote;
	const isOwn = entry.imported_by === officer.id || entry.proposed_by === officer.id;
	const isClerk = hasRoleAt(officer, 'civil_clerk', entry.office_id), isRegistrar = hasRoleAt(officer, 'civil_registrar', entry.office_id) && !isOwn;
	const after = (name) => {
		setDone(name);
		reload();
	};
	return html`
	<${Done} done=${done} />
	<${Heading} caption=${t('papers.one')}>${whereIs(entry)}</${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${entry.state} /> <span>${t(kind.title)}</span> <span>${showDate(entry.event_on)}</span>
		<strong class="govuk-tag govuk-tag--grey">${gradeName(entry.grade)}</strong>
		${entry.act_id && html`<a class="govuk-link" href=${linkTo('act', entry.kind, entry.act_id)}>${t('papers.act')} <bdi>${entry.act_number}</bdi></a>`}</p>
	${entry.state !== 'promoted' && html`<div class="govuk-inset-text">${t('papers.nothing')}</div>`}
	${mayPromote === false && html`<div class="govuk-inset-text">${t('papers.never')}</div>`}
	${entry.state === 'proposed' && isOwn && html`<div class="govuk-inset-text">${t('papers.own')}</div>`}
	<div class="desk-paper">
		<div class="desk-paper__sheet"><h2 class="govuk-heading-m">${t('papers.images')}</h2>
			<${Images} entry=${entry} chosen=${chosen} onChoose=${setChosen} />
			${['imported', 'unreadable'].includes(entry.state) && isClerk && entry.imported_by === officer.id && html`<${AddScan} key=${entry.images.length} entry=${entry} onDone=${after} />`}
			<${Original} entry=${entry} /></div>
		<div>${entry.state === 'imported' && mayPromote && isClerk && html`<${Reading} entry=${entry} kind=${kind} onDone=${after} />`}
			${entry.state === 'proposed' && isRegistrar && html`<${Comparison} entry=${entry} kind=${kind} image=${chosen} onDone=${after} />`}
			${isRegistrar && html`<${Decisions} key=${entry.state} possible=${decisionsIn[entry.state] ?? []} path=${path} onDone=${after} />`}
			<${History} events=${entry.decisions.map((one) => ({ what: t(`paper_event.${one.event}`), at: one.decided_at, by: one.officer_id, reason: one.reason }))} officer=${officer} /></div>
	</div>`;
}
