/* catena kind list, set; fee list, set, retire; refund list, set; interview list, set, retire: the country's rules of issuing documents. */
#include <stdio.h>
#include <string.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/state.h"
#include "registry/base/text.h"
#include "registry/store/rules.h"

enum { AMOUNT_MAX = 100000000, /* smallest units */
	DAYS_MAX = 36500,
	REASON_MAX = 400 }; /* octets */

/* clang-format off */
const struct arg_option kind_set_options[] = { OPTION_STATE,
	{ "years", "N", "valid for N years, with --years-minor" },
	{ "years-minor", "N", "and for so many when the holder is below 18" },
	{ "days", "N", "valid for N days, whoever holds it" },
	{ "consent-below", "AGE", "a guardian consents below this age" },
	{ "fetched-below", "AGE", "a guardian fetches the document below this age" },
	{ "at-once", "1|2", "how many a person may hold at once" },
	{ "approver", "ROLE", "passport_approver or passport_supervisor" },
	{ NULL, NULL, NULL } };
const struct arg_option fee_set_options[] = { OPTION_STATE,
	{ "amount", "N", "in the smallest unit of the currency; 0: nothing" },
	{ "currency", "CODE", "ISO 4217: EUR" },
	{ "surcharge", "N", "on top when the document before was lost or damaged; 0 when it is not given" },
	{ "urgent", NULL, "the fee of an urgent one" },
	{ NULL, NULL, NULL } };
const struct arg_option fee_retire_options[] = { OPTION_STATE,
	{ "urgent", NULL, "the fee of an urgent one" },
	{ NULL, NULL, NULL } };
const struct arg_option refund_set_options[] = { OPTION_STATE,
	{ "percent", "N", "of what was paid; 0: nothing" },
	{ NULL, NULL, NULL } };
const struct arg_option interview_set_options[] = { OPTION_STATE,
	{ "days", "N", "how far the rule looks back" },
	{ "reason", "TEXT", "why the country asks for it" },
	{ NULL, NULL, NULL } };
/* clang-format on */

struct change {
	const struct args *args;
	const char *name; /* the first argument */
	struct rules_kind kind;
	int amount, surcharge, percent, days;
	const char *currency;
	char reason[REASON_MAX + 1];
	int (*list)(struct tx *tx, struct buf *out, struct err *err);
	struct buf out;
};

static int
run(const struct args *args, struct change *c, db_work *work, enum db_isolation mode, struct err *err)
{
	static const struct query *const sets[] = { rules_queries, NULL };
	struct state state;
	struct db *db = NULL;
	int rc = -1;

	if (state_of_args(args, &state, err) == 0 && state_db(&state, sets, &db, err) == 0)
		rc = db_run(db, mode, work, c, err);
	if (db != NULL)
		db_close(db);
	return rc;
}

static int
work_list(struct tx *tx, void *arg, struct err *err)
{
	struct change *c = arg;

	buf_cut(&c->out, 0);
	return c->list(tx, &c->out, err);
}

static int
list(const struct args *args, int (*of)(struct tx *tx, struct buf *out, struct err *err), struct err *err)
{
	struct change c = { .args = args, .list = of, .out = BUF_INIT };

	if (run(args, &c, work_list, DB_READ_ONLY, err) == 0)
		return print_buf(&c.out, err);
	buf_clear(&c.out);
	return -1;
}

static int
kind_hint(struct err *err)
{
	if (err->kind == FAIL_NOT_FOUND)
		err_hint(err, "catena kind list shows the kinds of documents");
	return -1;
}

/* A number that must be given. */
static int
number_of(const struct args *args, const char *option, int least, int most, int *value, struct err *err)
{
	if (args_value(args, option, NULL) == NULL)
		return err_set(err, FAIL_INPUT, "--%s is missing", option);
	return args_int(args, option, least, most, 0, value, err);
}

/* ---- kinds ---- */

int
kind_list_command(const struct args *args, struct err *err)
{
	return list(args, rules_kind_list, err);
}

