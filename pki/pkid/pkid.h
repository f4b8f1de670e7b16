/*
 * pkid.h - the PKI officers' service: keys, ceremonies, what is due, certificates and lists, and what we publish.  Routes below /pki/v1;
 * docs/api/pki.yaml.  It has no key and no token: what officers agree on is carried out by signd, which reads it in the registry itself.
 */
#ifndef CATENA_PKID_PKID_H
#define CATENA_PKID_PKID_H

#include <pthread.h>
#include <stdatomic.h>

#include "pki/signclient.h"
#include "pki/pkid/trust.h"
#include "registry/office/office.h"
#include "registry/service/page.h"

/* What the scheduler saw last; for /metrics. */
struct duties_seen {
	_Atomic int64_t due, late, alarms, pending; /* -1: not looked yet */
};

/* office->own */
struct pkid {
	pthread_mutex_t signer_lock; /* one ceremony at a time */
	struct signclient *signer;
	struct duties_seen seen;
	struct trust_cache *trust;
	pthread_t scheduler;
	bool has_scheduler;
	pthread_mutex_t lock; /* of is_stopping */
	pthread_cond_t wake;
	bool is_stopping;
};

extern const struct route pki_routes[];
extern const struct office_program pki_program;

/* ---- handlers, by file ---- */

route_handler get_keys, get_key, get_certificates, get_certificate, get_certificate_der, get_revocations, get_crls, get_lists, get_rules, get_duties,
	post_lint;
route_handler get_ceremonies, get_ceremony, post_ceremony, post_ceremony_approval, post_ceremony_refusal, post_ceremony_cancellation, post_ceremony_execution, get_ceremony_protocol,
	get_ceremony_request, post_ceremony_response;
route_handler post_trust_deviation_list_content;
route_handler get_public_csca, get_public_crl, get_public_master_list, get_public_deviation_list;

/* ---- the scheduler (duties.c) ---- */

/* Looks at what is due every `duties_interval` seconds and carries out what was approved; all it knows is in the registry. */
int duties_start(struct office *office, struct err *err);
void duties_stop(struct office *office);
void duties_metrics(struct office *office, struct buf *out);

/* ---- what several of them need ---- */

/* {"items":[...],"next":...} of items with the member "id", which the store pages by. */
int reply_items(struct reply *rp, const char *list, json_t *items, bool more, struct err *err);
/* The id in the page's cursor; NULL on the first page. */
int page_before(const struct page *page, struct uuid *id, const struct uuid **before, struct err *err);

#endif
