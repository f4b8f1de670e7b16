#include "issuance/catena/portrait.h"

#include <gd.h>

#include "registry/base/digest.h"

enum { SCALE = 3, /* drawn large and reduced: gd's ellipses have no soft edges of their own */
	W = PORTRAIT_WIDTH * SCALE,
	H = PORTRAIT_HEIGHT * SCALE };

struct colour {
	int r, g, b;
};

/* What the seed decides, each from octets of its own. */
struct person {
	struct colour skin, shade, hair, iris, cloth;
	int head_w, head_h, eye_y, eye_gap, eye_w, brow, nose_w, nose_h, mouth_w, mouth_y, hairline, ear;
	bool long_hair, beard, glasses, parted;
};

static const struct colour skins[] = { { 244, 214, 190 }, { 232, 190, 158 }, { 214, 168, 130 }, { 186, 136, 98 }, { 148, 100, 70 },
	{ 106, 70, 50 } };
static const struct colour hairs[] = { { 32, 26, 24 }, { 58, 40, 30 }, { 96, 64, 40 }, { 150, 108, 62 }, { 196, 160, 104 },
	{ 120, 56, 34 } };
static const struct colour irises[] = { { 84, 56, 36 }, { 60, 90, 70 }, { 70, 100, 140 }, { 50, 40, 36 } };
static const struct colour cloths[] = { { 44, 62, 92 }, { 120, 48, 56 }, { 58, 86, 66 }, { 72, 72, 78 }, { 150, 132, 98 } };

static struct colour
mix(struct colour a, struct colour b, int percent)
{
	return (struct colour){ a.r + (b.r - a.r) * percent / 100, a.g + (b.g - a.g) * percent / 100, a.b + (b.b - a.b) * percent / 100 };
}

static int
between(uint8_t octet, int least, int most)
{
	return least + octet * (most - least + 1) / 256;
}

static void
person_of_seed(struct bytes seed, char sex, int years, struct person *p)
{
	uint8_t d[SHA256_LEN];

	sha256(seed, d);
	p->skin = skins[d[0] % NELEM(skins)];
	p->hair = hairs[(d[0] % NELEM(skins) > 2 ? d[1] % 3 : d[1] % NELEM(hairs))];
	if (years > 50)
		p->hair = mix(p->hair, (struct colour){ 206, 204, 200 }, years > 75 ? 90 : (years - 50) * 3);
	p->iris = irises[d[2] % NELEM(irises)];
	p->cloth = cloths[d[3] % NELEM(cloths)];
	p->shade = mix(p->skin, (struct colour){ 90, 50, 30 }, 22);
	p->head_w = between(d[4], 176, 204);
	p->head_h = between(d[5], 238, 264);
	if (years < 12)
		p->head_h -= 24;
	p->eye_y = between(d[6], 232, 246);
	p->eye_gap = between(d[7], 40, 48);
	p->eye_w = between(d[8], 34, 42);
	p->brow = between(d[9], 16, 24);
	p->nose_w = between(d[10], 24, 38);
	p->nose_h = between(d[11], 52, 66);
	p->mouth_w = between(d[12], 56, 78);
	p->mouth_y = between(d[13], 340, 352);
	p->hairline = between(d[14], 40, 66);
	p->ear = between(d[15], 30, 42);
	p->long_hair = sex == 'F' ? d[16] > 60 : sex == 'X' && d[16] > 128;
	p->beard = sex == 'M' && years > 22 && d[17] > 150;
	p->glasses = d[18] > 205;
	p->parted = d[19] > 128;
}

static int
ink(gdImagePtr im, struct colour c)
{
	return gdImageColorAllocate(im, c.r, c.g, c.b);
}

static void
disc(gdImagePtr im, int x, int y, int w, int h, struct colour c)
{
	gdImageFilledEllipse(im, x * SCALE, y * SCALE, w * SCALE, h * SCALE, ink(im, c));
}

static void
box(gdImagePtr im, int x1, int y1, int x2, int y2, struct colour c)
{
	gdImageFilledRectangle(im, x1 * SCALE, y1 * SCALE, x2 * SCALE, y2 * SCALE, ink(im, c));
}

static void
curve(gdImagePtr im, int x, int y, int w, int h, int from, int to, int thick, struct colour c)
{
	gdImageSetThickness(im, thick * SCALE);
	gdImageArc(im, x * SCALE, y * SCALE, w * SCALE, h * SCALE, from, to, ink(im, c));
}

