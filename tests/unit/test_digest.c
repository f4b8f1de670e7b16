/* SHA-2 and HMAC against the standards' own examples: what is signed and chained stands on these. */
#include "registry/base/digest.h"
#include "tests/tap.h"

/* FIPS 180-4 examples for "abc", RFC 4231 case 2, and nothing at all. */
static void
test_digests(void)
{
	static const struct {
		int bits;
		const char *hex;
	} abc[] = {
		{ 224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
		{ 256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ 384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
		{ 512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};
	uint8_t out[DIGEST_MAX], again[DIGEST_MAX];
	struct buf hex = BUF_INIT;

	for (size_t i = 0; i < NELEM(abc); i++) {
		size_t n = sha2(abc[i].bits, BYTES("abc", 3), out);

		buf_cut(&hex, 0);
		buf_hex(&hex, BYTES(out, n));
		ok(strcmp(buf_cstr(&hex), abc[i].hex) == 0, "SHA-%d of abc", abc[i].bits);
	}
	ok(sha2(160, BYTES("abc", 3), out) == 0 && sha2(0, BYTES("abc", 3), out) == 0, "no other digest");
	sha256(BYTES_NONE, out);
	buf_cut(&hex, 0);
	buf_hex(&hex, BYTES(out, SHA256_LEN));
	is(buf_cstr(&hex), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "SHA-256 of nothing");
	sha256_2(BYTES("a", 1), BYTES("bc", 2), again);
	sha256(BYTES("abc", 3), out);
	ok(memcmp(out, again, SHA256_LEN) == 0, "two parts are digested as one");
	hmac_sha256(BYTES("Jefe", 4), bytes_str("what do ya want for nothing?"), out);
	buf_cut(&hex, 0);
	buf_hex(&hex, BYTES(out, SHA256_LEN));
	is(buf_cstr(&hex), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "HMAC of RFC 4231 case 2");
	hmac_sha256(BYTES_NONE, BYTES_NONE, out);
	buf_cut(&hex, 0);
	buf_hex(&hex, BYTES(out, SHA256_LEN));
	is(buf_cstr(&hex), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", "HMAC of nothing under no key");
	buf_clear(&hex);
}

int
main(void)
{
	test_digests();
	return done_testing();
}
