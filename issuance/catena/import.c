/* catena import births, registers, estimates, stops. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuance/catena/alerts.h"
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

/* What every import begins with. */
struct source {
	struct state state;
	struct bytes text;      /* the file, mapped */
	char rejects[PATH_MAX]; /* where refused rows go */
	unsigned threads;       /* 1 when the command has no such option */
};

static int
source_open(const struct args *args, bool has_threads, struct source *s, struct err *err)
{
	int threads = 1;

	if (snprintf(s->rejects, sizeof(s->rejects), "%s.rejects.csv", args->positional[0]) >= (int)sizeof(s->rejects))
		return err_set(err, FAIL_INPUT, "%.60s...: the path is too long", args->positional[0]);
	if (has_threads && args_int(args, "threads", 1, ROWS_THREADS_MAX, ROWS_THREADS, &threads, err) == -1)
		return -1;
	s->threads = (unsigned)threads;
	if (state_of_args(args, &s->state, err) == -1)
		return -1;
	return map_file(args->positional[0], &s->text, err);
}

static void
source_close(struct source *s)
{
	if (s->text.n > 0)
		munmap((void *)s->text.p, s->text.n);
}

/* option names the file of the officer's credentials; role: what the officer must be. */
static int
sign_in(const struct source *s, const char *service, const struct args *args, const char *option, const char *role, struct client **client, struct err *err)
{
	const char *credentials = args_value(args, option, NULL);

	if (credentials == NULL) {
		err_set(err, FAIL_INPUT, "--%s is missing", option);
		err_hint(err, "catena officer add LOGIN --name NAME --role %s --office all --credentials FILE makes one", role);
		return -1;
	}
	return session_open_file(&s->state, service, credentials, client, err);
}

/* What the command ends with: 1 when there is something to look at. */
static int
refused(const struct source *s, uint64_t n)
{
	if (n == 0)
		return 0;
	printf("%s has them with line, column and rule; corrected it can be imported as it is\n", s->rejects);
	return 1;
}

int
import_births_command(const struct args *args, struct err *err)
{
	struct births_import im = { .source = args_value(args, "source", ""), .override_reason = args_value(args, "override", NULL), .quiet = args_flag(args, "quiet") };
	struct births_counts counts = { 0, 0 };
	struct source s = { .text = BYTES_NONE };
	int rc = -1;

	if (source_open(args, true, &s, err) == -1)
		return -1;
	im.rejects_file = s.rejects;
	im.text = s.text;
	im.threads = s.threads;
	if (births_check_header(im.text, err) == -1 || sign_in(&s, "civild", args, "clerk", "civil_clerk", &im.clerk, err) == -1 || sign_in(&s, "civild", args, "registrar", "civil_registrar", &im.registrar, err) == -1)
		goto out;
	if (births_import(&im, &counts, err) == -1) {
		if (counts.registered > 0)
			err_hint(err, "%llu births are registered; run it again, nothing is registered twice", (unsigned long long)counts.registered);
		goto out;
	}
	printf("%llu births are registered, %llu rows were refused\n", (unsigned long long)counts.registered, (unsigned long long)counts.refused);
	rc = refused(&s, counts.refused);
out:
	client_free(im.clerk);
	client_free(im.registrar);
	source_close(&s);
	return rc;
}

/* ---- registers ---- */

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

int
import_registers_command(const struct args *args, struct err *err)
{
	struct registers_import im = { .source = args_value(args, "source", ""), .images_fd = -1, .quiet = args_flag(args, "quiet") };
	struct registers_counts counts = { 0, 0, 0 };
	struct source s = { .text = BYTES_NONE };
	int rc = -1;

	if (source_open(args, true, &s, err) == -1)
		return -1;
	im.rejects_file = s.rejects;
	im.text = s.text;
	im.threads = s.threads;
	if (registers_check(im.text, err) == -1 || open_images(args, &im.images_fd, err) == -1 || sign_in(&s, "civild", args, "clerk", "civil_clerk", &im.clerk, err) == -1)
		goto out;
	if (registers_import(&im, &counts, err) == -1) {
		if (counts.imported > 0)
			err_hint(err, "%llu entries are imported; run it again, nothing is imported twice", (unsigned long long)counts.imported);
		goto out;
	}
	printf("%llu entries with %llu scans are imported, %llu rows were refused\n", (unsigned long long)counts.imported, (unsigned long long)counts.images,
		(unsigned long long)counts.refused);
	rc = refused(&s, counts.refused);
out:
	client_free(im.clerk);
	if (im.images_fd != -1)
		close(im.images_fd);
	source_close(&s);
	return rc;
}

/* ---- tables that one officer sends ---- */

static int
import_table(const struct args *args, const struct rows_job *table, const char *service, const char *option, const char *role, const char *done, struct err *err)
{
	struct rows_job job = *table;
	struct rows_counts counts = { 0, 0 };
	struct source s = { .text = BYTES_NONE };
	struct client *officer = NULL;
	int rc = -1;

	if (source_open(args, false, &s, err) == -1)
		return -1;
	job.text = s.text;
	job.rejects_file = s.rejects;
	job.quiet = args_flag(args, "quiet");
	if (rows_check_header(&job, err) == -1 || sign_in(&s, service, args, option, role, &officer, err) == -1)
		goto out;
	job.arg = officer;
	if (rows_import(&job, &counts, err) == -1)
		goto out;
	printf("%llu %s, %llu rows were refused\n", (unsigned long long)counts.done, done, (unsigned long long)counts.refused);
	rc = refused(&s, counts.refused);
out:
	client_free(officer);
	source_close(&s);
	return rc;
}

const struct arg_option import_estimates_options[] = {
	OPTION_STATE,
	{ "statistician", "FILE", "credentials of the statistician who imports (catena officer add --credentials FILE)" },
	{ "quiet", NULL, "no progress" },
	{ NULL, NULL, NULL },
};

int
import_estimates_command(const struct args *args, struct err *err)
{
	return import_table(args, &estimates_rows, "civild", "statistician", "statistician", "estimates are imported", err);
}

const struct arg_option import_stops_options[] = {
	OPTION_STATE,
	{ "supervisor", "FILE", "credentials of the supervisor who sets them (catena officer add --credentials FILE)" },
	{ "quiet", NULL, "no progress" },
	{ NULL, NULL, NULL },
};

int
import_stops_command(const struct args *args, struct err *err)
{
	return import_table(args, &alerts_rows, "issued", "supervisor", "passport_supervisor", "stops stand", err);
}
