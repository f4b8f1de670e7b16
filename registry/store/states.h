/*
 * states.h - the state machines of acts, enrolments, applications, documents, ceremonies, keys and the trust store, as one table.
 *
 * The database enforces from, event and to (table transition, 0030-states.sql and later files; a test holds both against each other), the route
 * tables enforce the role, and the manual is printed from here.
 */
#ifndef CATENA_STORE_STATES_H
#define CATENA_STORE_STATES_H

#include "registry/base/bytes.h"

struct state_transition {
	const char *machine; /* "act", "correction", "notification", "legacy_act", "enrolment", "application", "document", "ceremony", "key", "trust_import", "trust" */
	const char *from;    /* "new": the subject begins with this event */
	const char *event;
	const char *to;
	const char *role; /* whose event it is, names of registry/service/roles.h; "registry": follows from another change */
	const char *note; /* for the manual: who may not, what else must hold; may be "" */
};
extern const struct state_transition state_transitions[]; /* ends with machine NULL */

/* NULL when the machine does not allow the event in that state. */
const struct state_transition *state_transition_find(const char *machine, const char *from, const char *event);
/* mdoc: a subsection for each machine with a table of its transitions. */
void states_print_manual(struct buf *out);

#endif
