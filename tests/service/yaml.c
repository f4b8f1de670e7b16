#include "tests/service/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

static json_t *node_to_json(yaml_document_t *doc, const yaml_node_t *node, struct err *err);

static json_t *
scalar_to_json(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	char *end;
	double real;
	long long whole;

	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return json_string(text);
	if (*text == '\0' || strcmp(text, "null") == 0 || strcmp(text, "~") == 0)
		return json_null();
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return json_boolean(*text == 't');
	whole = strtoll(text, &end, 10);
	if (*end == '\0')
		return json_integer(whole);
	real = strtod(text, &end);
	if (*end == '\0' && strspn(text, "+-.0123456789eE") == strlen(text))
		return json_real(real);
	return json_string(text);
}

static json_t *
sequence_to_json(yaml_document_t *doc, const yaml_node_t *node, struct err *err)
{
	json_t *array = json_array();

	for (const yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++) {
		json_t *item = node_to_json(doc, yaml_document_get_node(doc, *i), err);

		if (item == NULL) {
			json_decref(array);
			return NULL;
		}
		json_array_append_new(array, item);
	}
	return array;
}

static json_t *
mapping_to_json(yaml_document_t *doc, const yaml_node_t *node, struct err *err)
{
	json_t *object = json_object();

	for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = yaml_document_get_node(doc, p->key);
		const char *name = key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : NULL;
		json_t *value = node_to_json(doc, yaml_document_get_node(doc, p->value), err);

		if (value == NULL || name == NULL || json_object_get(object, name) != NULL) {
			if (value != NULL)
				err_set(err, FAIL_INPUT, "line %zu: the key is no text, or comes twice", key->start_mark.line + 1);
			json_decref(value);
			json_decref(object);
			return NULL;
		}
		json_object_set_new(object, name, value);
	}
	return object;
}

static json_t *
node_to_json(yaml_document_t *doc, const yaml_node_t *node, struct err *err)
{
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return scalar_to_json(node);
	case YAML_SEQUENCE_NODE:
		return sequence_to_json(doc, node, err);
	case YAML_MAPPING_NODE:
		return mapping_to_json(doc, node, err);
	default:
		err_set(err, FAIL_INPUT, "line %zu: a node of no known kind", node->start_mark.line + 1);
		return NULL;
	}
}

int
yaml_read(const char *path, json_t **value, struct err *err)
{
	FILE *file = fopen(path, "r");
	yaml_parser_t parser;
	yaml_document_t doc;
	json_t *made = NULL;

	if (file == NULL)
		return err_errno(err, "%s", path);
	if (yaml_parser_initialize(&parser) == 0) {
		fclose(file);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &doc) == 0) {
		err_set(err, FAIL_INPUT, "line %zu: %s", parser.problem_mark.line + 1, parser.problem != NULL ? parser.problem : "no YAML");
	} else {
		if (yaml_document_get_root_node(&doc) == NULL)
			err_set(err, FAIL_INPUT, "the file is empty");
		else
			made = node_to_json(&doc, yaml_document_get_root_node(&doc), err);
		yaml_document_delete(&doc);
	}
	yaml_parser_delete(&parser);
	fclose(file);
	if (made == NULL)
		return err_prefix(err, "%s", path);
	*value = made;
	return 0;
}
