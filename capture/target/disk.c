// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/disk.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "target/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNTPOINT  "/run/fadump-ng/target"

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

/* /var/crash may be the first dump's to make; make it, and make its name durable. */
static int open_base(struct target *t)
{
	_cleanup_free_ char *path = NULL;
	bool made;
	int err;

	if (asprintf(&path, "%s%s", t->mountpoint, t->url->path) < 0)
		return -ENOMEM;
	made = !root_exists(t->root, path);
	err = root_mkdirs(t->root, path, 0700);
	if (err < 0) {
		why(t, "cannot make %s: %s", path, strerror(-err));
		return err;
	}
	t->base_fd = root_open(t->root, path, O_RDONLY | O_DIRECTORY, 0);
	if (t->base_fd < 0) {
		why(t, "cannot open %s: %s", path, strerror(-t->base_fd));
		return t->base_fd;
	}
	return made && syncfs(t->base_fd) < 0 ? -errno : 0;
}

/* Ask by doing: statvfs does not know of read-only superblocks behind overlays, quotas or LSMs. */
static int probe_writable(struct target *t)
{
	static const char probe[] = ".fadump-ng-probe";
	int fd, err = 0;

	(void)unlinkat(t->base_fd, probe, 0);
	fd = openat(t->base_fd, probe, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		err = -errno;
		why(t, "%s is not writable: %s", t->url->path, strerror(errno));
		return err;
	}
	err = write_full(fd, "?", 1);
	if (err == 0)
		err = fsync_close(fd);
	else
		(void)close(fd);
	if (err < 0)
		why(t, "%s does not take a byte: %s", t->url->path, strerror(-err));
	(void)unlinkat(t->base_fd, probe, 0);
	return err;
}

static int disk_open(struct target *t)
{
	const char *source = url_option(t->url, "device");
	const char *subvol = url_option(t->url, "subvol");
	int err;

	if (source) {
		char options[300] = "";
		struct device_spec spec = {
			.source = source,
			.fstype = url_option(t->url, "fstype"),
			.options = options,
		};

		if (!t->root->real) {
			why(t, "devices are mounted on the real machine only, not beneath --root");
			return -ENOTSUP;
		}
		if (subvol)
			(void)snprintf(options, sizeof(options), "subvol=%s", subvol);
		err = device_mount(&spec, MOUNTPOINT, t->why, sizeof(t->why));
		if (err < 0)
			return err;
		(void)snprintf(t->mountpoint, sizeof(t->mountpoint), "%s", MOUNTPOINT);
	}
	err = open_base(t);
	return err < 0 ? err : probe_writable(t);
}

static int disk_space(struct target *t, uint64_t *free_bytes)
{
	struct statvfs sv;

	if (fstatvfs(t->base_fd, &sv) < 0)
		return -errno;
	*free_bytes = (uint64_t)sv.f_bavail * sv.f_frsize;
	return 0;
}

