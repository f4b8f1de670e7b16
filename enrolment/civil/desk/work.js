/* work.js - what waits in an office: acts by state, the oldest first. */
import { useState } from '/desk/lib/hooks.js';
import { Pages, useAnswer } from '/desk/shell/ask.js';
import { Select } from '/desk/shell/form.js';
import { t } from '/desk/shell/i18n.js';
import { OfficeChoice, useOffices } from '/desk/shell/office.js';
import { ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { Acts } from './common.js';
import { kinds } from './kinds.js';

const states = ['declared', 'validated', 'approved', 'registered', 'rejected', 'annulled', 'sealed'];

export function WorkPage({ officer }) {
	const offices = useOffices(officer, 'civil_clerk', 'civil_registrar', 'civil_supervisor');
	const [office, setOffice] = useState('');
	const [kindName, setKindName] = useState('birth');
	const [state, setState] = useState('declared');
	const [cursors, setCursors] = useState([]);
	const kind = kinds.find((one) => one.kind === kindName);
	const at = office || offices[0]?.id;
	const { answer, problems } = useAnswer(at && kind.path, { office: at, state, cursor: cursors.at(-1), limit: '25' });
	const choose = (set) => (value) => {
		set(value);
		setCursors([]);
	};
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading}>${t('work.title')}</${Heading}>
	<div class="desk-filters">
		<${OfficeChoice} id="work-office" value=${at} onValue=${choose(setOffice)} offices=${offices} />
		${kinds.length > 1 && html`<${Select} id="work-kind" label=${t('work.kind')} value=${kindName} onValue=${choose(setKindName)}
			options=${kinds.map((one) => [one.kind, t(one.title)])} />`}
		<${Select} id="work-state" label=${t('work.state')} value=${state} onValue=${choose(setState)}
			options=${states.map((one) => [one, t(`state.${one}`)])} />
	</div>
	${answer && (answer.items.length > 0 ? html`<${Acts} items=${answer.items} caption=${t('work.title')} />`
		: html`<p class="govuk-body">${t('list.none')}</p>`)}
	<${Pages} ...${{ cursors, setCursors, next: answer?.next }} />`;
}
