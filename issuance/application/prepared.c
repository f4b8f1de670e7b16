#include "issuance/application/prepared.h"

#include "issuance/application/counter.h"
#include "issuance/application/kinds.h"
#include "issuance/issued.h"
#include "issuance/perso/number.h"
#include "registry/base/clock.h"
#include "registry/base/seal.h"
#include "registry/base/uin.h"
#include "registry/store/application.h"

/* ---- the code: 16 characters of the alphabet of document numbers, 76 bits, written down and read out without doubt ---- */

enum { ALPHABET = 28,
	OCTET_END = 256 - 256 % ALPHABET, /* octets from here on would prefer the first letters */
	GROUP = 5 };                      /* four characters and a hyphen */

static int
code_make(char code[PREPARED_CODE], struct err *err)
{
	for (size_t i = 0; i < PREPARED_CODE - 1;) {
		uint8_t octet;

		if (i % GROUP == GROUP - 1) {
			code[i++] = '-';
			continue;
		}
		if (random_octets(&octet, 1, err) == -1)
			return -1;
		if (octet < OCTET_END)
			code[i++] = number_alphabet[octet % ALPHABET];
	}
	code[PREPARED_CODE - 1] = '\0';
	return 0;
}

int
prepared_code_check(const char *code, struct err *err)
{
	bool is_good = strlen(code) == PREPARED_CODE - 1;

	for (size_t i = 0; is_good && i < PREPARED_CODE - 1; i++)
		is_good = i % GROUP == GROUP - 1 ? code[i] == '-' : strchr(number_alphabet, code[i]) != NULL;
	return is_good ? 0 : err_problem(err, "/code", "a code is written XXXX-XXXX-XXXX-XXXX, in capitals");
}

/* ---- offices ---- */

static int
work_offices(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *list = NULL;

	(void)rq, (void)arg;
	if (passport_offices_read(tx, &list, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:o}", "offices", list), err);
}

int
get_passport_offices(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { NULL };

	return request_query_known(rq, known, err) == -1 ? -1 : office_read(rq, rp, work_offices, NULL, err);
}

/* ---- prepared by anybody ---- */

struct preparing {
	char *uin;
	int document_type, reason;
	struct uuid office_id;
	bool is_urgent, is_too_many;
};
static const struct json_field preparing_fields[] = {
	{ "uin", JSON_T_CODE, offsetof(struct preparing, uin), 0, UIN_LEN, UIN_LEN },
	{ "document_type", JSON_T_ENUM, offsetof(struct preparing, document_type), .words = document_type_names },
	{ "reason", JSON_T_ENUM, offsetof(struct preparing, reason), .words = application_reason_names },
	{ "office_id", JSON_T_UUID, offsetof(struct preparing, office_id) },
	{ "is_urgent", JSON_T_BOOL, offsetof(struct preparing, is_urgent), JSON_OPTIONAL },
	{ NULL }
};

/* What the answer's code is sealed with, and to: so the stored answer of an Idempotency-Key does not keep what the registry has the digest of. */
static struct bytes
sealed_to(const struct request *rq)
{
	return BYTES(rq->idempotency.o, sizeof(rq->idempotency.o));
}

/* After the row: what is refused and what was answered before uses nothing up. */
static int
within_quota(const struct request *rq, struct preparing *p, struct err *err)
{
	p->is_too_many = !quota_take(issued_of(rq)->preparing, rq->peer, clock_now());
	return p->is_too_many ? err_set(err, FAIL_AGAIN, "so many applications were prepared from this address") : 0;
}

/* Says nothing of the person: who asks is not known. */
static int
work_prepare(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct preparing *given = arg;
	struct prepared p = { .office_id = given->office_id, .is_urgent = given->is_urgent };
	struct buf sealed = BUF_INIT;
	char code[PREPARED_CODE];
	json_t *status = NULL;
	int rc = -1;

	snprintf(p.document_type, sizeof(p.document_type), "%s", document_type_names[given->document_type]);
	snprintf(p.reason, sizeof(p.reason), "%s", application_reason_names[given->reason]);
	if (uuid_new(&p.id, err) == 0 && code_make(code, err) == 0 && prepared_add(tx, &p, code, given->uin, err) == 0 && within_quota(rq, given, err) == 0 && prepared_status(tx, code, &status, err) == 0 &&
		seal_close(office_of(rq)->seal, sealed_to(rq), bytes_str(code), &sealed, err) == 0)
		rc = reply_json(rp, 201, json_object_set_new(status, "sealed", json_base64(bytes_of(&sealed))) == 0 ? json_incref(status) : NULL, err);
	json_decref(status);
	buf_clear(&sealed);
	return rc;
}

/* The code in the place of the sealed one. */
static int
unseal(const struct request *rq, struct reply *rp, struct err *err)
{
	struct sealed {
		struct buf octets;
	} sealed = { BUF_INIT };
	static const struct json_field fields[] = { { "sealed", JSON_T_BASE64, offsetof(struct sealed, octets), 0, 1, 200 }, { NULL } };
	struct buf code = BUF_INIT;
	json_t *answer = NULL, *part = NULL;
	int status = rp->status, rc = -1;

	if (json_read(bytes_of(&rp->body), &answer, err) == -1 || (part = json_pack("{s:O}", "sealed", json_object_get(answer, "sealed"))) == NULL ||
		json_get(part, fields, &sealed, err) == -1 || seal_open(office_of(rq)->seal, sealed_to(rq), bytes_of(&sealed.octets), &code, err) == -1) {
		err_set(err, FAIL_INTERNAL, "the stored answer is damaged");
		goto out;
	}
	json_object_del(answer, "sealed");
	json_object_set_new(answer, "code", json_string(buf_cstr(&code)));
	reply_clear(rp);
	*rp = REPLY_INIT;
	rc = reply_json(rp, status, json_incref(answer), err);
out:
	json_clear(fields, &sealed);
	json_decref(part);
	json_decref(answer);
	buf_wipe(&code);
	return rc;
}

static int
reply_too_many(struct reply *rp, struct err *err)
{
	json_t *problem = json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", "about:blank", "title", "Too Many Requests", "status", 429, "kind", fail_name(FAIL_AGAIN), "detail",
		"so many applications were prepared from this address: come back in an hour, or come to the office");

	err_clear(err);
	reply_clear(rp);
	*rp = REPLY_INIT;
	if (reply_json(rp, 429, problem, err) == -1)
		return -1;
	rp->content_type = "application/problem+json";
	return reply_header(rp, "Retry-After", "3600", err);
}

