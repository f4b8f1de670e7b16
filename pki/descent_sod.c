/* EF.SOD: is it the one that was recorded, does it verify under a trusted CSCA, and does it speak of this document and person? */
#include <stdio.h>

#include "pki/descent-local.h"
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
check_recorded(const struct bundle *b, const struct passive *result, struct report_state *rs)
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
		finding(rs, "signature", DESCENT_BAD, "the EF.SOD is not the one that the ledger recorded for this document");
	else if (document == NULL || signature->position <= document->position ||
		(certificate != NULL && signature->position <= certificate->position))
		finding(rs, "order", DESCENT_BAD, "the signature was written before its document or its certificate");
	else if (certificate == NULL || !result->has_signer || !is_digest(record_link(certificate, "sha256"), result->signer_sha256))
		finding(rs, "signature", DESCENT_BAD, "the EF.SOD was signed with another certificate than the ledger says");
	else
		finding(rs, "signature", DESCENT_GOOD, "the EF.SOD is the one that the ledger recorded for this document");
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

/* The MRZ as personalisation makes it (issuance/perso): the personal number is the UIN. */
static int
dg1_of_records(const struct record *document, const struct record *identity, struct buf *dg1, struct err *err)
{
	struct mrz_td3 mrz = { 0 };
	char lines[MRZ_TD3_LEN + 1];
	const char *birth = record_content(identity, "date_of_birth");
	int rc = -1;

	snprintf(mrz.code, sizeof(mrz.code), "%s", record_content(document, "document_type"));
	snprintf(mrz.issuer, sizeof(mrz.issuer), "%s", record_content(document, "issuing_state"));
	snprintf(mrz.number, sizeof(mrz.number), "%s", record_content(document, "number"));
	snprintf(mrz.name.primary, sizeof(mrz.name.primary), "%s", record_content(identity, "mrz_primary"));
	snprintf(mrz.name.secondary, sizeof(mrz.name.secondary), "%s", record_content(identity, "mrz_secondary"));
	snprintf(mrz.nationality, sizeof(mrz.nationality), "%s", record_content(identity, "nationality"));
	snprintf(mrz.optional, sizeof(mrz.optional), "%s", record_content(identity, "uin"));
	mrz.sex = *record_content(identity, "sex");
	if ((*birth == '\0' || date_parse(bytes_str(birth), &mrz.birth, err) == 0) &&
		date_parse(bytes_str(record_content(document, "expires_on")), &mrz.expiry, err) == 0 &&
		mrz_td3_compose(&mrz, lines, err) == 0)
		rc = lds_dg1_write(BYTES(lines, MRZ_TD3_LEN), dg1, err);
	wipe(&mrz, sizeof(mrz));
	wipe(lines, sizeof(lines));
	return rc;
}

static void
check_dg1(const struct bundle *b, const struct record *document, const struct ldsso *lds, struct report_state *rs)
{
	const struct record *identity = bundle_find(b, "identity_version", record_link(document, "identity_version_id"));
	const struct ldsso_dg *covered = ldsso_find(lds, 1);
	uint8_t hash[DIGEST_MAX];
	struct buf dg1 = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n;

	if (identity == NULL || identity->content == NULL)
		return; /* said by the chain and by the contents */
	if (dg1_of_records(document, identity, &dg1, &err) == -1)
		finding(rs, "dg1", DESCENT_BAD, "no MRZ can be made of document and identity: %s", err.text);
	else {
		n = sha2(lds->hash_bits, bytes_of(&dg1), hash);
		if (n > 0 && covered != NULL && bytes_equal(BYTES(covered->hash, n), BYTES(hash, n)))
			finding(rs, "dg1", DESCENT_GOOD, "the MRZ made of document and identity has the hash that was signed for DG1");
		else
			finding(rs, "dg1", DESCENT_BAD, "the MRZ made of document and identity does not have the hash that was signed for DG1");
	}
	buf_wipe(&dg1);
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

	passive_authenticate(&in, &result);
	for (unsigned i = 0; i < result.n; i++)
		if (result.verdict[i].grade == GRADE_BAD && worst == NULL)
			worst = &result.verdict[i];
	if (worst != NULL)
		finding(rs, "sod", DESCENT_BAD, "passive authentication: %s", worst->text);
	else
		finding(rs, "sod", DESCENT_GOOD, "passive authentication: signed by a document signer under a trusted CSCA");
	check_recorded(b, &result, rs);
	if (document == NULL || sod_parse(bytes_of(&b->sod), &sod, &err) == -1)
		return; /* said by the chain and by passive authentication */
	check_type(document, sod, rs);
	if (document->content != NULL) {
		check_hashes(document, &sod->lds, rs);
		check_dg1(b, document, &sod->lds, rs);
	} else {
		finding(rs, "data-groups", DESCENT_NOT_CHECKED, "the document's record is not disclosed: its data-group hashes are not known");
		finding(rs, "dg1", DESCENT_NOT_CHECKED, "the holder is not disclosed: DG1 cannot be made anew");
	}
	sod_free(sod);
}
