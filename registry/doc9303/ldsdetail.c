/*
 * ldsdetail.c - DG11 and DG12, additional details of the person and of the document.  Doc 9303-10 4.7.11 and 4.7.12.
 *
 * Both are a tag list and then the objects it lists, so both are read and written by one table of members.
 */
#include <stddef.h>
#include <stdio.h>

#include "registry/base/text.h"
#include "registry/doc9303/lds-local.h"

enum kind {
	TEXT,   /* struct bytes, UTF-8 */
	OCTETS, /* struct bytes, an image */
	DAY,    /* struct date, a whole day */
	BIRTH,  /* struct date, with unknown parts */
	MOMENT, /* struct bytes, 14 digits */
	SEVERAL /* struct bytes[LDS_MAX_OTHER] and an unsigned before: A0 { 02 n, tag ... } */
};

struct member {
	uint32_t tag;
	enum kind kind;
	size_t offset;
	size_t count; /* SEVERAL: offset of the number */
	const char *name;
};

#define DG11(field) offsetof(struct lds_dg11, field)
static const struct member dg11_members[] = {
	{ 0x5F0E, TEXT, DG11(full_name), 0, "DG11, full name" },
	{ 0x5F0F, SEVERAL, DG11(other_name), DG11(n_other_names), "DG11, other names" },
	{ 0x5F10, TEXT, DG11(personal_number), 0, "DG11, personal number" },
	{ 0x5F2B, BIRTH, DG11(birth), 0, "DG11, date of birth" },
	{ 0x5F11, TEXT, DG11(place_of_birth), 0, "DG11, place of birth" },
	{ 0x5F42, TEXT, DG11(address), 0, "DG11, address" },
	{ 0x5F12, TEXT, DG11(telephone), 0, "DG11, telephone" },
	{ 0x5F13, TEXT, DG11(profession), 0, "DG11, profession" },
	{ 0x5F14, TEXT, DG11(title), 0, "DG11, title" },
	{ 0x5F15, TEXT, DG11(personal_summary), 0, "DG11, personal summary" },
	{ 0x5F16, OCTETS, DG11(citizenship_image), 0, "DG11, proof of citizenship" },
	{ 0x5F17, TEXT, DG11(other_documents), 0, "DG11, other travel documents" },
	{ 0x5F18, TEXT, DG11(custody), 0, "DG11, custody information" }
};
#define DG12(field) offsetof(struct lds_dg12, field)
static const struct member dg12_members[] = {
	{ 0x5F19, TEXT, DG12(authority), 0, "DG12, issuing authority" },
	{ 0x5F26, DAY, DG12(issued_on), 0, "DG12, date of issue" },
	{ 0x5F1A, SEVERAL, DG12(other_person), DG12(n_other_persons), "DG12, other persons" },
	{ 0x5F1B, TEXT, DG12(endorsements), 0, "DG12, endorsements" },
	{ 0x5F1C, TEXT, DG12(tax_exit), 0, "DG12, tax or exit requirements" },
	{ 0x5F1D, OCTETS, DG12(front_image), 0, "DG12, image of the front" },
	{ 0x5F1E, OCTETS, DG12(rear_image), 0, "DG12, image of the rear" },
	{ 0x5F55, MOMENT, DG12(personalised_at), 0, "DG12, time of personalisation" },
	{ 0x5F56, TEXT, DG12(system_serial), 0, "DG12, serial number of the system" }
};

/* A data group of this sort. */
struct group {
	uint8_t tag;
	const char *name;
	const struct member *members;
	size_t n;
};
static const struct group dg11_group = { 0x6B, "DG11", dg11_members, NELEM(dg11_members) };
static const struct group dg12_group = { 0x6C, "DG12", dg12_members, NELEM(dg12_members) };

enum { TAG_SEVERAL = 0xA0,
	TAG_LIST = 0x5C };

