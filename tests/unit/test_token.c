/* token.h over a SoftHSM token: keys, signatures checked with libcrypto, lost sessions, refusals. */
#include <pthread.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "pki/token.h"
#include "tests/unit/softhsm.h"

static const uint8_t message[] = "tree head of the ledger, 2026-11-21";
#define MESSAGE BYTES(message, sizeof(message))

static struct token *
open_token(unsigned sessions)
{
	struct err err = ERR_INIT;
	struct token *t = NULL;

	if (token_open(softhsm_uri, bytes_str(SOFTHSM_PIN), sessions, &t, &err) == -1)
		bail_out("token: %s", err.text);
	return t;
}

/* libcrypto's own way: it hashes, pads and compares by itself. */
static bool
libcrypto_accepts(const struct pubkey *key, const struct sigalg *alg, struct bytes signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	char md[16];
	bool good;

	snprintf(md, sizeof(md), "SHA%u", alg->hash_bits);
	good = EVP_DigestVerifyInit_ex(ctx, &pctx, md, NULL, NULL, key->evp, NULL) == 1;
	if (good && alg->is_pss)
		good = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, (int)alg->hash_bits / 8) == 1;
	good = good && EVP_DigestVerify(ctx, signature.p, signature.n, message, sizeof(message)) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static void
test_open(void)
{
	static const struct {
		const char *uri, *pin, *name;
		enum fail kind;
	} bad[] = {
		{ "pkcs11:token=test?module-path=/nowhere/none.so", SOFTHSM_PIN, "a module that is not there", FAIL_NOT_FOUND },
		{ "pkcs11:token=test", SOFTHSM_PIN, "a URI without module-path", FAIL_INPUT },
		{ "pkcs11:token=test;bad=%zz?module-path=%s", SOFTHSM_PIN, "a malformed URI", FAIL_INPUT },
		{ "http://token", SOFTHSM_PIN, "a URI of another scheme", FAIL_INPUT },
	};
	struct err err = ERR_INIT;
	struct token *t = NULL;
	char uri[PATH_MAX + 128];

	for (size_t i = 0; i < NELEM(bad); i++)
		ok(token_open(bad[i].uri, bytes_str(bad[i].pin), 1, &t, &err) == -1 && err.kind == bad[i].kind && t == NULL,
			"refuses %s: %s", bad[i].name, err.text);
	ok(token_open(softhsm_uri, bytes_str("111111"), 1, &t, &err) == -1 && err.kind == FAIL_DENIED, "refuses a wrong PIN: %s", err.text);
	snprintf(uri, sizeof(uri), "%s&pin-value=" SOFTHSM_PIN, softhsm_uri);
	ok(token_open(uri, bytes_str(SOFTHSM_PIN), 1, &t, &err) == -1 && err.kind == FAIL_INPUT, "refuses a PIN in the URI");
	snprintf(uri, sizeof(uri), "pkcs11:token=other?module-path=%s", softhsm_path);
	ok(token_open(uri, bytes_str(SOFTHSM_PIN), 1, &t, &err) == -1 && err.kind == FAIL_NOT_FOUND, "finds no other token");
	ok(token_open(softhsm_uri, bytes_str(SOFTHSM_PIN), 0, &t, &err) == -1 && err.kind == FAIL_INPUT, "refuses no sessions");
	t = open_token(2);
	is(token_label(t), "test", "knows the token's label");
	ok(token_check(t, &err) == 0, "the token answers");
	token_close(t);
}

