#include "registry/service/metrics.h"

#include <inttypes.h>

static const int statuses[METRICS_STATUSES - 1] = { 200, 201, 202, 204, 206, 301, 302, 303, 304, 400, 401, 403, 404, 405,
	409, 410, 412, 413, 415, 422, 429, 500, 503 };

static const struct {
	uint64_t ns;
	const char *text;
} buckets[METRICS_BUCKETS] = { { 1000000, "0.001" }, { 2500000, "0.0025" }, { 5000000, "0.005" }, { 10000000, "0.01" },
	{ 25000000, "0.025" }, { 50000000, "0.05" }, { 100000000, "0.1" }, { 250000000, "0.25" }, { 500000000, "0.5" },
	{ 1000000000, "1" }, { 5000000000, "5" } };

void
route_metrics_add(struct route_metrics *m, int status, uint64_t ns)
{
	size_t s = 0, b = 0;

	while (s < NELEM(statuses) && statuses[s] != status)
		s++;
	while (b < NELEM(buckets) && ns > buckets[b].ns)
		b++;
	atomic_fetch_add_explicit(&m->status[s], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->bucket[b], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->ns, ns, memory_order_relaxed);
}

void
route_metrics_print_requests(const struct route_metrics *m, const char *method, const char *route, struct buf *out)
{
	for (size_t s = 0; s <= NELEM(statuses); s++) {
		uint64_t n = atomic_load_explicit(&m->status[s], memory_order_relaxed);

		if (n == 0)
			continue;
		buf_printf(out, "catena_http_requests_total{method=\"%s\",route=\"%s\",status=\"", method, route);
		if (s < NELEM(statuses))
			buf_printf(out, "%d\"} %" PRIu64 "\n", statuses[s], n);
		else
			buf_printf(out, "other\"} %" PRIu64 "\n", n);
	}
}

void
route_metrics_print_seconds(const struct route_metrics *m, const char *method, const char *route, struct buf *out)
{
	static const char name[] = "catena_http_request_duration_seconds";
	uint64_t sum = 0, ns = atomic_load_explicit(&m->ns, memory_order_relaxed);
	uint64_t n[METRICS_BUCKETS + 1];

	for (size_t b = 0; b < NELEM(n); b++)
		sum += n[b] = atomic_load_explicit(&m->bucket[b], memory_order_relaxed);
	if (sum == 0)
		return;
	sum = 0;
	for (size_t b = 0; b < NELEM(n); b++) {
		sum += n[b];
		buf_printf(out, "%s_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %" PRIu64 "\n", name, method, route,
			b < NELEM(buckets) ? buckets[b].text : "+Inf", sum);
	}
	buf_printf(out, "%s_sum{method=\"%s\",route=\"%s\"} %" PRIu64 ".%09" PRIu64 "\n", name, method, route,
		ns / 1000000000, ns % 1000000000);
	buf_printf(out, "%s_count{method=\"%s\",route=\"%s\"} %" PRIu64 "\n", name, method, route, sum);
}
