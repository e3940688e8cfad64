// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/fadump.h"

#include "base/cleanup.h"
#include "base/macros.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYSFS_MAX   4096
#define MEMINFO_MAX (64 * KIB)

static const struct control {
	const char *file, *path, *old_path;
} controls[] = {
	{"enabled", "/sys/kernel/fadump/enabled", "/sys/kernel/fadump_enabled"},
	{"registered", "/sys/kernel/fadump/registered", "/sys/kernel/fadump_registered"},
	{"release_mem", "/sys/kernel/fadump/release_mem", "/sys/kernel/fadump_release_mem"},
	/* These came with or after the directory. */
	{"mem_reserved", "/sys/kernel/fadump/mem_reserved", NULL},
	{"hotplug_ready", "/sys/kernel/fadump/hotplug_ready", NULL},
	{"bootargs_append", "/sys/kernel/fadump/bootargs_append", NULL},
};

const char *fadump_path(const struct fadump_state *state, const char *file)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		const struct control *c = &controls[i];

		if (strcmp(c->file, file) == 0)
			return state->old_files && c->old_path ? c->old_path : c->path;
	}
	return "/sys/kernel/fadump";
}

/* A whole non-negative decimal number, or -1. */
static int64_t parse_number(const char *text)
{
	char *end;
	long long v;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || end[strspn(end, " \n")])
		return -1;
	return v;
}

static int64_t read_number(const struct root *root, const char *path)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (root_read(root, path, SYSFS_MAX, &text, &len) < 0)
		return -1;
	return parse_number(text);
}

/* 0, 1, or -1 for anything else. */
static int read_flag(const struct root *root, const char *path)
{
	int64_t v = read_number(root, path);

	return v == 0 || v == 1 ? (int)v : -1;
}

static int64_t read_mem_total(const struct root *root)
{
	_cleanup_free_ char *text = NULL;
	long long kib;
	const char *p;
	char *end;
	size_t len;

	if (root_read(root, "/proc/meminfo", MEMINFO_MAX, &text, &len) < 0)
		return -1;
	p = strstr(text, "MemTotal:");
	if (!p || (p != text && p[-1] != '\n'))
		return -1;
	p += strlen("MemTotal:");
	p += strspn(p, " \t");
	if (*p < '0' || *p > '9')
		return -1;
	errno = 0;
	kib = strtoll(p, &end, 10);
	if (errno || strncmp(end, " kB", 3) != 0 || kib > INT64_MAX / 1024)
		return -1;
	return kib * 1024;
}

/* It moves: in the kernels that have both names the old one is on its way out. */
static int read_kdump_loaded(const struct root *root)
{
	int loaded = read_flag(root, "/sys/kernel/kexec/crash_loaded");

	return loaded >= 0 ? loaded : read_flag(root, "/sys/kernel/kexec_crash_loaded");
}

static enum fadump_platform read_platform(const struct root *root)
{
	if (root_exists(root, "/proc/device-tree/ibm,opal"))
		return FADUMP_PLATFORM_POWERNV;
	if (root_exists(root, "/proc/device-tree/rtas"))
		return FADUMP_PLATFORM_PSERIES;
	return FADUMP_PLATFORM_NONE;
}

static void read_append(const struct root *root, struct fadump_state *s)
{
	_cleanup_free_ char *text = NULL;
	const char *path = fadump_path(s, "bootargs_append");
	size_t len;

	s->append_known = root_exists(root, path);
	if (!s->append_known || root_read(root, path, SYSFS_MAX, &text, &len) < 0)
		return;
	len = strcspn(text, "\n");
	if (len >= sizeof(s->append))
		len = sizeof(s->append) - 1;
	memcpy(s->append, text, len);
	s->append[len] = '\0';
}

/* Is it there? What cannot be said is an error: a file that cannot be looked at may well be there.
 */
static int present(const struct root *root, const char *path, bool *there, struct stat *st)
{
	int r = root_stat(root, path, st);

	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return r;
	*there = r == 0;
	return 0;
}

int fadump_read(const struct root *root, struct fadump_state *out)
{
	struct fadump_state s = {.enabled = -1, .registered = -1, .mem_reserved = -1};
	struct stat st;
	int r;

	/* A kernel without fadump still has this one; without it nothing below would mean anything.
	 */
	r = root_stat(root, "/sys/kernel", &st);
	if (r < 0)
		return r;

	/* The old names live on as symlinks, and may go: the directory counts first. */
	s.supported = root_exists(root, fadump_path(&s, "enabled"));
	if (!s.supported) {
		s.old_files = true;
		s.supported = root_exists(root, fadump_path(&s, "enabled"));
		s.old_files = s.supported;
	}
	s.platform = read_platform(root);
	s.enabled = read_flag(root, fadump_path(&s, "enabled"));
	s.registered = read_flag(root, fadump_path(&s, "registered"));
	s.hotplug_ready = read_flag(root, fadump_path(&s, "hotplug_ready")) == 1;
	/* Whether there is a dump, and memory to give back, hangs on these two. */
	r = present(root, fadump_path(&s, "release_mem"), &s.release_mem, &st);
	if (r == 0)
		r = present(root, "/proc/vmcore", &s.vmcore, &st);
	if (r < 0)
		return r;
	s.vmcore_size = s.vmcore && st.st_size > 0 ? (uint64_t)st.st_size : 0;
	s.mem_reserved = read_number(root, fadump_path(&s, "mem_reserved"));
	s.firmware_dump = root_exists(root, "/proc/device-tree/rtas/ibm,kernel-dump") ||
			  root_exists(root, "/proc/device-tree/ibm,opal/dump/mpipl-boot");
	s.mem_total = read_mem_total(root);
	/* On powernv it says nothing: petitboot starts every kernel by kexec, after a crash, too.
	 */
	s.from_kexec = s.platform == FADUMP_PLATFORM_PSERIES &&
		       root_exists(root, "/proc/device-tree/chosen/linux,booted-from-kexec");
	s.kdump_loaded = read_kdump_loaded(root);
	read_append(root, &s);
	*out = s;
	return 0;
}

int fadump_write_registered(const struct root *root, const struct fadump_state *state, bool on)
{
	return root_write(root, fadump_path(state, "registered"), on ? "1" : "0");
}

int fadump_write_append(const struct root *root, const struct fadump_state *state, const char *text)
{
	char line[sizeof(state->append) + 1];

	/* An empty text would be no write at all. */
	(void)snprintf(line, sizeof(line), "%s\n", text);
	return root_write(root, fadump_path(state, "bootargs_append"), line);
}

int fadump_write_release(const struct root *root, const struct fadump_state *state)
{
	/* Asked again at this moment: with fadump off this write frees pages that are in use. */
	if (read_flag(root, fadump_path(state, "enabled")) != 1)
		return -EPERM;
	return root_write(root, fadump_path(state, "release_mem"), "1");
}
