#include <stdio.h>

#include "pki/ceremony.h"
#include "registry/base/digest.h"

enum { DOCUMENT_YEARS = 10,
	URL_MAX = 128 };

static const char default_csca[] = "brainpoolP384r1", default_signer[] = "brainpoolP256r1";

/* The options with every default filled in, and the spans that follow from them. */
struct plan {
	struct ceremony_options o;
	char url[2][URL_MAX];
	const char *urls[3];
	const char *types[3];
};

static int
plan_make(const struct ceremony_options *options, struct plan *p, struct err *err)
{
	struct ceremony_options *o = &p->o;

	*o = *options;
	if (o->csca_kind == NULL)
		o->csca_kind = default_csca;
	if (o->signer_kind == NULL)
		o->signer_kind = default_signer;
	if (o->ledger_kind == NULL)
		o->ledger_kind = default_signer;
	if (o->signers == 0)
		o->signers = 1;
	if (o->document_years == 0)
		o->document_years = DOCUMENT_YEARS;
	if (o->prefix == NULL)
		o->prefix = "";
	if (o->signers > CEREMONY_MAX_SIGNERS)
		return err_set(err, FAIL_INPUT, "ceremony: %u document signers, at most %d", o->signers, CEREMONY_MAX_SIGNERS);
	if (o->state == NULL || o->country == NULL || strlen(o->state) > 3)
		return err_set(err, FAIL_INPUT, "ceremony: wanted the State's MRZ code and its two letters");
	if (strcmp(o->csca_kind, "HMAC") == 0 || strcmp(o->signer_kind, "HMAC") == 0 || strcmp(o->ledger_kind, "HMAC") == 0)
		return err_set(err, FAIL_INPUT, "ceremony: an HMAC secret has no certificate");
	if (o->document_types == NULL) {
		p->types[0] = "P"; /* passports, */
		p->types[1] = "I"; /* and identity cards: a letter covers all types that begin with it */
		p->types[2] = NULL;
		o->document_types = p->types;
	}
	if (o->crl_urls == NULL) {
		for (int i = 0; i < 2; i++) {
			snprintf(p->url[i], URL_MAX, "https://pkddownload%d.icao.int/CRLs/%.3s.crl", i + 1, o->state);
			p->urls[i] = p->url[i];
		}
		p->urls[2] = NULL;
		o->crl_urls = p->urls;
	}
	return 0;
}

static int
make_key(struct session *s, const struct plan *p, const char *kind, const char *name, unsigned n, struct ceremony_key *k,
	struct token_key **key, struct err *err)
{
	if (random_octets(k->id, sizeof(k->id), err) == -1)
		return -1;
	snprintf(k->kind, sizeof(k->kind), "%s", kind);
	if (snprintf(k->label, sizeof(k->label), "%s%s-%u", p->o.prefix, name, n) >= (int)sizeof(k->label))
		return err_set(err, FAIL_INPUT, "ceremony: the prefix of the labels is too long");
	return token_key_generate(s, kind, k->label, BYTES(k->id, sizeof(k->id)), key, err);
}

struct certified {
	enum profile_name profile;
	const char *title; /* first words of commonName */
	unsigned n;        /* number after it; 0: none */
};

static int
certify(struct session *s, const struct plan *p, const struct certified *what, struct token_key *subject, struct token_key *csca,
	const struct cert *issuer, struct buf *der, struct err *err)
{
	const char *of = p->o.organization != NULL ? p->o.organization : p->o.state;
	char cn[65];
	struct cert_span span;
	struct cert_order order = {
		.profile = what->profile,
		.subject = { .country = p->o.country, .organization = p->o.organization, .common_name = cn },
		.key = token_key_public(subject),
		.state = p->o.state,
		.contact = p->o.contact,
		.crl_urls = p->o.crl_urls,
		.document_types = what->profile == PROFILE_DOCUMENT_SIGNER ? p->o.document_types : NULL,
	};

	if (cert_span(what->profile, p->o.now, p->o.document_years, issuer, &span, err) == -1)
		return -1;
	order.not_before = span.not_before;
	order.not_after = span.not_after;
	order.key_from = span.key_from;
	order.key_to = span.key_to;
	if (what->n == 0)
		snprintf(cn, sizeof(cn), "%s %.40s", what->title, of);
	else
		snprintf(cn, sizeof(cn), "%s %.40s %03u", what->title, of, what->n);
	return cert_issue(s, csca, issuer, &order, der, err);
}

