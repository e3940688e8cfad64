// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/digest_tree.h"

#include "base/cleanup.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

/* fsverity_descriptor, little-endian, 256 bytes. */
#define DESC_SIZE     256
#define DESC_VERSION  1
#define DESC_SHA256   1  /* FS_VERITY_HASH_ALG_SHA256 */
#define DESC_LOG      16 /* log2 of the block size */
#define DESC_DATA_LEN 8
#define DESC_ROOT     16

_Static_assert(DIGEST_BLOCK == 1U << DESC_LOG, "the descriptor says so");

enum { GROUP_UNSEEN, GROUP_OPEN, GROUP_CLOSED, GROUP_DOUBTED };
enum { LEAF_UNSEEN, LEAF_SET, LEAF_DOUBTED };

struct digest_leaves {
	uint64_t group, used;
	size_t n_set;
	uint8_t state[DIGEST_FANOUT];
	uint8_t hash[DIGEST_FANOUT][SHA256_SIZE]; /* the block of the tree as it is hashed */
};

void digest_tree_init(struct digest_tree *t)
{
	*t = (struct digest_tree){0};
}

void digest_tree_deinit(struct digest_tree *t)
{
	for (size_t i = 0; i < DIGEST_GROUPS_OPEN; i++)
		free(t->open[i]);
	free(t->groups);
	*t = (struct digest_tree){0};
}

