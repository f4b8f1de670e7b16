/*
 * Quality control with a reader: page, chip, booklet and order are compared; what is wrong with a booklet is found, it is spoiled, and its number never comes again.
 * A document keeps the form and the standard of its portrait whatever the configuration says later.
 */
#include "tests/service/counter.h"
#include "tests/service/readerfix.h"

static char mrz[100], booklet[20];

/* An approved application of somebody new. */
static void
approved(const char *name, const char *born, char id[UUID_TEXT])
{
	struct day_person p;

	person_new(name, born, &p);
	if (take("passport_clerk.1", p.uin, "PP", "first", id) != 201 || tell("passport_approver.1", NULL, "applications/%s/approval", id) != 201)
		bail_out("approved: %s", got.err.text);
}

/* Personalised on the chip that is put in; its number, MRZ and booklet. */
static bool
produce(const char *application, char number[10])
{
	char members[100];
	const json_t *result;

	readerfix_feed();
	wait_ms(1500);
	snprintf(members, sizeof(members), "'applications':['%s']", application);
	tell("passport_personaliser.1", members, "documents");
	result = json_array_get(json_object_get(got.json, "results"), 0);
	snprintf(number, 10, "%s", json_string_value(json_object_get(result, "number")) != NULL ? json_string_value(json_object_get(result, "number")) : "");
	if (json_object_get(result, "problem") != NULL) {
		printf("# %s\n", json_string_value(json_object_get(json_object_get(result, "problem"), "detail")));
		return false;
	}
	return got.status == 200;
}

static void
remember(unsigned chip, const char *number)
{
	char path[200];
	struct buf dg1 = BUF_INIT;
	struct err err = ERR_INIT;

	readerfix_pull();
	snprintf(path, sizeof(path), "%s/lds-0101.bin", readerfix_folder(chip));
	if (file_read(path, 1000, &dg1, &err) == -1)
		bail_out("%s", err.text);
	snprintf(mrz, sizeof(mrz), "%.88s", buf_cstr(&dg1) + dg1.n - 88);
	buf_clear(&dg1);
	if (rig_sql(&rig, booklet, sizeof(booklet), &err, "SELECT b.serial FROM registry.booklet_event e JOIN registry.booklet b ON b.id = e.booklet_id JOIN registry.document d ON d.id = e.document_id WHERE d.number = '%s'", number) == -1)
		bail_out("%s", err.text);
}

/* Whether quality control says that this is wrong, and nothing becomes of the document. */
static bool
finds(const char *number, const char *members, const char *check)
{
	const json_t *item;
	bool found = false;
	size_t i;

	wait_ms(1500);
	tell("passport_qc.1", members, "documents/%s/quality-control", number);
	json_array_foreach (json_object_get(got.json, "checks"), i, item) {
		if (json_is_true(json_object_get(item, "good")))
			continue;
		printf("# %s: %s\n", json_string_value(json_object_get(item, "check")), json_string_value(json_object_get(item, "detail")));
		found = found || strcmp(json_string_value(json_object_get(item, "check")), check) == 0;
	}
	if (got.status != 200)
		printf("# %d %s\n", got.status, got.err.text);
	return got.status == 200 && json_is_false(json_object_get(got.json, "passed")) && found &&
		rig_count(&rig, "SELECT count(*) FROM registry.document d JOIN registry.current_state s ON s.subject_id = d.id WHERE d.number = '%s' AND s.state = 'personalised'", number) == 1;
}

static bool
passes(const char *number, const char *members)
{
	const json_t *item;
	size_t i;

	wait_ms(1500);
	tell("passport_qc.1", members, "documents/%s/quality-control", number);
	json_array_foreach (json_object_get(got.json, "checks"), i, item)
		if (!json_is_true(json_object_get(item, "good")))
			printf("# %s: %s\n", json_string_value(json_object_get(item, "check")), json_string_value(json_object_get(item, "detail")));
	return got.status == 200 && json_is_true(json_object_get(got.json, "passed"));
}

/* What an officer sends who has looked at everything. */
static const char *
looked(void)
{
	static char members[200];

	snprintf(members, sizeof(members), "'booklet':'%s','page_mrz':'%s'", booklet, mrz);
	return members;
}

