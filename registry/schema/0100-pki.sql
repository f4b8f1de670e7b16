-- Key inventory and ceremonies under dual control.
--
-- A ceremony is asked by one PKI officer and approved by others (ceremony_rule says how many); pkid writes those rows as catena_pki.
-- signd reads them, works on the token and writes the execution and what came of it as catena_signer, in one transaction.  Nobody
-- writes key_event: a key moves because its ceremony did.  So one officer alone moves nothing, whatever program he holds.

-- ---- keys ----

ALTER TABLE signing_key DROP CONSTRAINT signing_key_kind_check;
ALTER TABLE signing_key ADD CONSTRAINT signing_key_kind_check CHECK (kind IN ('csca', 'document_signer', 'master_list_signer',
    'deviation_list_signer', 'visa_seal_signer', 'emergency_seal_signer', 'civil_seal_signer', 'ledger', 'tls'));
ALTER TABLE signing_key ADD COLUMN is_offline boolean;
ALTER TABLE signing_key ADD UNIQUE (id, kind);
COMMENT ON TABLE signing_key IS 'Private keys on tokens, from the day they are asked for; the database knows where they are, never what they are';
COMMENT ON COLUMN signing_key.id IS 'Its 16 octets are the key''s CKA_ID, except for keys of before the ceremonies';
COMMENT ON COLUMN signing_key.is_offline IS 'True: on a token that signd does not see; csca-ceremony works on it with files';

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('ceremony', 'new', 'ask', 'asked'),
	('ceremony', 'new', 'found', 'executed'),
	('ceremony', 'asked', 'approve', 'asked'),
	('ceremony', 'asked', 'suffice', 'approved'),
	('ceremony', 'asked', 'refuse', 'refused'),
	('ceremony', 'asked', 'cancel', 'cancelled'),
	('ceremony', 'approved', 'approve', 'approved'),
	('ceremony', 'approved', 'refuse', 'refused'),
	('ceremony', 'approved', 'cancel', 'cancelled'),
	('ceremony', 'approved', 'execute', 'executed'),
	('key', 'new', 'adopt', 'active'),
	('key', 'new', 'request', 'requested'),
	('key', 'requested', 'approve', 'approved'),
	('key', 'requested', 'refuse', 'refused'),
	('key', 'approved', 'refuse', 'refused'),
	('key', 'approved', 'generate', 'generated'),
	('key', 'generated', 'activate', 'active'),
	('key', 'generated', 'retire', 'retired'),
	('key', 'generated', 'compromise', 'compromised'),
	('key', 'active', 'retire', 'retired'),
	('key', 'active', 'compromise', 'compromised'),
	('key', 'retired', 'compromise', 'compromised'),
	('key', 'retired', 'erase', 'erased'),
	('key', 'compromised', 'erase', 'erased');

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

-- ---- ceremonies: asking and deciding (catena_pki) ----

CREATE TABLE ceremony (
	id uuid PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('founding', 'generate', 'certify', 'activate', 'crl', 'revoke', 'retire', 'erase', 'rollover',
	    'name_change', 'master_list', 'deviation_list', 'rule')),
	officer_id uuid REFERENCES officer,
	signing_key_id uuid REFERENCES signing_key,
	certificate_id uuid REFERENCES certificate,
	parameters jsonb NOT NULL,
	payload bytea,
	reason text NOT NULL CHECK (length(reason) > 0),
	not_before timestamptz,
	not_after timestamptz,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	UNIQUE (id, kind),
	CHECK (jsonb_typeof(parameters) = 'object'),
	CHECK (not_after > not_before),
	CONSTRAINT ceremony_asked_by_somebody CHECK ((kind = 'founding') = (officer_id IS NULL)),
	CONSTRAINT ceremony_about_a_key CHECK ((kind IN ('generate', 'certify', 'activate', 'retire', 'erase', 'rollover', 'name_change'))
	    = (signing_key_id IS NOT NULL)),
	CONSTRAINT ceremony_about_a_certificate CHECK ((kind = 'revoke') = (certificate_id IS NOT NULL)),
	CONSTRAINT ceremony_about_a_list CHECK ((kind IN ('master_list', 'deviation_list')) = (payload IS NOT NULL))
);
COMMENT ON TABLE ceremony IS 'What one officer asks to be done with the keys; it is approved as it stands, for it cannot be changed';
COMMENT ON COLUMN ceremony.officer_id IS 'Who asks; NULL for the founding ceremony of catena init, which comes before all officers';
COMMENT ON COLUMN ceremony.payload IS 'Content of a list to be signed: DER of the CscaMasterList or DeviationList';
COMMENT ON COLUMN ceremony.not_before IS 'Not to be executed earlier; NULL: as soon as it is approved';
COMMENT ON COLUMN ceremony.not_after IS 'The approvals lapse then; NULL: they do not';
CALL make_ledgered('ceremony', 'kind', 'officer_id', 'signing_key_id', 'certificate_id');

