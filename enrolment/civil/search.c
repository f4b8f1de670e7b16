/* Acts of an office by name, as an officer types.  What is found is disclosed to the ledger like a list. */
#include "enrolment/civil/civild.h"
#include "registry/store/actsearch.h"

enum { FOUND_MAX = 50,
	NAME_MAX_LEN = 400 }; /* octets: two names of an act, more or less */

struct search {
	struct uuid office_id;
	const char *name;
	int64_t limit;
};

static int
work_search(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct search *s = arg;
	json_t *items = NULL;
	bool more = false;

	if (act_search(tx, &s->office_id, s->name, (unsigned)s->limit, &items, &more, err) == -1)
		return -1;
	if (json_array_size(items) > 0 && office_disclose(tx, rq, "office", &s->office_id, err) == -1) {
		json_decref(items);
		return -1;
	}
	return reply_json(rp, 200, json_pack("{s:o, s:b}", "items", items, "more", more), err);
}

int
civil_get_acts(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", "name", "limit", NULL };
	struct search s = { .name = request_query(rq, "name") };
	int has_office;

	if (request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &s.office_id, err)) == -1 ||
		request_query_int(rq, "limit", 1, FOUND_MAX, 20, &s.limit, err) == -1)
		return -1;
	if (has_office == 0)
		return err_problem(err, "", "query parameter office is missing");
	if (s.name == NULL || *s.name == '\0')
		return err_problem(err, "", "query parameter name is missing");
	if (strlen(s.name) > NAME_MAX_LEN)
		return err_problem(err, "", "query parameter name: too long");
	if (civil_may_read_office(rq, &s.office_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_search, &s, err);
}
