/*
 * From the document back to the registered act: every record named is there, says what it must, came before what rests on it,
 * and was decided by another officer than the one who asked.
 */
#include <stdio.h>

#include "pki/descent-local.h"

struct chain {
	const struct bundle *b;
	struct report_state *rs;
};

/*
 * The record that `from` names by a link; a finding when it is missing or does not come before it.
 */
static const struct record *
follow(const struct chain *c, const struct record *from, const char *link, const char *kind)
{
	const char *id = record_link(from, link);
	const struct record *r = *id == '\0' ? NULL : bundle_find(c->b, kind, id);

	if (r == NULL)
		finding(c->rs, kind, DESCENT_BAD, "the %s names no %s that is in the bundle", from->kind, kind);
	else if (r->position >= from->position)
		finding(c->rs, "order", DESCENT_BAD, "the %s was written after the %s that rests on it", kind, from->kind);
	return r;
}

/* The link of `r` must name the record `of`. */
static bool
names(const struct chain *c, const struct record *r, const char *link, const struct record *of)
{
	if (strcmp(record_link(r, link), of->id) == 0)
		return true;
	finding(c->rs, r->kind, DESCENT_BAD, "the %s belongs to another %s", r->kind, of->kind);
	return false;
}

static bool
agree(const struct chain *c, const struct record *a, const struct record *b, const char *link)
{
	if (*record_link(a, link) != '\0' && strcmp(record_link(a, link), record_link(b, link)) == 0)
		return true;
	finding(c->rs, a->kind, DESCENT_BAD, "%s and %s differ in %s", a->kind, b->kind, link);
	return false;
}

static bool
is_event(const struct chain *c, const struct record *r, const char *event)
{
	if (strcmp(record_link(r, "event"), event) == 0)
		return true;
	finding(c->rs, r->kind, DESCENT_BAD, "the %s is the event '%.24s', not '%s'", r->kind, record_link(r, "event"), event);
	return false;
}

static bool
four_eyes(const struct chain *c, const struct record *decision, const struct record *by_another)
{
	if (*record_link(decision, "officer_id") != '\0' && *record_link(by_another, "officer_id") != '\0' &&
		strcmp(record_link(decision, "officer_id"), record_link(by_another, "officer_id")) != 0)
		return true;
	finding(c->rs, "four-eyes", DESCENT_BAD, "not two officers made the %s '%.24s' and the %s", decision->kind,
		record_link(decision, "event"), by_another->kind);
	return false;
}

static bool
is_later(const struct chain *c, const struct record *r, const struct record *than)
{
	if (r->position > than->position)
		return true;
	finding(c->rs, "order", DESCENT_BAD, "the %s '%.24s' was written before the %s '%.24s'", r->kind, record_link(r, "event"), than->kind,
		record_link(than, "event"));
	return false;
}

/*
 * The decisions of one subject, by position: from 'new' on without a gap.  Returns the last; NULL with a finding when there is a gap
 * or none at all.
 */
static const struct record *
decisions(const struct chain *c, const char *kind, const char *link, const struct record *subject)
{
	const struct record *last = NULL;
	const char *state = "new";

	for (;;) {
		const struct record *next = NULL;

		for (size_t i = 0; i < c->b->nrecord; i++) {
			const struct record *r = &c->b->record[i];

			if (strcmp(r->kind, kind) == 0 && strcmp(record_link(r, link), subject->id) == 0 &&
				(last == NULL || r->position > last->position) && (next == NULL || r->position < next->position))
				next = r;
		}
		if (next == NULL)
			break;
		if (strcmp(record_link(next, "from_state"), state) != 0) {
			finding(c->rs, kind, DESCENT_BAD, "a decision is missing: the %s goes from '%.24s', but was '%.24s'", subject->kind,
				record_link(next, "from_state"), state);
			return NULL;
		}
		state = record_link(next, "to_state");
		last = next;
	}
	if (last == NULL)
		finding(c->rs, kind, DESCENT_BAD, "the %s has no decision in the bundle", subject->kind);
	return last;
}

