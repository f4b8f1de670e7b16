#include "pki/cert.h" /* first: its names of key usages are macros of OpenSSL's x509v3.h, too */
#include "tests/service/witness.h"

#include <libpq-fe.h>
#include <time.h>

#include "tests/tap.h"

struct witness {
	struct rig *rig;
	struct db *db; /* as owner */
	struct cert *ledger_key;
	struct client *client; /* of registryd, signed in as nobody */
	struct treehead seen;  /* the newest head; size 0: none */
};

static PGconn *
connect_owner(struct rig *r)
{
	char conninfo[CLUSTER_CONNINFO];
	PGconn *pg = PQconnectdb(cluster_conninfo(&r->cluster, NULL, conninfo));

	if (PQstatus(pg) != CONNECTION_OK)
		bail_out("%s", PQerrorMessage(pg));
	PQclear(PQexec(pg, "SET search_path = registry"));
	return pg;
}

static void
read_ledger_key(struct witness *w)
{
	PGconn *pg = connect_owner(w->rig);
	PGresult *r = PQexecParams(pg, "SELECT c.der FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id WHERE k.kind = 'ledger'", 0,
		NULL, NULL, NULL, NULL, 1);
	struct err err = ERR_INIT;

	if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) != 1)
		bail_out("certificate of the ledger key: %s", PQerrorMessage(pg));
	if (cert_parse(BYTES(PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0)), &w->ledger_key, &err) == -1)
		bail_out("%s", err.text);
	PQclear(r);
	PQfinish(pg);
}

struct witness *
witness_new(struct rig *r)
{
	static const struct query *const sets[] = { ledger_check_queries, NULL };
	struct witness *w = calloc(1, sizeof(*w));
	struct err err = ERR_INIT;

	if (w == NULL)
		bail_out("out of memory");
	w->rig = r;
	if (rig_db(r, NULL, sets, &w->db, &err) == -1 || rig_client_new(r, "registryd", NULL, &w->client, &err) == -1)
		bail_out("%s", err.text);
	read_ledger_key(w);
	return w;
}

void
witness_free(struct witness *w)
{
	if (w == NULL)
		return;
	client_free(w->client);
	cert_free(w->ledger_key);
	free(w);
}

/* ---- the ledger ---- */

static int
verify_head(struct witness *w, const struct treehead *head, struct bytes signature, struct err *err)
{
	const struct pubkey *key = w->ledger_key->key;
	struct buf octets = BUF_INIT;
	uint8_t log_id[SHA256_LEN];
	int rc = -1;

	cert_sha256(w->ledger_key, log_id);
	if (memcmp(log_id, head->log_id, sizeof(log_id)) != 0)
		err_set(err, FAIL_INPUT, "tree head: of another log");
	else if (treehead_encode(head, &octets, err) == 0)
		rc = sigalg_verify(sigalg_choose(key->type, key->curve->hash_bits, false), key->evp, bytes_of(&octets), signature, err);
	buf_clear(&octets);
	return rc;
}

static int
verify(void *arg, const struct ledger_head *head, struct bytes to_be_signed, struct err *err)
{
	(void)to_be_signed;
	return verify_head(arg, &head->head, bytes_of(&head->signature), err);
}

static void
found(void *arg, const struct ledger_finding *f)
{
	(void)arg;
	printf("# ledger: %s %s: %s\n", f->table, f->id, f->what);
}

int
witness_ledger(struct witness *w, struct ledger_counts *counts, struct err *err)
{
	struct ledger_checking how = { .found = found, .verify = verify, .arg = w };

	for (int i = 0; i < 600; i++) {
		if (rig_count(w->rig, "SELECT (SELECT count(*) FROM ledger_entry) - coalesce(max(size), 0) FROM tree_head") == 0)
			break;
		nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	}
	return ledger_check(w->db, &how, counts, err) == -1 ? -1 : (int)counts->findings;
}

static bool
hash_of(const json_t *hex, struct hash *out)
{
	const char *text = json_string_value(hex);

	if (text == NULL || strlen(text) != 2 * sizeof(out->o))
		return false;
	for (size_t i = 0; i < sizeof(out->o); i++)
		if (sscanf(text + 2 * i, "%2hhx", &out->o[i]) != 1)
			return false;
	return true;
}

static int
read_head(struct witness *w, const json_t *json, struct treehead *head, struct err *err)
{
	const char *at = json_string_value(json_object_get(json, "signed_at")), *base64 = json_string_value(json_object_get(json, "signature"));
	struct buf signature = BUF_INIT;
	struct hash log;
	int rc = -1;

	if (at == NULL || base64 == NULL || !hash_of(json_object_get(json, "root"), &head->root) || !hash_of(json_object_get(json, "log_id"), &log))
		return err_set(err, FAIL_INPUT, "tree head: a member is missing");
	memcpy(head->log_id, log.o, sizeof(head->log_id));
	head->size = (uint64_t)json_integer_value(json_object_get(json, "size"));
	if (time_parse(bytes_str(at), &head->signed_at, err) == 0 && buf_from_base64(&signature, bytes_str(base64), err) == 0)
		rc = verify_head(w, head, bytes_of(&signature), err);
	buf_clear(&signature);
	return rc;
}

