/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Positioned reads from something of known size: a file, a remote file, a buffer in a test. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct reader {
	/* Fill buf with exactly len bytes from off. 0, or -errno; -ENODATA when the end comes
	 * first. */
	int (*pread)(void *ctx, void *buf, size_t len, uint64_t off);
	void *ctx;
	uint64_t size; /* bytes */
};

/* A reader over an open file: ctx points to the fd, which stays the caller's. */
int reader_init_fd(const int *fd, struct reader *out);
