/* SecurityInfos of a published specimen chip, of Doc 9303-11's example of PACE (Appendix G.1) and made ones. */
#include "registry/base/der.h"
#include "registry/doc9303/lds.h"
#include "registry/doc9303/secinfo.h"
#include "tests/data.h"
#include "tests/hex.h"
#include "tests/tap.h"

/* Doc 9303-11 Appendix G.1: PACEInfo of the example, in a SET of its own. */
#define PACE_INFO     "3012060A 04007F00070202040202 020102 02010D"
#define PACE_INFO_SET "3114" PACE_INFO

static const struct {
	const char *what, *hex, *says;
} bad[] = {
	{ "nothing", "", "SecurityInfos" },
	{ "a SEQUENCE", "3014" PACE_INFO, "SecurityInfos" },
	{ "an octet after it", PACE_INFO_SET "00", "SecurityInfos" },
	{ "cut short", "3114 3012060A04007F00070202040202 020102 0201", "SecurityInfos" },
	{ "an empty SET", "3100", "none is there" },
	{ "a member that is no SEQUENCE", "3103 020102", "tag 2, wanted 30" },
	{ "a member without protocol", "3102 3000", "protocol" },
	{ "an unknown protocol without data", "3106 3004 06022A03", "no requiredData" },
	{ "an unknown protocol with malformed data", "3109 3007 06022A03 30010D", "SecurityInfo" },
	{ "PACE without version", "310E 300C060A04007F00070202040202", "PACEInfo" },
	{ "PACE of version 0", "3114 3012060A04007F00070202040202 020100 02010D", "wanted 1 to 255" },
	{ "PACE of version 256", "3115 3013060A04007F00070202040202 02020100 02010D", "wanted 1 to 255" },
	{ "PACE with a negative version", "3111 300F060A04007F00070202040202 0201FF", "PACEInfo" },
	{ "PACE with an octet string for its id", "3114 3012060A04007F00070202040202 020102 04010D", "PACEInfo" },
	{ "PACE with something after its id", "3117 3015060A04007F00070202040202 020102 02010D 020101", "PACEInfo" },
	{ "PACE with an id beyond 31 bits", "3118 3016060A04007F00070202040202 020102 02050080000000", "PACEInfo" },
	{ "a public key that is an octet string", "310F 300D060904007F000702020102 0400", "ChipAuthenticationPublicKeyInfo" },
	{ "active authentication without an algorithm", "310D 300B 0606678108010105 020101", "ActiveAuthenticationInfo" },
	{ "EF.DIR as a SEQUENCE", "310C 300A 060667810801010D 3000", "EFDIRInfo" },
	{ "privileged infos that are no SET", "310E 300C 060804007F0007020208 3000", "PrivilegedTerminalInfo" },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct buf b = octets(bad[i].hex);
		struct secinfos infos = { .n = 77 };
		struct err err = ERR_INIT;

		ok(secinfos_read(bytes_of(&b), &infos, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].says) != NULL && infos.n == 77,
			"refuses %s (%s)", bad[i].what, err.text);
		buf_clear(&b);
	}
}

static void
test_example(void)
{
	struct buf set = octets(PACE_INFO_SET), again = BUF_INIT;
	struct secinfos infos;
	struct err err = ERR_INIT;
	const struct secinfo_protocol *p;

	if (!ok(secinfos_read(bytes_of(&set), &infos, &err) == 0 && infos.n == 1, "the example of Appendix G.1 is read (%s)", err.text))
		return;
	p = secinfo_protocol(infos.info[0].protocol);
	ok(p != NULL && infos.info[0].kind == SECINFO_PACE && infos.info[0].version == 2 && infos.info[0].id == 13, "PACE, version 2, parameter id 13");
	ok(p != NULL && p->agreement == SECINFO_ECDH && p->mapping == SECINFO_GM && p->cipher == SECINFO_AES && p->key_bits == 128, "ECDH, generic mapping, AES 128");
	is(secinfo_parameters(13)->name, "brainpoolP256r1", "on brainpoolP256r1");
	ok(secinfos_check(&infos, SECINFO_CARD_ACCESS, &err) == 0, "it may stand in EF.CardAccess");
	ok(secinfos_write(&infos, &again, &err) == 0 && bytes_equal(bytes_of(&again), bytes_of(&set)), "written, the same octets");
	buf_clear(&set);
	buf_clear(&again);
}

