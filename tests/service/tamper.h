/*
 * tamper.h - ways to falsify a descent bundle, each with the finding that must name it.  What a forger would try who has the
 * bundle and its format, but none of the State's keys.
 */
#ifndef CATENA_TESTS_TAMPER_H
#define CATENA_TESTS_TAMPER_H

#include <jansson.h>

#include "pki/descent.h"
#include "registry/base/digest.h"
#include "registry/base/json.h"
#include "tests/tap.h"

/* Changes the bundle in place; `other` is the bundle of another person's passport.  False: it found nothing to change. */
typedef bool tamper_with(json_t *bundle, const json_t *other);

static json_t *
tamper_record(const json_t *bundle, const char *kind)
{
	json_t *record, *records = json_object_get(bundle, "records");
	size_t i;

	json_array_foreach (records, i, record)
		if (strcmp(json_string_value(json_object_get(record, "kind")), kind) == 0)
			return record;
	return NULL;
}

/* Replaces `from` by `to` (as long) in a text member of the record. */
static bool
tamper_text(json_t *record, const char *member, const char *from, const char *to)
{
	char *text, *at;
	bool done = false;

	if (record == NULL || json_object_get(record, member) == NULL)
		return false;
	text = strdup(json_string_value(json_object_get(record, member)));
	if ((at = strstr(text, from)) != NULL) {
		memcpy(at, to, strlen(to));
		done = json_object_set_new(record, member, json_string(text)) == 0;
	}
	free(text);
	return done;
}

/* Gives the content's digest to the leaf anew: what someone does who knows how digests are made. */
static bool
tamper_redigest(json_t *record)
{
	const char *content = json_string_value(json_object_get(record, "content"));
	struct buf salt = BUF_INIT, hex = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	json_t *leaf = json_loads(json_string_value(json_object_get(record, "leaf")), 0, NULL);
	struct err err = ERR_INIT;
	char *text;

	buf_from_hex(&salt, bytes_str(json_string_value(json_object_get(record, "salt"))), &err);
	sha256_2(bytes_of(&salt), bytes_str(content), digest);
	buf_hex(&hex, BYTES(digest, sizeof(digest)));
	json_object_set_new(leaf, "digest", json_string(buf_cstr(&hex)));
	text = json_dumps(leaf, 0);
	json_object_set_new(record, "leaf", json_string(text));
	free(text);
	json_decref(leaf);
	buf_clear(&salt);
	buf_clear(&hex);
	return true;
}

static bool
tamper_flip_base64(json_t *object, const char *member, size_t at)
{
	char *text = strdup(json_string_value(json_object_get(object, member)));
	bool done = strlen(text) > at;

	if (done) {
		text[at] = text[at] == 'A' ? 'B' : 'A';
		json_object_set_new(object, member, json_string(text));
	}
	free(text);
	return done;
}

static bool
tamper_drop(json_t *bundle, const char *kind)
{
	json_t *record, *records = json_object_get(bundle, "records");
	size_t i;

	json_array_foreach (records, i, record)
		if (strcmp(json_string_value(json_object_get(record, "kind")), kind) == 0)
			return json_array_remove(records, i) == 0;
	return false;
}

static bool
tamper_swap(json_t *bundle, const json_t *other, const char *kind)
{
	json_t *mine = tamper_record(bundle, kind), *theirs = tamper_record(other, kind);

	return mine != NULL && theirs != NULL && json_object_clear(mine) == 0 && json_object_update(mine, theirs) == 0;
}

static bool
tamper_name(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_text(tamper_record(b, "identity_version"), "content", "\"mrz_primary\": \"", "\"mrz_primary\": \"Q");
}

static bool
tamper_name_and_leaf(json_t *b, const json_t *other)
{
	return tamper_name(b, other) && tamper_redigest(tamper_record(b, "identity_version"));
}

static bool
tamper_expiry(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_text(tamper_record(b, "document"), "content", "\"expires_on\": \"20", "\"expires_on\": \"21");
}

static bool
tamper_officer_in_leaf(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_text(tamper_record(b, "application"), "leaf", "\"officer_id\": \"", "\"officer_id\": \"f");
}

static bool
tamper_salt(json_t *b, const json_t *other)
{
	json_t *record = tamper_record(b, "person");
	char *salt = strdup(json_string_value(json_object_get(record, "salt")));

	(void)other;
	salt[0] = salt[0] == '0' ? '1' : '0';
	json_object_set_new(record, "salt", json_string(salt));
	free(salt);
	return true;
}

