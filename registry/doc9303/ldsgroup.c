/* ldsgroup.c - the smaller data groups: displayed portrait and signature, the State's own, the key of active authentication, persons to notify. */
#include "registry/doc9303/lds-local.h"

/* ---- DG5 and DG7, Doc 9303-10 4.7.5 and 4.7.7 ---- */

static int
images_of(unsigned dg, uint32_t *tag, const char **what, struct err *err)
{
	if (dg != 5 && dg != 7)
		return err_set(err, FAIL_INTERNAL, "DG%u has no displayed images", dg);
	*tag = dg == 5 ? 0x5F40 : 0x5F43;
	*what = dg == 5 ? "DG5, displayed portrait" : "DG7, displayed signature";
	return 0;
}

int
lds_images_write(unsigned dg, const struct lds_images *images, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	const char *what;
	uint32_t tag;
	int rc = -1;

	if (images_of(dg, &tag, &what, err) == -1)
		return -1;
	if (images->n < 1 || images->n > LDS_MAX_IMAGES)
		return err_set(err, FAIL_INPUT, "%s: %u images, wanted 1 to %d (Doc 9303-10 4.7.5)", what, images->n, LDS_MAX_IMAGES);
	der_open(&o, lds_dg_tag(dg));
	der_uint(&o, images->n);
	for (unsigned i = 0; i < images->n; i++) {
		if (images->image[i].n == 0 || images->image[i].n > LDS_MAX_FILE) {
			err_set(err, FAIL_INPUT, "%s: %zu octets", what, images->image[i].n);
			goto out;
		}
		der_put(&o, tag, images->image[i]);
	}
	der_close(&o);
	rc = lds_close(&o, out, what, err);
out:
	der_out_clear(&o);
	return rc;
}

int
lds_images_read(unsigned dg, struct bytes file, struct lds_images *images, struct err *err)
{
	struct lds_images read = { .n = 0 };
	const char *what;
	uint32_t tag;
	uint64_t n;
	struct der d;

	if (images_of(dg, &tag, &what, err) == -1 || lds_open(file, lds_dg_tag(dg), &d, what, err) == -1 || der_get_uint(&d, &n, what, err) == -1)
		return -1;
	if (n < 1 || n > LDS_MAX_IMAGES)
		return err_set(err, FAIL_INPUT, "%s: %llu images, wanted 1 to %d (Doc 9303-10 4.7.5)", what, (unsigned long long)n, LDS_MAX_IMAGES);
	while (read.n < n) {
		if (der_get(&d, tag, &read.image[read.n], what, err) == -1)
			return -1;
		if (read.image[read.n++].n == 0)
			return err_set(err, FAIL_INPUT, "%s: is empty", what);
	}
	if (der_end(&d, what, err) == -1)
		return -1;
	*images = read;
	return 0;
}

/* ---- DG13, Doc 9303-10 4.7.13 ---- */

/* Objects one after the other. */
static int
check_objects(struct bytes contents, const char *what, struct err *err)
{
	struct der d = der_reader(contents);
	struct tlv tlv;

	while (der_more(&d))
		if (der_next(&d, &tlv, what, err) == -1 || der_check(tlv.whole, what, err) == -1)
			return -1;
	return 0;
}

int
lds_dg13_write(struct bytes contents, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;

	if (check_objects(contents, "DG13", err) == -1)
		return -1;
	der_put(&o, lds_dg_tag(13), contents);
	if (lds_close(&o, out, "DG13", err) == 0)
		return 0;
	der_out_clear(&o);
	return -1;
}

int
lds_dg13_read(struct bytes file, struct bytes *contents, struct err *err)
{
	struct der d;

	if (lds_open(file, lds_dg_tag(13), &d, "DG13", err) == -1 || check_objects(d.rest, "DG13", err) == -1)
		return -1;
	*contents = d.rest;
	return 0;
}

/* ---- DG15, Doc 9303-10 4.7.15 ---- */

static int
check_key(struct bytes spki, struct err *err)
{
	struct der d = der_reader(spki), key;
	struct tlv algorithm;
	struct bytes bits;
	unsigned unused;

	if (der_enter(&d, DER_SEQUENCE, &key, "DG15, public key", err) == -1 || der_end(&d, "DG15", err) == -1 ||
		der_next(&key, &algorithm, "DG15, algorithm", err) == -1 || der_get_bits(&key, &bits, &unused, "DG15, public key", err) == -1 ||
		der_end(&key, "DG15, public key", err) == -1)
		return -1;
	if (algorithm.tag != DER_SEQUENCE || unused != 0 || bits.n == 0)
		return err_set(err, FAIL_INPUT, "DG15: is no SubjectPublicKeyInfo (Doc 9303-10 4.7.15)");
	return der_check(algorithm.whole, "DG15, algorithm", err);
}

