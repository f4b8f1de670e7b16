/*
 * signin.h - an officer's credentials: password (Argon2id, RFC 9106), second factor (TOTP, RFC 6238), session token and cookie.
 * No database: what is compared and what is stored comes from and goes to the caller.
 */
#ifndef CATENA_SERVICE_SIGNIN_H
#define CATENA_SERVICE_SIGNIN_H
#include "registry/base/bytes.h"
#include "registry/base/digest.h"
#include "registry/base/err.h"

enum {
	/*
	 * The first choice of OWASP's password storage cheat sheet that fits us (m = 19 MiB, t = 2, p = 1); about 40 ms.  At most
	 * PASSWORD_AT_ONCE run at a time: 38 MiB, only while officers sign in, returned to the system afterwards.
	 */
	PASSWORD_MEMORY_KIB = 19456,
	PASSWORD_PASSES = 2,
	PASSWORD_LANES = 1,
	PASSWORD_AT_ONCE = 2,
	PASSWORD_WAITING = 6, /* and so many wait for their turn, some 120 ms; the next one is refused: a flood must not take all workers */
	PASSWORD_MIN = 12,    /* characters; NIST SP 800-63B-4 asks for 8 with, 15 without a second factor */
	PASSWORD_MAX = 128,   /* octets hashed: an upper bound on what a stranger makes us work */
	TOTP_SECRET_LEN = 20, /* octets, RFC 4226 4 R6 */
	TOTP_STEP = 30,       /* seconds, RFC 6238 5.2 */
	TOTP_DIGITS = 6,
	TOTP_WINDOW = 1,        /* steps either side, RFC 6238 5.2: one for the way and the clock */
	SESSION_TOKEN_LEN = 32, /* random octets */
	SESSION_TOKEN_TEXT = 44 /* 43 characters of base64url and 0 */
};

/* Of that many workers at most half hash or wait to (and never more than the sum of the above).  Before the service starts. */
void password_limit(unsigned workers);

/* PHC string "$argon2id$v=19$m=...", appended to *phc.  FAIL_INPUT when the password is too short, too long or not UTF-8; FAIL_AGAIN as below. */
int password_hash(struct bytes password, struct buf *phc, struct err *err);
/*
 * 0 when it matches; FAIL_UNAUTHENTICATED when not; FAIL_INTERNAL when phc is none of ours; FAIL_AGAIN at once when too
 * many hash already.  phc NULL: no such officer; the same
 * time is spent and FAIL_UNAUTHENTICATED returned, so that a stranger does not learn which logins exist.
 */
int password_verify(struct bytes password, const char *phc, struct err *err);

int totp_secret(struct buf *base32, struct err *err); /* a new one, 32 characters without padding */
/*
 * 0 and the time step that matched; FAIL_UNAUTHENTICATED when none did.  The caller refuses a step that is not greater than
 * the last one used by this officer (RFC 6238 5.2), in the transaction that stores it.
 */
int totp_check(const char *base32, struct bytes code, int64_t now, int64_t *step, struct err *err);
/* The code of that moment: for tests and the operator's command. */
int totp_code(const char *base32, int64_t now, char code[TOTP_DIGITS + 1], struct err *err);
/* otpauth://totp/ISSUER:LOGIN?secret=...&issuer=... for the officer's authenticator; both are percent-encoded. */
void totp_uri(const char *base32, const char *issuer, const char *login, struct buf *out);

int session_token_new(char token[SESSION_TOKEN_TEXT], struct err *err);
/* What the registry keeps.  The token is random, so a plain SHA-256 suffices.  -1 FAIL_UNAUTHENTICATED when not of the form. */
int session_token_digest(const char *token, uint8_t digest[SHA256_LEN], struct err *err);
/* Value of Set-Cookie: HttpOnly; Secure; SameSite=Strict; Path=/.  token "" clears it. */
void session_cookie(const char *token, unsigned max_age_seconds, struct buf *out);

#endif
