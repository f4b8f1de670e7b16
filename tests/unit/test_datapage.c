/*
 * Data page: size, the millimetre rules of Doc 9303-4 measured in the picture's pixels, an empty machine readable zone but for the
 * MRZ, the MRZ read back by us and, where it is installed, by tesseract one cell at a time.
 */
#include <gd.h>

#include "issuance/perso/datapage.h"
#include "registry/base/file.h"
#include "tests/tap.h"
#ifdef HAVE_TESSERACT
#include <leptonica/allheaders.h>
#include <tesseract/capi.h>
#endif

static struct production person = {
	.document_type = "PP",
	.issuing_state = "UTO",
	.number = "U7B4XK29Z",
	.uin = (char[]){ "234567890124" },
	.primary_name = (char[]){ "Müller-Ångström O'Brien" },
	.secondary_name = (char[]){ "Anna Марія" },
	.mrz_primary = (char[]){ "MUELLER<AANGSTROEM<OBRIEN" },
	.mrz_secondary = (char[]){ "ANNA<MARIIA" },
	.place_of_birth = (char[]){ "Zenith, Harbour District" },
	.authority = (char[]){ "PASSPORT OFFICE OF UTOPIA" },
	.sex = 'F',
	.birth = { DATE_DAY, 8, 12, 1974 },
	.nationality = "UTO",
	.issued_on = { DATE_DAY, 3, 4, 2026 },
	.expires_on = { DATE_DAY, 3, 4, 2036 },
};

static struct buf
picture(void)
{
	gdImagePtr im = gdImageCreateTrueColor(480, 640);
	struct buf jpeg = BUF_INIT;
	int n;
	void *octets;

	gdImageFilledRectangle(im, 0, 0, 480, 640, gdTrueColor(255, 0, 0));
	octets = gdImageJpegPtr(im, &n, 90);
	buf_add(&jpeg, octets, (size_t)n);
	gdFree(octets);
	gdImageDestroy(im);
	return jpeg;
}

static bool
is_ink(gdImagePtr im, int x, int y)
{
	return gdTrueColorGetGreen(gdImageGetTrueColorPixel(im, x, y)) < 128;
}

static bool
is_red(gdImagePtr im, int x, int y)
{
	int c = gdImageGetTrueColorPixel(im, x, y);

	return gdTrueColorGetRed(c) > 220 && gdTrueColorGetGreen(c) < 40;
}

static double
mm(gdImagePtr im, int px)
{
	return px * 25.4 / gdImageResolutionX(im);
}

static int
px(gdImagePtr im, double length)
{
	return (int)(length * gdImageResolutionX(im) / 25.4 + 0.5);
}

struct extent {
	int left, right, top, bottom; /* px of the ink; right and bottom included */
};

static struct extent
ink_in(gdImagePtr im, int from_y, int to_y)
{
	struct extent e = { gdImageSX(im), -1, gdImageSY(im), -1 };

	for (int y = from_y; y < to_y; y++)
		for (int x = 0; x < gdImageSX(im); x++)
			if (is_ink(im, x, y)) {
				e.left = x < e.left ? x : e.left;
				e.right = x > e.right ? x : e.right;
				e.top = y < e.top ? y : e.top;
				e.bottom = y > e.bottom ? y : e.bottom;
			}
	return e;
}

