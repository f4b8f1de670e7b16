#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/certify.h"
#include "registry/doc9303/translit.h"

enum { FIELDS_MAX = 96 };

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* ---- what a certificate says ---- */

/* Parts and items go by their numbers in certificate.h, which grow at their ends only. */
static void
put(json_t *fields, enum certificate_part part, enum certificate_item item, const char *value, const char *latin)
{
	if (value != NULL && *value != '\0')
		json_array_append_new(fields, json_pack("{s:i, s:i, s:s, s:s*}", "part", (int)part, "item", (int)item, "value", value, "latin", latin));
}

static void
put_day(json_t *fields, enum certificate_part part, enum certificate_item item, const char *day)
{
	if (day != NULL)
		json_array_append_new(fields, json_pack("{s:i, s:i, s:s}", "part", (int)part, "item", (int)item, "date", day));
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 127)
			return false;
	return true;
}

/* With what who cannot read its letters goes by: as the officer gave it, else by Doc 9303-3 section 6. */
static void
put_name(json_t *fields, enum certificate_part part, enum certificate_item item, const char *name, const char *given)
{
	struct buf made = BUF_INIT;
	struct err why = ERR_INIT;

	if (given == NULL && name != NULL && !is_ascii(name) && translit_identifier(bytes_str(name), &translit_recommended, &made, &why) == 0)
		given = buf_cstr(&made);
	put(fields, part, item, name, given);
	buf_wipe(&made);
}

static void
put_person(json_t *fields, enum certificate_part part, const json_t *p)
{
	put_name(fields, part, ITEM_SURNAME, text_of(p, "primary_name"), text_of(p, "mrz_primary"));
	put_name(fields, part, ITEM_FORENAMES, text_of(p, "secondary_name"), text_of(p, "mrz_secondary"));
	put(fields, part, ITEM_NAME_LOCAL, text_of(p, "name_local"), NULL);
	put(fields, part, ITEM_SEX, text_of(p, "sex"), NULL);
	put_day(fields, part, ITEM_BORN_ON, text_of(p, "date_of_birth"));
	put(fields, part, ITEM_NATIONALITY, text_of(p, "nationality"), NULL);
	put(fields, part, ITEM_PERSONAL_NUMBER, text_of(p, "uin"), NULL);
}

static void
put_judgment(json_t *fields, const json_t *j, enum certificate_part part)
{
	put(fields, part, ITEM_COURT, text_of(j, "court"), NULL);
	put(fields, part, ITEM_REFERENCE, text_of(j, "reference"), NULL);
	put_day(fields, part, ITEM_DECIDED_ON, text_of(j, "decided_on"));
}

static void
put_birth(json_t *fields, const json_t *content, const char *place)
{
	const json_t *child = json_object_get(content, "child");
	json_int_t of = json_integer_value(json_object_get(child, "multiplicity"));
	char order[48];

	put_person(fields, PART_CHILD, child);
	put(fields, PART_CHILD, ITEM_BIRTHPLACE, place, NULL);
	if (of > 1) {
		snprintf(order, sizeof(order), "%lld / %lld", (long long)json_integer_value(json_object_get(child, "birth_order")), (long long)of);
		put(fields, PART_CHILD, ITEM_MULTIPLE, order, NULL);
	}
	put_person(fields, PART_MOTHER, json_object_get(content, "mother"));
	put_person(fields, PART_FATHER, json_object_get(content, "father"));
	put_judgment(fields, json_object_get(content, "judgment"), PART_OTHERS);
	put(fields, PART_OTHERS, ITEM_INFORMANT, text_of(json_object_get(content, "informant"), "name"), NULL);
}

static void
put_death(json_t *fields, const json_t *content, const char *place)
{
	put_day(fields, PART_ACT, ITEM_EVENT_ON, text_of(content, "date_of_death"));
	put(fields, PART_ACT, ITEM_EVENT_PLACE, place, NULL);
	put_person(fields, PART_DECEASED, json_object_get(content, "deceased"));
	put_judgment(fields, json_object_get(content, "judgment"), PART_OTHERS);
	put(fields, PART_OTHERS, ITEM_INFORMANT, text_of(json_object_get(content, "informant"), "name"), NULL);
}

static void
put_couple(json_t *fields, const json_t *content)
{
	put_person(fields, PART_SPOUSE_1, json_object_get(content, "spouse_1"));
	put_person(fields, PART_SPOUSE_2, json_object_get(content, "spouse_2"));
}

static void
put_marriage(json_t *fields, const json_t *content, const char *place)
{
	char names[800] = "", member[16];
	size_t n = 0;

	put_day(fields, PART_ACT, ITEM_EVENT_ON, text_of(content, "date_of_marriage"));
	put(fields, PART_ACT, ITEM_EVENT_PLACE, place, NULL);
	put_couple(fields, content);
	for (int i = 1; i <= 4; i++) {
		const char *name;

		snprintf(member, sizeof(member), "witness_%d", i);
		name = text_of(json_object_get(content, member), "name");
		if (name != NULL && n + strlen(name) + 3 < sizeof(names))
			n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", n > 0 ? "; " : "", name);
	}
	put(fields, PART_OTHERS, ITEM_WITNESSES, names, NULL);
}

static void
put_divorce(json_t *fields, const json_t *content)
{
	const json_t *judgment = json_object_get(content, "judgment");

	put_day(fields, PART_ACT, ITEM_EVENT_ON, text_of(judgment, "final_on"));
	put_judgment(fields, judgment, PART_ACT);
	put_couple(fields, content);
}

