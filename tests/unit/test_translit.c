/* Doc 9303-3 4.6 and section 6; the data files are its tables. */
#include "registry/base/text.h"
#include "registry/doc9303/translit.h"
#include "tests/data.h"
#include "tests/tap.h"

static const struct translit_options first_choice = { 0 };
static const struct translit_options second_choice = {
	.a_umlaut = A_UMLAUT_A,
	.a_ring = A_RING_A,
	.o_umlaut = O_UMLAUT_O,
	.u_umlaut = U_UMLAUT_UXX,
	.n_tilde = N_TILDE_NXX,
};
static const struct translit_options third_choice = { .u_umlaut = U_UMLAUT_U };
static const struct translit_options ukrainian = { .cyrillic = TRANSLIT_UKRAINIAN }, serbian = { .cyrillic = TRANSLIT_SERBIAN },
				     bulgarian = { .cyrillic = TRANSLIT_BULGARIAN }, macedonian = { .cyrillic = TRANSLIT_MACEDONIAN },
				     belorussian = { .cyrillic = TRANSLIT_BELORUSSIAN };

/* The MRZ of a name, or "" when it is refused. */
static const char *
mrz_of(const char *name, const struct translit_options *options)
{
	static char text[256];
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	text[0] = 0;
	if (translit_identifier(bytes_str(name), options, &b, &err) == 0 && b.n < sizeof(text))
		strcpy(text, buf_cstr(&b));
	else if (err.kind != FAIL_INPUT)
		strcpy(text, "wrong kind of failure");
	buf_clear(&b);
	return text;
}

static const struct {
	const char *name, *mrz;
	const struct translit_options *options;
} good[] = {
	{ "Eriksson", "ERIKSSON", &first_choice },
	{ "Anna Maria", "ANNA<MARIA", &first_choice },
	{ "Smith-Jones", "SMITH<JONES", &first_choice },
	{ "O’Connor", "OCONNOR", &first_choice },
	{ "D'Artagnan", "DARTAGNAN", &first_choice },
	{ "Smith, Jr.", "SMITH<JR", &first_choice },
	{ "St. John (the younger)", "ST<JOHN<THE<YOUNGER", &first_choice },
	{ "Saint-  Exupéry –", "SAINT<EXUPERY", &first_choice },
	{ "'t Hooft", "T<HOOFT", &first_choice },
	{ "Müller", "MUELLER", &first_choice },
	{ "Müller", "MUXXLLER", &second_choice },
	{ "Müller", "MULLER", &third_choice },
	{ "Mu\xcc\x88ller", "MUELLER", &first_choice }, /* decomposed */
	{ "Österberg", "OESTERBERG", &first_choice },
	{ "Österberg", "OSTERBERG", &second_choice },
	{ "Åse", "AASE", &first_choice },
	{ "Åse", "ASE", &second_choice },
	{ "Núñez", "NUNEZ", &first_choice },
	{ "Núñez", "NUNXXEZ", &second_choice },
	{ "Straße", "STRASSE", &first_choice },
	{ "STRA\xe1\xba\x9e"
	  "E",
		"STRASSE", &first_choice },
	{ "Þór", "THOR", &first_choice },
	{ "Sœur Æsa", "SOEUR<AESA", &first_choice },
	{ "ıŞIK İpek", "ISIK<IPEK", &first_choice },
	{ "Gal·la L·Lorens", "GALLA<LLORENS", &first_choice },
	{ "Nguyễn Thị Hường", "NGUYEN<THI<HUONG", &first_choice },
	{ "Băsescu Țuțu", "BASESCU<TUTU", &first_choice },
	{ "Иванова", "IVANOVA", &first_choice },
	{ "Щербаков", "SHCHERBAKOV", &first_choice },
	{ "Щербаков", "SHTERBAKOV", &bulgarian },
	{ "Юлія Зеленська", "YULIIA<ZELENSKA", &ukrainian },
	{ "Юлія", "IULIIA", &first_choice },
	{ "Єрмак Гнат", "YERMAK<HNAT", &ukrainian },
	{ "Жика Шабац Чачак", "ZIKA<SABAC<CACAK", &serbian },
	{ "Ќосе Џамбаз", "KJOSE<DJAMBAZ", &macedonian },
	{ "Алёна", "ALIONA", &belorussian },
	{ "Алёна", "ALENA", &first_choice },
	{ "عبّاس", "EBBAS", &first_choice },
	{ "عَبَّاس", "EBBAS", &first_choice },
	{ "فاطمة", "FAXTTMXAH", &first_choice },
	{ "فاطمة الزهراء", "FAXTTMXAH<ALZHRAXE", &first_choice },
	{ "محمد، أحمد", "MXHMD<XAEXHMD", &first_choice },
	{ "Henry II", "HENRY<II", &first_choice }
};

