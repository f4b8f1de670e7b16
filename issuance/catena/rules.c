/* catena late list, set, retire; policy list, set; facility list, set, retire: the country's rules of civil registration. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/rules.h"
#include "issuance/catena/state.h"
#include "pki/cert.h"
#include "registry/base/file.h"
#include "registry/base/text.h"
#include "registry/store/rules.h"

enum { DAYS_MAX = 36500,
	BASIS_MAX = 400, /* octets */
	NAME_MAX_OCTETS = 63,
	PLACES_MAX = 256 };

/* clang-format off */
const struct arg_option late_set_options[] = { OPTION_STATE,
	{ "days", "N", "declared more than N days after the event, an act is late" },
	{ "basis", "TEXT", "the law that says so" },
	{ NULL, NULL, NULL } };
const struct arg_option policy_list_options[] = { OPTION_STATE,
	{ "kind", "KIND", "of this kind of act only" },
	{ NULL, NULL, NULL } };
const struct arg_option policy_set_options[] = { OPTION_STATE,
	{ "late", NULL, "the rule for late acts; without it, for those in time" },
	{ "alone", "yes|no", "whether the declaring officer may decide this alone" },
	{ "approval", "yes|no", "whether a senior officer approves before" },
	{ NULL, NULL, NULL } };
const struct arg_option facility_set_options[] = { OPTION_STATE,
	{ "certificate", "FILE", "the program's client certificate, PEM or DER: a new program, or a renewed certificate" },
	{ "place", "CODE[,CODE]", "health facilities for which it notifies" },
	{ NULL, NULL, NULL } };
const struct arg_option facility_retire_options[] = { OPTION_STATE,
	{ "place", "CODE[,CODE]", "only these facilities; without it, the program is not let in any more" },
	{ NULL, NULL, NULL } };
/* clang-format on */

struct rule {
	const struct args *args;
	const char *name; /* the first argument */
	int days;
	char basis[BASIS_MAX + 1];
	enum rule_answer alone, approval;
	uint8_t certificate[SHA256_LEN];
	bool has_certificate;
	char *place[PLACES_MAX];
	size_t nplace;
	char *places; /* what place[] points into */
	struct buf out;
};

static int
run(const struct args *args, struct rule *r, db_work *work, enum db_isolation mode, struct err *err)
{
	static const struct query *const sets[] = { rules_queries, NULL };
	struct state state;
	struct db *db = NULL;
	int rc = -1;

	if (state_of_args(args, &state, err) == 0 && state_db(&state, sets, &db, err) == 0)
		rc = db_run(db, mode, work, r, err);
	if (db != NULL)
		db_close(db);
	return rc;
}

static int
list(const struct args *args, db_work *work, struct err *err)
{
	struct rule r = { .args = args, .out = BUF_INIT };

	if (run(args, &r, work, DB_READ_ONLY, err) == 0)
		return print_buf(&r.out, err);
	buf_clear(&r.out);
	return -1;
}

static int
kinds_hint(struct err *err)
{
	if (err->kind == FAIL_NOT_FOUND)
		err_hint(err, "catena policy list shows the kinds of acts and their decisions");
	return -1;
}

/* ---- late ---- */

static int
work_late_list(struct tx *tx, void *arg, struct err *err)
{
	struct rule *r = arg;

	buf_cut(&r->out, 0);
	return rules_late_list(tx, &r->out, err);
}

int
late_list_command(const struct args *args, struct err *err)
{
	return list(args, work_late_list, err);
}

static int
work_late_set(struct tx *tx, void *arg, struct err *err)
{
	const struct rule *r = arg;

	return rules_late_set(tx, r->name, r->days, r->basis, err);
}

