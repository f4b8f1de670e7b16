#include "registry/base/json.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/text.h"

enum { POINTER_MAX = sizeof(((struct problem *)0)->pointer) };

/* Depth before the parser allocates anything: brackets outside of strings. */
static bool
too_deep(struct bytes text)
{
	unsigned depth = 0;
	bool string = false;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				string = false;
		} else if (c == '"')
			string = true;
		else if (c == '{' || c == '[') {
			if (++depth > JSON_MAX_DEPTH)
				return true;
		} else if ((c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return false;
}

/* jansson's sentence may quote the text ("near 'Anna'"), which is personal: only what went wrong is kept. */
static const char *
syntax_problem(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		return "a member occurs twice in an object";
	case json_error_invalid_utf8:
		return "not valid UTF-8 (RFC 3629)";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a NUL character";
	case json_error_numeric_overflow:
		return "a number out of range";
	case json_error_premature_end_of_input:
		return "the text ends too early";
	case json_error_end_of_input_expected:
		return "text after the value";
	case json_error_out_of_memory:
		return "out of memory";
	default:
		return "a syntax error (RFC 8259)";
	}
}

int
json_read(struct bytes text, json_t **value, struct err *err)
{
	json_error_t e;
	json_t *v;

	if (text.n > JSON_MAX_TEXT)
		return err_set(err, FAIL_TOO_LARGE, "JSON: %zu octets, at most %d are taken", text.n, JSON_MAX_TEXT);
	if (too_deep(text))
		return err_set(err, FAIL_INPUT, "JSON: nested deeper than %d", JSON_MAX_DEPTH);
	v = json_loadb(text.n == 0 ? "" : (const char *)text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (v == NULL)
		return err_set(err, json_error_code(&e) == json_error_out_of_memory ? FAIL_INTERNAL : FAIL_INPUT,
			"JSON: line %d, column %d: %s", e.line, e.column, syntax_problem(&e));
	*value = v;
	return 0;
}

/* RFC 6901: "~" and "/" inside a member name are written "~0" and "~1".  A name from outside is cut, never trusted. */
static void
pointer_of(char out[POINTER_MAX], const char *at, const char *name)
{
	size_t n = (size_t)snprintf(out, POINTER_MAX, "%s/", at);

	for (; *name != '\0' && n + 3 < POINTER_MAX; name++) {
		if (*name == '~' || *name == '/') {
			out[n++] = '~';
			out[n++] = *name == '~' ? '0' : '1';
		} else
			out[n++] = *name;
	}
	if (n >= POINTER_MAX)
		n = POINTER_MAX - 1;
	/* not in the middle of a character: half of one could not be written into the reply */
	if (((uint8_t)*name & 0xc0) == 0x80) {
		while (n > 0 && ((uint8_t)out[n - 1] & 0xc0) == 0x80)
			n--;
		if (n > 0 && ((uint8_t)out[n - 1] & 0xc0) == 0xc0)
			n--;
	}
	out[n] = '\0';
}

#define AT(struct_, field, type) ((type *)(void *)((char *)(struct_) + (field)->offset))

static const char *
type_wanted(enum json_type type)
{
	switch (type) {
	case JSON_T_INT:
		return "a whole number is wanted";
	case JSON_T_BOOL:
		return "true or false is wanted";
	case JSON_T_OBJECT:
		return "an object is wanted";
	case JSON_T_ARRAY:
		return "an array is wanted";
	default:
		return "a text is wanted";
	}
}

static void get_members(json_t *object, const struct json_field *fields, void *into, const char *at, struct err *err);

static void
get_text(json_t *v, const struct json_field *f, void *into, const char *at, struct err *err)
{
	struct bytes in = BYTES(json_string_value(v), json_string_length(v));
	struct err why = ERR_INIT;
	struct buf clean = BUF_INIT;
	size_t n;

	if (f->type == JSON_T_CODE) {
		for (size_t i = 0; i < in.n; i++)
			if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", in.p[i]) == NULL || in.p[i] == 0) {
				err_problem(err, at, "only letters A to Z, digits and . _ - are allowed");
				return;
			}
		buf_bytes(&clean, in);
	} else if (text_clean(in, &clean, &why) == -1) {
		err_problem(err, at, "%.150s", why.text);
		return;
	}
	n = text_length(bytes_of(&clean));
	if ((int64_t)n < f->min || (f->max > 0 && (int64_t)n > f->max)) {
		buf_wipe(&clean);
		err_problem(err, at, "%zu characters, %lld to %lld are wanted", n, (long long)f->min, (long long)f->max);
		return;
	}
	if (buf_check(&clean, err) == 0)
		*AT(into, f, char *) = buf_take_str(&clean);
}