static const struct {
	const char *what, *name, *code_point;
} bad[] = {
	{ "nothing", "", NULL },
	{ "blanks only", "   ", NULL },
	{ "punctuation only", "-'.", NULL },
	{ "a numeral", "Henry 8", "U+0038" },
	{ "Khmer", "សុខ", "U+179F" },
	{ "Greek", "Παπαδόπουλος", "U+03A0" },
	{ "Han", "王", "U+738B" },
	{ "Latin then Thai", "Anna สม", "U+0E2A" },
	{ "Serbian Tshe, not in table B", "Ћирић", "U+040B" },
	{ "Arabic-Indic digits", "علي ٣", "U+0663" },
	{ "a currency sign", "A$AP", "U+0024" },
	{ "an emoji", "Anna \xf0\x9f\x98\x80", "U+1F600" },
	{ "a right-to-left override", "Anna\xe2\x80\xae", "U+202E" },
	{ "a control character", "Anna\x01", "U+0001" },
	{ "not UTF-8", "Anna\xff", NULL },
	{ "an overlong form", "An\xc0\xaena", NULL }
};

static void
table_agrees(const char *file, const struct translit_options *options, int fields_of_choice)
{
	struct data_lines lines;
	char *row[4];
	int rows = 0, wrong = 0;

	if (!data_open(&lines, file)) {
		skip(file, "no test data");
		return;
	}
	while (data_row(&lines, row, 4) >= 2) {
		char name[16], want[32], *code = row[2] != NULL ? row[2] : row[1] + strlen(row[1]);

		if (row[0][0] == '#')
			continue;
		rows++;
		snprintf(name, sizeof(name), "A%sB", row[1]);
		code[strcspn(code, fields_of_choice ? "/" : "\n")] = 0;
		if (strcmp(code, "DOUBLE") == 0)
			continue;
		snprintf(want, sizeof(want), "A%sB", code);
		if (strcmp(mrz_of(name, options), want) != 0) {
			printf("# U+%s: %s, wanted %s\n", row[0], mrz_of(name, options), want);
			wrong++;
		}
	}
	data_close(&lines);
	ok(rows > 40 && wrong == 0, "%s: %d letters", file, rows);
}

int
main(void)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < NELEM(good); i++)
		is(mrz_of(good[i].name, good[i].options), good[i].mrz, good[i].name);
	for (size_t i = 0; i < NELEM(bad); i++) {
		err_clear(&err);
		buf_clear(&b);
		buf_str(&b, "before");
		ok(translit_identifier(bytes_str(bad[i].name), &translit_recommended, &b, &err) == -1 && err.kind == FAIL_INPUT,
			"refuses %s", bad[i].what);
		ok(bad[i].code_point == NULL || strstr(err.text, bad[i].code_point) != NULL, "names %s (%s)",
			bad[i].code_point != NULL ? bad[i].code_point : "nothing", err.text);
		is(buf_cstr(&b), "before", "leaves the output alone");
	}
	buf_clear(&b);
	ok(translit_is_identifier("A") && translit_is_identifier("VAN<DER<MUELLEN"), "identifiers");
	ok(!translit_is_identifier("") && !translit_is_identifier("<A") && !translit_is_identifier("A<") &&
			!translit_is_identifier("A<<B") && !translit_is_identifier("A1") && !translit_is_identifier("a") &&
			!translit_is_identifier("A B"),
		"no identifiers");
	table_agrees("icao/mrz/translit_latin.tsv", &first_choice, 1);
	table_agrees("icao/mrz/translit_cyrillic.tsv", &first_choice, 1);
	table_agrees("icao/mrz/translit_arabic.tsv", &first_choice, 1);
	return done_testing();
}
