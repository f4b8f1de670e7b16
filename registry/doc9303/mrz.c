/* mrz.c - layouts of the machine readable zone, check digits, and how one is written. */
#include <assert.h>
#include <stdio.h>

#include "registry/doc9303/mrz-local.h"
#include "registry/doc9303/states.h"

/* clang-format off */
#define LINE_1(name_width) \
	[F_CODE] = { "document code", 1, 1, 2, MRZ_LETTERS }, \
	[F_ISSUER] = { "issuing State", 1, 3, 3, MRZ_LETTERS }, \
	[F_NAME] = { "name", 1, 6, name_width, MRZ_LETTERS }
#define LINE_2(number_digit) \
	[F_NUMBER] = { "document number", 2, 1, 9, MRZ_ANY }, \
	[F_NUMBER_DIGIT] = { "document number check digit", 2, 10, 1, number_digit }, \
	[F_NATIONALITY] = { "nationality", 2, 11, 3, MRZ_LETTERS }, \
	[F_BIRTH] = { "date of birth", 2, 14, 6, MRZ_DIGITS_FILL }, \
	[F_BIRTH_DIGIT] = { "date of birth check digit", 2, 20, 1, MRZ_DIGITS }, \
	[F_SEX] = { "sex", 2, 21, 1, MRZ_LETTERS }, \
	[F_EXPIRY] = { "date of expiry", 2, 22, 6, MRZ_DIGITS }, \
	[F_EXPIRY_DIGIT] = { "date of expiry check digit", 2, 28, 1, MRZ_DIGITS }

const struct mrz_layout mrz_layouts[MRZ_FORMS] = {
	[MRZ_TD3] = { "TD3", "Doc 9303-4 4.2.2", 44, 2, "P", false, { { 44, 10 }, { 57, 7 }, { 65, 22 } }, {
		LINE_1(39), LINE_2(MRZ_DIGITS),
		[F_OPTIONAL] = { "personal number", 2, 29, 14, MRZ_ANY },
		[F_OPTIONAL_DIGIT] = { "personal number check digit", 2, 43, 1, MRZ_DIGITS_FILL },
		[F_COMPOSITE] = { "composite check digit", 2, 44, 1, MRZ_DIGITS } } },
	[MRZ_TD2] = { "TD2", "Doc 9303-6 4.2.2", 36, 2, "ACIP", true, { { 36, 10 }, { 49, 7 }, { 57, 14 } }, {
		LINE_1(31), LINE_2(MRZ_DIGITS_FILL),
		[F_OPTIONAL] = { "optional data", 2, 29, 7, MRZ_ANY },
		[F_COMPOSITE] = { "composite check digit", 2, 36, 1, MRZ_DIGITS } } },
	[MRZ_TD1] = { "TD1", "Doc 9303-5 4.2.2", 30, 3, "ACI", true, { { 5, 25 }, { 30, 7 }, { 38, 7 }, { 48, 11 } }, {
		[F_CODE] = { "document code", 1, 1, 2, MRZ_LETTERS },
		[F_ISSUER] = { "issuing State", 1, 3, 3, MRZ_LETTERS },
		[F_NUMBER] = { "document number", 1, 6, 9, MRZ_ANY },
		[F_NUMBER_DIGIT] = { "document number check digit", 1, 15, 1, MRZ_DIGITS_FILL },
		[F_OPTIONAL] = { "optional data", 1, 16, 15, MRZ_ANY },
		[F_BIRTH] = { "date of birth", 2, 1, 6, MRZ_DIGITS_FILL },
		[F_BIRTH_DIGIT] = { "date of birth check digit", 2, 7, 1, MRZ_DIGITS },
		[F_SEX] = { "sex", 2, 8, 1, MRZ_LETTERS },
		[F_EXPIRY] = { "date of expiry", 2, 9, 6, MRZ_DIGITS },
		[F_EXPIRY_DIGIT] = { "date of expiry check digit", 2, 15, 1, MRZ_DIGITS },
		[F_NATIONALITY] = { "nationality", 2, 16, 3, MRZ_LETTERS },
		[F_OPTIONAL2] = { "optional data of line 2", 2, 19, 11, MRZ_ANY },
		[F_COMPOSITE] = { "composite check digit", 2, 30, 1, MRZ_DIGITS },
		[F_NAME] = { "name", 3, 1, 30, MRZ_LETTERS } } },
	[MRZ_MRVA] = { "MRV-A", "Doc 9303-7 4.2.2", 44, 2, "V", false, { { 0, 0 } }, {
		LINE_1(39), LINE_2(MRZ_DIGITS), [F_OPTIONAL] = { "optional data", 2, 29, 16, MRZ_ANY } } },
	[MRZ_MRVB] = { "MRV-B", "Doc 9303-7 4.2.2", 36, 2, "V", false, { { 0, 0 } }, {
		LINE_1(31), LINE_2(MRZ_DIGITS), [F_OPTIONAL] = { "optional data", 2, 29, 8, MRZ_ANY } } }
};
#undef LINE_1
#undef LINE_2
/* clang-format on */

