// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/header_page.h"

#include <errno.h>

bool header_page_is_freed(const struct fadump_state *state, uint64_t page_size)
{
	return state->platform != FADUMP_PLATFORM_POWERNV && state->mem_reserved > 0 &&
	       page_size > 0 && (uint64_t)state->mem_reserved % page_size != 0;
}

int header_page_find(const struct vmcore *core, uint64_t page_size, uint64_t *addr)
{
	size_t i;

	for (i = 0; page_size > 0 && i < core->n_segments; i++) {
		uint64_t paddr = core->segments[i].paddr;

		if (paddr % page_size != 0) {
			*addr = paddr - paddr % page_size;
			return 0;
		}
	}
	return -ENOENT;
}

int header_page_find_in_tree(const struct kernel_dump *tree, const struct fadump_state *state,
			     uint64_t page_size, uint64_t *addr)
{
	uint64_t end;

	if (!tree->reserved_at || page_size == 0 || state->mem_reserved <= 0 ||
	    __builtin_add_overflow(tree->reserved_at, (uint64_t)state->mem_reserved, &end))
		return -ENOENT;
	*addr = end - end % page_size;
	return 0;
}

int header_page_find_in_log(const struct klog_finding *log, const struct fadump_state *state,
			    uint64_t page_size, uint64_t *addr)
{
	uint64_t end = log->reserved_at + (uint64_t)state->mem_reserved, page;
	size_t i;

	if (!log->reserved_at || page_size == 0 || state->mem_reserved <= 0)
		return -ENOENT;
	page = end - end % page_size;
	for (i = 0; i < log->n_freed; i++) {
		if (log->freed_from[i] == page) {
			*addr = page;
			return 0;
		}
	}
	return -ENOENT;
}

const char *header_page_word(enum header_page fate)
{
	static const char *const words[] = {
		[HEADER_PAGE_SAFE] = "safe",
		[HEADER_PAGE_TAKEN] = "taken",
		[HEADER_PAGE_EXPOSED] = "exposed",
		[HEADER_PAGE_LOST] = "lost",
	};

	return words[fate];
}
