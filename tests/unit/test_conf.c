/* The configuration: what is refused, with its line; and the sample is a configuration of defaults. */
#include "registry/base/conf.h"
#include "tests/tap.h"

static struct err err = ERR_INIT;

/* Read for civild unless another program is named; each has one defect, whose line and words must be told. */
static const struct {
	const char *text, *told;
} bad[] = {
	{ "colour = blue\n", "line 1: there is no option colour" },
	{ "\n# x\n\ncolour = blue\n", "line 4: there is no option" },
	{ "workers = 4x\n", "workers: a whole number" },
	{ "workers\n", "line 1: an option is written name = value" },
	{ "= 5\n", "line 1: there is no option" },
	{ "workers = many\n", "line 1: workers: a whole number" },
	{ "workers =\n", "workers: a whole number" },
	{ "workers = 8 # comment\n", "workers: a whole number" },
	{ "workers = 1e1\n", "workers: a whole number" },
	{ "workers = 0x10\n", "workers: a whole number" },
	{ "workers = 8.0\n", "workers: a whole number" },
	{ "workers = 0\n", "workers: 1 to 256 is allowed" },
	{ "workers = -1\n", "workers: 1 to 256 is allowed" },
	{ "workers = 257\n", "workers: 1 to 256 is allowed" },
	{ "workers = 99999999999999999999\n", "workers: a whole number" },
	{ "session_idle = 119\n", "session_idle: 120 to 86400" },
	{ "body_limit = 1023\n", "body_limit: 1024 to" },
	{ "log_level = warn\n", "log_level: one of these is wanted: error warning notice info debug" },
	{ "log_level =\n", "log_level: one of these" },
	{ "log_level = error warning\n", "log_level: one of these" },
	{ "workers = 8\nworkers = 8\n", "line 2: workers is given twice" },
	{ "[civild]\nport = 1\nport = 2\n", "line 3: port is given twice" },
	{ "[civild]\nport = 1\n[signd]\n[civild]\nport = 2\n", "line 5: port is given twice" },
	{ "[civild]\nworkers = 1\nworkers = 2\n", "line 3: workers is given twice" },
	{ "port = 1\n", "there is no option port" },
	{ "[civild\n", "a section is written [name]" },
	{ "[civild] port = 1\n", "a section is written [name]" },
	{ "[civild] # x\n", "a section is written [name]" },
	{ "[]\n", "there is no section" },
	{ "[nobody]\n", "there is no section" },
	{ "[Civild]\n", "there is no section" },
	{ "[civild-and-a-name-longer-than-the-room-for-it]\n", "there is no section" },
	{ "[civild]\ntoken = x\n", "there is no option token" },
	/* what stands for other programs is looked at, too: the file is one */
	{ "[issued]\nport = 70000\n", "line 2: port: 0 to 65535" },
	{ "[issued]\ncolour = 1\n", "line 2: there is no option colour" },
	{ "[signd]\nworkers = none\n", "line 2: workers: a whole number" },
};

static void
test_refused(void)
{
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct conf *conf = NULL;

		err_clear(&err);
		if (!ok(conf_parse(bytes_str(bad[i].text), "/etc/catena.conf", "civild", &conf, &err) == -1 && err.kind == FAIL_INPUT && conf == NULL &&
				    strncmp(err.text, "/etc/catena.conf line ", 22) == 0 && strstr(err.text, bad[i].told) != NULL,
			    "refuses, %zu: %s", i, bad[i].told))
			printf("# %s\n", err.text);
		conf_free(conf);
	}
}

static void
test_refused_whole(void)
{
	struct conf *conf = NULL;

	ok(conf_parse(BYTES("workers = 1\0\n", 13), "f", "civild", &conf, &err) == -1 && strstr(err.text, "NUL") != NULL, "refuses a NUL");
	ok(conf_parse(BYTES_NONE, "f", "signd", &conf, &err) == -1 && strstr(err.text, "token must be given") != NULL, "signd must have a token");
	ok(conf_load("/nonexistent/catena.conf", "civild", &conf, &err) == -1, "refuses a file that is not there");
	ok(conf == NULL, "and gives nothing");
}

