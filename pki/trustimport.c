/* Files of other States as proposals for the trust store. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "pki/deviation.h"
#include "pki/lint.h"
#include "pki/trustimport.h"
#include "registry/base/date.h"
#include "registry/base/digest.h"
#include "registry/base/text.h"

/* One part of the file, read. */
struct part {
	const struct certfile_item *item;
	uint8_t sha256[32];
	const struct cert *cert; /* a certificate's; NULL: not read yet, or none */
	bool is_owned;           /* the cert is ours to free */
	bool is_dropped;         /* not CSCA, or there twice */
};

enum origin { ORIGIN_TRUSTED, /* in the order in which an issuer is looked for */
	ORIGIN_HELD,
	ORIGIN_FILE };
struct candidate {
	uint64_t key; /* the first octets of its SKI */
	const struct cert *cert;
	enum origin origin;
};

struct reading {
	struct trustimport *out;
	const struct trustimport_held *held;
	struct part *part;          /* by index of the file's items */
	struct masterlist **master; /* by index of out->list; NULL none */
	long *list_of;              /* by index of the file's items: index of out->list, -1 */
	uint8_t (*known)[32];       /* digests of what is held, sorted */
	size_t nknown;
	struct candidate *candidate;
	size_t ncandidate;
	size_t budget; /* verifications left: a file made to cost time ends here */
};

static int
digest_compare(const void *a, const void *b)
{
	return memcmp(a, b, SHA256_LEN);
}

/* ---- words of strangers ---- */

static void
clean_country(const char *from, char to[4])
{
	size_t n = 0;

	for (; n < 3 && isalpha((unsigned char)from[n]) && (unsigned char)from[n] < 0x80; n++)
		to[n] = (char)toupper((unsigned char)from[n]);
	to[n] = '\0';
}

static void
clean_text(const char *from, char *to, size_t room)
{
	bool is_utf8 = text_is_utf8(bytes_str(from));
	size_t n = 0;

	for (; from[n] != '\0' && n + 1 < room; n++)
		to[n] = (unsigned char)from[n] < 0x20 || from[n] == 0x7F || (!is_utf8 && (unsigned char)from[n] >= 0x80) ? '?' : from[n];
	while (is_utf8 && from[n] != '\0' && n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80)
		n--; /* cut between characters */
	to[n] = '\0';
}

static void
set_authority(struct trustimport_item *item, struct bytes key)
{
	item->authority_len = key.n < TRUSTIMPORT_KEY ? key.n : TRUSTIMPORT_KEY;
	if (item->authority_len > 0)
		memcpy(item->authority, key.p, item->authority_len);
}

/* ---- the items ---- */

