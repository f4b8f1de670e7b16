/* schema.h - the numbered .sql files of this folder, as part of the program; schema.c is made from them. */
#ifndef CATENA_SCHEMA_SCHEMA_H
#define CATENA_SCHEMA_SCHEMA_H

struct schema_file {
	int number;
	const char *name; /* "0010-ledger.sql" */
	const char *sql;
};
extern const struct schema_file schema_files[]; /* in order of number; ends with name NULL */

#endif
