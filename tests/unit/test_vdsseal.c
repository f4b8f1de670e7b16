/*
 * Seals signed on the token, judged, printed at 300 dpi and read back by others' programs.  Files of other implementations keep the
 * verdicts that the data's README gives them.
 */
#include <gd.h>

#include "pki/vdsimage.h"
#include "pki/vdsseal.h"
#include "tests/data.h"
#include "tests/unit/pkifix.h"

static void
show(const struct vdsseal_result *r)
{
	for (unsigned i = 0; i < r->n; i++)
		printf("#   %-14s %-11s %-22s %s\n", vdsseal_check_name(r->finding[i].check), grade_name(r->finding[i].grade), r->finding[i].code,
			r->finding[i].text);
}

static bool
is_verdict(const struct vdsseal_input *in, enum vdsseal_verdict want, const char *what)
{
	struct vdsseal_result r;

	vdsseal_verify(in, &r);
	if (ok(r.verdict == want, "%s: %s", what, vdsseal_verdicts[want].name))
		return true;
	printf("#    got: %s\n", vdsseal_verdicts[r.verdict].name);
	show(&r);
	return false;
}

static bool
has_code(const struct vdsseal_input *in, enum vdsseal_check check, const char *code)
{
	struct vdsseal_result r;
	const struct vdsseal_finding *f;

	vdsseal_verify(in, &r);
	f = vdsseal_find(&r, check);
	if (f != NULL && strcmp(f->code, code) == 0)
		return true;
	show(&r);
	return false;
}

static struct cert *
cert_of(struct bytes b)
{
	struct err err = ERR_INIT;
	struct cert *c = NULL;

	if (cert_read(b, &c, &err) == -1)
		bail_out("certificate: %s", err.text);
	return c;
}

static struct cert *
fix_cert(const char *name)
{
	struct buf b = fix_file(name);
	struct cert *c = cert_of(bytes_of(&b));

	buf_clear(&b);
	return c;
}

