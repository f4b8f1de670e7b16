/* The content of our next deviation list (Doc 9303-3 7, 9303-12 9.1): what departs in which of our documents, in an officer's words. */
#include <stdio.h>
#include <stdlib.h>

#include "pki/deviation.h"
#include "pki/pkid/pkid.h"
#include "registry/store/keys.h"

enum { DIGEST_BITS = 256 };

/* ---- the body ---- */

struct described {
	char *type, *text;
	int64_t field;
	bool has_field;
};
static const struct json_field described_fields[] = {
	{ "type", JSON_T_CODE, offsetof(struct described, type), 0, 1, 40 },
	{ "text", JSON_T_TEXT, offsetof(struct described, text), JSON_OPTIONAL, 1, 1000 },
	{ "field", JSON_T_INT, offsetof(struct described, field), JSON_OPTIONAL, 0, 21, .present = offsetof(struct described, has_field) },
	{ NULL }
};

struct numbered {
	char *number;
};
static const struct json_field numbered_fields[] = {
	{ "number", JSON_T_CODE, offsetof(struct numbered, number), 0, 1, 40 },
	{ NULL }
};

struct departing {
	char *document_type;
	struct uuid certificate_id;
	int by;
	char *issued_from, *issued_until;
	struct json_array documents, descriptions;
};
static const char *const by_words[] = { "subject_key_identifier", "issuer_and_serial", "digest", NULL };
static const enum deviation_signer by_kinds[] = { DEVIATION_SIGNER_SKI, DEVIATION_SIGNER_SERIAL, DEVIATION_SIGNER_DIGEST };
static const struct json_field departing_fields[] = {
	{ "document_type", JSON_T_TEXT, offsetof(struct departing, document_type), JSON_OPTIONAL, 2, 2 },
	{ "certificate_id", JSON_T_UUID, offsetof(struct departing, certificate_id), JSON_OPTIONAL },
	{ "certificate_by", JSON_T_ENUM, offsetof(struct departing, by), JSON_OPTIONAL, .words = by_words },
	{ "issued_from", JSON_T_TEXT, offsetof(struct departing, issued_from), JSON_OPTIONAL, 20, 20 },
	{ "issued_until", JSON_T_TEXT, offsetof(struct departing, issued_until), JSON_OPTIONAL, 20, 20 },
	{ "documents", JSON_T_ARRAY, offsetof(struct departing, documents), JSON_OPTIONAL, 1, DEVIATION_NUMBERS_MAX, .fields = numbered_fields,
		.size = sizeof(struct numbered) },
	{ "descriptions", JSON_T_ARRAY, offsetof(struct departing, descriptions), 0, 1, DEVIATION_DESCRIPTIONS_MAX, .fields = described_fields,
		.size = sizeof(struct described) },
	{ NULL }
};

struct body {
	struct json_array deviations;
};
static const struct json_field body_fields[] = {
	{ "deviations", JSON_T_ARRAY, offsetof(struct body, deviations), 0, 1, DEVIATIONS_MAX, .fields = departing_fields, .size = sizeof(struct departing) },
	{ NULL }
};

/* ---- the list ---- */

/* One deviation, with what its order borrows. */
struct entry {
	struct deviation_description_order description[DEVIATION_DESCRIPTIONS_MAX];
	const char **number;
	struct cert *signer;
};
struct composing {
	struct body body;
	struct deviation_order *order;
	struct entry *entry;
	size_t n;
};

static void
composing_clear(struct composing *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->entry[i].number);
		cert_free(c->entry[i].signer);
	}
	free(c->entry);
	free(c->order);
	json_clear(body_fields, &c->body);
}

static int
type_of(const char *word, size_t i, size_t k, enum deviation_type *type, struct err *err)
{
	char pointer[80];

	for (int t = DEVIATION_OTHER + 1; t < DEVIATION_TYPES; t++)
		if (strcmp(word, deviation_type_name((enum deviation_type)t)) == 0) {
			*type = (enum deviation_type)t;
			return 0;
		}
	snprintf(pointer, sizeof(pointer), "/deviations/%zu/descriptions/%zu/type", i, k);
	return err_problem(err, pointer, "is no deviation type (Doc 9303-12 9.1)");
}

static int
moment_of(const char *text, size_t i, const char *member, int64_t *at, struct err *err)
{
	struct err why = ERR_INIT;
	char pointer[80];

	if (time_parse(bytes_str(text), at, &why) == 0)
		return 0;
	snprintf(pointer, sizeof(pointer), "/deviations/%zu/%s", i, member);
	return err_problem(err, pointer, "a moment like 2026-11-21T08:00:00Z is wanted");
}

