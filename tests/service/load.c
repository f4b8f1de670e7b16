#include "tests/service/load.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "issuance/catena/portrait.h"
#include "registry/base/digest.h"
#include "tests/service/civilfix.h"
#include "tests/tap.h"

enum load_officer { CLERK,
	REGISTRAR,
	ENROLLER,
	SUPERVISOR,
	COUNTER,
	APPROVER,
	PERSONALISER,
	QC,
	DELIVERY,
	LOAD_OFFICERS };
static const char *const officers[LOAD_OFFICERS][2] = {
	[CLERK] = { "civild", "civil_clerk" },
	[REGISTRAR] = { "civild", "civil_registrar" },
	[ENROLLER] = { "enrold", "enrolment_officer" },
	[SUPERVISOR] = { "enrold", "enrolment_supervisor" },
	[COUNTER] = { "issued", "passport_clerk" },
	[APPROVER] = { "issued", "passport_approver" },
	[PERSONALISER] = { "issued", "passport_personaliser" },
	[QC] = { "issued", "passport_qc" },
	[DELIVERY] = { "issued", "passport_delivery" },
};

enum { PATIENCE_S = 120, /* for one answer: a database that recovers on a loaded machine is slow */
	PAUSE_MS = 20 };

struct worker {
	struct load *load;
	pthread_t thread;
	unsigned n;
	struct client *officer[LOAD_OFFICERS];
};

struct load {
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t changed;
	bool paused, stop;
	unsigned working; /* workers that are not waiting */
	struct load_person *person;
	size_t n, room;
	unsigned next;
	unsigned long repeats;
	unsigned faults;
	struct worker *worker;
	unsigned nworker;
	/* read only */
	struct rig *rig;
	struct buf portrait;
};

static void
fault(struct load *l, const char *path, int status, const struct err *err)
{
	pthread_mutex_lock(&l->lock);
	if (l->faults++ < LOAD_FAULTS)
		printf("# fault: %s: %d %s\n", path, status, err->text);
	fflush(stdout);
	pthread_mutex_unlock(&l->lock);
}

/* ---- one change ---- */

struct change {
	enum load_officer by;
	const char *path;
	struct client_body body;
	char *keep_key; /* UUID_TEXT octets for the key; or NULL */
};

/* Repeats under the same key while nobody answers or the answer is "try again".  -1: a fault. */
static int
insist(struct worker *w, const struct change *c, const struct uuid *key, struct buf *reply)
{
	time_t begin = time(NULL);

	for (;;) {
		struct err err = ERR_INIT;
		int status = 0;

		if (client_call(w->officer[c->by], key != NULL ? "POST" : "GET", c->path, key, c->body, &status, reply, &err) == 0)
			return 0;
		if ((status != 0 && status != 503) || time(NULL) - begin > PATIENCE_S) {
			fault(w->load, c->path, status, &err);
			return -1;
		}
		pthread_mutex_lock(&w->load->lock);
		w->load->repeats++;
		pthread_mutex_unlock(&w->load->lock);
		nanosleep(&(struct timespec){ 0, PAUSE_MS * 1000000 }, NULL);
	}
}

/* The reply's JSON, NULL after a fault.  Takes over body.json. */
static json_t *
change(struct worker *w, struct change c)
{
	struct buf reply = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *value = NULL;
	struct uuid key;

	if (c.body.json == NULL && c.body.content_type == NULL)
		c.body.content_type = "application/json";
	if (uuid_new(&key, &err) == 0 && insist(w, &c, &key, &reply) == 0) {
		if (json_read(bytes_of(&reply), &value, &err) == -1)
			fault(w->load, c.path, 0, &err);
		else if (c.keep_key != NULL)
			uuid_format(&key, c.keep_key);
	}
	json_decref(c.body.json);
	buf_clear(&reply);
	return value;
}

/* Copies a member; false and a fault when the answer lacks it. */
static bool
take(struct worker *w, const json_t *reply, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(reply, name));
	struct err err = ERR_INIT;

	if (text == NULL || strlen(text) >= size) {
		err_set(&err, FAIL_INTERNAL, "the answer has no %s", name);
		fault(w->load, name, 0, &err);
		return false;
	}
	strcpy(out, text);
	return true;
}

/* A change of which only the success counts. */
static bool
step(struct worker *w, enum load_officer by, const char *path, struct client_body body)
{
	json_t *reply = change(w, (struct change){ by, path, body, NULL });

	json_decref(reply);
	return reply != NULL;
}

static struct client_body
json_body(json_t *json)
{
	return (struct client_body){ .json = json };
}

/* ---- a person's way through the offices ---- */

/* Workers of even and odd number serve the two offices, each with its series. */
static json_t *
declaration(struct worker *w, unsigned i)
{
	json_t *b = civilfix_adult(&w->load->rig->office[RIG_CIVIL + w->n % 2], i);

	json_object_set_new(json_object_get(b, "child"), "place_of_birth", json_string(RIG_PLACE_HOSPITAL));
	return b;
}

