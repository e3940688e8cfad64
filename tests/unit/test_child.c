// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/child.h"

#include "base/clock.h"
#include "given_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SH(script)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		"sh", "-c", script, NULL                                                           \
	}

static int run_sh(const char *script, struct child_result *res)
{
	struct child_spec spec = {.argv = SH(script), .stdin_fd = -1};

	return child_run(&spec, res);
}

/* What the script prints, for the tests that only look at that. The caller frees it. */
static char *output_of(const char *script, const char *const *env_add, int stdin_fd)
{
	struct child_spec spec = {.argv = SH(script), .env_add = env_add, .stdin_fd = stdin_fd};
	struct child_result res;
	char *buf = NULL;
	size_t len = 0;

	assert_int_equal(child_collect(&spec, 65536, &buf, &len, &res), 0);
	assert_int_equal(len, strlen(buf));
	return buf;
}

static void test_status(void **state)
{
	struct child_result res;

	(void)state;
	assert_int_equal(run_sh("exit 0", &res), 0);
	assert_int_equal(res.status, 0);
	assert_int_equal(run_sh("exit 7", &res), 0);
	assert_int_equal(res.status, 7);
	assert_int_equal(run_sh("kill -9 $$", &res), 0);
	assert_int_equal(res.status, 137);
	assert_false(res.timed_out);
}

static void test_cannot_execute(void **state)
{
	struct child_spec spec = {.argv = (const char *const[]){"no-such-program-here", NULL},
				  .stdin_fd = -1};
	struct child_result res;

	(void)state;
	assert_int_equal(child_run(&spec, &res), -ENOENT);
	assert_int_equal(res.status, 127);
	spec.argv = (const char *const[]){"/etc/passwd", NULL};
	assert_int_equal(child_run(&spec, &res), -EACCES);
	spec.argv = (const char *const[]){"/", NULL};
	assert_int_equal(child_run(&spec, &res), -EACCES);
}

static void test_exit_127_is_not_enoent(void **state)
{
	struct child_result res;

	(void)state;
	assert_int_equal(run_sh("exit 127", &res), 0);
	assert_int_equal(res.status, 127);
}

static void test_environment(void **state)
{
	const char *const add[] = {"FADUMP_TEST_A=new", "FADUMP_TEST_B=b", NULL};
	char *out;

	(void)state;
	setenv("FADUMP_TEST_A", "old", 1);
	setenv("FADUMP_TEST_AB", "kept", 1);
	out = output_of("echo $FADUMP_TEST_A $FADUMP_TEST_B $FADUMP_TEST_AB; "
			"env | grep -c ^FADUMP_TEST_A=",
			add, -1);
	assert_string_equal(out, "new b kept\n1\n");
	free(out);
}

static void test_stdin(void **state)
{
	int p[2];
	char *out;

	(void)state;
	out = output_of("cat; readlink /proc/self/fd/0", NULL, -1);
	assert_string_equal(out, "/dev/null\n");
	free(out);
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_int_equal(write(p[1], "hello", 5), 5);
	close(p[1]);
	out = output_of("cat", NULL, p[0]);
	assert_string_equal(out, "hello");
	free(out);
	close(p[0]);
}

static void test_no_fd_leaks(void **state)
{
	int inherited = open("/dev/null", O_RDONLY); /* on purpose not O_CLOEXEC */
	char *out;

	(void)state;
	assert_true(inherited > 2);
	/* ls itself opens the directory as 3. */
	out = output_of("ls /proc/self/fd", NULL, -1);
	assert_string_equal(out, "0\n1\n2\n3\n");
	free(out);
	close(inherited);
}

static void test_signals_are_default(void **state)
{
	struct child_result res;
	sigset_t set, old;
	char *out;

	(void)state;
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	assert_int_equal(run_sh("kill -PIPE $$; exit 3", &res), 0);
	assert_int_equal(res.status, 128 + SIGPIPE);
	/* Signals 32 and 33 are the C library's own: it neither sets nor resets them for anybody.
	 */
	out = output_of("sed -nE 's/^SigBlk:.(.*)/\\1/p' /proc/self/status", NULL, -1);
	assert_int_equal(strtoull(out, NULL, 16), 0);
	free(out);
	out = output_of("sed -nE 's/^SigIgn:.(.*)/\\1/p' /proc/self/status", NULL, -1);
	assert_int_equal(strtoull(out, NULL, 16) & ~0x180000000ULL, 0);
	free(out);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
}