static void
test_kind(struct session *s, const char *kind, const struct sigalg *alg)
{
	struct err err = ERR_INIT;
	struct token_key *key = NULL, *again = NULL;
	struct buf sig = BUF_INIT;
	uint8_t id[4];

	memcpy(id, kind + strlen(kind) - 4, 4);
	if (!ok(token_key_generate(s, kind, kind, BYTES(id, 4), &key, &err) == 0, "generates %s: %s", kind, err.text))
		return;
	if (alg == NULL)
		alg = token_key_sigalg(key);
	for (int i = 0; i < 20; i++) { /* r and s with leading zeros and high bits occur */
		if (token_sign(s, key, alg, SIGNATURE_DER, MESSAGE, &sig, &err) == -1 ||
			!libcrypto_accepts(token_key_public(key), alg, bytes_of(&sig)) ||
			sigalg_verify(alg, token_key_public(key)->evp, MESSAGE, bytes_of(&sig), &err) == -1) {
			ok(false, "%s signature %d with %s: %s", kind, i, alg->name, err.text);
			break;
		}
		if (i == 19)
			ok(true, "libcrypto accepts 20 signatures of %s, %s", kind, alg->name);
		if (token_key_type(key) == KEY_RSA)
			i += 8;
	}
	sig.p[sig.n - 1] ^= 1;
	ok(sigalg_verify(alg, token_key_public(key)->evp, MESSAGE, bytes_of(&sig), &err) == -1, "%s: a changed signature is refused", kind);
	if (token_key_type(key) == KEY_EC) {
		ok(token_sign(s, key, alg, SIGNATURE_PLAIN, MESSAGE, &sig, &err) == 0 && sig.n == 2 * token_key_public(key)->curve->len,
			"%s: plain signature is r || s", kind);
		ok(sigalg_verify(alg, token_key_public(key)->evp, MESSAGE, bytes_of(&sig), &err) == -1, "%s: which is no DER signature", kind);
	}
	ok(token_key_generate(s, kind, kind, BYTES_NONE, &again, &err) == -1 && err.kind == FAIL_CONFLICT, "%s: the label is taken", kind);
	ok(token_key_generate(s, kind, "another", BYTES(id, 4), &again, &err) == -1 && err.kind == FAIL_CONFLICT, "%s: the identifier is taken", kind);
	ok(token_key_find(s, NULL, BYTES(id, 4), &again, &err) == 0 && pubkey_equal(token_key_public(again), token_key_public(key)),
		"%s: found by identifier", kind);
	token_key_free(again);
	again = NULL;
	ok(token_key_destroy(s, key, &err) == 0 && token_key_find(s, kind, BYTES_NONE, &again, &err) == -1 && err.kind == FAIL_NOT_FOUND,
		"%s: destroyed", kind);
	ok(token_sign(s, key, alg, SIGNATURE_DER, MESSAGE, &sig, &err) == -1, "%s: a destroyed key does not sign: %s", kind, err.text);
	token_key_free(key);
	buf_clear(&sig);
}

