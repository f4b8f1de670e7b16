/*
 * Two stations work off batches and are killed at random points (SIGKILL, as a power cut): no number is used twice, no blank is lost, an application
 * that had a number and a booklet keeps them, and every batch completes.  In every tenth round a station stays dead for a while, so that the other
 * takes over what it held.
 *
 * KILL_ROUNDS (6), KILL_SEED (the clock; printed).
 */
#include "registry/base/clock.h"
#include "tests/service/chance.h"
#include "tests/service/issuing.h"

enum { STATIONS = 2,
	ORDERS = 60,        /* of one batch; of the first one less: person 1 is a foreigner */
	BLANKS = 40,        /* for each batch at each station: more than enough together, not alone */
	COMPLETE_S = 120 }; /* in which the last batch completes */

static struct issuing is;
static struct {
	char name[16], conf[24];
	pid_t pid;
	unsigned killed;
} station[STATIONS];
static unsigned batches, blanks, within; /* within: kills while orders were open */

static long long
count(const char *text)
{
	return strtoll(issuing_sql(text), NULL, 10);
}

/* ---- stations ---- */

static void
station_up(unsigned i)
{
	if (station[i].pid == 0)
		station[i].pid = issuing_spawn(&is, "issued", station[i].conf, NULL, 0);
}

static void
station_kill(unsigned i)
{
	if (station[i].pid == 0)
		return;
	kill(station[i].pid, SIGKILL);
	waitpid(station[i].pid, NULL, 0);
	station[i].pid = 0;
	station[i].killed++;
}

/* ---- orders ---- */

static void
order(void)
{
	unsigned from = is.people;

	issuing_people(&is, ORDERS);
	issuing_approve(&is, from);
	for (unsigned i = 0; i < STATIONS; i++)
		issuing_booklets(BLANKS, station[i].name);
	blanks += STATIONS * BLANKS;
	issuing_sql("BEGIN; CREATE TEMP TABLE made ON COMMIT DROP AS SELECT gen_random_uuid() AS id;"
		    "INSERT INTO batch (id, office_id, officer_id) SELECT m.id, o.id, pg_temp.o('clerk') FROM made m, office o WHERE o.code = 'PP1';"
		    "INSERT INTO batch_order (batch_id, place, application_id) SELECT m.id, row_number() OVER (), r.application FROM made m, rig r"
		    " WHERE r.n <> 1 AND NOT EXISTS (SELECT FROM batch_order b WHERE b.application_id = r.application);"
		    "INSERT INTO batch_decision (batch_id, event, officer_id) SELECT id, 'order', pg_temp.o('clerk') FROM made; COMMIT");
	batches++;
}

static long long
open_orders(void)
{
	return count("SELECT count(*) FROM batch_work WHERE state IN ('waiting', 'held')");
}

/* What the registry says now of each application: it must say the same ever after. */
static void
remember(void)
{
	issuing_sql("INSERT INTO seen SELECT d.application_id, d.number, b.serial FROM document d LEFT JOIN booklet_event e ON e.document_id = d.id"
		    " LEFT JOIN booklet b ON b.id = e.booklet_id ON CONFLICT DO NOTHING");
}

static void
kill_round(unsigned round)
{
	unsigned victim = chance(STATIONS);
	bool both = chance(5) == 0, stays_dead = round % 10 == 0;

	if (open_orders() < ORDERS)
		order();
	wait_ms(chance(200));
	station_kill(victim);
	if (both)
		station_kill(1 - victim);
	within += open_orders() > 0;
	remember();
	if (both || !stays_dead)
		station_up(victim);
	else
		wait_ms(2500); /* longer than what it held is held */
	station_up(1 - victim);
	station_up(victim);
}

/* ---- looking ---- */

static void
look(void)
{
	long long documents, orders = count("SELECT count(*) FROM batch_order"), unfinished;

	for (unsigned i = 0; i < 10 * COMPLETE_S && open_orders() > 0; i++)
		wait_ms(100);
	unfinished = count("SELECT count(*) FROM batch_progress WHERE state <> 'completed'");
	if (!ok(unfinished == 0, "all %u batches complete", batches))
		printf("# %lld do not\n", unfinished);
	ok(count("SELECT count(*) FROM batch_work WHERE state = 'done'") == orders, "each of %lld orders is done, none failed", orders);
	documents = count("SELECT count(*) FROM document");
	ok(documents == orders && count("SELECT count(DISTINCT application_id) FROM document") == orders && count("SELECT count(DISTINCT number) FROM document") == orders,
		"each application has one document, and no number is used twice: %lld", documents);
	ok(count("SELECT count(*) FROM document d JOIN current_state s ON s.subject_id = d.id AND s.state = 'personalised' JOIN document_signature g ON g.document_id = d.id") == orders,
		"all are signed and personalised");
	ok(count("SELECT count(*) FROM booklet_event e JOIN current_state s ON s.subject_id = e.booklet_id AND s.state = 'personalised' JOIN document d ON d.id = e.document_id") == orders &&
			count("SELECT count(*) FROM current_state WHERE machine = 'booklet' AND state = 'personalised'") == orders,
		"each is in one booklet of its own");
	ok(count("SELECT count(*) FROM current_state WHERE machine = 'booklet'") == blanks && count("SELECT count(*) FROM booklet_station") == blanks - documents,
		"no blank is lost: %u came, %lld are at the stations", blanks, (long long)blanks - documents);
	ok(count("SELECT count(*) FROM seen n WHERE NOT EXISTS (SELECT FROM document d JOIN booklet_event e ON e.document_id = d.id JOIN booklet b ON b.id = e.booklet_id"
		 " WHERE d.application_id = n.application AND d.number = n.number AND b.serial = n.serial)") == 0,
		"%lld numbers and booklets that were seen while stations were dead are those of the end", count("SELECT count(*) FROM seen"));
}

