/*
 * stopsnapshot.h - the stop list as one file that is checked and asked offline.
 *
 * The file is a CMS SignedData (DER; RFC 5652) whose content is
 *	StopSnapshot ::= SEQUENCE { version INTEGER (1), state PrintableString, sequence INTEGER, exportedAt GeneralizedTime, nextUpdate GeneralizedTime,
 *		salt OCTET STRING (16), count INTEGER, entries OCTET STRING (32) }
 * and behind it, up to the end of the file, `count` entries of 9 octets, ascending: the first eight of SHA-256(salt || document number), then the
 * status, 1 stolen, 2 lost, 3 revoked, 4 invalid, 5 stolen blank.  `entries` is their SHA-256.  So the signed part stays small whatever the list holds.
 * No number stands in the file, but the salt does: who tries out all numbers of this length learns which are listed.  It is no secret, only not a list.  Signed with the key of the ledger, whose certificate the CSCA has issued.
 */
#ifndef CATENA_PKI_STOPSNAPSHOT_H
#define CATENA_PKI_STOPSNAPSHOT_H

#include "pki/cms.h"
#include "registry/base/digest.h"

enum { STOP_SALT = 16,
	STOP_ENTRY = 9,
	STOP_ENTRIES_MAX = 50000000,   /* 450 MB: more than any State has lost */
	STOP_SNAPSHOT_DAYS = 1,        /* from exportedAt to nextUpdate */
	STOP_HEADER_MAX = 64 * 1024 }; /* the CMS: a header, a certificate, a signature */

extern const char oid_stop_snapshot[]; /* id-data: every reader of CMS knows it, and no other thing that the ledger's key signs is such a SEQUENCE */

/* ---- making ---- */

struct stop_entries {
	uint8_t salt[STOP_SALT];
	struct buf body; /* sorted by stop_entries_finish */
};
/* The salt is made of State and sequence: whoever makes the same export again gets the same octets. */
void stop_entries_init(struct stop_entries *e, const char *state, uint64_t sequence);
/* status: stolen, lost, revoked, invalid, stolen_blank; FAIL_INTERNAL for another. */
int stop_entries_add(struct stop_entries *e, const char *number, const char *status, struct err *err);
int stop_entries_finish(struct stop_entries *e, struct err *err);
void stop_entries_clear(struct stop_entries *e);

struct stop_header {
	char state[4];
	uint64_t sequence, count;
	int64_t exported_at, next_update;
	uint8_t salt[STOP_SALT];
	uint8_t entries[SHA256_LEN];
};
int stop_header_encode(const struct stop_header *h, struct buf *out, struct err *err);

/* ---- reading; pure ---- */

struct stop_snapshot {
	struct stop_header header;
	struct cms *cms;
	struct bytes body; /* points into the file */
};
/*
 * The form, the digest of the entries, their order, and the signature by the certificate inside; nothing after the last entry.  FAIL_INPUT.  The file
 * must live as long as the snapshot.
 */
int stop_snapshot_parse(struct bytes file, struct stop_snapshot *s, struct err *err);
void stop_snapshot_clear(struct stop_snapshot *s);
/* The certificate inside is for the ledger and was issued by this CSCA, both valid when the snapshot was made.  FAIL_DENIED. */
int stop_snapshot_trust(const struct stop_snapshot *s, const struct cert *anchor, struct err *err);
/* stolen, lost, revoked, invalid, stolen_blank; NULL: the number is not on the list. */
const char *stop_snapshot_ask(const struct stop_snapshot *s, const char *number);

#endif
