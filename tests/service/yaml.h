/* yaml.h - a YAML file as JSON, through libyaml: for tests that hold docs/api against the services. */
#ifndef CATENA_TESTS_YAML_H
#define CATENA_TESTS_YAML_H

#include <jansson.h>

#include "registry/base/err.h"

/* Plain scalars by the JSON schema of YAML 1.2 (10.2): null, true, false, numbers; all else is text.  A key that comes twice is FAIL_INPUT. */
int yaml_read(const char *path, json_t **value, struct err *err);

#endif
