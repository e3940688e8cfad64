/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says about fadump: /sys/kernel/fadump (5.6 and newer), the regular files
 * /sys/kernel/fadump_* before that, and the device tree.
 * Source: Documentation/arch/powerpc/firmware-assisted-dump.rst,
 * Documentation/ABI/testing/sysfs-kernel-fadump.
 */
#pragma once

#include "base/root.h"

#include <stdbool.h>
#include <stdint.h>

enum fadump_platform { FADUMP_PLATFORM_NONE, FADUMP_PLATFORM_PSERIES, FADUMP_PLATFORM_POWERNV };

struct fadump_state {
	enum fadump_platform platform;
	bool supported;     /* the kernel has any fadump file at all */
	bool old_files;     /* only /sys/kernel/fadump_*: kernel older than 5.6 */
	int enabled;        /* 0, 1, -1 unknown */
	int registered;     /* 0, 1, -1 unknown */
	bool hotplug_ready; /* the kernel keeps the dump right across memory hotplug by itself */
	bool release_mem; /* the file is there: this is a capture boot, whatever became of the dump
			   */
	bool firmware_dump;   /* ibm,kernel-dump or mpipl-boot in the device tree; stays after
				 release, and goes along with kexec */
	bool from_kexec;      /* pseries: another kernel started this one, and not the firmware */
	bool vmcore;          /* /proc/vmcore is there */
	uint64_t vmcore_size; /* bytes; 0 when there is none */
	int64_t mem_reserved; /* bytes kept for the next crash; -1 unknown */
	int64_t mem_total;    /* bytes, MemTotal of /proc/meminfo; -1 unknown */
	int kdump_loaded;     /* a kdump kernel: 0, 1, -1 unknown */
	char append[2048];    /* bootargs_append, or ""; the kernel's COMMAND_LINE_SIZE */
	bool append_known;    /* bootargs_append exists (6.10 and newer, pseries) */
};

/* Read it all. A missing file is a fact, not an error. 0, or -errno when /sys cannot be read at
 * all, or when it cannot be told whether release_mem and /proc/vmcore are there. */
int fadump_read(const struct root *root, struct fadump_state *out) _must_check_;

/* The path of one control file ("registered", "release_mem", ...) on this kernel, without the root
 * prefix; for messages. Never NULL. Static storage. */
const char *fadump_path(const struct fadump_state *state, const char *file);

/*
 * Write registered. 0 or -errno: -EPERM a dump is active (or fadump is off), -EINVAL, -ENODEV
 * nothing reserved, -EEXIST already registered, -EIO, -ETIMEDOUT firmware. Says nothing about
 * whether it took: read back.
 */
int fadump_write_registered(const struct root *root, const struct fadump_state *state,
			    bool on) _must_check_;

/*
 * Write bootargs_append. 0 or -errno: -EPERM in a capture boot that was not released, -ENOSPC it
 * would not fit on the command line. In a boot that was released it is memory that the kernel gave
 * away, to be written only once it was taken out of use: see crash/append_area.h.
 */
int fadump_write_append(const struct root *root, const struct fadump_state *state,
			const char *text) _must_check_;

/*
 * Write 1 to release_mem. The kernel returns success whatever happened, so check afterwards.
 * Refuses with -EPERM, without touching the file, unless enabled is 1: with fadump off the kernel
 * would free pages in use. Only run/release.c calls this.
 */
int fadump_write_release(const struct root *root, const struct fadump_state *state) _must_check_;
