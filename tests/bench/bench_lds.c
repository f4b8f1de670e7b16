/*
 * The machine readable zone composed and parsed, a booklet's and a card's, on one core, against the two million a second that are wanted; and
 * DG2 around an image of 20 kB against memcpy of that image into a buffer that is made for it in the same way.
 */
#include "registry/base/clock.h"
#include "registry/doc9303/face.h"
#include "registry/doc9303/mrz.h"
#include "tests/tap.h"

enum { ROUNDS = 7,
	EACH = 100 * 1000,
	IMAGE = 20 * 1000 };

static double
seconds(void)
{
	return (double)clock_monotonic_ns() / 1e9;
}

static void
report(const char *name, const char *unit, double rate, double limit, double goal)
{
	printf("bench %s value=%.0f unit=%s limit=%.0f ratio=%.2f goal=%.1f %s\n", name, rate, unit, limit, rate / limit, goal, rate / limit >= goal ? "ok" : "short");
}

static void
bench_mrz(const char *name, const char *lines)
{
	static const struct date today = { DATE_DAY, 11, 21, 2026 };
	struct err err = ERR_INIT;
	struct mrz m;
	char out[MRZ_MAX_LEN + 1], label[40];
	double parse = 0, compose = 0;
	size_t n = strlen(lines);

	for (unsigned round = 0; round < ROUNDS; round++) {
		double at = seconds(), rate;

		for (unsigned i = 0; i < EACH; i++)
			if (mrz_parse(BYTES(lines, n), today, &m, &err) == -1)
				bail_out("%s", err.text);
		rate = EACH / (seconds() - at);
		parse = rate > parse ? rate : parse;
		at = seconds();
		for (unsigned i = 0; i < EACH; i++)
			if (mrz_compose(&m, out, &err) == -1)
				bail_out("%s", err.text);
		rate = EACH / (seconds() - at);
		compose = rate > compose ? rate : compose;
	}
	snprintf(label, sizeof(label), "mrz_parse_%s", name);
	report(label, "1/s", parse, 2e6, 1.0);
	snprintf(label, sizeof(label), "mrz_compose_%s", name);
	report(label, "1/s", compose, 2e6, 1.0);
}

static void
bench_dg2(void)
{
	static uint8_t image[IMAGE] = { 0xFF, 0xD8, 0xFF };
	struct face f = { .image_type = FACE_TOKEN, .data_type = FACE_JPEG, .width = 413, .height = 531, .image = BYTES(image, IMAGE) };
	double encode = 0, copy = 0;
	struct err err = ERR_INIT;

	for (unsigned round = 0; round < ROUNDS; round++) {
		double at = seconds(), rate;

		for (unsigned i = 0; i < EACH; i++) {
			struct buf file = BUF_INIT;

			image[100] = (uint8_t)i;
			if (face_dg2(&f, &file, &err) == -1)
				bail_out("%s", err.text);
			buf_clear(&file);
		}
		rate = EACH / (seconds() - at);
		encode = rate > encode ? rate : encode;
		at = seconds();
		for (unsigned i = 0; i < EACH; i++) {
			struct buf file = BUF_INIT;

			image[100] = (uint8_t)i;
			buf_add(&file, image, IMAGE);
			buf_clear(&file);
		}
		rate = EACH / (seconds() - at);
		copy = rate > copy ? rate : copy;
	}
	report("dg2_encode", "files/s", encode, copy, 0.8);
}

int
main(void)
{
	bench_mrz("td3", "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10");
	bench_mrz("td1", "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<");
	bench_dg2();
	return 0;
}