static void
get_enum(json_t *v, const struct json_field *f, void *into, const char *at, struct err *err)
{
	struct buf words = BUF_INIT;

	for (int i = 0; f->words[i] != NULL; i++)
		if (strcmp(json_string_value(v), f->words[i]) == 0) {
			*AT(into, f, int) = i;
			return;
		}
	for (int i = 0; f->words[i] != NULL; i++)
		buf_printf(&words, "%s%s", i == 0 ? "" : ", ", f->words[i]);
	err_problem(err, at, "one of these is wanted: %.120s", buf_cstr(&words));
	buf_clear(&words);
}

static void
get_date(json_t *v, const struct json_field *f, void *into, const char *at, struct err *err)
{
	static const char *const precisions[] = { "", "a year", "a month", "a day" };
	struct err why = ERR_INIT;
	struct date d;

	if (date_parse(BYTES(json_string_value(v), json_string_length(v)), &d, &why) == -1)
		err_problem(err, at, "%.150s", why.text);
	else if (d.precision < f->min)
		err_problem(err, at, "at least %s is wanted", precisions[f->min]);
	else
		*AT(into, f, struct date) = d;
}

static void
get_base64(json_t *v, const struct json_field *f, void *into, const char *at, struct err *err)
{
	struct err why = ERR_INIT;
	struct buf octets = BUF_INIT;

	if (buf_from_base64(&octets, BYTES(json_string_value(v), json_string_length(v)), &why) == -1)
		err_problem(err, at, "%.150s", why.text);
	else if ((int64_t)octets.n < f->min || (f->max > 0 && (int64_t)octets.n > f->max))
		err_problem(err, at, "%zu octets, %lld to %lld are wanted", octets.n, (long long)f->min, (long long)f->max);
	else
		buf_move(AT(into, f, struct buf), &octets);
	buf_wipe(&octets);
}

static void
get_array(json_t *v, const struct json_field *f, void *into, const char *at, struct err *err)
{
	struct json_array *array = AT(into, f, struct json_array);
	size_t n = json_array_size(v);
	char pointer[POINTER_MAX], index[24];

	if ((int64_t)n < f->min || (f->max > 0 && (int64_t)n > f->max)) {
		err_problem(err, at, "%zu items, %lld to %lld are wanted", n, (long long)f->min, (long long)f->max);
		return;
	}
	if ((array->items = calloc(n + 1, f->size)) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		return;
	}
	array->n = n;
	for (size_t i = 0; i < n; i++) {
		json_t *item = json_array_get(v, i);

		snprintf(index, sizeof(index), "%zu", i);
		pointer_of(pointer, at, index);
		if (json_is_object(item))
			get_members(item, f->fields, (char *)array->items + i * f->size, pointer, err);
		else
			err_problem(err, pointer, "an object is wanted");
	}
}

