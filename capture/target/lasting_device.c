// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk that has hardware lasts: its directory in sysfs is beneath that of an adapter, and not of
 * the virtual devices. Of these, the ones that lie on others last when all of those do; what lies
 * on none is memory (zram, brd) or not known.
 */
#include "target/lasting_device.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "target/device_number.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/loop.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DEPTH_MAX 16

/* Not of hardware, though not beneath the virtual devices: of scsi_debug, and memory kept aside by
 * the command line. */
static const char *const feigned[] = {"/devices/pseudo", "/e820_pmem"};

/* The device of a directory of sysfs: its file `dev`. */
static int number_of(int dir, const char *path, dev_t *out)
{
	_cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return n < 0 ? -errno : -ENODATA;
	text[n] = '\0';
	return device_number_parse(text, out);
}

/* All devices that a directory of sysfs has links to; *n: how many. */
static int check_links(struct lasting *l, int at, const char *path, unsigned int *n)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int err = 0;

	*n = 0;
	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return 0;
	}
	while (err == 0 && (e = readdir(dir))) {
		char name[sizeof(e->d_name) + 8];
		dev_t dev = 0;

		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/dev", e->d_name);
		err = number_of(fd, name, &dev);
		if (err < 0)
			return lasting_refuse(l, "%s, of which nothing is known", e->d_name);
		err = lasting_check_device(l, dev);
		(*n)++;
	}
	return err;
}

/* The file of a loop device, by its path, if that still leads to it. */
static int check_loop_path(struct lasting *l, int dir, const struct loop_info64 *info,
			   const char *name)
{
	_cleanup_close_ int fd = openat(dir, "loop/backing_file", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int file = -1;
	char path[4096];
	struct stat st;
	ssize_t n = fd < 0 ? -1 : read(fd, path, sizeof(path) - 1);

	if (n > 0) {
		path[n] = '\0';
		path[strcspn(path, "\n")] = '\0';
		file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	}
	if (file < 0 || fstat(file, &st) < 0 || st.st_ino != info->lo_inode)
		return lasting_refuse(l, "%s, whose file cannot be found", name);
	return lasting_check_file(l, file);
}

static int check_loop(struct lasting *l, int dir, const char *name)
{
	char path[300];
	_cleanup_close_ int fd = -1;
	struct loop_info64 info;
	unsigned int major, minor;

	(void)snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return lasting_refuse(l, "%s, whose file cannot be found", name);
	/* As the kernel writes them in 32 bits; none: no disk of the file system's own. */
	major = (unsigned int)(info.lo_device >> 8 & 0xfff);
	minor = (unsigned int)((info.lo_device & 0xff) | (info.lo_device >> 12 & 0xfff00));
	if (major)
		return lasting_check_device(l, makedev(major, minor));
	return check_loop_path(l, dir, &info, name);
}

static int check_virtual(struct lasting *l, int dir, const char *name)
{
	unsigned int n;
	int err;

	if (faccessat(dir, "loop/backing_file", F_OK, 0) == 0)
		return check_loop(l, dir, name);
	err = check_links(l, dir, "slaves", &n);
	if (err < 0 || n > 0)
		return err;
	if (strncmp(name, "zram", 4) == 0 || strncmp(name, "ram", 3) == 0)
		return lasting_refuse(l, "%s, which is memory", name);
	return lasting_refuse(l, "%s, which is not known to outlive the boot", name);
}

static int check_by_path(struct lasting *l, int dir, const char *path)
{
	const char *name = strrchr(path, '/');
	dev_t whole = 0;
	size_t i;

	name = name ? name + 1 : path;
	for (i = 0; i < ARRAY_SIZE(feigned); i++)
		if (strstr(path, feigned[i]))
			return lasting_refuse(l, "%s, which is not known to outlive the boot",
					      name);
	/* The paths of one NVMe disk are gathered in a virtual device. */
	if (!strstr(path, "/devices/virtual/") || strstr(path, "/devices/virtual/nvme-"))
		return 0;
	if (faccessat(dir, "partition", F_OK, 0) < 0)
		return check_virtual(l, dir, name);
	if (number_of(dir, "../dev", &whole) < 0)
		return lasting_refuse(l, "%s, of which nothing is known", name);
	return lasting_check_device(l, whole);
}

int lasting_check_device(struct lasting *l, dev_t dev)
{
	char path[64], link[1024];
	_cleanup_close_ int dir = -1;
	ssize_t n;
	int err;

	(void)snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	n = readlink(path, link, sizeof(link) - 1);
	if (dir < 0 || n <= 0)
		return lasting_refuse(l, "the device %u:%u, of which nothing is known", major(dev),
				      minor(dev));
	link[n] = '\0';
	if (++l->depth > DEPTH_MAX)
		return lasting_refuse(l, "too many layers to be known");
	err = check_by_path(l, dir, link);
	l->depth--;
	return err;
}

int lasting_check_btrfs(struct lasting *l, int fd)
{
	struct btrfs_ioctl_fs_info_args info = {0};
	char path[100] = "/sys/fs/btrfs/";
	size_t i, at = strlen(path);
	unsigned int n;
	int err;

	if (ioctl(fd, BTRFS_IOC_FS_INFO, &info) < 0)
		return lasting_refuse(l, "btrfs, whose devices cannot be found");
	for (i = 0; i < sizeof(info.fsid); i++)
		at += (size_t)snprintf(path + at, sizeof(path) - at, "%s%02x",
				       i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
				       info.fsid[i]);
	(void)snprintf(path + at, sizeof(path) - at, "/devices");
	err = check_links(l, AT_FDCWD, path, &n);
	if (err == 0 && n == 0)
		return lasting_refuse(l, "btrfs, whose devices cannot be found");
	return err;
}
