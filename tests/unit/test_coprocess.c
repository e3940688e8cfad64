// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/coprocess.h"

#include "base/clock.h"
#include "given_clock.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int start_sh(const char *script, struct coprocess *c)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return coprocess_start(argv, NULL, clock_ms() + 10000, c);
}

/* A line of its stdout, or what came until it ended. */
static void hear(struct coprocess *c, char *buf, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && !memchr(buf, '\n', n)) {
		struct pollfd p = {.fd = c->from, .events = POLLIN};
		ssize_t got;

		assert_int_equal(poll(&p, 1, 10000), 1);
		got = read(c->from, buf + n, size - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	buf[n] = '\0';
}

static size_t count_fds(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Gone, or a zombie that is init's affair. */
static bool is_gone(pid_t pid)
{
	char path[40], text[200] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f)
		return true;
	(void)!fgets(text, sizeof(text), f);
	(void)fclose(f);
	return strstr(text, ") Z ") || strstr(text, ") X ");
}

static void test_talks(void **state)
{
	size_t fds = count_fds();
	struct coprocess c;
	char line[100];

	(void)state;
	assert_int_equal(start_sh("read a; echo \"got $a\"; read b; exit 5", &c), 0);
	assert_int_equal(write(c.to, "word\n", 5), 5);
	hear(&c, line, sizeof(line));
	assert_string_equal(line, "got word\n");
	assert_int_equal(read(c.from, line, 1), -1);
	assert_int_equal(errno, EAGAIN);
	/* Its stdin's end is what it waits for. */
	assert_int_equal(coprocess_end(&c, 5000), 5);
	assert_int_equal(c.pid, 0);
	assert_int_equal(coprocess_end(&c, 5000), 0);
	assert_int_equal(count_fds(), fds);
}

static void test_cannot_be_run(void **state)
{
	const char *const argv[] = {"fadump-ng-no-such-program", NULL};
	size_t fds = count_fds();
	struct coprocess c;

	(void)state;
	assert_int_equal(coprocess_start(argv, NULL, clock_ms() + 5000, &c), -ENOENT);
	assert_int_equal(c.pid, 0);
	assert_int_equal(coprocess_end(&c, 0), 0);
	assert_int_equal(count_fds(), fds);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_ends_by_itself(void **state)
{
	struct coprocess c;
	int64_t began;
	char line[100];

	(void)state;
	assert_int_equal(start_sh("echo 'ssh: no' >&2; echo >&2; exit 255", &c), 0);
	hear(&c, line, sizeof(line));
	assert_string_equal(line, "");
	began = clock_ms();
	assert_int_equal(coprocess_end(&c, 5000), 255);
	assert_true(clock_ms() - began < 2000);
	assert_string_equal(coprocess_words(&c), "ssh: no");
}

static void test_ignores_sigterm(void **state)
{
	struct coprocess c;
	int64_t began;
	char line[100];
	pid_t pid;

	(void)state;
	assert_int_equal(start_sh("trap '' TERM; echo ready; while :; do sleep 0.1; done", &c), 0);
	hear(&c, line, sizeof(line));
	pid = c.pid;
	given_clock_run(2100, 0);
	began = clock_ms();
	assert_int_equal(coprocess_end(&c, 100), 128 + SIGKILL);
	assert_int_equal(clock_ms() - began, 2100);
	given_clock_real();
	assert_true(is_gone(pid));
}

static void test_obeys_sigterm(void **state)
{
	struct coprocess c;
	int64_t began = clock_ms();

	(void)state;
	assert_int_equal(start_sh("exec sleep 100", &c), 0);
	assert_int_equal(coprocess_end(&c, 0), 128 + SIGTERM);
	assert_true(clock_ms() - began < 2000);
}

/* As the ssh of a ProxyJump: it is no child of ours, and holds the pipes. */
static void test_leaves_a_helper(void **state)
{
	struct coprocess c;
	char line[100];
	int64_t began;
	int i;

	(void)state;
	assert_int_equal(
		start_sh("trap '' TERM; sh -c 'trap \"\" TERM HUP; while :; do sleep 1; done' & "
			 "echo $!; exit 3",
			 &c),
		0);
	hear(&c, line, sizeof(line));
	assert_true(atoi(line) > 0);
	assert_false(is_gone(atoi(line)));
	began = clock_ms();
	assert_int_equal(coprocess_end(&c, 5000), 3);
	assert_true(clock_ms() - began < 2000);
	for (i = 0; i < 100 && !is_gone(atoi(line)); i++)
		(void)usleep(10000);
	assert_true(is_gone(atoi(line)));
}

/* Asked for in between, its words are still the last ones at the end. */
static void test_words_twice(void **state)
{
	struct coprocess c;
	char line[100];

	(void)state;
	assert_int_equal(start_sh("echo warning >&2; echo; read a; echo fatal >&2", &c), 0);
	hear(&c, line, sizeof(line));
	assert_string_equal(coprocess_words(&c), "warning");
	assert_string_equal(coprocess_words(&c), "warning");
	assert_int_equal(coprocess_end(&c, 5000), 0);
	assert_string_equal(coprocess_words(&c), "fatal");
}

/* More on stderr than a pipe holds: it is listened to, or the program would wait for ever. */
static void test_chatters(void **state)
{
	struct coprocess c;
	char line[100] = "";
	int i;

	(void)state;
	assert_int_equal(
		start_sh("i=0; while [ $i -lt 30000 ]; do echo 0123456789 >&2; i=$((i+1)); done; "
			 "echo done; read a",
			 &c),
		0);
	for (i = 0; i < 1000 && read(c.from, line, sizeof(line) - 1) < 0; i++) {
		coprocess_listen(&c);
		(void)usleep(10000);
	}
	assert_string_equal(line, "done\n");
	assert_int_equal(coprocess_end(&c, 5000), 1);
	assert_string_equal(coprocess_words(&c), "0123456789");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_talks),          cmocka_unit_test(test_cannot_be_run),
		cmocka_unit_test(test_ends_by_itself), cmocka_unit_test(test_ignores_sigterm),
		cmocka_unit_test(test_obeys_sigterm),  cmocka_unit_test(test_leaves_a_helper),
		cmocka_unit_test(test_words_twice),    cmocka_unit_test(test_chatters),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("coprocess", tests, NULL, NULL);
}
