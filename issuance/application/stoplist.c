#include "issuance/application/stoplist.h"

#include "issuance/application/stopfiles.h"
#include "pki/signclient.h"
#include "registry/base/date.h"
#include "registry/office/office.h"

enum { EXPORTS_LIMIT = 100,
	SEQUENCE_MAX = INT32_MAX };

/* Officers by the table of routes; a program when it is let in for the stop list. */
static int
may(struct tx *tx, const struct request *rq, struct err *err)
{
	bool is_let_in = true;

	if (rq->who.is_program && program_may(tx, &rq->who.officer_id, "stop_list", &is_let_in, err) == -1)
		return -1;
	return is_let_in ? 0 : err_set(err, FAIL_DENIED, "the program is not let in for the stop list");
}

static json_t *
export_json(const struct stop_export *e)
{
	char at[21];
	json_t *j = json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o}", "sequence", (json_int_t)e->sequence, "kind", e->since == 0 ? "full" : "delta", "issuing_state", e->issuing_state,
		"exported_at", time_format(e->exported_at, at), "entries", (json_int_t)e->entries, "withdrawals", (json_int_t)e->withdrawals, "new_entries",
		(json_int_t)e->new_entries, "csv_sha256", json_hex(BYTES(e->csv, sizeof(e->csv))), "xml_sha256", json_hex(BYTES(e->xml, sizeof(e->xml))));

	if (j == NULL)
		return NULL;
	if (e->since != 0)
		json_object_set_new(j, "since", json_integer(e->since));
	else
		json_object_set_new(j, "list_sha256", json_hex(BYTES(e->list, sizeof(e->list))));
	if (e->median_seconds >= 0) {
		json_object_set_new(j, "median_seconds", json_integer(e->median_seconds));
		json_object_set_new(j, "longest_seconds", json_integer(e->longest_seconds));
	}
	return j;
}

/* ---- a new one ---- */

struct exporting {
	int64_t since;
};
static const struct json_field exporting_fields[] = {
	{ "since", JSON_T_INT, offsetof(struct exporting, since), JSON_OPTIONAL, 1, SEQUENCE_MAX },
	{ NULL }
};

static int
work_export(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct exporting *x = arg;
	struct stop_export e = { .since = x->since };
	struct stop_files f = { .export = NULL };
	int rc = -1;

	if (may(tx, rq, err) == -1)
		return -1;
	snprintf(e.issuing_state, sizeof(e.issuing_state), "%s", conf_text(office_of(rq)->conf, "state"));
	*(rq->who.is_program ? &e.program_id : &e.officer_id) = rq->who.officer_id;
	if (uuid_new(&e.id, err) == -1 || stoplist_begin(tx, &e, err) == -1)
		goto out;
	stop_files_init(&f, &e);
	if (stoplist_each(tx, &e, stop_files_add, &f, err) == 0 && stop_files_finish(&f, &e, err) == 0 && stoplist_export_add(tx, &e, err) == 0)
		rc = reply_json(rp, 201, export_json(&e), err);
out:
	stop_files_clear(&f);
	stop_export_clear(&e);
	return rc;
}

int
post_stop_export(struct request *rq, struct reply *rp, struct err *err)
{
	struct exporting x = { .since = 0 };
	int rc;

	if (request_json(rq, exporting_fields, &x, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_export, &x, err);
	json_clear(exporting_fields, &x);
	return rc;
}

/* ---- those that were made ---- */

struct listing {
	int64_t before, limit;
};

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	struct stop_export found[EXPORTS_LIMIT];
	json_t *items = json_array();
	size_t n = 0;
	bool more = false;

	if (may(tx, rq, err) == -1 || stoplist_exports(tx, l->before, (unsigned)l->limit, found, &n, &more, err) == -1) {
		json_decref(items);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(items, export_json(&found[i]));
		stop_export_clear(&found[i]);
	}
	return reply_json(rp, 200, more ? json_pack("{s:o, s:I}", "items", items, "next", (json_int_t)found[n - 1].sequence) : json_pack("{s:o}", "items", items), err);
}

int
get_stop_exports(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "before", "limit", NULL };
	struct listing l;

	if (request_query_known(rq, known, err) == -1 || request_query_int(rq, "before", 1, SEQUENCE_MAX, 0, &l.before, err) == -1 ||
		request_query_int(rq, "limit", 1, EXPORTS_LIMIT, 20, &l.limit, err) == -1)
		return -1;
	return office_read(rq, rp, work_list, &l, err);
}

