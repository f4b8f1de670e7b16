/* catena pki seal: what a visible digital seal says and what it is worth, offline; needs no state folder and no database. */
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/verdicts.h"
#include "pki/vdsseal.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"

enum { SEAL_FILE_MAX = 64 * 1024, /* larger is no seal, and is said so by the reader */
	MRZ_FILE_MAX = 1024,
	SIGNERS_MAX = ARGS_LISTED,
	NOON = 12 * 3600 };

const struct arg_option pki_seal_options[] = {
	{ "signer", "CERT", "certificates of bar code signers; the one that the seal names is used", true },
	{ "anchor", "FILE", "CSCA certificates that you trust", true },
	{ "crl", "FILE", "CRLs of the CSCA", true },
	{ "mrz", "FILE", "the printed MRZ, two lines, to compare the seal with", false },
	{ "at", "YYYY-MM-DD", "the day of inspection; today when not given", false },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

struct inspection {
	struct verdicts *v;
	struct buf raw, mrz;
	struct cert *signer[SIGNERS_MAX];
	size_t nsigner;
	struct truststore *store; /* NULL: no anchor was given */
	int64_t at;
};

static bool
get_file(struct verdicts *v, const char *path, size_t limit, struct buf *out)
{
	struct err err = ERR_INIT;

	if (file_read(path, limit, out, &err) == 0)
		return true;
	verdicts_add(v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s", err.text);
	return false;
}

static bool
get_signer(struct inspection *x, const char *path)
{
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;
	bool is_read = get_file(x->v, path, CERT_MAX, &file);

	if (is_read && cert_read(bytes_of(&file), &x->signer[x->nsigner], &err) == -1) {
		verdicts_add(x->v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s", err.text);
		is_read = false;
	}
	x->nsigner += is_read;
	buf_clear(&file);
	return is_read;
}

/* An anchor or a CRL into the store. */
static bool
get_trusted(struct inspection *x, const char *path, bool is_crl)
{
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;
	bool is_read = get_file(x->v, path, is_crl ? CRL_MAX : CERT_MAX, &file);

	if (is_read && (is_crl ? truststore_add_crl(x->store, bytes_of(&file), path, &err) : truststore_add(x->store, bytes_of(&file), TRUST_ANCHOR, path, &err)) == -1) {
		verdicts_add(x->v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s", err.text);
		is_read = false;
	}
	buf_clear(&file);
	return is_read;
}

/* 1 when all could be read, 0 when not, which has been said then; -1 FAIL_INTERNAL. */
static int
gather(struct inspection *x, const struct args *args, struct err *err)
{
	const char *path, *mrz = args_value(args, "mrz", NULL);
	bool is_read = get_file(x->v, args->positional[0], SEAL_FILE_MAX, &x->raw);

	if (mrz != NULL)
		is_read &= get_file(x->v, mrz, MRZ_FILE_MAX, &x->mrz);
	for (int i = 0; (path = args_nth(args, "signer", i)) != NULL; i++)
		is_read &= get_signer(x, path);
	if (args_nth(args, "anchor", 0) == NULL)
		return is_read;
	if (truststore_new(&x->store, err) == -1)
		return -1;
	for (int i = 0; (path = args_nth(args, "anchor", i)) != NULL; i++)
		is_read &= get_trusted(x, path, false);
	for (int i = 0; (path = args_nth(args, "crl", i)) != NULL; i++)
		is_read &= get_trusted(x, path, true);
	return truststore_settle(x->store, err) == -1 ? -1 : is_read;
}

static void
put_fact(void *to, const char *name, const char *value)
{
	verdicts_fact(to, name, "%s", value);
}

static enum outcome
outcome_of(const struct vdsseal_finding *f)
{
	switch (f->grade) {
	case GRADE_GOOD: return OUTCOME_GOOD;
	case GRADE_WARNING: return OUTCOME_WARNING;
	case GRADE_NOT_CHECKED: return OUTCOME_NOT_CHECKED;
	default: return f->check == SEAL_CHECK_FORMAT ? OUTCOME_UNREADABLE : OUTCOME_REFUSED;
	}
}

static int
inspect(const struct inspection *x, struct err *err)
{
	const struct vdsseal_input in = {
		.raw = bytes_of(&x->raw),
		.signer = (const struct cert *const *)x->signer,
		.nsigner = x->nsigner,
		.store = x->store,
		.at = x->at,
		.mrz = bytes_of(&x->mrz),
	};
	const struct vdsseal_verdict_info *verdict;
	struct vdsseal_result result;

	vdsseal_verify(&in, &result);
	for (unsigned i = 0; i < result.n; i++) {
		const struct vdsseal_finding *f = &result.finding[i];

		verdicts_add(x->v, outcome_of(f), vdsseal_check_name(f->check), f->code, NULL, "%s", f->text);
	}
	if (result.is_read && vds_describe(&result.vds, put_fact, x->v, err) == -1)
		return -1;
	verdict = &vdsseal_verdicts[result.verdict];
	verdicts_fact(x->v, "seal", "%s%s", result.verdict == SEAL_NOT_CHECKED ? "" : verdict->is_invalid ? "INVALID, "
			: result.verdict == SEAL_VALID                                                    ? ""
													  : "VALID, ",
		verdict->name);
	verdicts_fact(x->v, "suspicion", "%s", suspicion_name(verdict->suspicion));
	return 0;
}

static int
moment_of(const struct args *args, int64_t *at, struct err *err)
{
	const char *day = args_value(args, "at", NULL);
	struct date date;

	*at = clock_now();
	if (day == NULL)
		return 0;
	if (date_parse(bytes_str(day), &date, err) == -1 || date.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "--at %s: wanted a day, YYYY-MM-DD", day);
	*at = date_to_unix(date) + NOON;
	return 0;
}

int
pki_seal_command(const struct args *args, struct err *err)
{
	struct inspection *x = calloc(1, sizeof(*x));
	struct verdicts v;
	int rc = -1, gathered;

	if (x == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	x->v = &v;
	if (moment_of(args, &x->at, err) == -1 || verdicts_begin(&v, args_flag(args, "json"), err) == -1)
		goto out;
	gathered = gather(x, args, err);
	if (gathered == -1 || (gathered == 1 && inspect(x, err) == -1))
		goto out;
	rc = verdicts_end(&v, err);
out:
	for (size_t i = 0; i < x->nsigner; i++)
		cert_free(x->signer[i]);
	truststore_free(x->store);
	buf_wipe(&x->raw);
	buf_wipe(&x->mrz);
	free(x);
	return rc;
}
