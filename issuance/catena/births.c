#include "issuance/catena/births.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct work {
	const struct births_import *import;
	struct rows_offices *offices;
	pthread_mutex_t lock; /* for import->done */
};

struct worker {
	struct work *work;
	struct client *clerk, *registrar;
};

/* ---- one row ---- */

/* A key that a repetition of the import makes again: it depends on the step and on what names the row. */
static void
key_of(const struct rows_row *row, const char *step, struct uuid *key)
{
	const struct worker *k = row->own;
	struct bytes office = rows_field(row, "office"), id = rows_field(row, "local_id");
	struct buf name = BUF_INIT;

	buf_printf(&name, "%zu:%s%zu:%.*s%.*s", strlen(k->work->import->source), k->work->import->source, office.n, (int)office.n,
		(const char *)office.p, (int)id.n, (const char *)id.p);
	uuid_derive(key, step, bytes_of(&name));
	buf_clear(&name);
}

/* The registrar finds that each candidate is another birth. */
static int
override(const struct worker *k, const char *act_id, const struct err *refusal, struct err *err)
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
		rc = rows_post(k->registrar, path, &key, (struct client_body){ .json = body }, NULL, err);
		json_decref(body);
		if (rc == -1)
			return -1;
	}
	return 0;
}

static int
register_act(const struct rows_row *row, const char *act_id, json_t **reply, struct err *err)
{
	const struct worker *k = row->own;
	struct err refusal = ERR_INIT;
	struct uuid key;
	char path[96];

	snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", act_id);
	key_of(row, "catena import births: register", &key);
	if (rows_post(k->registrar, path, &key, CLIENT_NO_BODY, reply, err) == 0)
		return 0;
	if (k->work->import->override_reason == NULL || err->kind != FAIL_CONFLICT || err->nproblem == 0)
		return -1;
	refusal = *err;
	err_clear(err);
	if (override(k, act_id, &refusal, err) == -1)
		return -1;
	return rows_post(k->registrar, path, &key, CLIENT_NO_BODY, reply, err);
}

static void
tell_done(const struct rows_row *row, const char *act_id, const json_t *reply)
{
	const struct worker *k = row->own;
	struct bytes id = rows_field(row, "local_id");
	const char *number = json_string_value(json_object_get(reply, "number"));
	char local_id[128];
	const struct births_done done = { local_id, number != NULL ? number : "", act_id, row->record->line };

	if (k->work->import->done == NULL)
		return;
	snprintf(local_id, sizeof(local_id), "%.*s", (int)id.n, (const char *)id.p);
	pthread_mutex_lock(&k->work->lock);
	k->work->import->done(k->work->import->arg, &done);
	pthread_mutex_unlock(&k->work->lock);
}

static int
declare(const struct rows_row *row, json_t *body, char act_id[UUID_TEXT], struct err *err)
{
	const struct worker *k = row->own;
	json_t *reply = NULL;
	struct uuid key;
	const char *id;
	int rc = 0;

	key_of(row, "catena import births: declare", &key);
	if (rows_post(k->clerk, "/civil/v1/births", &key, (struct client_body){ .json = body }, &reply, err) == -1)
		return -1;
	if ((id = json_string_value(json_object_get(reply, "id"))) == NULL)
		rc = err_set(err, FAIL_INTERNAL, "civild: the answer to a declaration has no id");
	else
		snprintf(act_id, UUID_TEXT, "%s", id);
	json_decref(reply);
	return rc;
}

static int
row_body(const struct rows_row *row, json_t **body, struct err *err)
{
	const struct worker *k = row->own;
	const char *office = rows_office(k->work->offices, rows_field(row, "office"));

	if (rows_field(row, "local_id").n == 0)
		return err_problem(err, "local_id", "is empty: nothing would tell the row apart in a repetition");
	if (office == NULL)
		return err_problem(err, "office", "there is no civil registration office with this code");
	return births_body(row, office, body, err);
}

static int
row_import(const struct rows_row *row, struct err *err)
{
	json_t *body = NULL, *reply = NULL;
	char act_id[UUID_TEXT];
	int rc = -1;

	if (row_body(row, &body, err) == 0 && declare(row, body, act_id, err) == 0 && register_act(row, act_id, &reply, err) == 0) {
		tell_done(row, act_id, reply);
		rc = 0;
	}
	json_decref(reply);
	json_decref(body);
	return rc;
}

/* ---- all rows ---- */

static void
worker_end(void *own)
{
	struct worker *k = own;

	if (k == NULL)
		return;
	client_free(k->clerk);
	client_free(k->registrar);
	free(k);
}

static int
worker_begin(void *arg, void **own, struct err *err)
{
	struct work *w = arg;
	struct worker *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	k->work = w;
	if (client_share(w->import->clerk, NULL, &k->clerk, err) == -1 || client_share(w->import->registrar, NULL, &k->registrar, err) == -1) {
		worker_end(k);
		return -1;
	}
	*own = k;
	return 0;
}

static struct rows_job
job_of(struct bytes text)
{
	return (struct rows_job){ .text = text, .columns = births_columns, .required = births_required, .begin = worker_begin, .row = row_import, .end = worker_end, .column_of = births_column_of };
}

int
births_check_header(struct bytes text, struct err *err)
{
	const struct rows_job job = job_of(text);

	return rows_check_header(&job, err);
}

int
births_import(const struct births_import *import, struct births_counts *counts, struct err *err)
{
	struct work w = { .import = import, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct rows_job job = job_of(import->text);
	struct rows_counts rows = { 0, 0 };
	int rc = -1;

	job.threads = import->threads;
	job.rejects_file = import->rejects_file;
	job.quiet = import->quiet;
	job.arg = &w;
	if (rows_check_header(&job, err) == 0 && rows_offices_read(import->clerk, &w.offices, err) == 0)
		rc = rows_import(&job, &rows, err);
	rows_offices_free(w.offices);
	*counts = (struct births_counts){ .registered = rows.done, .refused = rows.refused };
	return rc;
}
