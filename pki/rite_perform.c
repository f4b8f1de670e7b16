/* Carrying out an order on a token: the one piece of code for signd and for csca-ceremony. */
#include "pki/rite.h"

#include <stdio.h>
#include <stdlib.h>

#include "pki/cms.h"
#include "pki/crl.h"
#include "pki/deviation.h"
#include "pki/masterlist.h"
#include "registry/base/digest.h"

enum { TEXTS_MOST = CERT_DOCUMENT_TYPES };

struct performance {
	const struct rite *rite;
	struct session *s;
	struct token_key *made;   /* what this rite generates, or found again */
	struct token_key *issuer; /* the CSCA's, when something is signed with it */
	struct cert *issuer_cert;
	struct rite_outcome *out;
};

static bool
is_of_algorithm(const struct pubkey *key, const char *algorithm)
{
	char rsa[16];

	if (key->type == KEY_EC)
		return strcmp(key->curve->name, algorithm) == 0;
	snprintf(rsa, sizeof(rsa), "RSA-%u", key->bits);
	return strcmp(rsa, algorithm) == 0;
}

static int
generate(struct performance *p, struct err *err)
{
	const struct rite_key *k = &p->rite->generate;
	struct der_out spki = DER_OUT_INIT;
	int rc;

	/* of an earlier try whose transaction did not reach its end: the same ceremony, the same key */
	rc = token_key_find(p->s, k->label, bytes_of(&k->id), &p->made, err);
	if (rc == -1 && err->kind == FAIL_NOT_FOUND) {
		err_clear(err);
		rc = token_key_generate(p->s, k->algorithm, k->label, bytes_of(&k->id), &p->made, err);
	}
	if (rc == -1)
		return -1;
	if (token_key_public(p->made) == NULL || !is_of_algorithm(token_key_public(p->made), k->algorithm))
		return err_set(err, FAIL_CONFLICT, "token: the key %s that is there is no %s", k->label, k->algorithm);
	rc = pubkey_put(token_key_public(p->made), &spki, err);
	if (rc == 0)
		rc = der_finish(&spki, &p->out->spki, err);
	der_out_clear(&spki);
	return rc;
}

static int
issuer_ready(struct performance *p, struct err *err)
{
	const struct rite *r = p->rite;

	if (p->issuer == NULL && r->issuer_label != NULL && token_key_find(p->s, r->issuer_label, BYTES_NONE, &p->issuer, err) == -1)
		return -1;
	if (p->issuer_cert == NULL && r->issuer.n > 0 && cert_parse(bytes_of(&r->issuer), &p->issuer_cert, err) == -1)
		return err_prefix(err, "issuer");
	return 0;
}

static void
texts(const json_t *list, const char *out[TEXTS_MOST + 1])
{
	size_t n = 0;

	for (; n < json_array_size(list) && n < TEXTS_MOST; n++)
		out[n] = json_string_value(json_array_get(list, n));
	out[n] = NULL;
}

static int
issue(struct performance *p, const struct rite_certificate *c, struct buf *der, struct err *err)
{
	const char *types[TEXTS_MOST + 1], *urls[TEXTS_MOST + 1];
	struct pubkey *given = NULL;
	struct cert_order order = {
		.profile = (enum profile_name)c->profile,
		.subject = { c->country, c->organization, c->organizational_unit, c->common_name },
		.not_before = c->not_before,
		.not_after = c->not_after,
		.key_from = c->key_from,
		.key_to = c->key_to,
		.state = p->rite->state,
		.contact = p->rite->contact,
		.name_change = c->name_change,
	};
	struct token_key *key;
	int rc = -1;

	texts(c->document_types, types);
	texts(p->rite->crl_urls, urls);
	order.document_types = types[0] != NULL ? types : NULL;
	order.crl_urls = profiles[order.profile].want[EXT_CRL_POINTS] != EXT_FORBIDDEN ? urls : NULL;
	if (issuer_ready(p, err) == -1)
		return -1;
	if (c->spki.n > 0) {
		if (pubkey_parse(bytes_of(&c->spki), &given, err) == -1)
			return err_prefix(err, "public key");
		order.key = given;
	} else if (p->made == NULL)
		return err_set(err, FAIL_INPUT, "ceremony request: a certificate for a key that it does not generate");
	else
		order.key = token_key_public(p->made);
	key = c->is_root && p->made != NULL ? p->made : p->issuer;
	if (key == NULL || (!c->is_root && p->issuer_cert == NULL))
		err_set(err, FAIL_INPUT, "ceremony request: a certificate without an issuer");
	else
		rc = cert_issue(p->s, key, c->is_root ? NULL : p->issuer_cert, &order, der, err);
	pubkey_free(given);
	return rc;
}

static int
issue_crl(struct performance *p, struct err *err)
{
	const struct rite_crl *c = &p->rite->crl;
	const struct rite_revoked *from = c->revoked.items;
	struct crl_revocation *revoked = calloc(c->revoked.n + 1, sizeof(*revoked));
	struct crl_order order = {
		.number = (uint64_t)c->number,
		.previous_number = (uint64_t)c->previous,
		.this_update = c->this_update,
		.next_update = c->next_update,
		.revoked = revoked,
		.nrevoked = c->revoked.n,
		.name_changed = c->name_changed,
	};
	int rc = -1;

	if (revoked == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < c->revoked.n; i++)
		revoked[i] = (struct crl_revocation){ bytes_of(&from[i].serial), from[i].at };
	if (issuer_ready(p, err) == 0) {
		if (p->issuer == NULL || p->issuer_cert == NULL)
			err_set(err, FAIL_INPUT, "ceremony request: a CRL without an issuer");
		else
			rc = crl_issue(p->s, p->issuer, p->issuer_cert, &order, &p->out->crl, err);
	}
	free(revoked);
	return rc;
}

