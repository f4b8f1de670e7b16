/*
 * daemon.h - how every daemon of the suite begins and ends.
 *
 *	daemon_begin("civild", argc, argv, &args, &err)   before any thread: umask, core dumps off, signals, options
 *	... read the configuration and the keys, bind ...
 *	daemon_drop_privileges(conf_text(conf, "user"), &err)
 *	daemon_ready("civild", http_server_url(server))   "civild ready https://127.0.0.1:8441" on stdout
 *	daemon_wait(-1)                                    until SIGTERM or SIGINT
 *	daemon_stopping(); http_server_stop(...)
 */
#ifndef CATENA_SERVICE_DAEMON_H
#define CATENA_SERVICE_DAEMON_H
#include "registry/base/err.h"

struct daemon_args {
	const char *config_file; /* --config FILE, "" when not given */
};

/*
 * Options: --config FILE, --help, --version (these two print and exit).  umask 077; RLIMIT_CORE 0 and not dumpable, since keys and
 * personal data are in memory; SIGPIPE ignored; SIGTERM and SIGINT blocked in all threads and read by daemon_wait.
 * -1 FAIL_INPUT for an unknown option.
 */
int daemon_begin(const char *program, int argc, char **argv, struct daemon_args *args, struct err *err);
/* For good, groups included, with no_new_privs.  Nothing to do when user is "" or we are not root. */
int daemon_drop_privileges(const char *user, struct err *err);
/* The line on stdout that `catena up` waits for, and READY=1 to systemd when NOTIFY_SOCKET is set. */
void daemon_ready(const char *program, const char *address);
void daemon_stopping(void); /* STOPPING=1 */
/* The signal that asks to stop, or 0 after `milliseconds` (-1: wait for it).  After the first such signal: that one, at once. */
int daemon_wait(int milliseconds);
int daemon_signal_fd(void); /* readable when a signal waits, for own poll loops; then call daemon_wait(0) */

#endif
