-- The life of a document between its making and its end: suspension and what follows it, revocation, what goes missing before its delivery, destruction, a
-- holder who died or whose identity was revoked.  Every end and every pause puts it on the stop list in the same commit.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('document', 'delivered', 'suspend', 'suspended'),
	('document', 'suspended', 'reinstate', 'delivered'),
	('document', 'suspended', 'revoke', 'revoked'),
	('document', 'suspended', 'cancel', 'cancelled'),
	('document', 'suspended', 'lose', 'lost'),
	('document', 'suspended', 'steal', 'stolen'),
	('document', 'personalised', 'miss', 'missing'),
	('document', 'ready', 'miss', 'missing'),
	('document', 'missing', 'recover', 'spoiled'),
	('document', 'delivered', 'destroy', 'destroyed'),
	('document', 'cancelled', 'destroy', 'destroyed'),
	('document', 'revoked', 'destroy', 'destroyed'),
	('document', 'recovered', 'destroy', 'destroyed');
-- A revocation is what a second officer makes of a suspension; a document that nobody holds yet is cancelled.
DELETE FROM transition WHERE machine = 'document' AND event = 'revoke' AND from_state IN ('ready', 'delivered');

-- ---- suspended, and what becomes of it ----

CREATE TABLE document_suspension (
	id uuid PRIMARY KEY,
	document_id uuid NOT NULL REFERENCES document,
	reason text NOT NULL CHECK (length(reason) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, document_id),
	UNIQUE (id, officer_id)
);
CREATE INDEX document_suspension_document ON document_suspension (document_id);
COMMENT ON TABLE document_suspension IS 'A document is not to be accepted until another officer decides: by one officer, and on the stop list in the same commit';
CALL make_ledgered('document_suspension', 'document_id', 'officer_id');

CREATE TABLE document_suspension_end (
	id uuid PRIMARY KEY,
	suspension_id uuid NOT NULL UNIQUE,
	document_id uuid NOT NULL,
	suspended_by uuid NOT NULL,
	outcome text NOT NULL CHECK (outcome IN ('reinstated', 'revoked')),
	grounds text CHECK (grounds IN ('fraud', 'error', 'court', 'misuse', 'nationality_lost')),
	reason text NOT NULL CHECK (length(reason) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (suspension_id, document_id) REFERENCES document_suspension (id, document_id),
	FOREIGN KEY (suspension_id, suspended_by) REFERENCES document_suspension (id, officer_id),
	CONSTRAINT grounds_of_revocation CHECK ((outcome = 'revoked') = (grounds IS NOT NULL)),
	CONSTRAINT four_eyes_suspension CHECK (officer_id <> suspended_by)
);
COMMENT ON TABLE document_suspension_end IS 'Another officer took the suspension back, or revoked the document for good';
COMMENT ON COLUMN document_suspension_end.grounds IS 'fraud: it was got by deceit; error: it says what is not so; court; misuse: by the holder; nationality_lost';
CALL make_ledgered('document_suspension_end', 'suspension_id', 'document_id', 'outcome', 'grounds', 'officer_id');

ALTER TABLE document_stop ADD COLUMN suspension_id uuid REFERENCES document_suspension;
ALTER TABLE document_stop ADD COLUMN enrolment_id uuid REFERENCES enrolment;
CREATE INDEX document_stop_suspension ON document_stop (suspension_id) WHERE suspension_id IS NOT NULL;
ALTER TABLE document_stop DROP CONSTRAINT document_stop_reason_check;
ALTER TABLE document_stop ADD CONSTRAINT document_stop_reason_check CHECK (num_nonnulls(act_id, report_id, suspension_id, enrolment_id) = CASE reason WHEN 'cancelled' THEN 0 ELSE 1 END
    AND CASE WHEN reason IN ('holder_deceased', 'act_annulled') THEN act_id IS NOT NULL WHEN reason IN ('lost', 'stolen') THEN report_id IS NOT NULL
    WHEN reason IN ('suspended', 'revoked') THEN suspension_id IS NOT NULL WHEN reason = 'identity_revoked' THEN enrolment_id IS NOT NULL
    ELSE reason = 'cancelled' END);
COMMENT ON TABLE document_stop IS 'The stop list: documents that are not to be accepted, and the act, report, suspension or enrolment that put them there; a stop is lifted by a further row that names it';

CREATE FUNCTION document_hold(document uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT FROM person p WHERE p.id = (SELECT d.person_id FROM document d WHERE d.id = document) FOR UPDATE
$$;
COMMENT ON FUNCTION document_hold IS 'Persons before states, as everywhere (0122-effects.sql)';
REVOKE ALL ON FUNCTION document_hold FROM PUBLIC;

CREATE FUNCTION document_suspended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM document_hold(NEW.document_id);
	INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, 'suspend', NEW.officer_id, NEW.reason);
	INSERT INTO document_stop (document_id, suspension_id, reason, officer_id) VALUES (NEW.document_id, NEW.id, 'suspended', NEW.officer_id);
	INSERT INTO outbox (topic, subject_id) VALUES ('document.stopped', NEW.document_id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON document_suspension FOR EACH ROW EXECUTE FUNCTION document_suspended();

CREATE FUNCTION document_suspension_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM document_hold(NEW.document_id);
	IF NEW.outcome = 'reinstated' THEN
		INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, 'reinstate', NEW.officer_id, NEW.reason);
		INSERT INTO document_stop (document_id, suspension_id, reason, lifts_id, officer_id)
		    SELECT d.document_id, d.suspension_id, d.reason, d.id, NEW.officer_id FROM document_stop d WHERE d.suspension_id = NEW.suspension_id AND d.lifts_id IS NULL;
		INSERT INTO outbox (topic, subject_id) VALUES ('document.stop_lifted', NEW.document_id);
	ELSE
		INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, 'revoke', NEW.officer_id, NEW.grounds || ': ' || NEW.reason);
		INSERT INTO document_stop (document_id, suspension_id, reason, officer_id) VALUES (NEW.document_id, NEW.suspension_id, 'revoked', NEW.officer_id);
		INSERT INTO outbox (topic, subject_id) VALUES ('document.revoked', NEW.document_id);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON document_suspension_end FOR EACH ROW EXECUTE FUNCTION document_suspension_ended();