/* Whether this is all that is wrong, and the report says that nobody looked at it. */
static bool
misses(const char *number, const char *members, const char *check)
{
	const json_t *item;
	unsigned others = 0;
	bool is_said = false;
	size_t i;

	if (!finds(number, members, check))
		return false;
	json_array_foreach (json_object_get(got.json, "checks"), i, item) {
		if (json_is_true(json_object_get(item, "good")))
			continue;
		others += strcmp(json_string_value(json_object_get(item, "check")), check) != 0;
		is_said = is_said || strncmp(json_string_value(json_object_get(item, "detail")), "not looked at: ", 15) == 0;
	}
	return others == 0 && is_said;
}

static void
restart(const char *options)
{
	struct err err = ERR_INIT;
	int status;

	rig.options = options;
	if (rig_halt(&rig, "issued", &status, &err) == -1 || rig_restart(&rig, "issued", &err) == -1)
		bail_out("%s", err.text);
}

/* The same chip with one file that is not as it was written. */
static void
tamper(unsigned chip)
{
	char command[300];
	FILE *f;

	readerfix_pull();
	snprintf(command, sizeof(command), "cp -r %s %s/chip-%u", readerfix_folder(chip), readerfix.folder, readerfix.chips + 1);
	if (system(command) != 0)
		bail_out("%s", command);
	snprintf(command, sizeof(command), "%s/lds-010B.bin", readerfix_folder(readerfix.chips + 1));
	f = fopen(command, "r+");
	if (f == NULL || fseek(f, -1, SEEK_END) != 0 || fputc('X', f) == EOF || fclose(f) != 0)
		bail_out("%s", command);
	readerfix_feed();
}

/* As the border reads it, with the program of the border. */
static void
inspect(void)
{
	const char *builddir = getenv("top_builddir");
	char command[600], path[100];
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int status;

	wait_ms(1500);
	snprintf(path, sizeof(path), "%s/mrz", readerfix.folder);
	if (file_write(path, bytes_str(mrz), 0600, &err) == -1)
		bail_out("%s", err.text);
	snprintf(command, sizeof(command), "%s/catena inspect --mrz %s --anchor %s --portrait %s/portrait.jpg >%s/inspected", builddir != NULL ? builddir : ".", path,
		rig_path(&rig, "pki/csca.crt"), readerfix.folder, readerfix.folder);
	status = system(command);
	snprintf(path, sizeof(path), "%s/inspected", readerfix.folder);
	if (file_read(path, 100000, &out, &err) == -1)
		bail_out("%s", err.text);
	ok(WEXITSTATUS(status) == 1 && strstr(buf_cstr(&out), "chip: good ") != NULL && strstr(buf_cstr(&out), "card_access: good ") != NULL &&
			strstr(buf_cstr(&out), "signature: good ") != NULL && strstr(buf_cstr(&out), "data_group 15: good ") != NULL && strstr(buf_cstr(&out), "refused") == NULL,
		"catena inspect: a genuine chip and document, but for the CRL that was not given");
	if (WEXITSTATUS(status) != 1)
		printf("# %d: %s\n", WEXITSTATUS(status), buf_cstr(&out));
	buf_clear(&out);
	snprintf(path, sizeof(path), "%s/portrait.jpg", readerfix.folder);
	ok(file_read(path, 1000000, &out, &err) == 0 && out.n > 5000 && out.p[0] == 0xFF && out.p[1] == 0xD8, "and its portrait, which is JPEG 2000, to look at");
	buf_clear(&out);
}

