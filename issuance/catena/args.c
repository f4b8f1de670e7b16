#include "issuance/catena/args.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORD_MAX = 48,
	NEAR = 2 }; /* edits up to which a word is taken for a slip of another */

/* Words of a command's name that argv begins with: all of them (their number), or 0. */
static int
words_fit(const char *name, int argc, const char *const *argv)
{
	int n = 0;

	while (*name != '\0') {
		size_t len = strcspn(name, " ");

		if (n == argc || strlen(argv[n]) != len || memcmp(argv[n], name, len) != 0)
			return 0;
		n++;
		name += len + (name[len] == ' ');
	}
	return n;
}

const struct command *
command_find(const struct command *table, int argc, const char *const *argv, int *used)
{
	const struct command *best = NULL;

	*used = 0;
	for (const struct command *c = table; c->name != NULL; c++) {
		int n = words_fit(c->name, argc, argv);

		if (n > *used) {
			*used = n;
			best = c;
		}
	}
	return best;
}

/* Levenshtein's distance; words longer than WORD_MAX are far from everything. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t before = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t changed = before + (a[i - 1] != b[j - 1]), least = row[j] + 1;

			before = row[j];
			if (row[j - 1] + 1 < least)
				least = row[j - 1] + 1;
			row[j] = changed < least ? changed : least;
		}
	}
	return row[lb];
}

static int
unknown_command(const struct command *table, int argc, const char *const *argv, struct err *err)
{
	const char *nearest = NULL;
	char given[2 * WORD_MAX];
	size_t best = NEAR + 1;

	snprintf(given, sizeof(given), "%.40s%s%.40s", argv[0], argc > 1 && argv[1][0] != '-' ? " " : "",
		argc > 1 && argv[1][0] != '-' ? argv[1] : "");
	for (const struct command *c = table; c->name != NULL; c++) {
		size_t whole = distance(c->name, given), first = distance(c->name, argv[0]);
		size_t group = strncmp(c->name, argv[0], strlen(argv[0])) == 0 && c->name[strlen(argv[0])] == ' ' ? NEAR : WORD_MAX;
		size_t least = whole < first ? whole : first;

		least = group < least ? group : least;
		if (least < best) {
			best = least;
			nearest = c->name;
		}
	}
	err_set(err, FAIL_INPUT, "%s: there is no such command", given);
	if (nearest != NULL)
		err_hint(err, "did you mean: catena %s?  catena help lists all", nearest);
	else
		err_hint(err, "catena help lists the commands");
	return -1;
}

static int
option_index(const struct command *command, const char *name, size_t len)
{
	for (int i = 0; command->options != NULL && command->options[i].name != NULL; i++)
		if (strlen(command->options[i].name) == len && memcmp(command->options[i].name, name, len) == 0)
			return i;
	return -1;
}

static int
unknown_option(const struct command *command, const char *name, struct err *err)
{
	const char *nearest = NULL;
	size_t best = NEAR + 1;

	for (const struct arg_option *o = command->options; o != NULL && o->name != NULL; o++)
		if (distance(o->name, name) < best) {
			best = distance(o->name, name);
			nearest = o->name;
		}
	err_set(err, FAIL_INPUT, "--%.40s: catena %s has no such option", name, command->name);
	if (nearest != NULL)
		err_hint(err, "did you mean --%s?", nearest);
	else
		err_hint(err, "catena help %s lists its options", command->name);
	return -1;
}

/* The value after "=" or the words up to the next option. */
static int
list_read(struct args *args, int o, const char *equals, int argc, const char *const *argv, int *i, struct err *err)
{
	const struct arg_option *option = &args->command->options[o];
	int before = args->nlisted;

	while (equals != NULL || (*i + 1 < argc && strncmp(argv[*i + 1], "--", 2) != 0)) {
		const char *value = equals != NULL ? equals + 1 : argv[++*i];

		if (value[0] == '\0')
			return err_set(err, FAIL_INPUT, "--%s: %s is empty", option->name, option->value);
		if (args->nlisted == ARGS_LISTED)
			return err_set(err, FAIL_INPUT, "--%s: more than %d values", option->name, ARGS_LISTED);
		args->listed[args->nlisted].option = o;
		args->listed[args->nlisted++].value = value;
		if (equals != NULL)
			break;
	}
	if (args->nlisted == before)
		return err_set(err, FAIL_INPUT, "--%s: %s is missing", option->name, option->value);
	return 0;
}

