/* Octets: growth, hexadecimal and base64 both ways with their rejects, sticky failure; identifiers. */
#include "registry/base/err.h"
#include "registry/base/uuid.h"
#include "tests/tap.h"

static struct err err = ERR_INIT;

/* RFC 4648 section 10. */
static const struct {
	const char *plain, *base64, *url;
} vectors[] = { { "", "", "" }, { "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" }, { "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" }, { "foobar", "Zm9vYmFy", "Zm9vYmFy" }, { "\xfb\xff", "+/8=", "-_8" } };
static const char *const no_base64[] = { "Z", "Zg", "Zg=", "Zg===", "=Zg=", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zm9-", "====", "Z===",
	"Zg==Zg==", "Zg=a", "Zm9v====", "Zm_v" };
static const char *const no_hex[] = { "0", "0g", "zz", "0x00", "00 0", "0\n", " 0", "-1" };

/* Refused, with the buffer as it was: empty without room (for callers who do not clear it), or with what it held. */
static bool
refuses(int (*decode)(struct buf *, struct bytes, struct err *), struct bytes text)
{
	struct buf empty = BUF_INIT, held = BUF_INIT;
	bool refused;

	err_clear(&err);
	buf_str(&held, "held");
	refused = decode(&empty, text, &err) == -1 && err.kind == FAIL_INPUT && empty.p == NULL && empty.n == 0 && !empty.failed &&
		decode(&held, text, &err) == -1 && strcmp(buf_cstr(&held), "held") == 0 && held.n == 4;
	buf_clear(&empty);
	buf_clear(&held);
	return refused;
}

static void
test_base64(void)
{
	for (size_t i = 0; i < NELEM(vectors); i++) {
		struct buf text = BUF_INIT, url = BUF_INIT, back = BUF_INIT;

		buf_base64(&text, bytes_str(vectors[i].plain));
		buf_base64url(&url, bytes_str(vectors[i].plain));
		ok(strcmp(buf_cstr(&text), vectors[i].base64) == 0 && strcmp(buf_cstr(&url), vectors[i].url) == 0, "base64 of '%s'", vectors[i].plain);
		ok(buf_from_base64(&back, bytes_of(&text), &err) == 0 && bytes_equal(bytes_of(&back), bytes_str(vectors[i].plain)), "and back");
		buf_clear(&text);
		buf_clear(&url);
		buf_clear(&back);
	}
	for (size_t i = 0; i < NELEM(no_base64); i++)
		ok(refuses(buf_from_base64, bytes_str(no_base64[i])), "refuses '%s' and stays", no_base64[i]);
	ok(refuses(buf_from_base64, BYTES("Zm9\0", 4)), "refuses a NUL");
}

static void
test_hex(void)
{
	struct buf b = BUF_INIT, back = BUF_INIT;

	buf_hex(&b, BYTES("\x00\x7f\xff", 3));
	ok(strcmp(buf_cstr(&b), "007fff") == 0, "hexadecimal is lower case");
	ok(buf_from_hex(&back, bytes_str("007FfF"), &err) == 0 && bytes_equal(bytes_of(&back), BYTES("\x00\x7f\xff", 3)), "both cases are read");
	for (size_t i = 0; i < NELEM(no_hex); i++)
		ok(refuses(buf_from_hex, bytes_str(no_hex[i])), "refuses '%s' and stays", no_hex[i]);
	ok(refuses(buf_from_hex, BYTES("0\0", 2)), "refuses a NUL");
	buf_clear(&b);
	buf_clear(&back);
}

static void
test_growth(void)
{
	struct buf b = BUF_INIT, moved = BUF_INIT;
	char *text;

	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%04d", i);
	ok(b.n == 4000 && buf_cstr(&b)[4000] == '\0' && memcmp(b.p + 3996, "0999", 4) == 0, "grows and stays terminated");
	buf_cut(&b, 4);
	ok(b.n == 4 && strcmp(buf_cstr(&b), "0000") == 0, "cut");
	buf_move(&moved, &b);
	ok(b.p == NULL && b.n == 0 && moved.n == 4, "moved out");
	text = buf_take_str(&moved);
	ok(strcmp(text, "0000") == 0 && moved.p == NULL, "taken");
	free(text);
	text = buf_take_str(&moved);
	ok(text != NULL && *text == '\0', "nothing is taken as an empty text");
	free(text);
	buf_be(&b, 0x0102030405060708, 8);
	buf_be(&b, 0xffee, 2);
	ok(bytes_equal(bytes_of(&b), BYTES("\x01\x02\x03\x04\x05\x06\x07\x08\xff\xee", 10)), "big endian");
	ok(buf_reserve(&b, SIZE_MAX) == NULL && b.failed && buf_check(&b, &err) == -1 && err.kind == FAIL_INTERNAL, "what cannot be had is a failure");
	buf_str(&b, "more");
	ok(b.n == 10 && b.failed, "that stays");
	buf_wipe(&b);
}

static const char *const no_uuid[] = { "", "01234567-89ab-7cde-8f01-23456789abc", "01234567-89ab-7cde-8f01-23456789abcde",
	"0123456789ab-7cde-8f01-23456789abcd-", "01234567_89ab-7cde-8f01-23456789abcd", "g1234567-89ab-7cde-8f01-23456789abcd",
	"{1234567-89ab-7cde-8f01-23456789abc}", "00000000-0000-0000-0000-000000000000" };

static void
test_uuid(void)
{
	struct uuid a, b, last = { { 0 } };
	char text[UUID_TEXT];
	bool rising = true;

	for (size_t i = 0; i < NELEM(no_uuid); i++)
		ok(uuid_parse(bytes_str(no_uuid[i]), &a, &err) == -1 && err.kind == FAIL_INPUT, "no UUID: '%s'", no_uuid[i]);
	ok(uuid_parse(bytes_str("01234567-89AB-7cde-8f01-23456789abcd"), &a, &err) == 0 &&
			strcmp(uuid_format(&a, text), "01234567-89ab-7cde-8f01-23456789abcd") == 0,
		"written in lower case");
	for (int i = 0; i < 2000; i++) {
		uuid_new(&a, &err);
		/* 60 bits of time: equal within a quarter of a microsecond at most */
		rising = rising && memcmp(a.o, last.o, 8) >= 0;
		last = a;
	}
	ok(rising && a.o[6] >> 4 == 7 && a.o[8] >> 6 == 2, "version 7 rises with time");
	uuid_derive(&a, "births", bytes_str("1"));
	uuid_derive(&b, "births", bytes_str("1"));
	ok(uuid_equal(&a, &b) && a.o[6] >> 4 == 8, "derived ones depend on the octets only");
	uuid_derive(&b, "birth", bytes_str("s1"));
	ok(!uuid_equal(&a, &b), "and space and name do not run together");
	ok(bytes_equal_secret(BYTES("ab", 2), BYTES("ab", 2)) && !bytes_equal_secret(BYTES("ab", 2), BYTES("ac", 2)) &&
			!bytes_equal_secret(BYTES("ab", 2), BYTES("abc", 3)),
		"comparison of secrets");
}

int
main(void)
{
	test_base64();
	test_hex();
	test_growth();
	test_uuid();
	return done_testing();
}
