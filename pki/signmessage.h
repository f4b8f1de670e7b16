/*
 * signmessage.h - the messages of signd's socket (pki/signclient.h says what they are): framing, and orders to and from JSON.
 */
#ifndef CATENA_PKI_SIGNMESSAGE_H
#define CATENA_PKI_SIGNMESSAGE_H

#include <jansson.h>

#include "pki/signclient.h"

/* One message.  message_read: end of file before the first octet is FAIL_NOT_FOUND, over SIGND_MAX_MESSAGE FAIL_TOO_LARGE. */
int message_read(int fd, struct buf *text, struct err *err);
int message_write(int fd, const json_t *message, struct err *err);

/* {"op":"sign_documents","documents":[...]} both ways; *orders is calloc'd, sign_orders_free releases it. */
json_t *sign_orders_to_json(const struct sign_order *orders, size_t n);
int sign_orders_of_json(const json_t *request, struct sign_order **orders, size_t *n, struct err *err);
void sign_orders_free(struct sign_order *orders, size_t n);
/* {"ok":true,"results":[...]} both ways. */
json_t *sign_results_to_json(const struct sign_order *orders, size_t n);
int sign_results_of_json(const json_t *reply, struct sign_order *orders, size_t n, struct err *err);

json_t *problem_to_json(const struct err *err); /* {"kind","detail"} */
void problem_of_json(const json_t *problem, struct err *err);

#endif
