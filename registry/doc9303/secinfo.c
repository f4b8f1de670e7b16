/* secinfo.c - one table of protocols; the kind of each says what its SecurityInfo holds. */
#include <limits.h>
#include <stdio.h>

#include "registry/base/der.h"
#include "registry/doc9303/lds.h"
#include "registry/doc9303/secinfo.h"

const char secinfo_oid_standard_parameters[] = "0.4.0.127.0.7.1.2";

/* clang-format off */
#define BSI "0.4.0.127.0.7.2.2."
#define CIPHERS(arc, kind, agreement, mapping, name) \
	{ BSI arc ".1", kind, agreement, mapping, SECINFO_3DES, 112, name "-3DES-CBC-CBC" }, \
	AES_ONLY(arc, kind, agreement, mapping, name)
#define AES_ONLY(arc, kind, agreement, mapping, name) \
	{ BSI arc ".2", kind, agreement, mapping, SECINFO_AES, 128, name "-AES-CBC-CMAC-128" }, \
	{ BSI arc ".3", kind, agreement, mapping, SECINFO_AES, 192, name "-AES-CBC-CMAC-192" }, \
	{ BSI arc ".4", kind, agreement, mapping, SECINFO_AES, 256, name "-AES-CBC-CMAC-256" }
#define PLAIN(arc, kind, agreement, name) { BSI arc, kind, agreement, SECINFO_NO_MAPPING, SECINFO_NO_CIPHER, 0, name }

static const struct secinfo_protocol protocols[] = {
	PLAIN("1.1", SECINFO_CA_KEY, SECINFO_DH, "id-PK-DH"),
	PLAIN("1.2", SECINFO_CA_KEY, SECINFO_ECDH, "id-PK-ECDH"),
	PLAIN("2", SECINFO_TA, SECINFO_NO_AGREEMENT, "id-TA"),
	PLAIN("3.1", SECINFO_CA_DOMAIN, SECINFO_DH, "id-CA-DH"),
	PLAIN("3.2", SECINFO_CA_DOMAIN, SECINFO_ECDH, "id-CA-ECDH"),
	CIPHERS("3.1", SECINFO_CA, SECINFO_DH, SECINFO_NO_MAPPING, "id-CA-DH"),
	CIPHERS("3.2", SECINFO_CA, SECINFO_ECDH, SECINFO_NO_MAPPING, "id-CA-ECDH"),
	{ BSI "4.1", SECINFO_PACE_DOMAIN, SECINFO_DH, SECINFO_GM, SECINFO_NO_CIPHER, 0, "id-PACE-DH-GM" },
	{ BSI "4.2", SECINFO_PACE_DOMAIN, SECINFO_ECDH, SECINFO_GM, SECINFO_NO_CIPHER, 0, "id-PACE-ECDH-GM" },
	{ BSI "4.3", SECINFO_PACE_DOMAIN, SECINFO_DH, SECINFO_IM, SECINFO_NO_CIPHER, 0, "id-PACE-DH-IM" },
	{ BSI "4.4", SECINFO_PACE_DOMAIN, SECINFO_ECDH, SECINFO_IM, SECINFO_NO_CIPHER, 0, "id-PACE-ECDH-IM" },
	{ BSI "4.6", SECINFO_PACE_DOMAIN, SECINFO_ECDH, SECINFO_CAM, SECINFO_NO_CIPHER, 0, "id-PACE-ECDH-CAM" },
	CIPHERS("4.1", SECINFO_PACE, SECINFO_DH, SECINFO_GM, "id-PACE-DH-GM"),
	CIPHERS("4.2", SECINFO_PACE, SECINFO_ECDH, SECINFO_GM, "id-PACE-ECDH-GM"),
	CIPHERS("4.3", SECINFO_PACE, SECINFO_DH, SECINFO_IM, "id-PACE-DH-IM"),
	CIPHERS("4.4", SECINFO_PACE, SECINFO_ECDH, SECINFO_IM, "id-PACE-ECDH-IM"),
	AES_ONLY("4.6", SECINFO_PACE, SECINFO_ECDH, SECINFO_CAM, "id-PACE-ECDH-CAM"),
	PLAIN("5.1", SECINFO_RI_DOMAIN, SECINFO_DH, "id-RI-DH"),
	PLAIN("5.2", SECINFO_RI_DOMAIN, SECINFO_ECDH, "id-RI-ECDH"),
	PLAIN("5.1.1", SECINFO_RI, SECINFO_DH, "id-RI-DH-SHA-1"),
	PLAIN("5.1.2", SECINFO_RI, SECINFO_DH, "id-RI-DH-SHA-224"),
	PLAIN("5.1.3", SECINFO_RI, SECINFO_DH, "id-RI-DH-SHA-256"),
	PLAIN("5.1.4", SECINFO_RI, SECINFO_DH, "id-RI-DH-SHA-384"),
	PLAIN("5.1.5", SECINFO_RI, SECINFO_DH, "id-RI-DH-SHA-512"),
	PLAIN("5.2.1", SECINFO_RI, SECINFO_ECDH, "id-RI-ECDH-SHA-1"),
	PLAIN("5.2.2", SECINFO_RI, SECINFO_ECDH, "id-RI-ECDH-SHA-224"),
	PLAIN("5.2.3", SECINFO_RI, SECINFO_ECDH, "id-RI-ECDH-SHA-256"),
	PLAIN("5.2.4", SECINFO_RI, SECINFO_ECDH, "id-RI-ECDH-SHA-384"),
	PLAIN("5.2.5", SECINFO_RI, SECINFO_ECDH, "id-RI-ECDH-SHA-512"),
	PLAIN("6", SECINFO_CARD_INFO, SECINFO_NO_AGREEMENT, "id-CI"),
	PLAIN("8", SECINFO_PRIVILEGED, SECINFO_NO_AGREEMENT, "id-PT"),
	{ "2.23.136.1.1.5", SECINFO_AA, SECINFO_NO_AGREEMENT, SECINFO_NO_MAPPING, SECINFO_NO_CIPHER, 0, "id-icao-mrtd-security-aaProtocolObject" },
	{ "2.23.136.1.1.13", SECINFO_EF_DIR, SECINFO_NO_AGREEMENT, SECINFO_NO_MAPPING, SECINFO_NO_CIPHER, 0, "id-EFDIR" }
};

