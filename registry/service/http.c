/* http.c - the server: its parts, its connections, its start and its end. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/base/log.h"
#include "registry/service/runtime.h"

enum {
	PEM_MAX = 1 << 20,            /* octets of a certificate file; a chain is a few KiB */
	CONNECTION_MEMORY = 32 << 10, /* request line and headers, and the window for the body; more headers are 431 */
	WORKER_STACK = 512 << 10,     /* handlers keep large things on the heap; 16 workers stay small */
	CLIENT_VERIFY_SECONDS = 600   /* a client certificate that expires is noticed so soon on an open connection */
};

/* ---- client certificates ---- */

/* MHD asks for a certificate but lets every connection through: the decision is here.  Untrusted counts as absent. */
void
connection_verify_client(struct connection *c, struct MHD_Connection *mhd)
{
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT };
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	gnutls_session_t session;
	const gnutls_datum_t *chain;
	gnutls_x509_crt_t leaf = NULL;
	unsigned n = 0, status = 0;
	size_t size = sizeof(c->client_name);
	uint64_t now = clock_monotonic_ns();

	if (c->verified_ns != 0 && now - c->verified_ns < (uint64_t)CLIENT_VERIFY_SECONDS * 1000000000)
		return;
	c->verified_ns = now;
	c->client_name[0] = '\0';
	memset(c->client_sha256, 0, SHA256_LEN);
	if (info == NULL || (session = info->tls_session) == NULL)
		return;
	if ((chain = gnutls_certificate_get_peers(session, &n)) == NULL || n == 0)
		return;
	if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) != GNUTLS_E_SUCCESS || status != 0) {
		char text[16];

		snprintf(text, sizeof(text), "%x", status);
		log_event(LOG_WARNING, "client_certificate", "refused", text, NULL);
		return;
	}
	if (gnutls_x509_crt_init(&leaf) != GNUTLS_E_SUCCESS)
		return;
	if (gnutls_x509_crt_import(leaf, &chain[0], GNUTLS_X509_FMT_DER) != GNUTLS_E_SUCCESS ||
		gnutls_x509_crt_get_dn_by_oid(leaf, GNUTLS_OID_X520_COMMON_NAME, 0, 0, c->client_name, &size) != GNUTLS_E_SUCCESS ||
		strlen(c->client_name) != size)
		c->client_name[0] = '\0'; /* none, too long, or with a zero inside */
	else
		sha256(BYTES(chain[0].data, chain[0].size), c->client_sha256);
	gnutls_x509_crt_deinit(leaf);
}

/* ---- connections and the watch over them ---- */

static void
connection_changed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct http_server *server = cls;
	const union MHD_ConnectionInfo *info;
	struct connection *c = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		if (info == NULL || (c = calloc(1, sizeof(*c))) == NULL)
			return;
		c->fd = info->connect_fd;
		atomic_store(&c->deadline_ns, clock_monotonic_ns() + (uint64_t)server->options.request_seconds * 1000000000);
		pthread_mutex_lock(&server->lock);
		if ((c->next = server->connections) != NULL)
			c->next->prev = c;
		server->connections = c;
		server->nconnection++;
		pthread_mutex_unlock(&server->lock);
		atomic_fetch_add(&server->connections_total, 1);
		*context = c;
		return;
	}
	if (c == NULL)
		return;
	pthread_mutex_lock(&server->lock);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		server->connections = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	server->nconnection--;
	pthread_mutex_unlock(&server->lock);
	free(c);
	*context = NULL;
}

/*
 * MHD closes a connection on which nothing moves; a client that sends an octet now and then it would keep for ever.  The
 * watch shuts the socket of a request that is not complete in time; the worker then sees the end of the stream.
 */
