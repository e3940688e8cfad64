// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/identity.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
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
	for (p = name; *p && *p != '.' && n + 1 < size && n < 64; p++) {
		char c = *p;

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-'))
			c = '_';
		out[n++] = c;
	}
	out[n] = '\0';
	if (n == 0)
		(void)snprintf(out, size, "localhost");
}

void identity_machine(const struct root *root, char *out, size_t size)
{
	static const char *const paths[] = {"/proc/device-tree/ibm,partition-uuid",
					    "/proc/device-tree/vm,uuid"};
	size_t i, j, len;

	*out = '\0';
	for (i = 0; i < ARRAY_SIZE(paths) && !*out; i++) {
		_cleanup_free_ char *text = NULL;

		if (root_read(root, paths[i], 256, &text, &len) < 0)
			continue;
		for (j = 0;
		     (text[j] >= '0' && text[j] <= '9') || text[j] == '-' ||
		     (text[j] >= 'a' && text[j] <= 'f') || (text[j] >= 'A' && text[j] <= 'F');
		     j++)
			;
		/* A UUID, or nothing that tells machines apart. */
		if (j == 36 && (text[j] == '\0' || text[j] == '\n'))
			(void)snprintf(out, size, "%.36s", text);
	}
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
