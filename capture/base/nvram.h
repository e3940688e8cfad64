/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's non-volatile memory as /dev/nvram shows it, laid out by the CHRP binding:
 * partitions one after another, each after a header of 16 bytes (signature, checksum, length in
 * blocks of 16 bytes, big-endian, and a name). The partition "common" holds a list of
 * NAME=VALUE strings, which ends with an empty one. Both PowerVM and OPAL have it. No I/O.
 */
#pragma once

#include "base/macros.h"

#include <stddef.h>

#define NVRAM_MAX MIB /* bytes; machines have 8 KiB to 512 KiB */

/* A string in "common", from its name on, without the terminating NUL. */
struct nvram_string {
	size_t off, len;
};

/*
 * Find the string of that name; name ends with its "=". 0; -ENOENT there is none, and out->off is
 * where the list ends, out->len how much room is there for a string (its NUL, and the empty one
 * after it, are accounted for); -EINVAL the memory is not laid out so, and is better left alone;
 * -ENODEV there is no "common".
 */
int nvram_find(const void *buf, size_t len, const char *name,
	       struct nvram_string *out) _must_check_;
