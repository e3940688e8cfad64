// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/disk.h"

#include "base/cleanup.h"
#include "target/device.h"
#include "target/directory.h"
#include "target/lasting.h"
#include "target/mountpoint.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Not in linux/magic.h. */
#define JFS_SUPER_MAGIC 0x3153464a
#define ZFS_SUPER_MAGIC 0x2fc12fc1

#define PATIENCE_MS     INT64_C(240000) /* a disk that has not answered for so long will not */

#define why(t, ...)     (void)snprintf((t)->why, sizeof((t)->why), __VA_ARGS__)

/*
 * Does what base_fd is on outlive the boot? The paths below an overlay of an initramfs are of the
 * time before it, so nothing can be known of that.
 */
static int look_at_what_it_lies_on(struct target *t)
{
	struct statfs sf;
	int err;

	if (!t->root->real)
		return 0;
	if (fstatfs(t->base_fd, &sf) < 0)
		return -errno;
	if (sf.f_type == OVERLAYFS_SUPER_MAGIC && root_exists(t->root, "/etc/initrd-release")) {
		(void)snprintf(t->lies_on, sizeof(t->lies_on), "an overlay of the initramfs");
		t->in_memory = true;
		return 0;
	}
	err = lasting_check(t->base_fd, t->lies_on, sizeof(t->lies_on));
	t->in_memory = err == -EROFS;
	return err == -EROFS ? 0 : err;
}

/*
 * Does more than one machine write there? Of a file system that is not known to belong to one alone
 * (NFS, GPFS, Lustre, GFS2, ...) that is taken to be so.
 */
static bool is_shared(int fd)
{
	static const unsigned long alone[] = {
		EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
		TMPFS_MAGIC,      RAMFS_MAGIC,     MSDOS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC,
		JFS_SUPER_MAGIC,  ZFS_SUPER_MAGIC,
	};
	struct statfs sf;
	size_t i;

	if (fstatfs(fd, &sf) < 0)
		return true;
	for (i = 0; i < ARRAY_SIZE(alone); i++)
		if ((unsigned long)sf.f_type == alone[i])
			return false;
	return true;
}

static int mount_device(struct target *t, const char *source)
{
	const char *subvol = url_option(t->url, "subvol");
	char options[300] = "", dir[sizeof(t->mountpoint)];
	struct device_spec spec = {
		.source = source,
		.fstype = url_option(t->url, "fstype"),
		.options = options,
		.t = t,
	};
	int err;

	if (!t->root->real) {
		why(t, "devices are mounted on the real machine only, not beneath --root");
		return -ENOTSUP;
	}
	err = mountpoint_take(t, dir, sizeof(dir));
	if (err < 0)
		return err;
	if (subvol)
		(void)snprintf(options, sizeof(options), "subvol=%s", subvol);
	/* Noted before it is there: whoever finds us dead takes it away. */
	(void)snprintf(t->mountpoint, sizeof(t->mountpoint), "%s", dir);
	err = device_mount(&spec, dir, t->why, sizeof(t->why));
	if (err < 0)
		t->mountpoint[0] = '\0';
	return err;
}

static int disk_open(struct target *t)
{
	const char *source = url_option(t->url, "device");
	int err = source ? mount_device(t, source) : 0;

	if (err == 0)
		err = directory_open(t, t->url->path);
	if (err < 0)
		return err;
	t->shared = is_shared(t->base_fd);
	return look_at_what_it_lies_on(t);
}

static int disk_close(struct target *t)
{
	int err = 0;

	directory_close(t);
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
	.patience_ms = PATIENCE_MS,
	.open = disk_open,
	.space = directory_space,
	.begin = directory_begin,
	.create = directory_create,
	.write = directory_write,
	.pread = directory_pread,
	.size = directory_size,
	.arrive = directory_arrive,
	.earlier = directory_earlier,
	.flush = directory_flush,
	.publish = directory_publish,
	.reopen = directory_reopen,
	.put = directory_put,
	.abandon = directory_abandon,
	.capacity = directory_capacity,
	.list = directory_list,
	.look = directory_look,
	.drop = directory_drop,
	.close = disk_close,
};
