/* Specimens and worked values of Doc 9303-3 and -4; further lines from the data files. */
#include "registry/base/text.h"
#include "registry/doc9303/mrz.h"
#include "tests/data.h"
#include "tests/tap.h"

static const struct date today = { DATE_DAY, 11, 21, 2026 };

#define L1 "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
#define L2 "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
/* The same line without personal number: both forms of position 43. */
#define L2_NONE      "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8"
#define L2_NONE_ZERO "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<08"

static int
parse(const char *lines, struct mrz_td3 *m, struct err *err)
{
	return mrz_td3_parse(bytes_str(lines), today, m, err);
}

static void
check_digits(void)
{
	ok(mrz_check_digit(bytes_str("520727")) == '3', "520727 gives 3 (Doc 9303-3 4.9)");
	ok(mrz_check_digit(bytes_str("AB2134<<<")) == '5', "AB2134<<< gives 5 (Doc 9303-3 4.9)");
	ok(mrz_check_digit(bytes_str("HA672242<658022549601086<<<<<<<<<<<<<<0")) == '8', "composite of TD3 gives 8 (Doc 9303-3 App. A)");
	ok(mrz_check_digit(bytes_str("L898902C3")) == '6' && mrz_check_digit(bytes_str("740812")) == '2', "L898902C3 gives 6, 740812 gives 2");
	ok(mrz_check_digit(bytes_str("52072a")) == 0 && mrz_check_digit(bytes_str("5207 7")) == 0, "no digit over other characters");
	ok(mrz_is_alphabet(bytes_str("AZ09<")) && !mrz_is_alphabet(bytes_str("a")) && !mrz_is_alphabet(bytes_str("A\xc3\x84")), "alphabet");
}

static void
reads_specimen(void)
{
	struct err err = ERR_INIT;
	struct mrz_td3 m;
	char again[MRZ_TD3_LEN + 1], key[MRZ_KEY_LEN + 1], day[DATE_TEXT];

	if (!ok(parse(L1 L2, &m, &err) == 0, "reads the specimen of Doc 9303-4"))
		bail_out("%s", err.text);
	is(m.code, "PP", "document code");
	is(m.issuer, "UTO", "issuing State");
	is(m.name.primary, "ERIKSSON", "primary identifier");
	is(m.name.secondary, "ANNA<MARIA", "secondary identifier");
	ok(!m.name.may_be_truncated, "the name is whole");
	is(m.number, "L898902C3", "document number");
	is(m.nationality, "UTO", "nationality");
	is(date_format(m.birth, day), "1974-08-12", "date of birth");
	is(date_format(m.expiry, day), "2012-04-15", "date of expiry");
	ok(m.sex == 'F', "sex");
	is(m.optional, "ZE184226B", "personal number");
	ok(mrz_td3_compose(&m, again, &err) == 0 && strcmp(again, L1 L2) == 0, "and writes it again");
	mrz_td3_key(L1 L2, key);
	is(key, "L898902C3674081221204159", "MRZ information of BAC");
	ok(parse(L1 L2_NONE, &m, &err) == 0 && parse(L1 L2_NONE_ZERO, &m, &err) == 0, "position 43 without personal number: < or 0");
}

