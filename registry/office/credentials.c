#include <string.h>

#include "registry/office/credentials.h"
#include "registry/service/signin.h"

/* What ties a sealed secret to its officer: "totp" and the identifier. */
static struct bytes
place_of(const struct uuid *officer_id, uint8_t place[20])
{
	memcpy(place, "totp", 4);
	memcpy(place + 4, officer_id->o, sizeof(officer_id->o));
	return BYTES(place, 20);
}

int
credentials_make(const struct seal *seal, const struct uuid *officer_id, struct bytes password, struct buf *phc,
	struct buf *totp_base32, struct buf *totp_sealed, struct err *err)
{
	struct buf secret = BUF_INIT;
	uint8_t place[20];
	int rc = -1;

	if (totp_secret(&secret, err) == -1 || seal_close(seal, place_of(officer_id, place), bytes_of(&secret), totp_sealed, err) == -1 ||
		password_hash(password, phc, err) == -1)
		goto out;
	buf_bytes(totp_base32, bytes_of(&secret));
	rc = buf_check(totp_base32, err);
out:
	buf_wipe(&secret);
	return rc;
}

/* Nothing was found out about the officer: no attempt to be counted. */
static bool
is_trouble(const struct err *err)
{
	return err->kind != FAIL_NONE && err->kind != FAIL_UNAUTHENTICATED;
}

int
credentials_check(const struct seal *seal, const struct officer *officer, struct bytes password, struct bytes code, int64_t now,
	int64_t *step, struct err *err)
{
	struct buf secret = BUF_INIT, phc = BUF_INIT;
	struct err password_err = ERR_INIT, code_err = ERR_INIT;
	uint8_t place[20];
	int rc = -1;

	if (officer != NULL) {
		buf_bytes(&phc, bytes_of(&officer->password_phc));
		if (buf_check(&phc, err) == -1 ||
			seal_open(seal, place_of(&officer->id, place), bytes_of(&officer->totp_sealed), &secret, &code_err) == -1) {
			err_set(err, FAIL_INTERNAL, "second factor of an officer: %s", code_err.text);
			goto out;
		}
	} else {
		buf_str(&secret, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"); /* any secret: the work is the same */
	}
	/* both are always looked at, so that the time tells nothing */
	password_verify(password, officer != NULL ? buf_cstr(&phc) : NULL, &password_err);
	totp_check(buf_cstr(&secret), code, now, step, &code_err);
	if (is_trouble(&password_err) || is_trouble(&code_err)) {
		*err = is_trouble(&password_err) ? password_err : code_err;
		goto out;
	}
	if (password_err.kind == FAIL_NONE && code_err.kind == FAIL_NONE && officer != NULL)
		rc = 0;
	else
		err_set(err, FAIL_UNAUTHENTICATED, "login, password or code is wrong");
out:
	buf_wipe(&secret);
	buf_wipe(&phc);
	return rc;
}
