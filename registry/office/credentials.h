/*
 * credentials.h - an officer's password and second factor, as made by `catena officer` and checked at sign-in.
 *
 * The TOTP secret (base32) is sealed for its officer (registry/base/seal.h, key `seal_key`).
 */
#ifndef CATENA_OFFICE_CREDENTIALS_H
#define CATENA_OFFICE_CREDENTIALS_H

#include "registry/base/seal.h"
#include "registry/base/uuid.h"
#include "registry/store/officer.h"

/*
 * For officer_add and officer_reset.  phc and totp_sealed go into the registry; totp_base32 is shown once (totp_uri) and then
 * forgotten.  All three are appended to; the caller wipes them.  FAIL_INPUT for a password that is too short or too long.
 */
int credentials_make(const struct seal *seal, const struct uuid *officer_id, struct bytes password, struct buf *phc,
	struct buf *totp_base32, struct buf *totp_sealed, struct err *err);

/*
 * officer NULL: nobody of that login; the same work is done.  0 and the time step of the code when both are right;
 * FAIL_UNAUTHENTICATED when not, without saying which; FAIL_INTERNAL when the secret does not open; FAIL_AGAIN when too many sign in at this
 * moment, which counts as no attempt.  Lock-out and used steps are not
 * looked at: officer_signed_in does that.
 */
int credentials_check(const struct seal *seal, const struct officer *officer, struct bytes password, struct bytes code, int64_t now,
	int64_t *step, struct err *err);

#endif
