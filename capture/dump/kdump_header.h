/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first two blocks of a kdump-compressed file, and what follows from them. Private to
 * dump/kdump*.c. */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "dump/kdump.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define KDUMP_DESC_SIZE 24 /* u64 offset, u32 size, u32 flags, u64 page_flags */

/* Where things are. Everything is inside the file. */
struct kdump_layout {
	uint64_t bitmap1_off, bitmap2_off;
	uint64_t bitmap_len; /* bytes of each */
	uint64_t desc_off;
};

static inline uint32_t kdump_u32(const void *p, bool big_endian)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return big_endian ? be32toh(v) : le32toh(v);
}

static inline uint64_t kdump_u64(const void *p, bool big_endian)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return big_endian ? be64toh(v) : le64toh(v);
}

/* Fill *problem; returns -EBADMSG. */
int kdump_bad(struct kdump_problem *problem, uint64_t at, const char *fmt, ...) _printf_(3, 4);

/* Read and check header and sub-header. Results as kdump_check_structure's. */
int kdump_read_header(const struct reader *r, struct kdump_info *info, struct kdump_layout *layout,
		      struct kdump_problem *problem) _must_check_;
