/* What the registry's rows become in the trust store: anchors, candidates, links; distrusted certificates and keys stay out. */
#include "pki/trustload.h"
#include "tests/unit/pkifix.h"

struct given {
	enum trust_row_kind kind;
	const char *file;
};
static const struct {
	const char *name;
	struct given row[5];
	const char *trusted; /* subject keys: "csca1 link csca2", in the order of the rows */
	bool crl_is_usable;
} cases[] = {
	{ "our own and confirmed ones are anchors, the others candidates",
		{ { TRUST_ROW_OWN, "good/csca1.cer" }, { TRUST_ROW_TRUSTED, "good/csca2.cer" } }, "anchor anchor", false },
	{ "a candidate alone is not trusted", { { TRUST_ROW_HELD, "good/csca1.cer" } }, "none", false },
	{ "a link of a trusted root brings its key",
		{ { TRUST_ROW_TRUSTED, "good/csca1.cer" }, { TRUST_ROW_HELD, "good/csca1-to-2-link.cer" }, { TRUST_ROW_HELD, "good/csca2.cer" } }, "anchor linked linked", false },
	{ "a link of a candidate brings nothing",
		{ { TRUST_ROW_HELD, "good/csca1.cer" }, { TRUST_ROW_HELD, "good/csca1-to-2-link.cer" }, { TRUST_ROW_HELD, "good/csca2.cer" } }, "none none none", false },
	{ "a distrusted root vouches for nobody",
		{ { TRUST_ROW_DISTRUSTED, "good/csca1.cer" }, { TRUST_ROW_HELD, "good/csca1-to-2-link.cer" }, { TRUST_ROW_HELD, "good/csca2.cer" } }, "none none", false },
	{ "a distrusted root does not come back by a link certificate of its key",
		{ { TRUST_ROW_TRUSTED, "good/csca1.cer" }, { TRUST_ROW_HELD, "good/csca1-to-2-link.cer" }, { TRUST_ROW_DISTRUSTED, "good/csca2.cer" } }, "anchor", false },
	{ "a distrusted link takes the root of its key along",
		{ { TRUST_ROW_TRUSTED, "good/csca1.cer" }, { TRUST_ROW_DISTRUSTED, "good/csca1-to-2-link.cer" }, { TRUST_ROW_HELD, "good/csca2.cer" } }, "anchor", false },
	{ "but not one that two officers have confirmed",
		{ { TRUST_ROW_DISTRUSTED, "good/csca1-to-2-link.cer" }, { TRUST_ROW_TRUSTED, "good/csca2.cer" } }, "anchor", false },
	{ "the CRL of a linked key is used",
		{ { TRUST_ROW_TRUSTED, "good/csca1.cer" }, { TRUST_ROW_HELD, "good/csca1-to-2-link.cer" }, { TRUST_ROW_CRL, "good/utopia.crl" } }, "anchor linked", true },
	{ "the CRL of a candidate is not", { { TRUST_ROW_HELD, "good/csca2.cer" }, { TRUST_ROW_CRL, "good/utopia.crl" } }, "none", false },
	{ "nothing held is a store of nothing", { { TRUST_ROW_DISTRUSTED, "good/csca1.cer" } }, "", false },
};

static void
test_case(size_t c)
{
	static const char *const names[] = { "none", "anchor", "linked" };
	struct trust_row row[5];
	struct trust_rows rows = { row, 0 };
	struct truststore *store = NULL;
	struct err err = ERR_INIT;
	char got[100] = "";

	memset(row, 0, sizeof(row));
	for (; rows.n < 5 && cases[c].row[rows.n].file != NULL; rows.n++) {
		row[rows.n].kind = cases[c].row[rows.n].kind;
		row[rows.n].der = fix_file(cases[c].row[rows.n].file);
		snprintf(row[rows.n].provenance, sizeof(row[0].provenance), "%s", cases[c].row[rows.n].file);
	}
	if (trustload_rows(&rows, &store, &err) == -1)
		bail_out("%s: %s", cases[c].name, err.text);
	for (size_t i = 0; i < truststore_count(store); i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i > 0 ? " " : "", names[truststore_at(store, i)->trust]);
	is(got, cases[c].trusted, cases[c].name);
	if (truststore_crls(store) > 0)
		ok((truststore_crl_at(store, 0)->state == CRL_USABLE) == cases[c].crl_is_usable, "and so is its CRL");
	truststore_free(store);
	for (size_t i = 0; i < rows.n; i++)
		buf_clear(&row[i].der);
}

int
main(void)
{
	struct trust_row bad = { .kind = TRUST_ROW_HELD, .provenance = "the list of nobody" };
	struct trust_rows rows = { &bad, 1 };
	struct truststore *store = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(cases); i++)
		test_case(i);
	buf_str(&bad.der, "no certificate");
	ok(trustload_rows(&rows, &store, &err) == -1 && store == NULL && strstr(err.text, "the list of nobody") != NULL, "octets that are none are named: %s", err.text);
	buf_clear(&bad.der);
	return done_testing();
}
