/*
 * vds.h - a visible digital seal: header, message and raw signature.  Doc 9303-13 (8th ed.) 2.  Pure; the meaning of the features is
 * vdsdoc.h's and vdscivil.h's business, signatures are pki/vdsseal.h's.
 *
 *	DC version | State | signer and certificate reference | issued on | signed on | definition | category    header
 *	tag length value ...                                                                                      message
 *	FF length r||s                                                                                            signature
 *
 * Signed is all that stands before FF.  Version 3 (octet 02) has references of five hexadecimal digits and lengths of one octet,
 * version 4 (octet 03) references of any length and lengths in DER.
 */
#ifndef CATENA_DOC9303_VDS_H
#define CATENA_DOC9303_VDS_H
#include "registry/base/bytes.h"
#include "registry/base/date.h"
#include "registry/base/err.h"

enum {
	VDS_MAX = 1555,         /* octets of a seal: what the largest Data Matrix, 144 x 144, holds of any octets */
	VDS_FEATURES = 64,      /* the richest profile we know has 24 */
	VDS_REFERENCE_MAX = 40, /* hexadecimal digits: a serial number of 20 octets */
	VDS_DATE_OCTETS = 3,
	VDS_SIGNATURE_TAG = 0xFF,
};

struct vds_feature {
	uint8_t tag; /* 00..FE */
	struct bytes value;
};

struct vds {
	unsigned version;                      /* 3 or 4 */
	char state[4];                         /* issuing State as in the MRZ, without fillers: "UTO", "D" */
	char signer[5];                        /* two letters of the country, two characters of the signer: "UTTV" */
	char reference[VDS_REFERENCE_MAX + 1]; /* certificate: serial number, hexadecimal, capital letters; version 3: five digits */
	struct date issued_on, signed_on;      /* days */
	uint8_t definition;                    /* feature definition: which document defines the features */
	uint8_t category;                      /* odd: of ICAO; even: of the State */
	unsigned nfeature;
	struct vds_feature feature[VDS_FEATURES];
	struct bytes signed_part; /* set by vds_decode: the octets that are signed */
	struct bytes signature;   /* r || s */
};

/* 1957-03-25 is the number 03251957 in three octets; parts that are not known are zeros (only in messages, not in headers). */
int vds_date_put(struct date date, struct buf *out, struct err *err);
int vds_date_get(struct bytes octets, struct date *date, struct err *err);

/* What is signed: header and message, appended to *out.  -1 FAIL_INPUT naming the field, also when the seal would be over VDS_MAX. */
int vds_encode(const struct vds *vds, struct buf *out, struct err *err);
/* The whole seal: the signed part, then the signature as it is. */
int vds_put_signature(unsigned version, struct bytes signature, struct buf *out, struct err *err);
/*
 * Reads any octets.  What is accepted is exactly what vds_encode and vds_put_signature write: the same octets come out again.  Members
 * of *vds point into `raw`.  A seal without features is accepted, one without signature is not.  -1 FAIL_INPUT, *vds untouched.
 */
int vds_decode(struct bytes raw, struct vds *vds, struct err *err);

/* The first feature of a tag, NULL when absent.  That a tag stands twice is allowed here; the known messages refuse it. */
const struct vds_feature *vds_find(const struct vds *vds, uint8_t tag);
/* The reference as a number: octets big endian without leading zeros, to compare with a serial number; how many, 0 for 0...0. */
size_t vds_reference_octets(const struct vds *vds, uint8_t out[VDS_REFERENCE_MAX / 2]);

#endif
