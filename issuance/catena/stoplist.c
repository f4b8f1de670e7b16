/* catena stoplist export, delta: of a running installation; verify, ask: a snapshot, offline. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/session.h"
#include "pki/stopsnapshot.h"
#include "registry/base/clock.h"
#include "registry/base/date.h"
#include "registry/base/file.h"

enum { SNAPSHOT_MAX = STOP_HEADER_MAX + STOP_ENTRIES_MAX * STOP_ENTRY,
	ANCHOR_MAX = 64 * 1024 };

#define OPTION_OFFICER \
	{ \
		"officer", "FILE", "credentials of a passport supervisor; else CATENA_OFFICER" \
	}
/* clang-format off */
const struct arg_option stoplist_export_options[] = { OPTION_STATE, OPTION_OFFICER,
	{ "out", "FILE", "where to write it" },
	{ "format", "csv|xml|snapshot", "csv when not given; snapshot: signed, to be asked offline" },
	{ NULL, NULL, NULL } };
const struct arg_option stoplist_delta_options[] = { OPTION_STATE, OPTION_OFFICER,
	{ "since", "N", "the export that the receiver has" },
	{ "out", "FILE", "where to write it" },
	{ "format", "csv|xml", "csv when not given" },
	{ NULL, NULL, NULL } };
const struct arg_option stoplist_verify_options[] = {
	{ "anchor", "CSCA", "certificate of the issuing State that you trust, PEM or DER" },
	{ NULL, NULL, NULL } };
/* clang-format on */

/* ---- exports ---- */

static int
show(const json_t *made, const char *file)
{
	const json_t *median = json_object_get(made, "median_seconds");

	printf("export %lld (%s): %lld entries, %lld withdrawals, %lld new\n", (long long)json_integer_value(json_object_get(made, "sequence")),
		json_string_value(json_object_get(made, "kind")), (long long)json_integer_value(json_object_get(made, "entries")),
		(long long)json_integer_value(json_object_get(made, "withdrawals")), (long long)json_integer_value(json_object_get(made, "new_entries")));
	if (median != NULL)
		printf("from report to export: median %lld s, longest %lld s\n", (long long)json_integer_value(median),
			(long long)json_integer_value(json_object_get(made, "longest_seconds")));
	printf("written: %s\n", file);
	return 0;
}

static int export(const struct args *args, int since, struct err *err)
{
	const char *officer = args_value(args, "officer", getenv("CATENA_OFFICER")), *file = args_value(args, "out", NULL), *format = args_value(args, "format", "csv");
	struct client *issued = NULL;
	struct buf text = BUF_INIT;
	json_t *made = NULL, *body = NULL;
	struct state state;
	struct uuid key;
	char path[120];
	int rc = -1;

	if (officer == NULL || *officer == '\0' || file == NULL)
		return err_set(err, FAIL_INPUT, file == NULL ? "--out is missing" : "--officer is missing: who exports is written into the ledger");
	if (strcmp(format, "csv") != 0 && strcmp(format, "xml") != 0 && (since != 0 || strcmp(format, "snapshot") != 0))
		return err_set(err, FAIL_INPUT, since != 0 ? "--format: csv or xml is wanted" : "--format: csv, xml or snapshot is wanted");
	body = since == 0 ? json_object() : json_pack("{s:i}", "since", since);
	if (state_of_args(args, &state, err) == -1 || session_open_file(&state, "issued", officer, &issued, err) == -1 || uuid_new(&key, err) == -1 ||
		client_json(issued, "POST", "/issuance/v1/stop-list/exports", &key, body, &made, err) == -1)
		goto out;
	snprintf(path, sizeof(path), "/issuance/v1/stop-list/exports/%lld/%s", (long long)json_integer_value(json_object_get(made, "sequence")), format);
	if (client_call(issued, "GET", path, NULL, CLIENT_NO_BODY, NULL, &text, err) == 0 && file_write(file, bytes_of(&text), 0644, err) == 0)
		rc = show(made, file);
out:
	json_decref(body);
	json_decref(made);
	buf_clear(&text);
	client_free(issued);
	return rc;
}

