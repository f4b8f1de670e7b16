/* Reading: acts, an office's list, duplicate candidates, offices and places.  Whatever shows an act discloses it to the ledger. */
#include <stdlib.h>

#include "enrolment/civil/civild.h"
#include "enrolment/civil/duplicates.h"
#include "registry/base/clock.h"
#include "registry/service/page.h"
#include "registry/store/correction.h"
#include "registry/store/offices.h"

enum { PLACES_MAX = 50 };

/* ---- one act ---- */

static json_t *
act_json(const struct act *act, const struct act_attached *attached)
{
	char id[UUID_TEXT], office[UUID_TEXT], officer[UUID_TEXT], person[UUID_TEXT];
	bool is_numbered = *act->number != '\0';
	json_t *made = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s*, s:s*, s:s*, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "id", uuid_format(&act->id, id), "kind",
		act->kind, "state", act->state, "office_id", uuid_format(&act->office_id, office), "declared_by",
		uuid_format(&act->officer_id, officer), "created_at", act->created_at, "version", act->version, "number",
		is_numbered ? act->number : NULL, "person_id", is_numbered ? uuid_format(&act->person_id, person) : NULL, "registered_at",
		is_numbered ? act->registered_at : NULL, "content", act->content, "decisions", act->decisions, "versions", act->versions,
		"overrides", act->overrides, "evidence", attached->evidence, "corrections", attached->corrections, "about_this", attached->about, "officers",
		attached->officers);

	if (made != NULL && attached->late_days > 0 && json_object_set_new(made, "late_days", json_integer(attached->late_days)) == -1) {
		json_decref(made);
		return NULL;
	}
	return made;
}

struct asked {
	const struct act_kind *kind;
	struct uuid id;
};

static int
asked_of(const struct request *rq, struct asked *asked, struct err *err)
{
	return (asked->kind = civil_kind(rq, err)) == NULL || request_param_uuid(rq, "id", &asked->id, err) == -1 ? -1 : 0;
}

static int
show(struct tx *tx, const struct request *rq, struct act *act, struct reply *rp, struct err *err)
{
	struct act_attached attached = { 0 };
	int rc;

	if (civil_may_read(rq, act, err) == -1 || act_history(tx, act, err) == -1 || act_attached_read(tx, &act->id, &attached, err) == -1 ||
		office_disclose(tx, rq, "act", &act->id, err) == -1) {
		act_attached_clear(&attached);
		return -1;
	}
	rc = reply_json(rp, 200, act_json(act, &attached), err);
	act_attached_clear(&attached);
	return rc;
}

static int
work_one(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asked *asked = arg;
	struct act act = { 0 };
	int rc = act_read(tx, &asked->id, asked->kind->name, &act, err) == -1 ? -1 : show(tx, rq, &act, rp, err);

	act_clear(&act);
	return rc;
}

int
civil_get_one(struct request *rq, struct reply *rp, struct err *err)
{
	struct asked asked;

	return asked_of(rq, &asked, err) == -1 ? -1 : office_read(rq, rp, work_one, &asked, err);
}

static int
work_act(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct act act = { 0 };
	int rc = act_read_number(tx, arg, &act, err) == -1 ? -1 : show(tx, rq, &act, rp, err);

	act_clear(&act);
	return rc;
}

int
civil_get_act(struct request *rq, struct reply *rp, struct err *err)
{
	char number[ACT_NUMBER_TEXT];
	const char *given = request_param(rq, "number");

	if (!act_number_valid(given))
		return err_problem(err, "", "the act number's check character does not fit (ISO/IEC 7064 MOD 37,36)");
	snprintf(number, sizeof(number), "%s", given);
	return office_read(rq, rp, work_act, number, err);
}

/* ---- duplicate candidates ---- */

static int
judge(struct tx *tx, const struct request *rq, const struct act *act, struct act_candidates *candidates, struct duplicates *duplicates, struct err *err)
{
	struct match_birth match;
	struct declaration says = { .kind = NULL };
	int64_t key[MATCH_KEYS];
	int rc = -1;

	if (civil_declaration_of(act, &says, err) == 0 && declaration_match(&says, &match, err) == 0 &&
		act_find_candidates(tx, act, key, declaration_keys(&says, &match, key), candidates, err) == 0)
		rc = duplicates_judge(&says, candidates, civil_thresholds(rq), duplicates, err);
	declaration_clear(&says);
	return rc;
}

static int
work_duplicates(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asked *asked = arg;
	struct act act = { 0 };
	struct act_candidates candidates = { 0 };
	struct duplicates duplicates = { 0 };
	int rc = -1;

	if (act_read(tx, &asked->id, asked->kind->name, &act, err) == -1 || civil_may_read(rq, &act, err) == -1 ||
		judge(tx, rq, &act, &candidates, &duplicates, err) == -1)
		goto out;
	for (size_t i = 0; i < duplicates.n; i++)
		if (office_disclose(tx, rq, "act", &duplicates.item[i].candidate->id, err) == -1)
			goto out;
	rc = reply_json(rp, 200, json_pack("{s:o}", "duplicates", duplicates_json(&duplicates)), err);
out:
	duplicates_clear(&duplicates);
	act_candidates_clear(&candidates);
	act_clear(&act);
	return rc;
}

