/*
 * insider.h - falsified descent bundles by someone who has keys of the State: the tree is built anew of altered records and its head
 * signed with the ledger key, so that only the rules of the chain are left to refuse it; or the head is signed with a key, or
 * under a certificate, that is not the ledger's.
 */
#ifndef CATENA_TESTS_INSIDER_H
#define CATENA_TESTS_INSIDER_H

#include "pki/profile.h"
#include "registry/base/clock.h"
#include "registry/base/date.h"
#include "registry/base/treehead.h"
#include "tests/service/tamper.h"

struct insider {
	struct token *token;
	struct session *s;
	struct token_key *csca_key, *signer_key, *ledger_key;
	struct cert *csca;
	struct bytes anchor; /* the same, as the verifier gets it */
};

static void
insider_start(struct insider *in, const char *uri, struct bytes pin, struct bytes anchor)
{
	struct err err = ERR_INIT;

	in->anchor = anchor;
	if (token_open(uri, pin, 2, &in->token, &err) == -1 || token_borrow(in->token, &in->s, &err) == -1 ||
		token_key_find(in->s, "csca-1", BYTES_NONE, &in->csca_key, &err) == -1 ||
		token_key_find(in->s, "ds-1", BYTES_NONE, &in->signer_key, &err) == -1 ||
		token_key_find(in->s, "ledger-1", BYTES_NONE, &in->ledger_key, &err) == -1 || cert_read(anchor, &in->csca, &err) == -1)
		bail_out("%s", err.text);
}

static void
insider_stop(struct insider *in)
{
	token_key_free(in->csca_key);
	token_key_free(in->signer_key);
	token_key_free(in->ledger_key);
	cert_free(in->csca);
	token_return(in->token, in->s);
	token_close(in->token);
}

/* ---- records ---- */

static json_t *
insider_json(const json_t *record, const char *member)
{
	return json_loads(json_string_value(json_object_get(record, member)), 0, NULL);
}

static void
insider_put(json_t *record, const char *member, json_t *value)
{
	char *text = json_dumps(value, 0);

	json_object_set_new(record, member, json_string(text));
	free(text);
	json_decref(value);
}

/* Another value of a link, in leaf and content, with the digest made to fit; NULL takes it away. */
static void
insider_link(json_t *record, const char *name, const char *value)
{
	json_t *leaf = insider_json(record, "leaf"), *content = insider_json(record, "content"), *links = json_object_get(leaf, "links");

	if (value == NULL) {
		json_object_del(links, name);
		json_object_del(content, name);
	} else {
		json_object_set_new(links, name, json_string(value));
		json_object_set_new(content, name, json_string(value));
	}
	insider_put(record, "leaf", leaf);
	insider_put(record, "content", content);
	tamper_redigest(record);
}

static bool
insider_is_event(const json_t *record, const char *event)
{
	json_t *leaf = insider_json(record, "leaf");
	const char *text = json_string_value(json_object_get(json_object_get(leaf, "links"), "event"));
	bool is = text != NULL && strcmp(text, event) == 0;

	json_decref(leaf);
	return is;
}

/* In a static ring of 4 texts. */
static const char *
insider_link_of(const json_t *record, const char *name)
{
	static char value[4][80];
	static unsigned turn;
	json_t *leaf = insider_json(record, "leaf");
	const char *text = json_string_value(json_object_get(json_object_get(leaf, "links"), name));
	char *out = value[turn++ % 4];

	snprintf(out, sizeof(value[0]), "%s", text != NULL ? text : "");
	json_decref(leaf);
	return out;
}

/* The record of a kind with that event; the last of the kind when event is NULL. */
static json_t *
insider_find(const json_t *bundle, const char *kind, const char *event)
{
	json_t *record, *records = json_object_get(bundle, "records"), *found = NULL;
	size_t i;

	json_array_foreach (records, i, record)
		if (strcmp(json_string_value(json_object_get(record, "kind")), kind) == 0 &&
			(event == NULL || insider_is_event(record, event)))
			found = record;
	if (found == NULL)
		bail_out("the bundle has no %s %s", kind, event != NULL ? event : "");
	return found;
}

/* ---- tree and head ---- */

static int
insider_leaf(void *arg, unsigned level, uint64_t index, struct hash *out, struct err *err)
{
	const struct hash *leaves = arg;

	(void)err;
	merkle_root(&leaves[index << level], UINT64_C(1) << level, out);
	return 0;
}