/* Doc 9303-11 9.5.1, table 6; 3 to 7 and 19 to 31 are reserved */
static const struct secinfo_parameters parameters[] = {
	{ 0, SECINFO_DH, 1024, "RFC 5114 2.1" },
	{ 1, SECINFO_DH, 2048, "RFC 5114 2.2" },
	{ 2, SECINFO_DH, 2048, "RFC 5114 2.3" },
	{ 8, SECINFO_ECDH, 192, "P-192" },
	{ 9, SECINFO_ECDH, 192, "brainpoolP192r1" },
	{ 10, SECINFO_ECDH, 224, "P-224" },
	{ 11, SECINFO_ECDH, 224, "brainpoolP224r1" },
	{ 12, SECINFO_ECDH, 256, "P-256" },
	{ 13, SECINFO_ECDH, 256, "brainpoolP256r1" },
	{ 14, SECINFO_ECDH, 320, "brainpoolP320r1" },
	{ 15, SECINFO_ECDH, 384, "P-384" },
	{ 16, SECINFO_ECDH, 384, "brainpoolP384r1" },
	{ 17, SECINFO_ECDH, 512, "brainpoolP512r1" },
	{ 18, SECINFO_ECDH, 521, "P-521" }
};
/* clang-format on */

/* What requiredData and optionalData are. */
enum shape {
	NOTHING,
	VERSION,   /* INTEGER, 1..255, into version */
	OBJECT,    /* SEQUENCE, whole, into data */
	OCTETS,    /* OCTET STRING, contents into data */
	IA5_TEXT,  /* IA5String, contents into data */
	INFOS,     /* SET, whole, into data */
	SIGNATURE, /* OBJECT IDENTIFIER, into signature; must be there */
	NUMBER,    /* INTEGER, into id; may be absent */
	FILE_ID    /* SEQUENCE, whole, into file_id; may be absent */
};
static const struct kind {
	const char *name;
	enum shape required, optional;
} kinds[] = {
	[SECINFO_OTHER] = { "SecurityInfo", NOTHING, NOTHING },
	[SECINFO_PACE] = { "PACEInfo", VERSION, NUMBER },
	[SECINFO_PACE_DOMAIN] = { "PACEDomainParameterInfo", OBJECT, NUMBER },
	[SECINFO_CA] = { "ChipAuthenticationInfo", VERSION, NUMBER },
	[SECINFO_CA_DOMAIN] = { "ChipAuthenticationDomainParameterInfo", OBJECT, NUMBER },
	[SECINFO_CA_KEY] = { "ChipAuthenticationPublicKeyInfo", OBJECT, NUMBER },
	[SECINFO_TA] = { "TerminalAuthenticationInfo", VERSION, FILE_ID },
	[SECINFO_AA] = { "ActiveAuthenticationInfo", VERSION, SIGNATURE },
	[SECINFO_EF_DIR] = { "EFDIRInfo", OCTETS, NOTHING },
	[SECINFO_RI] = { "RestrictedIdentificationInfo", OBJECT, NUMBER },
	[SECINFO_RI_DOMAIN] = { "RestrictedIdentificationDomainParameterInfo", OBJECT, NOTHING },
	[SECINFO_CARD_INFO] = { "CardInfoLocator", IA5_TEXT, FILE_ID },
	[SECINFO_PRIVILEGED] = { "PrivilegedTerminalInfo", INFOS, NOTHING }
};

