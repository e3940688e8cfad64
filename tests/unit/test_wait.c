// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting: what has arrived comes before the clock. */
#include "unit.h"

#include "base/wait.h"

#include <errno.h>
#include <unistd.h>

static void test_what_is_there_counts_after_the_deadline(void **state)
{
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	assert_int_equal(wait_fd(p[0], POLLIN, clock_ms() - 1000), 0);
	assert_int_equal(wait_fd(p[0], POLLIN, 0), 0);
	assert_int_equal(close(p[0]), 0);
	assert_int_equal(close(p[1]), 0);
}

static void test_an_end_is_something_that_is_there(void **state)
{
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(close(p[1]), 0);
	assert_int_equal(wait_fd(p[0], POLLIN, clock_ms() - 1000), 0);
	assert_int_equal(close(p[0]), 0);
}

static void test_nothing_is_waited_for_until_the_deadline(void **state)
{
	int64_t before = clock_ms();
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	assert_int_equal(wait_fd(p[0], POLLIN, before - 1), -ETIMEDOUT);
	assert_int_equal(wait_fd(p[0], POLLIN, before + 300), -ETIMEDOUT);
	assert_true(clock_ms() >= before + 300);
	assert_int_equal(close(p[0]), 0);
	assert_int_equal(close(p[1]), 0);
}

static void test_the_inner_ends_with_the_outer(void **state)
{
	int64_t now = clock_ms();

	(void)state;
	assert_true(deadline_in(0, 1000) >= now + 1000);
	assert_int_equal(deadline_in(now + 10, 1000000), now + 10);
	assert_true(deadline_in(now + 1000000, 10) < now + 1000000);
	assert_false(deadline_over(0));
	assert_true(deadline_over(now));
	assert_false(deadline_over(now + 1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_there_counts_after_the_deadline),
		cmocka_unit_test(test_an_end_is_something_that_is_there),
		cmocka_unit_test(test_nothing_is_waited_for_until_the_deadline),
		cmocka_unit_test(test_the_inner_ends_with_the_outer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