static int
consistent(struct witness *w, const struct treehead *head, struct err *err)
{
	struct merkle_proof proof = { 0 };
	json_t *reply = NULL, *one;
	char path[120];
	size_t i;
	bool good;

	if (w->seen.size == 0)
		return 0;
	snprintf(path, sizeof(path), "/registry/v1/ledger/consistency?from=%llu&to=%llu", (unsigned long long)w->seen.size, (unsigned long long)head->size);
	if (client_json(w->client, "GET", path, NULL, NULL, &reply, err) == -1)
		return -1;
	json_array_foreach (json_object_get(reply, "proof"), i, one)
		if (proof.n < MERKLE_MAX_PROOF && hash_of(one, &proof.hash[proof.n]))
			proof.n++;
	good = merkle_verify_consistency(w->seen.size, &w->seen.root, head->size, &head->root, &proof);
	json_decref(reply);
	return good ? 0 : err_set(err, FAIL_CONFLICT, "the tree is not a continuation of the one seen before");
}

int
witness_head(struct witness *w, struct treehead *head, struct err *err)
{
	struct treehead got = { .size = 0 };
	json_t *reply = NULL;
	int rc = -1;

	if (client_json(w->client, "GET", "/registry/v1/ledger/head", NULL, NULL, &reply, err) == -1)
		return -1;
	if (read_head(w, reply, &got, err) == 0 && consistent(w, &got, err) == 0) {
		*head = w->seen = got;
		rc = 0;
	}
	json_decref(reply);
	return rc;
}

/* ---- what was acknowledged ---- */

static void
told(PGconn *pg, const struct load_person *person, size_t n)
{
	PGresult *r = PQexec(pg,
		"CREATE TEMP TABLE told (act text, number text, person text, enrolment text, uin text, application text, document text, sod text,"
		" declare_key text, register_key text)");
	char line[600];
	int length;

	PQclear(r);
	r = PQexec(pg, "COPY told FROM STDIN");
	if (PQresultStatus(r) != PGRES_COPY_IN)
		bail_out("%s", PQerrorMessage(pg));
	PQclear(r);
	for (size_t i = 0; i < n; i++) {
		const struct load_person *p = &person[i];

		length = snprintf(line, sizeof(line), "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p->act_id, p->act_number, p->person_id,
			p->enrolment_id, p->uin, p->application_id, p->document_number, p->sod_sha256, p->declare_key, p->register_key);
		if (PQputCopyData(pg, line, length) != 1)
			bail_out("%s", PQerrorMessage(pg));
	}
	if (PQputCopyEnd(pg, NULL) != 1)
		bail_out("%s", PQerrorMessage(pg));
	while ((r = PQgetResult(pg)) != NULL) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			bail_out("%s", PQerrorMessage(pg));
		PQclear(r);
	}
}

