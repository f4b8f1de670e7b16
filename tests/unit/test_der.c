/* DER and BER-TLV: what X.690 allows is read, one defect each is refused; what is written is read back by ourselves and by rule. */
#include "registry/base/der.h"
#include "tests/tap.h"

static struct err err = ERR_INIT;

static struct bytes
octets(const char *hex)
{
	static struct buf ring[8];
	static unsigned next;
	struct buf *b = &ring[next++ % 8];

	buf_clear(b);
	if (buf_from_hex(b, bytes_str(hex), &err) == -1)
		bail_out("%s", hex);
	return bytes_of(b);
}

static const struct {
	const char *hex, *what;
} malformed[] = {
	{ "30", "no length" },
	{ "3080", "indefinite length" },
	{ "308000000000", "indefinite length with contents" },
	{ "308100", "long form of a short length" },
	{ "30817f", "long form of 127" },
	{ "3082007f", "leading zero in the length" },
	{ "30850100000000", "length of five octets" },
	{ "3003020101aa", "octets after the object" },
	{ "30040201", "truncated contents" },
	{ "3003020201", "inner length beyond the outer" },
	{ "1f0100", "long tag of a small number" },
	{ "5f800100", "long tag with a leading zero" },
	{ "5f81818100", "tag of four octets" },
	{ "0000", "the end of indefinite contents" },
	{ "30020000", "the same inside" },
	{ "", "nothing" },
};

static void
test_structure(void)
{
	for (size_t i = 0; i < NELEM(malformed); i++)
		ok(der_check(octets(malformed[i].hex), "object", &err) == -1 && err.kind == FAIL_INPUT, "refuses %s", malformed[i].what);
	ok(der_check(octets("30030201ff"), "object", &err) == 0, "takes a short object");
	ok(der_check(octets("7f6103020101"), "object", &err) == 0, "takes a tag of two octets");
	ok(der_check(octets("5f1f0141"), "object", &err) == 0, "takes 5F1F, whose number is exactly 31");
	ok(der_check(octets("5f010141"), "object", &err) == 0 || err.kind == FAIL_INPUT, "5F01 has a verdict");
}

static void
test_depth(void)
{
	struct buf nested = BUF_INIT;

	for (int depth = 1; depth <= 40; depth++) {
		struct der_out o = DER_OUT_INIT;

		if (depth <= DER_MAX_DEPTH) {
			for (int i = 0; i < depth; i++)
				der_open(&o, DER_SEQUENCE);
			for (int i = 0; i < depth; i++)
				der_close(&o);
			der_finish(&o, &nested, &err);
		} else { /* one more around it by hand: lengths stay below 128 */
			struct buf outer = BUF_INIT;

			der_header(&outer, DER_SEQUENCE, nested.n);
			buf_bytes(&outer, bytes_of(&nested));
			buf_move(&nested, &outer);
		}
		if (depth == DER_MAX_DEPTH)
			ok(der_check(bytes_of(&nested), "object", &err) == 0, "takes the greatest depth");
	}
	ok(der_check(bytes_of(&nested), "object", &err) == -1, "refuses what is deeper");
	buf_clear(&nested);
}

/* Cut at every octet, a certificate-like object is refused and never read beyond. */
static void
test_truncation(void)
{
	struct der_out o = DER_OUT_INIT;
	struct buf whole = BUF_INIT;
	bool refused = true;

	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 65537);
	der_oid(&o, "2.23.136.1.1.1");
	der_bits(&o, BYTES("\x01\x02\x03", 3), 0);
	der_open(&o, DER_SET);
	der_utc_or_generalized(&o, 1795248000);
	der_close(&o);
	der_close(&o);
	der_finish(&o, &whole, &err);
	ok(der_check(bytes_of(&whole), "object", &err) == 0, "the whole is well formed");
	for (size_t n = 0; n < whole.n; n++) {
		uint8_t *cut = malloc(n == 0 ? 1 : n); /* of exactly this size, for the sanitizer */

		memcpy(cut, whole.p, n);
		refused = refused && der_check(BYTES(cut, n), "object", &err) == -1;
		free(cut);
	}
	ok(refused, "cut anywhere it is refused");
	buf_clear(&whole);
}

static const struct {
	const char *hex;
	uint64_t value;
} integers[] = { { "020100", 0 }, { "02017f", 127 }, { "02020080", 128 }, { "020300ffff", 65535 },
	{ "020900ffffffffffffffff", UINT64_MAX } };
