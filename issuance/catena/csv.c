#include "issuance/catena/csv.h"

#include "registry/base/text.h"

void
csv_open(struct csv *csv, struct bytes text)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };

	*csv = (struct csv){ .text = text, .line = 1 };
	if (text.n >= sizeof(mark) && memcmp(text.p, mark, sizeof(mark)) == 0)
		csv->at = sizeof(mark);
}

void
csv_record_clear(struct csv_record *record)
{
	buf_wipe(&record->text);
	*record = CSV_RECORD_INIT;
}

/* Where a record is being read: position, line and field. */
struct cursor {
	const struct bytes *text;
	size_t at;
	unsigned line;
	struct csv_record *record;
};

static bool
at_end(const struct cursor *c)
{
	return c->at >= c->text->n;
}

static uint8_t
octet(const struct cursor *c)
{
	return c->text->p[c->at];
}

/* 1 for LF, 2 for CRLF, else 0. */
static size_t
line_end(const struct cursor *c)
{
	if (at_end(c))
		return 0;
	if (octet(c) == '\n')
		return 1;
	return octet(c) == '\r' && c->at + 1 < c->text->n && c->text->p[c->at + 1] == '\n' ? 2 : 0;
}

static int
refuse(const struct cursor *c, struct err *err, const char *why)
{
	c->record->bad_column = c->record->n + 1;
	return err_set(err, FAIL_INPUT, "line %u, column %u: %s", c->line, c->record->n + 1, why);
}

/* One character into the field that begins at `from`. */
static int
take(struct cursor *c, size_t from, struct err *err)
{
	struct bytes rest = BYTES(c->text->p + c->at, c->text->n - c->at);
	uint32_t code_point;
	size_t n = text_next(rest, &code_point);

	if (n == 0)
		return refuse(c, err, "not UTF-8");
	if (code_point == 0)
		return refuse(c, err, "a NUL character");
	if (c->record->text.n - from + n > CSV_FIELD_MAX)
		return refuse(c, err, "longer than 8192 octets (is a quotation mark not closed?)");
	buf_add(&c->record->text, rest.p, n);
	if (code_point == '\n')
		c->line++;
	c->at += n;
	return 0;
}

static int
quoted(struct cursor *c, size_t from, struct err *err)
{
	unsigned begins = c->line;

	for (c->at++; !at_end(c);) {
		if (octet(c) == '"') {
			c->at++; /* the end, unless another follows, which then stands for one */
			if (at_end(c) || octet(c) == ',' || line_end(c) > 0)
				return 0;
			if (octet(c) != '"')
				return refuse(c, err, "text after a closing quotation mark (RFC 4180 2.5)");
		}
		if (take(c, from, err) == -1)
			return -1;
	}
	c->line = begins;
	return refuse(c, err, "a quotation mark is not closed");
}

static int
unquoted(struct cursor *c, size_t from, struct err *err)
{
	while (!at_end(c) && octet(c) != ',' && line_end(c) == 0) {
		if (octet(c) == '"')
			return refuse(c, err, "a quotation mark inside a field without quotation marks (RFC 4180 2.5)");
		if (octet(c) == '\r')
			return refuse(c, err, "a carriage return without a line feed");
		if (take(c, from, err) == -1)
			return -1;
	}
	return 0;
}

static int
record_read(struct cursor *c, size_t *offset, struct err *err)
{
	for (;;) {
		size_t from = c->record->text.n;

		if (c->record->n == CSV_COLUMNS_MAX)
			return refuse(c, err, "more than 64 fields");
		if ((!at_end(c) && octet(c) == '"' ? quoted(c, from, err) : unquoted(c, from, err)) == -1)
			return -1;
		offset[c->record->n++] = from;
		if (at_end(c) || octet(c) != ',')
			return buf_check(&c->record->text, err);
		c->at++;
	}
}

/* Past the line on which the record begins: what follows may be good. */
static void
skip_line(struct csv *csv)
{
	const uint8_t *end = memchr(csv->text.p + csv->at, '\n', csv->text.n - csv->at);

	csv->at = end == NULL ? csv->text.n : (size_t)(end - csv->text.p) + 1;
	csv->line++;
}

static void
skip_blank(struct csv *csv)
{
	struct cursor c = { .text = &csv->text, .at = csv->at };
	size_t n;

	while ((n = line_end(&c)) > 0) {
		c.at += n;
		csv->line++;
	}
	csv->at = c.at;
}

int
csv_next(struct csv *csv, struct csv_record *record, struct err *err)
{
	size_t offset[CSV_COLUMNS_MAX + 1], begins;
	struct cursor c = { .text = &csv->text, .record = record };

	skip_blank(csv);
	if (csv->at >= csv->text.n)
		return 0;
	begins = csv->at;
	buf_cut(&record->text, 0);
	record->n = record->bad_column = 0;
	record->line = csv->line;
	c.at = begins;
	c.line = csv->line;
	if (record_read(&c, offset, err) == -1) {
		skip_line(csv);
		record->raw = BYTES(csv->text.p + begins, csv->at - begins);
		while (record->raw.n > 0 && (record->raw.p[record->raw.n - 1] == '\n' || record->raw.p[record->raw.n - 1] == '\r'))
			record->raw.n--;
		return -1;
	}
	offset[record->n] = record->text.n;
	for (unsigned i = 0; i < record->n; i++)
		record->field[i] = offset[i + 1] == offset[i] ? BYTES_NONE : BYTES(record->text.p + offset[i], offset[i + 1] - offset[i]);
	record->raw = BYTES(csv->text.p + begins, c.at - begins);
	csv->at = c.at + line_end(&c);
	csv->line = c.line + 1;
	return 1;
}

static int
column_of(struct bytes name, const char *const *wanted)
{
	for (int i = 0; wanted[i] != NULL; i++)
		if (bytes_equal(name, bytes_str(wanted[i])))
			return i;
	return -1;
}

static int
header_read(const struct csv_record *record, const char *const *wanted, size_t required, int *column, struct err *err)
{
	size_t nwanted = 0;

	for (; wanted[nwanted] != NULL; nwanted++)
		column[nwanted] = -1;
	for (unsigned i = 0; i < record->n; i++) {
		int w = column_of(record->field[i], wanted);

		if (w == -1) {
			err_set(err, FAIL_INPUT, "line 1, column %u: there is no column %.*s", i + 1,
				(int)(record->field[i].n < 60 ? record->field[i].n : 60), (const char *)record->field[i].p);
			err_hint(err, "the first line names the columns, see docs/demo/README.md");
			return -1;
		}
		if (column[w] != -1)
			return err_set(err, FAIL_INPUT, "line 1, column %u: column %s is there twice", i + 1, wanted[w]);
		column[w] = (int)i;
	}
	for (size_t i = 0; i < required; i++)
		if (column[i] == -1)
			return err_set(err, FAIL_INPUT, "line 1: column %s is missing", wanted[i]);
	return 0;
}

int
csv_header(struct csv *csv, const char *const *wanted, size_t required, int *column, struct err *err)
{
	struct csv_record record = CSV_RECORD_INIT;
	int rc = csv_next(csv, &record, err);

	if (rc == 0)
		rc = err_set(err, FAIL_INPUT, "line 1: the file is empty");
	else if (rc == 1)
		rc = header_read(&record, wanted, required, column, err);
	csv_record_clear(&record);
	return rc;
}
