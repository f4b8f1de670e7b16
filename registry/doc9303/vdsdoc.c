#include "registry/doc9303/vdsdoc.h"

#include <stdio.h>

#include "registry/doc9303/c40.h"
#include "registry/doc9303/mrz.h"
#include "registry/doc9303/vds-local.h"
#include "registry/doc9303/vdscivil.h"

enum { /* Doc 9303-7 appendix, Doc 9303-8 appendix: tags */
	VISA_MRZ_A = 0x01,
	VISA_MRZ_B = 0x02,
	VISA_ENTRIES = 0x03,
	VISA_STAY = 0x04,
	VISA_PASSPORT = 0x05,
	VISA_TYPE = 0x06,
	VISA_ADDITIONAL = 0x07,
	EMERGENCY_MRZ = 0x02,
	PASSPORT_CHARACTERS = 9,
	MRZ_LINE_2_START = 28, /* characters of line 2 that a visa's seal has */
	MRV_A = 44,            /* characters of a line */
	MRV_B = 36,
	TD2 = 36
};

const struct vds_profile_info vds_profiles[VDS_PROFILES] = {
	[VDS_UNKNOWN] = { "unknown", 0, 0, NULL },
	[VDS_VISA] = { "visa", 0x5D, 0x01, NULL },
	[VDS_EMERGENCY] = { "emergency travel document", 0x5E, 0x03, NULL },
	[VDS_BIRTH] = { "birth certificate", VDS_CIVIL_DEFINITION, 0x20, "NB" },
	[VDS_DEATH] = { "death certificate", VDS_CIVIL_DEFINITION, 0x22, "ND" },
	[VDS_MARRIAGE] = { "marriage certificate", VDS_CIVIL_DEFINITION, 0x24, "NM" },
};

enum vds_profile
vds_profile_of(const struct vds *vds)
{
	for (enum vds_profile p = VDS_UNKNOWN + 1; p < VDS_PROFILES; p++)
		if (vds_profiles[p].definition == vds->definition && vds_profiles[p].category == vds->category)
			return p;
	return VDS_UNKNOWN;
}

/* ---- features, written and taken ---- */

void
vds_write_begin(struct vds_writer *w, struct vds *vds, enum vds_profile profile, struct buf *values)
{
	*w = (struct vds_writer){ .vds = vds, .values = values };
	vds->definition = vds_profiles[profile].definition;
	vds->category = vds_profiles[profile].category;
	vds->nfeature = 0;
}

void
vds_write_open(struct vds_writer *w, uint8_t tag)
{
	w->at[w->n].tag = tag;
	w->at[w->n++].from = w->values->n;
}

void
vds_write(struct vds_writer *w, uint8_t tag, struct bytes value)
{
	vds_write_open(w, tag);
	buf_bytes(w->values, value);
}

int
vds_write_c40(struct vds_writer *w, uint8_t tag, struct bytes text, struct err *err)
{
	vds_write_open(w, tag);
	return c40_encode(text, w->values, err);
}

int
vds_write_end(struct vds_writer *w, struct err *err)
{
	if (buf_check(w->values, err) == -1)
		return -1;
	for (unsigned i = 0; i < w->n; i++) {
		size_t end = i + 1 < w->n ? w->at[i + 1].from : w->values->n;

		w->vds->feature[i].tag = w->at[i].tag;
		w->vds->feature[i].value = BYTES(w->values->p + w->at[i].from, end - w->at[i].from);
	}
	w->vds->nfeature = w->n;
	return 0;
}

int
vds_take(const struct vds *vds, uint8_t tag, struct bytes *value, const char *what, struct err *err)
{
	const struct vds_feature *f = vds_find(vds, tag);

	if (f == NULL)
		return 0;
	for (const struct vds_feature *g = f + 1; g < vds->feature + vds->nfeature; g++)
		if (g->tag == tag)
			return err_set(err, FAIL_INPUT, "%s: stands twice (tag %02X)", what, tag);
	*value = f->value;
	return 1;
}

int
vds_take_c40(const struct vds *vds, uint8_t tag, char *text, size_t size, const char *what, struct err *err)
{
	struct buf b = BUF_INIT;
	struct bytes value;
	int rc = vds_take(vds, tag, &value, what, err);

	if (rc != 1)
		return rc;
	rc = -1;
	if (c40_decode(value, &b, err) == -1)
		err_prefix(err, "%s", what);
	else if (b.n >= size)
		err_set(err, FAIL_INPUT, "%s: %zu characters, at most %zu", what, b.n, size - 1);
	else {
		memcpy(text, buf_cstr(&b), b.n + 1);
		rc = 1;
	}
	buf_clear(&b);
	return rc;
}

