#include "pki/signd/refusals.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/base/log.h"
#include "registry/store/audit.h"

enum { SEEN = 4096 };

struct seen {
	uint8_t of[SHA256_LEN]; /* document and reason */
	uint64_t until_s;
};

struct refusals {
	struct db *db;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stop, is_running;
	pthread_t thread;
	struct seen *seen; /* one place for each value of the first octets: who comes later forgets who was there */
	unsigned room;     /* how many may be written one by one now */
	uint64_t room_at_s;
	uint64_t counted; /* and not yet written */
};

static uint64_t
now_s(void)
{
	return clock_monotonic_ns() / 1000000000u;
}

int
refusals_new(struct db *db, struct refusals **refusals, struct err *err)
{
	struct refusals *r = calloc(1, sizeof(*r));
	pthread_condattr_t attr;

	if (r == NULL || (r->seen = calloc(SEEN, sizeof(*r->seen))) == NULL) {
		free(r);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	r->db = db;
	r->room = REFUSALS_BURST;
	r->room_at_s = now_s();
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->stopped, &attr);
	pthread_condattr_destroy(&attr);
	*refusals = r;
	return 0;
}

/* Whether this one is written now; r->lock is held. */
static bool
is_to_be_written(struct refusals *r, const struct uuid *id, const char *why)
{
	uint64_t now = now_s();
	uint8_t of[SHA256_LEN];
	struct seen *place;
	bool again;

	sha256_2(BYTES(id->o, sizeof(id->o)), bytes_str(why), of);
	place = &r->seen[((unsigned)of[0] << 8 | of[1]) % SEEN];
	again = place->until_s > now && memcmp(place->of, of, sizeof(of)) == 0;
	if (now > r->room_at_s) {
		r->room = now - r->room_at_s > REFUSALS_BURST - r->room ? REFUSALS_BURST : r->room + (unsigned)(now - r->room_at_s);
		r->room_at_s = now;
	}
	if (again || r->room == 0) {
		r->counted++;
		return false;
	}
	r->room--;
	memcpy(place->of, of, sizeof(of));
	place->until_s = now + REFUSALS_SAME_S;
	return true;
}

struct written {
	const struct sign_order **order;
	size_t n;
};

static int
work_batch(struct tx *tx, void *arg, struct err *err)
{
	const struct written *w = arg;

	for (size_t i = 0; i < w->n; i++)
		if (audit_add(tx, &(struct audit_event){ .kind = "signature_refused", .program = "signd", .subject_kind = "document", .subject_id = &w->order[i]->document_id, .detail = w->order[i]->err.text }, err) == -1)
			return -1;
	return 0;
}

static int
work_text(struct tx *tx, void *arg, struct err *err)
{
	return audit_add(tx, &(struct audit_event){ .kind = "signature_refused", .program = "signd", .detail = arg }, err);
}

static void
not_written(struct refusals *r, uint64_t n, const struct err *why)
{
	log_err(LOG_ERROR, "refusal_unrecorded", why);
	pthread_mutex_lock(&r->lock);
	r->counted += n;
	pthread_mutex_unlock(&r->lock);
}

void
refusals_of_batch(struct refusals *r, const struct sign_order *orders, size_t n)
{
	struct err err = ERR_INIT;
	struct written w = { calloc(n + 1, sizeof(*w.order)), 0 };

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < n; i++)
		if (orders[i].err.kind != FAIL_NONE) {
			if (w.order == NULL)
				r->counted++;
			else if (is_to_be_written(r, &orders[i].document_id, orders[i].err.text))
				w.order[w.n++] = &orders[i];
		}
	pthread_mutex_unlock(&r->lock);
	if (w.n > 0 && db_run(r->db, DB_READ_COMMITTED, work_batch, &w, &err) == -1)
		not_written(r, w.n, &err);
	free(w.order);
}

void
refusals_of_request(struct refusals *r, const struct err *why)
{
	static const struct uuid nothing;
	char text[300];
	struct err err = ERR_INIT;
	bool write;

	snprintf(text, sizeof(text), "request: %.280s", why->text);
	pthread_mutex_lock(&r->lock);
	write = is_to_be_written(r, &nothing, text);
	pthread_mutex_unlock(&r->lock);
	if (write && db_run(r->db, DB_READ_COMMITTED, work_text, text, &err) == -1)
		not_written(r, 1, &err);
}

static void
write_sum(struct refusals *r)
{
	char text[120];
	struct err err = ERR_INIT;
	uint64_t n;

	pthread_mutex_lock(&r->lock);
	n = r->counted;
	r->counted = 0;
	pthread_mutex_unlock(&r->lock);
	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " more, not written one by one: the same again, or too many at once", n);
	if (db_run(r->db, DB_READ_COMMITTED, work_text, text, &err) == -1)
		not_written(r, n, &err);
}

static void *
write_sums(void *arg)
{
	struct refusals *r = arg;
	struct timespec until;

	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += REFUSALS_SUM_S;
		while (!r->stop && pthread_cond_timedwait(&r->stopped, &r->lock, &until) != ETIMEDOUT)
			;
		pthread_mutex_unlock(&r->lock);
		write_sum(r);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

int
refusals_start(struct refusals *r, struct err *err)
{
	if ((errno = pthread_create(&r->thread, NULL, write_sums, r)) != 0)
		return err_errno(err, "refusals");
	r->is_running = true;
	return 0;
}

void
refusals_free(struct refusals *r)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_signal(&r->stopped);
	pthread_mutex_unlock(&r->lock);
	if (r->is_running)
		pthread_join(r->thread, NULL);
	write_sum(r);
	pthread_cond_destroy(&r->stopped);
	pthread_mutex_destroy(&r->lock);
	free(r->seen);
	free(r);
}
