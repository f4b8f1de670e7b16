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

-- The documents among these whose descent holds in every link down to a registered act, held as above: what nearly all are, in one look at each
-- row.  What is not among them signing_hold and the query signing_cases (registry/store/signing.c) look at one link after the other,
-- and say which is broken, or that it rests on an exemption.
CREATE FUNCTION signing_hold_whole(documents uuid[]) RETURNS TABLE (id uuid, issuing_state text, issued_on date, dg_hash_bits int, dg_hashes text)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
#variable_conflict use_column
DECLARE
	held uuid[];
BEGIN
	-- a row that was waited for is looked at again as it then is, and falls out when it does not hold any more
	SELECT array_agg(h.id) INTO held FROM (
	    SELECT d.id FROM document d
		JOIN person p ON p.id = d.person_id
		JOIN current_state ds ON ds.subject_id = d.id AND ds.machine = 'document' AND ds.state = 'allocated'
		JOIN application a ON a.id = d.application_id AND a.person_id = d.person_id
		JOIN current_state aps ON aps.subject_id = a.id AND aps.machine = 'application' AND aps.state = 'in_production'
		JOIN application_decision ap ON ap.id = d.approval_id AND ap.event = 'approve' AND ap.officer_id <> a.officer_id
		    AND ap.application_id = a.id
		JOIN identity_version i ON i.id = d.identity_version_id AND i.id = a.identity_version_id AND i.person_id = d.person_id
		JOIN enrolment e ON e.id = i.enrolment_id AND e.person_id = i.person_id
		JOIN current_state es ON es.subject_id = i.enrolment_id AND es.machine = 'enrolment' AND es.state = 'verified'
		JOIN enrolment_decision v ON v.id = i.verification_id AND v.event = 'verify' AND v.enrolment_id = i.enrolment_id
		JOIN evidence ev ON ev.id = i.evidence_id AND ev.enrolment_id = i.enrolment_id
		JOIN act_registration r ON r.act_id = ev.act_id AND r.person_id = i.person_id
		JOIN current_state acts ON acts.subject_id = r.act_id AND acts.state = 'registered'
		JOIN act_decision rd ON rd.id = r.decision_id AND rd.event = 'register'
	    WHERE d.id = ANY (documents)
	    ORDER BY p.id FOR UPDATE OF p FOR SHARE OF ds, aps, es, acts) h;
	-- and what no row that could be held says, as of now: a statement of its own
	RETURN QUERY SELECT d.id, d.issuing_state, d.issued_on, d.dg_hash_bits, d.dg_hashes::text FROM document d
	    WHERE d.id = ANY (held)
	    AND (SELECT count(*) FROM document_signature s WHERE s.document_id = d.id) = 0
	    AND (SELECT i.version FROM identity_version i WHERE i.id = d.identity_version_id)
		= (SELECT max(n.version) FROM identity_version n WHERE n.person_id = d.person_id)
	    AND (SELECT count(*) FROM deceased x WHERE x.person_id = d.person_id) = 0
	    AND (SELECT count(*) FROM stopped_person x WHERE x.person_id = d.person_id) = 0;
END $$;
COMMENT ON FUNCTION signing_hold_whole IS 'Of the documents those that signd may sign, held until the commit';
REVOKE ALL ON FUNCTION signing_hold_whole FROM PUBLIC;
GRANT EXECUTE ON FUNCTION signing_hold_whole TO catena_signer;