/* What a station that died had allocated: the other one finishes it, in the same booklets, which are carried over. */
static void
taken_over(void)
{
	long long begun;
	char text[200];

	station_kill(0);
	station_kill(1);
	order();
	issuing_sql("BEGIN");
	issuing_sql("LOCK TABLE document_signature IN EXCLUSIVE MODE"); /* signd stands still before it records */
	station_up(0);
	for (unsigned i = 0; i < 600 && count("SELECT count(*) FROM current_state WHERE machine = 'document' AND state = 'allocated'") == 0; i++)
		wait_ms(50);
	station_kill(0);
	issuing_sql("COMMIT");
	begun = count("SELECT count(*) FROM current_state WHERE machine = 'document' AND state = 'allocated'");
	ok(begun > 0, "line-1 dies with %lld documents allocated in its booklets", begun);
	remember();
	issuing_booklets(ORDERS, station[1].name); /* it does the whole batch alone */
	blanks += ORDERS;
	station_up(1);
	for (unsigned i = 0; i < 10 * COMPLETE_S && open_orders() > 0; i++)
		wait_ms(100);
	snprintf(text, sizeof(text), "%lld", begun);
	is(issuing_sql("SELECT count(*) FROM booklet_event c JOIN booklet_event p ON p.booklet_id = c.booklet_id AND p.event = 'personalise' AND p.station = 'line-1'"
		       " WHERE c.event = 'carry' AND c.station = 'line-2' AND c.created_at > (SELECT max(created_at) FROM batch)"),
		text, "line-2 finishes them, and their booklets are carried there");
	station_up(0);
}

/* Two officers count what must be there. */
static void
close_the_day(void)
{
	unsigned left = blanks - (unsigned)count("SELECT count(*) FROM batch_order");
	char text[1000];

	snprintf(text, sizeof(text),
		"INSERT INTO booklet_count (id, office_id, event, counted, officer_id) SELECT gen_random_uuid(), o.id, 'balance', %u, x.id FROM office o, officer x"
		" WHERE o.code = 'PP1' AND x.login = 'stock.1';"
		"INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) SELECT c.id, c.officer_id, c.counted, x.id FROM booklet_count c, officer x"
		" WHERE c.event = 'balance' AND x.login = 'stock.2'",
		left);
	issuing_sql(text);
	is(issuing_sql("SELECT expected || ' expected, difference ' || difference FROM booklet_balance"), (snprintf(text, sizeof(text), "%u expected, difference 0", left), text),
		"and the balance of the day closes");
}

static void
work_and_kill(void)
{
	unsigned rounds = setting("KILL_ROUNDS", 6), seed = setting("KILL_SEED", (unsigned)time(NULL));
	uint64_t begun = clock_monotonic_ns();

	printf("# KILL_ROUNDS=%u KILL_SEED=%u\n", rounds, seed);
	random_state = seed;
	for (unsigned i = 0; i < STATIONS; i++)
		station_up(i);
	for (unsigned round = 1; round <= rounds; round++)
		kill_round(round);
	taken_over();
	look();
	close_the_day();
	printf("# %u rounds, %u with open orders; line-1 killed %u times, line-2 %u times; %lld documents, %lld orders taken up again; %.0f s\n", rounds, within, station[0].killed,
		station[1].killed, count("SELECT count(*) FROM document"), count("SELECT count(*) FROM batch_work WHERE tries > 1"), (double)(clock_monotonic_ns() - begun) / 1e9);
	ok(within > 0, "stations were killed in mid-batch");
}

/* A station whose clock is a day off does not start. */
static void
wrong_clock(void)
{
	const char *builddir = getenv("top_builddir");
	char text[1000], now[21], log[400];
	struct buf said = BUF_INIT;
	struct err err = ERR_INIT;
	int status;

	for (int day = -1; day <= 1; day += 2) {
		snprintf(log, sizeof(log), "%s", throwaway_path(&is.tls, "clock.log"));
		time_format(clock_now() + day * 86400, now);
		snprintf(text, sizeof(text), "CATENA_NOW=%s timeout 60 %s/issued --config %s >%s 2>&1", now, builddir != NULL ? builddir : ".", throwaway_path(&is.tls, station[0].conf), log);
		status = system(text);
		if (file_read(log, 100000, &said, &err) == -1)
			bail_out("%s", err.text);
		ok(WEXITSTATUS(status) == 1 && strstr(buf_cstr(&said), day < 0 ? "hours behind the registry's" : "hours ahead of the registry's") != NULL,
			"a station whose clock is a day %s does not start, and says why", day < 0 ? "behind" : "ahead");
		buf_clear(&said);
		unlink(log);
	}
	ok(count("SELECT count(*) FROM document") == 0, "nothing is begun");
}

int
main(void)
{
	if (!issuing_start(&is, NULL, false)) {
		skip("the line", "PostgreSQL or SoftHSM is not installed");
		return done_testing();
	}
	for (unsigned i = 0; i < STATIONS; i++) {
		snprintf(station[i].name, sizeof(station[i].name), "line-%u", i + 1);
		snprintf(station[i].conf, sizeof(station[i].conf), "station%u.conf", i + 1);
		issuing_conf(&is, station[i].conf, station[i].name);
	}
	issuing_sql("CREATE TEMP TABLE seen (application uuid PRIMARY KEY, number text, serial text)");
	wrong_clock();
	work_and_kill();
	for (unsigned i = 0; i < STATIONS; i++) {
		issuing_end(&station[i].pid);
		unlink(throwaway_path(&is.tls, station[i].conf));
	}
	issuing_stop(&is);
	return done_testing();
}