static const struct {
	const char *name, *line1, *line2, *says;
} td3_bad[] = { /* one defect each, in the Utopia specimen */
	{ "document number: digit off by one", L1, "L898902C37UTO7408122F1204159ZE184226B<<<<<10", "document number check digit, line 2 column 10" },
	{ "document number: O for 0", L1, "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10", "document number check digit" },
	{ "date of birth: digit", L1, "L898902C36UTO7408123F1204159ZE184226B<<<<<10", "date of birth check digit, line 2 column 20" },
	{ "date of expiry: digit", L1, "L898902C36UTO7408122F1204151ZE184226B<<<<<10", "date of expiry check digit, line 2 column 28" },
	{ "personal number: digit", L1, "L898902C36UTO7408122F1204159ZE184226B<<<<<20", "personal number check digit, line 2 column 43" },
	{ "personal number: filler for its digit", L1, "L898902C36UTO7408122F1204159ZE184226B<<<<<<0", "personal number check digit" },
	{ "no personal number, but digit 1", L1, "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<19", "personal number check digit" },
	{ "composite", L1, "L898902C36UTO7408122F1204159ZE184226B<<<<<11", "composite check digit, line 2 column 44" },
	{ "A in the date of expiry", L1, "L898902C36UTO7408122F12A4159ZE184226B<<<<<10", "date of expiry, line 2 column 24" },
	{ "E in the date of birth", L1, "L898902C36UTO7E08122F1204159ZE184226B<<<<<10", "date of birth, line 2 column 15" },
	{ "filler in the date of expiry", L1, "L898902C36UTO7408122F12<<159ZE184226B<<<<<10", "date of expiry, line 2 column 24" },
	{ "half a month in the date of birth", L1, "L898902C36UTO74<8122F1204159ZE184226B<<<<<10", "date of birth, line 2 column 14: a part has one filler" },
	{ "letter for a check digit", L1, "L898902C3GUTO7408122F1204159ZE184226B<<<<<10", "document number check digit, line 2 column 10" },
	{ "digit in the nationality", L1, "L898902C36UT07408122F1204159ZE184226B<<<<<10", "nationality, line 2 column 13" },
	{ "no nationality", L1, "L898902C36<<<7408122F1204159ZE184226B<<<<<10", "nationality, line 2 column 11" },
	{ "nationality with a hole", L1, "L898902C36U<O7408122F1204159ZE184226B<<<<<10", "nationality" },
	{ "sex Q", L1, "L898902C36UTO7408122Q1204159ZE184226B<<<<<10", "sex, line 2 column 21" },
	{ "sex X, which the MRZ writes <", L1, "L898902C36UTO7408122X1204159ZE184226B<<<<<10", "sex" },
	{ "no document number", L1, "<<<<<<<<<0UTO7408122F1204159<<<<<<<<<<<<<<<0", "document number" },
	{ "lower case in the name", "PPUTOERIKSSON<<Anna<MARIA<<<<<<<<<<<<<<<<<<<", L2, "name, line 1 column 17" },
	{ "digit in the name", "PPUTOERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", L2, "name, line 1 column 12" },
	{ "blank in the name", "PPUTOERIKSSON<<ANNA MARIA<<<<<<<<<<<<<<<<<<<", L2, "name, line 1 column 20" },
	{ "no name", "PPUTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", L2, "line 1 column 6: name" },
	{ "no primary identifier", "PPUTO<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<<<<<<<<", L2, "line 1 column 6: name" },
	{ "three identifiers", "PPUTOERIKSSON<<ANNA<<MARIA<<<<<<<<<<<<<<<<<<", L2, "line 1 column 6: name: position 16" },
	{ "three fillers between the identifiers", "PPUTOERIKSSON<<<ANNA<MARIA<<<<<<<<<<<<<<<<<<", L2, "name: position 11" },
	{ "a visa", "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", L2, "document code, line 1 column 1" },
	{ "an identity card", "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", L2, "document code" },
	{ "digit in the document code", "P1UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", L2, "document code, line 1 column 2" },
	{ "no issuing State", "PP<<<ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", L2, "issuing State, line 1 column 3" },
	{ "issuing State not at the left", "PP<TOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", L2, "issuing State" },
	{ "one character less", L1, "L898902C36UTO7408122F1204159ZE184226B<<<<<1", "87 characters" },
	{ "one character more", L1, L2 "<", "89 characters" },
	{ "a line break between the lines", L1 "\n", L2, "89 characters" },
	{ "nothing", "", "", "0 characters" }
};

static void
refuses(void)
{
	for (size_t i = 0; i < NELEM(td3_bad); i++) {
		struct err err = ERR_INIT;
		struct mrz_td3 m = { .number = "UNTOUCHED" };
		char lines[200];

		snprintf(lines, sizeof(lines), "%s%s", td3_bad[i].line1, td3_bad[i].line2);
		ok(parse(lines, &m, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, td3_bad[i].says) != NULL, "refuses %s (%s)",
			td3_bad[i].name, err.text);
		ok(strcmp(m.number, "UNTOUCHED") == 0, "and leaves the struct alone");
	}
}

