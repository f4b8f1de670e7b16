#include "registry/base/conf.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/base/file.h"

enum { CONF_MAX = 256 * 1024 };

struct conf {
	char *value[128]; /* by the index of the option; NULL: not given and no default */
	bool given[128];  /* for all programs */
	bool own[128];    /* in the program's section, which goes before */
};

static bool
is_of(const struct conf_option *o, const char *program)
{
	return o->section[0] == '\0' || strcmp(o->section, program) == 0;
}

/* The program's own section is looked at first: it may set for itself what holds for all ("[civild] connections = 32"). */
static int
option_find(const char *section, const char *name)
{
	for (int i = 0; conf_options[i].name != NULL; i++)
		if (strcmp(conf_options[i].section, section) == 0 && strcmp(conf_options[i].name, name) == 0)
			return i;
	return section[0] == '\0' ? -1 : option_find("", name);
}

static bool
section_exists(const char *section)
{
	static const char *const others[] = { "inspectd", "pkid", "catena", NULL }; /* programs without options of their own */

	for (int i = 0; conf_options[i].name != NULL; i++)
		if (strcmp(conf_options[i].section, section) == 0)
			return true;
	for (int i = 0; others[i] != NULL; i++)
		if (strcmp(others[i], section) == 0)
			return true;
	return false;
}

static bool
is_word(const char *words, const char *value)
{
	size_t n = strlen(value);

	for (const char *p = words; *p != '\0'; p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && strncmp(p, value, n) == 0)
			return true;
	return false;
}

