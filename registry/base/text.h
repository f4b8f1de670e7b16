/* text.h - Unicode text over ICU: validity, NFC, folding.  No clock, no I/O. */
#ifndef CATENA_BASE_TEXT_H
#define CATENA_BASE_TEXT_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

bool text_is_utf8(struct bytes in);  /* RFC 3629: no overlong forms, no surrogates, no NUL */
size_t text_length(struct bytes in); /* code points of valid UTF-8 */
/* One code point from the front: returns its octets (1..4), 0 when malformed or empty. */
size_t text_next(struct bytes in, uint32_t *code_point);
void text_put(struct buf *b, uint32_t code_point);
/* Whether a terminal or a page shows it and nothing else: no control, no invisible turn of direction. */
bool text_is_visible(uint32_t code_point);
/* What others wrote, for a person: visible UTF-8 as it is; the rest, the backslash and what is no UTF-8 as \xNN.  Appended. */
void text_show(struct bytes in, struct buf *out);
/*
 * Checks and normalises what an officer entered: valid UTF-8, no control, bidi-control, unassigned or private-use characters;
 * result NFC, trimmed, runs of white space made one space, appended to *out.  -1 FAIL_INPUT naming the character as U+XXXX.
 */
int text_clean(struct bytes in, struct buf *out, struct err *err);
int text_upper(struct bytes in, struct buf *out, struct err *err); /* full case mapping, root locale */
/* Decomposed, marks dropped, case folded: for comparison, never for display. */
int text_fold(struct bytes in, struct buf *out, struct err *err);

/* A field of a CSV record (RFC 4180) as it is to be written: in quotation marks where it needs them. */
void csv_put(struct buf *out, struct bytes field);

#endif
