#include "registry/store/audit.h"

enum { ADD };
const struct query audit_queries[] = {
	[ADD] = { "audit_add",
		"INSERT INTO audit_event (kind, program, officer_id, route, subject_kind, subject_id, detail)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)" },
	{ NULL, NULL },
};

int
audit_add(struct tx *tx, const struct audit_event *event, struct err *err)
{
	return tx_later(tx, &audit_queries[ADD],
		ARGS(arg_text(event->kind), arg_text(event->program), arg_uuid_or_null(event->officer_id), arg_text(event->route),
			arg_text(event->subject_kind), arg_uuid_or_null(event->subject_id), arg_text(event->detail)),
		-1, "", err);
}
