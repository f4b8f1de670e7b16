-- What each program may do.  No service role has UPDATE or DELETE on an act, identity, decision or document (invariant 3).

GRANT USAGE ON SCHEMA registry TO catena_civil, catena_enrolment, catena_issuance, catena_inspection, catena_pki,
    catena_signer, catena_reader, catena_outbox;

-- Sign-in, idempotency, audit: every office program.
GRANT SELECT ON office, officer, officer_role, officer_login, program, place, transition, current_state, session, idempotency,
    schema_version TO catena_civil, catena_enrolment, catena_issuance, catena_inspection, catena_pki, catena_reader;
GRANT INSERT, UPDATE ON officer_login, session TO catena_civil, catena_enrolment, catena_issuance, catena_inspection, catena_pki,
    catena_reader;
GRANT INSERT ON idempotency, audit_event TO catena_civil, catena_enrolment, catena_issuance, catena_inspection, catena_pki,
    catena_reader;
GRANT SELECT ON schema_version TO catena_signer, catena_outbox;

GRANT SELECT ON person, act, act_version, act_party, act_match_key, act_decision, duplicate_override, act_series,
    act_registration, deceased TO catena_civil; -- birth_statistics it writes and never reads
GRANT INSERT ON person, act, act_version, act_party, act_match_key, act_decision, duplicate_override, act_series,
    act_registration, birth_statistics, outbox TO catena_civil;
GRANT UPDATE (last) ON act_series TO catena_civil;

GRANT SELECT ON person, act, act_version, act_party, act_decision, act_registration, deceased, enrolment, evidence_exemption,
    evidence, portrait, portrait_image, enrolment_decision, person_uin, identity_version, current_identity TO catena_enrolment;
GRANT INSERT ON enrolment, evidence_exemption, evidence, portrait, portrait_image, enrolment_decision, person_uin,
    identity_version, outbox TO catena_enrolment;

GRANT SELECT ON person, act_registration, act_decision, deceased, enrolment, enrolment_decision, evidence, portrait, portrait_image,
    person_uin, identity_version, current_identity, person_stop, stopped_person, application, application_decision, document,
    document_decision, document_signature, certificate, signing_key TO catena_issuance;
GRANT INSERT ON person_stop, application, application_decision, document, document_decision, outbox TO catena_issuance;
GRANT USAGE ON document_number_sequence TO catena_issuance;

GRANT SELECT ON document, document_decision, document_signature, certificate, signing_key, identity_version, current_identity,
    deceased, stopped_person TO catena_inspection;

GRANT SELECT ON signing_key, certificate, document_signature, tree_head TO catena_pki;
GRANT INSERT ON signing_key, certificate TO catena_pki;

-- signd reads the descent it signs for, sequences the ledger and records what it signed.
GRANT SELECT ON person, act_registration, act_decision, enrolment, enrolment_decision, evidence, evidence_exemption,
    identity_version, current_identity, deceased, stopped_person, application, application_decision, document, document_decision,
    document_signature, certificate, signing_key, current_state, ledger_entry, ledger_leaf, ledger_node, tree_head TO catena_signer;
GRANT INSERT ON document_signature, ledger_leaf, ledger_node, tree_head, audit_event TO catena_signer;
GRANT USAGE ON uin_sequence TO catena_signer;

GRANT SELECT ON ALL TABLES IN SCHEMA registry TO catena_reader;
REVOKE SELECT ON officer_login, session, idempotency, birth_statistics, portrait_image FROM catena_reader;
GRANT SELECT ON session, officer_login, idempotency TO catena_reader;

GRANT SELECT, UPDATE ON outbox TO catena_outbox;
GRANT SELECT ON outbox_dead TO catena_outbox;

ALTER ROLE catena_civil SET search_path = registry;
-- the same few statements, each good under its one plan: planning the duplicate search anew took longer than running it
ALTER ROLE catena_civil SET plan_cache_mode = force_generic_plan;
ALTER ROLE catena_enrolment SET search_path = registry;
ALTER ROLE catena_issuance SET search_path = registry;
ALTER ROLE catena_inspection SET search_path = registry;
ALTER ROLE catena_pki SET search_path = registry;
ALTER ROLE catena_signer SET search_path = registry;
ALTER ROLE catena_reader SET search_path = registry;
ALTER ROLE catena_outbox SET search_path = registry;

-- These two look up by key, always.  Their plans are kept for long: one that was made while a table was young must not scan it when it
-- has grown, nor hash a nation for a batch of a hundred.
ALTER ROLE catena_issuance SET enable_seqscan = off;
ALTER ROLE catena_issuance SET enable_hashjoin = off;
ALTER ROLE catena_issuance SET enable_mergejoin = off;
ALTER ROLE catena_signer SET enable_seqscan = off;
ALTER ROLE catena_signer SET enable_hashjoin = off;
ALTER ROLE catena_signer SET enable_mergejoin = off;
