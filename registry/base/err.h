/*
 * err.h - how a function fails: a kind for the caller's decision, a sentence for a person.
 *
 * What can fail returns 0 or -1 and fills `struct err` (never NULL).  Sentence: subject first, got and wanted, clause
 * last; lower case, no full stop, one fact.  No name, birth date, PIN or other personal data: it may reach a log.
 * Bad input can have several problems at once: err_problem() collects them, each with the JSON pointer (RFC 6901) of
 * its member, or the "line N, column NAME" of its file.
 */
#ifndef CATENA_BASE_ERR_H
#define CATENA_BASE_ERR_H

enum fail {
	FAIL_NONE,
	FAIL_INPUT,           /* what we were given breaks a rule; the sentence names it       400 */
	FAIL_UNAUTHENTICATED, /* nobody is signed in                                           401 */
	FAIL_DENIED,          /* this officer may not do this                                  403 */
	FAIL_NOT_FOUND,       /*                                                               404 */
	FAIL_CONFLICT,        /* the registry already says otherwise                           409 */
	FAIL_TOO_LARGE,       /* over a stated limit                                           413 */
	FAIL_AGAIN,           /* no database, no free token session, a lost race: repeating helps 503 */
	FAIL_INTERNAL         /* memory, disk, our own mistake                                 500 */
};

enum { ERR_PROBLEMS = 12 };

struct problem {
	char pointer[96]; /* JSON pointer ("/child/date_of_birth") or other place; "" the whole */
	char text[160];
};

struct err {
	enum fail kind;
	char text[320];    /* the sentence */
	char hint[200];    /* what to do next; may be "" */
	unsigned nproblem; /* entries of problem[] in use; further ones are counted in nmore */
	unsigned nmore;
	struct problem problem[ERR_PROBLEMS];
};

#define ERR_INIT ((struct err){ .kind = FAIL_NONE })

/* Fills *err (forgetting what it held, but keeping collected problems) and returns -1. */
int err_set(struct err *err, enum fail kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* As err_set with FAIL_INTERNAL and ": " strerror(errno) at the end. */
int err_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_hint(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "what: " before the sentence, on the way up. Returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One more problem; the kind becomes FAIL_INPUT, the sentence that of the first problem.  Returns -1. */
int err_problem(struct err *err, const char *pointer, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void err_clear(struct err *err);
const char *fail_name(enum fail kind); /* "input", "denied", ... */

#endif
