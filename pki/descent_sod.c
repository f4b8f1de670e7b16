/*
 * What was signed, EF.SOD or, of a document without chip, its visible digital seal: is it the one that was recorded, does it verify under a trusted CSCA,
 * and does it speak of this document and person?
 */
#include <stdio.h>

#include "pki/descent-local.h"
#include "pki/vdsseal.h"
#include "registry/base/date.h"
#include "registry/doc9303/lds.h"
#include "registry/doc9303/mrz.h"

static const struct record *
signature_of(const struct bundle *b)
{
	for (size_t i = 0; i < b->nrecord; i++)
		if (strcmp(b->record[i].kind, "document_signature") == 0 &&
			strcmp(record_link(&b->record[i], "document_id"), b->document) == 0)
			return &b->record[i];
	return NULL;
}

/* bytea in jsonb is "\x" and hexadecimal. */
static bool
is_digest(const char *bytea, const uint8_t digest[SHA256_LEN])
{
	struct buf hex = BUF_INIT;
	bool same;

	buf_hex(&hex, BYTES(digest, SHA256_LEN));
	same = strncmp(bytea, "\\x", 2) == 0 && strcmp(bytea + 2, buf_cstr(&hex)) == 0;
	buf_clear(&hex);
	return same;
}

static void
check_recorded(const struct bundle *b, const char *what, const uint8_t *signer_sha256, struct report_state *rs)
{
	const struct record *signature = signature_of(b), *document = bundle_find(b, "document", b->document), *certificate;
	uint8_t digest[SHA256_LEN];

	if (signature == NULL) {
		finding(rs, "signature", DESCENT_BAD, "the record of the document's signature is not in the bundle");
		return;
	}
	sha256(bytes_of(&b->sod), digest);
	certificate = bundle_find(b, "certificate", record_link(signature, "certificate_id"));
	if (!is_digest(record_link(signature, "sod_sha256"), digest))
		finding(rs, "signature", DESCENT_BAD, "the %s is not the one that the ledger recorded for this document", what);
	else if (document == NULL || signature->position <= document->position ||
		(certificate != NULL && signature->position <= certificate->position))
		finding(rs, "order", DESCENT_BAD, "the signature was written before its document or its certificate");
	else if (certificate == NULL || signer_sha256 == NULL || !is_digest(record_link(certificate, "sha256"), signer_sha256))
		finding(rs, "signature", DESCENT_BAD, "the %s was signed with another certificate than the ledger says", what);
	else
		finding(rs, "signature", DESCENT_GOOD, "the %s is the one that the ledger recorded for this document", what);
}

/* The signer's list of document types and the kind of document that the ledger says it is. */
static void
check_type(const struct record *document, const struct sod *sod, struct report_state *rs)
{
	const struct cert *signer = cms_signer_cert(sod->cms);
	char code[3] = { '<', '<', '\0' };
	size_t n = strlen(record_link(document, "document_type"));

	memcpy(code, record_link(document, "document_type"), n < 2 ? n : 2);
	if (signer != NULL && !cert_allows_document(signer, code))
		finding(rs, "sod", DESCENT_BAD, "the document signer may not sign documents of type %.2s", code);
}

/* The data-group hashes of the document's row against those that were signed. */
static void
check_hashes(const struct record *document, const struct ldsso *lds, struct report_state *rs)
{
	const json_t *hashes = json_object_get(document->content_json, "dg_hashes");
	bool same = json_object_size(hashes) == lds->n;

	for (unsigned i = 0; same && i < lds->n; i++) {
		struct buf hex = BUF_INIT;
		const char *want;
		char number[12];

		snprintf(number, sizeof(number), "%u", lds->dg[i].number);
		want = json_string_value(json_object_get(hashes, number));
		buf_hex(&hex, BYTES(lds->dg[i].hash, (size_t)lds->hash_bits / 8));
		same = want != NULL && strcmp(want, buf_cstr(&hex)) == 0;
		buf_clear(&hex);
	}
	if (same)
		finding(rs, "data-groups", DESCENT_GOOD, "the %u data-group hashes that were signed are those of the document's record", lds->n);
	else
		finding(rs, "data-groups", DESCENT_BAD, "the data-group hashes that were signed are not those of the document's record");
}

/*
 * The MRZ as personalisation makes it (issuance/perso), in one of the forms that a kind of document can have: the records do not say which, so those
 * that can be made are tried until one is what was signed.
 */
