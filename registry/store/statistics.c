#include "registry/store/statistics.h"

#include "registry/base/check.h"

enum { Q_PLACES,
	Q_COUNTS,
	Q_IS_PLACE,
	Q_ESTIMATE_ADD,
	Q_ESTIMATES };
const struct query statistics_queries[] = {
	[Q_PLACES] = { "statistics_places", "SELECT code, name, parent FROM statistics_place WHERE code = stands_for" },
	[Q_COUNTS] = { "statistics_counts",
		"SELECT dimension, place_code, month, category, events FROM statistics_counts($1, $2::boolean, nullif($3::int, 0))" },
	[Q_IS_PLACE] = { "statistics_is_place", "SELECT kind NOT IN ('village', 'facility') OR parent_code IS NULL FROM place WHERE code = $1" },
	[Q_ESTIMATE_ADD] = { "statistics_estimate_add",
		"INSERT INTO completeness_estimate (id, event, year, place_code, sex, events, source, officer_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },
	[Q_ESTIMATES] = { "statistics_estimates",
		"SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', event, 'year', year, 'place', place_code, 'sex', sex,"
		" 'events', events, 'source', source, 'created_at', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))"
		" ORDER BY event, year, place_code NULLS FIRST, sex NULLS FIRST), '[]')::text"
		" FROM current_estimate WHERE ($1::text IS NULL OR event = $1) AND ($2::int = 0 OR year = $2)" },
	{ NULL, NULL }
};

int
statistics_places(struct tx *tx, int (*each)(void *arg, const struct statistics_place *place, struct err *err), void *arg, struct err *err)
{
	struct rows *rows = NULL;
	int rc = 0;

	if (tx_query(tx, &statistics_queries[Q_PLACES], NULL, 0, &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows) && rc == 0; i++)
		rc = each(arg, &(struct statistics_place){ row_text(rows, i, 0), row_text(rows, i, 1), row_text(rows, i, 2) }, err);
	rows_free(rows);
	return rc;
}

int
statistics_counts(struct tx *tx, const char *event, bool by_registration, int year,
	int (*each)(void *arg, const struct statistics_count *count, struct err *err), void *arg, struct err *err)
{
	struct rows *rows = NULL;
	int rc = 0;

	if (tx_query(tx, &statistics_queries[Q_COUNTS], ARGS(arg_text(event), arg_bool(by_registration), arg_int(year)), &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows) && rc == 0; i++) {
		const struct statistics_count count = { row_text(rows, i, 0), row_is_null(rows, i, 1) ? NULL : row_text(rows, i, 1),
			row_text(rows, i, 2), row_text(rows, i, 3), row_int(rows, i, 4) };

		rc = each(arg, &count, err);
	}
	rows_free(rows);
	return rc;
}

int
statistics_estimate_add(struct tx *tx, const struct statistics_estimate *e, const struct uuid *officer_id, struct err *err)
{
	struct rows *rows = NULL;
	bool is_there = true, counts = true;

	if (e->place != NULL) {
		if (tx_query(tx, &statistics_queries[Q_IS_PLACE], ARGS(arg_text(e->place)), &rows, err) == -1)
			return -1;
		is_there = rows_count(rows) == 1;
		counts = is_there && row_bool(rows, 0, 0);
		rows_free(rows);
	}
	if (!is_there)
		return err_problem(err, "/place", "no such place");
	if (!counts)
		return err_problem(err, "/place", "no statistical place: a village or a facility is counted where it belongs to");
	return tx_later(tx, &statistics_queries[Q_ESTIMATE_ADD],
		ARGS(arg_uuid(&e->id), arg_text(e->event), arg_int(e->year), arg_text(e->place), arg_text(e->sex), arg_int(e->events), arg_text(e->source),
			arg_uuid(officer_id)),
		-1, NULL, err);
}

int
statistics_estimates(struct tx *tx, const char *event, int year, json_t **items, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &statistics_queries[Q_ESTIMATES], ARGS(arg_text(event), arg_int(year)), &rows, err) == 0)
		rc = row_json(rows, 0, 0, items, err);
	rows_free(rows);
	return rc;
}
