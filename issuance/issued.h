/* issued.h - what the handlers of issued share; office->own points to it. */
#ifndef CATENA_ISSUANCE_ISSUED_H
#define CATENA_ISSUANCE_ISSUED_H

#include "issuance/perso/datapage.h"
#include "issuance/perso/line.h"
#include "registry/office/office.h"
#include "registry/service/quota.h"

struct issued {
	struct station *station;
	struct line *line;
	struct datapage *datapage;
	struct quota *preparing;      /* applications prepared by who is not signed in */
	const char *qc_reader;        /* in which quality control reads chips; "": none */
	struct quota *asking;         /* the status of documents */
	const char *csca_certificate; /* PEM or DER file, read for each quality control: a rollover needs no restart */
};

static inline struct issued *
issued_of(const struct request *rq)
{
	return office_of(rq)->own;
}

extern const struct office_program issued_program;

#endif