static bool
birth(struct worker *w, unsigned i, struct load_person *p)
{
	char path[120];
	json_t *reply = change(w, (struct change){ CLERK, "/civil/v1/births", json_body(declaration(w, i)), p->declare_key });
	bool done = reply != NULL && take(w, reply, "id", p->act_id, sizeof(p->act_id));

	json_decref(reply);
	if (!done)
		return false;
	snprintf(path, sizeof(path), "/civil/v1/births/%s/validation", p->act_id);
	if (!step(w, REGISTRAR, path, CLIENT_NO_BODY))
		return false;
	snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", p->act_id);
	reply = change(w, (struct change){ REGISTRAR, path, CLIENT_NO_BODY, p->register_key });
	done = reply != NULL && take(w, reply, "person_id", p->person_id, sizeof(p->person_id)) &&
		take(w, reply, "number", p->act_number, sizeof(p->act_number));
	json_decref(reply);
	return done;
}

static bool
enrolment(struct worker *w, struct load_person *p)
{
	char path[120], office[UUID_TEXT];
	json_t *reply = change(w, (struct change){ ENROLLER, "/enrolment/v1/enrolments", json_body(json_pack("{s:s, s:s}", "office_id", uuid_format(&w->load->rig->office[RIG_ENROLMENT + w->n % 2], office), "act_number", p->act_number)), NULL });
	bool done = reply != NULL && take(w, reply, "id", p->enrolment_id, sizeof(p->enrolment_id));

	json_decref(reply);
	if (!done)
		return false;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/portrait", p->enrolment_id);
	if (!step(w, ENROLLER, path, (struct client_body){ .bytes = bytes_of(&w->load->portrait), .content_type = "image/jpeg" }))
		return false;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/evidence", p->enrolment_id);
	if (!step(w, ENROLLER, path,
		    json_body(json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", "A Guardian", "guardian_relation", "parent"))))
		return false;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/examination", p->enrolment_id);
	if (!step(w, ENROLLER, path, json_body(json_object())))
		return false;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/verification", p->enrolment_id);
	reply = change(w, (struct change){ SUPERVISOR, path, CLIENT_NO_BODY, NULL });
	done = reply != NULL && take(w, reply, "uin", p->uin, sizeof(p->uin));
	json_decref(reply);
	return done;
}

/* One batch of one.  A result "again" is an answer too: the next attempt is another request with another key. */
static bool
personalise(struct worker *w, struct load_person *p)
{
	for (int attempt = 0; attempt < 200; attempt++) {
		json_t *reply = change(w, (struct change){ PERSONALISER, "/issuance/v1/documents", json_body(json_pack("{s:[s]}", "applications", p->application_id)), NULL });
		const json_t *result = json_array_get(json_object_get(reply, "results"), 0), *problem = json_object_get(result, "problem");
		const char *kind = json_string_value(json_object_get(problem, "kind"));
		struct err err = ERR_INIT;
		bool done = false;

		if (reply == NULL)
			return false;
		if (problem == NULL)
			done = take(w, result, "number", p->document_number, sizeof(p->document_number));
		else if (kind == NULL || strcmp(kind, "again") != 0) {
			err_set(&err, FAIL_CONFLICT, "%.200s", json_string_value(json_object_get(problem, "detail")));
			fault(w->load, "/issuance/v1/documents", 200, &err);
		}
		json_decref(reply);
		if (done || err.kind != FAIL_NONE)
			return done;
		nanosleep(&(struct timespec){ 0, PAUSE_MS * 1000000 }, NULL);
	}
	return false;
}

static bool
security_object(struct worker *w, struct load_person *p)
{
	char path[120];
	uint8_t digest[SHA256_LEN];
	struct buf sod = BUF_INIT, hex = BUF_INIT;
	bool done;

	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/files/EF.SOD", p->document_number);
	done = insist(w, &(struct change){ QC, path, CLIENT_NO_BODY, NULL }, NULL, &sod) == 0;
	if (done) {
		sha256(bytes_of(&sod), digest);
		buf_hex(&hex, BYTES(digest, sizeof(digest)));
		strcpy(p->sod_sha256, buf_cstr(&hex));
	}
	buf_clear(&hex);
	buf_clear(&sod);
	return done;
}

static bool
passport(struct worker *w, struct load_person *p)
{
	struct buf portrait = BUF_INIT;
	char path[120], office[UUID_TEXT];
	json_t *reply = change(w, (struct change){ COUNTER, "/issuance/v1/applications", json_body(json_pack("{s:s, s:s, s:s, s:s}", "uin", p->uin, "document_type", "PP", "reason", "first", "office_id", uuid_format(&w->load->rig->office[RIG_PASSPORT + w->n % 2], office))), NULL });
	bool done = reply != NULL && take(w, reply, "id", p->application_id, sizeof(p->application_id));

	json_decref(reply);
	if (!done)
		return false;
	snprintf(path, sizeof(path), "/issuance/v1/applications/%s/approval", p->application_id);
	if (!step(w, APPROVER, path, CLIENT_NO_BODY) || !personalise(w, p) || !security_object(w, p))
		return false;
	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/quality-control", p->document_number);
	if (!step(w, QC, path, CLIENT_NO_BODY))
		return false;
	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/portrait", p->document_number);
	done = insist(w, &(struct change){ DELIVERY, path, CLIENT_NO_BODY, NULL }, NULL, &portrait) == 0;
	buf_clear(&portrait);
	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/delivery", p->document_number);
	return done && step(w, DELIVERY, path, json_body(json_pack("{s:s, s:b}", "bearer", "holder", "is_likeness", 1)));
}

/* ---- workers ---- */

static void
remember(struct load *l, const struct load_person *p)
{
	pthread_mutex_lock(&l->lock);
	if (l->n == l->room) {
		l->room = l->room == 0 ? 1024 : 2 * l->room;
		if ((l->person = realloc(l->person, l->room * sizeof(*l->person))) == NULL)
			bail_out("out of memory");
	}
	l->person[l->n++] = *p;
	pthread_mutex_unlock(&l->lock);
}

/* False when the work is over; waits while it is paused. */
static bool
may_go_on(struct load *l, unsigned *i)
{
	bool go;

	pthread_mutex_lock(&l->lock);
	if (l->paused && !l->stop) {
		l->working--;
		pthread_cond_broadcast(&l->changed);
		while (l->paused && !l->stop)
			pthread_cond_wait(&l->changed, &l->lock);
		l->working++;
	}
	go = !l->stop && l->faults < LOAD_FAULTS;
	*i = l->next++;
	if (!go)
		l->working--;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	return go;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	unsigned i;

	while (may_go_on(w->load, &i)) {
		struct load_person p = { .act_id = "" };

		if (birth(w, i, &p) && i % 2 == 0 && enrolment(w, &p)) /* every second child is enrolled: births come faster than passports */
			passport(w, &p);
		remember(w->load, &p);
	}
	return NULL;
}

static void
worker_init(struct worker *w, struct load *l, unsigned n)
{
	struct err err = ERR_INIT;
	char login[40];

	*w = (struct worker){ .load = l, .n = n };
	for (int i = 0; i < LOAD_OFFICERS; i++) {
		snprintf(login, sizeof(login), "%s.%d", officers[i][1], n % 2 == 0 ? 1 : 3);
		if (rig_client_new(l->rig, officers[i][0], login, &w->officer[i], &err) == -1)
			bail_out("%s", err.text);
	}
}

struct load *
load_start(struct rig *rig, unsigned workers)
{
	struct load *l = calloc(1, sizeof(*l));
	struct err err = ERR_INIT;

	if (l == NULL || (l->worker = calloc(workers, sizeof(*l->worker))) == NULL)
		bail_out("out of memory");
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->changed, NULL);
	l->rig = rig;
	if (rig_booklets(rig, LOAD_BOOKLETS, &err) == -1)
		bail_out("%s", err.text);
	if (portrait_draw(bytes_str("load"), 'F', 20, &l->portrait, &err) == -1)
		bail_out("%s", err.text);
	l->nworker = l->working = workers;
	for (unsigned n = 0; n < workers; n++)
		worker_init(&l->worker[n], l, n);
	for (unsigned n = 0; n < workers; n++)
		if (pthread_create(&l->worker[n].thread, NULL, work, &l->worker[n]) != 0)
			bail_out("no thread");
	return l;
}

void
load_pause(struct load *l)
{
	pthread_mutex_lock(&l->lock);
	l->paused = true;
	while (l->working > 0)
		pthread_cond_wait(&l->changed, &l->lock);
	pthread_mutex_unlock(&l->lock);
}

void
load_resume(struct load *l)
{
	struct err err = ERR_INIT;

	if (rig_count(l->rig, "SELECT count(*) FROM registry.booklet_station") < LOAD_BOOKLETS / 2 && rig_booklets(l->rig, LOAD_BOOKLETS, &err) == -1)
		bail_out("%s", err.text);
	pthread_mutex_lock(&l->lock);
	l->paused = false;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
}

void
load_stop(struct load *l)
{
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	for (unsigned n = 0; n < l->nworker; n++)
		pthread_join(l->worker[n].thread, NULL);
}

size_t
load_persons(const struct load *l, const struct load_person **persons)
{
	*persons = l->person;
	return l->n;
}

unsigned long
load_repeats(const struct load *l)
{
	return l->repeats;
}

unsigned
load_faults(const struct load *l)
{
	return l->faults;
}

void
load_free(struct load *l)
{
	if (l == NULL)
		return;
	for (unsigned n = 0; n < l->nworker; n++)
		for (int i = 0; i < LOAD_OFFICERS; i++)
			client_free(l->worker[n].officer[i]);
	buf_clear(&l->portrait);
	free(l->worker);
	free(l->person);
	free(l);
}
