#include "tests/service/civilfix.h"

#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/base/seal.h"
#include "registry/office/credentials.h"
#include "registry/service/signin.h"
#include "registry/store/migrate.h"
#include "registry/store/offices.h"
#include "tests/tap.h"
#include "tests/unit/throwaway.h"

static const char password[] = "correct horse battery";
static const char seal_key[] = "0123456789abcdef0123456789ABCDEF";
static struct throwaway keys;
static struct db *owner;

static const struct place_row places[] = {
	{ .code = "UT", .name = "Utopia", .kind = "state" },
	{ .code = "UT-ZEN", .name = "Zenith", .kind = "town", .parent_code = "UT" },
	{ .code = "UT-ZEN-H1", .name = "Zenith General Hospital", .kind = "facility", .parent_code = "UT-ZEN", .valid_from = { DATE_DAY, 1, 1, 1950 } },
	{ .code = "UT-OLD", .name = "Oldham", .kind = "village", .parent_code = "UT", .valid_from = { DATE_DAY, 1, 1, 1900 }, .valid_to = { DATE_DAY, 1, 1, 1980 } },
};

static int
work_stage(struct tx *tx, void *arg, struct err *err)
{
	struct civilfix *f = arg;
	struct office_row o = { .kind = "civil", .series_first = 1 };

	for (size_t i = 0; i < NELEM(places); i++)
		if (place_add(tx, &places[i], err) == -1)
			return -1;
	for (int i = 0; i < CIVILFIX_OFFICES; i++) {
		o.id = f->office[i];
		o.series_first = i == 8 ? 501 : 1;
		snprintf(o.code, sizeof(o.code), "OF%d", i);
		snprintf(o.name, sizeof(o.name), "Office %d", i);
		if (office_add(tx, &o, err) == -1)
			return -1;
	}
	o = (struct office_row){ .id = f->enrolment_office, .code = "ENR", .name = "Enrolment", .kind = "enrolment", .series_first = 1 };
	return office_add(tx, &o, err);
}

