/* catena batch: an office's batches of orders, and the progress of one until it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/session.h"
#include "registry/base/text.h"

enum { LOOK_SECONDS = 1,
	BAR = 40,
	LISTED = 20, /* newest batches of an office */
	PATH = 160 };

const struct arg_option batch_options[] = {
	OPTION_STATE,
	{ "officer", "FILE", "credentials of an officer of the passport office; else CATENA_OFFICER", false },
	{ "stop", "REASON", "stop the batch: what stations hold is finished", false },
	{ "resume", NULL, "go on with a stopped batch", false },
	{ "once", NULL, "say how far it is, and end", false },
	{ NULL, NULL, NULL, false },
};

static const char *
member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static long long
figure(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* What officers wrote moves no cursor. */
static void
print_line(const char *what, const char *text)
{
	struct buf shown = BUF_INIT;

	text_show(bytes_str(text), &shown);
	printf("%s: %s\n", what, buf_cstr(&shown));
	buf_clear(&shown);
}

/* ---- all of an office ---- */

static int
list_office(struct client *client, const char *office_id, struct err *err)
{
	char path[PATH];
	json_t *page = NULL, *one;
	size_t i;

	snprintf(path, sizeof(path), "/issuance/v1/batches?office=%s&limit=%d", office_id, LISTED);
	if (client_json(client, "GET", path, NULL, NULL, &page, err) == -1)
		return -1;
	json_array_foreach (json_object_get(page, "items"), i, one)
		printf("%s  %.16s  %-9s  %lld of %lld done, %lld failed\n", member(one, "id"), member(one, "created_at"), member(one, "state"), figure(one, "done"), figure(one, "total"),
			figure(one, "failed"));
	json_decref(page);
	return 0;
}

/* Of every passport office where the officer has a role. */
static int
list_all(struct client *client, struct err *err)
{
	json_t *who = NULL, *seen = json_object(), *one;
	size_t i;
	int rc = client_json(client, "GET", "/issuance/v1/session", NULL, NULL, &who, err);

	json_array_foreach (json_object_get(who, "roles"), i, one) {
		const char *office = member(one, "office_id");

		if (rc == -1 || strncmp(member(one, "role"), "passport_", 9) != 0 || json_object_get(seen, office) != NULL)
			continue;
		json_object_set_new(seen, office, json_true());
		rc = list_office(client, office, err);
	}
	if (rc == 0 && json_object_size(seen) == 0)
		rc = err_set(err, FAIL_DENIED, "the officer has no role in a passport office");
	json_decref(seen);
	json_decref(who);
	return rc;
}

/* ---- one ---- */

/* What was shown last: lines come only when something changed, the bar always. */
struct shown {
	bool is_terminal;
	long long done, failed, held;
	char state[16];
	json_t *notices; /* sentences by station */
};

static void
show_bar(const json_t *batch)
{
	long long total = figure(batch, "total"), done = figure(batch, "done"), failed = figure(batch, "failed");
	int full = total > 0 ? (int)((done + failed) * BAR / total) : BAR;

	printf("\r\033[K[%.*s%.*s] %lld of %lld done, %lld failed, %lld in hand, %s", full, "########################################", BAR - full,
		"........................................", done, total, failed, figure(batch, "held"), member(batch, "state"));
}

static void
show(struct shown *s, const json_t *batch)
{
	const json_t *one;
	bool is_new = figure(batch, "done") != s->done || figure(batch, "failed") != s->failed || strcmp(member(batch, "state"), s->state) != 0;
	size_t i;

	json_array_foreach (json_object_get(batch, "notices"), i, one) {
		if (strcmp(member(s->notices, member(one, "station")), member(one, "detail")) == 0)
			continue;
		if (s->is_terminal)
			printf("\r\033[K");
		print_line(member(one, "station"), member(one, "detail"));
		json_object_set_new(s->notices, member(one, "station"), json_string(member(one, "detail")));
	}
	if (s->is_terminal)
		show_bar(batch);
	else if (is_new)
		printf("%lld of %lld done, %lld failed, %lld in hand, %s\n", figure(batch, "done"), figure(batch, "total"), figure(batch, "failed"), figure(batch, "held"),
			member(batch, "state"));
	s->done = figure(batch, "done");
	s->failed = figure(batch, "failed");
	snprintf(s->state, sizeof(s->state), "%s", member(batch, "state"));
	fflush(stdout);
}

/* Completed, or stopped and nobody has anything of it in hand. */
static bool
is_at_rest(const json_t *batch)
{
	return strcmp(member(batch, "state"), "completed") == 0 || (strcmp(member(batch, "state"), "stopped") == 0 && figure(batch, "held") == 0);
}

/* Exit status: 0 completed and nothing failed, or how far it is was all that was asked; 1 else. */
static int
follow(struct client *client, const char *id, bool once, struct err *err)
{
	struct shown shown = { .is_terminal = isatty(STDOUT_FILENO) == 1, .done = -1, .notices = json_object() };
	json_t *batch = NULL, *one;
	char path[PATH];
	int rc = -1;
	size_t i;

	snprintf(path, sizeof(path), "/issuance/v1/batches/%s", id);
	for (;;) {
		json_decref(batch);
		batch = NULL;
		if (client_json(client, "GET", path, NULL, NULL, &batch, err) == -1) {
			if (err->kind != FAIL_AGAIN || shown.done == -1)
				goto out;
			err_clear(err); /* a service that is started again comes back */
		} else {
			show(&shown, batch);
			if (once || is_at_rest(batch))
				break;
		}
		nanosleep(&(struct timespec){ LOOK_SECONDS, 0 }, NULL);
	}
	if (shown.is_terminal)
		putchar('\n');
	json_array_foreach (json_object_get(batch, "problems"), i, one)
		print_line(member(one, "application_id"), member(one, "detail"));
	rc = once || (strcmp(shown.state, "completed") == 0 && shown.failed == 0) ? 0 : 1;
out:
	json_decref(batch);
	json_decref(shown.notices);
	return rc;
}

static int
change(struct client *client, const char *id, const char *event, const char *reason, struct err *err)
{
	json_t *body = reason != NULL ? json_pack("{s:s}", "reason", reason) : NULL;
	struct uuid key;
	char path[PATH];
	int rc = -1;

	snprintf(path, sizeof(path), "/issuance/v1/batches/%s/%s", id, event);
	if (reason != NULL && body == NULL)
		err_set(err, FAIL_INPUT, "--stop: the reason is no UTF-8");
	else if (uuid_new(&key, err) == 0)
		rc = client_json(client, "POST", path, &key, body, NULL, err);
	json_decref(body);
	return rc;
}

int
batch_command(const struct args *args, struct err *err)
{
	const char *officer = args_value(args, "officer", getenv("CATENA_OFFICER")), *id = args->n > 0 ? args->positional[0] : NULL;
	const char *reason = args_value(args, "stop", NULL);
	bool resume = args_flag(args, "resume");
	struct client *client = NULL;
	struct state state;
	struct uuid parsed;
	int rc = -1;

	if (officer == NULL || *officer == '\0')
		return err_set(err, FAIL_INPUT, "--officer is missing: whose batches is asked, and who stops one is written down");
	if (id != NULL && uuid_parse(bytes_str(id), &parsed, err) == -1) /* it becomes part of a path */
		return err_prefix(err, "batch");
	if (id == NULL && (reason != NULL || resume || args_flag(args, "once")))
		return err_set(err, FAIL_INPUT, "which batch? catena batch lists them");
	if (reason != NULL && resume)
		return err_set(err, FAIL_INPUT, "--stop and --resume: one of them");
	if (state_of_args(args, &state, err) == -1 || session_open_file(&state, "issued", officer, &client, err) == -1)
		return -1;
	if (id == NULL)
		rc = list_all(client, err);
	else if ((reason == NULL || change(client, id, "stop", reason, err) == 0) && (!resume || change(client, id, "resumption", NULL, err) == 0))
		rc = follow(client, id, args_flag(args, "once"), err);
	client_free(client);
	return rc;
}
