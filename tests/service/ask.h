/* ask.h - one request to a program of the rig by one of its officers, for tests that look at the answer. */
#ifndef CATENA_TESTS_SERVICE_ASK_H
#define CATENA_TESTS_SERVICE_ASK_H
#include "tests/service/rig.h"
#include "tests/tap.h"

/* The client of an officer who is signed in, or of nobody (NULL). */
__attribute__((unused)) static struct client *
client_at(struct rig *r, const char *program, const char *login)
{
	struct client *c = NULL;
	struct err err = ERR_INIT;

	if (rig_client(r, program, login, &c, &err) == -1)
		bail_out("%s at %s: %s", login == NULL ? "nobody" : login, program, err.text);
	return c;
}

/* Whatever is no GET has a key of its own.  The status; *answer, empty before, is the body. */
__attribute__((unused)) static int
exchange_at(struct rig *r, const char *program, const char *login, const char *method, const char *path, struct client_body body, struct buf *answer)
{
	struct client_answer a = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1 ||
		client_exchange(client_at(r, program, login), method, path, strcmp(method, "GET") == 0 ? NULL : &key, body, &a, &err) == -1)
		bail_out("%s: %s %s: %s", program, method, path, err.text);
	if (a.status >= 300)
		printf("# %s %s: %d %.220s\n", method, path, a.status, buf_cstr(&a.body));
	buf_move(answer, &a.body);
	return a.status;
}

/* Takes body, {} when it is NULL.  The status; *reply, unless NULL, is the JSON of a good answer, else NULL. */
__attribute__((unused)) static int
ask_at(struct rig *r, const char *program, const char *login, const char *method, const char *path, json_t *body, json_t **reply)
{
	struct client_body sent = { .json = body };
	struct buf answer = BUF_INIT;
	struct err err = ERR_INIT;
	int status;

	if (body == NULL && strcmp(method, "GET") != 0)
		sent = (struct client_body){ .bytes = bytes_str("{}"), .content_type = "application/json" };
	status = exchange_at(r, program, login, method, path, sent, &answer);
	if (reply != NULL) {
		*reply = NULL;
		if (status < 300 && json_read(bytes_of(&answer), reply, &err) == -1)
			bail_out("%s: %s %s: %s", program, method, path, err.text);
	}
	buf_clear(&answer);
	json_decref(body);
	return status;
}

/* A string member; "" when there is none. */
__attribute__((unused)) static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

#endif
