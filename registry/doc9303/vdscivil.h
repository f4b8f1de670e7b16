/*
 * vdscivil.h - the national seal profile for civil certificates: birth, death, marriage.  Specified in docs/vds.md, for readers in other
 * States too; definition C1, categories 20, 22 and 24.  Pure.
 *
 * A name stands twice when its letters need it: as the 39 characters of a passport's MRZ in C40, which any official can read and hold
 * against a passport, and as the act writes it in UTF-8.  Where upper-casing the one gives the other only C40 is written.  Other texts
 * are C40 when that loses nothing, else UTF-8; the tag tells which.
 */
#ifndef CATENA_DOC9303_VDSCIVIL_H
#define CATENA_DOC9303_VDSCIVIL_H
#include "registry/doc9303/vdsdoc.h"

enum {
	VDS_CIVIL_DEFINITION = 0xC1,
	VDS_CIVIL_MESSAGE_MAX = 1100, /* octets: with any header and signature a Data Matrix of 132 modules, 46 mm at 4 dots */
	VDS_NAME_MRZ = 39,            /* characters of a TD3 name field */
	VDS_TEXT_MAX = 160,           /* octets of UTF-8: 39 characters of four octets, and "..." */
	VDS_NUMBER_MAX = 40,          /* characters of an act or certificate number */
};

struct vds_name {
	char mrz[VDS_NAME_MRZ + 1];      /* "ERIKSSON<<ANNA<MARIA", fillers at the end taken off; "" when it has no transliteration */
	char national[VDS_TEXT_MAX + 1]; /* "Eriksson<<Anna Maria"; after reading "" when only C40 was there */
};
struct vds_person {
	struct vds_name name;
	struct date birth; /* any precision */
	char sex;          /* 'F', 'M', 'X'; 0 not stated */
	char birthplace[VDS_TEXT_MAX + 1];
	char nationality[4]; /* Doc 9303-3 section 5 */
	char number[VDS_NUMBER_MAX + 1];
};
struct vds_civil {
	enum vds_profile kind; /* VDS_BIRTH, VDS_DEATH or VDS_MARRIAGE */
	char act_number[VDS_NUMBER_MAX + 1];
	char registered_at[VDS_TEXT_MAX + 1]; /* place of registration */
	struct date registered_on;
	char certificate_number[VDS_NUMBER_MAX + 1]; /* of this paper; may be "" */
	struct date event_on;                        /* death, marriage */
	char event_place[VDS_TEXT_MAX + 1];
	struct vds_person subject;          /* child, deceased, first spouse */
	struct vds_person spouse;           /* second spouse; of the deceased; both names "": none */
	struct vds_person parent1, parent2; /* of the subject; both names "": not known */
	unsigned unknown;
};

/*
 * Fills *name from what the act says, both identifiers in Unicode; mrz_primary "" or NULL: transliterated here, else as the officer gave
 * it; one that has no transliteration stands in its national form only.  Too long a name is cut: the MRZ form as mrz_name_field does it, the national form before a character and with U+2026 at its end.
 */
int vds_name_set(struct bytes primary, struct bytes secondary, const char *mrz_primary, const char *mrz_secondary, struct vds_name *name,
	struct err *err);
/* A place or another text into a member of VDS_TEXT_MAX + 1 octets, cut the same way. */
void vds_text_set(struct bytes text, char out[VDS_TEXT_MAX + 1]);

/*
 * As vds_put_visa; also sets version 4.  When the message would be longer than VDS_CIVIL_MESSAGE_MAX, what an official abroad can do
 * without is left out, one after the other (docs/vds.md); FAIL_TOO_LARGE when that does not help.
 */
int vds_put_civil(const struct vds_civil *civil, struct vds *vds, struct buf *values, struct err *err);
int vds_get_civil(const struct vds *vds, struct vds_civil *civil, struct err *err);

#endif
