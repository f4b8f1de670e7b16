/* cvc_chain.c - chains of card-verifiable certificates, as the chip walks them: one certificate at a time, under the key before it.  TR-03110-3 2.5. */
#include "pki/cvc.h"
#include "registry/base/der.h"

void
cvc_key_clear(struct cvc_key *key)
{
	pubkey_free(key->key);
	*key = CVC_KEY_INIT;
}

static int
copy_pubkey(const struct pubkey *from, struct pubkey **to, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct buf spki = BUF_INIT;
	int rc = -1;

	if (pubkey_put(from, &o, err) == 0 && der_finish(&o, &spki, err) == 0)
		rc = pubkey_parse(bytes_of(&spki), to, err);
	der_out_clear(&o);
	buf_clear(&spki);
	return rc;
}

int
cvc_key_copy(struct cvc_key *to, const struct cvc_key *from, struct err *err)
{
	struct cvc_key copy = *from;

	copy.key = NULL;
	if (copy_pubkey(from->key, &copy.key, err) == -1)
		return -1;
	cvc_key_clear(to);
	*to = copy;
	return 0;
}

/* The key a certificate states; on `inherited` when it names no curve. */
static int
key_of(const struct cvc *cvc, const struct curve *inherited, struct cvc_key *key, struct err *err)
{
	const struct curve *curve = cvc->curve != NULL ? cvc->curve : inherited;

	*key = (struct cvc_key){ .scheme = cvc->scheme,
		.terminal = cvc->terminal,
		.role = cvc->role,
		.nrights = cvc->nrights,
		.effective = cvc->effective,
		.expiry = cvc->expiry };
	memcpy(key->holder, cvc->holder, sizeof(key->holder));
	memcpy(key->rights, cvc->rights, sizeof(key->rights));
	if (cvc->scheme->key == KEY_RSA)
		return pubkey_new_rsa(cvc->modulus, cvc->exponent, &key->key, err);
	if (curve == NULL)
		return err_set(err, FAIL_DENIED, "CV certificate %s: no domain parameters, neither its own nor its issuer's (TR-03110-3 D.3.3)", cvc->holder);
	return pubkey_new_ec(curve, cvc->point, &key->key, err);
}

int
cvc_key_check(const struct cvc_key *key, struct bytes message, struct bytes signature, struct err *err)
{
	struct buf der = BUF_INIT;
	int rc = -1;

	if (key->key->type == KEY_EC) {
		if (signature.n != 2 * (size_t)key->key->curve->len) {
			err_set(err, FAIL_DENIED, "signature by %s: %zu octets, wanted %u (TR-03110-3 A.7.3)", key->holder, signature.n, 2 * key->key->curve->len);
			goto out;
		}
		if (cvc_der_of_plain(signature, &der, err) == -1)
			goto out;
		signature = bytes_of(&der);
	}
	rc = sigalg_verify(key->scheme, key->key->evp, message, signature, err);
	if (rc == -1 && err->kind == FAIL_INPUT)
		err_set(err, FAIL_DENIED, "signature by %s: %s does not verify", key->holder, key->scheme->name);
out:
	buf_clear(&der);
	return rc;
}

int
cvc_trust_point(const struct cvc *cvc, struct cvc_key *key, struct err *err)
{
	struct cvc_key k = CVC_KEY_INIT;

	if (!cvc_is_self_signed(cvc) || cvc->role != CVC_CVCA)
		return err_set(err, FAIL_DENIED, "CV certificate %s: not a CVCA's own (TR-03110-3 C.1)", cvc->holder);
	if (key_of(cvc, NULL, &k, err) == -1 || cvc_key_check(&k, cvc->body, cvc->signature, err) == -1) {
		cvc_key_clear(&k);
		return -1;
	}
	cvc_key_clear(key);
	*key = k;
	return 0;
}

/* Who may certify whom. */
static bool
may_certify(enum cvc_role issuer, enum cvc_role holder)
{
	switch (issuer) {
	case CVC_CVCA: return holder != CVC_IS;
	case CVC_DV_DOMESTIC:
	case CVC_DV_FOREIGN: return holder == CVC_IS;
	case CVC_IS: break;
	}
	return false;
}

