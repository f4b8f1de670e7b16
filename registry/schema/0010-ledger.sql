-- The ledger (design, invariant 4): every row of a ledgered table becomes one leaf of one Merkle tree (RFC 9162 hashing).
--
-- A ledgered table has the columns id uuid, created_at timestamptz, salt bytea, is insert-only, and carries the trigger
-- ledger_append with the names of its link columns: what may be known of a row without its personal data.  The leaf is
--   {"v":1,"kind":TABLE,"id":...,"at":...,"links":{...},"digest":HEX}     digest = SHA-256(salt || content)
--   content = the row as jsonb text without salt and without nulls
-- so every column is covered, a later nullable column changes no old digest, and nobody can forget to write the entry.

CREATE TABLE ledger_entry (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	kind text NOT NULL,
	record_id uuid NOT NULL UNIQUE,
	leaf text NOT NULL
);
CREATE INDEX ledger_entry_xid ON ledger_entry (xid);
COMMENT ON TABLE ledger_entry IS 'One entry for each ledgered row, written by its trigger in the same transaction';
COMMENT ON COLUMN ledger_entry.xid IS 'Writing transaction: the sequencer takes what has committed and knows what may still come';
COMMENT ON COLUMN ledger_entry.leaf IS 'The octets that are hashed; no personal data';

CREATE TABLE ledger_leaf (
	position bigint PRIMARY KEY CHECK (position >= 0),
	entry_id bigint NOT NULL UNIQUE,
	hash digest256 NOT NULL
);
COMMENT ON TABLE ledger_leaf IS 'Position of an entry in the tree, from 0 without gaps, in commit order; written by the sequencer only';
COMMENT ON COLUMN ledger_leaf.hash IS 'SHA-256(00 || leaf)';

CREATE TABLE ledger_node (
	level int NOT NULL CHECK (level > 0 AND level % 8 = 0),
	index bigint NOT NULL CHECK (index >= 0),
	hash digest256 NOT NULL,
	PRIMARY KEY (level, index)
);
COMMENT ON TABLE ledger_node IS 'Roots of complete subtrees of 2^level leaves, for every eighth level; the levels between are computed from 256 hashes';

CREATE TABLE tree_head (
	size bigint PRIMARY KEY CHECK (size > 0),
	root digest256 NOT NULL,
	signed_at timestamptz NOT NULL,
	certificate_id uuid NOT NULL,
	signature bytea NOT NULL
);
COMMENT ON TABLE tree_head IS 'Signed tree heads; the signature is over the DER of pki/treehead.h';

CREATE FUNCTION ledger_content(r jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT jsonb_strip_nulls(r - 'salt')::text $$;

CREATE FUNCTION ledger_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = registry, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
	r jsonb := to_jsonb(NEW);
BEGIN
	INSERT INTO ledger_entry (kind, record_id, leaf) VALUES (TG_TABLE_NAME, NEW.id,
	    jsonb_build_object('v', 1, 'kind', TG_TABLE_NAME, 'id', NEW.id, 'at', r->'created_at',
		'links', (SELECT coalesce(jsonb_object_agg(k, r->k), '{}') FROM unnest(TG_ARGV) k WHERE r->k <> 'null'),
		'digest', encode(sha256(NEW.salt || convert_to(ledger_content(r), 'UTF8')), 'hex'))::text);
	RETURN NULL;
END $$;

-- The content of one record as it stands now, for disclosure and for `catena ledger check`.
CREATE FUNCTION ledger_record(kind text, record_id uuid, OUT content text, OUT salt bytea) LANGUAGE plpgsql STABLE SECURITY INVOKER
	SET search_path = registry, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
	EXECUTE format('SELECT ledger_content(to_jsonb(t)), t.salt FROM %I t WHERE t.id = $1', kind)
	    INTO content, salt USING record_id;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'CA003';
END $$;

-- Makes a table ledgered and insert-only, whoever asks (the owner included: only dropping the trigger gets past it, and the
-- ledger tells).
CREATE PROCEDURE make_ledgered(t text, VARIADIC links text[]) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER ledger_append AFTER INSERT ON %I FOR EACH ROW EXECUTE FUNCTION ledger_append(%s)',
	    t, (SELECT string_agg(quote_literal(l), ', ') FROM unnest(links) l));
	EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
	EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
	INSERT INTO ledgered_table VALUES (t);
END $$;

CREATE TABLE ledgered_table (name text PRIMARY KEY);
COMMENT ON TABLE ledgered_table IS 'Tables whose rows are leaves: `catena ledger check` looks for rows without an entry here';
