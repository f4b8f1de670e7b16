/* rules.h - what the commands about programs share. */
#ifndef CATENA_CATENA_RULES_H
#define CATENA_CATENA_RULES_H

#include "issuance/catena/args.h"
#include "registry/base/digest.h"

/* A name as the table of programs takes it; FAIL_INPUT. */
int program_name_check(const char *name, struct err *err);
/* The digest of the certificate that --certificate names; *has is left alone when it is not given. */
int program_certificate(const struct args *args, uint8_t digest[SHA256_LEN], bool *has, struct err *err);

#endif
