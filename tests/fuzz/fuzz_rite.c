/* Requests and responses of csca-ceremony: what is read is written again, read again and the same; nothing else follows from it. */
#include <stdlib.h>

#include "pki/rite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = BUF_INIT, second = BUF_INIT, shown = BUF_INIT;
	struct rite_outcome outcome = { 0 };
	struct rite rite = { 0 }, again = { 0 };
	struct err err = ERR_INIT;

	if (rite_of_text(BYTES(data, size), &rite, &err) == 0) {
		err = ERR_INIT;
		if (rite_to_text(&rite, &first, &err) == -1 || rite_of_text(bytes_of(&first), &again, &err) == -1 ||
			rite_to_text(&again, &second, &err) == -1 || !bytes_equal(bytes_of(&first), bytes_of(&second)) ||
			rite_describe(&rite, &shown, &err) == -1)
			abort();
		/* an outcome of nothing, to reach the checks */
		outcome.ceremony = rite.ceremony;
		rite_check(&rite, bytes_of(&first), &outcome, &err);
	}
	rite_outcome_clear(&outcome);
	err = ERR_INIT;
	if (rite_outcome_of_text(BYTES(data, size), &outcome, &err) == 0)
		rite_check(&rite, bytes_of(&first), &outcome, &err);
	rite_outcome_clear(&outcome);
	rite_clear(&rite);
	rite_clear(&again);
	buf_clear(&first);
	buf_clear(&second);
	buf_clear(&shown);
	return 0;
}
