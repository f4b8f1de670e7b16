-- Trust store: certificates, CRLs and lists of other States, and which of their CSCA certificates we trust.
--
-- An officer proposes a file (trust_import) with everything that is in it (trust_import_item, in the same transaction: nothing is slipped in
-- afterwards); another accepts it, and the trigger takes over what the proposal says.  Taking over trusts nobody: a certificate becomes
-- an anchor when two officers have confirmed it out of band, and stops being one when two have distrusted it.  No program writes
-- trust_certificate or trust_list.

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('trust_import', 'new', 'propose', 'proposed'),
	('trust_import', 'proposed', 'accept', 'accepted'),
	('trust_import', 'proposed', 'refuse', 'refused'),
	('trust', 'new', 'confirm', 'confirmed'),
	('trust', 'new', 'distrust', 'doubted'),
	('trust', 'confirmed', 'confirm', 'trusted'),
	('trust', 'confirmed', 'distrust', 'doubted'),
	('trust', 'doubted', 'confirm', 'confirmed'),
	('trust', 'doubted', 'distrust', 'distrusted'),
	('trust', 'trusted', 'distrust', 'contested'),
	('trust', 'contested', 'confirm', 'trusted'),
	('trust', 'contested', 'distrust', 'distrusted'),
	('trust', 'distrusted', 'confirm', 'reconfirmed'),
	('trust', 'reconfirmed', 'confirm', 'trusted'),
	('trust', 'reconfirmed', 'distrust', 'distrusted');

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
	ELSIF TG_ARGV[1] = 'act_id' THEN
		subject := NEW.act_id;
	ELSE -- rare ones: whatever the column is called
		subject := (to_jsonb(NEW)->>TG_ARGV[1])::uuid;
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
		RAISE EXCEPTION '% is %, which does not allow: %', replace(m, '_', ' '), was_state, NEW.event USING ERRCODE = 'CA001';
	END IF;
	NEW.from_state := 'new';
	NEW.to_state := t;
	NEW.seq := 1;
	INSERT INTO current_state VALUES (subject, m, t, 1, NEW.created_at);
	RETURN NEW;
END $$;

-- ---- what was received ----

CREATE TABLE trust_file (
	sha256 digest256 PRIMARY KEY,
	content bytea NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	CHECK (sha256 = sha256(content))
);
COMMENT ON TABLE trust_file IS 'Files of other States as they came, by their digest; trust_import, which is ledgered, names the digest';

CREATE TABLE trust_object (
	sha256 digest256 PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('certificate', 'crl', 'master_list', 'deviation_list')),
	der bytea,
	country text NOT NULL CHECK (country ~ '^[A-Z]{0,3}$'),
	subject text NOT NULL,
	authority bytea NOT NULL,
	valid_from timestamptz NOT NULL,
	valid_to timestamptz,
	is_root boolean NOT NULL,
	departures int NOT NULL CHECK (departures >= 0),
	created_at timestamptz NOT NULL DEFAULT now(),
	CHECK (sha256 = sha256(der)),
	CHECK (kind = 'master_list' OR der IS NOT NULL),
	CHECK (kind = 'certificate' OR NOT is_root)
);
CREATE INDEX trust_object_country ON trust_object (kind, country);
COMMENT ON TABLE trust_object IS 'Certificates, CRLs and lists taken out of those files, each once; every other column can be read from the octets again';
COMMENT ON COLUMN trust_object.der IS 'NULL for master lists: their certificates are here one by one, and the list is in its file';
COMMENT ON COLUMN trust_object.country IS 'Of the subject, issuer or signer, in capitals; empty when it names none';
COMMENT ON COLUMN trust_object.subject IS 'Common name of the subject, issuer or signer: never a person';
COMMENT ON COLUMN trust_object.authority IS 'Certificate: its key identifier; CRL: the identifier of the key that issued it; list: empty';
COMMENT ON COLUMN trust_object.valid_from IS 'notBefore, thisUpdate, or the signing time of a list';
COMMENT ON COLUMN trust_object.valid_to IS 'notAfter, nextUpdate; NULL where there is none';
COMMENT ON COLUMN trust_object.is_root IS 'Certificate: signed by its own key; false: a link certificate, or no certificate';
COMMENT ON COLUMN trust_object.departures IS 'Errors and warnings that the linter found';

