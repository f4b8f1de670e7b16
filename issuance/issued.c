/* issued - applications, personalisation, documents: the passport office's program.  Its table of routes is its access policy. */
#include "issuance/issued.h"

#include <stdio.h>
#include <stdlib.h>

#include "issuance/application/appointments.h"
#include "issuance/application/counter.h"
#include "issuance/application/delivery.h"
#include "issuance/application/docstatus.h"
#include "issuance/application/fees.h"
#include "issuance/application/handover.h"
#include "issuance/application/life.h"
#include "issuance/application/prepared.h"
#include "issuance/application/requisites.h"
#include "issuance/application/stoplist.h"
#include "issuance/application/stops.h"
#include "issuance/perso/batches.h"
#include "issuance/perso/booklets.h"
#include "issuance/perso/documents.h"
#include "issuance/perso/losses.h"
#include "issuance/perso/printing.h"
#include "registry/store/application.h"
#include "registry/store/batch.h"
#include "registry/store/booklet.h"
#include "registry/store/descent.h"
#include "registry/store/entitlement.h"
#include "registry/store/fee.h"
#include "registry/store/ledger.h"
#include "registry/store/report.h"
#include "registry/store/stop.h"
#include "registry/store/stoplist.h"

static int
get_offices(struct request *rq, struct reply *rp, struct err *err)
{
	return office_list(rq, rp, "passport", err);
}

