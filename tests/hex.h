/* hex.h - octets that a test writes down in hexadecimal, spaces allowed.  The caller clears. */
#ifndef CATENA_TESTS_HEX_H
#define CATENA_TESTS_HEX_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"
#include "tests/tap.h"

__attribute__((unused)) static struct buf
hex(const char *text)
{
	struct err err = ERR_INIT;
	struct buf lower = BUF_INIT, out = BUF_INIT;

	for (; *text != '\0'; text++)
		if (*text != ' ')
			buf_u8(&lower, (uint8_t)(*text >= 'A' && *text <= 'F' ? *text + 32 : *text));
	if (buf_from_hex(&out, bytes_of(&lower), &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&lower);
	return out;
}

#endif
