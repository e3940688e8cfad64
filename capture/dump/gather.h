/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins the pieces of a file that adjoin each other, so that a target is asked to write a large
 * piece instead of every record of makedumpfile's stream. The stream alternates between two places,
 * the pages and their descriptors; one extent is gathered for each.
 *
 * What is written to a place twice is written in that order. Memory: GATHER_SIZE for each extent.
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATHER_EXTENTS 2
#define GATHER_SIZE    (256 * KIB) /* as a target's process takes at a time */

struct gather_extent {
	unsigned char *data;
	size_t len; /* 0: free */
	uint64_t off;
};

struct gather {
	/* 0 or -errno, which ends the feeding. */
	int (*write)(void *ctx, const void *buf, size_t len, uint64_t off);
	void *ctx;
	struct gather_extent extent[GATHER_EXTENTS];
	unsigned int last; /* the extent that grew last */
};

/* Unless it joins, and without memory, every piece is written as it comes. gather_deinit() in every
 * case. */
void gather_init(struct gather *g, bool joins, int (*write)(void *, const void *, size_t, uint64_t),
		 void *ctx);
void gather_deinit(struct gather *g);

/* len bytes at off; off + len does not overflow. 0 or the -errno of a write. */
int gather_feed(struct gather *g, const void *buf, size_t len, uint64_t off) _must_check_;
/* Write what is left. 0 or -errno. */
int gather_finish(struct gather *g) _must_check_;
