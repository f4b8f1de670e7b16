/*
 * inspect.h - a chip inspected in the order of Doc 9303-11 (8th ed.) 4.2: PACE, else BAC; chip authentication; the security object and the data groups; active
 * authentication where there is no chip authentication; terminal authentication for DG3 and DG4; then passive authentication of all that was read.
 *
 * What each step found is kept apart, and what was not done is said: "not checked" is never "good".
 */
#ifndef CATENA_INSPECT_H
#define CATENA_INSPECT_H
#include "issuance/inspect/protocol.h"
#include "pki/passive.h"

struct inspect_input {
	const char *mrz;                /* MRZ information (bac.h); NULL: only the CAN is known */
	const char *can;                /* NULL: only the MRZ is known; both: PACE takes the CAN */
	bool is_bac_only;               /* for chips whose PACE does not work */
	const struct truststore *store; /* settled; NULL: nothing is trusted */
	int64_t at;                     /* the moment of inspection */
	bool weak_is_warning;
	bool all_keys;                        /* active authentication also where chip authentication was done: for who wrote the keys */
	const struct terminal_rights *rights; /* NULL: DG3 and DG4 are not read */
};

enum inspect_step { INSPECT_ACCESS, /* PACE or BAC */
	INSPECT_CARD_ACCESS,        /* DG14 says what EF.CardAccess said, which is not signed */
	INSPECT_CHIP,               /* it proved itself: chip authentication (mapping), active authentication */
	INSPECT_TERMINAL,           /* we proved ourselves */
	INSPECT_STEPS };
struct inspect_finding {
	enum grade grade;
	char text[200]; /* names no holder */
};

struct inspection {
	struct buf card_access, card_security, com, sod, dg[17];
	struct inspect_finding step[INSPECT_STEPS];
	enum chip_method chip;
	bool chip_has_proved;
	struct passive passive;
	enum grade total; /* the worst of the steps and of passive authentication */
};
#define INSPECTION_INIT ((struct inspection){ .chip = CHIP_NOT_ASKED })

const char *inspect_step_name(enum inspect_step step); /* "access" ... */
/*
 * *out is cleared first and holds what was found also on failure.  -1: no access (FAIL_DENIED: the wrong MRZ or CAN), no EF.SOD, or the chip is gone (FAIL_AGAIN). A chip that is
 * not genuine, or hashes that are wrong, are findings.
 */
int chip_inspect(struct terminal *t, const struct inspect_input *in, struct inspection *out, struct err *err);
void inspection_clear(struct inspection *i); /* wipes */

#endif
