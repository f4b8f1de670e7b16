/*
 * Entries of paper registers: imported with their scans, proposed as an ordinary act, and promoted by an officer who did neither and compared each
 * field with the image.  What a promotion makes is a declared act, in the name of who proposed it, and goes the way of all acts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/civild.h"
#include "registry/base/clock.h"
#include "registry/base/scan.h"
#include "registry/base/text.h"
#include "registry/service/page.h"
#include "registry/store/legacy.h"

enum { ORIGINAL_TEXTS = 60,
	ORIGINAL_TEXT_MAX = 1000 }; /* characters */

struct entry {
	struct uuid office_id;
	char *kind, *register_name, *volume, *page, *entry, *grade, *place;
	struct date event_on;
	bool is_unreadable;
	json_t *original;
	struct buf original_text;
};

#define AT(member) offsetof(struct entry, member)
static const struct json_field entry_fields[] = {
	{ "office_id", JSON_T_UUID, AT(office_id) },
	{ "kind", JSON_T_CODE, AT(kind), 0, 1, ACT_KIND_TEXT - 1 },
	{ "register", JSON_T_NAME, AT(register_name), 0, 1, 80 },
	{ "volume", JSON_T_NAME, AT(volume), JSON_OPTIONAL, 1, 40 },
	{ "page", JSON_T_NAME, AT(page), JSON_OPTIONAL, 1, 40 },
	{ "entry", JSON_T_NAME, AT(entry), 0, 1, 40 },
	{ "grade", JSON_T_CODE, AT(grade), 0, 1, 32 },
	{ "place", JSON_T_CODE, AT(place), JSON_OPTIONAL, 1, 24 },
	{ "event_on", JSON_T_DATE, AT(event_on), JSON_OPTIONAL, DATE_YEAR },
	{ "unreadable", JSON_T_BOOL, AT(is_unreadable), JSON_OPTIONAL },
	{ "original", JSON_T_RAW, AT(original) },
	{ NULL }
};

/* ---- import ---- */

/* One text of the paper: as it was written but for NFC and white space. */
static int
clean_text(json_t *original, const char *name, const json_t *value, struct err *found)
{
	struct buf text = BUF_INIT, pointer = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = 0;

	buf_printf(&pointer, "/original/%.60s", name);
	if (!json_is_string(value))
		rc = err_problem(found, buf_cstr(&pointer), "a text is wanted");
	else if (text_clean(BYTES((const uint8_t *)json_string_value(value), json_string_length(value)), &text, &why) == -1)
		rc = err_problem(found, buf_cstr(&pointer), "%s", why.text);
	else if (text_length(bytes_of(&text)) > ORIGINAL_TEXT_MAX)
		rc = err_problem(found, buf_cstr(&pointer), "at most %d characters", ORIGINAL_TEXT_MAX);
	else if (json_object_set_new(original, name, json_stringn((const char *)text.p, text.n)) == -1)
		rc = err_set(found, FAIL_INTERNAL, "out of memory");
	buf_wipe(&text);
	buf_clear(&pointer);
	return rc;
}

static bool
is_column(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n <= 60 && name[n] == '\0';
}

static int
clean_original(struct entry *e, struct err *found)
{
	json_t *cleaned = json_object(), *value;
	const char *name;

	if (!json_is_object(e->original) || json_object_size(e->original) > ORIGINAL_TEXTS)
		err_problem(found, "/original", "an object of at most %d texts is wanted", ORIGINAL_TEXTS);
	else if (json_object_size(e->original) == 0 && !e->is_unreadable)
		err_problem(found, "/original", "an entry that can be read says something");
	else
		json_object_foreach (e->original, name, value) {
			if (!is_column(name))
				err_problem(found, "/original", "names are of a-z, 0-9 and _, at most 60 characters");
			else
				clean_text(cleaned, name, value, found);
		}
	if (found->kind == FAIL_NONE)
		json_canonical(cleaned, &e->original_text, found);
	json_decref(cleaned);
	return found->kind == FAIL_NONE ? 0 : -1;
}