-- One that was in its holder's hands and is cancelled may still be shown.
CREATE FUNCTION document_cancelled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	INSERT INTO document_stop (document_id, reason, officer_id) VALUES (NEW.document_id, 'cancelled', NEW.officer_id);
	RETURN NULL;
END $$;
CREATE TRIGGER d_stops AFTER INSERT ON document_decision FOR EACH ROW WHEN (NEW.event = 'cancel' AND NEW.from_state IN ('delivered', 'suspended'))
	EXECUTE FUNCTION document_cancelled();

-- ---- reported, found: also before delivery ----

CREATE OR REPLACE FUNCTION document_reported() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	is_delivered boolean;
BEGIN
	PERFORM document_hold(NEW.document_id);
	is_delivered := EXISTS (SELECT FROM document_decision d WHERE d.document_id = NEW.document_id AND d.event = 'deliver');
	IF NOT is_delivered AND NEW.reported_by NOT IN ('police', 'authority') THEN
		RAISE EXCEPTION 'a document that was not delivered is reported by the police or the authority' USING ERRCODE = 'CA002';
	END IF;
	INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, CASE WHEN NOT is_delivered THEN 'miss' WHEN NEW.kind = 'lost' THEN 'lose' ELSE 'steal' END,
	    NEW.officer_id, 'reported by ' || NEW.reported_by);
	INSERT INTO document_stop (document_id, report_id, reason, officer_id) VALUES (NEW.document_id, NEW.id, NEW.kind, NEW.officer_id);
	INSERT INTO outbox (topic, subject_id) VALUES ('document.stopped', NEW.document_id);
	IF NOT is_delivered THEN -- its application is produced anew, with another number
		INSERT INTO application_decision (application_id, taken_by, event, officer_id)
		    SELECT a.id, a.officer_id, 'reproduce', NEW.officer_id FROM document d JOIN application a ON a.id = d.application_id
		    JOIN current_state s ON s.subject_id = a.id AND s.state = 'in_production' WHERE d.id = NEW.document_id;
	END IF;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION document_found() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	r record;
