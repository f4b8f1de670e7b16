-- What signd stands on while it signs.  It reads a descent, signs, and records the signature; whoever changes a link of that descent
-- meanwhile - spoils, cancels, annuls, revokes, stops, registers a death - waits for its commit, or is waited for and then seen.

CREATE FUNCTION signing_hold(documents uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	-- persons first and in order, then states in order: as document_descends does, so that the two never wait for each other in a ring.
	-- FOR UPDATE, because a stop and a registered death hold their person by a foreign key only.
	PERFORM FROM person p WHERE p.id IN (SELECT d.person_id FROM document d WHERE d.id = ANY (documents)) ORDER BY p.id FOR UPDATE;
	PERFORM FROM current_state s WHERE s.subject_id IN (
	    SELECT l.subject_id FROM document d JOIN identity_version i ON i.id = d.identity_version_id JOIN evidence e ON e.id = i.evidence_id,
		LATERAL (VALUES (d.id), (d.application_id), (i.enrolment_id), (e.act_id)) l(subject_id)
	    WHERE d.id = ANY (documents)) ORDER BY s.subject_id FOR SHARE;
END $$;
COMMENT ON FUNCTION signing_hold IS 'Holds the descent of documents as it is until the commit: called before it is read, in a statement of its own';
REVOKE ALL ON FUNCTION signing_hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION signing_hold TO catena_signer;
