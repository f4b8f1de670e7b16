#include <string.h>

#include "registry/store/states.h"

/* clang-format off */
const struct state_transition state_transitions[] = {
	{ "act", "new", "declare", "declared", "civil_clerk", "" },
	{ "act", "declared", "validate", "validated", "civil_registrar", "not by who declared, but where the policy says so" },
	{ "act", "declared", "reject", "rejected", "civil_registrar", "with a reason" },
	{ "act", "validated", "reject", "rejected", "civil_registrar", "with a reason" },
	{ "act", "validated", "register", "registered", "civil_registrar", "not by who declared, but where the policy says so; in time; with the evidence its kind needs; duplicate candidates are overridden first; gives the act its number and a newborn their person" },
	{ "act", "validated", "approve", "approved", "civil_supervisor", "not by who declared or validated; a late registration and whatever else the policy names needs it" },
	{ "act", "approved", "register", "registered", "civil_registrar", "as from validated" },
	{ "act", "approved", "reject", "rejected", "civil_registrar", "with a reason" },
	{ "act", "registered", "correct", "registered", "civil_registrar", "a correction is accepted: a further version" },
	{ "act", "registered", "annul", "annulled", "civil_registrar", "not by who declared; with a reason; takes back whatever the registration did" },
	{ "act", "annulled", "reinstate", "registered", "civil_registrar", "not by who declared; with a reason; does again whatever the registration did" },
	{ "act", "registered", "seal", "sealed", "registry", "a full adoption of the child is registered" },
	{ "act", "sealed", "unseal", "registered", "registry", "that adoption is annulled" },
	{ "correction", "new", "propose", "proposed", "civil_registrar", "of a registered act, against its version, with a legal basis" },
	{ "correction", "proposed", "accept", "accepted", "civil_registrar", "not by who proposed; with evidence when key fields change" },
	{ "correction", "proposed", "refuse", "refused", "civil_registrar", "not by who proposed; with a reason" },
	{ "correction", "proposed", "withdraw", "withdrawn", "civil_registrar", "by who proposed" },
	{ "notification", "new", "notify", "notified", "program", "by the certificate of a health facility" },
	{ "notification", "notified", "take_up", "declared", "civil_clerk", "into the declaration of an act" },
	{ "notification", "notified", "close", "closed", "civil_registrar", "with a reason" },
	{ "legacy_act", "new", "import", "imported", "civil_clerk", "an entry of a paper register; nothing rests on it" },
	{ "legacy_act", "new", "import_unreadable", "unreadable", "civil_clerk", "it stays so" },
	{ "legacy_act", "imported", "propose", "proposed", "civil_clerk", "as an ordinary act; where the grade of provenance allows that" },
	{ "legacy_act", "imported", "refuse", "rejected", "civil_registrar", "not by who imported; with a reason" },
	{ "legacy_act", "proposed", "return", "imported", "civil_registrar", "not by who imported or proposed; with a reason" },
	{ "legacy_act", "proposed", "refuse", "rejected", "civil_registrar", "not by who imported or proposed; with a reason" },
	{ "legacy_act", "proposed", "promote", "promoted", "civil_registrar", "not by who imported or proposed; each field was compared with the image; the officer who proposed has declared an ordinary act" },
	{ "enrolment", "new", "open", "open", "enrolment_officer", "" },
	{ "enrolment", "open", "examine", "examined", "enrolment_officer", "evidence and portrait are there" },
	{ "enrolment", "open", "cancel", "cancelled", "enrolment_officer", "with a reason" },
	{ "enrolment", "examined", "verify", "verified", "enrolment_supervisor", "not by who opened or examined" },
	{ "enrolment", "examined", "refuse", "refused", "enrolment_supervisor", "not by who opened or examined; with a reason" },
	{ "enrolment", "verified", "revoke", "revoked", "enrolment_supervisor", "with a reason" },
	{ "application", "new", "apply", "submitted", "passport_clerk", "" },
	{ "application", "submitted", "approve", "approved", "passport_approver", "not by who took the application or interviewed; every rule of entitlement is fulfilled; a supervisor where the kind of document says so" },
	{ "application", "submitted", "refuse", "refused", "passport_approver", "not by who took the application; with a reason" },
	{ "application", "submitted", "cancel", "cancelled", "passport_clerk", "with a reason" },
	{ "application", "approved", "cancel", "cancelled", "passport_clerk", "with a reason" },
	{ "application", "submitted", "stop", "stopped", "registry", "the person died, the identity was revoked or issuing was stopped" },
	{ "application", "approved", "stop", "stopped", "registry", "the person died, the identity was revoked or issuing was stopped" },
	{ "application", "stopped", "resume", "submitted", "registry", "the act that stopped it was annulled or reinstated; it is decided anew" },
	{ "application", "approved", "produce", "in_production", "passport_personaliser", "allocates a document number" },
	{ "application", "in_production", "reproduce", "approved", "passport_qc", "the document was spoiled" },
	{ "application", "in_production", "complete", "completed", "passport_delivery", "the document was delivered" },
	{ "paper", "new", "receive", "received", "registry", "a second officer counted as many sheets" },
	{ "paper", "received", "issue", "issued", "civil_clerk", "bound to a certificate when it is printed" },
	{ "paper", "received", "spoil", "spoiled", "civil_clerk", "with a reason" },
	{ "paper", "issued", "spoil", "spoiled", "civil_clerk", "with a reason" },
	{ "paper", "spoiled", "destroy", "destroyed", "registry", "a second officer counted as many sheets" },
	{ "booklet", "new", "receive", "received", "registry", "a second officer counted as many booklets" },
	{ "booklet", "received", "assign", "assigned", "passport_personaliser", "to a station" },
	{ "booklet", "received", "spoil", "spoiled", "passport_personaliser", "with a reason" },
	{ "booklet", "assigned", "return", "received", "passport_personaliser", "" },
	{ "booklet", "assigned", "spoil", "spoiled", "passport_personaliser", "with a reason" },
	{ "booklet", "assigned", "personalise", "personalised", "passport_personaliser", "a document was allocated to it" },
	{ "booklet", "personalised", "carry", "personalised", "registry", "another station took over its document: the booklet is brought there" },
	{ "booklet", "personalised", "spoil", "spoiled", "passport_qc", "its document is spoiled; neither is ever used again" },
	{ "booklet", "spoiled", "destroy", "destroyed", "registry", "a second officer counted as many booklets" },
	{ "booklet", "received", "lose", "lost", "registry", "its range is reported lost; the stop list has it in the same commit" },
	{ "booklet", "received", "steal", "stolen", "registry", "its range is reported stolen; the stop list has it in the same commit" },
	{ "booklet", "assigned", "lose", "lost", "registry", "as from received" },
	{ "booklet", "assigned", "steal", "stolen", "registry", "as from received" },
	{ "booklet", "spoiled", "lose", "lost", "registry", "as from received" },
	{ "booklet", "spoiled", "steal", "stolen", "registry", "as from received" },
	{ "booklet", "lost", "recover", "spoiled", "registry", "it was found, not by who reported its range; off the stop list" },
	{ "booklet", "stolen", "recover", "spoiled", "registry", "it was found, not by who reported its range; off the stop list" },
	{ "batch", "new", "order", "running", "passport_personaliser", "of approved applications" },
	{ "batch", "running", "stop", "stopped", "passport_personaliser", "with a reason; what stations hold is finished" },
	{ "batch", "stopped", "resume", "running", "passport_personaliser", "" },
	{ "batch", "running", "complete", "completed", "registry", "each order is personalised or has failed" },
	{ "batch", "stopped", "complete", "completed", "registry", "as from running" },
	{ "document", "new", "allocate", "allocated", "passport_personaliser", "under an application in production of the current verified identity" },
	{ "document", "allocated", "personalise", "personalised", "passport_personaliser", "its security object is signed" },
	{ "document", "allocated", "spoil", "spoiled", "passport_personaliser", "with a reason" },
	{ "document", "personalised", "pass", "ready", "passport_qc", "read back: MRZ, hashes, passive authentication" },
	{ "document", "personalised", "spoil", "spoiled", "passport_qc", "with a reason" },
	{ "document", "ready", "deliver", "delivered", "passport_delivery", "the same officer compared the bearer with the portrait; from now on it is active" },
	{ "document", "ready", "cancel", "cancelled", "passport_clerk", "with a reason" },
	{ "document", "delivered", "cancel", "cancelled", "passport_clerk", "with a reason" },
	{ "document", "delivered", "lose", "lost", "registry", "it is reported lost; the stop list has it in the same commit" },
	{ "document", "delivered", "steal", "stolen", "registry", "it is reported stolen; the stop list has it in the same commit" },
	{ "document", "lost", "restore", "delivered", "registry", "it was found and given back, not by who recorded the report; nothing was applied for since" },
	{ "document", "lost", "recover", "recovered", "registry", "it was found and kept; never valid again" },
	{ "document", "stolen", "recover", "recovered", "registry", "it was found and kept; never valid again" },
	{ "document", "personalised", "miss", "missing", "registry", "it is reported lost or stolen before its delivery; the stop list has it in the same commit, its application is produced anew" },
	{ "document", "ready", "miss", "missing", "registry", "it is reported lost or stolen before its delivery; the stop list has it in the same commit, its application is produced anew" },
	{ "document", "missing", "recover", "spoiled", "registry", "it was found, not by who recorded the report; its booklet is spoiled" },
	{ "document", "delivered", "suspend", "suspended", "passport_approver", "with a reason; the stop list has it in the same commit" },
	{ "document", "suspended", "reinstate", "delivered", "passport_approver", "not by who suspended it; with a reason" },
	{ "document", "suspended", "revoke", "revoked", "passport_approver", "not by who suspended it; with grounds and a reason" },
	{ "document", "suspended", "lose", "lost", "registry", "as from delivered" },
	{ "document", "suspended", "steal", "stolen", "registry", "as from delivered" },
	{ "document", "delivered", "destroy", "destroyed", "registry", "expired, or on the stop list; another officer saw it destroyed" },
	{ "document", "cancelled", "destroy", "destroyed", "registry", "another officer saw it destroyed" },
	{ "document", "revoked", "destroy", "destroyed", "registry", "another officer saw it destroyed" },
	{ "document", "recovered", "destroy", "destroyed", "registry", "another officer saw it destroyed" },
	{ "ceremony", "new", "ask", "asked", "pki_officer", "" },
	{ "ceremony", "new", "found", "executed", "registry", "catena init, before there are officers" },
	{ "ceremony", "asked", "approve", "asked", "pki_officer", "not by who asked, once each" },
	{ "ceremony", "asked", "suffice", "approved", "registry", "as many officers have agreed as the kind of ceremony takes, at least two" },
	{ "ceremony", "asked", "refuse", "refused", "pki_officer", "with a reason" },
	{ "ceremony", "asked", "cancel", "cancelled", "pki_officer", "by who asked; with a reason" },
	{ "ceremony", "approved", "approve", "approved", "pki_officer", "not by who asked, once each" },
	{ "ceremony", "approved", "refuse", "refused", "pki_officer", "with a reason" },
	{ "ceremony", "approved", "cancel", "cancelled", "pki_officer", "by who asked; with a reason" },
	{ "ceremony", "approved", "execute", "executed", "registry", "signd has read the approvals, done the work and recorded it" },
	{ "key", "new", "adopt", "active", "registry", "made by catena init" },
	{ "key", "new", "request", "requested", "registry", "its generation, rollover or name change is asked" },
	{ "key", "requested", "approve", "approved", "registry", "that ceremony is approved" },
	{ "key", "requested", "refuse", "refused", "registry", "that ceremony is refused or cancelled" },
	{ "key", "approved", "refuse", "refused", "registry", "that ceremony is refused or cancelled" },
	{ "key", "approved", "generate", "generated", "registry", "that ceremony is executed" },
	{ "key", "generated", "activate", "active", "registry", "by a ceremony; it has a certificate" },
	{ "key", "generated", "retire", "retired", "registry", "by a ceremony" },
	{ "key", "generated", "compromise", "compromised", "registry", "its certificate is revoked for compromise" },
	{ "key", "active", "retire", "retired", "registry", "by a ceremony, or its period or signatures are used up" },
	{ "key", "active", "compromise", "compromised", "registry", "its certificate is revoked for compromise" },
	{ "key", "retired", "compromise", "compromised", "registry", "its certificate is revoked for compromise" },
	{ "key", "retired", "erase", "erased", "registry", "by a ceremony; destroyed on its token" },
	{ "key", "compromised", "erase", "erased", "registry", "by a ceremony; destroyed on its token" },
	{ "trust_import", "new", "propose", "proposed", "pki_officer", "a file of another State with what it would change" },
	{ "trust_import", "proposed", "accept", "accepted", "pki_officer", "not by who proposed; no list is older than the one held" },
	{ "trust_import", "proposed", "refuse", "refused", "pki_officer", "with a reason" },
	{ "trust", "new", "confirm", "confirmed", "pki_officer", "with the fingerprint got out of band; says how" },
	{ "trust", "new", "distrust", "doubted", "pki_officer", "with a reason" },
	{ "trust", "confirmed", "confirm", "trusted", "pki_officer", "not by who confirmed first; says how" },
	{ "trust", "confirmed", "distrust", "doubted", "pki_officer", "with a reason" },
	{ "trust", "doubted", "confirm", "confirmed", "pki_officer", "says how" },
	{ "trust", "doubted", "distrust", "distrusted", "pki_officer", "not by who doubted first; with a reason" },
	{ "trust", "trusted", "distrust", "contested", "pki_officer", "still trusted; with a reason" },
	{ "trust", "contested", "confirm", "trusted", "pki_officer", "not by who contested it; says how" },
	{ "trust", "contested", "distrust", "distrusted", "pki_officer", "not by who contested it first; with a reason" },
	{ "trust", "distrusted", "confirm", "reconfirmed", "pki_officer", "still distrusted; says how" },
	{ "trust", "reconfirmed", "confirm", "trusted", "pki_officer", "not by who confirmed first; says how" },
	{ "trust", "reconfirmed", "distrust", "distrusted", "pki_officer", "not by who confirmed; with a reason" },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

const struct state_transition *
state_transition_find(const char *machine, const char *from, const char *event)
{
	for (const struct state_transition *t = state_transitions; t->machine != NULL; t++)
		if (strcmp(t->machine, machine) == 0 && strcmp(t->from, from) == 0 && strcmp(t->event, event) == 0)
			return t;
	return NULL;
}

void
states_print_manual(struct buf *out)
{
	const char *machine = "";

	for (const struct state_transition *t = state_transitions; t->machine != NULL; t++) {
		if (strcmp(machine, t->machine) != 0) {
			if (machine[0] != 0)
				buf_str(out, ".El\n");
			machine = t->machine;
			buf_printf(out, ".Ss %s\n.Bl -column in_production reproduce in_production enrolment_supervisor\n", machine);
			buf_str(out, ".It Sy from Ta Sy event Ta Sy to Ta Sy role Ta Sy condition\n");
		}
		buf_printf(out, ".It %s Ta %s Ta %s Ta %s Ta %s\n", t->from, t->event, t->to, t->role, t->note);
	}
	buf_str(out, ".El\n");
}
