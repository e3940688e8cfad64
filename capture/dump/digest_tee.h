/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The digest of a file that is there, while something else reads it: each byte is read once where
 * the reader goes on more or less from the beginning to the end, as a check of a dump's pages
 * does. Earlier parts are read again. One thread. Memory: that of struct digest and 2 MiB.
 */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "dump/digest.h"

struct digest_tee {
	const struct reader *r;
	struct digest digest;
	unsigned char *window; /* what was read last: len bytes at off */
	size_t len;
	uint64_t off;
	unsigned char *behind; /* what was read again last; pages that are the same share one */
	size_t behind_len;
	uint64_t behind_off;
};

/* r must outlive it. 0 or -ENOMEM; digest_tee_deinit() in every case. */
int digest_tee_init(struct digest_tee *t, const struct reader *r) _must_check_;
void digest_tee_deinit(struct digest_tee *t);

/* The reader to read by. */
struct reader digest_tee_reader(struct digest_tee *t);

/* Read what is left, then the digest. 0, or -errno of the reader's, or as digest_finish(). */
int digest_tee_finish(struct digest_tee *t, uint8_t out[DIGEST_SIZE]) _must_check_;
