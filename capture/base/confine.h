/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To give up, for good, what a process does not need. For a child that looks at what a crashed
 * kernel left: base/confined.h runs a function of ours so, base/child.h a program. Linux alone
 * decides what can be given up (no seccomp, no such user in this namespace): the rest is done all
 * the same.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What every system calls nobody. No name is looked up: an initramfs has none. */
#define CONFINE_USER 65534

struct confine {
	uint64_t memory;    /* bytes of address space; 0: no limit */
	unsigned int cpu_s; /* seconds; 0: no limit */
	unsigned int files; /* open ones */
	uint64_t file_size; /* bytes of each file that it may write; 0: it writes none */
	bool stay;          /* who we are: what only we may do is still needed */
	/*
	 * To open files that only root may read, like /proc/vmcore by /proc/self/fd/0: that asks
	 * the file's mode again. It is all of root's powers that is left then.
	 */
	bool read_any;
};

/* What could not be given up. */
enum confine_lack {
	CONFINE_NO_USER = 1,
	CONFINE_NO_LIMITS = 2,
	CONFINE_NO_PRIVILEGES = 4, /* setuid programs would still work */
	CONFINE_NO_FILTER = 8,
};

/*
 * Limits, those on written files too; another user, where we are root; no way back. Between fork
 * and exec, or in a child of our own. Returns enum confine_lack, or'd. The signal for the parent's
 * death has to be asked for anew.
 */
unsigned int confine_self(const struct confine *c);

/* From now on only reading and writing what is open, and memory: the rest fails with EPERM. Returns
 * 0 or CONFINE_NO_FILTER. */
unsigned int confine_calls(void);