/* ---- the tables ---- */

const struct secinfo_protocol *
secinfo_protocol(const char *oid)
{
	for (size_t i = 0; i < NELEM(protocols); i++)
		if (strcmp(oid, protocols[i].oid) == 0)
			return &protocols[i];
	return NULL;
}

const struct secinfo_protocol *
secinfo_protocol_at(size_t i)
{
	return i < NELEM(protocols) ? &protocols[i] : NULL;
}

const struct secinfo_protocol *
secinfo_protocol_choose(enum secinfo_kind kind, enum secinfo_agreement agreement, enum secinfo_mapping mapping, enum secinfo_cipher cipher,
	unsigned key_bits)
{
	for (size_t i = 0; i < NELEM(protocols); i++) {
		const struct secinfo_protocol *p = &protocols[i];

		if (p->kind == kind && p->agreement == agreement && p->mapping == mapping && p->cipher == cipher && p->key_bits == key_bits)
			return p;
	}
	return NULL;
}

const struct secinfo_parameters *
secinfo_parameters(int id)
{
	for (size_t i = 0; i < NELEM(parameters); i++)
		if (parameters[i].id == id)
			return &parameters[i];
	return NULL;
}

int
secinfo_standard_id(struct bytes algorithm_identifier)
{
	struct der d = der_reader(algorithm_identifier), seq;
	struct err err = ERR_INIT;
	char oid[SECINFO_OID];
	uint64_t id;

	if (der_enter(&d, DER_SEQUENCE, &seq, "domain parameters", &err) == -1 || der_get_oid(&seq, oid, sizeof(oid), "domain parameters", &err) == -1 ||
		strcmp(oid, secinfo_oid_standard_parameters) != 0 || der_get_uint(&seq, &id, "domain parameters", &err) == -1 || id > 31)
		return SECINFO_NO_ID;
	return (int)id;
}

