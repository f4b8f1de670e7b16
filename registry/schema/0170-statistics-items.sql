-- Statistics of a year at the cost of the year, not of the register.  Of each vital event there is one row that says where it is counted, made
-- again in the same transaction whenever the act, its state or its statistics items change; the counts are taken of these rows alone.

-- ---- what is computed of an event, each in one compiled function: those of 0140 were called once inside the other, for every row ----

CREATE OR REPLACE FUNCTION first_day(d text) RETURNS date LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
	RETURN (d || substr('0000-01-01', length(d) + 1))::date;
END $$;

CREATE OR REPLACE FUNCTION statistics_age_group(event text, years int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	youngest int := CASE WHEN event = 'death' THEN (years - 5) / 10 * 10 + 5 ELSE years / 5 * 5 END;
BEGIN
	IF event = 'death' THEN
		RETURN CASE WHEN years < 1 THEN 'Y0' WHEN years < 5 THEN 'Y1T4' WHEN years < 15 THEN 'Y5T14'
		    WHEN years < 85 THEN 'Y' || youngest || 'T' || youngest + 9 ELSE 'Y_GE85' END;
	END IF;
	RETURN CASE WHEN years < 15 THEN 'Y_LT15' WHEN years < 50 THEN 'Y' || youngest || 'T' || youngest + 4 ELSE 'Y_GE50' END;
END $$;

CREATE OR REPLACE FUNCTION statistics_age(event text, born text, occurred text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	youngest text;
BEGIN
	IF length(born) = 10 AND length(occurred) = 10 THEN -- completed years between two days, as numbers YYYYMMDD
		RETURN statistics_age_group(event, (replace(occurred, '-', '')::int - replace(born, '-', '')::int) / 10000);
	END IF;
	youngest := statistics_age_group(event, date_part('year', age(first_day(occurred), last_day(born)))::int);
	RETURN CASE WHEN youngest = statistics_age_group(event, date_part('year', age(last_day(occurred), first_day(born)))::int) THEN youngest ELSE '_U' END;
END $$;

CREATE OR REPLACE FUNCTION statistics_delay(occurred date, registered date) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
	RETURN CASE WHEN registered - occurred <= 30 THEN 'D_LE30' WHEN registered <= occurred + interval '1 year' THEN 'Y_LE1' ELSE 'Y_GT1' END;
END $$;
CREATE OR REPLACE FUNCTION statistics_timeliness(occurred text, registered date) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	earliest text := statistics_delay(first_day(occurred), registered);
BEGIN
	RETURN CASE WHEN length(occurred) = 10 OR earliest = statistics_delay(least(last_day(occurred), registered), registered) THEN earliest ELSE '_U' END;
END $$;

-- ---- the rows ----

-- As before, and one act's event is found without all others.
CREATE OR REPLACE VIEW statistics_event AS
	SELECT k.event, c.occurred, (r.created_at AT TIME ZONE 'UTC')::date AS registered_on, r.created_at, v.content #>> k.place_path AS place_code,
	    v.content #>> k.sex_path AS sex, v.content #>> k.born_path AS born, r.act_id
	FROM act_registration r JOIN statistics_kind k ON k.kind = r.kind
	JOIN current_state s ON s.subject_id = r.act_id AND s.state IN ('registered', 'sealed')
	JOIN LATERAL (SELECT act_id, content FROM act_version WHERE act_id = r.act_id ORDER BY version DESC LIMIT 1) v ON true
	CROSS JOIN LATERAL (SELECT CASE WHEN partial_date_ok(v.content #>> k.occurred_path) THEN v.content #>> k.occurred_path END AS occurred) c;

CREATE VIEW statistics_computed AS
	SELECT e.act_id, e.event, coalesce(substr(e.occurred, 1, 4)::int, 0) AS year, coalesce(nullif(substr(e.occurred, 6, 2), ''), '_U') AS month, e.registered_on,
	    e.place_code, coalesce(e.sex, '_U') AS sex, coalesce(statistics_age(e.event, e.born, e.occurred), '_U') AS age,
	    coalesce(statistics_timeliness(e.occurred, e.registered_on), '_U') AS timeliness, coalesce(b.attendant, '_U') AS attendant,
	    coalesce(b.place_kind, x.place_kind, '_U') AS site
	FROM statistics_event e
	LEFT JOIN LATERAL (SELECT i.attendant, i.place_kind FROM act_version w JOIN birth_statistics i ON i.act_version_id = w.id
	    WHERE w.act_id = e.act_id ORDER BY w.version DESC LIMIT 1) b ON true
	LEFT JOIN LATERAL (SELECT i.place_kind FROM act_version w JOIN death_statistics i ON i.act_version_id = w.id
	    WHERE w.act_id = e.act_id ORDER BY w.version DESC LIMIT 1) x ON true;
COMMENT ON VIEW statistics_computed IS 'What statistics_item must hold, computed of the register; granted to nobody';

CREATE TABLE statistics_item (
	act_id uuid PRIMARY KEY,
	event text NOT NULL,
	year int NOT NULL,
	month text NOT NULL,
	registered_on date NOT NULL,
	place_code text,
	sex text NOT NULL,
	age text NOT NULL,
	timeliness text NOT NULL,
	attendant text NOT NULL,
	site text NOT NULL
);
CREATE INDEX statistics_item_year ON statistics_item (event, year);
CREATE INDEX statistics_item_registered ON statistics_item (event, registered_on);
COMMENT ON TABLE statistics_item IS 'One row for each registered vital event as it stands; made by triggers, granted to nobody';
COMMENT ON COLUMN statistics_item.year IS 'In which it occurred; 0: not known';
COMMENT ON COLUMN statistics_item.place_code IS 'Where it occurred, as the act says; statistics_place says where that is counted';

CREATE FUNCTION statistics_item_refresh(of_act uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	DELETE FROM statistics_item WHERE act_id = of_act;
	INSERT INTO statistics_item SELECT * FROM statistics_computed WHERE act_id = of_act;
END $$;
REVOKE ALL ON FUNCTION statistics_item_refresh FROM PUBLIC;

CREATE FUNCTION statistics_item_rebuild() RETURNS bigint LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
	n bigint;
BEGIN
	DELETE FROM statistics_item;
	INSERT INTO statistics_item SELECT * FROM statistics_computed;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END $$;
COMMENT ON FUNCTION statistics_item_rebuild IS 'For the owner, when acts were loaded without their triggers, or statistics_kind was changed';
REVOKE ALL ON FUNCTION statistics_item_rebuild FROM PUBLIC;

-- Registered; what stood in the register changes its state (a correction too); a further version; items that come afterwards.
CREATE FUNCTION statistics_item_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	of_act uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
BEGIN
	IF TG_ARGV[0] = 'act_version_id' THEN
		SELECT v.act_id INTO of_act FROM act_version v JOIN act_registration r ON r.act_id = v.act_id WHERE v.id = of_act;
	END IF;
	IF of_act IS NOT NULL THEN
		PERFORM statistics_item_refresh(of_act);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER z_statistics AFTER INSERT ON act_registration FOR EACH ROW EXECUTE FUNCTION statistics_item_changed('act_id');
CREATE TRIGGER z_statistics AFTER UPDATE ON current_state FOR EACH ROW
	WHEN (NEW.machine = 'act' AND OLD.state IN ('registered', 'sealed', 'annulled')) EXECUTE FUNCTION statistics_item_changed('subject_id');
CREATE TRIGGER z_statistics AFTER INSERT ON act_version FOR EACH ROW WHEN (NEW.version > 1) EXECUTE FUNCTION statistics_item_changed('act_id');
CREATE TRIGGER z_statistics AFTER INSERT ON birth_statistics FOR EACH ROW EXECUTE FUNCTION statistics_item_changed('act_version_id');
CREATE TRIGGER z_statistics AFTER INSERT ON death_statistics FOR EACH ROW EXECUTE FUNCTION statistics_item_changed('act_version_id');
SELECT statistics_item_rebuild();

-- ---- counts ----

CREATE OR REPLACE FUNCTION statistics_counts(of_event text, by_registration boolean, of_year int)
	RETURNS TABLE (dimension text, place_code text, month text, category text, events bigint)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH item AS MATERIALIZED (
		SELECT coalesce(p.stands_for, '_U') AS place_code, CASE WHEN by_registration THEN to_char(i.registered_on, 'MM') ELSE i.month END AS month, i.sex, i.age,
		    i.timeliness, i.attendant, i.site
		FROM statistics_item i LEFT JOIN statistics_place p ON p.code = i.place_code
		WHERE i.event = of_event AND CASE WHEN by_registration THEN true ELSE i.year = coalesce(of_year, 0) END
		    AND CASE WHEN by_registration THEN i.registered_on >= make_date(of_year, 1, 1) AND i.registered_on <= make_date(of_year, 12, 31) ELSE true END
	), few AS MATERIALIZED ( -- many events are alike
		SELECT place_code, month, sex, age, timeliness, attendant, site, count(*) AS n FROM item GROUP BY 1, 2, 3, 4, 5, 6, 7
	)
	SELECT CASE WHEN GROUPING(sex) = 0 THEN 'sex' WHEN GROUPING(age) = 0 THEN 'age' WHEN GROUPING(timeliness) = 0 THEN 'timeliness'
	        WHEN GROUPING(attendant) = 0 THEN 'attendant' WHEN GROUPING(site) = 0 THEN 'site' ELSE 'month' END,
	    place_code, month, coalesce(sex, age, timeliness, attendant, site), sum(n)::bigint
	FROM few GROUP BY GROUPING SETS ((place_code, month), (place_code, sex), (place_code, age), (place_code, timeliness), (place_code, attendant),
	    (place_code, site), (month, sex), (month, age), (month, timeliness), (month, attendant), (month, site));
END $$;