/* argv[*i] begins with "--" and names an option. */
static int
option_read(struct args *args, int argc, const char *const *argv, int *i, struct err *err)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	int o = option_index(args->command, name, equals == NULL ? strlen(name) : (size_t)(equals - name));
	const struct arg_option *option;

	if (o == -1)
		return unknown_option(args->command, name, err);
	option = &args->command->options[o];
	if (option->is_list)
		return list_read(args, o, equals, argc, argv, i, err);
	if (args->value[o] != NULL)
		return err_set(err, FAIL_INPUT, "--%s: is given twice", option->name);
	if (option->value == NULL) {
		args->value[o] = "";
		return equals == NULL ? 0 : err_set(err, FAIL_INPUT, "--%s: takes no value", option->name);
	}
	if (equals != NULL)
		args->value[o] = equals + 1;
	else if (*i + 1 < argc)
		args->value[o] = argv[++*i];
	if (args->value[o] == NULL || args->value[o][0] == '\0')
		return err_set(err, FAIL_INPUT, "--%s: %s is missing", option->name, option->value);
	return 0;
}

int
args_parse(const struct command *table, int argc, const char *const *argv, struct args *args, struct err *err)
{
	struct args got = { NULL };
	bool options = true;
	int used;

	if ((got.command = command_find(table, argc, argv, &used)) == NULL)
		return unknown_command(table, argc, argv, err);
	for (int i = used; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
			if (argv[i][1] != '-')
				return err_set(err, FAIL_INPUT, "%.40s: options are written --name", argv[i]);
			if (option_read(&got, argc, argv, &i, err) == -1)
				return -1;
		} else if (got.n == got.command->most || got.n == ARGS_POSITIONALS) {
			err_set(err, FAIL_INPUT, "%.60s: one argument too many", argv[i]);
			err_hint(err, "usage: catena %s %s", got.command->name, got.command->arguments);
			return -1;
		} else {
			got.positional[got.n++] = argv[i];
		}
	}
	if (got.n < got.command->least) {
		err_set(err, FAIL_INPUT, "catena %s: an argument is missing", got.command->name);
		err_hint(err, "usage: catena %s %s", got.command->name, got.command->arguments);
		return -1;
	}
	*args = got;
	return 0;
}

const char *
args_value(const struct args *args, const char *name, const char *otherwise)
{
	int o = option_index(args->command, name, strlen(name));

	assert(o != -1);
	return args->value[o] != NULL ? args->value[o] : otherwise;
}

const char *
args_nth(const struct args *args, const char *name, int i)
{
	int o = option_index(args->command, name, strlen(name));

	assert(o != -1 && args->command->options[o].is_list);
	for (int k = 0; k < args->nlisted; k++)
		if (args->listed[k].option == o && i-- == 0)
			return args->listed[k].value;
	return NULL;
}

bool
args_flag(const struct args *args, const char *name)
{
	return args_value(args, name, NULL) != NULL;
}

int
args_int(const struct args *args, const char *name, int least, int most, int otherwise, int *value, struct err *err)
{
	const char *text = args_value(args, name, NULL);
	char *end;
	long n;

	if (text == NULL) {
		*value = otherwise;
		return 0;
	}
	errno = 0;
	n = strtol(text, &end, 10);
	if (*end != '\0' || errno != 0 || n < least || n > most)
		return err_set(err, FAIL_INPUT, "--%s: a whole number from %d to %d is wanted", name, least, most);
	*value = (int)n;
	return 0;
}

void
command_usage(const struct command *command, struct buf *out)
{
	buf_printf(out, "catena %s%s%s\n\n  %s\n", command->name, command->arguments[0] != '\0' ? " " : "", command->arguments, command->help);
	if (command->more != NULL)
		buf_printf(out, "\n%s", command->more);
	for (const struct arg_option *o = command->options; o != NULL && o->name != NULL; o++) {
		char left[40];

		snprintf(left, sizeof(left), "--%s%s%s%s", o->name, o->value != NULL ? " " : "", o->value != NULL ? o->value : "",
			o->is_list ? "..." : "");
		buf_printf(out, "%s  %-24s %s\n", o == command->options ? "\n" : "", left, o->help);
	}
}

void
commands_usage(const struct command *table, struct buf *out)
{
	buf_str(out, "catena - births, identities, passports and the proof that each descends from the other\n\n"
		     "usage: catena COMMAND [OPTIONS]\n\n");
	for (const struct command *c = table; c->name != NULL; c++)
		buf_printf(out, "  %-16s %s\n", c->name, c->help);
	buf_str(out, "\ncatena help COMMAND tells more about one; catena(1) is the manual.\n");
}
