/* An outcome against its order: what comes from elsewhere is believed only as far as it was ordered. */
#include "pki/rite.h"

#include <stdio.h>

#include "pki/cms.h"
#include "pki/crl.h"
#include "registry/base/digest.h"

const char *
rite_list_type(int kind)
{
	return kind == 0 ? "2.23.136.1.1.2" : "2.23.136.1.1.7"; /* Doc 9303-12 8 and 9 */
}

void
rite_name_part(struct bytes name, const char *want, char out[RITE_NAME])
{
	struct der d = der_reader(name), rdns, rdn, attribute;
	struct err err = ERR_INIT;
	struct tlv value;
	char oid[64];

	out[0] = '\0';
	if (der_enter(&d, DER_SEQUENCE, &rdns, "name", &err) == -1)
		return;
	while (der_more(&rdns)) {
		if (der_enter(&rdns, DER_SET, &rdn, "name", &err) == -1 || der_enter(&rdn, DER_SEQUENCE, &attribute, "name", &err) == -1 ||
			der_get_oid(&attribute, oid, sizeof(oid), "name", &err) == -1 || der_next(&attribute, &value, "name", &err) == -1)
			return;
		if (strcmp(oid, want) == 0)
			snprintf(out, RITE_NAME, "%.*s", (int)value.value.n, (const char *)value.value.p);
	}
}

static size_t
name_parts(struct bytes name)
{
	struct der d = der_reader(name), rdns;
	struct err err = ERR_INIT;
	struct tlv tlv;
	size_t n = 0;

	if (der_enter(&d, DER_SEQUENCE, &rdns, "name", &err) == -1)
		return 0;
	while (der_more(&rdns) && der_next(&rdns, &tlv, "name", &err) == 0)
		n++;
	return n;
}

static bool
is_named(const struct cert *cert, const struct rite_certificate *c)
{
	const struct {
		const char *oid, *want;
	} parts[] = { { "2.5.4.6", c->country }, { "2.5.4.10", c->organization }, { "2.5.4.11", c->organizational_unit }, { "2.5.4.3", c->common_name } };
	char got[RITE_NAME];
	size_t n = 0;

	for (size_t i = 0; i < NELEM(parts); i++) {
		rite_name_part(cert->subject, parts[i].oid, got);
		if (strcmp(got, parts[i].want != NULL ? parts[i].want : "") != 0)
			return false;
		n += parts[i].want != NULL;
	}
	return name_parts(cert->subject) == n;
}

static bool
has_types(const struct cert *cert, const json_t *types)
{
	if (cert->ndocument_types != json_array_size(types))
		return false;
	for (size_t i = 0; i < json_array_size(types); i++) {
		const char *want = json_string_value(json_array_get(types, i));
		bool is_there = false;

		for (unsigned k = 0; k < cert->ndocument_types; k++)
			is_there = is_there || (want != NULL && strcmp(cert->document_type[k], want) == 0);
		if (!is_there)
			return false;
	}
	return true;
}

static int
check_certificate(const struct rite *r, const struct rite_certificate *c, const struct rite_outcome *o, struct bytes der, struct err *err)
{
	struct bytes spki = c->spki.n > 0 ? bytes_of(&c->spki) : bytes_of(&o->spki);
	bool has_period = profiles[c->profile].want[EXT_KEY_PERIOD] == EXT_MANDATORY;
	struct pubkey *key = NULL;
	struct cert *cert = NULL, *issuer = NULL;
	int rc = -1;

	if (der.n == 0)
		return err_set(err, FAIL_INPUT, "missing");
	if (cert_parse(der, &cert, err) == -1 || profile_check((enum profile_name)c->profile, cert, err) == -1 ||
		pubkey_parse(spki, &key, err) == -1)
		goto out;
	if (!c->is_root && cert_parse(bytes_of(&r->issuer), &issuer, err) == -1)
		goto out;
	if (!pubkey_equal(cert->key, key))
		err_set(err, FAIL_INPUT, "it is for another key");
	else if (!is_named(cert, c))
		err_set(err, FAIL_INPUT, "its subject has another name");
	else if (cert->not_before != c->not_before || cert->not_after != c->not_after)
		err_set(err, FAIL_INPUT, "its validity is another");
	else if (has_period && (cert->key_from != c->key_from || cert->key_to != c->key_to))
		err_set(err, FAIL_INPUT, "its private key usage period is another");
	else if (!has_types(cert, c->document_types))
		err_set(err, FAIL_INPUT, "its document types are others");
	else if (issuer != NULL && !bytes_equal(cert->issuer, issuer->subject))
		err_set(err, FAIL_INPUT, "its issuer is another");
	else
		rc = cert_verify(cert, issuer != NULL ? issuer : cert, err);
out:
	cert_free(issuer);
	cert_free(cert);
	pubkey_free(key);
	return rc;
}

