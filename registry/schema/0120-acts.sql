-- All kinds of civil acts as data, who may decide what (the policy), late registration, evidence, what one act does to another.

CREATE TABLE act_kind (
	name text PRIMARY KEY,
	letter text NOT NULL UNIQUE CHECK (letter ~ '^[A-Z]$'),
	is_basis boolean NOT NULL,
	ends_life boolean NOT NULL,
	effect text CHECK (effect IN ('seals', 'dissolves', 'annotates')),
	event_path text[] NOT NULL,
	key_paths text[] NOT NULL
);
COMMENT ON TABLE act_kind IS 'The kinds of acts of enrolment/civil/kinds.c, which a test holds against these rows';
COMMENT ON COLUMN act_kind.letter IS 'In the act numbers: OFFICE-LETTER-YEAR-SERIAL-CHECK';
COMMENT ON COLUMN act_kind.is_basis IS 'An identity may rest on it (invariant 1)';
COMMENT ON COLUMN act_kind.effect IS 'What its registration does to the act it is about';
COMMENT ON COLUMN act_kind.event_path IS 'Where the content says when it happened: lateness counts from there';
COMMENT ON COLUMN act_kind.key_paths IS 'Beginnings of JSON pointers: to correct what is below them takes evidence and two officers, whatever the policy says';
INSERT INTO act_kind (name, letter, is_basis, ends_life, effect, event_path, key_paths) VALUES
	('birth', 'B', true, false, NULL, '{child,date_of_birth}', '{/child,/mother,/father}'),
	('foetal_death', 'F', false, false, NULL, '{date_of_delivery}', '{/mother,/date_of_delivery}'),
	('death', 'D', false, true, NULL, '{date_of_death}', '{/deceased,/date_of_death,/place_of_death}'),
	('marriage', 'M', false, false, NULL, '{date_of_marriage}', '{/spouse_1,/spouse_2,/date_of_marriage}'),
	('divorce', 'V', false, false, 'dissolves', '{judgment,final_on}', '{/spouse_1,/spouse_2,/judgment,/marriage_number}'),
	('annulment_of_marriage', 'U', false, false, 'dissolves', '{judgment,final_on}', '{/spouse_1,/spouse_2,/judgment,/marriage_number}'),
	('adoption', 'A', true, false, 'seals', '{judgment,final_on}', '{/child,/adopter_1,/adopter_2,/judgment,/birth_number}'),
	('recognition', 'R', false, false, 'annotates', '{date_of_recognition}', '{/child,/parent,/birth_number}'),
	('legitimation', 'L', false, false, 'annotates', '{date_of_legitimation}', '{/child,/mother,/father,/birth_number}'),
	('name_change', 'N', false, false, 'annotates', '{date_of_change}', '{/person,/new_names}'),
	('judicial_birth', 'J', true, false, NULL, '{child,date_of_birth}', '{/child,/mother,/father,/judgment}'),
	('judicial_death', 'K', false, true, NULL, '{date_of_death}', '{/deceased,/date_of_death,/judgment}'),
	('foundling', 'E', true, false, NULL, '{found_on}', '{/child,/found_on,/place_found}');

ALTER TABLE act DROP CONSTRAINT act_kind_check;
ALTER TABLE act ADD FOREIGN KEY (kind) REFERENCES act_kind;
ALTER TABLE act ADD COLUMN about_act_id uuid REFERENCES act;
CREATE INDEX act_about ON act (about_act_id) WHERE about_act_id IS NOT NULL;
COMMENT ON COLUMN act.about_act_id IS 'The act that this one seals, dissolves or annotates (act_kind.effect) once it is registered';

ALTER TABLE act_party DROP CONSTRAINT act_party_role_check;
ALTER TABLE act_party ADD CONSTRAINT act_party_role_check CHECK (role IN ('child', 'mother', 'father', 'informant', 'deceased', 'spouse_1', 'spouse_2',
    'witness_1', 'witness_2', 'witness_3', 'witness_4', 'adopter_1', 'adopter_2', 'parent', 'person', 'finder'));
