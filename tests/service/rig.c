#include "pki/ceremony.h" /* before OpenSSL's x509v3.h, whose macros take some of its names */
#include "tests/service/stock.h"
#include "tests/service/rig.h"

#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <libpq-fe.h>
#include <openssl/rand.h>

#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/base/seal.h"
#include "registry/office/credentials.h"
#include "registry/service/signin.h"
#include "registry/store/migrate.h"
#include "registry/store/offices.h"
#include "registry/store/signing.h"
#include "tests/tap.h"
#include "tests/unit/softhsm.h"
#include "tests/unit/throwaway.h"

enum { NOBODY = RIG_OFFICERS + 1, /* stands for an officer's number */
	START_SECONDS = 60,       /* a loaded machine under the sanitizers is slow */
	STOP_SECONDS = 60 };

const char rig_password[] = "correct horse battery";

static const struct query *const owner_sets[] = { offices_admin_queries, officer_admin_queries, key_queries, NULL };
static struct rig *running; /* to stop at exit */

const char *
rig_path(const struct rig *r, const char *name)
{
	static char ring[8][160];
	static unsigned next;
	char *path = ring[next++ % NELEM(ring)];

	snprintf(path, sizeof(ring[0]), "%s/%s", r->folder, name);
	return path;
}

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- SQL ---- */

