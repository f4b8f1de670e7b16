#include "issuance/catena/rows.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "registry/base/text.h"

enum { AGAIN_TRIES = 10,
	AGAIN_MS = 200, /* doubled each time, up to AGAIN_MAX_MS */
	AGAIN_MAX_MS = 5000,
	SHOW_MS = 250,          /* between two looks at the progress, on a terminal */
	SHOW_FILE_MS = 10000 }; /* and elsewhere */

/* What the threads share. */
struct work {
	const struct rows_job *job;
	int column[ROWS_COLUMNS];
	pthread_mutex_t lock; /* for what follows */
	struct csv csv;
	struct rows_counts counts;
	FILE *rejects;
	uint64_t begin_ns, shown_ns;
	bool is_terminal;
	bool stop; /* one of them cannot go on: err says why */
	struct err err;
};

struct worker {
	struct work *work;
	void *own;
	struct csv_record record;
	pthread_t thread;
	bool runs;
};

/* ---- offices ---- */

struct rows_offices {
	size_t n;
	struct {
		char code[16];
		char id[UUID_TEXT];
	} office[];
};

int
rows_offices_read(struct client *c, struct rows_offices **offices, struct err *err)
{
	struct rows_offices *made;
	json_t *reply = NULL, *items, *one;
	size_t i;

	if (client_json(c, "GET", "/civil/v1/offices", NULL, NULL, &reply, err) == -1)
		return -1;
	items = json_object_get(reply, "items");
	if ((made = calloc(1, sizeof(*made) + json_array_size(items) * sizeof(made->office[0]))) == NULL) {
		json_decref(reply);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	json_array_foreach (items, i, one) {
		const char *code = json_string_value(json_object_get(one, "code")), *id = json_string_value(json_object_get(one, "id"));

		if (code == NULL || id == NULL)
			continue;
		snprintf(made->office[made->n].code, sizeof(made->office[0].code), "%s", code);
		snprintf(made->office[made->n++].id, sizeof(made->office[0].id), "%s", id);
	}
	json_decref(reply);
	*offices = made;
	return 0;
}

void
rows_offices_free(struct rows_offices *offices)
{
	free(offices);
}

const char *
rows_office(const struct rows_offices *offices, struct bytes code)
{
	for (size_t i = 0; i < offices->n; i++)
		if (bytes_equal(code, bytes_str(offices->office[i].code)))
			return offices->office[i].id;
	return NULL;
}

/* ---- one row ---- */

struct bytes
rows_field(const struct rows_row *row, const char *name)
{
	for (size_t i = 0; row->columns[i] != NULL; i++)
		if (strcmp(row->columns[i], name) == 0)
			return row->column[i] == -1 || (unsigned)row->column[i] >= row->record->n ? BYTES_NONE : row->record->field[row->column[i]];
	return BYTES_NONE;
}

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

int
rows_post(struct client *c, const char *path, const struct uuid *key, struct client_body body, json_t **reply, struct err *err)
{
	struct buf answer = BUF_INIT;
	long ms = AGAIN_MS;
	int rc = -1;

	for (int i = 0;; i++) {
		err_clear(err);
		if ((rc = client_call(c, "POST", path, key, body, NULL, &answer, err)) == 0 || err->kind != FAIL_AGAIN || i == AGAIN_TRIES)
			break;
		pause_ms(ms);
		ms = ms * 2 < AGAIN_MAX_MS ? ms * 2 : AGAIN_MAX_MS;
	}
	if (rc == 0 && reply != NULL && answer.n > 0)
		rc = json_read(bytes_of(&answer), reply, err);
	buf_wipe(&answer);
	return rc;
}

/* ---- refused rows ---- */

static void
put_field(FILE *f, struct bytes field)
{
	struct buf out = BUF_INIT;

	csv_put(&out, field);
	fwrite(out.n > 0 ? (const char *)out.p : "", 1, out.n, f);
	buf_wipe(&out);
}

/* UTF-8 whatever it was: what is not becomes U+FFFD, so that the file of refused rows can be opened with anything. */
static void
put_raw(FILE *f, struct bytes raw)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < raw.n;) {
		uint32_t code_point = 0;
		size_t n = text_next(BYTES(raw.p + i, raw.n - i), &code_point);

		if (n == 0 || code_point == 0)
			buf_str(&text, "\xef\xbf\xbd");
		else
			buf_add(&text, raw.p + i, n);
		i += n == 0 ? 1 : n;
	}
	put_field(f, bytes_of(&text));
	buf_wipe(&text);
}

static size_t
columns_count(const struct rows_job *job)
{
	size_t n = 0;

	while (job->columns[n] != NULL)
		n++;
	return n;
}

