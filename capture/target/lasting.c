// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/lasting.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "target/lasting_device.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define DEPTH_MAX 16 /* of one thing lying on another */
#define HUGETLBFS 0x958458f6

/* Kept by a server or a cluster, or by a manager of volumes of its own. */
static const char *const elsewhere[] = {
	"nfs", "nfs4", "cifs", "smb3", "ceph", "lustre", "gpfs", "9p", "virtiofs", "zfs", "afs",
};

int lasting_refuse(struct lasting *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(l->on, l->size, fmt, ap);
	va_end(ap);
	return -EROFS;
}

static bool is_elsewhere(const char *fstype)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (strcmp(fstype, elsewhere[i]) == 0)
			return true;
	return false;
}

/* The number of the mount that an open file is on. 0 or -errno. */
static int mount_id(int fd, int *out)
{
	char path[40];
	_cleanup_close_ int info = -1;
	_cleanup_free_ char *text = NULL;
	const char *p;
	char *end;
	size_t len;
	long id;
	int err;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return -errno;
	err = read_to_end(info, 4096, &text, &len);
	if (err < 0)
		return err;
	p = strstr(text, "mnt_id:");
	if (!p)
		return -ENODATA;
	p += strlen("mnt_id:");
	id = strtol(p, &end, 10);
	if (end == p)
		return -ENODATA;
	*out = (int)id;
	return 0;
}

/* Its entry of the table; NULL: there is none. */
static struct libmnt_fs *find_mount(struct libmnt_table *table, int fd)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs = NULL;
	int id = -1;

	if (iter && mount_id(fd, &id) == 0)
		while (mnt_table_next_fs(table, iter, &fs) == 0 && mnt_fs_get_id(fs) != id)
			fs = NULL;
	mnt_free_iter(iter);
	return fs && mnt_fs_get_id(fs) == id ? fs : NULL;
}

/* Is it the same directory, seen through the overlay and beneath it? Its times are. */
static bool is_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_mode == y.st_mode &&
	       x.st_mtim.tv_sec == y.st_mtim.tv_sec && x.st_mtim.tv_nsec == y.st_mtim.tv_nsec &&
	       x.st_ctim.tv_sec == y.st_ctim.tv_sec && x.st_ctim.tv_nsec == y.st_ctim.tv_nsec;
}

/* The path of an open file within its file system: where it is mounted may be a part of that. */
static int path_within(int fd, struct libmnt_fs *fs, char *out, size_t size)
{
	const char *root = mnt_fs_get_root(fs), *at = mnt_fs_get_target(fs);
	char link[40], path[1024];
	size_t n = at ? strlen(at) : 0;
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return -errno;
	path[len] = '\0';
	if (n && at[n - 1] == '/')
		n--;
	if (!root || !at || strncmp(path, at, n) != 0 || (path[n] && path[n] != '/'))
		return -ENOENT;
	if (snprintf(out, size, "%s/%s", strcmp(root, "/") == 0 ? "" : root, path + n) >= (int)size)
		return -ENAMETOOLONG;
	return 0;
}

/*
 * What is written goes to the upper layer. Its path is as it was when the overlay was mounted, and
 * may lead elsewhere by now: only a directory that is the same one will do.
 */
static int check_overlay(struct lasting *l, int fd, struct libmnt_fs *fs)
{
	_cleanup_free_ char *upper = NULL;
	_cleanup_close_ int below = -1;
	char within[1024], path[2200];
	char *value = NULL;
	size_t n = 0;

	if (mnt_optstr_get_option(mnt_fs_get_fs_options(fs), "upperdir", &value, &n) == 0 && value)
		upper = strndup(value, n);
	if (!upper || upper[0] != '/' || path_within(fd, fs, within, sizeof(within)) < 0)
		return lasting_refuse(l, "an overlay whose upper layer cannot be found");
	(void)snprintf(path, sizeof(path), "%s%s", upper, within);
	below = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (below < 0 || !is_same(fd, below))
		return lasting_refuse(l, "an overlay whose upper layer cannot be found at %s",
				      upper);
	return lasting_check_file(l, below);
}

static int check_by_type(struct lasting *l, int fd)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_fs *fs = table ? find_mount(table, fd) : NULL;
	const char *type = fs ? mnt_fs_get_fstype(fs) : NULL;
	struct stat st;
	int err;

	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (major(st.st_dev))
		err = lasting_check_device(l, st.st_dev);
	else if (!type)
		err = lasting_refuse(l, "a file system that is not among those mounted");
	else if (strcmp(type, "overlay") == 0)
		err = check_overlay(l, fd, fs);
	else if (strcmp(type, "btrfs") == 0)
		err = lasting_check_btrfs(l, fd);
	else if (is_elsewhere(type))
		err = 0;
	else
		err = lasting_refuse(l, "%s, which is not known to outlive the boot", type);
	mnt_unref_table(table);
	return err;
}

int lasting_check_file(struct lasting *l, int fd)
{
	struct statfs sf;
	int err;

	if (fstatfs(fd, &sf) < 0)
		return -errno;
	if (sf.f_type == TMPFS_MAGIC || sf.f_type == RAMFS_MAGIC || sf.f_type == HUGETLBFS)
		return lasting_refuse(l, "%s, which is memory",
				      sf.f_type == TMPFS_MAGIC ? "tmpfs" : "ramfs");
	if (++l->depth > DEPTH_MAX)
		return lasting_refuse(l, "too many layers to be known");
	err = check_by_type(l, fd);
	l->depth--;
	return err;
}

int lasting_check(int fd, char *on, size_t size)
{
	struct lasting l = {.on = on, .size = size};

	return lasting_check_file(&l, fd);
}
