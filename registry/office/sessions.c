#include <pthread.h>
#include <stdlib.h>

#include "registry/base/clock.h"
#include "registry/base/log.h"
#include "registry/office/sessions.h"
#include "registry/service/signin.h"
#include "registry/store/officer.h"

enum { SLOTS = 1024 }; /* a power of two; two who share a slot take turns, which costs them a lookup each time */

/* A caller as found in the registry. */
struct caller {
	struct principal who;
	uint64_t roles[PRINCIPAL_MAX_OFFICES]; /* for who.office[i] */
};

struct slot {
	uint8_t digest[SHA256_LEN]; /* of the session token or the certificate */
	uint64_t found_ns;          /* when the lookup began; 0: nothing here */
	uint32_t generation;        /* goes up when somebody is forgotten: a lookup that was under way then is not remembered */
	struct caller caller;
};

struct office_sessions {
	pthread_mutex_t lock;
	struct slot slot[SLOTS];
};

int
sessions_new(struct office_sessions **sessions, struct err *err)
{
	struct office_sessions *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_errno(err, "sessions");
	pthread_mutex_init(&s->lock, NULL);
	*sessions = s;
	return 0;
}

void
sessions_free(struct office_sessions *sessions)
{
	if (sessions == NULL)
		return;
	pthread_mutex_destroy(&sessions->lock);
	wipe(sessions, sizeof(*sessions));
	free(sessions);
}

static struct slot *
slot_of(struct office_sessions *s, const uint8_t digest[SHA256_LEN])
{
	return &s->slot[(digest[0] << 8 | digest[1]) % SLOTS];
}

/* True and *caller when remembered and found less than `age_ns` ago; *generation for sessions_remember. */
static bool
recall(struct office_sessions *s, const uint8_t digest[SHA256_LEN], uint64_t age_ns, struct caller *caller, uint32_t *generation)
{
	struct slot *slot = slot_of(s, digest);
	bool found;

	pthread_mutex_lock(&s->lock);
	*generation = slot->generation;
	found = slot->found_ns != 0 && memcmp(slot->digest, digest, SHA256_LEN) == 0 && clock_monotonic_ns() - slot->found_ns < age_ns;
	if (found)
		*caller = slot->caller;
	pthread_mutex_unlock(&s->lock);
	return found;
}

static void
remember(struct office_sessions *s, const uint8_t digest[SHA256_LEN], uint64_t found_ns, uint32_t generation, const struct caller *caller)
{
	struct slot *slot = slot_of(s, digest);

	pthread_mutex_lock(&s->lock);
	if (slot->generation == generation) {
		memcpy(slot->digest, digest, SHA256_LEN);
		slot->found_ns = found_ns;
		slot->caller = *caller;
	}
	pthread_mutex_unlock(&s->lock);
}

void
sessions_forget(struct office_sessions *sessions, const uint8_t digest[SHA256_LEN])
{
	struct slot *slot = slot_of(sessions, digest);

	pthread_mutex_lock(&sessions->lock);
	slot->found_ns = 0;
	slot->generation++;
	pthread_mutex_unlock(&sessions->lock);
}

/* ---- lookups ---- */

struct lookup {
	struct office *office;
	const uint8_t *digest;
	struct officer officer;
	struct program program;
	bool stale;
};

static int
work_session(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;

	officer_clear(&l->officer);
	if (session_find(tx, l->digest, (unsigned)conf_int(l->office->conf, "session_idle"),
		    (unsigned)conf_int(l->office->conf, "session_absolute"), &l->officer, &l->stale, err) == -1)
		return -1;
	return l->stale ? session_touch(tx, l->digest, err) : 0;
}

static int
work_program(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;

	return program_find(tx, l->digest, &l->program, err);
}

static void
caller_of_officer(const struct officer *officer, struct caller *caller)
{
	struct principal *who = &caller->who;
	struct err ignored = ERR_INIT;
	uint64_t role;
	unsigned at;

	who->officer_id = officer->id;
	snprintf(who->login, sizeof(who->login), "%s", officer->login);
	for (unsigned i = 0; i < officer->nrole; i++) {
		if (role_parse(bytes_str(officer->role[i].role), &role, &ignored) == -1 || role == ROLE_PROGRAM)
			continue; /* a role of another version of the programs allows nothing here */
		for (at = 0; at < who->noffice && !uuid_equal(&who->office[at], &officer->role[i].office_id); at++)
			;
		if (at == PRINCIPAL_MAX_OFFICES) {
			log_event(LOG_WARNING, "too_many_offices", "officer", officer->login, NULL);
			continue;
		}
		if (at == who->noffice)
			who->office[who->noffice++] = officer->role[i].office_id;
		caller->roles[at] |= role;
		who->roles |= role;
	}
}

static int
look_up(struct office *office, const uint8_t digest[SHA256_LEN], bool is_program, struct caller *caller, struct err *err)
{
	struct lookup l = { .office = office, .digest = digest };
	struct err ignored = ERR_INIT;
	uint64_t role;

	*caller = (struct caller){ .who = { .is_program = is_program } };
	if (db_run(office->db, DB_READ_COMMITTED, is_program ? work_program : work_session, &l, err) == -1)
		return -1;
	if (is_program) {
		caller->who.officer_id = l.program.id;
		snprintf(caller->who.login, sizeof(caller->who.login), "%s", l.program.name);
		caller->who.roles = ROLE_PROGRAM;
		if (role_parse(bytes_str(l.program.role), &role, &ignored) == 0)
			caller->who.roles |= role;
	} else {
		memcpy(caller->who.session_digest, digest, SHA256_LEN);
		caller_of_officer(&l.officer, caller);
	}
	officer_clear(&l.officer);
	return 0;
}

static int
find_caller(struct office *office, const uint8_t digest[SHA256_LEN], bool is_program, uint64_t age_ns, struct caller *caller,
	struct err *err)
{
	uint64_t begun_ns = clock_monotonic_ns();
	uint32_t generation;

	if (recall(office->sessions, digest, age_ns, caller, &generation))
		return 0;
	if (look_up(office, digest, is_program, caller, err) == -1)
		return -1;
	remember(office->sessions, digest, begun_ns, generation, caller);
	return 0;
}

/* An officer's session goes before the certificate of the machine they work at. */
int
sessions_authenticate(void *ctx, const struct request *rq, struct principal *who, struct err *err)
{
	struct office *office = ctx;
	uint64_t age_ns = OFFICE_SESSION_REMEMBERED_MS * UINT64_C(1000000);
	uint8_t digest[SHA256_LEN];
	struct caller caller;

	if (rq->session_token != NULL) {
		if (session_token_digest(rq->session_token, digest, err) == -1)
			return -1;
	} else if (rq->client_name != NULL) {
		memcpy(digest, rq->client_sha256, SHA256_LEN);
	} else {
		return err_set(err, FAIL_UNAUTHENTICATED, "nobody is signed in");
	}
	if (find_caller(office, digest, rq->session_token == NULL, age_ns, &caller, err) == -1)
		return -1;
	*who = caller.who;
	return 0;
}

int
sessions_roles(struct office *office, const struct request *rq, const struct uuid *office_id, uint64_t *roles, struct err *err)
{
	struct caller caller;

	*roles = 0;
	if (rq->who.is_program)
		return 0;
	/* however old: this request was let in by it */
	if (find_caller(office, rq->who.session_digest, false, UINT64_MAX, &caller, err) == -1)
		return -1;
	for (unsigned i = 0; i < caller.who.noffice; i++)
		if (uuid_equal(&caller.who.office[i], office_id))
			*roles = caller.roles[i];
	return 0;
}