int
civil_get_duplicates(struct request *rq, struct reply *rp, struct err *err)
{
	struct asked asked;

	return asked_of(rq, &asked, err) == -1 ? -1 : office_read(rq, rp, work_duplicates, &asked, err);
}

/* ---- an office's list ---- */

struct listing {
	const struct act_kind *kind;
	struct uuid office_id, after;
	const char *state;
	struct page page;
};

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	json_t *items = NULL;
	bool more;

	if (act_list(tx, l->kind->name, l->kind->subject, &l->office_id, l->state, l->page.has_after ? &l->after : NULL, l->page.limit, &items, &more, err) == -1)
		return -1;
	if (json_array_size(items) > 0 && office_disclose(tx, rq, "office", &l->office_id, err) == -1) {
		json_decref(items);
		return -1;
	}
	return reply_page_by(rp, l->kind->register_name, items, more, "id", err);
}

static int
check_state(const char *state, struct err *err)
{
	static const char *const states[] = { "declared", "validated", "approved", "registered", "rejected", "annulled", "sealed" };

	for (size_t i = 0; state != NULL && i < NELEM(states); i++)
		if (strcmp(state, states[i]) == 0)
			return 0;
	return state == NULL ? 0 : err_problem(err, "", "query parameter state: declared, validated, approved, registered, rejected, annulled or sealed");
}

int
civil_get_list(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", "state", "cursor", "limit", NULL };
	struct listing l = { .state = request_query(rq, "state") };
	int has_office;

	if ((l.kind = civil_kind(rq, err)) == NULL || request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &l.office_id, err)) == -1)
		return -1;
	if (has_office == 0)
		return err_problem(err, "", "query parameter office is missing");
	if (check_state(l.state, err) == -1 || page_of_request(rq, l.kind->register_name, &l.page, err) == -1 ||
		(l.page.has_after && uuid_parse(bytes_str(l.page.after_id), &l.after, err) == -1) || civil_may_read_office(rq, &l.office_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_list, &l, err);
}

/* ---- offices and places ---- */

int
civil_get_offices(struct request *rq, struct reply *rp, struct err *err)
{
	return office_list(rq, rp, "civil", err);
}

static int
add_place(void *arg, const struct place_row *place, struct err *err)
{
	char from[DATE_TEXT], to[DATE_TEXT];

	date_format(place->valid_from, from);
	date_format(place->valid_to, to);
	if (json_array_append_new(arg, json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*}", "code", place->code, "name", place->name, "kind", place->kind, "parent", *place->parent_code == '\0' ? NULL : place->parent_code, "valid_from", *from == '\0' ? NULL : from, "valid_to", *to == '\0' ? NULL : to)) == -1)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

struct place_search {
	const char *prefix, *code; /* code: that place only */
	struct date on;            /* unknown: any day */
	int64_t limit;
};

/* The place of that code, if there is one. */
static int
add_place_of_code(struct tx *tx, const char *code, json_t *items, struct err *err)
{
	struct err why = ERR_INIT;
	struct place_row place;

	if (place_find(tx, code, &place, &why) == 0)
		return add_place(items, &place, err);
	if (why.kind == FAIL_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

static int
work_places(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct place_search *s = arg;
	json_t *items = json_array();
	int rc;

	(void)rq;
	rc = s->code != NULL ? add_place_of_code(tx, s->code, items, err) : place_search(tx, s->prefix, s->on, (unsigned)s->limit, add_place, items, err);
	if (rc == -1) {
		json_decref(items);
		return -1;
	}
	return reply_json(rp, 200, json_pack("{s:o}", "items", items), err);
}

int
civil_get_places(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "prefix", "code", "on", "limit", NULL };
	struct place_search s = { .prefix = request_query(rq, "prefix"), .code = request_query(rq, "code") };
	const char *on = request_query(rq, "on");

	if (request_query_known(rq, known, err) == -1 || request_query_int(rq, "limit", 1, PLACES_MAX, 20, &s.limit, err) == -1)
		return -1;
	if (s.code == NULL && (s.prefix == NULL || *s.prefix == '\0'))
		return err_problem(err, "", "query parameter prefix is missing");
	if (s.code != NULL && (s.prefix != NULL || on != NULL))
		return err_problem(err, "", "query parameter code: not with others");
	if (on != NULL && (date_parse(bytes_str(on), &s.on, err) == -1 || s.on.precision != DATE_DAY))
		return err_problem(err, "", "query parameter on: a day is wanted");
	return office_read(rq, rp, work_places, &s, err);
}
