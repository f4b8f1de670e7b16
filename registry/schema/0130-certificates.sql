-- Certificates of civil acts on paper: what was issued, its seal, its print, its end; and the stock of security paper.

-- ---- what a certificate says ----

-- What certificates of an act say as of a day, read in one place by the office that prints and by signd that seals.  An act that an adoption sealed gives
-- what the adoption says under the number, the day and the office of the first registration: nothing tells that there was one.
CREATE FUNCTION certificate_source(which uuid, day date) RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET timezone = 'UTC' AS $$
DECLARE
	a record;
	v record;
	adoption record;
	made jsonb;
	mother jsonb;
	father jsonb;
BEGIN
	SELECT x.id, x.kind, s.state, r.number, r.created_at::date AS registered_on, o.name AS office INTO a
	    FROM act x JOIN act_registration r ON r.act_id = x.id JOIN current_state s ON s.subject_id = x.id JOIN office o ON o.id = x.office_id WHERE x.id = which;
	IF NOT FOUND OR a.registered_on > day THEN
		RETURN NULL;
	END IF;
	SELECT w.id, w.content, w.version INTO v FROM act_version w WHERE w.act_id = which AND w.created_at::date <= day ORDER BY w.version DESC LIMIT 1;
	SELECT n.id, n.content INTO adoption FROM act x JOIN current_state s ON s.subject_id = x.id AND s.state = 'registered',
	    LATERAL (SELECT w.id, w.content FROM act_version w WHERE w.act_id = x.id ORDER BY w.version DESC LIMIT 1) n
	    WHERE x.about_act_id = which AND x.kind = 'adoption' AND n.content->>'form' = 'full';
	made := v.content;
	IF adoption.id IS NOT NULL THEN
		mother := adoption.content->'adopter_1';
		father := adoption.content->'adopter_2';
		IF coalesce(mother->>'sex', 'F') = 'M' AND coalesce(father->>'sex', 'F') <> 'M' THEN
			mother := adoption.content->'adopter_2';
			father := adoption.content->'adopter_1';
		END IF;
		made := jsonb_strip_nulls(jsonb_build_object('child', adoption.content->'child', 'mother', mother, 'father', father));
	END IF;
	RETURN jsonb_strip_nulls(jsonb_build_object('act_id', which, 'act_version_id', v.id, 'source_version_id', adoption.id,
	    'kind', CASE WHEN a.kind IN ('birth', 'judicial_birth', 'foundling') THEN 'birth' WHEN a.kind IN ('death', 'judicial_death') THEN 'death'
		WHEN a.kind = 'marriage' THEN 'marriage' WHEN a.kind IN ('divorce', 'annulment_of_marriage') THEN 'divorce' END,
	    'state', a.state, 'is_sealed', a.state = 'sealed', 'number', a.number, 'registered_on', a.registered_on, 'registered_at', a.office, 'content', made,
	    'place', (SELECT p.name FROM place p WHERE p.code = coalesce(made->'child'->>'place_of_birth', made->>'place_of_death', made->>'place_of_marriage',
		made->>'place_found')),
	    'notes', CASE WHEN adoption.id IS NULL THEN (SELECT jsonb_agg(jsonb_build_object('kind', x.kind, 'number', r.number, 'on', n.content #>> k.event_path,
		    'names', n.content->'new_names') ORDER BY r.created_at, r.number)
		FROM act x JOIN act_kind k ON k.name = x.kind AND k.effect IN ('dissolves', 'annotates') JOIN act_registration r ON r.act_id = x.id
		JOIN current_state s ON s.subject_id = x.id AND s.state = 'registered',
		LATERAL (SELECT w.content FROM act_version w WHERE w.act_id = x.id ORDER BY w.version DESC LIMIT 1) n
		WHERE x.about_act_id = which AND r.created_at::date <= day) END));
END $$;
COMMENT ON FUNCTION certificate_source IS 'What a certificate of an act says as of a day; NULL: it was not registered then';
REVOKE ALL ON FUNCTION certificate_source FROM PUBLIC;
GRANT EXECUTE ON FUNCTION certificate_source TO catena_civil;

