/* catena trace: the descent of a document as a tree, and its bundle. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/session.h"
#include "issuance/catena/trace.h"
#include "registry/base/file.h"

enum { DEPTH_MAX = 12,
	PSEUDONYM = 12 }; /* of a UUID, its last octets: the first ones tell the time */

const struct arg_option trace_options[] = {
	OPTION_STATE,
	{ "officer", "FILE", "credentials of an auditor (any passport officer or inspector with --undisclosed); else CATENA_OFFICER" },
	{ "bundle", "FILE", "write the descent bundle for catena verify" },
	{ "undisclosed", NULL, "without personal data: digests only" },
	{ NULL, NULL, NULL },
};

struct record {
	const char *kind, *id, *at; /* borrowed from leaf */
	json_t *leaf, *links, *content;
};
struct records {
	struct record *r;
	size_t n;
};

/* ---- reading the bundle ---- */

static json_t *
text_json(const json_t *record, const char *member)
{
	const char *text = json_string_value(json_object_get(record, member));
	struct err ignored = ERR_INIT;
	json_t *value = NULL;

	if (text != NULL && json_read(bytes_str(text), &value, &ignored) == -1)
		return NULL;
	return value;
}

static const char *
member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static void
records_clear(struct records *records)
{
	for (size_t i = 0; i < records->n; i++) {
		json_decref(records->r[i].leaf);
		json_decref(records->r[i].content);
	}
	free(records->r);
}

