/* office.js - who works where: the roles of an officer, the offices of the service, officers by name. */
import { useAnswer } from './ask.js';
import { Select } from './form.js';
import { t } from './i18n.js';
import { html, When } from './ui.js';

export const hasRole = (officer, ...roles) => officer.roles.some(({ role }) => roles.includes(role));
export const hasRoleAt = (officer, role, office) => officer.roles.some((one) => one.role === role && one.office_id === office);

/** The offices of the service where the officer holds one of the roles; auditors see all. */
export function useOffices(officer, ...roles) {
	const { answer } = useAnswer('/offices');
	const items = answer?.items ?? [];
	return hasRole(officer, 'auditor') ? items : items.filter(({ id }) => roles.some((role) => hasRoleAt(officer, role, id)));
}

/** Which of several offices; nothing when there is one. */
export function OfficeChoice({ id, offices, value, onValue, error }) {
	return offices.length > 1 && html`<${Select} id=${id} label=${t('office.one')} value=${value} onValue=${onValue} error=${error}
		options=${offices.map((office) => [office.id, office.name])} />`;
}

/** An officer by the name that the service gives, by the end of the id where it gives none: the beginning is its time. */
export const whoIs = (officer, id, name) => (id === officer.id ? t('history.you') : name ?? t('history.officer', { id: id.slice(-8) }));

/**
 * What happened, in order.
 * @param {{events: {what: string, at: string, by: string, state?: string, reason?: string, more?: any}[], officer: object, names?: Record<string, string>}} of
 * `by`: an officer's id; names: of officers by id, as the service gives them
 */
export function History({ events, officer, names = {} }) {
	return html`<h2 class="govuk-heading-m">${t('history.title')}</h2>
	<ol class="desk-timeline">${events.map((event) => html`<li class=${`desk-timeline__item${event.state ? ` desk-timeline__item--${event.state}` : ''}`}>
		<h3 class="desk-timeline__title">${event.what}</h3>
		<${When} at=${event.at} by=${whoIs(officer, event.by, names[event.by])} />
		${event.reason && html`<p class="govuk-body desk-timeline__reason"><bdi>${event.reason}</bdi></p>`}
		${event.more && html`<p class="govuk-body desk-timeline__reason">${event.more}</p>`}
	</li>`)}</ol>`;
}
