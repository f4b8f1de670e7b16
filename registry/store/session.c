/* Sign-in, sessions and programs: what office programs ask of officer.h. */
#include <stdio.h>
#include <string.h>

#include "registry/store/officer.h"

enum { FIND,
	SIGN_IN,
	OPEN,
	FAILED,
	SESSION_FIND,
	SESSION_TOUCH,
	SESSION_END,
	PROGRAM_FIND,
	ACT_AS };
const struct query officer_queries[] = {
	[FIND] = { "officer_find",
		"SELECT o.id, o.login, o.name, o.is_active, coalesce(l.locked_until > now(), false), r.role, r.office_id, o.password_phc,"
		" o.totp_sealed FROM officer o LEFT JOIN officer_login l ON l.officer_id = o.id"
		" LEFT JOIN officer_role r ON r.officer_id = o.id WHERE o.login = $1" },
	/* the conditions stand in the statement: many attempts may be under way, and all wait for this row */
	[SIGN_IN] = { "officer_sign_in",
		"UPDATE officer_login l SET failures = 0, locked_until = NULL, totp_step = $2 FROM officer o"
		" WHERE l.officer_id = $1 AND o.id = l.officer_id AND o.is_active AND l.totp_step < $2"
		" AND (l.locked_until IS NULL OR l.locked_until <= now()) RETURNING 1" },
	[OPEN] = { "session_open", "INSERT INTO session (officer_id, token_sha256) VALUES ($1, $2)" },
	[FAILED] = { "officer_sign_in_failed",
		"UPDATE officer_login SET failures = CASE WHEN locked_until IS NOT NULL THEN 1 ELSE failures + 1 END,"
		" locked_until = CASE WHEN (CASE WHEN locked_until IS NOT NULL THEN 1 ELSE failures + 1 END) >= $2::int"
		" THEN now() + make_interval(secs => $3::int) END"
		" WHERE officer_id = $1 AND (locked_until IS NULL OR locked_until <= now()) RETURNING locked_until IS NOT NULL" },
	[SESSION_FIND] = { "session_find",
		"SELECT o.id, o.login, o.name, o.is_active, false, r.role, r.office_id,"
		" s.seen_at <= now() - make_interval(secs => $4::int)"
		" FROM session s JOIN officer o ON o.id = s.officer_id LEFT JOIN officer_login l ON l.officer_id = o.id"
		" LEFT JOIN officer_role r ON r.officer_id = o.id"
		" WHERE s.token_sha256 = $1 AND s.ended_at IS NULL AND s.seen_at > now() - make_interval(secs => $2::int)"
		" AND s.created_at > now() - make_interval(secs => $3::int) AND o.is_active"
		" AND (l.locked_until IS NULL OR l.locked_until <= now())" },
	[SESSION_TOUCH] = { "session_touch",
		"UPDATE session SET seen_at = now() WHERE token_sha256 = $1 AND ended_at IS NULL"
		" AND seen_at <= now() - make_interval(secs => $2::int)" },
	[SESSION_END] = { "session_end", "UPDATE session SET ended_at = now() WHERE token_sha256 = $1 AND ended_at IS NULL" },
	[PROGRAM_FIND] = { "program_find", "SELECT id, name, role FROM program WHERE certificate_sha256 = $1 AND is_active" },
	[ACT_AS] = { "officer_act_as",
		"SELECT set_config('catena.principal', $1::text, true), set_config('catena.is_auditor', (count(*) FILTER (WHERE role = 'auditor') > 0)::text, true),"
		" set_config('catena.civil_offices', coalesce(array_agg(office_id) FILTER (WHERE role IN ('civil_clerk', 'civil_registrar', 'civil_supervisor')), '{}')::text, true),"
		" set_config('catena.clerk_offices', coalesce(array_agg(office_id) FILTER (WHERE role = 'civil_clerk'), '{}')::text, true),"
		" set_config('catena.registrar_offices', coalesce(array_agg(office_id) FILTER (WHERE role = 'civil_registrar'), '{}')::text, true),"
		" set_config('catena.supervisor_offices', coalesce(array_agg(office_id) FILTER (WHERE role = 'civil_supervisor'), '{}')::text, true)"
		" FROM officer_role WHERE officer_id = $1::text::uuid" },
	{ NULL, NULL },
};

/* Columns 0..6 as in FIND; one row for each role, or one without. */
static int
officer_of_rows(const struct rows *rows, struct officer *o, struct err *err)
{
	struct officer_role *role;

	if (row_uuid(rows, 0, 0, &o->id, err) == -1)
		return -1;
	snprintf(o->login, sizeof(o->login), "%s", row_text(rows, 0, 1));
	snprintf(o->name, sizeof(o->name), "%s", row_text(rows, 0, 2));
	o->is_active = row_bool(rows, 0, 3);
	o->is_locked = row_bool(rows, 0, 4);
	for (size_t i = 0; i < rows_count(rows) && !row_is_null(rows, i, 5); i++) {
		if (o->nrole == OFFICER_MAX_ROLES)
			return err_set(err, FAIL_INTERNAL, "officer holds more than %d roles", OFFICER_MAX_ROLES);
		role = &o->role[o->nrole++];
		snprintf(role->role, sizeof(role->role), "%s", row_text(rows, i, 5));
		if (row_uuid(rows, i, 6, &role->office_id, err) == -1)
			return -1;
	}
	return 0;
}

