/* catena partner and subscriber list, set, retire: programs of other authorities and what each is let in for; who is told of what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/rules.h"
#include "issuance/catena/state.h"
#include "registry/store/rules.h"

enum { SERVICES_MAX = 8 };

/* clang-format off */
const struct arg_option partner_set_options[] = { OPTION_STATE,
	{ "certificate", "FILE", "the program's client certificate, PEM or DER: a new program, or a renewed certificate" },
	{ "service", "NAME[,NAME]", "what it is let in for: stop_list, document_status" },
	{ NULL, NULL, NULL } };
const struct arg_option partner_retire_options[] = { OPTION_STATE,
	{ "service", "NAME[,NAME]", "only these; without it, the program is not let in any more" },
	{ NULL, NULL, NULL } };
const struct arg_option subscriber_set_options[] = { OPTION_STATE,
	{ "url", "URL", "https: where notifications are posted" },
	{ "topic", "TOPIC[,TOPIC]", "what of: document.stopped, document.*, person.deceased ..." },
	{ NULL, NULL, NULL } };
/* clang-format on */

struct partner {
	const char *name, *url, *topics;
	uint8_t certificate[SHA256_LEN];
	bool has_certificate;
	char *text, *service[SERVICES_MAX];
	size_t n;
	struct buf out;
};

static int
run(const struct args *args, struct partner *p, db_work *work, enum db_isolation mode, struct err *err)
{
	static const struct query *const sets[] = { rules_queries, NULL };
	struct state state;
	struct db *db = NULL;
	int rc = -1;

	if (state_of_args(args, &state, err) == 0 && state_db(&state, sets, &db, err) == 0)
		rc = db_run(db, mode, work, p, err);
	if (db != NULL)
		db_close(db);
	return rc;
}