static void
test_measures(gdImagePtr im)
{
	int zone = gdImageSY(im) - px(im, DATAPAGE_MRZ_ZONE), middle = gdImageSY(im) - px(im, 12.6);
	struct extent upper = ink_in(im, zone, middle), lower = ink_in(im, middle, gdImageSY(im)), face = { gdImageSX(im), -1, gdImageSY(im), -1 };
	int ground = gdImageGetTrueColorPixel(im, 2, gdImageSY(im) - 2);
	bool empty = true;

	ok(upper.right > 0 && lower.right > 0, "two lines are in the machine readable zone");
	ok(mm(im, upper.left) > 5.0 && mm(im, upper.left) < 7.0 && mm(im, lower.left) > 5.0 && mm(im, lower.left) < 7.0,
		"the first characters are 6.0 +- 1.0 mm from the left edge: %.2f, %.2f", mm(im, upper.left), mm(im, lower.left));
	ok(mm(im, upper.right - upper.left) > 109.0 && mm(im, upper.right - upper.left) < 112.0, "44 characters at 10 to 25.4 mm: %.2f mm", mm(im, upper.right - upper.left));
	ok(mm(im, gdImageSX(im) - upper.right) > 2.0, "the right margin is empty");
	ok(mm(im, gdImageSY(im) - upper.top) < 23.2 - 2.0, "2 mm are free above the upper line: top at %.2f mm", mm(im, gdImageSY(im) - upper.top));
	ok(mm(im, gdImageSY(im) - lower.bottom) > 2.0, "2 mm are free below the lower line");
	ok(mm(im, lower.bottom - lower.top) > 2.3 && mm(im, lower.bottom - lower.top) < 3.2, "characters are of OCR-B size 1: %.2f mm", mm(im, lower.bottom - lower.top));
	for (int y = zone; y < upper.top - 3; y++)
		for (int x = 0; x < gdImageSX(im); x++)
			empty = empty && gdImageGetTrueColorPixel(im, x, y) == ground;
	for (int y = zone; y < gdImageSY(im); y++)
		for (int x = 0; x < px(im, 5.0); x++)
			empty = empty && gdImageGetTrueColorPixel(im, x, y) == ground;
	ok(empty, "nothing but the ground is around the MRZ in its zone");
	for (int y = 0; y < gdImageSY(im); y++)
		for (int x = 0; x < gdImageSX(im); x++)
			if (is_red(im, x, y)) {
				face.left = x < face.left ? x : face.left;
				face.right = x > face.right ? x : face.right;
				face.top = y < face.top ? y : face.top;
				face.bottom = y > face.bottom ? y : face.bottom;
			}
	ok(mm(im, face.right - face.left + 1) >= 26.0 && mm(im, face.right - face.left + 1) <= 35.1 && mm(im, face.bottom - face.top + 1) >= 32.0 &&
			mm(im, face.bottom - face.top + 1) <= 45.1,
		"the portrait is between 32 x 26 and 45 x 35 mm: %.1f x %.1f", mm(im, face.bottom - face.top + 1), mm(im, face.right - face.left + 1));
	ok(mm(im, face.left) >= 2.0 && face.bottom < zone, "at least 2.0 mm from the left edge and above the machine readable zone");
}

static void
test_damage(gdImagePtr im, const char *want)
{
	struct datapage_cell cell = datapage_mrz_cell(1, 9);
	char read[MRZ_TD3_LEN + 1] = "untouched";
	struct err err = ERR_INIT;
	void *octets;
	int n;

	gdImageFilledRectangle(im, cell.x, cell.y, cell.x + cell.width, cell.y + cell.height, gdTrueColor(90, 90, 90));
	octets = gdImagePngPtrEx(im, &n, 3);
	ok(datapage_read_mrz(BYTES(octets, n), &datapage_fonts, read, &err) == -1 && strstr(err.text, "line 2, column 10") != NULL,
		"a smeared character is named: %s", err.text);
	is(read, "untouched", "and nothing is given out");
	gdFree(octets);
	gdImageFilledRectangle(im, cell.x, cell.y, cell.x + cell.width, cell.y + cell.height, gdTrueColor(0xfb, 0xfa, 0xf4));
	gdImageCopy(im, im, cell.x, cell.y, cell.x + 60, cell.y, 30, cell.height); /* another character stands in its place */
	octets = gdImagePngPtrEx(im, &n, 3);
	ok(datapage_read_mrz(BYTES(octets, n), &datapage_fonts, read, &err) == 0 && strcmp(read, want) != 0 && read[53] == want[55],
		"a character that was exchanged is read as what it is");
	gdFree(octets);
	ok(datapage_read_mrz(BYTES("\x89PNG", 4), &datapage_fonts, read, &err) == -1, "no PNG: %s", err.text);
	ok(datapage_read_mrz(BYTES_NONE, &datapage_fonts, read, &err) == -1, "nothing: %s", err.text);
}

