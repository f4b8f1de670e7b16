/*
 * deviation.h - deviation lists (Doc 9303-3 7, 9303-12 9): a State says which of its documents depart from Doc 9303, and how.
 *
 * Conditions of one entry are joined by AND; an entry without conditions speaks of all documents of its State.
 */
#ifndef CATENA_PKI_DEVIATION_H
#define CATENA_PKI_DEVIATION_H
#include "pki/signedlist.h"
#include "registry/base/date.h"

extern const char oid_deviation_list[]; /* 2.23.136.1.1.7 */
enum { DEVIATIONS_MAX = 4096,
	DEVIATION_DESCRIPTIONS_MAX = 64,
	DEVIATION_NUMBERS_MAX = 100000 }; /* document numbers of one entry */

/* The deviation types of the standard, in the order of their identifiers; others are DEVIATION_OTHER. */
enum deviation_type { DEVIATION_OTHER,
	DEVIATION_CERT_OR_KEY,
	DEVIATION_DS_SIGNATURE,
	DEVIATION_DS_ENCODING,
	DEVIATION_CSCA_ENCODING,
	DEVIATION_AA_KEY_COMPROMISED,
	DEVIATION_LDS,
	DEVIATION_DG_MALFORMED,
	DEVIATION_DG_HASH_WRONG,
	DEVIATION_SOD_SIGNATURE_WRONG,
	DEVIATION_COM_INCONSISTENT,
	DEVIATION_MRZ,
	DEVIATION_MRZ_WRONG_DATA,
	DEVIATION_MRZ_WRONG_CHECK_DIGIT,
	DEVIATION_CHIP,
	DEVIATION_NATIONAL_USE,
	DEVIATION_TYPES };
const char *deviation_type_name(enum deviation_type type); /* "dg_hash_wrong" */
const char *deviation_type_oid(enum deviation_type type);  /* "2.23.136.1.1.7.2.2"; NULL for DEVIATION_OTHER */

enum deviation_signer { DEVIATION_SIGNER_ANY,
	DEVIATION_SIGNER_SERIAL, /* issuerAndSerialNumber */
	DEVIATION_SIGNER_SKI,
	DEVIATION_SIGNER_DIGEST };

struct deviation_description {
	enum deviation_type type;
	char oid[64];
	char text[160];            /* description, cut; "" none.  Printable ASCII, other octets as '?' */
	struct bytes parameters;   /* encoded, as it stands in the list; n 0 none */
	struct bytes national_use; /* the same */
	int field;                 /* parameters as a number: data group 1..16, 20 SOD, 21 COM; field of the MRZ or certificate 0..9; -1 none */
};

struct deviation {
	struct bytes der;      /* the whole entry, in the list's octets */
	char document_type[3]; /* "" any */
	enum deviation_signer signer;
	struct bytes issuer, serial; /* DEVIATION_SIGNER_SERIAL: Name, encoded; contents octets */
	struct bytes ski;
	struct bytes digest; /* of the document signer's certificate */
	bool has_period;
	int64_t first_issued, last_issued;
	bool has_numbers;
	struct bytes *number; /* document numbers, sorted */
	size_t nnumber;
	struct deviation_description *description;
	size_t ndescription;
};

struct deviationlist {
	struct cms *cms;
	unsigned version;     /* 0 */
	unsigned digest_bits; /* digestAlgorithm of the certificate digests; 0 absent */
	struct deviation *deviation;
	size_t n;
	bool is_sorted;     /* DER order of the SETs */
	uint8_t sha256[32]; /* of the whole SignedData */
};

/* DER, or BER with indefinite lengths as some send it.  The octets' form; no judgement of signatures. */
int deviationlist_parse(struct bytes der, struct deviationlist **list, struct err *err);
void deviationlist_free(struct deviationlist *list);
/* All of list_check(), and: the order of the SETs. */
void deviationlist_check(const struct deviationlist *list, const struct list_trust *trust, struct list_report *report);
/* The State that speaks: of the signer's certificate; "" when that is not inside. */
const char *deviationlist_country(const struct deviationlist *list);

/* What is known of a document; what is not known stays empty. */
struct deviation_document {
	const char *document_type;   /* the MRZ's first two characters, "P<"; NULL unknown */
	const struct cert *signer;   /* document signer's certificate; NULL unknown */
	struct date issued_on;       /* from DG12, or a bound to it; DATE_INIT unknown */
	const char *document_number; /* without fillers; NULL unknown */
};
enum deviation_match { DEVIATION_NO,
	DEVIATION_PERHAPS, /* what is known fits, something that is asked for is not known */
	DEVIATION_YES };
/* One entry.  A list of another State than the signer's never matches: ask deviationlist_match. */
enum deviation_match deviation_matches(const struct deviationlist *list, const struct deviation *deviation, const struct deviation_document *document);
/* The first entry from *at on that does not say no; its index in *at; DEVIATION_NO at the end.  Begin with *at = 0, go on with *at + 1. */
enum deviation_match deviationlist_match(const struct deviationlist *list, const struct deviation_document *document, size_t *at);

/* ---- issuing ---- */

struct deviation_description_order {
	const char *text;         /* PrintableString; NULL none */
	enum deviation_type type; /* not DEVIATION_OTHER */
	int field;                /* as above; -1 none */
};
struct deviation_order {
	const char *document_type; /* two characters; NULL any */
	enum deviation_signer by;  /* how `signer` is named */
	const struct cert *signer; /* NULL with DEVIATION_SIGNER_ANY */
	bool has_period;
	int64_t first_issued, last_issued;
	const char *const *number; /* NULL-terminated; NULL any */
	const struct deviation_description_order *description;
	size_t ndescription; /* at least 1 */
};
/*
 * DER of the DeviationList (Doc 9303-12 9.1): the content of a ceremony of kind deviation_list.  digest_bits: the hash by which document signers
 * are named with DEVIATION_SIGNER_DIGEST.  FAIL_INPUT: none at all, or what breaks the profile.
 */
int deviationlist_content(const struct deviation_order *deviation, size_t n, unsigned digest_bits, struct buf *content, struct err *err);
struct deviationlist_order {
	const struct deviation_order *deviation; /* at least one, or `content` */
	size_t n;
	struct bytes csca; /* as in struct masterlist_order */
	int64_t signing_time;
	bool has_previous;
	int64_t previous_signing_time;
	struct bytes content; /* of deviationlist_content; n 0: made of `deviation` */
};
/* Refuses what breaks the profile (FAIL_INPUT); the result is read back and checked; *der is replaced. */
int deviationlist_issue(struct session *s, const struct signer *signer, const struct deviationlist_order *order, struct buf *der, struct err *err);

#endif
