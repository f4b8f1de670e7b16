/* What is signed: master list (Doc 9303-12 8.2), deviation list (9), LDS security object (Doc 9303-10 4.6.2.3). */
#include <stdio.h>
#include <stdlib.h>

#include "pki/lint-local.h"
#include "registry/base/digest.h"
#include "registry/doc9303/lds.h"

static int
order_of(struct bytes a, struct bytes b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : a.n < b.n ? -1
					      : a.n > b.n;
}

static bool
is_version_zero(struct der *seq)
{
	struct err err = ERR_INIT;
	uint64_t version;

	return der_get_uint(seq, &version, "version", &err) == 0 && version == 0;
}

/* ---- master list ---- */

struct member_digest {
	uint8_t sha256[SHA256_LEN];
	unsigned at;
};

static int
digest_compare(const void *a, const void *b)
{
	return memcmp(((const struct member_digest *)a)->sha256, ((const struct member_digest *)b)->sha256, SHA256_LEN);
}

static void
twice_lint(struct lint *l, struct member_digest *digest, unsigned n)
{
	if (n > 1)
		qsort(digest, n, sizeof(*digest), digest_compare);
	for (unsigned i = 1; i < n; i++)
		if (digest_compare(&digest[i - 1], &digest[i]) == 0)
			lint_add(l, LINT_ML_TWICE, "certificates %u and %u are the same", digest[i - 1].at < digest[i].at ? digest[i - 1].at : digest[i].at,
				digest[i - 1].at < digest[i].at ? digest[i].at : digest[i - 1].at);
}

static void
csca_member(struct lint *l, struct bytes der, unsigned at)
{
	struct cert *cert = NULL;
	struct err err = ERR_INIT;
	size_t before = l->n;
	char where[40];
	bool departs = false;

	snprintf(where, sizeof(where), "certificate %u", at);
	lint_member(l, der, where, LINT_CSCA, LINT_WARNING);
	for (size_t i = before; i < l->n; i++)
		departs |= l->finding[i].severity >= LINT_WARNING;
	l->departing += departs;
	if (cert_parse(der, &cert, &err) == 0 && !cert->is_ca && (cert->key_usage & KU_KEY_CERT_SIGN) == 0)
		lint_add(l, LINT_ML_NOT_CSCA, "certificate %u is no CSCA's: neither cA nor keyCertSign", at);
	cert_free(cert);
}

void
lint_master_list(struct lint *l, struct bytes content)
{
	struct der d = der_reader(content), seq, set;
	struct member_digest *digest = NULL;
	struct err err = ERR_INIT;
	struct bytes last = BYTES_NONE;
	struct tlv tlv;
	unsigned n = 0, cap = 0;
	bool is_sorted = true;

	if (der_enter(&d, DER_SEQUENCE, &seq, "CscaMasterList", &err) == -1 || der_end(&d, "CscaMasterList", &err) == -1) {
		lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
		return;
	}
	if (!is_version_zero(&seq))
		lint_add(l, LINT_ML_VERSION, "CscaMasterList: version is not 0");
	if (der_enter(&seq, DER_SET, &set, "certList", &err) == -1)
		lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
	else
		for (; der_more(&set); n++) {
			if (der_next(&set, &tlv, "certList", &err) == -1) {
				lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
				break;
			}
			if (n == cap) {
				struct member_digest *grown = realloc(digest, (cap = cap == 0 ? 64 : cap * 2) * sizeof(*digest));

				if (grown == NULL) {
					l->failed = true;
					break;
				}
				digest = grown;
			}
			sha256(tlv.whole, digest[n].sha256);
			digest[n].at = n;
			is_sorted &= last.n == 0 || order_of(last, tlv.whole) <= 0;
			last = tlv.whole;
			csca_member(l, tlv.whole, n);
		}
	if (n == 0)
		lint_add(l, LINT_ML_EMPTY, "CscaMasterList: no certificate");
	if (!is_sorted)
		lint_add(l, LINT_ML_ORDER, "CscaMasterList: the SET is not in the order of DER");
	twice_lint(l, digest, n);
	l->members = n;
	free(digest);
}

/* ---- deviation list ---- */

static void
deviation_type(struct lint *l, const char *oid, unsigned at)
{
	static const struct {
		const char *branch;
		unsigned last;
	} branches[] = { { "2.23.136.1.1.7.1", 4 }, { "2.23.136.1.1.7.2", 4 }, { "2.23.136.1.1.7.3", 2 }, { "2.23.136.1.1.7.4", 0 }, { "2.23.136.1.1.7.5", 0 } };

	for (size_t i = 0; i < NELEM(branches); i++) {
		size_t n = strlen(branches[i].branch);

		if (strncmp(oid, branches[i].branch, n) != 0)
			continue;
		if (oid[n] == '\0')
			return;
		if (oid[n] == '.' && oid[n + 1] >= '1' && oid[n + 1] <= '9' && oid[n + 2] == '\0' && (unsigned)(oid[n + 1] - '0') <= branches[i].last)
			return;
	}
	lint_add(l, LINT_DL_TYPE, "deviation %u: type %s is none of the standard", at, oid);
}

