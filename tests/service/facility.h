/* facility.h - the program of a health facility in a rig: known by its certificate, notifying for that place. */
#ifndef CATENA_TESTS_FACILITY_H
#define CATENA_TESTS_FACILITY_H

#include <openssl/x509.h>
#include <openssl/pem.h>

#include "registry/base/digest.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

static struct client *
facility_client(struct rig *r, const char *place)
{
	const struct rig_program *civild = rig_program(r, "civild");
	struct client_options o = { .url = civild->address, .ca_file = rig_path(r, "ca.pem"), .certificate_file = rig_path(r, "program.pem"), .key_file = rig_path(r, "program.key"), .seconds = 60 };
	FILE *f = fopen(o.certificate_file, "r");
	X509 *certificate = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	unsigned char *der = NULL;
	uint8_t digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct client *client = NULL;
	struct err err = ERR_INIT;
	int n = i2d_X509(certificate, &der);

	if (n <= 0)
		bail_out("no program.pem");
	sha256(BYTES(der, n), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	if (rig_sql(r, NULL, 0, &err,
		    "INSERT INTO registry.program (id, name, certificate_sha256, role) VALUES (gen_random_uuid(), 'hospital', decode('%s', 'hex'), 'program');"
		    "INSERT INTO registry.program_facility SELECT id, '%s' FROM registry.program WHERE name = 'hospital'",
		    hex, place) == -1 ||
		client_new(&o, &client, &err) == -1)
		bail_out("%s", err.text);
	OPENSSL_free(der);
	X509_free(certificate);
	fclose(f);
	return client;
}

#endif
