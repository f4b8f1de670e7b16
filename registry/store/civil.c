#include "registry/store/civil.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "registry/base/check.h"
#include "registry/base/json.h"
#include "registry/store/civil-local.h"

#define NOBODY "'00000000-0000-0000-0000-000000000000'::uuid"

/*
 * Acts that share keys, at most ACT_CANDIDATES; rejected and annulled ones are none.  Only their ids: mostly there are none, and this is
 * asked for every birth twice.  Those come first that share the rarest keys: each key counts with 1 / the number of its acts, so that
 * five frequent names do not hide one rare date and name.  What is cut: of a key that more than 1000 acts have, all but 1000 (such a
 * key tells next to nothing, and the true double shares a rarer one), and whoever is not among the 120 that share the rarest.  The
 * lateral subqueries keep the planner from hashing whole tables.
 */
#define CANDIDATE_IDS(self, keys) \
	"(SELECT array_to_string(array_agg(c.act_id ORDER BY c.rarity DESC, c.act_id), ',') FROM (SELECT g.act_id, g.rarity FROM" \
	" (SELECT u.act_id, sum(1.0::float8 / cardinality(b.ids)) AS rarity FROM unnest(" keys "::text::bigint[]) AS key" \
	"   CROSS JOIN LATERAL (SELECT array_agg(m.act_id) AS ids FROM (SELECT act_id FROM act_match_key WHERE k = key LIMIT 1000) m) b" \
	"   CROSS JOIN LATERAL unnest(b.ids) AS u(act_id) WHERE u.act_id <> " self \
	"   GROUP BY u.act_id ORDER BY rarity DESC, u.act_id LIMIT 120) g" \
	" CROSS JOIN LATERAL (SELECT state FROM current_state WHERE subject_id = g.act_id OFFSET 0) s" \
	" WHERE s.state IN ('declared', 'validated', 'approved', 'registered', 'sealed')" \
	" ORDER BY g.rarity DESC, g.act_id LIMIT 40) c)"

#define ACT_COLUMNS \
	"SELECT a.id, a.office_id, a.officer_id, a.kind, s.state, " AT_UTC("a.created_at") ", v.id, v.version, v.content::text, r.number," \
											   " r.person_id, " AT_UTC("r.created_at")
#define ACT_JOINS \
	" JOIN current_state s ON s.subject_id = a.id" \
	" LEFT JOIN LATERAL (SELECT * FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) v ON true"

enum { Q_ACT,
	Q_VERSION,
	Q_PARTIES,
	Q_KEYS,
	Q_STATISTICS,
	Q_DECIDE,
	Q_OUTBOX,
	Q_DECLARE_CHECK,
	Q_CANDIDATE_IDS,
	Q_CANDIDATES,
	Q_BEGIN_REGISTRATION,
	Q_PERSON,
	Q_REGISTER,
	Q_OVERRIDE,
	Q_READ,
	Q_READ_NUMBER,
	Q_HISTORY,
	Q_LIST,
	Q_ACT_ABOUT,
	Q_FIND,
	Q_DEATH_STATISTICS,
	Q_TAKE_UP,
	Q_OFFICE_OF };
