/*
 * Role by route by office: who is let in is written down in tests/service/matrix.tsv, a second time beside the tables of the programs, and
 * asked of the running programs: an officer of just one role gets 403 exactly where the matrix says so, and the ledger tells of each.
 * Of civild each route is asked once more about something that is there, by officers of its office, of another, of those of the places above and
 * below, and by officers who hold the role elsewhere and the other roles here.
 */
#include "registry/base/file.h"
#include "tests/tap.h"

#include "tests/service/programs.h"
#include "tests/service/subjects.h"

enum { LINES = 256 };

struct line {
	char program[16], method[8], path[120];
	char office[12]; /* own, any, facility; "": not of civild */
	uint64_t roles;
	bool is_public;
	bool seen; /* a table has it */
};

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
		if (nline == LINES || sscanf(s, "%15[^\t]\t%7[^\t]\t%119[^\t]\t%199[^\t]\t%11s", l->program, l->method, l->path, roles, l->office) < 4)
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

/* ---- and of what office ---- */

enum place { HERE, /* CIV1, whose everything is */
	ELSEWHERE,
	ABOVE,
	BELOW,
	NOWHERE, /* the registry's own office: auditors, statisticians */
	PLACES };
static char place_office[PLACES][UUID_TEXT];

enum { HELD = 4 };
static struct holder {
	char login[40], what[60];
	struct {
		uint64_t role;
		enum place at;
	} held[HELD];
	unsigned nheld;
} holders[24];
static unsigned nholder;

static void
place_new(enum place p, const char *code, const char *place)
{
	struct err err = ERR_INIT;

	if (rig_sql(&rig, place_office[p], UUID_TEXT, &err,
		    "INSERT INTO registry.office (id, code, name, kind, place_code) VALUES (gen_random_uuid(), '%s', '%s', 'civil', '%s') RETURNING id", code, code, place) == -1)
		bail_out("%s", err.text);
}

/* The login is ROLE.NUMBER, as of all officers of the rig. */
static struct holder *
holder_new(uint64_t role, int number, enum place at, const char *what)
{
	struct holder *h = &holders[nholder++];

	snprintf(h->login, sizeof(h->login), "%s.%d", role_name(role), number);
	snprintf(h->what, sizeof(h->what), "%s %s", role_name(role), what);
	h->held[h->nheld].role = role;
	h->held[h->nheld++].at = at;
	return h;
}

static void
holder_also(struct holder *h, uint64_t role, enum place at)
{
	h->held[h->nheld].role = role;
	h->held[h->nheld++].at = at;
}

/* Makes the officer, with these roles and no others, before they first sign in. */
static void
holder_make(const struct holder *h)
{
	const struct rig_officer *o = NULL;
	struct err err = ERR_INIT;
	char id[UUID_TEXT];

	if (rig_officer(&rig, h->login, &o, &err) == -1 ||
		rig_sql(&rig, NULL, 0, &err, "DELETE FROM registry.officer_role WHERE officer_id = '%s'", uuid_format(&o->id, id)) == -1)
		bail_out("%s: %s", h->login, err.text);
	for (unsigned i = 0; i < h->nheld; i++)
		if (rig_sql(&rig, NULL, 0, &err, "INSERT INTO registry.officer_role VALUES ('%s', '%s', '%s')", id, role_name(h->held[i].role), place_office[h->held[i].at]) == -1)
			bail_out("%s: %s", h->login, err.text);
}

static void
holders_make(void)
{
	static const uint64_t civil[] = { ROLE_CIVIL_CLERK, ROLE_CIVIL_REGISTRAR, ROLE_CIVIL_SUPERVISOR };
	struct holder *h;

	uuid_format(&rig.office[RIG_CIVIL], place_office[HERE]);
	uuid_format(&rig.office[RIG_CIVIL_2], place_office[ELSEWHERE]);
	uuid_format(&rig.office[RIG_REGISTRY], place_office[NOWHERE]);
	place_new(ABOVE, "CIVA", "UTO");
	place_new(BELOW, "CIVB", RIG_PLACE_HOSPITAL);
	for (size_t i = 0; i < NELEM(civil); i++) {
		holder_new(civil[i], 11, HERE, "of the office");
		holder_new(civil[i], 12, ELSEWHERE, "of another office");
		holder_new(civil[i], 13, ABOVE, "of the office of the place above");
		holder_new(civil[i], 14, BELOW, "of the office of the place below");
		h = holder_new(civil[i], 15, ELSEWHERE, "of another office, the rest here");
		for (size_t k = 0; k < NELEM(civil); k++)
			if (k != i)
				holder_also(h, civil[k], HERE);
	}
	holder_new(ROLE_AUDITOR, 11, NOWHERE, "");
	holder_new(ROLE_STATISTICIAN, 11, NOWHERE, "");
	h = holder_new(ROLE_AUDITOR, 12, NOWHERE, "who holds all roles at another office");
	for (size_t i = 0; i < NELEM(civil); i++)
		holder_also(h, civil[i], ELSEWHERE);
	h = holder_new(ROLE_PASSPORT_CLERK, 11, HERE, "at this very office");
	for (unsigned i = 0; i < nholder; i++)
		holder_make(&holders[i]);
}