static void
draw_eye(gdImagePtr im, const struct person *p, int x)
{
	const struct colour dark = { 24, 20, 20 }, white = { 248, 246, 242 };

	disc(im, x, p->eye_y, p->eye_w, 19, white);
	disc(im, x, p->eye_y, 17, 18, p->iris);
	disc(im, x, p->eye_y, 8, 9, dark);
	disc(im, x - 3, p->eye_y - 3, 4, 4, white);
	curve(im, x, p->eye_y + 2, p->eye_w + 3, 24, 190, 350, 3, mix(p->shade, dark, 60));
	curve(im, x, p->eye_y - p->brow + 8, p->eye_w + 16, 22, 200, 340, 6, mix(p->hair, dark, 20));
	if (p->glasses)
		curve(im, x, p->eye_y + 2, 68, 52, 0, 360, 3, (struct colour){ 48, 48, 54 });
}

static void
draw_face(gdImagePtr im, const struct person *p)
{
	const int cx = PORTRAIT_WIDTH / 2, cy = 258, top = cy - p->head_h / 2;
	const struct colour lip = mix(p->skin, (struct colour){ 160, 60, 60 }, 45);

	if (p->long_hair)
		disc(im, cx, cy + 34, p->head_w + 66, p->head_h + 110, p->hair);
	disc(im, cx - p->head_w / 2, cy + 6, p->ear, 56, p->shade);
	disc(im, cx + p->head_w / 2, cy + 6, p->ear, 56, p->shade);
	box(im, cx - 46, cy + 60, cx + 46, cy + 170, p->shade); /* neck */
	disc(im, cx, cy - 18, p->head_w + 22, p->head_h + 10, p->hair);
	if (p->beard)
		disc(im, cx, cy + 22, p->head_w + 6, p->head_h - 18, mix(p->hair, p->skin, 25));
	disc(im, cx, cy, p->head_w, p->head_h, p->skin);
	disc(im, cx, cy + 46, p->head_w - 14, p->head_h - 96, p->skin);
	if (p->beard) {
		disc(im, cx, cy + 88, p->head_w - 24, 98, mix(p->hair, p->skin, 25));
		disc(im, cx, cy + 50, p->head_w - 44, 74, p->skin);
	}
	disc(im, cx + (p->parted ? 22 : 0), top + p->hairline / 2, p->head_w - 8, p->hairline + 16, p->hair);
	draw_eye(im, p, cx - p->eye_gap);
	draw_eye(im, p, cx + p->eye_gap);
	if (p->glasses)
		box(im, cx - 10, p->eye_y - 1, cx + 10, p->eye_y + 2, (struct colour){ 48, 48, 54 });
	curve(im, cx, p->eye_y + p->nose_h - 6, p->nose_w, 20, 20, 160, 4, p->shade);
	curve(im, cx - p->nose_w / 3, p->eye_y + p->nose_h / 2, 14, p->nose_h, 100, 200, 3, p->shade);
	disc(im, cx, p->mouth_y, p->mouth_w, 17, lip);
	curve(im, cx, p->mouth_y - 3, p->mouth_w - 4, 10, 10, 170, 3, mix(lip, (struct colour){ 60, 20, 20 }, 55));
}

static void
draw_ground(gdImagePtr im, const struct person *p)
{
	for (int y = 0; y < PORTRAIT_HEIGHT; y++)
		box(im, 0, y, PORTRAIT_WIDTH, y + 1, (struct colour){ 236 - y / 40, 238 - y / 40, 240 - y / 50 });
	disc(im, PORTRAIT_WIDTH / 2, PORTRAIT_HEIGHT + 24, 380, 246, p->cloth);
	disc(im, PORTRAIT_WIDTH / 2, PORTRAIT_HEIGHT - 100, 118, 60, p->shade);
}

int
portrait_draw(struct bytes seed, char sex, int years, struct buf *jpeg, struct err *err)
{
	gdImagePtr large = gdImageCreateTrueColor(W, H), small = gdImageCreateTrueColor(PORTRAIT_WIDTH, PORTRAIT_HEIGHT);
	struct person p;
	void *octets = NULL;
	int n = 0;

	if (large != NULL && small != NULL) {
		person_of_seed(seed, sex, years, &p);
		draw_ground(large, &p);
		draw_face(large, &p);
		gdImageCopyResampled(small, large, 0, 0, 0, 0, PORTRAIT_WIDTH, PORTRAIT_HEIGHT, W, H);
		octets = gdImageJpegPtr(small, &n, 88);
	}
	if (large != NULL)
		gdImageDestroy(large);
	if (small != NULL)
		gdImageDestroy(small);
	if (octets == NULL)
		return err_set(err, FAIL_INTERNAL, "portrait: out of memory");
	buf_clear(jpeg);
	buf_add(jpeg, octets, (size_t)n);
	gdFree(octets);
	return buf_check(jpeg, err);
}
