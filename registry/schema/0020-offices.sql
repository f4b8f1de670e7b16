-- Places, offices, officers, sessions, idempotency, audit.

CREATE TABLE place (
	code text PRIMARY KEY CHECK (code ~ '^[A-Z0-9][A-Z0-9.-]{0,23}$'),
	name text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('state', 'province', 'district', 'town', 'village', 'facility')),
	parent_code text REFERENCES place,
	valid_from date,
	valid_to date,
	CHECK (valid_to > valid_from)
);
CREATE INDEX place_prefix ON place (lower(name) text_pattern_ops);
CREATE INDEX place_parent ON place (parent_code);
COMMENT ON TABLE place IS 'Places as a hierarchy; one that no longer exists keeps its interval';
COMMENT ON COLUMN place.valid_to IS 'First day on which it was no longer so; NULL: it still is';

CREATE TABLE office (
	id uuid PRIMARY KEY,
	code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9]{1,8}$'),
	name text NOT NULL,
	kind text NOT NULL CHECK (kind IN ('civil', 'enrolment', 'passport', 'pki', 'registry')),
	place_code text REFERENCES place,
	series_first int NOT NULL DEFAULT 1 CHECK (series_first > 0)
);
COMMENT ON TABLE office IS 'Offices of the registry: where acts are entered, persons enrolled, passports applied for';
COMMENT ON COLUMN office.series_first IS 'First number of each series of act numbers of this office';

CREATE TABLE officer (
	id uuid PRIMARY KEY,
	login text NOT NULL UNIQUE CHECK (login ~ '^[a-z][a-z0-9._-]{1,31}$'),
	name text NOT NULL,
	password_phc text NOT NULL,
	totp_sealed bytea NOT NULL,
	is_active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE officer IS 'Who acts.  The id is the pseudonym under which the ledger and descent bundles know an officer';
COMMENT ON COLUMN officer.totp_sealed IS 'TOTP secret, sealed under a key the database does not hold (registry/base/seal.h)';

CREATE TABLE officer_role (
	officer_id uuid NOT NULL REFERENCES officer,
	role text NOT NULL,
	office_id uuid NOT NULL REFERENCES office,
	PRIMARY KEY (officer_id, role, office_id)
);
COMMENT ON TABLE officer_role IS 'What an officer may do, and for which office; role names are those of registry/service/roles.h';

CREATE TABLE officer_login (
	officer_id uuid PRIMARY KEY REFERENCES officer,
	failures int NOT NULL DEFAULT 0,
	locked_until timestamptz,
	totp_step bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE officer_login IS 'Failed sign-ins of an officer in a row, and until when they lock out';
COMMENT ON COLUMN officer_login.totp_step IS 'Last time step used: a code works once';

CREATE TABLE program (
	id uuid PRIMARY KEY,
	name text NOT NULL UNIQUE,
	certificate_sha256 digest256 NOT NULL UNIQUE,
	role text NOT NULL,
	is_active boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE program IS 'Programs that sign in with a client certificate';

CREATE TABLE session (
	token_sha256 digest256 PRIMARY KEY,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	seen_at timestamptz NOT NULL DEFAULT now(),
	ended_at timestamptz
);
COMMENT ON TABLE session IS 'Signed-in officers; the cookie itself is not kept';

CREATE TABLE idempotency (
	key uuid NOT NULL,
	principal_id uuid NOT NULL,
	route text NOT NULL,
	body_sha256 digest256 NOT NULL,
	status int NOT NULL,
	reply bytea NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (key, principal_id)
);
COMMENT ON TABLE idempotency IS 'The answer given to a client-made UUID: the same request again gets it again (invariant 7)';

CREATE TABLE audit_event (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	kind text NOT NULL CHECK (kind IN ('disclosure', 'denied', 'signed_in', 'sign_in_failed', 'locked_out', 'signed_out',
	    'signature_refused', 'officer_changed', 'key_ceremony')),
	program text NOT NULL,
	officer_id uuid,
	route text,
	subject_kind text,
	subject_id uuid,
	detail text,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE audit_event IS 'Disclosures of personal data, refusals and sign-ins: what changes nothing else but must be in the ledger';
CALL make_ledgered('audit_event', 'kind', 'program', 'officer_id', 'route', 'subject_kind', 'subject_id');
