-- Evidence and portrait are what an examination sees: none comes in afterwards, in whatever order two sessions commit.

CREATE FUNCTION while_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	-- shared among those who add, against the examination, which moves this row on
	PERFORM FROM current_state WHERE subject_id = NEW.enrolment_id AND machine = 'enrolment' AND state = 'open' FOR SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'enrolment is not open, which does not allow: add %', TG_TABLE_NAME USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_open BEFORE INSERT ON evidence FOR EACH ROW EXECUTE FUNCTION while_open();
CREATE TRIGGER a_open BEFORE INSERT ON portrait FOR EACH ROW EXECUTE FUNCTION while_open();
