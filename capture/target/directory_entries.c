// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What came before: the directories of earlier dumps, looked at and thinned out. Names are resolved
 * one at a time from the base directory on, and no symlink is followed.
 */
#include "target/directory.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What a dump directory of ours holds; the manifest is not among them: it says that it is ours. */
static const char *const big[] = {DUMP_UNPROVED, DUMP_INCOMPLETE, DUMP_OPALCORE};
static const char *const small[] = {
	DUMP_LOG,
	DUMP_CAPTURE_LOG,
	DUMP_LOG ".incomplete",
	DUMP_CAPTURE_LOG ".incomplete",
	DUMP_OPALCORE ".incomplete",
	DUMP_MANIFEST ".incomplete",
};

int directory_capacity(struct target *t, uint64_t *bytes)
{
	struct statvfs sv;

	if (fstatvfs(t->base_fd, &sv) < 0)
		return -errno;
	*bytes = (uint64_t)sv.f_blocks * sv.f_frsize;
	return 0;
}

static bool is_directory(int at, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(at, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

int directory_list(struct target *t, char *buf, size_t size, size_t *len)
{
	int fd = openat(t->base_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	size_t used = 0, n;

	if (!d) {
		int err = -errno;

		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	while (errno = 0, e = readdir(d)) {
		if (e->d_name[0] == '.' || !is_directory(fd, e))
			continue;
		n = strlen(e->d_name) + 1;
		if (n > size - used)
			return -E2BIG;
		memcpy(buf + used, e->d_name, n);
		used += n;
	}
	if (errno)
		return -errno;
	*len = used;
	return 0;
}

/* An fd of one of the directories, or -errno. */
static int open_entry(const struct target *t, const char *dir)
{
	int fd;

	if (!*dir || *dir == '.' || strchr(dir, '/'))
		return -EINVAL;
	fd = openat(t->base_fd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? -ENOTDIR : -errno;
	return fd;
}

/* A regular file there? Its size and what it takes on disk are added. */
static bool find_file(int dir, const char *name, uint64_t *size, uint64_t *used)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return false;
	*size = (uint64_t)st.st_size;
	*used += (uint64_t)st.st_blocks * 512;
	return true;
}

/* 0 bytes when there is none, it is none of our making, or it is too large to be one. */
static size_t read_manifest(int dir, char *buf, size_t size)
{
	_cleanup_close_ int fd =
		openat(dir, DUMP_MANIFEST, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	size_t len;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uint64_t)st.st_size > size)
		return 0;
	len = (size_t)st.st_size;
	return pread_full(fd, buf, len, 0) == 0 ? len : 0;
}

int directory_look(struct target *t, const char *dir, struct target_entry *out, char *manifest,
		   size_t size)
{
	_cleanup_close_ int fd = open_entry(t, dir);
	struct target_entry e = {.used = 0};
	uint64_t ignored;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	(void)snprintf(e.dir, sizeof(e.dir), "%s", dir);
	e.device = st.st_dev;
	e.inode = st.st_ino;
	e.own = st.st_uid == t->owner && (st.st_mode & 022) == 0;
	e.has_incomplete = find_file(fd, DUMP_INCOMPLETE, &e.vmcore, &e.used);
	e.has_unproved = find_file(fd, DUMP_UNPROVED, &e.vmcore, &e.used);
	e.has_vmcore = find_file(fd, DUMP_VMCORE, &e.vmcore, &e.used);
	(void)find_file(fd, DUMP_OPALCORE, &ignored, &e.used);
	e.manifest = read_manifest(fd, manifest, size);
	*out = e;
	return 0;
}

/* The very directory that was looked at, and ours alone for as long as it is open. */
static int take_entry(struct target *t, const struct target_entry *e)
{
	_cleanup_close_ int fd = open_entry(t, e->dir);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_dev != e->device || st.st_ino != e->inode)
		return -ESTALE;
	if (st.st_uid != t->owner || (st.st_mode & 022))
		return -EPERM;
	/* Where a file system has no locks, the capture's own lock is all there is. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EBUSY;
	return take_fd(&fd);
}

static int unlink_all(int dir, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (unlinkat(dir, names[i], 0) < 0 && errno != ENOENT)
			return -errno;
	return 0;
}

/* Large files go in pieces: the name of a dump must not outlast any of it. */
static int drop_dump(int dir)
{
	if (renameat(dir, DUMP_VMCORE, dir, DUMP_INCOMPLETE) == 0) {
		if (fsync(dir) < 0)
			return -errno;
	} else if (errno != ENOENT) {
		return -errno;
	}
	return unlink_all(dir, big, ARRAY_SIZE(big));
}

/* Is there anything but the manifest? */
static int only_manifest(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d) {
		int err = -errno;

		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	while (errno = 0, e = readdir(d))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    strcmp(e->d_name, DUMP_MANIFEST) != 0)
			return -ENOTEMPTY;
	return errno ? -errno : 0;
}

/* The manifest last: until then the rest is known to be ours, should we be interrupted. */
static int drop_rest(struct target *t, int dir, const char *name)
{
	int err = unlink_all(dir, small, ARRAY_SIZE(small));

	if (err == 0)
		err = only_manifest(dir);
	if (err < 0)
		return err;
	if (unlinkat(dir, DUMP_MANIFEST, 0) < 0 && errno != ENOENT)
		return -errno;
	if (unlinkat(t->base_fd, name, AT_REMOVEDIR) < 0)
		return -errno;
	return fsync(t->base_fd) < 0 ? -errno : 0;
}

int directory_drop(struct target *t, const struct target_entry *entry, enum target_drop what)
{
	_cleanup_close_ int dir = take_entry(t, entry);
	int err = dir < 0 ? dir : drop_dump(dir);

	if (err == 0 && what == TARGET_DROP_ALL)
		return drop_rest(t, dir, entry->dir);
	if (err == 0 && fsync(dir) < 0)
		err = -errno;
	return err;
}
