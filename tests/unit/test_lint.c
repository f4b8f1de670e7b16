/*
 * The linter: the specimen State's cases, departures planted one by one so that every rule of the table has its test, and what real States
 * publish.
 */
#include "tests/data.h"
#include "tests/unit/lintfix.h"
#include "tests/unit/plant.h"

static struct cert *cscas[3]; /* of the specimen State */
static struct lint_options with_issuers = { (const struct cert *const *)cscas, NELEM(cscas), LINT_DETECT, NULL, true };

static void
cscas_read(void)
{
	static const char *const files[] = { "good/csca1.cer", "good/csca2.cer", "good/csca1-to-2-link.cer" };

	for (size_t i = 0; i < NELEM(files); i++) {
		struct buf file = fix_file(files[i]);
		struct err err = ERR_INIT;

		if (cert_read(bytes_of(&file), &cscas[i], &err) == -1)
			bail_out("%s", err.text);
		buf_clear(&file);
	}
}

static bool
data_read(const char *name, struct buf *out)
{
	size_t n;
	uint8_t *p = data_file(name, &n);

	if (p == NULL)
		return false;
	buf_add(out, p, n);
	free(p);
	return true;
}

/* ---- which rules some test has triggered ---- */

static bool seen[512];

static void
note_seen(const struct lint *l)
{
	for (size_t i = 0; i < l->n; i++)
		seen[l->finding[i].rule - lint_rules] = true;
}

/* ---- the specimen State's cases ---- */

/* What the linter is to say of a file that cases.tsv wants refused. */
static const struct {
	const char *file, *code;
} refused[] = {
	{ "csca-lint/pathlen-absent.cer", "pathlen_absent" },
	{ "csca-lint/ku-extra-digsig.cer", "ku_extra_bits" },
	{ "csca-lint/san-absent.cer", "san_absent" },
	{ "csca-lint/san-ian-differ.cer", "san_ian_differ" },
	{ "csca-lint/crldp-absent.cer", "crldp_absent" },
	{ "csca-lint/pkup-absent.cer", "pkup_absent" },
	{ "csca-lint/country-lower.cer", "country_lower" },
	{ "csca-lint/eku-present.cer", "eku_present" },
	{ "csca-lint/serial-21-octets.cer", "serial_too_long" },
	{ "csca-lint/named-curve.cer", "named_curve" },
	{ "csca-lint/sha1.cer", "hash_weak" },
	{ "csca-lint/gentime-before-2050.cer", "generalized_time_before_2050" },
	{ "ds-lint/doctype-absent.cer", "doctype_absent" },
	{ "ds-lint/doctype-critical.cer", "doctype_critical" },
	{ "ds-lint/bc-present.cer", "bc_present" },
	{ "ds-lint/country-mismatch.cer", "country_differs" },
	{ "ds-lint/mls-eku-absent.cer", "doctype_absent" }, /* without its purpose it is a document signer's, and as such has no types */
	{ "ds-lint/bcs-cn-3-chars.cer", "vds_cn" },
	{ "crl-lint/idp.crl", "crl_issuing_distribution_point" },
	{ "crl-lint/number-absent.crl", "crl_number_absent" },
	{ "crl-lint/empty-revoked.crl", "crl_revoked_empty" },
	{ "crl-lint/bad-signature.crl", "signature_wrong" },
	{ "ml/signed-by-csca.ml", "ml_signer" },
	{ "ml/no-signingtime.ml", "cms_signing_time_absent" },
	{ "ml/tampered.ml", "cms_message_digest" },
	{ "sod/messagedigest-wrong.bin", "cms_message_digest" },
	{ "sod/no-ds-cert.bin", "cms_signer_absent" },
	{ "sod/plain-ecdsa.bin", "cms_signature_plain" },
	{ "sod/sha1.bin", "hash_weak" },
	{ "sod/signature-bit-flip.bin", "signature_wrong" },
	{ "sod/v1-without-versioninfo.bin", "lds_version_info_absent" },
	/* Whole in themselves: data groups, the CRL or the document decide, which passive authentication sees. */
	{ "sod/dg2-hash-wrong.bin", NULL },
	{ "sod/revoked-ds.bin", NULL },
	{ "sod/wrong-doctype.bin", NULL },
};

static void
case_check(const char *file, const char *verdict)
{
	struct buf octets = fix_file(file);
	struct err err = ERR_INIT;
	struct lint l;
	const char *code = NULL;
	bool is_refused = false, is_known = false;
	const struct lint_finding *f;

	for (size_t i = 0; i < NELEM(refused); i++)
		if (strcmp(refused[i].file, file) == 0) {
			code = refused[i].code;
			is_known = true;
		}
	if (strcmp(verdict, "FAIL") == 0 || strcmp(verdict, "INVALID") == 0)
		is_refused = code != NULL;
	if (lint_file(bytes_of(&octets), &with_issuers, &l, &err) == -1)
		ok(false, "%s: %s", file, err.text);
	else if (is_refused) {
		f = lint_find(&l, code);
		if (!ok(f != NULL && f->severity == LINT_ERROR, "%s: %s", file, code))
			show(&l);
	} else if (!ok(is_clean(&l) && (strcmp(verdict, "FAIL") != 0 || is_known), "%s: no departure", file))
		show(&l);
	note_seen(&l);
	lint_clear(&l);
	buf_clear(&octets);
}

