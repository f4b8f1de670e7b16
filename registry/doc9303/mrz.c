/* mrz.c - the TD3 machine readable zone, written and read. */
#include <assert.h>
#include <stdio.h>

#include "registry/doc9303/mrz.h"
#include "registry/doc9303/states.h"

/* What may stand at a position. */
enum mrz_class {
	ANY = 1,    /* A-Z 0-9 < */
	LETTERS,    /* A-Z < */
	DIGITS,     /* 0-9 */
	DIGITS_FILL /* 0-9 < */
};

/* A field of a form: where it stands, what it holds, what its name is for a person. */
struct mrz_field {
	const char *name;
	uint8_t line, column, width; /* line and column from 1 */
	uint8_t chars;               /* enum mrz_class */
};

enum td3_field {
	TD3_CODE,
	TD3_ISSUER,
	TD3_NAME,
	TD3_NUMBER,
	TD3_NUMBER_DIGIT,
	TD3_NATIONALITY,
	TD3_BIRTH,
	TD3_BIRTH_DIGIT,
	TD3_SEX,
	TD3_EXPIRY,
	TD3_EXPIRY_DIGIT,
	TD3_OPTIONAL,
	TD3_OPTIONAL_DIGIT,
	TD3_COMPOSITE,
	TD3_FIELDS
};

/* Doc 9303-4 4.2.2 */
static const struct mrz_field td3[TD3_FIELDS] = {
	[TD3_CODE] = { "document code", 1, 1, 2, LETTERS },
	[TD3_ISSUER] = { "issuing State", 1, 3, 3, LETTERS },
	[TD3_NAME] = { "name", 1, 6, MRZ_TD3_NAME, LETTERS },
	[TD3_NUMBER] = { "document number", 2, 1, 9, ANY },
	[TD3_NUMBER_DIGIT] = { "document number check digit", 2, 10, 1, DIGITS },
	[TD3_NATIONALITY] = { "nationality", 2, 11, 3, LETTERS },
	[TD3_BIRTH] = { "date of birth", 2, 14, 6, DIGITS_FILL },
	[TD3_BIRTH_DIGIT] = { "date of birth check digit", 2, 20, 1, DIGITS },
	[TD3_SEX] = { "sex", 2, 21, 1, LETTERS },
	[TD3_EXPIRY] = { "date of expiry", 2, 22, 6, DIGITS },
	[TD3_EXPIRY_DIGIT] = { "date of expiry check digit", 2, 28, 1, DIGITS },
	[TD3_OPTIONAL] = { "personal number", 2, 29, 14, ANY },
	[TD3_OPTIONAL_DIGIT] = { "personal number check digit", 2, 43, 1, DIGITS_FILL },
	[TD3_COMPOSITE] = { "composite check digit", 2, 44, 1, DIGITS }
};

/* Doc 9303-4 4.4; "P" alone until the end of 2027. */
static const char td3_codes[][3] = { "P", "PD", "PE", "PL", "PM", "PO", "PP", "PR", "PS", "PT" };

/* ---- characters ---- */

/* Doc 9303-3 4.9: 0-9 their value, A-Z 10 to 35, < 0; -1 for what the MRZ does not have. */
static int
mrz_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return c == '<' ? 0 : -1;
}

struct digit_sum {
	unsigned sum, place;
	bool bad;
};

static void
digit_add(struct digit_sum *s, struct bytes field)
{
	static const uint8_t weight[3] = { 7, 3, 1 };

	for (size_t i = 0; i < field.n; i++) {
		int v = mrz_value(field.p[i]);

		s->bad = s->bad || v == -1;
		s->sum += (unsigned)(v == -1 ? 0 : v) * weight[s->place];
		s->place = s->place == 2 ? 0 : s->place + 1;
		s->sum %= 10;
	}
}

static char
digit_of(const struct digit_sum *s)
{
	return s->bad ? 0 : (char)('0' + s->sum);
}

char
mrz_check_digit(struct bytes field)
{
	struct digit_sum s = { 0 };

	digit_add(&s, field);
	return digit_of(&s);
}

bool
mrz_is_alphabet(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (mrz_value(text.p[i]) == -1)
			return false;
	return true;
}

static bool
is_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
in_class(uint8_t c, unsigned chars)
{
	switch (chars) {
	case LETTERS: return is_letter(c) || c == '<';
	case DIGITS: return c >= '0' && c <= '9';
	case DIGITS_FILL: return (c >= '0' && c <= '9') || c == '<';
	default: return mrz_value(c) != -1;
	}
}

static const char *
class_name(unsigned chars)
{
	static const char *const names[] = { "", "A-Z, 0-9 or <", "A-Z or <", "a digit", "a digit or <" };

	return names[chars];
}

