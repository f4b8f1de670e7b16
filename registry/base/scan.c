#include "registry/base/scan.h"

#include <string.h>
#include <strings.h>

enum { TRAILER = 64,          /* octets that scanners leave behind a JPEG's end */
	PDF_TRAILER = 1024 }; /* %%EOF stands in the last 1024 octets: what readers accept */

const char *const scan_media_types[SCAN_TYPES + 1] = { "image/jpeg", "image/png", "image/tiff", "application/pdf", NULL };

static bool
begins(struct bytes file, const char *with, size_t n)
{
	return file.n >= n && memcmp(file.p, with, n) == 0;
}

static bool
ends_within(struct bytes file, size_t last, const char *with, size_t n)
{
	for (size_t back = n; back <= file.n && back <= last; back++)
		if (memcmp(file.p + file.n - back, with, n) == 0)
			return true;
	return false;
}

static uint32_t
number(const uint8_t *p, unsigned octets, bool is_little)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < octets; i++)
		n = n << 8 | p[is_little ? octets - 1 - i : i];
	return n;
}

static bool
is_whole_png(struct bytes file)
{
	for (size_t at = 8; file.n - at >= 12;) {
		uint32_t length = number(file.p + at, 4, false);
		bool is_end = memcmp(file.p + at + 4, "IEND", 4) == 0;

		if (length > file.n - at - 12 || (at == 8) != (memcmp(file.p + at + 4, "IHDR", 4) == 0))
			return false;
		at += 12 + (size_t)length;
		if (is_end)
			return at == file.n;
	}
	return false;
}

static bool
is_whole_tiff(struct bytes file)
{
	bool is_little = file.p[0] == 'I';
	uint32_t at, n;

	if (file.n < 8 + 2 + 12 + 4)
		return false;
	at = number(file.p + 4, 4, is_little);
	if (at < 8 || at > file.n - 2)
		return false;
	n = number(file.p + at, 2, is_little);
	return n > 0 && (file.n - at - 2) / 12 >= n;
}

int
scan_identify(struct bytes file, enum scan_type *type, struct err *err)
{
	enum scan_type t;
	bool is_whole;

	if (file.n > SCAN_MAX)
		return err_set(err, FAIL_TOO_LARGE, "scan: %zu octets, at most %d", file.n, SCAN_MAX);
	if (begins(file, "\xff\xd8\xff", 3)) {
		t = SCAN_JPEG;
		is_whole = ends_within(file, TRAILER, "\xff\xd9", 2);
	} else if (begins(file, "\x89PNG\r\n\x1a\n", 8)) {
		t = SCAN_PNG;
		is_whole = is_whole_png(file);
	} else if (begins(file, "II*\0", 4) || begins(file, "MM\0*", 4)) {
		t = SCAN_TIFF;
		is_whole = is_whole_tiff(file);
	} else if (begins(file, "%PDF-", 5)) {
		t = SCAN_PDF;
		is_whole = ends_within(file, PDF_TRAILER, "%%EOF", 5);
	} else
		return err_set(err, FAIL_INPUT, "scan: neither JPEG, PNG, TIFF nor PDF");
	if (!is_whole)
		return err_set(err, FAIL_INPUT, "scan: begins as %s and is not whole", scan_media_types[t]);
	*type = t;
	return 0;
}

bool
scan_type_of_name(const char *name, enum scan_type *type)
{
	static const struct {
		const char *extension;
		enum scan_type type;
	} known[] = { { "jpg", SCAN_JPEG }, { "jpeg", SCAN_JPEG }, { "png", SCAN_PNG }, { "tif", SCAN_TIFF }, { "tiff", SCAN_TIFF }, { "pdf", SCAN_PDF } };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < NELEM(known); i++)
		if (strcasecmp(dot + 1, known[i].extension) == 0) {
			*type = known[i].type;
			return true;
		}
	return false;
}

bool
scan_type_of_media_type(const char *media_type, enum scan_type *type)
{
	size_t n = strcspn(media_type, "; ");

	for (int i = 0; i < SCAN_TYPES; i++)
		if (strlen(scan_media_types[i]) == n && strncasecmp(scan_media_types[i], media_type, n) == 0) {
			*type = (enum scan_type)i;
			return true;
		}
	return false;
}

int
scan_check(struct bytes file, enum scan_type said, struct err *err)
{
	enum scan_type is;

	if (scan_identify(file, &is, err) == -1)
		return -1;
	if (is != said)
		return err_set(err, FAIL_INPUT, "scan: says %s, is %s", scan_media_types[said], scan_media_types[is]);
	return 0;
}
