-- The outbox goes out: to which subscribers, as which signed notification, how often it was tried.  signd makes and signs a notification from the rows
-- (pki/signd/statements.h), registryd delivers it to each subscriber until that one has it: at least once, with the same key each time.

CREATE TABLE subscriber (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63),
	url text NOT NULL CHECK (url ~ '^https://[^ ]+$' AND length(url) <= 500),
	topics text[] NOT NULL CHECK (cardinality(topics) > 0),
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE subscriber IS 'Who is told of what; topics: whole ones ("document.stopped") or a family of them ("document.*")';
CREATE TRIGGER rule_changed AFTER INSERT OR UPDATE OR DELETE ON subscriber FOR EACH ROW EXECUTE FUNCTION rule_changed();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON subscriber FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE outbox_message (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	outbox_id bigint NOT NULL UNIQUE REFERENCES outbox,
	cms bytea NOT NULL,
	certificate_id uuid NOT NULL REFERENCES certificate,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE outbox_message IS 'A notification as it was signed, once; its id is the key by which a subscriber knows that it has it already';
CALL make_ledgered('outbox_message', 'outbox_id', 'certificate_id');

CREATE TABLE outbox_delivery (
	outbox_id bigint NOT NULL REFERENCES outbox,
	subscriber_id uuid NOT NULL REFERENCES subscriber,
	attempts int NOT NULL DEFAULT 0,
	next_at timestamptz NOT NULL DEFAULT now(),
	delivered_at timestamptz,
	last_problem text,
	PRIMARY KEY (outbox_id, subscriber_id)
);
CREATE INDEX outbox_delivery_due ON outbox_delivery (next_at) WHERE delivered_at IS NULL;
COMMENT ON TABLE outbox_delivery IS 'One notification for one subscriber: kept by the functions below, never by a program';

ALTER TABLE outbox ADD COLUMN addressed_at timestamptz;
COMMENT ON COLUMN outbox.addressed_at IS 'When its subscribers were looked up; who subscribes later is not told of it';
CREATE INDEX outbox_unaddressed ON outbox (id) WHERE addressed_at IS NULL;

-- Whom the oldest of those that nobody has addressed yet are for.  What is told of a person is a disclosure.
CREATE FUNCTION outbox_address(n int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	taken bigint[];
BEGIN
	SELECT coalesce(array_agg(x.id), '{}') INTO taken FROM (SELECT o.id FROM outbox o WHERE o.addressed_at IS NULL ORDER BY o.id LIMIT n FOR UPDATE SKIP LOCKED) x;
	WITH told AS (
		INSERT INTO outbox_delivery (outbox_id, subscriber_id) SELECT o.id, s.id FROM outbox o JOIN subscriber s ON s.is_active
		    AND (o.topic = ANY (s.topics) OR split_part(o.topic, '.', 1) || '.*' = ANY (s.topics)) WHERE o.id = ANY (taken) RETURNING outbox_id, subscriber_id)
	INSERT INTO audit_event (kind, program, subject_kind, subject_id, detail) SELECT 'disclosure', 'registryd', 'person', o.subject_id, o.topic || ' to ' || s.name
	    FROM told t JOIN outbox o ON o.id = t.outbox_id AND o.topic LIKE 'person.%' JOIN subscriber s ON s.id = t.subscriber_id;
	UPDATE outbox o SET addressed_at = now(), delivered_at = CASE WHEN EXISTS (SELECT FROM outbox_delivery d WHERE d.outbox_id = o.id) THEN NULL ELSE now() END
	    WHERE o.id = ANY (taken);
	RETURN cardinality(taken);
END $$;

-- What a subscriber is told: never a name.
CREATE FUNCTION outbox_content(which bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp SET timezone = 'UTC' AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('version', 1, 'id', o.id, 'topic', o.topic, 'subject_id', o.subject_id,
	    'at', to_char(o.created_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	    'document', (SELECT jsonb_build_object('number', d.number, 'document_type', d.document_type, 'issuing_state', d.issuing_state, 'status', v.status, 'is_valid', v.is_valid,
		'since', v.since) FROM document d JOIN document_standing v ON v.document_id = d.id WHERE d.id = o.subject_id AND o.topic LIKE 'document.%'),
	    'person', (SELECT jsonb_build_object('uin', u.uin) FROM person_uin u WHERE u.person_id = o.subject_id AND o.topic LIKE 'person.%' LIMIT 1),
	    'booklets', (SELECT jsonb_build_object('kind', l.kind, 'prefix', l.prefix, 'first', l.first_serial, 'last', l.last_serial) FROM booklet_loss l
		WHERE l.id = o.subject_id AND o.topic LIKE 'booklets.%')))::text
	FROM outbox o WHERE o.id = which
$$;

-- Those that are addressed and not signed yet, for signd.
CREATE FUNCTION outbox_unsigned(n int) RETURNS TABLE (outbox_id bigint, content text) LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT o.id, outbox_content(o.id) FROM outbox o WHERE o.addressed_at IS NOT NULL AND o.delivered_at IS NULL
	    AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.outbox_id = o.id) ORDER BY o.id LIMIT n
$$;

-- The next that are due, taken for so many seconds: if who takes them is killed, they are due again after that.
CREATE FUNCTION outbox_claim(n int, seconds int) RETURNS TABLE (outbox_id bigint, subscriber_id uuid, url text, key uuid, cms bytea)
	LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	WITH due AS (
		SELECT d.outbox_id, d.subscriber_id FROM outbox_delivery d JOIN outbox_message m ON m.outbox_id = d.outbox_id
		    JOIN subscriber s ON s.id = d.subscriber_id AND s.is_active WHERE d.delivered_at IS NULL AND d.next_at <= now()
		    ORDER BY d.attempts, d.outbox_id LIMIT n FOR UPDATE OF d SKIP LOCKED),
	    taken AS (
		UPDATE outbox_delivery d SET attempts = d.attempts + 1, next_at = now() + make_interval(secs => seconds) FROM due
		    WHERE d.outbox_id = due.outbox_id AND d.subscriber_id = due.subscriber_id RETURNING d.outbox_id, d.subscriber_id)
	SELECT t.outbox_id, t.subscriber_id, s.url, m.id, m.cms FROM taken t JOIN subscriber s ON s.id = t.subscriber_id JOIN outbox_message m ON m.outbox_id = t.outbox_id
	    ORDER BY t.outbox_id
$$;

-- problem NULL: the subscriber has it.  Else it is tried again after 2, 4, 8 ... seconds, an hour at most, for ever.
CREATE FUNCTION outbox_outcome(which bigint, whom uuid, problem text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF problem IS NULL THEN
		UPDATE outbox_delivery d SET delivered_at = now(), last_problem = NULL WHERE d.outbox_id = which AND d.subscriber_id = whom AND d.delivered_at IS NULL;
		-- of two last deliveries the second sees the first
		PERFORM FROM outbox o WHERE o.id = which FOR UPDATE;
		UPDATE outbox o SET delivered_at = now() WHERE o.id = which AND o.delivered_at IS NULL
		    AND NOT EXISTS (SELECT FROM outbox_delivery d WHERE d.outbox_id = which AND d.delivered_at IS NULL);
	ELSE
		UPDATE outbox_delivery d SET last_problem = left(problem, 300), next_at = now() + make_interval(secs => least(3600, 2 ^ least(d.attempts, 12)))
		    WHERE d.outbox_id = which AND d.subscriber_id = whom AND d.delivered_at IS NULL;
	END IF;
END $$;
REVOKE ALL ON FUNCTION outbox_address, outbox_content, outbox_unsigned, outbox_claim, outbox_outcome FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_address, outbox_claim, outbox_outcome TO catena_outbox;
GRANT EXECUTE ON FUNCTION outbox_unsigned TO catena_signer;

CREATE VIEW outbox_waiting AS
	SELECT d.outbox_id, o.topic, o.subject_id, o.created_at, s.name AS subscriber, d.attempts, d.next_at, d.last_problem, d.attempts >= 10 AS is_stuck
	FROM outbox_delivery d JOIN outbox o ON o.id = d.outbox_id JOIN subscriber s ON s.id = d.subscriber_id WHERE d.delivered_at IS NULL;
COMMENT ON VIEW outbox_waiting IS 'What a subscriber does not have yet, with the last problem; stuck: tried ten times';
CREATE OR REPLACE VIEW outbox_dead AS
	SELECT id, topic, subject_id, created_at, attempts, next_at, delivered_at, last_problem FROM outbox o WHERE o.delivered_at IS NULL
	AND EXISTS (SELECT FROM outbox_delivery d WHERE d.outbox_id = o.id AND d.delivered_at IS NULL AND d.attempts >= 10);
COMMENT ON VIEW outbox_dead IS 'Notifications that a subscriber has not taken in ten attempts; they are still tried, once an hour';

GRANT SELECT, INSERT ON outbox_message TO catena_signer;
GRANT SELECT ON subscriber, outbox_delivery, outbox_message, outbox_waiting TO catena_reader;