struct counts {
	void (*then)(const struct counts *c); /* called for whatever is heard */
	int to;                               /* what `then` may answer to */
	size_t out, err;
	unsigned int ticks;
	uint64_t sum;
	int fail_with; /* what the callback returns */
	char text[64];
};

static int count_out(void *ctx, const void *buf, size_t len)
{
	struct counts *c = ctx;

	for (size_t i = 0; i < len; i++)
		c->sum = c->sum * 31 + ((const unsigned char *)buf)[i];
	if (c->out + len < sizeof(c->text))
		memcpy(c->text + c->out, buf, len);
	c->out += len;
	if (c->then)
		c->then(c);
	return c->fail_with;
}

static int count_err(void *ctx, const void *buf, size_t len)
{
	struct counts *c = ctx;

	(void)buf;
	c->err += len;
	if (c->then)
		c->then(c);
	return 0;
}

static int count_tick(void *ctx)
{
	((struct counts *)ctx)->ticks++;
	return 0;
}

static int count_sh(const char *script, struct counts *c, struct child_spec spec,
		    struct child_result *res)
{
	spec.argv = SH(script);
	spec.stdin_fd = spec.stdin_fd ? spec.stdin_fd : -1;
	spec.on_stdout = count_out;
	spec.on_stderr = count_err;
	spec.on_tick = count_tick;
	spec.ctx = c;
	return child_run(&spec, res);
}

static void test_every_byte_arrives(void **state)
{
	struct counts c = {0};
	struct child_result res;
	uint64_t want = 0;

	(void)state;
	assert_int_equal(count_sh("head -c 20000000 /dev/zero | tr '\\0' 'x'; printf y; "
				  "printf abc >&2",
				  &c, (struct child_spec){0}, &res),
			 0);
	for (size_t i = 0; i < 20000000; i++)
		want = want * 31 + 'x';
	want = want * 31 + 'y';
	assert_int_equal(c.out, 20000001);
	assert_true(c.sum == want);
	assert_int_equal(c.err, 3);
	assert_string_equal(res.err_tail, "abc");
}

/* All but the last ms passes at its first words, and that at the next, which it says when it is
 * answered. */
static void up_to_the_deadline(const struct counts *c)
{
	given_clock_pass(c->err == strlen("one\n") ? 299 : 1);
	if (c->err == strlen("one\n"))
		assert_int_equal(write(c->to, "\n", 1), 1);
}

static void test_deadline(void **state)
{
	struct counts c = {.then = up_to_the_deadline};
	struct child_result res;
	int64_t start;
	int p[2];

	(void)state;
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	c.to = p[1];
	given_clock_pass(0);
	start = clock_ms();
	assert_int_equal(count_sh("echo one >&2; read a; echo before >&2; exec sleep 60", &c,
				  (struct child_spec){.stdin_fd = p[0], .deadline = start + 300},
				  &res),
			 -ETIMEDOUT);
	assert_int_equal(clock_ms() - start, 300);
	assert_true(res.timed_out);
	assert_int_equal(res.status, 128 + SIGTERM);
	assert_string_equal(res.err_tail, "one\nbefore\n");
	close(p[0]);
	close(p[1]);
}

static void pass_5(const struct counts *c)
{
	(void)c;
	given_clock_pass(5);
}

static void test_deadline_with_traffic(void **state)
{
	struct counts c = {.then = pass_5};
	struct child_result res;
	int64_t start;

	(void)state;
	given_clock_pass(0);
	start = clock_ms();
	assert_int_equal(count_sh("yes", &c, (struct child_spec){.deadline = start + 2300}, &res),
			 -ETIMEDOUT);
	assert_int_equal(clock_ms() - start, 2300);
	assert_int_equal(c.ticks, 2);
	assert_true(c.out > 1000000);
}

/* Its deadline, and the time that it is given to end; no more, so that a second signal is what ends
 * it. */
static void run_2200(const struct counts *c)
{
	(void)c;
	given_clock_run(2200, 10);
}

