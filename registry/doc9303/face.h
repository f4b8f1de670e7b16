/*
 * face.h - face image record of ISO/IEC 19794-5:2005, one face: what DG2 holds until the end of 2029 (Doc 9303-9, 9303-10 4.7.2).
 *
 * Octets: 14 header ("FAC" 0 "010" 0, total length 4, faces 2), 20 facial block, 8 for each feature point, 12 image block, image.
 */
#ifndef CATENA_DOC9303_FACE_H
#define CATENA_DOC9303_FACE_H
#include "registry/doc9303/jpeg.h"

enum face_image_type { FACE_BASIC = 0,
	FACE_FULL_FRONTAL = 1,
	FACE_TOKEN = 2 };
enum face_data_type { FACE_JPEG = 0,
	FACE_JPEG2000 = 1 };
enum {
	FACE_MAX_POINTS = 1000, /* the record counts them in two octets; nobody marks a thousand */
	FACE_COLOUR_UNSPECIFIED = 0,
	FACE_COLOUR_SRGB = 1
};

struct face {
	uint8_t gender;      /* 0 unspecified, 1 male, 2 female, 255 unknown */
	uint8_t eye_colour;  /* 0 unspecified */
	uint8_t hair_colour; /* 0 unspecified */
	uint32_t properties; /* 3 octets: feature mask */
	uint16_t expression; /* 0 unspecified, 1 neutral */
	uint8_t pose[3];     /* yaw, pitch, roll; 0 unspecified */
	uint8_t pose_uncertainty[3];
	struct bytes points; /* feature points, 8 octets each, as they are */
	uint8_t image_type;  /* enum face_image_type */
	uint8_t data_type;   /* enum face_data_type */
	uint16_t width, height;
	uint8_t colour_space;
	uint8_t source; /* 0 unspecified, 2 digital still camera, ... */
	uint16_t device;
	uint16_t quality;   /* 0 unspecified */
	struct bytes image; /* points into what was read, or the caller's */
};

/* The record around a JPEG, full frontal, sRGB when it has three components, dimensions from the image.  *out is replaced. */
int face_record_of_jpeg(struct bytes jpeg, struct buf *out, struct err *err);
/* The same around a JPEG or a JPEG 2000; image_type: enum face_image_type. */
int face_record_of_image(struct bytes image, enum face_image_type image_type, struct buf *out, struct err *err);
int face_build(const struct face *face, struct buf *out, struct err *err);
/* face_build and lds_dg2_write in one, without the record in between: the whole file.  *file is replaced. */
int face_dg2(const struct face *face, struct buf *file, struct err *err);
/* Exactly one record with one face, lengths and values in range.  Does not look into the image. */
int face_parse(struct bytes record, struct face *face, struct err *err);
/* The image is of the declared type and of the declared dimensions. */
int face_check_image(const struct face *face, struct err *err);

#endif
