/* Who someone is, as an enrolment finds it: what comes from the act, what an officer may say, what is refused. */
#include "enrolment/identity/identity.h"
#include "tests/tap.h"

static const char act[] =
	"{\"child\":{\"primary_name\":\"O'Connor\",\"secondary_name\":\"Enya Siobhan\",\"sex\":\"F\",\"date_of_birth\":\"1980-05-17\",\"place_of_birth\":\"UTO.P1\"},"
	"\"mother\":{\"primary_name\":\"O'Connor\",\"nationality\":\"UTO\"}}";
static const char foreign[] =
	"{\"child\":{\"primary_name\":\"M\xc3\xbcller\",\"sex\":\"M\",\"date_of_birth\":\"1980\"},\"mother\":{\"primary_name\":\"M\xc3\xbcller\",\"nationality\":\"D\"}}";
static const char chinese[] =
	"{\"child\":{\"primary_name\":\"\xe7\x8e\x8b\",\"secondary_name\":\"\xe8\x8a\xb3\",\"sex\":\"F\",\"date_of_birth\":\"1980-05\"},\"mother\":{\"primary_name\":\"\xe7\x8e\x8b\",\"nationality\":\"UTO\"}}";
static const char lettered[] =
	"{\"child\":{\"primary_name\":\"\xe7\x8e\x8b\",\"secondary_name\":\"\xe8\x8a\xb3\",\"mrz_primary\":\"WANG\",\"mrz_secondary\":\"FANG\",\"sex\":\"F\",\"date_of_birth\":\"1980-05\"},"
	"\"mother\":{\"primary_name\":\"\xe7\x8e\x8b\",\"nationality\":\"UTO\"}}";
static const char minor[] =
	"{\"child\":{\"primary_name\":\"Nemo\",\"sex\":\"X\",\"date_of_birth\":\"2010-01-02\"},\"mother\":{\"primary_name\":\"Nemo\",\"nationality\":\"UTO\"}}";
static const char nameless[] = "{\"child\":{\"sex\":\"X\"},\"mother\":{\"primary_name\":\"Nemo\",\"nationality\":\"UTO\"}}";

static struct identity_rules
rules_of(bool has_guardian)
{
	return (struct identity_rules){ .state = "UTO", .place = "Amaurot", .today = { DATE_DAY, 6, 1, 2026 }, .has_guardian = has_guardian };
}

/* The proposal, or NULL and *err. */
static json_t *
propose(const char *birth, struct examination given, bool has_guardian, struct err *err)
{
	struct identity_rules rules = rules_of(has_guardian);
	json_t *content = json_loads(birth, 0, NULL), *proposal = NULL;

	if (content == NULL)
		bail_out("act: not JSON");
	*err = ERR_INIT;
	if (identity_propose(content, &given, &rules, &proposal, err) == -1)
		proposal = NULL;
	json_decref(content);
	return proposal;
}

struct good_case {
	const char *name, *birth;
	struct examination given;
	bool has_guardian;
	const char *want; /* JSON */
};
static const struct good_case good[] = {
	{ "the act as it is", act, { 0 }, false,
		"{\"primary_name\":\"O'Connor\",\"secondary_name\":\"Enya Siobhan\",\"mrz_primary\":\"OCONNOR\",\"mrz_secondary\":\"ENYA<SIOBHAN\",\"sex\":\"F\","
		"\"date_of_birth\":\"1980-05-17\",\"place_of_birth\":\"Amaurot\",\"nationality\":\"UTO\"}" },
	{ "names in the form of today", act, { .primary_name = (char *)"Smith-Jones", .place_of_birth = (char *)"Zenith" }, false,
		"{\"primary_name\":\"Smith-Jones\",\"secondary_name\":\"Enya Siobhan\",\"mrz_primary\":\"SMITH<JONES\",\"mrz_secondary\":\"ENYA<SIOBHAN\",\"sex\":\"F\","
		"\"date_of_birth\":\"1980-05-17\",\"place_of_birth\":\"Zenith\",\"nationality\":\"UTO\"}" },
	{ "a nationality that the officer says", foreign, { .nationality = (char *)"D" }, false,
		"{\"primary_name\":\"M\xc3\xbcller\",\"mrz_primary\":\"MUELLER\",\"sex\":\"M\",\"date_of_birth\":\"1980\",\"place_of_birth\":\"Amaurot\",\"nationality\":\"D\"}" },
	{ "an override with its reason", chinese,
		{ .mrz_primary = (char *)"WANG", .mrz_secondary = (char *)"FANG", .mrz_override_reason = (char *)"pinyin, as in the old passport" }, false,
		"{\"primary_name\":\"\xe7\x8e\x8b\",\"secondary_name\":\"\xe8\x8a\xb3\",\"mrz_primary\":\"WANG\",\"mrz_secondary\":\"FANG\","
		"\"mrz_override_reason\":\"pinyin, as in the old passport\",\"sex\":\"F\",\"date_of_birth\":\"1980-05\",\"place_of_birth\":\"Amaurot\",\"nationality\":\"UTO\"}" },
	{ "the letters that the act gives", lettered, { 0 }, false,
		"{\"primary_name\":\"\xe7\x8e\x8b\",\"secondary_name\":\"\xe8\x8a\xb3\",\"mrz_primary\":\"WANG\",\"mrz_secondary\":\"FANG\",\"sex\":\"F\","
		"\"date_of_birth\":\"1980-05\",\"place_of_birth\":\"Amaurot\",\"nationality\":\"UTO\"}" },
	{ "a minor with a guardian", minor, { 0 }, true,
		"{\"primary_name\":\"Nemo\",\"mrz_primary\":\"NEMO\",\"sex\":\"X\",\"date_of_birth\":\"2010-01-02\",\"place_of_birth\":\"Amaurot\",\"nationality\":\"UTO\"}" },
};

