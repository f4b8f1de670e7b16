/*
 * Ceremonies through signd: asked and approved as pkid does, carried out on the token, recorded once.  What one officer alone tries is
 * in tests/sql/test_dual_control.c.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "tests/service/holding.h"

static int
work_crl(struct tx *tx, void *arg, struct err *err)
{
	struct reading *r = arg;

	buf_clear(&r->crl.der);
	return keys_crl_newest(tx, &r->crl, err);
}

static struct crl *
newest_crl(void)
{
	struct reading r = { 0 };
	struct crl *crl = NULL;
	struct err err = ERR_INIT;

	if (db_run(db, DB_READ_ONLY, work_crl, &r, &err) == -1 || crl_parse(bytes_of(&r.crl.der), &crl, &err) == -1)
		bail_out("CRL: %s", err.text);
	buf_clear(&r.crl.der);
	return crl;
}

static json_int_t
signers(void)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *status = NULL;
	json_int_t n = -1;

	if (signclient_status(client, &text, &err) == 0 && json_read(bytes_of(&text), &status, &err) == 0)
		n = json_integer_value(json_object_get(status, "signers"));
	json_decref(status);
	buf_clear(&text);
	return n;
}

/* ---- a document signer's life ---- */

static struct uuid ds_key, ds_certificate;

static void
test_document_signer(void)
{
	struct err err = ERR_INIT;
	struct uuid id, again;
	json_t *result, *first;
	struct cert *cert, *csca;

	ds_key = new_id();
	id = ask((struct asking){ .kind = CEREMONY_GENERATE, .key = &ds_key, .key_kind = "document_signer", .algorithm = "brainpoolP256r1" });
	is(key_state(&ds_key), "requested", "a key that is asked for is requested");
	ok(execute(&id, &err) == NULL && err.kind == FAIL_DENIED, "signd refuses what nobody else approved (%s)", err.text);
	is(decide(&id, "approve", 0), "conflict", "who asked may not approve");
	is(decide(&id, "approve", 1), "approved", "another may");
	is(decide(&id, "approve", 1), "conflict", "once");
	is(key_state(&ds_key), "approved", "the key is approved with it");
	err = ERR_INIT;
	first = json_deep_copy(execute(&id, &err));
	ok(first != NULL, "then it is generated (%s)", err.text);
	is(key_state(&ds_key), "generated", "and says so");
	result = execute(&id, &err);
	ok(result != NULL && json_equal(result, first), "asked to execute again, signd gives the same result");
	ok(rig_count(&rig, "SELECT count(*) FROM key_generation") == 1, "and has made one key");
	json_decref(first);

	again = ask((struct asking){ .kind = CEREMONY_ACTIVATE, .key = &ds_key });
	decide(&again, "approve", 2);
	err = ERR_INIT;
	ok(execute(&again, &err) == NULL && err.kind == FAIL_CONFLICT && strstr(err.text, "no certificate") != NULL, "it is not activated without a certificate (%s)", err.text);
	result = hold((struct asking){ .kind = CEREMONY_CERTIFY, .key = &ds_key });
	ok(result != NULL, "it is certified");
	ds_certificate = certificate_id(result, 0);
	cert = certificate(&ds_certificate);
	csca = certificate(&first_csca);
	err = ERR_INIT;
	ok(cert_verify(cert, csca, &err) == 0 && profile_check(PROFILE_DOCUMENT_SIGNER, cert, &err) == 0, "by the CSCA, as a document signer (%s)", err.text);
	ok(cert->key_to - cert->key_from == INT64_C(92) * 86400, "its key may sign for three months");
	cert_free(cert);
	cert_free(csca);
	ok(signers() == 1, "signd signs with one document signer");
	err = ERR_INIT;
	ok(execute(&again, &err) != NULL, "now it is activated (%s)", err.text);
	ok(signers() == 2, "and signd signs with two");
	ok(rig_count(&rig, "SELECT count(*) FROM audit_event WHERE kind = 'signature_refused' AND subject_kind = 'ceremony' AND detail <> ''") == 2, "what was refused is in the ledger with its reason");
}

