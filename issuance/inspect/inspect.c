#include "issuance/inspect/inspect.h"

#include <stdio.h>

#include "pki/cardsecurity.h"
#include "registry/base/der.h"
#include "registry/doc9303/lds.h"

enum { FID_CARD_ACCESS = 0x011C,
	FID_CARD_SECURITY = 0x011D,
	FID_COM = 0x011E,
	FID_SOD = 0x011D,
	TAG_DG15 = 0x6F };

static const char *const names[INSPECT_STEPS] = { "access", "card_access", "chip", "terminal" };

const char *
inspect_step_name(enum inspect_step step)
{
	return names[step];
}

void
inspection_clear(struct inspection *i)
{
	buf_wipe(&i->card_access);
	buf_wipe(&i->card_security);
	buf_wipe(&i->com);
	buf_wipe(&i->sod);
	for (size_t dg = 0; dg < NELEM(i->dg); dg++)
		buf_wipe(&i->dg[dg]);
	*i = INSPECTION_INIT;
}

__attribute__((format(printf, 4, 5))) static void
find(struct inspection *i, enum inspect_step step, enum grade grade, const char *fmt, ...)
{
	va_list ap;

	i->step[step].grade = grade;
	va_start(ap, fmt);
	vsnprintf(i->step[step].text, sizeof(i->step[step].text), fmt, ap);
	va_end(ap);
}

/* Whether nothing can follow: the reader or the chip is gone, or memory ran out. */
static bool
is_over(const struct err *err)
{
	return err->kind == FAIL_AGAIN || err->kind == FAIL_INTERNAL;
}

/* What one inspection has in hand, beside what it finds. */
struct work {
	struct terminal *t;
	const struct inspect_input *in;
	struct inspection *out;
	struct terminal_pace pace;
	struct secinfos card_access, dg14;
	bool has_card_access, has_dg14;
	struct sod *sod;
	struct buf terminal_key; /* of chip authentication; n 0: it was not done */
};

/* A file that may be absent or refused: 1 when it was read, 0 when not. */
static int
read_file(struct work *w, uint16_t fid, const char *name, struct buf *out, struct err *err)
{
	if (terminal_read_file(w->t, fid, name, out, err) == 0)
		return 1;
	if (is_over(err))
		return -1;
	err_clear(err);
	return 0;
}

/* ---- access ---- */

static int
read_card_access(struct work *w, struct err *err)
{
	int rc;

	if (terminal_select_master_file(w->t, err) == -1) {
		if (is_over(err))
			return -1;
		err_clear(err); /* there are chips without one that can be selected */
	}
	rc = read_file(w, FID_CARD_ACCESS, "EF.CardAccess", &w->out->card_access, err);
	if (rc == 1 && secinfos_read(bytes_of(&w->out->card_access), &w->card_access, err) == 0)
		w->has_card_access = true;
	return rc == -1 ? -1 : 0;
}

static int
open_by_pace(struct work *w, const struct secinfo *info, bool is_ambiguous, struct err *err)
{
	bool by_can = w->in->can != NULL;

	if (terminal_do_pace(w->t, info, is_ambiguous, by_can ? PACE_CAN : PACE_MRZ, bytes_str(by_can ? w->in->can : w->in->mrz), &w->pace, err) == -1)
		return -1;
	find(w->out, INSPECT_ACCESS, GRADE_GOOD, "%s over %s with the %s", w->pace.protocol->name, secinfo_parameters(info->id)->name, by_can ? "CAN" : "MRZ");
	return 0;
}

