-- Applications that the applicant prepares at home and the desk takes over by a one-time code; appointments at the office's desks.
--
-- Whoever prepares is not known, and the registry keeps nothing of a person: of the code its digest, of the UIN a digest that nobody can compare
-- with a number who does not have the code.  So nothing here has to be erased, and nothing here tells whether somebody exists.

CREATE TABLE prepared_application (
	id uuid PRIMARY KEY,
	code_sha256 digest256 NOT NULL UNIQUE,
	holder_sha256 digest256 NOT NULL,
	document_type text NOT NULL REFERENCES document_kind,
	reason text NOT NULL CHECK (reason IN ('first', 'renewal', 'lost', 'stolen', 'damaged', 'name_change', 'additional')),
	office_id uuid NOT NULL REFERENCES office,
	is_urgent boolean NOT NULL,
	expires_at timestamptz NOT NULL DEFAULT now() + interval '90 days',
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CHECK (expires_at > created_at)
);
COMMENT ON TABLE prepared_application IS 'What somebody wants to apply for: nothing follows before an officer takes it over from the person who brings the code';
COMMENT ON COLUMN prepared_application.holder_sha256 IS 'SHA-256 of the code and the UIN: whose number was given, for who has both';
CALL make_ledgered('prepared_application', 'document_type', 'office_id');

CREATE FUNCTION prepared_for_office() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	NEW.expires_at := now() + interval '90 days';
	IF NOT EXISTS (SELECT FROM office o WHERE o.id = NEW.office_id AND o.kind = 'passport') THEN
		RAISE EXCEPTION 'there is no such passport office' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_office BEFORE INSERT ON prepared_application FOR EACH ROW EXECUTE FUNCTION prepared_for_office();

CREATE TABLE prepared_ending (
	id uuid PRIMARY KEY,
	prepared_id uuid NOT NULL UNIQUE REFERENCES prepared_application,
	application_id uuid UNIQUE REFERENCES application,
	officer_id uuid REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CHECK ((application_id IS NULL) = (officer_id IS NULL))
);
COMMENT ON TABLE prepared_ending IS 'A prepared application became the application that the officer took, or (no application) was withdrawn by who has the code: it works once';
CALL make_ledgered('prepared_ending', 'prepared_id', 'application_id', 'officer_id');

CREATE VIEW waiting_application AS
	SELECT p.* FROM prepared_application p WHERE p.expires_at > now() AND NOT EXISTS (SELECT FROM prepared_ending e WHERE e.prepared_id = p.id);
COMMENT ON VIEW waiting_application IS 'Prepared applications that can be taken over';

-- ---- appointments ----

CREATE TABLE appointment_opening (
	id uuid PRIMARY KEY,
	office_id uuid NOT NULL REFERENCES office,
	starts_at timestamptz NOT NULL,
	ends_at timestamptz NOT NULL,
	minutes int NOT NULL CHECK (minutes BETWEEN 5 AND 240),
	desks int NOT NULL CHECK (desks BETWEEN 1 AND 100),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CONSTRAINT opening_holds_one CHECK (ends_at >= starts_at + make_interval(mins => minutes)),
	CONSTRAINT opening_of_a_day CHECK (ends_at <= starts_at + interval '1 day'),
	CONSTRAINT opening_to_come CHECK (starts_at > created_at AND starts_at < created_at + interval '366 days')
);
CREATE INDEX appointment_opening_office ON appointment_opening (office_id, starts_at);
COMMENT ON TABLE appointment_opening IS 'When an office gives appointments: from starts_at on one after the other, each so many minutes, so many desks at once';
CALL make_ledgered('appointment_opening', 'office_id', 'officer_id');

