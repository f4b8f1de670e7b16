/* programs.h - the office programs with their tables of routes, for tests that hold them against something. */
#ifndef CATENA_TESTS_PROGRAMS_H
#define CATENA_TESTS_PROGRAMS_H

#include "enrolment/civil/civild.h"
#include "enrolment/identity/enrold.h"
#include "issuance/issued.h"
#include "pki/pkid/pkid.h"
#include "registry/office/sessions.h"
#include "registry/registryd/registryd.h"

static const struct office_program *const office_programs[] = { &civil_program, &enrolment_program, &issued_program, &registry_program, &pki_program };

/* All routes of a program, its own and those that office_main adds: what(program, route, arg) for each. */
__attribute__((unused)) static void
each_route(void (*what)(const struct office_program *, const struct route *, void *), void *arg)
{
	for (size_t i = 0; i < NELEM(office_programs); i++) {
		for (const struct route *r = office_programs[i]->routes; r->method != NULL; r++)
			what(office_programs[i], r, arg);
		for (const struct route *r = session_routes; r->method != NULL; r++)
			what(office_programs[i], r, arg);
	}
}

/* A path for the pattern, base included, about something that is not there. */
__attribute__((unused)) static void
example_path(const struct office_program *p, const struct route *r, char *path, size_t size)
{
	static const char *const values[][2] = { { "{id}", "018f2a00-0000-7000-8000-00000000abcd" }, { "{record}", "018f2a00-0000-7000-8000-00000000abcd" },
		{ "{number}", "U99999999" }, { "{uin}", "234567890124" }, { "{name}", "EF.DG1" },
		{ "{register}", "births" }, { "{event}", "birth" }, { "{serial}", "UT-9999999" }, { "{sequence}", "999999" }, { "{file}", "csv" },
		{ "{evidence}", "018f2a00-0000-7000-8000-00000000abcd" }, { "{correction}", "018f2a00-0000-7000-8000-00000000abcd" }, { "{image}", "018f2a00-0000-7000-8000-00000000abcd" } };
	size_t n = (size_t)snprintf(path, size, "%s", p->base_path);

	for (const char *at = r->pattern; *at != '\0' && n < size - 1;) {
		size_t length = *at == '{' ? strcspn(at, "}") + 1 : 1;
		const char *value = NULL;

		for (size_t i = 0; *at == '{' && i < NELEM(values); i++)
			if (strlen(values[i][0]) == length && strncmp(at, values[i][0], length) == 0)
				value = values[i][1];
		if (*at == '{' && value == NULL)
			bail_out("%s: no example for %.*s", r->pattern, (int)length, at);
		n += (size_t)snprintf(path + n, size - n, "%.*s", value == NULL ? 1 : 60, value == NULL ? at : value);
		at += length;
	}
}

#endif
