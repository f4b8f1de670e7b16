/* Sessions of a token: opening, lending, losing and connecting again.  Keys are in token_key.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <p11-kit/uri.h>

#include "pki/token-local.h"

enum { WAIT_S = 10,
	PIN_MAX = 256,
	MAX_SLOTS = 256,
	MAX_SESSIONS = 256,
	AFRESH_S = 2 }; /* between two times that the library is started afresh */

/*
 * A library, shared by the tokens that are reached through it: it is initialised once for the process, and when it is started afresh
 * for one of them the sessions of all are gone.
 */
struct module {
	struct module *next; /* in `modules` */
	char *path;
	unsigned users; /* tokens */
	CK_FUNCTION_LIST *f;
	bool initialized;
	pthread_rwlock_t running;   /* read: an operation is under way in the library; write: it is started afresh */
	_Atomic unsigned beginning; /* counts the starts: what was opened before the last one is gone */
	time_t afresh_at;           /* monotonic; under `running`; when it was started afresh */
};

static struct module *modules;
static pthread_mutex_t modules_lock = PTHREAD_MUTEX_INITIALIZER; /* for the list and its users */

struct token {
	P11KitUri *uri;
	char *module_path;
	struct module *library; /* what `module` is the functions of */
	CK_FUNCTION_LIST *module;
	uint8_t *pin; /* a locked page of its own */
	size_t pin_len, pin_page;
	char label[33], serial[17];

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t returned;
	struct session *session; /* all `max` of them */
	struct session *idle;    /* those not lent out, last returned first: it is the most likely still good */
	unsigned max;
	bool pin_refused;   /* not tried again: refusals are counted by the token */
	bool refusal_shows; /* the token said so in its flags */
	CK_SLOT_ID slot;
	_Atomic unsigned connection; /* grows with every log-in; 0 before the first */
	_Atomic unsigned gone;       /* handles of sessions up to this connection no longer exist at the token */
	_Atomic unsigned beginning;  /* of the library, which `gone` knows about */
};

const char *
token_label(const struct token *token)
{
	return token->label;
}

const char *
token_serial(const struct token *token)
{
	return token->serial;
}

int
token_error(CK_RV rv, const char *what, struct err *err)
{
	enum fail kind = FAIL_INTERNAL;

	switch (rv) {
	case CKR_PIN_INCORRECT:
	case CKR_PIN_INVALID:
	case CKR_PIN_LEN_RANGE:
		kind = FAIL_DENIED;
		break;
	case CKR_PIN_LOCKED:
	case CKR_PIN_EXPIRED:
	case CKR_TOKEN_NOT_PRESENT:
	case CKR_TOKEN_NOT_RECOGNIZED:
	case CKR_DEVICE_REMOVED:
	case CKR_DEVICE_ERROR:
	case CKR_DEVICE_MEMORY:
	case CKR_SLOT_ID_INVALID:
	case CKR_SESSION_COUNT:
	case CKR_SESSION_CLOSED:
	case CKR_SESSION_HANDLE_INVALID:
	case CKR_USER_NOT_LOGGED_IN:
	case CKR_CRYPTOKI_NOT_INITIALIZED:
		kind = FAIL_AGAIN;
		break;
	default:
		break;
	}
	return err_set(err, kind, "token: %s: %s", what, p11_kit_strerror(rv));
}

/* The session or what it stood on is gone: connecting again may help. */
static bool
is_loss(CK_RV rv)
{
	switch (rv) {
	case CKR_SESSION_HANDLE_INVALID:
	case CKR_SESSION_CLOSED:
	case CKR_USER_NOT_LOGGED_IN:
	case CKR_TOKEN_NOT_PRESENT:
	case CKR_TOKEN_NOT_RECOGNIZED:
	case CKR_DEVICE_REMOVED:
	case CKR_DEVICE_ERROR:
	case CKR_KEY_HANDLE_INVALID:
	case CKR_OBJECT_HANDLE_INVALID:
	case CKR_OPERATION_ACTIVE:
	case CKR_SLOT_ID_INVALID:
	case CKR_CRYPTOKI_NOT_INITIALIZED:
		return true;
	default:
		return false;
	}
}

/* ... and its handle means nothing any more. */
static bool
is_gone(CK_RV rv)
{
	return rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED || rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_DEVICE_REMOVED ||
		rv == CKR_CRYPTOKI_NOT_INITIALIZED;
}

