#include "issuance/catena/registers.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "registry/base/scan.h"

/* The entries that the file had so far, by their keys: the same twice is told of, which the service could not tell from a repetition. */
struct seen {
	struct uuid *key;
	unsigned *line;
	size_t n, room; /* room: a power of two, more than twice n */
};

struct work {
	const struct registers_import *import;
	struct rows_offices *offices;
	pthread_mutex_t lock; /* for what follows */
	struct seen seen;
	uint64_t images;
};

struct worker {
	struct work *work;
	struct client *clerk;
};

/* ---- the same entry twice ---- */

static size_t
slot_of(const struct seen *s, const struct uuid *key)
{
	size_t i = 0;

	memcpy(&i, key->o, sizeof(i));
	for (i &= s->room - 1; s->line[i] != 0 && !uuid_equal(&s->key[i], key);)
		i = (i + 1) & (s->room - 1);
	return i;
}

static int
seen_grow(struct seen *s, struct err *err)
{
	struct seen larger = { .room = s->room == 0 ? 1024 : s->room * 2 };

	larger.key = calloc(larger.room, sizeof(*larger.key));
	larger.line = calloc(larger.room, sizeof(*larger.line));
	if (larger.key == NULL || larger.line == NULL) {
		free(larger.key);
		free(larger.line);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	for (size_t i = 0; i < s->room; i++)
		if (s->line[i] != 0) {
			size_t to = slot_of(&larger, &s->key[i]);

			larger.key[to] = s->key[i];
			larger.line[to] = s->line[i];
			larger.n++;
		}
	free(s->key);
	free(s->line);
	*s = larger;
	return 0;
}

static int
seen_add(struct seen *s, const struct uuid *key, unsigned line, struct err *err)
{
	size_t i;

	if (2 * (s->n + 1) > s->room && seen_grow(s, err) == -1)
		return -1;
	i = slot_of(s, key);
	if (s->line[i] != 0)
		return err_problem(err, "entry", "the same register, volume, page and entry as in line %u", s->line[i]);
	s->key[i] = *key;
	s->line[i] = line;
	s->n++;
	return 0;
}

/* ---- one row ---- */

/* A key that a repetition of the import makes again: it depends on the step and on what names the entry. */
static void
key_of(const struct rows_row *row, const char *step, struct bytes more, struct uuid *key)
{
	static const char *const names[] = { "office", "register", "volume", "page", "entry" };
	const struct worker *k = row->own;
	struct buf name = BUF_INIT;

	buf_printf(&name, "%zu:%s", strlen(k->work->import->source), k->work->import->source);
	for (size_t i = 0; i < NELEM(names); i++) {
		struct bytes f = rows_field(row, names[i]);

		buf_printf(&name, "%zu:", f.n);
		buf_bytes(&name, f);
	}
	buf_bytes(&name, more);
	uuid_derive(key, step, bytes_of(&name));
	buf_wipe(&name);
}

struct scan {
	struct buf file;
	enum scan_type type;
};

/* A file of the folder itself: no link that leads out of it, nothing but an ordinary file. */
static int
scan_open(int folder, const char *name, struct err *err)
{
	struct stat st;
	bool is_file;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd == -1)
		return err_problem(err, "images", "%s", errno == ENOENT ? "the file is not there" : "the file cannot be opened");
	is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (is_file && st.st_size <= SCAN_MAX)
		return fd;
	close(fd);
	return is_file ? err_problem(err, "images", "the file has more than %d octets", SCAN_MAX) : err_problem(err, "images", "no ordinary file");
}

static int
scan_read(int folder, struct bytes name, struct scan *scan, struct err *err)
{
	struct err why = ERR_INIT;
	struct stat st;
	char text[256];
	uint8_t *p = NULL;
	int fd, rc = -1;

	snprintf(text, sizeof(text), "%.*s", (int)name.n, (const char *)name.p);
	if ((fd = scan_open(folder, text, err)) == -1)
		return -1;
	scan_type_of_name(text, &scan->type);
	if (fstat(fd, &st) == -1 || st.st_size == 0)
		err_problem(err, "images", "the file is empty");
	else if ((p = buf_reserve(&scan->file, (size_t)st.st_size)) == NULL)
		err_set(err, FAIL_INTERNAL, "out of memory");
	else if (read_full(fd, p, (size_t)st.st_size, &why) == -1)
		err_problem(err, "images", "the file cannot be read");
	else
		rc = scan_check(bytes_of(&scan->file), scan->type, &why) == 0 ? 0 : err_problem(err, "images", "%s", why.text);
	close(fd);
	return rc;
}

static void
scans_clear(struct scan *scan, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_wipe(&scan[i].file);
}

