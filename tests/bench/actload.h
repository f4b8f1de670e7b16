/*
 * actload.h - invented births (actgen.h) into a register by COPY: as registered acts with their versions, states, numbers, persons and
 * match keys.  Triggers are off: such acts have no parties, decisions or ledger entries, which neither the duplicate search nor a
 * registration reads.
 */
#ifndef CATENA_TESTS_ACTLOAD_H
#define CATENA_TESTS_ACTLOAD_H
#include "registry/base/uuid.h"
#include "tests/cluster.h"

struct actload {
	const struct cluster *cluster;
	const struct uuid *office; /* acts go round them */
	unsigned offices;
	struct uuid officer;
	uint64_t seed;
	uint64_t loaded; /* births 0 .. loaded - 1 of the seed */
};
/* Loads until there are `total`; tells on standard error how far it is.  Bails out on trouble. */
void actload_to(struct actload *l, uint64_t total);
/* The places of the births. */
void actload_places(const struct cluster *c);
/* The id of birth i's act; ids grow with time, as uuid_new's do. */
struct uuid actload_id(uint64_t i);
/* The number of its act, as act_number_format makes them. */
void actload_number(uint64_t i, unsigned offices, char *number, size_t size);

#endif
