/*
 * pkd.h - what we hand to other States: a file for the upload to the ICAO PKD, and the content of our master list.  Pure.
 *
 * The PKD takes document signers, bar code signers, CRLs, master lists and deviation lists; CSCA certificates travel in the master list.
 */
#ifndef CATENA_PKI_PKD_H
#define CATENA_PKI_PKD_H
#include "pki/ldif.h"

struct pkd_entry {
	enum ldif_branch branch;
	struct bytes der;    /* certificate, CRL, or signed list */
	struct bytes signer; /* lists: certificate of the signer */
};
/* LDIF, appended; base NULL: the PKD's own.  FAIL_INPUT naming the entry that cannot be read. */
int pkd_write(const struct pkd_entry *entry, size_t n, const char *base, struct buf *out, struct err *err);
/*
 * DER of the CscaMasterList (Doc 9303-12 8.1) of these certificates, in DER order; the same octets given twice are there once.  It is the
 * content of a ceremony of kind master_list.  FAIL_INPUT: none at all, or one that is no CSCA's.
 */
int pkd_master_list(const struct bytes *cert, size_t n, struct buf *content, struct err *err);

#endif