int
stoplist_export_command(const struct args *args, struct err *err)
{
	return export(args, 0, err);
}

int
stoplist_delta_command(const struct args *args, struct err *err)
{
	int since;

	if (args_int(args, "since", 1, INT32_MAX, 0, &since, err) == -1)
		return -1;
	return since == 0 ? err_set(err, FAIL_INPUT, "--since is missing: the export that the receiver has") : export(args, since, err);
}

/* ---- offline ---- */

struct opened {
	struct buf file, anchor;
	struct cert *csca;
	struct stop_snapshot snapshot;
};
enum { GOOD,
	STALE,
	LISTED,
	UNREADABLE };

static void
opened_clear(struct opened *o)
{
	stop_snapshot_clear(&o->snapshot);
	cert_free(o->csca);
	buf_clear(&o->anchor);
	buf_clear(&o->file);
}

/* Without a signature that is trusted nothing is said of any number. */
static int
open_snapshot(const struct args *args, struct opened *o, struct err *err)
{
	const char *anchor = args_value(args, "anchor", NULL), *path = args->positional[0];

	*o = (struct opened){ .file = BUF_INIT, .anchor = BUF_INIT };
	if (anchor == NULL) {
		err_set(err, FAIL_INPUT, "--anchor is missing: whose word is to be trusted");
		err_hint(err, "the embedded default writes it to pki/csca.crt in its state folder; otherwise ask the issuing State");
		return -1;
	}
	if (file_read(path, SNAPSHOT_MAX, &o->file, err) == 0 && file_read(anchor, ANCHOR_MAX, &o->anchor, err) == 0 && cert_read(bytes_of(&o->anchor), &o->csca, err) == 0 &&
		stop_snapshot_parse(bytes_of(&o->file), &o->snapshot, err) == 0 && stop_snapshot_trust(&o->snapshot, o->csca, err) == 0)
		return 0;
	opened_clear(o);
	return -1;
}

static bool
is_stale(const struct opened *o)
{
	return clock_now() > o->snapshot.header.next_update;
}

int
stoplist_verify_command(const struct args *args, struct err *err)
{
	const struct stop_header *h;
	struct opened o;
	char at[21], next[21];
	int rc;

	if (open_snapshot(args, &o, err) == -1)
		return err->kind == FAIL_INPUT || err->kind == FAIL_DENIED ? (fprintf(stderr, "catena: %s\n", err->text), UNREADABLE) : -1;
	h = &o.snapshot.header;
	printf("stop list of %s, export %llu of %s: %llu entries\n", h->state, (unsigned long long)h->sequence, time_format(h->exported_at, at), (unsigned long long)h->count);
	rc = is_stale(&o) ? STALE : GOOD;
	if (rc == STALE)
		printf("verdict: good WITH A WARNING, a newer one was due on %s\n", time_format(h->next_update, next));
	else
		printf("verdict: good, signed for the registry under the anchor; the next one is due on %s\n", time_format(h->next_update, next));
	opened_clear(&o);
	return rc;
}

int
stoplist_ask_command(const struct args *args, struct err *err)
{
	struct opened o;
	char at[21];
	int rc;

	if (open_snapshot(args, &o, err) == -1)
		return err->kind == FAIL_INPUT || err->kind == FAIL_DENIED ? (fprintf(stderr, "catena: %s\n", err->text), UNREADABLE) : -1;
	rc = is_stale(&o) ? STALE : GOOD;
	for (int i = 1; i < args->n; i++) {
		const char *status = stop_snapshot_ask(&o.snapshot, args->positional[i]);

		printf("%s: %s\n", args->positional[i], status != NULL ? status : "not on the stop list");
		if (status != NULL)
			rc = LISTED;
	}
	printf("as of %s%s\n", time_format(o.snapshot.header.exported_at, at), is_stale(&o) ? ", which is OLD: a newer snapshot was due" : "");
	opened_clear(&o);
	return rc;
}
