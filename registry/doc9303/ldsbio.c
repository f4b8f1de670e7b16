/* ldsbio.c - the biometric templates of DG2, DG3 and DG4.  Doc 9303-10 4.7.2 to 4.7.4; ISO/IEC 7816-11. */
#include "registry/doc9303/lds-local.h"

/* What differs between the three. */
static const struct modality {
	unsigned dg;
	uint8_t block; /* tag of an ISO/IEC 39794 block */
	uint8_t type;
	uint16_t format, format_39794;
	bool may_be_none;
	const char *file, *count, *template, *header, *data;
} modalities[] = {
	{ 2, 0x65, LDS_TYPE_FACE, LDS_FORMAT_FACE, LDS_FORMAT_FACE_39794, false, "DG2", "DG2, number of templates", "DG2, biometric template",
		"DG2, biometric header", "DG2, biometric data" },
	{ 3, 0x64, LDS_TYPE_FINGER, LDS_FORMAT_FINGER, LDS_FORMAT_FINGER_39794, true, "DG3", "DG3, number of templates", "DG3, biometric template",
		"DG3, biometric header", "DG3, biometric data" },
	{ 4, 0x66, LDS_TYPE_IRIS, LDS_FORMAT_IRIS, LDS_FORMAT_IRIS_39794, true, "DG4", "DG4, number of templates", "DG4, biometric template",
		"DG4, biometric header", "DG4, biometric data" }
};

static const struct modality *
modality_of(unsigned dg, struct err *err)
{
	for (size_t i = 0; i < NELEM(modalities); i++)
		if (modalities[i].dg == dg)
			return &modalities[i];
	err_set(err, FAIL_INTERNAL, "DG%u has no biometric templates", dg);
	return NULL;
}

/* Tags of the header that we know: least and most octets of each. */
static const struct header_item {
	uint8_t tag, min, max;
} header_items[] = {
	{ 0x80, 2, 2 },
	{ 0x81, 1, 3 },
	{ 0x82, 1, 1 },
	{ 0x83, 7, 7 },
	{ 0x85, 8, 8 },
	{ 0x86, 1, 4 },
	{ 0x87, 2, 2 },
	{ 0x88, 2, 2 }
};

/* ---- writing ---- */

/* Tags, lengths and headers as they are made: short, so they need no memory of their own. */
struct header {
	uint8_t p[96];
	size_t n;
};

/* Tag and length of an object of n octets. */
static void
put_tag(struct header *h, uint32_t tag, size_t n)
{
	if (tag > 0xFF)
		h->p[h->n++] = (uint8_t)(tag >> 8);
	h->p[h->n++] = (uint8_t)tag;
	if (n >= 0x80)
		h->p[h->n++] = n < 0x100 ? 0x81 : n < 0x10000 ? 0x82
							      : 0x83;
	if (n >= 0x10000)
		h->p[h->n++] = (uint8_t)(n >> 16);
	if (n >= 0x100)
		h->p[h->n++] = (uint8_t)(n >> 8);
	h->p[h->n++] = (uint8_t)n;
}

static void
put_octets(struct header *h, uint8_t tag, const void *value, size_t n)
{
	h->p[h->n++] = tag;
	h->p[h->n++] = (uint8_t)n;
	memcpy(h->p + h->n, value, n);
	h->n += n;
}

