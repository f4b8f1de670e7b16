/* The profiles as a table, and their lifetimes: what issuing and the linter share. */
#include "pki/profile.h"
#include "registry/base/date.h"

const char oid_eku_master_list[] = "2.23.136.1.1.3";
const char oid_eku_deviation_list[] = "2.23.136.1.1.8";
const char oid_eku_vds[] = "2.23.136.1.1.11.1";
const char oid_eku_tls_server[] = "1.3.6.1.5.5.7.3.1";
const char oid_eku_ledger[] = "2.25.162076615280884267797752141937528583394";

#define M    EXT_MANDATORY
#define O    EXT_OPTIONAL
#define X    EXT_FORBIDDEN
#define CSCA KU_KEY_CERT_SIGN | KU_CRL_SIGN
#define SIGN KU_DIGITAL_SIGNATURE
/* Doc 9303-12 table 6.  Optional ones that we never write (policies) stay allowed for certificates of others. */
/* clang-format off */
const struct profile profiles[PROFILES] = {
	/*                                                                                               AKI SKI KU PKUP SAN IAN BC EKU CRLDP NC DT pol */
	[PROFILE_CSCA_ROOT] = { "CSCA root", CSCA, 0, NULL,                                              { O, M, M, M, M, M, M, X, M, O, X, O } },
	[PROFILE_CSCA_LINK] = { "CSCA link", CSCA, 0, NULL,                                              { M, M, M, M, M, M, M, X, M, O, X, O } },
	[PROFILE_CSCA_NAME_CHANGE] = { "CSCA name change link", CSCA, 0, NULL,                           { M, M, M, M, M, M, M, X, M, M, X, O } },
	[PROFILE_DOCUMENT_SIGNER] = { "document signer", SIGN, 0, NULL,                                  { M, O, M, M, M, M, X, X, M, X, M, O } },
	[PROFILE_MASTER_LIST_SIGNER] = { "master list signer", SIGN, 0, oid_eku_master_list,             { M, O, M, O, M, M, X, M, M, X, X, O } },
	[PROFILE_DEVIATION_LIST_SIGNER] = { "deviation list signer", SIGN, 0, oid_eku_deviation_list,    { M, O, M, O, M, M, X, M, M, X, X, O } },
	[PROFILE_COMMUNICATION] = { "communication", SIGN, KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT, oid_eku_tls_server,
	                                                                                                 { M, O, M, O, M, M, X, M, O, X, X, O } },
	[PROFILE_VDS_SIGNER] = { "bar code signer", 0, 0, oid_eku_vds,                                   { M, X, X, X, X, X, X, M, X, X, O, X } },
	[PROFILE_LEDGER] = { "ledger", SIGN, 0, oid_eku_ledger,                                          { M, M, M, M, M, M, X, M, M, X, X, X } },
};
/* clang-format on */
#undef M
#undef O
#undef X
#undef CSCA
#undef SIGN

/* ---- lifetimes ---- */

#define DAY INT64_C(86400)

static const struct {
	int key_years, key_days; /* the private key signs so long */
	int more_years;          /* then the certificate lives on: so many years ... */
	bool is_documents;       /* ... and those of the longest document */
} lifetime[PROFILES] = {
	[PROFILE_CSCA_ROOT] = { 5, 0, 1, true }, /* the longest certificate below may begin on the key's last day: one that signs a year */
	[PROFILE_CSCA_LINK] = { 5, 0, 1, true },
	[PROFILE_CSCA_NAME_CHANGE] = { 5, 0, 1, true },
	[PROFILE_DOCUMENT_SIGNER] = { 0, 92, 0, true },
	[PROFILE_MASTER_LIST_SIGNER] = { 1, 0, 1, false },
	[PROFILE_DEVIATION_LIST_SIGNER] = { 1, 0, 1, false },
	[PROFILE_VDS_SIGNER] = { 1, 0, 0, true },
	[PROFILE_COMMUNICATION] = { 1, 0, 0, false },
	[PROFILE_LEDGER] = { 1, 0, 0, true },
};

static int64_t
years_after(int64_t at, int years)
{
	return date_to_unix(date_add(date_of_unix(at), years, 0));
}

int
cert_span(enum profile_name profile, int64_t now, unsigned document_years, const struct cert *issuer, struct cert_span *span,
	struct err *err)
{
	struct cert_span s;
	int years = lifetime[profile].more_years + (lifetime[profile].is_documents ? (int)document_years : 0);

	if (document_years > DOCUMENT_YEARS_MAX)
		return err_set(err, FAIL_INPUT, "certificate: documents of %u years, at most %d", document_years, DOCUMENT_YEARS_MAX);
	s.not_before = s.key_from = now - now % DAY; /* certificates tell the day, not the hour */
	s.key_to = years_after(s.not_before, lifetime[profile].key_years) + lifetime[profile].key_days * DAY;
	s.not_after = years_after(s.key_to, years) + DAY - 1; /* a day of grace for time zones */
	if (profile == PROFILE_CSCA_LINK || profile == PROFILE_CSCA_NAME_CHANGE) {
		/* A link serves as long as the old certificate does; the key it introduces may sign longer than that. */
		if (issuer != NULL && s.not_after > issuer->not_after)
			s.not_after = issuer->not_after;
		if (s.key_to > s.not_after)
			s.key_to = s.not_after;
	}
	if (issuer != NULL && (s.not_before < issuer->not_before || s.not_after > issuer->not_after))
		return err_set(err, FAIL_INPUT, "certificate: a %s of today would outlive its CSCA certificate", profiles[profile].name);
	*span = s;
	return 0;
}
