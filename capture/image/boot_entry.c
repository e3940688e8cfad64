// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/boot_entry.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define ENTRIES     "/boot/loader/entries"
#define OSRELEASE   "/proc/sys/kernel/osrelease"
#define ENTRY_MAX   (64 * KIB)
#define CMDLINE_MAX (64 * KIB)

static const char *const environments[] = {"/boot/grub2/grubenv", "/boot/grub/grubenv"};

/* Between the two stands what follows vmlinux or vmlinuz in the kernel's name, "-6.12.0" say. */
static const struct {
	const char *before, *after;
} images[] = {
	{"/boot/initrd.img", ""},    /* Debian, Ubuntu */
	{"/boot/initramfs", ".img"}, /* Fedora, RHEL */
	{"/boot/initrd", ""},        /* SUSE */
};

static void take_value(const char *line, const char *key, char *out, size_t size)
{
	size_t k = strlen(key), n;

	if (*out || strncmp(line, key, k) != 0 || (line[k] != ' ' && line[k] != '\t'))
		return;
	line += k + strspn(line + k, " \t");
	n = strcspn(line, " \t\r");
	/* A name that does not fit, or that the boot loader expands, is none. */
	if (n < size && *line != '$')
		(void)snprintf(out, size, "%.*s", (int)n, line);
}

void bls_parse(const char *buf, size_t len, struct bls_entry *out)
{
	_cleanup_free_ char *text = strndup(buf, len);
	char *rest = text, *line;

	*out = (struct bls_entry){.version = ""};
	while (rest && (line = strsep(&rest, "\n"))) {
		line += strspn(line, " \t");
		take_value(line, "version", out->version, sizeof(out->version));
		take_value(line, "linux", out->linux_path, sizeof(out->linux_path));
		take_value(line, "initrd", out->initrd, sizeof(out->initrd));
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

static bool is_of(const struct bls_entry *e, const char *release)
{
	char end[BOOT_RELEASE_MAX + 1];

	if (strcmp(e->version, release) == 0)
		return true;
	(void)snprintf(end, sizeof(end), "-%s", release);
	return !e->version[0] && ends_with(e->linux_path, end);
}

/* Entries name files as the boot loader sees them: from the file system's root, which may be /boot.
 */
static bool take_image(const struct root *root, const char *name, char out[BOOT_PATH_MAX])
{
	static const char *const places[] = {"/boot", ""};
	char path[BOOT_PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places) && name[0] == '/'; i++) {
		if ((size_t)snprintf(path, sizeof(path), "%s%s", places[i], name) >= sizeof(path) ||
		    !root_exists(root, path))
			continue;
		(void)snprintf(out, BOOT_PATH_MAX, "%s", path);
		return true;
	}
	return false;
}

static int read_entry(const struct root *root, const char *name, struct bls_entry *out)
{
	_cleanup_free_ char *text = NULL;
	char path[BOOT_PATH_MAX];
	size_t len;
	int err;

	if ((size_t)snprintf(path, sizeof(path), ENTRIES "/%s", name) >= sizeof(path))
		return -ENAMETOOLONG;
	err = root_read(root, path, ENTRY_MAX, &text, &len);
	if (err == 0)
		bls_parse(text, len, out);
	return err;
}

/* The default entry, where GRUB's environment names one: its kernel may not have been booted yet.
 */
static bool find_default(const struct root *root, struct boot_entry *out)
{
	static const char key[] = "\nsaved_entry=";
	struct bls_entry e = {.version = ""};
	char name[BOOT_PATH_MAX];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(environments); i++) {
		_cleanup_free_ char *text = NULL;
		const char *at;

		if (root_read(root, environments[i], ENTRY_MAX, &text, &len) < 0)
			continue;
		at = strstr(text, key);
		if (!at)
			continue;
		at += sizeof(key) - 1;
		(void)snprintf(name, sizeof(name), "%.*s.conf", (int)strcspn(at, "\n"), at);
		if (strchr(name, '/') || read_entry(root, name, &e) < 0)
			continue;
		if (is_of(&e, out->release))
			(void)take_image(root, e.initrd, out->image);
		else
			(void)snprintf(out->other_default, sizeof(out->other_default), "%s",
				       e.version[0] ? e.version : "of another version");
		return true;
	}
	return false;
}

