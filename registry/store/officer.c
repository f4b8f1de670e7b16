#include <stdio.h>
#include <string.h>

#include "registry/store/officer.h"

enum { ADD,
	ADD_LOGIN,
	ROLE_ADD,
	ROLE_REMOVE,
	RESET,
	RESET_LOGIN,
	END_SESSIONS,
	SET_ACTIVE,
	LIST,
	PROGRAM_ADD };
const struct query officer_admin_queries[] = {
	[ADD] = { "officer_add", "INSERT INTO officer (id, login, name, password_phc, totp_sealed) VALUES ($1, $2, $3, $4, $5)" },
	[ADD_LOGIN] = { "officer_add_login", "INSERT INTO officer_login (officer_id) VALUES ($1)" },
	[ROLE_ADD] = { "officer_role_add",
		"INSERT INTO officer_role (officer_id, role, office_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING" },
	[ROLE_REMOVE] = { "officer_role_remove",
		"DELETE FROM officer_role WHERE officer_id = $1 AND role = $2 AND office_id = $3 RETURNING 1" },
	[RESET] = { "officer_reset", "UPDATE officer SET password_phc = $2, totp_sealed = $3 WHERE id = $1 RETURNING 1" },
	/* the last time step stays: a code seen once is not good for the new secret by accident either */
	[RESET_LOGIN] = { "officer_reset_login", "UPDATE officer_login SET failures = 0, locked_until = NULL WHERE officer_id = $1" },
	[END_SESSIONS] = { "officer_end_sessions", "UPDATE session SET ended_at = now() WHERE officer_id = $1 AND ended_at IS NULL" },
	[SET_ACTIVE] = { "officer_set_active", "UPDATE officer SET is_active = $2 WHERE id = $1 RETURNING 1" },
	[LIST] = { "officer_list",
		"SELECT o.id, o.login, o.name, o.is_active, coalesce(l.locked_until > now(), false), r.role, r.office_id"
		" FROM officer o LEFT JOIN officer_login l ON l.officer_id = o.id LEFT JOIN officer_role r ON r.officer_id = o.id"
		" ORDER BY o.login, r.role, r.office_id" },
	[PROGRAM_ADD] = { "program_add", "INSERT INTO program (id, name, certificate_sha256, role) VALUES ($1, $2, $3, $4)" },
	{ NULL, NULL },
};

void
officer_clear(struct officer *officer)
{
	buf_wipe(&officer->password_phc);
	buf_wipe(&officer->totp_sealed);
	*officer = (struct officer){ .nrole = 0 };
}

int
officer_add(struct tx *tx, const struct uuid *id, const char *login, const char *name, const char *password_phc,
	struct bytes totp_sealed, struct err *err)
{
	if (tx_later(tx, &officer_admin_queries[ADD],
		    ARGS(arg_uuid(id), arg_text(login), arg_text(name), arg_text(password_phc), arg_bytes(totp_sealed)), 1, "", err) == -1 ||
		tx_later(tx, &officer_admin_queries[ADD_LOGIN], ARGS(arg_uuid(id)), 1, "", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
officer_role_add(struct tx *tx, const struct uuid *officer_id, const char *role, const struct uuid *office_id, struct err *err)
{
	return tx_later(tx, &officer_admin_queries[ROLE_ADD], ARGS(arg_uuid(officer_id), arg_text(role), arg_uuid(office_id)), -1, "",
		err);
}

/* Runs a statement that must hit one row. */
static int
hit(struct tx *tx, int query, const struct arg *args, size_t n, const char *what, struct err *err)
{
	struct rows *rows;

	if (tx_query_one(tx, &officer_admin_queries[query], args, n, FAIL_NOT_FOUND, what, &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

int
officer_role_remove(struct tx *tx, const struct uuid *officer_id, const char *role, const struct uuid *office_id, struct err *err)
{
	return hit(tx, ROLE_REMOVE, ARGS(arg_uuid(officer_id), arg_text(role), arg_uuid(office_id)),
		"the officer does not hold that role for that office", err);
}

int
officer_reset(struct tx *tx, const struct uuid *officer_id, const char *password_phc, struct bytes totp_sealed, struct err *err)
{
	if (hit(tx, RESET, ARGS(arg_uuid(officer_id), arg_text(password_phc), arg_bytes(totp_sealed)), "there is no such officer",
		    err) == -1 ||
		tx_later(tx, &officer_admin_queries[RESET_LOGIN], ARGS(arg_uuid(officer_id)), -1, "", err) == -1)
		return -1;
	return tx_later(tx, &officer_admin_queries[END_SESSIONS], ARGS(arg_uuid(officer_id)), -1, "", err);
}

int
officer_set_active(struct tx *tx, const struct uuid *officer_id, bool is_active, struct err *err)
{
	if (hit(tx, SET_ACTIVE, ARGS(arg_uuid(officer_id), arg_bool(is_active)), "there is no such officer", err) == -1)
		return -1;
	return is_active ? 0 : tx_later(tx, &officer_admin_queries[END_SESSIONS], ARGS(arg_uuid(officer_id)), -1, "", err);
}

int
officer_list(struct tx *tx, int (*each)(void *arg, const struct officer *officer, struct err *err), void *arg, struct err *err)
{
	struct officer o = { .nrole = 0 };
	struct officer_role *role;
	struct rows *rows;
	int rc = -1;
	size_t i = 0, n;

	if (tx_query(tx, &officer_admin_queries[LIST], NULL, 0, &rows, err) == -1)
		return -1;
	for (n = rows_count(rows); i < n;) {
		officer_clear(&o);
		if (row_uuid(rows, i, 0, &o.id, err) == -1)
			goto out;
		snprintf(o.login, sizeof(o.login), "%s", row_text(rows, i, 1));
		snprintf(o.name, sizeof(o.name), "%s", row_text(rows, i, 2));
		o.is_active = row_bool(rows, i, 3);
		o.is_locked = row_bool(rows, i, 4);
		do { /* one row for each role, or one without */
			if (row_is_null(rows, i, 5) || o.nrole == OFFICER_MAX_ROLES)
				continue;
			role = &o.role[o.nrole++];
			snprintf(role->role, sizeof(role->role), "%s", row_text(rows, i, 5));
			if (row_uuid(rows, i, 6, &role->office_id, err) == -1)
				goto out;
		} while (++i < n && strcmp(row_text(rows, i, 1), o.login) == 0);
		if (each(arg, &o, err) != 0)
			goto out;
	}
	rc = 0;
out:
	rows_free(rows);
	return rc;
}

int
program_add(struct tx *tx, const struct uuid *id, const char *name, const uint8_t certificate_sha256[SHA256_LEN], const char *role,
	struct err *err)
{
	if (tx_later(tx, &officer_admin_queries[PROGRAM_ADD],
		    ARGS(arg_uuid(id), arg_text(name), arg_bytes(BYTES(certificate_sha256, SHA256_LEN)), arg_text(role)), 1, "", err) == -1)
		return -1;
	return tx_flush(tx, err);
}
