/*
 * The stop list over HTTPS with the real programs: blank booklets that are lost as ranges, the five statuses, exports and deltas under the eyes of xmllint(1),
 * withdrawals, time from report to export, and who is let in.
 */
#include <libpq-fe.h>
#include <sys/wait.h>
#include <unistd.h>

#include "issuance/application/docstatus.h"
#include "pki/stopsnapshot.h"
#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "tests/service/counter.h"
#include "tests/service/facility.h"

static char place[UUID_TEXT];

/* ---- exports ---- */

static int
export_since(const char *login, int since)
{
	char members[40];

	snprintf(members, sizeof(members), "'since':%d", since);
	return tell(login, since == 0 ? "" : members, "stop-list/exports");
}

static int64_t
figure(const char *member)
{
	const json_t *v = json_object_get(got.json, member);

	return json_is_integer(v) ? json_integer_value(v) : -1;
}

/* A file of an export into *out; 0 when it is not given. */
static int
fetch(struct client *c, int64_t sequence, const char *file, struct buf *out)
{
	struct err err = ERR_INIT;
	char path[120];
	int status = 0;

	buf_cut(out, 0);
	snprintf(path, sizeof(path), "/issuance/v1/stop-list/exports/%lld/%s", (long long)sequence, file);
	client_call(c, "GET", path, NULL, CLIENT_NO_BODY, &status, out, &err);
	return status;
}

static bool
digest_is(struct bytes octets, const char *hex)
{
	uint8_t digest[SHA256_LEN];
	struct buf text = BUF_INIT;
	bool same;

	sha256(octets, digest);
	buf_hex(&text, BYTES(digest, sizeof(digest)));
	same = strcmp(buf_cstr(&text), hex) == 0;
	buf_clear(&text);
	return same;
}

static bool
xml_holds(struct bytes xml)
{
	const char *top = getenv("top_srcdir");
	char command[600], file[120];
	struct err err = ERR_INIT;

	snprintf(file, sizeof(file), "%s", rig_path(&rig, "export.xml"));
	if (file_write(file, xml, 0600, &err) == -1)
		bail_out("%s", err.text);
	snprintf(command, sizeof(command), "xmllint --noout --schema %s/docs/stop-list.xsd %s 2>/dev/null", top != NULL ? top : ".", file);
	return system(command) == 0;
}

/* The line of a number in a CSV: "NUMBER,PP,UTO,STATUS,DAY,ACTION,..."; "" when there is none. */
static const char *
line_of(struct buf *csv, const char *number)
{
	static char line[200];
	char key[40];
	const char *at;

	snprintf(key, sizeof(key), "\n%s,", number);
	at = strstr(buf_cstr(csv), key);
	snprintf(line, sizeof(line), "%.*s", at == NULL ? 0 : (int)strcspn(at + 1, "\r"), at == NULL ? "" : at + 1);
	return line;
}

static bool
says(struct buf *csv, const char *number, const char *status, const char *action)
{
	const char *line = line_of(csv, number);
	char wanted[100], day[100];

	snprintf(wanted, sizeof(wanted), ",UTO,%s,", status);
	snprintf(day, sizeof(day), ",%s,", action);
	if (strstr(line, wanted) != NULL && strstr(line, day) != NULL)
		return true;
	printf("# %s\n", line);
	return false;
}

/* ---- blanks ---- */

static int
lose(const char *login, const char *kind, int first, int last)
{
	char members[300];

	snprintf(members, sizeof(members), "'office_id':'%s','kind':'%s','prefix':'TS','first':%d,'last':%d,'reference':'P 9/26','notes':'the safe was open'", place, kind, first, last);
	return tell(login, members, "booklets/losses");
}