static int
open_rejects(struct work *w, struct err *err)
{
	if (w->rejects != NULL)
		return 0;
	if ((w->rejects = fopen(w->job->rejects_file, "we")) == NULL || fchmod(fileno(w->rejects), 0600) == -1)
		return err_errno(err, "%s", w->job->rejects_file);
	for (size_t i = 0; w->job->columns[i] != NULL; i++)
		fprintf(w->rejects, "%s%s", i > 0 ? "," : "", w->job->columns[i]);
	fprintf(w->rejects, "\r\n");
	return 0;
}

/* A pointer is a slash and the column's name, unless the job says otherwise. */
static const char *
column_of(const struct rows_job *job, const char *pointer)
{
	if (job->column_of != NULL)
		return job->column_of(pointer);
	for (size_t i = 0; job->columns[i] != NULL; i++)
		if (pointer[0] == '/' && strcmp(pointer + 1, job->columns[i]) == 0)
			return job->columns[i];
	return "";
}

/* The name of the column that is to blame; of what the service says about no column of ours, its pointer. */
static const char *
column_to_blame(const struct work *w, const struct csv_record *r, const struct err *why)
{
	const char *pointer = why->nproblem > 0 ? why->problem[0].pointer : "", *name = column_of(w->job, pointer);

	for (size_t i = 0; r->bad_column > 0 && w->job->columns[i] != NULL; i++)
		if (w->column[i] == (int)r->bad_column - 1)
			return w->job->columns[i];
	return name[0] != '\0' ? name : pointer;
}

static void
put_reason(const struct work *w, const struct csv_record *r, const struct err *why)
{
	struct buf text = BUF_INIT;
	FILE *f = w->rejects;

	fprintf(f, "%u,", r->line);
	put_field(f, bytes_str(column_to_blame(w, r, why)));
	fputc(',', f);
	buf_str(&text, why->text);
	for (unsigned i = 0; i < why->nproblem; i++)
		if (strstr(why->text, why->problem[i].text) == NULL) /* the first one mostly is the sentence */
			buf_printf(&text, "; %s: %s", why->problem[i].pointer, why->problem[i].text);
	put_field(f, bytes_of(&text));
	buf_clear(&text);
	fprintf(f, "\r\n");
}

/* The row as it was, with line, column and rule. */
static int
refuse(struct work *w, const struct csv_record *r, const struct err *why, struct err *err)
{
	const struct rows_row row = { w->job->columns, w->column, r, NULL };
	size_t n = columns_count(w->job) - ROWS_REJECTED;
	int rc;

	pthread_mutex_lock(&w->lock);
	w->counts.refused++;
	if ((rc = open_rejects(w, err)) == 0) {
		if (r->bad_column > 0) /* it was not understood: the whole line stands in the first field */
			put_raw(w->rejects, r->raw);
		for (size_t i = 0; i < n; i++) {
			if (i > 0)
				fputc(',', w->rejects);
			if (r->bad_column == 0)
				put_field(w->rejects, rows_field(&row, w->job->columns[i]));
		}
		fputc(',', w->rejects);
		put_reason(w, r, why);
		if (fflush(w->rejects) == EOF)
			rc = err_errno(err, "%s", w->job->rejects_file);
	}
	pthread_mutex_unlock(&w->lock);
	return rc;
}

/* ---- all rows ---- */

static bool
is_about_the_row(enum fail kind)
{
	return kind == FAIL_INPUT || kind == FAIL_CONFLICT || kind == FAIL_NOT_FOUND || kind == FAIL_TOO_LARGE || kind == FAIL_DENIED;
}

/* w->lock is held. */
static void
show(struct work *w, bool last)
{
	uint64_t now = clock_monotonic_ns(), rows = w->counts.done + w->counts.refused;
	double seconds = (double)(now - w->begin_ns) / 1e9, part = w->csv.text.n == 0 ? 1 : (double)w->csv.at / (double)w->csv.text.n;

	if (w->job->quiet || (!last && now - w->shown_ns < (w->is_terminal ? SHOW_MS : SHOW_FILE_MS) * (uint64_t)1000000))
		return;
	w->shown_ns = now;
	fprintf(stderr, "%s%3.0f %%, %llu rows, %llu refused, %.0f rows/s", w->is_terminal ? "\r" : "", part * 100, (unsigned long long)rows,
		(unsigned long long)w->counts.refused, seconds > 0 ? (double)rows / seconds : 0);
	if (!last && part > 0)
		fprintf(stderr, ", %.0f s left", seconds / part - seconds);
	fprintf(stderr, "%s%s", w->is_terminal ? "\033[K" : "\n", w->is_terminal && last ? "\n" : "");
}

