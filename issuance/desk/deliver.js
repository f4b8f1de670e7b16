/* deliver.js - documents that wait for their holders, and the handing over of one: portrait beside the questions about who stands there. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { Pages, problemsOf, useAnswer, useForm } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { Section, Select } from '/desk/shell/form.js';
import { nameOf, showDate, showMoment, t } from '/desk/shell/i18n.js';
import { hasRoleAt, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { Button, Done, ErrorSummary, Facts, Heading, html, Table, useDone } from '/desk/shell/ui.js';
import { Code, deliveringOffice, Picture, roles, StateTag } from './common.js';

export function DeliverPage({ officer }) {
	const offices = useOffices(officer, roles.delivery);
	const [office, setOffice] = useState('');
	const [cursors, setCursors] = useState([]);
	const at = office || offices[0]?.id;
	const { answer, problems } = useAnswer(at && '/documents', { office: at, state: 'ready', cursor: cursors.at(-1), limit: '25' });
	const choose = (value) => {
		setOffice(value);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('deliver.title')}</${Heading}>
	<div class="desk-filters"><${OfficeChoice} id="deliver-office" value=${at} onValue=${choose} offices=${offices} /></div>
	${answer && (answer.items.length === 0 ? html`<p class="govuk-body">${t('list.none')}</p>` : html`<${Table} caption=${t('deliver.title')}
		columns=${['column.number', 'column.kind', 'column.ready', 'column.state'].map((column) => t(column))}
		rows=${answer.items.map((item) => ({ key: item.id, cells: [html`<a class="govuk-link" href=${linkTo('delivery', item.number)}><${Code} text=${item.number} /></a>`,
			t(`kind.${item.document_type}`), showMoment(item.changed_at), html`<${StateTag} state=${item.state} />`] }))} />`)}
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}

const bearer = (isGuardian) => [{ key: '', title: 'deliver.who', fields: [
	{ name: 'bearer', label: 'field.bearer', type: 'choice', choices: 'bearer', options: ['holder', 'guardian'], radios: true, required: true },
	...(isGuardian ? [{ name: 'proof', label: 'field.guardian_proof', hint: 'field.guardian_proof.hint', type: 'name', max: 200 }] : []),
] }];
const transfer = (offices) => [{ key: 'transfer', title: 'do.transfer', fields: [
	{ name: 'office_id', label: 'field.to_office', type: 'choice', options: offices.map(({ id }) => id), names: Object.fromEntries(offices.map(({ id, name }) => [id, name])), required: true },
	{ name: 'reason', label: 'reason.transfer', type: 'long', max: 1000, required: true },
] }];

/** Two answers to one question: is it they?  Only the one who looked answers, and "no" is recorded, too. */
function Comparison({ path, consent, isGuardian, onBearer, onDone }) {
	const [key, setKey] = useState(() => crypto.randomUUID());
	const [wrong, setWrong] = useState([]);
	const sections = bearer(isGuardian);
	const send = async (body, is_likeness, own) => {
		await post(`${path}/delivery`, { ...body, ...(isGuardian && consent && { consent_id: consent }), is_likeness }, own);
		onDone(is_likeness);
	};
	const { values, change, problems, submit, errors } = useForm(sections, { '/bearer': 'holder' }, (body, own) => send(body, true, own));
	/* of one answer only: what the other one met is over */
	const confirm = (event) => {
		setWrong([]);
		return submit(event);
	};
	const edit = (pointer, value) => {
		change(pointer, value);
		if (pointer === '/bearer')
			onBearer(value);
	};
	const refuse = async () => {
		setWrong([]);
		try {
			const proof = isGuardian && values['/proof']?.trim();
			await send({ bearer: values['/bearer'], ...(proof && { proof }) }, false, key);
		} catch (error) {
			setWrong(problemsOf(error, sections));
			if (error.status !== undefined)
				setKey(crypto.randomUUID());
		}
	};
	return html`<${ErrorSummary} problems=${wrong.length > 0 ? wrong : problems} />
	<form class="desk-form" onSubmit=${confirm} novalidate>
		<${Section} section=${sections[0]} ...${{ values, errors }} change=${edit} />
		<p class="govuk-body">${t(isGuardian ? 'deliver.question.guardian' : 'deliver.question')}</p>
		<div class="govuk-button-group"><button class="govuk-button">${t('do.deliver')}</button>
			<${Button} kind="warning" onClick=${refuse}>${t('do.not_they')}</${Button}></div></form>`;
}