static void
test_blanks(char loss[UUID_TEXT])
{
	int64_t expected;

	look("passport_qc.1", "booklets?office=%s", place);
	expected = figure("expected");
	lose("passport_qc.1", "lost", 20, 19);
	ok(refused(400, "/last", NULL), "refuses: a range that ends before it begins");
	lose("passport_qc.1", "lost", 1, 10001);
	ok(refused(400, "/last", NULL), "refuses: more than ten thousand");
	lose("passport_qc.1", "mislaid", 20, 21);
	ok(refused(400, "/kind", NULL), "refuses: what is neither lost nor stolen");
	lose("passport_clerk.1", "lost", 20, 21);
	ok(refused(403, NULL, NULL), "refuses: a report by who has no booklets");
	lose("passport_qc.3", "lost", 20, 21);
	ok(refused(403, NULL, NULL), "refuses: a report by another office");
	lose("passport_qc.1", "lost", 40, 90);
	ok(refused(409, NULL, "of these booklets"), "refuses: booklets that the office does not have");
	ok(lose("passport_qc.1", "stolen", 41, 45) == 201, "five are stolen: %s", got.err.text);
	snprintf(loss, UUID_TEXT, "%s", said("id"));
	lose("passport_qc.1", "lost", 45, 46);
	ok(refused(409, NULL, "stolen"), "refuses: to lose what is stolen");
	ok(look("passport_qc.1", "booklets?office=%s", place) == 200 && figure("stolen") == 5 && figure("expected") == expected, "the balance misses them until another officer confirms");
	tell("passport_qc.1", NULL, "booklets/losses/%s/confirmation", loss);
	ok(refused(409, NULL, "may not confirm"), "refuses: the confirmation by who reported");
	ok(tell("passport_personaliser.1", NULL, "booklets/losses/%s/confirmation", loss) == 200 && figure("expected") == expected - 5, "confirmed: the day can be closed without them: %s", got.err.text);
	tell("passport_personaliser.2", NULL, "booklets/losses/%s/confirmation", loss);
	ok(refused(409, NULL, "confirmed already"), "refuses: to confirm twice");
	ok(tell("passport_qc.1", "'office_id':'00000000-0000-4000-8000-000000000000','event':'balance','counted':1", "booklets/counts") == 403, "refuses: a balance of no office");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.booklet_loss r JOIN registry.ledger_entry a ON a.record_id = r.id JOIN registry.stop_change c ON c.xid = a.xid") == 5,
		"all five came onto the stop list in the commit of the report");
}

static void
test_found(const char *loss)
{
	tell("passport_qc.1", "'first':42,'last':43,'notes':'in the other safe'", "booklets/losses/%s/recovery", loss);
	ok(refused(409, NULL, "may not record"), "refuses: the finding by who reported");
	tell("passport_personaliser.1", "'first':40,'last':43,'notes':'in the other safe'", "booklets/losses/%s/recovery", loss);
	ok(refused(409, NULL, "not of the range"), "refuses: to find others than were missed");
	tell("passport_personaliser.1", "'first':43,'last':42,'notes':'in the other safe'", "booklets/losses/%s/recovery", loss);
	ok(refused(400, "/last", NULL), "refuses: an empty range");
	ok(tell("passport_personaliser.1", "'first':42,'last':43,'notes':'in the other safe'", "booklets/losses/%s/recovery", loss) == 200 && figure("stolen") == 3, "two are found: %s", got.err.text);
	tell("passport_personaliser.1", "'first':43,'last':43,'notes':'in the other safe'", "booklets/losses/%s/recovery", loss);
	ok(refused(409, NULL, "spoiled"), "refuses: to find one twice");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.booklet b JOIN registry.current_state s ON s.subject_id = b.id WHERE b.serial IN ('TS-0000042', 'TS-0000043') AND s.state = 'spoiled'") == 2,
		"and are spoiled, never used");
}

/* ---- the list ---- */

static void
issue_one(const char *name, const char *born, struct day_person *p)
{
	struct day_issuance who = office();
	struct err err = ERR_INIT;

	person_new(name, born, p);
	if (day_apply(&who, p, &err) == -1 || day_personalise(&who, p, 1, &err) == -1 || day_deliver(&who, p, &err) == -1)
		bail_out("%s", err.text);
}

static void
test_empty(void)
{
	struct buf file = BUF_INIT;

	ok(export_since("passport_supervisor.1", 0) == 201 && figure("sequence") == 1 && figure("entries") == 0 && figure("median_seconds") == -1, "nothing is on the list: %s", got.err.text);
	ok(fetch(client_at(&rig, "issued", "auditor.1"), 1, "xml", &file) == 200 && xml_holds(bytes_of(&file)), "an empty export is good XML");
	ok(fetch(client_at(&rig, "issued", "auditor.1"), 1, "csv", &file) == 200 && strchr(buf_cstr(&file), '\n') == buf_cstr(&file) + file.n - 1, "and a CSV of one line");
	buf_clear(&file);
}

