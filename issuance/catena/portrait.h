/*
 * portrait.h - portraits of people who do not exist, drawn with libgd for the demo: one for each seed, always the same one.
 * Frontal, plain light ground, head upright and centred, as Doc 9303-3 asks of a real one.
 */
#ifndef CATENA_CATENA_PORTRAIT_H
#define CATENA_CATENA_PORTRAIT_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { PORTRAIT_WIDTH = 413,
	PORTRAIT_HEIGHT = 531 }; /* 35 x 45 mm at 300 dpi */

/* sex: F, M or X; years: age shown, 0 and up.  *jpeg is replaced. */
int portrait_draw(struct bytes seed, char sex, int years, struct buf *jpeg, struct err *err);

#endif
