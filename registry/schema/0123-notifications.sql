-- Notifications: what a health facility's program says of births and deaths.  Incomplete records that a clerk takes up into a declaration; those
-- that nobody took up in time stand in the expiry queue.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('notification', 'new', 'notify', 'notified'),
	('notification', 'notified', 'take_up', 'declared'),
	('notification', 'notified', 'close', 'closed');

CREATE TABLE program_facility (
	program_id uuid NOT NULL REFERENCES program,
	place_code text NOT NULL REFERENCES place,
	PRIMARY KEY (program_id, place_code)
);
COMMENT ON TABLE program_facility IS 'The facilities for which a program notifies';

CREATE TABLE notification_rule (
	kind text PRIMARY KEY REFERENCES act_kind,
	days int NOT NULL CHECK (days > 0)
);
COMMENT ON TABLE notification_rule IS 'The kinds that can be notified, and how long a notification waits before it stands in the expiry queue';
INSERT INTO notification_rule VALUES ('birth', 30), ('foetal_death', 30), ('death', 10);

CREATE TABLE notification (
	id uuid PRIMARY KEY,
	kind text NOT NULL REFERENCES notification_rule,
	program_id uuid NOT NULL,
	place_code text NOT NULL,
	office_id uuid NOT NULL REFERENCES office,
	reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
	content jsonb NOT NULL CHECK (jsonb_typeof(content) = 'object'),
	expires_on date NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (program_id, reference),
	FOREIGN KEY (program_id, place_code) REFERENCES program_facility (program_id, place_code)
);
CREATE INDEX notification_queue ON notification (office_id, expires_on, id);
COMMENT ON TABLE notification IS 'An event as a facility notified it: an incomplete declaration';
COMMENT ON COLUMN notification.reference IS 'The facility''s own: the same twice is one event';
CALL make_ledgered('notification', 'kind', 'program_id', 'place_code', 'office_id');

CREATE TABLE notification_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	notification_id uuid NOT NULL REFERENCES notification,
	event text NOT NULL,
	program_id uuid REFERENCES program,
	officer_id uuid REFERENCES officer,
	act_id uuid UNIQUE REFERENCES act,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (notification_id, seq),
	CHECK ((event = 'notify') = (program_id IS NOT NULL)),
	CHECK ((event = 'notify') = (officer_id IS NULL)),
	CHECK ((event = 'take_up') = (act_id IS NOT NULL)),
	CONSTRAINT reason_given CHECK (event <> 'close' OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE notification_decision IS 'Notified by a program, taken up into the act of a declaration, or closed with a reason';
CREATE TRIGGER a_state BEFORE INSERT ON notification_decision FOR EACH ROW EXECUTE FUNCTION state_advance('notification', 'notification_id');
CREATE FUNCTION notification_taken_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM act a JOIN notification n ON n.kind = a.kind AND n.office_id = a.office_id WHERE a.id = NEW.act_id AND n.id = NEW.notification_id) THEN
		RAISE EXCEPTION 'the notification is of another kind of event, or for another office' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_taken_up BEFORE INSERT ON notification_decision FOR EACH ROW WHEN (NEW.event = 'take_up') EXECUTE FUNCTION notification_taken_up();
CALL make_ledgered('notification_decision', 'notification_id', 'event', 'program_id', 'officer_id', 'act_id', 'from_state', 'to_state');

-- The civil office that keeps the register of a place: its own, or that of the nearest place around it.
CREATE FUNCTION office_of_place(code text) RETURNS uuid LANGUAGE sql STABLE AS $$
	WITH RECURSIVE up(code, parent_code, depth) AS (
		SELECT p.code, p.parent_code, 0 FROM place p WHERE p.code = $1
		UNION ALL SELECT p.code, p.parent_code, up.depth + 1 FROM place p JOIN up ON p.code = up.parent_code WHERE up.depth < 10)
	SELECT o.id FROM up JOIN office o ON o.place_code = up.code AND o.kind = 'civil' ORDER BY up.depth, o.code LIMIT 1
$$;

GRANT SELECT, INSERT ON notification, notification_decision TO catena_civil;
GRANT SELECT ON notification_rule, program_facility TO catena_civil, catena_reader;
GRANT SELECT ON notification, notification_decision TO catena_reader;
