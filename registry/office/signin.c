/* POST, GET and DELETE /session. */
#include <stdlib.h>

#include "registry/base/clock.h"
#include "registry/office/credentials.h"
#include "registry/office/sessions.h"
#include "registry/service/signin.h"
#include "registry/store/audit.h"

struct form {
	char *login, *password, *totp;
};
static const struct json_field form_fields[] = {
	{ "login", JSON_T_CODE, offsetof(struct form, login), 0, 1, OFFICER_LOGIN_TEXT - 1 },
	{ "password", JSON_T_TEXT, offsetof(struct form, password), 0, 1, PASSWORD_MAX },
	{ "totp", JSON_T_CODE, offsetof(struct form, totp), 0, TOTP_DIGITS, TOTP_DIGITS },
	{ NULL }
};

struct attempt {
	struct office *office;
	const char *login;
	struct officer officer;
	bool exists;
	bool locked_out; /* by this attempt */
	int64_t step;
	uint8_t digest[SHA256_LEN];
};

static int
audit(struct tx *tx, const struct attempt *a, const char *kind, struct err *err)
{
	struct audit_event event = { .kind = kind, .program = a->office->name, .route = "POST /session" };

	/* an unknown login is not written down: people type their password there */
	if (a->exists)
		event.officer_id = &a->officer.id;
	return audit_add(tx, &event, err);
}

static int
work_find(struct tx *tx, void *arg, struct err *err)
{
	struct attempt *a = arg;
	struct err why = ERR_INIT;

	officer_clear(&a->officer);
	a->exists = officer_find(tx, a->login, &a->officer, &why) == 0;
	if (a->exists || why.kind == FAIL_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

static int
work_succeeded(struct tx *tx, void *arg, struct err *err)
{
	struct attempt *a = arg;

	if (officer_signed_in(tx, &a->officer.id, a->step, a->digest, err) == -1)
		return -1;
	return audit(tx, a, "signed_in", err);
}

/* The same statements whether the login exists or not, so that the time tells nothing. */
static int
work_failed(struct tx *tx, void *arg, struct err *err)
{
	struct attempt *a = arg;

	if (officer_sign_in_failed(tx, &a->officer.id, (unsigned)conf_int(a->office->conf, "lockout_failures"),
		    (unsigned)conf_int(a->office->conf, "lockout_time"), &a->locked_out, err) == -1 ||
		audit(tx, a, "sign_in_failed", err) == -1)
		return -1;
	return a->locked_out ? audit(tx, a, "locked_out", err) : 0;
}

/* The officer as JSON: who is signed in, and what they may do where. */
static json_t *
officer_json(const struct officer *officer)
{
	json_t *roles = json_array(), *o;
	char id[UUID_TEXT], office_id[UUID_TEXT];

	for (unsigned i = 0; i < officer->nrole; i++) {
		o = json_pack("{s:s, s:s}", "role", officer->role[i].role, "office_id", uuid_format(&officer->role[i].office_id, office_id));
		if (json_array_append_new(roles, o) == -1) {
			json_decref(roles);
			return NULL;
		}
	}
	return json_pack("{s:s, s:s, s:s, s:o}", "id", uuid_format(&officer->id, id), "login", officer->login, "name", officer->name,
		"roles", roles);
}

static int
attempt_sign_in(struct attempt *a, const struct form *form, struct err *err)
{
	struct err why = ERR_INIT;

	if (db_run(a->office->db, DB_READ_COMMITTED, work_find, a, err) == -1)
		return -1;
	if (credentials_check(a->office->seal, a->exists ? &a->officer : NULL, bytes_str(form->password), bytes_str(form->totp),
		    clock_now(), &a->step, &why) == 0) {
		if (db_run(a->office->db, DB_READ_COMMITTED, work_succeeded, a, &why) == 0)
			return 0;
	}
	if (why.kind != FAIL_UNAUTHENTICATED) {
		*err = why;
		return -1;
	}
	if (db_run(a->office->db, DB_READ_COMMITTED, work_failed, a, err) == -1)
		return -1;
	return err_set(err, FAIL_UNAUTHENTICATED, "login, password or code is wrong");
}

static int
post_session(struct request *rq, struct reply *rp, struct err *err)
{
	struct office *office = office_of(rq);
	struct form form = { NULL };
	struct attempt a = { .office = office };
	struct buf cookie = BUF_INIT;
	char token[SESSION_TOKEN_TEXT];
	int rc = -1;

	if (request_json(rq, form_fields, &form, err) == -1)
		return -1;
	a.login = form.login;
	if (session_token_new(token, err) == -1 || session_token_digest(token, a.digest, err) == -1 || attempt_sign_in(&a, &form, err) == -1)
		goto out;
	session_cookie(token, (unsigned)conf_int(office->conf, "session_absolute"), &cookie);
	if (buf_check(&cookie, err) == -1 || reply_header(rp, "Set-Cookie", buf_cstr(&cookie), err) == -1)
		goto out;
	rc = reply_json(rp, 201, officer_json(&a.officer), err);
out:
	wipe(token, sizeof(token));
	buf_wipe(&cookie);
	officer_clear(&a.officer);
	json_clear(form_fields, &form);
	return rc;
}

static int
work_who(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct office *office = office_of(rq);
	struct officer officer = { .nrole = 0 };
	bool stale;

	(void)arg;
	if (session_find(tx, rq->who.session_digest, (unsigned)conf_int(office->conf, "session_idle"),
		    (unsigned)conf_int(office->conf, "session_absolute"), &officer, &stale, err) == -1)
		return -1;
	return reply_json(rp, 200, officer_json(&officer), err);
}

static int
get_session(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_who, NULL, err);
}

static int
work_end(struct tx *tx, void *arg, struct err *err)
{
	const struct request *rq = arg;
	struct audit_event event = { .kind = "signed_out", .program = office_of(rq)->name, .route = "DELETE /session" };

	event.officer_id = &rq->who.officer_id;
	if (session_end(tx, rq->who.session_digest, err) == -1)
		return -1;
	return audit_add(tx, &event, err);
}

static int
delete_session(struct request *rq, struct reply *rp, struct err *err)
{
	struct office *office = office_of(rq);
	struct buf cookie = BUF_INIT;
	int rc = -1;

	if (db_run(office->db, DB_READ_COMMITTED, work_end, rq, err) == -1)
		return -1;
	sessions_forget(office->sessions, rq->who.session_digest);
	session_cookie("", 0, &cookie);
	if (buf_check(&cookie, err) == 0 && reply_header(rp, "Set-Cookie", buf_cstr(&cookie), err) == 0)
		rc = reply_empty(rp, 204);
	buf_clear(&cookie);
	return rc;
}

/* Ending a session twice is ending it; the key that a change must carry keeps foreign pages from doing it. */
const struct route session_routes[] = {
	{ "POST", "/session", 0, post_session, ROUTE_PUBLIC, "sign in with login, password and code of the second factor" },
	{ "GET", "/session", ROLES_OFFICERS, get_session, 0, "who is signed in, with roles and offices" },
	{ "DELETE", "/session", ROLES_OFFICERS, delete_session, ROUTE_CHANGES, "sign out" },
	{ NULL }
};