static void test_sigterm_ignored(void **state)
{
	struct counts c = {.then = run_2200};
	struct child_result res;
	int64_t start;

	(void)state;
	given_clock_pass(0);
	start = clock_ms();
	assert_int_equal(count_sh("trap '' TERM; echo ready; while :; do sleep 60; done", &c,
				  (struct child_spec){.deadline = start + 200}, &res),
			 -ETIMEDOUT);
	assert_int_equal(clock_ms() - start, 2200);
	assert_int_equal(given_clock_left(), 0);
	assert_int_equal(res.status, 128 + SIGKILL);
}

/* Silence: less than it may be, and after the last words all of it. */
static void silence(const struct counts *c)
{
	given_clock_run(c->err < 10 ? 400 : 600, 0);
}

static void test_stall(void **state)
{
	struct counts c = {.then = silence};
	struct child_result res;
	int64_t start;

	(void)state;
	given_clock_pass(0);
	start = clock_ms();
	/* Longer than stall_ms in all, but never silent for so long; then it is. */
	assert_int_equal(count_sh("for i in 1 2 3 4 5; do sleep 0.05; echo $i >&2; done; sleep 60",
				  &c, (struct child_spec){.stall_ms = 600}, &res),
			 -ETIMEDOUT);
	assert_int_equal(c.err, 10);
	assert_true(res.timed_out);
	assert_in_range((uintmax_t)(clock_ms() - start), 601, 4 * 400 + 600);
}

/* Is it gone, or a zombie that its new parent has not reaped yet? */
static bool gone(pid_t pid)
{
	char path[64], stat_line[256] = "";
	const char *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	n = read(fd, stat_line, sizeof(stat_line) - 1);
	close(fd);
	p = strrchr(stat_line, ')');
	return n <= 0 || (p && p[1] && p[2] == 'Z');
}

static void pass_300(const struct counts *c)
{
	(void)c;
	given_clock_pass(300);
}

static void test_timeout_takes_the_group(void **state)
{
	struct counts c = {.then = pass_300};
	struct child_result res;
	pid_t pid;

	(void)state;
	given_clock_pass(0);
	assert_int_equal(count_sh("(trap '' TERM; sleep 61; sleep 61) & echo $!; wait", &c,
				  (struct child_spec){.deadline = clock_ms() + 300}, &res),
			 -ETIMEDOUT);
	pid = (pid_t)atoi(c.text);
	assert_true(pid > 1);
	for (int i = 0; i < 100 && !gone(pid); i++)
		usleep(10000);
	assert_true(gone(pid));
}

static void test_grandchild_keeps_the_pipe(void **state)
{
	struct counts c = {0};
	struct child_result res;
	pid_t pid;

	(void)state;
	/* Looks are a second apart, and there is no hurry. */
	given_clock_run(3600000, 5);
	assert_int_equal(count_sh("sleep 600 & echo $!; exit 5", &c, (struct child_spec){0}, &res),
			 0);
	assert_int_equal(res.status, 5);
	pid = (pid_t)atoi(c.text);
	assert_true(pid > 1);
	/* It ended by itself, so what it left is left alone. */
	assert_false(gone(pid));
	kill(pid, SIGKILL);
}

static int slow_out(void *ctx, const void *buf, size_t len)
{
	/* Meanwhile the child goes on, to its end. */
	usleep(100000);
	given_clock_pass(1300);
	given_clock_run(3600000, 5);
	return count_out(ctx, buf, len);
}

static void test_slow_reader_loses_nothing(void **state)
{
	struct counts c = {0};
	struct child_spec spec = {
		.argv = SH("sleep 600 & echo $! >&2; head -c 400000 /dev/zero; exit 0"),
		.stdin_fd = -1,
		.on_stdout = slow_out,
		.ctx = &c};
	struct child_result res;

	(void)state;
	given_clock_run(3600000, 5);
	assert_int_equal(child_run(&spec, &res), 0);
	assert_int_equal(c.out, 400000);
	assert_true(atoi(res.err_tail) > 1);
	kill(atoi(res.err_tail), SIGKILL);
}

