/* pkifix.h - what the PKI tests share: a ceremony on the test's token, files, somebody else's tools. */
#ifndef CATENA_TESTS_PKIFIX_H
#define CATENA_TESTS_PKIFIX_H
#include "pki/ceremony.h"
#include "pki/sod.h"
#include "registry/base/date.h"
#include "registry/base/file.h"
#include "tests/unit/softhsm.h"

/* 2026-11-21T09:00:00Z: the reference date of the Utopia data. */
#define NOW INT64_C(1795251600)

static const char *const fix_urls[] = { "http://pki.utopia.example/crl/UTO.crl", NULL };
static const struct ceremony_options fix_options = {
	.state = "UTO",
	.country = "UT",
	.organization = "Utopia",
	.contact = "csca@utopia.example",
	.crl_urls = fix_urls,
	.now = NOW,
};

__attribute__((unused)) static struct token *
fix_token(unsigned sessions)
{
	struct err err = ERR_INIT;
	struct token *t = NULL;

	if (token_open(softhsm_uri, bytes_str(SOFTHSM_PIN), sessions, &t, &err) == -1)
		bail_out("token: %s", err.text);
	return t;
}

__attribute__((unused)) static struct signer *
fix_signer(struct session *s, const struct ceremony_key *k)
{
	struct err err = ERR_INIT;
	struct token_key *key = NULL;
	struct signer *signer = NULL;

	if (token_key_find(s, k->label, BYTES(k->id, sizeof(k->id)), &key, &err) == -1 ||
		signer_new(key, bytes_of(&k->cert), &signer, &err) == -1)
		bail_out("signer %s: %s", k->label, err.text);
	return signer;
}

/* A file of tests/data/utopia. */
__attribute__((unused)) static struct buf
fix_file(const char *name)
{
	const char *top = getenv("top_srcdir");
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/tests/data/utopia/%s", top != NULL ? top : ".", name);
	if (file_read(path, 1 << 20, &b, &err) == -1)
		bail_out("%s", err.text);
	return b;
}

/* Writes a file into the token's folder; returns its path (valid until the next call with the same name). */
__attribute__((unused)) static const char *
fix_write(const char *name, struct bytes data)
{
	static char path[4][128];
	static unsigned n;
	struct err err = ERR_INIT;
	char *p = path[n++ % 4];

	snprintf(p, 128, "%s/%s", softhsm_dir, name);
	if (file_write(p, data, 0600, &err) == -1)
		bail_out("%s", err.text);
	return p;
}

/* Runs a command; its output (both streams) as a string that the next call overwrites; "" and *status when it failed. */
__attribute__((unused, format(printf, 2, 3))) static const char *
fix_run(int *status, const char *fmt, ...)
{
	static char out[65536];
	char command[1024];
	va_list ap;
	size_t n;
	FILE *f;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	f = popen(command, "r");
	if (f == NULL)
		bail_out("popen");
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	*status = pclose(f);
	return out;
}

#endif