/* clang-format off */
static const struct route routes[] = {
	{ "GET", "/offices", ROLES_PASSPORT, get_offices, 0, "list the passport offices" },
	{ "GET", "/persons/{uin}/eligibility", ROLES_PASSPORT, get_eligibility, 0, "whether a person may have a passport, and why not" },
	{ "POST", "/persons/{uin}/designations", ROLE_PASSPORT_SUPERVISOR, post_designation, ROUTE_CHANGES, "record the letter by which a person is to have a service passport" },
	{ "POST", "/designations/{id}/ending", ROLE_PASSPORT_SUPERVISOR, post_designation_ending, ROUTE_CHANGES, "end a designation, with a reason" },
	{ "GET", "/persons/{uin}/stops", ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, get_stops, 0, "orders of courts and entries of the alert list against a person, standing and lifted" },
	{ "POST", "/persons/{uin}/stops", ROLE_PASSPORT_SUPERVISOR, post_stop, ROUTE_CHANGES, "an order of a court, or the alert list: nothing is issued to the person" },
	{ "POST", "/stops/{id}/lifting", ROLE_PASSPORT_SUPERVISOR, post_stop_lifting, ROUTE_CHANGES, "lift a stop, with the reference of what lifts it; not by who set it" },
	{ "GET", "/document-kinds", ROLES_PASSPORT, get_document_kinds, 0, "the kinds of documents, with form, validity and who is entitled" },
	{ "POST", "/applications", ROLE_PASSPORT_CLERK, post_application, ROUTE_CHANGES, "take an application" },
	{ "GET", "/applications", ROLES_PASSPORT, get_applications, 0, "an office's applications, by state" },
	{ "GET", "/applications/{id}", ROLES_PASSPORT, get_application, 0, "read an application with its history" },
	{ "POST", "/applications/{id}/consents", ROLE_PASSPORT_CLERK, post_consent, ROUTE_CHANGES, "record that a guardian consents" },
	{ "POST", "/applications/{id}/interviews", ROLE_PASSPORT_CLERK | ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, post_interview, ROUTE_CHANGES,
	    "record an interview, not by who took the application" },
	{ "POST", "/applications/{id}/receipts", ROLE_PASSPORT_CLERK, post_receipt, ROUTE_CHANGES, "take a payment; the receipt has a number" },
	{ "POST", "/applications/{id}/fee-waiver", ROLE_PASSPORT_SUPERVISOR, post_fee_waiver, ROUTE_CHANGES, "waive the fee, not by who took the application; with a reason" },
	{ "POST", "/applications/{id}/refunds", ROLE_PASSPORT_SUPERVISOR, post_refund, ROUTE_CHANGES,
	    "give back what was paid, by the country's rule, not by who took application or payment" },
	{ "GET", "/receipts/{number}/document", ROLE_PASSPORT_CLERK | ROLE_PASSPORT_SUPERVISOR, get_receipt_document, 0, "a receipt of a payment or a refund, to be printed" },
	{ "POST", "/applications/{id}/approval", ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, post_approval, ROUTE_CHANGES, "approve, not by who took it" },
	{ "POST", "/applications/{id}/refusal", ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, post_refusal, ROUTE_CHANGES, "refuse, not by who took it; with a reason" },
	{ "POST", "/applications/{id}/cancellation", ROLE_PASSPORT_CLERK, post_cancellation, ROUTE_CHANGES, "cancel, with a reason" },
	{ "GET", "/public/passport-offices", 0, get_passport_offices, ROUTE_PUBLIC, "the passport offices" },
	{ "GET", "/public/appointments", 0, get_free_times, ROUTE_PUBLIC, "times of a day at which an office has a desk free" },
	{ "POST", "/public/prepared-applications", 0, post_prepared, ROUTE_PUBLIC | ROUTE_CHANGES, "prepare an application at home: a one-time code, which the desk asks for" },
	{ "POST", "/public/prepared-applications/status", 0, post_prepared_status, ROUTE_PUBLIC, "what became of a prepared application, by its code" },
	{ "POST", "/public/prepared-applications/withdrawal", 0, post_prepared_withdrawal, ROUTE_PUBLIC | ROUTE_CHANGES, "withdraw a prepared application, by its code" },
	{ "POST", "/public/appointments", 0, post_appointment, ROUTE_PUBLIC | ROUTE_CHANGES, "make an appointment for a prepared application" },
	{ "POST", "/public/appointments/cancellation", 0, post_appointment_cancellation, ROUTE_PUBLIC | ROUTE_CHANGES, "cancel the appointment of a prepared application" },
	{ "POST", "/prepared-applications/taking-over", ROLE_PASSPORT_CLERK, post_taking_over, ROUTE_CHANGES, "take over what was prepared, by its code, from the person it is for" },
	{ "GET", "/appointments", ROLES_PASSPORT, get_appointments, 0, "an office's appointments of a day" },
	{ "POST", "/appointments/{id}/absence", ROLE_PASSPORT_CLERK | ROLE_PASSPORT_SUPERVISOR, post_appointment_absence, ROUTE_CHANGES, "nobody came to an appointment" },
	{ "POST", "/appointment-openings", ROLE_PASSPORT_SUPERVISOR, post_opening, ROUTE_CHANGES, "open a time in which appointments are given, at so many desks" },
	{ "GET", "/appointment-openings", ROLES_PASSPORT, get_openings, 0, "the times of a day that an office has opened" },
	{ "POST", "/appointment-openings/{id}/closing", ROLE_PASSPORT_SUPERVISOR, post_opening_closing, ROUTE_CHANGES, "close it, with a reason: what is to come of it is cancelled" },
	{ "POST", "/documents", ROLE_PASSPORT_PERSONALISER, post_documents, ROUTE_CHANGES, "personalise a batch of approved applications" },
	{ "GET", "/documents", ROLES_PASSPORT, get_documents, 0, "an office's documents in a state, who waits longest first" },
	{ "GET", "/documents/{number}", ROLES_PASSPORT, get_document, 0, "read a document with its history" },
	{ "GET", "/documents/{number}/data-page", ROLES_PASSPORT, get_data_page, 0, "a side as a picture, or all as a PDF for the printer" },
	{ "GET", "/batches/{id}/print", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC, get_batch_print, 0, "the documents of a batch for the printer: one PDF, in the order of the booklets" },
	{ "GET", "/documents/{number}/files/{name}", ROLES_PASSPORT, get_file, 0, "a file of the chip: EF.COM, EF.SOD, EF.DG1 ..." },
	{ "GET", "/documents/{number}/chip", ROLES_PASSPORT, get_document_chip, 0, "what each file of the chip says, and whether its digest is the signed one" },
	{ "GET", "/documents/{number}/chip/portrait", ROLES_PASSPORT, get_document_chip_portrait, 0, "the portrait in the chip as a picture" },
	{ "GET", "/documents/{number}/descent", ROLES_PASSPORT, get_document_descent, 0, "the records that the document descends from: who, when, where, and their place in the ledger" },
	{ "POST", "/documents/{number}/quality-control", ROLE_PASSPORT_QC, post_quality_control, ROUTE_CHANGES, "read back and compare; pass when all is good" },
	{ "GET", "/documents/{number}/portrait", ROLE_PASSPORT_DELIVERY, get_document_portrait, 0, "the holder's portrait, to compare with who stands there" },
	{ "GET", "/documents/{number}/guardians/{id}/portrait", ROLE_PASSPORT_DELIVERY, get_guardian_portrait, 0, "the portrait of a guardian, by the consent, to compare with who fetches a minor's document" },
	{ "POST", "/documents/{number}/delivery-release", ROLE_PASSPORT_SUPERVISOR, post_delivery_release, ROUTE_CHANGES,
	    "let it be delivered after three were sent away, not by who sent one away" },
	{ "POST", "/documents/{number}/transfer", ROLE_PASSPORT_DELIVERY, post_transfer, ROUTE_CHANGES, "send a finished document to another office, to be fetched there" },
	{ "POST", "/documents/{number}/delivery", ROLE_PASSPORT_DELIVERY, post_delivery, ROUTE_CHANGES, "deliver to a bearer who was compared with the portrait; it is active from then on" },
	{ "POST", "/documents/{number}/reports", ROLE_PASSPORT_CLERK | ROLE_PASSPORT_DELIVERY | ROLE_PASSPORT_SUPERVISOR, post_report, ROUTE_CHANGES,
	    "report lost or stolen, in its holder's hands or before: on the stop list at once" },
	{ "POST", "/documents/{number}/findings", ROLE_PASSPORT_CLERK | ROLE_PASSPORT_SUPERVISOR, post_finding, ROUTE_CHANGES, "found again: given back or kept; not by who recorded the report" },
	{ "POST", "/documents/{number}/suspension", ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, post_suspension, ROUTE_CHANGES, "suspend, with a reason: on the stop list at once" },
	{ "POST", "/documents/{number}/reinstatement", ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, post_reinstatement, ROUTE_CHANGES, "take a suspension back, not by who suspended" },
	{ "POST", "/documents/{number}/revocation", ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, post_revocation, ROUTE_CHANGES, "revoke a suspended document for good, not by who suspended; with grounds" },
	{ "POST", "/documents/{number}/destruction", ROLE_PASSPORT_CLERK | ROLE_PASSPORT_DELIVERY | ROLE_PASSPORT_SUPERVISOR, post_destruction, ROUTE_CHANGES,
	    "destroy one that is not valid any more" },
	{ "POST", "/documents/{number}/destruction/witness", ROLE_PASSPORT_CLERK | ROLE_PASSPORT_DELIVERY | ROLE_PASSPORT_SUPERVISOR, post_destruction_witness, ROUTE_CHANGES,
	    "another officer saw it destroyed" },
	{ "POST", "/documents/{number}/cancellation", ROLE_PASSPORT_CLERK, post_document_cancellation, ROUTE_CHANGES, "cancel, with a reason" },
	{ "POST", "/documents/{number}/spoiling", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC, post_spoiling, ROUTE_CHANGES, "spoil before delivery, with a reason; the application may be produced again" },
	{ "POST", "/batches", ROLE_PASSPORT_PERSONALISER, post_batch, ROUTE_CHANGES, "order approved applications of an office to be personalised by the stations" },
	{ "GET", "/batches", ROLES_PASSPORT, get_batches, 0, "an office's batches and how far they are, newest first" },
	{ "GET", "/batches/{id}", ROLES_PASSPORT, get_batch, 0, "how far a batch is, which station holds what, what failed" },
	{ "POST", "/batches/{id}/stop", ROLE_PASSPORT_PERSONALISER, post_batch_stop, ROUTE_CHANGES, "stop a batch, with a reason; what stations hold is finished" },
	{ "POST", "/batches/{id}/resumption", ROLE_PASSPORT_PERSONALISER, post_batch_resumption, ROUTE_CHANGES, "go on with a stopped batch" },
	{ "GET", "/booklets", ROLES_PASSPORT, get_booklets, 0, "the stock of booklets of an office" },
	{ "POST", "/booklets/counts", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC, post_booklet_count, ROUTE_CHANGES, "count booklets that came, are to be destroyed, or all blanks" },
	{ "POST", "/booklets/counts/{id}/confirmation", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC, post_booklet_confirmation, ROUTE_CHANGES, "another officer's count" },
	{ "POST", "/booklets/losses", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC | ROLE_PASSPORT_SUPERVISOR, post_booklet_loss, ROUTE_CHANGES, "report a range of booklets lost or stolen: on the stop list at once" },
	{ "POST", "/booklets/losses/{id}/confirmation", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC | ROLE_PASSPORT_SUPERVISOR, post_booklet_loss_confirmation, ROUTE_CHANGES, "another officer misses them, too: the balance counts without them" },
	{ "POST", "/booklets/losses/{id}/recovery", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC | ROLE_PASSPORT_SUPERVISOR, post_booklet_recovery, ROUTE_CHANGES, "found, not by who reported them: off the stop list and spoiled" },
	{ "POST", "/booklets/assignments", ROLE_PASSPORT_PERSONALISER, post_booklet_assignment, ROUTE_CHANGES, "bring blank booklets to a station" },
	{ "POST", "/booklets/{serial}/return", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC, post_booklet_return, ROUTE_CHANGES, "take a blank booklet back from its station" },
	{ "POST", "/booklets/{serial}/spoiling", ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC, post_booklet_spoiling, ROUTE_CHANGES, "spoil a blank booklet, with a reason" },
	{ "POST", "/stop-list/exports", ROLE_PASSPORT_SUPERVISOR | ROLE_PROGRAM, post_stop_export, ROUTE_CHANGES, "export the stop list, whole or what changed since an export" },
	{ "GET", "/stop-list/exports", ROLE_PASSPORT_SUPERVISOR | ROLE_AUDITOR | ROLE_PROGRAM, get_stop_exports, 0, "the exports with how long their entries had waited, newest first" },
	{ "GET", "/stop-list/exports/{sequence}", ROLE_PASSPORT_SUPERVISOR | ROLE_AUDITOR | ROLE_PROGRAM, get_stop_export, 0, "an export: counts, digests, time from report to export" },
	{ "GET", "/stop-list/exports/{sequence}/{file}", ROLE_PASSPORT_SUPERVISOR | ROLE_AUDITOR | ROLE_PROGRAM, get_stop_export_file, 0, "its file: csv, xml, or of a full export the signed snapshot" },
	{ "GET", "/status/{number}", ROLE_INSPECTOR | ROLE_PROGRAM, get_document_status, 0, "whether a document is valid, for who has it before them" },
	{ NULL }
};
/* clang-format on */

