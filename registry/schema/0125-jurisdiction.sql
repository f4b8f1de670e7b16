-- Jurisdiction: civild's officers see and decide what is their offices'.  The service asks the same; what it forgets the database refuses.
--
-- registry/store (officer_act_as) sets for each transaction who acts, and from officer_role for which offices: catena.principal, catena.civil_offices,
-- catena.registrar_offices, catena.supervisor_offices, catena.is_auditor.  Nothing is set: nothing is seen, and nothing written.

CREATE FUNCTION acting_offices(role text) RETURNS uuid[] LANGUAGE sql STABLE AS $$
	SELECT coalesce(nullif(current_setting('catena.' || role || '_offices', true), ''), '{}')::uuid[]
$$;
COMMENT ON FUNCTION acting_offices IS 'Where the acting officer holds the role: civil (any of them), registrar or supervisor';
CREATE FUNCTION acting_auditor() RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT coalesce(current_setting('catena.is_auditor', true) = 'true', false)
$$;
CREATE FUNCTION acting_principal() RETURNS text LANGUAGE sql STABLE AS $$
	SELECT coalesce(current_setting('catena.principal', true), '')
$$;

ALTER TABLE act ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_party ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE duplicate_override ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_evidence_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE act_correction_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification_decision ENABLE ROW LEVEL SECURITY;

-- Who is no officer of the civil registry reads what its grants say.
DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['act', 'act_version', 'act_party', 'act_decision', 'duplicate_override', 'act_evidence', 'act_evidence_file', 'act_correction',
	    'act_correction_decision', 'notification', 'notification_decision'] LOOP
		EXECUTE format('CREATE POLICY other_programs ON %I FOR SELECT TO catena_enrolment, catena_issuance, catena_inspection, catena_pki, catena_signer,'
		    ' catena_reader, catena_outbox USING (true)', t);
	END LOOP;
	-- in these there is no personal data: what office an act is of, and how it stands
	FOREACH t IN ARRAY ARRAY['act', 'act_decision', 'duplicate_override', 'act_correction_decision', 'notification_decision'] LOOP
		EXECUTE format('CREATE POLICY standing ON %I FOR SELECT TO catena_civil USING (true)', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['act_version', 'act_evidence', 'act_correction'] LOOP
		EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO catena_civil USING (acting_auditor()'
		    ' OR EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY (acting_offices(''civil''))))', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['act_version', 'act_evidence'] LOOP
		EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO catena_civil WITH CHECK ('
		    'EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY (acting_offices(''civil''))))', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['act_correction', 'duplicate_override'] LOOP
		EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO catena_civil WITH CHECK ('
		    'EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY (acting_offices(''registrar''))))', t);
	END LOOP;
END $$;

CREATE POLICY writes ON act FOR INSERT TO catena_civil WITH CHECK (office_id = ANY (acting_offices('civil')));
CREATE POLICY writes ON act_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY (
    acting_offices(CASE event WHEN 'declare' THEN 'civil' WHEN 'approve' THEN 'supervisor' ELSE 'registrar' END))));
-- through what they hang on, whose policies hold for this, too
CREATE POLICY reads ON act_party FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM act_version v WHERE v.id = act_version_id));
CREATE POLICY writes ON act_party FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act_version v WHERE v.id = act_version_id));
CREATE POLICY reads ON act_evidence_file FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM act_evidence e WHERE e.id = evidence_id));
CREATE POLICY writes ON act_evidence_file FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act_evidence e WHERE e.id = evidence_id));
CREATE POLICY writes ON act_correction_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act_correction c JOIN act a ON a.id = c.act_id
    WHERE c.id = correction_id AND a.office_id = ANY (acting_offices('registrar'))));

CREATE POLICY reads ON notification FOR SELECT TO catena_civil USING (acting_auditor() OR office_id = ANY (acting_offices('civil'))
    OR program_id::text = acting_principal());
CREATE POLICY writes ON notification FOR INSERT TO catena_civil WITH CHECK (program_id::text = acting_principal());
CREATE POLICY writes ON notification_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM notification n WHERE n.id = notification_id
    AND CASE event WHEN 'notify' THEN n.program_id::text = acting_principal() WHEN 'close' THEN n.office_id = ANY (acting_offices('registrar'))
    ELSE n.office_id = ANY (acting_offices('civil')) END));

-- A duplicate may be in any office: who compares sees both.
CREATE FUNCTION civil_candidates(ids text, self uuid, declarer uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
	SET search_path = registry, pg_temp AS $$
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', a.id, 'kind', a.kind, 'office_id', a.office_id, 'state', s.state, 'number', r.number,
	    'content', v.content, 'overridden', EXISTS (SELECT FROM duplicate_override o WHERE (o.act_id = self AND o.candidate_id = a.id)
	    OR (o.act_id = a.id AND o.candidate_id = self AND o.officer_id <> declarer)))) ORDER BY w.place)::text
	FROM unnest(string_to_array(ids, ',')::uuid[]) WITH ORDINALITY w(id, place) JOIN act a ON a.id = w.id
	JOIN current_state s ON s.subject_id = a.id LEFT JOIN act_registration r ON r.act_id = a.id
	JOIN LATERAL (SELECT content FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) v ON true
$$;
COMMENT ON FUNCTION civil_candidates IS 'Acts of whichever office that share match keys with one, to be compared with it; each is disclosed to the ledger by civild';
REVOKE ALL ON FUNCTION civil_candidates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION civil_candidates TO catena_civil;
