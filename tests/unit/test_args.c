/* The command line: commands of one or two words, options, slips of the pen. */
#include "issuance/catena/args.h"
#include "issuance/catena/given.h"
#include "tests/tap.h"

static int
nothing(const struct args *args, struct err *err)
{
	(void)args;
	(void)err;
	return 0;
}

static const struct arg_option options[] = { { "state", "DIR", "folder" }, { "quiet", NULL, "say less" }, { "rows", "N", "number" },
	{ "anchor", "FILE", "certificates", true }, { NULL, NULL, NULL } };
static const struct command table[] = {
	{ "up", "[--state DIR]", "start", options, 0, 0, nothing },
	{ "officer", "", "both words are the name of another", NULL, 0, 0, nothing },
	{ "officer add", "LOGIN", "add", options, 1, 1, nothing },
	{ "verify", "FILE [FILE]", "check", options, 1, 2, nothing },
	{ NULL },
};

struct args_case {
	const char *line;    /* words, blanks between them */
	const char *command; /* NULL: refused */
	const char *state;   /* value of --state */
	const char *first;   /* first argument; or, when refused, what text or hint contains */
};

static const struct args_case cases[] = {
	{ "up", "up", NULL, NULL },
	{ "up --state /x", "up", "/x", NULL },
	{ "up --state=/x", "up", "/x", NULL },
	{ "up --state=a=b", "up", "a=b", NULL },
	{ "up --quiet --state -", "up", "-", NULL },
	{ "officer add amy --state x", "officer add", "x", "amy" },
	{ "officer add --state x amy", "officer add", "x", "amy" },
	{ "verify -", "verify", NULL, "-" },
	{ "verify -- --state", "verify", NULL, "--state" },
	{ "officer", "officer", NULL, NULL },
	{ "upp", NULL, NULL, "did you mean: catena up?" },
	{ "verfy", NULL, NULL, "did you mean: catena verify?" },
	{ "oficer add", NULL, NULL, "did you mean: catena officer" },
	{ "reticulate", NULL, NULL, "catena help lists the commands" },
	{ "up --stat x", NULL, NULL, "did you mean --state?" },
	{ "up --colour x", NULL, NULL, "catena help up" },
	{ "up -s x", NULL, NULL, "--name" },
	{ "up --state", NULL, NULL, "DIR is missing" },
	{ "up --state=", NULL, NULL, "DIR is missing" },
	{ "up --state x --state y", NULL, NULL, "twice" },
	{ "up --quiet=yes", NULL, NULL, "takes no value" },
	{ "up there", NULL, NULL, "one argument too many" },
	{ "officer add", NULL, NULL, "an argument is missing" },
	{ "verify a b c", NULL, NULL, "one argument too many" },
};

static void
test_case(const struct args_case *c)
{
	const char *word[ARGS_POSITIONALS];
	struct err err = ERR_INIT;
	char copy[100], *rest = copy, *w;
	struct args args;
	int n = 0, rc;

	snprintf(copy, sizeof(copy), "%s", c->line);
	while ((w = strsep(&rest, " ")) != NULL)
		word[n++] = w;
	rc = args_parse(table, n, word, &args, &err);
	if (c->command == NULL) {
		ok(rc == -1 && err.kind == FAIL_INPUT && (strstr(err.text, c->first) != NULL || strstr(err.hint, c->first) != NULL),
			"refuses: %s (%s; %s)", c->line, err.text, err.hint);
		return;
	}
	ok(rc == 0 && strcmp(args.command->name, c->command) == 0, "takes: %s", c->line);
	if (rc == -1)
		return;
	if (args.command->options != NULL)
		is(args_value(&args, "state", "none"), c->state != NULL ? c->state : "none", "its --state");
	ok(c->first == NULL ? args.n == 0 : args.n == 1 && strcmp(args.positional[0], c->first) == 0, "its arguments");
}

static void
test_numbers(void)
{
	static const struct {
		const char *text;
		int wanted; /* -1: refused */
	} numbers[] = { { "1", 1 }, { "10", 10 }, { "0", -1 }, { "11", -1 }, { "ten", -1 }, { "1x", -1 }, { "99999999999999999999", -1 }, { "-1", -1 } };

	for (size_t i = 0; i < NELEM(numbers); i++) {
		const char *word[] = { "up", "--rows", numbers[i].text };
		struct err err = ERR_INIT;
		struct args args;
		int value = 0;

		if (args_parse(table, 3, word, &args, &err) == -1)
			bail_out("%s", err.text);
		ok(args_int(&args, "rows", 1, 10, 5, &value, &err) == (numbers[i].wanted == -1 ? -1 : 0) && (numbers[i].wanted == -1 || value == numbers[i].wanted),
			"--rows %s", numbers[i].text);
	}
}

