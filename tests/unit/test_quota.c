/* So many in an hour from one address, and what counts as one. */
#include "registry/base/bytes.h"
#include "registry/service/quota.h"
#include "tests/tap.h"

enum { HOURLY = 3,
	MANY = 100000 };

static const struct {
	const char *name, *first, *second;
	bool is_one;
} addresses[] = {
	{ "IPv4", "192.0.2.1", "192.0.2.1", true },
	{ "its neighbour", "192.0.2.1", "192.0.2.2", false },
	{ "IPv4 in IPv6", "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "its neighbour in IPv6", "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
	{ "one subscriber of IPv6", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true },
	{ "the subscriber beside", "2001:db8:1:2::1", "2001:db8:1:3::1", false },
	{ "two that are none", "unix", "nobody", true },
	{ "one that is none", "unix", "192.0.2.1", false },
};

static struct quota *
fresh(unsigned hourly)
{
	struct quota *q = NULL;
	struct err err = ERR_INIT;

	if (quota_new(hourly, 3600, &q, &err) == -1)
		bail_out("%s", err.text);
	return q;
}

int
main(void)
{
	const int64_t noon = 1790000000;
	struct quota *q = fresh(HOURLY);
	unsigned refused = 0;
	char peer[40];

	for (int i = 0; i < HOURLY; i++)
		ok(quota_take(q, "192.0.2.1", noon + i), "%d in an hour", i + 1);
	ok(!quota_take(q, "192.0.2.1", noon + 10), "refuses: one more");
	ok(!quota_take(q, "192.0.2.1", noon + 3599), "refuses: one more at the end of the hour");
	ok(quota_take(q, "192.0.2.1", noon + 3600), "but not in the next");
	ok(quota_take(q, "192.0.2.1", noon), "a clock that was set back keeps nobody out");
	quota_free(q);

	for (size_t i = 0; i < NELEM(addresses); i++) {
		q = fresh(1);
		ok(quota_take(q, addresses[i].first, noon) && quota_take(q, addresses[i].second, noon) != addresses[i].is_one, "%s: %s address", addresses[i].name,
			addresses[i].is_one ? "one" : "another");
		quota_free(q);
	}

	q = fresh(0);
	ok(!quota_take(q, "192.0.2.1", noon), "refuses: any, when there is none");
	quota_free(q);

	q = fresh(1);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(peer, sizeof(peer), "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		refused += !quota_take(q, peer, noon + i / 1000);
	}
	ok(refused == 0, "a flood of addresses refuses none of them");
	quota_free(q);
	quota_free(NULL);
	return done_testing();
}