enum { KEYS_MAX = CEREMONY_MAX_SIGNERS + 3 };

struct work {
	struct session *s;
	struct plan plan;
	struct token_key *made[KEYS_MAX]; /* the first is the CSCA's */
	unsigned nmade;
	struct cert *csca;
};

static int
make_csca(struct work *w, struct ceremony *c, struct err *err)
{
	struct certified what = { PROFILE_CSCA_ROOT, "CSCA", 0 };

	if (make_key(w->s, &w->plan, w->plan.o.csca_kind, "csca", 1, &c->csca, &w->made[w->nmade], err) == -1)
		return -1;
	w->nmade++;
	if (certify(w->s, &w->plan, &what, w->made[0], w->made[0], NULL, &c->csca.cert, err) == -1)
		return -1;
	return cert_parse(bytes_of(&c->csca.cert), &w->csca, err);
}

static int
make_below(struct work *w, const char *kind, const char *name, unsigned n, const struct certified *what, struct ceremony_key *k,
	struct err *err)
{
	struct token_key **key = &w->made[w->nmade];

	if (make_key(w->s, &w->plan, kind, name, n, k, key, err) == -1)
		return -1;
	w->nmade++;
	return certify(w->s, &w->plan, what, *key, w->made[0], w->csca, &k->cert, err);
}

static int
make_all(struct work *w, struct ceremony *c, struct err *err)
{
	const struct plan *p = &w->plan;
	struct certified ledger = { PROFILE_LEDGER, "Ledger", 1 };

	if (make_csca(w, c, err) == -1)
		return -1;
	for (unsigned i = 0; i < p->o.signers; i++) {
		struct certified signer = { PROFILE_DOCUMENT_SIGNER, "DS", i + 1 };

		if (make_below(w, p->o.signer_kind, "ds", i + 1, &signer, &c->signer[i], err) == -1)
			return -1;
		c->nsigner = i + 1;
	}
	if (make_below(w, p->o.ledger_kind, "ledger", 1, &ledger, &c->ledger, err) == -1 ||
		make_key(w->s, p, "HMAC", "uin", 1, &c->uin, &w->made[w->nmade], err) == -1)
		return -1;
	w->nmade++;
	return 0;
}

int
ceremony_init(struct token *token, const struct ceremony_options *options, struct ceremony *result, struct err *err)
{
	struct work w = { 0 };
	struct ceremony c = { 0 };
	int rc = -1;

	if (plan_make(options, &w.plan, err) == -1 || token_borrow(token, &w.s, err) == -1)
		return -1;
	if (make_all(&w, &c, err) == 0) {
		*result = c;
		rc = 0;
	}
	for (unsigned i = 0; i < w.nmade; i++) {
		struct err ignored = ERR_INIT;

		if (rc == -1) /* the reason of the failure is worth more than that of the clean-up */
			token_key_destroy(w.s, w.made[i], &ignored);
		token_key_free(w.made[i]);
	}
	if (rc == -1)
		ceremony_clear(&c);
	cert_free(w.csca);
	token_return(token, w.s);
	return rc;
}

void
ceremony_clear(struct ceremony *c)
{
	buf_clear(&c->csca.cert);
	buf_clear(&c->ledger.cert);
	for (unsigned i = 0; i < CEREMONY_MAX_SIGNERS; i++)
		buf_clear(&c->signer[i].cert);
	*c = (struct ceremony){ 0 };
}
