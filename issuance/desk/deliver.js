/* deliver.js - documents that wait for their holders, and the handing over of one: portrait beside the questions about who stands there. */
import { useState } from '/desk/lib/hooks.js';
import { post } from '/desk/shell/api.js';
import { go, linkTo } from '/desk/shell/app.js';
import { Pages, problemsOf, useAnswer, useForm } from '/desk/shell/ask.js';
import { Section } from '/desk/shell/form.js';
import { nameOf, showDate, showMoment, t } from '/desk/shell/i18n.js';
import { OfficeChoice, useOffices } from '/desk/shell/office.js';
import { Button, Done, ErrorSummary, Facts, Heading, html, Table } from '/desk/shell/ui.js';
import { Code, Picture, roles, StateTag } from './common.js';

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

const bearer = [{ key: '', title: 'deliver.who', fields: [
	{ name: 'bearer', label: 'field.bearer', type: 'choice', choices: 'bearer', options: ['holder', 'guardian'], radios: true, required: true },
	{ name: 'proof', label: 'field.guardian_proof', hint: 'field.guardian_proof.hint', type: 'name', max: 200 },
] }];

/** Two answers to one question: is it they?  Only the one who looked answers, and "no" is recorded, too. */
function Comparison({ path, onDone }) {
	const [key, setKey] = useState(() => crypto.randomUUID());
	const [wrong, setWrong] = useState([]);
	const send = async (body, is_likeness, own) => {
		await post(`${path}/delivery`, { ...body, is_likeness }, own);
		onDone(is_likeness);
	};
	const { values, change, problems, submit, errors } = useForm(bearer, { '/bearer': 'holder' }, (body, own) => send(body, true, own));
	const refuse = async () => {
		try {
			const proof = values['/proof']?.trim();
			await send({ bearer: values['/bearer'], ...(proof && { proof }) }, false, key);
		} catch (error) {
			setWrong(problemsOf(error, bearer));
			if (error.status !== undefined)
				setKey(crypto.randomUUID());
		}
	};
	return html`<${ErrorSummary} problems=${[...problems, ...wrong]} />
	<form class="desk-form" onSubmit=${submit} novalidate>
		<${Section} section=${bearer[0]} ...${{ values, change, errors }} />
		<p class="govuk-body">${t('deliver.question')}</p>
		<div class="govuk-button-group"><button class="govuk-button">${t('do.deliver')}</button>
			<${Button} kind="warning" onClick=${refuse}>${t('do.not_they')}</${Button}></div></form>`;
}

export function DeliveryPage({ officer, words }) {
	const path = `/documents/${encodeURIComponent(words[0])}`;
	const { answer: one, problems, reload } = useAnswer(path);
	const { answer: application } = useAnswer(one && `/applications/${one.application_id}`);
	const isReady = one?.state === 'ready';
	const [isSeen, setSeen] = useState(false);
	const [done, setDone] = useState('');
	const after = (wasThey) => {
		if (wasThey) {
			go('document', one.number, 'delivered');
			return;
		}
		setDone('not_they');
		reload();
	};
	if (one === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	return html`<${Done} name=${done} />
	<${Heading} caption=${t('deliver.one')}>${application ? html`<bdi>${nameOf(application.holder)}</bdi>` : html`<${Code} text=${one.number} />`}</${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${one.state} />
		<a class="govuk-link" href=${linkTo('document', one.number)}><${Code} text=${one.number} /></a></p>
	${isReady ? html`<div class="desk-bearer">
		<${Picture} class="desk-bearer__portrait" path=${`${path}/portrait`} alt=${t('deliver.portrait')} onLoad=${() => setSeen(true)} />
		<div>${application && html`<${Facts} rows=${[[t('column.kind'), t(`kind.${one.document_type}`)],
			application.holder.date_of_birth && [t('field.date_of_birth'), showDate(application.holder.date_of_birth)], [t('field.sex'), t(`sex.${application.holder.sex}`)],
			[t('document.expires_on'), showDate(one.expires_on)]]} />`}
		${isSeen && html`<${Comparison} key=${one.deliveries.length} path=${path} onDone=${after} />`}</div></div>`
		: html`<div class="govuk-inset-text">${t('deliver.not_ready')}</div>`}
	${isReady && one.deliveries.length > 0 && html`<div class="govuk-inset-text">${t('deliver.in_vain', { n: one.deliveries.length })}</div>`}`;
}
