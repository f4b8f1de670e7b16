/*
 * What a confined process can and cannot do: each case in a process of its own, which ends with 0 when the call worked, 1 when it failed,
 * or is killed by SIGSYS.  And a token of files goes on working in one.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pki/pin.h"
#include "pki/signd/confine.h"
#include "pki/signd/tokenfiles.h"
#include "pki/token.h"
#include "tests/unit/softhsm.h"

static char folder[] = "/tmp/catena-confine-XXXXXX", inside[64], outside[64], address[64]; /* in folder */

enum end { WORKS,
	FAILS,
	KILLED };

typedef bool attempt(void);

static bool
open_outside(void)
{
	return open(outside, O_RDONLY) != -1;
}

static bool
open_system(void)
{
	return open("/etc/passwd", O_RDONLY) != -1;
}

static bool
make_outside(void)
{
	return open("/tmp/catena-confine-made", O_WRONLY | O_CREAT, 0600) != -1;
}

static bool
look_outside(void)
{
	struct stat st;

	return stat("/etc/passwd", &st) == 0;
}

static bool
read_inside(void)
{
	char o;
	int fd = open(inside, O_RDONLY);

	return fd != -1 && read(fd, &o, 1) == 1;
}

static bool
write_inside(void)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "%s/in/made", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	return fd != -1 && write(fd, "x", 1) == 1 && close(fd) == 0 && unlink(path) == 0;
}

static bool
climb_out(void)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/in/../out", folder);
	return open(path, O_RDONLY) != -1;
}

static bool
other_program(void)
{
	return execl("/bin/true", "true", (char *)NULL) == 0;
}

static bool
other_process(void)
{
	return fork() != -1;
}

static bool
debug_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool
executable_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
executable_later(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool
listen_to_the_net(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return listen(fd, 1) == 0;
}

static bool
raw_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) != -1 || socket(AF_NETLINK, SOCK_RAW, 0) != -1;
}

static bool
become_root(void)
{
	return setuid(0) == 0;
}

static bool
kill_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
raise_limit(void)
{
	struct rlimit core = { 1, 1 };

	return setrlimit(RLIMIT_CORE, &core) == 0;
}

static bool
change_mode(void)
{
	return chmod(inside, 0777) == 0;
}

static bool
local_socket(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", address);
	return fd != -1 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

static void *
thread_main(void *arg)
{
	void *p = malloc(1 << 20);

	*(bool *)arg = p != NULL;
	free(p);
	return NULL;
}

static bool
threads(void)
{
	pthread_t t[8];
	bool ran[8] = { false };

	for (int i = 0; i < 8; i++)
		if (pthread_create(&t[i], NULL, thread_main, &ran[i]) != 0)
			return false;
	for (int i = 0; i < 8; i++)
		if (pthread_join(t[i], NULL) != 0 || !ran[i])
			return false;
	return true;
}

static void *
open_in_thread(void *arg)
{
	*(bool *)arg = open_system();
	return NULL;
}

static bool
open_by_a_thread(void)
{
	bool opened = true;
	pthread_t t;

	pthread_create(&t, NULL, open_in_thread, &opened);
	pthread_join(t, NULL);
	return opened;
}

static const struct {
	const char *what;
	attempt *how;
	enum end without_files, with_files;
} cases[] = {
	{ "a file outside is not opened", open_outside, FAILS, FAILS },
	{ "nor through the folder", climb_out, FAILS, FAILS },
	{ "nor one of the system", open_system, FAILS, FAILS },
	{ "nor by a thread", open_by_a_thread, FAILS, FAILS },
	{ "nor is one made", make_outside, FAILS, FAILS },
	{ "a file inside is read when there are files", read_inside, FAILS, WORKS },
	{ "and made, written and removed", write_inside, FAILS, WORKS },
	{ "a file outside is looked up only when there are files", look_outside, FAILS, WORKS },
	{ "no mode is changed", change_mode, FAILS, FAILS },
	{ "threads run", threads, WORKS, WORKS },
	{ "a unix socket is connected", local_socket, WORKS, WORKS },
	{ "no other socket is made", raw_socket, FAILS, FAILS },
	{ "no limit is raised", raise_limit, FAILS, FAILS },
	{ "another program", other_program, KILLED, KILLED },
	{ "another process", other_process, KILLED, KILLED },
	{ "debugging", debug_parent, KILLED, KILLED },
	{ "executable memory", executable_memory, KILLED, KILLED },
	{ "memory made executable", executable_later, KILLED, KILLED },
	{ "listening", listen_to_the_net, KILLED, KILLED },
	{ "becoming root", become_root, KILLED, KILLED },
	{ "a signal to another process", kill_parent, KILLED, KILLED },
};

static enum end
outcome(attempt *how, const char *files)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		enum confined_files confined;
		struct err err = ERR_INIT;

		if (confine_process(files, &confined, &err) == -1) {
			printf("# %s\n", err.text);
			_exit(9);
		}
		_exit(how() ? WORKS : FAILS);
	}
	if (waitpid(pid, &status, 0) != pid || (WIFEXITED(status) && WEXITSTATUS(status) > FAILS))
		bail_out("the case did not run");
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGSYS)
		printf("# ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) ? (enum end)WEXITSTATUS(status) : KILLED;
}

