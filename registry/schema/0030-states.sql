-- State machines.  A decision is an insert-only row; the trigger state_advance finds its transition, fills in from_state,
-- to_state and seq, and keeps current_state in the same transaction.  Two officers who decide at once meet on that row: the
-- second finds that its event no longer fits (CA001).

CREATE TABLE transition (
	machine text NOT NULL,
	from_state text NOT NULL,
	event text NOT NULL,
	to_state text NOT NULL,
	PRIMARY KEY (machine, from_state, event)
);
COMMENT ON TABLE transition IS 'The state machines of registry/store/states.c, which a test holds against these rows';
INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('act', 'new', 'declare', 'declared'),
	('act', 'declared', 'validate', 'validated'),
	('act', 'declared', 'reject', 'rejected'),
	('act', 'validated', 'reject', 'rejected'),
	('act', 'validated', 'register', 'registered'),
	('act', 'registered', 'annul', 'annulled'),
	('enrolment', 'new', 'open', 'open'),
	('enrolment', 'open', 'examine', 'examined'),
	('enrolment', 'open', 'cancel', 'cancelled'),
	('enrolment', 'examined', 'verify', 'verified'),
	('enrolment', 'examined', 'refuse', 'refused'),
	('enrolment', 'verified', 'revoke', 'revoked'),
	('application', 'new', 'apply', 'submitted'),
	('application', 'submitted', 'approve', 'approved'),
	('application', 'submitted', 'refuse', 'refused'),
	('application', 'submitted', 'cancel', 'cancelled'),
	('application', 'approved', 'cancel', 'cancelled'),
	('application', 'submitted', 'stop', 'stopped'),
	('application', 'approved', 'stop', 'stopped'),
	('application', 'approved', 'produce', 'in_production'),
	('application', 'in_production', 'reproduce', 'approved'),
	('application', 'in_production', 'complete', 'completed'),
	('document', 'new', 'allocate', 'allocated'),
	('document', 'allocated', 'personalise', 'personalised'),
	('document', 'allocated', 'spoil', 'spoiled'),
	('document', 'personalised', 'pass', 'ready'),
	('document', 'personalised', 'spoil', 'spoiled'),
	('document', 'ready', 'deliver', 'delivered'),
	('document', 'ready', 'cancel', 'cancelled'),
	('document', 'delivered', 'cancel', 'cancelled'),
	('document', 'ready', 'revoke', 'revoked'),
	('document', 'delivered', 'revoke', 'revoked');

CREATE TABLE current_state (
	subject_id uuid PRIMARY KEY,
	machine text NOT NULL,
	state text NOT NULL,
	seq int NOT NULL,
	changed_at timestamptz NOT NULL
);
CREATE INDEX current_state_queue ON current_state (machine, state, changed_at, subject_id);
COMMENT ON TABLE current_state IS 'Where each act, enrolment, application and document stands: kept by state_advance, never by a program';

CREATE FUNCTION state_advance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = registry, pg_temp AS $$
-- TG_ARGV[0]: the machine; TG_ARGV[1]: the column that names the subject
DECLARE
	m text := TG_ARGV[0];
	subject uuid;
	was_state text;
	t text;
BEGIN
	IF TG_ARGV[1] = 'document_id' THEN
		subject := NEW.document_id;
	ELSIF TG_ARGV[1] = 'application_id' THEN
		subject := NEW.application_id;
	ELSIF TG_ARGV[1] = 'enrolment_id' THEN
		subject := NEW.enrolment_id;
	ELSE
		subject := NEW.act_id;
	END IF;
	-- in one statement when the event fits; two who decide at once meet on the row, and the second looks again at what it then is
	UPDATE current_state s SET state = n.to_state, seq = s.seq + 1, changed_at = NEW.created_at FROM transition n
	    WHERE s.subject_id = subject AND n.machine = m AND n.from_state = s.state AND n.event = NEW.event
	    RETURNING n.from_state, n.to_state, s.seq INTO NEW.from_state, NEW.to_state, NEW.seq;
	IF FOUND THEN
		RETURN NEW;
	END IF;
	SELECT state INTO was_state FROM current_state WHERE subject_id = subject FOR UPDATE;
	was_state := coalesce(was_state, 'new');
	SELECT to_state INTO t FROM transition WHERE machine = m AND from_state = was_state AND event = NEW.event;
	IF NOT FOUND OR was_state <> 'new' THEN
		RAISE EXCEPTION '% is %, which does not allow: %', m, was_state, NEW.event USING ERRCODE = 'CA001';
	END IF;
	NEW.from_state := 'new';
	NEW.to_state := t;
	NEW.seq := 1;
	INSERT INTO current_state VALUES (subject, m, t, 1, NEW.created_at);
	RETURN NEW;
END $$;
