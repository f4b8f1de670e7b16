/*
 * args.h - the command line of `catena`: commands of one or two words, long options, arguments.  Pure.
 *
 * Options may stand anywhere: "--name VALUE", "--name=VALUE", "--flag", "--list VALUE VALUE"; "--" ends them.  No option takes a password or a PIN: what
 * stands on a command line is seen by everyone on the machine.
 */
#ifndef CATENA_ARGS_H
#define CATENA_ARGS_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { ARGS_OPTIONS = 16,
	ARGS_POSITIONALS = 512,
	ARGS_LISTED = 512 };

struct arg_option {
	const char *name;  /* "state"; NULL ends a list */
	const char *value; /* what stands for the value in the help: "DIR"; NULL: a flag */
	const char *help;
	bool is_list; /* takes all words up to the next option, and may be given again */
};

struct args;
struct command {
	const char *name;      /* "officer add" */
	const char *arguments; /* "LOGIN --name NAME": for the help */
	const char *help;      /* one line */
	const struct arg_option *options;
	int least, most; /* arguments that are no options */
	/* Exit status; -1 with *err: the message is printed and the status is 1. */
	int (*run)(const struct args *args, struct err *err);
	const char *more; /* further lines of `catena help COMMAND`; may be NULL */
};

struct args {
	const struct command *command;
	const char *value[ARGS_OPTIONS]; /* by the index of the option; NULL: not given; a flag: "" */
	const char *positional[ARGS_POSITIONALS];
	int n;
	struct {
		int option;
		const char *value;
	} listed[ARGS_LISTED]; /* values of the options that are lists, in order */
	int nlisted;
};

/*
 * Finds the command (table ends with name NULL) and reads what follows.  FAIL_INPUT for an unknown command or option (with the
 * nearest one as hint), a missing or superfluous value, an option given twice (a list may be), a wrong number of arguments.
 */
int args_parse(const struct command *table, int argc, const char *const *argv, struct args *args, struct err *err);
/* The command that the words name: the longest that fits; *used words.  NULL: none. */
const struct command *command_find(const struct command *table, int argc, const char *const *argv, int *used);
/* The option's value, or `otherwise`.  Asking for an option that the command does not have is an assert. */
const char *args_value(const struct args *args, const char *name, const char *otherwise);
const char *args_nth(const struct args *args, const char *name, int i); /* of a list, from 0; NULL after the last */
bool args_flag(const struct args *args, const char *name);
int args_int(const struct args *args, const char *name, int least, int most, int otherwise, int *value, struct err *err);

void command_usage(const struct command *command, struct buf *out); /* catena help COMMAND */
void commands_usage(const struct command *table, struct buf *out);  /* catena help */

#endif
