// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/digest_read.h"

#include "base/cleanup.h"
#include "base/crew.h"
#include "dump/digest_tree.h"

#include <errno.h>
#include <string.h>

#define BATCH 4 /* blocks a thread takes at once */

struct reading {
	const struct reader *r;
	const struct digest_read_spec *spec;
	pthread_mutex_t lock;
	/* under the lock */
	struct digest_tree tree;
	uint64_t next, done; /* bytes */
	int error;
};

/* The next bytes that no thread has taken; 0 at the end, or after an error. */
static size_t take(struct reading *d, uint64_t *off)
{
	uint64_t left;
	size_t n = 0;

	(void)pthread_mutex_lock(&d->lock);
	left = d->r->size - d->next;
	if (!d->error) {
		n = left < BATCH * DIGEST_BLOCK ? (size_t)left : BATCH * DIGEST_BLOCK;
		*off = d->next;
		d->next += n;
	}
	(void)pthread_mutex_unlock(&d->lock);
	return n;
}

/* 0, or the first error of a thread. */
static int give(struct reading *d, uint64_t off, size_t len, uint8_t hashes[BATCH][DIGEST_SIZE],
		int err)
{
	size_t n = (len + DIGEST_BLOCK - 1) / DIGEST_BLOCK;

	(void)pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < n && err == 0; i++)
		err = digest_tree_set(&d->tree, off / DIGEST_BLOCK + i, hashes[i]);
	if (err < 0 && !d->error)
		d->error = err;
	d->done += len;
	err = d->error;
	(void)pthread_mutex_unlock(&d->lock);
	return err;
}

static int hash_batch(struct reading *d, unsigned char *buf, uint64_t off, size_t len,
		      uint8_t hashes[BATCH][DIGEST_SIZE])
{
	int err = d->r->pread(d->r->ctx, buf, len, off);

	/* Only the file's last block is filled up. */
	memset(buf + len, 0, (DIGEST_BLOCK - len % DIGEST_BLOCK) % DIGEST_BLOCK);
	for (size_t at = 0; at < len && err == 0; at += DIGEST_BLOCK)
		sha256_of(buf + at, DIGEST_BLOCK, hashes[at / DIGEST_BLOCK]);
	return err;
}

static void work(void *ctx)
{
	_cleanup_free_ unsigned char *buf = malloc(BATCH * DIGEST_BLOCK);
	uint8_t hashes[BATCH][DIGEST_SIZE];
	struct reading *d = ctx;
	uint64_t off = 0;
	size_t len;
	int err = buf ? 0 : -ENOMEM;

	if (err < 0)
		err = give(d, 0, 0, hashes, err);
	while (err == 0 && (len = take(d, &off)) > 0)
		err = give(d, off, len, hashes, hash_batch(d, buf, off, len, hashes));
}

static void tick(void *ctx)
{
	struct reading *d = ctx;
	uint64_t done;

	(void)pthread_mutex_lock(&d->lock);
	done = d->done;
	(void)pthread_mutex_unlock(&d->lock);
	if (d->spec->progress)
		d->spec->progress(d->spec->ctx, done, d->r->size);
}

int digest_read(const struct reader *r, const struct digest_read_spec *spec,
		uint8_t out[DIGEST_SIZE])
{
	struct reading d = {.r = r, .spec = spec};
	struct crew_spec crew = {.threads = spec->threads, .work = work, .tick = tick, .ctx = &d};
	int err = r->size > DIGEST_FILE_MAX ? -EFBIG : 0;

	digest_tree_init(&d.tree);
	if (err == 0) {
		(void)pthread_mutex_init(&d.lock, NULL);
		err = crew_run(&crew);
		(void)pthread_mutex_destroy(&d.lock);
	}
	if (err == 0)
		err = d.error;
	/* Threads that are far apart make a group look abandoned; it is read again. */
	if (err == 0)
		err = digest_tree_finish(&d.tree, r->size, r, out);
	digest_tree_deinit(&d.tree);
	return err;
}
