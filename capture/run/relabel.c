// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/relabel.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/program.h"
#include "crash/fadump.h"
#include "run/record.h"
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
	char *to = s;

	while (*s)
		if (*s == '\\' && strspn(s + 1, "01234567") >= 3) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
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
	if (err == 0 && text)
		err = relabel_find_mount(text, device, at, sizeof(at));
	if (err == 0 && (size_t)snprintf(out, size, "%s%s", at, u->path) >= size)
		err = -ENAMETOOLONG;
	return err;
}

struct relabel {
	const struct root *root;
	struct log *log;
	int64_t deadline;
};

static int relabel(const struct relabel *r, const char *path)
{
	char name[PATH_MAX];
	const char *argv[] = {"restorecon", "-R", "--", name, NULL};
	struct child_spec spec = {.argv = argv, .stdin_fd = -1, .deadline = r->deadline};
	struct child_result result;
	int err = root_name(r->root, path, name, sizeof(name));

	if (err == 0)
		err = child_run(&spec, &result);
	if (err == 0 && result.status == 0)
		return 0;
	log_warning(r->log, "%s: failed to set SELinux labels: %s; run restorecon -R %s", path,
		    err < 0 ? strerror(-err) : child_last_words(&result), path);
	return err < 0 ? err : -EIO;
}

/* The directory of a dump, if it is there; not what else is in the target's. */
static int relabel_dump(const struct relabel *r, const char *target, const char *dir)
{
	char path[PATH_MAX];

	if (!*dir || strchr(dir, '/') ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", target, dir) >= sizeof(path) ||
	    !root_exists(r->root, path))
		return 0;
	return relabel(r, path);
}

/* What this boot's capture has left on one target. */
static int relabel_target(const struct relabel *r, const char *target, const struct record *record)
{
	int worst = relabel_dump(r, target, record->dir), err;
	size_t i;

	if (strcmp(record->log_dir, record->dir) != 0) {
		err = relabel_dump(r, target, record->log_dir);
		worst = err < 0 ? err : worst;
	}
	for (i = 0; i < ARRAY_SIZE(record->saved); i++) {
		if (strcmp(record->saved[i].dir, record->dir) == 0)
			continue;
		err = relabel_dump(r, target, record->saved[i].dir);
		worst = err < 0 ? err : worst;
	}
	return worst;
}

static bool is_needed(const struct root *root)
{
	struct fadump_state state;

	return root_exists(root, ENFORCE) && !root_exists(root, "/etc/initrd-release") &&
	       fadump_read(root, &state) == 0 && state.release_mem && program_exists("restorecon");
}

int relabel_targets(const struct root *root, const struct config *config, struct log *log)
{
	const struct relabel r = {.root = root, .log = log, .deadline = clock_ms() + RELABEL_MS};
	char path[PATH_MAX];
	struct record record;
	const char *why;
	int worst = 0;
	struct url u;
	size_t i;

	if (!is_needed(root) || record_read(root, &record) < 0)
		return 0;
	for (i = 0; i < config->n_targets; i++) {
		if (url_parse(config->targets[i].url, &u, &why) < 0)
			continue;
		if (u.scheme == URL_FILE && directory_of(root, &u, path, sizeof(path)) == 0) {
			int err = relabel_target(&r, path, &record);

			worst = err < 0 ? err : worst;
		}
		url_deinit(&u);
	}
	return worst;
}