static int
sql_run(struct rig *r, const char *text, char *out, size_t size, struct err *err)
{
	char conninfo[CLUSTER_CONNINFO];
	PGresult *result;
	int rc = -1;

	if (r->super != NULL) { /* the test may have stopped the server in between */
		PQclear(PQexec(r->super, "SELECT 1"));
		if (PQstatus(r->super) != CONNECTION_OK) {
			PQfinish(r->super);
			r->super = NULL;
		}
	}
	if (r->super == NULL) {
		r->super = PQconnectdb(cluster_conninfo(&r->cluster, "postgres", conninfo));
		PQclear(PQexec(r->super, "SET search_path = registry; SET timezone = 'UTC'"));
	}
	result = PQexec(r->super, text);
	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
		err_set(err, FAIL_INTERNAL, "%s: %s", text, PQerrorMessage(r->super));
		goto out;
	}
	if (out != NULL)
		snprintf(out, size, "%s", PQntuples(result) > 0 && PQnfields(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	rc = 0;
out:
	PQclear(result);
	return rc;
}

int
rig_sql(struct rig *r, char *out, size_t size, struct err *err, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	rc = buf_check(&text, err) == -1 ? -1 : sql_run(r, buf_cstr(&text), out, size, err);
	buf_clear(&text);
	return rc;
}

int
rig_booklets(struct rig *r, unsigned n, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	stock_text(&text, "PAS1", n, "line-1");
	rc = buf_check(&text, err) == -1 ? -1 : sql_run(r, buf_cstr(&text), NULL, 0, err);
	buf_clear(&text);
	return rc;
}

int64_t
rig_count(struct rig *r, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	char number[40] = "";
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (sql_run(r, buf_cstr(&text), number, sizeof(number), &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&text);
	return strtoll(number, NULL, 10);
}

int
rig_db(struct rig *r, const char *role, const struct query *const *sets, struct db **db, struct err *err)
{
	char conninfo[CLUSTER_CONNINFO];
	struct db_options o = { .conninfo = cluster_conninfo(&r->cluster, role, conninfo), .connections = 4, .wait_ms = 10000, .queries = sets };

	if (r->ndb == RIG_DATABASES)
		return err_set(err, FAIL_INTERNAL, "rig: more than %d pools", RIG_DATABASES);
	if (db_open(&o, &r->db[r->ndb], err) == -1)
		return -1;
	*db = r->db[r->ndb++];
	return 0;
}

/* ---- what is there before the daemons ---- */

static int
write_key(const struct rig *r, const char *name, struct err *err)
{
	struct buf key = BUF_INIT;
	int rc = -1;

	if (RAND_bytes(buf_reserve(&key, SEAL_KEY_LEN), SEAL_KEY_LEN) == 1)
		rc = file_write(rig_path(r, name), bytes_of(&key), 0600, err);
	buf_wipe(&key);
	return rc;
}

static int
make_files(struct rig *r, struct err *err)
{
	struct throwaway tls;

	throwaway_init(&tls);
	snprintf(r->folder, sizeof(r->folder), "%s", tls.folder);
	if (file_mkdir(rig_path(r, "keys"), 0700, err) == -1 || file_mkdir(rig_path(r, "run"), 0700, err) == -1 ||
		file_mkdir(rig_path(r, "pki"), 0700, err) == -1)
		return -1;
	if (write_key(r, "keys/seal.key", err) == -1 || write_key(r, "keys/biometric.key", err) == -1)
		return -1;
	return file_write(rig_path(r, "keys/token.pin"), bytes_str(SOFTHSM_PIN "\n"), 0600, err);
}

static int
key_row(struct tx *tx, const struct ceremony_key *k, enum key_kind kind, const struct uuid *issuer, struct uuid *id, struct err *err)
{
	struct key_new row = { .kind = kind, .token_label = "test", .key_label = k->label, .algorithm = k->kind, .der = bytes_of(&k->cert), .issuer = issuer };
	struct cert *cert = NULL;
	int rc;

	if (cert_parse(row.der, &cert, err) == -1)
		return -1;
	row.not_before = cert->not_before;
	row.not_after = cert->not_after;
	row.use_until = cert->has_key_to ? cert->key_to : cert->not_after;
	rc = key_add(tx, &row, id, err);
	cert_free(cert);
	return rc;
}

static int
work_keys(struct tx *tx, void *arg, struct err *err)
{
	const struct ceremony *c = arg;
	struct uuid csca, id;

	if (key_row(tx, &c->csca, KEY_CSCA, NULL, &csca, err) == -1 || key_row(tx, &c->ledger, KEY_LEDGER, &csca, &id, err) == -1)
		return -1;
	for (unsigned i = 0; i < c->nsigner; i++)
		if (key_row(tx, &c->signer[i], KEY_DOCUMENT_SIGNER, &csca, &id, err) == -1)
			return -1;
	return 0;
}

static int
hold_ceremony(struct rig *r, struct err *err)
{
	struct ceremony_options o = { .state = "UTO", .country = "UT", .organization = "Utopia", .signers = r->signers, .signer_kind = r->signer_kind, .csca_kind = r->csca_kind };
	struct ceremony c = { 0 };
	struct token *token = NULL;
	struct buf pem = BUF_INIT;
	int rc = -1;

	o.now = clock_now();
	snprintf(r->token_uri, sizeof(r->token_uri), "%.399s", softhsm_uri);
	r->token_dir = softhsm_dir;
	r->token_pin = SOFTHSM_PIN;
	if (token_open(r->token_uri, bytes_str(SOFTHSM_PIN), 2, &token, err) == -1)
		return -1;
	if (ceremony_init(token, &o, &c, err) == 0 && cert_pem(bytes_of(&c.csca.cert), &pem, err) == 0 &&
		file_write(rig_path(r, "pki/csca.crt"), bytes_of(&pem), 0644, err) == 0 &&
		db_run(r->owner, DB_READ_COMMITTED, work_keys, &c, err) == 0)
		rc = 0;
	buf_clear(&pem);
	ceremony_clear(&c);
	token_close(token);
	return rc;
}

static int
work_offices(struct tx *tx, void *arg, struct err *err)
{
	static const struct place_row places[] = { { "UTO", "Utopia", "state", "" }, { "UTO.P1", "Amaurot Province", "province", "UTO" },
		{ "UTO.P1.T1", "Amaurot", "town", "UTO.P1" }, { "UTO.P1.T1.H1", "Amaurot General Hospital", "facility", "UTO.P1.T1" } };
	static const struct office_row offices[RIG_OFFICES] = { { { { 0 } }, "CIV1", "Civil office 1", "civil", "UTO.P1.T1", 1 },
		{ { { 0 } }, "CIV2", "Civil office 2", "civil", "UTO.P1", 1 }, { { { 0 } }, "ENR1", "Enrolment office 1", "enrolment", "UTO.P1.T1", 1 },
		{ { { 0 } }, "ENR2", "Enrolment office 2", "enrolment", "UTO.P1", 1 }, { { { 0 } }, "PAS1", "Passport office 1", "passport", "UTO.P1.T1", 1 },
		{ { { 0 } }, "PAS2", "Passport office 2", "passport", "UTO.P1", 1 }, { { { 0 } }, "PKI1", "PKI office", "pki", "UTO.P1.T1", 1 },
		{ { { 0 } }, "REG1", "Registry", "registry", "UTO.P1.T1", 1 } };
	struct rig *r = arg;

	for (size_t i = 0; i < NELEM(places); i++)
		if (place_add(tx, &places[i], err) == -1)
			return -1;
	for (size_t i = 0; i < NELEM(offices); i++) {
		struct office_row o = offices[i];

		if (uuid_new(&o.id, err) == -1 || office_add(tx, &o, err) == -1)
			return -1;
		r->office[i] = o.id;
	}
	return 0;
}

/*
 * A port below those that the system gives to outgoing connections: while a killed program is down, nobody is given its port.  By the
 * process's number, so that tests that run side by side do not meet.
 */
static int
free_port(void)
{
	static int next;

	if (next == 0)
		next = 12000 + (int)(getpid() % 1900) * 10;
	for (int tries = 0; tries < 1000; tries++) {
		struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)++next) };
		int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), bound = bind(s, (struct sockaddr *)&at, sizeof(at));

		close(s);
		if (bound == 0)
			return next;
	}
	return 0; /* the system chooses */
}

