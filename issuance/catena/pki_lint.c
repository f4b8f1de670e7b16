/* catena pki lint: departures of certificates, CRLs, lists and security objects from Doc 9303; needs no state folder and no database. */
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/verdicts.h"
#include "pki/lint.h"
#include "registry/base/file.h"

enum { LINT_FILE_MAX = 32 << 20,
	ISSUERS_MAX = 1024 };

const struct arg_option pki_lint_options[] = {
	{ "anchor", "FILE", "certificates of CSCAs to verify signatures by; those among the files serve too", true },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ "rules", NULL, "print the table of rules", false },
	{ NULL, NULL, NULL, false },
};

struct issuers {
	struct cert *cert[ISSUERS_MAX];
	size_t n;
};

/* Keeps the file's certificate when it is one of a CA. */
static void
issuer_keep(struct issuers *all, struct bytes file)
{
	struct err ignored = ERR_INIT;
	struct cert *cert = NULL;

	if (all->n == ISSUERS_MAX || cert_read(file, &cert, &ignored) == -1)
		return;
	if (cert->is_ca)
		all->cert[all->n++] = cert;
	else
		cert_free(cert);
}

static int
anchors_read(const struct args *args, struct issuers *all, struct err *err)
{
	const char *name;

	for (int i = 0; (name = args_nth(args, "anchor", i)) != NULL; i++) {
		struct buf file = BUF_INIT;
		size_t before = all->n;

		if (file_read(name, LINT_FILE_MAX, &file, err) == -1)
			return -1;
		issuer_keep(all, bytes_of(&file));
		buf_clear(&file);
		if (all->n == before)
			return err_set(err, FAIL_INPUT, "%s: no certificate of a CSCA", name);
	}
	for (int i = 0; i < args->n; i++) {
		struct err ignored = ERR_INIT; /* what cannot be read is told in its turn */
		struct buf file = BUF_INIT;

		if (file_read(args->positional[i], CERT_MAX, &file, &ignored) == 0)
			issuer_keep(all, bytes_of(&file));
		buf_clear(&file);
	}
	return 0;
}

static const char *
kind_name(const struct lint *l)
{
	return l->kind == LINT_CERTIFICATE ? profiles[l->profile].name : lint_kind_name(l->kind);
}

static void
file_lint(struct verdicts *v, const char *name, const struct lint_options *options)
{
	static const enum outcome outcomes[] = { OUTCOME_NOTICE, OUTCOME_WARNING, OUTCOME_REFUSED };
	struct err err = ERR_INIT;
	struct buf file = BUF_INIT;
	struct lint l = { .kind = LINT_UNKNOWN };

	if (file_read(name, LINT_FILE_MAX, &file, &err) == -1 || lint_file(bytes_of(&file), options, &l, &err) == -1) {
		verdicts_add(v, OUTCOME_UNREADABLE, name, "unreadable", NULL, "%s", err.text);
		buf_clear(&file);
		return;
	}
	for (size_t i = 0; i < l.n; i++) {
		const struct lint_finding *f = &l.finding[i];

		verdicts_add(v, outcomes[f->severity], name, f->rule->code, f->rule->clause, "%s%s%s", f->where, f->where[0] != '\0' ? ": " : "", f->text);
	}
	if (l.n == 0)
		verdicts_add(v, OUTCOME_GOOD, name, "good", NULL, "%s: no departure from the profile", kind_name(&l));
	else if (l.kind == LINT_MASTER_LIST)
		verdicts_add(v, OUTCOME_NOTICE, name, "members", NULL, "master list: %u certificates, %u of them depart from the profile", l.members, l.departing);
	else
		verdicts_add(v, OUTCOME_NOTICE, name, "kind", NULL, "looked at as %s", kind_name(&l));
	lint_clear(&l);
	buf_clear(&file);
}

/* The table of rules: code, severity, clause. */
static int
rules_print(struct err *err)
{
	struct buf out = BUF_INIT;

	for (const struct lint_rule *r = lint_rules; r->code != NULL; r++)
		buf_printf(&out, "%-32s %-8s %s\n", r->code, lint_severity_name(r->severity), r->clause);
	return print_buf(&out, err);
}

int
pki_lint_command(const struct args *args, struct err *err)
{
	struct issuers all = { .n = 0 };
	struct verdicts v;
	int rc = -1;

	if (args_flag(args, "rules"))
		return rules_print(err);
	if (args->n == 0) {
		err_set(err, FAIL_INPUT, "no file is named");
		err_hint(err, "catena help pki lint");
		return -1;
	}
	if (anchors_read(args, &all, err) == 0 && verdicts_begin(&v, args_flag(args, "json"), err) == 0) {
		const struct lint_options options = { (const struct cert *const *)all.cert, all.n, LINT_DETECT };

		for (int i = 0; i < args->n; i++)
			file_lint(&v, args->positional[i], &options);
		rc = verdicts_end(&v, err);
	}
	for (size_t i = 0; i < all.n; i++)
		cert_free(all.cert[i]);
	return rc;
}
