#include "issuance/perso/chipkeys.h"

#include <stdio.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "issuance/perso/chipdocument.h"
#include "pki/pubkey.h"
#include "registry/base/der.h"
#include "registry/base/digest.h"
#include "registry/doc9303/group.h"
#include "registry/doc9303/secinfo.h"

enum { PARAMETERS = 13, /* brainpoolP256r1 */
	RSA_BITS = 2048,
	HASH_OCTETS = 32,
	TAG_DG15 = 0x6F };

static const char oid_aa[] = "2.23.136.1.1.5";              /* id-AA, Doc 9303-11 9.2.4 */
static const char oid_ecdh_key[] = "0.4.0.127.0.7.2.2.1.2"; /* id-PK-ECDH, 9.2.6 */
static const char oid_plain_sha256[] = "0.4.0.127.0.7.1.1.4.1.3";

/* A private number, and its public key as a SubjectPublicKeyInfo. */
static int
new_ec(struct buf *number, struct buf *spki, struct err *err)
{
	uint8_t random[HASH_OCTETS + 16];
	struct group *group = NULL;
	struct element *e = NULL;
	struct pubkey *key = NULL;
	struct buf point = BUF_INIT;
	struct der_out o = DER_OUT_INIT;
	int rc = -1;

	if (group_new(PARAMETERS, &group, err) == 0 && random_octets(random, sizeof(random), err) == 0 &&
		group_private(group, BYTES(random, sizeof(random)), number, err) == 0 && element_times(group, NULL, bytes_of(number), &e, err) == 0 &&
		element_write(group, e, &point, err) == 0 &&
		pubkey_new_ec(curve_by_name(secinfo_parameters(PARAMETERS)->name), bytes_of(&point), &key, err) == 0 && pubkey_put(key, &o, err) == 0)
		rc = der_finish(&o, spki, err);
	wipe(random, sizeof(random));
	der_out_clear(&o);
	buf_clear(&point);
	pubkey_free(key);
	element_free(e);
	group_free(group);
	return rc;
}

static int
new_rsa(struct chip_contents_key *to, struct buf number[2], struct buf *spki, struct err *err)
{
	EVP_PKEY *made = EVP_RSA_gen(RSA_BITS);
	static const uint8_t exponent[] = { 0x01, 0x00, 0x01 };
	struct pubkey *key = NULL;
	struct der_out o = DER_OUT_INIT;
	int rc = -1;

	if (made == NULL || chip_document_take_key(made, to, number) == -1)
		err_set(err, FAIL_INTERNAL, "chip: no RSA key could be made");
	else if (pubkey_new_rsa(to->modulus, BYTES(exponent, sizeof(exponent)), &key, err) == 0 && pubkey_put(key, &o, err) == 0)
		rc = der_finish(&o, spki, err);
	der_out_clear(&o);
	pubkey_free(key);
	EVP_PKEY_free(made);
	return rc;
}

static struct secinfo *
add(struct secinfos *infos, enum secinfo_kind kind, const char *protocol, unsigned version, int id)
{
	struct secinfo *i = &infos->info[infos->n++];

	*i = (struct secinfo){ .kind = kind, .version = version, .id = id };
	snprintf(i->protocol, sizeof(i->protocol), "%s", protocol);
	return i;
}

/* PACE with both mappings that need no signed EF.CardSecurity. */
static void
add_pace(struct secinfos *infos)
{
	static const enum secinfo_mapping mapping[] = { SECINFO_GM, SECINFO_IM };

	for (size_t i = 0; i < NELEM(mapping); i++)
		add(infos, SECINFO_PACE, secinfo_protocol_choose(SECINFO_PACE, SECINFO_ECDH, mapping[i], SECINFO_AES, 128)->oid, 2, PARAMETERS);
}

static int
write_dg15(struct bytes spki, struct buf *out, struct err *err)
{
	der_header(out, TAG_DG15, spki.n);
	buf_bytes(out, spki);
	return buf_check(out, err);
}

int
chipkeys_new(const struct chip_profile *profile, struct chipkeys *keys, struct err *err)
{
	const struct chip_profile_command *takes = profile->command;
	bool has_pace = takes[PROFILE_MASTER_FILE].p1p2 != NULL, has_ca = takes[PROFILE_CA_KEY].p1p2 != NULL, has_aa = takes[PROFILE_AA_KEY].p1p2 != NULL;
	bool has_rsa = !has_aa && takes[PROFILE_AA_MODULUS].p1p2 != NULL;
	struct secinfos access = { .n = 0 }, dg14;
	struct buf ca_spki = BUF_INIT, aa_spki = BUF_INIT;
	int rc = -1;

	*keys = (struct chipkeys){ .ca = { .id = SECINFO_NO_ID }, .aa = { .id = SECINFO_NO_ID } };
	if (has_pace)
		add_pace(&access);
	dg14 = access;
	if (has_ca) {
		if (new_ec(&keys->number[0], &ca_spki, err) == -1)
			goto out;
		keys->ca = (struct chip_contents_key){ .parameters = PARAMETERS, .id = SECINFO_NO_ID, .hash_octets = HASH_OCTETS, .number = bytes_of(&keys->number[0]) };
		add(&dg14, SECINFO_CA_KEY, oid_ecdh_key, 0, SECINFO_NO_ID)->data = bytes_of(&ca_spki);
		add(&dg14, SECINFO_CA, secinfo_protocol_choose(SECINFO_CA, SECINFO_ECDH, SECINFO_NO_MAPPING, SECINFO_AES, 128)->oid, 1, SECINFO_NO_ID);
	}
	if (has_aa) {
		if (new_ec(&keys->number[1], &aa_spki, err) == -1)
			goto out;
		keys->aa = (struct chip_contents_key){ .parameters = PARAMETERS, .id = SECINFO_NO_ID, .hash_octets = HASH_OCTETS, .number = bytes_of(&keys->number[1]) };
		snprintf(add(&dg14, SECINFO_AA, oid_aa, 1, SECINFO_NO_ID)->signature, SECINFO_OID, "%s", oid_plain_sha256);
	}
	if (has_rsa && new_rsa(&keys->aa, &keys->number[1], &aa_spki, err) == -1)
		goto out;
	if ((access.n > 0 && (secinfos_check(&access, SECINFO_CARD_ACCESS, err) == -1 || secinfos_write(&access, &keys->card_access, err) == -1)) ||
		(dg14.n > 0 && (secinfos_check(&dg14, SECINFO_DG14, err) == -1 || lds_dg14_write(&dg14, &keys->dg14, err) == -1)) ||
		(aa_spki.n > 0 && write_dg15(bytes_of(&aa_spki), &keys->dg15, err) == -1))
		goto out;
	rc = 0;
out:
	buf_clear(&ca_spki);
	buf_clear(&aa_spki);
	if (rc == -1)
		chipkeys_clear(keys);
	return rc;
}

void
chipkeys_clear(struct chipkeys *keys)
{
	buf_clear(&keys->card_access);
	buf_clear(&keys->dg14);
	buf_clear(&keys->dg15);
	for (size_t i = 0; i < NELEM(keys->number); i++)
		buf_wipe(&keys->number[i]);
	*keys = (struct chipkeys){ .ca = { .id = SECINFO_NO_ID }, .aa = { .id = SECINFO_NO_ID } };
}
