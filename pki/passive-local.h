/* passive-local.h - what the files of passive authentication hand to each other. */
#ifndef CATENA_PKI_PASSIVE_LOCAL_H
#define CATENA_PKI_PASSIVE_LOCAL_H
#include "pki/passive.h"
#include "registry/base/date.h"

enum { DAY = 86400 };

struct examination {
	const struct passive_input *in;
	struct passive *out;
	const struct sod *sod;
	bool is_bare;               /* no tag 77 */
	struct err lds_problem;     /* of a kind: the LDS security object cannot be read, and sod->lds is empty */
	const struct cert *signer;  /* NULL: not in the security object */
	const struct trusted *csca; /* NULL: no trusted key signed it */
	bool is_by_identifier;      /* the CSCA was found by authorityKeyIdentifier */
	bool dg_is_good[17];        /* its hash is the signed one; by number */
	struct date issued_on;      /* of DG12, when that is good; else DATE_INIT */
	char document_code[3];      /* of DG1, when it was read; "" */
	char state[4];
	char document_number[32]; /* without fillers; "" */
	bool has_lost_chip_keys;  /* a deviation list says so of these documents */
};

__attribute__((format(printf, 6, 7))) void verdict(struct passive *out, enum check check, unsigned dg, enum grade grade, const char *code,
	const char *fmt, ...);
/* passive_signer.c */
void check_chain(struct examination *x);
void check_validities(struct examination *x);
void check_signer_period(struct examination *x);
void check_revocation(struct examination *x);
/* passive_document.c */
void check_data_groups(struct examination *x); /* and reads DG1 and DG12 */
void check_com(struct examination *x);
void check_country(struct examination *x);
void check_document_type(struct examination *x);
void check_deviations(struct examination *x);
void check_chip(struct examination *x);

#endif
