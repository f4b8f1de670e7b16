/*
 * office.h - what the office programs (civild, enrold, issued, inspectd, pkid, registryd) have in common: the only place that
 * joins the HTTP runtime with the registry's store.
 *
 *	static int
 *	work_declare(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
 *	{
 *		if (act_declare(tx, arg, &rq->who.officer_id, err) == -1)
 *			return -1;
 *		return reply_json(rp, 201, birth_to_json(arg), err);
 *	}
 *	static int
 *	post_birth(struct request *rq, struct reply *rp, struct err *err)
 *	{
 *		...
 *		if (request_json(rq, birth_fields, &birth, err) == -1 || office_may(rq, ROLE_CIVIL_CLERK, &birth.office_id, err) == -1)
 *			goto out;
 *		rc = office_change(rq, rp, work_declare, &birth, err);
 *	}
 *	int
 *	main(int argc, char **argv)
 *	{
 *		return office_main(argc, argv, &civil_program);
 *	}
 *
 * Routes that every office program has below its base path:
 *	POST   /session		{"login", "password", "totp"}: 201, the cookie and who it is; 401 for whatever reason
 *	GET    /session		who am I: login, name, roles, offices
 *	DELETE /session		signs out
 * Wrong passwords and codes are counted; after `lockout_failures` in a row the officer is locked out for `lockout_time`, with
 * the same answer in the same time as for a login that does not exist.
 *
 * A session is looked up in the registry at most once a second and process: in between the answer is remembered.  So an officer
 * who is signed out, locked out or deactivated loses access everywhere within OFFICE_SESSION_REMEMBERED_MS, and at once in
 * the process where the sign-out happened.
 */
#ifndef CATENA_OFFICE_OFFICE_H
#define CATENA_OFFICE_OFFICE_H

#include "registry/base/conf.h"
#include "registry/service/files.h"
#include "registry/service/http.h"
#include "registry/store/db.h"

enum {
	OFFICE_SESSION_REMEMBERED_MS = 1000, /* how old a remembered session may be */
	OFFICE_DB_WAIT_MS = 3000             /* how long a request waits for a database connection before it is told to come again */
};

struct office;
struct office_sessions;

struct office_program {
	const char *name;                   /* of the program and its section of the configuration: "civild" */
	const char *db_role;                /* "catena_civil" */
	const char *base_path;              /* "/civil/v1" */
	bool has_jurisdiction;              /* the database, too, holds its officers to their offices (0180-jurisdiction.sql) */
	const struct route *routes;         /* ends with method NULL; mounted at base_path with svc = struct office * */
	const struct query *const *queries; /* NULL-terminated; those of office_main itself come on top */
	/* After the configuration and the database, before requests are served: keys, further mounts.  May be NULL. */
	int (*start)(struct office *office, struct err *err);
	void (*stop)(struct office *office); /* after the last request; also when start failed half way.  May be NULL */
	/* Appends Prometheus text of the program's own.  May be NULL. */
	void (*metrics)(struct office *office, struct buf *out);
	const struct web_file *const *desk; /* NULL-terminated: the tables of its desk, served at /desk.  NULL: it has none */
};

/* One per process; lives from the start to the end of office_main. */
struct office {
	const struct office_program *program;
	const char *name; /* the program's */
	struct conf *conf;
	struct db *db;
	struct http_server *server;       /* start() may mount further routes */
	struct seal *seal;                /* key of `seal_key`: TOTP secrets, portraits */
	struct office_sessions *sessions; /* remembered sessions; sessions.c */
	void *own;                        /* the program's */
};

/* The whole life of an office program; returns the exit status. */
int office_main(int argc, char **argv, const struct office_program *program);

/*
 * The parts of office_main, for tests and for programs with a loop of their own.  office_open reads nothing from the command line;
 * conf is borrowed.  It reads the keys and certificates, then drops privileges, then opens the database.  After office_open the
 * server is made but does not listen: http_server_start(office->server).  office_close stops it, waiting for requests at most
 * `stop_timeout`; -1 when some still run (the process must exit then).
 */
int office_open(const struct office_program *program, struct conf *conf, struct office **office, struct err *err);
int office_close(struct office *office, struct err *err);

/* The office program that serves this request. */
struct office *office_of(const struct request *rq);

/*
 * A part of a handler that works in a transaction.  It may be run several times (*rp is empty each time) and changes nothing
 * outside the transaction but *rp and what it sets anew in *arg.
 */
typedef int office_work(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err);

/*
 * Runs `work` and stores its answer under the request's Idempotency-Key, in one transaction; the reply goes out after the commit.
 * The same key of the same principal again: the stored answer, without running work; with another route or body: FAIL_CONFLICT.
 * Of two at the same time one takes effect and both get its answer.  Only for ROUTE_CHANGES routes.  The answer is JSON or
 * empty, and may carry the header Location.  Failures are not stored: the client may repeat with the same key.
 * One small change is two round trips: BEGIN with the first query, the rest with the COMMIT.
 */
int office_change(struct request *rq, struct reply *rp, office_work *work, void *arg, struct err *err);
/* Runs `work` on one snapshot (repeatable read).  What it discloses it says with office_disclose, in the same transaction. */
int office_read(struct request *rq, struct reply *rp, office_work *work, void *arg, struct err *err);
/* Records that the caller was shown personal data of a subject ("person", "act", "document" ...): an entry of the ledger. */
int office_disclose(struct tx *tx, const struct request *rq, const char *subject_kind, const struct uuid *subject_id, struct err *err);

/* A handler's whole work: { items: [{ id, code, name, place? }] }, the offices of the kind (office.kind), by code. */
int office_list(struct request *rq, struct reply *rp, const char *kind, struct err *err);

/* 0 when the caller holds one of the roles for this very office; else FAIL_DENIED.  Programs hold no role for an office. */
int office_may(const struct request *rq, uint64_t any_of, const struct uuid *office_id, struct err *err);

#endif