static void
test_calls(void)
{
	static const char *const ends[] = { "works", "fails", "is killed" };
	char files[80];

	snprintf(files, sizeof(files), "%s/in", folder);
	for (size_t i = 0; i < NELEM(cases); i++) {
		enum end without = outcome(cases[i].how, ""), with = outcome(cases[i].how, files);

		ok(without == cases[i].without_files && with == cases[i].with_files, "%s: without files %s, with files %s", cases[i].what, ends[without],
			ends[with]);
	}
}

/* ---- a token ---- */

static bool
token_goes_on(void)
{
	struct token *token = NULL;
	struct session *s = NULL;
	struct token_key *key = NULL, *other = NULL;
	struct buf signature = BUF_INIT, files = BUF_INIT;
	enum confined_files confined;
	struct err err = ERR_INIT;
	bool good = false;

	if (token_open(softhsm_uri, bytes_str(SOFTHSM_PIN), 2, &token, &err) == -1 || token_borrow(token, &s, &err) == -1 ||
		token_key_generate(s, "brainpoolP256r1", "k", BYTES("k", 1), &key, &err) == -1 || token_files("auto", softhsm_uri, &files, &err) == -1 ||
		confine_process(buf_cstr(&files), &confined, &err) == -1)
		goto out;
	if (open_system() || open_outside()) {
		err_set(&err, FAIL_INTERNAL, "a file outside was opened");
		goto out;
	}
	good = token_sign(s, key, token_key_sigalg(key), SIGNATURE_DER, bytes_str("x"), &signature, &err) == 0 &&
		softhsm_module()->C_CloseAllSessions(softhsm_slot()) == CKR_OK && /* and logs in again */
		token_sign(s, key, token_key_sigalg(key), SIGNATURE_DER, bytes_str("y"), &signature, &err) == 0 &&
		token_key_generate(s, "P-256", "l", BYTES("l", 1), &other, &err) == 0 && token_key_destroy(s, other, &err) == 0;
out:
	if (!good)
		printf("# %s\n", err.text);
	return good;
}

static void
test_token(void)
{
	pid_t pid;
	int status = -1;

	if (!softhsm_start()) {
		skip("a token of files", "SoftHSM is not installed");
		return;
	}
	if ((pid = fork()) == 0)
		_exit(token_goes_on() ? 0 : 1);
	waitpid(pid, &status, 0);
	ok(status == 0, "a token of files signs, logs in again, makes and destroys a key, and no other file is opened (%d)", status);
	softhsm_stop();
}

static void
test_files(void)
{
	struct buf files = BUF_INIT;
	struct err err = ERR_INIT;
	char conf[80], want[200];
	FILE *f;

	snprintf(conf, sizeof(conf), "%s/hsm.conf", folder);
	f = fopen(conf, "w");
	fprintf(f, "# tokens\nobjectstore.backend = file\n  directories.tokendir =  %s/in/ \nlog.level = ERROR\n", folder);
	fclose(f);
	setenv("SOFTHSM2_CONF", conf, 1);
	snprintf(want, sizeof(want), "%s %s/in", conf, folder);
	ok(token_files("auto", "pkcs11:token=a?module-path=/usr/lib/softhsm/libsofthsm2.so", &files, &err) == 0, "SoftHSM's files");
	is(buf_cstr(&files), want, "its configuration and its tokens");
	ok(token_files("auto", "pkcs11:token=a?module-path=/opt/hsm/libhsm.so", &files, &err) == 0 && files.n == 0, "an HSM has none");
	ok(token_files(" /a  auto /b ", "pkcs11:token=a?module-path=/opt/hsm/libhsm.so", &files, &err) == 0, "what the option names besides");
	is(buf_cstr(&files), "/a /b", "is kept");
	f = fopen(conf, "w");
	fprintf(f, "log.level = ERROR\n");
	fclose(f);
	ok(token_files("auto", "libsofthsm2", &files, &err) == -1 && err.kind == FAIL_INPUT, "refuses: a configuration without a folder of tokens");
	unlink(conf);
	ok(token_files("auto", "libsofthsm2", &files, &err) == -1, "refuses: no configuration");
	unsetenv("SOFTHSM2_CONF");
	buf_clear(&files);
}

