#include "registry/base/uuid.h"

#include <assert.h>
#include <time.h>

#include "registry/base/digest.h"

static void
version_and_variant(struct uuid *u, unsigned version)
{
	u->o[6] = (uint8_t)((u->o[6] & 0x0f) | version << 4);
	u->o[8] = (uint8_t)((u->o[8] & 0x3f) | 0x80);
}

/* RFC 9562 5.7: 48 bits of milliseconds, then (method 3) 12 bits of the fraction of the millisecond, then random. */
int
uuid_new(struct uuid *u, struct err *err)
{
	struct timespec now;
	struct uuid made;
	uint64_t ms;
	unsigned fraction;

	if (random_octets(made.o, sizeof(made.o), err) == -1)
		return -1;
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	fraction = (unsigned)((uint64_t)(now.tv_nsec % 1000000) * 4096 / 1000000);
	for (int i = 0; i < 6; i++)
		made.o[i] = (uint8_t)(ms >> (40 - 8 * i));
	made.o[6] = (uint8_t)(fraction >> 8);
	made.o[7] = (uint8_t)fraction;
	version_and_variant(&made, 7);
	*u = made;
	return 0;
}

int
uuid_random(struct uuid *u, struct err *err)
{
	struct uuid made;

	if (random_octets(made.o, sizeof(made.o), err) == -1)
		return -1;
	version_and_variant(&made, 4);
	*u = made;
	return 0;
}

void
uuid_derive(struct uuid *u, const char *space, struct bytes name)
{
	uint8_t digest[SHA256_LEN], head[8 + 56] = { 0 }; /* no allocation: without memory it would be another identifier */
	size_t n = strlen(space);

	assert(n <= sizeof(head) - 8);
	head[7] = (uint8_t)n;
	memcpy(head + 8, space, n);
	sha256_2(BYTES(head, 8 + n), name, digest);
	memcpy(u->o, digest, sizeof(u->o));
	version_and_variant(u, 8);
}

int
uuid_parse(struct bytes text, struct uuid *u, struct err *err)
{
	struct buf octets = BUF_INIT;
	char digits[32];
	size_t n = 0;

	if (text.n != UUID_TEXT - 1)
		return err_set(err, FAIL_INPUT, "UUID: %zu characters, 36 are wanted", text.n);
	for (size_t i = 0; i < text.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash != (text.p[i] == '-'))
			return err_set(err, FAIL_INPUT, "UUID: the form is 8-4-4-4-12 hexadecimal digits");
		if (!dash)
			digits[n++] = (char)text.p[i];
	}
	if (buf_from_hex(&octets, BYTES(digits, n), err) == -1)
		return err_set(err, FAIL_INPUT, "UUID: the form is 8-4-4-4-12 hexadecimal digits");
	for (n = 0; n < octets.n && octets.p[n] == 0; n++)
		;
	if (n == octets.n) {
		buf_clear(&octets);
		return err_set(err, FAIL_INPUT, "UUID: all zero");
	}
	memcpy(u->o, octets.p, sizeof(u->o));
	buf_clear(&octets);
	return 0;
}

char *
uuid_format(const struct uuid *u, char out[UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;

	for (size_t i = 0; i < sizeof(u->o); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[u->o[i] >> 4];
		*p++ = digits[u->o[i] & 15];
	}
	*p = '\0';
	return out;
}

bool
uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->o, b->o, sizeof(a->o)) == 0;
}

bool
uuid_is_null(const struct uuid *u)
{
	static const struct uuid null;

	return uuid_equal(u, &null);
}
