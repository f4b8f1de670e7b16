/*
 * conf.h - one file, one table of options: "name = value" lines, # comments, [section] per program.
 *
 * The table is the single source: `catena conf` prints it, docs/catena.conf.5 and docs/catena.conf.sample are made from it
 * or held against it by a test.  Unknown options, options given twice and values out of range are errors with file and line.
 * A program's own section goes before what holds for all.
 */
#ifndef CATENA_BASE_CONF_H
#define CATENA_BASE_CONF_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum conf_type { CONF_TEXT,
	CONF_INT,
	CONF_BOOL,
	CONF_PATH,
	CONF_SECONDS,
	CONF_OCTETS };

struct conf_option {
	const char *section; /* "" for all programs, else "civild", "signd", ... */
	const char *name;
	enum conf_type type;
	const char *initial; /* default as text; NULL: must be given when its program runs */
	int64_t min, max;    /* CONF_INT, CONF_SECONDS, CONF_OCTETS; both 0: no limit */
	const char *unit;    /* "" or "s", "octets", ... */
	const char *manual;  /* one or two sentences for conf(5) */
	const char *words;   /* CONF_TEXT: the values there are, spaces between; NULL: any */
};
extern const struct conf_option conf_options[]; /* ends with name NULL */

struct conf;
/* Reads FILE ("" or NULL: defaults only) for the program; paths that are not absolute are taken from the file's folder. */
int conf_load(const char *file, const char *program, struct conf **conf, struct err *err);
int conf_parse(struct bytes text, const char *file, const char *program, struct conf **conf, struct err *err);
void conf_free(struct conf *conf);
const char *conf_text(const struct conf *conf, const char *name); /* asking for an unknown option is an assert */
int64_t conf_int(const struct conf *conf, const char *name);
bool conf_bool(const struct conf *conf, const char *name);
int conf_print_sample(struct buf *out); /* the commented sample file */
int conf_print_manual(struct buf *out); /* the OPTIONS part of catena.conf(5), mdoc */

#endif
