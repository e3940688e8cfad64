// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/confined.h"

#include "base/clock.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX 100

static char buf[MAX];

static int spins(void *ctx, int fd, int out);

static int run_with(int (*work)(void *, int, int), void *ctx, int fd, struct confined_result *out)
{
	const struct confined_spec spec = {.work = work,
					   .ctx = ctx,
					   .fd = fd,
					   .deadline_ms = work == spins ? 2000 : 60000,
					   .memory = 16 * MIB};
	int r = confined_run(&spec, buf, sizeof(buf), out);

	/* Nothing is left, whatever came of it. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_true((r == 0) == (out->why[0] == '\0'));
	return r;
}

static int answer(void *ctx, int fd, int out)
{
	const char *text = ctx;
	char c;

	if (fd < 0)
		return -ENOENT;
	if (pread(fd, &c, 1, 2) != 1)
		return -errno;
	confined_say(out, text, strlen(text));
	confined_say(out, &c, 1);
	return -EINVAL;
}

static void test_answer(void **state)
{
	struct confined_result res;
	int fd = memfd_create("core", MFD_CLOEXEC);

	(void)state;
	assert_true(write(fd, "abc", 3) == 3);
	assert_int_equal(run_with(answer, (char *)"some bytes ", fd, &res), 0);
	assert_int_equal(res.error, -EINVAL);
	assert_int_equal(res.len, 12);
	assert_memory_equal(buf, "some bytes c", 12);
	assert_int_equal(run_with(answer, (char *)"", -1, &res), 0);
	assert_int_equal(res.error, -ENOENT);
	assert_int_equal(res.len, 0);
	/* Our own is as it was. */
	assert_true(write(fd, "d", 1) == 1);
	(void)close(fd);
}

static int much(void *ctx, int fd, int out)
{
	size_t n = *(size_t *)ctx;

	(void)fd;
	while (n--)
		confined_say(out, "x", 1);
	return 0;
}

static void test_length(void **state)
{
	struct confined_result res;
	size_t n = MAX;

	(void)state;
	assert_int_equal(run_with(much, &n, -1, &res), 0);
	assert_int_equal(res.len, MAX);
	for (n = MAX + 1; n < MAX + 40; n++)
		assert_int_equal(run_with(much, &n, -1, &res), -EMSGSIZE);
	assert_non_null(strstr(res.why, "more than 100 bytes"));
	/* Without an end. */
	n = SIZE_MAX;
	assert_int_equal(run_with(much, &n, -1, &res), -EMSGSIZE);
}

static int exits(void *ctx, int fd, int out)
{
	(void)fd;
	confined_say(out, "x", 1);
	_exit(*(int *)ctx);
}

/* The trailer is what makes an answer whole. */
static void test_cut_off(void **state)
{
	struct confined_result res;
	int status = 0;

	(void)state;
	assert_int_equal(run_with(exits, &status, -1, &res), -ENOTRECOVERABLE);
	assert_string_equal(res.why, "its answer is cut off");
	status = 7;
	assert_int_equal(run_with(exits, &status, -1, &res), -ENOTRECOVERABLE);
	assert_string_equal(res.why, "it exited with 7");
}

static int forges(void *ctx, int fd, int out)
{
	/* Where the trailer's error is to be: behind its magic and what was lacking. */
	struct {
		uint32_t magic, lack;
		int32_t error;
		uint32_t zero;
	} t = {0x66616463U, 0, *(int *)ctx, 0};

	(void)fd;
	confined_say(out, &t, sizeof(t));
	_exit(0);
}

static void test_forged(void **state)
{
	static const int bad[] = {1, INT32_MAX, INT32_MIN, -4096};
	struct confined_result res;
	int good = -5;

	(void)state;
	assert_int_equal(run_with(forges, &good, -1, &res), 0);
	assert_int_equal(res.error, -5);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(run_with(forges, (int *)&bad[i], -1, &res), -ENOTRECOVERABLE);
}

/* Not what a sanitizer would report first: what the kernel does. */
static int crashes(void *ctx, int fd, int out)
{
	(void)fd;
	(void)out;
	if (*(int *)ctx == 0)
		__builtin_trap();
	(void)signal(SIGABRT, SIG_DFL);
	abort();
}

