/* metrics.h - what the runtime counts, as Prometheus text (exposition format 0.0.4).  Counters only grow; no locks. */
#ifndef CATENA_SERVICE_METRICS_H
#define CATENA_SERVICE_METRICS_H
#include <stdatomic.h>

#include "registry/base/bytes.h"

enum { METRICS_STATUSES = 24,
	METRICS_BUCKETS = 11 };

struct route_metrics {
	_Atomic uint64_t status[METRICS_STATUSES];    /* by place in the table of metrics.c; the last is "other" */
	_Atomic uint64_t bucket[METRICS_BUCKETS + 1]; /* not cumulative; the last is +Inf */
	_Atomic uint64_t ns;                          /* sum of durations */
};

void route_metrics_add(struct route_metrics *m, int status, uint64_t ns);
/* Sample lines only; the caller writes the # TYPE lines, since all samples of one name stand together. */
void route_metrics_print_requests(const struct route_metrics *m, const char *method, const char *route, struct buf *out);
void route_metrics_print_seconds(const struct route_metrics *m, const char *method, const char *route, struct buf *out);

#endif
