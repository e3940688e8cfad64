// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/watchdog.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/watchdog.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define CLASS      "/sys/class/watchdog"
#define PARAMETERS "/sys/module/pseries_wdt/parameters/"
#define RESTART    '1' /* the action that is a hard restart */

/* Is the driver of this device of the class ours? */
static bool is_ours(int class_fd, const char *device)
{
	char path[NAME_MAX + 20], driver[PATH_MAX];
	const char *base;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%s/device/driver", device);
	n = readlinkat(class_fd, path, driver, sizeof(driver) - 1);
	if (n < 0)
		return false;
	driver[n] = '\0';
	base = strrchr(driver, '/');
	return strcmp(base ? base + 1 : driver, WATCHDOG_DRIVER) == 0;
}

/* The name of the device, in /dev as in the class. */
static int find(const struct root *root, char *name, size_t size)
{
	int fd = root_open(root, CLASS, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (fd < 0)
		return fd == -ENOENT ? -ENODEV : fd;
	if (!dir) {
		(void)close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !is_ours(dirfd(dir), entry->d_name))
			continue;
		(void)snprintf(name, size, "%s", entry->d_name);
		return 0;
	}
	return -ENODEV;
}

/* The first character of a parameter of the driver. */
static int parameter(const struct root *root, const char *path, char *out)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int err = root_read(root, path, 64, &text, &len);

	if (err == 0)
		*out = text[0];
	return err;
}

static int probe(const struct root *root, char *name, size_t size)
{
	char nowayout = '\0', action = '\0';
	int err = find(root, name, size);

	if (err == 0)
		err = parameter(root, PARAMETERS "nowayout", &nowayout);
	if (err == 0)
		err = parameter(root, PARAMETERS "action", &action);
	if (err < 0)
		return err;
	if (nowayout != 'N')
		return -EPERM;
	return action == RESTART ? 0 : -ENOTSUP;
}

int watchdog_probe(const struct root *root)
{
	char name[NAME_MAX + 1];

	return probe(root, name, sizeof(name));
}

int watchdog_arm(const struct root *root, unsigned int seconds, struct watchdog *out)
{
	char name[NAME_MAX + 1], path[NAME_MAX + 10];
	struct watchdog w;
	int timeout = (int)seconds, err = probe(root, name, sizeof(name));

	if (err < 0)
		return err;
	(void)snprintf(path, sizeof(path), "/dev/%s", name);
	w.fd = root_open(root, path, O_WRONLY, 0);
	if (w.fd < 0)
		return w.fd;
	/* With the time that the driver has by itself, a machine that is only slow would be reset.
	 * A file that stands for the device beneath another root has no such call. */
	if (ioctl(w.fd, WDIOC_SETTIMEOUT, &timeout) < 0 && root->real) {
		err = -errno;
		(void)!watchdog_stop(&w);
		return err;
	}
	err = watchdog_feed(&w);
	if (err < 0) {
		(void)!watchdog_stop(&w);
		return err;
	}
	*out = w;
	return 0;
}

int watchdog_feed(const struct watchdog *w)
{
	return write_full(w->fd, ".", 1);
}

int watchdog_stop(struct watchdog *w)
{
	int err = write_full(w->fd, "V", 1);

	if (close(take_fd(&w->fd)) < 0 && err == 0)
		err = -errno;
	return err;
}

void watchdog_leave(struct watchdog *w)
{
	(void)close(take_fd(&w->fd));
}
