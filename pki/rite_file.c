/* Orders and outcomes as files, and an order as a person reads it. */
#include "pki/rite.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/digest.h"

static const char *const profile_words[] = {
	[PROFILE_CSCA_ROOT] = "csca_root",
	[PROFILE_CSCA_LINK] = "csca_link",
	[PROFILE_DOCUMENT_SIGNER] = "document_signer",
	[PROFILE_MASTER_LIST_SIGNER] = "master_list_signer",
	[PROFILE_DEVIATION_LIST_SIGNER] = "deviation_list_signer",
	[PROFILE_LEDGER] = "ledger",
	[PROFILE_CSCA_NAME_CHANGE] = "csca_name_change",
	[PROFILE_VDS_SIGNER] = "seal_signer",
	[PROFILE_COMMUNICATION] = "communication",
	[PROFILES] = NULL,
};
static const char *const list_words[] = { "master_list", "deviation_list", NULL };

enum { DER_MOST = 4 << 20,
	REVOKED_MOST = 100000,
	LAST_SECOND = 2 };
#define TIME_MOST INT64_C(253402300799) /* 9999 */
#define END_FIELD \
	{ \
		NULL, 0, 0, 0, 0, 0, NULL, NULL, 0, 0 \
	}

/* clang-format off */
#define K(member) offsetof(struct rite_key, member)
static const struct json_field key_fields[] = {
	{ "label", JSON_T_CODE, K(label), 0, 1, 63, NULL, NULL, 0, 0 },
	{ "algorithm", JSON_T_CODE, K(algorithm), 0, 1, 31, NULL, NULL, 0, 0 },
	{ "id", JSON_T_BASE64, K(id), JSON_OPTIONAL, 1, 32, NULL, NULL, 0, 0 },
	END_FIELD
};
#define C(member) offsetof(struct rite_certificate, member)
static const struct json_field certificate_fields[] = {
	{ "profile", JSON_T_ENUM, C(profile), 0, 0, 0, profile_words, NULL, 0, 0 },
	{ "country", JSON_T_CODE, C(country), 0, 2, 2, NULL, NULL, 0, 0 },
	{ "organization", JSON_T_TEXT, C(organization), JSON_OPTIONAL, 1, 64, NULL, NULL, 0, 0 },
	{ "organizational_unit", JSON_T_TEXT, C(organizational_unit), JSON_OPTIONAL, 1, 64, NULL, NULL, 0, 0 },
	{ "common_name", JSON_T_TEXT, C(common_name), 0, 1, 64, NULL, NULL, 0, 0 },
	{ "public_key", JSON_T_BASE64, C(spki), JSON_OPTIONAL, 1, 4096, NULL, NULL, 0, 0 },
	{ "is_root", JSON_T_BOOL, C(is_root), 0, 0, 0, NULL, NULL, 0, 0 },
	{ "name_change", JSON_T_BOOL, C(name_change), 0, 0, 0, NULL, NULL, 0, 0 },
	{ "not_before", JSON_T_INT, C(not_before), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	{ "not_after", JSON_T_INT, C(not_after), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	{ "key_from", JSON_T_INT, C(key_from), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	{ "key_to", JSON_T_INT, C(key_to), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	{ "document_types", JSON_T_RAW, C(document_types), JSON_OPTIONAL, 0, 0, NULL, NULL, 0, 0 },
	END_FIELD
};
static const struct json_field revoked_fields[] = {
	{ "serial", JSON_T_BASE64, offsetof(struct rite_revoked, serial), 0, 1, 20, NULL, NULL, 0, 0 },
	{ "at", JSON_T_INT, offsetof(struct rite_revoked, at), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	END_FIELD
};
#define L(member) offsetof(struct rite_crl, member)
static const struct json_field crl_fields[] = {
	{ "number", JSON_T_INT, L(number), 0, 1, INT64_MAX, NULL, NULL, 0, 0 },
	{ "previous", JSON_T_INT, L(previous), 0, 0, INT64_MAX, NULL, NULL, 0, 0 },
	{ "this_update", JSON_T_INT, L(this_update), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	{ "next_update", JSON_T_INT, L(next_update), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	{ "name_changed", JSON_T_BOOL, L(name_changed), 0, 0, 0, NULL, NULL, 0, 0 },
	{ "revoked", JSON_T_ARRAY, L(revoked), 0, 0, REVOKED_MOST, NULL, revoked_fields, sizeof(struct rite_revoked), 0 },
	END_FIELD
};
#define S(member) offsetof(struct rite_list, member)
static const struct json_field list_fields[] = {
	{ "kind", JSON_T_ENUM, S(kind), 0, 0, 0, list_words, NULL, 0, 0 },
	{ "content", JSON_T_BASE64, S(content), 0, 1, DER_MOST, NULL, NULL, 0, 0 },
	{ "signer", JSON_T_BASE64, S(signer), 0, 1, CERT_MAX, NULL, NULL, 0, 0 },
	{ "signer_label", JSON_T_CODE, S(signer_label), 0, 1, 63, NULL, NULL, 0, 0 },
	{ "at", JSON_T_INT, S(at), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	END_FIELD
};
#define R(member) offsetof(struct rite, member)
static const struct json_field rite_fields[] = {
	{ "version", JSON_T_INT, R(version), 0, 1, 1, NULL, NULL, 0, 0 },
	{ "ceremony", JSON_T_UUID, R(ceremony), 0, 0, 0, NULL, NULL, 0, 0 },
	{ "kind", JSON_T_CODE, R(kind), 0, 1, 32, NULL, NULL, 0, 0 },
	{ "at", JSON_T_INT, R(at), 0, 1, TIME_MOST, NULL, NULL, 0, 0 },
	{ "state", JSON_T_CODE, R(state), 0, 1, 3, NULL, NULL, 0, 0 },
	{ "contact", JSON_T_TEXT, R(contact), JSON_OPTIONAL, 1, 200, NULL, NULL, 0, 0 },
	{ "crl_urls", JSON_T_RAW, R(crl_urls), 0, 0, 0, NULL, NULL, 0, 0 },
	{ "generate", JSON_T_OBJECT, R(generate), JSON_OPTIONAL, 0, 0, NULL, key_fields, 0, R(has_generate) },
	{ "erase", JSON_T_OBJECT, R(erase), JSON_OPTIONAL, 0, 0, NULL, key_fields, 0, R(has_erase) },
	{ "certificates", JSON_T_ARRAY, R(certificates), 0, 0, RITE_CERTIFICATES, NULL, certificate_fields, sizeof(struct rite_certificate), 0 },
	{ "issuer", JSON_T_BASE64, R(issuer), JSON_OPTIONAL, 1, CERT_MAX, NULL, NULL, 0, 0 },
	{ "issuer_label", JSON_T_CODE, R(issuer_label), JSON_OPTIONAL, 1, 63, NULL, NULL, 0, 0 },
	{ "crl", JSON_T_OBJECT, R(crl), JSON_OPTIONAL, 0, 0, NULL, crl_fields, 0, R(has_crl) },
	{ "list", JSON_T_OBJECT, R(list), JSON_OPTIONAL, 0, 0, NULL, list_fields, 0, R(has_list) },
	END_FIELD
};
#define O(member) offsetof(struct rite_outcome, member)
static const struct json_field outcome_fields[] = {
	{ "version", JSON_T_INT, O(version), 0, 1, 1, NULL, NULL, 0, 0 },
	{ "ceremony", JSON_T_UUID, O(ceremony), 0, 0, 0, NULL, NULL, 0, 0 },
	{ "request_sha256", JSON_T_BASE64, O(rite_sha256), 0, SHA256_LEN, SHA256_LEN, NULL, NULL, 0, 0 },
	{ "token_label", JSON_T_TEXT, O(token_label), 0, 1, 64, NULL, NULL, 0, 0 },
	{ "token_serial", JSON_T_TEXT, O(token_serial), JSON_OPTIONAL, 1, 64, NULL, NULL, 0, 0 },
	{ "public_key", JSON_T_BASE64, O(spki), JSON_OPTIONAL, 1, 4096, NULL, NULL, 0, 0 },
	{ "certificate", JSON_T_BASE64, O(certificate[0]), JSON_OPTIONAL, 1, CERT_MAX, NULL, NULL, 0, 0 },
	{ "link", JSON_T_BASE64, O(certificate[1]), JSON_OPTIONAL, 1, CERT_MAX, NULL, NULL, 0, 0 },
	{ "crl", JSON_T_BASE64, O(crl), JSON_OPTIONAL, 1, DER_MOST, NULL, NULL, 0, 0 },
	{ "list", JSON_T_BASE64, O(list), JSON_OPTIONAL, 1, DER_MOST, NULL, NULL, 0, 0 },
	END_FIELD
};
/* clang-format on */

void
rite_clear(struct rite *rite)
{
	json_clear(rite_fields, rite);
	*rite = (struct rite){ 0 };
}

void
rite_outcome_clear(struct rite_outcome *outcome)
{
	json_clear(outcome_fields, outcome);
	*outcome = (struct rite_outcome){ 0 };
}

static int
to_text(const struct json_field *fields, const void *from, struct buf *text, struct err *err)
{
	json_t *json = json_put(fields, from);
	int rc;

	if (json == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	rc = json_canonical(json, text, err);
	json_decref(json);
	return rc;
}

int
rite_to_text(const struct rite *rite, struct buf *text, struct err *err)
{
	return to_text(rite_fields, rite, text, err);
}

int
rite_outcome_to_text(const struct rite_outcome *outcome, struct buf *text, struct err *err)
{
	return to_text(outcome_fields, outcome, text, err);
}

/* An array of short texts; absent is fine where the table says so. */
static void
check_texts(const json_t *list, const char *pointer, size_t most, struct err *err)
{
	bool is_good = json_is_array(list) && json_array_size(list) <= most;

	for (size_t i = 0; is_good && i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		is_good = s != NULL && strlen(s) <= 200;
	}
	if (!is_good)
		err_problem(err, pointer, "wanted a list of texts");
}

int
rite_of_text(struct bytes text, struct rite *rite, struct err *err)
{
	struct rite r = { 0 };

	if (json_read_into(text, rite_fields, &r, err) == -1)
		return err_prefix(err, "ceremony request");
	check_texts(r.crl_urls, "/crl_urls", 8, err);
	for (size_t i = 0; i < r.certificates.n; i++) {
		const struct rite_certificate *c = (const struct rite_certificate *)r.certificates.items + i;

		if (c->document_types != NULL)
			check_texts(c->document_types, "/certificates/document_types", CERT_DOCUMENT_TYPES, err);
	}
	if (err->nproblem > 0) {
		rite_clear(&r);
		return err_prefix(err, "ceremony request");
	}
	*rite = r;
	return 0;
}

int
rite_outcome_of_text(struct bytes text, struct rite_outcome *outcome, struct err *err)
{
	struct rite_outcome o = { 0 };

	if (json_read_into(text, outcome_fields, &o, err) == -1)
		return err_prefix(err, "ceremony response");
	*outcome = o;
	return 0;
}

/* ---- for a person ---- */

static void
describe_certificate(const struct rite_certificate *c, const struct rite *r, struct buf *out)
{
	uint8_t digest[SHA256_LEN];
	char at[21];

	buf_printf(out, "issue a certificate: %s\n", profiles[c->profile].name);
	buf_printf(out, "  subject      C=%s", c->country);
	if (c->organization != NULL)
		buf_printf(out, ", O=%s", c->organization);
	if (c->organizational_unit != NULL)
		buf_printf(out, ", OU=%s", c->organizational_unit);
	buf_printf(out, ", CN=%s\n", c->common_name);
	buf_str(out, "  public key   ");
	if (c->spki.n == 0)
		buf_str(out, "the key generated now\n");
	else {
		sha256(bytes_of(&c->spki), digest);
		buf_str(out, "SHA-256 ");
		buf_hex(out, BYTES(digest, sizeof(digest)));
		buf_str(out, "\n");
	}
	buf_printf(out, "  signed by    %s\n", c->is_root ? "itself" : r->issuer_label != NULL ? r->issuer_label
											       : "");
	buf_printf(out, "  valid        %s to ", time_format(c->not_before, at));
	buf_printf(out, "%s\n", time_format(c->not_after, at));
	buf_printf(out, "  key is used  %s to ", time_format(c->key_from, at));
	buf_printf(out, "%s\n", time_format(c->key_to, at));
	if (c->name_change)
		buf_str(out, "  name change  the issuer bears the old name\n");
	for (size_t i = 0; i < json_array_size(c->document_types); i++)
		buf_printf(out, "%s%s", i == 0 ? "  documents    " : " ", json_string_value(json_array_get(c->document_types, i)));
	if (json_array_size(c->document_types) > 0)
		buf_str(out, "\n");
}

static void
describe_crl(const struct rite *r, struct buf *out)
{
	const struct rite_revoked *list = r->crl.revoked.items;
	char at[21];

	buf_printf(out, "issue the certificate revocation list number %lld\n", (long long)r->crl.number);
	buf_printf(out, "  signed by    %s\n", r->issuer_label != NULL ? r->issuer_label : "");
	buf_printf(out, "  thisUpdate   %s\n", time_format(r->crl.this_update, at));
	buf_printf(out, "  nextUpdate   %s\n", time_format(r->crl.next_update, at));
	buf_printf(out, "  revoked      %zu certificates\n", r->crl.revoked.n);
	for (size_t i = 0; i < r->crl.revoked.n && i < 100; i++) {
		buf_str(out, "    ");
		buf_hex(out, bytes_of(&list[i].serial));
		buf_printf(out, "  %s\n", time_format(list[i].at, at));
	}
	if (r->crl.revoked.n > 100)
		buf_printf(out, "    and %zu more\n", r->crl.revoked.n - 100);
}

int
rite_describe(const struct rite *r, struct buf *out, struct err *err)
{
	const struct rite_certificate *c = r->certificates.items;
	char id[UUID_TEXT], at[21];
	uint8_t digest[SHA256_LEN];

	buf_printf(out, "ceremony       %s (%s)\n", uuid_format(&r->ceremony, id), r->kind);
	buf_printf(out, "of             %s, State %s\n", time_format(r->at, at), r->state);
	if (r->has_generate)
		buf_printf(out, "generate a key: %s, %s\n", r->generate.label, r->generate.algorithm);
	for (size_t i = 0; i < r->certificates.n; i++)
		describe_certificate(&c[i], r, out);
	if (r->has_crl)
		describe_crl(r, out);
	if (r->has_list) {
		sha256(bytes_of(&r->list.content), digest);
		buf_printf(out, "sign a %s\n  content      SHA-256 ", r->list.kind == 0 ? "master list" : "deviation list");
		buf_hex(out, BYTES(digest, sizeof(digest)));
		buf_printf(out, "\n  signed by    %s\n", r->list.signer_label);
	}
	if (r->has_erase)
		buf_printf(out, "DESTROY the key %s, %s\n", r->erase.label, r->erase.algorithm);
	return buf_check(out, err);
}