/* CscaMasterList ::= SEQUENCE { version INTEGER (0), certList SET OF Certificate }, Doc 9303-12 8. */
static int
master_list_members(struct bytes content, struct bytes **members, size_t *n, struct err *err)
{
	struct der d = der_reader(content), list, set;
	struct bytes *found = NULL;
	uint64_t version;
	struct tlv tlv;
	size_t count = 0;

	if (der_enter(&d, DER_SEQUENCE, &list, "master list", err) == -1 || der_end(&d, "master list", err) == -1 ||
		der_get_uint(&list, &version, "master list: version", err) == -1 ||
		der_enter(&list, DER_SET, &set, "master list: certificates", err) == -1 || der_end(&list, "master list", err) == -1)
		return -1;
	if (version != 0)
		return err_set(err, FAIL_INPUT, "master list: version %llu, wanted 0 (Doc 9303-12 8)", (unsigned long long)version);
	if ((found = calloc(MASTERLIST_MAX_CERTS, sizeof(*found))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	while (der_more(&set)) {
		if (count == MASTERLIST_MAX_CERTS)
			err_set(err, FAIL_TOO_LARGE, "master list: more than %d certificates", MASTERLIST_MAX_CERTS);
		if (count == MASTERLIST_MAX_CERTS || der_next(&set, &tlv, "master list: certificate", err) == -1) {
			free(found);
			return -1;
		}
		found[count++] = tlv.whole;
	}
	*members = found;
	*n = count;
	return 0;
}

static int
sign_master_list(struct performance *p, const struct signer *signer, struct err *err)
{
	const struct rite_list *l = &p->rite->list;
	struct masterlist_order order = { .csca = bytes_of(&p->rite->issuer), .signing_time = l->at };
	struct bytes *members = NULL;
	int rc = -1;

	if (master_list_members(bytes_of(&l->content), &members, &order.n, err) == 0) {
		order.cert = members;
		rc = masterlist_issue(p->s, signer, &order, &p->out->list, err);
	}
	free(members);
	return rc;
}

static int
sign_deviation_list(struct performance *p, const struct signer *signer, struct err *err)
{
	const struct rite_list *l = &p->rite->list;
	struct deviationlist_order order = { .csca = bytes_of(&p->rite->issuer), .signing_time = l->at, .content = bytes_of(&l->content) };

	return deviationlist_issue(p->s, signer, &order, &p->out->list, err);
}

static int
sign_list(struct performance *p, struct err *err)
{
	const struct rite_list *l = &p->rite->list;
	struct token_key *key = NULL;
	struct signer *signer = NULL;
	int rc = -1;

	if (token_key_find(p->s, l->signer_label, BYTES_NONE, &key, err) == 0 && signer_new(key, bytes_of(&l->signer), &signer, err) == 0)
		rc = l->kind == 0 ? sign_master_list(p, signer, err)
				  : sign_deviation_list(p, signer, err);
	signer_free(signer);
	return rc;
}

static int
erase(struct performance *p, struct err *err)
{
	const struct rite_key *k = &p->rite->erase;
	struct token_key *key = NULL;
	int rc = token_key_find(p->s, k->label, bytes_of(&k->id), &key, err);

	if (rc == 0)
		rc = token_key_destroy(p->s, key, err);
	else if (err->kind == FAIL_NOT_FOUND) { /* by an earlier try */
		err_clear(err);
		rc = 0;
	}
	token_key_free(key);
	return rc;
}

static int
perform(struct performance *p, struct err *err)
{
	const struct rite *r = p->rite;
	const struct rite_certificate *c = r->certificates.items;

	if (r->has_generate && generate(p, err) == -1)
		return -1;
	for (size_t i = 0; i < r->certificates.n && i < RITE_CERTIFICATES; i++)
		if (issue(p, &c[i], &p->out->certificate[i], err) == -1)
			return -1;
	if (r->has_crl && issue_crl(p, err) == -1)
		return -1;
	if (r->has_list && sign_list(p, err) == -1)
		return -1;
	return r->has_erase ? erase(p, err) : 0;
}

int
rite_perform(struct token *token, const struct rite *rite, struct bytes text, struct rite_outcome *outcome, struct err *err)
{
	struct rite_outcome out = { .version = 1, .ceremony = rite->ceremony };
	struct performance p = { .rite = rite, .out = &out };
	uint8_t digest[SHA256_LEN];
	int rc = -1;

	sha256(text, digest);
	buf_add(&out.rite_sha256, digest, sizeof(digest));
	if (token_borrow(token, &p.s, err) == -1)
		goto out;
	out.token_label = strdup(token_label(token));
	out.token_serial = token_serial(token)[0] != '\0' ? strdup(token_serial(token)) : NULL;
	if (out.token_label == NULL)
		err_set(err, FAIL_INTERNAL, "out of memory");
	else if (perform(&p, err) == 0 && buf_check(&out.rite_sha256, err) == 0 && rite_check(rite, text, &out, err) == 0) {
		*outcome = out;
		out = (struct rite_outcome){ 0 };
		rc = 0;
	}
out:
	rite_outcome_clear(&out);
	cert_free(p.issuer_cert);
	token_key_free(p.issuer);
	token_key_free(p.made);
	token_return(token, p.s);
	return rc;
}
