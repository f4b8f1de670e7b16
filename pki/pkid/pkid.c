/* pkid - the PKI officers' service.  See docs/pkid.8. */
#include "pki/pkid/pkid.h"

#include <stdlib.h>

#include "registry/store/ceremony.h"
#include "registry/store/keys.h"

static const struct query *const queries[] = { ceremony_queries, keys_queries, NULL };

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
	if (signclient_new(conf_text(office->conf, "signd_socket"), &own->signer, err) == -1)
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
