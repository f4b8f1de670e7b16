-- Orders in batches: approved applications that stations take a few at a time.  A batch can be stopped and resumed; a station that dies loses what it
-- holds to the others after a while.  What becomes of an application is decided where it always is: its own decisions and its document's.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('batch', 'new', 'order', 'running'),
	('batch', 'running', 'stop', 'stopped'),
	('batch', 'stopped', 'resume', 'running'),
	('batch', 'running', 'complete', 'completed'),
	('batch', 'stopped', 'complete', 'completed');

CREATE TABLE batch (
	id uuid PRIMARY KEY,
	office_id uuid NOT NULL REFERENCES office,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX batch_office ON batch (office_id, created_at, id);
COMMENT ON TABLE batch IS 'Orders to personalise; officer_id gave them, and stations work in the name of that officer';
CALL make_ledgered('batch', 'office_id', 'officer_id');

CREATE TABLE batch_order (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	batch_id uuid NOT NULL REFERENCES batch,
	place int NOT NULL CHECK (place > 0),
	application_id uuid NOT NULL REFERENCES application,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (batch_id, place),
	UNIQUE (batch_id, application_id)
);
COMMENT ON TABLE batch_order IS 'One application of a batch';
CALL make_ledgered('batch_order', 'batch_id', 'application_id');

CREATE TABLE batch_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	batch_id uuid NOT NULL REFERENCES batch,
	event text NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (batch_id, seq),
	CONSTRAINT reason_given CHECK (event <> 'stop' OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE batch_decision IS 'Ordered, stopped, resumed, completed';
CREATE TRIGGER a_state BEFORE INSERT ON batch_decision FOR EACH ROW EXECUTE FUNCTION state_advance('batch', 'batch_id');
CALL make_ledgered('batch_decision', 'batch_id', 'event', 'from_state', 'to_state', 'officer_id');

CREATE TABLE batch_work (
	batch_order_id uuid PRIMARY KEY REFERENCES batch_order,
	batch_id uuid NOT NULL REFERENCES batch,
	place int NOT NULL,
	application_id uuid NOT NULL REFERENCES application,
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'done', 'failed')),
	station text,
	held_until timestamptz,
	tries int NOT NULL DEFAULT 0,
	problem text,
	changed_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((state = 'failed') = (problem IS NOT NULL)),
	CHECK ((state = 'held') = (held_until IS NOT NULL))
);
CREATE INDEX batch_work_open ON batch_work (batch_id, place) WHERE state IN ('waiting', 'held');
CREATE INDEX batch_work_batch ON batch_work (batch_id, place);
CREATE UNIQUE INDEX application_ordered_once ON batch_work (application_id) WHERE state IN ('waiting', 'held');
COMMENT ON TABLE batch_work IS 'Where each order stands and which station holds it: kept by the functions below, never by a program.  Nothing is decided by it';

CREATE FUNCTION batch_orders_wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	INSERT INTO batch_work (batch_order_id, batch_id, place, application_id) SELECT id, batch_id, place, application_id FROM new_rows;
	RETURN NULL;
END $$;
CREATE TRIGGER waits AFTER INSERT ON batch_order REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION batch_orders_wait();

-- The next orders for a station: of running batches, waiting, or held by a station that let its time pass.
CREATE FUNCTION batches_claim(at text, n int, seconds int) RETURNS TABLE (order_id uuid, application uuid, officer uuid)
	LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	UPDATE batch_work w SET state = 'held', station = at, held_until = now() + make_interval(secs => seconds), tries = w.tries + 1, changed_at = now()
	FROM batch b WHERE b.id = w.batch_id AND w.batch_order_id IN (
	    SELECT o.batch_order_id FROM batch_work o JOIN current_state s ON s.subject_id = o.batch_id AND s.state = 'running'
	    WHERE o.state = 'waiting' OR (o.state = 'held' AND o.held_until < now())
	    ORDER BY o.batch_id, o.place LIMIT n FOR UPDATE OF o SKIP LOCKED)
	RETURNING w.batch_order_id, w.application_id, b.officer_id $$;

-- What the station holds goes back, to be tried again: all of it (orders NULL) when the station starts anew.
CREATE FUNCTION batches_release(at text, orders uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	UPDATE batch_work SET state = 'waiting', held_until = NULL, changed_at = now()
	WHERE state = 'held' AND station = at AND (orders IS NULL OR batch_order_id = ANY (orders)) $$;

-- The outcome of orders (problems[i] NULL: personalised), by whoever did it: two stations may have worked on one.  It is done when the registry has its
-- document, and never before.  The last outcome completes the batch.
CREATE FUNCTION batches_finish(orders uuid[], problems text[], at text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	b record;
BEGIN
	-- one at a time for each batch, so that of two last outcomes the later sees the earlier
	PERFORM FROM current_state WHERE subject_id IN (SELECT w.batch_id FROM batch_work w WHERE w.batch_order_id = ANY (orders)) ORDER BY subject_id FOR UPDATE;
	UPDATE batch_work w SET state = CASE WHEN x.problem IS NULL THEN 'done' ELSE 'failed' END, problem = x.problem, station = at, held_until = NULL,
	    changed_at = now()
	FROM unnest(orders, problems) x(id, problem) WHERE w.batch_order_id = x.id AND w.state IN ('waiting', 'held')
	    AND (x.problem IS NOT NULL OR EXISTS (SELECT FROM document d JOIN current_state s ON s.subject_id = d.id
		WHERE d.application_id = w.application_id AND s.state NOT IN ('allocated', 'spoiled')));
	FOR b IN SELECT DISTINCT t.id, t.officer_id FROM batch_work w JOIN batch t ON t.id = w.batch_id
	    JOIN current_state s ON s.subject_id = t.id AND s.state IN ('running', 'stopped') WHERE w.batch_order_id = ANY (orders)
	    AND NOT EXISTS (SELECT FROM batch_work o WHERE o.batch_id = t.id AND o.state IN ('waiting', 'held')) LOOP
		INSERT INTO batch_decision (batch_id, event, officer_id) VALUES (b.id, 'complete', b.officer_id);
	END LOOP;
END $$;
REVOKE ALL ON FUNCTION batches_claim, batches_release, batches_finish FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batches_claim, batches_release, batches_finish TO catena_issuance;

CREATE VIEW batch_progress AS
	SELECT b.id, b.office_id, b.officer_id, b.created_at, s.state, s.changed_at, p.total, p.waiting, p.held, p.done, p.failed
	FROM batch b JOIN current_state s ON s.subject_id = b.id, LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE w.state = 'waiting') AS waiting,
	    count(*) FILTER (WHERE w.state = 'held') AS held, count(*) FILTER (WHERE w.state = 'done') AS done, count(*) FILTER (WHERE w.state = 'failed') AS failed
	    FROM batch_work w WHERE w.batch_id = b.id) p;
COMMENT ON VIEW batch_progress IS 'Each batch with how many of its orders wait, are held, done and failed';

GRANT SELECT ON batch, batch_order, batch_decision, batch_work, batch_progress TO catena_issuance, catena_reader;
GRANT INSERT ON batch, batch_order, batch_decision TO catena_issuance;
