/*
 * iso39794.h - face and finger image blocks of ISO/IEC 39794-5 and 39794-4 (2019), in DER: what DG2 and DG3 hold from 2030 at the latest
 * (Doc 9303-9, 9303-10 4.7.2 and 4.7.3).
 *
 *	face   65 { A0 { 80 generation, 81 year }, A1 { 30 { 80 id, A1 { A0 { A0 { 80 image, A1 { A0 format ... } } } } ... } } }
 *	finger 64 { A0 { 80 generation, 81 year }, A1 { 30 { A0 position, A1 impression, A2 format, 83 image ... } } }
 * A code is A0 { 80 value }, or the extension form A1 { 80 fallback ... } when the value is younger than the reader.  One image in a block.
 * Optional parts that the structs below do not have are checked for their form and passed over; we write none of them.
 */
#ifndef CATENA_DOC9303_ISO39794_H
#define CATENA_DOC9303_ISO39794_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum {
	ISO39794_GENERATION = 3,
	ISO39794_YEAR = 2019,
	ISO39794_ABSENT = -1, /* a code that is not there */
	ISO39794_MAX = 1024 * 1024
};
/* Moment of the capture; year -1 when absent, the others -1 when not known. */
struct iso39794_time {
	int year, month, day, hour, minute, second;
};
#define ISO39794_NO_TIME ((struct iso39794_time){ -1, -1, -1, -1, -1, -1 })

enum face39794_format { FACE39794_UNKNOWN = 0,
	FACE39794_JPEG = 2,
	FACE39794_JPEG2000_LOSSY = 3,
	FACE39794_JPEG2000_LOSSLESS = 4 };
struct face39794 {
	unsigned generation, year; /* ISO39794_GENERATION, ISO39794_YEAR when we write */
	uint32_t id;               /* of the representation */
	int format;                /* enum face39794_format */
	int kind;                  /* 0 travel document, 1 general purpose */
	int colour_space;          /* 2 RGB of 24 bits, 5 grey of 8 bits, ... */
	unsigned width, height;    /* pixels; 0 when absent */
	int gender;                /* 1 other, 2 male, 3 female */
	int eye_colour, hair_colour;
	struct iso39794_time captured;
	struct bytes image; /* points into what was read, or the caller's */
};
/* For a JPEG or JPEG 2000 image: format, and nothing else but its dimensions.  Lossless cannot be seen from outside: said by the caller. */
int face39794_of_image(struct bytes image, bool is_lossless, struct face39794 *face, struct err *err);
int face39794_write(const struct face39794 *face, struct buf *block, struct err *err); /* the whole object of tag 65; *block is replaced */
int face39794_read(struct bytes block, struct face39794 *face, struct err *err);
/* The image begins as one of its format and has the stated dimensions. */
int face39794_check_image(const struct face39794 *face, struct err *err);

enum finger39794_format { FINGER39794_PGM = 0,
	FINGER39794_WSQ = 1,
	FINGER39794_JPEG2000_LOSSY = 2,
	FINGER39794_JPEG2000_LOSSLESS = 3,
	FINGER39794_PNG = 4 };
struct finger39794 {
	unsigned generation, year;
	int position;   /* enum finger_position, finger.h, and others beyond */
	int impression; /* 0 plain contact, 1 rolled contact, ... 29 unknown */
	int format;     /* enum finger39794_format */
	struct iso39794_time captured;
	unsigned samples; /* per inch or cm; 0 when absent */
	bool per_cm;
	int lossy;          /* 0, 1 or ISO39794_ABSENT: "has been lossily compressed" */
	struct bytes image; /* points into what was read, or the caller's */
};
int finger39794_write(const struct finger39794 *finger, struct buf *block, struct err *err); /* the whole object of tag 64; *block is replaced */
int finger39794_read(struct bytes block, struct finger39794 *finger, struct err *err);
int finger39794_check_image(const struct finger39794 *finger, struct err *err);

#endif
