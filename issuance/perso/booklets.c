#include "issuance/perso/booklets.h"

#include <stdlib.h>

#include "issuance/issued.h"
#include "registry/store/booklet.h"

#define KEEPERS (ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC) /* who counts; always two different ones */

struct change {
	struct booklet_count count;
	struct uuid id;
	char *serial, *reason, *station;
	int64_t counted;
};
/* clang-format off */
static const struct json_field count_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct change, count.office_id) },
	{ "event", JSON_T_ENUM, offsetof(struct change, count.event), .words = booklet_count_events },
	{ "form", JSON_T_ENUM, offsetof(struct change, count.form), JSON_OPTIONAL, .words = booklet_forms },
	{ "delivery_note", JSON_T_TEXT, offsetof(struct change, count.delivery_note), JSON_OPTIONAL, 1, 100 },
	{ "prefix", JSON_T_CODE, offsetof(struct change, count.prefix), JSON_OPTIONAL, 1, 8 },
	{ "first", JSON_T_INT, offsetof(struct change, count.first), JSON_OPTIONAL, 1, 9999999 },
	{ "last", JSON_T_INT, offsetof(struct change, count.last), JSON_OPTIONAL, 1, 9999999 },
	{ "counted", JSON_T_INT, offsetof(struct change, count.counted), 0, 0, 9999999 },
	{ NULL }
};
static const struct json_field assignment_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct change, count.office_id) },
	{ "prefix", JSON_T_CODE, offsetof(struct change, count.prefix), 0, 1, 8 },
	{ "first", JSON_T_INT, offsetof(struct change, count.first), 0, 1, 9999999 },
	{ "last", JSON_T_INT, offsetof(struct change, count.last), 0, 1, 9999999 },
	{ "station", JSON_T_CODE, offsetof(struct change, station), 0, 1, STATION_NAME_MAX },
	{ NULL }
};
/* clang-format on */
static const struct json_field counted_fields[] = { { "counted", JSON_T_INT, offsetof(struct change, counted), 0, 0, 9999999 }, { NULL } };
static const struct json_field reason_fields[] = { { "reason", JSON_T_TEXT, offsetof(struct change, reason), 0, 3, 1000 }, { NULL } };

/* ---- what is asked ---- */

static int
check_prefix(const char *prefix, struct err *err)
{
	for (const char *s = prefix; *s != '\0'; s++)
		if ((*s < 'A' || *s > 'Z') && (*s < '0' || *s > '9'))
			return err_problem(err, "/prefix", "capitals A to Z and digits are wanted");
	return 0;
}

int
booklet_range_check(const char *prefix, int64_t first, int64_t last, struct err *err)
{
	if (last < first || last - first >= BOOKLET_COUNT_MAX)
		return err_problem(err, "/last", "1 to %d booklets from the first are taken at a time", BOOKLET_COUNT_MAX);
	return check_prefix(prefix, err);
}

static int
check_range(const struct booklet_count *c, struct err *err)
{
	return booklet_range_check(c->prefix, c->first, c->last, err);
}

static int
check_count(const struct booklet_count *c, struct err *err)
{
	const char *event = booklet_count_events[c->event];
	bool is_range = c->prefix != NULL && c->first > 0 && c->last > 0;

	if ((strcmp(event, "receive") == 0) != (c->delivery_note != NULL))
		return err_problem(err, "/delivery_note", "wanted when booklets are received, and only then");
	if (strcmp(event, "balance") == 0)
		return c->prefix == NULL && c->first == 0 && c->last == 0 ? 0 : err_problem(err, "/prefix", "a balance counts all blanks of the office");
	if (!is_range)
		return err_problem(err, c->prefix == NULL ? "/prefix" : c->first == 0 ? "/first"
										      : "/last",
			"missing");
	if (check_range(c, err) == -1)
		return -1;
	if (c->counted != c->last - c->first + 1)
		return err_problem(err, "/counted", "the range has another number of booklets");
	return 0;
}

/* ---- work ---- */

int
reply_stock(struct tx *tx, const struct uuid *office_id, struct reply *rp, struct err *err)
{
	json_t *stock = NULL;

	return tx_flush(tx, err) == -1 || booklet_stock(tx, office_id, &stock, err) == -1 ? -1 : reply_json(rp, 200, stock, err);
}

