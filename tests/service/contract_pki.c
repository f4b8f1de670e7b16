/* A good day of the PKI: every operation of pkid is taken once. */
#include "pki/rite.h"
#include "registry/base/file.h"
#include "tests/service/contract.h"

/* Asked by one officer, approved by another: the id. */
static void
ask_ceremony(json_t *body, char id[UUID_TEXT])
{
	json_t *reply;

	json_object_set_new(body, "reason", json_string("the year's keys"));
	reply = post("pkid", "pki_officer.1", "/pki/v1/ceremonies", body);
	keep(reply, "id", id, UUID_TEXT);
	json_decref(reply);
}

static json_t *
hold_ceremony(json_t *body)
{
	char id[UUID_TEXT];

	ask_ceremony(body, id);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/ceremonies/%s/approval", id), NULL));
	return post("pkid", "pki_officer.1", path_of("/pki/v1/ceremonies/%s/execution", id), NULL);
}

/* A new key that signs: its id. */
static void
new_key(const char *kind, char id[UUID_TEXT])
{
	json_t *done = hold_ceremony(
		json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "generate", "key", "kind", kind, "token_label", "test", "algorithm", "brainpoolP256r1"));

	keep(done, "signing_key_id", id, UUID_TEXT);
	json_decref(done);
	json_decref(hold_ceremony(json_pack("{s:s, s:s}", "kind", "certify", "signing_key_id", id)));
	json_decref(hold_ceremony(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", id)));
}

/* What csca-ceremony does with a request file, on the rig's token. */
static void
perform_offline(const char *text, struct buf *response)
{
	struct rite_outcome outcome = { .version = 0 };
	struct rite rite = { .version = 0 };
	struct token *token = NULL;
	struct err err = ERR_INIT;

	if (rite_of_text(bytes_str(text), &rite, &err) == -1 || token_open(rig.token_uri, bytes_str(rig.token_pin), 2, &token, &err) == -1 ||
		rite_perform(token, &rite, bytes_str(text), &outcome, &err) == -1 || rite_outcome_to_text(&outcome, response, &err) == -1)
		bail_out("%s", err.text);
	token_close(token);
	rite_outcome_clear(&outcome);
	rite_clear(&rite);
}

static void
offline_day(void)
{
	struct buf request = BUF_INIT, response = BUF_INIT;
	struct err err = ERR_INIT;
	char id[UUID_TEXT];
	json_t *asked;

	ask_ceremony(json_pack("{s:s, s:{s:s, s:s, s:s, s:b}}", "kind", "generate", "key", "kind", "csca", "token_label", "vault", "algorithm",
			     "brainpoolP384r1", "is_offline", 1),
		id);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/ceremonies/%s/approval", id), NULL));
	asked = get("pkid", "pki_officer.1", path_of("/pki/v1/ceremonies/%s/request", id));
	if (json_canonical(asked, &request, &err) == -1)
		bail_out("%s", err.text);
	perform_offline(buf_cstr(&request), &response);
	ok(exchange(at("pkid", "pki_officer.1"), "pkid", "POST", path_of("/pki/v1/ceremonies/%s/response", id), true,
		   (struct client_body){ .bytes = bytes_of(&response), .content_type = "application/json" }, NULL) == 201,
		"pkid takes the response of an offline ceremony");
	json_decref(asked);
	buf_clear(&request);
	buf_clear(&response);
}

/* CscaMasterList and DeviationList of one member, as Doc 9303-12 8 and 9 have them. */
static json_t *
list_content(bool master)
{
	struct der_out o = DER_OUT_INIT;
	struct buf der = BUF_INIT, pem = BUF_INIT;
	struct err err = ERR_INIT;
	struct cert *csca = NULL;
	json_t *content;

	if (file_read(rig_path(&rig, "pki/csca.crt"), 1 << 16, &pem, &err) == -1 || cert_read(bytes_of(&pem), &csca, &err) == -1)
		bail_out("%s", err.text);
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 0);
	der_open(&o, DER_SET);
	if (master) {
		der_raw(&o, bytes_of(&csca->der));
	} else {
		der_open(&o, DER_SEQUENCE);
		der_open(&o, DER_SEQUENCE);
		der_str(&o, DER_CONTEXT(0), "P<");
		der_close(&o);
		der_open(&o, DER_SET);
		der_open(&o, DER_SEQUENCE);
		der_oid(&o, "2.23.136.1.1.7.2.4");
		der_close(&o);
		der_close(&o);
		der_close(&o);
	}
	der_close(&o);
	der_close(&o);
	if (der_finish(&o, &der, &err) == -1)
		bail_out("%s", err.text);
	content = json_base64(bytes_of(&der));
	cert_free(csca);
	buf_clear(&der);
	buf_clear(&pem);
	return content;
}

/* The trust store: a root of Utopia proposed and accepted, confirmed and distrusted; a CRL that is refused. */
static json_t *
propose(const char *file)
{
	const char *top = getenv("top_srcdir");
	struct buf octets = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *reply = NULL;

	if (file_read(path_of("%s/tests/data/utopia/good/%s", top != NULL ? top : ".", file), 1 << 20, &octets, &err) == -1)
		bail_out("%s", err.text);
	ok(exchange(at("pkid", "pki_officer.1"), "pkid", "POST", "/pki/v1/trust/imports?source=courier", true,
		   (struct client_body){ .bytes = bytes_of(&octets), .content_type = "application/octet-stream" }, &reply) == 201,
		"pkid takes %s as a proposal", file);
	buf_clear(&octets);
	return reply;
}

