/* JSON by a table of fields: each type, each way to be wrong with its pointer, and nothing personal in a message. */
#include "registry/base/json.h"
#include "registry/base/text.h"
#include "tests/tap.h"

struct inner {
	char *word;
	int64_t n;
};
struct all {
	char *text, *name, *code;
	int choice;
	int64_t number;
	bool flag, has_inner;
	struct date day;
	struct uuid id;
	struct buf octets;
	struct inner inner;
	struct json_array list;
	json_t *raw;
};

static const char *const words[] = { "red", "green", NULL };
static const struct json_field inner_fields[] = {
	{ "word", JSON_T_NAME, offsetof(struct inner, word), 0, 1, 5 },
	{ "n", JSON_T_INT, offsetof(struct inner, n), JSON_OPTIONAL, 1, 9 },
	{ NULL }
};
static const struct json_field fields[] = {
	{ "text", JSON_T_TEXT, offsetof(struct all, text), JSON_OPTIONAL, 1, 10 },
	{ "name", JSON_T_NAME, offsetof(struct all, name), 0, 1, 8 },
	{ "code", JSON_T_CODE, offsetof(struct all, code), JSON_OPTIONAL, 2, 4 },
	{ "choice", JSON_T_ENUM, offsetof(struct all, choice), JSON_OPTIONAL, 0, 0, words },
	{ "number", JSON_T_INT, offsetof(struct all, number), JSON_OPTIONAL, -5, 5 },
	{ "flag", JSON_T_BOOL, offsetof(struct all, flag), JSON_OPTIONAL },
	{ "day", JSON_T_DATE, offsetof(struct all, day), JSON_OPTIONAL, DATE_MONTH },
	{ "id", JSON_T_UUID, offsetof(struct all, id), JSON_OPTIONAL },
	{ "octets", JSON_T_BASE64, offsetof(struct all, octets), JSON_OPTIONAL, 1, 4 },
	{ "inner", JSON_T_OBJECT, offsetof(struct all, inner), JSON_OPTIONAL, 0, 0, NULL, inner_fields, 0, offsetof(struct all, has_inner) },
	{ "list", JSON_T_ARRAY, offsetof(struct all, list), JSON_OPTIONAL, 0, 2, NULL, inner_fields, sizeof(struct inner) },
	{ "raw", JSON_T_RAW, offsetof(struct all, raw), JSON_OPTIONAL },
	{ NULL }
};

/* One defect each; `pointer` is where the first problem must be. */
static const struct {
	const char *json, *pointer;
} bad[] = {
	{ "{}", "/name" },
	{ "{\"name\":null}", "/name" },
	{ "{\"name\":7}", "/name" },
	{ "{\"name\":\"\"}", "/name" },
	{ "{\"name\":\"   \"}", "/name" },
	{ "{\"name\":\"ninechars\"}", "/name" },
	{ "{\"name\":\"a\\u202eb\"}", "/name" },
	{ "{\"name\":\"a\\u0007b\"}", "/name" },
	{ "{\"name\":\"a\\ue000b\"}", "/name" },
	{ "{\"name\":\"x\",\"code\":\"a b\"}", "/code" },
	{ "{\"name\":\"x\",\"code\":\"a\"}", "/code" },
	{ "{\"name\":\"x\",\"code\":\"abcde\"}", "/code" },
	{ "{\"name\":\"x\",\"choice\":\"blue\"}", "/choice" },
	{ "{\"name\":\"x\",\"choice\":1}", "/choice" },
	{ "{\"name\":\"x\",\"number\":6}", "/number" },
	{ "{\"name\":\"x\",\"number\":1.0}", "/number" },
	{ "{\"name\":\"x\",\"number\":\"1\"}", "/number" },
	{ "{\"name\":\"x\",\"flag\":\"true\"}", "/flag" },
	{ "{\"name\":\"x\",\"day\":\"2026\"}", "/day" },
	{ "{\"name\":\"x\",\"day\":\"2026-02-30\"}", "/day" },
	{ "{\"name\":\"x\",\"id\":\"00000000-0000-0000-0000-000000000000\"}", "/id" },
	{ "{\"name\":\"x\",\"id\":\"01234567-89ab-7cde-8f01-23456789abcg\"}", "/id" },
	{ "{\"name\":\"x\",\"octets\":\"AAAAAAAA\"}", "/octets" },
	{ "{\"name\":\"x\",\"octets\":\"A\"}", "/octets" },
	{ "{\"name\":\"x\",\"inner\":[]}", "/inner" },
	{ "{\"name\":\"x\",\"inner\":{}}", "/inner/word" },
	{ "{\"name\":\"x\",\"inner\":{\"word\":\"a\",\"n\":0}}", "/inner/n" },
	{ "{\"name\":\"x\",\"inner\":{\"word\":\"a\",\"m\":0}}", "/inner/m" },
	{ "{\"name\":\"x\",\"list\":{}}", "/list" },
	{ "{\"name\":\"x\",\"list\":[1]}", "/list/0" },
	{ "{\"name\":\"x\",\"list\":[{\"word\":\"a\"},{\"word\":\"toolong\"}]}", "/list/1/word" },
	{ "{\"name\":\"x\",\"list\":[{\"word\":\"a\"},{\"word\":\"a\"},{\"word\":\"a\"}]}", "/list" },
	{ "{\"name\":\"x\",\"other\":1}", "/other" },
	{ "{\"name\":\"x\",\"a/b~c\":1}", "/a~1b~0c" },
	{ "[]", "" },
	{ "\"x\"", "" },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct all all = { 0 };
		struct err err = ERR_INIT;
		int rc = json_read_into(bytes_str(bad[i].json), fields, &all, &err);

		if (!ok(rc == -1 && err.kind == FAIL_INPUT && err.nproblem > 0 && strcmp(err.problem[0].pointer, bad[i].pointer) == 0, "refuses %s",
			    bad[i].json))
			printf("# %s: %s\n", err.nproblem > 0 ? err.problem[0].pointer : "-", err.text);
		json_clear(fields, &all);
	}
}

