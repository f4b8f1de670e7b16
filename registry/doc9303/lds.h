/*
 * lds.h - elementary files of the logical data structure.  Doc 9303-10 (8th ed.) 3 and 4: EF.COM, DG1 to DG5, DG7, DG11 to DG13, DG15, DG16.
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

/*
 * Biometric templates of DG2 (face), DG3 (fingers) and DG4 (irises), one form: 7F61 { count, 7F60 { A1 header, 5F2E or 7F2E } }.
 * Doc 9303-10 4.7.2 to 4.7.4, ISO/IEC 7816-11.  One image in each template.
 */
enum {
	LDS_OWNER_SC37 = 0x0101,
	LDS_FORMAT_FINGER = 0x0007,       /* ISO/IEC 19794-4, finger.h */
	LDS_FORMAT_FACE = 0x0008,         /* ISO/IEC 19794-5, face.h */
	LDS_FORMAT_IRIS = 0x0009,         /* ISO/IEC 19794-6 */
	LDS_FORMAT_FINGER_39794 = 0x0028, /* ISO/IEC 39794-4, iso39794.h */
	LDS_FORMAT_FACE_39794 = 0x002A,   /* ISO/IEC 39794-5, iso39794.h */
	LDS_FORMAT_IRIS_39794 = 0x002C,   /* ISO/IEC 39794-6 */
	LDS_TYPE_FACE = 2,
	LDS_TYPE_FINGER = 8,
	LDS_TYPE_IRIS = 16,
	LDS_MAX_TEMPLATES = 10,
	LDS_RANDOM_MIN = 8 /* octets that stand for "none" in DG3 and DG4 when we write them */
};
struct lds_template {
	uint16_t header_version; /* tag 80; 0 when absent */
	uint32_t type;           /* tag 81: LDS_TYPE_*; 0 when absent */
	bool has_subtype;
	uint8_t subtype;       /* tag 82: finger.h; mandatory for fingers */
	struct bytes created;  /* tag 83, 7 octets; n 0 when absent */
	struct bytes validity; /* tag 85, 8 octets; n 0 when absent */
	struct bytes creator;  /* tag 86, PID; n 0 when absent */
	uint16_t owner;        /* tag 87 */
	uint16_t format;       /* tag 88: LDS_FORMAT_* */
	bool is_constructed;   /* 7F2E, ISO/IEC 39794, instead of 5F2E */
	struct bytes data;     /* contents of 5F2E, or of 7F2E: there A1 { block } */
};
struct lds_templates {
	unsigned n; /* DG3 and DG4: 0 says that there is none, and then */
	struct lds_template template[LDS_MAX_TEMPLATES];
	struct bytes random; /* keeps the hash from telling it (tag 53) */
};
/* dg: 2, 3 or 4.  Any format: what is in the data is the business of face.h, finger.h and iso39794.h. */
int lds_biometric_write(unsigned dg, const struct lds_templates *templates, struct buf *out, struct err *err);
int lds_biometric_read(unsigned dg, struct bytes file, struct lds_templates *templates, struct err *err);
/* The block of ISO/IEC 39794 inside a template's data: tag 64, 65 or 66 as the data group wants it.  -1 when it is another format. */
int lds_template_block(unsigned dg, const struct lds_template *t, struct bytes *block, struct err *err);
/* DG2 with one ISO/IEC 19794-5 face record (face.h makes it), or one block of ISO/IEC 39794-5 (iso39794.h makes it). */
int lds_dg2_write(struct bytes face_record, struct buf *out, struct err *err);
int lds_dg2_write_39794(struct bytes face_block, struct buf *out, struct err *err);
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

/* DG5 displayed portrait and DG7 displayed signature: 02 count, then that many images (5F40, 5F43). */
enum { LDS_MAX_IMAGES = 9 };
struct lds_images {
	unsigned n;
	struct bytes image[LDS_MAX_IMAGES];
};
int lds_images_write(unsigned dg, const struct lds_images *images, struct buf *out, struct err *err); /* dg: 5 or 7 */
int lds_images_read(unsigned dg, struct bytes file, struct lds_images *images, struct err *err);

/* DG13: what the State wants; octets that must be BER-TLV objects themselves, or none. */
int lds_dg13_write(struct bytes contents, struct buf *out, struct err *err);
int lds_dg13_read(struct bytes file, struct bytes *contents, struct err *err);

/* DG14 is in secinfo.h.  DG15: the SubjectPublicKeyInfo of active authentication, one SEQUENCE; pki/pubkey.h reads it. */
int lds_dg15_write(struct bytes spki, struct buf *out, struct err *err);
int lds_dg15_read(struct bytes file, struct bytes *spki, struct err *err);

/* DG16: persons to notify. */
enum { LDS_MAX_PERSONS = 15 };
struct lds_person {
	struct date recorded_on; /* 5F50, a whole day */
	struct bytes name;       /* 5F51, "PRIMARY<<SECONDARY" */
	struct bytes telephone;  /* 5F52 */
	struct bytes address;    /* 5F53, '<' between parts */
};
struct lds_dg16 {
	unsigned n;
	struct lds_person person[LDS_MAX_PERSONS];
};
int lds_dg16_write(const struct lds_dg16 *dg, struct buf *out, struct err *err);
int lds_dg16_read(struct bytes file, struct lds_dg16 *dg, struct err *err);

#endif
