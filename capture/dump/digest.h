/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The digest of a file while it is written, in whatever order its pieces come: fs-verity's, with
 * SHA-256 and blocks of 64 KiB, without a salt. It is what
 * `fsverity digest --hash-alg=sha256 --block-size=65536 FILE` prints.
 *
 * Pieces are gathered in DIGEST_SLOTS blocks and hashed by one worker thread, where there is more
 * than one CPU. A block that is written to after it was hashed and left the memory is read again at
 * the end; so is one of which the pieces came too far apart. Holes are zeros.
 *
 * Memory: 2 MiB of blocks, at most 600 KiB of hashes (digest_tree.h), and 320 KiB for each TiB of
 * the file.
 */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "dump/digest_tree.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_ALGORITHM "fsverity-sha256-65536"
#define DIGEST_SIZE      SHA256_SIZE
#define DIGEST_TEXT      72 /* "sha256:", 64 digits and an end */
#define DIGEST_SLOTS     32

struct digest_slot {
	uint64_t block, used;
	uint8_t state;
	uint8_t hash[DIGEST_SIZE];
};

struct digest {
	struct digest_tree tree;
	unsigned char *data; /* a block for each slot */
	int error;           /* sticky */
	uint64_t clock;      /* counts uses */
	pthread_t thread;
	bool tried, threaded;

	pthread_mutex_t lock;
	pthread_cond_t work, done;
	/* under the lock */
	struct digest_slot slots[DIGEST_SLOTS];
	unsigned int queued; /* of them, for the worker */
	bool stop;
};

/* 0 or -ENOMEM. digest_deinit() in every case. The worker is started when it is first needed. */
int digest_init(struct digest *d) _must_check_;
void digest_deinit(struct digest *d);

/* A piece of the file, len bytes at off. An error is kept for digest_finish(). */
void digest_update(struct digest *d, const void *buf, size_t len, uint64_t off);

/*
 * The digest of the file, which has size bytes, once. reread reads back what was written. 0, or
 * -errno: there is no digest (-ENOMEM, the reader's, -EFBIG beyond DIGEST_FILE_MAX, -EINVAL size is
 * less than what was written).
 */
int digest_finish(struct digest *d, uint64_t size, const struct reader *reread,
		  uint8_t out[DIGEST_SIZE]) _must_check_;

/* "sha256:" and 64 hexadecimal digits, and back: 0 or -EINVAL. */
void digest_format(const uint8_t digest[DIGEST_SIZE], char out[DIGEST_TEXT]);
int digest_parse(const char *text, uint8_t out[DIGEST_SIZE]) _must_check_;