CREATE TABLE trust_import (
	id uuid PRIMARY KEY,
	officer_id uuid NOT NULL REFERENCES officer,
	source text NOT NULL CHECK (length(source) > 0),
	file_sha256 digest256 NOT NULL REFERENCES trust_file,
	summary jsonb NOT NULL CHECK (jsonb_typeof(summary) = 'object'),
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id)
);
CREATE INDEX trust_import_newest ON trust_import (created_at, id);
COMMENT ON TABLE trust_import IS 'A file that an officer proposes to take over';
COMMENT ON COLUMN trust_import.source IS 'Where the officer has it from';
COMMENT ON COLUMN trust_import.summary IS 'What the file is: counts, lists with the verdicts on them, parts that could not be read';
COMMENT ON COLUMN trust_import.xid IS 'Transaction that wrote it: its items are written in the same one';
CALL make_ledgered('trust_import', 'officer_id', 'file_sha256');

CREATE TABLE trust_import_item (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	import_id uuid NOT NULL REFERENCES trust_import,
	position int NOT NULL CHECK (position >= 0),
	sha256 digest256 NOT NULL REFERENCES trust_object,
	change text NOT NULL CHECK (change IN ('new', 'known', 'gone')),
	place text NOT NULL,
	list_sha256 digest256,
	issuer text NOT NULL CHECK (issuer IN ('self', 'file', 'held', 'trusted', 'wrong', 'absent')),
	is_verified boolean NOT NULL,
	is_taken boolean NOT NULL,
	why text,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (import_id, position),
	CHECK (change <> 'gone' OR NOT is_taken),
	CONSTRAINT left_out_with_reason CHECK (is_taken OR change = 'gone' OR coalesce(length(why), 0) > 0)
);
CREATE INDEX trust_import_item_object ON trust_import_item (sha256);
CREATE INDEX trust_import_item_list ON trust_import_item (list_sha256);
COMMENT ON TABLE trust_import_item IS 'The difference that a proposal makes: what the file has, and what the list before had and this one has not';
COMMENT ON COLUMN trust_import_item.place IS 'Where in the file';
COMMENT ON COLUMN trust_import_item.list_sha256 IS 'The master or deviation list that it was in; NULL: in none';
COMMENT ON COLUMN trust_import_item.issuer IS 'Whose key signed it: its own, one in the file, one held, one that we trust; wrong: the key it names did not; absent: nobody has that key';
COMMENT ON COLUMN trust_import_item.is_verified IS 'Certificate: signed by its issuer.  CRL and list: by a key that we trust, and no verdict refuses it';
COMMENT ON COLUMN trust_import_item.is_taken IS 'Taken over when the import is accepted';
COMMENT ON COLUMN trust_import_item.why IS 'Why it is not taken, or what is to be known about it';
CALL make_ledgered('trust_import_item', 'import_id', 'sha256', 'change');

CREATE FUNCTION item_comes_with_import() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM (SELECT DISTINCT import_id FROM new_rows) n JOIN trust_import i ON i.id = n.import_id
	    WHERE i.xid <> pg_current_xact_id()) THEN
		RAISE EXCEPTION 'a proposal takes no more items' USING ERRCODE = 'CA002';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER follows AFTER INSERT ON trust_import_item REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION item_comes_with_import();

-- ---- what is held ----

CREATE TABLE trust_certificate (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	sha256 digest256 NOT NULL UNIQUE REFERENCES trust_object,
	import_id uuid NOT NULL REFERENCES trust_import,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE trust_certificate IS 'CSCA and link certificates of other States that were taken over: candidates, not yet trusted';
COMMENT ON COLUMN trust_certificate.import_id IS 'The first import that brought it; trust_provenance has all of them';
CALL make_ledgered('trust_certificate', 'sha256', 'import_id');

CREATE TABLE trust_list (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	kind text NOT NULL CHECK (kind IN ('crl', 'master_list', 'deviation_list')),
	sha256 digest256 NOT NULL REFERENCES trust_object,
	import_id uuid NOT NULL REFERENCES trust_import,
	country text NOT NULL,
	authority bytea NOT NULL,
	dated_at timestamptz NOT NULL,
	is_verified boolean NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (sha256, is_verified)
);
CREATE INDEX trust_list_newest ON trust_list (kind, country, authority, is_verified, dated_at);
COMMENT ON TABLE trust_list IS 'CRLs, master lists and deviation lists that were taken over';
COMMENT ON COLUMN trust_list.is_verified IS 'Signed by a key that was trusted then; only against such ones is a later list compared, so a forged one blocks nothing';
COMMENT ON COLUMN trust_list.dated_at IS 'thisUpdate or signing time';
CALL make_ledgered('trust_list', 'kind', 'sha256', 'import_id');

-- Imports are accepted one after the other (trust_import_accepted takes the lock), so what is newest does not change meanwhile.
CREATE FUNCTION trust_list_grows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM trust_list l WHERE l.kind = NEW.kind AND l.country = NEW.country AND l.authority = NEW.authority
	    AND l.is_verified AND l.dated_at > NEW.dated_at) THEN
		RAISE EXCEPTION '%: a newer one of the same issuer (%) is held', replace(NEW.kind, '_', ' '), NEW.country USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_grows BEFORE INSERT ON trust_list FOR EACH ROW EXECUTE FUNCTION trust_list_grows();

