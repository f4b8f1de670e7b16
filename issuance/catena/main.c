/* catena - the operator's command. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuance/catena/commands.h"
#include "registry/base/log.h"

static int help_command(const struct args *args, struct err *err);
static int version_command(const struct args *args, struct err *err);

/* clang-format off */
static const struct command commands[] = {
	{ "init", "[--state DIR]", "make an installation: database, token, keys, first officer", init_command_options, 0, 0, init_command,
	  "  What is there already stays as it is.  The password of the officer admin is shown once.\n" },
	{ "demo", "[--state DIR] [--out DIR] [--stay]", "play the whole chain with the specimen State Utopia", demo_options, 0, 0, demo_command },
	{ "up", "[--state DIR]", "start the database and all services, in the foreground", up_options, 0, 0, up_command,
	  "  A new folder is initialised first.  Ctrl-C stops all in order; when one program ends, the others are stopped.\n" },
	{ "down", "[--state DIR]", "stop what catena up started", state_options, 0, 0, down_command },
	{ "status", "[--state DIR]", "show what runs and whether it is ready", state_options, 0, 0, status_command,
	  "  Exit status 0: everything is ready; 1: something is not.\n" },
	{ "office add", "FILE.csv", "add offices from a file", state_options, 1, 1, office_add_command,
	  "  Columns: code, name, kind, place, series_first.  An office that is there stays as it is.\n" },
	{ "office list", "", "list the offices", state_options, 0, 0, office_list_command },
	{ "place add", "FILE.csv", "add places from a file", state_options, 1, 1, place_add_command,
	  "  Columns: code, name, kind, parent, valid_from, valid_to; a place comes after its parent.\n" },
	{ "officer add", "LOGIN --name NAME --role ROLE[,ROLE] --office CODE[,CODE]", "add an officer; prints password and second factor once",
	  officer_add_options, 1, 1, officer_add_command },
	{ "officer role", "LOGIN --role ROLE[,ROLE] --office CODE[,CODE] [--remove]", "give or take roles", officer_role_options, 1, 1,
	  officer_role_command },
	{ "officer reset", "LOGIN", "new password and second factor; ends sessions and lock-out", officer_reset_options, 1, 1,
	  officer_reset_command },
	{ "officer list", "", "list officers and their roles", state_options, 0, 0, officer_list_command },
	{ "late list", "", "list when an act of each kind is late", state_options, 0, 0, late_list_command },
	{ "late set", "KIND --days N --basis TEXT", "set when an act of a kind is late, and by which law", late_set_options, 1, 1, late_set_command,
	  "  It holds for what is declared from now on.  A late registration needs a senior officer's approval and further evidence.\n" },
	{ "late retire", "KIND", "acts of the kind are not late any more, whatever their age", state_options, 1, 1, late_retire_command },
	{ "policy list", "[--kind KIND]", "list who decides what of each kind of act", policy_list_options, 0, 0, policy_list_command },
	{ "policy set", "KIND DECISION [--late] [--alone yes|no] [--approval yes|no]", "set who decides what of a kind of act", policy_set_options, 2, 2,
	  policy_set_command,
	  "  DECISION: validate, approve, register, correct, correct_key, annul, reinstate, override.\n"
	  "  Some things no rule allows, whoever sets it: catena(1) names them.\n" },
	{ "facility list", "", "list the programs of health facilities that notify births and deaths", state_options, 0, 0, facility_list_command },
	{ "facility set", "PROGRAM [--certificate FILE] [--place CODE[,CODE]]", "let a program in, renew its certificate, add facilities", facility_set_options, 1, 1,
	  facility_set_command },
	{ "facility retire", "PROGRAM [--place CODE[,CODE]]", "let a program in no more, or not for these facilities", facility_retire_options, 1, 1,
	  facility_retire_command },
	{ "partner list", "", "list the programs of partners and what each is let in for", state_options, 0, 0, partner_list_command },
	{ "partner set", "PROGRAM [--certificate FILE] [--service NAME[,NAME]]", "let a partner's program in, renew its certificate, add services", partner_set_options, 1, 1,
	  partner_set_command },
	{ "partner retire", "PROGRAM [--service NAME[,NAME]]", "let a program in no more, or not for these services", partner_retire_options, 1, 1, partner_retire_command },
	{ "kind list", "", "list the kinds of documents: validity, consent, who approves", state_options, 0, 0, kind_list_command },
	{ "kind set", "KIND [--years N --years-minor N | --days N] [--consent-below AGE] [--fetched-below AGE] [--at-once 1|2] [--approver ROLE]", "change a kind of document", kind_set_options, 1, 1,
	  kind_set_command,
	  "  KIND: PP, PE, ID ..., as kind list has them.  Form, code and who is entitled are those of Doc 9303 and the law: not changed here.\n" },
	{ "fee list", "", "list what documents cost", state_options, 0, 0, fee_list_command },
	{ "fee set", "KIND --amount N --currency CODE [--surcharge N] [--urgent]", "set what a kind of document costs", fee_set_options, 1, 1, fee_set_command,
	  "  It holds for what is applied for from now on.  Amounts are in the smallest unit of the currency.\n" },
	{ "fee retire", "KIND [--urgent]", "a kind of document costs nothing any more", fee_retire_options, 1, 1, fee_retire_command },
	{ "refund list", "", "list how much is given back of which applications", state_options, 0, 0, refund_list_command },
	{ "refund set", "STATE --percent N", "set how much is given back of applications that were refused, cancelled or stopped", refund_set_options, 1, 1, refund_set_command },
	{ "interview list", "", "list when an applicant is interviewed", state_options, 0, 0, interview_list_command },
	{ "interview set", "RULE --days N --reason TEXT", "set when an applicant is interviewed", interview_set_options, 1, 1, interview_set_command,
	  "  RULE: late_registration (a birth registered late, not long ago), repeated_loss (two documents lost or stolen in that time).\n" },
	{ "interview retire", "RULE", "nobody is interviewed for it any more", state_options, 1, 1, interview_retire_command },
	{ "import stops", "FILE.csv --supervisor FILE", "set the stops of an alert list: nothing is issued to these persons", import_stops_options, 1, 1,
	  import_stops_command,
	  "  Columns: uin, reference; kind (alert, court).  What stands already stays; nothing is lifted: another officer does that, one by one.\n"
	  "  Rows that break a rule are written to FILE.csv.rejects.csv with line, column and rule.  Exit status 0: no row was refused.\n" },
	{ "import births", "FILE.csv --clerk FILE --registrar FILE", "declare and register the births of a file", import_options, 1, 1,
	  import_births_command,
	  "  Rows that break a rule are written to FILE.csv.rejects.csv with line, column and rule; the others are registered.\n"
	  "  A repetition registers nothing twice.  docs/demo/README.md describes the columns.  Exit status 0: no row was refused.\n" },
	{ "import registers", "FILE.csv --clerk FILE [--images DIR]", "import entries of paper registers with their scans", import_registers_options, 1, 1,
	  import_registers_command,
	  "  Nothing rests on an entry until it is promoted by review.  Rows that break a rule, or whose scans do, are written to\n"
	  "  FILE.csv.rejects.csv with line, column and rule; the others are imported.  A repetition imports nothing twice.\n"
	  "  catena(1) describes the columns.  Exit status 0: no row was refused.\n" },
	{ "import estimates", "FILE.csv --statistician FILE", "import estimates of how many births, deaths ... occurred", import_estimates_options, 1, 1,
	  import_estimates_command,
	  "  The statistics say how complete the register is against them.  Columns: event, year, events, source; place and sex where they are\n"
	  "  for less than the country and both.  Rows that break a rule are written to FILE.csv.rejects.csv with line, column and rule.  The\n"
	  "  newest estimate counts; the same row again is no further one.  Exit status 0: no row was refused.\n" },
	{ "stoplist export", "--out FILE --officer FILE [--format csv|xml|snapshot]", "export the whole stop list", stoplist_export_options, 0, 0, stoplist_export_command,
	  "  Prints counts and the time from report to export; docs/stop-list.md describes the files.\n" },
	{ "stoplist delta", "--since N --out FILE --officer FILE [--format csv|xml]", "export what changed since export N", stoplist_delta_options, 0, 0, stoplist_delta_command },
	{ "stoplist verify", "FILE --anchor CSCA.pem", "check a snapshot of the stop list, offline", stoplist_verify_options, 1, 1, stoplist_verify_command,
	  "  Exit status 0: good; 1: good, but a newer one was due; 3: not to be trusted, or unreadable.\n" },
	{ "stoplist ask", "FILE NUMBER... --anchor CSCA.pem", "ask a snapshot whether numbers are on the stop list, offline", stoplist_verify_options, 2, ARGS_POSITIONALS,
	  stoplist_ask_command, "  Exit status 0: none is; 1: none is, but a newer snapshot was due; 2: one is; 3: not to be trusted, or unreadable.\n" },
	{ "subscriber list", "", "list who is told of what by signed notifications", state_options, 0, 0, subscriber_list_command },
	{ "subscriber set", "NAME --url URL --topic TOPIC[,TOPIC]", "tell somebody of what happens", subscriber_set_options, 1, 1, subscriber_set_command,
	  "  TOPIC: FAMILY.EVENT or FAMILY.*, of act, application, booklets, document, person.  docs/notifications.md describes what is posted.\n" },
	{ "subscriber retire", "NAME", "tell them of nothing any more", state_options, 1, 1, subscriber_retire_command },
	{ "trace", "NUMBER --officer FILE [--bundle FILE] [--undisclosed]", "show where a passport comes from", trace_options, 1, 1,
	  trace_command },
	{ "batch", "[ID [--stop REASON | --resume] [--once]] --officer FILE", "an office's batches; the progress of one until it ends; stop it, go on with it", batch_options, 0,
	  1, batch_command,
	  "  Without ID: the newest batches of the officer's passport offices.  On a terminal a bar, else a line whenever something changed; and why stations wait.\n"
	  "  Ends with the batch, or when it is stopped and no station has anything of it in hand.  Exit status 0: completed, and nothing failed.\n" },
	{ "ledger check", "[--state DIR]", "recompute the ledger from the rows, name what was altered", state_options, 0, 0,
	  ledger_check_command, "  Exit status 0: nothing was altered; 1: something was, or it could not be checked.\n" },
	{ "migrate", "[--state DIR]", "bring the database's schema up to date", migrate_options, 0, 0, migrate_command },
	{ "pki lint", "FILE... [--anchor FILE...] [--json] | --rules", "departures of certificates, CRLs, lists and security objects from Doc 9303", pki_lint_options, 0,
	  ARGS_POSITIONALS, pki_lint_command,
	  "  One finding per line: file, severity, code, text, clause.  Exit status 0: good; 1: warnings; 2: an error; 3: unreadable.\n" },
	{ "pki list", "FILE --anchor FILE... [--previous FILE] [--crl FILE...] [--at YYYY-MM-DD] [--accept-weak] [--json]",
	  "a master list or deviation list: its signature, its signer, what is in it", pki_list_options, 1, 1, pki_list_command,
	  "  One verdict per line: outcome, code, text, clause; then the figures, and with --previous what was added and removed.\n"
	  "  Exit status 0: good; 1: warnings, or something could not be checked; 2: refused; 3: unreadable.\n" },
	{ "pki cert", "FILE [--json]", "a certificate for a person to read", pki_cert_options, 1, 1, pki_cert_command,
	  "  Exit status 3: unreadable.\n" },
	{ "pki passive", "--sod FILE [--dg N=FILE]... [--com FILE] --anchor FILE... [--crl FILE]... [--deviations FILE] [--at YYYY-MM-DD] [--accept-weak] [--json]",
	  "passive authentication of a document's files", pki_passive_options, 0, 0, pki_passive_command,
	  "  One verdict per line: check, outcome, code, text.  Exit status 0: good; 1: warnings, or something could not be checked;\n"
	  "  2: refused; 3: unreadable.\n" },
	{ "pki seal", "FILE --signer CERT... [--anchor FILE...] [--crl FILE...] [--mrz FILE] [--at YYYY-MM-DD] [--json]",
	  "what a visible digital seal says and what it is worth", pki_seal_options, 1, 1, pki_seal_command,
	  "  FILE: the octets that the bar code holds.  One verdict per line: check, outcome, code, text; then what the seal says.\n"
	  "  Exit status 0: good; 1: warnings, or something could not be checked; 2: refused; 3: unreadable.\n" },
	{ "pki lds", "FILE [--at YYYY-MM-DD] [--json]", "what a file of a passport's chip says", pki_lds_options, 1, 1, pki_lds_command,
	  "  FILE: EF.COM, EF.SOD, EF.CardAccess, EF.CardSecurity, a data group, or a record of ISO/IEC 19794 or 39794.  Each by itself: whether it is\n"
	  "  genuine, catena pki passive tells.  Exit status 0: in order; 1: warnings, or something was not checked; 2: refused; 3: unreadable.\n" },
	{ "pki mrz", "FILE [--at YYYY-MM-DD] [--json]", "what a machine readable zone says: TD1, TD2, TD3, MRV-A, MRV-B", pki_lds_options, 1, 1, pki_mrz_command,
	  "  FILE: its lines.  Exit status 0: all check digits agree; 2: they do not, or a position holds what it must not; 3: no such form.\n" },
	{ "pki cvc", "FILE... [--at YYYY-MM-DD] [--json]", "verify card-verifiable certificates, from the CVCA down to the terminal", pki_cvc_options, 1, 16,
	  pki_cvc_command,
	  "  The first is the trust point.  Exit status 0: good; 1: weak; 2: refused; 3: unreadable.\n" },
	{ "chip", "[--folder DIR] [--connect HOST:PORT | --listen HOST:PORT]", "a software chip in a virtual reader (vsmartcard's vpcd), in the foreground", chip_options,
	  0, 0, chip_command,
	  "  It begins empty and is personalised by commands, or holds what is in DIR; Ctrl-C ends it.  Its keys lie in memory and in DIR:\n"
	  "  for tests and training, not for holders.\n" },
	{ "chip write", "DIR [--reader NAME] [--profile NAME]", "personalise the empty chip in a reader, lock it, read it back", chip_write_options, 1, 1,
	  chip_write_command,
	  "  DIR holds EF.COM.bin, EF.DG1.bin ... EF.SOD.bin, and for a chip that takes them EF.CardAccess.bin, EF.CardSecurity.bin,\n"
	  "  CAN, CA.key, AA.key, CVCA.cvcert; the MRZ in DG1 opens the chip from then on.\n" },
	{ "inspect", "--mrz FILE | --can FILE [--anchor FILE...] [--crl FILE...] [--portrait FILE] [--out DIR] [--reader NAME] [--json]",
	  "inspect the document in a reader: open, prove, read, judge", inspect_options, 0, 0, inspect_command,
	  "  One line per step: access, EF.CardAccess, the chip's proof, ours; then what passive authentication says under the anchors; the last line is the verdict.\n"
	  "  Exit status as the verdict: 0 good, 1 warning or not checked, 2 refused, 3 unreadable.\n" },
	{ "verify", "FILE --anchor CSCA.pem", "check a descent bundle, offline", verify_options, 1, 1, verify_command,
	  "  Prints one line per link of the chain.  Exit status 0: good; 1: bad, or it could not be checked.\n" },
	{ "conf", "[--sample | --manual]", "print the options of the configuration file", conf_command_options, 0, 0, conf_command },
	{ "roles", "", "print the roles that officers can have", NULL, 0, 0, roles_command },
	{ "version", "", "print the version", NULL, 0, 0, version_command },
	{ "help", "[COMMAND]", "print this, or what a command takes", NULL, 0, 2, help_command },
	{ NULL }
};
/* clang-format on */

