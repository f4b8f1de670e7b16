/* What a request is about, and whether its officer may read that. */
#include "enrolment/civil/civild.h"

const struct match_thresholds *
civil_thresholds(const struct request *rq)
{
	return office_of(rq)->own;
}

const struct act_kind *
civil_kind(const struct request *rq, struct err *err)
{
	bool is_param = strncmp(rq->route->pattern, "/{register}", 11) == 0;
	const struct act_kind *kind = kind_of_register(is_param ? request_param(rq, "register") : rq->route->pattern);

	if (kind == NULL)
		err_set(err, FAIL_NOT_FOUND, "there is no such register");
	return kind;
}

int
civil_declaration_of(const struct act *act, struct declaration *d, struct err *err)
{
	if (act->content == NULL) /* the database keeps it from this officer */
		return err_set(err, FAIL_DENIED, strcmp(act->state, "sealed") == 0 ? "the act is sealed" : "the act is of another office");
	d->kind = kind_of_name(act->kind);
	if (d->kind == NULL)
		return err_set(err, FAIL_INTERNAL, "an act is of a kind that this program does not know");
	return declaration_of_content(act->content, d, err);
}

/* An auditor reads everywhere, others what their offices registered. */
int
civil_may_read_office(const struct request *rq, const struct uuid *office_id, struct err *err)
{
	if (principal_has_role(&rq->who, ROLE_AUDITOR))
		return 0;
	return office_may(rq, ROLES_CIVIL, office_id, err);
}

/* What is sealed is read by auditors only: an adoption is not to be told from its register. */
int
civil_may_read(const struct request *rq, const struct act *act, struct err *err)
{
	if (strcmp(act->state, "sealed") == 0 && !principal_has_role(&rq->who, ROLE_AUDITOR))
		return err_set(err, FAIL_DENIED, "the act is sealed");
	return civil_may_read_office(rq, &act->office_id, err);
}
