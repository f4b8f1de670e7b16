/*
 * What every State may fetch without asking: our CSCA certificates, CRL, master list, deviation list.  The octets of a list never change
 * under one ETag, so that a cache between us and the world may keep them.
 */
#include <time.h>

#include "pki/cert.h"
#include "pki/pkid/pkid.h"
#include "registry/base/digest.h"
#include "registry/store/keys.h"

enum { PUBLIC_SECONDS = 3600 }; /* how long a cache may keep an answer without asking again */

/* IMF-fixdate (RFC 9110 5.6.7), whatever the locale. */
static void
http_date(int64_t at, char out[32])
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)at;
	struct tm tm;

	gmtime_r(&t, &tm);
	snprintf(out, 32, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday % 32, months[tm.tm_mon], (tm.tm_year + 1900) % 10000,
		tm.tm_hour % 24, tm.tm_min % 60, tm.tm_sec % 61);
}

/* If-None-Match names this ETag; weak or strong, one or several, or all. */
static bool
is_held(const char *if_none_match, const char *etag)
{
	return if_none_match != NULL && (strcmp(if_none_match, "*") == 0 || strstr(if_none_match, etag) != NULL);
}

/* at 0: the moment is not known. */
static int
reply_public(const struct request *rq, struct reply *rp, const char *content_type, struct bytes octets, int64_t at, struct err *err)
{
	uint8_t digest[SHA256_LEN];
	char etag[2 * 16 + 3] = "\"", date[32], cache[48];

	sha256(octets, digest);
	for (size_t i = 0; i < 16; i++)
		snprintf(etag + 1 + 2 * i, 3, "%02x", digest[i]);
	strcat(etag, "\"");
	snprintf(cache, sizeof(cache), "public, max-age=%d", PUBLIC_SECONDS);
	if (is_held(request_header(rq, "If-None-Match"), etag))
		reply_empty(rp, 304);
	else if (reply_bytes(rp, 200, content_type, octets, err) == -1)
		return -1;
	if (reply_header(rp, "ETag", etag, err) == -1 || reply_header(rp, "Cache-Control", cache, err) == -1)
		return -1;
	if (at == 0)
		return 0;
	http_date(at, date);
	return reply_header(rp, "Last-Modified", date, err);
}

/* ---- CSCA certificates, roots and links, as one PEM file ---- */

static int
see_certificate(void *arg, const char *profile, struct bytes der, struct err *err)
{
	struct buf one = BUF_INIT, *all = arg;
	int rc = cert_pem(der, &one, err);

	(void)profile;
	if (rc == 0)
		buf_bytes(all, bytes_of(&one));
	buf_clear(&one);
	return rc == -1 ? -1 : buf_check(all, err);
}

static int
work_csca(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct buf pem = BUF_INIT;
	int rc = -1;

	(void)arg;
	if (keys_csca_certificates(tx, see_certificate, &pem, err) == 0)
		rc = pem.n == 0 ? err_set(err, FAIL_NOT_FOUND, "no CSCA has been made yet") : reply_public(rq, rp, "application/x-pem-file", bytes_of(&pem), 0, err);
	buf_clear(&pem);
	return rc;
}

int
get_public_csca(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_csca, NULL, err);
}

/* ---- CRL ---- */

static int
work_crl(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct crl_newest crl = { .number = 0 };
	int rc = -1;

	(void)arg;
	if (keys_crl_newest(tx, &crl, err) == 0)
		rc = crl.number == 0 ? err_set(err, FAIL_NOT_FOUND, "no CRL has been issued yet") : reply_public(rq, rp, "application/pkix-crl", bytes_of(&crl.der), crl.this_update, err);
	buf_clear(&crl.der);
	return rc;
}

int
get_public_crl(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_crl, NULL, err);
}

/* ---- lists ---- */

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct buf cms = BUF_INIT;
	int64_t at = 0;
	int rc = -1;

	if (keys_list_newest(tx, arg, &cms, &at, err) == 0)
		rc = reply_public(rq, rp, "application/cms", bytes_of(&cms), at, err);
	buf_clear(&cms);
	return rc;
}

int
get_public_master_list(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_list, (void *)"master_list", err);
}

int
get_public_deviation_list(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_list, (void *)"deviation_list", err);
}