unsigned
secinfo_aa_hash_bits(const char *oid)
{
	/* TR-03111 5.2.1: ecdsa-plain-signatures */
	static const char arc[] = "0.4.0.127.0.7.1.1.4.1.";
	static const unsigned bits[] = { 160, 224, 256, 384, 512 };
	size_t n = sizeof(arc) - 1;

	if (strncmp(oid, arc, n) != 0 || oid[n] < '1' || oid[n] > '5' || oid[n + 1] != 0)
		return 0;
	return bits[oid[n] - '1'];
}

/* ---- reading ---- */

static int
get_tagged(struct der *d, uint32_t tag, struct bytes *whole, const char *what, struct err *err)
{
	struct tlv tlv;

	if (der_peek(d) != tag)
		return err_set(err, FAIL_INPUT, "%s: tag %X, wanted %X (Doc 9303-11 9.2)", what, (unsigned)der_peek(d), (unsigned)tag);
	if (der_next(d, &tlv, what, err) == -1 || der_check(tlv.whole, what, err) == -1)
		return -1;
	*whole = tlv.whole;
	return 0;
}

static int
get_number(struct der *d, uint64_t least, uint64_t most, uint64_t *n, const char *what, struct err *err)
{
	if (der_get_uint(d, n, what, err) == -1)
		return -1;
	if (*n < least || *n > most)
		return err_set(err, FAIL_INPUT, "%s: %llu, wanted %llu to %llu (Doc 9303-11 9.2)", what, (unsigned long long)*n,
			(unsigned long long)least, (unsigned long long)most);
	return 0;
}

static int
get_shape(struct der *d, enum shape shape, struct secinfo *info, const char *what, struct err *err)
{
	uint64_t n = 0;

	switch (shape) {
	case NOTHING: return 0;
	case VERSION:
		if (get_number(d, 1, 255, &n, what, err) == -1)
			return -1;
		info->version = (unsigned)n;
		return 0;
	case OBJECT: return get_tagged(d, DER_SEQUENCE, &info->data, what, err);
	case OCTETS: return der_get(d, DER_OCTET_STRING, &info->data, what, err);
	case IA5_TEXT: return der_get(d, DER_IA5_STRING, &info->data, what, err);
	case INFOS: return get_tagged(d, DER_SET, &info->data, what, err);
	case SIGNATURE: return der_get_oid(d, info->signature, sizeof(info->signature), what, err);
	case NUMBER:
		if (!der_more(d))
			return 0;
		if (get_number(d, 0, INT_MAX, &n, what, err) == -1)
			return -1;
		info->id = (int)n;
		return 0;
	case FILE_ID: return der_more(d) ? get_tagged(d, DER_SEQUENCE, &info->file_id, what, err) : 0;
	}
	return 0;
}

static int
read_info(struct der *set, struct secinfo *info, struct err *err)
{
	const struct secinfo_protocol *p;
	const struct kind *k;
	struct der seq = der_reader(BYTES_NONE);
	struct tlv tlv;

	if (der_next(set, &tlv, "SecurityInfo", err) == -1)
		return -1;
	if (tlv.tag != DER_SEQUENCE)
		return err_set(err, FAIL_INPUT, "SecurityInfo: tag %X, wanted 30 (Doc 9303-11 9.2)", (unsigned)tlv.tag);
	*info = (struct secinfo){ .id = SECINFO_NO_ID, .whole = tlv.whole };
	seq = der_reader(tlv.value);
	if (der_get_oid(&seq, info->protocol, sizeof(info->protocol), "SecurityInfo, protocol", err) == -1)
		return -1;
	p = secinfo_protocol(info->protocol);
	if (p == NULL) {
		if (!der_more(&seq))
			return err_set(err, FAIL_INPUT, "SecurityInfo %s: has no requiredData (Doc 9303-11 9.2)", info->protocol);
		return der_check(tlv.whole, "SecurityInfo", err);
	}
	info->kind = p->kind;
	k = &kinds[p->kind];
	if (get_shape(&seq, k->required, info, k->name, err) == -1 || get_shape(&seq, k->optional, info, k->name, err) == -1)
		return -1;
	return der_end(&seq, k->name, err);
}

