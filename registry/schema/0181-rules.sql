-- The country's rules: who changed them and when is in the ledger, whoever did it.  Facilities can be taken from a program that notified for them.

ALTER TABLE audit_event DROP CONSTRAINT audit_event_kind_check;
ALTER TABLE audit_event ADD CHECK (kind IN ('disclosure', 'denied', 'signed_in', 'sign_in_failed', 'locked_out', 'signed_out',
    'signature_refused', 'officer_changed', 'key_ceremony', 'rule_changed'));

ALTER TABLE program_facility ADD COLUMN is_active boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN program_facility.is_active IS 'false: it notified for this facility once';

-- subject_kind names the table, detail the row as it was and as it is: rules, codes and numbers, nothing of a person
CREATE FUNCTION rule_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF TG_OP <> 'UPDATE' OR OLD IS DISTINCT FROM NEW THEN
		INSERT INTO audit_event (kind, program, subject_kind, detail) VALUES ('rule_changed', session_user, TG_TABLE_NAME,
		    jsonb_strip_nulls(jsonb_build_object('was', CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, 'is', CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END))::text);
	END IF;
	RETURN NULL;
END $$;
DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['late_rule', 'act_policy', 'act_rule', 'act_evidence_rule', 'notification_rule', 'provenance_grade', 'program', 'program_facility'] LOOP
		EXECUTE format('CREATE TRIGGER rule_changed AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION rule_changed()', t);
		EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
	END LOOP;
END $$;
