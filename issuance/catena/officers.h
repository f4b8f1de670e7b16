/*
 * officers.h - officers and what they sign in with: made, kept in a file of its own, written where a person can read it.
 *
 * A credentials file (0600) has the lines "login = ...", "password = ...", "totp = ..." (base32): commands that act as an officer
 * read it, so that no password stands on a command line.
 */
#ifndef CATENA_OFFICERS_H
#define CATENA_OFFICERS_H

#include "issuance/catena/state.h"
#include "registry/base/seal.h"
#include "registry/store/officer.h"

struct credentials {
	char login[OFFICER_LOGIN_TEXT];
	struct buf password, totp; /* totp: base32 */
};
#define CREDENTIALS_INIT ((struct credentials){ .password = BUF_INIT, .totp = BUF_INIT })
void credentials_clear(struct credentials *c); /* wipes */
int credentials_read(const char *file, struct credentials *c, struct err *err);
int credentials_write(const char *file, const struct credentials *c, struct err *err); /* FAIL_CONFLICT when the file is there */
/* For a person, once: to `file` (credentials_write) or, when that is NULL, to stdout with the URI for an authenticator. */
int credentials_tell(const struct credentials *c, const char *file, struct err *err);

struct officers {
	struct db *db; /* as the owner */
	struct seal *seal;
};
int officers_open(const struct state *state, struct officers *o, struct err *err);
void officers_close(struct officers *o);

struct officer_new {
	const char *login, *name;
	const char *roles;   /* with commas between */
	const char *offices; /* codes with commas between; "all": every office that has to do with the role */
};
/* One officer with new credentials and each role for each office; each addition is recorded in the ledger. */
int officers_add(const struct officers *o, const struct officer_new *n, struct credentials *made, struct err *err);
int officers_reset(const struct officers *o, const char *login, struct credentials *made, struct err *err);
int officers_change_roles(const struct officers *o, const char *login, const char *roles, const char *offices, bool remove, struct err *err);
/* The id of the office with the code. */
int officers_office(const struct officers *o, const char *code, struct uuid *id, struct err *err);

#endif
