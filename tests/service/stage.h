/*
 * stage.h - people and documents for tests of signd: what it judges is in the database, whoever wrote it.  SQL for the superuser, run once;
 * then x_document() gives the identifier of a document whose descent holds, down to the registered birth.
 */
#ifndef CATENA_TESTS_SERVICE_STAGE_H
#define CATENA_TESTS_SERVICE_STAGE_H

static const char stage[] =
	"INSERT INTO officer (id, login, name, password_phc, totp_sealed) SELECT gen_random_uuid(), l, l, '-', '\\x00'"
	" FROM unnest(ARRAY['x.declarer', 'x.registrar', 'x.opener', 'x.verifier', 'x.clerk', 'x.approver']) l;"
	"CREATE FUNCTION x(l text) RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT id FROM registry.officer WHERE login = 'x.' || l $$;"
	/* an act about the person, registered */
	"CREATE FUNCTION x_act(p uuid, k text) RETURNS uuid LANGUAGE plpgsql SET search_path = registry AS $$ DECLARE"
	" a uuid := gen_random_uuid(); v uuid := gen_random_uuid(); d uuid; n int := (SELECT count(*) + 1 FROM act_registration);"
	" o uuid := (SELECT id FROM office WHERE code = 'CIV1');"
	"BEGIN"
	" INSERT INTO act (id, kind, office_id, officer_id) VALUES (a, k, o, x('declarer'));"
	" INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (v, a, 1, x('declarer'), '{}');"
	" INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (a, x('declarer'), v, 'declare', x('declarer'));"
	" INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (a, x('declarer'), v, 'validate', x('registrar'));"
	" INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (a, x('declarer'), v, 'register', x('registrar')) RETURNING id INTO d;"
	" INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)"
	"  VALUES (a, d, v, p, o, k, 1980, n, 'CIV1-' || k || '-' || n, x('registrar'));"
	" RETURN a; END $$;"
	/* a person's verified identity, and what it rests on */
	"CREATE FUNCTION x_identity(p uuid, act uuid, v int) RETURNS uuid LANGUAGE plpgsql SET search_path = registry AS $$ DECLARE"
	" e uuid := gen_random_uuid(); ev uuid := gen_random_uuid(); po uuid := gen_random_uuid(); i uuid := gen_random_uuid(); d uuid;"
	"BEGIN"
	" INSERT INTO enrolment (id, person_id, office_id, officer_id) SELECT e, p, id, x('opener') FROM office WHERE code = 'ENR1';"
	" INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (e, x('opener'), 'open', x('opener'));"
	" INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, officer_id) VALUES (ev, e, p, 'act', act, x('opener'));"
	" INSERT INTO portrait (id, enrolment_id, width, height, sealed_sha256, officer_id) VALUES (po, e, 413, 531, sha256(''), x('opener'));"
	" INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, proposal) VALUES (e, x('opener'), 'examine', x('opener'), '{}');"
	" INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (e, x('opener'), 'verify', x('verifier')) RETURNING id INTO d;"
	" INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name,"
	"  mrz_primary, sex, date_of_birth, nationality, officer_id)"
	"  SELECT i, p, v, e, d, ev, po, u.uin, 'Person', 'PERSON', 'F', '1980-05-17', 'UTO', x('verifier') FROM person_uin u WHERE u.person_id = p;"
	" RETURN i; END $$;"
	/* a document that waits to be signed; unless told otherwise the hash of DG1 is 01..01, that of DG2 02..02 */
	"CREATE FUNCTION x_document(hashes jsonb DEFAULT jsonb_build_object('1', repeat('01', 32), '2', repeat('02', 32)), day date DEFAULT current_date)"
	" RETURNS uuid LANGUAGE plpgsql SET search_path = registry AS $$ DECLARE"
	" p uuid := gen_random_uuid(); ap uuid := gen_random_uuid(); doc uuid := gen_random_uuid(); i uuid; ok uuid; go uuid;"
	" n int := (SELECT count(*) + 1 FROM document);"
	"BEGIN"
	" INSERT INTO person (id, officer_id) VALUES (p, x('declarer'));"
	" INSERT INTO person_uin (person_id, uin) VALUES (p, (200000000000 + n)::text);"
	" i := x_identity(p, x_act(p, 'birth'), 1);"
	" INSERT INTO application (id, person_id, identity_version_id, office_id, document_type, reason, officer_id)"
	"  SELECT ap, p, i, id, 'PP', 'first', x('clerk') FROM office WHERE code = 'PAS1';"
	" INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (ap, x('clerk'), 'apply', x('clerk'));"
	" INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (ap, x('clerk'), 'approve', x('approver')) RETURNING id INTO ok;"
	" INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (ap, x('clerk'), 'produce', x('clerk')) RETURNING id INTO go;"
	" INSERT INTO document (id, number, application_id, person_id, identity_version_id, approval_id, production_id, document_type,"
	"  issuing_state, authority, issued_on, expires_on, dg_hash_bits, dg_hashes, officer_id)"
	"  VALUES (doc, 'U' || lpad(n::text, 8, '0'), ap, p, i, ok, go, 'PP', 'UTO', 'OFFICE', day, day + 3650, 256, hashes, x('clerk'));"
	" INSERT INTO document_decision (document_id, event, officer_id) VALUES (doc, 'allocate', x('clerk'));"
	" RETURN doc; END $$;"
	"CREATE FUNCTION x_person(d uuid) RETURNS uuid LANGUAGE sql AS $$ SELECT person_id FROM registry.document WHERE id = d $$;";

#endif