static void
test_values(void)
{
	static const char text[] = "# comment\r\n  workers=8\r\n\tstate = X Y=Z # kept \nseal_key = keys/other\nbiometric_key = /abs\nuser =\n"
				   "[issued]\nport = 1\nworkers = 9\n[civild]\nport = 0\nworkers = 3\nconnections = 5\n[inspectd]\n[pkid]\n[catena]";
	struct conf *conf = NULL;

	if (!ok(conf_parse(bytes_str(text), "/etc/catena/catena.conf", "civild", &conf, &err) == 0, "reads a file: %s", err.text))
		return;
	ok(conf_int(conf, "port") == 0, "the port of this program");
	ok(conf_int(conf, "workers") == 3 && conf_int(conf, "connections") == 5, "its own section goes before what holds for all");
	is(conf_text(conf, "state"), "X Y=Z # kept", "a text is the rest of its line");
	is(conf_text(conf, "user"), "", "may be empty");
	is(conf_text(conf, "seal_key"), "/etc/catena/keys/other", "paths begin at the file's folder");
	is(conf_text(conf, "tls_key"), "/etc/catena/tls/server.key", "those of defaults, too");
	is(conf_text(conf, "biometric_key"), "/abs", "unless they are absolute");
	conf_free(conf);
	if (conf_parse(bytes_str(text), "/etc/catena/catena.conf", "issued", &conf, &err) == -1)
		bail_out("%s", err.text);
	ok(conf_int(conf, "port") == 1 && conf_int(conf, "workers") == 9 && conf_int(conf, "connections") == 16, "another program, the same file");
	conf_free(conf);
	if (conf_load("", "civild", &conf, &err) == -1)
		bail_out("%s", err.text);
	ok(conf_int(conf, "port") == 8441 && conf_int(conf, "lockout_failures") == 5, "defaults without a file");
	is(conf_text(conf, "tls_key"), "tls/server.key", "whose paths begin where the program was started");
	conf_free(conf);
	conf_free(NULL);
}

/* The sample with every "#name = " made a line: each program reads it, and it says what holds without it. */
static void
test_sample(void)
{
	static const char *const programs[] = { "civild", "enrold", "issued", "registryd", "signd" };
	struct buf sample = BUF_INIT, lines = BUF_INIT;
	char *rest, *line, *copy;
	struct conf *conf = NULL;

	ok(conf_print_sample(&sample) == 0 && conf_parse(bytes_of(&sample), "/x", "civild", &conf, &err) == 0, "the sample is printed, and read as it is");
	conf_free(conf);
	conf = NULL;
	copy = rest = strdup(buf_cstr(&sample));
	while ((line = strsep(&rest, "\n")) != NULL)
		buf_printf(&lines, "%s\n", line[0] == '#' && line[1] >= 'a' && line[1] <= 'z' ? line + 1 : line);
	for (size_t i = 0; i < NELEM(programs); i++) {
		if (!ok(conf_parse(bytes_of(&lines), NULL, programs[i], &conf, &err) == 0, "%s reads the sample", programs[i])) {
			printf("# %s\n", err.text);
			continue;
		}
		for (const struct conf_option *o = conf_options; o->name != NULL; o++)
			if (o->initial != NULL && (*o->section == '\0' || strcmp(o->section, programs[i]) == 0))
				ok(strcmp(conf_text(conf, o->name), o->initial) == 0, "%s: %s is the default", programs[i], o->name);
		conf_free(conf);
		conf = NULL;
	}
	free(copy);
	buf_clear(&lines);
	buf_clear(&sample);
}

static void
test_table(void)
{
	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		bool twice = false;

		for (const struct conf_option *p = conf_options; p != o; p++)
			twice = twice || (strcmp(p->name, o->name) == 0 && (strcmp(p->section, o->section) == 0 || *p->section == '\0' || *o->section == '\0'));
		ok(!twice && *o->manual != '\0' && o->min <= o->max, "%s is there once, explained, its limits in order", o->name);
	}
}

int
main(void)
{
	test_refused();
	test_refused_whole();
	test_values();
	test_sample();
	test_table();
	return done_testing();
}
