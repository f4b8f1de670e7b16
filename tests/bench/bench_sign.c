/*
 * Security objects signed through signd - descent read and held, hashes compared, object made, signature recorded and its ledger entry
 * written (fsync on) - in batches, against the bare rate of C_Sign with the same token, key and as many sessions.
 */
#include <dirent.h>

#include "pki/signclient.h"
#include "tests/bench/bare.h"

enum { CLIENTS = 4, /* connections that ask at the same time */
	BATCH = SIGND_MAX_BATCH,
	WARM = 4 * BATCH, /* connections open, statements are prepared, plans chosen */
	DOCUMENTS = WARM + 32 * BATCH };

/* Documents that wait to be signed; DG1 and DG2 are the digests of their number. */
static const char *const allocated[] = {
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id) SELECT application, pg_temp.o('clerk'), 'produce', pg_temp.o('clerk') FROM rig WHERE n <> 1 AND n >= $",
	"INSERT INTO document (id, number, application_id, person_id, identity_version_id, approval_id, production_id, document_type, issuing_state,"
	" authority, issued_on, expires_on, dg_hash_bits, dg_hashes, officer_id)"
	" SELECT gen_random_uuid(), 'U' || lpad(r.n::text, 8, '0'), r.application, r.person, r.identity, a.id, p.id, 'PP', 'UTO', 'OFFICE', current_date,"
	" current_date + 3650, 256, jsonb_build_object('1', repeat('01', 32), '2', repeat('02', 32), '11', repeat('0b', 32), '12', repeat('0c', 32)), pg_temp.o('clerk')"
	" FROM rig r JOIN application_decision a ON a.application_id = r.application AND a.event = 'approve'"
	" JOIN application_decision p ON p.application_id = r.application AND p.event = 'produce' WHERE r.n <> 1 AND r.n >= $",
	"INSERT INTO document_decision (document_id, event, officer_id) SELECT d.id, 'allocate', pg_temp.o('clerk') FROM document d, (SELECT 0 AS n) z WHERE z.n >= $",
};

struct line {
	const char *socket;
	struct uuid *documents;
	size_t n;
	size_t next; /* atomic */
};

static void *
ask(void *arg)
{
	static const struct {
		int number, octet;
	} dgs[] = { { 1, 0x01 }, { 2, 0x02 }, { 11, 0x0b }, { 12, 0x0c } };
	struct line *l = arg;
	struct sign_order *orders = calloc(BATCH, sizeof(*orders));
	struct signclient *client = NULL;
	struct err err = ERR_INIT;
	size_t from;

	if (signclient_new(l->socket, &client, &err) == -1)
		bail_out("%s", err.text);
	while ((from = __atomic_fetch_add(&l->next, BATCH, __ATOMIC_RELAXED)) < l->n) {
		size_t n = l->n - from < BATCH ? l->n - from : BATCH;

		for (size_t i = 0; i < n; i++) {
			orders[i] = (struct sign_order){ .document_id = l->documents[from + i], .ndg = NELEM(dgs) };
			for (unsigned g = 0; g < NELEM(dgs); g++) {
				orders[i].dg[g].number = dgs[g].number;
				orders[i].dg[g].len = 32;
				memset(orders[i].dg[g].hash, dgs[g].octet, 32);
			}
		}
		if (signclient_documents(client, orders, n, &err) == -1)
			bail_out("%s", err.text);
		for (size_t i = 0; i < n; i++) {
			if (orders[i].err.kind != FAIL_NONE || orders[i].sod.n == 0)
				bail_out("%s", orders[i].err.text);
			buf_clear(&orders[i].sod);
		}
	}
	signclient_free(client);
	free(orders);
	return NULL;
}

/* The line's documents up to `n`, by all clients; seconds. */
static double
run(struct line *l, size_t n)
{
	pthread_t thread[CLIENTS];
	uint64_t begun = clock_monotonic_ns();

	l->n = n;
	for (unsigned i = 0; i < CLIENTS; i++)
		pthread_create(&thread[i], NULL, ask, l);
	for (unsigned i = 0; i < CLIENTS; i++)
		pthread_join(thread[i], NULL);
	return (double)(clock_monotonic_ns() - begun) / 1e9;
}

