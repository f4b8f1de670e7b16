/* Security objects of the specimen State and of a published specimen; hashes held against the files themselves. */
#include "registry/base/der.h"
#include "registry/doc9303/ldsso.h"
#include "tests/data.h"
#include "tests/hex.h"
#include "tests/tap.h"

static uint8_t *
load(const char *name, size_t *n)
{
	uint8_t *p = source_file(name, n);

	if (p == NULL)
		bail_out("no %s", name);
	return p;
}

/* The signed contents of an EF.SOD: 77 { SEQUENCE { OID, [0] { SEQUENCE { version, digests, SEQUENCE { OID, [0] { OCTET STRING. */
static struct bytes
content_of(struct bytes sod)
{
	struct err err = ERR_INIT;
	struct der d = der_reader(sod), a, b, c, e, f;
	struct bytes value = BYTES_NONE, content = BYTES_NONE;
	uint64_t version;

	if (der_enter(&d, 0x77, &a, "sod", &err) == -1 || der_enter(&a, DER_SEQUENCE, &b, "sod", &err) == -1 ||
		der_get(&b, DER_OID, &value, "sod", &err) == -1 || der_enter(&b, DER_CONTEXT_CONS(0), &c, "sod", &err) == -1 ||
		der_enter(&c, DER_SEQUENCE, &e, "sod", &err) == -1 || der_get_uint(&e, &version, "sod", &err) == -1 ||
		der_get(&e, DER_SET, &value, "sod", &err) == -1 || der_enter(&e, DER_SEQUENCE, &f, "sod", &err) == -1 ||
		der_get(&f, DER_OID, &value, "sod", &err) == -1 || der_enter(&f, DER_CONTEXT_CONS(0), &a, "sod", &err) == -1 ||
		der_get(&a, DER_OCTET_STRING, &content, "sod", &err) == -1)
		bail_out("%s", err.text);
	return content;
}

static void
utopia(const char *name, int version, int bits, bool rewrites)
{
	struct err err = ERR_INIT;
	struct ldsso lds, mine;
	struct buf out = BUF_INIT;
	char path[100];
	size_t n;
	uint8_t *sod;
	static const char *const files[] = { "EF.DG1.bin", "EF.DG2.bin", "EF.DG12.bin" };
	static const unsigned numbers[] = { 1, 2, 12 };

	snprintf(path, sizeof(path), "tests/data/utopia/sod/%s", name);
	sod = load(path, &n);
	ok(ldsso_read(content_of(BYTES(sod, n)), &lds, &err) == 0 && (int)lds.version == version && lds.hash_bits == bits && lds.n == 3,
		"%s: reads (%s)", name, err.text);
	is(lds.lds_version, version == 1 ? "0108" : "", "LDS version");
	is(lds.unicode_version, version == 1 ? "040000" : "", "Unicode version");
	if (bits == LDSSO_SHA1_BITS) {
		ok(ldsso_write(&lds, &out, &err) == -1, "%s: is not written", name);
		goto out;
	}
	ldsso_init(&mine, bits);
	mine.version = lds.version;
	for (size_t i = 0; i < NELEM(files); i++) {
		size_t dg_n;
		uint8_t *dg;

		snprintf(path, sizeof(path), "tests/data/utopia/lds/%s", files[i]);
		dg = load(path, &dg_n);
		ok(ldsso_add(&mine, numbers[i], BYTES(dg, dg_n), &err) == 0 && ldsso_find(&lds, numbers[i]) != NULL &&
				memcmp(ldsso_find(&lds, numbers[i])->hash, ldsso_find(&mine, numbers[i])->hash, (size_t)bits / 8) == 0,
			"%s: hash of DG%u", name, numbers[i]);
		free(dg);
	}
	ok(ldsso_write(&mine, &out, &err) == 0 && bytes_equal(bytes_of(&out), content_of(BYTES(sod, n))) == rewrites, "%s: %s", name,
		rewrites ? "writes the same octets" : "writes without NULL");
out:
	buf_clear(&out);
	free(sod);
}

#define SHA256_ALG "300B0609608648016503040201"
#define HASH       "0420AA000000000000000000000000000000000000000000000000000000000000BB"
#define DG(number) "30250201" number HASH
static const char *const v0_good = "3060020100" SHA256_ALG "304E" DG("01") DG("02") "";

