#include "issuance/catena/given.h"

#include <stdio.h>
#include <string.h>

#include "pki/masterlist.h"
#include "registry/base/clock.h"
#include "registry/base/date.h"
#include "registry/base/file.h"

enum { NOON = 12 * 3600 };

int
given_moment(const char *day, int64_t now, int64_t *at, struct err *err)
{
	struct date date;

	if (day == NULL) {
		*at = now;
		return 0;
	}
	if (date_parse(bytes_str(day), &date, err) == -1 || date.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "--at %s: wanted a day, YYYY-MM-DD", day);
	*at = date_to_unix(date) == date_to_unix(date_of_unix(now)) ? now : date_to_unix(date) + NOON;
	return 0;
}

void
given_anchors_tell(struct verdicts *v, const struct truststore *settled)
{
	for (size_t i = 0; i < truststore_count(settled); i++) {
		const struct trusted *t = truststore_at(settled, i);

		if (t->is_broken)
			verdicts_add(v, OUTCOME_WARNING, t->provenance, "anchor_broken", NULL, "anchor: a link certificate that the key it names has not signed; %s",
				t->trust == TRUST_NONE ? "not trusted" : "trusted by another");
	}
}

void
given_parts_tell(struct verdicts *v, enum outcome outcome, const char *path, const struct certfile *file)
{
	for (size_t i = 0; i < file->nproblem && i < CERTFILE_PROBLEMS; i++)
		verdicts_add(v, outcome, path, "unreadable", NULL, "%s%s%s", file->problem[i].where, file->problem[i].where[0] != '\0' ? ": " : "", file->problem[i].text);
}

