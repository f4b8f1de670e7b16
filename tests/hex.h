/* hex.h - octets that a test writes down in hexadecimal, spaces allowed.  The caller clears. */
#ifndef CATENA_TESTS_HEX_H
#define CATENA_TESTS_HEX_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"
#include "tests/tap.h"

__attribute__((unused)) static struct buf
octets(const char *hex)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT, out = BUF_INIT;

	for (; *hex != '\0'; hex++)
		if (*hex != ' ')
			buf_u8(&text, (uint8_t)*hex);
	if (buf_from_hex(&out, bytes_of(&text), &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&text);
	return out;
}

#endif
