#include "registry/doc9303/vds.h"

#include <stdio.h>

#include "registry/doc9303/c40.h"

enum {
	VDS_MAGIC = 0xDC,
	VERSION_3 = 0x02, /* octets of the versions */
	VERSION_4 = 0x03,
	STATE_CHARACTERS = 3,
	SIGNER_CHARACTERS = 4,
	REFERENCE_3 = 5,   /* characters of a version 3 reference */
	LENGTH_DIGITS = 2, /* before a version 4 reference */
	IDENTIFIER_MAX = SIGNER_CHARACTERS + LENGTH_DIGITS + VDS_REFERENCE_MAX
};

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* ---- dates ---- */

int
vds_date_put(struct date date, struct buf *out, struct err *err)
{
	if (date.precision != DATE_UNKNOWN && !date_valid(date))
		return err_set(err, FAIL_INPUT, "date: no day of the calendar");
	buf_be(out, (date.month * UINT64_C(100) + date.day) * 10000 + date.year, VDS_DATE_OCTETS);
	return buf_check(out, err);
}

int
vds_date_get(struct bytes octets, struct date *date, struct err *err)
{
	struct date d = DATE_INIT;
	uint32_t n;

	if (octets.n != VDS_DATE_OCTETS)
		return err_set(err, FAIL_INPUT, "date: %zu octets instead of 3 (Doc 9303-13 2.3.1)", octets.n);
	n = (uint32_t)octets.p[0] << 16 | (uint32_t)octets.p[1] << 8 | octets.p[2];
	d.year = (uint16_t)(n % 10000);
	d.day = (uint8_t)(n / 10000 % 100);
	d.month = (uint8_t)(n / 1000000);
	d.precision = d.day != 0 ? DATE_DAY : d.month != 0 ? DATE_MONTH
		: d.year != 0                              ? DATE_YEAR
							   : DATE_UNKNOWN;
	if (n != 0 && (!date_valid(d) || (d.day != 0 && d.month == 0) || d.year == 0))
		return err_set(err, FAIL_INPUT, "date: %08u is no MMDDYYYY (Doc 9303-13 2.3.1)", (unsigned)n);
	*date = d;
	return 0;
}

/* ---- writing ---- */

static int
put_state(const char *state, struct buf *out, struct err *err)
{
	char padded[STATE_CHARACTERS + 1];
	size_t n = strlen(state);

	for (size_t i = 0; i < n; i++)
		if (!is_letter(state[i]))
			return err_set(err, FAIL_INPUT, "issuing State: not capital letters (Doc 9303-13 2.3)");
	if (n < 1 || n > STATE_CHARACTERS)
		return err_set(err, FAIL_INPUT, "issuing State: %zu letters instead of 1 to 3 (Doc 9303-13 2.3)", n);
	snprintf(padded, sizeof(padded), "%-*s", STATE_CHARACTERS, state);
	return c40_encode(BYTES(padded, STATE_CHARACTERS), out, err);
}

static int
check_signer(const char *signer, struct err *err)
{
	if (strnlen(signer, SIGNER_CHARACTERS + 1) != SIGNER_CHARACTERS || !is_letter(signer[0]) || !is_letter(signer[1]))
		return err_set(err, FAIL_INPUT, "signer identifier: not two letters and two characters (Doc 9303-13 2.3)");
	for (int i = 2; i < SIGNER_CHARACTERS; i++)
		if (!is_letter(signer[i]) && !(signer[i] >= '0' && signer[i] <= '9'))
			return err_set(err, FAIL_INPUT, "signer identifier: not capital letters and digits (Doc 9303-13 2.3)");
	return 0;
}

static int
check_reference(const char *reference, unsigned version, struct err *err)
{
	size_t n = strlen(reference);

	if (version == 3 ? n != REFERENCE_3 : n < 1 || n > VDS_REFERENCE_MAX)
		return err_set(err, FAIL_INPUT, "certificate reference: %zu digits in a header of version %u (Doc 9303-13 2.3)", n, version);
	for (size_t i = 0; i < n; i++)
		if (!is_hex(reference[i]))
			return err_set(err, FAIL_INPUT, "certificate reference: not hexadecimal in capital letters (Doc 9303-13 2.3)");
	return 0;
}

