/* work.js - what waits in an office: acts by state, the oldest first. */
import { useState } from '/desk/lib/hooks.js';
import { Select } from '/desk/shell/form.js';
import { t } from '/desk/shell/i18n.js';
import { Button, ErrorSummary, Heading, html } from '/desk/shell/ui.js';
import { Acts, useAnswer, useOffices } from './common.js';
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
		${offices.length > 1 && html`<${Select} id="work-office" label=${t('work.office')} value=${at} onValue=${choose(setOffice)}
			options=${offices.map(({ id, name }) => [id, name])} />`}
		${kinds.length > 1 && html`<${Select} id="work-kind" label=${t('work.kind')} value=${kindName} onValue=${choose(setKindName)}
			options=${kinds.map((one) => [one.kind, t(one.title)])} />`}
		<${Select} id="work-state" label=${t('work.state')} value=${state} onValue=${choose(setState)}
			options=${states.map((one) => [one, t(`state.${one}`)])} />
	</div>
	${answer && (answer.items.length > 0 ? html`<${Acts} items=${answer.items} caption=${t('work.title')} />`
		: html`<p class="govuk-body">${t('work.none')}</p>`)}
	<div class="govuk-button-group">
		${cursors.length > 0 && html`<${Button} kind="secondary" onClick=${() => setCursors(cursors.slice(0, -1))}>${t('work.before')}</${Button}>`}
		${answer?.next && html`<${Button} kind="secondary" onClick=${() => setCursors([...cursors, answer.next])}>${t('work.next')}</${Button}>`}
	</div>`;
}