/* All of them before the row is sent: an entry whose scans are bad is not imported without. */
static int
scans_read(const struct rows_row *row, struct scan *scan, size_t *n, struct err *err)
{
	const struct worker *k = row->own;
	struct bytes name[REGISTERS_IMAGES];

	if (registers_images(rows_field(row, "images"), name, n, err) == -1)
		return -1;
	if (*n > 0 && k->work->import->images_fd == -1)
		return err_problem(err, "images", "no folder was named: --images DIR");
	for (size_t i = 0; i < *n; i++)
		if (scan_read(k->work->import->images_fd, name[i], &scan[i], err) == -1)
			return -1;
	return 0;
}

static int
scans_send(const struct rows_row *row, const struct scan *scan, size_t n, const char *id, struct err *err)
{
	struct worker *k = row->own;
	char path[96];

	snprintf(path, sizeof(path), "/civil/v1/legacy-acts/%s/images", id);
	for (size_t i = 0; i < n; i++) {
		const struct client_body body = { .bytes = bytes_of(&scan[i].file), .content_type = scan_media_types[scan[i].type] };
		uint8_t digest[SHA256_LEN];
		struct uuid key;

		sha256(body.bytes, digest);
		key_of(row, "catena import registers: image", BYTES(digest, sizeof(digest)), &key);
		if (rows_post(k->clerk, path, &key, body, NULL, err) == -1)
			return -1;
		pthread_mutex_lock(&k->work->lock);
		k->work->images++;
		pthread_mutex_unlock(&k->work->lock);
	}
	return 0;
}

static int
entry_send(const struct rows_row *row, json_t *body, const struct uuid *key, char id[UUID_TEXT], struct err *err)
{
	const struct worker *k = row->own;
	json_t *reply = NULL;
	const char *given;
	int rc = 0;

	if (rows_post(k->clerk, "/civil/v1/legacy-acts", key, (struct client_body){ .json = body }, &reply, err) == -1)
		return -1;
	if ((given = json_string_value(json_object_get(reply, "id"))) == NULL)
		rc = err_set(err, FAIL_INTERNAL, "civild: the answer to an import has no id");
	else
		snprintf(id, UUID_TEXT, "%s", given);
	json_decref(reply);
	return rc;
}

static int
once(const struct rows_row *row, const struct uuid *key, struct err *err)
{
	struct worker *k = row->own;
	int rc;

	pthread_mutex_lock(&k->work->lock);
	rc = seen_add(&k->work->seen, key, row->record->line, err);
	pthread_mutex_unlock(&k->work->lock);
	return rc;
}

static int
row_import(const struct rows_row *row, struct err *err)
{
	const struct worker *k = row->own;
	const char *office = rows_office(k->work->offices, rows_field(row, "office"));
	struct scan scan[REGISTERS_IMAGES];
	json_t *body = NULL;
	char id[UUID_TEXT];
	struct uuid key;
	size_t n = 0;
	int rc = -1;

	for (size_t i = 0; i < REGISTERS_IMAGES; i++)
		scan[i].file = BUF_INIT;
	if (office == NULL)
		return err_problem(err, "office", "there is no civil registration office with this code");
	key_of(row, "catena import registers: entry", BYTES_NONE, &key);
	if (once(row, &key, err) == 0 && registers_body(row, office, &body, err) == 0 && scans_read(row, scan, &n, err) == 0 &&
		entry_send(row, body, &key, id, err) == 0)
		rc = scans_send(row, scan, n, id, err);
	scans_clear(scan, REGISTERS_IMAGES);
	json_decref(body);
	return rc;
}

/* ---- all rows ---- */

static void
worker_end(void *own)
{
	struct worker *k = own;

	if (k == NULL)
		return;
	client_free(k->clerk);
	free(k);
}

static int
worker_begin(void *arg, void **own, struct err *err)
{
	struct work *w = arg;
	struct worker *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	k->work = w;
	if (client_share(w->import->clerk, NULL, &k->clerk, err) == -1) {
		worker_end(k);
		return -1;
	}
	*own = k;
	return 0;
}

int
registers_import(const struct registers_import *import, struct registers_counts *counts, struct err *err)
{
	struct work w = { .import = import, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct registers_columns columns;
	struct rows_counts rows = { 0, 0 };
	struct rows_job job = { .text = import->text, .columns = columns.name, .required = registers_required, .threads = import->threads, .rejects_file = import->rejects_file, .quiet = import->quiet, .arg = &w, .begin = worker_begin, .row = row_import, .end = worker_end, .column_of = registers_column_of };
	int rc = -1;

	if (registers_columns_read(import->text, &columns, err) == -1)
		return -1;
	if (rows_check_header(&job, err) == 0 && rows_offices_read(import->clerk, &w.offices, err) == 0)
		rc = rows_import(&job, &rows, err);
	rows_offices_free(w.offices);
	free(w.seen.key);
	free(w.seen.line);
	registers_columns_clear(&columns);
	*counts = (struct registers_counts){ .imported = rows.done, .images = w.images, .refused = rows.refused };
	return rc;
}