static int
mrz_of_records(const struct record *document, const struct record *identity, enum mrz_form form, bool is_short, char lines[MRZ_MAX_LEN + 1], struct err *err)
{
	struct mrz mrz = { .form = form };
	const char *birth = record_content(identity, "date_of_birth");
	int rc = -1;

	snprintf(mrz.code, sizeof(mrz.code), "%.*s", is_short ? 1 : 2, record_content(document, "document_type"));
	snprintf(mrz.issuer, sizeof(mrz.issuer), "%s", record_content(document, "issuing_state"));
	snprintf(mrz.number, sizeof(mrz.number), "%s", record_content(document, "number"));
	snprintf(mrz.name.primary, sizeof(mrz.name.primary), "%s", record_content(identity, "mrz_primary"));
	snprintf(mrz.name.secondary, sizeof(mrz.name.secondary), "%s", record_content(identity, "mrz_secondary"));
	snprintf(mrz.nationality, sizeof(mrz.nationality), "%s", record_content(identity, "nationality"));
	mrz_put_personal_number(&mrz, record_content(identity, "uin"));
	mrz.sex = *record_content(identity, "sex");
	if ((*birth == '\0' || date_parse(bytes_str(birth), &mrz.birth, err) == 0) &&
		date_parse(bytes_str(record_content(document, "expires_on")), &mrz.expiry, err) == 0)
		rc = mrz_compose(&mrz, lines, err);
	wipe(&mrz, sizeof(mrz));
	return rc;
}

/* Whether DG1 with these lines has the hash that was signed. */
static bool
is_signed_dg1(const struct ldsso *lds, const char *lines)
{
	const struct ldsso_dg *covered = ldsso_find(lds, 1);
	uint8_t hash[DIGEST_MAX];
	struct buf dg1 = BUF_INIT;
	struct err err = ERR_INIT;
	bool is = false;
	size_t n;

	if (covered != NULL && lds_dg1_write(bytes_str(lines), &dg1, &err) == 0 && (n = sha2(lds->hash_bits, bytes_of(&dg1), hash)) > 0)
		is = bytes_equal(BYTES(covered->hash, n), BYTES(hash, n));
	buf_wipe(&dg1);
	return is;
}

/* Whether a seal says these lines. */
static bool
is_sealed_mrz(const struct vds_message *message, enum mrz_form form, const char *lines)
{
	unsigned width = mrz_form_width(form);
	char differing[VDS_MRZ_FIELDS_TEXT];
	struct buf printed = BUF_INIT;
	struct err err = ERR_INIT;
	bool is;

	buf_printf(&printed, "%.*s\n%s", (int)width, lines, lines + width);
	is = vds_mrz_compare(message, bytes_str(buf_cstr(&printed)), differing, &err) == 0 && differing[0] == '\0';
	buf_wipe(&printed);
	return is;
}

/* A seal signs no data groups; the document's record has their hashes all the same, and that of DG1 can be made anew. */
static void
check_recorded_mrz(const struct record *document, const char *lines, struct report_state *rs)
{
	const char *want = json_string_value(json_object_get(json_object_get(document->content_json, "dg_hashes"), "1"));
	int bits = (int)json_integer_value(json_object_get(document->content_json, "dg_hash_bits"));
	struct buf dg1 = BUF_INIT, hex = BUF_INIT;
	uint8_t hash[DIGEST_MAX];
	struct err err = ERR_INIT;
	size_t n = 0;

	if (lds_dg1_write(bytes_str(lines), &dg1, &err) == 0 && (n = sha2(bits, bytes_of(&dg1), hash)) > 0)
		buf_hex(&hex, BYTES(hash, n));
	if (n > 0 && want != NULL && strcmp(buf_cstr(&hex), want) == 0)
		finding(rs, "data-groups", DESCENT_GOOD, "the MRZ that the seal says has the hash of the document's record");
	else
		finding(rs, "data-groups", DESCENT_BAD, "the MRZ that the seal says does not have the hash of the document's record");
	buf_wipe(&dg1);
	buf_clear(&hex);
}

/* lds or message: what was signed. */
static void
check_mrz(const struct bundle *b, const struct record *document, const struct ldsso *lds, const struct vds_message *message, struct report_state *rs)
{
	const struct record *identity = bundle_find(b, "identity_version", record_link(document, "identity_version_id"));
	const char *what = lds != NULL ? "has the hash that was signed for DG1" : "is the one that the seal says";
	char lines[MRZ_MAX_LEN + 1];
	struct err err = ERR_INIT, why = ERR_INIT;
	bool is_made = false, is = false;

	if (identity == NULL || identity->content == NULL)
		return; /* said by the chain and by the contents */
	for (unsigned i = 0; i < 2 * MRZ_FORMS && !is; i++) {
		enum mrz_form form = (enum mrz_form)(i / 2);

		if (mrz_of_records(document, identity, form, i % 2 == 1, lines, i == 0 ? &why : &err) == -1)
			continue;
		is_made = true;
		is = lds != NULL ? is_signed_dg1(lds, lines) : mrz_form_lines(form) == 2 && is_sealed_mrz(message, form, lines);
	}
	if (is && lds == NULL)
		check_recorded_mrz(document, lines, rs);
	wipe(lines, sizeof(lines));
	if (!is_made)
		finding(rs, "dg1", DESCENT_BAD, "no MRZ can be made of document and identity: %s", why.text);
	else if (is)
		finding(rs, "dg1", DESCENT_GOOD, "the MRZ made of document and identity %s", what);
	else
		finding(rs, "dg1", DESCENT_BAD, "the MRZ made of document and identity %s", lds != NULL ? "does not have the hash that was signed for DG1" : "is not the one that the seal says");
}

