-- Roles, the schema, and the types every table uses.
--
-- The migration runner connects as catena_owner, which owns everything.  Each program has its own login role and only the
-- grants of 0090-grants.sql.  Roles belong to the whole cluster, so they may be there already.

DO $$
DECLARE r text;
BEGIN
	FOREACH r IN ARRAY ARRAY['catena_civil', 'catena_enrolment', 'catena_issuance', 'catena_inspection',
	    'catena_pki', 'catena_signer', 'catena_reader', 'catena_outbox'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
			EXECUTE format('CREATE ROLE %I LOGIN', r);
		END IF;
	END LOOP;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE FUNCTION partial_date_ok(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
	IF t ~ '^[0-9]{4}$' THEN
		RETURN t <> '0000';
	ELSIF t ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' THEN
		RETURN t !~ '^0000';
	ELSIF t ~ '^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]$' THEN
		PERFORM make_date(substr(t, 1, 4)::int, substr(t, 6, 2)::int, substr(t, 9, 2)::int);
		RETURN true;
	END IF;
	RETURN false;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
	RETURN false;
END $$;

CREATE DOMAIN partial_date AS text CHECK (partial_date_ok(VALUE));
COMMENT ON DOMAIN partial_date IS 'ISO 8601 day, month or year (YYYY-MM-DD, YYYY-MM, YYYY): as much as is known; NULL: nothing is';

CREATE DOMAIN digest256 AS bytea CHECK (octet_length(VALUE) = 32);

CREATE FUNCTION new_salt() RETURNS bytea LANGUAGE sql VOLATILE AS
	$$ SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) $$;
COMMENT ON FUNCTION new_salt() IS '32 octets, 244 of the bits random: hides a record behind its digest';
