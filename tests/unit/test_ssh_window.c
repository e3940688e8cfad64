// SPDX-License-Identifier: GPL-2.0-or-later
/* The window on a line that is simulated: a queue that empties at a rate, and a way there and back.
 */
#include "target/ssh_window.h"

#include "unit.h"

#define CHUNKS 64

struct line {
	struct ssh_window window;
	int64_t now_us;
	double busy_us; /* until when the line is */
	int64_t way_us; /* there and back */
	double bytes_per_us;
	struct {
		int64_t sent_us, back_us;
		size_t ahead;
	} chunks[CHUNKS]; /* under way, in their order */
	size_t first, n;
};

static void send(struct line *l)
{
	size_t i = (l->first + l->n++) % CHUNKS;

	if (l->busy_us < (double)l->now_us)
		l->busy_us = (double)l->now_us;
	l->busy_us += (double)SSH_CHUNK_MAX / l->bytes_per_us;
	l->chunks[i].sent_us = l->now_us;
	l->chunks[i].back_us = (int64_t)l->busy_us + l->way_us;
	l->chunks[i].ahead = l->n * SSH_CHUNK_MAX;
}

/* Bytes that came through in so much time. */
static uint64_t run(struct line *l, int64_t us)
{
	int64_t end = l->now_us + us;
	uint64_t bytes = 0;

	while (l->now_us < end) {
		while (l->n * SSH_CHUNK_MAX < l->window.size)
			send(l);
		l->now_us = l->chunks[l->first].back_us;
		ssh_window_acked(&l->window, l->now_us, l->now_us - l->chunks[l->first].sent_us,
				 l->chunks[l->first].ahead);
		l->first = (l->first + 1) % CHUNKS;
		l->n--;
		bytes += SSH_CHUNK_MAX;
	}
	return bytes;
}

static void begin(struct line *l, int64_t way_us, double bytes_per_us)
{
	*l = (struct line){.way_us = way_us, .bytes_per_us = bytes_per_us};
	ssh_window_init(&l->window);
}

/* Near by, little is under way, and the line is busy all the same. */
static void test_near(void **state)
{
	struct line l;

	(void)state;
	begin(&l, 200, 200);
	assert_true(run(&l, 1000000) > 190 * 1000000);
	assert_true(l.window.size <= 10 * SSH_CHUNK_MAX);
}

/* A slow line, however short its way, is no reason to fill buffers. */
static void test_slow(void **state)
{
	struct line l;

	(void)state;
	begin(&l, 500, 1);
	assert_true(run(&l, 20000000) > 19 * 1000000);
	assert_true(l.window.size <= 10 * SSH_CHUNK_MAX);
}

static void test_far(void **state)
{
	struct line l;

	(void)state;
	begin(&l, 50000, 500);
	(void)run(&l, 1000000);
	assert_true(l.window.size >= SSH_WINDOW_MAX);
	/* It stays there. */
	assert_true(run(&l, 10000000) > 10 * 40 * 1000000);
}

/* Another way to the server is taken, a longer one. */
static void test_farther(void **state)
{
	struct line l;

	(void)state;
	begin(&l, 1000, 500);
	(void)run(&l, 20000000);
	l.way_us = 50000;
	(void)run(&l, 15000000);
	assert_true(l.window.size >= SSH_WINDOW_MAX);
}

/* A server that pauses to write its memory to its disk. */
static void test_pauses(void **state)
{
	struct line l;
	uint64_t bytes = 0;

	(void)state;
	begin(&l, 20000, 500);
	(void)run(&l, 1000000);
	for (int i = 0; i < 10; i++) {
		l.busy_us = (double)l.now_us + 200000;
		(void)run(&l, 300000);
		bytes += run(&l, 500000);
	}
	assert_true(bytes > 10 * 35 * 1000000);
}

static void test_no_time(void **state)
{
	struct ssh_window w;

	(void)state;
	ssh_window_init(&w);
	for (int i = 0; i < 1000; i++)
		ssh_window_acked(&w, 5, 0, SSH_CHUNK_MAX);
	assert_true(w.size >= SSH_WINDOW_MIN && w.size <= SSH_WINDOW_MAX + SSH_CHUNK_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near),   cmocka_unit_test(test_slow),
		cmocka_unit_test(test_far),    cmocka_unit_test(test_farther),
		cmocka_unit_test(test_pauses), cmocka_unit_test(test_no_time),
	};

	return cmocka_run_group_tests_name("ssh_window", tests, NULL, NULL);
}
