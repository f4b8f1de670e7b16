/*
 * station.h - the personalisation station: a batch of approved applications becomes signed documents.
 *
 * Two transactions and a call of signd between them.  The first composes the files from the rows and puts the applications into
 * production with the data-group hashes (documents are `allocated`, each in the next blank booklet of the station); signd reads the same rows, compares and signs; the second decides
 * `personalise`.  Whatever stops half way - signd away, the token locked, a crash - leaves documents allocated, and the next run takes them
 * up again: the same files are composed, and a document signed before gets the same EF.SOD.
 *
 * A station with a reader writes chips, one application after the other: it looks for a blank chip, allocates with the public halves of keys that it makes for this chip, has
 * it signed, writes, locks, reads back, and only then decides `personalise`.  The private halves are in its memory until then and nowhere else: a
 * document whose keys are lost, or whose chip failed, is spoiled with its booklet, and its application gets another number in another booklet.
 */
#ifndef CATENA_PERSO_STATION_H
#define CATENA_PERSO_STATION_H

#include "issuance/perso/chip.h"
#include "pki/signclient.h"
#include "registry/base/seal.h"
#include "registry/store/document.h"

struct station;
struct station_options {
	struct db *db;             /* borrowed */
	const char *biometric_key; /* file of the 32-octet key of portraits; document numbers are mixed under a key derived from it */
	const char *signd_socket;
	unsigned signd_connections; /* most that are open at once */
	const char *state;          /* issuing State, "UTO" */
	const char *authority;
	char series;               /* first letter of document numbers */
	int years, years_minor;    /* validity */
	const char *portrait_form; /* of documents begun from now on: faceimage.h, faceimage_order_format; NULL: as enrolled */
	const char *iso39794_from; /* day, chip.h; NULL: the usual one */
	const char *chip_reader;   /* NULL or "": the station writes no chips */
	const char *chip_profile;  /* the kind of chips in its booklets */
	const char *name;          /* where its blank booklets lie, and what it holds orders as */
};
/* Texts are copied.  FAIL_CONFLICT: our clock is not the registry's. */
int station_new(const struct station_options *options, struct station **station, struct err *err);
void station_free(struct station *station);
const char *station_state(const struct station *station); /* the issuing State */
const char *station_name(const struct station *station);

/* How many applications it works on at once: one when it writes chips. */
size_t station_at_once(const struct station *station);
/* Whether it can begin: its clock is the registry's, and a blank chip is in its reader.  FAIL_AGAIN: not now, with a sentence for who puts booklets in. */
int station_ready(struct station *station, struct err *err);

struct personalised {
	struct uuid application_id;
	struct uuid document_id; /* all zero: none */
	char number[DOCUMENT_NUMBER_MAX + 1];
	bool is_signed; /* and its chip written, where the station does; waits for the decision `personalise`, or has it */
	struct err err; /* kind FAIL_NONE when is_signed */
};
/*
 * results[i] for applications[i], n <= DOCUMENT_BATCH, each once.  0 when the batch was worked through (look at each result); -1 when it
 * could not be: no database, no signd.  Then it may be repeated.
 */
int station_produce(struct station *station, const struct uuid *applications, size_t n, const struct uuid *officer_id,
	struct personalised *results, struct err *err);
/* The second transaction: decides `personalise` for the results that are signed and not yet decided. */
int station_conclude(struct tx *tx, const struct personalised *results, size_t n, const struct uuid *officer_id, struct err *err);

/* Spoils the document with its booklet; the application can be produced again, under another number.  Sent at once. */
int station_spoil(struct tx *tx, const struct production *p, const struct uuid *officer_id, const char *reason, struct err *err);

/* The portrait in the clear, appended; FAIL_CONFLICT when the sealed octets are not those that the ledger knows.  Caller: buf_wipe. */
int station_portrait(const struct station *station, const struct production *p, struct buf *jpeg, struct err *err);
/* Order, portrait and files of a document as the registry has it.  Caller: chip_clear, buf_wipe, order_clear. */
int station_compose(const struct station *station, const struct production *p, struct perso_order *order, struct buf *jpeg,
	struct chip_files *files, struct err *err);

#endif