static void
get_value(json_t *v, const struct json_field *f, void *into, const char *at, struct err *err)
{
	struct err why = ERR_INIT;
	struct uuid id;
	json_int_t n;

	switch (f->type) {
	case JSON_T_RAW:
		*AT(into, f, json_t *) = json_incref(v);
		return;
	case JSON_T_INT:
		if (!json_is_integer(v))
			break;
		n = json_integer_value(v);
		if ((f->min != 0 || f->max != 0) && (n < f->min || n > f->max))
			err_problem(err, at, "%lld to %lld is allowed", (long long)f->min, (long long)f->max);
		else
			*AT(into, f, int64_t) = n;
		return;
	case JSON_T_BOOL:
		if (!json_is_boolean(v))
			break;
		*AT(into, f, bool) = json_is_true(v);
		return;
	case JSON_T_OBJECT:
		if (!json_is_object(v))
			break;
		get_members(v, f->fields, (char *)into + f->offset, at, err);
		return;
	case JSON_T_ARRAY:
		if (!json_is_array(v))
			break;
		get_array(v, f, into, at, err);
		return;
	default:
		if (!json_is_string(v))
			break;
		if (f->type == JSON_T_ENUM)
			get_enum(v, f, into, at, err);
		else if (f->type == JSON_T_DATE)
			get_date(v, f, into, at, err);
		else if (f->type == JSON_T_BASE64)
			get_base64(v, f, into, at, err);
		else if (f->type != JSON_T_UUID)
			get_text(v, f, into, at, err);
		else if (uuid_parse(BYTES(json_string_value(v), json_string_length(v)), &id, &why) == -1)
			err_problem(err, at, "%.150s", why.text);
		else
			*AT(into, f, struct uuid) = id;
		return;
	}
	err_problem(err, at, "%s", type_wanted(f->type));
}

