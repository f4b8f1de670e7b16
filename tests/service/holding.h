/*
 * holding.h - ceremonies of keys for service tests: PKI officers ask and approve as pkid does, signd carries out.  Officer 0 asks, officer 1
 * approves and orders the execution.  The clock is the test's: CRLs come two days apart, and a new CSCA key rests as long.
 */
#ifndef CATENA_TESTS_SERVICE_HOLDING_H
#define CATENA_TESTS_SERVICE_HOLDING_H

#include "pki/cms.h"
#include "pki/crl.h"
#include "pki/rite.h"
#include "pki/signclient.h"
#include "registry/store/ceremony.h"
#include "registry/store/keys.h"
#include "tests/movedclock.h"
#include "tests/service/rig.h"

static struct rig rig = RIG_INIT;
static struct signclient *client;
static struct db *db;
static struct uuid officer[4], first_csca;

static const struct query *const sets[] = { ceremony_queries, keys_queries, NULL };

/* ---- officers at work ---- */

static int
work_ask(struct tx *tx, void *arg, struct err *err)
{
	return ceremony_ask(tx, arg, err);
}

struct deciding {
	const struct uuid *id, *officer;
	const char *event;
	char state[16];
};

static int
work_decide(struct tx *tx, void *arg, struct err *err)
{
	struct deciding *d = arg;

	return ceremony_decide(tx, d->id, d->event, d->officer, "because", d->state, err);
}

static const char *
decide(const struct uuid *id, const char *event, unsigned who)
{
	static struct deciding d;
	struct err err = ERR_INIT;

	d = (struct deciding){ id, &officer[who], event, "" };
	if (db_run(db, DB_READ_COMMITTED, work_decide, &d, &err) == -1) {
		printf("# %s: %s\n", event, err.text);
		return fail_name(err.kind);
	}
	return d.state;
}

struct asking {
	enum ceremony_kind kind;
	const struct uuid *key, *certificate;
	const char *key_kind, *algorithm, *parameters;
	struct bytes payload;
	int64_t not_before;
	const char *offline_token; /* the key to be made is on this token */
};

/* Officer 0 asks. */
static struct uuid
ask(struct asking a)
{
	struct ceremony_new c = { .officer_id = officer[0], .kind = a.kind, .key_kind = a.key_kind, .algorithm = a.algorithm, .token_label = a.offline_token != NULL ? a.offline_token : "test", .is_offline = a.offline_token != NULL, .reason = "test", .payload = a.payload, .not_before = a.not_before };
	struct err err = ERR_INIT;
	json_t *parameters = NULL;

	if (uuid_new(&c.id, &err) == -1 || (a.parameters != NULL && json_read(bytes_str(a.parameters), &parameters, &err) == -1))
		bail_out("%s", err.text);
	c.parameters = parameters;
	if (a.key != NULL)
		c.signing_key_id = *a.key;
	if (a.certificate != NULL)
		c.certificate_id = *a.certificate;
	if (db_run(db, DB_READ_COMMITTED, work_ask, &c, &err) == -1)
		bail_out("%s: %s", ceremony_kind_names[a.kind], err.text);
	json_decref(parameters);
	return c.id;
}

/* Borrowed until the next call; NULL when it was refused. */
static json_t *
execute(const struct uuid *id, struct err *err)
{
	static json_t *result;

	json_decref(result);
	result = NULL;
	return signclient_ceremony(client, id, &officer[1], &result, err) == 0 ? result : NULL;
}

static json_t *
hold(struct asking a)
{
	struct uuid id = ask(a);
	struct err err = ERR_INIT;
	json_t *result;

	if (strcmp(decide(&id, "approve", 1), "approved") != 0)
		bail_out("%s is not approved", ceremony_kind_names[a.kind]);
	if ((result = execute(&id, &err)) == NULL)
		printf("# %s: %s: %s\n", ceremony_kind_names[a.kind], fail_name(err.kind), err.text);
	return result;
}

static struct uuid
new_id(void)
{
	struct uuid id;
	struct err err = ERR_INIT;

	if (uuid_new(&id, &err) == -1)
		bail_out("%s", err.text);
	return id;
}

static const char *
key_state(const struct uuid *key)
{
	static char state[40];
	char id[UUID_TEXT];
	struct err err = ERR_INIT;

	if (rig_sql(&rig, state, sizeof(state), &err, "SELECT state FROM current_state WHERE subject_id = '%s'", uuid_format(key, id)) == -1)
		bail_out("%s", err.text);
	return state;
}

/* The identifier of the nth certificate in a result. */
static struct uuid
certificate_id(const json_t *result, size_t n)
{
	const char *text = json_string_value(json_object_get(json_array_get(json_object_get(result, "certificates"), n), "id"));
	struct uuid id = { { 0 } };
	struct err err = ERR_INIT;

	if (text == NULL || uuid_parse(bytes_str(text), &id, &err) == -1)
		bail_out("no certificate %zu in the result", n);
	return id;
}

struct reading {
	struct uuid id;
	struct buf der;
	json_t *item;
	struct crl_newest crl;
	json_t *json;
	bool more;
};

static int
work_certificate(struct tx *tx, void *arg, struct err *err)
{
	struct reading *r = arg;

	buf_clear(&r->der);
	return keys_certificate(tx, &r->id, &r->item, &r->der, err);
}

static struct cert *
certificate(const struct uuid *id)
{
	struct reading r = { .id = *id };
	struct cert *cert = NULL;
	struct err err = ERR_INIT;

	if (db_run(db, DB_READ_ONLY, work_certificate, &r, &err) == -1 || cert_parse(bytes_of(&r.der), &cert, &err) == -1)
		bail_out("certificate: %s", err.text);
	buf_clear(&r.der);
	json_decref(r.item);
	return cert;
}

/* The rig with signd, four officers, the founding CSCA.  False: no PostgreSQL or no SoftHSM here. */
static bool
holding_start(void)
{
	struct err err = ERR_INIT;
	char text[UUID_TEXT];

	clock_make(0);
	if (rig_start(&rig, (const char *const[]){ "signd", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("ceremonies", err.text);
		return false;
	}
	for (int i = 0; i < 4; i++) {
		const struct rig_officer *o;
		char login[40];

		snprintf(login, sizeof(login), "pki_officer.%d", i + 1);
		if (rig_officer(&rig, login, &o, &err) == -1)
			bail_out("%s", err.text);
		officer[i] = o->id;
	}
	if (signclient_new(rig_program(&rig, "signd")->address, &client, &err) == -1 || rig_db(&rig, "catena_pki", sets, &db, &err) == -1 ||
		rig_sql(&rig, text, sizeof(text), &err, "SELECT c.id FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id WHERE k.kind = 'csca'") == -1 ||
		uuid_parse(bytes_str(text), &first_csca, &err) == -1)
		bail_out("%s", err.text);
	return true;
}

#endif
