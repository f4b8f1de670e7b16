/* catena pki passive: passive authentication of files read from a chip, offline; needs no state folder and no database. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "pki/certfile.h"
#include "pki/masterlist.h"
#include "pki/passive.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/doc9303/lds.h"

const struct arg_option pki_passive_options[] = {
	{ "sod", "FILE", "EF.SOD", false },
	{ "dg", "N=FILE", "a data group; give all that were read", true },
	{ "com", "FILE", "EF.COM", false },
	{ "anchor", "FILE", "what you trust: CSCA certificates, master lists", true },
	{ "crl", "FILE", "CRLs of the CSCA", true },
	{ "deviations", "FILE", "deviation lists", true },
	{ "at", "YYYY-MM-DD", "the day of inspection; today when not given", false },
	{ "accept-weak", NULL, "SHA-1 and short keys warn instead of refuse", false },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

/* A file that cannot be read is a verdict like others; false then. */
static bool
get_file(struct verdicts *v, const char *path, size_t limit, struct buf *out)
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

		if (get_file(v, path, CERTFILE_MAX, &file) && add(v, store, bytes_of(&file), path, &err) == -1)
			verdicts_add(v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s: %s", option, err.text);
		buf_clear(&file);
	}
}

static int
store_fill(struct verdicts *v, const struct args *args, struct truststore **store, struct err *err)
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

/* ---- what was read from the chip ---- */

struct chip {
	struct buf sod, com, dg[LDS_DGS + 1];
};

static void
chip_clear(struct chip *chip)
{
	buf_wipe(&chip->sod);
	buf_wipe(&chip->com);
	for (unsigned i = 0; i <= LDS_DGS; i++)
		buf_wipe(&chip->dg[i]);
}

/* "1=EF.DG1.bin"; -1 when the word is none of these: the command was called wrongly. */
static int
chip_add(struct verdicts *v, struct chip *chip, const char *word, struct err *err)
{
	char *end;
	long n = strtol(word, &end, 10);

	if (*end != '=' || n < 1 || n > LDS_DGS)
		return err_set(err, FAIL_INPUT, "--dg %s: wanted N=FILE with N from 1 to %d", word, LDS_DGS);
	if (chip->dg[n].n > 0)
		return err_set(err, FAIL_INPUT, "--dg %s: data group %ld is there already", word, n);
	get_file(v, end + 1, LDS_MAX_FILE, &chip->dg[n]);
	return 0;
}

static int
chip_read(struct verdicts *v, const struct args *args, struct chip *chip, struct err *err)
{
	const char *com = args_value(args, "com", NULL), *word;

	for (int i = 0; (word = args_nth(args, "dg", i)) != NULL; i++)
		if (chip_add(v, chip, word, err) == -1)
			return -1;
	if (com != NULL)
		get_file(v, com, LDS_MAX_FILE, &chip->com);
	get_file(v, args_value(args, "sod", ""), LDS_MAX_FILE, &chip->sod);
	return 0;
}

/* ---- what it comes to ---- */

static enum outcome
outcome_of(const struct verdict *given)
{
	if (given->check == CHECK_FORMAT && strcmp(given->code, "unreadable") == 0)
		return OUTCOME_UNREADABLE;
	switch (given->grade) {
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

static void
fact_sha256(struct verdicts *v, const char *name, const uint8_t digest[32])
{
	struct buf hex = BUF_INIT;

	buf_hex(&hex, BYTES(digest, 32));
	verdicts_fact(v, name, "%s", buf_cstr(&hex));
	buf_clear(&hex);
}

static void
tell(struct verdicts *v, const struct passive *result)
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

static int
authenticate(struct verdicts *v, const struct args *args, int64_t at, struct err *err)
{
	struct passive *result = calloc(1, sizeof(*result)); /* 20 kB and more: not for the stack */
	struct passive_input in = { .at = at, .weak_is_warning = args_flag(args, "accept-weak") };
	struct truststore *store = NULL;
	struct chip chip = { .sod = BUF_INIT };
	int rc = -1;

	if (result == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (chip_read(v, args, &chip, err) == -1 || store_fill(v, args, &store, err) == -1)
		goto out;
	in.sod = bytes_of(&chip.sod);
	in.com = bytes_of(&chip.com);
	for (unsigned i = 1; i <= LDS_DGS; i++)
		in.dg[i] = bytes_of(&chip.dg[i]);
	in.store = store;
	passive_authenticate(&in, result);
	tell(v, result);
	rc = 0;
out:
	truststore_free(store);
	chip_clear(&chip);
	free(result);
	return rc;
}

int
pki_passive_command(const struct args *args, struct err *err)
{
	struct verdicts v;
	int64_t at;

	if (args_value(args, "sod", NULL) == NULL)
		return err_set(err, FAIL_INPUT, "--sod is missing: what is to be authenticated");
	if (given_moment(args_value(args, "at", NULL), clock_now(), &at, err) == -1 || verdicts_begin(&v, args_flag(args, "json"), err) == -1)
		return -1;
	if (authenticate(&v, args, at, err) == -1) {
		verdicts_add(&v, OUTCOME_UNREADABLE, NULL, "not_done", NULL, "%s", err->text);
		err_clear(err);
	}
	return verdicts_end(&v, err);
}
