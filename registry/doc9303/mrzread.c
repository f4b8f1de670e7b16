/* mrzread.c - a machine readable zone taken apart: classes, check digits, then the fields. */
#include <assert.h>

#include "registry/doc9303/mrz-local.h"

static const char *
class_name(unsigned chars)
{
	switch (chars) {
	case MRZ_LETTERS: return "A-Z or <";
	case MRZ_DIGITS: return "a digit";
	case MRZ_DIGITS_FILL: return "a digit or <";
	default: return "A-Z, 0-9 or <";
	}
}

/* Its text without the fillers at the end. */
static void
field_take(const struct mrz_layout *l, const char *lines, enum mrz_field_id field, char *out)
{
	struct bytes f = mrz_field_in(l, lines, field);

	while (f.n > 0 && f.p[f.n - 1] == '<')
		f.n--;
	memcpy(out, f.p, f.n);
	out[f.n] = 0;
}

static int
check_classes(const struct mrz_layout *l, const char *lines, struct err *err)
{
	for (size_t i = 0; i < F_FIELDS; i++) {
		const struct mrz_field *f = &l->field[i];
		struct bytes text;

		if (f->width == 0)
			continue;
		text = mrz_field_in(l, lines, (enum mrz_field_id)i);
		for (size_t k = 0; k < text.n; k++)
			if ((mrz_classes[text.p[k]] & f->chars) == 0)
				return err_set(err, FAIL_INPUT, "%s, line %u column %zu: character 0x%02X, wanted %s (%s)", f->name, f->line,
					f->column + k, text.p[k], class_name(f->chars), l->clause);
	}
	return 0;
}

/* ---- check digits ---- */

static int
digit_agrees(const struct mrz_layout *l, const char *lines, enum mrz_field_id digit, char want, struct err *err)
{
	char got = lines[mrz_at(l, digit)];

	return got == want ? 0 : mrz_field_bad(l, digit, err, "is %c, computed %c (Doc 9303-3 4.9)", got, want);
}

static bool
is_empty(struct bytes field)
{
	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] != '<')
			return false;
	return true;
}

/* A long number: nine characters, and in the optional field its rest, its digit and '<'.  *n: characters of the rest. */
static int
long_number(const struct mrz_layout *l, const char *lines, size_t *n, struct err *err)
{
	struct bytes field = mrz_field_in(l, lines, F_OPTIONAL);
	char number[MRZ_MAX_NUMBER + 2], want;
	size_t len = 0;

	while (len < field.n && field.p[len] != '<')
		len++;
	if (len < 2 || len == field.n)
		return mrz_field_bad(l, F_NUMBER_DIGIT, err, "is <, but no longer number, its digit and < stand in the optional data (%s)", l->clause);
	memcpy(number, lines + mrz_at(l, F_NUMBER), 9);
	memcpy(number + 9, field.p, len - 1);
	want = mrz_check_digit(BYTES(number, 9 + len - 1));
	if (field.p[len - 1] != (uint8_t)want)
		return err_set(err, FAIL_INPUT, "document number check digit, line %u column %zu: is %c, computed %c (Doc 9303-3 4.9)",
			l->field[F_OPTIONAL].line, l->field[F_OPTIONAL].column + len - 1, field.p[len - 1], want);
	*n = len - 1;
	return 0;
}

static int
check_digits(const struct mrz_layout *l, const char *lines, size_t *rest, struct err *err)
{
	*rest = 0;
	if (lines[mrz_at(l, F_NUMBER_DIGIT)] == '<') {
		if (long_number(l, lines, rest, err) == -1)
			return -1;
	} else if (digit_agrees(l, lines, F_NUMBER_DIGIT, mrz_check_digit(mrz_field_in(l, lines, F_NUMBER)), err) == -1)
		return -1;
	if (digit_agrees(l, lines, F_BIRTH_DIGIT, mrz_check_digit(mrz_field_in(l, lines, F_BIRTH)), err) == -1 ||
		digit_agrees(l, lines, F_EXPIRY_DIGIT, mrz_check_digit(mrz_field_in(l, lines, F_EXPIRY)), err) == -1)
		return -1;
	if (l->field[F_OPTIONAL_DIGIT].width > 0) {
		struct bytes optional = mrz_field_in(l, lines, F_OPTIONAL);

		if ((lines[mrz_at(l, F_OPTIONAL_DIGIT)] != '<' || !is_empty(optional)) &&
			digit_agrees(l, lines, F_OPTIONAL_DIGIT, mrz_check_digit(optional), err) == -1)
			return -1;
	}
	return l->field[F_COMPOSITE].width > 0 ? digit_agrees(l, lines, F_COMPOSITE, mrz_composite(l, lines), err) : 0;
}

