#include "config.h"

#include <pthread.h>

#include "registry/service/signin.h"
#include "tests/tap.h"

/* RFC 6238 appendix B, SHA-1; our codes are the last 6 of the 8 digits given there.  Secret: "12345678901234567890" in base32. */
static const char rfc6238_secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
static const struct {
	int64_t now;
	const char *code;
} rfc6238[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" },
	{ 2000000000, "279037" }, { 20000000000, "353130" } };

static void
test_totp(void)
{
	struct err err = ERR_INIT;
	char code[TOTP_DIGITS + 1];
	struct buf secret = BUF_INIT, uri = BUF_INIT;
	int64_t step;

	for (size_t i = 0; i < NELEM(rfc6238); i++) {
		int64_t now = rfc6238[i].now;
		struct bytes text = bytes_str(rfc6238[i].code);

		step = -1;
		ok(totp_code(rfc6238_secret, now, code, &err) == 0 && strcmp(code, rfc6238[i].code) == 0, "RFC 6238: code of %lld",
			(long long)now);
		ok(totp_check(rfc6238_secret, text, now, &step, &err) == 0 && step == now / 30, "is accepted then, with its step");
		step = -1;
		ok(totp_check(rfc6238_secret, text, now + 30, &step, &err) == 0 && step == now / 30,
			"is accepted one step later, with the step it was made for");
		step = -1;
		ok(totp_check(rfc6238_secret, text, now - 30, &step, &err) == 0 && step == now / 30, "and one step earlier");
		step = -1;
		ok(totp_check(rfc6238_secret, text, now + 60, &step, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED && step == -1,
			"two steps later it is not");
	}
	static const char *const bad[] = { "", "28708", "2870820", "28708a", "-87082", " 87082", "287083" };

	for (size_t i = 0; i < NELEM(bad); i++)
		ok(totp_check(rfc6238_secret, bytes_str(bad[i]), 59, &step, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED,
			"code \"%s\" is refused", bad[i]);
	ok(totp_check("not base32!", bytes_str("287082"), 59, &step, &err) == -1 && err.kind == FAIL_INTERNAL,
		"a secret that is not base32 is our own mistake");
	ok(totp_secret(&secret, &err) == 0 && secret.n == 32 && strspn(buf_cstr(&secret), "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == 32,
		"a new secret is 160 bits in base32");
	totp_uri("ABC234", "Catena UTO", "anna@north", &uri);
	is(buf_cstr(&uri),
		"otpauth://totp/Catena%20UTO:anna%40north?secret=ABC234&issuer=Catena%20UTO&algorithm=SHA1&digits=6&period=30",
		"the URI for the authenticator is percent-encoded");
	buf_clear(&secret);
	buf_clear(&uri);
}

static void
test_password(void)
{
	/* made with the argon2 command: printf 'correct horse battery' | argon2 saltsaltsaltsalt -id -t 2 -k 19456 -p 1 -l 32 -e */
	static const char foreign[] = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
				      "iPOQ5f2O21FsjnBvo1AiFcDuSXciCnKUrXFO+yfgNoM";
	static const char *const bad_rows[] = { "", "$argon2id$", "correct horse battery",
		"$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAA",
		"$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$!!!!" };
	struct bytes password = bytes_str("correct horse battery");
	struct buf a = BUF_INIT, b = BUF_INIT, empty = BUF_INIT;
	struct err err = ERR_INIT;
	char longest[PASSWORD_MAX + 2];

	ok(password_verify(password, foreign, &err) == 0, "a hash of the argon2 command verifies");
	ok(password_verify(bytes_str("Correct horse battery"), foreign, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED,
		"another password does not");
	ok(password_hash(password, &a, &err) == 0 && password_hash(password, &b, &err) == 0, "hashes");
	ok(strncmp(buf_cstr(&a), "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0, "with the parameters of the header");
	ok(!bytes_equal(bytes_of(&a), bytes_of(&b)), "two hashes of one password differ");
	ok(password_verify(password, buf_cstr(&a), &err) == 0, "our own hash verifies");
	ok(password_verify(bytes_str(""), buf_cstr(&a), &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "an empty password does not");
	ok(password_verify(password, NULL, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "nobody has this password");
	for (size_t i = 0; i < NELEM(bad_rows); i++)
		ok(password_verify(password, bad_rows[i], &err) == -1 && err.kind == FAIL_INTERNAL, "refuses the row \"%.40s\"",
			bad_rows[i]);
	memset(longest, 'a', sizeof(longest));
	ok(password_hash(BYTES(longest, PASSWORD_MAX + 1), &empty, &err) == -1 && err.kind == FAIL_INPUT, "too long a password");
	ok(password_verify(BYTES(longest, PASSWORD_MAX + 1), buf_cstr(&a), &err) == -1 && err.kind == FAIL_UNAUTHENTICATED,
		"too long to be anyone's");
	ok(password_hash(bytes_str("elevenchars"), &empty, &err) == -1 && err.kind == FAIL_INPUT, "11 characters are too few");
	ok(password_hash(bytes_str("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"), &empty, &err) == -1 && err.kind == FAIL_INPUT,
		"six letters in twelve octets are too few");
	ok(password_hash(bytes_str("abcdefghijkl\xFF"), &empty, &err) == -1 && err.kind == FAIL_INPUT, "not UTF-8");
	ok(empty.n == 0 && strstr(err.text, "abcdef") == NULL, "what failed wrote nothing, and the password is not in the sentence");
	buf_clear(&a);
	buf_clear(&b);
	buf_clear(&empty);
}

enum { FLOOD = 24 };

static void *
flood(void *arg)
{
	struct err err = ERR_INIT;

	password_verify(bytes_str("correct horse battery"), NULL, &err);
	*(enum fail *)arg = err.kind;
	return NULL;
}

/* Of many at once some are heard, the rest are refused without waiting; afterwards all is as before. */
static void
test_flood(unsigned workers, unsigned heard_least, unsigned heard_most)
{
	pthread_t thread[FLOOD];
	enum fail kind[FLOOD];
	unsigned heard = 0, refused = 0;
	struct err err = ERR_INIT;

	password_limit(workers);
	for (int i = 0; i < FLOOD; i++)
		pthread_create(&thread[i], NULL, flood, &kind[i]);
	for (int i = 0; i < FLOOD; i++) {
		pthread_join(thread[i], NULL);
		heard += kind[i] == FAIL_UNAUTHENTICATED;
		refused += kind[i] == FAIL_AGAIN;
	}
	ok(heard + refused == FLOOD && heard >= heard_least && heard <= heard_most, "%d sign-ins at once and %u workers: %u heard, %u refused", FLOOD, workers,
		heard, refused);
	ok(password_verify(bytes_str("correct horse battery"), NULL, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "then the next is heard");
	password_limit(16);
}

static void
test_session(void)
{
	char token[SESSION_TOKEN_TEXT], other[SESSION_TOKEN_TEXT], shorter[SESSION_TOKEN_TEXT];
	uint8_t digest[SHA256_LEN], want[SHA256_LEN];
	struct err err = ERR_INIT;
	struct buf cookie = BUF_INIT;

	ok(session_token_new(token, &err) == 0 && session_token_new(other, &err) == 0 && strcmp(token, other) != 0, "tokens differ");
	ok(strlen(token) == 43, "256 bits in base64url");
	sha256(bytes_str(token), want);
	ok(session_token_digest(token, digest, &err) == 0 && memcmp(digest, want, SHA256_LEN) == 0, "the registry keeps SHA-256");
	snprintf(shorter, sizeof(shorter), "%.42s", token);
	ok(session_token_digest(shorter, digest, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "a short token is nobody's");
	memcpy(shorter, token, sizeof(shorter));
	shorter[7] = '\'';
	ok(session_token_digest(shorter, digest, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "nor one with a quote");
	ok(session_token_digest("", digest, &err) == -1, "nor an empty one");
	session_cookie("T", 3600, &cookie);
	is(buf_cstr(&cookie), "__Host-catena=T; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=3600", "the cookie");
	buf_clear(&cookie);
	session_cookie("", 3600, &cookie);
	is(buf_cstr(&cookie), "__Host-catena=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0", "the cookie that clears it");
	buf_clear(&cookie);
}

int
main(void)
{
	test_totp();
	test_password();
	/* on a slow machine the first end before the last begin: they are heard too */
	test_flood(16, PASSWORD_AT_ONCE + PASSWORD_WAITING, FLOOD - 1);
	test_flood(4, 2, FLOOD - 1);
	test_flood(1, 1, FLOOD - 1);
	test_session();
	return done_testing();
}
