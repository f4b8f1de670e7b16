/*
 * page.h - lists by cursor: ?limit=50&cursor=OPAQUE gives {"items": [...], "next": "OPAQUE"}; no "next": that was the end.
 *
 * The cursor is base64url of the sort key and id of the last item, so a list that grows meanwhile neither repeats nor skips.  It
 * carries a check value bound to the name of the list: a damaged cursor, or one of another list, is FAIL_INPUT.  The check value
 * is no secret: a forged cursor asks for nothing that its holder could not ask for by paging on.
 *
 *	page_of_request(rq, "births", &page, err);
 *	... WHERE ($1 = '' OR (registered_at, id) > ($1::timestamptz, $2::uuid)) ORDER BY registered_at, id LIMIT page.limit + 1
 *	reply_page_by(rp, "births", items, more, "registered_at", err);
 */
#ifndef CATENA_SERVICE_PAGE_H
#define CATENA_SERVICE_PAGE_H
#include "registry/service/route.h"

enum { PAGE_LIMIT = 50,
	PAGE_LIMIT_MAX = 200,
	PAGE_KEY = 256,
	PAGE_ID = 64 };

struct page {
	unsigned limit;           /* 1..PAGE_LIMIT_MAX */
	bool has_after;           /* a cursor was given: only items after (key, id) */
	char after_key[PAGE_KEY]; /* as given to reply_page; "" without cursor */
	char after_id[PAGE_ID];
};

int page_of_request(const struct request *rq, const char *list, struct page *page, struct err *err);
/* Takes `items` (an array).  next_key NULL: this is the last page. */
int reply_page(struct reply *rp, const char *list, json_t *items, const char *next_key, const char *next_id, struct err *err);

/* As reply_page, for items that have the sort key as the text member `key` and their id as "id".  more: this is not the last page. */
int reply_page_by(struct reply *rp, const char *list, json_t *items, bool more, const char *key, struct err *err);

int page_cursor_write(const char *list, const char *key, const char *id, struct buf *out, struct err *err);
int page_cursor_read(const char *list, struct bytes cursor, struct page *page, struct err *err);

#endif
