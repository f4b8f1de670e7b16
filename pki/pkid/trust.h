/* trust.h - handlers of the trust store: imports, certificates, States, what we hand on. */
#ifndef CATENA_PKID_TRUST_H
#define CATENA_PKID_TRUST_H

#include "registry/service/route.h"

struct office;
struct trust_cache;

route_handler post_trust_import, get_trust_imports, get_trust_import, post_trust_acceptance, post_trust_refusal;
route_handler get_trust_certificates, get_trust_certificate, post_trust_confirmation, post_trust_distrust, get_trust_states;
route_handler get_trust_pkd, get_trust_master_list_content;

/* Which certificates a trusted key has signed: found anew when the registry's trust store has changed. */
int trust_cache_new(struct trust_cache **cache, struct err *err);
void trust_cache_free(struct trust_cache *cache);

#endif