/* Spaces are fillers. */
static void
to_fillers(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == ' ')
			*text = '<';
}

static void
cut_fillers(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '<')
		text[--n] = '\0';
}

/* The MRZ of exactly `length` characters; what no document begins with is refused.  As vds_take. */
static int
take_mrz(const struct vds *vds, uint8_t tag, size_t length, char mrz[VDS_MRZ_MAX + 1], struct err *err)
{
	char text[VDS_MRZ_MAX + 1];
	int rc = vds_take_c40(vds, tag, text, sizeof(text), "MRZ", err);

	if (rc != 1)
		return rc;
	if (strlen(text) != length)
		return err_set(err, FAIL_INPUT, "MRZ: %zu characters instead of %zu (tag %02X)", strlen(text), length, tag);
	to_fillers(text);
	if (text[0] < 'A' || text[0] > 'Z')
		return err_set(err, FAIL_INPUT, "MRZ: the document code does not begin with a letter (Doc 9303-3 4.4)");
	memcpy(mrz, text, length + 1);
	return 1;
}

/* Features whose tag is none of those. */
static unsigned
count_unknown(const struct vds *vds, const char *tags)
{
	unsigned n = 0;

	for (unsigned i = 0; i < vds->nfeature; i++)
		if (vds->feature[i].tag == 0 || strchr(tags, vds->feature[i].tag) == NULL)
			n++;
	return n;
}

/* ---- visa ---- */

static int
check_mrz(const char *mrz, size_t length, const char *what, struct err *err)
{
	if (strlen(mrz) != length || !mrz_is_alphabet(bytes_str(mrz)))
		return err_set(err, FAIL_INPUT, "MRZ: %s wants %zu characters of A-Z, 0-9 and <", what, length);
	return 0;
}

int
vds_put_visa(const struct vds_visa *visa, struct vds *vds, struct buf *values, struct err *err)
{
	size_t length = (visa->is_b ? MRV_B : MRV_A) + MRZ_LINE_2_START, n = strlen(visa->passport);
	char passport[PASSPORT_CHARACTERS + 1] = "<<<<<<<<<";
	struct vds_writer w;

	if (check_mrz(visa->mrz, length, visa->is_b ? "the seal of an MRV-B" : "the seal of an MRV-A", err) == -1)
		return -1;
	if (visa->mrz[0] != 'V')
		return err_set(err, FAIL_INPUT, "MRZ: the document code of a visa begins with V (Doc 9303-7 4.2.2)");
	if (n < 1 || n > PASSPORT_CHARACTERS || !mrz_is_alphabet(bytes_str(visa->passport)))
		return err_set(err, FAIL_INPUT, "passport number: not 1 to 9 characters of A-Z, 0-9 and <");
	if (visa->type.n > VDS_ADDITIONAL_MAX || visa->additional.n > VDS_ADDITIONAL_MAX)
		return err_set(err, FAIL_INPUT, "visa type, additional feature: more than %d octets", VDS_ADDITIONAL_MAX);
	memcpy(passport, visa->passport, n);
	vds_write_begin(&w, vds, VDS_VISA, values);
	if (vds_write_c40(&w, visa->is_b ? VISA_MRZ_B : VISA_MRZ_A, bytes_str(visa->mrz), err) == -1)
		return -1;
	if (visa->has_entries)
		vds_write(&w, VISA_ENTRIES, BYTES(&visa->entries, 1));
	vds_write(&w, VISA_STAY, BYTES(((uint8_t[]){ visa->stay.days, visa->stay.months, visa->stay.years }), 3));
	if (vds_write_c40(&w, VISA_PASSPORT, bytes_str(passport), err) == -1)
		return -1;
	if (visa->type.n > 0)
		vds_write(&w, VISA_TYPE, visa->type);
	if (visa->additional.n > 0)
		vds_write(&w, VISA_ADDITIONAL, visa->additional);
	return vds_write_end(&w, err);
}

