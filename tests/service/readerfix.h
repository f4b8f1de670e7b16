/*
 * readerfix.h - a virtual reader for a test: pcscd with vsmartcard's driver, and `catena chip` as the booklets that are put into it.
 *
 * pcscd has one socket for the whole machine, so the test's process gets a mount and network namespace of its own where that is allowed, before it starts
 * anything else.
 */
#ifndef CATENA_TESTS_READERFIX_H
#define CATENA_TESTS_READERFIX_H

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "tests/service/chance.h"
#include "tests/tap.h"

#define READERFIX_DRIVER "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
#define READERFIX_NAME   "Catena test 00 00"

static struct {
	char folder[64];
	unsigned port, chips; /* chips: put in so far; each keeps its folder, chip-1 ... */
	pid_t daemon, chip;
} readerfix;

/* NULL: there is a reader's place; else why the test is skipped.  Before any thread or child. */
__attribute__((unused)) static const char *
readerfix_enter(void)
{
	if (access("/usr/sbin/pcscd", X_OK) != 0 || access(READERFIX_DRIVER, R_OK) != 0)
		return "pcscd and vsmartcard-vpcd are not installed";
	if (geteuid() != 0)
		return "pcscd is started as root";
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) == 0) {
		mkdir("/run/pcscd", 0755);
		if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 || mount("pcscd", "/run/pcscd", "tmpfs", 0, NULL) == -1)
			return "no file system for pcscd's socket";
		return system("ip link set lo up") == 0 ? NULL : "no loopback interface";
	}
	return access("/run/pcscd/pcscd.comm", F_OK) == 0 ? "another pcscd runs, and namespaces are not allowed" : NULL;
}

static pid_t
readerfix_spawn(const char *log, const char *const argv[])
{
	pid_t pid = (fflush(NULL), fork());
	char path[200];

	if (pid == -1)
		bail_out("no process");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(path, sizeof(path), "%s/%s", readerfix.folder, log);
		if (freopen(path, "w", stdout) == NULL || dup2(1, 2) == -1)
			_exit(126);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

/* It calls the reader, which waits: a driver that calls chips does not survive that one is pulled out. */
static pid_t
readerfix_chip(const char *folder)
{
	const char *builddir = getenv("top_builddir");
	char program[400], address[40];

	snprintf(program, sizeof(program), "%s/catena", builddir != NULL ? builddir : ".");
	snprintf(address, sizeof(address), "127.0.0.1:%u", readerfix.port);
	return readerfix_spawn("chip.log", (const char *const[]){ program, "chip", "--connect", address, "--folder", folder, NULL });
}

static void
readerfix_end(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGTERM);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

/* The folder of the nth chip that was put in. */
__attribute__((unused)) static const char *
readerfix_folder(unsigned n)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/chip-%u", readerfix.folder, n);
	return path;
}

/* Takes the booklet out, also in the middle of something; what is on its chip is in its folder then. */
__attribute__((unused)) static void
readerfix_pull(void)
{
	readerfix_end(&readerfix.chip);
	wait_ms(1000); /* nobody changes booklets faster, and pcscd must see that there is none */
}

/* A new one in its place. */
__attribute__((unused)) static void
readerfix_feed(void)
{
	readerfix_pull();
	readerfix.chips++;
	readerfix.chip = readerfix_chip(readerfix_folder(readerfix.chips));
}

/* An old one again. */
__attribute__((unused)) static void
readerfix_put_back(unsigned n)
{
	readerfix_pull();
	readerfix.chip = readerfix_chip(readerfix_folder(n));
}

/* pcscd with an empty reader. */
__attribute__((unused)) static void
readerfix_start(void)
{
	char config[100], path[120];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	snprintf(readerfix.folder, sizeof(readerfix.folder), "/tmp/reader-XXXXXX");
	if (mkdtemp(readerfix.folder) == NULL)
		bail_out("no folder");
	readerfix.port = 20000 + (unsigned)getpid() % 20000 / 2 * 2;
	snprintf(config, sizeof(config), "%s/readers", readerfix.folder);
	snprintf(path, sizeof(path), "%s/vpcd", config);
	buf_printf(&text, "FRIENDLYNAME \"Catena test\"\nDEVICENAME /dev/null:0x%X\nLIBPATH " READERFIX_DRIVER "\nCHANNELID 0x%X\n", readerfix.port, readerfix.port);
	if (mkdir(config, 0700) == -1 || file_write(path, bytes_of(&text), 0600, &err) == -1)
		bail_out("%s: %s", config, err.text);
	buf_clear(&text);
	readerfix.daemon = readerfix_spawn("pcscd.log", (const char *const[]){ "/usr/sbin/pcscd", "--foreground", "--error", "--config", config, NULL });
}

__attribute__((unused)) static void
readerfix_stop(void)
{
	char command[120];

	readerfix_end(&readerfix.daemon);
	readerfix_end(&readerfix.chip);
	snprintf(command, sizeof(command), "rm -rf %s /run/pcscd/pcscd.*", readerfix.folder);
	if (readerfix.folder[0] != '\0' && system(command) != 0)
		printf("# %s is left\n", readerfix.folder);
}

#endif
