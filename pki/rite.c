#include "pki/rite.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki/crl.h"

enum { DAY = 86400,
	OFFICERS_MOST = 12,
	URLS_MOST = 8,
	TYPES_MOST = 32 };

#define END_FIELD \
	{ \
		NULL, 0, 0, 0, 0, 0, NULL, NULL, 0, 0 \
	}

/* ---- parameters ---- */

static const char *const causes[] = { "compromise", "superseded", "ceased", "error", NULL };
static const char *const ruled_ceremonies[] = { "generate", "certify", "activate", "crl", "revoke", "retire", "erase", "rollover", "name_change",
	"master_list", "deviation_list", "rule", NULL };
static const char *const key_kinds[] = { "csca", "document_signer", "master_list_signer", "deviation_list_signer", "visa_seal_signer",
	"emergency_seal_signer", "civil_seal_signer", "ledger", "tls", NULL };

struct subject {
	char *organization, *organizational_unit, *common_name;
};
struct parameters {
	json_t *document_types;
	int64_t document_years, days, officers, use_days, max_signatures, lead_days;
	char *signer_id;
	int cause, ceremony, key;
	struct subject subject;
	bool has_subject, has_ceremony, has_key, is_link;
};
#define P(member) offsetof(struct parameters, member)

/* clang-format off */
static const struct json_field subject_fields[] = {
	{ "organization", JSON_T_NAME, offsetof(struct subject, organization), JSON_OPTIONAL, 1, 64, NULL, NULL, 0, 0 },
	{ "organizational_unit", JSON_T_NAME, offsetof(struct subject, organizational_unit), JSON_OPTIONAL, 1, 64, NULL, NULL, 0, 0 },
	{ "common_name", JSON_T_NAME, offsetof(struct subject, common_name), 0, 1, 64, NULL, NULL, 0, 0 },
	END_FIELD
};
static const struct json_field nothing[] = { END_FIELD };
static const struct json_field certify_fields[] = {
	{ "document_years", JSON_T_INT, P(document_years), JSON_OPTIONAL, 1, RITE_DOCUMENT_YEARS_MAX, NULL, NULL, 0, 0 },
	{ "document_types", JSON_T_RAW, P(document_types), JSON_OPTIONAL, 0, 0, NULL, NULL, 0, 0 },
	{ "signer_id", JSON_T_CODE, P(signer_id), JSON_OPTIONAL, 2, 2, NULL, NULL, 0, 0 },
	{ "link", JSON_T_BOOL, P(is_link), JSON_OPTIONAL, 0, 0, NULL, NULL, 0, 0 },
	END_FIELD
};
static const struct json_field crl_parameters[] = {
	{ "days", JSON_T_INT, P(days), JSON_OPTIONAL, 3, CRL_DAYS_MOST, NULL, NULL, 0, 0 },
	END_FIELD
};
static const struct json_field revoke_fields[] = {
	{ "cause", JSON_T_ENUM, P(cause), 0, 0, 0, causes, NULL, 0, 0 },
	END_FIELD
};
static const struct json_field rollover_fields[] = {
	{ "document_years", JSON_T_INT, P(document_years), JSON_OPTIONAL, 1, RITE_DOCUMENT_YEARS_MAX, NULL, NULL, 0, 0 },
	END_FIELD
};
static const struct json_field name_change_fields[] = {
	{ "document_years", JSON_T_INT, P(document_years), JSON_OPTIONAL, 1, RITE_DOCUMENT_YEARS_MAX, NULL, NULL, 0, 0 },
	{ "subject", JSON_T_OBJECT, P(subject), 0, 0, 0, NULL, subject_fields, 0, P(has_subject) },
	END_FIELD
};
static const struct json_field rule_fields[] = {
	{ "ceremony", JSON_T_ENUM, P(ceremony), JSON_OPTIONAL, 0, 0, ruled_ceremonies, NULL, 0, P(has_ceremony) },
	{ "officers", JSON_T_INT, P(officers), JSON_OPTIONAL, 2, OFFICERS_MOST, NULL, NULL, 0, 0 },
	{ "key", JSON_T_ENUM, P(key), JSON_OPTIONAL, 0, 0, key_kinds, NULL, 0, P(has_key) },
	{ "use_days", JSON_T_INT, P(use_days), JSON_OPTIONAL, 1, 3660, NULL, NULL, 0, 0 },
	{ "max_signatures", JSON_T_INT, P(max_signatures), JSON_OPTIONAL, 1, INT64_C(1000000000000), NULL, NULL, 0, 0 },
	{ "lead_days", JSON_T_INT, P(lead_days), JSON_OPTIONAL, 0, 366, NULL, NULL, 0, 0 },
	END_FIELD
};
static const struct {
	const char *kind;
	const struct json_field *fields;
} by_kind[] = {
	{ "generate", nothing }, { "certify", certify_fields }, { "activate", nothing }, { "crl", crl_parameters }, { "revoke", revoke_fields },
	{ "retire", nothing }, { "erase", nothing }, { "rollover", rollover_fields }, { "name_change", name_change_fields },
	{ "master_list", nothing }, { "deviation_list", nothing }, { "rule", rule_fields },
};
/* clang-format on */
#undef P