-- The act of a number; of an adoption that sealed a birth, that birth.
CREATE FUNCTION certificate_act(number_given text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT CASE WHEN a.kind = 'adoption' THEN b.id ELSE a.id END FROM act_registration r JOIN act a ON a.id = r.act_id
	LEFT JOIN act b ON b.id = a.about_act_id AND EXISTS (SELECT FROM current_state s WHERE s.subject_id = b.id AND s.state = 'sealed')
	WHERE r.number = number_given
$$;
REVOKE ALL ON FUNCTION certificate_act FROM PUBLIC;
GRANT EXECUTE ON FUNCTION certificate_act TO catena_civil;

-- ---- certificates ----

CREATE TABLE civil_certificate (
	id uuid PRIMARY KEY,
	act_id uuid NOT NULL,
	act_version_id uuid NOT NULL,
	source_version_id uuid REFERENCES act_version,
	kind text NOT NULL CHECK (kind IN ('birth', 'death', 'marriage', 'divorce')),
	form text NOT NULL CHECK (form IN ('full', 'extract', 'multilingual')),
	language text NOT NULL CHECK (language IN ('en', 'fr', 'ar', 'es')),
	office_id uuid NOT NULL REFERENCES office,
	year int NOT NULL,
	serial int NOT NULL CHECK (serial > 0),
	number text NOT NULL UNIQUE,
	copy int NOT NULL CHECK (copy > 0),
	issued_on date NOT NULL,
	as_of date NOT NULL CHECK (as_of <= issued_on),
	content jsonb NOT NULL,
	replaces_id uuid UNIQUE REFERENCES civil_certificate,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (act_id, copy),
	UNIQUE (office_id, year, serial),
	FOREIGN KEY (act_version_id, act_id) REFERENCES act_version (id, act_id)
);
COMMENT ON TABLE civil_certificate IS 'Certificates that were issued, each with all that its PDF is made from: the same octets can be made again';
COMMENT ON COLUMN civil_certificate.number IS 'OFFICE-C-YEAR-SERIAL and an ISO/IEC 7064 MOD 37,36 check character';
COMMENT ON COLUMN civil_certificate.copy IS 'How many certificates of this act there are up to this one';
COMMENT ON COLUMN civil_certificate.source_version_id IS 'What it says comes of this version, of an act that sealed the one it names';
COMMENT ON COLUMN civil_certificate.content IS 'What is printed: State, authority, offices, fields';
COMMENT ON COLUMN civil_certificate.replaces_id IS 'The certificate in whose place this one was issued';

CREATE FUNCTION certificate_issued() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	source jsonb;
BEGIN
	-- held until the commit: whoever annuls or corrects the act waits, and copies are counted one after the other
	PERFORM FROM current_state WHERE subject_id = NEW.act_id FOR UPDATE;
	source := certificate_source(NEW.act_id, NEW.as_of);
	IF source IS NULL THEN
		RAISE EXCEPTION 'the act was not registered on that day' USING ERRCODE = 'CA002';
	ELSIF source->>'state' <> 'registered' AND (source->>'state' <> 'sealed' OR source->'source_version_id' IS NULL) THEN
		RAISE EXCEPTION 'the act is %, which does not allow: certificate', source->>'state' USING ERRCODE = 'CA001';
	ELSIF source->>'kind' IS DISTINCT FROM NEW.kind THEN
		RAISE EXCEPTION 'the act is of another kind than the certificate' USING ERRCODE = 'CA002';
	ELSIF NEW.replaces_id IS NOT NULL AND NOT EXISTS (SELECT FROM civil_certificate c WHERE c.id = NEW.replaces_id AND c.act_id = NEW.act_id) THEN
		RAISE EXCEPTION 'the certificate to be replaced is of another act' USING ERRCODE = 'CA002';
	ELSIF (source->>'act_version_id')::uuid <> NEW.act_version_id OR (source->>'source_version_id')::uuid IS DISTINCT FROM NEW.source_version_id THEN
		RAISE EXCEPTION 'the act was corrected meanwhile' USING ERRCODE = 'CA001';
	END IF;
	NEW.copy := 1 + (SELECT count(*) FROM civil_certificate c WHERE c.act_id = NEW.act_id);
	RETURN NEW;
END $$;
CREATE TRIGGER a_holds BEFORE INSERT ON civil_certificate FOR EACH ROW EXECUTE FUNCTION certificate_issued();
CALL make_ledgered('civil_certificate', 'act_id', 'act_version_id', 'office_id', 'officer_id', 'replaces_id');

CREATE TABLE civil_certificate_seal (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	civil_certificate_id uuid NOT NULL UNIQUE REFERENCES civil_certificate,
	seal bytea NOT NULL CHECK (octet_length(seal) BETWEEN 1 AND 1555),
	certificate_id uuid NOT NULL REFERENCES certificate,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE civil_certificate_seal IS 'The visible digital seal that signd made from what it read of the act; once';
CALL make_ledgered('civil_certificate_seal', 'civil_certificate_id', 'certificate_id');

CREATE TABLE civil_certificate_print (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	civil_certificate_id uuid NOT NULL UNIQUE REFERENCES civil_certificate,
	sha256 digest256 NOT NULL,
	is_sealed boolean NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE civil_certificate_print IS 'The PDF as it was first made: from here on its octets are these';
CALL make_ledgered('civil_certificate_print', 'civil_certificate_id', 'sha256');

CREATE FUNCTION certificate_printed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM civil_certificate WHERE id = NEW.civil_certificate_id FOR UPDATE;
	IF TG_TABLE_NAME = 'civil_certificate_seal' AND EXISTS (SELECT FROM civil_certificate_print p WHERE p.civil_certificate_id = NEW.civil_certificate_id) THEN
		RAISE EXCEPTION 'the certificate went out without a seal' USING ERRCODE = 'CA001';
	ELSIF TG_TABLE_NAME = 'civil_certificate_print' THEN
		NEW := jsonb_populate_record(NEW, jsonb_build_object('is_sealed',
		    EXISTS (SELECT FROM civil_certificate_seal s WHERE s.civil_certificate_id = NEW.civil_certificate_id) AND (to_jsonb(NEW)->>'is_sealed')::boolean));
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_order BEFORE INSERT ON civil_certificate_seal FOR EACH ROW EXECUTE FUNCTION certificate_printed();
CREATE TRIGGER a_order BEFORE INSERT ON civil_certificate_print FOR EACH ROW EXECUTE FUNCTION certificate_printed();

CREATE TABLE civil_certificate_revocation (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	civil_certificate_id uuid NOT NULL UNIQUE REFERENCES civil_certificate,
	reason text NOT NULL CHECK (length(reason) >= 3),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE civil_certificate_revocation IS 'Certificates that are not to be accepted any more: lost, stolen, issued in error';
CALL make_ledgered('civil_certificate_revocation', 'civil_certificate_id', 'officer_id');

CREATE VIEW civil_certificate_status AS
	SELECT c.id, c.number, CASE
	    WHEN s.state = 'annulled' OR EXISTS (SELECT FROM civil_certificate_revocation r WHERE r.civil_certificate_id = c.id) THEN 'revoked'
	    WHEN EXISTS (SELECT FROM civil_certificate n WHERE n.replaces_id = c.id)
		OR (SELECT v.id FROM act_version v WHERE v.act_id = c.act_id ORDER BY v.version DESC LIMIT 1) <> c.act_version_id
		OR (SELECT n.id FROM act x JOIN current_state t ON t.subject_id = x.id AND t.state = 'registered',
		    LATERAL (SELECT w.id, w.content FROM act_version w WHERE w.act_id = x.id ORDER BY w.version DESC LIMIT 1) n
		    WHERE x.about_act_id = c.act_id AND x.kind = 'adoption' AND n.content->>'form' = 'full') IS DISTINCT FROM c.source_version_id
		OR EXISTS (SELECT FROM act x JOIN act_kind k ON k.name = x.kind AND k.effect IN ('dissolves', 'annotates')
		    JOIN act_registration r ON r.act_id = x.id JOIN act_decision d ON d.act_id = x.id
		    WHERE x.about_act_id = c.act_id AND d.event IN ('register', 'annul', 'reinstate') AND d.created_at > c.created_at) THEN 'replaced'
	    ELSE 'valid' END AS status,
	    -- what stands in the status address on the paper: of the seal when it has one
	    encode(substr(sha256(coalesce(e.seal, c.salt)), 1, 8), 'hex') AS code
	FROM civil_certificate c JOIN current_state s ON s.subject_id = c.act_id
	LEFT JOIN civil_certificate_print p ON p.civil_certificate_id = c.id
	LEFT JOIN civil_certificate_seal e ON e.civil_certificate_id = c.id AND p.is_sealed IS NOT FALSE;
COMMENT ON VIEW civil_certificate_status IS 'Valid, replaced (a later certificate or version, a note) or revoked (or its act annulled); replaced and revoked follow the act without anything being written';

-- What signd seals: the certificate and its act as they stand, held until the commit.
CREATE FUNCTION certificate_to_seal(which uuid) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c civil_certificate%ROWTYPE;
BEGIN
	SELECT * INTO c FROM civil_certificate WHERE id = which FOR UPDATE;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	PERFORM FROM current_state WHERE subject_id = c.act_id FOR SHARE;
	RETURN jsonb_strip_nulls(jsonb_build_object('number', c.number, 'kind', c.kind, 'issued_on', c.issued_on, 'act_version_id', c.act_version_id,
	    'source_version_id', c.source_version_id, 'source', certificate_source(c.act_id, c.as_of),
	    'seal', (SELECT encode(s.seal, 'hex') FROM civil_certificate_seal s WHERE s.civil_certificate_id = which),
	    'is_printed', EXISTS (SELECT FROM civil_certificate_print p WHERE p.civil_certificate_id = which),
	    'is_revoked', EXISTS (SELECT FROM civil_certificate_revocation r WHERE r.civil_certificate_id = which)));
END $$;
REVOKE ALL ON FUNCTION certificate_to_seal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION certificate_to_seal TO catena_signer;

-- ---- security paper ----

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('paper', 'new', 'receive', 'received'),
	('paper', 'received', 'issue', 'issued'),
	('paper', 'received', 'spoil', 'spoiled'),
	('paper', 'issued', 'spoil', 'spoiled'),
	('paper', 'spoiled', 'destroy', 'destroyed');

CREATE TABLE paper_count (
	id uuid PRIMARY KEY,
	office_id uuid NOT NULL REFERENCES office,
	event text NOT NULL CHECK (event IN ('receive', 'destroy')),
	prefix text NOT NULL CHECK (prefix ~ '^[A-Z0-9]{1,8}$'),
	first_serial int NOT NULL CHECK (first_serial > 0),
	last_serial int NOT NULL CHECK (last_serial BETWEEN first_serial AND first_serial + 9999),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id)
);
COMMENT ON TABLE paper_count IS 'Sheets that one officer counted; nothing happens to them before another has counted the same';
CALL make_ledgered('paper_count', 'office_id', 'event', 'officer_id');

CREATE TABLE paper (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	serial text NOT NULL UNIQUE,
	office_id uuid NOT NULL REFERENCES office,
	paper_count_id uuid NOT NULL REFERENCES paper_count,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX paper_office ON paper (office_id, serial);
COMMENT ON TABLE paper IS 'Sheets of security paper';
CALL make_ledgered('paper', 'serial', 'office_id', 'paper_count_id');

CREATE TABLE paper_event (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	paper_id uuid NOT NULL REFERENCES paper,
	event text NOT NULL,
	civil_certificate_id uuid REFERENCES civil_certificate,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (paper_id, seq),
	CONSTRAINT bound_when_issued CHECK ((event = 'issue') = (civil_certificate_id IS NOT NULL)),
	CONSTRAINT reason_given CHECK (event <> 'spoil' OR coalesce(length(reason), 0) > 0)
);
CREATE INDEX paper_event_certificate ON paper_event (civil_certificate_id) WHERE civil_certificate_id IS NOT NULL;
COMMENT ON TABLE paper_event IS 'The life of each sheet: received, issued (bound to a certificate when it is printed), spoiled, destroyed';
CREATE TRIGGER a_state BEFORE INSERT ON paper_event FOR EACH ROW EXECUTE FUNCTION state_advance('paper', 'paper_id');
CALL make_ledgered('paper_event', 'paper_id', 'event', 'civil_certificate_id', 'from_state', 'to_state', 'officer_id');

CREATE VIEW civil_certificate_paper AS
	SELECT e.civil_certificate_id, p.serial, p.id AS paper_id FROM paper_event e JOIN paper p ON p.id = e.paper_id
	JOIN current_state s ON s.subject_id = p.id AND s.state = 'issued' WHERE e.event = 'issue';
COMMENT ON VIEW civil_certificate_paper IS 'The sheet that each certificate is printed on';

CREATE FUNCTION paper_bound() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM civil_certificate WHERE id = NEW.civil_certificate_id FOR UPDATE;
	IF NOT EXISTS (SELECT FROM paper p JOIN civil_certificate c ON c.office_id = p.office_id WHERE p.id = NEW.paper_id AND c.id = NEW.civil_certificate_id) THEN
		RAISE EXCEPTION 'the sheet is of another office' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM civil_certificate_paper b WHERE b.civil_certificate_id = NEW.civil_certificate_id AND b.paper_id <> NEW.paper_id) THEN
		RAISE EXCEPTION 'the certificate is printed on another sheet' USING ERRCODE = 'CA001';
	ELSIF (SELECT s.status FROM civil_certificate_status s WHERE s.id = NEW.civil_certificate_id) <> 'valid' THEN
		RAISE EXCEPTION 'the certificate is not valid any more' USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_bound BEFORE INSERT ON paper_event FOR EACH ROW WHEN (NEW.event = 'issue') EXECUTE FUNCTION paper_bound();

CREATE TABLE paper_confirmation (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	paper_count_id uuid NOT NULL UNIQUE,
	counted_by uuid NOT NULL,
	counted int NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (paper_count_id, counted_by) REFERENCES paper_count (id, officer_id),
	CONSTRAINT four_eyes_paper CHECK (officer_id <> counted_by)
);
COMMENT ON TABLE paper_confirmation IS 'Another officer counted as many';

CREATE FUNCTION paper_confirmed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c paper_count%ROWTYPE;
	n int;
BEGIN
	SELECT * INTO STRICT c FROM paper_count WHERE id = NEW.paper_count_id;
	IF NEW.counted <> c.last_serial - c.first_serial + 1 THEN
		RAISE EXCEPTION 'the two officers counted differently' USING ERRCODE = 'CA002';
	END IF;
	IF c.event = 'receive' THEN
		WITH made AS (
			INSERT INTO paper (serial, office_id, paper_count_id)
			SELECT c.prefix || '-' || lpad(i::text, 7, '0'), c.office_id, c.id FROM generate_series(c.first_serial, c.last_serial) i RETURNING id)
		INSERT INTO paper_event (paper_id, event, officer_id) SELECT id, 'receive', NEW.officer_id FROM made;
	ELSE
		INSERT INTO paper_event (paper_id, event, officer_id) SELECT p.id, 'destroy', NEW.officer_id FROM paper p
		    WHERE p.office_id = c.office_id AND p.serial BETWEEN c.prefix || '-' || lpad(c.first_serial::text, 7, '0')
		    AND c.prefix || '-' || lpad(c.last_serial::text, 7, '0');
		GET DIAGNOSTICS n = ROW_COUNT;
		IF n <> NEW.counted THEN
			RAISE EXCEPTION 'the office has % of these sheets', n USING ERRCODE = 'CA002';
		END IF;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER b_confirmed AFTER INSERT ON paper_confirmation FOR EACH ROW EXECUTE FUNCTION paper_confirmed();
CALL make_ledgered('paper_confirmation', 'paper_count_id', 'officer_id');

GRANT SELECT ON civil_certificate, civil_certificate_seal, civil_certificate_print, civil_certificate_revocation, civil_certificate_status, paper_count, paper,
    paper_event, paper_confirmation, civil_certificate_paper TO catena_civil, catena_reader;
GRANT INSERT ON civil_certificate, civil_certificate_print, civil_certificate_revocation, paper_count, paper_event, paper_confirmation TO catena_civil;
GRANT SELECT, INSERT ON civil_certificate_seal TO catena_signer;
