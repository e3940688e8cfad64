// SPDX-License-Identifier: GPL-2.0-or-later
/* Progress on the console and as the service's status: seldom, and never in a capture's way. */
#include "unit.h"

#include "base/clock.h"
#include "run/console.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct fixture {
	struct scratch s;
	struct progress p;
	struct console c;
	int notify; /* the service manager's end */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	scratch_init(&f->s);
	scratch_file(&f->s, "/dev/x", "");
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/notify", f->s.dir);
	f->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (bind(f->notify, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -1;
	(void)setenv("NOTIFY_SOCKET", addr.sun_path, 1);
	progress_init(&f->p, clock_ms() - 10000);
	f->p.bytes = 50000000;
	f->p.permille = 500;
	(void)strcpy(f->p.phase, "Copying data");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	(void)unsetenv("NOTIFY_SOCKET");
	console_deinit(&f->c);
	(void)close(f->notify);
	scratch_deinit(&f->s);
	free(f);
	return 0;
}

/* The next message to the service manager; NULL when there is none. */
static const char *notified(struct fixture *f)
{
	static char text[400];
	ssize_t n = recv(f->notify, text, sizeof(text) - 1, 0);

	if (n < 0)
		return NULL;
	text[n] = '\0';
	return text;
}

static void test_a_line_and_a_status(void **state)
{
	struct fixture *f = *state;
	const char *text;

	scratch_file(&f->s, "/dev/console", "");
	console_init(&f->c, &f->s.root, true);
	console_progress(&f->c, &f->p);
	text = notified(f);
	assert_non_null(text);
	assert_memory_equal(text, "STATUS=Copying data: 50.0 %, 50.0 MB written, ", 46);
	assert_memory_equal(scratch_text(&f->s, "/dev/console"),
			    "fadump-ng: Copying data: 50.0 %, 50.0 MB written, ", 50);
}

static void test_at_most_once_a_second(void **state)
{
	struct fixture *f = *state;
	int64_t until;
	int n = 0;

	scratch_file(&f->s, "/dev/console", "");
	console_init(&f->c, &f->s.root, true);
	for (until = clock_ms() + 1500; clock_ms() < until;) {
		console_progress(&f->c, &f->p);
		(void)usleep(1000);
	}
	while (notified(f))
		n++;
	assert_int_equal(n, 2);
}

/* A console that nobody reads: its FIFO fills up, and the capture goes on. */
static void test_a_slow_console_loses_lines(void **state)
{
	struct fixture *f = *state;
	int64_t began = clock_ms();
	char path[100];
	int reader, i;

	(void)snprintf(path, sizeof(path), "%s/dev/console", f->s.dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(reader >= 0);
	console_init(&f->c, &f->s.root, true);
	assert_true(f->c.fd >= 0);
	for (i = 0; i < 20000; i++) {
		f->c.last_ms = 0;
		console_progress(&f->c, &f->p);
	}
	/* a blocking write would never have come back */
	assert_true(clock_ms() - began < 60000);
	(void)close(reader);
}

static void test_no_console_and_no_service_manager(void **state)
{
	struct fixture *f = *state;

	console_init(&f->c, &f->s.root, true);
	assert_true(f->c.fd < 0);
	(void)unsetenv("NOTIFY_SOCKET");
	console_progress(&f->c, &f->p);
	assert_null(notified(f));
	(void)setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	console_status("x");
	(void)setenv("NOTIFY_SOCKET", "relative", 1);
	console_status("x");
	assert_null(notified(f));
}

static void test_only_where_it_is_wanted(void **state)
{
	struct fixture *f = *state;

	scratch_file(&f->s, "/dev/console", "");
	console_init(&f->c, &f->s.root, false);
	console_progress(&f->c, &f->p);
	assert_string_equal(scratch_text(&f->s, "/dev/console"), "");
	assert_non_null(notified(f));
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_a_line_and_a_status),        test(test_at_most_once_a_second),
		test(test_a_slow_console_loses_lines), test(test_no_console_and_no_service_manager),
		test(test_only_where_it_is_wanted),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
