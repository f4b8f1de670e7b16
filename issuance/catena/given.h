/*
 * given.h - what the options of several `catena pki` commands give: the moment to judge at, anchors, files with parts that cannot be read.
 *
 * given_moment: `day` is the value of --at, NULL when it was not given.  Another day than that of `now` (UTC) stands for its noon; the day of
 * `now` is `now`: noon may be hours before what was signed this morning, or after what ends today.  FAIL_INPUT when it is no day.
 */
#ifndef CATENA_GIVEN_H
#define CATENA_GIVEN_H

#include "issuance/catena/verdicts.h"
#include "pki/certfile.h"
#include "pki/truststore.h"

int given_moment(const char *day, int64_t now, int64_t *at, struct err *err);
/* Warns of anchors that are no use as such.  Whether that matters is the path's to decide: an anchor more than was needed does no harm. */
void given_anchors_tell(struct verdicts *v, const struct truststore *settled);
/* The parts of a file that could not be read: what is missed in the end may be one of them. */
void given_parts_tell(struct verdicts *v, enum outcome outcome, const char *path, const struct certfile *file);

#endif
