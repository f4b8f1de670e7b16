-- Vital statistics: counts of registered acts, and estimates of how many there should be.
--
-- The UN vital statistics items are under a right of their own: no service role reads birth_statistics, death_statistics or the view of
-- events below.  What is granted is the function that counts; a row of it is a number of events, never an event.  What of these numbers
-- may be shown (none of 1 to 4, nor one from which such a one follows) is enrolment/civil/suppress.h's.

CREATE TABLE statistics_kind (
	kind text PRIMARY KEY REFERENCES act_kind,
	event text NOT NULL CHECK (event IN ('birth', 'foetal_death', 'death', 'marriage', 'divorce', 'annulment')),
	occurred_path text[] NOT NULL,
	place_path text[],
	sex_path text[],
	born_path text[]
);
COMMENT ON TABLE statistics_kind IS 'The acts that are vital events, and where their content says what is counted; the other kinds only note something about a person';
COMMENT ON COLUMN statistics_kind.born_path IS 'Whose age is counted: of births and foetal deaths the mother''s, of deaths that of the deceased';
INSERT INTO statistics_kind VALUES
	('birth', 'birth', '{child,date_of_birth}', '{child,place_of_birth}', '{child,sex}', '{mother,date_of_birth}'),
	('judicial_birth', 'birth', '{child,date_of_birth}', '{child,place_of_birth}', '{child,sex}', '{mother,date_of_birth}'),
	('foundling', 'birth', '{child,date_of_birth}', '{place_found}', '{child,sex}', NULL),
	('foetal_death', 'foetal_death', '{date_of_delivery}', '{place_of_delivery}', NULL, '{mother,date_of_birth}'),
	('death', 'death', '{date_of_death}', '{place_of_death}', '{deceased,sex}', '{deceased,date_of_birth}'),
	('judicial_death', 'death', '{date_of_death}', '{place_of_death}', '{deceased,sex}', '{deceased,date_of_birth}'),
	('marriage', 'marriage', '{date_of_marriage}', '{place_of_marriage}', NULL, NULL),
	('divorce', 'divorce', '{judgment,final_on}', NULL, NULL, NULL),
	('annulment_of_marriage', 'annulment', '{judgment,final_on}', NULL, NULL, NULL);

CREATE INDEX act_registration_created ON act_registration USING brin (created_at);

-- The first and the last day that a partial date can mean.
CREATE FUNCTION first_day(d text) RETURNS date LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT (d || substr('0000-01-01', length(d) + 1))::date $$;
CREATE FUNCTION last_day(d text) RETURNS date LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT CASE length(d) WHEN 4 THEN make_date(d::int, 12, 31)
	    WHEN 7 THEN ((d || '-01')::date + interval '1 month')::date - 1 ELSE d::date END
$$;

CREATE FUNCTION statistics_age_group(event text, years int) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT CASE WHEN event = 'death' THEN CASE WHEN years < 1 THEN 'Y0' WHEN years < 5 THEN 'Y1T4' WHEN years < 15 THEN 'Y5T14'
	        WHEN years < 85 THEN format('Y%sT%s', (years - 5) / 10 * 10 + 5, (years - 5) / 10 * 10 + 14) ELSE 'Y_GE85' END
	    WHEN years < 15 THEN 'Y_LT15' WHEN years < 50 THEN format('Y%sT%s', years / 5 * 5, years / 5 * 5 + 4) ELSE 'Y_GE50' END
$$;
COMMENT ON FUNCTION statistics_age_group IS 'Of a mother or a deceased, by completed years';