COMMENT ON COLUMN act_party.confidence IS 'How the link to the person was made: proved (a UIN or the number of their birth act, and what is said of them agrees), matched, asserted (person_id NULL)';
-- a link without a person is no link
ALTER TABLE act_party ADD CONSTRAINT linked_with_confidence CHECK ((person_id IS NOT NULL) = (confidence <> 'asserted'));

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('act', 'validated', 'approve', 'approved'),
	('act', 'approved', 'reject', 'rejected'),
	('act', 'approved', 'register', 'registered'),
	('act', 'registered', 'correct', 'registered'),
	('act', 'registered', 'seal', 'sealed'),
	('act', 'sealed', 'unseal', 'registered'),
	('act', 'annulled', 'reinstate', 'registered');

-- ---- the policy ----

CREATE TABLE act_policy (
	kind text NOT NULL REFERENCES act_kind,
	event text NOT NULL CHECK (event IN ('validate', 'register', 'approve', 'correct', 'correct_key', 'annul', 'reinstate', 'override')),
	is_late boolean NOT NULL,
	by_declarer boolean NOT NULL DEFAULT false,
	needs_approval boolean NOT NULL DEFAULT false,
	PRIMARY KEY (kind, event, is_late),
	-- an officer alone: never for a late registration, a correction of key fields, an annulment or reinstatement, or a duplicate override;
	-- nor for what an identity rests on, whose descent must show two officers to whoever checks it offline
	CONSTRAINT never_alone CHECK (NOT by_declarer OR (NOT is_late AND event IN ('validate', 'register', 'correct')
	    AND kind NOT IN ('birth', 'judicial_birth', 'foundling', 'adoption'))),
	CONSTRAINT late_is_approved CHECK (needs_approval OR NOT is_late OR event <> 'register'),
	CONSTRAINT approval_of_registrations CHECK (event = 'register' OR NOT needs_approval)
);
COMMENT ON TABLE act_policy IS 'Which decisions the declaring officer may make, and which registrations a senior officer approves first';
INSERT INTO act_policy (kind, event, is_late, by_declarer, needs_approval)
	SELECT k.name, e, l, false, e = 'register' AND (l OR k.name IN ('judicial_birth', 'judicial_death', 'foundling', 'adoption'))
	FROM act_kind k, unnest(ARRAY['validate', 'register', 'approve', 'correct', 'correct_key', 'annul', 'reinstate', 'override']) e,
	    unnest(ARRAY[false, true]) l;
-- a count, no person's record
UPDATE act_policy SET by_declarer = true WHERE kind = 'foetal_death' AND event IN ('validate', 'register') AND NOT is_late;

CREATE TABLE late_rule (
	kind text PRIMARY KEY REFERENCES act_kind,
	days int NOT NULL CHECK (days > 0),
	legal_basis text NOT NULL CHECK (length(legal_basis) > 0)
);
COMMENT ON TABLE late_rule IS 'The country''s time limits: an act declared so many days after the event is late.  A kind without a row is never late';

CREATE TABLE act_evidence_rule (
	kind text NOT NULL REFERENCES act_kind,
	evidence text NOT NULL,
	when_late boolean NOT NULL,
	PRIMARY KEY (kind, evidence)
);
COMMENT ON TABLE act_evidence_rule IS 'Evidence without which an act is not registered; when_late: only a late one needs it';
INSERT INTO act_evidence_rule (kind, evidence, when_late) VALUES
	('birth', 'witness_statement', true),
	('death', 'medical_certificate', true),
	('divorce', 'court_decision', false),
	('annulment_of_marriage', 'court_decision', false),
	('adoption', 'court_decision', false),
	('judicial_birth', 'court_decision', false),
	('judicial_death', 'court_decision', false),
	('foundling', 'police_report', false);