CREATE TABLE ceremony_rule (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	kind text NOT NULL,
	version int NOT NULL CHECK (version > 0),
	officers int NOT NULL,
	ceremony_id uuid,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (kind, version),
	CONSTRAINT ceremony_needs_two CHECK (officers BETWEEN 2 AND 12)
);
COMMENT ON TABLE ceremony_rule IS 'How many officers a kind of ceremony takes, who asks included; the newest version holds';
CALL make_ledgered('ceremony_rule', 'kind', 'version', 'officers', 'ceremony_id');
INSERT INTO ceremony_rule (kind, version, officers) SELECT k, 1, 2 FROM unnest(ARRAY['generate', 'certify', 'activate', 'crl', 'revoke',
    'retire', 'erase', 'rollover', 'name_change', 'master_list', 'deviation_list', 'rule']) k;

CREATE TABLE key_rule (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	kind text NOT NULL,
	version int NOT NULL CHECK (version > 0),
	use_days int NOT NULL CHECK (use_days BETWEEN 1 AND 3660),
	max_signatures bigint NOT NULL CHECK (max_signatures > 0),
	lead_days int NOT NULL CHECK (lead_days BETWEEN 0 AND 366),
	ceremony_id uuid,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (kind, version)
);
COMMENT ON TABLE key_rule IS 'How long a key of a kind is used, for how many signatures, and how many days before its successor is due';
CALL make_ledgered('key_rule', 'kind', 'version', 'ceremony_id');
-- Doc 9303-12 table 4; 100,000 signatures for a document signer
INSERT INTO key_rule (kind, version, use_days, max_signatures, lead_days) VALUES
	('csca', 1, 1826, 1000000, 120),
	('document_signer', 1, 92, 100000, 14),
	('master_list_signer', 1, 366, 1000, 30),
	('deviation_list_signer', 1, 366, 1000, 30),
	('visa_seal_signer', 1, 366, 1000000, 30),
	('emergency_seal_signer', 1, 366, 1000000, 30),
	('civil_seal_signer', 1, 366, 10000000, 30),
	('ledger', 1, 366, 1000000000, 30),
	('tls', 1, 366, 1000000000, 30);

CREATE VIEW current_ceremony_rule AS SELECT DISTINCT ON (kind) kind, officers, version, created_at FROM ceremony_rule ORDER BY kind, version DESC;
CREATE VIEW current_key_rule AS
	SELECT DISTINCT ON (kind) kind, use_days, max_signatures, lead_days, version, created_at FROM key_rule ORDER BY kind, version DESC;
COMMENT ON VIEW current_ceremony_rule IS 'How many officers each kind of ceremony takes now';
COMMENT ON VIEW current_key_rule IS 'What holds for keys of each kind now';

