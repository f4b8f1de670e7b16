/* lds.c - the table of files, EF.COM and DG1.  Biometrics are in ldsbio.c, DG11 and DG12 in ldsdetail.c, the smaller groups in ldsgroup.c. */
#include "registry/doc9303/lds-local.h"

/* Doc 9303-10 3.10, tables 33 and following */
const struct lds_file lds_files[LDS_DGS + 2] = {
	{ 0, 0x011E, 0x1E, LDS_TAG_COM, "EF.COM" },
	{ 1, 0x0101, 0x01, 0x61, "EF.DG1" },
	{ 2, 0x0102, 0x02, 0x75, "EF.DG2" },
	{ 3, 0x0103, 0x03, 0x63, "EF.DG3" },
	{ 4, 0x0104, 0x04, 0x76, "EF.DG4" },
	{ 5, 0x0105, 0x05, 0x65, "EF.DG5" },
	{ 6, 0x0106, 0x06, 0x66, "EF.DG6" },
	{ 7, 0x0107, 0x07, 0x67, "EF.DG7" },
	{ 8, 0x0108, 0x08, 0x68, "EF.DG8" },
	{ 9, 0x0109, 0x09, 0x69, "EF.DG9" },
	{ 10, 0x010A, 0x0A, 0x6A, "EF.DG10" },
	{ 11, 0x010B, 0x0B, 0x6B, "EF.DG11" },
	{ 12, 0x010C, 0x0C, 0x6C, "EF.DG12" },
	{ 13, 0x010D, 0x0D, 0x6D, "EF.DG13" },
	{ 14, 0x010E, 0x0E, 0x6E, "EF.DG14" },
	{ 15, 0x010F, 0x0F, 0x6F, "EF.DG15" },
	{ 16, 0x0110, 0x10, 0x70, "EF.DG16" },
	{ 0, 0x011D, 0x1D, LDS_TAG_SOD, "EF.SOD" }
};
const uint8_t lds_aid[7] = { 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01 };

const struct lds_file *
lds_file_of_dg(unsigned dg)
{
	return dg >= 1 && dg <= LDS_DGS ? &lds_files[dg] : NULL;
}

uint8_t
lds_dg_tag(unsigned dg)
{
	const struct lds_file *f = lds_file_of_dg(dg);

	return f == NULL ? 0 : f->tag;
}

unsigned
lds_dg_of_tag(uint32_t tag)
{
	for (unsigned dg = 1; dg <= LDS_DGS; dg++)
		if (lds_files[dg].tag == tag)
			return dg;
	return 0;
}

int
lds_object(struct bytes file, uint32_t *tag, struct bytes *object, struct err *err)
{
	struct der d = der_reader(file);
	struct tlv tlv;

	if (der_next(&d, &tlv, "LDS file", err) == -1)
		return -1;
	if (tlv.whole.n > LDS_MAX_FILE)
		return err_set(err, FAIL_INPUT, "LDS file: object of %zu octets, wanted at most %d", tlv.whole.n, LDS_MAX_FILE);
	*tag = tlv.tag;
	*object = tlv.whole;
	return 0;
}

int
lds_open(struct bytes file, uint32_t tag, struct der *inner, const char *what, struct err *err)
{
	struct der d = der_reader(file);

	if (file.n > LDS_MAX_FILE)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, wanted at most %d", what, file.n, LDS_MAX_FILE);
	if (der_enter(&d, tag, inner, what, err) == -1)
		return -1;
	return der_end(&d, what, err);
}

int
lds_close(struct der_out *o, struct buf *out, const char *what, struct err *err)
{
	if (o->buf.n > LDS_MAX_FILE)
		return err_set(err, FAIL_TOO_LARGE, "%s: %zu octets, wanted at most %d", what, o->buf.n, LDS_MAX_FILE);
	return der_finish(o, out, err);
}

/* ---- EF.COM, Doc 9303-10 4.6.1 ---- */

static bool
is_digits(struct bytes text, size_t n)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return text.n == n;
}

