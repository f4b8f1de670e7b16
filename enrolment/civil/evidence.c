/* Evidence: attached to a declared act or to a proposed correction, with or without a scan. */
#include <stdio.h>

#include "enrolment/civil/civild.h"
#include "registry/base/clock.h"
#include "registry/base/scan.h"
#include "registry/store/correction.h"

enum { FILE_MAX = 3 << 20 }; /* in base64 it still fits a request */

static const char *const kinds[] = { "medical_certificate", "court_decision", "police_report", "identity_document", "witness_statement",
	"religious_record", "school_record", "affidavit", "paper_register", "consent", "decree", "foreign_act", "other", NULL };
static const char *const media_types[] = { "application/pdf", "image/jpeg", "image/png", NULL };

#define AT(member) offsetof(struct civil_evidence, member)
const struct json_field civil_evidence_fields[] = {
	{ "kind", JSON_T_ENUM, AT(kind), 0, 0, 0, kinds },
	{ "reference", JSON_T_TEXT, AT(reference), 0, 1, 200 },
	{ "issued_on", JSON_T_DATE, AT(issued_on), JSON_OPTIONAL, DATE_YEAR },
	{ "media_type", JSON_T_ENUM, AT(media_type), JSON_OPTIONAL, 0, 0, media_types, NULL, 0, AT(has_media_type) },
	{ "file", JSON_T_BASE64, AT(file), JSON_OPTIONAL, 1, FILE_MAX },
	{ NULL }
};

static bool
is_what_it_says(int media_type, struct bytes file)
{
	struct err err = ERR_INIT;
	enum scan_type type;

	return scan_type_of_media_type(media_types[media_type], &type) && scan_check(file, type, &err) == 0;
}

void
civil_evidence_check(const struct civil_evidence *e, const char *at, struct date today, struct err *found)
{
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "%s/issued_on", at);
	if (e->issued_on.precision != DATE_UNKNOWN && date_surely_before(today, e->issued_on))
		err_problem(found, pointer, "in the future");
	if (e->has_media_type != (e->file.n > 0)) {
		snprintf(pointer, sizeof(pointer), "%s/%s", at, e->has_media_type ? "file" : "media_type");
		err_problem(found, pointer, "a file and its media_type come together");
	} else if (e->has_media_type && !is_what_it_says(e->media_type, bytes_of(&e->file))) {
		snprintf(pointer, sizeof(pointer), "%s/file", at);
		err_problem(found, pointer, "the file is no whole %s", media_types[e->media_type]);
	}
}

int
civil_evidence_add(struct tx *tx, const struct request *rq, const struct civil_evidence *e, const struct uuid *act_id, const struct uuid *correction_id,
	struct uuid *id, struct err *err)
{
	struct act_evidence add = { .act_id = *act_id, .officer_id = rq->who.officer_id, .kind = kinds[e->kind], .reference = e->reference, .issued_on = e->issued_on };
	struct buf sealed = BUF_INIT;
	int rc = -1;

	if (uuid_new(&add.id, err) == -1)
		return -1;
	if (correction_id != NULL)
		add.correction_id = *correction_id;
	if (e->has_media_type) {
		add.media_type = media_types[e->media_type];
		if (seal_close(office_of(rq)->seal, BYTES(add.id.o, sizeof(add.id.o)), bytes_of(&e->file), &sealed, err) == -1)
			goto out;
		add.sealed = bytes_of(&sealed);
	}
	*id = add.id;
	rc = act_evidence_add(tx, &add, err);
out:
	buf_clear(&sealed);
	return rc;
}

/* ---- attached to an act ---- */

struct attaching {
	const struct act_kind *kind;
	struct uuid act_id, correction_id, evidence_id;
	bool has_correction;
	struct civil_evidence evidence;
};

static int
work_attach(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct attaching *g = arg;
	struct act act = { 0 };
	struct uuid id;
	char text[UUID_TEXT];
	int rc = -1;

	if (act_read(tx, &g->act_id, g->kind->name, &act, err) == 0 && office_may(rq, ROLES_CIVIL, &act.office_id, err) == 0 &&
		civil_evidence_add(tx, rq, &g->evidence, &act.id, NULL, &id, err) == 0)
		rc = reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&id, text)), err);
	act_clear(&act);
	return rc;
}

int
civil_post_evidence(struct request *rq, struct reply *rp, struct err *err)
{
	struct attaching g = { .evidence = { .file = BUF_INIT } };
	struct err found = ERR_INIT;
	int rc = -1;

	if ((g.kind = civil_kind(rq, err)) == NULL || request_param_uuid(rq, "id", &g.act_id, err) == -1 ||
		request_json(rq, civil_evidence_fields, &g.evidence, err) == -1)
		return -1;
	civil_evidence_check(&g.evidence, "", clock_today(), &found);
	if (found.kind == FAIL_NONE)
		rc = office_change(rq, rp, work_attach, &g, err);
	else
		*err = found;
	json_clear(civil_evidence_fields, &g.evidence);
	return rc;
}

static int
work_file(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct attaching *g = arg;
	struct buf sealed = BUF_INIT, file = BUF_INIT;
	struct act act = { 0 };
	char media_type[32];
	int rc = -1;

	if (act_read(tx, &g->act_id, g->kind->name, &act, err) == 0 && civil_may_read(rq, &act, err) == 0 &&
		act_evidence_file(tx, &act.id, &g->evidence_id, media_type, &sealed, err) == 0 &&
		seal_open(office_of(rq)->seal, BYTES(g->evidence_id.o, sizeof(g->evidence_id.o)), bytes_of(&sealed), &file, err) == 0 &&
		office_disclose(tx, rq, "evidence", &g->evidence_id, err) == 0) {
		size_t t = 0;

		while (media_types[t + 1] != NULL && strcmp(media_types[t], media_type) != 0)
			t++;
		rc = reply_bytes(rp, 200, media_types[t], bytes_of(&file), err);
	}
	buf_clear(&sealed);
	buf_wipe(&file);
	act_clear(&act);
	return rc;
}

int
civil_get_evidence(struct request *rq, struct reply *rp, struct err *err)
{
	struct attaching g = { .evidence = { .file = BUF_INIT } };

	if ((g.kind = civil_kind(rq, err)) == NULL || request_param_uuid(rq, "id", &g.act_id, err) == -1 ||
		request_param_uuid(rq, "evidence", &g.evidence_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_file, &g, err);
}
