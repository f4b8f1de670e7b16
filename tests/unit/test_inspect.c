/*
 * A passport's chip inspected from access to passive authentication, in the order of Doc 9303-11 4.2: one that is good in every way that leads there, and what is
 * found when something is wrong with it.  The document signer's key is on a SoftHSM token.
 */
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
	int broken_dg; /* whose last octet is flipped */
};

static void
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
static void
dg15_of(struct bytes spki, struct buf *out)
{
	buf_clear(out);
	der_header(out, 0x6F, spki.n);
	buf_bytes(out, spki);
}

static void
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

static void
document_clear(struct document *d)
{
	buf_clear(&d->com);
	buf_clear(&d->sod);
	buf_clear(&d->card_access);
	buf_clear(&d->card_security);
	for (size_t i = 0; i < NELEM(d->dg); i++)
		buf_clear(&d->dg[i]);
}

static struct card *
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

static void
show(const struct inspection *i)
{
	for (int k = 0; k < INSPECT_STEPS; k++)
		printf("# %s: %s: %s\n", inspect_step_name(k), grade_name(i->step[k].grade), i->step[k].text);
	for (unsigned k = 0; k < i->passive.n; k++)
		printf("# %s %u: %s: %s\n", check_name(i->passive.verdict[k].check), i->passive.verdict[k].dg, grade_name(i->passive.verdict[k].grade),
			i->passive.verdict[k].code);
}

struct inspect_case {
	const char *name;
	struct variant v;
	const char *mrz, *can;
	bool is_bac_only;
	int rc;
	enum chip_method chip;
	enum grade access, card_access, chip_step;
	bool is_refused;  /* passive authentication with the chip's answer */
	const char *says; /* in the finding about access or the chip */
};
#define MRZ CARDFIX_INFORMATION
#define OK  GRADE_GOOD

static const struct inspect_case cases[] = {
	{ "the whole chip with the CAN", { 0 }, NULL, "123456", false, 0, CHIP_AUTHENTICATION, OK, OK, OK, false, "id-PACE-ECDH-CAM-AES-CBC-CMAC-128 over brainpoolP256r1 with the CAN" },
	{ "the whole chip with the MRZ", { 0 }, MRZ, NULL, false, 0, CHIP_AUTHENTICATION, OK, OK, OK, false, "with the MRZ" },
	{ "without chip authentication", { .no_ca = true }, MRZ, NULL, false, 0, CHIP_PACE_CAM, OK, OK, OK, false, "chip authentication mapping" },
	{ "without mapping", { .no_cam = true }, MRZ, NULL, false, 0, CHIP_AUTHENTICATION, OK, OK, OK, false, "id-PACE-ECDH-GM" },
	{ "with active authentication only", { .no_cam = true, .no_ca = true }, MRZ, NULL, false, 0, CHIP_ACTIVE_AUTHENTICATION, OK, OK, OK, false, "active" },
	{ "without any key", { .no_cam = true, .no_ca = true, .no_aa = true }, MRZ, NULL, false, 0, CHIP_NOT_ASKED, OK, OK, GRADE_NOT_CHECKED, false, "no key" },
	{ "by basic access control", { 0 }, MRZ, NULL, true, 0, CHIP_AUTHENTICATION, OK, GRADE_NOT_APPLICABLE, OK, false, "basic access control" },
	{ "without PACE", { .no_pace = true }, MRZ, "123456", false, 0, CHIP_AUTHENTICATION, OK, GRADE_NOT_APPLICABLE, OK, false, "basic access control" },
	{ "with an EF.CardAccess that DG14 does not confirm", { .no_dg14_pace = true }, MRZ, NULL, false, 0, CHIP_AUTHENTICATION, OK, GRADE_WARNING, OK, false, "PACE" },

	{ "without PACE and with the CAN only", { .no_pace = true }, NULL, "123456", false, -1, CHIP_NOT_ASKED, GRADE_BAD, GRADE_NOT_CHECKED, GRADE_NOT_CHECKED, true, "no PACE" },
	{ "with another CAN", { 0 }, NULL, "654321", false, -1, CHIP_NOT_ASKED, GRADE_BAD, GRADE_NOT_CHECKED, GRADE_NOT_CHECKED, true, "6300" },
	{ "with another MRZ", { 0 }, "L898902C3674081223404158", NULL, false, -1, CHIP_NOT_ASKED, GRADE_BAD, GRADE_NOT_CHECKED, GRADE_NOT_CHECKED, true, "6300" },
	{ "with another MRZ, basic access control", { 0 }, "L898902C3674081223404158", NULL, true, -1, CHIP_NOT_ASKED, GRADE_BAD, GRADE_NOT_CHECKED, GRADE_NOT_CHECKED, true,
		"6300" },
	{ "a copy without the key, chip authentication", { .other_ca_key = true, .no_cam = true }, MRZ, NULL, false, 0, CHIP_AUTHENTICATION, OK, OK, GRADE_BAD, true,
		"does not have the key" },
	{ "a copy without the key, mapping", { .other_ca_key = true, .no_ca = true, .no_aa = true }, MRZ, NULL, false, 0, CHIP_PACE_CAM, OK, OK, GRADE_BAD, true,
		"does not have the key" },
	{ "a copy without the key, active authentication", { .other_aa_key = true, .no_ca = true, .no_cam = true }, MRZ, NULL, false, 0, CHIP_ACTIVE_AUTHENTICATION, OK, OK,
		GRADE_BAD, true, "not a signature" },
	{ "a portrait that was changed", { .broken_dg = 2 }, MRZ, NULL, false, 0, CHIP_AUTHENTICATION, OK, OK, OK, true, "PACE" },
	{ "an MRZ that was changed", { .broken_dg = 1 }, MRZ, NULL, false, 0, CHIP_AUTHENTICATION, OK, OK, OK, true, "PACE" },
};