int
lds_com_write(const struct lds_com *com, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	uint8_t tags[LDS_DGS];

	if (!is_digits(bytes_str(com->lds_version), 4) || !is_digits(bytes_str(com->unicode_version), 6))
		return err_set(err, FAIL_INPUT, "EF.COM: LDS version is 4 digits, Unicode version 6 (Doc 9303-10 4.6.1)");
	if (com->n == 0 || com->n > LDS_DGS)
		return err_set(err, FAIL_INPUT, "EF.COM: %u data groups, wanted 1 to 16 (Doc 9303-10 4.6.1)", com->n);
	for (unsigned i = 0; i < com->n; i++) {
		tags[i] = lds_dg_tag(com->dg[i]);
		if (tags[i] == 0 || (i > 0 && com->dg[i] <= com->dg[i - 1]))
			return err_set(err, FAIL_INPUT, "EF.COM: data groups must be 1 to 16 and ascending");
	}
	der_open(&o, LDS_TAG_COM);
	der_put(&o, 0x5F01, bytes_str(com->lds_version));
	der_put(&o, 0x5F36, bytes_str(com->unicode_version));
	der_put(&o, 0x5C, BYTES(tags, com->n));
	der_close(&o);
	return der_finish(&o, out, err);
}

static int
get_digits(struct der *d, uint32_t tag, char *out, size_t n, const char *what, struct err *err)
{
	struct bytes text;

	if (der_get(d, tag, &text, what, err) == -1)
		return -1;
	if (!is_digits(text, n))
		return err_set(err, FAIL_INPUT, "%s: is not %zu digits (Doc 9303-10 4.6.1)", what, n);
	memcpy(out, text.p, n);
	out[n] = 0;
	return 0;
}

int
lds_com_read(struct bytes file, struct lds_com *com, struct err *err)
{
	struct lds_com c = { .n = 0 };
	bool present[LDS_DGS + 1] = { false };
	struct bytes list;
	struct der d;

	if (lds_open(file, LDS_TAG_COM, &d, "EF.COM", err) == -1 ||
		get_digits(&d, 0x5F01, c.lds_version, 4, "EF.COM, LDS version", err) == -1 ||
		get_digits(&d, 0x5F36, c.unicode_version, 6, "EF.COM, Unicode version", err) == -1 ||
		der_get(&d, 0x5C, &list, "EF.COM, tag list", err) == -1 || der_end(&d, "EF.COM", err) == -1)
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		unsigned dg = lds_dg_of_tag(list.p[i]);

		if (dg == 0)
			return err_set(err, FAIL_INPUT, "EF.COM, tag list: %02X is of no data group (Doc 9303-10 4.6.1)", list.p[i]);
		if (present[dg])
			return err_set(err, FAIL_INPUT, "EF.COM, tag list: %02X is there twice (Doc 9303-10 4.6.1)", list.p[i]);
		present[dg] = true;
	}
	for (unsigned dg = 1; dg <= LDS_DGS; dg++)
		if (present[dg])
			c.dg[c.n++] = (uint8_t)dg;
	if (c.n == 0)
		return err_set(err, FAIL_INPUT, "EF.COM, tag list: is empty (Doc 9303-10 4.6.1)");
	*com = c;
	return 0;
}

/* ---- DG1, Doc 9303-10 4.7.1 ---- */

static int
check_mrz(struct bytes mrz, struct err *err)
{
	if (mrz.n != 90 && mrz.n != 72 && mrz.n != 88)
		return err_set(err, FAIL_INPUT, "DG1: MRZ of %zu characters, wanted 90, 72 or 88 (Doc 9303-10 4.7.1)", mrz.n);
	for (size_t i = 0; i < mrz.n; i++) {
		uint8_t c = mrz.p[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '<')
			return err_set(err, FAIL_INPUT, "DG1: character %zu of the MRZ is 0x%02X, wanted A-Z, 0-9 or < (Doc 9303-3 4.3)", i + 1, c);
	}
	return 0;
}

int
lds_dg1_write(struct bytes mrz, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;

	if (check_mrz(mrz, err) == -1)
		return -1;
	der_open(&o, 0x61);
	der_put(&o, 0x5F1F, mrz);
	der_close(&o);
	return der_finish(&o, out, err);
}

int
lds_dg1_read(struct bytes file, struct bytes *mrz, struct err *err)
{
	struct bytes text;
	struct der d;

	if (lds_open(file, 0x61, &d, "DG1", err) == -1 || der_get(&d, 0x5F1F, &text, "DG1, MRZ", err) == -1 ||
		der_end(&d, "DG1", err) == -1 || check_mrz(text, err) == -1)
		return -1;
	*mrz = text;
	return 0;
}
