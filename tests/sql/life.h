/* life.h - one row of each table of a document's life, without what they do: only that they are in the ledger counts.  As the owner; ids in quotes. */
#ifndef CATENA_TESTS_LIFE_H
#define CATENA_TESTS_LIFE_H

#define LIFE_ROWS(suspension, destruction, document, one, other) \
	"ALTER TABLE document_suspension DISABLE TRIGGER takes_effect; ALTER TABLE document_suspension_end DISABLE TRIGGER takes_effect;" \
	"ALTER TABLE document_destruction DISABLE TRIGGER a_ended; ALTER TABLE document_destruction_witness DISABLE TRIGGER a_ended, DISABLE TRIGGER takes_effect;" \
	"INSERT INTO document_suspension (id, document_id, reason, officer_id) VALUES (" suspension ", " document ", 'a tip from abroad', " one ");" \
	"INSERT INTO document_suspension_end (id, suspension_id, document_id, suspended_by, outcome, reason, officer_id)" \
	" VALUES (gen_random_uuid(), " suspension ", " document ", " one ", 'reinstated', 'it was nothing', " other ");" \
	"INSERT INTO document_destruction (id, document_id, notes, officer_id) VALUES (" destruction ", " document ", 'cut into two pieces', " one ");" \
	"INSERT INTO document_destruction_witness (id, destruction_id, document_id, destroyed_by, officer_id)" \
	" VALUES (gen_random_uuid(), " destruction ", " document ", " one ", " other ");" \
	"ALTER TABLE document_suspension ENABLE TRIGGER takes_effect; ALTER TABLE document_suspension_end ENABLE TRIGGER takes_effect;" \
	"ALTER TABLE document_destruction ENABLE TRIGGER a_ended; ALTER TABLE document_destruction_witness ENABLE TRIGGER a_ended, ENABLE TRIGGER takes_effect;"

/* The same of lost blanks and of an export of the stop list. */
#define LIFE_LOSS(loss, office, one, other) \
	"ALTER TABLE booklet_loss DISABLE TRIGGER takes_effect; ALTER TABLE booklet_recovery DISABLE TRIGGER takes_effect;" \
	"INSERT INTO booklet_loss (id, office_id, kind, prefix, first_serial, last_serial, reference, notes, officer_id)" \
	" VALUES (" loss ", " office ", 'lost', 'ZZ', 1, 2, 'P 1', 'the safe was open', " one ");" \
	"INSERT INTO booklet_loss_confirmation (loss_id, reported_by, officer_id) VALUES (" loss ", " one ", " other ");" \
	"INSERT INTO booklet_recovery (loss_id, reported_by, first_serial, last_serial, notes, officer_id) VALUES (" loss ", " one ", 1, 1, 'in the other safe', " other ");" \
	"ALTER TABLE booklet_loss ENABLE TRIGGER takes_effect; ALTER TABLE booklet_recovery ENABLE TRIGGER takes_effect;" \
	"INSERT INTO stop_export (id, sequence, kind, snapshot, issuing_state, entries, withdrawals, new_entries, csv_sha256, xml_sha256, list_sha256, officer_id, exported_at)" \
	" VALUES (gen_random_uuid(), 1, 'full', pg_current_snapshot(), 'UTO', 0, 0, 0, sha256('c'), sha256('x'), sha256('l'), " one ", now());" \
	"INSERT INTO stop_snapshot (stop_export_id, cms, certificate_id) SELECT e.id, 'cms', c.id FROM stop_export e, certificate c LIMIT 1;" \
	"INSERT INTO outbox (topic, subject_id) VALUES ('document.stopped', gen_random_uuid());" \
	"INSERT INTO outbox_message (outbox_id, cms, certificate_id) SELECT o.id, 'cms', c.id FROM outbox o, certificate c LIMIT 1;"

#endif
