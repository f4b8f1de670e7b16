/* The trust store as octets: what an inspection, a diff and a publication need. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/store/trust.h"

enum { Q_ROWS,
	Q_VERSION,
	Q_NEWEST,
	Q_MEMBERS,
	Q_PUBLISHED };
/* clang-format off */
#define SECONDS(column) "floor(extract(epoch FROM " column "))::bigint"
#define DAY(column)     "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD')"

const struct query trust_row_queries[] = {
	/* The first column is enum trust_row_kind. */
	[Q_ROWS] = { "trust_rows",
		"SELECT 0, c.sha256, c.der, 'our own CSCA' FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id AND k.kind = 'csca'"
		" JOIN current_state s ON s.subject_id = k.id AND s.state <> 'compromised'"
		" UNION ALL "
		"SELECT CASE c.standing WHEN 'trusted' THEN 1 WHEN 'held' THEN 2 ELSE 3 END, c.sha256, o.der,"
		" coalesce('master list ' || p.list_country || ' ' || " DAY("p.list_signed_at") ", left(p.source, 60), '')"
		" || CASE c.standing WHEN 'trusted' THEN ', confirmed by two officers' ELSE '' END"
		" FROM trust_standing c JOIN trust_object o ON o.sha256 = c.sha256"
		" LEFT JOIN LATERAL (SELECT l.country AS list_country, l.valid_from AS list_signed_at, t.source FROM trust_import_item i"
		"  JOIN trust_import t ON t.id = i.import_id JOIN current_state s ON s.subject_id = t.id AND s.state = 'accepted'"
		"  LEFT JOIN trust_object l ON l.sha256 = i.list_sha256"
		"  WHERE i.sha256 = c.sha256 AND i.is_taken ORDER BY t.created_at DESC LIMIT 1) p ON true"
		" UNION ALL "
		"(SELECT 4, l.sha256, l.der, 'our own CRL ' || l.number FROM crl l ORDER BY l.number DESC LIMIT 1)"
		" UNION ALL "
		"(SELECT DISTINCT ON (l.country, l.authority, l.is_verified) 4, l.sha256, o.der, 'CRL ' || l.country || ' ' || " DAY("l.dated_at")
		" FROM trust_list l JOIN trust_object o ON o.sha256 = l.sha256 WHERE l.kind = 'crl'"
		" ORDER BY l.country, l.authority, l.is_verified, l.dated_at DESC)"
		" UNION ALL "
		"(SELECT 5, l.sha256, l.cms, 'our own deviation list ' || " DAY("l.signed_at") " FROM signed_list l WHERE l.kind = 'deviation_list'"
		" ORDER BY l.signed_at DESC LIMIT 1)"
		" UNION ALL "
		"(SELECT DISTINCT ON (l.country) 5, l.sha256, o.der, 'deviation list ' || l.country || ' ' || " DAY("l.dated_at")
		" FROM trust_list l JOIN trust_object o ON o.sha256 = l.sha256 WHERE l.kind = 'deviation_list' AND l.is_verified"
		" ORDER BY l.country, l.dated_at DESC)", true },
	[Q_VERSION] = { "trust_version",
		"SELECT (SELECT count(*) FROM trust_decision) + (SELECT count(*) FROM trust_import_decision WHERE event = 'accept')"
		" + (SELECT count(*) FROM certificate) + (SELECT count(*) FROM crl) + (SELECT count(*) FROM signed_list)"
		" + (SELECT count(*) FROM current_state WHERE machine = 'key' AND state = 'compromised')" },
	[Q_NEWEST] = { "trust_newest",
		"SELECT DISTINCT ON (kind, country, authority, is_verified) kind, country, authority, " SECONDS("dated_at") ", sha256, is_verified FROM trust_list"
		" ORDER BY kind, country, authority, is_verified, dated_at DESC, created_at DESC", true },
	[Q_MEMBERS] = { "trust_members",
		"SELECT DISTINCT o.sha256, o.country, o.subject, o.is_root FROM trust_import_item i JOIN trust_object o ON o.sha256 = i.sha256"
		" JOIN current_state s ON s.subject_id = i.import_id AND s.state = 'accepted'"
		" WHERE i.list_sha256 = $1 AND i.is_taken AND o.kind = 'certificate'", true },
	[Q_PUBLISHED] = { "trust_published",
		"(SELECT k.kind, coalesce(c.profile, CASE WHEN c.issuer_id IS NULL THEN 'root' ELSE 'signer' END), c.der, NULL::bytea FROM certificate c"
		" JOIN signing_key k ON k.id = c.signing_key_id WHERE k.kind NOT IN ('ledger', 'tls') AND c.not_after > now()"
		" ORDER BY c.not_before DESC, c.id)"
		" UNION ALL (SELECT 'crl', '', l.der, NULL FROM crl l ORDER BY l.number DESC LIMIT 1)"
		" UNION ALL (SELECT DISTINCT ON (l.kind) l.kind, '', l.cms, c.der FROM signed_list l JOIN certificate c ON c.id = l.certificate_id"
		" ORDER BY l.kind, l.signed_at DESC)", true },
	{ NULL, NULL }
};
/* clang-format on */

static int
read_digest(const struct rows *rows, size_t row, int column, uint8_t digest[SHA256_LEN], struct err *err)
{
	struct buf octets = BUF_INIT;
	int rc = -1;

	if (row_bytes(rows, row, column, &octets, err) == 0) {
		if (octets.n == SHA256_LEN) {
			memcpy(digest, octets.p, SHA256_LEN);
			rc = 0;
		} else
			err_set(err, FAIL_INTERNAL, "database: a digest of %zu octets", octets.n);
	}
	buf_clear(&octets);
	return rc;
}

