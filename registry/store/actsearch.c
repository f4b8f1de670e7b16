#include "registry/store/actsearch.h"

#include "registry/store/civil-local.h"

/* civil_named finds by the rarest word; the others, and what the act says now, are looked at for what it gives. */
enum { Q_SEARCH };
const struct query actsearch_queries[] = {
	[Q_SEARCH] = { "actsearch_name",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', a.id, 'kind', a.kind, 'state', s.state, 'number', r.number, 'created_at', " AT_UTC("a.created_at") ","
																				      " 'primary_name', p.primary_name, 'secondary_name', p.secondary_name, 'date_of_birth', p.date_of_birth))::text, f.is_cut"
																				      " FROM civil_named($1, $2, 1000) f JOIN act a ON a.id = f.act_id JOIN current_state s ON s.subject_id = a.id AND s.state <> 'sealed'"
																				      " LEFT JOIN act_registration r ON r.act_id = a.id"
																				      " JOIN LATERAL (SELECT id FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) v ON true"
																				      " JOIN LATERAL (SELECT * FROM act_party q WHERE q.act_version_id = v.id AND act_is_about(q.role) AND NOT EXISTS (SELECT FROM"
																				      "  unnest(name_words($2)) w WHERE NOT EXISTS (SELECT FROM unnest(name_words(concat_ws(' ', q.primary_name, q.secondary_name))) h"
																				      "  WHERE starts_with(h, w))) ORDER BY q.role LIMIT 1) p ON true"
																				      " ORDER BY lower(p.primary_name), lower(p.secondary_name), a.id LIMIT $3" },
	{ NULL, NULL }
};

int
act_search(struct tx *tx, const struct uuid *office_id, const char *name, unsigned limit, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &actsearch_queries[Q_SEARCH], ARGS(arg_uuid(office_id), arg_text(name), arg_int((int64_t)limit + 1)), &rows, err) == -1)
		return -1;
	if ((rc = rows_json_list(rows, 0, limit, items, more, err)) == 0 && rows_count(rows) > 0)
		*more = *more || row_bool(rows, 0, 1);
	rows_free(rows);
	return rc;
}
