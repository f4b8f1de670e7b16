-- Acts by the names of whom they are about, found word by word as an officer types.

CREATE FUNCTION name_words(given text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT coalesce(array_agg(DISTINCT w), '{}') FROM regexp_split_to_table(lower(regexp_replace(normalize(coalesce(given, ''), NFKD),
	    E'[\u0300-\u036F\u0591-\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670]', '', 'g')), E'[\\s.,;''\u2019\u02BC-]+') w WHERE w <> ''
$$;
COMMENT ON FUNCTION name_words IS 'The words of a name in small letters, without accents, vowel points and lengthening: as they are compared, and no further';

CREATE TABLE act_name (
	office_id uuid NOT NULL REFERENCES office,
	word text COLLATE "C" NOT NULL,
	act_id uuid NOT NULL REFERENCES act,
	PRIMARY KEY (office_id, word, act_id)
);
COMMENT ON TABLE act_name IS 'Words of the names of whom acts are about, in any of their versions; made from act_party, and nothing rests on them';

-- of a couple both
CREATE FUNCTION act_is_about(role text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT role IN ('child', 'deceased', 'spouse_1', 'spouse_2', 'person')
$$;

CREATE FUNCTION act_named() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	INSERT INTO act_name (office_id, word, act_id) SELECT DISTINCT a.office_id, w, a.id FROM made p JOIN act_version v ON v.id = p.act_version_id
	    JOIN act a ON a.id = v.act_id, unnest(name_words(concat_ws(' ', p.primary_name, p.secondary_name))) w WHERE act_is_about(p.role)
	    ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
CREATE TRIGGER names AFTER INSERT ON act_party REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION act_named();
INSERT INTO act_name (office_id, word, act_id) SELECT DISTINCT a.office_id, w, a.id FROM act_party p JOIN act_version v ON v.id = p.act_version_id
    JOIN act a ON a.id = v.act_id, unnest(name_words(concat_ws(' ', p.primary_name, p.secondary_name))) w WHERE act_is_about(p.role);
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON act_name FOR EACH ROW EXECUTE FUNCTION refuse_change();


-- Which acts to look at: those of the rarest word, so many of them at most.  It gives no names: who asks reads the acts as far as he may.
CREATE FUNCTION civil_named(office uuid, name text, most int) RETURNS TABLE (act_id uuid, is_cut boolean) LANGUAGE sql STABLE SECURITY DEFINER
	SET search_path = registry, pg_temp AS $$
	WITH rarest AS MATERIALIZED (SELECT w.w, k.n FROM unnest(name_words(name)) w(w) CROSS JOIN LATERAL (SELECT count(*) AS n FROM
	    (SELECT FROM act_name i WHERE i.office_id = office AND i.word >= w.w COLLATE "C" AND i.word < (w.w || chr(1114111)) COLLATE "C" LIMIT most) x) k
	    ORDER BY k.n, length(w.w) DESC, w.w LIMIT 1)
	SELECT DISTINCT f.act_id, r.n = most FROM rarest r CROSS JOIN LATERAL (SELECT i.act_id FROM act_name i WHERE i.office_id = office
	    AND i.word >= r.w COLLATE "C" AND i.word < (r.w || chr(1114111)) COLLATE "C" ORDER BY i.word, i.act_id LIMIT most) f
$$;
COMMENT ON FUNCTION civil_named IS 'Acts of an office with a name that begins like the rarest word of these; is_cut: there may be more of them';
REVOKE ALL ON FUNCTION civil_named FROM PUBLIC;
GRANT EXECUTE ON FUNCTION civil_named TO catena_civil;
