/* The document: its data groups, what DG1 says against what the certificates allow, the chip. */
#include <strings.h>

#include "pki/passive-local.h"
#include "registry/doc9303/lds.h"
#include "registry/doc9303/states.h"

static void
check_data_group(struct examination *x, unsigned number)
{
	const struct ldsso *lds = &x->sod->lds;
	const struct ldsso_dg *want = ldsso_find(lds, number);
	struct bytes file = x->in->dg[number], object;
	struct err err = ERR_INIT;
	uint8_t hash[64];
	uint32_t tag;
	size_t n;

	if (want == NULL && file.n == 0)
		return;
	if (want == NULL) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "not_covered", "DG%u is there but EF.SOD does not cover it", number);
		return;
	}
	if (file.n == 0) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_NOT_CHECKED, "not_read", "DG%u was not read", number);
		return;
	}
	if (lds_object(file, &tag, &object, &err) == -1) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "malformed", "DG%u: %.180s", number, err.text);
		return;
	}
	if (tag != lds_dg_tag(number)) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "malformed", "DG%u has tag %02X, wanted %02X", number, (unsigned)tag, lds_dg_tag(number));
		return;
	}
	n = digest_of((unsigned)lds->hash_bits, object, hash);
	if (n == 0 || memcmp(hash, want->hash, n) != 0) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "hash_wrong", "DG%u does not have the hash that was signed", number);
		return;
	}
	x->dg_is_good[number] = true;
	verdict(x->out, CHECK_DATA_GROUP, number, GRADE_GOOD, "good", "DG%u has the hash that was signed", number);
}

/* Positions of the document number: TD3 and TD2 begin line 2 with it, TD1 has it in line 1; longer ones go on in the optional field. */
static void
read_number(struct examination *x, struct bytes mrz)
{
	size_t line = mrz.n / 2, at = mrz.n == 90 ? 5 : line, more = mrz.n == 90 ? 15 : line + 28, n = 9;
	char *out = x->document_number;

	memcpy(out, mrz.p + at, n);
	if (mrz.n != 88 && mrz.p[at + 9] == '<') {
		while (n < sizeof(x->document_number) - 1 && more < (mrz.n == 90 ? 30u : line + 35) && mrz.p[more] != '<')
			out[n++] = (char)mrz.p[more++];
		if (n > 9)
			n--; /* the check digit of the whole number */
	}
	while (n > 0 && out[n - 1] == '<')
		n--;
	out[n] = '\0';
}

static void
read_dg1(struct examination *x)
{
	struct err err = ERR_INIT;
	struct bytes object, mrz;
	uint32_t tag;

	if (x->in->dg[1].n == 0 || lds_object(x->in->dg[1], &tag, &object, &err) == -1 || lds_dg1_read(object, &mrz, &err) == -1)
		return;
	memcpy(x->document_code, mrz.p, 2);
	memcpy(x->state, mrz.p + 2, 3);
	x->state[strcspn(x->state, "<")] = '\0';
	read_number(x, mrz);
}

static void
read_dg12(struct examination *x)
{
	struct err err = ERR_INIT;
	struct lds_dg12 dg;
	struct bytes object;
	uint32_t tag;

	if (x->dg_is_good[12] && lds_object(x->in->dg[12], &tag, &object, &err) == 0 && lds_dg12_read(object, &dg, &err) == 0)
		x->issued_on = dg.issued_on;
}

void
check_data_groups(struct examination *x)
{
	read_dg1(x);
	if (x->lds_problem.kind != FAIL_NONE) {
		verdict(x->out, CHECK_DATA_GROUP, 0, GRADE_NOT_CHECKED, "hashes_unreadable", "the hashes in EF.SOD cannot be read");
		return;
	}
	for (unsigned number = 1; number <= LDS_DGS; number++)
		check_data_group(x, number);
	for (unsigned number = 1; number <= 2; number++)
		if (ldsso_find(&x->sod->lds, number) == NULL)
			verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "not_covered", "EF.SOD does not cover DG%u (Doc 9303-10 4.6.2.3)", number);
	read_dg12(x);
}