static const struct {
	const char *what, *hex, *says;
} bad[] = {
	{ "nothing", "", "LDS security object" },
	{ "an empty object", "3000", "version" },
	{ "version 2", "3060020102" SHA256_ALG "304E" DG("01") DG("02"), "version 2" },
	{ "a negative version", "30600201FF" SHA256_ALG "304E" DG("01") DG("02"), "version" },
	{ "version 0 with version information", "3070020100" SHA256_ALG "304E" DG("01") DG("02") "300E13043031303813063034303030 30", "must not have" },
	{ "version 1 without version information", "3060020101" SHA256_ALG "304E" DG("01") DG("02"), "must have version information" },
	{ "LDS version of letters", "3070020101" SHA256_ALG "304E" DG("01") DG("02") "300E1304414243441306303430303030", "is not 4 digits" },
	{ "LDS version of 3 digits", "306F020101" SHA256_ALG "304E" DG("01") DG("02") "300D13033031301306303430303030", "3 characters" },
	{ "no Unicode version", "3068020101" SHA256_ALG "304E" DG("01") DG("02") "3006130430313038", "version information" },
	{ "more version information", "3072020101" SHA256_ALG "304E" DG("01") DG("02") "301013043031303813063034303030300500", "version information" },
	{ "MD5", "305D020100"
		 "300806062A864886F705"
		 "304E" DG("01") DG("02"),
		"is not one of the standard" },
	{ "another parameter than NULL", "3062020100"
					 "300D06096086480165030402010400"
					 "304E" DG("01") DG("02"),
		"hash algorithm" },
	{ "no data groups", "3012020100" SHA256_ALG "3000", "0 data groups" },
	{ "one data group", "3039020100" SHA256_ALG "3027" DG("01"), "1 data groups" },
	{ "DG0", "3060020100" SHA256_ALG "304E" DG("00") DG("02"), "number 0" },
	{ "DG17", "3060020100" SHA256_ALG "304E" DG("01") DG("11"), "number 17" },
	{ "DG1 twice", "3060020100" SHA256_ALG "304E" DG("01") DG("01"), "there twice" },
	{ "a hash of one octet", "3041020100" SHA256_ALG "302F" DG("01") "3006020102040100", "1 octets" },
	{ "an octet after it", "3060020100" SHA256_ALG "304E" DG("01") DG("02") "00", "LDS security object" },
	{ "an octet string in its place", "0400", "LDS security object" }
};

static void
refuses(void)
{
	struct err err = ERR_INIT;
	struct buf b = octets(v0_good);
	struct ldsso lds = { .n = 7 };
	size_t refused = 0;

	ok(ldsso_read(bytes_of(&b), &lds, &err) == 0 && lds.n == 2 && lds.dg[0].hash[0] == 0xAA && lds.dg[1].hash[31] == 0xBB,
		"the object that the following are made from (%s)", err.text);
	for (size_t n = 0; n < b.n; n++)
		refused += ldsso_read(BYTES(b.p, n), &lds, &err) == -1;
	ok(refused == b.n, "refuses it cut at each of %zu octets", b.n);
	buf_clear(&b);
	for (size_t i = 0; i < NELEM(bad); i++) {
		err_clear(&err);
		b = octets(bad[i].hex);
		lds.n = 7;
		ok(ldsso_read(bytes_of(&b), &lds, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].says) != NULL && lds.n == 7,
			"refuses %s (%s)", bad[i].what, err.text);
		buf_clear(&b);
	}
}