static int
work_count(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct change *change = arg;
	char id[UUID_TEXT];

	change->count.officer_id = rq->who.officer_id;
	if (uuid_new(&change->count.id, err) == -1 || booklet_count_add(tx, &change->count, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&change->count.id, id)), err);
}

static int
work_confirm(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct change *change = arg;
	struct booklet_count count = { .first = 0 };

	if (booklet_count_read(tx, &change->id, &count, err) == -1 || office_may(rq, KEEPERS, &count.office_id, err) == -1 ||
		booklet_confirm(tx, &count, change->counted, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_stock(tx, &count.office_id, rp, err);
}

static int
work_assign(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct change *change = arg;

	if (booklets_assign(tx, &change->count, change->station, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_stock(tx, &change->count.office_id, rp, err);
}

static int
move(struct tx *tx, const struct request *rq, const char *event, const char *reason, struct reply *rp, struct err *err)
{
	const char *serial = request_param(rq, "serial");
	struct uuid id, office;

	if (booklet_find(tx, serial, &id, &office, err) == -1 || office_may(rq, KEEPERS, &office, err) == -1 ||
		booklet_event(tx, &id, event, &rq->who.officer_id, reason, err) == -1 || tx_flush(tx, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:s, s:s}", "serial", serial, "state", reason != NULL ? "spoiled" : "received"), err);
}

static int
work_spoil(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	return move(tx, rq, "spoil", ((const struct change *)arg)->reason, rp, err);
}

static int
work_return(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	(void)arg;
	return move(tx, rq, "return", NULL, rp, err);
}

static int
work_stock(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	(void)rq;
	return reply_stock(tx, arg, rp, err);
}

/* ---- handlers ---- */

int
get_booklets(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", NULL };
	struct uuid office;
	int found;

	if (request_query_known(rq, known, err) == -1 || (found = request_query_uuid(rq, "office", &office, err)) == -1)
		return -1;
	if (found == 0)
		return err_set(err, FAIL_INPUT, "query parameter office: whose booklets is wanted");
	return office_may(rq, ROLES_PASSPORT, &office, err) == -1 ? -1 : office_read(rq, rp, work_stock, &office, err);
}

int
post_booklet_count(struct request *rq, struct reply *rp, struct err *err)
{
	struct change change = { .reason = NULL };
	int rc = -1;

	if (request_json(rq, count_fields, &change, err) == -1)
		return -1;
	if (check_count(&change.count, err) == 0 && office_may(rq, KEEPERS, &change.count.office_id, err) == 0)
		rc = office_change(rq, rp, work_count, &change, err);
	json_clear(count_fields, &change);
	return rc;
}

int
post_booklet_confirmation(struct request *rq, struct reply *rp, struct err *err)
{
	struct change change = { .reason = NULL };

	if (request_param_uuid(rq, "id", &change.id, err) == -1 || request_json(rq, counted_fields, &change, err) == -1)
		return -1;
	return office_change(rq, rp, work_confirm, &change, err);
}

int
post_booklet_assignment(struct request *rq, struct reply *rp, struct err *err)
{
	struct change change = { .reason = NULL };
	int rc = -1;

	if (request_json(rq, assignment_fields, &change, err) == -1)
		return -1;
	if (check_range(&change.count, err) == 0 && office_may(rq, ROLE_PASSPORT_PERSONALISER, &change.count.office_id, err) == 0)
		rc = office_change(rq, rp, work_assign, &change, err);
	json_clear(assignment_fields, &change);
	return rc;
}

int
post_booklet_return(struct request *rq, struct reply *rp, struct err *err)
{
	static const struct json_field none[] = { { NULL } };
	struct change change = { .reason = NULL };

	if (rq->body.n > 0 && request_json(rq, none, &change, err) == -1)
		return -1;
	return office_change(rq, rp, work_return, &change, err);
}

int
post_booklet_spoiling(struct request *rq, struct reply *rp, struct err *err)
{
	struct change change = { .reason = NULL };
	int rc;

	if (request_json(rq, reason_fields, &change, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_spoil, &change, err);
	json_clear(reason_fields, &change);
	return rc;
}
