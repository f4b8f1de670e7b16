/* catena conf, catena roles: the tables of the programs, printed. */
#include <stdio.h>

#include "issuance/catena/commands.h"
#include "registry/base/conf.h"
#include "registry/service/roles.h"

const struct arg_option conf_command_options[] = {
	{ "sample", NULL, "a commented catena.conf with every default (this is what is printed anyway)" },
	{ "manual", NULL, "the options part of catena.conf(5), mdoc" },
	{ NULL, NULL, NULL },
};

int
print_buf(struct buf *text, struct err *err)
{
	int rc = buf_check(text, err);

	if (rc == 0 && text->n > 0 && (fwrite(text->p, 1, text->n, stdout) != text->n || fflush(stdout) == EOF))
		rc = err_errno(err, "output");
	buf_clear(text);
	return rc;
}

int
conf_command(const struct args *args, struct err *err)
{
	struct buf out = BUF_INIT;

	if (args_flag(args, "manual"))
		conf_print_manual(&out);
	else
		conf_print_sample(&out);
	return print_buf(&out, err);
}

int
roles_command(const struct args *args, struct err *err)
{
	struct buf out = BUF_INIT;

	(void)args;
	for (const struct role_entry *r = role_table; r->name != NULL; r++)
		buf_printf(&out, "%-22s %s\n", r->name, r->manual);
	return print_buf(&out, err);
}
