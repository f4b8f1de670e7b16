/*
 * fuzz_mrz.c - an MRZ that is read can be written again (where its codes are those of today) and then reads the same; a name
 * field that is read is written as it was.  Other octets are taken as a name in Unicode.
 */
#include <stdlib.h>

#include "registry/doc9303/mrz.h"
#include "registry/doc9303/mrzmatch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
fuzz_td3(struct bytes lines)
{
	static const struct date today = { DATE_DAY, 11, 21, 2026 };
	struct err err = ERR_INIT;
	struct mrz_td3 m, again;
	char out[MRZ_TD3_LEN + 1];

	if (mrz_td3_parse(lines, today, &m, &err) == -1) {
		must(err.kind == FAIL_INPUT && err.text[0] != 0);
		return;
	}
	if (mrz_td3_compose(&m, out, &err) == -1)
		return;
	must(mrz_td3_parse(BYTES(out, MRZ_TD3_LEN), today, &again, &err) == 0);
	must(strcmp(m.number, again.number) == 0 && strcmp(m.name.primary, again.name.primary) == 0 &&
		strcmp(m.name.secondary, again.name.secondary) == 0 && strcmp(m.optional, again.optional) == 0 && m.sex == again.sex);
	must(memcmp(out, lines.p, 57) == 0); /* up to the date of birth, whose unknown parts may be written in more than one way */
}

/* Any of the five forms. */
static void
fuzz_form(struct bytes lines)
{
	static const struct date today = { DATE_DAY, 11, 21, 2026 };
	struct err err = ERR_INIT;
	struct mrz m, again;
	char out[MRZ_MAX_LEN + 1], key[MRZ_MAX_KEY + 1];
	int has_key = mrz_key(lines, key, &err);

	if (mrz_parse(lines, today, &m, &err) == -1) {
		must(err.kind == FAIL_INPUT && err.text[0] != 0);
		return;
	}
	must(has_key == (m.form == MRZ_MRVA || m.form == MRZ_MRVB ? -1 : 0));
	if (mrz_compose(&m, out, &err) == -1)
		return;
	must(strlen(out) == lines.n && mrz_parse(BYTES(out, lines.n), today, &again, &err) == 0);
	must(again.form == m.form && strcmp(m.number, again.number) == 0 && strcmp(m.name.primary, again.name.primary) == 0 &&
		strcmp(m.name.secondary, again.name.secondary) == 0 && strcmp(m.optional, again.optional) == 0 &&
		strcmp(m.optional2, again.optional2) == 0 && m.sex == again.sex);
}

static void
fuzz_name_field(struct bytes field)
{
	struct err err = ERR_INIT;
	struct mrz_name name;
	char out[MRZ_MAX_LEN];

	if (field.n < 4 || field.n > sizeof(out) || mrz_name_parse(field, &name, &err) == -1)
		return;
	must(mrz_name_field(name.primary, name.secondary, field.n, out, &err) == 0);
	must(memcmp(out, field.p, field.n) == 0);
}

static void
fuzz_unicode(struct bytes text)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	enum mrz_match match;
	struct mrz_name name;
	char out[30];

	if (translit_identifier(text, &translit_recommended, &b, &err) == 0)
		must(translit_is_identifier(buf_cstr(&b)));
	buf_clear(&b);
	if (mrz_name_from_unicode(text, text, &translit_recommended, &name, &err) == 0 &&
		mrz_name_field(name.primary, name.secondary, sizeof(out), out, &err) == 0)
		must(mrz_name_parse(BYTES(out, sizeof(out)), &name, &err) == 0 && mrz_name_match(text, text, &name, &match, &err) == 0 &&
			match != MRZ_MATCH_NO);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = BYTES(data, size);

	if (size == MRZ_TD3_LEN)
		fuzz_td3(in);
	fuzz_form(in);
	fuzz_name_field(in);
	if (size < 1000)
		fuzz_unicode(in);
	return 0;
}
