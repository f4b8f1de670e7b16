-- What the files before let pass: orders that count a missing document as made, finished documents that never reach the stop list, a second valid document
-- of a family, one officer who does what takes two.

-- A document that went missing before its delivery is none that was made.
CREATE OR REPLACE FUNCTION batches_release(at text, orders uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	made uuid[];
BEGIN
	UPDATE batch_work SET state = 'waiting', held_until = NULL, changed_at = now()
	WHERE state = 'held' AND station = at AND (orders IS NULL OR batch_order_id = ANY (orders));
	IF orders IS NULL THEN
		SELECT array_agg(w.batch_order_id) INTO made FROM batch_work w WHERE w.state = 'waiting' AND w.station = at
		    AND EXISTS (SELECT FROM document d JOIN current_state s ON s.subject_id = d.id
			WHERE d.application_id = w.application_id AND s.state NOT IN ('allocated', 'spoiled', 'missing'));
		IF made IS NOT NULL THEN
			PERFORM batches_finish(made, array_fill(NULL::text, ARRAY[cardinality(made)]), at);
		END IF;
	END IF;
END $$;

CREATE OR REPLACE FUNCTION batches_finish(orders uuid[], problems text[], at text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	b record;
BEGIN
	-- one at a time for each batch, so that of two last outcomes the later sees the earlier
	PERFORM FROM current_state WHERE subject_id IN (SELECT w.batch_id FROM batch_work w WHERE w.batch_order_id = ANY (orders)) ORDER BY subject_id FOR UPDATE;
	UPDATE batch_work w SET state = CASE WHEN x.problem IS NULL THEN 'done' ELSE 'failed' END, problem = x.problem, station = at, held_until = NULL,
	    changed_at = now()
	FROM unnest(orders, problems) x(id, problem) WHERE w.batch_order_id = x.id AND w.state IN ('waiting', 'held')
	    AND (x.problem IS NOT NULL OR EXISTS (SELECT FROM document d JOIN current_state s ON s.subject_id = d.id
		WHERE d.application_id = w.application_id AND s.state NOT IN ('allocated', 'spoiled', 'missing')));
	FOR b IN SELECT DISTINCT t.id, t.officer_id FROM batch_work w JOIN batch t ON t.id = w.batch_id
	    JOIN current_state s ON s.subject_id = t.id AND s.state IN ('running', 'stopped') WHERE w.batch_order_id = ANY (orders)
	    AND NOT EXISTS (SELECT FROM batch_work o WHERE o.batch_id = t.id AND o.state IN ('waiting', 'held')) LOOP
		INSERT INTO batch_decision (batch_id, event, officer_id) VALUES (b.id, 'complete', b.officer_id);
	END LOOP;
END $$;

-- A finished document that is cancelled before its delivery can be carried away like any other.
DROP TRIGGER d_stops ON document_decision;
CREATE TRIGGER d_stops AFTER INSERT ON document_decision FOR EACH ROW WHEN (NEW.event = 'cancel') EXECUTE FUNCTION document_cancelled();

-- What becomes of a suspended document is for two officers: it is reinstated or revoked, and not cancelled by who suspended it.
DELETE FROM transition WHERE machine = 'document' AND from_state = 'suspended' AND event = 'cancel';

-- One valid document of a family, however the other became none: neither given back nor reinstated beside another that was not applied for as a further one.
CREATE FUNCTION document_only_one() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM document d JOIN application a ON a.id = d.application_id AND a.reason <> 'additional' JOIN document_kind k ON k.code = d.document_type
	    JOIN document o ON o.person_id = d.person_id AND o.id <> d.id JOIN application b ON b.id = o.application_id AND b.reason <> 'additional'
	    JOIN document_kind f ON f.code = o.document_type AND f.family = k.family JOIN current_state s ON s.subject_id = o.id AND s.state IN ('delivered', 'suspended')
	    WHERE d.id = NEW.document_id AND o.expires_on > current_date) THEN
		RAISE EXCEPTION 'its holder has another document of this kind by now' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER c_only_one BEFORE INSERT ON document_decision FOR EACH ROW WHEN (NEW.event IN ('restore', 'reinstate')) EXECUTE FUNCTION document_only_one();

-- A blank is listed as what it would have become, and the document that a spoiled booklet was to be, with it: its number stands in page and chip.
CREATE OR REPLACE FUNCTION stop_changes_of_blank() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM stop_note(b.serial, true, coalesce((SELECT left(min(k.mrz_code), 1) FROM document_kind k WHERE k.mrz_form = c.form), 'P'), NULL,
	    CASE WHEN NEW.event <> 'recover' THEN 'stolen_blank' END) FROM booklet b JOIN booklet_count c ON c.id = b.booklet_count_id WHERE b.id = NEW.booklet_id;
	PERFORM stop_note(d.number, false, d.document_type, d.issuing_state, CASE NEW.event WHEN 'lose' THEN 'lost' WHEN 'steal' THEN 'stolen' ELSE 'invalid' END)
	    FROM booklet_event e JOIN document d ON d.id = e.document_id WHERE e.booklet_id = NEW.booklet_id;
	RETURN NULL;
END $$;

-- Who finds is another than who reported them last: the report that is named is the one by which each of them is gone.
CREATE OR REPLACE FUNCTION booklets_recovered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	l booklet_loss%ROWTYPE;
	n int;
BEGIN
	SELECT * INTO STRICT l FROM booklet_loss WHERE id = NEW.loss_id;
	IF NEW.first_serial < l.first_serial OR NEW.last_serial > l.last_serial THEN
		RAISE EXCEPTION 'these are not of the range that was reported' USING ERRCODE = 'CA002';
	END IF;
	PERFORM FROM current_state c JOIN booklet b ON b.id = c.subject_id WHERE b.serial IN (SELECT booklet_serials(l.prefix, NEW.first_serial, NEW.last_serial))
	    ORDER BY b.id FOR UPDATE OF c;
	n := (SELECT count(*) FROM booklet b JOIN LATERAL (SELECT e.loss_id FROM booklet_event e WHERE e.booklet_id = b.id AND e.event IN ('lose', 'steal') ORDER BY e.seq DESC LIMIT 1) e
	    ON e.loss_id <> NEW.loss_id WHERE b.serial IN (SELECT booklet_serials(l.prefix, NEW.first_serial, NEW.last_serial)));
	IF n > 0 THEN
		RAISE EXCEPTION '% of these were reported again since', n USING ERRCODE = 'CA002';
	END IF;
	INSERT INTO booklet_event (booklet_id, event, officer_id, reason, loss_id)
	    SELECT b.id, 'recover', NEW.officer_id, NEW.notes, NEW.loss_id FROM booklet b
	    WHERE b.serial IN (SELECT booklet_serials(l.prefix, NEW.first_serial, NEW.last_serial)) ORDER BY b.id;
	INSERT INTO outbox (topic, subject_id) VALUES ('booklets.recovered', NEW.loss_id);
	RETURN NULL;
END $$;

CREATE INDEX document_transfer_office ON document_transfer (office_id, document_id);