static struct truststore *
store_of(const struct buf *anchors, size_t n, const struct buf *crl)
{
	struct truststore *store = NULL;
	struct err err = ERR_INIT;

	if (truststore_new(&store, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < n; i++)
		if (truststore_add(store, bytes_of(&anchors[i]), TRUST_ANCHOR, "test", &err) == -1)
			bail_out("anchor: %s", err.text);
	if (crl != NULL && truststore_add_crl(store, bytes_of(crl), "test", &err) == -1)
		bail_out("CRL: %s", err.text);
	if (truststore_settle(store, &err) == -1)
		bail_out("%s", err.text);
	return store;
}

static int64_t
day(int year, int month, int d)
{
	return date_to_unix((struct date){ DATE_DAY, (uint8_t)month, (uint8_t)d, (uint16_t)year });
}

/* ---- Utopia's and others' seals ---- */

static struct truststore *
utopia_store(bool with_crl)
{
	struct buf anchors[] = { fix_file("good/csca1.cer"), fix_file("good/csca1-to-2-link.cer"), fix_file("good/csca2.cer") };
	struct buf crl = fix_file("good/utopia.crl");
	struct truststore *store = store_of(anchors, NELEM(anchors), with_crl ? &crl : NULL);

	for (size_t i = 0; i < NELEM(anchors); i++)
		buf_clear(&anchors[i]);
	buf_clear(&crl);
	return store;
}

static void
test_utopia(void)
{
	struct truststore *store = utopia_store(true), *without_crl = utopia_store(false);
	struct buf seal = fix_file("vds/good-etd.bin"), changed = BUF_INIT;
	struct cert *bcs = fix_cert("good/bcs-UTTV-01.cer"), *csca = fix_cert("good/csca2.cer");
	const struct cert *signers[] = { csca, bcs };
	struct vdsseal_input good = { .raw = bytes_of(&seal), .signer = signers, .nsigner = 2, .store = store, .at = NOW }, in;
	struct vdsseal_result r;
	unsigned valid = 0, forged = 0;

	is_verdict(&good, SEAL_VALID, "Utopia's emergency travel document");
	in = good;
	in.mrz = bytes_str("PUUTOSADIQI<<NUR<<<<<<<<<<<<<<<<<<<<\n");
	is_verdict(&in, SEAL_NOT_CHECKED, "half a printed MRZ");
	vdsseal_verify(&good, &r);
	in.mrz = bytes_str(r.message.mrz);
	is_verdict(&in, SEAL_VALID, "its own MRZ");
	buf_str(&changed, r.message.mrz);
	changed.p[40] = '7';
	in.mrz = bytes_of(&changed);
	is_verdict(&in, SEAL_MRZ_DIFFERS, "the seal on another document");

	in = good;
	in.raw = BYTES_NONE;
	is_verdict(&in, SEAL_READ_ERROR, "nothing read");
	in.raw = BYTES(seal.p, seal.n - 1);
	is_verdict(&in, SEAL_WRONG_FORMAT, "an octet missing");
	in = good;
	in.nsigner = 1;
	is_verdict(&in, SEAL_UNKNOWN_CERTIFICATE, "no certificate of its signer");
	in = good;
	in.store = NULL;
	is_verdict(&in, SEAL_NOT_CHECKED, "no trust anchor");
	ok(has_code(&in, SEAL_CHECK_TRUST, "anchor_missing") && has_code(&in, SEAL_CHECK_SIGNATURE, "good"), "though the signature is good");
	in.store = without_crl;
	is_verdict(&in, SEAL_NOT_CHECKED, "no CRL");
	ok(has_code(&in, SEAL_CHECK_REVOCATION, "crl_missing"), "which is said");
	in = good;
	in.at = day(2033, 6, 2);
	is_verdict(&in, SEAL_EXPIRED_CERTIFICATE, "after the certificate's end");
	in.at = day(2026, 5, 1);
	is_verdict(&in, SEAL_EXPIRED_CERTIFICATE, "before its beginning");
	ok(has_code(&in, SEAL_CHECK_VALIDITY, "signer_not_yet_valid") && has_code(&in, SEAL_CHECK_MESSAGE, "issued_in_future"), "which is said");

	buf_clear(&changed);
	for (size_t bit = 0; bit < seal.n * 8; bit++) {
		buf_cut(&changed, 0);
		buf_bytes(&changed, bytes_of(&seal));
		changed.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		in = good;
		in.raw = bytes_of(&changed);
		vdsseal_verify(&in, &r);
		valid += !vdsseal_verdicts[r.verdict].is_invalid;
		forged += vdsseal_verdicts[r.verdict].suspicion != SUSPICION_HIGH;
	}
	ok(valid == 0 && forged == 0, "any of its %zu bits flipped: invalid, of high suspicion", seal.n * 8);
	for (size_t n = 1; n < seal.n; n++) {
		in.raw = BYTES(seal.p, n);
		vdsseal_verify(&in, &r);
		valid += r.verdict != SEAL_WRONG_FORMAT;
	}
	ok(valid == 0, "any of its beginnings: wrong format");
	buf_clear(&changed);
	buf_clear(&seal);
	cert_free(bcs);
	cert_free(csca);
	truststore_free(store);
	truststore_free(without_crl);
}

/* How many of the seals with one bit of an octet flipped are not invalid.  octets: where in->raw points to. */
static unsigned
changed_accepted(const struct vdsseal_input *in, uint8_t *octets)
{
	struct vdsseal_result r;
	unsigned accepted = 0;

	for (size_t i = 0; i < in->raw.n; i++) {
		octets[i] ^= (uint8_t)(1 << i % 8);
		vdsseal_verify(in, &r);
		accepted += !vdsseal_verdicts[r.verdict].is_invalid;
		octets[i] ^= (uint8_t)(1 << i % 8);
	}
	return accepted;
}

static void
test_strangers(void)
{
	static const struct {
		const char *seal, *signer;
		int year; /* of the inspection, 1 September */
		enum vdsseal_verdict verdict, with_anchors;
		const char *signer_code, *message_code;
	} cases[] = {
		/* signatures good by the README; certificates outside the profile and under no CSCA that is there */
		{ "icao/vds/doc9303-8-etd.bin", "icao/vds/sealgen_UTTS5B.crt", 2026, SEAL_NOT_CHECKED, SEAL_UNTRUSTED_CERTIFICATE, "signer_profile", "signed_before_issue" },
		{ "icao/vds/residentPermit.bin", "icao/vds/sealgen_UTTS5B.crt", 2026, SEAL_NOT_CHECKED, SEAL_UNTRUSTED_CERTIFICATE, "signer_profile", "profile_unknown" },
		{ "icao/vds/addressStickerPassport.bin", "icao/vds/sealgen_UTTS5B.crt", 2026, SEAL_NOT_CHECKED, SEAL_UNTRUSTED_CERTIFICATE, "signer_profile", "profile_unknown" },
		{ "icao/vds/addressStickerPassport.bin", "icao/vds/sealgen_UTTS5B.crt", 2031, SEAL_EXPIRED_CERTIFICATE, SEAL_UNTRUSTED_CERTIFICATE, "signer_profile", "profile_unknown" },
		{ "icao/vds/addressStickerPassport.bin", "icao/vds/sealgen_DETS32.crt", 2026, SEAL_UNKNOWN_CERTIFICATE, SEAL_UNKNOWN_CERTIFICATE, "signer_unknown", "profile_unknown" },
		/* a German signer's seal of Utopia: the signature is good, the signer is not Utopia's */
		{ "icao/vds/visa_224bitSig.bin", "icao/vds/sealgen_DETS32.crt", 2024, SEAL_UNTRUSTED_CERTIFICATE, SEAL_UNTRUSTED_CERTIFICATE, "signer_of_other_state", "state_differs" },
		{ "icao/vds/visa_224bitSig.bin", "icao/vds/sealgen_UTTS5B.crt", 2024, SEAL_UNKNOWN_CERTIFICATE, SEAL_UNKNOWN_CERTIFICATE, "signer_unknown", "state_differs" },
	};
	struct truststore *store = utopia_store(true);

	for (size_t i = 0; i < NELEM(cases); i++) {
		size_t n, ncert;
		uint8_t *p = data_file(cases[i].seal, &n), *q = data_file(cases[i].signer, &ncert);

		if (p == NULL || q == NULL) {
			skip(cases[i].seal, "no test data");
		} else {
			struct cert *c = cert_of(BYTES(q, ncert));
			const struct cert *signer[] = { c };
			struct vdsseal_input in = { .raw = BYTES(p, n), .signer = signer, .nsigner = 1, .at = day(cases[i].year, 9, 1) };

			is_verdict(&in, cases[i].verdict, cases[i].seal);
			ok(has_code(&in, SEAL_CHECK_SIGNER, cases[i].signer_code) && has_code(&in, SEAL_CHECK_MESSAGE, cases[i].message_code), "signer: %s, message: %s", cases[i].signer_code, cases[i].message_code);
			if (strcmp(cases[i].signer_code, "signer_unknown") != 0) {
				ok(has_code(&in, SEAL_CHECK_SIGNATURE, "good"), "its signature is good");
				p[n - 1] ^= 1;
				is_verdict(&in, SEAL_INVALID_SIGNATURE, "with a bit of the signature flipped");
				p[n - 1] ^= 1;
				ok(changed_accepted(&in, p) == 0, "with a bit of any octet flipped it is invalid");
			}
			in.store = store;
			is_verdict(&in, cases[i].with_anchors, "with Utopia's trust anchors");
			cert_free(c);
		}
		free(p);
		free(q);
	}
	truststore_free(store);
}

/* ---- our own ---- */

struct office {
	struct session *s;
	struct token_key *csca_key;
	struct cert *csca;
	struct buf anchor;
};

struct signer_made {
	struct token_key *key;
	struct cert *cert;
};

/* A bar code signer of Utopia under the office's CSCA. */
static struct signer_made
make_signer(const struct office *o, const char *kind, const char *cn, const char *const *types, unsigned serial_octets)
{
	struct signer_made m = { NULL, NULL };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;
	struct cert_span span;
	uint8_t id[2] = { (uint8_t)cn[0], (uint8_t)cn[1] };

	if (token_key_generate(o->s, kind, cn, BYTES(id, 2), &m.key, &err) == -1 || cert_span(PROFILE_VDS_SIGNER, NOW, 10, o->csca, &span, &err) == -1)
		bail_out("%s: %s", kind, err.text);
	struct cert_order order = {
		.profile = PROFILE_VDS_SIGNER,
		.subject = { .country = "UT", .common_name = cn },
		.key = token_key_public(m.key),
		.not_before = span.not_before,
		.not_after = span.not_after,
		.key_from = span.key_from,
		.key_to = span.key_to,
		.state = "UTO",
		.document_types = types,
		.serial_octets = serial_octets,
	};
	if (cert_issue(o->s, o->csca_key, o->csca, &order, &der, &err) == -1)
		bail_out("%s: %s", cn, err.text);
	m.cert = cert_of(bytes_of(&der));
	buf_clear(&der);
	return m;
}

static void
signer_clear(struct signer_made *m)
{
	token_key_free(m->key);
	cert_free(m->cert);
}

static struct buf
make_crl(const struct office *o, const struct cert *revoked)
{
	struct crl_revocation r = { revoked != NULL ? revoked->serial : BYTES_NONE, NOW };
	struct crl_order order = { .number = 1, .this_update = NOW, .next_update = NOW + 30 * 86400, .revoked = &r, .nrevoked = revoked != NULL };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;

	if (crl_issue(o->s, o->csca_key, o->csca, &order, &der, &err) == -1)
		bail_out("CRL: %s", err.text);
	return der;
}

/* 39 characters each; Arabic and Khmer with three octets a letter at the worst. */
#define NAME_1     "Papandropoulous"
#define NAME_2     "Jonathon Warren Trevor"
#define ACCENTED_1 "M\xC3\xBCller-L\xC3\xBC" \
		   "denscheidt"
#define ACCENTED_2   "\xC3\x85sa Bj\xC3\xB6rk Zo\xC3\xAB \xC3\x89lise"
#define KHMER_LETTER "\xE1\x9E\x80"

static void
set_name(struct vds_person *p, const char *primary, const char *secondary, const char *mrz_primary, const char *mrz_secondary)
{
	struct err err = ERR_INIT;

	if (vds_name_set(bytes_str(primary), bytes_str(secondary), mrz_primary, mrz_secondary, &p->name, &err) == -1)
		bail_out("name: %s", err.text);
}

/* Everything the profile has; all names have 39 characters, in letters of `octets` octets. */
static struct vds_civil
full_certificate(enum vds_profile kind, int octets)
{
	struct vds_civil c = {
		.kind = kind,
		.act_number = "ZEN1-B-2026-000017-K",
		.certificate_number = "ZEN1-C-2026-000042-7",
		.registered_on = { DATE_DAY, 11, 21, 2026 },
	};
	struct vds_person *people[] = { &c.subject, &c.parent1, &c.parent2, &c.spouse };
	const char *place = octets == 1 ? "ZENITH 12TH DISTRICT CENTRAL REGISTRY 1" : octets == 2 ? "Z\xC3\xA9nith-sur-Mer, douzi\xC3\xA8me arrondissement"
												  : "";
	struct buf khmer = BUF_INIT;

	for (int i = 0; i < 19; i++)
		buf_str(&khmer, KHMER_LETTER);
	if (octets == 3)
		place = buf_cstr(&khmer);
	snprintf(c.registered_at, sizeof(c.registered_at), "%s", place);
	for (size_t i = 0; i < (kind == VDS_BIRTH ? 3 : 4); i++) {
		if (octets == 1)
			set_name(people[i], NAME_1, NAME_2, NULL, NULL);
		else if (octets == 2)
			set_name(people[i], ACCENTED_1, ACCENTED_2, NULL, NULL);
		else
			set_name(people[i], buf_cstr(&khmer), buf_cstr(&khmer), "PAPANDROPOULOUS", "JONATHON<WARREN<TREVOR");
		people[i]->birth = (struct date){ DATE_DAY, 3, 25, 1957 };
		people[i]->sex = i == 2 ? 'M' : 'F';
		snprintf(people[i]->birthplace, sizeof(people[i]->birthplace), "%s", place);
		memcpy(people[i]->nationality, "UTO", 4);
	}
	if (kind != VDS_BIRTH) {
		c.event_on = (struct date){ DATE_DAY, 11, 20, 2026 };
		snprintf(c.event_place, sizeof(c.event_place), "%s", place);
	}
	buf_clear(&khmer);
	return c;
}

static struct vds
header(unsigned version)
{
	return (struct vds){ .version = version, .state = "UTO", .issued_on = { DATE_DAY, 11, 21, 2026 }, .signed_on = { DATE_DAY, 11, 21, 2026 } };
}

/* A signed visa, *raw replaced. */
static int
sign_visa(const struct office *o, const struct signer_made *m, unsigned version, struct buf *raw, struct err *err)
{
	static const struct vds_visa visa = { .mrz = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L8988901C4XXX4009078F9612109", .stay = { 90, 0, 0 }, .passport = "L898902C3" };
	struct vds vds = header(version);
	struct buf values = BUF_INIT;
	int rc = vds_put_visa(&visa, &vds, &values, err) == -1 || vdsseal_sign(o->s, m->key, m->cert, &vds, raw, err) == -1 ? -1 : 0;

	buf_clear(&values);
	return rc;
}

static void
test_signing(const struct office *o)
{
	static const char *const types[] = { "V", "PU", NULL };
	static const struct {
		const char *kind, *cn;
		size_t octets; /* of the signature */
	} kinds[] = {
		{ "P-256", "AA", 64 },
		{ "P-384", "AB", 96 },
		{ "P-521", "AC", 132 },
		{ "brainpoolP224r1", "AD", 56 },
		{ "brainpoolP256r1", "AE", 64 },
		{ "brainpoolP512r1", "AF", 128 },
	};
	struct buf none = make_crl(o, NULL);
	struct truststore *store = store_of(&o->anchor, 1, &none);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(kinds); i++) {
		struct signer_made m = make_signer(o, kinds[i].kind, kinds[i].cn, types, i == 0 ? 2 : 0);
		const struct cert *signer[] = { m.cert };
		struct buf raw = BUF_INIT;

		for (unsigned version = 3; version <= 4; version++) {
			int rc = sign_visa(o, &m, version, &raw, &err);
			struct vdsseal_input in = { .raw = bytes_of(&raw), .signer = signer, .nsigner = 1, .store = store, .at = NOW };
			struct vdsseal_result r;

			if (version == 3 && i != 0) {
				ok(rc == -1, "a serial number of four octets is none for version 3: %s", err.text);
				continue;
			}
			if (!ok(rc == 0, "a visa with %s, version %u %s", kinds[i].kind, version, rc == 0 ? "" : err.text))
				continue;
			is_verdict(&in, SEAL_VALID, kinds[i].kind);
			vdsseal_verify(&in, &r);
			ok(r.is_read && r.vds.signature.n == kinds[i].octets && r.vds.version == version, "signature of %zu octets", kinds[i].octets);
			if (i == 0)
				ok(strlen(r.vds.reference) == (version == 3 ? 5 : 4), "reference %s", r.vds.reference);
			raw.p[20] ^= 1;
			in.raw = bytes_of(&raw);
			vdsseal_verify(&in, &r);
			ok(vdsseal_verdicts[r.verdict].is_invalid, "and with an octet changed it is invalid");
		}
		buf_clear(&raw);
		signer_clear(&m);
	}
	truststore_free(store);
	buf_clear(&none);
}

/* The verdicts that need certificates of our own making. */
static void
test_verdicts(const struct office *o, const struct ceremony *c)
{
	static const char *const emergency[] = { "PU", NULL }, *const visa[] = { "V", NULL };
	struct signer_made for_visa = make_signer(o, "brainpoolP256r1", "BA", visa, 0), for_emergency = make_signer(o, "brainpoolP256r1", "BB", emergency, 0);
	const struct cert *signers[] = { for_visa.cert, for_emergency.cert };
	struct buf none = make_crl(o, NULL), revoking = make_crl(o, for_visa.cert), raw = BUF_INIT, other = BUF_INIT;
	struct truststore *store = store_of(&o->anchor, 1, &none), *revoked = store_of(&o->anchor, 1, &revoking);
	struct vdsseal_input in = { .signer = signers, .nsigner = 2, .store = store, .at = NOW };
	struct signer_made wrong;
	struct err err = ERR_INIT;
	struct vds vds;

	if (sign_visa(o, &for_visa, 4, &raw, &err) == -1)
		bail_out("visa: %s", err.text);
	in.raw = bytes_of(&raw);
	is_verdict(&in, SEAL_VALID, "a visa");
	in.store = revoked;
	is_verdict(&in, SEAL_REVOKED_CERTIFICATE, "its signer revoked");
	in.store = store;
	in.at = NOW + 60 * 86400;
	is_verdict(&in, SEAL_VALID, "a CRL that is out of date");
	ok(has_code(&in, SEAL_CHECK_REVOCATION, "crl_stale"), "is a warning");
	in.at = NOW;

	ok(sign_visa(o, &for_emergency, 4, &other, &err) == -1, "we do not sign what the signer may not: %s", err.text);
	/* somebody does: the visa's message under the other signer's name, signed with its key */
	if (vds_decode(bytes_of(&raw), &vds, &err) == -1)
		bail_out("%s", err.text);
	memcpy(vds.signer, "UTBB", 5);
	snprintf(vds.reference, sizeof(vds.reference), "%.0s", "");
	for (size_t i = 0; i < for_emergency.cert->serial.n; i++)
		snprintf(vds.reference + 2 * i, 3, "%02X", for_emergency.cert->serial.p[i]);
	struct buf forged = BUF_INIT, signature = BUF_INIT;
	if (vds_encode(&vds, &forged, &err) == -1 ||
		token_sign(o->s, for_emergency.key, token_key_sigalg(for_emergency.key), SIGNATURE_PLAIN, bytes_of(&forged), &signature, &err) == -1 ||
		vds_put_signature(4, bytes_of(&signature), &forged, &err) == -1)
		bail_out("%s", err.text);
	in.raw = bytes_of(&forged);
	is_verdict(&in, SEAL_INVALID_DOCUMENTTYPE, "a visa by a signer of emergency documents");
	buf_clear(&forged);

	/* the same with a feature that a visa does not have */
	memcpy(vds.signer, "UTBA", 5);
	for (size_t i = 0; i < for_visa.cert->serial.n; i++)
		snprintf(vds.reference + 2 * i, 3, "%02X", for_visa.cert->serial.p[i]);
	vds.feature[vds.nfeature++] = (struct vds_feature){ 0x77, BYTES("new", 3) };
	if (vds_encode(&vds, &forged, &err) == -1 ||
		token_sign(o->s, for_visa.key, token_key_sigalg(for_visa.key), SIGNATURE_PLAIN, bytes_of(&forged), &signature, &err) == -1 ||
		vds_put_signature(4, bytes_of(&signature), &forged, &err) == -1)
		bail_out("%s", err.text);
	in.raw = bytes_of(&forged);
	is_verdict(&in, SEAL_UNKNOWN_FEATURE, "a feature of a later edition");
	buf_clear(&forged);
	buf_clear(&signature);

	vds = header(4);
	vds.definition = 0x77;
	ok(vdsseal_sign(o->s, for_visa.key, for_emergency.cert, &vds, &other, &err) == -1, "not with another key's certificate: %s", err.text);
	ok(vdsseal_sign(o->s, o->csca_key, o->csca, &vds, &other, &err) == -1, "not with the CSCA: %s", err.text);
	memcpy(vds.state, "D", 2);
	ok(vdsseal_sign(o->s, for_visa.key, for_visa.cert, &vds, &other, &err) == -1, "not for another State: %s", err.text);
	memcpy(vds.state, "UTO", 4);
	vds.signed_on.year = 2050;
	ok(vdsseal_sign(o->s, for_visa.key, for_visa.cert, &vds, &other, &err) == -1 && other.n == 0, "not after the certificate's end: %s", err.text);
	wrong.cert = cert_of(bytes_of(&c->signer[0].cert));
	if (token_key_find(o->s, c->signer[0].label, BYTES_NONE, &wrong.key, &err) == -1)
		bail_out("%s", err.text);
	ok(vdsseal_sign(o->s, wrong.key, wrong.cert, &vds, &other, &err) == -1 && other.n == 0, "not with a document signer: %s", err.text);
	signer_clear(&wrong);
	buf_clear(&raw);
	buf_clear(&none);
	buf_clear(&revoking);
	truststore_free(store);
	truststore_free(revoked);
	signer_clear(&for_visa);
	signer_clear(&for_emergency);
}

/* ---- printed and read again ---- */

/* The picture as a scanner at 600 dpi sees the print: two degrees askew, blurred, grey ink on yellowish paper, noise. */
static void
scan(struct buf *png)
{
	enum { MARGIN = 100, /* px of paper around it */
		PAPER = 0xF4F2EA };
	gdImagePtr print = gdImageCreateFromPngPtr((int)png->n, png->p), paper, fine, askew;
	int side = gdImageSX(print) + 2 * MARGIN, n = 0;
	unsigned noise = 1;
	void *p;

	paper = gdImageCreateTrueColor(side, side);
	gdImageFilledRectangle(paper, 0, 0, side, side, PAPER);
	gdImageCopy(paper, print, MARGIN, MARGIN, 0, 0, gdImageSX(print), gdImageSY(print));
	gdImageSetInterpolationMethod(paper, GD_BICUBIC);
	fine = gdImageScale(paper, 2 * (unsigned)side, 2 * (unsigned)side);
	gdImageSetInterpolationMethod(fine, GD_BILINEAR_FIXED);
	askew = gdImageRotateInterpolated(fine, 2, PAPER);
	gdImageGaussianBlur(askew);
	for (int y = 0; y < gdImageSY(askew); y++)
		for (int x = 0; x < gdImageSX(askew); x++) {
			int c = gdImageGetPixel(askew, x, y), grey = (gdTrueColorGetRed(c) + gdTrueColorGetGreen(c) + gdTrueColorGetBlue(c)) / 3;

			noise = noise * 1103515245 + 12345;
			grey = 30 + grey * 200 / 255 + (int)(noise >> 16 & 31) - 16;
			gdImageSetPixel(askew, x, y, gdTrueColor(grey, grey, grey));
		}
	p = gdImagePngPtr(askew, &n);
	buf_cut(png, 0);
	buf_add(png, p, (size_t)n);
	gdFree(p);
	gdImageDestroy(print);
	gdImageDestroy(paper);
	gdImageDestroy(fine);
	gdImageDestroy(askew);
}

static const struct reader {
	enum vds_symbology symbology;
	const char *name, *program, *command;
} readers[] = {
	{ VDS_DATA_MATRIX, "Data Matrix", "dmtxread", "dmtxread -N 1 -m 60000" },
	{ VDS_QR, "QR", "zbarimg", "zbarimg -q --raw --oneshot -Sbinary" },
};

/* Lets the program read the picture, compares and judges what it read. */
static void
read_picture(const struct reader *reader, const struct buf *png, struct bytes raw, const struct vdsseal_input *judge, const char *what)
{
	const char *path = fix_write("seal.png", bytes_of(png));
	struct vdsseal_input in = *judge;
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	char out[160];
	int status;

	fix_run(&status, "command -v %s", reader->program);
	if (status != 0) {
		skip(reader->program, "is not installed");
		return;
	}
	snprintf(out, sizeof(out), "%s/read.bin", softhsm_dir);
	fix_run(&status, "%s %s >%s 2>/dev/null", reader->command, path, out);
	if (file_read(out, 4096, &got, &err) == -1)
		bail_out("%s", err.text);
	ok(bytes_equal(bytes_of(&got), raw), "%s reads it back to the octet (%zu octets)", reader->program, got.n);
	in.raw = bytes_of(&got);
	is_verdict(&in, SEAL_VALID, what);
	buf_clear(&got);
}

/* Prints the seal at 300 dpi in both forms and has it read; is_scanned: once more from a scan of the print. */
static void
read_back(struct bytes raw, const struct vdsseal_input *judge, const char *what, bool is_scanned)
{
	const char *keep = getenv("CATENA_SEAL_PNG"); /* to look at them: the beginning of a path */
	struct err err = ERR_INIT;
	struct vds_symbol symbol;
	char path[160];

	for (size_t i = 0; i < NELEM(readers); i++) {
		struct buf png = BUF_INIT;

		if (!ok(vdsimage_symbol(raw, readers[i].symbology, &symbol, &err) == 0 && vdsimage_png(&symbol, VDSIMAGE_DOTS, &png, &err) == 0, "%s as %s %s", what, readers[i].name, err.text))
			continue;
		printf("# %zu octets, %u x %u modules, %.1f mm with quiet zone\n", raw.n, symbol.side, symbol.side, vdsimage_mm(&symbol, VDSIMAGE_DOTS));
		read_picture(&readers[i], &png, raw, judge, what);
		if (is_scanned) {
			scan(&png);
			read_picture(&readers[i], &png, raw, judge, "from a scan of the print");
		}
		snprintf(path, sizeof(path), "%.100s-%s-%zu.png", keep != NULL ? keep : "", readers[i].program, raw.n);
		if (keep != NULL && file_write(path, bytes_of(&png), 0644, &err) == -1)
			printf("# %s\n", err.text);
		buf_clear(&png);
	}
}

static void
test_printed(const struct office *o)
{
	static const char *const types[] = { "NB", "ND", "NM", NULL }, *const travel[] = { "V", "PU", NULL };
	static const enum vds_profile kinds[] = { VDS_BIRTH, VDS_DEATH, VDS_MARRIAGE };
	struct signer_made m = make_signer(o, "brainpoolP384r1", "CA", types, 0);
	const struct cert *signer[] = { m.cert };
	struct buf none = make_crl(o, NULL);
	struct truststore *store = store_of(&o->anchor, 1, &none);
	struct vdsseal_input in = { .signer = signer, .nsigner = 1, .store = store, .at = NOW };
	struct err err = ERR_INIT;

	for (int octets = 1; octets <= 3; octets++)
		for (size_t k = 0; k < NELEM(kinds); k++) {
			struct vds_civil c = full_certificate(kinds[k], octets);
			struct buf values = BUF_INIT, raw = BUF_INIT;
			struct vds vds = header(4);
			char what[96];

			snprintf(what, sizeof(what), "%s, names of 39 characters of %d octets", vds_profiles[kinds[k]].name, octets);
			if (ok(vds_put_civil(&c, &vds, &values, &err) == 0 && vdsseal_sign(o->s, m.key, m.cert, &vds, &raw, &err) == 0, "%s %s", what, err.text))
				read_back(bytes_of(&raw), &in, what, kinds[k] == VDS_MARRIAGE);
			buf_clear(&values);
			buf_clear(&raw);
		}
	signer_clear(&m);
	m = make_signer(o, "brainpoolP256r1", "CB", travel, 0);
	signer[0] = m.cert;
	struct buf raw = BUF_INIT;
	if (ok(sign_visa(o, &m, 4, &raw, &err) == 0, "a visa %s", err.text))
		read_back(bytes_of(&raw), &in, "visa", true);
	buf_clear(&raw);
	signer_clear(&m);
	truststore_free(store);
	buf_clear(&none);
}

static void
test_symbols(void)
{
	uint8_t octets[VDSIMAGE_OCTETS + 1];
	struct vds_symbol symbol;
	struct buf png = BUF_INIT;
	struct err err = ERR_INIT;

	memset(octets, 0xA5, sizeof(octets));
	ok(vdsimage_symbol(BYTES_NONE, VDS_DATA_MATRIX, &symbol, &err) == -1, "no symbol of nothing");
	ok(vdsimage_symbol(BYTES(octets, 1557), VDS_DATA_MATRIX, &symbol, &err) == -1 && err.kind == FAIL_TOO_LARGE, "a Data Matrix does not hold 1557 octets: %s", err.text);
	ok(vdsimage_symbol(BYTES(octets, VDSIMAGE_OCTETS + 1), VDS_QR, &symbol, &err) == -1 && err.kind == FAIL_TOO_LARGE, "a QR code does not hold %d octets", VDSIMAGE_OCTETS + 1);
	ok(vdsimage_symbol(BYTES(octets, VDSIMAGE_OCTETS), VDS_QR, &symbol, &err) == 0 && symbol.side == VDSIMAGE_SIDE, "but one less");
	ok(vdsimage_symbol(BYTES("x", 1), VDS_DATA_MATRIX, &symbol, &err) == 0 && symbol.side == 10, "the smallest Data Matrix has 10 modules");
	ok(symbol.dark[9][0] && symbol.dark[9][9] && symbol.dark[0][0] && !symbol.dark[0][1] && symbol.dark[5][0] && symbol.dark[9][4], "dark at the left and below, clocked above");
	ok(vdsimage_png(&symbol, 3, &png, &err) == -1, "modules of 3 dots are too small: %s", err.text);
	ok(vdsimage_mm(&symbol, 4) > 4.73 && vdsimage_mm(&symbol, 4) < 4.75, "14 modules of 4 dots are 4.74 mm");
	buf_clear(&png);
}

int
main(void)
{
	struct ceremony c = { 0 };
	struct err err = ERR_INIT;
	struct office o = { 0 };
	struct token *t;

	test_utopia();
	test_strangers();
	test_symbols();
	if (!softhsm_start()) {
		skip("seals of our own", "SoftHSM is not installed");
		return done_testing();
	}
	t = fix_token(1);
	if (ceremony_init(t, &fix_options, &c, &err) == -1 || token_borrow(t, &o.s, &err) == -1 || token_key_find(o.s, c.csca.label, BYTES_NONE, &o.csca_key, &err) == -1)
		bail_out("ceremony: %s", err.text);
	o.csca = cert_of(bytes_of(&c.csca.cert));
	buf_bytes(&o.anchor, bytes_of(&c.csca.cert));
	test_signing(&o);
	test_verdicts(&o, &c);
	test_printed(&o);
	buf_clear(&o.anchor);
	cert_free(o.csca);
	token_key_free(o.csca_key);
	token_return(t, o.s);
	ceremony_clear(&c);
	token_close(t);
	softhsm_stop();
	return done_testing();
}
