/* fuzz_lds.c - what a reader of the logical data structure takes, its writer writes, and that reads and writes the same again. */
#include <stdlib.h>

#include "registry/doc9303/face.h"
#include "registry/doc9303/finger.h"
#include "registry/doc9303/iso39794.h"
#include "registry/doc9303/ldsso.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A reader and its writer in one: 0 and *out, or -1. */
typedef int rewriter(struct bytes in, struct buf *out, struct err *err);

static int
rewrite_com(struct bytes in, struct buf *out, struct err *err)
{
	struct lds_com com;

	if (lds_com_read(in, &com, err) == -1)
		return -1;
	must(lds_com_write(&com, out, err) == 0);
	return 0;
}

static int
rewrite_dg1(struct bytes in, struct buf *out, struct err *err)
{
	struct bytes mrz;

	if (lds_dg1_read(in, &mrz, err) == -1)
		return -1;
	must(lds_dg1_write(mrz, out, err) == 0);
	return 0;
}

/* A record that is read is built again as it was; a block too, less what we pass over. */
static void
records_again(const struct lds_templates *t)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err err = ERR_INIT;

	for (unsigned i = 0; i < t->n; i++) {
		struct bytes data = t->template[i].data, block = data;
		struct face39794 face;
		struct finger39794 finger;
		struct finger_record fingers;
		struct face f;

		if (face_parse(data, &f, &err) == 0) {
			(void)face_check_image(&f, &err);
			must(face_build(&f, &once, &err) == 0);
			must(bytes_equal(bytes_of(&once), data));
		}
		if (finger_parse(data, &fingers, &err) == 0) {
			(void)finger_check_images(&fingers, &err);
			must(finger_build(&fingers, &once, &err) == 0 && once.n == data.n);
			must(finger_parse(bytes_of(&once), &fingers, &err) == 0);
		}
		(void)lds_template_block(2, &t->template[i], &block, &err);
		if (face39794_read(block, &face, &err) == 0) {
			(void)face39794_check_image(&face, &err);
			must(face39794_write(&face, &once, &err) == 0 && face39794_read(bytes_of(&once), &face, &err) == 0);
			must(face39794_write(&face, &twice, &err) == 0 && bytes_equal(bytes_of(&once), bytes_of(&twice)));
		}
		block = data;
		(void)lds_template_block(3, &t->template[i], &block, &err);
		if (finger39794_read(block, &finger, &err) == 0) {
			(void)finger39794_check_image(&finger, &err);
			must(finger39794_write(&finger, &once, &err) == 0 && finger39794_read(bytes_of(&once), &finger, &err) == 0);
			must(finger39794_write(&finger, &twice, &err) == 0 && bytes_equal(bytes_of(&once), bytes_of(&twice)));
		}
	}
	buf_clear(&once);
	buf_clear(&twice);
}

static int
rewrite_biometric(unsigned dg, struct bytes in, struct buf *out, struct err *err)
{
	struct lds_templates t;

	if (lds_biometric_read(dg, in, &t, err) == -1)
		return -1;
	must(t.n <= LDS_MAX_TEMPLATES);
	records_again(&t);
	return lds_biometric_write(dg, &t, out, err); /* refused: an empty one with too short a random value */
}

static int
rewrite_dg2(struct bytes in, struct buf *out, struct err *err)
{
	return rewrite_biometric(2, in, out, err);
}

static int
rewrite_dg3(struct bytes in, struct buf *out, struct err *err)
{
	return rewrite_biometric(3, in, out, err);
}

static int
rewrite_dg4(struct bytes in, struct buf *out, struct err *err)
{
	return rewrite_biometric(4, in, out, err);
}

static int
rewrite_dg5(struct bytes in, struct buf *out, struct err *err)
{
	struct lds_images images;

	return lds_images_read(5, in, &images, err) == -1 ? -1 : lds_images_write(5, &images, out, err);
}

static int
rewrite_dg7(struct bytes in, struct buf *out, struct err *err)
{
	struct lds_images images;

	return lds_images_read(7, in, &images, err) == -1 ? -1 : lds_images_write(7, &images, out, err);
}

static int
rewrite_dg13(struct bytes in, struct buf *out, struct err *err)
{
	struct bytes contents;

	if (lds_dg13_read(in, &contents, err) == -1)
		return -1;
	must(lds_dg13_write(contents, out, err) == 0);
	return 0;
}

static int
rewrite_dg15(struct bytes in, struct buf *out, struct err *err)
{
	struct bytes spki;

	if (lds_dg15_read(in, &spki, err) == -1)
		return -1;
	must(lds_dg15_write(spki, out, err) == 0);
	return 0;
}

static int
rewrite_dg16(struct bytes in, struct buf *out, struct err *err)
{
	struct lds_dg16 dg;

	if (lds_dg16_read(in, &dg, err) == -1)
		return -1;
	must(lds_dg16_write(&dg, out, err) == 0);
	return 0;
}

static int
rewrite_dg11(struct bytes in, struct buf *out, struct err *err)
{
	struct lds_dg11 dg;

	if (lds_dg11_read(in, &dg, err) == -1)
		return -1;
	must(lds_dg11_write(&dg, out, err) == 0);
	return 0;
}

static int
rewrite_dg12(struct bytes in, struct buf *out, struct err *err)
{
	struct lds_dg12 dg;

	if (lds_dg12_read(in, &dg, err) == -1)
		return -1;
	if (dg.personalised_at.n == 7) /* BCD of old chips is read only */
		dg.personalised_at = BYTES_NONE;
	return lds_dg12_write(&dg, out, err);
}

static int
rewrite_ldsso(struct bytes in, struct buf *out, struct err *err)
{
	struct ldsso lds;

	if (ldsso_read(in, &lds, err) == -1)
		return -1;
	return ldsso_write(&lds, out, err); /* refused without DG1 and DG2, and with SHA-1 */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static rewriter *const rewriters[] = { rewrite_com, rewrite_dg1, rewrite_dg2, rewrite_dg3, rewrite_dg4, rewrite_dg5,
		rewrite_dg7, rewrite_dg11, rewrite_dg12, rewrite_dg13, rewrite_dg15, rewrite_dg16, rewrite_ldsso };
	struct bytes in = BYTES(data, size), object;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct err err = ERR_INIT;
	uint32_t tag;

	if (lds_object(in, &tag, &object, &err) == 0)
		must(object.n <= size && object.p == data);
	for (size_t i = 0; i < NELEM(rewriters); i++) {
		err_clear(&err);
		if (rewriters[i](in, &once, &err) == -1) {
			must(err.kind == FAIL_INPUT || err.kind == FAIL_INTERNAL);
			continue;
		}
		must(rewriters[i](bytes_of(&once), &twice, &err) == 0);
		must(bytes_equal(bytes_of(&once), bytes_of(&twice)));
	}
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