static void
test_keys(struct session *s)
{
	static const char *const curves[] = { "P-256", "P-384", "P-521", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1" };
	static const char *const no_kinds[] = { "", "RSA-1024", "RSA-2049", "RSA-", "P-255", "secp256k1" };
	struct err err = ERR_INIT;
	struct token_key *key = NULL;

	for (size_t i = 0; i < NELEM(curves); i++)
		test_kind(s, curves[i], NULL);
	test_kind(s, "P-256", sigalg_choose(KEY_EC, 512, false)); /* a digest longer than the order is cut */
	test_kind(s, "brainpoolP384r1", sigalg_choose(KEY_EC, 512, false));
	test_kind(s, "RSA-2048", sigalg_choose(KEY_RSA, 256, true));
	test_kind(s, "RSA-2048", sigalg_choose(KEY_RSA, 384, false));
	for (size_t i = 0; i < NELEM(no_kinds); i++)
		ok(token_key_generate(s, no_kinds[i], "x", BYTES_NONE, &key, &err) == -1 && err.kind == FAIL_INPUT && key == NULL,
			"makes no key of kind '%s'", no_kinds[i]);
	ok(token_key_find(s, NULL, BYTES_NONE, &key, &err) == -1 && err.kind == FAIL_INPUT, "finds nothing by nothing");
}

static void
test_hmac(struct session *s)
{
	struct err err = ERR_INIT;
	struct token_key *key = NULL, *again = NULL;
	struct buf sig = BUF_INIT;
	uint8_t a[32], b[32];

	ok(token_key_generate(s, "HMAC", "uin-1", BYTES("uin", 3), &key, &err) == 0 && token_key_public(key) == NULL, "makes a secret: %s", err.text);
	ok(token_hmac(s, key, MESSAGE, a, &err) == 0, "HMAC: %s", err.text);
	ok(token_key_find(s, "uin-1", BYTES_NONE, &again, &err) == 0 && token_hmac(s, again, MESSAGE, b, &err) == 0 && memcmp(a, b, 32) == 0,
		"the same secret gives the same HMAC");
	ok(token_hmac(s, key, BYTES("x", 1), b, &err) == 0 && memcmp(a, b, 32) != 0, "another message another HMAC");
	ok(token_sign(s, key, sigalg_choose(KEY_EC, 256, false), SIGNATURE_DER, MESSAGE, &sig, &err) == -1 && err.kind == FAIL_INPUT, "a secret does not sign");
	token_key_free(key);
	token_key_free(again);
}

/* Keys that somebody else put there, in a way we do not allow. */
static void
plant(const char *label, CK_ATTRIBUTE extra)
{
	static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	static CK_BYTE p256[] = { 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 };
	CK_FUNCTION_LIST *f = softhsm_module();
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_ATTRIBUTE public[] = { { CKA_TOKEN, &yes, 1 }, { CKA_EC_PARAMS, p256, sizeof(p256) }, { CKA_LABEL, (char *)(uintptr_t)label, strlen(label) } };
	CK_ATTRIBUTE private[] = { { CKA_TOKEN, &yes, 1 }, { CKA_PRIVATE, &yes, 1 }, { CKA_SENSITIVE, &yes, 1 }, { CKA_SIGN, &yes, 1 },
		{ CKA_DERIVE, &no, 1 }, { CKA_DECRYPT, &no, 1 }, { CKA_UNWRAP, &no, 1 }, { CKA_EXTRACTABLE, &no, 1 }, { CKA_LABEL, (char *)(uintptr_t)label, strlen(label) } };
	CK_SESSION_HANDLE session = 0;
	CK_OBJECT_HANDLE a, b;

	for (size_t i = 0; i < NELEM(private); i++)
		if (private[i].type == extra.type)
	private[i] = extra;
	if (f->C_OpenSession(softhsm_slot(), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) != CKR_OK ||
		f->C_GenerateKeyPair(session, &mechanism, public, NELEM(public), private, NELEM(private), &a, &b) != CKR_OK)
		bail_out("cannot plant key %s", label);
	f->C_CloseSession(session);
}

static void
test_planted(struct session *s)
{
	static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	const struct {
		const char *label;
		CK_ATTRIBUTE extra;
	} bad[] = {
		{ "planted extractable", { CKA_EXTRACTABLE, &yes, 1 } },
		{ "planted not sensitive", { CKA_SENSITIVE, &no, 1 } },
		{ "planted decrypt", { CKA_DECRYPT, &yes, 1 } },
		{ "planted unwrap", { CKA_UNWRAP, &yes, 1 } },
		{ "planted derive", { CKA_DERIVE, &yes, 1 } },
		{ "planted no sign", { CKA_SIGN, &no, 1 } },
	};
	struct err err = ERR_INIT;
	struct token_key *key = NULL;

	plant("planted good", (CK_ATTRIBUTE){ CKA_SIGN, &yes, 1 });
	ok(token_key_find(s, "planted good", BYTES_NONE, &key, &err) == 0, "a protected key is used: %s", err.text);
	token_key_free(key);
	key = NULL;
	for (size_t i = 0; i < NELEM(bad); i++) {
		plant(bad[i].label, bad[i].extra);
		ok(token_key_find(s, bad[i].label, BYTES_NONE, &key, &err) == -1 && err.kind == FAIL_DENIED && key == NULL, "refuses: %s", err.text);
	}
}

/* The handle was forgotten, and another object of that name is there when it is looked for again. */
static void
test_swapped(struct session *s)
{
	static CK_BBOOL yes = CK_TRUE;
	struct token_key *key = NULL;
	struct buf sig = BUF_INIT;
	struct err err = ERR_INIT;

	if (token_key_generate(s, "P-256", "swapped", BYTES_NONE, &key, &err) == -1 || token_key_destroy(s, key, &err) == -1)
		bail_out("%s", err.text);
	plant("swapped", (CK_ATTRIBUTE){ CKA_EXTRACTABLE, &yes, 1 });
	ok(token_sign(s, key, token_key_sigalg(key), SIGNATURE_DER, MESSAGE, &sig, &err) == -1 && sig.n == 0, "refuses: a key that took another's place: %s", err.text);
	token_key_free(key);
	buf_clear(&sig);
}

/* Who generated was killed between the two halves: the public one is there alone, twice. */
static void
test_half(struct session *s)
{
	static CK_BBOOL yes = CK_TRUE;
	CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted[] = { { CKA_CLASS, &private_class, sizeof(private_class) }, { CKA_LABEL, (char *)(uintptr_t) "half", 4 } };
	CK_FUNCTION_LIST *f = softhsm_module();
	CK_SESSION_HANDLE session = 0;
	CK_OBJECT_HANDLE found = 0;
	struct token_key *key = NULL;
	struct err err = ERR_INIT;
	CK_ULONG n = 0;

	for (int i = 0; i < 2; i++) {
		plant("half", (CK_ATTRIBUTE){ CKA_SIGN, &yes, 1 });
		if (f->C_OpenSession(softhsm_slot(), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) != CKR_OK ||
			f->C_FindObjectsInit(session, wanted, 2) != CKR_OK || f->C_FindObjects(session, &found, 1, &n) != CKR_OK || n != 1 ||
			f->C_FindObjectsFinal(session) != CKR_OK || f->C_DestroyObject(session, found) != CKR_OK)
			bail_out("cannot leave half a key");
		f->C_CloseSession(session);
	}
	ok(token_key_find(s, "half", BYTES_NONE, &key, &err) == -1 && err.kind == FAIL_NOT_FOUND, "half a key is none: %s", err.text);
	err_clear(&err);
	ok(token_key_generate(s, "P-256", "half", BYTES_NONE, &key, &err) == 0, "and does not keep a whole one from being made %s", err.text);
	token_key_free(key);
	key = NULL;
	ok(token_key_find(s, "half", BYTES_NONE, &key, &err) == 0, "which is found %s", err.text);
	token_key_free(key);
}

/* Held while signing, and alone by who takes the sessions away: SoftHSM does not survive that in the middle of C_Sign. */
static pthread_rwlock_t signing = PTHREAD_RWLOCK_INITIALIZER;

struct worker {
	struct token *token;
	struct token_key *key;
	unsigned good;
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct err err = ERR_INIT;
	struct buf sig = BUF_INIT;

	for (int i = 0; i < 50; i++) {
		struct session *s = NULL;

		pthread_rwlock_rdlock(&signing);
		if (token_borrow(w->token, &s, &err) == 0 &&
			token_sign(s, w->key, token_key_sigalg(w->key), SIGNATURE_DER, MESSAGE, &sig, &err) == 0 &&
			sigalg_verify(token_key_sigalg(w->key), token_key_public(w->key)->evp, MESSAGE, bytes_of(&sig), &err) == 0)
			w->good++;
		else
			printf("# %s\n", err.text);
		token_return(w->token, s);
		pthread_rwlock_unlock(&signing);
	}
	buf_clear(&sig);
	return NULL;
}

static void
test_threads(struct token *t, struct token_key *key, bool lose)
{
	enum { THREADS = 4 };
	struct worker w[THREADS];
	pthread_t thread[THREADS];
	unsigned good = 0;

	for (int i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ t, key, 0 };
		pthread_create(&thread[i], NULL, work, &w[i]);
	}
	for (int i = 0; lose && i < 5; i++) {
		usleep(2000);
		pthread_rwlock_wrlock(&signing);
		softhsm_module()->C_CloseAllSessions(softhsm_slot());
		pthread_rwlock_unlock(&signing);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		good += w[i].good;
	}
	ok(good == THREADS * 50, "4 threads on 2 sessions%s: %u of 200 signatures", lose ? ", all sessions lost five times" : "", good);
}