-- ---- late registration ----

ALTER TABLE act_version ADD COLUMN late_days int CHECK (late_days > 0);
COMMENT ON COLUMN act_version.late_days IS 'Days between the event and its declaration, when they are more than late_rule allows; NULL: in time';

CREATE FUNCTION act_is_late() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	path text[];
	allowed int;
	day text;
BEGIN
	-- from the register's clock, not from a day that the declaration claims; a date that is not known to the day counts from its first
	NEW.late_days := NULL;
	SELECT k.event_path, r.days INTO path, allowed FROM act a JOIN late_rule r ON r.kind = a.kind JOIN act_kind k ON k.name = a.kind WHERE a.id = NEW.act_id;
	IF FOUND THEN
		day := NEW.content #>> path;
		IF partial_date_ok(day) THEN
			NEW.late_days := current_date - (day || substr('0000-01-01', length(day) + 1))::date;
		END IF;
		IF NEW.late_days <= allowed THEN
			NEW.late_days := NULL;
		END IF;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_late BEFORE INSERT ON act_version FOR EACH ROW WHEN (NEW.version = 1) EXECUTE FUNCTION act_is_late();

-- ---- evidence ----

CREATE TABLE act_evidence (
	id uuid PRIMARY KEY,
	act_id uuid NOT NULL REFERENCES act,
	correction_id uuid,
	kind text NOT NULL CHECK (kind IN ('medical_certificate', 'court_decision', 'police_report', 'identity_document', 'witness_statement',
	    'religious_record', 'school_record', 'affidavit', 'paper_register', 'consent', 'decree', 'foreign_act', 'other')),
	reference text NOT NULL CHECK (length(reference) > 0),
	issued_on partial_date,
	media_type text CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
	sealed_sha256 digest256,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CHECK ((media_type IS NULL) = (sealed_sha256 IS NULL))
);
CREATE INDEX act_evidence_act ON act_evidence (act_id);
COMMENT ON TABLE act_evidence IS 'What a declaration or a correction rests on; a scan is in act_evidence_file';
COMMENT ON COLUMN act_evidence.sealed_sha256 IS 'Ties the ledger to the sealed octets of the scan';
CALL make_ledgered('act_evidence', 'act_id', 'correction_id', 'kind', 'officer_id');

CREATE TABLE act_evidence_file (
	evidence_id uuid PRIMARY KEY REFERENCES act_evidence,
	sealed bytea NOT NULL
);
ALTER TABLE act_evidence_file ALTER COLUMN sealed SET STORAGE EXTERNAL;
COMMENT ON TABLE act_evidence_file IS 'Scans, sealed under a key the database does not hold (invariant 9)';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON act_evidence_file FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- ---- decisions under the policy ----

ALTER TABLE act_decision ADD COLUMN is_one_officer boolean CHECK (is_one_officer);
COMMENT ON COLUMN act_decision.is_one_officer IS 'The declaring officer decided, as the policy lets them; NULL: another officer did';
ALTER TABLE act_decision DROP CONSTRAINT four_eyes_act;
ALTER TABLE act_decision ADD CONSTRAINT four_eyes_act CHECK (CASE
    WHEN event IN ('annul', 'reinstate', 'approve') THEN officer_id <> declared_by
    WHEN event IN ('validate', 'register', 'correct') THEN officer_id <> declared_by OR is_one_officer IS TRUE
    WHEN event = 'declare' THEN officer_id = declared_by ELSE true END);
ALTER TABLE act_decision DROP CONSTRAINT reason_given;
ALTER TABLE act_decision ADD CONSTRAINT reason_given CHECK (event NOT IN ('reject', 'annul', 'reinstate') OR coalesce(length(reason), 0) > 0);
COMMENT ON TABLE act_decision IS 'What was decided of an act, by whom; the declaring officer neither validates nor registers (but where act_policy says so), approves, annuls nor reinstates (invariant 5)';

