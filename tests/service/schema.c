#include "tests/service/schema.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/date.h"
#include "registry/base/uuid.h"

enum { MAX_DEPTH = 64 };

struct at {
	const json_t *root;
	char pointer[400];
	int depth;
};

static int check(struct at at, const json_t *schema, const json_t *value, struct err *err);

const json_t *
schema_resolve(const json_t *root, const char *ref)
{
	char copy[300], *save = NULL;
	const json_t *found = root;

	if (strncmp(ref, "#/", 2) != 0 || strlen(ref) >= sizeof(copy))
		return NULL;
	strcpy(copy, ref + 2);
	for (char *part = strtok_r(copy, "/", &save); part != NULL && found != NULL; part = strtok_r(NULL, "/", &save))
		found = json_object_get(found, part);
	return found;
}

const json_t *
schema_deref(const json_t *root, const json_t *object)
{
	const char *ref = json_string_value(json_object_get(object, "$ref"));

	return ref == NULL ? object : schema_resolve(root, ref);
}

static int
fails(const struct at *at, const char *keyword, struct err *err)
{
	return err_set(err, FAIL_INPUT, "%s: breaks %s", at->pointer[0] == '\0' ? "the whole" : at->pointer, keyword);
}

static struct at
below(const struct at *at, const char *name)
{
	struct at next = *at;
	size_t n = strlen(next.pointer);

	snprintf(next.pointer + n, sizeof(next.pointer) - n, "/%s", name);
	next.depth++;
	return next;
}

/* ---- keywords: 0 when the value holds to it ---- */

static bool
is_type(const char *type, const json_t *value)
{
	if (strcmp(type, "integer") == 0)
		return json_is_integer(value);
	if (strcmp(type, "number") == 0)
		return json_is_number(value);
	if (strcmp(type, "string") == 0)
		return json_is_string(value);
	if (strcmp(type, "boolean") == 0)
		return json_is_boolean(value);
	if (strcmp(type, "object") == 0)
		return json_is_object(value);
	if (strcmp(type, "array") == 0)
		return json_is_array(value);
	return strcmp(type, "null") == 0 && json_is_null(value);
}

static int
k_type(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	size_t i;
	json_t *one;

	(void)schema;
	if (json_is_string(k))
		return is_type(json_string_value(k), value) ? 0 : fails(at, "type", err);
	json_array_foreach (k, i, one)
		if (is_type(json_string_value(one), value))
			return 0;
	return fails(at, "type", err);
}

static int
k_enum(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	size_t i;
	json_t *one;

	(void)schema;
	json_array_foreach (k, i, one)
		if (json_equal(one, value))
			return 0;
	return fails(at, "enum", err);
}

static int
k_const(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	return json_equal(k, value) ? 0 : fails(at, "const", err);
}