static int
check_entry(struct entry *e, struct err *err)
{
	struct err found = ERR_INIT;

	if (kind_of_name(e->kind) == NULL)
		err_problem(&found, "/kind", "there is no such kind of act");
	if (e->place != NULL && e->event_on.precision == DATE_UNKNOWN)
		err_problem(&found, "/event_on", "must be given with a place: places are those of their time");
	if (e->event_on.precision != DATE_UNKNOWN && date_surely_before(clock_today(), e->event_on))
		err_problem(&found, "/event_on", "in the future");
	if (clean_original(e, &found) == 0)
		return 0;
	*err = found;
	return -1;
}

static int
check_grade(struct tx *tx, const char *grade, struct err *err)
{
	json_t *items = NULL, *item;
	bool is_one = false;
	size_t i;

	if (legacy_grades(tx, &items, err) == -1)
		return -1;
	json_array_foreach (items, i, item)
		is_one |= strcmp(json_string_value(json_object_get(item, "name")), grade) == 0;
	json_decref(items);
	return is_one ? 0 : err_problem(err, "/grade", "there is no such grade of provenance");
}

/* The place as of the date of the event. */
static int
check_place(struct tx *tx, const struct entry *e, struct err *err)
{
	struct act_declare_check check = { 0 };
	int rc = -1;

	if (act_declare_check(tx, &e->office_id, e->place, e->event_on.precision != DATE_UNKNOWN ? e->event_on : clock_today(), NULL, 0, &check, err) == 0)
		rc = birth_check_place(&check, e->place != NULL ? "/place" : NULL, err);
	act_candidates_clear(&check.candidates);
	return rc;
}

static int
work_import(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct entry *e = arg;
	struct legacy_new add = { .office_id = e->office_id, .officer_id = rq->who.officer_id, .kind = e->kind, .register_name = e->register_name, .volume = e->volume != NULL ? e->volume : "", .page = e->page != NULL ? e->page : "", .entry = e->entry, .grade = e->grade, .place = e->place, .event_on = e->event_on, .original = bytes_of(&e->original_text), .is_unreadable = e->is_unreadable };
	char id[UUID_TEXT];

	if (check_grade(tx, e->grade, err) == -1 || check_place(tx, e, err) == -1 || uuid_new(&add.id, err) == -1 || legacy_import(tx, &add, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "id", uuid_format(&add.id, id), "state", e->is_unreadable ? "unreadable" : "imported"), err);
}

int
civil_post_legacy(struct request *rq, struct reply *rp, struct err *err)
{
	struct entry e = { .original_text = BUF_INIT };
	int rc = -1;

	if (request_json(rq, entry_fields, &e, err) == -1)
		return -1;
	if (office_may(rq, ROLE_CIVIL_CLERK, &e.office_id, err) == 0 && check_entry(&e, err) == 0)
		rc = office_change(rq, rp, work_import, &e, err);
	buf_wipe(&e.original_text);
	json_clear(entry_fields, &e);
	return rc;
}

/* ---- images ---- */

struct asked {
	struct uuid id, image_id;
	enum scan_type type;
};

/* The entry that the path names, when what is asked is the caller's to do in its office. */
static int
read_own(struct tx *tx, const struct request *rq, const struct uuid *id, struct legacy *l, struct err *err)
{
	if (legacy_read(tx, id, l, err) == -1)
		return -1;
	return office_may(rq, rq->route->roles, &l->office_id, err);
}

