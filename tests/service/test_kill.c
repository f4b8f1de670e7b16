/*
 * SIGKILL at random points during a load: a service, the signer with the sequencer, PostgreSQL.  Invariant 7: what was acknowledged is
 * there afterwards, exactly once, and the ledger checks.
 *
 * KILL_ROUNDS (6), KILL_SEED (the clock; printed), KILL_WORKERS (3), KILL_CHECK: rounds between two comparisons (2).
 */
#include "tests/service/chance.h"
#include "tests/service/witness.h"
#include "tests/tap.h"

/* ---- killing ---- */

static const char *const victims[] = { "civild", "enrold", "issued", "registryd", "signd", "postgres" };
enum { POSTGRES = NELEM(victims) - 1 };
static unsigned killed[NELEM(victims)];
static struct rig rig = RIG_INIT;

static void
put_down(unsigned v)
{
	killed[v]++;
	if (v == POSTGRES)
		cluster_crash(&rig.cluster);
	else
		rig_kill(&rig, victims[v]);
}

static void
put_up(unsigned v)
{
	struct err err = ERR_INIT;

	if ((v == POSTGRES ? cluster_up(&rig.cluster, &err) : rig_restart(&rig, victims[v], &err)) == -1)
		bail_out("%s", err.text);
}

/* Each its turn, in an order of chance. */
static unsigned
next_victim(void)
{
	static unsigned deck[NELEM(victims)], left;
	unsigned at, v;

	if (left == 0)
		for (; left < NELEM(deck); left++)
			deck[left] = left;
	at = chance(left--);
	v = deck[at];
	deck[at] = deck[left];
	return v;
}

/* One victim, or in every fourth round two at about the same time.  PostgreSQL comes back first: programs start with it. */
static void
kill_round(void)
{
	unsigned first = next_victim(), second = chance(4) == 0 ? chance(NELEM(victims)) : first;

	wait_ms(50 + chance(400));
	put_down(first);
	if (second != first) {
		wait_ms(chance(30));
		put_down(second);
	}
	wait_ms(chance(250));
	if (second == POSTGRES && second != first)
		put_up(second);
	put_up(first);
	if (second != first && second != POSTGRES)
		put_up(second);
	printf("# killed %s%s%s\n", victims[first], second != first ? " and " : "", second != first ? victims[second] : "");
	fflush(stdout);
}

/* ---- looking ---- */

static void
look(struct witness *w, struct load *l, unsigned round, bool whole)
{
	const struct load_person *person;
	size_t n = load_persons(l, &person);
	struct ledger_counts counts = { 0 };
	struct treehead head;
	struct err err = ERR_INIT;

	ok(witness_compare(w, person, n) == 0, "round %u: all %zu births and their passports are there, once", round, n);
	if (whole) {
		int found = witness_ledger(w, &counts, &err);

		if (!ok(found == 0 && counts.waiting == 0, "round %u: the ledger of %llu entries and %llu heads checks", round,
			    (unsigned long long)counts.entries, (unsigned long long)counts.heads))
			printf("# %s\n", err.text);
	}
	if (!ok(witness_head(w, &head, &err) == 0, "round %u: the newest tree head is signed and continues the one seen before", round))
		printf("# %s\n", err.text);
}

static void
work_and_kill(void)
{
	unsigned rounds = setting("KILL_ROUNDS", 6), every = setting("KILL_CHECK", 2), seed = setting("KILL_SEED", (unsigned)time(NULL));
	struct witness *w = witness_new(&rig);
	const struct load_person *person;
	size_t n, documents = 0;
	struct load *l;

	printf("# KILL_ROUNDS=%u KILL_SEED=%u KILL_CHECK=%u\n", rounds, seed, every);
	random_state = seed;
	l = load_start(&rig, setting("KILL_WORKERS", 3));
	wait_ms(500);
	for (unsigned round = 1; round <= rounds; round++) {
		kill_round();
		if (round % every != 0 || round == rounds)
			continue;
		load_pause(l);
		look(w, l, round, round % (10 * every) == 0);
		load_resume(l);
	}
	load_stop(l);
	look(w, l, rounds, true);
	n = load_persons(l, &person);
	for (size_t i = 0; i < n; i++)
		documents += person[i].sod_sha256[0] != '\0';
	ok(load_faults(l) == 0, "no answer but the wanted one or: try again");
	ok(documents > 0, "the load was one: %zu births, %zu passports, %lu requests repeated under their key", n, documents, load_repeats(l));
	for (unsigned v = 0; v < NELEM(victims); v++)
		printf("# %s killed %u times\n", victims[v], killed[v]);
	load_free(l);
	witness_free(w);
}

int
main(void)
{
	struct err err = ERR_INIT;

	rig.durable = true;
	if (rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", "registryd", NULL }, &err) == 0)
		work_and_kill();
	else if (err.kind == FAIL_NOT_FOUND)
		skip("kill", err.text);
	else
		bail_out("%s", err.text);
	rig_stop(&rig);
	return done_testing();
}