bool
given_file(struct verdicts *v, const char *path, size_t limit, struct buf *out)
{
	struct err err = ERR_INIT;

	if (file_read(path, limit, out, &err) == 0)
		return true;
	verdicts_add(v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s", err.text);
	return false;
}

/* ---- what is trusted ---- */

/* Whether the lists in the file bear their signers' signatures: whoever names a list as an anchor trusts what is in it, unaltered. */
static int
lists_check(const struct certfile *file, struct err *err)
{
	for (size_t i = 0; i < file->n; i++) {
		struct cms *cms = NULL;
		int rc;

		if (file->item[i].kind != CERTFILE_MASTER_LIST)
			continue;
		rc = cms_parse_any(bytes_of(&file->item[i].der), &cms, err) == -1 || cms_verify(cms, oid_master_list, err) == -1 ? -1 : 0;
		cms_free(cms);
		if (rc == -1)
			return file->item[i].where[0] != '\0' ? err_prefix(err, "%s", file->item[i].where) : -1;
	}
	return 0;
}

/* Certificates, alone or many in whatever container; master lists. */
static int
add_anchor(struct verdicts *v, struct truststore *store, struct bytes octets, const char *path, struct err *err)
{
	struct certfile file = { NULL };
	struct err refused = ERR_INIT;
	size_t added = 0;
	int rc = -1;

	if (certfile_read(octets, &file, err) == -1 || lists_check(&file, err) == -1)
		goto out;
	given_parts_tell(v, OUTCOME_NOTICE, path, &file);
	for (size_t i = 0; i < file.n; i++) {
		if (file.item[i].kind != CERTFILE_CERTIFICATE || file.item[i].is_signer)
			continue;
		if (truststore_add(store, bytes_of(&file.item[i].der), TRUST_ANCHOR, file.item[i].where[0] != '\0' ? file.item[i].where : path, &refused) == 0)
			added++;
		else if (refused.kind == FAIL_INTERNAL) {
			*err = refused;
			goto out;
		}
	}
	/* What is no CSCA certificate cannot be trusted; the others of the file can. */
	rc = added > 0 ? 0 : refused.kind != FAIL_NONE ? err_set(err, FAIL_INPUT, "%s", refused.text)
						       : err_set(err, FAIL_INPUT, "no certificate in it");
out:
	certfile_clear(&file);
	return rc;
}

static int
add_crl(struct verdicts *v, struct truststore *store, struct bytes octets, const char *path, struct err *err)
{
	struct certfile file = { NULL };
	size_t added = 0;
	int rc = -1;

	if (certfile_read(octets, &file, err) == -1)
		goto out;
	given_parts_tell(v, OUTCOME_NOTICE, path, &file);
	for (size_t i = 0; i < file.n; i++)
		if (file.item[i].kind == CERTFILE_CRL) {
			if (truststore_add_crl(store, bytes_of(&file.item[i].der), path, err) == -1)
				goto out;
			added++;
		}
	rc = added > 0 ? 0 : err_set(err, FAIL_INPUT, "no CRL in it");
out:
	certfile_clear(&file);
	return rc;
}

static int
add_deviations(struct verdicts *v, struct truststore *store, struct bytes octets, const char *path, struct err *err)
{
	(void)v;
	return truststore_add_deviations(store, octets, path, err);
}

static void
add_all(struct verdicts *v, const struct args *args, const char *option, struct truststore *store,
	int (*add)(struct verdicts *v, struct truststore *store, struct bytes file, const char *path, struct err *err))
{
	const char *path;

	for (int i = 0; (path = args_nth(args, option, i)) != NULL; i++) {
		struct err err = ERR_INIT;
		struct buf file = BUF_INIT;

		if (given_file(v, path, CERTFILE_MAX, &file) && add(v, store, bytes_of(&file), path, &err) == -1)
			verdicts_add(v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s: %s", option, err.text);
		buf_clear(&file);
	}
}

int
given_store(struct verdicts *v, const struct args *args, struct truststore **store, struct err *err)
{
	struct truststore *s = NULL;

	if (truststore_new(&s, err) == -1)
		return -1;
	add_all(v, args, "anchor", s, add_anchor);
	add_all(v, args, "crl", s, add_crl);
	add_all(v, args, "deviations", s, add_deviations);
	if (truststore_settle(s, err) == -1) {
		truststore_free(s);
		return -1;
	}
	given_anchors_tell(v, s);
	*store = s;
	return 0;
}

/* ---- what it comes to ---- */

enum outcome
given_outcome(enum grade grade)
{
	switch (grade) {
	case GRADE_GOOD:
		return OUTCOME_GOOD;
	case GRADE_WARNING:
		return OUTCOME_WARNING;
	case GRADE_BAD:
		return OUTCOME_REFUSED;
	case GRADE_NOT_APPLICABLE:
		return OUTCOME_NOTICE;
	case GRADE_NOT_CHECKED:
		break;
	}
	return OUTCOME_NOT_CHECKED;
}

static enum outcome
outcome_of(const struct verdict *given)
{
	if (given->check == CHECK_FORMAT && strcmp(given->code, "unreadable") == 0)
		return OUTCOME_UNREADABLE;
	return given_outcome(given->grade);
}

static void
fact_sha256(struct verdicts *v, const char *name, const uint8_t digest[32])
{
	struct buf hex = BUF_INIT;

	buf_hex(&hex, BYTES(digest, 32));
	verdicts_fact(v, name, "%s", buf_cstr(&hex));
	buf_clear(&hex);
}

void
given_passive_tell(struct verdicts *v, const struct passive *result)
{
	char when[21];

	for (unsigned i = 0; i < result->n; i++) {
		const struct verdict *given = &result->verdict[i];
		char subject[40];

		if (given->dg != 0)
			snprintf(subject, sizeof(subject), "%s %u", check_name(given->check), given->dg);
		else
			snprintf(subject, sizeof(subject), "%s", check_name(given->check));
		verdicts_add(v, outcome_of(given), subject, given->code, NULL, "%s", given->text);
	}
	if (result->has_signer)
		fact_sha256(v, "document_signer_sha256", result->signer_sha256);
	if (result->has_anchor)
		fact_sha256(v, "csca_sha256", result->anchor_sha256);
	if (result->has_signing_time)
		verdicts_fact(v, "signing_time", "%s", time_format(result->signing_time, when));
}