/* All records in a tree of their own, in the order of the array. */
static void
insider_tree(json_t *bundle)
{
	json_t *record, *records = json_object_get(bundle, "records"), *head = json_object_get(bundle, "tree_head");
	size_t i, n = json_array_size(records);
	struct hash *leaves = calloc(n, sizeof(*leaves)), root;
	struct err err = ERR_INIT;

	json_array_foreach (records, i, record)
		merkle_leaf(bytes_str(json_string_value(json_object_get(record, "leaf"))), &leaves[i]);
	json_array_foreach (records, i, record) {
		struct merkle_proof proof;
		json_t *path = json_array();

		if (merkle_inclusion(i, n, insider_leaf, leaves, &proof, &err) == -1)
			bail_out("%s", err.text);
		for (unsigned k = 0; k < proof.n; k++)
			json_array_append_new(path, json_hex(BYTES(proof.hash[k].o, sizeof(proof.hash[k].o))));
		json_object_set_new(record, "position", json_integer((json_int_t)i));
		json_object_set_new(record, "proof", path);
	}
	merkle_root(leaves, n, &root);
	json_object_set_new(head, "size", json_integer((json_int_t)n));
	json_object_set_new(head, "root", json_hex(BYTES(root.o, sizeof(root.o))));
	free(leaves);
}

static void
insider_certificate(const json_t *bundle, const char *id, struct buf *der)
{
	json_t *one, *list = json_object_get(bundle, "certificates");
	struct err err = ERR_INIT;
	size_t i;

	json_array_foreach (list, i, one)
		if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0 &&
			buf_from_base64(der, bytes_str(json_string_value(json_object_get(one, "der"))), &err) == 0)
			return;
	bail_out("no certificate %s in the bundle", id);
}

/* Signs the head as it stands, under the certificate that it names. */
static void
insider_sign(struct insider *in, json_t *bundle, struct token_key *key)
{
	json_t *head = json_object_get(bundle, "tree_head");
	struct treehead h = { .size = (uint64_t)json_integer_value(json_object_get(head, "size")) };
	struct buf der = BUF_INIT, root = BUF_INIT, octets = BUF_INIT, signature = BUF_INIT;
	struct err err = ERR_INIT;

	insider_certificate(bundle, json_string_value(json_object_get(head, "certificate")), &der);
	sha256(bytes_of(&der), h.log_id);
	if (buf_from_hex(&root, bytes_str(json_string_value(json_object_get(head, "root"))), &err) == -1 ||
		time_parse(bytes_str(json_string_value(json_object_get(head, "signed_at"))), &h.signed_at, &err) == -1)
		bail_out("%s", err.text);
	memcpy(h.root.o, root.p, sizeof(h.root.o));
	if (treehead_encode(&h, &octets, &err) == -1 ||
		token_sign(in->s, key, token_key_sigalg(key), SIGNATURE_DER, bytes_of(&octets), &signature, &err) == -1)
		bail_out("%s", err.text);
	json_object_set_new(head, "signature", json_base64(bytes_of(&signature)));
	buf_clear(&signature);
	buf_clear(&octets);
	buf_clear(&root);
	buf_clear(&der);
}

/* A certificate of the CSCA for the key, put into the bundle as that of the tree head. */
static void
insider_certify(struct insider *in, json_t *bundle, enum profile_name profile, struct token_key *key)
{
	static const char *const urls[] = { "https://pki.example/utopia.crl", NULL };
	int64_t now = clock_now();
	struct cert_order order = {
		.profile = profile,
		.subject = { .country = "UT", .organization = "Utopia", .common_name = "Insider" },
		.key = token_key_public(key),
		.not_before = now - 3600,
		.not_after = now + 86400,
		.key_from = now - 3600,
		.key_to = now + 86400,
		.state = "UTO",
		.crl_urls = urls,
	};
	struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	if (order.not_before < in->csca->not_before)
		order.not_before = order.key_from = in->csca->not_before;
	if (cert_issue(in->s, in->csca_key, in->csca, &order, &der, &err) == -1)
		bail_out("%s", err.text);
	json_array_append_new(json_object_get(bundle, "certificates"), json_pack("{s:s, s:o}", "id", "insider", "der", json_base64(bytes_of(&der))));
	json_object_set_new(json_object_get(bundle, "tree_head"), "certificate", json_string("insider"));
	buf_clear(&der);
}