/* Long and strange names, unknown dates: drawn, and the MRZ is still read. */
static void
test_others(struct bytes jpeg)
{
	static const struct {
		const char *name, *primary, *secondary, *mrz_primary, *mrz_secondary;
		struct date birth;
	} others[] = {
		{ "a very long name", "Nilavadhanananda Chayapongsakornwattanakulchaisri", "Arnpol Petch Charonguang Somboonsakdikul Thanyaporn",
			"NILAVADHANANANDA<CHAYAPONGSAKORNWATTANAKULCHAISRI", "ARNPOL<PETCH<CHARONGUANG", { DATE_DAY, 1, 2, 1999 } },
		{ "Arabic letters: the transliteration stands alone", "عبّاس", "فاطمة", "EBBAS", "FATMXAH", { DATE_YEAR, 0, 0, 1950 } },
		{ "no secondary identifier, nothing known of the birth", "Arkfreith", NULL, "ARKFREITH", NULL, { DATE_UNKNOWN, 0, 0, 0 } },
		{ "one word longer than the line", "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers", "X", "WOLFESCHLEGELSTEINHAUSENBERGERDORFF", "X",
			{ DATE_MONTH, 5, 0, 1971 } },
	};

	for (size_t i = 0; i < NELEM(others); i++) {
		struct production p = person;
		struct perso_order order;
		struct buf png = BUF_INIT;
		char read[MRZ_TD3_LEN + 1];
		struct err err = ERR_INIT;

		p.primary_name = (char *)(uintptr_t)others[i].primary;
		p.secondary_name = (char *)(uintptr_t)others[i].secondary;
		p.mrz_primary = (char *)(uintptr_t)others[i].mrz_primary;
		p.mrz_secondary = (char *)(uintptr_t)others[i].mrz_secondary;
		p.birth = others[i].birth;
		ok(order_of_production(&p, &order, &err) == 0 && datapage_draw(&order, jpeg, &datapage_fonts, &png, &err) == 0 &&
				datapage_read_mrz(bytes_of(&png), &datapage_fonts, read, &err) == 0 && strcmp(read, order.lines) == 0,
			"%s %s", others[i].name, err.text);
		buf_clear(&png);
	}
}

#ifdef HAVE_TESSERACT
/* What ICAO allows at a position: letters, digits, either. */
static const char *
class_of(unsigned i)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<", digits[] = "0123456789<", any[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";
	unsigned column = i % MRZ_TD3_WIDTH;

	if (i < MRZ_TD3_WIDTH || (column >= 10 && column < 13) || column == 20)
		return letters;
	return column < 9 || (column >= 28 && column < 42) ? any : digits;
}

static char
tesseract_reads(TessBaseAPI *api, PIX *pix, struct datapage_cell part)
{
	char *text, c;

	TessBaseAPISetImage2(api, pix);
	TessBaseAPISetSourceResolution(api, DATAPAGE_DPI);
	TessBaseAPISetRectangle(api, part.x, part.y, part.width, part.height);
	text = TessBaseAPIGetUTF8Text(api);
	c = text != NULL && text[0] > ' ' ? text[0] : '?';
	TessDeleteText(text);
	return c;
}

/* The cell on its page and, when tesseract sees no character at all, once more alone with a margin around it. */
static char
tesseract_reads_cell(TessBaseAPI *api, PIX *page, struct datapage_cell cell)
{
	BOX *box = boxCreate(cell.x, cell.y, cell.width, cell.height);
	PIX *clip = pixClipRectangle(page, box, NULL), *grey = pixConvertTo8(clip, 0), *framed = pixAddBorder(grey, 20, 250);
	char c = tesseract_reads(api, page, cell);

	if (c == '?')
		c = tesseract_reads(api, framed, (struct datapage_cell){ 0, 0, cell.width + 40, cell.height + 40 });
	boxDestroy(&box);
	pixDestroy(&clip);
	pixDestroy(&grey);
	pixDestroy(&framed);
	return c;
}

