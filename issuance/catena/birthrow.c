/* A row of a file of births as the body of a declaration. */
#include <stdlib.h>

#include "issuance/catena/births.h"

enum kind { NOTHING, /* not part of the body */
	TEXT,
	NUMBER };

/* clang-format off */
static const struct column {
	const char *name, *pointer;
	enum kind kind;
} columns[] = {
	{ "local_id", "", NOTHING },
	{ "office", "/office_id", NOTHING },
	{ "child_primary_name", "/child/primary_name", TEXT },
	{ "child_sex", "/child/sex", TEXT },
	{ "child_date_of_birth", "/child/date_of_birth", TEXT },
	{ "place_of_birth", "/child/place_of_birth", TEXT },
	{ "mother_primary_name", "/mother/primary_name", TEXT },
	{ "informant_name", "/informant/name", TEXT },
	{ "informant_relation", "/informant/relation", TEXT },
	{ "child_secondary_name", "/child/secondary_name", TEXT },
	{ "child_name_local", "/child/name_local", TEXT },
	{ "child_mrz_primary", "/child/mrz_primary", TEXT },
	{ "child_mrz_secondary", "/child/mrz_secondary", TEXT },
	{ "place_text", "/child/place_text", TEXT },
	{ "multiplicity", "/child/multiplicity", NUMBER },
	{ "birth_order", "/child/birth_order", NUMBER },
	{ "mother_secondary_name", "/mother/secondary_name", TEXT },
	{ "mother_date_of_birth", "/mother/date_of_birth", TEXT },
	{ "mother_nationality", "/mother/nationality", TEXT },
	{ "father_primary_name", "/father/primary_name", TEXT },
	{ "father_secondary_name", "/father/secondary_name", TEXT },
	{ "father_date_of_birth", "/father/date_of_birth", TEXT },
	{ "father_nationality", "/father/nationality", TEXT },
	{ "attendant", "/attendant", TEXT },
	{ "declared_on", "/declared_on", TEXT },
	{ "rejected_line", "", NOTHING },   /* what a file of refused rows has besides: */
	{ "rejected_column", "", NOTHING }, /* corrected, it can be imported as it is */
	{ "rejected_rule", "", NOTHING },
};
const char *const births_columns[] = {
	"local_id", "office", "child_primary_name", "child_sex", "child_date_of_birth", "place_of_birth", "mother_primary_name",
	"informant_name", "informant_relation", "child_secondary_name", "child_name_local", "child_mrz_primary", "child_mrz_secondary",
	"place_text", "multiplicity", "birth_order", "mother_secondary_name", "mother_date_of_birth", "mother_nationality",
	"father_primary_name", "father_secondary_name", "father_date_of_birth", "father_nationality", "attendant", "declared_on",
	ROWS_REJECTED_COLUMNS, NULL
};
/* clang-format on */
const size_t births_required = 9;

_Static_assert(NELEM(columns) + 1 == NELEM(births_columns) && NELEM(columns) <= ROWS_COLUMNS, "one name each");

const char *
births_column_of(const char *pointer)
{
	for (size_t i = 0; i < NELEM(columns); i++)
		if (columns[i].pointer[0] != '\0' && strcmp(columns[i].pointer, pointer) == 0)
			return columns[i].name;
	return "";
}

/* Sets "/child/sex" and the like, making the object above when it is not there. */
static int
put(json_t *body, const char *pointer, json_t *value, struct err *err)
{
	const char *slash = strchr(pointer + 1, '/');
	char above[16];
	json_t *object = body;

	if (slash != NULL) {
		size_t n = (size_t)(slash - pointer - 1);

		memcpy(above, pointer + 1, n);
		above[n] = '\0';
		if ((object = json_object_get(body, above)) == NULL) {
			object = json_object();
			if (json_object_set_new(body, above, object) == -1) {
				json_decref(value);
				return err_set(err, FAIL_INTERNAL, "out of memory");
			}
		}
	}
	return json_object_set_new(object, slash != NULL ? slash + 1 : pointer + 1, value) == -1 ? err_set(err, FAIL_INTERNAL, "out of memory")
												 : 0;
}

int
births_body(const struct rows_row *row, const char *office_id, json_t **body, struct err *err)
{
	json_t *made = json_object();
	int rc = put(made, "/office_id", json_string(office_id), err);

	for (size_t i = 0; i < NELEM(columns) && rc == 0; i++) {
		struct bytes f = rows_field(row, columns[i].name);
		json_t *value;

		if (columns[i].kind == NOTHING || f.n == 0)
			continue;
		value = columns[i].kind == NUMBER ? rows_number(f) : json_stringn((const char *)f.p, f.n);
		if (value == NULL)
			err_problem(err, columns[i].name, columns[i].kind == NUMBER ? "a whole number is wanted" : "not a text");
		else
			rc = put(made, columns[i].pointer, value, err);
	}
	if (rc == 0 && err->kind == FAIL_NONE) {
		*body = made;
		return 0;
	}
	json_decref(made);
	return -1;
}
