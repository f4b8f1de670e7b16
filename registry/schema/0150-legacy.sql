-- Acts from paper registers.  An entry as it stands on paper feeds nothing: no person, no evidence, no certificate.  It can be proposed as an ordinary
-- act and, when another officer than who imported or proposed it has compared it field by field with the image, it is promoted: then there is an
-- ordinary declared act, which goes the way of all acts.  What is rejected or cannot be read stays as it is.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('legacy_act', 'new', 'import', 'imported'),
	('legacy_act', 'new', 'import_unreadable', 'unreadable'),
	('legacy_act', 'imported', 'propose', 'proposed'),
	('legacy_act', 'imported', 'refuse', 'rejected'),
	('legacy_act', 'proposed', 'return', 'imported'),
	('legacy_act', 'proposed', 'refuse', 'rejected'),
	('legacy_act', 'proposed', 'promote', 'promoted');

CREATE TABLE provenance_grade (
	name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z_]{0,30}$'),
	rank int NOT NULL UNIQUE,
	may_promote boolean NOT NULL,
	needs_image boolean NOT NULL,
	description text NOT NULL,
	CHECK (needs_image OR NOT may_promote)
);
COMMENT ON TABLE provenance_grade IS 'How near an entry is to the register that was kept at the time; a country may have others';
COMMENT ON COLUMN provenance_grade.rank IS '1: the nearest';
COMMENT ON COLUMN provenance_grade.may_promote IS 'An act can be made of it; then there is an image to compare with';
INSERT INTO provenance_grade (name, rank, may_promote, needs_image, description) VALUES
	('original_register', 1, true, true, 'the register itself'),
	('certified_copy', 2, true, true, 'a copy of the entry that the keeper of the register certified at the time'),
	('reconstructed', 3, true, true, 'a register made again by decision of a court or commission after a loss'),
	('index_only', 4, false, false, 'a line of an index whose register is lost');

-- Whether the place was there on some day that the date can mean.  Places that no longer exist keep their interval.
CREATE FUNCTION place_was(place_code text, happened_on text) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM place p, LATERAL (SELECT (happened_on || substr('0000-01-01', length(happened_on) + 1))::date AS first) d
	    WHERE p.code = place_code AND (happened_on IS NULL OR (coalesce(p.valid_from
		<= (d.first + CASE length(happened_on) WHEN 4 THEN interval '1 year' WHEN 7 THEN interval '1 month' ELSE interval '1 day' END - interval '1 day')::date, true)
	    AND coalesce(p.valid_to > d.first, true))))
$$;

CREATE TABLE legacy_act (
	id uuid PRIMARY KEY,
	office_id uuid NOT NULL REFERENCES office,
	kind text NOT NULL REFERENCES act_kind,
	register text NOT NULL CHECK (length(register) BETWEEN 1 AND 80),
	volume text NOT NULL CHECK (length(volume) <= 40),
	page text NOT NULL CHECK (length(page) <= 40),
	entry text NOT NULL CHECK (length(entry) BETWEEN 1 AND 40),
	grade text NOT NULL REFERENCES provenance_grade,
	place_code text REFERENCES place,
	event_on partial_date,
	original jsonb NOT NULL CHECK (jsonb_typeof(original) = 'object'),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	CONSTRAINT legacy_entry_once UNIQUE (office_id, register, volume, page, entry)
);
CREATE INDEX legacy_act_office ON legacy_act (office_id, id);
COMMENT ON TABLE legacy_act IS 'An entry of a paper register, as it stands there; officer_id imported it.  No act: nothing rests on it';
COMMENT ON COLUMN legacy_act.volume IS 'Empty: the register has none; likewise page';
COMMENT ON COLUMN legacy_act.original IS 'The texts of the entry by the names of their columns, as they were written down';
CALL make_ledgered('legacy_act', 'kind', 'office_id', 'grade', 'officer_id');

