/* BER made DER: hand-made encodings, refusals, a whole master list in BER that openssl(1) takes too. */
#include "pki/ber.h"
#include "pki/certfile.h"
#include "tests/unit/listfix.h"

static void
test_small(void)
{
	static const struct {
		const char *name, *ber, *der; /* der NULL: refused */
	} cases[] = {
		{ "DER", "3003020105", "3003020105" },
		{ "an indefinite length", "30800201050000", "3003020105" },
		{ "one in another", "3080308002010500000000", "30053003020105" },
		{ "an empty one", "30800000", "3000" },
		{ "a length of too many octets", "30810502820001"
						 "05",
			"3003020105" },
		{ "an octet string in pieces", "240604010104"
					       "0102",
			"04020102" },
		{ "the same of indefinite length", "24800401010401020000", "04020102" },
		{ "no pieces", "24800000", "0400" },
		{ "pieces in pieces", "24802403040101"
				      "0401020000",
			"04020102" },
		{ "a high tag", "7F618002010500005F1F", NULL },
		{ "a high tag alone", "7F61800201050000", "7f6103020105" },
		{ "nothing", "", NULL },
		{ "half a head", "30", NULL },
		{ "no end", "3080020105", NULL },
		{ "half an end", "308002010500", NULL },
		{ "a primitive one of indefinite length", "02800000", NULL },
		{ "an end that nothing began", "0000"
					       "00",
			NULL },
		{ "something after it", "3080000000", NULL },
		{ "an octet string of integers", "2403020105", NULL },
		{ "a length beyond the end", "3004020105", NULL },
		{ "a length beyond the end inside", "3003020205", NULL },
		{ "a length of 9 octets", "3089010000000000000000", NULL },
		{ "a length that overflows", "3088ffffffffffffffff0201", NULL },
		{ "a tag of 4 octets", "7f81818101020500", NULL },
	};
	struct err err = ERR_INIT;
	struct buf deep = BUF_INIT, der = BUF_INIT;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf in = BUF_INIT, out = BUF_INIT, hex = BUF_INIT;
		int rc;

		if (buf_from_hex(&in, bytes_str(cases[i].ber), &err) == -1)
			bail_out("%s", cases[i].ber);
		err_clear(&err);
		rc = ber_to_der(bytes_of(&in), 1000, &out, &err);
		buf_hex(&hex, bytes_of(&out));
		if (cases[i].der != NULL)
			is(buf_cstr(&hex), cases[i].der, cases[i].name);
		else
			ok(rc == -1 && err.kind == FAIL_INPUT && out.n == 0, "refuses %s", cases[i].name);
		buf_clear(&in);
		buf_clear(&out);
		buf_clear(&hex);
	}
	for (unsigned i = 0; i < 100000; i++)
		buf_str(&deep, "\x30\x80");
	ok(ber_to_der(bytes_of(&deep), 1 << 20, &der, &err) == -1 && err.kind == FAIL_INPUT, "refuses what is nested 100,000 deep");
	buf_cut(&deep, 0);
	for (unsigned i = 0; i < 100000; i++)
		buf_str(&deep, "\x24\x80");
	ok(ber_to_der(bytes_of(&deep), 1 << 20, &der, &err) == -1 && err.kind == FAIL_INPUT, "and pieces of pieces of pieces");
	ok(ber_to_der(bytes_of(&deep), 1000, &der, &err) == -1 && err.kind == FAIL_TOO_LARGE, "and what is over the limit");
	buf_clear(&deep);
}

/* Everything constructed of indefinite length, octet strings of more than 60 octets in pieces. */
static void
put_ber(struct buf *out, struct bytes in)
{
	struct der d = der_reader(in);
	struct err err = ERR_INIT;
	struct tlv tlv;

	while (der_more(&d)) {
		if (der_next(&d, &tlv, "der", &err) == -1)
			bail_out("%s", err.text);
		if (tlv.tag == DER_OCTET_STRING && tlv.value.n > 60) {
			buf_str(out, "\x24\x80");
			for (size_t i = 0; i < tlv.value.n; i += 50) {
				size_t n = tlv.value.n - i < 50 ? tlv.value.n - i : 50;

				der_header(out, DER_OCTET_STRING, n);
				buf_add(out, tlv.value.p + i, n);
			}
			buf_add(out, "\0\0", 2);
		} else if (tlv.tag & 0x20) {
			buf_u8(out, (uint8_t)tlv.tag);
			buf_u8(out, 0x80);
			put_ber(out, tlv.value);
			buf_add(out, "\0\0", 2);
		} else
			buf_bytes(out, tlv.whole);
	}
}

static void
test_list(void)
{
	struct buf ml = fix_file("good/utopia.ml"), ber = BUF_INIT, der = BUF_INIT;
	struct cert *csca2 = listfix_cert("good/csca2.cer"), *csca1 = listfix_cert("good/csca1.cer");
	const struct cert *anchor[] = { csca1, csca2 };
	struct list_trust trust = { .anchor = anchor, .nanchor = 2, .at = NOW };
	struct err err = ERR_INIT;
	struct masterlist *list = NULL;
	struct masterlist_counts n;
	struct list_report r;
	struct certfile file = { NULL };
	const char *path;
	int status;

	put_ber(&ber, bytes_of(&ml));
	path = fix_write("ml.ber", bytes_of(&ber));
	fix_run(&status, "openssl cms -verify -noverify -inform DER -in %s -out /dev/null 2>&1", path);
	ok(status == 0, "openssl cms takes the list in BER");
	ok(ber_to_der(bytes_of(&ber), 1 << 20, &der, &err) == 0 && bytes_equal(bytes_of(&der), bytes_of(&ml)), "made DER, it is the list again");
	if (masterlist_parse(bytes_of(&ber), &list, &err) == -1)
		bail_out("%s", err.text);
	masterlist_check(list, &trust, &r, &n);
	if (!ok(r.total == GRADE_WARNING && list_verdict_find(&r, "format")->grade == GRADE_WARNING && list_verdict_find(&r, "signature") != NULL && n.verified == 3,
		    "it verifies, with a warning for its form"))
		listfix_show(&r);
	masterlist_free(list);
	ok(certfile_read(bytes_of(&ber), &file, &err) == 0 && file.count[CERTFILE_MASTER_LIST] == 1 && file.count[CERTFILE_CERTIFICATE] == 5, "and is taken apart");
	certfile_clear(&file);
	ber.p[ber.n / 2] ^= 1;
	ok(masterlist_parse(bytes_of(&ber), &list, &err) == -1 || (masterlist_check(list, &trust, &r, &n), list_is_refused(&r)), "with one bit changed it is refused");
	if (err.kind == FAIL_NONE)
		masterlist_free(list);
	cert_free(csca1);
	cert_free(csca2);
	buf_clear(&ml);
	buf_clear(&ber);
	buf_clear(&der);
}

int
main(void)
{
	snprintf(softhsm_dir, sizeof(softhsm_dir), "/tmp/catena-ber-XXXXXX"); /* where fix_write() writes; no token is needed */
	if (mkdtemp(softhsm_dir) == NULL)
		bail_out("no temporary folder");
	test_small();
	test_list();
	softhsm_stop();
	return done_testing();
}
