#include "issuance/application/docstatus.h"

#include <stdio.h>

#include "issuance/issued.h"
#include "issuance/perso/number.h"
#include "registry/base/clock.h"
#include "registry/doc9303/bac.h"
#include "registry/store/stoplist.h"

/* What is not known is filler, as in the MRZ (Doc 9303-3 4.8). */
static void
mrz_day(struct date d, char out[7])
{
	snprintf(out, 7, "<<<<<<");
	if (d.precision >= DATE_YEAR)
		snprintf(out, 7, "%02d<<<<", d.year % 100);
	if (d.precision >= DATE_MONTH)
		snprintf(out + 2, 5, "%02d<<", d.month % 100);
	if (d.precision >= DATE_DAY)
		snprintf(out + 4, 3, "%02d", d.day % 100);
}

int
document_check(const char *number, struct date birth, struct date expiry, char check[DOCUMENT_CHECK + 1], struct err *err)
{
	char born[7], expires[7], information[41];
	uint8_t digest[SHA256_LEN];

	mrz_day(birth, born);
	mrz_day(expiry, expires);
	if (mrz_information(number, born, expires, information, err) == -1)
		return -1;
	sha256(bytes_str(information), digest);
	for (int i = 0; i < DOCUMENT_CHECK / 2; i++)
		snprintf(check + 2 * i, 3, "%02x", digest[i]);
	wipe(information, sizeof(information));
	wipe(born, sizeof(born));
	return 0;
}

static int
work_status(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const char *number = request_param(rq, "number"), *given = arg;
	struct document_status s;
	struct err why = ERR_INIT;
	char check[DOCUMENT_CHECK + 1], day[DATE_TEXT];
	bool is_let_in = true;

	if (rq->who.is_program && program_may(tx, &rq->who.officer_id, "document_status", &is_let_in, err) == -1)
		return -1;
	if (!is_let_in)
		return err_set(err, FAIL_DENIED, "the program is not let in for the status of documents");
	if (document_status_read(tx, number, &s, &why) == -1) {
		if (why.kind == FAIL_NOT_FOUND)
			return err_set(err, FAIL_NOT_FOUND, "there is no document of this number and check");
		*err = why;
		return -1;
	}
	if (document_check(number, s.birth, s.expiry, check, err) == -1)
		return -1;
	wipe(&s.birth, sizeof(s.birth));
	if (!bytes_equal_secret(bytes_str(check), bytes_str(given)))
		return err_set(err, FAIL_NOT_FOUND, "there is no document of this number and check");
	return reply_json(rp, 200, json_pack("{s:s, s:b, s:s, s:s}", "number", number, "is_valid", s.is_valid, "status", s.status, "since", date_format(s.since, day)), err);
}

int
get_document_status(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "check", NULL };
	char *check;

	if (number_check(request_param(rq, "number"), err) == -1 || request_query_known(rq, known, err) == -1)
		return -1;
	check = (char *)(uintptr_t)request_query(rq, "check");
	if (check == NULL || strlen(check) != DOCUMENT_CHECK || strspn(check, "0123456789abcdef") != DOCUMENT_CHECK)
		return err_problem(err, "?check", "%d hexadecimal digits of the document's check are wanted", DOCUMENT_CHECK);
	if (!quota_take(issued_of(rq)->asking, rq->peer, clock_now()))
		return reply_header(rp, "Retry-After", "60", err) == -1
			? -1
			: reply_bytes(rp, 429, "text/plain; charset=utf-8", bytes_str("Too many questions from this address: ask again in a minute.\n"), err);
	return office_read(rq, rp, work_status, check, err);
}
