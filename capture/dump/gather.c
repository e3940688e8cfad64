// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/gather.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void gather_init(struct gather *g, bool joins, int (*write)(void *, const void *, size_t, uint64_t),
		 void *ctx)
{
	unsigned int i;

	*g = (struct gather){.write = write, .ctx = ctx};
	for (i = 0; i < GATHER_EXTENTS && joins; i++)
		g->extent[i].data = malloc(GATHER_SIZE);
}

void gather_deinit(struct gather *g)
{
	unsigned int i;

	for (i = 0; i < GATHER_EXTENTS; i++) {
		free(g->extent[i].data);
		g->extent[i].data = NULL;
	}
}

static int flush(struct gather *g, struct gather_extent *e)
{
	size_t len = e->len;

	e->len = 0;
	return len ? g->write(g->ctx, e->data, len, e->off) : 0;
}

/* The one that grew last comes last. */
int gather_finish(struct gather *g)
{
	unsigned int i;
	int err = 0;

	for (i = 1; i <= GATHER_EXTENTS && err == 0; i++)
		err = flush(g, &g->extent[(g->last + i) % GATHER_EXTENTS]);
	return err;
}

static bool overlaps(const struct gather_extent *e, size_t len, uint64_t off)
{
	return e->len && off < e->off + e->len && e->off < off + len;
}

static int flush_overlapping(struct gather *g, size_t len, uint64_t off)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < GATHER_EXTENTS && err == 0; i++)
		if (overlaps(&g->extent[i], len, off))
			err = flush(g, &g->extent[i]);
	return err;
}

/* The extent that a piece at off goes on with, else a free one; NULL: there is none. */
static struct gather_extent *find(struct gather *g, uint64_t off)
{
	struct gather_extent *e, *free_one = NULL;
	unsigned int i;

	for (i = 0; i < GATHER_EXTENTS; i++) {
		e = &g->extent[i];
		if (e->data && e->len && e->off + e->len == off)
			return e;
		if (e->data && !e->len)
			free_one = e;
	}
	return free_one;
}

/* Room for a piece at off: that of the extent that has not grown for the longest time. */
static int make_room(struct gather *g, uint64_t off)
{
	return find(g, off) ? 0 : flush(g, &g->extent[(g->last + 1) % GATHER_EXTENTS]);
}

int gather_feed(struct gather *g, const void *buf, size_t len, uint64_t off)
{
	const unsigned char *p = buf;
	struct gather_extent *e;
	size_t n;
	int err = flush_overlapping(g, len, off);

	for (; len && err == 0; p += n, off += n, len -= n) {
		err = make_room(g, off);
		if (err < 0)
			return err;
		n = len;
		e = find(g, off);
		/* A large piece needs no copy. */
		if (!e || (!e->len && len >= GATHER_SIZE)) {
			err = g->write(g->ctx, p, n, off);
			continue;
		}
		if (!e->len)
			e->off = off;
		if (n > GATHER_SIZE - e->len)
			n = GATHER_SIZE - e->len;
		memcpy(e->data + e->len, p, n);
		e->len += n;
		g->last = (unsigned int)(e - g->extent);
		if (e->len == GATHER_SIZE)
			err = flush(g, e);
	}
	return err;
}
