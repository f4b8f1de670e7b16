#include "registry/store/signing.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/digest.h"

const char *const key_kind_names[] = { "csca", "document_signer", "master_list_signer", "deviation_list_signer", "visa_seal_signer",
	"emergency_seal_signer", "civil_seal_signer", "ledger", "tls", NULL };

enum { Q_WHOLE,
	Q_HOLD,
	Q_CASES,
	Q_SEALS,
	Q_RECORD,
	Q_UIN,
	Q_KEYS };
const struct query signing_queries[] = {
	[Q_WHOLE] = { "signing_whole", "SELECT id, issuing_state, issued_on, dg_hash_bits, dg_hashes FROM signing_hold_whole($1::uuid[])" },
	/* A statement of its own: the next one's snapshot is taken when all is held. */
	[Q_HOLD] = { "signing_hold", "SELECT signing_hold($1::uuid[])" },
	/*
	 * One row for each document asked for, known or not.  Every link is joined from its own table: a document row that was planted
	 * past the constraints still finds no approved application, no verified enrolment, no registered act.  Counted, not EXISTS: the
	 * planner would hash an EXISTS for a batch, and that takes the view of the whole nation.
	 */
	[Q_CASES] = { "signing_cases",
		"SELECT w.id, d.id IS NOT NULL, coalesce(ds.state, ''), d.issuing_state, d.issued_on, d.dg_hash_bits, d.dg_hashes::text,"
		" coalesce(aps.state = 'in_production', false),"
		" coalesce(ap.event = 'approve' AND ap.officer_id <> a.officer_id AND ap.application_id = a.id, false),"
		" (SELECT count(*) = 1 FROM current_identity c WHERE c.person_id = d.person_id AND c.id = i.id),"
		" coalesce(es.state = 'verified' AND v.event = 'verify' AND v.enrolment_id = i.enrolment_id AND e.person_id = i.person_id, false),"
		" (SELECT count(*) > 0 FROM evidence ev JOIN act_registration r ON r.act_id = ev.act_id"
		"  JOIN current_state s ON s.subject_id = r.act_id AND s.state = 'registered'"
		"  JOIN act_decision rd ON rd.id = r.decision_id AND rd.event = 'register'"
		"  WHERE ev.id = i.evidence_id AND ev.enrolment_id = i.enrolment_id AND r.person_id = i.person_id)"
		" OR (SELECT count(*) > 0 FROM evidence ev JOIN evidence_exemption x ON x.id = ev.exemption_id AND x.officer_id <> x.second_officer_id"
		"  WHERE ev.id = i.evidence_id AND ev.enrolment_id = i.enrolment_id AND x.person_id = i.person_id),"
		" (SELECT count(*) = 0 FROM deceased x WHERE x.person_id = d.person_id),"
		" (SELECT count(*) = 0 FROM stopped_person x WHERE x.person_id = d.person_id),"
		" sig.sod"
		" FROM unnest($1::uuid[]) WITH ORDINALITY w(id, place)"
		" LEFT JOIN document d ON d.id = w.id"
		" LEFT JOIN current_state ds ON ds.subject_id = d.id AND ds.machine = 'document'"
		" LEFT JOIN application a ON a.id = d.application_id AND a.person_id = d.person_id"
		" LEFT JOIN current_state aps ON aps.subject_id = a.id AND aps.machine = 'application'"
		" LEFT JOIN application_decision ap ON ap.id = d.approval_id"
		" LEFT JOIN identity_version i ON i.id = d.identity_version_id AND i.id = a.identity_version_id"
		" LEFT JOIN enrolment e ON e.id = i.enrolment_id"
		" LEFT JOIN current_state es ON es.subject_id = i.enrolment_id AND es.machine = 'enrolment'"
		" LEFT JOIN enrolment_decision v ON v.id = i.verification_id"
		" LEFT JOIN document_signature sig ON sig.document_id = d.id"
		" ORDER BY w.place" },
	[Q_SEALS] = { "signing_seals",
		"SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('document_id', d.id, 'form', k.mrz_form, 'code', k.mrz_code, 'number', d.number,"
		" 'expires_on', d.expires_on, 'mrz_primary', i.mrz_primary, 'mrz_secondary', i.mrz_secondary, 'nationality', i.nationality, 'sex', i.sex,"
		" 'date_of_birth', i.date_of_birth, 'passport_number', v.passport_number, 'entries', v.entries, 'stay_days', v.stay_days))), '[]')::text"
		" FROM document d JOIN document_kind k ON k.code = d.document_type AND k.protection = 'seal' JOIN identity_version i ON i.id = d.identity_version_id"
		" LEFT JOIN application_visa v ON v.application_id = d.application_id WHERE d.id = ANY ($1::uuid[])" },
	[Q_RECORD] = { "signing_record",
		/* the objects in one piece, cut here: text of octets, and arrays of it, cost more than all the rest of the statement */
		"INSERT INTO document_signature (document_id, certificate_id, sod)"
		" SELECT w.id, $2, substring($3::bytea FROM w.at FOR w.n) FROM unnest($1::uuid[], $4::int[], $5::int[]) w(id, at, n)" },
	[Q_UIN] = { "signing_uin", "SELECT nextval('uin_sequence')" },
	[Q_KEYS] = { "signing_keys",
		"SELECT c.id, k.kind, k.token_label, k.key_label, extract(epoch FROM c.not_before)::bigint,"
		" extract(epoch FROM c.not_after)::bigint, extract(epoch FROM c.use_until)::bigint, c.der, k.id, coalesce(s.state, ''),"
		" CASE WHEN k.kind = 'document_signer' AND s.state = 'active'"
		"  THEN (SELECT count(*) FROM document_signature d WHERE d.certificate_id = c.id) ELSE 0 END, coalesce(r.max_signatures, 0)"
		" FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id LEFT JOIN current_state s ON s.subject_id = k.id"
		" LEFT JOIN current_key_rule r ON r.kind = k.kind"
		" WHERE c.profile IS DISTINCT FROM 'link' ORDER BY c.not_before DESC, c.id DESC" },
	{ NULL, NULL }
};
enum { Q_KEY_ADD,
	Q_KEY_ADOPT,
	Q_CERTIFICATE_ADD };
