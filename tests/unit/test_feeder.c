// SPDX-License-Identifier: GPL-2.0-or-later
/* When the watchdog is fed, and signs of life of real processes. A file stands for the device. */
#include "unit.h"

#include "base/clock.h"
#include "base/life.h"
#include "given_clock.h"
#include "run/feeder.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000 /* with what does not come */

static bool may(int64_t now, uint64_t pulse, uint64_t sum, char state, int64_t patience,
		struct feeder_look *last)
{
	struct feeder_look look = {
		.now = now, .pulse = pulse, .life = {.sum = sum, .state = state}};

	return feeder_may_feed(&look, patience, last);
}

static void test_fed_while_something_changes(void **state)
{
	struct feeder_look last = {0};

	(void)state;
	assert_true(may(1000, 1, 0, 'D', 0, &last));
	assert_true(may(2000, 1, 5, 'D', 0, &last));
	assert_false(may(3000, 1, 5, 'S', 0, &last));
	assert_false(may(4000, 1, 5, 'R', 0, &last));
	assert_true(may(5000, 2, 5, 'R', 0, &last));
}

static void test_patience_is_for_who_can_act(void **state)
{
	struct feeder_look last = {0};

	(void)state;
	assert_true(may(1000, 1, 0, 'S', 5000, &last));
	assert_true(may(5999, 1, 0, 'S', 5000, &last));
	assert_false(may(5999, 1, 0, 'D', 5000, &last));
	assert_false(may(5999, 1, 0, '\0', 5000, &last));
	assert_true(may(5999, 1, 0, 'R', 5000, &last));
	/* From its last sign of life on, not from the last look. */
	assert_false(may(6000, 1, 0, 'S', 5000, &last));
}

static void test_one_that_was_stopped_is_not_fed(void **state)
{
	struct feeder_look last = {0};

	(void)state;
	assert_true(may(1000, 1, 0, 'S', 5000, &last));
	/* What it left behind still writes. */
	assert_false(may(2000, 1, 7, 'T', 5000, &last));
	assert_true(may(3000, 1, 7, 'S', 5000, &last));
}

/* In fsync only the pages that arrive show that there is progress; at other times they are others'.
 */
static void test_pages_written_back(void **state)
{
	struct feeder_look last = {0};
	struct feeder_look look = {.now = 1000, .life = {.state = 'D', .blocked = true}};

	(void)state;
	look.life.written = 1;
	assert_true(feeder_may_feed(&look, 0, &last));
	assert_false(feeder_may_feed(&look, 0, &last));
	look.life.written = 2;
	look.life.blocked = false;
	assert_false(feeder_may_feed(&look, 0, &last));
	look.life.blocked = true;
	assert_false(feeder_may_feed(&look, 0, &last));
	look.life.written = 3;
	assert_true(feeder_may_feed(&look, 0, &last));
}

static void test_stat(void **state)
{
	static const char text[] = "42 (a ) S 1 (b) S 7 42 42 0 -1 4194560 10 200 3 40 500 6 70 8 "
				   "20 0 1 0 100 0 0\n";
	struct life_stat s;

	(void)state;
	assert_int_equal(life_parse_stat(text, strlen(text), &s), 0);
	assert_int_equal(s.pid, 42);
	assert_int_equal(s.parent, 7);
	assert_int_equal(s.state, 'S');
	assert_int_equal(s.own, 10 + 3 + 500 + 6);
	assert_int_equal(s.gone, 200 + 40 + 70 + 8);
	assert_int_equal(life_parse_stat(text, 40, &s), -EINVAL);
	assert_int_equal(life_parse_stat("42 (x", 5, &s), -EINVAL);
	assert_int_equal(life_parse_stat("(x) S 1", 7, &s), -EINVAL);
}

static void test_counters(void **state)
{
	static const char io[] = "rchar: 100\nwchar: 20\nsyscr: 5\nread_bytes: 3000\n"
				 "write_bytes: 400\ncancelled_write_bytes: 0\n";
	static const char vmstat[] = "nr_dirtied 9\nnr_written 1234\npgpgin 5\n";

	(void)state;
	assert_int_equal(life_sum_io(io, strlen(io), true), 3100);
	assert_int_equal(life_sum_io(io, strlen(io), false), 3520);
	assert_int_equal(life_parse_written(vmstat, strlen(vmstat)), 1234);
	assert_int_equal(life_parse_written(vmstat, 10), 0);
}

static void nap_ms(long ms)
{
	struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	(void)nanosleep(&ts, NULL);
}

/* Until it is in that state. */
static struct life wait_for_state(pid_t pid, char state)
{
	struct life life = {0};
	int i;

	for (i = 0; i < PATIENCE_MS && life.state != state; i++) {
		nap_ms(1);
		assert_int_equal(life_look(pid, &life), 0);
	}
	assert_int_equal(life.state, state);
	return life;
}

/* Until it sleeps, and nothing that it did before is still to be seen. */
static struct life wait_until_quiet(pid_t pid)
{
	struct life life = wait_for_state(pid, 'S'), before;