static const struct json_field *
field_find(const struct json_field *fields, const char *name)
{
	for (const struct json_field *f = fields; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static void
get_members(json_t *object, const struct json_field *fields, void *into, const char *at, struct err *err)
{
	char pointer[POINTER_MAX];
	const char *name;
	json_t *v;

	for (const struct json_field *f = fields; f->name != NULL; f++) {
		v = json_object_get(object, f->name);
		pointer_of(pointer, at, f->name);
		if (v == NULL || json_is_null(v)) {
			if ((f->flags & JSON_OPTIONAL) == 0)
				err_problem(err, pointer, "is missing");
			continue;
		}
		if (f->present > 0)
			*(bool *)((char *)into + f->present) = true;
		get_value(v, f, into, pointer, err);
	}
	json_object_foreach (object, name, v)
		if (field_find(fields, name) == NULL) {
			pointer_of(pointer, at, name);
			err_problem(err, pointer, "is not a member that is known here");
		}
}

int
json_get(json_t *object, const struct json_field *fields, void *into, struct err *err)
{
	struct err found = ERR_INIT;

	if (!json_is_object(object))
		return err_problem(err, "", "an object is wanted");
	get_members(object, fields, into, "", &found);
	if (found.kind == FAIL_NONE)
		return 0;
	json_clear(fields, into);
	*err = found;
	return -1;
}

int
json_read_into(struct bytes text, const struct json_field *fields, void *into, struct err *err)
{
	json_t *value = NULL;
	int rc;

	if (json_read(text, &value, err) == -1)
		return -1;
	rc = json_get(value, fields, into, err);
	json_decref(value);
	return rc;
}

void
json_clear(const struct json_field *fields, void *from)
{
	for (const struct json_field *f = fields; f->name != NULL; f++) {
		struct json_array *array;

		switch (f->type) {
		case JSON_T_TEXT:
		case JSON_T_NAME:
		case JSON_T_CODE:
			free_wiped(*AT(from, f, char *));
			*AT(from, f, char *) = NULL;
			break;
		case JSON_T_BASE64:
			buf_wipe(AT(from, f, struct buf));
			break;
		case JSON_T_RAW:
			json_decref(*AT(from, f, json_t *));
			*AT(from, f, json_t *) = NULL;
			break;
		case JSON_T_OBJECT:
			json_clear(f->fields, (char *)from + f->offset);
			break;
		case JSON_T_ARRAY:
			array = AT(from, f, struct json_array);
			for (size_t i = 0; i < array->n; i++)
				json_clear(f->fields, (char *)array->items + i * f->size);
			free(array->items);
			*array = (struct json_array){ NULL, 0 };
			break;
		case JSON_T_ENUM:
			*AT(from, f, int) = 0;
			break;
		case JSON_T_INT:
			*AT(from, f, int64_t) = 0;
			break;
		case JSON_T_BOOL:
			*AT(from, f, bool) = false;
			break;
		case JSON_T_DATE:
			*AT(from, f, struct date) = DATE_INIT;
			break;
		case JSON_T_UUID:
			*AT(from, f, struct uuid) = (struct uuid){ { 0 } };
			break;
		}
		if (f->present > 0)
			*(bool *)((char *)from + f->present) = false;
	}
}

/* ---- writing ---- */

static json_t *
put_array(const struct json_field *f, const struct json_array *array)
{
	json_t *list = json_array();

	for (size_t i = 0; i < array->n; i++)
		if (json_array_append_new(list, json_put(f->fields, (const char *)array->items + i * f->size)) == -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

#define FROM(struct_, field, type) ((const type *)(const void *)((const char *)(struct_) + (field)->offset))

/* 1 and *v (NULL: no memory); 0 when the member is optional and not set. */
static int
put_value(const struct json_field *f, const void *from, json_t **v)
{
	bool optional = (f->flags & JSON_OPTIONAL) != 0;
	bool absent = f->present > 0 && !*(const bool *)((const char *)from + f->present);
	char text[UUID_TEXT], day[DATE_TEXT];
	struct buf base64 = BUF_INIT;
	const char *s;

	if (absent && optional)
		return 0;
	switch (f->type) {
	case JSON_T_TEXT:
	case JSON_T_NAME:
	case JSON_T_CODE:
		s = *FROM(from, f, char *);
		*v = s == NULL ? NULL : json_string(s);
		return s != NULL || !optional;
	case JSON_T_ENUM:
		*v = json_string(f->words[*FROM(from, f, int)]);
		return 1;
	case JSON_T_INT:
		*v = json_integer(*FROM(from, f, int64_t));
		return 1;
	case JSON_T_BOOL:
		*v = json_boolean(*FROM(from, f, bool));
		return 1;
	case JSON_T_DATE:
		*v = json_string(date_format(*FROM(from, f, struct date), day));
		return day[0] != '\0' || !optional;
	case JSON_T_UUID:
		*v = json_string(uuid_format(FROM(from, f, struct uuid), text));
		return !uuid_is_null(FROM(from, f, struct uuid)) || !optional;
	case JSON_T_BASE64:
		buf_base64(&base64, bytes_of(FROM(from, f, struct buf)));
		*v = json_string(buf_cstr(&base64));
		buf_wipe(&base64);
		return FROM(from, f, struct buf)->n > 0 || !optional;
	case JSON_T_OBJECT:
		*v = json_put(f->fields, (const char *)from + f->offset);
		return 1;
	case JSON_T_ARRAY:
		*v = put_array(f, FROM(from, f, struct json_array));
		return 1;
	case JSON_T_RAW:
		*v = json_incref(*(json_t *const *)((const char *)from + f->offset));
		return *v != NULL || !optional;
	}
	return 0;
}

json_t *
json_put(const struct json_field *fields, const void *from)
{
	json_t *object = json_object();

	for (const struct json_field *f = fields; f->name != NULL && object != NULL; f++) {
		json_t *v = NULL;

		if (put_value(f, from, &v) == 0) {
			json_decref(v);
			continue;
		}
		if (json_object_set_new(object, f->name, v) == -1) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *
string_of(struct buf *text)
{
	json_t *s = text->failed ? NULL : json_string(buf_cstr(text));

	buf_wipe(text);
	return s;
}

json_t *
json_hex(struct bytes octets)
{
	struct buf text = BUF_INIT;

	buf_hex(&text, octets);
	return string_of(&text);
}

json_t *
json_base64(struct bytes octets)
{
	struct buf text = BUF_INIT;

	buf_base64(&text, octets);
	return string_of(&text);
}

static int
dump(const json_t *value, size_t flags, struct buf *out, struct err *err)
{
	char *text = json_dumps(value, flags | JSON_COMPACT | JSON_ENCODE_ANY);
	int rc;

	if (text == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	buf_str(out, text);
	rc = buf_check(out, err);
	wipe(text, strlen(text));
	free(text);
	return rc;
}

int
json_canonical(const json_t *value, struct buf *out, struct err *err)
{
	return dump(value, JSON_SORT_KEYS, out, err);
}

int
json_text(const json_t *value, struct buf *out, struct err *err)
{
	return dump(value, 0, out, err);
}