static const char *const malformed[] = { "", "{", "{\"a\":1,\"a\":2}", "[1,]", "01", "1e999", "\"\\u0000\"", "\"\xc3\x28\"", "{} {}", "nul",
	"123456789012345678901234567890", "\"\xed\xa0\x80\"" };

static void
test_malformed(void)
{
	struct buf deep = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *v = NULL;

	for (size_t i = 0; i < NELEM(malformed); i++)
		ok(json_read(bytes_str(malformed[i]), &v, &err) == -1 && err.kind == FAIL_INPUT, "no JSON: %zu", i);
	for (int i = 0; i < 100000; i++)
		buf_u8(&deep, '[');
	ok(json_read(bytes_of(&deep), &v, &err) == -1 && err.kind == FAIL_INPUT, "too deep");
	buf_clear(&deep);
	buf_str(&deep, "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"");
	ok(json_read(bytes_of(&deep), &v, &err) == 0, "brackets in a text are no depth");
	json_decref(v);
	buf_clear(&deep);
	err_clear(&err);
	ok(json_read(bytes_str("{\"name\": Eriksson}"), &v, &err) == -1 && strstr(err.text, "Eriksson") == NULL,
		"what was sent is not quoted: %s", err.text);
}

static void
test_many_problems(void)
{
	struct buf text = BUF_INIT;
	struct all all = { 0 };
	struct err err = ERR_INIT;

	buf_str(&text, "{");
	for (int i = 0; i < 20; i++)
		buf_printf(&text, "\"x%d\":1,", i);
	buf_str(&text, "\"name\":\"x\"}");
	ok(json_read_into(bytes_of(&text), fields, &all, &err) == -1 && err.nproblem == ERR_PROBLEMS && err.nmore == 20 - ERR_PROBLEMS,
		"more problems than fit are counted");
	buf_clear(&text);
}

/* An unknown member's name may be long and in any script: its pointer is cut, but never inside a character. */
static void
test_long_pointer(void)
{
	for (int shift = 0; shift < 4; shift++) {
		struct all all = { 0 };
		struct err err = ERR_INIT;
		struct buf text = BUF_INIT;

		buf_printf(&text, "{\"name\":\"x\",\"%.*s", shift, "abc");
		for (int i = 0; i < 60; i++)
			buf_str(&text, "\xf0\x90\x8c\xb0");
		buf_str(&text, "\":1}");
		ok(json_read_into(bytes_of(&text), fields, &all, &err) == -1 && text_is_utf8(bytes_str(err.problem[0].pointer)) &&
				strlen(err.problem[0].pointer) > 80,
			"a long name is cut between characters, %d", shift);
		buf_clear(&text);
	}
}

static void
test_good(void)
{
	static const char whole[] = "{\"text\":\"a  b\",\"name\":\"  J\\u0061\\u0308n  X \",\"code\":\"A-1\",\"choice\":\"green\",\"number\":-5,\"flag\":true,"
				    "\"day\":\"2026-02\",\"id\":\"01234567-89AB-7cde-8f01-23456789abcd\",\"octets\":\"AQI=\",\"inner\":{\"word\":\"abc\"},"
				    "\"list\":[{\"word\":\"a\",\"n\":9}],\"raw\":[1,{}]}";
	struct all all = { 0 };
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	json_t *again;

	if (!ok(json_read_into(bytes_str(whole), fields, &all, &err) == 0, "takes all types: %s", err.text))
		return;
	is(all.name, "J\xc3\xa4n X", "names are NFC, trimmed, with single spaces");
	ok(all.choice == 1 && all.number == -5 && all.flag && all.has_inner && all.list.n == 1 && all.octets.n == 2, "values are there");
	ok(all.day.precision == DATE_MONTH && all.day.month == 2, "a month stays a month");
	again = json_put(fields, &all);
	ok(json_canonical(again, &text, &err) == 0, "written again");
	is(buf_cstr(&text),
		"{\"choice\":\"green\",\"code\":\"A-1\",\"day\":\"2026-02\",\"flag\":true,\"id\":\"01234567-89ab-7cde-8f01-23456789abcd\","
		"\"inner\":{\"n\":0,\"word\":\"abc\"},\"list\":[{\"n\":9,\"word\":\"a\"}],\"name\":\"J\xc3\xa4n X\",\"number\":-5,"
		"\"octets\":\"AQI=\",\"raw\":[1,{}],\"text\":\"a b\"}",
		"in canonical form");
	json_decref(again);
	json_clear(fields, &all);
	ok(all.name == NULL && all.list.items == NULL && all.raw == NULL && !all.has_inner, "cleared");
	buf_clear(&text);
}

int
main(void)
{
	test_bad();
	test_malformed();
	test_many_problems();
	test_long_pointer();
	test_good();
	return done_testing();
}