const struct query civil_queries[] = {
	[Q_ACT] = { "civil_act",
		"INSERT INTO act (id, kind, office_id, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_VERSION] = { "civil_version",
		"INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES ($1, $2, 1, $3, $4::text::jsonb)" },
	[Q_PARTIES] = { "civil_parties",
		"INSERT INTO act_party (act_version_id, role, person_id, confidence, primary_name, secondary_name, sex, date_of_birth)"
		" SELECT $1, role, person_id, confidence, primary_name, secondary_name, sex, date_of_birth"
		" FROM jsonb_to_recordset($2::text::jsonb) AS p(role text, person_id uuid, confidence text, primary_name text, secondary_name text,"
		"  sex text, date_of_birth text)" },
	[Q_KEYS] = { "civil_keys",
		"INSERT INTO act_match_key (k, act_id) SELECT k, $1 FROM unnest($2::text::bigint[]) k" },
	[Q_STATISTICS] = { "civil_statistics",
		"INSERT INTO birth_statistics (act_version_id, birth_weight_g, gestation_weeks, mother_children_born, attendant, place_kind,"
		" mother_marital_status, mother_education, mother_occupation, father_education, father_occupation)"
		" VALUES ($1, nullif($2::int, 0), nullif($3::int, 0), nullif($4::int, 0), $5, $6, $7, $8, $9, $10, $11)" },
	/* The version is the one that the officer saw; declared_by follows from the act. */
	[Q_DECIDE] = { "civil_decide",
		"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id, reason)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)" },
	[Q_OUTBOX] = { "civil_outbox",
		"INSERT INTO outbox (topic, subject_id) VALUES ($1, $2)" },
	[Q_DECLARE_CHECK] = { "civil_declare_check",
		"SELECT EXISTS (SELECT FROM office WHERE id = $1 AND kind = 'civil'), (SELECT coalesce(valid_from <= $4::date, true)"
		" AND coalesce(valid_to > $3::date, true) FROM place WHERE code = $2::text), " CANDIDATE_IDS(NOBODY, "$5") },
	[Q_CANDIDATE_IDS] = { "civil_candidate_ids",
		"SELECT " CANDIDATE_IDS("$1::uuid", "$2") },
	/*
	 * What is to be compared, of whichever office.  A pair that was judged from the other side counts as judged, unless the officer who
	 * did so declared this one.
	 */
	[Q_CANDIDATES] = { "civil_candidates", "SELECT civil_candidates($1, $2, $3)" },
	[Q_BEGIN_REGISTRATION] = { "civil_begin_registration",
		"WITH n AS (INSERT INTO act_series AS t (office_id, kind, year, last) SELECT o.id, $4, $5::int, o.series_first"
		"  FROM office o JOIN current_state s ON s.subject_id = $1 AND s.state IN ('declared', 'validated', 'approved') WHERE o.id = $3"
		"  ON CONFLICT (office_id, kind, year) DO UPDATE SET last = t.last + 1 RETURNING last)"
		" SELECT code, (SELECT last FROM n), " CANDIDATE_IDS("$1::uuid", "$2") ","
										       " (SELECT person_id FROM act_party WHERE act_version_id = $6 AND role = $7) FROM office WHERE id = $3" },
	[Q_PERSON] = { "civil_person",
		"INSERT INTO person (id, officer_id) VALUES ($1, $2)" },
	[Q_REGISTER] = { "civil_register",
		"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" },
	[Q_OVERRIDE] = { "civil_override",
		"INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason) VALUES ($1, $2, $3, $4, $5, $6)" },
	[Q_READ] = { "civil_read",
		ACT_COLUMNS " FROM act a" ACT_JOINS " LEFT JOIN act_registration r ON r.act_id = a.id WHERE a.id = $1 AND a.kind = $2" },
	[Q_READ_NUMBER] = { "civil_read_number",
		ACT_COLUMNS " FROM act_registration r JOIN act a ON a.id = r.act_id" ACT_JOINS " WHERE r.number = $1" },
	[Q_HISTORY] = { "civil_history",
		"SELECT (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', event, 'officer_id', officer_id, 'reason', reason,"
		"  'from_state', from_state, 'to_state', to_state, 'decided_at', " AT_UTC("created_at") ")) ORDER BY seq), '[]')"
													"  FROM act_decision WHERE act_id = $1)::text,"
													" (SELECT coalesce(jsonb_agg(jsonb_build_object('version', version, 'officer_id', officer_id, 'created_at', " AT_UTC("created_at") ")"
																													   "  ORDER BY version), '[]') FROM act_version WHERE act_id = $1)::text,"
																													   " (SELECT coalesce(jsonb_agg(jsonb_build_object('candidate_id', candidate_id, 'score', score, 'officer_id', officer_id, 'reason', reason,"
																													   "  'created_at', " AT_UTC("created_at") ") ORDER BY created_at, id), '[]') FROM duplicate_override WHERE act_id = $1)::text" },
	[Q_LIST] = { "civil_list",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', a.id, 'kind', a.kind, 'state', s.state, 'number', r.number,"
		" 'created_at', " AT_UTC("a.created_at") ", 'primary_name', p.primary_name, 'secondary_name', p.secondary_name,"
							 " 'date_of_birth', p.date_of_birth))::text"
							 " FROM act a" ACT_JOINS " LEFT JOIN act_registration r ON r.act_id = a.id"
							 " LEFT JOIN act_party p ON p.act_version_id = v.id AND p.role = $6 AND s.state <> 'sealed'"
							 " WHERE a.office_id = $1 AND a.kind = $2 AND ($3::text IS NULL OR s.state = $3) AND a.id > coalesce($4, " NOBODY ")"
							 " ORDER BY a.id LIMIT $5" },
	[Q_ACT_ABOUT] = { "civil_act_about",
		"INSERT INTO act (id, kind, office_id, officer_id, about_act_id) VALUES ($1, $2, $3, $4, $5)" },
	[Q_FIND] = { "civil_find",
		"SELECT person_id, act_id, kind, state, primary_name, secondary_name, sex, date_of_birth, is_deceased FROM civil_find($1, $2)" },
	[Q_DEATH_STATISTICS] = { "civil_death_statistics",
		"INSERT INTO death_statistics (act_version_id, cause_code, manner, place_kind, marital_status, education, occupation)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)" },
	[Q_TAKE_UP] = { "civil_take_up",
		"INSERT INTO notification_decision (notification_id, event, officer_id, act_id) VALUES ($1, 'take_up', $2, $3)" },
	[Q_OFFICE_OF] = { "civil_office_of", "SELECT civil_office_of($1) IS NOT NULL" },
	{ NULL, NULL }
};

