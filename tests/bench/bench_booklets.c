/*
 * Whole booklets but for the chip's transport - picture of the data page, files with a portrait in JPEG 2000, security object from signd, rows committed
 * (fsync on) - against the slowest of their parts, each measured alone in the same run with all processors: the picture, JPEG 2000, C_Sign.  And
 * whether a day's work of 30,000 fits into one hour.
 */
#include "issuance/perso/faceimage.h"
#include "tests/bench/perso.h"

enum { SECONDS = 4, /* that each part is measured for */
	WARM = 40,
	BATCH = 20, /* as the line takes them */
	PEOPLE = 640,
	DAY = 30000,
	HOUR = 3600 };

struct part {
	const struct perso_order *order;
	struct bytes portrait;
	struct datapage *pages;
	volatile bool *stop;
	unsigned long done;
};

static void *
draw_on(void *arg)
{
	struct part *p = arg;
	const struct datapage_input in = { .order = p->order, .portrait = p->portrait };
	struct buf png = BUF_INIT;
	struct err err = ERR_INIT;

	for (; !*p->stop; p->done++)
		if (datapage_draw(p->pages, &in, 0, DATAPAGE_DPI, &png, &err) == -1)
			bail_out("%s", err.text);
	buf_clear(&png);
	return NULL;
}

static void *
compress_on(void *arg)
{
	struct part *p = arg;
	struct faceimage face = FACEIMAGE_INIT;
	struct err err = ERR_INIT;

	for (; !*p->stop; p->done++)
		if (faceimage_make(p->portrait, &faceimage_usual, &face, &err) == -1)
			bail_out("%s", err.text);
	faceimage_clear(&face);
	return NULL;
}

/* Of one part, on all processors. */
static double
rate_of(void *(*work)(void *), const struct part *template)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = processors < 1 ? 1 : processors > 64 ? 64
							  : (unsigned)processors;
	struct part part[64];
	pthread_t thread[64];
	volatile bool stop = false;
	unsigned long done = 0;
	uint64_t begun = clock_monotonic_ns();

	for (unsigned i = 0; i < n; i++) {
		part[i] = *template;
		part[i].stop = &stop;
		pthread_create(&thread[i], NULL, work, &part[i]);
	}
	sleep(SECONDS);
	stop = true;
	for (unsigned i = 0; i < n; i++) {
		pthread_join(thread[i], NULL);
		done += part[i].done;
	}
	return (double)done / ((double)(clock_monotonic_ns() - begun) / 1e9);
}

static double
least(double a, double b)
{
	return a < b ? a : b;
}

int
main(void)
{
	struct production holder = { .document_type = "PP", .mrz_form = "TD3", .mrz_code = "PP", .issuing_state = "UTO", .number = "U7B4XK29Z", .nationality = "UTO", .sex = 'F', .birth = { DATE_DAY, 8, 12, 1974 }, .issued_on = { DATE_DAY, 3, 4, 2026 }, .expires_on = { DATE_DAY, 3, 4, 2036 } };
	struct issuing is = { .token_sessions = BARE_SESSIONS };
	double picture, jpeg2000, sign, slowest, rate;
	struct part part = { .order = NULL };
	char form[FACEIMAGE_ORDER_TEXT];
	struct perso_order order;
	struct err err = ERR_INIT;
	struct line l;

	holder.uin = (char[]){ "234567890124" };
	holder.primary_name = holder.mrz_primary = (char[]){ "PERSON" };
	holder.secondary_name = holder.mrz_secondary = (char[]){ "ANNA" };
	holder.authority = (char[]){ "PASSPORT OFFICE OF UTOPIA" };
	if (!issuing_start(&is, "brainpoolP256r1", true)) {
		printf("# booklets: PostgreSQL or SoftHSM is not installed\n");
		return 0;
	}
	issuing_people(&is, PEOPLE + 1); /* person 1 is a foreigner, who has no passport */
	issuing_approve(&is, 0);
	issuing_booklets(PEOPLE, "line-1");
	issuing_settle();
	line_init(&l);
	if (datapage_new(NULL, &datapage_fonts, &l.pages, &err) == -1 || order_of_production(&holder, &order, &err) == -1)
		bail_out("%s", err.text);
	part = (struct part){ .order = &order, .portrait = bytes_of(&is.jpeg), .pages = l.pages };
	picture = rate_of(draw_on, &part);
	jpeg2000 = rate_of(compress_on, &part);
	sign = bare_rate(BARE_SESSIONS);
	slowest = least(picture, least(jpeg2000, sign));
	faceimage_order_format(&faceimage_usual, form);
	l.portrait_form = form;
	l.batch = BATCH;
	l.warm = WARM;
	rate = personalise_all(&is, &l);
	printf("# alone: picture %.1f/s, JPEG 2000 %.1f/s, C_Sign %.0f/s\n", picture, jpeg2000, sign);
	printf("bench booklets_personalised value=%.1f unit=documents/s limit=%.1f ratio=%.2f goal=0.5 %s\n", rate, slowest, rate / slowest, rate / slowest >= 0.5 ? "ok" : "short");
	printf("bench booklets_in_an_hour value=%.0f unit=documents limit=%d ratio=%.2f goal=1.0 %s\n", rate * HOUR, DAY, rate * HOUR / DAY, rate * HOUR / DAY >= 1 ? "ok" : "short");
	datapage_free(l.pages);
	free(l.applications);
	issuing_stop(&is);
	return 0;
}
