/*
 * JSON text into a struct of every type of field: what is accepted, written by the same table and read again is the same; what is
 * refused says where, in valid UTF-8, and has released everything.
 */
#include <stdlib.h>
#include "registry/base/json.h"
#include "registry/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct item {
	char *word;
	int64_t n;
	struct json_array list;
};
struct whole {
	char *text, *name, *code;
	int choice;
	int64_t number;
	bool flag;
	struct date day;
	struct uuid id;
	struct buf octets;
	struct item inner;
	bool has_inner;
	struct json_array list;
	json_t *raw;
};

static const char *const words[] = { "red", "green", NULL };
static const struct json_field leaf_fields[] = {
	{ "word", JSON_T_TEXT, offsetof(struct item, word), 0, 0, 5 },
	{ NULL },
};
static const struct json_field item_fields[] = {
	{ "word", JSON_T_NAME, offsetof(struct item, word), 0, 1, 5 },
	{ "n", JSON_T_INT, offsetof(struct item, n), JSON_OPTIONAL },
	{ "list", JSON_T_ARRAY, offsetof(struct item, list), JSON_OPTIONAL, 0, 4, NULL, leaf_fields, sizeof(struct item) },
	{ NULL },
};
static const struct json_field fields[] = {
	{ "text", JSON_T_TEXT, offsetof(struct whole, text), JSON_OPTIONAL, 0, 10 },
	{ "name", JSON_T_NAME, offsetof(struct whole, name), JSON_OPTIONAL, 1, 8 },
	{ "code", JSON_T_CODE, offsetof(struct whole, code), JSON_OPTIONAL, 2, 4 },
	{ "choice", JSON_T_ENUM, offsetof(struct whole, choice), JSON_OPTIONAL, 0, 0, words },
	{ "number", JSON_T_INT, offsetof(struct whole, number), JSON_OPTIONAL, -5, 5 },
	{ "flag", JSON_T_BOOL, offsetof(struct whole, flag), JSON_OPTIONAL },
	{ "day", JSON_T_DATE, offsetof(struct whole, day), JSON_OPTIONAL, DATE_YEAR },
	{ "id", JSON_T_UUID, offsetof(struct whole, id), JSON_OPTIONAL },
	{ "octets", JSON_T_BASE64, offsetof(struct whole, octets), JSON_OPTIONAL, 0, 64 },
	{ "inner", JSON_T_OBJECT, offsetof(struct whole, inner), JSON_OPTIONAL, 0, 0, NULL, item_fields, 0, offsetof(struct whole, has_inner) },
	{ "list", JSON_T_ARRAY, offsetof(struct whole, list), JSON_OPTIONAL, 0, 8, NULL, item_fields, sizeof(struct item) },
	{ "raw", JSON_T_RAW, offsetof(struct whole, raw), JSON_OPTIONAL },
	{ NULL },
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Member by member: the padding between them is anybody's. */
static bool
is_released(const struct whole *w)
{
	return w->text == NULL && w->name == NULL && w->code == NULL && w->choice == 0 && w->number == 0 && !w->flag &&
		w->day.precision == DATE_UNKNOWN && w->day.year == 0 && uuid_is_null(&w->id) && w->octets.p == NULL && w->octets.n == 0 &&
		w->inner.word == NULL && w->inner.n == 0 && w->inner.list.items == NULL && !w->has_inner && w->list.items == NULL &&
		w->list.n == 0 && w->raw == NULL;
}

static void
write_struct(const struct whole *w, struct buf *out)
{
	struct err err = ERR_INIT;
	json_t *object = json_put(fields, w);

	must(object != NULL && json_canonical(object, out, &err) == 0);
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct whole first = { 0 }, second = { 0 };
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err err = ERR_INIT;

	if (json_read_into(BYTES(data, size), fields, &first, &err) == -1) {
		must(err.kind == FAIL_INPUT && err.text[0] != '\0' && is_released(&first));
		for (unsigned i = 0; i < err.nproblem; i++)
			must(text_is_utf8(bytes_str(err.problem[i].pointer)) && text_is_utf8(bytes_str(err.problem[i].text)) &&
				(err.problem[i].pointer[0] == '/' || err.problem[i].pointer[0] == '\0'));
		return 0;
	}
	write_struct(&first, &once);
	must(json_read_into(bytes_of(&once), fields, &second, &err) == 0);
	write_struct(&second, &twice);
	must(bytes_equal(bytes_of(&once), bytes_of(&twice)));
	json_clear(fields, &first);
	json_clear(fields, &second);
	must(is_released(&first));
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
