/*
 * finger.h - finger image record of ISO/IEC 19794-4:2005: what DG3 holds until the end of 2029 (Doc 9303-9, 9303-10 4.7.3), and the names of
 * fingers in all places that name one.
 *
 * Octets: 32 header ("FIR" 0 "010" 0, total length 6, device 2, level 2, images 1, units 1, resolutions 4 x 2, depth 1, compression 1,
 * reserved 2), then for each image 14 header (length 4, position 1, views 1, view 1, quality 1, impression 1, width 2, height 2, reserved 1)
 * and its octets.
 */
#ifndef CATENA_DOC9303_FINGER_H
#define CATENA_DOC9303_FINGER_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { FINGER_MAX_IMAGES = 10,
	FINGER_MAX_RECORD = 1024 * 1024 };

enum finger_position { /* ISO/IEC 19794-4 table 6 and 39794-4 alike */
	FINGER_UNKNOWN = 0,
	FINGER_RIGHT_THUMB = 1,
	FINGER_RIGHT_INDEX,
	FINGER_RIGHT_MIDDLE,
	FINGER_RIGHT_RING,
	FINGER_RIGHT_LITTLE,
	FINGER_LEFT_THUMB,
	FINGER_LEFT_INDEX,
	FINGER_LEFT_MIDDLE,
	FINGER_LEFT_RING,
	FINGER_LEFT_LITTLE = 10
};
enum finger_compression { FINGER_RAW = 0,
	FINGER_RAW_PACKED = 1,
	FINGER_WSQ = 2,
	FINGER_JPEG = 3,
	FINGER_JPEG2000 = 4,
	FINGER_PNG = 5 };
enum { FINGER_PER_INCH = 1,
	FINGER_PER_CM = 2 };

struct finger_image {
	uint8_t position; /* enum finger_position */
	uint8_t views, view;
	uint8_t quality;    /* 0..100; 254 not stated */
	uint8_t impression; /* 0 live plain, 1 live rolled, ... */
	uint16_t width, height;
	struct bytes image; /* points into what was read, or the caller's */
};
struct finger_record {
	uint16_t device;
	uint16_t level; /* acquisition level: 31 is 500 dpi */
	uint8_t units;  /* FINGER_PER_INCH, FINGER_PER_CM */
	uint16_t scan_x, scan_y, image_x, image_y;
	uint8_t depth;       /* bits of a pixel: 1..16 */
	uint8_t compression; /* enum finger_compression */
	unsigned n;
	struct finger_image image[FINGER_MAX_IMAGES];
};

/* *out is replaced. */
int finger_build(const struct finger_record *record, struct buf *out, struct err *err);
/* Exactly one record, lengths and values in range.  Does not look into the images. */
int finger_parse(struct bytes record, struct finger_record *out, struct err *err);
/* Every image begins as one of the declared compression (WSQ, JPEG, JPEG 2000, PNG), or has the octets of its pixels when raw. */
int finger_check_images(const struct finger_record *record, struct err *err);

/* Biometric subtype of a finger (ISO/IEC 7816-11, tag 82 of the template): 09 is the right index.  0 when there is none. */
uint8_t finger_subtype(enum finger_position position);
enum finger_position finger_of_subtype(uint8_t subtype); /* FINGER_UNKNOWN when it is no single finger */
const char *finger_name(unsigned position);              /* "right index"; "unknown" */

#endif