/* ECMA-262 patterns; those in use mean the same as POSIX extended ones, and others do not compile or are refused here. */
static int
k_pattern(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	const char *pattern = json_string_value(k);
	regex_t regex;
	int rc;

	(void)schema;
	if (!json_is_string(value))
		return 0;
	if (strchr(pattern, '\\') != NULL || strstr(pattern, "(?") != NULL || regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return err_set(err, FAIL_INPUT, "%s: pattern %s is not one that this test knows", at->pointer, pattern);
	rc = regexec(&regex, json_string_value(value), 0, NULL, 0);
	regfree(&regex);
	return rc == 0 ? 0 : fails(at, "pattern", err);
}

static int
k_format(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	const char *format = json_string_value(k), *text = json_string_value(value);
	struct err ignored = ERR_INIT;
	struct uuid id;
	struct date day;
	int64_t when;
	bool holds;

	(void)schema;
	if (text == NULL)
		return 0;
	if (strcmp(format, "uuid") == 0)
		holds = uuid_parse(bytes_str(text), &id, &ignored) == 0;
	else if (strcmp(format, "date") == 0)
		holds = date_parse(bytes_str(text), &day, &ignored) == 0 && day.precision == DATE_DAY;
	else if (strcmp(format, "date-time") == 0)
		holds = time_parse(bytes_str(text), &when, &ignored) == 0;
	else
		return err_set(err, FAIL_INPUT, "%s: format %s is not one that this test knows", at->pointer, format);
	return holds ? 0 : fails(at, "format", err);
}

static size_t
code_points(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static int
limit(const struct at *at, const json_t *k, double value, bool least, const char *keyword, struct err *err)
{
	return (least ? value >= json_number_value(k) : value <= json_number_value(k)) ? 0 : fails(at, keyword, err);
}

static int
k_minimum(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	return json_is_number(value) ? limit(at, k, json_number_value(value), true, "minimum", err) : 0;
}

static int
k_maximum(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	return json_is_number(value) ? limit(at, k, json_number_value(value), false, "maximum", err) : 0;
}

static int
k_min_length(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	return json_is_string(value) ? limit(at, k, (double)code_points(json_string_value(value)), true, "minLength", err) : 0;
}

static int
k_max_length(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	return json_is_string(value) ? limit(at, k, (double)code_points(json_string_value(value)), false, "maxLength", err) : 0;
}

static int
k_min_items(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	return json_is_array(value) ? limit(at, k, (double)json_array_size(value), true, "minItems", err) : 0;
}

static int
k_max_items(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	return json_is_array(value) ? limit(at, k, (double)json_array_size(value), false, "maxItems", err) : 0;
}

static int
k_unique_items(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)schema;
	for (size_t i = 0; json_is_true(k) && i < json_array_size(value); i++)
		for (size_t j = 0; j < i; j++)
			if (json_equal(json_array_get(value, i), json_array_get(value, j)))
				return fails(at, "uniqueItems", err);
	return 0;
}

static int
k_required(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	size_t i;
	json_t *name;

	(void)schema;
	if (!json_is_object(value))
		return 0;
	json_array_foreach (k, i, name)
		if (json_object_get(value, json_string_value(name)) == NULL)
			return err_set(err, FAIL_INPUT, "%s/%s: is required", at->pointer, json_string_value(name));
	return 0;
}

static int
k_properties(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	const char *name;
	json_t *one;

	(void)schema;
	json_object_foreach ((json_t *)(uintptr_t)k, name, one) {
		const json_t *member = json_object_get(value, name);

		if (member != NULL && check(below(at, name), one, member, err) == -1)
			return -1;
	}
	return 0;
}

static int
k_additional(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	const json_t *known = json_object_get(schema, "properties");
	const char *name;
	json_t *one;

	json_object_foreach ((json_t *)(uintptr_t)value, name, one) {
		if (json_object_get(known, name) != NULL)
			continue;
		if (json_is_false(k))
			return err_set(err, FAIL_INPUT, "%s/%s: is not described", at->pointer, name);
		if (json_is_object(k) && check(below(at, name), k, one, err) == -1)
			return -1;
	}
	return 0;
}

static int
k_property_names(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	const char *name;
	json_t *one;
	int rc = 0;

	(void)schema;
	json_object_foreach ((json_t *)(uintptr_t)value, name, one) {
		json_t *text = json_string(name);

		if (rc == 0)
			rc = check(below(at, name), k, text, err);
		json_decref(text);
	}
	return rc;
}

static int
k_items(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	size_t i;
	json_t *one;
	char name[24];

	(void)schema;
	if (!json_is_array(value))
		return 0;
	json_array_foreach (value, i, one) {
		snprintf(name, sizeof(name), "%zu", i);
		if (check(below(at, name), k, one, err) == -1)
			return -1;
	}
	return 0;
}

static int
k_any_of(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	size_t i;
	json_t *one;

	(void)schema;
	json_array_foreach (k, i, one) {
		struct err why = ERR_INIT;

		if (check(*at, one, value, &why) == 0)
			return 0;
	}
	return fails(at, "anyOf", err);
}

static int
k_ref(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	const json_t *target = schema_resolve(at->root, json_string_value(k));

	(void)schema;
	if (target == NULL)
		return err_set(err, FAIL_INPUT, "%s: %s names nothing", at->pointer, json_string_value(k));
	return check(*at, target, value, err);
}

static int
k_annotation(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err)
{
	(void)at;
	(void)schema;
	(void)k;
	(void)value;
	(void)err;
	return 0;
}

static const struct {
	const char *name;
	int (*holds)(const struct at *at, const json_t *schema, const json_t *k, const json_t *value, struct err *err);
} keywords[] = {
	{ "$ref", k_ref },
	{ "additionalProperties", k_additional },
	{ "anyOf", k_any_of },
	{ "const", k_const },
	{ "contentEncoding", k_annotation },
	{ "contentMediaType", k_annotation },
	{ "default", k_annotation },
	{ "description", k_annotation },
	{ "enum", k_enum },
	{ "format", k_format },
	{ "items", k_items },
	{ "maxItems", k_max_items },
	{ "maxLength", k_max_length },
	{ "maximum", k_maximum },
	{ "minItems", k_min_items },
	{ "minLength", k_min_length },
	{ "minimum", k_minimum },
	{ "pattern", k_pattern },
	{ "properties", k_properties },
	{ "propertyNames", k_property_names },
	{ "required", k_required },
	{ "type", k_type },
	{ "uniqueItems", k_unique_items },
};

static int
check(struct at at, const json_t *schema, const json_t *value, struct err *err)
{
	const char *name;
	json_t *k;

	if (++at.depth > MAX_DEPTH)
		return err_set(err, FAIL_INPUT, "%s: deeper than %d levels", at.pointer, MAX_DEPTH);
	if (json_is_true(schema))
		return 0;
	if (!json_is_object(schema))
		return err_set(err, FAIL_INPUT, "%s: the schema is no object", at.pointer);
	json_object_foreach ((json_t *)(uintptr_t)schema, name, k) {
		size_t i = 0;

		while (i < NELEM(keywords) && strcmp(keywords[i].name, name) != 0)
			i++;
		if (i == NELEM(keywords))
			return err_set(err, FAIL_INPUT, "%s: the keyword %s is not known", at.pointer, name);
		if (keywords[i].holds(&at, schema, k, value, err) == -1)
			return -1;
	}
	return 0;
}

int
schema_check(const json_t *root, const json_t *schema, const json_t *value, struct err *err)
{
	return check((struct at){ .root = root }, schema, value, err);
}
