/*
 * Corrections: a registrar proposes a difference against the act's version, with its legal basis and evidence; another registrar sees it field by
 * field and accepts or refuses it.  Accepted, it is a further version.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/civild.h"
#include "enrolment/civil/duplicates.h"
#include "registry/base/clock.h"
#include "registry/store/correction.h"

enum { CHANGES = 50,
	EVIDENCE = 8,
	LEVELS = 3 };

struct change {
	char *path;
	json_t *from, *to;
};
struct proposal {
	struct uuid act_id, correction_id;
	const struct act_kind *kind;
	const char *event; /* of a decision */
	int64_t version;
	struct json_array changes; /* of struct change */
	char *legal_basis;
	struct json_array evidence; /* of struct civil_evidence */
	char *reason;
};

static const struct json_field change_fields[] = {
	{ "path", JSON_T_TEXT, offsetof(struct change, path), 0, 2, 80 },
	{ "from", JSON_T_RAW, offsetof(struct change, from), JSON_OPTIONAL },
	{ "to", JSON_T_RAW, offsetof(struct change, to), JSON_OPTIONAL },
	{ NULL }
};
static const struct json_field proposal_fields[] = {
	{ "version", JSON_T_INT, offsetof(struct proposal, version), 0, 1, 1 << 20 },
	{ "changes", JSON_T_ARRAY, offsetof(struct proposal, changes), 0, 1, CHANGES, NULL, change_fields, sizeof(struct change) },
	{ "legal_basis", JSON_T_TEXT, offsetof(struct proposal, legal_basis), 0, 3, 400 },
	{ "evidence", JSON_T_ARRAY, offsetof(struct proposal, evidence), JSON_OPTIONAL, 1, EVIDENCE, NULL, civil_evidence_fields, sizeof(struct civil_evidence) },
	{ NULL }
};
static const struct json_field refusal_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct proposal, reason), 0, 3, 1000 },
	{ NULL }
};
static const struct json_field no_fields[] = { { NULL } };

/* ---- differences ---- */

/* The object that holds the last member of the pointer, and that member; NULL when there is nothing above it, or the pointer is none. */
static json_t *
place_of(json_t *content, const char *path, char member[48])
{
	for (int level = 0; level < LEVELS && *path == '/'; level++) {
		size_t n = strcspn(path + 1, "/");

		if (n == 0 || n >= 48)
			return NULL;
		memcpy(member, path + 1, n);
		member[n] = '\0';
		path += n + 1;
		if (*path == '\0')
			return json_is_object(content) ? content : NULL;
		content = json_object_get(content, member);
	}
	return NULL;
}

static json_t *
value_at(json_t *content, const char *path)
{
	char member[48];
	json_t *above = place_of(content, path, member);

	return above == NULL ? NULL : json_object_get(above, member);
}

static bool
same_value(json_t *a, json_t *b)
{
	bool no_a = a == NULL || json_is_null(a), no_b = b == NULL || json_is_null(b);

	return no_a || no_b ? no_a == no_b : json_equal(a, b);
}

/* Makes one change; -1: there is nothing above the path. */
static int
make_change(json_t *content, const char *path, json_t *to)
{
	char member[48];
	json_t *above = place_of(content, path, member);

	if (above == NULL)
		return -1;
	if (to == NULL || json_is_null(to)) {
		json_object_del(above, member);
		return 0;
	}
	return json_object_set_new(above, member, json_deep_copy(to));
}

/* Members by which a party or an act is found: who is meant is not corrected, the act is annulled. */
static bool
is_link(const char *path)
{
	static const char *const last[] = { "/uin", "/birth_number", "/marriage_number", "/declared_on" };
	const char *tail = strrchr(path, '/');

	for (size_t i = 0; tail != NULL && i < NELEM(last); i++)
		if (strcmp(tail, last[i]) == 0)
			return true;
	return false;
}

/* One member is the other, or within it. */
static bool
overlap(const char *a, const char *b)
{
	size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return strncmp(a, b, n) == 0 && (a[n] == '\0' || a[n] == '/') && (b[n] == '\0' || b[n] == '/');
}

static bool
is_named_before(const struct change *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (overlap(c[k].path, c[i].path))
			return true;
	return false;
}

