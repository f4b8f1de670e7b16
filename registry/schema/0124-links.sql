-- Whom and what a declaration names by a number, wherever it is registered: asked with the number in hand, answered with no more than is needed
-- to see that it is the right one.

CREATE FUNCTION civil_find(uin_given text, number_given text) RETURNS TABLE (person_id uuid, act_id uuid, kind text, state text, primary_name text,
    secondary_name text, sex text, date_of_birth text, is_deceased boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT u.person_id, NULL::uuid, NULL::text, NULL::text, i.primary_name, i.secondary_name, i.sex, i.date_of_birth::text,
	    EXISTS (SELECT FROM deceased d WHERE d.person_id = u.person_id)
	FROM person_uin u LEFT JOIN LATERAL (SELECT * FROM identity_version v WHERE v.person_id = u.person_id ORDER BY v.version DESC LIMIT 1) i ON true
	WHERE u.uin = uin_given
	UNION ALL
	SELECT r.person_id, r.act_id, r.kind, s.state, v.content->'child'->>'primary_name', v.content->'child'->>'secondary_name',
	    v.content->'child'->>'sex', v.content->'child'->>'date_of_birth', EXISTS (SELECT FROM deceased d WHERE d.person_id = r.person_id)
	FROM act_registration r JOIN current_state s ON s.subject_id = r.act_id
	JOIN LATERAL (SELECT content FROM act_version WHERE act_version.act_id = r.act_id ORDER BY version DESC LIMIT 1) v ON true
	WHERE r.number = number_given
$$;
COMMENT ON FUNCTION civil_find IS 'The person of a UIN or of an act number, with that act';
REVOKE ALL ON FUNCTION civil_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION civil_find TO catena_civil;

CREATE TABLE death_statistics (
	act_version_id uuid PRIMARY KEY REFERENCES act_version,
	cause_code text CHECK (cause_code ~ '^[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?$'),
	manner text CHECK (manner IN ('natural', 'accident', 'suicide', 'homicide', 'undetermined')),
	place_kind text CHECK (place_kind IN ('hospital', 'clinic', 'home', 'other')),
	marital_status text,
	education text,
	occupation text
);
COMMENT ON TABLE death_statistics IS 'UN vital statistics items of a death: no part of the act, under their own access right, never in a bundle';
COMMENT ON COLUMN death_statistics.cause_code IS 'Underlying cause, ICD-10';
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON death_statistics FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT INSERT ON death_statistics TO catena_civil; -- it writes and never reads