/* ---- the forgeries ---- */

typedef void insider_forgery(struct insider *in, json_t *b);

static void
insider_same(json_t *b, const char *kind, const char *event, const char *of_kind, const char *of_event)
{
	insider_link(insider_find(b, kind, event), "officer_id", insider_link_of(insider_find(b, of_kind, of_event), "officer_id"));
}

static void
forge_nothing(struct insider *in, json_t *b)
{
	(void)in;
	(void)b;
}

static void
forge_approved_alone(struct insider *in, json_t *b)
{
	(void)in;
	insider_same(b, "application_decision", "approve", "application", NULL);
}

static void
forge_verified_alone(struct insider *in, json_t *b)
{
	(void)in;
	insider_same(b, "enrolment_decision", "verify", "enrolment_decision", "examine");
}

static void
forge_validated_alone(struct insider *in, json_t *b)
{
	(void)in;
	insider_same(b, "act_decision", "validate", "act", NULL);
}

static void
forge_registered_alone(struct insider *in, json_t *b)
{
	(void)in;
	insider_same(b, "act_decision", "register", "act", NULL);
}

static void
forge_nobody_took_it(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "application", NULL), "officer_id", NULL);
}

static void
forge_death(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "act_registration", NULL), "kind", "death");
	insider_link(insider_find(b, "act", NULL), "kind", "death");
}

static void
forge_other_kind_of_act(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "act", NULL), "kind", "death");
}

static void
forge_annulled(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "act_decision", NULL), "to_state", "annulled");
}

static void
forge_revoked_identity(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "enrolment_decision", NULL), "to_state", "revoked");
}

static void
forge_cancelled_application(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "application_decision", NULL), "to_state", "cancelled");
}

static void
forge_spoiled(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "document_decision", NULL), "to_state", "spoiled");
}

static void
forge_unknown_state(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "document_decision", NULL), "to_state", "lost");
}

static void
forge_gap(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "document_decision", NULL), "from_state", "allocated");
}

static void
forge_evidence_of_another(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "evidence", NULL), "person_id", insider_link_of(insider_find(b, "document", NULL), "application_id"));
}

static void
forge_identity_of_another(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "identity_version", NULL), "person_id", insider_link_of(insider_find(b, "document", NULL), "application_id"));
}

static void
forge_no_person(struct insider *in, json_t *b)
{
	(void)in;
	tamper_drop(b, "person");
}

static void
forge_type(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "document", NULL), "document_type", "VA");
	insider_link(insider_find(b, "application", NULL), "document_type", "VA");
}

static void
forge_early_signature(struct insider *in, json_t *b)
{
	json_t *records = json_object_get(b, "records"), *signature = json_incref(insider_find(b, "document_signature", NULL));

	(void)in;
	tamper_drop(b, "document_signature");
	json_array_insert_new(records, 0, signature);
}

static void
forge_late_act(struct insider *in, json_t *b)
{
	json_t *records = json_object_get(b, "records"), *registration = json_incref(insider_find(b, "act_registration", NULL));

	(void)in;
	tamper_drop(b, "act_registration");
	json_array_append_new(records, registration);
}

static void
forge_two_of_an_id(struct insider *in, json_t *b)
{
	json_t *copy = json_deep_copy(insider_find(b, "portrait", NULL)), *leaf = insider_json(copy, "leaf");

	(void)in;
	json_object_set_new(copy, "kind", json_string("picture"));
	json_object_set_new(leaf, "kind", json_string("picture"));
	insider_put(copy, "leaf", leaf);
	json_array_append_new(json_object_get(b, "records"), copy);
}

static void
forge_terminal(struct insider *in, json_t *b)
{
	(void)in;
	insider_link(insider_find(b, "document_decision", NULL), "to_state", "x\n\033[32m[good]");
}

