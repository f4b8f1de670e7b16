/*
 * chipfix.h - a whole document on a software chip, signed by a document signer of the test's own, and a trust store that knows its CSCA.
 */
#ifndef CATENA_TESTS_CHIPFIX_H
#define CATENA_TESTS_CHIPFIX_H

#include "issuance/inspect/inspect.h"
#include "pki/cardsecurity.h"
#include "registry/doc9303/lds.h"
#include "tests/cardkeyfix.h"
#include "tests/unit/pkifix.h"

/* A document and its signatures. */
struct document {
	struct buf com, sod, card_access, card_security, dg[17];
	struct truststore *store;
};
/* What a chip is to have, so that it differs from a whole one. */
struct variant {
	bool no_pace, no_ca, no_aa, no_cam, no_dg14_pace, other_ca_key, other_aa_key;
	int broken_dg;   /* whose last octet is flipped */
	size_t portrait; /* octets of a DG2 that is no picture; 0: the specimen's */
};

__attribute__((unused)) static void
infos_of(struct secinfos *access, struct secinfos *dg14, const struct variant *v, struct bytes ca_spki)
{
	*access = *dg14 = (struct secinfos){ .n = 0 };
	add_info(access, SECINFO_PACE, PACE "2.2", 2, 13, BYTES_NONE);
	if (!v->no_cam)
		add_info(access, SECINFO_PACE, PACE "6.2", 2, 13, BYTES_NONE);
	if (!v->no_dg14_pace)
		*dg14 = *access;
	if (!v->no_ca) {
		add_info(dg14, SECINFO_CA_KEY, "0.4.0.127.0.7.2.2.1.2", 0, SECINFO_NO_ID, ca_spki);
		add_info(dg14, SECINFO_CA, CA "2.2", 1, SECINFO_NO_ID, BYTES_NONE);
	}
	add_info(dg14, SECINFO_AA, "2.23.136.1.1.5", 1, SECINFO_NO_ID, BYTES_NONE);
	snprintf(dg14->info[dg14->n - 1].signature, SECINFO_OID, "0.4.0.127.0.7.1.1.4.1.3"); /* ecdsa-plain-SHA256 */
}

/* Tag 6F around a key. */
__attribute__((unused)) static void
dg15_of(struct bytes spki, struct buf *out)
{
	buf_clear(out);
	der_header(out, 0x6F, spki.n);
	buf_bytes(out, spki);
}

__attribute__((unused)) static void
document_make(struct session *s, const struct signer *ds, const struct variant *v, struct document *d)
{
	static const uint8_t dg3[] = { 0x63, 0x06, 0x7F, 0x61, 0x03, 0x02, 0x01, 0x00 };
	struct lds_com com = { .lds_version = LDS_VERSION_1_8, .unicode_version = LDS_UNICODE_VERSION };
	struct err err = ERR_INIT;
	struct secinfos access, dg14, security = { .n = 0 };
	struct buf ca_spki = BUF_INIT, aa_spki = BUF_INIT, point = BUF_INIT;
	struct ldsso lds;

	spki_of(CA_NUMBER, &ca_spki, &point);
	buf_clear(&point);
	spki_of(AA_NUMBER, &aa_spki, &point);
	buf_clear(&point);
	infos_of(&access, &dg14, v, bytes_of(&ca_spki));
	d->dg[1] = fix_file("lds/EF.DG1.bin");
	if (v->portrait > 0) {
		der_header(&d->dg[2], 0x75, v->portrait);
		buf_reserve(&d->dg[2], v->portrait);
	} else
		d->dg[2] = fix_file("lds/EF.DG2.bin");
	buf_add(&d->dg[3], dg3, sizeof(dg3));
	if (!v->no_aa)
		dg15_of(bytes_of(&aa_spki), &d->dg[15]);
	add_info(&security, SECINFO_CA_KEY, "0.4.0.127.0.7.2.2.1.2", 0, SECINFO_NO_ID, bytes_of(&ca_spki));
	if (lds_dg14_write(&dg14, &d->dg[14], &err) == -1 || secinfos_write(&access, &d->card_access, &err) == -1 ||
		cardsecurity_build(s, ds, &security, NOW, &d->card_security, &err) == -1)
		bail_out("%s", err.text);
	ldsso_init(&lds, (int)signer_hash_bits(ds));
	for (unsigned i = 1; i <= LDS_DGS; i++) {
		if (d->dg[i].n == 0)
			continue;
		com.dg[com.n++] = (uint8_t)i;
		if (ldsso_add(&lds, i, bytes_of(&d->dg[i]), &err) == -1)
			bail_out("%s", err.text);
	}
	if (lds_com_write(&com, &d->com, &err) == -1 || sod_build(s, ds, &lds, NOW, &d->sod, &err) == -1)
		bail_out("%s", err.text);
	if (v->broken_dg > 0)
		d->dg[v->broken_dg].p[d->dg[v->broken_dg].n - 1] ^= 1;
	buf_clear(&ca_spki);
	buf_clear(&aa_spki);
}

