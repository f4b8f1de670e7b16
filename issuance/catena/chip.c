/* catena chip: a software chip in a virtual reader; and chips in readers: written, read. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "issuance/catena/commands.h"
#include "issuance/chip/folder.h"
#include "issuance/chip/vpcd.h"
#include "issuance/inspect/inspect.h"
#include "issuance/inspect/pcsc.h"
#include "issuance/perso/chipdocument.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/doc9303/bac.h"
#include "registry/doc9303/lds.h"

/* ---- catena chip ---- */

const struct arg_option chip_options[] = {
	{ "folder", "DIR", "what is on the chip, and where it keeps what is written to it; without it an empty chip that forgets", false },
	{ "listen", "HOST:PORT", "wait for the reader, instead of calling it", false },
	{ "connect", "HOST:PORT", "where the reader waits; 127.0.0.1:35963 when not given", false },
	{ NULL, NULL, NULL, false },
};

/* Waits a second; false when it is time to end. */
static bool
pause_or_stop(int stop)
{
	struct pollfd p = { .fd = stop, .events = POLLIN };

	return poll(&p, 1, 1000) <= 0;
}

/* The next reader: *fd, or -1 when it is time to end. */
static int
next_reader(const char *address, int listener, int stop, int *fd, struct err *err)
{
	if (listener != -1)
		return vpcd_accept(listener, stop, fd, err);
	while (vpcd_call(address, fd, err) == -1) {
		if (err->kind != FAIL_AGAIN)
			return -1;
		if (!pause_or_stop(stop)) {
			*fd = -1;
			break;
		}
	}
	err_clear(err);
	return 0;
}

static int
serve(struct card *card, const char *address, bool is_listening, const char *folder, int stop, struct err *err)
{
	int listener = -1, fd = -1, rc = 0;

	if (is_listening && vpcd_wait(address, &listener, err) == -1)
		return -1;
	printf("chip: %s %s\n", is_listening ? "waits on" : "calls", address);
	fflush(stdout);
	while (rc == 0) {
		rc = next_reader(address, listener, stop, &fd, err);
		if (rc == -1 || fd == -1)
			break;
		rc = vpcd_serve(card, fd, stop, err);
		close(fd);
		if (rc == -1 && err->kind == FAIL_INTERNAL)
			break;
		if (rc == -1)
			fprintf(stderr, "chip: %s\n", err->text);
		err_clear(err);
		rc = folder != NULL ? folder_save(card, folder, err) : 0;
		if (rc == 0 && !is_listening && !pause_or_stop(stop))
			break;
	}
	if (listener != -1)
		close(listener);
	return rc;
}

int
chip_command(const struct args *args, struct err *err)
{
	const char *folder = args_value(args, "folder", NULL), *listen = args_value(args, "listen", NULL);
	const char *address = listen != NULL ? listen : args_value(args, "connect", "127.0.0.1:35963");
	struct card *card = card_new(err);
	sigset_t set;
	int stop = -1, rc = -1;

	if (card == NULL)
		return -1;
	if (folder != NULL && (file_mkdir(folder, 0700, err) == -1 || folder_load(folder, card, err) == -1))
		goto out;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	stop = signalfd(-1, &set, SFD_CLOEXEC);
	if (stop == -1) {
		err_errno(err, "signals");
		goto out;
	}
	rc = serve(card, address, listen != NULL, folder, stop, err);
out:
	if (stop != -1)
		close(stop);
	card_free(card);
	return rc;
}

/* ---- catena chip write, catena chip read ---- */

const struct arg_option chip_write_options[] = {
	{ "reader", "NAME", "the reader, by the beginning of its name; else the first with a chip in it", false },
	{ "profile", "NAME", "the kind of chip: jmrtd when not given, catena", false },
	{ NULL, NULL, NULL, false },
};
const struct arg_option chip_read_options[] = {
	{ "reader", "NAME", "the reader, by the beginning of its name; else the first with a chip in it", false },
	{ "mrz", "FILE", "the printed MRZ, its lines: it opens the chip", false },
	{ "can", "FILE", "the card access number: opens a chip with PACE", false },
	{ "bac", NULL, "basic access control also where there is PACE", false },
	{ "terminal", "CERT", "our certificates for DG3 and DG4, from below the chip's CVCA to our own", true },
	{ "terminal-key", "FILE", "the key of the last of them, PKCS #8", false },
	{ "out", "DIR", "where the files are written", false },
	{ NULL, NULL, NULL, false },
};