static void
test_crl_and_revocation(void)
{
	struct err err = ERR_INIT;
	struct cert *csca = certificate(&first_csca), *cert = certificate(&ds_certificate);
	struct crl *crl;

	ok(hold((struct asking){ .kind = CEREMONY_CRL }) != NULL, "a CRL is issued");
	crl = newest_crl();
	ok(crl->nentry == 0 && crl_verify(crl, csca, &err) == 0, "empty, signed by the CSCA (%s)", err.text);
	crl_free(crl);
	ok(hold((struct asking){ .kind = CEREMONY_REVOKE, .certificate = &ds_certificate, .parameters = "{\"cause\":\"compromise\"}" }) != NULL, "the document signer is revoked");
	is(key_state(&ds_key), "compromised", "its key is compromised");
	ok(signers() == 1, "signd no longer signs with it");
	ok(hold((struct asking){ .kind = CEREMONY_CRL }) == NULL, "no other CRL within 48 hours");
	clock_forward(2);
	ok(hold((struct asking){ .kind = CEREMONY_CRL, .parameters = "{\"days\":30}" }) != NULL, "then the next one");
	crl = newest_crl();
	ok(crl->nentry == 1 && crl_find(crl, cert->serial) != NULL && crl->number.n == 1 && crl->number.p[0] == 2, "is number 2 and names it");
	ok(crl->next_update - crl->this_update == INT64_C(30) * 86400, "for 30 days");
	crl_free(crl);
	ok(hold((struct asking){ .kind = CEREMONY_REVOKE, .certificate = &ds_certificate, .parameters = "{\"cause\":\"error\"}" }) == NULL, "it cannot be revoked twice");
	ok(hold((struct asking){ .kind = CEREMONY_ERASE, .key = &ds_key }) != NULL, "its key is erased");
	is(key_state(&ds_key), "erased", "and says so");
	ok(hold((struct asking){ .kind = CEREMONY_CERTIFY, .key = &ds_key }) == NULL, "an erased key is not certified");
	cert_free(csca);
	cert_free(cert);
}

/* ---- the CSCA's own ---- */

static struct uuid
rollover(enum ceremony_kind kind, const char *parameters, struct uuid *root_id, const struct uuid *old_root)
{
	struct uuid key = new_id(), link_id;
	struct cert *root, *link, *old = certificate(old_root);
	struct err err = ERR_INIT;
	json_t *result = hold((struct asking){ .kind = kind, .key = &key, .key_kind = "csca", .algorithm = "brainpoolP384r1", .parameters = parameters });
	bool is_new_name = kind == CEREMONY_NAME_CHANGE;

	if (!ok(result != NULL, "%s of the CSCA", ceremony_kind_names[kind]))
		bail_out("no CSCA");
	*root_id = certificate_id(result, 0);
	link_id = certificate_id(result, 1);
	root = certificate(root_id);
	link = certificate(&link_id);
	ok(root->is_self_signed && profile_check(PROFILE_CSCA_ROOT, root, &err) == 0, "the new root is one (%s)", err.text);
	err = ERR_INIT;
	ok(cert_verify(link, old, &err) == 0 && bytes_equal(link->issuer, old->subject) && bytes_equal(link->subject, root->subject) && pubkey_equal(link->key, root->key), "the link leads from the old to the new (%s)", err.text);
	err = ERR_INIT;
	ok(profile_check(is_new_name ? PROFILE_CSCA_NAME_CHANGE : PROFILE_CSCA_LINK, link, &err) == 0, "and keeps its profile (%s)", err.text);
	ok(bytes_equal(root->subject, old->subject) != is_new_name, is_new_name ? "under a new name" : "under the same name");
	clock_forward(1);
	ok(hold((struct asking){ .kind = CEREMONY_ACTIVATE, .key = &key }) == NULL, "it rests on the day after");
	clock_forward(1);
	ok(hold((struct asking){ .kind = CEREMONY_ACTIVATE, .key = &key }) != NULL, "then it is activated");
	cert_free(root);
	cert_free(link);
	cert_free(old);
	return key;
}