int
secinfos_read(struct bytes set, struct secinfos *infos, struct err *err)
{
	struct secinfos read = { .n = 0 };
	struct der d = der_reader(set), members;

	if (set.n > SECINFO_MAX_SET)
		return err_set(err, FAIL_INPUT, "SecurityInfos: %zu octets, wanted at most %d", set.n, SECINFO_MAX_SET);
	if (der_enter(&d, DER_SET, &members, "SecurityInfos", err) == -1 || der_end(&d, "SecurityInfos", err) == -1)
		return -1;
	while (der_more(&members)) {
		if (read.n == SECINFO_MAX)
			return err_set(err, FAIL_INPUT, "SecurityInfos: more than %d", SECINFO_MAX);
		if (read_info(&members, &read.info[read.n++], err) == -1)
			return -1;
	}
	if (read.n == 0)
		return err_set(err, FAIL_INPUT, "SecurityInfos: none is there (Doc 9303-11 9.2)");
	*infos = read;
	return 0;
}

const struct secinfo *
secinfos_next(const struct secinfos *infos, enum secinfo_kind kind, const struct secinfo *after)
{
	unsigned i = after == NULL ? 0 : (unsigned)(after - infos->info) + 1;

	for (; i < infos->n; i++)
		if (infos->info[i].kind == kind)
			return &infos->info[i];
	return NULL;
}

const struct secinfo *
secinfos_key(const struct secinfos *infos, int id)
{
	const struct secinfo *only = NULL;
	unsigned n = 0;

	for (const struct secinfo *k = NULL; (k = secinfos_next(infos, SECINFO_CA_KEY, k)) != NULL; n++) {
		if (id != SECINFO_NO_ID && k->id == id)
			return k;
		only = k;
	}
	return n == 1 && (id == SECINFO_NO_ID || only->id == SECINFO_NO_ID) ? only : NULL;
}

/* ---- writing ---- */

/* What is put in as it is must be one object of this tag. */
static int
put_object(struct der_out *o, uint32_t tag, struct bytes object, const char *what, struct err *err)
{
	struct der d = der_reader(object);

	if (der_peek(&d) != tag)
		return err_set(err, FAIL_INPUT, "%s: its data is no object of tag %X (Doc 9303-11 9.2)", what, (unsigned)tag);
	if (der_check(object, what, err) == -1)
		return -1;
	der_raw(o, object);
	return 0;
}

static int
put_shape(struct der_out *o, enum shape shape, const struct secinfo *info, const char *what, struct err *err)
{
	switch (shape) {
	case NOTHING: return 0;
	case VERSION:
		if (info->version < 1 || info->version > 255)
			return err_set(err, FAIL_INPUT, "%s: version %u, wanted 1 to 255 (Doc 9303-11 9.2)", what, info->version);
		der_uint(o, info->version);
		return 0;
	case OBJECT: return put_object(o, DER_SEQUENCE, info->data, what, err);
	case OCTETS: der_put(o, DER_OCTET_STRING, info->data); return 0;
	case IA5_TEXT: der_put(o, DER_IA5_STRING, info->data); return 0;
	case INFOS: return put_object(o, DER_SET, info->data, what, err);
	case SIGNATURE:
		if (info->signature[0] == 0)
			return err_set(err, FAIL_INPUT, "%s: has no signature algorithm (Doc 9303-11 9.2)", what);
		der_oid(o, info->signature);
		return 0;
	case NUMBER:
		if (info->id >= 0)
			der_uint(o, (uint64_t)info->id);
		return 0;
	case FILE_ID: return info->file_id.n == 0 ? 0 : put_object(o, DER_SEQUENCE, info->file_id, what, err);
	}
	return 0;
}

