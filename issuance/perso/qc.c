#include "issuance/perso/qc.h"

#include <stdarg.h>
#include <stdio.h>

#include "issuance/perso/chipwriter.h"
#include "pki/vdsseal.h"

__attribute__((format(printf, 4, 5))) static void
item(struct qc_report *r, const char *check, bool is_good, const char *fmt, ...)
{
	struct qc_item *it = &r->item[r->n];
	va_list ap;

	r->passed = r->passed && is_good;
	if (r->n == QC_MAX_ITEMS)
		return;
	it->check = check;
	it->is_good = is_good;
	va_start(ap, fmt);
	vsnprintf(it->text, sizeof(it->text), fmt, ap);
	va_end(ap);
	r->n++;
}

static bool
same_date(struct date a, struct date b)
{
	return a.precision == b.precision && a.year == b.year && a.month == b.month && a.day == b.day;
}

/* The first field of the MRZ that is not the registry's; NULL when all are. */
static const char *
differing_field(const struct mrz *mrz, const struct perso_order *order)
{
	const struct production *p = order->from;
	const struct {
		const char *name;
		bool same;
	} field[] = {
		{ "document code", strcmp(mrz->code, p->mrz_code) == 0 },
		{ "issuing State", strcmp(mrz->issuer, p->issuing_state) == 0 },
		{ "document number", strcmp(mrz->number, p->number) == 0 },
		{ "nationality", strcmp(mrz->nationality, p->nationality) == 0 },
		{ "date of birth", p->birth.precision == DATE_UNKNOWN ? mrz->birth.precision == DATE_UNKNOWN : same_date(mrz->birth, p->birth) },
		{ "sex", mrz->sex == p->sex },
		{ "date of expiry", same_date(mrz->expiry, p->expires_on) },
		{ "personal number", strcmp(mrz->optional, order->mrz.optional) == 0 },
		{ "primary identifier", mrz->name.may_be_truncated || strcmp(mrz->name.primary, p->mrz_primary) == 0 },
		{ "secondary identifier", mrz->name.may_be_truncated || strcmp(mrz->name.secondary, p->mrz_secondary == NULL ? "" : p->mrz_secondary) == 0 },
	};

	for (size_t i = 0; i < NELEM(field); i++)
		if (!field[i].same)
			return field[i].name;
	return NULL;
}

static void
examine_mrz(const struct qc_input *in, struct qc_report *r)
{
	char page[MRZ_MAX_LEN + 1];
	struct err err = ERR_INIT;
	struct mrz mrz;
	struct bytes lines;
	const char *field;

	if (lds_dg1_read(bytes_of(&in->files->dg[1]), &lines, &err) == -1 ||
		mrz_parse(lines, in->order->from->issued_on, &mrz, &err) == -1)
		return item(r, "mrz", false, "DG1: %s", err.text);
	if ((field = differing_field(&mrz, in->order)) != NULL)
		item(r, "mrz", false, "DG1: %s is not the registry's", field);
	else if (!bytes_equal(lines, bytes_str(in->order->lines)))
		item(r, "mrz", false, "DG1: the MRZ is not the one of the order");
	else
		item(r, "mrz", true, "DG1: the MRZ's check digits agree and its fields are the registry's");
	if (datapage_read_mrz(in->datapage, in->order->mrz.form, in->data_page, page, &err) == -1)
		item(r, "data_page", false, "%s", err.text);
	else if (!bytes_equal(lines, bytes_str(page)))
		item(r, "data_page", false, "data page: the MRZ read from the picture is not that of DG1");
	else
		item(r, "data_page", true, "data page: the MRZ read from the picture is that of DG1");
	wipe(page, sizeof(page));
	wipe(&mrz, sizeof(mrz));
}