/* icao/cardaccess: TA v2, CA v2, PACE, CA domain parameters, card info, privileged terminal info. */
static void
test_specimen(void)
{
	static const enum secinfo_kind want[] = { SECINFO_TA, SECINFO_CA, SECINFO_PACE, SECINFO_CA_DOMAIN, SECINFO_CARD_INFO, SECINFO_PRIVILEGED };
	static const unsigned version[] = { 2, 2, 2, 0, 0, 0 };
	static const int id[] = { -1, 1, 13, 1, -1, -1 };
	struct bytes object;
	struct secinfos infos, inner;
	struct err err = ERR_INIT;
	struct buf written = BUF_INIT, twice = BUF_INIT;
	uint32_t tag;
	size_t n;
	uint8_t *p = data_file("icao/cardaccess/ecdh/ef_cardaccess", &n);

	if (p == NULL) {
		skip("the specimen's EF.CardAccess", "no test data");
		return;
	}
	if (!ok(lds_object(BYTES(p, n), &tag, &object, &err) == 0 && secinfos_read(object, &infos, &err) == 0 && infos.n == 6, "the specimen is read, six infos (%s)", err.text))
		goto out;
	for (unsigned i = 0; i < 6; i++)
		ok(infos.info[i].kind == want[i] && infos.info[i].version == version[i] && infos.info[i].id == id[i], "info %u is what it should be", i);
	is(infos.info[2].protocol, "0.4.0.127.0.7.2.2.4.2.2", "PACE with ECDH, generic mapping, AES 128");
	ok(secinfo_standard_id(infos.info[3].data) == 13, "domain parameters of chip authentication: 13");
	ok(infos.info[4].data.n == 35 && memcmp(infos.info[4].data.p, "https://", 8) == 0, "the card info is a URL");
	ok(secinfos_read(infos.info[5].data, &inner, &err) == 0 && inner.n == 2 && inner.info[0].kind == SECINFO_CA && inner.info[0].id == 2 &&
			inner.info[1].kind == SECINFO_CA_DOMAIN && inner.info[1].id == 2,
		"the privileged terminal's infos are two more");
	ok(secinfos_check(&infos, SECINFO_CARD_ACCESS, &err) == -1 && strstr(err.text, "TerminalAuthenticationInfo: version 2") != NULL, "no passport: %s", err.text);
	/* the specimen's SET is not sorted; ours is, and then stays */
	ok(secinfos_write(&infos, &written, &err) == 0 && written.n == object.n && secinfos_read(bytes_of(&written), &infos, &err) == 0 && infos.n == 6 &&
			secinfos_write(&infos, &twice, &err) == 0 && bytes_equal(bytes_of(&written), bytes_of(&twice)),
		"written and read again it is equal");
out:
	buf_clear(&written);
	buf_clear(&twice);
	free(p);
}

static struct secinfos
passport(struct bytes key)
{
	return (struct secinfos){ .n = 5,
		.info = {
			{ .kind = SECINFO_TA, .protocol = "0.4.0.127.0.7.2.2.2", .version = 1, .id = SECINFO_NO_ID },
			{ .kind = SECINFO_CA_KEY, .protocol = "0.4.0.127.0.7.2.2.1.2", .id = 1, .data = key },
			{ .kind = SECINFO_CA, .protocol = "0.4.0.127.0.7.2.2.3.2.4", .version = 1, .id = 1 },
			{ .kind = SECINFO_PACE, .protocol = "0.4.0.127.0.7.2.2.4.2.4", .version = 2, .id = 12 },
			{ .kind = SECINFO_AA, .protocol = "2.23.136.1.1.5", .version = 1, .id = SECINFO_NO_ID, .signature = "0.4.0.127.0.7.1.1.4.1.3" } } };
}