static int grow(struct digest_tree *t, uint64_t group)
{
	struct digest_group *groups;
	size_t n = t->n_groups ? t->n_groups : 64;

	if (group < t->n_groups)
		return 0;
	while (n <= group)
		n *= 2;
	groups = realloc(t->groups, n * sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	memset(groups + t->n_groups, 0, (n - t->n_groups) * sizeof(*groups));
	t->groups = groups;
	t->n_groups = n;
	return 0;
}

/* It shrinks to its hash; one that is not whole is read again at the end. */
static void close_group(struct digest_tree *t, const struct digest_leaves *l)
{
	struct digest_group *g = &t->groups[l->group];

	g->state = GROUP_DOUBTED;
	if (l->n_set < DIGEST_FANOUT)
		return;
	g->state = GROUP_CLOSED;
	sha256_of(l->hash, sizeof(l->hash), g->hash);
}

/*
 * A slot for another group: a new one, else that of a whole group, of the one longest unused. Never
 * the first's: makedumpfile writes headers there again at the very end.
 */
static int take_slot(struct digest_tree *t, uint8_t *slot)
{
	uint8_t i, least = DIGEST_GROUPS_OPEN;
	bool whole, least_whole;

	for (i = 0; i < DIGEST_GROUPS_OPEN; i++) {
		if (!t->open[i]) {
			t->open[i] = malloc(sizeof(*t->open[i]));
			if (!t->open[i])
				return -ENOMEM;
			*slot = i;
			return 0;
		}
		if (t->open[i]->group == 0)
			continue;
		if (least == DIGEST_GROUPS_OPEN) {
			least = i;
			continue;
		}
		whole = t->open[i]->n_set == DIGEST_FANOUT;
		least_whole = t->open[least]->n_set == DIGEST_FANOUT;
		if (whole != least_whole ? whole : t->open[i]->used < t->open[least]->used)
			least = i;
	}
	*slot = least;
	close_group(t, t->open[least]);
	return 0;
}

static int open_group(struct digest_tree *t, uint64_t group)
{
	struct digest_leaves *l;
	uint8_t slot = 0;
	int err = take_slot(t, &slot);

	if (err < 0)
		return err;
	l = t->open[slot];
	l->group = group;
	l->n_set = 0;
	memset(l->state, LEAF_UNSEEN, sizeof(l->state));
	t->groups[group].state = GROUP_OPEN;
	t->groups[group].slot = slot;
	return 0;
}

/* Where the block's hash goes; *out is NULL where all its group is to be read again. */
static int find(struct digest_tree *t, uint64_t block, struct digest_leaves **out)
{
	uint64_t group = block / DIGEST_FANOUT;
	int err;

	if (block >= DIGEST_FILE_MAX / DIGEST_BLOCK)
		return -EFBIG;
	err = grow(t, group);
	if (err == 0 && t->groups[group].state == GROUP_UNSEEN)
		err = open_group(t, group);
	if (err < 0)
		return err;
	if (block >= t->end)
		t->end = block + 1;
	if (t->groups[group].state == GROUP_CLOSED)
		t->groups[group].state = GROUP_DOUBTED;
	if (t->groups[group].state == GROUP_DOUBTED) {
		*out = NULL;
		return 0;
	}
	*out = t->open[t->groups[group].slot];
	(*out)->used = ++t->clock;
	return 0;
}

static void mark(struct digest_leaves *l, size_t i, uint8_t state)
{
	l->n_set -= l->state[i] == LEAF_SET;
	l->n_set += state == LEAF_SET;
	l->state[i] = state;
}

int digest_tree_set(struct digest_tree *t, uint64_t block, const uint8_t hash[SHA256_SIZE])
{
	struct digest_leaves *l;
	int err = find(t, block, &l);

	if (err < 0 || !l)
		return err;
	mark(l, block % DIGEST_FANOUT, LEAF_SET);
	memcpy(l->hash[block % DIGEST_FANOUT], hash, SHA256_SIZE);
	return 0;
}

int digest_tree_doubt(struct digest_tree *t, uint64_t block)
{
	struct digest_leaves *l;
	int err = find(t, block, &l);

	if (err == 0 && l)
		mark(l, block % DIGEST_FANOUT, LEAF_DOUBTED);
	return err;
}

bool digest_tree_seen(const struct digest_tree *t, uint64_t block)
{
	uint64_t group = block / DIGEST_FANOUT;
	const struct digest_group *g = t->groups + group;

	if (group >= t->n_groups || g->state == GROUP_UNSEEN)
		return false;
	return g->state != GROUP_OPEN ||
	       t->open[g->slot]->state[block % DIGEST_FANOUT] != LEAF_UNSEEN;
}

/* What the last pass works with. */
struct finish {
	struct digest_tree *t;
	const struct reader *reread;
	uint64_t size, blocks;
	unsigned char *data; /* one block */
	uint8_t (*hashes)[SHA256_SIZE];
	uint8_t zero_block[SHA256_SIZE], zero_group[SHA256_SIZE];
};

static int reread_block(struct finish *f, uint64_t block, uint8_t out[SHA256_SIZE])
{
	uint64_t off = block * DIGEST_BLOCK, left = f->size - off;
	size_t n = left < DIGEST_BLOCK ? (size_t)left : DIGEST_BLOCK;
	int err = f->reread ? f->reread->pread(f->reread->ctx, f->data, n, off) : -ENODATA;

	if (err < 0)
		return err;
	memset(f->data + n, 0, DIGEST_BLOCK - n);
	sha256_of(f->data, DIGEST_BLOCK, out);
	return 0;
}

static int leaf(struct finish *f, const struct digest_group *g, uint64_t block,
		uint8_t out[SHA256_SIZE])
{
	const struct digest_leaves *l = g->state == GROUP_OPEN ? f->t->open[g->slot] : NULL;
	uint8_t state = l                           ? l->state[block % DIGEST_FANOUT]
			: g->state == GROUP_DOUBTED ? LEAF_DOUBTED
						    : LEAF_UNSEEN;

	if (state == LEAF_DOUBTED)
		return reread_block(f, block, out);
	memcpy(out, state == LEAF_SET ? l->hash[block % DIGEST_FANOUT] : f->zero_block,
	       SHA256_SIZE);
	return 0;
}

/* The hash of up to DIGEST_FANOUT hashes, as a block of the tree. */
static void hash_hashes(struct finish *f, size_t n, uint8_t out[SHA256_SIZE])
{
	memset(f->hashes[n], 0, (DIGEST_FANOUT - n) * SHA256_SIZE);
	sha256_of(f->hashes, DIGEST_BLOCK, out);
}

static int hash_group(struct finish *f, uint64_t group, uint8_t out[SHA256_SIZE])
{
	static const struct digest_group unseen = {.state = GROUP_UNSEEN};
	const struct digest_group *g = group < f->t->n_groups ? &f->t->groups[group] : &unseen;
	uint64_t first = group * DIGEST_FANOUT, left = f->blocks - first;
	size_t n = left < DIGEST_FANOUT ? (size_t)left : DIGEST_FANOUT, i;
	int err = 0;

	if (g->state == GROUP_CLOSED || (g->state == GROUP_UNSEEN && n == DIGEST_FANOUT)) {
		memcpy(out, g->state == GROUP_CLOSED ? g->hash : f->zero_group, SHA256_SIZE);
		return 0;
	}
	for (i = 0; i < n && err == 0; i++)
		err = leaf(f, g, first + i, f->hashes[i]);
	/* The hash of a file's only block is the root. */
	if (err == 0 && f->blocks == 1)
		memcpy(out, f->hashes[0], SHA256_SIZE);
	else if (err == 0)
		hash_hashes(f, n, out);
	return err;
}

/* From the groups' hashes up to the one at the top. */
static int find_root(struct finish *f, uint8_t out[SHA256_SIZE])
{
	size_t n = (size_t)((f->blocks + DIGEST_FANOUT - 1) / DIGEST_FANOUT), count;
	_cleanup_free_ uint8_t(*level)[SHA256_SIZE] = calloc(n, sizeof(*level));
	int err = level ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && err == 0; i++)
		err = hash_group(f, i, level[i]);
	while (n > 1 && err == 0) {
		for (size_t from = 0; from < n; from += DIGEST_FANOUT) {
			count = n - from < DIGEST_FANOUT ? n - from : DIGEST_FANOUT;
			memcpy(f->hashes, level[from], count * SHA256_SIZE);
			hash_hashes(f, count, level[from / DIGEST_FANOUT]);
		}
		n = (n + DIGEST_FANOUT - 1) / DIGEST_FANOUT;
	}
	if (err == 0)
		memcpy(out, level[0], SHA256_SIZE);
	return err;
}