static int
write_conf(const struct rig *r, const struct rig_program *p, struct err *err)
{
	const char *colon = strrchr(p->address, ':');
	char conninfo[CLUSTER_CONNINFO], name[40], *role;
	int port = colon != NULL ? atoi(colon + 1) : free_port();
	struct buf text = BUF_INIT;
	int rc = -1;

	cluster_conninfo(&r->cluster, NULL, conninfo);
	if ((role = strstr(conninfo, " user=")) != NULL)
		*role = '\0'; /* each program adds its own */
	buf_printf(&text, "database = %s\nconnections = 8\nworkers = 8\nlog_level = debug\n", conninfo);
	buf_printf(&text, "tls_certificate = server.pem\ntls_key = server.key\ntls_client_ca = ca.pem\nmax_connections_per_peer = 0\n");
	buf_str(&text, r->options != NULL ? r->options : "");
	buf_printf(&text, "\n[signd]\ntoken = %s\n", r->token_uri);
	if (strcmp(p->name, "signd") != 0)
		buf_printf(&text, "\n[%s]\nport = %d\n", p->name, port);
	if (strcmp(p->name, "registryd") == 0)
		buf_str(&text, "subscribers_ca = ca.pem\n");
	snprintf(name, sizeof(name), "%s.conf", p->name);
	if (buf_check(&text, err) == 0)
		rc = file_write(rig_path(r, name), bytes_of(&text), 0600, err);
	buf_clear(&text);
	return rc;
}

/* ---- daemons ---- */

struct rig_program *
rig_program(struct rig *r, const char *name)
{
	for (unsigned i = 0; i < r->nprogram; i++)
		if (strcmp(r->program[i].name, name) == 0)
			return &r->program[i];
	return NULL;
}

/* The last line of a daemon's log, which says why it did not start. */
static int
not_ready(const struct rig *r, const struct rig_program *p, const char *how, struct err *err)
{
	struct buf log = BUF_INIT;
	struct err ignored = ERR_INIT;
	char name[40], *last = NULL;

	snprintf(name, sizeof(name), "%s.log", p->name);
	if (file_read(rig_path(r, name), 16 << 20, &log, &ignored) == 0 && log.n > 1) {
		buf_cut(&log, log.n - 1);
		last = strrchr(buf_cstr(&log), '\n');
		last = last == NULL ? (char *)log.p : last + 1;
	}
	err_set(err, FAIL_INTERNAL, "%s %s: %s", p->name, how, last != NULL ? last : "its log is empty");
	buf_clear(&log);
	return -1;
}