static void
test_rules(void)
{
	struct buf key = octets("3003 020100"), file = BUF_INIT, other = BUF_INIT;
	struct secinfos good = passport(bytes_of(&key)), s, read;
	struct err err = ERR_INIT;

	ok(secinfos_check(&good, SECINFO_DG14, &err) == 0, "a passport's DG14 is in order");
	ok(lds_dg14_write(&good, &file, &err) == 0 && file.p[0] == 0x6E && lds_dg14_read(bytes_of(&file), &read, &err) == 0 && read.n == 5, "DG14 written and read");
	s = good;
	s.info[0] = good.info[4];
	s.info[4] = good.info[0];
	ok(lds_dg14_write(&s, &other, &err) == 0 && bytes_equal(bytes_of(&file), bytes_of(&other)), "in another order: the same octets");
	s = good;
	s.info[3].id = 5;
	ok(secinfos_check(&s, SECINFO_CARD_ACCESS, &err) == -1, "refuses reserved parameters: %s", err.text);
	s.info[3].id = SECINFO_NO_ID;
	ok(secinfos_check(&s, SECINFO_CARD_ACCESS, &err) == -1, "refuses no parameters: %s", err.text);
	s.info[3].id = 2;
	ok(secinfos_check(&s, SECINFO_CARD_ACCESS, &err) == -1, "refuses a DH group for ECDH: %s", err.text);
	s.info[3].id = 40;
	ok(secinfos_check(&s, SECINFO_CARD_ACCESS, &err) == -1, "refuses own parameters that are not there: %s", err.text);
	s = good;
	s.info[3].version = 1;
	ok(secinfos_check(&s, SECINFO_CARD_ACCESS, &err) == -1, "refuses PACE version 1: %s", err.text);
	s = good;
	s.info[2].id = 2;
	ok(secinfos_check(&s, SECINFO_DG14, &err) == -1, "refuses chip authentication without its key: %s", err.text);
	s = good;
	s.info[2] = good.info[1];
	ok(secinfos_check(&s, SECINFO_DG14, &err) == -1, "refuses two keys of one id: %s", err.text);
	s = good;
	strcpy(s.info[1].protocol, "0.4.0.127.0.7.2.2.1.1");
	ok(secinfos_check(&s, SECINFO_DG14, &err) == -1, "refuses a DH key for ECDH: %s", err.text);
	s = good;
	s.info[2] = good.info[0];
	ok(secinfos_check(&s, SECINFO_DG14, &err) == -1, "refuses a key without its use: %s", err.text);
	s = good;
	strcpy(s.info[4].signature, "0.4.0.127.0.7.1.1.4.1.1");
	ok(secinfos_check(&s, SECINFO_DG14, &err) == -1, "refuses active authentication with SHA-1: %s", err.text);
	s = good;
	s.n = 3;
	ok(secinfos_check(&s, SECINFO_CARD_ACCESS, &err) == -1, "refuses EF.CardAccess without PACE: %s", err.text);
	s = good;
	s.n = 1;
	s.info[0] = good.info[3];
	strcpy(s.info[0].protocol, "0.4.0.127.0.7.2.2.4.6.4");
	ok(secinfos_check(&s, SECINFO_CARD_SECURITY, &err) == -1, "refuses chip authentication mapping without a key: %s", err.text);
	s = good;
	s.info[1].data = BYTES_NONE;
	ok(secinfos_write(&s, &other, &err) == -1, "writes no key that is none: %s", err.text);
	s = good;
	s.info[0].kind = SECINFO_PACE;
	ok(secinfos_write(&s, &other, &err) == -1, "writes no protocol of another kind: %s", err.text);
	s.n = 0;
	ok(secinfos_write(&s, &other, &err) == -1, "writes no empty SET: %s", err.text);
	buf_clear(&key);
	buf_clear(&file);
	buf_clear(&other);
}

static void
test_tables(void)
{
	const struct secinfo_protocol *p;
	bool all = true;

	for (size_t i = 0; (p = secinfo_protocol_at(i)) != NULL; i++)
		all = all && secinfo_protocol(p->oid) == p && secinfo_protocol_choose(p->kind, p->agreement, p->mapping, p->cipher, p->key_bits) != NULL;
	ok(all, "every protocol is found by its identifier, once");
	ok(secinfo_protocol_choose(SECINFO_PACE, SECINFO_ECDH, SECINFO_CAM, SECINFO_3DES, 112) == NULL, "no chip authentication mapping with 3DES");
	is(secinfo_protocol_choose(SECINFO_PACE, SECINFO_ECDH, SECINFO_CAM, SECINFO_AES, 256)->oid, "0.4.0.127.0.7.2.2.4.6.4", "chip authentication mapping, AES 256");
	is(secinfo_protocol_choose(SECINFO_CA, SECINFO_DH, SECINFO_NO_MAPPING, SECINFO_3DES, 112)->oid, "0.4.0.127.0.7.2.2.3.1.1", "chip authentication, DH, 3DES");
	ok(secinfo_parameters(3) == NULL && secinfo_parameters(19) == NULL && secinfo_parameters(-1) == NULL, "reserved parameters are none");
	ok(secinfo_aa_hash_bits("0.4.0.127.0.7.1.1.4.1.5") == 512 && secinfo_aa_hash_bits("0.4.0.127.0.7.1.1.4.1.55") == 0 && secinfo_aa_hash_bits("1.2") == 0,
		"plain ECDSA algorithms");
}

int
main(void)
{
	test_tables();
	test_example();
	test_specimen();
	test_rules();
	test_bad();
	return done_testing();
}
