/* descent-local.h - what the files of descent share: the bundle as it was read, and the report as it grows. */
#ifndef CATENA_PKI_DESCENT_LOCAL_H
#define CATENA_PKI_DESCENT_LOCAL_H

#include <jansson.h>

#include "pki/descent.h"
#include "pki/passive.h"
#include "registry/base/merkle.h"

enum {
	BUNDLE_MAX = 16 << 20, /* a disclosed bundle with every decision is about 100 kB */
	BUNDLE_MAX_RECORDS = 4096,
	BUNDLE_MAX_CERTS = 16
};

struct record {
	const char *kind;
	const char *id; /* from the leaf, as are links and at */
	const char *leaf;
	const char *content;  /* NULL when not disclosed */
	json_t *leaf_json;    /* owned */
	json_t *content_json; /* owned; NULL when not disclosed */
	json_t *links;
	uint64_t position;
	struct buf salt;
	struct merkle_proof proof;
	struct hash leaf_hash;
};

struct bundle {
	json_t *json;
	bool is_disclosed;
	const char *document;
	uint64_t size;
	struct hash root;
	int64_t signed_at;
	const char *head_certificate;
	struct buf head_signature;
	struct {
		const char *id;
		struct buf der;
	} cert[BUNDLE_MAX_CERTS];
	size_t ncert;
	struct buf sod;
	struct record *record;
	size_t nrecord;
};

int bundle_read(struct bytes text, struct bundle *b, struct err *err);
void bundle_clear(struct bundle *b);
/* NULL when there is none. */
struct record *bundle_find(const struct bundle *b, const char *kind, const char *id);
const struct buf *bundle_cert(const struct bundle *b, const char *id);
const char *record_link(const struct record *r, const char *name);    /* "" when absent */
const char *record_content(const struct record *r, const char *name); /* "" when absent or not disclosed */

struct report_state {
	struct descent_report *report;
	struct err *err;
	bool failed; /* memory ran out */
};
void finding(struct report_state *rs, const char *link, enum descent_status status, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Each adds its findings. */
void descent_check_head(const struct bundle *b, const struct truststore *store, struct report_state *rs);
void descent_check_records(const struct bundle *b, struct report_state *rs);
void descent_check_chain(const struct bundle *b, struct report_state *rs);
void descent_check_sod(const struct bundle *b, const struct truststore *store, struct report_state *rs);

#endif