static int
put_info(struct der_out *o, const struct secinfo *info, struct err *err)
{
	const struct secinfo_protocol *p = secinfo_protocol(info->protocol);
	const struct kind *k;

	if (info->kind == SECINFO_OTHER)
		return put_object(o, DER_SEQUENCE, info->whole, kinds[SECINFO_OTHER].name, err);
	if (p == NULL || p->kind != info->kind)
		return err_set(err, FAIL_INPUT, "SecurityInfo: %s is not a protocol of its kind (Doc 9303-11 9.2)", info->protocol);
	k = &kinds[p->kind];
	der_open(o, DER_SEQUENCE);
	der_oid(o, p->oid);
	if (put_shape(o, k->required, info, k->name, err) == -1 || put_shape(o, k->optional, info, k->name, err) == -1)
		return -1;
	der_close(o);
	return 0;
}

static int
put_infos(struct der_out *o, const struct secinfos *infos, struct err *err)
{
	if (infos->n == 0 || infos->n > SECINFO_MAX)
		return err_set(err, FAIL_INPUT, "SecurityInfos: %u, wanted 1 to %d", infos->n, SECINFO_MAX);
	der_open(o, DER_SET);
	for (unsigned i = 0; i < infos->n; i++)
		if (put_info(o, &infos->info[i], err) == -1)
			return -1;
	der_close_set_of(o);
	if (o->buf.n > SECINFO_MAX_SET)
		return err_set(err, FAIL_TOO_LARGE, "SecurityInfos: %zu octets, wanted at most %d", o->buf.n, SECINFO_MAX_SET);
	return 0;
}

static int
write_infos(const struct secinfos *infos, uint32_t tag, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	int rc = -1;

	if (tag != 0)
		der_open(&o, tag);
	if (put_infos(&o, infos, err) == -1)
		goto out;
	if (tag != 0)
		der_close(&o);
	rc = der_finish(&o, out, err);
out:
	der_out_clear(&o);
	return rc;
}

int
secinfos_write(const struct secinfos *infos, struct buf *set, struct err *err)
{
	return write_infos(infos, 0, set, err);
}

int
lds_dg14_write(const struct secinfos *infos, struct buf *file, struct err *err)
{
	return write_infos(infos, lds_dg_tag(14), file, err);
}

int
lds_dg14_read(struct bytes file, struct secinfos *infos, struct err *err)
{
	struct der d = der_reader(file);
	struct bytes set;

	if (der_get(&d, lds_dg_tag(14), &set, "DG14", err) == -1 || der_end(&d, "DG14", err) == -1)
		return -1;
	return secinfos_read(set, infos, err) == -1 ? err_prefix(err, "DG14") : 0;
}

/* ---- the rules for our own documents ---- */

static int
check_parameters(const struct secinfos *infos, const struct secinfo *pace, struct err *err)
{
	const struct secinfo_protocol *p = secinfo_protocol(pace->protocol);
	const struct secinfo_parameters *standard = secinfo_parameters(pace->id);

	if (pace->id == SECINFO_NO_ID || (pace->id <= 31 && standard == NULL))
		return err_set(err, FAIL_INPUT, "%s: parameter id %d is none of Doc 9303-11 9.5.1", p->name, pace->id);
	if (standard != NULL && standard->agreement != p->agreement)
		return err_set(err, FAIL_INPUT, "%s: parameter id %d is for another key agreement (Doc 9303-11 9.5.1)", p->name, pace->id);
	if (standard != NULL)
		return 0;
	for (const struct secinfo *d = NULL; (d = secinfos_next(infos, SECINFO_PACE_DOMAIN, d)) != NULL;)
		if (d->id == pace->id)
			return 0;
	return err_set(err, FAIL_INPUT, "%s: parameter id %d without its domain parameters (Doc 9303-11 9.2.2)", p->name, pace->id);
}

