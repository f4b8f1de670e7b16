/* test_passport.c - the officers' day at the passport office's desk, in a real browser: passport.js plays it. */
#include "tests/browser/browser.h"

static struct rig rig = RIG_INIT;

int
main(void)
{
	static const char *const logins[] = { "passport_clerk.1", NULL };

	browser_start_with(&rig, (const char *[]){ "signd", "issued", NULL });
	return browser_play(&rig, "passport.js", logins);
}
