/* Certificates: issued, printed, bound to paper, revoked; the stock of paper. */
#include "enrolment/civil/certify.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/civild.h"
#include "pki/signclient.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/store/officer.h"
#include "registry/store/offices.h"

#define ISSUERS  (ROLE_CIVIL_CLERK | ROLE_CIVIL_REGISTRAR)
#define STOCKERS (ROLE_CIVIL_REGISTRAR | ROLE_CIVIL_SUPERVISOR)

/* One connection to signd; what it takes is short beside the drawing. */
static struct signclient *signer;
static pthread_mutex_t signer_lock = PTHREAD_MUTEX_INITIALIZER;

int
civil_certify_start(struct office *office, struct err *err)
{
	return signclient_new(conf_text(office->conf, "signd_socket"), &signer, err);
}

void
civil_certify_stop(void)
{
	signclient_free(signer);
	signer = NULL;
}

static int
number_of(const struct request *rq, char number[ACT_NUMBER_TEXT], struct err *err)
{
	const char *given = request_param(rq, "number");

	if (!act_number_valid(given) || strlen(given) >= ACT_NUMBER_TEXT)
		return err_problem(err, "", "the certificate number's check character does not fit (ISO/IEC 7064 MOD 37,36)");
	snprintf(number, ACT_NUMBER_TEXT, "%s", given);
	return 0;
}

static json_t *
certificate_json(const struct civil_certificate *c)
{
	char id[UUID_TEXT], act[UUID_TEXT], office[UUID_TEXT], issued[DATE_TEXT], as_of[DATE_TEXT];

	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:O*, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s*}", "id", uuid_format(&c->id, id), "number", c->number, "copy",
		c->copy, "act_id", uuid_format(&c->act_id, act), "office_id", uuid_format(&c->office_id, office), "act_number",
		json_object_get(c->content, "act_number"), "kind", c->kind, "form", c->form, "language", c->language, "issued_on", date_format(c->issued_on, issued),
		"as_of", date_format(c->as_of, as_of), "status", *c->status == '\0' ? "valid" : c->status, "is_printed", c->is_printed, "is_sealed", c->is_sealed,
		"paper", *c->paper == '\0' ? NULL : c->paper);
}

/* ---- issue ---- */

struct issue {
	struct uuid office_id;
	char *act_number, *replaces;
	int form, language;
	struct date as_of;
};
static const struct json_field issue_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct issue, office_id) },
	{ "act_number", JSON_T_CODE, offsetof(struct issue, act_number), 0, 1, ACT_NUMBER_TEXT - 1 },
	{ "form", JSON_T_ENUM, offsetof(struct issue, form), 0, 0, 0, certificate_forms },
	{ "language", JSON_T_ENUM, offsetof(struct issue, language), 0, 0, 0, certificate_languages },
	{ "as_of", JSON_T_DATE, offsetof(struct issue, as_of), JSON_OPTIONAL, DATE_DAY },
	{ "replaces", JSON_T_CODE, offsetof(struct issue, replaces), JSON_OPTIONAL, 1, ACT_NUMBER_TEXT - 1 },
	{ NULL }
};

static int
uuid_member(const json_t *source, const char *name, struct uuid *id, struct err *err)
{
	const char *text = json_string_value(json_object_get(source, name));

	*id = (struct uuid){ { 0 } };
	return text == NULL ? 0 : uuid_parse(bytes_str(text), id, err);
}

/* What the act says, for one who may read acts of its office: issuing is reading.  Caller: json_decref. */
static int
source_of(struct tx *tx, const struct request *rq, const char *act_number, struct date as_of, json_t **source, struct err *err)
{
	struct uuid office;
	json_t *found = NULL;

	if (certificate_source_read(tx, act_number, as_of, &found, err) == -1)
		return -1;
	if (uuid_member(found, "office_id", &office, err) == -1 || civil_may_read_office(rq, &office, err) == -1) {
		json_decref(found);
		return -1;
	}
	*source = found;
	return 0;
}

