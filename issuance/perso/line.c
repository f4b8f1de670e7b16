#include "issuance/perso/line.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "registry/base/log.h"
#include "registry/store/batch.h"

struct line {
	struct db *db;
	struct station *station;
	unsigned seconds;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopped;
	char notice[sizeof(((struct err *)NULL)->text)]; /* what it said last of why it waits and the registry took; "": nothing */
};

/* What the line has in hand. */
struct hand {
	struct line *line;
	struct order order[LINE_ORDERS];
	size_t n;
	struct personalised result[LINE_ORDERS];
};

static int
work_claim(struct tx *tx, void *arg, struct err *err)
{
	struct hand *h = arg;

	size_t most = station_at_once(h->line->station);

	return orders_claim(tx, station_name(h->line->station), most < LINE_ORDERS ? most : LINE_ORDERS, h->line->seconds, h->order, &h->n, err);
}

static int
work_release_all(struct tx *tx, void *arg, struct err *err)
{
	const struct line *l = arg;

	return orders_release(tx, station_name(l->station), NULL, 0, err);
}

struct notice {
	const struct line *line;
	const char *text; /* "": nothing keeps it waiting */
};

static int
work_say(struct tx *tx, void *arg, struct err *err)
{
	const struct notice *n = arg;

	return station_says(tx, station_name(n->line->station), n->text[0] != '\0' ? n->text : NULL, err);
}

/* Says why it waits, once: in the log, and to those who look at the batch.  What the registry did not take is said again in the next round. */
static void
say(struct line *l, const struct err *why)
{
	struct notice notice = { .line = l, .text = why->kind == FAIL_NONE ? "" : why->text };
	struct err err = ERR_INIT;

	if (strcmp(l->notice, notice.text) == 0)
		return;
	if (why->kind != FAIL_NONE)
		log_err(LOG_NOTICE, "station", why);
	if (db_run(l->db, DB_READ_COMMITTED, work_say, &notice, &err) == -1)
		log_err(LOG_WARNING, "station", &err);
	else
		snprintf(l->notice, sizeof(l->notice), "%s", notice.text);
}

/* Those of one officer; they stand together. */
struct share {
	struct hand *hand;
	size_t from, n;
	size_t finished;
};

static bool
may_be_repeated(const struct err *err)
{
	return err->kind == FAIL_AGAIN || err->kind == FAIL_INTERNAL;
}

static int
work_conclude(struct tx *tx, void *arg, struct err *err)
{
	struct share *s = arg;
	const struct personalised *result = &s->hand->result[s->from];
	const struct order *order = &s->hand->order[s->from];
	const char *station = station_name(s->hand->line->station), *problem[LINE_ORDERS];
	struct uuid done[LINE_ORDERS], again[LINE_ORDERS];
	size_t nagain = 0;

	s->finished = 0;
	for (size_t i = 0; i < s->n; i++)
		if (!result[i].is_signed && may_be_repeated(&result[i].err))
			again[nagain++] = order[i].id;
		else {
			problem[s->finished] = result[i].is_signed ? NULL : result[i].err.text;
			done[s->finished++] = order[i].id;
		}
	if (station_conclude(tx, result, s->n, &order->officer_id, err) == -1 ||
		(s->finished > 0 && orders_finish(tx, station, done, problem, s->finished, err) == -1) ||
		(nagain > 0 && orders_release(tx, station, again, nagain, err) == -1))
		return -1;
	return 0;
}

/* All at once; when that cannot be done each alone, so that one does not keep the others. */
static void
produce(struct share *s)
{
	struct uuid applications[LINE_ORDERS];
	struct hand *h = s->hand;
	struct err all = ERR_INIT;

	for (size_t i = 0; i < s->n; i++)
		applications[i] = h->order[s->from + i].application_id;
	if (station_produce(h->line->station, applications, s->n, &h->order[s->from].officer_id, &h->result[s->from], &all) == 0)
		return;
	for (size_t i = 0; i < s->n; i++) {
		struct personalised *r = &h->result[s->from + i];
		struct err err = ERR_INIT;

		if (s->n == 1)
			err = all;
		if (s->n > 1 && station_produce(h->line->station, &applications[i], 1, &h->order[s->from + i].officer_id, r, &err) == 0)
			continue;
		*r = (struct personalised){ .application_id = applications[i] };
		r->err = err;
		if (err.kind == FAIL_NONE)
			err_set(&r->err, FAIL_AGAIN, "the order was not done");
	}
}

/* Whether anything came to its end; *why: what the first of those that must wait waits for. */
static bool
work_off(struct hand *h, struct err *why)
{
	bool any = false;

	for (struct share s = { .hand = h }; s.from < h->n; s.from += s.n) {
		struct err err = ERR_INIT;

		for (s.n = 1; s.from + s.n < h->n && uuid_equal(&h->order[s.from].officer_id, &h->order[s.from + s.n].officer_id);)
			s.n++;
		produce(&s);
		if (db_run(h->line->db, DB_READ_COMMITTED, work_conclude, &s, &err) == -1)
			log_err(LOG_WARNING, "batch", &err); /* what is held comes back when its time has passed */
		else if (s.finished > 0)
			any = true;
		else if (why->kind == FAIL_NONE)
			*why = h->result[s.from].err;
	}
	return any;
}

static bool
pause_or_stop(struct line *l, bool is_busy)
{
	struct timespec until;
	bool is_stopped;

	pthread_mutex_lock(&l->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LINE_PAUSE / 1000;
	until.tv_nsec += LINE_PAUSE % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	while (!is_busy && !l->is_stopped && pthread_cond_timedwait(&l->wake, &l->lock, &until) != ETIMEDOUT)
		;
	is_stopped = l->is_stopped;
	pthread_mutex_unlock(&l->lock);
	return is_stopped;
}

static void *
line_run(void *arg)
{
	struct line *l = arg;
	struct notice nothing = { .line = l, .text = "" };
	bool is_fresh = true, is_busy = true;
	struct hand *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		log_event(LOG_ERROR, "batch", "problem", "out of memory", NULL);
		return NULL;
	}
	while (!pause_or_stop(l, is_busy)) {
		struct err err = ERR_INIT, why = ERR_INIT;

		is_busy = false;
		*h = (struct hand){ .line = l };
		if (is_fresh && db_run(l->db, DB_READ_COMMITTED, work_release_all, l, &err) == -1)
			continue; /* no database: the programs' other parts say so */
		if (is_fresh && db_run(l->db, DB_READ_COMMITTED, work_say, &nothing, &err) == -1)
			continue; /* what it said before it was stopped */
		is_fresh = false;
		if (station_ready(l->station, &why) == 0 && db_run(l->db, DB_READ_COMMITTED, work_claim, h, &err) == 0 && h->n > 0)
			is_busy = work_off(h, &why);
		say(l, &why);
	}
	free(h);
	return NULL;
}

int
line_start(struct db *db, struct station *station, unsigned seconds, struct line **line, struct err *err)
{
	struct line *l = calloc(1, sizeof(*l));
	pthread_condattr_t attr;

	if (l == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	*l = (struct line){ .db = db, .station = station, .seconds = seconds };
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&l->thread, NULL, line_run, l) != 0) {
		free(l);
		return err_set(err, FAIL_INTERNAL, "no thread for the line");
	}
	*line = l;
	return 0;
}

void
line_stop(struct line *l)
{
	if (l == NULL)
		return;
	pthread_mutex_lock(&l->lock);
	l->is_stopped = true;
	pthread_cond_signal(&l->wake);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