static void *
watch_run(void *arg)
{
	struct http_server *server = arg;
	struct timespec next;

	pthread_mutex_lock(&server->lock);
	while (!server->watch_ends) {
		uint64_t now = clock_monotonic_ns();

		for (struct connection *c = server->connections; c != NULL; c = c->next) {
			uint64_t deadline = atomic_load(&c->deadline_ns);

			if (deadline != 0 && now > deadline && atomic_compare_exchange_strong(&c->deadline_ns, &deadline, 0)) {
				shutdown(c->fd, SHUT_RDWR);
				atomic_fetch_add(&server->connections_cut, 1);
			}
		}
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec++;
		pthread_cond_timedwait(&server->watch_wakes, &server->lock, &next);
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

/* ---- what every server serves ---- */

static int
get_healthz(struct request *rq, struct reply *rp, struct err *err)
{
	(void)rq;
	return reply_json(rp, 200, json_pack("{s:s}", "status", "ok"), err);
}

static int
get_readyz(struct request *rq, struct reply *rp, struct err *err)
{
	struct http_server *server = rq->svc;

	if (atomic_load(&server->draining))
		return err_set(err, FAIL_AGAIN, "the service is stopping");
	if (server->hooks.ready != NULL && server->hooks.ready(server->hooks.ctx, err) == -1) {
		err->kind = FAIL_AGAIN;
		return -1;
	}
	return reply_json(rp, 200, json_pack("{s:s}", "status", "ready"), err);
}

static int
get_metrics(struct request *rq, struct reply *rp, struct err *err)
{
	struct http_server *server = rq->svc;

	rp->content_type = "text/plain; version=0.0.4; charset=utf-8";
	http_server_metrics(server, &rp->body);
	if (server->hooks.metrics != NULL)
		server->hooks.metrics(server->hooks.ctx, &rp->body);
	return buf_check(&rp->body, err);
}

static const struct route own_routes[] = {
	{ "GET", "/healthz", 0, get_healthz, ROUTE_PUBLIC, "answer when the process runs" },
	{ "GET", "/readyz", 0, get_readyz, ROUTE_PUBLIC, "answer 200 when requests can be served, else 503 with the reason" },
	{ "GET", "/metrics", 0, get_metrics, ROUTE_PUBLIC, "counters as Prometheus text" },
	{ NULL }
};
static const struct route no_route = { "-", "(none)", 0, NULL, 0, "what found no route" };

void
http_server_metrics(struct http_server *server, struct buf *out)
{
	unsigned connections;

	pthread_mutex_lock(&server->lock);
	connections = server->nconnection;
	pthread_mutex_unlock(&server->lock);
	buf_str(out, "# HELP catena_http_requests_total Requests answered.\n# TYPE catena_http_requests_total counter\n");
	for (unsigned i = 0; i < server->nroute; i++)
		route_metrics_print_requests(&server->route[i]->metrics, server->route[i]->route->method, server->route[i]->pattern, out);
	route_metrics_print_requests(&server->unmatched.metrics, "-", server->unmatched.pattern, out);
	buf_str(out, "# HELP catena_http_request_duration_seconds From the request line to the reply.\n"
		     "# TYPE catena_http_request_duration_seconds histogram\n");
	for (unsigned i = 0; i < server->nroute; i++)
		route_metrics_print_seconds(&server->route[i]->metrics, server->route[i]->route->method, server->route[i]->pattern, out);
	buf_printf(out, "# HELP catena_http_requests_in_flight Requests begun and not answered.\n"
			"# TYPE catena_http_requests_in_flight gauge\ncatena_http_requests_in_flight %u\n",
		atomic_load(&server->inflight));
	buf_printf(out, "# HELP catena_http_connections Connections open.\n"
			"# TYPE catena_http_connections gauge\ncatena_http_connections %u\n",
		connections);
	buf_printf(out, "# HELP catena_http_connections_total Connections accepted.\n"
			"# TYPE catena_http_connections_total counter\ncatena_http_connections_total %" PRIu64 "\n",
		atomic_load(&server->connections_total));
	buf_printf(out, "# HELP catena_http_connections_cut_total Connections closed since a request was not complete in time.\n"
			"# TYPE catena_http_connections_cut_total counter\ncatena_http_connections_cut_total %" PRIu64 "\n",
		atomic_load(&server->connections_cut));
}

/* ---- making ---- */

static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static int
take_pem(const char *path, const char *what, struct buf *pem, struct err *err)
{
	if (path == NULL)
		return 0;
	if (file_read(path, PEM_MAX, pem, err) == -1)
		return err_prefix(err, "%s", what);
	if (strlen(buf_cstr(pem)) != pem->n || pem->n == 0)
		return err_set(err, FAIL_INPUT, "%s %s: empty, or not PEM", what, path);
	return 0;
}

static int
options_check(const struct http_server_options *o, struct err *err)
{
	struct in6_addr any;

	if (o->address == NULL || strlen(o->address) >= sizeof(((struct http_server *)0)->address) ||
		(inet_pton(AF_INET, o->address, &any) != 1 && inet_pton(AF_INET6, o->address, &any) != 1))
		return err_set(err, FAIL_INPUT, "address: not a numeric IPv4 or IPv6 address");
	if (o->certificate_file == NULL && !is_loopback(o->address))
		return err_set(err, FAIL_INPUT, "address %s: without a certificate only a loopback address is served", o->address);
	if ((o->certificate_file == NULL) != (o->key_file == NULL))
		return err_set(err, FAIL_INPUT, "certificate and key: one is given without the other");
	if (o->client_ca_file != NULL && o->certificate_file == NULL)
		return err_set(err, FAIL_INPUT, "client certificates: there are none without TLS");
	if (o->workers == 0 || o->workers > 256 || o->connections < o->workers || o->idle_seconds == 0 || o->request_seconds == 0)
		return err_set(err, FAIL_INPUT, "workers, connections or time limits: out of range");
	return 0;
}

int
http_server_new(const struct http_server_options *options, const struct http_hooks *hooks, struct http_server **server,
	struct err *err)
{
	struct http_server *s;
	pthread_condattr_t monotonic;

	if (options_check(options, err) == -1)
		return -1;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return err_set(err, FAIL_INTERNAL, "server: no memory");
	s->quiesced = MHD_INVALID_SOCKET;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->watch_wakes, &monotonic);
	pthread_condattr_destroy(&monotonic);
	s->options = *options;
	snprintf(s->address, sizeof(s->address), "%s", options->address);
	s->options.address = s->address;
	if (hooks != NULL)
		s->hooks = *hooks;
	s->unmatched.route = &no_route;
	if ((s->unmatched.pattern = strdup(no_route.pattern)) == NULL) {
		err_set(err, FAIL_INTERNAL, "server: no memory");
		goto fail;
	}
	if (take_pem(options->certificate_file, "certificate", &s->certificate, err) == -1 ||
		take_pem(options->key_file, "key", &s->key, err) == -1 ||
		take_pem(options->client_ca_file, "client certificate authority", &s->client_ca, err) == -1 ||
		http_server_mount(s, "", own_routes, s, err) == -1)
		goto fail;
	*server = s;
	return 0;
fail:
	http_server_free(s);
	return -1;
}

int
http_server_mount(struct http_server *server, const char *base, const struct route *routes, void *svc, struct err *err)
{
	struct bound_route **more;
	unsigned n = 0;

	if (server->daemon != NULL)
		return err_set(err, FAIL_INTERNAL, "routes of %s: mounted after the start", base);
	if (route_check(routes, err) == -1)
		return -1;
	while (routes[n].method != NULL)
		n++;
	if ((more = realloc(server->route, (server->nroute + n) * sizeof(struct bound_route *))) == NULL)
		return err_set(err, FAIL_INTERNAL, "routes of %s: no memory", base);
	server->route = more;
	for (unsigned i = 0; i < n; i++) {
		if (bound_route_new(base, &routes[i], svc, &server->route[server->nroute], err) == -1)
			return -1;
		server->nroute++;
	}
	return 0;
}

/* ---- start and stop ---- */

static int
bind_socket(const struct http_server *server, int *fd, uint16_t *port, struct err *err)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(server->options.port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(server->options.port) };
	bool is_in6 = inet_pton(AF_INET, server->address, &in4.sin_addr) != 1;
	struct sockaddr *sa = is_in6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in4;
	socklen_t len = is_in6 ? sizeof(in6) : sizeof(in4);
	int on = 1, s;

	if (is_in6)
		inet_pton(AF_INET6, server->address, &in6.sin6_addr);
	if ((s = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) == -1)
		return err_errno(err, "socket");
	if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 || bind(s, sa, len) == -1 || listen(s, SOMAXCONN) == -1 ||
		getsockname(s, sa, &len) == -1) {
		err_errno(err, "listening on %s port %u", server->address, (unsigned)server->options.port);
		close(s);
		return -1;
	}
	*port = ntohs(is_in6 ? in6.sin6_port : in4.sin_port);
	*fd = s;
	return 0;
}