static void
examine_portrait(const struct qc_input *in, struct qc_report *r)
{
	struct err err = ERR_INIT;
	struct bytes image, want;

	if (chip_portrait(bytes_of(&in->files->dg[2]), &image, &err) == -1 || chip_portrait(bytes_of(&in->made->dg[2]), &want, &err) == -1)
		item(r, "portrait", false, "DG2: %s", err.text);
	else if (!bytes_equal(image, want))
		item(r, "portrait", false, "DG2: the image is not the portrait of the enrolment");
	else
		item(r, "portrait", true, "DG2: the image is the portrait of the enrolment");
}

static void
examine_details(const struct qc_input *in, struct qc_report *r)
{
	const struct production *p = in->order->from;
	struct err err = ERR_INIT;
	struct lds_dg11 dg11;
	struct lds_dg12 dg12;
	struct lds_com com;
	unsigned listed = 0;
	bool same = true;

	if (lds_dg11_read(bytes_of(&in->files->dg[11]), &dg11, &err) == -1)
		item(r, "details", false, "DG11: %s", err.text);
	else
		item(r, "details", bytes_equal(dg11.personal_number, bytes_str(p->uin)), "DG11: personal number compared with the registry");
	if (lds_dg12_read(bytes_of(&in->files->dg[12]), &dg12, &err) == -1)
		item(r, "details", false, "DG12: %s", err.text);
	else
		item(r, "details", bytes_equal(dg12.authority, bytes_str(p->authority)) && same_date(dg12.issued_on, p->issued_on),
			"DG12: authority and date of issue compared with the registry");
	if (lds_com_read(bytes_of(&in->files->com), &com, &err) == -1)
		return item(r, "content", false, "EF.COM: %s", err.text);
	for (unsigned i = 0; i < com.n; i++)
		same = same && in->files->dg[com.dg[i]].n > 0;
	for (unsigned i = 1; i <= LDS_DGS; i++)
		listed += in->files->dg[i].n > 0;
	item(r, "content", same && listed == com.n, "EF.COM: %u data groups listed, %u present", com.n, listed);
}

static void
examine_hashes(const struct qc_input *in, struct qc_report *r)
{
	struct err err = ERR_INIT;
	struct ldsso lds;

	if (chip_hash(in->files, in->order->from->hash_bits, &lds, &err) == -1 ||
		chip_hashes_agree(&lds, in->order->from->dg_hashes, &err) == -1)
		item(r, "hashes", false, "%s", err.text);
	else
		item(r, "hashes", true, "the hashes of %u data groups are those of the document's record", lds.n);
}

static void
examine_signature(const struct qc_input *in, struct qc_report *r)
{
	struct passive_input pi = { .sod = in->sod, .com = bytes_of(&in->files->com), .store = in->store, .at = in->at };
	struct passive result = { 0 };
	unsigned covered = 0;

	if (in->sod.n == 0)
		return item(r, "passive_authentication", false, "the document is not signed");
	for (unsigned i = 1; i <= LDS_DGS; i++)
		covered += (pi.dg[i] = bytes_of(&in->files->dg[i])).n > 0;
	passive_authenticate(&pi, &result);
	for (unsigned i = 0; i < result.n; i++) /* our own documents leave nothing to warn of */
		if (result.verdict[i].grade == GRADE_BAD || result.verdict[i].grade == GRADE_WARNING)
			item(r, "passive_authentication", false, "%s: %s", check_name(result.verdict[i].check), result.verdict[i].text);
	if (!passive_is_refused(&result))
		item(r, "passive_authentication", true, "EF.SOD verifies under the State's CSCA and covers %u data groups", covered);
}

static void
examine_chip(const struct qc_input *in, struct qc_report *r)
{
	const struct inspect_finding *f = in->chip->step;
	struct err err = ERR_INIT;

	item(r, "chip_access", f[INSPECT_ACCESS].grade == GRADE_GOOD, "chip: %s", f[INSPECT_ACCESS].text);
	if (f[INSPECT_ACCESS].grade != GRADE_GOOD)
		return;
	if (in->made->dg[14].n + in->made->dg[15].n > 0)
		item(r, "chip_proof", in->chip->chip_has_proved && f[INSPECT_CHIP].grade == GRADE_GOOD, "chip: %s", f[INSPECT_CHIP].text);
	if (chip_holds(in->chip, in->made, in->registered_sod, &err) == -1)
		item(r, "chip_content", false, "%s", err.text);
	else
		item(r, "chip_content", true, "chip: every file is as the registry has it");
}

