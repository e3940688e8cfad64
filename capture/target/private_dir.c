// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/private_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

int private_dir_open(const struct root *root, const char *path, struct private_dir *out)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	int err;

	if (!slash || !slash[1])
		return -EINVAL;
	if (n >= sizeof(out->path) || strlen(slash + 1) >= sizeof(out->name))
		return -ENAMETOOLONG;
	(void)snprintf(out->path, sizeof(out->path), "%.*s", n ? (int)n : 1, path);
	(void)snprintf(out->name, sizeof(out->name), "%s", slash + 1);
	err = root_mkdirs(root, out->path, 0700);
	if (err < 0)
		return err;
	out->fd = root_open(root, out->path, O_RDONLY | O_DIRECTORY, 0);
	if (out->fd < 0)
		return out->fd;
	/* Held for the moments of a change. */
	return flock(out->fd, LOCK_EX) < 0 ? -errno : 0;
}
