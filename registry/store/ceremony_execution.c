/* What signd reads before it carries a ceremony out, and what it writes afterwards. */
#include "registry/store/ceremony.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/digest.h"
#include "registry/base/json.h"

enum { Q_LOCK,
	Q_CASE,
	Q_CSCA,
	Q_SIGNER,
	Q_CRL,
	Q_REVOKED,
	Q_USE_DAYS,
	Q_EXECUTE,
	Q_REQUEST,
	Q_GENERATION,
	Q_CERTIFICATE,
	Q_REVOCATION,
	Q_CRL_ADD,
	Q_LIST,
	Q_CEREMONY_RULE,
	Q_KEY_RULE };
/* clang-format off */
#define SIGNER_COLUMNS \
	"SELECT k.id, c.id, k.token_label, k.key_label, coalesce(k.is_offline, false), c.der, extract(epoch FROM c.use_until)::bigint," \
	" (SELECT i.der FROM certificate i WHERE i.id = c.issuer_id)" \
	" FROM signing_key k JOIN current_state s ON s.subject_id = k.id AND s.machine = 'key' AND s.state = 'active'" \
	" JOIN certificate c ON c.signing_key_id = k.id AND c.profile IS DISTINCT FROM 'link'" \
	" WHERE k.kind = $1 AND NOT EXISTS (SELECT FROM revocation r WHERE r.certificate_id = c.id)"

