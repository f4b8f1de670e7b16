/* stoplist.js - what others are told of documents that are not to be accepted: exports of the stop list, and how long its entries had waited. */
import { useState } from '/desk/lib/hooks.js';
import { useAnswer } from '/desk/shell/ask.js';
import { Decisions } from '/desk/shell/decide.js';
import { showDuration, showMoment, showNumber, t } from '/desk/shell/i18n.js';
import { Button, Done, ErrorSummary, Heading, html, Table, Tag, useDone } from '/desk/shell/ui.js';

const fileOf = ({ sequence }, file) => `/issuance/v1/stop-list/exports/${sequence}/${file}`;

export function StopListPage() {
	const [before, setBefore] = useState([]);
	const [done, setDone] = useDone();
	const { answer, problems, reload } = useAnswer('/stop-list/exports', { before: before.at(-1) ?? '', limit: 20 });
	const newest = before.length === 0 ? answer?.items[0] : undefined;
	const possible = [{ name: 'export_full', path: 'exports', body: {} }, newest && { name: 'export_delta', path: 'exports', kind: 'secondary', body: { since: newest.sequence } }].filter(Boolean);
	const after = (name) => {
		setDone(name);
		reload();
	};
	return html`<${Done} done=${done} /><${ErrorSummary} problems=${problems} />
	<${Heading}>${t('stoplist.title')}</${Heading}>
	${answer && before.length === 0 && html`<${Decisions} key=${newest?.sequence} possible=${possible} path="/stop-list" onDone=${after} />`}
	${answer && (answer.items.length === 0 ? html`<p class="govuk-body">${t('list.none')}</p>` : html`<${Table} caption=${t('stoplist.title')}
		columns=${['column.number', 'stoplist.kind', 'stoplist.exported', 'stoplist.entries', 'stoplist.withdrawals', 'stoplist.waited', 'stoplist.files'].map((column) => t(column))} numeric=${[3, 4]}
		rows=${answer.items.map((one) => ({ key: one.sequence, cells: [showNumber(one.sequence),
			html`<${Tag} colour=${one.kind === 'full' ? 'light-blue' : 'grey'} text=${t(`stoplist.${one.kind}`)} />${one.since && html` ${t('stoplist.since', { n: one.since })}`}`,
			showMoment(one.exported_at), showNumber(one.entries), showNumber(one.withdrawals),
			one.longest_seconds === undefined ? '' : t('stoplist.median', { median: showDuration(one.median_seconds), longest: showDuration(one.longest_seconds) }),
			html`${['csv', 'xml'].map((file) => html`<a class="govuk-link" href=${fileOf(one, file)} download=${`stop-list-${one.sequence}.${file}`}>${file.toUpperCase()}<span class="govuk-visually-hidden">${' '}${showNumber(one.sequence)}</span></a> `)}`] }))} />`)}
	<div class="govuk-button-group">${before.length > 0 && html`<${Button} kind="secondary" onClick=${() => setBefore(before.slice(0, -1))}>${t('list.before')}</${Button}>`}
		${answer?.next && html`<${Button} kind="secondary" onClick=${() => setBefore([...before, answer.next])}>${t('list.next')}</${Button}>`}</div>`;
}
