-- Corrections: a difference against a version, with its legal basis, proposed by one officer and decided by another.  What is accepted becomes
-- a further version, which the database compares with the difference: nobody slips in more than was proposed.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('correction', 'new', 'propose', 'proposed'),
	('correction', 'proposed', 'accept', 'accepted'),
	('correction', 'proposed', 'refuse', 'refused'),
	('correction', 'proposed', 'withdraw', 'withdrawn');

CREATE TABLE act_correction (
	id uuid PRIMARY KEY,
	act_id uuid NOT NULL,
	act_version_id uuid NOT NULL,
	changes jsonb NOT NULL CHECK (jsonb_typeof(changes) = 'array' AND jsonb_array_length(changes) BETWEEN 1 AND 50),
	is_key boolean NOT NULL,
	legal_basis text NOT NULL CHECK (length(legal_basis) >= 3),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	UNIQUE (id, act_id),
	FOREIGN KEY (act_version_id, act_id) REFERENCES act_version (id, act_id)
);
CREATE INDEX act_correction_act ON act_correction (act_id);
COMMENT ON TABLE act_correction IS 'A proposed correction of an act; officer_id proposes it';
COMMENT ON COLUMN act_correction.changes IS 'Array of { path, from, to }: JSON pointers into the version''s content; from, to null: nothing there';
COMMENT ON COLUMN act_correction.is_key IS 'Touches a key field (act_kind.key_paths): found by the database';
CALL make_ledgered('act_correction', 'act_id', 'act_version_id', 'is_key', 'officer_id');

CREATE TABLE act_correction_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	correction_id uuid NOT NULL,
	proposed_by uuid NOT NULL,
	event text NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (correction_id, seq),
	FOREIGN KEY (correction_id, proposed_by) REFERENCES act_correction (id, officer_id),
	CONSTRAINT four_eyes_correction CHECK (CASE WHEN event IN ('propose', 'withdraw') THEN officer_id = proposed_by ELSE officer_id <> proposed_by END),
	CONSTRAINT reason_given CHECK (event <> 'refuse' OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE act_correction_decision IS 'Proposed, accepted, refused, withdrawn; who proposed a correction never accepts it (invariant 5)';
CREATE TRIGGER a_state BEFORE INSERT ON act_correction_decision FOR EACH ROW EXECUTE FUNCTION state_advance('correction', 'correction_id');
CALL make_ledgered('act_correction_decision', 'correction_id', 'event', 'from_state', 'to_state', 'officer_id');

ALTER TABLE act_evidence ADD FOREIGN KEY (correction_id, act_id) REFERENCES act_correction (id, act_id);
ALTER TABLE act_version ADD COLUMN correction_id uuid UNIQUE;
ALTER TABLE act_version ADD FOREIGN KEY (correction_id, act_id) REFERENCES act_correction (id, act_id);
ALTER TABLE act_version ADD CONSTRAINT corrected_by CHECK ((version > 1) = (correction_id IS NOT NULL));
COMMENT ON COLUMN act_version.correction_id IS 'The accepted correction that this version comes of; NULL: the first';
ALTER TABLE act_decision ADD COLUMN correction_id uuid;
ALTER TABLE act_version ADD UNIQUE (id, correction_id);
ALTER TABLE act_decision ADD FOREIGN KEY (act_version_id, correction_id) REFERENCES act_version (id, correction_id);
ALTER TABLE act_decision ADD CONSTRAINT correction_named CHECK ((event = 'correct') = (correction_id IS NOT NULL));

CREATE FUNCTION correction_apply(content jsonb, changes jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	c jsonb;
	at text[];
BEGIN
	FOR c IN SELECT * FROM jsonb_array_elements(changes) LOOP
		at := string_to_array(substr(c->>'path', 2), '/');
		IF coalesce(content #> at, 'null') <> coalesce(c->'from', 'null') THEN
			RAISE EXCEPTION 'correction of %: the act says something else there', c->>'path' USING ERRCODE = 'CA001';
		ELSIF coalesce(c->'to', 'null') = 'null' THEN
			content := content #- at;
		ELSE
			content := jsonb_set(content, at, c->'to', true);
			IF content #> at IS DISTINCT FROM c->'to' THEN
				RAISE EXCEPTION 'correction of %: there is nothing above it', c->>'path' USING ERRCODE = 'CA001';
			END IF;
		END IF;
	END LOOP;
	RETURN content;
END $$;
COMMENT ON FUNCTION correction_apply IS 'The content with the changes made; CA001 when it does not say what they are from';

CREATE FUNCTION correction_proposed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	base jsonb;
	keys text[];
BEGIN
	SELECT v.content, k.key_paths INTO base, keys FROM act_version v JOIN act a ON a.id = v.act_id JOIN act_kind k ON k.name = a.kind
	    WHERE v.id = NEW.act_version_id;
	IF NOT EXISTS (SELECT FROM current_state WHERE subject_id = NEW.act_id AND state = 'registered') THEN
		RAISE EXCEPTION 'act is not registered, which does not allow: correct' USING ERRCODE = 'CA001';
	ELSIF correction_apply(base, NEW.changes) = base THEN
		RAISE EXCEPTION 'the correction changes nothing' USING ERRCODE = 'CA002';
	END IF;
	NEW.is_key := EXISTS (SELECT FROM jsonb_array_elements(NEW.changes) c, unnest(keys) k WHERE c->>'path' = k OR c->>'path' LIKE k || '/%');
	RETURN NEW;
END $$;
CREATE TRIGGER b_proposed BEFORE INSERT ON act_correction FOR EACH ROW EXECUTE FUNCTION correction_proposed();

CREATE FUNCTION correction_decided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM act_correction c WHERE c.id = NEW.correction_id AND c.is_key
	    AND NOT EXISTS (SELECT FROM act_evidence e WHERE e.correction_id = c.id)) THEN
		RAISE EXCEPTION 'a correction of key fields needs evidence' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_decided BEFORE INSERT ON act_correction_decision FOR EACH ROW WHEN (NEW.event = 'accept') EXECUTE FUNCTION correction_decided();

CREATE FUNCTION version_corrects() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c record;
BEGIN
	SELECT k.act_version_id, k.changes, v.content, v.version INTO c FROM act_correction k JOIN act_version v ON v.id = k.act_version_id
	    JOIN current_state s ON s.subject_id = k.id AND s.state = 'accepted' WHERE k.id = NEW.correction_id AND k.act_id = NEW.act_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'a version comes of an accepted correction' USING ERRCODE = 'CA002';
	ELSIF NEW.version <> c.version + 1 THEN
		RAISE EXCEPTION 'the act was corrected meanwhile' USING ERRCODE = 'CA001';
	ELSIF NEW.content <> correction_apply(c.content, c.changes) THEN
		RAISE EXCEPTION 'the version says something else than the accepted correction' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_corrects BEFORE INSERT ON act_version FOR EACH ROW WHEN (NEW.version > 1) EXECUTE FUNCTION version_corrects();

GRANT SELECT, INSERT ON act_correction, act_correction_decision TO catena_civil;
GRANT SELECT ON act_correction, act_correction_decision TO catena_reader;
