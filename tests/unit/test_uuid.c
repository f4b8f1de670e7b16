/* RFC 9562 identifiers: read strictly, made in order. */
#include "registry/base/uuid.h"
#include "tests/tap.h"

static struct err err = ERR_INIT;

static const char *const bad[] = {
	"",
	"017F22E2-79B0-7CC3-98C4-DC0C0C07398",
	"017F22E2-79B0-7CC3-98C4-DC0C0C07398F0",
	"017F22E279B07CC398C4DC0C0C07398F",
	"{17F22E2-79B0-7CC3-98C4-DC0C0C07398}",
	"017F22E2-79B0-7CC3-98C4-DC0C0C07398G",
	"G17F22E2-79B0-7CC3-98C4-DC0C0C07398F",
	"017F22E2-79B0-7CC3-98C4-DC0C0C07398 ",
	"017F22E2_79B0_7CC3_98C4_DC0C0C07398F",
	"017F22E27-9B0-7CC3-98C4-DC0C0C07398F",
	"017F22E2--9B0-7CC3-98C4-DC0C0C07398F",
	"017F22E2-79B0-7CC3-98C4-DC0C0C-7398F",
	"00000000-0000-0000-0000-000000000000",
	"017F22E2-79B0-7CC3-98C4-DC0C0C0739\xc3\xa9",
};

static void
test_parse(void)
{
	struct uuid u, before;
	char text[UUID_TEXT];

	memset(&u, 0x5a, sizeof(u));
	before = u;
	for (size_t i = 0; i < NELEM(bad); i++) {
		err_clear(&err);
		ok(uuid_parse(bytes_str(bad[i]), &u, &err) == -1 && err.kind == FAIL_INPUT && uuid_equal(&u, &before), "refuses '%s'", bad[i]);
	}
	ok(uuid_parse(BYTES("017F22E2-79B0-7CC3-98C4-DC0C0C0739\0F", 36), &u, &err) == -1, "refuses a NUL");
	ok(uuid_parse(BYTES_NONE, &u, &err) == -1, "refuses nothing");
	ok(uuid_parse(bytes_str("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), &u, &err) == 0, "reads the version 7 example of RFC 9562 A.6");
	ok(memcmp(u.o, "\x01\x7f\x22\xe2\x79\xb0\x7c\xc3\x98\xc4\xdc\x0c\x0c\x07\x39\x8f", 16) == 0, "its octets");
	is(uuid_format(&u, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "written in lower case");
	ok(!uuid_is_null(&u) && uuid_is_null(&(struct uuid){ { 0 } }), "null is all zero");
}

static void
test_made(void)
{
	struct uuid u, last = { { 0 } };
	unsigned disorder = 0;
	bool formed = true, differ = true;

	for (int i = 0; i < 20000; i++) {
		if (uuid_new(&u, &err) == -1)
			bail_out("%s", err.text);
		formed = formed && u.o[6] >> 4 == 7 && u.o[8] >> 6 == 2;
		disorder += memcmp(u.o, last.o, 8) < 0;
		differ = differ && !uuid_equal(&u, &last);
		last = u;
	}
	ok(formed, "version 7, variant 10");
	ok(differ, "each is another");
	ok(disorder == 0, "their 60 bits of time never go back while the clock does not");
	ok(uuid_random(&u, &err) == 0 && u.o[6] >> 4 == 4 && u.o[8] >> 6 == 2, "version 4, variant 10");
	ok(uuid_random(&last, &err) == 0 && !uuid_equal(&u, &last), "random ones differ");
}

/* Computed with another program: SHA-256 of the length in 8 octets, the space and the name; version and variant set. */
static void
test_derived(void)
{
	static const struct {
		const char *space, *name, *text;
	} cases[] = {
		{ "act", "birth", "d96371c1-416a-8b6f-aa57-50c87b142717" },
		{ "a", "ctbirth", "4459cfc2-8bf5-879a-a994-9f1ca769ecce" },
		{ "act", "", "a6fce3cb-dc04-8590-9413-ef0870bb687b" },
	};
	char text[UUID_TEXT];
	struct uuid u;

	for (size_t i = 0; i < NELEM(cases); i++) {
		uuid_derive(&u, cases[i].space, bytes_str(cases[i].name));
		ok(strcmp(uuid_format(&u, text), cases[i].text) == 0, "derived from '%s' and '%s'", cases[i].space, cases[i].name);
	}
}

int
main(void)
{
	test_parse();
	test_made();
	test_derived();
	return done_testing();
}
