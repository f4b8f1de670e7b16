/* catena inspect: a document in a reader, as the border sees it: opened, asked to prove itself, read, and judged. */
#include <limits.h>
#include <stdio.h>

#include <openssl/evp.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "issuance/inspect/inspect.h"
#include "issuance/inspect/pcsc.h"
#include "issuance/perso/chip.h"
#include "issuance/perso/chipdocument.h"
#include "issuance/perso/faceimage.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/doc9303/bac.h"
#include "registry/doc9303/lds.h"

const struct arg_option inspect_options[] = {
	{ "reader", "NAME", "the reader, by the beginning of its name; else the first with a chip in it", false },
	{ "mrz", "FILE", "the printed MRZ, its lines: it opens the chip", false },
	{ "can", "FILE", "the card access number: opens a chip with PACE", false },
	{ "bac", NULL, "basic access control also where there is PACE", false },
	{ "terminal", "CERT", "our certificates for DG3 and DG4, from below the chip's CVCA to our own", true },
	{ "terminal-key", "FILE", "the key of the last of them, PKCS #8", false },
	GIVEN_TRUST_OPTIONS,
	{ "out", "DIR", "where the files are written", false },
	{ "portrait", "FILE", "where the portrait is written, as a JPEG to look at", false },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

/* The MRZ as it is printed, lines apart or not: what it opens the chip with. */
static int
mrz_load(const char *path, char information[41], struct err *err)
{
	struct buf text = BUF_INIT, lines = BUF_INIT;
	char number[23], birth[7], expiry[7];
	int rc = file_read(path, 256, &text, err);

	for (size_t i = 0; rc == 0 && i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			buf_u8(&lines, text.p[i]);
	if (rc == 0 && (buf_check(&lines, err) == -1 || chip_document_access(bytes_of(&lines), number, birth, expiry, err) == -1 || mrz_information(number, birth, expiry, information, err) == -1))
		rc = -1;
	buf_wipe(&text);
	buf_wipe(&lines);
	return rc;
}

static int
can_load(const char *path, struct buf *can, struct err *err)
{
	if (file_read(path, 64, can, err) == -1)
		return -1;
	while (can->n > 0 && can->p[can->n - 1] == '\n')
		buf_cut(can, can->n - 1);
	return can->n > 0 ? 0 : err_set(err, FAIL_INPUT, "%s: it is empty", path);
}

enum { TERMINAL_CERTIFICATES = CVC_MAX_CHAIN };

/* What we show for DG3 and DG4. */
struct shown {
	struct buf octets[TERMINAL_CERTIFICATES], key;
	struct bytes chain[TERMINAL_CERTIFICATES];
	struct terminal_rights rights;
};

static void
shown_clear(struct shown *s)
{
	for (size_t i = 0; i < TERMINAL_CERTIFICATES; i++)
		buf_clear(&s->octets[i]);
	buf_wipe(&s->key);
	EVP_PKEY_free(s->rights.key);
}

static int
shown_load(const struct args *args, struct shown *s, struct err *err)
{
	const char *key = args_value(args, "terminal-key", NULL), *path;

	s->rights.chain = s->chain;
	while ((path = args_nth(args, "terminal", (int)s->rights.n)) != NULL) {
		if (s->rights.n == TERMINAL_CERTIFICATES)
			return err_set(err, FAIL_INPUT, "--terminal: more than %d certificates", TERMINAL_CERTIFICATES);
		if (file_read(path, CVC_MAX, &s->octets[s->rights.n], err) == -1)
			return -1;
		s->chain[s->rights.n] = bytes_of(&s->octets[s->rights.n]);
		s->rights.n++;
	}
	if ((s->rights.n > 0) != (key != NULL))
		return err_set(err, FAIL_INPUT, "--terminal and --terminal-key go together");
	if (key == NULL)
		return 0;
	if (file_read(key, 16 * 1024, &s->key, err) == -1)
		return -1;
	s->rights.key = chip_document_key(bytes_of(&s->key));
	return s->rights.key != NULL ? 0 : err_set(err, FAIL_INPUT, "%s: no private key in it", key);
}

/* ---- what was found ---- */

static int
write_out(struct verdicts *v, const char *folder, const char *name, const struct buf *octets, struct err *err)
{
	char path[PATH_MAX];

	if (octets->n == 0)
		return 0;
	verdicts_fact(v, name, "%zu octets", octets->n);
	if (folder == NULL)
		return 0;
	snprintf(path, sizeof(path), "%s/%s.bin", folder, name);
	return file_write(path, bytes_of(octets), 0600, err);
}

static int
write_files(struct verdicts *v, const struct inspection *i, const char *folder, struct err *err)
{
	if (write_out(v, folder, "EF.CardAccess", &i->card_access, err) == -1 || write_out(v, folder, "EF.CardSecurity", &i->card_security, err) == -1 ||
		write_out(v, folder, "EF.COM", &i->com, err) == -1 || write_out(v, folder, "EF.SOD", &i->sod, err) == -1)
		return -1;
	for (unsigned dg = 1; dg <= LDS_DGS; dg++)
		if (write_out(v, folder, lds_file_of_dg(dg)->name, &i->dg[dg], err) == -1)
			return -1;
	return 0;
}

/* A person would rather look. */
static int
write_portrait(struct verdicts *v, const struct inspection *i, const char *path, struct err *err)
{
	struct buf jpeg = BUF_INIT;
	struct bytes image;
	int rc = 0;

	if (path == NULL)
		return 0;
	if (chip_portrait(bytes_of(&i->dg[2]), &image, err) == -1 || faceimage_show(image, &jpeg, err) == -1) {
		verdicts_add(v, OUTCOME_UNREADABLE, "portrait", "unreadable", NULL, "%s", err->text);
		err_clear(err);
	} else if ((rc = file_write(path, bytes_of(&jpeg), 0600, err)) == 0)
		verdicts_fact(v, "portrait", "%s", path);
	buf_wipe(&jpeg);
	return rc;
}

/* Each step, then who made the document, when there is somebody to trust. */
static void
tell(struct verdicts *v, const struct args *args, const struct inspection *i)
{
	for (int step = 0; step < INSPECT_STEPS; step++)
		verdicts_add(v, given_outcome(i->step[step].grade), inspect_step_name(step), inspect_step_name(step), NULL, "%s", i->step[step].text);
	if (i->sod.n == 0)
		return;
	if (args_nth(args, "anchor", 0) != NULL)
		given_passive_tell(v, &i->passive);
	else
		verdicts_add(v, OUTCOME_NOT_CHECKED, "passive", "no_anchor", NULL, "without --anchor nothing is known of who made the document");
}

static int
inspect(struct verdicts *v, const struct args *args, int64_t at, struct err *err)
{
	const char *folder = args_value(args, "out", NULL), *mrz = args_value(args, "mrz", NULL), *can = args_value(args, "can", NULL);
	struct inspection found = INSPECTION_INIT;
	struct terminal t = { .read_max = TERMINAL_READ_SHORT };
	struct inspect_input in = { .is_bac_only = args_flag(args, "bac"), .weak_is_warning = args_flag(args, "accept-weak"), .at = at };
	struct shown shown = { .key = BUF_INIT };
	struct truststore *store = NULL;
	struct buf digits = BUF_INIT;
	struct pcsc *pcsc = NULL;
	char information[41];
	int rc = -1;

	if ((folder != NULL && file_mkdir(folder, 0700, err) == -1) || (mrz != NULL && mrz_load(mrz, information, err) == -1) ||
		(can != NULL && can_load(can, &digits, err) == -1) || shown_load(args, &shown, err) == -1 || given_store(v, args, &store, err) == -1 ||
		pcsc_open(args_value(args, "reader", NULL), &pcsc, err) == -1)
		goto out;
	in.mrz = mrz != NULL ? information : NULL;
	in.can = can != NULL ? buf_cstr(&digits) : NULL;
	in.rights = shown.rights.n > 0 ? &shown.rights : NULL;
	in.store = store;
	t.transport = pcsc_transport(pcsc);
	if (pcsc_is_extended(pcsc))
		t.read_max = TERMINAL_READ_LONG;
	verdicts_fact(v, "reader", "%s", pcsc_reader(pcsc));
	if (chip_inspect(&t, &in, &found, err) == -1)
		goto out;
	tell(v, args, &found);
	if (write_files(v, &found, folder, err) == 0)
		rc = write_portrait(v, &found, args_value(args, "portrait", NULL), err);
out:
	wipe(information, sizeof(information));
	buf_wipe(&digits);
	shown_clear(&shown);
	inspection_clear(&found);
	truststore_free(store);
	terminal_end(&t);
	pcsc_close(pcsc);
	return rc;
}

int
inspect_command(const struct args *args, struct err *err)
{
	struct verdicts v;
	int64_t at;

	if (args_value(args, "mrz", NULL) == NULL && args_value(args, "can", NULL) == NULL)
		return err_set(err, FAIL_INPUT, "--mrz FILE or --can FILE is needed: what is printed on the page opens the chip");
	if (given_moment(args_value(args, "at", NULL), clock_now(), &at, err) == -1 || verdicts_begin(&v, args_flag(args, "json"), err) == -1)
		return -1;
	if (inspect(&v, args, at, err) == -1) {
		verdicts_add(&v, OUTCOME_UNREADABLE, NULL, "not_read", NULL, "%s", err->text);
		err_clear(err);
	}
	return verdicts_end(&v, err);
}