/* A right MRZ with these dates, as text. */
static const char *
with_dates(const char *birth, const char *expiry)
{
	static char lines[MRZ_TD3_LEN + 1];
	char *l2 = lines + MRZ_TD3_WIDTH;
	char sum[40];

	strcpy(lines, L1 L2_NONE);
	memcpy(l2 + 13, birth, 6);
	l2[19] = mrz_check_digit(BYTES(l2 + 13, 6));
	memcpy(l2 + 21, expiry, 6);
	l2[27] = mrz_check_digit(BYTES(l2 + 21, 6));
	snprintf(sum, sizeof(sum), "%.10s%.7s%.22s", l2, l2 + 13, l2 + 21);
	l2[43] = mrz_check_digit(bytes_str(sum));
	return lines;
}

static const struct {
	const char *birth, *expiry, *birth_is, *expiry_is; /* NULL: refused */
} dates[] = {
	{ "740812", "361120", "1974-08-12", "2036-11-20" },
	{ "261121", "361120", "2026-11-21", "2036-11-20" }, /* born today */
	{ "261122", "361120", "1926-11-22", "2036-11-20" }, /* born tomorrow: a hundred years ago */
	{ "271101", "361120", "1927-11-01", "2036-11-20" },
	{ "000229", "360229", "2000-02-29", "2036-02-29" },
	{ "26<<<<", "361120", "2026", "2036-11-20" },
	{ "27<<<<", "361120", "1927", "2036-11-20" },
	{ "2611<<", "361120", "2026-11", "2036-11-20" },
	{ "2612<<", "361120", "1926-12", "2036-11-20" },
	{ "74<<12", "361120", "1974", "2036-11-20" },
	{ "<<<<<<", "361120", "", "2036-11-20" },
	{ "<<0812", "361120", "", "2036-11-20" },
	{ "740812", "941120", "1974-08-12", "1994-11-20" },
	{ "740812", "760101", "1974-08-12", "2076-01-01" },
	{ "740812", "770101", "1974-08-12", "1977-01-01" },
	{ "741312", "361120", NULL, NULL },
	{ "740012", "361120", NULL, NULL },
	{ "740832", "361120", NULL, NULL },
	{ "740431", "361120", NULL, NULL },
	{ "740800", "361120", NULL, NULL },
	{ "750229", "361120", NULL, NULL }, /* 1975 was no leap year */
	{ "740812", "361320", NULL, NULL },
	{ "740812", "370229", NULL, NULL },
	{ "740812", "361100", NULL, NULL },
	{ "74081<", "361120", NULL, NULL },
	{ "<40812", "361120", NULL, NULL },
	{ "74<<3<", "361120", NULL, NULL }
};

static void
resolves_years(void)
{
	for (size_t i = 0; i < NELEM(dates); i++) {
		struct err err = ERR_INIT;
		struct mrz_td3 m;
		char b[DATE_TEXT], e[DATE_TEXT];
		int rc = parse(with_dates(dates[i].birth, dates[i].expiry), &m, &err);

		if (dates[i].birth_is == NULL)
			ok(rc == -1 && err.kind == FAIL_INPUT, "refuses %s, %s (%s)", dates[i].birth, dates[i].expiry, err.text);
		else
			ok(rc == 0 && strcmp(date_format(m.birth, b), dates[i].birth_is) == 0 &&
					strcmp(date_format(m.expiry, e), dates[i].expiry_is) == 0,
				"%s is %s, %s is %s", dates[i].birth, dates[i].birth_is, dates[i].expiry, dates[i].expiry_is);
	}
}

static const struct mrz_td3 specimen = {
	.code = "PP",
	.issuer = "UTO",
	.name = { .primary = "ERIKSSON", .secondary = "ANNA<MARIA" },
	.number = "L898902C3",
	.nationality = "UTO",
	.birth = { DATE_DAY, 8, 12, 1974 },
	.sex = 'F',
	.expiry = { DATE_DAY, 4, 15, 2012 },
	.optional = "ZE184226B",
};

