/* form.js - the fields of fields.js on the page, in GOV.UK Frontend's classes. */
import { useEffect, useRef, useState } from '/desk/lib/hooks.js';
import { get } from './api.js';
import { idOf, isThere, pointerOf } from './fields.js';
import { t } from './i18n.js';
import { html, TextField } from './ui.js';

const describedBy = (id, hint, error) => [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;

function Group({ id, label, hint, error, isSet, children }) {
	const inside = html`
		${hint && html`<div id=${`${id}-hint`} class="govuk-hint">${hint}</div>`}
		${error && html`<p id=${`${id}-error`} class="govuk-error-message">
			<span class="govuk-visually-hidden">${t('problem.prefix')}</span> ${error}</p>`}
		${children}`;
	return html`<div class=${`govuk-form-group${error ? ' govuk-form-group--error' : ''}`}>${isSet
		? html`<fieldset class="govuk-fieldset" aria-describedby=${describedBy(id, hint, error)}>
			<legend class="govuk-fieldset__legend">${label}</legend>${inside}</fieldset>`
		: html`<label class="govuk-label" for=${id}>${label}</label>${inside}`}</div>`;
}

/** An option by the name that it brings, else by its message. */
const nameOf = (field, option) => field.names?.[option] ?? t(`${field.choices}.${option}`);

function DateField({ id, pointer, values, change, error, ...group }) {
	const part = (name, width) => {
		const own = name === 'day' ? id : `${id}-${name}`;
		return html`<div class="govuk-date-input__item"><div class="govuk-form-group">
			<label class="govuk-label govuk-date-input__label" for=${own}>${t(`date.${name}`)}</label>
			<input class=${`govuk-input govuk-date-input__input govuk-input--width-${width}${error ? ' govuk-input--error' : ''}`} id=${own}
				inputmode="numeric" dir="ltr" autocomplete="off" maxlength=${width} value=${values[`${pointer}:${name}`] ?? ''}
				onInput=${(event) => change(`${pointer}:${name}`, event.target.value)} />
		</div></div>`;
	};
	return html`<${Group} id=${id} error=${error} isSet ...${group}>
		<div class="govuk-date-input">${part('day', 2)}${part('month', 2)}${part('year', 4)}</div></${Group}>`;
}

function Radios({ id, field, pointer, values, change, ...group }) {
	return html`<${Group} id=${id} isSet ...${group}>
		<div class="govuk-radios govuk-radios--inline govuk-radios--small">${field.options.map((option, i) => {
			const own = i === 0 ? id : `${id}-${option}`;
			return html`<div class="govuk-radios__item">
				<input class="govuk-radios__input" type="radio" id=${own} name=${id} value=${option} checked=${values[pointer] === option}
					onChange=${() => change(pointer, option)} />
				<label class="govuk-label govuk-radios__label" for=${own}>${nameOf(field, option)}</label></div>`;
		})}</div></${Group}>`;
}

function Check({ id, label, hint, error, pointer, values, change }) {
	return html`<div class=${`govuk-form-group${error ? ' govuk-form-group--error' : ''}`}>
		${error && html`<p id=${`${id}-error`} class="govuk-error-message"><span class="govuk-visually-hidden">${t('problem.prefix')}</span> ${error}</p>`}
		<div class="govuk-checkboxes govuk-checkboxes--small"><div class="govuk-checkboxes__item">
			<input class="govuk-checkboxes__input" type="checkbox" id=${id} checked=${values[pointer] === 'on'} aria-describedby=${describedBy(id, hint, error)}
				onChange=${(event) => change(pointer, event.target.checked ? 'on' : '')} />
			<label class="govuk-label govuk-checkboxes__label" for=${id}>${label}</label>
			${hint && html`<div id=${`${id}-hint`} class="govuk-hint govuk-checkboxes__hint">${hint}</div>`}</div></div></div>`;
}

export function Select({ id, label, options, value, onValue, error, hint }) {
	return html`<${Group} id=${id} label=${label} error=${error} hint=${hint}>
		<select class=${`govuk-select${error ? ' govuk-select--error' : ''}`} id=${id} value=${value} aria-describedby=${describedBy(id, hint, error)}
			onChange=${(event) => onValue(event.target.value)}>
			${options.map(([code, text]) => html`<option value=${code} selected=${code === value}>${text}</option>`)}
		</select></${Group}>`;
}

const placeNames = new Map();
/** The name of the place of a code; the code until it is known, and where there is no line. */
export function usePlaceName(code) {
	const [name, setName] = useState(placeNames.get(code) ?? code);
	useEffect(() => {
		if (code && !placeNames.has(code))
			get('/places', { code }).then(({ items }) => {
				placeNames.set(code, items[0]?.name ?? code);
				setName(placeNames.get(code));
			}, () => {});
		else
			setName(placeNames.get(code) ?? code);
	}, [code]);
	return name;
}
export function PlaceName({ code }) {
	return html`<bdi>${usePlaceName(code)}</bdi>`;
}

/** A place by the beginning of its name: the service finds it, whatever the number of places.  ARIA's combobox with a list. */
function PlaceField({ id, pointer, values, change, error, hint, label, field }) {
	const known = usePlaceName(values[`${pointer}:name`] === undefined ? values[pointer] : undefined);
	const typed = values[`${pointer}:name`] ?? known ?? '';
	const [found, setFound] = useState([]);
	const [active, setActive] = useState(-1);
	const [isOpen, setOpen] = useState(false);
	const timer = useRef(0), latest = useRef('');

	const ask = async (prefix) => {
		latest.current = prefix;
		try {
			const { items } = await get('/places', { prefix, limit: '10' });
			if (latest.current !== prefix)
				return;
			setFound(items);
			setActive(items.length > 0 ? 0 : -1);
			setOpen(true);
		} catch {
			setFound([]); /* no line: the code can still be typed */
		}
	};
	const type = (text) => {
		change(`${pointer}:name`, text);
		/* a code is taken as it is, upper case with a dot; of a name we wait for the choice */
		change(pointer, /^[A-Z0-9]+(\.[A-Z0-9]+)+$/.test(text.trim()) ? text.trim() : '');
		clearTimeout(timer.current);
		if (text.trim().length > 0)
			timer.current = setTimeout(ask, 150, text.trim());
		else
			setOpen(false);
	};
	const choose = (place) => {
		clearTimeout(timer.current);
		latest.current = '';
		placeNames.set(place.code, place.name);
		change(pointer, place.code);
		change(`${pointer}:name`, place.name);
		setOpen(false);
	};
	const key = (event) => {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (step !== undefined && isOpen && found.length > 0)
			setActive((active + step + found.length) % found.length);
		else if (event.key === 'Enter' && isOpen && active >= 0)
			choose(found[active]);
		else if (event.key === 'Escape' && isOpen)
			setOpen(false);
		else
			return;
		event.preventDefault();
	};
	/* leaving by Tab takes the place that is marked, as a select would */
	const leave = () => (isOpen && active >= 0 && values[pointer] === '' ? choose(found[active]) : setOpen(false));
	useEffect(() => () => clearTimeout(timer.current), []);

	return html`<${Group} id=${id} label=${label} error=${error} hint=${hint}><div class="desk-combobox">
		<input class=${`govuk-input${error ? ' govuk-input--error' : ''}`} id=${id} role="combobox" aria-autocomplete="list" autocomplete="off"
			aria-expanded=${isOpen && found.length > 0} aria-controls=${`${id}-list`} aria-describedby=${describedBy(id, hint, error)}
			aria-activedescendant=${isOpen && active >= 0 ? `${id}-${active}` : undefined} aria-required=${field.required ? 'true' : undefined}
			value=${typed} onInput=${(event) => type(event.target.value)} onKeyDown=${key} onBlur=${leave} />
		<ul class="desk-combobox__list" id=${`${id}-list`} role="listbox" aria-label=${label} hidden=${!isOpen || found.length === 0}>
			${found.map((place, i) => html`<li class="desk-combobox__option" id=${`${id}-${i}`} role="option" aria-selected=${i === active}
				onMouseDown=${(event) => { event.preventDefault(); choose(place); }}>
				<bdi>${place.name}</bdi> <span class="desk-combobox__more">${t(`place.${place.kind}`)} <bdi>${place.code}</bdi></span></li>`)}
		</ul>
		<p class="desk-combobox__said" role="status">${isOpen && found.length === 0 ? t('place.none') : values[pointer]
			? html`<bdi>${values[pointer]}</bdi>` : ''}</p>
	</div></${Group}>`;
}

export function Field({ section, field, values, change, errors }) {
	const pointer = pointerOf(section, field);
	const common = { id: idOf(pointer), label: field.required || field.type === 'check' ? t(field.label) : `${t(field.label)} ${t('field.optional')}`,
		hint: field.hint && t(field.hint), error: errors[pointer] };
	const all = { ...common, field, pointer, values, change };
	if (field.type === 'date')
		return html`<${DateField} ...${all} />`;
	if (field.type === 'place')
		return html`<${PlaceField} ...${all} />`;
	if (field.type === 'check')
		return html`<${Check} ...${all} />`;
	if (field.radios)
		return html`<${Radios} ...${all} />`;
	if (field.type === 'choice')
		return html`<${Select} ...${common} value=${values[pointer] ?? ''} onValue=${(value) => change(pointer, value)}
			options=${[['', t('choice.none')], ...field.options.map((option) => [option, nameOf(field, option)])]} />`;
	if (field.type === 'long')
		return html`<${LongField} ...${common} value=${values[pointer] ?? ''} onValue=${(value) => change(pointer, value)} />`;
	return html`<${TextField} ...${common} value=${values[pointer] ?? ''} onValue=${(value) => change(pointer, value)} autocomplete="off"
		dir=${field.type === 'name' ? 'auto' : 'ltr'} spellcheck="false" width=${field.width ?? { code: 10, integer: 5, money: 10 }[field.type]}
		inputmode=${{ integer: 'numeric', money: 'decimal' }[field.type] ?? field.inputmode} />`;
}

export function LongField({ id, label, hint, error, value, onValue }) {
	return html`<${Group} id=${id} label=${label} hint=${hint} error=${error}>
		<textarea class=${`govuk-textarea${error ? ' govuk-textarea--error' : ''}`} id=${id} rows="4" dir="auto" value=${value}
			aria-describedby=${describedBy(id, hint, error)} onInput=${(event) => onValue(event.target.value)}></textarea></${Group}>`;
}

export function FileField({ id, label, hint, error }) {
	return html`<${Group} id=${id} label=${label} hint=${hint} error=${error}>
		<input class=${`govuk-file-upload${error ? ' govuk-file-upload--error' : ''}`} id=${id} type="file" accept="application/pdf,image/jpeg,image/png"
			aria-describedby=${describedBy(id, hint, error)} /></${Group}>`;
}

/** A section of a form: always there, behind a box to tick, or folded. */
export function Section({ section, values, change, errors }) {
	const fields = section.fields.map((field) => html`<${Field} key=${field.name} ...${{ section, field, values, change, errors }} />`);
	const hasErrors = section.fields.some((field) => errors[pointerOf(section, field)]);
	if (section.folded)
		return html`<details class="govuk-details desk-section" open=${hasErrors || undefined}>
			<summary class="govuk-details__summary"><span class="govuk-details__summary-text">${t(section.title)}</span></summary>
			<div class="govuk-details__text desk-fields">${fields}</div></details>`;
	const box = idOf(`/${section.key}:on`).replace(':', '-');
	return html`<fieldset class="govuk-fieldset desk-section">
		<legend class="govuk-fieldset__legend govuk-fieldset__legend--m"><h2 class="govuk-fieldset__heading">${t(section.title)}</h2></legend>
		${section.optional && html`<div class="govuk-checkboxes govuk-checkboxes--small govuk-form-group"><div class="govuk-checkboxes__item">
			<input class="govuk-checkboxes__input" type="checkbox" id=${box} checked=${isThere(section, values)}
				onChange=${(event) => change(`/${section.key}:on`, event.target.checked ? 'on' : '')} />
			<label class="govuk-label govuk-checkboxes__label" for=${box}>${t(section.optional)}</label></div></div>`}
		${isThere(section, values) && html`<div class="desk-fields">${fields}</div>`}
	</fieldset>`;
}
