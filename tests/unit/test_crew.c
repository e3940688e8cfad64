// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/crew.h"

#include "unit.h"

#include <stdatomic.h>
#include <time.h>

struct fixture {
	atomic_uint workers, ticks;
	long ms;
};

static void work(void *ctx)
{
	struct fixture *f = ctx;
	struct timespec t = {.tv_sec = f->ms / 1000, .tv_nsec = f->ms % 1000 * 1000000};

	(void)nanosleep(&t, NULL);
	f->workers++;
}

static void tick(void *ctx)
{
	struct fixture *f = ctx;

	f->ticks++;
}

static void test_every_thread_once(void **state)
{
	static const unsigned int threads[][2] = {{0, 1}, {1, 1}, {7, 7}, {1000, CREW_MAX}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		struct fixture f = {0};
		struct crew_spec spec = {.threads = threads[i][0], .work = work, .ctx = &f};

		assert_int_equal(crew_run(&spec), 0);
		assert_int_equal(f.workers, threads[i][1]);
	}
}

static void test_it_is_watched(void **state)
{
	struct fixture f = {.ms = 2500};
	struct crew_spec spec = {.threads = 2, .work = work, .tick = tick, .ctx = &f};

	(void)state;
	assert_int_equal(crew_run(&spec), 0);
	assert_int_equal(f.workers, 2);
	assert_in_range(f.ticks, 1, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_thread_once),
		cmocka_unit_test(test_it_is_watched),
	};

	return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
