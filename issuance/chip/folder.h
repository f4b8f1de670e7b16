/*
 * folder.h - a software chip kept in a folder: one file for each of its files, named by place and identifier, and what opens it.
 *
 *	lds-0101.bin ...    files of the application (DG1), octets as they are        mrz     document number, birth, expiry: three lines
 *	mf-011C.bin ...     files of the master file (EF.CardAccess)                  locked  is there when the chip is locked
 *	data-0066.bin ...   keys and passwords, as PUT DATA brought them (cardkey.c)
 */
#ifndef CATENA_FOLDER_H
#define CATENA_FOLDER_H
#include "issuance/chip/card.h"

/* Everything that is in the folder; a folder that is empty gives an empty chip. */
int folder_load(const char *folder, struct card *card, struct err *err);
/* Writes what the folder does not have yet; the mark "locked" last, so that a chip cut off in the middle is not taken for a whole one. */
int folder_save(const struct card *card, const char *folder, struct err *err);

#endif
