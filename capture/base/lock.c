// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/lock.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

int lock_take(const struct root *root, const char *path, int *fd)
{
	_cleanup_free_ char *dir = strdup(path);
	_cleanup_close_ int lock = -1;
	int err;

	if (!dir)
		return -ENOMEM;
	*strrchr(dir, '/') = '\0';
	err = root_mkdirs(root, *dir ? dir : "/", 0755);
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