static void
test_refusals(void)
{
	struct buf file = BUF_INIT;

	ok(export_since("passport_clerk.1", 0) == 403 && export_since("passport_approver.1", 0) == 403 && export_since("auditor.1", 0) == 403, "refuses: an export by others");
	tell("passport_supervisor.1", "'since':0", "stop-list/exports");
	ok(refused(400, "/since", NULL), "refuses: since nothing");
	tell("passport_supervisor.1", "'since':'1'", "stop-list/exports");
	ok(refused(400, "/since", NULL), "refuses: since a text");
	tell("passport_supervisor.1", "'since':99", "stop-list/exports");
	ok(refused(404, NULL, NULL), "refuses: since an export that there never was");
	tell("passport_supervisor.1", "'kind':'full'", "stop-list/exports");
	ok(refused(400, NULL, NULL), "refuses: a member that it does not know");
	ok(fetch(client_at(&rig, "issued", "auditor.1"), 99, "xml", &file) == 404, "refuses: a file of no export");
	ok(fetch(client_at(&rig, "issued", "auditor.1"), 1, "pdf", &file) == 404, "refuses: a file that exports do not have");
	ok(look("auditor.1", "stop-list/exports/one") == 400 && look("auditor.1", "stop-list/exports/01") == 400 && look("auditor.1", "stop-list/exports/-1") == 400, "refuses: what is no number");
	ok(look("auditor.1", "stop-list/exports?limit=101") == 400 && look("auditor.1", "stop-list/exports?since=1") == 400, "refuses: a strange query");
	buf_clear(&file);
}

