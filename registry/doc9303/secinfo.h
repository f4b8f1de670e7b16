/*
 * secinfo.h - SecurityInfos: which protocols a chip speaks, and with which parameters.  Doc 9303-11 (8th ed.) 9.2; TR-03110-3 A.1.1 for
 * what identity cards add.  Pure: octets in, structs out.
 *
 * The same SET stands in EF.CardAccess (the bare SET is the file), in DG14 (inside tag 6E, lds.h) and in EF.CardSecurity (signed,
 * pki/cardsecurity.h).  Each member is SEQUENCE { protocol, requiredData, optionalData OPTIONAL }; what these two are is decided by
 * the protocol, and one table says so for reading, writing and naming.
 */
#ifndef CATENA_DOC9303_SECINFO_H
#define CATENA_DOC9303_SECINFO_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum {
	SECINFO_MAX = 32,            /* documents in the field have up to 12 */
	SECINFO_OID = 48,            /* room for a dotted object identifier and 0 */
	SECINFO_MAX_SET = 32 * 1024, /* octets of the whole SET */
	SECINFO_NO_ID = -1
};

enum secinfo_kind {          /* the members each uses, beside `protocol`: */
	SECINFO_OTHER,       /* a protocol we do not know: `whole` is kept and written again */
	SECINFO_PACE,        /* version, id (of the domain parameters) */
	SECINFO_PACE_DOMAIN, /* data (AlgorithmIdentifier), id (of the domain parameters) */
	SECINFO_CA,          /* chip authentication: version, id (of the key) */
	SECINFO_CA_DOMAIN,   /* TR-03110: data (AlgorithmIdentifier), id (of the key) */
	SECINFO_CA_KEY,      /* data (SubjectPublicKeyInfo), id (of the key) */
	SECINFO_TA,          /* terminal authentication: version, file_id (of EF.CVCA, optional) */
	SECINFO_AA,          /* active authentication with ECDSA: version, signature (OID, plain ECDSA of a hash) */
	SECINFO_EF_DIR,      /* data (contents of the OCTET STRING: EF.DIR) */
	SECINFO_RI,          /* TR-03110 restricted identification: data (ProtocolParams SEQUENCE), id (most keys) */
	SECINFO_RI_DOMAIN,   /* TR-03110: data (AlgorithmIdentifier) */
	SECINFO_CARD_INFO,   /* TR-03110: data (contents of the IA5String: where the card is described), file_id (optional) */
	SECINFO_PRIVILEGED   /* TR-03110: data (a SET as secinfos_read takes it, for privileged terminals) */
};

enum secinfo_agreement { SECINFO_NO_AGREEMENT,
	SECINFO_DH,
	SECINFO_ECDH };
enum secinfo_mapping { SECINFO_NO_MAPPING,
	SECINFO_GM,    /* generic */
	SECINFO_IM,    /* integrated */
	SECINFO_CAM }; /* chip authentication */
enum secinfo_cipher { SECINFO_NO_CIPHER,
	SECINFO_3DES,  /* CBC, ISO 9797-1 MAC algorithm 3 */
	SECINFO_AES }; /* CBC, CMAC */

struct secinfo_protocol {
	const char *oid;
	enum secinfo_kind kind;
	enum secinfo_agreement agreement;
	enum secinfo_mapping mapping; /* PACE only */
	enum secinfo_cipher cipher;
	unsigned key_bits; /* of the session keys: 112, 128, 192, 256; 0 where there are none */
	const char *name;  /* "id-PACE-ECDH-GM-AES-CBC-CMAC-128" */
};
/* The table; NULL when the protocol is unknown. */
const struct secinfo_protocol *secinfo_protocol(const char *oid);
const struct secinfo_protocol *secinfo_protocol_at(size_t i); /* all of them, NULL after the last */
/* The protocol with these properties; NULL when there is none (chip authentication mapping with 3DES). */
const struct secinfo_protocol *secinfo_protocol_choose(enum secinfo_kind kind, enum secinfo_agreement agreement, enum secinfo_mapping mapping,
	enum secinfo_cipher cipher, unsigned key_bits);

/* Standardised domain parameters, Doc 9303-11 9.5.1. */
struct secinfo_parameters {
	int id;
	enum secinfo_agreement agreement;
	unsigned bits;    /* of the prime */
	const char *name; /* ECDH: as in pki/curve.h ("P-256", "brainpoolP256r1"); DH: "RFC 5114 2.1" */
};
const struct secinfo_parameters *secinfo_parameters(int id); /* NULL: reserved or no id */
/* The id when an AlgorithmIdentifier is { 0.4.0.127.0.7.1.2, INTEGER id }; SECINFO_NO_ID when it says something else. */
int secinfo_standard_id(struct bytes algorithm_identifier);
extern const char secinfo_oid_standard_parameters[]; /* 0.4.0.127.0.7.1.2 */
/* Bits of the hash of an AA signature OID (ecdsa-plain-SHA1 .. SHA512: 160, 224, 256, 384, 512); 0 when it is none. */
unsigned secinfo_aa_hash_bits(const char *signature_oid);

struct secinfo {
	enum secinfo_kind kind;
	char protocol[SECINFO_OID];
	unsigned version; /* 1..255; 0 where the kind has none */
	int id;           /* SECINFO_NO_ID when absent */
	char signature[SECINFO_OID];
	struct bytes file_id;
	struct bytes data;  /* points into what was read, or the caller's; n 0 when absent */
	struct bytes whole; /* as it was read; needed for writing only with SECINFO_OTHER */
};
struct secinfos {
	unsigned n;
	struct secinfo info[SECINFO_MAX];
};

/*
 * `set` is exactly one SET OF SecurityInfo.  (A file read from a chip may be padded: cut it with lds_object first.)  Known protocols must
 * have their shape; unknown ones are kept.  -1 FAIL_INPUT, *infos untouched.
 */
int secinfos_read(struct bytes set, struct secinfos *infos, struct err *err);
/* The SET in DER, so the members are sorted: the same infos in any order give the same octets.  *set is replaced. */
int secinfos_write(const struct secinfos *infos, struct buf *set, struct err *err);
/* The next of this kind after `after` (NULL: the first); NULL when there is none. */
const struct secinfo *secinfos_next(const struct secinfos *infos, enum secinfo_kind kind, const struct secinfo *after);
/* The key of chip authentication with this id: the one with the id, or the only one when either has none.  NULL: none or not clear. */
const struct secinfo *secinfos_key(const struct secinfos *infos, int id);

/* EF.CardAccess is the bare SET, so secinfos_read and secinfos_write are its reader and writer.  DG14 has tag 6E around it. */
int lds_dg14_read(struct bytes file, struct secinfos *infos, struct err *err);
int lds_dg14_write(const struct secinfos *infos, struct buf *file, struct err *err);

enum secinfo_place { SECINFO_CARD_ACCESS = 1,
	SECINFO_CARD_SECURITY = 2,
	SECINFO_DG14 = 4 };
/*
 * Whether these infos may stand there in a passport that we issue (Doc 9303-11 9.2: versions, parameters that fit the protocol, a key for
 * chip authentication and for chip authentication mapping, ids where there are several).  Reading does not ask this.  -1 FAIL_INPUT
 * with the first rule that is broken.
 */
int secinfos_check(const struct secinfos *infos, enum secinfo_place place, struct err *err);

#endif