int
post_prepared(struct request *rq, struct reply *rp, struct err *err)
{
	struct preparing p = { .uin = NULL };
	struct err why = ERR_INIT;
	int rc = -1;

	if (request_json(rq, preparing_fields, &p, err) == -1)
		return -1;
	if (uin_check(p.uin, &why) == -1)
		err_problem(err, "/uin", "this is no number of a person: a digit is wrong");
	else if (document_is_visa(document_type_names[p.document_type]))
		err_problem(err, "/document_type", "a visa is applied for at the office, with the passport that it goes into");
	else if (office_change(rq, rp, work_prepare, &p, err) == 0)
		rc = unseal(rq, rp, err);
	else if (p.is_too_many)
		rc = reply_too_many(rp, err);
	json_clear(preparing_fields, &p);
	return rc;
}

/* ---- by who has the code ---- */

struct coded {
	char *code, *uin;
};
static const struct json_field code_fields[] = {
	{ "code", JSON_T_CODE, offsetof(struct coded, code), 0, PREPARED_CODE - 1, PREPARED_CODE - 1 },
	{ NULL }
};

static int
work_status(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct coded *c = arg;
	json_t *status = NULL;

	(void)rq;
	if (prepared_status(tx, c->code, &status, err) == -1)
		return -1;
	return reply_json(rp, 200, status, err);
}

int
post_prepared_status(struct request *rq, struct reply *rp, struct err *err)
{
	struct coded c = { .code = NULL };
	int rc = -1;

	if (request_json(rq, code_fields, &c, err) == -1)
		return -1;
	if (prepared_code_check(c.code, err) == 0)
		rc = office_read(rq, rp, work_status, &c, err);
	json_clear(code_fields, &c);
	return rc;
}

static int
work_withdraw(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct coded *c = arg;
	json_t *status = NULL;
	struct prepared p;

	(void)rq;
	if (prepared_find(tx, c->code, NULL, &p, err) == -1 || prepared_end(tx, &p.id, NULL, NULL, err) == -1 || prepared_status(tx, c->code, &status, err) == -1)
		return -1;
	return reply_json(rp, 201, status, err);
}

int
post_prepared_withdrawal(struct request *rq, struct reply *rp, struct err *err)
{
	struct coded c = { .code = NULL };
	int rc = -1;

	if (request_json(rq, code_fields, &c, err) == -1)
		return -1;
	if (prepared_code_check(c.code, err) == 0)
		rc = office_change(rq, rp, work_withdraw, &c, err);
	json_clear(code_fields, &c);
	return rc;
}

/* ---- taken over by the desk ---- */

static const struct json_field taking_over_fields[] = {
	{ "code", JSON_T_CODE, offsetof(struct coded, code), 0, PREPARED_CODE - 1, PREPARED_CODE - 1 },
	{ "uin", JSON_T_CODE, offsetof(struct coded, uin), 0, UIN_LEN, UIN_LEN },
	{ NULL }
};

static int
work_take_over(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct coded *c = arg;
	struct application_new a;
	struct prepared p;

	if (prepared_find(tx, c->code, c->uin, &p, err) == -1 || office_may(rq, ROLE_PASSPORT_CLERK, &p.office_id, err) == -1)
		return -1;
	a = (struct application_new){ .office_id = p.office_id, .document_type = p.document_type, .reason = p.reason, .is_urgent = p.is_urgent };
	if (counter_take(tx, rq, c->uin, &a, err) == -1 || prepared_end(tx, &p.id, &a.id, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_taken(rp, &a, err);
}

int
post_taking_over(struct request *rq, struct reply *rp, struct err *err)
{
	struct coded c = { .code = NULL };
	int rc = -1;

	if (request_json(rq, taking_over_fields, &c, err) == -1)
		return -1;
	if (prepared_code_check(c.code, err) == 0 && uin_check(c.uin, err) == 0)
		rc = office_change(rq, rp, work_take_over, &c, err);
	json_clear(taking_over_fields, &c);
	return rc;
}
