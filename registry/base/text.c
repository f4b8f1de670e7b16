#include "registry/base/text.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

size_t
text_next(struct bytes in, uint32_t *code_point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t octets;
	uint32_t c;

	if (in.n == 0)
		return 0;
	c = in.p[0];
	octets = c < 0x80 ? 1 : c >> 5 == 6 ? 2
		: c >> 4 == 14              ? 3
		: c >> 3 == 30              ? 4
					    : 0;
	if (octets == 0 || octets > in.n)
		return 0;
	if (octets > 1)
		c &= 0x7f >> octets;
	for (size_t i = 1; i < octets; i++) {
		if (in.p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (in.p[i] & 0x3f);
	}
	if (c < least[octets] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code_point = c;
	return octets;
}

void
text_put(struct buf *b, uint32_t c)
{
	if (c < 0x80)
		buf_u8(b, (uint8_t)c);
	else if (c < 0x800) {
		buf_u8(b, (uint8_t)(0xc0 | c >> 6));
		buf_u8(b, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_u8(b, (uint8_t)(0xe0 | c >> 12));
		buf_u8(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		buf_u8(b, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		buf_u8(b, (uint8_t)(0xf0 | c >> 18));
		buf_u8(b, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		buf_u8(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		buf_u8(b, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

bool
text_is_visible(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff;
}

void
text_show(struct bytes in, struct buf *out)
{
	while (in.n > 0) {
		uint32_t c;
		size_t n = text_next(in, &c);

		if (n > 0 && c != '\\' && text_is_visible(c))
			buf_add(out, in.p, n);
		else
			for (size_t i = 0; i < n || i == 0; i++)
				buf_printf(out, "\\x%02x", in.p[i]);
		n += n == 0;
		in = BYTES(in.p + n, in.n - n);
	}
}

bool
text_is_utf8(struct bytes in)
{
	uint32_t c;
	size_t n;

	for (; in.n > 0; in = BYTES(in.p + n, in.n - n))
		if ((n = text_next(in, &c)) == 0 || c == 0)
			return false;
	return true;
}

size_t
text_length(struct bytes in)
{
	size_t count = 0;

	for (size_t i = 0; i < in.n; i++)
		count += in.p[i] >> 6 != 2;
	return count;
}

/* ---- through ICU's UTF-16 ---- */

struct utf16 {
	UChar *p;
	int32_t n;
};

static int
utf16_of(struct bytes in, struct utf16 *out, struct err *err)
{
	UErrorCode status = U_ZERO_ERROR;

	if (!text_is_utf8(in))
		return err_set(err, FAIL_INPUT, "text: not valid UTF-8 (RFC 3629)");
	if (in.n > INT32_MAX / 8)
		return err_set(err, FAIL_TOO_LARGE, "text: too long");
	out->p = malloc((in.n + 1) * sizeof(UChar));
	if (out->p == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	u_strFromUTF8(out->p, (int32_t)in.n + 1, &out->n, (const char *)in.p, (int32_t)in.n, &status);
	return U_SUCCESS(status) ? 0 : err_set(err, FAIL_INTERNAL, "text: ICU says %s", u_errorName(status));
}

static int
utf16_put(const struct utf16 *in, struct buf *out, struct err *err)
{
	for (int32_t i = 0; i < in->n;) {
		UChar32 c;

		U16_NEXT(in->p, i, in->n, c);
		text_put(out, (uint32_t)c);
	}
	return buf_check(out, err);
}

/* Applies a transformation whose result has at most 18 times as many units (the worst of NFKD); frees what it had. */
typedef int32_t transform(const void *how, const UChar *in, int32_t n, UChar *out, int32_t room, UErrorCode *status);

static int
utf16_transform(struct utf16 *t, transform *f, const void *how, struct err *err)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t room = f(how, t->p, t->n, NULL, 0, &status);
	UChar *made;

	if (status != U_BUFFER_OVERFLOW_ERROR && U_FAILURE(status))
		return err_set(err, FAIL_INTERNAL, "text: ICU says %s", u_errorName(status));
	if ((made = malloc(((size_t)room + 1) * sizeof(UChar))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	status = U_ZERO_ERROR;
	room = f(how, t->p, t->n, made, room + 1, &status);
	if (U_FAILURE(status)) {
		free(made);
		return err_set(err, FAIL_INTERNAL, "text: ICU says %s", u_errorName(status));
	}
	wipe(t->p, (size_t)t->n * sizeof(UChar));
	free(t->p);
	t->p = made;
	t->n = room;
	return 0;
}

static int32_t
normalise(const void *how, const UChar *in, int32_t n, UChar *out, int32_t room, UErrorCode *status)
{
	return unorm2_normalize(how, in, n, out, room, status);
}

static int32_t
upper(const void *how, const UChar *in, int32_t n, UChar *out, int32_t room, UErrorCode *status)
{
	(void)how;
	return u_strToUpper(out, room, in, n, "", status);
}

static const UNormalizer2 *
nfc(void)
{
	UErrorCode status = U_ZERO_ERROR;

	return unorm2_getNFCInstance(&status);
}

static const UNormalizer2 *
nfd(void)
{
	UErrorCode status = U_ZERO_ERROR;

	return unorm2_getNFDInstance(&status);
}

/* Compatibility forms, case and invisible characters undone together: done one after the other, U+2120 would end as "SM". */
static const UNormalizer2 *
folding(void)
{
	UErrorCode status = U_ZERO_ERROR;

	return unorm2_getNFKCCasefoldInstance(&status);
}

static void
utf16_clear(struct utf16 *t)
{
	if (t->p != NULL)
		wipe(t->p, (size_t)t->n * sizeof(UChar));
	free(t->p);
}

/* Why a character must not stand in what an officer enters; NULL when it may. */
static const char *
refused(UChar32 c)
{
	switch (u_charType(c)) {
	case U_CONTROL_CHAR:
		return c == '\t' ? NULL : "a control character";
	case U_UNASSIGNED:
		return "not assigned in Unicode";
	case U_PRIVATE_USE_CHAR:
		return "a private-use character";
	case U_SURROGATE:
		return "half a surrogate pair";
	case U_LINE_SEPARATOR:
	case U_PARAGRAPH_SEPARATOR:
		return "a line separator";
	case U_FORMAT_CHAR:
		/* joiners are letters' business in Persian, Indic and Khmer names; direction marks are not */
		return c == 0x200c || c == 0x200d ? NULL : "an invisible formatting character";
	default:
		return NULL;
	}
}

int
text_clean(struct bytes in, struct buf *out, struct err *err)
{
	struct utf16 t = { NULL, 0 };
	struct buf made = BUF_INIT;
	bool space = false;
	int rc = -1;

	if (utf16_of(in, &t, err) == -1 || utf16_transform(&t, normalise, nfc(), err) == -1)
		goto out;
	for (int32_t i = 0; i < t.n;) {
		const char *why;
		UChar32 c;

		U16_NEXT(t.p, i, t.n, c);
		if ((why = refused(c)) != NULL) {
			err_set(err, FAIL_INPUT, "U+%04X is %s", (unsigned)c, why);
			goto out;
		}
		if (u_isUWhiteSpace(c)) {
			space = made.n > 0;
			continue;
		}
		if (space)
			buf_u8(&made, ' ');
		space = false;
		text_put(&made, (uint32_t)c);
	}
	if (buf_check(&made, err) == -1)
		goto out;
	buf_bytes(out, bytes_of(&made));
	rc = buf_check(out, err);
out:
	buf_wipe(&made);
	utf16_clear(&t);
	return rc;
}

int
text_upper(struct bytes in, struct buf *out, struct err *err)
{
	struct utf16 t = { NULL, 0 };
	int rc = -1;

	if (utf16_of(in, &t, err) == 0 && utf16_transform(&t, upper, NULL, err) == 0 &&
		utf16_transform(&t, normalise, nfc(), err) == 0)
		rc = utf16_put(&t, out, err);
	utf16_clear(&t);
	return rc;
}

int
text_fold(struct bytes in, struct buf *out, struct err *err)
{
	struct utf16 t = { NULL, 0 };
	int32_t kept = 0;
	int rc = -1;

	if (utf16_of(in, &t, err) == -1 || utf16_transform(&t, normalise, folding(), err) == -1 ||
		utf16_transform(&t, normalise, nfd(), err) == -1)
		goto out;
	for (int32_t i = 0; i < t.n;) {
		int32_t from = i;
		UChar32 c;

		U16_NEXT(t.p, i, t.n, c);
		if (u_charType(c) == U_NON_SPACING_MARK || u_charType(c) == U_ENCLOSING_MARK || u_charType(c) == U_FORMAT_CHAR)
			continue;
		while (from < i)
			t.p[kept++] = t.p[from++];
	}
	t.n = kept;
	rc = utf16_put(&t, out, err);
out:
	utf16_clear(&t);
	return rc;
}

void
csv_put(struct buf *out, struct bytes field)
{
	bool quote = field.n > 0 && (field.p[0] == ' ' || field.p[field.n - 1] == ' ');

	for (size_t i = 0; i < field.n && !quote; i++)
		quote = strchr(",\"\r\n", field.p[i]) != NULL && field.p[i] != '\0';
	if (quote)
		buf_u8(out, '"');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			buf_u8(out, '"');
		buf_u8(out, field.p[i]);
	}
	if (quote)
		buf_u8(out, '"');
}
