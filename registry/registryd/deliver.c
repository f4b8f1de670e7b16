#include "registry/registryd/deliver.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "registry/base/log.h"
#include "registry/service/client.h"
#include "registry/store/outbox.h"

enum { ATTEMPT_SECONDS = 10,
	LEASE_SECONDS = 2 * OUTBOX_CLAIM * ATTEMPT_SECONDS, /* longer than all attempts of one claim */
	IDLE_MS = 500 };

struct delivery {
	struct db *db;
	const char *ca_file; /* NULL: the system's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_running, is_stopped;
	char told[sizeof(((struct err *)NULL)->text)];
};

struct claim {
	struct outbox_due due[OUTBOX_CLAIM];
	size_t n;
	int64_t addressed;
};

static int
work_claim(struct tx *tx, void *arg, struct err *err)
{
	struct claim *c = arg;

	outbox_due_clear(c->due, c->n);
	c->n = 0;
	return outbox_address(tx, &c->addressed, err) == -1 ? -1 : outbox_claim(tx, LEASE_SECONDS, c->due, &c->n, err);
}

struct outcome {
	const struct outbox_due *due;
	const char *problem;
};

static int
work_outcome(struct tx *tx, void *arg, struct err *err)
{
	const struct outcome *o = arg;

	return outbox_outcome(tx, o->due, o->problem, err);
}

static int
attempt(const struct delivery *d, const struct outbox_due *due, struct err *err)
{
	struct client_options options = { .url = due->url, .ca_file = d->ca_file, .seconds = ATTEMPT_SECONDS };
	struct client_body body = { .bytes = bytes_of(&due->cms), .content_type = "application/pkcs7-mime" };
	struct client *client = NULL;
	struct buf ignored = BUF_INIT;
	int rc = -1;

	if (client_new(&options, &client, err) == 0)
		rc = client_call(client, "POST", "", &due->key, body, NULL, &ignored, err);
	client_free(client);
	buf_clear(&ignored);
	return rc;
}

/* What is in the way is told once, and again when it is something else. */
static void
tell(struct delivery *d, const struct err *err)
{
	const char *text = err->kind == FAIL_NONE ? "" : err->text;

	if (text[0] != '\0' && strcmp(d->told, text) != 0)
		log_err(LOG_WARNING, "outbox", err);
	snprintf(d->told, sizeof(d->told), "%s", text);
}

static bool
wants_to_stop(struct delivery *d)
{
	bool is_stopped;

	pthread_mutex_lock(&d->lock);
	is_stopped = d->is_stopped;
	pthread_mutex_unlock(&d->lock);
	return is_stopped;
}

static void
rest(struct delivery *d)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += IDLE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&d->lock);
	if (!d->is_stopped)
		pthread_cond_timedwait(&d->wake, &d->lock, &until);
	pthread_mutex_unlock(&d->lock);
}

static void *
deliver(void *arg)
{
	struct delivery *d = arg;
	struct claim c = { .n = 0 };

	while (!wants_to_stop(d)) {
		struct err err = ERR_INIT;

		if (db_run(d->db, DB_READ_COMMITTED, work_claim, &c, &err) == -1)
			outbox_due_clear(c.due, c.n), c.n = 0;
		tell(d, &err);
		/* what is left when it stops is due again after the lease */
		for (size_t i = 0; i < c.n && !wants_to_stop(d); i++) {
			struct outcome o = { .due = &c.due[i] };
			struct err why = ERR_INIT, lost = ERR_INIT;

			if (attempt(d, &c.due[i], &why) == -1)
				o.problem = why.text;
			if (db_run(d->db, DB_READ_COMMITTED, work_outcome, &o, &lost) == -1)
				tell(d, &lost);
		}
		if (c.n == 0 && c.addressed == 0)
			rest(d);
	}
	outbox_due_clear(c.due, c.n);
	return NULL;
}

int
delivery_start(struct office *office, struct delivery **delivery, struct err *err)
{
	static const struct query *const sets[] = { outbox_queries, NULL };
	struct db_options o = { .conninfo = conf_text(office->conf, "database"), .role = "catena_outbox", .connections = 1, .wait_ms = OFFICE_DB_WAIT_MS, .queries = sets };
	struct delivery *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wake, NULL);
	if (conf_text(office->conf, "subscribers_ca")[0] != '\0')
		d->ca_file = conf_text(office->conf, "subscribers_ca");
	if (db_open(&o, &d->db, err) == -1)
		goto fail;
	if (pthread_create(&d->thread, NULL, deliver, d) != 0) {
		err_errno(err, "outbox");
		goto fail;
	}
	d->is_running = true;
	*delivery = d;
	return 0;
fail:
	delivery_stop(d);
	return -1;
}

void
delivery_stop(struct delivery *d)
{
	if (d == NULL)
		return;
	pthread_mutex_lock(&d->lock);
	d->is_stopped = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	if (d->is_running)
		pthread_join(d->thread, NULL);
	db_close(d->db);
	pthread_cond_destroy(&d->wake);
	pthread_mutex_destroy(&d->lock);
	free(d);
}
