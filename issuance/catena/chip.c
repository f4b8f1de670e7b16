/* catena chip: a software chip in a virtual reader; and chips in readers, written. */
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
#include "issuance/perso/chipdocument.h"
#include "registry/base/file.h"

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

/* ---- catena chip write ---- */

const struct arg_option chip_write_options[] = {
	{ "reader", "NAME", "the reader, by the beginning of its name; else the first with a chip in it", false },
	{ "profile", "NAME", "the kind of chip: jmrtd when not given, catena", false },
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
