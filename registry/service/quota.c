#include "registry/service/quota.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/digest.h"

enum { ADDRESSES = 4096,
	PROBES = 8, /* places where an address can stand */
	KEY_LEN = 16 };

struct place {
	uint64_t address; /* keyed digest */
	int64_t since;    /* when its time began; 0: nobody's */
	unsigned count;
};
struct quota {
	pthread_mutex_t lock;
	unsigned most, seconds;
	uint8_t key[KEY_LEN]; /* so that nobody can choose addresses that meet */
	struct place place[ADDRESSES];
};

int
quota_new(unsigned most, unsigned seconds, struct quota **quota, struct err *err)
{
	struct quota *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (random_octets(q->key, sizeof(q->key), err) == -1) {
		free(q);
		return -1;
	}
	q->most = most;
	q->seconds = seconds;
	pthread_mutex_init(&q->lock, NULL);
	*quota = q;
	return 0;
}

void
quota_free(struct quota *q)
{
	if (q == NULL)
		return;
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static uint64_t
address_of(const struct quota *q, const char *peer)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:192.0.2.1 */
	uint8_t octets[16] = { 0 }, digest[SHA256_LEN];
	size_t n = 0;
	uint64_t address;

	if (inet_pton(AF_INET, peer, octets) == 1)
		n = 4;
	else if (inet_pton(AF_INET6, peer, octets) == 1) {
		n = 8;
		if (memcmp(octets, mapped, sizeof(mapped)) == 0) {
			memmove(octets, octets + 12, 4);
			n = 4;
		}
	}
	sha256_2(BYTES(q->key, KEY_LEN), BYTES(octets, n), digest);
	memcpy(&address, digest, sizeof(address));
	return address;
}

/* Where the address stands, or from now on does. */
static struct place *
place_of(struct quota *q, uint64_t address, int64_t now)
{
	struct place *oldest = NULL;

	for (uint64_t i = 0; i < PROBES; i++) {
		struct place *p = &q->place[(address + i) % ADDRESSES];

		if (p->address == address && p->since != 0) {
			if (now >= p->since && now - p->since < q->seconds)
				return p;
			oldest = p;
			break;
		}
		if (oldest == NULL || p->since < oldest->since)
			oldest = p;
	}
	*oldest = (struct place){ .address = address, .since = now };
	return oldest;
}

bool
quota_take(struct quota *q, const char *peer, int64_t now)
{
	struct place *p;
	bool is_allowed;

	pthread_mutex_lock(&q->lock);
	p = place_of(q, address_of(q, peer), now);
	is_allowed = p->count < q->most;
	p->count += is_allowed;
	pthread_mutex_unlock(&q->lock);
	return is_allowed;
}
