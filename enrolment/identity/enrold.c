/* enrold - identity enrolment.  See docs/enrold.8. */
#include "enrolment/identity/enrold.h"

#include <stdlib.h>

#include "registry/store/enrolment.h"

static const struct query *const queries[] = { enrolment_queries, NULL };

static int
start(struct office *office, struct err *err)
{
	struct enrold *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	office->own = own;
	pthread_mutex_init(&own->signer_lock, NULL);
	if (seal_load(conf_text(office->conf, "biometric_key"), &own->biometric, err) == -1)
		return err_prefix(err, "biometric_key");
	return signclient_new(conf_text(office->conf, "signd_socket"), &own->signer, err);
}

static void
stop(struct office *office)
{
	struct enrold *own = office->own;

	if (own == NULL)
		return;
	signclient_free(own->signer);
	seal_free(own->biometric);
	pthread_mutex_destroy(&own->signer_lock);
	free(own);
	office->own = NULL;
}

const struct office_program enrolment_program = {
	.name = "enrold",
	.db_role = "catena_enrolment",
	.base_path = "/enrolment/v1",
	.routes = enrolment_routes,
	.queries = queries,
	.start = start,
	.stop = stop,
};
