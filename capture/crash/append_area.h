/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that holds the text of bootargs_append, which the next capture kernel finds by its
 * address and puts on its own command line. It lies among what release_mem gives back, though the
 * next registration still names it: the next owner of that page decides what the command line of
 * the next capture boot ends with, and a write to bootargs_append overwrites what is theirs (seen
 * with 6.12). Taken out of use, it stays the kernel's. Source: fadump_setup_param_area(),
 * fadump_append_bootargs() and fadump_release_memory() in arch/powerpc/kernel/fadump.c of 6.10 to
 * 7.2.
 */
#pragma once

#include "base/root.h"
#include "crash/fadump.h"

#include <stdbool.h>
#include <stdint.h>

enum append_area {
	APPEND_AREA_SAFE,    /* there is none, this kernel keeps it, or it was taken before */
	APPEND_AREA_TAKEN,   /* given away, taken out of use, and its text is what it was */
	APPEND_AREA_EXPOSED, /* given away, and it could not be taken */
};

/*
 * Before the release: will it be given away, and where is it? *addr is physical, 0 when that is not
 * known. APPEND_AREA_SAFE or APPEND_AREA_EXPOSED.
 */
enum append_area append_area_find(const struct root *root, const struct fadump_state *before,
				  uint64_t *addr);

/*
 * Right after the release, for one that was found to be given away. *err is why not: -ENODATA its
 * place is not known, or as page_take().
 */
enum append_area append_area_take(const struct root *root, const struct fadump_state *before,
				  uint64_t addr, int *err);

/*
 * For a boot in which the kernel itself let the memory go, so that the text was not read before: is
 * text what this kernel found there when it began? Then it is the end of its command line.
 */
bool append_area_is_ours(const struct root *root, const char *text);
