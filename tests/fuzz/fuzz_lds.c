/* fuzz_lds.c - what a reader of the logical data structure takes, its writer writes, and that reads and writes the same again. */
#include <stdlib.h>

#include "registry/doc9303/face.h"
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

static int
rewrite_dg2(struct bytes in, struct buf *out, struct err *err)
{
	struct lds_templates t;
	struct buf record = BUF_INIT;
	struct face f;

	if (lds_dg2_read(in, &t, err) == -1)
		return -1;
	must(t.n >= 1 && t.n <= LDS_MAX_TEMPLATES);
	for (unsigned i = 0; i < t.n; i++)
		if (face_parse(t.template[i].data, &f, err) == 0) {
			(void)face_check_image(&f, err);
			must(face_build(&f, &record, err) == 0);
			must(bytes_equal(bytes_of(&record), t.template[i].data));
		}
	buf_clear(&record);
	must(lds_dg2_write(t.template[0].data, out, err) == 0);
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
	static rewriter *const rewriters[] = { rewrite_com, rewrite_dg1, rewrite_dg2, rewrite_dg11, rewrite_dg12, rewrite_ldsso };
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