static void
test_cases(void)
{
	struct buf table = fix_file("cases.tsv");
	char *at = NULL;
	unsigned n = 0;

	for (char *line = strtok_r((char *)(uintptr_t)buf_cstr(&table), "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at)) {
		char file[128], verdict[16];

		if (sscanf(line, "%127[^\t]\t%15[^\t]", file, verdict) != 2 || (strncmp(file, "vds/", 4) == 0 || strncmp(file, "lds/", 4) == 0) || strcmp(file, "file") == 0)
			continue;
		case_check(file, verdict);
		n++;
	}
	ok(n >= 55, "%u cases of the specimen State", n);
	buf_clear(&table);
}

/* ---- planted departures: one in an otherwise good object ---- */

enum base { CSCA,
	LINK,
	RENAMED,
	DS,
	MLS,
	VDS,
	CRL,
	ML,
	ML_BER,
	DL,
	SOD,
	SOD_V0,
	SOD_BARE,
	BASES };

static const struct {
	const char *file, *key;
	const char *path; /* edited beforehand */
	char op;
	const char *octets;
} bases[BASES] = {
	[CSCA] = { "good/csca1.cer", "keys/csca1.key.pem", NULL, 0, NULL },
	[LINK] = { "good/csca1-to-2-link.cer", "keys/csca1.key.pem", NULL, 0, NULL },
	[RENAMED] = { "csca-lint/link-namechange.cer", "keys/csca1.key.pem", NULL, 0, NULL },
	[DS] = { "good/dsB.cer", "keys/csca2.key.pem", NULL, 0, NULL },
	[MLS] = { "good/mls.cer", "keys/csca2.key.pem", NULL, 0, NULL },
	[VDS] = { "good/bcs-UTTV-01.cer", "keys/csca2.key.pem", NULL, 0, NULL },
	[CRL] = { "good/utopia.crl", "keys/csca2.key.pem", NULL, 0, NULL },
	[ML] = { "good/utopia.ml", NULL, NULL, 0, NULL },
	[ML_BER] = { "good/utopia.ml", NULL, NULL, 0, NULL },
	/* One deviation: documents PU, LDS with a malformed data group.  Signed by the master list signer, so never wholly good. */
	[DL] = { "good/utopia.ml", NULL, "1/0/2", '=', "3029 0606 678108010107 a01f 041d 301b 020100 3116 3014 3004 8002 5055 310c 300a 0608 6781080101070201" },
	[SOD] = { "sod/good-v1.bin", NULL, NULL, 0, NULL },
	[SOD_V0] = { "sod/good-v0.bin", NULL, NULL, 0, NULL },
	[SOD_BARE] = { "sod/good-v1.bin", NULL, NULL, 0, NULL },
};

#define X    "0/7/0/" /* the extensions of a certificate */
#define AKI  X "2.5.29.35"
#define SKI  X "2.5.29.14"
#define KU   X "2.5.29.15"
#define PKUP X "2.5.29.16"
#define SAN  X "2.5.29.17"
#define IAN  X "2.5.29.18"
#define BC   X "2.5.29.19"
#define EKU  X "2.5.29.37"
#define DP   X "2.5.29.31"
#define NC   X "2.23.136.1.1.6.1"
#define DT   X "2.23.136.1.1.6.2"
#define EXTS "0/7/0"
#define CRIT "0101ff"
#define NCH  "300d 0607 67810801010601 0402 0500"
#define SD   "0/1/0/" /* SignedData of EF.SOD */
#define LDS  "0/1/0/2/1/0/o"
#define LIST "1/0/2/1/0/o" /* contents of a master or deviation list */
#define RSA  "3018 300b 0609 2a864886f70d010101 0309 00 3006 020123 020103"
#define UTC  "170d 3236303630313030303030305a"
#define UT49 "170d 3439303130313030303030305a"
#define L64  "41414141414141414141414141414141 41414141414141414141414141414141 41414141414141414141414141414141 41414141414141414141414141414141"
#define Z32  "0000000000000000000000000000000000000000000000000000000000000000"

static const struct {
	const char *code;
	enum base base;
	const char *path;
	char op;
	const char *octets;
} planted[] = {
	{ "unreadable_part", CSCA, BC, '=', "0500" },
	{ "version_not_3", CSCA, "0/0/0", '=', "020101" },
	{ "version_not_3", CSCA, "0/0", '-', "" },
	{ "serial_not_positive", CSCA, "0/1", '=', "020100" },
	{ "serial_not_positive", CSCA, "0/1", '=', "0201ff" },
	{ "serial_not_minimal", CSCA, "0/1", '=', "02020001" },
	{ "signature_algorithms_differ", CSCA, "1", '=', "300a 0608 2a8648ce3d040303" },
	{ "signature_algorithm_unknown", CSCA, "1", '=', "3005 06032a0304" },
	{ "signature_parameters", CSCA, "1", '=', "300c 0608 2a8648ce3d040302 0500" },
	{ "signature_pss_mask", CSCA, "1", '=', "303406092a864886f70d01010a3027a00d300b0609608648016503040201a116301406092a864886f70d010108300706052b0e03021a" }, /* SHA-256 with a mask by SHA-1 */
	{ "signature_wrong", CSCA, "2", '=', "0303 00 3000" },
	{ "country_absent", CSCA, "0/5/0", '-', "" },
	{ "country_not_printable", CSCA, "0/5/0/0/1", '=', "0c025554" },
	{ "country_not_two_letters", CSCA, "0/5/0/0/1", '=', "130355544f" },
	{ "country_not_two_letters", CSCA, "0/5/0/0/1", '=', "13025531" },
	{ "serial_attribute_not_printable", CSCA, "0/5", '+', "310c 300a 0603550405 0c03313233" },
	{ "name_string_type", CSCA, "0/5/1/0/1", '=', "1406 55746f706961" },
	{ "name_characters", CSCA, "0/5/1/0/1", '=', "13025f40" },
	{ "name_characters", CSCA, "0/5/1/0/1", '=', "0c02c328" },
	{ "name_too_long", CSCA, "0/5/1/0/1", '=', "0c41 41" L64 },
	{ "cn_absent", CSCA, "0/5/3", '-', "" },
	{ "time_malformed", CSCA, "0/4/0", '=', "170b 323230313031303030305a" },
	{ "validity_inverted", CSCA, "0/4/1", '=', "170d 3231303130313030303030305a" },
	{ "unique_id_present", CSCA, "0/7", '<', "81020000" },
	{ "ec_parameters", CSCA, "0/6/0/1/4", '=', "020105" },
	{ "cofactor_absent", CSCA, "0/6/0/1/5", '-', "" },
	{ "point_compressed", CSCA, "0/6/1", '=', "0304 00020102" },
	{ "key_algorithm_unknown", CSCA, "0/6/0/0", '=', "06032b6570" },
	{ "key_short", CSCA, "0/6/0/1", '=', "0608 2a8648ce3d030101" },
	{ "key_short", CSCA, "0/6", '=', RSA },
	{ "rsa_exponent", CSCA, "0/6", '=', RSA },
	{ "rsa_parameters", CSCA, "0/6", '=', RSA },

	{ "extensions_absent", CSCA, "0/7", '-', "" },
	{ "extension_twice", CSCA, SKI, 'd', "" },
	{ "extension_malformed", CSCA, BC "/2", '=', "0402 0500" },
	{ "extension_malformed", VDS, EKU "/2", '=', "0402 3000" },
	{ "eku_present", MLS, EKU "/2", '=', "0402 3000" }, /* without a purpose it is taken for a document signer's */
	{ "default_encoded", CSCA, SKI "/1", '<', "010100" },
	{ "default_encoded", CSCA, BC "/2", '=', "0408 3006 010100 020100" },
	{ "boolean_not_der", CSCA, BC "/1", '=', "010101" },
	{ "boolean_not_der", CSCA, BC "/2", '=', "0408 3006 010101 020100" },
	{ "aki_absent", DS, AKI, '-', "" },
	{ "aki_absent", LINK, AKI, '-', "" },
	{ "aki_critical", DS, AKI "/1", '<', CRIT },
	{ "ski_absent", CSCA, SKI, '-', "" },
	{ "ski_present", VDS, EXTS, '+', "300a 0603551d0e 0403 040100" },
	{ "ski_critical", CSCA, SKI "/1", '<', CRIT },
	{ "ku_absent", CSCA, KU, '-', "" },
	{ "ku_present", VDS, EXTS, '+', "300e 0603551d0f 0101ff 0404 03020780" },
	{ "ku_noncritical", CSCA, KU "/1", '-', "" },
	{ "pkup_absent", DS, PKUP, '-', "" },
	{ "pkup_present", VDS, EXTS, '+', "3009 0603551d10 0402 3000" },
	{ "pkup_critical", CSCA, PKUP "/1", '<', CRIT },
	{ "san_absent", DS, SAN, '-', "" },
	{ "san_present", VDS, EXTS, '+', "3009 0603551d11 0402 3000" },
	{ "san_critical", CSCA, SAN "/1", '<', CRIT },
	{ "ian_absent", DS, IAN, '-', "" },
	{ "ian_present", VDS, EXTS, '+', "3009 0603551d12 0402 3000" },
	{ "ian_critical", CSCA, IAN "/1", '<', CRIT },
	{ "bc_absent", CSCA, BC, '-', "" },
	{ "bc_noncritical", CSCA, BC "/1", '-', "" },
	{ "eku_absent", VDS, EKU, '-', "" },
	{ "eku_noncritical", MLS, EKU "/1", '-', "" },
	{ "crldp_absent", MLS, DP, '-', "" },
	{ "crldp_present", VDS, EXTS, '+', "3009 0603551d1f 0402 3000" },
	{ "crldp_critical", CSCA, DP "/1", '<', CRIT },
	{ "name_change_absent", RENAMED, NC, '-', "" },
	{ "name_change_present", DS, EXTS, '+', NCH },
	{ "name_change_critical", RENAMED, NC "/1", '<', CRIT },
	{ "doctype_present", CSCA, EXTS, '+', "300d 0607 67810801010602 0402 3000" },
	{ "policies_present", VDS, EXTS, '+', "3009 0603551d20 0402 3000" },
	{ "policies_critical", DS, EXTS, '+', "300c 0603551d20 0101ff 0402 3000" },
	{ "netscape_type_present", CSCA, EXTS, '+', "300f 0609 6086480186f8420101 0402 0500" },
	{ "forbidden_extension", CSCA, EXTS, '+', "3009 0603551d21 0402 0500" },
	{ "forbidden_extension", DS, EXTS, '+', "3009 0603551d2e 0402 0500" },
	{ "private_extension_critical", CSCA, EXTS, '+', "300c 06032a0304 0101ff 0402 0500" },
	{ "private_extension_present", VDS, EXTS, '+', "3009 06032a0304 0402 0500" },

	{ "aki_key_absent", DS, AKI "/1", '=', "0402 3000" },
	{ "aki_issuer_without_serial", DS, AKI "/1", '=', "0405 3003 820101" },
	{ "aki_mismatch", CSCA, SKI "/1", '=', "0403 040100" },
	{ "aki_mismatch", DS, AKI "/1", '=', "0405 3003 800101" },
	{ "ski_derivation", CSCA, SKI "/1", '=', "0403 040100" },
	{ "ku_missing_bits", CSCA, KU "/2", '=', "0404 03020204" },
	{ "ku_trailing_zeros", CSCA, KU "/2", '=', "0404 03020006" },
	{ "pkup_empty", CSCA, PKUP "/1", '=', "0402 3000" },
	{ "pkup_malformed", CSCA, PKUP "/1", '=', "0405 3003 800131" },
	{ "pkup_malformed", CSCA, PKUP "/1", '=', "0411 300f 800d 3236303130313030303030305a" },
	{ "pkup_inverted", CSCA, PKUP "/1", '=', "0424 3022 800f 32303330303130313030303030305a 810f 32303235303130313030303030305a" },
	{ "pkup_outside_validity", CSCA, PKUP "/1", '=', "0413 3011 810f 32303630303130313030303030305a" },
	{ "pkup_long", DS, PKUP "/1", '=', "0413 3011 810f 32303239303130313030303030305a" },
	{ "validity_short", DS, PKUP "/1", '=', "0413 3011 810f 32303337303130313030303030305a" },
	{ "validity_beyond_issuer", DS, "0/4/1", '=', UT49 },
	{ "alt_name_without_directory", CSCA, SAN "/1", '=', "0405 3003 810161" },
	{ "alt_name_locality_absent", CSCA, SAN "/1", '=', "0413 3011 a40f 300d 310b 3009 0603550406 13025554" },
	{ "alt_name_extra_attribute", CSCA, SAN "/1", '=', "0413 3011 a40f 300d 310b 3009 0603550406 13025554" },
	{ "alt_name_locality", CSCA, SAN "/1", '=', "0413 3011 a40f 300d 310b 3009 0603550407 13025554" },
	{ "alt_name_locality", CSCA, SAN "/1", '=', "0414 3012 a410 300e 310c 300a 0603550407 130375746f" },
	{ "alt_name_other_state", CSCA, IAN "/1", '=', "0414 3012 a410 300e 310c 300a 0603550407 1303465241" },
	{ "alt_name_other_state", CSCA, IAN "/1", '=', "0414 3012 a410 300e 310c 300a 0603550407 1303515151" },
	{ "alt_name_without_contact", CSCA, IAN "/1", '=', "0414 3012 a410 300e 310c 300a 0603550407 130355544f" },
	{ "ca_false", CSCA, BC "/2", '=', "0405 3003 020100" },
	{ "pathlen_nonzero", CSCA, BC "/2", '=', "0408 3006 0101ff 020101" },
	{ "eku_wrong", VDS, EKU "/2", '=', "0407 3005 06032a0304" },
	{ "eku_extra", VDS, EKU "/2", '=', "0410 300e 0607 67810801010b01 06032a0304" },
	{ "crldp_empty", DS, DP "/1", '=', "0402 3000" },
	{ "crldp_empty", DS, DP "/1", '=', "0404 3002 3000" },
	{ "crldp_scheme", DS, DP "/1", '=', "0411 300f 300d a00b a009 8607 6674703a2f2f61" },
	{ "crldp_reasons", DS, DP "/1", '=', "0416 3014 3012 a00c a00a 8608 687474703a2f2f61 81020180" },
	{ "crldp_crl_issuer", DS, DP "/1", '=', "0416 3014 3012 a00c a00a 8608 687474703a2f2f61 a2023000" },
	{ "name_change_same_name", LINK, EXTS, '+', NCH },
	{ "doctype_version", DS, DT "/1", '=', "040a 3008 020101 3103130150" },
	{ "doctype_version", DS, DT "/1", '=', "0407 3005 3103130150" },
	{ "doctype_form", DS, DT "/1", '=', "0408 3006 020100 130150" },
	{ "doctype_form", DS, DT "/1", '=', "040f 300d 020100 3103130149 3103130150" },
	{ "doctype_empty", DS, DT "/1", '=', "0407 3005 020100 3100" },
	{ "doctype_letters", DS, DT "/1", '=', "040a 3008 020100 3103130170" },
	{ "doctype_letters", DS, DT "/1", '=', "040c 300a 020100 3105 1303504e41" },
	{ "doctype_set_order", DS, DT "/1", '=', "040d 300b 020100 3106130150130149" },
	{ "vds_subject", VDS, "0/5", '+', "310f 300d 060355040a 0c06 55746f706961" },
	{ "vds_cn", VDS, "0/5/1/0/1", '=', "0c025456" },
	{ "vds_cn", VDS, "0/5/1/0/1", '=', "13027476" },
	{ "vds_key_not_ec", VDS, "0/6", '=', RSA },
	{ "issuer_name_differs", DS, "0/3/3", '-', "" },
	{ "root_names_differ", CSCA, "0/3/1/0/1", '=', "0c0141" },

	{ "crl_version_not_2", CRL, "0/0", '=', "020100" },
	{ "crl_version_not_2", CRL, "0/0", '-', "" },
	{ "crl_next_update_absent", CRL, "0/4", '-', "" },
	{ "crl_next_update_inverted", CRL, "0/4", '=', "170d 3230303130313030303030305a" },
	{ "crl_next_update_late", CRL, "0/4", '=', UT49 },
	{ "crl_serial_twice", CRL, "0/5", '=', "3028 3012 020107 " UTC " 3012 020107 " UTC },
	{ "crl_entry_in_future", CRL, "0/5", '=', "3014 3012 020107 " UT49 },
	{ "serial_not_positive", CRL, "0/5", '=', "3014 3012 020100 " UTC },
	{ "serial_not_minimal", CRL, "0/5", '=', "3015 3013 02020007 " UTC },
	{ "crl_entry_extension", CRL, "0/5", '=', "3022 3020 020107 " UTC " 300c 300a 0603551d15 0403 0a0101" },
	{ "crl_number_critical", CRL, "0/6/0/2.5.29.20/1", '<', CRIT },
	{ "crl_number_negative", CRL, "0/6/0/2.5.29.20/1", '=', "0403 0201ff" },
	{ "crl_number_too_long", CRL, "0/6/0/2.5.29.20/1", '=', "0417 0215 010000000000000000000000000000000000000000" },
	{ "crl_number_not_minimal", CRL, "0/6/0/2.5.29.20/1", '=', "0404 02020001" },
	{ "extension_malformed", CRL, "0/6/0/2.5.29.20/1", '=', "0402 0500" },
	{ "aki_absent", CRL, "0/6/0/2.5.29.35", '-', "" },
	{ "aki_key_absent", CRL, "0/6/0/2.5.29.35/1", '=', "0402 3000" },
	{ "crl_delta", CRL, "0/6/0", '+', "300a 0603551d1b 0403 020101" },
	{ "crl_freshest", CRL, "0/6/0", '+', "3009 0603551d2e 0402 3000" },
	{ "private_extension_critical", CRL, "0/6/0", '+', "300c 06032a0304 0101ff 0402 0500" },
	{ "signature_algorithms_differ", CRL, "1", '=', "300a 0608 2a8648ce3d040303" },

	{ "cms_version", SOD, SD "0", '=', "020101" },
	{ "cms_digest_algorithms", SOD, SD "1", '=', "3100" },
	{ "cms_crls_present", SOD, SD "4", '<', "a100" },
	{ "cms_signers_not_one", SOD, SD "4", '=', "3100" },
	{ "cms_signers_not_one", SOD, SD "4/0", 'd', "" },
	{ "cms_signer_version", SOD, SD "4/0/0", '=', "020103" },
	{ "cms_signature_digest", SOD, SD "4/0/4", '=', "300a 0608 2a8648ce3d040303" },
	{ "cms_sid", SOD, SD "4/0/1", '=', "800101" },
	{ "cms_sid_issuer", SOD, SD "4/0/1/0/3", '-', "" },
	{ "cms_signed_attrs_absent", SOD, SD "4/0/3", '-', "" },
	{ "cms_signed_attrs_order", SOD, SD "4/0/3", '+', "3007 06032a0304 3100" },
	{ "cms_content_type", SOD, SD "4/0/3/1.2.840.113549.1.9.3", '-', "" },
	{ "cms_content_type", SOD, SD "2/0", '=', "06032a0304" },
	{ "cms_message_digest", SOD, SD "4/0/3/1.2.840.113549.1.9.4", '-', "" },
	{ "cms_message_digest", SOD, SD "4/0/3/1.2.840.113549.1.9.4", 'd', "" },
	{ "cms_unsigned_attrs_present", DL, "1/0/4/0", '+', "a100" },
	{ "cms_signed_outside_period", ML, "1/0/4/0/3/1.2.840.113549.1.9.5/1/0", '=', UT49 },
	{ "not_der", ML_BER, "", 'p', "" },
	{ "ml_version", ML_BER, LIST "/0", '=', "020101" },
	{ "ml_csca_absent", ML, "1/0/3", '-', "" },
	{ "ml_version", ML, LIST "/0", '=', "020101" },
	{ "ml_empty", ML, LIST "/1", '=', "3100" },
	{ "ml_set_order", ML, LIST "/1", '+', "0500" },
	{ "ml_certificate_twice", ML, LIST "/1/0", 'd', "" },
	{ "ml_not_csca", ML, LIST "/1", '+', "@good/dsB.cer" },
	{ "unreadable_part", ML, LIST, '=', "0500" },
	{ "dl_signer", DL, LIST "/0", '=', "020100" },
	{ "dl_version", DL, LIST "/0", '=', "020101" },
	{ "dl_malformed", DL, LIST "/1/0/0", '=', "0500" },
	{ "dl_malformed", DL, LIST "/1/0/1", '=', "3100" },
	{ "dl_malformed", DL, LIST, '=', "0500" },
	{ "dl_empty", DL, LIST "/1", '=', "3100" },
	{ "dl_set_order", DL, LIST "/1", '+', "3013 3003 800150 310c 300a 0608 6781080101070201" },
	{ "dl_type_unknown", DL, LIST "/1/0/1/0/0", '=', "06032a0304" },
	{ "dl_type_unknown", DL, LIST "/1/0/1/0/0", '=', "0608 6781080101070209" },
	{ "sod_tag_absent", SOD_BARE, "", 'p', "" },
	{ "sod_octets_after", SOD, "", 'p', "0000" },
	{ "sod_signer", SOD, SD "3/0/" EXTS, '+', "3011 0603551d25 0101ff 0407 3005 06032a0304" },
	{ "lds_malformed", SOD, LDS "/2", '=', "0500" },
	{ "lds_malformed", SOD, LDS, '=', "0500" },
	{ "lds_version", SOD, LDS "/0", '=', "020105" },
	{ "lds_version_info_absent", SOD, LDS "/3", '-', "" },
	{ "lds_version_info_present", SOD_V0, LDS, '+', "3000" },
	{ "lds_version_info_value", SOD, LDS "/3/0", '=', "130130" },
	{ "lds_version_info_value", SOD, LDS "/3/0", '=', "0c0430313038" },
	{ "lds_dg_missing", SOD, LDS "/2/0", '-', "" },
	{ "lds_dg_number", SOD, LDS "/2/0/0", '=', "020111" },
	{ "lds_dg_twice", SOD, LDS "/2/0", 'd', "" },
	{ "lds_dg_order", SOD, LDS "/2/0", '<', "3025 020110 0420" Z32 },
	{ "lds_hash_length", SOD, LDS "/2/0/1", '=', "040100" },
	{ "lds_hash_differs", SOD, LDS "/1", '=', "300b 0609 608648016503040203" },
	{ "hash_weak", SOD, LDS "/1", '=', "3007 0605 2b0e03021a" },
	{ "signature_algorithm_unknown", SOD, LDS "/1", '=', "3005 06032a0304" },
};

/* The first object inside tag 77. */
static void
untag(struct buf *sod)
{
	struct der d = der_reader(bytes_of(sod));
	struct err err = ERR_INIT;
	struct buf inner = BUF_INIT;
	struct tlv tlv;

	if (der_next(&d, &tlv, "EF.SOD", &err) == -1)
		bail_out("%s", err.text);
	buf_bytes(&inner, tlv.value);
	buf_move(sod, &inner);
}

/* The outermost object with an indefinite length. */
static void
make_ber(struct buf *object)
{
	struct der d = der_reader(bytes_of(object));
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct tlv tlv;

	if (der_next(&d, &tlv, "object", &err) == -1)
		bail_out("%s", err.text);
	buf_u8(&out, (uint8_t)tlv.tag);
	buf_u8(&out, 0x80);
	buf_bytes(&out, tlv.value);
	buf_be(&out, 0, 2);
	buf_move(object, &out);
}

static void
test_planted(void)
{
	for (size_t i = 0; i < NELEM(planted); i++) {
		enum base base = planted[i].base;
		struct buf object = fix_file(bases[base].file);
		struct err err = ERR_INIT;
		struct lint l;
		/* An algorithm or signature that is planted is not to be signed over. */
		bool is_signed = bases[base].key != NULL && planted[i].path[0] != '1' && planted[i].path[0] != '2';

		if (bases[base].path != NULL)
			plant(&object, bases[base].path, bases[base].op, bases[base].octets, NULL);
		if (base == SOD_BARE)
			untag(&object);
		plant(&object, planted[i].path, planted[i].op, planted[i].octets, is_signed ? bases[base].key : NULL);
		if (base == ML_BER)
			make_ber(&object);
		if (lint_file(bytes_of(&object), &with_issuers, &l, &err) == -1)
			ok(false, "%s in %s: %s", planted[i].code, bases[base].file, err.text);
		else if (!ok(lint_find(&l, planted[i].code) != NULL, "%s in %s: found", planted[i].code, bases[base].file))
			show(&l);
		note_seen(&l);
		lint_clear(&l);
		buf_clear(&object);
	}
}

/* A profile that is asked for, not detected: as issuing does. */
static void
test_asked(void)
{
	static const struct {
		const char *file;
		enum profile_name profile;
		const char *code; /* NULL: clean */
	} asked[] = {
		{ "good/csca1.cer", PROFILE_CSCA_ROOT, NULL },
		{ "good/csca1.cer", PROFILE_CSCA_LINK, "link_to_own_key" },
		{ "good/csca1.cer", PROFILE_DOCUMENT_SIGNER, "bc_present" },
		{ "good/csca1-to-2-link.cer", PROFILE_CSCA_ROOT, "signature_wrong" },
		{ "good/csca1-to-2-link.cer", PROFILE_CSCA_NAME_CHANGE, "name_change_absent" },
		{ "good/dsB.cer", PROFILE_DOCUMENT_SIGNER, NULL },
		{ "good/dsB.cer", PROFILE_CSCA_ROOT, "bc_absent" },
		{ "good/dsB.cer", PROFILE_MASTER_LIST_SIGNER, "eku_absent" },
		{ "good/mls.cer", PROFILE_MASTER_LIST_SIGNER, NULL },
		{ "good/mls.cer", PROFILE_DEVIATION_LIST_SIGNER, "eku_wrong" },
		{ "good/dls.cer", PROFILE_VDS_SIGNER, "san_present" },
		{ "ds-lint/mls-eku-absent.cer", PROFILE_MASTER_LIST_SIGNER, "eku_absent" },
	};

	for (size_t i = 0; i < NELEM(asked); i++) {
		struct buf file = fix_file(asked[i].file);
		const struct lint_options options = { .profile = (int)asked[i].profile };
		struct err err = ERR_INIT;
		struct lint l;

		if (lint_cert(bytes_of(&file), &options, &l, &err) == -1)
			bail_out("%s", err.text);
		ok(asked[i].code == NULL ? is_clean(&l) : lint_find(&l, asked[i].code) != NULL, "%s as a %s: %s", asked[i].file, profiles[asked[i].profile].name,
			asked[i].code != NULL ? asked[i].code : "clean");
		note_seen(&l);
		lint_clear(&l);
		buf_clear(&file);
	}
}

static void
test_every_rule(void)
{
	unsigned n = 0, without = 0;

	for (; lint_rules[n].code != NULL; n++) {
		if (!seen[n]) {
			printf("# no test triggers %s\n", lint_rules[n].code);
			without++;
		}
		for (unsigned k = 0; k < n; k++)
			if (strcmp(lint_rules[k].code, lint_rules[n].code) == 0)
				ok(false, "code %s is there twice", lint_rules[n].code);
	}
	ok(without == 0 && n < NELEM(seen), "each of %u rules is triggered by a test", n);
}

/* ---- what cannot be read ---- */

static void
test_unreadable(void)
{
	static const char *const files[] = { "good/csca1.cer", "good/utopia.crl", "good/utopia.ml", "sod/good-v1.bin" };

	for (size_t i = 0; i < NELEM(files); i++) {
		struct buf file = fix_file(files[i]);
		unsigned taken = 0;

		for (size_t n = 0; n < file.n; n += n < 300 ? 1 : 37) {
			struct err err = ERR_INIT;
			struct lint l;

			taken += lint_file(BYTES(file.p, n), NULL, &l, &err) == 0;
			lint_clear(&l);
		}
		ok(taken == 0, "%s: cut short at any place it is unreadable", files[i]);
		buf_clear(&file);
	}
	for (size_t i = 0; i < 4; i++) {
		static const char *const not_ours[] = { "", "hello", "\x30\x80\x00\x00", "\x30\x03\x02\x01\x00" };
		struct err err = ERR_INIT;
		struct lint l;

		ok(lint_file(bytes_str(not_ours[i]), NULL, &l, &err) == -1 && err.kind == FAIL_INPUT && l.n == 0, "unreadable: %s", err.text);
		lint_clear(&l);
	}
}

/* One bit anywhere: what is signed cannot be changed without an error, and what is not signed has rules of its own. */
static void
test_flipped(void)
{
	static const struct {
		const char *file;
		size_t step;
	} files[] = { { "good/csca1.cer", 1 }, { "good/dsB.cer", 3 }, { "good/bcs-UTTV-01.cer", 3 }, { "good/utopia.crl", 1 }, { "sod/good-v1.bin", 3 }, { "good/utopia.ml", 17 } };

	for (size_t i = 0; i < NELEM(files); i++) {
		struct buf file = fix_file(files[i].file);
		unsigned clean = 0, unreadable = 0, n = 0;

		for (size_t at = 0; at < file.n; at += files[i].step, n++) {
			struct err err = ERR_INIT;
			struct lint l;

			file.p[at] ^= (uint8_t)(1u << (at % 8));
			if (lint_file(bytes_of(&file), &with_issuers, &l, &err) == -1)
				unreadable++;
			else if (is_clean(&l)) {
				printf("# octet %zu\n", at);
				clean++;
			}
			note_seen(&l); /* a key identifier that is nobody's: signature_not_checked */
			lint_clear(&l);
			file.p[at] ^= (uint8_t)(1u << (at % 8));
		}
		ok(clean == 0, "%s: with one bit changed, never clean: %u tried, %u of them unreadable", files[i].file, n, unreadable);
		buf_clear(&file);
	}
}

static void
test_json(void)
{
	struct buf file = fix_file("ds-lint/bc-present.cer");
	struct err err = ERR_INIT;
	struct lint l;
	json_t *view = NULL, *first;

	if (lint_file(bytes_of(&file), NULL, &l, &err) == -1 || lint_json(&l, &view, &err) == -1)
		bail_out("%s", err.text);
	first = json_array_get(json_object_get(view, "findings"), 0);
	is(json_string_value(json_object_get(view, "profile")), "document signer", "as JSON: the profile");
	is(json_string_value(json_object_get(first, "code")), "bc_present", "the code");
	is(json_string_value(json_object_get(first, "severity")), "error", "the severity");
	is(json_string_value(json_object_get(first, "clause")), "9303-12 7.1.1 table 6", "the clause");
	json_decref(view);
	lint_clear(&l);
	buf_clear(&file);
}

/* ---- what real States publish ---- */

struct difference {
	unsigned at;
	const char *theirs, *ours; /* among the codes of the table, comma-separated */
	const char *why;
};
/* Against the verdicts of the linter that made the table. */
static const struct difference differences[] = {
	{ 258, "", "country_lower", "the issuer's country is in lower case, the subject's not; that linter looked at the subject" },
	{ 293, "extensions-unparsable", "crldp_absent,ian_absent,san_absent", "basicConstraints has 01 for true: one finding here, and the rest is read on" },
	{ 339, "extensions-unparsable", "ca_false,ian_absent,name_change_absent,pkup_absent", "pathLenConstraint beside cA false: read on here" },
	{ 391, "", "country_lower", "as 258" },
};

/* The table's word for one of our codes: '-' for '_', and one of another name. */
static void
their_code(const char *ours, char *out, size_t size)
{
	snprintf(out, size, "%s", strcmp(ours, "name_change_absent") == 0 ? "issuer-subject-differ-without-namechange" : ours);
	for (; *out != '\0'; out++)
		if (*out == '_')
			*out = '-';
}

static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ',') && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