/* ---- fields ---- */

/* Letters, then fillers; at least one letter. */
static int
take_letters(const struct mrz_layout *l, const char *lines, enum mrz_field_id field, char *out, struct err *err)
{
	field_take(l, lines, field, out);
	if (out[0] == 0 || strchr(out, '<') != NULL)
		return mrz_field_bad(l, field, err, "letters and then fillers wanted (Doc 9303-3 section 5)");
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
take_date(const struct mrz_layout *l, const char *lines, enum mrz_field_id field, struct date *d, struct err *err)
{
	const uint8_t *p = mrz_field_in(l, lines, field).p;
	int part[3] = { two_digits(p), two_digits(p + 2), two_digits(p + 4) };

	*d = DATE_INIT;
	if (part[0] == -2 || part[1] == -2 || part[2] == -2)
		return mrz_field_bad(l, field, err, "a part has one filler and one digit (Doc 9303-3 4.8)");
	if (part[1] == 0 || part[1] > 12)
		return mrz_field_bad(l, field, err, "month is not 01 to 12 (Doc 9303-3 4.8)");
	if (part[2] == 0 || part[2] > (part[1] == -1 ? 31 : date_days_in_month(2000, part[1])))
		return mrz_field_bad(l, field, err, "day is not one of the month (Doc 9303-3 4.8)");
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
birth_century(const struct mrz_layout *l, struct date *d, struct date today, struct err *err)
{
	struct date guess = *d;

	if (d->precision == DATE_UNKNOWN)
		return 0;
	guess.year = (uint16_t)(today.year - today.year % 100 + d->year);
	if (date_compare(guess, today) > 0)
		guess.year = (uint16_t)(guess.year - 100);
	if (!date_valid(guess)) /* 29 February of a year that has none */
		return mrz_field_bad(l, F_BIRTH, err, "day is not one of the month (Doc 9303-3 4.8)");
	*d = guess;
	return 0;
}

/* The year from 49 before to 50 after today's. */
static int
expiry_century(const struct mrz_layout *l, struct date *d, struct date today, struct err *err)
{
	int year = today.year - today.year % 100 + d->year;

	if (year > today.year + 50)
		year -= 100;
	else if (year < today.year - 49)
		year += 100;
	d->year = (uint16_t)year;
	if (!date_valid(*d))
		return mrz_field_bad(l, F_EXPIRY, err, "day is not one of the month (Doc 9303-3 4.8)");
	return 0;
}

/* `rest`: characters of a long number in the optional field. */
static int
take_number(const struct mrz_layout *l, const char *lines, size_t rest, struct mrz *m, struct err *err)
{
	size_t skip = rest + 2; /* the rest, its digit, one filler */
	char optional[32];

	field_take(l, lines, F_NUMBER, m->number);
	field_take(l, lines, F_OPTIONAL, optional);
	if (rest > 0) {
		memcpy(m->number, lines + mrz_at(l, F_NUMBER), 9);
		memcpy(m->number + 9, optional, rest);
		m->number[9 + rest] = 0;
		memmove(optional, strlen(optional) > skip ? optional + skip : "", strlen(optional) > skip ? strlen(optional) - skip + 1 : 1);
	}
	if (!mrz_is_number(m->number))
		return mrz_field_bad(l, F_NUMBER, err, "does not begin with a letter or digit (%s)", l->clause);
	strcpy(m->optional, optional);
	m->optional2[0] = 0;
	if (l->field[F_OPTIONAL2].width > 0)
		field_take(l, lines, F_OPTIONAL2, m->optional2);
	return 0;
}

static int
take(const struct mrz_layout *l, const char *lines, size_t rest, struct date today, struct mrz *m, struct err *err)
{
	if (strchr(l->letters, lines[0]) == NULL)
		return l == &mrz_layouts[MRZ_TD3] ? mrz_field_bad(l, F_CODE, err, "a passport begins with P (Doc 9303-4 4.4)")
						  : mrz_field_bad(l, F_CODE, err, "a %s begins with one of %s (%s)", l->name, l->letters, l->clause);
	if (take_letters(l, lines, F_CODE, m->code, err) == -1 || take_letters(l, lines, F_ISSUER, m->issuer, err) == -1 ||
		take_letters(l, lines, F_NATIONALITY, m->nationality, err) == -1)
		return -1;
	if (mrz_name_parse(mrz_field_in(l, lines, F_NAME), &m->name, err) == -1)
		return err_prefix(err, "line %u column %u", l->field[F_NAME].line, l->field[F_NAME].column);
	if (take_number(l, lines, rest, m, err) == -1)
		return -1;
	m->sex = lines[mrz_at(l, F_SEX)];
	if (m->sex != 'F' && m->sex != 'M' && m->sex != '<')
		return mrz_field_bad(l, F_SEX, err, "must be F, M or < (%s)", l->clause);
	m->sex = m->sex == '<' ? 'X' : m->sex;
	if (take_date(l, lines, F_BIRTH, &m->birth, err) == -1 || birth_century(l, &m->birth, today, err) == -1 ||
		take_date(l, lines, F_EXPIRY, &m->expiry, err) == -1 || expiry_century(l, &m->expiry, today, err) == -1)
		return -1;
	return 0;
}

static int
parse_form(struct bytes lines, enum mrz_form form, struct date today, struct mrz *mrz, struct err *err)
{
	const struct mrz_layout *l = &mrz_layouts[form];
	size_t rest;

	assert(today.precision == DATE_DAY && today.year >= 200);
	if (check_classes(l, (const char *)lines.p, err) == -1 || check_digits(l, (const char *)lines.p, &rest, err) == -1 ||
		take(l, (const char *)lines.p, rest, today, mrz, err) == -1)
		return -1;
	mrz->form = form;
	return 0;
}

/* Names are long in the struct and short in an MRZ: what is not used of them is not copied. */
static void
copy_name(struct mrz_name *to, const struct mrz_name *from)
{
	strcpy(to->primary, from->primary);
	strcpy(to->secondary, from->secondary);
	to->may_be_truncated = from->may_be_truncated;
}

int
mrz_parse(struct bytes lines, struct date today, struct mrz *mrz, struct err *err)
{
	enum mrz_form form;
	struct mrz m;

	if (mrz_form_of(lines, &form, err) == -1 || parse_form(lines, form, today, &m, err) == -1)
		return -1;
	copy_name(&mrz->name, &m.name);
	mrz->form = m.form;
	memcpy(mrz->code, m.code, sizeof(m.code));
	memcpy(mrz->issuer, m.issuer, sizeof(m.issuer));
	strcpy(mrz->number, m.number);
	memcpy(mrz->nationality, m.nationality, sizeof(m.nationality));
	mrz->birth = m.birth;
	mrz->sex = m.sex;
	mrz->expiry = m.expiry;
	strcpy(mrz->optional, m.optional);
	strcpy(mrz->optional2, m.optional2);
	return 0;
}

int
mrz_td3_parse(struct bytes lines, struct date today, struct mrz_td3 *mrz, struct err *err)
{
	struct mrz m;

	if (lines.n != MRZ_TD3_LEN)
		return err_set(err, FAIL_INPUT, "MRZ: %zu characters, wanted two lines of %d (Doc 9303-4 4.2.2)", lines.n, MRZ_TD3_WIDTH);
	if (parse_form(lines, MRZ_TD3, today, &m, err) == -1)
		return -1;
	copy_name(&mrz->name, &m.name);
	memcpy(mrz->code, m.code, sizeof(m.code));
	memcpy(mrz->issuer, m.issuer, sizeof(m.issuer));
	strcpy(mrz->number, m.number);
	memcpy(mrz->nationality, m.nationality, sizeof(m.nationality));
	mrz->birth = m.birth;
	mrz->sex = m.sex;
	mrz->expiry = m.expiry;
	strcpy(mrz->optional, m.optional);
	return 0;
}

/* ---- the key of the chip ---- */

int
mrz_key(struct bytes lines, char out[MRZ_MAX_KEY + 1], struct err *err)
{
	const struct mrz_layout *l;
	const char *p = (const char *)lines.p;
	enum mrz_form form;
	size_t n = 10, rest = 0;
	char key[MRZ_MAX_KEY + 1];

	if (mrz_form_of(lines, &form, err) == -1)
		return -1;
	l = &mrz_layouts[form];
	if (form == MRZ_MRVA || form == MRZ_MRVB)
		return err_set(err, FAIL_INPUT, "MRZ: a visa has no chip (Doc 9303-7)");
	if (check_classes(l, p, err) == -1)
		return -1;
	memcpy(key, p + mrz_at(l, F_NUMBER), 9);
	key[9] = p[mrz_at(l, F_NUMBER_DIGIT)];
	if (key[9] == '<') {
		if (long_number(l, p, &rest, err) == -1)
			return -1;
		memcpy(key + 9, p + mrz_at(l, F_OPTIONAL), rest + 1);
		n += rest;
	}
	memcpy(key + n, p + mrz_at(l, F_BIRTH), 7);
	memcpy(key + n + 7, p + mrz_at(l, F_EXPIRY), 7);
	memcpy(out, key, n + 14);
	out[n + 14] = 0;
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