static bool
is_present(const struct member *m, const void *dg)
{
	const char *p = (const char *)dg + m->offset;

	switch (m->kind) {
	case DAY:
	case BIRTH: return ((const struct date *)(const void *)p)->precision != DATE_UNKNOWN;
	case SEVERAL: return *(const unsigned *)(const void *)((const char *)dg + m->count) > 0;
	default: return ((const struct bytes *)(const void *)p)->n > 0;
	}
}

static bool
all_digits(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] < '0' || b.p[i] > '9')
			return false;
	return true;
}

/* ---- writing ---- */

int
lds_put_text(struct der_out *o, uint32_t tag, struct bytes text, const char *what, struct err *err)
{
	if (!text_is_utf8(text))
		return err_set(err, FAIL_INPUT, "%s: is not UTF-8 (Doc 9303-10 4.7)", what);
	der_put(o, tag, text);
	return 0;
}

int
lds_put_date(struct der_out *o, uint32_t tag, struct date d, const char *what, struct err *err)
{
	char text[24];

	if (d.precision == DATE_UNKNOWN || !date_valid(d))
		return err_set(err, FAIL_INPUT, "%s: is not a day of the calendar (Doc 9303-10 4.7)", what);
	snprintf(text, sizeof(text), "%04u%02u%02u", (unsigned)d.year, (unsigned)d.month, (unsigned)d.day);
	der_str(o, tag, text);
	return 0;
}

static int
put_text(struct der_out *o, const struct member *m, struct bytes text, struct err *err)
{
	return lds_put_text(o, m->tag, text, m->name, err);
}

static int
put_date(struct der_out *o, const struct member *m, struct date d, struct err *err)
{
	if (m->kind == DAY && d.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "%s: is not a day of the calendar (Doc 9303-10 4.7)", m->name);
	return lds_put_date(o, m->tag, d, m->name, err);
}

static int
put_several(struct der_out *o, const struct member *m, const struct bytes *texts, unsigned n, struct err *err)
{
	if (n > LDS_MAX_OTHER)
		return err_set(err, FAIL_INPUT, "%s: %u, wanted at most %d", m->name, n, LDS_MAX_OTHER);
	der_open(o, TAG_SEVERAL);
	der_uint(o, n);
	for (unsigned i = 0; i < n; i++)
		if (texts[i].n == 0)
			return err_set(err, FAIL_INPUT, "%s: number %u is empty", m->name, i + 1);
		else if (put_text(o, m, texts[i], err) == -1)
			return -1;
	der_close(o);
	return 0;
}

static int
put_member(struct der_out *o, const struct member *m, const void *dg, struct err *err)
{
	const void *p = (const char *)dg + m->offset;

	switch (m->kind) {
	case TEXT: return put_text(o, m, *(const struct bytes *)p, err);
	case OCTETS: der_put(o, m->tag, *(const struct bytes *)p); return 0;
	case DAY:
	case BIRTH: return put_date(o, m, *(const struct date *)p, err);
	case SEVERAL:
		return put_several(o, m, p, *(const unsigned *)(const void *)((const char *)dg + m->count), err);
	case MOMENT: break;
	}
	if (((const struct bytes *)p)->n != 14 || !all_digits(*(const struct bytes *)p))
		return err_set(err, FAIL_INPUT, "%s: is not YYYYMMDDhhmmss (Doc 9303-10 4.7.12)", m->name);
	der_put(o, m->tag, *(const struct bytes *)p);
	return 0;
}

static int
group_write(const struct group *g, const void *dg, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct buf list = BUF_INIT;
	int rc = -1;

	for (size_t i = 0; i < g->n; i++)
		if (is_present(&g->members[i], dg))
			buf_be(&list, g->members[i].tag, 2);
	if (list.n == 0) {
		err_set(err, FAIL_INPUT, "%s: nothing in it", g->name);
		goto out;
	}
	der_open(&o, g->tag);
	der_put(&o, TAG_LIST, bytes_of(&list));
	for (size_t i = 0; i < g->n; i++)
		if (is_present(&g->members[i], dg) && put_member(&o, &g->members[i], dg, err) == -1)
			goto out;
	der_close(&o);
	if (buf_check(&list, err) == -1)
		goto out;
	rc = lds_close(&o, out, g->name, err);
out:
	der_out_clear(&o);
	buf_clear(&list);
	return rc;
}