static int
open_chip(struct work *w, struct err *err)
{
	bool is_ambiguous;
	const struct secinfo *info;

	if (!w->in->is_bac_only && read_card_access(w, err) == -1)
		return -1;
	err_clear(err);
	info = w->has_card_access ? terminal_choose_pace(&w->card_access, &is_ambiguous) : NULL;
	if (info != NULL && open_by_pace(w, info, is_ambiguous, err) == -1)
		return -1;
	if (info != NULL && w->pace.protocol->mapping == SECINFO_CAM && read_file(w, FID_CARD_SECURITY, "EF.CardSecurity", &w->out->card_security, err) == -1)
		return -1;
	if (terminal_select_application(w->t, err) == -1)
		return -1;
	if (info != NULL)
		return 0;
	if (w->in->mrz == NULL)
		return err_set(err, FAIL_DENIED, "chip: it has no PACE, and the CAN does not open basic access control (Doc 9303-11 4.3)");
	if (terminal_bac(w->t, w->in->mrz, err) == -1)
		return -1;
	find(w->out, INSPECT_ACCESS, GRADE_GOOD, "basic access control");
	return 0;
}

/* ---- what is signed ---- */

static int
read_dg(struct work *w, unsigned dg, struct err *err)
{
	const struct lds_file *f = lds_file_of_dg(dg);

	return w->out->dg[dg].n > 0 ? 1 : read_file(w, f->fid, f->name, &w->out->dg[dg], err);
}

static bool
is_signed(const struct work *w, unsigned dg)
{
	return w->sod != NULL && ldsso_find(&w->sod->lds, dg) != NULL;
}

static int
read_security_object(struct work *w, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (read_file(w, FID_COM, "EF.COM", &w->out->com, err) == -1 || terminal_read_file(w->t, FID_SOD, "EF.SOD", &w->out->sod, err) == -1)
		return -1;
	if (sod_parse(bytes_of(&w->out->sod), &w->sod, &ignored) == -1)
		w->sod = NULL; /* passive authentication says why */
	if (!is_signed(w, 14))
		return 0;
	if (read_dg(w, 14, err) == -1)
		return -1;
	w->has_dg14 = w->out->dg[14].n > 0 && lds_dg14_read(bytes_of(&w->out->dg[14]), &w->dg14, &ignored) == 0;
	return 0;
}

/* EF.CardAccess could be anybody's until DG14, which is signed, says the same: otherwise a weaker PACE could have been put there. */
static void
compare_card_access(struct work *w)
{
	const struct secinfo *p = NULL;

	if (!w->has_card_access) {
		find(w->out, INSPECT_CARD_ACCESS, GRADE_NOT_APPLICABLE, "no EF.CardAccess was used");
		return;
	}
	if (!w->has_dg14) {
		find(w->out, INSPECT_CARD_ACCESS, GRADE_WARNING, "there is no DG14 that confirms EF.CardAccess (Doc 9303-11 9.2)");
		return;
	}
	while ((p = secinfos_next(&w->card_access, SECINFO_PACE, p)) != NULL) {
		const struct secinfo *s = NULL;
		bool is_there = false;

		while (!is_there && (s = secinfos_next(&w->dg14, SECINFO_PACE, s)) != NULL)
			is_there = strcmp(s->protocol, p->protocol) == 0 && s->id == p->id;
		if (!is_there) {
			find(w->out, INSPECT_CARD_ACCESS, GRADE_WARNING, "DG14 does not confirm %s of EF.CardAccess (Doc 9303-11 9.2)",
				secinfo_protocol(p->protocol)->name);
			return;
		}
	}
	find(w->out, INSPECT_CARD_ACCESS, GRADE_GOOD, "DG14 confirms EF.CardAccess");
}

/* ---- the chip proves itself ---- */

static void
proved(struct work *w, enum chip_method method, bool has_proved, const char *how, const char *text)
{
	w->out->chip = method;
	w->out->chip_has_proved = has_proved;
	find(w->out, INSPECT_CHIP, has_proved ? GRADE_GOOD : GRADE_BAD, "%s%s%s", how, text[0] != '\0' ? ": " : "", text);
}

