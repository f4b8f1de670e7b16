/*
 * descent.h - the descent bundle: proof, checked offline, that a travel document descends from a verified identity and a
 * registered civil act (design, invariants 1, 4).  No database, no clock, no network: bytes and trust anchors in, findings out.
 *
 * A bundle is JSON (docs/descent-bundle.md):
 *   { "format": "catena-descent-1", "form": "disclosed" | "undisclosed", "document": UUID,
 *     "tree_head": { "size", "root" (hex), "signed_at", "certificate" (id), "signature" (base64) },
 *     "certificates": [ { "id", "der" (base64) } ],      document signer and ledger signer; the CSCA is the verifier's anchor
 *     "sod": base64,
 *     "records": [ { "kind", "leaf" (exact text), "position", "proof": [hex ...], "content" (exact text)?, "salt" (hex)? } ] }
 *
 * What descent_verify establishes, link by link, each finding with a code of its own:
 *   the ledger certificate chains to an anchor and the tree head's signature is the ledger key's; every record's leaf is in the
 *   tree; content and salt give the leaf's digest and agree with its links; EF.SOD passes passive authentication under an anchor and
 *   is the one the signature record names; its data-group hashes are the document's; DG1 recomposed from document and identity has
 *   the hash that was signed; document -> approval and production of its application -> identity version -> verification, enrolment,
 *   basis evidence -> registered act or exemption, each decision chain from 'new' without a gap, four eyes at each step, and no
 *   record placed before one it names.  In the undisclosed form what needs content is "not checked", and said so.
 */
#ifndef CATENA_PKI_DESCENT_H
#define CATENA_PKI_DESCENT_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum descent_status { DESCENT_GOOD,
	DESCENT_NOT_CHECKED,
	DESCENT_WARNING,
	DESCENT_BAD };

struct descent_finding {
	char link[32]; /* short code: "tree-head", "inclusion", "content", "act", "sod", "dg1", ... (docs/descent-bundle.md) */
	enum descent_status status;
	char text[320]; /* a sentence of printable ASCII; carries no personal data */
};

struct descent_report {
	struct descent_finding *findings;
	size_t n;
	bool is_good;             /* nothing bad, and each link that the form can show was found good (an exemption: a warning) */
	bool is_disclosed;        /* else nobody was named: "good" says that some identity stands behind this EF.SOD, not whose */
	bool rests_on_exemption;  /* good without a registered act: two officers exempted the person */
	int64_t head_at;          /* the moment that the bundle speaks for */
	char document_number[16]; /* of a good bundle in the disclosed form, else "" */
};

/* anchors: DER or PEM certificates of trusted CSCAs.  -1 only when the bundle cannot be read at all (FAIL_INPUT) or memory ran out. */
int descent_verify(struct bytes bundle, const struct bytes *anchors, size_t nanchors, struct descent_report *report, struct err *err);
void descent_report_clear(struct descent_report *report);

#endif
