/* chip.js - what is in a document's chip: each file as its readers decode it, the digests against EF.SOD, passive authentication; beside the data page. */
import { useAnswer } from '/desk/shell/ask.js';
import { showDate, showMoment, showNumber, t } from '/desk/shell/i18n.js';
import { explain, sentence } from '/desk/shell/problems.js';
import { ErrorSummary, Heading, html, Table, Tag } from '/desk/shell/ui.js';
import { Code, Picture, StateTag } from './common.js';
import { DataPage, DocumentLinks } from './line.js';

const grades = { good: 'green', warning: 'yellow', 'not checked': 'grey', bad: 'red', 'not applicable': 'grey' };
const digests = { good: 'green', bad: 'red', unsigned: 'grey' };
const gradeKey = (grade) => grade.replaceAll(' ', '_');

/* ---- what a file says ---- */

const dates = ['date_of_birth', 'date_of_expiry', 'date_of_issue'];
const moments = ['signed_at', 'not_before', 'not_after'];
const codes = ['number', 'personal_number', 'serial', 'document_code', 'optional_data', 'optional_data_2', 'lds_version', 'unicode_version', 'system_serial', 'key'];
const figures = ['image_octets', 'width', 'height', 'images', 'digest_bits', 'version'];
/** YYYYMMDDhhmmss as it stands in DG12. */
const stamp = (digits) => digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');

function Value({ name, value }) {
	if (name === 'mrz')
		return html`<pre class="desk-mrz" dir="ltr" tabindex="0" role="group" aria-label=${t('chip.say.mrz')}>${value.join('\n')}</pre>`;
	if (name === 'data_groups')
		return html`<bdi>${value.map((n) => `DG${n}`).join(', ')}</bdi>`;
	if (Array.isArray(value))
		return value.map((one, i) => html`<bdi class="desk-lines" key=${i}>${one}</bdi>`);
	if (dates.includes(name))
		return showDate(value);
	if (moments.includes(name))
		return showMoment(value);
	if (name === 'personalised_at')
		return showMoment(stamp(value));
	if (figures.includes(name))
		return showNumber(value);
	return html`<bdi class=${codes.includes(name) ? 'desk-number' : ''}>${value}</bdi>`;
}

function Says({ says }) {
	return html`<dl class="govuk-summary-list">${Object.entries(says).filter(([, value]) => typeof value !== 'object' || Array.isArray(value)).map(([name, value]) => html`
		<div class="govuk-summary-list__row" key=${name}><dt class="govuk-summary-list__key">${t(`chip.say.${name}`)}</dt>
			<dd class="govuk-summary-list__value"><${Value} name=${name} value=${value} /></dd></div>`)}</dl>
	${says.signer && html`<h3 class="govuk-heading-s">${t('chip.signer')}</h3><${Says} says=${says.signer} />`}`;
}

function File({ file, number }) {
	return html`<div class="govuk-summary-card"><div class="govuk-summary-card__title-wrapper">
		<h2 class="govuk-summary-card__title"><bdi>${file.name}</bdi> · ${t(`chip.file.${file.name.replace('EF.', '')}`)}</h2>
		<p class="govuk-body-s desk-card__more">${t('chip.octets', { n: showNumber(file.octets) })} ${file.digest
			&& html`<${Tag} colour=${digests[file.digest]} text=${t(`chip.digest.${file.digest}`)} />`}</p></div>
		<div class="govuk-summary-card__content">
			${file.name === 'EF.DG2' && file.says && html`<${Picture} class="desk-page__portrait" path=${`/documents/${encodeURIComponent(number)}/chip/portrait`} alt=${t('chip.portrait')} />`}
			${file.problem && html`<p class="govuk-body"><${Tag} colour="red" text=${t('chip.unread')} /> ${sentence(explain(file.problem))}</p>`}
			${file.says ? html`<${Says} says=${file.says} />` : !file.problem && html`<p class="govuk-body">${t('chip.undecoded')}</p>`}
		</div></div>`;
}

/* ---- the page ---- */

function Checks({ checks }) {
	return html`<${Table} caption=${t('chip.checks')} isNamed columns=${['control.check', 'control.result', 'control.found'].map((column) => t(column))}
		rows=${checks.map(({ check, grade, detail, data_group: group }, i) => ({ key: i, cells: [html`${t(`chip.check.${check}`)}${group ? html` <bdi>DG${group}</bdi>` : ''}`,
			html`<${Tag} colour=${grades[grade]} text=${t(`chip.grade.${gradeKey(grade)}`)} />`, grade === 'good' ? undefined : sentence(explain(detail))] }))} />`;
}

export function ChipPage({ words: [number] }) {
	const { answer: chip, problems } = useAnswer(`/documents/${encodeURIComponent(number)}/chip`);
	return html`<${ErrorSummary} problems=${problems} />
	<${Heading} caption=${t('chip.title')}><${Code} text=${number} /></${Heading}>
	${chip && html`<p class="govuk-body"><${StateTag} state=${chip.state} /></p>`}
	<${DocumentLinks} number=${number} but="chip" />
	${(chip ? chip.state !== 'spoiled' : problems.length > 0) && html`<${DataPage} number=${number} />`}
	${chip && html`${chip.files.map((file) => html`<${File} key=${file.name} file=${file} number=${number} />`)}
		${chip.checks.length > 0 ? html`<${Checks} checks=${chip.checks} />` : html`<p class="govuk-body">${t('chip.notsigned')}</p>`}`}`;
}