/* The one slot whose token the URI describes.  Slot numbers of software tokens change, so it is looked for every time. */
static int
find_slot(struct token *t, CK_SLOT_ID *slot, struct err *err)
{
	CK_SLOT_ID ids[MAX_SLOTS];
	CK_ULONG n = MAX_SLOTS;
	CK_RV rv = t->module->C_GetSlotList(CK_TRUE, ids, &n);
	unsigned found = 0;

	if (rv != CKR_OK)
		return token_error(rv, "list of slots", err);
	for (CK_ULONG i = 0; i < n; i++) {
		CK_TOKEN_INFO info;

		if (t->module->C_GetTokenInfo(ids[i], &info) != CKR_OK || !(info.flags & CKF_TOKEN_INITIALIZED) ||
			p11_kit_uri_match_token_info(t->uri, &info) != 1)
			continue;
		if (found++ > 0)
			return err_set(err, FAIL_CONFLICT, "token: more than one matches the URI");
		*slot = ids[i];
		snprintf(t->label, sizeof(t->label), "%.*s", (int)p11_kit_space_strlen(info.label, sizeof(info.label)), info.label);
		snprintf(t->serial, sizeof(t->serial), "%.*s",
			(int)p11_kit_space_strlen(info.serialNumber, sizeof(info.serialNumber)), info.serialNumber);
	}
	if (found == 0)
		return err_set(err, FAIL_AGAIN, "token: none in the slots of %s matches the URI", t->module_path);
	return 0;
}

/*
 * Closes what the session had open, unless the token lost it: a library may have given the same handle to another session
 * since.  Never C_CloseAllSessions: other threads may be signing, and SoftHSM frees their sessions under them.
 */
static void
close_own(struct token *t, struct session *s)
{
	if (s->connection > t->gone)
		t->module->C_CloseSession(s->handle);
	s->connection = 0;
}

/*
 * A token that was away: libraries that look for tokens only when they start (SoftHSM) show it again after C_Finalize and
 * C_Initialize.  Nobody loses by it who has no other token there: with no token in the slots no session works; a token beside it connects
 * again.  Waits for the operations that are under way.  t->lock is held, and this thread runs no operation.
 */
static int
start_afresh(struct token *t, struct err *err)
{
	struct module *m = t->library;
	struct timespec now;
	CK_RV rv = CKR_OK;
	int rc = -1; /* with the err of who found no token */

	pthread_rwlock_wrlock(&m->running);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (m->afresh_at == 0 || now.tv_sec - m->afresh_at >= AFRESH_S) {
		m->afresh_at = now.tv_sec;
		if (m->initialized)
			p11_kit_module_finalize(m->f);
		rv = p11_kit_module_initialize(m->f);
		m->initialized = rv == CKR_OK;
		atomic_fetch_add(&m->beginning, 1);
		rc = 0;
	}
	pthread_rwlock_unlock(&m->running);
	if (rv != CKR_OK)
		return err_set(err, FAIL_AGAIN, "token: %s cannot be started afresh: %s", t->module_path, p11_kit_strerror(rv));
	return rc;
}

/* What this token had open before its library was started afresh, by whomever, is gone.  t->lock is held. */
static void
notice_beginning(struct token *t)
{
	unsigned beginning = atomic_load(&t->library->beginning);

	if (t->beginning == beginning)
		return;
	t->beginning = beginning;
	t->gone = t->connection;
}

static int
find_slot_again(struct token *t, struct err *err)
{
	int rc;

	pthread_rwlock_rdlock(&t->library->running);
	rc = find_slot(t, &t->slot, err);
	pthread_rwlock_unlock(&t->library->running);
	if (rc == 0)
		return 0;
	if (t->connection == 0 || err->kind != FAIL_AGAIN || start_afresh(t, err) == -1)
		return -1;
	notice_beginning(t);
	pthread_rwlock_rdlock(&t->library->running);
	rc = find_slot(t, &t->slot, err);
	pthread_rwlock_unlock(&t->library->running);
	return rc;
}

/* The token remembers a refused PIN (or is locked by several) and no right one came since. */
static bool
pin_is_in_doubt(struct token *t)
{
	CK_TOKEN_INFO info;

	return t->module->C_GetTokenInfo(t->slot, &info) == CKR_OK &&
		(info.flags & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)) != 0;
}

