/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page that holds the fadump header. From 6.10 on the reserved area ends with the header, in
 * the middle of a page, and release_mem frees from there on, rounded down: the header's page is
 * given to the system although the next registration writes to it and the next crash depends on it
 * (seen with 6.12: a second crash in the same boot ended in "Fadump header is corrupted"). Taken
 * out of use (crash/page.h) right after the release, it stays ours. Source:
 * fadump_release_reserved_area() and get_fadump_area_size() in arch/powerpc/kernel/fadump.c.
 */
#pragma once

#include "base/root.h"
#include "crash/fadump.h"
#include "crash/kernel_dump.h"
#include "crash/klog.h"
#include "crash/vmcore.h"

#include <stdbool.h>
#include <stdint.h>

enum header_page {
	HEADER_PAGE_SAFE,    /* this kernel does not free it */
	HEADER_PAGE_TAKEN,   /* freed, and taken out of use before anybody had it */
	HEADER_PAGE_EXPOSED, /* freed, and it could not be taken: the next crash may be lost */
	HEADER_PAGE_LOST,    /* freed and in use: registering would overwrite its contents */
};

/*
 * Does this kernel free it? Known before the release. page_size: bytes. Not on powernv, where 64
 * KiB of metadata follow the header, of which only the beginning is in use: what is
 * freed follows it.
 */
bool header_page_is_freed(const struct fadump_state *state, uint64_t page_size);

/*
 * Its physical address: the page in which the first segment after the reserved area begins. 0, or
 * -ENOENT when the core has no such segment.
 */
int header_page_find(const struct vmcore *core, uint64_t page_size, uint64_t *addr) _must_check_;

/*
 * The same from the device tree of a capture boot, where it stays after the release: the reserved
 * area begins with the CPU states. 0, or -ENOENT when it does not say so.
 */
int header_page_find_in_tree(const struct kernel_dump *tree, const struct fadump_state *state,
			     uint64_t page_size, uint64_t *addr) _must_check_;

/*
 * The same from what the kernel said, for a boot without a core: it freed from there on. 0, or
 * -ENOENT when the log does not say so any more.
 */
int header_page_find_in_log(const struct klog_finding *log, const struct fadump_state *state,
			    uint64_t page_size, uint64_t *addr) _must_check_;

/* "safe", "taken", "exposed", "lost": stable words for JSON. */
const char *header_page_word(enum header_page fate);
