/*
 * A CSCA whose key signd never sees: its token is in another folder, with another PIN, and only files go between - requests to it, responses
 * from it.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "tests/service/holding.h"

static char vault[80]; /* the offline machine's folder */
static char module[200];

static int
shell(const char *fmt, ...)
{
	char command[2000];
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The module that the rig's token is of. */
static void
vault_make(void)
{
	const char *at = strstr(rig.token_uri, "module-path=");

	snprintf(module, sizeof(module), "%s", at + strlen("module-path="));
	snprintf(vault, sizeof(vault), "%s/vault", rig.folder);
	if (shell("mkdir -m 700 %s %s/token && printf 'directories.tokendir = %s/token\\nobjectstore.backend = file\\nlog.level = ERROR\\n' >%s/conf"
		  " && (umask 077; printf '98765432\\n' >%s/pin) && SOFTHSM2_CONF=%s/conf softhsm2-util --init-token --free --label vault --so-pin 12345678"
		  " --pin 98765432 >/dev/null 2>&1",
		    vault, vault, vault, vault, vault, vault) != 0)
		bail_out("no token for the vault");
}

static void
write_file(const char *name, struct bytes text)
{
	char path[120];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s/%s", vault, name);
	if (file_write(path, text, 0600, &err) == -1)
		bail_out("%s", err.text);
}

static struct buf
read_file(const char *name)
{
	char path[120];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s/%s", vault, name);
	file_read(path, RITE_FILE_MAX, &text, &err);
	return text;
}

/* csca-ceremony on the files request and response of the vault; its output is in "out". */
static int
vault_run(const char *more)
{
	const char *top = getenv("top_builddir");

	return shell("rm -f %s/response; SOFTHSM2_CONF=%s/conf %s/csca-ceremony --token 'pkcs11:token=vault?module-path=%s' --pin %s/pin %s %s/request"
		     " %s/response >%s/out 2>&1 </dev/null",
		vault, vault, top != NULL ? top : ".", module, vault, more, vault, vault, vault);
}

static bool
out_says(const char *what)
{
	struct buf out = read_file("out");
	bool does = strstr(buf_cstr(&out), what) != NULL;

	if (!does)
		printf("# %s\n", buf_cstr(&out));
	buf_clear(&out);
	return does;
}

/* An approved ceremony: its request goes to the vault, the response comes back.  NULL when it is refused anywhere. */
static json_t *
hold_offline(struct asking a)
{
	static json_t *result;
	struct uuid id = ask(a);
	struct buf request = BUF_INIT, response = BUF_INIT;
	struct err err = ERR_INIT;
	int rc;

	json_decref(result);
	result = NULL;
	decide(&id, "approve", 1);
	if (signclient_ceremony_request(client, &id, &request, &err) == -1) {
		printf("# request: %s\n", err.text);
		return NULL;
	}
	write_file("request", bytes_of(&request));
	if (vault_run("--yes") != 0)
		out_says("nothing like this");
	response = read_file("response");
	rc = signclient_ceremony_import(client, &id, &officer[1], bytes_of(&response), &result, &err);
	if (rc == -1)
		printf("# import: %s\n", err.text);
	buf_clear(&request);
	buf_clear(&response);
	return rc == 0 ? result : NULL;
}

static struct uuid csca, csca_root;

static void
test_first_key(void)
{
	struct err err = ERR_INIT;
	struct buf request = BUF_INIT, again = BUF_INIT, response, other;
	struct uuid id;
	json_t *result = NULL;

	csca = new_id();
	id = ask((struct asking){ .kind = CEREMONY_GENERATE, .key = &csca, .key_kind = "csca", .algorithm = "brainpoolP384r1", .offline_token = "vault" });
	ok(signclient_ceremony_request(client, &id, &request, &err) == -1 && err.kind == FAIL_DENIED, "no request of what is not approved (%s)", err.text);
	decide(&id, "approve", 1);
	err = ERR_INIT;
	ok(execute(&id, &err) == NULL && err.kind == FAIL_CONFLICT, "signd does not carry it out itself (%s)", err.text);
	err = ERR_INIT;
	ok(signclient_ceremony_request(client, &id, &request, &err) == 0 && signclient_ceremony_request(client, &id, &again, &err) == 0 &&
			bytes_equal(bytes_of(&request), bytes_of(&again)),
		"the request is the same, however often it is asked for (%s)", err.text);
	write_file("request", bytes_of(&request));
	ok(vault_run("") == 1 && out_says("generate a key: csca-2, brainpoolP384r1") && out_says("nobody is there to confirm"), "csca-ceremony shows what it would do, and does nothing unconfirmed");
	response = read_file("response");
	ok(response.n == 0, "there is no response then");
	ok(vault_run("--yes") == 0 && out_says("response SHA-256"), "confirmed, it does");
	response = read_file("response");
	ok(vault_run("--yes") == 0, "again, with the key that is there");
	other = read_file("response");
	ok(bytes_equal(bytes_of(&response), bytes_of(&other)), "the response is the same");

	buf_cut(&other, other.n - 1);
	ok(signclient_ceremony_import(client, &id, NULL, bytes_of(&other), &result, &err) == -1, "a response cut short is refused (%s)", err.text);
	err = ERR_INIT;
	ok(signclient_ceremony_import(client, &id, NULL, bytes_of(&request), &result, &err) == -1, "a request is no response (%s)", err.text);
	err = ERR_INIT;
	ok(signclient_ceremony_import(client, &id, NULL, bytes_of(&response), &result, &err) == 0, "the response is imported (%s)", err.text);
	is(key_state(&csca), "generated", "the key is generated");
	json_decref(result);

	/* one octet of meaning changed, still JSON: a request that another wrote */
	buf_clear(&again);
	buf_str(&again, buf_cstr(&request));
	memcpy(strstr((char *)again.p, "csca-2"), "csca-3", 6);
	write_file("request", bytes_of(&again));
	ok(vault_run("--yes") == 1, "csca-ceremony makes no key of another label with the identifier of one that is there");
	buf_clear(&request);
	buf_clear(&again);
	buf_clear(&response);
	buf_clear(&other);
}

static void
test_csca_moves(void)
{
	struct uuid activation;
	struct err err = ERR_INIT;
	json_t *result;

	activation = ask((struct asking){ .kind = CEREMONY_ACTIVATE, .key = &csca });
	decide(&activation, "approve", 1);
	result = hold_offline((struct asking){ .kind = CEREMONY_CERTIFY, .key = &csca });
	ok(result != NULL, "the offline CSCA signs its root certificate");
	csca_root = certificate_id(result, 0);
	ok(execute(&activation, &err) == NULL && strstr(err.text, "link") != NULL, "without a link certificate it is not activated (%s)", err.text);
	ok(hold((struct asking){ .kind = CEREMONY_CERTIFY, .key = &csca, .parameters = "{\"link\":true}" }) != NULL, "the CSCA of before links to it");
	clock_forward(2);
	err = ERR_INIT;
	ok(execute(&activation, &err) != NULL, "then it is, when it has rested two days (%s)", err.text);
}

static void
test_under_it(void)
{
	struct uuid key = new_id(), id, other;
	struct cert *root = certificate(&csca_root), *cert;
	struct buf request = BUF_INIT, response;
	struct err err = ERR_INIT;
	char text[UUID_TEXT];
	json_t *result;

	ok(hold((struct asking){ .kind = CEREMONY_GENERATE, .key = &key, .key_kind = "document_signer", .algorithm = "P-256" }) != NULL, "a document signer's key, online");
	result = hold_offline((struct asking){ .kind = CEREMONY_CERTIFY, .key = &key });
	ok(result != NULL, "its certificate, offline");
	id = certificate_id(result, 0);
	cert = certificate(&id);
	ok(cert_verify(cert, root, &err) == 0, "under the offline CSCA (%s)", err.text);
	cert_free(cert);
	ok(hold((struct asking){ .kind = CEREMONY_ACTIVATE, .key = &key }) != NULL, "and it works");
	ok(hold((struct asking){ .kind = CEREMONY_REVOKE, .certificate = &id, .parameters = "{\"cause\":\"superseded\"}" }) != NULL, "it is revoked");
	ok(hold_offline((struct asking){ .kind = CEREMONY_CRL }) != NULL && rig_count(&rig, "SELECT entries FROM crl WHERE number = 1") == 1, "the CRL comes from offline, too");

	/* the response of one ceremony is none of another */
	response = read_file("response");
	clock_forward(2);
	other = ask((struct asking){ .kind = CEREMONY_CRL });
	decide(&other, "approve", 1);
	err = ERR_INIT;
	if (signclient_ceremony_request(client, &other, &request, &err) == -1)
		bail_out("%s", err.text);
	ok(signclient_ceremony_import(client, &other, NULL, bytes_of(&response), &result, &err) == -1 && strstr(err.text, "another ceremony") != NULL, "a response of another ceremony is refused (%s)", err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM crl") == 1 && rig_count(&rig, "SELECT count(*) FROM audit_event WHERE subject_kind = 'ceremony' AND detail LIKE '%%another ceremony%%'") == 1, "nothing is recorded of it but the refusal");
	write_file("request", bytes_of(&request));
	buf_clear(&response);
	if (vault_run("--yes") != 0 || rig_sql(&rig, text, sizeof(text), &err, "SELECT c.id FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id"
									       " WHERE k.key_label = 'ds-1'") == -1 ||
		uuid_parse(bytes_str(text), &id, &err) == -1)
		bail_out("%s", err.text);
	hold((struct asking){ .kind = CEREMONY_REVOKE, .certificate = &id, .parameters = "{\"cause\":\"ceased\"}" });
	response = read_file("response");
	err = ERR_INIT;
	ok(signclient_ceremony_import(client, &other, NULL, bytes_of(&response), &result, &err) == -1 && err.kind == FAIL_CONFLICT, "a CRL made before a revocation is refused after it (%s)", err.text);
	buf_clear(&request);
	buf_clear(&response);
	cert_free(root);

	key = new_id();
	result = hold_offline((struct asking){ .kind = CEREMONY_ROLLOVER, .key = &key, .key_kind = "csca", .algorithm = "P-384", .offline_token = "vault" });
	ok(result != NULL && json_array_size(json_object_get(result, "certificates")) == 2, "a rollover, all of it offline");
	result = hold_offline((struct asking){ .kind = CEREMONY_NAME_CHANGE, .key = (other = new_id(), &other), .key_kind = "csca", .algorithm = "P-384", .offline_token = "vault", .parameters = "{\"subject\":{\"common_name\":\"CSCA New Utopia\"}}" });
	ok(result != NULL && out_says("CN=CSCA New Utopia") && out_says("name change"), "and a name change, shown before it is signed");
}

int
main(void)
{
	if (!holding_start())
		return done_testing();
	vault_make();
	test_first_key();
	test_csca_moves();
	test_under_it();
	signclient_free(client);
	rig_stop(&rig);
	return done_testing();
}
