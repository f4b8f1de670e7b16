-- The trust store: what other States have sent us, where it came from, and what we believe of it.
--
-- A file is first proposed: its certificates, CRLs and lists are kept, and change nothing.  An officer who has seen what it would change
-- accepts it; then its certificates are candidates, its CRLs and lists are held.  A candidate is trusted when two officers have compared its
-- fingerprint with one they got another way.  What a trusted key has signed is not written here: pki/truststore.h computes it.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('trust_import', 'new', 'propose', 'proposed'),
	('trust_import', 'proposed', 'accept', 'accepted'),
	('trust_import', 'proposed', 'reject', 'rejected'),
	('trust', 'new', 'hold', 'held'),
	('trust', 'new', 'enter', 'candidate'),
	('trust', 'candidate', 'confirm', 'candidate'),
	('trust', 'candidate', 'suffice', 'trusted'),
	('trust', 'candidate', 'withdraw', 'withdrawn'),
	('trust', 'trusted', 'withdraw', 'withdrawn'),
	('trust', 'withdrawn', 'readmit', 'candidate');

CREATE OR REPLACE FUNCTION state_advance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = registry, pg_temp AS $$
-- TG_ARGV[0]: the machine; TG_ARGV[1]: the column that names the subject
DECLARE
	m text := TG_ARGV[0];
	subject uuid;
	was_state text;
	t text;
BEGIN
	IF TG_ARGV[1] = 'document_id' THEN
		subject := NEW.document_id;
	ELSIF TG_ARGV[1] = 'application_id' THEN
		subject := NEW.application_id;
	ELSIF TG_ARGV[1] = 'enrolment_id' THEN
		subject := NEW.enrolment_id;
	ELSIF TG_ARGV[1] = 'ceremony_id' THEN
		subject := NEW.ceremony_id;
	ELSIF TG_ARGV[1] = 'signing_key_id' THEN
		subject := NEW.signing_key_id;
	ELSIF TG_ARGV[1] = 'trust_object_id' THEN
		subject := NEW.trust_object_id;
	ELSIF TG_ARGV[1] = 'trust_import_id' THEN
		subject := NEW.trust_import_id;
	ELSE
		subject := NEW.act_id;
	END IF;
	-- in one statement when the event fits; two who decide at once meet on the row, and the second looks again at what it then is
	UPDATE current_state s SET state = n.to_state, seq = s.seq + 1, changed_at = NEW.created_at FROM transition n
	    WHERE s.subject_id = subject AND n.machine = m AND n.from_state = s.state AND n.event = NEW.event
	    RETURNING n.from_state, n.to_state, s.seq INTO NEW.from_state, NEW.to_state, NEW.seq;
	IF FOUND THEN
		RETURN NEW;
	END IF;
	SELECT state INTO was_state FROM current_state WHERE subject_id = subject FOR UPDATE;
	was_state := coalesce(was_state, 'new');
	SELECT to_state INTO t FROM transition WHERE machine = m AND from_state = was_state AND event = NEW.event;
	IF NOT FOUND OR was_state <> 'new' THEN
		RAISE EXCEPTION '% is %, which does not allow: %', m, was_state, NEW.event USING ERRCODE = 'CA001';
	END IF;
	NEW.from_state := 'new';
	NEW.to_state := t;
	NEW.seq := 1;
	INSERT INTO current_state VALUES (subject, m, t, 1, NEW.created_at);
	RETURN NEW;
END $$;

-- ---- files ----

CREATE TABLE trust_import (
	id uuid PRIMARY KEY,
	officer_id uuid NOT NULL REFERENCES officer,
	source text NOT NULL CHECK (length(source) > 0),
	file_name text,
	file_sha256 digest256 NOT NULL,
	file_size bigint NOT NULL CHECK (file_size > 0),
	problems jsonb NOT NULL DEFAULT '[]',
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id)
);
COMMENT ON TABLE trust_import IS 'A file of certificates, CRLs or lists that an officer brought in';
COMMENT ON COLUMN trust_import.source IS 'Who handed it over and how, in the officer''s words';
COMMENT ON COLUMN trust_import.problems IS 'Parts of the file that were left out, each with its place and the reason';
CALL make_ledgered('trust_import', 'officer_id', 'file_sha256');

