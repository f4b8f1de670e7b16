/*
 * Security paper over HTTPS: sheets that two officers count in, bind to certificates, take out of use and count out again; whoever is alone, of another
 * office or late is refused; and at every step as many sheets as were received are somewhere.
 */
#include <pthread.h>

#include "tests/service/acting.h"

static struct one act;
static int received; /* sheets that CIV1 ever received */

static int
count_of(const char *login, enum rig_office office, const char *event, const char *prefix, int from, int to)
{
	char id[UUID_TEXT];

	return post(login, json_pack("{s:s, s:s, s:s, s:i, s:i}", "office_id", uuid_format(&rig.office[office], id), "event", event, "prefix", prefix, "first", from, "last", to),
		"/civil/v1/paper/counts");
}

static int
confirm(const char *login, const char *id, int counted)
{
	return post(login, json_pack("{s:i}", "counted", counted), "/civil/v1/paper/counts/%s/confirmation", id);
}

static int
bind(const char *login, const char *certificate, const char *serial)
{
	return post(login, json_pack("{s:s}", "serial", serial), "/civil/v1/certificates/%s/paper", certificate);
}

static int
spoil(const char *login, const char *serial)
{
	return post(login, json_pack("{s:s}", "reason", "torn in the printer"), "/civil/v1/paper/sheets/%s/spoiling", serial);
}

static int
number_in(const char *member)
{
	return (int)json_integer_value(json_object_get(got.json, member));
}

static int
stock(const char *login, enum rig_office office)
{
	char id[UUID_TEXT];

	return get(login, "/civil/v1/paper?office_id=%s", uuid_format(&rig.office[office], id));
}

/* In stock, issued, spoiled, destroyed: and together all that were ever received. */
static void
balance(int in_stock, int issued, int spoiled, int destroyed, const char *when)
{
	stock("civil_clerk.1", RIG_CIVIL);
	ok(number_in("received") == in_stock && number_in("issued") == issued && number_in("spoiled") == spoiled && number_in("destroyed") == destroyed &&
			in_stock + issued + spoiled + destroyed == received,
		"%s: %d in stock, %d issued, %d spoiled, %d destroyed", when, number_in("received"), number_in("issued"), number_in("spoiled"), number_in("destroyed"));
}

static void
certificate(char number[48])
{
	if (issue("civil_clerk.1", act.number, "extract", "en", NULL) != 201)
		bail_out("%s", got.err.text);
	snprintf(number, 48, "%s", said("number"));
}