/* SEQUENCE { documents, SET OF { description, deviationType, parameters [0], nationalUse [1] } } */
static int
deviation_lint(struct lint *l, struct der one, unsigned at, struct err *err)
{
	struct der documents, kinds, kind;
	struct tlv tlv;
	struct bytes text;
	char oid[128];

	if (der_enter(&one, DER_SEQUENCE, &documents, "documents", err) == -1)
		return -1;
	while (der_more(&documents)) {
		if (der_next(&documents, &tlv, "documents", err) == -1)
			return -1;
		if ((tlv.tag & 0xc0) != 0x80 || (tlv.tag & 0x1f) > 5)
			return err_set(err, FAIL_INPUT, "documents: tag %02X, [0] to [5] are wanted", (unsigned)tlv.tag);
	}
	if (der_enter(&one, DER_SET, &kinds, "deviations", err) == -1 || der_end(&one, "deviation", err) == -1)
		return -1;
	if (!der_more(&kinds))
		return err_set(err, FAIL_INPUT, "deviations: empty");
	while (der_more(&kinds)) {
		if (der_enter(&kinds, DER_SEQUENCE, &kind, "deviation", err) == -1 ||
			der_optional(&kind, DER_PRINTABLE_STRING, &text, "description", err) == -1 ||
			der_get_oid(&kind, oid, sizeof(oid), "deviationType", err) == -1)
			return -1;
		deviation_type(l, oid, at);
		while (der_more(&kind)) {
			if (der_next(&kind, &tlv, "deviation", err) == -1)
				return -1;
			if ((tlv.tag & ~0x20u) != DER_CONTEXT(0) && (tlv.tag & ~0x20u) != DER_CONTEXT(1))
				return err_set(err, FAIL_INPUT, "deviation: tag %02X, [0] or [1] is wanted", (unsigned)tlv.tag);
		}
	}
	return 0;
}

void
lint_deviation_list(struct lint *l, struct bytes content)
{
	struct der d = der_reader(content), seq, set;
	struct err err = ERR_INIT;
	struct bytes last = BYTES_NONE, ignored;
	struct tlv tlv;
	unsigned n = 0;
	bool is_sorted = true;

	if (der_enter(&d, DER_SEQUENCE, &seq, "DeviationList", &err) == -1 || der_end(&d, "DeviationList", &err) == -1) {
		lint_add(l, LINT_DL_MALFORMED, "%s", err.text);
		return;
	}
	if (!is_version_zero(&seq))
		lint_add(l, LINT_DL_VERSION, "DeviationList: version is not 0");
	if (der_optional(&seq, DER_SEQUENCE, &ignored, "digestAlgorithm", &err) == -1 ||
		der_enter(&seq, DER_SET, &set, "deviations", &err) == -1 || der_end(&seq, "DeviationList", &err) == -1) {
		lint_add(l, LINT_DL_MALFORMED, "%s", err.text);
		return;
	}
	for (; der_more(&set); n++) {
		if (der_next(&set, &tlv, "deviations", &err) == -1 || tlv.tag != DER_SEQUENCE) {
			lint_add(l, LINT_DL_MALFORMED, "deviation %u: no SEQUENCE", n);
			break;
		}
		is_sorted &= last.n == 0 || order_of(last, tlv.whole) <= 0;
		last = tlv.whole;
		if (deviation_lint(l, der_reader(tlv.value), n, &err) == -1) {
			lint_add(l, LINT_DL_MALFORMED, "deviation %u: %s", n, err.text);
			l->departing++;
		}
	}
	if (n == 0)
		lint_add(l, LINT_DL_EMPTY, "DeviationList: no deviation");
	if (!is_sorted)
		lint_add(l, LINT_DL_ORDER, "DeviationList: the SET is not in the order of DER");
	l->members = n;
}

/* ---- LDS security object ---- */

