/* catena chip: a software chip in a virtual reader; and chips in readers: written, read. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "issuance/catena/commands.h"
#include "issuance/chip/folder.h"
#include "issuance/chip/vpcd.h"
#include "issuance/inspect/pcsc.h"
#include "issuance/perso/chipprofile.h"
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
	{ "profile", "NAME", "the kind of chip; jmrtd when not given", false },
	{ NULL, NULL, NULL, false },
};
const struct arg_option chip_read_options[] = {
	{ "reader", "NAME", "the reader, by the beginning of its name; else the first with a chip in it", false },
	{ "mrz", "FILE", "the printed MRZ, two lines of 44: it opens the chip", false },
	{ "out", "DIR", "where the files are written", false },
	{ NULL, NULL, NULL, false },
};

/* Names: EF.COM, EF.DG1 ... EF.SOD, each FILE.bin in the folder; those that are not there are not written. */
struct document {
	struct buf octets[LDS_DGS + 2];
	struct chip_contents_file file[LDS_DGS + 2];
	char number[10], birth[7], expiry[7];
	struct chip_contents chip;
};

static void
document_clear(struct document *d)
{
	for (size_t i = 0; i < NELEM(d->octets); i++)
		buf_wipe(&d->octets[i]);
	wipe(d, sizeof(*d));
}

/* Number, birth and expiry where they stand in the second line of a TD3. */
static int
td3_access(struct bytes mrz, struct document *d, struct err *err)
{
	const char *line = (const char *)mrz.p + 44;

	if (mrz.n != 88)
		return err_set(err, FAIL_INPUT, "MRZ of %zu characters, wanted two lines of 44 (Doc 9303-4 4.2.2)", mrz.n);
	snprintf(d->number, sizeof(d->number), "%.9s", line);
	snprintf(d->birth, sizeof(d->birth), "%.6s", line + 13);
	snprintf(d->expiry, sizeof(d->expiry), "%.6s", line + 21);
	d->chip.number = d->number;
	d->chip.birth = d->birth;
	d->chip.expiry = d->expiry;
	return 0;
}

static int
document_load(const char *folder, struct document *d, struct err *err)
{
	struct bytes mrz;
	char path[PATH_MAX];

	d->chip.file = d->file;
	for (size_t i = 0; i < NELEM(lds_files); i++) {
		snprintf(path, sizeof(path), "%s/%s.bin", folder, lds_files[i].name);
		if (file_read(path, LDS_MAX_FILE, &d->octets[i], err) == -1) {
			if (err->kind != FAIL_NOT_FOUND)
				return -1;
			continue;
		}
		d->file[d->chip.nfile++] = (struct chip_contents_file){ lds_files[i].fid, lds_files[i].name, bytes_of(&d->octets[i]) };
	}
	if (d->octets[1].n == 0)
		return err_set(err, FAIL_NOT_FOUND, "%s: no EF.DG1.bin", folder);
	err_clear(err);
	if (lds_dg1_read(bytes_of(&d->octets[1]), &mrz, err) == -1)
		return -1;
	return td3_access(mrz, d, err);
}

int
chip_write_command(const struct args *args, struct err *err)
{
	const struct chip_profile *profile = chip_profile_by_name(args_value(args, "profile", "jmrtd"));
	struct document d = { .chip = { NULL } };
	struct terminal t = { .read_max = TERMINAL_READ_SHORT };
	struct pcsc *pcsc = NULL;
	int rc = -1;

	if (profile == NULL)
		return err_set(err, FAIL_INPUT, "%s: no such profile", args_value(args, "profile", ""));
	if (document_load(args->positional[0], &d, err) == -1 || pcsc_open(args_value(args, "reader", NULL), &pcsc, err) == -1)
		goto out;
	t.transport = pcsc_transport(pcsc);
	if (chip_personalise(profile, &t, &d.chip, err) == -1)
		goto out;
	printf("%s: %zu files written and locked\n", pcsc_reader(pcsc), d.chip.nfile);
	if (pcsc_is_extended(pcsc))
		t.read_max = TERMINAL_READ_LONG;
	if (chip_read_back(&t, &d.chip, err) == -1)
		goto out;
	printf("%s: read back, equal\n", pcsc_reader(pcsc));
	rc = 0;
out:
	terminal_end(&t);
	pcsc_close(pcsc);
	document_clear(&d);
	return rc;
}

static int
read_all(struct terminal *t, const char *folder, struct err *err)
{
	struct buf octets = BUF_INIT;
	char path[PATH_MAX];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < NELEM(lds_files); i++) {
		rc = terminal_read_file(t, lds_files[i].fid, lds_files[i].name, &octets, err);
		if (rc == -1 && (err->kind == FAIL_NOT_FOUND || err->kind == FAIL_DENIED) && t->sm.is_on) {
			if (err->kind == FAIL_DENIED)
				printf("%s: access refused\n", lds_files[i].name);
			err_clear(err);
			rc = 0;
			continue;
		}
		if (rc == 0)
			printf("%s: %zu octets\n", lds_files[i].name, octets.n);
		if (rc == 0 && folder != NULL) {
			snprintf(path, sizeof(path), "%s/%s.bin", folder, lds_files[i].name);
			rc = file_write(path, bytes_of(&octets), 0600, err);
		}
	}
	buf_wipe(&octets);
	return rc;
}

/* The MRZ as it is printed, lines apart or not. */
static int
mrz_load(const char *path, struct document *d, struct err *err)
{
	struct buf text = BUF_INIT, lines = BUF_INIT;
	int rc = file_read(path, 256, &text, err);

	for (size_t i = 0; rc == 0 && i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			buf_u8(&lines, text.p[i]);
	if (rc == 0)
		rc = buf_check(&lines, err) == -1 ? -1 : td3_access(bytes_of(&lines), d, err);
	buf_wipe(&text);
	buf_wipe(&lines);
	return rc;
}

int
chip_read_command(const struct args *args, struct err *err)
{
	const char *folder = args_value(args, "out", NULL), *mrz = args_value(args, "mrz", NULL);
	struct document d = { .chip = { NULL } };
	struct terminal t = { .read_max = TERMINAL_READ_SHORT };
	struct pcsc *pcsc = NULL;
	char information[41];
	int rc = -1;

	if (mrz == NULL)
		return err_set(err, FAIL_INPUT, "--mrz FILE is needed: what is printed on the page opens the chip");
	if ((folder != NULL && file_mkdir(folder, 0700, err) == -1) || mrz_load(mrz, &d, err) == -1 ||
		mrz_information(d.number, d.birth, d.expiry, information, err) == -1 || pcsc_open(args_value(args, "reader", NULL), &pcsc, err) == -1)
		goto out;
	t.transport = pcsc_transport(pcsc);
	if (pcsc_is_extended(pcsc))
		t.read_max = TERMINAL_READ_LONG;
	if (terminal_select_application(&t, err) == -1 || terminal_bac(&t, information, err) == -1)
		goto out;
	printf("%s: opened by basic access control\n", pcsc_reader(pcsc));
	rc = read_all(&t, folder, err);
out:
	wipe(information, sizeof(information));
	terminal_end(&t);
	pcsc_close(pcsc);
	document_clear(&d);
	return rc;
}
