/* prepared.h - one row of each table of prepared applications, appointments, refunds and deliveries, without what they do: as the owner, wherever an office and an officer are. */
#ifndef CATENA_TESTS_SQL_PREPARED_H
#define CATENA_TESTS_SQL_PREPARED_H

#define PREPARED_TRIGGERS(how) \
	"ALTER TABLE prepared_application " how " TRIGGER a_office; ALTER TABLE prepared_ending " how " TRIGGER a_ends; ALTER TABLE appointment_opening " how " TRIGGER a_office;" \
	"ALTER TABLE document_release " how " TRIGGER a_held; ALTER TABLE document_transfer " how " TRIGGER a_ready; ALTER TABLE fee_refund " how " TRIGGER a_numbered; ALTER TABLE appointment_closing " how " TRIGGER takes_effect; ALTER TABLE appointment " how " TRIGGER a_given; ALTER TABLE appointment_ending " how " TRIGGER a_in_time;"
#define PREPARED_ROWS \
	PREPARED_TRIGGERS("DISABLE") \
	"INSERT INTO prepared_application (id, code_sha256, holder_sha256, document_type, reason, office_id, is_urgent)" \
	" SELECT gen_random_uuid(), sha256('c'), sha256('h'), 'PP', 'first', id, false FROM office LIMIT 1;" \
	"INSERT INTO prepared_ending (id, prepared_id) SELECT gen_random_uuid(), id FROM prepared_application;" \
	"INSERT INTO appointment_opening (id, office_id, starts_at, ends_at, minutes, desks, officer_id)" \
	" SELECT gen_random_uuid(), o.id, now() + interval '1 day', now() + interval '25 hours', 15, 1, f.id FROM office o, officer f LIMIT 1;" \
	"INSERT INTO appointment (id, prepared_id, opening_id, starts_at, desk, turn, attempt)" \
	" SELECT gen_random_uuid(), p.id, o.id, o.starts_at, 1, 1, 1 FROM prepared_application p, appointment_opening o;" \
	"INSERT INTO appointment_ending (appointment_id, event) SELECT id, 'cancel' FROM appointment;" \
	"INSERT INTO appointment_closing (id, opening_id, reason, officer_id) SELECT gen_random_uuid(), id, 'snow', officer_id FROM appointment_opening;" \
	"INSERT INTO document_release (id, document_id, reason, officer_id) SELECT gen_random_uuid(), id, 'it was the brother', officer_id FROM document LIMIT 1;" \
	"INSERT INTO document_transfer (id, document_id, office_id, reason, officer_id) SELECT gen_random_uuid(), d.id, o.id, 'she moved', d.officer_id FROM document d, office o LIMIT 1;" \
	"INSERT INTO fee_refund (id, application_id, taken_by, number, amount, currency, method, reason, officer_id)" \
	" SELECT gen_random_uuid(), a.id, a.officer_id, 'F1', 1, 'XTS', 'cash', 'nobody came for it', f.id FROM application a JOIN officer f ON f.id <> a.officer_id LIMIT 1;" PREPARED_TRIGGERS("ENABLE")

#endif