static void
test_rollover(void)
{
	struct uuid second, third, key, signer;
	struct cert *cert, *csca;
	struct crl *crl;
	struct err err = ERR_INIT;
	json_t *result;

	rollover(CEREMONY_ROLLOVER, NULL, &second, &first_csca);
	key = new_id();
	ok(hold((struct asking){ .kind = CEREMONY_GENERATE, .key = &key, .key_kind = "document_signer", .algorithm = "RSA-3072" }) != NULL, "a document signer with RSA");
	result = hold((struct asking){ .kind = CEREMONY_CERTIFY, .key = &key, .parameters = "{\"document_types\":[\"P\",\"AC\"],\"document_years\":5}" });
	ok(result != NULL, "is certified");
	signer = certificate_id(result, 0);
	cert = certificate(&signer);
	csca = certificate(&second);
	ok(cert_verify(cert, csca, &err) == 0, "by the newest CSCA key (%s)", err.text);
	ok(cert->ndocument_types == 2, "for the document types that were asked for");
	cert_free(csca);
	cert_free(cert);
	rollover(CEREMONY_NAME_CHANGE, "{\"subject\":{\"organization\":\"Republic of Utopia\",\"common_name\":\"CSCA Republic of Utopia\"}}", &third, &second);
	ok(hold((struct asking){ .kind = CEREMONY_CRL }) != NULL, "a CRL after the name change");
	crl = newest_crl();
	csca = certificate(&third);
	err = ERR_INIT;
	ok(crl_verify(crl, csca, &err) == 0 && (crl->present & CRL_IAN) != 0 && crl->nentry == 1, "is the newest key's, with the new name, for all keys and names (%s)", err.text);
	crl_free(crl);
	cert_free(csca);
}

/* ---- lists, rules, refusals ---- */

static void
test_list(void)
{
	struct uuid key = new_id(), id;
	struct cert *csca = certificate(&first_csca);
	struct der_out o = DER_OUT_INIT;
	struct buf content = BUF_INIT;
	struct err err = ERR_INIT;

	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 0);
	der_open(&o, DER_SET);
	der_raw(&o, bytes_of(&csca->der));
	der_close_set_of(&o);
	der_close(&o);
	if (der_finish(&o, &content, &err) == -1)
		bail_out("%s", err.text);
	id = ask((struct asking){ .kind = CEREMONY_MASTER_LIST, .payload = bytes_of(&content) });
	decide(&id, "approve", 1);
	ok(execute(&id, &err) == NULL && err.kind == FAIL_CONFLICT, "no master list without a signer (%s)", err.text);
	ok(hold((struct asking){ .kind = CEREMONY_GENERATE, .key = &key, .key_kind = "master_list_signer", .algorithm = "P-256" }) != NULL &&
			hold((struct asking){ .kind = CEREMONY_CERTIFY, .key = &key }) != NULL && hold((struct asking){ .kind = CEREMONY_ACTIVATE, .key = &key }) != NULL,
		"a master list signer");
	err = ERR_INIT;
	ok(execute(&id, &err) != NULL, "signs it (%s)", err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM signed_list WHERE kind = 'master_list'") == 1, "and it is kept");
	buf_clear(&content);
	cert_free(csca);
}

/* A bar code signer's certificate is for seals and nothing else: signd takes it as such, and documents do not wait for it. */
static void
test_seal_signer(void)
{
	struct uuid key = new_id();
	struct err err = ERR_INIT;
	json_int_t before = signers();

	ok(hold((struct asking){ .kind = CEREMONY_GENERATE, .key = &key, .key_kind = "civil_seal_signer", .algorithm = "P-256" }) != NULL &&
			hold((struct asking){ .kind = CEREMONY_CERTIFY, .key = &key, .parameters = "{\"signer_id\":\"CC\"}" }) != NULL && hold((struct asking){ .kind = CEREMONY_ACTIVATE, .key = &key }) != NULL,
		"a signer of civil certificates");
	if (rig_restart(&rig, "signd", &err) == -1)
		bail_out("%s", err.text);
	ok(before > 0 && signers() == before, "signd begins again with it and signs documents as before");
}

