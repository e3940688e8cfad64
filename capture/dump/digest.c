// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/digest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "sha256:"
#define BATCH  (DIGEST_SLOTS / 4)

/* DONE: hashed by the worker, not yet in the tree. CLEAN: hashed; kept as long as there is room. */
enum { SLOT_FREE, SLOT_DIRTY, SLOT_QUEUED, SLOT_BUSY, SLOT_DONE, SLOT_CLEAN };

int digest_init(struct digest *d)
{
	*d = (struct digest){0};
	(void)pthread_mutex_init(&d->lock, NULL);
	(void)pthread_cond_init(&d->work, NULL);
	(void)pthread_cond_init(&d->done, NULL);
	digest_tree_init(&d->tree);
	d->data = malloc(DIGEST_SLOTS * DIGEST_BLOCK);
	d->error = d->data ? 0 : -ENOMEM;
	return d->error;
}

void digest_deinit(struct digest *d)
{
	if (d->threaded) {
		(void)pthread_mutex_lock(&d->lock);
		d->stop = true;
		(void)pthread_cond_broadcast(&d->work);
		(void)pthread_mutex_unlock(&d->lock);
		(void)pthread_join(d->thread, NULL);
		d->threaded = false;
	}
	(void)pthread_cond_destroy(&d->done);
	(void)pthread_cond_destroy(&d->work);
	(void)pthread_mutex_destroy(&d->lock);
	free(d->data);
	d->data = NULL;
	digest_tree_deinit(&d->tree);
}

static unsigned char *data_of(const struct digest *d, const struct digest_slot *s)
{
	return d->data + (size_t)(s - d->slots) * DIGEST_BLOCK;
}

/* The one of this state that was used longest ago. Block 0 does not count: makedumpfile writes its
 * header there again at the very end. */
static struct digest_slot *oldest(struct digest *d, int state, bool first_too)
{
	struct digest_slot *found = NULL;

	for (size_t i = 0; i < DIGEST_SLOTS; i++) {
		struct digest_slot *s = &d->slots[i];

		if (s->state == state && (first_too || s->block != 0) &&
		    (!found || s->used < found->used))
			found = s;
	}
	return found;
}

static void *run_worker(void *arg)
{
	struct digest *d = arg;
	struct digest_slot *s;

	(void)pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		s = oldest(d, SLOT_QUEUED, true);
		if (!s) {
			(void)pthread_cond_wait(&d->work, &d->lock);
			continue;
		}
		s->state = SLOT_BUSY;
		d->queued--;
		(void)pthread_mutex_unlock(&d->lock);
		sha256_of(data_of(d, s), DIGEST_BLOCK, s->hash);
		(void)pthread_mutex_lock(&d->lock);
		s->state = SLOT_DONE;
		(void)pthread_cond_signal(&d->done);
	}
	(void)pthread_mutex_unlock(&d->lock);
	return NULL;
}

/* Only now, when makedumpfile has been forked. Without it the work is done here. */
static void start_worker(struct digest *d)
{
	if (d->tried)
		return;
	d->tried = true;
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		d->threaded = pthread_create(&d->thread, NULL, run_worker, d) == 0;
}

/* Up to put() the rest is called with the lock held. */

static void enqueue(struct digest *d, struct digest_slot *s)
{
	start_worker(d);
	if (d->threaded) {
		s->state = SLOT_QUEUED;
		/* To wake it for each costs more than it does with one. */
		if (++d->queued >= BATCH)
			(void)pthread_cond_signal(&d->work);
		return;
	}
	sha256_of(data_of(d, s), DIGEST_BLOCK, s->hash);
	s->state = SLOT_DONE;
}

/* What the worker has done goes into the tree. */
static void collect(struct digest *d)
{
	int err = 0;

	for (size_t i = 0; i < DIGEST_SLOTS; i++) {
		struct digest_slot *s = &d->slots[i];

		if (s->state != SLOT_DONE)
			continue;
		s->state = SLOT_CLEAN;
		if (err == 0)
			err = digest_tree_set(&d->tree, s->block, s->hash);
	}
	if (err < 0 && d->error == 0)
		d->error = err;
}

static bool pending(const struct digest_slot *s)
{
	return s->state == SLOT_QUEUED || s->state == SLOT_BUSY;
}

static void wait_for(struct digest *d, const struct digest_slot *s)
{
	while (pending(s)) {
		(void)pthread_cond_signal(&d->work);
		(void)pthread_cond_wait(&d->done, &d->lock);
	}
	collect(d);
}

