/*
 * init.h - makes an installation in a state folder, step by step; what is there stays as it is, so it may be repeated after a
 * failure.  The steps are the table in init.c.
 */
#ifndef CATENA_INIT_H
#define CATENA_INIT_H

#include "issuance/catena/state.h"

struct init_options {
	const char *token_module;     /* PKCS #11 library; NULL: SoftHSM where Debian has it */
	const char *issuing_state;    /* "UTO" */
	const char *country;          /* "UT" */
	int port;                     /* of the first service, the others follow; 0: the system chooses; -1: the defaults */
	const char *credentials_file; /* of the first officer; NULL: printed */
};
/* Prints a line for each step. */
int init_run(const struct state *state, const struct init_options *options, struct err *err);

#endif
