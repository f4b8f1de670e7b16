-- Jurisdiction over certificates and paper (0180-jurisdiction.sql): what a certificate says is read by the office that issued it and by that of its act, paper
-- by the office that has it.  Anybody learns the state of a certificate through its view.

DO $$
DECLARE
	t text;
	of_certificate text := 'EXISTS (SELECT FROM civil_certificate c WHERE c.id = civil_certificate_id AND %s)';
BEGIN
	FOREACH t IN ARRAY ARRAY['civil_certificate', 'civil_certificate_seal', 'civil_certificate_print', 'civil_certificate_revocation', 'paper', 'paper_count',
	    'paper_confirmation', 'paper_event'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY other_programs ON %I FOR SELECT TO catena_signer, catena_reader USING (true)', t);
	END LOOP;
	FOREACH t IN ARRAY ARRAY['civil_certificate_seal', 'civil_certificate_print', 'civil_certificate_revocation'] LOOP
		EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO catena_civil USING (' || of_certificate || ')', t, 'true');
	END LOOP;
	EXECUTE format('CREATE POLICY writes ON civil_certificate_print FOR INSERT TO catena_civil WITH CHECK (' || of_certificate || ')',
	    'c.office_id = ANY (acting_offices(''clerk'') || acting_offices(''registrar''))');
	EXECUTE format('CREATE POLICY writes ON civil_certificate_revocation FOR INSERT TO catena_civil WITH CHECK (' || of_certificate || ')',
	    'c.office_id = ANY (acting_offices(''registrar''))');
	FOREACH t IN ARRAY ARRAY['paper', 'paper_count'] LOOP
		EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO catena_civil USING ((SELECT acting_auditor())'
		    ' OR office_id = ANY ((SELECT acting_offices(''civil''))::uuid[]))', t);
	END LOOP;
END $$;

CREATE POLICY seals ON civil_certificate_seal FOR INSERT TO catena_signer WITH CHECK (true);
CREATE POLICY reads ON civil_certificate FOR SELECT TO catena_civil USING ((SELECT acting_auditor()) OR office_id = ANY ((SELECT acting_offices('civil'))::uuid[])
    OR EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY ((SELECT acting_offices('civil'))::uuid[])));
-- issuing is reading
CREATE POLICY writes ON civil_certificate FOR INSERT TO catena_civil WITH CHECK (office_id = ANY (acting_offices('clerk') || acting_offices('registrar'))
    AND EXISTS (SELECT FROM act a WHERE a.id = act_id AND a.office_id = ANY (acting_offices('civil'))));

CREATE POLICY writes ON paper_count FOR INSERT TO catena_civil WITH CHECK (office_id = ANY (acting_offices('registrar') || acting_offices('supervisor')));
CREATE POLICY reads ON paper_confirmation FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM paper_count c WHERE c.id = paper_count_id));
CREATE POLICY writes ON paper_confirmation FOR INSERT TO catena_civil WITH CHECK (EXISTS (SELECT FROM paper_count c WHERE c.id = paper_count_id
    AND c.office_id = ANY (acting_offices('registrar') || acting_offices('supervisor'))));
CREATE POLICY reads ON paper_event FOR SELECT TO catena_civil USING (EXISTS (SELECT FROM paper p WHERE p.id = paper_id));
-- sheets come and go by the count of two officers only
CREATE POLICY writes ON paper_event FOR INSERT TO catena_civil WITH CHECK (event IN ('issue', 'spoil') AND EXISTS (SELECT FROM paper p WHERE p.id = paper_id
    AND p.office_id = ANY (acting_offices('clerk') || acting_offices('registrar'))));

CREATE FUNCTION certificate_office(which text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT office_id FROM civil_certificate WHERE number = which UNION ALL SELECT office_id FROM paper WHERE serial = which
	UNION ALL SELECT office_id FROM paper_count WHERE id::text = which LIMIT 1
$$;
COMMENT ON FUNCTION certificate_office IS 'Of a certificate, sheet or count that an officer does not see: to be told that it is another office''s, and recorded';
REVOKE ALL ON FUNCTION certificate_office FROM PUBLIC;
GRANT EXECUTE ON FUNCTION certificate_office TO catena_civil;

-- A certificate as of a day before a correction is no longer what the register says, and was never meant to be: it may be printed.
CREATE OR REPLACE FUNCTION paper_bound() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM civil_certificate WHERE id = NEW.civil_certificate_id FOR UPDATE;
	IF NOT EXISTS (SELECT FROM paper p JOIN civil_certificate c ON c.office_id = p.office_id WHERE p.id = NEW.paper_id AND c.id = NEW.civil_certificate_id) THEN
		RAISE EXCEPTION 'the sheet is of another office' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM civil_certificate_paper b WHERE b.civil_certificate_id = NEW.civil_certificate_id AND b.paper_id <> NEW.paper_id) THEN
		RAISE EXCEPTION 'the certificate is printed on another sheet' USING ERRCODE = 'CA001';
	ELSIF EXISTS (SELECT FROM civil_certificate n WHERE n.replaces_id = NEW.civil_certificate_id) OR EXISTS (SELECT FROM civil_certificate c
	    JOIN civil_certificate_status s ON s.id = c.id WHERE c.id = NEW.civil_certificate_id
	    AND (s.status = 'revoked' OR (s.status = 'replaced' AND c.as_of = c.issued_on))) THEN
		RAISE EXCEPTION 'the certificate is not valid any more' USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;
