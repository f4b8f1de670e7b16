/*
 * The scheduler: looks at what is due, carries out what officers have approved, and lets monitoring see both.  It decides nothing
 * and remembers nothing: what is due follows from the registry's rows, so a restart or a second pkid changes nothing.
 */
#include <stdlib.h>
#include <time.h>

#include "pki/pkid/pkid.h"
#include "registry/base/clock.h"
#include "registry/base/log.h"
#include "registry/store/ceremony.h"
#include "registry/store/keys.h"
#include "registry/store/trust.h"

enum { READY = 16,  /* ceremonies looked up at once */
	LOOKS = 64, /* in one round at most */
	ALARMS = 1000 };

struct look {
	int64_t now;
	struct uuid ready[READY];
	size_t nready;
	int64_t due, late, alarms, pending;
};

static int
work_look(struct tx *tx, void *arg, struct err *err)
{
	struct ceremony_filter pending = { .state = "pending", .limit = ALARMS };
	json_t *due = NULL, *alarms = NULL, *waiting = NULL;
	struct look *l = arg;
	bool more;
	int rc = -1;

	if (ceremony_ready(tx, l->now, l->ready, READY, &l->nready, err) == -1 || keys_due(tx, l->now, &due, err) == -1 ||
		trust_due(tx, l->now, due, err) == -1 || keys_alarms(tx, ALARMS, &alarms, err) == -1 || ceremony_list(tx, &pending, &waiting, &more, err) == -1)
		goto out;
	l->due = (int64_t)json_array_size(due);
	l->late = 0;
	for (size_t i = 0; i < json_array_size(due); i++)
		l->late += json_is_true(json_object_get(json_array_get(due, i), "is_late"));
	l->alarms = (int64_t)json_array_size(alarms);
	l->pending = (int64_t)json_array_size(waiting);
	rc = 0;
out:
	json_decref(due);
	json_decref(alarms);
	json_decref(waiting);
	return rc;
}

/* One that fails does not keep the others: it is tried again in the next round, and its failure is in the log. */
static bool
carry_out(struct pkid *own, const struct uuid *ceremony)
{
	struct err err = ERR_INIT;
	json_t *result = NULL;
	char id[UUID_TEXT];
	int rc;

	pthread_mutex_lock(&own->signer_lock);
	rc = signclient_ceremony(own->signer, ceremony, NULL, &result, &err);
	pthread_mutex_unlock(&own->signer_lock);
	json_decref(result);
	uuid_format(ceremony, id);
	if (rc == -1)
		log_event(LOG_WARNING, "ceremony", "id", id, "problem", err.text, NULL);
	else
		log_event(LOG_NOTICE, "ceremony", "id", id, "outcome", "executed", NULL);
	return rc == 0;
}

/* signd looks at its keys when it is asked something: one whose time is over retires also when nobody has anything to be signed. */
static void
wake_signer(struct pkid *own)
{
	struct buf status = BUF_INIT;
	struct err err = ERR_INIT;

	pthread_mutex_lock(&own->signer_lock);
	if (signclient_status(own->signer, &status, &err) == -1)
		log_event(LOG_WARNING, "signer", "problem", err.text, NULL);
	pthread_mutex_unlock(&own->signer_lock);
	buf_clear(&status);
}

/* Whether anything was done: then more may be ready, as the certificate of a key that was generated. */
static bool
look_and_do(struct office *office)
{
	struct pkid *own = office->own;
	struct look look = { .now = clock_now() };
	struct err err = ERR_INIT;
	bool done = false;

	if (db_run(office->db, DB_READ_COMMITTED, work_look, &look, &err) == -1) {
		log_event(LOG_WARNING, "duties", "problem", err.text, NULL);
		return false;
	}
	own->seen.due = look.due;
	own->seen.late = look.late;
	own->seen.alarms = look.alarms;
	own->seen.pending = look.pending;
	for (size_t i = 0; i < look.nready; i++)
		done |= carry_out(own, &look.ready[i]);
	return done;
}

static void
round_of(struct office *office)
{
	wake_signer(office->own);
	for (int i = 0; i < LOOKS && look_and_do(office); i++)
		;
}

static void *
schedule(void *arg)
{
	struct office *office = arg;
	struct pkid *own = office->own;
	int64_t every = conf_int(office->conf, "duties_interval");

	pthread_mutex_lock(&own->lock);
	while (!own->is_stopping) {
		struct timespec until;

		pthread_mutex_unlock(&own->lock);
		round_of(office);
		pthread_mutex_lock(&own->lock);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += (time_t)every;
		while (!own->is_stopping && pthread_cond_timedwait(&own->wake, &own->lock, &until) == 0)
			;
	}
	pthread_mutex_unlock(&own->lock);
	return NULL;
}

int
duties_start(struct office *office, struct err *err)
{
	struct pkid *own = office->own;

	own->seen.due = own->seen.late = own->seen.alarms = own->seen.pending = -1;
	if (pthread_create(&own->scheduler, NULL, schedule, office) != 0)
		return err_set(err, FAIL_INTERNAL, "the scheduler's thread cannot be made");
	own->has_scheduler = true;
	return 0;
}

void
duties_stop(struct office *office)
{
	struct pkid *own = office->own;

	if (!own->has_scheduler)
		return;
	pthread_mutex_lock(&own->lock);
	own->is_stopping = true;
	pthread_cond_signal(&own->wake);
	pthread_mutex_unlock(&own->lock);
	pthread_join(own->scheduler, NULL);
	own->has_scheduler = false;
}

void
duties_metrics(struct office *office, struct buf *out)
{
	const struct pkid *own = office->own;
	const struct {
		const char *name, *help;
		int64_t value;
	} gauges[] = {
		{ "catena_pki_due", "what the PKI office has to do", own->seen.due },
		{ "catena_pki_late", "what it should have done already", own->seen.late },
		{ "catena_pki_alarms", "signatures without a booklet, booklets without a signature", own->seen.alarms },
		{ "catena_pki_ceremonies_pending", "ceremonies that wait for an officer or for their time", own->seen.pending },
	};

	for (size_t i = 0; i < NELEM(gauges); i++)
		if (gauges[i].value >= 0)
			buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", gauges[i].name, gauges[i].help, gauges[i].name, gauges[i].name,
				(long long)gauges[i].value);
}
