#include "tests/bench/actgen.h"

#include <stdio.h>

#include "registry/base/text.h"
#include "registry/doc9303/translit.h"

uint64_t
gen_next(struct gen_random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

unsigned
gen_below(struct gen_random *r, unsigned n)
{
	return (unsigned)((gen_next(r) >> 32) * n >> 32);
}

/* Zipf and Mandelbrot: rank r has weight 1 / (r + 5), so that the first of 50 has some 7 %. */
static size_t
pick(struct gen_random *r, size_t n)
{
	static _Thread_local double sum[GEN_PLACES + 1]; /* of the weights before rank r */
	double at;
	size_t low = 0, high = n;

	if (sum[1] == 0)
		for (size_t i = 0; i < GEN_PLACES; i++)
			sum[i + 1] = sum[i] + 1.0 / (double)(i + 6);
	at = (double)(gen_next(r) >> 11) / 9007199254740992.0 * sum[n];
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (sum[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct date
some_day(struct gen_random *r, int first, int years, unsigned unknown_percent)
{
	struct date d = { DATE_DAY, 1, 1, (uint16_t)(first + (int)gen_below(r, (unsigned)years)) };

	if (gen_below(r, 100) < unknown_percent)
		return d;
	return date_add(d, 0, (int)gen_below(r, 365));
}

static void
set_year(struct date *d, int year)
{
	d->year = (uint16_t)year;
	if (!date_valid(*d))
		d->day = 28;
}

static const char *
given(struct gen_random *r, const struct namebook *book, char sex)
{
	const struct name_list *l = sex == 'F' ? &book->female : &book->male;

	return l->entry[pick(r, l->n)];
}

static void
add_word(struct gen_words *w, const char *stem, const char *ending)
{
	if (w->n < GEN_WORDS) {
		w->word[w->n].stem = stem;
		w->word[w->n++].ending = ending;
	}
}

/* A family's name: one number, so that its women and men have the forms of one name. */
static void
family_name(uint64_t family, const struct namebook *book, char sex, struct gen_words *out)
{
	struct gen_random r = { family };

	*out = (struct gen_words){ .n = 0 };
	if (book->family.n > 0 && gen_below(&r, 100) < 35) {
		add_word(out, book->family.entry[pick(&r, book->family.n)], NULL);
		return;
	}
	if (book->stem.n > 0) {
		size_t stem = pick(&r, book->stem.n), ending = pick(&r, book->ending.n);

		add_word(out, book->stem.entry[stem], (sex == 'F' && book->ending_f.n > 0 ? &book->ending_f : &book->ending)->entry[ending]);
		if (gen_below(&r, 100) < 12 && book->family.n > 0) /* a double name */
			add_word(out, book->family.entry[pick(&r, book->family.n)], NULL);
	}
}

/* Given names: in the Latin script often two; in the Arabic one the father's follows; in the Cyrillic one the patronymic. */
static void
given_names(struct gen_random *r, const struct namebook *book, char sex, size_t father, struct gen_words *out)
{
	const char *first = given(r, book, sex), *second;

	*out = (struct gen_words){ .n = 0 };
	add_word(out, first, NULL);
	if (book->father != NULL)
		add_word(out, book->father[father], book->patronymic.entry[sex == 'F']);
	else if (book == &namebooks[SCRIPT_ARABIC])
		add_word(out, book->male.entry[father], NULL);
	else if (book == &namebooks[SCRIPT_LATIN] && gen_below(r, 100) < 55 && (second = given(r, book, sex)) != first)
		add_word(out, second, NULL);
}

/* The Ethiopic primary name: father's and grandfather's given names. */
static void
fathers_names(const struct namebook *book, size_t father, size_t grandfather, struct gen_words *out)
{
	*out = (struct gen_words){ .n = 0 };
	add_word(out, book->male.entry[father], NULL);
	add_word(out, book->male.entry[grandfather], NULL);
}

struct kin { /* who gives the child its names */
	uint64_t family, mother_family;
	size_t father, grandfather; /* given names, indexes of male */
};

static void
make_father(struct gen_random *r, const struct namebook *book, const struct kin *k, struct gen_person *p)
{
	given_names(r, book, 'M', k->grandfather, &p->secondary);
	p->secondary.word[0].stem = book->male.entry[k->father];
	if (book->stem.n > 0)
		family_name(k->family, book, 'M', &p->primary);
	else
		fathers_names(book, k->grandfather, pick(r, book->male.n), &p->primary);
	p->birth = some_day(r, 1935, 60, 6);
}

static void
make_mother(struct gen_random *r, const struct namebook *book, const struct kin *k, struct gen_person *p)
{
	size_t father = pick(r, book->male.n);

	given_names(r, book, 'F', father, &p->secondary);
	if (book->stem.n > 0)
		family_name(k->mother_family, book, 'F', &p->primary);
	else
		fathers_names(book, father, pick(r, book->male.n), &p->primary);
	p->birth = some_day(r, 1940, 60, 6);
}

static void
make_child(struct gen_random *r, const struct namebook *book, const struct kin *k, struct gen_birth *b)
{
	given_names(r, book, b->sex, k->father, &b->child.secondary);
	if (book->stem.n > 0)
		family_name(k->family, book, b->sex, &b->child.primary);
	else
		fathers_names(book, k->father, k->grandfather, &b->child.primary);
}

static struct kin
some_kin(struct gen_random *r, const struct namebook *book)
{
	struct kin k = { .family = gen_next(r), .father = pick(r, book->male.n), .grandfather = pick(r, book->male.n) };

	k.mother_family = book != &namebooks[SCRIPT_ARABIC] && gen_below(r, 100) < 60 ? k.family : gen_next(r);
	return k;
}

void
gen_birth(uint64_t seed, uint64_t i, struct gen_birth *b)
{
	struct gen_random r = { seed ^ (i + 1) * UINT64_C(0xd1342543de82ef95) };
	const struct namebook *book;
	struct kin k;

	gen_next(&r);
	*b = (struct gen_birth){ .script = (enum script)(i % SCRIPTS), .multiplicity = 1, .order = 1 };
	book = &namebooks[b->script];
	k = some_kin(&r, book);
	b->sex = gen_below(&r, 1000) < 488 ? 'F' : 'M';
	b->place = (unsigned)pick(&r, GEN_PLACES);
	make_father(&r, book, &k, &b->father);
	make_mother(&r, book, &k, &b->mother);
	make_child(&r, book, &k, b);
	/* the parents' years follow from the child's */
	b->child.birth = some_day(&r, 1960, 64, 2);
	set_year(&b->mother.birth, b->child.birth.year - 17 - (int)gen_below(&r, 24));
	set_year(&b->father.birth, b->child.birth.year - 19 - (int)gen_below(&r, 32));
	if (gen_below(&r, 100) < 3)
		b->father = (struct gen_person){ .birth = DATE_INIT };
}

/* ---- writing ---- */

static void
write_words(const struct gen_words *w, unsigned form, char out[GEN_NAME])
{
	out[0] = '\0';
	for (unsigned i = 0; i < w->n; i++) {
		if (i > 0)
			name_put(" ", 0, out, GEN_NAME);
		name_put(w->word[i].stem, form, out, GEN_NAME);
		if (w->word[i].ending != NULL)
			name_put(w->word[i].ending, form, out, GEN_NAME);
	}
}

static void
write_person(const struct gen_person *p, unsigned form, struct gen_text *out)
{
	*out = (struct gen_text){ .birth = p->birth };
	write_words(&p->primary, form, out->primary);
	write_words(&p->secondary, form, out->secondary);
}

/* The officer supplies what the tables of Doc 9303-3 do not give: he writes A-Z. */
static void
write_mrz(const struct gen_words *w, unsigned form, char out[GEN_NAME])
{
	char latin[GEN_NAME];
	struct buf made = BUF_INIT;
	struct err err = ERR_INIT;

	write_words(w, form, latin);
	if (translit_identifier(bytes_str(latin), &translit_recommended, &made, &err) == 0)
		snprintf(out, GEN_NAME, "%s", buf_cstr(&made));
	buf_clear(&made);
}

static void
write_record(const struct gen_birth *b, unsigned form, unsigned mrz_form, struct gen_record *out)
{
	*out = (struct gen_record){ .script = b->script, .sex = b->sex, .multiplicity = b->multiplicity, .order = b->order };
	write_person(&b->child, form, &out->child);
	write_person(&b->mother, form, &out->mother);
	write_person(&b->father, form, &out->father);
	if (b->script == SCRIPT_ETHIOPIC && form == 0) {
		write_mrz(&b->child.primary, mrz_form, out->child.mrz_primary);
		write_mrz(&b->child.secondary, mrz_form, out->child.mrz_secondary);
	}
	snprintf(out->place, sizeof(out->place), "UT-P%03u", b->place);
}

void
gen_write(const struct gen_birth *b, unsigned form, struct gen_record *out)
{
	write_record(b, form, 1, out);
}

/* ---- what goes wrong ---- */

struct slip { /* of spelling, in one script */
	const char *from, *to;
};
static const struct slip arabic_slips[] = { { "أ", "ا" }, { "إ", "ا" }, { "ة", "ه" }, { "ؤ", "و" }, { "ى", "ي" }, { "ئ", "ي" }, { "ء", "" }, { "عبد ال", "عبدال" } };
static const struct slip cyrillic_slips[] = { { "ё", "е" }, { "Ё", "Е" }, { "ий", "ый" }, { "ья", "ия" }, { "щ", "ш" }, { "лл", "л" }, { "нн", "н" } };
static const struct slip ethiopic_slips[] = { { "ሐ", "ሀ" }, { "ኃ", "ሃ" }, { "ሥ", "ስ" }, { "ሠ", "ሰ" }, { "ዓ", "አ" }, { "ዕ", "እ" }, { "ጸ", "ፀ" }, { "ጽ", "ፅ" }, { "ሣ", "ሳ" }, { "ሕ", "ህ" } };
static const struct slip latin_slips[] = { { "ü", "u" }, { "ö", "o" }, { "é", "e" }, { "í", "i" }, { "ss", "s" }, { "nn", "n" }, { "ll", "l" }, { "th", "t" }, { "ck", "k" }, { "z", "s" },
	{ "ph", "f" }, { "á", "a" }, { "ç", "c" } };
static const struct {
	const struct slip *slip;
	size_t n;
} slips[SCRIPTS] = {
	[SCRIPT_LATIN] = { latin_slips, NELEM(latin_slips) },
	[SCRIPT_ARABIC] = { arabic_slips, NELEM(arabic_slips) },
	[SCRIPT_CYRILLIC] = { cyrillic_slips, NELEM(cyrillic_slips) },
	[SCRIPT_ETHIOPIC] = { ethiopic_slips, NELEM(ethiopic_slips) },
};

static void
replace(char name[GEN_NAME], const struct slip *s)
{
	char *at = strstr(name, s->from), tail[GEN_NAME];

	if (at == NULL)
		return;
	snprintf(tail, sizeof(tail), "%s", at + strlen(s->from));
	*at = '\0';
	if (strlen(name) + strlen(s->to) + strlen(tail) < GEN_NAME) {
		strcat(name, s->to);
		strcat(name, tail);
	}
}

static void
spell(struct gen_text *t, enum script script)
{
	for (size_t i = 0; i < slips[script].n; i++) {
		replace(t->primary, &slips[script].slip[i]);
		replace(t->secondary, &slips[script].slip[i]);
	}
}

/* One letter wrong, missing, doubled or changed with its neighbour; not the first of the name, which people get right. */
static void
mistype(char name[GEN_NAME], struct gen_random *r)
{
	uint32_t c[GEN_NAME];
	struct buf out = BUF_INIT;
	size_t n = 0, at, octets;
	struct bytes in = bytes_str(name);

	for (; n < GEN_NAME - 2 && (octets = text_next(in, &c[n])) > 0; n++)
		in = BYTES(in.p + octets, in.n - octets);
	if (n < 3)
		return;
	do
		at = 1 + gen_below(r, (unsigned)n - 2);
	while (c[at] == ' ' || c[at + 1] == ' ');
	switch (gen_below(r, 4)) {
	case 0: c[at] = c[gen_below(r, (unsigned)n)] == ' ' ? c[0] : c[gen_below(r, (unsigned)at)]; break;
	case 1: memmove(&c[at], &c[at + 1], (--n - at) * sizeof(c[0])); break;
	case 2: memmove(&c[at + 1], &c[at], (n++ - at) * sizeof(c[0])); break;
	default: {
		uint32_t swap = c[at];

		c[at] = c[at + 1];
		c[at + 1] = swap;
	}
	}
	for (size_t i = 0; i < n; i++)
		text_put(&out, c[i]);
	if (out.n < GEN_NAME)
		snprintf(name, GEN_NAME, "%s", buf_cstr(&out));
	buf_clear(&out);
}

static void
mistype_record(struct gen_record *t, struct gen_random *r)
{
	char *names[] = { t->child.primary, t->child.secondary, t->mother.primary, t->mother.secondary };
	unsigned first = gen_below(r, 4);

	mistype(names[first], r);
	mistype(names[(first + 1 + gen_below(r, 3)) % 4], r);
	if (first < 2 && *t->child.mrz_primary != '\0')
		mistype(first == 0 ? t->child.mrz_primary : t->child.mrz_secondary, r);
}

static void
misdate(struct date *d, struct gen_random *r)
{
	struct date made = *d;

	switch (gen_below(r, 5)) {
	case 0: made = (struct date){ DATE_YEAR, 0, 0, d->year }; break;
	case 1:
		if (d->day <= 12 && d->day != d->month) {
			made.day = d->month;
			made.month = d->day;
			break;
		}
		/* fallthrough */
	case 2: made = date_add(*d, 0, 1); break;
	case 3: made.year = (uint16_t)(d->year + (d->year % 10 < 9 ? 1 : -1)); break;
	default: made.day = (uint8_t)(d->day > 10 ? d->day - 10 : d->day + 10); break;
	}
	if (date_valid(made))
		*d = made;
	else
		*d = date_add(*d, 0, 1);
}

static void
swap_names(struct gen_text *t)
{
	char name[GEN_NAME];

	memcpy(name, t->primary, GEN_NAME);
	memcpy(t->primary, t->secondary, GEN_NAME);
	memcpy(t->secondary, name, GEN_NAME);
	memcpy(name, t->mrz_primary, GEN_NAME);
	memcpy(t->mrz_primary, t->mrz_secondary, GEN_NAME);
	memcpy(t->mrz_secondary, name, GEN_NAME);
}

static void
other_order(struct gen_words *w, bool drop)
{
	if (w->n < 2)
		return;
	if (drop) {
		w->n--;
	} else {
		const char *stem = w->word[0].stem, *ending = w->word[0].ending;

		w->word[0] = w->word[1];
		w->word[1].stem = stem;
		w->word[1].ending = ending;
	}
}

static void
vary_text(struct gen_record *t, enum gen_kind kind, struct gen_random *r)
{
	switch (kind) {
	case GEN_SPELLED:
		spell(&t->child, t->script);
		spell(&t->mother, t->script);
		spell(&t->father, t->script);
		break;
	case GEN_SWAPPED: swap_names(&t->child); break;
	case GEN_TYPED: mistype_record(t, r); break;
	case GEN_DATED: misdate(&t->child.birth, r); break;
	case GEN_NO_FATHER: t->father = (struct gen_text){ .birth = DATE_INIT }; break;
	case GEN_NO_MOTHER: t->mother = (struct gen_text){ .birth = DATE_INIT }; break;
	default: break;
	}
}

/* Another birth of the same family. */
static void
vary_family(struct gen_birth *b, enum gen_kind kind, struct gen_random *r)
{
	const struct namebook *book = &namebooks[b->script];
	const char *was = b->child.secondary.word[0].stem;
	struct gen_birth other;

	gen_birth(gen_next(r), b->script, &other);
	if (kind == GEN_TWIN || kind == GEN_SIBLING) {
		while (b->child.secondary.word[0].stem == was)
			b->child.secondary.word[0].stem = given(r, book, b->sex);
		if (kind == GEN_SIBLING)
			b->child.birth = date_add(b->child.birth, 1 + (int)gen_below(r, 6), (int)gen_below(r, 300));
		b->order = kind == GEN_TWIN ? 2 : 1;
		b->multiplicity = kind == GEN_TWIN ? 2 : 1;
		return;
	}
	b->mother = other.mother;
	set_year(&b->mother.birth, b->child.birth.year - 17 - (int)gen_below(r, 24));
	if (kind == GEN_COUSIN && b->father.primary.n > 0) {
		struct gen_words primary = b->father.primary;

		while (other.father.secondary.n == 0 || other.father.secondary.word[0].stem == b->father.secondary.word[0].stem)
			gen_birth(gen_next(r), b->script, &other);
		b->father = other.father;
		b->father.primary = primary;
		b->child.birth = date_add(b->child.birth, 0, 20 + (int)gen_below(r, 300));
	} else {
		b->father = other.father;
		b->place = other.place;
	}
	set_year(&b->father.birth, b->child.birth.year - 19 - (int)gen_below(r, 32));
}

const char *const gen_kinds[GEN_KINDS] = { "same", "transliterated", "spelled", "swapped", "order", "typed", "dated", "no_father", "no_mother",
	"two_of_these", "twin", "sibling", "cousin", "namesake" };

void
gen_vary(const struct gen_birth *b, enum gen_kind kind, struct gen_random *r, struct gen_record *out)
{
	struct gen_birth changed = *b;
	enum gen_kind two[2] = { kind, GEN_SAME };
	unsigned form = 0;

	if (kind == GEN_TWO) {
		static const enum gen_kind of[] = { GEN_TRANSLITERATED, GEN_SPELLED, GEN_SWAPPED, GEN_TYPED, GEN_DATED, GEN_NO_FATHER, GEN_NO_MOTHER };

		two[0] = of[gen_below(r, NELEM(of))];
		do
			two[1] = of[gen_below(r, NELEM(of))];
		while (two[1] == two[0]);
	}
	if (kind >= GEN_DUPLICATES)
		vary_family(&changed, kind, r);
	for (int i = 0; i < 2; i++) {
		if (two[i] == GEN_TRANSLITERATED)
			form = 1 + gen_below(r, 3);
		if (two[i] == GEN_ORDER)
			other_order(&changed.child.secondary, gen_below(r, 2) == 0);
	}
	write_record(&changed, form, kind == GEN_SPELLED ? 2 : 1, out);
	vary_text(out, two[0], r);
	vary_text(out, two[1], r);
}

/* ---- for the search and for the register ---- */

static int
match_person(const struct gen_text *t, struct match_person *p, struct err *err)
{
	p->birth = t->birth;
	if (match_name_of(t->primary, t->mrz_primary, &p->primary, err) == -1)
		return -1;
	return match_name_of(t->secondary, t->mrz_secondary, &p->secondary, err);
}

int
gen_match(const struct gen_record *r, struct match_birth *m, struct err *err)
{
	struct match_birth made = { .sex = r->sex, .multiplicity = r->multiplicity, .birth_order = r->multiplicity > 1 ? r->order : 0 };

	if (match_person(&r->child, &made.child, err) == -1 || match_person(&r->mother, &made.mother, err) == -1 ||
		match_person(&r->father, &made.father, err) == -1)
		return -1;
	snprintf(made.place, sizeof(made.place), "%s", r->place);
	*m = made;
	return 0;
}

/* The names of namebook.h have nothing that JSON would escape. */
static void
json_person(const char *role, const struct gen_text *t, const struct gen_record *child, struct buf *out)
{
	char day[DATE_TEXT];

	buf_printf(out, "\"%s\":{\"primary_name\":\"%s\"", role, t->primary);
	if (*t->secondary != '\0')
		buf_printf(out, ",\"secondary_name\":\"%s\"", t->secondary);
	if (*t->mrz_primary != '\0')
		buf_printf(out, ",\"mrz_primary\":\"%s\",\"mrz_secondary\":\"%s\"", t->mrz_primary, t->mrz_secondary);
	if (t->birth.precision != DATE_UNKNOWN)
		buf_printf(out, ",\"date_of_birth\":\"%s\"", date_format(t->birth, day));
	if (child != NULL)
		buf_printf(out, ",\"sex\":\"%c\",\"place_of_birth\":\"%s\",\"multiplicity\":%d,\"birth_order\":%d", child->sex, child->place,
			child->multiplicity, child->order);
	buf_str(out, "},");
}

void
gen_json(const struct gen_record *r, const char *office_id, struct buf *out)
{
	buf_str(out, "{");
	if (office_id != NULL)
		buf_printf(out, "\"office_id\":\"%s\",", office_id);
	json_person("child", &r->child, r, out);
	json_person("mother", &r->mother, NULL, out);
	if (*r->father.primary != '\0')
		json_person("father", &r->father, NULL, out);
	buf_str(out, "\"informant\":{\"name\":\"Midwife\",\"relation\":\"midwife\"},\"declared_on\":\"2026-06-30\"}");
}