enum { SEAL_BEGINS = 0xDC }; /* Doc 9303-13; EF.SOD begins with 77 */

/* Its signer's certificate is not in it, as it is in EF.SOD, but beside it. */
static void
check_seal(const struct bundle *b, const struct truststore *store, struct report_state *rs)
{
	const struct record *document = bundle_find(b, "document", b->document), *signature = signature_of(b);
	const struct buf *der = signature == NULL ? NULL : bundle_cert(b, record_link(signature, "certificate_id"));
	struct vdsseal_input in = { .raw = bytes_of(&b->sod), .store = store, .at = b->signed_at };
	struct vdsseal_result result = { 0 };
	uint8_t digest[SHA256_LEN];
	const char *worst = NULL;
	const struct cert *signer;
	struct cert *cert = NULL;
	struct err err = ERR_INIT;

	if (der != NULL && cert_parse(bytes_of(der), &cert, &err) == 0) {
		signer = cert;
		in.signer = &signer;
		in.nsigner = 1;
		cert_sha256(cert, digest);
	}
	vdsseal_verify(&in, &result);
	for (unsigned i = 0; i < result.n && worst == NULL; i++)
		if (result.finding[i].grade == GRADE_BAD)
			worst = result.finding[i].text;
	if (worst != NULL || !result.is_read)
		finding(rs, "sod", DESCENT_BAD, "visible digital seal: %s", worst != NULL ? worst : "it cannot be read");
	else
		finding(rs, "sod", DESCENT_GOOD, "visible digital seal: signed by a bar code signer under a trusted CSCA");
	check_recorded(b, "seal", cert == NULL ? NULL : digest, rs);
	if (document != NULL && result.is_read) {
		if (strncmp(result.message.code, record_link(document, "document_type"), strcmp(result.message.code, "V") == 0 ? 1 : 2) != 0)
			finding(rs, "sod", DESCENT_BAD, "the seal is of a document of another type");
		if (document->content != NULL)
			check_mrz(b, document, NULL, &result.message, rs);
		else {
			finding(rs, "data-groups", DESCENT_NOT_CHECKED, "the document's record is not disclosed: its data-group hashes are not known");
			finding(rs, "dg1", DESCENT_NOT_CHECKED, "the holder is not disclosed: the MRZ cannot be made anew");
		}
	}
	cert_free(cert);
}

void
descent_check_sod(const struct bundle *b, const struct truststore *store, struct report_state *rs)
{
	const struct record *document = bundle_find(b, "document", b->document);
	struct passive_input in = { .sod = bytes_of(&b->sod), .store = store, .at = b->signed_at };
	struct passive result = { 0 };
	struct sod *sod = NULL;
	struct err err = ERR_INIT;
	const struct verdict *worst = NULL;

	if (b->sod.n > 0 && b->sod.p[0] == SEAL_BEGINS) {
		check_seal(b, store, rs);
		return;
	}
	passive_authenticate(&in, &result);
	for (unsigned i = 0; i < result.n; i++)
		if (result.verdict[i].grade == GRADE_BAD && worst == NULL)
			worst = &result.verdict[i];
	if (worst != NULL)
		finding(rs, "sod", DESCENT_BAD, "passive authentication: %s", worst->text);
	else
		finding(rs, "sod", DESCENT_GOOD, "passive authentication: signed by a document signer under a trusted CSCA");
	check_recorded(b, "EF.SOD", result.has_signer ? result.signer_sha256 : NULL, rs);
	if (document == NULL || sod_parse(bytes_of(&b->sod), &sod, &err) == -1)
		return; /* said by the chain and by passive authentication */
	check_type(document, sod, rs);
	if (document->content != NULL) {
		check_hashes(document, &sod->lds, rs);
		check_mrz(b, document, &sod->lds, NULL, rs);
	} else {
		finding(rs, "data-groups", DESCENT_NOT_CHECKED, "the document's record is not disclosed: its data-group hashes are not known");
		finding(rs, "dg1", DESCENT_NOT_CHECKED, "the holder is not disclosed: DG1 cannot be made anew");
	}
	sod_free(sod);
}