static int
work_image(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asked *asked = arg;
	struct legacy_image add = { .legacy_act_id = asked->id, .officer_id = rq->who.officer_id, .media_type = scan_media_types[asked->type], .file = rq->body };
	struct buf sealed = BUF_INIT;
	struct legacy l = { .proposal = NULL };
	char id[UUID_TEXT];
	int rc = -1;

	if (read_own(tx, rq, &asked->id, &l, err) == -1 || uuid_new(&add.id, err) == -1 ||
		seal_close(office_of(rq)->seal, BYTES(add.id.o, sizeof(add.id.o)), rq->body, &sealed, err) == -1)
		goto out;
	add.sealed = bytes_of(&sealed);
	if (legacy_image_add(tx, &add, err) == 0)
		rc = reply_json(rp, 201, json_pack("{s:s, s:s, s:I}", "id", uuid_format(&add.id, id), "media_type", add.media_type, "size", (json_int_t)rq->body.n), err);
out:
	buf_clear(&sealed);
	legacy_clear(&l);
	return rc;
}

int
civil_post_legacy_image(struct request *rq, struct reply *rp, struct err *err)
{
	struct asked asked;

	if (request_param_uuid(rq, "id", &asked.id, err) == -1)
		return -1;
	if (!scan_type_of_media_type(rq->content_type, &asked.type))
		return err_problem(err, "", "the Content-Type is image/jpeg, image/png, image/tiff or application/pdf");
	if (scan_check(rq->body, asked.type, err) == -1)
		return -1;
	return office_change(rq, rp, work_image, &asked, err);
}

static int
work_read_image(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asked *asked = arg;
	struct buf sealed = BUF_INIT, file = BUF_INIT;
	struct legacy l = { .proposal = NULL };
	enum scan_type type = SCAN_PDF;
	char media_type[32];
	int rc = -1;

	if (legacy_read(tx, &asked->id, &l, err) == 0 && civil_may_read_office(rq, &l.office_id, err) == 0 &&
		legacy_image_file(tx, &l.id, &asked->image_id, media_type, &sealed, err) == 0 &&
		seal_open(office_of(rq)->seal, BYTES(asked->image_id.o, sizeof(asked->image_id.o)), bytes_of(&sealed), &file, err) == 0 &&
		office_disclose(tx, rq, "legacy_image", &asked->image_id, err) == 0 && scan_type_of_media_type(media_type, &type))
		rc = reply_bytes(rp, 200, scan_media_types[type], bytes_of(&file), err);
	buf_clear(&sealed);
	buf_wipe(&file);
	legacy_clear(&l);
	return rc;
}

int
civil_get_legacy_image(struct request *rq, struct reply *rp, struct err *err)
{
	struct asked asked;

	if (request_param_uuid(rq, "id", &asked.id, err) == -1 || request_param_uuid(rq, "image", &asked.image_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_read_image, &asked, err);
}

/* ---- reading ---- */

static int
work_read(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asked *asked = arg;
	struct legacy l = { .proposal = NULL };
	int rc = -1;

	if (legacy_read(tx, &asked->id, &l, err) == 0 && civil_may_read_office(rq, &l.office_id, err) == 0 &&
		office_disclose(tx, rq, "legacy_act", &l.id, err) == 0)
		rc = reply_json(rp, 200, json_incref(l.all), err);
	legacy_clear(&l);
	return rc;
}

int
civil_get_legacy(struct request *rq, struct reply *rp, struct err *err)
{
	struct asked asked;

	return request_param_uuid(rq, "id", &asked.id, err) == -1 ? -1 : office_read(rq, rp, work_read, &asked, err);
}

struct listing {
	struct uuid office_id, after;
	const char *grade, *state;
	struct page page;
};

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	json_t *items = NULL;
	bool more;

	if (legacy_list(tx, &l->office_id, l->grade, l->state, l->page.has_after ? &l->after : NULL, l->page.limit, &items, &more, err) == -1)
		return -1;
	if (json_array_size(items) > 0 && office_disclose(tx, rq, "office", &l->office_id, err) == -1) {
		json_decref(items);
		return -1;
	}
	return reply_page_by(rp, "legacy-acts", items, more, "id", err);
}

