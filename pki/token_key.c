/* Keys of a token: found, made, used, destroyed.  Sessions are in token.c. */
#include <stdlib.h>

#include "pki/token-local.h"

struct token_key {
	enum key_type type;
	char label[TOKEN_LABEL_MAX];
	uint8_t id[TOKEN_KEY_ID_MAX];
	size_t id_len;
	struct pubkey *public;
	const struct sigalg *sigalg;
	/* The handle is the token's as long as the connection is this one; both are written together by key_handle. */
	_Atomic CK_OBJECT_HANDLE handle;
	_Atomic unsigned connection;
};

enum {
	SECRET_LEN = 32,
	RSA_MODULUS_MAX = 1024,
	MAX_SIGNATURE = 1024,
};

void
token_key_free(struct token_key *key)
{
	if (key == NULL)
		return;
	pubkey_free(key->public);
	free(key);
}

enum key_type
token_key_type(const struct token_key *key)
{
	return key->type;
}

const char *
token_key_label(const struct token_key *key)
{
	return key->label;
}

struct bytes
token_key_id(const struct token_key *key)
{
	return BYTES(key->id, key->id_len);
}

const struct pubkey *
token_key_public(const struct token_key *key)
{
	return key->public;
}

const struct sigalg *
token_key_sigalg(const struct token_key *key)
{
	return key->sigalg;
}

/* ---- finding ---- */

struct search {
	CK_OBJECT_CLASS class;
	const char *label;
	struct bytes id;
	CK_OBJECT_HANDLE found[2];
	CK_ULONG n;
};

static CK_RV
search_run(struct session *s, CK_FUNCTION_LIST *f, void *arg)
{
	struct search *q = arg;
	CK_ATTRIBUTE match[3] = { { CKA_CLASS, &q->class, sizeof(q->class) } };
	CK_ULONG n = 1;
	CK_RV rv, end;

	if (q->label != NULL)
		match[n++] = (CK_ATTRIBUTE){ CKA_LABEL, (void *)(uintptr_t)q->label, strlen(q->label) };
	if (q->id.n > 0)
		match[n++] = (CK_ATTRIBUTE){ CKA_ID, (void *)(uintptr_t)q->id.p, q->id.n };
	rv = f->C_FindObjectsInit(s->handle, match, n);
	if (rv != CKR_OK)
		return rv;
	rv = f->C_FindObjects(s->handle, q->found, NELEM(q->found), &q->n);
	end = f->C_FindObjectsFinal(s->handle);
	return rv != CKR_OK ? rv : end;
}

/* Private key, else secret key; FAIL_NOT_FOUND, FAIL_CONFLICT. */
static int
search_key(struct session *s, struct search *q, struct err *err)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_PRIVATE_KEY, CKO_SECRET_KEY };

	for (size_t i = 0; i < NELEM(classes); i++) {
		q->class = classes[i];
		if (session_run(s, search_run, q, "looking for a key", err) == -1)
			return -1;
		if (q->n > 1)
			return err_set(err, FAIL_CONFLICT, "token: more than one key %s", q->label != NULL ? q->label : "of this identifier");
		if (q->n == 1)
			return 0;
	}
	return err_set(err, FAIL_NOT_FOUND, "token: no key %s", q->label != NULL ? q->label : "of this identifier");
}

struct reading {
	CK_OBJECT_HANDLE object;
	CK_ATTRIBUTE *attribute;
	CK_ULONG n;
};

/* Attributes the token does not know have length CK_UNAVAILABLE_INFORMATION afterwards; that is no error here. */
static CK_RV
read_run(struct session *s, CK_FUNCTION_LIST *f, void *arg)
{
	struct reading *r = arg;
	CK_RV rv = f->C_GetAttributeValue(s->handle, r->object, r->attribute, r->n);

	return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ? CKR_OK : rv;
}

static int
attributes_read(struct session *s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a, CK_ULONG n, struct err *err)
{
	struct reading r = { object, a, n };

	return session_run(s, read_run, &r, "reading a key's attributes", err);
}

static bool
has_length(const CK_ATTRIBUTE *a, size_t least)
{
	return a->ulValueLen != CK_UNAVAILABLE_INFORMATION && a->ulValueLen >= least;
}

