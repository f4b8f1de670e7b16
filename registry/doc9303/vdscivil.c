#include "registry/doc9303/vdscivil.h"

#include <stdio.h>
#include <unicode/uchar.h>

#include "registry/base/text.h"
#include "registry/doc9303/c40.h"
#include "registry/doc9303/mrz.h"
#include "registry/doc9303/vds-local.h"

/* docs/vds.md has this table for people.  Tags are below 40; 80 added to one means the same field in UTF-8. */
enum { UTF8 = 0x80 };
enum { /* places in a block of a person */
	PERSON_NAME = 0,
	PERSON_BIRTH = 1,
	PERSON_BIRTHPLACE = 2,
	PERSON_NATIONALITY = 3,
	PERSON_NUMBER = 4
};

enum form {
	FORM_TEXT,        /* C40, or UTF-8 */
	FORM_NUMBER,      /* the same; in C40 a space is a hyphen */
	FORM_NAME,        /* C40, UTF-8, or both */
	FORM_DATE,        /* three octets */
	FORM_BIRTH,       /* date, and the sex as a letter or 00 */
	FORM_NATIONALITY, /* C40, three characters */
};
enum { B = 1 << VDS_BIRTH,
	D = 1 << VDS_DEATH,
	M = 1 << VDS_MARRIAGE,
	ALL = B | D | M };

#define AT(member) offsetof(struct vds_civil, member)
/* must: name, date of birth and sex; must_place: the place of birth. */
#define PERSON(base, member, who, must, must_place, may) \
	{ base + PERSON_NAME, FORM_NAME, AT(member.name), must, may, who }, \
		{ base + PERSON_BIRTH, FORM_BIRTH, AT(member), must, may, who ", date of birth" }, \
		{ base + PERSON_BIRTHPLACE, FORM_TEXT, AT(member.birthplace), must_place, may, who ", place of birth" }, \
		{ base + PERSON_NATIONALITY, FORM_NATIONALITY, AT(member.nationality), 0, may, who ", nationality" }, \
	{ \
		base + PERSON_NUMBER, FORM_NUMBER, AT(member.number), 0, may, who ", personal number" \
	}

static const struct field {
	uint8_t tag;
	enum form form;
	size_t offset;
	unsigned must, may; /* bits of profiles */
	const char *name;
} fields[] = {
	{ 0x01, FORM_NUMBER, AT(act_number), ALL, ALL, "act number" },
	{ 0x02, FORM_TEXT, AT(registered_at), ALL, ALL, "place of registration" },
	{ 0x03, FORM_DATE, AT(registered_on), ALL, ALL, "date of registration" },
	{ 0x04, FORM_NUMBER, AT(certificate_number), 0, ALL, "certificate number" },
	PERSON(0x10, subject, "person", ALL, B, ALL),
	PERSON(0x18, spouse, "spouse", M, 0, D | M),
	PERSON(0x20, parent1, "parent 1", 0, 0, ALL),
	PERSON(0x28, parent2, "parent 2", 0, 0, ALL),
	{ 0x30, FORM_DATE, AT(event_on), D | M, D | M, "date of event" },
	{ 0x31, FORM_TEXT, AT(event_place), D | M, D | M, "place of event" },
};

bool
vds_civil_has_tag(enum vds_profile profile, uint8_t tag)
{
	for (size_t i = 0; i < NELEM(fields); i++) {
		bool has_utf8 = fields[i].form <= FORM_NAME;

		if ((fields[i].may & 1u << profile) != 0 && (tag == fields[i].tag || (has_utf8 && tag == (fields[i].tag | UTF8))))
			return true;
	}
	return false;
}

static size_t
room_of(enum form form)
{
	return form == FORM_NUMBER ? VDS_NUMBER_MAX : VDS_TEXT_MAX;
}

/* ---- texts and names as the profile wants them ---- */

/* Whether a text may end before this character: not before what belongs to the one in front of it. */
static bool
may_end_before(uint32_t c)
{
	return (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK) == 0 && c != 0x200C && c != 0x200D;
}

