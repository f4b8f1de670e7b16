/*
 * load.h - officers at work at a rig: each worker thread declares and registers births, enrols the children and issues their
 * passports, one person after the other.  Every change has a key made here and is repeated under it until an answer comes; what
 * was answered is remembered here, outside the registry.
 */
#ifndef CATENA_TESTS_LOAD_H
#define CATENA_TESTS_LOAD_H

#include "registry/base/digest.h"
#include "tests/service/rig.h"

enum { LOAD_FAULTS = 20,
	LOAD_BOOKLETS = 1000 }; /* at the start, and again when half are used */

/* All that was acknowledged about one person; a text is "" until its answer came. */
struct load_person {
	char act_id[UUID_TEXT], act_number[41], person_id[UUID_TEXT];
	char enrolment_id[UUID_TEXT], uin[13];
	char application_id[UUID_TEXT], document_number[16];
	char sod_sha256[2 * SHA256_LEN + 1];
	char declare_key[UUID_TEXT], register_key[UUID_TEXT];
};

struct load;
/* Signs the officers of `workers` workers in and lets them begin. */
struct load *load_start(struct rig *rig, unsigned workers);
/* Returns when every worker has finished its person: all that was sent is answered then. */
void load_pause(struct load *l);
void load_resume(struct load *l);
void load_stop(struct load *l);

/* While paused or stopped. */
size_t load_persons(const struct load *l, const struct load_person **persons);
unsigned long load_repeats(const struct load *l); /* requests sent again under their key */
unsigned load_faults(const struct load *l);       /* answers that were neither the wanted nor "try again"; printed when they came */
void load_free(struct load *l);

#endif
