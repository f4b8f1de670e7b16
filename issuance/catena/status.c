/* catena status: what runs, and how it does. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/suite.h"
#include "pki/signclient.h"
#include "registry/base/clock.h"
#include "registry/service/client.h"
#include "registry/store/ledger.h"
#include "registry/store/migrate.h"

enum { ASK_SECONDS = 5 };

static int
ask_signd(const char *address, struct buf *says, struct err *err)
{
	struct signclient *client;
	struct buf json = BUF_INIT;
	json_t *status = NULL;
	int rc = -1;

	if (signclient_new(address, &client, err) == -1)
		return -1;
	if (signclient_status(client, &json, err) == 0 && json_read(bytes_of(&json), &status, err) == 0) {
		const char *token = json_string_value(json_object_get(status, "token"));
		const char *until = json_string_value(json_object_get(status, "signer_until"));

		buf_printf(says, "ready, token %s, document signer until %.10s", token != NULL ? token : "?", until != NULL ? until : "?");
		rc = 0;
	}
	json_decref(status);
	buf_clear(&json);
	signclient_free(client);
	return rc;
}

static int
ask_service(const struct state *state, const char *address, struct buf *says, struct err *err)
{
	struct client_options options = { .url = address, .ca_file = state_path(state, "tls/ca.crt"), .connect_seconds = 2, .seconds = ASK_SECONDS };
	struct client *client;
	int rc;

	if (client_new(&options, &client, err) == -1)
		return -1;
	if ((rc = client_json(client, "GET", "/readyz", NULL, NULL, NULL, err)) == 0)
		buf_str(says, "ready");
	client_free(client);
	return rc;
}

/* A line of the table; whether it is ready. */
static bool
print_service(const struct state *state, const struct service *s)
{
	char address[SUITE_ADDRESS] = "-", id[16] = "-";
	struct buf says = BUF_INIT;
	struct err err = ERR_INIT;
	pid_t pid;
	int rc = suite_address(state, s->name, address, &pid, &err);

	if (rc == 0)
		rc = s->port == 0 ? ask_signd(address, &says, &err) : ask_service(state, address, &says, &err);
	if (pid != 0)
		snprintf(id, sizeof(id), "%ld", (long)pid);
	printf("%-10s %-8s %-34s %s\n", s->name, id, address, rc == 0 ? buf_cstr(&says) : err.text);
	buf_clear(&says);
	return rc == 0;
}

static int
work_head(struct tx *tx, void *arg, struct err *err)
{
	struct ledger_head *h = arg;

	ledger_head_clear(h);
	*h = LEDGER_HEAD_INIT;
	return ledger_head_latest(tx, h, err);
}

static bool
print_database(const struct state *state)
{
	static const struct query *const sets[] = { ledger_queries, NULL };
	struct ledger_head h = LEDGER_HEAD_INIT;
	struct err err = ERR_INIT;
	struct db *db;
	char at[21];

	if (state_db(state, sets, &db, &err) == -1) {
		printf("%-10s %s\n", "database", err.text);
		return false;
	}
	printf("%-10s schema %d\n", "database", migrate_newest());
	if (db_run(db, DB_READ_ONLY, work_head, &h, &err) == 0)
		printf("%-10s %llu entries under the head of %s\n", "ledger", (unsigned long long)h.head.size, time_format(h.head.signed_at, at));
	else
		printf("%-10s %s\n", "ledger", err.text);
	ledger_head_clear(&h);
	db_close(db);
	return err.kind == FAIL_NONE;
}

int
status_command(const struct args *args, struct err *err)
{
	struct state state;
	struct conf *conf;
	bool ready = true;
	pid_t holder;

	if (state_of_args(args, &state, err) == -1 || state_conf(&state, "catena", &conf, err) == -1)
		return -1;
	conf_free(conf);
	holder = suite_holder(&state);
	if (holder == 0)
		printf("%s: catena up does not run there\n\n", state.dir);
	else
		printf("%s: catena up is process %ld\n\n", state.dir, (long)holder);
	printf("%-10s %-8s %-34s %s\n", "service", "process", "address", "state");
	for (const struct service *s = suite_services; s->name != NULL; s++)
		ready = print_service(&state, s) && ready;
	printf("\n");
	return print_database(&state) && ready ? 0 : 1;
}
