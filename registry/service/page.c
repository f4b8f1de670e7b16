#include "config.h"

#include "registry/service/page.h"

#include "registry/base/text.h"

/*
 * Cursor, before base64url: version 1, length of the key in two octets, key, length of the id in one, id, and the first
 * CHECK_LEN octets of SHA-256 over the list's name, a zero, and all that.
 */
enum { CURSOR_VERSION = 1,
	CHECK_LEN = 8,
	CURSOR_MAX_TEXT = 2 * (PAGE_KEY + PAGE_ID) };

static void
cursor_check(const char *list, struct bytes content, uint8_t digest[SHA256_LEN])
{
	sha256_2(BYTES(list, strlen(list) + 1), content, digest);
}

int
page_cursor_write(const char *list, const char *key, const char *id, struct buf *out, struct err *err)
{
	struct buf raw = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	size_t key_len = strlen(key), id_len = strlen(id);
	int rc = -1;

	if (key_len >= PAGE_KEY || id_len >= PAGE_ID)
		return err_set(err, FAIL_INTERNAL, "cursor of %s: key of %zu and id of %zu octets", list, key_len, id_len);
	buf_u8(&raw, CURSOR_VERSION);
	buf_be(&raw, key_len, 2);
	buf_str(&raw, key);
	buf_u8(&raw, (uint8_t)id_len);
	buf_str(&raw, id);
	if (buf_check(&raw, err) == -1)
		goto out;
	cursor_check(list, bytes_of(&raw), digest);
	buf_add(&raw, digest, CHECK_LEN);
	buf_base64url(out, bytes_of(&raw));
	if (buf_check(&raw, err) == -1 || buf_check(out, err) == -1)
		goto out;
	rc = 0;
out:
	buf_clear(&raw);
	return rc;
}

/* RFC 4648 section 5 without padding, as buf_base64url writes it. */
static int
from_base64url(struct bytes text, struct buf *out, struct err *err)
{
	struct buf padded = BUF_INIT;
	int rc = -1;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '+' || text.p[i] == '/' || text.p[i] == '=') {
			err_set(err, FAIL_INPUT, "not base64url");
			goto out;
		}
		buf_u8(&padded, text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/'
									  : text.p[i]);
	}
	while (padded.n % 4 != 0 && !padded.failed)
		buf_u8(&padded, '=');
	if (buf_check(&padded, err) == -1)
		goto out;
	rc = buf_from_base64(out, bytes_of(&padded), err);
out:
	buf_clear(&padded);
	return rc;
}

/* Takes a length of `octets` octets and that many octets of text from the front into `to`. */
static int
take_text(struct bytes *rest, size_t octets, char *to, size_t size)
{
	size_t n = 0;

	if (rest->n < octets)
		return -1;
	for (size_t i = 0; i < octets; i++)
		n = n << 8 | rest->p[i];
	if (rest->n - octets < n || n >= size || memchr(rest->p + octets, '\0', n) != NULL)
		return -1;
	if (!text_is_utf8(BYTES(rest->p + octets, n)))
		return -1;
	memcpy(to, rest->p + octets, n);
	to[n] = '\0';
	*rest = BYTES(rest->p + octets + n, rest->n - octets - n);
	return 0;
}

int
page_cursor_read(const char *list, struct bytes cursor, struct page *page, struct err *err)
{
	struct buf raw = BUF_INIT;
	struct page got = { .limit = page->limit, .has_after = true };
	uint8_t digest[SHA256_LEN];
	struct bytes content, rest;
	int rc = -1;

	if (cursor.n > CURSOR_MAX_TEXT || from_base64url(cursor, &raw, err) == -1 || raw.n < CHECK_LEN + 4)
		goto out;
	content = BYTES(raw.p, raw.n - CHECK_LEN);
	cursor_check(list, content, digest);
	if (memcmp(digest, raw.p + content.n, CHECK_LEN) != 0 || content.p[0] != CURSOR_VERSION)
		goto out;
	rest = BYTES(content.p + 1, content.n - 1);
	if (take_text(&rest, 2, got.after_key, sizeof(got.after_key)) == -1 ||
		take_text(&rest, 1, got.after_id, sizeof(got.after_id)) == -1 || rest.n != 0)
		goto out;
	*page = got;
	rc = 0;
out:
	if (rc == -1) {
		err_set(err, FAIL_INPUT, "cursor: was not given out by this list");
		err_hint(err, "take the value of \"next\" unchanged, or begin without a cursor");
	}
	buf_clear(&raw);
	return rc;
}

int
page_of_request(const struct request *rq, const char *list, struct page *page, struct err *err)
{
	struct page got = { .limit = PAGE_LIMIT };
	const char *cursor = request_query(rq, "cursor");
	int64_t limit;

	if (request_query_int(rq, "limit", 1, PAGE_LIMIT_MAX, PAGE_LIMIT, &limit, err) == -1)
		return -1;
	got.limit = (unsigned)limit;
	if (cursor != NULL && page_cursor_read(list, bytes_str(cursor), &got, err) == -1)
		return -1;
	*page = got;
	return 0;
}

int
reply_page(struct reply *rp, const char *list, json_t *items, const char *next_key, const char *next_id, struct err *err)
{
	struct buf cursor = BUF_INIT;
	json_t *page = NULL;
	int rc = -1;

	if (items == NULL || (page = json_object()) == NULL || json_object_set(page, "items", items) == -1) {
		err_set(err, FAIL_INTERNAL, "list %s: no memory for the page", list);
		goto out;
	}
	if (next_key != NULL) {
		if (page_cursor_write(list, next_key, next_id, &cursor, err) == -1)
			goto out;
		if (json_object_set_new(page, "next", json_string(buf_cstr(&cursor))) == -1) {
			err_set(err, FAIL_INTERNAL, "list %s: no memory for the page", list);
			goto out;
		}
	}
	rc = reply_json(rp, 200, page, err);
	page = NULL;
out:
	json_decref(page);
	json_decref(items);
	buf_clear(&cursor);
	return rc;
}

int
reply_page_by(struct reply *rp, const char *list, json_t *items, bool more, const char *key, struct err *err)
{
	const json_t *last = more ? json_array_get(items, json_array_size(items) - 1) : NULL;

	return reply_page(rp, list, items, json_string_value(json_object_get(last, key)), json_string_value(json_object_get(last, "id")), err);
}