static int
take_visa_mrz(const struct vds *vds, struct vds_visa *visa, struct err *err)
{
	bool has_a = vds_find(vds, VISA_MRZ_A) != NULL, has_b = vds_find(vds, VISA_MRZ_B) != NULL;

	if (has_a == has_b)
		return err_set(err, FAIL_INPUT, "MRZ: %s (Doc 9303-7, seal)", has_a ? "of both sizes" : "is absent");
	visa->is_b = has_b;
	if (take_mrz(vds, has_b ? VISA_MRZ_B : VISA_MRZ_A, (has_b ? MRV_B : MRV_A) + MRZ_LINE_2_START, visa->mrz, err) == -1)
		return -1;
	if (visa->mrz[0] != 'V')
		return err_set(err, FAIL_INPUT, "MRZ: the document code of a visa begins with V (Doc 9303-7 4.2.2)");
	return 0;
}

static int
take_stay(const struct vds *vds, struct vds_visa *visa, struct err *err)
{
	struct bytes value = BYTES_NONE;
	int rc = vds_take(vds, VISA_STAY, &value, "duration of stay", err);

	if (rc == -1)
		return -1;
	if (rc == 0 || value.n != 3)
		return err_set(err, FAIL_INPUT, "duration of stay: %zu octets instead of 3 (Doc 9303-7, seal)", value.n);
	visa->stay = (struct vds_stay){ value.p[0], value.p[1], value.p[2] };
	return 0;
}

int
vds_get_visa(const struct vds *vds, struct vds_visa *visa, struct err *err)
{
	struct vds_visa v = { 0 };
	struct bytes entries;
	int rc;

	if (take_visa_mrz(vds, &v, err) == -1 || take_stay(vds, &v, err) == -1)
		return -1;
	if ((rc = vds_take_c40(vds, VISA_PASSPORT, v.passport, sizeof(v.passport), "passport number", err)) == -1)
		return -1;
	to_fillers(v.passport);
	cut_fillers(v.passport);
	if (rc == 0 || v.passport[0] == '\0')
		return err_set(err, FAIL_INPUT, "passport number: is absent (Doc 9303-7, seal)");
	if ((rc = vds_take(vds, VISA_ENTRIES, &entries, "number of entries", err)) == -1)
		return -1;
	if (rc == 1) {
		if (entries.n != 1)
			return err_set(err, FAIL_INPUT, "number of entries: %zu octets instead of 1 (Doc 9303-7, seal)", entries.n);
		v.has_entries = true;
		v.entries = entries.p[0];
	}
	if (vds_take(vds, VISA_TYPE, &v.type, "visa type", err) == -1 || vds_take(vds, VISA_ADDITIONAL, &v.additional, "additional feature", err) == -1)
		return -1;
	v.unknown = count_unknown(vds, "\1\2\3\4\5\6\7");
	*visa = v;
	return 0;
}

/* ---- emergency travel document ---- */

int
vds_put_emergency(const struct vds_emergency *doc, struct vds *vds, struct buf *values, struct err *err)
{
	struct vds_writer w;

	if (check_mrz(doc->mrz, 2 * TD2, "an emergency travel document", err) == -1)
		return -1;
	vds_write_begin(&w, vds, VDS_EMERGENCY, values);
	if (vds_write_c40(&w, EMERGENCY_MRZ, bytes_str(doc->mrz), err) == -1)
		return -1;
	return vds_write_end(&w, err);
}

int
vds_get_emergency(const struct vds *vds, struct vds_emergency *doc, struct err *err)
{
	struct vds_emergency d = { 0 };
	int rc = take_mrz(vds, EMERGENCY_MRZ, 2 * TD2, d.mrz, err);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return err_set(err, FAIL_INPUT, "MRZ: is absent (Doc 9303-8, seal)");
	d.unknown = count_unknown(vds, "\2");
	*doc = d;
	return 0;
}

/* ---- any message ---- */

static void
take_code(struct vds_message *m)
{
	m->code[0] = m->mrz[0];
	m->code[1] = m->mrz[1] == '<' ? '\0' : m->mrz[1];
}

int
vds_message_check(const struct vds *vds, struct vds_message *message, struct err *err)
{
	struct vds_message m = { .profile = vds_profile_of(vds) };
	struct vds_emergency emergency;
	struct vds_civil civil;
	struct vds_visa visa;

	switch (m.profile) {
	case VDS_VISA:
		if (vds_get_visa(vds, &visa, err) == -1)
			return -1;
		memcpy(m.mrz, visa.mrz, sizeof(m.mrz));
		m.width = visa.is_b ? MRV_B : MRV_A;
		m.unknown = visa.unknown;
		take_code(&m);
		break;
	case VDS_EMERGENCY:
		if (vds_get_emergency(vds, &emergency, err) == -1)
			return -1;
		memcpy(m.mrz, emergency.mrz, sizeof(m.mrz));
		m.width = TD2;
		m.unknown = emergency.unknown;
		take_code(&m);
		break;
	case VDS_BIRTH:
	case VDS_DEATH:
	case VDS_MARRIAGE:
		if (vds_get_civil(vds, &civil, err) == -1)
			return -1;
		m.unknown = civil.unknown;
		memcpy(m.code, vds_profiles[m.profile].document_type, sizeof(m.code));
		break;
	default:
		m.unknown = vds->nfeature;
		break;
	}
	*message = m;
	return 0;
}