BEGIN
	PERFORM document_hold(NEW.document_id);
	SELECT p.*, d.person_id, d.expires_on, d.document_type, s.state INTO r FROM document_report p JOIN document d ON d.id = p.document_id
	    JOIN current_state s ON s.subject_id = d.id WHERE p.id = NEW.report_id;
	IF NOT NEW.is_restored THEN
		INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, 'recover', NEW.officer_id, NEW.notes);
		INSERT INTO outbox (topic, subject_id) VALUES ('document.recovered', NEW.document_id);
		RETURN NULL;
	END IF;
	IF r.state = 'missing' THEN
		RAISE EXCEPTION 'a document that went missing before its delivery is not given out' USING ERRCODE = 'CA002';
	ELSIF r.kind = 'stolen' THEN
		RAISE EXCEPTION 'a document that was stolen is not given back' USING ERRCODE = 'CA002';
	ELSIF r.expires_on <= current_date THEN
		RAISE EXCEPTION 'the document has expired' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM document_suspension s WHERE s.document_id = NEW.document_id
	    AND NOT EXISTS (SELECT FROM document_suspension_end e WHERE e.suspension_id = s.id)) THEN
		RAISE EXCEPTION 'the document was suspended, so that it is not given back' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM application a JOIN document_kind k ON k.code = a.document_type JOIN document_kind f ON f.code = r.document_type AND f.family = k.family
	    JOIN current_state s ON s.subject_id = a.id AND s.state IN ('submitted', 'approved', 'in_production', 'completed')
	    WHERE a.person_id = r.person_id AND a.created_at >= r.created_at) THEN
		RAISE EXCEPTION 'another document was applied for since, so that this one is not given back' USING ERRCODE = 'CA002';
	END IF;
	INSERT INTO document_stop (document_id, report_id, reason, lifts_id, officer_id)
	    SELECT d.document_id, d.report_id, d.reason, d.id, NEW.officer_id FROM document_stop d WHERE d.report_id = NEW.report_id AND d.lifts_id IS NULL;
	INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, 'restore', NEW.officer_id, NEW.notes);
	INSERT INTO outbox (topic, subject_id) VALUES ('document.stop_lifted', NEW.document_id);
	RETURN NULL;
END $$;

-- Found before it ever was delivered: its booklet is spoiled, and destroyed with the others.
CREATE FUNCTION document_missing_found() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	INSERT INTO booklet_event (booklet_id, event, officer_id, reason)
	    SELECT e.booklet_id, 'spoil', NEW.officer_id, NEW.reason FROM booklet_event e WHERE e.document_id = NEW.document_id;
	RETURN NULL;
END $$;
CREATE TRIGGER d_booklet AFTER INSERT ON document_decision FOR EACH ROW WHEN (NEW.event = 'recover' AND NEW.to_state = 'spoiled') EXECUTE FUNCTION document_missing_found();

-- ---- destroyed ----

CREATE TABLE document_destruction (
	id uuid PRIMARY KEY,
	document_id uuid NOT NULL UNIQUE REFERENCES document,
	notes text NOT NULL CHECK (length(notes) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, document_id),
	UNIQUE (id, officer_id)
);
COMMENT ON TABLE document_destruction IS 'An officer holds the document and destroys it; another sees it before anything follows';
CALL make_ledgered('document_destruction', 'document_id', 'officer_id');

CREATE TABLE document_destruction_witness (
	id uuid PRIMARY KEY,
	destruction_id uuid NOT NULL UNIQUE,
	document_id uuid NOT NULL,
	destroyed_by uuid NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (destruction_id, document_id) REFERENCES document_destruction (id, document_id),
	FOREIGN KEY (destruction_id, destroyed_by) REFERENCES document_destruction (id, officer_id),
	CONSTRAINT four_eyes_destruction CHECK (officer_id <> destroyed_by)
);
COMMENT ON TABLE document_destruction_witness IS 'Another officer saw the document destroyed';
CALL make_ledgered('document_destruction_witness', 'destruction_id', 'document_id', 'officer_id');

