// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/resolv_file.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAME "resolv.conf"
#define KEPT "resolv.conf.before-capture"

static int open_etc(const struct root *root)
{
	return root_open(root, "/etc", O_RDONLY | O_DIRECTORY, 0);
}

int resolv_replace(const struct root *root, const char *text)
{
	_cleanup_close_ int etc = open_etc(root), fd = -1;

	if (etc < 0)
		return etc;
	if (renameat(etc, NAME, etc, KEPT) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(etc, NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	return write_full(fd, text, strlen(text));
}

int resolv_restore(const struct root *root)
{
	_cleanup_close_ int etc = open_etc(root);

	if (etc < 0)
		return etc;
	if (unlinkat(etc, NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	if (renameat(etc, KEPT, etc, NAME) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}