static int
row_of(const struct rows *rows, size_t i, struct trust_row *row, struct err *err)
{
	uint8_t digest[SHA256_LEN];

	row->kind = (enum trust_row_kind)row_int(rows, i, 0);
	snprintf(row->provenance, sizeof(row->provenance), "%s", row_text(rows, i, 3));
	if (read_digest(rows, i, 1, row->sha256, err) == -1 || row_bytes(rows, i, 2, &row->der, err) == -1)
		return -1;
	sha256(bytes_of(&row->der), digest);
	if (memcmp(digest, row->sha256, SHA256_LEN) != 0)
		return err_set(err, FAIL_INTERNAL, "trust store: the octets of %s do not give their digest", row->provenance);
	return 0;
}

int
trust_rows_read(struct tx *tx, struct trust_rows *out, struct err *err)
{
	struct trust_rows found = { NULL, 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &trust_row_queries[Q_ROWS], NULL, 0, &rows, err) == -1)
		return -1;
	if ((found.row = calloc(rows_count(rows) + 1, sizeof(*found.row))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < rows_count(rows); i++) {
		found.n++;
		if (row_of(rows, i, &found.row[i], err) == -1)
			goto out;
	}
	*out = found;
	found = (struct trust_rows){ NULL, 0 };
	rc = 0;
out:
	trust_rows_clear(&found);
	rows_free(rows);
	return rc;
}

void
trust_rows_clear(struct trust_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		buf_clear(&rows->row[i].der);
	free(rows->row);
	*rows = (struct trust_rows){ NULL, 0 };
}

int
trust_version(struct tx *tx, int64_t *version, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &trust_row_queries[Q_VERSION], NULL, 0, FAIL_INTERNAL, "the trust store has no version", &rows, err) == -1)
		return -1;
	*version = row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

static int
newest_of(const struct rows *rows, size_t i, struct trust_newest *t, struct err *err)
{
	struct buf authority = BUF_INIT;
	int rc = -1;

	snprintf(t->kind, sizeof(t->kind), "%s", row_text(rows, i, 0));
	snprintf(t->country, sizeof(t->country), "%s", row_text(rows, i, 1));
	t->dated_at = row_int(rows, i, 3);
	t->is_verified = row_bool(rows, i, 5);
	if (row_bytes(rows, i, 2, &authority, err) == 0 && read_digest(rows, i, 4, t->sha256, err) == 0) {
		t->authority_len = authority.n < sizeof(t->authority) ? authority.n : sizeof(t->authority);
		if (t->authority_len > 0)
			memcpy(t->authority, authority.p, t->authority_len);
		rc = 0;
	}
	buf_clear(&authority);
	return rc;
}

int
trust_newest_read(struct tx *tx, struct trust_newest **newest, size_t *n, struct err *err)
{
	struct trust_newest *found = NULL;
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &trust_row_queries[Q_NEWEST], NULL, 0, &rows, err) == -1)
		return -1;
	if ((found = calloc(rows_count(rows) + 1, sizeof(*found))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < rows_count(rows); i++)
		if (newest_of(rows, i, &found[i], err) == -1)
			goto out;
	*newest = found;
	*n = rows_count(rows);
	found = NULL;
	rc = 0;
out:
	free(found);
	rows_free(rows);
	return rc;
}

int
trust_members(struct tx *tx, const uint8_t list_sha256[SHA256_LEN], struct trust_member **members, size_t *n, struct err *err)
{
	struct trust_member *found = NULL;
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &trust_row_queries[Q_MEMBERS], ARGS(arg_bytes(BYTES(list_sha256, SHA256_LEN))), &rows, err) == -1)
		return -1;
	if ((found = calloc(rows_count(rows) + 1, sizeof(*found))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < rows_count(rows); i++) {
		snprintf(found[i].country, sizeof(found[i].country), "%s", row_text(rows, i, 1));
		snprintf(found[i].subject, sizeof(found[i].subject), "%s", row_text(rows, i, 2));
		found[i].is_root = row_bool(rows, i, 3);
		if (read_digest(rows, i, 0, found[i].sha256, err) == -1)
			goto out;
	}
	*members = found;
	*n = rows_count(rows);
	found = NULL;
	rc = 0;
out:
	free(found);
	rows_free(rows);
	return rc;
}

int
trust_published_read(struct tx *tx, struct trust_publications *out, struct err *err)
{
	struct trust_publications found = { NULL, 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &trust_row_queries[Q_PUBLISHED], NULL, 0, &rows, err) == -1)
		return -1;
	if ((found.item = calloc(rows_count(rows) + 1, sizeof(*found.item))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	while (found.n < rows_count(rows)) {
		size_t i = found.n++;
		struct trust_published *p = &found.item[i];

		snprintf(p->kind, sizeof(p->kind), "%s", row_text(rows, i, 0));
		snprintf(p->profile, sizeof(p->profile), "%s", row_text(rows, i, 1));
		if (row_bytes(rows, i, 2, &p->der, err) == -1 || row_bytes(rows, i, 3, &p->signer, err) == -1)
			goto out;
	}
	*out = found;
	found = (struct trust_publications){ NULL, 0 };
	rc = 0;
out:
	trust_publications_clear(&found);
	rows_free(rows);
	return rc;
}

void
trust_publications_clear(struct trust_publications *published)
{
	for (size_t i = 0; i < published->n; i++) {
		buf_clear(&published->item[i].der);
		buf_clear(&published->item[i].signer);
	}
	free(published->item);
	*published = (struct trust_publications){ NULL, 0 };
}