static void
become_daemon(const struct rig *r, const struct rig_program *p, int output)
{
	const char *builddir = getenv("top_builddir");
	char path[300], conf[200], log[200];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", builddir != NULL ? builddir : ".", p->name);
	snprintf(conf, sizeof(conf), "%s/%s.conf", r->folder, p->name);
	snprintf(log, sizeof(log), "%s/%s.log", r->folder, p->name);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1 || dup2(output, 1) == -1 || dup2(fd, 2) == -1)
		_exit(126);
	for (int i = 3; i < 1024; i++) /* the daemon is not to hold the test's connections open */
		close(i);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl(path, p->name, "--config", conf, (char *)NULL);
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

/* "NAME ready ADDRESS" */
static int
await_ready(const struct rig *r, struct rig_program *p, struct err *err)
{
	uint64_t until = clock_monotonic_ns() + START_SECONDS * UINT64_C(1000000000);
	char line[256], want[40], *at;
	size_t n = 0;

	snprintf(want, sizeof(want), "%s ready ", p->name);
	while (n < sizeof(line) - 1 && memchr(line, '\n', n) == NULL) {
		struct pollfd ready = { .fd = p->output, .events = POLLIN };
		ssize_t got;

		if (clock_monotonic_ns() > until)
			return not_ready(r, p, "is not ready in time", err);
		if (poll(&ready, 1, 1000) <= 0)
			continue;
		if ((got = read(p->output, line + n, sizeof(line) - 1 - n)) <= 0)
			return not_ready(r, p, "does not start", err);
		n += (size_t)got;
	}
	line[n] = '\0';
	if ((at = strchr(line, '\n')) == NULL || strncmp(line, want, strlen(want)) != 0)
		return err_set(err, FAIL_INTERNAL, "%s: its first line is not the one that is waited for", p->name);
	*at = '\0';
	snprintf(p->address, sizeof(p->address), "%s", line + strlen(want));
	return 0;
}

static void
reap(struct rig_program *p)
{
	while (p->pid > 0 && waitpid(p->pid, NULL, 0) == -1 && errno == EINTR)
		;
	p->pid = 0;
	close(p->output);
}

static int
program_start(struct rig *r, struct rig_program *p, struct err *err)
{
	int output[2];

	if (write_conf(r, p, err) == -1)
		return -1;
	if (pipe2(output, O_CLOEXEC) == -1)
		return err_errno(err, "pipe");
	fflush(stdout);
	p->pid = fork();
	if (p->pid == 0)
		become_daemon(r, p, output[1]);
	close(output[1]);
	p->output = output[0];
	if (p->pid == -1) {
		p->pid = 0;
		close(output[0]);
		return err_errno(err, "fork");
	}
	if (await_ready(r, p, err) == 0)
		return 0;
	kill(p->pid, SIGKILL);
	reap(p);
	return -1;
}

void
rig_kill(struct rig *r, const char *name)
{
	struct rig_program *p = rig_program(r, name);

	if (p == NULL || p->pid == 0)
		return;
	kill(p->pid, SIGKILL);
	reap(p);
}

int
rig_halt(struct rig *r, const char *name, int *status, struct err *err)
{
	struct rig_program *p = rig_program(r, name);
	int how;

	if (p == NULL || p->pid == 0)
		return err_set(err, FAIL_NOT_FOUND, "%s does not run", name);
	kill(p->pid, SIGTERM);
	for (int i = 0; i < STOP_SECONDS * 100; i++) {
		if (waitpid(p->pid, &how, WNOHANG) == p->pid) {
			p->pid = 0;
			close(p->output);
			if (!WIFEXITED(how))
				return err_set(err, FAIL_INTERNAL, "%s: ended by signal %d", name, WTERMSIG(how));
			if (status != NULL)
				*status = WEXITSTATUS(how);
			return 0;
		}
		pause_ms(10);
	}
	rig_kill(r, name);
	return err_set(err, FAIL_INTERNAL, "%s: does not stop in %d s", name, STOP_SECONDS);
}