static int
value_check(const struct conf_option *o, const char *value, const char *place, struct err *err)
{
	char *end;
	long long n;

	if (o->type == CONF_BOOL && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return err_set(err, FAIL_INPUT, "%s: %s: yes or no is wanted", place, o->name);
	if (o->type == CONF_TEXT && o->words != NULL && !is_word(o->words, value))
		return err_set(err, FAIL_INPUT, "%s: %s: one of these is wanted: %s", place, o->name, o->words);
	if (o->type != CONF_INT && o->type != CONF_SECONDS && o->type != CONF_OCTETS)
		return 0;
	errno = 0;
	n = strtoll(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0)
		return err_set(err, FAIL_INPUT, "%s: %s: a whole number is wanted", place, o->name);
	if ((o->min != 0 || o->max != 0) && (n < o->min || n > o->max))
		return err_set(err, FAIL_INPUT, "%s: %s: %lld to %lld is allowed", place, o->name, (long long)o->min, (long long)o->max);
	return 0;
}

/* Relative paths begin at the file's folder. */
static char *
value_copy(const struct conf_option *o, const char *value, const char *file)
{
	const char *slash = file == NULL ? NULL : strrchr(file, '/');
	char *copy;

	if (o->type != CONF_PATH || value[0] == '/' || value[0] == '\0' || slash == NULL)
		return strdup(value);
	return asprintf(&copy, "%.*s/%s", (int)(slash - file), file, value) == -1 ? NULL : copy;
}

static int
option_set(struct conf *conf, int i, const char *value, const char *file, const char *place, struct err *err)
{
	if (value_check(&conf_options[i], value, place, err) == -1)
		return -1;
	free(conf->value[i]);
	if ((conf->value[i] = value_copy(&conf_options[i], value, file)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

static char *
trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && strchr(" \t\r", end[-1]) != NULL)
		*--end = '\0';
	return s + strspn(s, " \t");
}

struct place {
	char section[32];
	char text[PATH_MAX + 32]; /* "FILE line N" */
};

static int
line_read(struct conf *conf, char *line, const char *file, const char *program, struct place *at, struct err *err)
{
	char *name = trim(line), *value, *end;
	bool *given;
	int i;

	if (*name == '\0' || *name == '#')
		return 0;
	if (*name == '[') {
		if ((end = strchr(name, ']')) == NULL || end[1] != '\0')
			return err_set(err, FAIL_INPUT, "%s: a section is written [name]", at->text);
		*end = '\0';
		snprintf(at->section, sizeof(at->section), "%s", name + 1);
		return name[1] != '\0' && section_exists(at->section) ? 0
								      : err_set(err, FAIL_INPUT, "%s: there is no section of this name", at->text);
	}
	if ((value = strchr(name, '=')) == NULL)
		return err_set(err, FAIL_INPUT, "%s: an option is written name = value", at->text);
	*value++ = '\0';
	name = trim(name);
	value = trim(value);
	if ((i = option_find(at->section, name)) == -1)
		return err_set(err, FAIL_INPUT, "%s: there is no option %.40s here", at->text, name);
	if (at->section[0] != '\0' && strcmp(at->section, program) != 0)
		return value_check(&conf_options[i], value, at->text, err);
	given = at->section[0] == '\0' ? &conf->given[i] : &conf->own[i];
	if (*given)
		return err_set(err, FAIL_INPUT, "%s: %s is given twice", at->text, name);
	*given = true;
	return option_set(conf, i, value, file, at->text, err);
}

int
conf_parse(struct bytes text, const char *file, const char *program, struct conf **conf, struct err *err)
{
	struct conf *c = calloc(1, sizeof(*c));
	struct place at = { "", "" };
	char *copy = NULL, *rest, *line;
	int number = 0, rc = -1;

	if (c == NULL || (copy = strndup(text.n == 0 ? "" : (const char *)text.p, text.n)) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (strlen(copy) != text.n) {
		err_set(err, FAIL_INPUT, "%s: a NUL character", file == NULL ? "configuration" : file);
		goto out;
	}
	for (int i = 0; conf_options[i].name != NULL; i++) {
		assert(i < (int)NELEM(c->value));
		if (conf_options[i].initial != NULL && is_of(&conf_options[i], program) &&
			option_set(c, i, conf_options[i].initial, file, "default", err) == -1)
			goto out;
	}
	for (rest = copy; (line = strsep(&rest, "\n")) != NULL;) {
		snprintf(at.text, sizeof(at.text), "%s line %d", file == NULL ? "configuration" : file, ++number);
		if (line_read(c, line, file, program, &at, err) == -1)
			goto out;
	}
	for (int i = 0; conf_options[i].name != NULL; i++)
		if (c->value[i] == NULL && is_of(&conf_options[i], program)) {
			err_set(err, FAIL_INPUT, "%s: %s must be given", file == NULL ? "configuration" : file, conf_options[i].name);
			goto out;
		}
	*conf = c;
	c = NULL;
	rc = 0;
out:
	conf_free(c);
	free(copy);
	return rc;
}

int
conf_load(const char *file, const char *program, struct conf **conf, struct err *err)
{
	struct buf text = BUF_INIT;
	char path[PATH_MAX];
	int rc = -1;

	if (file == NULL || *file == '\0')
		return conf_parse(BYTES_NONE, NULL, program, conf, err);
	if (realpath(file, path) == NULL)
		return err_errno(err, "%s", file);
	if (file_read(path, CONF_MAX, &text, err) == 0)
		rc = conf_parse(bytes_of(&text), path, program, conf, err);
	buf_clear(&text);
	return rc;
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < NELEM(conf->value); i++)
		free(conf->value[i]);
	free(conf);
}

/* Of several options of one name (port of each service) the one this program has a value for. */
static const char *
value_of(const struct conf *conf, const char *name, enum conf_type *type)
{
	for (int i = 0; conf_options[i].name != NULL; i++)
		if (strcmp(conf_options[i].name, name) == 0 && conf->value[i] != NULL) {
			*type = conf_options[i].type;
			return conf->value[i];
		}
	assert(!"an option that this program does not have");
	return "";
}

const char *
conf_text(const struct conf *conf, const char *name)
{
	enum conf_type type;

	return value_of(conf, name, &type);
}

int64_t
conf_int(const struct conf *conf, const char *name)
{
	enum conf_type type = CONF_INT;
	const char *value = value_of(conf, name, &type);

	assert(type == CONF_INT || type == CONF_SECONDS || type == CONF_OCTETS);
	return strtoll(value, NULL, 10);
}

bool
conf_bool(const struct conf *conf, const char *name)
{
	enum conf_type type = CONF_BOOL;

	return strcmp(value_of(conf, name, &type), "yes") == 0;
}

static void
wrapped(struct buf *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (column == 0 || column + n > 76) {
			buf_str(out, column == 0 ? "#" : "\n#");
			column = 1;
		}
		buf_printf(out, " %.*s", (int)n, text);
		column += n + 1;
		text += n + strspn(text + n, " ");
	}
	buf_str(out, "\n");
}

int
conf_print_sample(struct buf *out)
{
	const char *section = "";

	buf_str(out, "# catena.conf: every option with its default; see catena.conf(5).\n");
	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		if (strcmp(section, o->section) != 0)
			buf_printf(out, "\n[%s]\n", section = o->section);
		buf_str(out, "\n");
		wrapped(out, o->manual);
		buf_printf(out, "#%s =%s%s\n", o->name, o->initial != NULL && *o->initial == '\0' ? "" : " ",
			o->initial == NULL ? "(must be given)" : o->initial);
	}
	return out->failed ? -1 : 0;
}

int
conf_print_manual(struct buf *out)
{
	static const char *const types[] = { "text", "number", "yes or no", "path", "seconds", "octets" };
	const char *section = NULL;

	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		if (section == NULL || strcmp(section, o->section) != 0) {
			if (section != NULL)
				buf_str(out, ".El\n");
			section = o->section;
			if (*section == '\0')
				buf_str(out, ".Ss All programs\n");
			else
				buf_printf(out, ".Ss Section [%s]\n", section);
			buf_str(out, ".Bl -tag -width Ds\n");
		}
		buf_printf(out, ".It Ic %s\n%s\n(%s", o->name, o->manual, types[o->type]);
		if (o->min != 0 || o->max != 0)
			buf_printf(out, " from %lld to %lld", (long long)o->min, (long long)o->max);
		if (o->initial == NULL)
			buf_str(out, "; must be given)\n");
		else if (*o->initial == '\0')
			buf_str(out, "; default: empty)\n");
		else
			buf_printf(out, "; default: %s)\n", o->initial);
	}
	buf_str(out, ".El\n");
	return out->failed ? -1 : 0;
}
