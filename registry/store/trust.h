/*
 * trust.h - the trust store in the registry: files of other States as proposals, what was in them, and what we believe of it.
 * registry/schema/0110-trust.sql holds the rules.  Roles catena_pki, and for reading catena_reader and catena_inspection.
 *
 * An import is proposed, seen, then accepted or rejected.  Its certificates become candidates, its CRLs and lists are held.  A candidate is
 * trusted when two officers have each given the fingerprint that they got another way.  Links between keys are not written here:
 * pki/trustload.h fills a struct truststore (pki/truststore.h), which finds them by the signatures.
 */
#ifndef CATENA_STORE_TRUST_H
#define CATENA_STORE_TRUST_H

#include <jansson.h>

#include "registry/store/db.h"

enum trust_kind { TRUST_CERTIFICATE,
	TRUST_CRL,
	TRUST_MASTER_LIST,
	TRUST_DEVIATION_LIST,
	TRUST_KINDS };
extern const char *const trust_kind_names[]; /* "certificate" ...; NULL-terminated */

/* One change of the store at a time, whoever makes it: until the commit. */
int trust_lock(struct tx *tx, struct err *err);

/* ---- proposing ---- */

struct trust_import_new {
	struct uuid id, officer_id;
	const char *source, *file_name; /* file_name NULL: none */
	const uint8_t *file_sha256;     /* 32 octets */
	size_t file_size;
	const json_t *problems; /* array of { place, text } */
};
struct trust_object_new {
	enum trust_kind kind;
	struct bytes der;
	const char *country, *name; /* country in capitals */
	struct bytes issuer_key;    /* CRLs; n 0 none */
	int64_t at, until;          /* until 0: none */
	bool is_root;
	const char *place;         /* in the file */
	const struct uuid *list;   /* of the list that carried it: from an earlier call; NULL none */
	struct uuid id;            /* out: the object's, the same for the same octets */
};
int trust_import_add(struct tx *tx, const struct trust_import_new *import, struct err *err);
/* The object, unless its octets are there already, and where it was found; fills object->id.  One round trip for all n. */
int trust_objects_add(struct tx *tx, const struct uuid *import, struct trust_object_new *object, size_t n, struct err *err);

/* ---- deciding ---- */

int trust_import_accept(struct tx *tx, const struct uuid *import, const struct uuid *officer, const uint8_t diff_sha256[32], struct err *err);
int trust_import_reject(struct tx *tx, const struct uuid *import, const struct uuid *officer, const char *reason, struct err *err);
/* In the transaction that accepts the import: the certificate is a candidate, the CRL or list is held.  Queued. */
int trust_enter(struct tx *tx, const struct uuid *object, enum trust_kind kind, const struct uuid *import, const struct uuid *officer, struct err *err);
/* FAIL_CONFLICT: another fingerprint, the same officer again, not a candidate.  *state is the certificate's afterwards. */
int trust_confirm(struct tx *tx, const struct uuid *object, const struct uuid *officer, const uint8_t fingerprint[32], const char *channel,
	char state[16], struct err *err);
/* event: "withdraw", "readmit". */
int trust_decide(struct tx *tx, const struct uuid *object, const char *event, const struct uuid *officer, const char *reason, struct err *err);

/* ---- reading ---- */

struct trust_row {
	struct uuid id;
	enum trust_kind kind;
	const char *state; /* "candidate" "trusted" "withdrawn" "held"; of an import's: "" when it is not in the store */
	const char *country;
	struct bytes der;
	bool is_root;
	bool is_ours;           /* of a ceremony here, not in trust_object: id is that of the certificate, CRL or list */
	const char *provenance; /* a sentence for a person */
	const char *place;      /* trust_import_each: in the file */
	struct uuid list;       /* trust_import_each: the list it was in; zero none */
	int64_t at;
};
typedef int trust_see(void *arg, const struct trust_row *row, struct err *err);
/*
 * The store as it stands, our own CSCA certificates, newest CRL and deviation list included: certificates first.  country NULL: all; master
 * lists only when `lists`.
 */
int trust_each(struct tx *tx, const char *country, bool lists, trust_see *see, void *arg, struct err *err);
/* What an import holds, in the order of the file. */
int trust_import_each(struct tx *tx, const struct uuid *import, trust_see *see, void *arg, struct err *err);

struct trust_page {
	const struct uuid *before; /* the last id of the page before; NULL: the first page */
	unsigned limit;
};
/* { id, officer_id, source, file_name?, file_sha256, file_size, state, problems, created_at, decisions [ { event, officer_id, reason?, diff_sha256?, created_at } ] } */
int trust_import_read(struct tx *tx, const struct uuid *id, json_t **import, struct err *err); /* FAIL_NOT_FOUND */
/* The same without problems and decisions; state NULL all. */
int trust_imports(struct tx *tx, const char *state, const struct trust_page *page, json_t **items, bool *more, struct err *err);
/*
 * { id, kind, country, name, at, until?, is_root, sha256, state, changed_at, confirmations (certificates) }; kind, country, state NULL: all.
 * CRLs and lists: the newest of each issuer.
 */
struct trust_filter {
	const char *kind, *country, *state;
	struct trust_page page;
};
int trust_objects(struct tx *tx, const struct trust_filter *filter, json_t **items, bool *more, struct err *err);
/* The same, with finds [ { import_id, source, place, list_id?, state (of the import), created_at } ] and decisions [ ... ]; der appended unless NULL. */
int trust_object_read(struct tx *tx, const struct uuid *id, json_t **object, struct buf *der, struct err *err); /* FAIL_NOT_FOUND */
/* [ { country, trusted, candidates, withdrawn, crl_at?, crl_until?, master_list_at?, deviation_list_at? } ], by country */
int trust_states(struct tx *tx, json_t **states, struct err *err);
/* As keys_due of keys.h: imports that wait, certificates with one confirmation, CRLs that ended, lists and trusted roots that grow old. */
int trust_due(struct tx *tx, int64_t now, json_t **due, struct err *err);

extern const struct query trust_queries[];         /* pkid */
extern const struct query trust_reading_queries[]; /* programs that only call trust_each */

#endif
