#include "config.h"

#include "registry/service/signin.h"

#include <argon2.h>
#include <liboath/oath.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "registry/base/text.h"

enum { PASSWORD_SALT_LEN = 16,
	PASSWORD_HASH_LEN = 32,
	PHC_MAX = 256 };

/*
 * Who hashes and who waits for it.  Each takes a worker away from everybody else, so they are counted, and one too many is refused at
 * once: a flood of sign-ins costs the flood its sign-ins and nothing more.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	unsigned hashing, waiting, most; /* most: of both together */
} hashes = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, PASSWORD_AT_ONCE + PASSWORD_WAITING };

void
password_limit(unsigned workers)
{
	unsigned most = workers / 2;

	pthread_mutex_lock(&hashes.lock);
	hashes.most = most < 1 ? 1 : most > PASSWORD_AT_ONCE + PASSWORD_WAITING ? PASSWORD_AT_ONCE + PASSWORD_WAITING
										: most;
	pthread_mutex_unlock(&hashes.lock);
}

static int
hash_begin(struct err *err)
{
	pthread_mutex_lock(&hashes.lock);
	if (hashes.hashing + hashes.waiting >= hashes.most) {
		pthread_mutex_unlock(&hashes.lock);
		return err_set(err, FAIL_AGAIN, "too many sign in at this moment");
	}
	hashes.waiting++;
	while (hashes.hashing >= PASSWORD_AT_ONCE)
		pthread_cond_wait(&hashes.ended, &hashes.lock);
	hashes.waiting--;
	hashes.hashing++;
	pthread_mutex_unlock(&hashes.lock);
	return 0;
}

static void
hash_end(void)
{
	malloc_trim(0); /* an idle service is to be small again */
	pthread_mutex_lock(&hashes.lock);
	hashes.hashing--;
	pthread_cond_signal(&hashes.ended);
	pthread_mutex_unlock(&hashes.lock);
}

static int
password_well_formed(struct bytes password, struct err *err)
{
	if (password.n > PASSWORD_MAX)
		return err_set(err, FAIL_INPUT, "password: %zu octets, at most %d", password.n, PASSWORD_MAX);
	if (!text_is_utf8(password))
		return err_set(err, FAIL_INPUT, "password: not UTF-8");
	if (text_length(password) < PASSWORD_MIN)
		return err_set(err, FAIL_INPUT, "password: %zu characters, at least %d", text_length(password), PASSWORD_MIN);
	return 0;
}

int
password_hash(struct bytes password, struct buf *phc, struct err *err)
{
	uint8_t salt[PASSWORD_SALT_LEN];
	char text[PHC_MAX];
	int rc;

	if (password_well_formed(password, err) == -1 || random_octets(salt, sizeof(salt), err) == -1 || hash_begin(err) == -1)
		return -1;
	rc = argon2id_hash_encoded(PASSWORD_PASSES, PASSWORD_MEMORY_KIB, PASSWORD_LANES, password.p, password.n, salt,
		sizeof(salt), PASSWORD_HASH_LEN, text, sizeof(text));
	hash_end();
	if (rc != ARGON2_OK)
		return err_set(err, FAIL_INTERNAL, "password: %s", argon2_error_message(rc));
	buf_str(phc, text);
	return buf_check(phc, err);
}

/* A hash of the right cost that no password is known for. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

int
password_verify(struct bytes password, const char *phc, struct err *err)
{
	char parameters[80];
	int rc;

	/* the cost is ours, never the row's: a planted row must not make us take all memory */
	snprintf(parameters, sizeof(parameters), "$argon2id$v=19$m=%d,t=%d,p=%d$", PASSWORD_MEMORY_KIB, PASSWORD_PASSES,
		PASSWORD_LANES);
	if (phc != NULL && (strlen(phc) >= PHC_MAX || strncmp(phc, parameters, strlen(parameters)) != 0))
		return err_set(err, FAIL_INTERNAL, "password hash: not argon2id with the parameters in use");
	if (password.n > PASSWORD_MAX)
		return err_set(err, FAIL_UNAUTHENTICATED, "login, password or code is wrong");
	if (hash_begin(err) == -1)
		return -1;
	rc = argon2id_verify(phc != NULL ? phc : nobody, password.p, password.n);
	hash_end();
	if (rc != ARGON2_OK && rc != ARGON2_VERIFY_MISMATCH)
		return err_set(err, FAIL_INTERNAL, "password hash: %s", argon2_error_message(rc));
	if (rc == ARGON2_VERIFY_MISMATCH || phc == NULL)
		return err_set(err, FAIL_UNAUTHENTICATED, "login, password or code is wrong");
	return 0;
}

/* ---- second factor ---- */

