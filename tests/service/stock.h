/* stock.h - blank booklets for tests that need some: as SQL of the database's owner, counted by two officers who cannot sign in. */
#ifndef CATENA_TESTS_STOCK_H
#define CATENA_TESTS_STOCK_H

#include "registry/base/bytes.h"

/* `n` more (1 to 10000) of the office of that code, serials "TS-nnnnnnn", at the station. */
__attribute__((unused)) static void
stock_text(struct buf *out, const char *office, unsigned n, const char *station)
{
	buf_str(out, "SET search_path = registry; INSERT INTO officer (id, login, name, password_phc, totp_sealed)"
		     " SELECT gen_random_uuid(), l, l, '-', '\\x00' FROM unnest(ARRAY['stock.1', 'stock.2']) l ON CONFLICT (login) DO NOTHING;");
	buf_printf(out, "INSERT INTO booklet_count (id, office_id, event, delivery_note, prefix, first_serial, last_serial, counted, officer_id)"
			" SELECT gen_random_uuid(), o.id, 'receive', 'D', 'TS', f.n, f.n + %u - 1, %u, x.id FROM office o, officer x,"
			" (SELECT coalesce(max(last_serial), 0) + 1 AS n FROM booklet_count WHERE prefix = 'TS') f WHERE o.code = '%s' AND x.login = 'stock.1';",
		n, n, office);
	buf_str(out, "INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) SELECT c.id, c.officer_id, c.counted, x.id"
		     " FROM booklet_count c, officer x WHERE x.login = 'stock.2' AND NOT EXISTS (SELECT FROM booklet_confirmation f WHERE f.booklet_count_id = c.id);");
	buf_printf(out, "INSERT INTO booklet_event (booklet_id, event, station, officer_id) SELECT b.id, 'assign', '%s', x.id FROM booklet b"
			" JOIN current_state s ON s.subject_id = b.id AND s.state = 'received', officer x WHERE x.login = 'stock.1' AND b.serial LIKE 'TS-%%' ORDER BY b.serial",
		station);
}

#endif
