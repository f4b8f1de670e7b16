#include "issuance/perso/chipwriter.h"

#include <assert.h>
#include <stdlib.h>

#include "issuance/inspect/pcsc.h"
#include "issuance/perso/chipdocument.h"
#include "registry/base/clock.h"
#include "registry/doc9303/bac.h"
#include "registry/doc9303/lds.h"

enum { FID_CARD_ACCESS = 0x011C };

struct chipwriter {
	char *reader;
	const struct chip_profile *profile;
	struct pcsc *pcsc; /* NULL: not open */
	struct terminal terminal;
};

int
chipwriter_new(const char *reader, const char *profile, struct chipwriter **writer, struct err *err)
{
	const struct chip_profile *known = chip_profile_by_name(profile);
	struct chipwriter *w;

	if (known == NULL)
		return err_set(err, FAIL_INPUT, "chip_profile: %s is no kind of chip that we know", profile);
	w = calloc(1, sizeof(*w));
	if (w == NULL || (w->reader = strdup(reader)) == NULL) {
		free(w);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	w->profile = known;
	*writer = w;
	return 0;
}

void
chipwriter_free(struct chipwriter *w)
{
	if (w == NULL)
		return;
	chipwriter_close(w);
	free(w->reader);
	free(w);
}

const struct chip_profile *
chipwriter_profile(const struct chipwriter *w)
{
	return w->profile;
}

static void
terminal_on(struct pcsc *pcsc, struct terminal *t)
{
	*t = (struct terminal){ .transport = pcsc_transport(pcsc), .read_max = pcsc_is_extended(pcsc) ? TERMINAL_READ_LONG : TERMINAL_READ_SHORT };
}

int
chipwriter_open(struct chipwriter *w, bool *was_clear, struct err *err)
{
	chipwriter_close(w);
	if (pcsc_open(w->reader, &w->pcsc, err) == 0) {
		terminal_on(w->pcsc, &w->terminal);
		if (chip_is_blank(w->profile, &w->terminal, err) == 0)
			return 0;
		err_prefix(err, "%s", w->reader);
	}
	*was_clear = *was_clear || err->kind == FAIL_NOT_FOUND || err->kind == FAIL_CONFLICT;
	if (err->kind != FAIL_INTERNAL)
		err->kind = FAIL_AGAIN;
	chipwriter_close(w);
	return -1;
}

void
chipwriter_close(struct chipwriter *w)
{
	terminal_end(&w->terminal);
	pcsc_close(w->pcsc);
	w->pcsc = NULL;
}

/* ---- reading ---- */

static int
inspect(struct terminal *t, struct bytes mrz, const struct truststore *store, int64_t at, struct inspection *found, struct err *err)
{
	char number[23], birth[7], expiry[7], information[41];
	struct inspect_input in = { .mrz = information, .store = store, .at = at, .all_keys = true };
	int rc = -1;

	if (chip_document_access(mrz, number, birth, expiry, err) == 0 && mrz_information(number, birth, expiry, information, err) == 0)
		rc = chip_inspect(t, &in, found, err);
	wipe(number, sizeof(number));
	wipe(birth, sizeof(birth));
	wipe(expiry, sizeof(expiry));
	wipe(information, sizeof(information));
	terminal_end(t);
	return rc;
}

int
chip_read_document(const char *reader, struct bytes mrz, const struct truststore *store, int64_t at, struct inspection *found, struct err *err)
{
	struct pcsc *pcsc = NULL;
	struct terminal t;
	int rc;

	if (pcsc_open(reader, &pcsc, err) == -1)
		return -1;
	terminal_on(pcsc, &t);
	rc = inspect(&t, mrz, store, at, found, err);
	pcsc_close(pcsc);
	return rc;
}

int
chip_holds(const struct inspection *found, const struct chip_files *files, struct bytes sod, struct err *err)
{
	static const char differs[] = "%s: the chip does not hold what was written";

	if (!bytes_equal(bytes_of(&found->com), bytes_of(&files->com)))
		return err_set(err, FAIL_CONFLICT, differs, "EF.COM");
	if (!bytes_equal(bytes_of(&found->sod), sod))
		return err_set(err, FAIL_CONFLICT, differs, "EF.SOD");
	if (!bytes_equal(bytes_of(&found->card_access), bytes_of(&files->card_access)))
		return err_set(err, FAIL_CONFLICT, differs, "EF.CardAccess");
	for (unsigned i = 1; i <= LDS_DGS; i++)
		if (!bytes_equal(bytes_of(&found->dg[i]), bytes_of(&files->dg[i])))
			return err_set(err, FAIL_CONFLICT, differs, lds_file_of_dg(i)->name);
	return 0;
}

/* ---- writing ---- */

static int
check(struct chipwriter *w, const struct chip_files *files, struct bytes sod, bool has_key, struct err *err)
{
	struct inspection found = INSPECTION_INIT;
	struct bytes mrz;
	int rc = -1;

	if (lds_dg1_read(bytes_of(&files->dg[1]), &mrz, err) == -1 || inspect(&w->terminal, mrz, NULL, clock_now(), &found, err) == -1) {
		if (err->kind != FAIL_AGAIN && err->kind != FAIL_INTERNAL)
			err->kind = FAIL_CONFLICT;
		err_prefix(err, "reading back");
	} else if (has_key && !found.chip_has_proved)
		err_set(err, FAIL_CONFLICT, "reading back: the chip does not prove that it has its key: %s", found.step[INSPECT_CHIP].text);
	else
		rc = chip_holds(&found, files, sod, err);
	inspection_clear(&found);
	return rc;
}

/* A document as the profile takes it; it points into what it was made of. */
struct whole {
	struct chip_contents chip;
	struct chip_contents_file file[LDS_DGS + 2], access;
	char number[23], birth[7], expiry[7];
};

static int
whole_of(const struct chip_files *files, struct bytes sod, const struct chipkeys *keys, struct whole *w, struct err *err)
{
	struct chip_contents *chip = &w->chip;
	struct bytes mrz;

	w->access = (struct chip_contents_file){ FID_CARD_ACCESS, "EF.CardAccess", bytes_of(&files->card_access) };
	*chip = (struct chip_contents){ .file = w->file, .mf_file = &w->access, .nmf_file = files->card_access.n > 0, .ca = keys->ca, .aa = keys->aa };
	w->file[chip->nfile++] = (struct chip_contents_file){ lds_files[0].fid, lds_files[0].name, bytes_of(&files->com) }; /* the first: chip_is_blank looks for it */
	for (unsigned i = 1; i <= LDS_DGS; i++)
		if (files->dg[i].n > 0)
			w->file[chip->nfile++] = (struct chip_contents_file){ lds_file_of_dg(i)->fid, lds_file_of_dg(i)->name, bytes_of(&files->dg[i]) };
	if (sod.n > 0)
		w->file[chip->nfile++] = (struct chip_contents_file){ lds_files[LDS_DGS + 1].fid, lds_files[LDS_DGS + 1].name, sod };
	chip->number = w->number;
	chip->birth = w->birth;
	chip->expiry = w->expiry;
	return lds_dg1_read(bytes_of(&files->dg[1]), &mrz, err) == -1 ? -1 : chip_document_access(mrz, w->number, w->birth, w->expiry, err);
}

int
chipwriter_check(const struct chipwriter *w, const struct chip_files *files, const struct chipkeys *keys, struct err *err)
{
	struct whole whole;
	int rc = whole_of(files, BYTES_NONE, keys, &whole, err) == -1 ? -1 : chip_contents_check(w->profile, &whole.chip, err);

	wipe(&whole, sizeof(whole));
	return rc;
}

int
chipwriter_write(struct chipwriter *w, const struct chip_files *files, struct bytes sod, const struct chipkeys *keys, struct err *err)
{
	struct whole whole;
	int rc = -1;

	assert(w->pcsc != NULL);
	if (whole_of(files, sod, keys, &whole, err) == 0 && chip_personalise(w->profile, &w->terminal, &whole.chip, err) == 0)
		rc = check(w, files, sod, keys->ca.number.n + keys->aa.number.n + keys->aa.modulus.n > 0, err);
	wipe(&whole, sizeof(whole));
	return rc;
}