static int
work_kind_set(struct tx *tx, void *arg, struct err *err)
{
	const struct change *c = arg;

	return rules_kind_set(tx, c->name, &c->kind, err);
}

/* RULES_AS_IT_IS when it is not given. */
static int
number_or_none(const struct args *args, const char *option, int least, int most, int *value, struct err *err)
{
	*value = RULES_AS_IT_IS;
	return args_value(args, option, NULL) == NULL ? 0 : args_int(args, option, least, most, 0, value, err);
}

int
kind_set_command(const struct args *args, struct err *err)
{
	struct change c = { .args = args, .name = args->positional[0] };
	struct rules_kind *k = &c.kind;

	k->approver = args_value(args, "approver", NULL);
	if (number_or_none(args, "years", 1, 10, &k->years, err) == -1 || number_or_none(args, "years-minor", 1, 10, &k->years_minor, err) == -1 ||
		number_or_none(args, "days", 1, 3650, &k->days, err) == -1 || number_or_none(args, "consent-below", 0, 30, &k->consent_below, err) == -1 ||
		number_or_none(args, "fetched-below", 0, 30, &k->fetched_below, err) == -1 ||
		number_or_none(args, "at-once", 1, 2, &k->at_once, err) == -1)
		return -1;
	if ((k->years == RULES_AS_IT_IS) != (k->years_minor == RULES_AS_IT_IS))
		return err_set(err, FAIL_INPUT, "--years and --years-minor are given together");
	if (k->years != RULES_AS_IT_IS && k->days != RULES_AS_IT_IS)
		return err_set(err, FAIL_INPUT, "a document is valid for years or for days");
	if (k->approver != NULL && strcmp(k->approver, "passport_approver") != 0 && strcmp(k->approver, "passport_supervisor") != 0)
		return err_set(err, FAIL_INPUT, "--approver: passport_approver or passport_supervisor is wanted");
	if (k->years == RULES_AS_IT_IS && k->days == RULES_AS_IT_IS && k->consent_below == RULES_AS_IT_IS && k->fetched_below == RULES_AS_IT_IS && k->at_once == RULES_AS_IT_IS && k->approver == NULL)
		return err_set(err, FAIL_INPUT, "nothing is to be changed: an option is missing");
	if (run(args, &c, work_kind_set, DB_READ_COMMITTED, err) == -1)
		return kind_hint(err);
	printf("%s: changed, for what is applied for from now on\n", c.name);
	return 0;
}

/* ---- fees ---- */

int
fee_list_command(const struct args *args, struct err *err)
{
	return list(args, rules_fee_list, err);
}

static int
work_fee_set(struct tx *tx, void *arg, struct err *err)
{
	const struct change *c = arg;

	return rules_fee_set(tx, c->name, args_flag(c->args, "urgent"), c->amount, c->surcharge, c->currency, err);
}