int
lds_dg15_write(struct bytes spki, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;

	if (check_key(spki, err) == -1)
		return -1;
	der_put(&o, lds_dg_tag(15), spki);
	if (lds_close(&o, out, "DG15", err) == 0)
		return 0;
	der_out_clear(&o);
	return -1;
}

int
lds_dg15_read(struct bytes file, struct bytes *spki, struct err *err)
{
	struct der d;

	if (lds_open(file, lds_dg_tag(15), &d, "DG15", err) == -1 || check_key(d.rest, err) == -1)
		return -1;
	*spki = d.rest;
	return 0;
}

/* ---- DG16, Doc 9303-10 4.7.16 ---- */

static int
put_person(struct der_out *o, unsigned number, const struct lds_person *p, struct err *err)
{
	const struct {
		uint32_t tag;
		struct bytes text;
		const char *what;
	} texts[] = { { 0x5F51, p->name, "DG16, name" }, { 0x5F52, p->telephone, "DG16, telephone" }, { 0x5F53, p->address, "DG16, address" } };

	if (p->recorded_on.precision != DATE_DAY || p->name.n == 0)
		return err_set(err, FAIL_INPUT, "DG16: person %u has no name or no day of its record (Doc 9303-10 4.7.16)", number);
	der_open(o, 0xA0 | number);
	if (lds_put_date(o, 0x5F50, p->recorded_on, "DG16, date of the record", err) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(texts); i++)
		if (texts[i].text.n > 0 && lds_put_text(o, texts[i].tag, texts[i].text, texts[i].what, err) == -1)
			return -1;
	der_close(o);
	return 0;
}

int
lds_dg16_write(const struct lds_dg16 *dg, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	int rc = -1;

	if (dg->n < 1 || dg->n > LDS_MAX_PERSONS)
		return err_set(err, FAIL_INPUT, "DG16: %u persons, wanted 1 to %d (Doc 9303-10 4.7.16)", dg->n, LDS_MAX_PERSONS);
	der_open(&o, lds_dg_tag(16));
	der_uint(&o, dg->n);
	for (unsigned i = 0; i < dg->n; i++)
		if (put_person(&o, i + 1, &dg->person[i], err) == -1)
			goto out;
	der_close(&o);
	rc = lds_close(&o, out, "DG16", err);
out:
	der_out_clear(&o);
	return rc;
}

static int
read_person(struct der *d, struct lds_person *p, struct err *err)
{
	struct {
		uint32_t tag;
		struct bytes *text;
		const char *what;
	} texts[] = { { 0x5F51, &p->name, "DG16, name" }, { 0x5F52, &p->telephone, "DG16, telephone" }, { 0x5F53, &p->address, "DG16, address" } };
	struct bytes value;

	if (der_get(d, 0x5F50, &value, "DG16, date of the record", err) == -1 ||
		lds_get_date(value, &p->recorded_on, "DG16, date of the record", err) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(texts); i++) {
		int there = der_optional(d, texts[i].tag, &value, texts[i].what, err);

		if (there == -1 || (there == 1 && lds_get_text(value, texts[i].text, texts[i].what, err) == -1))
			return -1;
	}
	if (p->recorded_on.precision != DATE_DAY || p->name.n == 0)
		return err_set(err, FAIL_INPUT, "DG16: a person has no name or no day of its record (Doc 9303-10 4.7.16)");
	return der_end(d, "DG16, person", err);
}

int
lds_dg16_read(struct bytes file, struct lds_dg16 *dg, struct err *err)
{
	struct lds_dg16 read = { .n = 0 };
	uint64_t n;
	struct der d;

	if (lds_open(file, lds_dg_tag(16), &d, "DG16", err) == -1 || der_get_uint(&d, &n, "DG16, number of persons", err) == -1)
		return -1;
	if (n < 1 || n > LDS_MAX_PERSONS)
		return err_set(err, FAIL_INPUT, "DG16: %llu persons, wanted 1 to %d (Doc 9303-10 4.7.16)", (unsigned long long)n, LDS_MAX_PERSONS);
	while (read.n < n) {
		struct der person;

		if (der_enter(&d, 0xA1 + read.n, &person, "DG16, person", err) == -1 || read_person(&person, &read.person[read.n++], err) == -1)
			return -1;
	}
	if (der_end(&d, "DG16", err) == -1)
		return -1;
	*dg = read;
	return 0;
}
