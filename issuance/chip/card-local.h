/* card-local.h - what the files of the software chip share. */
#ifndef CATENA_CARD_LOCAL_H
#define CATENA_CARD_LOCAL_H
#include "issuance/chip/card.h"
#include "pki/cvc.h"
#include "registry/doc9303/bac.h"
#include "registry/doc9303/pace.h"

struct card_file {
	enum card_place place;
	uint16_t fid;
	struct buf octets;
};

/* A private key of an elliptic curve with standardised parameters. */
struct card_key {
	int parameters;    /* their id */
	int id;            /* of the key; SECINFO_NO_ID when it has none */
	unsigned octets;   /* of the hash: active authentication */
	struct buf number; /* n 0: there is no key */
};
/* What PUT DATA brought, as it came: so that a folder can keep it. */
struct card_object {
	uint16_t tag;
	struct buf octets;
};
enum { CARD_OBJECTS = 12,
	CARD_TRUST = 2,          /* CVCA keys: the last and the one before */
	CARD_CHAIN = 8 * 1024 }; /* octets of a command in parts */

/* What ends with power, reset, or a breach of secure messaging. */
struct card_session {
	enum card_place place;     /* the current directory */
	struct card_file *current; /* the current file */
	struct sm sm;
	bool is_protected;  /* the command in hand came under secure messaging */
	size_t room;        /* octets of data that the answer to the command in hand can hold */
	bool is_open;       /* access control was passed, and the session lives */
	bool has_challenge; /* GET CHALLENGE was answered, and not yet used */
	uint8_t challenge[BAC_RANDOM];

	struct pace *pace;                 /* under way */
	unsigned step;                     /* of it */
	struct buf chip_name;              /* after PACE: what names this chip in terminal authentication */
	const struct secinfo_protocol *ca; /* chip authentication that was chosen, to be done by GENERAL AUTHENTICATE */
	bool has_ca;                       /* chip authentication is done ... */
	struct buf terminal_key;           /* ... with this key of the terminal, compressed */
	struct cvc_key issuer;             /* under whose key the next certificate is verified; key NULL: none */
	struct cvc_key holder;             /* of the certificate verified last */
	bool issuer_is_domestic;
	bool may_sign;  /* MSE:Set AT named the holder */
	uint8_t rights; /* after terminal authentication: CVC_READ_DG3, CVC_READ_DG4 */

	uint8_t chain_ins; /* a command that comes in parts, and what came */
	struct buf chain;
};

struct card {
	struct card_file file[CARD_FILES];
	unsigned nfile;
	bool is_locked;
	char mrz[41];    /* the MRZ information; "" when there is none */
	char number[24]; /* the document number with its digit: what identifies the chip in terminal authentication */

	struct buf can; /* digits; n 0: none */
	struct card_key ca, aa;
	struct buf aa_modulus, aa_exponent; /* active authentication with RSA */
	struct cvc_key trust[CARD_TRUST];   /* key NULL: none */
	struct date today;                  /* the latest day that a certificate told */
	struct card_object object[CARD_OBJECTS];
	unsigned nobject;

	bool has_power;
	struct card_session s;
};

/* A command: the status word; what it answers is appended to *data. */
typedef uint16_t card_command(struct card *card, const struct apdu *a, struct buf *data);

card_command card_select, card_read_binary, card_read_binary_odd; /* cardfile.c */
card_command card_set_environment, card_general_authenticate;     /* cardpace.c */
card_command card_verify_certificate, card_internal_authenticate; /* cardeac.c */
card_command card_get_challenge, card_authenticate_terminal;      /* cardaccess.c */
card_command card_create_file, card_update_binary, card_put_data; /* cardwrite.c */

struct card_file *card_find(struct card *card, enum card_place place, uint16_t fid); /* NULL: none */
struct card_file *card_find_short(struct card *card, enum card_place place, unsigned sfi);
int card_add(struct card *card, enum card_place place, uint16_t fid, size_t size, struct card_file **file, struct err *err);
/* Whether the file may be selected and read now. */
bool card_may_read(const struct card *card, const struct card_file *file);
/* What PUT DATA puts; the folder brings it back through this. */
uint16_t card_put_object(struct card *card, uint16_t tag, struct bytes octets);
void card_objects_clear(struct card *card);
/* MSE for chip and terminal authentication, GENERAL AUTHENTICATE for the first, EXTERNAL AUTHENTICATE for the second. */
uint16_t card_set_chip_authentication(struct card *card, const struct apdu *a);
uint16_t card_set_verification(struct card *card, const struct apdu *a);
uint16_t card_chip_authenticate(struct card *card, struct bytes key, struct buf *data);
uint16_t card_terminal_authenticate(struct card *card, const struct apdu *a);
/* EF.CardAccess's or DG14's infos; false when there is no such file or it is none. */
bool card_infos(struct card *card, enum card_place place, uint16_t fid, struct secinfos *infos);
/* Ends the session and all it allowed. */
void card_end_session(struct card *card);

#endif
