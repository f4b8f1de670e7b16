#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/base/log.h"
#include "registry/base/seal.h"
#include "registry/office/sessions.h"
#include "registry/service/daemon.h"
#include "registry/service/signin.h"
#include "registry/store/audit.h"
#include "registry/store/idempotency.h"
#include "registry/store/officer.h"
#include "registry/store/offices.h"

struct office *
office_of(const struct request *rq)
{
	return rq->svc;
}

int
office_may(const struct request *rq, uint64_t any_of, const struct uuid *office_id, struct err *err)
{
	uint64_t roles;

	if (sessions_roles(office_of(rq), rq, office_id, &roles, err) == -1)
		return -1;
	if ((roles & any_of) == 0)
		return err_set(err, FAIL_DENIED, "the caller has no such role for this office");
	return 0;
}

/* ---- hooks of the HTTP runtime; ctx is the office ---- */

struct denial {
	const struct office *office;
	const struct request *rq;
	const struct principal *who;
};

static int
work_denied(struct tx *tx, void *arg, struct err *err)
{
	const struct denial *d = arg;
	struct audit_event event = { .kind = "denied", .program = d->office->name, .officer_id = &d->who->officer_id };
	char route[160];

	snprintf(route, sizeof(route), "%s %s", d->rq->route->method, d->rq->route->pattern);
	event.route = route;
	return audit_add(tx, &event, err);
}

static void
hook_denied(void *ctx, const struct request *rq, const struct principal *who)
{
	struct office *office = ctx;
	struct denial d = { office, rq, who };
	struct err err = ERR_INIT;

	if (db_run(office->db, DB_READ_COMMITTED, work_denied, &d, &err) == -1)
		log_err(LOG_ERROR, "denial_not_recorded", &err);
}

static int
hook_ready(void *ctx, struct err *err)
{
	return db_ready(((struct office *)ctx)->db, err);
}

static void
hook_metrics(void *ctx, struct buf *out)
{
	struct office *office = ctx;
	struct db_stats s;

	db_stats(office->db, &s);
	buf_printf(out, "# HELP catena_db_connections Database connections of the pool.\n# TYPE catena_db_connections gauge\n");
	buf_printf(out, "catena_db_connections{state=\"open\"} %u\ncatena_db_connections{state=\"busy\"} %u\n", s.open, s.busy);
	buf_printf(out, "# HELP catena_db_connects_total Connections opened.\n# TYPE catena_db_connects_total counter\n");
	buf_printf(out, "catena_db_connects_total %" PRIu64 "\n", s.connects);
	buf_printf(out, "# HELP catena_db_transactions_total Transactions run.\n# TYPE catena_db_transactions_total counter\n");
	buf_printf(out, "catena_db_transactions_total %" PRIu64 "\n", s.transactions);
	buf_printf(out, "# HELP catena_db_retries_total Transactions run again.\n# TYPE catena_db_retries_total counter\n");
	buf_printf(out, "catena_db_retries_total %" PRIu64 "\n", s.retries);
	buf_printf(out, "# HELP catena_db_timeouts_total Requests that found all connections busy.\n# TYPE catena_db_timeouts_total counter\n");
	buf_printf(out, "catena_db_timeouts_total %" PRIu64 "\n", s.timeouts);
	if (office->program->metrics != NULL)
		office->program->metrics(office, out);
}

/* ---- beginning and end ---- */

static int
make_server(struct office *office, struct err *err)
{
	const struct conf *conf = office->conf;
	struct http_server_options o = HTTP_SERVER_OPTIONS;
	struct http_hooks hooks = { sessions_authenticate, hook_denied, hook_ready, hook_metrics, office };

	o.address = conf_text(conf, "address");
	o.port = (uint16_t)conf_int(conf, "port");
	/* without a certificate: plain HTTP, which the server allows on a loopback address only */
	if (conf_text(conf, "tls_certificate")[0] != 0) {
		o.certificate_file = conf_text(conf, "tls_certificate");
		o.key_file = conf_text(conf, "tls_key");
		if (conf_text(conf, "tls_client_ca")[0] != 0)
			o.client_ca_file = conf_text(conf, "tls_client_ca");
	}
	o.workers = (unsigned)conf_int(conf, "workers");
	password_limit(o.workers);
	o.body_limit = (size_t)conf_int(conf, "body_limit");
	o.raw_limit = (size_t)conf_int(conf, "raw_limit");
	o.idle_seconds = (unsigned)conf_int(conf, "idle_timeout");
	o.request_seconds = (unsigned)conf_int(conf, "request_timeout");
	o.connections = (unsigned)conf_int(conf, "max_connections");
	o.connections_per_peer = (unsigned)conf_int(conf, "max_connections_per_peer");
	if (http_server_new(&o, &hooks, &office->server, err) == -1 ||
		http_server_mount(office->server, office->program->base_path, office->program->routes, office, err) == -1)
		return -1;
	if (office->program->desk != NULL && http_server_mount_files(office->server, "/desk", office->program->desk, err) == -1)
		return -1;
	return http_server_mount(office->server, office->program->base_path, session_routes, office, err);
}