/* Problems of the corrected content stand at its members: the change that made them is named instead. */
static void
name_changes(const struct proposal *p, struct err *found)
{
	const struct change *c = p->changes.items;

	for (unsigned i = 0; i < found->nproblem; i++)
		for (size_t k = 0; k < p->changes.n; k++)
			if (strncmp(found->problem[i].pointer, c[k].path, strlen(c[k].path)) == 0) {
				snprintf(found->problem[i].pointer, sizeof(found->problem[i].pointer), "/changes/%zu/to", k);
				break;
			}
}

static void
check_changes(const struct proposal *p, json_t *base, json_t *content, struct err *found)
{
	const struct change *c = p->changes.items;
	char pointer[40];

	for (size_t i = 0; i < p->changes.n; i++) {
		snprintf(pointer, sizeof(pointer), "/changes/%zu/path", i);
		if (is_link(c[i].path)) {
			err_problem(found, pointer, "who or what is meant is not corrected: annul the act");
			continue;
		}
		if (is_named_before(c, i)) {
			err_problem(found, pointer, "an earlier change is of the same member");
			continue;
		}
		snprintf(pointer, sizeof(pointer), "/changes/%zu/from", i);
		if (!same_value(value_at(content, c[i].path), c[i].from))
			err_problem(found, pointer, "the act says something else there");
		snprintf(pointer, sizeof(pointer), "/changes/%zu/path", i);
		if (make_change(content, c[i].path, c[i].to) == -1)
			err_problem(found, pointer, "there is no such member");
	}
	if (found->kind == FAIL_NONE && json_equal(base, content))
		err_problem(found, "/changes", "nothing is changed");
}

/* The changes once more, as the checked content has them: texts in NFC, white space single. */
static json_t *
changes_json(const struct proposal *p, json_t *base, json_t *content)
{
	const struct change *c = p->changes.items;
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < p->changes.n; i++) {
		json_t *from = value_at(base, c[i].path), *to = value_at(content, c[i].path);

		if (json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "path", c[i].path, "from", from != NULL ? from : json_null(), "to", to != NULL ? to : json_null())) == -1) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/*
 * The content as the changes make it, as a declaration that holds to all rules; and the changes in the form in which they are kept.  What else the rules
 * fill in would be more than was proposed.
 */
static int
corrected(const struct proposal *p, json_t *base, struct declaration *d, json_t **changes, struct err *err)
{
	json_t *content = json_deep_copy(base), *again = NULL, *kept = NULL, *checked = NULL;
	struct buf text = BUF_INIT;
	struct err found = ERR_INIT;
	int rc = -1;

	check_changes(p, base, content, &found);
	if (found.kind == FAIL_NONE && json_get(content, d->kind->content_fields, &d->u, &found) == 0)
		declaration_check(d, clock_today(), &found);
	name_changes(p, &found);
	if (found.kind != FAIL_NONE) {
		*err = found;
		goto out;
	}
	if (declaration_content(d, &text, err) == -1 || json_read(bytes_of(&text), &checked, err) == -1)
		goto out;
	kept = changes_json(p, base, checked);
	again = json_deep_copy(base);
	for (size_t i = 0; i < json_array_size(kept); i++) {
		json_t *one = json_array_get(kept, i);

		if (make_change(again, json_string_value(json_object_get(one, "path")), json_object_get(one, "to")) == -1)
			break;
	}
	if (!json_equal(again, checked)) {
		err_problem(err, "/changes", "more follows from this than it says: name every member that changes, once");
		goto out;
	}
	*changes = json_incref(kept);
	rc = 0;
out:
	buf_wipe(&text);
	json_decref(content);
	json_decref(checked);
	json_decref(again);
	json_decref(kept);
	return rc;
}

/* ---- proposing ---- */

static int
read_act(struct tx *tx, const struct request *rq, const struct proposal *p, struct act *act, struct err *err)
{
	return act_read(tx, &p->act_id, p->kind->name, act, err) == -1 || office_may(rq, ROLE_CIVIL_REGISTRAR, &act->office_id, err) == -1 ? -1 : 0;
}

static int
add_evidence(struct tx *tx, const struct request *rq, const struct proposal *p, const struct correction *c, struct err *err)
{
	const struct civil_evidence *e = p->evidence.items;
	struct uuid id;

	for (size_t i = 0; i < p->evidence.n; i++)
		if (civil_evidence_add(tx, rq, &e[i], &p->act_id, &c->id, &id, err) == -1)
			return -1;
	return 0;
}

