#include "issuance/catena/births.h"

#include <pthread.h>
#include <stdatomic.h>
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

struct office {
	char code[16];
	char id[UUID_TEXT];
};

/* What the threads share. */
struct work {
	const struct births_import *import;
	struct office *office;
	size_t noffice;
	int column[BIRTHS_COLUMNS];
	pthread_mutex_t lock; /* for what follows */
	struct csv csv;
	struct births_counts counts;
	FILE *rejects;
	uint64_t begin_ns, shown_ns;
	bool is_terminal;
	bool stop; /* one of them cannot go on: err says why */
	struct err err;
};

struct worker {
	struct work *work;
	struct client *clerk, *registrar;
	struct csv_record record;
	pthread_t thread;
	bool runs;
};

/* ---- offices ---- */

static int
read_offices(struct work *w, struct err *err)
{
	json_t *reply = NULL, *items, *one;
	size_t i;

	if (client_json(w->import->clerk, "GET", "/civil/v1/offices", NULL, NULL, &reply, err) == -1)
		return -1;
	items = json_object_get(reply, "items");
	if ((w->office = calloc(json_array_size(items) + 1, sizeof(*w->office))) == NULL) {
		json_decref(reply);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	json_array_foreach (items, i, one) {
		const char *code = json_string_value(json_object_get(one, "code")), *id = json_string_value(json_object_get(one, "id"));

		if (code == NULL || id == NULL)
			continue;
		snprintf(w->office[w->noffice].code, sizeof(w->office[0].code), "%s", code);
		snprintf(w->office[w->noffice++].id, sizeof(w->office[0].id), "%s", id);
	}
	json_decref(reply);
	return 0;
}

static const char *
office_id(const struct work *w, struct bytes code)
{
	for (size_t i = 0; i < w->noffice; i++)
		if (bytes_equal(code, bytes_str(w->office[i].code)))
			return w->office[i].id;
	return NULL;
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

static int
open_rejects(struct work *w, struct err *err)
{
	if (w->rejects != NULL)
		return 0;
	if ((w->rejects = fopen(w->import->rejects_file, "we")) == NULL || fchmod(fileno(w->rejects), 0600) == -1)
		return err_errno(err, "%s", w->import->rejects_file);
	for (size_t i = 0; births_columns[i] != NULL; i++)
		fprintf(w->rejects, "%s%s", i > 0 ? "," : "", births_columns[i]);
	fprintf(w->rejects, "\r\n");
	return 0;
}

/* The name of the column that is to blame; of what civild says about no column of ours, its pointer. */
static const char *
column_to_blame(const struct work *w, const struct csv_record *r, const struct err *why)
{
	const char *pointer = why->nproblem > 0 ? why->problem[0].pointer : "";

	for (size_t i = 0; r->bad_column > 0 && births_columns[i] != NULL; i++)
		if (w->column[i] == (int)r->bad_column - 1)
			return births_columns[i];
	return births_column_of(pointer)[0] != '\0' ? births_column_of(pointer) : pointer;
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
	int rc;

	pthread_mutex_lock(&w->lock);
	w->counts.refused++;
	if ((rc = open_rejects(w, err)) == 0) {
		if (r->bad_column > 0) /* it was not understood: the whole line stands in the first field */
			put_raw(w->rejects, r->raw);
		for (size_t i = 0; births_columns[i + 3] != NULL; i++) {
			if (i > 0)
				fputc(',', w->rejects);
			if (r->bad_column == 0)
				put_field(w->rejects, births_field(r, w->column, births_columns[i]));
		}
		fputc(',', w->rejects);
		put_reason(w, r, why);
		if (fflush(w->rejects) == EOF)
			rc = err_errno(err, "%s", w->import->rejects_file);
	}
	pthread_mutex_unlock(&w->lock);
	return rc;
}

/* ---- one row ---- */

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* Repeats while the service asks to come again: the key makes that safe. */
static int
post(struct client *c, const char *path, const struct uuid *key, json_t *body, json_t **reply, struct err *err)
{
	long ms = AGAIN_MS;

	for (int i = 0;; i++) {
		err_clear(err);
		if (client_json(c, "POST", path, key, body, reply, err) == 0)
			return 0;
		if (err->kind != FAIL_AGAIN || i == AGAIN_TRIES)
			return -1;
		pause_ms(ms);
		ms = ms * 2 < AGAIN_MAX_MS ? ms * 2 : AGAIN_MAX_MS;
	}
}

/* A key that a repetition of the import makes again: it depends on the step and on what names the row. */
static void
key_of(const struct worker *k, const char *step, struct uuid *key)
{
	struct bytes office = births_field(&k->record, k->work->column, "office"), id = births_field(&k->record, k->work->column, "local_id");
	struct buf name = BUF_INIT;

	buf_printf(&name, "%zu:%s%zu:%.*s%.*s", strlen(k->work->import->source), k->work->import->source, office.n, (int)office.n,
		(const char *)office.p, (int)id.n, (const char *)id.p);
	uuid_derive(key, step, bytes_of(&name));
	buf_clear(&name);
}

/* The registrar finds that each candidate is another birth. */
static int
override(struct worker *k, const char *act_id, const struct err *refusal, struct err *err)
{
	static const char prefix[] = "/duplicates/";
	char path[96];

	snprintf(path, sizeof(path), "/civil/v1/births/%s/duplicate-overrides", act_id);
	for (unsigned i = 0; i < refusal->nproblem; i++) {
		const char *candidate = refusal->problem[i].pointer + strlen(prefix);
		struct uuid key;
		json_t *body;
		int rc;

		if (strncmp(refusal->problem[i].pointer, prefix, strlen(prefix)) != 0)
			continue;
		if (uuid_new(&key, err) == -1)
			return -1;
		body = json_pack("{s:s, s:s}", "candidate_id", candidate, "reason", k->work->import->override_reason);
		rc = post(k->registrar, path, &key, body, NULL, err);
		json_decref(body);
		if (rc == -1)
			return -1;
	}
	return 0;
}

static int
register_act(struct worker *k, const char *act_id, json_t **reply, struct err *err)
{
	struct err refusal = ERR_INIT;
	struct uuid key;
	char path[96];

	snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", act_id);
	key_of(k, "catena import births: register", &key);
	if (post(k->registrar, path, &key, NULL, reply, err) == 0)
		return 0;
	if (k->work->import->override_reason == NULL || err->kind != FAIL_CONFLICT || err->nproblem == 0)
		return -1;
	refusal = *err;
	err_clear(err);
	if (override(k, act_id, &refusal, err) == -1)
		return -1;
	return post(k->registrar, path, &key, NULL, reply, err);
}

static void
tell_done(struct worker *k, const char *act_id, const json_t *reply)
{
	struct bytes id = births_field(&k->record, k->work->column, "local_id");
	const char *number = json_string_value(json_object_get(reply, "number"));
	char local_id[128];
	const struct births_done done = { local_id, number != NULL ? number : "", act_id, k->record.line };

	snprintf(local_id, sizeof(local_id), "%.*s", (int)id.n, (const char *)id.p);
	pthread_mutex_lock(&k->work->lock);
	k->work->counts.registered++;
	if (k->work->import->done != NULL)
		k->work->import->done(k->work->import->arg, &done);
	pthread_mutex_unlock(&k->work->lock);
}

static int
declare(struct worker *k, json_t *body, char act_id[UUID_TEXT], struct err *err)
{
	json_t *reply = NULL;
	struct uuid key;
	const char *id;
	int rc = 0;

	key_of(k, "catena import births: declare", &key);
	if (post(k->clerk, "/civil/v1/births", &key, body, &reply, err) == -1)
		return -1;
	if ((id = json_string_value(json_object_get(reply, "id"))) == NULL)
		rc = err_set(err, FAIL_INTERNAL, "civild: the answer to a declaration has no id");
	else
		snprintf(act_id, UUID_TEXT, "%s", id);
	json_decref(reply);
	return rc;
}

static int
row_body(const struct worker *k, json_t **body, struct err *err)
{
	struct bytes code = births_field(&k->record, k->work->column, "office");
	const char *office = office_id(k->work, code);

	if (births_field(&k->record, k->work->column, "local_id").n == 0)
		return err_problem(err, "local_id", "is empty: nothing would tell the row apart in a repetition");
	if (office == NULL)
		return err_problem(err, "office", "there is no civil registration office with this code");
	return births_body(&k->record, k->work->column, office, body, err);
}

static int
row_import(struct worker *k, struct err *err)
{
	json_t *body = NULL, *reply = NULL;
	char act_id[UUID_TEXT];
	int rc = -1;

	if (row_body(k, &body, err) == 0 && declare(k, body, act_id, err) == 0 && register_act(k, act_id, &reply, err) == 0) {
		tell_done(k, act_id, reply);
		rc = 0;
	}
	json_decref(reply);
	json_decref(body);
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
	uint64_t now = clock_monotonic_ns(), rows = w->counts.registered + w->counts.refused;
	double seconds = (double)(now - w->begin_ns) / 1e9, part = w->csv.text.n == 0 ? 1 : (double)w->csv.at / (double)w->csv.text.n;

	if (w->import->quiet || (!last && now - w->shown_ns < (w->is_terminal ? SHOW_MS : SHOW_FILE_MS) * (uint64_t)1000000))
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

static void *
work_rows(void *arg)
{
	struct worker *k = arg;

	for (;;) {
		struct err why = ERR_INIT, err = ERR_INIT;
		int rc = next_row(k, &why);

		if (rc == 0)
			return NULL;
		if (rc == 1 && row_import(k, &why) == 0)
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

static int
start_workers(struct work *w, struct worker *worker, unsigned n, struct err *err)
{
	for (unsigned i = 0; i < n; i++) {
		worker[i].work = w;
		worker[i].record = CSV_RECORD_INIT;
		if (client_share(w->import->clerk, NULL, &worker[i].clerk, err) == -1 ||
			client_share(w->import->registrar, NULL, &worker[i].registrar, err) == -1)
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
	struct worker worker[BIRTHS_THREADS_MAX] = { { NULL } };
	unsigned n = w->import->threads != 0 ? w->import->threads : BIRTHS_THREADS;
	int rc = start_workers(w, worker, n < BIRTHS_THREADS_MAX ? n : BIRTHS_THREADS_MAX, err);

	if (rc == -1)
		stop_all(w, err);
	for (unsigned i = 0; i < BIRTHS_THREADS_MAX; i++) {
		if (worker[i].runs)
			pthread_join(worker[i].thread, NULL);
		client_free(worker[i].clerk);
		client_free(worker[i].registrar);
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
births_check_header(struct bytes text, struct err *err)
{
	int column[BIRTHS_COLUMNS];
	struct csv csv;

	csv_open(&csv, text);
	return csv_header(&csv, births_columns, births_required, column, err);
}

int
births_import(const struct births_import *import, struct births_counts *counts, struct err *err)
{
	struct work w = { .import = import, .lock = PTHREAD_MUTEX_INITIALIZER, .is_terminal = isatty(STDERR_FILENO) == 1, .err = ERR_INIT };
	int rc = -1;

	w.begin_ns = w.shown_ns = clock_monotonic_ns();
	csv_open(&w.csv, import->text);
	if (csv_header(&w.csv, births_columns, births_required, w.column, err) == 0 && read_offices(&w, err) == 0)
		rc = run(&w, err);
	if (w.rejects != NULL && fclose(w.rejects) == EOF && rc == 0)
		rc = err_errno(err, "%s", import->rejects_file);
	free(w.office);
	*counts = w.counts;
	return rc;
}
