/*
 * lint-local.h - inside the linter only: the table of rules, written once as a list, and what the parts of pki/lint*.c share.
 */
#ifndef CATENA_PKI_LINT_LOCAL_H
#define CATENA_PKI_LINT_LOCAL_H
#include "pki/lint.h"

#define TABLE_5     "9303-12 7.1.1 table 5"
#define TABLE_6     "9303-12 7.1.1 table 6"
#define BAR_CODE    "9303-12 7.1 bar code signer"
#define CRL_PROFILE "9303-12 7.1.4"
#define CMS_PROFILE "9303-10 4.6.2.2, 9303-12 8.1"

/* clang-format off */
#define LINT_RULES(X) \
	/* ---- the body of a certificate; names, times, algorithms and serial numbers also of a CRL ---- */ \
	X(UNREADABLE_PART,           "unreadable_part",           "RFC 5280 4.1",                        LINT_ERROR) \
	X(VERSION,                   "version_not_3",             TABLE_5,                               LINT_ERROR) \
	X(SERIAL_NOT_POSITIVE,       "serial_not_positive",       TABLE_5,                               LINT_ERROR) \
	X(SERIAL_TOO_LONG,           "serial_too_long",           TABLE_5,                               LINT_ERROR) \
	X(SERIAL_NOT_MINIMAL,        "serial_not_minimal",        "X.690 8.3.2",                         LINT_ERROR) \
	X(ALGORITHMS_DIFFER,         "signature_algorithms_differ", TABLE_5,                             LINT_ERROR) \
	X(ALGORITHM_UNKNOWN,         "signature_algorithm_unknown", "9303-12 4.1.6",                     LINT_ERROR) \
	X(HASH_WEAK,                 "hash_weak",                 "9303-12 4.1.6",                       LINT_ERROR) \
	X(ALGORITHM_PARAMETERS,      "signature_parameters",      "RFC 4055 2.1, RFC 5758 3.2",          LINT_WARNING) \
	X(PSS_MASK,                  "signature_pss_mask",        "RFC 4055 3.1",                        LINT_WARNING) \
	X(SIGNATURE_WRONG,           "signature_wrong",           "9303-12 7.1.1",                       LINT_ERROR) \
	X(SIGNATURE_UNCHECKED,       "signature_not_checked",     "9303-12 7.1.1",                       LINT_WARNING) \
	X(COUNTRY_ABSENT,            "country_absent",            TABLE_5,                               LINT_ERROR) \
	X(COUNTRY_STRING,            "country_not_printable",     TABLE_5,                               LINT_ERROR) \
	X(COUNTRY_LENGTH,            "country_not_two_letters",   TABLE_5,                               LINT_ERROR) \
	X(COUNTRY_LOWER,             "country_lower",             TABLE_5,                               LINT_ERROR) \
	X(COUNTRY_DIFFERS,           "country_differs",           TABLE_5,                               LINT_ERROR) \
	X(SERIAL_ATTRIBUTE,          "serial_attribute_not_printable", TABLE_5,                          LINT_ERROR) \
	X(NAME_STRING,               "name_string_type",          TABLE_5,                               LINT_WARNING) \
	X(NAME_CHARACTERS,           "name_characters",           "X.680 41.4, RFC 3629",                LINT_WARNING) \
	X(NAME_LENGTH,               "name_too_long",             "RFC 5280 A.1",                        LINT_NOTICE) \
	X(CN_ABSENT,                 "cn_absent",                 TABLE_5,                               LINT_ERROR) \
	X(TIME_FORM,                 "time_malformed",            "RFC 5280 4.1.2.5",                    LINT_ERROR) \
	X(TIME_GENERALIZED,          "generalized_time_before_2050", TABLE_5,                            LINT_ERROR) \
	X(VALIDITY_INVERTED,         "validity_inverted",         "RFC 5280 4.1.2.5",                    LINT_ERROR) \
	X(UNIQUE_ID,                 "unique_id_present",         TABLE_5,                               LINT_ERROR) \
	X(NAMED_CURVE,               "named_curve",               "9303-12 4.1.6.3",                     LINT_ERROR) \
	X(EC_PARAMETERS,             "ec_parameters",             "9303-12 4.1.6.3",                     LINT_ERROR) \
	X(COFACTOR_ABSENT,           "cofactor_absent",           "9303-12 4.1.6.3",                     LINT_ERROR) \
	X(POINT_COMPRESSED,          "point_compressed",          "9303-12 4.1.6.3",                     LINT_ERROR) \
	X(KEY_UNKNOWN,               "key_algorithm_unknown",     "9303-12 4.1.6",                       LINT_ERROR) \
	X(KEY_SHORT,                 "key_short",                 "9303-12 4.1.6",                       LINT_ERROR) \
	X(RSA_EXPONENT,              "rsa_exponent",              "9303-12 4.1.6.1",                     LINT_WARNING) \
	X(RSA_PARAMETERS,            "rsa_parameters",            "RFC 4055 1.2",                        LINT_WARNING) \
	/* ---- extensions: there, not there, critical ---- */ \
	X(EXTENSIONS_ABSENT,         "extensions_absent",         TABLE_5,                               LINT_ERROR) \
	X(EXTENSION_TWICE,           "extension_twice",           "RFC 5280 4.2",                        LINT_ERROR) \
	X(EXTENSION_MALFORMED,       "extension_malformed",       "RFC 5280 4.2",                        LINT_ERROR) \
	X(DEFAULT_ENCODED,           "default_encoded",           "X.690 11.5",                          LINT_ERROR) \
	X(BOOLEAN,                   "boolean_not_der",           "X.690 11.1",                          LINT_ERROR) \
	X(AKI_ABSENT,                "aki_absent",                TABLE_6,                               LINT_ERROR) \
	X(AKI_CRITICAL,              "aki_critical",              TABLE_6,                               LINT_ERROR) \
	X(SKI_ABSENT,                "ski_absent",                TABLE_6,                               LINT_ERROR) \
	X(SKI_PRESENT,               "ski_present",               BAR_CODE,                              LINT_ERROR) \
	X(SKI_CRITICAL,              "ski_critical",              TABLE_6,                               LINT_ERROR) \
	X(KU_ABSENT,                 "ku_absent",                 TABLE_6,                               LINT_ERROR) \
	X(KU_PRESENT,                "ku_present",                BAR_CODE,                              LINT_ERROR) \
	X(KU_NONCRITICAL,            "ku_noncritical",            TABLE_6,                               LINT_ERROR) \
	X(PKUP_ABSENT,               "pkup_absent",               TABLE_6,                               LINT_ERROR) \
	X(PKUP_PRESENT,              "pkup_present",              BAR_CODE,                              LINT_ERROR) \
	X(PKUP_CRITICAL,             "pkup_critical",             TABLE_6,                               LINT_ERROR) \
	X(SAN_ABSENT,                "san_absent",                TABLE_6,                               LINT_ERROR) \
	X(SAN_PRESENT,               "san_present",               BAR_CODE,                              LINT_ERROR) \
	X(SAN_CRITICAL,              "san_critical",              TABLE_6,                               LINT_ERROR) \
	X(IAN_ABSENT,                "ian_absent",                TABLE_6,                               LINT_ERROR) \
	X(IAN_PRESENT,               "ian_present",               BAR_CODE,                              LINT_ERROR) \
	X(IAN_CRITICAL,              "ian_critical",              TABLE_6,                               LINT_ERROR) \
	X(BC_ABSENT,                 "bc_absent",                 TABLE_6,                               LINT_ERROR) \
	X(BC_PRESENT,                "bc_present",                TABLE_6,                               LINT_ERROR) \
	X(BC_NONCRITICAL,            "bc_noncritical",            TABLE_6,                               LINT_ERROR) \
	X(EKU_ABSENT,                "eku_absent",                TABLE_6,                               LINT_ERROR) \
	X(EKU_PRESENT,               "eku_present",               TABLE_6,                               LINT_ERROR) \
	X(EKU_NONCRITICAL,           "eku_noncritical",           TABLE_6,                               LINT_ERROR) \
	X(CRLDP_ABSENT,              "crldp_absent",              TABLE_6,                               LINT_ERROR) \
	X(CRLDP_PRESENT,             "crldp_present",             BAR_CODE,                              LINT_ERROR) \
	X(CRLDP_CRITICAL,            "crldp_critical",            TABLE_6,                               LINT_ERROR) \
	X(NAME_CHANGE_ABSENT,        "name_change_absent",        "9303-12 7.1.1.5",                     LINT_WARNING) \
	X(NAME_CHANGE_PRESENT,       "name_change_present",       TABLE_6,                               LINT_ERROR) \
	X(NAME_CHANGE_CRITICAL,      "name_change_critical",      TABLE_6,                               LINT_ERROR) \
	X(DOCTYPE_ABSENT,            "doctype_absent",            TABLE_6,                               LINT_ERROR) \
	X(DOCTYPE_PRESENT,           "doctype_present",           TABLE_6,                               LINT_ERROR) \
	X(DOCTYPE_CRITICAL,          "doctype_critical",          TABLE_6,                               LINT_ERROR) \
	X(POLICIES_PRESENT,          "policies_present",          BAR_CODE,                              LINT_ERROR) \
	X(POLICIES_CRITICAL,         "policies_critical",         TABLE_6,                               LINT_ERROR) \
	X(NETSCAPE_TYPE,             "netscape_type_present",     TABLE_6,                               LINT_ERROR) \
	X(FORBIDDEN_PRESENT,         "forbidden_extension",       TABLE_6,                               LINT_ERROR) \
	X(PRIVATE_CRITICAL,          "private_extension_critical", TABLE_6,                              LINT_ERROR) \
	X(PRIVATE_PRESENT,           "private_extension_present", BAR_CODE,                              LINT_ERROR) \
	/* ---- extensions: their values ---- */ \
	X(AKI_KEY_ABSENT,            "aki_key_absent",            TABLE_6,                               LINT_ERROR) \
	X(AKI_PARTIAL,               "aki_issuer_without_serial", "RFC 5280 4.2.1.1",                    LINT_WARNING) \
	X(AKI_MISMATCH,              "aki_mismatch",              "RFC 5280 4.2.1.1",                    LINT_WARNING) \
	X(SKI_DERIVATION,            "ski_derivation",            "RFC 5280 4.2.1.2",                    LINT_NOTICE) \
	X(KU_EXTRA_BITS,             "ku_extra_bits",             TABLE_6,                               LINT_ERROR) \
	X(KU_MISSING_BITS,           "ku_missing_bits",           TABLE_6,                               LINT_ERROR) \
	X(KU_TRAILING,               "ku_trailing_zeros",         "X.690 11.2.2",                        LINT_ERROR) \
	X(PKUP_EMPTY,                "pkup_empty",                TABLE_6,                               LINT_ERROR) \
	X(PKUP_FORM,                 "pkup_malformed",            TABLE_6,                               LINT_ERROR) \
	X(PKUP_INVERTED,             "pkup_inverted",             "RFC 3280 4.2.1.4",                    LINT_ERROR) \
	X(PKUP_OUTSIDE,              "pkup_outside_validity",     "9303-12 4.3",                         LINT_WARNING) \
	X(PKUP_LONG,                 "pkup_long",                 "9303-12 4.3 table 4",                 LINT_NOTICE) \
	X(VALIDITY_SHORT,            "validity_short",            "9303-12 4.3 table 4",                 LINT_NOTICE) \
	X(VALIDITY_ISSUER,           "validity_beyond_issuer",    "9303-12 4.3",                         LINT_WARNING) \
	X(ALT_NO_DIRECTORY,          "alt_name_without_directory", "9303-12 7.1.1.2",                    LINT_ERROR) \
	X(ALT_LOCALITY_ABSENT,       "alt_name_locality_absent",  "9303-12 7.1.1.2",                     LINT_ERROR) \
	X(ALT_LOCALITY,              "alt_name_locality",         "9303-12 7.1.1.2",                     LINT_ERROR) \
	X(ALT_EXTRA,                 "alt_name_extra_attribute",  "9303-12 7.1.1.2",                     LINT_ERROR) \
	X(ALT_STATE,                 "alt_name_other_state",      "9303-12 7.1.1.2",                     LINT_WARNING) \
	X(ALT_CONTACT,               "alt_name_without_contact",  "9303-12 7.1.1.2",                     LINT_NOTICE) \
	X(SAN_IAN_DIFFER,            "san_ian_differ",            "9303-12 7.1.1.2",                     LINT_ERROR) \
	X(CA_FALSE,                  "ca_false",                  TABLE_6,                               LINT_ERROR) \
	X(PATHLEN_ABSENT,            "pathlen_absent",            TABLE_6,                               LINT_ERROR) \
	X(PATHLEN_NONZERO,           "pathlen_nonzero",           TABLE_6,                               LINT_ERROR) \
	X(EKU_WRONG,                 "eku_wrong",                 TABLE_6,                               LINT_ERROR) \
	X(EKU_EXTRA,                 "eku_extra",                 TABLE_6,                               LINT_WARNING) \
	X(CRLDP_EMPTY,               "crldp_empty",               TABLE_6,                               LINT_ERROR) \
	X(CRLDP_SCHEME,              "crldp_scheme",              TABLE_6,                               LINT_ERROR) \
	X(CRLDP_REASONS,             "crldp_reasons",             TABLE_6,                               LINT_ERROR) \
	X(CRLDP_ISSUER,              "crldp_crl_issuer",          TABLE_6,                               LINT_ERROR) \
	X(NAME_CHANGE_SAME,          "name_change_same_name",     "9303-12 7.1.1.5",                     LINT_WARNING) \
	X(DOCTYPE_VERSION,           "doctype_version",           "9303-12 7.1.1.6",                     LINT_ERROR) \
	X(DOCTYPE_FORM,              "doctype_form",              "9303-12 7.1.1.6",                     LINT_ERROR) \
	X(DOCTYPE_EMPTY,             "doctype_empty",             "9303-12 7.1.1.6",                     LINT_ERROR) \
	X(DOCTYPE_LETTERS,           "doctype_letters",           "9303-12 7.1.1.6",                     LINT_ERROR) \
	X(DOCTYPE_ORDER,             "doctype_set_order",         "X.690 11.6",                          LINT_NOTICE) \
	X(VDS_SUBJECT,               "vds_subject",               BAR_CODE,                              LINT_ERROR) \
	X(VDS_CN,                    "vds_cn",                    BAR_CODE,                              LINT_ERROR) \
	X(VDS_KEY,                   "vds_key_not_ec",            BAR_CODE,                              LINT_ERROR) \
	X(ISSUER_NAME,               "issuer_name_differs",       "RFC 5280 4.1.2.4",                    LINT_NOTICE) \
	X(ROOT_NAMES,                "root_names_differ",         TABLE_5,                               LINT_ERROR) \
	X(LINK_OWN_KEY,              "link_to_own_key",           "9303-12 4.3",                         LINT_ERROR) \
	/* ---- CRLs ---- */ \
	X(CRL_VERSION,               "crl_version_not_2",         CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_NEXT_ABSENT,           "crl_next_update_absent",    CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_NEXT_INVERTED,         "crl_next_update_inverted",  CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_NEXT_LATE,             "crl_next_update_late",      "9303-12 5.1.4",                       LINT_WARNING) \
	X(CRL_EMPTY,                 "crl_revoked_empty",         CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_TWICE,                 "crl_serial_twice",          CRL_PROFILE,                           LINT_WARNING) \
	X(CRL_FUTURE,                "crl_entry_in_future",       CRL_PROFILE,                           LINT_WARNING) \
	X(CRL_NUMBER_ABSENT,         "crl_number_absent",         CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_NUMBER_CRITICAL,       "crl_number_critical",       CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_NUMBER_NEGATIVE,       "crl_number_negative",       CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_NUMBER_LONG,           "crl_number_too_long",       CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_NUMBER_MINIMAL,        "crl_number_not_minimal",    "X.690 8.3.2",                         LINT_ERROR) \
	X(CRL_IDP,                   "crl_issuing_distribution_point", CRL_PROFILE,                      LINT_ERROR) \
	X(CRL_DELTA,                 "crl_delta",                 CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_FRESHEST,              "crl_freshest",              CRL_PROFILE,                           LINT_ERROR) \
	X(CRL_ENTRY_EXTENSION,       "crl_entry_extension",       CRL_PROFILE,                           LINT_ERROR) \
	/* ---- SignedData: security object, master list, deviation list ---- */ \
	X(NOT_DER,                   "not_der",                   "9303-10 4.6.2, 9303-12 8.1",          LINT_WARNING) \
	X(CMS_VERSION,               "cms_version",               CMS_PROFILE,                           LINT_ERROR) \
	X(CMS_DIGESTS,               "cms_digest_algorithms",     CMS_PROFILE,                           LINT_ERROR) \
	X(CMS_DIGEST_NULL,           "cms_digest_null",           "RFC 5754 2",                          LINT_NOTICE) \
	X(CMS_CRLS,                  "cms_crls_present",          CMS_PROFILE,                           LINT_ERROR) \
	X(CMS_SIGNER_ABSENT,         "cms_signer_absent",         CMS_PROFILE,                           LINT_ERROR) \
	X(CMS_SIGNERS,               "cms_signers_not_one",       CMS_PROFILE,                           LINT_ERROR) \
	X(CMS_SIGNER_VERSION,        "cms_signer_version",        "RFC 5652 5.3",                        LINT_ERROR) \
	X(CMS_SID,                   "cms_sid",                   CMS_PROFILE,                           LINT_NOTICE) \
	X(CMS_SID_ISSUER,            "cms_sid_issuer",            "RFC 5652 5.3",                        LINT_WARNING) \
	X(CMS_ATTRS_ABSENT,          "cms_signed_attrs_absent",   CMS_PROFILE,                           LINT_ERROR) \
	X(CMS_ATTRS_ORDER,           "cms_signed_attrs_order",    "RFC 5652 5.3",                        LINT_WARNING) \
	X(CMS_CONTENT_TYPE,          "cms_content_type",          "RFC 5652 11.1",                       LINT_ERROR) \
	X(CMS_DIGEST_WRONG,          "cms_message_digest",        "RFC 5652 11.2",                       LINT_ERROR) \
	X(CMS_TIME_ABSENT,           "cms_signing_time_absent",   "9303-12 8.1",                         LINT_ERROR) \
	X(CMS_UNSIGNED,              "cms_unsigned_attrs_present", "9303-12 9",                          LINT_ERROR) \
	X(CMS_SIGNATURE_DIGEST,      "cms_signature_digest",      "RFC 5652 5.4",                        LINT_WARNING) \
	X(CMS_SIGNATURE_FORM,        "cms_signature_plain",       "RFC 5753 2.1.1",                      LINT_ERROR) \
	X(CMS_SIGNED_OUTSIDE,        "cms_signed_outside_period", "9303-12 4.3",                         LINT_WARNING) \
	X(ML_SIGNER,                 "ml_signer",                 "9303-12 8.1",                         LINT_ERROR) \
	X(ML_CSCA_ABSENT,            "ml_csca_absent",            "9303-12 8.1",                         LINT_NOTICE) \
	X(ML_VERSION,                "ml_version",                "9303-12 8.2",                         LINT_ERROR) \
	X(ML_EMPTY,                  "ml_empty",                  "9303-12 8.2",                         LINT_ERROR) \
	X(ML_ORDER,                  "ml_set_order",              "X.690 11.6",                          LINT_ERROR) \
	X(ML_TWICE,                  "ml_certificate_twice",      "9303-12 8.2",                         LINT_ERROR) \
	X(ML_NOT_CSCA,               "ml_not_csca",               "9303-12 8.2",                         LINT_ERROR) \
	X(DL_SIGNER,                 "dl_signer",                 "9303-12 9",                           LINT_ERROR) \
	X(DL_VERSION,                "dl_version",                "9303-12 9",                           LINT_ERROR) \
	X(DL_MALFORMED,              "dl_malformed",              "9303-12 9",                           LINT_ERROR) \
	X(DL_EMPTY,                  "dl_empty",                  "9303-12 9",                           LINT_ERROR) \
	X(DL_ORDER,                  "dl_set_order",              "X.690 11.6",                          LINT_WARNING) \
	X(DL_TYPE,                   "dl_type_unknown",           "9303-12 9",                           LINT_WARNING) \
	X(SOD_TAG,                   "sod_tag_absent",            "9303-10 4.6.2",                       LINT_ERROR) \
	X(SOD_PADDING,               "sod_octets_after",          "9303-10 4.6.2",                       LINT_NOTICE) \
	X(SOD_SIGNER,                "sod_signer",                "9303-12 7.1.1",                       LINT_ERROR) \
	X(LDS_MALFORMED,             "lds_malformed",             "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_VERSION,               "lds_version",               "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_INFO_ABSENT,           "lds_version_info_absent",   "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_INFO_PRESENT,          "lds_version_info_present",  "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_INFO_VALUE,            "lds_version_info_value",    "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_DG_MISSING,            "lds_dg_missing",            "9303-10 4.6.2",                       LINT_ERROR) \
	X(LDS_DG_NUMBER,             "lds_dg_number",             "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_DG_TWICE,              "lds_dg_twice",              "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_DG_ORDER,              "lds_dg_order",              "9303-10 4.6.2.3",                     LINT_NOTICE) \
	X(LDS_HASH_LENGTH,           "lds_hash_length",           "9303-10 4.6.2.3",                     LINT_ERROR) \
	X(LDS_HASH_DIFFERS,          "lds_hash_differs",          "9303-10 4.6.2.3",                     LINT_NOTICE)
/* clang-format on */

enum lint_code {
#define X(id, code, clause, severity) LINT_##id,
	LINT_RULES(X)
#undef X
		LINT_CODES
};

void lint_add(struct lint *l, enum lint_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* What the readers refuse must not be without an error: the reason, when none was found from finding `from` on. */
void lint_refused(struct lint *l, size_t from, const struct err *why);

/* ---- parts that certificates, CRLs and SignedData share: lint_field.c ---- */

struct name_facts {
	char country[4], cn[65]; /* cut to what fits */
	unsigned attributes;     /* how many in all */
	unsigned countries, cns;
	bool is_cn_printable;
};
/* what: "issuer", "subject".  A name that cannot be read is a finding. */
void lint_name(struct lint *l, struct bytes name, const char *what, struct name_facts *facts);
/* The same attributes in the same order, whatever their string types: the same CSCA writes its name in several of them. */
bool lint_same_name(struct bytes a, struct bytes b);
/* The INTEGER's contents octets. */
void lint_serial(struct lint *l, struct bytes serial, const char *what);
/* A Time: its moment into *at; false when it is none. */
bool lint_time(struct lint *l, const struct tlv *time, const char *what, int64_t *at);
/* An AlgorithmIdentifier of a signature; NULL when unknown. */
const struct sigalg *lint_sigalg(struct lint *l, struct bytes algorithm, unsigned digest_bits, struct sigalg *room, const char *what);
void lint_key(struct lint *l, struct bytes spki);
/* A structure walked to its last octet: what is not DER is a finding of the code. */
bool lint_is_der(struct lint *l, struct bytes in, enum lint_code code, const char *what);
bool is_upper_letters(struct bytes s);

/* ---- extensions: lint_ext.c ---- */

enum { LINT_MAX_EXTENSIONS = 64 };
struct raw_extension {
	char oid[128];
	bool is_critical;
	struct bytes value; /* of extnValue */
};
struct raw_extensions {
	struct raw_extension e[LINT_MAX_EXTENSIONS];
	unsigned n;
};
/* `list`: contents of the SEQUENCE OF Extension.  Twice the same, FALSE encoded and the like are findings. */
void lint_extensions_read(struct lint *l, struct bytes list, struct raw_extensions *out);
const struct raw_extension *raw_extension_find(const struct raw_extensions *x, const char *oid);

struct moments {
	int64_t not_before, not_after;
	bool is_known;
};
struct extension_facts { /* what the body is compared with */
	int profile;
	const struct moments *validity;
	const char *country; /* of the subject */
	const char *issuer_country;
	bool names_equal, is_self_signed;
	struct bytes spki_bits; /* subjectPublicKey's octets; n 0 unknown */
};
/* All rules on extensions of a certificate. */
void lint_extensions(struct lint *l, const struct raw_extensions *x, const struct extension_facts *facts);
/* AuthorityKeyIdentifier's keyIdentifier; n 0 when there is none. */
struct bytes lint_aki(struct lint *l, const struct raw_extension *e);
struct bytes raw_ski(const struct raw_extensions *x);
struct bytes raw_aki(const struct raw_extensions *x); /* without findings */
unsigned raw_key_usage(const struct raw_extensions *x);
bool raw_is_ca(const struct raw_extensions *x);
void lint_alt_name(struct lint *l, struct bytes value, const char *what, const char *country);

/* ---- wholes ---- */

int lint_certificate(struct bytes der, int profile, struct lint *l, struct err *err);
int lint_revocation_list(struct bytes der, struct lint *l, struct err *err);
/* A certificate in a list or SignedData; where: as in a finding.  profile: as in lint_options, or LINT_CSCA. */
enum { LINT_CSCA = -2 }; /* one of the CSCA profiles, whatever it claims */
void lint_member(struct lint *l, struct bytes der, const char *where, int profile, enum lint_severity at_most);
/* lint_cms.c: signed_data is a ContentInfo.  has_tag: it stood inside tag 77. */
int lint_signed_data(struct bytes signed_data, bool has_tag, struct lint *l, struct err *err);
/* lint_list.c: the eContent. */
void lint_master_list(struct lint *l, struct bytes content);
void lint_deviation_list(struct lint *l, struct bytes content);
void lint_lds_object(struct lint *l, struct bytes content, unsigned signer_hash_bits);

#endif