static bool
is_capitals(const char *s, size_t least, size_t most)
{
	size_t n = 0;

	if (s == NULL)
		return false;
	while (isupper((unsigned char)s[n]))
		n++;
	return s[n] == '\0' && n >= least && n <= most;
}

static void
check_document_types(const json_t *types, struct err *err)
{
	bool is_good = json_is_array(types) && json_array_size(types) >= 1 && json_array_size(types) <= TYPES_MOST;

	for (size_t i = 0; is_good && i < json_array_size(types); i++)
		is_good = is_capitals(json_string_value(json_array_get(types, i)), 1, 2);
	if (!is_good)
		err_problem(err, "/document_types", "wanted a list of types of one or two capital letters (Doc 9303-12 7.1.1.6)");
}

/* What the table of fields cannot say. */
static void
check_together(const char *kind, const struct parameters *p, struct err *err)
{
	if (p->document_types != NULL)
		check_document_types(p->document_types, err);
	if (p->signer_id != NULL && !is_capitals(p->signer_id, 2, 2))
		err_problem(err, "/signer_id", "wanted two capital letters (Doc 9303-12 7.1)");
	if (strcmp(kind, "rule") != 0)
		return;
	if (p->has_ceremony == p->has_key)
		err_problem(err, "", "a rule is for a ceremony or for a key, one of them");
	else if (p->has_ceremony && p->officers == 0)
		err_problem(err, "/officers", "missing");
	else if (p->has_key && (p->use_days == 0 || p->max_signatures == 0))
		err_problem(err, "/use_days", "use_days and max_signatures are wanted");
}

static int
parameters_read(const char *kind, const json_t *json, struct parameters *p, const struct json_field **fields, struct err *err)
{
	json_t *object = json == NULL ? json_object() : json_deep_copy(json);
	int rc = -1;

	*fields = NULL;
	for (size_t i = 0; i < NELEM(by_kind); i++)
		if (strcmp(by_kind[i].kind, kind) == 0)
			*fields = by_kind[i].fields;
	if (*fields == NULL)
		err_set(err, FAIL_INPUT, "ceremony: there is none of the kind %.40s to ask for", kind);
	else if (object == NULL)
		err_set(err, FAIL_INTERNAL, "out of memory");
	else if (json_get(object, *fields, p, err) == 0) {
		check_together(kind, p, err);
		rc = err->nproblem > 0 ? -1 : 0;
		if (rc == -1)
			json_clear(*fields, p);
	}
	json_decref(object);
	return rc;
}

int
rite_check_parameters(const char *kind, const json_t *parameters, struct err *err)
{
	const struct json_field *fields;
	struct parameters p = { 0 };

	err_clear(err);
	if (parameters_read(kind, parameters, &p, &fields, err) == -1)
		return -1;
	json_clear(fields, &p);
	return 0;
}

static bool
is_seal_signer(const char *key_kind)
{
	size_t n = strlen(key_kind);

	return n > 12 && strcmp(key_kind + n - 12, "_seal_signer") == 0;
}

int
rite_check_algorithm(const char *key_kind, const char *algorithm, struct err *err)
{
	const struct curve *curve = curve_by_name(algorithm);
	bool is_rsa = strcmp(algorithm, "RSA-2048") == 0 || strcmp(algorithm, "RSA-3072") == 0 || strcmp(algorithm, "RSA-4096") == 0;
	size_t k = 0;

	while (key_kinds[k] != NULL && strcmp(key_kinds[k], key_kind) != 0)
		k++;
	if (key_kinds[k] == NULL)
		return err_set(err, FAIL_INPUT, "key: there is no kind %.40s", key_kind);
	if (curve == NULL && !is_rsa)
		return err_set(err, FAIL_INPUT, "algorithm: %.40s is none we make", algorithm);
	if (curve != NULL && curve->is_weak)
		return err_set(err, FAIL_INPUT, "algorithm: %s is too short (Doc 9303-12 4.1.6.3)", algorithm);
	if (is_rsa && is_seal_signer(key_kind))
		return err_set(err, FAIL_INPUT, "algorithm: seals are signed with ECDSA (Doc 9303-13 2.4)");
	if (strcmp(key_kind, "csca") == 0 && strcmp(algorithm, "RSA-2048") == 0)
		return err_set(err, FAIL_INPUT, "algorithm: a CSCA key of RSA has at least 3072 bits (Doc 9303-12 4.1.6.1)");
	return 0;
}

