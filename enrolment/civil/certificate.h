/*
 * certificate.h - a certificate of a civil act on paper: full copy, extract, or the multilingual form after the model of the International
 * Commission on Civil Status (its Convention No. 16: numbered fields, labels in several languages, dates as Jo Mo An), as PDF.
 *
 * Pure: no database, no clock.  The same struct gives the same octets, so that a certificate can be made again from what the registry holds.
 * Names stand in any script, shaped right, with fonts embedded; text can be taken out of the file again.
 */
#ifndef CATENA_CIVIL_CERTIFICATE_H
#define CATENA_CIVIL_CERTIFICATE_H

#include "pki/vdsimage.h"
#include "registry/base/date.h"

enum certificate_kind { CERTIFICATE_BIRTH,
	CERTIFICATE_DEATH,
	CERTIFICATE_MARRIAGE,
	CERTIFICATE_DIVORCE,
	CERTIFICATE_KINDS };
enum certificate_form { CERTIFICATE_FULL,
	CERTIFICATE_EXTRACT,
	CERTIFICATE_MULTILINGUAL,
	CERTIFICATE_FORMS };
enum certificate_language { CERTIFICATE_EN,
	CERTIFICATE_FR,
	CERTIFICATE_AR,
	CERTIFICATE_ES,
	CERTIFICATE_LANGUAGES };
extern const char *const certificate_kinds[CERTIFICATE_KINDS + 1]; /* "birth"; end with NULL, as the next two */
extern const char *const certificate_forms[CERTIFICATE_FORMS + 1]; /* "multilingual" */
extern const char *const certificate_languages[CERTIFICATE_LANGUAGES + 1];

/* Whom or what a field is about. */
enum certificate_part { PART_ACT,
	PART_CHILD,
	PART_DECEASED,
	PART_SPOUSE_1,
	PART_SPOUSE_2,
	PART_MOTHER,
	PART_FATHER,
	PART_OTHERS,
	CERTIFICATE_PARTS };
enum certificate_item { ITEM_SURNAME,
	ITEM_FORENAMES,
	ITEM_NAME_LOCAL, /* in a further script */
	ITEM_SEX,        /* F M X */
	ITEM_BORN_ON,
	ITEM_BIRTHPLACE,
	ITEM_NATIONALITY,
	ITEM_PERSONAL_NUMBER,
	ITEM_EVENT_ON,
	ITEM_EVENT_PLACE,
	ITEM_COURT,
	ITEM_REFERENCE,
	ITEM_DECIDED_ON,
	ITEM_MULTIPLE, /* "2 / 3": second of triplets */
	ITEM_INFORMANT,
	ITEM_WITNESSES,
	ITEM_NOTE, /* marginal note; any number of them */
	CERTIFICATE_ITEMS };

/* One field.  Which are printed, where and in which form is the layout's business (certificate_text.c): what a form has no place for is left out. */
struct certificate_entry {
	enum certificate_part part;
	enum certificate_item item;
	const char *value; /* UTF-8; NULL when it is a date */
	const char *latin; /* the name as in a passport's MRZ, for who cannot read the script; NULL: none */
	struct date date;
};
struct certificate {
	enum certificate_kind kind;
	enum certificate_form form;
	enum certificate_language language; /* of the labels; the multilingual form has all */
	const char *state, *authority;      /* "Republic of Utopia", "Civil Registration" */
	const char *office;                 /* that issues it */
	const char *act_number;
	const char *registered_at; /* office that registered the act */
	struct date registered_on;
	const char *number; /* of the certificate */
	unsigned copy;      /* 1, 2 ... of certificates of this act */
	const char *paper;  /* serial of the security paper; NULL: bound later or plain paper */
	struct date issued_on, as_of;
	const struct certificate_entry *entry;
	size_t nentry;
	const struct vds_symbol *seal; /* NULL: it says that it has none */
	const char *status_url;        /* where anybody asks whether it is valid */
};

/*
 * A4, as many pages as it takes, appended to *pdf.  FAIL_INPUT: a text is no UTF-8 or has control or bidi characters, or a letter for which no
 * font is installed: nothing is printed with holes.
 */
int certificate_pdf(const struct certificate *c, struct buf *pdf, struct err *err);

#endif