const struct query ceremony_execution_queries[] = {
	/* one ceremony after the other, whichever: numbers are given in order, and a second execution finds the first */
	[Q_LOCK] = { "ceremony_lock",
		"SELECT pg_advisory_xact_lock(hashtextextended('ceremony execution', 0))" },
	/* approvals are counted here from the rows, as signing_cases reads a descent: what was planted past the triggers counts for nothing */
	[Q_CASE] = { "ceremony_case",
		"SELECT c.id, c.kind, coalesce(s.state, ''), coalesce((SELECT r.officers FROM current_ceremony_rule r WHERE r.kind = c.kind), 2),"
		" (SELECT count(DISTINCT o.id) FROM officer o JOIN officer_role r ON r.officer_id = o.id AND r.role = 'pki_officer'"
		"  WHERE o.is_active AND (o.id = c.officer_id OR o.id IN (SELECT d.officer_id FROM ceremony_decision d WHERE d.ceremony_id = c.id"
		"  AND d.event = 'approve' AND d.officer_id <> c.officer_id))),"
		" coalesce(extract(epoch FROM c.not_before)::bigint, 0), coalesce(extract(epoch FROM c.not_after)::bigint, 0), c.parameters::text,"
		" c.payload, c.signing_key_id, c.certificate_id, coalesce(ks.state, ''), coalesce(k.kind, ''), coalesce(k.token_label, ''),"
		" coalesce(k.key_label, ''), coalesce(k.algorithm, ''), coalesce(k.is_offline, false), g.spki, kc.id, kc.der, x.der,"
		" coalesce(encode(x.serial, 'hex'), ''), r.request, e.ceremony_id IS NOT NULL, e.result::text,"
		" EXISTS (SELECT FROM certificate q WHERE q.signing_key_id = k.id AND q.profile = 'link')"
		" FROM ceremony c LEFT JOIN current_state s ON s.subject_id = c.id AND s.machine = 'ceremony'"
		" LEFT JOIN signing_key k ON k.id = c.signing_key_id LEFT JOIN current_state ks ON ks.subject_id = k.id AND ks.machine = 'key'"
		" LEFT JOIN key_generation g ON g.signing_key_id = k.id"
		" LEFT JOIN LATERAL (SELECT q.id, q.der FROM certificate q WHERE q.signing_key_id = k.id AND q.profile IS DISTINCT FROM 'link'"
		"  ORDER BY q.not_before DESC, q.id DESC LIMIT 1) kc ON true"
		" LEFT JOIN certificate x ON x.id = c.certificate_id LEFT JOIN ceremony_request r ON r.ceremony_id = c.id"
		" LEFT JOIN ceremony_execution e ON e.ceremony_id = c.id WHERE c.id = $1" },
	[Q_CSCA] = { "ceremony_csca",
		SIGNER_COLUMNS " ORDER BY c.not_before DESC, c.created_at DESC, c.id DESC LIMIT 1" },
	[Q_SIGNER] = { "ceremony_signer",
		SIGNER_COLUMNS " AND c.not_before <= to_timestamp($2::bigint) AND c.use_until > to_timestamp($2::bigint)"
		" ORDER BY c.not_before DESC, c.created_at DESC, c.id DESC LIMIT 1" },
	[Q_CRL] = { "ceremony_crl_number",
		"SELECT coalesce(max(number), 0) + 1, EXISTS (SELECT FROM ceremony_execution e JOIN ceremony c ON c.id = e.ceremony_id"
		" WHERE c.kind = 'name_change'), coalesce(extract(epoch FROM max(this_update))::bigint, 0) FROM crl" },
	[Q_REVOKED] = { "ceremony_revoked",
		"SELECT serial, extract(epoch FROM revoked_at)::bigint FROM revocation ORDER BY serial" },
	[Q_USE_DAYS] = { "ceremony_use_days",
		"SELECT use_days FROM current_key_rule WHERE kind = $1" },
	[Q_EXECUTE] = { "ceremony_execute",
		"INSERT INTO ceremony_execution (ceremony_id, officer_id, at, token_label, token_serial, result)"
		" VALUES ($1, $2, to_timestamp($3::bigint), $4, $5, $6::jsonb)" },
	[Q_REQUEST] = { "ceremony_request_add",
		"INSERT INTO ceremony_request (ceremony_id, request, sha256) VALUES ($1, $2, $3)" },
	[Q_GENERATION] = { "ceremony_generation",
		"INSERT INTO key_generation (signing_key_id, spki, ceremony_id) VALUES ($2, $3, $1)" },
	[Q_CERTIFICATE] = { "ceremony_certificate",
		"INSERT INTO certificate (id, signing_key_id, issuer_id, der, sha256, not_before, not_after, use_until, profile, serial, ceremony_id)"
		" VALUES ($2, $3, $4, $5, $6, to_timestamp($7::bigint), to_timestamp($8::bigint), to_timestamp($9::bigint), $10, $11, $1)" },
	[Q_REVOCATION] = { "ceremony_revocation",
		"INSERT INTO revocation (certificate_id, serial, cause, revoked_at, ceremony_id) VALUES ($2, $3, $4, to_timestamp($5::bigint), $1)" },
	[Q_CRL_ADD] = { "ceremony_crl_add",
		"INSERT INTO crl (number, certificate_id, der, this_update, next_update, entries, ceremony_id)"
		" VALUES ($2, $3, $4, to_timestamp($5::bigint), to_timestamp($6::bigint), $7, $1)" },
	[Q_LIST] = { "ceremony_signed_list",
		"INSERT INTO signed_list (kind, certificate_id, cms, signed_at, ceremony_id) VALUES ($2, $3, $4, to_timestamp($5::bigint), $1)" },
	[Q_CEREMONY_RULE] = { "ceremony_rule_add",
		"INSERT INTO ceremony_rule (kind, version, officers, ceremony_id)"
		" SELECT $2, coalesce(max(version), 0) + 1, $3, $1::uuid FROM ceremony_rule WHERE kind = $2" },
	[Q_KEY_RULE] = { "ceremony_key_rule_add",
		"INSERT INTO key_rule (kind, version, use_days, max_signatures, lead_days, ceremony_id)"
		" SELECT $2, coalesce(max(version), 0) + 1, $3, $4, $5, $1::uuid FROM key_rule WHERE kind = $2" },
	{ NULL, NULL }
};
/* clang-format on */

void
ceremony_case_clear(struct ceremony_case *c)
{
	json_decref(c->parameters);
	json_decref(c->result);
	buf_clear(&c->payload);
	buf_clear(&c->spki);
	buf_clear(&c->key_certificate);
	buf_clear(&c->certificate);
	buf_clear(&c->request);
	*c = (struct ceremony_case){ 0 };
}

static int
kind_of(const char *name, enum ceremony_kind *kind, struct err *err)
{
	for (int k = 0; ceremony_kind_names[k] != NULL; k++)
		if (strcmp(ceremony_kind_names[k], name) == 0) {
			*kind = (enum ceremony_kind)k;
			return 0;
		}
	return err_set(err, FAIL_INTERNAL, "ceremony: unknown kind");
}

#define COPY(into, column) snprintf(into, sizeof(into), "%s", row_text(rows, 0, column))

