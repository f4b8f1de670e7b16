/* EF.CardSecurity: a published specimen, and one of our own from the token. */
#include "pki/cardsecurity.h"
#include "tests/data.h"
#include "tests/unit/pkifix.h"

static void
test_specimen(void)
{
	static const enum secinfo_kind want[] = { SECINFO_TA, SECINFO_CA, SECINFO_PACE, SECINFO_CA_DOMAIN, SECINFO_CARD_INFO, SECINFO_RI, SECINFO_RI, SECINFO_RI_DOMAIN,
		SECINFO_CA_KEY };
	struct cardsecurity *cs = NULL;
	struct err err = ERR_INIT;
	size_t n;
	uint8_t *p = data_file("icao/cardaccess/ecdh/ef_cardsecurity", &n);
	bool same;

	if (p == NULL) {
		skip("the specimen's EF.CardSecurity", "no test data");
		return;
	}
	if (!ok(cardsecurity_parse(BYTES(p, n), &cs, &err) == 0, "the specimen is read (%s)", err.text))
		goto out;
	is(cs->cms->content_type, "0.4.0.127.0.7.3.2.1", "its content type");
	ok(cms_verify(cs->cms, oid_security_object, &err) == 0, "its signature is good: %s", err.text);
	is(cs->cms->ncert == 1 ? cs->cms->cert[0]->subject_cn : "", "HJP PB DS", "its document signer");
	ok(date_of_unix(cs->cms->cert[0]->not_after).year == 2010 && date_of_unix(cs->cms->cert[0]->not_after).month == 9 &&
			date_of_unix(cs->cms->cert[0]->not_after).day == 13,
		"expired on 2010-09-13");
	same = cs->infos.n == NELEM(want);
	for (unsigned i = 0; same && i < cs->infos.n; i++)
		same = cs->infos.info[i].kind == want[i];
	ok(same, "nine infos, each of its kind");
	ok(same && secinfos_key(&cs->infos, 1) == &cs->infos.info[8] && secinfos_key(&cs->infos, 2) == NULL && secinfos_key(&cs->infos, SECINFO_NO_ID) == &cs->infos.info[8],
		"the key of chip authentication is found by its id, and by no other");
	p[n - 1] ^= 1;
	cardsecurity_free(cs);
	cs = NULL;
	ok(cardsecurity_parse(BYTES(p, n), &cs, &err) == 0 && cms_verify(cs->cms, oid_security_object, &err) == -1, "with a changed signature it is read and not good: %s", err.text);
out:
	cardsecurity_free(cs);
	free(p);
}

static void
test_own(struct token *t)
{
	struct ceremony_options options = fix_options;
	struct ceremony c = { 0 };
	struct session *s = NULL;
	struct signer *signer;
	struct cardsecurity *cs = NULL;
	struct der_out o = DER_OUT_INIT;
	struct buf key = BUF_INIT, file = BUF_INIT, padded = BUF_INIT;
	struct err err = ERR_INIT;
	struct secinfos infos = { .n = 3,
		.info = { { .kind = SECINFO_PACE, .protocol = "0.4.0.127.0.7.2.2.4.6.4", .version = 2, .id = 12 },
			{ .kind = SECINFO_CA, .protocol = "0.4.0.127.0.7.2.2.3.2.4", .version = 1, .id = SECINFO_NO_ID },
			{ .kind = SECINFO_CA_KEY, .protocol = "0.4.0.127.0.7.2.2.1.2", .id = SECINFO_NO_ID } } };
	struct secinfos without = infos;

	options.csca_kind = options.signer_kind = "P-256";
	options.prefix = "cs";
	if (ceremony_init(t, &options, &c, &err) == -1 || token_borrow(t, &s, &err) == -1)
		bail_out("%s", err.text);
	signer = fix_signer(s, &c.signer[0]);
	if (pubkey_put(signer_cert(signer)->key, &o, &err) == -1 || der_finish(&o, &key, &err) == -1)
		bail_out("%s", err.text);
	infos.info[2].data = bytes_of(&key);
	ok(cardsecurity_build(s, signer, &infos, NOW, &file, &err) == 0, "ours is signed: %s", err.text);
	buf_bytes(&padded, bytes_of(&file));
	buf_reserve(&padded, 16);
	if (ok(cardsecurity_parse(bytes_of(&padded), &cs, &err) == 0 && cms_verify(cs->cms, oid_security_object, &err) == 0, "read with its padding, and good: %s", err.text)) {
		const struct secinfo *k = secinfos_key(&cs->infos, SECINFO_NO_ID);

		ok(cs->infos.n == 3 && k != NULL && bytes_equal(k->data, bytes_of(&key)), "the infos are those that went in");
	}
	without.n = 1;
	ok(cardsecurity_build(s, signer, &without, NOW, &file, &err) == -1, "not signed without the key of its mapping: %s", err.text);
	cardsecurity_free(cs);
	cs = NULL;
	ok(cms_sign(s, signer, "2.23.136.1.1.1", bytes_str("x"), NOW, &file, &err) == 0 && cardsecurity_parse(bytes_of(&file), &cs, &err) == -1, "another content type is refused: %s",
		err.text);
	ok(cms_sign(s, signer, oid_security_object, bytes_str("x"), NOW, &file, &err) == 0 && cardsecurity_parse(bytes_of(&file), &cs, &err) == -1, "and contents that are no infos: %s",
		err.text);
	signer_free(signer);
	token_return(t, s);
	ceremony_clear(&c);
	buf_clear(&key);
	buf_clear(&file);
	buf_clear(&padded);
}

int
main(void)
{
	struct token *t;

	test_specimen();
	if (!softhsm_start()) {
		skip("our own EF.CardSecurity", "no SoftHSM");
		return done_testing();
	}
	t = fix_token(2);
	test_own(t);
	token_close(t);
	softhsm_stop();
	return done_testing();
}
