/* catena pki list: what a master list or deviation list is worth, offline; needs no state folder and no database. */
#include <stdlib.h>
#include <strings.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "pki/certfile.h"
#include "pki/deviation.h"
#include "pki/masterlist.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"

const struct arg_option pki_list_options[] = {
	{ "anchor", "FILE", "CSCA certificates that you trust: DER, PEM, or a ZIP or LDIF of them", true },
	{ "previous", "FILE", "the list of the same State that you hold: an older one is refused, the difference shown", false },
	{ "crl", "FILE", "CRLs of the CSCA", true },
	{ "at", "YYYY-MM-DD", "the day of the check; now when not given", false },
	{ "accept-weak", NULL, "SHA-1 warns instead of refuses", false },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

/* Either kind. */
struct list {
	struct buf file;
	struct masterlist *master;
	struct deviationlist *deviation;
};

struct inspection {
	struct verdicts v;
	struct list list, previous;
	bool has_previous;
	struct cert **anchor;
	size_t nanchor;
	struct crl **crl;
	size_t ncrl;
	struct list_trust trust;
};

static void
list_clear(struct list *l)
{
	masterlist_free(l->master);
	deviationlist_free(l->deviation);
	buf_clear(&l->file);
}

static const struct cms *
list_cms(const struct list *l)
{
	return l->master != NULL ? l->master->cms : l->deviation->cms;
}

/* The State that signed it; "" unknown. */
static const char *
list_country(const struct list *l)
{
	const struct cert *signer = cms_signer_cert(list_cms(l));

	return signer != NULL ? signer->country : "";
}

static void
unreadable(struct inspection *x, const char *path, const char *text)
{
	verdicts_add(&x->v, OUTCOME_UNREADABLE, path, "unreadable", NULL, "%s", text);
}

/* ---- reading ---- */

/* The one list in a PEM, LDIF or ZIP file takes the place of the file. */
static int
list_unpack(struct buf *file, struct err *err)
{
	struct certfile inside = { NULL };
	size_t at = 0;

	if (file->n > 0 && file->p[0] == DER_SEQUENCE)
		return 0;
	if (certfile_read(bytes_of(file), &inside, err) == -1)
		return -1;
	if (inside.count[CERTFILE_MASTER_LIST] + inside.count[CERTFILE_DEVIATION_LIST] != 1) {
		err_set(err, FAIL_INPUT, "%zu lists in it, wanted one", inside.count[CERTFILE_MASTER_LIST] + inside.count[CERTFILE_DEVIATION_LIST]);
		certfile_clear(&inside);
		return -1;
	}
	while (inside.item[at].kind != CERTFILE_MASTER_LIST && inside.item[at].kind != CERTFILE_DEVIATION_LIST)
		at++;
	buf_move(file, &inside.item[at].der);
	certfile_clear(&inside);
	return 0;
}

static bool
list_read(struct inspection *x, const char *path, struct list *l)
{
	struct err err = ERR_INIT;
	struct cms *cms = NULL;
	int rc = -1;

	if (file_read(path, CERTFILE_MAX, &l->file, &err) == -1 || list_unpack(&l->file, &err) == -1 || cms_parse_any(bytes_of(&l->file), &cms, &err) == -1)
		goto out;
	if (strcmp(cms->content_type, oid_master_list) == 0)
		rc = masterlist_parse(bytes_of(&l->file), &l->master, &err);
	else if (strcmp(cms->content_type, oid_deviation_list) == 0)
		rc = deviationlist_parse(bytes_of(&l->file), &l->deviation, &err);
	else
		err_set(&err, FAIL_INPUT, "eContentType: %s is neither a master list nor a deviation list", cms->content_type);
out:
	cms_free(cms);
	if (rc == -1)
		unreadable(x, path, err.text);
	return rc == 0;
}

/* Certificates of a file that are in no list: what a list says is not trusted because it is said. */
static int
anchors_take(struct inspection *x, const char *path, const struct certfile *file, struct err *err)
{
	struct cert **grown = realloc(x->anchor, (x->nanchor + file->n + 1) * sizeof(*grown));
	size_t before = x->nanchor;

	if (grown == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	x->anchor = grown;
	for (size_t i = 0; i < file->n; i++) {
		if (file->item[i].kind != CERTFILE_CERTIFICATE || file->item[i].list != -1)
			continue;
		if (cert_parse(bytes_of(&file->item[i].der), &x->anchor[x->nanchor], err) == -1)
			return -1;
		x->nanchor++;
	}
	if (x->nanchor == before)
		unreadable(x, path, "no certificate in it that stands for itself; those of a list are trusted one by one");
	return 0;
}

static int
anchors_read(struct inspection *x, const char *path, struct err *err)
{
	struct certfile content = { NULL };
	struct err inner = ERR_INIT;
	struct buf file = BUF_INIT;
	int rc = 0;

	if (file_read(path, CERTFILE_MAX, &file, &inner) == -1 || certfile_read(bytes_of(&file), &content, &inner) == -1)
		unreadable(x, path, inner.text);
	else {
		given_parts_tell(&x->v, OUTCOME_NOTICE, path, &content);
		rc = anchors_take(x, path, &content, err);
	}
	certfile_clear(&content);
	buf_clear(&file);
	return rc;
}

static int
crl_file_read(struct inspection *x, const char *path, struct err *err)
{
	struct crl **grown = realloc(x->crl, (x->ncrl + 1) * sizeof(*grown));
	struct err inner = ERR_INIT;
	struct buf file = BUF_INIT;

	if (grown == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	x->crl = grown;
	if (file_read(path, CRL_MAX, &file, &inner) == -1 || crl_read(bytes_of(&file), &x->crl[x->ncrl], &inner) == -1)
		unreadable(x, path, inner.text);
	else
		x->ncrl++;
	buf_clear(&file);
	return 0;
}

static int
gather(struct inspection *x, const struct args *args, struct err *err)
{
	const char *previous = args_value(args, "previous", NULL), *path;

	list_read(x, args->positional[0], &x->list);
	if (previous != NULL)
		x->has_previous = list_read(x, previous, &x->previous);
	for (int i = 0; (path = args_nth(args, "anchor", i)) != NULL; i++)
		if (anchors_read(x, path, err) == -1)
			return -1;
	for (int i = 0; (path = args_nth(args, "crl", i)) != NULL; i++)
		if (crl_file_read(x, path, err) == -1)
			return -1;
	return 0;
}

/* ---- judging ---- */

/* What is held counts only when it is a list of the same kind and State. */
static void
compare_with_previous(struct inspection *x)
{
	const struct cms *held;

	if (!x->has_previous)
		return;
	if ((x->list.master != NULL) != (x->previous.master != NULL)) {
		verdicts_add(&x->v, OUTCOME_WARNING, NULL, "previous_other_kind", NULL, "the previous list is of the other kind: not compared");
		x->has_previous = false;
		return;
	}
	if (strcasecmp(list_country(&x->list), list_country(&x->previous)) != 0) {
		verdicts_add(&x->v, OUTCOME_WARNING, NULL, "previous_other_state", NULL, "the previous list is of %s, this one of %s: their ages are not compared",
			list_country(&x->previous), list_country(&x->list));
		return;
	}
	held = list_cms(&x->previous);
	if (!held->has_signing_time) {
		verdicts_add(&x->v, OUTCOME_WARNING, NULL, "previous_without_time", NULL, "the previous list has no signing time: their ages are not compared");
		return;
	}
	x->trust.has_held = true;
	x->trust.held_at = held->signing_time;
	x->trust.held_sha256 = BYTES(x->previous.master != NULL ? x->previous.master->sha256 : x->previous.deviation->sha256, 32);
}

static void
put_report(struct inspection *x, const struct list_report *r)
{
	static const enum outcome outcomes[] = { OUTCOME_GOOD, OUTCOME_WARNING, OUTCOME_NOT_CHECKED, OUTCOME_REFUSED };
	struct buf serial = BUF_INIT;
	char text[21];

	for (unsigned i = 0; i < r->n; i++)
		verdicts_add(&x->v, outcomes[r->verdict[i].grade], NULL, r->verdict[i].code, r->verdict[i].clause, "%s", r->verdict[i].text);
	verdicts_fact(&x->v, "kind", "%s", x->list.master != NULL ? "master list" : "deviation list");
	verdicts_fact(&x->v, "state", "%s", r->country);
	if (r->signer != NULL) {
		for (size_t i = 0; i < r->signer->serial.n; i++)
			buf_printf(&serial, "%02X", r->signer->serial.p[i]);
		verdicts_fact(&x->v, "signer", "%s", r->signer->subject_cn);
		verdicts_fact(&x->v, "signer_serial", "%s", buf_cstr(&serial));
	}
	if (r->has_signing_time)
		verdicts_fact(&x->v, "signing_time", "%s", time_format(r->signing_time, text));
	if (r->anchor != NULL)
		verdicts_fact(&x->v, "anchor", "%s", r->anchor->subject_cn);
	if (x->ncrl == 0)
		verdicts_fact(&x->v, "signer_revocation", "not checked, no CRL was given");
	buf_clear(&serial);
}

static void
put_counts(struct inspection *x, const struct masterlist_counts *n)
{
	verdicts_fact(&x->v, "certificates", "%u", n->certificates);
	verdicts_fact(&x->v, "countries", "%u", n->countries);
	verdicts_fact(&x->v, "states", "%u", n->states);
	verdicts_fact(&x->v, "roots", "%u", n->roots);
	verdicts_fact(&x->v, "links", "%u", n->links);
	verdicts_fact(&x->v, "expired", "%u", n->expired);
	verdicts_fact(&x->v, "verify_under_issuer", "%u", n->verified);
	verdicts_fact(&x->v, "issuer_not_known", "%u", n->issuer_absent);
	verdicts_fact(&x->v, "signature_wrong", "%u", n->wrong_signature);
	verdicts_fact(&x->v, "not_csca", "%u", n->not_csca);
	verdicts_fact(&x->v, "unreadable", "%u", n->unreadable);
	verdicts_fact(&x->v, "duplicates", "%u", n->duplicates);
}

static void
put_member(struct inspection *x, const char *code, const struct masterlist_member *m)
{
	struct buf digest = BUF_INIT;

	buf_hex(&digest, BYTES(m->sha256, sizeof(m->sha256)));
	if (m->cert == NULL)
		verdicts_add(&x->v, OUTCOME_NOTICE, NULL, code, NULL, "unreadable certificate, SHA-256 %s", buf_cstr(&digest));
	else
		verdicts_add(&x->v, OUTCOME_NOTICE, NULL, code, NULL, "%s of %s, %s, SHA-256 %s", m->cert->subject_cn, m->cert->country, m->is_root ? "root" : "link",
			buf_cstr(&digest));
	buf_clear(&digest);
}

/* What an import leaves out. */
static void
put_oddity(struct inspection *x, const struct masterlist_member *m)
{
	if (m->cert == NULL)
		put_member(x, "unreadable_certificate", m);
	else if (!m->is_csca)
		put_member(x, "not_csca", m);
	else if (m->is_duplicate)
		put_member(x, "duplicate", m);
}

/* Members of `a` that `b` has not. */
static int
put_members(struct inspection *x, const char *code, const struct masterlist *a, const struct masterlist *b, struct err *err)
{
	size_t *index, n;

	if (masterlist_added(a, b, &index, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		put_member(x, code, &a->member[index[i]]);
	verdicts_fact(&x->v, code, "%zu", n);
	free(index);
	return 0;
}

static int
inspect_master(struct inspection *x, struct err *err)
{
	struct masterlist_counts counts;
	struct list_report report;

	masterlist_check(x->list.master, &x->trust, &report, &counts);
	for (size_t i = 0; i < x->list.master->n; i++)
		put_oddity(x, &x->list.master->member[i]);
	put_report(x, &report);
	put_counts(x, &counts);
	if (!x->has_previous)
		return 0;
	if (put_members(x, "added", x->list.master, x->previous.master, err) == -1)
		return -1;
	return put_members(x, "removed", x->previous.master, x->list.master, err);
}

static void
put_deviation(struct inspection *x, const char *code, const struct deviation *v)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < v->ndescription; i++) {
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", deviation_type_name(v->description[i].type));
		if (v->description[i].field >= 0)
			buf_printf(&text, " %d", v->description[i].field);
	}
	verdicts_add(&x->v, OUTCOME_NOTICE, NULL, code, NULL, "%s: type %s, %s, %s, %zu document numbers", buf_cstr(&text), v->document_type[0] != '\0' ? v->document_type : "any",
		v->signer != DEVIATION_SIGNER_ANY ? "one document signer" : "any document signer", v->has_period ? "a period" : "any time", v->nnumber);
	buf_clear(&text);
}

/* Lists of deviations are short: each is compared with each. */
static void
put_deviations(struct inspection *x, const char *code, const struct deviationlist *a, const struct deviationlist *b)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		bool is_known = false;

		for (size_t k = 0; k < b->n && !is_known; k++)
			is_known = bytes_equal(a->deviation[i].der, b->deviation[k].der);
		if (is_known)
			continue;
		put_deviation(x, code, &a->deviation[i]);
		n++;
	}
	verdicts_fact(&x->v, code, "%zu", n);
}

static void
inspect_deviation(struct inspection *x)
{
	struct list_report report;

	deviationlist_check(x->list.deviation, &x->trust, &report);
	for (size_t i = 0; i < x->list.deviation->n; i++)
		put_deviation(x, "deviation", &x->list.deviation->deviation[i]);
	put_report(x, &report);
	verdicts_fact(&x->v, "deviations", "%zu", x->list.deviation->n);
	if (!x->has_previous)
		return;
	put_deviations(x, "added", x->list.deviation, x->previous.deviation);
	put_deviations(x, "removed", x->previous.deviation, x->list.deviation);
}

int
pki_list_command(const struct args *args, struct err *err)
{
	struct inspection x = { .trust = { .weak_is_warning = args_flag(args, "accept-weak") } };
	int rc = -1;

	if (given_moment(args_value(args, "at", NULL), clock_now(), &x.trust.at, err) == -1 || verdicts_begin(&x.v, args_flag(args, "json"), err) == -1)
		return -1;
	if (gather(&x, args, err) == -1)
		goto out;
	if (x.v.status == OUTCOME_GOOD) { /* all could be read */
		x.trust.anchor = (const struct cert *const *)x.anchor;
		x.trust.nanchor = x.nanchor;
		x.trust.crl = (const struct crl *const *)x.crl;
		x.trust.ncrl = x.ncrl;
		compare_with_previous(&x);
		if (x.list.master == NULL)
			inspect_deviation(&x);
		else if (inspect_master(&x, err) == -1)
			goto out;
	}
	rc = verdicts_end(&x.v, err);
out:
	list_clear(&x.list);
	list_clear(&x.previous);
	for (size_t i = 0; i < x.nanchor; i++)
		cert_free(x.anchor[i]);
	for (size_t i = 0; i < x.ncrl; i++)
		crl_free(x.crl[i]);
	free(x.anchor);
	free(x.crl);
	return rc;
}