static void
test_list(const char *lost, const char *stolen, const char *revoked, const char *suspended, const char *loss)
{
	struct buf csv = BUF_INIT, again = BUF_INIT;
	int64_t full, delta;
	char digest[80];

	tell("passport_clerk.1", "'kind':'lost','reported_by':'holder'", "documents/%s/reports", lost);
	tell("passport_clerk.1", "'kind':'stolen','reported_by':'police','reference':'P 17'", "documents/%s/reports", stolen);
	tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", revoked);
	tell("passport_supervisor.1", "'grounds':'fraud','reason':'a tip of the consulate'", "documents/%s/revocation", revoked);
	tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", suspended);
	usleep(1100000);
	ok(export_since("passport_supervisor.1", 0) == 201 && figure("entries") == 9 && figure("withdrawals") == 0 && figure("new_entries") == 9, "four documents and five blanks: %s", got.err.text);
	ok(figure("median_seconds") >= 1 && figure("longest_seconds") >= figure("median_seconds") && figure("longest_seconds") < 600, "the new ones had waited %lld s, at most %lld s",
		(long long)figure("median_seconds"), (long long)figure("longest_seconds"));
	full = figure("sequence");
	snprintf(digest, sizeof(digest), "%s", said("xml_sha256"));
	ok(fetch(client_at(&rig, "issued", "auditor.1"), full, "xml", &csv) == 200 && xml_holds(bytes_of(&csv)) && digest_is(bytes_of(&csv), digest), "XML of its schema, with the digest of the ledger's row");
	look("auditor.1", "stop-list/exports/%lld", (long long)full);
	snprintf(digest, sizeof(digest), "%s", said("csv_sha256"));
	ok(fetch(client_at(&rig, "issued", "auditor.1"), full, "csv", &csv) == 200 && digest_is(bytes_of(&csv), digest), "CSV with its digest");
	ok(says(&csv, lost, "lost", "list") && says(&csv, stolen, "stolen", "list") && says(&csv, revoked, "revoked", "list") && says(&csv, suspended, "invalid", "list") &&
			says(&csv, "TS-0000041", "stolen_blank", "list"),
		"all five statuses of the SLTD");
	ok(strstr(buf_cstr(&csv), "Lina") == NULL && strstr(buf_cstr(&csv), "1991") == NULL && strstr(buf_cstr(&csv), "consulate") == NULL, "no name, no birth, no reason");

	ok(export_since("passport_supervisor.1", (int)full) == 201 && figure("entries") == 0 && figure("withdrawals") == 0, "nothing changed since: %s", got.err.text);
	tell("passport_supervisor.1", "'found_by':'holder','is_restored':true,'notes':'was in the coat'", "documents/%s/findings", lost);
	tell("passport_supervisor.1", "'grounds':'court','reason':'a tip of the consulate'", "documents/%s/revocation", suspended);
	tell("passport_supervisor.1", "'found_by':'police','is_restored':false,'notes':'in the bag of a thief'", "documents/%s/findings", stolen);
	test_found(loss);
	ok(export_since("passport_supervisor.1", (int)full) == 201 && figure("entries") == 2 && figure("withdrawals") == 3 && figure("new_entries") == 2, "a delta: %s", got.err.text);
	delta = figure("sequence");
	snprintf(digest, sizeof(digest), "%s", said("csv_sha256"));
	ok(fetch(client_at(&rig, "issued", "auditor.1"), delta, "csv", &csv) == 200 && says(&csv, lost, "", "withdraw") && says(&csv, suspended, "revoked", "list") &&
			says(&csv, stolen, "invalid", "list") && says(&csv, "TS-0000042", "", "withdraw") && line_of(&csv, "TS-0000041")[0] == '\0',
		"what was given back is withdrawn, what was suspended is revoked, what was recovered is invalid");
	ok(fetch(client_at(&rig, "issued", "auditor.1"), delta, "xml", &again) == 200 && xml_holds(bytes_of(&again)), "and its XML is good");
	tell("passport_clerk.1", "'kind':'stolen','reported_by':'police','reference':'P 18'", "documents/%s/reports", lost);
	ok(fetch(client_at(&rig, "issued", "auditor.1"), delta, "csv", &again) == 200 && bytes_equal(bytes_of(&csv), bytes_of(&again)) && digest_is(bytes_of(&again), digest),
		"the same octets after the list has changed again");
	ok(export_since("passport_supervisor.1", 1) == 201 && figure("entries") == 7 && figure("withdrawals") == 2 && figure("new_entries") == 1, "since the first: all, one of them new: %s", got.err.text);
	ok(look("auditor.1", "stop-list/exports?limit=2") == 200 && json_array_size(json_object_get(got.json, "items")) == 2 && figure("next") == delta, "the exports in pages");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.stop_export e JOIN registry.ledger_entry l ON l.record_id = e.id WHERE l.leaf::jsonb->'links'->>'csv_sha256' IS NOT NULL") == 5,
		"each digest is in the ledger");
	buf_clear(&csv);
	buf_clear(&again);
}

/* catena stoplist WHAT --anchor of the rig: its exit status, 100 when its output does not have the words. */
static int
command(struct buf *file, const char *what, const char *words)
{
	const char *builddir = getenv("top_builddir");
	char line[600], out[2000];
	struct err err = ERR_INIT;
	size_t n;
	FILE *f;
	int status;

	if (file_write(rig_path(&rig, "a.stop"), bytes_of(file), 0600, &err) == -1)
		bail_out("%s", err.text);
	n = (size_t)snprintf(line, sizeof(line), "%s/catena stoplist ", builddir != NULL ? builddir : ".");
	for (const char *s = what; *s != '\0'; s++)
		if (strncmp(s, "FILE", 4) == 0) {
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%s", rig_path(&rig, "a.stop"));
			s += 3;
		} else {
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%c", *s);
		}
	snprintf(line + n, sizeof(line) - n, " --anchor %s 2>&1", rig_path(&rig, "pki/csca.crt"));
	if ((f = popen(line, "r")) == NULL)
		bail_out("no process");
	out[fread(out, 1, sizeof(out) - 1, f)] = '\0';
	status = WEXITSTATUS(pclose(f));
	unlink(rig_path(&rig, "a.stop"));
	if (strstr(out, words) != NULL)
		return status;
	printf("# %s: %d %s\n", what, status, out);
	return 100;
}

