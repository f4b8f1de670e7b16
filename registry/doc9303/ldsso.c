/* ldsso.c - the LDS security object, versions 0 and 1. */
#include "registry/base/der.h"
#include "registry/doc9303/ldsso.h"

static const struct hash_alg {
	int bits;
	const char *oid;
} hash_algs[] = {
	{ 256, "2.16.840.1.101.3.4.2.1" },
	{ 384, "2.16.840.1.101.3.4.2.2" },
	{ 512, "2.16.840.1.101.3.4.2.3" },
	{ 224, "2.16.840.1.101.3.4.2.4" },
	{ LDSSO_SHA1_BITS, "1.3.14.3.2.26" }
};

void
ldsso_init(struct ldsso *lds, int hash_bits)
{
	*lds = (struct ldsso){ .version = 1, .hash_bits = hash_bits, .lds_version = LDS_VERSION_1_8, .unicode_version = LDS_UNICODE_VERSION };
}

const struct ldsso_dg *
ldsso_find(const struct ldsso *lds, unsigned number)
{
	for (unsigned i = 0; i < lds->n; i++)
		if (lds->dg[i].number == number)
			return &lds->dg[i];
	return NULL;
}

int
ldsso_add(struct ldsso *lds, unsigned number, struct bytes file, struct err *err)
{
	struct ldsso_dg dg = { .number = number };
	struct bytes object;
	uint32_t tag;

	if (lds_dg_tag(number) == 0)
		return err_set(err, FAIL_INPUT, "data group %u: there are 1 to %d", number, LDS_DGS);
	if (ldsso_find(lds, number) != NULL)
		return err_set(err, FAIL_INPUT, "data group %u: is in the security object already (Doc 9303-10 4.6.2)", number);
	if (lds_object(file, &tag, &object, err) == -1)
		return err_prefix(err, "data group %u", number);
	if (tag != lds_dg_tag(number) || object.n != file.n)
		return err_set(err, FAIL_INPUT, "data group %u: wanted one object of tag %02X, got tag %02X and %zu octets after it", number,
			lds_dg_tag(number), (unsigned)tag, file.n - object.n);
	if (sha2(lds->hash_bits, file, dg.hash) == 0)
		return err_set(err, FAIL_INTERNAL, "LDS security object: no hash of %d bits", lds->hash_bits);
	lds->dg[lds->n++] = dg;
	return 0;
}

/* ---- writing ---- */

static const char *
oid_of_bits(int bits)
{
	for (size_t i = 0; i < NELEM(hash_algs); i++)
		if (hash_algs[i].bits == bits)
			return hash_algs[i].oid;
	return NULL;
}

static int
ldsso_check(const struct ldsso *lds, struct err *err)
{
	if (lds->version > 1)
		return err_set(err, FAIL_INTERNAL, "LDS security object: version %u", lds->version);
	if (lds->hash_bits == LDSSO_SHA1_BITS || oid_of_bits(lds->hash_bits) == NULL)
		return err_set(err, FAIL_INTERNAL, "LDS security object: no hash of %d bits (Doc 9303-12 4.4.4)", lds->hash_bits);
	if (lds->n > LDS_DGS || ldsso_find(lds, 1) == NULL || ldsso_find(lds, 2) == NULL)
		return err_set(err, FAIL_INPUT, "LDS security object: DG1 and DG2 must be in it (Doc 9303-10 4.6.2)");
	for (unsigned i = 0; i < lds->n; i++)
		if (lds_dg_tag(lds->dg[i].number) == 0 || ldsso_find(lds, lds->dg[i].number) != &lds->dg[i])
			return err_set(err, FAIL_INPUT, "LDS security object: data group %u is no data group or there twice", lds->dg[i].number);
	if (lds->version == 1 && (strlen(lds->lds_version) != 4 || strlen(lds->unicode_version) != 6))
		return err_set(err, FAIL_INTERNAL, "LDS security object: v1 needs LDS and Unicode version (Doc 9303-10 4.6.2.3)");
	return 0;
}

int
ldsso_write(const struct ldsso *lds, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;

	if (ldsso_check(lds, err) == -1)
		return -1;
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, lds->version);
	der_open(&o, DER_SEQUENCE);
	der_oid(&o, oid_of_bits(lds->hash_bits));
	der_close(&o);
	der_open(&o, DER_SEQUENCE);
	for (unsigned number = 1; number <= LDS_DGS; number++) {
		const struct ldsso_dg *dg = ldsso_find(lds, number);

		if (dg == NULL)
			continue;
		der_open(&o, DER_SEQUENCE);
		der_uint(&o, number);
		der_put(&o, DER_OCTET_STRING, BYTES(dg->hash, (size_t)lds->hash_bits / 8));
		der_close(&o);
	}
	der_close(&o);
	if (lds->version == 1) {
		der_open(&o, DER_SEQUENCE);
		der_str(&o, DER_PRINTABLE_STRING, lds->lds_version);
		der_str(&o, DER_PRINTABLE_STRING, lds->unicode_version);
		der_close(&o);
	}
	der_close(&o);
	return der_finish(&o, out, err);
}