int
civil_unseen(struct tx *tx, const struct uuid *id, const char *what, struct err *err)
{
	struct rows *rows = NULL;
	bool is_elsewhere;

	if (tx_query(tx, &civil_queries[Q_OFFICE_OF], ARGS(arg_uuid(id)), &rows, err) == -1)
		return -1;
	is_elsewhere = row_bool(rows, 0, 0);
	rows_free(rows);
	return is_elsewhere ? err_set(err, FAIL_DENIED, "the caller has no such role for this office") : err_set(err, FAIL_NOT_FOUND, "%s", what);
}

/* ---- personal data in what was read ---- */

/* jansson frees its texts without overwriting them, so this is as much as can be done. */
static void
free_json(json_t **value)
{
	json_decref(*value);
	*value = NULL;
}

void
act_candidates_clear(struct act_candidates *c)
{
	for (size_t i = 0; i < c->n; i++)
		free_json(&c->item[i].content);
	free(c->item);
	*c = (struct act_candidates){ 0 };
}

void
act_clear(struct act *act)
{
	free_json(&act->content);
	free_json(&act->decisions);
	free_json(&act->versions);
	free_json(&act->overrides);
	*act = (struct act){ 0 };
}

/* ---- declaration ---- */

int
act_keys_text(const int64_t *key, size_t n, struct buf *out, struct err *err)
{
	buf_str(out, "{");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%" PRId64, i > 0 ? "," : "", key[i]);
	buf_str(out, "}");
	return buf_check(out, err);
}