static int
check_pace(const struct secinfos *infos, enum secinfo_place place, struct err *err)
{
	unsigned n = 0;

	for (const struct secinfo *i = NULL; (i = secinfos_next(infos, SECINFO_PACE, i)) != NULL; n++) {
		const struct secinfo_protocol *p = secinfo_protocol(i->protocol);

		if (i->version != 2)
			return err_set(err, FAIL_INPUT, "%s: version %u, wanted 2 (Doc 9303-11 9.2.1)", p->name, i->version);
		if (check_parameters(infos, i, err) == -1)
			return -1;
		if (p->mapping == SECINFO_CAM && place == SECINFO_CARD_SECURITY && secinfos_next(infos, SECINFO_CA_KEY, NULL) == NULL)
			return err_set(err, FAIL_INPUT, "%s: EF.CardSecurity has no public key for it (Doc 9303-11 9.2.11)", p->name);
	}
	if (n == 0 && place == SECINFO_CARD_ACCESS)
		return err_set(err, FAIL_INPUT, "EF.CardAccess: has no PACEInfo (Doc 9303-11 9.2.11)");
	return 0;
}

/* Each key has an id of its own when there are several, and each ChipAuthenticationInfo its key. */
static int
check_chip_authentication(const struct secinfos *infos, struct err *err)
{
	unsigned keys = 0, uses = 0;

	for (const struct secinfo *k = NULL; (k = secinfos_next(infos, SECINFO_CA_KEY, k)) != NULL;) {
		keys++;
		for (const struct secinfo *other = k; (other = secinfos_next(infos, SECINFO_CA_KEY, other)) != NULL;)
			if (k->id == SECINFO_NO_ID || k->id == other->id)
				return err_set(err, FAIL_INPUT, "ChipAuthenticationPublicKeyInfo: several keys and not each an id (Doc 9303-11 9.2.6)");
	}
	for (const struct secinfo *i = NULL; (i = secinfos_next(infos, SECINFO_CA, i)) != NULL; uses++) {
		const struct secinfo *key = secinfos_key(infos, i->id);

		if (i->version != 1)
			return err_set(err, FAIL_INPUT, "ChipAuthenticationInfo: version %u, wanted 1 (Doc 9303-11 9.2.5)", i->version);
		if (key == NULL)
			return err_set(err, FAIL_INPUT, "ChipAuthenticationInfo: its public key is not there (Doc 9303-11 9.2.5)");
		if (secinfo_protocol(key->protocol)->agreement != secinfo_protocol(i->protocol)->agreement)
			return err_set(err, FAIL_INPUT, "ChipAuthenticationInfo: its public key is of another kind (Doc 9303-11 9.2.6)");
	}
	if (keys > 0 && uses == 0)
		return err_set(err, FAIL_INPUT, "ChipAuthenticationPublicKeyInfo: without a ChipAuthenticationInfo (Doc 9303-11 9.2.5)");
	return 0;
}

/* EF.CardSecurity of a chip that only does chip authentication mapping has the key alone. */
static bool
needs_chip_authentication(const struct secinfos *infos, enum secinfo_place place)
{
	if (place == SECINFO_DG14)
		return true;
	return place == SECINFO_CARD_SECURITY && secinfos_next(infos, SECINFO_CA, NULL) != NULL;
}

int
secinfos_check(const struct secinfos *infos, enum secinfo_place place, struct err *err)
{
	if (check_pace(infos, place, err) == -1 || (needs_chip_authentication(infos, place) && check_chip_authentication(infos, err) == -1))
		return -1;
	for (const struct secinfo *i = NULL; (i = secinfos_next(infos, SECINFO_TA, i)) != NULL;)
		if (i->version != 1)
			return err_set(err, FAIL_INPUT, "TerminalAuthenticationInfo: version %u, wanted 1 (Doc 9303-11 9.2.7)", i->version);
	for (const struct secinfo *i = NULL; (i = secinfos_next(infos, SECINFO_AA, i)) != NULL;)
		if (i->version != 1 || secinfo_aa_hash_bits(i->signature) < 224)
			return err_set(err, FAIL_INPUT, "ActiveAuthenticationInfo: not version 1 with plain ECDSA and SHA-2 (Doc 9303-11 9.2.4)");
	return 0;
}