static int
basis_of(const struct args *args, struct rule *r, struct err *err)
{
	const char *given = args_value(args, "basis", NULL);
	struct buf clean = BUF_INIT;
	int rc = -1;

	if (given == NULL || *given == '\0')
		err_set(err, FAIL_INPUT, "--basis is missing: the law that says so");
	else if (text_clean(bytes_str(given), &clean, err) == -1)
		err_prefix(err, "--basis");
	else if (clean.n == 0 || clean.n > BASIS_MAX)
		err_set(err, FAIL_INPUT, "--basis: 1 to %d octets are wanted", BASIS_MAX);
	else {
		snprintf(r->basis, sizeof(r->basis), "%s", buf_cstr(&clean));
		rc = 0;
	}
	buf_clear(&clean);
	return rc;
}

int
late_set_command(const struct args *args, struct err *err)
{
	struct rule r = { .name = args->positional[0] };

	if (args_value(args, "days", NULL) == NULL)
		return err_set(err, FAIL_INPUT, "--days is missing");
	if (args_int(args, "days", 1, DAYS_MAX, 0, &r.days, err) == -1 || basis_of(args, &r, err) == -1)
		return -1;
	if (run(args, &r, work_late_set, DB_READ_COMMITTED, err) == -1)
		return kinds_hint(err);
	printf("%s: late after %d days, from now on\n", r.name, r.days);
	return 0;
}

static int
work_late_retire(struct tx *tx, void *arg, struct err *err)
{
	return rules_late_retire(tx, ((const struct rule *)arg)->name, err);
}

int
late_retire_command(const struct args *args, struct err *err)
{
	struct rule r = { .name = args->positional[0] };

	if (run(args, &r, work_late_retire, DB_READ_COMMITTED, err) == -1)
		return -1;
	printf("%s: never late, from now on\n", r.name);
	return 0;
}

/* ---- policy ---- */

static int
work_policy_list(struct tx *tx, void *arg, struct err *err)
{
	struct rule *r = arg;

	buf_cut(&r->out, 0);
	if (rules_policy_list(tx, args_value(r->args, "kind", NULL), &r->out, err) == -1)
		return -1;
	return r->out.n > 0 ? 0 : err_set(err, FAIL_NOT_FOUND, "there is no such kind of act");
}

int
policy_list_command(const struct args *args, struct err *err)
{
	return list(args, work_policy_list, err) == -1 ? kinds_hint(err) : 0;
}

static int
answer_of(const struct args *args, const char *option, enum rule_answer *answer, struct err *err)
{
	const char *given = args_value(args, option, NULL);

	if (given != NULL && strcmp(given, "yes") != 0 && strcmp(given, "no") != 0)
		return err_set(err, FAIL_INPUT, "--%s: yes or no is wanted", option);
	*answer = given == NULL ? RULE_AS_IT_IS : *given == 'y' ? RULE_YES
								: RULE_NO;
	return 0;
}

static int
work_policy_set(struct tx *tx, void *arg, struct err *err)
{
	const struct rule *r = arg;

	return rules_policy_set(tx, r->name, r->args->positional[1], args_flag(r->args, "late"), r->alone, r->approval, err);
}

int
policy_set_command(const struct args *args, struct err *err)
{
	struct rule r = { .args = args, .name = args->positional[0] };

	if (answer_of(args, "alone", &r.alone, err) == -1 || answer_of(args, "approval", &r.approval, err) == -1)
		return -1;
	if (r.alone == RULE_AS_IT_IS && r.approval == RULE_AS_IT_IS)
		return err_set(err, FAIL_INPUT, "--alone or --approval is missing");
	if (run(args, &r, work_policy_set, DB_READ_COMMITTED, err) == -1)
		return kinds_hint(err);
	printf("%s, %s, %s: changed\n", r.name, args->positional[1], args_flag(args, "late") ? "late" : "in time");
	return 0;
}

/* ---- facilities ---- */

static int
work_facility_list(struct tx *tx, void *arg, struct err *err)
{
	struct rule *r = arg;

	buf_cut(&r->out, 0);
	return rules_facility_list(tx, &r->out, err);
}

int
facility_list_command(const struct args *args, struct err *err)
{
	return list(args, work_facility_list, err);
}

