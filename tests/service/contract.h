/* What the parts of test_contract share: the operations of docs/api, and how one is asked and its answer held against its description. */
#ifndef CATENA_TESTS_SERVICE_CONTRACT_H
#define CATENA_TESTS_SERVICE_CONTRACT_H
#include "tests/tap.h"

#include "tests/service/programs.h"
#include "tests/service/rig.h"

enum { OPERATIONS = 400 };

struct operation {
	const struct office_program *program;
	const struct route *route;
	const json_t *api, *described; /* the document, and the operation in it; NULL: not described */
	bool good, bad;                /* was answered so */
};

extern struct rig rig;
extern struct operation operations[OPERATIONS];
extern size_t noperation;
extern unsigned broken; /* answers that are not as described */

/* Reads docs/api and collects the operations. */
void read_descriptions(void);
void free_descriptions(void);
/* Tests every route against its description, and the other way about. */
void compare_descriptions(void);

/* Sends and looks at the answer.  The status; *reply, unless NULL, the JSON of a good answer. */
int exchange(struct client *client, const char *program, const char *method, const char *path, bool with_key, struct client_body body, json_t **reply);
/* The client of an officer who is signed in, or of nobody (NULL). */
struct client *at(const char *program, const char *login);
/* Good until the next call. */
const char *path_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A change that must be taken; takes body. */
json_t *post(const char *program, const char *login, const char *path, json_t *body);
json_t *get(const char *program, const char *login, const char *path);
/* A string member of the reply, "-" when there is none. */
void keep(json_t *reply, const char *name, char *out, size_t size);
json_t *reason(void);

/* What the civil registry's day leaves for those that follow. */
struct day {
	char act[48], minor_act[48];
	char uin[16], minor_uin[16];
	char number[16];
};

void civil_day(struct day *day);
void pki_day(void);

#endif