/* Doc 9303-4 4.4: second letters of a booklet's code; "P" alone until the end of 2027. */
static const char td3_letters[] = "DELMOPRST";

const char *
mrz_form_name(enum mrz_form form)
{
	return mrz_layouts[form].name;
}

unsigned
mrz_form_width(enum mrz_form form)
{
	return mrz_layouts[form].width;
}

unsigned
mrz_form_lines(enum mrz_form form)
{
	return mrz_layouts[form].lines;
}

unsigned
mrz_form_name_width(enum mrz_form form)
{
	return mrz_layouts[form].field[F_NAME].width;
}

int
mrz_form_of(struct bytes lines, enum mrz_form *form, struct err *err)
{
	bool is_visa = lines.n > 0 && lines.p[0] == 'V';

	switch (lines.n) {
	case 90: *form = MRZ_TD1; return 0;
	case 88: *form = is_visa ? MRZ_MRVA : MRZ_TD3; return 0;
	case 72: *form = is_visa ? MRZ_MRVB : MRZ_TD2; return 0;
	default: break;
	}
	return err_set(err, FAIL_INPUT, "MRZ: %zu characters, wanted 3 lines of 30, or 2 of 36 or 44 (Doc 9303-3 4.1)", lines.n);
}

/* ---- characters ---- */

/* clang-format off */
#define D MRZ_DIGIT
#define L MRZ_LETTER
const uint8_t mrz_classes[256] = {
	['<'] = MRZ_FILLER,
	['0'] = D, ['1'] = D, ['2'] = D, ['3'] = D, ['4'] = D, ['5'] = D, ['6'] = D, ['7'] = D, ['8'] = D, ['9'] = D,
	['A'] = L, ['B'] = L, ['C'] = L, ['D'] = L, ['E'] = L, ['F'] = L, ['G'] = L, ['H'] = L, ['I'] = L, ['J'] = L, ['K'] = L, ['L'] = L, ['M'] = L,
	['N'] = L, ['O'] = L, ['P'] = L, ['Q'] = L, ['R'] = L, ['S'] = L, ['T'] = L, ['U'] = L, ['V'] = L, ['W'] = L, ['X'] = L, ['Y'] = L, ['Z'] = L
};
#undef D
#undef L
/* clang-format on */

/*
 * Doc 9303-3 4.9: 0-9 their value, A-Z 10 to 35, < 0.  What the MRZ does not have counts more than all characters of an MRZ together, so a sum
 * tells whether one was bad.
 */
/* clang-format off */
enum { NONE = 0x4000 };
#define N8 NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE
#define N32 N8, N8, N8, N8
static const uint16_t values[256] = {
	N32, N8, N8,
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, NONE, NONE, 0, NONE, NONE, NONE,
	NONE, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, NONE, NONE, NONE, NONE, NONE,
	N32, N32, N32, N32, N32
};
#undef N8
#undef N32
/* clang-format on */

/* Sums of the characters by their weight: 7, 3 and 1. */
struct digit_sum {
	unsigned sum[3], place; /* place: index of the next one */
};

static void
digit_add(struct digit_sum *s, struct bytes field)
{
	unsigned s7, s3, s1;
	const uint8_t *p = field.p, *end = field.p + field.n;

	for (; p < end && s->place != 0; p++) {
		s->sum[s->place] += values[*p];
		s->place = s->place == 2 ? 0 : s->place + 1;
	}
	s7 = s->sum[0];
	s3 = s->sum[1];
	s1 = s->sum[2];
	for (; end - p >= 3; p += 3) {
		s7 += values[p[0]];
		s3 += values[p[1]];
		s1 += values[p[2]];
	}
	s->sum[0] = s7;
	s->sum[1] = s3;
	s->sum[2] = s1;
	for (; p < end; p++)
		s->sum[s->place++] += values[*p];
}