/*
 * A PIN that was refused is tried again only when the token showed the refusal in its flags and they are clear now: then somebody has set
 * the PIN anew or logged in, and its count of refusals began again.
 */
static int
pin_may_be_tried(struct token *t, struct err *err)
{
	if (!t->pin_refused)
		return 0;
	if (!t->refusal_shows || pin_is_in_doubt(t))
		return err_set(err, FAIL_AGAIN, "token: the PIN was refused before and is not tried again while the token remembers that");
	t->pin_refused = false;
	return 0;
}

/* In the slot that was found; the library keeps running meanwhile. */
static int
log_in(struct token *t, struct session *s, struct err *err)
{
	bool again = t->connection != 0;
	CK_RV rv;

	if (pin_may_be_tried(t, err) == -1)
		return -1;
	rv = t->module->C_OpenSession(t->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s->handle);
	if (rv != CKR_OK)
		return token_error(rv, "opening a session", err);
	rv = t->module->C_Login(s->handle, CKU_USER, t->pin, (CK_ULONG)t->pin_len);
	if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN) {
		t->module->C_CloseSession(s->handle);
		token_error(rv, "log-in", err);
		if (err->kind == FAIL_DENIED || rv == CKR_PIN_LOCKED) {
			t->pin_refused = true;
			t->refusal_shows = pin_is_in_doubt(t);
			if (again)
				err->kind = FAIL_AGAIN; /* not the caller's fault: somebody changed the token's PIN */
		}
		return -1;
	}
	s->connection = atomic_fetch_add(&t->connection, 1) + 1;
	return 0;
}

/* Opens and logs in; t->lock is held. */
static int
connect_locked(struct token *t, struct session *s, struct err *err)
{
	int rc = -1;

	pthread_rwlock_rdlock(&t->library->running);
	notice_beginning(t);
	close_own(t, s);
	pthread_rwlock_unlock(&t->library->running);
	if (find_slot_again(t, err) == -1)
		return -1;
	pthread_rwlock_rdlock(&t->library->running);
	if (t->beginning != atomic_load(&t->library->beginning))
		err_set(err, FAIL_AGAIN, "token: its library was started afresh for another token");
	else
		rc = log_in(t, s, err);
	pthread_rwlock_unlock(&t->library->running);
	return rc;
}

/* A session of the present connection: opened, or opened again after somebody else connected. */
static int
session_ready(struct session *s, struct err *err)
{
	struct token *t = s->token;
	CK_RV rv = CKR_OK;
	int rc = -1;

	if (s->connection != 0 && s->connection == atomic_load(&t->connection))
		return 0;
	pthread_mutex_lock(&t->lock);
	pthread_rwlock_rdlock(&t->library->running);
	notice_beginning(t);
	close_own(t, s);
	if (t->connection > t->gone) { /* logged in: log-in is shared by all sessions of a process */
		rv = t->module->C_OpenSession(t->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s->handle);
		if (rv == CKR_OK)
			s->connection = t->connection;
	}
	pthread_rwlock_unlock(&t->library->running);
	if (t->connection > t->gone && (rv == CKR_OK || !is_loss(rv)))
		rc = rv == CKR_OK ? 0 : token_error(rv, "opening a session", err);
	else
		rc = connect_locked(t, s, err);
	pthread_mutex_unlock(&t->lock);
	return rc;
}

/* Connects again, unless another thread did so since this session's connection. */
static int
session_reconnect(struct session *s, CK_RV why, struct err *err)
{
	struct token *t = s->token;
	int rc = 0;

	pthread_mutex_lock(&t->lock);
	if (is_gone(why) && s->connection > t->gone)
		t->gone = s->connection;
	if (s->connection == t->connection)
		rc = connect_locked(t, s, err);
	pthread_mutex_unlock(&t->lock);
	return rc == -1 ? -1 : session_ready(s, err);
}

static CK_RV
run_shared(struct session *s, session_operation *run, void *arg)
{
	struct token *t = s->token;
	CK_RV rv = CKR_SESSION_CLOSED;

	pthread_rwlock_rdlock(&t->library->running);
	/* started afresh since session_ready: this handle may be another thread's session by now */
	if (s->connection > t->gone && atomic_load(&t->beginning) == atomic_load(&t->library->beginning))
		rv = run(s, t->module, arg);
	pthread_rwlock_unlock(&t->library->running);
	return rv;
}

