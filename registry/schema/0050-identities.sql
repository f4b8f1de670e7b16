-- Enrolment: evidence, portrait, decisions, identity versions.

CREATE TABLE enrolment (
	id uuid PRIMARY KEY,
	person_id uuid NOT NULL REFERENCES person,
	office_id uuid NOT NULL REFERENCES office,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	UNIQUE (id, person_id)
);
COMMENT ON TABLE enrolment IS 'The procedure that verifies an identity; officer_id opened it';
CALL make_ledgered('enrolment', 'person_id', 'office_id', 'officer_id');

CREATE TABLE evidence_exemption (
	id uuid PRIMARY KEY,
	person_id uuid NOT NULL REFERENCES person,
	reason text NOT NULL CHECK (length(reason) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	second_officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, person_id),
	CONSTRAINT four_eyes_exemption CHECK (officer_id <> second_officer_id)
);
COMMENT ON TABLE evidence_exemption IS 'Two officers let an enrolment go on without a registered act (invariant 1)';
CALL make_ledgered('evidence_exemption', 'person_id', 'officer_id', 'second_officer_id');

CREATE TABLE evidence (
	id uuid PRIMARY KEY,
	enrolment_id uuid NOT NULL,
	person_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('act', 'exemption', 'document', 'guardian')),
	act_id uuid REFERENCES act_registration (act_id),
	exemption_id uuid,
	guardian_person_id uuid REFERENCES person,
	description jsonb,
	is_basis boolean GENERATED ALWAYS AS (kind IN ('act', 'exemption')) STORED,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, enrolment_id, is_basis),
	FOREIGN KEY (enrolment_id, person_id) REFERENCES enrolment (id, person_id),
	FOREIGN KEY (exemption_id, person_id) REFERENCES evidence_exemption (id, person_id),
	CHECK ((kind = 'act') = (act_id IS NOT NULL)),
	CHECK ((kind = 'exemption') = (exemption_id IS NOT NULL)),
	CHECK (kind <> 'document' OR description IS NOT NULL)
);
CREATE INDEX evidence_enrolment ON evidence (enrolment_id);
COMMENT ON TABLE evidence IS 'What an enrolment rests on';
COMMENT ON COLUMN evidence.is_basis IS 'A registered act or an exemption: what an identity version must rest on';
CALL make_ledgered('evidence', 'enrolment_id', 'person_id', 'kind', 'act_id', 'exemption_id', 'officer_id');

CREATE TABLE portrait (
	id uuid PRIMARY KEY,
	enrolment_id uuid NOT NULL REFERENCES enrolment,
	width int NOT NULL CHECK (width > 0),
	height int NOT NULL CHECK (height > 0),
	sealed_sha256 digest256 NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, enrolment_id)
);
COMMENT ON TABLE portrait IS 'A face image (JPEG); sealed_sha256 ties the ledger to the sealed octets';
CALL make_ledgered('portrait', 'enrolment_id', 'sealed_sha256', 'officer_id');

