/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The crashed kernel's log: vmcore-dmesg (kexec-tools) first, because it needs little; makedumpfile
 * --dump-dmesg when that is missing or fails. Both may loop or overread on a corrupt log: deadline,
 * output cap, a limit on memory, and none of root's powers but to read files (base/confine.h).
 */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DMESG_MAX      (8 * MIB)  /* kept; of a longer log, its end */
#define DMESG_READ_MAX (64 * MIB) /* a tool that prints more than this loops */

struct dmesg {
	char *text; /* owned; NUL-terminated */
	size_t len;
	const char *tool;     /* which one gave it; static */
	unsigned int without; /* enum confine_limit: of what a tool may have died, to be run once
				 more without */
	bool truncated;   /* not the whole log: too long, or its tool failed after printing some;
			     reason says which */
	char panic[256];  /* why it died: dump/panic.h; "" */
	char reason[300]; /* why there is none, or not all of it, one line */
};

/* core: path. deadline_ms: for each tool, relative; 0: none. 0 or -errno (out->reason filled).
 * dmesg_deinit() in every case. */
int dmesg_read(const char *core, int64_t deadline_ms, struct dmesg *out) _must_check_;
void dmesg_deinit(struct dmesg *d);
