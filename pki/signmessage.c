#include "pki/signmessage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "registry/base/file.h"
#include "registry/base/json.h"

int
message_read(int fd, struct buf *text, struct err *err)
{
	uint8_t head[4];
	uint32_t length;
	ssize_t got;

	do
		got = recv(fd, head, 1, 0);
	while (got == -1 && errno == EINTR);
	if (got == 0)
		return err_set(err, FAIL_NOT_FOUND, "signd connection: closed");
	if (got == -1)
		return err_errno(err, "signd connection");
	if (read_full(fd, head + 1, 3, err) == -1)
		return -1;
	length = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
	if (length > SIGND_MAX_MESSAGE)
		return err_set(err, FAIL_TOO_LARGE, "signd message: %u octets, at most %d are taken", length, SIGND_MAX_MESSAGE);
	buf_clear(text);
	if (buf_reserve(text, length) == NULL)
		return buf_check(text, err);
	return read_full(fd, text->p, length, err);
}

int
message_write(int fd, const json_t *message, struct err *err)
{
	struct buf out = BUF_INIT;
	size_t n;
	int rc = -1;

	buf_be(&out, 0, 4);
	if (json_text(message, &out, err) == -1)
		goto out;
	n = out.n - 4;
	if (n > SIGND_MAX_MESSAGE) {
		err_set(err, FAIL_TOO_LARGE, "signd message: %zu octets, at most %d are taken", n, SIGND_MAX_MESSAGE);
		goto out;
	}
	for (int i = 0; i < 4; i++)
		out.p[i] = (uint8_t)(n >> (24 - 8 * i));
	rc = write_full(fd, out.p, out.n, err);
out:
	buf_clear(&out);
	return rc;
}

json_t *
problem_to_json(const struct err *err)
{
	return json_pack("{s:s, s:s}", "kind", fail_name(err->kind), "detail", err->text);
}

void
problem_of_json(const json_t *problem, struct err *err)
{
	const char *name = json_string_value(json_object_get(problem, "kind"));
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	enum fail kind = FAIL_INTERNAL;

	for (enum fail k = FAIL_INPUT; k <= FAIL_INTERNAL; k++)
		if (name != NULL && strcmp(name, fail_name(k)) == 0)
			kind = k;
	err_set(err, kind, "%s", detail != NULL ? detail : "signd gave no reason");
}

json_t *
sign_orders_to_json(const struct sign_order *orders, size_t n)
{
	json_t *documents = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *dgs = json_object();
		char key[12], id[UUID_TEXT];

		for (unsigned g = 0; g < orders[i].ndg; g++) {
			snprintf(key, sizeof(key), "%d", orders[i].dg[g].number);
			json_object_set_new(dgs, key, json_hex(BYTES(orders[i].dg[g].hash, orders[i].dg[g].len)));
		}
		json_array_append_new(documents, json_pack("{s:s, s:o}", "id", uuid_format(&orders[i].document_id, id), "dgs", dgs));
	}
	return json_pack("{s:s, s:o}", "op", "sign_documents", "documents", documents);
}

static int
order_of_json(const json_t *item, struct sign_order *order, struct err *err)
{
	const char *id = json_string_value(json_object_get(item, "id"));
	json_t *dgs = json_object_get(item, "dgs");

	if (id == NULL || uuid_parse(bytes_str(id), &order->document_id, err) == -1)
		return err_set(err, FAIL_INPUT, "document id: no UUID");
	if (!json_is_object(dgs))
		return err_set(err, FAIL_INPUT, "dgs: no object");
	for (int number = 1; number <= 16; number++) {
		struct buf hash = BUF_INIT;
		const char *hex;
		char key[12];

		snprintf(key, sizeof(key), "%d", number);
		if ((hex = json_string_value(json_object_get(dgs, key))) == NULL)
			continue;
		if (buf_from_hex(&hash, bytes_str(hex), err) == -1 || hash.n == 0 || hash.n > sizeof(order->dg[0].hash)) {
			buf_clear(&hash);
			return err_set(err, FAIL_INPUT, "DG%d: its hash is not 1 to 64 octets of hexadecimal", number);
		}
		order->dg[order->ndg].number = number;
		order->dg[order->ndg].len = hash.n;
		memcpy(order->dg[order->ndg++].hash, hash.p, hash.n);
		buf_clear(&hash);
	}
	if (order->ndg != json_object_size(dgs))
		return err_set(err, FAIL_INPUT, "dgs: a member is no data group number from 1 to 16");
	return 0;
}

int
sign_orders_of_json(const json_t *request, struct sign_order **orders, size_t *n, struct err *err)
{
	const json_t *documents = json_object_get(request, "documents");
	size_t count = json_array_size(documents);
	struct sign_order *list;

	if (!json_is_array(documents) || count == 0 || count > SIGND_MAX_BATCH)
		return err_set(err, FAIL_INPUT, "documents: an array of 1 to %d is wanted", SIGND_MAX_BATCH);
	if ((list = calloc(count, sizeof(*list))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < count; i++) {
		if (order_of_json(json_array_get(documents, i), &list[i], err) == -1)
			goto fail;
		for (size_t k = 0; k < i; k++)
			if (uuid_equal(&list[k].document_id, &list[i].document_id)) {
				err_set(err, FAIL_INPUT, "documents: one document is named twice");
				goto fail;
			}
	}
	*orders = list;
	*n = count;
	return 0;
fail:
	free(list);
	return -1;
}

void
sign_orders_free(struct sign_order *orders, size_t n)
{
	for (size_t i = 0; orders != NULL && i < n; i++)
		buf_clear(&orders[i].sod);
	free(orders);
}

json_t *
sign_results_to_json(const struct sign_order *orders, size_t n)
{
	json_t *results = json_array();

	for (size_t i = 0; i < n; i++) {
		char id[UUID_TEXT];
		json_t *one;

		uuid_format(&orders[i].document_id, id);
		if (orders[i].err.kind != FAIL_NONE)
			one = json_pack("{s:s, s:o}", "id", id, "problem", problem_to_json(&orders[i].err));
		else
			one = json_pack("{s:s, s:o}", "id", id, "sod", json_base64(bytes_of(&orders[i].sod)));
		json_array_append_new(results, one);
	}
	return json_pack("{s:b, s:o}", "ok", 1, "results", results);
}

int
sign_results_of_json(const json_t *reply, struct sign_order *orders, size_t n, struct err *err)
{
	const json_t *results = json_object_get(reply, "results");

	if (json_array_size(results) != n)
		return err_set(err, FAIL_INTERNAL, "signd: %zu results for %zu documents", json_array_size(results), n);
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(results, i);
		const char *id = json_string_value(json_object_get(one, "id"));
		const char *sod = json_string_value(json_object_get(one, "sod"));
		char want[UUID_TEXT];

		if (id == NULL || strcmp(id, uuid_format(&orders[i].document_id, want)) != 0)
			return err_set(err, FAIL_INTERNAL, "signd: a result is for another document");
		err_clear(&orders[i].err);
		buf_clear(&orders[i].sod);
		if (sod == NULL)
			problem_of_json(json_object_get(one, "problem"), &orders[i].err);
		else if (buf_from_base64(&orders[i].sod, bytes_str(sod), err) == -1)
			return -1;
	}
	return 0;
}