int
http_server_start(struct http_server *server, struct err *err)
{
	const struct http_server_options *o = &server->options;
	bool has_tls = o->certificate_file != NULL;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | (has_tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)buf_cstr(&server->certificate) },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)buf_cstr(&server->key) },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:%SERVER_PRECEDENCE" },
		{ MHD_OPTION_END, 0, NULL }, /* room for the next */
		{ MHD_OPTION_END, 0, NULL }
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	int fd = -1;

	if (o->client_ca_file != NULL)
		tls[3] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)buf_cstr(&server->client_ca) };
	if (bind_socket(server, &fd, &server->port, err) == -1)
		return -1;
	server->daemon = MHD_start_daemon(flags, server->port, NULL, NULL, call_handle, server, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_THREAD_POOL_SIZE, o->workers, MHD_OPTION_THREAD_STACK_SIZE, (size_t)WORKER_STACK, MHD_OPTION_CONNECTION_LIMIT,
		o->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_per_peer, MHD_OPTION_CONNECTION_TIMEOUT,
		o->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_URI_LOG_CALLBACK, call_begin, server, MHD_OPTION_NOTIFY_COMPLETED, call_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server, MHD_OPTION_ARRAY, has_tls ? tls : none, MHD_OPTION_END);
	if (server->daemon == NULL) {
		close(fd);
		return err_set(err, FAIL_INTERNAL, "the HTTP server does not start: certificate and key unreadable or not a pair, or no memory");
	}
	if ((errno = pthread_create(&server->watch, NULL, watch_run, server)) != 0)
		return err_errno(err, "thread of the watch");
	server->has_watch = true;
	snprintf(server->url, sizeof(server->url), strchr(server->address, ':') != NULL ? "%s://[%s]:%u" : "%s://%s:%u",
		has_tls ? "https" : "http", server->address, (unsigned)server->port);
	return 0;
}