static const struct query *const queries[] = { application_queries, batch_queries, booklet_queries, entitlement_queries, fee_queries, document_queries, prepared_queries, report_queries, stop_queries, stoplist_queries, stoplist_read_queries, descent_queries, ledger_queries, NULL };

static void
stop(struct office *office)
{
	struct issued *own = office->own;

	if (own == NULL)
		return;
	line_stop(own->line);
	station_free(own->station);
	quota_free(own->preparing);
	quota_free(own->asking);
	datapage_free(own->datapage);
	free(own);
	office->own = NULL;
}

static int
start(struct office *office, struct err *err)
{
	struct issued *own = calloc(1, sizeof(*own));
	const char *prefix = conf_text(office->conf, "number_prefix"), *format = conf_text(office->conf, "portrait_format");
	char form[80];
	const struct station_options options = {
		.db = office->db,
		.biometric_key = conf_text(office->conf, "biometric_key"),
		.signd_socket = conf_text(office->conf, "signd_socket"),
		.signd_connections = (unsigned)conf_int(office->conf, "workers"),
		.state = conf_text(office->conf, "state"),
		.authority = conf_text(office->conf, "authority"),
		.name = conf_text(office->conf, "station"),
		.series = prefix[0] != '\0' && prefix[1] == '\0' ? prefix[0] : '\0',
		.years = (int)conf_int(office->conf, "document_years"),
		.years_minor = (int)conf_int(office->conf, "document_years_minor"),
		.portrait_form = strcmp(format, "enrolled") == 0 ? NULL : form,
		.chip_reader = conf_text(office->conf, "chip_reader"),
		.chip_profile = conf_text(office->conf, "chip_profile"),
		.iso39794_from = conf_text(office->conf, "iso39794_from"),
	};

	if (own == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	office->own = own;
	snprintf(form, sizeof(form), "%.20s %lld %lld %lld", format, (long long)conf_int(office->conf, "portrait_width"),
		(long long)conf_int(office->conf, "portrait_octets"), 100LL * conf_int(office->conf, "portrait_floor"));
	own->qc_reader = conf_text(office->conf, "qc_reader");
	own->csca_certificate = conf_text(office->conf, "csca_certificate");
	if (quota_new((unsigned)conf_int(office->conf, "prepared_hourly"), 3600, &own->preparing, err) == -1 || quota_new(DOCUMENT_ASKS_A_MINUTE, 60, &own->asking, err) == -1 ||
		datapage_new(conf_text(office->conf, "layouts"), &datapage_fonts, &own->datapage, err) == -1)
		return -1;
	if (station_new(&options, &own->station, err) == -1)
		return -1;
	return line_start(office->db, own->station, (unsigned)conf_int(office->conf, "station_timeout"), &own->line, err);
}

const struct office_program issued_program = {
	.name = "issued",
	.db_role = "catena_issuance",
	.base_path = "/issuance/v1",
	.routes = routes,
	.queries = queries,
	.start = start,
	.stop = stop,
};
