/* Signatures against booklets: what does not fit is an alarm, what fits is none. */
#include "tests/sql/ceremonies.h"

#define UP_TO_ALLOCATED(n) \
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED(n) CHAIN_BIRTH_VALIDATED(n) CHAIN_BIRTH_REGISTERED(n)); \
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN(n) CHAIN_ENROLMENT_EXAMINED(n) CHAIN_ENROLMENT_VERIFIED(n) CHAIN_UIN(n) CHAIN_IDENTITY(n)); \
	chain_do(ISSUANCE, CHAIN_APPLICATION(n) CHAIN_APPROVED(n)); \
	chain_do(ISSUANCE, CHAIN_PRODUCED(n)); \
	chain_do(ISSUANCE, CHAIN_DOCUMENT(n) CHAIN_ALLOCATED(n))
#define DECIDED(n, event) "INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (" ID("e" n) ", '" event "', " ID("18") ", 'x')"
#define ALARMS            "SELECT coalesce(string_agg(alarm || ' ' || signatures, ', ' ORDER BY alarm), '') FROM signature_alarm"

int
main(void)
{
	if (!chain_start())
		return done_testing();
	chain_ceremonies();
	UP_TO_ALLOCATED("1");
	UP_TO_ALLOCATED("2");
	UP_TO_ALLOCATED("3");
	UP_TO_ALLOCATED("4");
	is(chain_ask(ALARMS), "", "booklets that wait for their signature are no alarm");
	chain_do(SIGNER, CHAIN_SIGNED("1"));
	chain_do(ISSUANCE, CHAIN_BOOKLETS);
	chain_do(ISSUANCE, "SELECT booklets_bind(ARRAY[" ID("e1") "::uuid], 'line-1', " ID("18") ");" DECIDED("1", "personalise"));
	chain_do(ISSUANCE, DECIDED("4", "spoil"));
	is(chain_ask(ALARMS), "", "nor is one that is signed and personalised, nor one that was spoiled before");
	chain_do(SIGNER, CHAIN_SIGNED("2"));
	is(chain_ask(ALARMS), "", "nor a signature of today whose booklet is still being made");
	chain_do(OWNER, "INSERT INTO document_signature (document_id, certificate_id, sod, created_at) VALUES (" ID("e3") ", " ID("09") ", 'old', now() - interval '25 hours')");
	is(chain_ask(ALARMS), "signature_without_booklet 1", "a signature without a booklet after a day is an alarm");
	chain_do(ISSUANCE, DECIDED("3", "spoil"));
	is(chain_ask(ALARMS), "", "which ends when the booklet is accounted for");
	chain_do(SIGNER, "INSERT INTO signature_tally (certificate_id, made, recorded, from_at, to_at) VALUES (" IDC("90") ", 5, 3, now(), now())");
	is(chain_ask(ALARMS), "signature_unrecorded 2", "signatures that the token made and nobody has are one");
	chain_do(OWNER, "ALTER TABLE document_signature DISABLE TRIGGER USER; DELETE FROM document_signature WHERE document_id = " ID("e1") "; ALTER TABLE document_signature ENABLE TRIGGER USER");
	is(chain_ask(ALARMS), "booklet_without_signature 1, signature_unrecorded 2", "and a booklet whose signature is gone");
	chain_stop();
	return done_testing();
}
