/* Taking files of other States apart. */
#include <stdio.h>
#include <stdlib.h>

#include <archive.h>
#include <archive_entry.h>

#include "pki/ber.h"
#include "pki/certfile.h"
#include "pki/deviation.h"
#include "pki/ldif.h"
#include "pki/masterlist.h"

enum { PLACE = 160 };

struct taking {
	struct certfile *file;
	size_t unpacked;    /* octets of archive members so far */
	bool is_in_archive; /* an archive in it is not opened */
};

const char *
certfile_kind_name(enum certfile_kind kind)
{
	static const char *const names[] = { "certificate", "CRL", "master list", "deviation list" };

	return names[kind];
}

/* What a stranger called it, harmless in a terminal and a log. */
static void
clean(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p != '\0'; p++)
		if (*p < 0x20 || *p >= 0x7F)
			*p = '?';
}

static void
problem(struct taking *t, const char *where, const struct err *err)
{
	struct certfile *f = t->file;

	if (f->nproblem < CERTFILE_PROBLEMS) {
		snprintf(f->problem[f->nproblem].where, sizeof(f->problem[0].where), "%s", where);
		snprintf(f->problem[f->nproblem].text, sizeof(f->problem[0].text), "%.*s", (int)sizeof(f->problem[0].text) - 1, err->text);
		clean(f->problem[f->nproblem].where);
	}
	f->nproblem++;
}

/* A part that cannot be read: counted, and on.  Bounds and memory end all. */
static int
part_failed(struct taking *t, const char *where, const struct err *inner, struct err *err)
{
	if (inner->kind != FAIL_INPUT) {
		*err = *inner;
		return -1;
	}
	problem(t, where, inner);
	return 0;
}