static int
places_of(const struct args *args, struct rule *r, struct err *err)
{
	const char *given = args_value(args, "place", NULL);
	char *rest, *code;

	if (given == NULL)
		return 0;
	if ((r->places = strdup(given)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (rest = r->places; (code = strsep(&rest, ",")) != NULL;) {
		if (*code == '\0' || r->nplace == PLACES_MAX)
			return err_set(err, FAIL_INPUT, "--place: 1 to %d codes with commas between are wanted", PLACES_MAX);
		r->place[r->nplace++] = code;
	}
	return 0;
}

int
program_certificate(const struct args *args, uint8_t digest[SHA256_LEN], bool *has, struct err *err)
{
	const char *path = args_value(args, "certificate", NULL);
	struct buf file = BUF_INIT;
	struct cert *cert = NULL;
	int rc = -1;

	if (path == NULL)
		return 0;
	if (file_read(path, CERT_MAX, &file, err) == 0 && cert_read_any_key(bytes_of(&file), &cert, err) == 0) {
		cert_sha256(cert, digest);
		*has = true;
		rc = 0;
	} else {
		err_prefix(err, "--certificate");
	}
	cert_free(cert);
	buf_clear(&file);
	return rc;
}

static int
each_place(struct tx *tx, const struct rule *r, int (*change)(struct tx *, const char *, const char *, struct err *), struct err *err)
{
	for (size_t i = 0; i < r->nplace; i++)
		if (change(tx, r->name, r->place[i], err) == -1)
			return err_prefix(err, "place %.30s", r->place[i]);
	return 0;
}

static int
work_facility_set(struct tx *tx, void *arg, struct err *err)
{
	const struct rule *r = arg;

	return rules_program_set(tx, r->name, r->has_certificate ? r->certificate : NULL, err) == -1 ? -1 : each_place(tx, r, rules_facility_set, err);
}

static int
work_facility_retire(struct tx *tx, void *arg, struct err *err)
{
	const struct rule *r = arg;

	return r->nplace == 0 ? rules_program_retire(tx, r->name, err) : each_place(tx, r, rules_facility_retire, err);
}

int
program_name_check(const char *name, struct err *err)
{
	struct buf clean = BUF_INIT;
	int rc = 0;

	if (text_clean(bytes_str(name), &clean, err) == -1)
		rc = err_prefix(err, "the program's name");
	else if (clean.n == 0 || clean.n > NAME_MAX_OCTETS || strcmp(buf_cstr(&clean), name) != 0)
		rc = err_set(err, FAIL_INPUT, "the program's name: 1 to %d octets without blanks at its ends are wanted", NAME_MAX_OCTETS);
	buf_clear(&clean);
	return rc;
}

int
facility_set_command(const struct args *args, struct err *err)
{
	struct rule r = { .args = args, .name = args->positional[0] };
	int rc = -1;

	if (program_name_check(r.name, err) == 0 && places_of(args, &r, err) == 0 && program_certificate(args, r.certificate, &r.has_certificate, err) == 0) {
		if (r.nplace == 0 && !r.has_certificate)
			err_set(err, FAIL_INPUT, "--place or --certificate is missing");
		else
			rc = run(args, &r, work_facility_set, DB_READ_COMMITTED, err);
	}
	if (rc == 0)
		printf("program %s: %s%zu facilities added\n", r.name, r.has_certificate ? "let in with this certificate, " : "", r.nplace);
	free(r.places);
	return rc;
}

int
facility_retire_command(const struct args *args, struct err *err)
{
	struct rule r = { .args = args, .name = args->positional[0] };
	int rc = places_of(args, &r, err) == -1 ? -1 : run(args, &r, work_facility_retire, DB_READ_COMMITTED, err);

	if (rc == 0 && r.nplace == 0)
		printf("program %s: not let in any more\n", r.name);
	else if (rc == 0)
		printf("program %s: %zu facilities taken away\n", r.name, r.nplace);
	free(r.places);
	return rc;
}
