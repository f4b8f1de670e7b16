#include "config.h"

#include "registry/service/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

#include "registry/service/problem.h"

struct client {
	CURL *curl;
	char *url;
	char *ca_file, *certificate_file, *key_file;
	long connect_seconds, seconds;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void
curl_begin(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int
copy(const char *s, char **to, struct err *err)
{
	if (s != NULL && (*to = strdup(s)) == NULL)
		return err_set(err, FAIL_INTERNAL, "client: no memory");
	return 0;
}

int
client_new(const struct client_options *options, struct client **client, struct err *err)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "client: no memory");
	pthread_once(&curl_once, curl_begin);
	if (copy(options->url, &c->url, err) == -1 || copy(options->ca_file, &c->ca_file, err) == -1 ||
		copy(options->certificate_file, &c->certificate_file, err) == -1 || copy(options->key_file, &c->key_file, err) == -1)
		goto fail;
	c->connect_seconds = options->connect_seconds != 0 ? options->connect_seconds : 5;
	c->seconds = options->seconds != 0 ? options->seconds : 60;
	if ((c->curl = curl_easy_init()) == NULL) {
		err_set(err, FAIL_INTERNAL, "client: no memory");
		goto fail;
	}
	curl_easy_setopt(c->curl, CURLOPT_COOKIEFILE, ""); /* keep cookies, in memory only */
	*client = c;
	return 0;
fail:
	client_free(c);
	return -1;
}

void
client_free(struct client *client)
{
	if (client == NULL)
		return;
	if (client->curl != NULL)
		curl_easy_cleanup(client->curl);
	free(client->url);
	free(client->ca_file);
	free(client->certificate_file);
	free(client->key_file);
	free(client);
}

int
client_share_session(struct client *to, const struct client *from, struct err *err)
{
	struct curl_slist *cookies = NULL;
	CURLcode code = curl_easy_getinfo(from->curl, CURLINFO_COOKIELIST, &cookies);

	if (code == CURLE_OK)
		code = curl_easy_setopt(to->curl, CURLOPT_COOKIELIST, "ALL"); /* curl's word for: forget all */
	for (struct curl_slist *c = cookies; c != NULL && code == CURLE_OK; c = c->next)
		code = curl_easy_setopt(to->curl, CURLOPT_COOKIELIST, c->data);
	curl_slist_free_all(cookies);
	return code == CURLE_OK ? 0 : err_set(err, FAIL_INTERNAL, "client: cookies: %s", curl_easy_strerror(code));
}

int
client_share(struct client *from, const char *url, struct client **client, struct err *err)
{
	struct client_options options = { .url = url != NULL ? url : from->url, .ca_file = from->ca_file, .certificate_file = from->certificate_file, .key_file = from->key_file, .connect_seconds = (unsigned)from->connect_seconds, .seconds = (unsigned)from->seconds };
	struct curl_slist *cookies = NULL;
	struct client *c;

	if (client_new(&options, &c, err) == -1)
		return -1;
	if (curl_easy_getinfo(from->curl, CURLINFO_COOKIELIST, &cookies) != CURLE_OK) {
		client_free(c);
		return err_set(err, FAIL_INTERNAL, "client: no memory");
	}
	for (const struct curl_slist *one = cookies; one != NULL; one = one->next)
		curl_easy_setopt(c->curl, CURLOPT_COOKIELIST, one->data);
	curl_slist_free_all(cookies);
	*client = c;
	return 0;
}

struct received {
	struct buf body;
	bool too_large;
};

static size_t
receive(char *p, size_t size, size_t n, void *arg)
{
	struct received *r = arg;

	if (r->body.n + size * n > CLIENT_MAX_REPLY) {
		r->too_large = true;
		return 0;
	}
	buf_add(&r->body, p, size * n);
	return r->body.failed ? 0 : size * n;
}

/* Appends to *list; on failure *list is as it was. */
static int
add_header(struct curl_slist **list, const char *name, const char *value, struct err *err)
{
	struct buf line = BUF_INIT;
	struct curl_slist *longer = NULL;

	buf_printf(&line, "%s: %s", name, value);
	if (!line.failed)
		longer = curl_slist_append(*list, buf_cstr(&line));
	buf_clear(&line);
	if (longer == NULL)
		return err_set(err, FAIL_INTERNAL, "client: no memory");
	*list = longer;
	return 0;
}

static int
make_headers(const struct uuid *key, struct bytes body, const char *content_type, struct curl_slist **list, struct err *err)
{
	char text[UUID_TEXT];

	if (key != NULL && add_header(list, "Idempotency-Key", uuid_format(key, text), err) == -1)
		return -1;
	if ((body.n > 0 || content_type != NULL) && add_header(list, "Content-Type", content_type, err) == -1)
		return -1;
	if (add_header(list, "Expect", "", err) == -1) /* no round trip before the body */
		return -1;
	return add_header(list, "Accept", "application/json, application/problem+json, */*;q=0.5", err);
}

