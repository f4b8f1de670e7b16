/* fuzz_jpeg.c - a JPEG or JPEG 2000 that is taken has dimensions within the limits and makes a face record that reads back. */
#include <stdlib.h>

#include "registry/doc9303/face.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct buf record = BUF_INIT;
	struct jpeg_info info;
	struct face f;

	if (image_inspect(BYTES(data, size), &jpeg_any, &info, &err) == -1) {
		must(err.kind == FAIL_INPUT || err.kind == FAIL_TOO_LARGE);
		return 0;
	}
	must(info.width >= 1 && info.width <= 10000 && info.height >= 1 && info.height <= 10000);
	must(face_record_of_image(BYTES(data, size), FACE_TOKEN, &record, &err) == 0);
	must(face_parse(bytes_of(&record), &f, &err) == 0 && face_check_image(&f, &err) == 0);
	must(f.width == info.width && f.height == info.height && f.image.n == size);
	buf_clear(&record);
	return 0;
}
