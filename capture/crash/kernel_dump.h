/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware was asked to keep, and kept: ibm,kernel-dump of the device tree, there in a
 * capture boot on pseries. Big-endian: a head of 40 bytes, with the number of sections and where
 * they begin, and sections of 40 bytes. Source: struct rtas_fadump_mem_struct in
 * arch/powerpc/platforms/pseries/rtas-fadump.h of 6.10 to 7.2.
 */
#pragma once

#include "base/macros.h"
#include "base/root.h"

#include <stddef.h>
#include <stdint.h>

#define KERNEL_DUMP_BOOT_MAX 8

/* A part of the boot memory, and where the firmware put its copy. */
struct kernel_dump_copy {
	uint64_t source, size, destination;
};

/* Physical addresses; 0: there is no such section. */
struct kernel_dump {
	uint64_t reserved_at; /* where the area begins that stays reserved for the next crash */
	uint64_t boot_end;    /* end of the boot memory, which the capture kernel lives in */
	uint64_t append_at;   /* the text of bootargs_append */
	struct kernel_dump_copy boot[KERNEL_DUMP_BOOT_MAX]; /* those that do not wrap around */
	size_t n_boot;
};

/* A parser over (buf, len). 0, or -EINVAL: it is cut off or has no boot memory; *out is untouched
 * then. */
int kernel_dump_parse(const void *buf, size_t len, struct kernel_dump *out) _must_check_;

/* That of this boot. 0; -ENOENT there is none; -EINVAL as above; or another -errno. */
int kernel_dump_read(const struct root *root, struct kernel_dump *out) _must_check_;