static int
add_item(struct trustimport *out, struct trustimport_item **item, struct err *err)
{
	if (out->n == out->cap) {
		size_t cap = out->cap == 0 ? 64 : out->cap * 2;
		struct trustimport_item *grown = realloc(out->item, cap * sizeof(*grown));

		if (grown == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		out->item = grown;
		out->cap = cap;
	}
	*item = &out->item[out->n++];
	memset(*item, 0, sizeof(**item));
	(*item)->list = -1;
	(*item)->issuer = "absent";
	(*item)->change = "new";
	(*item)->is_taken = true;
	return 0;
}

static void
leave_out(struct trustimport_item *item, const char *why)
{
	item->is_taken = false;
	snprintf(item->why, sizeof(item->why), "%.*s", (int)sizeof(item->why) - 1, why);
}

static bool
is_known(const struct reading *r, const uint8_t sha256[32])
{
	return r->nknown > 0 && bsearch(sha256, r->known, r->nknown, sizeof(*r->known), digest_compare) != NULL;
}

/* What every kind has. */
static int
item_of(struct reading *r, size_t i, struct trustimport_item **item, struct err *err)
{
	const struct part *p = &r->part[i];

	if (add_item(r->out, item, err) == -1)
		return -1;
	(*item)->kind = p->item->kind;
	(*item)->der = bytes_of(&p->item->der);
	memcpy((*item)->sha256, p->sha256, sizeof(p->sha256));
	snprintf((*item)->place, sizeof((*item)->place), "%s", p->item->where[0] != '\0' ? p->item->where : "the file");
	if (is_known(r, p->sha256))
		(*item)->change = "known";
	return 0;
}

/* ---- lists ---- */

static const struct trustimport_newest *
newest_of(const struct reading *r, enum certfile_kind kind, const char *country, struct bytes authority, bool verified_only)
{
	const struct trustimport_newest *best = NULL;

	for (size_t i = 0; i < r->held->nnewest; i++) {
		const struct trustimport_newest *n = &r->held->newest[i];

		if (n->kind != kind || strcmp(n->country, country) != 0 || !bytes_equal(n->authority, authority) || (verified_only && !n->is_verified))
			continue;
		/* a verified one before a later one that nobody trusted signed */
		if (best == NULL || n->is_verified > best->is_verified || (n->is_verified == best->is_verified && n->dated_at > best->dated_at))
			best = n;
	}
	return best;
}

static bool
is_refused(const struct list_report *report, char why[200])
{
	for (unsigned i = 0; i < report->n; i++) {
		const struct list_verdict *v = &report->verdict[i];

		if (v->grade == GRADE_BAD && strcmp(v->code, "signer_untrusted") != 0) {
			snprintf(why, 200, "%.*s", 190, v->text);
			return true;
		}
	}
	return false;
}

static struct list_trust
trust_for(const struct reading *r, enum certfile_kind kind, const struct cms *cms)
{
	struct list_trust t = { .anchor = r->held->trusted, .nanchor = r->held->ntrusted, .crl = r->held->crl, .ncrl = r->held->ncrl, .at = r->held->at };
	const struct cert *signer = cms_signer_cert(cms);
	const struct trustimport_newest *n;
	char country[4] = "";

	if (signer != NULL)
		clean_country(signer->country, country);
	n = newest_of(r, kind, country, BYTES_NONE, true);
	if (n != NULL) {
		t.has_held = true;
		t.held_at = n->dated_at;
		t.held_sha256 = BYTES(n->sha256, SHA256_LEN);
	}
	return t;
}

static int
read_list(struct reading *r, size_t i, struct err *err)
{
	struct trustimport_list *l = &r->out->list[r->out->nlist];
	const struct trustimport_newest *before;
	struct deviationlist *deviations = NULL;
	struct trustimport_item *item;
	struct list_trust trust;
	struct err bad = ERR_INIT;

	if (item_of(r, i, &item, err) == -1)
		return -1;
	l->kind = item->kind;
	memcpy(l->sha256, item->sha256, SHA256_LEN);
	r->list_of[i] = (long)r->out->nlist++;
	if (l->kind == CERTFILE_MASTER_LIST && masterlist_parse(item->der, &r->master[r->list_of[i]], &bad) == 0) {
		struct masterlist *m = r->master[r->list_of[i]];

		trust = trust_for(r, l->kind, m->cms);
		masterlist_check(m, &trust, &l->report, &l->counts);
	} else if (l->kind == CERTFILE_DEVIATION_LIST && deviationlist_parse(item->der, &deviations, &bad) == 0) {
		trust = trust_for(r, l->kind, deviations->cms);
		deviationlist_check(deviations, &trust, &l->report);
	} else {
		if (bad.kind != FAIL_INPUT && bad.kind != FAIL_TOO_LARGE) {
			*err = bad;
			return -1;
		}
		l->is_refused = true;
		leave_out(item, bad.text);
		return 0;
	}
	l->is_refused = is_refused(&l->report, item->why);
	item->is_taken = !l->is_refused;
	item->is_verified = !l->is_refused && l->report.anchor != NULL;
	item->issuer = l->report.anchor != NULL ? "trusted" : "absent";
	clean_country(l->report.country, item->country);
	if (l->report.signer != NULL)
		clean_text(l->report.signer->subject_cn, item->subject, sizeof(item->subject));
	item->valid_from = l->report.has_signing_time ? l->report.signing_time : 0;
	before = newest_of(r, l->kind, item->country, BYTES_NONE, false);
	if (before != NULL && memcmp(before->sha256, l->sha256, SHA256_LEN) != 0) {
		l->has_previous = true;
		memcpy(l->previous_sha256, before->sha256, SHA256_LEN);
	}
	if (item->is_taken && !item->is_verified)
		snprintf(item->why, sizeof(item->why), "its signer is under none of the trusted certificates: it does not count as verified");
	l->report.signer = l->report.anchor = l->report.via = NULL;
	deviationlist_free(deviations);
	return 0;
}

/* ---- certificates ---- */

/* In the order of the file; the same octets in one list count once, and beside a list's content only when they are nowhere else. */
struct place {
	const uint8_t *sha256;
	long list;
	size_t i;
};

static int
place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int c = memcmp(x->sha256, y->sha256, SHA256_LEN);

	if (c == 0)
		c = (x->list < y->list) - (x->list > y->list); /* in a list before in none */
	return c != 0 ? c : (x->i > y->i) - (x->i < y->i);
}