CREATE FUNCTION act_decision_policy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	k text;
	late boolean;
	newest uuid;
	missing text;
BEGIN
	NEW.is_one_officer := NULL;
	SELECT a.kind, v.late_days IS NOT NULL, v.id INTO k, late, newest FROM act a,
	    LATERAL (SELECT id, late_days FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) v WHERE a.id = NEW.act_id;
	IF newest <> NEW.act_version_id AND EXISTS (SELECT FROM act_version WHERE id = NEW.act_version_id AND act_id = NEW.act_id) THEN
		RAISE EXCEPTION 'act has a newer version than the one that was looked at' USING ERRCODE = 'CA001';
	END IF;
	IF NEW.officer_id = NEW.declared_by AND EXISTS (SELECT FROM act_policy p WHERE p.kind = k AND p.event = NEW.event AND p.is_late = late AND p.by_declarer) THEN
		NEW.is_one_officer := true;
	END IF;
	IF NEW.event = 'register' THEN
		IF NEW.from_state <> 'approved' AND EXISTS (SELECT FROM act_policy p WHERE p.kind = k AND p.event = 'register' AND p.is_late = late AND p.needs_approval) THEN
			RAISE EXCEPTION '%', CASE WHEN late THEN 'a late registration needs the approval of a senior officer'
			    ELSE 'this kind of act needs the approval of a senior officer' END USING ERRCODE = 'CA002';
		END IF;
		SELECT string_agg(r.evidence, ', ' ORDER BY r.evidence) INTO missing FROM act_evidence_rule r WHERE r.kind = k AND (late OR NOT r.when_late)
		    AND NOT EXISTS (SELECT FROM act_evidence e WHERE e.act_id = NEW.act_id AND e.kind = r.evidence);
		IF missing IS NOT NULL THEN
			RAISE EXCEPTION 'evidence is missing: %', missing USING ERRCODE = 'CA002';
		END IF;
	ELSIF NEW.event = 'approve' THEN
		IF NOT EXISTS (SELECT FROM officer_role r JOIN act a ON a.id = NEW.act_id AND a.office_id = r.office_id
		    WHERE r.officer_id = NEW.officer_id AND r.role = 'civil_supervisor') THEN
			RAISE EXCEPTION 'approval is for a senior officer of the office' USING ERRCODE = 'CA002';
		ELSIF EXISTS (SELECT FROM act_decision d WHERE d.act_id = NEW.act_id AND d.event = 'validate' AND d.officer_id = NEW.officer_id) THEN
			RAISE EXCEPTION 'the officer who validated the act may not approve it' USING ERRCODE = 'CA002';
		END IF;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_policy BEFORE INSERT ON act_decision FOR EACH ROW WHEN (NEW.event <> 'declare') EXECUTE FUNCTION act_decision_policy();

-- Evidence comes in while the act is undecided: its registration sees all of it.
CREATE FUNCTION act_evidence_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM current_state WHERE subject_id = coalesce(NEW.correction_id, NEW.act_id)
	    AND (machine, state) IN (('act', 'declared'), ('act', 'validated'), ('act', 'approved'), ('correction', 'proposed')) FOR SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION '% is decided, which does not allow: evidence', CASE WHEN NEW.correction_id IS NULL THEN 'act' ELSE 'correction' END
		    USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_open BEFORE INSERT ON act_evidence FOR EACH ROW EXECUTE FUNCTION act_evidence_open();

GRANT SELECT ON act_kind, act_policy, late_rule, act_evidence_rule, act_evidence, act_evidence_file TO catena_civil;
GRANT INSERT ON act_evidence, act_evidence_file TO catena_civil;
GRANT SELECT ON act_kind TO catena_enrolment, catena_issuance, catena_signer, catena_inspection;
GRANT SELECT ON act_kind, act_policy, late_rule, act_evidence_rule, act_evidence TO catena_reader;
