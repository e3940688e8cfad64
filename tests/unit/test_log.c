// SPDX-License-Identifier: GPL-2.0-or-later
/* What reaches stderr, and what is kept for capture.log. */
#include "unit.h"

#include "base/clock.h"
#include "base/log.h"
#include "scratch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct fixture {
	struct scratch s;
	struct log log;
	int saved; /* stderr as it was */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	scratch_init(&f->s);
	(void)unsetenv("JOURNAL_STREAM");
	fd = root_open(&f->s.root, "/err", O_RDWR | O_CREAT | O_APPEND, 0600);
	f->saved = dup(STDERR_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
	*state = f;
	return 0;
}

static const char *said(struct fixture *f)
{
	return scratch_text(&f->s, "/err");
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	(void)dup2(f->saved, STDERR_FILENO);
	(void)close(f->saved);
	log_deinit(&f->log);
	scratch_deinit(&f->s);
	free(f);
	return 0;
}

static void test_level_decides_for_stderr_only(void **state)
{
	struct fixture *f = *state;

	log_init(&f->log, LOG_LEVEL_WARNING);
	log_error(&f->log, "one %d", 1);
	log_warning(&f->log, "two");
	log_info(&f->log, "three");
	log_debug(&f->log, "four");
	assert_string_equal(said(f), "fadump-ng: one 1\nfadump-ng: two\n");
	assert_non_null(strstr(f->log.kept, "] one 1\n"));
	assert_non_null(strstr(f->log.kept, "] three\n"));
	assert_non_null(strstr(f->log.kept, "] four\n"));
	assert_int_equal(f->log.kept_len, strlen(f->log.kept));
}

static void test_the_journal_gets_levels(void **state)
{
	struct fixture *f = *state;

	(void)setenv("JOURNAL_STREAM", "8:1234", 1);
	log_init(&f->log, LOG_LEVEL_DEBUG);
	(void)unsetenv("JOURNAL_STREAM");
	log_error(&f->log, "a");
	log_warning(&f->log, "b");
	log_info(&f->log, "c");
	log_debug(&f->log, "d");
	assert_string_equal(said(f),
			    "<3>fadump-ng: a\n<4>fadump-ng: b\n<6>fadump-ng: c\n<7>fadump-ng: d\n");
}

static void test_a_message_of_any_length_is_one_line(void **state)
{
	struct fixture *f = *state;
	char text[5000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_init(&f->log, LOG_LEVEL_INFO);
	log_info(&f->log, "%s", text);
	assert_true(strlen(said(f)) < 1200);
	assert_int_equal(said(f)[strlen(said(f)) - 1], '\n');
	assert_ptr_equal(strchr(said(f), '\n'), said(f) + strlen(said(f)) - 1);
}

static void test_what_is_kept_is_bounded(void **state)
{
	struct fixture *f = *state;
	int i;

	log_init(&f->log, LOG_LEVEL_ERROR);
	for (i = 0; i < 20000; i++)
		log_info(&f->log, "line %d of a program that has gone wrong", i);
	assert_true(f->log.kept_len <= 256 * KIB);
	assert_non_null(strstr(f->log.kept, "line 0 of"));
}

static void test_no_stderr_is_no_error(void **state)
{
	struct fixture *f = *state;

	log_init(&f->log, LOG_LEVEL_INFO);
	(void)close(STDERR_FILENO);
	log_error(&f->log, "to nobody");
	(void)dup2(f->saved, STDERR_FILENO);
	assert_non_null(strstr(f->log.kept, "to nobody"));
}

/* Nobody reads what stderr leads to: lines are lost, and the capture goes on. */
static void test_a_stuck_stderr_holds_nothing_up(void **state)
{
	struct fixture *f = *state;
	int64_t began = clock_ms();
	int p[2], i;

	log_init(&f->log, LOG_LEVEL_INFO);
	assert_int_equal(pipe(p), 0);
	(void)dup2(p[1], STDERR_FILENO);
	for (i = 0; i < 5000; i++)
		log_info(&f->log, "a line of a capture that nobody reads, number %d", i);
	(void)dup2(f->saved, STDERR_FILENO);
	(void)close(p[0]);
	(void)close(p[1]);
	assert_true(f->log.stuck);
	assert_true(clock_ms() - began < 60000);
}

/* A terminal of which the test is the other end, as stderr; its input is what was written. */
static int to_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	(void)dup2(slave, STDERR_FILENO);
	(void)close(slave);
	return master;
}

