/*
 * bytes.h - octets: `struct bytes` borrows, `struct buf` owns and grows.
 *
 * A struct bytes is passed by value and never freed.  A struct buf starts as BUF_INIT; its failure is sticky: once memory
 * ran out every further append does nothing, and buf_check() reports it once at the end.
 */
#ifndef CATENA_BASE_BYTES_H
#define CATENA_BASE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct err;

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

struct bytes {
	const uint8_t *p; /* may be NULL when n is 0 */
	size_t n;
};

struct buf {
	uint8_t *p; /* n octets, then one 0 that is not counted; NULL while nothing was added */
	size_t n;
	size_t cap;
	bool failed; /* memory ran out: contents are not to be used */
};

#define BUF_INIT        ((struct buf){ NULL, 0, 0, false })
#define BYTES(ptr, len) ((struct bytes){ (const uint8_t *)(ptr), (len) })
#define BYTES_NONE      ((struct bytes){ NULL, 0 })

static inline struct bytes
bytes_of(const struct buf *b)
{
	return BYTES(b->p, b->n);
}

static inline struct bytes
bytes_str(const char *s)
{
	return BYTES(s, s == NULL ? 0 : strlen(s));
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* bytes_equal in time that depends on the lengths only: for MACs, tokens and password hashes. */
bool bytes_equal_secret(struct bytes a, struct bytes b);

void buf_add(struct buf *b, const void *p, size_t n);
void buf_bytes(struct buf *b, struct bytes add);
void buf_str(struct buf *b, const char *s);
void buf_u8(struct buf *b, uint8_t octet);
void buf_be(struct buf *b, uint64_t value, size_t octets); /* big endian in `octets` (1..8) octets */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
uint8_t *buf_reserve(struct buf *b, size_t n); /* n more octets, zeroed, counted; NULL when it failed */
void buf_room(struct buf *b, size_t n);        /* makes room for n more octets, which then are added without moving */
void buf_cut(struct buf *b, size_t n);         /* keep the first n octets (n <= b->n) */

/* Lower-case hexadecimal and RFC 4648 base64 with padding (url: the URL alphabet, no padding). */
void buf_hex(struct buf *b, struct bytes in);
void buf_base64(struct buf *b, struct bytes in);
void buf_base64url(struct buf *b, struct bytes in);
/* The reverse; 0, or -1 with FAIL_INPUT and b as it was.  Strict: alphabet, length, padding, zero trailing bits. */
int buf_from_hex(struct buf *b, struct bytes text, struct err *err);
int buf_from_base64(struct buf *b, struct bytes text, struct err *err);

int buf_check(const struct buf *b, struct err *err); /* -1 with FAIL_INTERNAL when memory ran out */
const char *buf_cstr(struct buf *b);                 /* "" when empty; valid until the next change */
char *buf_take_str(struct buf *b);                   /* the text, malloc'd, caller frees; b is BUF_INIT again */
void buf_move(struct buf *to, struct buf *from);     /* clears `to`, takes the contents, leaves from BUF_INIT */
void buf_clear(struct buf *b);
void buf_wipe(struct buf *b); /* buf_clear that first overwrites: keys, PINs, biometrics */

/* Overwrites in a way the compiler keeps. */
void wipe(void *p, size_t n);
/* wipe, then free: for malloc'd texts that are personal.  NULL is fine. */
void free_wiped(char *text);

#endif
