-- From the counter to the holder's hand and after: fees, loss and theft, delivery.

-- ---- fees ----

CREATE TABLE fee_rule (
	document_type text NOT NULL REFERENCES document_kind,
	is_urgent boolean NOT NULL,
	amount int NOT NULL CHECK (amount >= 0),
	loss_surcharge int NOT NULL DEFAULT 0 CHECK (loss_surcharge >= 0),
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	PRIMARY KEY (document_type, is_urgent)
);
COMMENT ON TABLE fee_rule IS 'What a document costs, in the smallest unit of the currency (ISO 4217); a kind without a row costs nothing';
COMMENT ON COLUMN fee_rule.loss_surcharge IS 'On top when the one before was lost or damaged';

ALTER TABLE application ADD COLUMN is_urgent boolean CHECK (is_urgent);
ALTER TABLE application ADD COLUMN fee_amount int CHECK (fee_amount > 0);
ALTER TABLE application ADD COLUMN fee_currency text;
ALTER TABLE application ADD CONSTRAINT fee_has_currency CHECK ((fee_amount IS NULL) = (fee_currency IS NULL));
COMMENT ON COLUMN application.fee_amount IS 'By fee_rule on the day of the application, whatever the program says; NULL: nothing is due';

CREATE FUNCTION fee_of(kind text, why text, urgent boolean, OUT amount int, OUT currency text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT nullif(f.amount + CASE WHEN why IN ('lost', 'damaged') THEN f.loss_surcharge ELSE 0 END, 0), f.currency
	FROM fee_rule f WHERE f.document_type = kind AND f.is_urgent = coalesce(urgent, false)
$$;
REVOKE ALL ON FUNCTION fee_of FROM PUBLIC;

CREATE FUNCTION application_costs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	NEW.fee_amount := NULL;
	NEW.fee_currency := NULL;
	SELECT f.amount, CASE WHEN f.amount IS NOT NULL THEN f.currency END INTO NEW.fee_amount, NEW.fee_currency FROM fee_of(NEW.document_type, NEW.reason, NEW.is_urgent) f;
	RETURN NEW;
END $$;
CREATE TRIGGER j_costs BEFORE INSERT ON application FOR EACH ROW EXECUTE FUNCTION application_costs();

CREATE TABLE fee_series (
	office_id uuid NOT NULL REFERENCES office,
	year int NOT NULL,
	last int NOT NULL,
	PRIMARY KEY (office_id, year)
);
COMMENT ON TABLE fee_series IS 'Last receipt number; the row is locked to the commit, so that there are no gaps';

CREATE TABLE fee_receipt (
	id uuid PRIMARY KEY,
	application_id uuid NOT NULL REFERENCES application,
	number text NOT NULL UNIQUE,
	amount int NOT NULL CHECK (amount > 0),
	currency text NOT NULL,
	method text NOT NULL CHECK (method IN ('cash', 'card', 'transfer')),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt()
);
CREATE INDEX fee_receipt_application ON fee_receipt (application_id);
COMMENT ON TABLE fee_receipt IS 'What was paid for an application; the number, OFFICE-R-YEAR-SERIAL, and the currency are given by the registry';
CALL make_ledgered('fee_receipt', 'application_id', 'number', 'officer_id');

CREATE TABLE fee_waiver (
	id uuid PRIMARY KEY,
	application_id uuid NOT NULL UNIQUE,
	taken_by uuid NOT NULL,
	reason text NOT NULL CHECK (length(reason) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (application_id, taken_by) REFERENCES application (id, officer_id),
	CONSTRAINT four_eyes_waiver CHECK (officer_id <> taken_by)
);
COMMENT ON TABLE fee_waiver IS 'Nothing more is due, for a reason, by another officer than the one who took the application';
CALL make_ledgered('fee_waiver', 'application_id', 'officer_id');

CREATE FUNCTION fee_due(application uuid) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT CASE WHEN EXISTS (SELECT FROM fee_waiver w WHERE w.application_id = a.id) THEN 0
	    ELSE coalesce(a.fee_amount, 0) - coalesce((SELECT sum(r.amount)::int FROM fee_receipt r WHERE r.application_id = a.id), 0) END
	FROM application a WHERE a.id = fee_due.application
$$;
REVOKE ALL ON FUNCTION fee_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fee_due TO catena_issuance;

CREATE FUNCTION fee_receipt_numbered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	a record;
	n int;
	y int := extract(year FROM now() AT TIME ZONE 'UTC');
BEGIN
	-- two tills at once meet on the series of the office
	SELECT p.office_id, o.code, p.fee_currency INTO a FROM application p JOIN office o ON o.id = p.office_id WHERE p.id = NEW.application_id;
	INSERT INTO fee_series AS s VALUES (a.office_id, y, 1) ON CONFLICT (office_id, year) DO UPDATE SET last = s.last + 1 RETURNING last INTO n;
	IF NEW.amount > fee_due(NEW.application_id) THEN
		RAISE EXCEPTION 'no more is taken than is due' USING ERRCODE = 'CA002';
	END IF;
	NEW.currency := a.fee_currency;
	NEW.number := format('%s-R-%s-%s', a.code, y, lpad(n::text, 6, '0'));
	RETURN NEW;
END $$;
CREATE TRIGGER a_open BEFORE INSERT ON fee_receipt FOR EACH ROW EXECUTE FUNCTION application_open();
CREATE TRIGGER b_numbered BEFORE INSERT ON fee_receipt FOR EACH ROW EXECUTE FUNCTION fee_receipt_numbered();
CREATE TRIGGER a_open BEFORE INSERT ON fee_waiver FOR EACH ROW EXECUTE FUNCTION application_open();

CREATE OR REPLACE FUNCTION application_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM current_state WHERE subject_id = NEW.application_id AND machine = 'application' AND state = 'submitted' FOR SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'application is not submitted, which does not allow: %', replace(replace(TG_TABLE_NAME, 'application_', ''), '_', ' ') USING ERRCODE = 'CA001';
	END IF;
	RETURN NEW;
END $$;

-- The rule of fees comes to the others.
ALTER TABLE entitlement_rule DISABLE TRIGGER rule_changed; -- the schema's own
INSERT INTO entitlement_rule (code, place, holds_at, rule) VALUES ('fee', 16, 'approval', 'the fee is paid, or another officer waived it with a reason');
ALTER TABLE entitlement_rule ENABLE TRIGGER rule_changed;
ALTER FUNCTION entitlement RENAME TO entitlement_of_person;
CREATE FUNCTION entitlement(person uuid, kind text, why text, state text, day date, this uuid) RETURNS TABLE (code text, detail text) LANGUAGE sql STABLE
	SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT e.code, e.detail FROM entitlement_of_person(person, kind, why, state, day, this) e
	UNION ALL SELECT 'valid_document', 'the newest document of this person was reported lost or stolen: its replacement is to be applied for' WHERE why = 'first' AND EXISTS (
	    SELECT FROM (SELECT s.state, d.expires_on FROM document d JOIN document_kind f ON f.code = d.document_type JOIN document_kind k ON k.code = kind AND k.family = f.family
		JOIN current_state s ON s.subject_id = d.id AND s.state IN ('delivered', 'lost', 'stolen') WHERE d.person_id = person ORDER BY d.created_at DESC, d.id LIMIT 1) n
	    WHERE n.state <> 'delivered' AND n.expires_on > day)
	UNION ALL SELECT 'fee', 'the fee is not paid' WHERE this IS NOT NULL AND fee_due(this) > 0
	UNION ALL SELECT 'fee', 'there is a fee to pay' FROM fee_of(kind, why, false) f WHERE this IS NULL AND f.amount > 0
$$;
COMMENT ON FUNCTION entitlement IS 'The rules of entitlement_rule that are not fulfilled';
REVOKE ALL ON FUNCTION entitlement FROM PUBLIC;
REVOKE ALL ON FUNCTION entitlement_of_person FROM catena_issuance;
GRANT EXECUTE ON FUNCTION entitlement TO catena_issuance;

-- ---- lost, stolen, found ----

INSERT INTO transition (machine, from_state, event, to_state) VALUES
	('document', 'delivered', 'lose', 'lost'),
	('document', 'delivered', 'steal', 'stolen'),
	('document', 'lost', 'restore', 'delivered'),
	('document', 'lost', 'recover', 'recovered'),
	('document', 'stolen', 'recover', 'recovered');

-- Documents are counted, not reports: one that was given back and then stolen is one.
CREATE OR REPLACE FUNCTION interview_reason(person uuid, day date) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
	SELECT r.code FROM interview_rule r WHERE CASE r.code
	    WHEN 'late_registration' THEN EXISTS (SELECT FROM act_registration g JOIN act_kind k ON k.name = g.kind AND k.is_basis
		JOIN act_version v ON v.act_id = g.act_id AND v.version = 1 AND v.late_days IS NOT NULL
		WHERE g.person_id = person AND g.created_at::date > day - r.days)
	    ELSE (SELECT count(DISTINCT d.id) FROM document d JOIN document_decision x ON x.document_id = d.id AND x.event IN ('lose', 'steal')
		WHERE d.person_id = person AND x.created_at::date > day - r.days) > 1 END
	ORDER BY r.code LIMIT 1
$$;

CREATE TABLE document_report (
	id uuid PRIMARY KEY,
	document_id uuid NOT NULL REFERENCES document,
	kind text NOT NULL CHECK (kind IN ('lost', 'stolen')),
	reported_by text NOT NULL CHECK (reported_by IN ('holder', 'guardian', 'police', 'authority')),
	reference text CHECK (length(reference) >= 3),
	happened_on partial_date,
	place text,
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	UNIQUE (id, officer_id),
	UNIQUE (id, document_id),
	CONSTRAINT report_has_reference CHECK (reference IS NOT NULL OR (kind = 'lost' AND reported_by IN ('holder', 'guardian')))
);
CREATE INDEX document_report_document ON document_report (document_id);
COMMENT ON TABLE document_report IS 'A document is reported lost or stolen: in the same commit it is on the stop list and others will be told';
COMMENT ON COLUMN document_report.reference IS 'Of the police or the authority: for a theft, and for what they report';
CALL make_ledgered('document_report', 'document_id', 'kind', 'officer_id');

CREATE TABLE document_finding (
	id uuid PRIMARY KEY,
	report_id uuid NOT NULL UNIQUE,
	document_id uuid NOT NULL,
	recorded_by uuid NOT NULL,
	found_by text NOT NULL CHECK (found_by IN ('holder', 'police', 'authority')),
	is_restored boolean NOT NULL,
	notes text NOT NULL CHECK (length(notes) >= 10),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	FOREIGN KEY (report_id, document_id) REFERENCES document_report (id, document_id),
	FOREIGN KEY (report_id, recorded_by) REFERENCES document_report (id, officer_id),
	CONSTRAINT four_eyes_finding CHECK (officer_id <> recorded_by)
);
COMMENT ON TABLE document_finding IS 'A reported document was found: given back to its holder (is_restored), or kept and never valid again';
CALL make_ledgered('document_finding', 'report_id', 'document_id', 'is_restored', 'officer_id');

ALTER TABLE document_stop ALTER COLUMN act_id DROP NOT NULL;
ALTER TABLE document_stop ADD COLUMN report_id uuid REFERENCES document_report;
ALTER TABLE document_stop DROP CONSTRAINT document_stop_reason_check;
ALTER TABLE document_stop ADD CONSTRAINT document_stop_reason_check CHECK (CASE WHEN reason IN ('holder_deceased', 'act_annulled') THEN act_id IS NOT NULL AND report_id IS NULL
    WHEN reason IN ('lost', 'stolen') THEN report_id IS NOT NULL AND act_id IS NULL ELSE false END);
COMMENT ON TABLE document_stop IS 'The stop list: documents that are not to be accepted because of an act or a report; a stop is lifted by a further row that names it';

CREATE FUNCTION document_reported() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	PERFORM FROM person p WHERE p.id = (SELECT person_id FROM document WHERE id = NEW.document_id) FOR UPDATE;
	INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, CASE NEW.kind WHEN 'lost' THEN 'lose' ELSE 'steal' END, NEW.officer_id,
	    'reported by ' || NEW.reported_by);
	INSERT INTO document_stop (document_id, report_id, reason, officer_id) VALUES (NEW.document_id, NEW.id, NEW.kind, NEW.officer_id);
	INSERT INTO outbox (topic, subject_id) VALUES ('document.stopped', NEW.document_id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON document_report FOR EACH ROW EXECUTE FUNCTION document_reported();

CREATE FUNCTION document_found() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
	r record;
BEGIN
	SELECT p.*, d.person_id, d.expires_on, d.document_type INTO r FROM document_report p JOIN document d ON d.id = p.document_id WHERE p.id = NEW.report_id;
	PERFORM FROM person p WHERE p.id = r.person_id FOR UPDATE;
	IF NOT NEW.is_restored THEN
		INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, 'recover', NEW.officer_id, NEW.notes);
		INSERT INTO outbox (topic, subject_id) VALUES ('document.recovered', NEW.document_id);
		RETURN NULL;
	END IF;
	IF r.kind = 'stolen' THEN
		RAISE EXCEPTION 'a document that was stolen is not given back' USING ERRCODE = 'CA002';
	ELSIF r.expires_on <= current_date THEN
		RAISE EXCEPTION 'the document has expired' USING ERRCODE = 'CA002';
	ELSIF EXISTS (SELECT FROM application a JOIN document_kind k ON k.code = a.document_type JOIN document_kind f ON f.code = r.document_type AND f.family = k.family
	    JOIN current_state s ON s.subject_id = a.id AND s.state IN ('submitted', 'approved', 'in_production', 'completed')
	    WHERE a.person_id = r.person_id AND a.created_at >= r.created_at) THEN
		RAISE EXCEPTION 'another document was applied for since, so that this one is not given back' USING ERRCODE = 'CA002';
	END IF;
	INSERT INTO document_stop (document_id, report_id, reason, lifts_id, officer_id)
	    SELECT d.document_id, d.report_id, d.reason, d.id, NEW.officer_id FROM document_stop d WHERE d.report_id = NEW.report_id AND d.lifts_id IS NULL;
	INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (NEW.document_id, 'restore', NEW.officer_id, NEW.notes);
	INSERT INTO outbox (topic, subject_id) VALUES ('document.stop_lifted', NEW.document_id);
	RETURN NULL;
END $$;
CREATE TRIGGER takes_effect AFTER INSERT ON document_finding FOR EACH ROW EXECUTE FUNCTION document_found();

-- These states follow a report or a finding, and nothing else.
CREATE FUNCTION document_reported_first() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF pg_trigger_depth() < 2 THEN
		RAISE EXCEPTION 'a document is lost, stolen, recovered or restored by a report or a finding' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_reported BEFORE INSERT ON document_decision FOR EACH ROW WHEN (NEW.event IN ('lose', 'steal', 'restore', 'recover')) EXECUTE FUNCTION document_reported_first();

-- ---- delivery ----

CREATE TABLE document_delivery (
	id uuid PRIMARY KEY,
	document_id uuid NOT NULL REFERENCES document,
	bearer text NOT NULL CHECK (bearer IN ('holder', 'guardian')),
	is_likeness boolean NOT NULL,
	proof text CHECK (length(proof) >= 3),
	officer_id uuid NOT NULL REFERENCES officer,
	created_at timestamptz NOT NULL DEFAULT now(),
	salt bytea NOT NULL DEFAULT new_salt(),
	CONSTRAINT bearer_proved CHECK (bearer = 'holder' OR proof IS NOT NULL)
);
CREATE INDEX document_delivery_document ON document_delivery (document_id);
COMMENT ON TABLE document_delivery IS 'The officer compared who stands there with the portrait; is_likeness false: it was not handed over';
COMMENT ON COLUMN document_delivery.proof IS 'What proves a guardian who fetches the document of a minor';
CALL make_ledgered('document_delivery', 'document_id', 'is_likeness', 'officer_id');
CREATE INDEX audit_event_portrait ON audit_event (subject_id, officer_id) WHERE subject_kind = 'portrait';

CREATE FUNCTION bearer_verified() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM current_state s WHERE s.subject_id = NEW.document_id AND s.machine = 'document' AND s.state = 'ready') THEN
		RAISE EXCEPTION 'document is %, which does not allow: deliver', (SELECT s.state FROM current_state s WHERE s.subject_id = NEW.document_id) USING ERRCODE = 'CA001';
	ELSIF NOT EXISTS (SELECT FROM audit_event e WHERE e.subject_kind = 'portrait' AND e.subject_id = NEW.document_id AND e.officer_id = NEW.officer_id
	    AND e.kind = 'disclosure' AND e.created_at > now() - interval '1 hour') THEN
		RAISE EXCEPTION 'the officer has not looked at the portrait' USING ERRCODE = 'CA002';
	ELSIF NEW.bearer = 'guardian' AND coalesce((SELECT least_age(i.date_of_birth, current_date) >= k.consent_below FROM document d JOIN document_kind k ON k.code = d.document_type
	    JOIN identity_version i ON i.id = d.identity_version_id WHERE d.id = NEW.document_id), true) THEN
		RAISE EXCEPTION 'the holder is no minor and comes in person' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_verified BEFORE INSERT ON document_delivery FOR EACH ROW EXECUTE FUNCTION bearer_verified();

CREATE FUNCTION delivered_to_bearer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
	IF (SELECT v.is_likeness FROM document_delivery v WHERE v.document_id = NEW.document_id AND v.officer_id = NEW.officer_id ORDER BY v.created_at DESC, v.id LIMIT 1) IS NOT TRUE THEN
		RAISE EXCEPTION 'the bearer was not verified by the officer who delivers' USING ERRCODE = 'CA002';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER b_to_bearer BEFORE INSERT ON document_decision FOR EACH ROW WHEN (NEW.event = 'deliver') EXECUTE FUNCTION delivered_to_bearer();

GRANT SELECT ON fee_rule, fee_receipt, fee_waiver, document_report, document_finding, document_delivery TO catena_issuance, catena_reader;
GRANT INSERT ON fee_receipt, fee_waiver, document_report, document_finding, document_delivery TO catena_issuance;
GRANT SELECT ON document_report TO catena_inspection;
CREATE TRIGGER rule_changed AFTER INSERT OR UPDATE OR DELETE ON fee_rule FOR EACH ROW EXECUTE FUNCTION rule_changed();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fee_rule FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
