/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Positioned reads from something of known size: a file, a remote file, a buffer in a test. */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

struct reader {
	/* Fill buf with exactly len bytes from off. 0, or -errno; -ENODATA when the end comes
	 * first. */
	int (*pread)(void *ctx, void *buf, size_t len, uint64_t off);
	void *ctx;
	uint64_t size;   /* bytes */
	const int *file; /* the open file that it is all of; NULL: none */
};

/* All of it, to the beginning of an open file. 0 or -errno. */
int reader_copy(const struct reader *r, int fd) _must_check_;

/* A reader over an open file: ctx points to the fd, which stays the caller's. */
int reader_init_fd(const int *fd, struct reader *out);
