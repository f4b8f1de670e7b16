#include "registry/store/rules.h"

/* clang-format off */
enum { Q_LATE_LIST, Q_LATE_SET, Q_LATE_RETIRE, Q_POLICY_LIST, Q_POLICY_SET, Q_FACILITY_LIST, Q_PROGRAM_NEW, Q_PROGRAM_AGAIN, Q_PROGRAM_RETIRE, Q_FACILITY_SET,
	Q_FACILITY_RETIRE, Q_PARTNER_LIST, Q_SERVICE_SET, Q_SERVICE_RETIRE, Q_SUBSCRIBER_LIST, Q_SUBSCRIBER_SET, Q_SUBSCRIBER_RETIRE, Q_KIND_LIST, Q_KIND_SET, Q_FEE_LIST, Q_FEE_SET, Q_FEE_RETIRE, Q_REFUND_LIST, Q_REFUND_SET, Q_INTERVIEW_LIST, Q_INTERVIEW_SET,
	Q_INTERVIEW_RETIRE };
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
	[Q_KIND_LIST] = { "rules_kind_list",
		"SELECT format('%-3s %-16s %-6s %-9s %s, %s%s at once, consent below %s, fetched by a guardian below %s, approved by the %s', code, name, mrz_form, entitled, CASE WHEN days IS NOT NULL THEN days || ' days'"
		"  WHEN years IS NOT NULL THEN years || ' years (minors ' || years_minor || ')' ELSE 'as configured' END, CASE WHEN needs_designation THEN 'by designation, ' ELSE '' END,"
		"  at_once, consent_below, fetched_below, replace(approver, 'passport_', '')) FROM document_kind ORDER BY mrz_form DESC, code" },
	[Q_KIND_SET] = { "rules_kind_set",
		"UPDATE document_kind SET years = CASE WHEN $4::int IS NOT NULL THEN NULL ELSE coalesce($2::int, years) END,"
		" years_minor = CASE WHEN $4::int IS NOT NULL THEN NULL ELSE coalesce($3::int, years_minor) END, days = CASE WHEN $2::int IS NOT NULL THEN NULL ELSE coalesce($4::int, days) END,"
		" consent_below = coalesce($5::int, consent_below), at_once = coalesce($6::int, at_once), approver = coalesce($7, approver), fetched_below = coalesce($8::int, fetched_below) WHERE code = $1 RETURNING 1" },
	[Q_FEE_LIST] = { "rules_fee_list",
		"SELECT format('%-3s %-7s %s %s%s', document_type, CASE WHEN is_urgent THEN 'urgent' ELSE '' END, amount, currency,"
		" CASE WHEN loss_surcharge > 0 THEN ', lost or damaged ' || loss_surcharge || ' more' ELSE '' END) FROM fee_rule ORDER BY document_type, is_urgent" },
	[Q_FEE_SET] = { "rules_fee_set",
		"INSERT INTO fee_rule (document_type, is_urgent, amount, loss_surcharge, currency) SELECT code, $2, $3, $4, $5 FROM document_kind WHERE code = $1"
		" ON CONFLICT (document_type, is_urgent) DO UPDATE SET amount = excluded.amount, loss_surcharge = excluded.loss_surcharge, currency = excluded.currency RETURNING 1" },
	[Q_FEE_RETIRE] = { "rules_fee_retire", "DELETE FROM fee_rule WHERE document_type = $1 AND is_urgent = $2 RETURNING 1" },
	[Q_REFUND_LIST] = { "rules_refund_list", "SELECT format('%-10s %s of a hundred', state, percent) FROM refund_rule ORDER BY state" },
	[Q_REFUND_SET] = { "rules_refund_set",
		"INSERT INTO refund_rule (state, percent) VALUES ($1, $2) ON CONFLICT (state) DO UPDATE SET percent = excluded.percent RETURNING 1" },
	[Q_INTERVIEW_LIST] = { "rules_interview_list", "SELECT format('%-18s of the last %s days: %s', code, days, reason) FROM interview_rule ORDER BY code" },
	[Q_INTERVIEW_SET] = { "rules_interview_set",
		"INSERT INTO interview_rule (code, days, reason) VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET days = excluded.days, reason = excluded.reason RETURNING 1" },
	[Q_INTERVIEW_RETIRE] = { "rules_interview_retire", "DELETE FROM interview_rule WHERE code = $1 RETURNING 1" },
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

/* ---- issuing ---- */

int
rules_kind_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_KIND_LIST], NULL, 0, out, err);
}

static struct arg
number_arg(int value)
{
	return value == RULES_AS_IT_IS ? arg_null() : arg_int(value);
}

int
rules_kind_set(struct tx *tx, const char *code, const struct rules_kind *k, struct err *err)
{
	return change(tx, &rules_queries[Q_KIND_SET], ARGS(arg_text(code), number_arg(k->years), number_arg(k->years_minor), number_arg(k->days), number_arg(k->consent_below), number_arg(k->at_once), arg_text(k->approver), number_arg(k->fetched_below)),
		"there is no such kind of document", err);
}

int
rules_fee_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_FEE_LIST], NULL, 0, out, err);
}

int
rules_fee_set(struct tx *tx, const char *kind, bool is_urgent, int amount, int loss_surcharge, const char *currency, struct err *err)
{
	return change(tx, &rules_queries[Q_FEE_SET], ARGS(arg_text(kind), arg_bool(is_urgent), arg_int(amount), arg_int(loss_surcharge), arg_text(currency)), "there is no such kind of document", err);
}

int
rules_fee_retire(struct tx *tx, const char *kind, bool is_urgent, struct err *err)
{
	return change(tx, &rules_queries[Q_FEE_RETIRE], ARGS(arg_text(kind), arg_bool(is_urgent)), "no rule says what such a document costs", err);
}

int
rules_refund_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_REFUND_LIST], NULL, 0, out, err);
}

int
rules_refund_set(struct tx *tx, const char *state, int percent, struct err *err)
{
	return change(tx, &rules_queries[Q_REFUND_SET], ARGS(arg_text(state), arg_int(percent)), "the rule was not written", err);
}

int
rules_interview_list(struct tx *tx, struct buf *out, struct err *err)
{
	return list(tx, &rules_queries[Q_INTERVIEW_LIST], NULL, 0, out, err);
}

int
rules_interview_set(struct tx *tx, const char *code, int days, const char *reason, struct err *err)
{
	return change(tx, &rules_queries[Q_INTERVIEW_SET], ARGS(arg_text(code), arg_int(days), arg_text(reason)), "the rule was not written", err);
}

int
rules_interview_retire(struct tx *tx, const char *code, struct err *err)
{
	return change(tx, &rules_queries[Q_INTERVIEW_RETIRE], ARGS(arg_text(code)), "no rule asks for this interview", err);
}
