/* cardfix.h - a software chip in this process and the specimen document that is put on it. */
#ifndef CATENA_TESTS_CARDFIX_H
#define CATENA_TESTS_CARDFIX_H

#include "issuance/chip/card.h"
#include "issuance/inspect/terminal.h"
#include "issuance/perso/chipprofile.h"
#include "tests/data.h"
#include "tests/tap.h"

#define CARDFIX_NUMBER      "L898902C3"
#define CARDFIX_BIRTH       "740812"
#define CARDFIX_EXPIRY      "340415"
#define CARDFIX_INFORMATION "L898902C3674081223404159"

static int
cardfix_exchange(void *to, struct bytes command, struct buf *answer, struct err *err)
{
	return card_transmit(to, command, answer, err);
}

__attribute__((unused)) static struct terminal
cardfix_terminal(struct card *card)
{
	return (struct terminal){ .transport = { cardfix_exchange, card } };
}

/* Utopia's specimen: tests/data/utopia. */
struct cardfix_files {
	uint8_t *octets[4];
	struct chip_contents_file file[4];
	struct chip_contents chip;
};

__attribute__((unused)) static bool
cardfix_files(struct cardfix_files *f)
{
	static const struct {
		uint16_t fid;
		const char *name, *path;
	} parts[] = {
		{ 0x0101, "EF.DG1", "tests/data/utopia/lds/EF.DG1.bin" },
		{ 0x0102, "EF.DG2", "tests/data/utopia/lds/EF.DG2.bin" },
		{ 0x010C, "EF.DG12", "tests/data/utopia/lds/EF.DG12.bin" },
		{ 0x011D, "EF.SOD", "tests/data/utopia/sod/good-v1.bin" },
	};

	*f = (struct cardfix_files){ .chip = { CARDFIX_NUMBER, CARDFIX_BIRTH, CARDFIX_EXPIRY, f->file, NELEM(parts) } };
	for (size_t i = 0; i < NELEM(parts); i++) {
		size_t n;

		f->octets[i] = source_file(parts[i].path, &n);
		if (f->octets[i] == NULL)
			return false;
		f->file[i] = (struct chip_contents_file){ parts[i].fid, parts[i].name, BYTES(f->octets[i], n) };
	}
	return true;
}

__attribute__((unused)) static void
cardfix_clear(struct cardfix_files *f)
{
	for (size_t i = 0; i < NELEM(f->octets); i++)
		free(f->octets[i]);
}

#endif
