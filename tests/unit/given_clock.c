// SPDX-License-Identifier: GPL-2.0-or-later
#include "given_clock.h"

#include "base/clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STAND_MS 5
#define GUARD_US 60000000 /* a wait for what will never happen */

static struct given {
	atomic_bool stands;
	_Atomic int64_t now, left;
	atomic_int quiet_ms;
} * given;

__attribute__((constructor)) static void share(void)
{
	given = mmap(NULL, sizeof(*given), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (given == MAP_FAILED)
		abort();
}

static int64_t real_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_us(void)
{
	return given->stands ? given->now : real_us();
}

void given_clock_real(void)
{
	given->stands = false;
}

void given_clock_run(int64_t ms, int quiet_ms)
{
	if (!given->stands)
		given->now = real_us();
	given->quiet_ms = quiet_ms;
	given->left = ms * 1000;
	given->stands = true;
}

void given_clock_pass(int64_t ms)
{
	given_clock_run(0, 0);
	given->now += ms * 1000;
}

int64_t given_clock_left(void)
{
	return given->left / 1000;
}

/* A wait in which nothing happened. */
static bool has_passed(int64_t us)
{
	static int64_t idle_since;
	int64_t passes = us < given->left ? us : given->left;

	given->left -= passes;
	given->now += passes;
	if (passes > 0 || idle_since == 0)
		idle_since = real_us();
	if (real_us() - idle_since > GUARD_US) {
		(void)fprintf(stderr, "the clock stands, and nothing happens\n");
		abort();
	}
	return passes == us;
}

int clock_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	int r;

	if (!given->stands)
		return poll(fds, n, timeout_ms);
	r = poll(fds, n, timeout_ms == 0 ? 0 : given->left > 0 ? given->quiet_ms : STAND_MS);
	if (r != 0 || timeout_ms == 0)
		return r;
	if (timeout_ms > 0 && has_passed((int64_t)timeout_ms * 1000))
		return 0;
	errno = EINTR;
	return -1;
}

void clock_nap_us(int64_t us)
{
	(void)usleep(given->stands ? 1000 : (useconds_t)us);
	if (given->stands)
		(void)has_passed(us);
}
