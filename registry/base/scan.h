/*
 * scan.h - what kind of file a scan is, by its octets and not by its name: pure.
 *
 * JPEG (ISO/IEC 10918-1 B.2.1: SOI first, EOI last), PNG (ISO/IEC 15948 5.3: signature, IHDR, whole chunks up to IEND), TIFF 6.0 section 2 (byte order,
 * 42, a first directory that lies inside), PDF (ISO 32000-1 7.5.2, 7.5.5: header first, %%EOF near the end).  The pixels are not decoded.
 */
#ifndef CATENA_BASE_SCAN_H
#define CATENA_BASE_SCAN_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum scan_type { SCAN_JPEG,
	SCAN_PNG,
	SCAN_TIFF,
	SCAN_PDF,
	SCAN_TYPES };
enum { SCAN_MAX = 8 << 20 }; /* octets: a page at 300 dots per inch; what a service takes as raw body unless told otherwise */

extern const char *const scan_media_types[SCAN_TYPES + 1]; /* "image/jpeg" ...; NULL-terminated */

/* FAIL_INPUT: it is none of them, or begins as one and is cut off; FAIL_TOO_LARGE. */
int scan_identify(struct bytes file, enum scan_type *type, struct err *err);
/* The type that a file name's extension or a media type promises; false: neither is one of ours. */
bool scan_type_of_name(const char *name, enum scan_type *type);
bool scan_type_of_media_type(const char *media_type, enum scan_type *type);
/* scan_identify, and FAIL_INPUT when it is another type than was said: "says image/png, is image/jpeg". */
int scan_check(struct bytes file, enum scan_type said, struct err *err);

#endif