static void
test_rules(void)
{
	struct uuid id;
	struct err err = ERR_INIT;

	ok(hold((struct asking){ .kind = CEREMONY_RULE, .parameters = "{\"ceremony\":\"crl\",\"officers\":3}" }) != NULL, "a CRL now takes three officers");
	id = ask((struct asking){ .kind = CEREMONY_CRL });
	is(decide(&id, "approve", 1), "asked", "one who approves is not enough");
	ok(execute(&id, &err) == NULL && err.kind == FAIL_DENIED, "signd refuses (%s)", err.text);
	is(decide(&id, "approve", 2), "approved", "two are");
	if (rig_sql(&rig, NULL, 0, &err, "UPDATE officer SET is_active = false WHERE login = 'pki_officer.2'") == -1)
		bail_out("%s", err.text);
	err = ERR_INIT;
	ok(execute(&id, &err) == NULL && err.kind == FAIL_DENIED, "an approval ends with its officer's office (%s)", err.text);
	clock_forward(2);
	if (rig_sql(&rig, NULL, 0, &err, "UPDATE officer SET is_active = true WHERE login = 'pki_officer.2'") == -1)
		bail_out("%s", err.text);
	err = ERR_INIT;
	ok(execute(&id, &err) != NULL, "with all three it is carried out (%s)", err.text);
	ok(hold((struct asking){ .kind = CEREMONY_RULE, .parameters = "{\"ceremony\":\"crl\",\"officers\":2}" }) != NULL, "two again");
	ok(hold((struct asking){ .kind = CEREMONY_RULE, .parameters = "{\"key\":\"document_signer\",\"use_days\":31,\"max_signatures\":50000,\"lead_days\":10}" }) != NULL, "document signers for a month and 50,000 signatures");
	ok(hold((struct asking){ .kind = CEREMONY_RULE, .parameters = "{\"officers\":1}" }) == NULL && hold((struct asking){ .kind = CEREMONY_RULE, .parameters = "{\"ceremony\":\"crl\",\"officers\":1}" }) == NULL, "no rule lets one officer act alone");

	id = ask((struct asking){ .kind = CEREMONY_CRL });
	is(decide(&id, "refuse", 1), "refused", "a ceremony is refused");
	err = ERR_INIT;
	ok(execute(&id, &err) == NULL && err.kind == FAIL_CONFLICT, "and then not carried out (%s)", err.text);
	is(decide(&id, "approve", 2), "conflict", "nor approved any more");
	id = ask((struct asking){ .kind = CEREMONY_CRL, .not_before = clock_now() + 3600 });
	decide(&id, "approve", 1);
	err = ERR_INIT;
	ok(execute(&id, &err) == NULL && err.kind == FAIL_DENIED, "not before its time (%s)", err.text);
	is(decide(&id, "cancel", 1), "conflict", "only who asked may cancel it");
	is(decide(&id, "cancel", 0), "cancelled", "who does");
}

/* ---- what the desk reads ---- */

static int
work_reads(struct tx *tx, void *arg, struct err *err)
{
	static const char *const kinds[] = { "master_list", "deviation_list" };
	const struct keys_page page = { NULL, 5 };
	const struct ceremony_filter pending = { .state = "pending", .limit = 10 }, all = { .limit = 3 };
	struct uuid *id = arg;
	json_t *list[14] = { NULL };
	struct uuid ids[4];
	bool more = false, good;
	size_t n = 0;

	if (keys_list(tx, NULL, NULL, &list[0], err) == -1 || keys_list(tx, "csca", "active", &list[1], err) == -1 || keys_get(tx, &ds_key, &list[2], err) == -1 ||
		keys_certificates(tx, NULL, &page, &list[3], &more, err) == -1 || keys_revocations(tx, &page, &list[4], &more, err) == -1 ||
		keys_crls(tx, &page, &list[5], &more, err) == -1 || keys_lists(tx, kinds[0], &page, &list[6], &more, err) == -1 ||
		keys_due(tx, clock_now() + INT64_C(200) * 86400, &list[7], err) == -1 || keys_alarms(tx, 10, &list[8], err) == -1 ||
		ceremony_list(tx, &pending, &list[9], &more, err) == -1 || ceremony_list(tx, &all, &list[10], &more, err) == -1 ||
		ceremony_rules(tx, &list[11], err) == -1 || ceremony_read(tx, id, &list[12], err) == -1 || ceremony_officers(tx, id, &list[13], err) == -1 ||
		ceremony_ready(tx, clock_now(), ids, 4, &n, err) == -1)
		return -1;
	good = json_array_size(list[0]) >= 8 && json_array_size(list[1]) == 3 && json_array_size(json_object_get(list[2], "events")) == 6 &&
		json_array_size(list[3]) == 5 && json_array_size(list[4]) == 1 && json_array_size(list[5]) == 4 && json_array_size(list[6]) == 1 &&
		json_array_size(list[8]) == 0 && json_array_size(list[10]) == 3 && more && json_array_size(json_object_get(list[11], "keys")) == 9 &&
		json_array_size(list[13]) == 2 && json_object_get(list[12], "execution") != NULL;
	ok(good, "the desk's lists hold what was done");
	ok(json_array_size(list[7]) >= 3, "in 200 days much is due");
	for (int i = 0; i < 14; i++) {
		if (!good || i == 7) {
			char *text = json_dumps(list[i], JSON_COMPACT);

			printf("# %d: %.1200s\n", i, text);
			free(text);
		}
		json_decref(list[i]);
	}
	return 0;
}