/* A directory left by an earlier attempt at the same crash is used again; one with a dump never. */
static int disk_begin(struct target *t, const char *dir)
{
	struct stat st;

	if (mkdirat(t->base_fd, dir, 0700) < 0 && errno != EEXIST) {
		int err = -errno;

		why(t, "cannot make %s/%s: %s", t->url->path, dir, strerror(-err));
		return err;
	}
	t->dir_fd = openat(t->base_fd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->dir_fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? -EEXIST : -errno;
	if (fstat(t->dir_fd, &st) < 0)
		return -errno;
	/* A stranger's directory could be swapped under us. */
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0 ||
	    fstatat(t->dir_fd, DUMP_VMCORE, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		(void)close(take_fd(&t->dir_fd));
		return -EEXIST;
	}
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	return 0;
}

static int create_new(struct target *t, const char *name)
{
	int fd;

	if (unlinkat(t->dir_fd, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(t->dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int disk_create(struct target *t, const char *name)
{
	int fd = create_new(t, name);

	if (fd < 0)
		return fd;
	t->file_fd = fd;
	return 0;
}

static int disk_write(struct target *t, const void *buf, size_t len, uint64_t off)
{
	return pwrite_full(t->file_fd, buf, len, off);
}

static int disk_pread(struct target *t, void *buf, size_t len, uint64_t off)
{
	return pread_full(t->file_fd, buf, len, off);
}

static int disk_size(struct target *t, uint64_t *bytes)
{
	struct stat st;

	if (fstat(t->file_fd, &st) < 0)
		return -errno;
	*bytes = (uint64_t)st.st_size;
	return 0;
}

static int disk_flush(struct target *t)
{
	return fsync(t->file_fd) < 0 ? -errno : 0;
}

/* The names of a new file: in its directory, and the directory's in its own. */
static int sync_names(struct target *t)
{
	if (fsync(t->dir_fd) < 0 || fsync(t->base_fd) < 0)
		return -errno;
	return 0;
}

static int disk_publish(struct target *t, const char *from, const char *to)
{
	int err;

	/* NFS reports what it lost at close, so close is part of the proof. */
	if (close(take_fd(&t->file_fd)) < 0)
		return -errno;
	if (renameat2(t->dir_fd, from, t->dir_fd, to, RENAME_NOREPLACE) < 0) {
		if (errno != EINVAL && errno != ENOSYS)
			return -errno;
		/* NFS cannot refuse to replace; begin() found no such name. */
		if (renameat(t->dir_fd, from, t->dir_fd, to) < 0)
			return -errno;
	}
	err = sync_names(t);
	/* A name that may not last is none: back to what abandon() removes. */
	if (err < 0)
		(void)renameat(t->dir_fd, to, t->dir_fd, from);
	return err;
}

static int disk_reopen(struct target *t, const char *dir, const char *name)
{
	t->dir_fd = openat(t->base_fd, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->dir_fd < 0)
		return -errno;
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	t->file_fd = openat(t->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (t->file_fd < 0)
		return -errno;
	return sync_names(t);
}

static int copy_in(int fd, const struct reader *data)
{
	_cleanup_free_ char *buf = malloc(64 * KIB);
	uint64_t off;

	if (!buf)
		return -ENOMEM;
	for (off = 0; off < data->size;) {
		uint64_t left = data->size - off;
		size_t n = left < 64 * KIB ? (size_t)left : 64 * KIB;
		int err = data->pread(data->ctx, buf, n, off);

		if (err == 0)
			err = pwrite_full(fd, buf, n, off);
		if (err < 0)
			return err;
		off += n;
	}
	return 0;
}

static int disk_put(struct target *t, const char *name, const struct reader *data)
{
	char tmp[300];
	int fd, err;

	(void)snprintf(tmp, sizeof(tmp), "%s.incomplete", name);
	fd = create_new(t, tmp);
	if (fd < 0)
		return fd;
	err = copy_in(fd, data);
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

static int disk_abandon(struct target *t, const char *name)
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

static int disk_close(struct target *t)
{
	int *const fds[] = {&t->file_fd, &t->dir_fd, &t->base_fd};
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] >= 0)
			(void)close(take_fd(fds[i]));
	if (!t->mountpoint[0])
		return 0;
	err = device_unmount(t->mountpoint);
	if (err < 0)
		why(t, "cannot unmount %s: %s", t->mountpoint, strerror(-err));
	t->mountpoint[0] = '\0';
	return err;
}

const struct target_ops disk_ops = {
	.open = disk_open,
	.space = disk_space,
	.begin = disk_begin,
	.create = disk_create,
	.write = disk_write,
	.pread = disk_pread,
	.size = disk_size,
	.flush = disk_flush,
	.publish = disk_publish,
	.reopen = disk_reopen,
	.put = disk_put,
	.abandon = disk_abandon,
	.close = disk_close,
};
