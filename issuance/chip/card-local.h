/* card-local.h - what the files of the software chip share. */
#ifndef CATENA_CARD_LOCAL_H
#define CATENA_CARD_LOCAL_H
#include "issuance/chip/card.h"
#include "registry/doc9303/bac.h"

struct card_file {
	enum card_place place;
	uint16_t fid;
	struct buf octets;
};

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
};

struct card {
	struct card_file file[CARD_FILES];
	unsigned nfile;
	bool is_locked;
	char mrz[41];    /* the MRZ information; "" when there is none */
	char number[24]; /* the document number with its digit: what identifies the chip in terminal authentication */

	bool has_power;
	struct card_session s;
};

/* A command: the status word; what it answers is appended to *data. */
typedef uint16_t card_command(struct card *card, const struct apdu *a, struct buf *data);

card_command card_select, card_read_binary, card_read_binary_odd; /* cardfile.c */
card_command card_get_challenge, card_authenticate_terminal;      /* cardaccess.c */
card_command card_create_file, card_update_binary, card_put_data; /* cardwrite.c */

struct card_file *card_find(struct card *card, enum card_place place, uint16_t fid); /* NULL: none */
struct card_file *card_find_short(struct card *card, enum card_place place, unsigned sfi);
int card_add(struct card *card, enum card_place place, uint16_t fid, size_t size, struct card_file **file, struct err *err);
/* Whether the file may be selected and read now. */
bool card_may_read(const struct card *card, const struct card_file *file);
/* Ends the session and all it allowed. */
void card_end_session(struct card *card);

#endif