int
officer_find(struct tx *tx, const char *login, struct officer *officer, struct err *err)
{
	struct rows *rows = NULL;
	struct officer o = { .nrole = 0 };
	int rc = -1;

	if (tx_query(tx, &officer_queries[FIND], ARGS(arg_text(login)), &rows, err) == -1)
		goto out;
	if (rows_count(rows) == 0) {
		err_set(err, FAIL_NOT_FOUND, "there is no such officer");
		goto out;
	}
	buf_str(&o.password_phc, row_text(rows, 0, 7));
	if (officer_of_rows(rows, &o, err) == -1 || row_bytes(rows, 0, 8, &o.totp_sealed, err) == -1 ||
		buf_check(&o.password_phc, err) == -1)
		goto out;
	*officer = o;
	o = (struct officer){ .nrole = 0 };
	rc = 0;
out:
	officer_clear(&o);
	rows_free(rows);
	return rc;
}

int
officer_signed_in(struct tx *tx, const struct uuid *officer_id, int64_t totp_step, const uint8_t token_sha256[SHA256_LEN],
	struct err *err)
{
	struct rows *rows;

	if (tx_query_one(tx, &officer_queries[SIGN_IN], ARGS(arg_uuid(officer_id), arg_int(totp_step)), FAIL_UNAUTHENTICATED,
		    "the officer may not sign in now", &rows, err) == -1)
		return -1;
	rows_free(rows);
	return tx_later(tx, &officer_queries[OPEN], ARGS(arg_uuid(officer_id), arg_bytes(BYTES(token_sha256, SHA256_LEN))), -1, "", err);
}

int
officer_sign_in_failed(struct tx *tx, const struct uuid *officer_id, unsigned lockout_failures, unsigned lockout_seconds,
	bool *locked_out, struct err *err)
{
	struct rows *rows;

	if (tx_query(tx, &officer_queries[FAILED], ARGS(arg_uuid(officer_id), arg_int(lockout_failures), arg_int(lockout_seconds)),
		    &rows, err) == -1)
		return -1;
	*locked_out = rows_count(rows) == 1 && row_bool(rows, 0, 0);
	rows_free(rows);
	return 0;
}

int
session_find(struct tx *tx, const uint8_t token_sha256[SHA256_LEN], unsigned idle_seconds, unsigned absolute_seconds,
	struct officer *officer, bool *stale, struct err *err)
{
	struct officer o = { .nrole = 0 };
	struct rows *rows;
	int rc = -1;

	if (tx_query(tx, &officer_queries[SESSION_FIND],
		    ARGS(arg_bytes(BYTES(token_sha256, SHA256_LEN)), arg_int(idle_seconds), arg_int(absolute_seconds),
			    arg_int(SESSION_TOUCH_SECONDS)),
		    &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0) {
		err_set(err, FAIL_UNAUTHENTICATED, "the session has ended");
	} else if (officer_of_rows(rows, &o, err) == 0) {
		*stale = row_bool(rows, 0, 7);
		*officer = o;
		rc = 0;
	}
	rows_free(rows);
	return rc;
}

int
session_touch(struct tx *tx, const uint8_t token_sha256[SHA256_LEN], struct err *err)
{
	return tx_later(tx, &officer_queries[SESSION_TOUCH],
		ARGS(arg_bytes(BYTES(token_sha256, SHA256_LEN)), arg_int(SESSION_TOUCH_SECONDS)), -1, "", err);
}

int
session_end(struct tx *tx, const uint8_t token_sha256[SHA256_LEN], struct err *err)
{
	return tx_later(tx, &officer_queries[SESSION_END], ARGS(arg_bytes(BYTES(token_sha256, SHA256_LEN))), -1, "", err);
}

int
program_find(struct tx *tx, const uint8_t certificate_sha256[SHA256_LEN], struct program *program, struct err *err)
{
	struct rows *rows;
	struct program p = { .name = "" };
	int rc;

	if (tx_query_one(tx, &officer_queries[PROGRAM_FIND], ARGS(arg_bytes(BYTES(certificate_sha256, SHA256_LEN))),
		    FAIL_UNAUTHENTICATED, "the certificate belongs to no program of the registry", &rows, err) == -1)
		return -1;
	snprintf(p.name, sizeof(p.name), "%s", row_text(rows, 0, 1));
	snprintf(p.role, sizeof(p.role), "%s", row_text(rows, 0, 2));
	rc = row_uuid(rows, 0, 0, &p.id, err);
	if (rc == 0)
		*program = p;
	rows_free(rows);
	return rc;
}

int
officer_act_as(struct tx *tx, const struct uuid *principal_id, struct err *err)
{
	char id[UUID_TEXT];

	return tx_later(tx, &officer_queries[ACT_AS], ARGS(arg_text(uuid_format(principal_id, id))), -1, NULL, err);
}
