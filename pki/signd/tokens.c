#include "pki/signd/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
read_pin(const char *uri, const char *otherwise, unsigned number, struct pin **pin, struct err *err)
{
	struct buf source = BUF_INIT;
	char what[40];
	int rc = -1;

	snprintf(what, sizeof(what), "PIN of token %u", number);
	if (token_pin_source(uri, &source, err) == 0)
		rc = pin_read(source.n > 0 ? buf_cstr(&source) : otherwise, what, pin, err);
	buf_clear(&source);
	return rc == -1 ? err_prefix(err, "token %u", number) : 0;
}

int
tokens_read_pins(struct tokens *t, const char *uris, const char *pin_source, struct err *err)
{
	for (const char *p = uris + strspn(uris, " "); *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (t->n == TOKENS_MAX)
			return err_set(err, FAIL_INPUT, "token: more than %d URIs", TOKENS_MAX);
		if ((t->uri[t->n] = strndup(p, n)) == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		t->n++;
		if (read_pin(t->uri[t->n - 1], pin_source, t->n, &t->pin[t->n - 1], err) == -1)
			return -1;
		p += n;
	}
	return t->n > 0 ? 0 : err_set(err, FAIL_INPUT, "token: no URI");
}

int
tokens_open(struct tokens *t, unsigned sessions, struct err *err)
{
	for (unsigned i = 0; i < t->n; i++) {
		if (token_open(t->uri[i], pin_bytes(t->pin[i]), sessions, &t->token[i], err) == -1)
			return err_prefix(err, "token %u", i + 1);
		pin_free(t->pin[i]);
		t->pin[i] = NULL;
		for (unsigned k = 0; k < i; k++)
			if (strcmp(token_label(t->token[k]), token_label(t->token[i])) == 0)
				return err_set(err, FAIL_CONFLICT, "tokens %u and %u have one label: a key's row could mean either", k + 1, i + 1);
	}
	return 0;
}

void
tokens_close(struct tokens *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		token_close(t->token[i]);
		pin_free(t->pin[i]);
		free(t->uri[i]);
	}
	*t = (struct tokens){ 0 };
}

struct token *
tokens_find(const struct tokens *t, const char *label)
{
	for (unsigned i = 0; i < t->n; i++)
		if (strcmp(token_label(t->token[i]), label) == 0)
			return t->token[i];
	return NULL;
}