const struct query key_queries[] = {
	[Q_KEY_ADD] = { "key_add",
		"INSERT INTO signing_key (id, kind, token_label, key_label, algorithm) VALUES ($1, $2, $3, $4, $5)" },
	[Q_KEY_ADOPT] = { "key_adopt",
		"INSERT INTO key_event (signing_key_id, event, ceremony_id) VALUES ($1, 'adopt', $2)" },
	[Q_CERTIFICATE_ADD] = { "certificate_add",
		"INSERT INTO certificate (id, signing_key_id, issuer_id, der, sha256, not_before, not_after, use_until)"
		" VALUES ($1, $2, $3, $4, $5, to_timestamp($6::bigint), to_timestamp($7::bigint), to_timestamp($8::bigint))" },
	{ NULL, NULL }
};

void
signing_cases_clear(struct signing_case *cases, size_t n)
{
	for (size_t i = 0; cases != NULL && i < n; i++)
		buf_clear(&cases[i].sod);
}

/* {"1":"hex","2":"hex"} in whatever order jsonb keeps it. */
static int
dg_hashes_read(const char *text, struct signing_case *c, struct err *err)
{
	json_t *object = json_loads(text, 0, NULL);
	int rc = -1;

	if (object == NULL)
		return err_set(err, FAIL_INTERNAL, "document: dg_hashes is not JSON");
	for (int number = 1; number <= SIGNING_DGS; number++) {
		char key[12];
		struct buf hash = BUF_INIT;
		const char *hex;

		snprintf(key, sizeof(key), "%d", number);
		if ((hex = json_string_value(json_object_get(object, key))) == NULL)
			continue;
		if (buf_from_hex(&hash, bytes_str(hex), err) == -1 || hash.n > sizeof(c->dg[0].hash)) {
			buf_clear(&hash);
			err_set(err, FAIL_INTERNAL, "document: the hash of DG%d is not hexadecimal", number);
			goto out;
		}
		c->dg[c->ndg].number = number;
		c->dg[c->ndg].len = hash.n;
		memcpy(c->dg[c->ndg].hash, hash.p, hash.n);
		c->ndg++;
		buf_clear(&hash);
	}
	if (c->ndg != json_object_size(object)) {
		err_set(err, FAIL_INTERNAL, "document: dg_hashes names a data group outside 1 to 16");
		goto out;
	}
	rc = 0;
out:
	json_decref(object);
	return rc;
}

