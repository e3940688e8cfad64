// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/relabel.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/program.h"
#include "crash/fadump.h"
#include "target/device_find.h"
#include "target/url.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENFORCE       "/sys/fs/selinux/enforce"
#define MOUNTINFO     "/proc/self/mountinfo"
#define MOUNTINFO_MAX (4 * MIB)
#define RELABEL_MS    INT64_C(180000)

/* Blanks and the like stand as octal numbers there. */
static void unescape(char *s)
{
	unsigned int value;
	char *to = s;
	int n;

	while (*s)
		if (sscanf(s, "\\%3o%n", &value, &n) == 1 && n == 4) {
			*to++ = (char)value;
			s += n;
		} else {
			*to++ = *s++;
		}
	*to = '\0';
}

/* "36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw": where that device is mounted. */
static bool parse_mount(char *line, const char *device, char *out, size_t size)
{
	char *end = strstr(line, " - "), *source, *save = NULL, *field[5];
	size_t i;

	if (!end)
		return false;
	*end = '\0';
	source = strchr(end + 3, ' ');
	if (!source)
		return false;
	source[1 + strcspn(source + 1, " ")] = '\0';
	for (i = 0; i < ARRAY_SIZE(field); i++) {
		field[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!field[i])
			return false;
	}
	unescape(source + 1);
	if (strcmp(source + 1, device) != 0 || strcmp(field[3], "/") != 0)
		return false;
	unescape(field[4]);
	(void)snprintf(out, size, "%s", field[4]);
	return true;
}

int relabel_find_mount(const char *text, const char *device, char *out, size_t size)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *line;

	while (rest && (line = strsep(&rest, "\n")))
		if (parse_mount(line, device, out, size))
			return 0;
	return -ENOENT;
}

/* The directory of a target as the running system has it. */
static int directory_of(const struct root *root, const struct url *u, char *out, size_t size)
{
	_cleanup_free_ char *text = NULL, *device = NULL;
	const char *source = url_option(u, "device");
	char link[1024], at[PATH_MAX];
	size_t len;
	int err;

	if (!source) {
		(void)snprintf(out, size, "%s", u->path);
		return 0;
	}
	err = device_link(source, link, sizeof(link));
	if (err < 0)
		return err;
	device = realpath(link, NULL);
	err = device ? root_read(root, MOUNTINFO, MOUNTINFO_MAX, &text, &len) : -errno;
	if (err == 0)
		err = relabel_find_mount(text, device, at, sizeof(at));
	if (err == 0 && (size_t)snprintf(out, size, "%s%s", at, u->path) >= size)
		err = -ENAMETOOLONG;
	return err;
}

static int relabel(const struct root *root, const char *path, struct log *log)
{
	char name[PATH_MAX];
	const char *argv[] = {"restorecon", "-R", "--", name, NULL};
	struct child_spec spec = {
		.argv = argv, .stdin_fd = -1, .deadline = clock_ms() + RELABEL_MS};
	struct child_result result;
	int err = root_name(root, path, name, sizeof(name));

	if (err == 0)
		err = child_run(&spec, &result);
	if (err == 0 && result.status == 0)
		return 0;
	log_warning(log, "%s: its SELinux labels could not be set: %s; run restorecon -R %s", path,
		    err < 0 ? strerror(-err) : child_last_words(&result), path);
	return err < 0 ? err : -EIO;
}

static bool is_needed(const struct root *root)
{
	struct fadump_state state;

	return root_exists(root, ENFORCE) && !root_exists(root, "/etc/initrd-release") &&
	       fadump_read(root, &state) == 0 && state.release_mem && program_exists("restorecon");
}

int relabel_targets(const struct root *root, const struct config *config, struct log *log)
{
	char path[PATH_MAX];
	const char *why;
	int worst = 0;
	struct url u;
	size_t i;

	if (!is_needed(root))
		return 0;
	for (i = 0; i < config->n_targets; i++) {
		if (url_parse(config->targets[i].url, &u, &why) < 0)
			continue;
		if (u.scheme == URL_FILE && directory_of(root, &u, path, sizeof(path)) == 0 &&
		    root_exists(root, path)) {
			int err = relabel(root, path, log);

			worst = err < 0 ? err : worst;
		}
		url_deinit(&u);
	}
	return worst;
}
