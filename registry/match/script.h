/*
 * script.h - letters of scripts that the tables of Doc 9303-3 section 6 do not know (Ethiopic, Khmer), or know in a reversible code
 * that nobody writes (Arabic: "XKH" for what people write KH), as the Latin letters that people write for them.  For comparison
 * only, never for a document.  Short vowels that a script leaves out stay out: the phonetic code leaves them out too.
 */
#ifndef CATENA_MATCH_SCRIPT_H
#define CATENA_MATCH_SCRIPT_H
#include "registry/base/bytes.h"

/* Appends `name` (UTF-8) with those letters in A-Z; every other character, and octets that are no text, as they are. */
void match_romanise(struct bytes name, struct buf *out);

#endif