static char
digit_of(const struct digit_sum *s)
{
	if (s->sum[0] >= NONE || s->sum[1] >= NONE || s->sum[2] >= NONE)
		return 0;
	return (char)('0' + (7 * s->sum[0] + 3 * s->sum[1] + s->sum[2]) % 10);
}

char
mrz_check_digit(struct bytes field)
{
	struct digit_sum s = { 0 };

	digit_add(&s, field);
	return digit_of(&s);
}

char
mrz_composite(const struct mrz_layout *l, const char *lines)
{
	struct digit_sum s = { 0 };

	for (size_t i = 0; i < NELEM(l->composite) && l->composite[i][1] > 0; i++)
		digit_add(&s, BYTES(lines + l->composite[i][0], l->composite[i][1]));
	return digit_of(&s);
}

bool
mrz_is_alphabet(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (mrz_classes[text.p[i]] == 0)
			return false;
	return true;
}

bool
mrz_is_number(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && mrz_is_alphabet(bytes_str(text)) && text[0] != '<' && text[n - 1] != '<';
}

int
mrz_number(const char *printed, char out[MRZ_MAX_NUMBER + 1], struct err *err)
{
	char made[MRZ_MAX_NUMBER + 1];
	size_t n = 0;

	for (const char *p = printed; *p != 0; p++) {
		char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;

		if (((unsigned char)c & 0xC0) == 0x80) /* the rest of a character that has become one filler */
			continue;
		if (n == MRZ_MAX_NUMBER)
			return err_set(err, FAIL_INPUT, "document number: more than %d characters (Doc 9303-5 4.2.2)", MRZ_MAX_NUMBER);
		made[n++] = mrz_classes[(uint8_t)c] == 0 ? '<' : c;
	}
	while (n > 0 && made[n - 1] == '<')
		n--;
	made[n] = 0;
	if (!mrz_is_number(made))
		return err_set(err, FAIL_INPUT, "document number: does not begin with a letter or digit (Doc 9303-3 4.3)");
	memcpy(out, made, n + 1);
	return 0;
}

/* ---- document codes ---- */

/* Whether a document issued now may bear it. */
static bool
is_document_code(enum mrz_form form, const char *code)
{
	size_t n = strlen(code);
	bool has_second = n == 2 && code[1] >= 'A' && code[1] <= 'Z';

	if (n < 1 || n > 2 || (n == 2 && !has_second))
		return false;
	switch (form) {
	case MRZ_TD3: return code[0] == 'P' && (n == 1 || strchr(td3_letters, code[1]) != NULL);
	case MRZ_TD2:
		if (code[0] == 'P')
			return strcmp(code, "PU") == 0;
		/* fall through */
	case MRZ_TD1: return strchr("ACI", code[0]) != NULL && code[1] != 'V' && strcmp(code, "AI") != 0;
	case MRZ_MRVA:
	case MRZ_MRVB: return code[0] == 'V';
	case MRZ_FORMS: break;
	}
	return false;
}

int
mrz_check_code(enum mrz_form form, const char *code, struct date issued_on, struct date expiry, struct err *err)
{
	const struct mrz_layout *l = &mrz_layouts[form];

	if (!is_document_code(form, code))
		return err_set(err, FAIL_INPUT, "document code: not one of a %s (%s)", l->name, form == MRZ_TD3 ? "Doc 9303-4 4.4" : l->clause);
	if (strcmp(code, "P") != 0)
		return 0;
	if (issued_on.year >= 2028)
		return err_set(err, FAIL_INPUT, "document code: from 2028 on a passport has a second letter (Doc 9303-4 4.4)");
	if (expiry.year >= 2038)
		return err_set(err, FAIL_INPUT, "document code: a passport without second letter must expire before 2038 (Doc 9303-4 4.4)");
	return 0;
}

/* ---- writing ---- */

