-- Document kinds as data; who may have which, as a list of rules that is asked at the counter and again by the decision; consent and interview.

-- ---- kinds ----

CREATE TABLE document_kind (
	code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'),
	name text NOT NULL UNIQUE CHECK (name ~ '^[a-z_]+$'),
	mrz_form text NOT NULL CHECK (mrz_form IN ('TD1', 'TD2', 'TD3', 'MRV-A', 'MRV-B')),
	mrz_code text NOT NULL CHECK (mrz_code ~ '^[A-Z]{1,2}$'),
	family text NOT NULL,
	entitled text NOT NULL CHECK (entitled IN ('national', 'refugee', 'stateless', 'alien', 'foreigner')),
	needs_designation boolean NOT NULL DEFAULT false,
	approver text NOT NULL DEFAULT 'passport_approver' CHECK (approver IN ('passport_approver', 'passport_supervisor')),
	years int CHECK (years BETWEEN 1 AND 10),
	years_minor int CHECK (years_minor BETWEEN 1 AND 10),
	days int CHECK (days BETWEEN 1 AND 3650),
	consent_below int NOT NULL DEFAULT 18 CHECK (consent_below BETWEEN 0 AND 30),
	at_once int NOT NULL DEFAULT 1 CHECK (at_once BETWEEN 1 AND 2),
	-- Doc 9303-4 4.4, 9303-5, 9303-6, 9303-7: the first letter says the form, a passport's second letter the kind
	CONSTRAINT code_of_form CHECK (CASE mrz_form WHEN 'TD3' THEN mrz_code IN ('PP', 'PE', 'PD', 'PO', 'PR', 'PT', 'PS', 'PL', 'PM')
	    WHEN 'TD2' THEN mrz_code = 'PU' OR mrz_code ~ '^[ACI][A-UW-Z]?$' WHEN 'TD1' THEN mrz_code ~ '^[ACI][A-UW-Z]?$' AND mrz_code NOT IN ('AI', 'AC')
	    ELSE mrz_code ~ '^V[A-Z]?$' END),
	CONSTRAINT one_validity CHECK (days IS NULL OR (years IS NULL AND years_minor IS NULL)),
	CHECK ((years IS NULL) = (years_minor IS NULL))
);
COMMENT ON TABLE document_kind IS 'What an office issues; code is the document type of applications and documents, issuance/application/kinds.c knows the same codes';
COMMENT ON COLUMN document_kind.mrz_code IS 'First characters of the machine readable zone; the two-letter passport codes are obligatory from 2028-01-01';
COMMENT ON COLUMN document_kind.family IS 'A person holds one valid document of a family at a time, or as many as at_once says where a further one was applied for as such';
COMMENT ON COLUMN document_kind.entitled IS 'national: of the issuing State; refugee: XXB (1951 Convention); stateless: XXA (1954 Convention); alien: neither of these nor a national; foreigner: no national';
COMMENT ON COLUMN document_kind.approver IS 'The role that approves; a supervisor must be one of the office that took the application';
COMMENT ON COLUMN document_kind.years IS 'Validity; years_minor for a holder below 18; NULL with days NULL: as the configuration of issued says';
COMMENT ON COLUMN document_kind.consent_below IS 'Below this age a guardian consents';
INSERT INTO document_kind (code, name, mrz_form, mrz_code, family, entitled, needs_designation, approver, years, years_minor, days, consent_below, at_once) VALUES
	('PP', 'ordinary', 'TD3', 'PP', 'passport', 'national', false, 'passport_approver', NULL, NULL, NULL, 18, 2),
	('PE', 'emergency', 'TD3', 'PE', 'emergency', 'national', false, 'passport_approver', NULL, NULL, 365, 18, 1),
	('PD', 'diplomatic', 'TD3', 'PD', 'service', 'national', true, 'passport_supervisor', 5, 5, NULL, 18, 2),
	('PO', 'official', 'TD3', 'PO', 'service', 'national', true, 'passport_supervisor', 5, 5, NULL, 18, 2),
	('PR', 'refugee', 'TD3', 'PR', 'passport', 'refugee', false, 'passport_supervisor', 2, 2, NULL, 18, 1),
	('PS', 'stateless', 'TD3', 'PS', 'passport', 'stateless', false, 'passport_supervisor', 2, 2, NULL, 18, 1),
	('PT', 'alien', 'TD3', 'PT', 'passport', 'alien', false, 'passport_supervisor', 2, 2, NULL, 18, 1),
	('PU', 'emergency_sheet', 'TD2', 'PU', 'emergency', 'national', false, 'passport_approver', NULL, NULL, 30, 18, 1),
	('ID', 'identity_card', 'TD1', 'ID', 'card', 'national', false, 'passport_approver', 10, 5, NULL, 15, 1),
	('VA', 'visa_a', 'MRV-A', 'V', 'visa', 'foreigner', false, 'passport_supervisor', NULL, NULL, 90, 18, 1),
	('VB', 'visa_b', 'MRV-B', 'V', 'visa', 'foreigner', false, 'passport_supervisor', NULL, NULL, 90, 18, 1);