/* ---- reading ---- */

static const struct member *
member_of_tag(const struct group *g, uint32_t tag)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->members[i].tag == tag || (tag == TAG_SEVERAL && g->members[i].kind == SEVERAL))
			return &g->members[i];
	return NULL;
}

/* The members that the tag list names, one bit each.  Other names are listed by their own tag or by A0, or by both. */
static int
read_list(const struct group *g, struct bytes list, unsigned *named, struct err *err)
{
	for (size_t i = 0; i < list.n;) {
		uint32_t tag = list.p[i++];
		const struct member *m;

		if ((tag & 0x1F) == 0x1F && i < list.n)
			tag = tag << 8 | list.p[i++];
		m = member_of_tag(g, tag);
		if (m == NULL)
			return err_set(err, FAIL_INPUT, "%s, tag list: %X is of no member (Doc 9303-10 4.7)", g->name, (unsigned)tag);
		if ((*named & 1u << (m - g->members)) != 0 && m->kind != SEVERAL)
			return err_set(err, FAIL_INPUT, "%s, tag list: %X is there twice", g->name, (unsigned)tag);
		*named |= 1u << (m - g->members);
	}
	return 0;
}

int
lds_get_text(struct bytes value, struct bytes *out, const char *what, struct err *err)
{
	if (value.n == 0 || !text_is_utf8(value))
		return err_set(err, FAIL_INPUT, "%s: is empty or not UTF-8 (Doc 9303-10 4.7)", what);
	*out = value;
	return 0;
}