static void
test_case(struct session *s, const struct signer *ds, const struct truststore *store, const struct inspect_case *c)
{
	struct document d = { .store = NULL };
	struct inspection out = INSPECTION_INIT;
	struct err err = ERR_INIT;
	struct inspect_input in = { .mrz = c->mrz, .can = c->can, .is_bac_only = c->is_bac_only, .store = store, .at = NOW };
	struct terminal t;
	struct card *card;
	int rc;

	document_make(s, ds, &c->v, &d);
	card = chip_of(&d, &c->v);
	t = cardfix_terminal(card);
	rc = chip_inspect(&t, &in, &out, &err);
	if (!ok(rc == c->rc && out.chip == c->chip && out.step[INSPECT_ACCESS].grade == c->access && out.step[INSPECT_CARD_ACCESS].grade == c->card_access &&
			    out.step[INSPECT_CHIP].grade == c->chip_step && (rc == -1 || passive_is_refused(&out.passive) == c->is_refused) &&
			    (strstr(out.step[INSPECT_ACCESS].text, c->says) != NULL || strstr(out.step[INSPECT_CHIP].text, c->says) != NULL),
		    "%s", c->name)) {
		printf("# %d %s\n", rc, err.text);
		show(&out);
	}
	if (rc == 0 && !c->is_refused)
		ok(bytes_equal(bytes_of(&out.dg[2]), bytes_of(&d.dg[2])) && out.dg[3].n == 0 && out.total < GRADE_BAD, "%s: read, but fingerprints", c->name);
	inspection_clear(&out);
	terminal_end(&t);
	card_free(card);
	document_clear(&d);
}

/* A chip that goes away at any command: it is said, and nothing is lost but the session. */
struct frail {
	struct card *card;
	int left;
};

static int
frail_exchange(void *to, struct bytes command, struct buf *answer, struct err *err)
{
	struct frail *f = to;

	if (f->left-- == 0)
		card_power(f->card, false);
	return card_transmit(f->card, command, answer, err);
}

static void
test_pulled(struct session *s, const struct signer *ds, const struct truststore *store)
{
	static const struct variant whole = { 0 };
	struct document d = { .store = NULL };
	struct card *card;
	int commands, said = 0;

	document_make(s, ds, &whole, &d);
	card = chip_of(&d, &whole);
	for (commands = 0; commands < 1000; commands++) {
		struct frail frail = { card, commands };
		struct terminal t = { .transport = { frail_exchange, &frail } };
		struct inspect_input in = { .can = "123456", .store = store, .at = NOW };
		struct inspection out = INSPECTION_INIT;
		struct err err = ERR_INIT;
		int rc;

		card_power(card, true);
		rc = chip_inspect(&t, &in, &out, &err);
		said += rc == -1 && err.kind == FAIL_AGAIN && out.total == GRADE_BAD;
		inspection_clear(&out);
		terminal_end(&t);
		if (rc == 0)
			break;
	}
	ok(commands > 20 && said == commands, "a chip that is pulled out at any of %d commands is said to be gone", commands);
	card_free(card);
	document_clear(&d);
}

int
main(void)
{
	struct ceremony_options options = fix_options;
	struct ceremony ours = { 0 };
	struct err err = ERR_INIT;
	struct truststore *store = NULL;
	struct session *s = NULL;
	struct signer *ds;
	struct token *t;

	if (!softhsm_start()) {
		skip("inspection", "SoftHSM is not installed");
		return done_testing();
	}
	t = fix_token(1);
	if (ceremony_init(t, &options, &ours, &err) == -1 || truststore_new(&store, &err) == -1 ||
		truststore_add(store, bytes_of(&ours.csca.cert), TRUST_ANCHOR, "ours", &err) == -1 || truststore_settle(store, &err) == -1 ||
		token_borrow(t, &s, &err) == -1)
		bail_out("%s", err.text);
	ds = fix_signer(s, &ours.signer[0]);
	for (size_t i = 0; i < NELEM(cases); i++)
		test_case(s, ds, store, &cases[i]);
	test_pulled(s, ds, store);
	signer_free(ds);
	token_return(t, s);
	truststore_free(store);
	ceremony_clear(&ours);
	token_close(t);
	softhsm_stop();
	return done_testing();
}