static const struct difference *
difference_at(unsigned at)
{
	for (size_t i = 0; i < NELEM(differences); i++)
		if (differences[i].at == at)
			return &differences[i];
	return NULL;
}

/* Every word of the table's vocabulary: in our findings exactly when in theirs, but for the differences that are explained. */
static bool
row_agrees(const struct lint *l, unsigned at, const char *theirs, const char *vocabulary)
{
	const struct difference *d = difference_at(at);
	char where[40], word[80];
	unsigned ours = 0, wanted = 0;
	bool agrees = true;

	snprintf(where, sizeof(where), "certificate %u", at);
	for (unsigned r = 0; lint_rules[r].code != NULL; r++) {
		bool found = false, want;

		their_code(lint_rules[r].code, word, sizeof(word));
		if (!has_word(vocabulary, word))
			continue;
		for (size_t i = 0; i < l->n && !found; i++)
			found = l->finding[i].rule == &lint_rules[r] && strcmp(l->finding[i].where, where) == 0;
		want = has_word(theirs, word) || (d != NULL && has_word(d->ours, lint_rules[r].code));
		ours += found;
		wanted += want;
		if (found != want) {
			printf("# certificate %u: %s: %s\n", at, lint_rules[r].code, found ? "only here" : "only there");
			agrees = false;
		}
	}
	return agrees;
}

