/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting with a deadline, for all that wait. What has arrived is looked at before the clock: an
 * answer that is there counts, however late it is found. And times that nest: an inner one ends
 * with the outer one at the latest, or its answer would come when it is not waited for any more.
 */
#pragma once

#include "base/clock.h"
#include "base/macros.h"

#include <poll.h>
#include <stdbool.h>

/* Is the deadline over? */
static inline bool deadline_over(int64_t deadline)
{
	return deadline && clock_ms() >= deadline;
}

/* So much time from now on, within the outer deadline. */
static inline int64_t deadline_in(int64_t outer, int64_t ms)
{
	int64_t until = clock_ms() + ms;

	return outer && outer < until ? outer : until;
}

/*
 * poll(2) until the deadline: how many of them are ready, or -ETIMEDOUT. One that the kernel has no
 * memory for is made again. With a deadline that has passed it looks once, and does not wait.
 */
int wait_fds(struct pollfd *fds, nfds_t n, int64_t deadline) _must_check_;

/* The same for one: 0 when it is ready, closed or broken, or -ETIMEDOUT. */
int wait_fd(int fd, short events, int64_t deadline) _must_check_;