void
check_com(struct examination *x)
{
	struct err err = ERR_INIT;
	struct lds_com com;
	struct bytes object;
	uint32_t tag;

	if (x->lds_problem.kind != FAIL_NONE)
		return;
	if (x->in->com.n == 0) {
		verdict(x->out, CHECK_COM, 0, GRADE_NOT_APPLICABLE, "not_read", "EF.COM was not read; EF.SOD tells what is there");
		return;
	}
	if (lds_object(x->in->com, &tag, &object, &err) == -1 || lds_com_read(object, &com, &err) == -1) {
		verdict(x->out, CHECK_COM, 0, GRADE_WARNING, "com_malformed", "%.190s", err.text);
		return;
	}
	for (unsigned number = 1; number <= LDS_DGS; number++) {
		bool listed = memchr(com.dg, (int)number, com.n) != NULL, covered = ldsso_find(&x->sod->lds, number) != NULL;

		if (listed != covered)
			verdict(x->out, CHECK_COM, 0, GRADE_WARNING, "com_differs", "EF.COM %s DG%u, EF.SOD %s it; EF.COM is not signed",
				listed ? "lists" : "does not list", number, covered ? "covers" : "does not cover");
	}
	if (x->sod->lds.version == 1 && (strcmp(com.lds_version, x->sod->lds.lds_version) != 0 || strcmp(com.unicode_version, x->sod->lds.unicode_version) != 0))
		verdict(x->out, CHECK_COM, 0, GRADE_WARNING, "com_version_differs", "EF.COM and EF.SOD tell different versions of LDS or Unicode; EF.COM is not signed");
	if (passive_find(x->out, CHECK_COM, 0) == NULL)
		verdict(x->out, CHECK_COM, 0, GRADE_GOOD, "good", "EF.COM lists the data groups that EF.SOD covers");
}

/* ---- what DG1 says against what the certificates allow ---- */

static bool
same_letters(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

void
check_country(struct examination *x)
{
	const struct cert *signer = x->signer;
	const char *two = x->state[0] != '\0' ? states_two_letter(x->state) : NULL;
	enum grade good = x->dg_is_good[1] ? GRADE_GOOD : GRADE_NOT_CHECKED;

	if (x->csca != NULL && !same_letters(signer->country, x->csca->cert->country)) {
		verdict(x->out, CHECK_COUNTRY, 0, GRADE_BAD, "country_differs", "document signer of %s under a CSCA of %s",
			signer->country[0] != '\0' ? signer->country : "no country", x->csca->cert->country);
		return;
	}
	if (x->state[0] == '\0') {
		verdict(x->out, CHECK_COUNTRY, 0, GRADE_NOT_CHECKED, "dg1_unread", "DG1 was not read, its State is not known");
		return;
	}
	if ((two == NULL || !same_letters(two, signer->country)) && strcmp(x->state, signer->subject_state) != 0) {
		verdict(x->out, CHECK_COUNTRY, 0, GRADE_BAD, "state_differs", "document of %s, document signer of %s", x->state, signer->country);
		return;
	}
	verdict(x->out, CHECK_COUNTRY, 0, good, x->dg_is_good[1] ? "good" : "dg1_not_good", "document and document signer name %s%s", x->state,
		x->dg_is_good[1] ? "" : ", but DG1 is not the signed one");
}

void
check_document_type(struct examination *x)
{
	const struct cert *signer = x->signer;
	char code[3] = { x->document_code[0], x->document_code[1] == '<' ? '\0' : x->document_code[1], '\0' };

	if (x->document_code[0] == '\0')
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_NOT_CHECKED, "dg1_unread", "DG1 was not read, its type is not known");
	else if (!cert_has(signer, EXT_DOCUMENT_TYPES))
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_WARNING, "document_types_absent", "the document signer's certificate lists no document types (Doc 9303-12 table 6)");
	else if (!cert_allows_document(signer, x->document_code))
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_BAD, "document_type_not_allowed", "document of type %s, which the document signer may not sign (Doc 9303-12 7.1.1.6)", code);
	else if (!x->dg_is_good[1])
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_NOT_CHECKED, "dg1_not_good", "type %s is allowed, but DG1 is not the signed one", code);
	else
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_GOOD, "good", "the document signer may sign type %s", code);
}

/* ---- what its State says about it ---- */

static void
tell_deviation(struct examination *x, const struct deviation *d, enum deviation_match match)
{
	for (size_t i = 0; i < d->ndescription; i++) {
		const struct deviation_description *what = &d->description[i];

		if (what->type == DEVIATION_AA_KEY_COMPROMISED)
			x->has_lost_chip_keys = true;
		verdict(x->out, CHECK_DEVIATION, 0, GRADE_WARNING, match == DEVIATION_YES ? "deviation_listed" : "deviation_perhaps",
			"%s its State's deviation list: %s %s %.80s", match == DEVIATION_YES ? "is on" : "is perhaps on",
			deviation_type_name(what->type), what->oid, what->text);
	}
}

static bool
is_of_signer(const struct examination *x, const struct trusted_deviations *d)
{
	return country_equal(d->country, x->csca != NULL ? x->csca->cert->country : x->signer->country);
}