/* Say a lot in a process that can be ended. Does it come to its end? */
static bool comes_to_its_end(struct fixture *f)
{
	int64_t until = clock_ms() + 30000;
	pid_t pid = fork(), r = 0;
	int i, status = -1;

	if (pid == 0) {
		log_init(&f->log, LOG_LEVEL_INFO);
		for (i = 0; i < 200; i++)
			log_info(&f->log, "a line of a capture on a terminal that was stopped, %d",
				 i);
		_exit(f->log.stuck ? 0 : 1);
	}
	while (r == 0 && clock_ms() < until) {
		r = waitpid(pid, &status, WNOHANG);
		(void)usleep(10000);
	}
	if (r == 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
	}
	(void)dup2(f->saved, STDERR_FILENO);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* It is ready for a byte, not for a line. */
static void test_a_terminal_that_is_nearly_full(void **state)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	struct fixture *f = *state;
	int flags, master = to_terminal();
	char c;

	flags = fcntl(STDERR_FILENO, F_GETFL);
	assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK), 0);
	while (write(STDERR_FILENO, "x", 1) == 1)
		;
	assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, flags), 0);
	while (poll(&p, 1, 0) == 0)
		assert_int_equal(read(master, &c, 1), 1);
	assert_true(comes_to_its_end(f));
	assert_int_equal(close(master), 0);
}

static void test_a_terminal_that_was_stopped(void **state)
{
	struct fixture *f = *state;
	int master = to_terminal();

	assert_int_equal(tcflow(STDERR_FILENO, TCOOFF), 0);
	assert_true(comes_to_its_end(f));
	assert_int_equal(close(master), 0);
}

/* Ready, as the other end goes on reading, but never for long: nothing is lost on it. */
static void test_a_terminal_that_is_read_gets_every_line(void **state)
{
	struct fixture *f = *state;
	int i, master = to_terminal();
	char got[64] = "";
	pid_t pid = fork();
	size_t n = 0;
	int status;

	if (pid == 0) {
		log_init(&f->log, LOG_LEVEL_INFO);
		for (i = 0; i < 300; i++)
			log_info(&f->log, "line %3d%200s|", i, "");
		_exit(f->log.stuck);
	}
	(void)dup2(f->saved, STDERR_FILENO);
	for (i = 0; i < 300;) {
		assert_int_equal(read(master, &got[n], 1), 1);
		if (got[n] == '\n') {
			char want[32];

			(void)snprintf(want, sizeof(want), "fadump-ng: line %3d ", i++);
			assert_memory_equal(got, want, strlen(want));
			n = 0;
		} else if (n < sizeof(got) - 1) {
			n++;
		}
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(close(master), 0);
}

/* Other processes have the same open file, and must not find it changed. */
static void test_the_shared_descriptor_stays_as_it_is(void **state)
{
	struct fixture *f = *state;
	int master = to_terminal(), flags;

	log_init(&f->log, LOG_LEVEL_INFO);
	log_info(&f->log, "a line");
	flags = fcntl(STDERR_FILENO, F_GETFL);
	(void)dup2(f->saved, STDERR_FILENO);
	assert_false(flags & O_NONBLOCK);
	assert_int_equal(close(master), 0);
}

static void test_a_full_pipe(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(pipe(p), 0);
	(void)dup2(p[1], STDERR_FILENO);
	assert_int_equal(fcntl(p[1], F_SETPIPE_SZ, 4096), 4096);
	assert_int_equal(write(p[1], f, 1), 1);
	assert_true(comes_to_its_end(f));
	assert_int_equal(close(p[0]), 0);
	assert_int_equal(close(p[1]), 0);
}

static void test_a_full_socket(void **state)
{
	struct fixture *f = *state;
	int p[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, p), 0);
	(void)dup2(p[1], STDERR_FILENO);
	while (send(p[1], "0123456789abcdef", 16, MSG_DONTWAIT) > 0)
		;
	assert_true(comes_to_its_end(f));
	assert_int_equal(close(p[0]), 0);
	assert_int_equal(close(p[1]), 0);
}

static void test_the_last_error(void **state)
{
	struct fixture *f = *state;

	log_init(&f->log, LOG_LEVEL_ERROR);
	assert_string_equal(f->log.error, "");
	log_error(&f->log, "/x: one");
	log_warning(&f->log, "two");
	assert_string_equal(f->log.error, "/x: one");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_level_decides_for_stderr_only),
		test(test_the_journal_gets_levels),
		test(test_a_message_of_any_length_is_one_line),
		test(test_what_is_kept_is_bounded),
		test(test_no_stderr_is_no_error),
		test(test_a_stuck_stderr_holds_nothing_up),
		test(test_a_terminal_that_is_nearly_full),
		test(test_a_terminal_that_was_stopped),
		test(test_a_terminal_that_is_read_gets_every_line),
		test(test_the_shared_descriptor_stays_as_it_is),
		test(test_a_full_pipe),
		test(test_a_full_socket),
		test(test_the_last_error),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
