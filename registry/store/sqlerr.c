#include <string.h>

#include "registry/base/bytes.h"
#include "registry/store/sqlerr.h"

/* Constraints that an officer can run into, as a sentence. */
static const struct {
	const char *constraint;
	const char *sentence;
} sentences[] = {
	{ "four_eyes_act", "the declaring officer may not validate, register or annul the act" },
	{ "four_eyes_override", "the declaring officer may not override a duplicate candidate" },
	{ "four_eyes_exemption", "an exemption needs two different officers" },
	{ "four_eyes_enrolment", "the officer who verifies may neither have opened nor examined the enrolment" },
	{ "four_eyes_application", "the officer who took the application may not decide it" },
	{ "four_eyes_refund", "the officer who took the application may not give its fee back" },
	{ "four_eyes_waiver", "the officer who took the application may not waive its fee" },
	{ "fee_waiver_application_id_key", "the fee is waived already" },
	{ "report_has_reference", "a theft, and a report of the police or an authority, needs its reference" },
	{ "four_eyes_finding", "the officer who recorded the report may not record the finding" },
	{ "document_finding_report_id_key", "the finding is recorded already" },
	{ "four_eyes_loss", "the officer who reported the booklets may not confirm that they are gone" },
	{ "four_eyes_recovery", "the officer who reported the booklets may not record that they were found" },
	{ "booklet_loss_confirmation_loss_id_key", "the loss is confirmed already" },
	{ "four_eyes_suspension", "the officer who suspended the document may not decide what becomes of it" },
	{ "document_suspension_end_suspension_id_key", "the suspension is ended already" },
	{ "grounds_of_revocation", "a revocation has grounds, a reinstatement none" },
	{ "four_eyes_destruction", "the officer who destroys the document may not be the one who saw it" },
	{ "document_destruction_document_id_key", "its destruction is recorded already" },
	{ "document_destruction_witness_destruction_id_key", "its destruction was witnessed already" },
	{ "opening_holds_one", "there is no room for one appointment between beginning and end" },
	{ "opening_of_a_day", "appointments are opened for a day at a time" },
	{ "opening_to_come", "appointments are opened for the coming year" },
	{ "appointment_closing_opening_id_key", "these appointments are closed already" },
	{ "appointment_ending_appointment_id_key", "the appointment has ended already" },
	{ "prepared_ending_prepared_id_key", "the application was taken over or withdrawn already" },
	{ "bearer_proved", "a document of a minor is fetched by a guardian who consented to its application" },
	{ "four_eyes_interview", "the officer who took the application may not hold the interview" },
	{ "guardianship_proved", "a guardian who is no parent needs the decision that made them guardian as reference" },
	{ "person_designation_ends_id_key", "the designation is ended already" },
	{ "four_eyes_correction", "who proposed the correction may withdraw it, and another officer decides it" },
	{ "never_alone", "no rule lets an officer alone decide this: what is late, key fields, annulments, reinstatements, duplicates, what an identity rests on" },
	{ "late_is_approved", "a late registration always needs the approval of a senior officer" },
	{ "approval_of_registrations", "only a registration can need an approval" },
	{ "notification_program_id_reference_key", "the facility notified this reference before" },
	{ "notification_decision_act_id_key", "the act comes of another notification" },
	{ "four_eyes_paper", "the officer who counted first may not count again" },
	{ "paper_serial_key", "a sheet of these serials was received before" },
	{ "paper_confirmation_paper_count_id_key", "the count is confirmed already" },
	{ "civil_certificate_revocation_civil_certificate_id_key", "the certificate is revoked already" },
	{ "civil_certificate_replaces_id_key", "another was issued in its place already" },
	{ "four_eyes_legacy", "the officer who imported or proposed the entry may not decide it" },
	{ "legacy_entry_once", "this entry of the register is imported already" },
	{ "legacy_image_once", "the entry has this image already" },
	{ "legacy_image_importer", "images are added by the officer who imported the entry" },
	{ "promotion_compares", "a promotion needs the image and the fields that were compared with it" },
	{ "four_eyes_paper", "the officer who counted first may not confirm the count" },
	{ "paper_serial_key", "a sheet of this serial was received before" },
	{ "paper_confirmation_paper_count_id_key", "the count is confirmed already" },
	{ "civil_certificate_replaces_id_key", "the certificate was replaced already" },
	{ "civil_certificate_revocation_civil_certificate_id_key", "the certificate is revoked already" },
	{ "four_eyes_ceremony", "the officer who asked for the ceremony may not approve it" },
	{ "ceremony_approved_once", "the officer has approved the ceremony already" },
	{ "ceremony_asked_by_asker", "only the officer who asked for the ceremony may cancel it" },
	{ "ceremony_pkey", "the ceremony is there already" },
	{ "ceremony_execution_ceremony_id_key", "the ceremony is executed already" },
	{ "ceremony_needs_two", "a ceremony takes two officers at least" },
	{ "ceremony_about_a_key", "the ceremony needs a key, or is not about one" },
	{ "ceremony_about_a_certificate", "the ceremony needs a certificate, or is not about one" },
	{ "ceremony_about_a_list", "the ceremony needs the content of a list, or is not about one" },
	{ "ceremony_signing_key_id_fkey", "there is no such key" },
	{ "ceremony_certificate_id_fkey", "there is no such certificate" },
	{ "signing_key_token_label_key_label_key", "a key of this label is there already" },
	{ "revocation_certificate_id_key", "the certificate is revoked already" },
	{ "key_generation_signing_key_id_key", "the key is generated already" },
	{ "certificate_serial_key", "the serial number was used before" },
	{ "four_eyes_import", "the officer who proposed the import may not accept it" },
	{ "four_eyes_trust", "this decision takes a second officer: who made the one before may not complete it" },
	{ "fingerprint_given", "a confirmation needs the fingerprint that was got out of band" },
	{ "trust_import_pkey", "the import is there already" },
	{ "trust_takes_two", "trust is given and taken by two officers" },
	{ "reason_given", "this decision needs a reason" },
	{ "act_registration_act_id_key", "the act is registered already" },
	{ "act_registration_office_id_kind_year_serial_key", "the act number is given already" },
	{ "act_registration_number_key", "the act number is given already" },
	{ "four_eyes_booklet", "the officer who counted the booklets may not count them again" },
	{ "booklet_serial_key", "a booklet of this serial was received before" },
	{ "booklet_count_office_id_fkey", "there is no such office" },
	{ "booklet_confirmation_booklet_count_id_key", "the booklets are counted a second time already" },
	{ "booklet_of_document", "the document is in another booklet" },
	{ "booklet_personalised_once", "the booklet has had a document already" },
	{ "application_ordered_once", "the application is in another batch" },
	{ "document_number_key", "the document number is given already" },
	{ "document_production_id_key", "a document was made for this decision to produce already" },
	{ "document_signature_document_id_key", "the document is signed already" },
	{ "identity_version_enrolment_id_key", "the enrolment has its identity version already" },
	{ "identity_version_person_id_version_key", "the person has an identity version of that number already" },
	{ "person_stop_lifts_id_key", "the stop is lifted already" },
	{ "person_uin_uin_key", "the UIN is given already" },
	{ "officer_login_key", "the login is taken" },
	{ "office_code_key", "the office code is taken" },
	{ "program_name_key", "the program's name is taken" },
	{ "program_certificate_sha256_key", "the certificate belongs to a program already" },
	{ "idempotency_pkey", "the Idempotency-Key was used at the same time" },
};