static int
parties_json(const struct act_party *party, size_t n, struct buf *out, struct err *err)
{
	json_t *list = json_array();
	int rc;

	for (size_t i = 0; i < n; i++) {
		char id[UUID_TEXT], day[DATE_TEXT];

		if (json_array_append_new(list, json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:s?}", "role", party[i].role, "person_id", uuid_is_null(&party[i].person_id) ? NULL : uuid_format(&party[i].person_id, id), "confidence", party[i].confidence, "primary_name", party[i].primary_name, "secondary_name", party[i].secondary_name, "sex", party[i].sex, "date_of_birth", party[i].date_of_birth.precision == DATE_UNKNOWN ? NULL : date_format(party[i].date_of_birth, day))) == -1) {
			json_decref(list);
			return err_set(err, FAIL_INTERNAL, "out of memory");
		}
	}
	rc = json_text(list, out, err);
	json_decref(list);
	return rc;
}

int
act_parties_add(struct tx *tx, const struct uuid *version_id, const struct act_party *party, size_t n, struct err *err)
{
	struct buf parties = BUF_INIT;
	int rc = -1;

	if (parties_json(party, n, &parties, err) == 0)
		rc = tx_later(tx, &civil_queries[Q_PARTIES], ARGS(arg_uuid(version_id), arg_string(bytes_of(&parties))), -1, NULL, err);
	buf_wipe(&parties);
	return rc;
}

int
act_announce(struct tx *tx, const char *topic, const struct uuid *subject_id, struct err *err)
{
	return tx_later(tx, &civil_queries[Q_OUTBOX], ARGS(arg_text(topic), arg_uuid(subject_id)), -1, NULL, err);
}

static int
statistics_add(struct tx *tx, const struct uuid *version_id, const struct birth_statistics *s, struct err *err)
{
	return tx_later(tx, &civil_queries[Q_STATISTICS],
		ARGS(arg_uuid(version_id), arg_int(s->birth_weight_g), arg_int(s->gestation_weeks), arg_int(s->mother_children_born),
			arg_text(s->attendant), arg_text(s->place_kind), arg_text(s->mother_marital_status), arg_text(s->mother_education),
			arg_text(s->mother_occupation), arg_text(s->father_education), arg_text(s->father_occupation)),
		-1, NULL, err);
}

static int
decide(struct tx *tx, const struct uuid *id, const struct act *act, const char *event, const struct uuid *officer_id, const char *reason,
	struct err *err)
{
	return tx_later(tx, &civil_queries[Q_DECIDE],
		ARGS(arg_uuid(id), arg_uuid(&act->id), arg_uuid(&act->officer_id), arg_uuid(&act->version_id), arg_text(event),
			arg_uuid(officer_id), arg_text(reason)),
		-1, NULL, err);
}

static int
add_act(struct tx *tx, const struct act_new *new, struct err *err)
{
	if (uuid_is_null(&new->about_act_id))
		return tx_later(tx, &civil_queries[Q_ACT], ARGS(arg_uuid(&new->id), arg_text(new->kind), arg_uuid(&new->office_id), arg_uuid(&new->officer_id)), -1, NULL, err);
	return tx_later(tx, &civil_queries[Q_ACT_ABOUT],
		ARGS(arg_uuid(&new->id), arg_text(new->kind), arg_uuid(&new->office_id), arg_uuid(&new->officer_id), arg_uuid(&new->about_act_id)), -1, NULL, err);
}

static int
death_statistics_add(struct tx *tx, const struct uuid *version_id, const struct death_statistics *s, struct err *err)
{
	return tx_later(tx, &civil_queries[Q_DEATH_STATISTICS],
		ARGS(arg_uuid(version_id), arg_text(s->cause_code), arg_text(s->manner), arg_text(s->place_kind), arg_text(s->marital_status),
			arg_text(s->education), arg_text(s->occupation)),
		-1, NULL, err);
}

