/*
 * Passports personalised - files composed, hashed, security object from signd, rows committed (fsync on) - against the bare rate of
 * C_Sign with the same token, key and as many sessions.
 */
#include "tests/bench/perso.h"

enum { SESSIONS = BARE_SESSIONS,
	WARM = 800,
	PEOPLE = 4800 };

/* Measures with a token of so many sessions; goal 0: none. */
static void
measure(const char *kind, unsigned sessions, double goal)
{
	const char *only = getenv("BENCH");
	struct issuing is = { .token_sessions = sessions };
	struct line l;
	char name[80];
	double bare, rate;

	snprintf(name, sizeof(name), "passports_personalised_%s%s", kind, sessions == 1 ? "_one_session" : "");
	if (only != NULL && strcmp(only, name) != 0)
		return;
	if (!issuing_start(&is, kind, true)) {
		printf("# %s: PostgreSQL or SoftHSM is not installed\n", name);
		return;
	}
	issuing_people(&is, PEOPLE + 1); /* person 1 is a foreigner, who has no passport */
	issuing_approve(&is, 0);
	issuing_booklets(PEOPLE, "line-1");
	issuing_settle();
	line_init(&l);
	l.warm = WARM;
	bare = bare_rate(sessions);
	rate = personalise_all(&is, &l);
	printf("bench %s value=%.0f unit=documents/s limit=%.0f ratio=%.2f goal=%.1f %s\n", name, rate, bare, rate / bare, goal,
		rate / bare >= goal ? "ok" : "short");
	fflush(stdout);
	free(l.applications);
	issuing_stop(&is);
}

/*
 * A token of software takes its time from the processors that the database needs as well; with one session it keeps to one of
 * them, as a token that has a processor of its own would.
 */
int
main(void)
{
	measure("brainpoolP256r1", SESSIONS, 0.5);
	measure("brainpoolP256r1", 1, 0.5);
	measure("P-256", SESSIONS, 0);
	return 0;
}
