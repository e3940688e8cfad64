// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/disk.h"

#include "base/cleanup.h"
#include "target/device.h"
#include "target/directory.h"
#include "target/mountpoint.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PATIENCE_MS INT64_C(240000) /* a disk that has not answered for so long will not */

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
	return err < 0 ? err : look_at_file_system(t);
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