static bool
is_number(struct bytes contents, int64_t want)
{
	uint64_t got = 0;

	if (contents.n == 0 || contents.n > 9)
		return false;
	for (size_t i = 0; i < contents.n; i++)
		got = got << 8 | contents.p[i];
	return got == (uint64_t)want;
}

static int
check_crl(const struct rite *r, struct bytes der, struct err *err)
{
	const struct rite_revoked *want = r->crl.revoked.items;
	struct cert *issuer = NULL;
	struct crl *crl = NULL;
	int rc = -1;

	if (crl_parse(der, &crl, err) == -1 || cert_parse(bytes_of(&r->issuer), &issuer, err) == -1 || crl_verify(crl, issuer, err) == -1)
		goto out;
	if (!is_number(crl->number, r->crl.number))
		err_set(err, FAIL_INPUT, "its number is another");
	else if (crl->this_update != r->crl.this_update || !crl->has_next_update || crl->next_update != r->crl.next_update)
		err_set(err, FAIL_INPUT, "its times are others");
	else if (crl->nentry != r->crl.revoked.n || !crl_is_complete(crl))
		err_set(err, FAIL_INPUT, "it has %zu entries, wanted %zu", crl->nentry, r->crl.revoked.n);
	else
		rc = 0;
	for (size_t i = 0; rc == 0 && i < r->crl.revoked.n; i++) {
		const struct crl_entry *e = crl_find(crl, bytes_of(&want[i].serial));

		if (e == NULL || e->revoked_at != want[i].at)
			rc = err_set(err, FAIL_INPUT, "a revoked certificate is missing, or has another time");
	}
out:
	crl_free(crl);
	cert_free(issuer);
	return rc;
}

static int
check_list(const struct rite *r, struct bytes der, struct err *err)
{
	const struct cert *by;
	struct cms *cms = NULL;
	int rc = -1;

	if (cms_parse(der, &cms, err) == -1 || cms_verify(cms, rite_list_type(r->list.kind), err) == -1)
		goto out;
	by = cms_signer_cert(cms);
	if (!bytes_equal(cms->content, bytes_of(&r->list.content)))
		err_set(err, FAIL_INPUT, "its content is another");
	else if (by == NULL || !bytes_equal(bytes_of(&by->der), bytes_of(&r->list.signer)))
		err_set(err, FAIL_INPUT, "its signer is another");
	else
		rc = 0;
out:
	cms_free(cms);
	return rc;
}

static int
check_key(const struct rite *r, struct bytes spki, struct err *err)
{
	struct pubkey *key = NULL;
	char rsa[16];
	int rc;

	if (pubkey_parse(spki, &key, err) == -1)
		return -1;
	snprintf(rsa, sizeof(rsa), "RSA-%u", key->bits);
	rc = strcmp(key->type == KEY_EC ? key->curve->name : rsa, r->generate.algorithm) == 0
		? 0
		: err_set(err, FAIL_INPUT, "it is no %s", r->generate.algorithm);
	pubkey_free(key);
	return rc;
}

int
rite_check(const struct rite *r, struct bytes text, const struct rite_outcome *o, struct err *err)
{
	static const char *const which[RITE_CERTIFICATES] = { "certificate", "link certificate" };
	const struct rite_certificate *c = r->certificates.items;
	uint8_t digest[SHA256_LEN];

	sha256(text, digest);
	if (!uuid_equal(&r->ceremony, &o->ceremony))
		return err_set(err, FAIL_INPUT, "response: it is of another ceremony");
	if (!bytes_equal(bytes_of(&o->rite_sha256), BYTES(digest, sizeof(digest))))
		return err_set(err, FAIL_INPUT, "response: it is of another request");
	if ((o->spki.n > 0) != r->has_generate || (o->crl.n > 0) != r->has_crl || (o->list.n > 0) != r->has_list)
		return err_set(err, FAIL_INPUT, "response: it has more or less in it than was asked for");
	if (r->has_generate && check_key(r, bytes_of(&o->spki), err) == -1)
		return err_prefix(err, "response: public key");
	for (size_t i = 0; i < RITE_CERTIFICATES; i++) {
		if (i >= r->certificates.n && o->certificate[i].n > 0)
			return err_set(err, FAIL_INPUT, "response: a %s that was not asked for", which[i]);
		if (i < r->certificates.n && check_certificate(r, &c[i], o, bytes_of(&o->certificate[i]), err) == -1)
			return err_prefix(err, "response: %s", which[i]);
	}
	if (r->has_crl && check_crl(r, bytes_of(&o->crl), err) == -1)
		return err_prefix(err, "response: CRL");
	if (r->has_list && check_list(r, bytes_of(&o->list), err) == -1)
		return err_prefix(err, "response: list");
	return 0;
}