static void
test_receive(void)
{
	static const struct {
		const char *login;
		enum rig_office office;
		const char *event, *prefix;
		int from, to, status;
		const char *what;
	} bad[] = {
		{ "civil_clerk.1", RIG_CIVIL, "receive", "UT", 1, 20, 403, "a clerk counts" },
		{ "auditor.1", RIG_CIVIL, "receive", "UT", 1, 20, 403, "an auditor counts" },
		{ "civil_registrar.1", RIG_CIVIL_2, "receive", "UT", 1, 20, 403, "a registrar counts for another office" },
		{ "civil_registrar.1", RIG_CIVIL, "find", "UT", 1, 20, 400, "an event that is none" },
		{ "civil_registrar.1", RIG_CIVIL, "receive", "u t", 1, 20, 400, "a prefix with a space" },
		{ "civil_registrar.1", RIG_CIVIL, "receive", "ABCDEFGHI", 1, 20, 400, "a prefix of nine letters" },
		{ "civil_registrar.1", RIG_CIVIL, "receive", "UT", 20, 1, 400, "from the last to the first" },
		{ "civil_registrar.1", RIG_CIVIL, "receive", "UT", 0, 20, 400, "sheet 0" },
		{ "civil_registrar.1", RIG_CIVIL, "receive", "UT", 1, 10001, 400, "more than 10000 at a time" },
	};
	char id[UUID_TEXT], twice[UUID_TEXT], number[48];

	for (size_t i = 0; i < NELEM(bad); i++)
		ok(count_of(bad[i].login, bad[i].office, bad[i].event, bad[i].prefix, bad[i].from, bad[i].to) == bad[i].status, "refuses: %s", bad[i].what);
	ok(count_of("civil_registrar.1", RIG_CIVIL, "receive", "UT", 1, 20) == 201, "a registrar counts twenty sheets: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	stock("civil_registrar.2", RIG_CIVIL);
	ok(number_in("received") == 0 && json_array_size(json_object_get(got.json, "waiting")) == 1, "none is there before a second officer has counted");
	certificate(number);
	ok(bind("civil_clerk.1", number, "UT-0000003") == 404, "refuses: a sheet that was counted once");
	ok(confirm("civil_registrar.1", id, 20) == 409 && strstr(got.err.text, "counted first") != NULL, "refuses: the same officer counts again: %s", got.err.text);
	ok(confirm("civil_registrar.2", id, 19) == 409 && strstr(got.err.text, "differently") != NULL, "refuses: nineteen: %s", got.err.text);
	ok(confirm("civil_registrar.2", id, 0) == 400, "refuses: none");
	ok(confirm("civil_clerk.1", id, 20) == 403, "refuses: a clerk is the second");
	ok(confirm("civil_registrar.3", id, 20) == 403, "refuses: a registrar of another office is the second");
	ok(confirm("civil_registrar.2", "018f2a00-0000-7000-8000-00000000abcd", 20) == 404, "refuses: a count that is none");
	ok(confirm("civil_registrar.2", id, 20) == 200, "a second registrar counts the same: %s", got.err.text);
	received = 20;
	balance(20, 0, 0, 0, "received");
	is(said("next"), "UT-0000001", "and which is to be taken next");
	ok(confirm("civil_supervisor.1", id, 20) == 409, "refuses: the same sheets once more: %s", got.err.text);
	ok(count_of("civil_registrar.1", RIG_CIVIL, "receive", "UT", 20, 21) == 201, "sheets of which one was received before");
	snprintf(twice, sizeof(twice), "%s", said("id"));
	ok(confirm("civil_registrar.2", twice, 2) == 409 && strstr(got.err.text, "received before") != NULL, "refuses: their confirmation: %s", got.err.text);
	ok(stock("civil_clerk.3", RIG_CIVIL) == 403, "refuses: the stock of another office");
	ok(stock("auditor.1", RIG_CIVIL) == 200, "an auditor reads it");
	ok(get("civil_clerk.1", "/civil/v1/paper") == 400, "refuses: the stock of no office");
	ok(stock("civil_clerk.3", RIG_CIVIL_2) == 200 && number_in("received") == 0, "the other office has none of them");
}

struct binding {
	const char *login, *number;
	int status;
};

static void *
bind_at_once(void *arg)
{
	struct binding *b = arg;
	char path[120];

	snprintf(path, sizeof(path), "/civil/v1/certificates/%s/paper", b->number);
	b->status = ask_at(&rig, "civild", b->login, "POST", path, json_pack("{s:s}", "serial", "UT-0000005"), NULL);
	return NULL;
}

static void
test_issue(void)
{
	char number[48], second[48], revoked[48], replaced[48];
	struct binding at_once[2] = { { .login = "civil_clerk.1" }, { .login = "civil_clerk.2" } };
	pthread_t thread[2];

	certificate(number);
	certificate(second);
	ok(bind("civil_clerk.1", number, "UT-9999999") == 404, "refuses: a sheet that is not in stock");
	ok(bind("civil_clerk.1", number, "x") == 400, "refuses: a serial that is none");
	ok(bind("civil_clerk.3", number, "UT-0000001") == 403, "refuses: a clerk of another office");
	ok(bind("civil_supervisor.1", number, "UT-0000001") == 403, "refuses: a supervisor, who prints nothing");
	ok(bind("civil_clerk.1", "CIV1-C-2026-999999-0", "UT-0000001") == 400, "refuses: a certificate that is none");
	ok(bind("civil_clerk.1", number, "UT-0000001") == 200, "a certificate is bound to its sheet: %s", got.err.text);
	is(said("paper"), "UT-0000001", "which it names");
	ok(bind("civil_clerk.1", second, "UT-0000001") == 409, "refuses: the serial a second time: %s", got.err.text);
	ok(bind("civil_clerk.1", number, "UT-0000002") == 409, "refuses: a second sheet for the same certificate: %s", got.err.text);
	balance(19, 1, 0, 0, "issued");
	stock("civil_clerk.1", RIG_CIVIL);
	is(said("next"), "UT-0000002", "the next one");

	certificate(revoked);
	post("civil_registrar.1", json_pack("{s:s}", "reason", "lost"), "/civil/v1/certificates/%s/revocation", revoked);
	ok(bind("civil_clerk.1", revoked, "UT-0000002") == 409, "refuses: a revoked certificate is printed: %s", got.err.text);
	certificate(replaced);
	issue("civil_clerk.1", act.number, "extract", "en", replaced);
	ok(bind("civil_clerk.1", replaced, "UT-0000002") == 409, "refuses: one that was replaced");

	certificate(number);
	at_once[0].number = second;
	at_once[1].number = number;
	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, bind_at_once, &at_once[i]) != 0)
			bail_out("thread");
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	ok((at_once[0].status == 200 && at_once[1].status == 409) || (at_once[0].status == 409 && at_once[1].status == 200), "of two clerks who take the same sheet one gets it: %d, %d", at_once[0].status,
		at_once[1].status);
	balance(18, 2, 0, 0, "and one sheet is gone");
}