static const char *
sentence_of(const char *constraint)
{
	for (size_t i = 0; constraint != NULL && i < NELEM(sentences); i++)
		if (strcmp(sentences[i].constraint, constraint) == 0)
			return sentences[i].sentence;
	return NULL;
}

static bool
in_class(const char *state, const char *class)
{
	return strncmp(state, class, 2) == 0;
}

bool
sql_is_retryable(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state != NULL && (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0);
}

/*
 * Which primary messages may be passed on: those that name our own tables, columns and constraints, or come from our own RAISE.
 * Messages of class 22 quote values ("invalid input syntax for type date: ..."), so they never are; DETAIL never is.
 */
int
sql_error(const PGresult *result, const char *query, struct err *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	const char *sentence;

	if (state == NULL || message == NULL)
		return err_set(err, FAIL_AGAIN, "database: %s failed without a reason given", query);
	if (strcmp(state, "CA001") == 0 || strcmp(state, "CA002") == 0)
		return err_set(err, FAIL_CONFLICT, "%s", message);
	if (strcmp(state, "CA003") == 0 || strcmp(state, "42501") == 0)
		return err_set(err, FAIL_DENIED, "%s", message);
	if (strcmp(state, "23505") == 0 || strcmp(state, "23503") == 0 || strcmp(state, "23514") == 0) {
		sentence = sentence_of(constraint);
		return err_set(err, FAIL_CONFLICT, "%s", sentence != NULL ? sentence : message);
	}
	if (sql_is_retryable(result))
		return err_set(err, FAIL_AGAIN, "database: %s met another change at the same time (SQLSTATE %s)", query, state);
	if (in_class(state, "08") || in_class(state, "53") || in_class(state, "57") || in_class(state, "58") ||
		strcmp(state, "55P03") == 0)
		return err_set(err, FAIL_AGAIN, "database: %s: %s (SQLSTATE %s)", query, message, state);
	if (in_class(state, "42") || in_class(state, "26"))
		return err_set(err, FAIL_INTERNAL, "database: %s: %s (SQLSTATE %s)", query, message, state);
	return err_set(err, FAIL_INTERNAL, "database: %s failed with SQLSTATE %s", query, state);
}

int
sql_connection_error(const PGconn *pg, const char *what, struct err *err)
{
	const char *text = pg != NULL ? PQerrorMessage(pg) : "out of memory";
	size_t n = strcspn(text, "\n"); /* the first line says which server and why */

	return err_set(err, FAIL_AGAIN, "%s: %.*s", what, n > 200 ? 200 : (int)n, text);
}
