/*
 * tokenfiles.h - which files signd needs after its start, for confine.h.
 */
#ifndef CATENA_SIGND_TOKENFILES_H
#define CATENA_SIGND_TOKENFILES_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

/*
 * option: the option signd_files: paths with spaces between, and the word "auto" for what SoftHSM needs, when one of the token URIs names
 * its module: its configuration ($SOFTHSM2_CONF, else /etc/softhsm2.conf), to be read, and the folder of tokens that it names, to be
 * written.  *files: the paths for confine_process; empty when the tokens are no files.
 */
int token_files(const char *option, const char *token_uris, struct buf *files, struct err *err);

#endif
