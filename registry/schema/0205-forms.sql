-- Documents of all forms: what protects one, the terms of a visa, blanks that are no booklets.

-- ---- kinds ----

ALTER TABLE document_kind ADD COLUMN protection text NOT NULL DEFAULT 'chip' CHECK (protection IN ('chip', 'seal'));
COMMENT ON COLUMN document_kind.protection IS 'chip: files and EF.SOD (Doc 9303-10); seal: no chip, a visible digital seal is printed (Doc 9303-13)';
UPDATE document_kind SET protection = 'seal' WHERE mrz_form IN ('MRV-A', 'MRV-B') OR code = 'PU';
-- what the seals of Doc 9303-13 can say
ALTER TABLE document_kind ADD CONSTRAINT sealed_forms CHECK (protection = 'chip' AND mrz_form IN ('TD1', 'TD2', 'TD3')
    OR protection = 'seal' AND (mrz_form IN ('MRV-A', 'MRV-B') OR mrz_form = 'TD2' AND mrz_code = 'PU'));

COMMENT ON TABLE document_signature IS 'What signd made for a document, once (invariant 2); UNIQUE is what makes it once';
COMMENT ON COLUMN document_signature.sod IS 'EF.SOD or, for a kind without chip, the octets of its visible digital seal; one begins with 77, the other with DC';
COMMENT ON COLUMN document.dg_hashes IS 'Data group number (decimal) to hash (hex): what signd compares before it signs (invariant 2). Of a document without chip they are those of the same objects, made of what is printed: machine readable zone, portrait, details';

-- ---- visas ----

CREATE TABLE application_visa (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	application_id uuid NOT NULL UNIQUE REFERENCES application,
	passport_number text NOT NULL CHECK (passport_number ~ '^[A-Z0-9]{1,9}$'),
	entries int NOT NULL CHECK (entries BETWEEN 0 AND 99),
	stay_days int NOT NULL CHECK (stay_days BETWEEN 0 AND 254),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE application_visa IS 'The terms of a visa that is applied for';
COMMENT ON COLUMN application_visa.passport_number IS 'Of the passport that the visa is stuck into: its nine principal characters (Doc 9303-7)';
COMMENT ON COLUMN application_visa.entries IS '0: any number';
COMMENT ON COLUMN application_visa.stay_days IS 'Days in the country; 0: until the visa ends';
CALL make_ledgered('application_visa', 'application_id', 'officer_id');
CREATE FUNCTION visa_of_visa() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM application a JOIN document_kind k ON k.code = a.document_type AND k.mrz_form IN ('MRV-A', 'MRV-B') WHERE a.id = NEW.application_id) THEN
		RAISE EXCEPTION 'entries and duration of stay are of visas' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_visa BEFORE INSERT ON application_visa FOR EACH ROW EXECUTE FUNCTION visa_of_visa();
CREATE TRIGGER a_open BEFORE INSERT ON application_visa FOR EACH ROW EXECUTE FUNCTION application_open();

CREATE FUNCTION visa_has_terms() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM application a JOIN document_kind k ON k.code = a.document_type AND k.mrz_form IN ('MRV-A', 'MRV-B') WHERE a.id = NEW.application_id
	    AND NOT EXISTS (SELECT FROM application_visa v WHERE v.application_id = a.id)) THEN
		RAISE EXCEPTION 'a visa is applied for with the passport it goes into, entries and duration of stay' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_visa BEFORE INSERT ON application_decision FOR EACH ROW WHEN (NEW.event = 'approve') EXECUTE FUNCTION visa_has_terms();

GRANT SELECT ON application_visa TO catena_issuance, catena_signer, catena_reader;
GRANT INSERT ON application_visa TO catena_issuance;

-- ---- blanks ----

ALTER TABLE booklet_count ADD COLUMN form text NOT NULL DEFAULT 'TD3' CHECK (form IN ('TD1', 'TD2', 'TD3', 'MRV-A', 'MRV-B'));
COMMENT ON COLUMN booklet_count.form IS 'What is counted: booklets (TD3), cards, sheets, stickers';

-- The next blanks of a station, for each document one of its form.
CREATE OR REPLACE FUNCTION booklets_bind(documents uuid[], at text, officer uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	unbound uuid[];
	blank uuid[];
	f text;
	bound int := 0;
BEGIN
	FOR f, unbound IN SELECT k.mrz_form, array_agg(w.id ORDER BY w.place) FROM unnest(documents) WITH ORDINALITY w(id, place)
	    JOIN document d ON d.id = w.id JOIN document_kind k ON k.code = d.document_type
	    WHERE NOT EXISTS (SELECT FROM booklet_event e WHERE e.document_id = w.id) GROUP BY k.mrz_form LOOP
		SELECT coalesce(array_agg(n.booklet_id), '{}') INTO blank FROM (SELECT s.booklet_id FROM booklet_station s JOIN booklet b ON b.id = s.booklet_id
		    JOIN booklet_count c ON c.id = b.booklet_count_id AND c.form = f WHERE s.station = at ORDER BY s.serial
		    LIMIT cardinality(unbound) FOR UPDATE OF s SKIP LOCKED) n;
		IF cardinality(blank) < cardinality(unbound) THEN -- like a full disk: it goes on when somebody has brought more
			RAISE EXCEPTION 'not enough blank % are assigned to the station', CASE f WHEN 'TD3' THEN 'booklets' WHEN 'TD1' THEN 'cards (TD1)' WHEN 'TD2' THEN 'sheets (TD2)'
			    ELSE format('visa stickers (%s)', f) END USING ERRCODE = '53000';
		END IF;
		INSERT INTO booklet_event (booklet_id, event, station, document_id, officer_id)
		    SELECT b, 'personalise', at, d, officer FROM unnest(blank, unbound) x(b, d);
		bound := bound + cardinality(unbound);
	END LOOP;
	RETURN bound;
END $$;