static void
writes(void)
{
	static const uint8_t dg1[] = { 0x61, 0x01, 0 }, dg2[] = { 0x75, 0x01, 0 }, dg15[] = { 0x6F, 0x01, 0 };
	static const int bits[] = { 224, 256, 384, 512 };
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct ldsso lds, read;

	for (size_t i = 0; i < NELEM(bits); i++) {
		ldsso_init(&lds, bits[i]);
		ok(ldsso_add(&lds, 15, BYTES(dg15, 3), &err) == 0 && ldsso_add(&lds, 2, BYTES(dg2, 3), &err) == 0 &&
				ldsso_add(&lds, 1, BYTES(dg1, 3), &err) == 0 && ldsso_write(&lds, &out, &err) == 0 &&
				ldsso_read(bytes_of(&out), &read, &err) == 0 && read.hash_bits == bits[i] && read.n == 3 && read.version == 1 &&
				read.dg[0].number == 1 && read.dg[1].number == 2 && read.dg[2].number == 15 &&
				memcmp(read.dg[2].hash, lds.dg[0].hash, (size_t)bits[i] / 8) == 0,
			"SHA-%d: written ascending, read back", bits[i]);
	}
	ok(ldsso_add(&lds, 1, BYTES(dg1, 3), &err) == -1 && err.kind == FAIL_INPUT, "does not add DG1 twice");
	ok(ldsso_add(&lds, 0, BYTES(dg1, 3), &err) == -1 && ldsso_add(&lds, 17, BYTES(dg1, 3), &err) == -1, "does not add DG0 and DG17");
	ok(ldsso_add(&lds, 3, BYTES(dg1, 3), &err) == -1 && strstr(err.text, "tag 63") != NULL, "does not add DG1 as DG3 (%s)", err.text);
	ok(ldsso_add(&lds, 11, BYTES("\x6B\x01\x00\x00", 4), &err) == -1, "does not add a file with octets after it");
	ok(ldsso_add(&lds, 11, BYTES("\x6B\x05\x00", 3), &err) == -1, "does not add half a file");
	ldsso_init(&lds, 256);
	ok(ldsso_add(&lds, 1, BYTES(dg1, 3), &err) == 0 && ldsso_write(&lds, &out, &err) == -1 && err.kind == FAIL_INPUT,
		"does not write without DG2");
	ldsso_init(&lds, LDSSO_SHA1_BITS);
	ok(ldsso_add(&lds, 1, BYTES(dg1, 3), &err) == -1, "does not hash with SHA-1");
	ldsso_init(&lds, 256);
	ldsso_add(&lds, 1, BYTES(dg1, 3), &err);
	ldsso_add(&lds, 2, BYTES(dg2, 3), &err);
	lds.version = 2;
	ok(ldsso_write(&lds, &out, &err) == -1, "does not write version 2");
	lds.version = 1;
	lds.lds_version[0] = 0;
	ok(ldsso_write(&lds, &out, &err) == -1, "does not write version 1 without LDS version");
	lds.version = 0;
	ok(ldsso_write(&lds, &out, &err) == 0, "writes version 0 without");
	buf_clear(&out);
}

static void
utopia_bad(void)
{
	struct err err = ERR_INIT;
	struct ldsso lds;
	size_t n;
	uint8_t *sod = load("tests/data/utopia/sod/v1-without-versioninfo.bin", &n);

	ok(ldsso_read(content_of(BYTES(sod, n)), &lds, &err) == -1, "v1-without-versioninfo: refused (%s)", err.text);
	free(sod);
}

static void
loes(void)
{
	static const char *const files[] = { "icao/lds/loes2006/ef0101.bin", "icao/lds/loes2006/ef0102.bin", "icao/lds/loes2006/ef010F.bin" };
	static const unsigned numbers[] = { 1, 2, 15 };
	struct err err = ERR_INIT;
	struct ldsso lds, mine;
	size_t n;
	uint8_t *sod = data_file("icao/lds/loes2006/ef011D.bin", &n);

	if (sod == NULL) {
		skip("specimen loes2006", "no test data");
		return;
	}
	ok(ldsso_read(content_of(BYTES(sod, n)), &lds, &err) == 0 && lds.version == 0 && lds.hash_bits == 256, "loes2006: reads (%s)", err.text);
	ldsso_init(&mine, 256);
	for (size_t i = 0; i < NELEM(files); i++) {
		size_t dg_n;
		uint8_t *dg = data_file(files[i], &dg_n);

		ok(dg != NULL && ldsso_add(&mine, numbers[i], BYTES(dg, dg_n), &err) == 0 && ldsso_find(&lds, numbers[i]) != NULL &&
				memcmp(ldsso_find(&lds, numbers[i])->hash, ldsso_find(&mine, numbers[i])->hash, 32) == 0,
			"loes2006: hash of DG%u (%s)", numbers[i], err.text);
		free(dg);
	}
	free(sod);
}

int
main(void)
{
	utopia("good-v1.bin", 1, 256, true);
	utopia("good-v0.bin", 0, 256, true);
	utopia("good-digest-null-params.bin", 0, 256, false);
	utopia("sha1.bin", 0, LDSSO_SHA1_BITS, false);
	utopia_bad();
	refuses();
	writes();
	loes();
	return done_testing();
}