static void
version_info_lint(struct lint *l, struct der *seq)
{
	static const unsigned digits[] = { 4, 6 };
	struct der info;
	struct err err = ERR_INIT;
	struct bytes text;

	if (der_enter(seq, DER_SEQUENCE, &info, "ldsVersionInfo", &err) == -1) {
		lint_add(l, LINT_LDS_INFO_VALUE, "%s", err.text);
		return;
	}
	for (size_t i = 0; i < NELEM(digits); i++) {
		bool good = der_get(&info, DER_PRINTABLE_STRING, &text, "ldsVersionInfo", &err) == 0 && text.n == digits[i];

		for (size_t k = 0; good && k < text.n; k++)
			good = text.p[k] >= '0' && text.p[k] <= '9';
		if (!good) {
			lint_add(l, LINT_LDS_INFO_VALUE, "ldsVersionInfo: %s is not %u digits in PrintableString", i == 0 ? "ldsVersion" : "unicodeVersion", digits[i]);
			return;
		}
	}
	if (der_more(&info) || der_more(seq))
		lint_add(l, LINT_LDS_INFO_VALUE, "ldsVersionInfo: octets after the last member");
}

static int
hashes_lint(struct lint *l, struct der list, size_t hash_len, struct err *err)
{
	unsigned seen = 0, last = 0, n = 0;
	bool is_ascending = true;
	struct bytes hash;
	struct der one;
	uint64_t number;

	for (; der_more(&list); n++) {
		if (der_enter(&list, DER_SEQUENCE, &one, "dataGroupHash", err) == -1 || der_get_uint(&one, &number, "dataGroupNumber", err) == -1 ||
			der_get(&one, DER_OCTET_STRING, &hash, "dataGroupHashValue", err) == -1 || der_end(&one, "dataGroupHash", err) == -1)
			return -1;
		if (hash_len != 0 && hash.n != hash_len)
			lint_add(l, LINT_LDS_HASH_LENGTH, "data group %llu: hash of %zu octets, the algorithm gives %zu", (unsigned long long)number, hash.n, hash_len);
		if (number < 1 || number > LDS_DGS) {
			lint_add(l, LINT_LDS_DG_NUMBER, "data group %llu: 1 to 16 are wanted", (unsigned long long)number);
			continue;
		}
		if (seen & 1u << number)
			lint_add(l, LINT_LDS_DG_TWICE, "data group %u: there twice", (unsigned)number);
		is_ascending &= number >= last;
		last = (unsigned)number;
		seen |= 1u << number;
	}
	for (unsigned i = 1; i <= 2; i++)
		if ((seen & 1u << i) == 0)
			lint_add(l, LINT_LDS_DG_MISSING, "data group %u: not covered", i);
	if (!is_ascending)
		lint_add(l, LINT_LDS_DG_ORDER, "dataGroupHashValues: not ascending");
	return 0;
}

void
lint_lds_object(struct lint *l, struct bytes content, unsigned signer_hash_bits)
{
	struct der d = der_reader(content), seq, list;
	struct err err = ERR_INIT;
	struct tlv alg;
	uint64_t version;
	unsigned bits = 0;

	if (der_enter(&d, DER_SEQUENCE, &seq, "LDSSecurityObject", &err) == -1 || der_end(&d, "LDSSecurityObject", &err) == -1 ||
		der_get_uint(&seq, &version, "LDSSecurityObject version", &err) == -1 || der_next(&seq, &alg, "hashAlgorithm", &err) == -1 ||
		der_enter(&seq, DER_SEQUENCE, &list, "dataGroupHashValues", &err) == -1) {
		lint_add(l, LINT_LDS_MALFORMED, "%s", err.text);
		return;
	}
	if (version > 1)
		lint_add(l, LINT_LDS_VERSION, "LDSSecurityObject: version %llu, 0 or 1 is wanted", (unsigned long long)version);
	if (digest_alg_get(alg.whole, &bits, &err) == -1)
		lint_add(l, LINT_ALGORITHM_UNKNOWN, "LDSSecurityObject: %s", err.text);
	else if (bits == HASH_SHA1)
		lint_add(l, LINT_HASH_WEAK, "LDSSecurityObject: SHA-1, SHA-224 or better is wanted");
	if (bits != 0 && signer_hash_bits != 0 && bits != signer_hash_bits)
		lint_add(l, LINT_LDS_HASH_DIFFERS, "LDSSecurityObject: %s, the signer digests with %s", digest_name(bits), digest_name(signer_hash_bits));
	if (hashes_lint(l, list, bits / 8, &err) == -1)
		lint_add(l, LINT_LDS_MALFORMED, "%s", err.text);
	if (version >= 1 && !der_more(&seq))
		lint_add(l, LINT_LDS_INFO_ABSENT, "ldsVersionInfo: missing in version %llu", (unsigned long long)version);
	else if (version == 0 && der_more(&seq))
		lint_add(l, LINT_LDS_INFO_PRESENT, "ldsVersionInfo: there in version 0");
	else if (version >= 1)
		version_info_lint(l, &seq);
}