CREATE FUNCTION is_pki_officer(who uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT EXISTS (SELECT FROM officer o JOIN officer_role r ON r.officer_id = o.id AND r.role = 'pki_officer'
	    WHERE o.id = who AND o.is_active)
$$;

CREATE TABLE ceremony_decision (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	ceremony_id uuid NOT NULL REFERENCES ceremony,
	asked_by uuid NOT NULL,
	event text NOT NULL CHECK (event IN ('ask', 'approve', 'suffice', 'refuse', 'cancel')),
	officer_id uuid NOT NULL REFERENCES officer,
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (ceremony_id, seq),
	FOREIGN KEY (ceremony_id, asked_by) REFERENCES ceremony (id, officer_id),
	CONSTRAINT four_eyes_ceremony CHECK (event <> 'approve' OR officer_id <> asked_by),
	CONSTRAINT ceremony_asked_by_asker CHECK (event NOT IN ('ask', 'cancel') OR officer_id = asked_by),
	CONSTRAINT reason_given CHECK (event NOT IN ('refuse', 'cancel') OR coalesce(length(reason), 0) > 0)
);
CREATE UNIQUE INDEX ceremony_approved_once ON ceremony_decision (ceremony_id, officer_id) WHERE event = 'approve';
COMMENT ON TABLE ceremony_decision IS 'Asked, approved by others, refused, cancelled; suffice: enough have approved (written by the trigger)';

-- Officers who approved and still are PKI officers, who asked not counted.
CREATE FUNCTION ceremony_approvals(which uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT count(DISTINCT d.officer_id)::int FROM ceremony_decision d JOIN ceremony c ON c.id = d.ceremony_id
	    WHERE d.ceremony_id = which AND d.event = 'approve' AND d.officer_id <> c.officer_id AND is_pki_officer(d.officer_id)
$$;
CREATE FUNCTION ceremony_needs(which uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT greatest(2, coalesce((SELECT r.officers FROM current_ceremony_rule r JOIN ceremony c ON c.kind = r.kind WHERE c.id = which), 2))
$$;
COMMENT ON FUNCTION ceremony_needs IS 'How many officers the ceremony takes, who asked included';

CREATE FUNCTION ceremony_decision_holds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT is_pki_officer(NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer is no active PKI officer' USING ERRCODE = 'CA002';
	END IF;
	IF NEW.event = 'suffice' AND ceremony_approvals(NEW.ceremony_id) + 1 < ceremony_needs(NEW.ceremony_id) THEN
		RAISE EXCEPTION 'ceremony: % of % officers have agreed', ceremony_approvals(NEW.ceremony_id) + 1, ceremony_needs(NEW.ceremony_id)
		    USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_state BEFORE INSERT ON ceremony_decision FOR EACH ROW EXECUTE FUNCTION state_advance('ceremony', 'ceremony_id');
CREATE TRIGGER b_holds BEFORE INSERT ON ceremony_decision FOR EACH ROW EXECUTE FUNCTION ceremony_decision_holds();
CALL make_ledgered('ceremony_decision', 'ceremony_id', 'event', 'from_state', 'to_state', 'officer_id');

-- ---- ceremonies: execution (catena_signer; the founding one: the owner) ----

CREATE TABLE ceremony_request (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	ceremony_id uuid NOT NULL UNIQUE REFERENCES ceremony,
	request text NOT NULL,
	sha256 digest256 NOT NULL CHECK (sha256 = sha256(convert_to(request, 'UTF8'))),
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE ceremony_request IS 'What csca-ceremony was asked to do offline (pki/rite.h), so that the response can be held against it';
CALL make_ledgered('ceremony_request', 'ceremony_id', 'sha256');

CREATE TABLE ceremony_execution (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	ceremony_id uuid NOT NULL UNIQUE REFERENCES ceremony,
	event text NOT NULL DEFAULT 'execute' CHECK (event IN ('execute', 'found')),
	officer_id uuid REFERENCES officer,
	at timestamptz NOT NULL,
	token_label text,
	token_serial text,
	result jsonb NOT NULL,
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE ceremony_execution IS 'A ceremony that was carried out: once, because UNIQUE and because its state allows it once';
COMMENT ON COLUMN ceremony_execution.officer_id IS 'Who ordered it; NULL: the scheduler, as the approval foresaw';
COMMENT ON COLUMN ceremony_execution.at IS 'Moment by the clock of the signing program; certificates and lists count from it';
COMMENT ON COLUMN ceremony_execution.result IS 'For the protocol: key identifiers, certificate fingerprints, numbers';
COMMENT ON COLUMN ceremony_execution.xid IS 'Transaction that wrote it: what comes of a ceremony is written in the same one';

CREATE FUNCTION ceremony_may_execute() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c ceremony%ROWTYPE;
BEGIN
	SELECT * INTO STRICT c FROM ceremony WHERE id = NEW.ceremony_id;
	IF (NEW.event = 'found') <> (c.kind = 'founding') THEN
		RAISE EXCEPTION 'ceremony: a % is not carried out by: %', c.kind, NEW.event USING ERRCODE = 'CA002';
	END IF;
	IF c.kind = 'founding' THEN
		RETURN NEW;
	END IF;
	IF ceremony_approvals(c.id) + 1 < ceremony_needs(c.id) OR NOT is_pki_officer(c.officer_id) THEN
		RAISE EXCEPTION 'ceremony: % of % officers have agreed',
		    ceremony_approvals(c.id) + is_pki_officer(c.officer_id)::int, ceremony_needs(c.id) USING ERRCODE = 'CA002';
	END IF;
	IF NEW.at < c.not_before THEN
		RAISE EXCEPTION 'ceremony: its time has not come' USING ERRCODE = 'CA002';
	END IF;
	IF NEW.at >= c.not_after THEN
		RAISE EXCEPTION 'ceremony: its approvals have lapsed' USING ERRCODE = 'CA002';
	END IF;
	IF NEW.officer_id IS NOT NULL AND NOT is_pki_officer(NEW.officer_id) THEN
		RAISE EXCEPTION 'the officer is no active PKI officer' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_state BEFORE INSERT ON ceremony_execution FOR EACH ROW EXECUTE FUNCTION state_advance('ceremony', 'ceremony_id');
CREATE TRIGGER b_holds BEFORE INSERT ON ceremony_execution FOR EACH ROW EXECUTE FUNCTION ceremony_may_execute();
CALL make_ledgered('ceremony_execution', 'ceremony_id', 'event', 'from_state', 'to_state', 'officer_id');

-- The founding ceremony, and all that cites no ceremony, are the owner's: catena init and the migrations.
CREATE FUNCTION only_the_owner_founds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.kind = 'founding' AND NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
		RAISE EXCEPTION 'a founding ceremony is held by catena init only' USING ERRCODE = 'CA003';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_founding BEFORE INSERT ON ceremony FOR EACH ROW EXECUTE FUNCTION only_the_owner_founds();

CREATE FUNCTION follows_ceremony() RETURNS trigger LANGUAGE plpgsql AS $$
-- TG_ARGV: the kinds of ceremony that a row of the table can come of
BEGIN
	IF NEW.ceremony_id IS NULL THEN
		IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
			RAISE EXCEPTION '% needs a ceremony', TG_TABLE_NAME USING ERRCODE = 'CA002';
		END IF;
	ELSIF NOT EXISTS (SELECT FROM ceremony_execution e JOIN ceremony c ON c.id = e.ceremony_id
	    WHERE e.ceremony_id = NEW.ceremony_id AND e.xid = pg_current_xact_id() AND c.kind = ANY (TG_ARGV)) THEN
		RAISE EXCEPTION '% is no outcome of this ceremony', TG_TABLE_NAME USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;

-- ---- what comes of them ----

CREATE TABLE key_event (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	signing_key_id uuid NOT NULL REFERENCES signing_key,
	event text NOT NULL,
	ceremony_id uuid REFERENCES ceremony,
	at timestamptz NOT NULL DEFAULT now(),
	reason text,
	from_state text NOT NULL,
	to_state text NOT NULL,
	seq int NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (signing_key_id, seq)
);
COMMENT ON TABLE key_event IS 'The life of each key; no program writes here, the triggers of ceremonies and retirements do';
CREATE TRIGGER a_state BEFORE INSERT ON key_event FOR EACH ROW EXECUTE FUNCTION state_advance('key', 'signing_key_id');
CALL make_ledgered('key_event', 'signing_key_id', 'event', 'from_state', 'to_state', 'ceremony_id');

CREATE TABLE key_generation (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	signing_key_id uuid NOT NULL UNIQUE REFERENCES signing_key,
	spki bytea NOT NULL,
	spki_sha256 digest256 NOT NULL UNIQUE GENERATED ALWAYS AS (sha256(spki)) STORED,
	ceremony_id uuid NOT NULL REFERENCES ceremony,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE key_generation IS 'Public half of a key that a ceremony made (SubjectPublicKeyInfo)';
CREATE TRIGGER a_ceremony BEFORE INSERT ON key_generation FOR EACH ROW EXECUTE FUNCTION follows_ceremony('generate', 'rollover', 'name_change');
CALL make_ledgered('key_generation', 'signing_key_id', 'spki_sha256', 'ceremony_id');

ALTER TABLE certificate ADD COLUMN profile text CHECK (profile IN ('root', 'link', 'signer'));
ALTER TABLE certificate ADD COLUMN serial bytea UNIQUE;
ALTER TABLE certificate ADD COLUMN ceremony_id uuid REFERENCES ceremony;
COMMENT ON COLUMN certificate.profile IS 'root: of a CSCA by itself; link: of a CSCA key by the one before; signer: all others; NULL: of before the ceremonies';
COMMENT ON COLUMN certificate.serial IS 'Contents octets of serialNumber: never used twice, whatever name or key (Doc 9303-12)';
CREATE TRIGGER a_ceremony BEFORE INSERT ON certificate FOR EACH ROW EXECUTE FUNCTION follows_ceremony('certify', 'rollover', 'name_change');
CREATE INDEX certificate_key ON certificate (signing_key_id);

CREATE TABLE revocation (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	certificate_id uuid NOT NULL UNIQUE REFERENCES certificate,
	serial bytea NOT NULL,
	cause text NOT NULL CHECK (cause IN ('compromise', 'superseded', 'ceased', 'error')),
	revoked_at timestamptz NOT NULL,
	ceremony_id uuid NOT NULL REFERENCES ceremony,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE revocation IS 'Certificates that every later CRL names; the cause stays here, Doc 9303-12 wants no reason codes in the CRL';
CREATE TRIGGER a_ceremony BEFORE INSERT ON revocation FOR EACH ROW EXECUTE FUNCTION follows_ceremony('revoke');
CALL make_ledgered('revocation', 'certificate_id', 'cause', 'ceremony_id');

CREATE TABLE crl (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	number bigint NOT NULL UNIQUE CHECK (number > 0),
	certificate_id uuid NOT NULL REFERENCES certificate,
	der bytea NOT NULL,
	sha256 digest256 NOT NULL GENERATED ALWAYS AS (sha256(der)) STORED,
	this_update timestamptz NOT NULL,
	next_update timestamptz NOT NULL,
	entries int NOT NULL CHECK (entries >= 0),
	ceremony_id uuid NOT NULL REFERENCES ceremony,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CONSTRAINT crl_lives_90_days CHECK (next_update > this_update AND next_update <= this_update + interval '90 days')
);
COMMENT ON TABLE crl IS 'Our certificate revocation lists; cRLNumber grows by one (Doc 9303-12 7.1.3)';
COMMENT ON COLUMN crl.certificate_id IS 'Certificate of the CSCA key that signed it';
CREATE TRIGGER a_ceremony BEFORE INSERT ON crl FOR EACH ROW EXECUTE FUNCTION follows_ceremony('crl');
CALL make_ledgered('crl', 'number', 'certificate_id', 'sha256', 'ceremony_id');

CREATE TABLE signed_list (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	kind text NOT NULL CHECK (kind IN ('master_list', 'deviation_list')),
	certificate_id uuid NOT NULL REFERENCES certificate,
	cms bytea NOT NULL,
	sha256 digest256 NOT NULL GENERATED ALWAYS AS (sha256(cms)) STORED,
	signed_at timestamptz NOT NULL,
	ceremony_id uuid NOT NULL UNIQUE REFERENCES ceremony,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX signed_list_newest ON signed_list (kind, signed_at);
COMMENT ON TABLE signed_list IS 'Our own master lists and deviation lists (CMS SignedData)';
CREATE TRIGGER a_ceremony BEFORE INSERT ON signed_list FOR EACH ROW EXECUTE FUNCTION follows_ceremony('master_list', 'deviation_list');
CALL make_ledgered('signed_list', 'kind', 'certificate_id', 'sha256', 'ceremony_id');

CREATE TRIGGER a_ceremony BEFORE INSERT ON ceremony_rule FOR EACH ROW EXECUTE FUNCTION follows_ceremony('rule');
CREATE TRIGGER a_ceremony BEFORE INSERT ON key_rule FOR EACH ROW EXECUTE FUNCTION follows_ceremony('rule');

-- signd retires a key whose period has ended or whose signatures are used up: nobody need approve that a key stops.
CREATE TABLE key_retirement (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	signing_key_id uuid NOT NULL UNIQUE REFERENCES signing_key,
	cause text NOT NULL CHECK (cause IN ('period', 'signatures')),
	at timestamptz NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
COMMENT ON TABLE key_retirement IS 'Keys that signd put out of use at their limit';
CALL make_ledgered('key_retirement', 'signing_key_id', 'cause');

CREATE TABLE signature_tally (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	certificate_id uuid NOT NULL REFERENCES certificate,
	made bigint NOT NULL CHECK (made >= 0),
	recorded bigint NOT NULL CHECK (recorded >= 0),
	from_at timestamptz NOT NULL,
	to_at timestamptz NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX signature_tally_certificate ON signature_tally (certificate_id);
CREATE INDEX document_signature_certificate ON document_signature (certificate_id);
COMMENT ON TABLE signature_tally IS 'What signd counted: signatures the token made with a key in a span of time, and how many of them were recorded';
CALL make_ledgered('signature_tally', 'certificate_id');

-- ---- a key moves because its ceremony did ----

CREATE FUNCTION ceremony_decided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c ceremony%ROWTYPE;
	moves text;
BEGIN
	SELECT * INTO STRICT c FROM ceremony WHERE id = NEW.ceremony_id;
	IF c.kind IN ('generate', 'rollover', 'name_change') THEN
		moves := CASE NEW.event WHEN 'ask' THEN 'request' WHEN 'suffice' THEN 'approve' WHEN 'refuse' THEN 'refuse'
		    WHEN 'cancel' THEN 'refuse' END;
		IF moves IS NOT NULL THEN
			INSERT INTO key_event (signing_key_id, event, ceremony_id, reason) VALUES (c.signing_key_id, moves, c.id, NEW.reason);
		END IF;
	END IF;
	IF NEW.event = 'approve' AND NEW.to_state = 'asked' AND ceremony_approvals(c.id) + 1 >= ceremony_needs(c.id) THEN
		INSERT INTO ceremony_decision (ceremony_id, asked_by, event, officer_id) VALUES (c.id, c.officer_id, 'suffice', NEW.officer_id);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER decided AFTER INSERT ON ceremony_decision FOR EACH ROW EXECUTE FUNCTION ceremony_decided();

CREATE FUNCTION ceremony_executed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	c ceremony%ROWTYPE;
	k uuid;
	moves text;
BEGIN
	SELECT * INTO STRICT c FROM ceremony WHERE id = NEW.ceremony_id;
	k := c.signing_key_id;
	moves := CASE c.kind WHEN 'generate' THEN 'generate' WHEN 'rollover' THEN 'generate' WHEN 'name_change' THEN 'generate'
	    WHEN 'activate' THEN 'activate' WHEN 'retire' THEN 'retire' WHEN 'erase' THEN 'erase' END;
	IF c.kind = 'revoke' AND c.parameters->>'cause' = 'compromise' THEN
		SELECT s.subject_id, 'compromise' INTO k, moves FROM certificate x JOIN current_state s ON s.subject_id = x.signing_key_id
		    WHERE x.id = c.certificate_id AND s.state IN ('generated', 'active', 'retired');
	END IF;
	IF moves IS NOT NULL THEN
		INSERT INTO key_event (signing_key_id, event, ceremony_id, at) VALUES (k, moves, c.id, NEW.at);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER executed AFTER INSERT ON ceremony_execution FOR EACH ROW EXECUTE FUNCTION ceremony_executed();

CREATE FUNCTION key_retired() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	INSERT INTO key_event (signing_key_id, event, at, reason) VALUES (NEW.signing_key_id, 'retire', NEW.at, NEW.cause);
	RETURN NULL;
END $$;
CREATE TRIGGER retired AFTER INSERT ON key_retirement FOR EACH ROW EXECUTE FUNCTION key_retired();

-- Keys of before this file were made by catena init and are at work.
INSERT INTO key_event (signing_key_id, event, reason) SELECT id, 'adopt', 'made before the ceremonies' FROM signing_key ORDER BY created_at, id;