struct protection {
	CK_OBJECT_HANDLE object;
	const char *otherwise; /* the first rule that does not hold; NULL: all do */
};

/* A key that can leave the token, or do more than sign, is not one of ours.  An attribute that the token does not know counts as false. */
static CK_RV
protection_run(struct session *s, CK_FUNCTION_LIST *f, void *arg)
{
	static const struct {
		CK_ATTRIBUTE_TYPE type;
		bool want;
		const char *otherwise;
	} rules[] = {
		{ CKA_SENSITIVE, true, "is not sensitive" },
		{ CKA_EXTRACTABLE, false, "is extractable" },
		{ CKA_SIGN, true, "is not for signing" },
		{ CKA_DECRYPT, false, "may also decrypt" },
		{ CKA_UNWRAP, false, "may also unwrap" },
		{ CKA_DERIVE, false, "may also derive keys" },
	};
	struct protection *p = arg;
	CK_BBOOL value[NELEM(rules)] = { 0 };
	CK_ATTRIBUTE a[NELEM(rules)];
	struct reading r = { p->object, a, NELEM(rules) };
	CK_RV rv;

	for (size_t i = 0; i < NELEM(rules); i++)
		a[i] = (CK_ATTRIBUTE){ rules[i].type, &value[i], sizeof(value[i]) };
	if ((rv = read_run(s, f, &r)) != CKR_OK)
		return rv;
	p->otherwise = NULL;
	for (size_t i = 0; i < NELEM(rules) && p->otherwise == NULL; i++)
		if ((has_length(&a[i], 1) && value[i] != CK_FALSE) != rules[i].want)
			p->otherwise = rules[i].otherwise;
	return CKR_OK;
}

static int
check_protection(struct session *s, CK_OBJECT_HANDLE object, const char *label, struct err *err)
{
	struct protection p = { .object = object };

	if (session_run(s, protection_run, &p, "reading a key's attributes", err) == -1)
		return -1;
	return p.otherwise == NULL ? 0 : err_set(err, FAIL_DENIED, "token: key %s %s", label, p.otherwise);
}

static int
read_names(struct session *s, CK_OBJECT_HANDLE object, struct token_key *key, CK_KEY_TYPE *type, struct err *err)
{
	CK_ATTRIBUTE a[] = {
		{ CKA_KEY_TYPE, type, sizeof(*type) },
		{ CKA_LABEL, key->label, sizeof(key->label) - 1 },
		{ CKA_ID, key->id, sizeof(key->id) },
	};

	if (attributes_read(s, object, a, NELEM(a), err) == -1)
		return -1;
	if (!has_length(&a[0], sizeof(*type)) || !has_length(&a[1], 0) || !has_length(&a[2], 0))
		return err_set(err, FAIL_INTERNAL, "token: a key without type, label or identifier");
	key->label[a[1].ulValueLen] = '\0';
	key->id_len = a[2].ulValueLen;
	return 0;
}

static int
read_ec_public(struct session *s, CK_OBJECT_HANDLE object, struct token_key *key, struct err *err)
{
	uint8_t params[64], wrapped[256];
	CK_ATTRIBUTE a[] = {
		{ CKA_EC_PARAMS, params, sizeof(params) },
		{ CKA_EC_POINT, wrapped, sizeof(wrapped) },
	};
	const struct curve *curve;
	struct bytes point;
	struct der d;
	bool is_explicit;

	if (attributes_read(s, object, a, NELEM(a), err) == -1)
		return -1;
	if (!has_length(&a[0], 1) || !has_length(&a[1], 1))
		return err_set(err, FAIL_INTERNAL, "token: key %s has no readable public point", key->label);
	if (curve_of_parameters(BYTES(params, a[0].ulValueLen), &curve, &is_explicit, err) == -1)
		return -1;
	d = der_reader(BYTES(wrapped, a[1].ulValueLen));
	if (der_get(&d, DER_OCTET_STRING, &point, "token: EC point", err) == -1 || der_end(&d, "token: EC point", err) == -1 ||
		pubkey_new_ec(curve, point, &key->public, err) == -1)
		return -1;
	key->sigalg = sigalg_choose(KEY_EC, curve->hash_bits, false);
	return 0;
}