int
session_run(struct session *s, session_operation *run, void *arg, const char *what, struct err *err)
{
	CK_RV rv;

	if (session_ready(s, err) == -1)
		return -1;
	rv = run_shared(s, run, arg);
	if (rv != CKR_OK && is_loss(rv)) {
		if (session_reconnect(s, rv, err) == -1) {
			err->kind = FAIL_AGAIN;
			return -1;
		}
		rv = run_shared(s, run, arg);
	}
	return rv == CKR_OK ? 0 : token_error(rv, what, err);
}

unsigned
session_connection(const struct session *s)
{
	return s->connection;
}

static int
pin_keep(struct token *t, struct bytes pin, struct err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *p;

	if (pin.n > PIN_MAX)
		return err_set(err, FAIL_INPUT, "token: a PIN of %zu octets, at most %d", pin.n, PIN_MAX);
	p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return err_errno(err, "token: memory for the PIN");
	t->pin = p;
	t->pin_page = page;
	t->pin_len = pin.n;
	if (mlock(p, page) == -1)
		return err_errno(err, "token: memory for the PIN cannot be locked");
	madvise(p, page, MADV_DONTDUMP);
	if (pin.n > 0)
		memcpy(p, pin.p, pin.n);
	return 0;
}

static void
module_free(struct module *m)
{
	if (m->initialized)
		p11_kit_module_finalize(m->f);
	if (m->f != NULL)
		p11_kit_module_release(m->f);
	pthread_rwlock_destroy(&m->running);
	free(m->path);
	free(m);
}

