/* What civild serves, and to whom. */
#include "enrolment/civil/civild.h"
#include "registry/store/actsearch.h"
#include "registry/store/certificates.h"
#include "registry/store/correction.h"
#include "registry/store/legacy.h"
#include "registry/store/notification.h"
#include "registry/store/statistics.h"

#define READERS (ROLES_CIVIL | ROLE_AUDITOR)

/* clang-format off */
const struct route civil_routes[] = {   /* this table is the access policy */
	{ "POST", "/births", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a birth" },
	{ "POST", "/deaths", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a death" },
	{ "POST", "/foetal-deaths", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a foetal death, for the statistics" },
	{ "POST", "/marriages", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a marriage" },
	{ "POST", "/divorces", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a divorce" },
	{ "POST", "/marriage-annulments", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare that a court annulled a marriage" },
	{ "POST", "/adoptions", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare an adoption" },
	{ "POST", "/recognitions", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare the recognition of a child" },
	{ "POST", "/legitimations", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare the legitimation of a child" },
	{ "POST", "/name-changes", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a legal change of name" },
	{ "POST", "/judicial-births", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a birth that a court found" },
	{ "POST", "/judicial-deaths", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a death that a court found" },
	{ "POST", "/foundlings", ROLE_CIVIL_CLERK, civil_post_declaration, ROUTE_CHANGES, "declare a foundling" },
	{ "GET", "/{register}", READERS, civil_get_list, 0, "list the acts of an office: births, deaths, marriages ..." },
	{ "GET", "/{register}/{id}", READERS, civil_get_one, 0, "read an act with its history" },
	{ "GET", "/{register}/{id}/duplicates", READERS, civil_get_duplicates, 0, "compare an act with its duplicate candidates" },
	{ "POST", "/{register}/{id}/validation", ROLE_CIVIL_REGISTRAR, civil_post_validation, ROUTE_CHANGES, "validate a declared act" },
	{ "POST", "/{register}/{id}/approval", ROLE_CIVIL_SUPERVISOR, civil_post_approval, ROUTE_CHANGES,
		"approve a validated act: a late registration, or what else the policy names" },
	{ "POST", "/{register}/{id}/rejection", ROLE_CIVIL_REGISTRAR, civil_post_rejection, ROUTE_CHANGES, "reject a declaration, with a reason" },
	{ "POST", "/{register}/{id}/registration", ROLE_CIVIL_REGISTRAR, civil_post_registration, ROUTE_CHANGES,
		"register a declared, validated or approved act" },
	{ "POST", "/{register}/{id}/duplicate-overrides", ROLE_CIVIL_REGISTRAR, civil_post_override, ROUTE_CHANGES,
		"find that a duplicate candidate is another event, with a reason" },
	{ "POST", "/{register}/{id}/annulment", ROLE_CIVIL_REGISTRAR, civil_post_annulment, ROUTE_CHANGES, "annul a registered act, with a reason" },
	{ "POST", "/{register}/{id}/reinstatement", ROLE_CIVIL_REGISTRAR, civil_post_reinstatement, ROUTE_CHANGES,
		"take an annulment back, with a reason" },
	{ "POST", "/{register}/{id}/evidence", ROLES_CIVIL, civil_post_evidence, ROUTE_CHANGES, "attach evidence to an act that is not decided" },
	{ "GET", "/{register}/{id}/evidence/{evidence}", READERS, civil_get_evidence, 0, "read the file of a piece of evidence" },
	{ "POST", "/{register}/{id}/corrections", ROLE_CIVIL_REGISTRAR, civil_post_correction, ROUTE_CHANGES, "propose a correction of a registered act" },
	{ "GET", "/{register}/{id}/corrections/{correction}", READERS, civil_get_correction, 0, "read a correction field by field" },
	{ "POST", "/{register}/{id}/corrections/{correction}/acceptance", ROLE_CIVIL_REGISTRAR, civil_post_acceptance, ROUTE_CHANGES,
		"accept a correction that another officer proposed" },
	{ "POST", "/{register}/{id}/corrections/{correction}/refusal", ROLE_CIVIL_REGISTRAR, civil_post_refusal, ROUTE_CHANGES,
		"refuse a correction that another officer proposed, with a reason" },
	{ "POST", "/{register}/{id}/corrections/{correction}/withdrawal", ROLE_CIVIL_REGISTRAR, civil_post_withdrawal, ROUTE_CHANGES,
		"withdraw a correction of one's own" },
	{ "POST", "/notifications", ROLE_PROGRAM, civil_post_notification, ROUTE_CHANGES, "notify a birth or a death of a health facility" },
	{ "GET", "/notifications", READERS, civil_get_notifications, 0, "list the notifications of an office: what waits, what was not taken up in time" },
	{ "GET", "/notifications/{id}", READERS, civil_get_notification, 0, "read a notification" },
	{ "POST", "/notifications/{id}/closure", ROLE_CIVIL_REGISTRAR, civil_post_closure, ROUTE_CHANGES, "close a notification, with a reason" },
	{ "GET", "/acts", READERS, civil_get_acts, 0, "find acts of an office by name" },
	{ "GET", "/acts/{number}", READERS, civil_get_act, 0, "read an act by its number" },
	{ "POST", "/legacy-acts", ROLE_CIVIL_CLERK, civil_post_legacy, ROUTE_CHANGES, "import an entry of a paper register" },
	{ "GET", "/legacy-acts", READERS, civil_get_legacy_list, 0, "list the entries of an office's paper registers" },
	{ "GET", "/legacy-acts/{id}", READERS, civil_get_legacy, 0, "read an entry with its proposal and history" },
	{ "POST", "/legacy-acts/{id}/images", ROLE_CIVIL_CLERK, civil_post_legacy_image, ROUTE_CHANGES | ROUTE_RAW_BODY, "add a scan of an entry" },
	{ "GET", "/legacy-acts/{id}/images/{image}", READERS, civil_get_legacy_image, 0, "read a scan of an entry" },
	{ "POST", "/legacy-acts/{id}/proposal", ROLE_CIVIL_CLERK, civil_post_legacy_proposal, ROUTE_CHANGES, "propose an entry as an ordinary act" },
	{ "POST", "/legacy-acts/{id}/promotion", ROLE_CIVIL_REGISTRAR, civil_post_legacy_promotion, ROUTE_CHANGES,
		"promote an entry that others imported and proposed: each field was compared with the image" },
	{ "POST", "/legacy-acts/{id}/return", ROLE_CIVIL_REGISTRAR, civil_post_legacy_return, ROUTE_CHANGES, "return a proposal, with a reason" },
	{ "POST", "/legacy-acts/{id}/refusal", ROLE_CIVIL_REGISTRAR, civil_post_legacy_refusal, ROUTE_CHANGES, "reject an entry, with a reason" },
	{ "GET", "/provenance-grades", READERS, civil_get_provenance_grades, 0, "list the grades of provenance" },
	{ "GET", "/offices", READERS, civil_get_offices, 0, "list the civil registration offices" },
	{ "GET", "/places", READERS | ROLE_STATISTICIAN, civil_get_places, 0, "find places by the beginning of their name, or one by its code" },
	{ "GET", "/statistics/{event}", READERS | ROLE_STATISTICIAN, civil_get_statistics, 0, "count vital events of a year, without persons: JSON, CSV, SDMX-CSV" },
	{ "GET", "/statistics/dictionary", READERS | ROLE_STATISTICIAN, civil_get_dictionary, 0, "read what the columns and codes of the statistics mean" },
	{ "GET", "/statistics/estimates", READERS | ROLE_STATISTICIAN, civil_get_estimates, 0, "list how many events of a year are estimated" },
	{ "POST", "/statistics/estimates", ROLE_STATISTICIAN, civil_post_estimate, ROUTE_CHANGES, "add an estimate of how many events occurred" },
	{ "POST", "/certificates", ROLE_CIVIL_CLERK | ROLE_CIVIL_REGISTRAR, civil_post_certificate, ROUTE_CHANGES, "issue a certificate of an act" },
	{ "GET", "/certificates", READERS, civil_get_certificates, 0, "list the certificates of an act" },
	{ "GET", "/certificates/{number}", READERS, civil_get_certificate, 0, "read what was issued and whether it is valid" },
	{ "GET", "/certificates/{number}/document", ROLE_CIVIL_CLERK | ROLE_CIVIL_REGISTRAR, civil_get_certificate_pdf, 0,
		"the certificate as PDF, always the same octets" },
	{ "POST", "/certificates/{number}/paper", ROLE_CIVIL_CLERK | ROLE_CIVIL_REGISTRAR, civil_post_certificate_paper, ROUTE_CHANGES,
		"bind a certificate to the sheet of security paper it is printed on" },
	{ "POST", "/certificates/{number}/revocation", ROLE_CIVIL_REGISTRAR, civil_post_certificate_revocation, ROUTE_CHANGES,
		"revoke a certificate, with a reason" },
	{ "GET", "/paper", READERS, civil_get_paper, 0, "the stock of security paper of an office" },
	{ "POST", "/paper/counts", ROLE_CIVIL_REGISTRAR | ROLE_CIVIL_SUPERVISOR, civil_post_paper_count, ROUTE_CHANGES,
		"count sheets of security paper that came, or that are to be destroyed" },
	{ "POST", "/paper/counts/{id}/confirmation", ROLE_CIVIL_REGISTRAR | ROLE_CIVIL_SUPERVISOR, civil_post_paper_confirmation, ROUTE_CHANGES,
		"count the same as another officer did" },
	{ "POST", "/paper/sheets/{serial}/spoiling", ROLE_CIVIL_CLERK | ROLE_CIVIL_REGISTRAR, civil_post_paper_spoiling, ROUTE_CHANGES,
		"take a spoiled sheet out of use, with a reason" },
	{ "GET", "/status", 0, civil_get_status_page, ROUTE_PUBLIC, "the page on which anybody asks whether a certificate is valid" },
	{ "GET", "/status/{number}", 0, civil_get_status, ROUTE_PUBLIC, "whether a certificate is valid, for anybody who holds it" },
	{ NULL }
};
/* clang-format on */

static int
start(struct office *office, struct err *err)
{
	static struct match_thresholds t;

	t.review = (int)conf_int(office->conf, "duplicate_review");
	t.stop = (int)conf_int(office->conf, "duplicate_stop");
	if (t.stop < t.review)
		return err_set(err, FAIL_INPUT, "duplicate_stop is %d, less than duplicate_review, %d", t.stop, t.review);
	office->own = &t;
	return civil_certify_start(office, err) == -1 ? -1 : civil_notify_start(err);
}

static void
stop(struct office *office)
{
	(void)office;
	civil_notify_stop();
	civil_certify_stop();
}

static const struct query *const queries[] = { civil_queries, actsearch_queries, correction_queries, legacy_queries, notification_queries, statistics_queries,
	certificates_queries, NULL };

const struct office_program civil_program = {
	.name = "civild",
	.db_role = "catena_civil",
	.base_path = "/civil/v1",
	.has_jurisdiction = true,
	.routes = civil_routes,
	.queries = queries,
	.start = start,
	.stop = stop,
};
