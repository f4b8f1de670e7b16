#include "registry/store/rules.h"

/* clang-format off */
enum { Q_LATE_LIST, Q_LATE_SET, Q_LATE_RETIRE, Q_POLICY_LIST, Q_POLICY_SET, Q_FACILITY_LIST, Q_PROGRAM_NEW, Q_PROGRAM_AGAIN, Q_PROGRAM_RETIRE, Q_FACILITY_SET,
	Q_FACILITY_RETIRE, Q_PARTNER_LIST, Q_SERVICE_SET, Q_SERVICE_RETIRE, Q_SUBSCRIBER_LIST, Q_SUBSCRIBER_SET, Q_SUBSCRIBER_RETIRE };
const struct query rules_queries[] = {
	[Q_LATE_LIST] = { "rules_late_list",
		"SELECT format('%-22s %s', k.name, CASE WHEN r.kind IS NULL THEN 'never late' ELSE format('late after %s days: %s', r.days, r.legal_basis) END)"
		" FROM act_kind k LEFT JOIN late_rule r ON r.kind = k.name ORDER BY k.letter <> 'B', k.name" },
	[Q_LATE_SET] = { "rules_late_set",
		"INSERT INTO late_rule (kind, days, legal_basis) SELECT name, $2::int, $3 FROM act_kind WHERE name = $1"
		" ON CONFLICT (kind) DO UPDATE SET days = excluded.days, legal_basis = excluded.legal_basis RETURNING 1" },
	[Q_LATE_RETIRE] = { "rules_late_retire", "DELETE FROM late_rule WHERE kind = $1 RETURNING 1" },
	[Q_POLICY_LIST] = { "rules_policy_list",
		"SELECT format('%-22s %-11s %-7s %s%s', kind, event, CASE WHEN is_late THEN 'late' ELSE 'in time' END,"
		" CASE WHEN by_declarer THEN 'the declaring officer alone' ELSE 'another officer' END,"
		" CASE WHEN needs_approval THEN ', after approval by a senior officer' ELSE '' END)"
		" FROM act_policy WHERE kind = coalesce($1, kind) ORDER BY kind, event, is_late" },
	[Q_POLICY_SET] = { "rules_policy_set",
		"UPDATE act_policy SET by_declarer = coalesce($4::boolean, by_declarer), needs_approval = coalesce($5::boolean, needs_approval)"
		" WHERE kind = $1 AND event = $2 AND is_late = $3::boolean RETURNING 1" },
	[Q_FACILITY_LIST] = { "rules_facility_list",
		"SELECT format('%-22s %-9s %s', p.name, CASE WHEN p.is_active THEN 'active' ELSE 'retired' END, coalesce(string_agg(f.place_code"
		" || CASE WHEN f.is_active THEN '' ELSE ' (retired)' END, ', ' ORDER BY f.place_code), 'no facility'))"
		" FROM program p LEFT JOIN program_facility f ON f.program_id = p.id WHERE p.role = 'program' GROUP BY p.id ORDER BY p.name" },
	[Q_PROGRAM_NEW] = { "rules_program_new",
		"INSERT INTO program AS p (id, name, certificate_sha256, role) VALUES (gen_random_uuid(), $1, $2, 'program')"
		" ON CONFLICT (name) DO UPDATE SET certificate_sha256 = excluded.certificate_sha256, is_active = true WHERE p.role = 'program' RETURNING 1" },
	[Q_PROGRAM_AGAIN] = { "rules_program_again", "UPDATE program SET is_active = true WHERE name = $1 AND role = 'program' RETURNING 1" },
	[Q_PROGRAM_RETIRE] = { "rules_program_retire", "UPDATE program SET is_active = false WHERE name = $1 AND role = 'program' AND is_active RETURNING 1" },
	[Q_FACILITY_SET] = { "rules_facility_set",
		"INSERT INTO program_facility (program_id, place_code) SELECT p.id, l.code FROM program p, place l WHERE p.name = $1 AND p.role = 'program'"
		" AND l.code = $2 ON CONFLICT (program_id, place_code) DO UPDATE SET is_active = true RETURNING 1" },
	[Q_FACILITY_RETIRE] = { "rules_facility_retire",
		"UPDATE program_facility SET is_active = false WHERE place_code = $2 AND is_active"
		" AND program_id = (SELECT id FROM program WHERE name = $1 AND role = 'program') RETURNING 1" },
	[Q_PARTNER_LIST] = { "rules_partner_list",
		"SELECT format('%-22s %-9s %s', p.name, CASE WHEN p.is_active THEN 'active' ELSE 'retired' END, string_agg(s.service"
		" || CASE WHEN s.is_active THEN '' ELSE ' (retired)' END, ', ' ORDER BY s.service)) FROM program p JOIN program_service s ON s.program_id = p.id GROUP BY p.id ORDER BY p.name" },
	[Q_SERVICE_SET] = { "rules_service_set",
		"INSERT INTO program_service (program_id, service) SELECT p.id, $2 FROM program p WHERE p.name = $1 AND p.role = 'program'"
		" ON CONFLICT (program_id, service) DO UPDATE SET is_active = true RETURNING 1" },
	[Q_SERVICE_RETIRE] = { "rules_service_retire",
		"UPDATE program_service SET is_active = false WHERE service = $2 AND is_active AND program_id = (SELECT id FROM program WHERE name = $1) RETURNING 1" },
	[Q_SUBSCRIBER_LIST] = { "rules_subscriber_list",
		"SELECT format('%-22s %-9s %s  %s', s.name, CASE WHEN s.is_active THEN 'active' ELSE 'retired' END, s.url, array_to_string(s.topics, ',')) FROM subscriber s ORDER BY s.name" },
	[Q_SUBSCRIBER_SET] = { "rules_subscriber_set",
		"INSERT INTO subscriber (name, url, topics) VALUES ($1, $2, string_to_array($3, ','))"
		" ON CONFLICT (name) DO UPDATE SET url = excluded.url, topics = excluded.topics, is_active = true RETURNING 1" },
	[Q_SUBSCRIBER_RETIRE] = { "rules_subscriber_retire", "UPDATE subscriber SET is_active = false WHERE name = $1 AND is_active RETURNING 1" },
	{ NULL, NULL }
};
/* clang-format on */

