-- Blank booklets: what came, where each is, which document is in it, and what two officers counted at the end of the day.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('booklet', 'new', 'receive', 'received'),
	('booklet', 'received', 'assign', 'assigned'),
	('booklet', 'received', 'spoil', 'spoiled'),
	('booklet', 'assigned', 'return', 'received'),
	('booklet', 'assigned', 'spoil', 'spoiled'),
	('booklet', 'assigned', 'personalise', 'personalised'),
	('booklet', 'personalised', 'spoil', 'spoiled'),
	('booklet', 'spoiled', 'destroy', 'destroyed');

CREATE TABLE booklet_count (
	id uuid PRIMARY KEY,
	office_id uuid NOT NULL REFERENCES office,
	event text NOT NULL CHECK (event IN ('receive', 'destroy', 'balance')),
	delivery_note text,
	prefix text CHECK (prefix ~ '^[A-Z0-9]{1,8}$'),
	first_serial int CHECK (first_serial > 0),
	last_serial int CHECK (last_serial BETWEEN first_serial AND first_serial + 9999),
	counted int NOT NULL CHECK (counted >= 0),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	CONSTRAINT delivery_note_given CHECK ((event = 'receive') = (delivery_note IS NOT NULL)),
	CONSTRAINT range_given CHECK (CASE WHEN event = 'balance' THEN num_nonnulls(prefix, first_serial, last_serial) = 0
	    ELSE num_nulls(prefix, first_serial, last_serial) = 0 AND counted = last_serial - first_serial + 1 END)
);
CREATE INDEX booklet_count_office ON booklet_count (office_id, created_at);
COMMENT ON TABLE booklet_count IS 'Booklets that one officer counted: a delivery, spoiled ones to be destroyed, or the blanks of an office; another counts the same before anything follows';
CALL make_ledgered('booklet_count', 'office_id', 'event', 'officer_id');