int
rig_restart(struct rig *r, const char *name, struct err *err)
{
	struct rig_program *p = rig_program(r, name);

	if (p == NULL)
		return err_set(err, FAIL_NOT_FOUND, "%s is not of this rig", name);
	rig_kill(r, name);
	return program_start(r, p, err);
}

/* ---- officers ---- */

static enum rig_office
office_for(const char *role, bool second)
{
	static const struct {
		const char *prefix;
		enum rig_office office;
		bool has_second;
	} where[] = { { "civil_", RIG_CIVIL, true }, { "enrolment_", RIG_ENROLMENT, true }, { "passport_", RIG_PASSPORT, true },
		{ "pki_", RIG_PKI, false } };

	for (size_t i = 0; i < NELEM(where); i++)
		if (strncmp(role, where[i].prefix, strlen(where[i].prefix)) == 0)
			return where[i].office + (second && where[i].has_second ? 1 : 0);
	return RIG_REGISTRY;
}

struct new_officer {
	struct rig *rig;
	struct rig_officer *officer;
	const char *role;
	enum rig_office office;
	struct buf phc, sealed;
};

static int
work_officer(struct tx *tx, void *arg, struct err *err)
{
	const struct new_officer *n = arg;
	struct buf phc = n->phc;

	if (officer_add(tx, &n->officer->id, n->officer->login, n->officer->login, buf_cstr(&phc), bytes_of(&n->sealed), err) == -1)
		return -1;
	return officer_role_add(tx, &n->officer->id, n->role, &n->rig->office[n->office], err);
}

static int
officer_make(struct rig *r, struct rig_officer *o, const char *login, struct err *err)
{
	struct new_officer n = { .rig = r, .officer = o, .phc = BUF_INIT, .sealed = BUF_INIT };
	const char *dot = strrchr(login, '.');
	struct seal *seal = NULL;
	char role[40];
	int rc = -1;

	if (dot == NULL || strlen(login) >= sizeof(o->login))
		return err_set(err, FAIL_INPUT, "officer %s: ROLE.NUMBER is wanted", login);
	*o = (struct rig_officer){ .totp = BUF_INIT };
	snprintf(o->login, sizeof(o->login), "%s", login);
	snprintf(role, sizeof(role), "%.*s", (int)(dot - login), login);
	n.role = role;
	n.office = office_for(role, atoi(dot + 1) > 2);
	if (uuid_new(&o->id, err) == 0 && seal_load(rig_path(r, "keys/seal.key"), &seal, err) == 0 &&
		credentials_make(seal, &o->id, bytes_str(rig_password), &n.phc, &o->totp, &n.sealed, err) == 0 &&
		db_run(r->owner, DB_READ_COMMITTED, work_officer, &n, err) == 0)
		rc = 0;
	else
		buf_wipe(&o->totp);
	seal_free(seal);
	buf_wipe(&n.phc);
	buf_wipe(&n.sealed);
	return rc;
}

static int
officer_find_or_make(struct rig *r, const char *login, struct rig_officer **officer, struct err *err)
{
	for (unsigned i = 0; i < r->nofficer; i++)
		if (strcmp(r->officer[i].login, login) == 0) {
			*officer = &r->officer[i];
			return 0;
		}
	if (r->nofficer == RIG_OFFICERS)
		return err_set(err, FAIL_INTERNAL, "rig: more than %d officers", RIG_OFFICERS);
	if (officer_make(r, &r->officer[r->nofficer], login, err) == -1)
		return -1;
	*officer = &r->officer[r->nofficer++];
	return 0;
}

int
rig_officer(struct rig *r, const char *login, const struct rig_officer **officer, struct err *err)
{
	struct rig_officer *found = NULL;
	int rc;

	pthread_mutex_lock(&r->lock);
	rc = officer_find_or_make(r, login, &found, err);
	pthread_mutex_unlock(&r->lock);
	if (rc == 0)
		*officer = found;
	return rc;
}