static int
work_propose(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct proposal *p = arg;
	struct act act = { 0 };
	struct declaration d = { .kind = p->kind };
	struct correction c = { .officer_id = rq->who.officer_id };
	char id[UUID_TEXT], location[200], of[UUID_TEXT];
	int rc = -1;

	if (read_act(tx, rq, p, &act, err) == -1)
		goto out;
	if (strcmp(act.state, "registered") != 0) {
		err_set(err, FAIL_CONFLICT, "act is %s, which does not allow: correct", act.state);
		goto out;
	}
	if (p->version != act.version) {
		err_set(err, FAIL_CONFLICT, "the act has version %d by now", act.version);
		goto out;
	}
	c.act_id = act.id;
	c.act_version_id = act.version_id;
	if (corrected(p, act.content, &d, &c.changes, err) == -1 || uuid_new(&c.id, err) == -1)
		goto out;
	if (civil_check_place(tx, &d, &act.office_id, err) == -1) {
		name_changes(p, err);
		goto out;
	}
	c.legal_basis = p->legal_basis;
	if (correction_propose(tx, &c, err) == -1 || add_evidence(tx, rq, p, &c, err) == -1)
		goto out;
	snprintf(location, sizeof(location), "/civil/v1/%s/%s/corrections/%s", p->kind->register_name, uuid_format(&act.id, of), uuid_format(&c.id, id));
	if (reply_header(rp, "Location", location, err) == 0)
		rc = reply_json(rp, 201, json_pack("{s:s, s:s}", "id", id, "state", "proposed"), err);
out:
	c.legal_basis = NULL;
	correction_clear(&c);
	declaration_clear(&d);
	act_clear(&act);
	return rc;
}

int
civil_post_correction(struct request *rq, struct reply *rp, struct err *err)
{
	struct proposal p = { .version = 0 };
	struct err found = ERR_INIT;
	char at[32];
	int rc = -1;

	if ((p.kind = civil_kind(rq, err)) == NULL || request_param_uuid(rq, "id", &p.act_id, err) == -1 || request_json(rq, proposal_fields, &p, err) == -1)
		return -1;
	for (size_t i = 0; i < p.evidence.n; i++) {
		snprintf(at, sizeof(at), "/evidence/%zu", i);
		civil_evidence_check((const struct civil_evidence *)p.evidence.items + i, at, clock_today(), &found);
	}
	if (found.kind == FAIL_NONE)
		rc = office_change(rq, rp, work_propose, &p, err);
	else
		*err = found;
	json_clear(proposal_fields, &p);
	return rc;
}

/* ---- looking at one ---- */

static int
work_show(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct proposal *p = arg;
	struct act act = { 0 };
	struct correction c = { 0 };
	char id[UUID_TEXT], of[UUID_TEXT], by[UUID_TEXT];
	int rc = -1;

	if (act_read(tx, &p->act_id, p->kind->name, &act, err) == 0 && civil_may_read(rq, &act, err) == 0 &&
		correction_read(tx, &act.id, &p->correction_id, &c, err) == 0 && office_disclose(tx, rq, "act", &act.id, err) == 0)
		rc = reply_json(rp, 200,
			json_pack("{s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:O, s:O, s:O}", "id", uuid_format(&c.id, id), "act_id", uuid_format(&act.id, of), "state",
				c.state, "is_key", c.is_key, "is_current", uuid_equal(&c.act_version_id, &act.version_id), "legal_basis", c.legal_basis, "proposed_by",
				uuid_format(&c.officer_id, by), "created_at", c.created_at, "changes", c.changes, "evidence", c.evidence, "decisions", c.decisions),
			err);
	correction_clear(&c);
	act_clear(&act);
	return rc;
}

static int
params_of(struct request *rq, struct proposal *p, struct err *err)
{
	return (p->kind = civil_kind(rq, err)) == NULL || request_param_uuid(rq, "id", &p->act_id, err) == -1 ||
			request_param_uuid(rq, "correction", &p->correction_id, err) == -1
		? -1
		: 0;
}

int
civil_get_correction(struct request *rq, struct reply *rp, struct err *err)
{
	struct proposal p = { .version = 0 };

	return params_of(rq, &p, err) == -1 ? -1 : office_read(rq, rp, work_show, &p, err);
}

/* ---- deciding ---- */

static int
reply_state(struct reply *rp, const struct correction *c, const char *state, int version, struct err *err)
{
	char id[UUID_TEXT];

	return reply_json(rp, 200, json_pack("{s:s, s:s, s:i}", "id", uuid_format(&c->id, id), "state", state, "version", version), err);
}

