/*
 * test_desk.c - the desks in a real browser: makes the stage (a cluster, a token, civild, officers) and lets desk.js play on it, whose
 * TAP is this test's.  Skipped where node, Chromium or the desks' modules are not there.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "tests/service/facility.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

static struct rig rig = RIG_INIT;

static const char *
dir(const char *variable)
{
	const char *d = getenv(variable);

	return d != NULL ? d : ".";
}

static void
skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(0);
}

static void
look_for_tools(void)
{
	char path[512];

	if (IS_SANITIZED)
		skip_all("the pages are the other build's, and sanitized services are too slow for them");
	if (system("node --version >/dev/null 2>&1") != 0)
		skip_all("node is not installed");
	if (system("${CHROMIUM:-chromium} --version >/dev/null 2>&1") != 0)
		skip_all("chromium is not installed");
	snprintf(path, sizeof(path), "%s/axe-core/axe.min.js", dir("NODE_MODULES"));
	if (access(path, R_OK) == -1)
		skip_all("the desks' modules are not there: ./bootstrap modules");
}

static json_t *
officers(void)
{
	static const char *const logins[] = { "civil_clerk.1", "civil_registrar.1", "civil_registrar.2", "civil_clerk.2", "civil_supervisor.1", NULL };
	const struct rig_officer *officer = NULL;
	struct err err = ERR_INIT;
	json_t *list = json_array();
	struct bytes totp;

	for (const char *const *login = logins; *login != NULL; login++) {
		if (rig_officer(&rig, *login, &officer, &err) == -1)
			bail_out("%s: %s", *login, err.text);
		totp = bytes_of(&officer->totp);
		json_array_append_new(list, json_pack("{s:s, s:s%}", "login", *login, "totp", (const char *)totp.p, totp.n));
	}
	return list;
}

/* Births that a hospital knows of, one for each language of the desk. */
static void
notify(void)
{
	static const struct {
		const char *reference, *primary_name, *secondary_name;
	} mothers[] = { { "NB-en", "Ostrander", "Philippa" }, { "NB-fr", "Quéméneur", "Maëlle" }, { "NB-ar", "الخطيب", "نور" } };
	struct client *hospital = facility_client(&rig, RIG_PLACE_HOSPITAL);

	for (size_t i = 0; i < NELEM(mothers); i++) {
		json_t *body = json_pack("{s:s, s:s, s:s, s:{s:{s:s, s:s, s:s}, s:{s:s, s:s}}}", "kind", "birth", "place", RIG_PLACE_HOSPITAL, "reference",
			mothers[i].reference, "content", "child", "sex", "M", "date_of_birth", "2026-11-02", "place_of_birth", RIG_PLACE_HOSPITAL, "mother",
			"primary_name", mothers[i].primary_name, "secondary_name", mothers[i].secondary_name);
		struct err err = ERR_INIT;
		struct uuid key;
		struct buf reply = BUF_INIT;
		int status = 0;

		if (uuid_new(&key, &err) == -1 ||
			client_call(hospital, "POST", "/civil/v1/notifications", &key, (struct client_body){ .json = body }, &status, &reply, &err) == -1)
			bail_out("notification %s: %d %s", mothers[i].reference, status, err.text);
		buf_clear(&reply);
		json_decref(body);
	}
	client_free(hospital);
}

static void
write_stage(void)
{
	char pictures[512];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *stage;

	snprintf(pictures, sizeof(pictures), "%s/tests/browser/pictures", dir("top_builddir"));
	stage = json_pack("{s:s, s:s, s:o, s:s, s:s}", "url", rig_program(&rig, "civild")->address, "password", rig_password, "officers",
		officers(), "pictures", pictures, "modules", dir("NODE_MODULES"));
	if (json_text(stage, &text, &err) == -1 || file_write(rig_path(&rig, "stage.json"), bytes_of(&text), 0600, &err) == -1)
		bail_out("%s", err.text);
	json_decref(stage);
	buf_wipe(&text);
}

int
main(void)
{
	char script[512];
	struct err err = ERR_INIT;
	int status = 0;
	pid_t pid;

	look_for_tools();
	if (rig_start(&rig, (const char *[]){ "civild", NULL }, &err) == -1) {
		if (err.kind == FAIL_NOT_FOUND)
			skip_all(err.text);
		bail_out("%s", err.text);
	}
	notify();
	write_stage();
	snprintf(script, sizeof(script), "%s/tests/browser/desk.js", dir("top_srcdir"));
	fflush(stdout);
	if ((pid = fork()) == 0) {
		execlp("node", "node", script, rig_path(&rig, "stage.json"), (char *)NULL);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		bail_out("node does not start");
	rig_stop(&rig);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
