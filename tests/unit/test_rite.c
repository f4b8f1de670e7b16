/* Orders of ceremonies: parameters, files both ways, what a person is shown, outcomes that are not the order's. */
#include "pki/rite.h"
#include "tests/tap.h"

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *kind, *parameters;
} good[] = {
	{ "generate", "{}" },
	{ "certify", "{}" },
	{ "certify", "{\"document_types\":[\"P\",\"AC\"],\"document_years\":5}" },
	{ "certify", "{\"signer_id\":\"VS\"}" },
	{ "certify", "{\"link\":true}" },
	{ "crl", "{\"days\":90}" },
	{ "revoke", "{\"cause\":\"compromise\"}" },
	{ "rollover", "{\"document_years\":20}" },
	{ "name_change", "{\"subject\":{\"common_name\":\"CSCA Utopia\",\"organization\":\"Utopia\"}}" },
	{ "rule", "{\"ceremony\":\"erase\",\"officers\":4}" },
	{ "rule", "{\"key\":\"document_signer\",\"use_days\":31,\"max_signatures\":100000,\"lead_days\":14}" },
};
static const struct {
	const char *kind, *parameters;
} bad[] = {
	{ "founding", "{}" },
	{ "sign", "{}" },
	{ "generate", "{\"label\":\"x\"}" },
	{ "activate", "{\"officers\":1}" },
	{ "certify", "{\"document_types\":\"P\"}" },
	{ "certify", "{\"document_types\":[]}" },
	{ "certify", "{\"document_types\":[\"PPP\"]}" },
	{ "certify", "{\"document_types\":[\"p\"]}" },
	{ "certify", "{\"document_types\":[1]}" },
	{ "certify", "{\"document_years\":21}" },
	{ "certify", "{\"signer_id\":\"VSX\"}" },
	{ "certify", "{\"signer_id\":\"v1\"}" },
	{ "certify", "{\"not_after\":\"2099-01-01\"}" },
	{ "crl", "{\"days\":91}" },
	{ "crl", "{\"days\":2}" },
	{ "crl", "{\"days\":\"60\"}" },
	{ "revoke", "{}" },
	{ "revoke", "{\"cause\":\"whim\"}" },
	{ "name_change", "{}" },
	{ "name_change", "{\"subject\":{\"organization\":\"Utopia\"}}" },
	{ "name_change", "{\"subject\":{\"common_name\":\"01234567890123456789012345678901234567890123456789012345678901234\"}}" },
	{ "rule", "{}" },
	{ "rule", "{\"officers\":3}" },
	{ "rule", "{\"ceremony\":\"crl\",\"officers\":1}" },
	{ "rule", "{\"ceremony\":\"crl\",\"officers\":13}" },
	{ "rule", "{\"ceremony\":\"founding\",\"officers\":3}" },
	{ "rule", "{\"ceremony\":\"crl\",\"key\":\"csca\",\"officers\":3}" },
	{ "rule", "{\"key\":\"csca\",\"use_days\":0,\"max_signatures\":1}" },
};

static bool
is_taken(const char *kind, const char *text)
{
	struct err err = ERR_INIT;
	json_t *json = NULL;
	bool taken;

	if (json_read(bytes_str(text), &json, &err) == -1)
		bail_out("%s", err.text);
	err = ERR_INIT;
	taken = rite_check_parameters(kind, json, &err) == 0;
	json_decref(json);
	return taken;
}

static void
test_parameters(void)
{
	static const char *const algorithms[][2] = { { "csca", "RSA-2048" }, { "visa_seal_signer", "RSA-3072" }, { "document_signer", "RSA-1024" },
		{ "document_signer", "HMAC" }, { "document_signer", "P-192" }, { "document_signer", "" }, { "root", "P-256" } };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(good); i++)
		ok(is_taken(good[i].kind, good[i].parameters), "takes: %s %s", good[i].kind, good[i].parameters);
	for (size_t i = 0; i < NELEM(bad); i++)
		ok(!is_taken(bad[i].kind, bad[i].parameters), "refuses: %s %s", bad[i].kind, bad[i].parameters);
	for (size_t i = 0; i < NELEM(algorithms); i++)
		ok(rite_check_algorithm(algorithms[i][0], algorithms[i][1], &err) == -1, "refuses: a %s key of %s", algorithms[i][0], algorithms[i][1]);
	ok(rite_check_algorithm("csca", "RSA-4096", &err) == 0 && rite_check_algorithm("civil_seal_signer", "brainpoolP256r1", &err) == 0, "takes RSA-4096 and brainpoolP256r1");
}