/* The corrected act is searched for duplicates as its registration was: a correction is no way round that. */
static int
refuse_duplicates(struct tx *tx, const struct request *rq, const struct act *act, const struct declaration *d, const int64_t *key, size_t nkey,
	struct err *err)
{
	struct act_candidates candidates = { 0 };
	struct duplicates duplicates = { 0 };
	int rc = -1;

	if (act_find_candidates(tx, act, key, nkey, &candidates, err) == 0 &&
		duplicates_judge(d, &candidates, civil_thresholds(rq), &duplicates, err) == 0)
		rc = duplicates_refuse(&duplicates, d->kind, err);
	duplicates_clear(&duplicates);
	act_candidates_clear(&candidates);
	return rc;
}

static int
accept(struct tx *tx, const struct request *rq, struct act *act, const struct correction *c, struct err *err)
{
	struct proposal p = { .kind = kind_of_name(act->kind), .changes = { .n = json_array_size(c->changes) } };
	struct declaration d = { .kind = p.kind };
	struct act_party party[ACT_PARTIES];
	struct act_next_version next = { .party = party };
	struct change change[CHANGES];
	struct match_birth match;
	struct buf content = BUF_INIT;
	int64_t key[MATCH_KEYS];
	struct uuid about;
	json_t *changes = NULL;
	int rc = -1;

	if (act->content == NULL) /* the database keeps it from this officer: it was sealed meanwhile */
		return err_set(err, FAIL_CONFLICT, "act is %s, which does not allow: correct", act->state);
	if (d.kind == NULL || p.changes.n > CHANGES)
		return err_set(err, FAIL_INTERNAL, "a correction in the register is of no form that this program knows");
	for (size_t i = 0; i < p.changes.n; i++) {
		json_t *one = json_array_get(c->changes, i);

		change[i] = (struct change){ (char *)(uintptr_t)json_string_value(json_object_get(one, "path")), json_object_get(one, "from"), json_object_get(one, "to") };
	}
	p.changes.items = change;
	if (corrected(&p, act->content, &d, &changes, err) == -1 || declaration_match(&d, &match, err) == -1 || declaration_content(&d, &content, err) == -1)
		goto out;
	next.content = bytes_of(&content);
	next.key = key;
	next.nkey = declaration_keys(&d, &match, key);
	next.nparty = declaration_parties(&d, party);
	if (civil_check_place(tx, &d, &act->office_id, err) == -1 || refuse_duplicates(tx, rq, act, &d, key, next.nkey, err) == -1 ||
		civil_link(tx, &d, party, next.nparty, &about, err) == -1)
		goto out;
	rc = correction_accept(tx, c, act, &next, &rq->who.officer_id, err);
out:
	json_decref(changes);
	buf_wipe(&content);
	wipe(&match, sizeof(match));
	declaration_clear(&d);
	return rc;
}

static int
work_decide(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct proposal *p = arg;
	bool is_accepted = strcmp(p->event, "accept") == 0;
	struct act act = { 0 };
	struct correction c = { 0 };
	int rc = -1;

	if (read_act(tx, rq, p, &act, err) == -1 || correction_read(tx, &act.id, &p->correction_id, &c, err) == -1)
		goto out;
	if (is_accepted && strcmp(c.state, "proposed") != 0) {
		err_set(err, FAIL_CONFLICT, "correction is %s, which does not allow: accept", c.state);
		goto out;
	}
	if (is_accepted && !uuid_equal(&c.act_version_id, &act.version_id)) {
		err_set(err, FAIL_CONFLICT, "the act has version %d by now", act.version);
		goto out;
	}
	if ((is_accepted ? accept(tx, rq, &act, &c, err) : correction_decide(tx, &c, p->event, &rq->who.officer_id, p->reason, err)) == 0)
		rc = reply_state(rp, &c, is_accepted ? "accepted" : *p->event == 'r' ? "refused"
										     : "withdrawn",
			act.version, err);
out:
	correction_clear(&c);
	act_clear(&act);
	return rc;
}

static int
decide(struct request *rq, struct reply *rp, const char *event, const struct json_field *fields, struct err *err)
{
	struct proposal p = { .event = event };
	int rc;

	if (params_of(rq, &p, err) == -1)
		return -1;
	if ((fields != no_fields || rq->json != NULL) && request_json(rq, fields, &p, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_decide, &p, err);
	json_clear(fields, &p);
	return rc;
}

int
civil_post_acceptance(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "accept", no_fields, err);
}

int
civil_post_refusal(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "refuse", refusal_fields, err);
}

int
civil_post_withdrawal(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "withdraw", no_fields, err);
}
