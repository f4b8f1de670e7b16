/* CSV as RFC 4180 has it, and what is refused with line and column. */
#include "issuance/catena/csv.h"
#include "tests/tap.h"

/* What the reader makes of a text: records as "[a|b]", refused ones as "(line.column)". */
static const char *
read_all(const char *text, size_t n, struct buf *out)
{
	struct csv_record r = CSV_RECORD_INIT;
	struct csv csv;
	int rc;

	buf_cut(out, 0);
	csv_open(&csv, BYTES(text, n));
	do {
		struct err err = ERR_INIT;

		rc = csv_next(&csv, &r, &err);
		if (rc == -1)
			buf_printf(out, "(%u.%u)", r.line, r.bad_column);
		for (unsigned i = 0; rc == 1 && i < r.n; i++)
			buf_printf(out, "%s%.*s", i == 0 ? "[" : "|", (int)r.field[i].n, (const char *)r.field[i].p);
		buf_str(out, rc == 1 ? "]" : "");
	} while (rc != 0);
	csv_record_clear(&r);
	return buf_cstr(out);
}

struct csv_case {
	const char *name, *text;
	size_t n;
	const char *wanted;
};
#define TEXT(s) s, sizeof(s) - 1

static const struct csv_case cases[] = {
	{ "nothing", TEXT(""), "" },
	{ "RFC 4180 2.1, lines", TEXT("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"), "[aaa|bbb|ccc][zzz|yyy|xxx]" },
	{ "RFC 4180 2.2, no end of the last line", TEXT("aaa,bbb\r\nzzz,yyy"), "[aaa|bbb][zzz|yyy]" },
	{ "RFC 4180 2.4, spaces are part of a field", TEXT(" a , b\n"), "[ a | b]" },
	{ "RFC 4180 2.5, quoted and not", TEXT("\"aaa\",\"bbb\",ccc\n"), "[aaa|bbb|ccc]" },
	{ "RFC 4180 2.6, line break inside", TEXT("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz\r\n"), "[aaa|b\r\nbb|ccc][zzz]" },
	{ "RFC 4180 2.7, doubled mark", TEXT("\"aaa\",\"b\"\"bb\",\"ccc\""), "[aaa|b\"bb|ccc]" },
	{ "LF alone ends a line", TEXT("a\nb\n"), "[a][b]" },
	{ "empty fields", TEXT(",,\n\"\",\n"), "[||][|]" },
	{ "a comma at the end is one more field", TEXT("a,"), "[a|]" },
	{ "blank lines are skipped", TEXT("\n\r\na\n\n\nb\n\n"), "[a][b]" },
	{ "byte order mark", TEXT("\xef\xbb\xbf"
				  "a,b\n"),
		"[a|b]" },
	{ "scripts", TEXT("\xd0\x9a\xd0\xbe,\xe1\x9e\x85\n"), "[\xd0\x9a\xd0\xbe|\xe1\x9e\x85]" },
	{ "mark inside an unquoted field", TEXT("a,b\"c\nd\n"), "(1.2)[d]" },
	{ "text after a closing mark", TEXT("\"a\"b,c\nd\n"), "(1.1)[d]" },
	{ "space after a closing mark", TEXT("x,\"a\" ,c\nd\n"), "(1.2)[d]" },
	{ "a mark never closed costs one line", TEXT("a\n\"b,c\nd,e\nf\n"), "[a](2.1)[d|e][f]" },
	{ "a mark alone at the end", TEXT("a,\""), "(1.2)" },
	{ "lone CR", TEXT("a\rb\nc\n"), "(1.1)[c]" },
	{ "CR at the end of the file", TEXT("a\r"), "(1.1)" },
	{ "NUL", TEXT("a,b\0c\nd\n"), "(1.2)[d]" },
	{ "NUL in a quoted field", TEXT("a,\"b\0c\"\nd\n"), "(1.2)[d]" },
	{ "not UTF-8", TEXT("a,b,\xff\nd\n"), "(1.3)[d]" },
	{ "Latin-1", TEXT("K\xe9o,a\nd\n"), "(1.1)[d]" },
	{ "overlong form of '/'", TEXT("\xc0\xaf\nd\n"), "(1.1)[d]" },
	{ "surrogate", TEXT("\xed\xa0\x80\nd\n"), "(1.1)[d]" },
	{ "cut off inside a character", TEXT("a,\xe1\x9e"), "(1.2)" },
	{ "line numbers after a quoted line break", TEXT("\"a\nb\"\nc\"\n"), "[a\nb](3.1)" },
};

static const char *const columns[] = { "id", "name", "note", NULL };
static const struct {
	const char *name, *text;
	bool is_good;
} headers[] = {
	{ "all", "id,name,note\n", true },
	{ "any order", "note,name,id\n", true },
	{ "without what may be missing", "name,id\n", true },
	{ "with a byte order mark", "\xef\xbb\xbfid,name\n", true },
	{ "empty", "", false },
	{ "unknown", "id,name,colour\n", false },
	{ "twice", "id,name,id\n", false },
	{ "missing", "id,note\n", false },
	{ "other case", "ID,name\n", false },
	{ "other separator", "id;name\n", false },
	{ "malformed", "id,na\"me\n", false },
};

static void
test_limits(struct buf *out)
{
	struct buf text = BUF_INIT;

	for (int i = 0; i < CSV_FIELD_MAX; i++)
		buf_u8(&text, 'x');
	buf_str(&text, ",y\nz\n");
	ok(strstr(read_all((const char *)text.p, text.n, out), "x|y][z]") != NULL, "a field of %d octets is read", CSV_FIELD_MAX);
	buf_cut(&text, 0);
	for (int i = 0; i < CSV_FIELD_MAX + 1; i++)
		buf_u8(&text, 'x');
	buf_str(&text, ",y\nz\n");
	is(read_all((const char *)text.p, text.n, out), "(1.1)[z]", "one of an octet more is refused");
	buf_cut(&text, 0);
	for (int i = 0; i < CSV_COLUMNS_MAX; i++)
		buf_str(&text, ",");
	buf_str(&text, "\nz\n");
	is(read_all((const char *)text.p, text.n, out), "(1.65)[z]", "one field too many is refused");
	buf_clear(&text);
}

static void
test_put(void)
{
	static const char *const written[][3] = { { "plain", "plain", "plain text" }, { "a,b", "\"a,b\"", "a comma" },
		{ "say \"x\"", "\"say \"\"x\"\"\"", "marks" }, { "two\nlines", "\"two\nlines\"", "a line break" },
		{ " space", "\" space\"", "space at the edge" }, { "", "", "nothing" } };
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < NELEM(written); i++) {
		buf_cut(&out, 0);
		csv_put(&out, bytes_str(written[i][0]));
		is(buf_cstr(&out), written[i][1], written[i][2]);
	}
	buf_clear(&out);
}

int
main(void)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < NELEM(cases); i++)
		is(read_all(cases[i].text, cases[i].n, &out), cases[i].wanted, cases[i].name);
	for (size_t i = 0; i < NELEM(headers); i++) {
		struct err err = ERR_INIT;
		struct csv csv;
		int column[3];
		int rc;

		csv_open(&csv, bytes_str(headers[i].text));
		rc = csv_header(&csv, columns, 2, column, &err);
		ok((rc == 0) == headers[i].is_good && (rc == 0 || err.kind == FAIL_INPUT), "header: %s", headers[i].name);
	}
	test_limits(&out);
	test_put();
	buf_clear(&out);
	return done_testing();
}
