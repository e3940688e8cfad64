/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware and the boot loader put into the area that fadump reserves: RTAS, the initrd,
 * the device tree. The kernel chooses the area before it looks at these (docs/boot-memory.md). The
 * area is CMA, so that pages may be put on top of them; in a capture boot they are put on top of
 * what was preserved. Source: prom_init.c, and fadump_reserve_mem() in arch/powerpc/kernel/fadump.c
 * of 6.12; the reserve map of a flattened device tree, Devicetree Specification 0.4, 5.3.
 */
#pragma once

#include "base/macros.h"
#include "base/root.h"
#include "crash/fadump.h"

#include <stddef.h>
#include <stdint.h>

#define OVERLAP_MAX 32

/* Physical addresses; to: exclusive. */
struct overlap_range {
	const char *what; /* "RTAS", "initrd", "device tree"; static */
	uint64_t from, to;
};

struct overlap {
	struct overlap_range area; /* what fadump reserves */
	struct overlap_range ranges[OVERLAP_MAX];
	size_t n;
	uint64_t boot_memory; /* crashkernel= of so many bytes keeps them out; 0: there are none */
};

/* What lies in the area of this boot. 0, also when nothing does; -ENODATA where the area is is not
 * known; or -errno. */
int overlap_find(const struct root *root, const struct fadump_state *state,
		 struct overlap *out) _must_check_;

/*
 * In a capture boot: which of the crashed kernel's memory was overwritten by what lies there now,
 * in whole pages, by its address in the dump; area is not filled. On pseries only: powernv's
 * firmware and its description of the dump keep out of each other's way. 0; -ENOENT no dump is
 * described; or -errno.
 */
int overlap_find_lost(const struct root *root, uint64_t page_size,
		      struct overlap *out) _must_check_;

/* Of overlap_find(): one of the ranges, for people, with what to do. */
void overlap_format(const struct overlap *o, size_t i, char *buf, size_t size);

/* The start of the area out of /sys/kernel/debug/powerpc/fadump_region. 0, or -EINVAL. */
int overlap_parse_region(const char *text, size_t len, uint64_t *from) _must_check_;
/* Where the device tree itself lies, out of the head of a flattened one. 0, -ENOENT or -EINVAL. */
int overlap_parse_fdt(const void *buf, size_t len, struct overlap_range *out) _must_check_;
