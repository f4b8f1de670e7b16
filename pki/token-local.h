/* token-local.h - what token.c (sessions) and token_key.c (keys) share; nobody else includes it. */
#ifndef CATENA_PKI_TOKEN_LOCAL_H
#define CATENA_PKI_TOKEN_LOCAL_H
#include <pthread.h>
#include <stdatomic.h>

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>

#include "pki/token.h"

struct session {
	struct token *token;
	struct session *next;     /* in the token's list of free ones */
	CK_SESSION_HANDLE handle; /* meaningful while connection is the token's */
	unsigned connection;      /* the token's connection it was opened in; 0: not open */
};

/*
 * One operation on a session, repeatable: it returns the library's answer.  session_run connects the session when that is
 * needed, runs it, and after a loss connects and runs it once more; `what` begins the sentence.
 */
typedef CK_RV session_operation(struct session *s, CK_FUNCTION_LIST *f, void *arg);
int session_run(struct session *s, session_operation *run, void *arg, const char *what, struct err *err);
/* Counts the connections to the token; object handles are found again when it changed. */
unsigned session_connection(const struct session *s);
int token_error(CK_RV rv, const char *what, struct err *err);

#endif
