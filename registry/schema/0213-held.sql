-- What the counter's rows hold against each other: a refund and an application that goes on, who ended it, openings that overlap, a stop that comes at the
-- moment of delivery, a child who is brought along.

-- ---- fees ----

-- What was given back is due again when the application goes on: a stop that was lifted.  A waiver waives what was not paid, and not what is given back.
CREATE OR REPLACE FUNCTION fee_due(application uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT (coalesce((SELECT coalesce((SELECT sum(r.amount) FROM fee_receipt r WHERE r.application_id = a.id AND r.created_at <= w.created_at), 0)
		FROM fee_waiver w WHERE w.application_id = a.id), a.fee_amount, 0)
	    - coalesce((SELECT sum(r.amount) FROM fee_receipt r WHERE r.application_id = a.id), 0)
	    + coalesce((SELECT sum(f.amount) FROM fee_refund f WHERE f.application_id = a.id), 0))::int
	FROM application a WHERE a.id = fee_due.application
$$;

CREATE OR REPLACE FUNCTION fee_refund_numbered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	a record;
	n int;
	y int := extract(year FROM now() AT TIME ZONE 'UTC');
	may int;
	stands text;
BEGIN
	-- it does not go on before this is committed
	SELECT s.state INTO stands FROM current_state s WHERE s.subject_id = NEW.application_id FOR UPDATE;
	SELECT p.office_id, o.code, p.fee_currency INTO a FROM application p JOIN office o ON o.id = p.office_id WHERE p.id = NEW.application_id;
	-- two who give back at once meet on the series of the office
	INSERT INTO fee_refund_series AS s VALUES (a.office_id, y, 1) ON CONFLICT (office_id, year) DO UPDATE SET last = s.last + 1 RETURNING last INTO n;
	may := fee_refundable(NEW.application_id);
	IF stands NOT IN ('refused', 'cancelled', 'stopped') THEN
		RAISE EXCEPTION 'application is %, which does not allow: refund', stands USING ERRCODE = 'CA001';
	ELSIF NOT EXISTS (SELECT FROM fee_receipt r WHERE r.application_id = NEW.application_id) THEN
		RAISE EXCEPTION 'nothing was paid' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM fee_receipt r WHERE r.application_id = NEW.application_id AND r.officer_id = NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer who took the payment may not give it back' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM application_decision d WHERE d.application_id = NEW.application_id AND d.event IN ('refuse', 'cancel') AND d.officer_id = NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer who refused or cancelled the application may not give its fee back' USING ERRCODE = 'CA002';
	ELSIF may = 0 THEN
		RAISE EXCEPTION 'by the country''s rule nothing more is given back of an application that was %', stands USING ERRCODE = 'CA002';
	ELSIF NEW.amount > may THEN
		RAISE EXCEPTION 'by the country''s rule no more than % is given back', may USING ERRCODE = 'CA002';
	END IF;
	NEW.currency := a.fee_currency;
	NEW.number := format('%s-F-%s-%s', a.code, y, lpad(n::text, 6, '0'));
	RETURN NEW;
END $$;

-- ---- appointments ----

CREATE OR REPLACE FUNCTION appointment_opened_by_office() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM office o JOIN officer_role r ON r.office_id = o.id AND r.officer_id = NEW.officer_id AND r.role = 'passport_supervisor'
	    WHERE o.id = NEW.office_id AND o.kind = 'passport') THEN
		RAISE EXCEPTION 'appointments are opened by a supervisor of the passport office' USING ERRCODE = 'CA002';
	END IF;
	-- two who open at once meet here: a desk is one desk
	PERFORM pg_advisory_xact_lock(hashtextextended('appointments ' || NEW.office_id, 0));
	IF EXISTS (SELECT FROM appointment_opening o WHERE o.office_id = NEW.office_id AND o.starts_at < NEW.ends_at AND NEW.starts_at < o.ends_at
	    AND NOT EXISTS (SELECT FROM appointment_closing c WHERE c.opening_id = o.id)) THEN
		RAISE EXCEPTION 'appointments are opened for a part of this time already' USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;

