/*
 * throwaway.h - certificates for a test: a folder with an authority, a server on 127.0.0.1, a program it signed, and a stranger
 * with the same name whom another authority signed.  P-256, valid for a day.
 */
#ifndef CATENA_TESTS_THROWAWAY_H
#define CATENA_TESTS_THROWAWAY_H
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "tests/tap.h"

struct throwaway {
	char folder[64];
};
struct throwaway_ca {
	EVP_PKEY *key;
	X509 *certificate;
};

/* folder/name, in a static ring of 8 texts. */
__attribute__((unused)) static const char *
throwaway_path(const struct throwaway *t, const char *name)
{
	static char ring[8][160];
	static unsigned next;
	char *path = ring[next++ % 8];

	snprintf(path, sizeof(ring[0]), "%s/%s", t->folder, name);
	return path;
}

static void
throwaway_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	if (extension == NULL || X509_add_ext(certificate, extension, -1) != 1)
		bail_out("extension %s", value);
	X509_EXTENSION_free(extension);
}

static X509 *
throwaway_sign(EVP_PKEY *key, const char *name, const struct throwaway_ca *ca, const char *usage)
{
	static long serial = 1;
	X509 *c = X509_new();
	X509_NAME *subject = X509_get_subject_name(c);

	X509_set_version(c, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c), serial++);
	X509_gmtime_adj(X509_getm_notBefore(c), -3600);
	X509_gmtime_adj(X509_getm_notAfter(c), 86400);
	X509_set_pubkey(c, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(c, ca != NULL ? X509_get_subject_name(ca->certificate) : subject);
	throwaway_extension(c, NID_basic_constraints, ca == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE");
	throwaway_extension(c, NID_key_usage, ca == NULL ? "critical,keyCertSign" : "critical,digitalSignature");
	if (usage != NULL) {
		throwaway_extension(c, NID_ext_key_usage, usage);
		throwaway_extension(c, NID_subject_alt_name, "IP:127.0.0.1");
	}
	if (X509_sign(c, ca != NULL ? ca->key : key, EVP_sha256()) == 0)
		bail_out("certificate of %s", name);
	return c;
}

static void
throwaway_write(const struct throwaway *t, const char *base, EVP_PKEY *key, X509 *certificate)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.pem", t->folder, base);
	if ((f = fopen(path, "w")) == NULL || PEM_write_X509(f, certificate) != 1 || fclose(f) != 0)
		bail_out("%s", path);
	snprintf(path, sizeof(path), "%s/%s.key", t->folder, base);
	if ((f = fopen(path, "w")) == NULL || PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1 || fclose(f) != 0)
		bail_out("%s", path);
}

static void
throwaway_issue(const struct throwaway *t, const char *base, const char *name, const struct throwaway_ca *ca, const char *usage)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = throwaway_sign(key, name, ca, usage);

	throwaway_write(t, base, key, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void
throwaway_ca_init(struct throwaway_ca *ca, const char *name)
{
	ca->key = EVP_EC_gen("P-256");
	ca->certificate = throwaway_sign(ca->key, name, NULL, NULL);
}

static void
throwaway_ca_clear(struct throwaway_ca *ca)
{
	X509_free(ca->certificate);
	EVP_PKEY_free(ca->key);
}

__attribute__((unused)) static void
throwaway_init(struct throwaway *t)
{
	struct throwaway_ca ca, other;

	snprintf(t->folder, sizeof(t->folder), "/tmp/catena-test.XXXXXX");
	if (mkdtemp(t->folder) == NULL)
		bail_out("mkdtemp");
	throwaway_ca_init(&ca, "test authority");
	throwaway_ca_init(&other, "test authority");
	throwaway_write(t, "ca", ca.key, ca.certificate);
	throwaway_issue(t, "server", "localhost", &ca, "serverAuth");
	throwaway_issue(t, "program", "program-1", &ca, "clientAuth");
	throwaway_issue(t, "stranger", "program-1", &other, "clientAuth");
	throwaway_ca_clear(&ca);
	throwaway_ca_clear(&other);
}

__attribute__((unused)) static void
throwaway_clear(const struct throwaway *t)
{
	static const char *const files[] = { "ca.pem", "ca.key", "server.pem", "server.key", "program.pem", "program.key",
		"stranger.pem", "stranger.key" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(throwaway_path(t, files[i]));
	rmdir(t->folder);
}

#endif