static int
read_rsa_public(struct session *s, CK_OBJECT_HANDLE object, struct token_key *key, struct err *err)
{
	uint8_t modulus[RSA_MODULUS_MAX], exponent[16];
	CK_ATTRIBUTE a[] = {
		{ CKA_MODULUS, modulus, sizeof(modulus) },
		{ CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent) },
	};

	if (attributes_read(s, object, a, NELEM(a), err) == -1)
		return -1;
	if (!has_length(&a[0], 1) || !has_length(&a[1], 1))
		return err_set(err, FAIL_INTERNAL, "token: key %s has no readable modulus", key->label);
	key->sigalg = sigalg_choose(KEY_RSA, 256, true);
	return pubkey_new_rsa(BYTES(modulus, a[0].ulValueLen), BYTES(exponent, a[1].ulValueLen), &key->public, err);
}

static int
read_public(struct session *s, struct token_key *key, CK_KEY_TYPE type, struct err *err)
{
	struct search q = { .class = CKO_PUBLIC_KEY, .label = key->label, .id = BYTES(key->id, key->id_len) };

	if (session_run(s, search_run, &q, "looking for a public key", err) == -1)
		return -1;
	if (q.n != 1)
		return err_set(err, FAIL_NOT_FOUND, "token: key %s has %lu public halves", key->label, (unsigned long)q.n);
	return type == CKK_RSA ? read_rsa_public(s, q.found[0], key, err) : read_ec_public(s, q.found[0], key, err);
}

