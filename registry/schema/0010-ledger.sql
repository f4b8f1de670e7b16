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
COMMENT ON TABLE tree_head IS 'Signed tree heads; the signature is over the DER of registry/base/treehead.h';

CREATE FUNCTION ledger_content(r jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT jsonb_strip_nulls(r - 'salt')::text $$;

-- What the leaf of a row says.  `links` is made by the caller, so that this is one expression and costs no call of its own.
CREATE FUNCTION ledger_leaf_text(kind text, r jsonb, salt bytea, links jsonb) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('v', 1, 'kind', kind, 'id', r->'id', 'at', r->'created_at', 'links', links,
	    'digest', encode(sha256(salt || convert_to(ledger_content(r), 'UTF8')), 'hex'))::text
$$;

-- For each statement, not each row: what a batch inserts becomes entries in one go.  Compiled for each table, whose new rows it sees.
CREATE FUNCTION ledger_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = registry, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
	INSERT INTO ledger_entry (kind, record_id, leaf)
	SELECT TG_TABLE_NAME, n.id, ledger_leaf_text(TG_TABLE_NAME, n.r, n.salt,
		(SELECT coalesce(jsonb_object_agg(k, n.r->k), '{}') FROM unnest(TG_ARGV) k WHERE n.r->k <> 'null'))
	    FROM (SELECT t.id, t.salt, to_jsonb(t) AS r FROM new_rows t OFFSET 0) n; -- OFFSET 0: each row's jsonb is made once
	RETURN NULL;
END $$;

-- The content of one record as it stands now, for disclosure.
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
	EXECUTE format('CREATE TRIGGER ledger_append AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT'
	    ' EXECUTE FUNCTION ledger_append(%s)',
	    t, (SELECT string_agg(quote_literal(l), ', ') FROM unnest(links) l));
	EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
	EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
	INSERT INTO ledgered_table VALUES (t, links);
END $$;

CREATE TABLE ledgered_table (
	name text PRIMARY KEY,
	links text[] NOT NULL
);
COMMENT ON TABLE ledgered_table IS 'Tables whose rows are leaves: `catena ledger check` looks for rows without an entry here';
COMMENT ON COLUMN ledgered_table.links IS 'Link columns, as given to the trigger';

-- The ledger's own tables grow and do nothing else.
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON ledger_leaf FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON ledger_node FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON tree_head FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON tree_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- For `catena ledger check`: a page of `n` rows of a ledgered table after the row `after` (NULL: from the first), each against
-- its entry.  bad: one line for each row that differs, its id, a space and what is wrong.
CREATE FUNCTION ledger_compare(kind text, after uuid, n int, OUT checked bigint, OUT last text, OUT bad text) LANGUAGE plpgsql STABLE
	SET search_path = registry, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
	links text[] := (SELECT t.links FROM ledgered_table t WHERE t.name = kind);
BEGIN
	EXECUTE format($q$
		WITH page AS MATERIALIZED (
			SELECT t.id, to_jsonb(t) AS r, t.salt FROM %1$I t WHERE $1 IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2
		), wanted AS (
			SELECT p.id, e.record_id, e.leaf, e.kind, ledger_leaf_text(%1$L, p.r, p.salt,
			    (SELECT coalesce(jsonb_object_agg(k, p.r->k), '{}') FROM unnest($3) k WHERE p.r->k <> 'null')) AS text
			FROM page p LEFT JOIN ledger_entry e ON e.record_id = p.id
		), judged AS (
			SELECT id, CASE
			    WHEN record_id IS NULL THEN 'inserted: the row has no entry in the ledger'
			    WHEN kind <> %1$L THEN 'altered: its entry is of another kind'
			    WHEN leaf IS DISTINCT FROM text AND substring(leaf FROM '"digest": "([0-9a-f]*)"')
				IS DISTINCT FROM substring(text FROM '"digest": "([0-9a-f]*)"')
				THEN 'altered: the row does not give the digest in its entry'
			    WHEN leaf IS DISTINCT FROM text THEN 'altered: the row and its entry differ' END AS what
			FROM wanted
		)
		SELECT count(*), (SELECT id::text FROM page ORDER BY id DESC LIMIT 1),
		    string_agg(id || ' ' || what, E'\n' ORDER BY id) FROM judged $q$, kind)
	    INTO checked, last, bad USING after, n, links;
END $$;

-- Entries of a ledgered table whose row is not there; at most n, as lines of record id, space, entry id.
CREATE FUNCTION ledger_orphans(kind text, n int) RETURNS text LANGUAGE plpgsql STABLE
	SET search_path = registry, pg_temp AS $$
DECLARE
	bad text;
BEGIN
	EXECUTE format($q$
		SELECT string_agg(o.record_id || ' ' || o.id, E'\n' ORDER BY o.id) FROM (
			SELECT e.id, e.record_id FROM ledger_entry e
			WHERE e.kind = %1$L AND NOT EXISTS (SELECT FROM %1$I t WHERE t.id = e.record_id)
			ORDER BY e.id LIMIT $1) o $q$, kind) INTO bad USING n;
	RETURN bad;
END $$;