static void
set_options(struct client *c, const char *method, const char *url, struct bytes body, struct curl_slist *headers,
	struct received *received, char error[CURL_ERROR_SIZE])
{
	CURL *h = c->curl;

	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (c->ca_file != NULL) {
		curl_easy_setopt(h, CURLOPT_CAINFO, c->ca_file);
		curl_easy_setopt(h, CURLOPT_CAPATH, NULL);
	}
	if (c->certificate_file != NULL) {
		curl_easy_setopt(h, CURLOPT_SSLCERT, c->certificate_file);
		curl_easy_setopt(h, CURLOPT_SSLKEY, c->key_file);
	}
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, c->connect_seconds);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, c->seconds);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, received);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, error);
	/* every option that an earlier call can have set is set again: curl_easy_reset() would lose the list of cookie files */
	curl_easy_setopt(h, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(h, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, NULL);
	if (strcmp(method, "HEAD") != 0 && strcmp(method, "GET") != 0) {
		curl_easy_setopt(h, CURLOPT_POST, 1L);
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, body.n > 0 ? (const char *)body.p : "");
		curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, method);
	}
}

static int
call_failed(CURLcode code, const struct received *received, const char *url, const char *error, struct err *err)
{
	enum fail kind = FAIL_AGAIN;

	if (received->too_large)
		return err_set(err, FAIL_TOO_LARGE, "%s: reply of more than %d octets", url, CLIENT_MAX_REPLY);
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM)
		kind = FAIL_INTERNAL; /* repeating does not help */
	if (code == CURLE_OUT_OF_MEMORY || received->body.failed)
		kind = FAIL_INTERNAL;
	return err_set(err, kind, "%s: %s", url, error[0] != '\0' ? error : curl_easy_strerror(code));
}

static void
keep_content_type(CURL *curl, char out[64])
{
	const char *type = NULL;

	if (curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type != NULL)
		snprintf(out, 64, "%.*s", (int)strcspn(type, "; "), type);
}

static int
run_call(struct client *c, const char *method, const char *path, const struct uuid *key, struct bytes body,
	const char *content_type, struct client_answer *answer, struct err *err)
{
	char error[CURL_ERROR_SIZE] = "";
	struct received received = { BUF_INIT, false };
	struct curl_slist *headers = NULL;
	struct buf url = BUF_INIT;
	long code_http = 0;
	CURLcode code;
	int rc = -1;

	buf_printf(&url, "%s%s", c->url, path);
	if (buf_check(&url, err) == -1 || make_headers(key, body, content_type, &headers, err) == -1)
		goto out;
	set_options(c, method, buf_cstr(&url), body, headers, &received, error);
	if ((code = curl_easy_perform(c->curl)) != CURLE_OK) {
		call_failed(code, &received, c->url, error, err);
		goto out;
	}
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &code_http);
	answer->status = (int)code_http;
	keep_content_type(c->curl, answer->content_type);
	buf_move(&answer->body, &received.body);
	rc = 0;
out:
	curl_slist_free_all(headers);
	buf_clear(&url);
	buf_wipe(&received.body);
	return rc;
}

int
client_exchange(struct client *client, const char *method, const char *path, const struct uuid *key, struct client_body body,
	struct client_answer *answer, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	answer->status = 0;
	answer->content_type[0] = '\0';
	if (body.json != NULL) {
		if (json_text(body.json, &text, err) == 0)
			rc = run_call(client, method, path, key, bytes_of(&text), "application/json", answer, err);
	} else {
		const char *type = body.bytes.n > 0 && body.content_type == NULL ? "application/octet-stream" : body.content_type;

		rc = run_call(client, method, path, key, body.bytes, type, answer, err);
	}
	buf_wipe(&text);
	return rc;
}

int
client_call(struct client *client, const char *method, const char *path, const struct uuid *key, struct client_body body,
	int *status, struct buf *reply, struct err *err)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	int rc = client_exchange(client, method, path, key, body, &answer, err);

	if (status != NULL)
		*status = answer.status;
	if (rc == -1)
		goto out;
	rc = -1;
	if (answer.status < 200 || answer.status > 299) {
		problem_read(bytes_of(&answer.body), answer.status, err);
		if (err->kind == FAIL_NONE) /* a redirect: our services send none to programs */
			err_set(err, FAIL_INTERNAL, "%s: status %d", client->url, answer.status);
		goto out;
	}
	buf_bytes(reply, bytes_of(&answer.body));
	rc = buf_check(reply, err);
out:
	buf_wipe(&answer.body);
	return rc;
}

int
client_json(struct client *client, const char *method, const char *path, const struct uuid *key, json_t *body, json_t **value,
	struct err *err)
{
	struct buf reply = BUF_INIT;
	struct client_body with = { .json = body };
	json_t *got = NULL;
	int rc = -1;

	if (body == NULL && strcmp(method, "GET") != 0)
		with.content_type = "application/json"; /* an unsafe request without body shows that it is ours, see http.h */
	if (client_call(client, method, path, key, with, NULL, &reply, err) == -1)
		goto out;
	if (reply.n > 0 && json_read(bytes_of(&reply), &got, err) == -1) {
		err->kind = FAIL_INTERNAL;
		err_prefix(err, "%s: reply", client->url);
		goto out;
	}
	if (value != NULL)
		*value = got;
	else
		json_decref(got);
	rc = 0;
out:
	buf_wipe(&reply);
	return rc;
}