static int
put_signer(const struct vds *vds, struct buf *out, struct err *err)
{
	char text[IDENTIFIER_MAX + 1];

	if (check_signer(vds->signer, err) == -1 || check_reference(vds->reference, vds->version, err) == -1)
		return -1;
	if (vds->version == 3)
		snprintf(text, sizeof(text), "%s%s", vds->signer, vds->reference);
	else
		snprintf(text, sizeof(text), "%s%02X%s", vds->signer, (unsigned)strlen(vds->reference), vds->reference);
	return c40_encode(bytes_str(text), out, err);
}

static int
put_day(struct date date, const char *what, struct buf *out, struct err *err)
{
	if (date.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "%s: not a day", what);
	return vds_date_put(date, out, err) == -1 ? err_prefix(err, "%s", what) : 0;
}

static int
put_header(const struct vds *vds, struct buf *out, struct err *err)
{
	if (vds->version != 3 && vds->version != 4)
		return err_set(err, FAIL_INPUT, "header: version %u is neither 3 nor 4 (Doc 9303-13 2.3)", vds->version);
	buf_u8(out, VDS_MAGIC);
	buf_u8(out, vds->version == 3 ? VERSION_3 : VERSION_4);
	if (put_state(vds->state, out, err) == -1 || put_signer(vds, out, err) == -1 || put_day(vds->issued_on, "date of issue", out, err) == -1 ||
		put_day(vds->signed_on, "date of signature", out, err) == -1)
		return -1;
	buf_u8(out, vds->definition);
	buf_u8(out, vds->category);
	return 0;
}

static int
put_object(unsigned version, uint8_t tag, struct bytes value, struct buf *out, struct err *err)
{
	if (value.n > VDS_MAX)
		return err_set(err, FAIL_INPUT, "feature %02X: %zu octets are more than a seal holds", tag, value.n);
	if (version == 3 && value.n > UINT8_MAX)
		return err_set(err, FAIL_INPUT, "feature %02X: %zu octets, version 3 has at most 255 (Doc 9303-13 2.3.2)", tag, value.n);
	buf_u8(out, tag);
	if (value.n > UINT8_MAX) {
		buf_u8(out, 0x82);
		buf_be(out, value.n, 2);
	} else {
		if (version == 4 && value.n > 0x7F)
			buf_u8(out, 0x81);
		buf_u8(out, (uint8_t)value.n);
	}
	buf_bytes(out, value);
	return 0;
}

int
vds_encode(const struct vds *vds, struct buf *out, struct err *err)
{
	struct buf b = BUF_INIT;
	int rc = -1;

	if (vds->nfeature > VDS_FEATURES) {
		err_set(err, FAIL_INPUT, "message: more than %d features", VDS_FEATURES);
		goto out;
	}
	if (put_header(vds, &b, err) == -1)
		goto out;
	for (unsigned i = 0; i < vds->nfeature; i++) {
		if (vds->feature[i].tag == VDS_SIGNATURE_TAG) {
			err_set(err, FAIL_INPUT, "message: FF is the tag of the signature (Doc 9303-13 2.3.2)");
			goto out;
		}
		if (put_object(vds->version, vds->feature[i].tag, vds->feature[i].value, &b, err) == -1)
			goto out;
	}
	if (buf_check(&b, err) == -1)
		goto out;
	if (b.n > VDS_MAX) {
		err_set(err, FAIL_TOO_LARGE, "seal: %zu octets, a bar code holds %d", b.n, VDS_MAX);
		goto out;
	}
	buf_bytes(out, bytes_of(&b));
	rc = buf_check(out, err);
out:
	buf_clear(&b);
	return rc;
}

int
vds_put_signature(unsigned version, struct bytes signature, struct buf *out, struct err *err)
{
	if (signature.n == 0 || signature.n % 2 != 0)
		return err_set(err, FAIL_INPUT, "signature: %zu octets are not r and s of one length (Doc 9303-13 2.5)", signature.n);
	if (put_object(version, VDS_SIGNATURE_TAG, signature, out, err) == -1)
		return -1;
	if (out->n > VDS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "seal: %zu octets, a bar code holds %d", out->n, VDS_MAX);
	return buf_check(out, err);
}

/* ---- reading ---- */

struct reader {
	struct bytes rest;
	struct err *err;
};

