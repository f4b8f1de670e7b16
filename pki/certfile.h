/*
 * certfile.h - whatever a State sends: PEM bundles, DER, SignedData with certificates, master lists, LDIF, ZIP archives of these; out
 * come certificates, CRLs and lists, each with the place it was found at.
 *
 * Nothing is trusted and nothing verified here.  Bounds against bombs: the constants below; archives inside archives are not opened.
 */
#ifndef CATENA_PKI_CERTFILE_H
#define CATENA_PKI_CERTFILE_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { CERTFILE_MAX = 128 * 1024 * 1024,           /* octets of the file */
	CERTFILE_UNPACKED_MAX = 256 * 1024 * 1024, /* of all members of an archive together */
	CERTFILE_MEMBER_MAX = 128 * 1024 * 1024,
	CERTFILE_MEMBERS_MAX = 20000,
	CERTFILE_ITEMS_MAX = 200000,
	CERTFILE_PROBLEMS = 16 };

enum certfile_kind { CERTFILE_CERTIFICATE,
	CERTFILE_CRL,
	CERTFILE_MASTER_LIST,
	CERTFILE_DEVIATION_LIST };
const char *certfile_kind_name(enum certfile_kind kind);

struct certfile_item {
	enum certfile_kind kind;
	struct buf der;
	char where[160]; /* "DE.zip: csca/07.cer", "line 812: master list: certificate 17"; file names cleaned of control characters */
	long list;       /* index of the item of the master or deviation list it was in; -1 none */
	bool is_signer;  /* certificates: it came beside the content of a SignedData, not in it */
};

struct certfile {
	struct certfile_item *item;
	size_t n, cap;
	size_t count[4]; /* by enum certfile_kind */
	size_t nproblem; /* parts that could not be read; the first ones: */
	struct {
		char where[160];
		char text[160];
	} problem[CERTFILE_PROBLEMS];
};

/*
 * What the file holds, whatever it is.  A part that cannot be read is counted as a problem and the rest goes on; -1 FAIL_INPUT when there is
 * nothing readable at all, FAIL_TOO_LARGE when a bound is hit.  Certificates, CRLs and lists are parsed once to know that they are such.
 */
int certfile_read(struct bytes file, struct certfile *out, struct err *err);
void certfile_clear(struct certfile *file);

#endif
