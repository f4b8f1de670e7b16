/*
 * layout.h - how a form is printed, as data: the zones of its sides in mm, read from JSON and held against the millimetre rules.
 * Doc 9303-3 (8th ed.) 3 visual zone and captions, 4.2 machine readable zone; sizes and positions: 9303-4 (TD3), 9303-5 (TD1), 9303-6 (TD2),
 * 9303-7 (MRV-A, MRV-B).  docs/layouts.md describes the file.  Pure: bytes in, struct out.
 *
 * A layout that breaks a rule is refused, so that no file can put the machine readable zone where readers do not find it.
 */
#ifndef CATENA_PERSO_LAYOUT_H
#define CATENA_PERSO_LAYOUT_H

#include "registry/doc9303/mrz.h"

enum {
	LAYOUT_SIDES = 2,
	LAYOUT_ZONES = 64, /* of a side; the fullest of ours has 27 */
	LAYOUT_PATTERNS = 4,
	LAYOUT_MAX_TITLES = 24,
	LAYOUT_LANGUAGES = 3,
	LAYOUT_MAX_FILE = 64 * 1024
};
#define LAYOUT_MRZ_ZONE   23.2 /* mm from the bottom edge, 1.0 either way (Doc 9303-3 4.2) */
#define LAYOUT_MRZ_PITCH  6.35 /* mm between the middles of two lines */
#define LAYOUT_LINE       1.22 /* of a size of text, from one line to the next */
#define LAYOUT_SEAL_LEAST 18.0 /* mm: a Data Matrix of 48 modules of 0.3386 mm with its quiet zone (Doc 9303-13) */

enum layout_kind { LAYOUT_BAND, /* an area of colour below everything else */
	LAYOUT_TEXT,            /* the same on every document */
	LAYOUT_PHOTO,
	LAYOUT_GHOST,     /* the portrait again, small and pale */
	LAYOUT_SIGNATURE, /* a line to sign on */
	LAYOUT_FIELD,
	LAYOUT_SEAL, /* visible digital seal: Data Matrix */
	LAYOUT_MRZ,
	LAYOUT_KINDS };
extern const char *const layout_kind_names[];

enum layout_field { LAYOUT_NO_FIELD,
	LAYOUT_STATE,  /* name of the issuing State */
	LAYOUT_TITLE,  /* what the document is, in the first language of `titles` */
	LAYOUT_TITLES, /* and in the others */
	LAYOUT_TYPE,   /* document code */
	LAYOUT_CODE,   /* of the issuing State */
	LAYOUT_NUMBER,
	LAYOUT_SURNAME,
	LAYOUT_GIVEN_NAMES,
	LAYOUT_LOCAL_NAME,
	LAYOUT_NATIONALITY,
	LAYOUT_PERSONAL_NUMBER,
	LAYOUT_BIRTH,
	LAYOUT_SEX,
	LAYOUT_PLACE_OF_BIRTH,
	LAYOUT_ISSUED,
	LAYOUT_EXPIRES,
	LAYOUT_AUTHORITY,
	LAYOUT_ENTRIES,         /* visas */
	LAYOUT_STAY,            /* visas */
	LAYOUT_PASSPORT_NUMBER, /* visas: of the passport it is stuck into */
	LAYOUT_FIELDS };
extern const char *const layout_field_names[];

enum layout_align { LAYOUT_START,
	LAYOUT_CENTRE,
	LAYOUT_END };

struct layout_zone {
	enum layout_kind kind;
	double x, y, width, height; /* mm from the left and the upper edge of the side */
	enum layout_field field;
	char *caption; /* the languages' captions with " / " between; NULL: none */
	char *text;    /* of LAYOUT_TEXT */
	double points; /* largest size of the text */
	bool is_plain; /* in the caption's typeface */
	enum layout_align align;
	uint32_t colour; /* 0xRRGGBB; of LAYOUT_BAND */
	int strength;    /* of LAYOUT_GHOST: percent */
	double left;     /* of LAYOUT_MRZ: mm to the first character */
	double line[3];  /* and from the bottom edge to the middles of the lines, the first line first */
};
struct layout_side {
	struct layout_zone zone[LAYOUT_ZONES];
	unsigned n;
};
struct layout_title {
	char code[3]; /* kind of document, "PD"; "": all others */
	char *text[LAYOUT_LANGUAGES];
};
struct layout {
	enum mrz_form form;
	double width, height; /* mm, of the form */
	uint32_t ground, ink, caption_ink, pattern[LAYOUT_PATTERNS];
	unsigned npattern;
	char *font, *caption_font; /* as pango names families, weight and style */
	double caption_points;
	struct layout_title title[LAYOUT_MAX_TITLES];
	unsigned ntitle;
	struct layout_side side[LAYOUT_SIDES];
	unsigned nside;
	unsigned mrz_side;                            /* which has the machine readable zone */
	const struct layout_zone *mrz, *photo, *seal; /* seal NULL: none.  They point into `side`. */
};

/* Width and height in mm, and its sides: TD1 has a back. */
void layout_size(enum mrz_form form, double *width, double *height, unsigned *sides);
/* Height in mm that is left for a zone's text below its caption. */
double layout_room(const struct layout *layout, const struct layout_zone *zone);
/* -1 FAIL_INPUT: "TD3, side 1, zone 7 (surname): ..." with the rule.  *layout is a new one; layout_free. */
int layout_parse(struct bytes json, struct layout **layout, struct err *err);
void layout_free(struct layout *layout);
/* That no rule is broken; layout_parse asks. */
int layout_check(const struct layout *layout, struct err *err);
/* What a document of this kind is called; NULL: the layout has no title for it. */
const struct layout_title *layout_title(const struct layout *layout, const char *kind);

/* The layouts of this folder that are part of the program, "TD3.json" as text; NULL after the last. */
struct layout_file {
	const char *name;
	const char *json;
};
extern const struct layout_file layout_files[];

#endif
