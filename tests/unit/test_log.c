// SPDX-License-Identifier: GPL-2.0-or-later
/* What reaches stderr, and what is kept for capture.log. */
#include "unit.h"

#include "base/clock.h"
#include "base/log.h"
#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
		test(test_the_last_error),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
