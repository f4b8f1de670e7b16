#include "pki/signclient.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "pki/signmessage.h"
#include "registry/base/json.h"

struct signclient {
	struct sockaddr_un address;
	int fd; /* -1: not connected */
};

int
signclient_new(const char *socket_path, struct signclient **client, struct err *err)
{
	struct signclient *c;

	if (strlen(socket_path) >= sizeof(c->address.sun_path))
		return err_set(err, FAIL_INPUT, "signd socket: the path has more than %zu octets", sizeof(c->address.sun_path) - 1);
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	c->address.sun_family = AF_UNIX;
	strcpy(c->address.sun_path, socket_path);
	c->fd = -1;
	*client = c;
	return 0;
}

static void
disconnect(struct signclient *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

void
signclient_free(struct signclient *c)
{
	if (c == NULL)
		return;
	disconnect(c);
	free(c);
}

static int
connected(struct signclient *c, struct err *err)
{
	if (c->fd != -1)
		return 0;
	if ((c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return err_errno(err, "signd socket");
	if (connect(c->fd, (struct sockaddr *)&c->address, sizeof(c->address)) == 0)
		return 0;
	err_set(err, FAIL_AGAIN, "signd does not answer: %s", strerror(errno));
	disconnect(c);
	return -1;
}

static int
exchange(struct signclient *c, const json_t *request, json_t **reply, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	if (connected(c, err) == -1)
		return -1;
	if (message_write(c->fd, request, err) == -1 || message_read(c->fd, &text, err) == -1) {
		disconnect(c);
		err->kind = FAIL_AGAIN;
		goto out;
	}
	rc = json_read(bytes_of(&text), reply, err);
out:
	buf_clear(&text);
	return rc;
}

/*
 * A connection that idled may be gone because signd was started again: asked once more on a fresh one.  Asking twice is safe, a
 * document signed by the first call gives the same EF.SOD to the second.
 */
static int
ask(struct signclient *c, json_t *request, json_t **reply, struct err *err)
{
	json_t *answer = NULL;
	bool was_connected = c->fd != -1;
	int rc = -1;

	if (request == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (exchange(c, request, &answer, err) == -1 && (!was_connected || err->kind != FAIL_AGAIN || exchange(c, request, &answer, err) == -1))
		goto out;
	if (!json_is_true(json_object_get(answer, "ok"))) {
		problem_of_json(json_object_get(answer, "problem"), err);
		goto out;
	}
	*reply = answer;
	answer = NULL;
	rc = 0;
out:
	json_decref(answer);
	json_decref(request);
	return rc;
}

int
signclient_documents(struct signclient *c, struct sign_order *orders, size_t n, struct err *err)
{
	json_t *reply = NULL;
	int rc;

	if (ask(c, sign_orders_to_json(orders, n), &reply, err) == -1)
		return -1;
	rc = sign_results_of_json(reply, orders, n, err);
	json_decref(reply);
	return rc;
}

int
signclient_new_uin(struct signclient *c, char uin[13], struct err *err)
{
	json_t *reply = NULL;
	const char *first;
	int rc = -1;

	if (ask(c, json_pack("{s:s, s:i}", "op", "new_uins", "count", 1), &reply, err) == -1)
		return -1;
	first = json_string_value(json_array_get(json_object_get(reply, "uins"), 0));
	if (first == NULL || strlen(first) != 12) {
		err_set(err, FAIL_INTERNAL, "signd: no UIN in its answer");
		goto out;
	}
	strcpy(uin, first);
	rc = 0;
out:
	json_decref(reply);
	return rc;
}

int
signclient_seal(struct signclient *c, const struct uuid *certificate_id, struct buf *seal, struct err *err)
{
	json_t *reply = NULL;
	char id[UUID_TEXT];
	const char *hex;
	int rc = -1;

	if (ask(c, json_pack("{s:s, s:s}", "op", "seal_certificate", "id", uuid_format(certificate_id, id)), &reply, err) == -1)
		return -1;
	if ((hex = json_string_value(json_object_get(reply, "seal"))) == NULL)
		err_set(err, FAIL_INTERNAL, "signd: no seal in its answer");
	else
		rc = buf_from_hex(seal, bytes_str(hex), err);
	json_decref(reply);
	return rc;
}

int
signclient_stop_list(struct signclient *c, int64_t sequence, struct buf *cms, struct err *err)
{
	json_t *reply = NULL;
	const char *text;
	int rc = -1;

	if (ask(c, json_pack("{s:s, s:I}", "op", "sign_stop_list", "sequence", (json_int_t)sequence), &reply, err) == -1)
		return -1;
	if ((text = json_string_value(json_object_get(reply, "cms"))) == NULL)
		err_set(err, FAIL_INTERNAL, "signd: no signature in its answer");
	else
		rc = buf_from_base64(cms, bytes_str(text), err);
	json_decref(reply);
	return rc;
}

int
signclient_status(struct signclient *c, struct buf *json, struct err *err)
{
	json_t *reply = NULL;
	int rc;

	if (ask(c, json_pack("{s:s}", "op", "status"), &reply, err) == -1)
		return -1;
	rc = json_text(reply, json, err);
	json_decref(reply);
	return rc;
}

static json_t *
ceremony_request(const char *op, const struct uuid *id, const struct uuid *officer_id, struct bytes response)
{
	char text[UUID_TEXT];
	json_t *request = json_pack("{s:s, s:s}", "op", op, "id", uuid_format(id, text));

	if (request == NULL || (officer_id != NULL && json_object_set_new(request, "officer_id", json_string(uuid_format(officer_id, text))) == -1) ||
		(response.n > 0 && json_object_set_new(request, "response", json_stringn((const char *)response.p, response.n)) == -1)) {
		json_decref(request);
		return NULL;
	}
	return request;
}

static int
ask_result(struct signclient *c, json_t *request, json_t **result, struct err *err)
{
	json_t *reply = NULL, *found;
	int rc = -1;

	if (ask(c, request, &reply, err) == -1)
		return -1;
	if ((found = json_object_get(reply, "result")) == NULL)
		err_set(err, FAIL_INTERNAL, "signd: no result in its answer");
	else {
		*result = json_incref(found);
		rc = 0;
	}
	json_decref(reply);
	return rc;
}

int
signclient_ceremony(struct signclient *c, const struct uuid *id, const struct uuid *officer_id, json_t **result, struct err *err)
{
	return ask_result(c, ceremony_request("execute_ceremony", id, officer_id, BYTES_NONE), result, err);
}

int
signclient_ceremony_import(struct signclient *c, const struct uuid *id, const struct uuid *officer_id, struct bytes response,
	json_t **result, struct err *err)
{
	return ask_result(c, ceremony_request("import_ceremony", id, officer_id, response), result, err);
}

int
signclient_ceremony_request(struct signclient *c, const struct uuid *id, struct buf *request, struct err *err)
{
	json_t *reply = NULL;
	const char *text;
	int rc = -1;

	if (ask(c, ceremony_request("request_ceremony", id, NULL, BYTES_NONE), &reply, err) == -1)
		return -1;
	if ((text = json_string_value(json_object_get(reply, "request"))) == NULL)
		err_set(err, FAIL_INTERNAL, "signd: no request in its answer");
	else {
		buf_str(request, text);
		rc = buf_check(request, err);
	}
	json_decref(reply);
	return rc;
}