static void
test_reads(void)
{
	struct uuid id = ask((struct asking){ .kind = CEREMONY_RULE, .parameters = "{\"ceremony\":\"erase\",\"officers\":2}" });
	struct err err = ERR_INIT;

	decide(&id, "approve", 1);
	execute(&id, &err);
	ok(db_run(db, DB_READ_COMMITTED, work_reads, &id, &err) == 0, "and can be read (%s)", err.text);
}

/* ---- killed at any moment ---- */

static void *
killer(void *arg)
{
	usleep(*(useconds_t *)arg);
	rig_kill(&rig, "signd");
	return NULL;
}

/* Executes while signd is killed after so many microseconds, then as often as it takes. */
static bool
execute_killed(const struct uuid *id, useconds_t after)
{
	struct err err = ERR_INIT;
	pthread_t thread;
	json_t *result;

	if (pthread_create(&thread, NULL, killer, &after) != 0)
		bail_out("thread");
	execute(id, &err);
	pthread_join(thread, NULL);
	err = ERR_INIT;
	if (rig_restart(&rig, "signd", &err) == -1)
		bail_out("%s", err.text);
	err = ERR_INIT;
	for (int i = 0; i < 20 && (result = execute(id, &err)) == NULL && err.kind == FAIL_AGAIN; i++)
		usleep(100000);
	if (result == NULL)
		printf("# %s\n", err.text);
	return result != NULL;
}

static void
test_killed(void)
{
	static const useconds_t after[] = { 0, 1000, 3000, 6000, 10000, 15000, 25000, 40000 };
	int64_t keys = rig_count(&rig, "SELECT count(*) FROM key_generation"), certificates = rig_count(&rig, "SELECT count(*) FROM certificate");
	unsigned good = 0;

	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		struct uuid key = new_id(), id;

		id = ask((struct asking){ .kind = CEREMONY_GENERATE, .key = &key, .key_kind = "document_signer", .algorithm = "P-256" });
		decide(&id, "approve", 1);
		good += execute_killed(&id, after[i]);
		id = ask((struct asking){ .kind = CEREMONY_CERTIFY, .key = &key });
		decide(&id, "approve", 1);
		good += execute_killed(&id, after[i]);
	}
	ok(good == 2 * sizeof(after) / sizeof(after[0]), "ceremonies during which signd is killed are carried out by repetition");
	ok(rig_count(&rig, "SELECT count(*) FROM key_generation") - keys == 8 && rig_count(&rig, "SELECT count(*) FROM certificate") - certificates == 8,
		"each once");
	ok(rig_count(&rig, "SELECT count(*) FROM ceremony_execution e FULL JOIN (SELECT subject_id FROM current_state WHERE machine = 'ceremony'"
			   " AND state = 'executed') s ON s.subject_id = e.ceremony_id WHERE e.id IS NULL OR s.subject_id IS NULL") == 0,
		"what is executed has its record, and nothing else has");
}

int
main(void)
{
	struct err err = ERR_INIT;

	if (!holding_start())
		return done_testing();
	test_document_signer();
	test_crl_and_revocation();
	test_rollover();
	test_list();
	test_seal_signer();
	test_rules();
	test_reads();
	test_killed();
	execute(&first_csca, &err); /* frees the last result */
	signclient_free(client);
	rig_stop(&rig);
	return done_testing();
}