static int
sequence_of(const struct request *rq, int64_t *sequence, struct err *err)
{
	const char *text = request_param(rq, "sequence");

	if (text[0] < '1' || text[0] > '9' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
		return err_set(err, FAIL_INPUT, "sequence: the number of an export is wanted");
	*sequence = strtoll(text, NULL, 10);
	return 0;
}

static int
work_read(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const int64_t *sequence = arg;
	struct stop_export e = { .sequence = 0 };
	int rc;

	if (may(tx, rq, err) == -1 || stoplist_export_read(tx, *sequence, &e, err) == -1)
		return -1;
	rc = reply_json(rp, 200, export_json(&e), err);
	stop_export_clear(&e);
	return rc;
}

int
get_stop_export(struct request *rq, struct reply *rp, struct err *err)
{
	int64_t sequence;

	return sequence_of(rq, &sequence, err) == -1 ? -1 : office_read(rq, rp, work_read, &sequence, err);
}

/* Made again from the rows: an export is what its digests say, or it is not given out. */
static int
remake(struct tx *tx, const struct stop_export *e, struct stop_files *f, struct err *err)
{
	struct stop_export again = *e;

	stop_files_init(f, e);
	if (stoplist_each(tx, e, stop_files_add, f, err) == -1 || stop_files_finish(f, &again, err) == -1)
		return -1;
	if (memcmp(again.csv, e->csv, SHA256_LEN) != 0 || memcmp(again.xml, e->xml, SHA256_LEN) != 0 || (e->since == 0 && memcmp(again.list, e->list, SHA256_LEN) != 0))
		return err_set(err, FAIL_INTERNAL, "stop list: the rows do not give the files of export %lld any more", (long long)e->sequence);
	return 0;
}

enum { CSV,
	XML,
	SNAPSHOT };
static const struct {
	const char *name, *type, *extension;
} files[] = {
	{ "csv", "text/csv; charset=utf-8", "csv" },
	{ "xml", "application/xml", "xml" },
	{ "snapshot", "application/octet-stream", "stop" },
};

struct file_wanted {
	int64_t sequence;
	size_t file;
	struct buf signature; /* what signd signed of the snapshot */
};

static int
work_file(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct file_wanted *w = arg;
	struct stop_export e = { .sequence = 0 };
	struct stop_files f = { .export = NULL };
	struct buf snapshot = BUF_INIT;
	char name[80];
	int rc = -1;

	if (may(tx, rq, err) == -1 || stoplist_export_read(tx, w->sequence, &e, err) == -1)
		return -1;
	snprintf(name, sizeof(name), "attachment; filename=\"stop-list-%s-%06lld.%s\"", e.since == 0 ? "full" : "delta", (long long)e.sequence, files[w->file].extension);
	if (remake(tx, &e, &f, err) == 0 && reply_header(rp, "Content-Disposition", name, err) == 0) {
		if (w->file == SNAPSHOT) {
			buf_bytes(&snapshot, bytes_of(&w->signature));
			buf_bytes(&snapshot, bytes_of(&f.entries.body));
		}
		if (buf_check(&snapshot, err) == 0)
			rc = reply_bytes(rp, 200, files[w->file].type, bytes_of(w->file == CSV ? &f.csv : w->file == XML ? &f.xml
															 : &snapshot),
				err);
	}
	buf_clear(&snapshot);
	stop_files_clear(&f);
	stop_export_clear(&e);
	return rc;
}

static int
work_may(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	(void)arg;
	(void)rp;
	return may(tx, rq, err);
}

static int
ask_signd(const struct request *rq, int64_t sequence, struct buf *signature, struct err *err)
{
	struct signclient *signd = NULL;
	int rc = -1;

	if (signclient_new(conf_text(office_of(rq)->conf, "signd_socket"), &signd, err) == 0)
		rc = signclient_stop_list(signd, sequence, signature, err);
	signclient_free(signd);
	return rc;
}

int
get_stop_export_file(struct request *rq, struct reply *rp, struct err *err)
{
	struct file_wanted w = { .signature = BUF_INIT };
	int rc = -1;

	while (w.file < NELEM(files) && strcmp(request_param(rq, "file"), files[w.file].name) != 0)
		w.file++;
	if (sequence_of(rq, &w.sequence, err) == -1)
		return -1;
	if (w.file == NELEM(files))
		return err_set(err, FAIL_NOT_FOUND, "an export has the files csv, xml and snapshot");
	if (w.file != SNAPSHOT || (office_read(rq, rp, work_may, NULL, err) == 0 && ask_signd(rq, w.sequence, &w.signature, err) == 0))
		rc = office_read(rq, rp, work_file, &w, err);
	buf_clear(&w.signature);
	return rc;
}