int
mrz_field_bad(const struct mrz_layout *l, enum mrz_field_id field, struct err *err, const char *fmt, ...)
{
	const struct mrz_field *f = &l->field[field];
	char what[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(err, FAIL_INPUT, "%s, line %u column %u: %s", f->name, f->line, f->column, what);
}

/* Left-aligned, the rest filled. */
static void
field_put(const struct mrz_layout *l, char *lines, enum mrz_field_id field, const char *text)
{
	char *p = lines + mrz_at(l, field);
	size_t n = strlen(text);

	assert(n <= l->field[field].width);
	memset(p, '<', l->field[field].width);
	memcpy(p, text, n);
}

static void
two_digits(char *p, unsigned n)
{
	p[0] = (char)('0' + n / 10 % 10);
	p[1] = (char)('0' + n % 10);
}

static void
put_date(const struct mrz_layout *l, char *lines, enum mrz_field_id field, struct date d)
{
	char *p = lines + mrz_at(l, field);

	memset(p, '<', 6);
	if (d.precision >= DATE_YEAR)
		two_digits(p, d.year % 100u);
	if (d.precision >= DATE_MONTH)
		two_digits(p + 2, d.month);
	if (d.precision >= DATE_DAY)
		two_digits(p + 4, d.day);
}

static void
put_digit(const struct mrz_layout *l, char *lines, enum mrz_field_id digit, enum mrz_field_id of)
{
	lines[mrz_at(l, digit)] = mrz_check_digit(mrz_field_in(l, lines, of));
}

/* The optional field: text, or behind the rest of a long number. */
static int
check_optional(const struct mrz_layout *l, const struct mrz *m, struct err *err)
{
	size_t number = strlen(m->number), optional = strlen(m->optional), width = l->field[F_OPTIONAL].width;
	size_t taken = number > 9 ? number - 9 + 2 : 0;

	if (number > 9 && (!l->has_long_number || taken > width))
		return mrz_field_bad(l, F_NUMBER, err, "%zu characters, at most %zu (%s)", number, l->has_long_number ? 9 + width - 2 : 9, l->clause);
	if (optional > 0 && (!mrz_is_number(m->optional) || taken + optional > width))
		return mrz_field_bad(l, F_OPTIONAL, err, "must be up to %zu of A-Z and 0-9 (%s)", width - taken, l->clause);
	if (m->optional2[0] != 0 && (!mrz_is_number(m->optional2) || strlen(m->optional2) > l->field[F_OPTIONAL2].width))
		return l->field[F_OPTIONAL2].width == 0
			? err_set(err, FAIL_INPUT, "optional data of line 2: a %s has none (%s)", l->name, l->clause)
			: mrz_field_bad(l, F_OPTIONAL2, err, "must be up to %u of A-Z and 0-9 (%s)", l->field[F_OPTIONAL2].width, l->clause);
	return 0;
}

static int
check(const struct mrz_layout *l, const struct mrz *m, struct err *err)
{
	if (!is_document_code(m->form, m->code))
		return m->form == MRZ_TD3 ? mrz_field_bad(l, F_CODE, err, "not a code of a passport booklet (Doc 9303-4 4.4)")
					  : mrz_field_bad(l, F_CODE, err, "not a code of a %s (%s)", l->name, l->clause);
	if (!states_valid_issuer(m->issuer))
		return mrz_field_bad(l, F_ISSUER, err, "not a code that may issue (Doc 9303-3 section 5)");
	if (!mrz_is_number(m->number))
		return mrz_field_bad(l, F_NUMBER, err, "must be 1 to 9 of A-Z and 0-9 (%s)", l->clause);
	if (!states_valid_nationality(m->nationality))
		return mrz_field_bad(l, F_NATIONALITY, err, "not a code of a nationality (Doc 9303-3 section 5)");
	if (!date_valid(m->birth))
		return mrz_field_bad(l, F_BIRTH, err, "not a day of the calendar (Doc 9303-3 4.8)");
	if (m->sex != 'F' && m->sex != 'M' && m->sex != 'X')
		return mrz_field_bad(l, F_SEX, err, "must be F, M or X (%s)", l->clause);
	if (!date_valid(m->expiry) || m->expiry.precision != DATE_DAY)
		return mrz_field_bad(l, F_EXPIRY, err, "must be a whole day of the calendar (Doc 9303-3 4.8)");
	if (m->birth.precision != DATE_UNKNOWN && !date_surely_before(m->birth, m->expiry))
		return mrz_field_bad(l, F_EXPIRY, err, "is not after the date of birth");
	return check_optional(l, m, err);
}

/* The first nine characters in their place; what is longer goes on in the optional field with its digit. */
static void
put_number(const struct mrz_layout *l, char *lines, const struct mrz *m)
{
	size_t n = strlen(m->number);
	char optional[40];

	if (n <= 9) {
		field_put(l, lines, F_NUMBER, m->number);
		put_digit(l, lines, F_NUMBER_DIGIT, F_NUMBER);
		field_put(l, lines, F_OPTIONAL, m->optional);
		return;
	}
	memcpy(lines + mrz_at(l, F_NUMBER), m->number, 9);
	lines[mrz_at(l, F_NUMBER_DIGIT)] = '<';
	snprintf(optional, sizeof(optional), "%s%c<%s", m->number + 9, mrz_check_digit(bytes_str(m->number)), m->optional);
	field_put(l, lines, F_OPTIONAL, optional);
}

int
mrz_compose(const struct mrz *m, char out[MRZ_MAX_LEN + 1], struct err *err)
{
	const struct mrz_layout *l = &mrz_layouts[m->form];
	size_t length = (size_t)l->width * l->lines;
	char lines[MRZ_MAX_LEN + 1];

	if (check(l, m, err) == -1 ||
		mrz_name_field(m->name.primary, m->name.secondary, l->field[F_NAME].width, lines + mrz_at(l, F_NAME), err) == -1)
		return -1;
	field_put(l, lines, F_CODE, m->code);
	field_put(l, lines, F_ISSUER, m->issuer);
	put_number(l, lines, m);
	field_put(l, lines, F_NATIONALITY, m->nationality);
	put_date(l, lines, F_BIRTH, m->birth);
	field_put(l, lines, F_SEX, m->sex == 'F' ? "F" : m->sex == 'M' ? "M"
								       : "<");
	put_date(l, lines, F_EXPIRY, m->expiry);
	put_digit(l, lines, F_BIRTH_DIGIT, F_BIRTH);
	put_digit(l, lines, F_EXPIRY_DIGIT, F_EXPIRY);
	if (l->field[F_OPTIONAL2].width > 0)
		field_put(l, lines, F_OPTIONAL2, m->optional2);
	if (l->field[F_OPTIONAL_DIGIT].width > 0) {
		put_digit(l, lines, F_OPTIONAL_DIGIT, F_OPTIONAL);
		if (m->optional[0] == 0) /* nothing there: '<' and '0' are both right, '<' is what most States print */
			lines[mrz_at(l, F_OPTIONAL_DIGIT)] = '<';
	}
	if (l->field[F_COMPOSITE].width > 0)
		lines[mrz_at(l, F_COMPOSITE)] = mrz_composite(l, lines);
	memcpy(out, lines, length);
	out[length] = 0;
	return 0;
}

void
mrz_put_personal_number(struct mrz *m, const char *number)
{
	const struct mrz_layout *l = &mrz_layouts[m->form];
	size_t digits = strlen(m->number), taken = digits > 9 ? digits - 9 + 2 : 0, n = strlen(number);

	if ((m->form == MRZ_TD3 || m->form == MRZ_TD1) && taken + n <= l->field[F_OPTIONAL].width)
		memcpy(m->optional, number, n + 1);
}

int
mrz_td3_compose(const struct mrz_td3 *td3, char out[MRZ_TD3_LEN + 1], struct err *err)
{
	struct mrz m;
	char lines[MRZ_MAX_LEN + 1];

	m.form = MRZ_TD3;
	memcpy(m.code, td3->code, sizeof(m.code));
	memcpy(m.issuer, td3->issuer, sizeof(m.issuer));
	m.name = td3->name;
	memcpy(m.number, td3->number, sizeof(td3->number));
	memcpy(m.nationality, td3->nationality, sizeof(m.nationality));
	m.birth = td3->birth;
	m.sex = td3->sex;
	m.expiry = td3->expiry;
	memcpy(m.optional, td3->optional, sizeof(td3->optional));
	m.optional2[0] = 0;
	if (mrz_compose(&m, lines, err) == -1)
		return -1;
	memcpy(out, lines, MRZ_TD3_LEN + 1);
	return 0;
}
