/* catena pki cvc: a chain of card-verifiable certificates, from the trust point down to the terminal, as a chip verifies it. */
#include <stdio.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "pki/cvc.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"

const struct arg_option pki_cvc_options[] = {
	{ "at", "YYYY-MM-DD", "the chip's day; today when not given", false },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

static const char *
role_name(enum cvc_role role)
{
	static const char *const names[] = { "terminal", "foreign document verifier", "domestic document verifier", "CVCA" };

	return names[role];
}

static void
tell_key(struct verdicts *v, const char *path, const struct cvc *c, const struct cvc_key *key)
{
	char from[DATE_TEXT], to[DATE_TEXT];

	verdicts_add(v, OUTCOME_GOOD, path, cvc_is_self_signed(c) ? "trust_point" : "verified", NULL, "%s, %s, by %s, %s, %s to %s", key->holder, role_name(key->role),
		c->authority, key->scheme->name, date_format(key->effective, from), date_format(key->expiry, to));
	if (key->scheme->is_weak)
		verdicts_add(v, OUTCOME_WARNING, path, "weak", "TR-03110-3 A.7.3", "%s", key->scheme->name);
}

/* 0, or 1 when the chain ends here. */
static int
step(struct verdicts *v, const char *path, struct date today, struct cvc_key *key)
{
	struct buf file = BUF_INIT;
	struct cvc *c = NULL;
	struct err err = ERR_INIT;
	bool is_first = key->key == NULL;
	int rc = 1;

	if (file_read(path, CVC_MAX, &file, &err) == -1 || cvc_parse(bytes_of(&file), &c, &err) == -1)
		verdicts_add(v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s", err.text);
	else if ((is_first ? cvc_trust_point(c, key, &err) : cvc_verify(c, key, today, key, &err)) == -1)
		verdicts_add(v, OUTCOME_REFUSED, path, "refused", NULL, "%s", err.text);
	else {
		tell_key(v, path, c, key);
		rc = 0;
	}
	cvc_free(c);
	buf_clear(&file);
	return rc;
}

int
pki_cvc_command(const struct args *args, struct err *err)
{
	struct cvc_key key = CVC_KEY_INIT;
	struct verdicts v;
	int64_t at;
	int i = 0, rc;

	if (given_moment(args_value(args, "at", NULL), clock_now(), &at, err) == -1 || verdicts_begin(&v, args_flag(args, "json"), err) == -1)
		return -1;
	while (i < args->n && step(&v, args->positional[i], date_of_unix(at), &key) == 0)
		i++;
	if (i == args->n) {
		verdicts_fact(&v, "holder", "%s", key.holder);
		verdicts_fact(&v, "role", "%s", role_name(key.role));
		if (key.terminal == CVC_INSPECTION)
			verdicts_fact(&v, "reads", "%s", (key.rights[0] & 3) == 3 ? "DG3 DG4" : (key.rights[0] & CVC_READ_DG3) != 0 ? "DG3"
					: (key.rights[0] & CVC_READ_DG4) != 0                                                       ? "DG4"
																    : "nothing beyond");
	}
	cvc_key_clear(&key);
	rc = verdicts_end(&v, err);
	return rc;
}