/* The evidence names an exemption instead of the act; by the officers `first` and `second`. */
static void
exempt(json_t *b, const char *first, const char *second)
{
	json_t *evidence = insider_find(b, "evidence", NULL), *exemption = json_deep_copy(evidence), *records = json_object_get(b, "records");
	json_t *leaf = insider_json(exemption, "leaf"), *content = insider_json(exemption, "content"), *record;
	size_t i;

	json_object_set_new(exemption, "kind", json_string("evidence_exemption"));
	json_object_set_new(leaf, "kind", json_string("evidence_exemption"));
	json_object_set_new(leaf, "id", json_string("00000000-0000-4000-8000-0000000000ee"));
	json_object_set_new(content, "id", json_string("00000000-0000-4000-8000-0000000000ee"));
	insider_put(exemption, "leaf", leaf);
	insider_put(exemption, "content", content);
	insider_link(exemption, "officer_id", first);
	insider_link(exemption, "second_officer_id", second);
	insider_link(evidence, "kind", "exemption");
	insider_link(evidence, "act_id", NULL);
	insider_link(evidence, "exemption_id", "00000000-0000-4000-8000-0000000000ee");
	json_array_foreach (records, i, record)
		if (record == evidence)
			break;
	json_array_insert_new(records, i, exemption);
}

static void
forge_exempted_alone(struct insider *in, json_t *b)
{
	(void)in;
	exempt(b, insider_link_of(insider_find(b, "evidence", NULL), "officer_id"), insider_link_of(insider_find(b, "evidence", NULL), "officer_id"));
}

static void
forge_exempted_by_nobody_else(struct insider *in, json_t *b)
{
	(void)in;
	exempt(b, insider_link_of(insider_find(b, "evidence", NULL), "officer_id"), NULL);
}

/* clang-format off */
static const struct {
	const char *what;
	insider_forgery *how;
	const char *link;
} insider_forgeries[] = {
	{ "an application approved by who took it",             forge_approved_alone,          "four-eyes" },
	{ "an identity verified by who examined it",            forge_verified_alone,          "four-eyes" },
	{ "an act validated by who declared it",                forge_validated_alone,         "four-eyes" },
	{ "an act registered by who declared it",               forge_registered_alone,        "four-eyes" },
	{ "an application that nobody took",                    forge_nobody_took_it,          "four-eyes" },
	{ "an exemption by one officer",                        forge_exempted_alone,          "four-eyes" },
	{ "an exemption without a second officer",              forge_exempted_by_nobody_else, "four-eyes" },
	{ "a death as evidence of an identity",                 forge_death,                   "act" },
	{ "an act of another kind than its registration",       forge_other_kind_of_act,       "act_registration" },
	{ "an annulled act",                                    forge_annulled,                "act" },
	{ "an act that was registered after all",               forge_late_act,                "order" },
	{ "a revoked identity",                                 forge_revoked_identity,        "identity" },
	{ "a cancelled application",                            forge_cancelled_application,   "application" },
	{ "a spoiled document",                                 forge_spoiled,                 "document" },
	{ "a document in a state that there is not",            forge_unknown_state,           "document" },
	{ "a decision left out of the middle",                  forge_gap,                     "document_decision" },
	{ "evidence of another person",                         forge_evidence_of_another,     "evidence" },
	{ "an identity of another person",                      forge_identity_of_another,     "identity_version" },
	{ "no person",                                          forge_no_person,               "person" },
	{ "a type that the document signer may not sign",       forge_type,                    "sod" },
	{ "a signature older than its document",                forge_early_signature,         "order" },
	{ "one identifier for two records",                     forge_two_of_an_id,            "inclusion" },
	{ "words that steer a terminal",                        forge_terminal,                "document" },
};
/* clang-format on */

/* ---- heads ---- */

static void
head_of_document_signer(struct insider *in, json_t *b)
{
	tamper_head_by_document_signer(b, NULL);
	insider_sign(in, b, in->signer_key);
}

static void
head_of_list_signer(struct insider *in, json_t *b)
{
	insider_certify(in, b, PROFILE_MASTER_LIST_SIGNER, in->ledger_key);
	insider_sign(in, b, in->ledger_key);
}

static void
head_with_shared_key(struct insider *in, json_t *b)
{
	insider_certify(in, b, PROFILE_LEDGER, in->signer_key);
	insider_sign(in, b, in->signer_key);
}

static void
head_with_shared_key_alone(struct insider *in, json_t *b)
{
	json_array_clear(json_object_get(b, "certificates")); /* so that only the EF.SOD tells whose key it is */
	head_with_shared_key(in, b);
}

static void
head_of_ninety_years(struct insider *in, json_t *b)
{
	json_object_set_new(json_object_get(b, "tree_head"), "signed_at", json_string("2116-01-01T00:00:00Z"));
	insider_sign(in, b, in->ledger_key);
}