/* The object as a key: names, protection and public half are looked at here, once, not at every signature. */
static int
key_load(struct session *s, CK_OBJECT_HANDLE object, struct token_key **out, struct err *err)
{
	struct token_key *key = calloc(1, sizeof(*key));
	CK_KEY_TYPE type = 0;

	if (key == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (read_names(s, object, key, &type, err) == -1 || check_protection(s, object, key->label, err) == -1)
		goto fail;
	switch (type) {
	case CKK_EC:
		key->type = KEY_EC;
		break;
	case CKK_RSA:
		key->type = KEY_RSA;
		break;
	case CKK_GENERIC_SECRET:
	case CKK_SHA256_HMAC:
		key->type = KEY_SECRET;
		break;
	default:
		err_set(err, FAIL_INPUT, "token: key %s is neither EC, RSA nor a generic secret", key->label);
		goto fail;
	}
	if (key->type != KEY_SECRET && read_public(s, key, type, err) == -1)
		goto fail;
	key->handle = object;
	key->connection = session_connection(s);
	*out = key;
	return 0;
fail:
	token_key_free(key);
	return -1;
}

int
token_key_find(struct session *s, const char *label, struct bytes id, struct token_key **key, struct err *err)
{
	struct search q = { .label = label, .id = id };

	if (label == NULL && id.n == 0)
		return err_set(err, FAIL_INPUT, "token: a key is found by label or identifier, neither was given");
	if (search_key(s, &q, err) == -1)
		return -1;
	return key_load(s, q.found[0], key, err);
}

/* ---- making and destroying ---- */

struct generation {
	CK_MECHANISM mechanism;
	CK_ATTRIBUTE private[12], public[8];
	CK_ULONG nprivate, npublic;
	CK_OBJECT_HANDLE private_handle, public_handle;
};

static CK_RV
generate_run(struct session *s, CK_FUNCTION_LIST *f, void *arg)
{
	struct generation *g = arg;

	if (g->npublic == 0)
		return f->C_GenerateKey(s->handle, &g->mechanism, g->private, g->nprivate, &g->private_handle);
	return f->C_GenerateKeyPair(s->handle, &g->mechanism, g->public, g->npublic, g->private, g->nprivate,
		&g->public_handle, &g->private_handle);
}

static int
check_free(struct session *s, const char *label, struct bytes id, struct err *err)
{
	const struct search both[] = { { .label = label }, { .id = id } };

	for (size_t i = 0; i < NELEM(both); i++) {
		struct search q = both[i];
		struct err none = ERR_INIT;

		if (i == 1 && id.n == 0)
			break;
		if (search_key(s, &q, &none) == 0 || none.kind == FAIL_CONFLICT)
			return err_set(err, FAIL_CONFLICT, "token: a key %s is there already", i == 0 ? label : "of this identifier");
		if (none.kind != FAIL_NOT_FOUND) {
			*err = none;
			return -1;
		}
	}
	return 0;
}

static CK_RV
destroy_run(struct session *s, CK_FUNCTION_LIST *f, void *arg)
{
	return f->C_DestroyObject(s->handle, *(CK_OBJECT_HANDLE *)arg);
}

/*
 * Public halves of this label and identifier whose private half is not there: a token writes one after the other, and who generated was
 * killed in between.  Left alone they would make the new key ambiguous.
 */
static int
drop_orphans(struct session *s, const char *label, struct bytes id, struct err *err)
{
	struct search q = { .class = CKO_PUBLIC_KEY, .label = label, .id = id };

	do {
		if (session_run(s, search_run, &q, "looking for a public key", err) == -1)
			return -1;
		for (CK_ULONG i = 0; i < q.n; i++)
			if (session_run(s, destroy_run, &q.found[i], "removing half a key", err) == -1)
				return -1;
	} while (q.n > 0);
	return 0;
}

static void
add(CK_ATTRIBUTE *list, CK_ULONG *n, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	list[(*n)++] = (CK_ATTRIBUTE){ type, (void *)(uintptr_t)value, len };
}

int
token_key_generate(struct session *s, const char *kind, const char *label, struct bytes id, struct token_key **key,
	struct err *err)
{
	static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	static const CK_BYTE f4[] = { 1, 0, 1 };
	static const CK_KEY_TYPE secret_type = CKK_GENERIC_SECRET;
	static const CK_ULONG secret_len = SECRET_LEN;
	const struct curve *curve = curve_by_name(kind);
	bool is_secret = strcmp(kind, "HMAC") == 0, is_rsa = strncmp(kind, "RSA-", 4) == 0;
	CK_ULONG bits = is_rsa ? strtoul(kind + 4, NULL, 10) : 0;
	struct der_out params = DER_OUT_INIT;
	struct generation g = { 0 };
	int rc = -1;

	if (curve == NULL && !is_secret && (!is_rsa || bits < 2048 || bits > 4096 || bits % 1024 != 0))
		return err_set(err, FAIL_INPUT, "key kind: %s is none we make", kind);
	if (label == NULL || label[0] == '\0' || strlen(label) >= TOKEN_LABEL_MAX || id.n > TOKEN_KEY_ID_MAX)
		return err_set(err, FAIL_INPUT, "key label: wanted 1 to %d octets, and an identifier of at most %d", TOKEN_LABEL_MAX - 1, TOKEN_KEY_ID_MAX);
	if (check_free(s, label, id, err) == -1 || drop_orphans(s, label, id, err) == -1)
		return -1;

	add(g.private, &g.nprivate, CKA_TOKEN, &yes, sizeof(yes));
	add(g.private, &g.nprivate, CKA_PRIVATE, &yes, sizeof(yes));
	add(g.private, &g.nprivate, CKA_SENSITIVE, &yes, sizeof(yes));
	add(g.private, &g.nprivate, CKA_EXTRACTABLE, &no, sizeof(no));
	add(g.private, &g.nprivate, CKA_SIGN, &yes, sizeof(yes));
	add(g.private, &g.nprivate, CKA_DECRYPT, &no, sizeof(no));
	add(g.private, &g.nprivate, CKA_UNWRAP, &no, sizeof(no));
	add(g.private, &g.nprivate, CKA_DERIVE, &no, sizeof(no));
	add(g.private, &g.nprivate, CKA_LABEL, label, strlen(label));
	add(g.private, &g.nprivate, CKA_ID, id.p, id.n);
	if (is_secret) {
		add(g.private, &g.nprivate, CKA_KEY_TYPE, &secret_type, sizeof(secret_type));
		add(g.private, &g.nprivate, CKA_VALUE_LEN, &secret_len, sizeof(secret_len));
		g.mechanism.mechanism = CKM_GENERIC_SECRET_KEY_GEN;
	} else {
		add(g.public, &g.npublic, CKA_TOKEN, &yes, sizeof(yes));
		add(g.public, &g.npublic, CKA_VERIFY, &yes, sizeof(yes));
		add(g.public, &g.npublic, CKA_LABEL, label, strlen(label));
		add(g.public, &g.npublic, CKA_ID, id.p, id.n);
	}
	if (is_rsa) {
		add(g.public, &g.npublic, CKA_MODULUS_BITS, &bits, sizeof(bits));
		add(g.public, &g.npublic, CKA_PUBLIC_EXPONENT, f4, sizeof(f4));
		g.mechanism.mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN;
	} else if (curve != NULL) {
		der_oid(&params, curve->oid);
		if (buf_check(&params.buf, err) == -1)
			goto out;
		add(g.public, &g.npublic, CKA_EC_PARAMS, params.buf.p, params.buf.n);
		g.mechanism.mechanism = CKM_EC_KEY_PAIR_GEN;
	}
	if (session_run(s, generate_run, &g, "generating a key", err) == -1)
		goto out;
	rc = key_load(s, g.private_handle, key, err);
out:
	der_out_clear(&params);
	return rc;
}

int
token_key_destroy(struct session *s, struct token_key *key, struct err *err)
{
	/* The private half first: should the second step fail, nothing can sign any more. */
	static const CK_OBJECT_CLASS classes[] = { CKO_PRIVATE_KEY, CKO_SECRET_KEY, CKO_PUBLIC_KEY };
	unsigned destroyed = 0;

	for (size_t i = 0; i < NELEM(classes); i++) {
		struct search q = { .class = classes[i], .label = key->label, .id = token_key_id(key) };

		if (session_run(s, search_run, &q, "looking for a key", err) == -1)
			return -1;
		for (CK_ULONG k = 0; k < q.n; k++, destroyed++)
			if (session_run(s, destroy_run, &q.found[k], "destroying a key", err) == -1)
				return -1;
	}
	key->connection = 0;
	return destroyed > 0 ? 0 : err_set(err, FAIL_NOT_FOUND, "token: no key %s", key->label);
}

/* ---- using ---- */

struct signing {
	struct token_key *key;
	CK_MECHANISM mechanism;
	struct bytes in;
	uint8_t out[MAX_SIGNATURE];
	CK_ULONG n;
};

/* The key's handle in this session's connection; found again after the token was lost. */
static CK_RV
key_handle(struct session *s, CK_FUNCTION_LIST *f, struct token_key *key, CK_OBJECT_HANDLE *handle)
{
	struct search q = { .label = key->label, .id = token_key_id(key) };
	struct protection p = { .otherwise = NULL };
	CK_RV rv;

	if (atomic_load(&key->connection) == s->connection) {
		*handle = atomic_load(&key->handle);
		return CKR_OK;
	}
	q.class = key->type == KEY_SECRET ? CKO_SECRET_KEY : CKO_PRIVATE_KEY;
	rv = search_run(s, f, &q);
	if (rv != CKR_OK)
		return rv;
	if (q.n != 1)
		return CKR_KEY_HANDLE_INVALID;
	p.object = q.found[0]; /* it may be another object than the one that was looked at when the key was found first */
	if ((rv = protection_run(s, f, &p)) != CKR_OK)
		return rv;
	if (p.otherwise != NULL)
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	atomic_store(&key->handle, q.found[0]);
	atomic_store(&key->connection, s->connection);
	*handle = q.found[0];
	return CKR_OK;
}

static CK_RV
sign_run(struct session *s, CK_FUNCTION_LIST *f, void *arg)
{
	struct signing *sg = arg;
	CK_OBJECT_HANDLE handle = 0;
	CK_RV rv = key_handle(s, f, sg->key, &handle);

	if (rv == CKR_OK)
		rv = f->C_SignInit(s->handle, &sg->mechanism, handle);
	if (rv != CKR_OK)
		return rv;
	sg->n = sizeof(sg->out);
	return f->C_Sign(s->handle, (CK_BYTE *)(uintptr_t)sg->in.p, sg->in.n, sg->out, &sg->n);
}

/* r || s as an X.509 signature value. */
static int
ecdsa_der(struct bytes plain, struct buf *signature, struct err *err)
{
	struct der_out o = DER_OUT_INIT;

	der_open(&o, DER_SEQUENCE);
	der_integer(&o, BYTES(plain.p, plain.n / 2));
	der_integer(&o, BYTES(plain.p + plain.n / 2, plain.n / 2));
	der_close(&o);
	return der_finish(&o, signature, err);
}

static int
sign_ec(struct session *s, struct token_key *key, const struct sigalg *alg, enum signature_form form, struct bytes message,
	struct buf *signature, struct err *err)
{
	const struct curve *curve = key->public->curve;
	struct signing sg = { .key = key, .mechanism = { CKM_ECDSA, NULL, 0 } };
	struct buf plain = BUF_INIT;
	uint8_t digest[64];
	size_t n = digest_of(alg->hash_bits, message, digest);

	if (n * 8 > curve->order_bits) /* the leftmost bits; every shorter order here is whole octets */
		n = curve->order_bits / 8;
	sg.in = BYTES(digest, n);
	if (session_run(s, sign_run, &sg, "signing", err) == -1)
		return -1;
	if (sg.n != 2 * curve->len)
		return err_set(err, FAIL_INTERNAL, "token: signature of %lu octets, wanted %u", (unsigned long)sg.n, 2 * curve->len);
	if (form == SIGNATURE_DER)
		return ecdsa_der(BYTES(sg.out, sg.n), signature, err);
	buf_add(&plain, sg.out, sg.n);
	if (buf_check(&plain, err) == -1)
		return -1;
	buf_move(signature, &plain);
	return 0;
}

static int
sign_rsa(struct session *s, struct token_key *key, const struct sigalg *alg, struct bytes message, struct buf *signature,
	struct err *err)
{
	static const struct {
		unsigned bits;
		CK_MECHANISM_TYPE pkcs1, pss, hash;
		CK_RSA_PKCS_MGF_TYPE mgf;
	} rsa[] = {
		{ 224, CKM_SHA224_RSA_PKCS, CKM_SHA224_RSA_PKCS_PSS, CKM_SHA224, CKG_MGF1_SHA224 },
		{ 256, CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256 },
		{ 384, CKM_SHA384_RSA_PKCS, CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384 },
		{ 512, CKM_SHA512_RSA_PKCS, CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA512 },
	};
	CK_RSA_PKCS_PSS_PARAMS pss = { 0 };
	struct signing sg = { .key = key, .in = message };
	struct buf plain = BUF_INIT;
	size_t i = 0;

	while (i < NELEM(rsa) - 1 && rsa[i].bits != alg->hash_bits)
		i++;
	sg.mechanism.mechanism = rsa[i].pkcs1;
	if (alg->is_pss) {
		pss = (CK_RSA_PKCS_PSS_PARAMS){ rsa[i].hash, rsa[i].mgf, alg->hash_bits / 8 };
		sg.mechanism = (CK_MECHANISM){ rsa[i].pss, &pss, sizeof(pss) };
	}
	if (session_run(s, sign_run, &sg, "signing", err) == -1)
		return -1;
	buf_add(&plain, sg.out, sg.n);
	if (buf_check(&plain, err) == -1)
		return -1;
	buf_move(signature, &plain);
	return 0;
}

int
token_sign(struct session *s, struct token_key *key, const struct sigalg *alg, enum signature_form form, struct bytes message,
	struct buf *signature, struct err *err)
{
	if (key->type == KEY_SECRET || alg->key != key->type || alg->is_weak)
		return err_set(err, FAIL_INPUT, "token: key %s does not sign with %s", key->label, alg->name);
	if (key->type == KEY_RSA)
		return sign_rsa(s, key, alg, message, signature, err);
	return sign_ec(s, key, alg, form, message, signature, err);
}

int
token_hmac(struct session *s, struct token_key *key, struct bytes message, uint8_t out[32], struct err *err)
{
	struct signing sg = { .key = key, .mechanism = { CKM_SHA256_HMAC, NULL, 0 }, .in = message };
	int rc = -1;

	if (key->type != KEY_SECRET)
		return err_set(err, FAIL_INPUT, "token: key %s is no secret for HMAC", key->label);
	if (session_run(s, sign_run, &sg, "HMAC", err) == -1)
		goto out;
	if (sg.n != 32) {
		err_set(err, FAIL_INTERNAL, "token: HMAC of %lu octets, wanted 32", (unsigned long)sg.n);
		goto out;
	}
	memcpy(out, sg.out, 32);
	rc = 0;
out:
	wipe(&sg, sizeof(sg));
	return rc;
}
