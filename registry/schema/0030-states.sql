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
	subject uuid := (to_jsonb(NEW) ->> TG_ARGV[1])::uuid;
	was_state text;
	was_seq int;
	t text;
BEGIN
	SELECT state, seq INTO was_state, was_seq FROM current_state WHERE subject_id = subject FOR UPDATE;
	IF NOT FOUND THEN
		was_state := 'new';
		was_seq := 0;
	END IF;
	SELECT to_state INTO t FROM transition WHERE machine = m AND from_state = was_state AND event = NEW.event;
	IF NOT FOUND THEN
		RAISE EXCEPTION '% is %, which does not allow: %', m, was_state, NEW.event USING ERRCODE = 'CA001';
	END IF;
	NEW.from_state := was_state;
	NEW.to_state := t;
	NEW.seq := was_seq + 1;
	IF was_seq = 0 THEN
		INSERT INTO current_state VALUES (subject, m, t, 1, NEW.created_at);
	ELSE
		UPDATE current_state SET state = t, seq = NEW.seq, changed_at = NEW.created_at WHERE subject_id = subject;
	END IF;
	RETURN NEW;
END $$;
