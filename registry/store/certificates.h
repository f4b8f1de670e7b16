/*
 * certificates.h - certificates of civil acts that were issued, with seal, print, status and end; the stock of security paper.  Database role catena_civil;
 * what signd asks (sealing_) is for catena_signer.
 *
 * What civild's officers read is what row-level security lets them (0195-certificates-jurisdiction.sql): a certificate, sheet or count of another office
 * is FAIL_DENIED.
 *
 * A certificate's row holds all that its PDF is made from, so that the same octets can be made again.  Its status is nowhere written: it
 * follows the act.
 */
#ifndef CATENA_STORE_CERTIFICATES_H
#define CATENA_STORE_CERTIFICATES_H

#include "registry/store/civil.h"

enum { CERTIFICATE_CODE_TEXT = 17,
	PAPER_SERIAL_TEXT = 17 };

/*
 * What certificates of the act of this number say as of a day (certificate_source in 0130-certificates.sql): { act_id, office_id, act_version_id,
 * source_version_id?, kind?, state, number, registered_on, registered_at, content, place?, notes? }.  FAIL_NOT_FOUND: there was no such act then.
 */
int certificate_source_read(struct tx *tx, const char *act_number, struct date as_of, json_t **source, struct err *err);

struct civil_certificate {
	struct uuid id, act_id, act_version_id, source_version_id, office_id, officer_id, replaces_id;
	char kind[ACT_KIND_TEXT], form[16], language[3];
	char number[ACT_NUMBER_TEXT];
	int copy;
	struct date issued_on, as_of;
	json_t *content;
	/* civil_certificate_read */
	struct buf seal; /* none: empty */
	bool is_printed, is_sealed;
	uint8_t sha256[32]; /* of the PDF, when is_printed */
	char status[12];    /* valid, replaced, revoked */
	char code[CERTIFICATE_CODE_TEXT];
	char paper[PAPER_SERIAL_TEXT]; /* "": on no security paper */
};
void civil_certificate_clear(struct civil_certificate *c);
/* Gives it the next number of its office and the next copy number of its act; FAIL_CONFLICT: the act has changed, or its state does not allow it. */
int civil_certificate_add(struct tx *tx, struct civil_certificate *c, struct err *err);
/* *c must be zeroed; caller: civil_certificate_clear.  FAIL_NOT_FOUND. */
int civil_certificate_read(struct tx *tx, const char *number, struct civil_certificate *c, struct err *err);
/* The PDF was made: its octets are fixed from here on.  Queued. */
int civil_certificate_printed(struct tx *tx, const struct uuid *id, const uint8_t sha256[32], bool is_sealed, struct err *err);
int civil_certificate_revoke(struct tx *tx, const struct uuid *id, const struct uuid *officer_id, const char *reason, struct err *err);
/* Certificates of an act, oldest first: array of { id, number, copy, form, language, issued_on, as_of, status, paper? }. */
int civil_certificate_list(struct tx *tx, const struct uuid *act_id, json_t **items, struct err *err);
/* For anybody: FAIL_NOT_FOUND when there is no certificate of this number and code. */
int civil_certificate_status(struct tx *tx, const char *number, const char *code, char status[12], struct err *err);

struct paper_count {
	struct uuid id, office_id, officer_id;
	int event; /* index of paper_count_events */
	char *prefix;
	int64_t first, last;
};
extern const char *const paper_count_events[]; /* receive, destroy */
int paper_count_add(struct tx *tx, const struct paper_count *p, struct err *err);
int paper_count_read(struct tx *tx, const struct uuid *id, struct paper_count *p, struct err *err); /* caller frees prefix */
/* Queued: FAIL_CONFLICT or FAIL_INPUT when it is sent: counted differently, by the same officer, already, a sheet in another state. */
int paper_confirm(struct tx *tx, const struct paper_count *p, int64_t counted, const struct uuid *officer_id, struct err *err);
int paper_find(struct tx *tx, const char *serial, struct uuid *id, struct uuid *office_id, struct err *err);
/* event: issue (with the certificate), spoil (with a reason); queued. */
int paper_event(struct tx *tx, const struct uuid *paper_id, const char *event, const struct uuid *certificate_id, const struct uuid *officer_id,
	const char *reason, struct err *err);
/* Sheets of an office by state: { received, issued, spoiled, destroyed }, and the counts that wait for a second officer. */
int paper_stock(struct tx *tx, const struct uuid *office_id, json_t **stock, struct err *err);

extern const struct query certificates_queries[];

/* ---- for signd ---- */

/*
 * The certificate and its act as they stand, held until the commit: { number, kind, issued_on, act_version_id, source_version_id?, source, seal?, is_printed,
 * is_revoked }.  FAIL_NOT_FOUND.
 */
int sealing_read(struct tx *tx, const struct uuid *id, json_t **found, struct err *err);
int sealing_record(struct tx *tx, const struct uuid *id, struct bytes seal, const struct uuid *signer_id, struct err *err);
extern const struct query sealing_queries[];

#endif