ALTER TABLE application DROP CONSTRAINT application_document_type_check;
ALTER TABLE application ADD FOREIGN KEY (document_type) REFERENCES document_kind;
ALTER TABLE document DROP CONSTRAINT document_document_type_check;
ALTER TABLE document ADD FOREIGN KEY (document_type) REFERENCES document_kind;
ALTER TABLE application DROP CONSTRAINT application_reason_check;
ALTER TABLE application ADD CONSTRAINT application_reason_check CHECK (reason IN ('first', 'renewal', 'replacement', 'lost', 'stolen', 'damaged',
    'name_change', 'additional'));
COMMENT ON COLUMN application.reason IS 'additional: beside a valid one of the family; replacement: of applications before lost, stolen and damaged were told apart';
ALTER TABLE application ADD COLUMN issuing_state text CHECK (issuing_state ~ '^[A-Z]{1,3}$');
COMMENT ON COLUMN application.issuing_state IS 'The State that was asked: who is its national is judged by it; NULL in applications before it was recorded';

-- ---- designations: who travels for the State ----

CREATE TABLE person_designation (
	id uuid PRIMARY KEY,
	person_id uuid NOT NULL REFERENCES person,
	document_type text NOT NULL REFERENCES document_kind,
	reference text NOT NULL CHECK (length(reference) >= 3),
	ends_on date,
	ends_id uuid UNIQUE REFERENCES person_designation,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX person_designation_person ON person_designation (person_id);
COMMENT ON TABLE person_designation IS 'Letters of the foreign ministry or another authority: the person is to have a diplomatic or official passport; one is ended by a further row that names it';
CALL make_ledgered('person_designation', 'person_id', 'document_type', 'ends_id', 'officer_id');

-- ---- consent of a guardian ----

-- Whole years on a day; of a date that is not known to the day the least it can be, NULL when nothing is known.
CREATE FUNCTION least_age(born text, day date) RETURNS int LANGUAGE sql IMMUTABLE AS $$
	SELECT extract(year FROM age(day, CASE length(born) WHEN 4 THEN (born || '-12-31')::date
	    WHEN 7 THEN ((born || '-01')::date + interval '1 month - 1 day')::date WHEN 10 THEN born::date END))::int
$$;

CREATE TABLE application_consent (
	id uuid PRIMARY KEY,
	application_id uuid NOT NULL REFERENCES application,
	guardian_person_id uuid NOT NULL REFERENCES person,
	relation text NOT NULL CHECK (relation IN ('mother', 'father', 'guardian')),
	reference text CHECK (length(reference) >= 3),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CONSTRAINT guardianship_proved CHECK (relation <> 'guardian' OR reference IS NOT NULL)
);
CREATE INDEX application_consent_application ON application_consent (application_id);
COMMENT ON TABLE application_consent IS 'A parent or guardian consents to the application of a minor; reference: the decision that made them guardian, or what proves a parent whom the birth act does not link';
CALL make_ledgered('application_consent', 'application_id', 'guardian_person_id', 'relation', 'officer_id');

-- What is added to an application is what its decision sees.
CREATE FUNCTION application_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM current_state WHERE subject_id = NEW.application_id AND machine = 'application' AND state = 'submitted' FOR SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'application is not submitted, which does not allow: %', replace(substr(TG_TABLE_NAME, 13), '_', ' ') USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_open BEFORE INSERT ON application_consent FOR EACH ROW EXECUTE FUNCTION application_open();

CREATE FUNCTION consent_of_guardian() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	child uuid := (SELECT person_id FROM application WHERE id = NEW.application_id);
	parent uuid;
BEGIN
	IF NEW.guardian_person_id = child THEN
		RAISE EXCEPTION 'nobody is their own guardian' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM deceased d WHERE d.person_id = NEW.guardian_person_id) THEN
		RAISE EXCEPTION 'the guardian is registered as deceased' USING ERRCODE = 'CA002';
	ELSIF (SELECT least_age(c.date_of_birth, current_date) < 18 FROM current_identity c WHERE c.person_id = NEW.guardian_person_id) THEN
		RAISE EXCEPTION 'the guardian is a minor' USING ERRCODE = 'CA002';
	END IF;
	IF NEW.relation <> 'guardian' THEN
		SELECT p.person_id INTO parent FROM act_registration r JOIN act_kind k ON k.name = r.kind AND k.is_basis JOIN current_state s ON s.subject_id = r.act_id AND s.state = 'registered'
		    JOIN LATERAL (SELECT id FROM act_version WHERE act_id = r.act_id ORDER BY version DESC LIMIT 1) v ON true
		    JOIN act_party p ON p.act_version_id = v.id AND p.role = NEW.relation AND p.person_id IS NOT NULL WHERE r.person_id = child LIMIT 1;
		IF parent <> NEW.guardian_person_id THEN
			RAISE EXCEPTION 'the registered birth names another %', NEW.relation USING ERRCODE = 'CA002';
		ELSIF parent IS NULL AND NEW.reference IS NULL THEN
			RAISE EXCEPTION 'the registered birth is linked to no %: what proves the parent is wanted as reference', NEW.relation USING ERRCODE = 'CA002';
		END IF;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_guardian BEFORE INSERT ON application_consent FOR EACH ROW EXECUTE FUNCTION consent_of_guardian();