static void
composes(void)
{
	struct err err = ERR_INIT;
	struct mrz_td3 m = specimen;
	char out[MRZ_TD3_LEN + 1];

	ok(mrz_td3_compose(&m, out, &err) == 0 && strcmp(out, L1 L2) == 0, "composes the specimen");
	m.optional[0] = 0;
	m.sex = 'X';
	m.birth = (struct date){ DATE_YEAR, 0, 0, 1974 };
	ok(mrz_td3_compose(&m, out, &err) == 0 && memcmp(out + 44, "L898902C36UTO74<<<<", 19) == 0 && out[64] == '<' &&
			memcmp(out + 72, "<<<<<<<<<<<<<<<", 15) == 0,
		"year of birth alone, sex unspecified, no personal number");
	m.birth = (struct date){ DATE_MONTH, 8, 0, 1974 };
	ok(mrz_td3_compose(&m, out, &err) == 0 && memcmp(out + 57, "7408<<", 6) == 0, "month and year of birth");
	m.birth = DATE_INIT;
	ok(mrz_td3_compose(&m, out, &err) == 0 && memcmp(out + 57, "<<<<<<0", 7) == 0, "unknown date of birth");
	ok(parse(out, &m, &err) == 0 && m.birth.precision == DATE_UNKNOWN && m.sex == 'X', "and reads it back");
	m = specimen;
	strcpy(m.code, "P");
	strcpy(m.issuer, "D");
	strcpy(m.nationality, "D");
	strcpy(m.number, "X1");
	ok(mrz_td3_compose(&m, out, &err) == 0 && memcmp(out, "P<D<<ERIKSSON", 13) == 0 && memcmp(out + 44, "X1<<<<<<<4D<<", 13) == 0,
		"short codes are filled");
}

static void
compose_case(const char *what, struct mrz_td3 m, const char *says)
{
	struct err err = ERR_INIT;
	char out[MRZ_TD3_LEN + 1] = "UNTOUCHED";

	ok(mrz_td3_compose(&m, out, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, says) != NULL, "does not compose %s (%s)", what,
		err.text);
	ok(strcmp(out, "UNTOUCHED") == 0, "and writes nothing");
}

#define BAD(what, says, ...) \
	do { \
		struct mrz_td3 m = specimen; \
		__VA_ARGS__; \
		compose_case(what, m, says); \
	} while (0)

static void
does_not_compose(void)
{
	BAD("document code PU of another form", "document code", strcpy(m.code, "PU"));
	BAD("document code PX", "document code", strcpy(m.code, "PX"));
	BAD("an identity card", "document code", strcpy(m.code, "I"));
	BAD("no document code", "document code", m.code[0] = 0);
	BAD("an unknown State", "issuing State", strcpy(m.issuer, "XYZ"));
	BAD("a State withdrawn", "issuing State", strcpy(m.issuer, "ANT"));
	BAD("issuer DEU", "issuing State", strcpy(m.issuer, "DEU"));
	BAD("stateless as issuer", "issuing State", strcpy(m.issuer, "XXA"));
	BAD("an unknown nationality", "nationality", strcpy(m.nationality, "ZZZ"));
	BAD("a small nationality", "nationality", strcpy(m.nationality, "uto"));
	BAD("no name", "primary identifier", m.name.primary[0] = 0);
	BAD("a name in small letters", "primary identifier", strcpy(m.name.primary, "Eriksson"));
	BAD("a name with two fillers", "primary identifier", strcpy(m.name.primary, "ERIK<<SSON"));
	BAD("a name with a filler at the end", "secondary identifier", strcpy(m.name.secondary, "ANNA<"));
	BAD("a name with a digit", "secondary identifier", strcpy(m.name.secondary, "ANNA2"));
	BAD("no number", "document number", m.number[0] = 0);
	BAD("a number with a filler first", "document number", strcpy(m.number, "<1234"));
	BAD("a number with a filler last", "document number", strcpy(m.number, "1234<"));
	BAD("a number with a hyphen", "document number", strcpy(m.number, "12-34"));
	BAD("sex <", "sex", m.sex = '<');
	BAD("sex 0", "sex", m.sex = 0);
	BAD("30 February", "date of birth", m.birth.month = 2; m.birth.day = 30);
	BAD("an expiry without day", "date of expiry", m.expiry = ((struct date){ DATE_MONTH, 4, 0, 2012 }));
	BAD("no expiry", "date of expiry", m.expiry = DATE_INIT);
	BAD("an expiry before birth", "date of expiry", m.expiry = ((struct date){ DATE_DAY, 8, 11, 1974 }));
	BAD("a personal number in small letters", "personal number", strcpy(m.optional, "ze184226b"));
	BAD("a personal number with a filler first", "personal number", strcpy(m.optional, "<1"));
}

