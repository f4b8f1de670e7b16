/* Reading deviation lists, and finding a document in them. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "pki/deviation.h"
#include "registry/base/digest.h"

static const struct {
	const char *name, *oid;
} types[DEVIATION_TYPES] = {
	[DEVIATION_OTHER] = { "other", NULL },
	[DEVIATION_CERT_OR_KEY] = { "cert_or_key", "2.23.136.1.1.7.1" },
	[DEVIATION_DS_SIGNATURE] = { "ds_signature", "2.23.136.1.1.7.1.1" },
	[DEVIATION_DS_ENCODING] = { "ds_encoding", "2.23.136.1.1.7.1.2" },
	[DEVIATION_CSCA_ENCODING] = { "csca_encoding", "2.23.136.1.1.7.1.3" },
	[DEVIATION_AA_KEY_COMPROMISED] = { "aa_key_compromised", "2.23.136.1.1.7.1.4" },
	[DEVIATION_LDS] = { "lds", "2.23.136.1.1.7.2" },
	[DEVIATION_DG_MALFORMED] = { "dg_malformed", "2.23.136.1.1.7.2.1" },
	[DEVIATION_DG_HASH_WRONG] = { "dg_hash_wrong", "2.23.136.1.1.7.2.2" },
	[DEVIATION_SOD_SIGNATURE_WRONG] = { "sod_signature_wrong", "2.23.136.1.1.7.2.3" },
	[DEVIATION_COM_INCONSISTENT] = { "com_inconsistent", "2.23.136.1.1.7.2.4" },
	[DEVIATION_MRZ] = { "mrz", "2.23.136.1.1.7.3" },
	[DEVIATION_MRZ_WRONG_DATA] = { "mrz_wrong_data", "2.23.136.1.1.7.3.1" },
	[DEVIATION_MRZ_WRONG_CHECK_DIGIT] = { "mrz_wrong_check_digit", "2.23.136.1.1.7.3.2" },
	[DEVIATION_CHIP] = { "chip", "2.23.136.1.1.7.4" },
	[DEVIATION_NATIONAL_USE] = { "national_use", "2.23.136.1.1.7.5" },
};

const char *
deviation_type_name(enum deviation_type type)
{
	return types[type].name;
}

const char *
deviation_type_oid(enum deviation_type type)
{
	return types[type].oid;
}

/* ---- reading ---- */

struct order { /* whether the SETs are in DER order */
	struct bytes last;
	bool *is_sorted;
};

static void
order_next(struct order *o, struct bytes element)
{
	int c = o->last.n == 0 ? 0 : memcmp(o->last.p, element.p, o->last.n < element.n ? o->last.n : element.n);

	if (c > 0 || (c == 0 && o->last.n > element.n))
		*o->is_sorted = false;
	o->last = element;
}

/* The module has implicit tags; a writer who took them for explicit is understood too. */
static struct bytes
without_inner_tag(struct bytes value, uint32_t tag)
{
	struct der d = der_reader(value);
	struct err err = ERR_INIT;
	struct bytes inner;

	return der_peek(&d) == tag && der_get(&d, tag, &inner, "tag", &err) == 0 && !der_more(&d) ? inner : value;
}

static int
read_document_type(struct deviation *v, struct der *seq, struct err *err)
{
	struct bytes type;
	int there = der_optional(seq, DER_CONTEXT(0), &type, "documentType", err);

	if (there == 0 && der_peek(seq) == DER_CONTEXT_CONS(0)) {
		there = der_optional(seq, DER_CONTEXT_CONS(0), &type, "documentType", err);
		if (there == 1)
			type = without_inner_tag(type, DER_PRINTABLE_STRING);
	}
	if (there != 1)
		return there;
	if (type.n < 1 || type.n > 2)
		return err_set(err, FAIL_INPUT, "documentType: %zu characters, wanted 2 (Doc 9303-12 9.1)", type.n);
	memcpy(v->document_type, type.p, type.n);
	return 0;
}

