/* The configuration file: sections, defaults, paths, and every mistake with file and line. */
#include "registry/base/conf.h"
#include "tests/tap.h"

static const struct {
	const char *text, *says;
} bad[] = {
	{ "nonsense = 1\n", "line 1" },
	{ "\n\nworkers\n", "line 3" },
	{ "workers = many\n", "workers" },
	{ "workers = 0\n", "1 to 256" },
	{ "workers = 5000\n", "1 to 256" },
	{ "workers = 4x\n", "whole number" },
	{ "workers = 4\nworkers = 5\n", "line 2" },
	{ "[nobody]\n", "line 1" },
	{ "[civild\n", "line 1" },
	{ "[signd]\nport = 1\n", "line 2" },
	{ "[civild]\nport = 99999\n", "0 to 65535" },
	{ "= 4\n", "line 1" },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct conf *conf = NULL;
		struct err err = ERR_INIT;

		ok(conf_parse(bytes_str(bad[i].text), "/etc/catena.conf", "civild", &conf, &err) == -1 && err.kind == FAIL_INPUT &&
				strstr(err.text, bad[i].says) != NULL && strncmp(err.text, "/etc/catena.conf", 16) == 0,
			"refused: %s", err.text);
	}
}

static void
test_good(void)
{
	static const char text[] = "# a comment\nworkers = 4\n  country =  UT \nseal_key = keys/s\nbiometric_key=/abs/b\n[enrold]\nworkers = 9\n"
				   "[civild]\nport = 1234\n\n[signd]\ntoken = pkcs11:token=x\n";
	struct conf *conf = NULL;
	struct err err = ERR_INIT;

	if (!ok(conf_parse(bytes_str(text), "/etc/catena/catena.conf", "civild", &conf, &err) == 0, "read: %s", err.text))
		return;
	ok(conf_int(conf, "workers") == 4 && conf_int(conf, "port") == 1234, "numbers, and another program's section passed over");
	is(conf_text(conf, "country"), "UT", "white space is taken off");
	is(conf_text(conf, "seal_key"), "/etc/catena/keys/s", "a path begins at the file's folder");
	is(conf_text(conf, "biometric_key"), "/abs/b", "an absolute one stays");
	ok(conf_int(conf, "idle_timeout") == 30, "defaults");
	conf_free(conf);
	ok(conf_parse(bytes_str(text), "/etc/catena/catena.conf", "enrold", &conf, &err) == 0 && conf_int(conf, "workers") == 9,
		"a program's own section wins");
	conf_free(conf);
	ok(conf_parse(bytes_str("workers = 4\n"), "/x", "signd", &conf, &err) == -1 && strstr(err.text, "token") != NULL, "what must be given is missed: %s",
		err.text);
}

static void
test_sample(void)
{
	struct buf sample = BUF_INIT;
	struct conf *conf = NULL;
	struct err err = ERR_INIT;

	conf_print_sample(&sample);
	ok(conf_parse(bytes_of(&sample), "/x", "civild", &conf, &err) == 0, "the sample is a configuration: %s", err.text);
	conf_free(conf);
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		if (strstr(buf_cstr(&sample), o->name) == NULL)
			ok(false, "the sample names %s", o->name);
	buf_clear(&sample);
}

int
main(void)
{
	test_bad();
	test_good();
	test_sample();
	return done_testing();
}
