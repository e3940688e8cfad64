// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/conflict.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>

/* kdump-utils and openSUSE's kdump, Debian's and Ubuntu's kdump-tools, Fedora's early one. */
static const char *const units[] = {"kdump.service", "kdump-tools.service", "kdump-early.service"};

static const char *known(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(name, units[i]) == 0)
			return units[i];
	return NULL;
}

/* Enabled units are links in the directories of those that want them. */
static const char *wanted_in(int fd)
{
	_cleanup_closedir_ DIR *dir = fdopendir(fd);
	const char *found = NULL;
	struct dirent *entry;

	if (!dir)
		(void)close(fd);
	while (dir && !found && (entry = readdir(dir)))
		found = known(entry->d_name);
	return found;
}

const char *conflict_find(const struct root *root)
{
	static const char etc[] = "/etc/systemd/system";
	int fd = root_open(root, etc, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = NULL;
	const char *found = NULL;
	struct dirent *entry;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir)
		(void)close(fd);
	while (dir && !found && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		int wants;

		if (len < 6 || strcmp(entry->d_name + len - 6, ".wants") != 0)
			continue;
		wants = openat(dirfd(dir), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (wants >= 0)
			found = wanted_in(wants);
	}
	return found;
}