static void test_crash(void **state)
{
	struct confined_result res;
	int how;

	(void)state;
	for (how = 0; how < 2; how++) {
		assert_int_equal(run_with(crashes, &how, -1, &res), -ENOTRECOVERABLE);
		assert_non_null(strstr(res.why, "it was killed by signal "));
	}
}

static int spins(void *ctx, int fd, int out)
{
	volatile int forever = 1;

	(void)fd;
	/* Its pipe closed, and there still. */
	if (ctx)
		(void)close(out);
	while (forever)
		;
	return 0;
}

static void test_deadline(void **state)
{
	struct confined_result res;
	int64_t begin = clock_ms();
	int yes = 1;

	(void)state;
	assert_int_equal(run_with(spins, NULL, -1, &res), -ETIMEDOUT);
	assert_string_equal(res.why, "it did not answer within 2 s");
	assert_int_equal(run_with(spins, &yes, -1, &res), -ETIMEDOUT);
	assert_true(clock_ms() - begin < 8000);
}

/* What it may not do; it answers with a letter for each that it could do. */
static int tries(void *ctx, int fd, int out)
{
	static const char path[] = "/etc/passwd";
	struct rlimit r;
	int other = *(int *)ctx;
	char c;

	(void)fd;
	if (setuid(0) == 0 || setresuid(0, 0, 0) == 0)
		confined_say(out, "r", 1);
	if (open(path, O_RDONLY) >= 0)
		confined_say(out, "o", 1);
	if (open("/proc/self/fd/3", O_RDWR) >= 0)
		confined_say(out, "O", 1);
	if (pread(other, &c, 1, 0) == 1 || fcntl(other, F_GETFD) >= 0)
		confined_say(out, "f", 1);
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		confined_say(out, "s", 1);
	if (fork() >= 0)
		confined_say(out, "k", 1);
	if (kill(getppid(), 0) == 0)
		confined_say(out, "K", 1);
	if (getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_max != 0)
		confined_say(out, "c", 1);
	return 0;
}

static void test_powers(void **state)
{
	struct confined_result res;
	int fd = memfd_create("secret", MFD_CLOEXEC), other = memfd_create("core", MFD_CLOEXEC);

	(void)state;
	assert_true(write(fd, "abc", 3) == 3);
	assert_int_equal(run_with(tries, &fd, other, &res), 0);
	assert_int_equal(res.error, 0);
	/* As an ordinary user there is nothing to change from; here that is all that may differ. */
	assert_int_equal(res.lack, 0);
	buf[res.len] = '\0';
	assert_string_equal(buf, "");
	(void)close(fd);
	(void)close(other);
}

/* Without the filter, which hides the rest: what is left of root. */
static int after_confine(bool read_any, const char *path)
{
	const struct confine c = {.files = 20, .cpu_s = 5, .read_any = read_any};
	gid_t groups[4];
	uid_t r, e, s;
	int fd;

	if (setgroups(1, &(gid_t){4}) < 0 || confine_self(&c) != 0)
		return 1;
	if (getresuid(&r, &e, &s) < 0 || r == 0 || e == 0 || s == 0 || getegid() == 0)
		return 2;
	if (getgroups(4, groups) > 0)
		return 3;
	if (setresuid(0, 0, 0) == 0)
		return 4;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 5;
	fd = open(path, O_RDONLY);
	if (read_any != (fd >= 0))
		return 6;
	if (open(path, O_WRONLY) >= 0 || open("/etc/passwd", O_WRONLY) >= 0)
		return 7;
	do
		fd = dup(0);
	while (fd >= 0 && fd < 30);
	return fd < 0 ? 0 : 8;
}

static void test_confine(void **state)
{
	char path[] = "/tmp/fadump-ng-secret.XXXXXX";
	int fd = mkstemp(path), st;

	(void)state;
	/* Nothing to give up for others. */
	if (geteuid() != 0) {
		(void)unlink(path);
		(void)close(fd);
		return;
	}
	assert_int_equal(fchmod(fd, 0400), 0);
	for (int read_any = 0; read_any < 2; read_any++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(after_confine(read_any, path));
		assert_int_equal(waitpid(pid, &st, 0), pid);
		assert_int_equal(st, 0);
	}
	(void)unlink(path);
	(void)close(fd);
}

