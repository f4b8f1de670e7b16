/* Eligibility: one fact at a time bars, several bar together, each with its code. */
#include "issuance/application/eligibility.h"
#include "tests/tap.h"

static const struct applicant citizen = {
	.identity_version_id = { { 1 } },
	.identity_is_verified = true,
	.nationality = "UTO",
	.birth = { DATE_DAY, 8, 12, 1974 },
};

static bool
bars(const struct applicant *who, enum application_reason reason, const char *want)
{
	struct ineligibility why[INELIGIBILITY_MAX];
	size_t n = eligibility(who, reason, "UTO", why);
	char codes[200] = "";

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strcat(codes, " ");
		strcat(codes, why[i].code);
		if (strlen(why[i].text) < 10)
			return false;
	}
	if (strcmp(codes, want) != 0)
		printf("# got \"%s\", wanted \"%s\"\n", codes, want);
	return strcmp(codes, want) == 0;
}

int
main(void)
{
	struct applicant a;

	ok(bars(&citizen, APPLICATION_FIRST, ""), "a living citizen with a verified identity may apply");
	a = citizen;
	a.valid_documents = 1;
	ok(bars(&a, APPLICATION_RENEWAL, ""), "the holder of a document may renew it");
	ok(bars(&a, APPLICATION_REPLACEMENT, ""), "the holder of a document may have it replaced");
	ok(bars(&a, APPLICATION_FIRST, "valid_document"), "the holder of a document may not have a first one");
	ok(bars(&citizen, APPLICATION_RENEWAL, "no_document"), "nothing to renew");
	ok(bars(&citizen, APPLICATION_REPLACEMENT, "no_document"), "nothing to replace");
	a = citizen;
	a.identity_is_verified = false;
	ok(bars(&a, APPLICATION_FIRST, "identity_revoked"), "an identity that was revoked");
	a = citizen;
	a.identity_version_id = (struct uuid){ { 0 } };
	a.identity_is_verified = false;
	a.nationality[0] = '\0';
	ok(bars(&a, APPLICATION_FIRST, "no_identity"), "no identity: one reason, not three");
	a = citizen;
	a.is_deceased = true;
	ok(bars(&a, APPLICATION_FIRST, "deceased"), "the deceased");
	a = citizen;
	strcpy(a.nationality, "FRA");
	ok(bars(&a, APPLICATION_FIRST, "nationality"), "a foreigner");
	strcpy(a.nationality, "UT");
	ok(bars(&a, APPLICATION_FIRST, "nationality"), "a code that only begins like the State's");
	a = citizen;
	a.is_stopped = true;
	ok(bars(&a, APPLICATION_FIRST, "stopped"), "a stop");
	a = citizen;
	a.open_applications = 2;
	ok(bars(&a, APPLICATION_FIRST, "open_application"), "open applications");
	a = (struct applicant){ .identity_version_id = { { 1 } }, .is_deceased = true, .is_stopped = true, .nationality = "XXA", .open_applications = 1, .valid_documents = 1 };
	ok(bars(&a, APPLICATION_FIRST, "identity_revoked deceased nationality stopped open_application valid_document"),
		"all reasons are told at once");
	return done_testing();
}