static const char *const no_integers[] = { "0200", "0201ff", "02020001", "0209010000000000000000", "020a00ffffffffffffffffff", "0101ff", "03020001" };

static void
test_integers(void)
{
	uint64_t v;

	for (size_t i = 0; i < NELEM(integers); i++) {
		struct der d = der_reader(octets(integers[i].hex));
		struct der_out o = DER_OUT_INIT;
		struct buf out = BUF_INIT;

		ok(der_get_uint(&d, &v, "number", &err) == 0 && v == integers[i].value && !der_more(&d), "reads %s", integers[i].hex);
		der_uint(&o, integers[i].value);
		der_finish(&o, &out, &err);
		ok(bytes_equal(bytes_of(&out), octets(integers[i].hex)), "writes %s", integers[i].hex);
		buf_clear(&out);
	}
	for (size_t i = 0; i < NELEM(no_integers); i++) {
		struct der d = der_reader(octets(no_integers[i])), before = d;

		ok(der_get_uint(&d, &v, "number", &err) == -1 && d.rest.n == before.rest.n, "refuses %s and stays", no_integers[i]);
	}
}

static const struct {
	const char *hex, *dotted;
} oids[] = { { "0606678108010101", "2.23.136.1.1.1" }, { "06092a864886f70d010702", "1.2.840.113549.1.7.2" }, { "0603883703", "2.999.3" },
	{ "06082a8648ce3d040302", "1.2.840.10045.4.3.2" }, { "060100", "0.0" } };
static const char *const no_oids[] = { "0600", "060180", "06028001", "06032a8001", "06022a86", "060b2a8fffffffffffffffffff7f" };

static void
test_oids(void)
{
	char dotted[64];

	for (size_t i = 0; i < NELEM(oids); i++) {
		struct der d = der_reader(octets(oids[i].hex));
		struct der_out o = DER_OUT_INIT;
		struct buf out = BUF_INIT;

		ok(der_get_oid(&d, dotted, sizeof(dotted), "oid", &err) == 0, "reads an OID");
		ok(strcmp(dotted, oids[i].dotted) == 0, "it is %s", oids[i].dotted);
		der_oid(&o, oids[i].dotted);
		der_finish(&o, &out, &err);
		ok(bytes_equal(bytes_of(&out), octets(oids[i].hex)), "writes %s", oids[i].dotted);
		buf_clear(&out);
	}
	for (size_t i = 0; i < NELEM(no_oids); i++) {
		struct der d = der_reader(octets(no_oids[i]));

		ok(der_get_oid(&d, dotted, sizeof(dotted), "oid", &err) == -1, "refuses %s", no_oids[i]);
	}
}

static const struct {
	const char *text;
	uint32_t tag;
	int64_t time; /* -1: refused */
} times[] = {
	{ "700101000000Z", DER_UTC_TIME, 0 },
	{ "500101000000Z", DER_UTC_TIME, -631152000 },
	{ "491231235959Z", DER_UTC_TIME, 2524607999 },
	{ "20500101000000Z", DER_GENERALIZED_TIME, 2524608000 },
	{ "20240229120000Z", DER_GENERALIZED_TIME, 1709208000 },
	{ "20230229120000Z", DER_GENERALIZED_TIME, -1 },
	{ "701301000000Z", DER_UTC_TIME, -1 },
	{ "700101240000Z", DER_UTC_TIME, -1 },
	{ "7001010000Z", DER_UTC_TIME, -1 },
	{ "700101000000+0000", DER_UTC_TIME, -1 },
	{ "20500101000000.5Z", DER_GENERALIZED_TIME, -1 },
	{ "20500101000000", DER_GENERALIZED_TIME, -1 },
};

static void
test_times(void)
{
	for (size_t i = 0; i < NELEM(times); i++) {
		struct der_out o = DER_OUT_INIT;
		struct buf b = BUF_INIT;
		int64_t t = -2;
		struct der d;
		int rc;

		der_str(&o, times[i].tag, times[i].text);
		der_finish(&o, &b, &err);
		d = der_reader(bytes_of(&b));
		rc = der_get_time(&d, &t, "time", &err);
		ok(times[i].time == -1 ? rc == -1 : rc == 0 && t == times[i].time, "%s %s", times[i].time == -1 ? "refuses" : "reads", times[i].text);
		buf_clear(&b);
	}
}

