-- Blank booklets that are lost or stolen, as ranges: reported by one officer, which takes effect on the stop list at once; another confirms that they are gone
-- before the balance counts without them.  What is found again, not by who reported it, is off the stop list, spoiled, and destroyed with the others.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('booklet', 'received', 'lose', 'lost'),
	('booklet', 'received', 'steal', 'stolen'),
	('booklet', 'assigned', 'lose', 'lost'),
	('booklet', 'assigned', 'steal', 'stolen'),
	('booklet', 'spoiled', 'lose', 'lost'),
	('booklet', 'spoiled', 'steal', 'stolen'),
	('booklet', 'lost', 'recover', 'spoiled'),
	('booklet', 'stolen', 'recover', 'spoiled');

CREATE TABLE booklet_loss (
	id uuid PRIMARY KEY,
	office_id uuid NOT NULL REFERENCES office,
	kind text NOT NULL CHECK (kind IN ('lost', 'stolen')),
	prefix text NOT NULL CHECK (prefix ~ '^[A-Z0-9]{1,8}$'),
	first_serial int NOT NULL CHECK (first_serial > 0),
	last_serial int NOT NULL CHECK (last_serial BETWEEN first_serial AND first_serial + 9999),
	reference text NOT NULL CHECK (length(reference) >= 3),
	notes text NOT NULL CHECK (length(notes) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id)
);
CREATE INDEX booklet_loss_office ON booklet_loss (office_id, created_at);
COMMENT ON TABLE booklet_loss IS 'A range of booklets without documents is gone: on the stop list in the same commit';
CALL make_ledgered('booklet_loss', 'office_id', 'kind', 'officer_id');

CREATE TABLE booklet_loss_confirmation (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	loss_id uuid NOT NULL UNIQUE,
	reported_by uuid NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (loss_id, reported_by) REFERENCES booklet_loss (id, officer_id),
	CONSTRAINT four_eyes_loss CHECK (officer_id <> reported_by)
);
COMMENT ON TABLE booklet_loss_confirmation IS 'Another officer looked and did not find them either: from now on the balance counts without them';
CALL make_ledgered('booklet_loss_confirmation', 'loss_id', 'officer_id');

CREATE TABLE booklet_recovery (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	loss_id uuid NOT NULL,
	reported_by uuid NOT NULL,
	first_serial int NOT NULL,
	last_serial int NOT NULL CHECK (last_serial >= first_serial),
	notes text NOT NULL CHECK (length(notes) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (loss_id, reported_by) REFERENCES booklet_loss (id, officer_id),
	CONSTRAINT four_eyes_recovery CHECK (officer_id <> reported_by)
);
CREATE INDEX booklet_recovery_loss ON booklet_recovery (loss_id);
COMMENT ON TABLE booklet_recovery IS 'Booklets of a loss, or a part of them, were found: spoiled, and off the stop list';
CALL make_ledgered('booklet_recovery', 'loss_id', 'officer_id');

ALTER TABLE booklet_event ADD COLUMN loss_id uuid REFERENCES booklet_loss;
ALTER TABLE booklet_event ADD CONSTRAINT loss_given CHECK ((event IN ('lose', 'steal', 'recover')) = (loss_id IS NOT NULL));
CREATE INDEX booklet_event_loss ON booklet_event (loss_id) WHERE loss_id IS NOT NULL;

CREATE FUNCTION booklet_serials(prefix text, first int, last int) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
	SELECT prefix || '-' || lpad(i::text, 7, '0') FROM generate_series(first, last) i
$$;

CREATE FUNCTION booklets_lost() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	n int;
BEGIN
	PERFORM FROM current_state c JOIN booklet b ON b.id = c.subject_id WHERE b.serial IN (SELECT booklet_serials(NEW.prefix, NEW.first_serial, NEW.last_serial))
	    ORDER BY b.id FOR UPDATE OF c;
	INSERT INTO booklet_event (booklet_id, event, officer_id, reason, loss_id)
	    SELECT b.id, CASE NEW.kind WHEN 'lost' THEN 'lose' ELSE 'steal' END, NEW.officer_id, NEW.notes, NEW.id FROM booklet b
	    WHERE b.office_id = NEW.office_id AND b.serial IN (SELECT booklet_serials(NEW.prefix, NEW.first_serial, NEW.last_serial)) ORDER BY b.id;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n <> NEW.last_serial - NEW.first_serial + 1 THEN
		RAISE EXCEPTION 'the office has % of these booklets', n USING ERRCODE = 'CA002';
	END IF;
	INSERT INTO outbox (topic, subject_id) VALUES ('booklets.lost', NEW.id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON booklet_loss FOR EACH ROW EXECUTE FUNCTION booklets_lost();

CREATE FUNCTION booklets_recovered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	l booklet_loss%ROWTYPE;
	n int;
BEGIN
	SELECT * INTO STRICT l FROM booklet_loss WHERE id = NEW.loss_id;
	IF NEW.first_serial < l.first_serial OR NEW.last_serial > l.last_serial THEN
		RAISE EXCEPTION 'these are not of the range that was reported' USING ERRCODE = 'CA002';
	END IF;
	INSERT INTO booklet_event (booklet_id, event, officer_id, reason, loss_id)
	    SELECT b.id, 'recover', NEW.officer_id, NEW.notes, NEW.loss_id FROM booklet b
	    WHERE b.serial IN (SELECT booklet_serials(l.prefix, NEW.first_serial, NEW.last_serial)) ORDER BY b.id;
	INSERT INTO outbox (topic, subject_id) VALUES ('booklets.recovered', NEW.loss_id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON booklet_recovery FOR EACH ROW EXECUTE FUNCTION booklets_recovered();

CREATE FUNCTION booklet_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF pg_trigger_depth() < 2 THEN
		RAISE EXCEPTION 'a booklet is lost, stolen or recovered by a report of its range' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER c_follows BEFORE INSERT ON booklet_event FOR EACH ROW WHEN (NEW.event IN ('lose', 'steal', 'recover')) EXECUTE FUNCTION booklet_follows();

-- Gone for good, too: blanks that two officers miss, and those that were found and are not blanks any more.
CREATE OR REPLACE FUNCTION booklets_expected(office uuid) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT (count(*) FILTER (WHERE e.event = 'receive') - count(*) FILTER (WHERE e.event = 'personalise'
	    OR (e.event = 'spoil' AND e.from_state <> 'personalised') OR (e.event IN ('lose', 'steal') AND e.from_state <> 'spoiled'
		AND (EXISTS (SELECT FROM registry.booklet_loss_confirmation c WHERE c.loss_id = e.loss_id)
		    OR EXISTS (SELECT FROM registry.booklet_event r WHERE r.booklet_id = e.booklet_id AND r.event = 'recover' AND r.seq > e.seq)))))::int
	FROM registry.booklet b JOIN registry.booklet_event e ON e.booklet_id = b.id WHERE b.office_id = office $$;

GRANT SELECT ON booklet_loss, booklet_loss_confirmation, booklet_recovery TO catena_issuance, catena_reader;
GRANT INSERT ON booklet_loss, booklet_loss_confirmation, booklet_recovery TO catena_issuance;
