/* Layouts of printed forms: any octets give a layout that keeps all rules, or an error. */
#include <stdlib.h>

#include "issuance/perso/layout.h"

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
	struct layout *layout = NULL;
	struct err err = ERR_INIT;

	if (layout_parse(BYTES(data, size), &layout, &err) == 0) {
		must(layout_check(layout, &err) == 0);
		must(layout->mrz != NULL && layout->photo != NULL && layout->mrz_side == layout->nside - 1);
		for (unsigned k = 0; k < layout->side[0].n; k++)
			must(layout_room(layout, &layout->side[0].zone[k]) >= 0);
		must(layout_title(layout, "XX") == NULL || layout_title(layout, "XX")->text[0] != NULL);
	}
	layout_free(layout);
	return 0;
}
