-- Transactional outbox (invariant 6): what others must be told, written with the change, delivered afterwards by registryd.

CREATE TABLE outbox (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	topic text NOT NULL,
	subject_id uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	attempts int NOT NULL DEFAULT 0,
	next_at timestamptz NOT NULL DEFAULT now(),
	delivered_at timestamptz,
	last_problem text
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE delivered_at IS NULL;
COMMENT ON TABLE outbox IS 'Notifications; the payload is read when it is delivered, so that none is kept twice';

CREATE VIEW outbox_dead AS SELECT * FROM outbox WHERE delivered_at IS NULL AND attempts >= 10;
COMMENT ON VIEW outbox_dead IS 'Notifications given up after ten attempts';