static void
log_out(void)
{
	CK_FUNCTION_LIST *f = softhsm_module();
	CK_SESSION_HANDLE session = 0;

	if (f->C_OpenSession(softhsm_slot(), CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK || f->C_Logout(session) != CKR_OK)
		bail_out("cannot log out");
	f->C_CloseSession(session);
}

static void
test_loss(void)
{
	struct err err = ERR_INIT;
	struct token *t = open_token(2);
	struct session *s = NULL, *s2 = NULL;
	struct token_key *key = NULL;
	struct buf sig = BUF_INIT;

	if (token_borrow(t, &s, &err) == -1 || token_borrow(t, &s2, &err) == -1 ||
		token_key_generate(s, "P-256", "lost", BYTES("lost", 4), &key, &err) == -1)
		bail_out("%s", err.text);
	ok(softhsm_module()->C_CloseAllSessions(softhsm_slot()) == CKR_OK, "all sessions are taken away, which also logs out");
	ok(token_sign(s, key, token_key_sigalg(key), SIGNATURE_DER, MESSAGE, &sig, &err) == 0 &&
			libcrypto_accepts(token_key_public(key), token_key_sigalg(key), bytes_of(&sig)),
		"the next signature logs in again: %s", err.text);
	ok(token_sign(s2, key, token_key_sigalg(key), SIGNATURE_DER, MESSAGE, &sig, &err) == 0, "so does the other session: %s", err.text);
	log_out();
	ok(token_sign(s, key, token_key_sigalg(key), SIGNATURE_DER, MESSAGE, &sig, &err) == 0, "after a log-out behind our back too: %s", err.text);
	token_return(t, s);
	token_return(t, s2);
	ok(token_check(t, &err) == 0, "the token answers: %s", err.text);
	test_threads(t, key, false);
	test_threads(t, key, true);
	token_key_free(key);
	token_close(t);
	buf_clear(&sig);
}

/* The security officer sets the user's PIN, which takes everybody's sessions away first. */
static void
set_pin(const char *pin)
{
	CK_FUNCTION_LIST *f = softhsm_module();
	CK_SESSION_HANDLE session = 0;

	f->C_CloseAllSessions(softhsm_slot());
	if (f->C_OpenSession(softhsm_slot(), CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) != CKR_OK ||
		f->C_Login(session, CKU_SO, (CK_BYTE *)SOFTHSM_SO_PIN, strlen(SOFTHSM_SO_PIN)) != CKR_OK ||
		f->C_InitPIN(session, (CK_BYTE *)(uintptr_t)pin, strlen(pin)) != CKR_OK || f->C_CloseAllSessions(softhsm_slot()) != CKR_OK)
		bail_out("cannot set the PIN");
}

/* A PIN that was changed under us: tried once, no more; and again when it was set back. */
static void
test_pin_changed(void)
{
	struct err err = ERR_INIT;
	struct token *t = open_token(2);
	CK_TOKEN_INFO info;

	ok(token_check(t, &err) == 0, "the token answers: %s", err.text);
	set_pin("5555555");
	ok(token_check(t, &err) == -1 && err.kind == FAIL_AGAIN, "refuses: the PIN is another one now: %s", err.text);
	for (int i = 0; i < 3; i++)
		ok(token_check(t, &err) == -1 && err.kind == FAIL_AGAIN && strstr(err.text, "not tried again") != NULL, "refuses: %s", err.text);
	ok(softhsm_module()->C_GetTokenInfo(softhsm_slot(), &info) == CKR_OK && (info.flags & CKF_USER_PIN_LOCKED) == 0, "the token is not locked");
	set_pin(SOFTHSM_PIN);
	ok(token_check(t, &err) == 0, "when it was set back the token answers, in the same process");
	token_close(t);
}

static bool
signs(struct token *t, struct token_key *key)
{
	struct buf signature = BUF_INIT;
	struct session *s = NULL;
	struct err err = ERR_INIT;
	bool good = token_borrow(t, &s, &err) == 0 &&
		token_sign(s, key, token_key_sigalg(key), SIGNATURE_DER, bytes_str("x"), &signature, &err) == 0 &&
		sigalg_verify(token_key_sigalg(key), token_key_public(key)->evp, bytes_str("x"), bytes_of(&signature), &err) == 0;

	if (!good)
		printf("# %s\n", err.text);
	token_return(t, s);
	buf_clear(&signature);
	return good;
}

static void *
sign_many(void *arg)
{
	void **pair = arg;
	bool good = true;

	for (int i = 0; i < 40 && good; i++)
		good = signs(pair[0], pair[1]);
	return good ? arg : NULL;
}

static void
test_two_tokens(void)
{
	char uri[2][PATH_MAX + 64], away[100], command[300];
	struct token *t[2] = { NULL, NULL };
	struct token_key *key[2] = { NULL, NULL };
	struct err err = ERR_INIT;
	struct buf source = BUF_INIT;
	void *pair[2][2], *result[2];
	pthread_t thread[2];

	ok(token_init(softhsm_path, "second", bytes_str(SOFTHSM_SO_PIN), bytes_str("97531"), &err) == 0, "a second token (%s)", err.text);
	snprintf(uri[0], sizeof(uri[0]), "%s", softhsm_uri);
	snprintf(uri[1], sizeof(uri[1]), "pkcs11:token=second?module-path=%s&pin-source=file:/etc/pin", softhsm_path);
	ok(token_pin_source(uri[1], &source, &err) == 0 && strcmp(buf_cstr(&source), "file:/etc/pin") == 0 && token_pin_source(uri[0], &source, &err) == 0 && source.n == 0,
		"a URI may say where the PIN is");
	ok(token_pin_source("pkcs11:token=a?pin-source=%7C/bin/cat", &source, &err) == -1 && err.kind == FAIL_INPUT, "refuses: a program that gives the PIN");
	if (token_open(uri[0], bytes_str(SOFTHSM_PIN), 4, &t[0], &err) == -1 || token_open(uri[1], bytes_str("97531"), 4, &t[1], &err) == -1)
		bail_out("%s", err.text);
	for (int i = 0; i < 2; i++) {
		struct session *s = NULL;

		if (token_borrow(t[i], &s, &err) == -1 || token_key_generate(s, "P-256", "two", BYTES("two", 3), &key[i], &err) == -1)
			bail_out("%s", err.text);
		token_return(t[i], s);
		pair[i][0] = t[i];
		pair[i][1] = key[i];
	}
	ok(strcmp(token_label(t[0]), "test") == 0 && strcmp(token_label(t[1]), "second") == 0, "two tokens of one library are open side by side");
	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, sign_many, pair[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], &result[i]);
	ok(result[0] != NULL && result[1] != NULL, "each signs with its own key of the same name, at the same time");
	/* both away: the library is started afresh for the first that asks, and the other's sessions go with it */
	snprintf(away, sizeof(away), "%s.away", softhsm_dir);
	snprintf(command, sizeof(command), "mkdir %s && mv %s/*-*-* %s/", away, softhsm_dir, away);
	if (system(command) != 0)
		bail_out("%s", command);
	ok(!signs(t[0], key[0]) && !signs(t[1], key[1]), "neither signs when both are away");
	snprintf(command, sizeof(command), "mv %s/* %s/ && rmdir %s", away, softhsm_dir, away);
	if (system(command) != 0)
		bail_out("%s", command);
	sleep(3); /* between two fresh starts of a library */
	ok(signs(t[0], key[0]) && signs(t[1], key[1]) && signs(t[0], key[0]), "both sign when they are back");
	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, sign_many, pair[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], &result[i]);
	ok(result[0] != NULL && result[1] != NULL, "at the same time, too");
	token_key_free(key[0]);
	token_close(t[0]);
	ok(signs(t[1], key[1]), "one goes on when the other is closed");
	token_key_free(key[1]);
	token_close(t[1]);
	buf_clear(&source);
}

int
main(void)
{
	struct err err = ERR_INIT;
	struct session *s = NULL;
	struct token *t;

	if (!softhsm_start()) {
		skip("token", "no SoftHSM");
		return done_testing();
	}
	test_open();
	t = open_token(2);
	if (token_borrow(t, &s, &err) == -1)
		bail_out("%s", err.text);
	test_keys(s);
	test_hmac(s);
	test_planted(s);
	test_swapped(s);
	test_half(s);
	token_return(t, s);
	token_close(t);
	test_loss();
	test_pin_changed();
	test_two_tokens();
	softhsm_stop();
	return done_testing();
}