void
vds_text_set(struct bytes text, char out[VDS_TEXT_MAX + 1])
{
	static const char ellipsis[] = "\xE2\x80\xA6"; /* U+2026 */
	size_t end = 0, at = 0, n;
	uint32_t c;

	if (text.n <= VDS_TEXT_MAX) {
		memcpy(out, text.p, text.n);
		out[text.n] = '\0';
		return;
	}
	while (at + (sizeof(ellipsis) - 1) <= VDS_TEXT_MAX && (n = text_next(BYTES(text.p + at, text.n - at), &c)) > 0) {
		if (may_end_before(c))
			end = at;
		at += n;
	}
	memcpy(out, text.p, end);
	memcpy(out + end, ellipsis, sizeof(ellipsis));
}

/* The MRZ form; "" when the name has none. */
static int
set_mrz(struct bytes primary, struct bytes secondary, const char *mrz_primary, const char *mrz_secondary, char mrz[VDS_NAME_MRZ + 1],
	struct err *err)
{
	struct err no_letters = ERR_INIT;
	struct mrz_name name = { 0 };
	size_t n = VDS_NAME_MRZ;
	char field[VDS_NAME_MRZ];

	if (mrz_primary == NULL || mrz_primary[0] == '\0') {
		if (mrz_name_from_unicode(primary, secondary, &translit_recommended, &name, &no_letters) == -1) {
			mrz[0] = '\0';
			return 0;
		}
		mrz_primary = name.primary;
		mrz_secondary = name.secondary;
	}
	if (mrz_name_field(mrz_primary, mrz_secondary, VDS_NAME_MRZ, field, err) == -1)
		return -1;
	while (n > 0 && field[n - 1] == '<')
		n--;
	memcpy(mrz, field, n);
	mrz[n] = '\0';
	return 0;
}

int
vds_name_set(struct bytes primary, struct bytes secondary, const char *mrz_primary, const char *mrz_secondary, struct vds_name *name,
	struct err *err)
{
	struct buf national = BUF_INIT;
	struct vds_name set;
	int rc = -1;

	if (set_mrz(primary, secondary, mrz_primary, mrz_secondary, set.mrz, err) == -1)
		return -1;
	buf_bytes(&national, primary);
	if (primary.n > 0 && secondary.n > 0)
		buf_str(&national, "<<");
	buf_bytes(&national, secondary);
	if (buf_check(&national, err) == 0) {
		vds_text_set(bytes_of(&national), set.national);
		*name = set;
		rc = 0;
	}
	buf_wipe(&national);
	return rc;
}

