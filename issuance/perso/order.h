/*
 * order.h - one document's data as it is printed and written into the chip: taken from the registry's rows, nothing else.
 *
 * The MRZ has the form and the code of the document's kind (as the days of issue and expiry allow it), issuing State, the identity's MRZ names,
 * number, nationality, birth, sex, expiry, and the UIN as optional data where the form has room for it (mrz_put_personal_number).  pki/descent_sod.c makes DG1 from a bundle's records by the same fields; both must agree octet for octet.
 */
#ifndef CATENA_PERSO_ORDER_H
#define CATENA_PERSO_ORDER_H

#include "registry/doc9303/mrz.h"
#include "registry/store/document.h"

enum { ORDER_MINOR_BELOW = 18,
	ORDER_HASH_BITS = 256 };

struct perso_order {
	const struct production *from; /* borrowed */
	struct mrz mrz;
	char lines[MRZ_MAX_LEN + 1]; /* of the form, one after the other, and a 0 */
};

/* Last day of validity; a holder below ORDER_MINOR_BELOW has years_minor.  Of a partial birth date the youngest age counts. */
struct date order_expiry(struct date birth, struct date issued_on, int years, int years_minor);
/*
 * The document's members of *p (number, issuing_state, issued_on, expires_on) are set: from its row or, for a new one, by the caller.
 * -1: FAIL_INPUT when Doc 9303 has no form for the data; the sentence names the field, not its value.
 */
int order_of_production(const struct production *p, struct perso_order *order, struct err *err);
void order_clear(struct perso_order *order); /* wipes */

#endif
