#include "pki/vdsimage.h"

#include <gd.h>
#include <string.h>
#include <zint.h>

enum {
	QUIET_DATA_MATRIX = 2,
	QUIET_QR = 4,
	QR_LEVEL_M = 2 /* zint's number for it */
};

static struct zint_symbol *
zint_new(enum vds_symbology symbology)
{
	struct zint_symbol *z = ZBarcode_Create();

	if (z == NULL)
		return NULL;
	z->input_mode = DATA_MODE;
	if (symbology == VDS_QR) {
		z->symbology = BARCODE_QRCODE;
		z->option_1 = QR_LEVEL_M;
	} else {
		z->symbology = BARCODE_DATAMATRIX;
		z->option_3 = DM_SQUARE;
	}
	return z;
}

int
vdsimage_symbol(struct bytes raw, enum vds_symbology symbology, struct vds_symbol *symbol, struct err *err)
{
	struct zint_symbol *z;
	int rc = -1, status;

	if (raw.n == 0)
		return err_set(err, FAIL_INPUT, "bar code: there is nothing to write in it");
	if (raw.n > VDSIMAGE_OCTETS)
		return err_set(err, FAIL_TOO_LARGE, "bar code: %zu octets, the largest symbol holds fewer", raw.n);
	z = zint_new(symbology);
	if (z == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	status = ZBarcode_Encode(z, raw.p, (int)raw.n);
	if (status == ZINT_ERROR_TOO_LONG)
		err_set(err, FAIL_TOO_LARGE, "bar code: %zu octets, the largest symbol holds fewer", raw.n);
	else if (status >= ZINT_ERROR || z->width != z->rows || z->width < 1 || z->width > VDSIMAGE_SIDE)
		err_set(err, FAIL_INTERNAL, "bar code: zint gives status %d and %d x %d modules", status, z->width, z->rows);
	else {
		*symbol = (struct vds_symbol){ .symbology = symbology, .side = (unsigned)z->width, .quiet = symbology == VDS_QR ? QUIET_QR : QUIET_DATA_MATRIX };
		for (unsigned row = 0; row < symbol->side; row++)
			for (unsigned column = 0; column < symbol->side; column++)
				symbol->dark[row][column] = (z->encoded_data[row][column / 8] >> column % 8 & 1) != 0;
		rc = 0;
	}
	ZBarcode_Delete(z);
	return rc;
}

double
vdsimage_mm(const struct vds_symbol *symbol, unsigned dots)
{
	return (symbol->side + 2 * symbol->quiet) * dots * 25.4 / VDSIMAGE_DPI;
}

static void
draw(const struct vds_symbol *symbol, int dots, gdImagePtr image, int black)
{
	for (unsigned row = 0; row < symbol->side; row++)
		for (unsigned column = 0; column < symbol->side; column++) {
			int x = (int)(symbol->quiet + column) * dots, y = (int)(symbol->quiet + row) * dots;

			if (symbol->dark[row][column])
				gdImageFilledRectangle(image, x, y, x + dots - 1, y + dots - 1, black);
		}
}

int
vdsimage_png(const struct vds_symbol *symbol, unsigned dots, struct buf *png, struct err *err)
{
	int side = (int)((symbol->side + 2 * symbol->quiet) * dots), size = 0, black;
	gdImagePtr image;
	void *p = NULL;

	if (dots < VDSIMAGE_DOTS || dots > VDSIMAGE_DOTS_MAX)
		return err_set(err, FAIL_INPUT, "bar code: %u dots a module, not %d to %d (Doc 9303-13)", dots, VDSIMAGE_DOTS, VDSIMAGE_DOTS_MAX);
	image = gdImageCreate(side, side);
	if (image == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	gdImageColorAllocate(image, 255, 255, 255); /* the first colour is the background's */
	black = gdImageColorAllocate(image, 0, 0, 0);
	gdImageSetResolution(image, VDSIMAGE_DPI, VDSIMAGE_DPI);
	draw(symbol, (int)dots, image, black);
	p = gdImagePngPtr(image, &size);
	gdImageDestroy(image);
	if (p == NULL)
		return err_set(err, FAIL_INTERNAL, "bar code: no PNG could be made");
	buf_clear(png);
	buf_add(png, p, (size_t)size);
	gdFree(p);
	return buf_check(png, err);
}