static void
german_compare(const struct lint *l, char *table)
{
	char vocabulary[4096] = "", *at = NULL;
	struct {
		unsigned position;
		char *findings;
	} rows[1024];
	unsigned n = 0, agree = 0, clean = 0;

	for (char *line = strtok_r(table, "\n", &at); line != NULL && n < NELEM(rows); line = strtok_r(NULL, "\n", &at)) {
		char *tab = strrchr(line, '\t');

		if (line[0] == '#' || tab == NULL)
			continue;
		rows[n].position = (unsigned)strtoul(line, NULL, 10);
		rows[n].findings = tab + 1;
		clean += strcmp(tab + 1, "clean") == 0;
		for (char *word = tab + 1; *word != '\0';) {
			size_t len = strcspn(word, ",");
			char one[80];

			snprintf(one, sizeof(one), "%.*s", (int)len, word);
			if (!has_word(vocabulary, one) && strlen(vocabulary) + len + 2 < sizeof(vocabulary)) {
				strcat(vocabulary, vocabulary[0] != '\0' ? "," : "");
				strcat(vocabulary, one);
			}
			word += len + (word[len] == ',');
		}
		n++;
	}
	for (unsigned i = 0; i < n; i++)
		agree += row_agrees(l, rows[i].position, rows[i].findings, vocabulary);
	ok(n == 588 && agree == n, "%u certificates of %u: the same findings as the other linter, %zu differences explained", agree, n, NELEM(differences));
	ok(clean == 361, "of them it found %u clean; here %u have no error or warning, because more is looked at", clean, l->members - l->departing);
}

