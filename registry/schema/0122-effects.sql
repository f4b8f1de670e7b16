-- What a registration does to persons and to other acts, in its own commit, whatever program wrote it (invariant 6); and how an annulment takes all
-- of it back.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('application', 'stopped', 'resume', 'submitted');

CREATE OR REPLACE VIEW deceased AS
	SELECT r.person_id FROM act_registration r JOIN current_state s ON s.subject_id = r.act_id
	WHERE r.kind IN ('death', 'judicial_death') AND s.state = 'registered';

CREATE TABLE document_stop (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	document_id uuid NOT NULL REFERENCES document,
	act_id uuid NOT NULL REFERENCES act,
	reason text NOT NULL CHECK (reason IN ('holder_deceased', 'act_annulled')),
	lifts_id uuid UNIQUE REFERENCES document_stop,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX document_stop_document ON document_stop (document_id);
CREATE INDEX document_stop_act ON document_stop (act_id);
COMMENT ON TABLE document_stop IS 'The stop list: documents that are not to be accepted because of an act; a stop is lifted by a further row that names it';
CALL make_ledgered('document_stop', 'document_id', 'act_id', 'reason', 'lifts_id', 'officer_id');

CREATE VIEW stopped_document AS
	SELECT d.document_id, d.act_id, d.reason, d.created_at AS since FROM document_stop d
	WHERE d.lifts_id IS NULL AND NOT EXISTS (SELECT FROM document_stop l WHERE l.lifts_id = d.id);
COMMENT ON VIEW stopped_document IS 'Documents on the stop list now, once for each act that put them there';

ALTER TABLE application_decision ADD COLUMN cause_act_id uuid REFERENCES act;
COMMENT ON COLUMN application_decision.cause_act_id IS 'The act whose registration or annulment stopped the application, or let it go on';
ALTER TABLE application_decision ADD CONSTRAINT caused_by_act CHECK (cause_act_id IS NULL OR event IN ('stop', 'resume'));

-- Stops what the person has and has asked for: open applications, documents that are not at their end.  rests_on: only what rests on that act.
CREATE FUNCTION person_stop_by_act(person uuid, act uuid, why text, rests_on uuid, officer uuid) RETURNS void LANGUAGE plpgsql
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
		WHERE d.application_id = ANY (applications) AND s.state IN ('allocated', 'personalised', 'ready', 'delivered') RETURNING document_id)
	INSERT INTO outbox (topic, subject_id) SELECT 'document.stopped', document_id FROM listed;
END $$;
REVOKE ALL ON FUNCTION person_stop_by_act FROM PUBLIC;

-- Lifts every stop that the act gave; an application goes on where nothing else stops its person.
CREATE FUNCTION person_resume_by_act(person uuid, act uuid, officer uuid) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM person p WHERE p.id = person FOR UPDATE;
	WITH lifted AS (
		INSERT INTO document_stop (document_id, act_id, reason, lifts_id, officer_id)
		SELECT d.document_id, d.act_id, d.reason, d.id, officer FROM document_stop d
		WHERE d.act_id = act AND d.lifts_id IS NULL AND NOT EXISTS (SELECT FROM document_stop l WHERE l.lifts_id = d.id) RETURNING document_id)
	INSERT INTO outbox (topic, subject_id) SELECT 'document.stop_lifted', document_id FROM lifted;
	WITH resumed AS (
		INSERT INTO application_decision (application_id, taken_by, event, officer_id, cause_act_id)
		SELECT a.id, a.officer_id, 'resume', officer, act FROM application a JOIN current_state s ON s.subject_id = a.id AND s.state = 'stopped'
		JOIN LATERAL (SELECT cause_act_id FROM application_decision WHERE application_id = a.id ORDER BY seq DESC LIMIT 1) l ON l.cause_act_id = act
		WHERE a.person_id = person AND NOT EXISTS (SELECT FROM deceased d WHERE d.person_id = person)
		AND NOT EXISTS (SELECT FROM stopped_person p WHERE p.person_id = person) RETURNING application_id)
	INSERT INTO outbox (topic, subject_id) SELECT 'application.resumed', application_id FROM resumed;
END $$;
REVOKE ALL ON FUNCTION person_resume_by_act FROM PUBLIC;

-- Puts into effect (or takes back) what an act does.  `event` is that of the decision: register and reinstate do, annul undoes.
CREATE FUNCTION act_effect(act uuid, event text, officer uuid) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
	r record;
	about record;
	holds boolean := event <> 'annul';