/* What an inspector takes along, and asks without a line. */
static void
test_snapshot(const char *stolen, const char *valid)
{
	struct client *auditor = client_at(&rig, "issued", "auditor.1");
	struct buf file = BUF_INIT, again = BUF_INIT, anchor = BUF_INIT;
	struct stop_snapshot s;
	struct cert *csca = NULL;
	struct err err = ERR_INIT;
	char ask[60];
	int64_t full;

	ok(export_since("passport_supervisor.1", 0) == 201, "a full export: %s", got.err.text);
	full = figure("sequence");
	ok(fetch(auditor, 2, "snapshot", &file) == 200 && fetch(auditor, full, "snapshot", &file) == 200, "has a snapshot, and so have those before");
	ok(fetch(auditor, 3, "snapshot", &again) == 409, "refuses: that of a delta");
	ok(fetch(auditor, 999, "snapshot", &again) == 404, "refuses: that of no export");
	ok(fetch(client_at(&rig, "issued", "passport_clerk.1"), full, "snapshot", &again) == 403, "refuses: a clerk");
	ok(fetch(auditor, full, "snapshot", &again) == 200 && bytes_equal(bytes_of(&file), bytes_of(&again)), "the same octets again: it is signed once");
	if (stop_snapshot_parse(bytes_of(&file), &s, &err) == -1 || file_read(rig_path(&rig, "pki/csca.crt"), 1 << 16, &anchor, &err) == -1 || cert_read(bytes_of(&anchor), &csca, &err) == -1)
		bail_out("%s", err.text);
	ok(stop_snapshot_trust(&s, csca, &err) == 0, "signed for the registry under the CSCA: %s", err.text);
	ok(stop_snapshot_ask(&s, stolen) != NULL && strcmp(stop_snapshot_ask(&s, stolen), "invalid") == 0 && stop_snapshot_ask(&s, valid) == NULL && stop_snapshot_ask(&s, "TS-0000041") != NULL &&
			strcmp(stop_snapshot_ask(&s, "TS-0000041"), "stolen_blank") == 0,
		"it says of each number what the list says");
	ok(command(&file, "verify FILE", "verdict: good") == 0 && command(&file, "ask FILE L898902C3", "not on the stop list") == 0, "catena stoplist verify and ask, offline");
	snprintf(ask, sizeof(ask), "ask FILE L898902C3 %s", stolen);
	ok(command(&file, ask, ": invalid") == 2, "one that is listed");
	ok(command(&file, "ask FILE", "") != 0 && command(&anchor, "verify FILE", "") == 3, "refuses: no number, a file that is no snapshot");
	file.p[file.n - 1] ^= 1;
	ok(command(&file, ask, "not those that were signed") == 3, "refuses: to answer from a snapshot that was altered");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.stop_snapshot s JOIN registry.ledger_entry l ON l.record_id = s.id") == 2, "each signature is in the ledger");
	stop_snapshot_clear(&s);
	cert_free(csca);
	buf_clear(&file);
	buf_clear(&again);
	buf_clear(&anchor);
}

