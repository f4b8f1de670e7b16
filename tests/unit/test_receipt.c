/* Money by ISO 4217, and a receipt that is a PDF. */
#include "issuance/application/receipt.h"
#include "tests/tap.h"

static const struct {
	int64_t amount;
	const char *currency, *text;
} money[] = {
	{ 5000, "EUR", "50.00 EUR" },
	{ 5, "EUR", "0.05 EUR" },
	{ 100, "XTS", "1.00 XTS" },
	{ 5000, "JPY", "5000 JPY" },
	{ 1, "XOF", "1 XOF" },
	{ 5000, "KWD", "5.000 KWD" },
	{ 12, "TND", "0.012 TND" },
	{ 99999999, "USD", "999999.99 USD" },
	{ 5000, "F C", "50.00 F C" }, /* no code, though the list has these letters */
	{ 5000, "", "50.00 " },
};

int
main(void)
{
	json_t *receipt = json_pack("{s:s, s:b, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "number", "PAS1-R-2026-000001", "is_refund", 0, "amount", 5000, "currency", "EUR", "method", "card",
		"created_at", "2026-11-21T09:30:00Z", "office_code", "PAS1", "office_name", "Passport office 1", "officer_name", "Officer", "application_id", "018f2a00-0000-7000-8000-00000000abcd",
		"document_name", "emergency_sheet");
	struct buf first = BUF_INIT, second = BUF_INIT, refund = BUF_INIT;
	struct err err = ERR_INIT;
	char text[MONEY_TEXT];

	for (size_t i = 0; i < NELEM(money); i++)
		is(money_format(money[i].amount, money[i].currency, text), money[i].text, money[i].text);
	ok(receipt_print(receipt, "PASSPORT OFFICE OF UTOPIA", &first, &err) == 0 && first.n > 1000 && memcmp(first.p, "%PDF-", 5) == 0, "a receipt is a PDF: %s", err.text);
	ok(receipt_print(receipt, "PASSPORT OFFICE OF UTOPIA", &second, &err) == 0 && bytes_equal(bytes_of(&first), bytes_of(&second)), "the same one has the same octets");
	json_object_set_new(receipt, "is_refund", json_true());
	ok(receipt_print(receipt, "PASSPORT OFFICE OF UTOPIA", &refund, &err) == 0 && !bytes_equal(bytes_of(&first), bytes_of(&refund)), "a refund is another paper");
	if (getenv("RECEIPT_FILE") != NULL) {
		FILE *f = fopen(getenv("RECEIPT_FILE"), "wb");

		if (f == NULL || fwrite(refund.p, 1, refund.n, f) != refund.n || fclose(f) != 0)
			bail_out("the file was not written");
	}
	buf_clear(&first);
	buf_clear(&second);
	buf_clear(&refund);
	json_decref(receipt);
	return done_testing();
}
