/*
 * A passport's chip inspected from access to passive authentication, in the order of Doc 9303-11 4.2: one that is good in every way that leads there, and what is
 * found when something is wrong with it.  The document signer's key is on a SoftHSM token.
 */
#include "issuance/inspect/inspect.h"
#include "tests/unit/chipfix.h"

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
	struct chip_rig rig;

	if (!chip_rig_start(&rig)) {
		skip("inspection", "SoftHSM is not installed");
		return done_testing();
	}
	for (size_t i = 0; i < NELEM(cases); i++)
		test_case(rig.s, rig.ds, rig.store, &cases[i]);
	test_pulled(rig.s, rig.ds, rig.store);
	chip_rig_stop(&rig);
	return done_testing();
}
