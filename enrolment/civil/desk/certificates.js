/* certificates.js - certificates of an act: issued, looked at as they are printed, bound to a sheet of security paper, spoiled, revoked. */
import { useEffect, useRef, useState } from '/desk/lib/hooks.js';
import { getFile, post } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { problemsOf, useAnswer, useForm } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { Section, Select } from '/desk/shell/form.js';
import { currentLanguage, showDate, t } from '/desk/shell/i18n.js';
import { hasRoleAt, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { Button, Done, ErrorSummary, Facts, Heading, html, Table, useDone } from '/desk/shell/ui.js';

const colours = { valid: 'green', replaced: 'yellow', revoked: 'red' };
function Status({ status }) {
	return html`<strong class=${`govuk-tag govuk-tag--${colours[status]}`}>${t(`certificate.${status}`)}</strong>`;
}

/** What an officer who issues may do to a certificate of this office. */
const mayIssue = (officer, office) => ['civil_clerk', 'civil_registrar'].some((role) => hasRoleAt(officer, role, office));
/** Of which kinds of acts there are certificates. */
export const isCertifiable = (kind) => ['birth', 'judicial_birth', 'foundling', 'death', 'judicial_death', 'marriage', 'divorce', 'annulment_of_marriage'].includes(kind);

/* ---- issue ---- */

const order = [{ key: '', title: 'certificate.new', fields: [
	{ name: 'form', label: 'certificate.form', type: 'choice', choices: 'form', options: ['full', 'extract', 'multilingual'], radios: true, required: true },
	{ name: 'language', label: 'certificate.language', type: 'choice', choices: 'language', options: ['en', 'fr', 'ar', 'es'], required: true },
	{ name: 'as_of', label: 'certificate.as_of', hint: 'certificate.as_of.hint', type: 'date', whole: true },
] }];

function Issue({ officer, number, replaces, list }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar');
	const [office, setOffice] = useState('');
	const [replaced, setReplaced] = useState(replaces ?? '');
	const at = office || offices[0]?.id;
	const { values, change, problems, submit, errors } = useForm(order, { '/form': 'full', '/language': currentLanguage() }, async (body, key) => {
		const made = await post('/certificates', { office_id: at, act_number: number, ...body, replaces: replaced || undefined }, key);
		go('certificate', made.number);
	});
	if (offices.length === 0)
		return null;
	const replaceable = list.filter(({ status, number: other }) => status !== 'revoked' || other === replaces);
	return html`<${ErrorSummary} problems=${problems} />
	<form class="desk-form" onSubmit=${submit} novalidate>
		<${OfficeChoice} id="certificate-office" value=${at} onValue=${setOffice} offices=${offices} />
		<${Section} section=${order[0]} ...${{ values, change, errors }} />
		${replaceable.length > 0 && html`<${Select} id="certificate-replaces" label=${`${t('certificate.replaces')} ${t('field.optional')}`} value=${replaced} onValue=${setReplaced}
			options=${[['', t('certificate.replaces.none')], ...replaceable.map((one) => [one.number, one.number])]} />`}
		<button class="govuk-button">${t('certificate.issue')}</button></form>`;
}

export function CertificatesPage({ officer, words }) {
	const [number, replaces] = words;
	const { answer, problems } = useAnswer('/certificates', { act_number: number });
	if (answer === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	return html`<${Heading} caption=${t('certificate.all')}><bdi class="desk-number">${number}</bdi></${Heading}>
	${answer.items.length > 0 && html`<${Table} caption=${t('certificate.issued')} isNamed columns=${['column.number', 'certificate.copy', 'certificate.form', 'certificate.language',
		'certificate.issued_on', 'certificate.paper', 'column.state'].map((column) => t(column))}
		rows=${answer.items.map((one) => ({ key: one.id, cells: [html`<a class="govuk-link desk-number" href=${linkTo('certificate', one.number)}><bdi>${one.number}</bdi></a>`, one.copy,
			t(`form.${one.form}`), t(`language.${one.language}`), showDate(one.issued_on), one.paper && html`<bdi class="desk-number">${one.paper}</bdi>`,
			html`<${Status} status=${one.status} />`] }))} />`}
	<${Issue} officer=${officer} number=${number} replaces=${replaces} list=${answer.items} />`;
}

/* ---- one certificate ---- */

const sheet = [{ key: '', title: 'certificate.print', fields: [
	{ name: 'serial', label: 'certificate.serial', hint: 'certificate.serial.hint', type: 'code', max: 16, required: true },
] }];

/** The document as it is printed, octet for octet; its address is the browser's own while the page is open. */
function useDocument(number) {
	const [address, setAddress] = useState(null);
	const made = useRef(null);
	useEffect(() => () => made.current && URL.revokeObjectURL(made.current), []);
	const open = async () => {
		made.current ??= URL.createObjectURL(await getFile(`/certificates/${encodeURIComponent(number)}/document`));
		setAddress(made.current);
	};
	return { address, open };
}

const factsOf = (one) => [[t('certificate.act'), html`<bdi class="desk-number">${one.act_number}</bdi>`], [t('work.kind'), t(`kind.${one.kind}`)], [t('certificate.form'), t(`form.${one.form}`)],
		[t('certificate.language'), t(`language.${one.language}`)], [t('certificate.copy'), one.copy], [t('certificate.issued_on'), showDate(one.issued_on)],
		one.as_of !== one.issued_on && [t('certificate.as_of'), showDate(one.as_of)],
		one.is_printed && [t('certificate.seal'), t(one.is_sealed ? 'certificate.seal.there' : 'certificate.seal.none')],
		[t('certificate.paper'), one.paper ? html`<bdi class="desk-number">${one.paper}</bdi>` : t('certificate.paper.none')]];

/** Onto which sheet: bound first, then printed, so that no sheet leaves the office without its certificate. */
function PrintForm({ path, next, onBound }) {
	const { values, change, problems, submit, errors } = useForm(sheet, { '/serial': next ?? '' }, async (body, key) => {
		await post(`${path}/paper`, body, key);
		await onBound();
	});
	const wrong = problems.length > 0 && problems.every(({ pointer }) => !pointer) ? { '/serial': problems[0].text } : errors;
	return html`<${ErrorSummary} problems=${problems.map((p) => ({ field: 'field-serial', ...p }))} />
	<form onSubmit=${submit} novalidate><${Section} section=${sheet[0]} ...${{ values, change }} errors=${wrong} />
		<button class="govuk-button">${t('certificate.print.do')}</button></form>`;
}

const revocation = [{ name: 'revoke', path: 'revocation', kind: 'warning', reason: 3 }];
const spoiling = [{ name: 'spoil', path: 'spoiling', kind: 'secondary', reason: 3 }];

export function CertificatePage({ officer, words }) {
	const path = `/certificates/${encodeURIComponent(words[0])}`;
	const { answer: one, problems, reload } = useAnswer(path);
	const { answer: stock, reload: reloadStock } = useAnswer(one && '/paper', { office_id: one?.office_id });
	const { address, open } = useDocument(words[0]);
	const [wrong, setWrong] = useState([]);
	const [done, setDone] = useDone();
	const frame = useRef(null);
	if (one === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	const isIssuer = mayIssue(officer, one.office_id);
	const isRegistrar = hasRoleAt(officer, 'civil_registrar', one.office_id);
	const after = (name) => {
		setDone(name);
		reload();
		reloadStock();
	};
	const preview = () => open().then(() => { setWrong([]); reload(); }, (error) => setWrong(problemsOf(error)));
	const bound = async () => {
		after('bind');
		await preview();
	};
	/* the frame is not on the way of Tab, which the browser's reader may keep: by keyboard one reads it in its own window */
	return html`<${Done} done=${done} />
	<${ErrorSummary} problems=${wrong} />
	<${Heading} caption=${t('certificate.title')}><bdi class="desk-number">${one.number}</bdi></${Heading}>
	<p class="govuk-body desk-act__line"><${Status} status=${one.status} />
		<a class="govuk-link" href=${linkTo('certificates', one.act_number)}>${t('certificate.all')}</a></p>
	<${Facts} rows=${factsOf(one)} />
	${isIssuer && html`<h2 class="govuk-heading-m">${t('certificate.preview')}</h2>
		${address ? html`<iframe class="desk-preview" tabindex="-1" ref=${frame} src=${`${address}#toolbar=0&navpanes=0&view=Fit`} title=${t('certificate.preview')}></iframe>
			<div class="govuk-button-group">${one.paper && html`<${Button} onClick=${() => frame.current.contentWindow.print()}>${t('certificate.print.again')}</${Button}>`}
				<a class="govuk-link" href=${address} target="_blank">${t('certificate.window')}</a></div>`
			: html`<p class="govuk-body">${t('certificate.preview.why')}</p><${Button} kind="secondary" onClick=${preview}>${t('certificate.preview.do')}</${Button}>`}`}
	${isIssuer && one.status === 'valid' && !one.paper && stock && html`<${PrintForm} key=${stock.next} path=${path} next=${stock.next} onBound=${bound} />`}
	${isIssuer && one.paper && html`<h2 class="govuk-heading-m">${t('certificate.spoilt')}</h2><p class="govuk-body">${t('certificate.spoilt.why')}</p>
		<${Decisions} key=${one.paper} possible=${spoiling} path=${`/paper/sheets/${encodeURIComponent(one.paper)}`} onDone=${after} />`}
	${isIssuer && one.status !== 'revoked' && html`<p class="govuk-body"><a class="govuk-link" href=${linkTo('certificates', one.act_number, one.number)}>${t('certificate.replace')}</a></p>`}
	${isRegistrar && one.status !== 'revoked' && html`<h2 class="govuk-heading-m">${t('certificate.end')}</h2>
		<${Decisions} key=${one.status} possible=${revocation} path=${path} onDone=${after} />`}`;
}
