/*
 * tokens.h - the tokens that signd works with, side by side: of one PKCS #11 library or of several.
 *
 * The option `token` names them by RFC 7512 URIs with spaces between.  A token's PIN comes from its URI's pin-source
 * ("pin-source=file:/etc/catena/hsm.pin"), else from the option pin_source (pin.h).  A key is looked for on the token whose label its row in
 * the registry has; the first token is the one on which new keys are made unless their row says otherwise.
 */
#ifndef CATENA_SIGND_TOKENS_H
#define CATENA_SIGND_TOKENS_H

#include "pki/pin.h"
#include "pki/token.h"

enum { TOKENS_MAX = 8 };

struct tokens {
	unsigned n;
	struct token *token[TOKENS_MAX];
	/* between tokens_read_pins and tokens_open */
	char *uri[TOKENS_MAX];
	struct pin *pin[TOKENS_MAX];
};

/* The PINs, while files of root may still be read; the tokens, as the user that signd stays. */
int tokens_read_pins(struct tokens *tokens, const char *uris, const char *pin_source, struct err *err);
int tokens_open(struct tokens *tokens, unsigned sessions, struct err *err);
void tokens_close(struct tokens *tokens);
/* NULL: none of that label. */
struct token *tokens_find(const struct tokens *tokens, const char *label);

#endif