int
act_declare(struct tx *tx, const struct act_new *new, struct err *err)
{
	struct act act = { .id = new->id, .officer_id = new->officer_id, .version_id = new->version_id };
	struct buf keys = BUF_INIT;
	struct uuid decision;
	int rc = -1;

	if (uuid_new(&decision, err) == -1 ||
		act_keys_text(new->key, new->nkey, &keys, err) == -1)
		goto out;
	if (add_act(tx, new, err) == -1 ||
		tx_later(tx, &civil_queries[Q_VERSION], ARGS(arg_uuid(&new->version_id), arg_uuid(&new->id), arg_uuid(&new->officer_id), arg_string(new->content)),
			-1, NULL, err) == -1 ||
		act_parties_add(tx, &new->version_id, new->party, new->nparty, err) == -1 ||
		tx_later(tx, &civil_queries[Q_KEYS], ARGS(arg_uuid(&new->id), arg_string(bytes_of(&keys))), -1, NULL, err) == -1 ||
		(new->statistics != NULL &&statistics_add(tx, &new->version_id, new->statistics, err) == -1) ||
		(new->death != NULL &&death_statistics_add(tx, &new->version_id, new->death, err) == -1) ||
		decide(tx, &decision, &act, "declare", &new->officer_id, NULL, err) == -1 ||
		(!uuid_is_null(&new->notification_id) &&
			tx_later(tx, &civil_queries[Q_TAKE_UP], ARGS(arg_uuid(&new->notification_id), arg_uuid(&new->officer_id), arg_uuid(&new->id)), -1, NULL, err) == -1))
		goto out;
	rc = 0;
out:
	buf_clear(&keys);
	return rc;
}

/* ---- links ---- */

static bool
same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL && *b != '\0' && strcasecmp(a, b) == 0;
}

/* What the registry knows of the person (row 0) against what is said of the party. */
static int
link_party(struct act_party *p, const struct rows *rows, const char *pointer, struct err *err)
{
	struct date known = DATE_INIT;
	bool primary, secondary, says_two = p->secondary_name != NULL;

	if (rows_count(rows) != 1)
		return err_problem(err, pointer, "nobody has this number");
	if (row_date(rows, 0, 7, &known, err) == -1)
		return -1;
	primary = same_name(p->primary_name, row_text(rows, 0, 4));
	secondary = says_two ? same_name(p->secondary_name, row_text(rows, 0, 5)) : row_is_null(rows, 0, 5);
	if ((p->sex != NULL && !row_is_null(rows, 0, 6) && strcmp(p->sex, row_text(rows, 0, 6)) != 0) ||
		date_compare(p->date_of_birth, known) != 0 || (!primary && !(secondary && says_two)))
		return err_problem(err, pointer, "the number is that of somebody else: name, sex or date of birth differ");
	p->confidence = primary && secondary && known.precision == p->date_of_birth.precision ? "proved" : "matched";
	return row_uuid(rows, 0, 0, &p->person_id, err);
}

int
act_link_parties(struct tx *tx, struct act_party *party, size_t n, struct err *err)
{
	struct err found = ERR_INIT;
	struct rows *rows = NULL;
	char pointer[64];

	for (size_t i = 0; i < n; i++) {
		struct act_party *p = &party[i];
		int rc;

		if (p->uin == NULL && p->birth_number == NULL)
			continue;
		snprintf(pointer, sizeof(pointer), "/%s/%s", p->role, p->uin != NULL ? "uin" : "birth_number");
		if (tx_query(tx, &civil_queries[Q_FIND], ARGS(arg_text(p->uin), arg_text(p->uin != NULL ? NULL : p->birth_number)), &rows, err) == -1)
			return -1;
		rc = link_party(p, rows, pointer, &found);
		rows_free(rows);
		if (rc == -1 && found.kind != FAIL_INPUT)
			break;
	}
	if (found.kind == FAIL_NONE)
		return 0;
	*err = found;
	return -1;
}

int
act_find_number(struct tx *tx, const char *number, const char *pointer, struct act_found *found, struct err *err)
{
	struct act_found made = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &civil_queries[Q_FIND], ARGS(arg_null(), arg_text(number)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) != 1)
		err_problem(err, pointer, "no act has this number");
	else if (row_uuid(rows, 0, 0, &made.person_id, err) == 0 && row_uuid(rows, 0, 1, &made.act_id, err) == 0) {
		snprintf(made.kind, sizeof(made.kind), "%s", row_text(rows, 0, 2));
		snprintf(made.state, sizeof(made.state), "%s", row_text(rows, 0, 3));
		*found = made;
		rc = 0;
	}
	rows_free(rows);
	return rc;
}

