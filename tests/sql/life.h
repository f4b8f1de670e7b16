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

#endif