static int
open_database(struct office *office, struct err *err)
{
	const struct query *const *more = office->program->queries;
	const struct query *sets[64] = { officer_queries, offices_queries, idempotency_queries, audit_queries };
	struct db_options o = { .conninfo = conf_text(office->conf, "database"), .role = office->program->db_role };
	size_t n = 4;
	bool has;

	o.connections = (unsigned)conf_int(office->conf, "connections");
	o.wait_ms = OFFICE_DB_WAIT_MS;
	o.queries = sets;
	for (; more != NULL && *more != NULL; more++) {
		has = false;
		for (size_t i = 0; i < n; i++) /* a program may list one of ours: each is prepared once */
			has |= sets[i] == *more;
		if (has)
			continue;
		if (n == NELEM(sets) - 1)
			return err_set(err, FAIL_INTERNAL, "%s has more than %zu query sets", office->name, NELEM(sets) - 1);
		sets[n++] = *more;
	}
	return db_open(&o, &office->db, err);
}

static void
office_free(struct office *office)
{
	http_server_free(office->server);
	db_close(office->db);
	sessions_free(office->sessions);
	seal_free(office->seal);
	free(office);
}

int
office_open(const struct office_program *program, struct conf *conf, struct office **out, struct err *err)
{
	struct office *office = calloc(1, sizeof(*office));
	bool started = false;

	if (office == NULL)
		return err_errno(err, "%s", program->name);
	office->program = program;
	office->name = program->name;
	office->conf = conf;
	if (seal_load(conf_text(conf, "seal_key"), &office->seal, err) == -1 || sessions_new(&office->sessions, err) == -1 ||
		make_server(office, err) == -1 || daemon_drop_privileges(conf_text(conf, "user"), err) == -1 ||
		open_database(office, err) == -1)
		goto fail;
	started = program->start != NULL;
	if (started && program->start(office, err) == -1)
		goto fail;
	*out = office;
	return 0;
fail:
	if (started && program->stop != NULL)
		program->stop(office);
	office_free(office);
	return -1;
}

int
office_close(struct office *office, struct err *err)
{
	if (office == NULL)
		return 0;
	if (http_server_stop(office->server, (unsigned)conf_int(office->conf, "stop_timeout"), err) == -1)
		return -1;
	if (office->program->stop != NULL)
		office->program->stop(office);
	office_free(office);
	return 0;
}

int
office_main(int argc, char **argv, const struct office_program *program)
{
	struct daemon_args args;
	struct conf *conf = NULL;
	struct office *office = NULL;
	struct err err = ERR_INIT;
	char number[16];

	log_open(program->name, LOG_INFO);
	if (daemon_begin(program->name, argc, argv, &args, &err) == -1 ||
		conf_load(args.config_file, program->name, &conf, &err) == -1) {
		log_err(LOG_ERROR, "not_started", &err);
		return 2;
	}
	log_open(program->name, log_level_of(conf_text(conf, "log_level")));
	if (office_open(program, conf, &office, &err) == -1 || http_server_start(office->server, &err) == -1) {
		log_err(LOG_ERROR, "not_started", &err);
		if (office != NULL)
			office_close(office, &err);
		conf_free(conf);
		return 1;
	}
	log_event(LOG_NOTICE, "started", "address", http_server_url(office->server), NULL);
	daemon_ready(program->name, http_server_url(office->server));
	snprintf(number, sizeof(number), "%d", daemon_wait(-1));
	log_event(LOG_NOTICE, "stopping", "signal", number, NULL);
	daemon_stopping();
	if (office_close(office, &err) == -1) {
		/* handlers still run on what we would free */
		log_err(LOG_ERROR, "stopped_hard", &err);
		_exit(1);
	}
	log_event(LOG_NOTICE, "stopped", NULL);
	conf_free(conf);
	return 0;
}