CREATE TABLE appointment_closing (
	id uuid PRIMARY KEY,
	opening_id uuid NOT NULL UNIQUE REFERENCES appointment_opening,
	reason text NOT NULL CHECK (length(reason) >= 3),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE appointment_closing IS 'Nothing more is given of an opening, and what was to come is cancelled';
CALL make_ledgered('appointment_closing', 'opening_id', 'officer_id');

CREATE TABLE appointment (
	id uuid PRIMARY KEY,
	prepared_id uuid NOT NULL REFERENCES prepared_application,
	opening_id uuid NOT NULL REFERENCES appointment_opening,
	starts_at timestamptz NOT NULL,
	desk int NOT NULL CHECK (desk > 0),
	turn int NOT NULL,
	attempt int NOT NULL CHECK (attempt > 0),
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (opening_id, starts_at, desk, turn),
	UNIQUE (prepared_id, attempt)
);
COMMENT ON TABLE appointment IS 'A prepared application''s time at a desk of its office';
COMMENT ON COLUMN appointment.turn IS 'How often this time at this desk was given: the next only when the one before has ended.  Two who book at once meet on it';
COMMENT ON COLUMN appointment.attempt IS 'How many of the same prepared application: who books and does not come is in the way of others';
CALL make_ledgered('appointment', 'prepared_id', 'opening_id');

CREATE TABLE appointment_ending (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	appointment_id uuid NOT NULL UNIQUE REFERENCES appointment,
	event text NOT NULL CHECK (event IN ('keep', 'miss', 'cancel', 'close')),
	officer_id uuid REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE appointment_ending IS 'keep: the application was taken over on that day; miss: nobody came; cancel: by who has the code; close: by the office';
CALL make_ledgered('appointment_ending', 'appointment_id', 'event', 'officer_id');

CREATE VIEW standing_appointment AS
	SELECT a.*, o.office_id, o.minutes FROM appointment a JOIN appointment_opening o ON o.id = a.opening_id
	WHERE NOT EXISTS (SELECT FROM appointment_ending e WHERE e.appointment_id = a.id);
COMMENT ON VIEW standing_appointment IS 'Appointments that have not ended';

CREATE FUNCTION appointment_opened_by_office() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM office o JOIN officer_role r ON r.office_id = o.id AND r.officer_id = NEW.officer_id AND r.role = 'passport_supervisor'
	    WHERE o.id = NEW.office_id AND o.kind = 'passport') THEN
		RAISE EXCEPTION 'appointments are opened by a supervisor of the passport office' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_office BEFORE INSERT ON appointment_opening FOR EACH ROW EXECUTE FUNCTION appointment_opened_by_office();

CREATE FUNCTION appointment_closed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM appointment_opening o WHERE o.id = NEW.opening_id FOR UPDATE; -- who is booking waits, and then sees the closing
	INSERT INTO appointment_ending (appointment_id, event, officer_id) SELECT a.id, 'close', NEW.officer_id FROM standing_appointment a
	    WHERE a.opening_id = NEW.opening_id AND a.starts_at > now();
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON appointment_closing FOR EACH ROW EXECUTE FUNCTION appointment_closed();

-- The desk, the turn and the attempt are given here, whatever the program says.
CREATE FUNCTION appointment_given() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	p record;
	o record;
BEGIN
	SELECT * INTO p FROM prepared_application a WHERE a.id = NEW.prepared_id FOR UPDATE;
	IF p.expires_at <= now() OR EXISTS (SELECT FROM prepared_ending e WHERE e.prepared_id = NEW.prepared_id) THEN
		RAISE EXCEPTION 'no application waits any more for which there could be an appointment' USING ERRCODE = 'CA001';
	END IF;
	SELECT * INTO o FROM appointment_opening a WHERE a.id = NEW.opening_id FOR UPDATE;
	IF o.office_id <> p.office_id OR NEW.starts_at < o.starts_at OR NEW.starts_at + make_interval(mins => o.minutes) > o.ends_at
	    OR mod(extract(epoch FROM NEW.starts_at - o.starts_at)::numeric, o.minutes * 60) <> 0 THEN
		RAISE EXCEPTION 'the office gives no appointment at that time' USING ERRCODE = 'CA002';
	ELSIF NEW.starts_at <= now() OR NEW.starts_at >= p.expires_at THEN
		RAISE EXCEPTION 'an appointment is in the future, and before the prepared application expires' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM appointment_closing c WHERE c.opening_id = o.id) THEN
		RAISE EXCEPTION 'the office gives no appointment at that time any more' USING ERRCODE = 'CA001';
	ELSIF EXISTS (SELECT FROM standing_appointment a WHERE a.prepared_id = NEW.prepared_id AND a.starts_at > now()) THEN
		RAISE EXCEPTION 'there is an appointment already' USING ERRCODE = 'CA001';
	END IF;
	INSERT INTO appointment_ending (appointment_id, event) SELECT a.id, 'miss' FROM standing_appointment a WHERE a.prepared_id = NEW.prepared_id;
	NEW.attempt := 1 + (SELECT count(*) FROM appointment a WHERE a.prepared_id = NEW.prepared_id AND NOT EXISTS (
	    SELECT FROM appointment_ending e WHERE e.appointment_id = a.id AND e.event = 'close')); -- the office's own doing counts for nothing
	IF NEW.attempt > 3 THEN
		RAISE EXCEPTION 'three appointments were made for this application: come to the office without one' USING ERRCODE = 'CA002';
	END IF;
	NEW.attempt := 1 + (SELECT count(*) FROM appointment a WHERE a.prepared_id = NEW.prepared_id);
	SELECT min(d) INTO NEW.desk FROM generate_series(1, o.desks) d
	    WHERE NOT EXISTS (SELECT FROM standing_appointment a WHERE a.opening_id = o.id AND a.starts_at = NEW.starts_at AND a.desk = d);
	IF NEW.desk IS NULL THEN
		RAISE EXCEPTION 'all desks are taken at that time' USING ERRCODE = 'CA001';
	END IF;
	NEW.turn := 1 + (SELECT count(*) FROM appointment a WHERE a.opening_id = o.id AND a.starts_at = NEW.starts_at AND a.desk = NEW.desk);
	RETURN NEW;