struct bad_case {
	const char *name, *birth;
	struct examination given;
	const char *pointer, *text;
};
static const struct bad_case bad[] = {
	{ "a minor without a guardian", minor, { 0 }, "", "guardian" },
	{ "no parent of the issuing State", foreign, { 0 }, "/nationality", "must be given" },
	{ "a nationality that is none", act, { .nationality = (char *)"XYZ" }, "/nationality", "no State" },
	{ "a nationality in lower case", act, { .nationality = (char *)"uto" }, "/nationality", "no State" },
	{ "no name at all", nameless, { 0 }, "/primary_name", "must be given" },
	{ "a name without transliteration", chinese, { 0 }, "/primary_name", "" },
	{ "a given name without transliteration", act, { .primary_name = (char *)"\xe7\x8e\x8b" }, "/primary_name", "" },
	{ "a new name, for which the act's letters do not stand", lettered, { .primary_name = (char *)"\xe6\x9d\x8e" }, "/primary_name", "" },
	{ "an override without a reason", chinese, { .mrz_primary = (char *)"WANG" }, "/mrz_override_reason", "needs a reason" },
	{ "a reason without an override", act, { .mrz_override_reason = (char *)"because I say so" }, "/mrz_override_reason", "without an override" },
	{ "an override of the secondary identifier alone", chinese, { .mrz_secondary = (char *)"FANG", .mrz_override_reason = (char *)"pinyin, as before" }, "/mrz_primary", "together" },
	{ "an override in lower case", chinese, { .mrz_primary = (char *)"Wang", .mrz_override_reason = (char *)"pinyin, as before" }, "/mrz_primary", "A to Z" },
	{ "an override with a digit", chinese, { .mrz_primary = (char *)"WANG1", .mrz_override_reason = (char *)"pinyin, as before" }, "/mrz_primary", "A to Z" },
	{ "an override that begins with a filler", chinese, { .mrz_primary = (char *)"<WANG", .mrz_override_reason = (char *)"pinyin, as before" }, "/mrz_primary", "A to Z" },
	{ "an override with two fillers in a row", chinese, { .mrz_primary = (char *)"WANG<<FANG", .mrz_override_reason = (char *)"pinyin, as before" }, "/mrz_primary", "A to Z" },
	{ "a space in the secondary identifier", chinese, { .mrz_primary = (char *)"WANG", .mrz_secondary = (char *)"FA NG", .mrz_override_reason = (char *)"pinyin, as before" }, "/mrz_secondary", "A to Z" },
};

static bool
has_problem(const struct err *err, const char *pointer, const char *text)
{
	for (unsigned i = 0; i < err->nproblem; i++)
		if (strcmp(err->problem[i].pointer, pointer) == 0 && strstr(err->problem[i].text, text) != NULL)
			return true;
	return false;
}