-- ---- decisions ----

CREATE TABLE trust_import_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	import_id uuid NOT NULL REFERENCES trust_import,
	proposed_by uuid NOT NULL,
	event text NOT NULL CHECK (event IN ('propose', 'accept', 'refuse')),
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (import_id, seq),
	FOREIGN KEY (import_id, proposed_by) REFERENCES trust_import (id, officer_id),
	CONSTRAINT four_eyes_import CHECK (event <> 'accept' OR officer_id <> proposed_by),
	CONSTRAINT import_proposed_by_proposer CHECK (event <> 'propose' OR officer_id = proposed_by),
	CONSTRAINT reason_given CHECK (event <> 'refuse' OR coalesce(length(reason), 0) > 0)
);
COMMENT ON TABLE trust_import_decision IS 'Proposed by one officer, accepted by another, or refused';

CREATE TABLE trust_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	certificate_id uuid NOT NULL REFERENCES trust_certificate,
	event text NOT NULL CHECK (event IN ('confirm', 'distrust')),
	officer_id uuid NOT NULL REFERENCES officer,
	statement text NOT NULL CHECK (length(statement) > 0),
	fingerprint digest256,
	first_id uuid UNIQUE,
	first_officer_id uuid,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (certificate_id, seq),
	UNIQUE (id, certificate_id, officer_id),
	FOREIGN KEY (first_id, certificate_id, first_officer_id) REFERENCES trust_decision (id, certificate_id, officer_id),
	CONSTRAINT fingerprint_given CHECK ((event = 'confirm') = (fingerprint IS NOT NULL)),
	CONSTRAINT trust_takes_two CHECK ((to_state IN ('trusted', 'distrusted')) = (first_id IS NOT NULL AND first_officer_id IS NOT NULL)),
	CONSTRAINT four_eyes_trust CHECK (first_officer_id <> officer_id)
);
COMMENT ON TABLE trust_decision IS 'Confirmations and doubts about a certificate: what makes it trusted or distrusted follows on the decision of another officer';
COMMENT ON COLUMN trust_decision.statement IS 'How it was confirmed out of band (who was asked, by what way), or why it is distrusted';
COMMENT ON COLUMN trust_decision.fingerprint IS 'SHA-256 of the certificate as the officer got it out of band; it must be that of the certificate';
COMMENT ON COLUMN trust_decision.first_id IS 'The decision just before, of another officer, which this one completes or overrules';
COMMENT ON COLUMN trust_decision.first_officer_id IS 'Who made that';