CREATE TABLE booklet (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	serial text NOT NULL UNIQUE,
	office_id uuid NOT NULL REFERENCES office,
	booklet_count_id uuid NOT NULL REFERENCES booklet_count,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX booklet_office ON booklet (office_id, serial);
COMMENT ON TABLE booklet IS 'Booklets, by the serial they came with';
CALL make_ledgered('booklet', 'serial', 'office_id', 'booklet_count_id');

CREATE TABLE booklet_event (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	booklet_id uuid NOT NULL REFERENCES booklet,
	event text NOT NULL,
	station text CHECK (station ~ '^[A-Za-z0-9._-]{1,40}$'),
	document_id uuid REFERENCES document,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (booklet_id, seq),
	CONSTRAINT document_when_personalised CHECK ((event = 'personalise') = (document_id IS NOT NULL)),
	CONSTRAINT station_given CHECK ((event IN ('assign', 'personalise')) = (station IS NOT NULL)),
	CONSTRAINT reason_given CHECK (event <> 'spoil' OR coalesce(length(reason), 0) > 0)
);
-- a document is in one booklet, and a booklet never has another document, whatever becomes of it
CREATE UNIQUE INDEX booklet_of_document ON booklet_event (document_id) WHERE document_id IS NOT NULL;
CREATE UNIQUE INDEX booklet_personalised_once ON booklet_event (booklet_id) WHERE document_id IS NOT NULL;
COMMENT ON TABLE booklet_event IS 'The life of each booklet: received, assigned to a station, personalised (a document is in it from its allocation on), spoiled, destroyed';
CREATE TRIGGER a_state BEFORE INSERT ON booklet_event FOR EACH ROW EXECUTE FUNCTION state_advance('booklet', 'booklet_id');
CALL make_ledgered('booklet_event', 'booklet_id', 'event', 'document_id', 'from_state', 'to_state', 'officer_id');

CREATE TABLE booklet_station (
	booklet_id uuid PRIMARY KEY REFERENCES booklet,
	station text NOT NULL,
	serial text NOT NULL
);
CREATE INDEX booklet_station_next ON booklet_station (station, serial);
COMMENT ON TABLE booklet_station IS 'Blanks that lie at a station: kept by the events, never by a program';

CREATE FUNCTION booklet_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NEW.event = 'assign' THEN
		INSERT INTO booklet_station SELECT b.id, NEW.station, b.serial FROM booklet b WHERE b.id = NEW.booklet_id;
	ELSIF NEW.from_state = 'assigned' THEN
		DELETE FROM booklet_station WHERE booklet_id = NEW.booklet_id AND (NEW.station IS NULL OR station = NEW.station);
		IF NOT FOUND THEN
			RAISE EXCEPTION 'the booklet is at another station' USING ERRCODE = 'CA002';
		END IF;
	ELSIF NEW.event = 'spoil' AND NEW.from_state = 'personalised' AND NOT EXISTS (SELECT FROM booklet_event e JOIN current_state s ON s.subject_id = e.document_id
	    WHERE e.booklet_id = NEW.booklet_id AND e.document_id IS NOT NULL AND s.state = 'spoiled') THEN
		RAISE EXCEPTION 'the document in the booklet is not spoiled' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_moves BEFORE INSERT ON booklet_event FOR EACH ROW EXECUTE FUNCTION booklet_moves();

-- The next blanks of a station for those of the documents that have none yet.  Stations do not wait for each other.
CREATE FUNCTION booklets_bind(documents uuid[], at text, officer uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	unbound uuid[];
	blank uuid[];
BEGIN
	SELECT coalesce(array_agg(w.id ORDER BY w.place), '{}') INTO unbound FROM unnest(documents) WITH ORDINALITY w(id, place)
	    WHERE NOT EXISTS (SELECT FROM booklet_event e WHERE e.document_id = w.id);
	SELECT coalesce(array_agg(n.booklet_id), '{}') INTO blank FROM (SELECT s.booklet_id FROM booklet_station s WHERE s.station = at ORDER BY s.serial
	    LIMIT cardinality(unbound) FOR UPDATE SKIP LOCKED) n;
	IF cardinality(blank) < cardinality(unbound) THEN -- like a full disk: it goes on when somebody has brought more
		RAISE EXCEPTION 'not enough blank booklets are assigned to the station' USING ERRCODE = '53000';
	END IF;
	INSERT INTO booklet_event (booklet_id, event, station, document_id, officer_id)
	    SELECT b, 'personalise', at, d, officer FROM unnest(blank, unbound) x(b, d);
	RETURN cardinality(unbound);
END $$;
REVOKE ALL ON FUNCTION booklets_bind FROM PUBLIC;
GRANT EXECUTE ON FUNCTION booklets_bind TO catena_issuance;

CREATE FUNCTION document_in_booklet() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NEW.event = 'spoil' THEN
		INSERT INTO booklet_event (booklet_id, event, officer_id, reason)
		    SELECT e.booklet_id, 'spoil', NEW.officer_id, NEW.reason FROM booklet_event e WHERE e.document_id = NEW.document_id;
	ELSIF NOT EXISTS (SELECT FROM booklet_event e WHERE e.document_id = NEW.document_id) THEN
		RAISE EXCEPTION 'the document is in no booklet' USING ERRCODE = 'CA002';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER c_booklet AFTER INSERT ON document_decision FOR EACH ROW WHEN (NEW.event IN ('personalise', 'spoil')) EXECUTE FUNCTION document_in_booklet();

CREATE TABLE booklet_confirmation (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	booklet_count_id uuid NOT NULL UNIQUE,
	counted_by uuid NOT NULL,
	counted int NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (booklet_count_id, counted_by) REFERENCES booklet_count (id, officer_id),
	CONSTRAINT four_eyes_booklet CHECK (officer_id <> counted_by)
);
COMMENT ON TABLE booklet_confirmation IS 'Another officer counted as many';

CREATE TABLE booklet_balance (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	booklet_count_id uuid NOT NULL UNIQUE REFERENCES booklet_count,
	office_id uuid NOT NULL REFERENCES office,
	on_day date NOT NULL DEFAULT current_date,
	expected int NOT NULL,
	counted int NOT NULL,
	difference int NOT NULL GENERATED ALWAYS AS (counted - expected) STORED,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX booklet_balance_office ON booklet_balance (office_id, created_at);
COMMENT ON TABLE booklet_balance IS 'What two officers counted against what the events leave of blanks; a day is closed when the difference is zero';

-- What there should be: all that came, less what left the blanks for good.
CREATE FUNCTION booklets_expected(office uuid) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT (count(*) FILTER (WHERE e.event = 'receive') - count(*) FILTER (WHERE e.event = 'personalise'
	    OR (e.event = 'spoil' AND e.from_state <> 'personalised')))::int
	FROM registry.booklet b JOIN registry.booklet_event e ON e.booklet_id = b.id WHERE b.office_id = office $$;

CREATE FUNCTION booklet_confirmed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c booklet_count%ROWTYPE;
	n int;
BEGIN
	SELECT * INTO STRICT c FROM booklet_count WHERE id = NEW.booklet_count_id;
	IF NEW.counted <> c.counted THEN
		RAISE EXCEPTION 'the two officers counted differently' USING ERRCODE = 'CA002';
	END IF;
	IF c.event = 'receive' THEN
		WITH made AS (
			INSERT INTO booklet (serial, office_id, booklet_count_id)
			SELECT c.prefix || '-' || lpad(i::text, 7, '0'), c.office_id, c.id FROM generate_series(c.first_serial, c.last_serial) i RETURNING id)
		INSERT INTO booklet_event (booklet_id, event, officer_id) SELECT id, 'receive', NEW.officer_id FROM made;
	ELSIF c.event = 'destroy' THEN
		INSERT INTO booklet_event (booklet_id, event, officer_id) SELECT b.id, 'destroy', NEW.officer_id FROM booklet b
		    WHERE b.office_id = c.office_id AND b.serial BETWEEN c.prefix || '-' || lpad(c.first_serial::text, 7, '0')
		    AND c.prefix || '-' || lpad(c.last_serial::text, 7, '0');
		GET DIAGNOSTICS n = ROW_COUNT;
		IF n <> NEW.counted THEN
			RAISE EXCEPTION 'the office has % of these booklets', n USING ERRCODE = 'CA002';
		END IF;
	ELSE
		INSERT INTO booklet_balance (booklet_count_id, office_id, expected, counted) VALUES (c.id, c.office_id, booklets_expected(c.office_id), NEW.counted);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER b_confirmed AFTER INSERT ON booklet_confirmation FOR EACH ROW EXECUTE FUNCTION booklet_confirmed();
CALL make_ledgered('booklet_confirmation', 'booklet_count_id', 'officer_id');
CALL make_ledgered('booklet_balance', 'booklet_count_id', 'office_id');

GRANT SELECT ON booklet, booklet_count, booklet_confirmation, booklet_balance, booklet_event, booklet_station TO catena_issuance, catena_reader;
GRANT INSERT ON booklet_count, booklet_confirmation, booklet_event TO catena_issuance;