BEGIN
	SELECT g.person_id, a.about_act_id, k.* INTO r FROM act_registration g JOIN act a ON a.id = g.act_id JOIN act_kind k ON k.name = g.kind WHERE g.act_id = act;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF r.ends_life AND holds THEN
		PERFORM FROM person p WHERE p.id = r.person_id FOR UPDATE;
		IF (SELECT count(*) FROM deceased d WHERE d.person_id = r.person_id) > 1 THEN -- this one counts already
			RAISE EXCEPTION 'the person is registered as deceased already' USING ERRCODE = 'CA002';
		END IF;
		PERFORM person_stop_by_act(r.person_id, act, 'holder_deceased', NULL, officer);
		INSERT INTO outbox (topic, subject_id) VALUES ('person.deceased', r.person_id);
	ELSIF r.ends_life THEN
		PERFORM person_resume_by_act(r.person_id, act, officer);
		INSERT INTO outbox (topic, subject_id) VALUES ('person.restored', r.person_id);
	ELSIF r.is_basis AND event = 'annul' THEN
		PERFORM person_stop_by_act(r.person_id, act, 'act_annulled', act, officer);
	ELSIF r.is_basis AND event = 'reinstate' THEN
		PERFORM person_resume_by_act(r.person_id, act, officer);
	END IF;
	IF r.about_act_id IS NULL THEN
		RETURN;
	END IF;
	SELECT a.officer_id, a.kind, s.state, v.id AS version_id, o.content->>'form' AS form INTO about FROM act a JOIN current_state s ON s.subject_id = a.id
	    JOIN LATERAL (SELECT id FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) v ON true,
	    LATERAL (SELECT content FROM act_version WHERE act_id = act ORDER BY version DESC LIMIT 1) o WHERE a.id = r.about_act_id FOR UPDATE OF s;
	IF holds AND about.state <> 'registered' THEN
		RAISE EXCEPTION 'the act that this one is about is %', about.state USING ERRCODE = 'CA001';
	ELSIF r.effect = 'dissolves' AND holds AND about.kind <> 'marriage' THEN
		RAISE EXCEPTION 'the act to be dissolved is no marriage' USING ERRCODE = 'CA002';
	ELSIF r.effect = 'dissolves' AND holds AND EXISTS (SELECT FROM act d JOIN act_kind k ON k.name = d.kind AND k.effect = 'dissolves'
	    JOIN current_state s ON s.subject_id = d.id AND s.state = 'registered' WHERE d.about_act_id = r.about_act_id AND d.id <> act) THEN
		RAISE EXCEPTION 'the marriage is dissolved already' USING ERRCODE = 'CA002';
	ELSIF r.effect IN ('seals', 'annotates') AND holds AND NOT EXISTS (SELECT FROM act_registration g JOIN act_kind k ON k.name = g.kind AND k.is_basis
	    WHERE g.act_id = r.about_act_id AND g.person_id = r.person_id) THEN
		RAISE EXCEPTION 'the act that this one is about is no birth of this person' USING ERRCODE = 'CA002';
	ELSIF r.effect = 'seals' AND about.form = 'full' AND (holds OR about.state = 'sealed') THEN
		INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id)
		    VALUES (r.about_act_id, about.officer_id, about.version_id, CASE WHEN holds THEN 'seal' ELSE 'unseal' END, officer);
		INSERT INTO outbox (topic, subject_id) VALUES (CASE WHEN holds THEN 'act.sealed' ELSE 'act.unsealed' END, r.about_act_id);
	END IF;
END $$;
REVOKE ALL ON FUNCTION act_effect FROM PUBLIC;

-- Persons who are married now.
CREATE VIEW married AS
	SELECT p.person_id, a.id AS act_id FROM act a JOIN current_state s ON s.subject_id = a.id AND s.state = 'registered'
	JOIN LATERAL (SELECT id FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) v ON true
	JOIN act_party p ON p.act_version_id = v.id AND p.role IN ('spouse_1', 'spouse_2') AND p.person_id IS NOT NULL
	WHERE a.kind = 'marriage'
	AND NOT EXISTS (SELECT FROM act d JOIN act_kind k ON k.name = d.kind AND k.effect = 'dissolves' JOIN current_state t ON t.subject_id = d.id AND t.state = 'registered'
	    WHERE d.about_act_id = a.id)
	AND NOT EXISTS (SELECT FROM act_party o JOIN deceased x ON x.person_id = o.person_id WHERE o.act_version_id = v.id AND o.role IN ('spouse_1', 'spouse_2'));
