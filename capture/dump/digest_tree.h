/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs-verity's Merkle tree of a file, from the hashes of its 64 KiB blocks, which may come in any
 * order and again. SHA-256, no salt. Source: the kernel's Documentation/filesystems/fsverity.rst.
 *
 * Memory: the hashes of a group (2048 blocks, 128 MiB of the file) take 64 KiB; DIGEST_GROUPS_OPEN
 * of them are kept, the first always; a whole group that was not touched for longest shrinks to its
 * own hash. 40 bytes a group for the rest: 1 TiB of file takes 320 KiB.
 */
#pragma once

#include "base/macros.h"
#include "base/reader.h"
#include "dump/sha256.h"

#include <stdbool.h>
#include <stdint.h>

#define DIGEST_BLOCK       ((size_t)(64 * KIB))
#define DIGEST_FANOUT      (DIGEST_BLOCK / SHA256_SIZE) /* hashes in a block of the tree */
#define DIGEST_FILE_MAX    (64ULL * 1024 * GIB)
#define DIGEST_GROUPS_OPEN 8

struct digest_leaves;

struct digest_group {
	uint8_t hash[SHA256_SIZE]; /* when it is closed */
	uint8_t state;
	uint8_t slot; /* when it is open */
};

struct digest_tree {
	struct digest_leaves *open[DIGEST_GROUPS_OPEN]; /* NULL: not needed so far */
	struct digest_group *groups;
	size_t n_groups;
	uint64_t end;   /* the highest block seen, + 1 */
	uint64_t clock; /* counts uses */
};

void digest_tree_init(struct digest_tree *t);
void digest_tree_deinit(struct digest_tree *t);

/* The hash of a block, the last one filled up with zeros. Again: the former one is forgotten. 0,
 * -EFBIG beyond DIGEST_FILE_MAX, or -ENOMEM. */
int digest_tree_set(struct digest_tree *t, uint64_t block,
		    const uint8_t hash[SHA256_SIZE]) _must_check_;
/* The block is to be read again at the end. The same results. */
int digest_tree_doubt(struct digest_tree *t, uint64_t block) _must_check_;
/* Was one of the two called for it? A yes may also be said of a block's neighbours. */
bool digest_tree_seen(const struct digest_tree *t, uint64_t block);

/*
 * The fs-verity digest of a file of size bytes: blocks that were never seen are holes. Those in
 * doubt are read; reread may be NULL, then -ENODATA where there are such. 0; -EINVAL a block was
 * seen beyond size; the reader's -errno; -ENOMEM.
 */
int digest_tree_finish(struct digest_tree *t, uint64_t size, const struct reader *reread,
		       uint8_t out[SHA256_SIZE]) _must_check_;
