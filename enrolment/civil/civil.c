/* What civild serves, and to whom. */
#include "enrolment/civil/civild.h"
#include "registry/store/civil.h"

#define READERS (ROLES_CIVIL | ROLE_AUDITOR)

/* clang-format off */
const struct route civil_routes[] = {   /* this table is the access policy */
	{ "POST", "/births", ROLE_CIVIL_CLERK, civil_post_birth, ROUTE_CHANGES, "declare a birth" },
	{ "GET", "/births", READERS, civil_get_births, 0, "list the births of an office" },
	{ "GET", "/births/{id}", READERS, civil_get_birth, 0, "read a birth with its history" },
	{ "GET", "/births/{id}/duplicates", READERS, civil_get_duplicates, 0, "compare a birth with its duplicate candidates" },
	{ "POST", "/births/{id}/validation", ROLE_CIVIL_REGISTRAR, civil_post_validation, ROUTE_CHANGES, "validate a declared birth" },
	{ "POST", "/births/{id}/rejection", ROLE_CIVIL_REGISTRAR, civil_post_rejection, ROUTE_CHANGES, "reject a declaration, with a reason" },
	{ "POST", "/births/{id}/registration", ROLE_CIVIL_REGISTRAR, civil_post_registration, ROUTE_CHANGES,
		"register a declared or validated birth" },
	{ "POST", "/births/{id}/duplicate-overrides", ROLE_CIVIL_REGISTRAR, civil_post_override, ROUTE_CHANGES,
		"find that a duplicate candidate is another birth, with a reason" },
	{ "POST", "/births/{id}/annulment", ROLE_CIVIL_REGISTRAR, civil_post_annulment, ROUTE_CHANGES, "annul a registered birth, with a reason" },
	{ "GET", "/acts/{number}", READERS, civil_get_act, 0, "read an act by its number" },
	{ "GET", "/offices", READERS, civil_get_offices, 0, "list the civil registration offices" },
	{ "GET", "/places", READERS, civil_get_places, 0, "find places by the beginning of their name" },
	{ NULL }
};
/* clang-format on */

const struct match_thresholds *
civil_thresholds(const struct request *rq)
{
	return office_of(rq)->own;
}

static int
start(struct office *office, struct err *err)
{
	static struct match_thresholds t;

	t.review = (int)conf_int(office->conf, "duplicate_review");
	t.stop = (int)conf_int(office->conf, "duplicate_stop");
	if (t.stop < t.review)
		return err_set(err, FAIL_INPUT, "duplicate_stop is %d, less than duplicate_review, %d", t.stop, t.review);
	office->own = &t;
	return 0;
}

static const struct query *const queries[] = { civil_queries, NULL };

const struct office_program civil_program = {
	.name = "civild",
	.db_role = "catena_civil",
	.base_path = "/civil/v1",
	.routes = civil_routes,
	.queries = queries,
	.start = start,
};
