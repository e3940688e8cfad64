// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/no_capture.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTORY  "/var/lib/fadump-ng/no-capture"
#define REASON_MAX 4096

static bool installed(const struct root *root, const char *kernel)
{
	static const char *const places[] = {"/usr/lib/modules", "/lib/modules"};
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", places[i], kernel);
		if (root_exists(root, path))
			return true;
	}
	return false;
}

static void read_reason(const struct root *root, const char *kernel, char *out, size_t size)
{
	_cleanup_free_ char *text = NULL;
	char path[128];
	size_t len, i;

	(void)snprintf(path, sizeof(path), DIRECTORY "/%s", kernel);
	if (root_read(root, path, REASON_MAX, &text, &len) < 0)
		len = 0;
	(void)snprintf(out, size, "%s", len ? text : "the reason was not recorded");
	out[strcspn(out, "\n")] = '\0';
	for (i = 0; out[i]; i++)
		if (!isprint((unsigned char)out[i]))
			out[i] = '?';
}

int no_capture_find(const struct root *root, struct no_capture *out)
{
	int fd = root_open(root, DIRECTORY, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = NULL;
	struct no_capture found = {.kernel = ""};
	struct dirent *entry;

	if (fd < 0)
		return fd == -EACCES ? -ENOENT : fd;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (name[0] != '.' && strlen(name) < sizeof(found.kernel) &&
		    strcmp(name, found.kernel) > 0 && installed(root, name))
			(void)snprintf(found.kernel, sizeof(found.kernel), "%.64s", name);
	}
	if (!found.kernel[0])
		return -ENOENT;
	read_reason(root, found.kernel, found.reason, sizeof(found.reason));
	*out = found;
	return 0;
}