/* ---- fields ---- */

static size_t
field_at(const struct mrz_field *f)
{
	return (size_t)(f->line - 1) * MRZ_TD3_WIDTH + f->column - 1;
}

static struct bytes
field_in(const char *lines, enum td3_field field)
{
	return BYTES(lines + field_at(&td3[field]), td3[field].width);
}

/* Left-aligned, the rest filled. */
static void
field_put(char *lines, enum td3_field field, const char *text)
{
	char *p = lines + field_at(&td3[field]);
	size_t n = strlen(text);

	assert(n <= td3[field].width);
	memset(p, '<', td3[field].width);
	memcpy(p, text, n);
}

/* Its text without the fillers at the end. */
static void
field_take(const char *lines, enum td3_field field, char *out)
{
	struct bytes f = field_in(lines, field);

	while (f.n > 0 && f.p[f.n - 1] == '<')
		f.n--;
	memcpy(out, f.p, f.n);
	out[f.n] = 0;
}

static int
field_bad(enum td3_field field, struct err *err, const char *what)
{
	return err_set(err, FAIL_INPUT, "%s, line %u column %u: %s", td3[field].name, td3[field].line, td3[field].column, what);
}

/* Doc 9303-4 4.2.2: over 1-10, 14-20, 22-43 of line 2. */
static char
td3_composite(const char *lines)
{
	const char *l2 = lines + MRZ_TD3_WIDTH;
	struct digit_sum s = { 0 };

	digit_add(&s, BYTES(l2, 10));
	digit_add(&s, BYTES(l2 + 13, 7));
	digit_add(&s, BYTES(l2 + 21, 22));
	return digit_of(&s);
}

/* ---- writing ---- */

static void
put_date(char *lines, enum td3_field field, struct date d)
{
	char text[7];

	strcpy(text, "<<<<<<");
	if (d.precision >= DATE_YEAR)
		snprintf(text, sizeof(text), "%02u<<<<", d.year % 100u);
	if (d.precision >= DATE_MONTH)
		snprintf(text + 2, sizeof(text) - 2, "%02u<<", d.month % 100u);
	if (d.precision >= DATE_DAY)
		snprintf(text + 4, sizeof(text) - 4, "%02u", d.day % 100u);
	field_put(lines, field, text);
}

static bool
is_document_code(const char *code)
{
	for (size_t i = 0; i < NELEM(td3_codes); i++)
		if (strcmp(code, td3_codes[i]) == 0)
			return true;
	return false;
}

/* Number and optional data: A-Z 0-9 and '<' between them. */
static bool
is_number(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && mrz_is_alphabet(bytes_str(text)) && text[0] != '<' && text[n - 1] != '<';
}

static int
td3_check(const struct mrz_td3 *m, struct err *err)
{
	if (!is_document_code(m->code))
		return field_bad(TD3_CODE, err, "not a code of a passport booklet (Doc 9303-4 4.4)");
	if (!states_valid_issuer(m->issuer))
		return field_bad(TD3_ISSUER, err, "not a code that may issue (Doc 9303-3 section 5)");
	if (!is_number(m->number))
		return field_bad(TD3_NUMBER, err, "must be 1 to 9 of A-Z and 0-9 (Doc 9303-4 4.2.2)");
	if (!states_valid_nationality(m->nationality))
		return field_bad(TD3_NATIONALITY, err, "not a code of a nationality (Doc 9303-3 section 5)");
	if (!date_valid(m->birth))
		return field_bad(TD3_BIRTH, err, "not a day of the calendar (Doc 9303-3 4.8)");
	if (m->sex != 'F' && m->sex != 'M' && m->sex != 'X')
		return field_bad(TD3_SEX, err, "must be F, M or X (Doc 9303-4 4.2.2)");
	if (!date_valid(m->expiry) || m->expiry.precision != DATE_DAY)
		return field_bad(TD3_EXPIRY, err, "must be a whole day of the calendar (Doc 9303-3 4.8)");
	if (m->birth.precision != DATE_UNKNOWN && !date_surely_before(m->birth, m->expiry))
		return field_bad(TD3_EXPIRY, err, "is not after the date of birth");
	if (m->optional[0] != 0 && !is_number(m->optional))
		return field_bad(TD3_OPTIONAL, err, "must be up to 14 of A-Z and 0-9 (Doc 9303-4 4.2.2)");
	return 0;
}