static int
version_command(const struct args *args, struct err *err)
{
	(void)args;
	(void)err;
	printf("catena %s\n", PACKAGE_VERSION);
	return 0;
}

/* All commands, one, or those that begin with the word given. */
static int
help_command(const struct args *args, struct err *err)
{
	struct buf out = BUF_INIT;
	const struct command *c;
	struct args found;
	int used;

	if (args->n == 0) {
		commands_usage(commands, &out);
		return print_buf(&out, err);
	}
	if ((c = command_find(commands, args->n, args->positional, &used)) != NULL && used == args->n) {
		command_usage(c, &out);
		return print_buf(&out, err);
	}
	for (c = commands; c->name != NULL; c++)
		if (strncmp(c->name, args->positional[0], strlen(args->positional[0])) == 0 && c->name[strlen(args->positional[0])] == ' ')
			buf_printf(&out, "catena %s %s\n    %s\n", c->name, c->arguments, c->help);
	if (out.n > 0)
		return print_buf(&out, err);
	return args_parse(commands, args->n, args->positional, &found, err); /* says what may have been meant */
}

static void
complain(const char *command, const struct err *err)
{
	fprintf(stderr, "catena%s%s: %s\n", *command != '\0' ? " " : "", command, err->text);
	for (unsigned i = 1; i < err->nproblem; i++)
		fprintf(stderr, "    %s: %s\n", err->problem[i].pointer, err->problem[i].text);
	if (err->hint[0] != '\0')
		fprintf(stderr, "    %s\n", err->hint);
}

/* For programs that ask: the statuses 1 and 2 of catena pki are verdicts, and what could not begin gave none. */
static int
failure(int argc, char **argv, int otherwise)
{
	return argc > 1 && strcmp(argv[1], "pki") == 0 ? 3 : otherwise;
}

int
main(int argc, char **argv)
{
	static const char *const no_words[] = { "help" };
	const char *const *words = argc > 1 ? (const char *const *)argv + 1 : no_words;
	struct err err = ERR_INIT;
	struct args args;
	int rc;

	umask(077);
	signal(SIGPIPE, SIG_IGN);
	log_open("catena", LOG_WARNING);
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		words = no_words;
	if (args_parse(commands, argc > 1 ? argc - 1 : 1, words, &args, &err) == -1) {
		complain("", &err);
		return failure(argc, argv, 2);
	}
	if ((rc = args.command->run(&args, &err)) == -1) {
		complain(args.command->name, &err);
		return failure(argc, argv, 1);
	}
	return rc;
}