/* The key that PACE used is in EF.CardSecurity, which the document's own signer must have signed. */
static bool
prove_by_mapping(struct work *w)
{
	struct cardsecurity *cs = NULL;
	struct err err = ERR_INIT;
	const struct cert *a, *b;
	bool good = false;

	if (w->pace.protocol == NULL || w->pace.protocol->mapping != SECINFO_CAM)
		return false;
	if (cardsecurity_parse(bytes_of(&w->out->card_security), &cs, &err) == -1 || cms_verify(cs->cms, oid_security_object, &err) == -1)
		goto out;
	a = cms_signer_cert(cs->cms);
	b = w->sod != NULL ? cms_signer_cert(w->sod->cms) : NULL;
	if (a == NULL || b == NULL || !bytes_equal(bytes_of(&a->der), bytes_of(&b->der)))
		err_set(&err, FAIL_DENIED, "EF.CardSecurity and EF.SOD have different signers");
	else
		good = terminal_pace_chip(&w->pace, &cs->infos, &err) == 0;
out:
	cardsecurity_free(cs);
	proved(w, CHIP_PACE_CAM, good, "PACE with chip authentication mapping", good ? "" : err.text);
	return good;
}

/* 0 also when it failed; -1 when nothing can follow. */
static int
prove_by_chip_authentication(struct work *w, struct err *err)
{
	if (!w->has_dg14 || secinfos_next(&w->dg14, SECINFO_CA_KEY, NULL) == NULL)
		return 0;
	if (terminal_chip_authentication(w->t, &w->dg14, &w->terminal_key, err) == 0) {
		if (w->out->chip != CHIP_PACE_CAM || w->out->chip_has_proved)
			proved(w, CHIP_AUTHENTICATION, true, "chip authentication", "");
		return 0;
	}
	buf_wipe(&w->terminal_key);
	if (err->kind == FAIL_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	proved(w, CHIP_AUTHENTICATION, false, "chip authentication", err->text);
	return -1; /* the session is lost */
}

static int
read_dg15(struct bytes file, struct pubkey **key, struct err *err)
{
	struct der d = der_reader(file);
	struct bytes spki;

	return der_get(&d, TAG_DG15, &spki, "EF.DG15", err) == -1 || der_end(&d, "EF.DG15", err) == -1 ? -1 : pubkey_parse(spki, key, err);
}

/* is_only: the chip has not proved itself in another way. */
static int
prove_by_active_authentication(struct work *w, bool is_only, struct err *err)
{
	const struct secinfo *info = w->has_dg14 ? secinfos_next(&w->dg14, SECINFO_AA, NULL) : NULL;
	struct aa_answer answer = { 0 };
	struct pubkey *key = NULL;
	bool good;

	if (!is_signed(w, 15))
		return 0;
	if (read_dg(w, 15, err) == -1)
		return -1;
	good = read_dg15(bytes_of(&w->out->dg[15]), &key, err) == 0 &&
		terminal_active_authentication(w->t, key, info != NULL ? secinfo_aa_hash_bits(info->signature) : 0, &answer, err) == 0;
	pubkey_free(key);
	if (!good && is_over(err))
		return -1;
	if (is_only || !good)
		proved(w, CHIP_ACTIVE_AUTHENTICATION, good, "active authentication",
			!good                                   ? err->text
				: answer.is_der                 ? "the signature is not plain (Doc 9303-11 6.1.2.3)"
				: answer.hash_bits == HASH_SHA1 ? "with SHA-1"
								: "");
	if (good && (answer.is_der || answer.hash_bits == HASH_SHA1))
		w->out->step[INSPECT_CHIP].grade = GRADE_WARNING;
	err_clear(err);
	return 0;
}

static int
prove_chip(struct work *w, struct err *err)
{
	bool is_proved = prove_by_mapping(w);

	if (prove_by_chip_authentication(w, err) == -1)
		return -1;
	is_proved = is_proved || w->terminal_key.n > 0;
	if ((!is_proved || w->in->all_keys) && prove_by_active_authentication(w, !is_proved, err) == -1)
		return -1;
	if (w->out->chip == CHIP_NOT_ASKED)
		find(w->out, INSPECT_CHIP, GRADE_NOT_CHECKED, "the chip has no key to prove itself with");
	return 0;
}

/* ---- the terminal proves itself ---- */

static int
prove_terminal(struct work *w, struct err *err)
{
	struct buf name = BUF_INIT;
	int rc;

	if (w->in->rights == NULL) {
		find(w->out, INSPECT_TERMINAL, GRADE_NOT_APPLICABLE, "no certificates for DG3 and DG4");
		return 0;
	}
	if (w->terminal_key.n == 0) {
		find(w->out, INSPECT_TERMINAL, GRADE_NOT_CHECKED, "without chip authentication there is no terminal authentication (Doc 9303-11 7.1)");
		return 0;
	}
	/* the number with its digit is what stands before the dates in the MRZ information */
	if (w->pace.protocol != NULL)
		buf_bytes(&name, bytes_of(&w->pace.chip_name));
	else
		buf_add(&name, w->in->mrz, strlen(w->in->mrz) - 14);
	rc = buf_check(&name, err) == -1 ? -1 : terminal_authenticate(w->t, w->in->rights, bytes_of(&name), bytes_of(&w->terminal_key), err);
	buf_wipe(&name);
	if (rc == -1 && (is_over(err) || !w->t->sm.is_on))
		return -1;
	if (rc == 0)
		find(w->out, INSPECT_TERMINAL, GRADE_GOOD, "the chip accepts our certificates");
	else
		find(w->out, INSPECT_TERMINAL, GRADE_WARNING, "%.190s", err->text);
	err_clear(err);
	return 0;
}

static int
read_data_groups(struct work *w, struct err *err)
{
	for (unsigned dg = 1; dg <= LDS_DGS; dg++)
		if (is_signed(w, dg) && ((dg != 3 && dg != 4) || w->out->step[INSPECT_TERMINAL].grade == GRADE_GOOD) && read_dg(w, dg, err) == -1)
			return -1;
	return 0;
}

static void
judge(struct work *w)
{
	struct passive_input in = { .sod = bytes_of(&w->out->sod),
		.com = bytes_of(&w->out->com),
		.store = w->in->store,
		.at = w->in->at,
		.weak_is_warning = w->in->weak_is_warning,
		.chip = w->out->chip,
		.chip_has_proved = w->out->chip_has_proved };

	for (unsigned dg = 1; dg <= LDS_DGS; dg++)
		in.dg[dg] = bytes_of(&w->out->dg[dg]);
	passive_authenticate(&in, &w->out->passive);
	w->out->total = w->out->passive.total;
	for (int i = 0; i < INSPECT_STEPS; i++)
		if (w->out->step[i].grade > w->out->total)
			w->out->total = w->out->step[i].grade;
}

int
chip_inspect(struct terminal *t, const struct inspect_input *in, struct inspection *out, struct err *err)
{
	struct work w = { .t = t, .in = in, .out = out };
	int rc = -1;

	inspection_clear(out);
	for (int i = 0; i < INSPECT_STEPS; i++)
		find(out, i, GRADE_NOT_CHECKED, "not reached");
	out->total = GRADE_BAD;
	if (open_chip(&w, err) == -1) {
		find(out, INSPECT_ACCESS, GRADE_BAD, "%.190s", err->text);
		goto out;
	}
	if (read_security_object(&w, err) == -1)
		goto out;
	compare_card_access(&w);
	if (prove_chip(&w, err) == -1) {
		/* a chip that is not genuine is a finding; it is no use to go on reading it */
		if (out->step[INSPECT_CHIP].grade != GRADE_BAD)
			goto out;
	} else if (prove_terminal(&w, err) == -1 || read_data_groups(&w, err) == -1)
		goto out;
	err_clear(err);
	judge(&w);
	rc = 0;
out:
	terminal_pace_clear(&w.pace);
	sod_free(w.sod);
	buf_wipe(&w.terminal_key);
	return rc;
}
