/* Declarations: POST /births. */
#include <stdio.h>

#include "enrolment/civil/civild.h"
#include "enrolment/civil/duplicates.h"
#include "registry/base/clock.h"

struct declaration {
	struct birth birth;
	struct match_birth match;
	int64_t key[MATCH_KEYS];
	size_t nkey;
	struct buf content;
};

static int
add_act(struct tx *tx, const struct request *rq, const struct declaration *d, struct uuid *id, struct err *err)
{
	struct act_party party[BIRTH_PARTIES];
	struct birth_statistics statistics = birth_statistics_of(&d->birth);
	struct act_new act = { .office_id = d->birth.office_id, .officer_id = rq->who.officer_id, .kind = "birth", .content = bytes_of(&d->content), .party = party, .nparty = birth_parties(&d->birth, party), .key = d->key, .nkey = d->nkey };

	if (d->birth.has_statistics || d->birth.has_attendant)
		act.statistics = &statistics;
	if (uuid_new(&act.id, err) == -1 || uuid_new(&act.version_id, err) == -1)
		return -1;
	*id = act.id;
	return act_declare(tx, &act, err);
}

static int
answer(struct reply *rp, const struct declaration *d, const struct uuid *id, const struct duplicates *duplicates, struct err *err)
{
	char act[UUID_TEXT], office[UUID_TEXT], location[64];

	snprintf(location, sizeof(location), "/civil/v1/births/%s", uuid_format(id, act));
	if (reply_header(rp, "Location", location, err) == -1)
		return -1;
	return reply_json(rp, 201,
		json_pack("{s:s, s:s, s:s, s:o}", "id", act, "office_id", uuid_format(&d->birth.office_id, office), "state", "declared",
			"duplicates", duplicates_json(duplicates)),
		err);
}

static int
work_declare(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct declaration *d = arg;
	const struct birth_child *child = &d->birth.child;
	struct act_declare_check check = { 0 };
	struct duplicates duplicates = { 0 };
	struct uuid id;
	int rc = -1;

	if (act_declare_check(tx, &d->birth.office_id, child->place_of_birth, child->date_of_birth, d->key, d->nkey, &check, err) == -1 ||
		birth_check_place(&check, err) == -1 || duplicates_judge(&d->birth, &check.candidates, civil_thresholds(rq), &duplicates, err) == -1 ||
		add_act(tx, rq, d, &id, err) == -1)
		goto out;
	for (size_t i = 0; i < duplicates.n; i++)
		if (office_disclose(tx, rq, "act", &duplicates.item[i].candidate->id, err) == -1)
			goto out;
	rc = answer(rp, d, &id, &duplicates, err);
out:
	duplicates_clear(&duplicates);
	act_candidates_clear(&check.candidates);
	return rc;
}

int
civil_post_birth(struct request *rq, struct reply *rp, struct err *err)
{
	struct declaration d = { .content = BUF_INIT };
	int rc = -1;

	if (request_json(rq, birth_fields, &d.birth, err) == -1 || office_may(rq, ROLE_CIVIL_CLERK, &d.birth.office_id, err) == -1 ||
		birth_check(&d.birth, clock_today(), err) == -1 || birth_match(&d.birth, &d.match, err) == -1 ||
		birth_content(&d.birth, &d.content, err) == -1)
		goto out;
	d.nkey = match_birth_keys(&d.match, d.key);
	rc = office_change(rq, rp, work_declare, &d, err);
out:
	birth_clear(&d.birth);
	wipe(&d.match, sizeof(d.match));
	buf_wipe(&d.content);
	return rc;
}
