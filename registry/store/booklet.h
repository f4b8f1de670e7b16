/*
 * booklet.h - the stock of booklets: counts by two officers, stations, documents in them, the balance.  Database role catena_issuance.
 *
 * Which event a booklet allows, that a document is in one booklet and a booklet has one document ever, and what is expected is held by the database
 * (0182-booklets.sql).  A serial is a prefix, a hyphen and seven digits: "UT-0000017".
 */
#ifndef CATENA_STORE_BOOKLET_H
#define CATENA_STORE_BOOKLET_H

#include "registry/store/db.h"

enum { BOOKLET_SERIAL_TEXT = 17,
	BOOKLET_COUNT_MAX = 10000, /* in one range */
	STATION_NAME_MAX = 40 };

struct booklet_count {
	struct uuid id, office_id, officer_id;
	int event;                    /* index of booklet_count_events */
	int form;                     /* index of booklet_forms: what is counted */
	char *delivery_note;          /* receive only; NULL else */
	char *prefix;                 /* receive, destroy: the range; NULL for a balance */
	int64_t first, last, counted; /* counted: of a range its size */
};
extern const char *const booklet_count_events[]; /* receive, destroy, balance */
extern const char *const booklet_forms[];        /* TD3 (booklets), TD1 (cards), TD2 (sheets), MRV-A, MRV-B (stickers) */
/* Queued; nothing follows before another officer counts the same. */
int booklet_count_add(struct tx *tx, const struct booklet_count *c, struct err *err);
/* Only id, office_id, officer_id and event are read.  FAIL_NOT_FOUND. */
int booklet_count_read(struct tx *tx, const struct uuid *id, struct booklet_count *c, struct err *err);
/* Queued: FAIL_CONFLICT when it is sent: counted differently, by the same officer, already; a serial that is there; a booklet in another state. */
int booklet_confirm(struct tx *tx, const struct booklet_count *c, int64_t counted, const struct uuid *officer_id, struct err *err);

int booklet_find(struct tx *tx, const char *serial, struct uuid *id, struct uuid *office_id, struct err *err);
/* The serial of the booklet that a document is in; "" when there is none. */
int booklet_of_document(struct tx *tx, const struct uuid *document_id, char serial[BOOKLET_SERIAL_TEXT], struct err *err);
/*
 * The booklet that a station which writes chips began last, when its chip was not written: it may still lie in the reader, as blank as the next one.  1; 0: there is
 * none.
 */
int booklet_to_take_out(struct tx *tx, const char *station, char serial[BOOKLET_SERIAL_TEXT], struct err *err);
/* event: spoil (with a reason), return; queued. */
int booklet_event(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason, struct err *err);
/* The booklets of the range to a station, all `first` to `last` of them or none: FAIL_CONFLICT.  Sent at once. */
int booklets_assign(struct tx *tx, const struct booklet_count *range, const char *station, const struct uuid *officer_id, struct err *err);
/* The station's next blanks for those of the documents that are in no booklet yet; a booklet that lies at another station is carried over.  FAIL_AGAIN: it has not enough.  Sent at once. */
int booklets_bind(struct tx *tx, const char *station, const struct uuid *documents, size_t n, const struct uuid *officer_id, struct err *err);
/*
 * { received, assigned, personalised, spoiled, destroyed, lost, stolen, losses: [reports of ranges, with how many are missing], expected, next?, stations: [{ station, blanks }], waiting: [counts that a second officer has not
 * made], spoils: [{ serial, reason, at }, the first hundred to be destroyed], balances: [{ on_day, expected, counted, difference }, the last ten] }
 */
int booklet_stock(struct tx *tx, const struct uuid *office_id, json_t **stock, struct err *err);

/* A range of booklets without documents that is gone. */
struct booklet_loss {
	struct uuid id, office_id, officer_id;
	const char *kind; /* lost, stolen */
	char *prefix;
	int64_t first, last; /* at most BOOKLET_COUNT_MAX */
	char *reference, *notes;
};
/* Queued; on the stop list with the commit.  FAIL_CONFLICT when it is sent: the office does not have them all, or one holds a document or is gone already. */
int booklet_loss_add(struct tx *tx, const struct booklet_loss *l, struct err *err);
/* Only id, office_id and officer_id are read.  FAIL_NOT_FOUND. */
int booklet_loss_read(struct tx *tx, const struct uuid *id, struct booklet_loss *l, struct err *err);
/* Queued: another officer misses them, too; the balance counts without them. */
int booklet_loss_confirm(struct tx *tx, const struct booklet_loss *l, const struct uuid *officer_id, struct err *err);
/* Queued: these of the range were found by another officer: spoiled, and off the stop list. */
int booklets_recover(struct tx *tx, const struct booklet_loss *l, int64_t first, int64_t last, const char *notes, const struct uuid *officer_id, struct err *err);

extern const struct query booklet_queries[];

#endif
