/*
 * json.h - JSON text into structs and back, over jansson, by a table of fields.
 *
 * json_read() takes any octets: bad UTF-8, duplicate members, numbers out of range, more than JSON_MAX_DEPTH levels and
 * trailing text are FAIL_INPUT with line and column.  json_get() then fills a struct by a table; a member that is missing, of
 * the wrong type, out of range or unknown is a problem with its JSON pointer, and all problems are collected before it fails.
 */
#ifndef CATENA_BASE_JSON_H
#define CATENA_BASE_JSON_H

#include <jansson.h>
#include "registry/base/date.h"
#include "registry/base/uuid.h"

enum { JSON_MAX_DEPTH = 32,
	JSON_MAX_TEXT = 8 << 20 };

enum json_type {
	JSON_T_TEXT,   /* char *: malloc'd, NFC, no control or bidi-control characters; min..max in code points */
	JSON_T_NAME,   /* as TEXT, trimmed, inner white space single: names of persons and places */
	JSON_T_CODE,   /* char *: min..max characters of [A-Za-z0-9._-] (codes, numbers, logins) */
	JSON_T_ENUM,   /* int: index into `words` */
	JSON_T_INT,    /* int64_t: min..max */
	JSON_T_BOOL,   /* bool */
	JSON_T_DATE,   /* struct date, any precision >= min (enum date_precision) */
	JSON_T_UUID,   /* struct uuid */
	JSON_T_BASE64, /* struct buf: decoded; min..max octets */
	JSON_T_OBJECT, /* nested struct: `fields` apply at `offset`; `present` tells whether it was there */
	JSON_T_ARRAY,  /* struct json_array of structs of `size` octets each filled by `fields`; min..max items */
	JSON_T_RAW     /* json_t *: owned reference, any value */
};

struct json_array {
	void *items; /* calloc'd array; json_clear frees what it holds */
	size_t n;
};

enum { JSON_OPTIONAL = 1 }; /* may be absent or null: the member stays as it was (zeroed by json_get) */

struct json_field {
	const char *name;
	enum json_type type;
	size_t offset;
	unsigned flags;
	int64_t min, max;
	const char *const *words;        /* JSON_T_ENUM: NULL-terminated */
	const struct json_field *fields; /* JSON_T_OBJECT, JSON_T_ARRAY: ends with name NULL */
	size_t size;                     /* JSON_T_ARRAY: octets of one item */
	ptrdiff_t present;               /* offset of a bool set when the member was there; -1: none wanted. 0 is taken as "none" too */
};
/*
 * static const struct json_field child_fields[] = {
 *	{ "primary_name", JSON_T_NAME, offsetof(struct child, primary_name), 0, 1, 200 },
 *	{ "date_of_birth", JSON_T_DATE, offsetof(struct child, date_of_birth), 0, DATE_YEAR },
 *	{ NULL }
 * };
 */

int json_read(struct bytes text, json_t **value, struct err *err); /* caller: json_decref */
/* Zeroes nothing: *into must be zeroed by the caller.  On failure what was filled is released again. */
int json_get(json_t *object, const struct json_field *fields, void *into, struct err *err);
int json_read_into(struct bytes text, const struct json_field *fields, void *into, struct err *err);
void json_clear(const struct json_field *fields, void *from); /* frees and zeroes all members of the table; texts are wiped */

/* The struct as a json_t by the same table (ENUM as its word, unset optional members left out).  NULL: no memory. */
json_t *json_put(const struct json_field *fields, const void *from);
/* Octets as a JSON text.  NULL: no memory. */
json_t *json_hex(struct bytes octets);
json_t *json_base64(struct bytes octets);
/* Canonical text: members sorted by code point, no white space: for digests and comparison. */
int json_canonical(const json_t *value, struct buf *out, struct err *err);
int json_text(const json_t *value, struct buf *out, struct err *err); /* compact, members in insertion order */

#endif
