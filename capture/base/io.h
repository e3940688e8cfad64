/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole reads and writes: EINTR and short transfers are handled here and nowhere else. */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Write all of buf. 0 or -errno. */
int write_full(int fd, const void *buf, size_t len) _must_check_;
int pwrite_full(int fd, const void *buf, size_t len, uint64_t off) _must_check_;

/* Read len bytes, or as many as there are. Their number, or -errno. */
ssize_t pread_up_to(int fd, void *buf, size_t len, uint64_t off) _must_check_;
/* Read exactly len bytes. 0 or -errno; -ENODATA when the file ends first. */
int pread_full(int fd, void *buf, size_t len, uint64_t off) _must_check_;

/*
 * Read to end of file into a fresh NUL-terminated buffer, which the caller frees.
 * -EFBIG when there are more than max bytes.
 */
int read_to_end(int fd, size_t max, char **buf, size_t *len) _must_check_;

/* Close all descriptors from `first` on but a and b, of which each may be -1. */
void close_others(int first, int a, int b);

/* fsync, then close; the first error wins. The fd is closed whatever happens. */
int fsync_close(int fd) _must_check_;