static int
read_serial(struct deviation *v, struct bytes value, struct err *err)
{
	struct der d = der_reader(value);
	struct tlv first;

	if (der_next(&d, &first, "issuerAndSerialNumber", err) == -1)
		return -1;
	if (!der_more(&d)) { /* explicit: one more SEQUENCE around */
		d = der_reader(first.value);
		if (der_next(&d, &first, "issuerAndSerialNumber", err) == -1)
			return -1;
	}
	v->issuer = first.whole;
	if (der_get(&d, DER_INTEGER, &v->serial, "issuerAndSerialNumber", err) == -1)
		return -1;
	return der_end(&d, "issuerAndSerialNumber", err);
}

static int
read_signer(struct deviation *v, struct der *seq, struct err *err)
{
	struct tlv tlv;
	uint32_t tag = der_peek(seq);

	if (tag != DER_CONTEXT_CONS(1) && tag != DER_CONTEXT(2) && tag != DER_CONTEXT_CONS(2) && tag != DER_CONTEXT(3) && tag != DER_CONTEXT_CONS(3))
		return 0;
	if (der_next(seq, &tlv, "dscIdentifier", err) == -1)
		return -1;
	switch (tag & 0x1F) {
	case 1:
		v->signer = DEVIATION_SIGNER_SERIAL;
		return read_serial(v, tlv.value, err);
	case 2:
		v->signer = DEVIATION_SIGNER_SKI;
		v->ski = tag == DER_CONTEXT_CONS(2) ? without_inner_tag(tlv.value, DER_OCTET_STRING) : tlv.value;
		return v->ski.n > 0 ? 0 : err_set(err, FAIL_INPUT, "dscIdentifier: an empty key identifier");
	default:
		v->signer = DEVIATION_SIGNER_DIGEST;
		v->digest = tag == DER_CONTEXT_CONS(3) ? without_inner_tag(tlv.value, DER_OCTET_STRING) : tlv.value;
		return v->digest.n > 0 ? 0 : err_set(err, FAIL_INPUT, "dscIdentifier: an empty digest");
	}
}

static int
read_period(struct deviation *v, struct der *seq, struct err *err)
{
	struct bytes value;
	struct der d;
	int there = der_optional(seq, DER_CONTEXT_CONS(4), &value, "issuingDate", err);

	if (there != 1)
		return there;
	d = der_reader(without_inner_tag(value, DER_SEQUENCE));
	if (der_get_time(&d, &v->first_issued, "firstIssued", err) == -1 || der_get_time(&d, &v->last_issued, "lastIssued", err) == -1 ||
		der_end(&d, "issuingDate", err) == -1)
		return -1;
	if (v->first_issued > v->last_issued)
		return err_set(err, FAIL_INPUT, "issuingDate: ends before it begins (Doc 9303-12 9.1)");
	v->has_period = true;
	return 0;
}

