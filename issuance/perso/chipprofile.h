/*
 * chipprofile.h - how a kind of chip is personalised: its commands as data, and what runs them.
 *
 * A profile says for each act which command it is.  P1-P2 and the data are a small language: pairs of hexadecimal digits (in capitals) stand for themselves, and
 *	f       the file's identifier, 2 octets         n       document number, as in the MRZ
 *	s       the file's size, 2 octets               b, e    date of birth, of expiry, YYMMDD
 *	o       where the octets are written, 2 octets  d       the octets
 *	c       CAN                                     p       id of a key's standardised parameters, 1 octet
 *	k       private key, a number                   h       octets of the hash it signs, 1 octet
 *	i       the key's id as object 84, or nothing   m, x    RSA modulus, private exponent
 *	( )     what stands between them, after its length (ISO/IEC 7816-4 5.2.2.2)
 */
#ifndef CATENA_CHIPPROFILE_H
#define CATENA_CHIPPROFILE_H
#include "issuance/inspect/terminal.h"

enum chip_act { PROFILE_SELECT, /* the application, before anything is written */
	PROFILE_CREATE,         /* a file; it is the current one then, or PROFILE_FILE makes it so */
	PROFILE_FILE,           /* select a file; may be absent */
	PROFILE_WRITE,          /* octets of the current file */
	PROFILE_MASTER_FILE,    /* select the master file, for the files there */
	PROFILE_CAN,
	PROFILE_CA_KEY, /* chip authentication */
	PROFILE_AA_KEY, /* active authentication with ECDSA; with RSA these two: */
	PROFILE_AA_MODULUS,
	PROFILE_AA_EXPONENT,
	PROFILE_CVCA,   /* the certificate, as octets */
	PROFILE_ACCESS, /* what opens the chip: number, birth, expiry */
	PROFILE_LOCK,   /* no writing from here on */
	PROFILE_ACTS };

struct chip_profile_command {
	uint8_t cla, ins;
	const char *p1p2; /* NULL: this chip has no such command */
	const char *data;
};
struct chip_profile {
	const char *name;
	size_t write_max; /* octets that one command writes */
	size_t file_max;  /* octets of the longest file there can be */
	struct chip_profile_command command[PROFILE_ACTS];
};
extern const struct chip_profile chip_profiles[];
extern const size_t nchip_profiles;
const struct chip_profile *chip_profile_by_name(const char *name); /* NULL: unknown */

/* What is put on a chip. */
struct chip_contents_file {
	uint16_t fid;
	const char *name;
	struct bytes octets;
};
/* EC: parameters, number; RSA: modulus, exponent.  All empty: there is no key. */
struct chip_contents_key {
	int parameters, id; /* id: SECINFO_NO_ID when the key has none */
	unsigned hash_octets;
	struct bytes number, modulus, exponent;
};
struct chip_contents {
	const char *number, *birth, *expiry; /* as in the MRZ */
	const struct chip_contents_file *file;
	size_t nfile;
	const struct chip_contents_file *mf_file; /* of the master file */
	size_t nmf_file;
	const char *can; /* NULL: none */
	struct chip_contents_key ca, aa;
	struct bytes cvca; /* n 0: none */
};
/*
 * Whether the chip is of this kind and nothing is on it: nothing is sent that changes it.  FAIL_NOT_FOUND: it has no passport application; FAIL_CONFLICT: it is not blank - locked, or
 * left half written.
 */
int chip_is_blank(const struct chip_profile *profile, struct terminal *t, struct err *err);
/* Whether a chip of this kind takes all that: what can be known before it is touched.  FAIL_INPUT. */
int chip_contents_check(const struct chip_profile *profile, const struct chip_contents *chip, struct err *err);
/*
 * Writes all and locks.  FAIL_INPUT: this kind of chip does not take what there is; nothing was sent then.  FAIL_CONFLICT: the chip is not empty (it refuses a file, or to write).  A chip that went away in the middle (FAIL_AGAIN) is spoiled: what was
 * written stays in it.
 */
int chip_personalise(const struct chip_profile *profile, struct terminal *t, const struct chip_contents *chip, struct err *err);
/* Opens the chip by BAC and reads every file of the application but DG3 and DG4 back: FAIL_CONFLICT names the first that is not what was written. */
int chip_read_back(struct terminal *t, const struct chip_contents *chip, struct err *err);

#endif
