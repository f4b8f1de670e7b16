/* icaofix.h - the ICAO test data: Utopia from our own tree, the rest from $CATENA_TEST_DATA/icao; and Utopia's trust store. */
#ifndef CATENA_TESTS_ICAOFIX_H
#define CATENA_TESTS_ICAOFIX_H
#include <limits.h>

#include "pki/truststore.h"
#include "registry/base/file.h"
#include "tests/tap.h"

/* 2026-11-21T09:00:00Z: what depends on time is expected on this day. */
#define ICAO_DAY INT64_C(1795251600)

/* "utopia/sod/good-v1.bin", "lds/loes2006/ef0101.bin".  False: there is no such file here. */
__attribute__((unused)) static bool
icao_file(const char *name, struct buf *out)
{
	const char *top = getenv("top_srcdir"), *data = getenv("CATENA_TEST_DATA");
	struct err err = ERR_INIT;
	char path[PATH_MAX];

	if (strncmp(name, "utopia/", 7) == 0)
		snprintf(path, sizeof(path), "%s/tests/data/%s", top != NULL ? top : ".", name);
	else if (data == NULL || data[0] == '\0')
		return false;
	else
		snprintf(path, sizeof(path), "%s/icao/%s", data, name);
	return file_read(path, 8 << 20, out, &err) == 0;
}

/* As icao_file, for what must be there. */
__attribute__((unused)) static struct buf
icao_need(const char *name)
{
	struct buf b = BUF_INIT;

	if (!icao_file(name, &b))
		bail_out("%s cannot be read", name);
	return b;
}

__attribute__((unused)) static void
icao_anchor(struct truststore *store, const char *name)
{
	struct buf b = icao_need(name);
	struct err err = ERR_INIT;

	if (truststore_add(store, bytes_of(&b), TRUST_ANCHOR, name, &err) == -1)
		bail_out("%s: %s", name, err.text);
	buf_clear(&b);
}

__attribute__((unused)) static void
icao_crl(struct truststore *store, const char *name)
{
	struct buf b = icao_need(name);
	struct err err = ERR_INIT;

	if (truststore_add_crl(store, bytes_of(&b), name, &err) == -1)
		bail_out("%s: %s", name, err.text);
	buf_clear(&b);
}

/* Not settled yet. */
__attribute__((unused)) static struct truststore *
icao_store(void)
{
	struct truststore *store = NULL;
	struct err err = ERR_INIT;

	if (truststore_new(&store, &err) == -1)
		bail_out("%s", err.text);
	return store;
}

__attribute__((unused)) static void
icao_settle(struct truststore *store)
{
	struct err err = ERR_INIT;

	if (truststore_settle(store, &err) == -1)
		bail_out("%s", err.text);
}

/* Utopia's anchors and its CRL. */
__attribute__((unused)) static struct truststore *
icao_utopia(void)
{
	struct truststore *store = icao_store();

	icao_anchor(store, "utopia/good/csca1.cer");
	icao_anchor(store, "utopia/good/csca1-to-2-link.cer");
	icao_anchor(store, "utopia/good/csca2.cer");
	icao_crl(store, "utopia/good/utopia.crl");
	icao_settle(store);
	return store;
}

#endif