static int
work_issue(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct issue *issue = arg;
	const struct conf *conf = office_of(rq)->conf;
	struct office_row office;
	struct civil_certificate c = { .copy = 0 }, before = { .copy = 0 };
	struct certify_issuer issuer = { .state = conf_text(conf, "state_name"), .authority = conf_text(conf, "authority"), .office = office.name };
	json_t *source = NULL;
	const char *kind;
	int rc = -1;

	c.office_id = issue->office_id;
	c.officer_id = rq->who.officer_id;
	c.issued_on = clock_today();
	c.as_of = issue->as_of.precision == DATE_DAY ? issue->as_of : c.issued_on;
	if (source_of(tx, rq, issue->act_number, c.as_of, &source, err) == -1 || office_find(tx, &issue->office_id, &office, err) == -1)
		goto out;
	if ((kind = json_string_value(json_object_get(source, "kind"))) == NULL) {
		err_problem(err, "/act_number", "there are no certificates of this kind of act");
		goto out;
	}
	snprintf(c.kind, sizeof(c.kind), "%s", kind);
	snprintf(c.form, sizeof(c.form), "%s", certificate_forms[issue->form]);
	snprintf(c.language, sizeof(c.language), "%s", certificate_languages[issue->language]);
	if (issue->replaces != NULL) {
		if (civil_certificate_read(tx, issue->replaces, &before, err) == -1)
			goto out;
		c.replaces_id = before.id;
	}
	if (uuid_new(&c.id, err) == -1 || uuid_member(source, "act_id", &c.act_id, err) == -1 || uuid_member(source, "act_version_id", &c.act_version_id, err) == -1 ||
		uuid_member(source, "source_version_id", &c.source_version_id, err) == -1)
		goto out;
	if ((c.content = certify_content(source, (enum certificate_language)issue->language, &issuer)) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (civil_certificate_add(tx, &c, err) == 0 && office_disclose(tx, rq, "act", &c.act_id, err) == 0)
		rc = reply_json(rp, 201, certificate_json(&c), err);
out:
	json_decref(source);
	civil_certificate_clear(&c);
	civil_certificate_clear(&before);
	return rc;
}

int
civil_post_certificate(struct request *rq, struct reply *rp, struct err *err)
{
	struct issue issue = { .act_number = NULL };
	int rc = -1;

	if (request_json(rq, issue_fields, &issue, err) == -1 || office_may(rq, ISSUERS, &issue.office_id, err) == -1)
		goto out;
	if (!act_number_valid(issue.act_number))
		err_problem(err, "/act_number", "the act number's check character does not fit (ISO/IEC 7064 MOD 37,36)");
	else if (issue.as_of.precision == DATE_DAY && date_surely_before(clock_today(), issue.as_of))
		err_problem(err, "/as_of", "in the future");
	else
		rc = office_change(rq, rp, work_issue, &issue, err);
out:
	json_clear(issue_fields, &issue);
	return rc;
}

/* ---- reading, and the PDF ---- */

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *source = NULL, *items = NULL;
	struct uuid act;
	int rc = -1;

	if (source_of(tx, rq, arg, clock_today(), &source, err) == 0 && uuid_member(source, "act_id", &act, err) == 0 &&
		civil_certificate_list(tx, &act, &items, err) == 0)
		rc = reply_json(rp, 200, json_pack("{s:o}", "items", items), err);
	json_decref(source);
	return rc;
}

int
civil_get_certificates(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "act_number", NULL };
	const char *given = request_query(rq, "act_number");
	char number[ACT_NUMBER_TEXT];

	if (request_query_known(rq, known, err) == -1)
		return -1;
	if (given == NULL || !act_number_valid(given) || strlen(given) >= sizeof(number))
		return err_problem(err, "/act_number", given == NULL ? "missing" : "the act number's check character does not fit (ISO/IEC 7064 MOD 37,36)");
	snprintf(number, sizeof(number), "%s", given);
	return office_read(rq, rp, work_list, number, err);
}

struct one {
	char number[ACT_NUMBER_TEXT];
	struct civil_certificate c;
	struct uuid officer_id;
	uint64_t roles; /* needed for its office; 0: those that read */
	uint8_t sha256[SHA256_LEN];
	bool prints;
};

static int
work_read(struct tx *tx, void *arg, struct err *err)
{
	struct one *one = arg;

	if (officer_act_as(tx, &one->officer_id, err) == -1)
		return -1;
	if (one->prints && civil_certificate_printed(tx, &one->c.id, one->sha256, one->c.seal.n > 0, err) == -1)
		return -1;
	civil_certificate_clear(&one->c);
	return civil_certificate_read(tx, one->number, &one->c, err);
}

static int
work_show(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct one *one = arg;

	civil_certificate_clear(&one->c);
	if (civil_certificate_read(tx, one->number, &one->c, err) == -1 ||
		(one->roles != 0 ? office_may(rq, one->roles, &one->c.office_id, err) : civil_may_read_office(rq, &one->c.office_id, err)) == -1 ||
		office_disclose(tx, rq, "certificate", &one->c.id, err) == -1)
		return -1;
	return reply_json(rp, 200, certificate_json(&one->c), err);
}

int
civil_get_certificate(struct request *rq, struct reply *rp, struct err *err)
{
	struct one one = { .prints = false };
	int rc = number_of(rq, one.number, err) == -1 ? -1 : office_read(rq, rp, work_show, &one, err);

	civil_certificate_clear(&one.c);
	return rc;
}

