/* catena import births, catena import registers, catena import estimates. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuance/catena/births.h"
#include "issuance/catena/commands.h"
#include "issuance/catena/estimates.h"
#include "issuance/catena/registers.h"
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

const struct arg_option import_registers_options[] = {
	OPTION_STATE,
	{ "clerk", "FILE", "credentials of the clerk who imports (catena officer add --credentials FILE)" },
	{ "images", "DIR", "folder of the scans that the file names" },
	{ "source", "NAME", "the sending office; tells its entries from those of others" },
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
	if (args_int(args, "threads", 1, ROWS_THREADS_MAX, ROWS_THREADS, &threads, err) == -1 || state_of_args(args, &state, err) == -1 ||
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

/* ---- registers ---- */

static int
registers_sign_in(const struct state *state, const struct args *args, struct registers_import *im, struct err *err)
{
	const char *clerk = args_value(args, "clerk", NULL);

	if (clerk == NULL) {
		err_set(err, FAIL_INPUT, "--clerk is missing");
		err_hint(err, "catena officer add LOGIN --name NAME --role civil_clerk --office all --credentials FILE makes one");
		return -1;
	}
	return session_open_file(state, "civild", clerk, &im->clerk, err);
}

static int
open_images(const struct args *args, int *fd, struct err *err)
{
	const char *folder = args_value(args, "images", NULL);

	if (folder == NULL)
		return 0;
	if ((*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return err_errno(err, "%s", folder);
	return 0;
}

/* Whether the file is one of registers at all: before anybody signs in. */
static int
registers_check(struct bytes text, struct err *err)
{
	struct registers_columns columns;
	struct rows_job job = { .text = text, .columns = columns.name, .required = registers_required };
	int rc;

	if (registers_columns_read(text, &columns, err) == -1)
		return -1;
	rc = rows_check_header(&job, err);
	registers_columns_clear(&columns);
	return rc;
}

static int
registers_report(const struct registers_counts *counts, const char *rejects_file)
{
	printf("%llu entries with %llu scans are imported, %llu rows were refused\n", (unsigned long long)counts->imported, (unsigned long long)counts->images,
		(unsigned long long)counts->refused);
	if (counts->refused == 0)
		return 0;
	printf("%s has them with line, column and rule; corrected it can be imported as it is\n", rejects_file);
	return 1;
}

int
import_registers_command(const struct args *args, struct err *err)
{
	struct registers_import im = { .source = args_value(args, "source", ""), .images_fd = -1, .quiet = args_flag(args, "quiet") };
	struct registers_counts counts = { 0, 0, 0 };
	char rejects[PATH_MAX];
	struct state state;
	int rc = -1, threads;

	if (snprintf(rejects, sizeof(rejects), "%s.rejects.csv", args->positional[0]) >= (int)sizeof(rejects))
		return err_set(err, FAIL_INPUT, "%.60s...: the path is too long", args->positional[0]);
	im.rejects_file = rejects;
	if (args_int(args, "threads", 1, ROWS_THREADS_MAX, ROWS_THREADS, &threads, err) == -1 || state_of_args(args, &state, err) == -1 ||
		map_file(args->positional[0], &im.text, err) == -1)
		return -1;
	im.threads = (unsigned)threads;
	if (registers_check(im.text, err) == 0 && open_images(args, &im.images_fd, err) == 0 && registers_sign_in(&state, args, &im, err) == 0) {
		if ((rc = registers_import(&im, &counts, err)) == 0)
			rc = registers_report(&counts, rejects);
		else if (counts.imported > 0)
			err_hint(err, "%llu entries are imported; run it again, nothing is imported twice", (unsigned long long)counts.imported);
	}
	client_free(im.clerk);
	if (im.images_fd != -1)
		close(im.images_fd);
	if (im.text.n > 0)
		munmap((void *)im.text.p, im.text.n);
	return rc;
}

/* ---- estimates ---- */

const struct arg_option import_estimates_options[] = {
	OPTION_STATE,
	{ "statistician", "FILE", "credentials of the statistician who imports (catena officer add --credentials FILE)" },
	{ "quiet", NULL, "no progress" },
	{ NULL, NULL, NULL },
};

static int
estimates_run(const struct state *state, const char *statistician, struct estimates_import *im, struct err *err)
{
	struct rows_counts counts = { 0, 0 };

	if (statistician == NULL)
		return err_set(err, FAIL_INPUT, "--statistician is missing");
	if (session_open_file(state, "civild", statistician, &im->statistician, err) == -1 || estimates_import(im, &counts, err) == -1)
		return -1;
	printf("%llu estimates are imported, %llu rows were refused\n", (unsigned long long)counts.done, (unsigned long long)counts.refused);
	if (counts.refused == 0)
		return 0;
	printf("%s has them with line, column and rule; corrected it can be imported as it is\n", im->rejects_file);
	return 1;
}

int
import_estimates_command(const struct args *args, struct err *err)
{
	struct estimates_import im = { .quiet = args_flag(args, "quiet") };
	char rejects[PATH_MAX];
	struct state state;
	int rc = -1;

	if (snprintf(rejects, sizeof(rejects), "%s.rejects.csv", args->positional[0]) >= (int)sizeof(rejects))
		return err_set(err, FAIL_INPUT, "%.60s...: the path is too long", args->positional[0]);
	im.rejects_file = rejects;
	if (state_of_args(args, &state, err) == -1 || map_file(args->positional[0], &im.text, err) == -1)
		return -1;
	if (estimates_check_header(im.text, err) == 0)
		rc = estimates_run(&state, args_value(args, "statistician", NULL), &im, err);
	client_free(im.statistician);
	if (im.text.n > 0)
		munmap((void *)im.text.p, im.text.n);
	return rc;
}
