// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/resolv_file.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "net/resolv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME     "resolv.conf"
#define NOTHING  "fadump-ng-none"
#define KEPT     "resolv.conf.before-capture"
#define KEPT_MAX 16 /* as many as there can be hosts */

static int open_etc(const struct root *root)
{
	return root_open(root, "/etc", O_RDONLY | O_DIRECTORY, 0);
}

/* The i-th that was kept, from 0. */
static void kept_name(unsigned int i, char out[48])
{
	if (i == 0)
		(void)snprintf(out, 48, KEPT);
	else
		(void)snprintf(out, 48, KEPT ".%u", i + 1);
}

/* How many there are. */
static unsigned int kept(int etc)
{
	struct stat st;
	char name[48];
	unsigned int n;

	for (n = 0; n < KEPT_MAX; n++) {
		kept_name(n, name);
		if (fstatat(etc, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			break;
	}
	return n;
}

/* A link to nothing stands for a file that was not there. */
static int keep(int etc, const char *name)
{
	if (renameat(etc, NAME, etc, name) == 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	return symlinkat(NOTHING, etc, name) < 0 ? -errno : 0;
}

/* What this program wrote, unless another file has replaced it. */
static bool is_ours(int etc)
{
	_cleanup_close_ int fd = openat(etc, NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[sizeof(RESOLV_OURS)] = "";

	return fd >= 0 && pread_up_to(fd, text, sizeof(text) - 1, 0) == sizeof(text) - 1 &&
	       strcmp(text, RESOLV_OURS) == 0;
}

static bool is_nothing(int etc, const char *name)
{
	char to[sizeof(NOTHING)] = "";

	return readlinkat(etc, name, to, sizeof(to)) == sizeof(NOTHING) - 1 &&
	       memcmp(to, NOTHING, sizeof(NOTHING) - 1) == 0;
}

static int put(int etc, const char *text)
{
	_cleanup_close_ int fd =
		openat(etc, NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : write_full(fd, text, strlen(text));
}

/* Take the kept one back. */
static int take_back(int etc, const char *name)
{
	if (!is_nothing(etc, name))
		return renameat(etc, name, etc, NAME) < 0 ? -errno : 0;
	if (unlinkat(etc, NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	return unlinkat(etc, name, 0) < 0 ? -errno : 0;
}

int resolv_replace(const struct root *root, const char *text)
{
	_cleanup_close_ int etc = open_etc(root);
	unsigned int n;
	char name[48];
	int err;

	if (etc < 0)
		return etc;
	n = kept(etc);
	if (n == KEPT_MAX)
		return -E2BIG;
	kept_name(n, name);
	err = keep(etc, name);
	if (err < 0)
		return err;
	err = put(etc, text);
	if (err < 0)
		(void)!take_back(etc, name);
	return err;
}

int resolv_restore(const struct root *root)
{
	_cleanup_close_ int etc = open_etc(root);
	struct stat st;
	unsigned int n;
	char name[48];

	if (etc < 0)
		return etc;
	n = kept(etc);
	if (n == 0)
		return 0;
	kept_name(n - 1, name);
	if (fstatat(etc, NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 && !is_ours(etc))
		return unlinkat(etc, name, 0) < 0 ? -errno : 1;
	return take_back(etc, name);
}
