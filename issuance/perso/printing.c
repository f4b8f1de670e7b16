#include "issuance/perso/printing.h"

#include "issuance/issued.h"
#include "issuance/perso/number.h"
#include "registry/service/page.h"
#include "registry/store/batch.h"

/* What a page is made from. */
struct printed {
	struct production p;
	struct perso_order order;
	struct buf jpeg;
};

static void
printed_clear(struct printed *d)
{
	buf_wipe(&d->jpeg);
	order_clear(&d->order);
	production_clear(&d->p);
}

static int
printed_read(struct tx *tx, const struct request *rq, const char *number, struct printed *d, struct err *err)
{
	*d = (struct printed){ .jpeg = BUF_INIT };
	if (document_read(tx, number, &d->p, err) == 0 && office_disclose(tx, rq, "document", &d->p.document_id, err) == 0 &&
		station_portrait(issued_of(rq)->station, &d->p, &d->jpeg, err) == 0 && order_of_production(&d->p, &d->order, err) == 0)
		return 0;
	printed_clear(d);
	return -1;
}

static struct datapage_input
input_of(const struct printed *d)
{
	return (struct datapage_input){ .order = &d->order, .portrait = bytes_of(&d->jpeg), .seal = d->p.is_sealed ? bytes_of(&d->p.sod) : BYTES_NONE };
}

/* ---- a document ---- */

struct wanted {
	int64_t dpi;
	bool is_pdf, is_back;
};

static int
print_one(struct datapage *dp, const struct datapage_input *in, struct buf *pdf, struct err *err)
{
	struct datapage_print *print;

	if (datapage_print_begin(dp, in->order->mrz.number, &print, err) == -1)
		return -1;
	if (datapage_print_add(print, in, err) == 0)
		return datapage_print_end(print, pdf, err);
	datapage_print_drop(print);
	return -1;
}

static int
work_data_page(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct datapage *dp = issued_of(rq)->datapage;
	const struct wanted *w = arg;
	struct datapage_input in;
	struct printed d;
	struct buf made = BUF_INIT;
	int rc;

	if (printed_read(tx, rq, request_param(rq, "number"), &d, err) == -1)
		return -1;
	in = input_of(&d);
	rc = w->is_pdf ? print_one(dp, &in, &made, err) : datapage_draw(dp, &in, w->is_back ? 1 : 0, (int)w->dpi, &made, err);
	if (rc == 0)
		rc = reply_bytes(rp, 200, w->is_pdf ? "application/pdf" : "image/png", bytes_of(&made), err);
	buf_wipe(&made);
	printed_clear(&d);
	return rc;
}

/* 0 or 1; -1 when the parameter is neither word.  Absent is the first. */
static int
one_of(const struct request *rq, const char *name, const char *first, const char *second, bool *is_second, struct err *err)
{
	const char *value = request_query(rq, name);

	*is_second = value != NULL && strcmp(value, second) == 0;
	if (value != NULL && !*is_second && strcmp(value, first) != 0)
		return err_set(err, FAIL_INPUT, "query parameter %s: %s or %s is wanted", name, first, second);
	return 0;
}

int
get_data_page(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "dpi", "form", "side", NULL };
	struct wanted w;

	if (number_check(request_param(rq, "number"), err) == -1 || request_query_known(rq, known, err) == -1 ||
		request_query_int(rq, "dpi", DATAPAGE_DPI, DATAPAGE_DPI_FINE, DATAPAGE_DPI, &w.dpi, err) == -1 ||
		one_of(rq, "form", "png", "pdf", &w.is_pdf, err) == -1 || one_of(rq, "side", "front", "back", &w.is_back, err) == -1)
		return -1;
	return office_read(rq, rp, work_data_page, &w, err);
}

/* ---- a batch ---- */

struct batch_print {
	struct uuid id;
	const char *after; /* serial of the last booklet that was printed; "": none */
	int64_t limit;
};

static int
print_all(struct tx *tx, const struct request *rq, const json_t *numbers, struct buf *pdf, struct err *err)
{
	struct datapage_print *print;
	size_t i;

	if (datapage_print_begin(issued_of(rq)->datapage, request_param(rq, "id"), &print, err) == -1)
		return -1;
	for (i = 0; i < json_array_size(numbers); i++) {
		struct datapage_input in;
		struct printed d;
		int rc;

		if (printed_read(tx, rq, json_string_value(json_array_get(numbers, i)), &d, err) == -1)
			break;
		in = input_of(&d);
		rc = datapage_print_add(print, &in, err);
		printed_clear(&d);
		if (rc == -1)
			break;
	}
	if (i == json_array_size(numbers))
		return datapage_print_end(print, pdf, err);
	datapage_print_drop(print);
	return -1;
}

static int
work_batch_print(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct batch_print *b = arg;
	struct buf pdf = BUF_INIT;
	json_t *numbers = NULL;
	struct uuid office;
	int rc = -1;

	if (batch_office(tx, &b->id, &office, err) == -1 || office_may(rq, ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC, &office, err) == -1 ||
		batch_numbers(tx, &b->id, b->after, b->limit, &numbers, err) == -1)
		return -1;
	if (json_array_size(numbers) == 0)
		err_set(err, FAIL_NOT_FOUND, "the batch has no document that could be printed, or none after this booklet");
	else if (print_all(tx, rq, numbers, &pdf, err) == 0)
		rc = reply_bytes(rp, 200, "application/pdf", bytes_of(&pdf), err);
	buf_wipe(&pdf);
	json_decref(numbers);
	return rc;
}

int
get_batch_print(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "after", "limit", NULL };
	struct batch_print b = { .after = request_query(rq, "after") };

	if (request_query_known(rq, known, err) == -1 || request_query_int(rq, "limit", 1, PRINT_DOCUMENTS_MAX, PRINT_DOCUMENTS_MAX, &b.limit, err) == -1 ||
		request_param_uuid(rq, "id", &b.id, err) == -1)
		return -1;
	if (b.after == NULL)
		b.after = "";
	return office_read(rq, rp, work_batch_print, &b, err);
}
