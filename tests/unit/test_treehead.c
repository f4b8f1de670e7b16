/* The octets of a tree head: what the ledger key signs and the offline verifier reads. */
#include "registry/base/treehead.h"
#include "tests/tap.h"

/* The same written by hand: logId 00..1F, size 300, root FF x 32, 2024-02-29 23:59:59 UTC. */
#define LOG  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ROOT "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define TIME "180f32303234303232393233353935395a"
#define HEAD "305c020101" \
	     "0420" LOG "0202012c" \
	     "0420" ROOT TIME

static const struct {
	const char *name, *hex;
} bad[] = {
	{ "nothing", "" },
	{ "an octet after it", HEAD "00" },
	{ "one octet short", "305c020101"
			     "0420" LOG "0202012c"
			     "0420" ROOT "180f32303234303232393233353935" },
	{ "version 2", "305c020102"
		       "0420" LOG "0202012c"
		       "0420" ROOT TIME },
	{ "size 0", "305b020101"
		    "0420" LOG "020100"
		    "0420" ROOT TIME },
	{ "a negative size", "305b020101"
			     "0420" LOG "0201ff"
			     "0420" ROOT TIME },
	{ "a size with a needless octet", "305d020101"
					  "0420" LOG "020300012c"
					  "0420" ROOT TIME },
	{ "a log identifier of 31 octets", "305b020101"
					   "041f"
					   "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
					   "0202012c"
					   "0420" ROOT TIME },
	{ "a root of 33 octets", "305d020101"
				 "0420" LOG "0202012c"
				 "0421" ROOT "00" TIME },
	{ "UTCTime", "305a020101"
		     "0420" LOG "0202012c"
		     "0420" ROOT "170d3234303232393233353935395a" },
	{ "30 February", "305c020101"
			 "0420" LOG "0202012c"
			 "0420" ROOT "180f32303234303233303233353935395a" },
	{ "a moment with a fraction", "305e020101"
				      "0420" LOG "0202012c"
				      "0420" ROOT "181132303234303232393233353935392e355a" },
	{ "a moment with an offset", "3060020101"
				     "0420" LOG "0202012c"
				     "0420" ROOT "181332303234303232393233353935392b30303030" },
	{ "a further member", "305f020101"
			      "0420" LOG "0202012c"
			      "0420" ROOT TIME "020101" },
	{ "a SET", "315c020101"
		   "0420" LOG "0202012c"
		   "0420" ROOT TIME },
	{ "a length of two octets", "30815c020101"
				    "0420" LOG "0202012c"
				    "0420" ROOT TIME },
	{ "an indefinite length", "3080020101"
				  "0420" LOG "0202012c"
				  "0420" ROOT TIME "0000" },
	{ "no moment", "304b020101"
		       "0420" LOG "0202012c"
		       "0420" ROOT },
};

static bool
is_rejected(const char *hex)
{
	struct treehead head, before;
	struct buf der = BUF_INIT;
	struct err err = ERR_INIT;
	bool rejected;

	memset(&head, 0x5a, sizeof(head));
	before = head;
	buf_from_hex(&der, bytes_str(hex), &err);
	rejected = treehead_decode(bytes_of(&der), &head, &err) == -1 && err.kind == FAIL_INPUT && memcmp(&head, &before, sizeof(head)) == 0;
	buf_clear(&der);
	return rejected;
}

int
main(void)
{
	struct treehead head = { .size = 300, .signed_at = 1709251199 }, back;
	struct buf der = BUF_INIT, hex = BUF_INIT;
	struct err err = ERR_INIT;

	for (int i = 0; i < SHA256_LEN; i++)
		head.log_id[i] = (uint8_t)i;
	memset(head.root.o, 0xff, sizeof(head.root.o));
	ok(treehead_encode(&head, &der, &err) == 0, "a tree head is written");
	buf_hex(&hex, bytes_of(&der));
	is(buf_cstr(&hex), HEAD, "as X.690 has it");
	ok(treehead_decode(bytes_of(&der), &back, &err) == 0 && memcmp(&back, &head, sizeof(back)) == 0, "and read back");
	for (size_t i = 0; i < NELEM(bad); i++)
		ok(is_rejected(bad[i].hex), "rejects: %s", bad[i].name);

	head.size = 0;
	ok(treehead_encode(&head, &der, &err) == -1 && err.kind == FAIL_INPUT, "an empty tree is not signed");
	head.size = UINT64_MAX;
	ok(treehead_encode(&head, &der, &err) == 0 && treehead_decode(bytes_of(&der), &back, &err) == 0 && back.size == UINT64_MAX,
		"the largest size");
	head.signed_at = INT64_C(253402300800);
	ok(treehead_encode(&head, &der, &err) == -1 && err.kind == FAIL_INPUT, "the year 10000 has no GeneralizedTime");
	buf_clear(&hex);
	buf_clear(&der);
	return done_testing();
}