/* The decision of that event among those of the subject, if any. */
static const struct record *
decision_of(const struct chain *c, const char *kind, const char *link, const struct record *subject, const char *event)
{
	for (size_t i = 0; i < c->b->nrecord; i++) {
		const struct record *r = &c->b->record[i];

		if (strcmp(r->kind, kind) == 0 && strcmp(record_link(r, link), subject->id) == 0 &&
			strcmp(record_link(r, "event"), event) == 0)
			return r;
	}
	return NULL;
}

static void
check_act(const struct chain *c, const struct record *evidence, const struct record *identity)
{
	const struct record *act = NULL, *registration = NULL, *decision, *version, *last, *validation;

	for (size_t i = 0; i < c->b->nrecord; i++)
		if (strcmp(c->b->record[i].kind, "act_registration") == 0 &&
			strcmp(record_link(&c->b->record[i], "act_id"), record_link(evidence, "act_id")) == 0)
			registration = &c->b->record[i];
	if (registration == NULL) {
		finding(c->rs, "act_registration", DESCENT_BAD, "the evidence names an act whose registration is not in the bundle");
		return;
	}
	if (registration->position >= evidence->position)
		finding(c->rs, "order", DESCENT_BAD, "the act was registered after it was given as evidence");
	if (strcmp(record_link(registration, "kind"), "birth") != 0) {
		finding(c->rs, "act", DESCENT_BAD, "the registered %.24s of a person is no evidence of an identity", record_link(registration, "kind"));
		return;
	}
	act = follow(c, registration, "act_id", "act");
	decision = follow(c, registration, "decision_id", "act_decision");
	version = follow(c, registration, "act_version_id", "act_version");
	if (act == NULL || decision == NULL || version == NULL || (last = decisions(c, "act_decision", "act_id", act)) == NULL)
		return;
	validation = decision_of(c, "act_decision", "act_id", act, "validate");
	if (validation == NULL)
		finding(c->rs, "act_decision", DESCENT_BAD, "the act was registered without validation");
	else if (names(c, decision, "act_id", act) && names(c, version, "act_id", act) && agree(c, registration, decision, "act_version_id") &&
		agree(c, registration, act, "kind") && is_event(c, decision, "register") && four_eyes(c, validation, act) &&
		four_eyes(c, decision, act) && agree(c, registration, identity, "person_id")) {
		if (strcmp(record_link(last, "to_state"), "registered") != 0)
			finding(c->rs, "act", DESCENT_BAD, "the act is now '%.24s'", record_link(last, "to_state"));
		else
			finding(c->rs, "act", DESCENT_GOOD, "a registered %.24s of this person, declared and validated by two officers",
				record_link(registration, "kind"));
	}
}

static void
check_evidence(const struct chain *c, const struct record *evidence, const struct record *identity)
{
	const struct record *exemption;

	if (strcmp(record_link(evidence, "kind"), "act") == 0)
		check_act(c, evidence, identity);
	else if (strcmp(record_link(evidence, "kind"), "exemption") == 0) {
		if ((exemption = follow(c, evidence, "exemption_id", "evidence_exemption")) == NULL || !agree(c, exemption, identity, "person_id"))
			return;
		if (*record_link(exemption, "officer_id") == '\0' || *record_link(exemption, "second_officer_id") == '\0' ||
			strcmp(record_link(exemption, "officer_id"), record_link(exemption, "second_officer_id")) == 0)
			finding(c->rs, "four-eyes", DESCENT_BAD, "not two officers made the exemption");
		else {
			c->rs->report->rests_on_exemption = true;
			finding(c->rs, "act", DESCENT_WARNING, "rests on no registered act: two officers exempted this person");
		}
	} else
		finding(c->rs, "evidence", DESCENT_BAD, "the identity rests neither on an act nor on an exemption");
}

