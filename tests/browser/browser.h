/*
 * browser.h - what the tests of the desks in a real browser share: they make the stage with a rig (tests/service/rig.h) and let a script of
 * play.js play on it, whose TAP is theirs.  All are skipped where node, Chromium or the desks' modules are not there.
 */
#ifndef CATENA_TESTS_BROWSER_H
#define CATENA_TESTS_BROWSER_H

#include <sys/wait.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

static const char *
browser_dir(const char *variable)
{
	const char *d = getenv(variable);

	return d != NULL ? d : ".";
}

static void
browser_skip(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(0);
}

static void
browser_look_for_tools(void)
{
	char path[512];

	if (IS_SANITIZED)
		browser_skip("the pages are the other build's, and sanitized services are too slow for them");
	if (system("node --version >/dev/null 2>&1") != 0)
		browser_skip("node is not installed");
	if (system("${CHROMIUM:-chromium} --version >/dev/null 2>&1") != 0)
		browser_skip("chromium is not installed");
	snprintf(path, sizeof(path), "%s/axe-core/axe.min.js", browser_dir("NODE_MODULES"));
	if (access(path, R_OK) == -1)
		browser_skip("the desks' modules are not there: ./bootstrap modules");
}

/* A desk: who serves it, and where its pages and messages are. */
struct browser_desk {
	const char *program, *folder;
};
static const struct browser_desk browser_desks[] = { { "issued", "issuance/desk" }, { "civild", "enrolment/civil/desk" } };

/* The one of a rig is that of the first of these programs which runs there. */
static const struct browser_desk *
browser_desk_of(struct rig *rig)
{
	for (size_t i = 0; i < NELEM(browser_desks); i++)
		if (rig_program(rig, browser_desks[i].program) != NULL)
			return &browser_desks[i];
	bail_out("nobody serves a desk");
	return NULL;
}

/* The rig with these programs (NULL-terminated), or the test is skipped. */
static void
browser_start_with(struct rig *rig, const char *const *programs)
{
	struct err err = ERR_INIT;

	browser_look_for_tools();
	if (rig_start(rig, programs, &err) == 0)
		return;
	if (err.kind == FAIL_NOT_FOUND)
		browser_skip(err.text);
	bail_out("%s", err.text);
}

/* The rig with civild, and signd, which is asked for seals. */
__attribute__((unused)) static void
browser_start(struct rig *rig)
{
	browser_start_with(rig, (const char *[]){ "signd", "civild", NULL });
}

static json_t *
browser_officers(struct rig *rig, const char *const *logins)
{
	const struct rig_officer *officer = NULL;
	struct err err = ERR_INIT;
	json_t *list = json_array();
	struct bytes totp;

	for (; *logins != NULL; logins++) {
		if (rig_officer(rig, *logins, &officer, &err) == -1)
			bail_out("%s: %s", *logins, err.text);
		totp = bytes_of(&officer->totp);
		json_array_append_new(list, json_pack("{s:s, s:s%}", "login", *logins, "totp", (const char *)totp.p, totp.n));
	}
	return list;
}

/* more: further members for the script, taken; may be NULL. */
static void
browser_write_stage(struct rig *rig, const char *const *logins, json_t *more)
{
	const struct browser_desk *desk = browser_desk_of(rig);
	char pictures[512];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *stage;

	snprintf(pictures, sizeof(pictures), "%s/tests/browser/pictures", browser_dir("top_builddir"));
	stage = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s}", "url", rig_program(rig, desk->program)->address, "desk", desk->folder, "password", rig_password, "officers",
		browser_officers(rig, logins), "pictures", pictures, "modules", browser_dir("NODE_MODULES"));
	if (more != NULL)
		json_object_update(stage, more);
	json_decref(more);
	if (json_text(stage, &text, &err) == -1 || file_write(rig_path(rig, "stage.json"), bytes_of(&text), 0600, &err) == -1)
		bail_out("%s", err.text);
	json_decref(stage);
	buf_wipe(&text);
}

/* Lets the script of tests/browser play before the officers (NULL-terminated), with `more` on the stage; stops the rig; what the test exits with. */
static int
browser_play_with(struct rig *rig, const char *script, const char *const *logins, json_t *more)
{
	char path[512];
	int status = 0;
	pid_t pid;

	browser_write_stage(rig, logins, more);
	snprintf(path, sizeof(path), "%s/tests/browser/%s", browser_dir("top_srcdir"), script);
	fflush(stdout);
	if ((pid = fork()) == 0) {
		execlp("node", "node", path, rig_path(rig, "stage.json"), (char *)NULL);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		bail_out("node does not start");
	rig_stop(rig);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

__attribute__((unused)) static int
browser_play(struct rig *rig, const char *script, const char *const *logins)
{
	return browser_play_with(rig, script, logins, NULL);
}

#endif