/* ---- reading ---- */

static int
read_alg(struct der *d, int *bits, struct err *err)
{
	const char *what = "LDS security object, hash algorithm";
	struct bytes null;
	struct der alg;
	char oid[80];

	if (der_enter(d, DER_SEQUENCE, &alg, what, err) == -1 || der_get_oid(&alg, oid, sizeof(oid), what, err) == -1)
		return -1;
	if (der_more(&alg) && (der_get(&alg, DER_NULL, &null, what, err) == -1 || der_end(&alg, what, err) == -1))
		return -1;
	for (size_t i = 0; i < NELEM(hash_algs); i++)
		if (strcmp(oid, hash_algs[i].oid) == 0) {
			*bits = hash_algs[i].bits;
			return 0;
		}
	return err_set(err, FAIL_INPUT, "%s: %s is not one of the standard (Doc 9303-12 4.4.4)", what, oid);
}

static int
read_dg(struct der *d, struct ldsso *lds, struct err *err)
{
	const char *what = "LDS security object, data group hash";
	struct ldsso_dg dg = { 0 };
	struct bytes hash;
	struct der one;
	uint64_t number;

	if (der_enter(d, DER_SEQUENCE, &one, what, err) == -1 || der_get_uint(&one, &number, what, err) == -1 ||
		der_get(&one, DER_OCTET_STRING, &hash, what, err) == -1 || der_end(&one, what, err) == -1)
		return -1;
	if (number < 1 || number > LDS_DGS)
		return err_set(err, FAIL_INPUT, "%s: number %llu, wanted 1 to 16 (Doc 9303-10 4.6.2.3)", what, (unsigned long long)number);
	if (ldsso_find(lds, (unsigned)number) != NULL)
		return err_set(err, FAIL_INPUT, "%s: number %u is there twice (Doc 9303-10 4.6.2.3)", what, (unsigned)number);
	if (hash.n != (size_t)lds->hash_bits / 8)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, the algorithm gives %d", what, hash.n, lds->hash_bits / 8);
	dg.number = (unsigned)number;
	memcpy(dg.hash, hash.p, hash.n);
	lds->dg[lds->n++] = dg; /* 16 numbers, each once: it cannot overflow */
	return 0;
}

static int
read_version_text(struct der *d, char *out, size_t digits, struct err *err)
{
	const char *what = "LDS security object, version information";
	struct bytes text;

	if (der_get(d, DER_PRINTABLE_STRING, &text, what, err) == -1)
		return -1;
	if (text.n != digits)
		return err_set(err, FAIL_INPUT, "%s: %zu characters, wanted %zu digits (Doc 9303-10 4.6.2.3)", what, text.n, digits);
	for (size_t i = 0; i < digits; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return err_set(err, FAIL_INPUT, "%s: is not %zu digits (Doc 9303-10 4.6.2.3)", what, digits);
	memcpy(out, text.p, digits);
	out[digits] = 0;
	return 0;
}

static int
read_version_info(struct der *d, struct ldsso *lds, struct err *err)
{
	const char *what = "LDS security object, version information";
	struct der info;

	if (lds->version == 0) {
		if (der_more(d))
			return err_set(err, FAIL_INPUT, "LDS security object: version 0 must not have version information (Doc 9303-10 4.6.2.3)");
		return 0;
	}
	if (!der_more(d))
		return err_set(err, FAIL_INPUT, "LDS security object: version 1 must have version information (Doc 9303-10 4.6.2.3)");
	if (der_enter(d, DER_SEQUENCE, &info, what, err) == -1 || read_version_text(&info, lds->lds_version, 4, err) == -1 ||
		read_version_text(&info, lds->unicode_version, 6, err) == -1)
		return -1;
	return der_end(&info, what, err);
}

int
ldsso_read(struct bytes der, struct ldsso *lds, struct err *err)
{
	const char *what = "LDS security object";
	struct ldsso l = { 0 };
	struct der d = der_reader(der), seq, groups;
	uint64_t version;

	if (der_enter(&d, DER_SEQUENCE, &seq, what, err) == -1 || der_end(&d, what, err) == -1 ||
		der_get_uint(&seq, &version, "LDS security object, version", err) == -1)
		return -1;
	if (version > 1)
		return err_set(err, FAIL_INPUT, "LDS security object: version %llu, wanted 0 or 1 (Doc 9303-10 4.6.2.3)",
			(unsigned long long)version);
	l.version = (unsigned)version;
	if (read_alg(&seq, &l.hash_bits, err) == -1 || der_enter(&seq, DER_SEQUENCE, &groups, what, err) == -1)
		return -1;
	while (der_more(&groups))
		if (read_dg(&groups, &l, err) == -1)
			return -1;
	if (l.n < 2)
		return err_set(err, FAIL_INPUT, "LDS security object: %u data groups, wanted 2 to 16 (Doc 9303-10 4.6.2.3)", l.n);
	if (read_version_info(&seq, &l, err) == -1 || der_end(&seq, what, err) == -1)
		return -1;
	*lds = l;
	return 0;
}
