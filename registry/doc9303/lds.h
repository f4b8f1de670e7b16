/*
 * lds.h - elementary files of the logical data structure.  Doc 9303-10 (8th ed.) 3 and 4: EF.COM, DG1, DG2, DG11, DG12.
 *
 * Writers replace *out with the whole file (tag, length, contents); DER, so the same struct always gives the same octets.
 * Readers take strangers' octets: exactly one object, nothing after it (cut a file read from a chip with lds_object first), every
 * length inside its parent.  What they return points into the octets they were given.
 */
#ifndef CATENA_DOC9303_LDS_H
#define CATENA_DOC9303_LDS_H
#include "registry/base/bytes.h"
#include "registry/base/date.h"
#include "registry/base/err.h"

enum {
	LDS_DGS = 16,
	LDS_TAG_COM = 0x60,
	LDS_TAG_SOD = 0x77,
	LDS_MAX_FILE = 1024 * 1024, /* specimens reach 900 kB, chips in the field 100 kB */
	LDS_MAX_OTHER = 16          /* other names, other persons: more is no passport */
};

struct lds_file {
	unsigned dg;  /* 1..16; 0 for EF.COM and EF.SOD */
	uint16_t fid; /* file identifier */
	uint8_t sfi;  /* short file identifier */
	uint8_t tag;
	const char *name; /* "EF.DG1" */
};
extern const struct lds_file lds_files[LDS_DGS + 2]; /* EF.COM, DG1..DG16, EF.SOD */
extern const uint8_t lds_aid[7];                     /* A0000002471001 */

uint8_t lds_dg_tag(unsigned dg);                    /* 0x61 for 1; 0 when there is no such data group */
unsigned lds_dg_of_tag(uint32_t tag);               /* 0 when the tag is of no data group */
const struct lds_file *lds_file_of_dg(unsigned dg); /* NULL when none */

/* The first object of `file`; padding may follow it.  *tag its tag, *object all of it. */
int lds_object(struct bytes file, uint32_t *tag, struct bytes *object, struct err *err);

struct lds_com {
	char lds_version[5];     /* "0107" or "0108" */
	char unicode_version[7]; /* "040000" */
	unsigned n;              /* entries of dg[] */
	uint8_t dg[LDS_DGS];     /* numbers of the data groups present, ascending */
};
#define LDS_VERSION_1_8     "0108"
#define LDS_VERSION_1_7     "0107"
#define LDS_UNICODE_VERSION "040000"
int lds_com_write(const struct lds_com *com, struct buf *out, struct err *err);
int lds_com_read(struct bytes file, struct lds_com *com, struct err *err);

/* mrz: 90 (TD1), 72 (TD2) or 88 (TD3) characters without separators; the alphabet is checked, the fields are mrz.h's business. */
int lds_dg1_write(struct bytes mrz, struct buf *out, struct err *err);
int lds_dg1_read(struct bytes file, struct bytes *mrz, struct err *err);

/* Biometric templates of DG2 (and, by the same form, of DG3 and DG4): 7F61 { count, 7F60 { A1 header, 5F2E or 7F2E } }. */
enum {
	LDS_OWNER_SC37 = 0x0101,
	LDS_FORMAT_FACE = 0x0008, /* ISO/IEC 19794-5 */
	LDS_MAX_TEMPLATES = 10
};
struct lds_template {
	uint16_t header_version; /* tag 80; 0 when absent */
	uint32_t type;           /* tag 81: 2 facial features, 8 fingerprint; 0 when absent */
	uint8_t subtype;         /* tag 82; 0 when absent */
	struct bytes created;    /* tag 83, 7 octets; n 0 when absent */
	struct bytes validity;   /* tag 85, 8 octets; n 0 when absent */
	struct bytes creator;    /* tag 86, PID; n 0 when absent */
	uint16_t owner;          /* tag 87 */
	uint16_t format;         /* tag 88 */
	bool is_constructed;     /* 7F2E, ISO/IEC 39794, instead of 5F2E */
	struct bytes data;       /* contents of 5F2E or 7F2E */
};
struct lds_templates {
	unsigned n;
	struct lds_template template[LDS_MAX_TEMPLATES];
};
/* DG2 with one ISO/IEC 19794-5 face record (face.h makes it). */
int lds_dg2_write(struct bytes face_record, struct buf *out, struct err *err);
int lds_dg2_read(struct bytes file, struct lds_templates *templates, struct err *err);

/* Texts are UTF-8, absent when n is 0.  Names are "PRIMARY<<SECONDARY" in national characters with '<' as in the MRZ. */
struct lds_dg11 {
	struct bytes full_name; /* 5F0E */
	unsigned n_other_names; /* A0 { 02, 5F0F ... } */
	struct bytes other_name[LDS_MAX_OTHER];
	struct bytes personal_number;   /* 5F10 */
	struct date birth;              /* 5F2B YYYYMMDD, "00" for an unknown month or day; read also as 4 octets BCD */
	struct bytes place_of_birth;    /* 5F11, '<' between parts */
	struct bytes address;           /* 5F42, '<' between parts */
	struct bytes telephone;         /* 5F12 */
	struct bytes profession;        /* 5F13 */
	struct bytes title;             /* 5F14 */
	struct bytes personal_summary;  /* 5F15 */
	struct bytes citizenship_image; /* 5F16, an image */
	struct bytes other_documents;   /* 5F17, numbers with '<' between them */
	struct bytes custody;           /* 5F18 */
};
int lds_dg11_write(const struct lds_dg11 *dg, struct buf *out, struct err *err);
int lds_dg11_read(struct bytes file, struct lds_dg11 *dg, struct err *err);

struct lds_dg12 {
	struct bytes authority;   /* 5F19 */
	struct date issued_on;    /* 5F26 YYYYMMDD */
	unsigned n_other_persons; /* A0 { 02, 5F1A ... } */
	struct bytes other_person[LDS_MAX_OTHER];
	struct bytes endorsements;    /* 5F1B */
	struct bytes tax_exit;        /* 5F1C */
	struct bytes front_image;     /* 5F1D, an image */
	struct bytes rear_image;      /* 5F1E, an image */
	struct bytes personalised_at; /* 5F55 YYYYMMDDhhmmss, 14 digits (7 octets BCD when read from old chips) */
	struct bytes system_serial;   /* 5F56 */
};
int lds_dg12_write(const struct lds_dg12 *dg, struct buf *out, struct err *err);
int lds_dg12_read(struct bytes file, struct lds_dg12 *dg, struct err *err);

#endif
