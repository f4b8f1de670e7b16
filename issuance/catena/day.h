/*
 * day.h - what officers do in a day, over the services' own HTTP APIs: enrol the child of a registered birth, issue a passport.
 * The demo plays it, each step by the officer whose role it is.
 */
#ifndef CATENA_CATENA_DAY_H
#define CATENA_CATENA_DAY_H

#include "registry/service/client.h"

enum { DAY_BATCH = 100 };

/* Clients that are signed in; each is one thread's. */
struct day_enrolment {
	struct client *officer, *supervisor; /* at enrold */
	struct uuid office_id;
};
struct day_issuance {
	struct client *clerk, *approver, *personaliser, *qc, *delivery; /* at issued */
	struct uuid office_id;
};

struct day_person {
	const char *act_number;
	struct bytes portrait;      /* JPEG */
	const char *guardian;       /* of a minor; NULL for an adult */
	const char *reason;         /* of the application; NULL: first */
	char uin[13];               /* set by day_enrol */
	struct uuid application_id; /* set by day_apply */
	char document_number[16];   /* set by day_personalise */
};

/* Opens, portrait, evidence of the guardian, examination; then verification by the supervisor. */
int day_enrol(const struct day_enrolment *who, struct day_person *p, struct err *err);
/* Application by the clerk, approval by the approver. */
int day_apply(const struct day_issuance *who, struct day_person *p, struct err *err);
/* So many blank booklets more come, are counted by two officers and brought to the station of issued (`station` of the default configuration). */
int day_stock(const struct day_issuance *who, unsigned n, struct err *err);
/* One batch of at most DAY_BATCH: numbers, chip files, security objects. */
int day_personalise(const struct day_issuance *who, struct day_person *persons, size_t n, struct err *err);
/* Quality control must pass; then delivery. */
int day_deliver(const struct day_issuance *who, const struct day_person *p, struct err *err);

#endif
