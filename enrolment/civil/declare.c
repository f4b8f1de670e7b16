/* Declarations: POST /births, /deaths ... */
#include <stdio.h>

#include "enrolment/civil/civild.h"
#include "enrolment/civil/duplicates.h"
#include "registry/base/clock.h"

/* The statistics go into tables of their own, by kind. */
static void
take_statistics(const struct declaration *d, struct act_new *act, struct birth_statistics *birth, struct death_statistics *death)
{
	if (strcmp(d->kind->name, "birth") == 0) {
		*birth = birth_statistics_of(&d->u.birth);
		act->statistics = d->u.birth.has_statistics || d->u.birth.has_attendant ? birth : NULL;
	} else if (d->u.act.has_statistics && strcmp(d->kind->name, "foetal_death") == 0) {
		*birth = act_foetal_statistics(&d->u.act);
		act->statistics = birth;
	} else if (d->u.act.has_statistics) {
		*death = act_death_statistics(&d->u.act);
		act->death = death;
	}
}

int
civil_link(struct tx *tx, const struct declaration *d, struct act_party *party, size_t n, struct uuid *about_act_id, struct err *err)
{
	const char *number = declaration_about_number(d);
	struct act_found found;

	*about_act_id = (struct uuid){ { 0 } };
	if (act_link_parties(tx, party, n, err) == -1)
		return -1;
	if (number == NULL)
		return 0;
	if (act_find_number(tx, number, d->kind->about, &found, err) == -1)
		return -1;
	*about_act_id = found.act_id;
	/* through an act of birth whom the declaration is about is known */
	for (size_t i = 0; i < n && strcmp(d->kind->about, "/birth_number") == 0; i++)
		if (strcmp(party[i].role, d->kind->subject) == 0) {
			if (!uuid_is_null(&party[i].person_id) && !uuid_equal(&party[i].person_id, &found.person_id))
				return err_problem(err, d->kind->about, "the act is about somebody else");
			party[i].person_id = found.person_id;
			party[i].confidence = "proved";
		}
	return 0;
}

int
civil_check_place(struct tx *tx, const struct declaration *d, const struct uuid *office_id, struct err *err)
{
	struct act_declare_check check = { 0 };
	int rc = -1;

	if (act_declare_check(tx, office_id, declaration_place(d), declaration_place_on(d), NULL, 0, &check, err) == 0)
		rc = birth_check_place(&check, declaration_place(d) != NULL ? d->kind->place : NULL, err);
	act_candidates_clear(&check.candidates);
	return rc;
}

struct declaring {
	const struct declaration *d;
	const struct uuid *declarer;
	struct match_birth match;
	int64_t key[MATCH_KEYS];
	size_t nkey;
	struct buf content;
};

static int
add_act(struct tx *tx, const struct declaring *g, struct uuid *id, struct err *err)
{
	const struct declaration *d = g->d;
	struct act_party party[ACT_PARTIES];
	struct birth_statistics birth;
	struct death_statistics death;
	struct act_new act = { .office_id = *declaration_office(d), .officer_id = *g->declarer, .kind = d->kind->name, .notification_id = *declaration_notification(d), .content = bytes_of(&g->content), .party = party, .nparty = declaration_parties(d, party), .key = g->key, .nkey = g->nkey };

	take_statistics(d, &act, &birth, &death);
	if (civil_link(tx, d, party, act.nparty, &act.about_act_id, err) == -1 || uuid_new(&act.id, err) == -1 || uuid_new(&act.version_id, err) == -1)
		return -1;
	*id = act.id;
	return act_declare(tx, &act, err);
}

static int
declare(struct tx *tx, const struct request *rq, const struct declaring *g, struct uuid *id, json_t **duplicates, struct err *err)
{
	const char *place = declaration_place(g->d);
	struct act_declare_check check = { 0 };
	struct duplicates found = { 0 };
	int rc = -1;

	if (act_declare_check(tx, declaration_office(g->d), place, declaration_place_on(g->d), g->key, g->nkey, &check, err) == -1 ||
		birth_check_place(&check, place != NULL ? g->d->kind->place : NULL, err) == -1 ||
		duplicates_judge(g->d, &check.candidates, civil_thresholds(rq), &found, err) == -1 || add_act(tx, g, id, err) == -1)
		goto out;
	for (size_t i = 0; i < found.n; i++)
		if (office_disclose(tx, rq, "act", &found.item[i].candidate->id, err) == -1)
			goto out;
	*duplicates = duplicates_json(&found);
	rc = 0;
out:
	duplicates_clear(&found);
	act_candidates_clear(&check.candidates);
	return rc;
}

int
civil_declare(struct tx *tx, const struct request *rq, const struct declaration *d, const struct uuid *declarer, struct uuid *id, json_t **duplicates,
	struct err *err)
{
	struct declaring g = { .d = d, .declarer = declarer, .content = BUF_INIT };
	int rc = -1;

	if (declaration_match(d, &g.match, err) == 0 && declaration_content(d, &g.content, err) == 0) {
		g.nkey = declaration_keys(d, &g.match, g.key);
		rc = declare(tx, rq, &g, id, duplicates, err);
	}
	wipe(&g.match, sizeof(g.match));
	buf_wipe(&g.content);
	return rc;
}

static int
work_declare(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct declaration *d = arg;
	char act[UUID_TEXT], office[UUID_TEXT], location[96];
	json_t *duplicates = NULL;
	struct uuid id;

	if (civil_declare(tx, rq, d, &rq->who.officer_id, &id, &duplicates, err) == -1)
		return -1;
	snprintf(location, sizeof(location), "/civil/v1/%s/%s", d->kind->register_name, uuid_format(&id, act));
	if (reply_header(rp, "Location", location, err) == -1) {
		json_decref(duplicates);
		return -1;
	}
	return reply_json(rp, 201,
		json_pack("{s:s, s:s, s:s, s:o}", "id", act, "office_id", uuid_format(declaration_office(d), office), "state", "declared",
			"duplicates", duplicates),
		err);
}

int
civil_post_declaration(struct request *rq, struct reply *rp, struct err *err)
{
	struct declaration d = { .kind = civil_kind(rq, err) };
	int rc = -1;

	if (d.kind == NULL)
		return -1;
	if (request_json(rq, d.kind->fields, &d.u, err) == 0 && office_may(rq, ROLE_CIVIL_CLERK, declaration_office(&d), err) == 0 &&
		declaration_check(&d, clock_today(), err) == 0)
		rc = office_change(rq, rp, work_declare, &d, err);
	declaration_clear(&d);
	return rc;
}
