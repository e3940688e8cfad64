// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/kernel_dump.h"

#include "base/cleanup.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define PROPERTY     "/proc/device-tree/rtas/ibm,kernel-dump"

#define HEAD_SIZE    40
#define SECTION_SIZE 40
#define LENGTH_MAX   4096

enum section_type {
	SECTION_CPU_STATE = 0x0001,
	SECTION_BOOT_MEMORY = 0x0011,
	SECTION_APPEND = 0x0100,
};

static uint16_t be16_at(const unsigned char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

static uint32_t be32_at(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static uint64_t be64_at(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

static void take_section(const unsigned char *section, struct kernel_dump *d)
{
	uint64_t source = be64_at(section + 8), size = be64_at(section + 16);
	uint64_t destination = be64_at(section + 32), end, copy_end;

	switch (be16_at(section + 4)) {
	case SECTION_CPU_STATE:
		d->reserved_at = destination;
		break;
	case SECTION_BOOT_MEMORY:
		if (!__builtin_add_overflow(source, size, &end) && end > d->boot_end)
			d->boot_end = end;
		if (d->n_boot < KERNEL_DUMP_BOOT_MAX && end >= size && destination >= source &&
		    !__builtin_add_overflow(destination, size, &copy_end))
			d->boot[d->n_boot++] = (struct kernel_dump_copy){source, size, destination};
		break;
	case SECTION_APPEND:
		d->append_at = destination;
		break;
	default:
		break;
	}
}

int kernel_dump_parse(const void *buf, size_t len, struct kernel_dump *out)
{
	const unsigned char *p = buf;
	struct kernel_dump d = {0};
	size_t n, off, i;

	if (len < HEAD_SIZE)
		return -EINVAL;
	n = be16_at(p + 4);
	off = be32_at(p + 8);
	if (off < HEAD_SIZE || off > len || n > (len - off) / SECTION_SIZE)
		return -EINVAL;
	for (i = 0; i < n; i++)
		take_section(p + off + i * SECTION_SIZE, &d);
	if (!d.boot_end)
		return -EINVAL;
	*out = d;
	return 0;
}

int kernel_dump_read(const struct root *root, struct kernel_dump *out)
{
	_cleanup_free_ char *buf = NULL;
	size_t len;
	int err = root_read(root, PROPERTY, LENGTH_MAX, &buf, &len);

	return err < 0 ? err : kernel_dump_parse(buf, len, out);
}