COMMENT ON VIEW married IS 'Persons with a registered marriage that is neither dissolved nor ended by a death';

CREATE TABLE act_rule (
	name text PRIMARY KEY CHECK (name IN ('one_marriage')),
	holds boolean NOT NULL
);
COMMENT ON TABLE act_rule IS 'What a country''s law may say otherwise; one_marriage: who is married does not marry';
INSERT INTO act_rule VALUES ('one_marriage', true);

-- The persons whom a registration takes as living, and as free to marry.  Held until the commit, in order, against what others register.
CREATE FUNCTION act_parties_may(act uuid, version uuid, kind text) RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
	who uuid[];
BEGIN
	SELECT array_agg(p.person_id ORDER BY p.person_id) INTO who FROM act_party p WHERE p.act_version_id = version AND p.person_id IS NOT NULL
	    AND p.role IN ('spouse_1', 'spouse_2', 'adopter_1', 'adopter_2', 'person') AND kind IN ('marriage', 'adoption', 'name_change');
	IF who IS NULL THEN
		RETURN;
	END IF;
	PERFORM FROM person p WHERE p.id = ANY (who) ORDER BY p.id FOR UPDATE;
	IF EXISTS (SELECT FROM deceased d WHERE d.person_id = ANY (who)) THEN
		RAISE EXCEPTION 'a party is registered as deceased' USING ERRCODE = 'CA002';
	ELSIF kind = 'marriage' AND (SELECT holds FROM act_rule WHERE name = 'one_marriage')
	    AND EXISTS (SELECT FROM married m WHERE m.person_id = ANY (who) AND m.act_id <> act) THEN
		RAISE EXCEPTION 'a spouse is married already' USING ERRCODE = 'CA002';
	END IF;
END $$;
REVOKE ALL ON FUNCTION act_parties_may FROM PUBLIC;

CREATE FUNCTION act_registered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM act_parties_may(NEW.act_id, NEW.act_version_id, NEW.kind);
	PERFORM act_effect(NEW.act_id, 'register', NEW.officer_id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON act_registration FOR EACH ROW WHEN (NEW.kind NOT IN ('birth', 'foetal_death', 'judicial_birth', 'foundling'))
	EXECUTE FUNCTION act_registered();

CREATE FUNCTION act_annulled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	r record;
BEGIN
	IF NEW.event = 'reinstate' THEN
		SELECT kind INTO r FROM act WHERE id = NEW.act_id;
		PERFORM act_parties_may(NEW.act_id, NEW.act_version_id, r.kind);
	END IF;
	PERFORM act_effect(NEW.act_id, NEW.event, NEW.officer_id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON act_decision FOR EACH ROW WHEN (NEW.event IN ('annul', 'reinstate')) EXECUTE FUNCTION act_annulled();

-- Persons before states, as document_descends and signing_hold do: so that the two never wait for each other in a ring.
CREATE FUNCTION act_hold_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM person p WHERE p.id = (SELECT person_id FROM act_registration WHERE act_id = NEW.act_id) FOR UPDATE;
	RETURN NEW;
END $$;
CREATE TRIGGER a_hold BEFORE INSERT ON act_decision FOR EACH ROW WHEN (NEW.event IN ('annul', 'reinstate')) EXECUTE FUNCTION act_hold_person();

-- An application that is taken while its person's death is registered waits for it, and is refused.
CREATE FUNCTION application_holder_lives() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM person p WHERE p.id = NEW.person_id FOR KEY SHARE;
	IF (SELECT count(*) FROM deceased d WHERE d.person_id = NEW.person_id) > 0 THEN
		RAISE EXCEPTION 'holder is deceased' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER holder_lives BEFORE INSERT ON application FOR EACH ROW EXECUTE FUNCTION application_holder_lives();

-- What is on the stop list is not handed out.
CREATE FUNCTION document_not_stopped() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF (SELECT count(*) FROM stopped_document s WHERE s.document_id = NEW.document_id) > 0 THEN
		RAISE EXCEPTION 'the document is on the stop list' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_not_stopped BEFORE INSERT ON document_decision FOR EACH ROW WHEN (NEW.event IN ('pass', 'deliver')) EXECUTE FUNCTION document_not_stopped();

GRANT SELECT ON document_stop, stopped_document TO catena_issuance, catena_inspection, catena_signer, catena_reader;
GRANT SELECT ON act_rule, married TO catena_civil, catena_reader;
