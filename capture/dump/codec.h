/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compressions of dump pages. The libraries are loaded when a dump needs them: a capture needs
 * none, so the program in the initramfs depends on none.
 * Source of the interfaces: zlib.h, lzo/lzo1x.h, snappy-c.h, zstd.h.
 */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct codec {
	const char *name;    /* "lzo" */
	const char *library; /* "liblzo2.so.2" */
	void *handle;        /* NULL until it is loaded */
	void *expand;        /* its function */
};

#define CODECS 4

struct codecs {
	struct codec list[CODECS];
};

void codecs_init(struct codecs *c);
void codecs_deinit(struct codecs *c);

/*
 * Load what a page flag (KDUMP_STATUS_ZLIB...) needs, once. 0, -EINVAL no such flag, or -ELIBACC
 * the library is not installed; *out is the codec in both cases but -EINVAL. Not for several
 * threads at a time.
 */
int codecs_load(struct codecs *c, uint32_t flag, const struct codec **out) _must_check_;

/*
 * Expand in (len bytes) into out, which must come out as exactly size bytes. 0 or -EBADMSG. The
 * codec must be loaded. For any number of threads.
 */
int codecs_expand(const struct codecs *c, uint32_t flag, const void *in, size_t len, void *out,
		  size_t size) _must_check_;