CREATE FUNCTION legacy_act_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT place_was(NEW.place_code, NEW.event_on) THEN
		RAISE EXCEPTION 'the place was not there at the time of the event' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_place BEFORE INSERT ON legacy_act FOR EACH ROW WHEN (NEW.place_code IS NOT NULL) EXECUTE FUNCTION legacy_act_place();

CREATE TABLE legacy_image (
	id uuid PRIMARY KEY,
	legacy_act_id uuid NOT NULL,
	media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'image/tiff', 'application/pdf')),
	size int NOT NULL CHECK (size BETWEEN 1 AND 16777216),
	sha256 digest256 NOT NULL,
	sealed_sha256 digest256 NOT NULL,
	officer_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, legacy_act_id),
	CONSTRAINT legacy_image_once UNIQUE (legacy_act_id, sha256),
	CONSTRAINT legacy_image_importer FOREIGN KEY (legacy_act_id, officer_id) REFERENCES legacy_act (id, officer_id)
);
COMMENT ON TABLE legacy_image IS 'A scan of an entry, added by who imported it before anything is proposed';
COMMENT ON COLUMN legacy_image.sha256 IS 'Of the file as it was scanned; sealed_sha256: of the octets in legacy_image_file';
CALL make_ledgered('legacy_image', 'legacy_act_id', 'sealed_sha256', 'officer_id');

CREATE TABLE legacy_image_file (
	image_id uuid PRIMARY KEY REFERENCES legacy_image,
	sealed bytea NOT NULL
);
ALTER TABLE legacy_image_file ALTER COLUMN sealed SET STORAGE EXTERNAL;
COMMENT ON TABLE legacy_image_file IS 'Scans, sealed under a key the database does not hold (invariant 9)';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON legacy_image_file FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION legacy_image_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	s text;
BEGIN
	SELECT state INTO s FROM current_state WHERE subject_id = NEW.legacy_act_id FOR SHARE;
	IF coalesce(s, 'new') NOT IN ('imported', 'unreadable') THEN
		RAISE EXCEPTION 'legacy act is %, which does not allow: images', coalesce(s, 'new') USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_open BEFORE INSERT ON legacy_image FOR EACH ROW EXECUTE FUNCTION legacy_image_open();

-- ---- decisions ----

