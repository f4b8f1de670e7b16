/* What a scan is, by its octets: the least of each format by its standard, and defects of each. */
#include "registry/base/scan.h"
#include "tests/tap.h"

#define OCTETS(s) BYTES((const uint8_t *)(s), sizeof(s) - 1)
/* ISO 32000-1 H.2 in short; ISO/IEC 15948 11.2.2: 1 x 1 pixel, then IEND; TIFF 6.0 section 2: one directory with one entry. */
#define PDF   "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
#define IHDR  "\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"
#define IEND  "\0\0\0\0IEND\xae\x42\x60\x82"
#define PNG   "\x89PNG\r\n\x1a\n" IHDR IEND
#define ENTRY "\0\1\3\0\1\0\0\0\1\0\0\0"
#define TIFF  "II*\0\x08\0\0\0\1\0" ENTRY "\0\0\0\0"
#define TIFFM "MM\0*\0\0\0\x08\0\1" ENTRY "\0\0\0\0"
#define JPEG  "\xff\xd8\xff\xe0\0\x04JF\xff\xd9"

static const struct {
	const char *name;
	struct bytes file;
	enum scan_type type;
} good[] = {
	{ "JPEG", OCTETS(JPEG), SCAN_JPEG },
	{ "JPEG with a scanner's padding", OCTETS(JPEG "\0\0\0\0"), SCAN_JPEG },
	{ "PNG", OCTETS(PNG), SCAN_PNG },
	{ "TIFF, lowest octet first", OCTETS(TIFF), SCAN_TIFF },
	{ "TIFF, highest octet first", OCTETS(TIFFM), SCAN_TIFF },
	{ "PDF", OCTETS(PDF), SCAN_PDF },
};

static const struct {
	const char *name;
	struct bytes file;
	const char *text;
} bad[] = {
	{ "nothing", { NULL, 0 }, "neither" },
	{ "one octet", OCTETS("\xff"), "neither" },
	{ "text", OCTETS("register,volume,page\n"), "neither" },
	{ "a web page", OCTETS("<!DOCTYPE html><html></html>"), "neither" },
	{ "a program", OCTETS("MZ\x90\0\3\0\0\0"), "neither" },
	{ "GIF", OCTETS("GIF89a\1\0\1\0"), "neither" },
	{ "BMP", OCTETS("BM\x46\0\0\0"), "neither" },
	{ "JPEG 2000", OCTETS("\0\0\0\x0cjP  \r\n\x87\n"), "neither" },
	{ "BigTIFF", OCTETS("II+\0\x08\0\0\0"), "neither" },
	{ "PDF behind something else", OCTETS("\n" PDF), "neither" },
	{ "JPEG cut off", OCTETS("\xff\xd8\xff\xe0\0\x04JF"), "image/jpeg and is not whole" },
	{ "only the beginning of a JPEG", OCTETS("\xff\xd8\xff"), "image/jpeg and is not whole" },
	{ "only the signature of a PNG", OCTETS("\x89PNG\r\n\x1a\n"), "image/png and is not whole" },
	{ "PNG without IHDR", OCTETS("\x89PNG\r\n\x1a\n" IEND), "image/png and is not whole" },
	{ "PNG with two IHDR", OCTETS("\x89PNG\r\n\x1a\n" IHDR IHDR IEND), "image/png and is not whole" },
	{ "PNG without IEND", OCTETS("\x89PNG\r\n\x1a\n" IHDR), "image/png and is not whole" },
	{ "PNG with something behind", OCTETS(PNG "PK\3\4"), "image/png and is not whole" },
	{ "PNG whose chunk is longer than the file", OCTETS("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR\0\0\0\0"), "image/png and is not whole" },
	{ "only the header of a TIFF", OCTETS("II*\0\x08\0\0\0"), "image/tiff and is not whole" },
	{ "TIFF whose directory is in its header", OCTETS("II*\0\4\0\0\0\1\0" ENTRY "\0\0\0\0"), "image/tiff and is not whole" },
	{ "TIFF whose directory is behind its end", OCTETS("II*\0\xff\xff\xff\xff\1\0" ENTRY "\0\0\0\0"), "image/tiff and is not whole" },
	{ "TIFF with an empty directory", OCTETS("II*\0\x08\0\0\0\0\0" ENTRY "\0\0\0\0"), "image/tiff and is not whole" },
	{ "TIFF with more entries than octets", OCTETS("II*\0\x08\0\0\0\xff\xff" ENTRY "\0\0\0\0"), "image/tiff and is not whole" },
	{ "PDF cut off", OCTETS("%PDF-1.4\n1 0 obj\n<<>>\n"), "application/pdf and is not whole" },
};

static void
test_names(void)
{
	static const char *const none[] = { "", ".", "jpg", "a.jpg.exe", "a.gif", "a.", "page 1" };
	enum scan_type t = SCAN_PDF;

	ok(scan_type_of_name("B7-12.JPG", &t) && t == SCAN_JPEG && scan_type_of_name("a.b.tiff", &t) && t == SCAN_TIFF, "names, in any case");
	for (size_t i = 0; i < NELEM(none); i++)
		ok(!scan_type_of_name(none[i], &t), "refuses the name \"%s\"", none[i]);
	ok(scan_type_of_media_type("image/PNG; q=1", &t) && t == SCAN_PNG, "a media type with a parameter");
	ok(!scan_type_of_media_type("image/pn", &t) && !scan_type_of_media_type("", &t) && !scan_type_of_media_type("image/svg+xml", &t), "refuses others");
}

int
main(void)
{
	static uint8_t large[SCAN_MAX + 1] = { 0xff, 0xd8, 0xff };
	struct err err = ERR_INIT;
	enum scan_type t = SCAN_TYPES;

	for (size_t i = 0; i < NELEM(good); i++)
		ok(scan_identify(good[i].file, &t, &err) == 0 && t == good[i].type, "takes: %s", good[i].name);
	t = SCAN_TYPES;
	for (size_t i = 0; i < NELEM(bad); i++) {
		err = ERR_INIT;
		ok(scan_identify(bad[i].file, &t, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].text) != NULL && t == SCAN_TYPES, "refuses: %s",
			bad[i].name);
	}
	err = ERR_INIT;
	ok(scan_check(OCTETS(PNG), SCAN_JPEG, &err) == -1 && strcmp(err.text, "scan: says image/jpeg, is image/png") == 0, "refuses: a PNG that says it is a JPEG");
	err = ERR_INIT;
	ok(scan_check(OCTETS(PNG), SCAN_PNG, &err) == 0, "takes: a PNG that says so");
	ok(scan_identify(BYTES(large, sizeof(large)), &t, &err) == -1 && err.kind == FAIL_TOO_LARGE, "refuses: more than %d octets", SCAN_MAX);
	test_names();
	return done_testing();
}