/* A deviation explains what other checks found; it makes nothing good. */
void
check_deviations(struct examination *x)
{
	struct deviation_document document = { .document_type = x->document_code[0] != '\0' ? x->document_code : NULL, .signer = x->signer, .issued_on = x->issued_on, .document_number = x->document_number[0] != '\0' ? x->document_number : NULL };
	size_t n = x->in->store != NULL ? truststore_deviation_lists(x->in->store) : 0, read = 0;

	if (x->issued_on.precision == DATE_UNKNOWN && x->sod->cms->has_signing_time)
		document.issued_on = date_of_unix(x->sod->cms->signing_time);
	for (size_t i = 0; i < n; i++) {
		const struct trusted_deviations *d = truststore_deviations_at(x->in->store, i);
		enum deviation_match match;

		if (!is_of_signer(x, d))
			continue;
		read++;
		if (!d->is_verified) {
			verdict(x->out, CHECK_DEVIATION, 0, GRADE_NOT_CHECKED, "deviations_unusable", "the State's deviation list is not used: %s", d->why);
			continue;
		}
		for (size_t at = 0; (match = deviationlist_match(d->list, &document, &at)) != DEVIATION_NO; at++)
			tell_deviation(x, &d->list->deviation[at], match);
	}
	if (read == 0)
		verdict(x->out, CHECK_DEVIATION, 0, GRADE_NOT_APPLICABLE, "no_list", "no deviation list of the State is in the trust store");
	else if (passive_find(x->out, CHECK_DEVIATION, 0) == NULL)
		verdict(x->out, CHECK_DEVIATION, 0, GRADE_GOOD, "good", "the State's deviation list does not speak of this document");
}

/* ---- the chip ---- */

/* What the proof rests on; 0 when EF.SOD covers no key of the kind. */
static unsigned
chip_key_group(const struct examination *x)
{
	bool has14 = ldsso_find(&x->sod->lds, 14) != NULL, has15 = ldsso_find(&x->sod->lds, 15) != NULL;

	if (x->in->chip == CHIP_ACTIVE_AUTHENTICATION)
		return has15 ? 15 : 0;
	if (x->in->chip != CHIP_NOT_ASKED)
		return has14 ? 14 : 0;
	return has14 ? 14 : has15 ? 15
				  : 0;
}

/* The first check that EF.SOD itself does not pass; NULL when it is good. */
static const char *
sod_weakness(const struct examination *x)
{
	static const enum check needed[] = { CHECK_FORMAT, CHECK_ATTRIBUTES, CHECK_SIGNATURE, CHECK_CHAIN, CHECK_CSCA_VALIDITY, CHECK_CSCA_REVOCATION,
		CHECK_SIGNER_VALIDITY, CHECK_SIGNER_PERIOD, CHECK_REVOCATION, CHECK_ALGORITHM };

	for (size_t i = 0; i < NELEM(needed); i++) {
		const struct verdict *v = passive_find(x->out, needed[i], 0);

		if (v == NULL || v->grade > GRADE_WARNING)
			return check_name(needed[i]);
	}
	return NULL;
}

void
check_chip(struct examination *x)
{
	unsigned group = chip_key_group(x);
	const char *why = sod_weakness(x);

	if (x->in->chip != CHIP_NOT_ASKED && !x->in->chip_has_proved)
		verdict(x->out, CHECK_CHIP, 0, GRADE_BAD, "chip_not_genuine", "the chip could not prove that it has the private key");
	else if (x->in->chip != CHIP_NOT_ASKED && group == 0)
		verdict(x->out, CHECK_CHIP, 0, GRADE_BAD, "chip_key_not_covered", "the chip has proved a key that EF.SOD does not cover: that proves nothing");
	else if (group == 0)
		verdict(x->out, CHECK_CHIP, 0, GRADE_NOT_APPLICABLE, "chip_has_no_key", "EF.SOD covers neither DG14 nor DG15: a copied chip cannot be told from the true one");
	else if (x->in->chip == CHIP_NOT_ASKED)
		verdict(x->out, CHECK_CHIP, 0, GRADE_NOT_CHECKED, "chip_not_asked", "the chip was not asked to prove that it has the key of DG%u", group);
	else if (!x->dg_is_good[group])
		verdict(x->out, CHECK_CHIP, 0, GRADE_NOT_CHECKED, "chip_key_not_good", "the chip has proved the key of DG%u, but DG%u is not the signed one", group, group);
	else if (x->has_lost_chip_keys && x->in->chip == CHIP_ACTIVE_AUTHENTICATION)
		verdict(x->out, CHECK_CHIP, 0, GRADE_NOT_CHECKED, "chip_key_compromised", "the chip has proved the key of DG15, but its State says that such keys were lost");
	else if (why != NULL)
		verdict(x->out, CHECK_CHIP, 0, GRADE_NOT_CHECKED, "sod_not_good", "the chip has proved the key of DG%u, but EF.SOD is not good: %s", group, why);
	else
		verdict(x->out, CHECK_CHIP, 0, GRADE_GOOD, "good", "the chip has proved the key of DG%u, which EF.SOD covers", group);
}
