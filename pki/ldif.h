/*
 * ldif.h - LDAP Data Interchange Format (RFC 2849), as the ICAO PKD publishes and receives it: content records only.
 *
 * Read: folded lines, base64, comments, CR LF; an URL instead of a value (":<") is refused.  Bounded by the constants below.
 */
#ifndef CATENA_PKI_LDIF_H
#define CATENA_PKI_LDIF_H
#include "pki/crl.h"

enum { LDIF_VALUE_MAX = 24 * 1024 * 1024, /* one value, decoded */
	LDIF_ATTRIBUTES_MAX = 256,        /* of one entry */
	LDIF_ENTRIES_MAX = 200000 };      /* the PKD has some 30,000 */

struct ldif_attribute {
	const char *name;    /* lower case, without options */
	const char *options; /* "binary"; "" none */
	struct bytes value;  /* decoded */
};
struct ldif_entry {
	struct bytes dn; /* UTF-8 */
	const struct ldif_attribute *attribute;
	size_t n;
	size_t line; /* of its dn, from 1 */
};

/* Calls `each` per entry; what it is given lives until it returns.  Ends with its -1.  -1 FAIL_INPUT naming the line. */
int ldif_read(struct bytes text, int (*each)(void *context, const struct ldif_entry *entry, struct err *err), void *context, struct err *err);
/* Whether the octets look like LDIF: "version:" or "dn:" at the first line that is no comment. */
bool ldif_looks_like(struct bytes text);

/* ---- writing: a PKD upload or download file ---- */

/* The place below which the entries hang: "dc=data,dc=download,dc=pkd,dc=icao,dc=int". */
extern const char ldif_pkd_base[];
void ldif_put_version(struct buf *out);                                         /* "version: 1" */
void ldif_put_line(struct buf *out, const char *attribute, struct bytes value); /* base64 and folded where RFC 2849 asks for it */
void ldif_put_end(struct buf *out);                                             /* the empty line after an entry */
/* Whole entries with their object classes.  base: NULL for ldif_pkd_base. */
enum ldif_branch { LDIF_DSC,   /* o=dsc: document signers */
	LDIF_BCSC,             /* o=bcsc: bar code signers */
	LDIF_CRL,              /* o=crl */
	LDIF_MASTER_LIST,      /* o=ml */
	LDIF_DEVIATION_LIST }; /* o=dl */
int ldif_put_certificate(struct buf *out, enum ldif_branch branch, const struct cert *cert, const char *base, struct err *err);
int ldif_put_crl(struct buf *out, const struct crl *crl, const char *base, struct err *err);
/* A signed list, with the certificate of its signer. */
int ldif_put_list(struct buf *out, enum ldif_branch branch, struct bytes der, const struct cert *signer, const char *base, struct err *err);
/* RFC 4514 text of an encoded Name, most specific part first: "CN=CSCA Utopia,O=Utopia,C=UT". */
int ldif_name(struct bytes name, struct buf *out, struct err *err);

#endif