/* The next row into k->record: as csv_next. */
static int
next_row(struct worker *k, struct err *err)
{
	struct work *w = k->work;
	int rc = 0;

	pthread_mutex_lock(&w->lock);
	if (!w->stop)
		rc = csv_next(&w->csv, &k->record, err);
	show(w, false);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

static void
stop_all(struct work *w, const struct err *err)
{
	pthread_mutex_lock(&w->lock);
	if (!w->stop)
		w->err = *err;
	w->stop = true;
	pthread_mutex_unlock(&w->lock);
}

static int
do_row(struct worker *k, struct err *err)
{
	const struct rows_row row = { k->work->job->columns, k->work->column, &k->record, k->own };

	if (k->work->job->row(&row, err) == -1)
		return -1;
	pthread_mutex_lock(&k->work->lock);
	k->work->counts.done++;
	pthread_mutex_unlock(&k->work->lock);
	return 0;
}

static void *
work_rows(void *arg)
{
	struct worker *k = arg;

	for (;;) {
		struct err why = ERR_INIT, err = ERR_INIT;
		int rc = next_row(k, &why);

		if (rc == 0)
			return NULL;
		if (rc == 1 && do_row(k, &why) == 0)
			continue;
		if (!is_about_the_row(why.kind)) {
			stop_all(k->work, &why);
			return NULL;
		}
		if (refuse(k->work, &k->record, &why, &err) == -1) {
			stop_all(k->work, &err);
			return NULL;
		}
	}
}

/* The thread's connections: as the job says, or one of the session that its `arg` is. */
static int
begin(const struct rows_job *job, void **own, struct err *err)
{
	struct client *client = NULL;

	if (job->begin != NULL)
		return job->begin(job->arg, own, err);
	if (client_share(job->arg, NULL, &client, err) == -1)
		return -1;
	*own = client;
	return 0;
}

static void
end(const struct rows_job *job, void *own)
{
	if (job->end != NULL)
		job->end(own);
	else
		client_free(own);
}

static int
start_workers(struct work *w, struct worker *worker, unsigned n, struct err *err)
{
	for (unsigned i = 0; i < n; i++) {
		worker[i].work = w;
		worker[i].record = CSV_RECORD_INIT;
		if (begin(w->job, &worker[i].own, err) == -1)
			return -1;
	}
	for (unsigned i = 0; i < n; i++) {
		if (pthread_create(&worker[i].thread, NULL, work_rows, &worker[i]) != 0)
			return err_errno(err, "thread");
		worker[i].runs = true;
	}
	return 0;
}

static int
run(struct work *w, struct err *err)
{
	struct worker worker[ROWS_THREADS_MAX] = { { NULL } };
	unsigned n = w->job->threads != 0 ? w->job->threads : ROWS_THREADS;
	int rc = start_workers(w, worker, n < ROWS_THREADS_MAX ? n : ROWS_THREADS_MAX, err);

	if (rc == -1)
		stop_all(w, err);
	for (unsigned i = 0; i < ROWS_THREADS_MAX; i++) {
		if (worker[i].runs)
			pthread_join(worker[i].thread, NULL);
		end(w->job, worker[i].own);
		csv_record_clear(&worker[i].record);
	}
	show(w, true);
	if (w->stop) {
		*err = w->err;
		rc = -1;
	}
	return rc;
}

int
rows_check_header(const struct rows_job *job, struct err *err)
{
	int column[ROWS_COLUMNS];
	struct csv csv;

	csv_open(&csv, job->text);
	return csv_header(&csv, job->columns, job->required, column, err);
}

int
rows_import(const struct rows_job *job, struct rows_counts *counts, struct err *err)
{
	struct work w = { .job = job, .lock = PTHREAD_MUTEX_INITIALIZER, .is_terminal = isatty(STDERR_FILENO) == 1, .err = ERR_INIT };
	int rc = -1;

	w.begin_ns = w.shown_ns = clock_monotonic_ns();
	csv_open(&w.csv, job->text);
	if (csv_header(&w.csv, job->columns, job->required, w.column, err) == 0)
		rc = run(&w, err);
	if (w.rejects != NULL && fclose(w.rejects) == EOF && rc == 0)
		rc = err_errno(err, "%s", job->rejects_file);
	*counts = w.counts;
	return rc;
}

json_t *
rows_number(struct bytes text)
{
	long n = 0;

	if (text.n > 9)
		return NULL;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return NULL;
		n = n * 10 + (text.p[i] - '0');
	}
	return json_integer(n);
}
