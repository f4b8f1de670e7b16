#include "pki/signd/civilseals.h"

#include <stdio.h>

#include "registry/base/clock.h"
#include "registry/base/text.h"
#include "registry/store/certificates.h"

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static int
day_of(const json_t *object, const char *name, struct date *day, struct err *err)
{
	const char *text = text_of(object, name);

	*day = DATE_INIT;
	return *text == '\0' ? 0 : date_parse(bytes_str(text), day, err);
}

static int
person_of(const json_t *from, struct vds_person *p, struct err *err)
{
	if (from == NULL)
		return 0;
	if (vds_name_set(bytes_str(text_of(from, "primary_name")), bytes_str(text_of(from, "secondary_name")), text_of(from, "mrz_primary"),
		    text_of(from, "mrz_secondary"), &p->name, err) == -1 ||
		day_of(from, "date_of_birth", &p->birth, err) == -1)
		return -1;
	p->sex = text_of(from, "sex")[0];
	snprintf(p->nationality, sizeof(p->nationality), "%s", text_of(from, "nationality"));
	return 0;
}

static int
civil_of(const json_t *found, const json_t *source, struct vds_civil *c, struct err *err)
{
	const json_t *content = json_object_get(source, "content");
	const char *kind = text_of(source, "kind");

	snprintf(c->act_number, sizeof(c->act_number), "%s", text_of(source, "number"));
	snprintf(c->certificate_number, sizeof(c->certificate_number), "%s", text_of(found, "number"));
	vds_text_set(bytes_str(text_of(source, "registered_at")), c->registered_at);
	if (day_of(source, "registered_on", &c->registered_on, err) == -1)
		return -1;
	if (strcmp(kind, "birth") == 0) {
		c->kind = VDS_BIRTH;
		vds_text_set(bytes_str(text_of(source, "place")), c->subject.birthplace);
		return person_of(json_object_get(content, "child"), &c->subject, err) == -1 || person_of(json_object_get(content, "mother"), &c->parent1, err) == -1 ||
				person_of(json_object_get(content, "father"), &c->parent2, err) == -1
			? -1
			: 0;
	}
	vds_text_set(bytes_str(text_of(source, "place")), c->event_place);
	if (strcmp(kind, "death") == 0) {
		c->kind = VDS_DEATH;
		return day_of(content, "date_of_death", &c->event_on, err) == -1 || person_of(json_object_get(content, "deceased"), &c->subject, err) == -1 ? -1 : 0;
	}
	if (strcmp(kind, "marriage") == 0) {
		c->kind = VDS_MARRIAGE;
		return day_of(content, "date_of_marriage", &c->event_on, err) == -1 || person_of(json_object_get(content, "spouse_1"), &c->subject, err) == -1 ||
				person_of(json_object_get(content, "spouse_2"), &c->spouse, err) == -1
			? -1
			: 0;
	}
	return err_set(err, FAIL_INPUT, "there is no seal for this kind of certificate");
}

/* The certificate says what the registry says now, of an act that holds. */
static int
holds(const json_t *found, const json_t *source, struct err *err)
{
	const char *state = text_of(source, "state");

	if (strcmp(state, "registered") != 0 && (strcmp(state, "sealed") != 0 || *text_of(source, "source_version_id") == '\0'))
		return err_set(err, FAIL_DENIED, "the act of the certificate is not registered");
	if (strcmp(text_of(source, "act_version_id"), text_of(found, "act_version_id")) != 0 ||
		strcmp(text_of(source, "source_version_id"), text_of(found, "source_version_id")) != 0 || strcmp(text_of(source, "kind"), text_of(found, "kind")) != 0)
		return err_set(err, FAIL_DENIED, "the act says something else than when the certificate was made");
	if (json_is_true(json_object_get(found, "is_revoked")))
		return err_set(err, FAIL_DENIED, "the certificate is revoked");
	if (json_is_true(json_object_get(found, "is_printed")))
		return err_set(err, FAIL_CONFLICT, "the certificate went out without a seal");
	return 0;
}

int
civilseals_message(const json_t *found, struct vds *vds, struct buf *values, struct err *err)
{
	const json_t *source = json_object_get(found, "source");
	struct vds_civil civil = { .kind = VDS_UNKNOWN };
	struct err why = ERR_INIT;
	int rc = -1;

	if (holds(found, source, err) == -1)
		return -1;
	/* why stays here: it may name what an act says */
	if (civil_of(found, source, &civil, &why) == 0 && day_of(found, "issued_on", &vds->issued_on, &why) == 0 && vds_put_civil(&civil, vds, values, &why) == 0)
		rc = 0;
	else
		err_set(err, why.kind, "%s", civil.kind == VDS_UNKNOWN ? why.text : "the act does not fit into a seal");
	wipe(&civil, sizeof(civil));
	return rc;
}

struct sealing {
	const struct seal_signer *by;
	const char *state;
	const struct uuid *certificate_id;
	struct buf made; /* kept over a repeated transaction: one signature */
};

static int
sign(struct sealing *s, const json_t *found, struct err *err)
{
	struct buf values = BUF_INIT;
	struct vds vds = { .version = 4 };
	struct session *session = NULL;
	int rc = -1;

	if (civilseals_message(found, &vds, &values, err) == -1)
		goto out;
	if (s->by->key == NULL) {
		err_set(err, FAIL_NOT_FOUND, "no signer of civil certificates is active: a key ceremony is needed");
		goto out;
	}
	if (clock_now() >= s->by->use_until) {
		err_set(err, FAIL_NOT_FOUND, "the signer of civil certificates is past its usage period");
		goto out;
	}
	snprintf(vds.state, sizeof(vds.state), "%s", s->state);
	vds.signed_on = clock_today();
	if (token_borrow(s->by->token, &session, err) == 0)
		rc = vdsseal_sign(session, s->by->key, s->by->cert, &vds, &s->made, err);
	token_return(s->by->token, session);
out:
	buf_wipe(&values);
	return rc;
}

static int
work(struct tx *tx, void *arg, struct err *err)
{
	struct sealing *s = arg;
	json_t *found = NULL;
	const char *before;
	int rc = -1;

	if (sealing_read(tx, s->certificate_id, &found, err) == -1)
		return -1;
	before = text_of(found, "seal");
	if (*before != '\0') {
		buf_cut(&s->made, 0);
		rc = buf_from_hex(&s->made, bytes_str(before), err);
	} else if (s->made.n > 0 || sign(s, found, err) == 0) {
		rc = sealing_record(tx, s->certificate_id, bytes_of(&s->made), &s->by->certificate_id, err);
	}
	json_decref(found);
	return rc;
}

int
civilseals_seal(struct db *db, const struct seal_signer *by, const char *state, const struct uuid *certificate_id, struct buf *seal, struct err *err)
{
	struct sealing s = { .by = by, .state = state, .certificate_id = certificate_id };
	int rc = db_run(db, DB_READ_COMMITTED, work, &s, err);

	if (rc == 0) {
		buf_bytes(seal, bytes_of(&s.made));
		rc = buf_check(seal, err);
	}
	buf_clear(&s.made);
	return rc;
}
