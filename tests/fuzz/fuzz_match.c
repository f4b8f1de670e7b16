/*
 * Names as two officers may have entered them, split at 0: child's, mother's and a transliteration.  Whatever the octets, names, keys
 * and scores are made, agreement is symmetric and a record is as like itself as anything is.
 */
#include <stdlib.h>

#include "registry/match/score.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct match_birth b[2];
	char *text[3] = { NULL };
	struct match_score there, back;
	int64_t key[MATCH_KEYS];
	struct err err = ERR_INIT;
	struct buf in = BUF_INIT;
	size_t at = 0;

	buf_add(&in, data, size);
	buf_add(&in, "\0\0\0", 3);
	for (int i = 0; i < 3; i++) {
		text[i] = (char *)in.p + at;
		at += strlen(text[i]) + 1;
	}
	memset(b, 0, sizeof(b));
	check(match_name_of(text[0], NULL, &b[0].child.secondary, &err) == 0 && match_name_of(text[1], NULL, &b[0].mother.primary, &err) == 0);
	check(match_name_of(text[1], NULL, &b[1].child.secondary, &err) == 0 && match_name_of(text[0], text[2], &b[1].child.primary, &err) == 0);
	b[0].child.birth = b[1].child.birth = (struct date){ DATE_DAY, 1, 1, 2020 };
	for (int i = 0; i < 2; i++) {
		size_t n = match_birth_keys(&b[i], key);

		check(n <= MATCH_KEYS);
		for (size_t k = 1; k < n; k++)
			check(key[k - 1] < key[k]);
		for (unsigned k = 0; k < b[i].child.secondary.n; k++)
			check(*b[i].child.secondary.token[k].text != '\0' && *b[i].child.secondary.token[k].code != '\0');
	}
	match_births(&b[0], &b[1], NULL, &there);
	match_births(&b[1], &b[0], NULL, &back);
	check(there.score == back.score && there.level == back.level);
	match_births(&b[0], &b[0], NULL, &there);
	check(b[0].child.secondary.n == 0 || there.agreement[MATCH_F_GIVEN] == MATCH_EQUAL);
	buf_clear(&in);
	return 0;
}
