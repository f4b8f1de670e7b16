-- Stops by an officer: set by one, lifted by another.  Refunds of fees: by rule, by another officer, with a number of their own.

-- ---- stops ----

CREATE FUNCTION person_stop_in_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	s record;
BEGIN
	PERFORM FROM person p WHERE p.id = NEW.person_id FOR UPDATE;
	IF NEW.lifts_id IS NULL THEN
		IF EXISTS (SELECT FROM person_stop p WHERE p.person_id = NEW.person_id AND p.kind = NEW.kind AND p.reference = NEW.reference AND p.lifts_id IS NULL
		    AND NOT EXISTS (SELECT FROM person_stop l WHERE l.lifts_id = p.id)) THEN
			RAISE EXCEPTION 'this stop stands already' USING ERRCODE = 'CA001';
		END IF;
		RETURN NEW;
	END IF;
	SELECT * INTO s FROM person_stop p WHERE p.id = NEW.lifts_id;
	IF s.lifts_id IS NOT NULL OR s.person_id <> NEW.person_id OR s.kind <> NEW.kind THEN
		RAISE EXCEPTION 'what is lifted is a stop of this person and kind' USING ERRCODE = 'CA002';
	ELSIF s.officer_id = NEW.officer_id THEN
		RAISE EXCEPTION 'the officer who set the stop may not lift it' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_in_order BEFORE INSERT ON person_stop FOR EACH ROW EXECUTE FUNCTION person_stop_in_order();

-- ---- refunds ----

CREATE TABLE refund_rule (
	state text PRIMARY KEY CHECK (state IN ('refused', 'cancelled', 'stopped')),
	percent int NOT NULL CHECK (percent BETWEEN 0 AND 100)
);
COMMENT ON TABLE refund_rule IS 'How much of what was paid may be given back, by what became of the application; without the row nothing';
INSERT INTO refund_rule VALUES ('refused', 0), ('cancelled', 100), ('stopped', 100);

CREATE TABLE fee_refund_series (
	office_id uuid NOT NULL REFERENCES office,
	year int NOT NULL,
	last int NOT NULL,
	PRIMARY KEY (office_id, year)
);
COMMENT ON TABLE fee_refund_series IS 'Last number of a refund; the row is locked to the commit, so that there are no gaps';

CREATE TABLE fee_refund (
	id uuid PRIMARY KEY,
	application_id uuid NOT NULL,
	taken_by uuid NOT NULL,
	number text NOT NULL UNIQUE,
	amount int NOT NULL CHECK (amount > 0),
	currency text NOT NULL,
	method text NOT NULL CHECK (method IN ('cash', 'card', 'transfer')),
	reason text NOT NULL CHECK (length(reason) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (application_id, taken_by) REFERENCES application (id, officer_id),
	CONSTRAINT four_eyes_refund CHECK (officer_id <> taken_by)
);
CREATE INDEX fee_refund_application ON fee_refund (application_id);
COMMENT ON TABLE fee_refund IS 'What was given back of a fee, by an officer who neither took the application nor a payment of it; the number, OFFICE-F-YEAR-SERIAL, is given by the registry';
CALL make_ledgered('fee_refund', 'application_id', 'number', 'officer_id');

-- What may still be given back; 0 while the application is open.
CREATE FUNCTION fee_refundable(application uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT greatest(0, coalesce((SELECT sum(r.amount) FROM fee_receipt r WHERE r.application_id = fee_refundable.application), 0)::bigint
	    * coalesce((SELECT u.percent FROM refund_rule u JOIN current_state s ON s.subject_id = fee_refundable.application AND s.machine = 'application' AND s.state = u.state), 0) / 100
	    - coalesce((SELECT sum(f.amount) FROM fee_refund f WHERE f.application_id = fee_refundable.application), 0))::int
$$;
REVOKE ALL ON FUNCTION fee_refundable FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fee_refundable TO catena_issuance;

CREATE FUNCTION fee_refund_numbered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	a record;
	n int;
	y int := extract(year FROM now() AT TIME ZONE 'UTC');
	may int;
BEGIN
	-- two who give back at once meet on the series of the office
	SELECT p.office_id, o.code, p.fee_currency, s.state INTO a FROM application p JOIN office o ON o.id = p.office_id JOIN current_state s ON s.subject_id = p.id
	    WHERE p.id = NEW.application_id;
	INSERT INTO fee_refund_series AS s VALUES (a.office_id, y, 1) ON CONFLICT (office_id, year) DO UPDATE SET last = s.last + 1 RETURNING last INTO n;
	may := fee_refundable(NEW.application_id);
	IF a.state NOT IN ('refused', 'cancelled', 'stopped') THEN
		RAISE EXCEPTION 'application is %, which does not allow: refund', a.state USING ERRCODE = 'CA001';
	ELSIF NOT EXISTS (SELECT FROM fee_receipt r WHERE r.application_id = NEW.application_id) THEN
		RAISE EXCEPTION 'nothing was paid' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM fee_receipt r WHERE r.application_id = NEW.application_id AND r.officer_id = NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer who took the payment may not give it back' USING ERRCODE = 'CA002';
	ELSIF may = 0 THEN
		RAISE EXCEPTION 'by the country''s rule nothing more is given back of an application that was %', a.state USING ERRCODE = 'CA002';
	ELSIF NEW.amount > may THEN
		RAISE EXCEPTION 'by the country''s rule no more than % is given back', may USING ERRCODE = 'CA002';
	END IF;
	NEW.currency := a.fee_currency;
	NEW.number := format('%s-F-%s-%s', a.code, y, lpad(n::text, 6, '0'));
	RETURN NEW;
END $$;
CREATE TRIGGER a_numbered BEFORE INSERT ON fee_refund FOR EACH ROW EXECUTE FUNCTION fee_refund_numbered();

GRANT SELECT ON refund_rule, fee_refund TO catena_issuance, catena_reader;
GRANT INSERT ON fee_refund TO catena_issuance;
CREATE TRIGGER rule_changed AFTER INSERT OR UPDATE OR DELETE ON refund_rule FOR EACH ROW EXECUTE FUNCTION rule_changed();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON refund_rule FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
