/*
 * faceimage.h - a portrait made fit for the chip: cropped to the token frame of ISO/IEC 19794-5 clause 9 and compressed to a size limit
 * with a floor of quality.  JPEG through libgd, JPEG 2000 through OpenJPEG.
 *
 * It stands in issuance/perso because only personalisation compresses portraits: enrolment keeps them as they were taken, and
 * registry/doc9303 judges images without decoding them.  No clock, no random values: the same portrait and order give the same octets with
 * the same libraries.
 */
#ifndef CATENA_PERSO_FACEIMAGE_H
#define CATENA_PERSO_FACEIMAGE_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum faceimage_format { FACEIMAGE_JPEG,
	FACEIMAGE_JPEG2000 }; /* a JP2 file, irreversible */
enum {
	FACEIMAGE_MIN_WIDTH = 240, /* of the frame: the eyes are then 60 px apart, the least of ISO/IEC 19794-5 9.2 */
	FACEIMAGE_MAX_WIDTH = 1200,
	FACEIMAGE_WIDTH = 420, /* what we write unless told otherwise: eyes 105 px apart */
	FACEIMAGE_OCTETS = 18 * 1024,
	FACEIMAGE_FLOOR_CB = 3200 /* PSNR in hundredths of a decibel: below, skin shows blocks */
};

struct faceimage_order {
	enum faceimage_format format;
	/* Centres of the eyes in px from the left and upper edge of the portrait; right is the person's right, at the left of the picture. */
	bool has_eyes;
	uint16_t right_x, right_y, left_x, left_y;
	unsigned width;    /* of the frame, even; its height is 4/3 of it */
	size_t max_octets; /* of the compressed image */
	int floor_cb;      /* least PSNR against the uncompressed frame, in hundredths of a decibel */
};
enum { FACEIMAGE_ORDER_TEXT = 40 };
/* "jpeg2000 420 18432 3200": what a document remembers of how its portrait was made.  Eyes are not in it. */
const char *faceimage_order_format(const struct faceimage_order *order, char text[FACEIMAGE_ORDER_TEXT]);
/* FAIL_INPUT: another text, or values that no order has. */
int faceimage_order_parse(const char *text, struct faceimage_order *order, struct err *err);
extern const struct faceimage_order faceimage_usual; /* JPEG 2000 without eyes, and the values above */

struct faceimage {
	struct buf image; /* JPEG or JP2 */
	unsigned width, height;
	bool is_token; /* eyes are where the token frame wants them; else a frame of its shape from the middle of the picture */
	int psnr_cb;   /* reached; 9999 when nothing was lost */
	int quality;   /* JPEG: 1..95; 0 for JPEG 2000 */
};
#define FACEIMAGE_INIT ((struct faceimage){ .image = BUF_INIT })

/*
 * portrait: a JPEG within jpeg_portrait's limits.  The frame is never made larger than the picture has detail for: a smaller portrait gives a
 * smaller frame, down to FACEIMAGE_MIN_WIDTH.  -1: FAIL_INPUT for what is no portrait (no JPEG, one flat colour, eyes outside or too near to
 * each other, a frame that leaves the picture), FAIL_TOO_LARGE when the limit cannot be kept without going below the floor.  *out is replaced.
 */
int faceimage_make(struct bytes portrait, const struct faceimage_order *order, struct faceimage *out, struct err *err);
/* The image of a chip as browsers show it: a JPEG as it is, a JPEG 2000 that we made decoded and compressed again.  *jpeg is replaced. */
int faceimage_show(struct bytes image, struct buf *jpeg, struct err *err);
void faceimage_clear(struct faceimage *f); /* wipes */

#endif