static void
test_proposals(void)
{
	struct err err;

	for (size_t i = 0; i < NELEM(good); i++) {
		json_t *got = propose(good[i].birth, good[i].given, good[i].has_guardian, &err), *want = json_loads(good[i].want, 0, NULL);
		char *text = got == NULL ? NULL : json_dumps(got, JSON_COMPACT);

		if (!ok(got != NULL && want != NULL && json_equal(got, want), "proposes: %s", good[i].name))
			printf("# %s %s\n", text != NULL ? text : "nothing", err.text);
		free(text);
		json_decref(got);
		json_decref(want);
	}
	for (size_t i = 0; i < NELEM(bad); i++) {
		json_t *got = propose(bad[i].birth, bad[i].given, false, &err);

		if (!ok(got == NULL && err.kind == FAIL_INPUT && has_problem(&err, bad[i].pointer, bad[i].text), "refuses: %s", bad[i].name))
			printf("# %s %s\n", err.nproblem > 0 ? err.problem[0].pointer : "-", err.text);
		json_decref(got);
	}
}

static void
test_rows(void)
{
	struct err err = ERR_INIT;
	struct identity row = { 0 };
	json_t *proposal = propose(act, (struct examination){ 0 }, false, &err), *copy;

	ok(identity_of_proposal(proposal, &row, &err) == 0 && row.sex == 'F' && row.date_of_birth.year == 1980 && row.date_of_birth.day == 17,
		"a proposal becomes a row");
	is(row.mrz_secondary, "ENYA<SIOBHAN", "with its letters");
	for (const char *const *name = (const char *const[]){ "primary_name", "mrz_primary", "sex", "nationality", NULL }; *name != NULL; name++) {
		copy = json_copy(proposal);
		json_object_del(copy, *name);
		err = ERR_INIT;
		ok(identity_of_proposal(copy, &row, &err) == -1 && err.kind == FAIL_INTERNAL, "not without %s", *name);
		json_decref(copy);
	}
	json_decref(proposal);
}

static const struct {
	const char *name;
	struct evidence_body body;
	const char *pointer; /* NULL: taken */
} evidence[] = {
	{ "an act", { .kind = EVIDENCE_ACT, .act_number = (char *)"CIV1-B-1" }, NULL },
	{ "a document", { .kind = EVIDENCE_DOCUMENT, .document_type = (char *)"driving licence", .document_number = (char *)"1", .issuer = (char *)"UTO" }, NULL },
	{ "a guardian", { .kind = EVIDENCE_GUARDIAN, .guardian_name = (char *)"Vera", .guardian_relation = (char *)"mother" }, NULL },
	{ "an act without number", { .kind = EVIDENCE_ACT }, "/act_number" },
	{ "a document without type", { .kind = EVIDENCE_DOCUMENT, .document_number = (char *)"1", .issuer = (char *)"UTO" }, "/document_type" },
	{ "a document without number", { .kind = EVIDENCE_DOCUMENT, .document_type = (char *)"x", .issuer = (char *)"UTO" }, "/document_number" },
	{ "a document without issuer", { .kind = EVIDENCE_DOCUMENT, .document_type = (char *)"x", .document_number = (char *)"1" }, "/issuer" },
	{ "a guardian without name", { .kind = EVIDENCE_GUARDIAN, .guardian_relation = (char *)"mother" }, "/guardian_name" },
	{ "a guardian without relation", { .kind = EVIDENCE_GUARDIAN, .guardian_name = (char *)"Vera" }, "/guardian_relation" },
	{ "an act's number with a guardian", { .kind = EVIDENCE_GUARDIAN, .guardian_name = (char *)"Vera", .guardian_relation = (char *)"mother", .act_number = (char *)"CIV1-B-1" }, "/act_number" },
	{ "an exemption by the way", { .kind = EVIDENCE_EXEMPTION }, "/kind" },
};

static void
test_evidence(void)
{
	for (size_t i = 0; i < NELEM(evidence); i++) {
		struct err err = ERR_INIT;
		json_t *description = NULL;
		int rc = evidence_check(&evidence[i].body, &description, &err);

		if (evidence[i].pointer == NULL)
			ok(rc == 0 && (description != NULL) == (evidence[i].body.kind != EVIDENCE_ACT), "takes: %s", evidence[i].name);
		else
			ok(rc == -1 && err.kind == FAIL_INPUT && has_problem(&err, evidence[i].pointer, ""), "refuses: %s", evidence[i].name);
		json_decref(description);
	}
}

int
main(void)
{
	test_proposals();
	test_rows();
	test_evidence();
	return done_testing();
}
