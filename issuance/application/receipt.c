#include "issuance/application/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/print/pdf.h"

/* ISO 4217: currencies whose smallest unit is not a hundredth. */
static const struct {
	const char *currencies;
	int decimals;
} odd_decimals[] = {
	{ "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 0 },
	{ "BHD IQD JOD KWD LYD OMR TND", 3 },
};

char *
money_format(int64_t amount, const char *currency, char out[MONEY_TEXT])
{
	int decimals = 2;
	int64_t unit = 1;

	for (size_t i = 0; i < NELEM(odd_decimals); i++)
		if (strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && strstr(odd_decimals[i].currencies, currency) != NULL)
			decimals = odd_decimals[i].decimals;
	for (int i = 0; i < decimals; i++)
		unit *= 10;
	if (decimals == 0)
		snprintf(out, MONEY_TEXT, "%lld %.3s", (long long)amount, currency);
	else
		snprintf(out, MONEY_TEXT, "%lld.%0*lld %.3s", (long long)(amount / unit), decimals, (long long)(amount % unit), currency);
	return out;
}

#define MARGIN 56.0
#define WIDTH  (PDF_WIDTH - 2 * MARGIN)
#define COLUMN 190.0 /* of the captions */
#define FONT   "Noto Sans,DejaVu Sans,Noto Naskh Arabic"

static const char *
text_of(const json_t *receipt, const char *name)
{
	const char *text = json_string_value(json_object_get(receipt, name));

	return text != NULL ? text : "";
}

static double
line(struct pdf *pdf, double y, const char *caption, const char *value)
{
	double label = pdf_text(pdf, MARGIN, y, COLUMN - 10, FONT " 8", PDF_LEFT, caption);
	double height = pdf_text(pdf, MARGIN + COLUMN, y, WIDTH - COLUMN, FONT " 11", PDF_LEFT, value);

	return y + (label > height ? label : height) + 8;
}

static const struct {
	const char *method, *text;
} methods[] = {
	{ "cash", "cash · espèces · نقدا" },
	{ "card", "card · carte · بطاقة" },
	{ "transfer", "transfer · virement · تحويل" },
};

static const char *
method_of(const json_t *receipt)
{
	for (size_t i = 0; i < NELEM(methods); i++)
		if (strcmp(methods[i].method, text_of(receipt, "method")) == 0)
			return methods[i].text;
	return text_of(receipt, "method");
}

/* "2026-11-21T09:30:00Z" as a person reads it. */
static void
moment_of(const json_t *receipt, char out[32])
{
	const char *at = text_of(receipt, "created_at");

	snprintf(out, 32, "%.10s %.5s UTC", at, strlen(at) >= 16 ? at + 11 : "");
}

static void
document_of(const json_t *receipt, char out[64])
{
	snprintf(out, 64, "%s", text_of(receipt, "document_name"));
	for (char *c = out; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
}

int
receipt_print(const json_t *receipt, const char *authority, struct buf *out, struct err *err)
{
	bool is_refund = json_is_true(json_object_get(receipt, "is_refund"));
	char money[MONEY_TEXT], moment[32], document[64], office[200];
	struct pdf pdf;
	double y = MARGIN;

	money_format(json_integer_value(json_object_get(receipt, "amount")), text_of(receipt, "currency"), money);
	moment_of(receipt, moment);
	document_of(receipt, document);
	snprintf(office, sizeof(office), "%s  %s", text_of(receipt, "office_code"), text_of(receipt, "office_name"));
	pdf_begin(&pdf, out, text_of(receipt, "number"), text_of(receipt, "created_at"));
	y += pdf_text(&pdf, MARGIN, y, WIDTH, FONT " 10", PDF_LEFT, authority) + 6;
	y += pdf_text(&pdf, MARGIN, y, WIDTH, FONT " Bold 18", PDF_LEFT, is_refund ? "Refund · Remboursement · استرداد" : "Receipt · Reçu · إيصال") + 10;
	cairo_set_line_width(pdf.cairo, 0.6);
	cairo_move_to(pdf.cairo, MARGIN, y);
	cairo_line_to(pdf.cairo, MARGIN + WIDTH, y);
	cairo_stroke(pdf.cairo);
	y = line(&pdf, y + 12, "Number · Numéro · الرقم", text_of(receipt, "number"));
	y = line(&pdf, y, "Office · Bureau · المكتب", office);
	y = line(&pdf, y, "Date · Date · التاريخ", moment);
	y = line(&pdf, y, "Application · Demande · الطلب", text_of(receipt, "application_id"));
	y = line(&pdf, y, "Document · Document · الوثيقة", document);
	y = line(&pdf, y, is_refund ? "Paid back · Remboursé · المبلغ المسترد" : "Paid · Payé · المبلغ المدفوع", money);
	y = line(&pdf, y, "Means · Moyen · الوسيلة", method_of(receipt));
	y = line(&pdf, y, "Officer · Agent · الموظف", text_of(receipt, "officer_name"));
	y += 30;
	cairo_move_to(pdf.cairo, MARGIN + COLUMN, y);
	cairo_line_to(pdf.cairo, MARGIN + WIDTH, y);
	cairo_stroke(pdf.cairo);
	pdf_text(&pdf, MARGIN + COLUMN, y + 4, WIDTH - COLUMN, FONT " 8", PDF_LEFT, "Signature · Signature · التوقيع");
	pdf_page(&pdf);
	return pdf_end(&pdf, err);
}