/* Each counts what must not be.  All requests are answered while they run, so both directions hold: nothing lost, nothing twice. */
static const struct {
	const char *holds, *sql;
} rules[] = {
	{ "every birth that was declared has one act",
		"SELECT count(*) FROM (SELECT act FROM told WHERE act <> '') t FULL JOIN act a ON a.id::text = t.act WHERE t.act IS NULL OR a.id IS NULL" },
	{ "no act was told twice", "SELECT count(*) - count(DISTINCT act) FROM told WHERE act <> ''" },
	{ "every number that was given is in the register, for that act and person",
		"SELECT count(*) FROM (SELECT * FROM told WHERE number <> '') t FULL JOIN act_registration r ON r.number = t.number AND r.act_id::text = t.act"
		" AND r.person_id::text = t.person WHERE t.number IS NULL OR r.id IS NULL" },
	{ "the series have no gap",
		"SELECT count(*) FROM (SELECT office_id, kind, year FROM act_registration GROUP BY 1, 2, 3 HAVING min(serial) <> 1 OR max(serial) <> count(*)) g" },
	{ "and their counters are at the last number",
		"SELECT count(*) FROM act_series s WHERE last <> (SELECT max(serial) FROM act_registration r WHERE (r.office_id, r.kind, r.year) = (s.office_id,"
		" s.kind, s.year))" },
	{ "one act for each key",
		"SELECT count(*) FROM (SELECT declare_key FROM told WHERE act <> '') t FULL JOIN (SELECT key FROM idempotency WHERE route = 'POST /births') i"
		" ON i.key::text = t.declare_key WHERE t.declare_key IS NULL OR i.key IS NULL" },
	{ "one registration for each key",
		"SELECT count(*) FROM (SELECT register_key FROM told WHERE number <> '') t FULL JOIN (SELECT key FROM idempotency WHERE route ="
		" 'POST /{register}/{id}/registration') i ON i.key::text = t.register_key WHERE t.register_key IS NULL OR i.key IS NULL" },
	{ "every UIN that was given is its person's, the only one",
		"SELECT count(*) FROM (SELECT * FROM told WHERE uin <> '') t FULL JOIN person_uin u ON u.person_id::text = t.person AND u.uin = t.uin"
		" WHERE t.uin IS NULL OR u.uin IS NULL" },
	{ "one identity version for each enrolment",
		"SELECT count(*) FROM (SELECT * FROM told WHERE uin <> '') t FULL JOIN identity_version v ON v.enrolment_id::text = t.enrolment AND v.uin = t.uin"
		" AND v.version = 1 WHERE t.uin IS NULL OR v.id IS NULL" },
	{ "one portrait, examination and verification for each enrolment",
		"SELECT count(*) FROM told t WHERE uin <> '' AND ((SELECT count(*) FROM portrait p WHERE p.enrolment_id::text = t.enrolment),"
		" (SELECT count(*) FROM evidence e WHERE e.enrolment_id::text = t.enrolment), (SELECT count(*) FROM enrolment_decision d WHERE"
		" d.enrolment_id::text = t.enrolment)) <> (1, 2, 3)" },
	{ "every document that was made is there, the application's only one",
		"SELECT count(*) FROM (SELECT * FROM told WHERE document <> '') t FULL JOIN document d ON d.number = t.document AND d.application_id::text ="
		" t.application WHERE t.document IS NULL OR d.id IS NULL" },
	{ "one document for each decision to produce",
		"SELECT count(*) FROM application_decision a FULL JOIN document d ON d.production_id = a.id WHERE a.event = 'produce' AND (a.id IS NULL OR d.id IS NULL)" },
	{ "one signature for each document, the one that was shown",
		"SELECT count(*) FROM (SELECT t.sod, d.id FROM told t JOIN document d ON d.number = t.document WHERE t.sod <> '') t FULL JOIN document_signature s"
		" ON s.document_id = t.id AND encode(s.sod_sha256, 'hex') = t.sod WHERE t.id IS NULL OR s.id IS NULL" },
	{ "every document is in one booklet, and no booklet is used without one",
		"SELECT count(*) FROM document d FULL JOIN (SELECT e.document_id FROM current_state s JOIN booklet_event e ON e.booklet_id = s.subject_id AND"
		" e.event = 'personalise' WHERE s.machine = 'booklet' AND s.state = 'personalised') b ON b.document_id = d.id WHERE d.id IS NULL OR b.document_id IS NULL" },
	{ "every document is delivered",
		"SELECT count(*) FROM told t JOIN document d ON d.number = t.document JOIN current_state s ON s.subject_id = d.id WHERE s.state <> 'delivered'" },
	{ "current states are those of the last decisions",
		"WITH decision AS (SELECT act_id AS id, 'act' AS machine, seq, to_state FROM act_decision UNION ALL"
		" SELECT enrolment_id, 'enrolment', seq, to_state FROM enrolment_decision UNION ALL"
		" SELECT application_id, 'application', seq, to_state FROM application_decision UNION ALL"
		" SELECT document_id, 'document', seq, to_state FROM document_decision UNION ALL"
		" SELECT booklet_id, 'booklet', seq, to_state FROM booklet_event UNION ALL"
		" SELECT signing_key_id, 'key', seq, to_state FROM key_event UNION ALL"
		" SELECT ceremony_id, 'ceremony', seq, to_state FROM ceremony_decision UNION ALL"
		" SELECT ceremony_id, 'ceremony', seq, to_state FROM ceremony_execution),"
		" last AS (SELECT DISTINCT ON (id) * FROM decision ORDER BY id, seq DESC)"
		" SELECT count(*) FROM last l FULL JOIN current_state s ON s.subject_id = l.id AND (s.machine, s.seq, s.state) = (l.machine, l.seq, l.to_state)"
		" WHERE l.id IS NULL OR s.subject_id IS NULL" },
	{ "the chains of decisions have no gap",
		"SELECT count(*) FROM (SELECT act_id FROM act_decision GROUP BY 1 HAVING max(seq) <> count(*) UNION ALL"
		" SELECT application_id FROM application_decision GROUP BY 1 HAVING max(seq) <> count(*) UNION ALL"
		" SELECT document_id FROM document_decision GROUP BY 1 HAVING max(seq) <> count(*)) g" },
};

int
witness_compare(struct witness *w, const struct load_person *person, size_t n)
{
	PGconn *pg = connect_owner(w->rig);
	int broken = 0;

	told(pg, person, n);
	for (size_t i = 0; i < NELEM(rules); i++) {
		PGresult *r = PQexec(pg, rules[i].sql);

		if (PQresultStatus(r) != PGRES_TUPLES_OK)
			bail_out("%s: %s", rules[i].holds, PQerrorMessage(pg));
		if (strcmp(PQgetvalue(r, 0, 0), "0") != 0) {
			printf("# not so, %s times: %s\n", PQgetvalue(r, 0, 0), rules[i].holds);
			broken++;
		}
		PQclear(r);
	}
	PQfinish(pg);
	return broken;
}
