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
	void *expand;        /* its functions; the other two where it works in a context */
	void *make, *unmake;
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

/* What one thread expands with, {.codecs = ...}: a context of zstd's costs more than a small page.
 */
struct expander {
	const struct codecs *codecs;
	void *zstd; /* made when it is first needed */
};

/* Before codecs_deinit(). */
void expander_deinit(struct expander *e);

/*
 * Expand in (len bytes) into out, which must come out as exactly size bytes. 0, -EBADMSG, or
 * -ENOMEM. The codec must be loaded. Threads share the codecs, not the expander.
 */
int expander_expand(struct expander *e, uint32_t flag, const void *in, size_t len, void *out,
		    size_t size) _must_check_;
