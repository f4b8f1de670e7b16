/*
 * Role by route: who is let in is written down in tests/service/matrix.tsv, a second time beside the tables of the programs, and asked
 * of the running programs: an officer of just one role gets 403 exactly where the matrix says so, and the ledger tells of each.
 */
#include "registry/base/file.h"
#include "tests/tap.h"

#include "tests/service/programs.h"
#include "tests/service/rig.h"

enum { LINES = 256 };

struct line {
	char program[16], method[8], path[120];
	uint64_t roles;
	bool is_public;
	bool seen; /* a table has it */
};

static struct rig rig = RIG_INIT;
static struct line lines[LINES];
static size_t nline;

/* ---- what is written down ---- */

static void
read_roles(struct line *l, const char *text)
{
	struct err err = ERR_INIT;

	if (strcmp(text, "public") == 0)
		l->is_public = true;
	else if (strcmp(text, "every officer") == 0)
		l->roles = ROLES_OFFICERS;
	else if (roles_parse(bytes_str(text), &l->roles, &err) == -1)
		bail_out("matrix.tsv: %s %s: %s", l->method, l->path, err.text);
}

static void
read_matrix(void)
{
	const char *top = getenv("top_srcdir");
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	char file[300], roles[200], *save = NULL;

	snprintf(file, sizeof(file), "%s/tests/service/matrix.tsv", top != NULL ? top : ".");
	if (file_read(file, 1 << 20, &text, &err) == -1)
		bail_out("%s", err.text);
	for (char *s = strtok_r((char *)(uintptr_t)buf_cstr(&text), "\n", &save); s != NULL; s = strtok_r(NULL, "\n", &save)) {
		struct line *l = &lines[nline];

		if (*s == '#')
			continue;
		if (nline == LINES || sscanf(s, "%15[^\t]\t%7[^\t]\t%119[^\t]\t%199[^\t]", l->program, l->method, l->path, roles) != 4)
			bail_out("matrix.tsv: %s", s);
		read_roles(l, roles);
		nline++;
	}
	buf_clear(&text);
}

static struct line *
line_of(const struct office_program *p, const struct route *r)
{
	char path[160];

	snprintf(path, sizeof(path), "%s%s", p->base_path, r->pattern);
	for (size_t i = 0; i < nline; i++)
		if (strcmp(lines[i].program, p->name) == 0 && strcmp(lines[i].method, r->method) == 0 && strcmp(lines[i].path, path) == 0)
			return &lines[i];
	return NULL;
}

static void
compare(const struct office_program *p, const struct route *r, void *arg)
{
	struct line *l = line_of(p, r);
	struct buf roles = BUF_INIT;

	(void)arg;
	roles_print(r->roles, &roles);
	ok(l != NULL && l->roles == r->roles && l->is_public == ((r->flags & ROUTE_PUBLIC) != 0), "%s: %s %s%s is as written down", p->name, r->method,
		p->base_path, r->pattern);
	if (l == NULL || l->roles != r->roles)
		printf("# the table says %s\n", r->roles == ROLES_OFFICERS ? "every officer" : buf_cstr(&roles));
	if (l != NULL)
		l->seen = true;
	buf_clear(&roles);
}

/* ---- what the programs do ---- */

/* The status for this officer (NULL: nobody), or -1. */
static int
status_for(const struct office_program *p, const struct route *r, const char *login)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct client_body body = CLIENT_NO_BODY;
	struct client *client = NULL;
	struct err err = ERR_INIT;
	json_t *empty = json_object();
	struct uuid key;
	/* an officer who is allowed to sign out would be: without a key the change is refused after the roles were looked at */
	bool with_key = (r->flags & ROUTE_CHANGES) != 0 && strcmp(r->pattern, "/session") != 0;
	char path[300];

	example_path(p, r, path, sizeof(path));
	if ((r->flags & ROUTE_RAW_BODY) != 0)
		body = (struct client_body){ .bytes = bytes_str("x"), .content_type = "image/jpeg" };
	else if (strcmp(r->method, "GET") != 0)
		body.json = empty;
	if (rig_client(&rig, p->name, login, &client, &err) == -1 || uuid_new(&key, &err) == -1 ||
		client_exchange(client, r->method, path, with_key ? &key : NULL, body, &answer, &err) == -1) {
		printf("# %s\n", err.text);
		answer.status = -1;
	}
	json_decref(empty);
	buf_clear(&answer.body);
	return answer.status;
}

static void
try_roles(const struct office_program *p, const struct route *r, void *arg)
{
	struct line *l = line_of(p, r);
	int64_t denied = 0, recorded;
	bool as_written = l != NULL;
	char login[60];
	int status;

	(void)arg;
	for (const struct role_entry *e = role_table; l != NULL && e->name != NULL; e++) {
		bool allowed = l->is_public || (l->roles & e->role) != 0;

		if (e->role == ROLE_PROGRAM)
			continue;
		snprintf(login, sizeof(login), "%s.1", e->name);
		status = status_for(p, r, login);
		denied += status == 403;
		if (status == -1 || status == 401 || status >= 500 || (status == 403) == allowed) {
			as_written = false;
			printf("# %s: %d\n", e->name, status);
		}
	}
	ok(as_written, "%s: %s %s%s lets in who is written down, and nobody else", p->name, r->method, p->base_path, r->pattern);
	recorded = rig_count(&rig, "SELECT count(*) FROM audit_event a JOIN ledger_entry l ON l.record_id = a.id WHERE a.kind = 'denied'"
				   " AND a.program = '%s' AND a.route = '%s %s' AND a.officer_id IS NOT NULL",
		p->name, r->method, r->pattern);
	ok(recorded == denied, "and each refusal is in the ledger: %lld of %lld", (long long)recorded, (long long)denied);
	status = status_for(p, r, NULL);
	if ((r->flags & ROUTE_PUBLIC) != 0)
		ok(status != 401 && status != 403 && status < 500, "anybody is let in (%d)", status);
	else
		ok(status == 401, "who is not signed in is not let in (%d)", status);
}

int
main(void)
{
	struct err err = ERR_INIT;

	read_matrix();
	each_route(compare, NULL);
	for (size_t i = 0; i < nline; i++)
		if (!lines[i].seen)
			ok(false, "matrix.tsv: %s: %s %s is a route", lines[i].program, lines[i].method, lines[i].path);
	if (rig_start(&rig, (const char *const[]){ "signd", "civild", "enrold", "issued", "registryd", "pkid", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("the running programs", err.text);
		return done_testing();
	}
	each_route(try_roles, NULL);
	rig_stop(&rig);
	return done_testing();
}
