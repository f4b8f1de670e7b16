/*
 * tls.h - certificates of the embedded default's services: an authority of its own and one server certificate for this machine
 * (localhost, 127.0.0.1, ::1).  ECDSA P-256, PEM files in DIR/tls.  Production takes those of the government's PKI instead.
 */
#ifndef CATENA_TLS_H
#define CATENA_TLS_H

#include "issuance/catena/state.h"

/* Writes ca.key and ca.crt unless they are there, server.key and server.crt unless they are and hold for 30 more days.  A server.crt without ca.key is left alone. */
int tls_init(const struct state *state, bool *made, struct err *err);

#endif
