/* catena pki passive: passive authentication of files read from a chip, offline; needs no state folder and no database. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "pki/passive.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/doc9303/lds.h"

const struct arg_option pki_passive_options[] = {
	{ "sod", "FILE", "EF.SOD", false },
	{ "dg", "N=FILE", "a data group; give all that were read", true },
	{ "com", "FILE", "EF.COM", false },
	GIVEN_TRUST_OPTIONS,
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

/* ---- what was read from the chip ---- */

struct chip {
	struct buf sod, com, dg[LDS_DGS + 1];
};

static void
chip_clear(struct chip *chip)
{
	buf_wipe(&chip->sod);
	buf_wipe(&chip->com);
	for (unsigned i = 0; i <= LDS_DGS; i++)
		buf_wipe(&chip->dg[i]);
}

/* "1=EF.DG1.bin"; -1 when the word is none of these: the command was called wrongly. */
static int
chip_add(struct verdicts *v, struct chip *chip, const char *word, struct err *err)
{
	char *end;
	long n = strtol(word, &end, 10);

	if (*end != '=' || n < 1 || n > LDS_DGS)
		return err_set(err, FAIL_INPUT, "--dg %s: wanted N=FILE with N from 1 to %d", word, LDS_DGS);
	if (chip->dg[n].n > 0)
		return err_set(err, FAIL_INPUT, "--dg %s: data group %ld is there already", word, n);
	given_file(v, end + 1, LDS_MAX_FILE, &chip->dg[n]);
	return 0;
}

static int
chip_read(struct verdicts *v, const struct args *args, struct chip *chip, struct err *err)
{
	const char *com = args_value(args, "com", NULL), *word;

	for (int i = 0; (word = args_nth(args, "dg", i)) != NULL; i++)
		if (chip_add(v, chip, word, err) == -1)
			return -1;
	if (com != NULL)
		given_file(v, com, LDS_MAX_FILE, &chip->com);
	given_file(v, args_value(args, "sod", ""), LDS_MAX_FILE, &chip->sod);
	return 0;
}

/* ---- what it comes to ---- */

static int
authenticate(struct verdicts *v, const struct args *args, int64_t at, struct err *err)
{
	struct passive *result = calloc(1, sizeof(*result)); /* 20 kB and more: not for the stack */
	struct passive_input in = { .at = at, .weak_is_warning = args_flag(args, "accept-weak") };
	struct truststore *store = NULL;
	struct chip chip = { .sod = BUF_INIT };
	int rc = -1;

	if (result == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (chip_read(v, args, &chip, err) == -1 || given_store(v, args, &store, err) == -1)
		goto out;
	in.sod = bytes_of(&chip.sod);
	in.com = bytes_of(&chip.com);
	for (unsigned i = 1; i <= LDS_DGS; i++)
		in.dg[i] = bytes_of(&chip.dg[i]);
	in.store = store;
	passive_authenticate(&in, result);
	given_passive_tell(v, result);
	rc = 0;
out:
	truststore_free(store);
	chip_clear(&chip);
	free(result);
	return rc;
}

int
pki_passive_command(const struct args *args, struct err *err)
{
	struct verdicts v;
	int64_t at;

	if (args_value(args, "sod", NULL) == NULL)
		return err_set(err, FAIL_INPUT, "--sod is missing: what is to be authenticated");
	if (given_moment(args_value(args, "at", NULL), clock_now(), &at, err) == -1 || verdicts_begin(&v, args_flag(args, "json"), err) == -1)
		return -1;
	if (authenticate(&v, args, at, err) == -1) {
		verdicts_add(&v, OUTCOME_UNREADABLE, NULL, "not_done", NULL, "%s", err->text);
		err_clear(err);
	}
	return verdicts_end(&v, err);
}
