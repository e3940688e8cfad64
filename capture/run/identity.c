// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/identity.h"

#include "base/cleanup.h"
#include "base/io.h"
#include "dump/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * The headers are in the first page, the notes follow from the second; pages have up to 64 KiB. Of
 * more program headers than a page holds, the notes come after that.
 */
#define IDENTITY_BYTES (128 * KIB)

/* ELF-64: where things are in the header, and in a program header. */
#define E_DATA          5
#define E_PHOFF         32
#define E_PHNUM         56
#define E_SIZE          64
#define PH_OFFSET       8
#define PH_SIZE         56
#define PH_NOTE         4 /* PT_NOTE */
#define BIG_ENDIAN_DATA 2

#define HOST_MAX        64 /* Linux's __NEW_UTS_LEN */
#define MACHINE_ID      32 /* hexadecimal digits of machine-id(5) */

static uint64_t number(const unsigned char *p, size_t len, bool big_endian)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
		v = v << 8 | p[big_endian ? i : len - 1 - i];
	return v;
}

/* Where the notes begin, of which the kernel has all in the first segment of the kind; 0: not here.
 */
static uint64_t find_notes(const unsigned char *buf, size_t len)
{
	bool big = len >= E_SIZE && buf[E_DATA] == BIG_ENDIAN_DATA;
	uint64_t at = len >= E_SIZE ? number(buf + E_PHOFF, 8, big) : 0;
	uint64_t n = len >= E_SIZE ? number(buf + E_PHNUM, 2, big) : 0;

	for (; n > 0 && range_ok(at, PH_SIZE, len); n--, at += PH_SIZE)
		if (number(buf + at, 4, big) == PH_NOTE)
			return number(buf + at + PH_OFFSET, 8, big);
	return 0;
}

/* FNV-1a, 64 bits */
static uint64_t add_to(uint64_t hash, const unsigned char *buf, ssize_t len)
{
	for (ssize_t i = 0; i < len; i++)
		hash = (hash ^ buf[i]) * 0x100000001b3ULL;
	return hash;
}

int identity_read(int fd, uint64_t *id)
{
	_cleanup_free_ unsigned char *buf = calloc(1, IDENTITY_BYTES);
	uint64_t hash = 0xcbf29ce484222325ULL, notes;
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	n = pread_up_to(fd, buf, IDENTITY_BYTES, 0);
	if (n < 0)
		return (int)n;
	hash = add_to(hash, buf, n);
	notes = find_notes(buf, (size_t)n);
	/* The number of a core that has its notes in there stays what it was. */
	if (notes >= IDENTITY_BYTES && notes <= INT64_MAX) {
		n = pread_up_to(fd, buf, IDENTITY_BYTES, notes);
		if (n < 0)
			return (int)n;
		hash = add_to(hash, buf, n);
	}
	*id = hash ? hash : 1;
	return 0;
}

int identity_active(const struct root *root, uint64_t *id)
{
	_cleanup_close_ int fd = root_open(root, "/proc/vmcore", O_RDONLY, 0);

	return fd < 0 ? fd : identity_read(fd, id);
}

void identity_host(const struct root *root, char *out, size_t size)
{
	_cleanup_free_ char *file = NULL;
	char name[256] = "";
	const char *p;
	size_t len, n = 0;

	if (root->real && gethostname(name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	if ((!name[0] || strcmp(name, "localhost") == 0 || strcmp(name, "(none)") == 0) &&
	    root_read(root, "/etc/hostname", 4096, &file, &len) == 0)
		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, " \t\r\n"), file);
	for (p = name; *p && n + 1 < size && n < HOST_MAX; p++) {
		char c = *p;

		if (c == '.' && n == 0)
			break;
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '.'))
			c = '_';
		out[n++] = c;
	}
	while (n > 0 && out[n - 1] == '.')
		n--;
	out[n] = '\0';
	if (n == 0)
		(void)snprintf(out, size, "localhost");
}

/* A file's text when it is so many lower or upper case hexadecimal digits (and dashes), else NULL.
 */
static char *read_id(const struct root *root, const char *path, size_t digits)
{
	char *text = NULL;
	size_t len, n;

	if (root_read(root, path, 256, &text, &len) < 0)
		return NULL;
	n = strspn(text, "0123456789abcdefABCDEF-");
	if (n == digits && (text[n] == '\0' || text[n] == '\n')) {
		text[n] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

/*
 * Made of machine-id(5), which is not to be shown to others, and of the machine's serial number:
 * images of one disk on several machines have the same machine-id. In an initramfs it is the
 * image's copy, as systemd makes up one of its own there.
 */
static void from_machine_id(const struct root *root, char *out, size_t size)
{
	bool initramfs = root_exists(root, "/etc/initrd-release");
	_cleanup_free_ char *id = NULL, *serial = NULL;
	uint8_t digest[SHA256_SIZE];
	char text[400];
	size_t i, len;

	id = read_id(root, initramfs ? MACHINE_ID_IMAGE : "/etc/machine-id", MACHINE_ID);
	if (!id)
		return;
	if (root_read(root, "/proc/device-tree/system-id", 256, &serial, &len) < 0)
		serial = NULL;
	(void)snprintf(text, sizeof(text), "fadump-ng %s %s", id, serial ? serial : "");
	sha256_of(text, strlen(text), digest);
	for (i = 0; i < MACHINE_ID / 2 && 2 * i + 3 <= size; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void identity_machine(const struct root *root, char *out, size_t size)
{
	static const char *const paths[] = {"/proc/device-tree/ibm,partition-uuid",
					    "/proc/device-tree/vm,uuid"};
	size_t i;

	*out = '\0';
	for (i = 0; i < ARRAY_SIZE(paths) && !*out; i++) {
		_cleanup_free_ char *uuid = read_id(root, paths[i], 36);

		if (uuid)
			(void)snprintf(out, size, "%s", uuid);
	}
	if (!*out)
		from_machine_id(root, out, size);
}

void identity_name(const struct root *root, enum config_naming naming, const struct vmcore *core,
		   uint64_t id, char *buf, size_t size)
{
	static const char *const formats[] = {
		[CONFIG_NAMING_DEFAULT] = "%Y%m%dT%H%M%SZ",
		[CONFIG_NAMING_RHEL] = "%Y-%m-%d-%H:%M:%S",
		[CONFIG_NAMING_SUSE] = "%Y-%m-%d-%H-%M",
	};
	time_t when = core->info.crash_time > 0 ? (time_t)core->info.crash_time : time(NULL);
	char host[80], stamp[40] = "unknown-time";
	struct tm tm;

	identity_host(root, host, sizeof(host));
	host[strcspn(host, ".")] = '\0';
	if (gmtime_r(&when, &tm))
		(void)strftime(stamp, sizeof(stamp), formats[naming], &tm);
	switch (naming) {
	case CONFIG_NAMING_RHEL:
		(void)snprintf(buf, size, "%s-%s", host, stamp);
		break;
	case CONFIG_NAMING_SUSE:
		(void)snprintf(buf, size, "%s", stamp);
		break;
	case CONFIG_NAMING_DEFAULT:
		(void)snprintf(buf, size, "%s-%s-%04x", host, stamp, (unsigned int)(id & 0xffff));
		break;
	}
}