/* Options that are lists: several words, given again, with "=". */
static void
test_lists(void)
{
	static const char *const line[] = { "verify", "f", "--anchor", "a", "b", "--quiet", "--anchor=c", "--anchor", "-", "--", "g" };
	static const char *const empty[] = { "verify", "f", "--anchor", "--quiet" }, *const last[] = { "verify", "f", "--anchor" },
				 *const blank[] = { "verify", "f", "--anchor=" };
	const char *many[ARGS_LISTED + 4] = { "verify", "f", "--anchor" };
	struct err err = ERR_INIT;
	struct args args;

	if (args_parse(table, NELEM(line), line, &args, &err) == -1)
		bail_out("%s", err.text);
	is(args_nth(&args, "anchor", 0), "a", "first of a list");
	is(args_nth(&args, "anchor", 1), "b", "second");
	is(args_nth(&args, "anchor", 2), "c", "with an equals sign");
	is(args_nth(&args, "anchor", 3), "-", "given again");
	ok(args_nth(&args, "anchor", 4) == NULL, "no more");
	ok(args.n == 2 && args_flag(&args, "quiet"), "arguments and flags beside it");
	ok(args_parse(table, NELEM(empty), empty, &args, &err) == -1, "refuses: %s", err.text);
	ok(args_parse(table, NELEM(last), last, &args, &err) == -1, "refuses: %s", err.text);
	ok(args_parse(table, NELEM(blank), blank, &args, &err) == -1, "refuses: %s", err.text);
	for (size_t i = 3; i < NELEM(many); i++)
		many[i] = "x";
	ok(args_parse(table, NELEM(many) - 1, many, &args, &err) == 0, "takes %d values", ARGS_LISTED);
	ok(args_parse(table, NELEM(many), many, &args, &err) == -1, "refuses: %s", err.text);
}

static void
test_usage(void)
{
	struct buf out = BUF_INIT;

	commands_usage(table, &out);
	for (const struct command *c = table; c->name != NULL; c++)
		ok(strstr(buf_cstr(&out), c->name) != NULL && strstr(buf_cstr(&out), c->help) != NULL, "help tells of %s", c->name);
	buf_cut(&out, 0);
	command_usage(&table[0], &out);
	ok(strstr(buf_cstr(&out), "--state DIR") != NULL, "help of a command lists its options");
	buf_clear(&out);
}

/* --at: 2026-11-21 is the day of 1795251600, 09:00 UTC. */
static void
test_moments(void)
{
	static const int64_t now = INT64_C(1795251600), noon = INT64_C(1795262400), day = 86400;
	static const struct {
		const char *day;
		int64_t now, at;
	} days[] = {
		{ NULL, now, now },
		{ "2026-11-21", now, now }, /* what was signed at eight is not of the future, what was made at ten is */
		{ "2026-11-21", noon + 3600, noon + 3600 },
		{ "2026-11-21", noon + day / 2 - 1, noon + day / 2 - 1 },
		{ "2026-11-21", noon + day / 2, noon },
		{ "2026-11-20", now, noon - day },
		{ "2026-11-22", now, noon + day },
	};
	static const char *const none[] = { "", "today", "2026-02-30", "2026-11", "21.11.2026", "2026-11-21T09:00" };
	struct err err = ERR_INIT;
	int64_t at;

	for (size_t i = 0; i < NELEM(days); i++)
		ok(given_moment(days[i].day, days[i].now, &at, &err) == 0 && at == days[i].at, "--at %s", days[i].day != NULL ? days[i].day : "not given");
	for (size_t i = 0; i < NELEM(none); i++)
		ok(given_moment(none[i], now, &at, &err) == -1 && err.kind == FAIL_INPUT, "--at %s: %s", none[i], err.text);
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++)
		test_case(&cases[i]);
	test_numbers();
	test_lists();
	test_moments();
	test_usage();
	return done_testing();
}
