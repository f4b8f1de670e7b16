-- The stop list as it goes out: each number with one of the five statuses of INTERPOL's SLTD, its exports, and what was withdrawn since each of them.

-- What changed, in order; the newest row of a number says how it stands.  Which rows an export has is said by its snapshot and not by a clock: a change
-- that commits late is in the next one and is never missed.
CREATE TABLE stop_change (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	number text NOT NULL,
	is_blank boolean NOT NULL,
	document_type text NOT NULL,
	issuing_state text,
	status text CHECK (status IN ('stolen', 'lost', 'revoked', 'invalid', 'stolen_blank')),
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stop_change_number ON stop_change (number, id DESC);
CREATE INDEX stop_change_xid ON stop_change (xid);
COMMENT ON TABLE stop_change IS 'The stop list, change by change: a status, or none when the number is withdrawn; no personal data';
COMMENT ON COLUMN stop_change.issuing_state IS 'NULL for blank booklets: the State of the installation';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON stop_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON stop_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION stop_note(n text, blank boolean, kind text, state text, now_is text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF now_is IS DISTINCT FROM (SELECT c.status FROM stop_change c WHERE c.number = n ORDER BY c.id DESC LIMIT 1) THEN
		INSERT INTO stop_change (number, is_blank, document_type, issuing_state, status) VALUES (n, blank, kind, state, now_is);
	END IF;
END $$;

-- As the document's open stops have it, the worst first.  Who changes one number waits for who does: the second looks at what the first left.
CREATE FUNCTION stop_refresh(document uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	d record;
	worst text;
BEGIN
	PERFORM pg_advisory_xact_lock(220, hashtext(document::text));
	SELECT t.number, t.document_type, t.issuing_state, s.state INTO STRICT d FROM document t JOIN current_state s ON s.subject_id = t.id WHERE t.id = document;
	worst := (SELECT CASE WHEN bool_or(p.reason = 'stolen') THEN 'stolen' WHEN bool_or(p.reason = 'lost') THEN 'lost' WHEN bool_or(p.reason = 'revoked') THEN 'revoked'
	    WHEN count(*) > 0 THEN 'invalid' END FROM stopped_document p WHERE p.document_id = document);
	IF worst IN ('stolen', 'lost') AND d.state IN ('recovered', 'spoiled', 'destroyed') THEN
		worst := 'invalid'; -- it is in our hands and never valid again
	END IF;
	PERFORM stop_note(d.number, false, d.document_type, d.issuing_state, worst);
END $$;
REVOKE ALL ON FUNCTION stop_note, stop_refresh FROM PUBLIC;

CREATE FUNCTION stop_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM stop_refresh(NEW.document_id);
	RETURN NULL;
END $$;
CREATE TRIGGER z_stop_list AFTER INSERT ON document_stop FOR EACH ROW EXECUTE FUNCTION stop_changes();
CREATE TRIGGER z_stop_list AFTER INSERT ON document_decision FOR EACH ROW WHEN (NEW.event = 'recover') EXECUTE FUNCTION stop_changes();

CREATE FUNCTION stop_changes_of_blank() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM stop_note(b.serial, true, 'P', NULL, CASE WHEN NEW.event <> 'recover' THEN 'stolen_blank' END) FROM booklet b WHERE b.id = NEW.booklet_id;
	RETURN NULL;
END $$;
CREATE TRIGGER z_stop_list AFTER INSERT ON booklet_event FOR EACH ROW WHEN (NEW.event IN ('lose', 'steal', 'recover')) EXECUTE FUNCTION stop_changes_of_blank();

SELECT stop_refresh(d.document_id) FROM (SELECT DISTINCT document_id FROM stopped_document) d;

-- ---- exports ----

CREATE TABLE stop_export (
	id uuid PRIMARY KEY,
	sequence int NOT NULL UNIQUE CHECK (sequence > 0),
	kind text NOT NULL CHECK (kind IN ('full', 'delta')),
	since_sequence int REFERENCES stop_export (sequence),
	snapshot pg_snapshot NOT NULL,
	issuing_state text NOT NULL CHECK (issuing_state ~ '^[A-Z]{1,3}$'),
	entries int NOT NULL,
	withdrawals int NOT NULL,
	new_entries int NOT NULL,
	median_seconds bigint,
	longest_seconds bigint,
	csv_sha256 digest256 NOT NULL,
	xml_sha256 digest256 NOT NULL,
	list_sha256 digest256,
	officer_id uuid REFERENCES officer,
	program_id uuid REFERENCES program,
	exported_at timestamptz NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CHECK ((kind = 'delta') = (since_sequence IS NOT NULL) AND since_sequence < sequence),
	CHECK ((kind = 'full') = (list_sha256 IS NOT NULL)),
	CHECK (num_nonnulls(officer_id, program_id) = 1)
);
COMMENT ON TABLE stop_export IS 'Each export of the stop list: its number, the digests of its files, and how long the new entries had waited.  The files are made again from the rows, the same octets';
COMMENT ON COLUMN stop_export.snapshot IS 'Which changes it has: those that had committed.  Another cluster that is loaded from a dump begins with a full export';
COMMENT ON COLUMN stop_export.list_sha256 IS 'Of the entries of the snapshot that signd signs';
COMMENT ON COLUMN stop_export.median_seconds IS 'From report to this export, of the entries that no export had before';
CALL make_ledgered('stop_export', 'sequence', 'kind', 'since_sequence', 'csv_sha256', 'xml_sha256', 'list_sha256', 'officer_id', 'program_id');

-- One after the other: the number is the next, and what it has is looked at after the one before has committed.
CREATE FUNCTION stop_export_begin(OUT next int, OUT at text, OUT latest text, OUT moment bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(221, 0);
	SELECT pg_current_snapshot()::text, floor(extract(epoch FROM clock_timestamp()))::bigint INTO at, moment;
	SELECT e.sequence + 1, e.snapshot::text INTO next, latest FROM stop_export e ORDER BY e.sequence DESC LIMIT 1;
	next := coalesce(next, 1);
END $$;
REVOKE ALL ON FUNCTION stop_export_begin FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stop_export_begin TO catena_issuance;

CREATE FUNCTION stop_export_in_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NEW.sequence <> 1 + coalesce((SELECT max(sequence) FROM stop_export), 0) THEN
		RAISE EXCEPTION 'exports of the stop list have no gaps' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_order BEFORE INSERT ON stop_export FOR EACH ROW EXECUTE FUNCTION stop_export_in_order();

-- The page of numbers after `after`: as it stood at the snapshot, or (since) what changed between the two.  is_new: no export had it before.
CREATE FUNCTION stop_page(at text, since text, latest text, after text, n int) RETURNS TABLE (number text, is_blank boolean, document_type text, issuing_state text, status text,
    moment bigint, is_new boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF since IS NULL THEN
		RETURN QUERY SELECT DISTINCT ON (c.number) c.number, c.is_blank, c.document_type, c.issuing_state, c.status, floor(extract(epoch FROM c.created_at))::bigint,
		    latest IS NULL OR NOT pg_visible_in_snapshot(c.xid, latest::pg_snapshot)
		    FROM stop_change c WHERE c.number > after AND pg_visible_in_snapshot(c.xid, at::pg_snapshot) ORDER BY c.number, c.id DESC LIMIT n;
	ELSE
		RETURN QUERY WITH changed AS MATERIALIZED (SELECT * FROM stop_change s WHERE s.xid >= pg_snapshot_xmin(since::pg_snapshot)
			AND s.number > after AND NOT pg_visible_in_snapshot(s.xid, since::pg_snapshot) AND pg_visible_in_snapshot(s.xid, at::pg_snapshot))
		    SELECT DISTINCT ON (c.number) c.number, c.is_blank, c.document_type, c.issuing_state, c.status, floor(extract(epoch FROM c.created_at))::bigint,
		    latest IS NULL OR NOT pg_visible_in_snapshot(c.xid, latest::pg_snapshot) FROM changed c ORDER BY c.number, c.id DESC LIMIT n;
	END IF;
END $$;
REVOKE ALL ON FUNCTION stop_page FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stop_page TO catena_issuance, catena_signer;

-- ---- partners ----

CREATE TABLE program_service (
	program_id uuid NOT NULL REFERENCES program,
	service text NOT NULL CHECK (service IN ('stop_list', 'document_status')),
	is_active boolean NOT NULL DEFAULT true,
	PRIMARY KEY (program_id, service)
);
COMMENT ON TABLE program_service IS 'What a partner''s program is let in for';
CREATE TRIGGER rule_changed AFTER INSERT OR UPDATE OR DELETE ON program_service FOR EACH ROW EXECUTE FUNCTION rule_changed();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON program_service FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT ON stop_change, stop_export, program_service TO catena_issuance, catena_reader;
GRANT SELECT ON stop_export TO catena_signer;
GRANT INSERT ON stop_export TO catena_issuance;
