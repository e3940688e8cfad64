// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/kdump_header.h"

#include "dump/kdump_readers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* disk_dump_header, 64-bit */
#define HEADER_SIZE     464
#define H_VERSION       8
#define H_NODENAME      (12 + 65)
#define H_RELEASE       (12 + 2 * 65)
#define H_MACHINE       (12 + 4 * 65)
#define H_STATUS        424
#define H_BLOCK_SIZE    428
#define H_SUB_HDR_SIZE  432
#define H_BITMAP_BLOCKS 436
#define H_MAX_MAPNR     440
#define UTS_LEN         65

/* kdump_sub_header, 64-bit; each field is there from the version that brought it */
#define SUB_HEADER_SIZE  104
#define S_DUMP_LEVEL     8
#define S_SPLIT          12
#define S_VMCOREINFO     32
#define S_NOTES          48
#define S_ERASEINFO      64
#define S_MAX_MAPNR_64   96
#define NEED_VMCOREINFO  3
#define NEED_NOTES       4
#define NEED_ERASEINFO   5
#define NEED_MAX_MAPNR   6
#define VERSION_MIN      3
#define VERSION_MAX      6
#define BLOCK_SIZE_MIN   4096
#define BLOCK_SIZE_MAX   (1 << 20)
#define VMCOREINFO_HEAD  4096      /* OSRELEASE is its first line */
#define SUB_HDR_SIZE_MAX (1 << 20) /* blocks; the notes of thousands of CPUs are some megabytes */

static const char signature[8] = {'K', 'D', 'U', 'M', 'P', ' ', ' ', ' '};