static int
case_of_row(const struct rows *rows, struct ceremony_case *c, struct err *err)
{
	if (row_uuid(rows, 0, 0, &c->id, err) == -1 || kind_of(row_text(rows, 0, 1), &c->kind, err) == -1)
		return -1;
	COPY(c->state, 2);
	c->officers = (unsigned)row_int(rows, 0, 3);
	c->agreed = (unsigned)row_int(rows, 0, 4);
	c->not_before = row_int(rows, 0, 5);
	c->not_after = row_int(rows, 0, 6);
	COPY(c->key_state, 11);
	COPY(c->key_kind, 12);
	COPY(c->token_label, 13);
	COPY(c->key_label, 14);
	COPY(c->algorithm, 15);
	c->key_is_offline = row_bool(rows, 0, 16);
	COPY(c->certificate_serial, 21);
	c->was_executed = row_bool(rows, 0, 23);
	c->key_has_link = row_bool(rows, 0, 25);
	buf_str(&c->request, row_text(rows, 0, 22));
	return row_json(rows, 0, 7, &c->parameters, err) == -1 || row_bytes(rows, 0, 8, &c->payload, err) == -1 ||
			row_uuid_optional(rows, 0, 9, &c->signing_key_id, err) == -1 ||
			row_uuid_optional(rows, 0, 10, &c->certificate_id, err) == -1 || row_bytes(rows, 0, 17, &c->spki, err) == -1 ||
			row_uuid_optional(rows, 0, 18, &c->key_certificate_id, err) == -1 ||
			row_bytes(rows, 0, 19, &c->key_certificate, err) == -1 || row_bytes(rows, 0, 20, &c->certificate, err) == -1 ||
			row_json(rows, 0, 24, &c->result, err) == -1 || buf_check(&c->request, err) == -1
		? -1
		: 0;
}

int
ceremony_case_read(struct tx *tx, const struct uuid *id, struct ceremony_case *c, struct err *err)
{
	struct ceremony_case found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	/* the lock is a statement of its own: what is read after it is as the execution before has left it */
	if (tx_later(tx, &ceremony_execution_queries[Q_LOCK], NULL, 0, -1, NULL, err) == -1 || tx_flush(tx, err) == -1 ||
		tx_query_one(tx, &ceremony_execution_queries[Q_CASE], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such ceremony", &rows, err) == -1)
		return -1;
	if (case_of_row(rows, &found, err) == 0) {
		*c = found;
		found = (struct ceremony_case){ 0 };
		rc = 0;
	}
	ceremony_case_clear(&found);
	rows_free(rows);
	return rc;
}

const char *
ceremony_case_refusal(const struct ceremony_case *c, int64_t now, char why[120])
{
	if (strcmp(c->state, "approved") != 0)
		snprintf(why, 120, "the ceremony is %s", c->state[0] != '\0' ? c->state : "not asked");
	else if (c->agreed < c->officers || c->agreed < 2)
		snprintf(why, 120, "%u of %u officers have agreed", c->agreed, c->officers < 2 ? 2 : c->officers);
	else if (c->not_before != 0 && now < c->not_before)
		snprintf(why, 120, "its time has not come");
	else if (c->not_after != 0 && now >= c->not_after)
		snprintf(why, 120, "its approvals have lapsed");
	else
		return NULL;
	return why;
}

void
ceremony_csca_clear(struct ceremony_csca *csca)
{
	buf_clear(&csca->certificate);
	buf_clear(&csca->issuer);
	*csca = (struct ceremony_csca){ 0 };
}

static int
signer_of(struct tx *tx, const struct query *q, const struct arg *args, size_t n, const char *none, struct ceremony_csca *out, struct err *err)
{
	struct ceremony_csca found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, q, args, n, FAIL_NOT_FOUND, none, &rows, err) == -1)
		return -1;
	COPY(found.token_label, 2);
	COPY(found.key_label, 3);
	found.is_offline = row_bool(rows, 0, 4);
	found.use_until = row_int(rows, 0, 6);
	if (row_uuid(rows, 0, 0, &found.signing_key_id, err) == 0 && row_uuid(rows, 0, 1, &found.certificate_id, err) == 0 &&
		row_bytes(rows, 0, 5, &found.certificate, err) == 0 && row_bytes(rows, 0, 7, &found.issuer, err) == 0) {
		*out = found;
		found = (struct ceremony_csca){ 0 };
		rc = 0;
	}
	ceremony_csca_clear(&found);
	rows_free(rows);
	return rc;
}