int
lds_get_date(struct bytes value, struct date *out, const char *what, struct err *err)
{
	struct date d = DATE_INIT;
	char text[8];
	unsigned year, month, day;

	if (value.n != 8 && value.n != 4)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, wanted YYYYMMDD (Doc 9303-10 4.7)", what, value.n);
	for (size_t i = 0; i < 8; i++) {
		if (value.n == 8)
			text[i] = (char)value.p[i];
		else
			text[i] = (char)('0' + (i % 2 == 0 ? value.p[i / 2] >> 4 : value.p[i / 2] & 15));
	}
	if (!all_digits(BYTES(text, 8)))
		return err_set(err, FAIL_INPUT, "%s: is not YYYYMMDD (Doc 9303-10 4.7)", what);
	year = (unsigned)((text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0'));
	month = (unsigned)((text[4] - '0') * 10 + (text[5] - '0'));
	day = (unsigned)((text[6] - '0') * 10 + (text[7] - '0'));
	d.precision = year == 0 ? DATE_UNKNOWN : month == 0 ? DATE_YEAR
		: day == 0                                  ? DATE_MONTH
							    : DATE_DAY;
	d.year = (uint16_t)year;
	d.month = (uint8_t)month;
	d.day = (uint8_t)day;
	if (d.precision == DATE_UNKNOWN || !date_valid(d))
		return err_set(err, FAIL_INPUT, "%s: is not a day of the calendar (Doc 9303-10 4.7)", what);
	*out = d;
	return 0;
}

static int
get_text(const struct member *m, struct bytes value, struct bytes *out, struct err *err)
{
	return lds_get_text(value, out, m->name, err);
}

static int
get_date(const struct member *m, struct bytes value, struct date *out, struct err *err)
{
	struct date d;

	if (lds_get_date(value, &d, m->name, err) == -1)
		return -1;
	if (m->kind == DAY && d.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "%s: is not a day of the calendar (Doc 9303-10 4.7)", m->name);
	*out = d;
	return 0;
}

static int
get_several(const struct member *m, struct bytes value, struct bytes *texts, unsigned *count, struct err *err)
{
	struct der d = der_reader(value);
	struct bytes text;
	uint64_t n;

	if (der_get_uint(&d, &n, m->name, err) == -1)
		return -1;
	if (n < 1 || n > LDS_MAX_OTHER)
		return err_set(err, FAIL_INPUT, "%s: %llu, wanted 1 to %d", m->name, (unsigned long long)n, LDS_MAX_OTHER);
	for (uint64_t i = 0; i < n; i++)
		if (der_get(&d, m->tag, &text, m->name, err) == -1 || get_text(m, text, &texts[i], err) == -1)
			return -1;
	*count = (unsigned)n;
	return der_end(&d, m->name, err);
}

static int
get_member(const struct member *m, struct bytes value, void *dg, struct err *err)
{
	void *p = (char *)dg + m->offset;

	switch (m->kind) {
	case TEXT: return get_text(m, value, p, err);
	case DAY:
	case BIRTH: return get_date(m, value, p, err);
	case SEVERAL: return get_several(m, value, p, (unsigned *)(void *)((char *)dg + m->count), err);
	case OCTETS:
		if (value.n == 0)
			return err_set(err, FAIL_INPUT, "%s: is empty", m->name);
		break;
	case MOMENT:
		if (value.n != 7 && (value.n != 14 || !all_digits(value)))
			return err_set(err, FAIL_INPUT, "%s: is not YYYYMMDDhhmmss (Doc 9303-10 4.7.12)", m->name);
		break;
	}
	*(struct bytes *)p = value;
	return 0;
}

/* Fills *dg, which the caller zeroed. */
static int
group_read(const struct group *g, struct bytes file, void *dg, struct err *err)
{
	struct der d;
	unsigned named = 0, found = 0;
	struct bytes list;
	struct tlv tlv;

	if (lds_open(file, g->tag, &d, g->name, err) == -1 || der_get(&d, TAG_LIST, &list, g->name, err) == -1 || read_list(g, list, &named, err) == -1)
		return -1;
	while (der_more(&d)) {
		const struct member *m;

		if (der_next(&d, &tlv, g->name, err) == -1)
			return -1;
		m = member_of_tag(g, tlv.tag);
		if (m == NULL || (m->kind == SEVERAL) != (tlv.tag == TAG_SEVERAL) || (found & 1u << (m - g->members)) != 0)
			return err_set(err, FAIL_INPUT, "%s: tag %X is of no member or there twice (Doc 9303-10 4.7)", g->name,
				(unsigned)tlv.tag);
		found |= 1u << (m - g->members);
		if (get_member(m, tlv.value, dg, err) == -1)
			return -1;
	}
	if (found != named || found == 0)
		return err_set(err, FAIL_INPUT, "%s: the tag list does not say what is in it (Doc 9303-10 4.7)", g->name);
	return 0;
}

int
lds_dg11_write(const struct lds_dg11 *dg, struct buf *out, struct err *err)
{
	return group_write(&dg11_group, dg, out, err);
}

int
lds_dg11_read(struct bytes file, struct lds_dg11 *dg, struct err *err)
{
	struct lds_dg11 read = { .n_other_names = 0 };

	if (group_read(&dg11_group, file, &read, err) == -1)
		return -1;
	*dg = read;
	return 0;
}

int
lds_dg12_write(const struct lds_dg12 *dg, struct buf *out, struct err *err)
{
	return group_write(&dg12_group, dg, out, err);
}

int
lds_dg12_read(struct bytes file, struct lds_dg12 *dg, struct err *err)
{
	struct lds_dg12 read = { .n_other_persons = 0 };

	if (group_read(&dg12_group, file, &read, err) == -1)
		return -1;
	*dg = read;
	return 0;
}