static int
add(struct taking *t, enum certfile_kind kind, struct bytes der, const char *where, long list, bool is_signer, struct err *err)
{
	struct certfile *f = t->file;
	struct certfile_item *item;

	if (f->n == CERTFILE_ITEMS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "file: more than %d certificates, CRLs and lists", CERTFILE_ITEMS_MAX);
	if (f->n == f->cap) {
		size_t cap = f->cap == 0 ? 16 : f->cap * 2;

		item = realloc(f->item, cap * sizeof(*item));
		if (item == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		f->item = item;
		f->cap = cap;
	}
	item = &f->item[f->n];
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	item->list = list;
	item->is_signer = is_signer;
	snprintf(item->where, sizeof(item->where), "%s", where);
	clean(item->where);
	buf_bytes(&item->der, der);
	if (buf_check(&item->der, err) == -1) {
		buf_clear(&item->der);
		return -1;
	}
	f->n++;
	f->count[kind]++;
	return 0;
}

/* ---- DER ---- */

static int
take_certificate(struct taking *t, struct bytes der, const char *where, long list, bool is_signer, struct err *err)
{
	struct err inner = ERR_INIT;
	struct cert *cert = NULL;

	if (cert_parse(der, &cert, &inner) == -1) {
		if (inner.kind == FAIL_TOO_LARGE)
			inner.kind = FAIL_INPUT; /* only this one */
		return part_failed(t, where, &inner, err);
	}
	cert_free(cert);
	return add(t, CERTFILE_CERTIFICATE, der, where, list, is_signer, err);
}

static int
take_crl(struct taking *t, struct bytes der, const char *where, struct err *err)
{
	struct err inner = ERR_INIT;
	struct crl *crl = NULL;

	if (crl_parse(der, &crl, &inner) == -1)
		return part_failed(t, where, &inner, err);
	crl_free(crl);
	return add(t, CERTFILE_CRL, der, where, -1, false, err);
}

/* Certificates or CRLs that stand one after another. */
static int
take_set(struct taking *t, struct bytes set, bool are_crls, const char *where, long list, bool are_signers, struct err *err)
{
	struct err inner = ERR_INIT;
	struct der d = der_reader(set);
	char place[PLACE + 32];
	struct tlv one;

	for (size_t i = 0; der_more(&d); i++) {
		snprintf(place, sizeof(place), "%.*s%s%s %zu", PLACE - 40, where, where[0] != '\0' ? ": " : "", are_crls ? "CRL" : "certificate", i);
		if (der_next(&d, &one, "SignedData", &inner) == -1)
			return part_failed(t, place, &inner, err);
		if (one.tag != DER_SEQUENCE)
			continue;
		if ((are_crls ? take_crl(t, one.whole, place, err) : take_certificate(t, one.whole, place, list, are_signers, err)) == -1)
			return -1;
	}
	return 0;
}

/* The certificates of a master list's content. */
static int
take_master_list(struct taking *t, struct bytes der, struct bytes content, const char *where, long *list, struct err *err)
{
	struct der d = der_reader(content), seq;
	struct err inner = ERR_INIT;
	char place[PLACE + 32];
	struct bytes set;
	uint64_t version;

	if (der_enter(&d, DER_SEQUENCE, &seq, "CscaMasterList", &inner) == -1 || der_get_uint(&seq, &version, "CscaMasterList", &inner) == -1 ||
		der_get(&seq, DER_SET, &set, "certList", &inner) == -1 || der_end(&seq, "CscaMasterList", &inner) == -1 || der_end(&d, "CscaMasterList", &inner) == -1)
		return part_failed(t, where, &inner, err);
	*list = (long)t->file->n;
	if (add(t, CERTFILE_MASTER_LIST, der, where, -1, false, err) == -1)
		return -1;
	snprintf(place, sizeof(place), "%.*s%smaster list", PLACE - 40, where, where[0] != '\0' ? ": " : "");
	return take_set(t, set, false, place, *list, false, err);
}

/* Read here and not by cms.h: a SignedData that only carries certificates has no signer. */
static int
take_signed_data(struct taking *t, struct bytes der, const char *where, struct err *err)
{
	struct der d = der_reader(der), info, explicit, sd, encap, content_tag;
	struct bytes algorithms, content = BYTES_NONE, set;
	struct err inner = ERR_INIT;
	uint64_t version;
	char oid[64], type[64];
	long list = -1;
	int there;

	if (der_enter(&d, DER_SEQUENCE, &info, "ContentInfo", &inner) == -1 || der_get_oid(&info, oid, sizeof(oid), "ContentInfo", &inner) == -1)
		return part_failed(t, where, &inner, err);
	if (strcmp(oid, "1.2.840.113549.1.7.2") != 0) {
		err_set(&inner, FAIL_INPUT, "ContentInfo: %s is not SignedData", oid);
		return part_failed(t, where, &inner, err);
	}
	if (der_enter(&info, DER_CONTEXT_CONS(0), &explicit, "ContentInfo", &inner) == -1 || der_enter(&explicit, DER_SEQUENCE, &sd, "SignedData", &inner) == -1 ||
		der_get_uint(&sd, &version, "SignedData version", &inner) == -1 || der_get(&sd, DER_SET, &algorithms, "digestAlgorithms", &inner) == -1 ||
		der_enter(&sd, DER_SEQUENCE, &encap, "encapContentInfo", &inner) == -1 || der_get_oid(&encap, type, sizeof(type), "eContentType", &inner) == -1)
		return part_failed(t, where, &inner, err);
	if (der_more(&encap) && (der_enter(&encap, DER_CONTEXT_CONS(0), &content_tag, "eContent", &inner) == -1 || der_get(&content_tag, DER_OCTET_STRING, &content, "eContent", &inner) == -1))
		return part_failed(t, where, &inner, err);
	if (strcmp(type, oid_master_list) == 0 && take_master_list(t, der, content, where, &list, err) == -1)
		return -1;
	if (strcmp(type, oid_deviation_list) == 0) {
		struct deviationlist *deviations = NULL;

		if (deviationlist_parse(der, &deviations, &inner) == -1)
			return part_failed(t, where, &inner, err);
		deviationlist_free(deviations);
		list = (long)t->file->n;
		if (add(t, CERTFILE_DEVIATION_LIST, der, where, -1, false, err) == -1)
			return -1;
	}
	there = der_optional(&sd, DER_CONTEXT_CONS(0), &set, "SignedData certificates", &inner);
	if (there == 1 && take_set(t, set, false, where, list, list != -1, err) == -1)
		return -1;
	if (there != -1 && (there = der_optional(&sd, DER_CONTEXT_CONS(1), &set, "SignedData crls", &inner)) == 1 && take_set(t, set, true, where, -1, false, err) == -1)
		return -1;
	return there == -1 ? part_failed(t, where, &inner, err) : 0;
}

/* A CRL has a time where a certificate has its validity. */
static bool
is_crl(struct bytes tbs)
{
	struct der d = der_reader(tbs);
	struct err err = ERR_INIT;
	struct tlv tlv;

	if (der_peek(&d) == DER_INTEGER && der_next(&d, &tlv, "tbs", &err) == -1)
		return false;
	for (unsigned i = 0; i < 2; i++)
		if (der_peek(&d) != DER_SEQUENCE || der_next(&d, &tlv, "tbs", &err) == -1)
			return false;
	return der_peek(&d) == DER_UTC_TIME || der_peek(&d) == DER_GENERALIZED_TIME;
}

/* One object, or several one after another. */
static int
take_objects(struct taking *t, struct bytes in, const char *where, struct err *err)
{
	struct err inner = ERR_INIT;
	struct der d = der_reader(in), inside;
	char place[PLACE + 32];
	struct tlv one, first;
	int rc = 0;

	for (size_t i = 0; rc == 0 && der_more(&d); i++) {
		if (der_next(&d, &one, "file", &inner) == -1)
			return part_failed(t, where, &inner, err);
		if (i == 0 && !der_more(&d))
			snprintf(place, sizeof(place), "%s", where);
		else
			snprintf(place, sizeof(place), "%.*s%sobject %zu", PLACE - 32, where, where[0] != '\0' ? ": " : "", i);
		inside = der_reader(one.value);
		if (one.tag != DER_SEQUENCE || der_next(&inside, &first, "object", &inner) == -1) {
			err_set(&inner, FAIL_INPUT, "neither certificate, CRL nor SignedData");
			rc = part_failed(t, place, &inner, err);
		} else if (first.tag == DER_OID)
			rc = take_signed_data(t, one.whole, place, err);
		else if (first.tag == DER_SEQUENCE && is_crl(first.value))
			rc = take_crl(t, one.whole, place, err);
		else
			rc = take_certificate(t, one.whole, place, -1, false, err);
	}
	return rc;
}

static int
take_der(struct taking *t, struct bytes in, const char *where, struct err *err)
{
	struct err inner = ERR_INIT;
	struct buf der = BUF_INIT;
	int rc;

	if (!ber_is_indefinite(in))
		return take_objects(t, in, where, err);
	rc = ber_to_der(in, CERTFILE_MEMBER_MAX, &der, &inner) == -1 ? part_failed(t, where, &inner, err) : take_objects(t, bytes_of(&der), where, err);
	buf_clear(&der);
	return rc;
}

/* ---- PEM ---- */

static const uint8_t *
find(struct bytes in, const char *what)
{
	return in.n == 0 ? NULL : memmem(in.p, in.n, what, strlen(what));
}

/* base64 with white space between. */
static int
decode(struct bytes text, struct buf *der, struct err *err)
{
	struct buf packed = BUF_INIT;
	int rc;

	for (size_t i = 0; i < text.n; i++)
		if (strchr(" \t\r\n", text.p[i]) == NULL || text.p[i] == '\0')
			buf_u8(&packed, text.p[i]);
	rc = buf_check(&packed, err);
	if (rc == 0)
		rc = buf_from_base64(der, bytes_of(&packed), err);
	buf_clear(&packed);
	return rc;
}

/* Whether a block of this label can be one of ours; private keys are left alone without being looked at. */
static bool
is_wanted_label(struct bytes label)
{
	static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE", "X509 CRL", "CMS", "PKCS7" };

	for (size_t i = 0; i < NELEM(labels); i++)
		if (bytes_equal(label, bytes_str(labels[i])))
			return true;
	return false;
}

static int
take_pem(struct taking *t, struct bytes in, const char *where, struct err *err)
{
	static const char begin[] = "-----BEGIN ", dashes[] = "-----", end[] = "-----END ";
	const uint8_t *at;

	for (size_t i = 0; (at = find(in, begin)) != NULL; i++) {
		struct bytes rest = BYTES(at + strlen(begin), in.n - (size_t)(at - in.p) - strlen(begin)), label, body;
		const uint8_t *stop = find(rest, dashes), *last;
		struct err inner = ERR_INIT;
		struct buf der = BUF_INIT;
		char place[PLACE + 32];
		int rc;

		snprintf(place, sizeof(place), "%.*s%sPEM block %zu", PLACE - 32, where, where[0] != '\0' ? ": " : "", i);
		if (stop == NULL)
			break;
		label = BYTES(rest.p, (size_t)(stop - rest.p));
		body = BYTES(stop + strlen(dashes), rest.n - label.n - strlen(dashes));
		last = find(body, end);
		if (last == NULL) {
			err_set(&inner, FAIL_INPUT, "PEM block: no end");
			return part_failed(t, place, &inner, err);
		}
		in = BYTES(last + strlen(end), body.n - (size_t)(last - body.p) - strlen(end));
		body.n = (size_t)(last - body.p);
		if (!is_wanted_label(label))
			continue;
		rc = decode(body, &der, &inner) == -1 ? part_failed(t, place, &inner, err) : take_der(t, bytes_of(&der), place, err);
		buf_clear(&der);
		if (rc == -1)
			return -1;
	}
	return 0;
}

/* ---- LDIF ---- */

struct ldif_taking {
	struct taking *t;
	const char *where;
};

static int
take_entry(void *context, const struct ldif_entry *entry, struct err *err)
{
	static const char *const attributes[] = { "usercertificate", "cacertificate", "crosscertificatepair", "certificaterevocationlist", "authorityrevocationlist",
		"pkdmasterlistcontent", "cscamasterlistdata", "pkddeviationlistcontent" };
	const struct ldif_taking *lt = context;
	char place[PLACE];

	snprintf(place, sizeof(place), "%.*s%sline %zu", PLACE - 32, lt->where, lt->where[0] != '\0' ? ": " : "", entry->line);
	for (size_t i = 0; i < entry->n; i++)
		for (size_t k = 0; k < NELEM(attributes); k++)
			if (strcmp(entry->attribute[i].name, attributes[k]) == 0 && take_der(lt->t, entry->attribute[i].value, place, err) == -1)
				return -1;
	return 0;
}

static int
take_ldif(struct taking *t, struct bytes in, const char *where, struct err *err)
{
	struct ldif_taking lt = { t, where };

	struct err inner = ERR_INIT;

	if (ldif_read(in, take_entry, &lt, &inner) == 0)
		return 0;
	return part_failed(t, where, &inner, err);
}

/* ---- ZIP ---- */

static int take(struct taking *t, struct bytes in, const char *where, struct err *err);

static int
member_read(struct taking *t, struct archive *a, struct buf *data, struct err *err)
{
	uint8_t *chunk;
	la_ssize_t n;

	do {
		size_t before = data->n;

		chunk = buf_reserve(data, 65536);
		if (chunk == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		n = archive_read_data(a, chunk, 65536);
		buf_cut(data, before + (n > 0 ? (size_t)n : 0));
		if (n < 0)
			return err_set(err, FAIL_INPUT, "archive member: cannot be unpacked");
		t->unpacked += (size_t)n;
		if (data->n > CERTFILE_MEMBER_MAX || t->unpacked > CERTFILE_UNPACKED_MAX)
			return err_set(err, FAIL_TOO_LARGE, "archive: unpacks to more than %d octets", data->n > CERTFILE_MEMBER_MAX ? CERTFILE_MEMBER_MAX : CERTFILE_UNPACKED_MAX);
	} while (n > 0);
	return 0;
}

static int
take_members(struct taking *t, struct archive *a, const char *where, struct err *err)
{
	struct archive_entry *entry;
	struct err inner = ERR_INIT;
	char place[PLACE];
	int got;

	for (size_t i = 0; (got = archive_read_next_header(a, &entry)) == ARCHIVE_OK || got == ARCHIVE_WARN; i++) {
		const char *name = archive_entry_pathname(entry);
		struct buf data = BUF_INIT;
		int rc;

		if (i == CERTFILE_MEMBERS_MAX)
			return err_set(err, FAIL_TOO_LARGE, "archive: more than %d members", CERTFILE_MEMBERS_MAX);
		if (archive_entry_filetype(entry) != AE_IFREG)
			continue;
		snprintf(place, sizeof(place), "%.*s%s%s", PLACE / 3, where, where[0] != '\0' ? ": " : "", name != NULL ? name : "?");
		err_clear(&inner);
		rc = member_read(t, a, &data, &inner);
		if (rc == -1)
			rc = part_failed(t, place, &inner, err);
		else if (data.n > 0)
			rc = take(t, bytes_of(&data), place, err);
		buf_clear(&data);
		if (rc == -1)
			return -1;
	}
	if (got != ARCHIVE_EOF) {
		err_set(&inner, FAIL_INPUT, "archive: damaged");
		return part_failed(t, where, &inner, err);
	}
	return 0;
}

static int
take_zip(struct taking *t, struct bytes in, const char *where, struct err *err)
{
	struct err inner = ERR_INIT;
	struct archive *a;
	int rc;

	if (t->is_in_archive) {
		err_set(&inner, FAIL_INPUT, "an archive in an archive is not opened");
		return part_failed(t, where, &inner, err);
	}
	a = archive_read_new();
	if (a == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (archive_read_support_format_zip(a) != ARCHIVE_OK || archive_read_open_memory(a, in.p, in.n) != ARCHIVE_OK) {
		err_set(&inner, FAIL_INPUT, "archive: cannot be opened");
		rc = part_failed(t, where, &inner, err);
	} else {
		t->is_in_archive = true;
		rc = take_members(t, a, where, err);
		t->is_in_archive = false;
	}
	archive_read_free(a);
	return rc;
}

/* ---- any ---- */

static bool
is_base64_text(struct bytes in)
{
	size_t letters = 0;

	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];
		bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';

		if (!is_letter && c != '\r' && c != '\n' && c != ' ')
			return false;
		letters += is_letter;
	}
	return letters >= 64;
}

static int
take_base64(struct taking *t, struct bytes in, const char *where, struct err *err)
{
	struct err inner = ERR_INIT;
	struct buf der = BUF_INIT;
	int rc = decode(in, &der, &inner) == -1 ? part_failed(t, where, &inner, err) : take_der(t, bytes_of(&der), where, err);

	buf_clear(&der);
	return rc;
}

static int
take(struct taking *t, struct bytes in, const char *where, struct err *err)
{
	struct err inner = ERR_INIT;

	if (in.n >= 3 && memcmp(in.p, "\xEF\xBB\xBF", 3) == 0)
		in = BYTES(in.p + 3, in.n - 3); /* an editor's mark before a text */
	if (in.n >= 4 && memcmp(in.p, "PK\x03\x04", 4) == 0)
		return take_zip(t, in, where, err);
	if (in.n > 1 && in.p[0] == DER_SEQUENCE && (in.p[1] & 0x80) != 0)
		return take_der(t, in, where, err);
	if (ldif_looks_like(in))
		return take_ldif(t, in, where, err);
	if (find(in, "-----BEGIN ") != NULL)
		return take_pem(t, in, where, err);
	if (is_base64_text(in))
		return take_base64(t, in, where, err);
	err_set(&inner, FAIL_INPUT, "neither DER, PEM, LDIF, base64 nor ZIP");
	return part_failed(t, where, &inner, err);
}

int
certfile_read(struct bytes in, struct certfile *out, struct err *err)
{
	struct certfile file = { NULL };
	struct taking t = { .file = &file };

	err_clear(err);
	if (in.n > CERTFILE_MAX)
		return err_set(err, FAIL_TOO_LARGE, "file: %zu octets, at most %d", in.n, CERTFILE_MAX);
	if (take(&t, in, "", err) == -1) {
		certfile_clear(&file);
		return -1;
	}
	if (file.n == 0) {
		err_set(err, FAIL_INPUT, "file: no certificate, CRL or list in it%s%s", file.nproblem > 0 ? ": " : "", file.nproblem > 0 ? file.problem[0].text : "");
		certfile_clear(&file);
		return -1;
	}
	err_clear(err);
	*out = file;
	return 0;
}

void
certfile_clear(struct certfile *file)
{
	for (size_t i = 0; i < file->n; i++)
		buf_clear(&file->item[i].der);
	free(file->item);
	*file = (struct certfile){ NULL };
}