/* ---- printed MRZ ---- */

/* Fields of a two-line MRZ with names in line 1: visas and TD2 have them at the same places.  to 0: the end of the line. */
static const struct mrz_field {
	const char *name;
	unsigned line, from, to;
	bool has_digit;    /* its last character is a check digit */
	bool is_in_header; /* the seal's header has one of the same name */
} mrz_fields[] = {
	{ "document code", 0, 0, 2 },
	{ "issuing State", 0, 2, 5, .is_in_header = true },
	{ "name", 0, 5, 0 },
	{ "document number", 1, 0, 10, .has_digit = true },
	{ "nationality", 1, 10, 13 },
	{ "date of birth", 1, 13, 20, .has_digit = true },
	{ "sex", 1, 20, 21 },
	{ "date of expiry", 1, 21, 28, .has_digit = true },
	{ "optional data", 1, 28, 0, .has_digit = true },
};

int
vds_mrz_compare(const struct vds_message *message, struct bytes printed, char differing[VDS_MRZ_FIELDS_TEXT], struct err *err)
{
	size_t width = message->width, length = strlen(message->mrz), n = 0;
	char text[2 * MRV_A], list[VDS_MRZ_FIELDS_TEXT] = "";

	if (length == 0)
		return err_set(err, FAIL_INPUT, "seal: it carries no MRZ");
	for (size_t i = 0; i < printed.n; i++) {
		if (printed.p[i] == '\r' || printed.p[i] == '\n')
			continue;
		if (n == 2 * width)
			return err_set(err, FAIL_INPUT, "printed MRZ: more than two lines of %zu characters", width);
		text[n++] = (char)printed.p[i];
	}
	if (n != 2 * width || !mrz_is_alphabet(BYTES(text, n)))
		return err_set(err, FAIL_INPUT, "printed MRZ: not two lines of %zu characters of A-Z, 0-9 and <", width);
	for (size_t i = 0; i < NELEM(mrz_fields); i++) {
		const struct mrz_field *f = &mrz_fields[i];
		size_t from = f->line * width + f->from, to = f->to == 0 ? (f->line + 1) * width : f->line * width + f->to;

		if (to > length)
			to = length; /* a visa's seal has only the beginning of line 2 */
		if (from >= to || memcmp(message->mrz + from, text + from, to - from) == 0)
			continue;
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", list[0] == '\0' ? "" : ", ", f->name);
	}
	memcpy(differing, list, sizeof(list));
	return 0;
}

/* ---- for a person's eyes ---- */

void
vds_put_text(vds_put_fact *put, void *to, const char *name, const char *value)
{
	if (value[0] != '\0')
		put(to, name, value);
}

void
vds_put_date(vds_put_fact *put, void *to, const char *name, struct date date)
{
	char text[DATE_TEXT];

	vds_put_text(put, to, name, date_format(date, text));
}

static void
describe_header(const struct vds *vds, vds_put_fact *put, void *to)
{
	char text[64];

	snprintf(text, sizeof(text), "version %u", vds->version);
	put(to, "header", text);
	put(to, "issuing State", vds->state);
	put(to, "signer", vds->signer);
	put(to, "certificate reference", vds->reference);
	vds_put_date(put, to, "date of issue", vds->issued_on);
	vds_put_date(put, to, "date of signature", vds->signed_on);
	snprintf(text, sizeof(text), "%s (definition %02X, category %02X, %s)", vds_profiles[vds_profile_of(vds)].name, vds->definition, vds->category,
		vds->category % 2 == 1 ? "of ICAO" : "of the State");
	put(to, "document", text);
}

