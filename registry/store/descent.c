#include "registry/store/descent.h"

#include "registry/base/date.h"
#include "registry/base/json.h"
#include "registry/store/ledger.h"

/*
 * The records of the descent of document $1.  All decisions of each subject, so that none can be left out unseen; of the evidence all that is an act
 * or an exemption, whatever the identity rests on first.
 */
#define DESCENT \
	"WITH d AS (SELECT * FROM document WHERE id = $1)," \
	" i AS (SELECT v.* FROM identity_version v JOIN d ON v.id = d.identity_version_id)," \
	" ev AS (SELECT e.* FROM evidence e JOIN i ON i.enrolment_id = e.enrolment_id WHERE e.is_basis)," \
	" r AS (SELECT g.* FROM act_registration g JOIN ev ON ev.act_id = g.act_id)," \
	" record AS (SELECT e.* FROM ledger_entry e WHERE e.record_id IN (" \
	" SELECT id FROM d" \
	" UNION SELECT x.id FROM document_decision x JOIN d ON x.document_id = d.id" \
	" UNION SELECT x.id FROM document_signature x JOIN d ON x.document_id = d.id" \
	" UNION SELECT x.certificate_id FROM document_signature x JOIN d ON x.document_id = d.id" \
	" UNION SELECT d.application_id FROM d" \
	" UNION SELECT x.id FROM application_decision x JOIN d ON x.application_id = d.application_id" \
	" UNION SELECT i.id FROM i UNION SELECT i.enrolment_id FROM i UNION SELECT i.portrait_id FROM i UNION SELECT i.person_id FROM i" \
	" UNION SELECT x.id FROM enrolment_decision x JOIN i ON x.enrolment_id = i.enrolment_id" \
	" UNION SELECT ev.id FROM ev UNION SELECT ev.exemption_id FROM ev" \
	" UNION SELECT r.id FROM r UNION SELECT r.act_id FROM r UNION SELECT r.act_version_id FROM r" \
	" UNION SELECT x.id FROM act_decision x JOIN r ON x.act_id = r.act_id))"

enum { Q_DOCUMENT,
	Q_RECORDS,
	Q_CHAIN,
	Q_CERTIFICATE };
const struct query descent_queries[] = {
	/* The document, its signature and what both need besides records. */
	[Q_DOCUMENT] = { "descent_document",
		"SELECT d.id, s.sod, s.certificate_id FROM document d LEFT JOIN document_signature s ON s.document_id = d.id WHERE d.number = $1" },
	[Q_RECORDS] = { "descent_records", DESCENT " SELECT e.kind, e.record_id FROM record e ORDER BY e.id" },
	/*
	 * The same records as their leaves tell of them, each with its step on the way; a document's office is its application's, the number of an act
	 * stands in the register.
	 */
	[Q_CHAIN] = { "descent_chain",
		DESCENT
		" SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('step', CASE"
		"  WHEN x.kind IN ('person', 'act', 'act_version', 'act_decision', 'act_registration') THEN 'birth'"
		"  WHEN x.kind = 'enrolment_decision' AND x.l->>'event' = 'verify' OR x.kind = 'identity_version' THEN 'identity'"
		"  WHEN x.kind IN ('enrolment', 'enrolment_decision', 'evidence', 'evidence_exemption', 'portrait') THEN 'enrolment'"
		"  WHEN x.kind = 'application_decision' AND x.l->>'event' = 'approve' THEN 'approval'"
		"  WHEN x.kind IN ('document_signature', 'certificate', 'document') OR x.kind = 'application_decision' AND x.l->>'event' = 'produce'"
		"   OR x.kind = 'document_decision' AND x.l->>'event' IN ('allocate', 'personalise') THEN 'personalisation'"
		"  WHEN x.kind = 'document_decision' AND x.l->>'event' = 'pass' THEN 'quality_control'"
		"  WHEN x.kind = 'document_decision' AND x.l->>'event' = 'deliver' OR x.kind = 'application_decision' AND x.l->>'event' = 'complete' THEN 'delivery'"
		"  WHEN x.kind IN ('application', 'application_decision') THEN 'application' ELSE 'afterwards' END,"
		" 'kind', x.kind, 'id', x.record_id, 'at', to_char((x.leaf->>'at')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
		" 'event', x.l->'event', 'evidence', CASE WHEN x.kind = 'evidence' THEN x.l->'kind' END, 'version', x.l->'version',"
		" 'number', CASE x.kind WHEN 'act_registration' THEN (SELECT to_jsonb(r.number) FROM r WHERE r.id = x.record_id)"
		"  WHEN 'document' THEN (SELECT to_jsonb(d.number) FROM d) END,"
		" 'officer_id', x.l->'officer_id', 'officer', f.name, 'office', o.name, 'position', p.position)) ORDER BY x.id), '[]')::text"
		" FROM (SELECT e.id, e.kind, e.record_id, e.leaf::jsonb AS leaf, e.leaf::jsonb->'links' AS l FROM record e) x"
		" LEFT JOIN officer f ON f.id = (x.l->>'officer_id')::uuid"
		" LEFT JOIN office o ON o.id = CASE WHEN x.kind IN ('document', 'document_decision') THEN (SELECT a.office_id FROM d JOIN application a ON"
		"  a.id = d.application_id) ELSE (x.l->>'office_id')::uuid END"
		" LEFT JOIN ledger_leaf p ON p.entry_id = x.id" },
	[Q_CERTIFICATE] = { "descent_certificate", "SELECT der FROM certificate WHERE id = $1" },
	{ NULL, NULL }
};