static int
take(struct reader *r, size_t n, const char *what, struct bytes *value)
{
	if (r->rest.n < n)
		return err_set(r->err, FAIL_INPUT, "%s: the seal ends after %zu of %zu octets", what, r->rest.n, n);
	*value = BYTES(r->rest.p, n);
	r->rest = BYTES(r->rest.p + n, r->rest.n - n);
	return 0;
}

/* Exactly `characters` of C40 into text, which has room for them and a 0. */
static int
take_c40(struct reader *r, size_t characters, const char *what, char *text)
{
	struct buf b = BUF_INIT;
	struct bytes octets = BYTES_NONE;
	int rc = -1;

	if (take(r, c40_length(characters), what, &octets) == -1)
		return -1;
	if (c40_decode(octets, &b, r->err) == -1)
		err_prefix(r->err, "%s", what);
	else if (b.n != characters)
		err_set(r->err, FAIL_INPUT, "%s: %zu characters instead of %zu (Doc 9303-13 2.3)", what, b.n, characters);
	else {
		memcpy(text, buf_cstr(&b), characters + 1);
		rc = 0;
	}
	buf_clear(&b);
	return rc;
}

static int
take_day(struct reader *r, const char *what, struct date *date)
{
	struct bytes octets = BYTES_NONE;

	if (take(r, VDS_DATE_OCTETS, what, &octets) == -1)
		return -1;
	if (vds_date_get(octets, date, r->err) == -1)
		return err_prefix(r->err, "%s", what);
	if (date->precision != DATE_DAY)
		return err_set(r->err, FAIL_INPUT, "%s: not a day (Doc 9303-13 2.3)", what);
	return 0;
}

