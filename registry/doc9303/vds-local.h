/* vds-local.h - what the message profiles share: features written and taken. */
#ifndef CATENA_DOC9303_VDS_LOCAL_H
#define CATENA_DOC9303_VDS_LOCAL_H
#include "registry/doc9303/vdsdoc.h"

/* Values grow in *values, and move while they do: features get their pointers at the end. */
struct vds_writer {
	struct vds *vds;
	struct buf *values;
	unsigned n;
	struct {
		uint8_t tag;
		size_t from;
	} at[VDS_FEATURES];
};
void vds_write_begin(struct vds_writer *w, struct vds *vds, enum vds_profile profile, struct buf *values);
void vds_write_open(struct vds_writer *w, uint8_t tag); /* what is appended to *values now is this feature's */
void vds_write(struct vds_writer *w, uint8_t tag, struct bytes value);
int vds_write_c40(struct vds_writer *w, uint8_t tag, struct bytes text, struct err *err);
int vds_write_end(struct vds_writer *w, struct err *err);

/* 1 and *value, 0 when the tag is absent, -1 FAIL_INPUT when it stands twice. */
int vds_take(const struct vds *vds, uint8_t tag, struct bytes *value, const char *what, struct err *err);
/* As vds_take, decoded, at most size - 1 characters. */
int vds_take_c40(const struct vds *vds, uint8_t tag, char *text, size_t size, const char *what, struct err *err);

/* "2026-11-21", "" when unknown, to `put` unless empty. */
void vds_put_date(vds_put_fact *put, void *to, const char *name, struct date date);
void vds_put_text(vds_put_fact *put, void *to, const char *name, const char *value); /* nothing for "" */

/* vdscivil.c, for vdsdoc.c */
void vds_describe_civil(const struct vds *vds, vds_put_fact *put, void *to);
bool vds_civil_has_tag(enum vds_profile profile, uint8_t tag);

#endif
