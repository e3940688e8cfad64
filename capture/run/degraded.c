// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/degraded.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMINFO_MAX (64 * KIB)

/* Those that ask is_kdump_kernel() when they size their queues (6.12). */
static const char *const net_drivers[] = {"bnx2x", "bnxt_en",   "cxgb4", "enic",
					  "ice",   "mlx5_core", "qede"};
static const char *const scsi_drivers[] = {"lpfc",     "qla2xxx", "mpt3sas",
					   "smartpqi", "aacraid", "megaraid_sas"};

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

/* Of "0-3,8": how many? */
static unsigned int count_cpus(const struct root *root)
{
	_cleanup_free_ char *text = NULL;
	unsigned long from, to, n = 0;
	char *rest, *part, *end;
	size_t len;

	if (root_read(root, "/sys/devices/system/cpu/online", 4096, &text, &len) < 0)
		return 0;
	rest = text;
	while ((part = strsep(&rest, ","))) {
		from = strtoul(part, &end, 10);
		if (end == part)
			continue;
		to = *end == '-' ? strtoul(end + 1, NULL, 10) : from;
		n += to >= from ? to - from + 1 : 0;
	}
	return n > UINT_MAX ? UINT_MAX : (unsigned int)n;
}

static void say(struct degraded *d, const char *device, const char *driver, unsigned int queues,
		unsigned int cpus)
{
	if (d->n_drivers == DEGRADED_DRIVERS_MAX || queues == 0 || queues >= cpus)
		return;
	(void)snprintf(d->drivers[d->n_drivers], sizeof(d->drivers[0]),
		       "%.40s (%s): %u queue%s for %u CPUs", device, driver, queues,
		       queues == 1 ? "" : "s", cpus);
	d->n_drivers++;
}

static DIR *open_dir(const struct root *root, const char *path)
{
	int fd = root_open(root, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !dir)
		(void)close(fd);
	return dir;
}

static unsigned int count_queues(const struct root *root, const char *device)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	unsigned int n = 0;
	char path[400];

	(void)snprintf(path, sizeof(path), "/sys/class/net/%s/queues", device);
	dir = open_dir(root, path);
	while (dir && (entry = readdir(dir)))
		n += strncmp(entry->d_name, "rx-", 3) == 0;
	return n;
}

/* "DRIVER=NAME" of a device's uevent. */
static bool read_driver(const struct root *root, const char *path, char *out, size_t size)
{
	_cleanup_free_ char *text = NULL;
	const char *at;
	size_t len;

	if (root_read(root, path, 4096, &text, &len) < 0)
		return false;
	at = strncmp(text, "DRIVER=", 7) == 0 ? text : strstr(text, "\nDRIVER=");
	if (!at)
		return false;
	at = strchr(at, '=') + 1;
	(void)snprintf(out, size, "%.*s", (int)strcspn(at, "\n"), at);
	return true;
}

static void find_net(const struct root *root, unsigned int cpus, struct degraded *d)
{
	_cleanup_closedir_ DIR *dir = open_dir(root, "/sys/class/net");
	struct dirent *entry;
	char path[400], driver[64];

	while (dir && (entry = readdir(dir))) {
		(void)snprintf(path, sizeof(path), "/sys/class/net/%s/device/uevent",
			       entry->d_name);
		if (entry->d_name[0] != '.' && read_driver(root, path, driver, sizeof(driver)) &&
		    is_one_of(driver, net_drivers, ARRAY_SIZE(net_drivers)))
			say(d, entry->d_name, driver, count_queues(root, entry->d_name), cpus);
	}
}

static bool read_word(const struct root *root, const char *host, const char *file, char *out,
		      size_t size)
{
	_cleanup_free_ char *text = NULL;
	char path[400];
	size_t len;

	(void)snprintf(path, sizeof(path), "/sys/class/scsi_host/%s/%s", host, file);
	if (root_read(root, path, 256, &text, &len) < 0)
		return false;
	(void)snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
	return true;
}

static void find_scsi(const struct root *root, unsigned int cpus, struct degraded *d)
{
	_cleanup_closedir_ DIR *dir = open_dir(root, "/sys/class/scsi_host");
	char driver[64], number[16];
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    read_word(root, entry->d_name, "proc_name", driver, sizeof(driver)) &&
		    is_one_of(driver, scsi_drivers, ARRAY_SIZE(scsi_drivers)) &&
		    read_word(root, entry->d_name, "nr_hw_queues", number, sizeof(number)))
			say(d, entry->d_name, driver, (unsigned int)strtoul(number, NULL, 10),
			    cpus);
}

void degraded_find(const struct root *root, uint64_t memory, struct degraded *out)
{
	_cleanup_free_ char *info = NULL;
	unsigned int cpus = count_cpus(root);
	size_t len;

	*out = (struct degraded){.n_drivers = 0};
	limits_find(root, memory, &out->limits);
	/* The kernel leaves the lines out where it supports none. */
	out->no_huge_pages = root_read(root, "/proc/meminfo", MEMINFO_MAX, &info, &len) == 0 &&
			     !strstr(info, "\nHugePages_Total:");
	find_net(root, cpus, out);
	find_scsi(root, cpus, out);
}