/* A finished passport that quality control failed is stolen with the box it lies in; a card is no passport; and an older report does not find for who made the last. */
static void
test_spoiled(void)
{
	struct day_issuance who = office();
	struct err err = ERR_INIT;
	struct day_person p;
	struct buf csv = BUF_INIT;
	char serial[20], first[UUID_TEXT], second[UUID_TEXT], members[80];
	int n;

	person_new("Unreadable", "1990-08-08", &p);
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1 || tell("passport_qc.1", "'reason':'the page is torn'", "documents/%s/spoiling", p.document_number) != 201 ||
		rig_sql(&rig, serial, sizeof(serial), &err, "SELECT b.serial FROM registry.booklet b JOIN registry.booklet_event e ON e.booklet_id = b.id JOIN registry.document d ON d.id = e.document_id"
							    " WHERE d.number = '%s'",
			p.document_number) == -1)
		bail_out("%s %s", err.text, got.err.text);
	n = atoi(serial + 3);
	ok(lose("passport_qc.1", "stolen", n, n) == 201, "the box of spoiled booklets is stolen: %s", got.err.text);
	snprintf(first, sizeof(first), "%s", said("id"));
	sql("SET session_replication_role = replica; UPDATE registry.booklet_count SET form = 'TD1'; RESET session_replication_role");
	ok(lose("passport_qc.1", "lost", 49, 49) == 201, "a card is lost: %s", got.err.text);
	sql("SET session_replication_role = replica; UPDATE registry.booklet_count SET form = 'TD3'; RESET session_replication_role");
	ok(export_since("passport_supervisor.1", 0) == 201 && fetch(client_at(&rig, "issued", "auditor.1"), figure("sequence"), "csv", &csv) == 200 && says(&csv, p.document_number, "stolen", "list") &&
			says(&csv, serial, "stolen_blank", "list"),
		"listed are the booklet and the document in it, whose number page and chip say");
	ok(strstr(line_of(&csv, "TS-0000049"), ",I,UTO,") != NULL && strstr(line_of(&csv, "TS-0000041"), ",P,UTO,") != NULL, "a card is listed as one");
	snprintf(members, sizeof(members), "'first':%d,'last':%d,'notes':'behind the bank'", n, n);
	ok(tell("passport_personaliser.1", members, "booklets/losses/%s/recovery", first) == 200, "the box is found: %s", got.err.text);
	ok(export_since("passport_supervisor.1", 1) == 201 && fetch(client_at(&rig, "issued", "auditor.1"), figure("sequence"), "csv", &csv) == 200 && says(&csv, p.document_number, "invalid", "list") &&
			says(&csv, serial, "", "withdraw"),
		"the blank is withdrawn, the number of the document never becomes valid");
	ok(lose("passport_personaliser.1", "stolen", n, n) == 201, "and stolen again: %s", got.err.text);
	snprintf(second, sizeof(second), "%s", said("id"));
	tell("passport_personaliser.1", members, "booklets/losses/%s/recovery", first);
	ok(refused(409, NULL, "reported again since"), "refuses: who reported it the second time names the first report, of another officer");
	tell("passport_personaliser.1", members, "booklets/losses/%s/recovery", second);
	ok(refused(409, NULL, "may not record"), "refuses: and the second, too");
	ok(tell("passport_qc.1", members, "booklets/losses/%s/recovery", second) == 200, "another officer finds it: %s", got.err.text);
	buf_clear(&csv);
}

static int
ask_status(const char *login, const char *number, const char *check)
{
	return look(login, "status/%s?check=%s", number, check);
}

static void
test_status(const char *stolen, const char *valid, const char *birth)
{
	struct date born, expires;
	struct err err = ERR_INIT;
	char check[DOCUMENT_CHECK + 1], other[DOCUMENT_CHECK + 1], day[DATE_TEXT];

	if (rig_sql(&rig, day, sizeof(day), &err, "SELECT expires_on FROM registry.document WHERE number = '%s'", valid) == -1 || date_parse(bytes_str(birth), &born, &err) == -1 ||
		date_parse(bytes_str(day), &expires, &err) == -1 || document_check(valid, born, expires, check, &err) == -1)
		bail_out("%s", err.text);
	ok(ask_status("inspector.1", valid, check) == 200 && json_is_true(json_object_get(got.json, "is_valid")) && strcmp(said("status"), "active") == 0 && strlen(said("since")) == 10,
		"who has the document learns that it is valid: %s", got.err.text);
	ok(ask_status("passport_clerk.1", valid, check) == 403, "refuses: a clerk");
	snprintf(other, sizeof(other), "%s", check);
	other[0] = other[0] == '0' ? '1' : '0';
	ok(ask_status("inspector.1", valid, other) == 404 && strstr(got.err.text, "number and check") != NULL, "refuses: a check that is another's");
	ok(ask_status("inspector.1", "U99999999", check) == 404 && strstr(got.err.text, "number and check") != NULL, "refuses: a number that is not there, with the same words");
	ok(ask_status("inspector.1", stolen, check) == 404, "refuses: the check of another document");
	ok(ask_status("inspector.1", valid, "0123") == 400 && ask_status("inspector.1", valid, "") == 400 && look("inspector.1", "status/%s", valid) == 400, "refuses: no check");
	ok(look("inspector.1", "status/%s?check=%s&birth=1", valid, check) == 400, "refuses: a question that it does not know");
	tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", valid);
	ok(ask_status("inspector.1", valid, check) == 200 && json_is_false(json_object_get(got.json, "is_valid")) && strcmp(said("status"), "suspended") == 0, "suspended: not valid from now on");
	for (int i = 0; i < DOCUMENT_ASKS_A_MINUTE + 10 && got.status != 429; i++)
		ask_status("inspector.1", valid, other);
	ok(got.status == 429, "who tries them out has to wait");
}

