/* apply.js - a new application: who, what, why; what the registry says of it, with every reason; then it is taken. */
import { useEffect, useRef, useState } from '/desk/lib/hooks.js';
import { get, post } from '/desk/shell/api.js';
import { go } from '/desk/shell/app.js';
import { problemsOf, useAnswer, useForm } from '/desk/shell/ask.js';
import { Section } from '/desk/shell/form.js';
import { t } from '/desk/shell/i18n.js';
import { OfficeChoice, useOffices } from '/desk/shell/office.js';
import { explain, sentence } from '/desk/shell/problems.js';
import { Button, ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { plainNumber, roles, Warning } from './common.js';

const reasons = ['first', 'renewal', 'lost', 'stolen', 'damaged', 'name_change', 'additional'];
const visa = { key: 'visa', title: 'apply.visa', fields: [
	{ name: 'passport_number', label: 'field.passport_number', type: 'code', max: 9, required: true },
	{ name: 'entries', label: 'field.entries', hint: 'field.entries.hint', type: 'integer', min: 0, max: 99, required: true },
	{ name: 'stay_days', label: 'field.stay_days', hint: 'field.stay_days.hint', type: 'integer', min: 0, max: 254, required: true },
] };
/** What is asked for a document of that kind: a visa goes into a passport. */
const sectionsOf = (kinds, kind) => [{ key: '', title: 'apply.what', fields: [
	{ name: 'uin', label: 'field.uin', hint: 'field.uin.hint', type: 'code', inputmode: 'numeric', max: 20, required: true },
	{ name: 'document_type', label: 'column.kind', type: 'choice', choices: 'kind', options: kinds, required: true },
	{ name: 'reason', label: 'column.reason', type: 'choice', choices: 'why', options: reasons, required: true },
	{ name: 'is_urgent', label: 'field.urgent', hint: 'field.urgent.hint', type: 'check' },
] }, ...(['VA', 'VB'].includes(kind) ? [visa] : [])];

/** Rules that are not fulfilled, as the service found them. */
export function Rules({ list }) {
	return html`<ul class="govuk-list govuk-list--bullet">${list.map(({ code, detail }) => html`<li><strong>${t(`rule.${code}`)}</strong> – ${sentence(explain(detail))}</li>`)}</ul>`;
}

function Verdict({ verdict, onTake, isBusy }) {
	const ref = useRef(null);
	useEffect(() => ref.current.focus(), [verdict]);
	return html`<section class="desk-decision desk-decision--plain" aria-labelledby="verdict">
		<h2 class="govuk-heading-m" id="verdict" tabindex="-1" ref=${ref}>${t(verdict.eligible ? 'apply.eligible' : 'apply.not_eligible')}</h2>
		${!verdict.eligible && html`<${Warning}>${t('apply.why_not')}</${Warning}><${Rules} list=${verdict.reasons} />`}
		${verdict.requirements.length > 0 && html`<p class="govuk-body">${t('apply.to_bring')}</p><${Rules} list=${verdict.requirements} />`}
		${verdict.eligible && html`<${Button} onClick=${onTake} aria-disabled=${isBusy ? 'true' : undefined}>${t('apply.take')}</${Button}>`}
	</section>`;
}

export function ApplyPage({ officer }) {
	const offices = useOffices(officer, roles.clerk);
	const { answer, problems: unknown } = useAnswer('/document-kinds');
	const [office, setOffice] = useState('');
	const [asked, setAsked] = useState(null);
	const [wrong, setWrong] = useState([]);
	const [isBusy, setBusy] = useState(false);
	const [kind, setKind] = useState('PP');
	const sections = sectionsOf((answer?.kinds ?? []).map(({ code }) => code), kind);
	const at = office || offices[0]?.id;
	const { values, change, problems, submit, errors } = useForm(sections, { '/document_type': 'PP', '/reason': 'first' }, async ({ uin, ...rest }) => {
		setAsked(null);
		setWrong([]);
		const verdict = await get(`/persons/${encodeURIComponent(plainNumber(uin))}/eligibility`, { document_type: rest.document_type, reason: rest.reason });
		setAsked({ verdict, key: crypto.randomUUID(), body: { uin: plainNumber(uin), ...rest } });
	});
	const edit = (pointer, value) => {
		setAsked(null); /* the verdict was about something else */
		change(pointer, value);
		if (pointer === '/document_type')
			setKind(value);
	};
	const take = async () => {
		if (isBusy)
			return;
		setBusy(true);
		try {
			const { id } = await post('/applications', { ...asked.body, office_id: at }, asked.key);
			go('application', id, 'taken');
		} catch (error) {
			setWrong(problemsOf(error, sections));
			if (error.status !== undefined)
				setAsked({ ...asked, key: crypto.randomUUID() });
		} finally {
			setBusy(false);
		}
	};
	/* a problem that names no field of the body is the person's */
	const shown = problems.map((p) => ({ field: 'field-uin', ...p }));
	const marked = problems.length > 0 && problems.every(({ pointer }) => !pointer) ? { '/uin': problems[0].text } : errors;
	return html`<${ErrorSummary} problems=${[...unknown, ...shown, ...wrong]} />
	<${Heading}>${t('apply.title')}</${Heading}>
	<form class="desk-form" onSubmit=${submit} novalidate>
		<${OfficeChoice} id="apply-office" value=${at} onValue=${setOffice} offices=${offices} />
		${answer && html`${sections.map((section) => html`<${Section} key=${section.key} section=${section} ...${{ values, errors: marked }} change=${edit} />`)}
			<button class="govuk-button">${t('apply.check')}</button>`}
	</form>
	${asked && html`<${Verdict} verdict=${asked.verdict} onTake=${take} isBusy=${isBusy} />`}`;
}
