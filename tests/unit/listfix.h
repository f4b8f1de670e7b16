/* listfix.h - what the tests of signed lists share: a CSCA on the test's token, signers of lists under it, octets changed one by one. */
#ifndef CATENA_TESTS_LISTFIX_H
#define CATENA_TESTS_LISTFIX_H
#include "pki/masterlist.h"
#include "pki/profile.h"
#include "tests/unit/pkifix.h"

#define DAY INT64_C(86400)

struct listfix {
	struct token *token;
	struct session *s;
	struct ceremony c;
	struct token_key *csca_key;
	struct cert *csca;
	struct signer *master, *deviation, *document; /* signers of both lists, and a document signer */
};

__attribute__((unused)) static struct signer *
listfix_signer(struct listfix *f, enum profile_name profile, const char *label, const char *cn)
{
	struct cert_order order = {
		.profile = profile,
		.subject = { "UT", "Utopia", NULL, cn },
		.not_before = NOW - DAY,
		.not_after = NOW + 365 * DAY,
		.key_from = NOW - DAY,
		.key_to = NOW + 300 * DAY,
		.state = "UTO",
		.crl_urls = fix_urls,
	};
	struct token_key *key = NULL;
	struct signer *signer = NULL;
	struct err err = ERR_INIT;
	struct buf cert = BUF_INIT;

	if (token_key_generate(f->s, "brainpoolP256r1", label, bytes_str(label), &key, &err) == -1)
		bail_out("%s: %s", label, err.text);
	order.key = token_key_public(key);
	if (cert_issue(f->s, f->csca_key, f->csca, &order, &cert, &err) == -1 || signer_new(key, bytes_of(&cert), &signer, &err) == -1)
		bail_out("%s: %s", label, err.text);
	buf_clear(&cert);
	return signer;
}

__attribute__((unused)) static bool
listfix_init(struct listfix *f)
{
	struct ceremony_options options = fix_options;
	struct err err = ERR_INIT;

	memset(f, 0, sizeof(*f));
	if (!softhsm_start())
		return false;
	options.now = NOW - 2 * DAY;
	f->token = fix_token(2);
	if (ceremony_init(f->token, &options, &f->c, &err) == -1 || token_borrow(f->token, &f->s, &err) == -1 ||
		token_key_find(f->s, f->c.csca.label, BYTES_NONE, &f->csca_key, &err) == -1 || cert_parse(bytes_of(&f->c.csca.cert), &f->csca, &err) == -1)
		bail_out("%s", err.text);
	f->master = listfix_signer(f, PROFILE_MASTER_LIST_SIGNER, "mls-1", "Master List Signer");
	f->deviation = listfix_signer(f, PROFILE_DEVIATION_LIST_SIGNER, "dls-1", "Deviation List Signer");
	f->document = fix_signer(f->s, &f->c.signer[0]);
	return true;
}

__attribute__((unused)) static void
listfix_clear(struct listfix *f)
{
	signer_free(f->master);
	signer_free(f->deviation);
	signer_free(f->document);
	cert_free(f->csca);
	token_key_free(f->csca_key);
	token_return(f->token, f->s);
	ceremony_clear(&f->c);
	token_close(f->token);
	softhsm_stop();
}

__attribute__((unused)) static struct cert *
listfix_cert(const char *file)
{
	struct buf b = fix_file(file);
	struct err err = ERR_INIT;
	struct cert *c = NULL;

	if (cert_read(bytes_of(&b), &c, &err) == -1)
		bail_out("%s: %s", file, err.text);
	buf_clear(&b);
	return c;
}

__attribute__((unused)) static void
listfix_show(const struct list_report *r)
{
	static const char *const grades[] = { "good", "warning", "not checked", "BAD" };

	for (unsigned i = 0; i < r->n; i++)
		printf("#   %-12s %-24s %s\n", grades[r->verdict[i].grade], r->verdict[i].code, r->verdict[i].text);
}

/* This verdict is there and bad, and no other bad one is. */
__attribute__((unused)) static bool
listfix_refused_by(const struct list_report *r, const char *code)
{
	bool found = false;

	for (unsigned i = 0; i < r->n; i++)
		if (r->verdict[i].grade == GRADE_BAD) {
			if (strcmp(r->verdict[i].code, code) != 0)
				return false;
			found = true;
		}
	return found && list_is_refused(r);
}

#endif