	do {
		before = life;
		nap_ms(20);
		life = wait_for_state(pid, 'S');
	} while (life.sum != before.sum);
	return life;
}

/* A process of the test's does not outlive it, whatever becomes of it. */
static pid_t child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static _Noreturn void be_parent_of_a_worker(void)
{
	if (child() == 0)
		for (;;)
			free(memset(malloc(8 << 20), 1, 8 << 20));
	for (;;)
		(void)pause();
}

/* A child that sleeps shows nothing itself, but the one that it started does. */
static void test_signs_of_life(void **state)
{
	struct life before, after = {0};
	pid_t pid = child();
	int i;

	(void)state;
	if (pid == 0)
		be_parent_of_a_worker();
	before = wait_for_state(pid, 'S');
	for (i = 0; i < PATIENCE_MS && after.sum <= before.sum; i++) {
		nap_ms(1);
		after = wait_for_state(pid, 'S');
	}
	assert_true(after.sum > before.sum);
	(void)kill(pid, SIGSTOP);
	(void)wait_for_state(pid, 'T');
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	assert_int_equal(life_look(pid, &after), -ESRCH);
}

/* Nor does it make signs by being looked at. */
static void test_no_sign_of_life(void **state)
{
	struct life before, after;
	pid_t pid = child();
	int i;

	(void)state;
	if (pid == 0)
		for (;;)
			(void)pause();
	before = wait_until_quiet(pid);
	for (i = 0; i < 20; i++)
		assert_int_equal(life_look(pid, &after), 0);
	assert_true(after.sum == before.sum);
	assert_false(after.blocked);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

struct fixture {
	struct scratch s;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	given_clock_real();
	scratch_init(&f->s);
	scratch_file(&f->s, "/dog", "");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	scratch_deinit(&f->s);
	free(f);
	return 0;
}

static size_t fed(const struct fixture *f)
{
	return strlen(scratch_text(&f->s, "/dog"));
}

static struct watchdog dog(const struct fixture *f)
{
	struct watchdog w = {.fd = root_open(&f->s.root, "/dog", O_WRONLY, 0)};

	assert_true(w.fd >= 0);
	return w;
}

/*
 * The capture, as a process of its own: works until it was fed, then waits for ever. For the feeder
 * the time between two looks passes with every 10 ms in which nothing else happens.
 */
static _Noreturn void be_capture(const struct fixture *f, const char *end)
{
	struct watchdog w = dog(f);
	struct feeder feeder;
	int i;

	given_clock_run(3600000, 10);
	if (feeder_start(&w, 5, &feeder) < 0)
		_exit(1);
	for (i = 0; i < PATIENCE_MS && fed(f) == 0; i++) {
		feeder.shared->pulse++;
		nap_ms(1);
	}
	given_clock_run(0, 0);
	if (strcmp(end, "stop") == 0)
		_exit(feeder_stop(&feeder) < 0);
	if (strcmp(end, "die") == 0)
		_exit(0);
	for (;;)
		(void)pause();
}

/* Until the last that was written is this. */
static void wait_for(const struct fixture *f, char end)
{
	int i;

	for (i = 0; i < PATIENCE_MS; i++) {
		if (fed(f) > 0 && scratch_text(&f->s, "/dog")[fed(f) - 1] == end)
			break;
		nap_ms(1);
	}
	assert_true(fed(f) > 0);
	assert_int_equal(scratch_text(&f->s, "/dog")[fed(f) - 1], end);
}

static void test_stops_with_the_capture(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid = child();

	if (pid == 0)
		be_capture(f, "stop");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(scratch_text(&f->s, "/dog") + fed(f) - 2, ".V");
}

/* Killed, crashed: the boot goes on, and nobody would feed any more. */
static void test_stops_when_the_capture_dies(void **state)
{
	struct fixture *f = *state;
	pid_t pid = child();

	if (pid == 0)
		be_capture(f, "die");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	wait_for(f, 'V');
}

/* The feeder of a watchdog of 5 s looks once a second. */
static void look_times(int n)
{
	int i;

	given_clock_run(n * 1000, 5);
	for (i = 0; i < PATIENCE_MS && given_clock_left() > 0; i++)
		nap_ms(1);
	assert_int_equal(given_clock_left(), 0);
	/* For what the last of them wrote. */
	nap_ms(50);
}

static void test_a_capture_that_hangs_is_not_fed(void **state)
{
	struct fixture *f = *state;
	size_t n;
	pid_t pid = child();

	if (pid == 0)
		be_capture(f, "hang");
	wait_for(f, '.');
	(void)wait_until_quiet(pid);
	/* What it did last may be seen once more. */
	look_times(2);
	n = fed(f);
	look_times(20);
	assert_int_equal(fed(f), n);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fed_while_something_changes),
		cmocka_unit_test(test_patience_is_for_who_can_act),
		cmocka_unit_test(test_one_that_was_stopped_is_not_fed),
		cmocka_unit_test(test_pages_written_back),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_signs_of_life),
		cmocka_unit_test(test_no_sign_of_life),
		cmocka_unit_test_setup_teardown(test_stops_with_the_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stops_when_the_capture_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_capture_that_hangs_is_not_fed, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