static int
module_new(const char *path, struct module **module, struct err *err)
{
	struct module *m = calloc(1, sizeof(*m));
	CK_RV rv;

	if (m == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	pthread_rwlock_init(&m->running, NULL);
	m->path = strdup(path);
	m->f = p11_kit_module_load(path, 0);
	if (m->path == NULL || m->f == NULL) {
		err_set(err, FAIL_NOT_FOUND, "token: module %s: %s", path, p11_kit_message() != NULL ? p11_kit_message() : "cannot be loaded");
		module_free(m);
		return -1;
	}
	rv = p11_kit_module_initialize(m->f);
	if (rv != CKR_OK) {
		module_free(m);
		return token_error(rv, path, err);
	}
	m->initialized = true;
	*module = m;
	return 0;
}

/* The library of the token's path, loaded when no other token of this process uses it. */
static int
load_module(struct token *t, struct err *err)
{
	struct module *m;
	int rc = 0;

	pthread_mutex_lock(&modules_lock);
	for (m = modules; m != NULL && strcmp(m->path, t->module_path) != 0; m = m->next)
		;
	if (m == NULL && (rc = module_new(t->module_path, &m, err)) == 0) {
		m->next = modules;
		modules = m;
	}
	if (rc == 0) {
		m->users++;
		t->library = m;
		t->module = m->f;
		t->beginning = atomic_load(&m->beginning);
	}
	pthread_mutex_unlock(&modules_lock);
	return rc;
}

static void
unload_module(struct module *m)
{
	struct module **at = &modules;

	pthread_mutex_lock(&modules_lock);
	if (--m->users == 0) {
		while (*at != m)
			at = &(*at)->next;
		*at = m->next;
		module_free(m);
	}
	pthread_mutex_unlock(&modules_lock);
}

static int
parse_uri(struct token *t, const char *text, struct err *err)
{
	const char *path;
	int rc;

	t->uri = p11_kit_uri_new();
	if (t->uri == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	rc = p11_kit_uri_parse(text, P11_KIT_URI_FOR_TOKEN | P11_KIT_URI_FOR_MODULE, t->uri);
	if (rc != P11_KIT_URI_OK)
		return err_set(err, FAIL_INPUT, "token URI: %s (RFC 7512)", p11_kit_uri_message(rc));
	if (p11_kit_uri_get_pin_value(t->uri) != NULL)
		return err_set(err, FAIL_INPUT, "token URI: pin-value is not accepted, a PIN must not stand in a configuration");
	path = p11_kit_uri_get_module_path(t->uri);
	if (path == NULL)
		return err_set(err, FAIL_INPUT, "token URI: module-path is missing (RFC 7512 2.4)");
	t->module_path = strdup(path);
	return t->module_path == NULL ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;
}

int
token_pin_source(const char *uri, struct buf *source, struct err *err)
{
	P11KitUri *parsed = p11_kit_uri_new();
	const char *text;
	int rc = -1;

	if (parsed == NULL || p11_kit_uri_parse(uri, P11_KIT_URI_FOR_TOKEN | P11_KIT_URI_FOR_MODULE, parsed) != P11_KIT_URI_OK)
		err_set(err, FAIL_INPUT, "token URI: not one of RFC 7512");
	else {
		text = p11_kit_uri_get_pin_source(parsed);
		buf_clear(source);
		if (text != NULL && *text == '|')
			err_set(err, FAIL_INPUT, "token URI: pin-source runs a program, which is not accepted");
		else {
			buf_str(source, text != NULL ? text : "");
			rc = buf_check(source, err);
		}
	}
	p11_kit_uri_free(parsed);
	return rc;
}

static int
make_pool(struct token *t, unsigned sessions, struct err *err)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->returned, &attr);
	pthread_condattr_destroy(&attr);
	t->session = calloc(sessions, sizeof(*t->session));
	if (t->session == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	t->max = sessions;
	for (unsigned i = sessions; i-- > 0;) {
		t->session[i].token = t;
		t->session[i].next = t->idle;
		t->idle = &t->session[i];
	}
	return 0;
}

int
token_open(const char *uri, struct bytes pin, unsigned sessions, struct token **token, struct err *err)
{
	struct token *t;
	struct session *s = NULL;
	int rc;

	if (sessions < 1 || sessions > MAX_SESSIONS)
		return err_set(err, FAIL_INPUT, "token: %u sessions, wanted 1 to %d", sessions, MAX_SESSIONS);
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (make_pool(t, sessions, err) == -1 || parse_uri(t, uri, err) == -1 || pin_keep(t, pin, err) == -1 ||
		load_module(t, err) == -1)
		goto fail;
	pthread_rwlock_rdlock(&t->library->running);
	rc = find_slot(t, &t->slot, err);
	pthread_rwlock_unlock(&t->library->running);
	if (rc == -1) {
		if (err->kind == FAIL_AGAIN)
			err->kind = FAIL_NOT_FOUND;
		goto fail;
	}
	if (token_borrow(t, &s, err) == -1)
		goto fail;
	token_return(t, s);
	*token = t;
	return 0;
fail:
	token_close(t);
	return -1;
}

void
token_close(struct token *t)
{
	if (t == NULL)
		return;
	if (t->library != NULL) {
		pthread_rwlock_rdlock(&t->library->running);
		if (t->connection != 0)
			t->module->C_CloseAllSessions(t->slot);
		pthread_rwlock_unlock(&t->library->running);
		unload_module(t->library);
	}
	if (t->pin != NULL) {
		wipe(t->pin, t->pin_page);
		munmap(t->pin, t->pin_page);
	}
	p11_kit_uri_free(t->uri);
	free(t->module_path);
	free(t->session);
	pthread_cond_destroy(&t->returned);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

int
token_borrow(struct token *t, struct session **out, struct err *err)
{
	struct timespec until;
	struct session *s;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_S;
	pthread_mutex_lock(&t->lock);
	while (t->idle == NULL)
		if (pthread_cond_timedwait(&t->returned, &t->lock, &until) == ETIMEDOUT && t->idle == NULL) {
			pthread_mutex_unlock(&t->lock);
			return err_set(err, FAIL_AGAIN, "token: all %u sessions are busy", t->max);
		}
	s = t->idle;
	t->idle = s->next;
	pthread_mutex_unlock(&t->lock);
	if (session_ready(s, err) == -1) {
		token_return(t, s);
		return -1;
	}
	*out = s;
	return 0;
}

void
token_return(struct token *t, struct session *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&t->lock);
	s->next = t->idle;
	t->idle = s;
	pthread_cond_signal(&t->returned);
	pthread_mutex_unlock(&t->lock);
}

static CK_RV
look(struct session *s, CK_FUNCTION_LIST *f, void *arg)
{
	CK_SESSION_INFO info;
	CK_RV rv = f->C_GetSessionInfo(s->handle, &info);

	(void)arg;
	if (rv == CKR_OK && info.state != CKS_RW_USER_FUNCTIONS)
		rv = CKR_USER_NOT_LOGGED_IN;
	return rv;
}

int
token_check(struct token *t, struct err *err)
{
	struct session *s = NULL;
	int rc;

	if (token_borrow(t, &s, err) == -1)
		return -1;
	rc = session_run(s, look, NULL, "state of the session", err);
	token_return(t, s);
	return rc;
}
