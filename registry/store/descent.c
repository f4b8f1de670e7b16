#include "registry/store/descent.h"

#include "registry/base/date.h"
#include "registry/base/json.h"
#include "registry/store/ledger.h"

enum { Q_DOCUMENT,
	Q_RECORDS,
	Q_CERTIFICATE };
const struct query descent_queries[] = {
	/* The document, its signature and what both need besides records. */
	[Q_DOCUMENT] = { "descent_document",
		"SELECT d.id, s.sod, s.certificate_id FROM document d LEFT JOIN document_signature s ON s.document_id = d.id WHERE d.number = $1" },
	/*
	 * The records of the bundle.  All decisions of each subject, so that none can be left out unseen; of the evidence all that is an act
	 * or an exemption, whatever the identity rests on first.
	 */
	[Q_RECORDS] = { "descent_records",
		"WITH d AS (SELECT * FROM document WHERE id = $1),"
		" i AS (SELECT v.* FROM identity_version v JOIN d ON v.id = d.identity_version_id),"
		" ev AS (SELECT e.* FROM evidence e JOIN i ON i.enrolment_id = e.enrolment_id WHERE e.is_basis),"
		" r AS (SELECT g.* FROM act_registration g JOIN ev ON ev.act_id = g.act_id)"
		" SELECT e.kind, e.record_id FROM ledger_entry e WHERE e.record_id IN ("
		" SELECT id FROM d"
		" UNION SELECT x.id FROM document_decision x JOIN d ON x.document_id = d.id"
		" UNION SELECT x.id FROM document_signature x JOIN d ON x.document_id = d.id"
		" UNION SELECT x.certificate_id FROM document_signature x JOIN d ON x.document_id = d.id"
		" UNION SELECT d.application_id FROM d"
		" UNION SELECT x.id FROM application_decision x JOIN d ON x.application_id = d.application_id"
		" UNION SELECT i.id FROM i UNION SELECT i.enrolment_id FROM i UNION SELECT i.portrait_id FROM i UNION SELECT i.person_id FROM i"
		" UNION SELECT x.id FROM enrolment_decision x JOIN i ON x.enrolment_id = i.enrolment_id"
		" UNION SELECT ev.id FROM ev UNION SELECT ev.exemption_id FROM ev"
		" UNION SELECT r.id FROM r UNION SELECT r.act_id FROM r UNION SELECT r.act_version_id FROM r"
		" UNION SELECT x.id FROM act_decision x JOIN r ON x.act_id = r.act_id)"
		" ORDER BY e.id" },
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
