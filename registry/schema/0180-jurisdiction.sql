-- Jurisdiction: civild's officers see and decide what is their offices'.  The service asks the same; what it forgets the database refuses.
--
-- registry/store (officer_act_as) sets for each transaction who acts, and from officer_role for which offices: catena.principal, catena.civil_offices (of
-- any role of the civil registry), catena.clerk_offices, catena.registrar_offices, catena.supervisor_offices, catena.is_auditor.  Nothing is set: nothing
-- is seen, and nothing written.
--
-- The settings are asked in subqueries of their own, once for a statement and not for each row.  Views and the functions of the owner look at all: the
-- duplicate search, certificates, statistics, what one act does to another.

CREATE FUNCTION acting_offices(role text) RETURNS uuid[] LANGUAGE sql STABLE AS $$
	SELECT coalesce(nullif(current_setting('catena.' || role || '_offices', true), ''), '{}')::uuid[]
$$;
COMMENT ON FUNCTION acting_offices IS 'Where the acting officer holds the role: civil (any of them), clerk, registrar or supervisor';
CREATE FUNCTION acting_auditor() RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT coalesce(current_setting('catena.is_auditor', true) = 'true', false)
$$;
CREATE FUNCTION acting_principal() RETURNS text LANGUAGE sql STABLE AS $$
	SELECT coalesce(current_setting('catena.principal', true), '')
$$;

DO $$
DECLARE
	t text;
	of_act text := 'EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY ((SELECT acting_offices(%L))::uuid[]))';
BEGIN
	-- Who is no officer of the civil registry reads what its grants say.
	FOREACH t IN ARRAY ARRAY['act', 'act_version', 'act_party', 'act_match_key', 'act_decision', 'act_registration', 'act_series', 'duplicate_override',
	    'birth_statistics', 'death_statistics', 'act_evidence', 'act_evidence_file', 'act_correction', 'act_correction_decision', 'notification',
	    'notification_decision', 'legacy_act', 'legacy_image', 'legacy_image_file', 'legacy_act_decision'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY other_programs ON %I FOR SELECT TO catena_enrolment, catena_issuance, catena_inspection, catena_pki, catena_signer,'
		    ' catena_reader, catena_outbox USING (true)', t);
	END LOOP;
	-- In these there is nothing of a person but their number: of what office an act is, how it stands, what it may be compared with.
	FOREACH t IN ARRAY ARRAY['act', 'act_match_key', 'act_decision', 'act_registration', 'duplicate_override', 'act_correction_decision',
	    'notification_decision'] LOOP
		EXECUTE format('CREATE POLICY standing ON %I FOR SELECT TO catena_civil USING (true)', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['act_evidence', 'act_correction'] LOOP
		EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO catena_civil USING ((SELECT acting_auditor()) OR ' || of_act || ')', t, 'civil');
	END LOOP;
	FOREACH t IN ARRAY ARRAY['act_version', 'act_match_key', 'act_evidence'] LOOP
		EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO catena_civil WITH CHECK (' || of_act || ')', t, 'civil');
	END LOOP;
	FOREACH t IN ARRAY ARRAY['act_correction', 'duplicate_override'] LOOP
		EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO catena_civil WITH CHECK (' || of_act || ')', t, 'registrar');
	END LOOP;
END $$;

-- ---- acts ----

CREATE POLICY writes ON act FOR INSERT TO catena_civil WITH CHECK (office_id = ANY ((SELECT acting_offices('civil'))::uuid[]));
-- what is sealed is read by auditors only: an adoption is not to be told from its register
CREATE POLICY reads ON act_version FOR SELECT TO catena_civil USING ((SELECT acting_auditor()) OR EXISTS (SELECT FROM act a LEFT JOIN current_state s ON
    s.subject_id = a.id WHERE a.id = act_id AND a.office_id = ANY ((SELECT acting_offices('civil'))::uuid[]) AND s.state IS DISTINCT FROM 'sealed'));
CREATE POLICY writes ON act_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY (
    acting_offices(CASE event WHEN 'declare' THEN 'civil' WHEN 'approve' THEN 'supervisor' ELSE 'registrar' END))));
CREATE POLICY writes ON act_registration FOR INSERT TO catena_civil WITH CHECK (office_id = ANY ((SELECT acting_offices('registrar'))::uuid[]));
CREATE POLICY own ON act_series TO catena_civil USING (office_id = ANY ((SELECT acting_offices('civil'))::uuid[]));

-- Reading goes through what they hang on, whose policies hold for this, too; writing does not: an auditor reads.
DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['act_party', 'birth_statistics', 'death_statistics'] LOOP
		EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act_version v JOIN act a ON a.id = v.act_id'
		    ' WHERE v.id = act_version_id AND a.office_id = ANY ((SELECT acting_offices(''civil''))::uuid[])))', t);
	END LOOP;
