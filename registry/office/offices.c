/* The offices of a kind, which a desk lets its officers choose from. */
#include "registry/store/offices.h"
#include "registry/office/office.h"

struct listed {
	const char *kind;
	json_t *items;
};

static int
add(void *arg, const struct office_row *office, struct err *err)
{
	const struct listed *l = arg;
	char id[UUID_TEXT];

	if (strcmp(office->kind, l->kind) != 0)
		return 0;
	if (json_array_append_new(l->items, json_pack("{s:s, s:s, s:s, s:s*}", "id", uuid_format(&office->id, id), "code", office->code, "name", office->name, "place", *office->place_code == '\0' ? NULL : office->place_code)) == -1)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

static int
work(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct listed l = { .kind = arg, .items = json_array() };

	(void)rq;
	if (offices_list(tx, add, &l, err) == -1) {
		json_decref(l.items);
		return -1;
	}
	return reply_json(rp, 200, json_pack("{s:o}", "items", l.items), err);
}

int
office_list(struct request *rq, struct reply *rp, const char *kind, struct err *err)
{
	static const char *const known[] = { NULL };

	return request_query_known(rq, known, err) == -1 ? -1 : office_read(rq, rp, work, (void *)(uintptr_t)kind, err);
}
