#include "issuance/catena/verdicts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "registry/base/json.h"
#include "registry/base/text.h"

static const struct {
	const char *word;
	int status;
} outcomes[] = {
	[OUTCOME_GOOD] = { "good", 0 },
	[OUTCOME_WARNING] = { "warning", 1 },
	[OUTCOME_REFUSED] = { "refused", 2 },
	[OUTCOME_UNREADABLE] = { "unreadable", 3 },
	[OUTCOME_NOT_CHECKED] = { "not checked", 1 },
	[OUTCOME_NOTICE] = { "notice", 0 },
};

int
verdicts_begin(struct verdicts *v, bool is_json, struct err *err)
{
	*v = (struct verdicts){ .is_json = is_json };
	if (!is_json)
		return 0;
	v->lines = json_array();
	v->facts = json_object();
	if (v->lines != NULL && v->facts != NULL)
		return 0;
	json_decref(v->lines);
	json_decref(v->facts);
	return err_set(err, FAIL_INTERNAL, "out of memory");
}

/* Names of files and what certificates say are others' words: they move no cursor, begin no line, and are UTF-8 for JSON. */
static const char *
shown(const char *text, struct buf *room)
{
	text_show(bytes_str(text), room);
	return buf_cstr(room);
}

void
verdicts_add(struct verdicts *v, enum outcome outcome, const char *subject, const char *code, const char *clause, const char *fmt, ...)
{
	struct buf text = BUF_INIT, about = BUF_INIT;
	char said[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
	shown(said, &text);
	if (subject != NULL)
		subject = shown(subject, &about);
	if (outcomes[outcome].status > v->status)
		v->status = outcomes[outcome].status;
	if (v->is_json) {
		json_array_append_new(v->lines, json_pack("{s:s*, s:s, s:s, s:s, s:s*}", "subject", subject, "outcome", outcomes[outcome].word, "code", code, "text", buf_cstr(&text), "clause", clause));
	} else {
		if (subject != NULL)
			printf("%s: ", subject);
		printf("%-11s  %-24s %s", outcomes[outcome].word, code, buf_cstr(&text));
		if (clause != NULL)
			printf(" [%s]", clause);
		putchar('\n');
	}
	buf_clear(&text);
	buf_clear(&about);
}

void
verdicts_fact(struct verdicts *v, const char *name, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	char said[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
	shown(said, &text);
	if (v->is_json)
		json_object_set_new(v->facts, name, json_string(buf_cstr(&text)));
	else
		printf("%s: %s\n", name, buf_cstr(&text));
	buf_clear(&text);
}

int
verdicts_end(struct verdicts *v, struct err *err)
{
	const char *total = outcomes[v->status].word; /* statuses 0 to 3 are the outcomes of the same numbers */
	struct buf out = BUF_INIT;
	json_t *whole;
	int rc = -1;

	if (!v->is_json) {
		printf("verdict: %s\n", total);
		return v->status;
	}
	whole = json_pack("{s:o, s:o, s:s}", "verdicts", v->lines, "facts", v->facts, "outcome", total);
	v->lines = v->facts = NULL;
	if (whole == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
	} else if (json_text(whole, &out, err) == 0) {
		printf("%s\n", buf_cstr(&out));
		rc = v->status;
	}
	json_decref(whole);
	buf_clear(&out);
	return rc;
}