static const struct {
	const char *primary, *secondary, *field;
	size_t width;
} names[] = {
	{ "NILAVADHANANANDA", "CHAYAPA<DEJTHAMRONG<KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", 39 },
	{ "NILAVADHANANANDA", "ARNPOL<PETCH<CHARONGUANG", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU", 39 },
	{ "PAPANDROPOULOUS", "JONATHON<WARREN<TREVOR", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR", 39 }, /* exactly fits */
	{ "PAPANDROPOULOUS", "JONATHON<WARREN<TREVORS", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR", 39 },
	{ "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNAMBOOL", "DINGO<POTOROO", "BENNELON<WOOLOOM<WARRAND<WARNAMB<<DINGO", 39 },
	{ "A", "B", "A<<B", 4 },
	{ "A", "BC", "A<<B", 4 },
	{ "AB", NULL, "AB<<", 4 },
	{ "ABCDE", "", "ABCD", 4 },
	{ "ABC", "DEF", "A<<D", 4 },
	{ "SMITH", "ANNA<MARIA", "SMITH<<ANN<M", 12 }, /* a separator would be last */
	{ "SMITH", "A<MARIA", "SMITH<<A<M", 10 },
	{ "SMITH", "A<MARIA", "SMIT<<A<M", 9 } /* initials alone: a letter of the primary makes room */
};

static void
cuts_names(void)
{
	struct err err = ERR_INIT;
	struct mrz_name back;
	char out[100], long_name[MRZ_IDENTIFIER_MAX + 2];

	for (size_t i = 0; i < NELEM(names); i++) {
		memset(out, 0, sizeof(out));
		ok(mrz_name_field(names[i].primary, names[i].secondary, names[i].width, out, &err) == 0, "fits %zu characters", names[i].width);
		is(out, names[i].field, names[i].field);
		ok(mrz_name_parse(bytes_str(out), &back, &err) == 0, "and can be read");
	}
	memset(out, 'x', sizeof(out));
	ok(mrz_name_field("A<B<C<D<E", "F<G<H", 11, out, &err) == -1 && out[0] == 'x', "no cut of single letters ends with a letter (%s)", err.text);
	memset(long_name, 'A', sizeof(long_name));
	long_name[MRZ_IDENTIFIER_MAX + 1] = 0;
	ok(mrz_name_field(long_name, NULL, 39, out, &err) == -1, "refuses an identifier of %d letters", MRZ_IDENTIFIER_MAX + 1);
	long_name[MRZ_IDENTIFIER_MAX] = 0;
	ok(mrz_name_field(long_name, long_name, 39, out, &err) == 0, "cuts two of %d", MRZ_IDENTIFIER_MAX);
	ok(mrz_name_parse(BYTES(out, 39), &back, &err) == 0 && back.may_be_truncated, "reads it back as perhaps truncated");
}

/* For many lengths: whole when it fits, else full width, a letter last, and readable. */
static void
cuts_by_rule(void)
{
	struct err err = ERR_INIT;
	int wrong = 0, cases = 0;

	for (size_t width = 30; width <= 39; width++)
		for (size_t a = 1; a < 14; a++)
			for (size_t b = 1; b < 14; b++)
				for (size_t n = 1; n < 6; n++) {
					char p[100] = "", s[100] = "", out[40] = "";
					struct mrz_name back;
					size_t whole;

					for (size_t i = 0; i < n; i++) {
						sprintf(p + strlen(p), "%s%.*s", i > 0 ? "<" : "", (int)(a + i % 2), "PRIMARYIDENTIFIER");
						sprintf(s + strlen(s), "%s%.*s", i > 0 ? "<" : "", (int)(b + i % 3), "SECONDARYIDENTIFIER");
					}
					whole = strlen(p) + 2 + strlen(s);
					cases++;
					if (mrz_name_field(p, s, width, out, &err) == -1 || mrz_name_parse(BYTES(out, width), &back, &err) == -1)
						wrong++;
					else if (whole <= width)
						wrong += strcmp(back.primary, p) != 0 || strcmp(back.secondary, s) != 0;
					else
						wrong += !back.may_be_truncated || back.secondary[0] == 0 ||
							(strlen(p) + 4 < width && strlen(back.primary) + 1 < strlen(p));
				}
	ok(wrong == 0, "%d names of all lengths obey the rules (%d do not)", cases, wrong);
}

static void
from_unicode(void)
{
	struct err err = ERR_INIT;
	struct mrz_name name;

	ok(mrz_name_from_unicode(bytes_str("van der Müllen"), bytes_str("Jörg-Peter"), &translit_recommended, &name, &err) == 0 &&
			strcmp(name.primary, "VAN<DER<MUELLEN") == 0 && strcmp(name.secondary, "JOERG<PETER") == 0,
		"a name from Unicode");
	ok(mrz_name_from_unicode(bytes_str("Arkfreith"), BYTES_NONE, &translit_recommended, &name, &err) == 0 && name.secondary[0] == 0,
		"a name without secondary identifier");
	ok(mrz_name_from_unicode(bytes_str("Smith"), bytes_str("សុខ"), &translit_recommended, &name, &err) == -1 &&
			strncmp(err.text, "secondary identifier: ", 22) == 0,
		"says which identifier has no transliteration (%s)", err.text);
	is(name.primary, "ARKFREITH", "and leaves the name alone");
}

static void
vectors(const char *file)
{
	struct data_lines d;
	char *row[4];
	int good = 0, bad = 0;

	if (!data_open(&d, file)) {
		skip(file, "no test data");
		return;
	}
	while (data_row(&d, row, 4) >= 3) {
		struct err err = ERR_INIT;
		struct mrz_td3 m;
		char lines[200] = "";
		const char *slash = strchr(row[2], '/');
		bool is_good = strcmp(row[1], "OK") == 0;

		if (row[0][0] == '#' || slash == NULL || strchr(slash + 1, '/') != NULL ||
			(strcmp(row[0], "TD3/MRV-A") != 0 && strcmp(row[0], "-") != 0) || (row[2][0] != 'P' && is_good))
			continue;
		snprintf(lines, sizeof(lines), "%.*s%s", (int)(slash - row[2]), row[2], slash + 1);
		if (is_good)
			ok(parse(lines, &m, &err) == 0, "reads %s (%s)", row[2], err.text);
		else
			ok(parse(lines, &m, &err) == -1, "refuses %s: %s (%s)", row[1], row[2], err.text);
		good += is_good;
		bad += !is_good;
	}
	data_close(&d);
	ok(good >= 5 && bad >= 3, "%s: %d good, %d bad", file, good, bad);
}

static void
name_vectors(void)
{
	struct data_lines d;
	char *row[6];

	if (!data_open(&d, "icao/mrz/names.tsv")) {
		skip("icao/mrz/names.tsv", "no test data");
		return;
	}
	while (data_row(&d, row, 6) >= 5) {
		struct err err = ERR_INIT;
		struct mrz_name name = { .may_be_truncated = false };
		char out[40] = "";
		size_t n = 39;

		if (row[0][0] == '#')
			continue;
		ok(mrz_name_from_unicode(bytes_str(row[2]), bytes_str(row[3]), &translit_recommended, &name, &err) == 0 &&
				mrz_name_field(name.primary, name.secondary, 39, out, &err) == 0,
			"composes %s (%s)", row[4], err.text);
		while (n > 0 && out[n - 1] == '<')
			out[--n] = 0;
		if (strncmp(row[2], "BENNELONG", 9) == 0) /* several results are permitted */
			ok(n == 39 && strncmp(out, "BENNEL", 6) == 0 && strstr(out, "<<DI") != NULL, "cut by rule: %s", out);
		else
			is(out, row[4], row[4]);
	}
	data_close(&d);
}

int
main(void)
{
	check_digits();
	reads_specimen();
	refuses();
	resolves_years();
	composes();
	does_not_compose();
	cuts_names();
	cuts_by_rule();
	from_unicode();
	vectors("icao/mrz/mrz_vectors.tsv");
	vectors("icao/mrz/mrz_vectors_collected.tsv");
	name_vectors();
	return done_testing();
}