static void
put_number(struct header *h, uint8_t tag, uint32_t value, size_t octets)
{
	uint8_t be[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

	put_octets(h, tag, be + 4 - octets, octets);
}

/* One that may be absent, within the limits of header_items. */
static int
put_optional(struct header *h, const struct modality *m, uint8_t tag, struct bytes value, struct err *err)
{
	if (value.n == 0)
		return 0;
	for (size_t i = 0; i < NELEM(header_items); i++)
		if (header_items[i].tag == tag && (value.n < header_items[i].min || value.n > header_items[i].max))
			return err_set(err, FAIL_INPUT, "%s: tag %02X of %zu octets (Doc 9303-10 4.7.2)", m->header, tag, value.n);
	put_octets(h, tag, value.p, value.n);
	return 0;
}

static int
put_header(struct header *h, const struct modality *m, const struct lds_template *t, struct err *err)
{
	h->n = 2; /* A1 and the length, once it is known */
	if (t->type > 0xFFFFFF)
		return err_set(err, FAIL_INPUT, "%s: type of more than 3 octets (Doc 9303-10 4.7.2)", m->header);
	if (t->header_version != 0)
		put_number(h, 0x80, t->header_version, 2);
	if (t->type != 0)
		put_number(h, 0x81, t->type, t->type > 0xFFFF ? 3 : t->type > 0xFF ? 2
										   : 1);
	if (t->has_subtype)
		put_number(h, 0x82, t->subtype, 1);
	if (put_optional(h, m, 0x83, t->created, err) == -1 || put_optional(h, m, 0x85, t->validity, err) == -1 ||
		put_optional(h, m, 0x86, t->creator, err) == -1)
		return -1;
	put_number(h, 0x87, t->owner, 2);
	put_number(h, 0x88, t->format, 2);
	h->p[0] = 0xA1;
	h->p[1] = (uint8_t)(h->n - 2);
	return 0;
}

/* Octets of an object: tag, length and contents. */
static size_t
object_length(uint32_t tag, size_t n)
{
	size_t length = n < 0x80 ? 1 : n < 0x100 ? 2
		: n < 0x10000                    ? 3
						 : 4;

	return (tag > 0xFF ? 2 : 1) + length + n;
}

/* A template's header, encoded, and how long the template becomes. */
struct piece {
	struct header header;
	size_t data, contents; /* octets of the data; of 7F60's contents */
};

static int
measure(const struct modality *m, const struct lds_template *t, size_t tail, struct piece *piece, struct err *err)
{
	piece->data = t->data.n + tail;
	if (t->data.n == 0 || piece->data > LDS_MAX_FILE - 64)
		return err_set(err, FAIL_INPUT, "%s: %zu octets", m->data, piece->data);
	if (put_header(&piece->header, m, t, err) == -1)
		return -1;
	piece->contents = piece->header.n + object_length(0x5F2E, piece->data);
	return 0;
}

/* Lengths are known before anything is written, so the image moves once.  The parts of `tail` go on behind the data of the last template. */
static int
write_group(const struct modality *m, const struct lds_template *t, size_t n, struct bytes random, const struct bytes *tail, size_t ntail,
	struct buf *out, struct err *err)
{
	struct piece piece[LDS_MAX_TEMPLATES];
	struct header h; /* its octets are written before they are read */
	struct buf b = BUF_INIT;
	size_t group = 3, total, more = 0; /* 02 01 n */

	for (size_t i = 0; i < ntail; i++)
		more += tail[i].n;
	for (size_t i = 0; i < n; i++) {
		if (measure(m, &t[i], i + 1 == n ? more : 0, &piece[i], err) == -1)
			return -1;
		group += object_length(0x7F60, piece[i].contents);
	}
	if (n == 0)
		group += object_length(0x53, random.n);
	total = object_length(lds_dg_tag(m->dg), object_length(0x7F61, group));
	if (total > LDS_MAX_FILE)
		return err_set(err, FAIL_TOO_LARGE, "%s: %zu octets, wanted at most %d", m->file, total, LDS_MAX_FILE);
	buf_room(&b, total);
	h.n = 0;
	put_tag(&h, lds_dg_tag(m->dg), object_length(0x7F61, group));
	put_tag(&h, 0x7F61, group);
	put_number(&h, DER_INTEGER, (uint32_t)n, 1);
	if (n == 0) {
		put_tag(&h, 0x53, random.n);
		buf_add(&b, h.p, h.n);
		buf_bytes(&b, random);
	}
	for (size_t i = 0; i < n; i++, h.n = 0) {
		put_tag(&h, 0x7F60, piece[i].contents);
		memcpy(h.p + h.n, piece[i].header.p, piece[i].header.n);
		h.n += piece[i].header.n;
		put_tag(&h, t[i].is_constructed ? 0x7F2E : 0x5F2E, piece[i].data);
		buf_add(&b, h.p, h.n);
		buf_bytes(&b, t[i].data);
	}
	for (size_t i = 0; i < ntail; i++)
		buf_bytes(&b, tail[i]);
	if (buf_check(&b, err) == -1) {
		buf_wipe(&b);
		return -1;
	}
	buf_move(out, &b);
	return 0;
}

int
lds_biometric_write(unsigned dg, const struct lds_templates *templates, struct buf *out, struct err *err)
{
	const struct modality *m = modality_of(dg, err);

	if (m == NULL)
		return -1;
	if (templates->n > LDS_MAX_TEMPLATES || (templates->n == 0 && (!m->may_be_none || templates->random.n < LDS_RANDOM_MIN)))
		return err_set(err, FAIL_INPUT, "%s: %u templates, random value of %zu octets (Doc 9303-10 4.7.3)", m->file, templates->n, templates->random.n);
	return write_group(m, templates->template, templates->n, templates->random, NULL, 0, out, err);
}

int
lds_dg2_write_parts(const struct bytes *part, size_t n, struct buf *out, struct err *err)
{
	const struct lds_template t = { .header_version = 0x0101,
		.type = LDS_TYPE_FACE,
		.has_subtype = true,
		.owner = LDS_OWNER_SC37,
		.format = LDS_FORMAT_FACE,
		.data = part[0] };

	return write_group(&modalities[0], &t, 1, BYTES_NONE, part + 1, n - 1, out, err);
}

int
lds_dg2_write(struct bytes face_record, struct buf *out, struct err *err)
{
	return lds_dg2_write_parts(&face_record, 1, out, err);
}

int
lds_dg2_write_39794(struct bytes face_block, struct buf *out, struct err *err)
{
	struct lds_templates t = { .n = 1,
		.template = { { .header_version = 0x0101,
			.type = LDS_TYPE_FACE,
			.has_subtype = true,
			.owner = LDS_OWNER_SC37,
			.format = LDS_FORMAT_FACE_39794,
			.is_constructed = true } } };
	struct buf data = BUF_INIT;
	int rc = -1;

	der_header(&data, 0xA1, face_block.n);
	buf_bytes(&data, face_block);
	t.template[0].data = bytes_of(&data);
	if (buf_check(&data, err) == 0 && lds_template_block(2, &t.template[0], &face_block, err) == 0)
		rc = lds_biometric_write(2, &t, out, err);
	buf_wipe(&data);
	return rc;
}

/* ---- reading ---- */

static uint32_t
be(struct bytes b)
{
	uint32_t v = 0;

	for (size_t i = 0; i < b.n; i++)
		v = v << 8 | b.p[i];
	return v;
}

static void
keep_header_item(struct lds_template *t, uint32_t tag, struct bytes value)
{
	switch (tag) {
	case 0x80: t->header_version = (uint16_t)be(value); break;
	case 0x81: t->type = be(value); break;
	case 0x82:
		t->subtype = value.p[0];
		t->has_subtype = true;
		break;
	case 0x83: t->created = value; break;
	case 0x85: t->validity = value; break;
	case 0x86: t->creator = value; break;
	case 0x87: t->owner = (uint16_t)be(value); break;
	case 0x88: t->format = (uint16_t)be(value); break;
	default: break;
	}
}

/* A1: each known tag at most once, owner and format always.  Tags we do not know are passed over. */
static int
read_header(struct der *d, const struct modality *m, struct lds_template *t, struct err *err)
{
	unsigned seen = 0;
	struct der header;
	struct tlv tlv;

	if (der_enter(d, 0xA1, &header, m->header, err) == -1)
		return -1;
	while (der_more(&header)) {
		if (der_next(&header, &tlv, m->header, err) == -1)
			return -1;
		for (size_t i = 0; i < NELEM(header_items); i++) {
			const struct header_item *h = &header_items[i];

			if (tlv.tag != h->tag)
				continue;
			if ((seen & 1u << i) != 0 || tlv.value.n < h->min || tlv.value.n > h->max)
				return err_set(err, FAIL_INPUT, "%s: tag %02X is there twice or has %zu octets (Doc 9303-10 4.7.2)", m->header,
					(unsigned)tlv.tag, tlv.value.n);
			seen |= 1u << i;
			keep_header_item(t, tlv.tag, tlv.value);
		}
	}
	if ((seen & 0xC0) != 0xC0)
		return err_set(err, FAIL_INPUT, "%s: format owner or type is missing (Doc 9303-10 4.7.2)", m->header);
	return 0;
}

static int
read_template(struct der *d, const struct modality *m, struct lds_template *t, struct err *err)
{
	struct tlv data;
	struct der one;

	if (der_enter(d, 0x7F60, &one, m->template, err) == -1 || read_header(&one, m, t, err) == -1 || der_next(&one, &data, m->data, err) == -1)
		return -1;
	if ((data.tag != 0x5F2E && data.tag != 0x7F2E) || data.value.n == 0)
		return err_set(err, FAIL_INPUT, "%s: tag %X of %zu octets, wanted 5F2E or 7F2E (Doc 9303-10 4.7.2)", m->data, (unsigned)data.tag,
			data.value.n);
	t->is_constructed = data.tag == 0x7F2E;
	t->data = data.value;
	return der_end(&one, m->template, err);
}

int
lds_biometric_read(unsigned dg, struct bytes file, struct lds_templates *templates, struct err *err)
{
	const struct modality *m = modality_of(dg, err);
	struct lds_templates t = { .n = 0 };
	struct der d, group;
	uint64_t n;

	if (m == NULL || lds_open(file, lds_dg_tag(dg), &d, m->file, err) == -1 || der_enter(&d, 0x7F61, &group, m->file, err) == -1 ||
		der_end(&d, m->file, err) == -1 || der_get_uint(&group, &n, m->count, err) == -1)
		return -1;
	if (n > LDS_MAX_TEMPLATES || (n == 0 && !m->may_be_none))
		return err_set(err, FAIL_INPUT, "%s: %llu templates, wanted %d to %d (Doc 9303-10 4.7.2)", m->file, (unsigned long long)n,
			m->may_be_none ? 0 : 1, LDS_MAX_TEMPLATES);
	if (n == 0 && der_optional(&group, 0x53, &t.random, m->file, err) == -1)
		return -1;
	while (t.n < n)
		if (read_template(&group, m, &t.template[t.n++], err) == -1)
			return -1;
	if (der_end(&group, m->file, err) == -1)
		return -1;
	*templates = t;
	return 0;
}

int
lds_dg2_read(struct bytes file, struct lds_templates *templates, struct err *err)
{
	return lds_biometric_read(2, file, templates, err);
}

int
lds_template_block(unsigned dg, const struct lds_template *t, struct bytes *block, struct err *err)
{
	const struct modality *m = modality_of(dg, err);
	struct der d = der_reader(t->data), inner;
	struct tlv one;

	if (m == NULL)
		return -1;
	if (!t->is_constructed || t->owner != LDS_OWNER_SC37 || t->format != m->format_39794)
		return err_set(err, FAIL_INPUT, "%s: format %04X of owner %04X is not ISO/IEC 39794", m->data, t->format, t->owner);
	if (der_enter(&d, 0xA1, &inner, m->data, err) == -1 || der_end(&d, m->data, err) == -1 || der_next(&inner, &one, m->data, err) == -1 ||
		der_end(&inner, m->data, err) == -1)
		return -1;
	if (one.tag != m->block)
		return err_set(err, FAIL_INPUT, "%s: tag %X, wanted %X (Doc 9303-10 4.7.2)", m->data, (unsigned)one.tag, m->block);
	*block = one.whole;
	return 0;
}
