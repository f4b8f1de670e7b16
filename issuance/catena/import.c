/* catena import births. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuance/catena/births.h"
#include "issuance/catena/commands.h"
#include "issuance/catena/session.h"

const struct arg_option import_options[] = {
	OPTION_STATE,
	{ "clerk", "FILE", "credentials of the clerk who declares (catena officer add --credentials FILE)" },
	{ "registrar", "FILE", "credentials of the registrar who registers: another officer" },
	{ "source", "NAME", "the sending register; tells its local_id from those of others" },
	{ "override", "REASON", "let the registrar find that duplicate candidates are other births, for this reason" },
	{ "threads", "N", "connections side by side (4)" },
	{ "quiet", NULL, "no progress" },
	{ NULL, NULL, NULL },
};

/* The file in memory as it lies on disk: it may be larger than the memory. */
static int
map_file(const char *path, struct bytes *text, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = NULL;

	if (fd == -1)
		return err_errno(err, "%s", path);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, FAIL_INPUT, "%s: no ordinary file", path);
	}
	if (st.st_size > 0 && (p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED) {
		close(fd);
		return err_errno(err, "%s", path);
	}
	close(fd);
	*text = BYTES(p, (size_t)st.st_size);
	return 0;
}

static int
sign_in(const struct state *state, const struct args *args, struct births_import *im, struct err *err)
{
	const char *clerk = args_value(args, "clerk", NULL), *registrar = args_value(args, "registrar", NULL);

	if (clerk == NULL || registrar == NULL) {
		err_set(err, FAIL_INPUT, "--%s is missing", clerk == NULL ? "clerk" : "registrar");
		err_hint(err, "catena officer add LOGIN --name NAME --role civil_%s --office all --credentials FILE makes one",
			clerk == NULL ? "clerk" : "registrar");
		return -1;
	}
	if (session_open_file(state, "civild", clerk, &im->clerk, err) == -1)
		return -1;
	return session_open_file(state, "civild", registrar, &im->registrar, err);
}

static int
report(const struct births_counts *counts, const char *rejects_file)
{
	printf("%llu births are registered, %llu rows were refused\n", (unsigned long long)counts->registered, (unsigned long long)counts->refused);
	if (counts->refused == 0)
		return 0;
	printf("%s has them with line, column and rule; corrected it can be imported as it is\n", rejects_file);
	return 1;
}

int
import_births_command(const struct args *args, struct err *err)
{
	struct births_import im = { .source = args_value(args, "source", ""), .override_reason = args_value(args, "override", NULL), .quiet = args_flag(args, "quiet") };
	struct births_counts counts = { 0, 0 };
	char rejects[PATH_MAX];
	struct state state;
	int rc = -1, threads;

	if (snprintf(rejects, sizeof(rejects), "%s.rejects.csv", args->positional[0]) >= (int)sizeof(rejects))
		return err_set(err, FAIL_INPUT, "%.60s...: the path is too long", args->positional[0]);
	im.rejects_file = rejects;
	if (args_int(args, "threads", 1, BIRTHS_THREADS_MAX, BIRTHS_THREADS, &threads, err) == -1 || state_of_args(args, &state, err) == -1 ||
		map_file(args->positional[0], &im.text, err) == -1)
		return -1;
	im.threads = (unsigned)threads;
	if (births_check_header(im.text, err) == 0 && sign_in(&state, args, &im, err) == 0) {
		if ((rc = births_import(&im, &counts, err)) == 0)
			rc = report(&counts, rejects);
		else if (counts.registered > 0)
			err_hint(err, "%llu births are registered; run it again, nothing is registered twice", (unsigned long long)counts.registered);
	}
	client_free(im.clerk);
	client_free(im.registrar);
	if (im.text.n > 0)
		munmap((void *)im.text.p, im.text.n);
	return rc;
}
