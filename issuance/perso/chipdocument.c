#include "issuance/perso/chipdocument.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pki/curve.h"
#include "registry/base/file.h"
#include "registry/doc9303/secinfo.h"

enum { KEY_FILE_MAX = 16 * 1024 };

static const struct {
	uint16_t fid;
	const char *name;
} mf_files[CHIP_DOCUMENT_MF] = { { 0x011C, "EF.CardAccess" }, { 0x011D, "EF.CardSecurity" } };

/* Where number, birth and expiry stand, from 0: by the length of the MRZ. */
static const struct {
	size_t len, number, digit, birth, expiry, optional;
} forms[] = {
	{ 90, 5, 14, 30, 38, 15 },  /* TD1 */
	{ 72, 36, 45, 49, 57, 64 }, /* TD2 */
	{ 88, 44, 53, 57, 65, 0 },  /* TD3: numbers are of nine characters */
};

int
chip_document_access(struct bytes mrz, char number[23], char birth[7], char expiry[7], struct err *err)
{
	const char *p = (const char *)mrz.p;
	size_t n = 9;

	for (size_t i = 0; i < NELEM(forms); i++) {
		if (forms[i].len != mrz.n)
			continue;
		snprintf(number, 23, "%.9s", p + forms[i].number);
		/* a long number goes on in the optional field, its check digit last (Doc 9303-5 4.2.2) */
		if (forms[i].optional != 0 && p[forms[i].digit] == '<')
			for (const char *o = p + forms[i].optional; n < 21 && o[0] != '<' && o[1] != '<'; o++)
				number[n++] = *o;
		number[n] = '\0';
		snprintf(birth, 7, "%.6s", p + forms[i].birth);
		snprintf(expiry, 7, "%.6s", p + forms[i].expiry);
		return 0;
	}
	return err_set(err, FAIL_INPUT, "MRZ of %zu characters, wanted 90, 72 or 88 (Doc 9303-3 4.2)", mrz.n);
}

/* A file of the folder that may be absent: 1 when it is there. */
static int
read_part(const char *folder, const char *name, size_t limit, struct buf *out, struct err *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (file_read(path, limit, out, err) == 0)
		return 1;
	if (err->kind != FAIL_NOT_FOUND)
		return -1;
	err_clear(err);
	return 0;
}

/* ---- keys ---- */

EVP_PKEY *
chip_document_key(struct bytes octets)
{
	const uint8_t *p = octets.p;
	BIO *bio = BIO_new_mem_buf(octets.p, (int)octets.n);
	EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return key != NULL ? key : d2i_AutoPrivateKey(NULL, &p, (long)octets.n);
}

static int
take_number(EVP_PKEY *key, const char *what, struct buf *out)
{
	BIGNUM *n = NULL;
	uint8_t *p;
	bool done = EVP_PKEY_get_bn_param(key, what, &n) == 1 && (p = buf_reserve(out, (size_t)BN_num_bytes(n))) != NULL && BN_bn2bin(n, p) > 0;

	BN_clear_free(n);
	return done ? 0 : -1;
}

/* The id of the standardised parameters of a key's curve; SECINFO_NO_ID when there is none. */
static int
parameters_of(EVP_PKEY *key)
{
	char group[64];
	const struct curve *curve;

	if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1 || (curve = curve_by_name(group)) == NULL)
		return SECINFO_NO_ID;
	for (int id = 0; id < 32; id++) {
		const struct secinfo_parameters *known = secinfo_parameters(id);

		if (known != NULL && strcmp(known->name, curve->name) == 0)
			return id;
	}
	return SECINFO_NO_ID;
}

int
chip_document_take_key(EVP_PKEY *key, struct chip_contents_key *to, struct buf number[2])
{
	struct chip_contents_key made = { .parameters = SECINFO_NO_ID, .id = SECINFO_NO_ID };

	if (EVP_PKEY_is_a(key, "RSA")) {
		if (take_number(key, OSSL_PKEY_PARAM_RSA_N, &number[0]) == -1 || take_number(key, OSSL_PKEY_PARAM_RSA_D, &number[1]) == -1)
			return -1;
		made.modulus = bytes_of(&number[0]);
		made.exponent = bytes_of(&number[1]);
	} else {
		if ((made.parameters = parameters_of(key)) == SECINFO_NO_ID || take_number(key, OSSL_PKEY_PARAM_PRIV_KEY, &number[0]) == -1)
			return -1;
		made.number = bytes_of(&number[0]);
		made.hash_octets = EVP_PKEY_get_bits(key) > 384 ? 64 : EVP_PKEY_get_bits(key) > 256 ? 48
												    : 32;
	}
	*to = made;
	return 0;
}

