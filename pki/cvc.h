/*
 * cvc.h - card-verifiable certificates of extended access control: read, written, and chains of them verified as a chip does it.
 * Doc 9303-11 (8th ed.) 7.1 (terminal authentication), Doc 9303-12 9; TR-03110-3 C and D.  No clock: the day is given.
 *
 *	7F21 { 7F4E { 5F29 00, 42 CAR, 7F49 key, 5F20 CHR, 7F4C CHAT, 5F25 effective, 5F24 expiry, [65 extensions] }, 5F37 signature }
 *
 * The signature is over 7F4E with tag and length; ECDSA is plain r || s, RSA is PKCS #1 v1.5 or PSS.  EC domain parameters stand in the
 * CVCA's own certificate; the keys below it are on the same curve.
 */
#ifndef CATENA_PKI_CVC_H
#define CATENA_PKI_CVC_H
#include "pki/pubkey.h"
#include "registry/base/date.h"

enum {
	CVC_MAX = 8 * 1024, /* octets of a certificate: with RSA 4096 about 1.3 kB */
	CVC_NAME = 17,      /* holder reference: country 2, mnemonic 1 to 9, sequence 5; and 0 */
	CVC_MAX_RIGHTS = 5, /* octets of the widest authorisation template (authentication terminals) */
	CVC_MAX_CHAIN = 16  /* link certificates of several years, DV, terminal */
};

/*
 * How a key signs: a row of our table of the algorithms of 7F49, 0.4.0.127.0.7.2.2.2.*; it may be given to sigalg_verify and token_sign (with
 * SIGNATURE_PLAIN).  NULL when unknown.
 */
const struct sigalg *cvc_scheme(const char *oid);
/* The scheme for a key of this type and SHA-2 hash; RSA: PSS.  NULL when there is none. */
const struct sigalg *cvc_scheme_choose(enum key_type key, unsigned hash_bits);

enum cvc_role { CVC_IS = 0, /* a terminal: inspection system */
	CVC_DV_FOREIGN = 1,
	CVC_DV_DOMESTIC = 2,
	CVC_CVCA = 3 };                 /* the two highest bits of the rights */
enum cvc_terminal { CVC_INSPECTION = 1, /* role OID ...3.1.2.1, one octet of rights */
	CVC_AUTHENTICATION,             /* ...2, five octets */
	CVC_SIGNATURE };                /* ...3, one octet */
enum { CVC_READ_DG3 = 1,                /* bits of an inspection system's rights */
	CVC_READ_DG4 = 2 };

struct cvc {
	struct buf der;           /* the whole certificate; the `bytes` below point into it */
	struct bytes body;        /* 7F4E with tag and length: what is signed */
	char authority[CVC_NAME]; /* CAR: whose key signed */
	char holder[CVC_NAME];    /* CHR */
	const struct sigalg *scheme;
	const struct curve *curve;      /* EC: when the certificate states domain parameters; else NULL */
	struct bytes point;             /* EC: public point */
	struct bytes modulus, exponent; /* RSA */
	enum cvc_terminal terminal;
	enum cvc_role role;
	uint8_t rights[CVC_MAX_RIGHTS]; /* with the role in the two highest bits of the first octet */
	unsigned nrights;
	struct date effective, expiry; /* whole days; valid on both */
	struct bytes extensions;       /* contents of 65; n 0 when absent.  Unknown ones never cause refusal. */
	struct bytes signature;
};

unsigned cvc_rights_octets(enum cvc_terminal terminal); /* 1 or 5 */

/* Exactly one certificate.  Its form is judged, its signature not.  -1 FAIL_INPUT. */
int cvc_parse(struct bytes der, struct cvc **cvc, struct err *err);
void cvc_free(struct cvc *cvc);
static inline bool
cvc_is_self_signed(const struct cvc *cvc)
{
	return strcmp(cvc->authority, cvc->holder) == 0;
}

/* A holder's public key with what it may do after its chain: what a chip keeps of a certificate that it has verified. */
struct cvc_key {
	char holder[CVC_NAME];
	const struct sigalg *scheme;
	struct pubkey *key; /* owned; EC on the curve that was stated or inherited */
	enum cvc_terminal terminal;
	enum cvc_role role;
	uint8_t rights[CVC_MAX_RIGHTS]; /* those of all certificates of the chain together: what every one of them grants */
	unsigned nrights;
	struct date effective, expiry;
};
#define CVC_KEY_INIT ((struct cvc_key){ .key = NULL })
void cvc_key_clear(struct cvc_key *key);
int cvc_key_copy(struct cvc_key *to, const struct cvc_key *from, struct err *err); /* `to` is cleared first */

/* A trust point: a self-signed CVCA certificate that states its domain parameters and verifies under its own key.  *key is cleared first. */
int cvc_trust_point(const struct cvc *cvc, struct cvc_key *key, struct err *err);
/*
 * One step of a chain: `cvc` is verified under `issuer`, and *holder (cleared first; it may be `issuer` itself) is its key.  Refused
 * (FAIL_DENIED): another CAR than the issuer's CHR, a signature that does not verify, a holder that may not stand below that issuer
 * (CVCA certifies CVCA and DV, DV certifies terminals, a terminal nobody), another type of terminal, a certificate whose expiry lies before
 * `today`.  Only a link certificate may have expired: a document that lay in a drawer must still find today's CVCA (TR-03110-3 2.5).
 * The effective date is not compared with `today`: a chip's clock may be late (cvc_clock).
 */
int cvc_verify(const struct cvc *cvc, const struct cvc_key *issuer, struct date today, struct cvc_key *holder, struct err *err);
/* cvc_verify from `trust` down to chain[n - 1].  *last is cleared first. */
int cvc_verify_chain(const struct cvc_key *trust, const struct cvc *const *chain, size_t n, struct date today, struct cvc_key *last, struct err *err);
/* The chip's clock after it verified `holder`: the later of *today and the effective date, for CVCA, domestic DV and their terminals only. */
void cvc_clock(const struct cvc_key *holder, bool issuer_is_domestic, struct date *today);
/* A terminal's signature over `message`: plain r || s, or RSA as its scheme says.  -1 FAIL_DENIED when it does not verify. */
int cvc_key_check(const struct cvc_key *key, struct bytes message, struct bytes signature, struct err *err);

/* ---- writing ---- */

struct cvc_profile {
	char authority[CVC_NAME], holder[CVC_NAME];
	const struct sigalg *scheme; /* of the holder's key */
	const struct pubkey *key;    /* the holder's */
	bool with_parameters;        /* EC: must for a self-signed CVCA, may for a link, not below */
	enum cvc_terminal terminal;
	enum cvc_role role;
	uint8_t rights[CVC_MAX_RIGHTS]; /* without the role's bits; the octets that the type of terminal has */
	struct date effective, expiry;
};
/* 7F4E, which the authority's key signs.  *body is replaced. */
int cvc_body(const struct cvc_profile *profile, struct buf *body, struct err *err);
/* 7F21 of a body and its signature (plain r || s).  *cvc is replaced. */
int cvc_assemble(struct bytes body, struct bytes signature, struct buf *cvc, struct err *err);

/* DER SEQUENCE { r, s } into plain r || s of `half` octets each, and back.  *out is replaced. */
int cvc_plain_of_der(struct bytes der, size_t half, struct buf *out, struct err *err);
int cvc_der_of_plain(struct bytes plain, struct buf *out, struct err *err);

#endif