static int
case_of_row(const struct rows *rows, size_t row, struct signing_case *c, struct err *err)
{
	c->is_known = row_bool(rows, row, 1);
	if (row_uuid(rows, row, 0, &c->document_id, err) == -1)
		return -1;
	if (!c->is_known)
		return 0;
	snprintf(c->state, sizeof(c->state), "%s", row_text(rows, row, 2));
	snprintf(c->issuing_state, sizeof(c->issuing_state), "%s", row_text(rows, row, 3));
	c->hash_bits = (int)row_int(rows, row, 5);
	c->application_in_production = row_bool(rows, row, 7);
	c->approved_by_another = row_bool(rows, row, 8);
	c->identity_is_current = row_bool(rows, row, 9);
	c->enrolment_verified = row_bool(rows, row, 10);
	c->evidence_holds = row_bool(rows, row, 11);
	c->holder_alive = row_bool(rows, row, 12);
	c->holder_not_stopped = row_bool(rows, row, 13);
	if (row_date(rows, row, 4, &c->issued_on, err) == -1 || dg_hashes_read(row_text(rows, row, 6), c, err) == -1)
		return -1;
	return row_is_null(rows, row, 14) ? 0 : row_bytes(rows, row, 14, &c->sod, err);
}

/* The place of the id among those; n: not there.  Batches are small enough for looking along. */
static size_t
place_of(const struct uuid *ids, size_t n, const struct uuid *id)
{
	size_t i = 0;

	while (i < n && !uuid_equal(&ids[i], id))
		i++;
	return i;
}

/* {a,b,c} of those that are not known yet. */
static int
unknown_of(const struct uuid *ids, const struct signing_case *cases, size_t n, struct buf *array, size_t *count, struct err *err)
{
	char text[UUID_TEXT];

	*count = 0;
	for (size_t i = 0; i < n; i++)
		if (!cases[i].is_known)
			buf_printf(array, "%c%s", (*count)++ == 0 ? '{' : ',', uuid_format(&ids[i], text));
	buf_str(array, *count == 0 ? "{}" : "}");
	return buf_check(array, err);
}

/* Those whose descent is whole: nearly all. */
static int
read_whole(struct tx *tx, const struct uuid *ids, size_t n, struct signing_case *cases, struct err *err)
{
	struct buf array = BUF_INIT;
	struct rows *rows = NULL;
	size_t count;
	int rc = -1;

	if (unknown_of(ids, cases, n, &array, &count, err) == -1 || tx_query(tx, &signing_queries[Q_WHOLE], ARGS(arg_text(buf_cstr(&array))), &rows, err) == -1)
		goto out;
	for (size_t row = 0; row < rows_count(rows); row++) {
		struct signing_case whole = { .is_known = true, .state = "allocated", .application_in_production = true, .approved_by_another = true, .identity_is_current = true, .enrolment_verified = true, .evidence_holds = true, .holder_alive = true, .holder_not_stopped = true };
		size_t i;

		snprintf(whole.issuing_state, sizeof(whole.issuing_state), "%s", row_text(rows, row, 1));
		whole.hash_bits = (int)row_int(rows, row, 3);
		if (row_uuid(rows, row, 0, &whole.document_id, err) == -1 || row_date(rows, row, 2, &whole.issued_on, err) == -1 ||
			dg_hashes_read(row_text(rows, row, 4), &whole, err) == -1)
			goto out;
		if ((i = place_of(ids, n, &whole.document_id)) == n) {
			err_set(err, FAIL_INTERNAL, "a document came that was not asked for");
			goto out;
		}
		cases[i] = whole;
	}
	rc = 0;
out:
	rows_free(rows);
	buf_clear(&array);
	return rc;
}

