-- What is on a document's chip beside what the rows say of its holder: the public halves of the keys that the station made for it.  The private halves are
-- on the chip and nowhere else: whoever lost them - a station that was killed between the allocation and the last octet - can only spoil the document
-- with its booklet and begin anew under another number.

ALTER TABLE document ADD COLUMN chip_profile text CHECK (length(chip_profile) BETWEEN 1 AND 40);
ALTER TABLE document ADD COLUMN card_access bytea;
ALTER TABLE document ADD COLUMN dg14 bytea;
ALTER TABLE document ADD COLUMN dg15 bytea;
ALTER TABLE document ADD CONSTRAINT keys_of_chip CHECK (chip_profile IS NOT NULL OR num_nonnulls(card_access, dg14, dg15) = 0);
ALTER TABLE document ADD CONSTRAINT keys_are_signed CHECK ((dg14 IS NOT NULL) = (dg_hashes ? '14') AND (dg15 IS NOT NULL) = (dg_hashes ? '15'));
COMMENT ON COLUMN document.chip_profile IS 'The kind of chip that the document is written to; NULL: a document whose chip is written elsewhere';
COMMENT ON COLUMN document.card_access IS 'EF.CardAccess, which is not signed; DG14 says the same';
COMMENT ON COLUMN document.dg14 IS 'EF.DG14: protocols and the public key of chip authentication';
COMMENT ON COLUMN document.dg15 IS 'EF.DG15: the public key of active authentication';

CREATE TABLE chip_writing (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	document_id uuid NOT NULL UNIQUE REFERENCES document,
	station text NOT NULL CHECK (station ~ '^[A-Za-z0-9._-]{1,40}$'),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE chip_writing IS 'Chips that were written and locked, proved that they have their keys, and were read back equal to the registry';

CREATE FUNCTION chip_was_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	-- held until the commit, so that nobody spoils the document in between
	PERFORM FROM current_state s JOIN document d ON d.id = s.subject_id AND d.chip_profile IS NOT NULL JOIN document_signature g ON g.document_id = d.id
	    WHERE s.subject_id = NEW.document_id AND s.state = 'allocated' FOR SHARE OF s;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'the document is not one that waits for its chip' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_waits BEFORE INSERT ON chip_writing FOR EACH ROW EXECUTE FUNCTION chip_was_written();
CALL make_ledgered('chip_writing', 'document_id', 'officer_id');

CREATE FUNCTION document_has_chip() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM document d WHERE d.id = NEW.document_id AND d.chip_profile IS NOT NULL) AND
	    NOT EXISTS (SELECT FROM chip_writing w WHERE w.document_id = NEW.document_id) THEN
		RAISE EXCEPTION 'the chip of the document is not written' USING ERRCODE = 'CA002';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER d_chip AFTER INSERT ON document_decision FOR EACH ROW WHEN (NEW.event = 'personalise') EXECUTE FUNCTION document_has_chip();

-- As before (0183), and when a station starts anew: an order whose document was personalised just before it was stopped is done.
CREATE OR REPLACE FUNCTION batches_release(at text, orders uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	made uuid[];
BEGIN
	UPDATE batch_work SET state = 'waiting', held_until = NULL, changed_at = now()
	WHERE state = 'held' AND station = at AND (orders IS NULL OR batch_order_id = ANY (orders));
	IF orders IS NULL THEN
		SELECT array_agg(w.batch_order_id) INTO made FROM batch_work w WHERE w.state = 'waiting' AND w.station = at
		    AND EXISTS (SELECT FROM document d JOIN current_state s ON s.subject_id = d.id
			WHERE d.application_id = w.application_id AND s.state NOT IN ('allocated', 'spoiled'));
		IF made IS NOT NULL THEN
			PERFORM batches_finish(made, array_fill(NULL::text, ARRAY[cardinality(made)]), at);
		END IF;
	END IF;
END $$;

-- What a station that cannot work says, for those who look at it from elsewhere.
CREATE TABLE station_notice (
	station text PRIMARY KEY CHECK (station ~ '^[A-Za-z0-9._-]{1,40}$'),
	problem text NOT NULL,
	since timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE station_notice IS 'Why a station waits: no chip in its reader, a chip that is not empty.  Nothing is decided by it';

CREATE FUNCTION station_says(at text, what text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF what IS NULL THEN
		DELETE FROM station_notice WHERE station = at;
	ELSE
		INSERT INTO station_notice (station, problem) VALUES (at, what) ON CONFLICT (station) DO UPDATE SET problem = EXCLUDED.problem, since = now()
		    WHERE station_notice.problem <> EXCLUDED.problem;
	END IF;
END $$;
REVOKE ALL ON FUNCTION station_says FROM PUBLIC;
GRANT EXECUTE ON FUNCTION station_says TO catena_issuance;

GRANT SELECT ON chip_writing, station_notice TO catena_issuance, catena_reader;
GRANT INSERT ON chip_writing TO catena_issuance;