CREATE FUNCTION trust_officer_holds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT is_pki_officer(NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer is no active PKI officer' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;

-- Fills in the decision before, which the constraints then compare; a program cannot name another one.
CREATE FUNCTION trust_names_first() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	NEW.first_id := NULL;
	NEW.first_officer_id := NULL;
	IF NEW.fingerprint <> (SELECT c.sha256 FROM trust_certificate c WHERE c.id = NEW.certificate_id) THEN
		RAISE EXCEPTION 'the fingerprint is not that of the certificate' USING ERRCODE = 'CA002';
	END IF;
	IF NEW.to_state IN ('trusted', 'distrusted') THEN
		SELECT d.id, d.officer_id INTO NEW.first_id, NEW.first_officer_id FROM trust_decision d
		    WHERE d.certificate_id = NEW.certificate_id AND d.seq = NEW.seq - 1;
		IF NOT is_pki_officer(NEW.first_officer_id) AND NEW.first_officer_id <> NEW.officer_id AND NEW.to_state = 'trusted'
		    AND NEW.from_state IN ('confirmed', 'reconfirmed') THEN
			RAISE EXCEPTION 'who confirmed first is no PKI officer any more: the confirmation is to be doubted and made anew'
			    USING ERRCODE = 'CA002';
		END IF;
	END IF;
	RETURN NEW;
END $$;

CREATE TRIGGER a_state BEFORE INSERT ON trust_import_decision FOR EACH ROW EXECUTE FUNCTION state_advance('trust_import', 'import_id');
CREATE TRIGGER b_holds BEFORE INSERT ON trust_import_decision FOR EACH ROW EXECUTE FUNCTION trust_officer_holds();
CALL make_ledgered('trust_import_decision', 'import_id', 'event', 'from_state', 'to_state', 'officer_id');
CREATE TRIGGER a_state BEFORE INSERT ON trust_decision FOR EACH ROW EXECUTE FUNCTION state_advance('trust', 'certificate_id');
CREATE TRIGGER b_holds BEFORE INSERT ON trust_decision FOR EACH ROW EXECUTE FUNCTION trust_officer_holds();
CREATE TRIGGER c_first BEFORE INSERT ON trust_decision FOR EACH ROW EXECUTE FUNCTION trust_names_first();
CALL make_ledgered('trust_decision', 'certificate_id', 'event', 'from_state', 'to_state', 'officer_id');

CREATE FUNCTION trust_import_accepted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NEW.event <> 'accept' THEN
		RETURN NULL;
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('trust_import', 0));
	INSERT INTO trust_certificate (sha256, import_id)
	    SELECT DISTINCT i.sha256, i.import_id FROM trust_import_item i JOIN trust_object o ON o.sha256 = i.sha256
	    WHERE i.import_id = NEW.import_id AND i.is_taken AND o.kind = 'certificate'
	    AND NOT EXISTS (SELECT FROM trust_certificate c WHERE c.sha256 = i.sha256);
	-- the oldest first: a file may bring several issues of one State's list
	INSERT INTO trust_list (kind, sha256, import_id, country, authority, dated_at, is_verified)
	    SELECT n.kind, n.sha256, NEW.import_id, n.country, n.authority, n.valid_from, n.is_verified FROM (
		SELECT DISTINCT o.kind, o.sha256, o.country, o.authority, o.valid_from, i.is_verified
		FROM trust_import_item i JOIN trust_object o ON o.sha256 = i.sha256
		WHERE i.import_id = NEW.import_id AND i.is_taken AND o.kind <> 'certificate') n
	    WHERE NOT EXISTS (SELECT FROM trust_list l WHERE l.sha256 = n.sha256 AND l.is_verified = n.is_verified)
	    ORDER BY n.valid_from, n.sha256;
	RETURN NULL;
END $$;
CREATE TRIGGER accepted AFTER INSERT ON trust_import_decision FOR EACH ROW EXECUTE FUNCTION trust_import_accepted();

-- ---- views ----

CREATE VIEW trust_standing AS
	SELECT c.id, c.sha256, o.country, o.subject, o.authority, o.valid_from, o.valid_to, o.is_root, o.departures, c.created_at,
	    coalesce(s.state, 'held') AS state, s.changed_at,
	    CASE WHEN s.state IN ('trusted', 'contested') THEN 'trusted' WHEN s.state IN ('distrusted', 'reconfirmed') THEN 'distrusted'
		ELSE 'held' END AS standing
	FROM trust_certificate c JOIN trust_object o ON o.sha256 = c.sha256 LEFT JOIN current_state s ON s.subject_id = c.id;
COMMENT ON VIEW trust_standing IS 'Where each certificate of other States stands: trusted by two officers, distrusted by two, or held (then it counts only where a trusted key signed it)';

CREATE VIEW trust_provenance AS
	SELECT c.id AS certificate_id, i.import_id, i.place, i.list_sha256, l.country AS list_country, l.valid_from AS list_signed_at, t.source,
	    t.file_sha256, t.officer_id AS proposed_by, d.officer_id AS accepted_by, d.created_at AS accepted_at
	FROM trust_import_item i JOIN trust_certificate c ON c.sha256 = i.sha256 JOIN trust_import t ON t.id = i.import_id
	JOIN trust_import_decision d ON d.import_id = i.import_id AND d.event = 'accept' LEFT JOIN trust_object l ON l.sha256 = i.list_sha256
	WHERE i.is_taken;
COMMENT ON VIEW trust_provenance IS 'Every accepted import that brought a certificate';

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON trust_file FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON trust_file FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON trust_object FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON trust_object FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT INSERT ON trust_file, trust_object, trust_import, trust_import_item, trust_import_decision, trust_decision TO catena_pki;
GRANT SELECT ON trust_file, trust_object, trust_import, trust_import_item, trust_import_decision, trust_certificate, trust_list, trust_decision,
    trust_standing, trust_provenance TO catena_pki, catena_inspection, catena_issuance, catena_reader;
