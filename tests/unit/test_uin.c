/* FF1: the samples that NIST publishes with SP 800-38G.  UIN: form, both ways, no collision. */
#include "registry/base/check.h"
#include "registry/base/ff1.h"
#include "registry/base/uin.h"
#include "tests/tap.h"

#define K128  "2B7E151628AED2A6ABF7158809CF4F3C"
#define K192  K128 "EF4359D8D580AA4F"
#define K256  K192 "7F036D6F04FC6A94"
#define TWEAK "39383736353433323130"

static const struct ff1_sample {
	const char *name, *key, *tweak;
	unsigned radix;
	const char *plain, *cipher;
} samples[] = {
	{ "1", K128, "", 10, "0123456789", "2433477484" },
	{ "2", K128, TWEAK, 10, "0123456789", "6124200773" },
	{ "3", K128, "3737373770717273373737", 36, "0123456789abcdefghi", "a9tv40mll9kdu509eum" },
	{ "4", K192, "", 10, "0123456789", "2830668132" },
	{ "5", K192, TWEAK, 10, "0123456789", "2496655549" },
	{ "6", K192, "3737373770717273373737", 36, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr" },
	{ "7", K256, "", 10, "0123456789", "6657667009" },
	{ "8", K256, TWEAK, 10, "0123456789", "1001623463" },
	{ "9", K256, "3737373770717273373737", 36, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd" }
};

static size_t
numerals_of(const char *text, uint8_t *out)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
	return n;
}

static void
ff1_agrees(const struct ff1_sample *s)
{
	struct err err = ERR_INIT;
	struct buf key = BUF_INIT, tweak = BUF_INIT;
	uint8_t x[40], plain[40], cipher[40];
	size_t n = numerals_of(s->plain, plain);

	numerals_of(s->cipher, cipher);
	memcpy(x, plain, n);
	if (buf_from_hex(&key, bytes_str(s->key), &err) == -1 || buf_from_hex(&tweak, bytes_str(s->tweak), &err) == -1)
		bail_out("%s", err.text);
	struct ff1_key k = { bytes_of(&key), bytes_of(&tweak), s->radix };
	ok(ff1_encrypt(&k, x, n, &err) == 0 && memcmp(x, cipher, n) == 0, "FF1 sample %s", s->name);
	ok(ff1_decrypt(&k, x, n, &err) == 0 && memcmp(x, plain, n) == 0, "FF1 sample %s, back", s->name);
	buf_clear(&key);
	buf_clear(&tweak);
}

static void
ff1_limits(void)
{
	static const uint8_t key[32] = { 1 };
	static const struct ff1_key good = { { key, 32 }, { NULL, 0 }, 10 }, short_key = { { key, 31 }, { NULL, 0 }, 10 },
				    radix_1 = { { key, 32 }, { NULL, 0 }, 1 }, radix_37 = { { key, 32 }, { NULL, 0 }, 37 },
				    long_tweak = { { key, 32 }, { key, FF1_MAX_TWEAK + 1 }, 10 };
	uint8_t x[64] = { 0 };
	struct err err = ERR_INIT;

	ok(ff1_encrypt(&good, x, 6, &err) == 0, "FF1: 10^6 values are enough");
	ok(ff1_encrypt(&good, x, 5, &err) == -1 && err.kind == FAIL_INTERNAL, "FF1: 10^5 are too few");
	ok(ff1_encrypt(&good, x, 32, &err) == 0, "FF1: 32 digits");
	ok(ff1_encrypt(&good, x, 34, &err) == -1, "FF1: half of 34 digits is too large");
	ok(ff1_encrypt(&good, x, 1, &err) == -1 && ff1_encrypt(&good, x, 0, &err) == -1, "FF1: one digit has no halves");
	ok(ff1_encrypt(&short_key, x, 10, &err) == -1, "FF1: a key of 31 octets");
	ok(ff1_encrypt(&radix_1, x, 10, &err) == -1 && ff1_encrypt(&radix_37, x, 10, &err) == -1, "FF1: radix 1 and 37");
	ok(ff1_encrypt(&long_tweak, x, 10, &err) == -1, "FF1: a long tweak");
	memset(x, 0, sizeof(x));
	x[3] = 10;
	ok(ff1_encrypt(&good, x, 10, &err) == -1, "FF1: a numeral that is not below the radix");
}

static int
by_text(const void *a, const void *b)
{
	return memcmp(a, b, UIN_LEN + 1);
}

static void
uin_sample(const uint8_t key[UIN_KEY_LEN])
{
	enum { N = 4000 };
	static char uin[N][UIN_LEN + 1];
	struct err err = ERR_INIT;
	int made = 0, right = 0, back = 0, first[10] = { 0 }, same = 0;

	for (uint64_t i = 0; i < N; i++) {
		uint64_t s = i % 2 == 0 ? i / 2 : UIN_SEQUENCES - 1 - i / 2, again = 0;

		made += uin_of_sequence(key, s, uin[i], &err) == 0;
		right += uin_check(uin[i], &err) == 0;
		back += uin_to_sequence(key, uin[i], &again, &err) == 0 && again == s;
		first[uin[i][0] - '0']++;
	}
	ok(made == N && right == N, "UIN: %d sequences at both ends of the range give well-formed numbers", N);
	ok(back == N, "UIN: each leads back to its sequence: the permutation is one to one");
	qsort(uin, N, sizeof(uin[0]), by_text);
	for (size_t i = 1; i < N; i++)
		same += memcmp(uin[i], uin[i - 1], UIN_LEN) == 0;
	ok(same == 0, "UIN: no two are equal");
	for (int d = 2; d < 10; d++)
		ok(first[d] > N / 8 - 120 && first[d] < N / 8 + 120, "UIN: about an eighth begins with %d (%d)", d, first[d]);
}

static const struct uin_case {
	const char *name, *uin;
} uin_bad[] = {
	{ "empty", "" },
	{ "11 digits", "23456789012" },
	{ "13 digits", "2345678901234" },
	{ "a letter", "23456789O123" },
	{ "a space", "2345 6789012" },
	{ "first digit 0", "012345678901" },
	{ "first digit 1", "123456789012" }, /* its Verhoeff digit is right */
	{ "Arabic-Indic digits", "\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7" }
};

int
main(void)
{
	uint8_t key[UIN_KEY_LEN], other[UIN_KEY_LEN];
	struct err err = ERR_INIT;
	char uin[UIN_LEN + 1], uin2[UIN_LEN + 1];
	uint64_t sequence = 7;

	for (size_t i = 0; i < UIN_KEY_LEN; i++)
		key[i] = (uint8_t)i;
	memcpy(other, key, sizeof(key));
	other[31] ^= 1;
	for (size_t i = 0; i < NELEM(samples); i++)
		ff1_agrees(&samples[i]);
	ff1_limits();
	uin_sample(key);
	for (size_t i = 0; i < NELEM(uin_bad); i++) {
		err_clear(&err);
		ok(uin_check(uin_bad[i].uin, &err) == -1 && err.kind == FAIL_INPUT, "UIN: refuses %s", uin_bad[i].name);
	}
	if (uin_of_sequence(key, 0, uin, &err) == -1 || uin_of_sequence(other, 0, uin2, &err) == -1)
		bail_out("%s", err.text);
	ok(strcmp(uin, uin2) != 0, "UIN: another key gives another number");
	uin[5] = uin[5] == '9' ? '0' : (char)(uin[5] + 1);
	ok(uin_check(uin, &err) == -1, "UIN: refuses a wrong digit");
	ok(uin_to_sequence(key, uin, &sequence, &err) == -1 && sequence == 7, "UIN: no sequence for a wrong number");
	ok(uin_of_sequence(key, UIN_SEQUENCES, uin2, &err) == -1 && err.kind == FAIL_INTERNAL, "UIN: the range ends");
	return done_testing();
}