-- Whoever ends an appointment first has ended it; the other's work goes on.
CREATE OR REPLACE FUNCTION appointment_closed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM appointment_opening o WHERE o.id = NEW.opening_id FOR UPDATE; -- who is booking waits, and then sees the closing
	INSERT INTO appointment_ending (appointment_id, event, officer_id) SELECT a.id, 'close', NEW.officer_id FROM standing_appointment a
	    WHERE a.opening_id = NEW.opening_id AND a.starts_at > now() ORDER BY a.id ON CONFLICT (appointment_id) DO NOTHING;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION prepared_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
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
	    FROM standing_appointment a WHERE a.prepared_id = NEW.prepared_id ON CONFLICT (appointment_id) DO NOTHING;
	RETURN NEW;
END $$;

-- ---- delivery ----

ALTER TABLE document_kind ADD COLUMN fetched_below int NOT NULL DEFAULT 15 CHECK (fetched_below BETWEEN 0 AND 30);
COMMENT ON COLUMN document_kind.fetched_below IS 'Below this age a guardian fetches the document: whoever brings a child along is not proved by the child';

CREATE OR REPLACE FUNCTION bearer_verified() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c record;
	k record;
BEGIN
	-- persons before states, as everywhere: a stop or a death that comes now waits, or is seen; three desks at once meet on the state
	PERFORM FROM person p WHERE p.id = (SELECT d.person_id FROM document d WHERE d.id = NEW.document_id) FOR UPDATE;
	IF (SELECT s.state FROM current_state s WHERE s.subject_id = NEW.document_id AND s.machine = 'document' FOR UPDATE) IS DISTINCT FROM 'ready' THEN
		RAISE EXCEPTION 'document is %, which does not allow: deliver', (SELECT s.state FROM current_state s WHERE s.subject_id = NEW.document_id) USING ERRCODE = 'CA001';
	ELSIF delivery_refusals(NEW.document_id) >= 3 THEN
		RAISE EXCEPTION 'three came for the document whom the portrait did not show: a supervisor looks into it first' USING ERRCODE = 'CA001';
	ELSIF NEW.is_likeness AND EXISTS (SELECT FROM document d JOIN deceased x ON x.person_id = d.person_id WHERE d.id = NEW.document_id) THEN
		RAISE EXCEPTION 'holder is deceased' USING ERRCODE = 'CA002';
	ELSIF NEW.is_likeness AND EXISTS (SELECT FROM document d JOIN stopped_person x ON x.person_id = d.person_id WHERE d.id = NEW.document_id) THEN
		RAISE EXCEPTION 'issuing to the holder is stopped' USING ERRCODE = 'CA002';
	ELSIF NOT EXISTS (SELECT FROM audit_event e WHERE e.subject_kind = 'portrait' AND e.subject_id = NEW.document_id AND e.officer_id = NEW.officer_id
	    AND e.kind = 'disclosure' AND e.created_at > now() - interval '1 hour') THEN
		RAISE EXCEPTION 'the officer has not looked at the portrait' USING ERRCODE = 'CA002';
	END IF;
	SELECT least_age(i.date_of_birth, current_date) < f.consent_below AS is_minor, least_age(i.date_of_birth, current_date) < f.fetched_below AS is_child INTO k
	    FROM document d JOIN document_kind f ON f.code = d.document_type JOIN identity_version i ON i.id = d.identity_version_id WHERE d.id = NEW.document_id;
	IF NEW.bearer = 'holder' THEN
		IF k.is_child AND NEW.is_likeness THEN
			RAISE EXCEPTION 'the document of a child is fetched by a guardian' USING ERRCODE = 'CA002';
		END IF;
		NEW.consent_id := NULL;
		RETURN NEW;
	ELSIF k.is_minor IS NOT TRUE AND k.is_child IS NOT TRUE THEN
		RAISE EXCEPTION 'the holder is no minor and comes in person' USING ERRCODE = 'CA002';
	END IF;
	SELECT p.* INTO c FROM application_consent p JOIN document d ON d.application_id = p.application_id WHERE d.id = NEW.document_id AND p.id = NEW.consent_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'a document of a minor is fetched by a guardian who consented to its application' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM deceased x WHERE x.person_id = c.guardian_person_id) THEN
		RAISE EXCEPTION 'the guardian is registered as deceased' USING ERRCODE = 'CA002';
	ELSIF NEW.proof IS NULL AND NOT EXISTS (SELECT FROM audit_event e WHERE e.subject_kind = 'portrait' AND e.subject_id = NEW.consent_id AND e.officer_id = NEW.officer_id
	    AND e.kind = 'disclosure' AND e.created_at > now() - interval '1 hour') THEN
		RAISE EXCEPTION 'the guardian is compared with their own portrait, or what proves them is recorded' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
