/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kdump-compressed format (version 6, 64-bit, either byte order), read for verification through
 * a struct reader, so that the same check serves a local file, NFS and SFTP. Memory use is bounded
 * whatever the size of the dump. Source: makedumpfile's diskdump_mod.h and IMPLEMENTATION;
 * libkdumpfile's diskdump.c.
 */
#pragma once

#include "base/macros.h"
#include "base/reader.h"

#include <stdbool.h>
#include <stdint.h>

struct kdump_info {
	bool big_endian;
	int version;
	uint32_t block_size; /* bytes; the crashed kernel's page size */
	uint32_t status;     /* header status bits: KDUMP_STATUS_* */
	int dump_level;
	uint64_t max_mapnr;
	uint64_t pages;         /* descriptors = pages in the dump */
	uint64_t pages_missing; /* descriptors with offset 0: lost */
	uint64_t size;          /* of the file, bytes */
	char release[66];       /* utsname of the crashed kernel */
	char node[66];
	char machine[66];
	char osrelease[66]; /* what VMCOREINFO says; "" when there is none */
};

#define KDUMP_STATUS_ZLIB       0x1u
#define KDUMP_STATUS_LZO        0x2u
#define KDUMP_STATUS_SNAPPY     0x4u
#define KDUMP_STATUS_INCOMPLETE 0x8u
#define KDUMP_STATUS_EXCLUDED   0x10u
#define KDUMP_STATUS_ZSTD       0x20u

struct kdump_problem {
	uint64_t at;    /* file offset of what is wrong */
	char text[160]; /* what is wrong, with numbers */
};

/*
 * Check the structure: header and sub-header, bitmaps inside the file, descriptors =
 * popcount(bitmap 2), bitmap 2 within bitmap 1, every descriptor's offset, size and flags, notes
 * and vmcoreinfo inside the file, not marked incomplete. 0; -EBADMSG: not a whole dump, *problem
 * says what and where; another -errno: it could not be read. *info is filled as far as it got in
 * every case.
 */
int kdump_check_structure(const struct reader *r, struct kdump_info *info,
			  struct kdump_problem *problem) _must_check_;
