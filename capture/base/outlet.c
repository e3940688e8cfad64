// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/outlet.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "base/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define FULL_MS 20 /* between two looks at what is ready but takes nothing */

/* As much as it takes now. */
static ssize_t some(int fd, bool socket, const char *buf, size_t len)
{
	ssize_t n;

	do
		n = socket ? send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) : write(fd, buf, len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int write_slowly(int fd, bool socket, const char *buf, size_t len, int64_t deadline)
{
	while (len) {
		ssize_t n = some(fd, socket, buf, len);

		if (n < 0 && n != -EAGAIN)
			return (int)n;
		if (n > 0) {
			buf += n;
			len -= (size_t)n;
			continue;
		}
		if (wait_fd(fd, POLLOUT, deadline) < 0 || deadline_over(deadline))
			return -ETIMEDOUT;
		/* A terminal wants two bytes of room for the end of a line, and is ready with one;
		 * another writer may hold it. Not in haste, then. */
		(void)poll(NULL, 0, FULL_MS);
	}
	return 0;
}

int outlet_write(int fd, const void *buf, size_t len, int64_t deadline)
{
	_cleanup_close_ int own = -1;
	char path[40];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return write_full(fd, buf, len);
	if (S_ISSOCK(st.st_mode))
		return write_slowly(fd, true, buf, len, deadline);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own >= 0)
		return write_slowly(own, false, buf, len, deadline);
	/* A terminal of another user, or no /proc: not the circumstances of a capture. */
	if (errno != EACCES && errno != ENOENT)
		return -errno;
	return wait_fd(fd, POLLOUT, deadline) < 0 ? -ETIMEDOUT : write_full(fd, buf, len);
}
