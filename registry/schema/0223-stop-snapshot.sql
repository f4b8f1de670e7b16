-- What signd signed of the stop list for offline use: once for each full export, of the entries that it has itself made from the rows.

CREATE TABLE stop_snapshot (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	stop_export_id uuid NOT NULL UNIQUE REFERENCES stop_export,
	cms bytea NOT NULL CHECK (octet_length(cms) BETWEEN 1 AND 65536),
	certificate_id uuid NOT NULL REFERENCES certificate,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE stop_snapshot IS 'The signed part of a snapshot of the stop list (pki/stopsnapshot.h); the entries are made again from the rows';
CALL make_ledgered('stop_snapshot', 'stop_export_id', 'certificate_id');

GRANT SELECT, INSERT ON stop_snapshot TO catena_signer;
GRANT SELECT ON stop_snapshot TO catena_issuance, catena_reader;
