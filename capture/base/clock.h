/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time that cannot jump. Deadlines are absolute monotonic milliseconds; 0 means none. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t clock_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static inline int64_t clock_ms(void)
{
	return clock_us() / 1000;
}
