/*
 * Certificates on paper: others' programs (pdftotext, pdffonts, pdftoppm, dmtxread) find the names in every script, all fonts inside, and the seal
 * on the page; the same input gives the same octets.  With KEEP_CERTIFICATES=DIR the files stay there, to be looked at.
 */
#include <fcntl.h>
#include <unistd.h>

#include "enrolment/civil/certificate.h"
#include "registry/base/file.h"
#include "registry/base/text.h"
#include "tests/tap.h"

#define DAY(y, m, d) ((struct date){ DATE_DAY, (m), (d), (y) })

struct names {
	const char *script;
	const char *surname, *forenames, *latin, *place;
	enum certificate_language language;
};
static const struct names scripts[] = {
	{ "latin", "Müller-Łukasiewicz", "Zoë Nguyễn Ánh", "MUELLER LUKASIEWICZ<<ZOE NGUYEN ANH", "São Tomé", CERTIFICATE_EN },
	{ "arabic", "عبد الرحمن", "محمد أمين", "ABD AL RAHMAN<<MOHAMED AMIN", "القاهرة", CERTIFICATE_AR },
	{ "ligatures", "عبد السلام الأمين", "علاء لآلئ إسلام", "ABD AL SALAM AL AMIN<<ALAA", "بلاط الإسكندرية", CERTIFICATE_AR },
	{ "persian", "پرویز گلچین", "مجدي بحيري لحام", "PARVIZ GOLCHIN<<", "خديجة تيسير", CERTIFICATE_AR },
	{ "cyrillic", "Шевченко", "Євгенія Олегівна", "SHEVCHENKO<<YEVHENIIA OLEHIVNA", "Київ", CERTIFICATE_FR },
	{ "khmer", "ឈឿន", "សុខា", "CHHOEUN<<SOKHA", "ភ្នំពេញ", CERTIFICATE_ES },
	{ "amharic", "ኃይለ ማርያም", "ደሳለኝ", "HAILE MARIAM<<DESALEGN", "አዲስ አበባ", CERTIFICATE_EN },
};

static struct vds_symbol seal;
static uint8_t octets[600];

/* Runs a program on the file and gives what it prints. */
static void
output_of(struct buf *out, const char *fmt, ...)
{
	char command[400], chunk[4096];
	va_list ap;
	FILE *from;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if ((from = popen(command, "r")) == NULL)
		bail_out("%s", command);
	while ((n = fread(chunk, 1, sizeof(chunk), from)) > 0)
		buf_bytes(out, BYTES(chunk, n));
	if (pclose(from) != 0)
		printf("# failed: %s\n", command);
}

static bool
has(struct buf *text, const char *part)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct err err = ERR_INIT;
	bool found;

	/* the same letters, however marks are composed and lines are broken */
	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] != '\n' && text->p[i] != '\f')
			buf_u8(&a, text->p[i]);
	if (text_clean(bytes_str(part), &b, &err) == -1)
		bail_out("%s", err.text);
	found = strstr(buf_cstr(&a), buf_cstr(&b)) != NULL;
	buf_clear(&a);
	buf_clear(&b);
	return found;
}

static struct certificate
certificate_of(const struct certificate_entry *entry, size_t n)
{
	return (struct certificate){
		.kind = CERTIFICATE_BIRTH,
		.form = CERTIFICATE_MULTILINGUAL,
		.state = "Republic of Utopia",
		.authority = "Ministry of the Interior – Civil Registration",
		.office = "Zenith Civil Registration Office",
		.act_number = "ZEN1-B-2026-000017-K",
		.registered_at = "Zenith",
		.registered_on = DAY(2026, 11, 21),
		.number = "ZEN1-C-2026-000001-4",
		.copy = 1,
		.issued_on = DAY(2026, 11, 22),
		.as_of = DAY(2026, 11, 22),
		.entry = entry,
		.nentry = n,
		.seal = &seal,
		.status_url = "https://civil.example/civil/v1/status/ZEN1-C-2026-000001-4?code=0123456789abcdef",
	};
}

static void
keep(const char *path, const char *name)
{
	const char *dir = getenv("KEEP_CERTIFICATES");
	struct buf nothing = BUF_INIT;

	if (dir != NULL)
		output_of(&nothing, "cp %s %s/%s.pdf", path, dir, name);
	buf_clear(&nothing);
}

static void
write_file(const char *path, struct bytes pdf)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, pdf.p, pdf.n) != (ssize_t)pdf.n)
		bail_out("%s", path);
	close(fd);
}