uint16_t
http_server_port(const struct http_server *server)
{
	return server->port;
}

const char *
http_server_url(const struct http_server *server)
{
	return server->url;
}

static void
watch_end(struct http_server *server)
{
	if (!server->has_watch)
		return;
	pthread_mutex_lock(&server->lock);
	server->watch_ends = true;
	pthread_cond_broadcast(&server->watch_wakes);
	pthread_mutex_unlock(&server->lock);
	pthread_join(server->watch, NULL);
	server->has_watch = false;
}

static void
daemon_end(struct http_server *server)
{
	if (server->daemon == NULL)
		return;
	MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	if (server->quiesced != MHD_INVALID_SOCKET)
		close(server->quiesced);
	server->quiesced = MHD_INVALID_SOCKET;
}

int
http_server_stop(struct http_server *server, unsigned seconds, struct err *err)
{
	uint64_t until = clock_monotonic_ns() + (uint64_t)seconds * 1000000000;
	const struct timespec a_moment = { 0, 10000000 };
	unsigned running;

	if (server->daemon == NULL)
		return 0;
	/* callers are refused from here on; the descriptor stays, since the daemon's threads have yet to take it out of their sets */
	if (!atomic_exchange(&server->draining, true) && (server->quiesced = MHD_quiesce_daemon(server->daemon)) != MHD_INVALID_SOCKET)
		shutdown(server->quiesced, SHUT_RDWR);
	while (atomic_load(&server->inflight) > 0 && clock_monotonic_ns() < until)
		nanosleep(&a_moment, NULL);
	if ((running = atomic_load(&server->running)) > 0)
		return err_set(err, FAIL_AGAIN, "stop: %u requests still run after %u s", running, seconds);
	watch_end(server);
	daemon_end(server);
	return 0;
}

void
http_server_free(struct http_server *server)
{
	if (server == NULL)
		return;
	watch_end(server);
	daemon_end(server);
	for (unsigned i = 0; i < server->nroute; i++)
		bound_route_free(server->route[i]);
	free(server->route);
	free(server->unmatched.pattern);
	buf_clear(&server->certificate);
	buf_wipe(&server->key);
	buf_clear(&server->client_ca);
	pthread_cond_destroy(&server->watch_wakes);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