static int
check_state(const char *state, struct err *err)
{
	static const char *const states[] = { "imported", "unreadable", "proposed", "promoted", "rejected" };

	for (size_t i = 0; state != NULL && i < NELEM(states); i++)
		if (strcmp(state, states[i]) == 0)
			return 0;
	return state == NULL ? 0 : err_problem(err, "", "query parameter state: imported, unreadable, proposed, promoted or rejected");
}

int
civil_get_legacy_list(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", "grade", "state", "cursor", "limit", NULL };
	struct listing l = { .grade = request_query(rq, "grade"), .state = request_query(rq, "state") };
	int has_office;

	if (request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &l.office_id, err)) == -1)
		return -1;
	if (has_office == 0)
		return err_problem(err, "", "query parameter office is missing");
	if (check_state(l.state, err) == -1 || page_of_request(rq, "legacy-acts", &l.page, err) == -1 ||
		(l.page.has_after && uuid_parse(bytes_str(l.page.after_id), &l.after, err) == -1) || civil_may_read_office(rq, &l.office_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_list, &l, err);
}

static int
work_grades(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *items = NULL;

	(void)rq;
	(void)arg;
	return legacy_grades(tx, &items, err) == -1 ? -1 : reply_json(rp, 200, json_pack("{s:o}", "items", items), err);
}

int
civil_get_provenance_grades(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { NULL };

	return request_query_known(rq, known, err) == -1 ? -1 : office_read(rq, rp, work_grades, NULL, err);
}

/* ---- proposal, promotion ---- */

/* What a proposal says, as a declaration at the entry's office.  *d must be zeroed; declaration_clear, also on failure. */
static int
declaration_of(const struct legacy *l, json_t *content, struct declaration *d, struct err *err)
{
	if ((d->kind = kind_of_name(l->kind)) == NULL)
		return err_set(err, FAIL_INTERNAL, "an entry is of a kind that this program does not know");
	if (json_get(content, d->kind->content_fields, &d->u, err) == -1)
		return -1;
	if (strcmp(d->kind->name, "birth") == 0)
		d->u.birth.office_id = l->office_id;
	else
		d->u.act.office_id = l->office_id;
	return declaration_check(d, clock_today(), err);
}

static int
reply_state(struct reply *rp, int status, const struct legacy *l, const char *state, struct err *err)
{
	char id[UUID_TEXT];

	return reply_json(rp, status, json_pack("{s:s, s:s}", "id", uuid_format(&l->id, id), "state", state), err);
}

static int
work_propose(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asked *asked = arg;
	struct legacy l = { .proposal = NULL };
	struct declaration d = { .kind = NULL };
	struct buf content = BUF_INIT;
	int rc = -1;

	if (read_own(tx, rq, &asked->id, &l, err) == 0 && declaration_of(&l, rq->json, &d, err) == 0 && civil_check_place(tx, &d, &l.office_id, err) == 0 &&
		declaration_content(&d, &content, err) == 0 && legacy_propose(tx, &l, bytes_of(&content), &rq->who.officer_id, err) == 0)
		rc = reply_state(rp, 201, &l, "proposed", err);
	buf_wipe(&content);
	declaration_clear(&d);
	legacy_clear(&l);
	return rc;
}

int
civil_post_legacy_proposal(struct request *rq, struct reply *rp, struct err *err)
{
	struct asked asked;

	if (request_param_uuid(rq, "id", &asked.id, err) == -1)
		return -1;
	if (rq->json == NULL)
		return err_problem(err, "", "what the act is to say is missing");
	return office_change(rq, rp, work_propose, &asked, err);
}

struct decision {
	struct uuid id, image_id;
	json_t *compared;
	char *reason;
	const char *event, *state;
};

static const struct json_field promotion_fields[] = {
	{ "image_id", JSON_T_UUID, offsetof(struct decision, image_id) },
	{ "compared", JSON_T_RAW, offsetof(struct decision, compared) },
	{ NULL }
};
static const struct json_field reason_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct decision, reason), 0, 3, 1000 },
	{ NULL }
};

