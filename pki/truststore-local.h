/* truststore-local.h - what the files of the trust store share. */
#ifndef CATENA_PKI_TRUSTSTORE_LOCAL_H
#define CATENA_PKI_TRUSTSTORE_LOCAL_H
#include "pki/truststore.h"

enum { KEY_ID = 20 };

/* One public key; several certificates may be of it (a root and its link certificates). */
struct trust_key {
	const struct cert *cert; /* one of them */
	uint8_t id[KEY_ID];
	bool is_trusted;
	unsigned parent;     /* union-find over the keys: the root of the tree is the family */
	size_t first, count; /* in truststore.by_key */
};

struct member {
	struct trusted t;   /* first: a struct trusted is handed out */
	uint8_t id[KEY_ID]; /* SHA-1 of the public key: groups equal keys, and stands in for a missing subjectKeyIdentifier */
	struct bytes ski;
	unsigned key; /* index into truststore.key */
	uint8_t sha256[32];
};

struct truststore {
	bool is_settled;
	struct member **member; /* in the order they came */
	size_t n, cap;
	struct trust_key *key;
	size_t nkey;
	struct member **by_key;   /* all members, those of one key together */
	struct member **by_ski;   /* all members in order of their subjectKeyIdentifier */
	struct trusted_crl **crl; /* in the order they came */
	size_t ncrl, crl_cap;
	struct trusted_deviations **deviations;
	size_t ndeviations;
};

unsigned trust_family(const struct truststore *store, unsigned key);
void trust_join(struct truststore *store, unsigned a, unsigned b);
void settle_crls(struct truststore *store);
void clear_crls(struct truststore *store);
int settle_deviations(struct truststore *store, struct err *err);
void clear_deviations(struct truststore *store);
/* The members of a subjectKeyIdentifier: the first of them in by_ski, and how many. */
struct member *const *trust_of_ski(const struct truststore *store, struct bytes ski, size_t *n);

#endif