END $$;
CREATE POLICY reads ON act_party FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM act_version v WHERE v.id = act_version_id));
CREATE POLICY reads ON act_evidence_file FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM act_evidence e WHERE e.id = evidence_id));
CREATE POLICY writes ON act_evidence_file FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act_evidence e JOIN act a ON a.id = e.act_id
    WHERE e.id = evidence_id AND a.office_id = ANY ((SELECT acting_offices('civil'))::uuid[])));
CREATE POLICY writes ON act_correction_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM act_correction c JOIN act a ON a.id = c.act_id
    WHERE c.id = correction_id AND a.office_id = ANY ((SELECT acting_offices('registrar'))::uuid[])));

-- ---- notifications: those of a program are its own, too ----

CREATE POLICY reads ON notification FOR SELECT TO catena_civil USING ((SELECT acting_auditor())
    OR office_id = ANY ((SELECT acting_offices('civil'))::uuid[]) OR program_id::text = (SELECT acting_principal()));
CREATE POLICY writes ON notification FOR INSERT TO catena_civil WITH CHECK (program_id::text = (SELECT acting_principal()));
CREATE POLICY writes ON notification_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM notification n WHERE n.id = notification_id
    AND CASE event WHEN 'notify' THEN n.program_id::text = acting_principal() WHEN 'close' THEN n.office_id = ANY (acting_offices('registrar'))
    ELSE n.office_id = ANY (acting_offices('clerk')) END));

-- ---- paper registers ----

CREATE POLICY reads ON legacy_act FOR SELECT TO catena_civil USING ((SELECT acting_auditor()) OR office_id = ANY ((SELECT acting_offices('civil'))::uuid[]));
CREATE POLICY writes ON legacy_act FOR INSERT TO catena_civil WITH CHECK (office_id = ANY ((SELECT acting_offices('clerk'))::uuid[]));
CREATE POLICY reads ON legacy_image FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM legacy_act l WHERE l.id = legacy_act_id));
CREATE POLICY writes ON legacy_image FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM legacy_act l WHERE l.id = legacy_act_id
    AND l.office_id = ANY ((SELECT acting_offices('clerk'))::uuid[])));
CREATE POLICY reads ON legacy_image_file FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM legacy_image i WHERE i.id = image_id));
CREATE POLICY writes ON legacy_image_file FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM legacy_image i JOIN legacy_act l ON l.id = i.legacy_act_id
    WHERE i.id = image_id AND l.office_id = ANY ((SELECT acting_offices('clerk'))::uuid[])));
-- a proposal is all that the act will say
CREATE POLICY reads ON legacy_act_decision FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM legacy_act l WHERE l.id = legacy_act_id));
CREATE POLICY writes ON legacy_act_decision FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM legacy_act l WHERE l.id = legacy_act_id
    AND l.office_id = ANY (acting_offices(CASE WHEN event IN ('import', 'import_unreadable', 'propose') THEN 'clerk' ELSE 'registrar' END))));

-- ---- a duplicate may be in any office: who compares sees both ----

CREATE FUNCTION civil_candidates(ids text, self uuid, declarer uuid) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
	SET search_path = registry, pg_temp AS $$
BEGIN
	-- an error and not an empty answer: that would say that there is no duplicate
	IF NOT acting_auditor() AND acting_offices('civil') = '{}' THEN
		RAISE EXCEPTION 'duplicates are searched by officers of the civil registry' USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', a.id, 'kind', a.kind, 'office_id', a.office_id, 'state', s.state, 'number', r.number,
	    'content', v.content, 'overridden', EXISTS (SELECT FROM duplicate_override o WHERE (o.act_id = self AND o.candidate_id = a.id)
	    OR (o.act_id = a.id AND o.candidate_id = self AND o.officer_id <> declarer)))) ORDER BY w.place)::text
	FROM unnest(string_to_array(ids, ',')::uuid[]) WITH ORDINALITY w(id, place) JOIN act a ON a.id = w.id
	JOIN current_state s ON s.subject_id = a.id LEFT JOIN act_registration r ON r.act_id = a.id
	JOIN LATERAL (SELECT content FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) v ON true);
END $$;
COMMENT ON FUNCTION civil_candidates IS 'Acts of whichever office that share match keys with one, to be compared with it; each that is shown civild discloses to the ledger';
REVOKE ALL ON FUNCTION civil_candidates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION civil_candidates TO catena_civil;

CREATE FUNCTION civil_office_of(record uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT office_id FROM notification WHERE id = record UNION ALL SELECT office_id FROM legacy_act WHERE id = record
$$;
COMMENT ON FUNCTION civil_office_of IS 'Of a record that an officer does not see: to be told that it is another office''s, and recorded';
REVOKE ALL ON FUNCTION civil_office_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION civil_office_of TO catena_civil;