int kdump_bad(struct kdump_problem *problem, uint64_t at, const char *fmt, ...)
{
	va_list ap;

	problem->at = at;
	va_start(ap, fmt);
	(void)vsnprintf(problem->text, sizeof(problem->text), fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

/* The fields of utsname need not be terminated, nor be text. */
static void copy_uts(const unsigned char *field, char *out)
{
	memcpy(out, field, UTS_LEN);
	out[UTS_LEN] = '\0';
	for (char *c = out; *c; c++)
		if (*c < ' ' || *c >= 0x7f)
			*c = '?';
}

static bool plausible(const unsigned char *h, bool big_endian)
{
	uint32_t version = kdump_u32(h + H_VERSION, big_endian);
	uint32_t block = kdump_u32(h + H_BLOCK_SIZE, big_endian);

	return version < 0x10000 && block >= BLOCK_SIZE_MIN && block <= BLOCK_SIZE_MAX &&
	       (block & (block - 1)) == 0;
}

static int read_disk_header(const struct reader *r, unsigned char *h, struct kdump_info *info,
			    struct kdump_problem *problem)
{
	int e;

	if (r->size < HEADER_SIZE)
		return kdump_bad(problem, r->size,
				 "only %" PRIu64 " bytes, less than the header's %d", r->size,
				 HEADER_SIZE);
	e = r->pread(r->ctx, h, HEADER_SIZE, 0);
	if (e < 0)
		return e;
	if (memcmp(h, signature, sizeof(signature)) != 0)
		return kdump_bad(problem, 0, "no KDUMP signature: not a kdump-compressed file");
	/* The byte order is the crashed kernel's, and only plausible values tell it. */
	if (!plausible(h, false) && !plausible(h, true))
		return kdump_bad(
			problem, H_BLOCK_SIZE,
			"version and block size make no sense in either byte order: damaged, "
			"or not a 64-bit dump");
	info->big_endian = !plausible(h, false);
	info->version = (int)kdump_u32(h + H_VERSION, info->big_endian);
	info->block_size = kdump_u32(h + H_BLOCK_SIZE, info->big_endian);
	info->status = kdump_u32(h + H_STATUS, info->big_endian);
	info->max_mapnr = kdump_u32(h + H_MAX_MAPNR, info->big_endian);
	copy_uts(h + H_NODENAME, info->node);
	copy_uts(h + H_RELEASE, info->release);
	copy_uts(h + H_MACHINE, info->machine);
	if (info->version < VERSION_MIN || info->version > VERSION_MAX)
		return kdump_bad(problem, H_VERSION,
				 "header version %d; versions %d to %d are known", info->version,
				 VERSION_MIN, VERSION_MAX);
	return 0;
}

/* A sub-header's (offset, size) pair; size 0 is an absent one. */
static int check_area(const struct reader *r, const unsigned char *field, uint64_t at,
		      const char *name, const struct kdump_info *info,
		      struct kdump_problem *problem)
{
	uint64_t off = kdump_u64(field, info->big_endian);
	uint64_t size = kdump_u64(field + 8, info->big_endian);

	if (size > 0 && !range_ok(off, size, r->size))
		return kdump_bad(problem, at,
				 "%s at 0x%" PRIx64 ", 0x%" PRIx64
				 " bytes, reaches past the file's end at 0x%" PRIx64,
				 name, off, size, r->size);
	return 0;
}

/* The area is inside the file. */
static int read_osrelease(const struct reader *r, const unsigned char *field,
			  struct kdump_info *info)
{
	uint64_t off = kdump_u64(field, info->big_endian);
	uint64_t size = kdump_u64(field + 8, info->big_endian);
	char head[VMCOREINFO_HEAD];
	size_t len = size < sizeof(head) ? (size_t)size : sizeof(head);
	int e = len > 0 ? r->pread(r->ctx, head, len, off) : 0;

	if (e == 0)
		kdump_find_osrelease(head, len, info->osrelease, sizeof(info->osrelease));
	return e;
}

static int read_sub_header(const struct reader *r, struct kdump_info *info,
			   struct kdump_problem *problem)
{
	static const struct {
		const char *name;
		int version;
		uint32_t at;
	} areas[] = {
		{"vmcoreinfo", NEED_VMCOREINFO, S_VMCOREINFO},
		{"notes", NEED_NOTES, S_NOTES},
		{"eraseinfo", NEED_ERASEINFO, S_ERASEINFO},
	};
	unsigned char s[SUB_HEADER_SIZE];
	uint64_t base = info->block_size;
	int e;

	if (!range_ok(base, sizeof(s), r->size))
		return kdump_bad(problem, base, "the file ends before its sub-header");
	e = r->pread(r->ctx, s, sizeof(s), base);
	if (e < 0)
		return e;
	info->dump_level = (int)kdump_u32(s + S_DUMP_LEVEL, info->big_endian);
	if (info->version >= NEED_MAX_MAPNR)
		info->max_mapnr = kdump_u64(s + S_MAX_MAPNR_64, info->big_endian);
	if (kdump_u32(s + S_SPLIT, info->big_endian) != 0)
		return kdump_bad(problem, base + S_SPLIT, "one part of a split dump");
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++) {
		if (info->version < areas[i].version)
			continue;
		e = check_area(r, s + areas[i].at, base + areas[i].at, areas[i].name, info,
			       problem);
		if (e < 0)
			return e;
	}
	return read_osrelease(r, s + S_VMCOREINFO, info);
}

static int lay_out(const struct reader *r, const unsigned char *h, const struct kdump_info *info,
		   struct kdump_layout *layout, struct kdump_problem *problem)
{
	uint64_t sub_blocks = kdump_u32(h + H_SUB_HDR_SIZE, info->big_endian);
	uint64_t bitmap_blocks = kdump_u32(h + H_BITMAP_BLOCKS, info->big_endian);
	struct kdump_layout l;

	if (sub_blocks == 0 || sub_blocks > SUB_HDR_SIZE_MAX)
		return kdump_bad(problem, H_SUB_HDR_SIZE,
				 "a sub-header of %" PRIu64 " blocks makes no sense", sub_blocks);
	/* 32-bit counts of blocks of at most 1 MiB: no overflow. */
	l.bitmap1_off = (1 + sub_blocks) * info->block_size;
	l.bitmap_len = bitmap_blocks / 2 * info->block_size;
	l.bitmap2_off = l.bitmap1_off + l.bitmap_len;
	l.desc_off = l.bitmap2_off + l.bitmap_len;
	if (bitmap_blocks == 0 || bitmap_blocks % 2 != 0)
		return kdump_bad(problem, H_BITMAP_BLOCKS,
				 "%" PRIu64 " bitmap blocks are not two bitmaps", bitmap_blocks);
	if (l.desc_off > r->size)
		return kdump_bad(problem, r->size,
				 "the file ends at 0x%" PRIx64
				 ", inside the bitmaps that end at 0x%" PRIx64,
				 r->size, l.desc_off);
	if (info->max_mapnr == 0 || info->max_mapnr > l.bitmap_len * 8)
		return kdump_bad(problem,
				 info->version >= NEED_MAX_MAPNR ? info->block_size + S_MAX_MAPNR_64
								 : H_MAX_MAPNR,
				 "%" PRIu64 " pages of memory do not fit bitmaps of %" PRIu64
				 " bits",
				 info->max_mapnr, l.bitmap_len * 8);
	*layout = l;
	return 0;
}

int kdump_read_header(const struct reader *r, struct kdump_info *info, struct kdump_layout *layout,
		      struct kdump_problem *problem)
{
	unsigned char h[HEADER_SIZE];
	int e;

	info->size = r->size;
	e = read_disk_header(r, h, info, problem);
	if (e < 0)
		return e;
	e = read_sub_header(r, info, problem);
	if (e < 0)
		return e;
	if (info->status & KDUMP_STATUS_INCOMPLETE)
		return kdump_bad(problem, H_STATUS, "marked as incomplete by makedumpfile");
	return lay_out(r, h, info, layout, problem);
}