-- ---- interview ----

CREATE TABLE interview_rule (
	code text PRIMARY KEY CHECK (code IN ('late_registration', 'repeated_loss')),
	days int NOT NULL CHECK (days > 0),
	reason text NOT NULL CHECK (length(reason) > 0)
);
COMMENT ON TABLE interview_rule IS 'When an applicant is interviewed first; without the row never.  late_registration: a birth registered late, less than so many days before the application; repeated_loss: two documents lost or stolen in so many days';
INSERT INTO interview_rule VALUES
	('late_registration', 1095, 'a late registration followed by an application at once is how a stolen or invented identity becomes a passport'),
	('repeated_loss', 1825, 'who loses documents again and again may be selling them');

CREATE TABLE application_interview (
	id uuid PRIMARY KEY,
	application_id uuid NOT NULL,
	taken_by uuid NOT NULL,
	outcome text NOT NULL CHECK (outcome IN ('confirmed', 'doubtful')),
	notes text NOT NULL CHECK (length(notes) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (application_id, taken_by) REFERENCES application (id, officer_id),
	CONSTRAINT four_eyes_interview CHECK (officer_id <> taken_by)
);
CREATE INDEX application_interview_application ON application_interview (application_id);
COMMENT ON TABLE application_interview IS 'Who took the application does not interview, and who interviewed does not approve; the latest interview counts';
CALL make_ledgered('application_interview', 'application_id', 'outcome', 'officer_id');
CREATE TRIGGER a_open BEFORE INSERT ON application_interview FOR EACH ROW EXECUTE FUNCTION application_open();

-- Why an applicant is interviewed; NULL: no rule says so.
CREATE FUNCTION interview_reason(person uuid, day date) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT r.code FROM interview_rule r WHERE CASE r.code
	    WHEN 'late_registration' THEN EXISTS (SELECT FROM act_registration g JOIN act_kind k ON k.name = g.kind AND k.is_basis
		JOIN act_version v ON v.act_id = g.act_id AND v.version = 1 AND v.late_days IS NOT NULL
		WHERE g.person_id = person AND g.created_at::date > day - r.days)
	    ELSE (SELECT count(*) FROM document d JOIN document_decision x ON x.document_id = d.id AND x.event IN ('lose', 'steal')
		WHERE d.person_id = person AND x.created_at::date > day - r.days) > 1 END
	ORDER BY r.code LIMIT 1
$$;
REVOKE ALL ON FUNCTION interview_reason FROM PUBLIC;

-- ---- the rules ----

CREATE TABLE entitlement_rule (
	code text PRIMARY KEY,
	place int NOT NULL UNIQUE,
	holds_at text NOT NULL CHECK (holds_at IN ('application', 'approval')),
	rule text NOT NULL
);
COMMENT ON TABLE entitlement_rule IS 'What a person must fulfil to have a document: application: nothing is taken before; approval: it can still be brought';
INSERT INTO entitlement_rule (code, place, holds_at, rule) VALUES
	('no_identity', 1, 'application', 'a document is issued to a verified identity'),
	('identity_revoked', 2, 'application', 'a document is issued to a verified identity'),
	('deceased', 3, 'application', 'a document is issued to the living'),
	('nationality', 4, 'application', 'the kind of document says who is entitled to it by nationality'),
	('designation', 5, 'application', 'a diplomatic or official passport needs a standing designation'),
	('stopped', 6, 'application', 'nothing is issued against the order of a court'),
	('alert', 7, 'application', 'nothing is issued to who is on the alert list'),
	('registry_stop', 8, 'application', 'nothing is issued while the registry examines the identity'),
	('open_application', 9, 'application', 'one application at a time for one family of documents'),
	('valid_document', 10, 'application', 'one valid document of a family; a second one where the kind allows it and it is applied for as such'),
	('no_document', 11, 'application', 'renewal, replacement and a further document presuppose one'),
	('not_reported', 12, 'application', 'a document is replaced as lost or stolen after it was reported so'),
	('same_name', 13, 'application', 'a change of name is one that the register knows'),
	('consent', 14, 'approval', 'a guardian consents to the application of a minor'),
	('interview', 15, 'approval', 'who comes under a rule of the country is interviewed, and the latest interview confirms the identity');

-- The rules that a person does not fulfil, each with what was found.  why: the reason of the application.  state: the issuing State, NULL when it is not
-- known.  this: the application under decision; NULL: one that is thought of, for which consent and interview are still to come.
CREATE FUNCTION entitlement(person uuid, kind text, why text, state text, day date, this uuid) RETURNS TABLE (code text, detail text) LANGUAGE plpgsql STABLE
	SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	k document_kind;
	i record;
	newest record;
	held int;
	interview text;
BEGIN
	SELECT * INTO k FROM document_kind d WHERE d.code = kind;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no such kind of document' USING ERRCODE = 'CA002';
	END IF;
	SELECT c.id, c.enrolment_state, c.nationality, c.primary_name, c.secondary_name,
	    least_age(c.date_of_birth, day) AS years INTO i FROM current_identity c WHERE c.person_id = person;
	-- the newest document of the family that came into its holder's hands
	SELECT d.id, s.state, d.identity_version_id INTO newest FROM document d JOIN document_kind f ON f.code = d.document_type AND f.family = k.family
	    JOIN current_state s ON s.subject_id = d.id AND s.state IN ('delivered', 'lost', 'stolen', 'recovered') WHERE d.person_id = person ORDER BY d.created_at DESC, d.id LIMIT 1;
	held := (SELECT count(*) FROM document d JOIN document_kind f ON f.code = d.document_type AND f.family = k.family
	    JOIN current_state s ON s.subject_id = d.id AND s.state = 'delivered' WHERE d.person_id = person AND d.expires_on > day);
	IF i.id IS NULL THEN
		RETURN QUERY SELECT 'no_identity', 'no identity of this person was ever verified';
	ELSIF i.enrolment_state <> 'verified' THEN
		RETURN QUERY SELECT 'identity_revoked', 'the identity of this person does not stand as verified';
	END IF;
	IF (SELECT count(*) FROM deceased d WHERE d.person_id = person) > 0 THEN
		RETURN QUERY SELECT 'deceased', 'the death of this person is registered';
	END IF;
	IF i.id IS NOT NULL AND NOT (CASE k.entitled WHEN 'national' THEN state IS NULL OR i.nationality = state WHEN 'refugee' THEN i.nationality = 'XXB'
	    WHEN 'stateless' THEN i.nationality = 'XXA' WHEN 'alien' THEN i.nationality NOT IN ('XXA', 'XXB') AND (state IS NULL OR i.nationality <> state)
	    ELSE state IS NULL OR i.nationality <> state END) THEN
		RETURN QUERY SELECT 'nationality', CASE k.entitled WHEN 'national' THEN 'this person is not a national of the issuing State'
		    WHEN 'refugee' THEN 'this person is not registered as a refugee' WHEN 'stateless' THEN 'this person is not registered as stateless'
		    WHEN 'alien' THEN 'this person is a national, a refugee or stateless, for whom there is another document' ELSE 'this person is a national' END;
	END IF;
	IF k.needs_designation AND NOT EXISTS (SELECT FROM person_designation p WHERE p.person_id = person AND p.document_type = kind AND p.ends_id IS NULL
	    AND (p.ends_on IS NULL OR p.ends_on > day) AND NOT EXISTS (SELECT FROM person_designation e WHERE e.ends_id = p.id)) THEN
		RETURN QUERY SELECT 'designation', 'this person is not designated for a document of this kind';
	END IF;
	RETURN QUERY SELECT DISTINCT CASE p.kind WHEN 'court' THEN 'stopped' WHEN 'alert' THEN 'alert' ELSE 'registry_stop' END,
	    CASE p.kind WHEN 'court' THEN 'issuing to this person is stopped by a court' WHEN 'alert' THEN 'issuing to this person is stopped: they are on the alert list'
	    ELSE 'issuing to this person is stopped by the registry' END
	    FROM person_stop p WHERE p.person_id = person AND p.lifts_id IS NULL AND NOT EXISTS (SELECT FROM person_stop l WHERE l.lifts_id = p.id);
	IF (SELECT count(*) FROM application a JOIN document_kind f ON f.code = a.document_type AND f.family = k.family
	    JOIN current_state s ON s.subject_id = a.id AND s.state IN ('submitted', 'approved', 'in_production')
	    WHERE a.person_id = person AND a.id IS DISTINCT FROM this) > 0 THEN
		RETURN QUERY SELECT 'open_application', 'this person has an application that is still open';
	END IF;
	IF why = 'additional' AND held >= k.at_once THEN
		RETURN QUERY SELECT 'valid_document', CASE k.at_once WHEN 1 THEN 'of documents of this kind a person holds one' ELSE 'this person holds as many valid documents of this kind as are allowed' END;
	ELSIF why = 'additional' AND held = 0 THEN
		RETURN QUERY SELECT 'no_document', 'this person holds no valid document beside which there could be another';
	ELSIF why = 'first' AND held > 0 THEN
		RETURN QUERY SELECT 'valid_document', 'this person holds a valid document: renewal or replacement is to be applied for';
	ELSIF why IN ('renewal', 'replacement', 'damaged', 'name_change') AND newest.state IS DISTINCT FROM 'delivered' THEN
		RETURN QUERY SELECT 'no_document', 'this person holds no valid document that could be renewed or replaced';
	ELSIF why IN ('lost', 'stolen') AND newest.state IS DISTINCT FROM why THEN
		RETURN QUERY SELECT 'not_reported', format('the newest document of this person was not reported as %s', why);
	ELSIF why = 'name_change' AND EXISTS (SELECT FROM identity_version v WHERE v.id = newest.identity_version_id AND v.primary_name = i.primary_name
	    AND v.secondary_name IS NOT DISTINCT FROM i.secondary_name) THEN
		RETURN QUERY SELECT 'same_name', 'the document of this person bears the name that the register has';
	END IF;
	IF i.years < k.consent_below AND NOT EXISTS (SELECT FROM application_consent c WHERE c.application_id = this) THEN
		RETURN QUERY SELECT 'consent', 'this person is a minor and no guardian has consented';
	END IF;
	interview := interview_reason(person, day);
	IF interview IS NOT NULL AND (SELECT t.outcome FROM application_interview t WHERE t.application_id = this ORDER BY t.created_at DESC, t.id LIMIT 1) IS DISTINCT FROM 'confirmed' THEN
		RETURN QUERY SELECT 'interview', CASE interview WHEN 'late_registration' THEN 'the birth of this person was registered late and not long ago'
		    ELSE 'documents of this person were lost or stolen again and again' END;
	END IF;
END $$;
COMMENT ON FUNCTION entitlement IS 'The rules of entitlement_rule that are not fulfilled';
REVOKE ALL ON FUNCTION entitlement FROM PUBLIC;
GRANT EXECUTE ON FUNCTION entitlement TO catena_issuance;

-- ---- enforced ----

-- What the counter was told is asked again by the row itself, whichever program writes it.  Two applications for one person at once meet on the person.
CREATE FUNCTION application_may_be_taken() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	broken text;
BEGIN
	PERFORM FROM person p WHERE p.id = NEW.person_id FOR NO KEY UPDATE;
	SELECT e.detail INTO broken FROM entitlement(NEW.person_id, NEW.document_type, NEW.reason, NEW.issuing_state, current_date, NEW.id) e
	    JOIN entitlement_rule r ON r.code = e.code AND r.holds_at = 'application' ORDER BY r.place LIMIT 1;
	IF broken IS NOT NULL THEN
		RAISE EXCEPTION '%', broken USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER i_may_be_taken BEFORE INSERT ON application FOR EACH ROW EXECUTE FUNCTION application_may_be_taken();

-- Persons before states, as everywhere (0122-effects.sql).
CREATE FUNCTION application_hold_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM person p WHERE p.id = (SELECT person_id FROM application WHERE id = NEW.application_id) FOR UPDATE;
	RETURN NEW;
END $$;
CREATE TRIGGER a_hold BEFORE INSERT ON application_decision FOR EACH ROW WHEN (NEW.event = 'approve') EXECUTE FUNCTION application_hold_person();

CREATE FUNCTION application_entitled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	a record;
	broken text;
BEGIN
	SELECT p.*, k.approver INTO a FROM application p JOIN document_kind k ON k.code = p.document_type WHERE p.id = NEW.application_id;
	SELECT e.detail INTO broken FROM entitlement(a.person_id, a.document_type, a.reason, a.issuing_state, current_date, a.id) e
	    JOIN entitlement_rule r ON r.code = e.code ORDER BY r.place LIMIT 1;
	IF broken IS NOT NULL THEN
		RAISE EXCEPTION '%', broken USING ERRCODE = 'CA002';
	ELSIF (SELECT count(*) FROM current_identity c WHERE c.person_id = a.person_id AND c.id = a.identity_version_id) = 0 THEN
		RAISE EXCEPTION 'identity is not the current verified one' USING ERRCODE = 'CA002';
	ELSIF (a.approver <> 'passport_approver' OR a.reason = 'additional') AND NOT EXISTS (SELECT FROM officer_role r WHERE r.officer_id = NEW.officer_id AND r.office_id = a.office_id
	    AND r.role = 'passport_supervisor') THEN
		RAISE EXCEPTION '% is approved by a supervisor of the office', CASE a.reason WHEN 'additional' THEN 'a second document' ELSE 'a document of this kind' END
		    USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM application_interview t WHERE t.application_id = a.id AND t.officer_id = NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer who interviewed the applicant may not approve' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_entitled BEFORE INSERT ON application_decision FOR EACH ROW WHEN (NEW.event = 'approve') EXECUTE FUNCTION application_entitled();

-- A document is of the kind that was applied for, and of a State to which its holder stands as that kind demands.
CREATE FUNCTION document_of_kind() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	broken text;
BEGIN
	SELECT CASE WHEN a.document_type <> d.document_type THEN 'the document is not of the kind that was applied for'
	    WHEN a.issuing_state <> d.issuing_state THEN 'the document is not of the State that was asked'
	    WHEN NOT CASE k.entitled WHEN 'national' THEN i.nationality = d.issuing_state WHEN 'refugee' THEN i.nationality = 'XXB' WHEN 'stateless' THEN i.nationality = 'XXA'
		WHEN 'alien' THEN i.nationality NOT IN ('XXA', 'XXB', d.issuing_state) ELSE i.nationality <> d.issuing_state END
		THEN 'the holder is not entitled to this kind of document by nationality' END AS what
	INTO broken FROM new_rows d JOIN application a ON a.id = d.application_id JOIN identity_version i ON i.id = d.identity_version_id
	    JOIN document_kind k ON k.code = d.document_type ORDER BY 1 LIMIT 1;
	IF broken IS NOT NULL THEN
		RAISE EXCEPTION '%', broken USING ERRCODE = 'CA002';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER of_kind AFTER INSERT ON document REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION document_of_kind();

GRANT SELECT ON document_kind, entitlement_rule, interview_rule, person_designation, application_consent, application_interview TO catena_issuance, catena_reader;
GRANT SELECT ON document_kind TO catena_signer, catena_inspection;
GRANT INSERT ON person_designation, application_consent, application_interview TO catena_issuance;

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['document_kind', 'interview_rule', 'entitlement_rule'] LOOP
		EXECUTE format('CREATE TRIGGER rule_changed AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION rule_changed()', t);
		EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
	END LOOP;
END $$;