static int
head_json(const struct ledger_head *h, json_t *bundle, struct err *err)
{
	char id[UUID_TEXT], at[21];
	json_t *head = json_pack("{s:I, s:o, s:s, s:s, s:o}", "size", (json_int_t)h->head.size, "root",
		json_hex(BYTES(h->head.root.o, sizeof(h->head.root.o))), "signed_at", time_format(h->head.signed_at, at), "certificate",
		uuid_format(&h->certificate_id, id), "signature", json_base64(bytes_of(&h->signature)));

	if (head == NULL || json_object_set_new(bundle, "tree_head", head) == -1)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

static int
add_certificate(struct tx *tx, const struct uuid *id, json_t *list, struct err *err)
{
	struct rows *rows = NULL;
	struct buf der = BUF_INIT;
	char text[UUID_TEXT];
	int rc = -1;

	if (tx_query_one(tx, &descent_queries[Q_CERTIFICATE], ARGS(arg_uuid(id)), FAIL_INTERNAL, "certificate is not there", &rows, err) == 0 &&
		row_bytes(rows, 0, 0, &der, err) == 0) {
		json_t *one = json_pack("{s:s, s:o}", "id", uuid_format(id, text), "der", json_base64(bytes_of(&der)));

		rc = one == NULL || json_array_append_new(list, one) == -1 ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;
	}
	buf_clear(&der);
	rows_free(rows);
	return rc;
}

/* Content and salt of one record: personal data, wiped as soon as they are in the reply. */
static int
disclose(struct tx *tx, const char *kind, const struct uuid *id, json_t *record, struct err *err)
{
	struct buf content = BUF_INIT, salt = BUF_INIT;
	int rc = -1;

	if (ledger_record(tx, kind, id, &content, &salt, err) == 0) {
		rc = 0;
		if (json_object_set_new(record, "content", json_string(buf_cstr(&content))) == -1 ||
			json_object_set_new(record, "salt", json_hex(bytes_of(&salt))) == -1)
			rc = err_set(err, FAIL_INTERNAL, "out of memory");
	}
	buf_wipe(&content);
	buf_clear(&salt);
	return rc;
}

static int
add_record(struct tx *tx, const struct uuid *id, uint64_t size, enum descent_form form, json_t *list, struct err *err)
{
	struct ledger_proof proof = LEDGER_PROOF_INIT;
	json_t *record = NULL, *path = json_array();
	int rc = -1;

	if (ledger_inclusion(tx, id, size, &proof, err) == -1)
		goto out;
	for (unsigned i = 0; i < proof.path.n; i++)
		json_array_append_new(path, json_hex(BYTES(proof.path.hash[i].o, sizeof(proof.path.hash[i].o))));
	record = json_pack("{s:s, s:s, s:I, s:O}", "kind", buf_cstr(&proof.kind), "leaf", buf_cstr(&proof.leaf), "position",
		(json_int_t)proof.position, "proof", path);
	if (record == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (form == DESCENT_DISCLOSED && disclose(tx, buf_cstr(&proof.kind), id, record, err) == -1)
		goto out;
	rc = json_array_append(list, record) == -1 ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;
out:
	json_decref(record);
	json_decref(path);
	ledger_proof_clear(&proof);
	return rc;
}

static int
add_records(struct tx *tx, const struct uuid *document_id, uint64_t size, enum descent_form form, json_t *list, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &descent_queries[Q_RECORDS], ARGS(arg_uuid(document_id)), &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows); i++) {
		struct uuid id;

		if (row_uuid(rows, i, 1, &id, err) == -1 || add_record(tx, &id, size, form, list, err) == -1)
			goto out;
	}
	rc = 0;
out:
	rows_free(rows);
	return rc;
}