static int
list(struct tx *tx, const struct query *q, const struct arg *args, size_t n, struct buf *out, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query(tx, q, args, n, &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows); i++)
		buf_printf(out, "%s\n", row_text(rows, i, 0));
	rows_free(rows);
	return buf_check(out, err);
}

/* A change that must hit a row. */
static int
change(struct tx *tx, const struct query *q, const struct arg *args, size_t n, const char *none, struct err *err)
{
	struct rows *rows = NULL;
	int rc = tx_query_one(tx, q, args, n, FAIL_NOT_FOUND, none, &rows, err);

	rows_free(rows);
	return rc;
}

int
rules_late_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_LATE_LIST], NULL, 0, out, err);
}

int
rules_policy_list(struct tx *tx, const char *kind, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_POLICY_LIST], ARGS(arg_text(kind)), out, err);
}

int
rules_facility_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_FACILITY_LIST], NULL, 0, out, err);
}

int
rules_late_set(struct tx *tx, const char *kind, int days, const char *legal_basis, struct err *err)
{
	return change(tx, &rules_queries[Q_LATE_SET], ARGS(arg_text(kind), arg_int(days), arg_text(legal_basis)), "there is no such kind of act", err);
}

int
rules_late_retire(struct tx *tx, const char *kind, struct err *err)
{
	return change(tx, &rules_queries[Q_LATE_RETIRE], ARGS(arg_text(kind)), "no rule says when such an act is late", err);
}

static struct arg
answer_arg(enum rule_answer answer)
{
	return answer == RULE_AS_IT_IS ? arg_null() : arg_bool(answer == RULE_YES);
}

int
rules_policy_set(struct tx *tx, const char *kind, const char *event, bool is_late, enum rule_answer alone, enum rule_answer approval, struct err *err)
{
	return change(tx, &rules_queries[Q_POLICY_SET], ARGS(arg_text(kind), arg_text(event), arg_bool(is_late), answer_arg(alone), answer_arg(approval)),
		"there is no such kind of act, or no such decision", err);
}

int
rules_program_set(struct tx *tx, const char *name, const uint8_t certificate_sha256[SHA256_LEN], struct err *err)
{
	if (certificate_sha256 == NULL)
		return change(tx, &rules_queries[Q_PROGRAM_AGAIN], ARGS(arg_text(name)), "there is no such program yet: its certificate is wanted", err);
	return change(tx, &rules_queries[Q_PROGRAM_NEW], ARGS(arg_text(name), arg_bytes(BYTES(certificate_sha256, SHA256_LEN))),
		"the name is that of a program that is no health facility's", err);
}

int
rules_program_retire(struct tx *tx, const char *name, struct err *err)
{
	return change(tx, &rules_queries[Q_PROGRAM_RETIRE], ARGS(arg_text(name)), "no active program of a health facility has this name", err);
}

int
rules_facility_set(struct tx *tx, const char *name, const char *place_code, struct err *err)
{
	return change(tx, &rules_queries[Q_FACILITY_SET], ARGS(arg_text(name), arg_text(place_code)), "there is no such place", err);
}

int
rules_facility_retire(struct tx *tx, const char *name, const char *place_code, struct err *err)
{
	return change(tx, &rules_queries[Q_FACILITY_RETIRE], ARGS(arg_text(name), arg_text(place_code)), "the program does not notify for this place", err);
}

int
rules_partner_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_PARTNER_LIST], NULL, 0, out, err);
}

int
rules_service_set(struct tx *tx, const char *name, const char *service, struct err *err)
{
	return change(tx, &rules_queries[Q_SERVICE_SET], ARGS(arg_text(name), arg_text(service)), "there is no such program", err);
}

int
rules_service_retire(struct tx *tx, const char *name, const char *service, struct err *err)
{
	return change(tx, &rules_queries[Q_SERVICE_RETIRE], ARGS(arg_text(name), arg_text(service)), "the program is not let in for this service", err);
}

int
rules_subscriber_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_SUBSCRIBER_LIST], NULL, 0, out, err);
}

int
rules_subscriber_set(struct tx *tx, const char *name, const char *url, const char *topics, struct err *err)
{
	return change(tx, &rules_queries[Q_SUBSCRIBER_SET], ARGS(arg_text(name), arg_text(url), arg_text(topics)), "the subscriber was not written", err);
}

int
rules_subscriber_retire(struct tx *tx, const char *name, struct err *err)
{
	return change(tx, &rules_queries[Q_SUBSCRIBER_RETIRE], ARGS(arg_text(name)), "no active subscriber has this name", err);
}
