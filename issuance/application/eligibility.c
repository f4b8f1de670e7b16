#include "issuance/application/eligibility.h"

const char *const application_reason_names[] = { "first", "renewal", "replacement", NULL };
const char *const document_type_names[] = { "PP", NULL };

size_t
eligibility(const struct applicant *who, enum application_reason reason, const char *issuing_state,
	struct ineligibility out[INELIGIBILITY_MAX])
{
	bool has_identity = !uuid_is_null(&who->identity_version_id);
	const struct {
		bool is_bar;
		struct ineligibility why;
	} rule[] = {
		{ !has_identity, { "no_identity", "no identity of this person was ever verified" } },
		{ has_identity && !who->identity_is_verified, { "identity_revoked", "the identity of this person does not stand as verified" } },
		{ who->is_deceased, { "deceased", "the death of this person is registered" } },
		{ has_identity && strcmp(who->nationality, issuing_state) != 0,
			{ "nationality", "this person is not a national of the issuing State" } },
		{ who->is_stopped, { "stopped", "issuing to this person is stopped" } },
		{ who->open_applications > 0, { "open_application", "this person has an application that is still open" } },
		{ reason == APPLICATION_FIRST && who->valid_documents > 0,
			{ "valid_document", "this person holds a valid document: renewal or replacement is to be applied for" } },
		{ reason != APPLICATION_FIRST && who->valid_documents == 0,
			{ "no_document", "this person holds no valid document that could be renewed or replaced" } },
	};
	size_t n = 0;

	for (size_t i = 0; i < NELEM(rule); i++)
		if (rule[i].is_bar)
			out[n++] = rule[i].why;
	return n;
}
