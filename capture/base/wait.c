// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wait.h"

#include <errno.h>

#define LOOK_MS  1000 /* a clock that is set wrong, or a lost wakeup, costs this much */
#define RETRY_US 1000

int wait_fds(struct pollfd *fds, nfds_t n, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline ? deadline - clock_ms() : LOOK_MS;
		int r;

		left = left < 0 ? 0 : left < LOOK_MS ? left : LOOK_MS;
		r = clock_poll(fds, n, (int)left);
		if (r > 0)
			return r;
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			clock_nap_us(RETRY_US);
		if (deadline_over(deadline))
			return -ETIMEDOUT;
	}
}

int wait_fd(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int r = wait_fds(&p, 1, deadline);

	return r < 0 ? r : 0;
}
