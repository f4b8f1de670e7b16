/* catena pki lint: departures of certificates, CRLs, lists and security objects from Doc 9303; needs no state folder and no database. */
#include <stdio.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "pki/certfile.h"
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

/* Keeps the file's certificates that are of CAs. */
static void
issuers_keep(struct issuers *all, struct bytes file)
{
	struct err ignored = ERR_INIT;
	struct certfile found = { .n = 0 };

	if (certfile_read(file, &found, &ignored) == -1)
		return;
	for (size_t i = 0; i < found.n && all->n < ISSUERS_MAX; i++) {
		struct cert *cert = NULL;

		if (found.item[i].kind != CERTFILE_CERTIFICATE || found.item[i].is_signer || cert_parse(bytes_of(&found.item[i].der), &cert, &ignored) == -1)
			continue;
		if (cert->is_ca)
			all->cert[all->n++] = cert;
		else
			cert_free(cert);
	}
	certfile_clear(&found);
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
		issuers_keep(all, bytes_of(&file));
		buf_clear(&file);
		if (all->n == before)
			return err_set(err, FAIL_INPUT, "%s: no certificate of a CSCA", name);
	}
	/* Only what was given as a certificate: a list that is looked at does not vouch for its members. */
	for (int i = 0; i < args->n; i++) {
		struct err ignored = ERR_INIT; /* what cannot be read is told in its turn */
		struct buf file = BUF_INIT;
		struct cert *cert = NULL;

		if (all->n < ISSUERS_MAX && file_read(args->positional[i], CERT_MAX, &file, &ignored) == 0 &&
			cert_read(bytes_of(&file), &cert, &ignored) == 0 && cert->is_ca) {
			all->cert[all->n++] = cert;
			cert = NULL;
		}
		cert_free(cert);
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
lint_print(struct verdicts *v, const char *name, const struct lint *l)
{
	static const enum outcome outcomes[] = { OUTCOME_NOTICE, OUTCOME_WARNING, OUTCOME_REFUSED };

	for (size_t i = 0; i < l->n; i++) {
		const struct lint_finding *f = &l->finding[i];

		verdicts_add(v, outcomes[f->severity], name, f->rule->code, f->rule->clause, "%s%s%s", f->where, f->where[0] != '\0' ? ": " : "", f->text);
	}
	if (l->n == 0)
		verdicts_add(v, OUTCOME_GOOD, name, "good", NULL, "%s: no departure from the profile", kind_name(l));
	else if (l->kind == LINT_MASTER_LIST)
		verdicts_add(v, OUTCOME_NOTICE, name, "members", NULL, "master list: %u certificates, %u of them depart from the profile", l->members, l->departing);
	else
		verdicts_add(v, OUTCOME_NOTICE, name, "kind", NULL, "looked at as %s", kind_name(l));
}

static bool
object_lint(struct verdicts *v, const char *name, struct bytes object, const struct lint_options *options, struct err *err)
{
	struct lint l;

	if (lint_file(object, options, &l, err) == -1)
		return false;
	lint_print(v, name, &l);
	lint_clear(&l);
	return true;
}

/* Several objects in one file: a PEM bundle, LDIF, a ZIP archive.  What was inside a list is told with the list. */
static bool
container_lint(struct verdicts *v, const char *name, struct bytes file, const struct lint_options *options)
{
	struct certfile found = { .n = 0 };
	struct err err = ERR_INIT;
	char where[512];

	if (certfile_read(file, &found, &err) == -1)
		return false;
	for (size_t i = 0; i < found.n; i++) {
		if (found.item[i].list != -1)
			continue;
		snprintf(where, sizeof(where), "%s: %s", name, found.item[i].where);
		if (!object_lint(v, where, bytes_of(&found.item[i].der), options, &err))
			verdicts_add(v, OUTCOME_UNREADABLE, where, "unreadable", NULL, "%s", err.text);
	}
	given_parts_tell(v, OUTCOME_UNREADABLE, name, &found);
	certfile_clear(&found);
	return true;
}

static void
file_lint(struct verdicts *v, const char *name, const struct lint_options *options)
{
	struct err err = ERR_INIT;
	struct buf file = BUF_INIT;

	if (file_read(name, LINT_FILE_MAX, &file, &err) == -1 ||
		(!object_lint(v, name, bytes_of(&file), options, &err) && !container_lint(v, name, bytes_of(&file), options)))
		verdicts_add(v, OUTCOME_UNREADABLE, name, "unreadable", NULL, "%s", err.text);
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
		const struct lint_options options = { (const struct cert *const *)all.cert, all.n, LINT_DETECT, NULL, args_nth(args, "anchor", 0) != NULL };

		for (int i = 0; i < args->n; i++)
			file_lint(&v, args->positional[i], &options);
		rc = verdicts_end(&v, err);
	}
	for (size_t i = 0; i < all.n; i++)
		cert_free(all.cert[i]);
	return rc;
}