/* Which act was noted, in the language of the certificate. */
static const char *
note_words(const char *kind, enum certificate_language language)
{
	static const struct {
		const char *kind, *in[CERTIFICATE_LANGUAGES];
	} words[] = {
		{ "divorce", { "Divorce", "Divorce", "طلاق", "Divorcio" } },
		{ "annulment_of_marriage", { "Annulment of marriage", "Annulation de mariage", "بطلان الزواج", "Nulidad de matrimonio" } },
		{ "recognition", { "Recognition", "Reconnaissance", "إقرار بالنسب", "Reconocimiento" } },
		{ "legitimation", { "Legitimation", "Légitimation", "تصحيح النسب", "Legitimación" } },
		{ "name_change", { "Change of name", "Changement de nom", "تغيير الاسم", "Cambio de nombre" } },
	};

	for (size_t i = 0; kind != NULL && i < NELEM(words); i++)
		if (strcmp(words[i].kind, kind) == 0)
			return words[i].in[language];
	return "";
}

static void
put_notes(json_t *fields, const json_t *notes, enum certificate_language language)
{
	const json_t *note;
	char text[600];
	size_t i;

	json_array_foreach (notes, i, note) {
		const json_t *names = json_object_get(note, "names");
		const char *primary = text_of(names, "primary_name"), *secondary = text_of(names, "secondary_name"), *on = text_of(note, "on");

		snprintf(text, sizeof(text), "%s, %s, %s%s%s%s%s", note_words(text_of(note, "kind"), language), on != NULL ? on : "", text_of(note, "number"),
			primary != NULL ? ": " : "", primary != NULL ? primary : "", secondary != NULL ? " " : "", secondary != NULL ? secondary : "");
		put(fields, PART_OTHERS, ITEM_NOTE, text, NULL);
	}
}

json_t *
certify_content(const json_t *source, enum certificate_language language, const struct certify_issuer *issuer)
{
	const json_t *content = json_object_get(source, "content");
	const char *kind = text_of(source, "kind"), *place = text_of(source, "place");
	json_t *fields = json_array();

	if (kind == NULL || strcmp(kind, "birth") == 0)
		put_birth(fields, content, place);
	else if (strcmp(kind, "death") == 0)
		put_death(fields, content, place);
	else if (strcmp(kind, "marriage") == 0)
		put_marriage(fields, content, place);
	else
		put_divorce(fields, content);
	put_notes(fields, json_object_get(source, "notes"), language);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "state", issuer->state, "authority", issuer->authority, "office", issuer->office, "act_number",
		text_of(source, "number"), "registered_at", text_of(source, "registered_at"), "registered_on", text_of(source, "registered_on"), "fields", fields);
}

/* ---- the page ---- */

static int
index_of(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static int
entries_of(const json_t *fields, struct certificate_entry entry[FIELDS_MAX], size_t *n, struct err *err)
{
	const json_t *f;
	size_t i;

	*n = 0;
	json_array_foreach (fields, i, f) {
		json_int_t part = json_integer_value(json_object_get(f, "part")), item = json_integer_value(json_object_get(f, "item"));
		const char *day = text_of(f, "date");

		if (*n == FIELDS_MAX || part < 0 || part >= CERTIFICATE_PARTS || item < 0 || item >= CERTIFICATE_ITEMS)
			return err_set(err, FAIL_INTERNAL, "certificate: what is printed on it cannot be read");
		entry[*n] = (struct certificate_entry){ .part = (enum certificate_part)part, .item = (enum certificate_item)item, .value = text_of(f, "value"), .latin = text_of(f, "latin") };
		if (day != NULL && date_parse(bytes_str(day), &entry[*n].date, err) == -1)
			return -1;
		(*n)++;
	}
	return 0;
}

int
certify_pdf(const struct civil_certificate *c, const char *url, struct buf *pdf, struct err *err)
{
	int kind = index_of(certificate_kinds, c->kind), form = index_of(certificate_forms, c->form), language = index_of(certificate_languages, c->language);
	struct certificate_entry *entry = calloc(FIELDS_MAX, sizeof(*entry));
	struct vds_symbol *symbol = calloc(1, sizeof(*symbol));
	struct certificate page = { .seal = NULL };
	const char *registered_on = text_of(c->content, "registered_on");
	char status[300];
	size_t n = 0;
	int rc = -1;

	if (entry == NULL || symbol == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (kind == -1 || form == -1 || language == -1 || registered_on == NULL || date_parse(bytes_str(registered_on), &page.registered_on, err) == -1) {
		err_set(err, FAIL_INTERNAL, "certificate: what is printed on it cannot be read");
		goto out;
	}
	if (entries_of(json_object_get(c->content, "fields"), entry, &n, err) == -1 ||
		(c->seal.n > 0 && vdsimage_symbol(bytes_of(&c->seal), VDS_DATA_MATRIX, symbol, err) == -1))
		goto out;
	snprintf(status, sizeof(status), "%s/civil/v1/status/%s?code=%s", url, c->number, c->code);
	page.kind = (enum certificate_kind)kind;
	page.form = (enum certificate_form)form;
	page.language = (enum certificate_language)language;
	page.state = text_of(c->content, "state");
	page.authority = text_of(c->content, "authority");
	page.office = text_of(c->content, "office");
	page.act_number = text_of(c->content, "act_number");
	page.registered_at = text_of(c->content, "registered_at");
	page.number = c->number;
	page.copy = (unsigned)c->copy;
	page.issued_on = c->issued_on;
	page.as_of = c->as_of;
	page.entry = entry;
	page.nentry = n;
	page.seal = c->seal.n > 0 ? symbol : NULL;
	page.status_url = status;
	rc = certificate_pdf(&page, pdf, err);
out:
	free(entry);
	free(symbol);
	return rc;
}
