/*
 * officer.h - officers, their roles and credentials, sessions, and programs that sign in with a certificate.
 *
 * This module stores and compares; hashing, codes and cookies are registry/service/signin.h, sealing is registry/base/seal.h.
 * Role names are those of registry/service/roles.h; here they are text.
 */
#ifndef CATENA_STORE_OFFICER_H
#define CATENA_STORE_OFFICER_H

#include "registry/base/digest.h"
#include "registry/store/db.h"

enum {
	OFFICER_LOGIN_TEXT = 33, /* with the 0 */
	OFFICER_NAME_TEXT = 401, /* 100 characters of at most 4 octets */
	OFFICER_ROLE_TEXT = 33,
	OFFICER_MAX_ROLES = 64,
	SESSION_TOUCH_SECONDS = 60 /* seen_at is written at most so often */
};

struct officer_role {
	char role[OFFICER_ROLE_TEXT];
	struct uuid office_id;
};

/* Plain data.  officer_clear wipes the credentials. */
struct officer {
	struct uuid id;
	char login[OFFICER_LOGIN_TEXT];
	char name[OFFICER_NAME_TEXT];
	bool is_active;
	bool is_locked; /* by failed sign-ins, now */
	unsigned nrole;
	struct officer_role role[OFFICER_MAX_ROLES];
	struct buf password_phc; /* filled by officer_find only */
	struct buf totp_sealed;  /* the same */
};
void officer_clear(struct officer *officer);

extern const struct query officer_queries[];       /* what office programs use */
extern const struct query officer_admin_queries[]; /* what only the owner may do: `catena officer` */

/* ---- administration, as catena_owner ---- */
/* login: [a-z][a-z0-9._-]{1,31}.  A login that exists is FAIL_CONFLICT. */
int officer_add(struct tx *tx, const struct uuid *id, const char *login, const char *name, const char *password_phc,
	struct bytes totp_sealed, struct err *err);
/* Holding it already is fine. */
int officer_role_add(struct tx *tx, const struct uuid *officer_id, const char *role, const struct uuid *office_id, struct err *err);
/* FAIL_NOT_FOUND when not held. */
int officer_role_remove(struct tx *tx, const struct uuid *officer_id, const char *role, const struct uuid *office_id, struct err *err);
/* New credentials; failures and lock-out are forgotten, sessions end. */
int officer_reset(struct tx *tx, const struct uuid *officer_id, const char *password_phc, struct bytes totp_sealed, struct err *err);
/* false: cannot sign in, sessions end. */
int officer_set_active(struct tx *tx, const struct uuid *officer_id, bool is_active, struct err *err);
/* In the order of the logins, without credentials. */
int officer_list(struct tx *tx, int (*each)(void *arg, const struct officer *officer, struct err *err), void *arg, struct err *err);
int program_add(struct tx *tx, const struct uuid *id, const char *name, const uint8_t certificate_sha256[SHA256_LEN],
	const char *role, struct err *err);

/* ---- sign-in ---- */
/* With roles and credentials; FAIL_NOT_FOUND.  *officer must be zeroed; caller: officer_clear. */
int officer_find(struct tx *tx, const char *login, struct officer *officer, struct err *err);

/*
 * A sign-in whose password and code were right.  Refused with FAIL_UNAUTHENTICATED when the officer is inactive or locked out by
 * now, or the time step is not later than the last one used (RFC 6238 5.2).  Forgets failures and opens the session.
 */
int officer_signed_in(struct tx *tx, const struct uuid *officer_id, int64_t totp_step, const uint8_t token_sha256[SHA256_LEN],
	struct err *err);
/*
 * Counts a failure; the lockout_failures'th in a row locks out for lockout_seconds, and *locked_out (queried now) says that this
 * one did.  An attempt during a lock-out counts for nothing.  An id that does not exist does the same work and changes nothing.
 */
int officer_sign_in_failed(struct tx *tx, const struct uuid *officer_id, unsigned lockout_failures, unsigned lockout_seconds,
	bool *locked_out, struct err *err);

/* ---- sessions ---- */
/*
 * The officer of a session that is not ended, not idle for idle_seconds, not older than absolute_seconds, and whose officer is active
 * and not locked out; else FAIL_UNAUTHENTICATED.  *stale: seen_at is SESSION_TOUCH_SECONDS old, call session_touch.
 * *officer must be zeroed; no credentials.
 */
int session_find(struct tx *tx, const uint8_t token_sha256[SHA256_LEN], unsigned idle_seconds, unsigned absolute_seconds,
	struct officer *officer, bool *stale, struct err *err);
int session_touch(struct tx *tx, const uint8_t token_sha256[SHA256_LEN], struct err *err);
/* An ended or unknown session is fine. */
int session_end(struct tx *tx, const uint8_t token_sha256[SHA256_LEN], struct err *err);

/* ---- whoever acts ---- */
/*
 * Who acts in this transaction, officer or program: 0180-jurisdiction.sql holds civild's to the offices of their roles.  Queued: the first thing in
 * the transaction.
 */
int officer_act_as(struct tx *tx, const struct uuid *principal_id, struct err *err);

/* ---- programs ---- */
struct program {
	struct uuid id;
	char name[64];
	char role[OFFICER_ROLE_TEXT];
};
/* An active program by its certificate, else FAIL_UNAUTHENTICATED. */
int program_find(struct tx *tx, const uint8_t certificate_sha256[SHA256_LEN], struct program *program, struct err *err);

#endif