static bool
tamper_position(json_t *b, const json_t *other)
{
	json_t *record = tamper_record(b, "document");

	(void)other;
	return json_object_set_new(record, "position", json_integer(json_integer_value(json_object_get(record, "position")) + 1)) == 0;
}

static bool
tamper_proof(json_t *b, const json_t *other)
{
	json_t *proof = json_object_get(tamper_record(b, "enrolment"), "proof");

	(void)other;
	return json_array_remove(proof, 0) == 0;
}

static bool
tamper_root(json_t *b, const json_t *other)
{
	json_t *head = json_object_get(b, "tree_head");
	char *root = strdup(json_string_value(json_object_get(head, "root")));

	(void)other;
	root[5] = root[5] == '7' ? '8' : '7';
	json_object_set_new(head, "root", json_string(root));
	free(root);
	return true;
}

static bool
tamper_head_signature(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_flip_base64(json_object_get(b, "tree_head"), "signature", 20);
}

static bool
tamper_head_time(json_t *b, const json_t *other)
{
	(void)other;
	return json_object_set_new(json_object_get(b, "tree_head"), "signed_at", json_string("2026-01-01T00:00:00Z")) == 0;
}

static bool
tamper_head_by_document_signer(json_t *b, const json_t *other)
{
	const json_t *first = json_array_get(json_object_get(b, "certificates"), 0);

	(void)other;
	return json_object_set(json_object_get(b, "tree_head"), "certificate", json_object_get(first, "id")) == 0;
}

static bool
tamper_no_ledger_certificate(json_t *b, const json_t *other)
{
	(void)other;
	return json_array_remove(json_object_get(b, "certificates"), 1) == 0;
}

static bool
tamper_sod(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_flip_base64(b, "sod", strlen(json_string_value(json_object_get(b, "sod"))) - 30);
}

static bool
tamper_sod_of_another(json_t *b, const json_t *other)
{
	return json_object_set(b, "sod", json_object_get(other, "sod")) == 0;
}

static bool
tamper_identity_of_another(json_t *b, const json_t *other)
{
	return tamper_swap(b, other, "identity_version");
}

static bool
tamper_act_of_another(json_t *b, const json_t *other)
{
	return tamper_swap(b, other, "act_registration");
}

static bool
tamper_no_approval(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_drop(b, "application_decision");
}

static bool
tamper_no_evidence(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_drop(b, "evidence");
}

static bool
tamper_no_act(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_drop(b, "act");
}

static bool
tamper_no_signature(json_t *b, const json_t *other)
{
	(void)other;
	return tamper_drop(b, "document_signature");
}

static bool
tamper_twice(json_t *b, const json_t *other)
{
	(void)other;
	return json_array_append(json_object_get(b, "records"), tamper_record(b, "act_decision")) == 0;
}

static bool
tamper_another_document(json_t *b, const json_t *other)
{
	return json_object_set(b, "document", json_object_get(other, "document")) == 0;
}

static bool
tamper_undisclosed_record(json_t *b, const json_t *other)
{
	(void)other;
	return json_object_del(tamper_record(b, "identity_version"), "content") == 0;
}

static bool
tamper_form_closed(json_t *b, const json_t *other)
{
	(void)other;
	return json_object_set_new(b, "form", json_string("undisclosed")) == 0;
}

static bool
tamper_half_closed(json_t *b, const json_t *other)
{
	json_t *record, *records = json_object_get(b, "records");
	size_t i;

	json_array_foreach (records, i, record)
		if (record != tamper_record(b, "act_decision"))
			json_object_del(record, "content");
	return tamper_form_closed(b, other);
}

static bool
tamper_kind(json_t *b, const json_t *other)
{
	(void)other;
	return json_object_set_new(tamper_record(b, "portrait"), "kind", json_string("act")) == 0;
}

static bool
tamper_size(json_t *b, const json_t *other)
{
	json_t *head = json_object_get(b, "tree_head");

	(void)other;
	return json_object_set_new(head, "size", json_integer(json_integer_value(json_object_get(head, "size")) + 1)) == 0;
}

static bool
tamper_empty_tree(json_t *b, const json_t *other)
{
	(void)other;
	return json_object_set_new(json_object_get(b, "tree_head"), "size", json_integer(0)) == 0;
}

