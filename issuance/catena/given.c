#include "issuance/catena/given.h"
#include "registry/base/date.h"

enum { NOON = 12 * 3600 };

int
given_moment(const char *day, int64_t now, int64_t *at, struct err *err)
{
	struct date date;

	if (day == NULL) {
		*at = now;
		return 0;
	}
	if (date_parse(bytes_str(day), &date, err) == -1 || date.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "--at %s: wanted a day, YYYY-MM-DD", day);
	*at = date_to_unix(date) == date_to_unix(date_of_unix(now)) ? now : date_to_unix(date) + NOON;
	return 0;
}

void
given_anchors_tell(struct verdicts *v, const struct truststore *settled)
{
	for (size_t i = 0; i < truststore_count(settled); i++) {
		const struct trusted *t = truststore_at(settled, i);

		if (t->is_broken)
			verdicts_add(v, OUTCOME_WARNING, t->provenance, "anchor_broken", NULL, "anchor: a link certificate that the key it names has not signed; %s",
				t->trust == TRUST_NONE ? "not trusted" : "trusted by another");
	}
}

void
given_parts_tell(struct verdicts *v, enum outcome outcome, const char *path, const struct certfile *file)
{
	for (size_t i = 0; i < file->nproblem && i < CERTFILE_PROBLEMS; i++)
		verdicts_add(v, outcome, path, "unreadable", NULL, "%s%s%s", file->problem[i].where, file->problem[i].where[0] != '\0' ? ": " : "", file->problem[i].text);
}