/* ---- candidates ---- */

static int
candidate_of_json(const json_t *v, struct act_candidate *c, struct err *err)
{
	struct act_candidate made = { 0 };
	const char *number = json_string_value(json_object_get(v, "number"));
	const char *state = json_string_value(json_object_get(v, "state"));
	const char *kind = json_string_value(json_object_get(v, "kind"));

	if (uuid_parse(bytes_str(json_string_value(json_object_get(v, "id"))), &made.id, err) == -1 ||
		uuid_parse(bytes_str(json_string_value(json_object_get(v, "office_id"))), &made.office_id, err) == -1)
		return err_prefix(err, "duplicate candidate");
	snprintf(made.state, sizeof(made.state), "%s", state != NULL ? state : "");
	snprintf(made.number, sizeof(made.number), "%s", number != NULL ? number : "");
	snprintf(made.kind, sizeof(made.kind), "%s", kind != NULL ? kind : "");
	made.is_overridden = json_is_true(json_object_get(v, "overridden"));
	made.content = json_incref(json_object_get(v, "content"));
	*c = made;
	return 0;
}

static int
candidates_of_json(json_t *list, struct act_candidates *c, struct err *err)
{
	struct act_candidates made = { 0 };

	if ((made.item = calloc(json_array_size(list) + 1, sizeof(*made.item))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (; made.n < json_array_size(list); made.n++)
		if (candidate_of_json(json_array_get(list, made.n), &made.item[made.n], err) == -1) {
			act_candidates_clear(&made);
			return -1;
		}
	*c = made;
	return 0;
}

/* The candidates whose ids a query gave, mostly none; act NULL: of something not yet declared. */
static int
candidates_of_row(struct tx *tx, const struct act *act, const struct rows *ids, int column, struct act_candidates *c, struct err *err)
{
	static const struct uuid nobody;
	struct rows *rows = NULL;
	json_t *list = NULL;
	int rc = -1;

	if (row_is_null(ids, 0, column)) {
		*c = (struct act_candidates){ 0 };
		return 0;
	}
	if (tx_query(tx, &civil_queries[Q_CANDIDATES],
		    ARGS(arg_text(row_text(ids, 0, column)), arg_uuid(act != NULL ? &act->id : &nobody), arg_uuid(act != NULL ? &act->officer_id : &nobody)),
		    &rows, err) == 0 &&
		row_json(rows, 0, 0, &list, err) == 0)
		rc = candidates_of_json(list, c, err);
	json_decref(list);
	rows_free(rows);
	return rc;
}

/* First and last day that a date can mean. */
static void
day_range(struct date d, char first[DATE_TEXT], char last[DATE_TEXT])
{
	struct date a = d, b = d;

	a.precision = b.precision = DATE_DAY;
	if (d.precision < DATE_MONTH) {
		a.month = 1;
		b.month = 12;
	}
	if (d.precision < DATE_DAY) {
		a.day = 1;
		b.day = (uint8_t)date_days_in_month(b.year, b.month);
	}
	date_format(a, first);
	date_format(b, last);
}

int
act_declare_check(struct tx *tx, const struct uuid *office_id, const char *place_code, struct date event_on, const int64_t *key,
	size_t nkey, struct act_declare_check *check, struct err *err)
{
	struct act_declare_check made = { 0 };
	char first[DATE_TEXT], last[DATE_TEXT];
	struct buf keys = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	day_range(event_on, first, last);
	if (act_keys_text(key, nkey, &keys, err) == -1 ||
		tx_query(tx, &civil_queries[Q_DECLARE_CHECK],
			ARGS(arg_uuid(office_id), arg_text(place_code), arg_text(first), arg_text(last), arg_string(bytes_of(&keys))), &rows, err) == -1 ||
		candidates_of_row(tx, NULL, rows, 2, &made.candidates, err) == -1)
		goto out;
	made.office_is_civil = row_bool(rows, 0, 0);
	made.place_exists = !row_is_null(rows, 0, 1);
	made.place_was_valid = row_bool(rows, 0, 1);
	*check = made;
	rc = 0;
out:
	rows_free(rows);
	buf_clear(&keys);
	return rc;
}

int
act_find_candidates(struct tx *tx, const struct act *act, const int64_t *key, size_t nkey, struct act_candidates *c, struct err *err)
{
	struct buf keys = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	if (act_keys_text(key, nkey, &keys, err) == 0 &&
		tx_query(tx, &civil_queries[Q_CANDIDATE_IDS], ARGS(arg_uuid(&act->id), arg_string(bytes_of(&keys))), &rows, err) == 0)
		rc = candidates_of_row(tx, act, rows, 0, c, err);
	rows_free(rows);
	buf_clear(&keys);
	return rc;
}

/* ---- reading ---- */

static int
act_of_row(const struct rows *rows, struct act *act, struct err *err)
{
	struct act made = { 0 };

	if (row_uuid(rows, 0, 0, &made.id, err) == -1 || row_uuid(rows, 0, 1, &made.office_id, err) == -1 ||
		row_uuid(rows, 0, 2, &made.officer_id, err) == -1 || row_uuid_optional(rows, 0, 6, &made.version_id, err) == -1 ||
		(!row_is_null(rows, 0, 10) && row_uuid(rows, 0, 10, &made.person_id, err) == -1) ||
		row_json(rows, 0, 8, &made.content, err) == -1)
		return -1;
	snprintf(made.kind, sizeof(made.kind), "%s", row_text(rows, 0, 3));
	snprintf(made.state, sizeof(made.state), "%s", row_text(rows, 0, 4));
	snprintf(made.created_at, sizeof(made.created_at), "%s", row_text(rows, 0, 5));
	made.version = (int)row_int(rows, 0, 7);
	snprintf(made.number, sizeof(made.number), "%s", row_text(rows, 0, 9));
	snprintf(made.registered_at, sizeof(made.registered_at), "%s", row_text(rows, 0, 11));
	*act = made;
	return 0;
}

int
act_read(struct tx *tx, const struct uuid *id, const char *kind, struct act *act, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &civil_queries[Q_READ], ARGS(arg_uuid(id), arg_text(kind)), FAIL_NOT_FOUND, "no act has this id", &rows, err) == 0)
		rc = act_of_row(rows, act, err);
	rows_free(rows);
	return rc;
}