/* What changes a file system may come to an end of it, when its time is over and when we die. */
static void test_what_repairs_is_asked_to_stop(void **state)
{
	struct child_spec spec = {
		.argv = SH("trap 'sleep 4; echo done >&2; exit 32' TERM; sleep 60 & wait"),
		.stdin_fd = -1,
		.term_ms = 60000};
	struct child_result res;
	pid_t pid = 0;

	(void)state;
	spec.deadline = clock_ms() + 300;
	spec.pid = &pid;
	assert_int_equal(child_run(&spec, &res), -ETIMEDOUT);
	assert_int_equal(res.status, 32);
	assert_string_equal(res.err_tail, "done\n");
	assert_true(pid > 0);
}

static void test_what_repairs_outlives_us_for_a_moment(void **state)
{
	char path[] = "/tmp/test-child-XXXXXX", script[200], got[8] = "";
	int fd = mkstemp(path), i;
	pid_t pid;

	(void)state;
	assert_true(fd >= 0);
	(void)snprintf(script, sizeof(script),
		       "trap 'sleep 1; echo end >%s; exit' TERM; echo up >%s; sleep 60 & wait",
		       path, path);
	pid = fork();
	if (pid == 0) {
		struct child_spec spec = {.argv = SH(script), .stdin_fd = -1, .term_ms = 1};
		struct child_result res;

		(void)!child_run(&spec, &res);
		_exit(0);
	}
	for (i = 0; i < 1000 && pread(fd, got, 2, 0) != 2; i++)
		usleep(20000);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (i = 0; i < 1000 && strcmp(got, "end\n") != 0; i++) {
		usleep(20000);
		(void)!pread(fd, got, 4, 0);
	}
	assert_string_equal(got, "end\n");
	(void)close(fd);
	(void)unlink(path);
}

/* It was done long before its time was over; only we were slow to look. */
static void test_an_end_in_time_counts_however_late_it_is_seen(void **state)
{
	struct counts c = {0};
	struct child_spec spec = {.argv = SH("head -c 400000 /dev/zero"),
				  .stdin_fd = -1,
				  .on_stdout = slow_out,
				  .ctx = &c};
	struct child_result res;

	(void)state;
	spec.deadline = clock_ms() + 1000;
	assert_int_equal(child_run(&spec, &res), 0);
	assert_int_equal(res.status, 0);
	assert_int_equal(c.out, 400000);
}

static void test_closed_streams_but_alive(void **state)
{
	struct child_result res;
	int64_t start = clock_ms();

	(void)state;
	assert_int_equal(run_sh("exec >&- 2>&-; sleep 0.2; exit 4", &res), 0);
	assert_int_equal(res.status, 4);
	assert_in_range((uintmax_t)(clock_ms() - start), 200, 2000);
}

static void test_closed_streams_stall(void **state)
{
	struct child_spec spec = {
		.argv = SH("exec >&- 2>&-; sleep 60"), .stdin_fd = -1, .stall_ms = 300};
	struct child_result res;
	int64_t start = clock_ms();

	(void)state;
	assert_int_equal(child_run(&spec, &res), -ETIMEDOUT);
	assert_true(clock_ms() - start < 2000);
}

static void test_callback_error_wins(void **state)
{
	struct counts c = {.fail_with = -ENOSPC};
	struct child_result res;
	int64_t start = clock_ms();

	(void)state;
	assert_int_equal(
		count_sh("echo one; sleep 1; echo two; sleep 60", &c, (struct child_spec){0}, &res),
		-ENOSPC);
	assert_true(clock_ms() - start < 2500);
	assert_int_equal(c.out, 4);
	assert_false(res.timed_out);
	/* A callback's own -ETIMEDOUT is not ours. */
	c = (struct counts){.fail_with = -ETIMEDOUT};
	assert_int_equal(count_sh("echo one", &c, (struct child_spec){0}, &res), -ETIMEDOUT);
	assert_false(res.timed_out);
}

static int failing_tick(void *ctx)
{
	(void)ctx;
	return -ECANCELED;
}