/* Inside the certificate's validity, outside the time in which its key is used. */
static void
head_after_use(struct insider *in, json_t *b)
{
	char at[21];

	json_object_set_new(json_object_get(b, "tree_head"), "signed_at", json_string(time_format(clock_now() + 8 * INT64_C(31557600), at)));
	insider_sign(in, b, in->ledger_key);
}

static void
head_of_new_ledger_certificate(struct insider *in, json_t *b)
{
	insider_certify(in, b, PROFILE_LEDGER, in->ledger_key);
	insider_sign(in, b, in->ledger_key);
}

static const struct {
	const char *what;
	insider_forgery *how;
} insider_heads[] = {
	{ "a head signed by the document signer", head_of_document_signer },
	{ "a head under a master list signer's certificate", head_of_list_signer },
	{ "a head under a ledger certificate of the document signer's key", head_with_shared_key },
	{ "the same, when only the EF.SOD tells whose key it is", head_with_shared_key_alone },
	{ "a head signed ninety years from now", head_of_ninety_years },
	{ "a head signed after the usage period of its key", head_after_use },
};

/* ---- trying them ---- */

static bool
insider_printable(const struct descent_report *report)
{
	for (size_t i = 0; i < report->n; i++)
		for (const char *p = report->findings[i].text; *p != '\0'; p++)
			if (*p < ' ' || *p > '~')
				return false;
	return true;
}

static bool
insider_verify(struct insider *in, const json_t *bundle, struct descent_report *report)
{
	char *text = json_dumps(bundle, JSON_COMPACT);
	struct err err = ERR_INIT;
	bool read = descent_verify(bytes_str(text), &in->anchor, 1, report, &err) == 0;

	if (!read)
		printf("# %s\n", err.text);
	free(text);
	return read;
}

static void
insider_show(const struct descent_report *report)
{
	for (size_t i = 0; i < report->n; i++)
		printf("# %d %s: %s\n", report->findings[i].status, report->findings[i].link, report->findings[i].text);
}

static bool
insider_accepted(struct insider *in, const json_t *bundle, insider_forgery *how, bool tree, struct descent_report *report)
{
	json_t *copy = json_deep_copy(bundle);
	bool good;

	how(in, copy);
	if (tree) {
		insider_tree(copy);
		insider_sign(in, copy, in->ledger_key);
	}
	good = insider_verify(in, copy, report) && report->is_good;
	json_decref(copy);
	return good;
}

static void
forge_exempted(struct insider *in, json_t *b)
{
	(void)in;
	exempt(b, insider_link_of(insider_find(b, "evidence", NULL), "officer_id"), insider_link_of(insider_find(b, "application", NULL), "officer_id"));
}

static void
insider_all(struct insider *in, const json_t *bundle)
{
	struct descent_report report = { 0 };

	if (!ok(insider_accepted(in, bundle, forge_nothing, true, &report), "a tree of these records alone is good: what follows is refused for its own sake"))
		insider_show(&report);
	descent_report_clear(&report);
	if (!ok(insider_accepted(in, bundle, head_of_new_ledger_certificate, false, &report), "so is a head under another ledger certificate"))
		insider_show(&report);
	descent_report_clear(&report);
	if (!ok(insider_accepted(in, bundle, forge_exempted, true, &report) && report.rests_on_exemption, "an exemption by two officers is good, and said"))
		insider_show(&report);
	descent_report_clear(&report);
	for (size_t i = 0; i < NELEM(insider_forgeries); i++) {
		bool good = insider_accepted(in, bundle, insider_forgeries[i].how, true, &report);

		if (!ok(!good && tamper_report_names(&report, insider_forgeries[i].link) && insider_printable(&report) && report.document_number[0] == '\0',
			    "in a tree with a true head, refuses %s: %s", insider_forgeries[i].what, insider_forgeries[i].link))
			insider_show(&report);
		descent_report_clear(&report);
	}
	for (size_t i = 0; i < NELEM(insider_heads); i++) {
		bool good = insider_accepted(in, bundle, insider_heads[i].how, false, &report);

		if (!ok(!good && tamper_report_names(&report, "tree-head") && !tamper_report_names(&report, "inclusion"), "refuses %s", insider_heads[i].what))
			insider_show(&report);
		descent_report_clear(&report);
	}
}

#endif
