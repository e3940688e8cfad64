// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/disk.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/lock.h"
#include "target/device.h"
#include "target/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MOUNTPOINT  "/run/fadump-ng/target"

#define why(t, ...) (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

/* Is base_fd on something that lives in memory? There fsync succeeds and means nothing. */
static int look_at_file_system(struct target *t)
{
	bool in_initramfs = root_exists(t->root, "/etc/initrd-release");
	struct statfs sf;

	if (!t->root->real)
		return 0;
	if (fstatfs(t->base_fd, &sf) < 0)
		return -errno;
	t->in_memory = sf.f_type == TMPFS_MAGIC || sf.f_type == RAMFS_MAGIC ||
		       (in_initramfs && sf.f_type == OVERLAYFS_SUPER_MAGIC);
	return 0;
}

/* /var/crash may be the first dump's to make; make it, and make its name durable. */
static int open_base_beneath(struct target *t, const struct root *root)
{
	const char *path = t->url->path;
	bool made = !root_exists(root, path);
	int err = t->existing ? 0 : root_mkdirs(root, path, 0700);

	if (err < 0) {
		why(t, "cannot make %s: %s", path, strerror(-err));
		return err;
	}
	t->base_fd = root_open(root, path, O_RDONLY | O_DIRECTORY, 0);
	if (t->base_fd < 0) {
		why(t, "cannot open %s: %s", path, strerror(-t->base_fd));
		return t->base_fd;
	}
	return made && syncfs(t->base_fd) < 0 ? -errno : 0;
}

/* A symlink on the device is the device's own: it must not lead out into the initramfs. */
static int open_base(struct target *t)
{
	struct root inside = {.fd = -1, .real = false};
	int err;

	if (!t->mountpoint[0])
		return open_base_beneath(t, t->root);
	inside.fd = root_open(t->root, t->mountpoint, O_PATH | O_DIRECTORY, 0);
	if (inside.fd < 0)
		return inside.fd;
	err = open_base_beneath(t, &inside);
	root_deinit(&inside);
	return err;
}

/* A name of nobody's. An fd or -errno. */
static int create_probe(struct target *t, char *name, size_t size)
{
	unsigned int number;
	int i, fd = -1;

	for (i = 0; i < 10 && fd < 0; i++) {
		if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
			number = (unsigned int)clock_ms();
		(void)snprintf(name, size, ".fadump-ng-probe-%08x", number);
		fd = openat(t->base_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd < 0 ? -errno : fd;
}

/* Ask by doing: statvfs does not know of read-only superblocks behind overlays, quotas or LSMs. */
static int probe_writable(struct target *t)
{
	char name[40];
	int err = 0, fd = create_probe(t, name, sizeof(name));

	if (fd < 0) {
		why(t, "%s is not writable: %s", t->url->path, strerror(-fd));
		return fd;
	}
	err = write_full(fd, "?", 1);
	if (err == 0)
		err = fsync_close(fd);
	else
		(void)close(fd);
	/* Every dump's name will need this. */
	if (err == 0 && fsync(t->base_fd) < 0)
		err = -errno;
	if (err < 0)
		why(t, "%s does not take a byte: %s", t->url->path, strerror(-err));
	(void)unlinkat(t->base_fd, name, 0);
	return err;
}

static int mount_device(struct target *t, const char *source)
{
	const char *subvol = url_option(t->url, "subvol");
	char options[300] = "";
	struct device_spec spec = {
		.source = source,
		.fstype = url_option(t->url, "fstype"),
		.options = options,
	};
	int err;

	if (!t->root->real) {
		why(t, "devices are mounted on the real machine only, not beneath --root");
		return -ENOTSUP;
	}
	err = lock_take(t->root, MOUNTPOINT ".lock", &t->mount_lock);
	/* Without a lock file it has to go without: a dump counts for more. */
	if (err == -EBUSY) {
		why(t, "%s: another capture has a device mounted there", MOUNTPOINT);
		return err;
	}
	if (subvol)
		(void)snprintf(options, sizeof(options), "subvol=%s", subvol);
	err = device_mount(&spec, MOUNTPOINT, t->why, sizeof(t->why));
	if (err == 0)
		(void)snprintf(t->mountpoint, sizeof(t->mountpoint), "%s", MOUNTPOINT);
	return err;
}

static int disk_open(struct target *t)
{
	const char *source = url_option(t->url, "device");
	int err = source ? mount_device(t, source) : 0;

	if (err == 0)
		err = open_base(t);
	if (err == 0)
		err = look_at_file_system(t);
	return err < 0 || t->existing ? err : probe_writable(t);
}

static int disk_close(struct target *t)
{
	int *const fds[] = {&t->file_fd, &t->dir_fd, &t->base_fd};
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] >= 0)
			(void)close(take_fd(fds[i]));
	if (t->mountpoint[0])
		err = device_unmount(t->mountpoint);
	/* What failed before counts for more. */
	if (err < 0 && !t->why[0])
		why(t, "cannot unmount %s: %s", t->mountpoint, strerror(-err));
	t->mountpoint[0] = '\0';
	if (t->mount_lock >= 0)
		(void)close(take_fd(&t->mount_lock));
	return err;
}

const struct target_ops disk_ops = {
	.open = disk_open,
	.space = directory_space,
	.begin = directory_begin,
	.create = directory_create,
	.write = directory_write,
	.pread = directory_pread,
	.size = directory_size,
	.flush = directory_flush,
	.publish = directory_publish,
	.reopen = directory_reopen,
	.put = directory_put,
	.abandon = directory_abandon,
	.close = disk_close,
};