static void test_tick_error(void **state)
{
	struct child_spec spec = {.argv = SH("sleep 60"), .stdin_fd = -1, .on_tick = failing_tick};
	struct child_result res;
	int64_t start;

	(void)state;
	given_clock_run(1000, 0);
	start = clock_ms();
	assert_int_equal(child_run(&spec, &res), -ECANCELED);
	assert_int_equal(clock_ms() - start, 1000);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void test_interrupted_calls(void **state)
{
	struct sigaction sa = {.sa_handler = on_alarm}; /* no SA_RESTART */
	timer_t timer;
	struct itimerspec every = {.it_interval.tv_nsec = 1000000, .it_value.tv_nsec = 1000000};
	struct counts c = {0};
	struct child_result res;

	(void)state;
	sigaction(SIGALRM, &sa, NULL);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &every, NULL), 0);
	assert_int_equal(count_sh("for i in 1 2 3; do head -c 1000000 /dev/zero; sleep 0.1; done",
				  &c, (struct child_spec){0}, &res),
			 0);
	timer_delete(timer);
	assert_int_equal(res.status, 0);
	assert_int_equal(c.out, 3000000);
}

static void test_collect_limit(void **state)
{
	struct child_spec spec = {.argv = SH("head -c 5000 /dev/zero"), .stdin_fd = -1};
	struct child_result res;
	char *buf = (char *)&spec;
	size_t len = 99;

	(void)state;
	assert_int_equal(child_collect(&spec, 4999, &buf, &len, &res), -EFBIG);
	assert_ptr_equal(buf, &spec);
	assert_int_equal(len, 99);
	assert_int_equal(child_collect(&spec, 5000, &buf, &len, &res), 0);
	assert_int_equal(len, 5000);
	assert_int_equal(buf[5000], 0);
	free(buf);
	spec.argv = SH("exit 2");
	assert_int_equal(child_collect(&spec, 0, &buf, &len, &res), 0);
	assert_int_equal(res.status, 2);
	assert_int_equal(len, 0);
	assert_string_equal(buf, "");
	free(buf);
}

static void test_tail(void **state)
{
	struct child_result res;

	(void)state;
	assert_int_equal(run_sh("for i in $(seq 2000); do echo line $i >&2; done", &res), 0);
	assert_int_equal(strlen(res.err_tail), CHILD_TAIL_MAX - 1);
	assert_string_equal(child_last_words(&res), "line 2000");
	assert_string_equal(child_last_words(&res), "line 2000");
	assert_int_equal(run_sh("printf 'a\\rb \\001c\\000d\\r\\n\\n ' >&2", &res), 0);
	assert_string_equal(child_last_words(&res), "b  c d");
	assert_int_equal(run_sh(":", &res), 0);
	assert_string_equal(child_last_words(&res), "");
}

static void test_started_without_std_fds(void **state)
{
	int saved[3], r;
	struct child_spec spec = {.argv = SH("cat; echo out; echo err >&2"), .stdin_fd = -1};
	struct child_result res;
	char *buf = NULL;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	r = child_collect(&spec, 100, &buf, &len, &res);
	for (int i = 0; i < 3; i++) {
		if (saved[i] >= 0) {
			dup2(saved[i], i);
			close(saved[i]);
		}
	}
	assert_int_equal(r, 0);
	assert_string_equal(buf, "out\n");
	assert_string_equal(res.err_tail, "err\n");
	free(buf);
}

static int real_time(void **state)
{
	(void)state;
	given_clock_real();
	return 0;
}

#define test(name) cmocka_unit_test_setup(name, real_time)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_status),
		test(test_cannot_execute),
		test(test_exit_127_is_not_enoent),
		test(test_environment),
		test(test_stdin),
		test(test_no_fd_leaks),
		test(test_signals_are_default),
		test(test_every_byte_arrives),
		test(test_deadline),
		test(test_deadline_with_traffic),
		test(test_sigterm_ignored),
		test(test_stall),
		test(test_timeout_takes_the_group),
		test(test_grandchild_keeps_the_pipe),
		test(test_slow_reader_loses_nothing),
		test(test_what_repairs_is_asked_to_stop),
		test(test_what_repairs_outlives_us_for_a_moment),
		test(test_an_end_in_time_counts_however_late_it_is_seen),
		test(test_closed_streams_but_alive),
		test(test_closed_streams_stall),
		test(test_callback_error_wins),
		test(test_tick_error),
		test(test_interrupted_calls),
		test(test_collect_limit),
		test(test_tail),
		test(test_started_without_std_fds),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
