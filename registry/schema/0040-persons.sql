-- Persons and the civil register.

CREATE TABLE person (
	id uuid PRIMARY KEY,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE person IS 'Someone the registry knows; who they are is said by acts and identity versions';
CALL make_ledgered('person', 'officer_id');

CREATE TABLE act (
	id uuid PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('birth', 'death')),
	office_id uuid NOT NULL REFERENCES office,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	UNIQUE (id, kind, office_id)
);
CREATE INDEX act_office ON act (office_id, id);
COMMENT ON TABLE act IS 'An entry in the civil register; officer_id is the officer who declared it';
CALL make_ledgered('act', 'kind', 'office_id', 'officer_id');

CREATE TABLE act_version (
	id uuid PRIMARY KEY,
	act_id uuid NOT NULL REFERENCES act,
	version int NOT NULL CHECK (version > 0),
	officer_id uuid NOT NULL REFERENCES officer,
	content jsonb NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (act_id, version),
	UNIQUE (id, act_id)
);
COMMENT ON TABLE act_version IS 'What an act says; a correction is a further version, nothing is overwritten (invariant 3)';
COMMENT ON COLUMN act_version.content IS 'The declaration, as checked by the field table of its kind (enrolment/civil)';
CALL make_ledgered('act_version', 'act_id', 'version', 'officer_id');

CREATE TABLE act_party (
	act_version_id uuid NOT NULL REFERENCES act_version,
	role text NOT NULL CHECK (role IN ('child', 'mother', 'father', 'informant', 'deceased')),
	person_id uuid REFERENCES person,
	confidence text NOT NULL CHECK (confidence IN ('proved', 'matched', 'asserted')),
	primary_name text NOT NULL,
	secondary_name text,
	sex text CHECK (sex IN ('F', 'M', 'X')),
	date_of_birth partial_date,
	PRIMARY KEY (act_version_id, role)
);
CREATE INDEX act_party_person ON act_party (person_id) WHERE person_id IS NOT NULL;
COMMENT ON TABLE act_party IS 'Who an act is about, taken from its content for links and search';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON act_party FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE act_match_key (
	k bigint NOT NULL,
	act_id uuid NOT NULL REFERENCES act,
	PRIMARY KEY (k, act_id)
);
COMMENT ON TABLE act_match_key IS 'Hashed blocking keys of the duplicate search (registry/match), made at declaration';

CREATE TABLE birth_statistics (
	act_version_id uuid PRIMARY KEY REFERENCES act_version,
	birth_weight_g int CHECK (birth_weight_g BETWEEN 100 AND 9000),
	gestation_weeks int CHECK (gestation_weeks BETWEEN 15 AND 48),
	attendant text CHECK (attendant IN ('physician', 'midwife', 'nurse', 'other', 'none')),
	place_kind text CHECK (place_kind IN ('hospital', 'clinic', 'home', 'other')),
	mother_children_born int CHECK (mother_children_born BETWEEN 1 AND 40),
	mother_marital_status text,
	mother_education text,
	mother_occupation text,
	father_education text,
	father_occupation text
);
COMMENT ON TABLE birth_statistics IS 'UN vital statistics items: no part of the act, under their own access right, never in a bundle';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON birth_statistics FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE act_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	act_id uuid NOT NULL,
	declared_by uuid NOT NULL,
	act_version_id uuid NOT NULL,
	event text NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (act_id, seq),
	UNIQUE (id, act_id, event),
	FOREIGN KEY (act_id, declared_by) REFERENCES act (id, officer_id),
	FOREIGN KEY (act_version_id, act_id) REFERENCES act_version (id, act_id),
	CONSTRAINT four_eyes_act CHECK (CASE WHEN event IN ('validate', 'register', 'annul') THEN officer_id <> declared_by
	    WHEN event = 'declare' THEN officer_id = declared_by ELSE true END),
	CONSTRAINT reason_given CHECK (event NOT IN ('reject', 'annul') OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE act_decision IS 'What was decided of an act, by whom; the declaring officer neither validates nor registers nor annuls (invariant 5)';
CREATE TRIGGER a_state BEFORE INSERT ON act_decision FOR EACH ROW EXECUTE FUNCTION state_advance('act', 'act_id');
CALL make_ledgered('act_decision', 'act_id', 'act_version_id', 'event', 'from_state', 'to_state', 'officer_id');

CREATE TABLE duplicate_override (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	act_id uuid NOT NULL,
	declared_by uuid NOT NULL,
	candidate_id uuid NOT NULL REFERENCES act,
	score int NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text NOT NULL CHECK (length(reason) >= 10),
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (act_id, candidate_id),
	FOREIGN KEY (act_id, declared_by) REFERENCES act (id, officer_id),
	CONSTRAINT four_eyes_override CHECK (officer_id <> declared_by)
);
COMMENT ON TABLE duplicate_override IS 'A second officer found that a duplicate candidate is another event';
CALL make_ledgered('duplicate_override', 'act_id', 'candidate_id', 'officer_id');

CREATE TABLE act_series (
	office_id uuid NOT NULL REFERENCES office,
	kind text NOT NULL,
	year int NOT NULL,
	last int NOT NULL,
	PRIMARY KEY (office_id, kind, year)
);
COMMENT ON TABLE act_series IS 'Last number given; the row is locked from the number to the commit, so that a rolled back act leaves no gap';

CREATE TABLE act_registration (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	act_id uuid NOT NULL UNIQUE,
	decision_id uuid NOT NULL UNIQUE,
	decision_event text NOT NULL DEFAULT 'register' CHECK (decision_event = 'register'),
	act_version_id uuid NOT NULL,
	person_id uuid NOT NULL REFERENCES person,
	office_id uuid NOT NULL,
	kind text NOT NULL,
	year int NOT NULL,
	serial int NOT NULL CHECK (serial > 0),
	number text NOT NULL UNIQUE,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (office_id, kind, year, serial),
	UNIQUE (act_id, kind, person_id),
	FOREIGN KEY (act_id, kind, office_id) REFERENCES act (id, kind, office_id),
	FOREIGN KEY (act_version_id, act_id) REFERENCES act_version (id, act_id),
	FOREIGN KEY (decision_id, act_id, decision_event) REFERENCES act_decision (id, act_id, event)
);
CREATE INDEX act_registration_person ON act_registration (person_id);
COMMENT ON TABLE act_registration IS 'An act that is registered: its number and the person it is about';
COMMENT ON COLUMN act_registration.number IS 'OFFICE-KIND-YEAR-SERIAL and an ISO/IEC 7064 MOD 37,36 check character';
CALL make_ledgered('act_registration', 'act_id', 'decision_id', 'act_version_id', 'person_id', 'office_id', 'kind', 'officer_id');

CREATE VIEW deceased AS
	SELECT r.person_id FROM act_registration r JOIN current_state s ON s.subject_id = r.act_id
	WHERE r.kind = 'death' AND s.state = 'registered';
COMMENT ON VIEW deceased IS 'Persons with a registered, not annulled death';