static void
trust_day(void)
{
	static const char *const handed_on[] = { "pkd.ldif", "master-list-content" };
	char import[UUID_TEXT], certificate[UUID_TEXT], fingerprint[65];
	json_t *reply = propose("csca1.cer"), *item;

	keep(reply, "id", import, UUID_TEXT);
	json_decref(reply);
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/trust/imports/%s", import)));
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/trust/imports/%s/acceptance", import), NULL));
	reply = propose("utopia.crl");
	keep(reply, "id", import, UUID_TEXT);
	json_decref(reply);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/trust/imports/%s/refusal", import), reason()));
	json_decref(get("pkid", "auditor.1", "/pki/v1/trust/imports?state=refused&limit=1"));
	reply = get("pkid", "auditor.1", "/pki/v1/trust/certificates?country=UT&standing=held&limit=1");
	item = json_array_get(json_object_get(reply, "items"), 0);
	keep(item, "id", certificate, UUID_TEXT);
	keep(item, "sha256", fingerprint, sizeof(fingerprint));
	json_decref(reply);
	for (int i = 1; i <= 2; i++)
		json_decref(post("pkid", i == 1 ? "pki_officer.1" : "pki_officer.2", path_of("/pki/v1/trust/certificates/%s/confirmation", certificate),
			json_pack("{s:s, s:s}", "how", "by telephone, to the embassy", "fingerprint", fingerprint)));
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/trust/certificates/%s", certificate)));
	json_decref(get("pkid", "auditor.1", "/pki/v1/trust/states"));
	for (size_t i = 0; i < NELEM(handed_on); i++)
		ok(exchange(at("pkid", "auditor.1"), "pkid", "GET", path_of("/pki/v1/trust/%s", handed_on[i]), false, CLIENT_NO_BODY, NULL) == 200, "%s is handed out",
			handed_on[i]);
	item = json_pack("{s:[{s:[{s:s, s:i}], s:s}]}", "deviations", "descriptions", "type", "dg_malformed", "field", 3, "document_type", "PP");
	ok(exchange(at("pkid", "pki_officer.1"), "pkid", "POST", "/pki/v1/trust/deviation-list-content", true, (struct client_body){ .json = item }, NULL) == 200,
		"a deviation list's content is composed");
	json_decref(item);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/trust/certificates/%s/distrust", certificate), reason()));
}

void
pki_day(void)
{
	char key[UUID_TEXT], id[UUID_TEXT];
	struct buf pem = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *read;

	new_key("document_signer", key);
	read = get("pkid", "auditor.1", path_of("/pki/v1/keys/%s", key));
	keep(read, "certificate_id", id, UUID_TEXT);
	json_decref(read);
	json_decref(get("pkid", "auditor.1", "/pki/v1/keys?kind=document_signer&state=active"));
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/certificates?key=%s&limit=1", key)));
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/certificates/%s", id)));
	ok(exchange(at("pkid", "auditor.1"), "pkid", "GET", path_of("/pki/v1/certificates/%s/der", id), false, CLIENT_NO_BODY, NULL) == 200, "a certificate's octets");
	json_decref(hold_ceremony(json_pack("{s:s, s:s, s:{s:s}}", "kind", "revoke", "certificate_id", id, "parameters", "cause", "superseded")));
	read = hold_ceremony(json_pack("{s:s}", "kind", "crl"));
	keep(read, "id", id, UUID_TEXT);
	json_decref(read);
	ok(exchange(at("pkid", "auditor.1"), "pkid", "GET", path_of("/pki/v1/ceremonies/%s/protocol", id), false, CLIENT_NO_BODY, NULL) == 200, "a printed protocol");
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/ceremonies/%s", id)));
	json_decref(get("pkid", "auditor.1", "/pki/v1/ceremonies?kind=crl&limit=1"));
	new_key("master_list_signer", key);
	json_decref(hold_ceremony(json_pack("{s:s, s:o}", "kind", "master_list", "content", list_content(true))));
	new_key("deviation_list_signer", key);
	json_decref(hold_ceremony(json_pack("{s:s, s:o}", "kind", "deviation_list", "content", list_content(false))));
	ask_ceremony(json_pack("{s:s}", "kind", "crl"), id);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/ceremonies/%s/refusal", id), reason()));
	ask_ceremony(json_pack("{s:s}", "kind", "crl"), id);
	json_decref(post("pkid", "pki_officer.1", path_of("/pki/v1/ceremonies/%s/cancellation", id), reason()));
	offline_day();
	trust_day();
	json_decref(get("pkid", "auditor.1", "/pki/v1/revocations"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/crls?limit=1"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/lists?kind=master_list"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/rules"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/duties"));
	if (file_read(rig_path(&rig, "pki/csca.crt"), 1 << 16, &pem, &err) == -1)
		bail_out("%s", err.text);
	ok(exchange(at("pkid", "auditor.1"), "pkid", "POST", "/pki/v1/lint", true,
		   (struct client_body){ .bytes = bytes_of(&pem), .content_type = "application/octet-stream" }, &read) == 200,
		"the linter answers");
	json_decref(read);
	buf_clear(&pem);
	for (size_t i = 0; i < 4; i++) {
		static const char *const published[] = { "csca", "crl", "master-list", "deviation-list" };

		ok(exchange(at("pkid", NULL), "pkid", "GET", path_of("/pki/v1/public/%s", published[i]), false, CLIENT_NO_BODY, NULL) == 200, "%s is published",
			published[i]);
	}
}
