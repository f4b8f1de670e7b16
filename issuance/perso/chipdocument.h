/*
 * chipdocument.h - what is put on a chip, kept in a folder:
 *
 *	EF.COM.bin EF.DG1.bin ... EF.DG16.bin EF.SOD.bin     files of the application; DG1 must be there: its MRZ opens the chip
 *	EF.CardAccess.bin EF.CardSecurity.bin                files of the master file
 *	CAN                                                  digits
 *	CA.key AA.key                                        private keys of chip and active authentication, PKCS #8 in PEM or DER
 *	CVCA.cvcert                                          whose terminals may read DG3 and DG4
 */
#ifndef CATENA_CHIPDOCUMENT_H
#define CATENA_CHIPDOCUMENT_H
#include <openssl/types.h>

#include "issuance/perso/chipprofile.h"
#include "registry/doc9303/lds.h"

enum { CHIP_DOCUMENT_FILES = LDS_DGS + 2,
	CHIP_DOCUMENT_MF = 2 };

struct chip_document {
	struct chip_contents contents; /* points into what follows */
	struct chip_contents_file file[CHIP_DOCUMENT_FILES], mf_file[CHIP_DOCUMENT_MF];
	struct buf octets[CHIP_DOCUMENT_FILES], mf_octets[CHIP_DOCUMENT_MF], can, cvca, key[4];
	char number[23], birth[7], expiry[7];
};
/* FAIL_NOT_FOUND: no DG1 there; FAIL_INPUT: a file or key that no chip takes. */
int chip_document_load(const char *folder, struct chip_document *d, struct err *err);
void chip_document_clear(struct chip_document *d); /* wipes */
/* A private key, PKCS #8 in PEM or DER; the caller frees.  NULL: it is none. */
EVP_PKEY *chip_document_key(struct bytes octets);
/*
 * As a chip takes it: EC as parameters and number[0]; RSA, for active authentication, as modulus number[0] and private exponent number[1].  *to points into
 * the numbers, which the caller wipes.  -1: no chip takes such a key.
 */
int chip_document_take_key(EVP_PKEY *key, struct chip_contents_key *to, struct buf number[2]);
/* Document number, birth and expiry of an MRZ (90, 72 or 88 characters) as they open the chip. */
int chip_document_access(struct bytes mrz, char number[23], char birth[7], char expiry[7], struct err *err);

#endif