/* The others, link by link. */
static int
read_others(struct tx *tx, const struct uuid *ids, size_t n, struct signing_case *cases, struct err *err)
{
	struct buf array = BUF_INIT;
	struct rows *rows = NULL;
	size_t count, row = 0;
	int rc = -1;

	if (unknown_of(ids, cases, n, &array, &count, err) == -1)
		goto out;
	if (count == 0) {
		rc = 0;
		goto out;
	}
	if (tx_later(tx, &signing_queries[Q_HOLD], ARGS(arg_text(buf_cstr(&array))), -1, NULL, err) == -1 ||
		tx_query(tx, &signing_queries[Q_CASES], ARGS(arg_text(buf_cstr(&array))), &rows, err) == -1)
		goto out;
	if (rows_count(rows) != count) {
		err_set(err, FAIL_INTERNAL, "%zu documents asked for, %zu rows came", count, rows_count(rows));
		goto out;
	}
	for (size_t i = 0; i < n; i++) /* in their order, as the rows */
		if (!cases[i].is_known && case_of_row(rows, row++, &cases[i], err) == -1)
			goto out;
	rc = 0;
out:
	rows_free(rows);
	buf_clear(&array);
	return rc;
}

int
signing_read(struct tx *tx, const struct uuid *ids, size_t n, struct signing_case *cases, struct err *err)
{
	memset(cases, 0, n * sizeof(*cases));
	if (read_whole(tx, ids, n, cases, err) == 0 && read_others(tx, ids, n, cases, err) == 0)
		return 0;
	signing_cases_clear(cases, n);
	memset(cases, 0, n * sizeof(*cases));
	return -1;
}

int
signing_seals(struct tx *tx, const struct uuid *ids, size_t n, json_t **seals, struct err *err)
{
	struct buf array = BUF_INIT;
	char text[UUID_TEXT];
	int rc = -1;

	for (size_t i = 0; i < n; i++)
		buf_printf(&array, "%c%s", i == 0 ? '{' : ',', uuid_format(&ids[i], text));
	buf_str(&array, n == 0 ? "{}" : "}");
	if (buf_check(&array, err) == 0)
		rc = tx_query_json(tx, &signing_queries[Q_SEALS], ARGS(arg_text(buf_cstr(&array))), "no document", seals, err);
	buf_clear(&array);
	return rc;
}

const char *
signing_broken_link(const struct signing_case *c)
{
	const struct {
		bool holds;
		const char *otherwise;
	} link[] = {
		{ c->is_known, "the registry has no such document" },
		{ strcmp(c->state, "allocated") == 0, "the document is not waiting to be signed" },
		{ c->application_in_production, "its application is not in production" },
		{ c->approved_by_another, "its application was not approved by another officer" },
		{ c->identity_is_current, "its identity version is not the current one of the person" },
		{ c->enrolment_verified, "its identity was not verified by an enrolment" },
		{ c->evidence_holds, "its identity rests on no registered act and on no exemption" },
		{ c->holder_alive, "its holder is deceased" },
		{ c->holder_not_stopped, "issuing to its holder is stopped" },
	};

	for (size_t i = 0; i < NELEM(link); i++)
		if (!link[i].holds)
			return link[i].otherwise;
	return NULL;
}

int
signing_record(struct tx *tx, const struct signing_made *made, size_t n, const struct uuid *certificate_id, struct err *err)
{
	struct buf ids = BUF_INIT, sods = BUF_INIT, places = BUF_INIT, lengths = BUF_INIT;
	char text[UUID_TEXT];
	int rc = -1;

	for (size_t i = 0; i < n; i++) {
		char before = i == 0 ? '{' : ',';

		buf_printf(&ids, "%c%s", before, uuid_format(&made[i].document_id, text));
		buf_printf(&places, "%c%zu", before, sods.n + 1);
		buf_printf(&lengths, "%c%zu", before, made[i].sod.n);
		buf_bytes(&sods, made[i].sod);
	}
	buf_u8(&ids, '}');
	buf_u8(&places, '}');
	buf_u8(&lengths, '}');
	if (n == 0)
		rc = 0;
	else if (buf_check(&ids, err) == 0 && buf_check(&sods, err) == 0 && buf_check(&places, err) == 0 && buf_check(&lengths, err) == 0)
		rc = tx_later(tx, &signing_queries[Q_RECORD],
			ARGS(arg_text(buf_cstr(&ids)), arg_uuid(certificate_id), arg_bytes(bytes_of(&sods)), arg_text(buf_cstr(&places)), arg_text(buf_cstr(&lengths))), (int)n,
			"a document is signed already", err);
	buf_clear(&ids);
	buf_clear(&sods);
	buf_clear(&places);
	buf_clear(&lengths);
	return rc;
}

