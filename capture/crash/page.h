/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page of memory that the kernel let go of although something still hangs on it. */
#pragma once

#include "base/root.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Take it out of use, by the kernel's own soft offlining: its contents stay, and it is not
 * allocated. addr: physical. 0, also when it was taken before, or -errno: -ENOENT the kernel is
 * built without CONFIG_MEMORY_FAILURE, -EBUSY or -EIO the page is in use already.
 */
int page_take(const struct root *root, uint64_t addr) _must_check_;

/*
 * Is it still reserved, or was it taken before, so that it is not allocated? false also when that
 * is not known: the kernel is built without CONFIG_PROC_PAGE_MONITOR. Source:
 * Documentation/admin-guide/mm/pagemap.rst.
 */
bool page_is_held(const struct root *root, uint64_t addr, uint64_t page_size);