static const char *
base_path(const char *program)
{
	static const char *const paths[][2] = { { "civild", "/civil/v1" }, { "enrold", "/enrolment/v1" }, { "issued", "/issuance/v1" },
		{ "registryd", "/registry/v1" }, { "pkid", "/pki/v1" } };

	for (size_t i = 0; i < NELEM(paths); i++)
		if (strcmp(paths[i][0], program) == 0)
			return paths[i][1];
	return NULL;
}

static int
client_make(struct rig *r, const struct rig_program *p, struct client **client, struct err *err)
{
	struct client_options o = { .url = p->address, .ca_file = rig_path(r, "ca.pem"), .seconds = 60 };

	return client_new(&o, client, err);
}

/* A code works once: when that of now was used, the next step's is taken, which the services accept half a minute early. */
static int
next_code(struct rig_officer *o, char code[TOTP_DIGITS + 1], struct err *err)
{
	int64_t step = clock_now() / TOTP_STEP;

	if (step <= o->step)
		step = o->step + 1;
	while (step > clock_now() / TOTP_STEP + TOTP_WINDOW)
		pause_ms(200);
	o->step = step;
	return totp_code(buf_cstr(&o->totp), step * TOTP_STEP, code, err);
}

static int
officer_sign_in(struct rig *r, const struct rig_program *p, struct rig_officer *o, struct err *err)
{
	char code[TOTP_DIGITS + 1], path[64];
	struct client *client = NULL;
	json_t *body = NULL;
	int rc = -1;

	if (base_path(p->name) == NULL)
		return err_set(err, FAIL_INPUT, "%s: nobody signs in there", p->name);
	snprintf(path, sizeof(path), "%s/session", base_path(p->name));
	if (client_make(r, p, &client, err) == -1 || next_code(o, code, err) == -1)
		goto out;
	body = json_pack("{s:s, s:s, s:s}", "login", o->login, "password", rig_password, "totp", code);
	if (client_json(client, "POST", path, NULL, body, NULL, err) == -1)
		goto out;
	client_free(o->client);
	o->client = client;
	client = NULL;
	rc = 0;
out:
	json_decref(body);
	client_free(client);
	return rc;
}

static int
client_for(struct rig *r, const struct rig_program *p, const char *login, struct client **client, struct err *err)
{
	struct client *made = NULL;
	struct rig_officer *o = NULL;

	if (client_make(r, p, &made, err) == -1)
		return -1;
	if (login != NULL &&
		(officer_find_or_make(r, login, &o, err) == -1 || (o->client == NULL && officer_sign_in(r, p, o, err) == -1) ||
			client_share_session(made, o->client, err) == -1)) {
		client_free(made);
		return -1;
	}
	*client = made;
	return 0;
}

