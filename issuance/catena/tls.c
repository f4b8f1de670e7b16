#include "issuance/catena/tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/base/file.h"

enum { CA_DAYS = 3653,
	SERVER_DAYS = 800, /* some clients refuse more than 825 */
	RENEW_DAYS = 30,
	DAY = 86400,
	PEM_LIMIT = 64 * 1024 };

struct pair {
	EVP_PKEY *key;
	X509 *certificate;
};

static void
pair_clear(struct pair *p)
{
	EVP_PKEY_free(p->key);
	X509_free(p->certificate);
	*p = (struct pair){ NULL, NULL };
}

static bool
add_extension(X509 *certificate, const struct pair *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	bool done;

	X509V3_set_ctx(&ctx, issuer != NULL ? issuer->certificate : certificate, certificate, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	done = e != NULL && X509_add_ext(certificate, e, -1) == 1;
	X509_EXTENSION_free(e);
	return done;
}

static bool
set_serial(X509 *certificate, struct err *err)
{
	uint8_t serial[16];
	BIGNUM *n;
	bool done;

	if (random_octets(serial, sizeof(serial), err) == -1)
		return false;
	serial[0] &= 0x7f;
	n = BN_bin2bn(serial, sizeof(serial), NULL);
	done = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(certificate)) != NULL;
	BN_free(n);
	return done;
}

/* issuer NULL: an authority that signs itself. */
static int
pair_make(const char *name, const struct pair *issuer, int days, struct pair *made, struct err *err)
{
	struct pair p = { EVP_EC_gen("P-256"), X509_new() };
	X509 *c = p.certificate;
	bool good = p.key != NULL && c != NULL && X509_set_version(c, X509_VERSION_3) == 1 && set_serial(c, err) &&
		X509_gmtime_adj(X509_getm_notBefore(c), -3600) != NULL && X509_gmtime_adj(X509_getm_notAfter(c), (long)days * DAY) != NULL &&
		X509_set_pubkey(c, p.key) == 1 &&
		X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "O", MBSTRING_UTF8, (const unsigned char *)"Catena", -1, -1, 0) == 1 &&
		X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1 &&
		X509_set_issuer_name(c, X509_get_subject_name(issuer != NULL ? issuer->certificate : c)) == 1;

	good = good && add_extension(c, issuer, NID_basic_constraints, issuer == NULL ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
		add_extension(c, issuer, NID_key_usage, issuer == NULL ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
		add_extension(c, issuer, NID_subject_key_identifier, "hash") && add_extension(c, issuer, NID_authority_key_identifier, "keyid:always");
	if (issuer != NULL)
		good = good && add_extension(c, issuer, NID_ext_key_usage, "serverAuth") &&
			add_extension(c, issuer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
	if (!good || X509_sign(c, issuer != NULL ? issuer->key : p.key, EVP_sha256()) == 0) {
		pair_clear(&p);
		return err_set(err, FAIL_INTERNAL, "TLS certificate %s: cannot be made", name);
	}
	*made = p;
	return 0;
}

static int
write_pem(const char *path, const struct pair *p, bool key, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;
	int rc = -1;

	if (bio != NULL && (key ? PEM_write_bio_PKCS8PrivateKey(bio, p->key, NULL, NULL, 0, NULL, NULL) : PEM_write_bio_X509(bio, p->certificate)) == 1) {
		n = BIO_get_mem_data(bio, &text);
		rc = file_write(path, BYTES(text, (size_t)n), key ? 0600 : 0644, err);
		wipe(text, (size_t)n);
	} else {
		err_set(err, FAIL_INTERNAL, "%s: cannot be written as PEM", path);
	}
	BIO_free(bio);
	return rc;
}

static int
pair_write(const struct state *state, const char *key, const char *certificate, const struct pair *p, struct err *err)
{
	if (write_pem(state_path(state, key), p, true, err) == -1)
		return -1;
	return write_pem(state_path(state, certificate), p, false, err);
}

static int
pair_read(const struct state *state, const char *key, const char *certificate, struct pair *p, struct err *err)
{
	struct buf k = BUF_INIT, c = BUF_INIT;
	struct pair got = { NULL, NULL };
	BIO *kb = NULL, *cb = NULL;

	if (file_read(state_path(state, key), PEM_LIMIT, &k, err) == 0 && file_read(state_path(state, certificate), PEM_LIMIT, &c, err) == 0 &&
		(kb = BIO_new_mem_buf(k.p, (int)k.n)) != NULL && (cb = BIO_new_mem_buf(c.p, (int)c.n)) != NULL) {
		got.key = PEM_read_bio_PrivateKey(kb, NULL, NULL, NULL);
		got.certificate = PEM_read_bio_X509(cb, NULL, NULL, NULL);
	}
	BIO_free(kb);
	BIO_free(cb);
	buf_wipe(&k);
	buf_clear(&c);
	if (got.key == NULL || got.certificate == NULL || X509_check_private_key(got.certificate, got.key) != 1) {
		pair_clear(&got);
		return err_set(err, FAIL_INPUT, "%s and %s: no PEM key and its certificate", state_path(state, key), state_path(state, certificate));
	}
	*p = got;
	return 0;
}

static bool
holds_on(const struct pair *p)
{
	time_t then = (time_t)clock_now() + RENEW_DAYS * DAY;

	return X509_cmp_time(X509_get0_notAfter(p->certificate), &then) > 0;
}

int
tls_init(const struct state *state, bool *made, struct err *err)
{
	struct pair ca = { NULL, NULL }, server = { NULL, NULL };
	int rc = -1;

	*made = false;
	if (state_has(state, "tls/server.crt") && !state_has(state, "tls/ca.key"))
		return 0; /* somebody else's authority made it, and renews it */
	if (!state_has(state, "tls/ca.crt")) {
		if (pair_make("catena embedded CA", NULL, CA_DAYS, &ca, err) == -1 || pair_write(state, "tls/ca.key", "tls/ca.crt", &ca, err) == -1)
			goto out;
		*made = true;
	} else if (pair_read(state, "tls/ca.key", "tls/ca.crt", &ca, err) == -1) {
		goto out;
	}
	if (!*made && state_has(state, "tls/server.crt")) {
		if (pair_read(state, "tls/server.key", "tls/server.crt", &server, err) == -1)
			goto out;
		if (holds_on(&server)) {
			rc = 0;
			goto out;
		}
		pair_clear(&server);
	}
	*made = true;
	if (pair_make("localhost", &ca, SERVER_DAYS, &server, err) == 0)
		rc = pair_write(state, "tls/server.key", "tls/server.crt", &server, err);
out:
	pair_clear(&ca);
	pair_clear(&server);
	return rc;
}