/* Whether the capital letters of the national form are the MRZ form. */
static bool
mrz_tells_all(const struct vds_name *name)
{
	size_t n = strlen(name->national);

	if (n != strlen(name->mrz))
		return n == 0;
	for (size_t i = 0; i < n; i++) {
		char c = name->national[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if ((c == ' ' ? '<' : c) != name->mrz[i])
			return false;
	}
	return true;
}

static bool
is_present(const struct field *f, const struct vds_civil *civil)
{
	const char *member = (const char *)civil + f->offset;
	const struct vds_person *person = (const struct vds_person *)(const void *)member;
	const struct vds_name *name = (const struct vds_name *)(const void *)member;

	switch (f->form) {
	case FORM_NAME:
		return name->mrz[0] != '\0' || name->national[0] != '\0';
	case FORM_BIRTH:
		return person->birth.precision != DATE_UNKNOWN || person->sex != '\0';
	case FORM_DATE:
		return ((const struct date *)(const void *)member)->precision != DATE_UNKNOWN;
	default:
		return member[0] != '\0';
	}
}

/* ---- writing ---- */

/* NFC without control characters, of at most `max` octets. */
static int
check_text(struct bytes text, size_t max, const char *what, struct err *err)
{
	struct buf clean = BUF_INIT;
	int rc = -1;

	if (text.n > max)
		err_set(err, FAIL_INPUT, "%s: %zu octets, at most %zu", what, text.n, max);
	else if (text_clean(text, &clean, err) == -1)
		err_prefix(err, "%s", what);
	else if (clean.n == 0)
		err_set(err, FAIL_INPUT, "%s: is empty", what);
	else
		rc = 0;
	buf_wipe(&clean);
	return rc;
}

static int
write_utf8(struct vds_writer *w, const struct field *f, const char *text, struct err *err)
{
	if (check_text(bytes_str(text), room_of(f->form), f->name, err) == -1)
		return -1;
	vds_write(w, f->tag | UTF8, bytes_str(text));
	return 0;
}

/* C40 where that loses nothing; `space` is the character that C40's space stands for. */
static int
write_text(struct vds_writer *w, const struct field *f, const char *text, char space, struct err *err)
{
	char c40[VDS_TEXT_MAX + 1];
	size_t n = strlen(text);

	for (size_t i = 0; i <= n; i++) {
		bool stands = (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '0' && text[i] <= '9');

		if (text[i] != '\0' && !stands && text[i] != space)
			return write_utf8(w, f, text, err);
		c40[i] = text[i];
		if (text[i] == space)
			c40[i] = ' ';
	}
	if (n > room_of(f->form))
		return err_set(err, FAIL_INPUT, "%s: %zu characters, at most %zu", f->name, n, room_of(f->form));
	return vds_write_c40(w, f->tag, BYTES(c40, n), err);
}

/*
 * What is left out, in this order, when the message would be longer than VDS_CIVIL_MESSAGE_MAX: an official abroad can do without it.
 * A national form only where the name has an MRZ form.
 */
static const uint8_t expendable[] = { 0x24, 0x2C, 0x22, 0x2A, 0x1C, 0x14, 0x1A, 0x12, 0x28 | UTF8, 0x20 | UTF8, 0x18 | UTF8 };

static bool
is_left_out(size_t nleft, uint8_t tag)
{
	return memchr(expendable, tag, nleft) != NULL;
}

static int
write_name(struct vds_writer *w, const struct field *f, const struct vds_name *name, size_t nleft, struct err *err)
{
	size_t n = strlen(name->mrz);

	if (n > 0) {
		if (!mrz_is_alphabet(bytes_str(name->mrz)) || name->mrz[0] == '<' || name->mrz[n - 1] == '<' || strpbrk(name->mrz, "0123456789") != NULL)
			return err_set(err, FAIL_INPUT, "%s: its MRZ form is not letters with fillers between them", f->name);
		if (vds_write_c40(w, f->tag, bytes_str(name->mrz), err) == -1)
			return -1;
	}
	if (mrz_tells_all(name) || (n > 0 && is_left_out(nleft, f->tag | UTF8)))
		return 0;
	return write_utf8(w, f, name->national, err);
}

static int
write_birth(struct vds_writer *w, const struct field *f, const struct vds_person *person, struct err *err)
{
	if (person->sex != '\0' && strchr("FMX", person->sex) == NULL)
		return err_set(err, FAIL_INPUT, "%s: the sex is none of F, M and X", f->name);
	vds_write_open(w, f->tag);
	if (vds_date_put(person->birth, w->values, err) == -1)
		return err_prefix(err, "%s", f->name);
	buf_u8(w->values, (uint8_t)person->sex);
	return 0;
}

static int
write_nationality(struct vds_writer *w, const struct field *f, const char *code, struct err *err)
{
	char text[4];

	if (strlen(code) > 3 || !mrz_is_alphabet(bytes_str(code)))
		return err_set(err, FAIL_INPUT, "%s: no code of one to three letters (Doc 9303-3 section 5)", f->name);
	snprintf(text, sizeof(text), "%-3s", code);
	return vds_write_c40(w, f->tag, bytes_str(text), err);
}

static int
write_field(struct vds_writer *w, const struct field *f, const struct vds_civil *civil, size_t nleft, struct err *err)
{
	const void *member = (const char *)civil + f->offset;

	switch (f->form) {
	case FORM_NAME:
		return write_name(w, f, member, nleft, err);
	case FORM_BIRTH:
		return write_birth(w, f, member, err);
	case FORM_DATE:
		vds_write_open(w, f->tag);
		return vds_date_put(*(const struct date *)member, w->values, err) == -1 ? err_prefix(err, "%s", f->name) : 0;
	case FORM_NATIONALITY:
		return write_nationality(w, f, member, err);
	case FORM_NUMBER:
		return write_text(w, f, member, '-', err);
	default:
		return write_text(w, f, member, ' ', err);
	}
}

/* All fields but the first `nleft` expendable ones. */
static int
write_message(const struct vds_civil *civil, size_t nleft, struct vds *vds, struct buf *values, struct err *err)
{
	unsigned kind = 1u << civil->kind;
	struct vds_writer w;

	vds_write_begin(&w, vds, civil->kind, values);
	for (size_t i = 0; i < NELEM(fields); i++) {
		const struct field *f = &fields[i];

		if (!is_present(f, civil)) {
			if ((f->must & kind) != 0)
				return err_set(err, FAIL_INPUT, "%s: is absent, a %s needs it", f->name, vds_profiles[civil->kind].name);
			continue;
		}
		if ((f->may & kind) == 0)
			return err_set(err, FAIL_INPUT, "%s: a %s does not have it", f->name, vds_profiles[civil->kind].name);
		if ((f->must & kind) == 0 && is_left_out(nleft, f->tag))
			continue;
		if (write_field(&w, f, civil, nleft, err) == -1)
			return -1;
	}
	return vds_write_end(&w, err);
}

static size_t
message_octets(const struct vds *vds)
{
	size_t n = 0;

	for (unsigned i = 0; i < vds->nfeature; i++)
		n += vds->feature[i].value.n + (vds->feature[i].value.n > 0x7F ? 3 : 2);
	return n;
}

int
vds_put_civil(const struct vds_civil *civil, struct vds *vds, struct buf *values, struct err *err)
{
	if ((1u << civil->kind & ALL) == 0)
		return err_set(err, FAIL_INPUT, "certificate: neither of a birth, a death nor a marriage");
	vds->version = 4;
	for (size_t nleft = 0; nleft <= NELEM(expendable); nleft++) {
		buf_cut(values, 0);
		if (write_message(civil, nleft, vds, values, err) == -1)
			return -1;
		if (message_octets(vds) <= VDS_CIVIL_MESSAGE_MAX)
			return 0;
	}
	return err_set(err, FAIL_TOO_LARGE, "certificate: the message has more than %d octets, even without what can be left out", VDS_CIVIL_MESSAGE_MAX);
}

/* ---- reading ---- */

/* As vds_take, into `text` of room_of(form) + 1 octets. */
static int
take_utf8(const struct vds *vds, const struct field *f, char *text, struct err *err)
{
	struct bytes value;
	int rc = vds_take(vds, f->tag | UTF8, &value, f->name, err);

	if (rc != 1)
		return rc;
	if (check_text(value, room_of(f->form), f->name, err) == -1)
		return -1;
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	return 1;
}

static int
take_text(const struct vds *vds, const struct field *f, char *text, char space, struct err *err)
{
	int rc = vds_take_c40(vds, f->tag, text, room_of(f->form) + 1, f->name, err);

	if (rc == -1)
		return -1;
	if (rc == 1 && vds_find(vds, f->tag | UTF8) != NULL)
		return err_set(err, FAIL_INPUT, "%s: stands twice, in C40 and in UTF-8", f->name);
	if (rc == 1 && text[0] == '\0')
		return err_set(err, FAIL_INPUT, "%s: is empty", f->name);
	for (char *p = text; rc == 1 && *p != '\0'; p++)
		if (*p == ' ')
			*p = space;
	return rc == 1 ? 1 : take_utf8(vds, f, text, err);
}

static int
take_name(const struct vds *vds, const struct field *f, struct vds_name *name, struct err *err)
{
	int has_mrz = vds_take_c40(vds, f->tag, name->mrz, sizeof(name->mrz), f->name, err);

	if (has_mrz == -1)
		return -1;
	for (char *p = name->mrz; *p != '\0'; p++)
		if (*p == ' ')
			*p = '<';
	if (has_mrz == 1 && (name->mrz[0] < 'A' || name->mrz[0] > 'Z' || name->mrz[strlen(name->mrz) - 1] == '<' || strpbrk(name->mrz, "0123456789") != NULL))
		return err_set(err, FAIL_INPUT, "%s: its MRZ form is not letters with fillers between them", f->name);
	return take_utf8(vds, f, name->national, err) == -1 ? -1 : 0;
}

static int
take_birth(const struct vds *vds, const struct field *f, struct vds_person *person, struct err *err)
{
	struct bytes value;
	int rc = vds_take(vds, f->tag, &value, f->name, err);

	if (rc != 1)
		return rc;
	if (value.n != VDS_DATE_OCTETS + 1)
		return err_set(err, FAIL_INPUT, "%s: %zu octets instead of 4", f->name, value.n);
	if (vds_date_get(BYTES(value.p, VDS_DATE_OCTETS), &person->birth, err) == -1)
		return err_prefix(err, "%s", f->name);
	person->sex = (char)value.p[VDS_DATE_OCTETS];
	if (person->sex != '\0' && strchr("FMX", person->sex) == NULL)
		return err_set(err, FAIL_INPUT, "%s: the sex is none of F, M, X and 00", f->name);
	return 0;
}

static int
take_nationality(const struct vds *vds, const struct field *f, char code[4], struct err *err)
{
	int rc = vds_take_c40(vds, f->tag, code, 4, f->name, err);
	size_t n;

	if (rc != 1)
		return rc;
	n = strcspn(code, " ");
	if (strlen(code) != 3 || n == 0 || strspn(code + n, " ") != 3 - n)
		return err_set(err, FAIL_INPUT, "%s: no code of one to three letters (Doc 9303-3 section 5)", f->name);
	code[n] = '\0';
	return 0;
}

static int
take_date(const struct vds *vds, const struct field *f, struct date *date, struct err *err)
{
	struct bytes value;
	int rc = vds_take(vds, f->tag, &value, f->name, err);

	if (rc != 1)
		return rc;
	return vds_date_get(value, date, err) == -1 ? err_prefix(err, "%s", f->name) : 0;
}

static int
take_field(const struct vds *vds, const struct field *f, struct vds_civil *civil, struct err *err)
{
	void *member = (char *)civil + f->offset;

	switch (f->form) {
	case FORM_NAME:
		return take_name(vds, f, member, err);
	case FORM_BIRTH:
		return take_birth(vds, f, member, err);
	case FORM_DATE:
		return take_date(vds, f, member, err);
	case FORM_NATIONALITY:
		return take_nationality(vds, f, member, err);
	case FORM_NUMBER:
		return take_text(vds, f, member, '-', err);
	default:
		return take_text(vds, f, member, ' ', err);
	}
}

int
vds_get_civil(const struct vds *vds, struct vds_civil *civil, struct err *err)
{
	struct vds_civil c = { .kind = vds_profile_of(vds) };
	unsigned kind = 1u << c.kind;

	if ((kind & ALL) == 0)
		return err_set(err, FAIL_INPUT, "seal: definition %02X, category %02X is no civil certificate", vds->definition, vds->category);
	for (size_t i = 0; i < NELEM(fields); i++) {
		const struct field *f = &fields[i];

		if ((f->may & kind) == 0)
			continue;
		if (take_field(vds, f, &c, err) == -1)
			return -1;
		if ((f->must & kind) != 0 && !is_present(f, &c))
			return err_set(err, FAIL_INPUT, "%s: is absent, a %s needs it", f->name, vds_profiles[c.kind].name);
	}
	for (unsigned i = 0; i < vds->nfeature; i++)
		if (!vds_civil_has_tag(c.kind, vds->feature[i].tag))
			c.unknown++;
	*civil = c;
	return 0;
}

/* ---- for a person's eyes ---- */

static void
describe_field(const struct field *f, const struct vds_civil *civil, vds_put_fact *put, void *to)
{
	const void *member = (const char *)civil + f->offset;
	const struct vds_person *person = member;
	const struct vds_name *name = member;
	char sex[2] = { 0 }, label[64];

	switch (f->form) {
	case FORM_NAME:
		vds_put_text(put, to, f->name, name->national);
		snprintf(label, sizeof(label), "%s, in the MRZ's letters", f->name);
		vds_put_text(put, to, name->national[0] != '\0' ? label : f->name, name->mrz);
		break;
	case FORM_BIRTH:
		vds_put_date(put, to, f->name, person->birth);
		sex[0] = person->sex;
		snprintf(label, sizeof(label), "%.*s, sex", (int)strcspn(f->name, ","), f->name);
		vds_put_text(put, to, label, sex);
		break;
	case FORM_DATE:
		vds_put_date(put, to, f->name, *(const struct date *)member);
		break;
	default:
		vds_put_text(put, to, f->name, member);
		break;
	}
}

void
vds_describe_civil(const struct vds *vds, vds_put_fact *put, void *to)
{
	struct err ignored = ERR_INIT;
	struct vds_civil civil;

	if (vds_get_civil(vds, &civil, &ignored) == -1)
		return;
	for (size_t i = 0; i < NELEM(fields); i++)
		if ((fields[i].may & 1u << civil.kind) != 0)
			describe_field(&fields[i], &civil, put, to);
}