static int
reply_promoted(struct reply *rp, const struct legacy *l, const struct declaration *d, const struct uuid *act_id, json_t *duplicates, struct err *err)
{
	char id[UUID_TEXT], act[UUID_TEXT], location[96];

	snprintf(location, sizeof(location), "/civil/v1/%s/%s", d->kind->register_name, uuid_format(act_id, act));
	if (reply_header(rp, "Location", location, err) == -1) {
		json_decref(duplicates);
		return -1;
	}
	return reply_json(rp, 201,
		json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", uuid_format(&l->id, id), "state", "promoted", "register", d->kind->register_name, "act_id", act, "duplicates",
			duplicates),
		err);
}

static int
work_promote(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct decision *p = arg;
	struct legacy l = { .proposal = NULL };
	struct declaration d = { .kind = NULL };
	struct buf compared = BUF_INIT;
	json_t *duplicates = NULL;
	struct uuid act_id;
	int rc = -1;

	if (read_own(tx, rq, &p->id, &l, err) == -1)
		goto out;
	if (strcmp(l.state, "proposed") != 0) {
		err_set(err, FAIL_CONFLICT, "legacy act is %s, which does not allow: promote", l.state);
		goto out;
	}
	if (declaration_of(&l, l.proposal, &d, err) == -1 || json_text(p->compared, &compared, err) == -1 ||
		civil_declare(tx, rq, &d, &l.proposed_by, &act_id, &duplicates, err) == -1)
		goto out;
	if (legacy_promote(tx, &l, &p->image_id, bytes_of(&compared), &act_id, &rq->who.officer_id, err) == 0 && tx_flush(tx, err) == 0) {
		rc = reply_promoted(rp, &l, &d, &act_id, duplicates, err);
		duplicates = NULL;
	}
out:
	json_decref(duplicates);
	buf_clear(&compared);
	declaration_clear(&d);
	legacy_clear(&l);
	return rc;
}

static int
check_compared(const json_t *compared, struct err *err)
{
	size_t i;
	json_t *one;

	if (!json_is_array(compared) || json_array_size(compared) > 200)
		return err_problem(err, "/compared", "an array of JSON pointers is wanted");
	json_array_foreach (compared, i, one)
		if (!json_is_string(one) || json_string_length(one) > 100)
			return err_problem(err, "/compared", "an array of JSON pointers is wanted");
	return 0;
}

int
civil_post_legacy_promotion(struct request *rq, struct reply *rp, struct err *err)
{
	struct decision p = { .reason = NULL };
	int rc = -1;

	if (request_param_uuid(rq, "id", &p.id, err) == -1 || request_json(rq, promotion_fields, &p, err) == -1)
		return -1;
	if (check_compared(p.compared, err) == 0)
		rc = office_change(rq, rp, work_promote, &p, err);
	json_clear(promotion_fields, &p);
	return rc;
}

/* ---- return, refusal ---- */

static int
work_decide(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct decision *p = arg;
	struct legacy l = { .proposal = NULL };
	int rc = -1;

	if (read_own(tx, rq, &p->id, &l, err) == 0 && legacy_decide(tx, &l, p->event, &rq->who.officer_id, p->reason, err) == 0)
		rc = reply_state(rp, 200, &l, p->state, err);
	legacy_clear(&l);
	return rc;
}

static int
decide(struct request *rq, struct reply *rp, const char *event, const char *state, struct err *err)
{
	struct decision p = { .event = event, .state = state };
	int rc;

	if (request_param_uuid(rq, "id", &p.id, err) == -1 || request_json(rq, reason_fields, &p, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_decide, &p, err);
	json_clear(reason_fields, &p);
	return rc;
}

int
civil_post_legacy_return(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "return", "imported", err);
}

int
civil_post_legacy_refusal(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "refuse", "rejected", err);
}
