/* What stands in the fields of a document: Doc 9303-3 3.4 names, 3.8 dates. */
#include "issuance/perso/datapage-local.h"
#include "registry/base/text.h"
#include "registry/doc9303/states.h"

static bool
is_latin(const char *text)
{
	struct bytes rest = bytes_str(text);
	uint32_t c;

	for (size_t n; rest.n > 0 && (n = text_next(rest, &c)) > 0; rest = BYTES(rest.p + n, rest.n - n))
		if (c >= 0x0300 && !(c >= 0x1E00 && c < 0x1F00) && !(c >= 0x2000 && c < 0x2070))
			return false;
	return true;
}

static void
upper(const char *text, struct buf *out)
{
	if (text_upper(bytes_str(text), out, &(struct err){ FAIL_NONE }) == -1)
		buf_str(out, text);
}

/* A name that is not in Latin letters is followed by its transliteration (Doc 9303-3 3.4). */
static void
name_text(const char *name, const char *identifier, struct buf *out)
{
	if (name == NULL)
		return;
	upper(name, out);
	if (is_latin(name) || identifier == NULL)
		return;
	buf_str(out, " / ");
	for (; *identifier != '\0'; identifier++)
		buf_u8(out, *identifier == '<' ? ' ' : (uint8_t)*identifier);
}

/* "12 AUG/AOÛT 1974"; what is not known is X (Doc 9303-3 3.8). */
static void
date_text(struct date d, struct buf *out)
{
	static const char *const months[] = { "XX", "JAN", "FEB/FÉV", "MAR/MARS", "APR/AVR", "MAY/MAI", "JUN/JUIN", "JUL/JUIL", "AUG/AOÛT",
		"SEP/SEPT", "OCT", "NOV", "DEC/DÉC" };

	if (d.precision == DATE_DAY)
		buf_printf(out, "%02d ", d.day);
	else
		buf_str(out, "XX ");
	buf_printf(out, "%s ", months[d.precision >= DATE_MONTH && d.month <= 12 ? d.month : 0]);
	if (d.precision == DATE_UNKNOWN)
		buf_str(out, "XXXX");
	else
		buf_printf(out, "%04d", d.year);
}

static void
state_text(const char *code, struct buf *out)
{
	const struct state *state = states_find(code);

	if (state == NULL || text_upper(bytes_str(state->name), out, &(struct err){ FAIL_NONE }) == -1)
		buf_str(out, code);
}

static void
titles_text(const struct layout *layout, const char *kind, bool is_first, struct buf *out)
{
	const struct layout_title *t = layout_title(layout, kind);

	if (t == NULL)
		return;
	if (is_first)
		buf_str(out, t->text[0]);
	for (unsigned i = 1; !is_first && i < LAYOUT_LANGUAGES && t->text[i] != NULL; i++)
		buf_printf(out, "%s%s", i > 1 ? " · " : "", t->text[i]);
}

static void
entries_text(const struct production *p, struct buf *out)
{
	if (p->visa_passport[0] == '\0')
		return;
	if (p->visa_entries == 0)
		buf_str(out, "MULT");
	else
		buf_printf(out, "%d", p->visa_entries);
}

/* Days; without a number of them the visa's end is the end of the stay. */
static void
stay_text(const struct production *p, struct buf *out)
{
	if (p->visa_passport[0] != '\0' && p->visa_stay > 0)
		buf_printf(out, "%d DAYS/JOURS", p->visa_stay);
	else if (p->visa_passport[0] != '\0')
		date_text(p->expires_on, out);
}

void
field_text(const struct layout *layout, const struct perso_order *order, enum layout_field field, struct buf *out)
{
	const struct production *p = order->from;

	switch (field) {
	case LAYOUT_STATE: state_text(order->mrz.issuer, out); break;
	case LAYOUT_TITLE: titles_text(layout, p->document_type, true, out); break;
	case LAYOUT_TITLES: titles_text(layout, p->document_type, false, out); break;
	case LAYOUT_TYPE: buf_str(out, order->mrz.code); break;
	case LAYOUT_CODE: buf_str(out, order->mrz.issuer); break;
	case LAYOUT_NUMBER: buf_str(out, order->mrz.number); break;
	case LAYOUT_SURNAME: name_text(p->primary_name, p->mrz_primary, out); break;
	case LAYOUT_GIVEN_NAMES: name_text(p->secondary_name, p->mrz_secondary, out); break;
	case LAYOUT_LOCAL_NAME: buf_str(out, p->name_local == NULL ? "" : p->name_local); break;
	case LAYOUT_NATIONALITY: buf_str(out, p->nationality); break;
	case LAYOUT_PERSONAL_NUMBER: buf_str(out, p->uin == NULL ? "" : p->uin); break;
	case LAYOUT_BIRTH: date_text(p->birth, out); break;
	case LAYOUT_SEX: buf_u8(out, p->sex == 'F' || p->sex == 'M' ? (uint8_t)p->sex : 'X'); break;
	case LAYOUT_PLACE_OF_BIRTH: name_text(p->place_of_birth, NULL, out); break;
	case LAYOUT_ISSUED: date_text(p->issued_on, out); break;
	case LAYOUT_EXPIRES: date_text(p->expires_on, out); break;
	case LAYOUT_AUTHORITY: buf_str(out, p->authority == NULL ? "" : p->authority); break;
	case LAYOUT_ENTRIES: entries_text(p, out); break;
	case LAYOUT_STAY: stay_text(p, out); break;
	case LAYOUT_PASSPORT_NUMBER: buf_str(out, p->visa_passport); break;
	case LAYOUT_NO_FIELD:
	case LAYOUT_FIELDS: break;
	}
}
