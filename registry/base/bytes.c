#include "registry/base/bytes.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/err.h"

void
wipe(void *p, size_t n)
{
	if (p != NULL && n > 0)
		explicit_bzero(p, n);
}

void
free_wiped(char *text)
{
	if (text != NULL)
		wipe(text, strlen(text));
	free(text);
}

bool
bytes_equal_secret(struct bytes a, struct bytes b)
{
	unsigned differ = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		differ |= a.p[i] ^ b.p[i];
	return differ == 0;
}

/* Room for n more octets and the final 0.  Old contents are wiped when they move: they may be a key. */
static bool
grow(struct buf *b, size_t n)
{
	size_t cap = b->cap < 64 ? 64 : b->cap;
	uint8_t *p;

	if (b->failed)
		return false;
	if (n > SIZE_MAX / 4 || b->n > SIZE_MAX / 4) {
		b->failed = true;
		return false;
	}
	if (b->n + n + 1 <= b->cap)
		return true;
	while (cap < b->n + n + 1)
		cap *= 2;
	if ((p = malloc(cap)) == NULL) {
		b->failed = true;
		return false;
	}
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	wipe(b->p, b->n);
	free(b->p);
	b->p = p;
	b->cap = cap;
	b->p[b->n] = 0;
	return true;
}

void
buf_room(struct buf *b, size_t n)
{
	(void)grow(b, n); /* sticky when it failed */
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !grow(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

void
buf_bytes(struct buf *b, struct bytes add)
{
	buf_add(b, add.p, add.n);
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_u8(struct buf *b, uint8_t octet)
{
	buf_add(b, &octet, 1);
}

void
buf_be(struct buf *b, uint64_t value, size_t octets)
{
	for (size_t i = octets; i-- > 0;)
		buf_u8(b, (uint8_t)(value >> (8 * i)));
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if (!grow(b, (size_t)n))
		return;
	vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	uint8_t *start;

	if (!grow(b, n))
		return NULL;
	start = b->p + b->n;
	memset(start, 0, n);
	b->n += n;
	b->p[b->n] = 0;
	return start;
}

void
buf_cut(struct buf *b, size_t n)
{
	if (n >= b->n)
		return;
	b->n = n;
	b->p[n] = 0;
}

int
buf_check(const struct buf *b, struct err *err)
{
	return b->failed ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;
}

const char *
buf_cstr(struct buf *b)
{
	return b->p == NULL || b->failed ? "" : (const char *)b->p;
}

char *
buf_take_str(struct buf *b)
{
	char *s;

	if (b->p == NULL && !grow(b, 0))
		return NULL;
	s = b->failed ? NULL : (char *)b->p;
	if (s == NULL)
		free(b->p);
	*b = BUF_INIT;
	return s;
}

void
buf_move(struct buf *to, struct buf *from)
{
	struct buf moved = *from;

	*from = BUF_INIT;
	buf_clear(to);
	*to = moved;
}

void
buf_clear(struct buf *b)
{
	free(b->p);
	*b = BUF_INIT;
}

void
buf_wipe(struct buf *b)
{
	wipe(b->p, b->cap);
	buf_clear(b);
}

void
buf_hex(struct buf *b, struct bytes in)
{
	static const char digits[] = "0123456789abcdef";

	if (!grow(b, 2 * in.n))
		return;
	for (size_t i = 0; i < in.n; i++) {
		b->p[b->n++] = (uint8_t)digits[in.p[i] >> 4];
		b->p[b->n++] = (uint8_t)digits[in.p[i] & 15];
	}
	b->p[b->n] = 0;
}

/* Value of a digit, plus one; 0: no digit.  A table, because portraits come from the database in hexadecimal. */
static const uint8_t hex_values[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16
};

/* After a failure nothing is left, not even room: who gave an empty buf need not clear it. */
static void
give_back(struct buf *b, size_t before)
{
	if (before == 0)
		buf_wipe(b);
	else
		buf_cut(b, before);
}

int
buf_from_hex(struct buf *b, struct bytes text, struct err *err)
{
	size_t before = b->n;
	uint8_t *out;

	if (text.n % 2 != 0)
		return err_set(err, FAIL_INPUT, "hexadecimal: %zu digits, an even number is wanted", text.n);
	out = text.n == 0 ? NULL : buf_reserve(b, text.n / 2);
	for (size_t i = 0; out != NULL && i < text.n; i += 2) {
		unsigned high = hex_values[text.p[i]], low = hex_values[text.p[i + 1]];

		if (high == 0 || low == 0) {
			give_back(b, before);
			return err_set(err, FAIL_INPUT, "hexadecimal: character %zu is no digit", high == 0 ? i + 1 : i + 2);
		}
		out[i / 2] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return buf_check(b, err);
}

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void
base64_write(struct buf *b, struct bytes in, const char *alphabet, bool pad)
{
	if (!grow(b, (in.n + 2) / 3 * 4))
		return;
	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t v = (uint32_t)in.p[i] << 16 | (left > 1 ? (uint32_t)in.p[i + 1] << 8 : 0) | (left > 2 ? in.p[i + 2] : 0);

		b->p[b->n++] = (uint8_t)alphabet[v >> 18];
		b->p[b->n++] = (uint8_t)alphabet[v >> 12 & 63];
		if (left > 1 || pad)
			b->p[b->n++] = left > 1 ? (uint8_t)alphabet[v >> 6 & 63] : '=';
		if (left > 2 || pad)
			b->p[b->n++] = left > 2 ? (uint8_t)alphabet[v & 63] : '=';
	}
	b->p[b->n] = 0;
}

void
buf_base64(struct buf *b, struct bytes in)
{
	base64_write(b, in, base64_alphabet, true);
}

void
buf_base64url(struct buf *b, struct bytes in)
{
	base64_write(b, in, base64url_alphabet, false);
}

int
buf_from_base64(struct buf *b, struct bytes text, struct err *err)
{
	size_t before = b->n, n = text.n;
	uint32_t v = 0;

	if (n % 4 != 0)
		return err_set(err, FAIL_INPUT, "base64: %zu characters, a multiple of 4 is wanted", n);
	while (n > 0 && text.n - n < 2 && text.p[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++) {
		const char *at = text.p[i] == 0 ? NULL : strchr(base64_alphabet, text.p[i]);

		if (at == NULL) {
			give_back(b, before);
			return err_set(err, FAIL_INPUT, "base64: character %zu is not of the alphabet", i + 1);
		}
		v = v << 6 | (uint32_t)(at - base64_alphabet);
		if (i % 4 == 3)
			buf_be(b, v & 0xffffff, 3);
	}
	if (n % 4 == 2)
		buf_u8(b, (uint8_t)(v >> 4));
	if (n % 4 == 3)
		buf_be(b, v >> 2 & 0xffff, 2);
	if ((n % 4 == 2 && (v & 15) != 0) || (n % 4 == 3 && (v & 3) != 0)) {
		give_back(b, before);
		return err_set(err, FAIL_INPUT, "base64: bits are left over at the end");
	}
	return buf_check(b, err);
}
