/*
 * bac.h - basic access control: Doc 9303-11 (8th ed.) 4.3 and Appendix D.  Pure: the random numbers are handed in.
 *
 * What opens the chip is the MRZ information: document number, date of birth and date of expiry with their check digits (a number longer
 * than nine characters: all of it, then its digit).
 */
#ifndef CATENA_DOC9303_BAC_H
#define CATENA_DOC9303_BAC_H
#include "registry/doc9303/sm.h"

enum { BAC_RANDOM = 8,
	BAC_KEY = 16,
	BAC_CRYPTOGRAM = 40 }; /* 32 octets encrypted, 8 of MAC */

struct bac {
	uint8_t enc[CHIP_KEY_MAX], mac[CHIP_KEY_MAX];
};

void bac_init(struct bac *bac, struct bytes mrz_information);
void bac_clear(struct bac *bac);

/* The document number and two dates YYMMDD as they stand in the MRZ, with their check digits computed; at most 40 characters and a 0. */
int mrz_information(const char *number, const char *birth, const char *expiry, char out[41], struct err *err);

/* Terminal: the data of EXTERNAL AUTHENTICATE; then the session from the chip's answer, -1 FAIL_DENIED when it is not the chip of this MRZ. */
int bac_challenge(const struct bac *bac, const uint8_t rnd_ic[BAC_RANDOM], const uint8_t rnd_ifd[BAC_RANDOM], const uint8_t k_ifd[BAC_KEY],
	uint8_t out[BAC_CRYPTOGRAM], struct err *err);
int bac_finish(const struct bac *bac, const uint8_t rnd_ic[BAC_RANDOM], const uint8_t rnd_ifd[BAC_RANDOM], const uint8_t k_ifd[BAC_KEY],
	struct bytes answer, struct sm *session, struct err *err);
/* Chip: -1 FAIL_DENIED when the terminal does not know the MRZ. */
int bac_answer(const struct bac *bac, const uint8_t rnd_ic[BAC_RANDOM], const uint8_t k_ic[BAC_KEY], struct bytes command, uint8_t out[BAC_CRYPTOGRAM],
	struct sm *session, struct err *err);

#endif