static int
drop_repeated(struct reading *r, struct err *err)
{
	const struct certfile *f = &r->out->file;
	struct place *place = calloc(f->n + 1, sizeof(*place));

	if (place == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < f->n; i++)
		place[i] = (struct place){ r->part[i].sha256, f->item[i].is_signer ? -2 : f->item[i].list, i };
	qsort(place, f->n, sizeof(*place), place_compare);
	for (size_t i = 1; i < f->n; i++)
		if (memcmp(place[i - 1].sha256, place[i].sha256, SHA256_LEN) == 0 && (place[i].list == place[i - 1].list || place[i].list == -2))
			r->part[place[i].i].is_dropped = true;
	free(place);
	return 0;
}

/* The certificates of the lists were parsed with them. */
static const struct cert *
member_cert(const struct reading *r, const struct part *p, size_t *hint)
{
	const struct masterlist *m = p->item->list >= 0 && !p->item->is_signer ? r->master[r->list_of[p->item->list]] : NULL;

	for (size_t tries = 0; m != NULL && tries < m->n; tries++, ++*hint) {
		if (*hint >= m->n)
			*hint = 0;
		if (memcmp(m->member[*hint].sha256, p->sha256, SHA256_LEN) == 0)
			return m->member[*hint].cert;
	}
	return NULL;
}

static int
read_certificates(struct reading *r, struct err *err)
{
	const struct certfile *f = &r->out->file;
	size_t hint = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct part *p = &r->part[i];
		struct cert *cert = NULL;

		if (p->item->kind != CERTFILE_CERTIFICATE || p->is_dropped)
			continue;
		p->cert = member_cert(r, p, &hint);
		if (p->cert == NULL) {
			if (cert_parse(bytes_of(&p->item->der), &cert, err) == -1)
				return -1; /* certfile has read it already */
			p->cert = cert;
			p->is_owned = true;
		}
		if (!list_is_csca(p->cert)) {
			p->is_dropped = true;
			r->out->others++;
		}
	}
	return 0;
}

static uint64_t
key_of(struct bytes ski)
{
	uint64_t key = 0;

	for (size_t i = 0; i < 8 && i < ski.n; i++)
		key = key << 8 | ski.p[i];
	return key;
}

static int
candidate_compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? 1 : -1;
	return (x->origin > y->origin) - (x->origin < y->origin);
}

