/*
 * datapage.h - documents as they are printed, of all five forms: pictures of a side (PNG at 300 or 600 dpi) and print files (PDF in the form's
 * exact size).  What stands where is a layout's business (layout.h); what is written comes from the order.  Doc 9303-3 section 3 (visual zone:
 * names, dates, captions) and 4 (machine readable zone: OCR-B size 1, 10 characters per 25.4 mm).
 *
 * Every script is shaped.  A name that is not in Latin letters is followed by its transliteration.  The same input gives the same octets with the
 * same fonts and libraries: no clock, no random values.
 */
#ifndef CATENA_PERSO_DATAPAGE_H
#define CATENA_PERSO_DATAPAGE_H

#include "issuance/perso/layout.h"
#include "issuance/perso/order.h"

enum {
	DATAPAGE_DPI = 300,
	DATAPAGE_DPI_FINE = 600
};

struct datapage_fonts {
	const char *mrz;     /* file of OCR-B */
	const char *caption; /* sans serif with Latin, Greek and Cyrillic letters */
	const char *text;    /* the same, bold */
};
extern const struct datapage_fonts datapage_fonts; /* where Debian puts them */

/* That the fonts are there, before anybody waits for a page: FAIL_INTERNAL naming the one that is not, and its package as hint. */
int datapage_fonts_check(const struct datapage_fonts *fonts, struct err *err);

/*
 * The layouts of all forms with what is drawn once of each.  One for a program: its threads draw at the same time.  folder: TD1.json, TD2.json,
 * TD3.json, MRV-A.json, MRV-B.json in it take the place of those that are part of the program; NULL or "": none do.  -1: FAIL_INPUT for a layout
 * that breaks a rule, or a caption that is wider than its zone; FAIL_INTERNAL for fonts.
 */
struct datapage;
int datapage_new(const char *folder, const struct datapage_fonts *fonts, struct datapage **datapage, struct err *err);
void datapage_free(struct datapage *datapage);
const struct layout *datapage_layout(const struct datapage *datapage, enum mrz_form form);

struct datapage_input {
	const struct perso_order *order;
	struct bytes portrait; /* JPEG */
	struct bytes seal;     /* octets of the visible digital seal; n 0: none.  Where the layout has no zone for it, it is not printed. */
};
/* side: 0, or 1 for the back of a TD1.  dpi: one of the two.  *png is replaced.  -1: FAIL_INPUT for a portrait that cannot be read. */
int datapage_draw(struct datapage *datapage, const struct datapage_input *in, unsigned side, int dpi, struct buf *png, struct err *err);

/*
 * A PDF for the printer: one page for each side, in the order in which documents are added, of the exact size of the form (MediaBox and TrimBox),
 * fonts embedded, the machine readable zone as text of OCR-B, portraits as the JPEG they are.  The PDF is appended to *pdf at the end.
 */
struct datapage_print;
int datapage_print_begin(struct datapage *datapage, const char *title, struct datapage_print **print, struct err *err);
int datapage_print_add(struct datapage_print *print, const struct datapage_input *in, struct err *err);
int datapage_print_end(struct datapage_print *print, struct buf *pdf, struct err *err); /* releases print in any case */
void datapage_print_drop(struct datapage_print *print);

struct datapage_cell {
	int x, y, width, height; /* px from the left and upper edge */
};
/* The cell of an MRZ character on the side that has the machine readable zone; lines and columns from 0. */
struct datapage_cell datapage_mrz_cell(const struct layout *layout, int dpi, unsigned line, unsigned column);
/*
 * Reads the MRZ back from the 300 dpi picture of that side: each cell is compared with OCR-B's 37 characters.  Lines one after the other and a 0;
 * -1 FAIL_INPUT naming line and column where no character is near enough.
 */
int datapage_read_mrz(struct datapage *datapage, enum mrz_form form, struct bytes png, char lines[MRZ_MAX_LEN + 1], struct err *err);

/* That the seal's zone in the 300 dpi picture of its side shows these octets, every module of it.  -1 FAIL_INPUT. */
int datapage_check_seal(struct datapage *datapage, enum mrz_form form, struct bytes png, struct bytes seal, struct err *err);

#endif