__attribute__((unused)) static void
document_clear(struct document *d)
{
	buf_clear(&d->com);
	buf_clear(&d->sod);
	buf_clear(&d->card_access);
	buf_clear(&d->card_security);
	for (size_t i = 0; i < NELEM(d->dg); i++)
		buf_clear(&d->dg[i]);
}

__attribute__((unused)) static struct card *
chip_of(const struct document *d, const struct variant *v)
{
	struct err err = ERR_INIT;
	struct card *card = card_new(&err);

	if ((!v->no_pace &&
		    (card_put_file(card, CARD_MF, 0x011C, bytes_of(&d->card_access), &err) == -1 ||
			    card_put_file(card, CARD_MF, 0x011D, bytes_of(&d->card_security), &err) == -1)) ||
		card_put_file(card, CARD_LDS, 0x011E, bytes_of(&d->com), &err) == -1 || card_put_file(card, CARD_LDS, 0x011D, bytes_of(&d->sod), &err) == -1 ||
		card_set_mrz(card, CARDFIX_NUMBER, CARDFIX_BIRTH, CARDFIX_EXPIRY, &err) == -1)
		bail_out("%s", err.text);
	for (unsigned i = 1; i <= LDS_DGS; i++)
		if (d->dg[i].n > 0 && card_put_file(card, CARD_LDS, lds_file_of_dg(i)->fid, bytes_of(&d->dg[i]), &err) == -1)
			bail_out("%s", err.text);
	put(card, 0x66, v->other_ca_key ? "6625 80010d 8120" AA_NUMBER : "6625 80010d 8120" CA_NUMBER);
	put(card, 0x67, v->other_aa_key ? "6725 80010d 8120" CA_NUMBER : "6725 80010d 8120" AA_NUMBER);
	put(card, 0x68, "6806313233343536");
	card_lock(card);
	card_power(card, true);
	return card;
}

/* The token, the document signer's session and key, and who trusts it. */
struct chip_rig {
	struct ceremony ours;
	struct token *token;
	struct session *s;
	struct signer *ds;
	struct truststore *store;
};

/* False when SoftHSM is not installed. */
__attribute__((unused)) static bool
chip_rig_start(struct chip_rig *r)
{
	struct ceremony_options options = fix_options;
	struct err err = ERR_INIT;

	*r = (struct chip_rig){ .token = NULL };
	if (!softhsm_start())
		return false;
	r->token = fix_token(1);
	if (ceremony_init(r->token, &options, &r->ours, &err) == -1 || truststore_new(&r->store, &err) == -1 ||
		truststore_add(r->store, bytes_of(&r->ours.csca.cert), TRUST_ANCHOR, "ours", &err) == -1 || truststore_settle(r->store, &err) == -1 ||
		token_borrow(r->token, &r->s, &err) == -1)
		bail_out("%s", err.text);
	r->ds = fix_signer(r->s, &r->ours.signer[0]);
	return true;
}

__attribute__((unused)) static void
chip_rig_stop(struct chip_rig *r)
{
	signer_free(r->ds);
	token_return(r->token, r->s);
	truststore_free(r->store);
	ceremony_clear(&r->ours);
	token_close(r->token);
	softhsm_stop();
}

#endif