int
act_read_number(struct tx *tx, const char *number, struct act *act, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &civil_queries[Q_READ_NUMBER], ARGS(arg_text(number)), FAIL_NOT_FOUND, "no act has this number", &rows, err) == 0)
		rc = act_of_row(rows, act, err);
	rows_free(rows);
	return rc;
}

int
act_history(struct tx *tx, struct act *act, struct err *err)
{
	json_t *decisions = NULL, *versions = NULL, *overrides = NULL;
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &civil_queries[Q_HISTORY], ARGS(arg_uuid(&act->id)), &rows, err) == -1 ||
		row_json(rows, 0, 0, &decisions, err) == -1 ||
		row_json(rows, 0, 1, &versions, err) == -1 ||
		row_json(rows, 0, 2, &overrides, err) == -1)
		goto out;
	act->decisions = decisions;
	act->versions = versions;
	act->overrides = overrides;
	decisions = versions = overrides = NULL;
	rc = 0;
out:
	json_decref(decisions);
	json_decref(versions);
	json_decref(overrides);
	rows_free(rows);
	return rc;
}

int
act_list(struct tx *tx, const char *kind, const char *role, const struct uuid *office_id, const char *state, const struct uuid *after, unsigned limit,
	json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &civil_queries[Q_LIST], ARGS(arg_uuid(office_id), arg_text(kind), arg_text(state), arg_uuid_or_null(after), arg_int((int64_t)limit + 1), arg_text(role)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}

/* ---- registration ---- */

int
act_begin_registration(struct tx *tx, const struct act *act, const char *role, const int64_t *key, size_t nkey, int year,
	struct act_registering *r, struct err *err)
{
	struct act_registering made = { .year = year };
	struct buf keys = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	if (act_keys_text(key, nkey, &keys, err) == -1 ||
		tx_query_one(tx, &civil_queries[Q_BEGIN_REGISTRATION],
			ARGS(arg_uuid(&act->id), arg_string(bytes_of(&keys)), arg_uuid(&act->office_id), arg_text(act->kind), arg_int(year),
				arg_uuid(&act->version_id), arg_text(role)),
			FAIL_NOT_FOUND, "no office has this id", &rows, err) == -1 ||
		row_uuid_optional(rows, 0, 3, &made.person_id, err) == -1 ||
		candidates_of_row(tx, act, rows, 2, &made.candidates, err) == -1)
		goto out;
	snprintf(made.office_code, sizeof(made.office_code), "%s", row_text(rows, 0, 0));
	made.serial = (int)row_int(rows, 0, 1);
	*r = made;
	rc = 0;
out:
	rows_free(rows);
	buf_clear(&keys);
	return rc;
}

int
act_register(struct tx *tx, struct act *act, const struct act_registering *r, const struct uuid *officer_id, struct err *err)
{
	struct uuid validate, decision;

	if (r->serial == 0)
		return err_set(err, FAIL_CONFLICT, "act is %s, which does not allow: register", act->state);
	if (act_number_format(r->office_code, act->kind, r->year, r->serial, act->number, err) == -1 || uuid_new(&validate, err) == -1 ||
		uuid_new(&decision, err) == -1)
		return -1;
	act->person_id = r->person_id;
	if (uuid_is_null(&act->person_id) && (uuid_new(&act->person_id, err) == -1 || tx_later(tx, &civil_queries[Q_PERSON], ARGS(arg_uuid(&act->person_id), arg_uuid(officer_id)), -1, NULL, err) == -1))
		return -1;
	if (strcmp(act->state, "declared") == 0 && decide(tx, &validate, act, "validate", officer_id, NULL, err) == -1)
		return -1;
	if (decide(tx, &decision, act, "register", officer_id, NULL, err) == -1 ||
		tx_later(tx, &civil_queries[Q_REGISTER],
			ARGS(arg_uuid(&act->id), arg_uuid(&decision), arg_uuid(&act->version_id), arg_uuid(&act->person_id),
				arg_uuid(&act->office_id), arg_text(act->kind), arg_int(r->year), arg_int(r->serial), arg_text(act->number),
				arg_uuid(officer_id)),
			-1, NULL, err) == -1)
		return -1;
	return 0;
}

/* ---- decisions ---- */

int
act_decide(struct tx *tx, const struct act *act, const char *event, const struct uuid *officer_id, const char *reason, struct err *err)
{
	struct uuid id;

	if (uuid_new(&id, err) == -1 || decide(tx, &id, act, event, officer_id, reason, err) == -1)
		return -1;
	if (strcmp(event, "annul") != 0 && strcmp(event, "reinstate") != 0)
		return 0;
	return act_announce(tx, *event == 'a' ? "act.annulled" : "act.reinstated", &act->id, err);
}

int
act_override(struct tx *tx, const struct act *act, const struct uuid *candidate_id, int score, const struct uuid *officer_id,
	const char *reason, struct err *err)
{
	return tx_later(tx, &civil_queries[Q_OVERRIDE],
		ARGS(arg_uuid(&act->id), arg_uuid(&act->officer_id), arg_uuid(candidate_id), arg_int(score), arg_uuid(officer_id), arg_text(reason)),
		-1, NULL, err);
}