/* A change that was begun before an export and commits after it is in the next one. */
static void
test_late(const char *number)
{
	char conninfo[CLUSTER_CONNINFO], text[200];
	int64_t since;
	PGconn *late;

	ok(export_since("passport_supervisor.1", 0) == 201, "an export: %s", got.err.text);
	since = figure("sequence");
	cluster_conninfo(&rig.cluster, NULL, conninfo);
	late = PQconnectdb(conninfo);
	snprintf(text, sizeof(text), "INSERT INTO registry.stop_change (number, is_blank, document_type, status) VALUES ('%s', false, 'PP', 'invalid')", number);
	PQclear(PQexec(late, "BEGIN"));
	PQclear(PQexec(late, text));
	ok(export_since("passport_supervisor.1", (int)since) == 201 && figure("entries") == 0, "what has not committed is not in an export");
	since = figure("sequence");
	PQclear(PQexec(late, "COMMIT"));
	PQfinish(late);
	ok(export_since("passport_supervisor.1", (int)since) == 201 && figure("entries") == 1, "but in the next one, whatever the clock says: %s", got.err.text);
}

static void
test_program(void)
{
	const struct rig_program *issued = rig_program(&rig, "issued");
	struct client_options o = { .url = issued->address, .ca_file = rig_path(&rig, "ca.pem"), .certificate_file = rig_path(&rig, "program.pem"), .key_file = rig_path(&rig, "program.key"), .seconds = 60 };
	struct client *hospital = facility_client(&rig, RIG_PLACE_HOSPITAL), *partner = NULL;
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;

	if (client_new(&o, &partner, &err) == -1)
		bail_out("%s", err.text);
	call_by(partner, "POST", json_object(), "/issuance/v1/stop-list/exports");
	ok(refused(403, NULL, "not let in"), "refuses: the program of a hospital");
	ok(call_by(partner, "GET", NULL, "/issuance/v1/stop-list/exports") == 403 && fetch(partner, 1, "csv", &file) == 403, "refuses: it reads none either");
	sql("INSERT INTO registry.program_service (program_id, service) SELECT id, 'document_status' FROM registry.program WHERE name = 'hospital'");
	ok(call_by(partner, "GET", NULL, "/issuance/v1/stop-list/exports/1") == 403, "refuses: one that is let in for something else");
	sql("INSERT INTO registry.program_service (program_id, service) SELECT id, 'stop_list' FROM registry.program WHERE name = 'hospital'");
	ok(call_by(partner, "POST", json_pack("{s:i}", "since", 1), "/issuance/v1/stop-list/exports") == 201 && fetch(partner, figure("sequence"), "xml", &file) == 200 && xml_holds(bytes_of(&file)),
		"one that is let in takes its delta: %s", got.err.text);
	sql("UPDATE registry.program_service SET is_active = false WHERE service = 'stop_list'");
	ok(fetch(partner, 1, "csv", &file) == 403, "until it is not any more");
	client_free(partner);
	client_free(hospital);
	buf_clear(&file);
}

int
main(void)
{
	struct day_person lost, stolen, revoked, suspended, valid;
	struct err err = ERR_INIT;
	char loss[UUID_TEXT];

	if (rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("the stop list", err.text);
		return done_testing();
	}
	if (system("xmllint --version >/dev/null 2>&1") != 0)
		bail_out("xmllint is not installed (libxml2-utils)");
	uuid_format(&rig.office[RIG_PASSPORT], place);
	test_empty();
	test_refusals();
	issue_one("Losing", "1991-06-07", &lost);
	issue_one("Robbed", "1984-02-11", &stolen);
	issue_one("Forged", "1996-10-30", &revoked);
	issue_one("Doubted", "1989-12-24", &suspended);
	test_blanks(loss);
	test_list(lost.document_number, stolen.document_number, revoked.document_number, suspended.document_number, loss);
	test_late("Z23456789");
	test_spoiled();
	issue_one("Blameless", "1993-03-17", &valid);
	test_snapshot(stolen.document_number, valid.document_number);
	test_status(stolen.document_number, valid.document_number, "1993-03-17");
	test_program();
	unlink(rig_path(&rig, "export.xml"));
	return acting_stop();
}