static void
check_identity(const struct chain *c, const struct record *identity)
{
	const struct record *enrolment = follow(c, identity, "enrolment_id", "enrolment");
	const struct record *verification = follow(c, identity, "verification_id", "enrolment_decision");
	const struct record *evidence = follow(c, identity, "evidence_id", "evidence");
	const struct record *portrait = follow(c, identity, "portrait_id", "portrait");
	const struct record *person = follow(c, identity, "person_id", "person");
	const struct record *examination, *last;

	if (enrolment == NULL || verification == NULL || evidence == NULL || portrait == NULL || person == NULL ||
		(last = decisions(c, "enrolment_decision", "enrolment_id", enrolment)) == NULL)
		return;
	examination = decision_of(c, "enrolment_decision", "enrolment_id", enrolment, "examine");
	if (examination == NULL)
		finding(c->rs, "enrolment_decision", DESCENT_BAD, "the identity was verified without examination");
	else if (agree(c, enrolment, identity, "person_id") && agree(c, evidence, identity, "person_id") && names(c, verification, "enrolment_id", enrolment) &&
		names(c, evidence, "enrolment_id", enrolment) && names(c, portrait, "enrolment_id", enrolment) &&
		is_event(c, verification, "verify") && four_eyes(c, verification, enrolment) && four_eyes(c, verification, examination)) {
		if (strcmp(record_link(last, "to_state"), "verified") != 0)
			finding(c->rs, "identity", DESCENT_BAD, "the enrolment is now '%.24s'", record_link(last, "to_state"));
		else
			finding(c->rs, "identity", DESCENT_GOOD, "an identity verified by another officer than those who enrolled and examined");
	}
	check_evidence(c, evidence, identity);
}

static const struct record *
check_application(const struct chain *c, const struct record *document)
{
	const struct record *application = follow(c, document, "application_id", "application");
	const struct record *approval = follow(c, document, "approval_id", "application_decision");
	const struct record *production = follow(c, document, "production_id", "application_decision");
	const struct record *identity, *last;

	if (application == NULL || approval == NULL || production == NULL ||
		(last = decisions(c, "application_decision", "application_id", application)) == NULL)
		return NULL;
	if (names(c, approval, "application_id", application) && names(c, production, "application_id", application) &&
		is_event(c, approval, "approve") && is_event(c, production, "produce") && four_eyes(c, approval, application) &&
		agree(c, document, application, "person_id") && agree(c, document, application, "identity_version_id") &&
		agree(c, document, application, "document_type") && is_later(c, production, approval)) {
		/* approved again: its document was spoiled, another will be made */
		if (strcmp(record_link(last, "to_state"), "in_production") != 0 && strcmp(record_link(last, "to_state"), "completed") != 0)
			finding(c->rs, "application", DESCENT_BAD, "the application is now '%.24s'", record_link(last, "to_state"));
		else
			finding(c->rs, "application", DESCENT_GOOD, "an application approved by another officer than the one who took it");
	}
	if ((identity = follow(c, application, "identity_version_id", "identity_version")) != NULL &&
		!agree(c, identity, document, "person_id"))
		return NULL;
	return identity;
}

/* What a document may be in whose descent is to count; every other word is refused, known or not. */
static const char *const document_states[] = { "allocated", "personalised", "ready", "delivered", NULL };

static bool
in_list(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

void
descent_check_chain(const struct bundle *b, struct report_state *rs)
{
	struct chain c = { b, rs };
	const struct record *document = bundle_find(b, "document", b->document), *identity, *last;
	const char *state;

	if (document == NULL) {
		finding(rs, "document", DESCENT_BAD, "the document's record is not in the bundle");
		return;
	}
	if ((last = decisions(&c, "document_decision", "document_id", document)) != NULL) {
		state = record_link(last, "to_state");
		if (!in_list(state, document_states))
			finding(rs, "document", DESCENT_BAD, "the document is '%.24s'", state);
		else
			finding(rs, "document", DESCENT_GOOD, "the document is %.24s by the last decision shown", state);
	}
	if ((identity = check_application(&c, document)) != NULL)
		check_identity(&c, identity);
}