int
chip_write_command(const struct args *args, struct err *err)
{
	const struct chip_profile *profile = chip_profile_by_name(args_value(args, "profile", "jmrtd"));
	struct chip_document d = { .number = "" };
	struct terminal t = { .read_max = TERMINAL_READ_SHORT };
	struct pcsc *pcsc = NULL;
	int rc = -1;

	if (profile == NULL)
		return err_set(err, FAIL_INPUT, "%s: no such profile", args_value(args, "profile", ""));
	if (chip_document_load(args->positional[0], &d, err) == -1 || pcsc_open(args_value(args, "reader", NULL), &pcsc, err) == -1)
		goto out;
	t.transport = pcsc_transport(pcsc);
	if (chip_personalise(profile, &t, &d.contents, err) == -1)
		goto out;
	printf("%s: %zu files written and locked\n", pcsc_reader(pcsc), d.contents.nfile + d.contents.nmf_file);
	if (pcsc_is_extended(pcsc))
		t.read_max = TERMINAL_READ_LONG;
	if (chip_read_back(&t, &d.contents, err) == -1)
		goto out;
	printf("%s: read back, equal\n", pcsc_reader(pcsc));
	rc = 0;
out:
	terminal_end(&t);
	pcsc_close(pcsc);
	chip_document_clear(&d);
	return rc;
}

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

static int
write_out(const char *folder, const char *name, const struct buf *octets, struct err *err)
{
	char path[PATH_MAX];

	if (octets->n == 0)
		return 0;
	printf("%s: %zu octets\n", name, octets->n);
	if (folder == NULL)
		return 0;
	snprintf(path, sizeof(path), "%s/%s.bin", folder, name);
	return file_write(path, bytes_of(octets), 0600, err);
}

/* What each step found, and the files. */
static int
tell(const struct inspection *i, const char *folder, struct err *err)
{
	for (int step = 0; step < INSPECT_STEPS; step++)
		printf("%s: %s: %s\n", inspect_step_name(step), grade_name(i->step[step].grade), i->step[step].text);
	if (write_out(folder, "EF.CardAccess", &i->card_access, err) == -1 || write_out(folder, "EF.CardSecurity", &i->card_security, err) == -1 ||
		write_out(folder, "EF.COM", &i->com, err) == -1 || write_out(folder, "EF.SOD", &i->sod, err) == -1)
		return -1;
	for (unsigned dg = 1; dg <= LDS_DGS; dg++)
		if (write_out(folder, lds_file_of_dg(dg)->name, &i->dg[dg], err) == -1)
			return -1;
	return 0;
}

int
chip_read_command(const struct args *args, struct err *err)
{
	const char *folder = args_value(args, "out", NULL), *mrz = args_value(args, "mrz", NULL), *can = args_value(args, "can", NULL);
	struct inspection found = INSPECTION_INIT;
	struct terminal t = { .read_max = TERMINAL_READ_SHORT };
	struct inspect_input in = { .is_bac_only = args_flag(args, "bac"), .at = clock_now() };
	struct shown shown = { .key = BUF_INIT };
	struct buf digits = BUF_INIT;
	struct pcsc *pcsc = NULL;
	char information[41];
	int rc = -1;

	if (mrz == NULL && can == NULL)
		return err_set(err, FAIL_INPUT, "--mrz FILE or --can FILE is needed: what is printed on the page opens the chip");
	if ((folder != NULL && file_mkdir(folder, 0700, err) == -1) || (mrz != NULL && mrz_load(mrz, information, err) == -1) ||
		(can != NULL && can_load(can, &digits, err) == -1) || shown_load(args, &shown, err) == -1 || pcsc_open(args_value(args, "reader", NULL), &pcsc, err) == -1)
		goto out;
	in.mrz = mrz != NULL ? information : NULL;
	in.can = can != NULL ? buf_cstr(&digits) : NULL;
	in.rights = shown.rights.n > 0 ? &shown.rights : NULL;
	t.transport = pcsc_transport(pcsc);
	if (pcsc_is_extended(pcsc))
		t.read_max = TERMINAL_READ_LONG;
	if (chip_inspect(&t, &in, &found, err) == -1)
		goto out;
	printf("reader: %s\n", pcsc_reader(pcsc));
	if (tell(&found, folder, err) == 0)
		rc = found.step[INSPECT_CHIP].grade == GRADE_BAD ? 1 : 0;
out:
	wipe(information, sizeof(information));
	buf_wipe(&digits);
	shown_clear(&shown);
	inspection_clear(&found);
	terminal_end(&t);
	pcsc_close(pcsc);
	return rc;
}
