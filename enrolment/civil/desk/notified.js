/* notified.js - what health facilities notified: taken up into a declaration, or closed with a reason. */
import { useState } from '/desk/lib/hooks.js';
import { go, linkTo } from '/desk/shell/app.js';
import { Pages, useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { valuesOf } from '/desk/shell/fields.js';
import { PlaceName, Select } from '/desk/shell/form.js';
import { showDate, showMoment, t } from '/desk/shell/i18n.js';
import { hasRoleAt, OfficeChoice, useOffices } from '/desk/shell/office.js';
import { saveDraft } from '/desk/shell/store.js';
import { Button, ErrorSummary, Heading, html, Table } from '/desk/shell/ui.js';
import { Content, StateTag } from './common.js';
import { kindOf } from './kinds.js';

const queues = { waiting: { state: 'notified' }, expired: { expired: 'true' }, declared: { state: 'declared' }, closed: { state: 'closed' } };

export function NotifiedPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor');
	const [office, setOffice] = useState('');
	const [queue, setQueue] = useState('waiting');
	const [cursors, setCursors] = useState([]);
	const at = office || offices[0]?.id;
	const { answer, problems } = useAnswer(at && '/notifications', { office: at, ...queues[queue], cursor: cursors.at(-1), limit: '25' });
	const choose = (set) => (value) => {
		set(value);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} /><${Heading}>${t('notified.title')}</${Heading}>
	<div class="desk-filters">
		<${OfficeChoice} id="notified-office" value=${at} onValue=${choose(setOffice)} offices=${offices} />
		<${Select} id="notified-queue" label=${t('work.state')} value=${queue} onValue=${choose(setQueue)}
			options=${Object.keys(queues).map((one) => [one, t(`queue.${one}`)])} /></div>
	${answer && (answer.items.length === 0 ? html`<p class="govuk-body">${t('list.none')}</p>` : html`<${Table} caption=${t('notified.title')}
		columns=${['notified.reference', 'work.kind', 'notified.place', 'notified.at', 'notified.expires'].map((column) => t(column))}
		rows=${answer.items.map((one) => ({ key: one.id, cells: [html`<a class="govuk-link" href=${linkTo('notification', one.id)}><bdi>${one.reference}</bdi></a>`,
			t(kindOf(one.kind).title), html`<${PlaceName} code=${one.place} />`, showMoment(one.created_at),
			html`${showDate(one.expires_on)}${one.is_expired && html` <strong class="govuk-tag govuk-tag--red">${t('queue.expired')}</strong>`}`] }))} />`)}
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}

const closure = [{ name: 'close', path: 'closure', kind: 'warning', reason: 3 }];

export function NotificationPage({ officer, words }) {
	const path = `/notifications/${words[0]}`;
	const { answer: one, problems, reload } = useAnswer(path);
	if (one === undefined)
		return html`<${ErrorSummary} problems=${problems} />`;
	const kind = kindOf(one.kind);
	const isOpen = one.state === 'notified';
	/* the draft bears the notification's id: taken up twice in one browser, it is one draft */
	const takeUp = async () => {
		await saveDraft({ id: one.id, kind: one.kind, officer: officer.id, notification: one.id, savedAt: Date.now(),
			values: { ...valuesOf(kind.sections, one.content), '/office_id': one.office_id } });
		go('new', one.kind, one.id);
	};
	return html`<${Heading} caption=${t('notified.one')}><bdi>${one.reference}</bdi></${Heading}>
	<p class="govuk-body desk-act__line"><${StateTag} state=${one.state} /> <span>${t(kind.title)}</span> <${PlaceName} code=${one.place} />
		${one.act_id && html`<a class="govuk-link" href=${linkTo('act', one.kind, one.act_id)}>${t('declare.see')}</a>`}</p>
	${one.reason && html`<div class="govuk-inset-text"><bdi>${one.reason}</bdi></div>`}
	<${Content} sections=${kind.sections} content=${one.content} />
	${isOpen && hasRoleAt(officer, 'civil_clerk', one.office_id) && html`<${Button} onClick=${takeUp}>${t('notified.take')}</${Button}>`}
	${isOpen && hasRoleAt(officer, 'civil_registrar', one.office_id) && html`<${Decisions} possible=${closure} path=${path} onDone=${reload} />`}`;
}
