/*
 * The manual's tables are printed from the programs' own: options, states, roles.  This test holds docs/ against them; when a table
 * has changed, `UPDATE_MANUAL=1 tests/unit/test_manual` writes the pages again.
 */
#include "registry/base/conf.h"
#include "registry/base/file.h"
#include "registry/service/roles.h"
#include "registry/store/states.h"
#include "tests/tap.h"

static void
print_sample(struct buf *out)
{
	conf_print_sample(out);
}

static void
print_options(struct buf *out)
{
	conf_print_manual(out);
}

static void
page(struct buf *out, const char *name, int section, const char *title, const char *before)
{
	char upper[40];
	size_t i;

	for (i = 0; name[i] != '\0' && i < sizeof(upper) - 1; i++)
		upper[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 32) : name[i];
	upper[i] = '\0';
	buf_printf(out, ".Dd November 21, 2026\n.Dt %s %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n.Sh DESCRIPTION\n%s", upper, section, name, title, before);
}

static void
print_conf_page(struct buf *out)
{
	page(out, "catena.conf", 5, "configuration of all Catena programs",
		"One file for all programs: lines\n.Dq name = value ,\ncomments on lines that begin with\n.Dq # ,\nand sections\n.Bq program\n"
		"whose lines hold for that program only, also for options of all programs.\n"
		"Paths that are not absolute begin at the folder of the file.\n"
		"Unknown options, options given twice and values out of range are errors with file and line.\n"
		".Nm catena\n.Cm conf --sample\nprints a file with every default.\n");
	print_options(out);
	buf_str(out, ".Sh SEE ALSO\n.Xr catena 1\n");
}

static void
print_states_page(struct buf *out)
{
	page(out, "catena-states", 7, "the states of acts, enrolments, applications, documents, ceremonies, keys and trust",
		"Each decision is a row that is never changed; the database finds its transition and refuses what does not fit.\n");
	states_print_manual(out);
	buf_str(out, ".Sh SEE ALSO\n.Xr catena-roles 7\n");
}

static void
print_roles_page(struct buf *out)
{
	page(out, "catena-roles", 7, "what officers and programs can be",
		"A role holds for an office.\nWho may do what is in the table of routes of each service, and four eyes are the database's.\n"
		".Bl -tag -width Ds\n");
	roles_manual(out);
	buf_str(out, ".El\n.Sh SEE ALSO\n.Xr catena 1 ,\n.Xr catena-states 7\n");
}

static const struct {
	const char *file;
	void (*print)(struct buf *out);
} pages[] = {
	{ "docs/catena.conf.sample", print_sample },
	{ "docs/catena.conf.5", print_conf_page },
	{ "docs/catena-states.7", print_states_page },
	{ "docs/catena-roles.7", print_roles_page },
};

int
main(void)
{
	const char *top = getenv("top_srcdir");

	for (size_t i = 0; i < NELEM(pages); i++) {
		struct buf printed = BUF_INIT, have = BUF_INIT;
		struct err err = ERR_INIT;
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", top == NULL ? "." : top, pages[i].file);
		pages[i].print(&printed);
		if (getenv("UPDATE_MANUAL") != NULL && file_write(path, bytes_of(&printed), 0644, &err) == -1)
			bail_out("%s", err.text);
		ok(file_read(path, 1 << 20, &have, &err) == 0 && bytes_equal(bytes_of(&have), bytes_of(&printed)), "%s is what the programs say",
			pages[i].file);
		buf_clear(&printed);
		buf_clear(&have);
	}
	return done_testing();
}