/* What keeps a seal from a certificate for good; that signd or its token is away does not. */
static int
seal(const struct uuid *id, struct err *err)
{
	struct err why = ERR_INIT;
	struct buf octets = BUF_INIT;
	int rc;

	pthread_mutex_lock(&signer_lock);
	rc = signclient_seal(signer, id, &octets, &why);
	pthread_mutex_unlock(&signer_lock);
	buf_clear(&octets);
	if (rc == 0 || why.kind == FAIL_NOT_FOUND || why.kind == FAIL_INPUT || why.kind == FAIL_CONFLICT)
		return 0;
	*err = why;
	return -1;
}

/* The first time: seal, draw, and fix the octets.  Later: draw again, and hold it against them. */
static int
print(const struct request *rq, struct one *one, struct buf *pdf, struct err *err)
{
	struct office *office = office_of(rq);
	const char *url = conf_text(office->conf, "public_url");

	if (!one->c.is_printed) {
		if (seal(&one->c.id, err) == -1 || db_run(office->db, DB_READ_COMMITTED, work_read, one, err) == -1 || certify_pdf(&one->c, url, pdf, err) == -1)
			return -1;
		sha256(bytes_of(pdf), one->sha256);
		buf_cut(pdf, 0);
		one->prints = true;
		if (db_run(office->db, DB_READ_COMMITTED, work_read, one, err) == -1)
			return -1;
	}
	if (certify_pdf(&one->c, url, pdf, err) == -1)
		return -1;
	sha256(bytes_of(pdf), one->sha256);
	if (!bytes_equal(BYTES(one->sha256, SHA256_LEN), BYTES(one->c.sha256, SHA256_LEN)))
		return err_set(err, FAIL_INTERNAL, "certificate: its PDF cannot be made again as it was; fonts or layout differ from those of its day");
	return 0;
}

int
civil_get_certificate_pdf(struct request *rq, struct reply *rp, struct err *err)
{
	struct one one = { .officer_id = rq->who.officer_id, .roles = ISSUERS };
	struct buf pdf = BUF_INIT;
	int rc = -1;

	if (number_of(rq, one.number, err) == -1 || office_read(rq, rp, work_show, &one, err) == -1)
		goto out;
	reply_clear(rp);
	*rp = REPLY_INIT;
	if (print(rq, &one, &pdf, err) == 0)
		rc = reply_bytes(rp, 200, "application/pdf", bytes_of(&pdf), err);
out:
	buf_wipe(&pdf);
	civil_certificate_clear(&one.c);
	return rc;
}

/* ---- revocation, paper ---- */

struct change {
	char number[ACT_NUMBER_TEXT];
	char *reason, *serial;
	struct paper_count count;
	struct uuid id;
	int64_t counted;
};
static const struct json_field reason_fields[] = { { "reason", JSON_T_TEXT, offsetof(struct change, reason), 0, 3, 1000 }, { NULL } };
static const struct json_field serial_fields[] = { { "serial", JSON_T_CODE, offsetof(struct change, serial), 0, 3, PAPER_SERIAL_TEXT - 1 }, { NULL } };
static const struct json_field counted_fields[] = { { "counted", JSON_T_INT, offsetof(struct change, counted), 0, 1, 10000 }, { NULL } };
static const struct json_field count_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct change, count.office_id) },
	{ "event", JSON_T_ENUM, offsetof(struct change, count.event), 0, 0, 0, paper_count_events },
	{ "prefix", JSON_T_CODE, offsetof(struct change, count.prefix), 0, 1, 8 },
	{ "first", JSON_T_INT, offsetof(struct change, count.first), 0, 1, 9999999 },
	{ "last", JSON_T_INT, offsetof(struct change, count.last), 0, 1, 9999999 },
	{ NULL }
};

/* The certificate of the request, of an office for which the caller holds one of the roles. */
static int
own_certificate(struct tx *tx, const struct request *rq, const char *number, uint64_t roles, struct civil_certificate *c, struct err *err)
{
	return civil_certificate_read(tx, number, c, err) == -1 ? -1 : office_may(rq, roles, &c->office_id, err);
}

/* As it is once what is queued has happened. */
static int
reply_certificate(struct tx *tx, const char *number, struct reply *rp, struct err *err)
{
	struct civil_certificate c = { .copy = 0 };
	int rc = tx_flush(tx, err) == -1 || civil_certificate_read(tx, number, &c, err) == -1 ? -1 : reply_json(rp, 200, certificate_json(&c), err);

	civil_certificate_clear(&c);
	return rc;
}

