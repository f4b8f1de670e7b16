/* catena pki seal: what a visible digital seal says and what it is worth, offline; needs no state folder and no database. */
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "pki/certfile.h"
#include "pki/vdsseal.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"

enum { SEAL_FILE_MAX = 64 * 1024, /* larger is no seal, and is said so by the reader */
	MRZ_FILE_MAX = 1024 };

const struct arg_option pki_seal_options[] = {
	{ "signer", "CERT", "bar code signers, DER, PEM, ZIP or LDIF; the one that the seal names is used", true },
	{ "anchor", "FILE", "CSCA certificates that you trust, also master lists", true },
	{ "crl", "FILE", "CRLs of the CSCA", true },
	{ "mrz", "FILE", "the printed MRZ, two lines, to compare the seal with", false },
	{ "at", "YYYY-MM-DD", "the day of inspection; today when not given", false },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

struct inspection {
	struct verdicts *v;
	struct buf raw, mrz;
	struct cert **signer;
	size_t nsigner;
	struct truststore *store; /* NULL: no anchor was given */
	int64_t at;
};

static void
unreadable(struct inspection *x, const char *path, const struct err *err)
{
	verdicts_add(x->v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s", err->text);
}

static bool
get_file(struct inspection *x, const char *path, size_t limit, struct buf *out)
{
	struct err err = ERR_INIT;

	if (file_read(path, limit, out, &err) == 0)
		return true;
	unreadable(x, path, &err);
	return false;
}

/* ---- certificates and CRLs, in whatever form a State sends them ---- */

enum role { ROLE_OF_SIGNER,
	ROLE_OF_ANCHOR,
	ROLE_OF_CRL };

static int
add_signer(struct inspection *x, struct bytes der, struct err *err)
{
	struct cert **grown = realloc(x->signer, (x->nsigner + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	x->signer = grown;
	if (cert_parse(der, &x->signer[x->nsigner], err) == -1)
		return -1;
	x->nsigner++;
	return 0;
}

/* 1 when the item is one of those that the option is for, 0 when not. */
static int
add_item(struct inspection *x, const struct certfile_item *item, enum role role, const char *path, struct err *err)
{
	struct err refused = ERR_INIT;
	int rc;

	if (item->kind != (role == ROLE_OF_CRL ? CERTFILE_CRL : CERTFILE_CERTIFICATE) || (role == ROLE_OF_ANCHOR && item->is_signer))
		return 0;
	if (role == ROLE_OF_SIGNER)
		rc = add_signer(x, bytes_of(&item->der), &refused);
	else if (role == ROLE_OF_ANCHOR)
		rc = truststore_add(x->store, bytes_of(&item->der), TRUST_ANCHOR, path, &refused);
	else
		rc = truststore_add_crl(x->store, bytes_of(&item->der), path, &refused);
	if (rc == 0)
		return 1;
	*err = refused;
	return refused.kind == FAIL_INTERNAL ? -1 : 0;
}

/* 1 when the file holds at least one of what the option is for, 0 when not, which has been said then; -1 FAIL_INTERNAL. */
static int
get_items(struct inspection *x, const char *path, enum role role, struct err *err)
{
	static const char *const wanted[] = { "no certificate", "no CSCA certificate", "no CRL" };
	struct certfile content = { NULL };
	struct buf file = BUF_INIT;
	struct err inner = ERR_INIT;
	int taken = 0, one = 0;

	if (file_read(path, CERTFILE_MAX, &file, &inner) == 0 && certfile_read(bytes_of(&file), &content, &inner) == 0)
		err_set(&inner, FAIL_INPUT, "%s in it", wanted[role]);
	given_parts_tell(x->v, OUTCOME_NOTICE, path, &content);
	for (size_t i = 0; i < content.n && one != -1; i++) {
		one = add_item(x, &content.item[i], role, path, &inner);
		taken |= one == 1;
	}
	if (one == -1)
		*err = inner;
	else if (!taken)
		unreadable(x, path, &inner);
	certfile_clear(&content);
	buf_clear(&file);
	return one == -1 ? -1 : taken;
}

static int
get_all(struct inspection *x, const struct args *args, const char *option, enum role role, struct err *err)
{
	const char *path;
	int is_read = 1;

	for (int i = 0; (path = args_nth(args, option, i)) != NULL; i++) {
		int one = get_items(x, path, role, err);

		if (one == -1)
			return -1;
		is_read &= one;
	}
	return is_read;
}

/* 1 when all could be read, 0 when not, which has been said then; -1 FAIL_INTERNAL. */
static int
gather(struct inspection *x, const struct args *args, struct err *err)
{
	const char *mrz = args_value(args, "mrz", NULL);
	bool is_read = get_file(x, args->positional[0], SEAL_FILE_MAX, &x->raw);
	int signers, anchors, crls;

	if (mrz != NULL)
		is_read &= get_file(x, mrz, MRZ_FILE_MAX, &x->mrz);
	if ((signers = get_all(x, args, "signer", ROLE_OF_SIGNER, err)) == -1)
		return -1;
	if (args_nth(args, "anchor", 0) == NULL)
		return is_read && signers;
	if (truststore_new(&x->store, err) == -1 || (anchors = get_all(x, args, "anchor", ROLE_OF_ANCHOR, err)) == -1 ||
		(crls = get_all(x, args, "crl", ROLE_OF_CRL, err)) == -1 || truststore_settle(x->store, err) == -1)
		return -1;
	return is_read && signers && anchors && crls;
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

	if (x->store != NULL)
		given_anchors_tell(x->v, x->store);
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

int
pki_seal_command(const struct args *args, struct err *err)
{
	struct inspection *x = calloc(1, sizeof(*x));
	struct verdicts v;
	int rc = -1, gathered;

	if (x == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	x->v = &v;
	if (given_moment(args_value(args, "at", NULL), clock_now(), &x->at, err) == -1 || verdicts_begin(&v, args_flag(args, "json"), err) == -1)
		goto out;
	gathered = gather(x, args, err);
	if (gathered == -1 || (gathered == 1 && inspect(x, err) == -1))
		goto out;
	rc = verdicts_end(&v, err);
out:
	for (size_t i = 0; i < x->nsigner; i++)
		cert_free(x->signer[i]);
	free(x->signer);
	truststore_free(x->store);
	buf_wipe(&x->raw);
	buf_wipe(&x->mrz);
	free(x);
	return rc;
}
