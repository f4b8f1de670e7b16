#include "issuance/application/stopfiles.h"

#include <stdlib.h>

static const char csv_head[] = "document_number,document_type,issuing_state,status,date,action,reported_at,seconds_to_export\r\n";

void
stop_files_init(struct stop_files *f, const struct stop_export *e)
{
	char at[21];

	*f = (struct stop_files){ .export = e };
	buf_str(&f->csv, csv_head);
	buf_printf(&f->xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<stopList xmlns=\"urn:catena:stop-list:1\" sequence=\"%lld\" kind=\"%s\"", (long long)e->sequence,
		e->since == 0 ? "full" : "delta");
	if (e->since != 0)
		buf_printf(&f->xml, " since=\"%lld\"", (long long)e->since);
	buf_printf(&f->xml, " issuingState=\"%s\" exportedAt=\"%s\">\n", e->issuing_state, time_format(e->exported_at, at));
	stop_entries_init(&f->entries, e->issuing_state, (uint64_t)e->sequence);
}

static int
note_seconds(struct stop_files *f, int64_t seconds, struct err *err)
{
	if (f->nseconds == f->room) {
		size_t room = f->room == 0 ? 256 : f->room * 2;
		int64_t *more = realloc(f->seconds, room * sizeof(*more));

		if (more == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		f->seconds = more;
		f->room = room;
	}
	f->seconds[f->nseconds++] = seconds;
	return 0;
}

int
stop_files_add(const struct stop_row *row, void *arg, struct err *err)
{
	struct stop_files *f = arg;
	const char *state = row->issuing_state[0] != '\0' ? row->issuing_state : f->export->issuing_state;
	bool is_listed = row->status[0] != '\0';
	int64_t waited = f->export->exported_at > row->reported_at ? f->export->exported_at - row->reported_at : 0;
	char at[21], day[DATE_TEXT], seconds[24] = "";

	time_format(row->reported_at, at);
	date_format(date_of_unix(row->reported_at), day);
	if (row->is_new)
		snprintf(seconds, sizeof(seconds), "%lld", (long long)waited);
	/* capitals, digits and a hyphen: nothing that either format would have to escape */
	buf_printf(&f->csv, "%s,%s,%s,%s,%s,%s,%s,%s\r\n", row->number, row->document_type, state, row->status, day, is_listed ? "list" : "withdraw", at, seconds);
	buf_printf(&f->xml, "<%s number=\"%s\" type=\"%s\" issuingState=\"%s\"", is_listed ? "entry" : "withdrawal", row->number, row->document_type, state);
	if (is_listed)
		buf_printf(&f->xml, " status=\"%s\"", row->status);
	buf_printf(&f->xml, " date=\"%s\" reportedAt=\"%s\"", day, at);
	if (row->is_new)
		buf_printf(&f->xml, " secondsToExport=\"%s\"", seconds);
	buf_str(&f->xml, "/>\n");
	f->listed += is_listed;
	f->withdrawn += !is_listed;
	if (is_listed && row->is_new && note_seconds(f, waited, err) == -1)
		return -1;
	return is_listed && f->export->since == 0 ? stop_entries_add(&f->entries, row->number, row->status, err) : 0;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
stop_files_finish(struct stop_files *f, struct stop_export *e, struct err *err)
{
	buf_printf(&f->xml, "<totals entries=\"%lld\" withdrawals=\"%lld\"/>\n</stopList>\n", (long long)f->listed, (long long)f->withdrawn);
	if (buf_check(&f->csv, err) == -1 || buf_check(&f->xml, err) == -1 || stop_entries_finish(&f->entries, err) == -1)
		return -1;
	if (f->nseconds > 0)
		qsort(f->seconds, f->nseconds, sizeof(*f->seconds), compare);
	e->entries = f->listed;
	e->withdrawals = f->withdrawn;
	e->new_entries = (int64_t)f->nseconds;
	e->median_seconds = f->nseconds == 0 ? -1 : f->seconds[(f->nseconds - 1) / 2];
	e->longest_seconds = f->nseconds == 0 ? -1 : f->seconds[f->nseconds - 1];
	sha256(bytes_of(&f->csv), e->csv);
	sha256(bytes_of(&f->xml), e->xml);
	sha256(bytes_of(&f->entries.body), e->list);
	return 0;
}

void
stop_files_clear(struct stop_files *f)
{
	buf_clear(&f->csv);
	buf_clear(&f->xml);
	stop_entries_clear(&f->entries);
	free(f->seconds);
	*f = (struct stop_files){ .export = NULL };
}