static int
load_key(const char *folder, const char *name, struct chip_contents_key *to, struct buf *number, struct err *err)
{
	struct buf octets = BUF_INIT;
	EVP_PKEY *key = NULL;
	int rc = read_part(folder, name, KEY_FILE_MAX, &octets, err);

	if (rc != 1)
		goto out;
	rc = -1;
	key = chip_document_key(bytes_of(&octets));
	if (key == NULL)
		err_set(err, FAIL_INPUT, "%s/%s: no private key in it", folder, name);
	else if (chip_document_take_key(key, to, number) == -1)
		err_set(err, FAIL_INPUT, "%s/%s: a key of a kind that no chip takes (Doc 9303-11 9.5)", folder, name);
	else
		rc = 0;
out:
	EVP_PKEY_free(key);
	buf_wipe(&octets);
	return rc == -1 ? -1 : 0;
}

/* ---- the folder ---- */

static int
load_files(const char *folder, struct chip_document *d, struct err *err)
{
	char name[32];
	int rc;

	for (size_t i = 0; i < NELEM(lds_files); i++) {
		snprintf(name, sizeof(name), "%s.bin", lds_files[i].name);
		rc = read_part(folder, name, LDS_MAX_FILE, &d->octets[i], err);
		if (rc == -1)
			return -1;
		if (rc == 1)
			d->file[d->contents.nfile++] = (struct chip_contents_file){ lds_files[i].fid, lds_files[i].name, bytes_of(&d->octets[i]) };
	}
	for (size_t i = 0; i < NELEM(mf_files); i++) {
		snprintf(name, sizeof(name), "%s.bin", mf_files[i].name);
		rc = read_part(folder, name, LDS_MAX_FILE, &d->mf_octets[i], err);
		if (rc == -1)
			return -1;
		if (rc == 1)
			d->mf_file[d->contents.nmf_file++] = (struct chip_contents_file){ mf_files[i].fid, mf_files[i].name, bytes_of(&d->mf_octets[i]) };
	}
	return 0;
}

static int
load_can(const char *folder, struct chip_document *d, struct err *err)
{
	int rc = read_part(folder, "CAN", 64, &d->can, err);

	if (rc != 1)
		return rc;
	while (d->can.n > 0 && (d->can.p[d->can.n - 1] == '\n' || d->can.p[d->can.n - 1] == '\r'))
		buf_cut(&d->can, d->can.n - 1);
	if (d->can.n != 6 || strspn(buf_cstr(&d->can), "0123456789") != 6)
		return err_set(err, FAIL_INPUT, "%s/CAN: wanted six digits (Doc 9303-4 4.1.1)", folder);
	d->contents.can = buf_cstr(&d->can);
	return 0;
}

int
chip_document_load(const char *folder, struct chip_document *d, struct err *err)
{
	struct bytes mrz;

	*d = (struct chip_document){ .number = "" };
	d->contents = (struct chip_contents){ .number = d->number, .birth = d->birth, .expiry = d->expiry, .file = d->file, .mf_file = d->mf_file };
	if (load_files(folder, d, err) == -1 || load_can(folder, d, err) == -1 || load_key(folder, "CA.key", &d->contents.ca, &d->key[0], err) == -1 ||
		load_key(folder, "AA.key", &d->contents.aa, &d->key[2], err) == -1 || read_part(folder, "CVCA.cvcert", KEY_FILE_MAX, &d->cvca, err) == -1)
		return -1;
	d->contents.cvca = bytes_of(&d->cvca);
	if (d->contents.ca.modulus.n > 0)
		return err_set(err, FAIL_INPUT, "%s/CA.key: chip authentication takes keys of elliptic curves", folder);
	if (d->octets[1].n == 0)
		return err_set(err, FAIL_NOT_FOUND, "%s: no EF.DG1.bin", folder);
	if (lds_dg1_read(bytes_of(&d->octets[1]), &mrz, err) == -1)
		return -1;
	return chip_document_access(mrz, d->number, d->birth, d->expiry, err);
}

void
chip_document_clear(struct chip_document *d)
{
	for (size_t i = 0; i < NELEM(d->octets); i++)
		buf_wipe(&d->octets[i]);
	for (size_t i = 0; i < NELEM(d->mf_octets); i++)
		buf_wipe(&d->mf_octets[i]);
	for (size_t i = 0; i < NELEM(d->key); i++)
		buf_wipe(&d->key[i]);
	buf_wipe(&d->can);
	buf_wipe(&d->cvca);
	wipe(d, sizeof(*d));
}