/* "yes" in the column emb of each line after the head. */
static bool
all_embedded(struct buf *fonts)
{
	int lines = 0;

	for (char *line = strtok((char *)fonts->p, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++)
		if (lines >= 2 && strstr(line, "yes yes") == NULL) {
			printf("# %s\n", line);
			return false;
		}
	return lines > 2;
}

static void
others_read(const char *dir, const char *name, struct bytes pdf, const struct names *n)
{
	struct buf text = BUF_INIT, fonts = BUF_INIT, read = BUF_INIT;
	char path[80];

	snprintf(path, sizeof(path), "%s/c.pdf", dir);
	write_file(path, pdf);
	keep(path, name);
	output_of(&text, "pdftotext -layout %s -", path);
	ok(has(&text, n->surname) && has(&text, n->forenames) && has(&text, n->place), "%s: pdftotext gives surname, forenames and place back", name);
	ok(has(&text, "ZEN1-B-2026-000017-K") && has(&text, "ZEN1-C-2026-000001-4"), "%s: and the numbers", name);
	output_of(&fonts, "pdffonts %s", path);
	buf_cstr(&fonts);
	ok(fonts.n > 0 && all_embedded(&fonts), "%s: all fonts are embedded, as subsets", name);
	/* the lower half of the last page, the side where the seal stands */
	output_of(&read, "cd %s && n=$(pdfinfo c.pdf | sed -n 's/^Pages: *//p') && pdftoppm -r 300 -f $n -l $n -x %d -y 2300 -W 1140 -H 1060 -png -singlefile c.pdf c && dmtxread -N 1 -m 120000 c.png",
		dir, n->language == CERTIFICATE_AR && strstr(name, "-multilingual") == NULL ? 100 : 1240);
	ok(bytes_equal(bytes_of(&read), BYTES(octets, sizeof(octets))), "%s: the seal is read from the page at 300 dpi (%zu octets)", name, read.n);
	buf_clear(&text);
	buf_clear(&fonts);
	buf_clear(&read);
}

static void
test_scripts(const char *dir)
{
	for (size_t i = 0; i < NELEM(scripts); i++) {
		const struct names *n = &scripts[i];
		const struct certificate_entry entry[] = {
			{ PART_CHILD, ITEM_SURNAME, n->surname, n->latin, DATE_INIT },
			{ PART_CHILD, ITEM_FORENAMES, n->forenames, NULL, DATE_INIT },
			{ PART_CHILD, ITEM_SEX, "F", NULL, DATE_INIT },
			{ PART_CHILD, ITEM_BORN_ON, NULL, NULL, DAY(2026, 11, 19) },
			{ PART_CHILD, ITEM_BIRTHPLACE, n->place, NULL, DATE_INIT },
			{ PART_MOTHER, ITEM_SURNAME, n->surname, n->latin, DATE_INIT },
			{ PART_MOTHER, ITEM_FORENAMES, n->forenames, NULL, DATE_INIT },
			{ PART_MOTHER, ITEM_BORN_ON, NULL, NULL, { DATE_YEAR, 0, 0, 1990 } },
			{ PART_MOTHER, ITEM_NATIONALITY, "UTO", NULL, DATE_INIT },
			{ PART_OTHERS, ITEM_INFORMANT, n->surname, NULL, DATE_INIT },
			{ PART_OTHERS, ITEM_NOTE, "Mar 2046-05-12", NULL, DATE_INIT },
		};
		struct certificate c = certificate_of(entry, NELEM(entry));
		struct buf first = BUF_INIT, again = BUF_INIT;
		struct err err = ERR_INIT;
		char name[64];

		for (int form = CERTIFICATE_FULL; form <= CERTIFICATE_MULTILINGUAL; form++) {
			c.form = form;
			c.language = n->language;
			snprintf(name, sizeof(name), "%s-%s", n->script, certificate_forms[form]);
			buf_cut(&first, 0);
			buf_cut(&again, 0);
			if (ok(certificate_pdf(&c, &first, &err) == 0, "%s: is made %s", name, err.text))
				others_read(dir, name, bytes_of(&first), n);
			c.copy = 2;
			ok(certificate_pdf(&c, &again, &err) == 0 && !bytes_equal(bytes_of(&first), bytes_of(&again)), "%s: another copy differs", name);
			c.copy = 1;
			buf_cut(&again, 0);
			ok(certificate_pdf(&c, &again, &err) == 0 && bytes_equal(bytes_of(&first), bytes_of(&again)), "%s: the same octets again (%zu)", name, first.n);
		}
		buf_clear(&first);
		buf_clear(&again);
	}
}

static void
test_forms(const char *dir)
{
	static const struct certificate_entry spouses[] = {
		{ PART_ACT, ITEM_EVENT_ON, NULL, NULL, DAY(2026, 5, 12) },
		{ PART_ACT, ITEM_EVENT_PLACE, "Zenith", NULL, DATE_INIT },
		{ PART_SPOUSE_1, ITEM_SURNAME, "Eriksson", NULL, DATE_INIT },
		{ PART_SPOUSE_1, ITEM_FORENAMES, "Anna Maria", NULL, DATE_INIT },
		{ PART_SPOUSE_2, ITEM_SURNAME, "Шевченко", "SHEVCHENKO<<TARAS", DATE_INIT },
		{ PART_OTHERS, ITEM_WITNESSES, "A. Núñez; B. Okafor", NULL, DATE_INIT },
	};
	struct certificate_entry many[NELEM(spouses) + 30];
	struct certificate c = certificate_of(spouses, NELEM(spouses));
	struct buf pdf = BUF_INIT, text = BUF_INIT;
	struct err err = ERR_INIT;
	char path[80];

	snprintf(path, sizeof(path), "%s/c.pdf", dir);
	c.kind = CERTIFICATE_MARRIAGE;
	c.form = CERTIFICATE_FULL;
	c.paper = "UT A 0017423";
	c.seal = NULL;
	memcpy(many, spouses, sizeof(spouses));
	for (size_t i = NELEM(spouses); i < NELEM(many); i++)
		many[i] = (struct certificate_entry){ PART_OTHERS, ITEM_NOTE, "Corrected by decision of the Zenith district court, which found that the spelling of the name was wrong", NULL, DATE_INIT };
	c.entry = many;
	c.nentry = NELEM(many);
	ok(certificate_pdf(&c, &pdf, &err) == 0, "a full copy with thirty marginal notes %s", err.text);
	write_file(path, bytes_of(&pdf));
	keep(path, "marriage-long");
	output_of(&text, "pdftotext -layout %s -", path);
	ok(has(&text, "3 / 4") && has(&text, "UT A 0017423") && has(&text, "Issued without"), "goes over as many pages as it takes, with the paper's serial, and says that it has no seal");
	buf_cut(&text, 0);
	buf_cut(&pdf, 0);
	c.form = CERTIFICATE_EXTRACT;
	ok(certificate_pdf(&c, &pdf, &err) == 0, "the extract");
	write_file(path, bytes_of(&pdf));
	output_of(&text, "pdftotext -layout %s -", path);
	ok(!has(&text, "Okafor"), "leaves the witnesses out");
	buf_clear(&pdf);
	buf_clear(&text);
}

static void
test_refused(void)
{
	static const struct {
		const char *value, *why, *what;
	} bad[] = {
		{ "Anna\xE2\x80\xAE", "U+202E", "a bidi override in a name" },
		{ "Anna\x01", "U+0001", "a control character" },
		{ "Ann\xC3", "UTF-8", "octets that are no UTF-8" },
		{ "Anna \xEE\x80\x80", "U+E000", "a private letter" },
		{ "\xF0\xAA\x9C\x80", "no font", "a letter for which no font is here" },
	};
	struct certificate_entry entry = { PART_CHILD, ITEM_SURNAME, NULL, NULL, DATE_INIT };
	struct certificate c = certificate_of(&entry, 1);
	struct buf pdf = BUF_INIT;
	struct err err = ERR_INIT;

	buf_str(&pdf, "before");
	for (size_t i = 0; i < NELEM(bad); i++) {
		entry.value = bad[i].value;
		err_clear(&err);
		if (!ok(certificate_pdf(&c, &pdf, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].why) != NULL && pdf.n == 6, "refused: %s", bad[i].what))
			printf("# %s\n", err.text);
	}
	entry.value = "Anna";
	c.number = "";
	ok(certificate_pdf(&c, &pdf, &err) == -1 && err.kind == FAIL_INPUT, "refused: no number");
	c.number = "1";
	c.issued_on = (struct date){ DATE_YEAR, 0, 0, 2026 };
	ok(certificate_pdf(&c, &pdf, &err) == -1 && err.kind == FAIL_INPUT, "refused: issued on no day");
	c.issued_on = c.as_of;
	c.status_url = NULL;
	ok(certificate_pdf(&c, &pdf, &err) == -1 && err.kind == FAIL_INPUT, "refused: no status address");
	ok(pdf.n == 6, "what was refused left nothing behind");
	buf_clear(&pdf);
}

int
main(void)
{
	char dir[] = "/tmp/catena-certificate-XXXXXX", command[80];
	struct err err = ERR_INIT;

	if (mkdtemp(dir) == NULL)
		bail_out("%s", dir);
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 151 + i / 256 * 7);
	if (vdsimage_symbol(BYTES(octets, sizeof(octets)), VDS_DATA_MATRIX, &seal, &err) == -1)
		bail_out("%s", err.text);
	test_scripts(dir);
	test_forms(dir);
	test_refused();
	snprintf(command, sizeof(command), "rm -r %s", dir);
	if (system(command) != 0)
		printf("# %s\n", command);
	return done_testing();
}