static struct digest_slot *find(struct digest *d, uint64_t block)
{
	for (size_t i = 0; i < DIGEST_SLOTS; i++)
		if (d->slots[i].state != SLOT_FREE && d->slots[i].block == block)
			return &d->slots[i];
	return NULL;
}

/* One to wait for: the last of those that wait, so that the two threads take turns seldom. */
static struct digest_slot *newest_queued(struct digest *d)
{
	struct digest_slot *found = NULL;

	for (size_t i = 0; i < DIGEST_SLOTS; i++)
		if (pending(&d->slots[i]) && (!found || d->slots[i].used > found->used))
			found = &d->slots[i];
	return found;
}

/* A slot for another block. With all in use: that of one hashed, else wait, else hash what is not
 * whole. */
static struct digest_slot *take_slot(struct digest *d)
{
	struct digest_slot *s;

	for (;;) {
		collect(d);
		s = oldest(d, SLOT_FREE, true);
		if (!s)
			s = oldest(d, SLOT_CLEAN, false);
		if (s)
			return s;
		s = newest_queued(d);
		if (!s) {
			s = oldest(d, SLOT_DIRTY, false);
			enqueue(d, s);
		}
		wait_for(d, s);
	}
}

/* The slot for a piece of len bytes of the block; NULL: it is to be read back at the end. */
static struct digest_slot *slot_for(struct digest *d, uint64_t block, size_t len)
{
	struct digest_slot *s = find(d, block);
	int err;

	if (s) {
		wait_for(d, s);
		return s;
	}
	if (len < DIGEST_BLOCK && digest_tree_seen(&d->tree, block)) {
		err = digest_tree_doubt(&d->tree, block);
		if (err < 0)
			d->error = err;
		return NULL;
	}
	s = take_slot(d);
	s->block = block;
	if (len < DIGEST_BLOCK)
		memset(data_of(d, s), 0, DIGEST_BLOCK);
	return s;
}

/*
 * A piece of one block. It is copied without the lock, which the worker would have to wait for: a
 * slot that is DIRTY is this thread's.
 */
static void put(struct digest *d, uint64_t block, size_t at, const void *buf, size_t len)
{
	struct digest_slot *s;

	(void)pthread_mutex_lock(&d->lock);
	s = slot_for(d, block, len);
	if (s) {
		s->used = ++d->clock;
		s->state = SLOT_DIRTY;
	}
	(void)pthread_mutex_unlock(&d->lock);
	if (!s)
		return;
	memcpy(data_of(d, s) + at, buf, len);
	/* Pieces mostly ascend: this was its last. */
	if (at + len < DIGEST_BLOCK)
		return;
	(void)pthread_mutex_lock(&d->lock);
	enqueue(d, s);
	(void)pthread_mutex_unlock(&d->lock);
}

void digest_update(struct digest *d, const void *buf, size_t len, uint64_t off)
{
	const unsigned char *p = buf;
	size_t at, n;

	if (d->error)
		return;
	if (!range_ok(off, len, DIGEST_FILE_MAX)) {
		d->error = -EFBIG;
		return;
	}
	for (; len > 0 && d->error == 0; len -= n) {
		at = (size_t)(off % DIGEST_BLOCK);
		n = len < DIGEST_BLOCK - at ? len : DIGEST_BLOCK - at;
		put(d, off / DIGEST_BLOCK, at, p, n);
		p += n;
		off += n;
	}
}

int digest_finish(struct digest *d, uint64_t size, const struct reader *reread,
		  uint8_t out[DIGEST_SIZE])
{
	if (d->error)
		return d->error;
	(void)pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < DIGEST_SLOTS; i++)
		if (d->slots[i].state == SLOT_DIRTY)
			enqueue(d, &d->slots[i]);
	for (size_t i = 0; i < DIGEST_SLOTS; i++)
		wait_for(d, &d->slots[i]);
	(void)pthread_mutex_unlock(&d->lock);
	return d->error ? d->error : digest_tree_finish(&d->tree, size, reread, out);
}

void digest_format(const uint8_t digest[DIGEST_SIZE], char out[DIGEST_TEXT])
{
	int n = snprintf(out, DIGEST_TEXT, PREFIX);

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		n += snprintf(out + n, (size_t)(DIGEST_TEXT - n), "%02x", digest[i]);
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int digest_parse(const char *text, uint8_t out[DIGEST_SIZE])
{
	size_t prefix = strlen(PREFIX);
	uint8_t digest[DIGEST_SIZE];

	if (strlen(text) != DIGEST_TEXT - 1 || strncmp(text, PREFIX, prefix) != 0)
		return -EINVAL;
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		int high = nibble(text[prefix + 2 * i]), low = nibble(text[prefix + 2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(out, digest, sizeof(digest));
	return 0;
}
