// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/overlap_sources.h"

#include "base/cleanup.h"
#include "base/io.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define TREE           "/proc/device-tree"
#define FDT            "/sys/firmware/fdt"
#define FDT_HEAD       8192 /* its header, and the reserve map after it */
#define FDT_MAGIC      0xd00dfeedU
#define FDT_HEADER     40
#define FDT_ROUNDED_BY (128 * KIB) /* the kernel rounds both ends to a page of its own */

static uint64_t number(const unsigned char *p, size_t len)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < len; i++)
		v = v << 8 | p[i];
	return v;
}

/* A property of 4 or 8 bytes. 0 or -errno. */
static int read_cells(const struct root *root, const char *path, uint64_t *out)
{
	_cleanup_free_ char *buf = NULL;
	size_t len;
	int err = root_read(root, path, 64, &buf, &len);

	if (err == 0 && len != 4 && len != 8)
		err = -EINVAL;
	if (err == 0)
		*out = number((const unsigned char *)buf, len);
	return err;
}

static bool find_rtas(const struct root *root, struct overlap_range *out)
{
	uint64_t size;

	*out = (struct overlap_range){.what = "RTAS"};
	return read_cells(root, TREE "/rtas/linux,rtas-base", &out->from) == 0 &&
	       read_cells(root, TREE "/rtas/rtas-size", &size) == 0 && size &&
	       !__builtin_add_overflow(out->from, size, &out->to);
}

static bool find_initrd(const struct root *root, struct overlap_range *out)
{
	*out = (struct overlap_range){.what = "initrd"};
	return read_cells(root, TREE "/chosen/linux,initrd-start", &out->from) == 0 &&
	       read_cells(root, TREE "/chosen/linux,initrd-end", &out->to) == 0 &&
	       out->from < out->to;
}

int overlap_parse_fdt(const void *buf, size_t len, struct overlap_range *out)
{
	const unsigned char *p = buf;
	uint64_t total, at, from, size;

	if (len < FDT_HEADER || number(p, 4) != FDT_MAGIC)
		return -EINVAL;
	total = number(p + 4, 4);
	/* Pairs of address and size; a size of 0 ends them. The tree is among them, rounded. */
	for (at = number(p + 16, 4); range_ok(at, 16, len); at += 16) {
		from = number(p + at, 8);
		size = number(p + at + 8, 8);
		if (size == 0)
			return -ENOENT;
		if (size < total || size - total >= FDT_ROUNDED_BY || from + size < from)
			continue;
		*out = (struct overlap_range){
			.what = "device tree", .from = from, .to = from + size};
		return 0;
	}
	return -ENOENT;
}

static bool find_tree(const struct root *root, struct overlap_range *out)
{
	_cleanup_close_ int fd = root_open(root, FDT, O_RDONLY, 0);
	unsigned char head[FDT_HEAD];
	ssize_t n;

	if (fd < 0)
		return false;
	n = pread_up_to(fd, head, sizeof(head), 0);
	return n > 0 && overlap_parse_fdt(head, (size_t)n, out) == 0;
}

size_t overlap_sources(const struct root *root, struct overlap_range out[OVERLAP_SOURCES])
{
	size_t n = 0;

	n += find_rtas(root, &out[n]);
	n += find_initrd(root, &out[n]);
	n += find_tree(root, &out[n]);
	return n;
}