int
ceremony_csca_read(struct tx *tx, struct ceremony_csca *csca, struct err *err)
{
	return signer_of(tx, &ceremony_execution_queries[Q_CSCA], ARGS(arg_text("csca")), "there is no active CSCA key", csca, err);
}

int
ceremony_signer_read(struct tx *tx, const char *key_kind, int64_t now, struct ceremony_csca *signer, struct err *err)
{
	return signer_of(tx, &ceremony_execution_queries[Q_SIGNER], ARGS(arg_text(key_kind), arg_int(now)),
		"there is no active signer of such lists", signer, err);
}

int
ceremony_crl_facts(struct tx *tx, int64_t *number, int64_t *last_update, bool *name_changed, struct revoked_certificate **revoked, size_t *n,
	struct err *err)
{
	struct revoked_certificate *list = NULL;
	struct rows *rows = NULL;
	struct buf serial = BUF_INIT;
	bool changed;
	int64_t next, last;
	int rc = -1;

	if (tx_query_one(tx, &ceremony_execution_queries[Q_CRL], NULL, 0, FAIL_INTERNAL, "no number", &rows, err) == -1)
		return -1;
	next = row_int(rows, 0, 0);
	changed = row_bool(rows, 0, 1);
	last = row_int(rows, 0, 2);
	rows_free(rows);
	rows = NULL;
	if (tx_query(tx, &ceremony_execution_queries[Q_REVOKED], NULL, 0, &rows, err) == -1)
		return -1;
	if ((list = calloc(rows_count(rows) + 1, sizeof(*list))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < rows_count(rows); i++) {
		buf_cut(&serial, 0);
		if (row_bytes(rows, i, 0, &serial, err) == -1)
			goto out;
		if (serial.n == 0 || serial.n > sizeof(list[i].serial)) {
			err_set(err, FAIL_INTERNAL, "revocation: a serial number of %zu octets", serial.n);
			goto out;
		}
		memcpy(list[i].serial, serial.p, serial.n);
		list[i].serial_len = serial.n;
		list[i].revoked_at = row_int(rows, i, 1);
	}
	*number = next;
	*last_update = last;
	*name_changed = changed;
	*revoked = list;
	*n = rows_count(rows);
	list = NULL;
	rc = 0;
out:
	free(list);
	buf_clear(&serial);
	rows_free(rows);
	return rc;
}

int
ceremony_use_days(struct tx *tx, const char *key_kind, unsigned *days, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &ceremony_execution_queries[Q_USE_DAYS], ARGS(arg_text(key_kind)), FAIL_NOT_FOUND, "there is no rule for keys of this kind", &rows, err) == -1)
		return -1;
	*days = (unsigned)row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

/* ---- writing ---- */

int
ceremony_execute(struct tx *tx, const struct ceremony_execution *e, struct err *err)
{
	struct buf result = BUF_INIT;
	int rc = -1;

	if (json_canonical(e->result, &result, err) == 0 &&
		tx_later(tx, &ceremony_execution_queries[Q_EXECUTE], ARGS(arg_uuid(&e->ceremony_id), arg_uuid_or_null(&e->officer_id), arg_int(e->at), arg_text(e->token_label), arg_text(e->token_serial), arg_text(buf_cstr(&result))), 1, "the ceremony is executed already", err) == 0)
		rc = tx_flush(tx, err);
	buf_clear(&result);
	return rc;
}

int
ceremony_request_add(struct tx *tx, const struct uuid *id, struct bytes request, struct err *err)
{
	uint8_t digest[SHA256_LEN];

	sha256(request, digest);
	return tx_later(tx, &ceremony_execution_queries[Q_REQUEST], ARGS(arg_uuid(id), arg_string(request), arg_bytes(BYTES(digest, sizeof(digest)))), 1, "the request is there already", err);
}

int
ceremony_add_generation(struct tx *tx, const struct uuid *ceremony, const struct uuid *signing_key_id, struct bytes spki, struct err *err)
{
	return tx_later(tx, &ceremony_execution_queries[Q_GENERATION], ARGS(arg_uuid(ceremony), arg_uuid(signing_key_id), arg_bytes(spki)), 1,
		"the key is generated already", err);
}