CREATE TABLE trust_import_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	trust_import_id uuid NOT NULL,
	proposed_by uuid NOT NULL,
	event text NOT NULL CHECK (event IN ('propose', 'accept', 'reject')),
	officer_id uuid NOT NULL REFERENCES officer,
	diff_sha256 digest256,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (trust_import_id, seq),
	FOREIGN KEY (trust_import_id, proposed_by) REFERENCES trust_import (id, officer_id),
	CHECK (event <> 'propose' OR officer_id = proposed_by),
	CONSTRAINT trust_diff_was_seen CHECK ((event = 'accept') = (diff_sha256 IS NOT NULL)),
	CONSTRAINT reason_given CHECK (event <> 'reject' OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE trust_import_decision IS 'Proposed; accepted by an officer who saw what it changes, or rejected';
COMMENT ON COLUMN trust_import_decision.diff_sha256 IS 'Digest of the changes that the officer was shown';

CREATE FUNCTION trust_officer_holds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT is_pki_officer(NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer is no active PKI officer' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_state BEFORE INSERT ON trust_import_decision FOR EACH ROW EXECUTE FUNCTION state_advance('trust_import', 'trust_import_id');
CREATE TRIGGER b_holds BEFORE INSERT ON trust_import_decision FOR EACH ROW EXECUTE FUNCTION trust_officer_holds();
CALL make_ledgered('trust_import_decision', 'trust_import_id', 'event', 'from_state', 'to_state', 'officer_id', 'diff_sha256');

-- ---- what was in them ----

CREATE TABLE trust_object (
	id uuid PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('certificate', 'crl', 'master_list', 'deviation_list')),
	der bytea NOT NULL,
	sha256 digest256 NOT NULL GENERATED ALWAYS AS (sha256(der)) STORED,
	country text NOT NULL CHECK (country = upper(country)),
	name text NOT NULL,
	issuer_key bytea,
	at timestamptz NOT NULL,
	until timestamptz,
	is_root boolean NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CONSTRAINT trust_object_once UNIQUE (sha256),
	UNIQUE (id, kind),
	CHECK (NOT is_root OR kind = 'certificate')
);
CREATE INDEX trust_object_newest ON trust_object (kind, country, at);
COMMENT ON TABLE trust_object IS 'CSCA and link certificates, CRLs, master lists, deviation lists of other States, as they came, each once';
COMMENT ON COLUMN trust_object.country IS 'Of the subject, the CRL''s issuer or the list''s signer, in capitals; "" none';
COMMENT ON COLUMN trust_object.name IS 'Common name of the subject, issuer or signer';
COMMENT ON COLUMN trust_object.issuer_key IS 'CRLs: authorityKeyIdentifier';
COMMENT ON COLUMN trust_object.at IS 'notBefore, thisUpdate or signingTime';
COMMENT ON COLUMN trust_object.until IS 'notAfter, nextUpdate';
COMMENT ON COLUMN trust_object.is_root IS 'A certificate by its own key';
CALL make_ledgered('trust_object', 'kind', 'sha256', 'country');

CREATE TABLE trust_find (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	trust_import_id uuid NOT NULL REFERENCES trust_import,
	trust_object_id uuid NOT NULL REFERENCES trust_object,
	position int NOT NULL CHECK (position >= 0),
	place text NOT NULL,
	list_id uuid REFERENCES trust_object,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (trust_import_id, trust_object_id)
);
CREATE INDEX trust_find_object ON trust_find (trust_object_id);
COMMENT ON TABLE trust_find IS 'Provenance: in which file an object was, and where in it';
COMMENT ON COLUMN trust_find.position IS 'Order in the file';
COMMENT ON COLUMN trust_find.list_id IS 'The master or deviation list that carried the certificate; NULL: it came by itself';
CALL make_ledgered('trust_find', 'trust_import_id', 'trust_object_id', 'list_id');

-- ---- what we believe of it ----

CREATE TABLE trust_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	trust_object_id uuid NOT NULL,
	kind text NOT NULL,
	event text NOT NULL CHECK (event IN ('hold', 'enter', 'confirm', 'suffice', 'withdraw', 'readmit')),
	trust_import_id uuid,
	officer_id uuid NOT NULL REFERENCES officer,
	fingerprint digest256,
	channel text,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (trust_object_id, seq),
	FOREIGN KEY (trust_object_id, kind) REFERENCES trust_object (id, kind),
	FOREIGN KEY (trust_import_id, trust_object_id) REFERENCES trust_find (trust_import_id, trust_object_id),
	CHECK ((event = 'hold') = (kind <> 'certificate')),
	CONSTRAINT trust_comes_of_an_import CHECK ((event IN ('hold', 'enter')) = (trust_import_id IS NOT NULL)),
	CONSTRAINT trust_fingerprint_given CHECK ((event = 'confirm') = (fingerprint IS NOT NULL AND coalesce(length(channel), 0) > 0)),
	CONSTRAINT reason_given CHECK (event NOT IN ('withdraw', 'readmit') OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE trust_decision IS 'Entered with an import; confirmed out of band by two officers (suffice: written by the trigger); withdrawn; readmitted';
COMMENT ON COLUMN trust_decision.fingerprint IS 'What the officer got the other way: SHA-256 of the certificate';
COMMENT ON COLUMN trust_decision.channel IS 'That other way: an embassy''s letter, a call to a known number, another State''s publication';

-- Officers who confirmed since the certificate was entered or readmitted, and still are PKI officers.
CREATE FUNCTION trust_confirmations(which uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT count(DISTINCT d.officer_id)::int FROM trust_decision d WHERE d.trust_object_id = which AND d.event = 'confirm'
	    AND is_pki_officer(d.officer_id)
	    AND d.seq > (SELECT max(b.seq) FROM trust_decision b WHERE b.trust_object_id = which AND b.event IN ('enter', 'readmit'))
$$;

CREATE FUNCTION trust_decision_holds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	o trust_object%ROWTYPE;
BEGIN
	IF NOT is_pki_officer(NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer is no active PKI officer' USING ERRCODE = 'CA002';
	END IF;
	IF NEW.trust_import_id IS NOT NULL AND NOT EXISTS (SELECT FROM current_state s WHERE s.subject_id = NEW.trust_import_id
	    AND s.state = 'accepted') THEN
		RAISE EXCEPTION 'trust: the import is not accepted' USING ERRCODE = 'CA002';
	END IF;
	SELECT id, kind, sha256, country, issuer_key, at INTO STRICT o.id, o.kind, o.sha256, o.country, o.issuer_key, o.at
	    FROM trust_object WHERE id = NEW.trust_object_id;
	IF NEW.event = 'confirm' THEN
		IF NEW.fingerprint <> o.sha256 THEN
			RAISE EXCEPTION 'trust: the fingerprint is not that of the certificate' USING ERRCODE = 'CA002';
		END IF;
		IF EXISTS (SELECT FROM trust_decision d WHERE d.trust_object_id = o.id AND d.event = 'confirm' AND d.officer_id = NEW.officer_id
		    AND d.seq > (SELECT max(b.seq) FROM trust_decision b WHERE b.trust_object_id = o.id AND b.event IN ('enter', 'readmit'))) THEN
			RAISE EXCEPTION 'trust: a second officer must confirm the certificate, not the same one again' USING ERRCODE = 'CA002';
		END IF;
	ELSIF NEW.event = 'suffice' AND trust_confirmations(o.id) < 2 THEN
		RAISE EXCEPTION 'trust: % of 2 officers have confirmed the certificate', trust_confirmations(o.id) USING ERRCODE = 'CA002';
	ELSIF NEW.event = 'hold' THEN
		-- two files at once: the second waits here and then sees the first's
		PERFORM pg_advisory_xact_lock(hashtextextended('trust ' || o.kind || ' ' || o.country, 0));
		IF EXISTS (SELECT FROM trust_object h JOIN current_state s ON s.subject_id = h.id AND s.state = 'held' WHERE h.kind = o.kind
		    AND h.country = o.country AND h.id <> o.id AND h.at >= o.at
		    AND (o.kind <> 'crl' OR h.issuer_key IS NOT DISTINCT FROM o.issuer_key)) THEN
			RAISE EXCEPTION 'trust: a % of the same State that is not older is held already', replace(o.kind, '_', ' ')
			    USING ERRCODE = 'CA002';
		END IF;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_state BEFORE INSERT ON trust_decision FOR EACH ROW EXECUTE FUNCTION state_advance('trust', 'trust_object_id');
CREATE TRIGGER b_holds BEFORE INSERT ON trust_decision FOR EACH ROW EXECUTE FUNCTION trust_decision_holds();
CALL make_ledgered('trust_decision', 'trust_object_id', 'event', 'from_state', 'to_state', 'officer_id', 'trust_import_id');

CREATE FUNCTION trust_confirmed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF trust_confirmations(NEW.trust_object_id) >= 2 THEN
		INSERT INTO trust_decision (trust_object_id, kind, event, officer_id)
		    VALUES (NEW.trust_object_id, NEW.kind, 'suffice', NEW.officer_id);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER confirmed AFTER INSERT ON trust_decision FOR EACH ROW WHEN (NEW.event = 'confirm') EXECUTE FUNCTION trust_confirmed();

-- Every certificate that is in the store; of CRLs and lists the newest of each issuer.
CREATE VIEW trust_standing AS
	SELECT o.id, o.kind, o.country, o.name, o.at, o.until, o.is_root, o.sha256, s.state, s.changed_at,
	    i.source || ', ' || to_char(d.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
	    || CASE s.state WHEN 'trusted' THEN ', confirmed by two officers' ELSE '' END AS provenance
	    FROM trust_object o JOIN current_state s ON s.subject_id = o.id
	    JOIN trust_decision d ON d.trust_object_id = o.id AND d.trust_import_id IS NOT NULL JOIN trust_import i ON i.id = d.trust_import_id
	    WHERE o.kind = 'certificate' OR NOT EXISTS (SELECT FROM trust_object n JOIN current_state t ON t.subject_id = n.id
	    WHERE n.kind = o.kind AND n.country = o.country AND n.at > o.at AND (o.kind <> 'crl' OR n.issuer_key IS NOT DISTINCT FROM o.issuer_key));
COMMENT ON VIEW trust_standing IS 'The trust store as it stands';

GRANT INSERT ON trust_import, trust_import_decision, trust_object, trust_find, trust_decision TO catena_pki;
GRANT SELECT ON trust_import, trust_import_decision, trust_object, trust_find, trust_decision, trust_standing TO catena_pki, catena_reader;
GRANT SELECT ON trust_import, trust_find, trust_object, trust_standing TO catena_inspection;
