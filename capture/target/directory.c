// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/directory.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

int directory_space(struct target *t, uint64_t *free_bytes)
{
	struct statvfs sv;

	if (fstatvfs(t->base_fd, &sv) < 0)
		return -errno;
	/* What a file system keeps for root is for this, too. */
	*free_bytes = (uint64_t)(geteuid() == 0 ? sv.f_bfree : sv.f_bavail) * sv.f_frsize;
	return 0;
}

/*
 * Is the open directory ours alone? Even where we have just made one of the name: who can write in
 * the base directory may have put another in its place. What is made there may be another user's
 * than we are (NFS), or of any mode (vfat), as the probe found out; where that took no byte, it is
 * not known.
 */
static bool is_ours(const struct target *t, bool made)
{
	struct stat st;

	if (fstat(t->dir_fd, &st) < 0)
		return false;
	if (!made)
		return st.st_uid == geteuid() && !(st.st_mode & 077);
	return !t->probed || (st.st_uid == t->owner && (!(st.st_mode & 077) || t->modeless));
}

/* Can the open directory be used? It may hold a dump, or be another capture's. */
static bool may_use(const struct target *t, bool made)
{
	struct stat st;

	if (!is_ours(t, made))
		return false;
	if (fstatat(t->dir_fd, DUMP_VMCORE, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return false;
	/* Where a file system has no locks, the capture's own lock is all there is. */
	return flock(t->dir_fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* A directory left by an earlier attempt at the same crash is used again; one with a dump never. */
int directory_begin(struct target *t, const char *dir)
{
	bool made = mkdirat(t->base_fd, dir, 0700) == 0;

	/* Another one than was begun before. */
	if (t->dir_fd >= 0)
		(void)close(take_fd(&t->dir_fd));
	if (!made && errno != EEXIST) {
		int err = -errno;

		why(t, "cannot make %s/%s: %s", t->url->path, dir, strerror(-err));
		return err;
	}
	t->dir_fd = openat(t->base_fd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->dir_fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? -EEXIST : -errno;
	if (!may_use(t, made)) {
		(void)close(take_fd(&t->dir_fd));
		return -EEXIST;
	}
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	return 0;
}

static int create_new(struct target *t, const char *name)
{
	int fd;

	if (*name && unlinkat(t->dir_fd, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(t->dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int directory_create(struct target *t, const char *name)
{
	int fd = create_new(t, name);

	if (fd < 0)
		return fd;
	t->file_fd = fd;
	return 0;
}

int directory_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	return pwrite_full(t->file_fd, buf, len, off);
}

int directory_pread(struct target *t, void *buf, size_t len, uint64_t off)
{
	return pread_full(t->file_fd, buf, len, off);
}

int directory_size(struct target *t, uint64_t *bytes)
{
	struct stat st;

	if (fstat(t->file_fd, &st) < 0)
		return -errno;
	*bytes = (uint64_t)st.st_size;
	return 0;
}

int directory_flush(struct target *t)
{
	if (fsync(t->file_fd) < 0)
		return -errno;
	/* What is read back comes from the disk then, or from the server. */
	(void)posix_fadvise(t->file_fd, 0, 0, POSIX_FADV_DONTNEED);
	return 0;
}

/* The names of a new file: in its directory, and the directory's in its own. */
static int sync_names(struct target *t)
{
	if (fsync(t->dir_fd) < 0 || fsync(t->base_fd) < 0)
		return -errno;
	return 0;
}

/* Is what has this name the file that was proved? */
static bool is_file(const struct target *t, const char *name, const struct stat *file)
{
	struct stat st;

	return fstatat(t->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

static int rename_new(const struct target *t, const char *from, const char *to)
{
	if (renameat2(t->dir_fd, from, t->dir_fd, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* NFS cannot refuse to replace; begin() found no such name. */
	return renameat(t->dir_fd, from, t->dir_fd, to) < 0 ? -errno : 0;
}

int directory_arrive(struct target *t, const char *from, const char *to)
{
	struct stat st;

	/* What came before is no worse. */
	if (fstatat(t->dir_fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return rename_new(t, from, to);
}

int directory_earlier(struct target *t, bool drop, uint64_t *bytes)
{
	struct stat st;

	if (t->dir_fd < 0)
		return -ENOENT;
	if (fstatat(t->dir_fd, DUMP_UNPROVED, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	*bytes = (uint64_t)st.st_blocks * 512;
	return drop && unlinkat(t->dir_fd, DUMP_UNPROVED, 0) < 0 ? -errno : 0;
}

int directory_publish(struct target *t, const char *from, const char *to)
{
	/* Held while names are compared: an inode that nobody has open may come back with another
	 * number. */
	_cleanup_close_ int held = fcntl(t->file_fd, F_DUPFD_CLOEXEC, 0);
	struct stat file;
	int err;

	if (held < 0 || fstat(t->file_fd, &file) < 0)
		return -errno;
	/* NFS reports what it lost at close, so close is part of the proof. */
	if (close(take_fd(&t->file_fd)) < 0)
		return -errno;
	if (!is_file(t, from, &file)) {
		why(t, "%s/%s was replaced by somebody while it was written", t->dir, from);
		return -ESTALE;
	}
	err = rename_new(t, from, to);
	if (err < 0)
		return err;
	err = is_file(t, to, &file) ? sync_names(t) : -ESTALE;
	/* Nobody may wait for it any more. */
	if (err == 0)
		err = target_busy(t, true);
	/* A name that may not last is none: back to what abandon() removes. */
	if (err < 0 && renameat(t->dir_fd, to, t->dir_fd, from) < 0)
		why(t, "%s/%s may not last (%s), and cannot be renamed back", t->dir, to,
		    strerror(-err));
	return err;
}

int directory_reopen(struct target *t, const char *dir, const char *name)
{
	struct stat st;

	if (!*dir || strchr(dir, '/'))
		return -EINVAL;
	if (t->dir_fd >= 0)
		(void)close(take_fd(&t->dir_fd));
	t->dir_fd = openat(t->base_fd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->dir_fd < 0)
		return -errno;
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	t->file_fd = openat(t->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (t->file_fd < 0 || fstat(t->file_fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? sync_names(t) : -EINVAL;
}

int directory_put(struct target *t, const char *name, const struct reader *data)
{
	char tmp[300];
	int fd, err;

	(void)snprintf(tmp, sizeof(tmp), "%s.incomplete", name);
	fd = create_new(t, tmp);
	if (fd < 0)
		return fd;
	err = reader_copy(data, fd);
	if (err == 0)
		err = fsync_close(fd);
	else
		(void)close(fd);
	if (err == 0 && renameat(t->dir_fd, tmp, t->dir_fd, name) < 0)
		err = -errno;
	if (err == 0)
		err = sync_names(t);
	if (err < 0)
		(void)unlinkat(t->dir_fd, tmp, 0);
	return err;
}

int directory_abandon(struct target *t, const char *name)
{
	int err = 0;

	if (t->file_fd >= 0)
		(void)close(take_fd(&t->file_fd));
	if (t->dir_fd < 0)
		return 0;
	if (unlinkat(t->dir_fd, name, 0) < 0 && errno != ENOENT)
		err = -errno;
	/* Goes only when nothing, not even the log, was saved there. */
	if (unlinkat(t->base_fd, t->dir, AT_REMOVEDIR) == 0) {
		(void)close(take_fd(&t->dir_fd));
		t->dir[0] = '\0';
	}
	return err;
}
