-- The blank in a station's reader has no number of its own: it is the next one of the registry as long as booklets are put in one after the other.  So the one that was begun
-- last and whose chip was not written has to be taken out before another is begun; else chip, page and serial of all that follow would not belong together.

CREATE FUNCTION booklet_to_take_out(at text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT b.serial FROM (SELECT e.booklet_id, e.document_id FROM booklet_event e JOIN document d ON d.id = e.document_id AND d.chip_profile IS NOT NULL
	    WHERE e.station = at AND e.event = 'personalise' ORDER BY e.created_at DESC LIMIT 1) l JOIN booklet b ON b.id = l.booklet_id
	WHERE NOT EXISTS (SELECT FROM chip_writing w WHERE w.document_id = l.document_id)
$$;
REVOKE ALL ON FUNCTION booklet_to_take_out FROM PUBLIC;
GRANT EXECUTE ON FUNCTION booklet_to_take_out TO catena_issuance;
CREATE INDEX booklet_event_of_station ON booklet_event (station, created_at) WHERE event = 'personalise';
