-- Delivery: to the guardian who consented; not again and again to who is not the holder; by another office.

ALTER TABLE document_delivery ADD COLUMN consent_id uuid REFERENCES application_consent;
ALTER TABLE document_delivery DROP CONSTRAINT bearer_proved;
ALTER TABLE document_delivery ADD CONSTRAINT bearer_proved CHECK (bearer = 'holder' OR consent_id IS NOT NULL) NOT VALID; -- those before have proof
COMMENT ON COLUMN document_delivery.consent_id IS 'Of the guardian who fetched the document of a minor';
COMMENT ON COLUMN document_delivery.proof IS 'What proves the guardian, where they were not compared with their own portrait';
COMMENT ON INDEX audit_event_portrait IS 'Who looked at the portrait of a document''s holder (its id), or of a guardian (the consent''s)';

CREATE TABLE document_release (
	id uuid PRIMARY KEY,
	document_id uuid NOT NULL REFERENCES document,
	reason text NOT NULL CHECK (length(reason) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX document_release_document ON document_release (document_id);
COMMENT ON TABLE document_release IS 'Three came for it whom the portrait did not show: an officer who sent none of them away looked into it, and it may be delivered';
CALL make_ledgered('document_release', 'document_id', 'officer_id');

-- How many came in vain since it was last released.
CREATE FUNCTION delivery_refusals(document uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT count(*)::int FROM document_delivery v WHERE v.document_id = delivery_refusals.document AND NOT v.is_likeness
	    AND v.created_at > coalesce((SELECT max(r.created_at) FROM document_release r WHERE r.document_id = delivery_refusals.document), '-infinity')
$$;
REVOKE ALL ON FUNCTION delivery_refusals FROM PUBLIC;

CREATE FUNCTION document_released() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM current_state s WHERE s.subject_id = NEW.document_id FOR UPDATE;
	IF delivery_refusals(NEW.document_id) < 3 THEN
		RAISE EXCEPTION 'the document is not held back' USING ERRCODE = 'CA001';
	ELSIF EXISTS (SELECT FROM document_delivery v WHERE v.document_id = NEW.document_id AND NOT v.is_likeness AND v.officer_id = NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer who sent somebody away may not release the document' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_held BEFORE INSERT ON document_release FOR EACH ROW EXECUTE FUNCTION document_released();

-- ---- where it is fetched ----

CREATE TABLE document_transfer (
	id uuid PRIMARY KEY,
	document_id uuid NOT NULL REFERENCES document,
	office_id uuid NOT NULL REFERENCES office,
	reason text NOT NULL CHECK (length(reason) >= 3),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX document_transfer_document ON document_transfer (document_id, created_at);
COMMENT ON TABLE document_transfer IS 'A finished document goes to another office, where it is delivered; the latest counts';
CALL make_ledgered('document_transfer', 'document_id', 'office_id', 'officer_id');

CREATE FUNCTION delivering_office(document uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT coalesce((SELECT t.office_id FROM document_transfer t WHERE t.document_id = d.id ORDER BY t.created_at DESC, t.id DESC LIMIT 1), a.office_id)
	FROM document d JOIN application a ON a.id = d.application_id WHERE d.id = delivering_office.document
$$;
COMMENT ON FUNCTION delivering_office IS 'Where the document is fetched: that of its application, or where it was last sent';
REVOKE ALL ON FUNCTION delivering_office FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delivering_office TO catena_issuance;

CREATE FUNCTION document_transferred() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	stands text;
BEGIN
	SELECT s.state INTO stands FROM current_state s WHERE s.subject_id = NEW.document_id FOR UPDATE;
	IF stands <> 'ready' THEN
		RAISE EXCEPTION 'document is %, which does not allow: transfer', stands USING ERRCODE = 'CA001';
	ELSIF NOT EXISTS (SELECT FROM office o WHERE o.id = NEW.office_id AND o.kind = 'passport') THEN
		RAISE EXCEPTION 'there is no such passport office' USING ERRCODE = 'CA002';
	ELSIF delivering_office(NEW.document_id) = NEW.office_id THEN
		RAISE EXCEPTION 'the document is at this office' USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_ready BEFORE INSERT ON document_transfer FOR EACH ROW EXECUTE FUNCTION document_transferred();

-- ---- to whom ----

CREATE OR REPLACE FUNCTION bearer_verified() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c record;
BEGIN
	-- three desks at once meet here
	IF (SELECT s.state FROM current_state s WHERE s.subject_id = NEW.document_id AND s.machine = 'document' FOR UPDATE) IS DISTINCT FROM 'ready' THEN
		RAISE EXCEPTION 'document is %, which does not allow: deliver', (SELECT s.state FROM current_state s WHERE s.subject_id = NEW.document_id) USING ERRCODE = 'CA001';
	ELSIF delivery_refusals(NEW.document_id) >= 3 THEN
		RAISE EXCEPTION 'three came for the document whom the portrait did not show: a supervisor looks into it first' USING ERRCODE = 'CA001';
	ELSIF NOT EXISTS (SELECT FROM audit_event e WHERE e.subject_kind = 'portrait' AND e.subject_id = NEW.document_id AND e.officer_id = NEW.officer_id
	    AND e.kind = 'disclosure' AND e.created_at > now() - interval '1 hour') THEN
		RAISE EXCEPTION 'the officer has not looked at the portrait' USING ERRCODE = 'CA002';
	ELSIF NEW.bearer = 'holder' THEN
		NEW.consent_id := NULL;
		RETURN NEW;
	ELSIF coalesce((SELECT least_age(i.date_of_birth, current_date) >= k.consent_below FROM document d JOIN document_kind k ON k.code = d.document_type
	    JOIN identity_version i ON i.id = d.identity_version_id WHERE d.id = NEW.document_id), true) THEN
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

GRANT SELECT ON document_release, document_transfer TO catena_issuance, catena_reader;
GRANT INSERT ON document_release, document_transfer TO catena_issuance;