CREATE TABLE portrait_image (
	portrait_id uuid PRIMARY KEY REFERENCES portrait,
	sealed bytea NOT NULL
);
ALTER TABLE portrait_image ALTER COLUMN sealed SET STORAGE EXTERNAL;
COMMENT ON TABLE portrait_image IS 'The image, sealed under a key the database does not hold (invariant 9)';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON portrait_image FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE enrolment_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	enrolment_id uuid NOT NULL,
	opened_by uuid NOT NULL,
	examined_by uuid REFERENCES officer,
	event text NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	proposal jsonb,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (enrolment_id, seq),
	CONSTRAINT examination_proposes CHECK ((event = 'examine') = (proposal IS NOT NULL)),
	UNIQUE (id, enrolment_id, event),
	FOREIGN KEY (enrolment_id, opened_by) REFERENCES enrolment (id, officer_id),
	CONSTRAINT four_eyes_enrolment CHECK (CASE WHEN event IN ('verify', 'refuse')
	    THEN examined_by IS NOT NULL AND officer_id <> examined_by AND officer_id <> opened_by ELSE true END),
	CONSTRAINT reason_given CHECK (event NOT IN ('refuse', 'cancel', 'revoke') OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE enrolment_decision IS 'Open, examine, verify: who verifies neither opened nor examined (invariant 5)';
COMMENT ON COLUMN enrolment_decision.proposal IS 'The identity as the examining officer found it: what another officer then verifies';
CREATE TRIGGER a_state BEFORE INSERT ON enrolment_decision FOR EACH ROW EXECUTE FUNCTION state_advance('enrolment', 'enrolment_id');
CREATE FUNCTION enrolment_decision_examined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- who examined is read from the register, not taken from the program
	NEW.examined_by := (SELECT d.officer_id FROM enrolment_decision d WHERE d.enrolment_id = NEW.enrolment_id AND d.event = 'examine'
	    ORDER BY d.seq DESC LIMIT 1);
	RETURN NEW;
END $$;
CREATE TRIGGER b_examined BEFORE INSERT ON enrolment_decision FOR EACH ROW EXECUTE FUNCTION enrolment_decision_examined();
CALL make_ledgered('enrolment_decision', 'enrolment_id', 'event', 'from_state', 'to_state', 'officer_id');

CREATE SEQUENCE uin_sequence MINVALUE 0 START 0 MAXVALUE 79999999999;
COMMENT ON SEQUENCE uin_sequence IS 'Argument of the keyed permutation that makes UINs (registry/base/uin.h)';

CREATE TABLE person_uin (
	person_id uuid PRIMARY KEY REFERENCES person,
	uin text NOT NULL UNIQUE CHECK (uin ~ '^[2-9][0-9]{11}$'),
	created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE person_uin IS 'The number of a person, given with the first verified identity and never changed';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON person_uin FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE identity_version (
	id uuid PRIMARY KEY,
	person_id uuid NOT NULL REFERENCES person_uin (person_id),
	version int NOT NULL CHECK (version > 0),
	enrolment_id uuid NOT NULL UNIQUE,
	verification_id uuid NOT NULL UNIQUE,
	verification_event text NOT NULL DEFAULT 'verify' CHECK (verification_event = 'verify'),
	evidence_id uuid NOT NULL,
	evidence_is_basis boolean NOT NULL DEFAULT true CHECK (evidence_is_basis),
	portrait_id uuid NOT NULL,
	uin text NOT NULL,
	primary_name text NOT NULL,
	secondary_name text,
	name_local text,
	mrz_primary text NOT NULL CHECK (mrz_primary ~ '^[A-Z]+(<[A-Z]+)*$'),
	mrz_secondary text CHECK (mrz_secondary ~ '^[A-Z]+(<[A-Z]+)*$'),
	mrz_override_reason text,
	sex text NOT NULL CHECK (sex IN ('F', 'M', 'X')),
	date_of_birth partial_date,
	place_of_birth text,
	nationality text NOT NULL CHECK (nationality ~ '^[A-Z]{1,3}$'),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (person_id, version),
	UNIQUE (id, person_id),
	FOREIGN KEY (enrolment_id, person_id) REFERENCES enrolment (id, person_id),
	FOREIGN KEY (verification_id, enrolment_id, verification_event) REFERENCES enrolment_decision (id, enrolment_id, event),
	FOREIGN KEY (evidence_id, enrolment_id, evidence_is_basis) REFERENCES evidence (id, enrolment_id, is_basis),
	FOREIGN KEY (portrait_id, enrolment_id) REFERENCES portrait (id, enrolment_id)
);
COMMENT ON TABLE identity_version IS 'Who the registry says someone is, from created_at on: the result of a verified enrolment';
CALL make_ledgered('identity_version', 'person_id', 'version', 'enrolment_id', 'verification_id', 'evidence_id', 'portrait_id', 'officer_id');

CREATE VIEW current_identity AS
	SELECT DISTINCT ON (i.person_id) i.*, s.state AS enrolment_state
	FROM identity_version i JOIN current_state s ON s.subject_id = i.enrolment_id
	ORDER BY i.person_id, i.version DESC;
COMMENT ON VIEW current_identity IS 'The newest identity version of each person; it holds only while enrolment_state is verified';

CREATE FUNCTION identity_descends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	-- the foreign keys say that the rows exist; this says that they still hold, and holds them until the commit
	PERFORM FROM current_state WHERE subject_id = ANY (NEW.enrolment_id ||
	    ARRAY(SELECT act_id FROM evidence WHERE enrolment_id = NEW.enrolment_id AND act_id IS NOT NULL)) ORDER BY subject_id FOR SHARE;
	IF NOT EXISTS (SELECT FROM current_state WHERE subject_id = NEW.enrolment_id AND state = 'verified') THEN
		RAISE EXCEPTION 'enrolment is not verified' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM evidence e JOIN current_state s ON s.subject_id = e.act_id
	    WHERE e.enrolment_id = NEW.enrolment_id AND s.state <> 'registered') THEN
		RAISE EXCEPTION 'an act given as evidence is no longer registered' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM evidence e JOIN act_registration r ON r.act_id = e.act_id
	    WHERE e.id = NEW.evidence_id AND r.person_id <> NEW.person_id) THEN
		RAISE EXCEPTION 'the act given as evidence is about another person' USING ERRCODE = 'CA002';
	ELSIF NOT EXISTS (SELECT FROM person_uin WHERE person_id = NEW.person_id AND uin = NEW.uin) THEN
		RAISE EXCEPTION 'the UIN is not that of the person' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER descends BEFORE INSERT ON identity_version FOR EACH ROW EXECUTE FUNCTION identity_descends();
