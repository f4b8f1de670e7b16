/* A file of another State: whatever it is, the linter says what departs or that it is unreadable; and the view of a certificate can be made. */
#include <stdlib.h>

#include "pki/certview.h"
#include "pki/lint.h"
#include "registry/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
view(struct bytes in)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct cert *cert = NULL;
	json_t *object = NULL;

	if (cert_parse(in, &cert, &err) == -1)
		return;
	if (certview_text(cert, &text, &err) == -1 || certview_json(cert, &object, &err) == -1)
		abort();
	if (!text_is_utf8(bytes_of(&text)) || memchr(text.p, '\x1b', text.n) != NULL)
		abort(); /* a terminal would obey it */
	json_decref(object);
	buf_clear(&text);
	cert_free(cert);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = BYTES(data, size);
	struct err err = ERR_INIT;
	struct lint l;

	if (lint_file(in, NULL, &l, &err) == 0 && l.kind == LINT_UNKNOWN)
		abort();
	for (size_t i = 0; i < l.n; i++)
		if (l.finding[i].text[0] == '\0' || l.finding[i].rule->code == NULL)
			abort();
	lint_clear(&l);
	/* Each profile once, chosen by the length, so that the same input is always the same path. */
	{
		const struct lint_options options = { .profile = (int)(size % PROFILES) };

		lint_cert(in, &options, &l, &err);
		lint_clear(&l);
	}
	view(in);
	return 0;
}
