/* Published values: Verhoeff's 2363; the GRid standard's A1-2425G-ABC1234002-M; ISAN 0000-0000-D07A-0090-Q. */
#include "registry/base/check.h"
#include "tests/tap.h"

static const char *const verhoeff_good[] = { "2363", "123451", "1428570", "1234567890120", "758722", "84736430954837284567892" };
static const char *const verhoeff_bad[] = {
	"", "0", "2364", "2633", "3263", "123450", "1428571", "12345678901a", "-2363", " 2363", "84736430954837284567891"
};
static const char *const mod37_good[] = { "A12425GABC1234002M", "00000000D07A0090Q", "006A15FA002BC95FW" };
static const char *const mod37_bad[] = {
	"", "M", "A12425GABC1234002N", "A12425GABC1234020M", "A12425GABC1234002m", "A1-2425G-ABC1234002-M", "00000000D07A0090R",
	"00000000D0A70090Q"
};

/* Every single wrong digit and every swap of unequal neighbours is found. */
static void
finds_all(const char *good, bool (*valid)(struct bytes), const char *alphabet, const char *name)
{
	char text[32];
	size_t n = strlen(good);
	int missed = 0;

	for (size_t i = 0; i < n; i++) {
		for (const char *c = alphabet; *c != 0; c++) {
			memcpy(text, good, n + 1);
			text[i] = *c;
			missed += *c != good[i] && valid(bytes_str(text));
		}
		if (i + 1 < n && good[i] != good[i + 1]) {
			memcpy(text, good, n + 1);
			text[i] = good[i + 1];
			text[i + 1] = good[i];
			missed += valid(bytes_str(text));
		}
	}
	ok(missed == 0, "%s: finds every wrong character and swap in %s", name, good);
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(verhoeff_good); i++) {
		struct bytes whole = bytes_str(verhoeff_good[i]);

		ok(verhoeff_valid(whole), "Verhoeff: %s is right", verhoeff_good[i]);
		ok(verhoeff_digit(BYTES(whole.p, whole.n - 1)) == (char)whole.p[whole.n - 1], "Verhoeff: makes the digit of %s",
			verhoeff_good[i]);
		finds_all(verhoeff_good[i], verhoeff_valid, "0123456789", "Verhoeff");
	}
	for (size_t i = 0; i < NELEM(verhoeff_bad); i++)
		ok(!verhoeff_valid(bytes_str(verhoeff_bad[i])), "Verhoeff: refuses '%s'", verhoeff_bad[i]);
	ok(verhoeff_digit(BYTES_NONE) == 0 && verhoeff_digit(bytes_str("12x")) == 0, "Verhoeff: no digit for what is no number");
	for (size_t i = 0; i < NELEM(mod37_good); i++) {
		struct bytes whole = bytes_str(mod37_good[i]);

		ok(mod37_36_valid(whole), "MOD 37,36: %s is right", mod37_good[i]);
		ok(mod37_36_char(BYTES(whole.p, whole.n - 1)) == (char)whole.p[whole.n - 1], "MOD 37,36: makes the character of %s",
			mod37_good[i]);
		finds_all(mod37_good[i], mod37_36_valid, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "MOD 37,36");
	}
	for (size_t i = 0; i < NELEM(mod37_bad); i++)
		ok(!mod37_36_valid(bytes_str(mod37_bad[i])), "MOD 37,36: refuses '%s'", mod37_bad[i]);
	ok(mod37_36_char(BYTES_NONE) == 0 && mod37_36_char(bytes_str("A_")) == 0, "MOD 37,36: no character for other alphabets");
	return done_testing();
}
