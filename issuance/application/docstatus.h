/*
 * docstatus.h - whether a document is valid, for partners' programs and inspectors who have it before them.  Routes: issuance/issued.c.
 *
 * Who has number and check learns one word and a day; who has not learns nothing, not even whether there is such a number.
 */
#ifndef CATENA_APPLICATION_DOCSTATUS_H
#define CATENA_APPLICATION_DOCSTATUS_H

#include "registry/base/date.h"
#include "registry/service/route.h"

route_handler get_document_status;

enum { DOCUMENT_CHECK = 16,
	DOCUMENT_ASKS_A_MINUTE = 600 }; /* of one address; the check has 10^8 values for who knows the number and nothing else */
/*
 * The check of a document: the first 16 hexadecimal digits of SHA-256 over its MRZ information, which also opens its chip (Doc 9303-11 4.3.2): number, date of
 * birth and date of expiry with their check digits.
 */
int document_check(const char *number, struct date birth, struct date expiry, char check[DOCUMENT_CHECK + 1], struct err *err);

#endif
