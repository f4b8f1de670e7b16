/* commands.h - the subcommands, each in its own file; the table is in main.c. */
#ifndef CATENA_COMMANDS_H
#define CATENA_COMMANDS_H

#include "issuance/catena/args.h"

#define OPTION_STATE \
	{ \
		"state", "DIR", "the state folder; ./var, or what CATENA_STATE says, when not given" \
	}

extern const struct arg_option conf_command_options[], import_options[], init_command_options[], migrate_options[], officer_add_options[],
	officer_reset_options[], officer_role_options[], state_options[], trace_options[], up_options[], verify_options[];

int init_command(const struct args *args, struct err *err);
int up_command(const struct args *args, struct err *err);
int down_command(const struct args *args, struct err *err);
int status_command(const struct args *args, struct err *err);
int officer_add_command(const struct args *args, struct err *err);
int officer_role_command(const struct args *args, struct err *err);
int officer_reset_command(const struct args *args, struct err *err);
int officer_list_command(const struct args *args, struct err *err);
int office_add_command(const struct args *args, struct err *err);
int office_list_command(const struct args *args, struct err *err);
int place_add_command(const struct args *args, struct err *err);
int import_births_command(const struct args *args, struct err *err);
extern const struct arg_option late_set_options[], policy_list_options[], policy_set_options[], facility_set_options[], facility_retire_options[];
int late_list_command(const struct args *args, struct err *err);
int late_set_command(const struct args *args, struct err *err);
int late_retire_command(const struct args *args, struct err *err);
int policy_list_command(const struct args *args, struct err *err);
int policy_set_command(const struct args *args, struct err *err);
int facility_list_command(const struct args *args, struct err *err);
int facility_set_command(const struct args *args, struct err *err);
int facility_retire_command(const struct args *args, struct err *err);
extern const struct arg_option kind_set_options[], fee_set_options[], fee_retire_options[], refund_set_options[], interview_set_options[];
int kind_list_command(const struct args *args, struct err *err);
int kind_set_command(const struct args *args, struct err *err);
int fee_list_command(const struct args *args, struct err *err);
int fee_set_command(const struct args *args, struct err *err);
int fee_retire_command(const struct args *args, struct err *err);
int refund_list_command(const struct args *args, struct err *err);
int refund_set_command(const struct args *args, struct err *err);
int interview_list_command(const struct args *args, struct err *err);
int interview_set_command(const struct args *args, struct err *err);
int interview_retire_command(const struct args *args, struct err *err);
extern const struct arg_option import_stops_options[];
int import_stops_command(const struct args *args, struct err *err);
extern const struct arg_option import_registers_options[];
int import_registers_command(const struct args *args, struct err *err);
extern const struct arg_option import_estimates_options[];
int import_estimates_command(const struct args *args, struct err *err);
extern const struct arg_option batch_options[];
int batch_command(const struct args *args, struct err *err);
int trace_command(const struct args *args, struct err *err);
int ledger_check_command(const struct args *args, struct err *err);
extern const struct arg_option demo_options[];
int demo_command(const struct args *args, struct err *err);
int conf_command(const struct args *args, struct err *err);
int roles_command(const struct args *args, struct err *err);
int migrate_command(const struct args *args, struct err *err);
int verify_command(const struct args *args, struct err *err);
extern const struct arg_option pki_cert_options[], pki_lint_options[], pki_passive_options[];
int pki_cert_command(const struct args *args, struct err *err);
int pki_lint_command(const struct args *args, struct err *err);
int pki_passive_command(const struct args *args, struct err *err);
extern const struct arg_option pki_seal_options[];
int pki_seal_command(const struct args *args, struct err *err);
extern const struct arg_option pki_cvc_options[], pki_lds_options[];
int pki_cvc_command(const struct args *args, struct err *err);
int pki_lds_command(const struct args *args, struct err *err);
int pki_mrz_command(const struct args *args, struct err *err);
extern const struct arg_option chip_options[], chip_write_options[], inspect_options[];
int chip_command(const struct args *args, struct err *err);
int chip_write_command(const struct args *args, struct err *err);
int inspect_command(const struct args *args, struct err *err);
extern const struct arg_option pki_list_options[];
int pki_list_command(const struct args *args, struct err *err);
extern const struct arg_option stoplist_export_options[], stoplist_delta_options[], stoplist_verify_options[];
int stoplist_export_command(const struct args *args, struct err *err);
int stoplist_delta_command(const struct args *args, struct err *err);
int stoplist_verify_command(const struct args *args, struct err *err);
int stoplist_ask_command(const struct args *args, struct err *err);
extern const struct arg_option partner_set_options[], partner_retire_options[];
int partner_list_command(const struct args *args, struct err *err);
int partner_set_command(const struct args *args, struct err *err);
int partner_retire_command(const struct args *args, struct err *err);
extern const struct arg_option subscriber_set_options[];
int subscriber_list_command(const struct args *args, struct err *err);
int subscriber_set_command(const struct args *args, struct err *err);
int subscriber_retire_command(const struct args *args, struct err *err);

/* Prints and clears the text. */
int print_buf(struct buf *text, struct err *err);

#endif