static void prepare(struct finish *f)
{
	memset(f->data, 0, DIGEST_BLOCK);
	sha256_of(f->data, DIGEST_BLOCK, f->zero_block);
	for (size_t i = 0; i < DIGEST_FANOUT; i++)
		memcpy(f->hashes[i], f->zero_block, SHA256_SIZE);
	hash_hashes(f, DIGEST_FANOUT, f->zero_group);
}

static void hash_descriptor(uint64_t size, const uint8_t root[SHA256_SIZE],
			    uint8_t out[SHA256_SIZE])
{
	unsigned char desc[DESC_SIZE] = {DESC_VERSION, DESC_SHA256, DESC_LOG};
	uint64_t le = htole64(size);

	memcpy(desc + DESC_DATA_LEN, &le, sizeof(le));
	memcpy(desc + DESC_ROOT, root, SHA256_SIZE);
	sha256_of(desc, sizeof(desc), out);
}

int digest_tree_finish(struct digest_tree *t, uint64_t size, const struct reader *reread,
		       uint8_t out[SHA256_SIZE])
{
	_cleanup_free_ unsigned char *data = malloc(DIGEST_BLOCK);
	/* One more than a block has: the end of a full one can be pointed to. */
	_cleanup_free_ uint8_t(*hashes)[SHA256_SIZE] = calloc(DIGEST_FANOUT + 1, SHA256_SIZE);
	struct finish f = {.t = t, .reread = reread, .size = size, .data = data, .hashes = hashes};
	uint8_t root[SHA256_SIZE] = {0}; /* an empty file's */
	int err;

	if (size > DIGEST_FILE_MAX)
		return -EFBIG;
	f.blocks = (size + DIGEST_BLOCK - 1) / DIGEST_BLOCK;
	if (t->end > f.blocks)
		return -EINVAL;
	if (!data || !hashes)
		return -ENOMEM;
	prepare(&f);
	err = f.blocks > 0 ? find_root(&f, root) : 0;
	if (err == 0)
		hash_descriptor(size, root, out);
	return err;
}
