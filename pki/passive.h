/*
 * passive.h - passive authentication (Doc 9303-11 5.1, 9303-12 5 and 7): is this LDS the one that its State signed?
 *
 * Pure: bytes, trust anchors and the date are handed in.  The answer is a list of separately coded verdicts, never one
 * boolean.  "Not checked" is never "good"; the total is the worst of all, and every part stays visible.
 * Departures of other States from the certificate profile are warnings unless they break the signature or the path.
 * Nothing is remembered from one call to the next: the document signer's certificate is verified each time.
 */
#ifndef CATENA_PKI_PASSIVE_H
#define CATENA_PKI_PASSIVE_H
#include "pki/grade.h"
#include "pki/sod.h"
#include "pki/truststore.h"

enum check {
	CHECK_FORMAT,          /* EF.SOD can be read: 77, SignedData, LDS security object with its version's members */
	CHECK_ATTRIBUTES,      /* signed attributes: content type, message digest */
	CHECK_SIGNATURE,       /* the document signer's signature; its certificate is in EF.SOD */
	CHECK_CHAIN,           /* the document signer's certificate is under a trusted CSCA, and one for documents */
	CHECK_CSCA_VALIDITY,   /* the CSCA certificate on the day */
	CHECK_CSCA_REVOCATION, /* the CSCA itself, or what linked it */
	CHECK_SIGNER_VALIDITY, /* the document signer's certificate on the day */
	CHECK_SIGNER_PERIOD,   /* signed while the private key was in use */
	CHECK_CRL,             /* there is one of the CSCA, with its signature good, complete, of the day */
	CHECK_REVOCATION,      /* the document signer is not on it */
	CHECK_COUNTRY,         /* document signer, CSCA and DG1 name one State */
	CHECK_DOCUMENT_TYPE,   /* the document signer may sign this type */
	CHECK_DATA_GROUP,      /* one verdict per data group: its hash; dg 0: none of them can be known */
	CHECK_COM,             /* EF.COM lists what EF.SOD covers: a warning, it is not signed */
	CHECK_ALGORITHM,       /* weak algorithms */
	CHECK_PROFILE,         /* departures from Doc 9303-10 and -12 that break nothing */
	CHECK_DEVIATION,       /* known departures of documents of this State */
	CHECK_CHIP,            /* the chip is genuine: rests on DG14 or DG15 under a good EF.SOD */
	CHECKS
};

enum { PASSIVE_MAX_VERDICTS = 96 };

struct verdict {
	enum check check;
	enum grade grade;
	unsigned dg;      /* CHECK_DATA_GROUP: 1..16, else 0 */
	const char *code; /* fixed word for programs: "hash_wrong", "signer_untrusted", ...; "good" when good */
	char text[200];   /* a sentence for a person; names no holder */
};

/* What the chip answered when it was asked to prove itself (Doc 9303-11); passive authentication alone cannot tell. */
enum chip_method { CHIP_NOT_ASKED,
	CHIP_ACTIVE_AUTHENTICATION, /* key of DG15 */
	CHIP_AUTHENTICATION,        /* key of DG14 */
	CHIP_PACE_CAM };            /* key of EF.CardSecurity, the parameters of DG14 */

struct passive_input {
	struct bytes sod;               /* file EF.SOD */
	struct bytes dg[17];            /* dg[1]..dg[16]: whole files; n 0 when not read */
	struct bytes com;               /* EF.COM; optional: it is not signed, a difference is a warning */
	const struct truststore *store; /* settled; NULL: nothing is trusted */
	int64_t at;                     /* the moment of inspection */
	bool weak_is_warning;           /* policy: SHA-1 and short keys of old documents warn instead of refuse */
	enum chip_method chip;
	bool chip_has_proved; /* unless CHIP_NOT_ASKED: its answer was right */
};

struct passive {
	struct verdict verdict[PASSIVE_MAX_VERDICTS];
	unsigned n;
	enum grade total;          /* the worst */
	bool has_signer;           /* then: */
	uint8_t signer_sha256[32]; /* document signer's certificate */
	bool has_anchor;
	uint8_t anchor_sha256[32]; /* the CSCA certificate that was used */
	bool has_signing_time;
	int64_t signing_time;
};

void passive_authenticate(const struct passive_input *in, struct passive *out);
const struct verdict *passive_find(const struct passive *result, enum check check, unsigned dg); /* the worst of its kind; NULL */
bool passive_is_refused(const struct passive *result);                                           /* some verdict is bad */
const char *check_name(enum check check);                                                        /* "signer_period" */

#endif