int
signing_next_uin_sequence(struct tx *tx, uint64_t *value, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &signing_queries[Q_UIN], NULL, 0, FAIL_INTERNAL, "the UIN sequence gave nothing", &rows, err) == -1)
		return -1;
	*value = (uint64_t)row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

static int
key_of_row(const struct rows *rows, size_t row, struct key_record *key, struct err *err)
{
	const char *kind = row_text(rows, row, 1);
	int k = 0;

	while (key_kind_names[k] != NULL && strcmp(key_kind_names[k], kind) != 0)
		k++;
	if (key_kind_names[k] == NULL)
		return err_set(err, FAIL_INTERNAL, "signing key: unknown kind");
	key->kind = (enum key_kind)k;
	snprintf(key->token_label, sizeof(key->token_label), "%s", row_text(rows, row, 2));
	snprintf(key->key_label, sizeof(key->key_label), "%s", row_text(rows, row, 3));
	key->not_before = row_int(rows, row, 4);
	key->not_after = row_int(rows, row, 5);
	key->use_until = row_int(rows, row, 6);
	snprintf(key->state, sizeof(key->state), "%s", row_text(rows, row, 9));
	key->signatures = row_int(rows, row, 10);
	key->max_signatures = row_int(rows, row, 11);
	if (row_uuid(rows, row, 0, &key->certificate_id, err) == -1 || row_uuid(rows, row, 8, &key->signing_key_id, err) == -1)
		return -1;
	return row_bytes(rows, row, 7, &key->der, err);
}

int
keys_read(struct tx *tx, struct key_records *keys, struct err *err)
{
	struct key_records found = { NULL, 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &signing_queries[Q_KEYS], NULL, 0, &rows, err) == -1)
		return -1;
	if ((found.key = calloc(rows_count(rows) + 1, sizeof(*found.key))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < rows_count(rows); i++)
		if (key_of_row(rows, i, &found.key[found.n++], err) == -1)
			goto out;
	key_records_clear(keys);
	*keys = found;
	found = (struct key_records){ NULL, 0 };
	rc = 0;
out:
	key_records_clear(&found);
	rows_free(rows);
	return rc;
}

void
key_records_clear(struct key_records *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		buf_clear(&keys->key[i].der);
	free(keys->key);
	*keys = (struct key_records){ NULL, 0 };
}

int
key_add(struct tx *tx, const struct key_new *k, struct uuid *certificate_id, struct err *err)
{
	struct uuid key_id, cert_id;
	uint8_t digest[SHA256_LEN];

	sha256(k->der, digest);
	if (uuid_new(&key_id, err) == -1 || uuid_new(&cert_id, err) == -1 ||
		tx_later(tx, &key_queries[Q_KEY_ADD], ARGS(arg_uuid(&key_id), arg_text(key_kind_names[k->kind]), arg_text(k->token_label), arg_text(k->key_label), arg_text(k->algorithm)), 1, "signing key is there already", err) == -1 ||
		tx_later(tx, &key_queries[Q_KEY_ADOPT], ARGS(arg_uuid(&key_id), arg_uuid_or_null(k->ceremony)), 1, "signing key is at work already", err) == -1 ||
		tx_later(tx, &key_queries[Q_CERTIFICATE_ADD], ARGS(arg_uuid(&cert_id), arg_uuid(&key_id), arg_uuid_or_null(k->issuer), arg_bytes(k->der), arg_bytes(BYTES(digest, sizeof(digest))), arg_int(k->not_before), arg_int(k->not_after), arg_int(k->use_until)), 1, "certificate is there already", err) == -1)
		return -1;
	*certificate_id = cert_id;
	return 0;
}