static int
check_place(const struct cvc *cvc, const struct cvc_key *issuer, struct date today, struct err *err)
{
	bool is_link = cvc->role == CVC_CVCA;

	if (strcmp(cvc->authority, issuer->holder) != 0)
		return err_set(err, FAIL_DENIED, "CV certificate %s: its authority is %s, not %s", cvc->holder, cvc->authority, issuer->holder);
	if (cvc->terminal != issuer->terminal)
		return err_set(err, FAIL_DENIED, "CV certificate %s: for another type of terminal than its issuer", cvc->holder);
	if (!may_certify(issuer->role, cvc->role))
		return err_set(err, FAIL_DENIED, "CV certificate %s: its role is none that %s may give (TR-03110-3 2.5)", cvc->holder, issuer->holder);
	if (!is_link && cvc->curve != NULL)
		return err_set(err, FAIL_DENIED, "CV certificate %s: domain parameters below the CVCA (TR-03110-3 D.3.3)", cvc->holder);
	if (!is_link && date_compare(cvc->expiry, today) < 0)
		return err_set(err, FAIL_DENIED, "CV certificate %s: expired on %04u-%02u-%02u (TR-03110-3 2.5)", cvc->holder, (unsigned)cvc->expiry.year,
			(unsigned)cvc->expiry.month, (unsigned)cvc->expiry.day);
	return 0;
}

int
cvc_verify(const struct cvc *cvc, const struct cvc_key *issuer, struct date today, struct cvc_key *holder, struct err *err)
{
	struct cvc_key k = CVC_KEY_INIT;

	if (check_place(cvc, issuer, today, err) == -1 || cvc_key_check(issuer, cvc->body, cvc->signature, err) == -1 ||
		key_of(cvc, issuer->key->curve, &k, err) == -1) {
		cvc_key_clear(&k);
		return -1;
	}
	/* a link begins anew; below the CVCA nobody has a right that those above do not have */
	if (k.role != CVC_CVCA)
		for (unsigned i = 0; i < k.nrights; i++)
			k.rights[i] &= (uint8_t)(issuer->rights[i] | (i == 0 ? 0xC0 : 0));
	cvc_key_clear(holder);
	*holder = k;
	return 0;
}

int
cvc_verify_chain(const struct cvc_key *trust, const struct cvc *const *chain, size_t n, struct date today, struct cvc_key *last, struct err *err)
{
	struct cvc_key at = CVC_KEY_INIT;

	if (n > CVC_MAX_CHAIN)
		return err_set(err, FAIL_DENIED, "CV certificates: a chain of %zu, at most %d", n, CVC_MAX_CHAIN);
	if (cvc_key_copy(&at, trust, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (cvc_verify(chain[i], &at, today, &at, err) == -1) {
			cvc_key_clear(&at);
			return -1;
		}
	cvc_key_clear(last);
	*last = at;
	return 0;
}

void
cvc_clock(const struct cvc_key *holder, bool issuer_is_domestic, struct date *today)
{
	bool counts = holder->role == CVC_CVCA || holder->role == CVC_DV_DOMESTIC || (holder->role == CVC_IS && issuer_is_domestic);

	if (counts && date_compare(holder->effective, *today) > 0)
		*today = holder->effective;
}

/* ---- plain signatures, TR-03111 5.2.1 ---- */

int
cvc_der_of_plain(struct bytes plain, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;

	if (plain.n == 0 || plain.n % 2 != 0)
		return err_set(err, FAIL_INPUT, "signature: %zu octets are no r and s of one length", plain.n);
	der_open(&o, DER_SEQUENCE);
	der_integer(&o, BYTES(plain.p, plain.n / 2));
	der_integer(&o, BYTES(plain.p + plain.n / 2, plain.n / 2));
	der_close(&o);
	return der_finish(&o, out, err);
}

int
cvc_plain_of_der(struct bytes der, size_t half, struct buf *out, struct err *err)
{
	struct der d = der_reader(der), seq;
	struct bytes number[2];
	struct buf plain = BUF_INIT;
	uint8_t *p;

	if (der_enter(&d, DER_SEQUENCE, &seq, "signature", err) == -1 || der_end(&d, "signature", err) == -1 ||
		der_get(&seq, DER_INTEGER, &number[0], "signature", err) == -1 || der_get(&seq, DER_INTEGER, &number[1], "signature", err) == -1 ||
		der_end(&seq, "signature", err) == -1)
		return -1;
	p = buf_reserve(&plain, 2 * half);
	for (unsigned i = 0; p != NULL && i < 2; i++) {
		struct bytes v = number[i];

		while (v.n > 0 && v.p[0] == 0)
			v = BYTES(v.p + 1, v.n - 1);
		if (v.n > half) {
			buf_clear(&plain);
			return err_set(err, FAIL_INPUT, "signature: a number of %zu octets, wanted at most %zu", v.n, half);
		}
		memcpy(p + i * half + half - v.n, v.p, v.n);
	}
	if (buf_check(&plain, err) == -1)
		return -1;
	buf_move(out, &plain);
	return 0;
}