static void
line_init(struct line *l, const char *socket)
{
	PGresult *r = PQexec(issuing_pg, "SELECT id FROM document ORDER BY number");
	struct err err = ERR_INIT;

	*l = (struct line){ .socket = socket, .n = (size_t)PQntuples(r) };
	if (l->n != DOCUMENTS)
		bail_out("%zu documents", l->n);
	l->documents = calloc(l->n, sizeof(*l->documents));
	for (size_t i = 0; i < l->n; i++)
		if (uuid_parse(bytes_str(PQgetvalue(r, (int)i, 0)), &l->documents[i], &err) == -1)
			bail_out("%s", err.text);
	PQclear(r);
}

/* ---- where the processors' time goes: of a loaded machine it says more than the clock ---- */

/* Of a process, living children not counted; 0 when there is none.  *parent may be NULL. */
static double
processor_seconds(pid_t pid, pid_t *parent, char command[32])
{
	char path[40], line[600] = "", *after;
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fgets(line, sizeof(line), f) != NULL && (after = strrchr(line, ')')) != NULL) {
		int ppid = 0;

		if (sscanf(after + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ppid, &user, &system) == 3 && parent != NULL) {
			*parent = (pid_t)ppid;
			snprintf(command, 32, "%.*s", (int)(after - strchr(line, '(') - 1), strchr(line, '(') + 1);
		}
	}
	fclose(f);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double
database_seconds(pid_t postmaster)
{
	double sum = processor_seconds(postmaster, NULL, NULL);
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)atoi(entry->d_name), parent = 0;
		char command[32] = "";
		double seconds = pid <= 0 ? 0 : processor_seconds(pid, &parent, command);

		if (parent == postmaster)
			sum += seconds;
	}
	if (proc != NULL)
		closedir(proc);
	return sum;
}

static void
measure(const char *kind, unsigned sessions, double goal)
{
	const char *only = getenv("BENCH");
	struct issuing is = { .token_sessions = sessions };
	struct line l;
	char name[80];
	double bare, rate, seconds, cpu[3];

	snprintf(name, sizeof(name), "security_objects_signed_%s%s", kind, sessions == 1 ? "_one_session" : "");
	if (only != NULL && strcmp(only, name) != 0)
		return;
	if (!issuing_start(&is, kind, true)) {
		printf("# %s: PostgreSQL or SoftHSM is not installed\n", name);
		return;
	}
	issuing_people(&is, DOCUMENTS + 1); /* person 1 is a foreigner, who has no passport */
	issuing_approve(&is, 0);
	issuing_sql("BEGIN");
	issuing_for_people(allocated, NELEM(allocated), 0);
	issuing_sql("COMMIT");
	issuing_sql("ANALYZE");
	issuing_settle();
	line_init(&l, throwaway_path(&is.tls, "signd.sock"));
	cpu[0] = processor_seconds(getpid(), NULL, NULL);
	bare = bare_rate(sessions);
	cpu[0] = processor_seconds(getpid(), NULL, NULL) - cpu[0];
	run(&l, WARM);
	l.next = WARM;
	cpu[1] = processor_seconds(is.signd, NULL, NULL);
	cpu[2] = database_seconds(is.cluster.pid);
	seconds = run(&l, DOCUMENTS);
	cpu[1] = processor_seconds(is.signd, NULL, NULL) - cpu[1];
	cpu[2] = database_seconds(is.cluster.pid) - cpu[2];
	printf("# processor time of each object: bare C_Sign %.0f us; signd %.0f us, database %.0f us\n", cpu[0] * 1e6 / (bare * BARE_SECONDS),
		cpu[1] * 1e6 / (DOCUMENTS - WARM), cpu[2] * 1e6 / (DOCUMENTS - WARM));
	rate = (DOCUMENTS - WARM) / seconds;
	printf("bench %s value=%.0f unit=objects/s limit=%.0f ratio=%.2f goal=%.1f %s\n", name, rate, bare, rate / bare, goal, rate / bare >= goal ? "ok" : "short");
	fflush(stdout);
	free(l.documents);
	issuing_stop(&is);
}

/*
 * A token of software takes its time from the processors that the database needs as well; with one session it keeps to one of them, as
 * a token that has a processor of its own would.
 */
int
main(void)
{
	measure("brainpoolP256r1", BARE_SESSIONS, 0.8);
	measure("brainpoolP256r1", 1, 0.8);
	return 0;
}
