/* work.js - what waits in a passport office: applications by state, the oldest first. */
import { useState } from '/desk/lib/hooks.js';
import { linkTo } from '/desk/shell/app.js';
import { Pages, useAnswer } from '/desk/shell/ask.js';
import { Select } from '/desk/shell/form.js';
import { nameOf, showMoment, t } from '/desk/shell/i18n.js';
import { OfficeChoice, useOffices } from '/desk/shell/office.js';
import { ErrorSummary, Heading, html, Table, Tag } from '/desk/shell/ui.js';
import { allRoles, roles, StateTag } from './common.js';

const states = ['submitted', 'approved', 'in_production', 'completed', 'refused', 'cancelled', 'stopped'];

function Applications({ items, caption, officer }) {
	return html`<${Table} caption=${caption} columns=${['column.name', 'column.kind', 'column.reason', 'column.taken', 'column.state'].map((column) => t(column))}
		rows=${items.map((item) => ({ key: item.id, cells: [
			html`<a class="govuk-link" href=${linkTo('application', item.id)}><bdi>${nameOf(item)}</bdi></a>`,
			t(`kind.${item.document_type}`), t(`why.${item.reason}`), html`${showMoment(item.created_at)}${item.officer_id === officer.id && html` <span class="govuk-hint">${t('work.own')}</span>`}`,
			html`<${StateTag} state=${item.state} /> ${item.is_urgent && html`<${Tag} colour="orange" text=${t('field.urgent')} />`}`] }))} />`;
}

/** A list of an office's applications; `only`: the one state that it shows. */
function Queue({ officer, at, only, title, of }) {
	const offices = useOffices(officer, ...of);
	const [office, setOffice] = useState('');
	const [state, setState] = useState(only ?? 'submitted');
	const [cursors, setCursors] = useState([]);
	const where = office || offices[0]?.id;
	const { answer, problems } = useAnswer(where && '/applications', { office: where, state, cursor: cursors.at(-1), limit: '25' });
	const choose = (set) => (value) => {
		set(value);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t(title)}</${Heading}>
	<div class="desk-filters">
		<${OfficeChoice} id=${`${at}-office`} value=${where} onValue=${choose(setOffice)} offices=${offices} />
		${!only && html`<${Select} id=${`${at}-state`} label=${t('column.state')} value=${state} onValue=${choose(setState)} options=${states.map((one) => [one, t(`state.${one}`)])} />`}
	</div>
	${answer && (answer.items.length === 0 ? html`<p class="govuk-body">${t('list.none')}</p>` : html`<${Applications} items=${answer.items} caption=${t(title)} officer=${officer} />`)}
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}

export function WorkPage({ officer }) {
	return html`<${Queue} officer=${officer} at="work" title="work.title" of=${allRoles} />`;
}

/** What waits for a decision of this officer: what they took themselves is marked. */
export function ApprovePage({ officer }) {
	return html`<${Queue} officer=${officer} at="approve" only="submitted" title="approve.title" of=${[roles.approver, roles.supervisor]} />`;
}