static int
find_candidates(struct reading *r, struct err *err)
{
	const struct trustimport_held *h = r->held;
	size_t n = 0;

	r->candidate = calloc(h->ntrusted + h->nheld + r->out->file.n + 1, sizeof(*r->candidate));
	if (r->candidate == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < h->ntrusted; i++)
		r->candidate[n++] = (struct candidate){ key_of(h->trusted[i]->ski), h->trusted[i], ORIGIN_TRUSTED };
	for (size_t i = 0; i < h->nheld; i++)
		r->candidate[n++] = (struct candidate){ key_of(h->held[i]->ski), h->held[i], ORIGIN_HELD };
	for (size_t i = 0; i < r->out->file.n; i++)
		if (r->part[i].cert != NULL && !r->part[i].is_dropped)
			r->candidate[n++] = (struct candidate){ key_of(r->part[i].cert->ski), r->part[i].cert, ORIGIN_FILE };
	qsort(r->candidate, n, sizeof(*r->candidate), candidate_compare);
	r->ncandidate = n;
	r->budget = 4 * n + 1000;
	return 0;
}

static size_t
first_of(const struct reading *r, uint64_t key)
{
	size_t low = 0, high = r->ncandidate;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->candidate[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What is signed: a certificate or a CRL. */
struct signed_part {
	const struct cert *cert;
	const struct crl *crl;
	struct bytes aki;
	const char *country;
};

static bool
signed_by(struct reading *r, const struct signed_part *s, const struct cert *issuer)
{
	const struct sigalg *alg = s->cert != NULL ? s->cert->sigalg : s->crl->sigalg;
	struct err no = ERR_INIT;

	if (r->budget == 0 || alg == NULL || alg->key != issuer->key->type)
		return false;
	r->budget--;
	return (s->cert != NULL ? cert_verify(s->cert, issuer, &no) : crl_may_sign(issuer) ? crl_verify(s->crl, issuer, &no)
											   : -1) == 0;
}

/* Whose key signed it, trusted ones first; "wrong": somebody has the key identifier that it names and did not. */
static const char *
issuer_of(struct reading *r, const struct signed_part *s)
{
	static const char *const names[] = { "trusted", "held", "file" };
	bool is_named = false;

	for (size_t i = first_of(r, key_of(s->aki)); s->aki.n > 0 && i < r->ncandidate && r->candidate[i].key == key_of(s->aki); i++) {
		if (!bytes_equal(r->candidate[i].cert->ski, s->aki))
			continue;
		is_named = true;
		if (signed_by(r, s, r->candidate[i].cert))
			return names[r->candidate[i].origin];
	}
	/* No key identifier, or one of nobody, as met in the field: every key of the State. */
	for (int origin = ORIGIN_TRUSTED; origin <= ORIGIN_FILE; origin++)
		for (size_t i = 0; i < r->ncandidate; i++)
			if ((int)r->candidate[i].origin == origin && (s->aki.n == 0 || !bytes_equal(r->candidate[i].cert->ski, s->aki)) &&
				s->country[0] != '\0' && strcasecmp(r->candidate[i].cert->country, s->country) == 0 && signed_by(r, s, r->candidate[i].cert))
				return names[origin];
	return is_named ? "wrong" : "absent";
}

static int
departures_of(struct bytes der, bool is_crl, unsigned *departures, struct err *err)
{
	struct lint_options options = { .profile = LINT_DETECT };
	struct lint lint = { .kind = LINT_UNKNOWN };
	int rc;

	*departures = 0;
	rc = is_crl ? lint_crl(der, &options, &lint, err) : lint_cert(der, &options, &lint, err);
	for (size_t i = 0; rc == 0 && i < lint.n; i++)
		*departures += lint.finding[i].severity >= LINT_WARNING;
	lint_clear(&lint);
	return rc;
}

/* The same certificate further in front, in another list; NULL none. */
static const struct trustimport_item *
seen_before(const struct reading *r, const struct trustimport_item *item)
{
	if (r->out->nlist < 2)
		return NULL;
	for (size_t i = 0; &r->out->item[i] != item; i++)
		if (r->out->item[i].kind == CERTFILE_CERTIFICATE && memcmp(r->out->item[i].sha256, item->sha256, SHA256_LEN) == 0)
			return &r->out->item[i];
	return NULL;
}

static void
judge_certificate(struct reading *r, struct trustimport_item *item, const struct cert *cert)
{
	struct signed_part s = { .cert = cert, .aki = cert->aki, .country = cert->issuer_country };

	item->issuer = cert->is_self_signed ? "self" : issuer_of(r, &s);
	item->is_verified = strcmp(item->issuer, "wrong") != 0 && strcmp(item->issuer, "absent") != 0;
	if (strcmp(item->issuer, "wrong") == 0 || (item->is_root && !item->is_verified))
		leave_out(item, "its signature does not verify under the key that it names");
	else if (!item->is_verified)
		snprintf(item->why, sizeof(item->why), "nobody here has the key of its issuer: its signature is not checked");
}

/* By its own key, or so it says: link certificates of a CSCA that kept its name have subject = issuer as well. */
static bool
claims_root(const struct cert *cert)
{
	return cert->is_self_signed || (bytes_equal(cert->subject, cert->issuer) && (cert->aki.n == 0 || bytes_equal(cert->aki, cert->ski)));
}

static int
take_certificate(struct reading *r, size_t i, struct err *err)
{
	const struct part *p = &r->part[i];
	const struct cert *cert = p->cert;
	const struct trustimport_item *twin;
	struct trustimport_item *item;

	if (item_of(r, i, &item, err) == -1)
		return -1;
	if (p->item->list >= 0 && !p->item->is_signer)
		item->list = r->list_of[p->item->list];
	clean_country(cert->country, item->country);
	clean_text(cert->subject_cn, item->subject, sizeof(item->subject));
	set_authority(item, cert->ski);
	item->valid_from = cert->not_before;
	item->valid_to = cert->not_after;
	item->has_valid_to = true;
	item->is_root = claims_root(cert);
	twin = seen_before(r, item);
	if (twin != NULL) {
		item->issuer = twin->issuer;
		item->is_verified = twin->is_verified;
		item->departures = twin->departures;
		if (!twin->is_verified)
			snprintf(item->why, sizeof(item->why), "%s", twin->why);
		item->is_taken = twin->is_taken || twin->is_verified;
	} else {
		if (departures_of(item->der, false, &item->departures, err) == -1)
			return -1;
		judge_certificate(r, item, cert);
		r->out->certificates++;
		*(item->is_root ? &r->out->roots : &r->out->links) += 1;
		r->out->departing += item->departures > 0;
		r->out->verified += item->is_verified;
	}
	if (item->list >= 0 && r->out->list[item->list].is_refused)
		leave_out(item, "the list that it is in is refused");
	return 0;
}

static int
take_crl(struct reading *r, size_t i, struct err *err)
{
	const struct trustimport_newest *newest;
	struct trustimport_item *item;
	struct signed_part s;
	struct crl *crl = NULL;
	int rc = -1;

	if (crl_parse(bytes_of(&r->part[i].item->der), &crl, err) == -1 || item_of(r, i, &item, err) == -1 ||
		departures_of(item->der, true, &item->departures, err) == -1)
		goto out;
	clean_country(crl->country, item->country);
	clean_text(crl->issuer_cn, item->subject, sizeof(item->subject));
	set_authority(item, crl->aki);
	item->valid_from = crl->this_update;
	item->valid_to = crl->next_update;
	item->has_valid_to = crl->has_next_update;
	s = (struct signed_part){ .crl = crl, .aki = crl->aki, .country = crl->country };
	item->issuer = issuer_of(r, &s);
	item->is_verified = strcmp(item->issuer, "trusted") == 0;
	newest = newest_of(r, CERTFILE_CRL, item->country, BYTES(item->authority, item->authority_len), true);
	if (strcmp(item->issuer, "wrong") == 0)
		leave_out(item, "its signature does not verify under the key that it names");
	else if (newest != NULL && newest->dated_at > crl->this_update)
		leave_out(item, "a newer one of the same issuer is held");
	else if (!item->is_verified)
		snprintf(item->why, sizeof(item->why), "no trusted key signed it: it does not count as verified");
	else if (crl_is_stale(crl, r->held->at))
		snprintf(item->why, sizeof(item->why), "its time for the next update is over");
	rc = 0;
out:
	crl_free(crl);
	return rc;
}

/* ---- all of it ---- */

static int
find_known(struct reading *r, struct err *err)
{
	const struct trustimport_held *h = r->held;

	r->known = calloc(h->ntrusted + h->nheld + h->nnewest + 1, sizeof(*r->known));
	if (r->known == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < h->ntrusted; i++)
		cert_sha256(h->trusted[i], r->known[r->nknown++]);
	for (size_t i = 0; i < h->nheld; i++)
		cert_sha256(h->held[i], r->known[r->nknown++]);
	for (size_t i = 0; i < h->nnewest; i++)
		memcpy(r->known[r->nknown++], h->newest[i].sha256, SHA256_LEN);
	qsort(r->known, r->nknown, sizeof(*r->known), digest_compare);
	return 0;
}

static int
prepare(struct reading *r, struct err *err)
{
	const struct certfile *f = &r->out->file;
	size_t lists = f->count[CERTFILE_MASTER_LIST] + f->count[CERTFILE_DEVIATION_LIST];

	r->part = calloc(f->n + 1, sizeof(*r->part));
	r->list_of = calloc(f->n + 1, sizeof(*r->list_of));
	r->master = calloc(lists + 1, sizeof(struct masterlist *));
	r->out->list = calloc(lists + 1, sizeof(*r->out->list));
	if (r->part == NULL || r->list_of == NULL || r->master == NULL || r->out->list == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < f->n; i++) {
		r->part[i].item = &f->item[i];
		r->list_of[i] = -1;
		sha256(bytes_of(&f->item[i].der), r->part[i].sha256);
	}
	return find_known(r, err) == -1 ? -1 : drop_repeated(r, err);
}

static int
take_all(struct reading *r, struct err *err)
{
	const struct certfile *f = &r->out->file;

	for (size_t i = 0; i < f->n; i++)
		if ((f->item[i].kind == CERTFILE_MASTER_LIST || f->item[i].kind == CERTFILE_DEVIATION_LIST) && !r->part[i].is_dropped && read_list(r, i, err) == -1)
			return -1;
	if (read_certificates(r, err) == -1 || find_candidates(r, err) == -1)
		return -1;
	for (size_t i = 0; i < f->n; i++) {
		if (r->part[i].is_dropped)
			continue;
		if (f->item[i].kind == CERTFILE_CERTIFICATE && take_certificate(r, i, err) == -1)
			return -1;
		if (f->item[i].kind == CERTFILE_CRL && take_crl(r, i, err) == -1)
			return -1;
	}
	if (r->out->n == 0)
		return err_set(err, FAIL_INPUT, "the file has %u certificates, and none is a CSCA's", r->out->others);
	return 0;
}

int
trustimport_read(struct bytes file, const struct trustimport_held *held, struct trustimport **import, struct err *err)
{
	struct reading r = { .held = held };
	int rc = -1;

	if ((r.out = calloc(1, sizeof(*r.out))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (certfile_read(file, &r.out->file, err) == -1 || prepare(&r, err) == -1 || take_all(&r, err) == -1)
		goto out;
	*import = r.out;
	rc = 0;
out:
	for (size_t i = 0; r.part != NULL && i < r.out->file.n; i++)
		if (r.part[i].is_owned)
			cert_free((struct cert *)r.part[i].cert);
	for (size_t i = 0; r.master != NULL && i < r.out->nlist; i++)
		masterlist_free(r.master[i]);
	free(r.part);
	free(r.list_of);
	free(r.master);
	free(r.known);
	free(r.candidate);
	if (rc == -1)
		trustimport_free(r.out);
	return rc;
}

void
trustimport_free(struct trustimport *import)
{
	if (import == NULL)
		return;
	certfile_clear(&import->file);
	free(import->item);
	free(import->list);
	free(import);
}

/* ---- what is gone ---- */

bool
trustimport_has(const struct trustimport *import, size_t list, const uint8_t sha256[32])
{
	for (size_t i = 0; i < import->n; i++)
		if (import->item[i].list == (long)list && memcmp(import->item[i].sha256, sha256, SHA256_LEN) == 0)
			return true;
	return false;
}

int
trustimport_gone(struct trustimport *import, size_t list, const uint8_t sha256[32], const char *country, const char *subject, bool is_root,
	struct err *err)
{
	struct trustimport_item *item;

	if (add_item(import, &item, err) == -1)
		return -1;
	item->kind = CERTFILE_CERTIFICATE;
	memcpy(item->sha256, sha256, SHA256_LEN);
	snprintf(item->country, sizeof(item->country), "%s", country);
	snprintf(item->subject, sizeof(item->subject), "%s", subject);
	item->is_root = is_root;
	item->change = "gone";
	item->issuer = "held";
	item->list = (long)list;
	snprintf(item->place, sizeof(item->place), "the list before");
	leave_out(item, "the list before had it, this one has not; it stays held");
	return 0;
}

/* ---- summary ---- */

static json_t *
text_json(const char *text)
{
	char clean[256];

	clean_text(text, clean, sizeof(clean));
	return json_string(clean);
}

static json_t *
moment_json(int64_t at)
{
	char text[21];

	return json_string(time_format(at, text));
}

static json_t *
verdicts_json(const struct list_report *report)
{
	json_t *verdicts = json_array();

	for (unsigned i = 0; i < report->n; i++) {
		const struct list_verdict *v = &report->verdict[i];

		json_array_append_new(verdicts, json_pack("{s:s, s:s, s:s*, s:o}", "grade", grade_name(v->grade), "code", v->code, "clause", v->clause, "text", text_json(v->text)));
	}
	return verdicts;
}

static json_t *
list_json(const struct trustimport_list *l)
{
	struct buf hex = BUF_INIT;
	char country[4];
	json_t *o;

	clean_country(l->report.country, country);
	buf_hex(&hex, BYTES(l->sha256, SHA256_LEN));
	o = json_pack("{s:s, s:s, s:s, s:b, s:b, s:o}", "kind", l->kind == CERTFILE_MASTER_LIST ? "master_list" : "deviation_list", "sha256", buf_cstr(&hex), "country",
		country, "is_refused", l->is_refused, "is_verified", !l->is_refused && list_verdict_find(&l->report, "signer_untrusted") == NULL,
		"verdicts", verdicts_json(&l->report));
	if (o != NULL && l->report.has_signing_time)
		json_object_set_new(o, "signed_at", moment_json(l->report.signing_time));
	if (o != NULL && l->kind == CERTFILE_MASTER_LIST)
		json_object_set_new(o, "counts",
			json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "certificates", l->counts.certificates, "states", l->counts.states, "roots", l->counts.roots,
				"links", l->counts.links, "expired", l->counts.expired, "verified", l->counts.verified, "issuer_absent", l->counts.issuer_absent,
				"wrong_signature", l->counts.wrong_signature));
	buf_clear(&hex);
	return o;
}

int
trustimport_summary(const struct trustimport *t, json_t **summary, struct err *err)
{
	json_t *lists = json_array(), *problems = json_array(), *o;

	for (size_t i = 0; i < t->nlist; i++)
		json_array_append_new(lists, list_json(&t->list[i]));
	for (size_t i = 0; i < t->file.nproblem && i < CERTFILE_PROBLEMS; i++)
		json_array_append_new(problems, json_pack("{s:o, s:o}", "place", text_json(t->file.problem[i].where), "text", text_json(t->file.problem[i].text)));
	o = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:o, s:o}", "certificates", t->certificates, "roots", t->roots, "links", t->links, "departing",
		t->departing, "verified", t->verified, "others", t->others, "crls", (json_int_t)t->file.count[CERTFILE_CRL], "unreadable",
		(json_int_t)t->file.nproblem, "lists", lists, "problems", problems);
	if (o == NULL || json_array_size(lists) != t->nlist)
		goto fail;
	*summary = o;
	return 0;
fail:
	json_decref(o);
	return err_set(err, FAIL_INTERNAL, "out of memory");
}