static int
services_of(const struct args *args, struct partner *p, struct err *err)
{
	const char *given = args_value(args, "service", NULL);
	char *rest, *one;

	if (given == NULL)
		return 0;
	if ((p->text = strdup(given)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (rest = p->text; (one = strsep(&rest, ",")) != NULL;) {
		if ((strcmp(one, "stop_list") != 0 && strcmp(one, "document_status") != 0) || p->n == SERVICES_MAX)
			return err_set(err, FAIL_INPUT, "--service: stop_list and document_status are there");
		p->service[p->n++] = one;
	}
	return 0;
}

static int
work_list(struct tx *tx, void *arg, struct err *err)
{
	struct partner *p = arg;

	buf_cut(&p->out, 0);
	return rules_partner_list(tx, &p->out, err);
}

int
partner_list_command(const struct args *args, struct err *err)
{
	struct partner p = { .out = BUF_INIT };

	if (run(args, &p, work_list, DB_READ_ONLY, err) == 0)
		return print_buf(&p.out, err);
	buf_clear(&p.out);
	return -1;
}

static int
work_set(struct tx *tx, void *arg, struct err *err)
{
	const struct partner *p = arg;
	int rc = rules_program_set(tx, p->name, p->has_certificate ? p->certificate : NULL, err);

	for (size_t i = 0; rc == 0 && i < p->n; i++)
		rc = rules_service_set(tx, p->name, p->service[i], err);
	return rc;
}

int
partner_set_command(const struct args *args, struct err *err)
{
	struct partner p = { .name = args->positional[0] };
	int rc = -1;

	if (program_name_check(p.name, err) == 0 && services_of(args, &p, err) == 0 && program_certificate(args, p.certificate, &p.has_certificate, err) == 0) {
		if (p.n == 0 && !p.has_certificate)
			err_set(err, FAIL_INPUT, "--service or --certificate is missing");
		else
			rc = run(args, &p, work_set, DB_READ_COMMITTED, err);
	}
	if (rc == 0)
		printf("program %s: %s%zu services added\n", p.name, p.has_certificate ? "let in with this certificate, " : "", p.n);
	free(p.text);
	return rc;
}

static int
work_retire(struct tx *tx, void *arg, struct err *err)
{
	const struct partner *p = arg;
	int rc = p->n == 0 ? rules_program_retire(tx, p->name, err) : 0;

	for (size_t i = 0; rc == 0 && i < p->n; i++)
		rc = rules_service_retire(tx, p->name, p->service[i], err);
	return rc;
}

int
partner_retire_command(const struct args *args, struct err *err)
{
	struct partner p = { .name = args->positional[0] };
	int rc = services_of(args, &p, err) == -1 ? -1 : run(args, &p, work_retire, DB_READ_COMMITTED, err);

	if (rc == 0 && p.n == 0)
		printf("program %s: not let in any more\n", p.name);
	else if (rc == 0)
		printf("program %s: %zu services taken away\n", p.name, p.n);
	free(p.text);
	return rc;
}

/* ---- subscribers ---- */

static const char *const topics[] = { "act", "application", "booklets", "document", "person" };

static bool
is_topic(const char *text, size_t n)
{
	for (size_t i = 0; i < NELEM(topics); i++) {
		size_t family = strlen(topics[i]);

		if (n > family + 1 && strncmp(text, topics[i], family) == 0 && text[family] == '.')
			return (n == family + 2 && text[family + 1] == '*') || strspn(text + family + 1, "abcdefghijklmnopqrstuvwxyz_") >= n - family - 1;
	}
	return false;
}

static int
subscription_check(const struct partner *p, struct err *err)
{
	if (p->url == NULL || strncmp(p->url, "https://", 8) != 0 || strlen(p->url) > 500 || strpbrk(p->url, " \t\r\n") != NULL)
		return err_set(err, FAIL_INPUT, "--url: an https address is wanted");
	for (const char *t = p->topics; t != NULL; t = strchr(t, ',') == NULL ? NULL : strchr(t, ',') + 1)
		if (!is_topic(t, strcspn(t, ",")))
			return err_set(err, FAIL_INPUT, "--topic: topics of act, application, booklets, document and person are there, each as FAMILY.EVENT or FAMILY.*");
	return p->topics != NULL ? 0 : err_set(err, FAIL_INPUT, "--topic is missing");
}

static int
work_subscriber_list(struct tx *tx, void *arg, struct err *err)
{
	struct partner *p = arg;

	buf_cut(&p->out, 0);
	return rules_subscriber_list(tx, &p->out, err);
}

int
subscriber_list_command(const struct args *args, struct err *err)
{
	struct partner p = { .out = BUF_INIT };

	if (run(args, &p, work_subscriber_list, DB_READ_ONLY, err) == 0)
		return print_buf(&p.out, err);
	buf_clear(&p.out);
	return -1;
}

static int
work_subscriber_set(struct tx *tx, void *arg, struct err *err)
{
	const struct partner *p = arg;

	return rules_subscriber_set(tx, p->name, p->url, p->topics, err);
}

int
subscriber_set_command(const struct args *args, struct err *err)
{
	struct partner p = { .name = args->positional[0], .url = args_value(args, "url", NULL), .topics = args_value(args, "topic", NULL) };

	if (program_name_check(p.name, err) == -1 || subscription_check(&p, err) == -1 || run(args, &p, work_subscriber_set, DB_READ_COMMITTED, err) == -1)
		return -1;
	printf("subscriber %s: told of %s at %s\n", p.name, p.topics, p.url);
	return 0;
}

static int
work_subscriber_retire(struct tx *tx, void *arg, struct err *err)
{
	const struct partner *p = arg;

	return rules_subscriber_retire(tx, p->name, err);
}

int
subscriber_retire_command(const struct args *args, struct err *err)
{
	struct partner p = { .name = args->positional[0] };

	if (run(args, &p, work_subscriber_retire, DB_READ_COMMITTED, err) == -1)
		return -1;
	printf("subscriber %s: told of nothing any more\n", p.name);
	return 0;
}