/** The guardian who consented: their own portrait, since whoever stands there may have borrowed the child. */
function Guardian({ path, consents, consent, onConsent }) {
	return html`<figure class="desk-bearer__figure">
		${consents.length > 1 && html`<${Select} id="delivery-consent" label=${t('field.guardian')} value=${consent} onValue=${onConsent}
			options=${consents.map((one) => [one.id, `${t(`relation.${one.relation}`)} · ${showMoment(one.created_at)}`])} />`}
		<${Picture} key=${consent} class="desk-bearer__portrait" path=${`${path}/guardians/${consent}/portrait`} alt=${t('deliver.guardian')} />
		<figcaption class="govuk-body-s">${t('deliver.guardian')}</figcaption></figure>`;
}

export function DeliveryPage({ officer, words }) {
	const path = `/documents/${encodeURIComponent(words[0])}`;
	const { answer: one, problems, reload } = useAnswer(path);
	const { answer: application } = useAnswer(one && `/applications/${one.application_id}`);
	const { answer: offices } = useAnswer('/offices');
	const isReady = one?.state === 'ready';
	const [isSeen, setSeen] = useState(false);
	const [who, setWho] = useState('holder');
	const [chosen, setChosen] = useState('');
	const [done, setDone] = useDone();
	const after = (wasThey) => {
		if (wasThey) {
			go('document', one.number, 'delivered');
			return;
		}
		setDone('not_they');
		setWho('holder');
		reload();
	};
	if (one === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	const consents = application?.consents ?? [], consent = chosen || consents[0]?.id, isGuardian = who === 'guardian';
	const inVain = one.deliveries.filter(({ is_likeness }) => !is_likeness).length;
	const office = deliveringOffice(one), others = (offices?.items ?? []).filter(({ id }) => id !== office);
	return html`<${Done} done=${done} />
	<${Heading} caption=${t('deliver.one')}>${application ? html`<bdi>${nameOf(application.holder)}</bdi>` : html`<${Code} text=${one.number} />`}</${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${one.state} />
		<a class="govuk-link" href=${linkTo('document', one.number)}><${Code} text=${one.number} /></a></p>
	${isReady ? html`<div class="desk-bearer">
		<figure class="desk-bearer__figure"><${Picture} class="desk-bearer__portrait" path=${`${path}/portrait`} alt=${t('deliver.portrait')} onLoad=${() => setSeen(true)} />
			${isGuardian && consent && html`<figcaption class="govuk-body-s">${t('deliver.portrait')}</figcaption>`}</figure>
		${isGuardian && consent && html`<${Guardian} ...${{ path, consents, consent }} onConsent=${setChosen} />`}
		<div>${application && html`<${Facts} rows=${[[t('column.kind'), t(`kind.${one.document_type}`)],
			application.holder.date_of_birth && [t('field.date_of_birth'), showDate(application.holder.date_of_birth)], [t('field.sex'), t(`sex.${application.holder.sex}`)],
			[t('document.expires_on'), showDate(one.expires_on)]]} />`}
		${isSeen && html`<${Comparison} key=${one.deliveries.length} ...${{ path, consent, isGuardian }} onBearer=${setWho} onDone=${after} />`}</div></div>`
		: html`<div class="govuk-inset-text">${t('deliver.not_ready')}</div>`}
	${isReady && inVain > 0 && html`<div class="govuk-inset-text">${t('deliver.in_vain', { n: inVain })}</div>`}
	${isReady && hasRoleAt(officer, roles.delivery, office) && others.length > 0 && html`<${Decisions} path=${path} onDone=${(name) => { setDone(name); reload(); }}
		possible=${[{ name: 'transfer', path: 'transfer', kind: 'secondary', sections: transfer(others), bodyOf: (typed) => typed.transfer }]} />`}`;
}
