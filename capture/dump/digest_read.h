/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The digest of a file that is there, read from its beginning to its end by several threads. */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "dump/digest.h"

#include <stdint.h>

struct digest_read_spec {
	unsigned int threads; /* at least one is used; as many call r->pread at a time */
	/* About once a second, on the calling thread; may be NULL. */
	void (*progress)(void *ctx, uint64_t bytes, uint64_t total);
	void *ctx;
};

/* 0, the reader's -errno, -ENOMEM, -EAGAIN no thread could be started, -EFBIG. Memory: 256
 * KiB a thread, and the tree's. */
int digest_read(const struct reader *r, const struct digest_read_spec *spec,
		uint8_t out[DIGEST_SIZE]) _must_check_;
