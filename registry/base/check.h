/*
 * check.h - check characters against typing errors: Verhoeff's decimal code and ISO/IEC 7064 MOD 37,36.
 *
 * Both find every single wrong character and every swap of neighbours.
 */
#ifndef CATENA_BASE_CHECK_H
#define CATENA_BASE_CHECK_H
#include "registry/base/bytes.h"

/* The digit to put behind `digits`, '0'..'9'; 0 when empty or not all are digits. */
char verhoeff_digit(struct bytes digits);
/* Whether `digits`, its last the check digit, is right. */
bool verhoeff_valid(struct bytes digits);

/* The character to put behind `text` of 0-9 A-Z: '0'..'9', 'A'..'Z'; 0 when empty or a character is another. */
char mod37_36_char(struct bytes text);
bool mod37_36_valid(struct bytes text);

#endif