static int
records_of(const json_t *bundle, struct records *records, struct err *err)
{
	const json_t *list = json_object_get(bundle, "records");
	json_t *one;
	size_t i;

	if ((records->r = calloc(json_array_size(list) + 1, sizeof(*records->r))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	json_array_foreach (list, i, one) {
		struct record *r = &records->r[records->n++];

		r->leaf = text_json(one, "leaf");
		r->content = text_json(one, "content");
		r->links = json_object_get(r->leaf, "links");
		r->kind = member(r->leaf, "kind");
		r->id = member(r->leaf, "id");
		r->at = member(r->leaf, "at");
	}
	return records->n > 0 ? 0 : err_set(err, FAIL_INTERNAL, "the bundle has no records");
}

/* ---- the tree ---- */

/* What hangs on what: by a link of the child that names the parent, or (is_up) by one of the parent that names the child. */
static const struct branch {
	const char *parent, *child, *link;
	bool is_up;
	const char *title;
	const char *shown[8]; /* members of the content */
} branches[] = {
	{ "", "document", "", false, "document", { "number", "document_type", "issued_on", "expires_on", "date_of_issue", "date_of_expiry" } },
	{ "document", "document_signature", "document_id", false, "security object", { NULL } },
	{ "document_signature", "certificate", "certificate_id", true, "document signer", { NULL } },
	{ "document", "document_decision", "document_id", false, "decision", { "reason" } },
	{ "document", "application", "application_id", true, "application", { "document_type", "reason" } },
	{ "application", "application_decision", "application_id", false, "decision", { "reason" } },
	{ "application", "identity_version", "identity_version_id", true, "identity",
		{ "uin", "primary_name", "secondary_name", "sex", "date_of_birth", "place_of_birth", "nationality" } },
	{ "identity_version", "enrolment", "enrolment_id", true, "enrolment", { NULL } },
	{ "enrolment", "enrolment_decision", "enrolment_id", false, "decision", { "reason" } },
	{ "enrolment", "portrait", "enrolment_id", false, "portrait", { "width", "height" } },
	{ "enrolment", "evidence", "enrolment_id", false, "evidence", { "kind", "is_basis" } },
	{ "evidence", "evidence_exemption", "exemption_id", true, "exemption by two officers", { "reason" } },
	{ "evidence", "act", "act_id", true, "act", { "kind" } },
	{ "act", "act_version", "act_id", false, "content", { "version" } },
	{ "act", "act_decision", "act_id", false, "decision", { "reason" } },
	{ "act", "act_registration", "act_id", false, "registered", { "number", "kind", "year" } },
	{ "act_registration", "person", "person_id", true, "person", { NULL } },
};

static bool
hangs_on(const struct branch *b, const struct record *parent, const struct record *child)
{
	if (strcmp(child->kind, b->child) != 0)
		return false;
	return b->is_up ? strcmp(member(parent->links, b->link), child->id) == 0 : strcmp(member(child->links, b->link), parent->id) == 0;
}

static void
print_value(const char *name, const json_t *value)
{
	if (json_is_string(value) && json_string_value(value)[0] != '\0')
		printf("  %s %s", name, json_string_value(value));
	else if (json_is_integer(value))
		printf("  %s %lld", name, (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		printf("  %s %s", name, json_is_true(value) ? "yes" : "no");
}

static void
print_record(const struct branch *b, const struct record *r)
{
	const char *event = member(r->links, "event"), *from = member(r->links, "from_state"), *officer = member(r->links, "officer_id");

	printf("%s", b->title);
	if (event[0] != '\0')
		printf(" %s: %s%s%s", event, from, from[0] != '\0' ? " -> " : "", member(r->links, "to_state"));
	for (size_t i = 0; i < NELEM(b->shown) && b->shown[i] != NULL; i++)
		print_value(b->shown[i], json_object_get(r->content != NULL ? r->content : r->links, b->shown[i]));
	printf("  %.19s", r->at);
	if (strlen(officer) > PSEUDONYM)
		printf("  officer %s", officer + strlen(officer) - PSEUDONYM);
	printf("\n");
}

/* Those of `on` that hang below, in the order of the ledger; indent says which lines go on. */
static void
print_below(const struct records *records, const struct record *on, char *indent, unsigned depth)
{
	const struct record *child[256];
	const struct branch *by[256];
	size_t n = 0, len = strlen(indent);

	for (size_t b = 1; b < NELEM(branches) && depth < DEPTH_MAX; b++)
		for (size_t i = 0; strcmp(branches[b].parent, on->kind) == 0 && i < records->n && n < NELEM(child); i++)
			if (hangs_on(&branches[b], on, &records->r[i])) {
				child[n] = &records->r[i];
				by[n++] = &branches[b];
			}
	for (size_t i = 0; i < n; i++) {
		printf("%s%s", indent, i + 1 < n ? "\xe2\x94\x9c\xe2\x94\x80 " : "\xe2\x94\x94\xe2\x94\x80 ");
		print_record(by[i], child[i]);
		strcat(indent, i + 1 < n ? "\xe2\x94\x82  " : "   ");
		print_below(records, child[i], indent, depth + 1);
		indent[len] = '\0';
	}
}

int
trace_print(const json_t *bundle, struct err *err)
{
	const json_t *head = json_object_get(bundle, "tree_head");
	struct records records = { NULL, 0 };
	char indent[DEPTH_MAX * 8] = "";
	int rc = records_of(bundle, &records, err);

	for (size_t i = 0; rc == 0 && i < records.n; i++)
		if (strcmp(records.r[i].kind, "document") == 0) {
			print_record(&branches[0], &records.r[i]);
			print_below(&records, &records.r[i], indent, 0);
		}
	if (rc == 0)
		printf("%zu records in the ledger's tree of %lld, signed %s\n", records.n, (long long)json_integer_value(json_object_get(head, "size")),
			member(head, "signed_at"));
	records_clear(&records);
	return rc;
}

/* ---- the command ---- */

static bool
is_number(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return n > 0 && n <= 9 && text[n] == '\0';
}

int
trace_fetch(struct client *registry, const char *number, bool disclosed, struct buf *bundle, struct err *err)
{
	char path[96];

	if (!is_number(number)) /* it becomes part of a path */
		return err_set(err, FAIL_INPUT, "document number: 1 to 9 of A-Z and 0-9 are wanted");
	snprintf(path, sizeof(path), "/registry/v1/documents/%s/descent?form=%s", number, disclosed ? "disclosed" : "undisclosed");
	return client_call(registry, "GET", path, NULL, CLIENT_NO_BODY, NULL, bundle, err);
}

int
trace_command(const struct args *args, struct err *err)
{
	const char *officer = args_value(args, "officer", getenv("CATENA_OFFICER")), *file = args_value(args, "bundle", NULL);
	struct client *registry = NULL;
	struct buf bundle = BUF_INIT;
	json_t *value = NULL;
	struct state state;
	int rc = -1;

	if (!is_number(args->positional[0]))
		return err_set(err, FAIL_INPUT, "document number: 1 to 9 of A-Z and 0-9 are wanted");
	if (officer == NULL || *officer == '\0') {
		err_set(err, FAIL_INPUT, "--officer is missing: who asks is written into the ledger");
		err_hint(err, "catena officer add LOGIN --name NAME --role auditor --office all --credentials FILE makes one");
		return -1;
	}
	if (state_of_args(args, &state, err) == 0 && session_open_file(&state, "registryd", officer, &registry, err) == 0 &&
		trace_fetch(registry, args->positional[0], !args_flag(args, "undisclosed"), &bundle, err) == 0 &&
		(file == NULL || file_write(file, bytes_of(&bundle), 0600, err) == 0) && json_read(bytes_of(&bundle), &value, err) == 0)
		rc = trace_print(value, err);
	if (rc == 0 && file != NULL)
		printf("bundle: %s; catena verify %s --anchor %s checks it\n", file, file, state_path(&state, "pki/csca.crt"));
	json_decref(value);
	client_free(registry);
	buf_wipe(&bundle);
	return rc;
}
