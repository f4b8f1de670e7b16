/*
 * schema.h - does a JSON value hold to a JSON Schema (2020-12, as OpenAPI 3.1 uses it)?  The part of the vocabulary that docs/api uses;
 * a keyword that is not known is an error, so that nothing in the description goes unchecked.
 */
#ifndef CATENA_TESTS_SCHEMA_H
#define CATENA_TESTS_SCHEMA_H

#include <jansson.h>

#include "registry/base/err.h"

/* root: the document in which "$ref: '#/...'" is looked up.  -1 FAIL_INPUT with the JSON pointer and the keyword that fails. */
int schema_check(const json_t *root, const json_t *schema, const json_t *value, struct err *err);
/* What a "#/a/b" names; NULL: nothing. */
const json_t *schema_resolve(const json_t *root, const char *ref);
/* The object itself, or what its $ref names. */
const json_t *schema_deref(const json_t *root, const json_t *object);

#endif