static int
work_revoke(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct change *change = arg;
	struct civil_certificate c = { .copy = 0 };
	int rc = -1;

	if (own_certificate(tx, rq, change->number, ROLE_CIVIL_REGISTRAR, &c, err) == 0 &&
		civil_certificate_revoke(tx, &c.id, &rq->who.officer_id, change->reason, err) == 0)
		rc = reply_certificate(tx, change->number, rp, err);
	civil_certificate_clear(&c);
	return rc;
}

static int
work_bind(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct change *change = arg;
	struct civil_certificate c = { .copy = 0 };
	struct uuid paper, office;
	int rc = -1;

	if (own_certificate(tx, rq, change->number, ISSUERS, &c, err) == 0 && paper_find(tx, change->serial, &paper, &office, err) == 0 &&
		paper_event(tx, &paper, "issue", &c.id, &rq->who.officer_id, NULL, err) == 0)
		rc = reply_certificate(tx, change->number, rp, err);
	civil_certificate_clear(&c);
	return rc;
}

static int
work_spoil(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct change *change = arg;
	struct uuid paper, office;

	if (paper_find(tx, change->serial, &paper, &office, err) == -1 || office_may(rq, ISSUERS, &office, err) == -1 ||
		paper_event(tx, &paper, "spoil", NULL, &rq->who.officer_id, change->reason, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:s, s:s}", "serial", change->serial, "state", "spoiled"), err);
}

static int
work_count(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct change *change = arg;
	char id[UUID_TEXT];

	change->count.officer_id = rq->who.officer_id;
	if (uuid_new(&change->count.id, err) == -1 || paper_count_add(tx, &change->count, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&change->count.id, id)), err);
}

static int
work_confirm(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct change *change = arg;
	struct paper_count count = { .first = 0 };
	json_t *stock = NULL;
	int rc = -1;

	if (paper_count_read(tx, &change->id, &count, err) == 0 && office_may(rq, STOCKERS, &count.office_id, err) == 0 &&
		paper_confirm(tx, &count, change->counted, &rq->who.officer_id, err) == 0 && tx_flush(tx, err) == 0 &&
		paper_stock(tx, &count.office_id, &stock, err) == 0)
		rc = reply_json(rp, 200, stock, err);
	free(count.prefix);
	return rc;
}

static int
change(struct request *rq, struct reply *rp, const struct json_field *fields, const char *param, office_work *work, struct err *err)
{
	struct change change = { .reason = NULL };
	int rc = -1;

	if (request_json(rq, fields, &change, err) == -1)
		goto out;
	if (strcmp(param, "number") == 0 && number_of(rq, change.number, err) == -1)
		goto out;
	if (strcmp(param, "id") == 0 && request_param_uuid(rq, "id", &change.id, err) == -1)
		goto out;
	if (strcmp(param, "serial") == 0 && (change.serial = strdup(request_param(rq, "serial"))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (fields == count_fields) {
		if (office_may(rq, STOCKERS, &change.count.office_id, err) == -1)
			goto out;
		if (change.count.last < change.count.first || change.count.last - change.count.first > 9999) {
			err_problem(err, "/last", "1 to 10000 sheets from the first are counted at a time");
			goto out;
		}
	}
	rc = office_change(rq, rp, work, &change, err);
out:
	json_clear(fields, &change);
	if (strcmp(param, "serial") == 0)
		free(change.serial);
	return rc;
}

int
civil_post_certificate_revocation(struct request *rq, struct reply *rp, struct err *err)
{
	return change(rq, rp, reason_fields, "number", work_revoke, err);
}

int
civil_post_certificate_paper(struct request *rq, struct reply *rp, struct err *err)
{
	return change(rq, rp, serial_fields, "number", work_bind, err);
}

int
civil_post_paper_spoiling(struct request *rq, struct reply *rp, struct err *err)
{
	return change(rq, rp, reason_fields, "serial", work_spoil, err);
}

int
civil_post_paper_count(struct request *rq, struct reply *rp, struct err *err)
{
	return change(rq, rp, count_fields, "", work_count, err);
}

int
civil_post_paper_confirmation(struct request *rq, struct reply *rp, struct err *err)
{
	return change(rq, rp, counted_fields, "id", work_confirm, err);
}

static int
work_stock(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *stock = NULL;

	(void)rq;
	return paper_stock(tx, arg, &stock, err) == -1 ? -1 : reply_json(rp, 200, stock, err);
}

int
civil_get_paper(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office_id", NULL };
	struct uuid office;
	int found;

	if (request_query_known(rq, known, err) == -1 || (found = request_query_uuid(rq, "office_id", &office, err)) == -1)
		return -1;
	if (found == 0)
		return err_problem(err, "/office_id", "missing");
	return civil_may_read_office(rq, &office, err) == -1 ? -1 : office_read(rq, rp, work_stock, &office, err);
}
