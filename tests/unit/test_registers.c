/* Rows of files of paper registers: columns, names of images, the body that is sent. */
#include "issuance/catena/registers.h"
#include "registry/base/json.h"
#include "tests/tap.h"

static const struct {
	const char *name, *header, *text;
} bad_headers[] = {
	{ "nothing", "", "empty" },
	{ "a column that is unknown", "office,kind,register,entry,grade,colour\n", "colour" },
	{ "a column that is missing", "office,kind,register,entry\n", "grade" },
	{ "a column twice", "office,kind,register,entry,grade,page,page\n", "page" },
	{ "a text column twice", "office,kind,register,entry,grade,text_a,text_a\n", "text_a" },
	{ "a text column without name", "office,kind,register,entry,grade,text_\n", "text_" },
	{ "a text column with a capital", "office,kind,register,entry,grade,text_Name\n", "text_Name" },
	{ "a text column with a slash", "office,kind,register,entry,grade,text_a/b\n", "text_a/b" },
	{ "UTF-16", "\xff\xfeo\0f\0f\0", "line 1, column 1" },
	{ "Latin-1", "office,kind,register,entry,grade,text_d\xe9\n", "line 1, column 6" },
	{ "semicolons", "office;kind;register;entry;grade\n", "office;kind" },
};

static void
test_headers(void)
{
	static const char good[] = "text_child,office,kind,register,entry,grade,images,text_born\n";
	struct registers_columns c;
	struct err err = ERR_INIT;
	struct rows_job job = { .text = bytes_str(good), .columns = c.name, .required = registers_required };

	ok(registers_columns_read(job.text, &c, &err) == 0 && c.ntext == 2 && rows_check_header(&job, &err) == 0, "columns in any order, with texts");
	is(c.name[REGISTERS_FIXED], "text_child", "a text column is one of the file's");
	is(c.name[REGISTERS_FIXED + 2 + ROWS_REJECTED - 1], "rejected_rule", "those of a file of refused rows come last");
	registers_columns_clear(&c);
	for (size_t i = 0; i < NELEM(bad_headers); i++) {
		int rc;

		err = ERR_INIT;
		job.text = bytes_str(bad_headers[i].header);
		if ((rc = registers_columns_read(job.text, &c, &err)) == 0) {
			rc = rows_check_header(&job, &err);
			registers_columns_clear(&c);
		}
		ok(rc == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad_headers[i].text) != NULL, "refuses: %s: %s", bad_headers[i].name, err.text);
	}
}

static void
test_images(void)
{
	static const char *const bad[] = { "../a.jpg", "/etc/passwd", "a/b.jpg", ".a.jpg", "..", "a.jpg;", ";a.jpg", ";", "a.jpg;;b.jpg", "a.gif", "a", "a.jpg.exe", "a.jpg;a.jpg",
		"1.jpg;2.jpg;3.jpg;4.jpg;5.jpg;6.jpg;7.jpg;8.jpg;9.jpg" };
	struct bytes name[REGISTERS_IMAGES];
	struct err err = ERR_INIT;
	size_t n = 9;

	ok(registers_images(BYTES_NONE, name, &n, &err) == 0 && n == 0, "no images");
	ok(registers_images(bytes_str("page 12.jpg; 12b.TIFF ;c.pdf"), name, &n, &err) == 0 && n == 3 && bytes_equal(name[0], bytes_str("page 12.jpg")) && bytes_equal(name[1], bytes_str("12b.TIFF")),
		"three, spaces around them gone");
	for (size_t i = 0; i < NELEM(bad); i++) {
		err = ERR_INIT;
		n = 9;
		ok(registers_images(bytes_str(bad[i]), name, &n, &err) == -1 && err.kind == FAIL_INPUT && err.nproblem == 1 && strcmp(err.problem[0].pointer, "images") == 0 && n == 9,
			"refuses the images %s", bad[i]);
	}
}

static void
test_body(void)
{
	static const char text[] = "office,kind,register,entry,grade,event_on,unreadable,text_child,text_note\n"
				   "OF0,birth,Births,12,original_register,1951-03,yes,\"Erikson, Anna\",\nOF0,birth,Births,12,original_register,,maybe,x,\n";
	struct registers_columns c;
	struct csv_record record = CSV_RECORD_INIT;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int column[ROWS_COLUMNS];
	struct rows_row row = { c.name, column, &record, NULL };
	json_t *body = NULL;
	struct csv csv;

	csv_open(&csv, bytes_str(text));
	if (registers_columns_read(csv.text, &c, &err) == -1 || csv_header(&csv, c.name, registers_required, column, &err) == -1 || csv_next(&csv, &record, &err) != 1)
		bail_out("%s", err.text);
	ok(registers_body(&row, "ID", &body, &err) == 0 && json_canonical(body, &out, &err) == 0, "a row");
	is(buf_cstr(&out), "{\"entry\":\"12\",\"event_on\":\"1951-03\",\"grade\":\"original_register\",\"kind\":\"birth\",\"office_id\":\"ID\",\"original\":{\"child\":\"Erikson, Anna\"},"
			   "\"register\":\"Births\",\"unreadable\":true}",
		"is this body: what is empty is left out");
	json_decref(body);
	body = NULL;
	ok(csv_next(&csv, &record, &err) == 1 && registers_body(&row, "ID", &body, &err) == -1 && strcmp(err.problem[0].pointer, "unreadable") == 0 && body == NULL, "refuses: maybe");
	registers_columns_clear(&c);
	csv_record_clear(&record);
	buf_clear(&out);
	is(registers_column_of("/original/child"), "text_child", "a problem of a text is that of its column");
	is(registers_column_of("/office_id"), "office", "that of the office too");
	is(registers_column_of("/place"), "place", "and of the place");
	is(registers_column_of("/colour"), "", "another is none");
}

int
main(void)
{
	test_headers();
	test_images();
	test_body();
	return done_testing();
}