int
totp_secret(struct buf *base32, struct err *err)
{
	uint8_t secret[TOTP_SECRET_LEN];
	char *text = NULL;
	size_t n;
	int rc;

	if (random_octets(secret, sizeof(secret), err) == -1)
		return -1;
	rc = oath_base32_encode((const char *)secret, sizeof(secret), &text, &n);
	wipe(secret, sizeof(secret));
	if (rc != OATH_OK)
		return err_set(err, FAIL_INTERNAL, "one-time code secret: %s", oath_strerror(rc));
	buf_add(base32, text, n); /* 20 octets are 32 characters, no padding */
	wipe(text, n);
	free(text);
	return buf_check(base32, err);
}

static int
totp_decode(const char *base32, char **secret, size_t *n, struct err *err)
{
	int rc = oath_base32_decode(base32, strlen(base32), secret, n);

	if (rc != OATH_OK)
		return err_set(err, FAIL_INTERNAL, "one-time code secret: %s", oath_strerror(rc));
	return 0;
}

int
totp_check(const char *base32, struct bytes code, int64_t now, int64_t *step, struct err *err)
{
	char *secret = NULL, text[TOTP_DIGITS + 1] = "";
	size_t n = 0;
	int position = 0, rc;

	if (code.n != TOTP_DIGITS)
		return err_set(err, FAIL_UNAUTHENTICATED, "login, password or code is wrong");
	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] < '0' || code.p[i] > '9')
			return err_set(err, FAIL_UNAUTHENTICATED, "login, password or code is wrong");
		text[i] = (char)code.p[i];
	}
	if (totp_decode(base32, &secret, &n, err) == -1)
		return -1;
	rc = oath_totp_validate2(secret, n, (time_t)now, TOTP_STEP, 0, TOTP_WINDOW, &position, text);
	wipe(secret, n);
	free(secret);
	if (rc == OATH_INVALID_OTP)
		return err_set(err, FAIL_UNAUTHENTICATED, "login, password or code is wrong");
	if (rc < 0)
		return err_set(err, FAIL_INTERNAL, "one-time code: %s", oath_strerror(rc));
	*step = now / TOTP_STEP + position;
	return 0;
}

int
totp_code(const char *base32, int64_t now, char code[TOTP_DIGITS + 1], struct err *err)
{
	char *secret = NULL;
	size_t n = 0;
	int rc;

	if (totp_decode(base32, &secret, &n, err) == -1)
		return -1;
	rc = oath_totp_generate(secret, n, (time_t)now, TOTP_STEP, 0, TOTP_DIGITS, code);
	wipe(secret, n);
	free(secret);
	if (rc != OATH_OK)
		return err_set(err, FAIL_INTERNAL, "one-time code: %s", oath_strerror(rc));
	return 0;
}

static void
percent_encode(struct buf *out, const char *s)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *s != '\0'; s++) {
		if (strchr(unreserved, *s) != NULL)
			buf_u8(out, (uint8_t)*s);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

void
totp_uri(const char *base32, const char *issuer, const char *login, struct buf *out)
{
	buf_str(out, "otpauth://totp/");
	percent_encode(out, issuer);
	buf_str(out, ":");
	percent_encode(out, login);
	buf_printf(out, "?secret=%s&issuer=", base32);
	percent_encode(out, issuer);
	buf_printf(out, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP);
}

/* ---- session ---- */

int
session_token_new(char token[SESSION_TOKEN_TEXT], struct err *err)
{
	uint8_t octets[SESSION_TOKEN_LEN];
	struct buf text = BUF_INIT;
	int rc = -1;

	if (random_octets(octets, sizeof(octets), err) == -1)
		return -1;
	buf_base64url(&text, BYTES(octets, sizeof(octets)));
	if (buf_check(&text, err) == -1)
		goto out;
	memcpy(token, text.p, SESSION_TOKEN_TEXT - 1);
	token[SESSION_TOKEN_TEXT - 1] = '\0';
	rc = 0;
out:
	buf_wipe(&text);
	wipe(octets, sizeof(octets));
	return rc;
}

int
session_token_digest(const char *token, uint8_t digest[SHA256_LEN], struct err *err)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (strlen(token) != SESSION_TOKEN_TEXT - 1 || strspn(token, alphabet) != SESSION_TOKEN_TEXT - 1)
		return err_set(err, FAIL_UNAUTHENTICATED, "session cookie: not one of ours");
	sha256(bytes_str(token), digest);
	return 0;
}

void
session_cookie(const char *token, unsigned max_age_seconds, struct buf *out)
{
	buf_printf(out, "__Host-catena=%s; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=%u", token,
		*token != '\0' ? max_age_seconds : 0);
}