int
descent_bundle(struct tx *tx, const char *number, enum descent_form form, json_t **bundle, struct uuid *document_id, struct err *err)
{
	struct ledger_head head = LEDGER_HEAD_INIT;
	json_t *made = NULL, *certificates = json_array(), *records = json_array();
	struct rows *rows = NULL;
	struct buf sod = BUF_INIT;
	struct uuid id, signer;
	char text[UUID_TEXT];
	int rc = -1;

	if (tx_query_one(tx, &descent_queries[Q_DOCUMENT], ARGS(arg_text(number)), FAIL_NOT_FOUND, "no document has this number", &rows, err) == -1 ||
		row_uuid(rows, 0, 0, &id, err) == -1)
		goto out;
	if (row_is_null(rows, 0, 1)) {
		err_set(err, FAIL_CONFLICT, "the document is not signed yet");
		goto out;
	}
	if (row_bytes(rows, 0, 1, &sod, err) == -1 || row_uuid(rows, 0, 2, &signer, err) == -1 ||
		ledger_head_latest(tx, &head, err) == -1)
		goto out;
	made = json_pack("{s:s, s:s, s:s, s:o, s:O, s:O}", "format", "catena-descent-1", "form",
		form == DESCENT_DISCLOSED ? "disclosed" : "undisclosed", "document", uuid_format(&id, text), "sod",
		json_base64(bytes_of(&sod)), "certificates", certificates, "records", records);
	if (made == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (head_json(&head, made, err) == -1 || add_certificate(tx, &signer, certificates, err) == -1 ||
		add_certificate(tx, &head.certificate_id, certificates, err) == -1 ||
		add_records(tx, &id, head.head.size, form, records, err) == -1)
		goto out;
	*bundle = made;
	*document_id = id;
	made = NULL;
	rc = 0;
out:
	json_decref(made);
	json_decref(records);
	json_decref(certificates);
	buf_clear(&sod);
	ledger_head_clear(&head);
	rows_free(rows);
	return rc;
}

static int
chain_head(struct tx *tx, json_t *chain, struct err *err)
{
	struct ledger_head head = LEDGER_HEAD_INIT;
	struct err why = ERR_INIT;
	int rc = 0;

	if (ledger_head_latest(tx, &head, &why) == 0)
		rc = head_json(&head, chain, err);
	else if (why.kind != FAIL_NOT_FOUND) {
		*err = why;
		rc = -1;
	}
	ledger_head_clear(&head);
	return rc;
}

int
descent_chain(struct tx *tx, const struct uuid *document_id, json_t **chain, struct err *err)
{
	json_t *made, *records = NULL;

	if (tx_query_json(tx, &descent_queries[Q_CHAIN], ARGS(arg_uuid(document_id)), "document: no records", &records, err) == -1)
		return -1;
	if ((made = json_pack("{s:o}", "records", records)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (chain_head(tx, made, err) == -1) {
		json_decref(made);
		return -1;
	}
	*chain = made;
	return 0;
}
