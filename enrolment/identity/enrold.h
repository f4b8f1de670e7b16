/*
 * enrold.h - the enrolment service: evidence in, verified identities out.  Routes below /enrolment/v1; docs/api/enrolment.yaml.
 */
#ifndef CATENA_IDENTITY_ENROLD_H
#define CATENA_IDENTITY_ENROLD_H

#include <pthread.h>

#include "pki/signclient.h"
#include "registry/base/seal.h"
#include "registry/office/office.h"

/* office->own */
struct enrold {
	struct seal *biometric;      /* portraits */
	pthread_mutex_t signer_lock; /* one request to signd at a time: a UIN takes microseconds */
	struct signclient *signer;
};

extern const struct route enrolment_routes[];
extern const struct office_program enrolment_program;

#endif
