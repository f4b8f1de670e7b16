/*
 * vdsseal.h - seals signed on the token, and judged.  Doc 9303-13 (8th ed.) 2.5 signature, 5 validation; Doc 9303-12 for the bar code
 * signer's certificate.  Pure apart from the token: bytes, certificates, trust store and the moment are handed in.
 */
#ifndef CATENA_PKI_VDSSEAL_H
#define CATENA_PKI_VDSSEAL_H
#include "pki/grade.h"
#include "pki/token.h"
#include "pki/truststore.h"
#include "registry/doc9303/vdscivil.h"

/*
 * Fills vds->signer and vds->reference from the certificate (C and CN; serial number), encodes, hashes by the bits of the curve's order
 * (to 224 SHA-224, 256, 384, 512), signs, verifies with the certificate, and replaces *raw.  FAIL_INPUT: the key is not the certificate's,
 * the certificate is none of a bar code signer or not valid on vds->signed_on, or a field has a wrong form.
 */
int vdsseal_sign(struct session *s, struct token_key *key, const struct cert *cert, struct vds *vds, struct buf *raw, struct err *err);

/*
 * The standard's verdicts in order of gravity, medium suspicion before high, and two of ours.  A finding says which it leads to; the
 * seal's is the gravest.  SEAL_VALID with a warning among the findings (the profile of the certificate, odd dates) is still valid.
 */
enum vdsseal_verdict {
	SEAL_VALID,
	SEAL_UNKNOWN_FEATURE, /* still valid */
	SEAL_NOT_CHECKED,     /* ours: no trust anchor or no CRL was given, so there is no verdict of the standard */
	SEAL_READ_ERROR,      /* invalid from here on: the bar code could not be read */
	SEAL_EXPIRED_CERTIFICATE,
	SEAL_WRONG_FORMAT,
	SEAL_UNKNOWN_CERTIFICATE,
	SEAL_UNTRUSTED_CERTIFICATE,
	SEAL_INVALID_DOCUMENTTYPE,
	SEAL_REVOKED_CERTIFICATE,
	SEAL_INVALID_SIGNATURE,
	SEAL_MRZ_DIFFERS, /* ours: the seal is another document's */
	SEAL_VERDICTS
};
enum suspicion { SUSPICION_NONE,
	SUSPICION_MEDIUM,
	SUSPICION_HIGH };
struct vdsseal_verdict_info {
	const char *name; /* "EXPIRED_CERTIFICATE" */
	bool is_invalid;
	enum suspicion suspicion;
};
extern const struct vdsseal_verdict_info vdsseal_verdicts[SEAL_VERDICTS];
const char *suspicion_name(enum suspicion suspicion); /* "none", "medium", "high" */

enum vdsseal_check { SEAL_CHECK_FORMAT,
	SEAL_CHECK_SIGNER, /* the certificate that signer and reference name is there and one of a bar code signer */
	SEAL_CHECK_SIGNATURE,
	SEAL_CHECK_TRUST, /* it is under a trusted CSCA */
	SEAL_CHECK_VALIDITY,
	SEAL_CHECK_REVOCATION,
	SEAL_CHECK_DOCUMENT_TYPE,
	SEAL_CHECK_MESSAGE, /* features, dates */
	SEAL_CHECK_MRZ,
	SEAL_CHECKS };
enum { VDSSEAL_FINDINGS = 24 };
struct vdsseal_finding {
	enum vdsseal_check check;
	enum grade grade;
	enum vdsseal_verdict verdict; /* SEAL_VALID when the finding changes nothing */
	const char *code;             /* fixed word for programs: "signature_wrong"; "good" */
	char text[200];               /* names no holder */
};

struct vdsseal_input {
	struct bytes raw; /* n 0: nothing could be read from the bar code */
	const struct cert *const *signer;
	size_t nsigner;
	const struct truststore *store; /* settled; NULL: no trust anchors */
	int64_t at;                     /* moment of inspection */
	struct bytes mrz;               /* printed MRZ; n 0: not given */
};
struct vdsseal_result {
	struct vdsseal_finding finding[VDSSEAL_FINDINGS];
	unsigned n;
	enum vdsseal_verdict verdict; /* the one of the highest suspicion */
	bool is_read;                 /* then `vds` and `message` are set; vds points into the input */
	struct vds vds;
	struct vds_message message;
	const struct cert *signer; /* NULL: none fits */
};
void vdsseal_verify(const struct vdsseal_input *in, struct vdsseal_result *out);
/* The worst finding of a check; NULL when it was not reached. */
const struct vdsseal_finding *vdsseal_find(const struct vdsseal_result *result, enum vdsseal_check check);
const char *vdsseal_check_name(enum vdsseal_check check); /* "signature" */

#endif
