/*
 * vdsdoc.h - the messages of Doc 9303-13 (8th ed.): visa (definition 5D, category 01) and emergency travel document (5E, 03);
 * which profile a seal has; comparison with the printed MRZ.  Pure.
 */
#ifndef CATENA_DOC9303_VDSDOC_H
#define CATENA_DOC9303_VDSDOC_H
#include "registry/doc9303/vds.h"

enum vds_profile {
	VDS_UNKNOWN, /* another State's or a later one: header and signature can be judged, the message cannot */
	VDS_VISA,
	VDS_EMERGENCY,
	VDS_BIRTH, /* vdscivil.h */
	VDS_DEATH,
	VDS_MARRIAGE,
	VDS_PROFILES
};
struct vds_profile_info {
	const char *name; /* "visa" */
	uint8_t definition, category;
	const char *document_type; /* of two letters, for the signer's document type list; NULL: the MRZ's first two */
};
extern const struct vds_profile_info vds_profiles[VDS_PROFILES];
enum vds_profile vds_profile_of(const struct vds *vds);

enum {
	VDS_MRZ_MAX = 72, /* MRV-A: 44 + 28; TD2: 36 + 36; MRV-B: 36 + 28 */
	VDS_UNLIMITED = 0,
	VDS_ADDITIONAL_MAX = 254,
};
struct vds_stay {
	uint8_t days, months, years; /* 0 0 0: until the date in the MRZ; FF FF FF: that date is for entry; FE FE FE: transit */
};
struct vds_visa {
	bool is_b;                 /* MRV-B, else MRV-A */
	char mrz[VDS_MRZ_MAX + 1]; /* line 1 and the first 28 of line 2: 72 characters, MRV-B 64; fillers are '<' */
	bool has_entries;
	uint8_t entries; /* VDS_UNLIMITED */
	struct vds_stay stay;
	char passport[10];       /* number of the passport, 1..9 characters, fillers taken off */
	struct bytes type;       /* octets, or none */
	struct bytes additional; /* octets, or none */
	unsigned unknown;        /* features that the profile does not have: they never make a seal invalid */
};
struct vds_emergency {
	char mrz[VDS_MRZ_MAX + 1]; /* TD2: 72 */
	unsigned unknown;
};
/*
 * Fills definition, category and features; their octets go to *values, which must be empty and is kept by the caller as long as *vds is
 * used.  -1 FAIL_INPUT naming the field.
 * The document code is looked at ("V", "PU"), the rest of the MRZ is mrz.h's business.
 */
int vds_put_visa(const struct vds_visa *visa, struct vds *vds, struct buf *values, struct err *err);
int vds_put_emergency(const struct vds_emergency *doc, struct vds *vds, struct buf *values, struct err *err);
/* -1 FAIL_INPUT: a mandatory feature is absent or one has a wrong form. */
int vds_get_visa(const struct vds *vds, struct vds_visa *visa, struct err *err);
int vds_get_emergency(const struct vds *vds, struct vds_emergency *doc, struct err *err);

/*
 * The message of a known profile, checked as its vds_get_ does; of an unknown one nothing is asked.  *unknown: features that the profile
 * does not have; mrz: the seal's MRZ, "" when it carries none; code: the document's type for the signer's list ("V", "PU", "NB"), "" when not known.
 */
struct vds_message {
	enum vds_profile profile;
	unsigned unknown;
	char mrz[VDS_MRZ_MAX + 1];
	unsigned width; /* characters of its line 1 */
	char code[3];
};
int vds_message_check(const struct vds *vds, struct vds_message *message, struct err *err);
/* Everything readable in header and message, in order: names are words in lower case ("date of birth").  VALUE is UTF-8. */
typedef void vds_put_fact(void *to, const char *name, const char *value);
int vds_describe(const struct vds *vds, vds_put_fact *put, void *to, struct err *err);

/*
 * The seal's MRZ against the printed one: two lines, as many characters as the form has (44 or 36 each); line ends are passed over.
 * `differing` becomes the fields that differ ("document number, date of birth"), "" when all agree.  -1 FAIL_INPUT when the printed one
 * has another form or the seal carries none.  A valid seal on another document is fraud.
 */
enum { VDS_MRZ_FIELDS_TEXT = 200 };
int vds_mrz_compare(const struct vds_message *message, struct bytes printed, char differing[VDS_MRZ_FIELDS_TEXT], struct err *err);

#endif
