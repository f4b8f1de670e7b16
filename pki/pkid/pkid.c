/* pkid - the PKI officers' service.  See docs/pkid.8. */
#include "pki/pkid/pkid.h"

#include <stdlib.h>

#include "registry/store/ceremony.h"
#include "registry/store/keys.h"
#include "registry/store/trust.h"

static const struct query *const queries[] = { ceremony_queries, keys_queries, trust_queries, trust_row_queries, NULL };

static int
start(struct office *office, struct err *err)
{
	struct pkid *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	office->own = own;
	pthread_mutex_init(&own->signer_lock, NULL);
	pthread_mutex_init(&own->lock, NULL);
	pthread_cond_init(&own->wake, NULL);
	if (trust_cache_new(&own->trust, err) == -1 || signclient_new(conf_text(office->conf, "signd_socket"), &own->signer, err) == -1)
		return -1;
	return duties_start(office, err);
}

static void
stop(struct office *office)
{
	struct pkid *own = office->own;

	if (own == NULL)
		return;
	duties_stop(office);
	signclient_free(own->signer);
	trust_cache_free(own->trust);
	pthread_cond_destroy(&own->wake);
	pthread_mutex_destroy(&own->lock);
	pthread_mutex_destroy(&own->signer_lock);
	free(own);
	office->own = NULL;
}

#define READERS (ROLE_PKI_OFFICER | ROLE_AUDITOR)
/* clang-format off */
const struct route pki_routes[] = {
	{ "GET",  "/keys",                          READERS,          get_keys,            0, "the key inventory" },
	{ "GET",  "/keys/{id}",                     READERS,          get_key,             0, "a key and its life" },
	{ "GET",  "/certificates",                  READERS,          get_certificates,    0, "certificates of our keys" },
	{ "GET",  "/certificates/{id}",             READERS,          get_certificate,     0, "a certificate in words, with the linter's findings" },
	{ "GET",  "/certificates/{id}/der",         READERS,          get_certificate_der, 0, "its octets" },
	{ "GET",  "/revocations",                   READERS,          get_revocations,     0, "revoked certificates" },
	{ "GET",  "/crls",                          READERS,          get_crls,            0, "CRLs that were issued" },
	{ "GET",  "/lists",                         READERS,          get_lists,           0, "master lists and deviation lists that were signed" },
	{ "GET",  "/rules",                         READERS,          get_rules,           0, "how many officers a ceremony takes, how long a key is used" },
	{ "GET",  "/duties",                        READERS,          get_duties,          0, "what is due, what is late, alarms" },
	{ "POST", "/lint",                          READERS,          post_lint,           ROUTE_RAW_BODY, "departures of a certificate, CRL, list or security object" },
	{ "GET",  "/ceremonies",                    READERS,          get_ceremonies,      0, "ceremonies, the newest first" },
	{ "POST", "/ceremonies",                    ROLE_PKI_OFFICER, post_ceremony,       ROUTE_CHANGES, "ask for a ceremony" },
	{ "GET",  "/ceremonies/{id}",               READERS,          get_ceremony,        0, "a ceremony with its decisions and its outcome" },
	{ "POST", "/ceremonies/{id}/approval",      ROLE_PKI_OFFICER, post_ceremony_approval,       ROUTE_CHANGES, "approve it: another officer than who asked" },
	{ "POST", "/ceremonies/{id}/refusal",       ROLE_PKI_OFFICER, post_ceremony_refusal,        ROUTE_CHANGES, "refuse it" },
	{ "POST", "/ceremonies/{id}/cancellation",  ROLE_PKI_OFFICER, post_ceremony_cancellation,   ROUTE_CHANGES, "withdraw it: who asked" },
	{ "POST", "/ceremonies/{id}/execution",     ROLE_PKI_OFFICER, post_ceremony_execution,      ROUTE_CHANGES, "have signd carry it out now" },
	{ "GET",  "/ceremonies/{id}/request",       ROLE_PKI_OFFICER, get_ceremony_request,         0, "the request file for csca-ceremony, when the key is offline" },
	{ "POST", "/ceremonies/{id}/response",      ROLE_PKI_OFFICER, post_ceremony_response,       ROUTE_CHANGES | ROUTE_RAW_BODY, "bring in the response file of csca-ceremony" },
	{ "GET",  "/ceremonies/{id}/protocol",      READERS,          get_ceremony_protocol,        0, "the protocol for signatures by hand (PDF)" },
	{ "GET",  "/trust/imports",                 READERS,          get_trust_imports,   0, "files of other States that were proposed, the newest first" },
	{ "POST", "/trust/imports",                 ROLE_PKI_OFFICER, post_trust_import,   ROUTE_CHANGES | ROUTE_RAW_BODY, "propose a file: master list, LDIF, ZIP, certificates, CRLs" },
	{ "GET",  "/trust/imports/{id}",            READERS,          get_trust_import,    0, "what a file would change, certificate by certificate" },
	{ "POST", "/trust/imports/{id}/acceptance", ROLE_PKI_OFFICER, post_trust_acceptance, ROUTE_CHANGES, "take it over: another officer than who proposed it" },
	{ "POST", "/trust/imports/{id}/refusal",    ROLE_PKI_OFFICER, post_trust_refusal,  ROUTE_CHANGES, "refuse it" },
	{ "GET",  "/trust/certificates",            READERS,          get_trust_certificates, 0, "CSCA and link certificates of other States" },
	{ "GET",  "/trust/certificates/{id}",       READERS,          get_trust_certificate, 0, "one of them, with where it came from and who decided what" },
	{ "POST", "/trust/certificates/{id}/confirmation", ROLE_PKI_OFFICER, post_trust_confirmation, ROUTE_CHANGES, "confirm it out of band: the second officer's makes it trusted" },
	{ "POST", "/trust/certificates/{id}/distrust", ROLE_PKI_OFFICER, post_trust_distrust, ROUTE_CHANGES, "distrust it: the second officer's takes the trust away" },
	{ "GET",  "/trust/states",                  READERS,          get_trust_states,    0, "States with their newest lists and CRLs, and how old these are" },
	{ "GET",  "/trust/pkd.ldif",                READERS,          get_trust_pkd,       0, "file for the upload to the PKD: our signers, CRL and lists" },
	{ "GET",  "/trust/master-list-content",     READERS,          get_trust_master_list_content, 0, "content of our next master list, for its ceremony" },
	{ "POST", "/trust/deviation-list-content",  ROLE_PKI_OFFICER, post_trust_deviation_list_content, 0, "content of our next deviation list, from what departs in which documents" },
	{ "GET",  "/public/csca",                   0,                get_public_csca,           ROUTE_PUBLIC, "our CSCA certificates, roots and links (PEM)" },
	{ "GET",  "/public/crl",                    0,                get_public_crl,            ROUTE_PUBLIC, "our newest CRL (DER)" },
	{ "GET",  "/public/master-list",            0,                get_public_master_list,    ROUTE_PUBLIC, "our newest master list (CMS)" },
	{ "GET",  "/public/deviation-list",         0,                get_public_deviation_list, ROUTE_PUBLIC, "our newest deviation list (CMS)" },
	{ NULL }
};
/* clang-format on */

const struct office_program pki_program = {
	.name = "pkid",
	.db_role = "catena_pki",
	.base_path = "/pki/v1",
	.routes = pki_routes,
	.queries = queries,
	.start = start,
	.stop = stop,
	.metrics = duties_metrics,
};