int
fee_set_command(const struct args *args, struct err *err)
{
	struct change c = { .args = args, .name = args->positional[0], .currency = args_value(args, "currency", NULL) };

	if (number_of(args, "amount", 0, AMOUNT_MAX, &c.amount, err) == -1 || args_int(args, "surcharge", 0, AMOUNT_MAX, 0, &c.surcharge, err) == -1)
		return -1;
	if (c.currency == NULL)
		return err_set(err, FAIL_INPUT, "--currency is missing");
	if (strlen(c.currency) != 3 || strspn(c.currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return err_set(err, FAIL_INPUT, "--currency: three capital letters of ISO 4217 are wanted");
	if (run(args, &c, work_fee_set, DB_READ_COMMITTED, err) == -1)
		return kind_hint(err);
	printf("%s%s: %d %s, with what was lost or damaged %d more, from now on\n", c.name, args_flag(args, "urgent") ? ", urgent" : "", c.amount, c.currency, c.surcharge);
	return 0;
}

static int
work_fee_retire(struct tx *tx, void *arg, struct err *err)
{
	const struct change *c = arg;

	return rules_fee_retire(tx, c->name, args_flag(c->args, "urgent"), err);
}

int
fee_retire_command(const struct args *args, struct err *err)
{
	struct change c = { .args = args, .name = args->positional[0] };

	if (run(args, &c, work_fee_retire, DB_READ_COMMITTED, err) == -1)
		return -1;
	printf("%s%s: costs nothing, from now on\n", c.name, args_flag(args, "urgent") ? ", urgent" : "");
	return 0;
}

/* ---- refunds ---- */

int
refund_list_command(const struct args *args, struct err *err)
{
	return list(args, rules_refund_list, err);
}

static int
work_refund_set(struct tx *tx, void *arg, struct err *err)
{
	const struct change *c = arg;

	return rules_refund_set(tx, c->name, c->percent, err);
}

int
refund_set_command(const struct args *args, struct err *err)
{
	struct change c = { .args = args, .name = args->positional[0] };

	if (number_of(args, "percent", 0, 100, &c.percent, err) == -1)
		return -1;
	if (strcmp(c.name, "refused") != 0 && strcmp(c.name, "cancelled") != 0 && strcmp(c.name, "stopped") != 0)
		return err_set(err, FAIL_INPUT, "fees are given back of applications that were refused, cancelled or stopped");
	if (run(args, &c, work_refund_set, DB_READ_COMMITTED, err) == -1)
		return -1;
	printf("%s: %d of a hundred are given back, from now on\n", c.name, c.percent);
	return 0;
}

/* ---- interviews ---- */

int
interview_list_command(const struct args *args, struct err *err)
{
	return list(args, rules_interview_list, err);
}

static int
work_interview_set(struct tx *tx, void *arg, struct err *err)
{
	const struct change *c = arg;

	return rules_interview_set(tx, c->name, c->days, c->reason, err);
}

static int
reason_of(const struct args *args, char reason[REASON_MAX + 1], struct err *err)
{
	const char *given = args_value(args, "reason", NULL);
	struct buf clean = BUF_INIT;
	int rc = -1;

	if (given == NULL)
		err_set(err, FAIL_INPUT, "--reason is missing: why the country asks for it");
	else if (text_clean(bytes_str(given), &clean, err) == -1)
		err_prefix(err, "--reason");
	else if (clean.n == 0 || clean.n > REASON_MAX)
		err_set(err, FAIL_INPUT, "--reason: 1 to %d octets are wanted", REASON_MAX);
	else {
		snprintf(reason, REASON_MAX + 1, "%s", buf_cstr(&clean));
		rc = 0;
	}
	buf_clear(&clean);
	return rc;
}

static int
interview_check(const char *name, struct err *err)
{
	return strcmp(name, "late_registration") == 0 || strcmp(name, "repeated_loss") == 0 ? 0
											    : err_set(err, FAIL_INPUT, "the rules of interviews are late_registration and repeated_loss");
}

int
interview_set_command(const struct args *args, struct err *err)
{
	struct change c = { .args = args, .name = args->positional[0] };

	if (interview_check(c.name, err) == -1 || number_of(args, "days", 1, DAYS_MAX, &c.days, err) == -1 || reason_of(args, c.reason, err) == -1 ||
		run(args, &c, work_interview_set, DB_READ_COMMITTED, err) == -1)
		return -1;
	printf("%s: of the last %d days, from now on\n", c.name, c.days);
	return 0;
}

static int
work_interview_retire(struct tx *tx, void *arg, struct err *err)
{
	return rules_interview_retire(tx, ((const struct change *)arg)->name, err);
}

int
interview_retire_command(const struct args *args, struct err *err)
{
	struct change c = { .args = args, .name = args->positional[0] };

	if (interview_check(c.name, err) == -1 || run(args, &c, work_interview_retire, DB_READ_COMMITTED, err) == -1)
		return -1;
	printf("%s: nobody is interviewed for it, from now on\n", c.name);
	return 0;
}
