/* lds-local.h - what the files of the logical data structure share. */
#ifndef CATENA_DOC9303_LDS_LOCAL_H
#define CATENA_DOC9303_LDS_LOCAL_H
#include "registry/base/der.h"
#include "registry/doc9303/lds.h"

/* The contents of a file that is exactly one object of this tag, at most LDS_MAX_FILE octets. */
int lds_open(struct bytes file, uint32_t tag, struct der *inner, const char *what, struct err *err);
/* YYYYMMDD in eight digits, or in four octets of two digits each as on old chips; "00" for a month or day that is not known. */
int lds_get_date(struct bytes value, struct date *out, const char *what, struct err *err);
/* A date with at least a year as YYYYMMDD. */
int lds_put_date(struct der_out *o, uint32_t tag, struct date d, const char *what, struct err *err);
/* Not empty and UTF-8. */
int lds_get_text(struct bytes value, struct bytes *out, const char *what, struct err *err);
int lds_put_text(struct der_out *o, uint32_t tag, struct bytes text, const char *what, struct err *err);
/* Moves the finished file out, unless it is longer than LDS_MAX_FILE. */
int lds_close(struct der_out *o, struct buf *out, const char *what, struct err *err);
/* lds_dg2_write of a face record that stands in several places, the first of which is not empty. */
int lds_dg2_write_parts(const struct bytes *part, size_t n, struct buf *out, struct err *err);

#endif