/* ---- PINs ---- */

static bool
pin_is(const char *source, const char *want)
{
	struct pin *pin = NULL;
	struct err err = ERR_INIT;
	bool same = pin_read(source, "PIN", &pin, &err) == 0 && bytes_equal(pin_bytes(pin), bytes_str(want));

	if (!same)
		printf("# %s\n", err.text);
	pin_free(pin);
	return same;
}

static bool
pin_refused(const char *source, enum fail kind)
{
	struct pin *pin = NULL;
	struct err err = ERR_INIT;
	bool refused = pin_read(source, "PIN", &pin, &err) == -1 && err.kind == kind && pin == NULL && strstr(err.text, "73519") == NULL;

	if (!refused)
		printf("# %s: %s\n", fail_name(err.kind), err.text);
	return refused;
}

static const char *
pin_file(const char *text, mode_t mode)
{
	static char path[80];
	int fd;

	snprintf(path, sizeof(path), "%s/pin", folder);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, mode) == -1)
		bail_out("no file for a PIN");
	close(fd);
	return path;
}

static void
test_pin(void)
{
	char source[100], longest[300];
	int p[2];

	ok(pin_is(pin_file("73519\n", 0600), "73519") && pin_is(pin_file("73519", 0400), "73519") && pin_is(pin_file("73519\r\n", 0600), "73519"),
		"a file's only line");
	snprintf(source, sizeof(source), "file:%s", pin_file("73519 a", 0600));
	ok(pin_is(source, "73519 a"), "as file:PATH");
	ok(pin_refused(pin_file("73519", 0640), FAIL_DENIED) && pin_refused(pin_file("73519", 0604), FAIL_DENIED), "refuses: a file that others may read");
	ok(pin_refused(pin_file("", 0600), FAIL_INPUT) && pin_refused(pin_file("\n73519\n", 0600), FAIL_INPUT), "refuses: an empty line");
	ok(pin_refused(pin_file("73519\n73519\n", 0600), FAIL_INPUT), "refuses: two lines");
	memset(longest, '7', sizeof(longest));
	longest[256] = '\0';
	ok(pin_refused(pin_file(longest, 0600), FAIL_INPUT), "refuses: 256 octets");
	longest[255] = '\0';
	ok(pin_is(pin_file(longest, 0600), longest), "255 are taken");
	ok(pin_refused("/nowhere/pin", FAIL_NOT_FOUND), "refuses: no such file");
	if (pipe(p) == -1 || write(p[1], "73519\n2468\n", 11) != 11)
		bail_out("pipe");
	close(p[1]);
	snprintf(source, sizeof(source), "fd:%d", p[0]);
	ok(pin_is(source, "73519") && pin_is(source, "2468"), "a descriptor gives one line after the other");
	ok(pin_refused(source, FAIL_INPUT), "refuses: a descriptor that has ended");
	close(p[0]);
	ok(pin_refused(source, FAIL_INPUT) && pin_refused("fd:", FAIL_INPUT) && pin_refused("fd:x", FAIL_INPUT) && pin_refused("fd:-1", FAIL_INPUT),
		"refuses: no open descriptor");
	if (fork() == 0) {
		setsid(); /* no terminal */
		_exit(pin_refused("prompt", FAIL_NOT_FOUND) ? 0 : 1);
	} else {
		int status = -1;

		wait(&status);
		ok(status == 0, "refuses: a prompt without a terminal");
	}
}

static void
test_memory(void)
{
	struct err err = ERR_INIT;
	struct rlimit core;
	bool locked = false;

	ok(confine_memory(true, &locked, &err) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0, "no core file");
	if (geteuid() == 0)
		ok(locked, "root locks all memory");
	else
		skip("all memory is locked", "not root");
}

int
main(void)
{
	char command[256];
	int listener;
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	setbuf(stdout, NULL);
	if (mkdtemp(folder) == NULL)
		bail_out("no folder");
	snprintf(inside, sizeof(inside), "%s/in/a", folder);
	snprintf(outside, sizeof(outside), "%s/out", folder);
	snprintf(address, sizeof(address), "%s/s", folder);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/s", folder);
	snprintf(command, sizeof(command), "mkdir %s/in && echo a >%s/in/a && echo o >%s/out", folder, folder, folder);
	if (system(command) != 0 || (listener = socket(AF_UNIX, SOCK_STREAM, 0)) == -1 || bind(listener, (struct sockaddr *)&at, sizeof(at)) == -1 ||
		listen(listener, 64) == -1)
		bail_out("no stage");
	test_files();
	test_pin();
	if (IS_SANITIZED)
		skip("confined processes", "sanitizers need what they may not do");
	else {
		test_calls();
		test_token();
		test_memory();
	}
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) == 0 ? done_testing() : 1;
}
