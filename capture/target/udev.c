// SPDX-License-Identifier: GPL-2.0-or-later
#include "target/udev.h"

#include "base/cleanup.h"
#include "target/device_number.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#define CONTROL "/run/udev/control"
#define DATA    "/run/udev/data"
#define QUEUE   "/run/udev/queue"

/* The value when the line is this property's, else NULL. The line is not terminated. */
static const char *value_of(const char *line, size_t len, const char *key, size_t *n)
{
	size_t k = strlen(key);

	if (len < k || memcmp(line, key, k) != 0)
		return NULL;
	*n = len - k;
	return line + k;
}

static bool is_zero(const char *v, size_t n)
{
	return n == 1 && *v == '0';
}

static void take_line(const char *line, size_t len, struct udev_record *r)
{
	const char *v;
	size_t n;

	if ((v = value_of(line, len, "E:SYSTEMD_READY=", &n)))
		r->not_ready = is_zero(v, n);
	else if ((v = value_of(line, len, "E:DM_MULTIPATH_DEVICE_PATH=", &n)))
		r->path = n > 0 && !is_zero(v, n);
	else if ((v = value_of(line, len, "E:ID_BTRFS_READY=", &n)))
		r->btrfs_waits = is_zero(v, n);
	else if ((v = value_of(line, len, "E:ID_FS_TYPE=", &n)) && n < sizeof(r->fstype))
		(void)snprintf(r->fstype, sizeof(r->fstype), "%.*s", (int)n, v);
}

void udev_parse(const char *buf, size_t len, struct udev_record *out)
{
	const char *end = buf + len;

	*out = (struct udev_record){.not_ready = false};
	while (buf < end) {
		const char *nl = memchr(buf, '\n', (size_t)(end - buf));
		size_t n = nl ? (size_t)(nl - buf) : (size_t)(end - buf);

		take_line(buf, n, out);
		buf += n + 1;
	}
}

bool udev_is_there(const struct root *root)
{
	return root_exists(root, CONTROL) || root_exists(root, DATA);
}

bool udev_is_settled(const struct root *root)
{
	return !root_exists(root, QUEUE);
}

/* 0, or -ENOENT: udev has no record of it. */
static int read_record(const struct root *root, dev_t dev, struct udev_record *out)
{
	_cleanup_free_ char *text = NULL;
	char path[64];
	size_t len;
	int err;

	*out = (struct udev_record){.not_ready = false};
	(void)snprintf(path, sizeof(path), DATA "/b%u:%u", major(dev), minor(dev));
	err = root_read(root, path, UDEV_RECORD_MAX, &text, &len);
	if (err == 0)
		udev_parse(text, len, out);
	return err;
}

/* The first device that is made of this one: its name goes to holder. */
static bool is_held(const struct root *root, const char *sysfs, char *holder, size_t size)
{
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *e;
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/holders", sysfs);
	fd = root_open(root, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return false;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return false;
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.') {
			(void)snprintf(holder, size, "%s", e->d_name);
			return true;
		}
	return false;
}

/* Such a device is given to another: mpath_member, LVM2_member, linux_raid_member, ... */
static bool is_member(const char *fstype)
{
	size_t n = strlen(fstype), tail = strlen("_member");

	return n > tail && strcmp(fstype + n - tail, "_member") == 0;
}

/* What holds for a disk holds for its partitions. "" when nothing is against it. */
static void look_at(const struct root *root, const char *sysfs, const struct udev_record *r,
		    const char *what, char *why, size_t size)
{
	char holder[64];

	if (r->path)
		(void)snprintf(why, size,
			       "%sa path of a multipath device; multipathd has to set that up",
			       what);
	else if (is_member(r->fstype))
		(void)snprintf(why, size, "%sa part of another device (%s)", what, r->fstype);
	else if (is_held(root, sysfs, holder, sizeof(holder)))
		(void)snprintf(why, size, "%sin use by the device %s", what, holder);
	else
		why[0] = '\0';
}

/* The number of the disk that a partition is on. False: it is no partition. */
static bool disk_of(const struct root *root, dev_t dev, dev_t *out)
{
	_cleanup_free_ char *text = NULL;
	char path[96];
	size_t len;

	(void)snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition", major(dev),
		       minor(dev));
	if (!root_exists(root, path))
		return false;
	(void)snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", major(dev), minor(dev));
	return root_read(root, path, 64, &text, &len) == 0 && device_number_parse(text, out) == 0;
}

static void look_at_disk(const struct root *root, dev_t dev, char *why, size_t size)
{
	struct udev_record record;
	char sysfs[64];
	dev_t disk;

	why[0] = '\0';
	if (!disk_of(root, dev, &disk))
		return;
	(void)!read_record(root, disk, &record);
	(void)snprintf(sysfs, sizeof(sysfs), "/sys/dev/block/%u:%u", major(disk), minor(disk));
	look_at(root, sysfs, &record, "its disk is ", why, size);
}

int udev_may_mount(const struct root *root, dev_t dev, char fstype[32], char *why, size_t size)
{
	struct udev_record record;
	char sysfs[64];
	int err = read_record(root, dev, &record);

	(void)snprintf(sysfs, sizeof(sysfs), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	(void)snprintf(fstype, sizeof(record.fstype), "%s", record.fstype);
	look_at(root, sysfs, &record, "it is ", why, size);
	if (!why[0])
		look_at_disk(root, dev, why, size);
	if (why[0])
		return -EAGAIN;
	if (err < 0 && udev_is_there(root)) {
		(void)snprintf(why, size, "udev has not processed it yet");
		return -EAGAIN;
	}
	if (record.btrfs_waits)
		(void)snprintf(why, size, "other devices of its btrfs are missing");
	else if (record.not_ready)
		(void)snprintf(why, size, "udev says that it is not ready (SYSTEMD_READY=0)");
	if (record.btrfs_waits)
		return -EINPROGRESS;
	return record.not_ready ? -EAGAIN : 0;
}