-- A group only when every reading of partial dates falls into it: nothing is invented.
CREATE FUNCTION statistics_age(event text, born text, occurred text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN least_group = most_group THEN least_group ELSE '_U' END FROM (SELECT
	    statistics_age_group(event, date_part('year', age(first_day(occurred), last_day(born)))::int) AS least_group,
	    statistics_age_group(event, date_part('year', age(last_day(occurred), first_day(born)))::int) AS most_group) g
$$;
CREATE FUNCTION statistics_delay(occurred date, registered date) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT CASE WHEN registered - occurred <= 30 THEN 'D_LE30' WHEN registered <= occurred + interval '1 year' THEN 'Y_LE1' ELSE 'Y_GT1' END
$$;
CREATE FUNCTION statistics_timeliness(occurred text, registered date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN statistics_delay(first_day(occurred), registered) = statistics_delay(least(last_day(occurred), registered), registered)
	    THEN statistics_delay(first_day(occurred), registered) ELSE '_U' END
$$;

-- Registered acts as they stand: the newest version, none that is annulled or was never registered.  An adoption seals the act of a birth
-- and is no birth itself: the sealed one counts.
CREATE VIEW statistics_event AS
	SELECT k.event, c.occurred, (r.created_at AT TIME ZONE 'UTC')::date AS registered_on, r.created_at, v.content #>> k.place_path AS place_code,
	    v.content #>> k.sex_path AS sex, v.content #>> k.born_path AS born, v.act_id
	FROM act_registration r JOIN statistics_kind k ON k.kind = r.kind
	JOIN current_state s ON s.subject_id = r.act_id AND s.state IN ('registered', 'sealed')
	JOIN LATERAL (SELECT act_id, content FROM act_version WHERE act_id = r.act_id ORDER BY version DESC LIMIT 1) v ON true
	CROSS JOIN LATERAL (SELECT CASE WHEN partial_date_ok(v.content #>> k.occurred_path) THEN v.content #>> k.occurred_path END AS occurred) c;
COMMENT ON VIEW statistics_event IS 'One row for each registered vital event; granted to nobody';

-- Statistical places: state, province, district, town.  A village or a facility counts where it belongs to.
CREATE VIEW statistics_place AS
	WITH RECURSIVE down(code, name, parent, stands_for, depth) AS (
		SELECT code, name, NULL::text, code, 1 FROM place WHERE parent_code IS NULL
		UNION ALL
		SELECT p.code, p.name, d.stands_for, CASE WHEN p.kind IN ('village', 'facility') THEN d.stands_for ELSE p.code END, d.depth + 1
		FROM place p JOIN down d ON p.parent_code = d.code WHERE d.depth < 10)
	SELECT code, name, parent, stands_for FROM down;
COMMENT ON VIEW statistics_place IS 'stands_for: the statistical place where events of the place are counted; parent: the statistical place around it';

-- Counts of one event in one year (NULL: the year is not known) by date of occurrence or of registration.  dimension 'month': place x month;
-- another: place x category; with place NULL: month x category of the whole country.  Places are the innermost ones, not yet summed up;
-- '_U': unknown.  Nothing finer leaves the database.
CREATE FUNCTION statistics_counts(of_event text, by_registration boolean, of_year int)
	RETURNS TABLE (dimension text, place_code text, month text, category text, events bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	WITH chosen AS (
		SELECT e.*, CASE WHEN by_registration THEN e.registered_on::text ELSE e.occurred END AS d FROM statistics_event e
		WHERE e.event = of_event AND e.created_at >= make_timestamptz(coalesce(of_year, 1), 1, 1, 0, 0, 0, 'UTC')
		    AND (NOT by_registration OR e.created_at < make_timestamptz(of_year + 1, 1, 1, 0, 0, 0, 'UTC'))
		    AND (by_registration OR substr(e.occurred, 1, 4)::int IS NOT DISTINCT FROM of_year)
	), item AS (
		SELECT coalesce(p.stands_for, '_U') AS place_code, coalesce(nullif(substr(c.d, 6, 2), ''), '_U') AS month,
		    coalesce(c.sex, '_U') AS sex, coalesce(statistics_age(c.event, c.born, c.occurred), '_U') AS age,
		    coalesce(statistics_timeliness(c.occurred, c.registered_on), '_U') AS timeliness,
		    coalesce(b.attendant, '_U') AS attendant, coalesce(b.place_kind, x.place_kind, '_U') AS site
		FROM chosen c LEFT JOIN statistics_place p ON p.code = c.place_code
		LEFT JOIN LATERAL (SELECT i.attendant, i.place_kind FROM act_version w JOIN birth_statistics i ON i.act_version_id = w.id
		    WHERE w.act_id = c.act_id ORDER BY w.version DESC LIMIT 1) b ON true
		LEFT JOIN LATERAL (SELECT i.place_kind FROM act_version w JOIN death_statistics i ON i.act_version_id = w.id
		    WHERE w.act_id = c.act_id ORDER BY w.version DESC LIMIT 1) x ON true
	)
	SELECT CASE WHEN GROUPING(sex) = 0 THEN 'sex' WHEN GROUPING(age) = 0 THEN 'age' WHEN GROUPING(timeliness) = 0 THEN 'timeliness'
	        WHEN GROUPING(attendant) = 0 THEN 'attendant' WHEN GROUPING(site) = 0 THEN 'site' ELSE 'month' END,
	    place_code, month, coalesce(sex, age, timeliness, attendant, site), count(*)
	FROM item GROUP BY GROUPING SETS ((place_code, month), (place_code, sex), (place_code, age), (place_code, timeliness), (place_code, attendant),
	    (place_code, site), (month, sex), (month, age), (month, timeliness), (month, attendant), (month, site))
$$;
COMMENT ON FUNCTION statistics_counts IS 'How many registered events: for civild, which holds small numbers back';
REVOKE ALL ON FUNCTION statistics_counts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION statistics_counts TO catena_civil, catena_reader;
GRANT SELECT ON statistics_place TO catena_civil, catena_reader;
REVOKE ALL ON statistics_event FROM PUBLIC;

-- ---- how many there should be ----

CREATE TABLE completeness_estimate (
	id uuid PRIMARY KEY,
	event text NOT NULL CHECK (event IN ('birth', 'foetal_death', 'death', 'marriage', 'divorce', 'annulment')),
	year int NOT NULL CHECK (year BETWEEN 1800 AND 2200),
	place_code text REFERENCES place,
	sex text CHECK (sex IN ('F', 'M')),
	events int NOT NULL CHECK (events > 0),
	source text NOT NULL CHECK (length(source) BETWEEN 3 AND 200),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX completeness_estimate_of ON completeness_estimate (event, year, place_code, sex, created_at);
COMMENT ON TABLE completeness_estimate IS 'Events that are estimated to have occurred (census, survey, projection), as imported; the newest counts';
COMMENT ON COLUMN completeness_estimate.place_code IS 'A statistical place; NULL: the whole country';
COMMENT ON COLUMN completeness_estimate.sex IS 'NULL: both';
CALL make_ledgered('completeness_estimate', 'event', 'year', 'place_code', 'officer_id');

CREATE VIEW current_estimate AS
	SELECT DISTINCT ON (event, year, place_code, sex) * FROM completeness_estimate ORDER BY event, year, place_code, sex, created_at DESC, id DESC;
COMMENT ON VIEW current_estimate IS 'The newest estimate of each';

GRANT INSERT ON completeness_estimate TO catena_civil;
GRANT SELECT ON completeness_estimate, current_estimate, statistics_kind TO catena_civil, catena_reader;