static int
read_period(const struct departing *d, size_t i, struct deviation_order *o, struct err *err)
{
	char pointer[80];

	if (d->issued_from == NULL && d->issued_until == NULL)
		return 0;
	snprintf(pointer, sizeof(pointer), "/deviations/%zu/%s", i, d->issued_from == NULL ? "issued_from" : "issued_until");
	if (d->issued_from == NULL || d->issued_until == NULL)
		return err_problem(err, pointer, "is missing: a period has two ends");
	o->has_period = true;
	return moment_of(d->issued_from, i, "issued_from", &o->first_issued, err) == -1 ? -1 : moment_of(d->issued_until, i, "issued_until", &o->last_issued, err);
}

static int
compose_one(const struct departing *d, size_t i, struct entry *e, struct deviation_order *o, struct err *err)
{
	const struct described *said = d->descriptions.items;
	const struct numbered *document = d->documents.items;

	*o = (struct deviation_order){ .document_type = d->document_type, .description = e->description, .ndescription = d->descriptions.n };
	for (size_t k = 0; k < d->descriptions.n; k++) {
		e->description[k] = (struct deviation_description_order){ .text = said[k].text, .field = said[k].has_field ? (int)said[k].field : -1 };
		if (type_of(said[k].type, i, k, &e->description[k].type, err) == -1)
			return -1;
	}
	if (d->documents.n > 0) {
		if ((e->number = calloc(d->documents.n + 1, sizeof(*e->number))) == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		for (size_t k = 0; k < d->documents.n; k++)
			e->number[k] = document[k].number;
		o->number = e->number;
	}
	return read_period(d, i, o, err);
}

static int
read_signer(struct tx *tx, const struct departing *d, size_t i, struct entry *e, struct deviation_order *o, struct err *err)
{
	struct buf der = BUF_INIT;
	json_t *item = NULL;
	char pointer[80];
	int rc;

	cert_free(e->signer); /* of a try that the database broke off */
	e->signer = NULL;
	if (uuid_is_null(&d->certificate_id))
		return 0;
	snprintf(pointer, sizeof(pointer), "/deviations/%zu/certificate_id", i);
	rc = keys_certificate(tx, &d->certificate_id, &item, &der, err);
	if (rc == -1 && err->kind == FAIL_NOT_FOUND) {
		*err = (struct err)ERR_INIT;
		err_problem(err, pointer, "is none of our certificates");
	}
	if (rc == 0 && strcmp(json_string_value(json_object_get(item, "kind")), "document_signer") != 0)
		rc = err_problem(err, pointer, "is not a document signer's");
	if (rc == 0)
		rc = cert_parse(bytes_of(&der), &e->signer, err);
	o->by = by_kinds[d->by];
	o->signer = e->signer;
	json_decref(item);
	buf_clear(&der);
	return rc;
}

static int
work_content(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct composing *c = arg;
	const struct departing *d = c->body.deviations.items;
	struct buf content = BUF_INIT;
	int rc = -1;

	(void)rq;
	for (size_t i = 0; i < c->n; i++)
		if (read_signer(tx, &d[i], i, &c->entry[i], &c->order[i], err) == -1)
			return -1;
	if (deviationlist_content(c->order, c->n, DIGEST_BITS, &content, err) == 0)
		rc = reply_bytes(rp, 200, "application/octet-stream", bytes_of(&content), err);
	buf_clear(&content);
	return rc;
}

int
post_trust_deviation_list_content(struct request *rq, struct reply *rp, struct err *err)
{
	struct composing c = { 0 };
	const struct departing *d;
	int rc = -1;

	if (request_json(rq, body_fields, &c.body, err) == -1)
		goto out;
	d = c.body.deviations.items;
	c.entry = calloc(c.body.deviations.n, sizeof(*c.entry));
	c.order = calloc(c.body.deviations.n, sizeof(*c.order));
	if (c.entry == NULL || c.order == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	c.n = c.body.deviations.n;
	for (size_t i = 0; i < c.n; i++)
		if (compose_one(&d[i], i, &c.entry[i], &c.order[i], err) == -1)
			goto out;
	rc = office_read(rq, rp, work_content, &c, err);
out:
	composing_clear(&c);
	return rc;
}
