/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO: the crashed kernel's description of itself, "KEY=value" lines in an ELF note.
 * Source: Documentation/admin-guide/kdump/vmcoreinfo.rst. A parser over (buf, len); opens nothing.
 */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct vmcoreinfo {
	char osrelease[65];     /* OSRELEASE=, "" when absent; printable characters only */
	char build_id[41];      /* BUILD-ID=, hex digits, "" when absent */
	uint64_t page_size;     /* PAGESIZE=, bytes; 0 when absent */
	int64_t crash_time;     /* CRASHTIME=, seconds since 1970; 0 when absent */
	uint64_t kernel_offset; /* KERNELOFFSET=, hex; 0 when absent */
	char architecture[16];  /* from what the note proves: "ppc64" when it has ppc64-only keys,
				   else "" */
};

/*
 * 0, or -EINVAL: not text, OSRELEASE or PAGESIZE missing or malformed. *where gets a static string
 * that names the offending key (for a message), untouched on success.
 */
int vmcoreinfo_parse(const char *buf, size_t len, struct vmcoreinfo *out,
		     const char **where) _must_check_;
