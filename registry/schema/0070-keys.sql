-- Keys, certificates, signatures.

CREATE TABLE signing_key (
	id uuid PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('csca', 'document_signer', 'ledger')),
	token_label text NOT NULL,
	key_label text NOT NULL,
	algorithm text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (token_label, key_label)
);
COMMENT ON TABLE signing_key IS 'Private keys on tokens; the database knows where they are, never what they are';
CALL make_ledgered('signing_key', 'kind');

CREATE TABLE certificate (
	id uuid PRIMARY KEY,
	signing_key_id uuid NOT NULL REFERENCES signing_key,
	issuer_id uuid REFERENCES certificate,
	der bytea NOT NULL,
	sha256 digest256 NOT NULL UNIQUE,
	not_before timestamptz NOT NULL,
	not_after timestamptz NOT NULL,
	use_until timestamptz NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE certificate IS 'Certificates of the signing keys; issuer_id is NULL where it is self-signed';
COMMENT ON COLUMN certificate.use_until IS 'End of the private key usage period: nothing is signed with the key afterwards';
CALL make_ledgered('certificate', 'signing_key_id', 'issuer_id', 'sha256');
ALTER TABLE tree_head ADD FOREIGN KEY (certificate_id) REFERENCES certificate;

CREATE TABLE document_signature (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	document_id uuid NOT NULL UNIQUE REFERENCES document,
	certificate_id uuid NOT NULL REFERENCES certificate,
	sod bytea NOT NULL,
	sod_sha256 digest256 NOT NULL GENERATED ALWAYS AS (sha256(sod)) STORED,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE document_signature IS 'EF.SOD of a document, made once by signd (invariant 2); UNIQUE is what makes it once';
CALL make_ledgered('document_signature', 'document_id', 'certificate_id', 'sod_sha256');

CREATE FUNCTION signature_follows_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF (SELECT bool_or((SELECT count(*) FROM current_state c WHERE c.subject_id = s.document_id AND c.state = 'allocated') = 0) FROM new_rows s)
	THEN
		RAISE EXCEPTION 'document is not allocated' USING ERRCODE = 'CA002';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER follows AFTER INSERT ON document_signature REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION signature_follows_state();
