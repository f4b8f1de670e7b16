/*
 * jpeg.h - is this a JPEG, or a JPEG 2000, that we may put into a chip?  ISO/IEC 10918-1 (ITU-T T.81) annex B: the markers, not the picture.
 *
 * Baseline, extended sequential and progressive DCT with Huffman coding (SOF0, SOF1, SOF2).  Arithmetic, lossless and hierarchical
 * forms are refused, and so are a file that ends before EOI and one that goes on after it.
 */
#ifndef CATENA_DOC9303_JPEG_H
#define CATENA_DOC9303_JPEG_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

struct jpeg_limits {
	size_t max_octets;
	unsigned min_width, min_height;
	unsigned max_width, max_height;
};
extern const struct jpeg_limits jpeg_any;      /* 1 x 1 to 10000 x 10000, 16 MiB */
extern const struct jpeg_limits jpeg_portrait; /* what enrolment takes: 240 x 320 to 4000 x 5000, 4 MiB */

struct jpeg_info {
	unsigned width, height;
	unsigned components; /* 1 grey, 3 colour */
	unsigned bits;       /* per sample: 8 */
	bool is_progressive;
};

/* -1: FAIL_TOO_LARGE over max_octets, else FAIL_INPUT with the rule; *info untouched. */
int jpeg_inspect(struct bytes image, const struct jpeg_limits *limits, struct jpeg_info *info, struct err *err);

/*
 * jp2.c: the same of a JPEG 2000 image: a JP2 file (ISO/IEC 15444-1 annex I) or a bare code stream (annex A).  Looks at the boxes and at the
 * SIZ segment; is_progressive is false.
 */
int jp2_inspect(struct bytes image, const struct jpeg_limits *limits, struct jpeg_info *info, struct err *err);
bool jp2_is(struct bytes image);  /* begins as one */
bool jpeg_is(struct bytes image); /* FFD8FF */
/* Either, by how it begins. */
int image_inspect(struct bytes image, const struct jpeg_limits *limits, struct jpeg_info *info, struct err *err);

#endif
