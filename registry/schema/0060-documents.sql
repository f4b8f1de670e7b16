-- Applications, decisions, travel documents.

CREATE TABLE person_stop (
	id uuid PRIMARY KEY,
	person_id uuid NOT NULL REFERENCES person,
	kind text NOT NULL CHECK (kind IN ('court', 'alert', 'registry')),
	reference text NOT NULL,
	lifts_id uuid UNIQUE REFERENCES person_stop,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX person_stop_person ON person_stop (person_id);
COMMENT ON TABLE person_stop IS 'Reasons not to issue; one is lifted by a further row that names it';
CALL make_ledgered('person_stop', 'person_id', 'kind', 'lifts_id', 'officer_id');

CREATE VIEW stopped_person AS
	SELECT DISTINCT p.person_id FROM person_stop p
	WHERE p.lifts_id IS NULL AND NOT EXISTS (SELECT FROM person_stop l WHERE l.lifts_id = p.id);

CREATE TABLE application (
	id uuid PRIMARY KEY,
	person_id uuid NOT NULL,
	identity_version_id uuid NOT NULL,
	office_id uuid NOT NULL REFERENCES office,
	document_type text NOT NULL CHECK (document_type IN ('PP')),
	reason text NOT NULL CHECK (reason IN ('first', 'renewal', 'replacement')),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	UNIQUE (id, person_id, identity_version_id),
	FOREIGN KEY (identity_version_id, person_id) REFERENCES identity_version (id, person_id)
);
CREATE INDEX application_person ON application (person_id);
CREATE INDEX application_office ON application (office_id, created_at, id);
COMMENT ON TABLE application IS 'Application for a travel document; officer_id took it';
CALL make_ledgered('application', 'person_id', 'identity_version_id', 'office_id', 'document_type', 'officer_id');

CREATE TABLE application_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	application_id uuid NOT NULL,
	taken_by uuid NOT NULL,
	event text NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (application_id, seq),
	UNIQUE (id, application_id, event),
	FOREIGN KEY (application_id, taken_by) REFERENCES application (id, officer_id),
	CONSTRAINT four_eyes_application CHECK (event NOT IN ('approve', 'refuse') OR officer_id <> taken_by),
	CONSTRAINT reason_given CHECK (event NOT IN ('refuse', 'cancel', 'stop') OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE application_decision IS 'Who took an application never decides it (invariant 5)';
CREATE TRIGGER a_state BEFORE INSERT ON application_decision FOR EACH ROW EXECUTE FUNCTION state_advance('application', 'application_id');
CALL make_ledgered('application_decision', 'application_id', 'event', 'from_state', 'to_state', 'officer_id');

CREATE SEQUENCE document_number_sequence;

CREATE TABLE document (
	id uuid PRIMARY KEY,
	number text NOT NULL UNIQUE CHECK (number ~ '^[A-Z0-9]{9}$'),
	application_id uuid NOT NULL,
	person_id uuid NOT NULL,
	identity_version_id uuid NOT NULL,
	approval_id uuid NOT NULL,
	approval_event text NOT NULL DEFAULT 'approve' CHECK (approval_event = 'approve'),
	production_id uuid NOT NULL UNIQUE,
	production_event text NOT NULL DEFAULT 'produce' CHECK (production_event = 'produce'),
	document_type text NOT NULL CHECK (document_type IN ('PP')),
	issuing_state text NOT NULL CHECK (issuing_state ~ '^[A-Z]{1,3}$'),
	authority text NOT NULL CHECK (length(authority) > 0),
	issued_on date NOT NULL,
	expires_on date NOT NULL,
	dg_hash_bits int NOT NULL CHECK (dg_hash_bits IN (224, 256, 384, 512)),
	dg_hashes jsonb NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CHECK (expires_on > issued_on),
	CHECK (dg_hashes ? '1' AND dg_hashes ? '2'),
	FOREIGN KEY (application_id, person_id, identity_version_id) REFERENCES application (id, person_id, identity_version_id),
	FOREIGN KEY (approval_id, application_id, approval_event) REFERENCES application_decision (id, application_id, event),
	FOREIGN KEY (production_id, application_id, production_event) REFERENCES application_decision (id, application_id, event)
);
CREATE INDEX document_application ON document (application_id);
CREATE INDEX document_person ON document (person_id);
COMMENT ON TABLE document IS 'A travel document: one for each decision to produce, under an approved application of a verified identity (invariant 1)';
COMMENT ON COLUMN document.authority IS 'Issuing authority as printed and in DG12: every file of the chip can be composed again from the rows';
COMMENT ON COLUMN document.dg_hashes IS 'Data group number (decimal) to hash (hex): what signd compares before it signs (invariant 2)';
CALL make_ledgered('document', 'application_id', 'person_id', 'identity_version_id', 'approval_id', 'production_id', 'document_type', 'officer_id');

CREATE FUNCTION document_descends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	broken text;
BEGIN
	-- the foreign keys say that the rows exist; this says that they still hold, for all documents of the statement, and holds them until
	-- the commit: a death, stop or revocation that comes at the same time waits here or is seen, so that its cascade finds the document
	PERFORM FROM person WHERE id IN (SELECT person_id FROM new_rows) ORDER BY id FOR UPDATE;
	PERFORM FROM current_state WHERE subject_id IN (SELECT application_id FROM new_rows
	    UNION ALL SELECT i.enrolment_id FROM new_rows d JOIN identity_version i ON i.id = d.identity_version_id)
	    ORDER BY subject_id FOR SHARE;
	-- counted by person: the planner must neither compute a view for the whole nation nor hash it
	SELECT CASE
	    WHEN (SELECT count(*) FROM current_state c WHERE c.subject_id = d.application_id AND c.state = 'in_production') = 0
		THEN 'application is not in production'
	    WHEN (SELECT count(*) FROM current_identity c WHERE c.person_id = d.person_id AND c.id = d.identity_version_id
		AND c.enrolment_state = 'verified') = 0 THEN 'identity is not the current verified one'
	    WHEN (SELECT count(*) FROM deceased c WHERE c.person_id = d.person_id) > 0 THEN 'holder is deceased'
	    WHEN (SELECT count(*) FROM stopped_person c WHERE c.person_id = d.person_id) > 0 THEN 'issuing to the holder is stopped'
	    END AS link
	INTO broken FROM new_rows d ORDER BY 1 LIMIT 1; -- nulls, which are whole descents, come last
	IF broken IS NOT NULL THEN
		RAISE EXCEPTION '%', broken USING ERRCODE = 'CA002';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER descends AFTER INSERT ON document REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION document_descends();

CREATE TABLE document_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	document_id uuid NOT NULL REFERENCES document,
	event text NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (document_id, seq),
	CONSTRAINT reason_given CHECK (event NOT IN ('spoil', 'cancel', 'revoke') OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE document_decision IS 'Allocated, personalised, checked, delivered ...';
CREATE TRIGGER a_state BEFORE INSERT ON document_decision FOR EACH ROW EXECUTE FUNCTION state_advance('document', 'document_id');
CALL make_ledgered('document_decision', 'document_id', 'event', 'from_state', 'to_state', 'officer_id');