/* How many characters tesseract reads as they are; what differs is printed. */
static unsigned
tesseract_reads_page(TessBaseAPI *api, struct bytes png, const char *want)
{
	char read[MRZ_TD3_LEN + 1] = "";
	unsigned right = 0;
	PIX *page = pixReadMem(png.p, png.n);

	for (unsigned i = 0; i < MRZ_TD3_LEN; i++) {
		TessBaseAPISetVariable(api, "tessedit_char_whitelist", class_of(i));
		read[i] = tesseract_reads_cell(api, page, datapage_mrz_cell(i / MRZ_TD3_WIDTH, i % MRZ_TD3_WIDTH));
		right += read[i] == want[i];
	}
	if (right != MRZ_TD3_LEN)
		printf("# read   %s\n# wanted %s\n", read, want);
	pixDestroy(&page);
	return right;
}

static unsigned
random_below(unsigned below)
{
	static unsigned state = 9303;

	state = state * 1103515245 + 12345;
	return (state >> 16) % below;
}

static void
random_text(char *out, size_t n, const char *of)
{
	for (size_t i = 0; i < n; i++)
		out[i] = of[random_below((unsigned)strlen(of))];
	out[n] = '\0';
}

/* A holder by chance: names of one to four parts of all letters, a number of the alphabet of numbers, dates, any sex. */
static void
random_person(struct production *p, char names[2][40], char uin[13])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits[] = "0123456789", numbers[] = "23456789BCDFGHJKLMNPRSTVWXYZ",
			  series[] = "ABCDEFGHJKLMNPQRSTUVWXYZ"; /* issuance/perso/number.h */

	for (int k = 0; k < 2; k++) {
		size_t n = 3 + random_below(12), m = random_below(2) * (2 + random_below(10));

		random_text(names[k], n, letters);
		if (m > 0) {
			names[k][n] = '<';
			random_text(names[k] + n + 1, m, letters);
		}
	}
	random_text(uin, 12, digits);
	random_text(p->number + 1, 8, numbers);
	p->number[0] = series[random_below((unsigned)strlen(series))];
	p->primary_name = p->mrz_primary = names[0];
	p->secondary_name = p->mrz_secondary = names[1];
	p->uin = uin;
	p->sex = "FMX"[random_below(3)];
	p->birth = (struct date){ DATE_DAY, (uint8_t)(1 + random_below(12)), (uint8_t)(1 + random_below(28)), (int16_t)(1930 + random_below(90)) };
	p->expires_on = (struct date){ DATE_DAY, (uint8_t)(1 + random_below(12)), (uint8_t)(1 + random_below(28)), 2035 };
}

/* Done when 4: OCR_PAGES=200 for the whole; a few by default, because a page takes a second. */
static void
test_tesseract(struct bytes png, const char *want, struct bytes jpeg)
{
	TessBaseAPI *api = TessBaseAPICreate();
	const char *text = getenv("OCR_PAGES");
	unsigned pages = text != NULL ? (unsigned)strtoul(text, NULL, 10) : 3, right = 0, characters = 0;

	if (TessBaseAPIInit3(api, NULL, "eng") != 0) {
		TessBaseAPIDelete(api);
		return skip("tesseract reads the MRZ", "no language data");
	}
	TessBaseAPISetPageSegMode(api, PSM_SINGLE_CHAR);
	ok(tesseract_reads_page(api, png, want) == MRZ_TD3_LEN, "tesseract reads the specimen");
	for (unsigned i = 0; i < pages; i++) {
		struct production p = person;
		char names[2][40], uin[13];
		struct buf page = BUF_INIT;
		struct perso_order order;
		struct err err = ERR_INIT;
		unsigned n;

		random_person(&p, names, uin);
		if (order_of_production(&p, &order, &err) == -1 || datapage_draw(&order, jpeg, &datapage_fonts, &page, &err) == -1)
			bail_out("page %u: %s", i, err.text);
		n = tesseract_reads_page(api, bytes_of(&page), order.lines);
		right += n == MRZ_TD3_LEN;
		characters += n;
		buf_clear(&page);
	}
	ok(right == pages, "tesseract reads %u of %u MRZs, %u of %u characters", right, pages, characters, pages * MRZ_TD3_LEN);
	TessBaseAPIEnd(api);
	TessBaseAPIDelete(api);
}
#else
static void
test_tesseract(struct bytes png, const char *want, struct bytes jpeg)
{
	(void)png;
	(void)want;
	(void)jpeg;
	skip("tesseract reads the MRZ", "configure did not find tesseract");
}
#endif