/* ---- orders ---- */

static struct rite_facts
facts_of(const char *kind)
{
	static const uint8_t id[16] = { 1, 2, 3 };
	struct rite_facts f = { .kind = kind, .at = 1795257600, .state = "UTO", .country = "UT", .key_kind = "csca", .key_label = "csca-1", .algorithm = "P-384" };

	f.key_id = BYTES(id, sizeof(id));
	f.ceremony.o[0] = 1;
	return f;
}

static void
test_files(void)
{
	struct rite_facts f = facts_of("generate");
	struct rite r = { 0 }, again = { 0 };
	struct rite_outcome o = { 0 };
	struct buf text = BUF_INIT, second = BUF_INIT, shown = BUF_INIT;
	struct err err = ERR_INIT;

	ok(rite_make(&f, &r, &err) == 0 && r.has_generate && r.certificates.n == 0 && !r.has_crl, "a generation orders a key and nothing else (%s)", err.text);
	ok(rite_to_text(&r, &text, &err) == 0 && rite_of_text(bytes_of(&text), &again, &err) == 0 && rite_to_text(&again, &second, &err) == 0 &&
			bytes_equal(bytes_of(&text), bytes_of(&second)),
		"as a file and back it is the same, octet for octet (%s)", err.text);
	ok(rite_describe(&r, &shown, &err) == 0 && strstr(buf_cstr(&shown), "generate a key: csca-1, P-384\n") != NULL, "a person is told so");
	err = ERR_INIT;
	ok(rite_check(&r, bytes_of(&text), &o, &err) == -1, "an empty outcome is refused (%s)", err.text);
	for (size_t n = 0; n < text.n; n += 7) {
		struct rite cut = { 0 };

		err = ERR_INIT;
		if (rite_of_text(BYTES(text.p, n), &cut, &err) == 0) {
			ok(false, "a file cut after %zu octets is refused", n);
			rite_clear(&cut);
		}
	}
	ok(true, "files cut short are refused");
	rite_clear(&r);
	rite_clear(&again);
	buf_clear(&text);
	buf_clear(&second);
	buf_clear(&shown);
}

static void
test_refused(void)
{
	static const char *const without_csca[] = { "rollover", "crl" };
	struct rite r = { 0 };
	struct err err = ERR_INIT;
	struct rite_facts f;

	for (size_t i = 0; i < NELEM(without_csca); i++) {
		f = facts_of(without_csca[i]);
		err = ERR_INIT;
		ok(rite_make(&f, &r, &err) == -1 && err.kind == FAIL_CONFLICT, "no %s without a CSCA (%s)", without_csca[i], err.text);
	}
	f = facts_of("certify");
	err = ERR_INIT;
	ok(rite_make(&f, &r, &err) == -1 && err.kind == FAIL_CONFLICT, "no certificate of a key that is not generated (%s)", err.text);
	f.key_kind = "visa_seal_signer";
	f.spki = BYTES("x", 1);
	err = ERR_INIT;
	ok(rite_make(&f, &r, &err) == -1 && err.kind == FAIL_INPUT, "no seal signer without its identifier (%s)", err.text);
	f = facts_of("activate");
	err = ERR_INIT;
	ok(rite_make(&f, &r, &err) == 0 && !r.has_generate && !r.has_erase && r.issuer_label == NULL, "an activation orders nothing of the token (%s)", err.text);
	rite_clear(&r);
}

int
main(void)
{
	test_parameters();
	test_files();
	test_refused();
	return done_testing();
}