CREATE FUNCTION document_may_be_destroyed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	d record;
BEGIN
	PERFORM document_hold(NEW.document_id);
	SELECT s.state, t.expires_on INTO d FROM document t JOIN current_state s ON s.subject_id = t.id WHERE t.id = NEW.document_id;
	IF d.state NOT IN ('delivered', 'cancelled', 'revoked', 'recovered') THEN
		RAISE EXCEPTION 'document is %, which does not allow: destroy', d.state USING ERRCODE = 'CA001';
	ELSIF d.state = 'delivered' AND d.expires_on > current_date AND NOT EXISTS (SELECT FROM stopped_document s WHERE s.document_id = NEW.document_id) THEN
		RAISE EXCEPTION 'the document is valid' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_ended BEFORE INSERT ON document_destruction FOR EACH ROW EXECUTE FUNCTION document_may_be_destroyed();
CREATE TRIGGER a_ended BEFORE INSERT ON document_destruction_witness FOR EACH ROW EXECUTE FUNCTION document_may_be_destroyed();

CREATE FUNCTION document_destroyed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	INSERT INTO document_decision (document_id, event, officer_id) VALUES (NEW.document_id, 'destroy', NEW.officer_id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON document_destruction_witness FOR EACH ROW EXECUTE FUNCTION document_destroyed();

-- ---- these states follow such a row, and nothing else ----

CREATE FUNCTION document_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF pg_trigger_depth() < 2 THEN
		RAISE EXCEPTION 'a document is missing, suspended, reinstated, revoked or destroyed by a report, a suspension, its end or a witness' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_follows BEFORE INSERT ON document_decision FOR EACH ROW WHEN (NEW.event IN ('miss', 'suspend', 'reinstate', 'revoke', 'destroy'))
	EXECUTE FUNCTION document_follows();

-- ---- the holder ----

CREATE OR REPLACE FUNCTION person_stop_by_act(person uuid, act uuid, why text, rests_on uuid, officer uuid) RETURNS void LANGUAGE plpgsql
	SET search_path = registry, pg_temp AS $$
DECLARE
	applications uuid[];
BEGIN
	-- the person first: whoever makes an application or a document for them holds them too, and is seen here or sees us
	PERFORM FROM person p WHERE p.id = person FOR UPDATE;
	SELECT array_agg(a.id ORDER BY a.id) INTO applications FROM application a WHERE a.person_id = person AND (rests_on IS NULL OR EXISTS (
	    SELECT FROM identity_version i JOIN evidence e ON e.enrolment_id = i.enrolment_id AND e.act_id = rests_on WHERE i.id = a.identity_version_id));
	PERFORM FROM current_state s WHERE s.subject_id = ANY (applications || ARRAY(SELECT d.id FROM document d WHERE d.application_id = ANY (applications)))
	    ORDER BY s.subject_id FOR UPDATE;
	WITH stopped AS (
		INSERT INTO application_decision (application_id, taken_by, event, officer_id, reason, cause_act_id)
		SELECT a.id, a.officer_id, 'stop', officer, why, act FROM application a JOIN current_state s ON s.subject_id = a.id
		WHERE a.id = ANY (applications) AND s.state IN ('submitted', 'approved') RETURNING application_id)
	INSERT INTO outbox (topic, subject_id) SELECT 'application.stopped', application_id FROM stopped;
	WITH listed AS (
		INSERT INTO document_stop (document_id, act_id, reason, officer_id)
		SELECT d.id, act, why, officer FROM document d JOIN current_state s ON s.subject_id = d.id
		WHERE d.application_id = ANY (applications) AND s.state IN ('allocated', 'personalised', 'ready', 'delivered', 'suspended') RETURNING document_id)
	INSERT INTO outbox (topic, subject_id) SELECT 'document.stopped', document_id FROM listed;
END $$;

-- An identity that is revoked takes what rests on it with it, as a death does.
CREATE FUNCTION enrolment_hold_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM person p WHERE p.id = (SELECT person_id FROM enrolment WHERE id = NEW.enrolment_id) FOR UPDATE;
	RETURN NEW;
END $$;
CREATE TRIGGER a_hold BEFORE INSERT ON enrolment_decision FOR EACH ROW WHEN (NEW.event = 'revoke') EXECUTE FUNCTION enrolment_hold_person();

CREATE FUNCTION identity_revoked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	WITH stopped AS (
		INSERT INTO application_decision (application_id, taken_by, event, officer_id, reason)
		SELECT a.id, a.officer_id, 'stop', NEW.officer_id, 'identity_revoked' FROM application a JOIN identity_version i ON i.id = a.identity_version_id
		JOIN current_state s ON s.subject_id = a.id AND s.state IN ('submitted', 'approved') WHERE i.enrolment_id = NEW.enrolment_id ORDER BY a.id RETURNING application_id)
	INSERT INTO outbox (topic, subject_id) SELECT 'application.stopped', application_id FROM stopped;
	WITH listed AS (
		INSERT INTO document_stop (document_id, enrolment_id, reason, officer_id)
		SELECT d.id, NEW.enrolment_id, 'identity_revoked', NEW.officer_id FROM document d JOIN identity_version i ON i.id = d.identity_version_id
		JOIN current_state s ON s.subject_id = d.id AND s.state IN ('allocated', 'personalised', 'ready', 'delivered', 'suspended')
		WHERE i.enrolment_id = NEW.enrolment_id ORDER BY d.id RETURNING document_id)
	INSERT INTO outbox (topic, subject_id) SELECT 'document.stopped', document_id FROM listed;
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON enrolment_decision FOR EACH ROW WHEN (NEW.event = 'revoke') EXECUTE FUNCTION identity_revoked();

-- What becomes of a suspended document is decided before there is another of its family.
ALTER FUNCTION entitlement RENAME TO entitlement_unsuspended;
CREATE FUNCTION entitlement(person uuid, kind text, why text, state text, day date, this uuid) RETURNS TABLE (code text, detail text) LANGUAGE sql STABLE
	SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT e.code, e.detail FROM entitlement_unsuspended(person, kind, why, state, day, this) e
	UNION ALL SELECT 'valid_document', 'a document of this person is suspended: it is reinstated or revoked first' WHERE EXISTS (
	    SELECT FROM document d JOIN document_kind f ON f.code = d.document_type JOIN document_kind k ON k.code = kind AND k.family = f.family
	    JOIN current_state s ON s.subject_id = d.id AND s.state = 'suspended' WHERE d.person_id = person AND d.expires_on > day)
$$;
COMMENT ON FUNCTION entitlement IS 'The rules of entitlement_rule that are not fulfilled';
REVOKE ALL ON FUNCTION entitlement FROM PUBLIC;
REVOKE ALL ON FUNCTION entitlement_unsuspended FROM catena_issuance;
GRANT EXECUTE ON FUNCTION entitlement TO catena_issuance;

-- ---- how a document stands today ----

CREATE VIEW document_standing AS
	SELECT d.id AS document_id, d.number, s.state, c.status, c.status = 'active' AS is_valid,
	    CASE c.status WHEN 'expired' THEN d.expires_on ELSE coalesce(p.since, s.changed_at)::date END AS since
	FROM document d JOIN current_state s ON s.subject_id = d.id
	LEFT JOIN LATERAL (SELECT t.reason, t.since FROM stopped_document t WHERE t.document_id = d.id AND s.state IN ('allocated', 'personalised', 'ready', 'delivered')
	    ORDER BY t.reason <> 'holder_deceased', t.since LIMIT 1) p ON true,
	LATERAL (SELECT CASE WHEN s.state = 'missing' THEN (SELECT r.kind FROM document_report r WHERE r.document_id = d.id ORDER BY r.created_at DESC, r.id LIMIT 1)
	    WHEN p.reason = 'holder_deceased' THEN 'holder_deceased' WHEN p.reason IS NOT NULL THEN 'invalid'
	    WHEN s.state IN ('allocated', 'personalised', 'ready') THEN 'issued' WHEN s.state = 'delivered' AND d.expires_on <= current_date THEN 'expired'
	    WHEN s.state = 'delivered' THEN 'active' ELSE s.state END AS status) c;
COMMENT ON VIEW document_standing IS 'issued, active, suspended, lost, stolen, revoked, cancelled, expired, invalid (an act or the identity it rests on fell), holder_deceased, recovered, spoiled, destroyed; since that day.  Expiry needs no job: the day is asked';

GRANT SELECT ON document_suspension, document_suspension_end, document_destruction, document_destruction_witness, document_standing TO catena_issuance, catena_reader;
GRANT INSERT ON document_suspension, document_suspension_end, document_destruction, document_destruction_witness TO catena_issuance;
GRANT SELECT ON document_suspension, document_standing TO catena_inspection;