/*
 * Boot loaders that are told of no default take the newest kernel. A name that goes on with a dot
 * is another file of the same kernel, like vmlinux-6.4.0.gz.
 */
static void find_newer(const struct root *root, struct boot_entry *out)
{
	static const char *const kernels[] = {"vmlinux-", "vmlinuz-"};
	int fd = root_open(root, "/boot", O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char *best = out->release;
	struct dirent *entry;
	size_t i, n = strlen(out->release);

	if (fd >= 0 && !dir)
		(void)close(fd);
	while (dir && (entry = readdir(dir))) {
		const char *version = entry->d_name + strlen(kernels[0]);

		for (i = 0; i < ARRAY_SIZE(kernels); i++)
			if (strncmp(entry->d_name, kernels[i], strlen(kernels[i])) == 0)
				break;
		if (i == ARRAY_SIZE(kernels) || strlen(version) >= sizeof(out->newer) ||
		    (strncmp(version, out->release, n) == 0 && version[n] == '.') ||
		    strverscmp(version, best) <= 0)
			continue;
		(void)snprintf(out->newer, sizeof(out->newer), "%s", version);
		best = out->newer;
	}
}

static void find_entry(const struct root *root, struct boot_entry *out)
{
	int fd = root_open(root, ENTRIES, O_RDONLY | O_DIRECTORY, 0);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char last[sizeof(((struct dirent *)0)->d_name)] = "";
	struct dirent *entry;
	struct bls_entry e = {.version = ""};

	if (fd >= 0 && !dir)
		(void)close(fd);
	/* Of several the last by name, whatever the order of the directory. */
	while (dir && (entry = readdir(dir)))
		if (ends_with(entry->d_name, ".conf") && strcmp(entry->d_name, last) > 0 &&
		    read_entry(root, entry->d_name, &e) == 0 && is_of(&e, out->release) &&
		    take_image(root, e.initrd, out->image))
			(void)snprintf(last, sizeof(last), "%s", entry->d_name);
}

/* What follows vmlinux or vmlinuz in BOOT_IMAGE=, which a boot loader may give; "" when it is
 * something else. */
static void read_suffix(const struct root *root, char *out, size_t size)
{
	_cleanup_free_ char *text = NULL;
	const char *at, *end;
	size_t len, n;

	*out = '\0';
	if (root_read(root, "/proc/cmdline", CMDLINE_MAX, &text, &len) < 0)
		return;
	at = strstr(text, "BOOT_IMAGE=");
	if (!at)
		return;
	end = at + strcspn(at, " \n");
	while (end > at && (at = strstr(at, "vmlinu")) && at < end) {
		at += strlen("vmlinu");
		at += *at == 'x' || *at == 'z';
		n = (size_t)(end - at);
		if (*at == '-' && !memchr(at, '/', n) && n < size)
			(void)snprintf(out, size, "%.*s", (int)n, at);
	}
}

static void find_by_name(const struct root *root, const char *suffix, struct boot_entry *out)
{
	char path[BOOT_PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(images) && *suffix && !out->image[0]; i++) {
		(void)snprintf(path, sizeof(path), "%s%s%s", images[i].before, suffix,
			       images[i].after);
		if (root_exists(root, path))
			memcpy(out->image, path, sizeof(path));
	}
}

int boot_entry_find(const struct root *root, struct boot_entry *out)
{
	_cleanup_free_ char *text = NULL;
	char suffix[BOOT_RELEASE_MAX + 1];
	size_t len;
	int err = root_read(root, OSRELEASE, 4096, &text, &len);

	if (err < 0)
		return err;
	*out = (struct boot_entry){.image = ""};
	(void)snprintf(out->release, sizeof(out->release), "%.*s", (int)strcspn(text, "\n"), text);
	if (!find_default(root, out))
		find_newer(root, out);
	if (!out->image[0])
		find_entry(root, out);
	read_suffix(root, suffix, sizeof(suffix));
	find_by_name(root, suffix, out);
	(void)snprintf(suffix, sizeof(suffix), "-%s", out->release);
	find_by_name(root, suffix, out);
	return 0;
}
