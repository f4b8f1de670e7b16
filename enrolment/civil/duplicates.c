#include "enrolment/civil/duplicates.h"

#include <stdio.h>
#include <stdlib.h>

static int
likest_first(const void *a, const void *b)
{
	const struct duplicate *x = a, *y = b;

	if (x->score.level != y->score.level)
		return x->score.level > y->score.level ? -1 : 1;
	if (x->score.score != y->score.score)
		return x->score.score > y->score.score ? -1 : 1;
	return memcmp(&x->candidate->id, &y->candidate->id, sizeof(x->candidate->id));
}

static int
judge_one(const struct match_birth *mine, const struct act_candidate *c, const struct match_thresholds *t, struct match_score *score,
	struct err *err)
{
	struct declaration other = { .kind = kind_of_name(c->kind) };
	struct match_birth theirs;
	int rc = -1;

	if (other.kind == NULL)
		return err_set(err, FAIL_INTERNAL, "a duplicate candidate is of a kind that this program does not know");
	if (declaration_of_content(c->content, &other, err) == 0 && declaration_match(&other, &theirs, err) == 0) {
		match_births(mine, &theirs, t, score);
		rc = 0;
	}
	declaration_clear(&other);
	return rc;
}

int
duplicates_judge(const struct declaration *mine_is, const struct act_candidates *candidates, const struct match_thresholds *t,
	struct duplicates *d, struct err *err)
{
	struct duplicates made = { 0 };
	struct match_birth mine;

	if (candidates->n == 0) {
		*d = made;
		return 0;
	}
	if (declaration_match(mine_is, &mine, err) == -1)
		return -1;
	if ((made.item = calloc(candidates->n, sizeof(*made.item))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < candidates->n; i++) {
		struct duplicate *one = &made.item[made.n];

		one->candidate = &candidates->item[i];
		if (judge_one(&mine, one->candidate, t, &one->score, err) == -1) {
			duplicates_clear(&made);
			return -1;
		}
		if (one->score.level != MATCH_L_CLEAR)
			made.n++;
	}
	qsort(made.item, made.n, sizeof(*made.item), likest_first);
	*d = made;
	return 0;
}

void
duplicates_clear(struct duplicates *d)
{
	free(d->item);
	*d = (struct duplicates){ 0 };
}

const struct duplicate *
duplicates_find(const struct duplicates *d, const struct uuid *act_id)
{
	for (size_t i = 0; i < d->n; i++)
		if (uuid_equal(&d->item[i].candidate->id, act_id))
			return &d->item[i];
	return NULL;
}

static json_t *
fields_json(const struct match_score *s)
{
	json_t *list = json_array();

	for (int f = 0; f < MATCH_FIELDS; f++)
		if (json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "field", match_field_name(f), "agreement", match_agreement_name(s->agreement[f]), "weight", s->weight[f])) == -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* The parties of the act under their roles; of a sealed one nothing, it is not to be told from its adoption. */
static int
add_parties(json_t *to, const struct act_candidate *c)
{
	static const char *const roles[] = { "child", "mother", "father", "deceased", "spouse_1", "spouse_2", "adopter_1", "adopter_2", "parent", "person", NULL };
	bool sealed = strcmp(c->state, "sealed") == 0;

	for (size_t i = 0; !sealed && roles[i] != NULL; i++) {
		json_t *party = json_object_get(c->content, roles[i]);

		if (party != NULL && json_object_set(to, roles[i], party) == -1)
			return -1;
	}
	return 0;
}

static json_t *
duplicate_json(const struct duplicate *d)
{
	const struct act_candidate *c = d->candidate;
	char id[UUID_TEXT], office[UUID_TEXT];
	json_t *made = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:i, s:s, s:s*, s:b, s:o}", "act_id", uuid_format(&c->id, id), "kind", c->kind, "office_id",
		uuid_format(&c->office_id, office), "state", c->state, "number", *c->number == '\0' ? NULL : c->number, "score", d->score.score,
		"level", match_level_name(d->score.level), "reason",
		d->score.reason == MATCH_R_NONE ? NULL : match_reason_name(d->score.reason), "overridden", c->is_overridden, "fields",
		fields_json(&d->score));

	if (made != NULL && add_parties(made, c) == -1) {
		json_decref(made);
		return NULL;
	}
	return made;
}

json_t *
duplicates_json(const struct duplicates *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->n; i++)
		if (json_array_append_new(list, duplicate_json(&d->item[i])) == -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

int
duplicates_refuse(const struct duplicates *d, const struct act_kind *kind, struct err *err)
{
	struct err found = ERR_INIT;
	struct buf why = BUF_INIT;
	char id[UUID_TEXT], pointer[64];
	unsigned open = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct duplicate *one = &d->item[i];

		if (one->candidate->is_overridden)
			continue;
		open++;
		buf_cut(&why, 0);
		match_explain(&one->score, &why);
		snprintf(pointer, sizeof(pointer), "/duplicates/%s", uuid_format(&one->candidate->id, id));
		err_problem(&found, pointer, "%s, score %d: %.120s", match_level_name(one->score.level), one->score.score, buf_cstr(&why));
	}
	buf_clear(&why);
	if (open == 0)
		return 0;
	*err = found;
	err_set(err, FAIL_CONFLICT, "%s: %u duplicate candidate%s not overridden", kind->name, open, open == 1 ? " is" : "s are");
	err_hint(err, "compare the candidates; reject the declaration, or let a second officer override each with a reason");
	return -1;
}