static bool
may(const struct holder *h, const struct line *l)
{
	for (unsigned i = 0; i < h->nheld; i++)
		if ((l->roles & h->held[i].role) != 0 && (strcmp(l->office, "any") == 0 || h->held[i].at == HERE || h->held[i].role == ROLE_AUDITOR))
			return true;
	return false;
}

static int
ask(struct client *client, const struct route *r)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct client_body body;
	struct err err = ERR_INIT;
	struct uuid key;
	char path[400];
	int status = -1;

	if (!subject_request(r, path, sizeof(path), &body))
		return -1;
	if (uuid_new(&key, &err) == 0 &&
		client_exchange(client, r->method, path, (r->flags & ROUTE_CHANGES) != 0 ? &key : NULL, body, &answer, &err) == 0)
		status = answer.status;
	if (status == -1 || status >= 400)
		snprintf(got.err.text, sizeof(got.err.text), "%s%.200s", err.text, status == -1 ? "" : buf_cstr(&answer.body));
	json_decref(body.json);
	buf_clear(&answer.body);
	return status;
}

static void
wrong(unsigned *n, const char *what, int status)
{
	++*n;
	printf("# %s: %d %s\n", what, status, status >= 400 || status == -1 ? got.err.text : "LET IN");
}

/* Those who are not let in first: what the others do changes what is asked about. */
static void
try_offices(const struct office_program *p, const struct route *r, void *arg)
{
	struct line *l = line_of(p, r);
	unsigned bad = 0;
	char path[400];
	struct client_body body = CLIENT_NO_BODY;

	(void)arg;
	if (p != &civil_program || l == NULL)
		return;
	if (strcmp(l->office, "own") != 0) {
		ok(strcmp(l->office, "any") == 0 || strcmp(l->office, "facility") == 0, "matrix.tsv: %s %s says of whose office", l->method, l->path);
		return;
	}
	if (!subject_request(r, path, sizeof(path), &body)) {
		ok(false, "subjects.h: %s %s has something of an office to be asked about", r->method, r->pattern);
		return;
	}
	json_decref(body.json);
	for (int allowed = 0; allowed < 2; allowed++)
		for (unsigned i = 0; i < nholder; i++) {
			struct client *client = NULL;
			struct err err = ERR_INIT;
			int status;

			if (may(&holders[i], l) != (allowed == 1))
				continue;
			if (rig_client(&rig, "civild", holders[i].login, &client, &err) == -1)
				bail_out("%s: %s", holders[i].login, err.text);
			status = ask(client, r);
			if (allowed == 0 ? status != 403 : strcmp(r->method, "GET") == 0 ? status != 200
											 : (status < 200 || status > 299) && status != 400 && status != 409)
				wrong(&bad, holders[i].what, status);
		}
	if ((l->roles & ROLE_PROGRAM) == 0 && ask(subjects.hospital, r) != 403)
		wrong(&bad, "the program of a hospital", got.status);
	ok(bad == 0, "%s %s%s: let in is who acts for the office, and nobody else", r->method, p->base_path, r->pattern);
}

static void
test_offices(void)
{
	subjects_stage();
	holders_make();
	each_route(try_offices, NULL);
	ok(call_by(subjects.hospital, "POST", hospital_says(RIG_PLACE_HOSPITAL), "/civil/v1/notifications") == 201, "a program notifies for its facility: %s", got.err.text);
	ok(call_by(subjects.hospital, "POST", hospital_says(RIG_PLACE_TOWN), "/civil/v1/notifications") == 403, "and for no other place");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.audit_event a WHERE a.kind = 'denied' AND NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = a.id)") == 0,
		"each refusal is in the ledger");
	client_free(subjects.hospital);
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
	test_offices();
	return acting_stop();
}