int
rig_client_new(struct rig *r, const char *program, const char *login, struct client **client, struct err *err)
{
	const struct rig_program *p = rig_program(r, program);
	int rc;

	if (p == NULL)
		return err_set(err, FAIL_NOT_FOUND, "%s is not of this rig", program);
	pthread_mutex_lock(&r->lock);
	rc = client_for(r, p, login, client, err);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static unsigned
officer_number(const struct rig *r, const char *login)
{
	unsigned i = 0;

	while (i < r->nofficer && (login == NULL || strcmp(r->officer[i].login, login) != 0))
		i++;
	return login == NULL ? NOBODY : i;
}

int
rig_client(struct rig *r, const char *program, const char *login, struct client **client, struct err *err)
{
	const struct rig_program *p = rig_program(r, program);
	unsigned number = officer_number(r, login);
	struct client *made = NULL;

	for (unsigned i = 0; p != NULL && i < r->nclient; i++)
		if (&r->program[r->client[i].program] == p && r->client[i].officer == number) {
			*client = r->client[i].client;
			return 0;
		}
	if (r->nclient == NELEM(r->client))
		return err_set(err, FAIL_INTERNAL, "rig: more than %zu clients", NELEM(r->client));
	if (rig_client_new(r, program, login, &made, err) == -1)
		return -1;
	r->client[r->nclient].client = made;
	r->client[r->nclient].program = (unsigned)(p - r->program);
	r->client[r->nclient++].officer = officer_number(r, login);
	*client = made;
	return 0;
}

int
rig_sign_in(struct rig *r, const char *program, const char *login, struct err *err)
{
	const struct rig_program *p = rig_program(r, program);
	struct rig_officer *o = NULL;
	int rc = -1;

	if (p == NULL)
		return err_set(err, FAIL_NOT_FOUND, "%s is not of this rig", program);
	pthread_mutex_lock(&r->lock);
	if (officer_find_or_make(r, login, &o, err) == 0 && officer_sign_in(r, p, o, err) == 0) {
		rc = 0;
		for (unsigned i = 0; rc == 0 && i < r->nclient; i++)
			if (r->client[i].officer == (unsigned)(o - r->officer))
				rc = client_share_session(r->client[i].client, o->client, err);
	}
	pthread_mutex_unlock(&r->lock);
	return rc;
}

/* ---- beginning and end ---- */

static void
stop_running(void)
{
	if (running != NULL && running->pid == getpid())
		rig_stop(running);
}

int
rig_start(struct rig *r, const char *const *programs, struct err *err)
{
	static bool registered;
	char conninfo[CLUSTER_CONNINFO];
	struct db_options owner = { .conninfo = conninfo, .connections = 2, .wait_ms = 10000, .queries = owner_sets };

	r->cluster.durable = r->durable;
	if (cluster_start(&r->cluster, err) == -1)
		return -1;
	signal(SIGPIPE, SIG_IGN); /* programs are killed while clients talk to them */
	r->pid = getpid();
	running = r;
	if (!registered)
		registered = atexit(stop_running) == 0;
	cluster_conninfo(&r->cluster, NULL, conninfo);
	if (!softhsm_start()) {
		rig_stop(r);
		return err_set(err, FAIL_NOT_FOUND, "SoftHSM is not installed");
	}
	if (migrate_run(conninfo, NULL, NULL, err) == -1 || make_files(r, err) == -1 || db_open(&owner, &r->owner, err) == -1 ||
		db_run(r->owner, DB_READ_COMMITTED, work_offices, r, err) == -1 || hold_ceremony(r, err) == -1)
		goto fail;
	for (; *programs != NULL; programs++) {
		struct rig_program *p = &r->program[r->nprogram];

		snprintf(p->name, sizeof(p->name), "%s", *programs);
		if (program_start(r, p, err) == -1 || (strcmp(p->name, "issued") == 0 && rig_booklets(r, RIG_BOOKLETS, err) == -1))
			goto fail;
		r->nprogram++;
	}
	return 0;
fail:
	rig_stop(r);
	return -1;
}

static void
remove_folder(const char *folder)
{
	pid_t pid = folder[0] == '\0' ? 0 : fork();

	if (pid == 0 && folder[0] != '\0') {
		execlp("rm", "rm", "-rf", "--", folder, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

void
rig_stop(struct rig *r)
{
	struct err err = ERR_INIT;

	if (r->pid != getpid())
		return;
	for (unsigned i = r->nprogram; i-- > 0;)
		if (r->program[i].pid != 0 && rig_halt(r, r->program[i].name, NULL, &err) == -1)
			printf("# %s\n", err.text);
	for (unsigned i = 0; i < r->nclient; i++)
		client_free(r->client[i].client);
	for (unsigned i = 0; i < r->nofficer; i++) {
		client_free(r->officer[i].client);
		buf_wipe(&r->officer[i].totp);
	}
	for (unsigned i = 0; i < r->ndb; i++)
		db_close(r->db[i]);
	db_close(r->owner);
	if (r->super != NULL)
		PQfinish(r->super);
	cluster_stop(&r->cluster);
	softhsm_stop();
	if (getenv("CATENA_KEEP_RIG") == NULL)
		remove_folder(r->folder);
	running = NULL;
	*r = (struct rig)RIG_INIT;
}