static int
bytes_compare(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

static int
read_numbers(struct deviation *v, struct der *seq, bool *is_sorted, struct err *err)
{
	struct order order = { BYTES_NONE, is_sorted };
	struct bytes value;
	struct tlv tlv;
	struct der d, count;
	size_t n = 0;
	int there = der_optional(seq, DER_CONTEXT_CONS(5), &value, "documentNumbers", err);

	if (there != 1)
		return there;
	d = count = der_reader(without_inner_tag(value, DER_SET));
	for (; der_more(&count); n++)
		if (der_next(&count, &tlv, "documentNumbers", err) == -1)
			return -1;
	if (n > DEVIATION_NUMBERS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "documentNumbers: %zu, at most %d", n, DEVIATION_NUMBERS_MAX);
	v->number = calloc(n + 1, sizeof(*v->number));
	if (v->number == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	v->has_numbers = true;
	for (; v->nnumber < n; v->nnumber++) {
		if (der_next(&d, &tlv, "documentNumbers", err) == -1)
			return -1;
		if (tlv.value.n == 0)
			return err_set(err, FAIL_INPUT, "documentNumbers: an empty number");
		order_next(&order, tlv.whole);
		v->number[v->nnumber] = tlv.value;
	}
	qsort(v->number, n, sizeof(*v->number), bytes_compare);
	return 0;
}

static int
read_documents(struct deviation *v, struct der *deviation, bool *is_sorted, struct err *err)
{
	struct der seq;

	if (der_enter(deviation, DER_SEQUENCE, &seq, "DeviationDocuments", err) == -1 || read_document_type(v, &seq, err) == -1 ||
		read_signer(v, &seq, err) == -1 || read_period(v, &seq, err) == -1 || read_numbers(v, &seq, is_sorted, err) == -1)
		return -1;
	return der_end(&seq, "DeviationDocuments", err);
}

/* A data group or a field is an INTEGER, in the ANY of [0] or, wrongly, instead of it. */
static int
field_of(struct bytes parameters)
{
	struct der d = der_reader(parameters);
	struct err err = ERR_INIT;
	uint64_t n;

	if (der_peek(&d) == DER_INTEGER && der_get_uint(&d, &n, "parameters", &err) == 0 && n < 100)
		return (int)n;
	return parameters.n == 1 && parameters.p[0] < 100 ? parameters.p[0] : -1;
}

static int
read_any(struct der *seq, unsigned n, struct bytes *value, const char *what, struct err *err)
{
	int there = der_optional(seq, DER_CONTEXT_CONS(n), value, what, err);

	if (there == 0)
		there = der_optional(seq, DER_CONTEXT(n), value, what, err);
	return there == -1 ? -1 : 0;
}

static int
read_description(struct deviation_description *d, struct der seq, struct err *err)
{
	struct bytes text = BYTES_NONE;
	struct tlv tlv;
	size_t i;

	d->field = -1;
	if (der_peek(&seq) == DER_PRINTABLE_STRING || der_peek(&seq) == DER_UTF8_STRING || der_peek(&seq) == DER_IA5_STRING) {
		if (der_next(&seq, &tlv, "description", err) == -1)
			return -1;
		text = tlv.value;
	}
	for (i = 0; i < text.n && i < sizeof(d->text) - 1; i++)
		d->text[i] = text.p[i] >= 0x20 && text.p[i] < 0x7F ? (char)text.p[i] : '?';
	if (der_get_oid(&seq, d->oid, sizeof(d->oid), "deviationType", err) == -1 || read_any(&seq, 0, &d->parameters, "parameters", err) == -1 ||
		read_any(&seq, 1, &d->national_use, "nationalUse", err) == -1)
		return -1;
	for (enum deviation_type t = DEVIATION_OTHER + 1; t < DEVIATION_TYPES; t++)
		if (strcmp(d->oid, types[t].oid) == 0)
			d->type = t;
	if (d->parameters.n > 0)
		d->field = field_of(d->parameters);
	return der_end(&seq, "DeviationDescription", err);
}

static int
read_descriptions(struct deviation *v, struct der *deviation, bool *is_sorted, struct err *err)
{
	struct order order = { BYTES_NONE, is_sorted };
	struct der set, count;
	struct tlv tlv;
	size_t n = 0;

	if (der_enter(deviation, DER_SET, &set, "descriptions", err) == -1)
		return -1;
	for (count = set; der_more(&count); n++)
		if (der_next(&count, &tlv, "descriptions", err) == -1)
			return -1;
	if (n == 0 || n > DEVIATION_DESCRIPTIONS_MAX)
		return err_set(err, FAIL_INPUT, "descriptions: %zu, wanted 1 to %d", n, DEVIATION_DESCRIPTIONS_MAX);
	v->description = calloc(n, sizeof(*v->description));
	if (v->description == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (; v->ndescription < n; v->ndescription++) {
		if (der_next(&set, &tlv, "descriptions", err) == -1)
			return -1;
		if (tlv.tag != DER_SEQUENCE)
			return err_set(err, FAIL_INPUT, "descriptions: tag %02X where a DeviationDescription was wanted", (unsigned)tlv.tag);
		order_next(&order, tlv.whole);
		if (read_description(&v->description[v->ndescription], der_reader(tlv.value), err) == -1)
			return -1;
	}
	return 0;
}

static int
read_deviations(struct deviationlist *list, struct der set, struct err *err)
{
	struct order order = { BYTES_NONE, &list->is_sorted };
	struct der count, one;
	struct tlv tlv;
	size_t n = 0;

	for (count = set; der_more(&count); n++)
		if (der_next(&count, &tlv, "deviations", err) == -1)
			return -1;
	if (n > DEVIATIONS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "deviations: %zu, at most %d", n, DEVIATIONS_MAX);
	list->deviation = calloc(n + 1, sizeof(*list->deviation));
	if (list->deviation == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	list->is_sorted = true;
	for (; der_more(&set);) {
		struct deviation *v = &list->deviation[list->n++];

		if (der_next(&set, &tlv, "deviations", err) == -1)
			return -1;
		if (tlv.tag != DER_SEQUENCE)
			return err_set(err, FAIL_INPUT, "deviations: tag %02X where a Deviation was wanted", (unsigned)tlv.tag);
		order_next(&order, tlv.whole);
		v->der = tlv.whole;
		one = der_reader(tlv.value);
		if (read_documents(v, &one, &list->is_sorted, err) == -1 || read_descriptions(v, &one, &list->is_sorted, err) == -1 ||
			der_end(&one, "Deviation", err) == -1)
			return err_prefix(err, "deviation %zu", list->n - 1);
		if (v->signer == DEVIATION_SIGNER_DIGEST && list->digest_bits == 0)
			return err_set(err, FAIL_INPUT, "deviation %zu: a certificate digest, and the list has no digestAlgorithm (Doc 9303-12 9.1)", list->n - 1);
	}
	return 0;
}

static int
content_read(struct deviationlist *list, struct err *err)
{
	struct der d = der_reader(list->cms->content), seq, set;
	struct tlv alg;
	uint64_t version;

	if (strcmp(list->cms->content_type, oid_deviation_list) != 0)
		return err_set(err, FAIL_INPUT, "eContentType: %s, wanted %s (Doc 9303-12 9.2)", list->cms->content_type, oid_deviation_list);
	if (der_enter(&d, DER_SEQUENCE, &seq, "DeviationList", err) == -1 || der_end(&d, "DeviationList", err) == -1 ||
		der_get_uint(&seq, &version, "DeviationList version", err) == -1)
		return -1;
	list->version = version < 100 ? (unsigned)version : 100;
	if (der_peek(&seq) == DER_SEQUENCE && (der_next(&seq, &alg, "digestAlg", err) == -1 || digest_alg_get(alg.whole, &list->digest_bits, err) == -1))
		return -1;
	if (der_enter(&seq, DER_SET, &set, "deviations", err) == -1 || der_end(&seq, "DeviationList", err) == -1)
		return -1;
	return read_deviations(list, set, err);
}

int
deviationlist_parse(struct bytes der, struct deviationlist **out, struct err *err)
{
	struct deviationlist *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (cms_parse_any(der, &list->cms, err) == -1 || content_read(list, err) == -1) {
		deviationlist_free(list);
		return -1;
	}
	sha256(bytes_of(&list->cms->der), list->sha256);
	*out = list;
	return 0;
}

void
deviationlist_free(struct deviationlist *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->n; i++) {
		free(list->deviation[i].number);
		free(list->deviation[i].description);
	}
	free(list->deviation);
	cms_free(list->cms);
	free(list);
}

const char *
deviationlist_country(const struct deviationlist *list)
{
	const struct cert *signer = cms_signer_cert(list->cms);

	return signer != NULL ? signer->country : "";
}

void
deviationlist_check(const struct deviationlist *list, const struct list_trust *trust, struct list_report *report)
{
	list_check(list->cms, &list_deviation, trust, report);
	if (list->version != 0)
		list_verdict_add(report, GRADE_WARNING, "version", "9303-12 9.1", "version %u, wanted 0", list->version);
	if (list->is_sorted)
		list_verdict_add(report, GRADE_GOOD, "order", NULL, "the SETs are in DER order");
	else
		list_verdict_add(report, GRADE_WARNING, "order_wrong", "9303-12 9.1", "a SET is not in DER order");
}

/* ---- matching ---- */

static enum deviation_match
both(enum deviation_match a, enum deviation_match b)
{
	return a < b ? a : b; /* no, perhaps, yes */
}

/* "P<" and "P" are one; fillers and blanks mean nothing. */
static enum deviation_match
match_type(const struct deviation *v, const struct deviation_document *doc)
{
	char a, b;

	if (v->document_type[0] == '\0')
		return DEVIATION_YES;
	if (doc->document_type == NULL || doc->document_type[0] == '\0')
		return DEVIATION_PERHAPS;
	if (v->document_type[0] != doc->document_type[0])
		return DEVIATION_NO;
	a = v->document_type[1];
	b = doc->document_type[1];
	if (a == '\0') /* one letter, though two are wanted: all that begin with it */
		return DEVIATION_YES;
	return (a == ' ' ? '<' : a) == (b == ' ' || b == '\0' ? '<' : b) ? DEVIATION_YES : DEVIATION_NO;
}

static struct bytes
without_zeros(struct bytes serial)
{
	while (serial.n > 1 && serial.p[0] == 0)
		serial = BYTES(serial.p + 1, serial.n - 1);
	return serial;
}

static enum deviation_match
match_signer(const struct deviationlist *list, const struct deviation *v, const struct deviation_document *doc)
{
	char country[4], cn[65];
	struct err err = ERR_INIT;
	uint8_t digest[64];
	size_t n;
	bool yes = false;

	if (v->signer == DEVIATION_SIGNER_ANY)
		return DEVIATION_YES;
	if (doc->signer == NULL)
		return DEVIATION_PERHAPS;
	switch (v->signer) {
	case DEVIATION_SIGNER_SERIAL:
		/* The same CSCA writes its name in several ways: of the issuer only the State counts. */
		yes = bytes_equal(without_zeros(v->serial), without_zeros(doc->signer->serial)) &&
			(bytes_equal(v->issuer, doc->signer->issuer) ||
				(cert_name_parts(v->issuer, country, cn, &err) == 0 && strcasecmp(country, doc->signer->issuer_country) == 0));
		break;
	case DEVIATION_SIGNER_SKI:
		if (doc->signer->ski.n == 0) {
			uint8_t id[20];

			/* Optional in a document signer; then the usual way to compute one may tell. */
			yes = pubkey_identifier(doc->signer->key, id, &err) == 0 && bytes_equal(v->ski, BYTES(id, sizeof(id)));
		} else
			yes = bytes_equal(v->ski, doc->signer->ski);
		break;
	case DEVIATION_SIGNER_DIGEST:
		n = digest_of(list->digest_bits, bytes_of(&doc->signer->der), digest);
		yes = n > 0 && bytes_equal(v->digest, BYTES(digest, n));
		break;
	case DEVIATION_SIGNER_ANY:
		break;
	}
	return yes ? DEVIATION_YES : DEVIATION_NO;
}

static enum deviation_match
match_period(const struct deviation *v, const struct deviation_document *doc)
{
	struct date first, last;

	if (!v->has_period)
		return DEVIATION_YES;
	if (doc->issued_on.precision == DATE_UNKNOWN)
		return DEVIATION_PERHAPS;
	first = date_of_unix(v->first_issued);
	last = date_of_unix(v->last_issued);
	if (date_compare(doc->issued_on, first) < 0 || date_compare(doc->issued_on, last) > 0)
		return DEVIATION_NO;
	return doc->issued_on.precision == DATE_DAY ? DEVIATION_YES : DEVIATION_PERHAPS;
}

static enum deviation_match
match_number(const struct deviation *v, const struct deviation_document *doc)
{
	struct bytes number;

	if (!v->has_numbers)
		return DEVIATION_YES;
	if (doc->document_number == NULL)
		return DEVIATION_PERHAPS;
	number = bytes_str(doc->document_number);
	return number.n > 0 && bsearch(&number, v->number, v->nnumber, sizeof(*v->number), bytes_compare) != NULL ? DEVIATION_YES : DEVIATION_NO;
}

enum deviation_match
deviation_matches(const struct deviationlist *list, const struct deviation *v, const struct deviation_document *doc)
{
	return both(both(match_type(v, doc), match_signer(list, v, doc)), both(match_period(v, doc), match_number(v, doc)));
}

enum deviation_match
deviationlist_match(const struct deviationlist *list, const struct deviation_document *doc, size_t *at)
{
	const char *country = deviationlist_country(list);

	if (country[0] == '\0' || (doc->signer != NULL && strcasecmp(country, doc->signer->country) != 0))
		return DEVIATION_NO;
	for (size_t i = *at; i < list->n; i++) {
		enum deviation_match match = deviation_matches(list, &list->deviation[i], doc);

		if (match != DEVIATION_NO) {
			*at = i;
			return doc->signer == NULL ? both(match, DEVIATION_PERHAPS) : match;
		}
	}
	return DEVIATION_NO;
}
