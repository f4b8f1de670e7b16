/*
 * token.h - keys on a PKCS #11 token, through p11-kit.
 *
 * A token is named by an RFC 7512 URI with module-path: "pkcs11:token=catena?module-path=/usr/lib/softhsm/libsofthsm2.so";
 * no p11-kit configuration is read.  The PIN is copied into locked memory that is left out of core files, and wiped at
 * the end; a pin-value in the URI is refused.  Private keys are made sensitive, not extractable, and for signing only, and a
 * key that is not so is refused when it is found.
 *
 * When a session or the token was lost, the operation logs in again and repeats once; then FAIL_AGAIN with the reason.  A PIN
 * that was refused is not tried a second time, because the third refusal locks most tokens; unless the token's flags, which told of
 * the refusal, are clear again: then the PIN was set anew.
 */
#ifndef CATENA_PKI_TOKEN_H
#define CATENA_PKI_TOKEN_H
#include "pki/pubkey.h"

struct token;
struct session;
struct token_key;

enum { TOKEN_KEY_ID_MAX = 32,
	TOKEN_LABEL_MAX = 64 };

/*
 * sessions: the most that are open at the same time (token_sessions of the configuration).  FAIL_NOT_FOUND no such token,
 * FAIL_DENIED the PIN is wrong, FAIL_AGAIN the token is absent or locked.  One process opens a token once;
 * several tokens side by side are fine, of one library or of several.
 */
int token_open(const char *uri, struct bytes pin, unsigned sessions, struct token **token, struct err *err);
/* The URI's pin-source (RFC 7512 2.4), for pin.h; "" when it has none.  One that runs a program is refused. */
int token_pin_source(const char *uri, struct buf *source, struct err *err);
void token_close(struct token *token); /* all sessions returned, all keys freed before */
const char *token_label(const struct token *token);
const char *token_serial(const struct token *token);

/*
 * Makes a token in a free slot of the module, before token_open: both PINs are set.  FAIL_CONFLICT when one of the label is there,
 * FAIL_NOT_FOUND when the module or a free slot is not.  An HSM is initialised with its vendor's tools instead.
 */
int token_init(const char *module_path, const char *label, struct bytes so_pin, struct bytes pin, struct err *err);

/*
 * A logged-in session for one thread at a time.  Waits for a free one up to 10 s, then FAIL_AGAIN.  Sessions are opened when first
 * needed and kept.  token_return(token, NULL) is fine.
 */
int token_borrow(struct token *token, struct session **s, struct err *err);
void token_return(struct token *token, struct session *s);
/* Whether the token answers: a fresh look at it, for readiness checks. */
int token_check(struct token *token, struct err *err);

/*
 * Keys.  label and id are both optional for finding (NULL, BYTES_NONE), not both absent; more than one match is FAIL_CONFLICT.
 * A token_key may be used by all threads; it remembers its handle, so finding costs once.
 */
int token_key_find(struct session *s, const char *label, struct bytes id, struct token_key **key, struct err *err);
/*
 * kind: a curve's name ("P-256", "brainpoolP256r1", ...), "RSA-2048" .. "RSA-4096", or "HMAC" (a 32-octet generic secret for
 * token_hmac).  label and id must be free: FAIL_CONFLICT.
 */
int token_key_generate(struct session *s, const char *kind, const char *label, struct bytes id, struct token_key **key,
	struct err *err);
int token_key_destroy(struct session *s, struct token_key *key, struct err *err); /* both halves; the struct stays to be freed */
void token_key_free(struct token_key *key);
enum key_type token_key_type(const struct token_key *key);
const char *token_key_label(const struct token_key *key);
struct bytes token_key_id(const struct token_key *key);
const struct pubkey *token_key_public(const struct token_key *key); /* NULL for a secret */
/* The algorithm our profiles use with this key: the curve's hash; RSA with SHA-256, PSS. */
const struct sigalg *token_key_sigalg(const struct token_key *key);

enum signature_form {
	SIGNATURE_DER,  /* X.509 and CMS: ECDSA as SEQUENCE { r, s }; RSA as it is */
	SIGNATURE_PLAIN /* seals and card-verifiable certificates: r || s, each as long as the order */
};
/* The message is hashed here (CKM_ECDSA on our digest); *signature is replaced. */
int token_sign(struct session *s, struct token_key *key, const struct sigalg *alg, enum signature_form form, struct bytes message,
	struct buf *signature, struct err *err);
/* HMAC-SHA-256 with a secret of the token: to derive keys that the database must not hold (UIN permutation). */
int token_hmac(struct session *s, struct token_key *key, struct bytes message, uint8_t out[32], struct err *err);

#endif
