/*
 * chipkeys.h - the keys of one chip, and the files that say so: EF.CardAccess, DG14, DG15.  Doc 9303-11 (8th ed.) 6.1, 6.2, 9.2.
 *
 * Made for one document and written to its chip; the private halves live here until chipkeys_clear and are kept nowhere else.  What a kind of chip
 * takes is in its profile: PACE and chip authentication where it takes a key for it and files of the master file, active authentication with ECDSA or else
 * with RSA.  A kind that takes none has none of these files, and basic access control opens it.
 */
#ifndef CATENA_PERSO_CHIPKEYS_H
#define CATENA_PERSO_CHIPKEYS_H
#include "issuance/perso/chipprofile.h"

struct chipkeys {
	struct buf card_access, dg14, dg15;
	struct chip_contents_key ca, aa; /* point into the numbers */
	struct buf number[3];            /* of chip authentication; of active authentication: number, or modulus and exponent */
};
int chipkeys_new(const struct chip_profile *profile, struct chipkeys *keys, struct err *err);
void chipkeys_clear(struct chipkeys *keys); /* wipes */

#endif
