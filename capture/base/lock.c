// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/lock.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

int lock_take(const struct root *root, const char *path, int *fd)
{
	int dir_len = (int)(strrchr(path, '/') - path), err;
	_cleanup_close_ int lock = -1;
	char dir[256];

	(void)snprintf(dir, sizeof(dir), "%.*s/", dir_len, path);
	err = root_mkdirs(root, dir, 0755);
	if (err < 0)
		return err;
	lock = root_open(root, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (lock < 0)
		return lock;
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	*fd = take_fd(&lock);
	return 0;
}
