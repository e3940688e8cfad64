// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/device_find.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/trace.h"
#include "target/udev.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define POLL_US 200000

static const struct {
	const char *tag, *dir;
} links[] = {
	{"UUID", "/dev/disk/by-uuid/"},
	{"LABEL", "/dev/disk/by-label/"},
	{"PARTUUID", "/dev/disk/by-partuuid/"},
	{"PARTLABEL", "/dev/disk/by-partlabel/"},
};

int device_link(const char *source, char *out, size_t size)
{
	_cleanup_free_ char *tag = NULL, *value = NULL;
	size_t i, n;

	if (source[0] == '/') {
		(void)snprintf(out, size, "%s", source);
		return 0;
	}
	if (blkid_parse_tag_string(source, &tag, &value) != 0)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(links) && strcmp(tag, links[i].tag) != 0; i++)
		;
	if (i == ARRAY_SIZE(links))
		return -EINVAL;
	n = (size_t)snprintf(out, size, "%s", links[i].dir);
	return blkid_encode_string(value, out + n, size - n) == 0 ? 0 : -EINVAL;
}

/* All of a btrfs of several devices: the kernel knows those that udev has shown to it. */
static bool btrfs_is_whole(const char *path)
{
	_cleanup_close_ int fd = open("/dev/btrfs-control", O_RDWR | O_CLOEXEC);
	struct btrfs_ioctl_vol_args args = {.fd = 0};

	/* Without the driver there is nothing to ask, and the mount will load it. */
	if (fd < 0)
		return true;
	(void)snprintf(args.name, sizeof(args.name), "%s", path);
	return ioctl(fd, BTRFS_IOC_DEVICES_READY, &args) <= 0;
}

/* May the device at this path be mounted? Its real path and type go to out. 0 or -errno. */
static int judge(const struct target *t, const char *path, struct device_found *out, char *why,
		 size_t size)
{
	_cleanup_free_ char *real = NULL;
	struct stat st;
	char said[160];
	int err;

	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode)) {
		(void)snprintf(why, size, "it did not appear");
		return -ENODEV;
	}
	real = realpath(path, NULL);
	(void)snprintf(out->path, sizeof(out->path), "%s", real ? real : path);
	err = udev_may_mount(t->root, st.st_rdev, out->fstype, said, sizeof(said));
	if ((err == 0 && strcmp(out->fstype, "btrfs") == 0) || err == -EINPROGRESS) {
		(void)snprintf(said, sizeof(said), "other devices of its btrfs are missing");
		err = btrfs_is_whole(out->path) ? 0 : -EAGAIN;
	}
	if (err < 0)
		(void)snprintf(why, size, "%s: %s", out->path, said);
	return err;
}

/*
 * Where udev does not work, or has nothing more to say when the time is over, libblkid may look at
 * every device itself. What it finds is judged like any other.
 */
static int search(const struct target *t, const char *source, struct device_found *out, char *why,
		  size_t size)
{
	_cleanup_free_ char *path = NULL;

	if (source[0] != '/')
		/* A fresh look each time: a cache would remember that the tag was not there. */
		path = mnt_resolve_spec(source, NULL);
	return path ? judge(t, path, out, why, size) : -ENODEV;
}

static int look_once(const struct target *t, const char *source, bool over,
		     struct device_found *out, char *why, size_t size)
{
	char link[1024];
	int err = device_link(source, link, sizeof(link));

	if (err == 0)
		err = judge(t, link, out, why, size);
	if (err == -ENODEV && (!udev_is_there(t->root) || (over && udev_is_settled(t->root))))
		err = search(t, source, out, why, size);
	return err;
}

int device_find(const struct target *t, const char *source, int64_t until, struct device_found *out,
		char *why, size_t size)
{
	struct device_found found;
	bool over;
	int err;

	(void)snprintf(why, size, "it did not appear");
	trace("waiting up to %lld ms for the device %s", (long long)(until - clock_ms()), source);
	for (;;) {
		over = clock_ms() >= until;
		err = look_once(t, source, over, &found, why, size);
		if (err == 0) {
			trace("the device %s is %s (%s)", source, found.path,
			      found.fstype[0] ? found.fstype : "type unknown");
			*out = found;
			return 0;
		}
		if (over) {
			trace("the device %s: %s", source, why);
			return -ENODEV;
		}
		err = target_busy(t, true);
		if (err < 0)
			return err;
		clock_nap_us(POLL_US);
	}
}

bool device_is_free(const struct target *t, const char *path)
{
	struct device_found found;
	char why[200];

	return judge(t, path, &found, why, sizeof(why)) == 0;
}