static void
test_german_list(void)
{
	struct buf list = BUF_INIT, table = BUF_INIT;
	struct err err = ERR_INIT;
	unsigned counts[512] = { 0 };
	struct lint l;

	if (!data_read("icao/masterlist/DE_ML_2026-05-28.ml", &list) || !data_read("icao/masterlist/DE_ML_2026-05-28.lint.tsv", &table)) {
		skip("the German master list", "no CATENA_TEST_DATA");
		buf_clear(&list);
		return;
	}
	if (ok(lint_file(bytes_of(&list), NULL, &l, &err) == 0 && l.kind == LINT_MASTER_LIST, "the German master list is read: %s", err.text)) {
		ok(is_clean(&l) || lint_find(&l, "signature_wrong") == NULL, "its signature is good");
		for (size_t i = 0; i < l.n; i++) {
			counts[l.finding[i].rule - lint_rules]++;
			if (l.finding[i].severity == LINT_ERROR)
				ok(false, "an error in the list itself: %s", l.finding[i].text);
		}
		printf("# %u certificates, %u with an error or warning\n", l.members, l.departing);
		for (unsigned r = 0; lint_rules[r].code != NULL; r++)
			if (counts[r] > 0)
				printf("# %6u %s\n", counts[r], lint_rules[r].code);
		german_compare(&l, (char *)(uintptr_t)buf_cstr(&table));
	}
	lint_clear(&l);
	buf_clear(&list);
	buf_clear(&table);
}

