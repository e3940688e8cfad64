/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time that cannot jump. Deadlines are absolute monotonic milliseconds; 0 means none.
 *
 * What waits, waits by this clock: then a test that brings a clock of its own
 * (tests/unit/given_clock.h) gives it the time.
 */
#pragma once

#include <poll.h>
#include <stdint.h>

int64_t clock_us(void);

static inline int64_t clock_ms(void)
{
	return clock_us() / 1000;
}

/* poll(2); may come back early with -1 and EINTR, as that does. */
int clock_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
/* Wait so long, or less. */
void clock_nap_us(int64_t us);
