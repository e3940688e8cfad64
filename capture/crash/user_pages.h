/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of programs in the area that is kept for the dump: with fadump=on it is CMA, which holds
 * movable pages meanwhile, and the firmware writes the dump over them. A dump without the level's
 * bit 8 is to have such pages, and lacks these. With fadump=nocma nothing is put there.
 */
#pragma once

#include "base/root.h"

#define USER_PAGES_LEVEL 8 /* of the dump level: leave out user pages */

/* Would a dump of this level lack user pages that it is to have? By the kernel's command line. */
bool user_pages_are_lost(const struct root *root, int level);
