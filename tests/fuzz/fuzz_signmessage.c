/*
 * What comes over signd's socket.  The first octet chooses: 'f' octets on the socket, framed as they are; 'q' the text of a request,
 * which signd reads; 'r' that of a reply, which its clients read.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pki/signmessage.h"
#include "registry/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAMES_MAX = 60000, /* fits into the socket's buffer: written whole before it is read */
	ORDERS = 2 };

static void
frames(const uint8_t *data, size_t size)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int pair[2];

	if (size > FRAMES_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return;
	if (write(pair[0], data, size) != (ssize_t)size)
		abort();
	close(pair[0]);
	while (message_read(pair[1], &text, &err) == 0)
		if (text.n > size)
			__builtin_trap();
	buf_clear(&text);
	close(pair[1]);
}

/* Orders that were read are written and read again as the same. */
static void
request(struct bytes text)
{
	struct sign_order *orders = NULL, *again = NULL;
	struct err err = ERR_INIT;
	json_t *json = NULL, *copy = NULL;
	size_t n = 0, m = 0;

	if (json_read(text, &json, &err) == -1)
		return;
	if (sign_orders_of_json(json, &orders, &n, &err) == 0) {
		copy = sign_orders_to_json(orders, n);
		if (n == 0 || n > SIGND_MAX_BATCH || sign_orders_of_json(copy, &again, &m, &err) == -1 || m != n)
			__builtin_trap();
		for (size_t i = 0; i < n; i++) {
			if (!uuid_equal(&orders[i].document_id, &again[i].document_id) || orders[i].ndg != again[i].ndg || orders[i].ndg > NELEM(orders[i].dg))
				__builtin_trap();
			for (unsigned g = 0; g < orders[i].ndg; g++)
				if (orders[i].dg[g].number != again[i].dg[g].number ||
					!bytes_equal(BYTES(orders[i].dg[g].hash, orders[i].dg[g].len), BYTES(again[i].dg[g].hash, again[i].dg[g].len)))
					__builtin_trap();
		}
	}
	sign_orders_free(orders, n);
	sign_orders_free(again, m);
	json_decref(copy);
	json_decref(json);
}

static void
reply(struct bytes text)
{
	struct sign_order orders[ORDERS] = { { .document_id = { { 1 } } }, { .document_id = { { 2 } } } };
	struct err err = ERR_INIT;
	json_t *json = NULL;

	if (json_read(text, &json, &err) == -1)
		return;
	if (sign_results_of_json(json, orders, ORDERS, &err) == 0)
		for (size_t i = 0; i < ORDERS; i++)
			if (orders[i].err.kind != FAIL_NONE && orders[i].sod.n > 0)
				__builtin_trap(); /* refused and signed */
	problem_of_json(json_object_get(json, "problem"), &err);
	for (size_t i = 0; i < ORDERS; i++)
		buf_clear(&orders[i].sod);
	json_decref(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'f')
		frames(data + 1, size - 1);
	else if (data[0] == 'q')
		request(BYTES(data + 1, size - 1));
	else if (data[0] == 'r')
		reply(BYTES(data + 1, size - 1));
	return 0;
}