static void
test_field(void)
{
	static const struct {
		const char *file;
		enum profile_name profile;
		const char *codes; /* all errors and warnings */
	} files[] = {
		{ "icao/csca/IDN-2010-root.cer", PROFILE_CSCA_ROOT, "pkup_absent,san_absent,ian_absent,crldp_absent" },
		{ "icao/csca/IDN-2016-root.cer", PROFILE_CSCA_ROOT, "pkup_absent,san_absent,ian_absent,crldp_absent" },
		{ "icao/csca/IDN-2016-link.cer", PROFILE_CSCA_NAME_CHANGE, "pkup_absent,san_absent,ian_absent,crldp_absent,name_change_absent" },
		{ "icao/csca/dsc_etsi_test.cer", PROFILE_DOCUMENT_SIGNER, "pkup_absent,san_absent,ian_absent,crldp_absent,doctype_absent" },
		{ "icao/sod-zkr/zkr-csca-rsa-2048-sha256.pem", PROFILE_CSCA_ROOT,
			"ku_extra_bits,ku_missing_bits,pkup_absent,san_absent,ian_absent,pathlen_absent,crldp_absent" },
		{ "icao/sod-zkr/zkr-csca-ecdsa-p256-sha256.pem", PROFILE_CSCA_ROOT,
			"named_curve,ku_extra_bits,ku_missing_bits,pkup_absent,san_absent,ian_absent,pathlen_absent,crldp_absent" },
		{ "icao/sod-zkr/zkr-dsc-rsa-2048-sha256.pem", PROFILE_DOCUMENT_SIGNER, "pkup_absent,san_absent,ian_absent,bc_present,crldp_absent,doctype_absent" },
		{ "icao/sod-zkr/zkr-dsc-ecdsa-p256-sha256.pem", PROFILE_DOCUMENT_SIGNER,
			"named_curve,pkup_absent,san_absent,ian_absent,bc_present,crldp_absent,doctype_absent" },
		{ "icao/vds/sealgen_DETS32.crt", PROFILE_VDS_SIGNER, "named_curve,bc_present,eku_absent" },
		{ "icao/masterlist/DE_CSCA07.cer", PROFILE_CSCA_ROOT, "" },
	};

	for (size_t i = 0; i < NELEM(files); i++) {
		struct buf file = BUF_INIT;
		struct err err = ERR_INIT;
		struct lint l;
		unsigned n = 0, wanted = files[i].codes[0] != '\0';
		bool agrees = true;

		if (!data_read(files[i].file, &file)) {
			skip(files[i].file, "no CATENA_TEST_DATA");
			continue;
		}
		for (const char *p = files[i].codes; *p != '\0'; p++)
			wanted += *p == ',';
		if (lint_file(bytes_of(&file), NULL, &l, &err) == 0)
			for (size_t k = 0; k < l.n; k++)
				if (l.finding[k].severity >= LINT_WARNING) {
					agrees &= has_word(files[i].codes, l.finding[k].rule->code);
					n++;
				}
		if (!ok(agrees && n == wanted && l.kind == LINT_CERTIFICATE && l.profile == (int)files[i].profile, "%s: a %s with the %u departures it has", files[i].file, profiles[files[i].profile].name, wanted))
			show(&l);
		lint_clear(&l);
		buf_clear(&file);
	}
}

int
main(void)
{
	cscas_read();
	test_cases();
	test_planted();
	test_asked();
	test_unreadable();
	test_flipped();
	test_every_rule();
	test_json();
	test_german_list();
	test_field();
	for (size_t i = 0; i < NELEM(cscas); i++)
		cert_free(cscas[i]);
	return done_testing();
}
