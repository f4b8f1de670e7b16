/*
 * given.h - what the options of several `catena pki` commands give: the moment to judge at, anchors, files with parts that cannot be read.
 *
 * given_moment: `day` is the value of --at, NULL when it was not given.  Another day than that of `now` (UTC) stands for its noon; the day of
 * `now` is `now`: noon may be hours before what was signed this morning, or after what ends today.  FAIL_INPUT when it is no day.
 */
#ifndef CATENA_GIVEN_H
#define CATENA_GIVEN_H

#include "issuance/catena/args.h"
#include "issuance/catena/verdicts.h"
#include "pki/certfile.h"
#include "pki/passive.h"
#include "pki/truststore.h"

int given_moment(const char *day, int64_t now, int64_t *at, struct err *err);
/* Warns of anchors that are no use as such.  Whether that matters is the path's to decide: an anchor more than was needed does no harm. */
void given_anchors_tell(struct verdicts *v, const struct truststore *settled);
/* The parts of a file that could not be read: what is missed in the end may be one of them. */
void given_parts_tell(struct verdicts *v, enum outcome outcome, const char *path, const struct certfile *file);
/* A file that cannot be read is a verdict like others; false then. */
bool given_file(struct verdicts *v, const char *path, size_t limit, struct buf *out);

/* What is trusted, and when: options of the commands that judge documents. */
#define GIVEN_TRUST_OPTIONS \
	{ "anchor", "FILE", "what you trust: CSCA certificates, master lists", true }, { "crl", "FILE", "CRLs of the CSCA", true }, \
		{ "deviations", "FILE", "deviation lists", true }, { "at", "YYYY-MM-DD", "the day of inspection; today when not given", false }, \
	{ \
		"accept-weak", NULL, "SHA-1 and short keys warn instead of refuse", false \
	}
/* The store of --anchor, --crl and --deviations; what of them cannot be read is a verdict. */
int given_store(struct verdicts *v, const struct args *args, struct truststore **store, struct err *err);
enum outcome given_outcome(enum grade grade);
/* One line for each check of passive authentication, then who signed. */
void given_passive_tell(struct verdicts *v, const struct passive *result);

#endif
