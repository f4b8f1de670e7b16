/* work.js - what waits in a passport office: applications by state, the oldest first. */
import { useState } from '/desk/lib/hooks.js';
import { Pages, useAnswer } from '/desk/shell/ask.js';
import { Select } from '/desk/shell/form.js';
import { showMoment, t } from '/desk/shell/i18n.js';
import { OfficeChoice, useOffices } from '/desk/shell/office.js';
import { ErrorSummary, Heading, html, Table } from '/desk/shell/ui.js';
import { allRoles, StateTag } from './common.js';

const states = ['submitted', 'approved', 'in_production', 'completed', 'refused', 'cancelled', 'stopped'];

export function WorkPage({ officer }) {
	const offices = useOffices(officer, ...allRoles);
	const [office, setOffice] = useState('');
	const [state, setState] = useState('submitted');
	const [cursors, setCursors] = useState([]);
	const at = office || offices[0]?.id;
	const { answer, problems } = useAnswer(at && '/applications', { office: at, state, cursor: cursors.at(-1), limit: '25' });
	const choose = (set) => (value) => {
		set(value);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('work.title')}</${Heading}>
	<div class="desk-filters">
		<${OfficeChoice} id="work-office" value=${at} onValue=${choose(setOffice)} offices=${offices} />
		<${Select} id="work-state" label=${t('column.state')} value=${state} onValue=${choose(setState)} options=${states.map((one) => [one, t(`state.${one}`)])} />
	</div>
	${answer && (answer.items.length === 0 ? html`<p class="govuk-body">${t('list.none')}</p>` : html`<${Table} caption=${t('work.title')}
		columns=${['column.taken', 'column.kind', 'column.reason', 'column.state'].map((column) => t(column))}
		rows=${answer.items.map((item) => ({ key: item.id, cells: [showMoment(item.created_at), t(`kind.${item.document_type}`), t(`why.${item.reason}`), html`<${StateTag} state=${item.state} />`] }))} />`)}
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}