int
rite_profile(const char *key_kind, enum profile_name *profile, struct err *err)
{
	static const struct {
		const char *kind;
		enum profile_name profile;
	} of[] = {
		{ "csca", PROFILE_CSCA_ROOT },
		{ "document_signer", PROFILE_DOCUMENT_SIGNER },
		{ "master_list_signer", PROFILE_MASTER_LIST_SIGNER },
		{ "deviation_list_signer", PROFILE_DEVIATION_LIST_SIGNER },
		{ "ledger", PROFILE_LEDGER },
		{ "tls", PROFILE_COMMUNICATION },
	};

	for (size_t i = 0; i < NELEM(of); i++)
		if (strcmp(of[i].kind, key_kind) == 0) {
			*profile = of[i].profile;
			return 0;
		}
	if (!is_seal_signer(key_kind))
		return err_set(err, FAIL_INPUT, "key: there is no kind %.40s", key_kind);
	*profile = PROFILE_VDS_SIGNER;
	return 0;
}

/* ---- making the order ---- */

static int
copy(const char *from, char **to, struct err *err)
{
	if (from == NULL)
		return 0;
	if ((*to = strdup(from)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

/* The CSCA's name as it is in its certificate. */
static int
subject_of_csca(const struct cert *csca, struct rite_certificate *c, struct err *err)
{
	char o[RITE_NAME], ou[RITE_NAME], cn[RITE_NAME];

	rite_name_part(csca->subject, "2.5.4.10", o);
	rite_name_part(csca->subject, "2.5.4.11", ou);
	rite_name_part(csca->subject, "2.5.4.3", cn);
	return copy(o[0] != '\0' ? o : NULL, &c->organization, err) == -1 || copy(ou[0] != '\0' ? ou : NULL, &c->organizational_unit, err) == -1
		? -1
		: copy(cn, &c->common_name, err);
}

static int
subject_new(const struct rite_facts *f, const struct parameters *p, struct rite_certificate *c, struct err *err)
{
	static const char *const titles[][2] = { { "document_signer", "DS" }, { "master_list_signer", "Master List Signer" },
		{ "deviation_list_signer", "Deviation List Signer" }, { "ledger", "Ledger" }, { "tls", "TLS" } };
	char o[RITE_NAME] = "", cn[RITE_NAME];
	const char *title = "CSCA";

	if (is_seal_signer(f->key_kind))
		return p->signer_id == NULL ? err_set(err, FAIL_INPUT, "signer_id: missing; a seal names its signer by it (Doc 9303-13)")
					    : copy(p->signer_id, &c->common_name, err);
	if (f->csca != NULL)
		rite_name_part(f->csca->subject, "2.5.4.10", o);
	for (size_t i = 0; i < NELEM(titles); i++)
		if (strcmp(titles[i][0], f->key_kind) == 0)
			title = titles[i][1];
	if (strcmp(title, "CSCA") == 0)
		snprintf(cn, sizeof(cn), "CSCA %.40s", o[0] != '\0' ? o : f->state);
	else
		snprintf(cn, sizeof(cn), "%s %.30s %03u", title, o[0] != '\0' ? o : f->state, f->key_number);
	if (o[0] != '\0' && copy(o, &c->organization, err) == -1)
		return -1;
	return copy(cn, &c->common_name, err);
}

static int
set_span(const struct rite_facts *f, const struct parameters *p, struct rite_certificate *c, const struct cert *issuer, struct err *err)
{
	unsigned years = p->document_years != 0 ? (unsigned)p->document_years : RITE_DOCUMENT_YEARS;
	struct cert_span span;

	if (cert_span((enum profile_name)c->profile, f->at, years, issuer, &span, err) == -1)
		return -1;
	c->not_before = span.not_before;
	c->not_after = span.not_after;
	c->key_from = span.key_from;
	c->key_to = span.key_to;
	/* the country may want its keys used for a shorter time than Doc 9303-12 has them */
	if (f->use_days != 0 && c->key_from + (int64_t)f->use_days * DAY < c->key_to)
		c->key_to = c->key_from + (int64_t)f->use_days * DAY;
	return 0;
}

static int
csca_may_sign(const struct rite_facts *f, struct err *err)
{
	if (f->csca == NULL)
		return err_set(err, FAIL_CONFLICT, "there is no active CSCA key");
	if (f->csca->has_key_to && f->at >= f->csca->key_to)
		return err_set(err, FAIL_CONFLICT, "the CSCA key's usage period has ended, a rollover is needed");
	return 0;
}

static int
set_issuer(const struct rite_facts *f, struct rite *r, struct err *err)
{
	if (csca_may_sign(f, err) == -1)
		return -1;
	buf_bytes(&r->issuer, bytes_of(&f->csca->der));
	return copy(f->csca_label, &r->issuer_label, err);
}

static int
set_key(const struct rite_facts *f, struct rite_key *k, struct err *err)
{
	buf_bytes(&k->id, f->key_id);
	return copy(f->key_label, &k->label, err) == -1 ? -1 : copy(f->algorithm, &k->algorithm, err);
}

static struct rite_certificate *
certificates_new(struct rite *r, size_t n, struct err *err)
{
	if ((r->certificates.items = calloc(n, sizeof(struct rite_certificate))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		return NULL;
	}
	r->certificates.n = n;
	return r->certificates.items;
}

/* By the CSCA that is active, for one that has its root certificate: the two are on different tokens. */
static int
make_link(const struct rite_facts *f, const struct parameters *p, struct rite *r, struct rite_certificate *c, struct err *err)
{
	if (f->key_certificate == NULL)
		return err_set(err, FAIL_CONFLICT, "the CSCA key has no root certificate yet");
	if (set_issuer(f, r, err) == -1)
		return -1;
	c->name_change = !bytes_equal(f->key_certificate->subject, f->csca->subject);
	c->profile = c->name_change ? PROFILE_CSCA_NAME_CHANGE : PROFILE_CSCA_LINK;
	return copy(f->country, &c->country, err) == -1 || subject_of_csca(f->key_certificate, c, err) == -1 ? -1 : set_span(f, p, c, f->csca, err);
}

static int
make_root(const struct rite_facts *f, const struct parameters *p, struct rite *r, struct rite_certificate *c, struct err *err)
{
	c->profile = PROFILE_CSCA_ROOT;
	c->is_root = true;
	if (copy(f->country, &c->country, err) == -1 || copy(f->key_label, &r->issuer_label, err) == -1)
		return -1;
	if ((f->csca != NULL ? subject_of_csca(f->csca, c, err) : subject_new(f, p, c, err)) == -1)
		return -1;
	return set_span(f, p, c, NULL, err);
}

static int
make_certify(const struct rite_facts *f, const struct parameters *p, struct rite *r, struct err *err)
{
	struct rite_certificate *c = certificates_new(r, 1, err);
	enum profile_name profile;

	if (c == NULL || rite_profile(f->key_kind, &profile, err) == -1)
		return -1;
	if (f->spki.n == 0)
		return err_set(err, FAIL_CONFLICT, "the key was not generated by a ceremony");
	buf_bytes(&c->spki, f->spki);
	if (profile == PROFILE_CSCA_ROOT)
		return p->is_link ? make_link(f, p, r, c, err) : make_root(f, p, r, c, err);
	if (p->is_link)
		return err_set(err, FAIL_INPUT, "link: only CSCA keys are linked");
	c->profile = (int)profile;
	if (profile == PROFILE_DOCUMENT_SIGNER && p->document_types == NULL)
		c->document_types = json_pack("[s, s]", "P", "I"); /* passports and identity cards */
	else if (profile == PROFILE_DOCUMENT_SIGNER || profile == PROFILE_VDS_SIGNER)
		c->document_types = json_incref(p->document_types);
	if (copy(f->country, &c->country, err) == -1 || subject_new(f, p, c, err) == -1 || set_issuer(f, r, err) == -1)
		return -1;
	return set_span(f, p, c, f->csca, err);
}

/* The new CSCA's root certificate, then the link from the one that is active to it. */
static int
make_rollover(const struct rite_facts *f, const struct parameters *p, struct rite *r, struct err *err)
{
	bool new_name = p->has_subject;
	struct rite_certificate *c = certificates_new(r, 2, err);

	if (c == NULL || set_issuer(f, r, err) == -1 || set_key(f, &r->generate, err) == -1)
		return -1;
	r->has_generate = true;
	for (int i = 0; i < 2; i++) {
		c[i].profile = i == 0 ? PROFILE_CSCA_ROOT : new_name ? PROFILE_CSCA_NAME_CHANGE
								     : PROFILE_CSCA_LINK;
		c[i].is_root = i == 0;
		c[i].name_change = i == 1 && new_name;
		if (copy(f->country, &c[i].country, err) == -1 || set_span(f, p, &c[i], i == 0 ? NULL : f->csca, err) == -1)
			return -1;
		if (!new_name ? subject_of_csca(f->csca, &c[i], err) == -1
			      : copy(p->subject.organization, &c[i].organization, err) == -1 ||
					copy(p->subject.organizational_unit, &c[i].organizational_unit, err) == -1 ||
					copy(p->subject.common_name, &c[i].common_name, err) == -1)
			return -1;
	}
	return 0;
}

static int
make_crl(const struct rite_facts *f, const struct parameters *p, struct rite *r, struct err *err)
{
	struct rite_revoked *list = calloc(f->nrevoked + 1, sizeof(*list));

	if (list == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	r->crl.revoked.items = list;
	r->crl.revoked.n = f->nrevoked;
	for (size_t i = 0; i < f->nrevoked; i++) {
		list[i].at = f->revoked[i].at;
		buf_bytes(&list[i].serial, f->revoked[i].serial);
		if (buf_check(&list[i].serial, err) == -1)
			return -1;
	}
	r->has_crl = true;
	r->crl.number = f->crl_number;
	r->crl.previous = f->crl_number - 1;
	r->crl.this_update = f->at;
	r->crl.next_update = f->at + (p->days != 0 ? p->days : RITE_CRL_DAYS) * DAY;
	r->crl.name_changed = f->csca_name_changed;
	return set_issuer(f, r, err);
}

static int
make_list(const struct rite_facts *f, struct rite *r, struct err *err)
{
	r->has_list = true;
	r->list.kind = strcmp(f->kind, "deviation_list") == 0;
	r->list.at = f->at;
	buf_bytes(&r->list.content, f->content);
	buf_bytes(&r->list.signer, f->signer);
	buf_bytes(&r->issuer, f->signer_issuer);
	return copy(f->signer_label, &r->list.signer_label, err);
}

static int
make_by_kind(const struct rite_facts *f, const struct parameters *p, struct rite *r, struct err *err)
{
	if (strcmp(f->kind, "generate") == 0) {
		r->has_generate = true;
		return set_key(f, &r->generate, err);
	}
	if (strcmp(f->kind, "erase") == 0) {
		r->has_erase = true;
		return set_key(f, &r->erase, err);
	}
	if (strcmp(f->kind, "certify") == 0)
		return make_certify(f, p, r, err);
	if (strcmp(f->kind, "rollover") == 0 || strcmp(f->kind, "name_change") == 0)
		return make_rollover(f, p, r, err);
	if (strcmp(f->kind, "crl") == 0)
		return make_crl(f, p, r, err);
	if (strcmp(f->kind, "master_list") == 0 || strcmp(f->kind, "deviation_list") == 0)
		return make_list(f, r, err);
	return 0; /* activate, retire, revoke, rule: the registry's rows are all there is to it */
}

int
rite_make(const struct rite_facts *f, struct rite *rite, struct err *err)
{
	const struct json_field *fields;
	struct parameters p = { 0 };
	struct rite r = { .version = 1, .ceremony = f->ceremony, .at = f->at };
	char url[2][80];
	int rc = -1;

	if (parameters_read(f->kind, f->parameters, &p, &fields, err) == -1)
		return -1;
	for (int i = 0; i < 2; i++) /* Doc 9303-12 7.1.1.4: where the ICAO PKD keeps them */
		snprintf(url[i], sizeof(url[i]), "https://pkddownload%d.icao.int/CRLs/%.3s.crl", i + 1, f->state);
	r.crl_urls = json_pack("[s,s]", url[0], url[1]);
	if (copy(f->kind, &r.kind, err) == 0 && copy(f->state, &r.state, err) == 0 && make_by_kind(f, &p, &r, err) == 0 &&
		buf_check(&r.issuer, err) == 0) {
		*rite = r;
		r = (struct rite){ 0 };
		rc = 0;
	}
	rite_clear(&r);
	json_clear(fields, &p);
	return rc;
}