static int
take_state(struct reader *r, char state[4])
{
	size_t n;

	if (take_c40(r, STATE_CHARACTERS, "issuing State", state) == -1)
		return -1;
	n = strcspn(state, " ");
	if (n == 0 || strspn(state + n, " ") != STATE_CHARACTERS - n)
		return err_set(r->err, FAIL_INPUT, "issuing State: a space before a letter (Doc 9303-13 2.3)");
	state[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (!is_letter(state[i]))
			return err_set(r->err, FAIL_INPUT, "issuing State: not capital letters (Doc 9303-13 2.3)");
	return 0;
}

/* Version 4 tells the reference's length in the first six characters, which are four octets of their own. */
static int
take_identifier_4(struct reader *r, char text[IDENTIFIER_MAX + 1])
{
	enum { FIRST = SIGNER_CHARACTERS + LENGTH_DIGITS };
	struct reader ahead = *r;
	unsigned n = 0;

	if (take_c40(&ahead, FIRST, "signer identifier", text) == -1)
		return -1;
	for (int i = SIGNER_CHARACTERS; i < FIRST; i++) {
		if (!is_hex(text[i]))
			return err_set(r->err, FAIL_INPUT, "certificate reference: its length is not two hexadecimal digits (Doc 9303-13 2.3)");
		n = n * 16 + (unsigned)(text[i] <= '9' ? text[i] - '0' : text[i] - 'A' + 10);
	}
	if (n == 0 || n > VDS_REFERENCE_MAX)
		return err_set(r->err, FAIL_INPUT, "certificate reference: %u digits, not 1 to %d", n, VDS_REFERENCE_MAX);
	return take_c40(r, FIRST + n, "certificate reference", text);
}

static int
take_signer(struct reader *r, struct vds *vds)
{
	char text[IDENTIFIER_MAX + 1] = "";
	const char *reference = text + SIGNER_CHARACTERS;

	if (vds->version == 3) {
		if (take_c40(r, SIGNER_CHARACTERS + REFERENCE_3, "signer identifier and reference", text) == -1)
			return -1;
	} else {
		if (take_identifier_4(r, text) == -1)
			return -1;
		reference += LENGTH_DIGITS;
	}
	snprintf(vds->signer, sizeof(vds->signer), "%.*s", SIGNER_CHARACTERS, text);
	snprintf(vds->reference, sizeof(vds->reference), "%.*s", VDS_REFERENCE_MAX, reference);
	if (check_signer(vds->signer, r->err) == -1)
		return -1;
	return check_reference(vds->reference, vds->version, r->err);
}

static int
take_header(struct reader *r, struct vds *vds)
{
	struct bytes b = BYTES_NONE;

	if (take(r, 2, "header", &b) == -1)
		return -1;
	if (b.p[0] != VDS_MAGIC)
		return err_set(r->err, FAIL_INPUT, "header: begins with %02X instead of DC (Doc 9303-13 2.3)", b.p[0]);
	if (b.p[1] != VERSION_3 && b.p[1] != VERSION_4)
		return err_set(r->err, FAIL_INPUT, "header: version octet %02X is neither 02 nor 03 (Doc 9303-13 2.3)", b.p[1]);
	vds->version = b.p[1] == VERSION_3 ? 3 : 4;
	if (take_state(r, vds->state) == -1 || take_signer(r, vds) == -1 || take_day(r, "date of issue", &vds->issued_on) == -1 ||
		take_day(r, "date of signature", &vds->signed_on) == -1 || take(r, 2, "header", &b) == -1)
		return -1;
	vds->definition = b.p[0];
	vds->category = b.p[1];
	return 0;
}

/* Of one octet in version 3; in DER, and minimal, in version 4. */
static int
take_length(struct reader *r, const struct vds *vds, size_t *length)
{
	struct bytes b = BYTES_NONE;
	size_t more, n = 0;

	if (take(r, 1, "length of a feature", &b) == -1)
		return -1;
	if (vds->version == 3 || b.p[0] <= 0x7F) {
		*length = b.p[0];
		return 0;
	}
	more = b.p[0] & 0x7Fu;
	if (more < 1 || more > 2)
		return err_set(r->err, FAIL_INPUT, "length of a feature: octet %02X (Doc 9303-13 2.3.2)", b.p[0]);
	if (take(r, more, "length of a feature", &b) == -1)
		return -1;
	for (size_t i = 0; i < more; i++)
		n = n << 8 | b.p[i];
	if (n <= 0x7F || (more == 2 && n <= 0xFF))
		return err_set(r->err, FAIL_INPUT, "length of a feature: not the shortest form (X.690 10.1)");
	*length = n;
	return 0;
}

static int
take_object(struct reader *r, const struct vds *vds, struct vds_feature *feature)
{
	struct bytes tag = BYTES_NONE;
	size_t length = 0;

	if (take(r, 1, "signature", &tag) == -1 || take_length(r, vds, &length) == -1 || take(r, length, "feature", &feature->value) == -1)
		return -1;
	feature->tag = tag.p[0];
	return 0;
}

int
vds_decode(struct bytes raw, struct vds *vds, struct err *err)
{
	struct reader r = { raw, err };
	struct vds v = { 0 };
	struct vds_feature f;

	if (raw.n > VDS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "seal: %zu octets, a bar code holds %d", raw.n, VDS_MAX);
	if (take_header(&r, &v) == -1)
		return -1;
	for (;;) {
		v.signed_part = BYTES(raw.p, raw.n - r.rest.n);
		if (take_object(&r, &v, &f) == -1)
			return -1;
		if (f.tag == VDS_SIGNATURE_TAG)
			break;
		if (v.nfeature == VDS_FEATURES)
			return err_set(err, FAIL_INPUT, "message: more than %d features", VDS_FEATURES);
		v.feature[v.nfeature++] = f;
	}
	if (r.rest.n > 0)
		return err_set(err, FAIL_INPUT, "seal: %zu octets after the signature", r.rest.n);
	if (f.value.n == 0 || f.value.n % 2 != 0)
		return err_set(err, FAIL_INPUT, "signature: %zu octets are not r and s of one length (Doc 9303-13 2.5)", f.value.n);
	v.signature = f.value;
	*vds = v;
	return 0;
}

const struct vds_feature *
vds_find(const struct vds *vds, uint8_t tag)
{
	for (unsigned i = 0; i < vds->nfeature; i++)
		if (vds->feature[i].tag == tag)
			return &vds->feature[i];
	return NULL;
}

size_t
vds_reference_octets(const struct vds *vds, uint8_t out[VDS_REFERENCE_MAX / 2])
{
	const char *s = vds->reference + strspn(vds->reference, "0");
	size_t digits = strlen(s), n = (digits + 1) / 2;

	memset(out, 0, n);
	for (size_t i = 0; i < digits; i++) {
		unsigned digit = (unsigned)(s[i] <= '9' ? s[i] - '0' : s[i] - 'A' + 10);
		size_t place = digits - 1 - i; /* from the right */

		out[n - 1 - place / 2] |= (uint8_t)(place % 2 == 0 ? digit : digit << 4);
	}
	return n;
}
