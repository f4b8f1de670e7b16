-- A document that a station left half made is taken up by another one under its number, and its booklet has to be brought there: that is written down, so that
-- the booklet is looked for where it is.  Nothing changes in the balance: the booklet left the blanks when the document got it.

INSERT INTO transition (machine, from_state, event, to_state) VALUES ('booklet', 'personalised', 'carry', 'personalised');
ALTER TABLE booklet_event DROP CONSTRAINT station_given;
ALTER TABLE booklet_event ADD CONSTRAINT station_given CHECK ((event IN ('assign', 'personalise', 'carry')) = (station IS NOT NULL));

-- Those of the documents that are in a booklet which lies at another station: called before the others get theirs.
CREATE FUNCTION booklets_carry(documents uuid[], at text, officer uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	INSERT INTO booklet_event (booklet_id, event, station, officer_id) SELECT e.booklet_id, 'carry', at, officer FROM booklet_event e
	WHERE e.document_id = ANY (documents) AND at <> (SELECT l.station FROM booklet_event l WHERE l.booklet_id = e.booklet_id AND l.station IS NOT NULL
	    ORDER BY l.seq DESC LIMIT 1)
$$;
REVOKE ALL ON FUNCTION booklets_carry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION booklets_carry TO catena_issuance;