/* UTCTime has two digits for the year, read as 1950 to 2049. */
static const struct {
	int64_t time;
	const char *what, *hex;
} years[] = {
	{ -631152001, "the end of 1949 as GeneralizedTime", "180f31393439313233313233353935395a" },
	{ -631152000, "the begin of 1950 as UTCTime", "170d3530303130313030303030305a" },
	{ 2524607999, "the end of 2049 as UTCTime", "170d3439313233313233353935395a" },
	{ 2524608000, "the begin of 2050 as GeneralizedTime", "180f32303530303130313030303030305a" },
};

static void
test_writing(void)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 255, 256, 65535, 65536 };
	struct buf out = BUF_INIT;
	uint8_t *contents = calloc(1, 70000);
	struct der_out o = DER_OUT_INIT;
	struct der outer, inner;
	struct bytes value;
	bool good = true;

	for (size_t i = 0; i < NELEM(lengths); i++) {
		der_open(&o, DER_SEQUENCE);
		der_open(&o, DER_CONTEXT_CONS(0));
		der_put(&o, DER_OCTET_STRING, BYTES(contents, lengths[i]));
		der_close(&o);
		der_close(&o);
		der_finish(&o, &out, &err);
		outer = der_reader(bytes_of(&out));
		good = good && der_check(bytes_of(&out), "object", &err) == 0 && der_enter(&outer, DER_SEQUENCE, &inner, "s", &err) == 0 &&
			der_enter(&inner, DER_CONTEXT_CONS(0), &outer, "c", &err) == 0 && der_get(&outer, DER_OCTET_STRING, &value, "o", &err) == 0 &&
			value.n == lengths[i] && der_end(&outer, "c", &err) == 0;
	}
	ok(good, "lengths up to 65536 are written minimal and nested right");
	der_open(&o, DER_SET);
	der_uint(&o, 300);
	der_uint(&o, 2);
	der_bool(&o, true);
	der_uint(&o, 1);
	der_close_set_of(&o);
	der_finish(&o, &out, &err);
	ok(bytes_equal(bytes_of(&out), octets("310d0101ff0201010201020202012c")), "SET OF is sorted");
	der_integer(&o, BYTES("\x00\x00\x80\x01", 4));
	der_finish(&o, &out, &err);
	ok(bytes_equal(bytes_of(&out), octets("0203008001")), "an integer is made minimal and stays positive");
	for (size_t i = 0; i < NELEM(years); i++) {
		der_utc_or_generalized(&o, years[i].time);
		der_finish(&o, &out, &err);
		ok(bytes_equal(bytes_of(&out), octets(years[i].hex)), "writes %s", years[i].what);
	}
	buf_clear(&out);
	free(contents);
}

static void
test_others(void)
{
	struct der d = der_reader(octets("010101"));
	struct bytes v;
	unsigned unused;
	bool b;

	ok(der_get_bool(&d, &b, "flag", &err) == -1, "BOOLEAN is 00 or FF");
	d = der_reader(octets("03020801"));
	ok(der_get_bits(&d, &v, &unused, "bits", &err) == -1, "at most seven unused bits");
	d = der_reader(octets("03020101"));
	ok(der_get_bits(&d, &v, &unused, "bits", &err) == -1, "unused bits are zero");
	d = der_reader(octets("0300"));
	ok(der_get_bits(&d, &v, &unused, "bits", &err) == -1, "a BIT STRING says how many are unused");
	d = der_reader(octets("030204a0"));
	ok(der_get_bits(&d, &v, &unused, "bits", &err) == 0 && unused == 4 && v.n == 1, "four unused bits");
	d = der_reader(octets("0201050101ff"));
	ok(der_optional(&d, DER_BOOLEAN, &v, "flag", &err) == 0 && der_optional(&d, DER_INTEGER, &v, "n", &err) == 1 &&
			der_optional(&d, DER_BOOLEAN, &v, "flag", &err) == 1 && der_optional(&d, DER_BOOLEAN, &v, "flag", &err) == 0,
		"optional members");
	d = der_reader(octets("0282"));
	ok(der_optional(&d, DER_BOOLEAN, &v, "flag", &err) == -1, "a malformed one is not taken for absent");
}

int
main(void)
{
	test_structure();
	test_depth();
	test_truncation();
	test_integers();
	test_oids();
	test_times();
	test_writing();
	test_others();
	return done_testing();
}