/* Not with a sanitizer, whose own memory would not fit. */
static int eats(void *ctx, int fd, int out)
{
	size_t got;

	(void)ctx;
	(void)fd;
	for (got = 0; got < 64; got++) {
		char *p = malloc(MIB);

		if (!p)
			break;
		memset(p, 1, MIB);
	}
	confined_say(out, &got, sizeof(got));
	return 0;
}

static void test_memory(void **state)
{
	struct confined_result res;
	size_t got = 0;

	(void)state;
	assert_int_equal(run_with(eats, NULL, -1, &res), 0);
	memcpy(&got, buf, sizeof(got));
#if defined(__SANITIZE_ADDRESS__)
	assert_int_equal(got, 64);
#else
	assert_true(got > 4 && got <= 16);
#endif
}

/* Three times what it may have, then as much as it likes; and a call that the filter refuses. */
static int needs_more(void *ctx, int fd, int out)
{
	char *p;

	(void)fd;
	if (*(int *)ctx)
		return setpriority(PRIO_PROCESS, 0, 19) < 0 ? -errno : 0;
	p = mmap(NULL, 48 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	confined_say(out, "x", 1);
	return 0;
}

static void test_once_more(void **state)
{
	struct confined_result res;
	int call = 1, memory = 0;

	(void)state;
	assert_int_equal(run_with(needs_more, &call, -1, &res), 0);
	assert_int_equal(res.error, 0);
	assert_int_equal(res.lack, CONFINE_NO_FILTER);
	assert_int_equal(run_with(needs_more, &memory, -1, &res), 0);
	assert_int_equal(res.error, 0);
	assert_int_equal(res.len, 1);
#if !defined(__SANITIZE_ADDRESS__)
	assert_int_equal(res.lack, CONFINE_NO_LIMITS);
#endif
}

static void test_suspects(void **state)
{
	static const struct {
		int status;
		const char *said;
		unsigned int limits;
	} cases[] = {
		{0, "Cannot allocate memory", 0},
		{1, "", 0},
		{1, "no such page at 0xc000000000000.", 0},
		{128 + SIGKILL, "", 0},
		{128 + SIGXFSZ, "", CONFINE_FILE_SIZE},
		{128 + SIGSYS, "", CONFINE_CALLS},
		{128 + SIGSEGV, "", CONFINE_MEMORY},
		{128 + SIGABRT, "", CONFINE_MEMORY | CONFINE_FILES},
		{1, "Can't open the dump memory(/proc/vmcore). Too many open files", CONFINE_FILES},
		{1, "Can't allocate memory for the bitmap. x", CONFINE_MEMORY},
		{1, "Can't open the bitmap file(/tmp/x). Permission denied", CONFINE_OPENS},
		{1, "Operation not permitted", CONFINE_CALLS | CONFINE_OPENS},
		{-1, "Permission denied", 0},
	};
	char words[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(confine_suspects(cases[i].status, cases[i].said), cases[i].limits);
	confine_words(0, confine_limit_word, words, sizeof(words));
	assert_string_equal(words, "");
	confine_words(CONFINE_MEMORY | CONFINE_FILE_SIZE, confine_limit_word, words, sizeof(words));
	assert_string_equal(words, "memory, file size");
	confine_words(~0U, confine_lack_word, words, 20);
	assert_string_equal(words, "identity, limits");
}

static void test_no_process(void **state)
{
	struct rlimit was, none;
	struct confined_result res;
	int r = 0;

	(void)state;
	/* Root is not limited in processes, but in pipes. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	r = run_with(crashes, &r, -1, &res);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(r, -EMFILE);
	assert_non_null(strstr(res.why, "there is no pipe for it"));
}

static void test_lack(void **state)
{
	(void)state;
	assert_string_equal(confined_lack_text(0), "");
	for (unsigned int lack = 1; lack < 16; lack++)
		assert_true(strncmp(confined_lack_text(lack), "with", 4) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),     cmocka_unit_test(test_length),
		cmocka_unit_test(test_cut_off),    cmocka_unit_test(test_forged),
		cmocka_unit_test(test_crash),      cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_powers),     cmocka_unit_test(test_memory),
		cmocka_unit_test(test_no_process), cmocka_unit_test(test_confine),
		cmocka_unit_test(test_lack),       cmocka_unit_test(test_once_more),
		cmocka_unit_test(test_suspects),
	};

	return cmocka_run_group_tests_name("confined", tests, NULL, NULL);
}
