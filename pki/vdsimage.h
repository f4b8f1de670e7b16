/*
 * vdsimage.h - a seal as a bar code, through libzint: square Data Matrix ECC 200 or QR Code.
 *
 * Offices of both sides print seals (visas and emergency documents in issuance, certificates in enrolment), and neither includes the
 * other, so this stands below both; it is a library of its own because signd, which links pki, shall not carry a drawing library.
 */
#ifndef CATENA_PKI_VDSIMAGE_H
#define CATENA_PKI_VDSIMAGE_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum vds_symbology { VDS_DATA_MATRIX,
	VDS_QR }; /* error correction level M */
enum {
	VDSIMAGE_DPI = 300,
	VDSIMAGE_DOTS = 4, /* a module is at least 0.3386 mm on inkjet: 4 dots at 300 dpi (Doc 9303-13) */
	VDSIMAGE_DOTS_MAX = 32,
	VDSIMAGE_OCTETS = 2331, /* QR version 40, level M; the largest Data Matrix holds 1555 */
	VDSIMAGE_SIDE = 177     /* modules of the largest symbol: QR version 40 */
};

struct vds_symbol {
	enum vds_symbology symbology;
	unsigned side;                           /* modules, without quiet zone */
	unsigned quiet;                          /* modules of white to leave around it: 1 by ISO/IEC 16022, 4 by ISO/IEC 18004; we leave 2 and 4 */
	bool dark[VDSIMAGE_SIDE][VDSIMAGE_SIDE]; /* [row][column], from the upper left */
};
/* -1 FAIL_TOO_LARGE when no symbol holds the octets. */
int vdsimage_symbol(struct bytes raw, enum vds_symbology symbology, struct vds_symbol *symbol, struct err *err);
/* Side of the printed symbol with its quiet zone in mm, at VDSIMAGE_DPI. */
double vdsimage_mm(const struct vds_symbol *symbol, unsigned dots);
/* A PNG of two colours at VDSIMAGE_DPI with the quiet zone; dots: of a module, at least VDSIMAGE_DOTS. */
int vdsimage_png(const struct vds_symbol *symbol, unsigned dots, struct buf *png, struct err *err);

#endif