/* The same page at 600 dpi, measured; DATAPAGE_OUT: a folder for both pictures, to be looked at. */
static void
test_fine(const struct perso_order *order, struct bytes jpeg, struct bytes coarse)
{
	const char *folder = getenv("DATAPAGE_OUT");
	struct buf png = BUF_INIT;
	struct err err = ERR_INIT;
	char path[300];
	gdImagePtr im;

	if (datapage_draw_at(DATAPAGE_DPI_FINE, order, jpeg, &datapage_fonts, &png, &err) == -1)
		bail_out("600 dpi: %s", err.text);
	im = gdImageCreateFromPngPtr((int)png.n, png.p);
	ok(gdImageSX(im) == 2953 && gdImageSY(im) == 2079 && gdImageResolutionX(im) == 600, "125 x 88 mm at 600 dpi");
	test_measures(im);
	gdImageDestroy(im);
	if (folder != NULL) {
		snprintf(path, sizeof(path), "%s/page300.png", folder);
		file_write(path, coarse, 0644, &err);
		snprintf(path, sizeof(path), "%s/page600.png", folder);
		file_write(path, bytes_of(&png), 0644, &err);
	}
	buf_clear(&png);
	ok(datapage_draw_at(1200, order, jpeg, &datapage_fonts, &png, &err) == -1 && err.kind == FAIL_INPUT && png.n == 0, "refuses another resolution: %s", err.text);
}

int
main(void)
{
	struct datapage_fonts no_fonts = datapage_fonts;
	struct buf jpeg = picture(), png = BUF_INIT, again = BUF_INIT;
	char read[MRZ_TD3_LEN + 1];
	struct err err = ERR_INIT;
	struct perso_order order;
	gdImagePtr im;

	if (order_of_production(&person, &order, &err) == -1 || datapage_draw(&order, bytes_of(&jpeg), &datapage_fonts, &png, &err) == -1)
		bail_out("data page: %s", err.text);
	im = gdImageCreateFromPngPtr((int)png.n, png.p);
	ok(gdImageSX(im) == 1476 && gdImageSY(im) == 1039, "125 x 88 mm at 300 dpi");
	ok(gdImageResolutionX(im) == 300 && gdImageResolutionY(im) == 300, "the PNG says its resolution");
	test_measures(im);
	test_fine(&order, bytes_of(&jpeg), bytes_of(&png));
	ok(datapage_read_mrz(bytes_of(&png), &datapage_fonts, read, &err) == 0, "the MRZ is read back %s", err.text);
	is(read, order.lines, "and is the order's");
	ok(datapage_draw(&order, bytes_of(&jpeg), &datapage_fonts, &again, &err) == 0 && bytes_equal(bytes_of(&png), bytes_of(&again)), "drawn again it is the same picture");
	test_tesseract(bytes_of(&png), order.lines, bytes_of(&jpeg));
	test_damage(im, order.lines);
	test_others(bytes_of(&jpeg));
	buf_clear(&again);
	ok(datapage_draw(&order, BYTES("GIF89a", 6), &datapage_fonts, &again, &err) == -1 && err.kind == FAIL_INPUT && again.n == 0, "refuses a portrait that is no JPEG: %s", err.text);
	no_fonts.mrz = "/nowhere/OCRB.otf";
	ok(datapage_draw(&order, bytes_of(&jpeg), &no_fonts, &again, &err) == -1 && err.kind == FAIL_INTERNAL && again.n == 0, "no picture without OCR-B: %s", err.text);
	gdImageDestroy(im);
	buf_clear(&jpeg);
	buf_clear(&png);
	return done_testing();
}