int
mrz_td3_compose(const struct mrz_td3 *m, char out[MRZ_TD3_LEN + 1], struct err *err)
{
	char lines[MRZ_TD3_LEN + 1];

	if (td3_check(m, err) == -1)
		return -1;
	if (mrz_name_field(m->name.primary, m->name.secondary, MRZ_TD3_NAME, lines + field_at(&td3[TD3_NAME]), err) == -1)
		return -1;
	field_put(lines, TD3_CODE, m->code);
	field_put(lines, TD3_ISSUER, m->issuer);
	field_put(lines, TD3_NUMBER, m->number);
	field_put(lines, TD3_NATIONALITY, m->nationality);
	put_date(lines, TD3_BIRTH, m->birth);
	field_put(lines, TD3_SEX, m->sex == 'F' ? "F" : m->sex == 'M' ? "M"
								      : "<");
	put_date(lines, TD3_EXPIRY, m->expiry);
	field_put(lines, TD3_OPTIONAL, m->optional);
	lines[field_at(&td3[TD3_NUMBER_DIGIT])] = mrz_check_digit(field_in(lines, TD3_NUMBER));
	lines[field_at(&td3[TD3_BIRTH_DIGIT])] = mrz_check_digit(field_in(lines, TD3_BIRTH));
	lines[field_at(&td3[TD3_EXPIRY_DIGIT])] = mrz_check_digit(field_in(lines, TD3_EXPIRY));
	/* nothing there: '<' and '0' are both right, '<' is what most States print */
	lines[field_at(&td3[TD3_OPTIONAL_DIGIT])] = m->optional[0] == 0 ? '<' : mrz_check_digit(field_in(lines, TD3_OPTIONAL));
	lines[field_at(&td3[TD3_COMPOSITE])] = td3_composite(lines);
	memcpy(out, lines, MRZ_TD3_LEN);
	out[MRZ_TD3_LEN] = 0;
	return 0;
}

/* ---- reading ---- */

static int
td3_classes(const char *lines, struct err *err)
{
	for (size_t i = 0; i < TD3_FIELDS; i++) {
		const struct mrz_field *f = &td3[i];
		struct bytes text = field_in(lines, (enum td3_field)i);

		for (size_t k = 0; k < text.n; k++)
			if (!in_class(text.p[k], f->chars))
				return err_set(err, FAIL_INPUT, "%s, line %u column %zu: character 0x%02X, wanted %s (Doc 9303-4 4.2.2)",
					f->name, f->line, f->column + k, text.p[k], class_name(f->chars));
	}
	return 0;
}

static int
digit_agrees(const char *lines, enum td3_field digit, char want, struct err *err)
{
	char got = lines[field_at(&td3[digit])];

	if (got == want)
		return 0;
	return err_set(err, FAIL_INPUT, "%s, line %u column %u: is %c, computed %c (Doc 9303-3 4.9)", td3[digit].name, td3[digit].line,
		td3[digit].column, got, want);
}

static int
td3_digits(const char *lines, struct err *err)
{
	static const struct {
		enum td3_field field, digit;
	} pairs[] = {
		{ TD3_NUMBER, TD3_NUMBER_DIGIT },
		{ TD3_BIRTH, TD3_BIRTH_DIGIT },
		{ TD3_EXPIRY, TD3_EXPIRY_DIGIT },
		{ TD3_OPTIONAL, TD3_OPTIONAL_DIGIT }
	};

	for (size_t i = 0; i < NELEM(pairs); i++) {
		struct bytes f = field_in(lines, pairs[i].field);
		bool is_empty = true;

		for (size_t k = 0; k < f.n; k++)
			is_empty = is_empty && f.p[k] == '<';
		if (pairs[i].field == TD3_OPTIONAL && is_empty && lines[field_at(&td3[TD3_OPTIONAL_DIGIT])] == '<')
			continue;
		if (digit_agrees(lines, pairs[i].digit, mrz_check_digit(f), err) == -1)
			return -1;
	}
	return digit_agrees(lines, TD3_COMPOSITE, td3_composite(lines), err);
}

/* Letters, then fillers; at least `least` letters. */
static int
take_letters(const char *lines, enum td3_field field, size_t least, char *out, struct err *err)
{
	field_take(lines, field, out);
	if (strlen(out) < least || strchr(out, '<') != NULL)
		return field_bad(field, err, "letters and then fillers wanted (Doc 9303-3 section 5)");
	return 0;
}

/* Two digits, or -1 when both are fillers; -2 when only one is. */
static int
two_digits(const uint8_t *p)
{
	if (p[0] == '<' && p[1] == '<')
		return -1;
	return p[0] == '<' || p[1] == '<' ? -2 : (p[0] - '0') * 10 + (p[1] - '0');
}