static bool
tamper_no_certificates(json_t *b, const json_t *other)
{
	(void)other;
	return json_array_clear(json_object_get(b, "certificates")) == 0;
}

static bool
tamper_no_sod(json_t *b, const json_t *other)
{
	(void)other;
	return json_object_set_new(b, "sod", json_string("")) == 0;
}

/* clang-format off */
static const struct tampering {
	const char *what;
	tamper_with *how;
	const char *link;       /* a finding of this link must be bad */
} tamperings[] = {
	{ "another name in the identity's content",            tamper_name,                    "content" },
	{ "another name, and the leaf's digest made to fit",   tamper_name_and_leaf,           "inclusion" },
	{ "a later expiry",                                    tamper_expiry,                  "content" },
	{ "another officer in a leaf",                         tamper_officer_in_leaf,         "inclusion" },
	{ "another salt",                                      tamper_salt,                    "content" },
	{ "another position",                                  tamper_position,                "inclusion" },
	{ "a shortened proof",                                 tamper_proof,                   "inclusion" },
	{ "another root",                                      tamper_root,                    "tree-head" },
	{ "another signature of the tree head",                tamper_head_signature,          "tree-head" },
	{ "another time of the tree head",                     tamper_head_time,               "tree-head" },
	{ "the tree head ascribed to the document signer",     tamper_head_by_document_signer, "tree-head" },
	{ "no certificate of the ledger",                      tamper_no_ledger_certificate,   "tree-head" },
	{ "one bit of EF.SOD's signature",                     tamper_sod,                     "sod" },
	{ "the EF.SOD of another passport",                    tamper_sod_of_another,          "signature" },
	{ "the identity of another person",                    tamper_identity_of_another,     "identity_version" },
	{ "the registered act of another person",              tamper_act_of_another,          "act_registration" },
	{ "a decision on the application left out",            tamper_no_approval,             "application_decision" },
	{ "the evidence left out",                             tamper_no_evidence,             "evidence" },
	{ "the act left out",                                  tamper_no_act,                  "act" },
	{ "the record of the signature left out",              tamper_no_signature,            "signature" },
	{ "a decision that stands there twice",                tamper_twice,                   "inclusion" },
	{ "another document's id",                             tamper_another_document,        "document" },
	{ "one record without its content",                    tamper_undisclosed_record,      "content" },
	{ "contents in a bundle that says it has none",        tamper_form_closed,             "content" },
	{ "one content in a bundle that says it has none",     tamper_half_closed,             "content" },
	{ "a portrait called an act",                          tamper_kind,                    "inclusion" },
	{ "a larger tree",                                     tamper_size,                    "tree-head" },
	{ "an empty tree",                                     tamper_empty_tree,              "inclusion" },
	{ "no certificates at all",                            tamper_no_certificates,         "tree-head" },
	{ "no EF.SOD",                                         tamper_no_sod,                  "sod" },
};
/* clang-format on */

__attribute__((unused)) static bool
tamper_report_names(const struct descent_report *report, const char *link)
{
	for (size_t i = 0; i < report->n; i++)
		if (report->findings[i].status == DESCENT_BAD && strcmp(report->findings[i].link, link) == 0)
			return true;
	return false;
}

/* Each tampering of a copy is refused, and the finding names the link. */
__attribute__((unused)) static void
tamper_all(const json_t *bundle, const json_t *other, struct bytes csca)
{
	for (size_t i = 0; i < NELEM(tamperings); i++) {
		const struct tampering *t = &tamperings[i];
		struct descent_report report = { 0 };
		json_t *copy = json_deep_copy(bundle);
		struct err err = ERR_INIT;
		char *text;
		bool changed = t->how(copy, other), read;

		text = json_dumps(copy, JSON_COMPACT);
		read = changed && descent_verify(bytes_str(text), &csca, 1, &report, &err) == 0;
		if (!ok(read && !report.is_good && tamper_report_names(&report, t->link), "refuses %s: %s", t->what, t->link)) {
			if (!changed)
				printf("# nothing to change\n");
			for (size_t k = 0; k < report.n; k++)
				printf("# %d %s: %s\n", report.findings[k].status, report.findings[k].link, report.findings[k].text);
		}
		descent_report_clear(&report);
		free(text);
		json_decref(copy);
	}
}

#endif