CREATE FUNCTION jsonb_leaves(value jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
	WITH RECURSIVE t(at, v) AS (SELECT '', value UNION ALL SELECT t.at || '/' || e.key, e.value
	    FROM t, LATERAL jsonb_each(CASE jsonb_typeof(t.v) WHEN 'object' THEN t.v ELSE '{}' END) e)
	SELECT coalesce(array_agg(at ORDER BY at), '{}') FROM t WHERE jsonb_typeof(v) <> 'object'
$$;
COMMENT ON FUNCTION jsonb_leaves IS 'JSON pointers of all that is no object';

CREATE TABLE legacy_act_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	legacy_act_id uuid NOT NULL,
	imported_by uuid NOT NULL,
	proposed_by uuid REFERENCES officer,
	event text NOT NULL,
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	proposal jsonb,
	image_id uuid,
	compared text[],
	act_id uuid UNIQUE REFERENCES act,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (legacy_act_id, seq),
	FOREIGN KEY (legacy_act_id, imported_by) REFERENCES legacy_act (id, officer_id),
	FOREIGN KEY (image_id, legacy_act_id) REFERENCES legacy_image (id, legacy_act_id),
	CONSTRAINT proposal_says CHECK ((event = 'propose') = (proposal IS NOT NULL)),
	CONSTRAINT promotion_compares CHECK (CASE WHEN event = 'promote' THEN act_id IS NOT NULL AND compared IS NOT NULL AND image_id IS NOT NULL
	    ELSE act_id IS NULL AND compared IS NULL AND image_id IS NULL END),
	CONSTRAINT four_eyes_legacy CHECK (CASE WHEN event IN ('promote', 'refuse', 'return')
	    THEN officer_id <> imported_by AND officer_id IS DISTINCT FROM proposed_by AND (event <> 'promote' OR proposed_by IS NOT NULL)
	    WHEN event IN ('import', 'import_unreadable') THEN officer_id = imported_by ELSE true END),
	CONSTRAINT reason_given CHECK (event NOT IN ('refuse', 'return') OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE legacy_act_decision IS 'Imported, proposed, returned, promoted, rejected; who decides neither imported nor proposed (invariant 5)';
COMMENT ON COLUMN legacy_act_decision.proposal IS 'The content of the ordinary act, as read from the entry';
COMMENT ON COLUMN legacy_act_decision.compared IS 'JSON pointers of all that the proposal says: each was compared with the image';
COMMENT ON COLUMN legacy_act_decision.act_id IS 'The ordinary act, as the officer who proposed declares it';
CREATE TRIGGER a_state BEFORE INSERT ON legacy_act_decision FOR EACH ROW EXECUTE FUNCTION state_advance('legacy_act', 'legacy_act_id');

CREATE FUNCTION legacy_act_decided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	l record;
	p record;
	missing text;
BEGIN
	-- who proposed is read from the register, not taken from the program
	SELECT d.officer_id, d.proposal INTO p FROM legacy_act_decision d WHERE d.legacy_act_id = NEW.legacy_act_id AND d.event = 'propose' ORDER BY d.seq DESC LIMIT 1;
	NEW.proposed_by := CASE WHEN NEW.from_state = 'proposed' THEN p.officer_id END;
	SELECT a.kind, a.office_id, g.may_promote, g.name INTO l FROM legacy_act a JOIN provenance_grade g ON g.name = a.grade WHERE a.id = NEW.legacy_act_id;
	IF NEW.event IN ('propose', 'promote') AND NOT l.may_promote THEN
		RAISE EXCEPTION 'no act is made of an entry of this provenance: %', l.name USING ERRCODE = 'CA002';
	ELSIF NEW.event <> 'promote' THEN
		RETURN NEW;
	END IF;
	SELECT string_agg(f, ', ' ORDER BY f) INTO missing FROM unnest(jsonb_leaves(p.proposal)) f WHERE f <> ALL (coalesce(NEW.compared, '{}'));
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION 'not compared with the image: %', missing USING ERRCODE = 'CA002';
	ELSIF NOT EXISTS (SELECT FROM act a JOIN act_version v ON v.act_id = a.id AND v.version = 1 JOIN current_state s ON s.subject_id = a.id AND s.state = 'declared'
	    WHERE a.id = NEW.act_id AND a.kind = l.kind AND a.office_id = l.office_id AND a.officer_id = p.officer_id AND v.content = p.proposal) THEN
		RAISE EXCEPTION 'the act is not the one that was proposed' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_decided BEFORE INSERT ON legacy_act_decision FOR EACH ROW WHEN (NEW.event NOT IN ('import', 'import_unreadable')) EXECUTE FUNCTION legacy_act_decided();

-- The act has a number of its own series; where it stood on paper is its evidence.
CREATE FUNCTION legacy_act_promoted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	INSERT INTO act_evidence (id, act_id, kind, reference, officer_id)
	    SELECT gen_random_uuid(), NEW.act_id, 'paper_register', concat_ws(', ', l.register, nullif('vol. ' || l.volume, 'vol. '), nullif('p. ' || l.page, 'p. '),
		'no. ' || l.entry), NEW.officer_id
	    FROM legacy_act l WHERE l.id = NEW.legacy_act_id;
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON legacy_act_decision FOR EACH ROW WHEN (NEW.event = 'promote') EXECUTE FUNCTION legacy_act_promoted();
CALL make_ledgered('legacy_act_decision', 'legacy_act_id', 'event', 'from_state', 'to_state', 'officer_id', 'act_id');

GRANT SELECT ON provenance_grade, legacy_act, legacy_image, legacy_image_file, legacy_act_decision TO catena_civil;
GRANT INSERT ON legacy_act, legacy_image, legacy_image_file, legacy_act_decision TO catena_civil;
GRANT SELECT ON provenance_grade, legacy_act, legacy_image, legacy_act_decision TO catena_reader;