void
civilfix_start_program(struct civilfix *f)
{
	const char *top = getenv("top_builddir");
	char path[200], line[200] = "";
	int out[2];
	FILE *in;

	snprintf(path, sizeof(path), "%s/civild", top != NULL ? top : ".");
	if (pipe(out) == -1 || (f->pid = fork()) == -1)
		bail_out("fork");
	if (f->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that bails out leaves nothing running */
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl(path, "civild", "--config", throwaway_path(&keys, "catena.conf"), (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	in = fdopen(out[0], "r");
	if (in == NULL || fgets(line, sizeof(line), in) == NULL || sscanf(line, "civild ready %79s", f->url) != 1)
		bail_out("civild does not start: %s", line);
	fclose(in);
}

int
civilfix_stop_program(struct civilfix *f)
{
	int status = -1;

	if (f->pid > 0) {
		kill(f->pid, SIGTERM);
		waitpid(f->pid, &status, 0);
	}
	f->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void
write_conf(const char *conninfo)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(&text, "database = %s\nseal_key = %s\n", conninfo, throwaway_path(&keys, "seal.key"));
	buf_printf(&text, "tls_certificate = %s\ntls_key = %s\n", throwaway_path(&keys, "server.pem"), throwaway_path(&keys, "server.key"));
	buf_printf(&text, "tls_client_ca = %s\nlog_level = warning\n[civild]\nport = 0\n", throwaway_path(&keys, "ca.pem"));
	if (file_write(throwaway_path(&keys, "catena.conf"), bytes_of(&text), 0600, &err) == -1 ||
		file_write(throwaway_path(&keys, "seal.key"), bytes_str(seal_key), 0600, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&text);
}

bool
civilfix_start(struct civilfix *f, bool durable)
{
	return civilfix_start_with(f, durable, NULL);
}

bool
civilfix_start_with(struct civilfix *f, bool durable, const char *set)
{
	static const struct query *const sets[] = { officer_admin_queries, offices_admin_queries, NULL };
	struct db_options o = { .connections = 2, .wait_ms = 5000, .queries = sets };
	char conninfo[CLUSTER_CONNINFO];
	struct err err = ERR_INIT;

	*f = (struct civilfix){ .cluster = CLUSTER_INIT };
	f->cluster.durable = durable;
	f->cluster.set = set;
	if (cluster_start(&f->cluster, &err) == -1) {
		if (err.kind == FAIL_NOT_FOUND)
			return false;
		bail_out("%s", err.text);
	}
	throwaway_init(&keys);
	snprintf(f->folder, sizeof(f->folder), "%s", keys.folder);
	o.conninfo = cluster_conninfo(&f->cluster, NULL, conninfo);
	if (migrate_run(conninfo, NULL, NULL, &err) == -1 || db_open(&o, &owner, &err) == -1 || uuid_new(&f->enrolment_office, &err) == -1)
		bail_out("%s", err.text);
	for (int i = 0; i < CIVILFIX_OFFICES; i++)
		if (uuid_new(&f->office[i], &err) == -1)
			bail_out("%s", err.text);
	if (db_run(owner, DB_READ_COMMITTED, work_stage, f, &err) == -1)
		bail_out("%s", err.text);
	write_conf(conninfo);
	civilfix_start_program(f);
	return true;
}

void
civilfix_stop(struct civilfix *f)
{
	if (f->pid > 0)
		civilfix_stop_program(f);
	db_close(owner);
	owner = NULL;
	unlink(throwaway_path(&keys, "catena.conf"));
	unlink(throwaway_path(&keys, "seal.key"));
	throwaway_clear(&keys);
	cluster_stop(&f->cluster);
}

/* ---- officers ---- */

struct hire {
	struct civil_officer *o;
	const char *login, *roles;
	const struct uuid *office;
	const char *phc;
	struct bytes sealed;
};

static int
work_hire(struct tx *tx, void *arg, struct err *err)
{
	const struct hire *h = arg;
	char roles[128], *rest = roles, *role;

	if (officer_add(tx, &h->o->id, h->login, h->login, h->phc, h->sealed, err) == -1)
		return -1;
	snprintf(roles, sizeof(roles), "%s", h->roles);
	while ((role = strsep(&rest, ",")) != NULL)
		if (officer_role_add(tx, &h->o->id, role, h->office, err) == -1)
			return -1;
	return 0;
}

void
civil_officer_init(struct civilfix *f, struct civil_officer *o, const char *login, const char *roles, const struct uuid *office)
{
	struct client_options options = { .url = f->url, .ca_file = throwaway_path(&keys, "ca.pem"), .seconds = 60 };
	struct hire h = { .o = o, .login = login, .roles = roles, .office = office };
	struct buf phc = BUF_INIT, totp = BUF_INIT, sealed = BUF_INIT;
	struct err err = ERR_INIT;
	struct seal *seal = NULL;
	char code[TOTP_DIGITS + 1];
	json_t *body;

	*o = (struct civil_officer){ .client = NULL };
	if (seal_new((const uint8_t *)seal_key, &seal, &err) == -1 || uuid_new(&o->id, &err) == -1 ||
		credentials_make(seal, &o->id, bytes_str(password), &phc, &totp, &sealed, &err) == -1)
		bail_out("%s", err.text);
	h.phc = buf_cstr(&phc);
	h.sealed = bytes_of(&sealed);
	if (db_run(owner, DB_READ_COMMITTED, work_hire, &h, &err) == -1 || totp_code(buf_cstr(&totp), clock_now(), code, &err) == -1 ||
		client_new(&options, &o->client, &err) == -1)
		bail_out("%s", err.text);
	body = json_pack("{s:s, s:s, s:s}", "login", login, "password", password, "totp", code);
	if (client_json(o->client, "POST", "/civil/v1/session", NULL, body, NULL, &err) == -1)
		bail_out("%s signs in: %s", login, err.text);
	json_decref(body);
	seal_free(seal);
	buf_wipe(&phc);
	buf_wipe(&totp);
	buf_wipe(&sealed);
}

void
civil_officer_clear(struct civil_officer *o)
{
	client_free(o->client);
	o->client = NULL;
}

int64_t
civilfix_count(struct civilfix *f, const char *sql)
{
	char conninfo[CLUSTER_CONNINFO];
	PGconn *pg = PQconnectdb(cluster_conninfo(&f->cluster, NULL, conninfo));
	PGresult *r;
	int64_t n;

	PQclear(PQexec(pg, "SET search_path = registry"));
	r = PQexec(pg, sql);
	if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) < 1)
		bail_out("%s: %s", sql, PQerrorMessage(pg));
	n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	PQfinish(pg);
	return n;
}

int
civilfix_cut(struct civilfix *f)
{
	char conninfo[CLUSTER_CONNINFO];
	PGconn *pg = PQconnectdb(cluster_conninfo(&f->cluster, "postgres", conninfo));
	PGresult *r = PQexec(pg, "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE usename = 'catena_civil'"
				 " AND state <> 'idle' ORDER BY random() LIMIT 2) x");
	int n;

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%s", PQerrorMessage(pg));
	n = atoi(PQgetvalue(r, 0, 0));
	PQclear(r);
	PQfinish(pg);
	return n;
}

/* ---- declarations ---- */

/* A pronounceable name for a number: no two numbers below 10 million share one. */
static char *
made_up(unsigned i, char out[32])
{
	static const char consonants[] = "bdfgklmnprstvz", vowels[] = "aeiou";
	size_t n = 0;

	i = (unsigned)((uint64_t)i * 7368787 % 24010000); /* 70^4: neighbours sound nothing alike */
	for (int k = 0; k < 4; k++, i /= 70) {
		out[n++] = consonants[i % 14];
		out[n++] = vowels[i / 14 % 5];
	}
	out[0] = (char)(out[0] - 'a' + 'A');
	out[n] = '\0';
	return out;
}

/* One of 336 days of each of `years` years. */
static void
some_day(uint32_t i, unsigned first, unsigned years, char out[11])
{
	i *= 2654435761u; /* Knuth's multiplicative hash: the parts of a date do not depend on each other */
	i = (i >> 4) % (years * 336);
	snprintf(out, 11, "%04u-%02u-%02u", first + i / 336, 1 + i / 28 % 12, 1 + i % 28);
}

json_t *
civilfix_birth(const struct uuid *office, unsigned i)
{
	char id[UUID_TEXT], name[8][32], day[11], mother[11], father[11];

	for (unsigned k = 0; k < 8; k++)
		made_up(8 * i + k, name[k]);
	some_day(3 * i, 2000, 24, day);
	some_day(3 * i + 1, 1970, 19, mother);
	some_day(3 * i + 2, 1965, 20, father);
	return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s}, s:s, s:{s:i, s:s}}",
		"office_id", uuid_format(office, id), "declared_on", "2025-06-30", "child", "primary_name", name[0], "secondary_name", name[1], "sex",
		i % 2 == 0 ? "F" : "M", "date_of_birth", day, "place_of_birth", "UT-ZEN-H1", "mother", "primary_name", name[2], "secondary_name",
		name[3], "date_of_birth", mother, "nationality", "UTO", "father", "primary_name", name[0], "secondary_name", name[4],
		"date_of_birth", father, "nationality", "UTO", "informant", "name", name[5], "relation", "mother", "attendant", "midwife",
		"statistics", "birth_weight_g", 3000 + (int)(i % 1000), "place_kind", "hospital");
}

static void
born_earlier(json_t *person, int years)
{
	const char *day = json_string_value(json_object_get(person, "date_of_birth"));
	char earlier[24];

	snprintf(earlier, sizeof(earlier), "%04d%.6s", atoi(day) - years, day + 4);
	json_object_set_new(person, "date_of_birth", json_string(earlier));
}

json_t *
civilfix_adult(const struct uuid *office, unsigned i)
{
	static const char *const persons[] = { "child", "mother", "father" };
	json_t *b = civilfix_birth(office, i);

	for (size_t k = 0; k < NELEM(persons); k++)
		born_earlier(json_object_get(b, persons[k]), 16);
	return b;
}