/* Year, month and day of a field without its century; parts behind a filler are not known. */
static int
take_date(const char *lines, enum td3_field field, struct date *d, struct err *err)
{
	const uint8_t *p = field_in(lines, field).p;
	int part[3] = { two_digits(p), two_digits(p + 2), two_digits(p + 4) };

	*d = DATE_INIT;
	if (part[0] == -2 || part[1] == -2 || part[2] == -2)
		return field_bad(field, err, "a part has one filler and one digit (Doc 9303-3 4.8)");
	if (part[1] == 0 || part[1] > 12)
		return field_bad(field, err, "month is not 01 to 12 (Doc 9303-3 4.8)");
	if (part[2] == 0 || part[2] > (part[1] == -1 ? 31 : date_days_in_month(2000, part[1])))
		return field_bad(field, err, "day is not one of the month (Doc 9303-3 4.8)");
	if (part[0] == -1)
		return 0;
	d->precision = DATE_YEAR;
	d->year = (uint16_t)part[0];
	if (part[1] == -1)
		return 0;
	d->precision = DATE_MONTH;
	d->month = (uint8_t)part[1];
	if (part[2] == -1)
		return 0;
	d->precision = DATE_DAY;
	d->day = (uint8_t)part[2];
	return 0;
}

/* The latest century in which the date is not after today. */
static int
birth_century(struct date *d, struct date today, struct err *err)
{
	struct date guess = *d;

	if (d->precision == DATE_UNKNOWN)
		return 0;
	guess.year = (uint16_t)(today.year - today.year % 100 + d->year);
	if (date_compare(guess, today) > 0)
		guess.year = (uint16_t)(guess.year - 100);
	if (!date_valid(guess)) /* 29 February of a year that has none */
		return field_bad(TD3_BIRTH, err, "day is not one of the month (Doc 9303-3 4.8)");
	*d = guess;
	return 0;
}

/* The year from 49 before to 50 after today's. */
static int
expiry_century(struct date *d, struct date today, struct err *err)
{
	int year = today.year - today.year % 100 + d->year;

	if (year > today.year + 50)
		year -= 100;
	else if (year < today.year - 49)
		year += 100;
	d->year = (uint16_t)year;
	if (!date_valid(*d))
		return field_bad(TD3_EXPIRY, err, "day is not one of the month (Doc 9303-3 4.8)");
	return 0;
}

static int
td3_take(const char *lines, struct date today, struct mrz_td3 *m, struct err *err)
{
	if (lines[0] != 'P')
		return field_bad(TD3_CODE, err, "a passport begins with P (Doc 9303-4 4.4)");
	if (take_letters(lines, TD3_CODE, 1, m->code, err) == -1 ||
		take_letters(lines, TD3_ISSUER, 1, m->issuer, err) == -1 ||
		take_letters(lines, TD3_NATIONALITY, 1, m->nationality, err) == -1)
		return -1;
	if (mrz_name_parse(field_in(lines, TD3_NAME), &m->name, err) == -1)
		return err_prefix(err, "line 1 column %u", td3[TD3_NAME].column);
	field_take(lines, TD3_NUMBER, m->number);
	if (!is_number(m->number))
		return field_bad(TD3_NUMBER, err, "does not begin with a letter or digit (Doc 9303-4 4.2.2)");
	field_take(lines, TD3_OPTIONAL, m->optional);
	m->sex = lines[field_at(&td3[TD3_SEX])];
	if (m->sex != 'F' && m->sex != 'M' && m->sex != '<')
		return field_bad(TD3_SEX, err, "must be F, M or < (Doc 9303-4 4.2.2)");
	m->sex = m->sex == '<' ? 'X' : m->sex;
	if (take_date(lines, TD3_BIRTH, &m->birth, err) == -1 || birth_century(&m->birth, today, err) == -1 ||
		take_date(lines, TD3_EXPIRY, &m->expiry, err) == -1 || expiry_century(&m->expiry, today, err) == -1)
		return -1;
	return 0;
}

int
mrz_td3_parse(struct bytes lines, struct date today, struct mrz_td3 *mrz, struct err *err)
{
	struct mrz_td3 m;

	assert(today.precision == DATE_DAY && today.year >= 200);
	if (lines.n != MRZ_TD3_LEN)
		return err_set(err, FAIL_INPUT, "MRZ: %zu characters, wanted two lines of %d (Doc 9303-4 4.2.2)", lines.n, MRZ_TD3_WIDTH);
	if (td3_classes((const char *)lines.p, err) == -1 || td3_digits((const char *)lines.p, err) == -1 ||
		td3_take((const char *)lines.p, today, &m, err) == -1)
		return -1;
	*mrz = m;
	return 0;
}

void
mrz_td3_key(const char lines[MRZ_TD3_LEN], char out[MRZ_KEY_LEN + 1])
{
	const char *l2 = lines + MRZ_TD3_WIDTH;

	memcpy(out, l2, 10);
	memcpy(out + 10, l2 + 13, 7);
	memcpy(out + 17, l2 + 21, 7);
	out[MRZ_KEY_LEN] = 0;
}