static void
describe_mrz(const char *mrz, size_t width, vds_put_fact *put, void *to)
{
	char line[MRV_A + 1], name[32];

	snprintf(line, sizeof(line), "%.*s", (int)width, mrz);
	put(to, "MRZ line 1", line);
	snprintf(line, sizeof(line), "%s", mrz + width);
	put(to, "MRZ line 2", line);
	for (size_t i = 0; i < NELEM(mrz_fields); i++) {
		const struct mrz_field *f = &mrz_fields[i];
		size_t from = f->line * width + f->from, n = f->to == 0 ? width - f->from : f->to - f->from;

		if (from >= strlen(mrz))
			break;
		if (f->has_digit)
			n--;
		snprintf(line, sizeof(line), "%.*s", (int)n, mrz + from);
		cut_fillers(line);
		snprintf(name, sizeof(name), "MRZ %s", f->name);
		vds_put_text(put, to, f->is_in_header ? name : f->name, line);
	}
}

static void
describe_stay(struct vds_stay s, vds_put_fact *put, void *to)
{
	unsigned same = s.days == s.months && s.months == s.years ? s.days : 1;
	char text[64];

	if (same == 0)
		snprintf(text, sizeof(text), "until the date in the MRZ");
	else if (same == 0xFF)
		snprintf(text, sizeof(text), "not stated; the date in the MRZ is for entry");
	else if (same == 0xFE)
		snprintf(text, sizeof(text), "transit without entry");
	else
		snprintf(text, sizeof(text), "%u days, %u months, %u years", s.days, s.months, s.years);
	put(to, "duration of stay", text);
}

static void
put_hex(struct bytes value, const char *name, vds_put_fact *put, void *to)
{
	struct buf hex = BUF_INIT;

	buf_hex(&hex, value);
	vds_put_text(put, to, name, buf_cstr(&hex));
	buf_clear(&hex);
}

static void
describe_visa(const struct vds_visa *visa, vds_put_fact *put, void *to)
{
	char text[24] = "unlimited";

	describe_mrz(visa->mrz, visa->is_b ? MRV_B : MRV_A, put, to);
	if (visa->has_entries && visa->entries != VDS_UNLIMITED)
		snprintf(text, sizeof(text), "%u", visa->entries);
	if (visa->has_entries)
		put(to, "number of entries", text);
	describe_stay(visa->stay, put, to);
	put(to, "passport number", visa->passport);
	put_hex(visa->type, "visa type", put, to);
	put_hex(visa->additional, "additional feature", put, to);
}

static bool
profile_has_tag(enum vds_profile profile, uint8_t tag)
{
	switch (profile) {
	case VDS_UNKNOWN:
	case VDS_PROFILES:
		return false;
	case VDS_VISA:
		return tag >= VISA_MRZ_A && tag <= VISA_ADDITIONAL;
	case VDS_EMERGENCY:
		return tag == EMERGENCY_MRZ;
	default:
		return vds_civil_has_tag(profile, tag);
	}
}

/* Octets, and the text they are if they are C40: most features of most profiles. */
static void
describe_unknown(const struct vds *vds, enum vds_profile profile, vds_put_fact *put, void *to)
{
	struct err ignored = ERR_INIT;

	for (unsigned i = 0; i < vds->nfeature; i++) {
		const struct vds_feature *f = &vds->feature[i];
		struct buf text = BUF_INIT, c40 = BUF_INIT;
		char name[24];

		if (profile_has_tag(profile, f->tag))
			continue;
		snprintf(name, sizeof(name), "feature %02X", f->tag);
		buf_hex(&text, f->value);
		if (f->value.n > 0 && c40_decode(f->value, &c40, &ignored) == 0)
			buf_printf(&text, " (in C40 \"%s\")", buf_cstr(&c40));
		put(to, name, text.n > 0 ? buf_cstr(&text) : "no octets");
		buf_clear(&c40);
		buf_clear(&text);
	}
}

int
vds_describe(const struct vds *vds, vds_put_fact *put, void *to, struct err *err)
{
	struct vds_message message;
	struct vds_visa visa;

	describe_header(vds, put, to);
	if (vds_message_check(vds, &message, err) == -1)
		return -1;
	switch (message.profile) {
	case VDS_VISA:
		if (vds_get_visa(vds, &visa, err) == -1)
			return -1;
		describe_visa(&visa, put, to);
		break;
	case VDS_EMERGENCY:
		describe_mrz(message.mrz, message.width, put, to);
		break;
	case VDS_BIRTH:
	case VDS_DEATH:
	case VDS_MARRIAGE:
		vds_describe_civil(vds, put, to);
		break;
	default:
		break;
	}
	describe_unknown(vds, message.profile, put, to);
	return 0;
}
