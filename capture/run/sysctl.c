// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/sysctl.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONF_MAX (256 * KIB)
#define BLANKS   " \t"

static const char *const directories[] = {"/etc/sysctl.d", "/run/sysctl.d",
					  "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d",
					  "/lib/sysctl.d"};

static void path_of(const char *name, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "/proc/sys/");
	char *p;

	(void)snprintf(out + n, size - n, "%s", name);
	for (p = out + n; *p; p++)
		if (*p == '.')
			*p = '/';
}

int sysctl_read(const struct root *root, const char *name, uint64_t *out, size_t n)
{
	_cleanup_free_ char *text = NULL;
	char path[128], *at, *end;
	size_t len, i;
	int err;

	path_of(name, path, sizeof(path));
	err = root_read(root, path, 4096, &text, &len);
	for (i = 0, at = text; err == 0 && i < n; i++, at = end) {
		out[i] = strtoull(at, &end, 10);
		if (end == at)
			err = -EINVAL;
	}
	return err;
}

int sysctl_write(const struct root *root, const char *name, const uint64_t *values, size_t n)
{
	char path[128], text[128] = "";
	size_t i, len = 0;

	path_of(name, path, sizeof(path));
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%" PRIu64, i ? " " : "",
					values[i]);
	return root_write(root, path, text);
}

/* Names are written with dots or with slashes. */
static bool is_name(const char *at, size_t len, const char *name)
{
	size_t i;

	if (len != strlen(name))
		return false;
	for (i = 0; i < len; i++)
		if ((at[i] == '/' ? '.' : at[i]) != name[i])
			return false;
	return true;
}

static bool is_in(const struct root *root, const char *path, const char *name)
{
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	size_t len;

	if (root_read(root, path, CONF_MAX, &text, &len) < 0)
		return false;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, BLANKS "-");
		if (is_name(line, strcspn(line, BLANKS "="), name))
			return true;
	}
	return false;
}

static bool is_in_directory(const struct root *root, const char *path, const char *name)
{
	int fd = root_open(root, path, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	char file[400];
	bool found = false;

	if (fd >= 0 && !dir)
		(void)close(fd);
	while (dir && !found && (entry = readdir(dir))) {
		(void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		found = entry->d_name[0] != '.' && is_in(root, file, name);
	}
	return found;
}

static bool is_on_command_line(const struct root *root, const char *prefix, const char *name)
{
	_cleanup_free_ char *text = NULL;
	size_t len, k = strlen(prefix);
	char *rest, *word;

	if (root_read(root, "/proc/cmdline", CONF_MAX, &text, &len) < 0)
		return false;
	rest = text;
	while ((word = strsep(&rest, " \n")))
		if (strncmp(word, prefix, k) == 0 && strchr(word, '=') &&
		    is_name(word + k, strcspn(word + k, "="), name))
			return true;
	return false;
}

bool sysctl_is_on_command_line(const struct root *root, const char *name)
{
	return is_on_command_line(root, "", name);
}

bool sysctl_is_set(const struct root *root, const char *name)
{
	size_t i;

	if (is_in(root, "/etc/sysctl.conf", name) || is_on_command_line(root, "sysctl.", name))
		return true;
	for (i = 0; i < ARRAY_SIZE(directories); i++)
		if (is_in_directory(root, directories[i], name))
			return true;
	return false;
}