static void
test_control(void)
{
	char id[UUID_TEXT], number[10], members[200];
	unsigned chip;

	approved("Control", "1990-02-03", id);
	readerfix_pull();
	snprintf(members, sizeof(members), "'applications':['%s']", id);
	tell("passport_personaliser.1", members, "documents");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document") == 0, "without a chip in the reader nothing is begun");
	if (!ok(produce(id, number), "a document is personalised, chip and all"))
		return;
	chip = readerfix.chips;
	remember(chip, number);
	tell("passport_qc.1", NULL, "documents/%s/quality-control", number);
	ok(refused(409, NULL, "no chip in the reader"), "refuses: quality control without the booklet in the reader");
	readerfix_feed();
	ok(finds(number, NULL, "chip_access"), "finds: another chip, which does not open");
	tamper(chip);
	ok(finds(number, NULL, "chip_content"), "finds: a file that is not as it was written");
	readerfix_put_back(chip);
	inspect();
	ok(finds(number, "'booklet':'TS-0000099'", "booklet"), "finds: another booklet");
	snprintf(members, sizeof(members), "'page_mrz':'%.87s%c'", mrz, mrz[87] == '0' ? '1' : '0');
	ok(finds(number, members, "page"), "finds: a page that says something else");
	tell("passport_qc.1", "'page_mrz':'P<UTO'", "documents/%s/quality-control", number);
	ok(refused(400, NULL, NULL), "refuses: a machine readable zone that is none");
	ok(finds(number, NULL, "page") && finds(number, NULL, "booklet"), "refuses: nobody looked at page and booklet");
	snprintf(members, sizeof(members), "'page_mrz':'%s'", mrz);
	ok(misses(number, members, "booklet"), "refuses: nobody looked at the booklet");
	snprintf(members, sizeof(members), "'booklet':'%s'", booklet);
	ok(misses(number, members, "page"), "refuses: nobody looked at the page");
	ok(passes(number, looked()), "page, chip, booklet and order agree: it passes");
}

static void
test_spoiled(void)
{
	char id[UUID_TEXT], number[10], next[10];

	approved("Spoiled", "1984-11-30", id);
	if (!ok(produce(id, number), "another document"))
		return;
	tamper(readerfix.chips);
	ok(finds(number, NULL, "chip_content"), "is found to be wrong");
	ok(tell("passport_qc.1", "'reason':'the chip does not hold what was written'", "documents/%s/spoiling", number) == 201, "it is spoiled: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.booklet_event e JOIN registry.document d ON d.id = e.document_id JOIN registry.current_state s ON s.subject_id = e.booklet_id AND s.state = 'spoiled' WHERE d.number = '%s'", number) == 1,
		"with its booklet");
	ok(produce(id, next) && strcmp(next, number) != 0, "its application gets another number");
	remember(readerfix.chips, next);
	readerfix_put_back(readerfix.chips);
	ok(passes(next, looked()), "which passes");
}

#define STATION "[issued]\nchip_reader = " READERFIX_NAME "\nchip_profile = catena\n"
#define READERS STATION "qc_reader = " READERFIX_NAME "\n"

static void
test_portrait(void)
{
	char first[UUID_TEXT], second[UUID_TEXT], before[10], after[10];
	unsigned chip;

	approved("Before", "1998-06-15", first);
	approved("After", "1995-09-09", second);
	ok(produce(first, before), "a document with the portrait in JPEG 2000");
	chip = readerfix.chips;
	remember(chip, before);
	restart(STATION);
	ok(misses(before, looked(), "chip_access"), "refuses: no reader, so nobody looked at the chip");
	restart(READERS "portrait_format = enrolled\niso39794_from = 2020-01-01\n");
	readerfix_put_back(chip);
	ok(passes(before, looked()), "passes when new ones have it as it was enrolled, by ISO/IEC 39794-5");
	ok(produce(second, after), "one of these");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document WHERE portrait_form = 'jpeg2000 420 18432 3200'") >= 2 && rig_count(&rig, "SELECT count(*) FROM registry.document WHERE portrait_form IS NULL") == 1,
		"each remembers its form");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document WHERE dg2_standard = '19794'") >= 2 && rig_count(&rig, "SELECT count(*) FROM registry.document WHERE dg2_standard = '39794'") == 1,
		"and its standard");
	chip = readerfix.chips;
	remember(chip, after);
	readerfix_put_back(chip);
	ok(passes(after, looked()), "passes, too");
}

int
main(void)
{
	const char *why = readerfix_enter();
	struct err err = ERR_INIT;

	rig.options = READERS;
	if (why != NULL || rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", NULL }, &err) == -1) {
		if (why == NULL && err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("quality control with a reader", why != NULL ? why : err.text);
		return done_testing();
	}
	readerfix_start();
	test_control();
	test_spoiled();
	test_portrait();
	readerfix_stop();
	json_decref(got.json);
	rig_stop(&rig);
	return done_testing();
}