static void
examine_booklet(const struct qc_input *in, struct qc_report *r)
{
	if (strcmp(in->booklet, in->registered_booklet) == 0)
		item(r, "booklet", true, "booklet: the serial is the one that the document was made in");
	else
		item(r, "booklet", false, "booklet: the document was made in %s", in->registered_booklet[0] != '\0' ? in->registered_booklet : "no booklet");
}

static void
examine_page(const struct qc_input *in, struct qc_report *r)
{
	bool same = strcmp(in->page_mrz, in->order->lines) == 0;

	item(r, "page", same, same ? "page: the MRZ that was read is that of the order" : "page: the MRZ that was read is not that of the order");
}

/* What lies on the table, after what was composed.  Where a station wrote the chip somebody has the document, and nothing of it is believed unseen. */
static void
examine_thing(const struct qc_input *in, struct qc_report *r)
{
	const bool is_wanted = in->order->from->chip_profile != NULL;

	if (in->chip != NULL)
		examine_chip(in, r);
	else if (is_wanted)
		item(r, "chip_access", false, "not looked at: the chip; put the document in the reader of quality control (qc_reader)");
	if (in->page_mrz != NULL)
		examine_page(in, r);
	else if (is_wanted)
		item(r, "page", false, "not looked at: the page; type or read its MRZ");
	if (in->booklet != NULL)
		examine_booklet(in, r);
	else if (is_wanted)
		item(r, "booklet", false, "not looked at: the booklet; type or read its serial");
}

/* Who checks knows of no revocation yet: the CRL is the borders' business. */
static void
examine_seal(const struct qc_input *in, struct qc_report *r)
{
	const enum mrz_form form = in->order->mrz.form;
	struct vdsseal_input vi = { .raw = in->sod, .store = in->store, .at = in->at };
	unsigned width = mrz_form_width(form);
	struct vdsseal_result result = { 0 };
	const struct cert *signer = NULL;
	struct cert *cert = NULL;
	struct buf lines = BUF_INIT;
	struct err err = ERR_INIT;

	if (in->sod.n == 0)
		return item(r, "seal", false, "the document is not sealed");
	if (datapage_check_seal(in->datapage, form, in->data_page, in->sod, &err) == -1)
		item(r, "data_page", false, "%s", err.text);
	else
		item(r, "data_page", true, "data page: the seal read from the picture is the one that was made");
	if (cert_parse(in->signer, &cert, &err) == -1)
		return item(r, "seal", false, "the certificate of its signer: %s", err.text);
	signer = cert;
	buf_printf(&lines, "%.*s\n%s", (int)width, in->order->lines, in->order->lines + width);
	vi.signer = &signer;
	vi.nsigner = 1;
	vi.mrz = bytes_str(buf_cstr(&lines));
	vdsseal_verify(&vi, &result);
	for (unsigned i = 0; i < result.n; i++)
		if (result.finding[i].grade == GRADE_BAD || result.finding[i].grade == GRADE_WARNING)
			item(r, "seal", false, "%s: %s", vdsseal_check_name(result.finding[i].check), result.finding[i].text);
	if (!vdsseal_verdicts[result.verdict].is_invalid)
		item(r, "seal", true, "the seal verifies under the State's CSCA and says what the printed MRZ says");
	buf_wipe(&lines);
	cert_free(cert);
}

void
qc_examine(const struct qc_input *in, struct qc_report *report)
{
	*report = (struct qc_report){ .passed = true };
	examine_mrz(in, report);
	examine_portrait(in, report);
	examine_details(in, report);
	examine_hashes(in, report);
	if (in->order->from->is_sealed)
		examine_seal(in, report);
	else
		examine_signature(in, report);
	examine_thing(in, report);
}