static void
test_spoil(void)
{
	char number[48];

	certificate(number);
	ok(bind("civil_clerk.1", number, "UT-0000006") == 200, "a sheet with a certificate on it");
	ok(spoil("civil_clerk.3", "UT-0000006") == 403, "refuses: to spoil it from another office");
	ok(spoil("auditor.1", "UT-0000006") == 403, "refuses: an auditor");
	ok(post("civil_clerk.1", json_object(), "/civil/v1/paper/sheets/UT-0000006/spoiling") == 400, "refuses: without a reason");
	ok(spoil("civil_clerk.1", "UT-9999999") == 404, "refuses: a sheet that is not there");
	ok(spoil("civil_clerk.1", "UT-0000006") == 200, "it is spoiled in the printer: %s", got.err.text);
	ok(spoil("civil_clerk.1", "UT-0000006") == 409, "refuses: twice: %s", got.err.text);
	ok(bind("civil_clerk.1", number, "UT-0000006") == 409, "refuses: to print on it");
	ok(bind("civil_clerk.1", number, "UT-0000007") == 200, "the certificate is printed on another: %s", got.err.text);
	is(said("paper"), "UT-0000007", "which it names now");
	ok(spoil("civil_clerk.1", "UT-0000008") == 200, "a blank sheet is spoiled, too");
	balance(15, 3, 2, 0, "spoiled");
}

static void
test_destroy(void)
{
	char id[UUID_TEXT];

	ok(count_of("civil_registrar.1", RIG_CIVIL, "destroy", "UT", 6, 8) == 201, "three sheets, of which one is on the counter with a certificate");
	snprintf(id, sizeof(id), "%s", said("id"));
	ok(confirm("civil_registrar.2", id, 3) == 409, "refuses: to destroy it: %s", got.err.text);
	ok(count_of("civil_registrar.1", RIG_CIVIL, "destroy", "UT", 9, 9) == 201 && confirm("civil_registrar.2", said("id"), 1) == 409, "refuses: a good blank sheet: %s", got.err.text);
	ok(count_of("civil_registrar.1", RIG_CIVIL, "destroy", "ZZ", 1, 1) == 201 && confirm("civil_registrar.2", said("id"), 1) == 409, "refuses: sheets that nobody has: %s", got.err.text);
	ok(count_of("civil_registrar.3", RIG_CIVIL_2, "destroy", "UT", 6, 6) == 201 && confirm("civil_registrar.4", said("id"), 1) >= 400, "refuses: another office's: %s", got.err.text);
	ok(count_of("civil_registrar.1", RIG_CIVIL, "destroy", "UT", 6, 6) == 201, "a spoiled sheet is counted");
	snprintf(id, sizeof(id), "%s", said("id"));
	balance(15, 3, 2, 0, "and is there until");
	ok(confirm("civil_registrar.1", id, 1) == 409, "refuses: by the same officer");
	ok(confirm("civil_supervisor.1", id, 1) == 200 && number_in("destroyed") == 1, "a supervisor counts it, and it is destroyed: %s", got.err.text);
	balance(15, 3, 1, 1, "destroyed");
	ok(spoil("civil_clerk.1", "UT-0000006") == 409, "refuses: to spoil what is destroyed");
	ok(count_of("civil_registrar.1", RIG_CIVIL, "receive", "UT", 6, 6) == 201 && confirm("civil_registrar.2", said("id"), 1) == 409, "refuses: to receive it again");
	balance(15, 3, 1, 1, "as before");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.paper_event e WHERE NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = e.id)") == 0 &&
			rig_count(&rig, "SELECT count(*) FROM registry.paper_event") == 20 + 4 + 2 + 1,
		"every step of every sheet is in the ledger");
}

int
main(void)
{
	acting_start((const char *[]){ "civild", NULL });
	register_act("births", birth("Eriksson", "Anna Maria", "2025-06-12"), &act);
	test_receive();
	test_issue();
	test_spoil();
	test_destroy();
	return acting_stop();
}