int
ceremony_add_certificate(struct tx *tx, const struct uuid *ceremony, const struct certificate_new *c, struct err *err)
{
	uint8_t digest[SHA256_LEN];

	sha256(c->der, digest);
	return tx_later(tx, &ceremony_execution_queries[Q_CERTIFICATE], ARGS(arg_uuid(ceremony), arg_uuid(&c->id), arg_uuid(&c->signing_key_id), arg_uuid_or_null(&c->issuer_id), arg_bytes(c->der), arg_bytes(BYTES(digest, sizeof(digest))), arg_int(c->not_before), arg_int(c->not_after), arg_int(c->use_until), arg_text(c->profile), arg_bytes(c->serial)), 1, "the certificate is there already", err);
}

int
ceremony_add_revocation(struct tx *tx, const struct uuid *ceremony, const struct uuid *certificate_id, struct bytes serial, const char *cause,
	int64_t at, struct err *err)
{
	return tx_later(tx, &ceremony_execution_queries[Q_REVOCATION], ARGS(arg_uuid(ceremony), arg_uuid(certificate_id), arg_bytes(serial), arg_text(cause), arg_int(at)), 1, "the certificate is revoked already", err);
}

int
ceremony_add_crl(struct tx *tx, const struct uuid *ceremony, int64_t number, const struct uuid *certificate_id, struct bytes der,
	int64_t this_update, int64_t next_update, size_t entries, struct err *err)
{
	return tx_later(tx, &ceremony_execution_queries[Q_CRL_ADD], ARGS(arg_uuid(ceremony), arg_int(number), arg_uuid(certificate_id), arg_bytes(der), arg_int(this_update), arg_int(next_update), arg_int((int64_t)entries)), 1, "a CRL of this number is there already", err);
}

int
ceremony_add_list(struct tx *tx, const struct uuid *ceremony, const char *kind, const struct uuid *certificate_id, struct bytes cms,
	int64_t signed_at, struct err *err)
{
	return tx_later(tx, &ceremony_execution_queries[Q_LIST], ARGS(arg_uuid(ceremony), arg_text(kind), arg_uuid(certificate_id), arg_bytes(cms), arg_int(signed_at)), 1, "the list is there already", err);
}

int
ceremony_add_rule(struct tx *tx, const struct uuid *ceremony, const char *kind, unsigned officers, unsigned use_days, int64_t max_signatures,
	unsigned lead_days, struct err *err)
{
	if (officers != 0)
		return tx_later(tx, &ceremony_execution_queries[Q_CEREMONY_RULE], ARGS(arg_uuid(ceremony), arg_text(kind), arg_int(officers)), 1,
			"there is no such kind of ceremony", err);
	return tx_later(tx, &ceremony_execution_queries[Q_KEY_RULE], ARGS(arg_uuid(ceremony), arg_text(kind), arg_int(use_days), arg_int(max_signatures), arg_int(lead_days)), 1, "there is no such kind of key", err);
}

/* ---- the founding ceremony ---- */

enum { F_CEREMONY,
	F_EXECUTION };
const struct query ceremony_founding_queries[] = {
	[F_CEREMONY] = { "ceremony_founding",
		"INSERT INTO ceremony (id, kind, parameters, reason) VALUES ($1, 'founding', '{}', 'the first keys of this installation')" },
	[F_EXECUTION] = { "ceremony_founded",
		"INSERT INTO ceremony_execution (ceremony_id, event, at, token_label, token_serial, result)"
		" VALUES ($1, 'found', to_timestamp($2::bigint), $3, $4, $5::jsonb)" },
	{ NULL, NULL }
};

int
ceremony_found(struct tx *tx, int64_t at, const char *token_label, const char *token_serial, const json_t *result, struct uuid *id,
	struct err *err)
{
	struct buf text = BUF_INIT;
	struct uuid made;
	int rc = -1;

	if (uuid_new(&made, err) == 0 && json_canonical(result, &text, err) == 0 &&
		tx_later(tx, &ceremony_founding_queries[F_CEREMONY], ARGS(arg_uuid(&made)), 1, "", err) == 0 &&
		tx_later(tx, &ceremony_founding_queries[F_EXECUTION], ARGS(arg_uuid(&made), arg_int(at), arg_text(token_label), arg_text(token_serial), arg_text(buf_cstr(&text))), 1, "", err) == 0) {
		*id = made;
		rc = 0;
	}
	buf_clear(&text);
	return rc;
}
