/* booklets.h - the handlers of the stock of booklets: counts by two officers, stations, spoiling, the balance.  Routes: issuance/issued.c. */
#ifndef CATENA_PERSO_BOOKLETS_H
#define CATENA_PERSO_BOOKLETS_H

#include "registry/office/office.h"
#include "registry/store/booklet.h"

route_handler get_booklets, post_booklet_count, post_booklet_confirmation, post_booklet_assignment, post_booklet_return, post_booklet_spoiling;

/* A range: at most BOOKLET_COUNT_MAX serials under a prefix of capitals and digits; FAIL_INPUT with the member. */
int booklet_range_check(const char *prefix, int64_t first, int64_t last, struct err *err);
/* What is queued is sent; the stock of the office as it is then. */
int reply_stock(struct tx *tx, const struct uuid *office_id, struct reply *rp, struct err *err);

#endif