END $$;
CREATE TRIGGER a_given BEFORE INSERT ON appointment FOR EACH ROW EXECUTE FUNCTION appointment_given();

CREATE FUNCTION appointment_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	at timestamptz := (SELECT starts_at FROM appointment WHERE id = NEW.appointment_id);
BEGIN
	IF NEW.event = 'miss' AND at > now() THEN
		RAISE EXCEPTION 'the appointment is still to come' USING ERRCODE = 'CA002';
	ELSIF NEW.event IN ('cancel', 'close') AND at <= now() THEN
		RAISE EXCEPTION 'the time of the appointment has come' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_in_time BEFORE INSERT ON appointment_ending FOR EACH ROW EXECUTE FUNCTION appointment_ended();

-- ---- the end of a prepared application is the end of its appointment ----

CREATE FUNCTION prepared_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	p record;
BEGIN
	SELECT * INTO p FROM prepared_application a WHERE a.id = NEW.prepared_id FOR UPDATE;
	IF p.expires_at <= now() THEN
		RAISE EXCEPTION 'the prepared application has expired' USING ERRCODE = 'CA001';
	ELSIF NEW.application_id IS NOT NULL AND NOT EXISTS (SELECT FROM application a WHERE a.id = NEW.application_id AND a.document_type = p.document_type
	    AND a.reason = p.reason AND a.office_id = p.office_id AND a.officer_id = NEW.officer_id AND coalesce(a.is_urgent, false) = p.is_urgent) THEN
		RAISE EXCEPTION 'the application is not the one that was prepared' USING ERRCODE = 'CA002';
	END IF;
	-- who comes early, or late but on the day, has kept it; on another day the desk is free for others, or was kept free in vain
	INSERT INTO appointment_ending (appointment_id, event, officer_id) SELECT a.id, CASE WHEN NEW.application_id IS NOT NULL AND
	    a.starts_at BETWEEN now() - interval '12 hours' AND now() + interval '12 hours' THEN 'keep' WHEN a.starts_at > now() THEN 'cancel' ELSE 'miss' END, NEW.officer_id
	    FROM standing_appointment a WHERE a.prepared_id = NEW.prepared_id;
	RETURN NEW;
END $$;
CREATE TRIGGER a_ends BEFORE INSERT ON prepared_ending FOR EACH ROW EXECUTE FUNCTION prepared_ended();

GRANT SELECT ON prepared_application, prepared_ending, waiting_application, appointment_opening, appointment_closing, appointment, appointment_ending, standing_appointment
    TO catena_issuance, catena_reader;
GRANT INSERT ON prepared_application, prepared_ending, appointment_opening, appointment_closing, appointment, appointment_ending TO catena_issuance;
