/*
 * What is printed, of all five forms: size, the millimetre rules of Doc 9303-3 to -7 measured in the picture's pixels, an empty machine readable zone
 * but for the MRZ, the MRZ read back by us and, where it is installed, by tesseract one cell at a time; the PDF as poppler's tools see it.
 */
#include <gd.h>
#include <unistd.h>

#include "issuance/perso/datapage.h"
#include "registry/base/file.h"
#include "tests/tap.h"
#ifdef HAVE_TESSERACT
#include <leptonica/allheaders.h>
#include <tesseract/capi.h>
#endif

static struct production person = {
	.document_type = "PP",
	.mrz_form = "TD3",
	.mrz_code = "PP",
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

static struct datapage *dp;

static struct form {
	const char *name, *kind, *code, *number;
	enum mrz_form form;
	double width, height, left; /* mm */
} forms[] = {
	{ "TD3", "PP", "PP", "U7B4XK29Z", MRZ_TD3, 125, 88, 6 },
	{ "TD1", "ID", "ID", "U7B4XK29ZC", MRZ_TD1, 85.6, 53.98, 4 },
	{ "TD2", "PU", "PU", "U7B4XK29Z", MRZ_TD2, 105, 74, 4 },
	{ "MRV-A", "VA", "V", "U7B4XK29Z", MRZ_MRVA, 120, 80, 4 },
	{ "MRV-B", "VB", "V", "U7B4XK29Z", MRZ_MRVB, 105, 74, 4 },
};

static struct production
person_of(const struct form *f)
{
	struct production p = person;

	snprintf(p.document_type, sizeof(p.document_type), "%s", f->kind);
	snprintf(p.mrz_form, sizeof(p.mrz_form), "%s", f->name);
	snprintf(p.mrz_code, sizeof(p.mrz_code), "%s", f->code);
	snprintf(p.number, sizeof(p.number), "%s", f->number);
	return p;
}

/* A seal as large as the largest that we make; the picture does not ask whether it verifies. */
static const uint8_t seal_octets[] = { 0xDC, 0x03, [150] = 0x5A };

static void
draw(const struct perso_order *order, struct bytes jpeg, unsigned side, int dpi, struct buf *png)
{
	const struct datapage_input in = { order, jpeg, BYTES(seal_octets, sizeof(seal_octets)) };
	struct err err = ERR_INIT;

	if (datapage_draw(dp, &in, side, dpi, png, &err) == -1)
		bail_out("data page: %s", err.text);
}

static unsigned
mrz_side(enum mrz_form form)
{
	return datapage_layout(dp, form)->mrz_side;
}

/* ---- measured in the picture ---- */

static void
test_measures(gdImagePtr im, const struct form *f)
{
	unsigned lines = mrz_form_lines(f->form), columns = mrz_form_width(f->form);
	const struct layout *l = datapage_layout(dp, f->form);
	int zone = gdImageSY(im) - px(im, LAYOUT_MRZ_ZONE), ground = gdImageGetTrueColorPixel(im, 2, gdImageSY(im) - 2), first = gdImageSY(im);
	bool empty = true;

	ok(gdImageSX(im) == px(im, f->width) && gdImageSY(im) == px(im, f->height), "%s: %g x %g mm", f->name, f->width, f->height);
	for (unsigned i = 0; i < lines; i++) {
		int middle = gdImageSY(im) - px(im, l->mrz->line[i]);
		struct extent e = ink_in(im, middle - px(im, 3.0), middle + px(im, 3.0));

		first = e.top < first ? e.top : first;
		ok(mm(im, e.left) > f->left - 1.0 && mm(im, e.left) < f->left + 1.05, "line %u begins %.1f +- 1.0 mm from the left edge: %.2f", i + 1, f->left, mm(im, e.left));
		ok(mm(im, e.right - e.left) > 2.54 * (columns - 1) - 1 && mm(im, e.right - e.left) < 2.54 * columns, "%u characters at 10 to 25.4 mm: %.2f mm", columns, mm(im, e.right - e.left));
		ok(mm(im, gdImageSX(im) - e.right) > 2.0, "the right margin is empty");
		ok(mm(im, gdImageSY(im) - e.top) < 23.2 - 2.0 && mm(im, gdImageSY(im) - e.bottom) > 2.0, "2 mm are free above and below");
		ok(mm(im, e.bottom - e.top) > 2.3 && mm(im, e.bottom - e.top) < 3.2, "characters are of OCR-B size 1: %.2f mm", mm(im, e.bottom - e.top));
	}
	for (int y = zone; y < gdImageSY(im); y++)
		for (int x = 0; x < gdImageSX(im); x++)
			if (y < first - 3 || x < px(im, f->left - 1.0))
				empty = empty && gdImageGetTrueColorPixel(im, x, y) == ground;
	ok(empty, "nothing but the ground is around the MRZ in its zone");
}

static void
test_portrait(gdImagePtr im, const struct form *f)
{
	struct extent face = { gdImageSX(im), -1, gdImageSY(im), -1 };

	for (int y = 0; y < gdImageSY(im); y++)
		for (int x = 0; x < gdImageSX(im); x++)
			if (is_red(im, x, y)) {
				face.left = x < face.left ? x : face.left;
				face.right = x > face.right ? x : face.right;
				face.top = y < face.top ? y : face.top;
				face.bottom = y > face.bottom ? y : face.bottom;
			}
	ok(mm(im, face.right - face.left + 1) >= 25.9 && mm(im, face.right - face.left + 1) <= 35.1 && mm(im, face.bottom - face.top + 1) >= 32.0 &&
			mm(im, face.bottom - face.top + 1) <= 45.1,
		"%s: the portrait is between 32 x 26 and 45 x 35 mm: %.1f x %.1f", f->name, mm(im, face.bottom - face.top + 1), mm(im, face.right - face.left + 1));
	ok(mm(im, face.left) >= 1.95, "at least 2.0 mm from the left edge");
}

static void
keep(const char *name, int dpi, unsigned side, struct bytes octets, const char *ending)
{
	const char *folder = getenv("DATAPAGE_OUT"); /* to be looked at */
	struct err err = ERR_INIT;
	char path[300];

	if (folder == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s-%d-%u.%s", folder, name, dpi, side, ending);
	file_write(path, octets, 0644, &err);
}

/* ---- read by a machine that is not ours ---- */

#ifdef HAVE_TESSERACT
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<", digits[] = "0123456789<", any[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";

/* What ICAO allows at a position: letters, digits, either. */
static const char *
class_of(enum mrz_form form, unsigned line, unsigned column)
{
	if (form == MRZ_TD1) {
		if (line == 0)
			return column < 5 ? letters : column == 14 ? digits
								   : any;
		if (line == 2 || column == 7 || (column >= 15 && column < 18))
			return letters;
		return column >= 18 && column < 29 ? any : digits;
	}
	if (line == 0 || (column >= 10 && column < 13) || column == 20)
		return letters;
	return column < 9 || (column >= 28 && column < (form == MRZ_TD3 ? 42U : form == MRZ_TD2 ? 35U
												: 44U))
		? any
		: digits;
}

static char
tesseract_reads(TessBaseAPI *api, PIX *pix, int dpi, struct datapage_cell part)
{
	char *text, c;

	TessBaseAPISetImage2(api, pix);
	TessBaseAPISetSourceResolution(api, dpi);
	TessBaseAPISetRectangle(api, part.x, part.y, part.width, part.height);
	text = TessBaseAPIGetUTF8Text(api);
	c = text != NULL && text[0] > ' ' ? text[0] : '?';
	TessDeleteText(text);
	return c;
}

/* The cell on its page and, when tesseract sees no character at all, once more alone with a margin around it, in the size of letters that it knows. */
static char
tesseract_reads_cell(TessBaseAPI *api, PIX *page, int dpi, struct datapage_cell cell)
{
	int border = dpi / 15;
	BOX *box = boxCreate(cell.x, cell.y, cell.width, cell.height);
	PIX *clip = pixClipRectangle(page, box, NULL), *grey = pixConvertTo8(clip, 0), *framed = pixAddBorder(grey, border, 250);
	float scale = (float)DATAPAGE_DPI / (float)dpi;
	PIX *small = pixScale(framed, scale, scale);
	char c = tesseract_reads(api, page, dpi, cell);

	if (c == '?')
		c = tesseract_reads(api, small, DATAPAGE_DPI, (struct datapage_cell){ 0, 0, pixGetWidth(small), pixGetHeight(small) });
	boxDestroy(&box);
	pixDestroy(&clip);
	pixDestroy(&grey);
	pixDestroy(&framed);
	pixDestroy(&small);
	return c;
}

/* How many characters tesseract reads as they are; what differs is printed. */
static unsigned
tesseract_reads_page(TessBaseAPI *api, enum mrz_form form, int dpi, struct bytes png, const char *want)
{
	const struct layout *l = datapage_layout(dp, form);
	unsigned columns = mrz_form_width(form), n = columns * mrz_form_lines(form), right = 0;
	PIX *page = pixReadMem(png.p, png.n);
	char read[MRZ_MAX_LEN + 1] = "";

	for (unsigned i = 0; i < n; i++) {
		TessBaseAPISetVariable(api, "tessedit_char_whitelist", class_of(form, i / columns, i % columns));
		read[i] = tesseract_reads_cell(api, page, dpi, datapage_mrz_cell(l, dpi, i / columns, i % columns));
		right += read[i] == want[i];
	}
	if (right != n)
		printf("# read   %s\n# wanted %s\n", read, want);
	pixDestroy(&page);
	return right;
}

static TessBaseAPI *
tesseract(void)
{
	TessBaseAPI *api = TessBaseAPICreate();

	if (TessBaseAPIInit3(api, NULL, "eng") != 0) {
		TessBaseAPIDelete(api);
		return NULL;
	}
	TessBaseAPISetPageSegMode(api, PSM_SINGLE_CHAR);
	return api;
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
	static const char latin[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", numerals[] = "0123456789", numbers[] = "23456789BCDFGHJKLMNPRSTVWXYZ",
			  series[] = "ABCDEFGHJKLMNPQRSTUVWXYZ"; /* issuance/perso/number.h */

	for (int k = 0; k < 2; k++) {
		size_t n = 3 + random_below(12), m = random_below(2) * (2 + random_below(10));

		random_text(names[k], n, latin);
		if (m > 0) {
			names[k][n] = '<';
			random_text(names[k] + n + 1, m, latin);
		}
	}
	random_text(uin, 12, numerals);
	random_text(p->number + 1, strlen(p->number) - 1, numbers);
	p->number[0] = series[random_below((unsigned)strlen(series))];
	p->primary_name = p->mrz_primary = names[0];
	p->secondary_name = p->mrz_secondary = names[1];
	p->uin = uin;
	p->sex = "FMX"[random_below(3)];
	p->birth = (struct date){ DATE_DAY, (uint8_t)(1 + random_below(12)), (uint8_t)(1 + random_below(28)), (int16_t)(1930 + random_below(90)) };
	p->expires_on = (struct date){ DATE_DAY, (uint8_t)(1 + random_below(12)), (uint8_t)(1 + random_below(28)), 2035 };
}

/* Done when 4: OCR_PAGES=200 for the whole; a few by default, because a page takes a second.  Forms and resolutions take turns. */
static void
test_tesseract(struct bytes jpeg)
{
	const char *text = getenv("OCR_PAGES");
	unsigned pages = text != NULL ? (unsigned)strtoul(text, NULL, 10) : NELEM(forms), right = 0, characters = 0, wanted = 0;
	TessBaseAPI *api = tesseract();

	if (api == NULL)
		return skip("tesseract reads the MRZ", "no language data");
	for (unsigned i = 0; i < pages; i++) {
		const struct form *f = &forms[i % NELEM(forms)];
		int dpi = i / NELEM(forms) % 4 == 3 ? DATAPAGE_DPI_FINE : DATAPAGE_DPI;
		struct production p = person_of(f);
		char names[2][40], uin[13];
		struct buf page = BUF_INIT;
		struct perso_order order;
		struct err err = ERR_INIT;
		unsigned n;

		random_person(&p, names, uin);
		if (order_of_production(&p, &order, &err) == -1)
			bail_out("page %u: %s", i, err.text);
		draw(&order, jpeg, mrz_side(f->form), dpi, &page);
		n = tesseract_reads_page(api, f->form, dpi, bytes_of(&page), order.lines);
		right += n == strlen(order.lines);
		characters += n;
		wanted += (unsigned)strlen(order.lines);
		buf_clear(&page);
	}
	ok(right == pages, "tesseract reads %u of %u MRZs of all forms, %u of %u characters", right, pages, characters, wanted);
	TessBaseAPIEnd(api);
	TessBaseAPIDelete(api);
}

/* A page of the print file, as the printer's own rasteriser may draw it. */
static void
test_print_read(const struct form *f, struct bytes png, const char *want)
{
	TessBaseAPI *api = tesseract();

	if (api == NULL)
		return skip("tesseract reads the MRZ from the PDF", "no language data");
	ok(tesseract_reads_page(api, f->form, DATAPAGE_DPI, png, want) == strlen(want), "%s: tesseract reads the MRZ from the PDF", f->name);
	TessBaseAPIEnd(api);
	TessBaseAPIDelete(api);
}
#else
static void
test_tesseract(struct bytes jpeg)
{
	(void)jpeg;
	skip("tesseract reads the MRZ", "configure did not find tesseract");
}

static void
test_print_read(const struct form *f, struct bytes png, const char *want)
{
	(void)f;
	(void)png;
	(void)want;
	skip("tesseract reads the MRZ from the PDF", "configure did not find tesseract");
}
#endif

/* ---- the print file ---- */

/* What a command prints; "" when it fails. */
__attribute__((format(printf, 1, 2))) static const char *
output(const char *fmt, ...)
{
	static char text[20000];
	char command[400];
	size_t n = 0;
	FILE *pipe;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	text[0] = '\0';
	if ((pipe = popen(command, "r")) == NULL)
		return text;
	n = fread(text, 1, sizeof(text) - 1, pipe);
	text[n] = '\0';
	if (pclose(pipe) != 0)
		text[0] = '\0';
	return text;
}

static void
test_print_tools(const char *path, const struct perso_order *orders)
{
	const char *said = output("pdfinfo -box -f 1 -l 9 %s 2>&1", path), *at;

	ok(strstr(said, "Pages:           6") != NULL && strstr(said, "rror") == NULL, "six pages: a card has two");
	for (size_t i = 0, page = 1; i < NELEM(forms); i++)
		for (unsigned side = 0; side < datapage_layout(dp, forms[i].form)->nside; side++, page++) {
			double width = 0, height = 0, trim[4] = { 0 };
			char size[40], box[40];

			snprintf(size, sizeof(size), "Page %4zu size:", page);
			snprintf(box, sizeof(box), "Page %4zu TrimBox:", page);
			if ((at = strstr(said, size)) != NULL)
				sscanf(at + strlen(size), "%lf x %lf", &width, &height);
			if ((at = strstr(said, box)) != NULL)
				sscanf(at + strlen(box), "%lf %lf %lf %lf", &trim[0], &trim[1], &trim[2], &trim[3]);
			ok(width - forms[i].width * 72 / 25.4 < 0.01 && forms[i].width * 72 / 25.4 - width < 0.01 && height - forms[i].height * 72 / 25.4 < 0.01 &&
					forms[i].height * 72 / 25.4 - height < 0.01,
				"page %zu is %g x %g mm: %g x %g pt", page, forms[i].width, forms[i].height, width, height);
			ok(trim[0] == 0 && trim[1] == 0 && width - trim[2] < 0.01 && trim[2] - width < 0.01 && trim[3] - height < 0.01 && height - trim[3] < 0.01, "and is trimmed to that");
		}
	said = output("pdffonts %s 2>&1", path);
	ok(strstr(said, "DejaVuSansCondensed-Bold") != NULL && strstr(said, "Type 3") != NULL && strstr(said, " no  no ") == NULL && strstr(said, "rror") == NULL, "fonts are embedded");
	said = output("pdftotext %s - 2>&1", path);
	for (size_t i = 0; i < NELEM(forms); i++)
		for (unsigned line = 0; line < mrz_form_lines(forms[i].form); line++) {
			char want[MRZ_TD3_WIDTH + 1];

			snprintf(want, sizeof(want), "%.*s", (int)mrz_form_width(forms[i].form), orders[i].lines + line * mrz_form_width(forms[i].form));
			ok(strstr(said, want) != NULL, "%s: line %u of the MRZ is text", forms[i].name, line + 1);
		}
	said = output("pdfimages -list %s 2>&1", path);
	ok(strstr(said, "jpeg") != NULL && strstr(said, "480   640") != NULL, "the portrait is there as the JPEG it is");
}

static void
test_print_pages(const char *folder, const struct perso_order *orders)
{
	for (size_t i = 0, page = 0; i < NELEM(forms); i++) {
		struct buf png = BUF_INIT;
		struct err err = ERR_INIT;
		char path[200];
		gdImagePtr im;

		page += datapage_layout(dp, forms[i].form)->nside;
		output("pdftoppm -r 300 -png -f %zu -l %zu -singlefile %s/print.pdf %s/page", page, page, folder, folder);
		snprintf(path, sizeof(path), "%s/page.png", folder);
		if (file_read(path, 8 << 20, &png, &err) == -1)
			bail_out("%s", err.text);
		im = gdImageCreateFromPngPtr((int)png.n, png.p);
		gdImageSetResolution(im, 300, 300);
		ok(abs(gdImageSX(im) - px(im, forms[i].width)) <= 1 && abs(gdImageSY(im) - px(im, forms[i].height)) <= 1, "%s: drawn from the PDF it is %d x %d px", forms[i].name,
			gdImageSX(im), gdImageSY(im));
		gdImageDestroy(im);
		keep(forms[i].name, 0, 0, bytes_of(&png), "png");
		test_print_read(&forms[i], bytes_of(&png), orders[i].lines);
		buf_clear(&png);
		unlink(path);
	}
}

static void
test_print(struct bytes jpeg)
{
	char folder[] = "/tmp/catena-page-XXXXXX", path[100];
	struct perso_order orders[NELEM(forms)];
	struct production people[NELEM(forms)];
	struct buf pdf = BUF_INIT, again = BUF_INIT;
	struct datapage_print *print;
	struct err err = ERR_INIT;

	for (unsigned turn = 0; turn < 2; turn++) {
		if (datapage_print_begin(dp, "a batch", &print, &err) == -1)
			bail_out("%s", err.text);
		for (size_t i = 0; i < NELEM(forms); i++) {
			struct datapage_input in = { &orders[i], jpeg, BYTES(seal_octets, sizeof(seal_octets)) };

			people[i] = person_of(&forms[i]);
			if (order_of_production(&people[i], &orders[i], &err) == -1 || datapage_print_add(print, &in, &err) == -1)
				bail_out("%s", err.text);
		}
		if (datapage_print_end(print, turn == 0 ? &pdf : &again, &err) == -1)
			bail_out("%s", err.text);
	}
	ok(bytes_equal(bytes_of(&pdf), bytes_of(&again)), "printed again it is the same file: %zu octets", pdf.n);
	keep("print", 0, 0, bytes_of(&pdf), "pdf");
	if (datapage_print_begin(dp, "a batch", &print, &err) == -1)
		bail_out("%s", err.text);
	ok(datapage_print_add(print, &(struct datapage_input){ &orders[0], BYTES("GIF89a", 6), BYTES_NONE }, &err) == -1 && err.kind == FAIL_INPUT, "refuses a portrait that is no JPEG");
	datapage_print_drop(print);
	if (mkdtemp(folder) == NULL)
		bail_out("%s", folder);
	snprintf(path, sizeof(path), "%s/print.pdf", folder);
	if (file_write(path, bytes_of(&pdf), 0600, &err) == -1)
		bail_out("%s", err.text);
	if (output("command -v pdfinfo")[0] == '\0')
		skip("the print file", "poppler's tools are not installed");
	else {
		test_print_tools(path, orders);
		test_print_pages(folder, orders);
	}
	unlink(path);
	rmdir(folder);
	buf_clear(&pdf);
	buf_clear(&again);
}

/* ---- damage ---- */

static void
test_damage(gdImagePtr im, const char *want)
{
	struct datapage_cell cell = datapage_mrz_cell(datapage_layout(dp, MRZ_TD3), DATAPAGE_DPI, 1, 9);
	char read[MRZ_MAX_LEN + 1] = "untouched";
	struct err err = ERR_INIT;
	void *octets;
	int n;

	gdImageFilledRectangle(im, cell.x, cell.y, cell.x + cell.width, cell.y + cell.height, gdTrueColor(90, 90, 90));
	octets = gdImagePngPtrEx(im, &n, 3);
	ok(datapage_read_mrz(dp, MRZ_TD3, BYTES(octets, n), read, &err) == -1 && strstr(err.text, "line 2, column 10") != NULL,
		"a smeared character is named: %s", err.text);
	is(read, "untouched", "and nothing is given out");
	gdFree(octets);
	gdImageFilledRectangle(im, cell.x, cell.y, cell.x + cell.width, cell.y + cell.height, gdTrueColor(0xfb, 0xfa, 0xf4));
	gdImageCopy(im, im, cell.x, cell.y, cell.x + 60, cell.y, 30, cell.height); /* another character stands in its place */
	octets = gdImagePngPtrEx(im, &n, 3);
	ok(datapage_read_mrz(dp, MRZ_TD3, BYTES(octets, n), read, &err) == 0 && strcmp(read, want) != 0 && read[53] == want[55],
		"a character that was exchanged is read as what it is");
	ok(datapage_read_mrz(dp, MRZ_TD2, BYTES(octets, n), read, &err) == -1, "a picture of another form: %s", err.text);
	gdFree(octets);
	ok(datapage_read_mrz(dp, MRZ_TD3, BYTES("\x89PNG", 4), read, &err) == -1, "no PNG: %s", err.text);
	ok(datapage_read_mrz(dp, MRZ_TD3, BYTES_NONE, read, &err) == -1, "nothing: %s", err.text);
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
		{ "Arabic letters", "عبّاس", "فاطمة الزهراء", "EBBAS", "FATMXAH<ALZXHRAE", { DATE_YEAR, 0, 0, 1950 } },
		{ "Khmer letters", "សុខ", "វិចិត្រ", "SOK", "VICHET", { DATE_DAY, 3, 9, 1987 } },
		{ "no secondary identifier, nothing known of the birth", "Arkfreith", NULL, "ARKFREITH", NULL, { DATE_UNKNOWN, 0, 0, 0 } },
		{ "one word longer than the line", "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers", "X", "WOLFESCHLEGELSTEINHAUSENBERGERDORFF", "X",
			{ DATE_MONTH, 5, 0, 1971 } },
	};

	for (size_t i = 0; i < NELEM(others); i++) {
		const struct form *f = &forms[i % NELEM(forms)];
		struct production p = person_of(f);
		char read[MRZ_MAX_LEN + 1], name[20];
		struct perso_order order;
		struct buf png = BUF_INIT;
		struct err err = ERR_INIT;

		p.primary_name = (char *)(uintptr_t)others[i].primary;
		p.secondary_name = (char *)(uintptr_t)others[i].secondary;
		p.mrz_primary = (char *)(uintptr_t)others[i].mrz_primary;
		p.mrz_secondary = (char *)(uintptr_t)others[i].mrz_secondary;
		p.birth = others[i].birth;
		if (order_of_production(&p, &order, &err) == -1)
			bail_out("%s: %s", others[i].name, err.text);
		for (unsigned side = 0; side <= mrz_side(f->form); side++) {
			draw(&order, jpeg, side, DATAPAGE_DPI, &png);
			snprintf(name, sizeof(name), "other%zu", i);
			keep(name, DATAPAGE_DPI, side, bytes_of(&png), "png");
		}
		ok(datapage_read_mrz(dp, f->form, bytes_of(&png), read, &err) == 0 && strcmp(read, order.lines) == 0, "%s, %s %s", f->name, others[i].name, err.text);
		buf_clear(&png);
	}
}

static void
test_form(const struct form *f, struct bytes jpeg)
{
	struct production p = person_of(f);
	struct buf png = BUF_INIT, again = BUF_INIT;
	char read[MRZ_MAX_LEN + 1];
	struct perso_order order;
	struct err err = ERR_INIT;
	gdImagePtr im;

	if (order_of_production(&p, &order, &err) == -1)
		bail_out("%s: %s", f->name, err.text);
	for (unsigned side = 0; side < datapage_layout(dp, f->form)->nside; side++)
		for (int dpi = DATAPAGE_DPI; dpi <= DATAPAGE_DPI_FINE; dpi += DATAPAGE_DPI) {
			draw(&order, jpeg, side, dpi, &png);
			keep(f->name, dpi, side, bytes_of(&png), "png");
			im = gdImageCreateFromPngPtr((int)png.n, png.p);
			ok((int)gdImageResolutionX(im) == dpi && (int)gdImageResolutionY(im) == dpi, "%s, side %u: the PNG says its resolution, %d dpi", f->name, side + 1, dpi);
			if (side == mrz_side(f->form))
				test_measures(im, f);
			if (side == 0)
				test_portrait(im, f);
			gdImageDestroy(im);
		}
	draw(&order, jpeg, mrz_side(f->form), DATAPAGE_DPI, &png);
	ok(datapage_read_mrz(dp, f->form, bytes_of(&png), read, &err) == 0, "the MRZ is read back %s", err.text);
	is(read, order.lines, "and is the order's");
	draw(&order, jpeg, mrz_side(f->form), DATAPAGE_DPI, &again);
	ok(bytes_equal(bytes_of(&png), bytes_of(&again)), "drawn again it is the same picture");
	if (f->form == MRZ_TD3) {
		im = gdImageCreateFromPngPtr((int)png.n, png.p);
		test_damage(im, order.lines);
		gdImageDestroy(im);
	}
	buf_clear(&png);
	buf_clear(&again);
}

static void
test_refusals(struct bytes jpeg)
{
	struct production p = person_of(&forms[0]);
	struct datapage_fonts no_fonts = datapage_fonts;
	char folder[] = "/tmp/catena-page-XXXXXX", path[100];
	struct datapage_input in = { .portrait = BYTES("GIF89a", 6) };
	struct datapage *none = NULL;
	struct buf png = BUF_INIT;
	struct perso_order order;
	struct err err = ERR_INIT;

	if (order_of_production(&p, &order, &err) == -1)
		bail_out("%s", err.text);
	in.order = &order;
	ok(datapage_draw(dp, &in, 0, DATAPAGE_DPI, &png, &err) == -1 && err.kind == FAIL_INPUT && png.n == 0, "refuses a portrait that is no JPEG: %s", err.text);
	in.portrait = jpeg;
	ok(datapage_draw(dp, &in, 0, 1200, &png, &err) == -1 && err.kind == FAIL_INPUT && png.n == 0, "refuses another resolution: %s", err.text);
	ok(datapage_draw(dp, &in, 1, DATAPAGE_DPI, &png, &err) == -1 && err.kind == FAIL_INPUT && png.n == 0, "refuses the back of a page: %s", err.text);
	no_fonts.mrz = "/nowhere/OCRB.otf";
	ok(datapage_new(NULL, &no_fonts, &none, &err) == -1 && err.kind == FAIL_INTERNAL && none == NULL, "nothing without OCR-B: %s", err.text);
	if (mkdtemp(folder) == NULL)
		bail_out("%s", folder);
	snprintf(path, sizeof(path), "%s/TD3.json", folder);
	ok(datapage_new(folder, &datapage_fonts, &none, &err) == 0, "a folder without layouts: the program's own are used");
	datapage_free(none);
	none = NULL;
	file_write(path, bytes_str("{\"form\":\"TD3\"}"), 0600, &err);
	ok(datapage_new(folder, &datapage_fonts, &none, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, path) != NULL && none == NULL, "a layout that is none: %s", err.text);
	for (const struct layout_file *f = layout_files; f->name != NULL; f++)
		if (strcmp(f->name, "TD2.json") == 0)
			file_write(path, bytes_str(f->json), 0600, &err);
	ok(datapage_new(folder, &datapage_fonts, &none, &err) == -1 && strstr(err.text, "form TD2") != NULL, "a layout of another form: %s", err.text);
	unlink(path);
	rmdir(folder);
	snprintf(p.mrz_form, sizeof(p.mrz_form), "TD4");
	ok(order_of_production(&p, &order, &err) == -1 && err.kind == FAIL_INPUT, "no order for a form that is none: %s", err.text);
}

int
main(void)
{
	struct buf jpeg = picture();
	struct err err = ERR_INIT;

	if (datapage_new(NULL, &datapage_fonts, &dp, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(forms); i++)
		test_form(&forms[i], bytes_of(&jpeg));
	test_others(bytes_of(&jpeg));
	test_print(bytes_of(&jpeg));
	test_tesseract(bytes_of(&jpeg));
	test_refusals(bytes_of(&jpeg));
	datapage_free(dp);
	buf_clear(&jpeg);
	return done_testing();
}
